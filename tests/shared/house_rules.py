"""The rules of STYLE that a program can judge, each a function from a lesson's source to the places that break it."""

from __future__ import annotations

import ast
import re
import statistics

from tools.minutes import count_words
from tools.quiz import is_quiz
from tools.source import DEEPER, GUESS, PLACEHOLDER, Cell, Source, pair_cells

FIRST = {"en": ("You will be able to:", "**Time and needs.**"), "zh": ("学完后你能够：", "**时间与所需。**")}
LAST = {"en": "## What you can do now", "zh": "## 现在你能做到"}
COMPANY = {"en": "In the company", "zh": "在公司里"}
_FORBIDDEN = {
    "a network address or call": re.compile(
        r"https?://|ftp://|\b(urlopen|urlretrieve|requests\.(get|post)|wget|curl)\b"
    ),
    "an installation": re.compile(r"^\s*[!%](pip|conda|sh)", re.M),
    "a warnings filter": re.compile(r"filterwarnings|simplefilter"),
    "a swallowed error": re.compile(r"except( Exception)?:\s*(pass|\.\.\.)"),
}


def check_first_cell(source: Source) -> list[str]:
    """Title with the lesson's number, a question, 3 to 5 abilities, time, memory and needs."""
    problems, number = [], source.stem.split("_")[0]
    for cell in _prose(source)[0]:
        lines = cell.text.splitlines()
        abilities, needs = FIRST[cell.lang]
        if not re.match(rf"# {number}\. \S", lines[0]):
            problems.append(f"{cell.line}: the title reads '# {number}. Title'")
        if not re.search(r"[?？]", cell.text):
            problems.append(f"{cell.line}: the first cell asks the lesson's one question")
        bullets = [line for line in cell.text.partition(abilities)[2].splitlines() if line.startswith("- ")]
        if not 3 <= len(bullets) <= 5:
            problems.append(f"{cell.line}: '{abilities}' and 3 to 5 bullets, not {len(bullets)}")
        if needs not in cell.text or not {"run_seconds", "peak_memory"} <= set(PLACEHOLDER.findall(cell.text)):
            problems.append(f"{cell.line}: '{needs}' with ⟦run_seconds⟧ and ⟦peak_memory⟧")
    return problems


def check_last_cell(source: Source) -> list[str]:
    """The abilities again, each with a number that this lesson measured."""
    problems = []
    for cell in _prose(source)[-1]:
        bullets = re.findall(r"^- .+(?:\n  .+)*", cell.text, re.M)
        if not cell.text.startswith(LAST[cell.lang]):
            problems.append(f"{cell.line}: the last cell begins '{LAST[cell.lang]}'")
        measured = [bullet for bullet in bullets if PLACEHOLDER.search(bullet)]
        if len(measured) < 3:
            problems.append(f"{cell.line}: at least 3 bullets with a measured ⟦number⟧, not {len(measured)}")
    return problems


def check_code_lengths(source: Source) -> list[str]:
    """Median at most 6 lines, nine in ten at most 20, none over 40."""
    lengths = [(_count_lines(cell), cell.line) for cell in _code(source)]
    problems = [f"{line}: {length} lines of code in one cell" for length, line in lengths if length > 40]
    counts = sorted(length for length, _ in lengths)
    if statistics.median(counts) > 6:
        problems.append(f"1: the median code cell has {statistics.median(counts)} lines, more than 6")
    if counts[int(0.9 * (len(counts) - 1))] > 20:
        problems.append("1: more than one code cell in ten has over 20 lines")
    return problems


def check_prose_lengths(source: Source) -> list[str]:
    """At most 120 English words a cell; 6 to 14 words for each line of code."""
    english = [cell for cell in source.cells if cell.lang == "en"]
    problems = [
        f"{cell.line}: {count_words(cell.text)} words in one cell"
        for cell in english
        if count_words(cell.text) > 120 and not is_quiz(cell.text)
    ]
    ratio = sum(count_words(cell.text) for cell in english) / sum(map(_count_lines, _code(source)))
    return problems + ([] if 6 <= ratio <= 14 else [f"1: {ratio:.1f} words of prose a line of code, not 6 to 14"])


def check_cell_count(source: Source) -> list[str]:
    """40 to 70 cells in the core, at most 110 with what is marked Deeper; twins counted once."""
    core, deeper, whole = 0, False, pair_cells(source)
    for english, _ in whole:
        if english.text.startswith("## "):
            deeper = bool(re.match(rf"## (\S+ )?{re.escape(DEEPER['en'])}", english.text))
        core += not deeper
    problems = [] if 40 <= core <= 70 else [f"1: {core} cells in the core, not 40 to 70"]
    return problems + ([] if len(whole) <= 110 else [f"1: {len(whole)} cells, more than 110"])


