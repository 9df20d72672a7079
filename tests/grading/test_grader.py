"""One submission graded in the sandbox: what a mistake costs, what it doesn't, and the same each time."""

import json
import re
from dataclasses import replace

import pytest
from classes import NAME, dump, find_answer, hand_in, read_notebook, solved

from autograder.answers.outcome import Status
from autograder.answers.rooms import load_exercise
from autograder.grading import grader as grading
from autograder.grading.grader import Grader, grade_safely
from autograder.grading.replay import Sitting
from autograder.grading.setting import Setting, derive_seed
from autograder.results.record import RecordStatus
from autograder.sandbox.outside.errors import SandboxError
from autograder.sandbox.outside.limits import Limits

SETTING = Setting(NAME, timeout=2.0, limits=Limits(memory_mb=300))
POINTS = {id: question.points(hidden=True) for id, question in load_exercise(NAME).questions.items()}
FULL = sum(POINTS.values())


@pytest.fixture(scope="module")
def grader():
    with Grader(SETTING) as grader:
        yield grader


def _inside(question: str, statement: str) -> str:
    """The solution with a statement before the last line, which is in the function."""
    lines = solved(question).splitlines()
    last = next(number for number in reversed(range(len(lines))) if lines[number].startswith("    "))
    return "\n".join([*lines[:last], f"    {statement}", *lines[last:]])


def _messages(record, question: str) -> str:
    return " ".join(check.message.en for check in record.questions[question].checks if check.message)


def test_the_solution_earns_everything_and_the_untouched_exercise_nothing(grader):
    record = grader.grade(hand_in())
    assert (record.status, record.score, record.max_score) == (RecordStatus.GRADED, FULL, FULL), record
    record = grader.grade(hand_in(folder="exercises"))
    assert (record.status, record.score) == (RecordStatus.EMPTY, 0)
    assert {question.status for question in record.questions.values()} == {Status.NOT_ATTEMPTED}


def test_chinese_holes_are_holes_too(grader):
    notebook = read_notebook(folder="exercises")
    for question in POINTS:
        cell = find_answer(notebook, question)
        cell["source"] = re.sub(r'(Error\("q\d+): [^"]*"', r'\1: 把它写完"', "".join(cell["source"]))
    assert sum("把它写完" in "".join(cell["source"]) for cell in notebook["cells"]) >= 5
    record = grader.grade(dump(notebook))
    assert (record.status, record.score) == (RecordStatus.EMPTY, 0)
    assert {question.status for question in record.questions.values()} == {Status.NOT_ATTEMPTED}


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("# q2: x\nwhile True: pass", "took longer than 2 s"),
        ("# q2: x\nimport os; os._exit(0)", "ended the whole Python process"),
        ("# q2: x\nimport ctypes; ctypes.string_at(0)", "ended the whole Python process"),
        ("# q2: x\nimport sys; sys.exit()", "SystemExit"),
        ("# q2: x\ndef f(:", "SyntaxError: invalid syntax`, in line 2"),
        ("# q2: x\nraise KeyError('lost')", "KeyError: 'lost'`, in line 2"),
        ("# q2: x\nhoard = []\nwhile True: hoard.append(bytearray(10**7))", "emory"),
        (_inside("q2", "while True: pass"), "took longer than 2 s"),
        (_inside("q2", "__import__('os')._exit(1)"), "ended the whole Python process"),
        (_inside("q2", "__import__('os').write(3, b'\\x00\\x00\\x00\\x01N')"), "not a result"),
        (_inside("q2", "return (lambda: 1 / 0)()"), "ZeroDivisionError"),
    ],
    ids=lambda value: value.splitlines()[-1].strip()[:40] if "\n" in value else None,
)
def test_what_stops_one_question_costs_that_question_only(grader, cell, says):
    record = grader.grade(hand_in({"q2": cell}))
    assert record.score == FULL - POINTS["q2"], {id: str(q.status) for id, q in record.questions.items()}
    assert record.questions["q2"].status is Status.COULD_NOT_RUN and says in _messages(record, "q2")


def test_what_one_answer_leaves_behind_does_not_cost_the_others(grader):
    killer = "\nimport os, threading\nthreading.Timer(0.02, os._exit, (1,)).start()\n__import__('time').sleep(0.015)"
    record = grader.grade(hand_in({"q1": solved("q1") + killer}))
    assert record.score >= FULL - POINTS["q1"], {id: str(q.status) for id, q in record.questions.items()}


def test_a_session_that_ends_does_not_pass_a_check_that_expects_an_error(grader, monkeypatch):
    exercise = load_exercise(NAME)
    check = exercise.questions["q1"].checks[0]

    def accept_errors(answer, rng):
        try:
            answer.call("sgd_pass")
        except Exception:
            pass

    monkeypatch.setattr(exercise.questions["q1"], "checks", [replace(check, function=accept_errors)])
    name = solved("q1").split("def ")[1].split("(")[0]
    record = grader.grade(hand_in({"q1": f"# q1: x\nimport os\ndef {name}(*a, **k): os._exit(0)\nsgd_pass = {name}"}))
    assert record.questions["q1"].earned == 0


