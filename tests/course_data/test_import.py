"""`import course_data` is light, offers every loader that a lesson names, and reaches down only."""

import subprocess
import sys
from pathlib import Path

import pytest

import course_data


def run(code):
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_the_import_loads_nothing_heavy_and_nothing_that_stands_above():
    loaded = set(run("import sys, course_data; print(*sys.modules)").split())
    assert "course_data" in loaded and not {"numpy", "psutil", "filelock", "torch", "packaging"} & loaded
    names = run("import sys, course_data; [getattr(course_data, n) for n in course_data.__all__]; print(*sys.modules)")
    assert not {"autograder", "tools", "proofs"} & {name.partition(".")[0] for name in names.split()}


@pytest.mark.parametrize("name", course_data.__all__)
def test_every_offered_name_is_there_and_hides_behind_no_module(name):
    assert getattr(course_data, name).__doc__ and name in dir(course_data)
    assert name not in {path.stem for path in Path(course_data.__file__).parent.glob("*.py")}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="load_mnits"):
        course_data.load_mnits  # noqa: B018
