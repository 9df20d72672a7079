"""The codec gives back every tree bit for bit, refuses what it cannot hold, and executes nothing."""

import io
import math
import pickle
import struct
from collections import Counter, OrderedDict, namedtuple

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.states import CheckpointError, decode_state, encode_state


def assert_same(a, b):
    """Equal in type and in every bit (NaN equals itself only with the same bits; 1, True and 1.0 differ)."""
    assert type(a) is type(b), (a, b)
    if isinstance(a, float):
        assert struct.pack("<d", a) == struct.pack("<d", b)
    elif isinstance(a, dict):
        assert len(a) == len(b)
        for (ka, va), (kb, vb) in zip(a.items(), b.items(), strict=True):
            assert_same(ka, kb)
            assert_same(va, vb)
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    elif isinstance(a, (np.ndarray, np.generic)):
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    elif isinstance(a, torch.Tensor):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        if a.numel():
            assert torch.equal(*(t.contiguous().view(-1).view(torch.uint8) for t in (a, b)))
    else:
        assert a == b


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=True)
    | st.text(st.characters(codec=None), max_size=8)
    | st.binary(max_size=8)
)
keys = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.tuples(st.integers(), st.text(max_size=2))
)
arrays = hnp.arrays(
    st.sampled_from("bool int8 uint16 int64 uint64 float16 float32 float64 complex64 complex128".split()),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
tensors = arrays.map(torch.from_numpy)
trees = st.recursive(
    scalars | arrays | tensors,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(trees)
def test_every_tree_comes_back_bit_for_bit(tree):
    assert_same(tree, decode_state(encode_state(tree)))


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        -math.nan,
        math.inf,
        -math.inf,
        -0.0,
        5e-324,
        0.1,
        struct.unpack("<d", bytes.fromhex("0100000000000cff"))[0],
    ],
)
def test_special_floats_survive_with_their_bits(value):
    assert_same({"x": value, 1: [value]}, decode_state(encode_state({"x": value, 1: [value]})))


@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.complex64, torch.uint32]
)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_tensor_types_that_numpy_lacks_survive(dtype, shape):
    tensor = torch.arange(1, 1 + math.prod(shape)).reshape(shape).to(dtype)
    assert_same(tensor, decode_state(encode_state([tensor]))[0])


def test_layouts_do_not_matter():
    base = torch.arange(12.0).reshape(3, 4)
    tree = [
        base.T,
        base[:, ::2],
        base.expand(2, 3, 4),
        np.arange(12).reshape(3, 4).T,
        np.arange(10)[::-1],
        torch.tensor([1 + 2j]).conj(),
        torch.nn.Parameter(base),
    ]
    result = decode_state(encode_state(tree))
    for before, after in zip(tree, result, strict=True):
        assert before.tolist() == after.tolist() and tuple(before.shape) == tuple(after.shape)


def test_keys_that_look_alike_stay_apart():
    tree = {
        1: torch.tensor([1]),
        "1": torch.tensor([2]),
        (1,): torch.tensor([3]),
        "a.b": np.zeros(1),
        "a": {"b": np.ones(1)},
        "$": {"$": "torch"},
    }
    assert_same(tree, decode_state(encode_state(tree)))


def test_what_schedulers_and_modules_keep_survives():
    milestones = Counter([3, 3, 5])
    state = torch.nn.BatchNorm1d(2).state_dict()
    result = decode_state(encode_state({"m": milestones, "s": state, "size": torch.Size([2])}))
    assert type(result["m"]) is Counter and result["m"] == milestones
    assert type(result["s"]) is OrderedDict and result["s"]._metadata == state._metadata
    assert result["size"] == (2,)


def test_the_results_are_copies_that_may_be_written():
    raw = encode_state({"a": np.zeros(2), "t": torch.zeros(2)})
    first = decode_state(raw)
    first["a"] += 1
    first["t"] += 1
    assert decode_state(raw)["a"].tolist() == [0, 0] and decode_state(raw)["t"].tolist() == [0, 0]


def test_other_tools_can_read_the_tensors():
    from safetensors.torch import load

    assert load(encode_state({"model": {"fc.weight": torch.ones(2)}}))["model.fc.weight"].tolist() == [1, 1]


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [
        lambda x: x,
        object(),
        {1, 2},
        Point(1, 2),
        np.array(["a"]),
        np.array([object()]),
        np.ma.masked_array([1.0]),
        torch.eye(2).to_sparse(),
        1j,
        range(3),
    ],
)
def test_what_cannot_be_held_is_refused_with_its_place(value):
    with pytest.raises(TypeError, match=r"state\['a'\]\[1\] is a "):
        encode_state({"a": [0, value]})


def test_keys_that_json_cannot_hold_are_refused():
    with pytest.raises(TypeError, match="key"):
        encode_state({frozenset(): 1})


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit('a pickle was executed')",)


def as_torch_file(protocol):
    file = io.BytesIO()
    torch.save({"w": Bomb()}, file, _use_new_zipfile_serialization=protocol == "zip")
    return file.getvalue()


@pytest.mark.parametrize(
    "raw", [pickle.dumps(Bomb()), pickle.dumps(Bomb(), protocol=2), as_torch_file("zip"), as_torch_file("legacy")]
)
def test_a_malicious_pickle_is_named_and_never_executed(raw):
    with pytest.raises(CheckpointError, match="pickle"):
        decode_state(raw)


def forge(tree_text, **tensors):
    from safetensors.numpy import save

    return save({name: np.array(value) for name, value in tensors.items()}, metadata={"tree": tree_text})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 7,
        b"hello, world",
        pickle.dumps(Bomb(), protocol=0),
        forge("{"),
        forge('{"$": "exec", "v": "1"}'),
        forge('{"$": "torch", "t": "gone", "dtype": "float32", "shape": [1]}'),
        forge('{"$": "torch", "t": "a", "dtype": "load", "shape": [1]}', a=[1]),
        forge('{"$": "torch", "t": "a", "dtype": "float32", "shape": [1]}', a=[1]),
        forge('{"$": "torch", "t": "a", "dtype": "bfloat16", "shape": [9]}', a=np.zeros(4, np.uint8)),
        forge('{"$": "numpy", "t": "a", "dtype": "object", "shape": [1]}', a=[1]),
        forge('{"$": "numpy", "t": "a", "dtype": "float64", "shape": [1]}', a=[1]),
        forge('{"$": "torch", "t": "a", "dtype": "int32", "shape": [1]}', a=np.ones(1, np.float32)),
        forge('{"$": "torch", "t": "a", "dtype": "bfloat16", "shape": [2]}', a=np.ones(1, np.int32)),
        forge('{"$": "float", "bits": "zz"}'),
        forge('{"$": "dict", "v": [1]}'),
        forge('{"$": "dict", "v": [[[], 1]]}'),
        forge("[" * 100_000 + "]" * 100_000),
    ],
)
def test_bytes_that_make_no_sense_are_one_kind_of_error(raw):
    with pytest.raises(CheckpointError):
        decode_state(raw)


def test_safetensors_of_another_program_are_named():
    from safetensors.torch import save

    with pytest.raises(CheckpointError, match="from elsewhere"):
        decode_state(save({"w": torch.ones(2)}))


@settings(max_examples=120, deadline=None, database=None, derandomize=True)
@given(st.data())
def test_a_cut_or_flipped_byte_never_gives_another_kind_of_error(data):
    raw = bytearray(encode_state({"w": torch.arange(6.0), "o": {0: (1, math.nan)}}))
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw) - 1))]
    else:
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decode_state(bytes(raw))
    except CheckpointError:
        pass
