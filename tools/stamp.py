"""Notes in a source that its Chinese has been read against its English."""

from __future__ import annotations

import re

from tools.files import write_text
from tools.source import Source, hash_text, pair_cells


def stamp(sources: list[Source]) -> int:
    """Write the hash of each English cell into its Chinese twin; returns how many twins changed."""
    changed = 0
    for source in sources:
        lines = source.path.read_text(encoding="utf-8").splitlines(keepends=True)
        for en, zh in pair_cells(source):
            if zh is not None and zh.of != hash_text(en.text):
                bare = re.sub(r'\s+of="[^"]*"', "", lines[zh.line - 1].rstrip("\n"))
                lines[zh.line - 1] = bare.replace('lang="zh"', f'lang="zh" of="{hash_text(en.text)}"') + "\n"
                changed += 1
        write_text(source.path, "".join(lines))
    return changed
