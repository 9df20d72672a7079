"""Names as schools' systems, browsers and archivers write them: each student once, and nobody as another."""

import random
import zipfile

import pytest

from autograder.grading.intake import gather
from autograder.grading.students import find_owner, find_owners
from autograder.grading.zip_names import decode_names

NAME = "02_sgd"
FILE = f"{NAME}.ipynb"


@pytest.mark.parametrize(
    ("path", "student", "attempt"),
    [
        (f"Doe Jane_12345_assignsubmission_file/{FILE}", "Doe Jane_12345", 0),  # Moodle 4
        ("Doe Jane_12345_assignsubmission_onlinetext/onlinetext.html", "Doe Jane_12345", 0),
        ("Doe Jane_12345_assignsubmission_onlinetext_onlinetext.html", "Doe Jane_12345", 0),
        (f"Participant_9_assignsubmission_file/{FILE}", "Participant_9", 0),
        (f"anon_aB3dE_98765_{FILE}", "anon_aB3dE", 98765),  # Canvas
        (f"LATE_anon_Zk9Qa_98766_{FILE}", "anon_Zk9Qa", 98766),
        (f"anon_LATE_Zk9Qa_98766_{FILE}", "anon_Zk9Qa", 98766),
        ("anon_aB3dE_text.html", "anon_aB3dE", 0),
        (f"team_a_501_98765_{FILE}", "team_a_501", 98765),
        (f"3rdgroup_502_98766_{FILE}", "3rdgroup_502", 98766),
        (f"doejane_LATE_12345_678_{FILE}", "doejane_12345", 678),
        ("doejane_LATE_12345_text.html", "doejane_12345", 0),
        (f"Homework 2_jdoe_attempt_2026-11-30-10-15-30_{FILE}", "jdoe", 20261130101530),  # Blackboard
        (f"{NAME}_jdoe_attempt_2026-11-30-10-15-30_{FILE}", "jdoe", 20261130101530),
        ("Homework_2_jdoe_attempt_2026-11-30-10-15-30.txt", "jdoe", 20261130101530),
        (f"12345-67890 - Jane Doe - Nov 30, 2026 1015 PM - {FILE}", "Jane Doe_12345", 202611302215),  # Brightspace
        (f"12345-67890 - Jane Doe - Nov 3, 2026 12:05 AM/{FILE}", "Jane Doe_12345", 202611030005),
        (f"12345-67890 - Jane Doe - {FILE}", "Jane Doe_12345", 0),
        (f"Doe, Jane(jdoe)/Submission attachment(s)/{FILE}", "Doe, Jane_jdoe", 0),  # Sakai
        (f"Doe, Jane(jdoe)_Submission attachment(s)_{FILE}", "Doe, Jane_jdoe", 0),
        (f"Jane Doe - {FILE}", "Jane Doe", 0),  # Google Classroom
        ("计科2101班-张三-20210001-02_sgd.ipynb", "张三-20210001", 0),  # 学习通, and class monitors
        ("20210001-张三-第二次作业.ipynb", "20210001-张三", 0),
        ("软件工程-20210001-张三.ipynb", "20210001-张三", 0),
        ("202101-20210001-张三-终稿.ipynb", "20210001-张三", 0),
        ("2021-买买提·艾力-20210003-作业.ipynb", "买买提·艾力-20210003", 0),
        ("张三-20210001/作业.ipynb", "张三-20210001", 0),
        ("jane-Copy1.ipynb", "jane", 0),  # JupyterLab, Windows, macOS, in several languages
        ("jane-Copy12.ipynb", "jane", 0),
        ("jane - Copy.ipynb", "jane", 0),
        ("jane - Copy (2).ipynb", "jane", 0),
        ("jane - Kopie.ipynb", "jane", 0),
        ("jane copy 2.ipynb", "jane", 0),
        ("jane - 副本.ipynb", "jane", 0),
        ("jane副本.ipynb", "jane", 0),
        ("jane的副本 2.ipynb", "jane", 0),
        (f"{NAME}-Copy1.ipynb", "container", 0),
        (f"{NAME} 2.ipynb", "container", 0),
        ("student 2.ipynb", "student 2", 0),
        ("2026_11_30_homework.ipynb", "2026_11_30_homework", 0),
        ("homework_2026_11_30_jane.ipynb", "homework_2026_11_30_jane", 0),
        ("hw_2026_12_bob.ipynb", "hw_2026_12_bob", 0),
    ],
)
def test_each_systems_name_gives_its_student_and_attempt(path, student, attempt):
    owner = find_owner(path, NAME, "container")
    assert (owner.student, owner.attempt[0]) == (student, attempt)


