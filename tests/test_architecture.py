"""The house stands: every import leads down, the sandbox's inside needs nothing of ours, the picture is up to date."""

from tools.architecture import FLOORS, PICTURE, draw, list_arrows

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
