"""Writes what a class gets: grades.csv, feedback/STUDENT.html; says what most people missed."""

from __future__ import annotations

import codecs
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.answers.outcome import STATUS_TEXT, Status, Text
from autograder.results.cells import Cell, format_rows, make_cell
from autograder.results.feedback import render_feedback
from autograder.results.plain_text import make_plain, to_plain_text
from autograder.results.record import Record, RecordStatus
from course_utils.files import write_file

STATUS_NAMES = {
    RecordStatus.GRADED: Text("graded", "已评分"),
    RecordStatus.EMPTY: Text("empty", "空白"),
    RecordStatus.OTHER_EXERCISE: Text("other exercise", "别的练习"),
    RecordStatus.UNREADABLE: Text("unreadable", "无法读取"),
    RecordStatus.GRADER_ERROR: Text("grader error", "评分程序出错"),
}
_MOST = 200  # characters of a message, which may quote the learner, on the teacher's terminal; grades.csv has all
_COUNT = Text("{n} submissions", "{n} 份提交")
_SCORE = Text(
    "Score: mean {mean:.1f}, median {median:g} of {of} ({share:.0%})",
    "得分：平均 {mean:.1f}，中位数 {median:g}，满分 {of}（{share:.0%}）",
)
_MISSED = Text("Most missed questions:", "最多人没有答对的题目：")
_MISCONCEPTIONS = Text("Misconceptions met:", "遇到的典型误解：")
_ATTENTION = Text("Please look at:", "请老师查看：")


def write_feedback(record: Record, folder: Path, name: str, lang: str = "en", shown: str | None = None) -> Path:
    """FOLDER/feedback/NAME.html in both languages, opening in `lang`; `shown` (a pseudonym) instead of the student."""
    path = folder / "feedback" / f"{name}.html"
    write_file(path, render_feedback(record, lang, shown), durable=False)
    return path


def write_grades(records: Iterable[Record], path: Path, lang: str = "en") -> None:
    """The gradebook: student, score, max_score, one column a question, status, message; a row a student, by name.

    A grader error has no score: nobody gets a 0 that is not theirs. Twice, since no one file is right everywhere:
    `path` for programs and for Excel where commas part columns (UTF-8 with a byte order mark, or Excel garbles
    Chinese), and beside it NAME_excel.csv, which Excel opens rightly in every country (UTF-16, tabs).
    """
    records = sorted(records, key=lambda record: record.student)
    questions = list(dict.fromkeys(question for record in records for question in record.questions))
    rows = [["student", "score", "max_score", *questions, "status", "message"]]
    for record in records:
        failed = record.status is RecordStatus.GRADER_ERROR
        earned = [record.questions[id].earned if id in record.questions and not failed else "" for id in questions]
        message = record.message.say(lang) if record.message else ""
        score = "" if failed else record.score
        rows.append([record.student, score, record.max_score, *earned, str(record.status), message])
    write_csv(path, rows)
    cells = [[make_cell(cell) for cell in row] for row in rows]
    write_file(
        path.with_name(f"{path.stem}_excel.csv"), codecs.BOM_UTF16_LE + format_rows(cells, "\t").encode("utf-16-le")
    )


def write_csv(path: Path, rows: Iterable[Sequence[Cell]]) -> None:
    """A table as CSV, UTF-8 with a byte order mark; cells on one line each, and none that a spreadsheet would run."""
    write_file(path, "\ufeff" + format_rows([[make_cell(cell) for cell in row] for row in rows]))


def summarize(records: Sequence[Record], lang: str = "en") -> str:
    """Counts, mean, median and histogram, the questions most people missed, misconceptions, what needs a teacher."""
    statuses = Counter(record.status for record in records)
    counts = ", ".join(f"{STATUS_NAMES[status].say(lang)} {n}" for status, n in statuses.most_common())
    lines = [f"{_COUNT.say(lang).format(n=len(records))}: {counts}" if records else _COUNT.say(lang).format(n=0)]
    graded = [record for record in records if record.status in (RecordStatus.GRADED, RecordStatus.EMPTY)]
    if graded:
        lines += [*_describe_scores(graded, lang), *_list_missed(graded, lang), *_list_misconceptions(graded, lang)]
    attention = [record for record in records if record.status is not RecordStatus.GRADED or record.message]
    if attention:
        lines += ["", _ATTENTION.say(lang)]
        for record in sorted(attention, key=lambda record: (record.status == RecordStatus.GRADED, record.student)):
            message = f": {make_plain(record.message.say(lang), _MOST)}" if record.message else ""
            lines.append(f"  {record.student} ({STATUS_NAMES[record.status].say(lang)}){message}")
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines)


def _describe_scores(records: list[Record], lang: str) -> list[str]:
    scores, of = [record.score for record in records], max(record.max_score for record in records)
    mean, median = statistics.mean(scores), statistics.median(scores)
    share = mean / of if of else 0
    lines = ["", _SCORE.say(lang).format(mean=mean, median=median, of=of, share=share)]
    bins = Counter(min(10 * score // of, 9) if of else 0 for score in scores)
    for tenth in range(10):
        bar = "█" * round(40 * bins[tenth] / max(bins.values()))
        lines.append(f"  {10 * tenth:3d}–{10 * tenth + 10:3d} % {bar}{' ' if bar else ''}{bins[tenth] or '·'}")
    return lines


def _list_missed(records: list[Record], lang: str) -> list[str]:
    missed: dict[str, Counter] = {}
    titles = {}
    for record in records:
        for id, question in record.questions.items():
            titles[id] = question.title
            missed.setdefault(id, Counter())[question.status] += 1
    ranked = sorted(missed, key=lambda id: missed[id][Status.PASSED])
    ranked = [id for id in ranked if missed[id][Status.PASSED] < len(records)]
    lines = ["", _MISSED.say(lang)] if ranked else []
    for id in ranked:
        kinds = ((status, n) for status, n in missed[id].most_common() if status is not Status.PASSED)
        counts = ", ".join(f"{STATUS_TEXT[status].say(lang)} {n}" for status, n in kinds)
        share = 1 - missed[id][Status.PASSED] / len(records)
        lines.append(f"  {share:4.0%}  {id} · {to_plain_text(titles[id].say(lang))} ({counts})")
    return lines


def _list_misconceptions(records: list[Record], lang: str) -> list[str]:
    counts, sentences = Counter(), {}
    for record in records:
        met = {
            (id, check.misconception): check.message
            for id, question in record.questions.items()
            for check in question.checks
            if check.misconception
        }
        counts.update(met.keys())
        sentences |= met
    lines = ["", _MISCONCEPTIONS.say(lang)] if counts else []
    for (id, name), n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        sentence = sentences[id, name]
        lines.append(f"  {n:4d} ×  {id} · {name}: {to_plain_text(sentence.say(lang)) if sentence else ''}".rstrip(": "))
    return lines
