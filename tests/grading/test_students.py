"""Who handed in what: names as systems write them, archives with tricks, newest files, safe names, pseudonyms."""

import os
import stat
import unicodedata
import zipfile

import pytest

from autograder.grading import archives, intake
from autograder.grading.intake import gather, gather_one
from autograder.grading.parsing import MAX_BYTES, SubmissionError
from autograder.grading.students import find_owner
from autograder.results.names import Pseudonyms, name_files

NAME = "01_backprop"
FILE = f"{NAME}.ipynb"


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"Doe Jane_12345_assignsubmission_file_/{FILE}", "Doe Jane_12345"),
        (f"Doe Jane_12345_assignsubmission_file_{FILE}", "Doe Jane_12345"),
        ("王 小明_77_assignsubmission_file_/作业.ipynb", "王 小明_77"),
        ("Anna_Maria de la O_9_assignsubmission_file_x.ipynb", "Anna_Maria de la O_9"),
        ("Doe Jane_12345_assignsubmission_onlinetext_/onlinetext.html", "Doe Jane_12345"),
        (f"doejane_12345_67890_{FILE}", "doejane_12345"),
        (f"doejane_LATE_12345_67890_{NAME}-1.ipynb", "doejane_12345"),
        ("李雷_5_6_x.ipynb", "李雷_5"),
        (f"Jane Doe - {FILE}", "Jane Doe"),
        (f"Copy of Jane Doe - {FILE}", "Jane Doe"),
        (f"Jane Doe - Copy of {NAME} (1).ipynb", "Jane Doe"),
        (f"“Jane Doe - {NAME}”的副本.ipynb", "Jane Doe"),
        (f"Anne - Marie - {FILE}", "Anne - Marie"),
        ("jane.ipynb", "jane"),
        ("jane (2).ipynb", "jane"),
        ("jane.ipynb.txt", "jane"),
        ("student-1.ipynb", "student-1"),
        ("12_zhang.ipynb", "12_zhang"),
        ("2023001_张三.ipynb", "2023001_张三"),
        (f"jane/{FILE}", "jane"),
        ("jane/homework/week 1/x.ipynb", "jane"),
        (f"../../jane/{FILE}", "jane"),
        (FILE, "container"),
        (f"{NAME} (3).ipynb", "container"),
        (f"Copy of {FILE}", "container"),
        ("jane\u202e\x00.ipynb", "jane-" + find_owner("jane\u202e\x00.ipynb", NAME).student[-8:]),
    ],
)
def test_names_as_systems_write_them(path, student):
    assert find_owner(path, NAME, "container").student == student
    assert find_owner(unicodedata.normalize("NFD", path), NAME, "container").student == student


@pytest.mark.parametrize(
    "path",
    [
        "Eve_1_assignsubmission_file_/Bob_2_assignsubmission_file_x.ipynb",
        "Eve_1_assignsubmission_file_Bob_2_assignsubmission_file_x.ipynb",
        f"Eve_1_assignsubmission_file_/bob_2_3_{FILE}",
        f"Eve_1_assignsubmission_file_/Bob - {FILE}",
        f"eve_1_2_bob_2_3_{FILE}",
        f"eve_1_2_Bob_2_assignsubmission_file_{FILE}",
        f"eve/Bob - {FILE}",
        "eve/bob.ipynb",
    ],
)
def test_what_a_student_calls_a_file_names_nobody_else(path):
    assert find_owner(path, NAME).student in ("Eve_1", "eve_1", "eve")


def test_invisible_characters_cannot_make_one_student_of_two():
    assert len({find_owner(name, NAME).student for name in ("jane.ipynb", "jan\u200be.ipynb", "ja\u200bne.ipynb")}) == 3