def test_a_cell_that_raises_after_its_answer_keeps_the_points_and_is_told(grader):
    record = grader.grade(hand_in({"q2": solved("q2") + "\n1 / 0"}))
    assert record.score == FULL and "ZeroDivisionError" in record.message.en


def test_the_whole_submission_has_a_limit(grader, monkeypatch):
    monkeypatch.setattr(grader, "setting", replace(SETTING, timeout=0.5, total=1.2))
    record = grader.grade(hand_in({question: _inside(question, "while True: pass") for question in ("q1", "q2", "q3")}))
    assert record.score < FULL and record.seconds < 6
    assert "used up the time" in _messages(record, "q5")


def test_the_limit_holds_within_a_check_too(grader, monkeypatch):
    """Each call takes less than its own time, and one check makes many of them."""
    monkeypatch.setattr(grader, "setting", replace(SETTING, timeout=2.0, total=2.5))
    slow = "\nimport time\nfast = sgd_epoch\ndef sgd_epoch(*args, **more):\n    time.sleep(0.9)\n    "
    slow += "return fast(*args, **more)"
    record = grader.grade(hand_in({"q1": solved("q1") + slow}))
    assert record.seconds < 5 and "all answers together took too long" in _messages(record, "q1")


def test_a_missing_name_is_told_in_few_words(grader):
    record = grader.grade(hand_in({"q1": solved("q1") + f"\nif x is None:\n    {'y' * 100_000}"}))
    assert "No cell of the file defines" in record.message.en and len(record.message.en) < 3000


_CHANCE = ("os.urandom(1)[0] < 128", "np.random.default_rng().random() < 0.5", "random.Random().random() < 0.5",
           "random.seed() or random.random() < 0.5", "secrets.randbits(1)", "uuid.uuid4().int & 1 << 80",
           "np.random.seed() or np.random.rand() < 0.5", "os.getrandom(1)[0] < 128", "time.time_ns() // 10**6 % 2",
           "random.Random(time.perf_counter()).random() < 0.5", "datetime.now().microsecond // 1000 % 2",
           "random.Random(id(object())).random() < 0.5 > random.Random(time.time()).random()",
           "int(np.empty(3000).view(np.uint8).sum()) % 2")  # fmt: skip


@pytest.mark.parametrize("chance", _CHANCE)
def test_who_draws_without_a_seed_gets_the_same_points_each_time(chance):
    """Each call of an answer is right if a coin says so; two graders, as on two days."""
    coin = "\nimport os, random, secrets, time, uuid\nfrom datetime import datetime\nimport numpy as np\n"
    coin += "right = {name}\n"
    coin += "def {name}(*args, **more):\n    return right(*args, **more) if {chance} else None"
    answers = {q: solved(q) + coin.format(name=name, chance=chance).replace("right", f"right_{q}")
               for q, name in (("q1", "sgd_epoch"), ("q2", "run_lion"), ("q3", "train_clipped"))}  # fmt: skip
    records = []
    for _ in range(2):
        with Grader(replace(SETTING, key=b"of the teacher's")) as grader:
            records += [grader.grade(hand_in(answers)) for _ in range(2)]
    assert (
        len({json.dumps([[c.earned for c in q.checks] for q in record.questions.values()]) for record in records}) == 1
    )
    assert records[0].score < FULL


def test_the_same_answers_get_the_same_record(grader):
    mistaken = hand_in({"q2": _inside("q2", "return 1 / 0"), "q3": "# q3: x\nimport os; os._exit(1)"})
    first, second = grader.grade(mistaken), grader.grade(mistaken)
    assert replace(first, seconds=0) == replace(second, seconds=0)
    notebook = json.loads(mistaken)
    for cell in notebook["cells"]:
        cell["outputs"] = []
    resaved = grader.grade(dump(notebook))
    same = {"seconds": 0, "submission_sha256": ""}
    assert replace(resaved, **same) == replace(first, **same)


def test_inputs_change_with_key_seed_exercise_and_answers():
    answers = {"q1": "a", "q2": "b"}
    seed = derive_seed(SETTING, answers)
    assert seed == derive_seed(SETTING, dict(reversed(answers.items()))) and 0 <= seed < 2**128
    changes = ({"seed": 1}, {"exercise": "x"}, {"key": b"another teacher's"})
    others = [(replace(SETTING, **change), answers) for change in changes] + [(SETTING, {"q1": "a"})]
    seeds = {seed, *(derive_seed(*other) for other in others)}
    assert len(seeds) == 5 and max(seeds) > 2**64


