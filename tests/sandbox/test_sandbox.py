"""The sandbox at work: cells and calls, sentences, limits of time, isolation of sessions, restart, an ordinary user."""

# ruff: noqa: F811 (a fixture is imported, and is an argument's name)
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sandboxes import LIMITS, answer, as_ordinary_user, list_descendants, sandbox, wait_until  # noqa: F401

from autograder.answers.answer import Learner, Local
from autograder.answers.outcome import CheckFailed, CouldNotRun, NotAttempted, Unfit
from autograder.sandbox.inside import drivers
from autograder.sandbox.outside import launch, session
from autograder.sandbox.outside.errors import SandboxError, SandboxUnavailable
from autograder.sandbox.outside.launch import Bubblewrap, Container, Unconfined
from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.remote import Remote, Stopped
from autograder.sandbox.outside.sandbox import Sandbox, find_launcher

_CELL = """
import numpy as np

def double(x):
    return 2 * x

def hole(x):
    raise NotImplementedError("q1: write it")

def slip(x):
    y = x[99]
    return y

def gives(kind):
    return {"set": {1}, "none": None, "many": [0] * 300_000, "wide": np.longdouble(2), "text": "a\\ud800b",
            "dict": {"a": (1, [True])}, "complex": 1j, "scalar": np.float32(0.5)}[kind]

def apply(function, x):
    return function(double, x)

class Value:
    def __init__(self, data):
        self.data = data

BLANK = ...
NUMBER = 3
"""


def test_the_notebook_and_the_sandbox_say_the_same(answer):
    local_namespace = {"__name__": "__main__"}
    exec(compile(_CELL, "<cell>", "exec"), local_namespace)
    import linecache

    linecache.cache["<cell>"] = (len(_CELL), None, _CELL.splitlines(keepends=True), "<cell>")
    local = Local(local_namespace)
    answer.run_cell(_CELL, "cell")
    x = np.arange(3.0)
    for ask in [
        lambda a: a.call("double", x), lambda a: a.call("double", 3), lambda a: a.call("double", x=np.float32(3)),
        lambda a: a.call("hole", 1), lambda a: a.call("slip", [1]), lambda a: a.call("slip"), lambda a: a.call("BLANK"),
        lambda a: a.call("NUMBER"), lambda a: a.call("missing"), lambda a: a.get("missing"), lambda a: a.get("BLANK"),
        lambda a: a.get("NUMBER"), lambda a: a.get("double"), lambda a: a.get("Value"),
        lambda a: a.call(drivers.call_and_keep_inputs, Learner("double"), x),
        lambda a: a.call(drivers.call_and_keep_inputs, Learner("nothing"), x),
        lambda a: a.call("apply", drivers.call_and_keep_inputs, 2),
        *[lambda a, k=kind: a.call("gives", k) for kind in ("set", "none", "wide", "dict", "complex", "scalar")],
    ]:  # fmt: skip
        assert _outcome(ask, answer) == _outcome(ask, local)
    assert "line 11" in _outcome(lambda a: a.call("slip", [1]), answer)[1].en
    assert answer.call("gives", "text") == "a?b"
    many = answer.call("gives", "many")
    assert type(many) is Unfit and many.kind == ""


def _outcome(ask, answer):
    try:
        value = ask(answer)
        return type(value), value.tolist() if isinstance(value, np.ndarray) else repr(value)
    except CheckFailed as error:
        return type(error), error.message


def test_cells_run_as_in_a_notebook(answer):
    answer.run_cell(
        "%matplotlib inline\n!ls\nx = 1\nfor i in range(2):\n    %time\n    x += 1\nx?\ny = !pwd\n", "magics"
    )
    answer.run_cell("%%time\nz = x + 1\ndisplay(z)\nget_ipython().run_line_magic('a', 'b')", "cell magic")
    answer.run_cell(
        '"""\n%d\n"""\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    a: int\nok = P(1) == P(1)', "c"
    )
    assert (answer.get("x"), answer.get("z"), answer.get("ok"), answer.get("__name__")) == (3, 4, True, "__main__")
    for source, words in [("a = (", "SyntaxError"), ("1 / 0", "in line 1 of the cell: `1 / 0`"), ("nope", "NameError"),
                          ("raise SystemExit(3)", "SystemExit: 3"), ("x = 1\n  y = 2", "Indentation")]:  # fmt: skip
        with pytest.raises(CouldNotRun, match=words):
            answer.run_cell(source, "cell")
    with pytest.raises(NotAttempted):
        answer.run_cell("raise NotImplementedError('q3: this')", "cell")


def test_a_request_for_what_cannot_be_sent_is_the_checks_fault_and_leaves_the_session(answer):
    answer.run_cell("def f(x): return x", "cell")
    with pytest.raises(Exception, match="cannot be sent"):
        answer.call("f", object())
    assert answer.call("f", 1) == 1


