"""Judges an answer as it stands in this kernel and as it will stand when graded, and says where the two differ."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.answers.answer import Local
from autograder.answers.exercise import Exercise
from autograder.answers.layout import load_layout
from autograder.answers.marking import mark_question
from autograder.answers.outcome import STATUS_TEXT, Outcome, Status, Text
from autograder.answers.program import Step, add_names, choose_steps, find_absent, find_rivals, list_steps
from autograder.answers.program import restrict_program as restrict
from autograder.notebook.recorder import Recorder
from autograder.notebook.rehearsal import Rehearsal, Stage, keep_random
from autograder.notebook.watch import is_learners

SECONDS = 10.0  # that grading gives each cell, unless a teacher says otherwise
MEMORY = 1 << 30  # bytes, that it gives all cells together
_INSTALL = re.compile(r"^[ \t]*[!%][ \t]*(?:pip3?|conda|mamba|uv)\b.*\binstall\b", re.M)
_READS_CLOCK = re.compile(
    r"\b(?:time|monotonic|perf_counter|process_time|thread_time)(?:_ns)?\(\)|\bclock_gettime\(|\.(?:utc)?now\(|"
    r"\.today\(\)|datetime64\([\"'](?:now|today)"
)
_ABSENT = Text(
    "No cell of this notebook defines `{name}` any more. Write its definition into a cell again and run it.",
    "笔记本里已没有单元格定义 `{name}`。请把它的定义重新写进一个单元格并运行。",
)
_OTHERWISE = Text(
    "When graded, your cells run in a fresh kernel. There the check says: {what} Restart and Run All shows it here.",
    "评分时会在全新内核中运行你的单元格，检查结果是：{what}“重启并运行全部”后在这里也能看到。",
)
_AS_GRADED = Text(
    "This is the result of your cells as grading runs them. In this kernel, names mean something else by now: run "
    "the answer's cells again.",
    "这是按评分方式运行你的单元格所得的结果。本内核中的名称已有别的含义：请重新运行答案所在的单元格。",
)
_RIVALS = Text(
    "Several cells define `{name}`: keep one of them, else it depends on the order of running which one is graded.",
    "多个单元格都定义了 `{name}`：请只保留一个，否则评分采用哪一个取决于运行顺序。",
)
_KEEP = Text(
    "This answer needs cells of your own: keep them in the notebook; what is deleted is not graded.",
    "这个答案依赖你自己添加的单元格：请把它们留在笔记本里，删掉的内容不会参与评分。",
)
_FILE = Text(
    "Your cells read `{name}` from this computer; grading does not have that file: write what it holds into a cell.",
    "你的单元格读取了本机文件 `{name}`；评分时没有这个文件：请把其中的内容写进单元格。",
)
_PROCESSES = Text(
    "Your cells start other programs or processes, or open sockets; grading offers one process with threads.",
    "你的单元格启动了其他程序或进程，或打开了套接字；评分环境只提供一个可用线程的进程。",
)
_UNSEEDED = Text(
    "Your cells draw random numbers without a seed, others in each run: give the generator one, as in "
    "`np.random.default_rng(0)`.",
    "你的单元格使用没有种子的随机数，每次运行都不同：请给生成器一个种子，例如 `np.random.default_rng(0)`。",
)
_CLOCK = Text(
    "Your cells read the clock. When graded, it shows the same times in every run, not the real ones: an answer that "
    "depends on it may come out otherwise.",
    "你的单元格读取了时钟。评分时的时钟每次都显示同样的时刻，而不是真实时间：依赖它的答案可能得到不同的结果。",
)
_INSTALLS = Text(
    "Grading installs nothing: ask whether the packages that you install are there, or do without them.",
    "评分时不会安装任何软件包：请询问那里是否已有你所安装的包，或者不用它们。",
)
_SLOW = Text(
    "A cell took {seconds:.0f} s; grading stops each one after {limit:.0f} s.",
    "有一个单元格用时 {seconds:.0f} 秒；评分时每个单元格最多运行 {limit:.0f} 秒。",
)
_LARGE = Text(
    "Your cells hold {size:.1f} GB at once; grading offers {limit:.1f} GB.",
    "你的单元格同时占用了 {size:.1f} GB 内存；评分环境只提供 {limit:.1f} GB。",
)


class Judge:
    """Judges the answers in a learner's namespace (usually globals()); outside IPython only as they stand there."""

    def __init__(self, exercise: Exercise, namespace: dict, tools: Mapping[str, object]):
        self._exercise, self._namespace = exercise, namespace
        self._recorder = Recorder.attach(namespace, tools)
        self._layout = load_layout(exercise.name) if self._recorder else None
        self._stage = Stage(exercise, self._layout) if self._recorder else None

    def judge(self, question: str) -> tuple[list[Outcome], list[Text]]:
        """(the outcomes of the visible checks, what the learner should mend before they hand in)."""
        if not self._recorder:
            return self._judge_live(Local(self._namespace), question), []
        cells, gone, saved = self._recorder.list_cells()
        program = choose_steps(add_names(list_steps(cells, self._layout)), self._layout)
        live = self._judge_live(Local(self._namespace, lambda: self._stage.open(program, question)), question)
        graded = self._stage.rehearse(program, question)
        program = restrict(program, self._layout, question)
        absent = [name for name in find_absent(program, self._layout) if name in self._namespace or name in gone]
        cautions = self._list_cautions(program, graded, [cell.source for cell in cells])
        if not saved and any(not step.given and not step.published for step in program):
            cautions.append(_KEEP)
        if sum(outcome.earned for outcome in graded.outcomes) > sum(outcome.earned for outcome in live):
            return graded.outcomes, [_AS_GRADED, *cautions]
        return [_join(*pair, absent) for pair in zip(live, graded.outcomes, strict=True)], cautions

    def _judge_live(self, answer: Local, question: str) -> list[Outcome]:
        with keep_random():
            return mark_question(self._exercise, question, answer)

    def _list_cautions(self, program: Sequence[Step], graded: Rehearsal, sources: list[str]) -> list[Text]:
        cautions = [_RIVALS.format(name=name) for name in find_rivals(program, self._layout)]
        files = list(dict.fromkeys([*graded.used.files, *_find_own_modules(program)]))
        cautions += [_FILE.format(name=name[-80:]) for name in files[:3]]
        if graded.used.processes:
            cautions.append(_PROCESSES)
        if graded.used.unseeded:
            cautions.append(_UNSEEDED)
        if any(_READS_CLOCK.search(step.source) for step in program if not step.given):
            cautions.append(_CLOCK)
        if any(map(_INSTALL.search, sources)):
            cautions.append(_INSTALLS)
        if graded.seconds > SECONDS:
            cautions.append(_SLOW.format(seconds=graded.seconds, limit=SECONDS))
        if graded.used.memory > MEMORY:
            cautions.append(_LARGE.format(size=graded.used.memory / 1e9, limit=MEMORY / 1e9))
        return cautions


def _join(live: Outcome, graded: Outcome, absent: list[str]) -> Outcome:
    """The outcome to show of one check."""
    if live.status is not Status.PASSED or graded.status is Status.PASSED:
        return live
    what = graded.message or STATUS_TEXT[graded.status]
    why = _ABSENT.format(name=absent[0]) if absent else _OTHERWISE.format(what=what)
    return replace(live, status=Status.ONLY_HERE, message=why)


def _find_own_modules(program: Sequence[Step]) -> list[str]:
    """Files of modules that the program imports and that lie among the learner's own."""
    words = {word for step in program for word in re.findall(r"\w+", step.source)}
    files = {getattr(sys.modules[word], "__file__", None) for word in words & sys.modules.keys() - {"__main__"}}
    return sorted(file for file in files if file and is_learners(file))
