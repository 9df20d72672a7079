"""`import course_utils` is quick and light, and still offers all that its lessons name."""

import subprocess
import sys
from pathlib import Path

import pytest

import course_utils

HEAVY = ("torch", "tensorflow", "transformers", "matplotlib", "keras", "numpy", "safetensors", "psutil", "filelock")


def run(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_the_import_is_under_a_fifth_of_a_second():
    code = "import time; t = time.process_time(); import course_utils; print(time.process_time() - t)"
    assert min(float(run(code)) for _ in range(3)) < 0.2


def test_the_import_loads_nothing_heavy():
    loaded = run("import sys, course_utils; print(*sys.modules)").split()
    assert "course_utils" in loaded and not set(HEAVY) & set(loaded)


def test_the_small_modules_load_no_framework():
    names = "pick_device, seed_everything, Checkpoints, plotting, ledger"
    loaded = run(f"import sys; from course_utils import {names}; print(*sys.modules)").split()
    assert "course_utils.checkpoints" in loaded
    assert not {"torch", "tensorflow", "transformers", "matplotlib", "keras"} & set(loaded)


@pytest.mark.parametrize("name", course_utils.__all__)
def test_every_exported_name_is_there(name):
    value = getattr(course_utils, name)
    assert value.__doc__ and name in dir(course_utils)


def test_no_function_is_hidden_by_a_module_of_its_name():
    modules = {path.stem for path in Path(course_utils.__file__).parent.glob("*.py")}
    assert not modules & {name for names in course_utils._HOMES.values() for name in names}
    names = "keras_checkpoint, pick_device, ensure, Checkpoints"
    run(f"from course_utils import {names}; assert all(map(callable, ({names})))")


def test_the_names_that_lessons_use_are_exported():
    assert {
        "ensure",
        "pick_device",
        "use_tensorflow_memory_growth",
        "seed_everything",
        "Checkpoints",
        "plotting",
        "ledger",
    } <= set(course_utils.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_helper"):
        course_utils.no_such_helper  # noqa: B018
    with pytest.raises(ImportError):
        from course_utils import no_such_helper  # noqa: F401


def test_it_never_imports_what_stands_above_it():
    above = ("course_data", "autograder", "tools", "proofs")
    code = (
        "import sys, course_utils; [getattr(course_utils, name) for name in course_utils.__all__]; print(*sys.modules)"
    )
    assert not {name.partition(".")[0] for name in run(code).split()} & set(above)
