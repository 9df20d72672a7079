"""How a session locks itself in before it runs the learner's code; nothing in here can be undone.

Each step needs the ones before it: `drop_root` (the worker, once), then for each session `enter_namespaces`, a fork
(the child is process 1 of its own process namespace: when it dies, all it started dies), `hide_files`,
`limit_resources`, `give_up_rights`, `forgo_calls`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import socket
import sys
from pathlib import Path

from autograder.sandbox.inside.seccomp import install_filter

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_USER, _NEW_MOUNT, _NEW_PID, _NEW_NET, _NEW_IPC, _NEW_UTS = 1 << 28, 1 << 17, 1 << 29, 1 << 30, 1 << 27, 1 << 26
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _MOVE, _REC, _PRIVATE = 4096, 8192, 16384, 1 << 18
_SET_DUMPABLE, _CAPBSET_DROP, _NO_NEW_PRIVS, _CAP_AMBIENT, _CLEAR_ALL = 4, 24, 38, 47, 4
_CAPABILITIES = 64
_ID = 1000  # the learner's user and group inside
MB = 1 << 20
RANDOM = "/tmp/random"  # of the zygote: what is drawn from the devices in the sessions


def drop_root(uid: int) -> None:
    """From root to an unprivileged user and group without a name."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _call(_LIBC.prctl, _SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self stays root's, and no user namespace can be set up


def lift_limits() -> None:
    """As much memory as this machine allows: the grader limits its own more tightly."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def enter_namespaces() -> None:
    """Own users, mounts, network, IPC, host name; the next fork is the first of its own processes. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    _call(_LIBC.unshare, _NEW_USER | _NEW_MOUNT | _NEW_PID | _NEW_NET | _NEW_IPC | _NEW_UTS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_ID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_ID} {gid} 1")
    Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, the kernel ends a session first
    with contextlib.suppress(OSError):  # the system-call filter refuses user namespaces too
        Path("/proc/sys/user/max_user_namespaces").write_text("0")


def hide_files(scratch_mb: int, kept: list[str]) -> None:
    """An own, small /tmp and /dev/shm, a /proc that tells nothing. `kept`: what below /tmp stays. Raises OSError."""
    _mount(None, "/", None, _REC | _PRIVATE)
    for device in ("/dev/random", "/dev/urandom"):
        _mount(RANDOM, device, None, _BIND)
        _mount(None, device, None, _BIND | _REMOUNT | _RDONLY | _NOSUID | _NODEV)
    _mount("tmpfs", "/scratch", "tmpfs", _NOSUID | _NODEV | _NOEXEC, f"size={scratch_mb}m,nr_inodes=10000,mode=755")
    os.mkdir("/scratch/.shm")
    _mount("/scratch/.shm", "/dev/shm", None, _BIND)
    for path in kept:
        inside = Path("/scratch" + path.removeprefix("/tmp"))
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.mkdir() if os.path.isdir(path) else inside.touch()
        _mount(path, str(inside), None, _BIND | _REC)
    _mount("/scratch", "/tmp", None, _MOVE)
    _mount("tmpfs", "/proc", "tmpfs", _NOSUID | _NODEV | _NOEXEC, "size=16k")
    os.mkdir("/proc/self")
    os.symlink(sys.executable, "/proc/self/exe")  # TensorFlow ends the process where it finds neither this
    Path("/proc/self/cmdline").write_text("python\0")  # nor this
    Path("/proc/self/maps").touch()  # scikit-learn looks in it for thread pools
    _mount(None, "/proc", None, _REMOUNT | _RDONLY | _NOSUID | _NODEV | _NOEXEC)
    socket.sethostname("sandbox")


def limit_resources(limits: dict, mapped: int) -> None:
    """Hard limits for this process and each that it starts; `mapped` bytes of address space are taken already."""
    for kind, value in {
        resource.RLIMIT_AS: mapped + limits["memory_mb"] * MB,
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_FSIZE: limits["scratch_mb"] * MB,
        resource.RLIMIT_CORE: 1,  # to a program that takes dumps, 0 means as large as it likes, 1 none
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 256,
    }.items():
        resource.setrlimit(kind, (value, value))


def give_up_rights() -> None:
    """No capability. Raises OSError."""
    for capability in range(_CAPABILITIES):
        if _LIBC.prctl(_CAPBSET_DROP, capability, 0, 0, 0):
            break  # past the kernel's last one
    _call(_LIBC.prctl, _CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _call(_LIBC.capset, header, nothing)


def forgo_calls() -> None:
    """Few system calls from now on, and no rights to be had by running a program. Raises OSError."""
    _call(_LIBC.prctl, _NO_NEW_PRIVS, 1, 0, 0, 0)
    install_filter(_LIBC)


def count_mapped() -> int:
    """Bytes of this process's address space."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [text.encode() if text else None for text in (source, target, kind)]
    _call(_LIBC.mount, *encoded, ctypes.c_ulong(flags), options.encode() if options else None)


def _call(function, *arguments) -> None:
    if function(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")