def check_share_of_checks(source: Source) -> list[str]:
    """At least a quarter of the code cells assert something, with a message."""
    cells = [cell for cell in _code(source) if "setup" not in cell.tags]
    share = sum(bool(re.search(r"^\s*assert\b", cell.text, re.M)) for cell in cells) / len(cells)
    return [] if share >= 0.25 else [f"1: {share:.0%} of the code cells check something, less than 25 %"]


def check_assert_messages(source: Source) -> list[str]:
    """Every assert says what must hold."""
    problems = []
    for cell in _code(source):
        code = re.sub(r"^%.*$", "pass", cell.text, flags=re.M)
        problems += [
            f"{cell.line + node.lineno}: assert without a message"
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Assert) and node.msg is None
        ]
    return problems


def check_rhythm(source: Source) -> list[str]:
    """Two guesses, one quiz, the company, sections numbered in order."""
    problems, number = [], source.stem.split("_")[0]
    for lang in ("en", "zh"):
        texts = [cell.text for cell in source.cells if cell.lang == lang]
        whole = "\n".join(texts)
        if whole.count(GUESS[lang]) < 2:
            problems.append(f"1: at least two '{GUESS[lang]}' ({lang})")
        if not any(map(is_quiz, texts)):
            problems.append(f"1: at least one quiz ({lang})")
        if not re.search(rf"^## {number}\.\d+ .*{COMPANY[lang]}", whole, re.M):
            problems.append(f"1: a section '{COMPANY[lang]}' ({lang})")
        if len(re.findall(r"^# ", whole, re.M)) != 1:
            problems.append(f"1: exactly one title '# ' ({lang})")
        sections = [int(found) for found in re.findall(rf"^## {number}\.(\d+) ", whole, re.M)]
        if sections != list(range(1, len(sections) + 1)):
            problems.append(f"1: sections are numbered {number}.1, {number}.2, … ({lang}), not {sections}")
    return problems


def check_setup(source: Source) -> list[str]:
    """One set-up cell, first of the code, short enough that it has at most 12 lines when built."""
    code = _code(source)
    if [index for index, cell in enumerate(code) if "setup" in cell.tags] != [0]:
        return ["1: exactly one cell is tagged setup, the first code cell"]
    return [] if _count_lines(code[0]) <= 6 else [f"{code[0].line}: the set-up cell is too long"]


def check_offline_and_plain(source: Source) -> list[str]:
    """No network address, installation, warnings filter or swallowed error in the code."""
    return [
        f"{cell.line}: {what} in a code cell"
        for cell in _code(source)
        for what, pattern in _FORBIDDEN.items()
        if pattern.search(cell.text)
    ]


LESSON_RULES = [
    check_first_cell,
    check_last_cell,
    check_code_lengths,
    check_prose_lengths,
    check_cell_count,
    check_share_of_checks,
    check_assert_messages,
    check_rhythm,
    check_setup,
    check_offline_and_plain,
]
EXERCISE_RULES = [check_setup, check_offline_and_plain, check_assert_messages]


def check_built_outputs(notebook: dict, size: int) -> list[str]:
    """Of a built notebook: at most 300 kB, a text for each picture, nothing on stderr, no number left open."""
    problems = [] if size <= 300_000 else [f"{size / 1000:.0f} kB, more than 300"]
    executed = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if [cell["execution_count"] for cell in executed] != list(range(1, len(executed) + 1)):
        problems.append("not executed from top to bottom")
    for cell in notebook["cells"]:
        if "⟦" in "".join(cell["source"]):
            problems.append(f"{cell['id']}: a number in the prose was not filled in")
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}) and not output["metadata"].get("image/png", {}).get("alt"):
                problems.append(f"{cell['id']}: the picture has no '*The picture:*' in the prose right after it")
            if output.get("name") == "stderr":
                problems.append(f"{cell['id']}: writes to stderr: {''.join(output['text'])[:80]}")
            if output["output_type"] == "error" and "raises-exception" not in cell["metadata"].get("tags", []):
                problems.append(f"{cell['id']}: an error in the stored output")
    return problems


def _code(source: Source) -> list[Cell]:
    return [cell for cell in source.cells if cell.kind == "code"]


def _prose(source: Source) -> list[tuple[Cell, Cell]]:
    return [(en, zh) for en, zh in pair_cells(source) if zh is not None]


def _count_lines(cell: Cell) -> int:
    return sum(bool(line.strip()) for line in cell.text.splitlines())
