"""Whose a file is, whatever archives and folders hold: nobody's grade can be replaced by what another hands in."""

import io
import os
import random
import zipfile

import pytest

from autograder.grading.intake import gather
from autograder.grading.parsing import MAX_BYTES

NAME = "02_sgd"
FILE = f"{NAME}.ipynb"
BOB = f"Bob_2_assignsubmission_file_/{FILE}"


def _zip(path, members, date=(2026, 1, 1, 0, 0, 0)):
    path = path if isinstance(path, io.BytesIO) else (path.parent.mkdir(parents=True, exist_ok=True), path)[1]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, date), content, zipfile.ZIP_DEFLATED)
    return path


def _inner(members):
    return _zip(io.BytesIO(), members).getvalue()


def _write(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _found(paths):
    return {item.student: item.load() for item in gather(paths, NAME)}


ATTACKS = ["bob/02_sgd.ipynb", "bob.ipynb", BOB, "bob_2_99999999999_02_sgd.ipynb", f"hw1/{BOB}", f"a/b/{BOB}",
           "Bob - 02_sgd.ipynb", "hw_bob_attempt_2099-01-01-00-00-00_x.ipynb"]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("carol", [True, False])
def test_a_zip_among_others_is_its_own_students_only(tmp_path, attack, carol):
    """`grade 02_sgd *.zip`: mallory's holds what looks like Bob's, from the year 2099."""
    more = {attack.replace("ob", "arol"): "carol"} if carol else {}
    paths = [_zip(tmp_path / "alice.zip", {f"hw1/{FILE}": "alice"}),
             _zip(tmp_path / "bob.zip", {f"hw1/{FILE}": "bob"}),
             _zip(tmp_path / "mallory.zip", {attack: "mallory", **more}, (2099, 1, 1, 0, 0, 0))]  # fmt: skip
    found = _found(paths)
    assert set(found) == {"alice", "bob", "mallory"} and (found["alice"], found["bob"]) == (b"alice", b"bob")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("how", ["zip beside files", "folder", "zip in a folder", "class zip", "files", "zip in a zip"])
def test_no_student_reaches_another_by_any_way_in(tmp_path, attack, how):
    bob, planted = ("bob", FILE), {attack: "mallory"}
    if how == "zip beside files":
        paths = [_write(tmp_path / "bob.ipynb", "bob"), _zip(tmp_path / "mallory.zip", planted, (2099, 1, 1, 0, 0, 0))]
    elif how in ("folder", "files"):
        files = [
            _write(tmp_path / "in" / "/".join(bob), "bob"),
            _write(tmp_path / "in" / "mallory" / attack, "mallory"),
        ]
        os.utime(files[1], (4e9, 4e9))
        paths = files if how == "files" else [tmp_path / "in"]
    elif how == "zip in a folder":
        _write(tmp_path / "in" / "bob.ipynb", "bob")
        _zip(tmp_path / "in" / "mallory.zip", planted)
        paths = [tmp_path / "in"]
    else:
        inner = {f"mallory/{attack}": "mallory"} if how == "class zip" else {"mallory/work.zip": _inner(planted)}
        paths = [_zip(tmp_path / "class.zip", {"/".join(bob): "bob", **inner})]
    found = _found(paths)
    assert set(found) == {"bob", "mallory"} and found["bob"] == b"bob"


def test_a_class_zip_given_alone_is_a_class(tmp_path):
    plain = {f"{name}/{FILE}": name for name in ("alice", "bob", "carol")}
    assert set(_found([_zip(tmp_path / "a.zip", plain)])) == {"alice", "bob", "carol"}
    assert set(_found([_zip(tmp_path / "b.zip", {f"class/{name}": text for name, text in plain.items()})])) == {
        "alice", "bob", "carol"}  # fmt: skip
    system = {f"class/week 1/Student{n}_{n}_assignsubmission_file/{FILE}": "x" for n in range(3)}
    assert len(_found([_zip(tmp_path / "c.zip", system)])) == 3


def test_two_sections_as_a_system_gives_them_are_two_classes(tmp_path):
    first = _zip(tmp_path / "one.zip", {f"A_1_assignsubmission_file_/{FILE}": "a", BOB: "b"})
    second = _zip(tmp_path / "two.zip", {f"course/doejane_7_99_{FILE}": "c"})
    assert set(_found([first, second])) == {"A_1", "Bob_2", "doejane_7"}


def test_a_student_whom_two_archives_claim_is_an_error_that_names_both(tmp_path):
    first = _zip(tmp_path / "moodle.zip", {f"A_1_assignsubmission_file_/{FILE}": "a", BOB: "b"})
    second = _zip(tmp_path / "mallory.zip", {BOB: "mallory"}, (2099, 1, 1, 0, 0, 0))
    with pytest.raises(ValueError, match="Bob_2 is in .*mallory.zip and .*moodle.zip"):
        gather([first, second], NAME)
    loose = _write(tmp_path / f"Bob_2_assignsubmission_file_{FILE}")
    with pytest.raises(ValueError, match="Bob_2 is in"):
        gather([first, loose], NAME)


def test_a_zip_that_a_system_named_belongs_to_whom_it_names(tmp_path):
    paths = [_zip(tmp_path / "Eve_1_assignsubmission_file_work.zip", {BOB: "eve"})]
    assert _found(paths) == {"Eve_1": b"eve"}
    paths.append(_write(tmp_path / f"Bob_2_assignsubmission_file_{FILE}", "bob"))
    assert _found(paths) == {"Eve_1": b"eve", "Bob_2": b"bob"}


def test_a_class_zip_beside_something_else_counts_as_one_student_and_says_so(tmp_path):
    moodle = _zip(tmp_path / "moodle.zip", {f"A_1_assignsubmission_file_/{FILE}": "a", BOB: "b"})
    found = {item.student: item for item in gather([moodle, _write(tmp_path / "jane.ipynb")], NAME)}
    assert set(found) == {"moodle", "jane"} and "grade it alone" in found["moodle"].notes[0].en


def test_a_class_zip_in_a_folder_counts_as_one_student_and_says_so(tmp_path):
    _zip(tmp_path / "in" / "moodle.zip", {f"A_1_assignsubmission_file_/{FILE}": "a", BOB: "b"})
    (item,) = gather([tmp_path / "in"], NAME)
    assert item.student == "moodle" and "grade it alone" in item.notes[0].en


def test_a_class_of_whom_some_handed_in_archives_is_a_class(tmp_path):
    members = {f"week 1/A_1_assignsubmission_file_/{FILE}": "a",
               "week 1/C_3_assignsubmission_file_/w.zip": _inner({FILE: "c"}),
               "week 1/readme.txt": "", "grades.csv": ""}  # fmt: skip
    assert _found([_zip(tmp_path / "class.zip", members)]) == {"A_1": b"a", "C_3": b"c"}


def test_folders_around_a_class_are_taken_off_only_where_nobody_lies_beside_them(tmp_path):
    _write(tmp_path / "moodle" / BOB, "bob")
    _write(tmp_path / "canvas" / f"doejane_7_99_{FILE}", "jane")
    assert set(_found([tmp_path])) == {"Bob_2", "doejane_7"}
    _write(tmp_path / "ann" / FILE, "ann")
    assert set(_found([tmp_path])) == {"moodle", "canvas", "ann"}


def test_a_students_own_zip_is_opened_if_there_is_no_notebook_beside_it(tmp_path):
    sound = {"work/notes.txt": "n", f"work/{FILE}": "inside", "__MACOSX/._x.ipynb": "no"}
    members = {"a/work.zip": _inner(sound), "b/work.zip": _inner(sound), f"b/{FILE}": "beside",
               "c/work.zip": b"damaged", "d/work.zip": _inner({"e.zip": _inner(sound)}),
               "f/work.zip": _inner({"x.ipynb": b"\0" * (MAX_BYTES + 1)}),
               "g/work.zip": _inner({"../x.ipynb": "x"}), "h/work.zip": b"\0" * (MAX_BYTES + 1)}  # fmt: skip
    found = {item.student: item for item in gather([_zip(tmp_path / "class.zip", members)], NAME)}
    assert found["a"].read() == b"inside" and found["a"].file == f"class.zip/a/work.zip/work/{FILE}"
    assert found["b"].read() == b"beside"
    for student, words in (
        ("c", "Archives inside"),
        ("d", "Archives inside"),
        ("f", "larger than"),
        ("g", "leads out"),
    ):
        with pytest.raises(Exception, match=words):
            found[student].read()


def test_generated_classes_of_zips_keep_everyone_to_themselves(tmp_path):
    """Whatever lies in other zips, each student's result is made of their own bytes."""
    rng = random.Random(3)
    for number in range(60):
        students = [f"student{n}" for n in range(rng.randint(2, 6))]
        paths = []
        for student in students:
            other = rng.choice(students)
            names = [FILE, f"{other}/{FILE}", f"hw/{FILE}", f"{other}_2_99_{FILE}", f"hw/{other}/{FILE}",
                     f"{other}_7_assignsubmission_file_/{FILE}"]  # fmt: skip
            members = {name: student for name in rng.sample(names, rng.randint(1, 3))}
            paths.append(_zip(tmp_path / str(number) / f"{student}.zip", {f"{FILE}": student} | members))
        assert _found(paths) == {student: student.encode() for student in students}
