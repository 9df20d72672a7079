"""`make pretrain` runs a lesson's tagged cells and no others; what it kept can be restored."""

import json

import pytest
import torch

from course_data import open_pretrained, pretrained
from course_utils import CheckpointError
from tools import pretrain
from tools.source import ROOT, read_source

HEADER = """# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

"""
CELLS = """# %% tags=["setup"]
import torch

# %% tags=["pretrain"]
WIDTH = 3
torch.manual_seed(0)
model = torch.nn.Linear(WIDTH, 1)

# %%
raise RuntimeError("a cell of the lesson alone")

# %% tags=["pretrain"]
def pretrain(store):
    for step in (1, 2):
        with torch.no_grad():
            model.weight.fill_(step)
        store.save(step, {"model": model}, metrics={"loss": 1 / step}, config={"WIDTH": WIDTH})
"""


def read(tmp_path, cells):
    path = tmp_path / "77_toy" / "lesson.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + cells)
    return read_source(path)


def test_the_tagged_cells_run_and_the_last_step_is_kept_and_restored(tmp_path, monkeypatch, capsys):
    (tmp_path / "kept" / "77_toy" / "old").mkdir(parents=True)
    folder = pretrain.pretrain(read(tmp_path, CELLS), tmp_path / "kept")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["77_toy"]
    assert sorted(path.name for path in folder.iterdir()) == ["made.json", "step-00000002"]
    assert sorted(json.loads((folder / "made.json").read_text())) == ["code_sha256", "processor_seconds", "seconds"]
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "kept")
    model = torch.nn.Linear(3, 1)
    meta = open_pretrained("77_toy").restore({"model": model}, random_states=False)
    assert torch.equal(model.weight, torch.full((1, 3), 2.0))
    assert meta["metrics"] == {"loss": 0.5} and meta["config"] == {"WIDTH": 3}
    assert "step 2 of the course's own longer run" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cells", "message"),
    [(CELLS.replace("def pretrain", "def train"), "defines pretrain"), (CELLS.replace("(1, 2)", "()"), "no store.s")],
)
def test_a_lesson_that_trains_nothing_leaves_the_earlier_result(tmp_path, cells, message):
    kept = pretrain.pretrain(read(tmp_path, CELLS), tmp_path / "kept")
    with pytest.raises(ValueError, match=message):
        pretrain.pretrain(read(tmp_path, cells), tmp_path / "kept")
    assert (kept / "step-00000002" / "weights.safetensors").is_file()


def test_an_unknown_lesson_is_told_which_there_are():
    with pytest.raises(CheckpointError, match="no longer run of '99_none'"):
        open_pretrained("99_none")


@pytest.mark.parametrize("folder", sorted(pretrained.FOLDER.glob("[0-9]*")), ids=lambda folder: folder.name)
def test_what_comes_with_the_course_is_light_and_says_how_it_was_made(folder):
    made = json.loads((folder / "made.json").read_text())
    assert made["processor_seconds"] < 2 * 3600  # two cores, under an hour
    store = open_pretrained(folder.name)
    assert len(store.steps()) == 1 and sum(path.stat().st_size for path in folder.rglob("*")) < 16e6
    meta = store.read_meta()
    assert meta["metrics"] and meta["config"] and meta["extra"]["log"]


def compare_code(folder, source):
    """Empty where the longer run was made from the cells that the lesson has now; else what to do."""
    made = json.loads((folder / "made.json").read_text())["code_sha256"]
    if made == pretrain.hash_code(source):
        return ""
    return (
        f"the cells of {source.stem} tagged 'setup' or 'pretrain' are not those that {folder.name} was made from: "
        f"undo the change there, or run `python tools/pretrain.py {folder.name[:2]}` (under an hour), then build"
    )


@pytest.mark.parametrize("folder", sorted(pretrained.FOLDER.glob("[0-9]*")), ids=lambda folder: folder.name)
def test_the_longer_run_was_made_from_the_cells_that_the_lesson_has_now(folder):
    problem = compare_code(folder, read_source(ROOT / "lessons" / folder.name / "lesson.py"))
    assert not problem, problem


def test_a_changed_cell_is_noticed_where_it_is_tagged_and_only_there(tmp_path):
    folder = pretrain.pretrain(read(tmp_path, CELLS), tmp_path / "kept")
    assert not compare_code(folder, read(tmp_path, CELLS.replace("a cell of the lesson alone", "reworded")))
    ours = "import torch\nfrom course_utils import (\n    data,\n    seed_everything,\n)"
    assert not compare_code(
        folder, read(tmp_path, CELLS.replace("import torch", "import torch\nimport course_data as d"))
    )
    assert not compare_code(folder, read(tmp_path, CELLS.replace("import torch", ours)))
    assert compare_code(folder, read(tmp_path, CELLS.replace("import torch", "import torch\nimport numpy")))
    problem = compare_code(folder, read(tmp_path, CELLS.replace("manual_seed(0)", "manual_seed(1)")))
    assert "77_toy" in problem and "tools/pretrain.py 77" in problem


def test_lines_comments_docstrings_and_what_is_installed_decide_nothing(tmp_path):
    folder = pretrain.pretrain(read(tmp_path, CELLS), tmp_path / "kept")
    call = 'store.save(step, {"model": model}, metrics={"loss": 1 / step}, config={"WIDTH": WIDTH})'
    assert call in CELLS
    broken = call.replace("metrics", "\n                   metrics").replace("config", "\n                   config")
    for same in (
        CELLS.replace(call, broken),
        CELLS.replace("WIDTH = 3", "WIDTH = 3      # of the input"),
        CELLS.replace("def pretrain(store):", 'def pretrain(store):\n    """Trains."""'),
        CELLS.replace("import torch", 'from course_utils import ensure\n\nensure("torch")\nimport torch'),
    ):
        assert not compare_code(folder, read(tmp_path, same))
    for other in ("1 / step", "step / 1"), ("model.weight", "model.bias"), ("(1, 2)", "(2, 1)"), ("= 3", "= 4"):
        assert compare_code(folder, read(tmp_path, CELLS.replace(*other)))
