"""The course's own longer runs: checkpoints that `make pretrain` made and that come with this package."""

from pathlib import Path

from .checkpoints import CheckpointError, Checkpoints

FOLDER = Path(__file__).resolve().parent / "pretrained"


def open_pretrained(lesson: str) -> Checkpoints:
    """The checkpoint of a lesson's longer run, by the lesson's stem ("09_bert_pretraining"); prints one line on it.

    `open_pretrained(…).restore({"model": model}, random_states=False)` loads it into a model built as the lesson does
    and returns its meta: metrics, settings, log. Raises CheckpointError for a lesson that has none.
    """
    if not (FOLDER / lesson).is_dir():
        there = sorted(path.name for path in FOLDER.glob("[0-9]*"))
        raise CheckpointError(f"no longer run of {lesson!r} comes with the course, but: {', '.join(there) or 'none'}")
    store = Checkpoints(FOLDER / lesson)
    print(f"{lesson}: step {store.latest():,} of the course's own longer run (make pretrain)")
    return store
