"""A system-call filter, installed before the learner's code; what it refuses, no lesson needs.

Namespaces already keep a session from everything outside. The filter takes away the kernel's seldom-used doors (new
namespaces, mounts, keyrings, io_uring, BPF, ptrace), memory that no limit counts (memfd, System V), and every socket
that is not a Unix socket: some families, vsock among them, ignore network namespaces.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {  # name: numbers on x86_64, aarch64 (None: it has none)
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "personality": (135, 92),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "vmsplice": (278, 75), "tee": (276, 77),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
    "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60), "modify_ldt": (154, None),
}  # fmt: skip
_CLONE, _CLONE3, _SOCKET, _SOCKETPAIR = (56, 220), (435, 435), (41, 198), (53, 199)
_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag that clone takes
_AF_UNIX = 1
_LOAD, _EQUALS, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; arguments are 8 bytes each
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def is_supported() -> bool:
    """Whether the system calls of this machine's processor are known here."""
    return platform.machine() in _AUDIT_ARCH


def install_filter(libc: ctypes.CDLL) -> None:
    """Refuse the system calls, for this process and all it will start; no_new_privs must be set. Raises OSError."""
    code = b"".join(_build(platform.machine()))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel refuses a system-call filter")


def _build(machine: str) -> list[bytes]:
    """Classic BPF instructions: code, jump if true, jump if false, operand."""
    column = list(_AUDIT_ARCH).index(machine)
    lines = [
        _line(_LOAD, _ARCH),
        _line(_EQUALS, _AUDIT_ARCH[machine], 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER),
        _line(_AT_LEAST, 0x40000000, 0, 1),  # x32, a second set of numbers on x86_64
        _line(_RETURN, _KILL),
    ]
    for numbers in _REFUSED.values():
        if numbers[column] is not None:
            lines += [_line(_EQUALS, numbers[column], 0, 1), _line(_RETURN, _ERRNO | errno.EPERM)]
    lines += [_line(_EQUALS, _CLONE3[column], 0, 1), _line(_RETURN, _ERRNO | errno.ENOSYS)]  # glibc then uses clone
    lines += [
        _line(_EQUALS, _CLONE[column], 0, 4),
        _line(_LOAD, _ARGUMENT),
        _line(_ANY_BIT, _NEW_NAMESPACES, 0, 1),
        _line(_RETURN, _ERRNO | errno.EPERM),
        _line(_RETURN, _ALLOW),
    ]
    for numbers in (_SOCKET, _SOCKETPAIR):
        lines += [
            _line(_EQUALS, numbers[column], 0, 4),
            _line(_LOAD, _ARGUMENT),
            _line(_EQUALS, _AF_UNIX, 1, 0),
            _line(_RETURN, _ERRNO | errno.EACCES),
            _line(_RETURN, _ALLOW),
        ]
    return [*lines, _line(_RETURN, _ALLOW)]


def _line(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)
