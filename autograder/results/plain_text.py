"""Turns the formulas in a check's sentences into plain text, for places that know no LaTeX: e-mail, CSV, a phone."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"\$(?=\S)([^$\n]{0,300}\S)\$")
_SIGNS = """alpha α beta β gamma γ delta δ epsilon ε eta η theta θ lambda λ mu μ sigma σ tau τ phi φ omega ω Delta Δ
Sigma Σ partial ∂ nabla ∇ sum Σ prod Π infty ∞ top ᵀ ell ℓ cdot · times × odot ⊙ pm ± le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠
approx ≈ to → in ∈ ldots … dots …""".split()
_WORDS = dict(zip(_SIGNS[::2], _SIGNS[1::2], strict=True)) | dict.fromkeys(
    ["left", "right", "mathrm", "mathbf", "mathbb", "text", "big", "Big"], ""
)
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_RAISED = str.maketrans("0123456789+-−()niTt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿⁱᵀᵗ")
_LOWERED = str.maketrans("0123456789+-−()ijkntx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎ᵢⱼₖₙₜₓ")
_COMMAND = re.compile(r"\\([A-Za-z]+|.) ?")
_SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|(.))")
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_ACCENT = re.compile(r"\\(hat|bar|tilde) ?\{?(\w)\}?")


def to_plain_text(text: str) -> str:
    """The text with each $formula$ in plain characters: "$\\partial L/\\partial w_2$" becomes "∂L/∂w₂"."""
    return _FORMULA.sub(lambda match: _convert(match[1]), text)


def _convert(formula: str) -> str:
    formula = _FRACTION.sub(r"(\1)/(\2)", formula)
    formula = _ACCENT.sub(lambda match: match[2] + _ACCENTS[match[1]], formula)
    formula = _COMMAND.sub(_name_command, formula)
    formula = _SCRIPT.sub(lambda match: _shift(match[1], match[2] or match[3] or ""), formula)
    return formula.translate({ord("{"): None, ord("}"): None}).strip()


def _name_command(match: re.Match) -> str:
    name = match[1]
    if not name.isalpha():  # \, \; \{ \|
        return " " if name in ",;:! " else name
    space = " " if match[0].endswith(" ") and len(_WORDS.get(name, name)) > 1 else ""
    return _WORDS.get(name, name) + space


def _shift(kind: str, script: str) -> str:
    table = _RAISED if kind == "^" else _LOWERED
    if script == "ᵀ":
        return script
    if script and all(ord(character) in table for character in script):
        return script.translate(table)
    return f"{kind}{script}" if len(script) == 1 or script.isalnum() else f"{kind}({script})"


def make_plain(text: str, most: int = 300) -> str:
    """One line of at most `most` characters without control, invisible or direction-changing ones, for a terminal."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
