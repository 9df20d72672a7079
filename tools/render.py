"""Makes notebooks of a source: picks the language, cuts solutions out, fills in the numbers that the run measured."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import textwrap
from dataclasses import dataclass, field

import nbformat

from tools.address import course_address, make_badge
from tools.answers import REGION, translate_answer
from tools.chinese import join_lines, set_type
from tools.minutes import MINUTES, compute_minutes
from tools.passages import SYMBOLS
from tools.quiz import render_quiz
from tools.source import PICTURE, PLACEHOLDER, Cell, Problem, Source, SourceError, pair_cells
from tools.texts import read_chinese
from tools.typography import set_number

BOOTSTRAP = """\
import importlib.util, os, subprocess as shell, sys
if importlib.util.find_spec("course_utils") is None:        # Colab, or a wrong kernel
    source = os.environ.get("COURSE_SOURCE", "{address}")
    bad, log = shell.getstatusoutput(f'"{{sys.executable}}" -m pip install -q "{{source}}"')
    if bad: raise RuntimeError(f"No course in this kernel's {{sys.executable}}. VS Code: "
      f"Select Kernel, .venv. Else: COURSE_SOURCE=... (wheel, folder or URL). {{log}}")
"""
VARIANTS = {"lesson": ("lesson",), "exercise": ("exercise", "solution")}  # what is built of a source
_LINKS = {"en": ("中文", "Exercise", "Lesson"), "zh": ("English", "练习", "课文")}


@dataclass
class Run:
    """What one execution left: outputs of each code cell, numbers for the prose, time (s) and peak memory (bytes)."""

    code_hash: str
    outputs: list[list] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    peak_memory: int = 0


def render_notebook(source: Source, lang: str, variant: str, run: Run | None = None) -> nbformat.NotebookNode:
    """The notebook of `source` in `lang`; variant "lesson", "exercise" (holes, no outputs) or "solution".

    Without a run, code cells have no outputs and the numbers in the prose stay placeholders.
    """
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "course": {"source": f"lessons/{source.stem}/{source.kind}.py", "language": lang, "variant": variant},
        }
    )
    if run is not None:
        notebook.metadata.course.update(
            code_hash=run.code_hash, values=run.values, seconds=run.seconds, peak_memory=run.peak_memory
        )
    executed, minutes = 0, compute_minutes(source).fill()
    for position, (first, twin) in enumerate(pair_cells(source)):
        if first.kind == "markdown":
            text = join_lines(twin.text) if lang == "zh" else first.text
            if position == 0:
                text = _add_links(text, source, lang, variant)
            text = fill_numbers(render_quiz(text), run, minutes)
            cell = nbformat.v4.new_markdown_cell(set_type(text) if lang == "zh" else text)
        else:
            cell = nbformat.v4.new_code_cell(render_code(source, first, lang, variant))
            if run is not None:
                cell.outputs, executed = run.outputs[executed], executed + 1
                cell.execution_count = executed
        cell.id = _cell_id(source, first, position)
        _add_metadata(cell, first, variant)
        notebook.cells.append(cell)
    _add_alternative_texts(notebook, lang)
    return notebook


def render_code(source: Source, cell: Cell, lang: str, variant: str) -> str:
    """The text of a code cell: bootstrap before the set-up cell, its language, holes instead of solutions."""
    text = translate_answer(cell.text, *read_chinese(source)) if cell.question and lang == "zh" else cell.text
    if "setup" in cell.tags:
        text = BOOTSTRAP.format(address=course_address()) + text
        if source.kind == "exercise":
            if text.count('lang="en"') != 1:
                raise SourceError(
                    [Problem(source.path, cell.line, 'an exercise opens with lang="en", once, in its set-up cell')]
                )
            text = text.replace('lang="en"', f'lang="{lang}"')
    if variant == "exercise":
        return _cut_solutions(source, cell, text)
    return re.sub(r"^[ ]*# (BEGIN|END) SOLUTION.*\n?", "", text, flags=re.M).rstrip()


def hash_code(source: Source, extra: bytes = b"") -> str:
    """Hash of everything that decides what an execution gives: code, the prose's expressions and `extra`.

    Minutes of reading are not among them: they follow from the text alone.
    """
    parts = [cell.text for cell in source.cells if cell.kind == "code"]
    parts += sorted({name for cell in source.cells for name in PLACEHOLDER.findall(cell.text)} - set(MINUTES))
    return hashlib.sha256("\0".join(parts).encode() + extra).hexdigest()[:16]


def fill_numbers(text: str, run: Run | None, minutes: dict[str, str]) -> str:
    """Puts the run's numbers, and the minutes of reading, in the place of ⟦expression:format⟧."""
    values = dict(minutes)
    if run is not None:
        values |= run.values | {"run_seconds": f"{run.seconds:.0f}", "peak_memory": f"{run.peak_memory / 1e9:.1f} GB"}
    symbols = [match.span() for match in SYMBOLS.finditer(text)]

    def fill(match: re.Match) -> str:
        value = match[0] if run is None and match[1] not in values else values[match[1]]
        return value if any(start < match.start() < end for start, end in symbols) else set_number(value)

    return PLACEHOLDER.sub(fill, text)


