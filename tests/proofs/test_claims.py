"""How rooms write their cases: what is to be changed must be there, and what comes out is a whole cell."""

import pytest

from proofs.claims import define_function, edit_by_arrows, edit_text, list_mutants, replace_bodies, swap_lines

CELL = "def f(x):\n    return x + 1\n"


def test_changes_by_turns_and_by_arrows():
    assert edit_text(CELL, "x + 1", "x", "return x", "return 2 * x") == "def f(x):\n    return 2 * x\n"
    assert edit_by_arrows(CELL, "x + 1 → x - 1") == CELL.replace("+", "-")


@pytest.mark.parametrize(
    "change",
    [
        lambda: edit_text(CELL, "y + 1", "x"),
        lambda: edit_by_arrows(CELL, "y + 1 → x"),
        lambda: list_mutants("return x + 1", "y → x"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(change):
    with pytest.raises(ValueError, match="y"):
        change()


def test_functions_and_bodies():
    assert define_function("f(x)", "return x + 1").strip() == CELL.strip()
    assert replace_bodies({"q1": CELL}, "q1", f="return 0") == "def f(x):\n    return 0\n"


def test_mutants_are_written_as_proofs_print_them():
    assert list_mutants("return x + 1", "+ → -") == ("return x + 1 → return x - 1",)
    assert swap_lines("a", "b") == ("a / b → b / a",)
