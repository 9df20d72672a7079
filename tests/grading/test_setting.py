"""What decides a result beside the submission: the teacher's key draws the inputs, and stands nowhere in the open."""

import itertools
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from classes import NAME, dump, hand_in, read_notebook

from autograder.grading.grader import Grader
from autograder.grading.setting import Setting, derive_seed, derive_session_keys, derive_task_key
from autograder.sandbox.outside.limits import Limits

KEY = b"a secret of thirty-two bytes ...."
SETTING = Setting(NAME, timeout=5.0, limits=Limits(memory_mb=300), key=KEY)


def test_nothing_that_is_shown_holds_the_key():
    shown = [repr(SETTING), str(SETTING), f"{SETTING}", derive_task_key(SETTING, b"x"), json.dumps(SETTING.versions())]
    for text in shown:
        assert "secret" not in text and KEY.hex() not in text and repr(KEY) not in text
    assert pickle.loads(pickle.dumps(SETTING)) == SETTING, "a worker of a cluster draws the same inputs"


def test_another_key_is_another_task_and_another_version():
    other = replace(SETTING, key=b"another")
    assert derive_task_key(other, b"x") != derive_task_key(SETTING, b"x")
    assert other.versions()["key"] != SETTING.versions()["key"] and SETTING != other


def test_each_session_of_a_submission_has_its_own_key_and_in_the_next_grading_the_same():
    def take(setting, data):
        return list(itertools.islice(derive_session_keys(setting, data), 3))

    once, open_ones = take(SETTING, b"x"), replace(SETTING, key=b"")
    assert once == take(SETTING, b"x") and len({*once, *take(SETTING, b"y")}) == 6
    assert not {*take(open_ones, b"x")} & {*take(open_ones, b"x")}, "without the teacher's key nobody can compute them"


def test_a_seed_cannot_be_foreseen_without_the_key():
    """The old seed had 32 bits and no secret: a comment was found in a second that made it whatever one liked."""
    answers = [{"q1": f"# {number}"} for number in range(2_000)]
    seeds = {derive_seed(SETTING, answer) for answer in answers}
    assert len(seeds) == 2_000 and all(seed < 2**128 for seed in seeds)
    bits = np.array([[seed >> bit & 1 for bit in range(128)] for seed in seeds]).mean(0)
    assert np.abs(bits - 0.5).max() < 0.06, "every bit is drawn"
    assert not seeds & {derive_seed(replace(SETTING, key=b""), answer) for answer in answers}


@pytest.fixture(scope="module")
def drawn():
    """[(record, seeds of its generators)] of a solution, twice, and under another key."""
    notebook = read_notebook()
    for cell in notebook["cells"]:
        cell["outputs"] = []
    found, make = [], np.random.default_rng
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np.random, "default_rng", lambda seed=None: (seeds.append(seed), make(seed))[1])
        for setting, data in (
            (SETTING, hand_in()),
            (SETTING, dump(notebook)),
            (replace(SETTING, key=b"another"), hand_in()),
        ):
            seeds = []
            with Grader(setting) as grader:
                found.append((grader.grade(data), [seed[0] for seed in seeds if isinstance(seed, list)]))
    return found


def test_the_same_key_and_answers_draw_the_same_inputs_and_another_key_others(drawn):
    (first, seeds), (_, again), (_, others) = drawn
    assert len(seeds) > 10 and set(seeds) == set(again) and not set(seeds) & set(others)
    assert {record.score for record, _ in drawn} == {first.max_score}


def test_a_record_does_not_tell_how_its_inputs_were_drawn(drawn):
    for record, seeds in drawn:
        text = json.dumps(record.to_json())
        assert record.seed == SETTING.seed and "secret" not in text
        assert not [seed for seed in seeds if str(seed) in text or f"{seed:032x}" in text]
