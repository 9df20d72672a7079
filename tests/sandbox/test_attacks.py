"""Hostile submissions, each with what it was allowed to do: the answers run in the sandbox, the asserts outside."""

# ruff: noqa: E501, F811 (programs of one line; a fixture is imported, and is an argument's name)
import ctypes
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sandboxes import answer, list_descendants, sandbox, wait_until  # noqa: F401

from autograder.answers.answer import explain
from autograder.answers.outcome import CheckFailed, CouldNotRun, Unfit, Wrong
from autograder.sandbox.inside.seccomp import build_filter
from autograder.sandbox.inside.system_calls import ARCHITECTURES, CALLS, FLAGS, VALUES
from autograder.sandbox.inside.wire import encode
from autograder.sandbox.outside import launch
from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.remote import Remote, Stopped
from autograder.sandbox.outside.session import SessionEnded

_COLUMN = list(ARCHITECTURES).index(platform.machine())
HELPERS = r'''
import ctypes, errno, os, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)

def attempt(action, *arguments):
    """"" if it went through, else why not."""
    try:
        action(*arguments)
        return ""
    except BaseException as error:
        return type(error).__name__

def refuse(result):
    """Raises OSError where a C function said that it failed."""
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")

def call(function, *arguments):
    """"" if the C function returned what means success, else the name of the error."""
    ctypes.set_errno(0)
    return "" if function(*arguments) >= 0 else errno.errorcode.get(ctypes.get_errno(), "?")
'''


@pytest.fixture
def attacker(answer):
    answer.run_cell(HELPERS, "helpers")
    return answer


def _learn(attacker, source: str):
    """The value of RESULT after the cell."""
    attacker.run_cell(source, "attack")
    return attacker.get("RESULT")


# --- Reading what is not theirs -------------------------------------------------------------------------------------


def test_files_of_this_machine(attacker, tmp_path):
    (tmp_path / "grades.csv").write_text("ada,20")
    os.chmod(tmp_path, 0o755)
    course = launch._PACKAGE.parent
    paths = ["/etc/shadow", "/etc/passwd", "/etc/hostname", str(tmp_path / "grades.csv"), __file__, str(Path.home()),
             str(course), str(course / "lessons"), str(course / "autograder/sandbox/outside/session.py"), "/home", "/var/log",
             "/opt/course/lessons", "/opt/course/autograder/answers/marking.py", "/proc/1/environ", "/proc/self/mem",
             "/sys/class", "/run", "/mnt", "/dev/kmsg", "/dev/mem", "/dev/tty", "/dev/ptmx"]  # fmt: skip
    attacker.run_cell(f"PATHS = {paths!r}", "paths")
    readable = _learn(
        attacker, "RESULT = [p for p in PATHS if os.path.isfile(p) and not attempt(lambda: open(p).read(1))]"
    )
    assert readable == []
    listed = _learn(
        attacker, "RESULT = {p: os.listdir(p) for p in PATHS if os.path.isdir(p) and not attempt(os.listdir, p)}"
    )
    listed.pop("/tmp", None)  # its own
    assert all(not set(names) - {".pyenv"} for path, names in listed.items() if path != str(course)), listed
    assert set(listed.get(str(course), [])) <= {".venv"}


def test_no_trusted_module_can_be_imported(attacker):
    names = [
        "autograder.checks",
        "autograder.answers.marking",
        "autograder.answers.exercise",
        "autograder.sandbox.outside.session",
        "autograder.notebook",
    ]
    result = _learn(attacker, f"import importlib\nRESULT = [attempt(importlib.import_module, n) for n in {names!r}]")
    assert result == ["ModuleNotFoundError"] * len(names)


def test_nothing_is_written_outside_its_own_temporary_space(attacker):
    roots = [
        "/",
        "/usr",
        "/usr/lib",
        "/opt/course",
        "/opt/course/autograder",
        "/dev",
        "/etc",
        "/proc",
        "/sys",
        sys.prefix + "/bin",
    ]
    source = f"RESULT = [p for p in {roots!r} if not attempt(lambda: open(p + '/x', 'w'))]"
    assert _learn(attacker, source) == []
    assert _learn(attacker, "RESULT = attempt(lambda: open('/opt/course/autograder/sandbox/inside/worker.py', 'a'))")


def test_a_symbolic_link_leads_nowhere_else(attacker):
    assert (
        _learn(attacker, "os.symlink('/etc/shadow', '/tmp/a')\nRESULT = attempt(open, '/tmp/a')") == "FileNotFoundError"
    )
    attacker.run_cell("os.symlink('/../../../etc', '/tmp/b')", "link")
    assert _learn(attacker, "RESULT = attempt(open, '/tmp/b/passwd')") == "FileNotFoundError"


