"""References to sections and lessons, and links: what leads nowhere is found, what only looks like one is not."""

from pathlib import Path

import pytest
from cells import code, make_source, say

from tools.links import find_dead_links, list_notebooks
from tools.passages import Passage, list_passages
from tools.references import find_dead_lessons, find_dead_sections, read_outline
from tools.source import ROOT, read_source

OUTLINE = {"07": {1, 2, 3}, "10": {1, 2}}
DEAD_SECTIONS = [
    ("as in 07.8", "07.8"),
    ("Section 07.8 says", "07.8"),
    ("lesson 07.12's loop", "07.12"),
    ("见 07.8 节", "07.8"),
    ("见07.8节", "07.8"),
    ("课文 07.8", "07.8"),
    ("（10.3 节）", "10.3"),
    ("(10.3)", "10.3"),
    ("in 07.1–07.4", "07.4"),
    ("the loop of 10.9, shuffled", "10.9"),
]
DEAD_LESSONS = [
    ("lesson 13", "13"),
    ("Lesson 13's loop", "13"),
    ("lessons 07 and 13", "13"),
    ("lessons 07 (masks), 13 and 10", "13"),
    ("lessons 07 to 13", "13"),
    ("lessons 07–13", "13"),
    ("exercise 13", "13"),
    ("lesson\n13", "13"),
    ("section 13.2", "13"),
    ("(13.2)", "13"),
    ("as in 04.2", "04"),
    ("lesson 4", "04"),
    ("第 13 课", "13"),
    ("第13课", "13"),
    ("第 07、13 课", "13"),
    ("第 07 到 13 课", "13"),
    ("练习 13", "13"),
    ("13.2 节", "13"),
    ("（13.2 节）", "13"),
]
ALIVE = [
    "07.3, 10.1–10.2 and lesson 07.2; lessons 07 and 10; exercise 07; lesson 7",
    "07.3 节、第 07、10 课（10.2 节）、练习 07、课文 07.1",
    "10.9 % of 10.9% and $10.9$, ⟦x:10.9⟧, `x[10.9]`, 1,710.9, 2010.11, -10.9, 3.11, arXiv:1710.03740, 10.12.1, 10.123",
    "another work's § 10.14, 第 10.14 节, section 3.2, S2（5.2 节）",
    "17.5 dollars, lessons 07 with 20 images, lesson 07, 64 images, 第 13 步, 13 课时",
]


@pytest.mark.parametrize(("text", "section"), DEAD_SECTIONS)
def test_a_section_that_is_not_there_is_found(text, section):
    (problem,) = find_dead_sections([Passage(Path("x.py"), 5, f"Before.\n\n{text}")], OUTLINE)
    assert str(problem).startswith(f"x.py:7: there is no section {section}, the last is {section[:2]}.")


@pytest.mark.parametrize(("text", "lesson"), DEAD_LESSONS)
def test_a_lesson_that_is_not_there_is_found(text, lesson):
    (problem,) = find_dead_lessons([Passage(Path("x.py"), 5, f"Before.\n\n{text}")], OUTLINE)
    assert f"there is no lesson {lesson}:" in problem.message
    assert problem.line == 7 + text.count("\n")


@pytest.mark.parametrize("text", ALIVE)
def test_what_is_there_and_what_is_no_reference_passes(text):
    passage = Passage(Path("x.py"), 1, text)
    assert [*find_dead_sections([passage], OUTLINE), *find_dead_lessons([passage], OUTLINE)] == []


def test_code_is_read_for_its_comments_and_strings_alone():
    text = 'x = [10.9, 2]  # as in 07.8\n\ndef f():\n    """See 07.9."""\n    return "lesson 13"'
    passages = list(list_passages(make_source(say("Prose\nof 07.7"), code(text))))
    found = [*find_dead_sections(passages, OUTLINE), *find_dead_lessons(passages, OUTLINE)]
    assert [(problem.line, problem.message.split(",")[0].split(":")[0]) for problem in found] == [
        (3, "there is no section 07.7"),
        (6, "there is no section 07.8"),
        (9, "there is no section 07.9"),
        (10, "there is no lesson 13"),
    ]


def test_the_outline_is_that_of_the_english_headings_of_lessons():
    lesson = make_source(say("# 77. Try\n\n## 77.1 A"), say("## 77.9 甲", "zh"), say("x\n\n## 77.2 Deeper: B"))
    assert read_outline([lesson, make_source(say("## 78.1 A"), kind="exercise", name="78_x")]) == {"77": {1, 2}}


def test_what_checks_say_is_read_too(tmp_path):
    room = tmp_path / "77_try"
    room.mkdir()
    (room / "exercise.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    toml = '[messages.far]\nen = "See 77.9."\nzh = "见第 78 课。"\nof = "0"\n'
    (room / "texts.toml").write_text(toml, encoding="utf-8")
    passages = list(list_passages(read_source(room / "exercise.py")))
    outline = {"77": {1}}
    assert [problem.line for problem in find_dead_sections(passages, outline)] == [1]
    assert [str(problem.path.name) for problem in find_dead_lessons(passages, outline)] == ["texts.toml"]


@pytest.mark.parametrize(
    ("lang", "kind", "link", "dead"),
    [
        ("en", "lesson", "[x](77_try.ipynb)", None),
        ("zh", "lesson", "[x](77_try.ipynb)", None),
        ("en", "lesson", "[x](zh/77_try.ipynb#part)", None),
        ("zh", "lesson", "[x](../../README.md)", None),
        ("en", "lesson", "[x](../README.md) ![y](<../pyproject.toml>)", None),
        ("en", "lesson", "[x](https://nowhere.example) [y](#part) [z](mailto:a@b.c)", None),
        ("en", "lesson", "`a[0](b)` and $a[0](b)$ and ```\n[x](y)\n```", None),
        ("en", "lesson", "[x](13_next.ipynb)", "notebooks/13_next.ipynb"),
        ("zh", "lesson", "[x](13_next.ipynb)", "notebooks/zh/13_next.ipynb"),
        ("zh", "lesson", "[x](../README.md)", "notebooks/README.md"),
        (
            "en",
            "lesson",
            f"[x](../../{ROOT.name}/README.md)",
            f"../{ROOT.name}/README.md",
        ),  # there, but not in the course
        ("en", "lesson", '<img src="road.png">', "notebooks/road.png"),
        ("en", "lesson", '[x](road.png "A road")', "notebooks/road.png"),
        ("en", "exercise", "[x](../exercises/77_try.ipynb)", None),
        ("en", "exercise", "[x](zh/77_other.ipynb)", "exercises/zh/77_other.ipynb"),
    ],
)
def test_links_are_followed_from_the_built_notebook(lang, kind, link, dead):
    source = make_source(say(f"See\n{link}", lang), kind=kind)
    problems = list(find_dead_links(source, list_notebooks([source])))
    assert [problem.message.split("no ")[-1] for problem in problems] == ([dead] if dead else [])
    assert all(problem.line == 3 for problem in problems)
