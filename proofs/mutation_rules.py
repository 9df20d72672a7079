"""The rules by which a right answer is changed: for each node of its syntax tree, what may stand in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_OPERATORS = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Add, ast.Div), ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.Mult,), ast.Pow: (ast.Mult,), ast.MatMult: (ast.Mult,),
}  # fmt: skip
_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
}  # fmt: skip
_PAIRS = "min max,sum mean,argmin argmax,any all,zeros ones,zeros_like ones_like,sqrt square,exp expm1,log log1p"
_PAIRS += ",sin cos,tanh sin,outer multiply,abs float,floor ceil,append insert,pop copy,eigvalsh eigvals,var std"
_OTHER_NAME = {one: other for pair in _PAIRS.split(",") for one, other in (pair.split(), pair.split()[::-1])}
_BLOCKS = ("body", "orelse")
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Continue, ast.Break)


def replace_node(node: ast.AST, tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """(rule, what may stand in the node's place)."""
    match node:
        case ast.BinOp(left, op, right):
            yield from (("operator", ast.BinOp(left, other(), right)) for other in _OPERATORS.get(type(op), ()))
            yield from (
                ("term dropped", left),
                ("term dropped", right),
                ("operands swapped", ast.BinOp(right, op, left)),
            )
            yield "sign", ast.UnaryOp(ast.USub(), node)
        case ast.AugAssign(target, op, value):
            yield "assigned", ast.Assign([target], value)
            yield from (("operator", ast.AugAssign(target, other(), value)) for other in _OPERATORS.get(type(op), ()))
        case ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(first), op, right)) if name == first:
            yield "in place", ast.AugAssign(node.targets[0], op, right)
        case ast.UnaryOp(_, operand):
            yield "unary dropped", operand
        case ast.Compare(left, [op], rest):
            yield from (("comparison", ast.Compare(left, [other()], rest)) for other in _COMPARISONS.get(type(op), ()))
        case ast.BoolOp(op, values):
            yield "and / or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (("condition dropped", value) for value in values)
        case ast.Constant(value):
            yield from (("constant", ast.Constant(other)) for other in _change_constant(value))
        case ast.Call():
            yield from _change_call(node)
        case ast.Attribute(value, "T"):
            yield "transposed", value
        case ast.Attribute(value, "size"):
            yield from (("size", _parse(f"{ast.unparse(value)}.shape[{axis}]")) for axis in (0, -1))
        case ast.Subscript(value, index):
            yield from (("index", ast.Subscript(value, other)) for other in _change_index(index))
        case ast.Tuple(elements, ast.Load()) | ast.List(elements, ast.Load()):
            for i in range(len(elements) - 1):
                swapped = [*elements[:i], elements[i + 1], elements[i], *elements[i + 2 :]]
                yield "elements swapped", type(node)(swapped, ast.Load())
        case ast.Name(name, ast.Load()):
            yield from (("name", ast.Name(other, ast.Load())) for other in _other_names(name, node, tree))
        case ast.Return(value) if not isinstance(value, ast.Tuple | ast.List | ast.Dict | ast.Constant | None):
            yield "sign", ast.Return(ast.UnaryOp(ast.USub(), value))
    yield from _change_flow(node)


def _change_flow(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        for value in (True, False):
            yield "condition", _with(node, test=ast.Constant(value))
    if isinstance(node, ast.For | ast.comprehension):
        for form in ("list({})[1:]", "list({})[:-1]", "list({})[:1]", "list({})[::-1]"):
            yield "loop", _with(node, iter=_parse(form.format(ast.unparse(node.iter))))
    for field in _BLOCKS:
        block = getattr(node, field, None)
        for i, statement in enumerate(block if isinstance(block, list) else ()):
            if isinstance(statement, _SIMPLE):
                yield "statement dropped", _with(node, **{field: [*block[:i], ast.Pass(), *block[i + 1 :]]})
            if i and all(isinstance(one, _SIMPLE) for one in block[i - 1 : i + 1]):
                swapped = [*block[: i - 1], statement, block[i - 1], *block[i + 1 :]]
                yield "statements swapped", _with(node, **{field: swapped})


def _change_constant(value) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        others = [0, value + 1, value - 1, value * 2, -value, value / 2]
        return [other for i, other in enumerate(others) if other != value and other not in others[:i]]
    return [value + "?"] if isinstance(value, str) else []


def _change_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    function, args, keywords = node.func, node.args, node.keywords
    yield from (("call dropped", argument) for argument in args if not isinstance(argument, ast.Starred))
    if isinstance(function, ast.Attribute) and not (isinstance(function.value, ast.Name) and args):
        yield "call dropped", function.value
    yield from (("arguments swapped", ast.Call(function, [*args[:i], args[i + 1], args[i], *args[i + 2 :]], keywords))
                for i in range(len(args) - 1))  # fmt: skip
    yield from (
        ("keyword dropped", ast.Call(function, args, [k for k in keywords if k is not one])) for one in keywords
    )
    field = "attr" if isinstance(function, ast.Attribute) else "id"
    if other := _OTHER_NAME.get(getattr(function, field, "")):
        yield "function", ast.Call(_with(function, **{field: other}), args, keywords)
    if getattr(function, "id", "") in ("range", "len") and not all(isinstance(one, ast.Constant) for one in args):
        for change in (ast.Add(), ast.Sub()):
            if function.id == "len":
                yield "off by one", ast.BinOp(node, change, ast.Constant(1))
            else:
                shifted = [*args[:-1], ast.BinOp(args[-1], change, ast.Constant(1))]
                yield "off by one", ast.Call(function, shifted, keywords)


def _change_index(index: ast.AST) -> Iterator[ast.AST]:
    if isinstance(index, ast.Slice):
        for bound in ("lower", "upper", "step"):
            if value := getattr(index, bound):
                yield _with(index, **{bound: None})
                yield from (
                    _with(index, **{bound: ast.BinOp(value, op(), ast.Constant(1))}) for op in (ast.Add, ast.Sub)
                )
    elif isinstance(index, ast.Name | ast.BinOp):
        yield from (ast.BinOp(index, op(), ast.Constant(1)) for op in (ast.Add, ast.Sub))


def _other_names(name: str, node: ast.Name, tree: ast.Module, most: int = 3) -> list[str]:
    """Up to three other variables that have a value by then: those that come after `name` in the alphabet."""
    scope = next((one for one in tree.body if isinstance(one, ast.FunctionDef) and node in ast.walk(one)), tree)
    names = set()
    for one in ast.walk(scope):
        if isinstance(one, ast.arg):
            names.add(one.arg)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and one.lineno <= node.lineno:
            names.add(one.id)
    if name not in names:
        return []
    return [other for other in sorted(names, key=lambda other: (other <= name, other)) if other != name][:most]


def _with(node: ast.AST, **fields) -> ast.AST:
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _parse(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body