def notebook_path(source: Source, lang: str, variant: str) -> str:
    """Where a notebook stands, from the root: notebooks/, exercises/ or solutions/, Chinese one folder deeper."""
    folder = {"lesson": "notebooks", "exercise": "exercises", "solution": "solutions"}[variant]
    return f"{folder}/{'zh/' if lang == 'zh' else ''}{source.stem}.ipynb"


def _add_links(text: str, source: Source, lang: str, variant: str) -> str:
    up, deeper = ("../../", "../") if lang == "zh" else ("../", "zh/")
    other_language, exercise, lesson = _LINKS[lang]
    links = [make_badge(notebook_path(source, lang, variant)), f"[{other_language}]({deeper}{source.stem}.ipynb)"]
    sibling, folder, name = (
        ("exercise", "exercises", exercise) if source.kind == "lesson" else ("lesson", "notebooks", lesson)
    )
    if source.path.with_name(f"{sibling}.py").exists():
        links.append(f"[{name}]({up}{folder}/{'zh/' if lang == 'zh' else ''}{source.stem}.ipynb)")
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{' · '.join(filter(None, links))}\n{rest}"


def _cell_id(source: Source, cell: Cell, position: int) -> str:
    return f"{source.stem}-{cell.question or format(position, '03d')}"


def _add_metadata(cell, origin: Cell, variant: str) -> None:
    if tags := [tag for tag in origin.tags if variant != "exercise" or tag != "nbval-check-output"]:
        cell.metadata["tags"] = tags  # an exercise has no output that could be compared
    if origin.question:
        cell.metadata["course"] = {"question": origin.question}
        cell.metadata["deletable"] = False
    elif variant != "lesson" and origin.kind == "code" and origin.text.lstrip().startswith("check("):
        cell.metadata.update(deletable=False, editable=False)


def _add_alternative_texts(notebook, lang: str) -> None:
    """The sentence that says what a picture shows also becomes its alternative text."""
    sentence = ""
    for cell in reversed(notebook.cells):
        if cell.cell_type == "markdown":
            match = re.search(re.escape(PICTURE[lang]) + r"\*?\s*(.+?)(?:\n\n|$)", cell.source, re.S)
            sentence = " ".join(match[1].split()) if match else ""
            continue
        for output in cell.outputs:
            if sentence and "image/png" in output.get("data", {}):
                output["metadata"] = {"image/png": {"alt": sentence}}


def _cut_solutions(source: Source, cell: Cell, text: str) -> str:
    if cell.question and not REGION.search(text):
        raise SourceError(
            [
                Problem(
                    source.path,
                    cell.line,
                    f"the answer cell of {cell.question} has no # BEGIN SOLUTION … # END SOLUTION",
                )
            ]
        )
    if cell.question and not text.startswith(f"# {cell.question}"):
        raise SourceError(
            [Problem(source.path, cell.line, f"an answer cell begins with its marker: # {cell.question}: …")]
        )
    return REGION.sub(lambda match: _make_hole(source, cell, match), text)


def _make_hole(source: Source, cell: Cell, match: re.Match) -> str:
    indent, note = match["indent"], (match["note"] or ": write your answer here").lstrip(": ")
    if indent:
        return f"{indent}raise NotImplementedError({json.dumps(f'{cell.question}: {note}', ensure_ascii=False)})"
    statements = ast.parse(textwrap.dedent(match["body"])).body
    if not all(isinstance(statement, ast.Assign) for statement in statements):
        raise SourceError(
            [Problem(source.path, cell.line, "a solution region outside a function holds assignments only")]
        )
    names = [target.id for statement in statements for target in statement.targets if isinstance(target, ast.Name)]
    return "\n".join(f"{name} = ...    # {note}" for name in dict.fromkeys(names))
