"""Minutes of reading: the arithmetic, core and whole, where they are filled in, and what somebody typed."""

import pytest
from cells import code, make_source, say

from tools.build import find_sources
from tools.execute import _find_expressions
from tools.minutes import Minutes, compute_minutes, count_words, find_lonely_deeper, find_typed_minutes
from tools.render import Run, hash_code, render_notebook

QUIZ = "**Quiz.** Which?\n\n- [x] a :: b\n- [ ] c :: d"  # 6 words


def test_words_are_read_at_120_a_minute():
    assert compute_minutes(make_source(say("word " * 1200))) == Minutes(10, 10)


def test_chinese_readers_get_the_minutes_of_the_english():
    english = say("word " * 1200)
    assert compute_minutes(make_source(english, say("文 one two" * 5000, "zh"))) == compute_minutes(
        make_source(english)
    )


@pytest.mark.parametrize(
    ("cells", "minutes"),
    [
        ([code("x = 1\n\n# why\n" * 15)], 4),  # 30 lines of 8 s; the empty ones cost nothing
        ([say("*The picture:* up.\n\n*The picture:* down."), say("*图中所见：* 上。", "zh")], 2),
        ([say("**Before you run it:** a?\n\n**Before you run it:** b?")], 3),
        ([say(QUIZ), say(QUIZ)], 3),
        ([say("word " * 1194 + QUIZ)], 10),  # a quiz begins its cell: this is none
    ],
    ids=["code", "pictures", "guesses", "quizzes", "no quiz"],
)
def test_every_kind_has_its_seconds(cells, minutes):
    assert compute_minutes(make_source(*cells)) == Minutes(minutes, minutes)


def test_formulas_are_no_words_and_numbers_are():
    assert count_words("Let $x + y$ be ⟦spread:.2f⟧:\n\n$$a\nb$$\n\n3.5 of it") == 6


def test_a_deeper_section_counts_only_in_the_whole():
    core, deeper = code("x = 1\n" * 15), [code("x = 1\n" * 30)]  # 2 and 4 minutes
    source = make_source(
        say("## 77.1 Core"),
        core,
        say("It ends.\n\n## 77.2 Deeper: why it works"),
        *deeper,
        say("### Inside\n\n" + QUIZ),
        *deeper,
        say("## What you can do now"),
        core,
    )
    assert compute_minutes(source) == Minutes(4, 12)
    assert compute_minutes(make_source(say("## 77.1 Deeper waters"), *deeper)) == Minutes(4, 4)


def test_prose_takes_them_from_the_build_in_both_languages():
    text = "# 77. Try\n\n⟦core_minutes⟧ of ⟦whole_minutes⟧ minutes, ⟦run_seconds⟧ s, ⟦y⟧."
    cells = say(text), say(text, "zh"), code("y = 1\n" * 15), say("## 77.1 Deeper: z"), say("## 77.1 选读：z", "zh")
    source = make_source(*cells, code("y = 1\n" * 30))
    assert set(_find_expressions(source)) == {"y"}, "the kernel is not asked for minutes"
    for lang in ("en", "zh"):
        run = Run("0", [[], []], {"y": "7"}, seconds=12.4)
        assert "2 of 6 minutes, 12 s, 7." in render_notebook(source, lang, "lesson", run).cells[0].source
        assert "2 of 6 minutes, ⟦run_seconds⟧ s, ⟦y⟧." in render_notebook(source, lang, "lesson").cells[0].source


def test_naming_them_runs_no_cell_anew():
    without = make_source(say("Slowly."), code("y = 1"))
    assert hash_code(without) == hash_code(make_source(say("⟦core_minutes⟧ or ⟦whole_minutes⟧."), code("y = 1")))
    assert hash_code(without) != hash_code(make_source(say("⟦other_minutes⟧."), code("y = 1")))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_typed_minutes_in_the_first_cell_are_found(lang):
    typed = {"en": "# 77. Try\n\nReading: 75 minutes.", "zh": "# 77. 试\n\n阅读约 75 分钟。"}
    computed = {"en": "⟦core_minutes⟧ minutes, ⟦run_seconds⟧ s", "zh": "⟦core_minutes⟧ 分钟，⟦run_seconds⟧ 秒"}
    texts = computed | {lang: typed[lang]}
    source = make_source(say(texts["en"]), say(texts["zh"], "zh"), code("1"), say("In 5 minutes."))
    (problem,) = find_typed_minutes(source)
    assert "⟦core_minutes⟧" in problem.message
    assert (problem.path, problem.line) == (source.path, source.cells[lang == "zh"].line + 3)
    assert not list(find_typed_minutes(make_source(say(computed["en"]), say(computed["zh"], "zh"), say("5 minutes"))))


@pytest.mark.parametrize(
    ("en", "zh", "lonely"),
    [
        ("## 77.2 Deeper: why", "## 77.2 选读：为什么", False),
        ("## 77.2 Deeper: why", "## 77.2 为什么", True),
        ("## 77.2 Why", "## 77.2 选读：为什么", True),
        ("## 77.2 Why", "## 77.2 为什么", False),
    ],
)
def test_a_section_is_deeper_in_both_languages(en, zh, lonely):
    problems = list(find_lonely_deeper(make_source(say(f"x\n\n{en}"), say(f"x\n\n{zh}", "zh"))))
    assert bool(problems) == lonely
    assert all("77.2" in problem.message and problem.line == 6 for problem in problems)


def test_every_lesson_has_minutes_and_its_core_is_no_longer_than_the_whole():
    for source in find_sources():
        minutes = compute_minutes(source)
        assert 0 < minutes.core <= minutes.whole, source.stem
