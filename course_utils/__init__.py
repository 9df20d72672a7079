"""Helpers that the lessons share: device, seeds, checkpoints, data, plots, ledger; nothing heavy is imported here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import data as data
    from . import ledger as ledger
    from . import plotting as plotting
    from .checkpoints import Checkpoints as Checkpoints
    from .device import advise_dtype as advise_dtype
    from .device import device_report as device_report
    from .device import pick_device as pick_device
    from .device import use_tensorflow_memory_growth as use_tensorflow_memory_growth
    from .install import ensure as ensure
    from .keras_states import keras_batches as keras_batches
    from .keras_states import keras_checkpoint as keras_checkpoint
    from .pretrained import open_pretrained as open_pretrained
    from .seeds import ShuffledBatches as ShuffledBatches
    from .seeds import seed_everything as seed_everything
    from .states import CheckpointError as CheckpointError

_MODULES = ("data", "ledger", "plotting")
_HOMES = {  # no name here may be a module's name too: the module would hide it
    "CheckpointError": "states",
    "Checkpoints": "checkpoints",
    "ShuffledBatches": "seeds",
    "advise_dtype": "device",
    "device_report": "device",
    "ensure": "install",
    "keras_batches": "keras_states",
    "keras_checkpoint": "keras_states",
    "open_pretrained": "pretrained",
    "pick_device": "device",
    "seed_everything": "seeds",
    "use_tensorflow_memory_growth": "device",
}
__all__ = sorted([*_MODULES, *_HOMES])


def __getattr__(name: str) -> Any:
    """Import a helper when it is first used (PEP 562), so that `import course_utils` costs next to nothing."""
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value  # the next use finds it without coming here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
