"""What a wrong number is of the right one: twice as much, its logarithm, the same in per cent; with a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from autograder.answers.outcome import Text

_RTOL, _ATOL = 1e-5, 1e-9


class Relation(NamedTuple):
    """Its name, as misconceptions have one, and what is said of the value."""

    name: str
    text: Text


def relate(name: str, en: str, zh: str) -> Relation:
    """A relation with its sentence in both languages."""
    return Relation(name, Text(en, zh))


def are_close(value: np.ndarray, recipe: np.ndarray) -> bool:
    """The same shape, and close everywhere; nan is close to nan."""
    if value.shape != recipe.shape:
        return False
    if value.size and abs(value.flat[0] - recipe.flat[0]) > _ATOL + _RTOL * abs(recipe.flat[0]):
        return False  # soon: of some forty recipes nearly all end here
    return bool(find_close(value, recipe).all())


def find_close(value: np.ndarray, recipe: np.ndarray) -> np.ndarray:
    """Where two arrays of shapes that fit are close."""
    return np.isclose(value, recipe, _RTOL, _ATOL, equal_nan=True)


def say_whose(count: int) -> Text:
    """The subject of a sentence about a number, or about each of several."""
    return Text("Each of your numbers", "你的每个数都") if count > 1 else Text("Your number", "你的数")


def list_forms(right: np.ndarray) -> Iterator[tuple[np.ndarray, Relation]]:
    """What a wrong value would be in each form, and the relation it would be in."""
    whose = say_whose(right.size)
    whole = (right == np.round(right)).all()
    for name, form, en, zh in (*(_COUNTS if whole else ()), *_FORMS):
        if np.isfinite(made := form(right)).all():
            yield made, relate(name, f"{whose.en} is {en}.", f"{whose.zh}{zh}。")
    for name, base, exponents, en, zh in _UNITS:
        for k in (*exponents, *(-k for k in exponents)):
            power = f"{base:g}{str(k).translate(_RAISED)}"
            yield base**k * right, relate(name, f"{whose.en} is {power} {en}", f"{whose.zh}是正确值的 {power} {zh}")


_Form = tuple[str, Callable[[np.ndarray], np.ndarray], str, str]  # name, what it makes of the right value, "it is …"
_COUNTS: tuple[_Form, ...] = (
    ("one-too-many", lambda r: r + 1, "one more than it should be", "比正确值多 1"),
    ("one-too-few", lambda r: r - 1, "one less than it should be", "比正确值少 1"),
)
_FORMS: tuple[_Form, ...] = (
    ("opposite-sign", lambda r: -r, "the right one with the opposite sign", "是正确值的相反数"),
    ("twice-as-much", lambda r: 2 * r, "twice what it should be", "是正确值的两倍"),
    ("half-as-much", lambda r: r / 2, "half of what it should be", "是正确值的一半"),
    ("one-minus-it", lambda r: 1 - r, "1 minus what it should be", "等于 1 减去正确值"),
    ("percent-for-share", lambda r: 100 * r, "100 times what it should be: per cent", "是正确值的 100 倍，即百分数"),
    ("share-for-percent", lambda r: r / 100, "a hundredth of what it should be", "是正确值的百分之一"),
    ("bits-for-nats", lambda r: r / np.log(2), "the right one / ln 2: bits, not nats", "是正确值除以 ln 2：成了比特"),
    ("nats-for-bits", lambda r: r * np.log(2), "the right one · ln 2: nats, not bits", "是正确值乘 ln 2：成了奈特"),
    (
        "tens-for-nats",
        lambda r: r / np.log(10),
        "the right one / ln 10: log10 for ln",
        "是正确值除以 ln 10",
    ),
    ("degrees-for-radians", np.degrees, "in degrees; radians are wanted", "用了角度，应当用弧度"),
    ("radians-for-degrees", np.radians, "in radians; degrees are wanted", "用了弧度，应当用角度"),
    ("upside-down", lambda r: 1 / r, "1 divided by what it should be", "是正确值的倒数"),
    ("squared", lambda r: r**2, "the square of what it should be", "是正确值的平方"),
    ("root-taken", np.sqrt, "the square root of what it should be", "是正确值的平方根"),
    ("logarithm-taken", np.log, "the logarithm of what it should be", "是正确值的对数"),
    ("exponential-taken", np.exp, "the exponential of what it should be", "是正确值的指数 eˣ"),
    ("sign-lost", abs, "right but for its sign: minus has become plus", "除符号外是对的：负号丢了"),
    ("negative-cut-off", lambda r: np.maximum(r, 0), "right, but 0 where it is negative", "是对的，但负数成了 0"),
    ("cut-to-whole", np.floor, "the right one, rounded down: does // divide?", "是正确值向下取整：用了 // ？"),
    ("cut-to-whole", np.round, "the right one, rounded to a whole number", "是正确值取整的结果"),
)
_RAISED = str.maketrans("-123456789", "⁻¹²³⁴⁵⁶⁷⁸⁹")
_TENS = (
    "times what it should be: another unit, or a division too many or too few?",
    "倍：是单位不同，还是多除或少除了一次？",
)
_BINARY = "times what it should be: steps of 1024 are not those of 1000.", "倍：1024 进位与 1000 进位不同。"
_UNITS = (  # name, base, exponents, "it is …"
    ("power-of-ten", 10.0, (3, 4, 5, 6, 7, 8, 9), *_TENS),
    ("binary-units", 1024.0, (1, 2, 3), *_BINARY),
    ("binary-units", 1.024, (1, 2, 3), *_BINARY),
)
SLIPS = (
    "opposite-sign", "one-minus-it", "percent-for-share", "share-for-percent", "bits-for-nats", "nats-for-bits",
    "power-of-ten", "binary-units",
)  # fmt: skip
