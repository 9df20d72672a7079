"""Helpers that the lessons share: device, seeds, checkpoints, plots, ledger, set-up; nothing heavy is imported here."""

import importlib
from typing import Any

_HOMES = {
    "checkpoints": ("CheckpointError", "Checkpoints"),
    "device": ("pick_device", "use_tensorflow_memory_growth"),
    "install": ("ensure",),
    "keras_states": ("keras_checkpoint",),
    "seeds": ("seed_everything",),
}
__all__ = sorted(["ledger", "plotting", *(name for names in _HOMES.values() for name in names)])


def __getattr__(name: str) -> Any:
    """Import a helper when it is first used (PEP 562), so that `import course_utils` costs next to nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((home for home, names in _HOMES.items() if name in names), name)
    module = importlib.import_module(f".{home}", __name__)
    return module if home == name else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
