"""A killed run resumes to the same losses; damage of every kind is named and a whole step offered; the best is kept."""

import errno
import hashlib
import io
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from course_data import ShuffledBatches
from course_utils import CheckpointError, Checkpoints, checkpoints, files, seed_everything

TRAINING = textwrap.dedent("""
    import os, random, signal, sys
    import numpy as np, torch
    from course_data import ShuffledBatches
    from course_utils import Checkpoints, checkpoints, seed_everything

    def kill():
        os.kill(os.getpid(), signal.SIGKILL)

    folder, kill_at = sys.argv[1], sys.argv[2]
    rng = seed_everything(3)
    X = torch.from_numpy(rng.normal(size=(37, 5)).astype("float32"))
    y = X.sum(1, keepdim=True).sin()
    model = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.3),
                                torch.nn.Linear(8, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=30)
    batches = ShuffledBatches(37, 8, seed=3)
    state = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "batches": batches, "rng": rng}
    store = Checkpoints(folder, keep_last=2)
    step = store.resume(state)
    print("start", step)
    while step < 25:
        for idx in batches:
            noise = torch.from_numpy(rng.normal(size=(len(idx), 1)).astype("float32")) * random.random()
            loss = ((model(X[idx]) - y[idx] + noise * np.random.rand()) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            print(step, loss.item().hex(), flush=True)
            if kill_at == f"batch {step}":
                kill()
            if kill_at == f"save {step}":
                real = checkpoints.write_file
                checkpoints.write_file = lambda path, data: (real(path, data[:len(data) // 2]), kill())
            if step % 3 == 0:
                store.save(step, state, {"loss": loss.item()})
            if kill_at == f"replace {step}":
                real = checkpoints.Path.rename
                def rename(self, target):
                    return kill() if self.name.startswith(".saving") else real(self, target)
                checkpoints.Path.rename = rename
                store.save(step, state)
            step += 1
            if step == 25:
                break
""")


def train(folder, kill_at="never"):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAINING, str(folder), kill_at],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == (0 if kill_at == "never" else -signal.SIGKILL), run.stderr
    start, *lines = run.stdout.splitlines()
    return int(start.split()[1]), dict(line.split() for line in lines)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_run_killed_three_times_gives_the_losses_of_one_that_was_not(tmp_path):
    _, whole = train(tmp_path / "whole")
    assert len(set(whole.values())) == 25
    losses, starts = {}, []
    for kill_at in ("batch 7", "save 12", "replace 18", "never"):  # all in the middle of an epoch of 5 batches
        start, part = train(tmp_path / "killed", kill_at)
        starts.append(start)
        losses.update(part)
        for step in part:
            assert part[step] == whole[step], f"step {step} of the run killed at {kill_at}"
    assert starts == [0, 7, 10, 19], "after 6, then 9 (12 was half written), then 18 (its replacement was half done)"
    assert losses == whole
    assert sorted(p.name for p in (tmp_path / "killed").iterdir()) == ["step-00000021", "step-00000024"]


def make_state(seed=0, width=4, optimizer=torch.optim.AdamW):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(3, width), torch.nn.Dropout(), torch.nn.Linear(width, 1))
    state = {
        "model": model,
        "optimizer": optimizer(model.parameters(), lr=0.1),
        "rng": np.random.default_rng(seed),
        "batches": ShuffledBatches(10, 3, 0),
    }
    model(torch.randn(5, 3)).sum().backward()
    state["optimizer"].step()
    return state


def snapshot(state):
    tensors = [t.clone() for t in state["model"].state_dict().values()]
    slots = [
        t.clone()
        for s in state["optimizer"].state_dict()["state"].values()
        for t in s.values()
        if isinstance(t, torch.Tensor)
    ]
    others = [str(state["rng"].bit_generator.state), state["batches"].state_dict()]
    return [t.tolist() for t in tensors + slots] + others + [random.getstate(), torch.get_rng_state().tolist()]


