"""Reading hostile notebooks: each odd file gets its answers, or its status and sentence, and nothing else comes out."""

import copy
import json
import random
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.answers.layout import Layout, find_names
from autograder.answers.program import Cell, add_names, choose_steps, list_steps
from autograder.grading.parsing import MAX_BYTES, SubmissionError
from autograder.grading.submission import MAX_ANSWER, read_submission
from autograder.results.record import RecordStatus

NAME = "01_backprop"
UNTOUCHED = {
    "q1": "# q1: double\ndef double(x):\n    raise NotImplementedError('q1: x')",
    "q2": "# q2: two\nFACTOR = ...",
}
LAYOUT = Layout(NAME, (), {}, {question: find_names(hole) for question, hole in UNTOUCHED.items()}, frozenset())
Q1, Q2 = "# q1: double\ndef double(x):\n    return 2 * x", "# q2: two\nFACTOR = 2"


def _cell(source, id=None, question=None, kind="code", **metadata):
    course = {"course": {"question": question}} if question else {}
    cell = {"cell_type": kind, "metadata": {**course, **metadata}, "source": source}
    cell |= {"outputs": [], "execution_count": None} if kind == "code" else {}
    return cell | ({"id": id} if id else {})


def _notebook(*cells, variant="exercise", source=f"lessons/{NAME}/exercise.py", lang="en"):
    course = {"source": source, "language": lang, "variant": variant} if source else {}
    return {"cells": list(cells), "metadata": {"course": course}, "nbformat": 4, "nbformat_minor": 5}


def _usual():
    return _notebook(
        _cell("# Exercise", f"{NAME}-000", kind="markdown"),
        _cell(Q1, f"{NAME}-q1", "q1"),
        _cell('check("q1")', f"{NAME}-002"),
        _cell(Q2.splitlines(keepends=True), f"{NAME}-q2", "q2"),
    )


def _read(notebook):
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    return read_submission(data, LAYOUT)


def _refuse(notebook):
    with pytest.raises(SubmissionError) as caught:
        _read(notebook)
    message = caught.value.message
    assert message.en.endswith((".", "!")) and any("\u4e00" <= c <= "\u9fff" for c in message.zh)
    return caught.value


def _without(notebook, *keys):
    for cell in notebook["cells"]:
        for key in keys:
            cell.pop(key, None)
        cell["metadata"] = {}
    return notebook


def test_the_usual_notebook_gives_its_answers_and_no_note():
    submission = _read(_usual())
    assert submission.answers == {"q1": Q1, "q2": Q2} and submission.notes == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda nb: nb["cells"].reverse(),
        lambda nb: nb["cells"].insert(1, _cell("import os; os.abort()")),
        lambda nb: nb["cells"][2].update(source='def check(q): return "full marks"'),
        lambda nb: nb["metadata"]["course"].update(language="zh"),
        lambda nb: nb.update(nbformat_minor=99, extra={"x": [1e999]}),
        lambda nb: nb["cells"][1].update(
            outputs=[{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]
        ),
        lambda nb: [cell.pop("id") for cell in nb["cells"]],
        lambda nb: [cell.update(metadata={}) for cell in nb["cells"]],
        lambda nb: (_without(nb, "id"), nb.update(metadata={})),
        lambda nb: [cell.update(metadata={"id": cell.pop("id"), "colab": {"base_uri": "x"}}) for cell in nb["cells"]],
        lambda nb: [cell.update(id=f"random{at}") for at, cell in enumerate(nb["cells"])],
        lambda nb: nb["cells"][1].update(id="x", metadata={}, source="%%time\n\n" + Q1),
    ],
)
def test_a_notebook_that_was_only_saved_otherwise_gives_the_same_answers(change):
    notebook = _usual()
    change(notebook)
    assert {question: source.replace("%%time\n\n", "") for question, source in _read(notebook).answers.items()} == {
        "q1": Q1,
        "q2": Q2,
    }


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\n\n" + text.encode() + b"\n",
    ],
)
def test_other_encodings_are_read(encode):
    assert _read(encode(json.dumps(_usual(), indent=1, ensure_ascii=False))).answers == {"q1": Q1, "q2": Q2}