MARKS = [  # what each system writes before a student's own name of a file
    ("Eve_1_assignsubmission_file_", "Eve_1"),
    ("eve_7_99_", "eve_7"),
    ("eve_LATE_7_99_", "eve_7"),
    ("anon_eVe12_99_", "anon_eVe12"),
    ("hw_eve_attempt_2026-11-30-10-15-30_", "eve"),
    ("7-99 - Eve - Nov 30, 2026 1015 AM - ", "Eve_7"),
    ("Eve, E(eve)_Submission attachment(s)_", "Eve, E_eve"),
    ("Eve_1_assignsubmission_file_/", "Eve_1"),
    ("Eve_1_assignsubmission_file/", "Eve_1"),
    ("Eve, E(eve)/Submission attachment(s)/", "Eve, E_eve"),
    ("7-99 - Eve - Nov 30, 2026 1015 AM/", "Eve_7"),
    ("eve/", "eve"),
]


@pytest.mark.parametrize(("mark", "student"), MARKS)
def test_no_name_that_a_student_chooses_reaches_another(mark, student):
    """2,000 file names put together from what other students' names look like."""
    rng = random.Random(mark)
    bobs = [other.replace("Eve", "Bob").replace("eve", "bob").replace("eVe12", "bOb12") for other, _ in MARKS]
    pieces = [
        *bobs,
        "12_34_",
        "_",
        " - ",
        "Copy of ",
        "-Copy1",
        "bob",
        "2026_",
        "(1)",
        "LATE_",
        "anon_",
        "张三-20210001-",
    ]
    for _ in range(2_000):
        own = "".join(rng.choices(pieces, k=rng.randint(1, 4)))
        assert find_owner(f"{mark}{own}{rng.choice([FILE, 'x.ipynb', ''])}x", NAME, "class").student == student, own


