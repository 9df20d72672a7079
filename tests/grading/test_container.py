"""Grading by --container, with a stand-in for the engine: bubblewrap mounts what docker is asked to, and starts it."""

import os
import sys
from dataclasses import replace

from classes import NAME, hand_in, solved

from autograder.grading.grader import Grader
from autograder.grading.setting import Setting
from autograder.sandbox.outside.limits import Limits

_ENGINE = f"""#!{sys.executable}
import os, sys
if sys.argv[1] != "run":
    sys.exit(0)
at = sys.argv.index("image")
options, words = sys.argv[2:at], sys.argv[at + 2 :]
shown = ["/usr", "/bin", "/lib", "/lib64", "/etc", {sys.prefix!r}, {sys.base_prefix!r}]
command = ["bwrap", "--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--unshare-net"]
command += ["--die-with-parent", "--clearenv", "--chdir", "/"]
for folder in filter(os.path.exists, shown):
    command += ["--ro-bind", folder, folder]
for option, value in zip(options, options[1:]):
    if option == "--volume":
        command += ["--ro-bind", *value.removesuffix(":ro").split(":")]
    if option == "--env":
        command += ["--setenv", *value.split("=", 1)]
site = [folder for folder in {sys.path!r} if folder.endswith("site-packages")]
words[words.index("-c") + 1] = f"import sys; sys.path += {{site}}\\n" + words[words.index("-c") + 1]
os.execvp("bwrap", [*command, "--", {sys.executable!r}, *words])
"""
SETTING = Setting(NAME, timeout=10.0, limits=Limits(memory_mb=300))


def test_a_file_gets_the_same_in_a_container(tmp_path, monkeypatch):
    engine = tmp_path / "docker"
    engine.write_text(_ENGINE)
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    wrong = solved("q1") + "\nimport os, time\nassert time.time_ns() and os.getrandom(1)\nsgd_epoch = 3"
    files, records = (hand_in(), hand_in({"q1": wrong})), []
    for image in ("image", None):
        with Grader(replace(SETTING, image=image)) as grader:
            records.append([replace(grader.grade(data), seconds=0) for data in files])
    assert records[0] == records[1]
    right, less = records[0]
    assert right.score == right.max_score > less.score > 0
