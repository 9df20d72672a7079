"""tools/turn.py: another value reaches all that follows it, a claim that it breaks is reported, nothing is written."""

from dataclasses import replace

import pytest

from tools import turn
from tools.source import SourceError, read_source

LESSON = """# %% [markdown] lang="en"
# Double: ⟦double⟧, triple: ⟦triple⟧.

# %% [markdown] lang="zh"
# 两倍：⟦double⟧，三倍：⟦triple⟧。

# %%
WIDTH, STEPS = (
    2, 10)
double = 2 * STEPS

# %%
triple = 3 * STEPS
assert triple < 40, "a claim"
"""


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "77_toy" / "lesson.py"
    path.parent.mkdir()
    path.write_text(LESSON, encoding="utf-8")
    return read_source(path)


def test_each_value_has_its_run_and_a_broken_claim_is_named_with_its_line(lesson, monkeypatch, capsys):
    monkeypatch.setattr(turn, "find_sources", lambda only: [lesson])
    assert turn.main(["77", "STEPS", "5", "20", "--numbers", "triple"])
    printed = capsys.readouterr().out
    assert "77_toy, STEPS = 5: every cell runs\n  triple  15\n" in printed and "double" not in printed
    assert "77_toy, STEPS = 20: " in printed and "77_toy/lesson.py:12: " in printed and "a claim" in printed
    assert [path.name for path in lesson.path.parent.iterdir()] == ["lesson.py"]
    assert lesson.path.read_text(encoding="utf-8") == LESSON


def test_the_value_is_set_before_the_same_cell_uses_it(lesson):
    assert turn.run(turn.turn(lesson, "STEPS", "7")) == {"double": "14", "triple": "21"}


def test_a_ledger_named_by_the_user_stays_as_it_was(lesson, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_LEDGER", str(tmp_path / "mine.jsonl"))
    record = "from course_utils import ledger; ledger.record('toy', value=1)\n__import__('os').listdir()"
    cells = (replace(lesson.cells[2], text=record), *lesson.cells[2:])
    turn.run(replace(lesson, cells=(*lesson.cells[:2], *cells)))
    assert not (tmp_path / "mine.jsonl").exists()


def test_an_unknown_knob_is_refused_before_anything_runs(lesson, monkeypatch, capsys):
    with pytest.raises(SourceError, match="no cell sets a knob called 'HEIGHT'"):
        turn.turn(lesson, "HEIGHT", "1")
    monkeypatch.setattr(turn, "find_sources", lambda only: [lesson])
    monkeypatch.setattr(turn, "run", lambda source: pytest.fail("it must not run"))
    with pytest.raises(SystemExit):
        turn.main(["77", "HEIGHT", "1"])
    assert "no cell sets a knob called 'HEIGHT'" in capsys.readouterr().err
