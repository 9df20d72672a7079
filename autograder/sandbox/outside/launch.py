"""The command lines that start the worker, in bubblewrap, in a container, or without any sandbox."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox.outside.errors import SandboxUnavailable
from autograder.sandbox.outside.limits import Limits

INSIDE = "/opt/course"  # where the sandbox sees the files below
_PACKAGE = Path(__file__).resolve().parents[2]  # autograder/
_UNTRUSTED = _PACKAGE / "sandbox" / "inside"  # shown there; of the rest of this package nothing is
_LIBRARIES = ("course_utils", "course_data")  # the course's own, which answers may import like any other
_START = """import sys
sys.path[:0] = [{!r}]
sys.path += [folder for folder in {!r} if folder not in sys.path]
from autograder.sandbox.inside.start import start
start()"""
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp", "USER": "learner", "LOGNAME": "learner",
    "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "COURSE_OFFLINE": "1",
}  # fmt: skip
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/sys/devices/system/cpu")
_PYTHON_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")
_DEVICES = ("null", "full", "random", "urandom")  # not "zero": mapped, it is shared memory that nothing counts


@dataclass(frozen=True)
class Bubblewrap:
    """bwrap: nothing of this machine but what Python needs, read-only; for root, too, an unprivileged user inside."""

    data: Path | None = None  # a folder of data that answers may read
    confined = True

    def command(self, libraries: tuple[str, ...], limits: Limits, given: tuple[str, ...], control: int) -> list[str]:
        """The command that starts a zygote. Raises SandboxUnavailable where bwrap is missing."""
        if not (bwrap := shutil.which("bwrap")):
            raise SandboxUnavailable("`bwrap` is not installed; on Debian and Ubuntu: `sudo apt install bubblewrap`")
        is_root, view = os.geteuid() == 0, _View(self.data)
        options = ["--unshare-user", "--unshare-cgroup-try"] if not is_root else []
        options += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--hostname", "sandbox"]
        options += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
        if is_root:  # the worker's first act is to become a user without a name
            options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        for name, value in _environment(self.data).items():
            options += ["--setenv", name, value]
        uid = _free_id() if is_root else 0
        settings = {"control": control, "confined": True, "uid": uid, "kept": view.below_tmp}
        worker = _worker_command(libraries, limits, given, **settings)
        return [bwrap, *options, *view.options, "--chdir", "/", "--", *worker]


@dataclass(frozen=True)
class Unconfined:
    """No sandbox: the learner's code runs as this user and can read, change and send whatever this user can."""

    confined = False

    def command(self, libraries: tuple[str, ...], limits: Limits, given: tuple[str, ...], control: int) -> list[str]:
        settings = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
        options = {"control": control, "confined": False, "uid": 0}
        worker = _worker_command(libraries, limits, given, str(_PACKAGE.parent), **options)
        return ["/usr/bin/env", "-i", *settings, *worker]


@dataclass(frozen=True)
class Container:
    """docker or podman: one container a session, from an image that has Python and the libraries.

    Its /dev/urandom is the machine's, and its addresses too, unless the engine allows personality(2).
    """

    image: str
    engine: str = "docker"
    confined = True

    def command(self, libraries: tuple[str, ...], limits: Limits, given: tuple[str, ...], name: str) -> list[str]:
        """The command that starts one session, called `name`, on its standard input and output."""
        if not shutil.which(self.engine):
            raise SandboxUnavailable(f"`{self.engine}` is not installed")
        options = ["--rm", "--interactive", "--name", name, "--network=none", "--read-only", "--cap-drop=ALL"]
        options += ["--security-opt=no-new-privileges", "--user=65533:65533", "--hostname=sandbox", "--ipc=private"]
        options += [f"--memory={limits.memory_mb + 2048}m", f"--memory-swap={limits.memory_mb + 2048}m"]
        options += [f"--pids-limit={limits.processes}", f"--tmpfs=/tmp:size={limits.scratch_mb}m,noexec,nosuid,nodev"]
        options += ["--volume", f"{_UNTRUSTED}:{INSIDE}/autograder/sandbox/inside:ro"]
        for library in filter(Path.is_dir, (_PACKAGE.parent / name for name in _LIBRARIES)):
            options += ["--volume", f"{library}:{INSIDE}/{library.name}:ro"]
        for variable, value in _ENVIRONMENT.items():
            options += ["--env", f"{variable}={value}"]
        worker = _worker_command(libraries, limits, given, site=[])
        return [self.engine, "run", *options, self.image, "python", *worker[1:]]

    def kill_command(self, name: str) -> list[str]:
        return [self.engine, "kill", name]