def test_random_numbers_are_the_same_in_every_session(sandbox):
    draws = []
    for _ in range(2):
        with sandbox.start() as session:
            session.run_cell("import random, numpy as np\nA = [random.random(), np.random.rand(), hash('a')]")
            draws.append(session.get("A"))
    assert draws[0] == draws[1]


@pytest.mark.parametrize(("body", "reason"), [("while True: pass", "time"), ("import time; time.sleep(99)", "time"),
                                              ("import os; os._exit(0)", "crash"),
                                              ("import ctypes; ctypes.string_at(0)", "crash")])  # fmt: skip
def test_what_ends_a_session_costs_that_session_and_says_so(sandbox, body, reason):
    with sandbox.start() as session:
        answer = Remote(session, seconds=1)
        answer.run_cell(f"def f():\n    {body}", "cell")
        begun = time.monotonic()
        with pytest.raises(Stopped) as caught:
            answer.call("f")
        assert time.monotonic() - begun < 20
        assert caught.value.reason == reason == session.ended and "`f`" in caught.value.message.zh
        with pytest.raises(Stopped):
            answer.get("f")
    with sandbox.start() as session:
        assert session.run_cell("1") == ("value", None)


@pytest.fixture
def crowded(answer, monkeypatch):
    """An answer whose process shares one processor with three that never rest; it has one second."""
    processor, pid = min(os.sched_getaffinity(0)), answer.session._process._pid
    loop = f"import os\nos.sched_setaffinity(0, {{{processor}}})\nwhile True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(3)]
    os.sched_setaffinity(pid, {processor})
    answer.seconds = 1.0
    monkeypatch.setattr(session, "_MOST_WALL", 20.0)  # other tests may crowd this machine, too
    yield answer
    for process in busy:
        process.kill()
        process.wait()


_REAL = "from autograder.sandbox.inside.drivers.calls import process_time"  # the learner's clock is none


def test_who_waits_for_a_processor_is_not_charged_for_it(crowded):
    """0.8 s of work, which takes 1.6 s and more here."""
    begun = time.monotonic()
    crowded.run_cell(f"{_REAL}\nend = process_time() + 0.8\nwhile process_time() < end: pass", "work")
    assert time.monotonic() - begun > 1.0, "nobody else was busy: this test shows nothing"


@pytest.mark.parametrize(("computed", "waited", "starved"), [
    (1.0, 0.0, False),  # it computed all the time
    (0.0, 0.0, False),  # it slept
    (1.0, 0.9, False),  # its own threads filled the line in which it stood
    (0.1, 0.9, True),
])  # fmt: skip
def test_what_a_request_is_charged(computed, waited, starved):
    """Shares of the time on the clock: what all threads computed, what the first one stood in line."""

    class Played:
        def measure_time(self):
            return computed * time.monotonic(), waited * time.monotonic()

    begun, clock = time.monotonic(), session._Clock(Played(), 0.2)
    while time.monotonic() < begun + 0.5:
        try:
            clock.look()
        except TimeoutError:
            break
        time.sleep(0.01)
    assert clock.starved == starved and (time.monotonic() - begun > 0.45) == starved


def test_who_hardly_gets_a_processor_is_starved(answer, monkeypatch):
    """Stopped at last all the same; whoever grades may try again."""
    monkeypatch.setattr(type(answer.session._process), "measure_time", lambda self: (0.0, time.monotonic()))
    answer.seconds, begun = 0.3, time.monotonic()
    with pytest.raises(Stopped) as caught:
        answer.run_cell("while True: pass", "loop")
    assert caught.value.reason == "time" and answer.session.starved
    assert 1.0 < time.monotonic() - begun < 10


