"""What this machine offers, as a table: frameworks only when asked for, TensorFlow in a process of its own."""

import re
import sys
import types

import pytest

torch = pytest.importorskip("torch")

from course_data import device_report, machine  # noqa: E402


def test_the_report_without_frameworks_imports_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    monkeypatch.setattr(machine, "_ask_tensorflow", lambda: pytest.fail("asked TensorFlow"))
    report = device_report(frameworks=False)
    assert report.tensorflow_gpus is None and report.torch_version is None
    assert report.memory_total == machine.measure_memory()[0]  # lesson 00 draws it
    text = repr(report)
    assert platform_line(text, "CPU threads").startswith(str(machine.count_cores()))
    assert re.search(r"Memory +\d+\.\d GiB", text) and "TensorFlow" not in text


GIB = 2**30
V1 = "memory/m/memory.{}_in_bytes"
CONTAINERS = {  # what the process's own file says, the groups' files, (total, available) in GiB of a machine (64, 60)
    "version 2": ("0::/a/b\n", {"a/b/memory.max": 4 * GIB, "a/b/memory.current": GIB, "a/memory.max": "max"}, (4, 3)),
    "the parent's": ("0::/a/b\n", {"a/memory.max": 2 * GIB, "a/memory.current": 3 * GIB}, (2, 0)),
    "version 1": ("5:memory:/m\n", {V1.format("limit"): 2 * GIB, V1.format("usage"): GIB}, (2, 1)),
    "no limit": ("4:memory:/m\n", {V1.format("limit"): 2**63 - 4096, V1.format("usage"): 1}, (64, 60)),
    "not Linux": (None, {}, (64, 60)),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_memory_is_that_of_the_container(monkeypatch, tmp_path, kind):
    own, files, expected = CONTAINERS[kind]
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{content}\n")
    if own:
        (tmp_path / "own").write_text(own)
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path)
    monkeypatch.setattr(machine, "_OWN_CGROUP", tmp_path / "own")
    memory = types.SimpleNamespace(total=64 * GIB, available=60 * GIB)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: memory)
    assert machine.measure_memory() == tuple(size * GIB for size in expected)


def fake_child(monkeypatch, returncode=0, stdout="", stderr=""):
    answer = types.SimpleNamespace(returncode=returncode, stdout=stdout, stderr=stderr)
    monkeypatch.setattr(machine.subprocess, "run", lambda *_, **__: answer)


def test_a_tensorflow_that_does_not_start_is_warned_about(monkeypatch):
    fake_child(monkeypatch, returncode=1, stderr="Traceback …\nImportError: no AVX\n")
    with pytest.warns(RuntimeWarning, match="does not start: ImportError: no AVX"):
        assert device_report().tensorflow_version is None


def test_the_report_asks_the_real_tensorflow_without_importing_it_here():
    loaded = "tensorflow" in sys.modules
    assert device_report().tensorflow_version and ("tensorflow" in sys.modules) is loaded


def test_the_report_lists_gpus(monkeypatch):
    fake_child(monkeypatch, stdout='chatter\n["9.9", ["/physical_device:GPU:0"]]\n')
    for module in (torch.cuda, torch.xpu, torch.mps):
        monkeypatch.setattr(module, "is_available", lambda here=module is torch.cuda: here)
    monkeypatch.setattr(machine, "describe_device", lambda name: f"{name} (Fake 9000, 8.0 GiB)")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    report = device_report()
    assert report.tensorflow_gpus == ["/physical_device:GPU:0"]
    assert [line.split()[0] for line in report.accelerators] == ["cuda:0", "cuda:1"]
    assert "Fake 9000" in repr(report) and "GPU:0" in repr(report)


def platform_line(text, name):
    return next(line for line in text.splitlines() if line.startswith(name)).removeprefix(name).strip()


def make_cgroups(monkeypatch, tmp_path, own, files):
    for name, content in files.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "own").write_text(own)
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(machine, "_OWN_CGROUP", tmp_path / "own")
    monkeypatch.setattr(machine.psutil.Process, "cpu_affinity", lambda process: list(range(16)), raising=False)


def test_a_container_of_version_2_limits_threads(monkeypatch, tmp_path):
    make_cgroups(
        monkeypatch,
        tmp_path,
        "0::/a/b\n",
        {
            "a/cpu.max": "250000 100000\n",
            "a/b/cpu.max": "max 100000\n",
        },
    )
    assert machine.count_cores() == 3  # 2.5 CPUs, set by the parent


def test_a_container_of_version_1_limits_threads(monkeypatch, tmp_path):
    make_cgroups(
        monkeypatch,
        tmp_path,
        "5:memory:/m\n3:cpu,cpuacct:/c\n",
        {
            "cpu,cpuacct/c/cpu.cfs_quota_us": "50000",
            "cpu,cpuacct/c/cpu.cfs_period_us": "100000",
        },
    )
    assert machine.count_cores() == 1  # half a CPU is still one thread


def test_no_limit_means_the_machine_itself(monkeypatch, tmp_path):
    make_cgroups(
        monkeypatch,
        tmp_path,
        "4:memory:/\n3:cpu:/\n",
        {
            "cpu/cpu.cfs_quota_us": "-1",
            "cpu/cpu.cfs_period_us": "100000",
        },
    )
    assert machine.count_cores() == 16


def test_a_machine_without_control_groups_or_affinity_counts_its_own_cores(monkeypatch, tmp_path):
    make_cgroups(monkeypatch, tmp_path, "", {})
    monkeypatch.setattr(machine, "_OWN_CGROUP", tmp_path / "absent")  # not Linux
    assert machine.count_cores() == 16
    monkeypatch.delattr(machine.psutil.Process, "cpu_affinity")  # macOS
    monkeypatch.setattr(machine.psutil, "cpu_count", lambda: None)
    assert machine.count_cores() == 1