class _View:
    """What of this machine bubblewrap shows, as its options."""

    def __init__(self, data: Path | None):
        self.options = ["--perms", "1777", "--size", str(16 << 20), "--tmpfs", "/tmp"]  # sessions cover it
        self.below_tmp: list[str] = []  # shown folders that an own /tmp would hide
        self._shown: list[Path] = []
        self._show(Path("/usr"))
        for link in filter(os.path.lexists, _SYSTEM_LINKS):
            if os.path.islink(link):
                self.options += ["--symlink", os.readlink(link), link]
            else:
                self._show(Path(link))
        for file in filter(os.path.exists, _SYSTEM_FILES):
            self._show(Path(file))
        self._hide_course()
        for folder in _python_folders():
            self._show(folder)
        for folder in _site_folders():  # an installed copy of this package, with its checks
            if (installed := Path(folder, "autograder")).is_dir():
                self.options += ["--tmpfs", str(installed)]
        self._show(_UNTRUSTED, Path(INSIDE, "autograder", "sandbox", "inside"))
        for library in _LIBRARIES:
            if (folder := _PACKAGE.parent / library).is_dir():
                self._show(folder, Path(INSIDE, library))
        if data:
            self._show(data.resolve())
        self.options += ["--proc", "/proc", "--tmpfs", "/dev", "--dir", "/dev/shm"]
        for device in _DEVICES:
            self.options += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
        self.options += ["--dir", "/scratch", "--remount-ro", "/dev", "--remount-ro", "/"]

    def _show(self, source: Path, target: Path | None = None) -> None:
        target = target or source
        if any(target.is_relative_to(shown) for shown in self._shown):
            return
        for parent in reversed(target.parents[:-1]):  # made with the mode that lets the unprivileged user through
            if not any(parent.is_relative_to(shown) for shown in self._shown):
                self.options += ["--dir", str(parent)]
        self.options += ["--ro-bind", str(source), str(target)]
        self._shown.append(target)
        if target.is_relative_to("/tmp"):
            self.below_tmp.append(str(target))

    def _hide_course(self) -> None:
        """The course's own folder, with checks and solutions, where it lies below a folder that is shown."""
        course = _PACKAGE.parent
        if any(course.is_relative_to(shown) for shown in self._shown) and course.name not in _SITE_NAMES:
            self.options += ["--tmpfs", str(course)]
            self._shown = [shown for shown in self._shown if not course.is_relative_to(shown)]


_SITE_NAMES = ("site-packages", "dist-packages")


def _python_folders() -> list[Path]:
    """Of each Python prefix only what Python needs: people keep their work beside it."""
    prefixes = [Path(prefix) for prefix in dict.fromkeys([sys.prefix, sys.base_prefix, sys.exec_prefix])]
    prefixes += [prefix.resolve() for prefix in prefixes if prefix.resolve() not in prefixes]
    parts = [prefix / part for prefix in prefixes for part in _PYTHON_PARTS]
    return [part for part in [*parts, *map(Path, _site_folders())] if part.exists()]


def _site_folders() -> list[str]:
    return [folder for folder in sys.path if Path(folder).name in _SITE_NAMES and Path(folder).is_dir()]


def _worker_command(
    libraries: tuple, limits: Limits, given: tuple, folder: str = INSIDE, site: list | None = None, **options
) -> list[str]:
    settings = json.dumps({"libraries": libraries, "limits": asdict(limits), "given": given, **options})
    start = _START.format(folder, _site_folders() if site is None else site)
    return [sys.executable, "-s", "-P", "-B", "-c", start, settings]


def _environment(data: Path | None) -> dict[str, str]:
    return {**_ENVIRONMENT, **({"COURSE_CACHE": str(data.resolve())} if data else {})}


def _free_id() -> int:
    """A user number that nobody has and that owns no file."""
    taken = {user.pw_uid for user in pwd.getpwall()}
    return next(number for number in range(65533, 65519, -1) if number not in taken)
