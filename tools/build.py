"""Builds notebooks/, exercises/ and solutions/, in both languages, from lessons/.

python tools/build.py                      build what has changed
python tools/build.py --only 01_backprop   build one lesson with its exercise
python tools/build.py --check              compare, write nothing; exit code 1 when source and notebooks disagree
python tools/build.py --stamp              you have read each changed Chinese cell against its English: note it
python tools/build.py --force              execute again even where no code has changed
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout, whatever is installed

import nbformat
from tqdm import tqdm

from tools.execute import execute_notebook
from tools.files import read_text, write_text
from tools.readme import update_readme
from tools.render import Run, hash_code, notebook_path, render_notebook
from tools.source import LANGUAGES, ROOT, Problem, Source, SourceError, read_source
from tools.stamp import stamp
from tools.text_problems import find_text_problems
from tools.texts import hash_shown, stamp_texts
from tools.twins import find_problems, read_glossary

FOLDERS = ("notebooks", "exercises", "solutions")
VARIANTS = {"lesson": ("lesson",), "exercise": ("exercise", "solution")}


def find_sources(only: str | None = None) -> list[Source]:
    """The sources in order, lessons first: all, or those whose room is `only` (its name, or its number)."""
    paths = [path for kind in VARIANTS for path in sorted((ROOT / "lessons").glob(f"*/{kind}.py"))]
    chosen = [path for path in paths if only in (None, path.parent.name, path.parent.name.split("_")[0])]
    if only and not chosen:
        names = ", ".join(sorted({path.parent.name for path in paths}))
        raise SourceError([Problem(ROOT / "lessons", 1, f"no lesson is called {only!r}; there are {names}")])
    return [read_source(path) for path in chosen]


def build(sources: list[Source], force: bool = False) -> list[Path]:
    """Render, execute where code has changed, write what differs; returns the paths that were written."""
    _raise_problems(sources)
    todo = [
        (source, variant, lang)
        for source in sources
        for variant, lang in _executions(source)
        if force or _stored_run(source, variant, lang) is None
    ]
    cells = sum(cell.kind == "code" for source, _, _ in todo for cell in source.cells)
    runs: dict[tuple[str, str, str], Run] = {}
    written: list[Path] = []
    with tqdm(total=cells, unit="cell", disable=not todo) as progress:
        for source, variant, lang in todo:
            progress.set_description(f"{variant} {source.stem} {lang}")
            notebook = render_notebook(source, lang, variant)
            target = ROOT / notebook_path(source, lang, variant)
            target.parent.mkdir(parents=True, exist_ok=True)
            run = execute_notebook(notebook, source, _code_hash(source), target.parent, progress)
            runs[source.kind, source.stem, lang if variant == "solution" else "en"] = run
            if variant == "lesson":  # at once: an interrupted build keeps what it has done
                written += _write_all(_render_all(source, runs))
    written += [path for source in sources for path in _write_all(_render_all(source, runs))]
    return written + update_readme(write=True)


def check(sources: list[Source]) -> list[str]:
    """Every disagreement between sources and built files, as sentences; writes nothing."""
    glossary = read_glossary()
    problems = [str(problem) for source in sources for problem in _find_problems(source, glossary)]
    return problems or [problem for source in sources for problem in _compare(source)] + _find_strays()


def _compare(source: Source) -> list[str]:
    rebuild = f"run python tools/build.py --only {source.stem}"
    stale = [
        f"{notebook_path(source, lang, variant)}: missing, or made from other code than its source: {rebuild}"
        for variant, lang in _executions(source)
        if _stored_run(source, variant, lang) is None
    ]
    return stale or [
        f"{path.relative_to(ROOT)}: differs from what its source gives: {rebuild}"
        for path, text in _render_all(source, {})
        if read_text(path) != text
    ]


def _find_strays() -> list[str]:
    expected = {
        ROOT / notebook_path(source, lang, variant)
        for source in find_sources()
        for variant in VARIANTS[source.kind]
        for lang in LANGUAGES
    }
    built = {
        path
        for folder in FOLDERS
        for path in [*(ROOT / folder).glob("*.ipynb"), *(ROOT / folder / "zh").glob("*.ipynb")]
    }
    strays = [
        f"{path.relative_to(ROOT)}: no source makes this file: move it elsewhere" for path in sorted(built - expected)
    ]
    return strays + [
        f"{path.name}: out of date against the notebooks: run make build" for path in update_readme(write=False)
    ]


def _executions(source: Source) -> list[tuple[str, str]]:
    """(variant, language) of each execution: a lesson's outputs serve both languages, a solution's checks speak one."""
    return [("lesson", "en")] if source.kind == "lesson" else [("solution", "en"), ("solution", "zh")]


def _code_hash(source: Source) -> str:
    """What an execution depends on; a solution's output also on its checks and on what shows their result."""
    if source.kind == "lesson":
        return hash_code(source)
    files = [source.path.with_name("checks.py")]
    for pattern in ("sandbox/inside/drivers/*.py", "answers/marking.py", "notebook.py"):
        files += sorted((ROOT / "autograder").glob(pattern))
    shown = b"".join(path.read_bytes() for path in files if path.exists()) + hash_shown(source).encode()
    return hash_code(source, shown)