def test_the_environment_holds_nothing_of_the_graders(attacker, monkeypatch):
    names = _learn(attacker, "RESULT = sorted(os.environ)")
    assert set(names) <= {*launch._ENVIRONMENT, "PWD", "LC_CTYPE", "COURSE_CACHE"}
    joined = _learn(attacker, "RESULT = ' '.join(sys.argv) + ' '.join(os.environ.values())")
    assert str(Path(__file__).parent) not in joined and os.environ.get("USER", "?" * 9) not in joined.split()


def test_one_open_descriptor_leads_out_and_it_is_its_own_socket(attacker):
    kinds = _learn(attacker, "import stat\nRESULT = [(fd, stat.S_IFMT(os.fstat(fd).st_mode)) for fd in range(200) "
                             "if not attempt(os.fstat, fd)]")  # fmt: skip
    assert [fd for fd, _ in kinds] == [0, 1, 2, 3]
    assert (
        _learn(attacker, "RESULT = [os.fstat(fd).st_rdev == os.stat('/dev/null').st_rdev for fd in (0, 1, 2)]")
        == [True] * 3
    )


def test_two_sessions_share_no_files_and_no_memory(sandbox, attacker):
    attacker.run_cell("open('/tmp/secret', 'w').write('42'); open('/dev/shm/secret', 'w').write('42'); "
                      "import builtins; builtins.shared = 42; sys.shared = 42", "leave")  # fmt: skip
    with sandbox.start() as other:
        other.run_cell("import os, sys, builtins\nRESULT = [os.path.exists(p) for p in ('/tmp/secret', '/dev/shm/secret')] "
                       "+ [hasattr(sys, 'shared'), hasattr(builtins, 'shared')]")  # fmt: skip
        assert other.get("RESULT") == ("value", [False] * 4)


def test_the_workers_memory_holds_no_secret(attacker):
    """Everything the collector and the frames reach: no check, no Exercise, no next nonce."""
    found = _learn(attacker, '''
import gc, inspect
frames = [frame for frame in sys._current_frames().values()]
names = set(sys.modules)
local = []
frame = inspect.currentframe()
while frame:
    local += list(frame.f_locals)
    frame = frame.f_back
kinds = {type(thing).__name__ for thing in gc.get_objects()} | {type(thing).__name__ for thing in gc.get_referrers(sys)}
RESULT = [sorted(name for name in names if name.startswith("autograder")), sorted(kinds & {"Exercise", "Check", "Question"}),
          [name for name in local if name != "check" and ("check" in name or "expected" in name)]]
''')  # fmt: skip
    modules, kinds, local = found
    around = ["autograder", "autograder.sandbox"]
    assert [name for name in modules if not name.startswith("autograder.sandbox.inside")] == around
    assert kinds == local == []


# --- Other processes ------------------------------------------------------------------------------------------------


def test_no_other_process_is_seen_or_reached(attacker):
    outside = os.getpid()
    result = _learn(attacker, f'''
RESULT = {{
    "pid": os.getpid(), "proc": os.listdir("/proc"), "parent": os.getppid(),
    "signal": attempt(os.kill, {outside}, 0), "group": [attempt(os.killpg, n, 0) for n in ({outside}, 2, 3)],
    "ptrace": call(libc.ptrace, 16, {outside}, 0, 0), "ptrace 1": call(libc.ptrace, 16, 1, 0, 0),
    "traceme": call(libc.ptrace, 0, 0, 0, 0),
    "vm_readv": call(libc.process_vm_readv, {outside}, None, 0, None, 0, 0),
    "vm_writev": call(libc.process_vm_writev, {outside}, None, 0, None, 0, 0),
    "pidfd": call(libc.syscall, 434, {outside}, 0), "mem": attempt(open, "/proc/{outside}/mem"),
    "priority": attempt(os.setpriority, os.PRIO_PROCESS, {outside}, 19),
}}''')  # fmt: skip
    assert result.pop("pid") == 1 and result.pop("parent") == 0 and result.pop("proc") == ["self"]
    assert result.pop("group") == ["ProcessLookupError"] * 3
    assert all(result.values()), result