def test_notebook_format_3_is_read():
    cells = [{"cell_type": "code", "input": source, "metadata": {}, "language": "python"} for source in (Q1, Q2)]
    notebook = {"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    assert _read(notebook).answers == {"q1": Q1, "q2": Q2}


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", RecordStatus.EMPTY, "empty"),
        (b" \n\0\0", RecordStatus.EMPTY, "empty"),
        (b"\xff\xfe\x00\xd8", RecordStatus.UNREADABLE, "not text"),
        (b"\x89PNG\r\n\x1a\n\xf0\x28\x8c\x28", RecordStatus.UNREADABLE, "not text"),
        (b"%PDF-1.7", RecordStatus.UNREADABLE, "not JSON"),
        (json.dumps(_usual()).encode()[:-20], RecordStatus.UNREADABLE, "cut off"),
        (b"[1, 2]", RecordStatus.UNREADABLE, "no cells"),
        (b'{"cells": {"a": 1}}', RecordStatus.UNREADABLE, "no cells"),
        (b'{"worksheets": [[]]}', RecordStatus.UNREADABLE, "no cells"),
        (b'{"cells": []}', RecordStatus.EMPTY, "no text"),
        (b'{"cells": [1, null, [], {"cell_type": "code", "source": 5}]}', RecordStatus.EMPTY, "no text"),
        (b'{"cells": [], "cells": []}', RecordStatus.UNREADABLE, "two values"),
        (b"[" * 5_000_000, RecordStatus.UNREADABLE, "nested"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, RecordStatus.UNREADABLE, "nested"),
        (b'{"cells": [' + b"[]," * 5_000_000 + b"0]}", RecordStatus.UNREADABLE, "nested"),
        (b'{"cells": [' + (b"[" * 90 + b"]" * 90 + b",") * 90_000 + b"0]}", RecordStatus.UNREADABLE, "nested"),
        (b'{"cells": [' + b"0," * 5_000_000 + b"0]}", RecordStatus.UNREADABLE, "nested"),
        (b'{"cells": [' + b"9" * 10_000_000 + b"]}", RecordStatus.EMPTY, "no text"),
        (b'{"cells": ["' + b'\\"' * 9_000_000, RecordStatus.UNREADABLE, "not JSON"),
        (b'"' * MAX_BYTES, RecordStatus.UNREADABLE, "nested"),
        (b" " * MAX_BYTES + b"[]", RecordStatus.UNREADABLE, "larger than 20 MB"),
    ],
)
def test_what_is_no_notebook_is_refused_at_once_with_a_sentence(data, status, words):
    start = time.perf_counter()
    error = _refuse(data)
    assert error.status is status and words in error.message.en
    assert time.perf_counter() - start < 20  # a quadratic scan of these takes hours


