"""What means the same becomes the same plain data; only exact plain types leave, and what doesn't fit is named."""

import array
import collections
import dataclasses
import enum
import itertools
import math
import types
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from autograder.sandbox.inside.values import ATOMS, MAX_ITEMS, NotPlain, to_plain

Pair = collections.namedtuple("Pair", "a b")


class Color(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Odd(enum.Enum):
    A = (1, "x")


class Equal:
    """Claims to equal everything."""

    __array_priority__ = 1e9
    __eq__ = lambda self, other: True  # noqa: E731
    __hash__ = lambda self: 0  # noqa: E731
    __float__ = __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0


class EqualArray(np.ndarray):
    __eq__ = Equal.__eq__


class EqualNumber(float):
    __eq__, __hash__, __float__ = Equal.__eq__, float.__hash__, lambda self: 5.0


class EqualText(str):
    __eq__, __hash__, __str__ = Equal.__eq__, str.__hash__, lambda self: "other"


class EqualInt(int):
    __eq__, __hash__, __int__ = Equal.__eq__, int.__hash__, lambda self: 5


class EqualList(list):
    __eq__ = Equal.__eq__


class EqualDict(dict):
    __eq__ = Equal.__eq__


def _kinds(value) -> set[type]:
    if isinstance(value, dict):
        value = [*value.items()]
        return {dict}.union(*map(_kinds, value))
    if isinstance(value, (list, tuple)):
        return {type(value)}.union(*map(_kinds, value))
    return {type(value)} | ({value.dtype.kind} if isinstance(value, np.ndarray) else set())


PLAIN = {*ATOMS, list, tuple, dict, np.ndarray, *"biuf"}


def _same(value, expected) -> None:
    plain = to_plain(value)
    assert type(plain) is type(expected)
    np.testing.assert_equal(plain, expected)
    assert _kinds(plain) <= PLAIN


@pytest.mark.parametrize(("value", "expected"), [
    (np.str_("A"), "A"), (np.bool_(True), True), (np.int8(3), 3), (np.uint64(2**63), 2**63), (np.float16(0.5), 0.5),
    (np.longdouble(0.5), 0.5), (Fraction(1, 4), 0.25), (Fraction(3), 3.0), (Decimal("0.5"), 0.5), (Color.RED, "red"),
    (Level.LOW, 1), (Odd.A, (1, "x")), (collections.UserString("a"), "a"), (pd.NA, math.nan),
    (EqualNumber(1.5), 1.5), (EqualText("text"), "text"), (EqualInt(7), 7), (EqualList([1]), [1]),
    (EqualDict(a=1), {"a": 1}),
])  # fmt: skip
def test_numbers_and_texts(value, expected):
    _same(value, expected)
    _same([value], [expected])
    _same({"k": (value,)}, {"k": (expected,)})


@pytest.mark.parametrize(("value", "expected"), [
    (range(2, 8, 2), [2, 4, 6]), ({3, 1, 2}, [1, 2, 3]), (frozenset("BA"), ["A", "B"]), ({"a", 2, 0.5}, [0.5, 2, "a"]),
    ({(1, 2), (0, 3)}, [(0, 3), (1, 2)]), (Pair(1, [2]), (1, [2])), (torch.Size([2, 3]), (2, 3)),
    (collections.deque([1, 2]), [1, 2]), (collections.UserList([1]), [1]), ({"b": 1, "a": 2}.keys(), ["b", "a"]),
    ({"b": 1}.values(), [1]), ({"b": 1}.items(), [("b", 1)]), (zip([1], "a", strict=True), [(1, "a")]),
    (map(str, [1]), ["1"]), (iter([1]), [1]), ((k * k for k in range(3)), [0, 1, 4]), (reversed([1, 2]), [2, 1]),
    (enumerate("a"), [(0, "a")]), (itertools.chain([1], [[2]]), [1, [2]]),
    (torch.max(torch.eye(2), 0).indices, np.array([0, 1])),
])  # fmt: skip
def test_sequences_and_what_can_be_gone_through(value, expected):
    _same(value, expected)


@pytest.mark.parametrize("value", [
    collections.OrderedDict(a=1, b=[2]), collections.defaultdict(list, a=1, b=[2]), types.MappingProxyType({"a": 1,
    "b": [2]}),
    collections.UserDict(a=1, b=[2]), collections.ChainMap({"a": 1}, {"b": [2]}), {np.str_("a"): np.int64(1),
    "b": range(2, 3)},
])  # fmt: skip
def test_mappings(value):
    plain = to_plain(value)
    assert type(plain) is dict and plain == {"a": 1, "b": [2]} and set(map(type, plain)) == {str}
    assert to_plain(collections.Counter("aab")) == {"a": 2, "b": 1} and to_plain({np.int64(3): 1}) == {3: 1}


@pytest.mark.parametrize("value", [
    np.array([[1.0, 2.0], [3.0, 4.0]]).view(EqualArray), np.array([[1, 2], [3, 4]]).view(np.matrix),
    np.ma.array([[1, 2], [3, 4]]),
    np.array([[1, Fraction(2)], [3.0, np.int8(4)]], dtype=object), pd.DataFrame([[1, 2], [3, 4]]),
    torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), torch.tensor([[1, 2], [3, 4]]).bfloat16(),
    torch.tensor([[1, 2], [3, 4]]).to_sparse(), torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]])),
    torch.tensor([[1.0, 3.0], [2.0, 4.0]]).T, scipy.sparse.csr_matrix([[1, 2], [3, 4]]), memoryview(np.array([[1, 2],
    [3, 4]])),
    np.array([[1, 2], [3, 4]], dtype=">i2"), torch.tensor([[1.0, 2.0], [3.0, 4.0]]).to(torch.float8_e4m3fn),

])  # fmt: skip
def test_arrays_of_numbers(value):
    plain = to_plain(value)
    assert type(plain) is np.ndarray and plain.dtype.kind in "iuf" and plain.dtype.isnative
    np.testing.assert_array_equal(plain, [[1, 2], [3, 4]])


