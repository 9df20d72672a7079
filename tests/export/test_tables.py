"""Lists as spreadsheets save them: every encoding and separator is read, written back the same, or refused by name."""

import csv
import io
import random

import pytest

from autograder.export.encodings import decode_list
from autograder.export.tables import read_table, write_table

HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,HW 2 (77)"
MARKS = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}
PEOPLE = {
    "gb18030": ["王, 小明", "李, 芳", "欧阳, 静", "赵, 喆"],
    "big5": ["王, 曉明", "陳, 怡君", "林, 志豪"],
    "cp932": ["田中, 太郎", "サトウ, はな"],
    "cp1252": ["Müller, Jörg", "Núñez, José", "Åse, Ø", "Öz, Zoë"],
    "cp1250": ["Łukasz, Śliwa", "Żółć, Anna"],
    "cp1251": ["Иванов, Пётр", "Сидорова, Анна", "Чан, Ли"],
    "utf-8": ["Nguyễn, Thị Hoa"],
    "utf-8-sig": ["王, 小明"],
    "utf-16": ["王, 小明", "Müller, Jörg"],
    "utf-16-le": ["Müller, Jörg"],
    "utf-16-be": ["Müller, Jörg"],
}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("codec", PEOPLE)
def test_a_list_is_read_in_its_encoding_and_written_back_byte_by_byte(tmp_path, codec, separator):
    rows = [HEADER.split(","), *([name, "7", "", "", "A; B", "1,5"] for name in PEOPLE[codec])]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    (tmp_path / "list.csv").write_bytes(stream.getvalue().encode(codec))
    table = read_table(tmp_path / "list.csv")
    assert table.rows == rows and table.dialect.separator == separator
    write_table(table, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "list.csv").read_bytes()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_cells_hold_comes_back(tmp_path, seed):
    draw = random.Random(seed)
    alphabet = ["a", "7", " ", '"', ",", ";", "\t", "\n", "\r\n", "'", "é", "王", "x=1", ".", "-"]
    cells = [["ID", "Name, first; last", "Note"]]
    cells += [["".join(draw.choices(alphabet, k=draw.randint(0, 6))) for _ in range(3)] for _ in range(12)]
    separator, newline = draw.choice(",;\t"), draw.choice(["\n", "\r\n"])
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=newline).writerows(cells)
    codec = draw.choice(["utf-8", "utf-8-sig", "utf-16", "gb18030"])
    (tmp_path / "list.csv").write_bytes(stream.getvalue().encode(codec))
    table = read_table(tmp_path / "list.csv", None if "utf" in codec else codec)
    write_table(table, tmp_path / "again.csv", {0, 1, 2})
    again = (tmp_path / "again.csv").read_bytes().decode(codec)
    assert list(csv.reader(io.StringIO(again, newline=""), delimiter=separator)) == cells


def test_a_comma_list_that_a_spreadsheet_of_semicolons_saved_in_one_column(tmp_path):
    lines = ["ID,Name,Note", '7,"Doe, Jane",', "8,Bob,"]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL).writerows([line] for line in lines)
    (tmp_path / "list.csv").write_text(stream.getvalue())
    assert read_table(tmp_path / "list.csv").rows == [["ID", "Name", "Note"], ["7", "Doe, Jane", ""], ["8", "Bob", ""]]


def test_titles_above_the_header_and_excels_own_first_line(tmp_path):
    (tmp_path / "a.csv").write_text("Course of 2026\n\nID;Name\n1;Ann\n")
    table = read_table(tmp_path / "a.csv")
    assert table.header == ["ID", "Name"] and [table.get(at, 1) for at in table.body()] == ["Ann"]
    (tmp_path / "b.csv").write_text("sep=;\r\nID, or so;Name\r\n1;Ann\r\n")
    assert read_table(tmp_path / "b.csv").header == ["ID, or so", "Name"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "list.csv is an Excel workbook: save it in Excel as “CSV UTF-8”"),
        (b"\xd0\xcf\x11\xe0rest", "Excel workbook"),
        (b"", "list.csv is not a table .it is empty."),
        (b"\xef\xbb\xbfID,Name\n1,\xff\n", r"list.csv is no text in utf-8 .byte 11.*--encoding"),
        (b"\xff\xfeI", "list.csv is no text in utf-16-le"),
        (b"ID,Name\n1,\x81\x8d\xff\x98\x00", "list.csv is no text in"),
    ],
)
def test_what_is_no_list_is_refused_by_name_with_what_to_do(tmp_path, data, said):
    (tmp_path / "list.csv").write_bytes(data)
    with pytest.raises(ValueError, match=said):
        read_table(tmp_path / "list.csv")


def test_an_encoding_can_be_named(tmp_path):
    path = tmp_path / "list.csv"
    data = "ID,Name\n1,محمد\n".encode("cp1256")
    assert decode_list(data, path, "cp1256")[0].endswith("محمد\n")
    with pytest.raises(ValueError, match="no encoding 'klingon'"):
        decode_list(data, path, "klingon")
    with pytest.raises(ValueError, match="list.csv is no text in ascii"):
        decode_list(data, path, "ascii")


def test_what_the_encoding_of_the_list_cannot_hold_makes_it_utf_8(tmp_path):
    (tmp_path / "list.csv").write_bytes("ID;Name\r\n1;Jörg\r\n".encode("cp1252"))
    table = read_table(tmp_path / "list.csv")
    table.set(1, 1, "王")
    assert write_table(table, tmp_path / "again.csv").codec == "utf-8"
    assert (tmp_path / "again.csv").read_bytes() == "\ufeffID;Name\r\n1;王\r\n".encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a;b\n1;2,5\n", "3,5"),
        ("a;b\n1;2.5\n", "3.5"),
        ("a;b\n1;2\n", "3,5"),
        ('a,b\n1,"2,5"\n', "3,5"),
        ("a,b\n1,2\n", "3.5"),
    ],
)
def test_numbers_have_the_decimal_sign_of_the_list(tmp_path, text, shown):
    (tmp_path / "list.csv").write_text(text)
    table = read_table(tmp_path / "list.csv")
    assert (table.format(3.5), table.format(7), table.format(2 / 3)[2:]) == (shown, "7", "67")