def _write(path, text="x", modified=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if modified:
        os.utime(path, (modified, modified))
    return path


def _students(paths, **kwargs):
    return {item.student: item for item in gather(paths, NAME, **kwargs)}


def test_a_folder_of_files_and_folders(tmp_path):
    for name in (
        "bob.ipynb",
        f"jane/{FILE}",
        f"Liu Ye_9_assignsubmission_file_/{FILE}",
        ".DS_Store",
        "jane/.hidden.ipynb",
        "bob/.ipynb_checkpoints/x.ipynb",
        "__MACOSX/._bob.ipynb",
        "out/results/bob.json",
    ):
        _write(tmp_path / name, name)
    found = _students([tmp_path], skip=tmp_path / "out")
    assert list(found) == ["Liu Ye_9", "bob", "jane"]
    assert found["jane"].read() == f"jane/{FILE}".encode() and found["jane"].notes == ()


def test_files_given_one_by_one_are_told_apart_by_their_folders(tmp_path):
    paths = [_write(tmp_path / name / "homework.ipynb") for name in ("bob", "jane")]
    assert list(_students([*paths, _write(tmp_path / "eve.ipynb")])) == ["bob", "eve", "jane"]
    assert list(_students([_write(tmp_path / "ann" / FILE)])) == ["ann"]
    assert list(_students([_write(tmp_path / "Li_5_assignsubmission_file_" / "x.ipynb")])) == ["Li_5"]


def test_a_missing_path_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no file or folder"):
        gather([tmp_path / "nothing"], NAME)


def test_the_newest_file_counts_and_a_note_says_so(tmp_path):
    _write(tmp_path / "jane" / "a.ipynb", "old", 1_000)
    _write(tmp_path / "jane" / "b.ipynb", "new", 2_000)
    _write(tmp_path / "jane" / "notes.pdf", "not one", 3_000)
    _write(tmp_path / "jane" / "02_sgd.ipynb", "another exercise", 4_000)
    jane = _students([tmp_path])["jane"]
    assert jane.read() == b"new" and "3 files" in jane.notes[0].en and "3 个文件" in jane.notes[0].zh


def test_canvas_numbers_count_more_than_times(tmp_path):
    _write(tmp_path / f"doejane_1_500_{FILE}", "old", 9_000)
    _write(tmp_path / f"doejane_LATE_1_501_{NAME}-1.ipynb", "new", 1_000)
    _write(tmp_path / f"doejane_1_501_{FILE}", "between", 8_000)
    assert _students([tmp_path])["doejane_1"].read() == b"new"


def test_a_student_without_a_notebook_still_appears(tmp_path):
    _write(tmp_path / "jane" / "homework.pdf")
    _write(tmp_path / "bob" / "homework.zip")
    for student, words in (("jane", "not a notebook"), ("bob", "Archives inside")):
        with pytest.raises(SubmissionError, match=words):
            _students([tmp_path])[student].read()


def test_links_and_special_files_are_not_followed(tmp_path):
    secret = _write(tmp_path / "secret.ipynb", "secret")
    folder = tmp_path / "class"
    _write(folder / "bob.ipynb", "bob")
    (folder / "jane.ipynb").symlink_to(secret)
    (folder / "eve").symlink_to(tmp_path)
    os.mkfifo(folder / "mallory.ipynb")
    assert set(_students(list(folder.iterdir()))) == {"bob", "jane", "eve", "mallory"}  # as the shell's * does
    with pytest.raises(SubmissionError, match="link or a special file"):
        _students(list(folder.iterdir()))["eve"].read()
    found = _students([folder])
    assert set(found) == {"bob", "jane", "eve", "mallory"} and found["bob"].read() == b"bob"
    for student in ("jane", "eve", "mallory"):
        with pytest.raises(SubmissionError, match="link or a special file"):
            found[student].read()


def test_a_link_does_not_displace_an_honest_file(tmp_path):
    _write(tmp_path / "jane" / "x.ipynb", "honest", 1_000)
    (tmp_path / "jane" / "y.ipynb").symlink_to("/etc/passwd")
    assert _students([tmp_path])["jane"].read() == b"honest"


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path):
    path = tmp_path / "jane.ipynb"
    with open(path, "wb") as stream:
        stream.truncate(10 * MAX_BYTES)  # sparse
    with pytest.raises(SubmissionError, match="larger than 20 MB"):
        _students([path])["jane"].read()


def _zip(path, members, **kwargs):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, **kwargs)
    return path


def test_a_zip_is_read_like_a_folder_and_nothing_is_written(tmp_path):
    path = _zip(
        tmp_path / "class.zip",
        {
            "bob.ipynb": "b",
            f"Liu Ye_9_assignsubmission_file_/{FILE}": "l",
            "jane/x.ipynb": "j",
            "__MACOSX/._bob.ipynb": "no",
        },
    )
    found = _students([path])
    assert {student: item.read() for student, item in found.items()} == {"Liu Ye_9": b"l", "bob": b"b", "jane": b"j"}
    assert os.listdir(tmp_path) == ["class.zip"]
    wrapped = _zip(tmp_path / "moodle.zip", {"class/bob.ipynb": "b", "class/jane.ipynb": "j", "class/data.csv": ""})
    assert {"bob", "jane"} < set(_students([wrapped]))
    nested = _zip(tmp_path / "nested.zip", {"class/bob/x.ipynb": "b", "class/jane/x.ipynb": "j"})
    assert list(_students([nested])) == ["bob", "jane"]
    assert list(_students([_zip(tmp_path / "ann.zip", {FILE: "a"})])) == ["ann"]
    assert list(_students([_zip(tmp_path / "x.zip", {f"ann/{FILE}": "a", "ann/02_sgd.ipynb": "a"})])) == ["ann"]


@pytest.mark.parametrize(
    ("name", "attributes", "words"),
    [
        ("../../jane.ipynb", 0, "leads out"),
        ("/jane.ipynb", 0, "leads out"),
        ("a/../../jane.ipynb", 0, "leads out"),
        ("..\\jane.ipynb", 0, "leads out"),
        ("C:/jane.ipynb", 0, "leads out"),
        ("jane.ipynb", (stat.S_IFLNK | 0o777) << 16, "link"),
        ("jane.ipynb", stat.S_IFIFO << 16, "link"),
        ("jane/inner.zip", 0, "Archives inside"),
        ("jane/inner.7z", 0, "Archives inside"),
    ],
)
def test_tricks_in_archives_are_refused_with_a_sentence(tmp_path, name, attributes, words):
    info = zipfile.ZipInfo("x" * len(name))
    info.external_attr = attributes
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
        archive.writestr("bob.ipynb", "b")
    path.write_bytes(path.read_bytes().replace(b"x" * len(name), name.encode()))  # ZipInfo tidies
    found = _students([path])
    assert found.pop("bob").read() == b"b" and len(found) == 1
    with pytest.raises(SubmissionError, match=words):
        next(iter(found.values())).read()


