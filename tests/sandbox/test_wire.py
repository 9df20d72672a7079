"""The wire format: what is sent arrives, exactly; what is malformed, vast, deep or never-ending is refused in time."""

import math
import os
import pickle
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox.inside import drivers, message
from autograder.sandbox.inside.frames import receive_frame, send_frame
from autograder.sandbox.inside.message import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_ITEMS,
    MAX_TEXT,
    Driver,
    Learner,
    WireError,
)
from autograder.sandbox.inside.wire import decode, encode

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_KEYS = st.one_of(_TEXT, st.integers(-(2**62), 2**62))
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**2040), 2**2040), st.floats(), st.complex_numbers(), _TEXT,
    hnp.arrays(hnp.boolean_dtypes() | hnp.integer_dtypes() | hnp.floating_dtypes(sizes=(16, 32, 64)),
               hnp.array_shapes(min_dims=0, min_side=0, max_side=4)),
)  # fmt: skip
_ALIKE = st.one_of(  # lists of one kind travel at once
    st.lists(st.floats()), st.lists(st.integers(-(2**64), 2**64)), st.lists(_TEXT), st.lists(st.text("\0a")),
    st.lists(st.tuples(_TEXT, st.integers(0, 99), st.none() | st.floats())), st.lists(st.tuples()),
    st.lists(st.tuples(st.tuples(st.floats()), st.lists(st.booleans()))), st.lists(st.integers(0, 9)).map(tuple),
)  # fmt: skip
_VALUES = st.recursive(
    _LEAVES | _ALIKE, lambda item: st.lists(item) | st.tuples(item, item) | st.dictionaries(_KEYS, item)
)
_VALUE, _ROWS = b"V", b"R"  # how the items of a list follow: each with its tag, or column by column