@pytest.fixture
def store(tmp_path):
    return Checkpoints(tmp_path / "runs", keep_last=None)


def test_restoring_is_exact_and_in_place(store):
    state = make_state()
    seed_everything(5)
    store.save(100, state, {"loss": 1.0}, {"lr": 0.1, "layers": (3, 4)}, {"history": [1.0, float("nan")]})
    before = snapshot(state)
    draws = random.random(), np.random.random(), torch.rand(1).item(), state["rng"].random()
    other = make_state(seed=9)
    kept = other["model"]
    meta = store.restore(other)
    assert snapshot(other) == before and other["model"] is kept
    assert draws == (random.random(), np.random.random(), torch.rand(1).item(), other["rng"].random())
    assert (meta["step"], meta["metrics"], meta["config"]) == (100, {"loss": 1.0}, {"lr": 0.1, "layers": [3, 4]})
    assert meta["random"]["seed"] == 5 and np.isnan(meta["extra"]["history"][1])


def test_the_folder_is_as_promised_and_its_meta_readable(store):
    folder = store.save(123, make_state(), {"loss": np.float32(0.5)}, {"名称": "试验"})
    assert folder.name == "step-00000123"
    assert sorted(path.name for path in folder.iterdir()) == ["meta.json", "weights.safetensors"]
    text = (folder / "meta.json").read_text(encoding="utf-8")
    meta = json.loads(text)
    assert "试验" in text and meta["format"] == "course-checkpoint" and meta["versions"]["torch"] == torch.__version__
    assert meta["state"]["optimizer"] == "torch.optim.adamw.AdamW"
    weights = (folder / "weights.safetensors").read_bytes()
    digest = hashlib.sha256(weights).hexdigest()
    assert meta["files"] == {"weights.safetensors": {"bytes": len(weights), "sha256": digest}}


def test_other_kinds_of_state(store):
    generator, python = torch.Generator().manual_seed(1), random.Random(2)
    rng = np.random.Generator(np.random.MT19937(3))
    values = {"epoch": 3, "history": {"loss": [1.0, float("inf")]}, "mean": np.arange(3), "name": "x"}
    state = {"g": generator, "r": python, "n": rng, **values}
    rng.spawn(2)
    store.save(0, state)
    draws = torch.rand(2, generator=generator).tolist(), python.random(), rng.random(), rng.spawn(1)[0].random()
    fresh = {
        "g": torch.Generator(),
        "r": random.Random(),
        "n": np.random.Generator(np.random.MT19937(3)),
        **dict.fromkeys(values),
    }
    meta = store.restore(fresh)
    assert draws == (
        torch.rand(2, generator=fresh["g"]).tolist(),
        fresh["r"].random(),
        fresh["n"].random(),
        fresh["n"].spawn(1)[0].random(),
    )
    assert meta["values"].pop("mean").tolist() == [0, 1, 2]
    assert meta["values"] == {"epoch": 3, "history": {"loss": [1.0, float("inf")]}, "name": "x"}


def test_a_model_alone_can_be_restored_without_touching_the_generators(store):
    store.save(0, make_state())
    torch.manual_seed(77)
    before = torch.get_rng_state()
    store.restore({"model": make_state(1)["model"]}, random_states=False)
    torch.manual_seed(77)
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(CheckpointError, match=r"exact continuation needs \['batches', 'optimizer', 'rng'\]"):
        store.resume({"model": make_state()["model"]})


def test_an_empty_store_says_so(store):
    assert store.latest() is None and store.steps() == [] and store.best_step() is None
    assert store.resume(make_state()) == 0
    with pytest.raises(CheckpointError, match="holds no checkpoint"):
        store.restore(make_state())
    assert not store.folder.exists(), "reading makes no folder"


def test_resume_gives_the_next_step(store):
    state = make_state()
    store.save(41, state)
    assert store.resume(state) == 42


