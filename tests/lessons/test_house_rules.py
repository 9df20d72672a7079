"""The house rules, for every lesson and exercise; and each rule on a lesson that breaks it."""

import json
import re
from pathlib import Path

import house_rules as rules
import pytest

from tools.build import find_sources
from tools.source import ROOT, read_source

SOURCES = find_sources()
LESSONS = [source for source in SOURCES if source.kind == "lesson"]
EXERCISES = [source for source in SOURCES if source.kind == "exercise"]
EXECUTED = sorted([*ROOT.glob("notebooks/**/*.ipynb"), *ROOT.glob("solutions/**/*.ipynb")])
EXECUTED = [path for path in EXECUTED if ".ipynb_checkpoints" not in path.parts]
SECONDS = {"05_keras_mnist": 120} | {name: 120 for name in ("07", "08", "09", "10", "11", "12")}


@pytest.mark.parametrize("rule", rules.LESSON_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("source", LESSONS, ids=lambda source: source.stem)
def test_lesson_keeps_the_rule(source, rule):
    problems = [f"{source.path.name}:{problem}" for problem in rule(source)]
    assert not problems, "\n".join([rule.__doc__, *problems])


@pytest.mark.parametrize("rule", rules.EXERCISE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("source", EXERCISES, ids=lambda source: source.stem)
def test_exercise_keeps_the_rule(source, rule):
    problems = [f"{source.path.name}:{problem}" for problem in rule(source)]
    assert not problems, "\n".join([rule.__doc__, *problems])


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: str(path.relative_to(ROOT)))
def test_executed_notebook_is_whole(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    problems = rules.check_built_outputs(notebook, path.stat().st_size)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("source", LESSONS, ids=lambda source: source.stem)
def test_lesson_ran_within_its_time(source):
    course = json.loads((ROOT / "notebooks" / f"{source.stem}.ipynb").read_text(encoding="utf-8"))["metadata"]["course"]
    limit = SECONDS.get(source.stem, SECONDS.get(source.stem[:2], 60))
    assert course["seconds"] < limit, f"{course['seconds']} s; the limit on two cores is {limit} s"


def test_every_lesson_but_the_first_has_its_exercise():
    assert {source.stem for source in EXERCISES} == {
        source.stem for source in LESSONS if not source.stem.startswith("00")
    }


GOOD = (
    """# %% [markdown] lang="en"
# # 77. Title
#
# Which question?
#
# You will be able to:
# - a
# - b
# - c
#
# **Time and needs.** ⟦run_seconds⟧ ⟦peak_memory⟧

# %% [markdown] lang="zh"
# # 77. 标题
#
# 什么问题？
#
# 学完后你能够：
# - 甲
# - 乙
# - 丙
#
# **时间与所需。** ⟦run_seconds⟧ ⟦peak_memory⟧

# %% tags=["setup"]
from course_utils import ensure
"""
    + """
# %%
x = 1
assert x == 1, "x is one"

# %% [markdown] lang="en"
# **Before you run it:** what a sentence of a dozen words or so may look like.

# %% [markdown] lang="zh"
# **先猜再运行：** 什么？
"""
    * 19
    + """
# %% [markdown] lang="en"
# ## 77.1 In the company
#
# **Quiz.** Which?
#
# - [x] a :: yes
# - [ ] b :: no

# %% [markdown] lang="zh"
# ## 77.1 在公司里
#
# **小测验。** 哪个？
#
# - [x] 甲 :: 对
# - [ ] 乙 :: 错
"""
    + """
# %% [markdown] lang="en"
# **Quiz.** Which?
#
# - [x] a :: yes
# - [ ] b :: no

# %% [markdown] lang="zh"
# **小测验。** 哪个？
#
# - [x] 甲 :: 对
# - [ ] 乙 :: 错

# %% [markdown] lang="en"
# ## What you can do now
#
# - a: ⟦x⟧
# - b: ⟦x⟧
# - c: ⟦x⟧

# %% [markdown] lang="zh"
# ## 现在你能做到
#
# - 甲：⟦x⟧
# - 乙：⟦x⟧
# - 丙：⟦x⟧
"""
)

BROKEN = [
    (rules.check_first_cell, "# # 77. Title", "# # Title"),
    (rules.check_first_cell, "# 什么问题？", "# 问题。"),
    (rules.check_first_cell, "# - 丙\n#\n# **时间", "#\n# **时间"),
    (rules.check_first_cell, "**Time and needs.** ⟦run_seconds⟧", "**Time and needs.** 30"),
    (rules.check_last_cell, "## What you can do now", "## Summary"),
    (rules.check_last_cell, "- c: ⟦x⟧", "- c: 1"),
    (rules.check_code_lengths, "x = 1\n", "x = 1\n" * 8),
    (rules.check_prose_lengths, "# # 77. Title\n#\n", "# # 77. Title\n#\n# " + "word " * 121 + "\n#\n"),
    (rules.check_prose_lengths, "what a sentence of a dozen words or so may look like.", "?"),
    (rules.check_cell_count, '# %%\nx = 1\nassert x == 1, "x is one"\n', ""),
    (rules.check_share_of_checks, "assert x", "print(x)  #"),
    (rules.check_assert_messages, ', "x is one"', ""),
    (rules.check_rhythm, "**先猜再运行：**", ""),
    (rules.check_rhythm, "**Quiz.**", "Quiz"),
    (rules.check_rhythm, "In the company", "Elsewhere"),
    (rules.check_rhythm, "## 77.1", "## 77.2"),
    (rules.check_rhythm, "# ## What", "# # What"),
    (rules.check_setup, ' tags=["setup"]', ""),
    (rules.check_setup, "from course_utils import ensure\n", "from course_utils import ensure\n" + "ensure()\n" * 7),
    (rules.check_offline_and_plain, "x = 1\n", 'x = "https://example.com"\n'),
    (rules.check_offline_and_plain, "x = 1\n", "!pip install x\n"),
    (rules.check_offline_and_plain, "x = 1\n", "warnings.filterwarnings('ignore')\n"),
    (rules.check_offline_and_plain, "x = 1\n", "try:\n    x = 1\nexcept Exception: pass\n"),
]


@pytest.mark.parametrize("rule", rules.LESSON_RULES, ids=lambda rule: rule.__name__)
def test_good_lesson_passes(tmp_path, rule):
    assert rule(_write(tmp_path, GOOD)) == []


@pytest.mark.parametrize(("rule", "old", "new"), BROKEN, ids=lambda value: getattr(value, "__name__", repr(value)[:24]))
def test_broken_lesson_fails(tmp_path, rule, old, new):
    assert old in GOOD
    assert rule(_write(tmp_path, GOOD.replace(old, new)))


def test_deeper_cells_count_in_the_whole_only(tmp_path):
    deeper = '# %% [markdown] lang="en"\n# ## 77.2 Deeper: more\n\n# %% [markdown] lang="zh"\n# ## 77.2 选读：更多\n'
    few, many, plain = (tmp_path / name for name in ("few", "many", "plain"))
    more = "\n# %%\nx = 2\n"
    for folder in (few, many, plain):
        folder.mkdir()
    assert rules.check_cell_count(_write(few, GOOD + "\n" + deeper + more * 40)) == []
    assert rules.check_cell_count(_write(many, GOOD + "\n" + deeper + more * 80))
    assert rules.check_cell_count(_write(plain, GOOD + more * 40))


def test_every_rule_has_a_counterexample():
    assert {rule for rule, _, _ in BROKEN} == set(rules.LESSON_RULES)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"execution_count": 2}, "top to bottom"),
        ({"source": "⟦x⟧"}, "not filled in"),
        ({"outputs": [{"output_type": "display_data", "data": {"image/png": ""}, "metadata": {}}]}, "picture"),
        ({"outputs": [{"output_type": "stream", "name": "stderr", "text": "Warning"}]}, "stderr"),
        ({"outputs": [{"output_type": "error"}]}, "error"),
    ],
)
def test_broken_notebook_fails(change, complaint):
    cell = {"cell_type": "code", "id": "a", "source": "1", "metadata": {}, "execution_count": 1, "outputs": []}
    assert rules.check_built_outputs({"cells": [cell]}, 1000) == []
    assert rules.check_built_outputs({"cells": [cell]}, 300_001)
    assert re.search(complaint, "\n".join(rules.check_built_outputs({"cells": [cell | change]}, 1000)))


def _write(folder: Path, text: str):
    path = folder / "77_good" / "lesson.py"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return read_source(path)
