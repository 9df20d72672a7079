"""Which names a notebook's cell defines, changes and needs, from its text alone."""

from __future__ import annotations

import ast
import builtins
import symtable
from typing import NamedTuple

from autograder.sandbox.inside.reading import parse_cell

EVERYTHING = "*"  # what `from … import *` binds
_HARMLESS = frozenset(dir(builtins)) - {"setattr", "delattr", "next", "exec"} | {"display", "check", "hint", "score"}


class Names(NamedTuple):
    """What a cell's code deals in, sorted; `binds` may hold EVERYTHING.

    binds: defined at the top level. changes: written into, or used in a call for its effect. needs: read, also inside
    functions. blanks, imports: those of `binds` that are holes still, or imported.
    """

    binds: list[str]
    changes: list[str]
    needs: list[str]
    blanks: list[str]
    imports: list[str]


def study_cell(source: str) -> Names | None:
    """The names of a cell; None where it is no Python."""
    try:
        tree = parse_cell(source)
        table = _list_symbols(source, tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    binds, needs, changes = set(), set(), set()
    _collect(table, binds, needs)
    _find_changes(tree.body, changes)
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body):
        binds.add(EVERYTHING)
    blanks = {name for node in tree.body for name in _find_blanks(node)}
    needs |= changes
    imports = [symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()]
    return Names(*map(sorted, (binds, changes, needs, blanks, imports)))


def _list_symbols(source: str, tree: ast.Module) -> symtable.SymbolTable:
    try:
        return symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError):  # it holds magics
        return symtable.symtable(ast.unparse(tree), "cell", "exec")


def _collect(table: symtable.SymbolTable, binds: set[str], needs: set[str]) -> None:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if symbol.is_global() and symbol.is_referenced():
            needs.add(name)
        if (symbol.is_assigned() or symbol.is_imported()) and (top or symbol.is_declared_global()):
            binds.add(name)
    for child in table.get_children():
        _collect(child, binds, needs)


def _find_changes(statements: list[ast.stmt], changes: set[str]) -> None:
    """What statements at the top level, loops and branches included, write into or call for an effect."""
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
                root = _find_root(function)
                if not (isinstance(function, ast.Name) and root in _HARMLESS):
                    changes.update(filter(None, [root, *map(_find_root, arguments)]))
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in ("body", "orelse", "finalbody"):
                _find_changes(getattr(statement, block, None) or [], changes)
            for handler in getattr(statement, "handlers", []):
                _find_changes(handler.body, changes)


def _find_target(node: ast.expr) -> str | None:
    """The name that `name[…] = …` or `name.attribute = …` writes into."""
    return _find_root(node) if isinstance(node, (ast.Subscript, ast.Attribute)) else None


def _find_root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _find_blanks(node: ast.stmt) -> list[str]:
    """Names that this statement leaves as holes: `X = ...`, or a function that only raises NotImplementedError."""
    match node:
        case ast.Assign([ast.Name(name)], ast.Constant(value)) if value is ...:
            return [name]
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) if _is_blank(node.body):
            return [name]
        case ast.ClassDef(name):
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            return [name] if methods and all(_is_blank(method.body) for method in methods) else []
    return []


def _is_blank(body: list[ast.stmt]) -> bool:
    rest = [statement for statement in body if not (isinstance(statement, ast.Expr) and _is_text(statement.value))]
    match rest:
        case [ast.Raise(ast.Call(ast.Name("NotImplementedError")) | ast.Name("NotImplementedError"))]:
            return True
    return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
