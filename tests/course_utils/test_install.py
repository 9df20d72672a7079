"""`ensure`: silent when nothing is missing, exact pins, held-back versions, and pip's failures in plain words."""

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import time

import pytest
from packaging.requirements import Requirement

from course_utils import install

REQUIREMENTS = """\
# What the course needs
-c constraints.txt
--extra-index-url https://example.invalid/simple

numpy==9.9.9                      # the reason, with a # in it
absent-package==1.2.3             # not here
tensorflow-cpu==2.21.0; sys_platform == "linux"   # the light one
tensorflow==2.21.1; sys_platform != "linux"
Dotted.Name_x==0.1
-e .
"""

CONSTRAINTS = "# tested together\nabsent-helper==4.5.6\npytest==0.0.1\n"


@pytest.fixture(autouse=True)
def wheel(tmp_path, monkeypatch):
    """The module as in a wheel, its two files beside it under their packaged names."""
    folder = tmp_path / "from_gradient_to_product"
    folder.mkdir()
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    (folder / "constraints.txt").write_text(CONSTRAINTS)
    monkeypatch.setattr(install, "__file__", str(tmp_path / "course_utils" / "install.py"))
    return folder


@pytest.fixture
def pip(monkeypatch):
    """A pip that installs nothing, notes how it was called and can be told to fail."""

    class Pip:
        calls, constraints, code, output, on_run = [], [], 0, "", staticmethod(lambda: None)

        def run(self, command, **options):
            self.calls.append(command)
            with open(command[command.index("-c") + 1], encoding="utf-8") as stream:
                self.constraints = stream.read().split("\n")
            self.on_run()
            return subprocess.CompletedProcess(command, self.code, stdout=self.output)

    fake = Pip()
    fake.calls = []
    monkeypatch.setattr(subprocess, "run", fake.run)
    return fake


def hide(monkeypatch, *modules):
    """Make modules look absent (or, from a list that is emptied later, present again)."""
    real = install.has_module
    hidden = list(modules)
    monkeypatch.setattr(install, "has_module", lambda module: module not in hidden and real(module))
    return hidden


def test_nothing_missing_is_silent_and_quick(pip, capsys):
    begun = time.process_time()
    install.ensure("numpy")
    assert time.process_time() - begun < 0.1
    assert not pip.calls and capsys.readouterr().out == ""


def test_another_installed_version_is_left_alone(pip):
    assert importlib.metadata.version("numpy") != "9.9.9"
    install.ensure("numpy")
    assert not pip.calls


def test_an_unknown_name_lists_the_known_ones(pip):
    known = "which has for this platform: Dotted.Name_x, absent-package, numpy"
    with pytest.raises(ValueError, match=f"'scikit-lern' is not in requirements.txt, {known}"):
        install.ensure("numpy", "scikit-lern")
    assert not pip.calls


def test_what_is_missing_is_installed_at_its_pin_in_one_call(pip, monkeypatch, capsys):
    hidden = hide(monkeypatch, "absent_package", "dotted_name_x")
    monkeypatch.setattr(install, "has_module", lambda module: module not in hidden)
    pip.on_run = hidden.clear
    install.ensure("numpy", "absent-package", "dotted_name.X", "Absent_Package")
    (command,) = pip.calls
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert "absent-package==1.2.3" in command and "Dotted.Name_x==0.1" in command
    assert not any(item.startswith("numpy") for item in command), "what is here is not named"
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "installing absent-package==1.2.3" in out


def test_constraints_leave_out_what_is_installed_and_hold_what_is_imported(pip, monkeypatch):
    hidden = hide(monkeypatch, "absent_package")
    pip.on_run = hidden.clear
    monkeypatch.setattr(install, "has_module", lambda module: module not in hidden)
    install.ensure("absent-package")
    assert "absent-helper==4.5.6" in pip.constraints, "what is not here yet comes at the tested version"
    assert "absent-package==1.2.3" not in pip.constraints, "pip would call it a conflict where there is no index"
    assert "pytest==0.0.1" not in pip.constraints and "numpy==9.9.9" not in pip.constraints
    assert f"numpy=={importlib.metadata.version('numpy')}" in pip.constraints, "numpy stays under the running kernel"
    assert f"pytest=={importlib.metadata.version('pytest')}" in pip.constraints, "so does what is imported"


