"""The device picker takes only what computes and says why, whatever is broken, and counts the cores of a container."""

import sys
import types

import pytest

torch = pytest.importorskip("torch")

from course_utils import device as device_module  # noqa: E402
from course_utils import pick_device, use_tensorflow_memory_growth  # noqa: E402

PRODUCT = [[float(sum((8 * i + k) * (8 * j + k) for k in range(8))) for j in range(8)] for i in range(8)]


@pytest.fixture(autouse=True)
def no_accelerator(monkeypatch):
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    for module in (torch.cuda, torch.xpu, torch.mps):
        monkeypatch.setattr(module, "is_available", lambda: False)


def fake_gpu(monkeypatch, kind, multiply):
    """Pretend that a device of this kind is present and multiplies as told; the CPU stays real."""
    real = device_module._multiply_on
    monkeypatch.setattr(getattr(torch, kind), "is_available", lambda: True)
    monkeypatch.setattr(
        device_module, "_multiply_on", lambda name, rows: multiply() if name.startswith(kind) else real(name, rows)
    )
    if kind != "mps":
        properties = types.SimpleNamespace(name="Fake 9000", total_memory=8 * 2**30)
        monkeypatch.setattr(getattr(torch, kind), "get_device_properties", lambda name: properties)


def fail(error):
    def multiply():
        raise error

    return multiply


def test_the_probe_multiplies_for_real():
    rows = [[8 * i + j for j in range(8)] for i in range(8)]
    assert device_module._multiply_on("cpu", rows) == PRODUCT
    assert device_module._find_problem("cpu") is None


def test_without_a_gpu_the_cpu_is_taken_and_one_line_says_why(capsys):
    assert pick_device() == torch.device("cpu")
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "cpu" in out and "no CUDA, XPU or MPS" in out


def test_quiet_prints_nothing(capsys):
    pick_device(quiet=True)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["cuda", "xpu", "mps"])
def test_a_gpu_that_works_is_taken(monkeypatch, capsys, kind):
    fake_gpu(monkeypatch, kind, lambda: PRODUCT)
    assert pick_device().type == kind
    assert kind in capsys.readouterr().out


def test_cuda_comes_before_mps(monkeypatch, capsys):
    fake_gpu(monkeypatch, "cuda", lambda: PRODUCT)
    monkeypatch.setattr(torch.mps, "is_available", lambda: True)
    assert pick_device().type == "cuda"
    assert "Fake 9000, 8.0 GiB" in capsys.readouterr().out


@pytest.mark.parametrize(
    "multiply, reason",
    [
        (fail(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 64.00 MiB.\nmore")), "out of memory"),
        (fail(RuntimeError("no kernel image is available for execution on the device")), "no kernel image"),
        (fail(AssertionError()), "AssertionError: no message"),
        (lambda: [[value + 1 for value in row] for row in PRODUCT], "wrong numbers"),
        (lambda: [[float("nan")] * 8] * 8, "wrong numbers"),
    ],
)
def test_a_gpu_that_fails_is_named_with_its_reason_and_the_cpu_taken(monkeypatch, capsys, multiply, reason):
    fake_gpu(monkeypatch, "cuda", multiply)
    with pytest.warns(RuntimeWarning, match=f"cuda is here but.*{reason}") as caught:
        assert pick_device() == torch.device("cpu")
    assert len(caught) == 1
    assert "cuda cannot be used" in capsys.readouterr().out


def test_a_broken_cuda_leaves_the_next_device_its_chance(monkeypatch):
    fake_gpu(monkeypatch, "mps", lambda: PRODUCT)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)  # a real failure: this PyTorch may have no CUDA
    real = device_module._multiply_on
    monkeypatch.setattr(
        device_module,
        "_multiply_on",
        lambda name, rows: fail(RuntimeError("driver"))() if name == "cuda" else real(name, rows),
    )
    with pytest.warns(RuntimeWarning, match="driver"):
        assert pick_device(quiet=True).type == "mps"


@pytest.mark.skipif(torch.backends.cuda.is_built(), reason="needs a PyTorch without CUDA")
def test_a_pytorch_without_cuda_that_claims_a_gpu_falls_back(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.warns(RuntimeWarning, match="cuda"):
        assert pick_device(quiet=True) == torch.device("cpu")


def test_an_explicit_choice_wins_over_a_working_gpu(monkeypatch, capsys):
    fake_gpu(monkeypatch, "cuda", lambda: PRODUCT)
    assert pick_device("cpu") == torch.device("cpu")
    assert "the argument asks for it" in capsys.readouterr().out
    assert pick_device(torch.device("cuda", 1)) == torch.device("cuda:1")


def test_the_environment_chooses_and_the_argument_overrules_it(monkeypatch, capsys):
    fake_gpu(monkeypatch, "cuda", lambda: PRODUCT)
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert pick_device() == torch.device("cpu")
    assert "COURSE_DEVICE asks for it" in capsys.readouterr().out
    assert pick_device("auto", quiet=True).type == "cuda"


def test_a_choice_that_cannot_work_falls_back_with_a_warning(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "CUDA:3")
    with pytest.warns(RuntimeWarning, match="COURSE_DEVICE asks for the device cuda:3"):
        assert pick_device(quiet=True) == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:1", "tpu", "cuda:-1"])
def test_an_unknown_name_is_an_error_that_lists_the_choices(monkeypatch, name):
    with pytest.raises(ValueError, match="auto, cuda, xpu, mps, cpu"):
        pick_device(name)
    monkeypatch.setenv("COURSE_DEVICE", name)
    with pytest.raises(ValueError, match="COURSE_DEVICE"):
        pick_device()


def test_a_machine_that_cannot_multiply_at_all_is_an_error(monkeypatch):
    monkeypatch.setattr(device_module, "_multiply_on", lambda name, rows: [[0.0]])
    with pytest.warns(RuntimeWarning, match="cpu"), pytest.raises(RuntimeError, match="not even the CPU"):
        pick_device()


def fake_tensorflow(monkeypatch, grows, error=None):
    def set_growth(gpu, value):
        if error:
            raise error
        grows[gpu.name] = value

    experimental = types.SimpleNamespace(get_memory_growth=lambda gpu: grows[gpu.name], set_memory_growth=set_growth)
    gpus = [types.SimpleNamespace(name=name) for name in grows]
    module = types.ModuleType("tensorflow")
    module.config = types.SimpleNamespace(list_physical_devices=lambda kind: gpus, experimental=experimental)
    monkeypatch.setitem(sys.modules, "tensorflow", module)


def test_memory_growth_is_set_on_all_gpus_and_may_be_asked_twice(monkeypatch):
    grows = {"GPU:0": False, "GPU:1": False}
    fake_tensorflow(monkeypatch, grows)
    assert use_tensorflow_memory_growth() == use_tensorflow_memory_growth() == ["GPU:0", "GPU:1"]
    assert grows == {"GPU:0": True, "GPU:1": True}


def test_memory_growth_without_gpus_is_an_empty_list(monkeypatch):
    fake_tensorflow(monkeypatch, {})
    assert use_tensorflow_memory_growth() == []


def test_memory_growth_too_late_says_to_restart(monkeypatch):
    fake_tensorflow(
        monkeypatch, {"GPU:0": False}, RuntimeError("Physical devices cannot be modified after being initialized")
    )
    with pytest.raises(RuntimeError, match="restart the kernel"):
        use_tensorflow_memory_growth()
