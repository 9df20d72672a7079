"""The house stands: every import leads down, the sandbox's inside needs nothing of ours, the picture is up to date."""

from tools.architecture import FLOORS, PICTURE, draw, list_arrows
from tools.source import ROOT

LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}


def test_every_import_leads_down():
    up = [f"{own} imports {other}: {', '.join(places)}" for (own, other), places in list_arrows().items()
          if LEVEL[own] >= LEVEL[other]]  # fmt: skip
    assert not up, "\n".join(up)


def test_what_runs_beside_a_learners_code_imports_nothing_else_of_ours():
    assert [other for own, other in list_arrows() if own == "autograder.sandbox.inside"] == []


def test_checks_import_what_checks_are_written_with_and_nothing_else():
    assert [other for own, other in list_arrows() if own == "lessons"] == ["autograder.answers"]


def test_the_picture_is_drawn_from_this_code():
    assert PICTURE.read_text(encoding="utf-8") == draw(), "run python tools/architecture.py"


def test_what_is_meant_to_be_small_is_small():
    helpers = {path.name: _count_lines(path) for path in (ROOT / "course_utils").glob("*.py")}
    assert len(helpers) <= 10 and sum(helpers.values()) <= 1200, helpers
    checks = {path.parent.name: _count_lines(path) for path in (ROOT / "lessons").glob("*/checks.py")}
    assert max(checks.values()) <= 700, checks
    modules = [path for top in ("autograder", "course_data", "proofs", "tools") for path in (ROOT / top).rglob("*.py")]
    assert [path for path in modules if _count_lines(path) > 200] == []


def _count_lines(path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