@pytest.mark.parametrize("line", ["a" + " " * 199 + ":" + "b" * 79, "a" + " " * 280])
def test_names_are_looked_for_in_a_moment(line):
    """Each way to end a name before the blanks was tried: 20 MB of such lines took 20 s and more."""
    start = time.process_time()
    assert find_names("\n".join([line] * (200_000 // len(line)))) == frozenset()
    assert time.process_time() - start < 0.05
    assert find_names("a , b : int = 1\nc\t= 2\nd == 3\ne: str = ''") == {"a", "b", "c", "e"}


def test_a_long_chain_of_cells_is_followed_once():
    """Cells that each need the next: looked at all over again for each of them they took a minute."""
    cells = [Cell("# q1: x\na0 = 1", question="q1")]
    cells += [Cell(f"a{i} = a{i + 1}; " + "; ".join(f"b{i}_{j} = 0" for j in range(100))) for i in range(300)]
    steps = add_names([*list_steps(cells[:1], LAYOUT), *list_steps(cells[1:], LAYOUT)])
    steps[0] = replace(steps[0], names=steps[0].names._replace(needs=["a0"]))
    start = time.process_time()
    assert choose_steps(steps, LAYOUT) == steps
    assert time.process_time() - start < 1


def test_another_exercise_and_the_lesson_are_named():
    other = json.loads(json.dumps(_usual()).replace(NAME, "02_sgd"))
    assert "02_sgd" in _refuse(other).message.en and _refuse(other).status is RecordStatus.OTHER_EXERCISE
    other["metadata"] = {}  # then its ids say so
    assert "02_sgd" in _refuse(other).message.en
    for source in (f"lessons/{NAME}/lesson.py", f"source/lessons/{NAME}.py"):  # since, and before, November 2026
        lesson = _notebook(_cell("x = 1", f"{NAME}-003"), source=source, variant="lesson")
        assert "lesson" in _refuse(lesson).message.en and _refuse(lesson).status is RecordStatus.OTHER_EXERCISE


def test_notebooks_made_before_the_course_moved_are_read_as_before():
    notebook = _usual()
    notebook["metadata"]["course"]["source"] = f"source/exercises/{NAME}.py"
    assert _read(notebook).answers == {"q1": Q1, "q2": Q2}
    other = json.loads(json.dumps(notebook).replace(NAME, "02_sgd"))
    assert "02_sgd" in _refuse(other).message.en and _refuse(other).status is RecordStatus.OTHER_EXERCISE


def test_our_answer_cells_in_a_file_that_calls_itself_another_exercise_are_taken():
    notebook = _usual()
    notebook["metadata"]["course"]["source"] = "lessons/02_sgd/exercise.py"
    assert _read(notebook).answers == {"q1": Q1, "q2": Q2}


def test_a_notebook_without_any_answer_cell_says_what_to_do():
    error = _refuse(_notebook(_cell("print('hello')"), source=None))
    assert error.status is RecordStatus.UNREADABLE and "# q1:" in error.message.en


@pytest.mark.parametrize(
    "cells",
    [
        [_cell("# q1: a", f"{NAME}-q1"), _cell("# q1: b", f"{NAME}-q1")],  # an id twice
        [_cell("# q1: a", f"{NAME}-q1", "q1"), _cell("# q1: b", "x", "q1")],  # pasted below
        [_cell("# q1: a"), _cell("# q1: b")],
        [_cell("# q1: a", f"{NAME}-q1", "q1"), _cell("# q1: b", "x", "q1")],  # split, the marker in both
        [_cell("# q1: a", f"{NAME}-q1"), _cell("# q1: b", question="q1")],
    ],
)
def test_all_cells_of_an_answer_count_in_their_order_as_in_a_kernel(cells):
    submission = _read(_notebook(*cells, _cell(Q2, f"{NAME}-q2")))
    assert submission.answers["q1"] == "# q1: a\n# q1: b" and submission.notes == ()


def test_a_merged_cell_counts_for_each_of_its_questions():
    notebook = _notebook(_cell(f"{Q1}\n\n{Q2}", f"{NAME}-q1", "q1"))
    assert _read(notebook).answers == {"q1": f"{Q1}\n\n{Q2}", "q2": f"{Q1}\n\n{Q2}"}


def test_the_last_resort_is_the_name_that_the_answer_defines():
    notebook = _notebook(_cell("def double(x): return x + x"), _cell("FACTOR = 2"), source=None)
    assert _read(notebook).answers == {"q1": "def double(x): return x + x", "q2": "FACTOR = 2"}
    assert find_names("%time A = 1\nasync def b(): 0\nC, D = 1, 2\nE: int = 3\nf(x=1)") == set("AbCDE")
    assert find_names("def f(): pass\nclass G: pass\nH = 1\n  i = 2\nif x == 1: pass\nj == 2") == {"f", "G", "H"}


def test_a_deleted_or_converted_answer_cell_costs_its_question_only():
    notebook = _usual()
    del notebook["cells"][1]
    submission = _read(notebook)
    assert submission.answers == {"q2": Q2} and "q1" in submission.notes[0].en
    notebook["cells"].append(_cell(Q1, f"{NAME}-q1", "q1", kind="markdown"))
    assert "code cell" in _read(notebook).notes[0].en


def test_an_answer_of_absurd_length_costs_its_question_only():
    notebook = _usual()
    notebook["cells"][1]["source"] = "# q1: x\n" + "x" * MAX_ANSWER
    submission = _read(notebook)
    assert submission.answers == {"q2": Q2} and "longer" in submission.notes[0].en


def test_the_published_solution_is_noted():
    notebook = _usual()
    notebook["metadata"]["course"]["variant"] = "solution"
    assert "published solution" in _read(notebook).notes[0].en


def test_lone_surrogates_do_not_leave():
    notebook = _usual()
    notebook["cells"][1]["source"] = "# q1: \ud800"
    assert _read(notebook).answers["q1"].encode() == b"# q1: ?"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([Q1, "q1", "code"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "source",
                    "metadata",
                    "course",
                    "question",
                    "id",
                    "cell_type",
                    "worksheets",
                    "input",
                    "variant",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


def _must_not_crash(data):
    try:
        submission = read_submission(data, LAYOUT)
    except SubmissionError as error:
        assert error.message.en and error.message.zh and isinstance(error.status, RecordStatus)
    else:
        assert set(submission.answers) <= set(UNTOUCHED)
        for source in submission.answers.values():
            source.encode()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_any_bytes_give_a_submission_or_a_submission_error(data):
    _must_not_crash(data)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(_JSON, st.sampled_from(["whole", "cells", "metadata", "cell"]))
def test_any_json_in_any_place_gives_a_submission_or_a_submission_error(value, place):
    notebook = _usual()
    if place == "cell":
        notebook["cells"][1] = value
    notebook = value if place == "whole" else {**notebook, **({place: value} if place != "cell" else {})}
    _must_not_crash(json.dumps(notebook).encode())


def test_a_damaged_notebook_gives_a_submission_or_a_submission_error():
    data, random_ = json.dumps(_usual()).encode(), random.Random(0)
    for _ in range(2_000):
        damaged = bytearray(copy.copy(data))
        for _ in range(random_.randint(1, 4)):
            at = random_.randrange(len(damaged))
            action = random_.randrange(3)
            if action == 0:
                damaged[at] = random_.randrange(256)
            elif action == 1:
                del damaged[at : at + random_.randint(1, 30)]
            else:
                damaged[at:at] = random_.choice([b'"', b"\\", b"[", b"}", b"\\ud800", b"\xff", b"null,", b'"id":1,'])
        _must_not_crash(bytes(damaged))