def test_kill_everything(attacker, sandbox):
    with sandbox.start() as bystander:
        result = _learn(attacker, "RESULT = [attempt(os.kill, -1, 9), attempt(os.kill, 1, 9), attempt(os.kill, 0, 15)]")
        assert result == ["ProcessLookupError", "", ""]  # all that it can reach is itself, which ignores it
        assert bystander.run_cell("1") == ("value", None) and sandbox._process.poll() is None


_CHILDREN = {
    "fork": "os.fork()", "forkpty": "__import__('pty').fork()", "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "clone": "refuse(libc.syscall(CLONE, 17, 0, 0, 0, 0))", "clone with the memory": "refuse(libc.syscall(CLONE, 0x4100 | 17, 0, 0, 0, 0))",
    "clone with namespaces": "refuse(libc.syscall(CLONE, 0x10000 | 0x900 | 0x40000000, 0, 0, 0, 0))",
    "exec": "os.execv('/bin/true', ['true'])", "subprocess": "__import__('subprocess').run(['true'])", "system": "os.system('true') and refuse(-1)",
    "multiprocessing": "__import__('multiprocessing').Pool(2)", "a session": "os.setsid()",
}  # fmt: skip


@pytest.mark.parametrize("how", _CHILDREN)
def test_no_other_process_can_be_made(attacker, sandbox, how):
    """Nothing outlives its session, none is counted twice, nobody's rights are borrowed: there is one process."""
    before = list_descendants(sandbox)
    attacker.run_cell(f"CLONE = {CALLS['clone'][_COLUMN]}", "number")
    assert _learn(attacker, f"def make(): {_CHILDREN[how]}\nRESULT = attempt(make)") in ("OSError", "RuntimeError")
    assert list_descendants(sandbox) == before


# --- Rights ---------------------------------------------------------------------------------------------------------


def test_no_rights_and_none_to_be_had(attacker):
    result = _learn(attacker, r'''
def status():
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, data)
    return list(data)

RESULT = {
    "setuid": attempt(os.setuid, 0), "setgid": attempt(os.setgid, 0), "chroot": attempt(os.chroot, "/tmp"),
    "user namespace": call(libc.unshare, 0x10000000), "mount namespace": call(libc.unshare, 0x20000),
    "clone": call(libc.syscall, 56, 0x10000000 | 17, 0, 0, 0, 0), "setns": call(libc.setns, 0, 0),
    "mount": call(libc.mount, b"tmpfs", b"/tmp", b"tmpfs", 0, None), "umount": call(libc.umount2, b"/proc", 2),
    "pivot_root": call(libc.syscall, 155, b"/tmp", b"/tmp"), "keyctl": call(libc.syscall, 250, 0, -3, 0),
    "add_key": call(libc.syscall, 248, b"user", b"a", b"b", 1, -3), "io_uring": call(libc.syscall, 425, 1, None),
    "bpf": call(libc.syscall, 321, 0, None, 0), "perf": call(libc.syscall, 298, None, 0, -1, -1, 0),
    "userfaultfd": call(libc.syscall, 323, 0), "memfd": attempt(os.memfd_create, "a"), "shmget": call(libc.shmget, 0, 4096, 0o1600),
    "msgget": call(libc.msgget, 0, 0o1600), "clone3": call(libc.syscall, 435, None, 0), "mknod": attempt(os.mknod, "/tmp/d", 0o60600, 2049),
    "hostname": attempt(socket.sethostname, "x"), "reboot": call(libc.reboot, 0), "module": call(libc.syscall, 175, None, 0, None),
}
CAPABILITIES = status()
NO_NEW_PRIVS = libc.prctl(39, 0, 0, 0, 0)
SECCOMP = libc.prctl(21, 0, 0, 0, 0)
IDS = os.getresuid() + os.getresgid()
''') if os.uname().machine == "x86_64" else {}  # fmt: skip
    assert all(result.values()), {name for name, why in result.items() if not why}
    assert (
        attacker.get("CAPABILITIES") == [0] * 6 and attacker.get("NO_NEW_PRIVS") == 1 and attacker.get("SECCOMP") == 2
    )
    assert 0 not in attacker.get("IDS") and len(set(attacker.get("IDS"))) == 1


def test_limits_cannot_be_changed(attacker):
    """Not lowered either: a limit of 0 for dumps of memory would start the program that this machine has for them."""
    result = _learn(attacker, "import resource\nRESULT = [attempt(resource.setrlimit, k, v) for v in ((2**40, 2**40), (0, 0)) for k in "
                              "(resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)]")  # fmt: skip
    assert all(result)
    assert _learn(attacker, "RESULT = resource.getrlimit(resource.RLIMIT_CORE)") == (1, 1)


