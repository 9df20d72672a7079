"""Names of feedback files on other systems: no device of Windows, no two that some file system takes for one."""

import pytest

from autograder.results.names import name_files

TWINS = [
    "é",
    "e\u0301",
    "ﬁ",
    "fi",
    "K",
    "\u212a",
    "ß",
    "SS",
    "ss",
    "i",
    "I",
    "ı",
    "Jane",
    "jane",
    "Å",
    "\u212b",
    "A\u030a",
]


def test_no_two_names_are_one_in_any_file_system():
    names = list(name_files(TWINS).values())
    assert len({name.upper().casefold() for name in names}) == len(TWINS)
    assert name_files(["Jörg", "王 芳"]) == {"Jörg": "Jörg", "王 芳": "王 芳"}


@pytest.mark.parametrize("name", ["COM¹", "lpt².txt", "CON .txt", "con", "NUL  ", "aux.", "PRN.a.b", "com0", "Lpt9 .x"])
def test_no_name_is_a_device(name):
    (safe,) = name_files([name]).values()
    device = safe.split(".")[0].rstrip().upper().translate(str.maketrans("¹²³", "123"))
    assert device not in {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
    assert not safe.endswith((".", " "))


@pytest.mark.parametrize(
    "name", ["[x](javascript:y)", "<img src=x>", "`x`", "*x*", "a\u202eb", "a;b", "$(x)", "..\\x", "~"]
)
def test_no_name_holds_what_markup_or_a_shell_would_read(name):
    (safe,) = name_files([name]).values()
    assert not set(safe) & set('[]<>`*;$\\~\u202e&|"#!?{}') and len(safe) > 8
