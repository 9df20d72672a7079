"""Records, gradebook, feedback, summary: nothing leaks, runs in a spreadsheet or browser, or is half written."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from toy_exercise import EXERCISE

from autograder.answers.answer import Local
from autograder.answers.marking import mark_exercise
from autograder.answers.outcome import Status, Text
from autograder.answers.rooms import list_exercises, load_exercise
from autograder.results.feedback import render_feedback
from autograder.results.plain_text import to_plain_text
from autograder.results.record import RecordStatus, join_texts, make_failure, make_record, read_record
from autograder.results.report import summarize, write_feedback, write_grades
from autograder.results.stored import read_result, write_result

NOTE = Text("Two files.", "两个文件。")
SECRET = "s3cret"


def _fail_on_long(x):
    if len(x) == 4:
        raise ValueError(f"{SECRET} {x}")
    return 2 * x


def _double_first(x):
    x[0] *= 2
    return x


def _hole(x):
    raise NotImplementedError("q1: x")


def _record(double=lambda x: 2 * x, factor=2, student="jane", notes=()):
    outcomes = mark_exercise(EXERCISE, Local({"double": double, "FACTOR": factor}), seed=3, hidden=True)
    return make_record(
        EXERCISE,
        outcomes,
        student=student,
        file=f"{student}.ipynb",
        seed=3,
        notes=notes,
        submission_sha256="ab" * 32,
        seconds=0.5,
        versions={"numpy": "2"},
    )


def _failure(status=RecordStatus.UNREADABLE, student="zoe"):
    return make_failure(EXERCISE, status, Text("No JSON.", "不是 JSON。"), student=student, file="zoe.ipynb", seed=3)


def test_a_right_answer_earns_all_points_and_survives_json(tmp_path):
    record = _record(notes=(NOTE, NOTE))
    assert (record.status, record.score, record.max_score, record.message) == (RecordStatus.GRADED, 6, 6, NOTE)
    path = tmp_path / "results" / "jane.json"
    write_result(record, path, b"key")
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert read_record(stored) == read_result(path, b"key") == record
    assert stored["status"] == "graded" and stored["message"] == {"en": "Two files.", "zh": "两个文件。"}
    assert stored["questions"]["q1"]["checks"][1]["hidden"] is True


def test_a_hidden_check_shows_its_sentence_and_never_its_data():
    record = _record(double=_fail_on_long)
    check = record.questions["q1"].checks[1]
    assert check.status is Status.COULD_NOT_RUN and record.score == 3
    for text in (json.dumps(record.to_json()), render_feedback(record), summarize([record])):
        assert SECRET not in text and "e+06" not in text
    assert "The same holds for large numbers." in render_feedback(record)
    wrong = _record(double=lambda x: 2 * x if len(x) == 3 else 3 * x).questions["q1"].checks[1]
    assert wrong.status is Status.WRONG and wrong.message is None
    named = _record(double=lambda x: 2 * x if len(x) == 3 else _double_first(x)).questions["q1"].checks[1]
    assert named.misconception == "only-first" and named.message == EXERCISE.misconceptions["only-first"]


def test_an_untouched_exercise_is_empty_and_scores_nothing():
    record = _record(_hole, ...)
    assert record.status is RecordStatus.EMPTY and record.score == 0 and "still the hole" in record.message.en
    assert _record(_hole, 2).status is RecordStatus.GRADED


def test_a_failure_has_no_points_and_every_question():
    record = _failure()
    assert (record.score, record.max_score, list(record.questions)) == (0, 6, ["q1", "q2"])
    assert read_record(record.to_json()) == record


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("score"),
        lambda data: data.update(score=7),
        lambda data: data.update(score="6"),
        lambda data: data.update(status="fine"),
        lambda data: data.update(extra=1),
        lambda data: data.update(record_version=2),
        lambda data: data["questions"]["q1"].update(earned=9),
        lambda data: data["questions"].update(q9=3),
        lambda data: data.update(message="text"),
        lambda data: data["questions"]["q1"]["checks"][0].update(status="x"),
    ],
)
def test_a_record_that_was_not_written_by_us_is_refused(damage):
    data = _record().to_json()
    damage(data)
    with pytest.raises(ValueError, match="not a result record"):
        read_record(data)


@pytest.mark.parametrize("data", [None, [], "x", 3, {}, {"record_version": 1}])
def test_what_is_no_record_at_all_is_refused(data):
    with pytest.raises(ValueError, match="not a result record"):
        read_record(data)


def test_sentences_are_joined_once_each():
    assert join_texts([]) is None and join_texts([NOTE, NOTE]) == NOTE
    assert join_texts([NOTE, Text("b", "乙")]) == Text("Two files. b", "两个文件。乙")


def _read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_the_gradebook_has_a_row_a_student_in_order(tmp_path):
    records = [
        _record(student="zoe"),
        _failure(student="张三"),
        _record(lambda x: 3 * x, student="ann", notes=(NOTE,)),
        _failure(RecordStatus.GRADER_ERROR, "bob"),
    ]
    write_grades(records, tmp_path / "grades.csv")
    rows = _read_csv(tmp_path / "grades.csv")
    assert list(rows[0]) == ["student", "score", "max_score", "q1", "q2", "status", "message"]
    assert [(row["student"], row["score"], row["q1"], row["status"]) for row in rows] == [
        ("ann", "1", "0", "graded"),
        ("bob", "", "", "grader error"),
        ("zoe", "6", "5", "graded"),
        ("张三", "0", "0", "unreadable"),
    ]
    assert rows[0]["message"] == "Two files."


def test_excel_opens_the_gradebook_rightly_where_commas_part_columns_and_where_they_do_not(tmp_path):
    records = [_record(student="张三", notes=(Text("A, b; c.", "甲，乙；丙。"),)), _failure(student="Ångström, Zoë")]
    write_grades(records, tmp_path / "grades.csv", lang="zh")
    data, excel = ((tmp_path / name).read_bytes() for name in ("grades.csv", "grades_excel.csv"))
    assert data.startswith(
        b"\xef\xbb\xbfstudent,score"
    )  # without the mark, Excel takes it for the country's old encoding
    assert excel.startswith(b"\xff\xfes\0t\0")  # UTF-16 with tabs: Excel then asks no country for its separator
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [line.split("\t") for line in excel.decode("utf-16").split("\r\n")[:-1]] and len(rows) == 3
    assert rows[2][0] == "张三" and rows[2][-1] == "甲，乙；丙。"


class _Page(HTMLParser):
    """Tags and attributes of a page, its text, and that every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>`</code>`\"'&amp;\u202e\x00]]>"


