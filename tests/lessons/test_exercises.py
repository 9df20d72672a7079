"""Every exercise proven: the solution earns everything, the untouched one nothing, its check catches each mistake."""

import pytest

from autograder.answers.answer import Local
from autograder.answers.marking import mark_exercise
from autograder.answers.outcome import Status
from autograder.answers.rooms import list_exercises, load_exercise
from autograder.notebook import open_exercise
from proofs.cases import SEEDS, LocalNotebook, find_fault, list_cases, load_mistakes, read_cells, run_cells
from proofs.clocks import TooLong, within

NAMES = list_exercises()
_SECONDS = 120.0  # of a case, on a machine that does other things as well; most take a tenth of a second
CASES = [case for name in NAMES for case in list_cases(name)]


def _label(case):
    return "-".join(filter(None, (case.exercise, case.kind, case.question, case.name)))


def _namespace(name: str, variant: str = "solution") -> dict:
    answer = LocalNotebook()
    run_cells(answer, read_cells(name, variant))
    return answer.namespace


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("case", CASES, ids=_label)
def test_checks_say_what_they_must(case, seed):
    cells = read_cells(case.exercise, "exercise" if case.kind == "untouched" else "solution")
    with within(_SECONDS):
        assert find_fault(load_exercise(case.exercise), cells, case, seed=seed) == ""


def test_an_answer_that_never_ends_fails_its_test():
    def wait():
        while True:
            pass

    with pytest.raises(TooLong), within(0.2):
        Local({"wait": wait}).call("wait")


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_notebook_earns_nothing(name):
    results = mark_exercise(load_exercise(name), Local({}), hidden=True)
    assert {outcome.status for outcomes in results.values() for outcome in outcomes} == {Status.COULD_NOT_RUN}


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_questions_mistakes_and_unusual_answers(name):
    exercise, cases = load_exercise(name), load_mistakes(name)
    assert len(exercise.questions) >= 5 and len(cases.UNUSUAL) >= 5
    for question in exercise.questions.values():
        assert question.checks, f"{question.id} has no check"
        assert any(not check.hidden for check in question.checks), f"{question.id} shows the learner no check"
        assert sum(mistake.question == question.id for mistake in cases.MISTAKES) >= 3, question.id
    answered = {question for question, _ in read_cells(name) if question}
    assert answered == set(exercise.questions)


@pytest.mark.parametrize("name", NAMES)
def test_every_misconception_is_met_and_every_check_fails_for_some_mistake(name):
    exercise, cases = load_exercise(name), load_mistakes(name)
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
