"""A system-call filter, installed before the learner's code: what is not on the list of `system_calls` does not exist.

Namespaces already keep a session from everything outside. The filter keeps it to one process, its threads and its own
files: there are no sockets (some families ignore network namespaces, and full ones hold memory that no limit counts),
no children, no programs, no locks, none of the kernel's seldom-used doors. A refused call fails with ENOSYS, as on a
kernel that has never heard of it: C libraries then fall back on an older one.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from autograder.sandbox.inside.system_calls import ARCHITECTURES, CALLS, FLAGS, NEVER_BOTH, VALUES

_LOAD, _EQUALS, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = (
    0,
    4,
    16,
)  # offsets in struct seccomp_data; an argument has 8 bytes, the lower half first
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.ENOSYS
_X32 = 0x40000000  # a second set of numbers on x86_64
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def install_filter(libc: ctypes.CDLL) -> None:
    """Allow no other system call to this thread and those that it starts; no_new_privs must be set. Raises OSError."""
    if platform.machine() not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"the system calls of {platform.machine()} are not known here")
    code = b"".join(build_filter(platform.machine()))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel refuses a system-call filter")


def build_filter(machine: str) -> list[bytes]:
    """Classic BPF instructions: code, jump if true, jump if false, operand. `machine`: a key of ARCHITECTURES."""
    column = list(ARCHITECTURES).index(machine)
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_EQUALS, ARCHITECTURES[machine], 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER),
        _line(_AT_LEAST, _X32, 0, 1),
        _line(_RETURN, _KILL),
    ]
    for name, numbers in CALLS.items():
        if numbers[column] is not None:
            then = _ask_argument(name)
            lines += [_line(_EQUALS, numbers[column], 0, len(then)), *then]
    return [*lines, _line(_RETURN, _REFUSE)]


def _ask_argument(name: str) -> list[bytes]:
    """What follows where the number is this call's: allow it, for some as far as an argument allows."""
    allow, refuse = _line(_RETURN, _ALLOW), _line(_RETURN, _REFUSE)
    if name in VALUES:
        position, values = VALUES[name]
        lines = [_line(_LOAD, _FIRST_ARGUMENT + 8 * position)]
        for value in values:
            lines += [_line(_EQUALS, value, 0, 1), allow]
        return [*lines, refuse]
    if name in FLAGS:
        position, must, must_not = FLAGS[name]
        lines = [_line(_LOAD, _FIRST_ARGUMENT + 8 * position)]
        lines += [_line(_ANY_BIT, must, 1, 0), refuse] if must else []
        lines += [_line(_ANY_BIT, must_not, 0, 1), refuse]
        if name in NEVER_BOTH:
            one, other = NEVER_BOTH[name]
            lines += [_line(_ANY_BIT, one, 0, 2), _line(_ANY_BIT, other, 0, 1), refuse]
        lines += [_line(_LOAD, _FIRST_ARGUMENT + 8 * position + 4), _line(_EQUALS, 0, 1, 0), refuse]
        return [*lines, allow]
    return [allow]


def _line(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)
