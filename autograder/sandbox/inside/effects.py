"""What the statements of a notebook's cell write into or set, from their text alone."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Collection, Iterator

_HARMLESS = frozenset(dir(builtins)) - {"setattr", "delattr", "next", "exec"} | {"display", "check", "hint", "score"}
_PLOTTING = {"matplotlib", "mpl", "plt", "seaborn", "sns"}
_LIBRARIES = {*sys.stdlib_module_names, "keras", "np", "numpy", "pd", "tf", "torch", "__import__"}
_FILLS = {"append", "extend", "insert", "setdefault", "update"}  # of sys.path, os.environ and their kin


def list_statements(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those at the top level, loops and branches included."""
    for statement in statements:
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in ("body", "orelse", "finalbody"):
                yield from list_statements(getattr(statement, block, None) or [])
            for inner in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
                yield from list_statements(inner.body)


def sets_for_all(statement: ast.stmt, binds: Collection[str], imports: Collection[str]) -> bool:
    """Whether it sets something of a library, which any other cell may notice without naming it.

    `binds`, `imports`: what the statement's cell binds, and those of them that it imports.
    """

    def is_library(name: str | None) -> bool:
        return (name in imports or name in _LIBRARIES and name not in binds) and name not in _PLOTTING

    match statement:
        case ast.Assign(nodes) | ast.Delete(nodes):
            pass
        case ast.AugAssign(node) | ast.AnnAssign(node):
            nodes = [node]
        case _:
            nodes = []
    if any(is_library(_find_target(node)) for node in nodes):
        return True
    call = getattr(statement, "value", None)
    match call:
        case ast.Call(ast.Name("setattr" | "delattr"), [node, *_]):
            return is_library(find_root(node))
        case ast.Call(ast.Name(name)):
            deep = False
        case ast.Call(ast.Attribute(node, name)):
            deep = not isinstance(node, ast.Name)
        case _:
            return False
    if not is_library(find_root(call)):
        return False
    sets = name.startswith("set") and "seed" not in name or name in ("chdir", "simplefilter", "filterwarnings")
    return sets or deep and name in _FILLS


def find_changes(statements: list[ast.stmt], changes: set[str]) -> None:
    """What the statements write into or call for an effect."""
    for statement in statements:
        match statement:
            case ast.Assign(targets):
                changes.update(filter(None, map(_find_target, targets)))
            case ast.AugAssign(target) | ast.AnnAssign(target):
                changes.update(filter(None, [_find_target(target)]))
                if isinstance(statement, ast.AugAssign) and isinstance(target, ast.Name):
                    changes.add(target.id)
            case ast.Delete(targets):
                changes.update(filter(None, map(_find_target, targets)))
            case ast.Expr(ast.Call(function, arguments)) | ast.Expr(ast.Await(ast.Call(function, arguments))):
                root = find_root(function)
                if not (isinstance(function, ast.Name) and root in _HARMLESS):
                    changes.update(filter(None, [root, *map(find_root, arguments)]))


def _find_target(node: ast.expr) -> str | None:
    """The name that `name[…] = …` or `name.attribute = …` writes into."""
    return find_root(node) if isinstance(node, (ast.Subscript, ast.Attribute)) else None


def find_root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
