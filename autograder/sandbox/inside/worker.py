"""The zygote, which imports the libraries once, and the sessions that it forks for the learner's code.

Starts with one JSON argument: `libraries` to import, the trusted cells `given`, `limits`, and either `control` (the
number of a Unix socket on which each message asks for a session and carries the session's own socket) or nothing: then
this process is one session itself, on its standard input and output. No check, reference answer, name or score is ever
sent to the zygote: the sessions are copies of its memory.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import socket
import sys

from autograder.sandbox.inside import confine
from autograder.sandbox.inside.calling import call_function, describe_error, get_value
from autograder.sandbox.inside.cells import Notebook
from autograder.sandbox.inside.frames import receive_frame, send_frame
from autograder.sandbox.inside.memory import gather_pages, leave_garbage
from autograder.sandbox.inside.message import DRIVERS, WireError
from autograder.sandbox.inside.repeatable import make_repeatable, write_device
from autograder.sandbox.inside.studying import study_cell
from autograder.sandbox.inside.wire import decode, encode

_LATER = ("numpy", "numpy.random", "numpy.ma", DRIVERS)  # what each session would import in the middle of a call
_NO_MORE = 9  # the exit code of a child that awaited a session when the other side had gone
_SESSION = 3  # the one descriptor of a session beside its standard ones, which lead nowhere


def main() -> None:
    """Serve until the other side closes the control socket (or, without one, the input)."""
    options = json.loads(sys.argv[1])
    confine.lift_limits()
    if options.get("confined"):
        write_device(confine.RANDOM)
    control = socket.socket(fileno=options["control"]) if "control" in options else None
    try:
        _import_libraries(options["libraries"])
        # once for all sessions; TensorFlow's threads, though, would not survive the fork
        notebook = None if control is None or "tensorflow" in sys.modules else _prepare(options["given"])
    except Exception as error:
        if control:
            send_frame(control.fileno(), encode(("failed", f"{type(error).__name__}: {error}")))
        raise
    if control is None:
        ends = _detach(options["limits"])
        _serve(*ends, _prepare(options["given"]))
        return
    leave_garbage()
    gather_pages()
    send_frame(control.fileno(), encode(("ready",)))
    while (pid := os.fork()) and os.waitpid(pid, 0)[1] != _NO_MORE << 8:
        pass  # a parent that does nothing else leaves each session the same memory, to its addresses
    if not pid:
        _await_session(control, options, notebook)


def _import_libraries(names: list[str]) -> None:
    """NumPy, the drivers and the named ones, on one thread each: threads do not survive a fork."""
    for name in [*_LATER, *names]:
        importlib.import_module(name)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        _warm_up(torch)


def _warm_up(torch) -> None:
    """What is slow the first time only: the first optimizer imports for a second, the first gradient touches a lot."""
    weight = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for kind in (torch.optim.SGD, torch.optim.Adam):
        optimizer = kind([weight], lr=0.1)
        ((torch.ones(2, 2, dtype=torch.float64) @ weight - 1) ** 2).mean().backward()
        optimizer.step()
        optimizer.zero_grad()


def _prepare(given: list[str]) -> Notebook:
    """A notebook in which the given cells have run."""
    make_repeatable()
    return Notebook(given)


def _await_session(control: socket.socket, options: dict, notebook: Notebook | None) -> None:
    """In the zygote's child: await a request, lock itself in, in a child of its own, and serve it. Never returns."""
    try:
        request, fds, *_ = socket.recv_fds(control, 1, 1)
    except OSError:
        request = b""
    if not request:
        os._exit(_NO_MORE)
    fd = fds[0]
    try:
        mapped = confine.count_mapped()
        if options["confined"]:
            confine.enter_namespaces()
        if os.fork():
            os._exit(0)  # the zygote need not wait for the session; who is outside ends it
        os.setsid()
        if options["confined"]:
            confine.hide_files(options["limits"]["scratch_mb"], options["kept"])
        _keep_only(fd)
        confine.limit_resources(options["limits"], mapped)
        if options["confined"]:
            confine.give_up_rights()
        os.chdir("/tmp")
        confine.forgo_calls()
        notebook = _prepare(options["given"]) if notebook is None else notebook
    except BaseException as error:
        with contextlib.suppress(BaseException):
            send_frame(fd, encode(("failed", f"{type(error).__name__}: {error}")))
        os._exit(1)
    try:
        _serve(_SESSION, _SESSION, notebook)
    finally:
        os._exit(0)


def _keep_only(fd: int) -> None:
    """`fd` becomes number 3; standard input, output and error lead nowhere; all else is closed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.dup2(fd, _SESSION)
    os.closerange(_SESSION + 1, 1 << 16)


def _detach(limits: dict) -> tuple[int, int]:
    """Standard input and output under other numbers; their own lead nowhere from now on."""
    ends = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    confine.limit_resources(limits, confine.count_mapped())
    confine.forgo_calls()
    return ends


def _serve(read_fd: int, write_fd: int, notebook: Notebook) -> None:
    """Answer requests (nonce, kind, …) one by one; each reply repeats its request's nonce."""
    make_repeatable()  # again: a fork gives Python's generator a new state
    send_frame(write_fd, encode(("hello", os.getpid())))
    while True:
        nonce, *request = decode(receive_frame(read_fd), request=True)
        happened = _handle(notebook, *request)
        try:
            reply = encode((nonce, happened))
        except WireError:
            reply = encode((nonce, ("unfit", "")))
        send_frame(write_fd, reply)


def _handle(notebook: Notebook, kind: str, *parts) -> tuple:
    namespace = notebook.namespace
    try:
        match kind, parts:
            case "study", (sources,):
                return ("value", [names and list(names) for names in map(study_cell, sources)])
            case "given", (number,):
                return ("value", notebook.rerun_given(number))
            case "cell", (source, name, blanks):
                try:
                    notebook.run(source, name, blanks)
                    return ("value", None)
                except BaseException as error:
                    return describe_error(error)
            case "call", (function, args, kwargs):
                return call_function(namespace, function, args, kwargs, BaseException)
            case "get", (name,):
                return get_value(namespace, name, BaseException)
    except BaseException:  # an exception that even resists being described
        pass
    return ("raised", "Exception", "", 0, "")