def _raise(x):
    raise ValueError(ATTACK)


def test_nothing_a_student_writes_becomes_part_of_the_page():
    record = replace(
        _record(_raise, student=ATTACK, notes=(Text(ATTACK, ATTACK),)), file=ATTACK, submission_sha256=ATTACK
    )
    text = render_feedback(record)
    page = _Page(text)
    assert page.open == [] and not {"script", "img", "a", "link", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    assert "alert(1)" in page.text and "\u202e" not in text and "\x00" not in text


def test_the_page_is_complete_in_both_languages_and_loads_nothing():
    for lang in ("en", "zh"):
        text = render_feedback(_record(_double_first, 3, notes=(NOTE,)), lang)
        page = _Page(text)
        assert "url(" not in text and "@import" not in text and "http" not in text.replace("http-equiv", "")
        assert 'name="viewport" content="width=device-width' in text and f'<html lang="{lang}">' in text
        assert re.findall(r'id="(\w+)" checked', text) == [lang]
        for words in (
            "Double a vector",
            "向量加倍",
            "0 of 6 points",
            "满分 6 分",
            "Two files.",
            "两个文件。",
            "hidden check",
            "隐藏检查",
            "Only the first entry is doubled.",
            "只有第一个元素加倍了。",
            "not yet right",
            "还不对",
        ):
            assert words in page.text, words
        assert "table" not in page.tags and page.tags.count("main") == 2


def test_feedback_under_a_pseudonym_holds_no_name(tmp_path):
    path = write_feedback(_record(student="Jane Doe"), tmp_path, "s-abc", shown="s-abc")
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "feedback" / "s-abc.html" and "s-abc" in text and "Jane" not in text


def test_feedback_of_what_could_not_be_graded_says_why():
    unreadable, failed = render_feedback(_failure()), render_feedback(_failure(RecordStatus.GRADER_ERROR))
    assert "No JSON." in unreadable and "0 of 6 points" in unreadable and "Double a vector" not in unreadable
    assert "no score yet" in failed and "0 of 6 points" not in failed


def test_the_summary_counts_scores_questions_misconceptions_and_what_needs_a_teacher():
    records = [
        _record(student="a"),
        _record(lambda x: x**2, student="b"),
        _record(lambda x: x**2, 3, student="c"),
        _record(_hole, 2, student="d"),
        _failure(student="\x1b[31mzoe"),
    ]
    text = summarize(records)
    assert "5 submissions: graded 4, unreadable 1" in text
    assert "mean 2.0, median 1 of 6 (33%)" in text
    missed = text.index("q1 · Double a vector (not yet right 2, not attempted 1)")
    assert "75%  q1" in text and "25%  q2" in text and missed < text.index("q2 · Name the factor")
    assert "2 ×  q1 · squared: You squared" in text
    assert "zoe (unreadable): No JSON." in text and "\x1b" not in text
    zh = summarize(records, "zh")
    assert "5 份提交" in zh and "向量加倍" in zh and "你做了平方" in zh and "不是 JSON。" in zh
    assert "0 submissions" in summarize([]) and "Most missed" not in summarize([records[0]])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"the slope $\partial L/\partial w_2$ is", "the slope ∂L/∂w₂ is"),
        (r"$|1-\alpha\lambda|<1$, $1/\lambda_{\max}$", "|1-αλ|<1, 1/λ_max"),
        (r"$1-\tanh^2 z$ and $10^{-6}$ and $e^a$", "1-tanh² z and 10⁻⁶ and e^a"),
        (r"$\hat v_t$, $a\,b^{-1}$, $3.2\cdot10^7$", "v\u0302ₜ, a b⁻¹, 3.2·10⁷"),
        (r"$\frac{a}{b}$, $W^\top$, $Q\in\mathbb{R}^{T\times d}$", "(a)/(b), Wᵀ, Q∈R^(T×d)"),
        ("it costs 5$ or 6$\nno formula", "it costs 5$ or 6$\nno formula"),
        ("one $ alone \\partial", "one $ alone \\partial"),
    ],
)
def test_formulas_become_plain_text(text, plain):
    assert to_plain_text(text) == plain


def test_no_formula_of_our_exercises_is_left_in_latex():
    for name in list_exercises():
        exercise = load_exercise(name)
        texts = [
            *exercise.misconceptions.values(),
            *(check.sentence for q in exercise.questions.values() for check in q.checks),
        ]
        for sentence in (part for text in texts for part in text):
            outside = "".join(sentence.split("`")[::2])
            assert not set(to_plain_text(outside)) & set("\\${}"), sentence