def _same(a, b) -> bool:
    """Same exact type, same value; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype.newbyteorder("=") and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    return a == b or repr(a) == repr(b)


@given(_VALUES)
@settings(max_examples=300, deadline=None)
def test_round_trip(value):
    assert _same(decode(encode(value)), value)


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=1000, deadline=None)
def test_random_bytes_are_a_value_or_a_wire_error(data, request_):
    try:
        decode(data, request_)
    except WireError:
        pass


@given(_VALUES, st.data())
@settings(max_examples=500, deadline=None)
def test_changed_bytes_are_a_value_or_a_wire_error(value, data):
    raw = bytearray(encode(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(raw))
    except WireError:
        pass


@given(_VALUES)
@settings(max_examples=100, deadline=None)
def test_every_cut_is_refused(value):
    raw = encode(value)
    for length in {0, len(raw) // 2, len(raw) - 1}:
        with pytest.raises(WireError):
            decode(raw[:length])


def test_requests_carry_learners_drivers_and_numpy_scalars_and_replies_do_not():
    value = [Learner("Value"), drivers.call_and_keep_inputs, np.float32(0.5), np.int64(3)]
    raw = encode(value, request=True)
    assert decode(raw, request=True) == [Learner("Value"), Driver("call_and_keep_inputs"), np.float32(0.5), np.int64(3)]
    assert type(decode(raw, request=True)[2]) is np.float32
    for item in value:
        with pytest.raises(WireError, match="cannot be sent"):
            encode(item)
        with pytest.raises(WireError, match="unknown tag"):
            decode(encode(item, request=True))


@pytest.mark.parametrize("value", [object(), {1, 2}, len, lambda: 0, np.array([object()]), np.array(["a"]), {1.5: 0},
                                   {True: 0}, np.longdouble(1), type("Text", (str,), {})("a"), b"bytes",
                                   np.ma.array([1]), {2**80: 0}, 10**700, os.system])  # fmt: skip
def test_no_other_type_is_sent(value):
    with pytest.raises(WireError):
        encode(value, request=True)


def test_arrays_arrive_writable_and_on_their_own():
    array = np.arange(6.0).reshape(2, 3)
    array.flags.writeable = False
    arrived = decode(encode(array.T))
    assert arrived.flags.writeable and np.array_equal(arrived, array.T)
    assert np.array_equal(decode(encode(np.arange(3, dtype=">i4"))), [0, 1, 2])


@pytest.mark.parametrize(("name", "data"), [
    ("nothing", b""),
    ("unknown tag", b"Z"),
    ("a pickle", pickle.dumps([1, 2])),
    ("more after the value", b"NN"),
    ("four thousand million items", struct.pack(">cI", b"l", 2**32 - 1) + _VALUE + b"N" * 9),
    ("a list that claims what is not there", struct.pack(">cI", b"l", 3) + _VALUE + b"N"),
    ("four thousand million floats", struct.pack(">cIc", b"l", 2**32 - 1, b"F") + b"\0" * 80),
    ("floats cut short", struct.pack(">cIc", b"l", 2, b"F") + b"\0" * 15),
    ("integers cut short", struct.pack(">cIc", b"l", 2, b"I") + b"\0" * 15),
    ("one text for two", struct.pack(">cIcI", b"l", 2, b"S", 1) + b"a"),
    ("three texts for two", struct.pack(">cIcI", b"l", 2, b"S", 5) + b"a\0b\0c"),
    ("rows without a column", struct.pack(">cIcI", b"l", 2, _ROWS, 0)),
    ("rows of 2**32 columns", struct.pack(">cIcI", b"l", 2, _ROWS, 2**32 - 1) + struct.pack(">c2q", b"I", 1, 2) * 9),
    ("no rows", struct.pack(">cIcI", b"l", 0, _ROWS, 1) + _VALUE),
    ("items of no such kind", struct.pack(">cIc", b"l", 2, b"Z") + b"NN"),
    ("items of no kind", struct.pack(">cI", b"l", 2)),
    ("a key that is a list", struct.pack(">cI", b"d", 1) + struct.pack(">cI", b"l", 0) + _VALUE + b"N"),
    ("a key of many digits", struct.pack(">cI", b"d", 1) + struct.pack(">cH", b"i", 100) + b"\1" * 100 + b"N"),
    ("an integer of 30,000 bytes", struct.pack(">cH", b"i", 30_000) + b"\1" * 30_000),
    ("an integer of no bytes", struct.pack(">cH", b"i", 0)),
    ("text that is not UTF-8", struct.pack(">cI", b"s", 2) + b"\xff\xfe"),
    ("a lone surrogate", struct.pack(">cI", b"s", 3) + b"\xed\xa0\x80"),
    ("text of 4 GB", struct.pack(">cI", b"s", 2**32 - 1) + b"a"),
    ("no such dtype", struct.pack(">cBB", b"a", 200, 0)),
    ("200 dimensions", struct.pack(">cBB200Q", b"a", 9, 200, *[1] * 200)),
    ("an array of 2**64 bytes", struct.pack(">cBB2Q", b"a", 9, 2, 2**32, 2**32)),
    ("a vast axis beside an empty one", struct.pack(">cBB2Q", b"a", 9, 2, 2**63, 0)),
    ("an array cut short", struct.pack(">cBBQ", b"a", 11, 1, 4) + b"\0" * 31),
    ("booleans that are neither", struct.pack(">cBBQ", b"a", 0, 1, 3) + b"\1\2\0"),
])  # fmt: skip
def test_malformed(name, data):
    with pytest.raises(WireError):
        decode(data)


def test_depth_and_items_are_counted():
    deep = None
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert decode(encode(deep)) == deep
    for attempt in (lambda: encode([deep]), lambda: decode(struct.pack(">cI", b"l", 1) + _VALUE + encode(deep))):
        with pytest.raises(WireError, match="too deep"):
            attempt()
    many = [None] * (MAX_ITEMS - 1)
    assert decode(encode(many)) == many
    raw = struct.pack(">cI", b"l", MAX_ITEMS) + _VALUE + b"N" * MAX_ITEMS
    for attempt in (lambda: encode([*many, None]), lambda: decode(raw)):
        with pytest.raises(WireError, match="too many items"):
            attempt()
    with pytest.raises(WireError):
        decode((struct.pack(">cI", b"t", 1) + _VALUE) * 100_000 + b"N")


@pytest.mark.parametrize(
    "texts",
    ["a" * (MAX_TEXT + 1), ["a" * 1000] * (MAX_TEXT // 1000), {"é" * (MAX_TEXT // 4): ["é" * (MAX_TEXT // 4), "a"]}],
)
def test_texts_are_counted_together(texts, monkeypatch):
    """A NumPy array of texts gives each the room of the longest: 200,000 and one of 32 MB would be terabytes."""
    with pytest.raises(WireError, match="too much text"):
        encode(texts)
    with monkeypatch.context() as changed:
        changed.setattr(message, "MAX_TEXT", 2 * MAX_TEXT)
        raw = encode(texts)
    with pytest.raises(WireError, match="too much text"):
        decode(raw)


def test_entries_of_an_array_are_counted_whatever_their_size(monkeypatch):
    most = np.zeros(MAX_ENTRIES // 8, bool)
    monkeypatch.setattr(message, "MAX_ENTRIES", MAX_ENTRIES // 8)
    raw = encode(most)
    assert decode(raw).shape == most.shape
    monkeypatch.setattr(message, "MAX_ENTRIES", MAX_ENTRIES // 8 - 1)
    for attempt in (lambda: encode(most), lambda: decode(raw)):
        with pytest.raises(WireError):
            attempt()


@pytest.mark.parametrize("item", [0.5, 7, "a", (1, "a", 0.5)])
def test_items_that_travel_at_once_are_counted_one_by_one(item, monkeypatch):
    values = 1 + len(item) if isinstance(item, tuple) else 1
    most = (MAX_ITEMS - 1) // values
    assert decode(encode([item] * most)) == [item] * most
    longer = [item] * (most + 1)
    with pytest.raises(WireError, match="too many items"):
        encode(longer)
    with monkeypatch.context() as changed:
        changed.setattr(message, "MAX_ITEMS", 2 * MAX_ITEMS)
        raw = encode(longer)
    with pytest.raises(WireError, match="too many items"):
        decode(raw)


def test_a_long_program_is_small_and_quick():
    program = [("+", i + 1, 0) for i in range(4_000)]
    raw = encode(program)
    assert len(raw) < 20 * len(program)
    begun = time.process_time()
    for _ in range(10):
        assert decode(raw) == program
    assert time.process_time() - begun < 0.1  # 3 ms each on a busy core; value by value it took 40


def test_a_dict_of_integers_that_share_a_hash_cannot_be_sent():
    modulus = 2**61 - 1
    raw = struct.pack(">cI", b"d", 50_000)
    for multiple in range(50_000):
        number = (multiple * modulus).to_bytes(16, "big", signed=True)
        raw += struct.pack(">cH", b"i", 16) + number + b"N"
    begun = time.process_time()
    with pytest.raises(WireError):
        decode(raw)
    assert time.process_time() - begun < 2


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    for fd in (reader, writer):
        try:
            os.close(fd)
        except OSError:
            pass


def test_frames_arrive(pipe):
    payload = os.urandom(3_000_000)
    thread = threading.Thread(target=send_frame, args=(pipe[1], payload))
    thread.start()
    assert receive_frame(pipe[0], time.monotonic() + 20) == payload
    thread.join()


def test_an_enormous_frame_is_refused_before_it_is_read(pipe):
    os.write(pipe[1], struct.pack(">I", MAX_BYTES + 1))
    with pytest.raises(WireError, match="announced"):
        receive_frame(pipe[0], time.monotonic() + 5)
    with pytest.raises(WireError):
        send_frame(pipe[1], b"\0" * (MAX_BYTES + 1))


def test_what_follows_a_frame_unasked_is_refused(pipe):
    os.write(pipe[1], struct.pack(">I", 2) + b"ab" + b"c")
    with pytest.raises(WireError, match="behind"):
        receive_frame(pipe[0], time.monotonic() + 5)


def test_a_frame_that_trickles_ends_at_the_deadline(pipe):
    stop = threading.Event()

    def trickle():
        os.write(pipe[1], struct.pack(">I", 1000))
        while not stop.wait(0.02):
            os.write(pipe[1], b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        receive_frame(pipe[0], begun + 0.3)
    stop.set()
    thread.join()
    assert 0.2 < time.monotonic() - begun < 10


def test_a_reader_who_does_not_read_does_not_hold_the_writer(pipe):
    os.set_blocking(pipe[1], False)
    with pytest.raises(TimeoutError):
        send_frame(pipe[1], b"\0" * 1_000_000, time.monotonic() + 0.2)


def test_the_end_is_noticed_and_the_tick_is_called(pipe):
    ticks = []
    with pytest.raises(TimeoutError):
        receive_frame(pipe[0], time.monotonic() + 1, lambda: ticks.append(1))
    assert 2 <= len(ticks) <= 60
    os.write(pipe[1], b"\0\0")
    os.close(pipe[1])
    with pytest.raises(EOFError):
        receive_frame(pipe[0], time.monotonic() + 1)


def test_special_floats():
    assert math.isnan(decode(encode(math.nan))) and decode(encode(-math.inf)) == -math.inf
    assert math.copysign(1, decode(encode(-0.0))) == -1
