"""Runs a notebook's cells in one namespace, as IPython would, without its magics."""

from __future__ import annotations

import importlib
import inspect
import linecache
import sys
import types
from collections.abc import Collection

from autograder.sandbox.inside.awaiting import run_coroutine
from autograder.sandbox.inside.reading import compile_cell

NOTEBOOK_NAMES = ("display", "get_ipython", "ensure", "check", "hint", "score")  # they are there, and do nothing
_ABSENT = object()


class Notebook:
    """A namespace in which the given cells have run; `rerun_given` puts back what one of them bound."""

    def __init__(self, given: Collection[str] = (), main: bool = True):
        """`main`: the namespace becomes this process's `__main__`."""
        module = types.ModuleType("__main__")
        if main:
            sys.modules["__main__"] = module
        module.__dict__.update(dict.fromkeys(NOTEBOOK_NAMES, _Nothing()), input=_refuse_input)
        module.__dict__["__builtins__"] = __builtins__
        self.namespace, self._bound = module.__dict__, []
        for number, source in enumerate(given, 1):
            before = dict(self.namespace)
            run_cell(self.namespace, source, f"given {number}")
            bound = {name: value for name, value in self.namespace.items() if before.get(name, _ABSENT) is not value}
            self._bound.append(bound)

    def rerun_given(self, number: int) -> None:
        """What running the given cell again would do to the names: 1 is the first one."""
        self.namespace.update(self._bound[number - 1])

    def run(self, source: str, name: str, blanks: Collection[str] = ()) -> None:
        """Run a learner's cell. `blanks`: names whose holes must not replace an answer. Raises what the cell raises."""
        before = {blank: self.namespace[blank] for blank in blanks if blank in self.namespace}
        try:
            run_cell(self.namespace, source, name)
        finally:
            self.namespace.update(before)


def run_cell(namespace: dict, source: str, name: str) -> None:
    """Run one cell; tracebacks show its lines under <name>. Raises what the cell raises."""
    filename = f"<{name}>"
    if "google.colab" in source and "google.colab" not in sys.modules:
        _pretend_colab()
    linecache.cache[filename] = (len(source), None, [line + "\n" for line in source.split("\n")], filename)
    code = compile_cell(source, filename)
    if code.co_flags & inspect.CO_COROUTINE:
        run_coroutine(eval(code, namespace))
    else:
        exec(code, namespace)


def _pretend_colab() -> None:
    """`from google.colab import drive` works as `display` does: what it mounts isn't there, the answers may be."""
    stand_in = types.ModuleType("google.colab")
    stand_in.__getattr__ = lambda name: _Nothing()
    sys.modules["google.colab"] = stand_in
    try:
        importlib.import_module("google")
    except ImportError:
        sys.modules["google"] = types.ModuleType("google")


def _refuse_input(*args, **kwargs) -> str:
    raise EOFError("input() has nobody to answer it when graded: write the value into the cell")


class _Nothing:
    """Takes any call and attribute, and does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
