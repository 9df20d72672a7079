"""python -m autograder grade: from what was handed in to a gradebook, results and feedback."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from functools import partial
from pathlib import Path

from tqdm import tqdm

from autograder.answers.marking import DEFAULT_SEED
from autograder.answers.outcome import Text
from autograder.answers.rooms import list_exercises, load_definition
from autograder.command_line import NOTHING_MATCHED, NothingMatched, Parser, print_error
from autograder.grading.intake import gather
from autograder.grading.lanes import grade_locally
from autograder.grading.setting import Setting
from autograder.grading.whole_class import Run, grade_class, require_some
from autograder.results.folder import Results
from autograder.results.plain_text import make_plain
from autograder.results.record import RecordStatus
from autograder.results.report import summarize
from autograder.results.secret import derive_key, load_secret
from autograder.results.stored import OutputError, load_result_key
from autograder.sandbox.outside.errors import SandboxError, SandboxUnavailable
from autograder.sandbox.outside.limits import Limits
from course_data.machine import count_cores

_KEPT = Text("{n} results of earlier runs were kept.", "保留了 {n} 份先前的结果。")
_WHERE = Text(
    "Gradebook: {out}/grades.csv (Excel: grades_excel.csv) · results: {out}/results · feedback: {out}/feedback",
    "成绩册：{out}/grades.csv（Excel：grades_excel.csv）· 结果：{out}/results · 反馈：{out}/feedback",
)
_STOPPED = Text(
    "Stopped. What is finished is kept: the same command goes on from here.",
    "已停止。完成的结果都已保存：再次运行同一命令即可继续。",
)
_STRANGERS = Text(
    "{n} results in {out}/results were not written with your grading key, so they are not believed: graded again where "
    "their files are among those given now, left out otherwise ({names}).",
    "{out}/results 中有 {n} 份结果不是用你的评分密钥写入的，因此不予采信："
    "文件在这次提交中的会重新评分，其余的不计入（{names}）。",
)
_RISK = """WITHOUT A SANDBOX, at your own risk: the code in these files runs as you. It can read, change, delete and
send whatever you can, other students' files and these results among it. Grade so only what you have read yourself."""


def main(arguments: list[str]) -> int:
    """0: done; 1: done, but for errors of the grader itself; 2: refused; 3: no notebook of it; 130: interrupted."""
    options = _parse(arguments)
    try:
        setting = _make_setting(options)
        handed = gather(options.submissions, options.exercise, skip=options.out)
        _require_apart(options.out, options.submissions)
        with Results(options.out, options.exercise, load_result_key(), [item.student for item in handed]) as results:
            require_some(handed, setting, options.submissions)
            if names := results.strangers:
                some = ", ".join(make_plain(name, 40) for name in names[:5]) + (", …" if len(names) > 5 else "")
                said = _STRANGERS.say(options.lang).format(n=len(names), out=options.out, names=some)
                print(make_plain(said, 1000), file=sys.stderr)
            kept = 0
            if not setting.confined:
                print(_RISK, file=sys.stderr)
            with tqdm(total=len(handed), unit="file", desc=options.exercise, smoothing=0.1) as progress:
                for _, is_new in grade_class(handed, setting, results, _choose_run(options)):
                    kept += not is_new
                    progress.update()
            results.write_reports(options.lang, options.pseudonyms)
            records = list(results.records.values())
    except KeyboardInterrupt:
        print(_STOPPED.say(options.lang), file=sys.stderr)
        return 130
    except NothingMatched as error:
        print_error(error)
        return NOTHING_MATCHED
    except (ValueError, SandboxError, SandboxUnavailable, OSError) as error:
        print_error(error)
        return 2
    print(summarize(records, options.lang))
    if kept := kept + len(records) - len(handed):
        print("\n" + _KEPT.say(options.lang).format(n=kept))
    print("\n" + _WHERE.say(options.lang).format(out=options.out))
    return int(Counter(record.status for record in records)[RecordStatus.GRADER_ERROR] > 0)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(prog="python -m autograder grade", description=__doc__)
    parser.add_argument("exercise", metavar="EXERCISE", help=f"one of {', '.join(list_exercises())}")
    parser.add_argument("submissions", metavar="SUBMISSIONS", nargs="+", type=Path, help="notebooks, folders, zips")
    parser.add_argument("-o", "--out", metavar="OUT", type=Path, required=True, help="folder for what is written")
    parser.add_argument("--jobs", type=_positive, default=count_cores(), help="submissions at a time (%(default)s)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="grade on a Dask cluster: tcp://host:8786")
    parser.add_argument("--timeout", type=float, default=10.0, metavar="S", help="seconds for a cell or a call (10)")
    parser.add_argument("--lang", choices=["en", "zh"], default="en", help="language of gradebook and summary")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the random inputs (%(default)s)")
    parser.add_argument("--pseudonyms", action="store_true", help="feedback without names; OUT/pseudonyms.csv has both")
    parser.add_argument("--container", metavar="IMAGE", help="docker or podman with this image, not bubblewrap")
    parser.add_argument("--without-sandbox-at-my-own-risk", action="store_true", help="run the files' code as yourself")
    return parser.parse_args(arguments)


def _make_setting(options: argparse.Namespace) -> Setting:
    """Raises ValueError for an unknown exercise, or options that make no sense."""
    load_definition(options.exercise)
    if not 0 < options.timeout <= 3600 or options.seed < 0:
        raise ValueError("--timeout is between 0 and 3600 seconds, --seed not negative")
    if options.without_sandbox_at_my_own_risk and not sys.platform.startswith("linux"):
        raise ValueError(
            "--without-sandbox-at-my-own-risk works on Linux only; here --container IMAGE, docker or podman"
        )
    total = 12 * options.timeout
    return Setting(
        options.exercise,
        options.seed,
        options.timeout,
        total,
        Limits(session_seconds=total, cpu_seconds=int(total) + 1),
        options.container,
        not options.without_sandbox_at_my_own_risk,
        derive_key(load_secret(), "random inputs"),
    )


def _require_apart(out: Path, submissions: list[Path]) -> None:
    """What was handed in must not lie where results are written, nor lead them elsewhere. Raises OutputError."""
    own = out.resolve()
    for path in submissions:
        if own in (path.resolve(), path.absolute().parent.resolve()):
            raise OutputError(f"{out} holds what was handed in: name a folder of its own with -o")
        if out.absolute().is_relative_to(path.absolute()):
            inner = out.absolute().relative_to(path.absolute())
            links = [place for place in (inner, *inner.parents) if (path.absolute() / place).is_symlink()]
            if any(place != Path() for place in links):
                raise OutputError(f"{out} is or lies behind a link among what was handed in: name another with -o")


def _choose_run(options: argparse.Namespace) -> Run:
    if not options.scheduler:
        return partial(grade_locally, jobs=options.jobs)
    try:
        from autograder.grading.cluster import grade_remotely
    except ImportError:
        raise ValueError('--scheduler needs Dask: python -m pip install "distributed==2026.8.0"') from None
    return partial(grade_remotely, scheduler=options.scheduler)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