def _stored_run(source: Source, variant: str, lang: str) -> Run | None:
    """The run kept in the built notebook, or None where there is none or it belongs to other code."""
    path = ROOT / notebook_path(source, lang, variant)
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None
    course = notebook.metadata.get("course", {})
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    if course.get("code_hash") != _code_hash(source) or len(outputs) != sum(
        cell.kind == "code" for cell in source.cells
    ):
        return None
    return Run(course.code_hash, outputs, dict(course["values"]), course.seconds, course.peak_memory)


def _render_all(source: Source, runs: dict) -> Iterator[tuple[Path, str]]:
    for variant in VARIANTS[source.kind]:
        for lang in LANGUAGES:
            run, ran_in = None, lang if variant == "solution" else "en"
            if variant != "exercise":
                run = runs.get((source.kind, source.stem, ran_in)) or _stored_run(source, variant, ran_in)
            if variant != "exercise" and run is None:
                continue
            notebook = render_notebook(source, lang, variant, copy.deepcopy(run))
            nbformat.validate(notebook)
            yield (
                ROOT / notebook_path(source, lang, variant),
                nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n",
            )


def _raise_problems(sources: list[Source]) -> None:
    glossary = read_glossary()
    if problems := [problem for source in sources for problem in _find_problems(source, glossary)]:
        raise SourceError(problems)


def _find_problems(source: Source, glossary: list[tuple[str, list[str]]]) -> list[Problem]:
    return find_problems(source, glossary) + (find_text_problems(source, glossary) if source.kind == "exercise" else [])


def _write_all(texts: Iterator[tuple[Path, str]]) -> list[Path]:
    return [path for path, text in texts if write_text(path, text)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", help="a lesson with its exercise: 01_backprop, or 01")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare and report, never write")
    mode.add_argument("--stamp", action="store_true", help="note in the source that its Chinese matches its English")
    mode.add_argument("--force", action="store_true", help="execute even where no code has changed")
    options = parser.parse_args(arguments)
    try:
        sources = find_sources(options.only)
        if options.stamp:
            exercises = [source for source in sources if source.kind == "exercise"]
            print(f"build: {stamp(sources) + sum(map(stamp_texts, exercises))} translations stamped")
        elif options.check:
            problems = check(sources)
            print("\n".join(problems) if problems else f"build: {len(sources)} sources and their notebooks agree")
            return bool(problems)
        else:
            written = build(sources, options.force)
            print("\n".join(f"wrote {path.relative_to(ROOT)}" for path in written) or "build: nothing to do")
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
