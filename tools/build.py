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
from tools.links import list_notebooks
from tools.minutes import Minutes, compute_minutes
from tools.readme import update_readme
from tools.render import VARIANTS, Run, notebook_path, render_notebook
from tools.rules import refuse, survey
from tools.runs import hash_run, list_executions, read_run
from tools.source import LANGUAGES, ROOT, Problem, Source, SourceError, read_source
from tools.stamp import stamp
from tools.text_problems import find_text_problems
from tools.texts import stamp_texts
from tools.twins import find_problems, read_glossary

FOLDERS = ("notebooks", "exercises", "solutions")


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
    everything = find_sources()
    if problems := _find_problems(sources, everything):
        raise SourceError(problems)
    todo = [
        (source, variant, lang)
        for source in sources
        for variant, lang in list_executions(source)
        if force or read_run(source, variant, lang) is None
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
            run = execute_notebook(notebook, source, hash_run(source), target.parent, progress)
            runs[source.kind, source.stem, lang if variant == "solution" else "en"] = run
            if variant == "lesson":  # at once: an interrupted build keeps what it has done
                written += _write_all(_render_all(source, runs))
    written += [path for source in sources for path in _write_all(_render_all(source, runs))]
    return written + update_readme(_compute_minutes(everything), write=True)


def check(sources: list[Source]) -> list[str]:
    """Every disagreement between sources and built files, as sentences; writes nothing."""
    everything = find_sources()
    problems = list(map(str, _find_problems(sources, everything)))
    return problems or [problem for source in sources for problem in _compare(source)] + _find_strays(everything)


def _find_problems(sources: list[Source], everything: list[Source]) -> list[Problem]:
    """What is wrong with these sources, which are some of `everything`: translations, then the rules."""
    glossary = read_glossary()
    translations = [problem for source in sources for problem in find_problems(source, glossary)]
    texts = [source for source in sources if source.kind == "exercise"]
    translations += [problem for source in texts for problem in find_text_problems(source, glossary)]
    return translations + refuse(sources, survey(everything))


def _compute_minutes(sources: list[Source]) -> dict[str, Minutes]:
    return {source.stem: compute_minutes(source) for source in sources if source.kind == "lesson"}


def _compare(source: Source) -> list[str]:
    rebuild = f"run python tools/build.py --only {source.stem}"
    stale = [
        f"{notebook_path(source, lang, variant)}: missing, or made from other code than its source: {rebuild}"
        for variant, lang in list_executions(source)
        if read_run(source, variant, lang) is None
    ]
    return stale or [
        f"{path.relative_to(ROOT)}: differs from what its source gives: {rebuild}"
        for path, text in _render_all(source, {})
        if read_text(path) != text
    ]


def _find_strays(everything: list[Source]) -> list[str]:
    expected = {ROOT / path for path in list_notebooks(everything)}
    built = {
        path
        for folder in FOLDERS
        for path in [*(ROOT / folder).glob("*.ipynb"), *(ROOT / folder / "zh").glob("*.ipynb")]
    }
    strays = [
        f"{path.relative_to(ROOT)}: no source makes this file: move it elsewhere" for path in sorted(built - expected)
    ]
    changed = update_readme(_compute_minutes(everything), write=False)
    return strays + [f"{path.name}: out of date against the notebooks: run make build" for path in changed]


def _render_all(source: Source, runs: dict) -> Iterator[tuple[Path, str]]:
    for variant in VARIANTS[source.kind]:
        for lang in LANGUAGES:
            run, ran_in = None, lang if variant == "solution" else "en"
            if variant != "exercise":
                run = runs.get((source.kind, source.stem, ran_in)) or read_run(source, variant, ran_in)
            if variant != "exercise" and run is None:
                continue
            notebook = render_notebook(source, lang, variant, copy.deepcopy(run))
            nbformat.validate(notebook)
            yield (
                ROOT / notebook_path(source, lang, variant),
                nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n",
            )


def _write_all(texts: Iterator[tuple[Path, str]]) -> list[Path]:
    return [path for path, text in texts if write_text(path, text)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