@pytest.mark.parametrize("name", ["tensorflow", "tensorflow-cpu"])
@pytest.mark.parametrize(("here", "pin"), [("==", "tensorflow-cpu==2.21.0"), ("!=", "tensorflow==2.21.1")])
def test_the_pin_of_this_platform_is_chosen(pip, wheel, monkeypatch, name, here, pin):
    light = f'tensorflow-cpu==2.21.0; sys_platform {here} "{sys.platform}"  # the light one'
    full = f'tensorflow==2.21.1; sys_platform {"!=" if here == "==" else "=="} "{sys.platform}"'
    (wheel / "requirements.txt").write_text(f"{light}\n{full}\n")
    pip.on_run = hide(monkeypatch, "tensorflow").clear
    monkeypatch.setattr(install, "_make_constraints", lambda pins: [])
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    install.ensure(name)
    (command,) = pip.calls
    assert pin in command


def test_no_pin_for_this_platform_is_said(wheel):
    (wheel / "requirements.txt").write_text('rare==1; sys_platform == "amiga"')
    with pytest.raises(ValueError, match="'rare' is not in requirements.txt, which has for this platform: "):
        install.ensure("rare")


def test_tensorflow_satisfies_tensorflow_cpu(pip, monkeypatch):
    monkeypatch.setattr(install, "has_module", lambda module: module == "tensorflow")
    install.ensure("tensorflow-cpu")
    assert not pip.calls


def test_tensorflow_starts_quietly_unless_its_variables_say_otherwise(pip, monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")  # so that it is put back
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    install.ensure("numpy")
    assert "TF_ENABLE_ONEDNN_OPTS" not in install.os.environ
    install.ensure("tensorflow-cpu")
    assert install.os.environ["TF_ENABLE_ONEDNN_OPTS"] == "0" and install.os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_a_folder_that_happens_to_have_the_name_is_no_module(tmp_path, monkeypatch):
    (tmp_path / "absent_package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.util.find_spec("absent_package") is not None
    assert not install.has_module("absent_package")


def test_pips_failure_becomes_an_error_with_its_last_lines_and_ways_out(pip, monkeypatch):
    hide(monkeypatch, "absent_package")
    pip.code = 1
    pip.output = "\n".join(f"line {i}" for i in range(50)) + "\nERROR: No matching distribution found\n"
    with pytest.raises(install.InstallError) as caught:
        install.ensure("absent-package")
    message = str(caught.value)
    assert "ERROR: No matching distribution found" in message and "line 10\n" not in message
    assert f'{sys.executable} -m pip install "absent-package==1.2.3"' in message and "--find-links" in message


def test_python_without_pip_is_told_how_to_get_it(pip, wheel):
    pip.code, pip.output = 1, "/usr/bin/python: No module named pip\n"
    with pytest.raises(install.InstallError, match="python -m ensurepip"):
        install.run_pip(["install", "-c", str(wheel / "constraints.txt"), "x"])


def test_installed_but_not_seen_asks_for_a_new_kernel(pip, monkeypatch):
    hide(monkeypatch, "absent_package")
    with pytest.raises(install.InstallError, match="restart the kernel"):
        install.ensure("absent-package")


def test_a_module_installed_while_python_runs_is_found(pip, tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    assert not install.has_module("absent_package")  # Python has now cached that the folder is empty

    def install_within_one_tick_of_the_clock():
        before = site.stat().st_mtime_ns
        (site / "absent_package.py").touch()
        os.utime(site, ns=(before, before))

    pip.on_run = install_within_one_tick_of_the_clock
    install.ensure("absent-package")
    assert importlib.util.find_spec("absent_package") is not None


def test_a_checkout_is_read_where_there_is_no_wheel(wheel, monkeypatch):
    (wheel / "checkout" / "course_utils").mkdir(parents=True)
    (wheel / "checkout" / "requirements.txt").write_text("numpy==1.0  # here\n")
    monkeypatch.setattr(install, "__file__", str(wheel / "checkout" / "course_utils" / "install.py"))
    assert install.read_pins() == {"numpy": Requirement("numpy==1.0")}


def test_neither_wheel_nor_checkout_is_an_error(wheel, monkeypatch):
    monkeypatch.setattr(install, "__file__", str(wheel / "nowhere" / "course_utils" / "install.py"))
    with pytest.raises(install.InstallError, match=r"requirements\.txt is missing"):
        install.read_pins()


def test_the_courses_own_requirements_are_all_exact_pins(monkeypatch):
    monkeypatch.undo()
    for requirement in install._read_requirements("requirements.txt") + install._read_requirements("constraints.txt"):
        (specifier,) = requirement.specifier
        assert specifier.operator == "==" and "*" not in specifier.version, requirement
