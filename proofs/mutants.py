"""Mutants: small changes of a right answer, each of which good checks notice, unless it changes nothing."""

from __future__ import annotations

import ast
import copy
import difflib
import types
from dataclasses import dataclass

from proofs.mutation_rules import replace_node


@dataclass(frozen=True)
class Mutant:
    """A changed answer: by which rule, its source, and what differs, "old line → new line"."""

    rule: str
    code: str
    change: str
    original: str

    def diff(self) -> str:
        """The change as a unified diff with two lines around it; both without comments and docstrings."""
        lines = difflib.unified_diff(self.original.splitlines(), self.code.splitlines(), n=2, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def make_mutants(code: str) -> list[Mutant]:
    """All mutants of an answer cell in a fixed order, without those that surely compute the same as it, or as another.

    Surely the same: equal bytecode after constant folding, or operands of + or * that changed places.
    """
    tree = _drop_docstrings(ast.parse(code))
    original, mutants = ast.unparse(tree), []
    seen = {_fingerprint(tree)}
    for index, node in enumerate(ast.walk(tree)):
        for rule, replacement in replace_node(node, tree):
            mutated = ast.fix_missing_locations(_put(tree, index, replacement))
            try:
                mark = _fingerprint(ast.parse(ast.unparse(mutated)))
            except SyntaxError:  # no Python any more: a "break" outside a loop, say
                continue
            if mark not in seen:
                seen.add(mark)
                source = ast.unparse(mutated)
                mutants.append(Mutant(rule, source, describe_change(original, source), original))
    return mutants


def describe_change(original: str, mutated: str) -> str:
    """What stands between the first and the last line that differ, "old → new", lines joined by " / ", no indents."""
    one, other = original.splitlines(), mutated.splitlines()
    first = next((i for i, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), 0)
    while one[first:] and other[first:] and one[-1] == other[-1]:
        del one[-1], other[-1]
    return " → ".join(" / ".join(line.strip() for line in side[first:]) for side in (one, other))


def _put(tree: ast.Module, index: int, replacement: ast.AST) -> ast.Module:
    """A copy of the tree with `replacement` in the place of its node number `index`."""
    clone, replacement = copy.deepcopy(tree), copy.deepcopy(replacement)
    target = list(ast.walk(clone))[index]
    if target is clone:
        return replacement
    for parent in ast.walk(clone):
        for field, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, field, replacement)
            elif isinstance(value, list):
                value[:] = [replacement if item is target else item for item in value]
    return clone


def _drop_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


class _Sorted(ast.NodeTransformer):
    """Puts the operands of + and * in one order, but for what may be a list or a text."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        sequences = isinstance(node.left, ast.List | ast.Tuple | ast.JoinedStr) or isinstance(node.right, ast.List)
        if isinstance(node.op, ast.Add | ast.Mult) and not sequences and ast.dump(node.left) > ast.dump(node.right):
            node.left, node.right = node.right, node.left
        return node


def _fingerprint(tree: ast.Module) -> tuple:
    return _freeze(compile(ast.unparse(_Sorted().visit(copy.deepcopy(tree))), "<mutant>", "exec", optimize=0))


def _freeze(code: types.CodeType) -> tuple:
    """Bytecode without line numbers; constants with their types, since 1 == 1.0 == True."""
    constants = tuple(_freeze(one) if isinstance(one, types.CodeType) else repr(one) for one in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
