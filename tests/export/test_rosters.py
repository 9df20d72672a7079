"""Grades go back into the lists that schools gave: Moodle in all languages, Canvas, others; no other cell changes."""

import csv
import io
import random

import pytest
from toy_records import make_toy_failure, make_toy_record

from autograder.command_line import NothingMatched
from autograder.export.canvas import write_canvas
from autograder.export.lists import write_list
from autograder.export.moodle import write_moodle
from autograder.export.words import LANGUAGES, fold
from autograder.results.record import RecordStatus

# As Moodle writes them: identifier, name, e-mail, status, grade, highest, can be changed, modified (submission),
# modified (grade), comments; and what stands before the participant's number.
HEADERS = {
    "en": "Identifier|Full name|Email address|Status|Grade|Maximum grade|Grade can be changed|"
    "Last modified (submission)|Last modified (grade)|Feedback comments|Participant ",
    "de": "ID|Vollständiger Name|E-Mail-Adresse|Status|Bewertung|Bestwertung|Bewertung kann geändert werden|"
    "Zuletzt geändert (Abgabe)|Zuletzt geändert (Bewertung)|Feedback als Kommentar|Teilnehmer/in",
    "fr": "Identifiant|Nom complet|Adresse de courriel|Statut|Note|Note maximale|La note peut être modifiée|"
    "Dernière modification (travail remis)|Dernière modification (note)|Feedback par commentaires|Participant",
    "es": "Identificador|Nombre completo|Dirección de correo|Estado|Calificación|Calificación máxima|"
    "La calificación puede ser cambiada|Última modificación (entrega)|Última modificación (calificación)|"
    "Comentarios de retroalimentación|Participante",
    "pt_br": "Identificador|Nome completo|Endereço de e-mail|Status|Nota|Nota máxima|Nota pode ser alterada|"
    "Última modificação (envio)|Última modificação (nota)|Comentários de feedback|Participante",
    "pt": "Identificador|Nome completo|Email|Estado|Nota|Nota máxima|A nota pode ser alterada|"
    "Última atualização (submissão)|Última atualização (avaliação)|Comentários de feedback|Participante ",
    "it": "Identificativo|Nome completo|Indirizzo email|Stato|Valutazione|Valutazione massima|Modificabile|"
    "Ultima modifica (consegna)|Ultima modifica (valutazione)|Commenti|Partecipante ",
    "nl": "ID|Volledige naam|E-mailadres|Status|Cijfer|Maximaal cijfer|Beoordeling kan gewijzigd worden|"
    "Laatst gewijzigd (inzending)|Laatst gewijzigd (beoordeling)|Feedback|Deelnemer ",
    "pl": "Identyfikator|Pełna nazwa|Adres e-mail|Status|Ocena|Maksymalna ocena|Ocena może być zmieniona|"
    "Ostatnia modyfikacja (zadanie)|Ostatnia modyfikacja (ocena)|Komentarz zwrotny|Uczestnik ",
    "ru": "Идентификатор|Полное имя|Адрес электронной почты|Состояние|Оценка|Максимальная оценка|"
    "Оценка может быть изменена|Последнее изменение (ответ)|Последнее изменение (оценка)|"
    "Отзыв в виде комментария|Участник",
    "ja": "識別子|フルネーム|メールアドレス|ステータス|評点|最大評点|評点変更可|最終更新日時 (提出)|"
    "最終更新日時 (評定)|フィードバックコメント|参加者",
    "zh_cn": "标识符|全名|电子邮件地址|状态|成绩|最高分|允许更改成绩|上次修改（作业）|上次修改（评分）|评语反馈|参与者",
    "zh_tw": "識別碼|全名|電子郵件信箱|狀態|成績|最高成績|分數可更改|最後修改的(作業)|最後修改的(得分)|評語回饋|參與者",
}
CODECS = {"pl": "cp1250", "ru": "cp1251", "ja": "cp932", "zh_cn": "gb18030", "zh_tw": "big5"}


