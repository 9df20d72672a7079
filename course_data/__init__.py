"""Data sets and the pretrained models by name: `import course_data as data`, then `data.load_reviews("movies")`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batches import ShuffledBatches as ShuffledBatches
    from .batches import keras_batches as keras_batches
    from .loaders import bert_folder as bert_folder
    from .loaders import load_corpus as load_corpus
    from .loaders import load_digits as load_digits
    from .loaders import load_imdb as load_imdb
    from .loaders import load_mnist as load_mnist
    from .loaders import load_rater_scores as load_rater_scores
    from .loaders import load_reviews as load_reviews
    from .loaders import load_sst2 as load_sst2
    from .machine import device_report as device_report
    from .pretrained import open_pretrained as open_pretrained
    from .records import Corpus as Corpus
    from .records import Images as Images
    from .records import RaterScores as RaterScores
    from .records import Texts as Texts
    from .splitting import split as split
    from .tasks import keep_apart as keep_apart
    from .tasks import load_task as load_task

_HOMES = {  # no name here may be a module's name too: the module would hide it
    **dict.fromkeys(("load_digits", "load_mnist", "load_reviews", "load_rater_scores", "load_corpus"), "loaders"),
    **dict.fromkeys(("load_sst2", "load_imdb", "bert_folder"), "loaders"),
    **dict.fromkeys(("Corpus", "Images", "RaterScores", "Texts"), "records"),
    "device_report": "machine",
    **dict.fromkeys(("ShuffledBatches", "keras_batches"), "batches"),
    "open_pretrained": "pretrained",
    "split": "splitting",
    **dict.fromkeys(("keep_apart", "load_task"), "tasks"),
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a loader when it is first used (PEP 562), so that `import course_data` costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value  # the next use finds it without coming here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
