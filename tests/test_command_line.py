"""No file name is taken for an option, no text of a learner commands a terminal, no module of theirs is imported."""

import os
import random
import subprocess
import sys

import pytest
from classes import NAME, hand_in

from autograder.command_line import Parser, print_error
from autograder.export import command as export_command
from autograder.grading import command as grade_command
from autograder.results.plain_text import make_plain
from course_data import __main__ as doctor
from proofs import verify
from tools import build, turn
from tools.source import ROOT

FLAG = "--without-sandbox-at-my-own-risk"


@pytest.mark.parametrize("word", [FLAG[:length] for length in range(3, len(FLAG))])
def test_no_abbreviation_of_the_dangerous_option_is_taken(word, capsys):
    with pytest.raises(SystemExit) as refused:
        grade_command.main([NAME, "x.ipynb", word, "-o", "out"])
    assert refused.value.code == 2 and "unrecognized" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (grade_command.main, [NAME, "x", "-o", "out", "--se", "3"]),
        (grade_command.main, [NAME, "x", "--ou", "out"]),
        (export_command.main, ["canvas", "x", "y", "--ros", "z"]),
        (verify.main, ["--qu"]),
        (doctor.main, ["--qui"]),
        (doctor.main, ["download", "--fu"]),
        (build.main, ["--che"]),
        (turn.main, ["01", "SEED", "1", "--exe"]),
    ],
)
def test_no_command_of_ours_takes_abbreviations(main, arguments):
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    "name", [FLAG, "--w", "-o", "-oout", "--jobs=64", "--lang=zh", "--", "-x.ipynb", "--help", "-h"]
)
def test_a_file_called_like_an_option_beside_a_star_is_refused(name, tmp_path, monkeypatch, capsys):
    """`grade 02_sgd * -o ../out`, as the shell hands it over."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alice.ipynb").write_bytes(hand_in())
    (tmp_path / name).write_text("")
    with pytest.raises(SystemExit) as refused:
        grade_command.main([NAME, *sorted(os.listdir(tmp_path)), "-o", "../out"])
    assert refused.value.code == 2 and "rename it, or write './" in capsys.readouterr().err
    assert not (tmp_path.parent / "out").exists()


def test_generated_names_of_files_never_set_an_option(tmp_path, monkeypatch):
    """Whatever a folder holds: its names are refused, or they are paths."""
    rng, monkeys = random.Random(0), "-@=.~ow1x\n*{}\u202e"
    parser = Parser()
    parser.add_argument("paths", nargs="+")
    parser.add_argument("-o", "--out", default="unset")
    parser.add_argument("--without", action="store_true")
    for number in range(300):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        starts = ["", "-", "--", "-o", "--out=", "--without", "--w", "@", "-1"]
        names = {rng.choice(starts) + "".join(rng.choices(monkeys, k=rng.randint(1, 5))) for _ in range(3)}
        for name in names - {".", ".."}:
            (folder / name).write_text("")
        listed = sorted(os.listdir(folder))
        try:
            options = parser.parse_args(listed)
        except SystemExit as refused:
            assert refused.code == 2 and any(name.startswith("-") for name in listed)
        else:
            assert (options.paths, options.out, options.without) == (listed, "unset", False)


def test_a_path_after_two_dashes_is_refused_too():
    with pytest.raises(SystemExit):
        Parser().parse_args(["--", "-x"])


def test_an_at_sign_reads_no_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words").write_text(FLAG)
    assert grade_command.main([NAME, "@words", "-o", "out"]) == 2
    assert "there is no file or folder @words" in capsys.readouterr().err


ESCAPE = "\x1b]0;owned\x07\x1b[2J\u202egpj.\u200b\x85\r\nx"


def test_what_a_learner_wrote_is_one_plain_line_on_the_terminal(tmp_path, monkeypatch, capsys):
    assert make_plain(ESCAPE) == "]0;owned [2J gpj. x" and make_plain("y" * 400) == "y" * 299 + "…"
    print_error(ValueError(ESCAPE * 1000))
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said[:-1].isprintable() and len(said) < 1600
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        grade_command.main([NAME, f"-{ESCAPE}", "-o", "out"])
    assert grade_command.main([NAME, ESCAPE, "-o", "out"]) == 2
    assert all(line.isprintable() for line in capsys.readouterr().err.splitlines())


def test_a_module_among_the_submissions_is_not_imported(tmp_path):
    """`cd submissions; python -m autograder grade 02_sgd * -o ../out`: Python looks there first, for NumPy too."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "alice.ipynb").write_bytes(hand_in())
    names = ("numpy", "tqdm", "argparse", "multiprocessing", "filelock", "json", "zipfile", "course_utils")
    for name in names:
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONSAFEPATH", None)
    command = [sys.executable, "-m", "autograder", "grade", NAME, "alice.ipynb", "-o", "../out", "--jobs", "1"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()
    assert ",22," in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")


def test_the_course_itself_may_be_the_working_folder():
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    done = subprocess.run([sys.executable, "-c", "import autograder.working_folder as w, sys; n = len(sys.path); "
                           "w.forget_working_folder(); print(n - len(sys.path))"], cwd=ROOT, env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "0\n"
