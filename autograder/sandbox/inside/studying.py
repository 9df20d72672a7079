"""Which names a notebook's cell defines, changes and needs, from its text alone."""

from __future__ import annotations

import ast
import symtable
from typing import NamedTuple

from autograder.sandbox.inside.effects import find_changes, find_root, list_statements, sets_for_all
from autograder.sandbox.inside.reading import parse_cell

EVERYTHING = "*"  # what `from … import *` binds, and what a cell changes that sets something for the whole process


class Names(NamedTuple):
    """What a cell's code deals in, sorted; `binds` and `changes` may hold EVERYTHING.

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
    statements = list(list_statements(tree.body))
    find_changes(statements, changes)
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body):
        binds.add(EVERYTHING)
    blanks = {name for node in tree.body for name in _find_blanks(node)}
    needs |= changes
    first = _Firsts()
    first.visit(tree)
    inner = set()
    for child in table.get_children():
        _collect(child, set(), inner)
    needs -= first.bound - inner  # a name that the cell binds before it reads it is no other cell's business
    imports = [symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()]
    if any(sets_for_all(statement, binds, imports) for statement in statements):
        changes.add(EVERYTHING)
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


class _Firsts(ast.NodeVisitor):
    """`bound`: names that the cell's top level binds before it reads them."""

    def __init__(self):
        self.bound: set[str] = set()
        self._read: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._read.add(node.id)
        elif node.id not in self._read:
            self.bound.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_in_order(node.value, *node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._read.update([find_root(node.target) or ""] if find_root(node.target) not in self.bound else [])
        self._visit_in_order(node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        self._visit_in_order(node.iter, node.target, *node.body, *node.orelse)

    def visit_alias(self, node: ast.alias) -> None:
        self.visit_Name(ast.Name((node.asname or node.name).split(".")[0], ast.Store()))

    def visit_FunctionDef(self, node) -> None:
        self._visit_in_order(*node.decorator_list, ast.Name(node.name, ast.Store()))

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """A scope of its own."""

    def visit_ListComp(self, node) -> None:
        """A scope of its own, but for what it goes through."""
        self.visit(node.generators[0].iter)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def _visit_in_order(self, *nodes: ast.AST) -> None:
        for node in nodes:
            self.visit(node)


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