def _write(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _students(paths):
    return {item.student: item for item in gather(paths, NAME)}


@pytest.mark.parametrize("text", ["", "_"])
@pytest.mark.parametrize("both", [True, False])
def test_moodles_online_text_is_no_second_student(tmp_path, text, both):
    _write(tmp_path / f"Doe Jane_12345_assignsubmission_onlinetext{text}" / "onlinetext.html")
    if both:
        _write(tmp_path / f"Doe Jane_12345_assignsubmission_file{text}" / FILE, "it")
    (jane,) = gather([tmp_path], NAME)
    assert jane.student == "Doe Jane_12345" and jane.notes == ()
    assert jane.read() == b"it" if both else "not a notebook" in jane.problem.en


def test_blackboards_text_beside_a_file_is_no_other_file(tmp_path):
    for when, text in (("09-15-30", "old"), ("10-15-30", "new")):
        _write(tmp_path / f"HW_jdoe_attempt_2026-11-30-{when}_{FILE}", text)
        _write(tmp_path / f"HW_jdoe_attempt_2026-11-30-{when}.txt", "Name: Jane")
    _write(tmp_path / "HW_bob_attempt_2026-11-30-10-15-30.txt", "Name: Bob")
    found = _students([tmp_path])
    assert set(found) == {"jdoe", "bob"} and found["jdoe"].read() == b"new" and "2 files" in found["jdoe"].notes[0].en
    assert "not a notebook" in found["bob"].problem.en


def test_a_user_of_blackboard_may_hold_the_sign_that_separates():
    names = [f"Home_work_{user}_attempt_2026-11-30-10-15-30_x.ipynb" for user in ("jane_doe", "john_doe", "bob")]
    assert [owner.student for owner in find_owners(names, [""] * 3, NAME)] == ["jane_doe", "john_doe", "bob"]


def test_plain_names_that_look_like_canvas_keep_their_students_apart():
    names = ["hw_2_1_jane.ipynb", "hw_2_1_bob.ipynb", "doejane_7_99_x.ipynb", "doejane_7_99_x-1.ipynb"]
    assert [owner.student for owner in find_owners(names, [""] * 4, NAME)] == [
        "hw_2_1_jane", "hw_2_1_bob", "doejane_7", "doejane_7"]  # fmt: skip


def test_a_second_file_as_macos_names_it_needs_a_first(tmp_path):
    for name in ("jane", "jane 2", "student 1", "student 2", "li 3"):
        _write(tmp_path / f"{name}.ipynb")
    assert set(_students([tmp_path])) == {"jane", "student 1", "student 2", "li 3"}


def test_an_index_that_a_system_adds_is_no_student(tmp_path):
    _write(tmp_path / "7-99 - Jane - Nov 30, 2026 1015 AM" / FILE)
    _write(tmp_path / "index.html")
    _write(tmp_path / "grades.csv")
    assert set(_students([tmp_path])) == {"Jane_7"}


def _zip_raw(path, names, encoding):
    """An archive whose names are bytes of that encoding, as 7-Zip and Windows write them: without the UTF-8 flag."""
    keys = [f"{number:04d}".ljust(len(name.encode(encoding)), "x") for number, name in enumerate(names)]
    with zipfile.ZipFile(path, "w") as archive:
        for key in keys:
            archive.writestr(key, "x")
    data = path.read_bytes()
    for key, name in zip(keys, names, strict=True):
        data = data.replace(key.encode(), name.encode(encoding))
    path.write_bytes(data)
    return path


CLASSES = {
    "cp437": ["André", "Müller Jörg", "Núñez José"],
    "cp850": ["René", "Zoë", "Jürgen Groß", "Ángel Íñigo", "João"],
    "cp932": ["田中太郎", "佐藤花子", "鈴木さくら", "ケンジ"],
    "gb18030": ["王小明", "李雷", "韩梅梅", "张伟"],
    "big5": ["陳怡君", "林志豪", "黃淑芬", "張雅婷"],
    "euc-kr": ["김민준", "이서연", "박지훈", "최수영"],
    "utf-8": ["王小明", "André", "田中太郎", "김민준"],
}


@pytest.mark.parametrize("encoding", CLASSES)
@pytest.mark.parametrize("form", ["{}_{}_assignsubmission_file_/" + FILE, "{}{}.ipynb", "{}{}/作业" + FILE])
def test_names_in_zips_without_an_encoding(tmp_path, encoding, form):
    if "作" in form and encoding not in ("cp932", "gb18030", "utf-8"):
        form = form.replace("作业", "x")
    elif encoding == "cp932":
        form = form.replace("作业", "課題")
    names = [form.format(name, number) for number, name in enumerate(CLASSES[encoding], 10)]
    expected = {find_owner(name, NAME).student for name in names}
    assert set(_students([_zip_raw(tmp_path / "class.zip", names, encoding)])) == expected and len(expected) == len(
        names
    )


FIRST = {"gb18030": "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "big5": "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐",
         "euc-kr": "김이박최정강조윤장임한오서신권황안송류전"}  # fmt: skip
GIVEN = {"gb18030": "伟芳娜秀英敏静丽强磊军洋勇艳杰涛明超霞平梓萱", "big5": "家豪淑芬志明俊傑建宏美玲雅婷冠宇怡君",
         "euc-kr": "민준서연지우하은도윤수아예준시호건현훈채원영희철"}  # fmt: skip


@pytest.mark.parametrize("encoding", FIRST)
def test_generated_classes_are_read_in_their_own_encoding(encoding):
    rng = random.Random(encoding)
    for _ in range(100):
        names = [rng.choice(FIRST[encoding]) + "".join(rng.choices(GIVEN[encoding], k=2)) + f"_{number}_x"
                 for number in range(rng.randint(4, 30))]  # fmt: skip
        assert decode_names([name.encode(encoding) for name in names]) == names


def test_one_name_that_is_broken_does_not_change_the_others():
    names = [f"{name}_{number}" for name in CLASSES["gb18030"] for number in range(3)]
    raw = [name.encode("gb18030") for name in names]
    assert decode_names([*raw, b"\xff\xff" * 200])[:-1] == names


def test_backslashes_separate_folders(tmp_path):
    path = _zip_raw(
        tmp_path / "class.zip", ["jane\\02_sgd.ipynb", "bob\\week 1\\02_sgd.ipynb", "bob\\week 1\\"], "ascii"
    )
    assert list(_students([path])) == ["bob", "jane"]


@pytest.mark.parametrize("name", ["class.tar.gz", "class.tgz", "class.tar", "class.7z", "class.rar"])
def test_archives_of_other_kinds_are_said_to_need_unpacking(tmp_path, name):
    _write(tmp_path / name)
    (item,) = gather([tmp_path / name], NAME)
    assert "unpack this one" in item.problem.en and "解压" in item.problem.zh