# --- What the kernel counts for the whole machine, or for all of a user's processes ------------------------------------

_COUNTED = {
    "watches of files": "refuse(libc.inotify_init1(0))", "watches of a folder": "fcntl.fcntl(os.open('/usr', os.O_RDONLY), 1026, 4)",
    "a lock on a shown file": "fcntl.flock(open(os.__file__), fcntl.LOCK_SH)",
    "a record lock on a shown file": "fcntl.lockf(open(os.__file__), fcntl.LOCK_SH)",
    "an open file's lock": "fcntl.fcntl(open(os.__file__), 37, struct.pack('hhqqi', 0, 0, 0, 0, 0))",
    "a lease on a shown file": "fcntl.fcntl(open(os.__file__), 1024, 0)", "a larger pipe": "fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)",
    "a signal from a file": "fcntl.fcntl(0, 10, 10)", "an owner of a file": "fcntl.fcntl(0, fcntl.F_SETOWN, 1)",
    "a terminal": "os.openpty()", "shared memory": "refuse(libc.shmget(0, 4096, 0o1600))", "semaphores": "refuse(libc.semget(0, 1, 0o1600))",
    "a POSIX timer": "refuse(libc.timer_create(0, None, ctypes.byref(ctypes.c_void_p())))", "memory without a file": "os.memfd_create('a')",
    "huge pages": "__import__('mmap').mmap(-1, 2 << 20, flags=0x40022)", "locked memory": "refuse(libc.mlockall(3))",
    "watches of descriptors": "__import__('select').epoll()", "an event counter": "os.eventfd(0)", "a socket": "socket.socket(socket.AF_UNIX)",
    "a pair of sockets": "socket.socketpair()", "the grader's socket": "refuse(libc.setsockopt(3, 1, 7, b'\\0\\0\\1\\0', 4))",
    "/proc/sys": "open('/proc/sys/kernel/core_pattern')", "extended attributes": "os.setxattr('/tmp', 'user.a', b'a')",
    "a processor": "os.sched_setaffinity(0, {0})", "precedence": "os.sched_setscheduler(0, 0, os.sched_param(0))", "niceness": "os.nice(1)",
}  # fmt: skip


@pytest.mark.parametrize("what", _COUNTED)
def test_nothing_that_the_whole_machine_counts_is_taken(attacker, what):
    attacker.run_cell("import fcntl", "import")
    assert _learn(attacker, f"def take(): {_COUNTED[what]}\nRESULT = attempt(take)")


def test_no_call_exists_but_those_on_the_list(attacker):
    """ENOSYS rather than EPERM or EINVAL: the kernel's own code for it was never reached."""
    allowed = [number for numbers in CALLS.values() if (number := numbers[_COLUMN]) is not None]
    allowed += [335, 336] if platform.machine() == "x86_64" else []  # the kernel's own probes: no filter sees them
    attacker.run_cell(f"OTHERS = sorted(set(range(1024)) - set({allowed}))", "numbers")
    assert (
        _learn(attacker, "RESULT = [n for n in OTHERS if call(libc.syscall, n, *[ctypes.c_long(-1)] * 6) != 'ENOSYS']")
        == []
    )


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_every_processor_has_its_own_filter(machine):
    """Every jump stays within the program, and every number of the list is in it once."""
    lines = [struct.unpack("=HBBI", line) for line in build_filter(machine)]
    assert len(lines) < 4096
    assert all(at + 1 + max(yes, no) < len(lines) for at, (code, yes, no, _) in enumerate(lines) if code & 7 == 5)
    numbers = [numbers[list(ARCHITECTURES).index(machine)] for numbers in CALLS.values()]
    assert len(set(numbers) - {None}) == len([number for number in numbers if number is not None])
    assert set(VALUES) | set(FLAGS) <= set(CALLS)


# --- The network ----------------------------------------------------------------------------------------------------


