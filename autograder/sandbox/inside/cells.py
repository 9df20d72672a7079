"""Runs a notebook's cells in one namespace, as IPython would, without its magics."""

from __future__ import annotations

import linecache
import re
import sys
import types

_MAGIC = re.compile(r"^(\s*)(?:[\w, ]+=\s*)?(?:%|!|\?|[\w.]+\?{1,2}\s*$)")
_NOTEBOOK_ONLY = ("display", "get_ipython")  # names that a notebook has


def make_namespace() -> dict:
    """The namespace of a fresh `__main__`, in which `display` and `get_ipython` exist and do nothing."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    module.__dict__.update(dict.fromkeys(_NOTEBOOK_ONLY, _Nothing()), __builtins__=__builtins__)
    return module.__dict__


def run_cell(namespace: dict, source: str, name: str) -> None:
    """Run one cell; tracebacks show its lines under <name>. Raises what the cell raises."""
    filename = f"<{name}>"
    code, source = _compile(source, filename)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(code, namespace)


def _compile(source: str, filename: str) -> tuple[types.CodeType, str]:
    """The code; a line that is a magic or a shell command, and no Python, is passed over."""
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        lines[0] = ""
    while True:
        try:
            source = "\n".join(lines) + "\n"
            return compile(source, filename, "exec", dont_inherit=True), source
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            magic = _MAGIC.match(lines[at]) if 0 <= at < len(lines) else None
            if not magic:
                raise
            lines[at] = f"{magic[1]}pass"


class _Nothing:
    """Takes any call and attribute, and does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
