"""Mutants: every rule at work, none that surely changes nothing, always the same in the same order."""

import ast

import pytest

from proofs.mutants import describe_change, make_mutants


def _changes(code: str) -> set[str]:
    return {mutant.change for mutant in make_mutants(code)}


@pytest.mark.parametrize(("code", "mutated"), [
    ("y = a + b", ["y = a - b", "y = a", "y = b", "y = -(a + b)"]),
    ("y = a - b", ["y = a + b", "y = b - a"]),
    ("y = a * 3", ["y = a / 3", "y = a * 4", "y = a * 2", "y = a * 6", "y = a * 0", "y = a * -3"]),
    ("y = a @ b", ["y = b @ a", "y = a * b"]),
    ("y = a < b", ["y = a <= b", "y = a >= b"]),
    ("y = a and b", ["y = a or b", "y = a", "y = b"]),
    ("y = f(a, b)", ["y = f(b, a)", "y = a", "y = b"]),
    ("y = x.sum(axis=0)", ["y = x", "y = x.sum()", "y = x.sum(axis=1)", "y = x.sum(axis=-1)", "y = x.mean(axis=0)"]),
    ("y = min(a, b)", ["y = max(a, b)"]),
    ("y = W.T", ["y = W"]),
    ("y = x[i : n]", ["y = x[i:n + 1]", "y = x[i + 1:n]", "y = x[:n]", "y = x[i:]"]),
    ("y = x[i]", ["y = x[i - 1]", "y = x[i + 1]"]),
    ("y = range(n)", ["y = range(n + 1)", "y = range(n - 1)"]),
    ("y = a, b", ["y = (b, a)"]),
    ("y = True", ["y = False"]),
    ("y = 'C'", ["y = 'C?'"]),
    ("w = w - g", ["w -= g"]),
    ("w += g", ["w = g", "w -= g"]),
    ("y = a if b else c", ["y = a if True else c", "y = a if False else c"]),
    ("y = np.log(x)", ["y = np.log1p(x)", "y = x"]),
])  # fmt: skip
def test_each_rule(code, mutated):
    changes = _changes(code)
    normal = ast.unparse(ast.parse(code))
    assert {f"{normal} → {one}" for one in mutated} <= changes, changes


def test_statements_are_dropped_and_swapped_and_loops_cut_short():
    changes = _changes("def f(x):\n    a = 1\n    g(a)\n    for i in x:\n        a += i\n    return a\n")
    assert {"a = 1 → pass", "g(a) → pass", "a = 1 / g(a) → g(a) / a = 1", "a += i → pass", "return a → return x",
            "for i in x: → for i in list(x)[1:]:", "for i in x: → for i in list(x)[:1]:"} <= changes  # fmt: skip


@pytest.mark.parametrize("same", ["y = b + a", "y = 2 * a", "y = 2 + 3", "y = a"])
def test_what_surely_computes_the_same_is_no_mutant(same):
    code = {"y = b + a": "y = a + b", "y = 2 * a": "y = a * 2", "y = 2 + 3": "y = 5", "y = a": "y = a * 1 if 0 else a"}
    assert same not in {mutant.code for mutant in make_mutants(code[same])}


def test_lists_that_are_joined_the_other_way_round_are_mutants():
    assert "y = x + [1] → y = [1] + x" in _changes("y = x + [1]")


def test_no_mutant_twice_none_like_the_original_and_all_are_python():
    code = "def f(x, n):\n    '''Words.'''\n    for i in range(n):\n        x = x * 2 + i\n    return x\n"
    mutants = make_mutants(code)
    assert len({mutant.code for mutant in mutants}) == len(mutants) > 30
    for mutant in mutants:
        compile(mutant.code, "mutant", "exec")
        assert "Words." not in mutant.code and "Words." not in mutant.original and mutant.code != mutant.original
    assert mutants == make_mutants(code)


def test_the_diff_shows_the_line_that_changed():
    mutant = next(one for one in make_mutants("def f(x):\n    y = x + 1\n    return y\n") if one.rule == "operator")
    assert mutant.diff().splitlines() == [" def f(x):", "-    y = x + 1", "+    y = x - 1", "     return y"]


def test_a_change_of_the_last_line_and_a_line_less():
    assert describe_change("a\nb\nc", "a\nb\nd") == "c → d"
    assert describe_change("a\nb\nc", "a\nc") == "b → "