def test_no_network(attacker):
    with socket.socket() as server, socket.socket(socket.AF_UNIX) as abstract:
        server.bind(("127.0.0.1", 0))
        server.listen()
        name = f"\0grader-{os.getpid()}"
        abstract.bind(name)
        abstract.listen()
        result = _learn(attacker, f'''
import urllib.request
def connect(family, address):
    with socket.socket(family) as s:
        s.settimeout(1)
        s.connect(address)
RESULT = {{
    "loopback": attempt(connect, socket.AF_INET, ("127.0.0.1", {server.getsockname()[1]})),
    "outside": attempt(connect, socket.AF_INET, ("192.0.2.1", 80)),
    "six": attempt(connect, socket.AF_INET6, ("::1", 80)), "vsock": attempt(socket.socket, 40),
    "netlink": attempt(socket.socket, 16), "packet": attempt(socket.socket, 17), "alg": attempt(socket.socket, 38),
    "abstract": attempt(connect, socket.AF_UNIX, {name!r}), "name": attempt(socket.gethostbyname, "example.org"),
    "web": attempt(urllib.request.urlopen, "http://example.org"),
}}''')  # fmt: skip
        assert all(result.values()), result
        server.setblocking(False)
        abstract.setblocking(False)
        for listener in (server, abstract):
            with pytest.raises(BlockingIOError):
                listener.accept()


# --- Using too much -------------------------------------------------------------------------------------------------

_MEMORY = {
    "list": "x = []\nwhile True: x.append(' ' * 1_000_000 + str(len(x)))",
    "numpy": "import numpy as np\nx = [np.ones(10_000_000) for _ in range(1000)]",
    "at once": "x = bytearray(10**12)",
    "map": "import mmap\nx = []\nwhile True:\n    x.append(mmap.mmap(-1, 10**7)); x[-1].write(b'a' * 10**7)",
    "tmpfs": "f = open('/tmp/f', 'wb')\nwhile True: f.write(b'a' * 10**6)",
    "many files": "i = 0\nwhile True:\n    i += 1\n    open(f'/tmp/f{i}', 'wb').write(b'a' * 10**6)",
    "shm": "f = open('/dev/shm/f', 'wb')\nwhile True: f.write(b'a' * 10**6)",
    "sparse": "f = open('/tmp/f', 'wb')\nf.truncate(10**12)",
    "string": "x = 'a'\nwhile True: x += x",
    "integer": "x = 10 ** 10 ** 10",
    "the libraries' own": "import mmap, ctypes\nx = []\nwhile True:\n    m = mmap.mmap(-1, 10**7, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
                          "    ctypes.memset(ctypes.addressof(ctypes.c_char.from_buffer(m)), 1, 10**7); x.append(m)",
}  # fmt: skip


@pytest.mark.parametrize("how", _MEMORY)
def test_too_much_memory_or_disk(attacker, how):
    process, most, stop = attacker.session._process, [0], threading.Event()

    def watch():
        while not stop.wait(0.02):
            most[0] = max(most[0], process.measure_memory())

    thread = threading.Thread(target=watch)
    thread.start()
    with pytest.raises(CouldNotRun) as caught:
        attacker.run_cell(_MEMORY[how], "bomb")
    stop.set()
    thread.join()
    assert most[0] < 1200 << 20
    assert not isinstance(caught.value, Stopped) or caught.value.reason in ("memory", "crash")


def test_memory_that_is_taken_between_two_requests_is_seen(attacker):
    """A thread waits until the grader is busy elsewhere; the address space alone would allow it this much."""
    attacker.session._limits = Limits(memory_mb=100)
    attacker.run_cell("import threading\ndef grow():\n    global x\n    time.sleep(0.3); x = b'a' * 200_000_000\n    time.sleep(99)\n"
                      "threading.Thread(target=grow, daemon=True).start()", "grow")  # fmt: skip
    assert wait_until(lambda: attacker.session.ended, 5) and attacker.session.ended == "memory"
    with pytest.raises(Stopped, match="too much memory"):
        attacker.get("x")


@pytest.mark.parametrize("what", ["-1, 1 << 20", "os.open('/dev/zero', os.O_RDWR), 4096"])
def test_no_shared_memory_that_stays_when_hardly_anything_of_it_is_mapped(attacker, what):
    """Of 32 MB written, one page stays mapped: the kernel keeps all, and the process seems to hold 4 KB."""
    assert _learn(attacker, f"import mmap\nRESULT = attempt(lambda: mmap.mmap({what}))")
    assert _learn(
        attacker, "RESULT = attempt(lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))"
    ) == ""  # fmt: skip
    with_file = "f = open('/tmp/f', 'w+b'); f.truncate(4096); RESULT = attempt(lambda: mmap.mmap(f.fileno(), 4096))"
    assert _learn(attacker, with_file) == ""


def test_what_a_session_can_keep_in_kernel_buffers_is_little(attacker):
    """Full pipes, as many as there can be: no descriptor holds more than 64 KB, and there are no sockets."""
    held = _learn(attacker, '''
RESULT = 0
while not attempt(os.pipe):
    pass
for fd in range(4, 64):
    if not attempt(os.set_blocking, fd, False):
        while True:
            try: RESULT += os.write(fd, b"a" * 65536)
            except OSError: break
''')  # fmt: skip
    assert 0 < held <= 64 << 16


