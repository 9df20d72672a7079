"""Sets a computed number as prose shows it, in either language."""

from __future__ import annotations

import re

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def set_number(value: str) -> str:
    """A number as prose shows it: −0.4 for "-0.4", 6×10⁻⁷ for "6e-07"."""
    value = re.sub(
        r"(\d(?:\.\d+)?)e([-+]\d+)",
        lambda match: f"{match[1]}×10{str(int(match[2])).translate(_SUPERSCRIPTS)}" if float(match[0]) else "0",
        value,
    )
    return re.sub(r"(?<![\w)\[\]])-(?=\d)", "−", value)