def rewrite_meta(folder, rehash=True, **changes):
    path = folder / "meta.json"
    meta = {**json.loads(path.read_text()), **changes}
    if rehash:
        meta["meta_sha256"] = checkpoints.hash_json({k: v for k, v in meta.items() if k != "meta_sha256"})
    path.write_text(json.dumps(meta))


def replace_weights(folder, raw):
    """What a careful forger would do: other bytes, all hashes adjusted."""
    (folder / "weights.safetensors").write_bytes(raw)
    rewrite_meta(folder, files={"weights.safetensors": {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}})


def cut(folder, name="weights.safetensors", keep=0.5):
    raw = (folder / name).read_bytes()
    (folder / name).write_bytes(raw[: int(len(raw) * keep)])


def flip(folder):
    raw = bytearray((folder / "weights.safetensors").read_bytes())
    raw[-3] ^= 1
    (folder / "weights.safetensors").write_bytes(raw)


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit('a pickle was executed')",)


def torch_file():
    file = io.BytesIO()
    torch.save({"w": Bomb()}, file)
    return file.getvalue()


def safetensors_file():
    from safetensors.torch import save

    return save({"w": torch.ones(2)})


DAMAGE = {
    "truncated weights": (cut, r"weights\.safetensors: it was changed or cut"),
    "empty weights": (lambda f: cut(f, keep=0), "it was changed or cut"),
    "one bit of the weights": (flip, r"weights\.safetensors: it was changed or cut"),
    "missing weights": (lambda f: (f / "weights.safetensors").unlink(), r"weights\.safetensors: No such file"),
    "truncated meta": (lambda f: cut(f, "meta.json"), r"meta\.json is missing or damaged"),
    "missing meta": (lambda f: (f / "meta.json").unlink(), r"meta\.json is missing or damaged .*No such file"),
    "tampered meta": (lambda f: rewrite_meta(f, rehash=False, metrics={"loss": 0.0}), r"meta\.json was changed"),
    "another format": (lambda f: rewrite_meta(f, format="pytorch-lightning"), "another program"),
    "a later version": (lambda f: rewrite_meta(f, version=2), "another version"),
    "no hashes": (lambda f: rewrite_meta(f, files={}), "its hash is not the one in meta.json"),
    "meta is a list": (lambda f: (f / "meta.json").write_text("[]"), "another program"),
    "a .pt file renamed": (lambda f: (f / "weights.safetensors").write_bytes(torch_file()), "pickle"),
    "a pickle renamed": (lambda f: (f / "weights.safetensors").write_bytes(pickle.dumps(Bomb())), "pickle"),
    "a .pt file with forged hashes": (lambda f: replace_weights(f, torch_file()), "pickle"),
    "another program's tensors": (lambda f: replace_weights(f, safetensors_file()), "from elsewhere"),
    "a renamed folder": (lambda f: rewrite_meta(f, step=5), "renamed"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_the_newest_whole_step_offered_and_nothing_changed(store, kind):
    state = make_state()
    for step in (100, 200, 300):
        store.save(step, state)
    harm, message = DAMAGE[kind]
    harm(store.folder / "step-00000300")
    victim = make_state(seed=4)
    before = snapshot(victim)
    for attempt in (lambda: store.restore(victim), lambda: store.resume(victim)):
        with pytest.raises(CheckpointError, match=message) as caught:
            attempt()
        assert "step 300 cannot be restored" in str(caught.value)
        assert str(caught.value).endswith("restore(state, step=200)")
    assert snapshot(victim) == before
    assert store.restore(victim, step=200)["step"] == 200
    store.save(300, victim)  # the damaged one is replaced
    assert store.restore(victim)["step"] == 300


def test_where_no_step_is_whole_it_says_so(store):
    state = make_state()
    for step in (1, 2):
        flip(store.save(step, state))
    with pytest.raises(CheckpointError, match="No other step is whole"):
        store.restore(state)


@pytest.mark.parametrize(
    "give, message",
    [
        (
            lambda: make_state(width=5),
            r"another model: 0\.weight is torch\.float32\(4, 3\) in the checkpoint.*\(5, 3\)",
        ),
        (lambda: {**make_state(), "model": torch.nn.Linear(3, 4)}, "weight is missing in the checkpoint"),
        (lambda: {**make_state(), "model": make_state()["model"].double()}, "float64"),
        (lambda: make_state(optimizer=torch.optim.SGD), "SGD, but the checkpoint holds a torch.optim.adamw.AdamW"),
        (lambda: {"optimizer": make_state(width=5)["optimizer"]}, "belongs to another model"),
        (lambda: {"optimizer": torch.optim.AdamW([torch.zeros(1)])}, "parameter group that"),
        (lambda: {**make_state(), "batches": ShuffledBatches(11, 3, 0)}, "order of the data"),
        (lambda: {**make_state(), "rng": np.random.Generator(np.random.Philox(0))}, "Philox"),
        (lambda: {**make_state(), "scheduler": 0}, r"but not \['scheduler'\]"),
        (lambda: {**make_state(), "model": 0}, "is a builtins.int, but the checkpoint holds"),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(store, give, message):
    store.save(1, make_state(seed=3))
    state = give()
    whole = {**make_state(seed=8), **{name: thing for name, thing in state.items() if not isinstance(thing, int)}}
    before = snapshot(whole)
    with pytest.raises(CheckpointError, match=message):
        store.restore(state)
    assert snapshot(whole) == before


def test_only_steps_that_fit_are_offered(store):
    store.save(1, make_state(width=5))
    store.save(2, make_state(width=4))
    with pytest.raises(CheckpointError, match=r"restore\(state, step=1\)"):
        store.restore(make_state(width=5))


def test_an_object_that_refuses_late_brings_all_the_others_back(store):
    class Moody(torch.nn.Module):
        def __init__(self, angry):
            super().__init__()
            self.angry = angry

        def load_state_dict(self, state, **options):
            if self.angry:
                self.angry = False
                raise RuntimeError("not today")

    store.save(1, {**make_state(), "moody": Moody(False)})
    victim = {**make_state(seed=4), "moody": Moody(True)}
    before = snapshot(victim)
    with pytest.raises(CheckpointError, match="'moody' does not fit: not today; everything is as it was"):
        store.restore(victim)
    assert snapshot(victim) == before


def test_the_last_k_and_the_best_are_kept(tmp_path):
    state = make_state()
    store = Checkpoints(tmp_path, keep_last=2, best="loss")
    for step, loss in enumerate([5.0, 1.0, 3.0, float("nan"), 4.0, 1.0]):
        store.save(step, state, {"loss": loss})
    assert store.steps() == [1, 4, 5] and store.best_step() == 1, "the earliest of equals; NaN is never the best"
    assert store.restore(state, "best")["step"] == 1
    high = Checkpoints(tmp_path, keep_last=1, best="loss", mode="max")
    assert high.best_step() == 4
    high.save(6, state, {"loss": -1.0})
    assert high.steps() == [4, 6]


def test_the_best_of_a_metric_that_nobody_saved(tmp_path):
    store = Checkpoints(tmp_path, best="val_los")
    store.save(0, make_state(), {"val_loss": 1.0})
    with pytest.raises(CheckpointError, match="val_los"):
        store.restore(make_state(), "best")


def test_pruning_never_deletes_the_only_whole_ones(tmp_path):
    state = make_state()
    store = Checkpoints(tmp_path, keep_last=2)
    for step in (1, 2, 3):
        store.save(step, state)
    cut(tmp_path / "step-00000003")
    store.save(4, state)
    assert 2 in store.steps(), "2 and 4 are the last two that are whole"
    store.save(5, state)
    assert store.steps() == [4, 5]


def test_going_back_keeps_what_was_just_saved_and_says_how_to_forget_the_rest(tmp_path):
    state = make_state()
    store = Checkpoints(tmp_path, keep_last=2)
    for step in (10, 20, 30):
        store.save(step, state)
    with pytest.warns(UserWarning, match=r"drop_after\(5\)"):
        store.save(5, state)
    assert store.steps() == [5, 20, 30]
    store.drop_after(5)
    assert store.latest() == 5 and store.restore(state)["step"] == 5


def test_files_of_others_are_never_deleted(tmp_path):
    state = make_state()
    store = Checkpoints(tmp_path, keep_last=1)
    notes = store.save(1, state) / "notes.txt"
    notes.write_text("mine")
    (tmp_path / "step-old").mkdir()
    store.save(2, state)
    assert store.steps() == [2] and (tmp_path / "step-old").exists()
    assert [p.read_text() for p in tmp_path.rglob("notes.txt")] == ["mine"]


def test_saving_a_step_again_replaces_it(store):
    state = make_state()
    store.save(1, state, {"loss": 1.0})
    store.save(1, state, {"loss": 2.0})
    assert store.steps() == [1] and store.read_meta(1)["metrics"] == {"loss": 2.0}
    assert [p.name for p in store.folder.iterdir()] == ["step-00000001"]


def test_a_save_that_fails_leaves_the_old_one_and_no_rubbish(store, monkeypatch):
    state = make_state()
    store.save(1, state, {"loss": 1.0})
    with pytest.raises(TypeError, match=r"\['bad'\]"):
        store.save(1, {**state, "bad": [object()]})

    def fill_disk(handle):
        raise OSError(28, "No space left")

    monkeypatch.setattr(files.os, "fsync", fill_disk)
    with pytest.raises(OSError, match="No space"):
        store.save(1, state, {"loss": 2.0})
    assert [p.name for p in store.folder.iterdir()] == ["step-00000001"]
    assert store.read_meta(1)["metrics"] == {"loss": 1.0}


SAVE = textwrap.dedent("""
    import sys, time, warnings
    import torch
    from course_utils import Checkpoints, checkpoints

    warnings.filterwarnings("ignore", "step .* was saved, but")
    job, folder = sys.argv[1:]
    store, state = Checkpoints(folder, keep_last=2), {"model": torch.nn.Linear(50, 50)}
    if job == "hang":
        checkpoints.Path.rename = lambda self, target: (print("in", flush=True), time.sleep(60))
    for step in range(150 if job == "many" else 1):
        store.save(step, state)
""")


def start_saving(job, folder):
    command = [sys.executable, "-W", "error", "-c", SAVE, job, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_save_150_steps_each_in_one_folder_and_none_dies(tmp_path):
    writers = [start_saving("many", tmp_path) for _ in range(2)]
    for writer in writers:
        assert not writer.communicate(timeout=240)[1] and writer.returncode == 0
    store = Checkpoints(tmp_path)
    assert store.latest() == 149 and store.restore({"model": torch.nn.Linear(50, 50)})["step"] == 149
    assert all(path.name.startswith("step-") for path in tmp_path.iterdir()), "and nothing is left lying about"


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_what_a_writer_at_work_has_there_is_left_alone_and_what_a_killed_one_wrote_whole_is_kept(tmp_path):
    half = tmp_path / ".saving.step-00000007.17.abcd"
    (tmp_path / ".removed.step-00000003.abcd").mkdir()
    writer = start_saving("hang", tmp_path)
    try:
        assert writer.stdout.readline() == "in\n"
        half.mkdir()
        (half / "weights.safetensors").write_bytes(b"half")
        assert Checkpoints(tmp_path).steps() == [] and half.exists(), "the lock is held: whose it is cannot be known"
    finally:
        writer.kill()
        writer.communicate()
    assert Checkpoints(tmp_path).steps() == [0], "it lacked only its name"
    assert Checkpoints(tmp_path).restore({"model": torch.nn.Linear(50, 50)})["step"] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"step-00000000"}


def test_a_folder_whose_file_system_cannot_sync_folders_keeps_checkpoints_all_the_same(store, monkeypatch):
    real = os.fsync

    def fsync(handle):
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(handle)

    monkeypatch.setattr(files.os, "fsync", fsync)
    store.save(1, make_state())
    assert store.restore(make_state(seed=1))["step"] == 1


def test_a_store_that_may_only_be_read_is_read(store, monkeypatch):
    state = make_state()
    store.save(1, state)
    (store.folder / ".saving.step-00000002.abcd").mkdir()

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checkpoints, "locked", refuse)
    assert Checkpoints(store.folder).restore(state)["step"] == 1


@pytest.mark.parametrize("step", [np.int64(3), np.uint8(3), torch.tensor(3)])
def test_a_step_may_be_a_whole_number_of_any_library(store, step):
    state = make_state()
    store.save(step, state)
    assert store.restore(state, step)["step"] == 3 and type(store.read_meta(step)["step"]) is int


def make_network():
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 1))


WRAPPED = {
    "itself": lambda model: model,
    "compiled": torch.compile,
    "parallel": torch.nn.DataParallel,
    "compiled, parallel": lambda model: torch.nn.DataParallel(torch.compile(model)),
    "parallel, compiled": lambda model: torch.compile(torch.nn.DataParallel(model)),
    "compiled in part": lambda model: torch.nn.Sequential(*model[:-1], torch.compile(model[-1])),
}


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # from inside of torch.compile
@pytest.mark.parametrize("loads", WRAPPED)
@pytest.mark.parametrize("saves", WRAPPED)
def test_a_wrapped_model_and_a_bare_one_are_the_same_model(store, saves, loads):
    source, target = make_network(), make_network()
    store.save(0, {"model": WRAPPED[saves](source)})
    store.restore({"model": WRAPPED[loads](target)}, random_states=False)
    for (name, a), b in zip(source.state_dict().items(), target.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_a_model_that_has_a_part_called_module_is_not_taken_for_a_wrapped_one(store):
    class Average(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.module, self.weight = torch.nn.Linear(2, 2), torch.nn.Parameter(torch.rand(2, 2))

    source, target = Average(), Average()
    store.save(0, {"model": source})
    store.restore({"model": target})
    assert torch.equal(source.module.weight, target.module.weight) and torch.equal(source.weight, target.weight)
    here = "bias is missing in the checkpoint and"
    there = "module.weight is torch.float32.2, 2. in the checkpoint and missing"
    with pytest.raises(CheckpointError, match=f"{here} .*; {there}"):
        store.restore({"model": torch.nn.Linear(2, 2)})


@pytest.mark.parametrize("step", [-1, 1.0, "1", True, None])
def test_a_step_must_be_a_whole_number(store, step):
    with pytest.raises(ValueError, match="step"):
        store.save(step, make_state())


def test_wrong_arguments_are_refused(tmp_path, store):
    for keep_last in (0, -1, 2.0, True):
        with pytest.raises(ValueError, match="keep_last"):
            Checkpoints(tmp_path, keep_last=keep_last)
    with pytest.raises(ValueError, match="mode"):
        Checkpoints(tmp_path, mode="lowest")
    for state in ({}, {1: 2}, [make_state()], torch.nn.Linear(1, 1)):
        with pytest.raises(ValueError, match="state must be a dict"):
            store.save(0, state)
    with pytest.raises(TypeError, match="no state_dict"):
        store.save(0, {"model": object()})
    for value in (True, torch.tensor(1.0), "low"):
        with pytest.raises(TypeError, match="'loss' must be a number"):
            store.save(0, make_state(), {"loss": value})
    for config in ({"f": len}, {1: "a"}, {"a": {"b": [object()]}}):
        with pytest.raises(TypeError, match="config"):
            store.save(0, make_state(), config=config)
    store.save(1, make_state())
    with pytest.raises(CheckpointError, match=r"no step 7.*\[1\]"):
        store.restore(make_state(), 7)
    with pytest.raises(ValueError, match="'newest' or 'best'"):
        store.restore(make_state(), "latest")
