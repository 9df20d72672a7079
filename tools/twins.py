"""Compares each Chinese cell with its English twin: hash, formulas, numbers, the glossary's terms, quizzes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from tools.quiz import find_quiz_problem, is_quiz, right_choice
from tools.source import PLACEHOLDER, ROOT, Cell, Problem, Source, SourceError, hash_text, pair_cells

_CODE_SPAN = re.compile(r"```.*?```|`[^`\n]+`", re.S)
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\$)(?:\\.|[^$\\])+?\$", re.S)


def find_problems(source: Source, glossary: list[tuple[str, list[str]]]) -> list[Problem]:
    """All that a program can find wrong with a translation: twins, hashes, formulas, numbers, terms, quizzes."""
    try:
        pairs = pair_cells(source)
    except SourceError as error:
        return error.problems
    problems = []
    for en, zh in pairs:
        if zh is None:
            continue
        found = [(zh.line, message) for message in _compare_twins(en, zh, glossary)]
        found += [(cell.line, message) for cell in (en, zh) if (message := find_quiz_problem(cell.text))]
        problems += [Problem(source.path, line, message) for line, message in found]
    return problems


def read_glossary(path: Path = ROOT / "lessons" / "glossary.csv") -> list[tuple[str, list[str]]]:
    """Rows (English term, its Chinese terms), longest English first, so that 'learning rate' is met before 'rate'."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["en"].strip(), row["zh"].strip().split("|")) for row in csv.DictReader(file)]
    if len({en.lower() for en, _ in rows}) != len(rows):
        raise SourceError([Problem(path, 1, "a term stands twice in the glossary")])
    return sorted(rows, key=lambda row: (-len(row[0]), row[0]))


def compare_texts(en: str, zh: str, of: str | None) -> list[str]:
    """Hash and formulas of two texts; `of`: the hash of the English that the Chinese was translated from."""
    messages, expected = [], hash_text(en)
    if of is None:
        messages.append(
            f'the Chinese names no English text: read both, then run build.py --stamp (adds of="{expected}")'
        )
    elif of != expected:
        messages.append(
            f'stale translation: the English has changed since (now of="{expected}"). Bring the Chinese up to date, '
            "then run build.py --stamp"
        )
    if _formulas(en) != _formulas(zh):
        only_en, only_zh = _subtract(_formulas(en), _formulas(zh)), _subtract(_formulas(zh), _formulas(en))
        messages.append(f"different formulas: only English {only_en}, only Chinese {only_zh}")
    return messages


def _compare_twins(en: Cell, zh: Cell, glossary) -> list[str]:
    messages = compare_texts(en.text, zh.text, zh.of) + find_missing_terms(en.text, zh.text, glossary)
    if sorted(PLACEHOLDER.findall(en.text)) != sorted(PLACEHOLDER.findall(zh.text)):
        messages.append("different ⟦numbers⟧ in the two languages")
    if is_quiz(en.text) != is_quiz(zh.text):
        messages.append("a quiz in one language only")
    elif is_quiz(en.text) and find_quiz_problem(en.text) is find_quiz_problem(zh.text) is None:
        if right_choice(en.text) != right_choice(zh.text) or en.text.count("- [") != zh.text.count("- ["):
            messages.append("the quiz has other choices, or another right one, than in English")
    return messages


def find_missing_terms(en: str, zh: str, glossary: list[tuple[str, list[str]]]) -> list[str]:
    """A sentence for each term of the glossary that the English has and the Chinese doesn't."""
    en, messages = _plain(en), []
    for term, translations in glossary:
        pattern = re.compile(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", re.I)
        if pattern.search(en):
            en = pattern.sub(" ", en)  # a longer term hides the shorter ones within it
            if not any(word.lower() in zh.lower() for word in translations):
                messages.append(f"the glossary translates '{term}' as {' or '.join(translations)}: not in the Chinese")
    return messages


def _plain(text: str) -> str:
    return PLACEHOLDER.sub(" ", _FORMULA.sub(" ", _CODE_SPAN.sub(" ", text)))


def _formulas(text: str) -> list[str]:
    text = _CODE_SPAN.sub(" ", text)
    return sorted(re.sub(r"\s+", "", formula).strip("$") for formula in _FORMULA.findall(text))


def _subtract(left: list[str], right: list[str]) -> list[str]:
    right = list(right)
    return [item for item in left if item not in right or right.remove(item)]
