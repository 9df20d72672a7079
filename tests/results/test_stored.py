"""Results as files: only what this teacher's key wrote is believed, and no link is ever followed."""

import json
import os
from dataclasses import replace

import pytest
from toy_exercise import EXERCISE, NAME

from autograder.answers.answer import Local
from autograder.answers.marking import mark_exercise
from autograder.results.folder import Results
from autograder.results.record import make_record
from autograder.results.stored import OutputError, load_result_key, read_result, read_results, write_result

KEY = b"k" * 32
OUTCOMES = mark_exercise(EXERCISE, Local({"double": lambda x: 2 * x, "FACTOR": 2}), hidden=True)
RECORD = make_record(EXERCISE, OUTCOMES, student="jane", file="jane.ipynb", seed=3, submission_sha256="ab" * 32)


def _open(out, key=KEY):
    return Results(out, NAME, key, ["jane", "bob"])


def test_what_is_stored_comes_back(tmp_path):
    with _open(tmp_path) as results:
        results.add(RECORD)
        results.add(replace(RECORD, student="bob\udcff"[:3]))
    with _open(tmp_path) as results:
        assert results.records["jane"] == RECORD and set(results.records) == {"jane", "bob"} and not results.strangers
    records, strangers = read_results(tmp_path, KEY)
    assert [record.student for record in records] == ["bob", "jane"] and strangers == []


def _forge_score(data):
    for check in data["questions"]["q1"]["checks"]:
        check.update(points=50, earned=50, status="passed")
    data["questions"]["q1"].update(points=100, earned=100)
    data.update(score=101, max_score=101)


@pytest.mark.parametrize(
    "forge",
    [
        _forge_score,
        lambda data: data.pop("digest"),
        lambda data: data.update(digest=""),
        lambda data: data.update(digest=["x"]),
        lambda data: data.update(student="bob"),
        lambda data: data.update(submission_sha256="cd" * 32),
        lambda data: data.update(exercise="another"),
    ],
)
def test_a_result_that_somebody_wrote_or_changed_is_not_believed(tmp_path, forge):
    path = tmp_path / "results" / "jane.json"
    write_result(RECORD, path, KEY)
    data = json.loads(path.read_text())
    forge(data)
    path.write_text(json.dumps(data))
    with pytest.raises(ValueError, match="not written with this key"):
        read_result(path, KEY)
    with _open(tmp_path) as results:
        assert results.records == {} and results.strangers == ["jane.json"]
        assert not results.is_finished("jane", "ab" * 32, {})
    assert read_results(tmp_path, KEY) == ([], ["jane.json"])


def test_another_teachers_result_is_not_believed(tmp_path):
    write_result(RECORD, tmp_path / "results" / "jane.json", load_result_key())
    assert read_results(tmp_path)[0] == [RECORD], "this teacher's is"
    assert read_results(tmp_path, KEY) == ([], ["jane.json"])


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b'"x"', b"1e999"])
def test_what_is_no_result_at_all_is_a_stranger(tmp_path, content):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "jane.json").write_bytes(content)
    with _open(tmp_path) as results:
        assert results.strangers == ["jane.json"]


@pytest.mark.parametrize("plant", ["link", "endless link", "pipe", "folder", "huge"])
def test_what_is_planted_as_a_result_is_neither_followed_nor_waited_for(tmp_path, plant):
    write_result(RECORD, tmp_path / "elsewhere.json", KEY)
    (tmp_path / "out" / "results").mkdir(parents=True)
    path = tmp_path / "out" / "results" / "jane.json"
    if plant == "huge":
        with open(path, "wb") as file:
            file.truncate(10**10)  # sparse
    elif plant in ("pipe", "folder"):
        (os.mkfifo if plant == "pipe" else os.mkdir)(path)
    else:
        path.symlink_to(tmp_path / "elsewhere.json" if plant == "link" else "/dev/zero")
    with _open(tmp_path / "out") as results:
        assert results.records == {} and results.strangers == ["jane.json"]


def test_a_link_in_place_of_the_lock_is_refused_and_its_target_keeps_its_content(tmp_path):
    target = tmp_path / "thesis.tex"
    target.write_text("three years of work")
    (tmp_path / "out" / "results").mkdir(parents=True)
    lock = tmp_path / "out" / "results" / ".lock"
    lock.symlink_to(target)
    with pytest.raises(OutputError, match="is a link"), _open(tmp_path / "out"):
        pass
    lock.unlink()
    os.link(target, lock)  # a second name of the same file
    with _open(tmp_path / "out"):
        pass
    assert target.read_text() == "three years of work"


@pytest.mark.parametrize("name", ["results", "feedback"])
def test_a_link_in_place_of_a_folder_is_refused_and_nothing_is_written_behind_it(tmp_path, name):
    home = tmp_path / "home"
    home.mkdir()
    (home / "page.html").write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(home)
    with pytest.raises(OutputError, match="is a link"), _open(tmp_path / "out"):
        pass
    assert [path.name for path in home.iterdir()] == ["page.html"]
    if name == "results":
        with pytest.raises(OutputError, match="is a link"):
            read_results(tmp_path / "out", KEY)


@pytest.mark.parametrize("name", ["grades.csv", "pseudonyms.csv", "results/jane.json", "feedback/jane.html"])
def test_a_link_in_place_of_a_file_is_replaced_and_its_target_keeps_its_content(tmp_path, name):
    target = tmp_path / "thesis.tex"
    target.write_text("three years of work")
    with _open(tmp_path / "out") as results:
        (tmp_path / "out" / name).symlink_to(target)
        results.add(RECORD)
        results.write_reports("en", pseudonyms=name == "pseudonyms.csv")
    assert target.read_text() == "three years of work"
    assert name == "feedback/jane.html" or not (tmp_path / "out" / name).is_symlink()