@pytest.mark.parametrize("bomb", [
    "while True:\n    try: os.fork()\n    except OSError: pass",
    "import threading\nwhile True:\n    attempt(threading.Thread(target=time.sleep, args=(99,)).start)",
    "import subprocess\nprocesses = []\nwhile True:\n    attempt(lambda: processes.append(subprocess.Popen(['sleep', '99'])))",
])  # fmt: skip
def test_bombs_of_processes_and_threads(attacker, sandbox, bomb):
    attacker.seconds, tasks = 1.5, f"/proc/{attacker.session._process._pid}/task"
    most, stop = [0], threading.Event()

    def watch():
        while not stop.wait(0.02):
            most[0] = max(most[0], len(os.listdir(tasks)) if os.path.exists(tasks) else 0)

    thread = threading.Thread(target=watch)
    thread.start()
    with pytest.raises(Stopped):
        attacker.run_cell(bomb, "bomb")
    stop.set()
    thread.join()
    assert 0 < most[0] <= 25
    with sandbox.start() as next_one:
        assert next_one.run_cell("import threading\nthreading.Thread(target=print).start()") == ("value", None)


@pytest.mark.parametrize("loop", [
    "while True: pass",
    "time.sleep(99)",
    "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
    "import signal\nfor n in range(1, 65): attempt(signal.signal, n, signal.SIG_IGN)\nwhile True: time.sleep(1)",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "import threading\nthreading.Event().wait()",
    "sum(range(10**12))",
    "import re\nre.match('(a+)+b', 'a' * 60)",
    "os.read(3, 1) and os.read(3, 10**6)",
    "import signal\nsignal.raise_signal(signal.SIGSTOP); time.sleep(99)",
])  # fmt: skip
def test_loops_end_in_time(attacker, loop):
    attacker.seconds, begun = 0.7, time.monotonic()
    with pytest.raises(Stopped) as caught:
        attacker.run_cell(loop, "loop")
    assert caught.value.reason == "time" and time.monotonic() - begun < 20


def test_processor_time_is_limited_where_wall_time_is_not(attacker):
    attacker.seconds = 50
    with pytest.raises(Stopped) as caught:
        attacker.run_cell("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass", "loop")
    assert caught.value.reason == "crash"  # of 3 s; by the clock it would be "time"


def test_a_flood_of_output_goes_nowhere(attacker):
    attacker.run_cell(
        "for _ in range(200):\n    print('x' * 10**6); sys.stderr.write('y' * 10**6); os.write(1, b'z' * 10**6)",
        "flood",
    )
    assert _learn(attacker, "RESULT = 1") == 1


def test_a_timer_set_in_one_answer_harms_this_submission_only(attacker, sandbox):
    attacker.run_cell("import signal\ndef bang(*_): raise SystemExit\nsignal.signal(signal.SIGALRM, bang)\n"
                      "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\ndef f(): return 1", "timer")  # fmt: skip
    for _ in range(20):
        try:
            assert attacker.call("f") == 1
        except CheckFailed:
            pass
    with sandbox.start() as other:
        assert other.run_cell("1") == ("value", None)


# --- Forged replies -------------------------------------------------------------------------------------------------

_FRAMES = {
    "a reply ahead": "encode((0, ('value', 42)))",
    "a reply for every small nonce": "encode((1, ('value', 42)))",
    "an object with true for a nonce": "encode((True, ('value', 42)))",
    "another shape": "encode({'value': 42})",
    "a happening that there is not": "encode((0, ('passed', 42)))",
    "a pickle": "__import__('pickle').dumps(42)",
    "nothing": "b''",
    "random": "os.urandom(1000)",
    "deep": "struct.pack('>cI', b'l', 1) * 200_000 + b'N'",
    "many": "struct.pack('>cI', b'l', 2**32 - 1) + b'N' * 10**6",
    "vast array": "struct.pack('>cBB2Q', b'a', 9, 2, 2**40, 2**40)",
}


@pytest.mark.parametrize("name", _FRAMES)
def test_a_forged_frame_ends_the_session(attacker, name):
    with pytest.raises(Stopped) as caught:
        attacker.run_cell(f"from autograder.sandbox.inside.wire import encode\nfrom autograder.sandbox.inside.frames import send_frame\n"
                          f"send_frame(3, {_FRAMES[name]})", "forge")  # fmt: skip
        attacker.get("RESULT")
    assert caught.value.reason == "forgery"


