"""The problem's own data: values of names in an exercise's given cells, computed here and never asked of an answer."""

from __future__ import annotations

import ast
import builtins
import copy
import functools

_DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def get_given(cells: tuple[str, ...], name: str):
    """A fresh copy of what `name` is once all given cells have run. Raises ValueError where they don't bind it."""
    return copy.deepcopy(_evaluate(cells, name))


@functools.cache
def _evaluate(cells: tuple[str, ...], name: str):
    """Runs the statements that the value depends on and no others: an import of Keras or a download may be among them.

    A statement that mentions a variable may change it (a generator that draws), so each that does runs, too.
    """
    statements = [statement for cell in cells for statement in ast.parse(cell).body]
    mentions = [_find_names(statement) for statement in statements]
    needed, chosen = {name}, set()
    while found := {
        at
        for at, statement in enumerate(statements)
        if at not in chosen and needed & (_find_bound(statement) if isinstance(statement, _DEFINES) else mentions[at])
    }:
        chosen |= found
        needed |= {one for at in found for one in mentions[at]} - vars(builtins).keys()
    namespace = {"__name__": "given"}
    exec(compile(ast.Module([statements[at] for at in sorted(chosen)], []), "<given>", "exec"), namespace)
    if name not in namespace:
        raise ValueError(f"the given cells bind no {name!r}")
    return namespace[name]


def _find_names(statement: ast.stmt) -> set[str]:
    """All that the statement reads, writes or defines, the bodies of its functions included."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)} | _find_bound(statement)


def _find_bound(statement: ast.stmt) -> set[str]:
    """What an import, a function or a class binds."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return {statement.name} if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) else set()
