"""The learner's ledger: what their own models measured, one JSON line a record, appended and never rewritten."""

import datetime
import json
import math
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

_MAX_TEXT = 200  # characters: a measure is a number or a word, no report


def record(name: str, lesson: str | None = None, path: str | Path | None = None, **measures: Any) -> dict[str, Any]:
    """Append what the model `name` measured, and return the line; earlier lines of that name stay.

    measures: finite numbers, units in their names (accuracy, bytes, latency_ms), or strings up to 200 characters.
    lesson: where it was measured. ValueError names what is wrong; OSError says what to do where no file can be written.
    """
    if not isinstance(name, str) or not name.strip() or len(name) > _MAX_TEXT:
        raise ValueError(f"name must be a string of 1 to {_MAX_TEXT} characters, not {name!r}")
    if not measures or "time" in measures:
        raise ValueError(f"record({name!r}) needs at least one measure, such as seconds=2.5, and none called 'time'")
    measures = measures if lesson is None else {"lesson": str(lesson), **measures}
    row = {"name": name, "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
    row |= {key: _check_measure(key, value) for key, value in measures.items()}
    ledger = _find_ledger(path)
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with open(ledger, "ab+") as file:  # appended in one piece, so that the lines of two processes do not mix
            file.seek(max(0, file.tell() - 1))
            torn = file.read(1) not in (b"", b"\n")  # the last line, by a kill: ours stays whole
            file.write(b"\n" * torn + json.dumps(row, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        remedy = 'Choose a file that can be: import os; os.environ["COURSE_LEDGER"] = "/tmp/ledger.jsonl"'
        raise OSError(f"the ledger {ledger} cannot be written ({error}). {remedy}; then run this again.") from error
    return row


def read(path: str | Path | None = None) -> list[dict[str, Any]]:
    """Return all records, newest last; [] where there is no ledger yet. A damaged line is warned about and skipped."""
    ledger, rows = _find_ledger(path), []
    for number, line in enumerate(ledger.read_bytes().split(b"\n") if ledger.exists() else (), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("name"), str):
                raise ValueError("it is no record with a name")
            rows.append(row)
        except (ValueError, RecursionError) as error:
            warnings.warn(f"{ledger}, line {number} is damaged, so passed over ({error}); it stays there", stacklevel=2)
    return rows


def latest(path: str | Path | None = None) -> list[dict[str, Any]]:
    """Return the newest record of each name, in the order in which the names first appeared."""
    return list({row["name"]: row for row in read(path)}.values())


def _check_measure(key: str, value: Any) -> float | int | str:
    value = value.item() if isinstance(value, np.generic) else value
    number = type(value) is int or isinstance(value, float) and math.isfinite(value)
    if number or isinstance(value, str) and len(value) <= _MAX_TEXT:
        return value
    allowed = f"a finite number or a string of at most {_MAX_TEXT} characters (a tensor: .item(); yes or no: 1 or 0)"
    raise ValueError(f"{key} must be {allowed}, not {value!r:.60}")


def _find_ledger(path: str | Path | None) -> Path:
    """`path`, else COURSE_LEDGER, else runs/ledger.jsonl of the course's folder (of the current one outside of it)."""
    if chosen := path or os.environ.get("COURSE_LEDGER"):
        return Path(chosen).expanduser()
    here = Path.cwd()  # lessons and exercises run in folders of their own, with one ledger
    roots = [folder for folder in (here, *here.parents) if (folder / "course_utils" / "ledger.py").is_file()]
    return (roots[0] if roots else here) / "runs" / "ledger.jsonl"
