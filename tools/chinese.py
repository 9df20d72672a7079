"""How Chinese is set: wrapped lines joined, bold for slant, yuan beside dollars; and what no Chinese text may say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.passages import SYMBOLS, silence
from tools.source import Problem, Source
from tools.texts import read_entries, texts_path

YUAN_PER_DOLLAR = 7  # an assumption, like the course's prices themselves; lesson 00 tells it to the reader

_PUNCTUATION = "，。；：？！、（）《》〈〉「」『』【】“”‘’…—～·"
_WIDE = rf"[\u3400-\u9fff\uf900-\ufaff{_PUNCTUATION}]"
_BLOCK = re.compile(
    r"\s*([-*+]\s|\d+\.\s|#|\||>|\$\$|```|<|$)"
)  # begins a block of its own: never joined to what precedes
_LONE = re.compile(r"\s*(#|\||\$\$|```|<|$)|.*(\$\$|  |\\)$")  # ends one: nothing is joined to it
_SLANT = re.compile(r"(?<![*A-Za-z0-9_])\*(?![*\s])([^*\n]*[\u4e00-\u9fff][^*\n]*)(?<!\s)\*(?!\*)")
_PRICE = re.compile(r"([\d,.]*\d)( 美元（约) ¥ 元")
_LAPSES = (  # in any Chinese text
    (r"\d %", "write 95%, without a space"),
    (
        r"(?<![至最很许])[大小多少快慢高低长短贵陡宽窄重轻]了?(?!\s*一倍)[\s\d.,～二两三四五六七八九十百千万几一]+倍",
        "write 是……的 K 倍 or 只有……的 1/N: 大了 K 倍 means K + 1 times, 小了 N 倍 nothing",
    ),
)
_LAPSES_OF_PROSE = (  # whose code stands in backticks
    (r"\d(?:\.\d+)?e[-−+]?\d", "write 3×10⁻⁷"),
    (r"(?<![A-Za-z0-9_\])\[:–—-])-\d", "write −0.4, with the minus sign"),
    (r"\d\s?(?:…|\.\.\.)\s?\d", "write 0～1"),
)


def join_lines(text: str) -> str:
    """`text` with each break that Chinese does not want removed; formulas, code, tables and lists keep their lines."""
    joined: list[str] = []
    inside = None  # the fence of the display formula or code block that we are in
    for line in text.split("\n"):
        fence = next((mark for mark in ("```", "$$") if line.count(mark) % 2), None)
        if (
            inside is None
            and joined
            and not _BLOCK.match(line)
            and not _LONE.match(joined[-1])
            and _meet(joined[-1], line)
        ):
            joined[-1] += line.lstrip()
        else:
            joined.append(line)
        if fence and inside in (None, fence):
            inside = None if inside else fence
    return "\n".join(joined)


def set_type(text: str) -> str:
    """A Chinese text as it is shown: what one star would slant is bold, and "4 美元（约 ¥ 元）" gets its number."""
    symbols = [match.span() for match in SYMBOLS.finditer(text)]

    def embolden(match: re.Match) -> str:
        return match[0] if any(start < match.start() < end for start, end in symbols) else f"**{match[1]}**"

    return _PRICE.sub(_add_yuan, _SLANT.sub(embolden, text))


def find_lapses(source: Source) -> Iterator[Problem]:
    """What a Chinese reader stumbles over and a program can see, in the prose of a source and in its texts."""
    for cell in source.cells:
        if cell.lang == "zh":
            for offset, message in _find_lapses(cell.text, _LAPSES + _LAPSES_OF_PROSE):
                yield Problem(source.path, cell.line + 1 + offset, message)
    path = texts_path(source)
    for entry in read_entries(source) if source.kind == "exercise" and path.exists() else ():
        for _, message in _find_lapses(entry.zh or "", _LAPSES):
            yield Problem(path, entry.line, f"{entry.name}: {message}")


def _find_lapses(text: str, lapses) -> Iterator[tuple[int, str]]:
    """(line within the text, message) of each lapse."""
    text = silence(text)
    for pattern, message in lapses:
        for match in re.finditer(pattern, text):
            yield text.count("\n", 0, match.start()), f"{match[0]!r}: {message}"


def _add_yuan(match: re.Match) -> str:
    yuan = float(f"{YUAN_PER_DOLLAR * float(match[1].replace(',', '')):.2g}")
    return f"{match[1]}{match[2]} {yuan:,.10g} 元"


def _meet(before: str, after: str) -> bool:
    """Whether no space belongs between the two lines."""
    last, first = _visible(before)[-1:], _visible(after.lstrip())[:1]
    both_wide = re.match(_WIDE, last) and re.match(_WIDE, first)
    return bool(both_wide or (last and last in _PUNCTUATION) or (first and first in _PUNCTUATION))


def _visible(text: str) -> str:
    """Without the marks of emphasis at its ends."""
    return text.strip("*_")