def _write(path, rows, separator=",", codec="utf-8"):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    path.write_bytes(stream.getvalue().encode(codec))


def _read(path, separator=",", codec="utf-8-sig"):
    return list(csv.reader(io.StringIO(path.read_bytes().decode(codec), newline=""), delimiter=separator))


def _sheet(language, comma=False, highest="6.00"):
    *header, participant = HEADERS[language].split("|")
    people = [("77", "Doe, Jane"), ("78", "Bob Ray"), ("790", "Ann Ost" if language in CODECS else "Ann Øst")]
    rows = []
    for id, name in people:
        rows.append([participant + id, name, f"{id}@x", "S; y", "", highest, "Yes", "-", "-", ""])
    rows[1][4], rows[1][8], rows[1][9] = "2.00", "1 May, 10:00", 'kept "so"'
    if comma:
        rows = [[cell.replace(".00", ",00") for cell in row] for row in rows]
    return [header, *rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("language", HEADERS)
def test_moodles_worksheet_in_its_languages_keeps_every_other_cell(tmp_path, language, separator):
    for codec in ("utf-8", "utf-8-sig", "utf-16", CODECS.get(language, "cp1252")):
        rows = _sheet(language, comma=separator != ",")
        _write(tmp_path / "sheet.csv", rows, separator, codec)
        records = [make_toy_record("Jane Doe_77", 3), make_toy_record("Ann_790")]
        written = write_moodle(records, tmp_path / "out.csv", tmp_path / "sheet.csv")
        assert (written.grades, written.unknown, len(written.alone)) == (2, [], 1) and "Bob Ray" in written.alone[0]
        try:
            out = _read(tmp_path / "out.csv", separator, codec)
        except UnicodeDecodeError:  # "·" is not in every old encoding: then UTF-8, which the notes say
            out = _read(tmp_path / "out.csv", separator)
            assert any("utf-8" in note for note in written.notes) or separator == ","
        assert (out[1][4], out[3][4]) == ("5", "6") and out[1][9].startswith("q1 · Double a vector: 5/5")
        for row in (1, 3):
            out[row][4] = out[row][9] = ""
        assert out == rows


def test_moodles_words_are_all_different_kinds():
    for language, words in LANGUAGES.items():
        names = [fold(name) for kind in words for name in kind]
        assert len(set(names)) == len(names), language


@pytest.mark.parametrize("language", HEADERS)
def test_a_missing_last_modified_is_added_in_the_language_of_the_sheet(tmp_path, language):
    rows = [[*row[:8], row[9]] for row in _sheet(language)]
    _write(tmp_path / "sheet.csv", rows)
    write_moodle([make_toy_record("Doe_77")], tmp_path / "out.csv", tmp_path / "sheet.csv")
    out = _read(tmp_path / "out.csv")
    assert [row[-1] for row in out] == [HEADERS[language].split("|")[8], "-", "-", "-"]
    assert [row[:4] for row in out] == [row[:4] for row in rows]


def test_columns_in_any_order_and_an_unknown_language_are_found_by_what_they_hold(tmp_path):
    header = ["Nimi", "Ryhmä", "Tunniste", "Arvio", "Korkein", "Muokattu", "Kommentti"]
    rows = [header, *(["N" * n, "Ryhmä 1", f"Osallistuja {n}", "", "10,00", "-", ""] for n in (5, 6, 700))]
    _write(tmp_path / "sheet.csv", rows, ";")
    written = write_moodle([make_toy_record("Osallistuja_700", 3)], tmp_path / "out.csv", tmp_path / "sheet.csv")
    out = _read(tmp_path / "out.csv", ";")
    assert out[3][3] == "8,33" and "grades only" in " ".join(written.notes)
    out[3][3] = ""
    assert out == rows


@pytest.mark.parametrize(
    ("header", "cells", "said"),
    [
        (
            ["Tunniste", "Nimi"],
            ["Osa 5", "N"],
            "no column of grades that is known. It has 'Tunniste', 'Nimi'.*--column",
        ),
        (["Identifier", "Grade", "Grade"], ["Participant 5", "", ""], "more than one column of grades"),
        (["A", "B", "Grade"], ["Participant 5", "Room 7", ""], "more than one column of Moodle's identifiers"),
        (["Name", "Grade"], ["Ann", ""], "no column of Moodle's identifiers.*be the file from Moodle.*'Name', 'Grade'"),
    ],
)
def test_where_moodles_columns_stay_unclear_they_are_listed(tmp_path, header, cells, said):
    _write(tmp_path / "sheet.csv", [header, cells, [cell.replace("5", "6").replace("7", "8") for cell in cells]])
    with pytest.raises(ValueError, match=said):
        write_moodle([make_toy_record("x_5")], tmp_path / "out.csv", tmp_path / "sheet.csv")
    assert not (tmp_path / "out.csv").exists()


def test_moodles_column_of_grades_can_be_named_and_grades_are_scaled(tmp_path):
    rows = [["Tunniste", "Nimi", "Arvio"], ["Osallistuja5", "N", ""], ["Osallistuja6", "M", ""]]
    _write(tmp_path / "sheet.csv", rows)
    write_moodle([make_toy_record("x_5", 3)], tmp_path / "out.csv", tmp_path / "sheet.csv", column="arvio")
    assert [row[2] for row in _read(tmp_path / "out.csv")] == ["Arvio", "5", ""]
    _write(tmp_path / "sheet.csv", _sheet("en", highest="100.00"))
    written = write_moodle([make_toy_record("Doe_77", 3)], tmp_path / "out.csv", tmp_path / "sheet.csv")
    assert _read(tmp_path / "out.csv")[1][4] == "83.33" and "scaled from 6 to the 100 points" in written.notes[0]


def test_moodle_finds_students_by_address_and_name_and_keeps_what_has_no_score(tmp_path):
    _write(tmp_path / "sheet.csv", _sheet("de"))
    records = [
        make_toy_record("77@x"),
        make_toy_failure("Bob Ray", RecordStatus.GRADER_ERROR),
        make_toy_record("Eve_1"),
    ]
    written = write_moodle(records, tmp_path / "out.csv", tmp_path / "sheet.csv")
    out = _read(tmp_path / "out.csv")
    assert (
        [row[4] for row in out[1:]] == ["6", "2.00", ""] and out[2][9] == 'kept "so"' and written.unknown == ["Eve_1"]
    )


def test_an_anonymous_worksheet_and_groups(tmp_path):
    rows = [["Identifier", "Status", "Group", "Grade", "Last modified (grade)", "Feedback comments"]]
    rows += [[f"Participant {n}", "S", group, "", "-", ""] for n, group in ((5, "Team A"), (6, "Team A"), (7, "B"))]
    _write(tmp_path / "sheet.csv", rows)
    records = [make_toy_record("Participant_7", 3), make_toy_record("Team A")]
    written = write_moodle(records, tmp_path / "out.csv", tmp_path / "sheet.csv")
    assert [row[3] for row in _read(tmp_path / "out.csv")[1:]] == ["6", "6", "5"] and written.grades == 3


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_moodle_without_a_worksheet_gets_all_the_columns_it_needs(tmp_path, lang):
    records = [make_toy_failure("Li_5", RecordStatus.GRADER_ERROR), make_toy_record("王_77")]
    write_moodle(records, tmp_path / "m.csv", lang=lang)
    rows = _read(tmp_path / "m.csv")
    words = LANGUAGES["zh_cn" if lang == "zh" else "en"]
    assert [rows[0][0], *rows[0][2:]] == [names[0] for names in words[:5]]
    assert [row[:5] for row in rows[1:]] == [
        [f"{'参与者' if lang == 'zh' else 'Participant '}5", "Li", "", "6", ""],
        [f"{'参与者' if lang == 'zh' else 'Participant '}77", "王", "6", "6", ""],
    ]
    again = write_moodle(records, tmp_path / "again.csv", tmp_path / "m.csv", lang)
    assert again.grades == 2 and _read(tmp_path / "again.csv") == rows  # it is a worksheet itself


def test_moodles_comments_hold_no_markup_and_nothing_unseen(tmp_path):
    write_moodle([make_toy_record("x_5", message="<b>\u202eev\x1b[31mil</b>")], tmp_path / "m.csv")
    comment = _read(tmp_path / "m.csv")[1][5]
    assert comment.startswith("&lt;b&gt;") and not set("\u202e\x1b") & set(comment)


CANVAS = [
    ["Student", "ID", "SIS User ID", "SIS Login ID", "Root Account", "Section", "Other (1)", "HW 77_toy (4711)",
     "Final Score"],
    ["", "", "", "", "", "", "Manual Posting", "Manual Posting", ""],
    ["    Points Possible", "", "", "", "", "", "5", "6", "(read only)"],
    ["Doe, Jane", "12345", "S1", "jdoe", "a.edu", "A", "1", "", "90"],
    ["Doe, John", "12346.0", "S2", "john@x", "a.edu", "A; B", "1", "2", "90"],
    ["Wang, Ann", "12347", "S3", "awang", "a.edu", "A", "1", "", "90"],
    ["Wang, Ann", "12348", "S4", "bwang", "a.edu", "A", "1", "", "90"],
    ["王, 小明", "12349", "S5", "xm", "a.edu", "B", "1", "3", "90"],
    ["Student, Test", "999", "", "", "", "A", "", "", ""],
]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_canvas_gets_its_rows_back_with_one_assignment(tmp_path, codec, separator):
    _write(tmp_path / "roster.csv", CANVAS, separator, codec)
    records = [make_toy_record("doejane_12345"), make_toy_record("john_12346", 3), make_toy_record("xm"),
               make_toy_record("wangann"), make_toy_record("nobody")]  # fmt: skip
    written = write_canvas(records, tmp_path / "out.csv", None, tmp_path / "roster.csv")
    assert written.unknown == ["nobody", "wangann"]  # two rows are called Wang, Ann: nobody's grade is guessed
    assert written.alone == ["Wang, Ann", "Wang, Ann", "Student, Test"]
    out = _read(tmp_path / "out.csv", "," if separator == "\t" else separator)  # Canvas reads UTF-8, commas, semicolons
    assert [row[6] for row in out] == ["HW 77_toy (4711)", "Manual Posting", "6", "6", "5", "", "", "6", ""]
    assert [row[:6] for row in out] == [row[:6] for row in CANVAS]


@pytest.mark.parametrize(
    ("name", "column"),
    [("hw 77_toy", 7), ("HW 77_toy (4711)", 7), ("Other", 6), ("other (1)", 6), (None, 7)],
)
def test_canvass_assignment_is_found_by_its_name(tmp_path, name, column):
    _write(tmp_path / "roster.csv", CANVAS)
    write_canvas([make_toy_record("jdoe")], tmp_path / "out.csv", name, tmp_path / "roster.csv")
    assert _read(tmp_path / "out.csv")[0][6] == CANVAS[0][column]


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ("", "", "Homework 9", "no assignment 'Homework 9'. It has 'Other', 'HW 77_toy'. Name one with --assignment"),
        ("HW 77_toy (4711)", "Homework 2 (77)", None, "no assignment '77_toy'. It has 'Other', 'Homework 2'"),
        ("Other (1)", "77_toy again (2)", None, "more than one assignment '77_toy'"),
        ("12347", "1.23457E+11", None, "'ID' holds 1.23457E.11: a spreadsheet has rounded the numbers"),
        ("S4", "1,2E+15", None, "'SIS User ID' holds 1,2E.15"),
        ("Section", "Sektion", None, "it should be the file from Canvas: Grades, Export. It has 'Student', 'ID'"),
    ],
)
def test_a_gradebook_that_canvas_would_misread_is_refused(tmp_path, old, new, name, said):
    _write(tmp_path / "roster.csv", [[new if cell == old and old else cell for cell in row] for row in CANVAS])
    with pytest.raises(ValueError, match=said):
        write_canvas([make_toy_record("jdoe")], tmp_path / "out.csv", name, tmp_path / "roster.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_number_or_name_decides_before_a_login_and_nobody_is_taken_twice(tmp_path):
    _write(tmp_path / "roster.csv", CANVAS)
    records = [make_toy_record("jdoe", 3), make_toy_record("zdoejane_12345")]
    written = write_canvas(records, tmp_path / "out.csv", None, tmp_path / "roster.csv")
    assert written.unknown == ["jdoe"] and _read(tmp_path / "out.csv")[3][6] == "6"


def test_a_canvas_groups_number_is_nobodys_and_its_members_are_found_by_the_groups_name(tmp_path):
    _write(tmp_path / "roster.csv", CANVAS)
    records = [make_toy_record("red team_12345"), make_toy_record("awang")]
    written = write_canvas(records, tmp_path / "out.csv", None, tmp_path / "roster.csv")
    assert written.unknown == ["red team_12345"] and _read(tmp_path / "out.csv")[3][6] == ""
    group = ["Group Name", "", "", "Red Team", "Red Team", "", "Blue", "", ""]
    _write(tmp_path / "roster.csv", [[*row, name] for row, name in zip(CANVAS, group, strict=True)])
    written = write_canvas(records, tmp_path / "out.csv", None, tmp_path / "roster.csv")
    assert written.unknown == [] and [row[6] for row in _read(tmp_path / "out.csv")[3:6]] == ["6", "6", "6"]


def test_a_number_at_the_end_of_a_plain_name_is_nobodys(tmp_path):
    _write(tmp_path / "sheet.csv", _sheet("en"))
    written = write_moodle(
        [make_toy_record("hw_77"), make_toy_record("Bob_78")], tmp_path / "m.csv", tmp_path / "sheet.csv"
    )
    assert written.unknown == ["hw_77"] and "number of hw_77 beside another name" in " ".join(written.notes)
    _write(tmp_path / "list.csv", [["Nr", "Name", "77_toy"], ["1", "Ann", ""], ["2", "Bob", ""]])
    written = write_list([make_toy_record("hw_2"), make_toy_record("Ann")], tmp_path / "l.csv", tmp_path / "list.csv")
    assert written.unknown == ["hw_2"]


def test_canvas_without_a_roster_uses_the_numbers_in_the_file_names(tmp_path):
    written = write_canvas([make_toy_record("doejane_12345"), make_toy_record("=evil")], tmp_path / "out.csv")
    rows = _read(tmp_path / "out.csv")
    assert (
        rows[0][-1] == "77_toy" and rows[2] == ["'=evil", "", "", "", "", "6"] and rows[3][:2] == ["doejane", "12345"]
    )
    assert "no assignment '77_toy' yet, the import makes it" in written.notes[0]


LISTS = {  # header, a row, the student's key, the column of the score, encoding
    "学习通": ("学号|姓名|班级|成绩", "2021001|王小明|一班|", "2021001", 3, "gb18030"),
    "classroom": ("Last Name|First Name|Email Address|77_toy", "Doe|Jane|j@x|", "Jane Doe", 3, "utf-8"),
    "blackboard": ("Last Name|Username|HW 77_toy [Total Pts: 6 Score] |12", "Doe|jdoe|", "jdoe", 2, "utf-16"),
    "sakai": ("Name|Student ID|77_toy", "Jane Doe|jdoe|", "Doe, Jane_jdoe", 2, "utf-8"),
    "office": ("Name|Matrikel|Punkte", "Doe, Jane|12|", "Jane Doe_12", 2, "cp1252"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_any_other_list_is_filled_in(tmp_path, kind):
    header, row, student, column, codec = LISTS[kind]
    row = row.split("|")
    rows = [["A title"], [], header.split("|", len(row) - 1), row, ["Z", "Y", "X", "W"][: len(row)]]
    separator = "\t" if codec == "utf-16" else ","
    _write(tmp_path / "list.csv", rows, separator, codec)
    written = write_list([make_toy_record(student, 3)], tmp_path / "out.csv", tmp_path / "list.csv")
    out = _read(tmp_path / "out.csv", separator, codec)
    assert out[3][column] == "5" and written.grades == 1 and len(written.alone) == 1
    out[3][column] = ""
    assert out == rows


def test_a_list_without_a_column_of_scores_gets_one_and_says_so(tmp_path):
    (tmp_path / "list.csv").write_text("Login,Room\njdoe,1\nbob,2\n")
    written = write_list([make_toy_record("jdoe")], tmp_path / "out.csv", tmp_path / "list.csv")
    assert _read(tmp_path / "out.csv") == [["Login", "Room", "77_toy"], ["jdoe", "1", "6"], ["bob", "2"]]
    assert "new last column" in written.notes[0]
    with pytest.raises(ValueError, match="0 columns 'Mark'. It has 'Login', 'Room'"):
        write_list([make_toy_record("jdoe")], tmp_path / "out.csv", tmp_path / "list.csv", "Mark")


@pytest.mark.parametrize("write", [
    lambda records, out, roster: write_canvas(records, out, None, roster),
    lambda records, out, roster: write_moodle(records, out, roster),
    lambda records, out, roster: write_list(records, out, roster),
])  # fmt: skip
def test_another_classs_list_is_an_error_and_writes_nothing(tmp_path, write):
    rows = [["Student", "ID", "Section", "Identifier", "Grade", "77_toy"], ["Ann", "1", "A", "Participant 1", "", ""]]
    _write(tmp_path / "list.csv", [*rows, ["Bob", "2", "A", "Participant 2", "", ""]])
    with pytest.raises(NothingMatched, match="0 of 2 students are in .*list.csv.*'eve'.*begins with 'Ann 1 A"):
        write([make_toy_record("eve"), make_toy_record("mallory_99")], tmp_path / "out.csv", tmp_path / "list.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("seed", range(15))
def test_generated_lists_come_back_with_nothing_but_the_grades_changed(tmp_path, seed):
    draw = random.Random(seed)
    separator, codec = draw.choice(",;\t"), draw.choice(["utf-8", "utf-8-sig", "utf-16"])
    names = draw.sample(["Doe, Jane", "王 小明", "Jörg; Müller", 'Bob "B" Ray', "O'Neil", "Łukasz", "Ива́н", "X Æ"], 6)
    columns = draw.sample(
        ["Identifier", "Full name", "Notes", "Grade", "Last modified (grade)", "Feedback comments"], 6
    )
    cells = {"Notes": "a\nb, c; d\t e", "Grade": "", "Last modified (grade)": "-", "Feedback comments": "old"}
    rows = [columns]
    for n, name in enumerate(names):
        rows.append([{"Identifier": f"Participant {n + 5}", "Full name": name, **cells}[column] for column in columns])
    _write(tmp_path / "sheet.csv", rows, separator, codec)
    graded = draw.sample(range(6), 3)
    records = [make_toy_record(f"{names[n]}_{n + 5}", draw.choice([2, 3])) for n in graded]
    write_moodle(records, tmp_path / "out.csv", tmp_path / "sheet.csv")
    out = _read(tmp_path / "out.csv", separator, codec)
    for n, record in zip(graded, records, strict=True):
        assert out[n + 1][columns.index("Grade")] == str(record.score)
        for column in ("Grade", "Feedback comments"):
            out[n + 1][columns.index(column)] = cells[column]
    assert out == rows