def test_the_graders_own_limit_of_memory_is_not_the_sandboxs(tmp_path):
    """A lane lives with a limit; what asks for all there is meets MemoryError; no session inherits it."""
    script = tmp_path / "lane.py"
    script.write_text(
        "import numpy as np\nfrom autograder.grading.lanes import _limit_memory\nfrom sandboxes import *\n"
        "_limit_memory(1 << 30)\n"
        "try: np.asarray(['a' * 4_000_000] + ['b'] * 1000)\nexcept MemoryError: print('refused')\n"
        "with Sandbox((), LIMITS, find_launcher()) as s, s.start() as session:\n"
        "    session.run_cell('import resource; R = resource.getrlimit(resource.RLIMIT_DATA)')\n"
        "    print(len(set(session.get('R')[1])))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.split() == ["refused", "1"], done.stderr


_IMPORTED = """import sys

def list_modules():
    return sorted(sys.modules)

def scale(x):
    return np.float64(2) * np.sum(x)
"""


def test_what_every_answer_needs_is_imported_before_the_session(answer):
    """The first NumPy scalar and the first driver each cost a session 10 to 20 ms."""
    answer.run_cell("import numpy as np\n" + _IMPORTED, "cell")
    before = answer.call("list_modules")
    assert answer.call(drivers.call_and_keep_inputs, Learner("scale"), np.ones(2))["result"] == 4
    assert answer.call("list_modules") == before


def test_a_session_has_a_time_in_all():
    with Sandbox((), Limits(session_seconds=1.5), find_launcher()) as short, short.start() as session:
        with pytest.raises(Stopped, match="all answers together"):
            Remote(session, 30).run_cell("import time; time.sleep(20)", "cell")


def test_sessions_run_side_by_side(sandbox):
    done = []

    def work(number):
        with sandbox.start() as session:
            session.run_cell(f"open('/tmp/mine', 'x').write('{number}')")
            session.run_cell("import os; A = open('/tmp/mine').read(), sorted(set(os.listdir('/tmp')) - {'.shm'})")
            done.append(session.get("A")[1][0] == str(number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 6


def test_a_session_that_says_hello_before_we_listen_is_met_all_the_same(sandbox, monkeypatch):
    """What a busy machine does now and then, on purpose: its process number came out as 0, and the worker was ended."""
    worker, meet = sandbox._process, Sandbox._meet
    monkeypatch.setattr(Sandbox, "_meet", lambda *ours: time.sleep(0.5) or meet(*ours))
    with sandbox.start() as session:
        assert session.run_cell("1") == ("value", None)
    assert sandbox._process is worker, "the worker was restarted"


def test_a_thousand_sessions_start_beside_two_busy_processes(sandbox):
    worker, busy = sandbox._process, [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]

    def start(_):
        with sandbox.start() as session:
            return session.run_cell("1")

    try:
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(start, range(1000)))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert said == [("value", None)] * 1000
    assert sandbox._process is worker, "the worker was restarted"


def test_a_dead_worker_is_started_again(sandbox):
    with sandbox.start() as session:
        for pid in list_descendants(sandbox):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        with pytest.raises(Stopped):
            Remote(session).run_cell("1", "cell")
    with sandbox.start() as session:
        assert session.run_cell("1") == ("value", None)


def test_closing_leaves_no_process():
    with Sandbox((), LIMITS, find_launcher()) as short:
        session = short.start()
        session.run_cell("import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()")
        pids = list_descendants(short)
        assert len(pids) >= 3
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    session.close()


def test_the_death_of_the_grader_ends_the_sandbox(tmp_path):
    script = tmp_path / "grader.py"
    script.write_text(
        "import sys, time\nfrom sandboxes import *\n"
        "with Sandbox((), LIMITS, find_launcher()) as s, s.start() as session:\n"
        "    session.run_cell('import threading, time\\nthreading.Thread(target=time.sleep, args=(99,)).start()')\n"
        "    print(*list_descendants(s), flush=True)\n    time.sleep(99)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    grader = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    pids = grader.stdout.readline().split()
    grader.kill()
    grader.communicate()
    assert len(pids) >= 3 and wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_library_that_is_missing_is_named():
    with pytest.raises(SandboxError, match="no_such_library"), Sandbox(("no_such_library",), launcher=find_launcher()):
        pass


def test_no_sandbox_no_grading(monkeypatch):
    monkeypatch.setattr(launch.shutil, "which", lambda name: None)
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap"):
        find_launcher()
    with pytest.raises(SandboxUnavailable, match="docker") as caught:
        find_launcher(image="python:3.12")
    macos = next(way for way in re.split(r"\n  (?=\d\. )", str(caught.value)) if "macOS" in way)
    assert "docker build" in macos and "--container" in macos and "\\nRUN pip install" in macos


def test_where_namespaces_are_forbidden_the_reason_and_the_ways_out_are_named(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(launch.shutil, "which", lambda name: str(broken))
    with pytest.raises(SandboxUnavailable, match="(?s)uid map: Permission denied.*apparmor_restrict"):
        find_launcher()


def test_unconfined_runs_the_same_protocol():
    with Sandbox((), LIMITS, Unconfined()) as plain, plain.start() as session:
        answer = Remote(session, 1)
        answer.run_cell(_CELL, "cell")
        assert answer.call("double", 4) == 8
        with pytest.raises(Stopped):
            answer.run_cell("while True: pass", "cell")


def test_a_container_is_asked_for_the_same_limits(monkeypatch):
    monkeypatch.setattr(launch.shutil, "which", lambda name: f"/usr/bin/{name}")
    command = Container("image:1", "podman").command(("torch",), LIMITS, (), "s1")
    for option in ("--network=none", "--read-only", "--cap-drop=ALL", "--pids-limit=24", "--user=65533:65533"):
        assert option in command
    assert not any("checks" in word or "marking" in word for word in command)


def test_a_container_session_speaks_on_its_standard_input_and_output(monkeypatch, tmp_path):
    """The engine's part is played by a script that drops the engine's options and starts the worker."""
    engine = tmp_path / "podman"
    engine.write_text(
        f"#!{sys.executable}\nimport os, sys\nsys.argv[1] == 'run' or sys.exit()\n"
        f"at = sys.argv.index('image') + 2\nwords = [w.replace({launch.INSIDE!r}, {str(launch._PACKAGE.parent)!r}) "
        f"for w in sys.argv[at:]]\nos.execv({sys.executable!r}, ['python', *words])\n"
    )
    engine.chmod(0o755)
    launcher = Container("image", str(engine))
    with Sandbox((), LIMITS, launcher) as contained, contained.start() as session:
        answer = Remote(session, 5)
        answer.run_cell(_CELL + "\nprint('noise')", "cell")
        assert answer.call("double", 4) == 8


def test_the_command_line_shows_nothing_of_the_course_but_the_worker():
    command = Bubblewrap().command((), LIMITS, (), 9)
    shown = [command[at + 1] for at, word in enumerate(command) if word == "--ro-bind"]
    course = launch._PACKAGE.parent
    paths = [Path(path) for path in shown if not Path(path).is_relative_to(sys.prefix)]  # .venv may lie in the course
    inside = {str(path.relative_to(course)) for path in paths if path.is_relative_to(course)}
    assert inside == {"autograder/sandbox/inside", "course_utils", "course_data"}


def test_a_course_below_a_folder_that_is_shown_is_hidden(monkeypatch):
    monkeypatch.setattr(launch, "_PACKAGE", Path("/usr/share/course/autograder"))
    monkeypatch.setattr(launch.sys, "prefix", "/usr/share/course/.venv")
    options = launch._View(None).options
    assert options[options.index("/usr/share/course") - 1] == "--tmpfs"


@pytest.mark.skipif(os.geteuid() != 0, reason="root runs these tests again as another user")
def test_all_of_this_as_an_ordinary_user():
    here = Path(__file__).parent
    environment = {**os.environ, "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": ""}
    environment["PYTHONPATH"] = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    tests = [str(here / "test_sandbox.py"), str(here / "test_attacks.py")]
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        os.chmod(folder, 0o777)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "-W", "error",
                   f"--basetemp={folder}/tests", f"--rootdir={here}", *tests]  # fmt: skip
        done = subprocess.run(as_ordinary_user(command), env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-5000:] + done.stderr[-2000:]


def test_torch_works_in_a_session():
    """Matrix products, gradients and a training loop in a forked child: no thread pool that the fork has lost."""
    pytest.importorskip("torch")
    begun = time.monotonic()
    with Sandbox(("torch",), Limits(), find_launcher()) as sandbox:
        assert time.monotonic() - begun < 60
        for _ in range(2):
            with sandbox.start() as session:
                answer = Remote(session, 20)
                answer.run_cell(_TRAINING, "training")
                assert answer.get("PRODUCT") < 1e-2 and answer.get("SLOPE") == 4.0 and answer.get("FALL") < 0.5
                assert answer.get("THREADS") == 1
                assert np.array_equal(answer.call("as_tensor", np.arange(3.0)), [0, 1, 2])


_TRAINING = """
import numpy as np, torch
from torch import nn
A = torch.randn(400, 400)
PRODUCT = float((A @ A - torch.from_numpy(A.numpy() @ A.numpy())).abs().max())
x = torch.tensor(2.0, requires_grad=True)
(x ** 2).backward()
SLOPE = x.grad.item()
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
optimizer = torch.optim.Adam(model.parameters(), 1e-2)
images, labels = torch.randn(64, 1, 8, 8), torch.arange(64) % 10
losses = []
for _ in range(40):
    loss = nn.functional.cross_entropy(model(images), labels)
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    losses.append(loss.item())
FALL, THREADS = losses[-1] / losses[0], torch.get_num_threads()

def as_tensor(x):
    return torch.from_numpy(x).requires_grad_()
"""


def test_keras_works_in_a_session():
    pytest.importorskip("tensorflow")
    with Sandbox(("tensorflow", "keras"), Limits(), find_launcher()) as sandbox, sandbox.start() as session:
        answer = Remote(session, 60)
        answer.run_cell(_KERAS, "keras")
        assert np.array_equal(answer.call("as_tensor", [1.0, 2.0]), [1, 2]) and answer.get("FALL") < 1


_KERAS = """
import keras, numpy as np, tensorflow as tf
model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
x = np.ones((64, 4), "float32")
losses = model.fit(x, x.sum(1), epochs=3, verbose=0).history["loss"]
FALL = losses[-1] / losses[0]

def as_tensor(x):
    return tf.constant(x)
"""