def _drop_ids(notebook):
    for cell in notebook["cells"]:
        cell.pop("id", None)
        cell["metadata"].pop("course", None)


def _save_by_colab(notebook):
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": notebook["metadata"]["kernelspec"]}
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost:8080/"}}


def _edit_checks_and_add_cells(notebook):
    for cell in notebook["cells"]:
        if "".join(cell["source"]).startswith("check("):
            cell["source"] = "print('22/22')"
    extra = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "raise SystemExit"}
    notebook["cells"] = [extra, *notebook["cells"], extra]


@pytest.mark.parametrize("change", [_drop_ids, _save_by_colab, _edit_checks_and_add_cells])
def test_what_other_programs_do_to_a_notebook_costs_nothing(grader, change):
    notebook = read_notebook()
    change(notebook)
    assert grader.grade(dump(notebook)).score == FULL


def test_the_other_language_gets_the_same(grader):
    assert grader.grade(dump(read_notebook(f"zh/{NAME}"))).score == FULL


def test_a_deleted_cell_costs_its_question(grader):
    notebook = read_notebook()
    notebook["cells"].remove(find_answer(notebook, "q4"))
    record = grader.grade(dump(notebook))
    assert record.score == FULL - POINTS["q4"] and "q4" in record.message.en
    assert record.questions["q4"].status is Status.NOT_ATTEMPTED


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        (b"", RecordStatus.EMPTY, "empty"),
        (b"{", RecordStatus.UNREADABLE, "not JSON"),
        (b'{"cells": 1}', RecordStatus.UNREADABLE, "no cells"),
        (dump(read_notebook("01_backprop")), RecordStatus.OTHER_EXERCISE, "01_backprop"),
    ],
    ids=["empty", "cut off", "no notebook", "other exercise"],
)
def test_what_cannot_be_graded_gets_a_sentence(grader, data, status, says):
    record = grader.grade(data)
    assert (record.status, record.score, record.max_score) == (status, 0, FULL) and says in record.message.en


def test_hidden_inputs_never_reach_a_message(grader, monkeypatch):
    """An answer that remembers what it was given, and another that shouts it: hidden inputs come after all messages."""

    def ask(name, secret):
        return lambda answer, rng: answer.call(name, secret)

    for question, name in (("q1", "remember"), ("q6", "shout")):
        shown, hidden = (replace(check) for check in grader.exercise.questions[question].checks[:2])
        checks = [
            replace(hidden, name="x", hidden=True, function=ask(name, "SECRET")),
            replace(shown, name="y", hidden=False, function=ask(name, "shown")),
        ]
        monkeypatch.setattr(grader.exercise.questions[question], "checks", checks)
    remember = "# q1: x\nseen = []\ndef remember(value):\n    seen.append(value)"
    shout = "# q6: x\ndef shout(value):\n    raise ValueError(f'{seen} {value}')"
    record = grader.grade(hand_in({"q1": remember, "q6": shout}))
    assert "ValueError: ['shown'] shown" in _messages(record, "q6")
    assert "SECRET" not in json.dumps(record.to_json())


def test_messages_are_capped(grader):
    name = solved("q1").split("def ")[1].split("(")[0]
    record = grader.grade(hand_in({"q1": f"# q1: x\ndef {name}(*a, **k):\n    raise ValueError('{'x' * 5000}')"}))
    assert all(len(check.message.en) <= grading.MAX_MESSAGE for check in record.questions["q1"].checks if check.message)


@pytest.mark.parametrize("framework", ["torch", "keras"])
def test_an_answer_in_a_framework_that_the_exercise_does_not_need(grader, framework):
    pytest.importorskip(framework)
    wrapped = {"torch": "torch.as_tensor(value)", "keras": "keras.ops.convert_to_tensor(value)"}[framework]
    name = re.search(r"^def (\w+)", solved("q2"), re.M)[1]
    code = f"\nimport {framework}\nreal = {name}\ndef {name}(*args, **kwargs):\n    value = real(*args, **kwargs)\n"
    record = grader.grade(hand_in({"q2": solved("q2") + code + f"    return {wrapped}"}))
    assert record.questions["q2"].status is not Status.COULD_NOT_RUN, _messages(record, "q2")
    if framework == "torch":
        assert record.score == FULL


def test_errors_of_the_grader_become_a_record(grader, monkeypatch):
    monkeypatch.setattr(Sitting, "open", lambda self: (_ for _ in ()).throw(SandboxError("no more processes")))
    record = grade_safely(grader, hand_in())
    assert record.status is RecordStatus.GRADER_ERROR and "no more processes" in record.message.en
    assert record.submission_sha256 and record.versions == SETTING.versions()


def test_unknown_exercises_are_refused():
    with pytest.raises(ValueError, match="there are 01_backprop, 02_sgd"):
        Grader(Setting("03_nothing"))
