"""Reads a notebook's cell as IPython does: its code, with magics as what they would run."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import types
import warnings

_TIMING = re.compile(r"^(?:-\S+\s+)*")  # options of %time and the like, before the code
_PAIR = re.compile(r"([^\s={$]+)(?:\s*=\s*|\s+)([^{$]*)")  # of %env; not where names are filled in
_CODE_MAGICS = ("time", "capture", "prun")  # run the code that they are given
_MAGIC_LINE = re.compile(r"^(\s*)(?:[\w, ]+=\s*)?(?:%|!|\?|[\w.]+\?{1,2}\s*$)")
_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def compile_cell(source: str, filename: str) -> types.CodeType:
    """The cell's code; it is a coroutine's where the cell awaits something. Raises what compile raises."""
    return compile(parse_cell(source), filename, "exec", _TOP_LEVEL_AWAIT, dont_inherit=True)


def parse_cell(source: str) -> ast.Module:
    """The cell's statements: magics that run code are that code, shell output is [], other magics are None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes like "\d": the notebook has shown them
        try:
            return _parse(source)
        except (SyntaxError, ValueError):
            if (plain := _transform(source)) == source:
                raise
        return ast.fix_missing_locations(_Magics().visit(_parse(plain)))


def _parse(source: str) -> ast.Module:
    return compile(source, "cell", "exec", ast.PyCF_ONLY_AST | _TOP_LEVEL_AWAIT, dont_inherit=True)


def _transform(source: str) -> str:
    """As IPython reads it; where there is no IPython, lines that are magics become `pass`."""
    try:
        return _load_transformer().TransformerManager().transform_cell(source)
    except ImportError:
        lines = source.split("\n")
        if lines[0].startswith("%%"):
            lines[0] = ""
        return "\n".join(_MAGIC_LINE.match(line)[1] + "pass" if _MAGIC_LINE.match(line) else line for line in lines)


def _load_transformer():
    """IPython.core.inputtransformer2 without the rest of IPython, which takes ten times as long to import."""
    name = "IPython.core.inputtransformer2"
    if name in sys.modules or "IPython" in sys.modules:
        return importlib.import_module(name)
    if not (spec := importlib.util.find_spec("IPython")):
        raise ImportError("IPython")
    sys.modules["IPython"] = stub = types.ModuleType("IPython")
    stub.__path__ = list(spec.submodule_search_locations)
    try:
        return importlib.import_module(name)
    finally:
        for other in [other for other in sys.modules if other.split(".")[0] == "IPython" and other != name]:
            del sys.modules[other]


class _Magics(ast.NodeTransformer):
    """Puts in the place of IPython's calls what they would run."""

    def visit_Expr(self, node: ast.Expr):
        name, arguments = _read_magic(node.value)
        if name == "run_cell_magic" and arguments[0] in _CODE_MAGICS:
            tree = ast.increment_lineno(_parse(_transform(arguments[2])), node.lineno)
            body = self.visit(tree).body
            if arguments[0] == "capture" and arguments[1].isidentifier():
                body = [*ast.parse(f"{arguments[1]} = get_ipython()").body, *body]
            return body or ast.copy_location(ast.Pass(), node)
        if name == "run_line_magic" and arguments[0] in _CODE_MAGICS:
            tree = ast.increment_lineno(_parse(_TIMING.sub("", arguments[1], count=1)), node.lineno - 1)
            return tree.body or ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call):
        name, arguments = _read_magic(node)
        if not name:
            return self.generic_visit(node)
        if name == "getoutput":
            return ast.List([], ast.Load())
        if name == "run_line_magic" and arguments[0] in _CODE_MAGICS:  # x = %time f()
            body = _parse(_TIMING.sub("", arguments[1], count=1)).body
            if len(body) == 1 and isinstance(body[0], ast.Expr):
                return body[0].value
        if name == "run_line_magic" and arguments[0] in ("sx", "system"):
            return ast.List([], ast.Load())
        if name == "run_line_magic" and arguments[0] in ("env", "set_env") and (pair := _PAIR.fullmatch(arguments[1])):
            return ast.parse(f"__import__('os').environ.update({dict([pair.groups()])})", mode="eval").body
        return ast.Constant(None)


def _read_magic(node) -> tuple[str, list[str]]:
    """(method, its arguments) of a call `get_ipython().method("…", …)` with texts alone; ("", []) for all else."""
    match node:
        case ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython"), [], []), name), arguments, []):
            if name in ("run_cell_magic", "run_line_magic", "getoutput", "system"):
                if all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in arguments):
                    return name, [*(one.value for one in arguments), "", "", ""]
    return "", []
