"""Junk earns no point in any check of any exercise, and what checks say of it gives away and shows nothing internal."""

import math
import re

import junk
import numpy as np
import pytest

from autograder.answers.rooms import list_exercises, load_exercise
from proofs.cases import find_inner_name

SEEDS, HEAVY = (1, 2), ("05_keras_mnist", "09_bert_pretraining")  # of the heavy ones with the first seed alone
QUESTIONS = [(name, question) for name in list_exercises() for question in load_exercise(name).questions]


@pytest.fixture(scope="module", params=QUESTIONS, ids=" ".join)
def marked(request):
    """The question, and what its checks find of each junk answer."""
    name, question = request.param
    return name, question, list(junk.mark_junk(name, question, SEEDS[:1] if name in HEAVY else SEEDS))


@pytest.mark.filterwarnings("ignore")
def test_junk_earns_no_point(marked):
    assert [label for label, outcome in marked[2] if outcome.earned] == []


def test_every_check_can_judge_junk(marked):
    said = {(outcome.check, outcome.message.en) for _, outcome in marked[2] if outcome.message}
    assert [one for one in sorted(said) if "could not judge" in one[1]] == []


def test_no_sentence_shows_a_name_of_ours(marked):
    assert find_inner_name(outcome for _, outcome in marked[2]) == ""


def test_no_sentence_gives_a_constant_away(marked):
    name, question, outcomes = marked
    right = {key: junk.solve(name)[key] for key in junk.list_names(name, question)[1]}
    messages = {text for _, outcome in outcomes for text in outcome.message or ()}
    assert [(key, text) for key, value in right.items() for text in messages if _tells(text, value)] == []


def _tells(text: str, value) -> bool:
    """Whether the text holds the value, in any usual format; small numbers and options may stand anywhere."""
    items = (
        [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else np.ravel(value).tolist()
    )
    options = set(re.findall(r"[\"']([^\"']+)[\"']", text))
    if texts := {item for item in items if isinstance(item, str)}:
        return texts == options  # these, and no other
    numbers = [item for item in items if isinstance(item, (int, float)) and math.isfinite(item)]
    forms = {form for number in numbers if abs(number) >= 20 or number != round(number) for form in _write(number)}
    lists_options = len(re.findall(r"\d[\d.]*", text)) > 3
    return not lists_options and any(re.search(rf"(?<![\d.]){re.escape(form)}(?![\d]|\.\d)", text) for form in forms)


def _write(number: float) -> set[str]:
    """The number as people write it, with three digits or more."""
    specs = ("", ".3g", ".4g", ".5g", ".6g", ".3f", ".4f", ",", ",.0f", ",.2f", ".2f", ".1%", ".2%")
    return {form for spec in specs if len(re.sub(r"\D", "", (form := format(number, spec))).lstrip("0")) > 2}
