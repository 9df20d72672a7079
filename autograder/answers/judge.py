"""Judging against known mistakes: closeness that names a wrong recipe, choices, letters, row numbers, inputs kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from autograder.answers.expect import as_array, expect_close, expect_equal, is_close, is_equal, relate_arrays
from autograder.answers.outcome import Misconception, Text, Wrong
from autograder.answers.relations import find_relation

_LONG = 1_000  # characters of a text that are looked at
_AROUND = " .,;:()[]{}'\"。、，；：“”‘’（）【】"
INCOMPLETE = Text("What you name is right, but it isn't all.", "你选的都对，但还不全。")
_LETTERS = Text(
    '`{what}` is a text of letters out of A to {last}, for instance "A{last}".',
    '`{what}` 应是由 A 到 {last} 的字母组成的文本，例如 "A{last}"。',
)
_ROWS = Text(
    "`{what}` should hold row numbers, whole numbers from 0 to {last}; yours are something else.",
    "`{what}` 里应当是行号，即 0 到 {last} 的整数；你的不是。",
)

_COUNT = Text("`{what}` holds {count} numbers.", "`{what}` 里应有 {count} 个数。")
_NOT_YET = Text("`{what}` is not right yet.", "`{what}` 还不对。")

# Wrong recipes by the name of their misconception: a list holds several, anything else is one; a function computes its
# recipe when it is needed.
Mistakes = Mapping[str, object]


@dataclass(frozen=True)
class Tolerance:
    """What an exercise calls close: |value − right| ≤ atol + rtol·|right| in every entry, nan to nan, of one shape."""

    rtol: float
    atol: float

    def same(self, value, recipe) -> bool:
        """Whether they are close; False for what is no array of numbers."""
        return is_close(value, recipe, self.rtol, self.atol, equal_nan=True)

    def expect(self, value, right, what: str = "the answer") -> None:
        """expect_close with this tolerance."""
        expect_close(value, right, self.rtol, self.atol, what)

    def name(self, value, right, wrong: Mistakes) -> None:
        """Raises the first misconception one of whose recipes gives `value`.

        Nothing is named where `value` is right, nor by a recipe that can't be told from the right one here, nor by one
        that is nan throughout: it doesn't apply to this draw.
        """
        if self.same(value, right):
            return
        for name, recipes in wrong.items():
            for recipe in _listed(recipes):
                recipe = recipe() if callable(recipe) else recipe
                if self.same(value, recipe) and not self.same(right, recipe) and not np.isnan(recipe).all():
                    raise Misconception(name)

    def judge(self, value, right, wrong: Mistakes, what: str = "the answer", otherwise: Text | None = None) -> None:
        """Passes what is right, names a known mistake, and says of anything else what came and what should.

        otherwise: the sentence in place of that, where the right value is not to be given away.
        """
        if self.same(value, right):
            return
        self.name(value, right, wrong)
        if otherwise:
            raise Wrong(otherwise, find_relation(as_array(value, what), right, slips=True))
        self.expect(value, right, what)


def judge_equal(value, right, wrong: Mistakes, what: str = "the answer", otherwise: Text | None = None) -> None:
    """As Tolerance.judge, for what is exactly equal or not: whole numbers, texts, None, lists of these.

    A recipe that is a list itself stands in a list of recipes.
    """
    if is_equal(value, right):
        return
    for name, recipes in wrong.items():
        if any(is_equal(value, recipe) for recipe in _listed(recipes)):
            raise Misconception(name)
    if otherwise:
        raise Wrong(otherwise, relate_arrays(value, right, slips=True))
    expect_equal(value, right, what)


def judge_constant(
    value, right, wrong: Mistakes, what: str, near: Tolerance | None = None, otherwise: Text | None = None
) -> None:
    """As Tolerance.judge, or judge_equal without `near`, for a value that a learner writes down: nothing gives it away.

    right: a number, or some in a tuple or list. otherwise: a sentence in place of "not right yet".
    """
    count = np.size(right)
    numbers = as_array(value, what)
    if numbers.size != count:
        raise Wrong(_COUNT.format(what=what, count=count))
    value = numbers.reshape(np.shape(right)).tolist()
    secret = otherwise or _NOT_YET.format(what=what)
    if near:
        near.judge(value, right, wrong, what, secret)
    else:
        judge_equal(value, right, wrong, what, secret)


def expect_choice(value, what: str, options: Mapping[str, str] | Iterable[str]) -> str:
    """The option that `value` names, alone or in a list; case, spaces, brackets and stops around it don't matter.

    options: the texts, or {text: the misconception of whoever chooses it, "" for none}. Raises Wrong, listing the
    options, for anything else.
    """
    plain = _find_text(value).strip(_AROUND)
    chosen = next((option for option in options if _find_text(option).strip(_AROUND) == plain), None)
    if chosen is None:
        *others, last = [f'"{option}"' for option in sorted(options)]  # their order must not tell the right one
        en, zh = f"{', '.join(others)} or {last}", f"{'、'.join(others)} 或 {last}"
        raise Wrong(Text(f"`{what}` is {en}.", f"`{what}` 应是 {zh}。"))
    if isinstance(options, Mapping) and options[chosen]:
        raise Misconception(options[chosen])
    return chosen


def expect_letters(
    value, what: str, right: str, among: str, wrong: Mapping[str, str], missing: Text = INCOMPLETE
) -> None:
    """Exactly the letters of `right`, in a text or a list of texts; case, order, "and" and punctuation don't matter.

    among: all letters there are, from A on. wrong: {letters: the misconception of whoever decides otherwise on one of
    them}, in this order; it covers all that are not right. missing: the sentence where right ones are left out.
    """
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    letters = _find_text(value).upper().replace("AND", " ")
    named = {letter for letter in letters if letter.isascii() and letter.isalnum()}
    if not named or not named <= set(among):
        raise Wrong(_LETTERS.format(what=what, last=among[-1]))
    for some, name in wrong.items():
        if set(some) & (named ^ set(right)):
            raise Misconception(name)
    if named != set(right):
        raise Wrong(missing)


def expect_rows(value, what: str, n: int) -> np.ndarray:
    """The row numbers, (any number,) of int, each from 0 to n − 1. Raises Wrong for a mask or anything else."""
    rows = as_array(value, what)
    mask = value.dtype == bool if isinstance(value, np.ndarray) else bool in set(map(type, value if rows.ndim else []))
    if rows.ndim != 1 or mask or (rows != np.round(rows)).any() or (rows < 0).any() or (rows >= n).any():
        raise Wrong(_ROWS.format(what=what, last=n - 1))
    return rows.astype(int)


def _find_text(value) -> str:
    """The text, or the only text in a list, in small letters with single spaces; "" for anything else."""
    while isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    text = unicodedata.normalize("NFKC", value[:_LONG]) if isinstance(value, str) else ""
    return " ".join(text.split()).casefold()


def _listed(recipes) -> list:
    return recipes if isinstance(recipes, list) else [recipes]