def test_an_encrypted_member_a_bomb_and_a_lie_about_sizes(tmp_path):
    path = _zip(tmp_path / "class.zip", {"bomb.ipynb": b"\0" * (MAX_BYTES + 1), "bob.ipynb": "b"})
    with pytest.raises(SubmissionError, match="larger than 20 MB"):
        _students([path])["bomb"].read()
    locked = _zip(tmp_path / "locked.zip", {"jane.ipynb": "secret"})
    data = bytearray(locked.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    locked.write_bytes(data)
    with pytest.raises(SubmissionError, match="encrypted"):
        _students([locked])["jane"].read()
    lying = _zip(tmp_path / "lying.zip", {"jane.ipynb": b"\0" * 1_000_000})
    data = bytearray(lying.read_bytes())
    at = data.index(b"PK\1\2") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    lying.write_bytes(data)
    with pytest.raises(SubmissionError, match="could not be read"):
        _students([lying])["jane"].read()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_bound_are_refused(tmp_path, method):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("jane.ipynb", "x")
    with pytest.raises(SubmissionError, match="damaged, or not a zip file as"):
        _students([path])["jane"].read()


def test_a_file_that_is_no_zip_is_one_unreadable_submission(tmp_path, monkeypatch):
    path = _write(tmp_path / "jane.zip", "no zip")
    with pytest.raises(SubmissionError, match="damaged"):
        _students([path])["jane"].read()
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    many = _zip(tmp_path / "many.zip", {"a.ipynb": "", "b.ipynb": ""})
    assert list(_students([many])) == ["many"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_in_archives_without_the_flag(tmp_path, encoding):
    raw = "张三.ipynb".encode(encoding)
    path = _zip(tmp_path / "class.zip", {"x" * len(raw): "z"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert list(_students([path])) == ["张三"]


def test_one_students_folder(tmp_path):
    _write(tmp_path / "a.ipynb", "old", 1_000)
    _write(tmp_path / "sub" / "b.ipynb", "new", 2_000)
    assert gather_one(tmp_path, NAME).read() == b"new"
    with pytest.raises(ValueError, match="no file"):
        gather_one(tmp_path / "sub" / "nothing", NAME)


def test_a_loader_that_fails_in_any_way_gives_a_sentence():
    def explode():
        raise RuntimeError("secret detail")

    item = intake.Handed("jane", "jane.ipynb", 0.0, find_owner("jane.ipynb", NAME), explode)
    with pytest.raises(SubmissionError, match="could not be read \\(RuntimeError\\)") as caught:
        item.read()
    assert "secret" not in caught.value.message.en


def test_output_names_are_safe_and_different_everywhere():
    students = [
        "Jane",
        "jane",
        "JANE",
        "张三",
        "../../etc/passwd",
        "..",
        ".",
        "",
        "CON",
        "nul.txt",
        "a/b",
        "a\\b",
        "a:b",
        "x" * 500,
        "名" * 200,
        "a\x00b",
        "-rf",
        "end.",
        "sp ace",
        "\udcff",
        "a_b-12345678",
        "José",
        "Aux.old",
        "lpt1",
    ]
    names = name_files(students)
    assert len({name.casefold() for name in names.values()}) == len(students)
    for name in names.values():
        assert name not in ("", ".", "..") and name[0] not in ".- " and name[-1] not in ". "
        assert not set(name) & set('/\\:*?"<>|\0') and len(name.encode()) < 200
        assert name.split(".")[0].split("-")[0].upper() not in ("CON", "NUL", "AUX", "LPT1")
    assert names["张三"] == "张三" and names["sp ace"] == "sp ace" and names["José"] == "José"
    assert names["Jane"].startswith("Jane-") and name_files(["Jane"]) == {"Jane": "Jane"}


def test_nobody_can_choose_a_name_that_takes_anothers_file():
    victim = name_files(["a:b"])["a:b"]
    assert len(set(name_files(["a:b", victim]).values())) == 2


def test_pseudonyms_are_stable_private_and_in_no_order_of_names():
    students, key = [f"student {number:03d}" for number in range(200)], bytes(32)
    names = [Pseudonyms(key, "02_sgd").name(student) for student in students]
    assert names == [Pseudonyms(key, "02_sgd").name(student) for student in students] and len(set(names)) == 200
    assert sorted(names) != names and all(name.isascii() and len(name) == 14 for name in names)
    for other in (Pseudonyms(key, "01_backprop"), Pseudonyms(bytes(31) + b"1", "02_sgd")):
        assert not set(names) & {other.name(student) for student in students}
    decomposed = unicodedata.normalize("NFD", "José")
    assert Pseudonyms(key, "02_sgd").name(decomposed) == Pseudonyms(key, "02_sgd").name("José")
