"""One seed, the same numbers everywhere; wrong seeds are refused; frameworks that are not loaded stay unloaded."""

import random
import subprocess
import sys
import types

import numpy as np
import pytest

from course_utils import seed_everything, seeds


def draw_all(rng):
    import torch

    return random.random(), np.random.random(), torch.rand(3).tolist(), rng.random()


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    first, again, other = (draw_all(seed_everything(seed, "torch")) for seed in (7, 7, 8))
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_the_generator_is_numpys_own_for_that_seed():
    assert seed_everything(5).random() == np.random.default_rng(5).random()
    assert isinstance(seed_everything(), np.random.Generator)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "0", None, True])
def test_a_seed_out_of_range_is_refused_and_changes_nothing(seed):
    seed_everything(3)
    state = random.getstate()
    with pytest.raises(ValueError, match="from 0 to 4294967295"):
        seed_everything(seed)
    assert random.getstate() == state and seeds.last_seed == 3


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(4), np.uint32(9)])
def test_the_whole_range_and_numpy_integers_are_taken(seed):
    seed_everything(seed)
    assert seeds.last_seed == int(seed) and type(seeds.last_seed) is int


def test_an_unknown_framework_is_refused():
    with pytest.raises(ValueError, match="torch, tensorflow"):
        seed_everything(0, ["jax"])


def test_nothing_heavy_is_imported_unless_asked():
    code = (
        "import sys; from course_utils import seed_everything; seed_everything(1);"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules), 'imported unasked';"
        "seed_everything(1, ('torch',)); assert 'torch' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)


def fake_frameworks(monkeypatch, calls):
    tf, keras = types.ModuleType("tensorflow"), types.ModuleType("keras")
    tf.random = types.SimpleNamespace(set_seed=lambda seed: calls.append(("tf", seed)))
    tf.config = types.SimpleNamespace(
        experimental=types.SimpleNamespace(enable_op_determinism=lambda: calls.append(("determinism",)))
    )
    keras.utils = types.SimpleNamespace(set_random_seed=lambda seed: calls.append(("keras", seed)))
    monkeypatch.setitem(sys.modules, "tensorflow", tf)
    monkeypatch.setitem(sys.modules, "keras", keras)


def test_loaded_tensorflow_and_keras_are_seeded(monkeypatch):
    calls = []
    fake_frameworks(monkeypatch, calls)
    seed_everything(11)
    assert calls == [("keras", 11), ("tf", 11)]


def test_deterministic_asks_both_frameworks(monkeypatch):
    import torch

    calls = []
    fake_frameworks(monkeypatch, calls)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    monkeypatch.setattr(torch, "use_deterministic_algorithms", lambda on: calls.append(("torch", on)))
    seed_everything(11, deterministic=True)
    assert ("determinism",) in calls and ("torch", True) in calls and torch.backends.cudnn.benchmark is False