@pytest.mark.parametrize(("name", "code", "reason"), [
    ("an enormous frame is announced", "os.write(3, b'\\xff' * 4)", "forgery"),
    ("a trickle", "os.write(3, b'\\0\\1\\0\\0')\nwhile True:\n    os.write(3, b'x'); time.sleep(0.01)", "time"),
    ("a flood", "while True: os.write(3, os.urandom(10**6))", "forgery"),
    ("a frame without an end", "os.write(3, b'\\0\\0\\1\\0'); time.sleep(99)", "time"),
    ("the socket closed", "os.close(3); time.sleep(99)", "crash"),
    ("the process ended", "os._exit(0)", "crash"),
    ("an abort", "os.abort()", "crash"),
    ("a stack overflow", "sys.setrecursionlimit(10**9)\ndef f(): return f()\nctypes.string_at(0)", "crash"),
])  # fmt: skip
def test_tricks_with_the_socket(attacker, name, code, reason):
    attacker.seconds = 1.5
    with pytest.raises(Stopped) as caught:
        attacker.run_cell(code, "trick")
    assert caught.value.reason == reason


def test_many_replies_written_ahead_do_not_answer_the_next_request(attacker):
    attacker.run_cell("def f(): return 1", "cell")
    attacker.run_cell('''
from autograder.sandbox.inside.wire import encode
from autograder.sandbox.inside.frames import send_frame
import threading
def later():
    time.sleep(0.3)
    for nonce in range(100):
        send_frame(3, encode((nonce, ("value", 42))))
threading.Thread(target=later).start()
''', "thread")  # fmt: skip
    time.sleep(0.5)
    with pytest.raises(Stopped, match="not a result"):
        attacker.call("f")


def test_a_thread_that_steals_requests_still_gets_no_more_than_an_answer(attacker):
    attacker.run_cell('''
import threading
from autograder.sandbox.inside.wire import decode, encode
from autograder.sandbox.inside.frames import receive_frame, send_frame
def steal():
    while True:
        nonce, *rest = decode(receive_frame(3), request=True)
        send_frame(3, encode((nonce, ("value", "stolen"))))
threading.Thread(target=steal, daemon=True).start()
''', "thread")  # fmt: skip
    try:
        assert attacker.call("anything") in ("stolen",)
    except CheckFailed:
        pass


# --- Patched Python -------------------------------------------------------------------------------------------------

_PATCHES = {
    "builtins": "import builtins\nfor name in ('isinstance', 'type', 'len', 'repr', 'str', 'tuple', 'getattr'):\n"
                "    setattr(builtins, name, lambda *a, **k: True)",
    "numpy": "import numpy\nnumpy.asarray = numpy.array = numpy.allclose = lambda *a, **k: True",
    "os and socket": "import os, socket\nos.write = os.read = lambda *a: 1\nsocket.socket = None",
    "struct": "import struct\nstruct.pack = lambda *a: b'\\1' * 8",
    "the worker": "import autograder.sandbox.inside.worker, autograder.sandbox.inside.calling, autograder.sandbox.inside.wire\n"
                  "autograder.sandbox.inside.worker.encode = lambda *a: b'TTTT'\nautograder.sandbox.inside.calling.call_function = lambda *a: ('value', 42)\n"
                  "autograder.sandbox.inside.worker.call_function = lambda *a: ('value', 42)",
    "the drivers": "import autograder.sandbox.inside.drivers\nautograder.sandbox.inside.drivers.call_and_keep_inputs = lambda *a: 42",
    "the loop": "import sys\nframe = sys._getframe()\nwhile frame:\n    frame.f_locals.clear() if frame.f_back else 0\n    frame = frame.f_back",
    "import": "import sys, builtins\nsys.meta_path.clear(); sys.modules.clear(); builtins.__import__ = None",
    "hooks": "import sys\nsys.settrace(lambda *a: 1 / 0); sys.setprofile(lambda *a: 1 / 0); sys.excepthook = None",
    "the collector": "import gc\nfor thing in gc.get_objects():\n    if type(thing) is dict and 'decode' in thing: thing.clear()",
}  # fmt: skip


@pytest.mark.parametrize("name", _PATCHES)
def test_patched_python_forges_nothing_but_its_own_answer(attacker, sandbox, name):
    attacker.seconds = 2
    for ask in (
        lambda: attacker.run_cell("def f(x): return x\n" + _PATCHES[name], "patch"),
        lambda: attacker.call("f", 7.5),
    ):
        try:
            value = ask()
            assert value is None or type(value) in (float, int, bool, str)
        except CheckFailed:
            pass
    with sandbox.start() as next_one:
        next_one.run_cell("def f(x): return x")
        assert next_one.call("f", (7.5,)) == ("value", 7.5)


