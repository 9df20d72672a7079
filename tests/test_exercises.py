"""Every exercise proven: the solution earns everything, the untouched one nothing, its check catches each mistake."""

import functools
import importlib

import pytest

from autograder.exercise import list_exercises, load_exercise
from autograder.marking import mark_exercise, mark_question
from autograder.namespace import Local
from autograder.notebook import open_exercise
from autograder.outcome import Status
from tools.render import render_code
from tools.source import ROOT, read_source

NAMES = list_exercises()
CASES = {name: importlib.import_module(f"mistakes.ex_{name}") for name in NAMES}
MISTAKES = [(name, case) for name in NAMES for case in CASES[name].MISTAKES]
UNUSUAL = [(name, case) for name in NAMES for case in CASES[name].UNUSUAL]
SEEDS = (1, 2)


def _label(value):
    return value if isinstance(value, str) else f"{value.question}-{value.name}"


@functools.cache
def _cells(name: str, variant: str) -> tuple[tuple[str | None, str], ...]:
    """(question or None, code) of the cells that answers need: those tagged given, and the answers."""
    source = read_source(ROOT / "source" / "exercises" / f"{name}.py")
    return tuple(
        (cell.question, render_code(source, cell, "en", variant))
        for cell in source.cells
        if cell.question or "given" in cell.tags
    )


def _namespace(name: str, variant: str = "solution", instead: dict[str, str] | None = None) -> dict:
    namespace = {"__name__": "__main__"}
    for question, code in _cells(name, variant):
        exec(compile((instead or {}).get(question, code), f"<{name} {question}>", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("name", NAMES)
def test_solution_earns_everything(name):
    for seed in SEEDS:
        for outcomes in mark_exercise(load_exercise(name), Local(_namespace(name)), seed, hidden=True).values():
            for outcome in outcomes:
                assert outcome.status is Status.PASSED, (outcome.check, outcome.message)


@pytest.mark.parametrize("name", NAMES)
def test_untouched_exercise_is_not_attempted(name):
    results = mark_exercise(load_exercise(name), Local(_namespace(name, "exercise")), hidden=True)
    assert {outcome.status for outcomes in results.values() for outcome in outcomes} == {Status.NOT_ATTEMPTED}


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_notebook_earns_nothing(name):
    results = mark_exercise(load_exercise(name), Local({}), hidden=True)
    assert {outcome.status for outcomes in results.values() for outcome in outcomes} == {Status.COULD_NOT_RUN}


@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=_label)
def test_mistake_is_caught_by_its_check_with_its_sentence(name, mistake):
    exercise = load_exercise(name)
    for seed in SEEDS:
        answer = Local(_namespace(name, instead={mistake.question: mistake.code}))
        outcomes = mark_question(exercise, mistake.question, answer, seed, hidden=True)
        failed = [outcome for outcome in outcomes if outcome.status is not Status.PASSED]
        assert failed, "every check accepts this wrong answer"
        assert failed[0].check == mistake.check, (failed[0].check, failed[0].message)
        if mistake.says in exercise.misconceptions:
            assert failed[0].misconception == mistake.says, failed[0].message
        else:
            assert mistake.says in failed[0].message.en, failed[0].message


@pytest.mark.parametrize(("name", "unusual"), UNUSUAL, ids=_label)
def test_unusual_right_answer_earns_everything(name, unusual):
    for seed in SEEDS:
        answer = Local(_namespace(name, instead={unusual.question: unusual.code}))
        for outcome in mark_question(load_exercise(name), unusual.question, answer, seed, hidden=True):
            assert outcome.status is Status.PASSED, (outcome.check, outcome.message)


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_questions_mistakes_and_unusual_answers(name):
    exercise, cases = load_exercise(name), CASES[name]
    assert len(exercise.questions) >= 5 and len(cases.UNUSUAL) >= 5
    for question in exercise.questions.values():
        assert question.checks, f"{question.id} has no check"
        assert any(not check.hidden for check in question.checks), f"{question.id} shows the learner no check"
        assert sum(mistake.question == question.id for mistake in cases.MISTAKES) >= 3, question.id
    answered = {question for question, _ in _cells(name, "solution") if question}
    assert answered == set(exercise.questions)


@pytest.mark.parametrize("name", NAMES)
def test_every_misconception_is_met_and_every_check_fails_for_some_mistake(name):
    exercise, cases = load_exercise(name), CASES[name]
    assert {mistake.says for mistake in cases.MISTAKES} >= set(exercise.misconceptions)
    checks = {check.name for question in exercise.questions.values() for check in question.checks}
    assert {mistake.check for mistake in cases.MISTAKES} >= checks


@pytest.mark.parametrize("name", NAMES)
def test_texts_stand_in_both_languages(name):
    exercise = load_exercise(name)
    texts = [*exercise.misconceptions.values()]
    for question in exercise.questions.values():
        texts += [question.title, *question.hints, *(check.sentence for check in question.checks)]
        assert len({hint.en for hint in question.hints}) == 3
    for text in texts:
        assert text.en.isprintable() and text.en != text.zh
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh), text.zh


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_the_three_tools_of_the_notebook(name, lang):
    words = {"en": ("not attempted", "100%", "1/3"), "zh": ("尚未作答", "100%", "1/3")}[lang]
    blank, solved = (open_exercise(name, _namespace(name, variant), lang) for variant in ("exercise", "solution"))
    assert words[0] in repr(blank.check("q1")) and "0%" in repr(blank.score())
    assert words[1] in repr(solved.score())
    hints = [repr(solved.hint("q1")) for _ in range(4)]
    assert words[2] in hints[0] and len(set(hints)) == 3 and hints[2] == hints[3]
    assert repr(solved.hint("q1", 1)) == hints[0]
    with pytest.raises(ValueError, match="there is no question"):
        solved.check("q99")
