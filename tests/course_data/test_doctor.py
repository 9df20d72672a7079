"""`python -m course_data`: the doctor's verdict and exit code, and a download repeated, broken off and offline."""

import dataclasses
import hashlib
import os
import pwd
import subprocess
import sys
import time

import numpy as np
import pytest

from course_data import __main__ as command
from course_data import doctor, registry
from course_utils import install


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A small machine: an empty cache, one package that is needed and here, one data set with its file on this disk."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)
    (tmp_path / "requirements.txt").write_text(f"numpy=={np.__version__}\nhatchling==0.0.0\n")
    (tmp_path / "constraints.txt").write_text("")
    monkeypatch.setattr(install, "__file__", str(tmp_path / "course_utils" / "install.py"))
    pixels = np.zeros((2, 28, 28), np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=pixels, y_train=pixels[:, 0, 0], x_test=pixels, y_test=pixels[:, 0, 0])
    sha256 = hashlib.sha256((tmp_path / "mnist.npz").read_bytes()).hexdigest()
    mnist = dataclasses.replace(
        registry.MNIST, url=(tmp_path / "mnist.npz").as_uri(), sha256=sha256, default=True, filename="mnist.npz"
    )
    monkeypatch.setattr(command, "SOURCES", {"mnist": mnist})
    monkeypatch.setattr(doctor, "SOURCES", {"mnist": mnist})
    report = "2 threads, frameworks looked at: {}".format
    monkeypatch.setattr(doctor, "device_report", lambda frameworks=True: report(frameworks))
    return tmp_path


def test_ready_is_zero_and_missing_is_one_with_the_command(machine, capsys):
    assert command.main(["--quick"]) == 1
    out = capsys.readouterr().out
    assert "not in the cache" in out and out.rstrip().endswith("python -m course_data download mnist")
    assert command.main(["download"]) == 0
    assert command.main(["--quick"]) == 0
    assert "Ready: every lesson runs here without a network." in capsys.readouterr().out


def test_versions_that_differ_are_noted_but_do_not_fail(machine, capsys):
    command.main(["download"])
    (machine / "requirements.txt").write_text("numpy==0.0.1")
    assert command.main([]) == 0
    out = capsys.readouterr().out
    assert f"{np.__version__}; tested with ==0.0.1" in out and "frameworks looked at: True" in out


def test_a_missing_package_fails_with_its_pin(machine, capsys):
    command.main(["download"])
    (machine / "requirements.txt").write_text('absent-package==1.0\npytest-absent==1; sys_platform == "amiga"\n')
    assert command.main(["--quick"]) == 1
    out = capsys.readouterr().out
    assert 'python -m pip install "absent-package==1.0"' in out
    assert "amiga" not in out and "pytest-absent" not in out, "another platform's packages are not missed"


def test_what_only_building_needs_is_not_missed(machine, monkeypatch, capsys):
    command.main(["download"])
    monkeypatch.setattr(doctor, "_find_version", lambda name, _: None if name == "hatchling" else np.__version__)
    assert command.main(["--quick"]) == 0
    assert "only needed to build and test" in capsys.readouterr().out


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_fails(machine, monkeypatch, capsys, version):
    command.main(["download"])
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    assert command.main(["--quick"]) == 1
    assert "install Python 3.11 to 3.13" in capsys.readouterr().out


def test_without_a_home_the_doctor_says_what_to_set(machine, monkeypatch, capsys):
    for variable in ("HOME", "XDG_CACHE_HOME", "COURSE_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: (_ for _ in ()).throw(KeyError(uid)))
    assert command.main(["--quick"]) == 1 and command.main(["download"]) == 1
    said = capsys.readouterr()
    assert "export COURSE_CACHE=FOLDER" in said.out and "Set COURSE_CACHE" in said.err
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_of_another_encoding_gets_every_line(machine, encoding):
    environment = os.environ | {
        "PYTHONIOENCODING": encoding,
        "COURSE_CACHE": str(machine / "数据"),
        "COURSE_OFFLINE": "1",
    }
    done = subprocess.run([sys.executable, "-m", "course_data", "--quick"], capture_output=True, env=environment)
    assert done.returncode == 1 and b"To do:" in done.stdout and b"Traceback" not in done.stderr, done.stderr


def test_damaged_data_is_reported_as_such(machine, capsys):
    command.main(["download"])
    (machine / "cache" / "mnist" / "mnist.npz").write_bytes(b"junk")
    assert command.main(["--quick"]) == 1
    assert "the cached file mnist.npz is damaged" in capsys.readouterr().out
    assert command.main(["download"]) == 0 and command.main(["--quick"]) == 0


def test_the_second_download_does_nothing_and_says_so(machine, capsys):
    assert command.main(["download"]) == 0
    assert "mnist: ready" in capsys.readouterr().out
    (machine / "mnist.npz").unlink()
    assert command.main(["download"]) == 0
    assert capsys.readouterr().out == "mnist: here and checked, nothing to do.\n"


def test_download_offline_is_one_without_a_traceback(machine, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    assert command.main(["download", "mnist"]) == 1
    captured = capsys.readouterr()
    assert "Ways out:" in captured.err and "Not available: mnist. Ready: 0 of 1." in captured.err
    assert "Traceback" not in captured.err + captured.out


def test_one_failure_does_not_stop_the_others(machine, monkeypatch, capsys):
    mnist = command.SOURCES["mnist"]
    broken = dataclasses.replace(mnist, name="sst2", url=(machine / "nowhere.zip").as_uri(), filename="nowhere.zip")
    monkeypatch.setattr(command, "SOURCES", {"sst2": broken, "mnist": mnist})
    assert command.main(["download", "--full"]) == 1
    captured = capsys.readouterr()
    assert "mnist: ready" in captured.out and "Not available: sst2. Ready: 1 of 2." in captured.err


def test_an_interrupted_download_ends_calmly(machine, monkeypatch, capsys):
    monkeypatch.setattr(command, "prepare", lambda source: (_ for _ in ()).throw(KeyboardInterrupt))
    assert command.main(["download"]) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_a_package_that_ships_data_is_installed_first(machine, monkeypatch):
    asked = []
    monkeypatch.setattr(command, "ensure", asked.append)
    command.prepare(dataclasses.replace(registry.DIGITS))
    assert asked == ["scikit-learn"]


def test_unknown_names_are_usage_errors_that_list_the_known(machine, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(["download", "mnits"])
    assert caught.value.code == 2 and "unknown: mnits; there are mnist" in capsys.readouterr().err


def test_the_registry_is_complete():
    for name, source in registry.SOURCES.items():
        assert source.name == name and source.licence and source.citation and source.size > 0 and source.facts
        hashes = [source.sha256] if source.sha256 else list(source.members.values())
        assert all(len(h) == 64 and int(h, 16) for h in hashes), name
        assert source.default or source.instead, f"{name}: an optional source needs its alternative"


def test_the_real_command_is_quick_when_nothing_is_to_do(monkeypatch):
    monkeypatch.undo()
    first = subprocess.run([sys.executable, "-m", "course_data", "download"], capture_output=True, text=True)
    assert first.returncode == 0, f"the data was not fetched at set-up: {first.stderr}"
    begun = time.perf_counter()
    second = subprocess.run([sys.executable, "-m", "course_data", "download"], capture_output=True, text=True)
    assert "nothing to do" in second.stdout and time.perf_counter() - begun < 20