_OBJECTS = {
    "equals everything": "class E:\n    __eq__ = __le__ = __ge__ = lambda *a: True\nf = lambda: E()",
    "says it is a float": "class E:\n    __class__ = float\n    __float__ = lambda s: 1.0\nf = lambda: E()",
    "a float that equals": "class E(float):\n    __eq__ = lambda *a: True\n    __hash__ = float.__hash__\nf = lambda: E(1)",
    "an array that equals": "import numpy as np\nclass E(np.ndarray):\n    __eq__ = lambda *a: True\nf = lambda: np.zeros(3).view(E)",
    "a dict with a hostile key": "class E(str):\n    __hash__ = str.__hash__\n    __eq__ = lambda *a: True\nf = lambda: {E('a'): 1}",
    "an array of objects": "import numpy as np\nf = lambda: np.array([object()])",
    "a pickle trap": "class E:\n    def __reduce__(self): return (print, ('run',))\nf = lambda: E()",
    "a type that lies about its name": "class M(type):\n    __module__ = property(lambda s: 1/0)\n    __qualname__ = 3\n"
                                       "class E(metaclass=M): pass\nf = lambda: E()",
}  # fmt: skip


@pytest.mark.parametrize("name", _OBJECTS)
def test_objects_with_a_will_of_their_own_are_no_answer(attacker, name):
    try:
        attacker.run_cell(_OBJECTS[name], "object")
    except CouldNotRun:
        return
    try:
        value = attacker.call("f")
    except (Wrong, CouldNotRun):
        return
    assert type(value) is Unfit or encode(value), "its own type did not get through"


_EXCEPTIONS = {
    "hostile text": "class E(Exception):\n    def __str__(self): raise SystemExit\n    __repr__ = __str__",
    "text that never ends": "class E(Exception):\n    def __str__(self):\n        while True: pass",
    "text of 100 MB": "class E(Exception):\n    def __str__(self): return 'x' * 10**8",
    "a text that is no text": "class E(Exception):\n    def __str__(self): return 3",
    "no Exception": "class E(BaseException): pass",
    "the keyboard": "E = KeyboardInterrupt",
    "exit": "E = SystemExit",
    "a generator's end": "E = GeneratorExit",
    "a happening of the worker's": "from autograder.sandbox.inside.calling import _Told\ndef E(): return _Told('raised', '<script>', '\\u202e', 1, 'x')",
    "a forged sentence": "class E(Exception):\n    status = 'passed'\n    message = ('full', 'marks')\nE.__module__ = 'autograder.answers.outcome'",
    "a name that lies": "class M(type):\n    __name__ = property(lambda s: 1/0)\nclass E(Exception, metaclass=M): pass",
    "a chain": "def E():\n    e = Exception(); e.__cause__ = e; e.__context__ = e; return e",
    "a syntax error that lies": "def E(): return SyntaxError('m', ('f', 'line', 'column', 5))",
    "too deep": "def E(): return E()",
}  # fmt: skip


@pytest.mark.parametrize("name", _EXCEPTIONS)
def test_exceptions_with_a_will_of_their_own(attacker, name):
    attacker.seconds = 2
    attacker.run_cell(_EXCEPTIONS[name] + "\ndef f(): raise E()", "exception")
    with pytest.raises(CheckFailed) as caught:
        attacker.call("f")
    assert len(caught.value.message.en) < 800 and caught.value.message.zh.isprintable()


# --- Beside it, for comparison --------------------------------------------------------------------------------------


def test_the_probes_work_outside_the_sandbox():
    """The helpers do report success where there is no sandbox: the tests above cannot pass for want of trying."""
    code = HELPERS + (
        "\nassert attempt(open, '/etc/passwd') == '' and attempt(os.kill, os.getppid(), 0) == ''"
        "\nassert attempt(socket.socket, socket.AF_INET) == '' and call(libc.getpid) == '' and os.listdir('/proc')"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
    assert ctypes.CDLL(None).getpid() == os.getpid() and signal.SIGKILL == 9


def test_a_made_up_happening_is_refused():
    with pytest.raises(ValueError):
        explain(("passed", 1), "f")
    assert issubclass(Stopped, CouldNotRun) and SessionEnded("time").reason == "time" and Remote
