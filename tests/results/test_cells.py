"""No cell that we write becomes a formula, in whatever country and program the file is opened; names stay readable."""

import csv
import io
import random
import re

import pytest
from toy_records import make_toy_record

from autograder.export.canvas import write_canvas
from autograder.export.lists import write_list
from autograder.export.moodle import write_moodle
from autograder.results.cells import disarm, make_cell
from autograder.results.report import write_csv, write_grades

SIGNS = "=+-@|%＝＋－＠⁺₌﹦﹣"
NAMES = [
    "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "＝1", "|calc", "%x", "\r=1", "a\n=1", "x;=1+1", "x,=1+1",
    "x\t@A1", 'x;"=1', 'x;""=1', '"=1', "x; \u3000=1", "x;\u200b=1", "\ufeff=1", "\u00a0-2+3", ";;=1", 'x;,"+1',
    "=cmd|'/C calc'!A0", "x;﹦1", "x;⁼1", "-", "--", "=", "x\u2028;=1", "'=1", "x;'=1", "\x00=1", "x;\x00=1", "x\r;=1",
    "x;\u202e=1", '"";=1', "x;'\"=1",
]  # fmt: skip


def _open_everywhere(data):
    """The cells as spreadsheets with each separator find them; what they drop before they look is dropped."""
    text = data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8-sig")
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            for cell in row:
                yield cell.strip().strip('"\ufeff\u200b\u200e\u200f\u202e\u00ad ').strip()


def _is_formula(cell):
    return cell[:1] != "" and cell[0] in SIGNS


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_is_a_formula_in_any_country(tmp_path, name):
    records = [make_toy_record(name, message=name), make_toy_record(f"{name}_12")]
    write_grades(records, tmp_path / "grades.csv")
    write_canvas(records, tmp_path / "canvas.csv", name)
    write_moodle(records, tmp_path / "moodle.csv")
    write_csv(tmp_path / "table.csv", [[name, name], ["x", name]])
    files = sorted(tmp_path.glob("*.csv"))
    assert len(files) == 5
    for file in files:
        assert not [cell for cell in _open_everywhere(file.read_bytes()) if _is_formula(cell)], file.name


@pytest.mark.parametrize(("write", "student"), [(write_moodle, "x_5"), (write_list, "Participant 5")])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_a_list_that_a_school_gave_becomes_a_formula(tmp_path, write, student, separator):
    for name in [name for name in NAMES if name not in ("-", "--")]:
        rows = [["Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments"]]
        rows += [["Participant 5", name, "", "-", ""], ["Participant 6", "Bob", "-1,5", "-", "+49 171 22"]]
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=separator).writerows(rows)
        (tmp_path / "list.csv").write_bytes(stream.getvalue().encode())
        write([make_toy_record(student)], tmp_path / "out.csv", tmp_path / "list.csv")
        data = (tmp_path / "out.csv").read_bytes()
        assert list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=separator))[2] == rows[2]
        formulas = [cell for cell in _open_everywhere(data) if _is_formula(cell)]
        assert not [cell for cell in formulas if not re.fullmatch(r"[+-][\d\s.,]*", cell)], (name, formulas)


def test_generated_names_are_no_formulas(tmp_path):
    draw = random.Random(0)
    alphabet = ["=", "+", "-", "@", "＝", ";", ",", "\t", "\n", '"', "'", " ", "a", "1", "\u200b", "|"]
    rows = [["".join(draw.choices(alphabet, k=draw.randint(1, 8))) for _ in range(4)] for _ in range(3000)]
    write_csv(tmp_path / "table.csv", rows)
    assert not [cell for cell in _open_everywhere((tmp_path / "table.csv").read_bytes()) if _is_formula(cell)]


@pytest.mark.parametrize(
    "name", ["Anna-Lena Öz", "O'Brien, Siobhán", "王 小明", "a@b.org", "x=1", "1-2", "C+", "50%", ""]
)
def test_names_stay_as_they_are(name):
    assert make_cell(name) == disarm(name) == name


def test_what_is_unseen_becomes_a_blank():
    assert make_cell("a\u202eb\x1bc\ud800d\u200be\nf") == "a b c d e f" and make_cell(1.5) == 1.5
