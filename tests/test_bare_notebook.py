"""A lesson and an exercise alone in an empty folder: their set-up cell brings the course; and what its wheel can do."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tools.render import BOOTSTRAP
from tools.source import ROOT

NOTEBOOKS = ["notebooks/02_sgd.ipynb", "exercises/zh/02_sgd.ipynb"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The course's wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def lent(tmp_path):
    """An environment that may use this one's packages, but not the course (an editable install is not lent)."""
    environment = _make_environment(tmp_path)
    site = subprocess.run(
        [environment, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    Path(site, "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return environment


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_alone_installs_the_course_and_runs(name, wheel, lent, tmp_path):
    folder = _lay_out(name, tmp_path)
    assert subprocess.run([lent, "-c", "import course_utils, course_data"], cwd=folder, capture_output=True).returncode
    executed = _execute(lent, folder, COURSE_SOURCE=str(wheel))
    assert executed.returncode == 0, executed.stderr[-3000:]
    notebook = json.loads((folder / "done.ipynb").read_text(encoding="utf-8"))
    assert all(cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code")


def test_the_wheel_alone_has_the_doctor_and_the_longer_runs(wheel, lent, tmp_path):
    subprocess.run([lent, "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True)
    run = {"cwd": tmp_path, "capture_output": True, "text": True, "env": _online() | {"COURSE_CACHE": str(tmp_path)}}
    doctor = subprocess.run([lent, "-m", "course_data", "--quick"], **run)
    assert doctor.returncode == 1 and "python -m course_data download reviews" in doctor.stdout, doctor.stderr
    code = "from course_data import open_pretrained; print(open_pretrained('08_transformer').read_meta()['config'])"
    opened = subprocess.run([lent, "-c", code], **run)
    assert opened.returncode == 0 and "longer run" in opened.stdout, opened.stderr


def test_the_wheel_holds_what_works_from_it_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name) for name in archive.namelist()]
    tops = {name.parts[0] for name in names if not name.parts[0].endswith(".dist-info")}
    assert tops == {"autograder", "course_data", "course_utils", "from_gradient_to_product"}
    room = {name.name for name in names if name.parts[:3] == ("autograder", "lessons", "02_sgd")}
    assert room == {"checks.py", "texts.toml"}
    held = {"/".join(name.parts[:2]) for name in names if name.parts[0] == "autograder" and len(name.parts) > 2}
    parts = "answers exercises export grading lessons notebook results sandbox solutions".split()
    assert held == {f"autograder/{part}" for part in parts}


def test_the_wheel_alone_checks_grades_and_exports(wheel, lent, tmp_path):
    subprocess.run([lent, "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True)

    def run(*command: str | Path) -> str:
        done = subprocess.run(list(map(str, command)), cwd=tmp_path, env=_online(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        return done.stdout

    code = "from autograder import open_exercise\ncheck, hint, score = open_exercise('02_sgd', globals(), lang='zh')\n"
    assert "总分：0 / " in run(lent, "-c", code + "print(check('q1'), hint('q1'), score())")
    (tmp_path / "in").mkdir()
    shutil.copy(ROOT / "solutions" / "02_sgd.ipynb", tmp_path / "in" / "ada.ipynb")
    run(lent, "-m", "autograder", "grade", "02_sgd", "in", "-o", "out", "--jobs", "1")
    assert ",22," in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")
    for system in ("canvas", "moodle"):
        run(lent, "-m", "autograder", "export", system, "out", f"{system}.csv")
        assert "22" in (tmp_path / f"{system}.csv").read_text(encoding="utf-8-sig")
    for lang in ("en", "zh"):
        run(lent, "-m", "autograder", "export", "nbgrader", "02_sgd", lang, "--lang", lang)
        assert (tmp_path / lang / "release" / "02_sgd" / "02_sgd.ipynb").exists()
    run(lent, "-m", "autograder", "export", "gradescope", "02_sgd", "course.zip")
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    with zipfile.ZipFile(tmp_path / "course.zip") as archive:
        archive.extractall(tmp_path / "source")
    shutil.copy(ROOT / "solutions" / "zh" / "02_sgd.ipynb", tmp_path / "submission" / "mine.ipynb")
    run("env", f"PATH={Path(lent).parent}:{os.environ['PATH']}", "bash", "source/run_autograder", tmp_path)
    assert json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))["score"] == 22


def test_without_a_source_the_set_up_cell_says_what_to_do(lent, tmp_path):
    executed = _execute(lent, _lay_out(NOTEBOOKS[1], tmp_path))
    assert executed.returncode and "COURSE_SOURCE=..." in executed.stderr


def test_under_a_wrong_kernel_the_set_up_cell_names_it_and_how_to_pick_another(lent, tmp_path):
    """As VS Code does that runs another Python than the course's: no Jupyter, no folder of the course in the path."""
    cell = BOOTSTRAP.format(address="") + "from course_utils import ensure"
    environment = {key: value for key, value in os.environ.items() if key not in ("COURSE_SOURCE", "PYTHONPATH")}
    done = subprocess.run([lent, "-c", cell], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode and f"No course in this kernel's {lent}. VS Code: Select Kernel, .venv." in done.stderr
    built = BOOTSTRAP.format(address="git+https://github.com/OWNER/NAME@main").splitlines()
    assert len(built) <= 6 and max(map(len, built)) <= 88, "with the six lines of a lesson the cell has twelve"


def test_a_source_that_cannot_be_installed_is_named(lent, tmp_path):
    executed = _execute(lent, _lay_out(NOTEBOOKS[1], tmp_path), COURSE_SOURCE="nowhere/course.whl")
    assert executed.returncode and "nowhere/course.whl" in executed.stderr and "COURSE_SOURCE=..." in executed.stderr


def test_an_empty_environment_with_only_jupyter(wheel, tmp_path):
    """The whole way, from the package index: hundreds of MB and some minutes, so only where an index is reachable."""
    python = _make_environment(tmp_path)
    pip = [python, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), "ipykernel", "nbconvert"]
    installed = subprocess.run(pip, env=_online(), capture_output=True, text=True)
    if installed.returncode:
        pytest.skip("no package index: " + installed.stderr.strip().splitlines()[-1][:100])
    for name in NOTEBOOKS:
        folder = _lay_out(name, tmp_path)
        executed = _execute(python, folder, environment=_online(), COURSE_SOURCE=str(wheel))
        assert executed.returncode == 0, executed.stderr[-3000:]


def _make_environment(folder: Path) -> str:
    venv.create(folder / "environment", with_pip=True)
    return str(folder / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python")


def _lay_out(name: str, folder: Path) -> Path:
    empty = folder / name.replace("/", "-").removesuffix(".ipynb")
    empty.mkdir()
    shutil.copy(ROOT / name, empty / "alone.ipynb")
    return empty


def _execute(
    python: str, folder: Path, environment: dict | None = None, **variables: str
) -> subprocess.CompletedProcess:
    command = [
        python,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output",
        "done.ipynb",
        "alone.ipynb",
    ]
    inherited = {key: value for key, value in (environment or os.environ).items() if key != "COURSE_SOURCE"}
    return subprocess.run(command, cwd=folder, env=inherited | variables, capture_output=True, text=True)


def _online() -> dict[str, str]:
    """This process's environment without the block of tests/offline."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "HF_HUB_OFFLINE")}
