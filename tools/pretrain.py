"""Trains a lesson's model for longer than a lesson may (`make pretrain`), and keeps it where the lesson finds it.

The code is the lesson's own: its cells tagged `setup` or `pretrain` run in their order, in one namespace. They define
`pretrain(store)`, which trains and calls `store.save`, settings, metrics and log included. Beside
the checkpoint stands `made.json`: the seconds that it took and the hash of the code that ran.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from course_utils import Checkpoints
from tools.source import ROOT, Source, read_source

PRETRAINED = ROOT / "course_data" / "pretrained"
TAGS = {"setup", "pretrain"}
OURS = {"course_utils", "course_data"}


def main() -> None:
    arguments = argparse.ArgumentParser(prog="tools/pretrain.py", description=__doc__, allow_abbrev=False)
    arguments.add_argument("lesson", help="its number or name, such as 09")
    arguments.add_argument("--to", type=Path, default=PRETRAINED, help="folder for the result (default: the course's)")
    options = arguments.parse_args()
    paths = sorted((ROOT / "lessons").glob(f"{options.lesson}*/lesson.py"))
    if len(paths) != 1:
        arguments.error(f"{len(paths)} lessons begin with {options.lesson!r}")
    print(f"kept in {pretrain(read_source(paths[0]), options.to)}")


def pretrain(source: Source, to: Path) -> Path:
    """Run the lesson's cells and its `pretrain`; return the folder of the checkpoint. An older result is replaced.

    Raises ValueError where the lesson has no such function, or it saved nothing.
    """
    code = get_code(source)
    namespace: dict = {"__name__": "__main__"}
    exec(compile(code, source.path.name, "exec"), namespace)
    if not callable(namespace.get("pretrain")):
        raise ValueError(f"no cell of {source.path.name} tagged 'pretrain' defines pretrain(store)")
    fresh = to / f".{source.stem}"
    shutil.rmtree(fresh, ignore_errors=True)
    store = Checkpoints(fresh, keep_last=1)
    started, cpu_started = time.monotonic(), time.process_time()
    namespace["pretrain"](store)
    if store.latest() is None:
        raise ValueError(f"pretrain() of {source.path.name} called no store.save()")
    made = {
        "seconds": round(time.monotonic() - started),
        "processor_seconds": round(time.process_time() - cpu_started),
        "code_sha256": hash_code(source),
    }
    (fresh / "made.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(to / source.stem, ignore_errors=True)
    fresh.rename(to / source.stem)
    return to / source.stem


def get_code(source: Source) -> str:
    """The cells that `make pretrain` runs, as one program."""
    return "\n\n".join(cell.text for cell in source.cells if cell.kind == "code" and TAGS & set(cell.tags))


def hash_code(source: Source) -> str:
    """The sha256 of what that program does, hex: not of its lines, comments and docstrings.

    Imports of our own helpers, and what `ensure` asks for, are left out: they decide nothing about the result.
    """
    return hashlib.sha256(repr(_list_parts(ast.parse(get_code(source)))).encode()).hexdigest()


def _list_parts(node: object) -> object:
    """A syntax tree as nested tuples that are the same in all versions of Python: without what is empty."""
    if isinstance(node, list):
        return tuple(_list_parts(one) for one in node if not _decides_nothing(one))
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
    return type(node).__name__, *((name, _list_parts(value)) for name, value in fields)


def _decides_nothing(node: object) -> bool:
    """Whether it is a docstring or another bare constant, an import of our helpers, or a call of `ensure`."""
    if isinstance(node, ast.Expr):
        call = node.value
        return isinstance(call, ast.Constant) or isinstance(call, ast.Call) and ast.unparse(call.func) == "ensure"
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return bool(OURS & {name.partition(".")[0] for name in names})


if __name__ == "__main__":
    main()
