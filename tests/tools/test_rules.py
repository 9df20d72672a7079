"""What the build refuses: every rule on a source that breaks it, and the list of exceptions that only shrinks."""

import tomllib

import pytest
from cells import code, make_source, say

from tools.build import find_sources
from tools.rules import (
    EXCEPTIONS,
    RULES,
    Course,
    find_breaches,
    find_wide_lines,
    read_exceptions,
    refuse,
    survey,
)

MOST = {"wide-line": 946, "dead-lesson": 14, "typed-minutes": 8, "chinese": 17}  # lower them, never raise them
GOOD = make_source(say("# 77. Try\n\n## 77.1 A"), say("# 77. 试\n\n## 77.1 甲", "zh"), code("x = 1"))
BROKEN = {
    "wide-line": (code("x" * 89),),
    "dead-section": (say("As in 77.2."), say("见 77.2 节。", "zh")),
    "dead-lesson": (say("See lesson 78."), say("见第 78 课。", "zh")),
    "dead-link": (say("[x](78_next.ipynb)"), say("[x](78_next.ipynb)", "zh")),
    "chinese": (say("Ten times as long."), say("长了 10 倍。", "zh")),
    "lonely-deeper": (say("## 77.2 Deeper: B"), say("## 77.2 乙", "zh")),
}


def _break(rule):
    if rule == "typed-minutes":
        return make_source(say("# 77. Try\n\n60 minutes\n\n## 77.1 A"), say("## 77.1 甲\n\n60 分钟", "zh"))
    return make_source(*GOOD.cells, *BROKEN[rule])


def test_a_good_source_is_not_refused():
    assert refuse([GOOD], survey([GOOD]), {}) == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_refuses_what_breaks_it(rule):
    source = _break(rule)
    course = survey([source])
    found = find_breaches(source, course)
    assert {name for name, problems in found.items() if problems} == {rule}
    assert refuse([source], course, {}) == found[rule]
    assert all(problem.path == source.path and problem.line > 1 for problem in found[rule])


@pytest.mark.parametrize("rule", ["wide-line", "dead-section", "dead-lesson", "dead-link"])
def test_exercises_keep_them_too(rule):
    exercise = make_source(*GOOD.cells, *BROKEN[rule], kind="exercise")
    assert refuse([exercise], survey([GOOD, exercise]), {})


def test_a_line_is_measured_in_columns_and_named():
    source = make_source(
        say("word " * 30), code("x" * 88 + "\n" + "x" * 90 + "\n" + "# " + "宽" * 43 + "\n# " + "宽" * 44)
    )
    assert [str(problem).partition(".py:")[2] for problem in find_wide_lines(source)] == [
        "6: 90 columns of code: break it at 88",
        "8: 90 columns of code: break it at 88",
    ]


@pytest.mark.parametrize(
    ("allowed", "complaints"),
    [
        (2, []),
        (1, ["89 columns of code: break it at 88 (wide-line: 2, 1 allowed)"] * 2),
        (3, ["[wide-line.lesson] 77_try = 3, but 2 are left: lower it to 2"]),
        (0, ["89 columns of code: break it at 88"] * 2),
    ],
)
def test_the_list_allows_as_many_as_there_are_and_no_other_number(allowed, complaints):
    source = make_source(*GOOD.cells, code("x" * 89 + "\n" + "y" * 89))
    problems = refuse([source], survey([source]), {("wide-line", "lesson", "77_try"): allowed} if allowed else {})
    assert [problem.message for problem in problems] == complaints


def test_an_entry_that_nothing_needs_is_refused():
    course = Course({}, set(), {("lesson", "77_try")})
    for entry in [("wide-line", "lesson", "78_gone"), ("wide-lines", "lesson", "77_try")]:
        (problem,) = refuse([], course, {entry: 1})
        assert problem.path == EXCEPTIONS and "remove the entry" in problem.message
    (problem,) = refuse([GOOD], survey([GOOD]), {("wide-line", "lesson", "77_try"): 1})
    assert "but 0 are left: remove the entry" in problem.message


def test_entries_do_not_depend_on_lines():
    early = make_source(code("x" * 89), *GOOD.cells)
    late = make_source(*GOOD.cells, code("x" * 89))
    allowed = {("wide-line", "lesson", "77_try"): 1}
    assert refuse([early], survey([early]), allowed) == refuse([late], survey([late]), allowed) == []


def test_the_list_is_read_by_rule_kind_and_name(tmp_path):
    path = tmp_path / "exceptions.toml"
    assert read_exceptions(path) == {}
    path.write_text("[wide-line]\nsince = 2026-11-29\n[wide-line.lesson]\n77_try = 2\n", encoding="utf-8")
    assert read_exceptions(path) == {("wide-line", "lesson", "77_try"): 2}


def test_the_list_has_only_shrunk_and_says_since_when():
    totals = dict.fromkeys(RULES, 0)
    for (rule, _, _), count in read_exceptions().items():
        assert count > 0
        totals[rule] += count
    assert {rule: count for rule, count in totals.items() if count > MOST.get(rule, 0)} == {}
    for rule, entry in tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8")).items() if EXCEPTIONS.exists() else ():
        assert str(entry["since"]) >= "2026-11-29", rule


def test_no_source_breaks_more_than_the_list_allows():
    sources = find_sources()
    assert refuse(sources, survey(sources)) == []
