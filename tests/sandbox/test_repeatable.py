"""Chance and the clock: which of their sources give every session the same, on another day and in another process."""

import os
import time

import pytest
from sandboxes import LIMITS

from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.sandbox import Sandbox, find_launcher

COVERED = {  # what an answer may ask, and the sessions of every grading agree on
    "os.urandom": "os.urandom(8)[0]",
    "os.getrandom": "os.getrandom(8)[0]",
    "the original of os.urandom": "__import__('posix').urandom(8)[0]",
    "/dev/urandom": "open('/dev/urandom', 'rb').read(8)[0]",
    "/dev/random": "int(np.fromfile('/dev/random', np.uint8, 8)[0])",
    "random": "random.random()",
    "random.seed()": "random.seed() or random.random()",
    "random.Random()": "random.Random().random()",
    "its original": "__import__('_random').Random().random()",
    "random.SystemRandom": "random.SystemRandom().random()",
    "secrets": "secrets.randbits(60)",
    "uuid4": "uuid.uuid4().hex",
    "uuid1": "uuid.uuid1().time",
    "tempfile": "tempfile.mktemp()",
    "np.random": "np.random.rand()",
    "np.random.seed()": "np.random.seed() or np.random.rand()",
    "default_rng()": "np.random.default_rng().random()",
    "SeedSequence()": "np.random.SeedSequence().entropy % 2**60",
    "torch.seed()": "__import__('torch').seed() % 2**60",
    "a torch.Generator's own seed": "__import__('torch').Generator().seed() % 2**60",
    "hash() of a text": "hash('a')",
    "hash() of an object": "hash(object())",
    "id()": "id([1])",
    "the order of a set of objects": "[one.n for one in {Numbered(n) for n in range(20)}]",
    "an array's place": "np.empty(1000).ctypes.data",
    "the process's number": "os.getpid()",
    **{f"time.{name}": f"time.{name}()" for name in (
        "time", "time_ns", "monotonic", "perf_counter", "perf_counter_ns", "process_time", "thread_time", "ctime",
        "asctime")},
    "time.clock_gettime": "time.clock_gettime(time.CLOCK_REALTIME)",
    "time.gmtime": "list(time.gmtime())",
    "time.localtime": "list(time.localtime())",
    "time.strftime": "time.strftime('%c')",
    "datetime.now": "datetime.datetime.now().timestamp()",
    "datetime.now in UTC": "datetime.datetime.now(datetime.UTC).timestamp()",
    "datetime.today": "datetime.datetime.today().timestamp()",
    "date.today": "datetime.date.today().isoformat()",
    "pd.Timestamp.now": "__import__('pandas').Timestamp.now().timestamp()",
    "timeit": "__import__('timeit').timeit('pass', number=100)",
    "os.times": "list(os.times())",
    "resource.getrusage": "list(__import__('resource').getrusage(0)[:2])",
    "the time that a nap takes": "[time.perf_counter(), time.sleep(0.01), time.perf_counter()][2]",
}  # fmt: skip
_CELL = """
import asyncio, datetime, os, random, secrets, tempfile, time, uuid
import numpy as np

class Numbered:
    def __init__(self, n): self.n = n

def ask(sources):
    return {name: eval(source) for name, source in sources.items()}
"""


def test_every_session_of_every_grading_draws_and_reads_the_same():
    libraries = ("numpy", "pandas", "torch")
    for library in libraries:
        pytest.importorskip(library)
    seen = []
    for _ in range(2):
        with Sandbox(libraries, Limits(), find_launcher()) as sandbox:
            for _ in range(2):
                with sandbox.start() as session:
                    assert session.run_cell(_CELL) == ("value", None)
                    seen.append(session.call("ask", (COVERED,)))
    assert seen[0][0] == "value", seen[0]
    differ = {name for name in COVERED for one in seen[1:] if one[1][name] != seen[0][1][name]}
    assert not differ


def test_memory_that_an_answer_forgot_to_fill_holds_the_same():
    """What was freed there before, the grader's requests among it: their nonces are other ones only with other keys."""
    sizes, cell = [1, 64, 500, 2000, 4000, 5000, 50_000], "import zlib\nimport numpy as np\n"
    cell += "def look(sizes): return [zlib.crc32(np.empty(n).tobytes()) for n in sizes]"
    seen = {b"": set(), b"k" * 32: set()}
    for _ in range(2):
        with Sandbox(("numpy",), LIMITS, find_launcher()) as sandbox:
            for key in [*seen] * 2:
                with sandbox.start(key) as session:
                    session.run_cell(cell)
                    seen[key].add(tuple(tuple(session.call("look", (sizes,))[1]) for _ in range(3)))
    assert len(seen[b"k" * 32]) == 1 < len(seen[b""])


def test_the_clock_goes_on(sandbox_alone):
    session = sandbox_alone
    session.run_cell("import datetime, time\nfrom timeit import timeit\nbegin = time.perf_counter()\ntime.sleep(0.05)")
    session.run_cell("PASSED = time.perf_counter() - begin\nBLOCK = timeit('pass', number=10)")
    session.run_cell("later = time.time()\nwhile time.time() < later + 1: pass\nDAY = f'{datetime.datetime.now():%Y}'")
    assert 0.05 < session.get("PASSED")[1] < 0.06 and 0 < session.get("BLOCK")[1] < 0.01
    assert session.get("DAY") == ("value", "2026")


def test_moments_that_are_given_are_told_as_ever(sandbox_alone):
    session = sandbox_alone
    session.run_cell("import datetime, time\nt = time.gmtime(0)\nEARLY = [t[0], time.strftime('%Y', t), time.ctime(0), "
                     "time.asctime(t), time.localtime(0)[0], datetime.datetime.fromtimestamp(0).year]")  # fmt: skip
    assert session.get("EARLY")[1] == [1970, "1970", "Thu Jan  1 00:00:00 1970", "Thu Jan  1 00:00:00 1970", 1970, 1970]


def test_naps_on_the_loop_end(sandbox_alone):
    """Whoever awaits sees the same order each time, and is not kept for ever."""
    session, begun = sandbox_alone, time.monotonic()
    session.run_cell("import asyncio\nORDER = []\nasync def nap(s):\n    await asyncio.sleep(s)\n    ORDER.append(s)\n"
                     "await asyncio.gather(nap(0.3), nap(0.1), nap(0.2))")  # fmt: skip
    assert session.get("ORDER") == ("value", [0.1, 0.2, 0.3]) and time.monotonic() - begun < 5


def test_the_devices_of_a_session_can_be_read_only_and_change_nothing_outside(sandbox_alone):
    session = sandbox_alone
    session.run_cell("def write(path):\n    try:\n        return open(path, 'r+b').write(b'0')\n"
                     "    except OSError as error:\n        return type(error).__name__")  # fmt: skip
    assert [session.call("write", (path,))[1] for path in ("/dev/urandom", "/dev/random")] == ["OSError"] * 2
    assert os.path.exists("/dev/urandom") and os.urandom(8) != os.urandom(8)


@pytest.fixture
def sandbox_alone():
    with Sandbox(("numpy",), LIMITS, find_launcher()) as sandbox, sandbox.start() as session:
        yield session