@pytest.mark.parametrize(("value", "expected"), [
    (np.array(["show"])[0], "show"), (np.where(True, "show", "hide"), "show"), (np.array(["B", "A"]), ["B", "A"]),
    (np.array("x", dtype=object), "x"), (pd.Series(["a", "b"]), ["a", "b"]), (pd.Index(["a", "b"]), ["a", "b"]),
    (pd.Series([1.0, 2.0], index=["x", "y"]), np.array([1.0, 2.0])),
    (pd.Series([1, pd.NA], dtype="Int64"), np.array([1, math.nan])),
    (pd.Series([True, False]), np.array([True, False])), (np.array([[1], [2, 3]], dtype=object), [[1], [2, 3]]),
    (pd.Categorical(["b", "a"]), ["b", "a"]), (array.array("d", [1, 2]), np.array([1.0, 2.0])),
    (torch.tensor(3), np.array(3)), (torch.tensor(True), np.array(True)), ([torch.ones(2)], [np.ones(2)]),
    (np.array([10**40, 1], dtype=object), [10**40, 1]),
    (np.array([True, False], dtype=object), np.array([True, False])),
])  # fmt: skip
def test_arrays_of_texts_objects_and_one_number(value, expected):
    _same(value, expected)


@dataclasses.dataclass
class Record:
    a: int


@pytest.mark.parametrize(("value", "name"), [
    (Equal(), "Equal"), (np.array([Equal()]), "Equal"), ([1, Equal()], "Equal"), ({"a": Equal()}, "Equal"),
    (Record(1), "Record"),
    (len, "builtin_function_or_method"), (lambda: 1, "function"), (Record, "type"),
    (np.random.default_rng(0), "Generator"),
    (b"A", "bytes"), (bytearray(b"A"), "bytearray"), (np.bytes_(b"A"), "bytes_"), (1j, "complex"), (np, "module"),
    (np.ma.array([1, 2], mask=[0, 1]), "MaskedArray"), (np.datetime64("2026-01-01"), "datetime64"),
    (pd.Timestamp("2026-01-01"), "Timestamp"), ({(1, 2): 3}, "dict"), ({0.5: 3}, "dict"), (object(), "object"),
    (np.zeros(2, dtype="i4,f4"), "ndarray"), (torch.empty(2, device="meta"), "Tensor"), (Fraction(10**400), "Fraction"),
    (torch.nn.Linear(1, 1), "Linear"),
])  # fmt: skip
def test_what_is_no_plain_data_is_named_shortly(value, name):
    with pytest.raises(NotPlain) as refused:
        to_plain(value)
    assert refused.value.type_name == name


def test_what_is_too_large_or_too_deep_is_refused():
    deep, endless = [], itertools.count()
    for _ in range(50):
        deep = [deep]
    itself = np.empty((), dtype=object)
    itself[()] = [itself]
    for value in (
        deep,
        endless,
        range(MAX_ITEMS + 1),
        itself,
        (k for k in itertools.repeat(0)),
        np.full(MAX_ITEMS + 1, "a"),
    ):
        with pytest.raises(NotPlain) as refused:
            to_plain(value)
        assert refused.value.type_name == ""
    assert len(to_plain(range(MAX_ITEMS))) == MAX_ITEMS


def test_what_a_generator_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        to_plain(1 / k for k in (1, 0))


def test_an_own_copy_leaves():
    for value in (np.ones(2), [1], {"a": [1]}, torch.ones(2)):
        plain = to_plain(value)
        assert plain is not value
        if isinstance(plain, np.ndarray):
            plain[0] = 7
            assert value[0] == 1
