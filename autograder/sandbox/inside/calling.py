"""Calls a function of the learner, or gets a value, and says what happened as a tuple of plain data.

The notebook calls this in its own kernel, the worker in the sandbox; `namespace.explain` turns the tuple into a value
or a sentence. What happened is one of
  ("value", plain)                        it returned that
  ("blank", )                             the hole is still there
  ("missing", name)                       nothing of that name is defined
  ("uncallable", name, type)              it is no function
  ("unfit", type)                         it returned what is no plain data ("": nested too deep)
  ("raised", type, text, line, source)    an exception; line (0: unknown) and its text in the learner's cell
"""

from __future__ import annotations

import copy
import importlib
import re
import traceback

from autograder.sandbox.inside.message import DRIVERS, Driver, Learner
from autograder.sandbox.inside.values import ATOMS, NotPlain, are_atoms, to_plain

MAX_TEXT = 300  # characters of an exception's text
_HOLE = re.compile(r"^q\d+\w*:")  # a hole raises NotImplementedError("q2: …")


class _Told(Exception):
    """Ends a call with what happened."""


def call_function(namespace: dict, function, args, kwargs, catch: type[BaseException] = Exception) -> tuple:
    """Call the learner's function of that name, or a driver function, on copies of the arguments."""
    try:
        name = function if isinstance(function, str) else None
        target = _find(namespace, name) if name else _resolve(namespace, function)
        if not callable(target):
            return ("uncallable", name, type(target).__name__)
        args, kwargs = _resolve(namespace, list(args)), _resolve(namespace, dict(kwargs))
        return ("value", to_plain(target(*args, **kwargs)))
    except _Told as told:
        return told.args
    except NotPlain as error:
        return ("unfit", error.type_name)
    except catch as error:
        return describe_error(error)


def get_value(namespace: dict, name: str, catch: type[BaseException] = Exception) -> tuple:
    """The learner's value of that name."""
    try:
        return ("value", to_plain(_find(namespace, name)))
    except _Told as told:
        return told.args
    except NotPlain as error:
        return ("unfit", error.type_name)
    except catch as error:
        return describe_error(error)


def describe_error(error: BaseException) -> tuple:
    """("raised", …) or ("blank",) for an exception that came out of the learner's code or a driver."""
    kind, text = type(error).__name__, _say(error)
    if isinstance(error, NotImplementedError) and _HOLE.match(text):
        return ("blank",)
    if isinstance(error, SyntaxError) and error.text:
        return ("raised", kind, str(error.msg)[:MAX_TEXT], error.lineno or 0, error.text.strip()[:MAX_TEXT])
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "autograder" not in frame.filename]
    own = [frame for frame in frames if "ipykernel" in frame.filename or frame.filename.startswith("<")]
    at = own[-1] if own else frames[0] if frames else None
    return ("raised", kind, text, at.lineno or 0 if at else 0, (at.line or "")[:MAX_TEXT] if at else "")


def _say(error: BaseException) -> str:
    try:
        return str(error)[:MAX_TEXT]
    except Exception:  # a hostile or broken __str__
        return ""


def _find(namespace: dict, name: str):
    if name not in namespace:
        raise _Told("missing", name)
    if namespace[name] is ...:
        raise _Told("blank")
    return namespace[name]


def _resolve(namespace: dict, argument):
    """The argument, with what the learner and the drivers call so in the place of names; a copy of all else."""
    kind = type(argument)
    if kind is Learner:
        return _find(namespace, argument.name)
    if kind is Driver:
        return getattr(importlib.import_module(DRIVERS), argument.name)
    if kind in ATOMS:
        return argument
    if kind in (list, tuple):
        return kind(argument if are_atoms(argument) else [_resolve(namespace, item) for item in argument])
    if kind is dict:
        return {key: _resolve(namespace, item) for key, item in argument.items()}
    return argument if callable(argument) else copy.deepcopy(argument)
