"""Finds relative links in prose that lead nowhere from where the built notebook stands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from tools.passages import silence
from tools.render import VARIANTS, notebook_path
from tools.source import LANGUAGES, ROOT, Problem, Source

_LINK = re.compile(r"\]\(\s*<?(?P<markdown>[^()\s<>]+)>?(?:\s+\"[^\"]*\")?\s*\)|\b(?:href|src)=\"(?P<html>[^\"]+)\"")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.I)  # an address with its scheme, or a place in the same notebook


def list_notebooks(sources: list[Source]) -> set[str]:
    """The paths, from the root, of all notebooks that are built of the sources."""
    return {
        notebook_path(source, lang, variant)
        for source in sources
        for variant in VARIANTS[source.kind]
        for lang in LANGUAGES
    }


def find_dead_links(source: Source, notebooks: set[str]) -> Iterator[Problem]:
    """Links to what is neither in the checkout nor one of the notebooks that are built."""
    for cell in source.cells:
        for match in _find_links(cell.text) if cell.kind == "markdown" else ():
            target = match["markdown"] or match["html"]
            if _ELSEWHERE.match(target):
                continue
            for variant in VARIANTS[source.kind]:
                place = notebook_path(source, cell.lang, variant)
                path = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(target.split("#")[0])))
                if path not in notebooks and (path.startswith("..") or not (ROOT / path).exists()):
                    line = cell.line + 1 + cell.text.count("\n", 0, match.start())
                    yield Problem(source.path, line, f"the link to {target} leads nowhere from {place}: no {path}")
                    break


def _find_links(text: str) -> Iterator[re.Match]:
    return _LINK.finditer(silence(text) if _LINK.search(text) else "")
