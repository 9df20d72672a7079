"""From source to notebooks: twins, hashes, holes, numbers, ids; and what --check must notice."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.build import check, find_sources
from tools.quiz import find_quiz_problem, render_quiz
from tools.render import Run, fill_numbers, hash_code, render_notebook
from tools.source import ROOT, SourceError, hash_text, read_source
from tools.twins import find_problems

GLOSSARY = [("learning rate", ["学习率"]), ("rate", ["速率"])]
LESSON = """# %% [markdown] lang="en"
# # 77. Steps
#
# The learning rate $\\alpha$ gave ⟦y:.2f⟧.

# %% [markdown] lang="zh"
# # 77. 步
#
# 学习率 $\\alpha$ 给出 ⟦y:.2f⟧。

# %% tags=["setup"]
import course_utils

# %% tags=["nbval-check-output"]
y = 2 / 3
round(y, 3)
"""
EXERCISE = '''# %% [markdown] lang="en"
# # 77. Exercise

# %% [markdown] lang="zh"
# # 77. 练习

# %% tags=["setup"]
lang = dict(lang="en")["lang"]

# %% question="q1"
# q1: the square
def square(x):
    """x ** 2"""
    # BEGIN SOLUTION: return the square
    y = x * x
    return y
    # END SOLUTION

# %% question="q2"
# q2: a number
# BEGIN SOLUTION
factor = 3
factor = factor + 1
# END SOLUTION

# %% tags=["nbval-check-output"]
print(lang)
'''
TEXTS = """[questions.q1.title]
en = "the square"
zh = "平方"

[docstrings.square]
zh = "x ** 2 的值"

[holes.square]
zh = "返回平方"
"""


def test_the_repository_agrees_with_its_sources():
    assert check(find_sources()) == []


def test_a_whole_lesson_has_no_problem(tmp_path):
    assert find_problems(_write(tmp_path, _stamped(LESSON)), GLOSSARY) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("", "", 6, "names no English text"),
        ("STAMP The learning", "STAMP Learning at the learning", 6, "stale translation"),
        ("STAMP 学习率 $\\alpha$", "学习率 $\\beta$", 6, "different formulas"),
        ("STAMP 给出 ⟦y:.2f⟧", "给出 ⟦y:.1f⟧", 6, "different ⟦numbers⟧"),
        ("STAMP 学习率", "步长", 6, "'learning rate' as 学习率"),
        (
            '# %% [markdown] lang="zh"\n# # 77. 步\n#\n# 学习率 $\\alpha$ 给出 ⟦y:.2f⟧。\n',
            "",
            1,
            "without its Chinese twin",
        ),
        (
            '# %% [markdown] lang="en"\n# # 77. Steps\n#\n# The learning rate $\\alpha$ gave ⟦y:.2f⟧.\n\n',
            "",
            1,
            "without the English cell",
        ),
    ],
)
def test_a_broken_twin_is_named_with_its_line(tmp_path, old, new, line, complaint):
    text, old = (_stamped(LESSON), old.removeprefix("STAMP ")) if old.startswith("STAMP ") else (LESSON, old)
    assert old in text
    problems = find_problems(_write(tmp_path, text.replace(old, new.removeprefix("STAMP "))), GLOSSARY)
    assert [problem.line for problem in problems if complaint in problem.message] == [line]
    assert "77_try/lesson.py:" in str(problems[0])


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [(' lang="en"', "", 1), ("# %% tags=", '# %% lang="en" tags=', 11), ("# %% tags=", '# %% langs="en" tags=', 11)],
)
def test_wrong_metadata_is_named_with_its_line(tmp_path, old, new, line):
    with pytest.raises(SourceError, match=f"77_try/lesson.py:{line}: "):
        _write(tmp_path, LESSON.replace(old, new, 1))


def test_the_hash_ignores_trailing_space_only():
    assert hash_text("a\nb") == hash_text("a  \nb\n") != hash_text("a\nc")


def test_both_languages_share_code_ids_and_outputs(tmp_path):
    source = _write(tmp_path, LESSON)
    run = Run(
        "0",
        [
            [],
            [{"output_type": "execute_result", "data": {"text/plain": "0.667"}, "metadata": {}, "execution_count": 2}],
        ],
        {"y:.2f": "0.67"},
    )
    english, chinese = (render_notebook(source, lang, "lesson", run) for lang in ("en", "zh"))
    assert (
        [cell.id for cell in english.cells]
        == [cell.id for cell in chinese.cells]
        == ["77_try-000", "77_try-001", "77_try-002"]
    )
    assert english.cells[1:] == chinese.cells[1:]
    assert "learning rate $\\alpha$ gave 0.67." in english.cells[0].source and "给出 0.67。" in chinese.cells[0].source


def test_code_changes_the_hash_and_prose_does_not(tmp_path):
    texts = [
        LESSON,
        LESSON.replace("gave", "yields"),
        LESSON.replace("2 / 3", "3 / 2"),
        LESSON.replace("⟦y:.2f⟧", "⟦y:.3f⟧"),
    ]
    hashes = [hash_code(_write(tmp_path, text)) for text in texts]
    assert hashes[0] == hashes[1] and len(set(hashes)) == 3


def test_special_numbers_are_filled():
    assert (
        fill_numbers("⟦run_seconds⟧ s, ⟦peak_memory⟧", Run("0", seconds=12.4, peak_memory=830_000_000), {})
        == "12 s, 0.8 GB"
    )


@pytest.mark.parametrize(("text", "shown"), [
    ("⟦a⟧ and ⟦b⟧", "−0.4 and 6×10⁻⁷"), ("⟦c⟧, ⟦zero⟧", "2×10⁶, 0"), ("from ⟦a⟧ to +1", "from −0.4 to +1"),
    ("$10^{⟦n⟧}$, `⟦a⟧`", "$10^{-7}$, `-0.4`"), ("⟦words⟧", "well-made 2-layer x[-1]"),
])  # fmt: skip
def test_numbers_are_set_as_prose_shows_them_but_in_formulas_and_code(text, shown):
    values = {"a": "-0.4", "b": "6e-07", "c": "2e+06", "zero": "0e+00", "n": "-7", "words": "well-made 2-layer x[-1]"}
    assert fill_numbers(text, Run("0", values=values), {}) == shown


def test_holes_replace_solutions(tmp_path):
    notebook = render_notebook(_write(tmp_path, EXERCISE, "exercise"), "zh", "exercise")
    function, value = (cell for cell in notebook.cells if "question" in cell.metadata.get("course", {}))
    assert function.source.endswith('    """x ** 2"""\n    raise NotImplementedError("q1: return the square")')
    assert value.source.startswith("# q2: a number\nfactor = ...") and "factor + 1" not in value.source
    assert [function.id, value.id] == ["77_try-q1", "77_try-q2"]
    assert 'lang="zh"' in notebook.cells[1].source
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_only_what_has_an_output_is_compared(tmp_path):
    source = _write(tmp_path, EXERCISE, "exercise")
    tags = {
        variant: render_notebook(source, "en", variant).cells[-1].metadata.get("tags")
        for variant in ("exercise", "solution")
    }
    assert tags == {"exercise": None, "solution": ["nbval-check-output"]}


def test_solutions_lose_only_their_markers(tmp_path):
    notebook = render_notebook(_write(tmp_path, EXERCISE, "exercise"), "en", "solution")
    assert notebook.cells[2].source.endswith("    y = x * x\n    return y")
    assert "SOLUTION" not in "".join(cell.source for cell in notebook.cells)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    # BEGIN SOLUTION: return the square\n", "", "has no # BEGIN SOLUTION"),
        ("# q1: the square\n", "", "begins with its marker"),
        ('lang="en")', 'lang="de")', "opens with lang"),
        ("factor = 3\n", "print(3)\n", "assignments only"),
    ],
)
def test_a_broken_exercise_is_named(tmp_path, old, new, complaint):
    with pytest.raises(SourceError, match=complaint):
        render_notebook(_write(tmp_path, EXERCISE.replace(old, new), "exercise"), "en", "exercise")


def test_a_quiz_becomes_folds():
    text = "**Quiz.** Which `x`?\n\n- [ ] `a` :: no,\n  not a\n- [x] b :: yes: $x$"
    assert find_quiz_problem(text) is None
    assert render_quiz(text) == (
        "**Quiz.** Which `x`?\n\n<details><summary>A. <code>a</code></summary>\n\n✗ no, not a\n\n</details>\n\n"
        "<details><summary>B. b</summary>\n\n✓ yes: $x$\n\n</details>"
    )


@pytest.mark.parametrize("choices", ["- [x] a :: yes", "- [x] a :: yes\n- [x] b :: yes", "- [x] a :: yes\n- [ ] b"])
def test_a_broken_quiz_is_named(choices):
    assert find_quiz_problem(f"**Quiz.** Which?\n\n{choices}")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A course of one lesson and its exercise, built."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__", "exceptions.toml"))
    (root / "lessons" / "77_try").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "lessons" / "glossary.csv").write_text("en,zh\nlearning rate,学习率\n", encoding="utf-8")
    (root / "lessons" / "77_try" / "lesson.py").write_text(LESSON, encoding="utf-8")
    (root / "lessons" / "77_try" / "exercise.py").write_text(EXERCISE, encoding="utf-8")
    (root / "lessons" / "77_try" / "texts.toml").write_text(TEXTS, encoding="utf-8")
    (root / "README.md").write_text(
        "<!-- lessons: written by tools/build.py -->\n<!-- end of lessons -->\n", encoding="utf-8"
    )
    assert _run(root, "--stamp").returncode == 0
    built = _run(root)
    assert built.returncode == 0, built.stderr
    return root


def test_a_second_build_does_nothing(tree):
    before = _read_all(tree)
    assert "nothing to do" in _run(tree).stdout
    assert _read_all(tree) == before
    assert _run(tree, "--check").returncode == 0
    (row,) = re.findall(
        r"^\| \[77\. Steps\]\(notebooks/77_try\.ipynb\) .*$", (tree / "README.md").read_text("utf-8"), re.M
    )
    assert row.split(" | ")[3] == "0 / 0", "its minutes"


def test_a_forced_build_gives_the_same_bytes_but_for_times(tree):
    before = _read_all(tree)
    assert _run(tree, "--force").returncode == 0
    for name, notebook in _read_all(tree).items():
        for copy in (notebook, before[name]):
            copy["metadata"]["course"].pop("seconds", None), copy["metadata"]["course"].pop("peak_memory", None)
        assert notebook == before[name], name


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        ("lessons/77_try/lesson.py", "2 / 3", "3 / 2", "made from other code"),
        ("lessons/77_try/lesson.py", "# # 77. Steps", "# # 77. Stride", "lesson.py:6: stale translation"),
        ("lessons/77_try/exercise.py", "x * x", "x ** 2", "solutions/77_try.ipynb: missing, or made from other code"),
        ("lessons/77_try/texts.toml", "the square", "its square", "texts.toml:1: questions.q1.title: stale"),
        ("lessons/77_try/texts.toml", "返回平方", "返回它的平方", "exercises/zh/77_try.ipynb: differs"),
        ("lessons/77_try/texts.toml", "平方", "乘方", "solutions/77_try.ipynb: missing, or made from other code"),
        ("notebooks/77_try.ipynb", "77. Steps", "77. Stems", "notebooks/77_try.ipynb: differs"),
        ("notebooks/zh/77_try.ipynb", '"0.667"', '"0.668"', "notebooks/zh/77_try.ipynb: differs"),
        ("exercises/77_try.ipynb", "return the square", "return x * x", "exercises/77_try.ipynb: differs"),
        ("README.md", "77. Steps", "77. Stems", "README.md: out of date"),
        ("README.md", "| 0 / 0 |", "| 1 / 2 |", "README.md: out of date"),
        ("lessons/77_try/lesson.py", "round(y, 3)", "round(y, 3)  # lesson 78", "lesson.py:16: there is no lesson 78"),
        ("lessons/77_try/lesson.py", "y = 2 / 3", f"y = 2 / 3{'  #':>80}", "lesson.py:15: 89 columns of code"),
    ],
)
def test_check_notices(tree, path, old, new, complaint):
    text = (tree / path).read_text(encoding="utf-8")
    assert old in text
    try:
        (tree / path).write_text(text.replace(old, new), encoding="utf-8")
        checked = _run(tree, "--check")
        assert checked.returncode == 1 and complaint in checked.stdout
    finally:
        (tree / path).write_text(text, encoding="utf-8")


def test_check_notices_a_stray_notebook(tree):
    stray = tree / "notebooks" / "78_other.ipynb"
    stray.write_text("{}")
    try:
        assert "no source makes this file" in _run(tree, "--check").stdout
    finally:
        stray.unlink()


def test_a_build_refuses_what_a_rule_forbids_and_a_list_that_allows_too_much(tree):
    path, exceptions = tree / "lessons" / "77_try" / "exercise.py", tree / "tools" / "exceptions.toml"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace("print(lang)", "print(lang)  # 第 78 课"), encoding="utf-8")
        refused = _run(tree)
        assert refused.returncode == 1 and "77_try/exercise.py:27: there is no lesson 78" in refused.stderr
        exceptions.write_text("[dead-lesson.exercise]\n77_try = 2\n", encoding="utf-8")
        refused = _run(tree)
        assert (
            refused.returncode == 1 and "tools/exceptions.toml:1: [dead-lesson.exercise] 77_try = 2" in refused.stderr
        )
    finally:
        path.write_text(text, encoding="utf-8")
        exceptions.unlink(missing_ok=True)


def test_a_failing_cell_is_named_with_its_source_line(tree):
    path = tree / "lessons" / "77_try" / "lesson.py"
    path.write_text(path.read_text(encoding="utf-8").replace("2 / 3", "2 / 0"), encoding="utf-8")
    try:
        failed = _run(tree)
        assert failed.returncode == 1 and "77_try/lesson.py:14: this cell fails" in failed.stderr
        assert "ZeroDivisionError" in failed.stderr
    finally:
        path.write_text(path.read_text(encoding="utf-8").replace("2 / 0", "2 / 3"), encoding="utf-8")


def test_a_changed_number_in_a_tagged_output_fails_nbval(tree):
    path = tree / "notebooks" / "77_try.ipynb"
    options = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--nbval-lax",
        "--nbval-current-env",
        str(path),
    ]
    assert subprocess.run(options, cwd=tree, capture_output=True).returncode == 0
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace('"0.667"', '"0.668"'), encoding="utf-8")
        failed = subprocess.run(options, cwd=tree, capture_output=True, text=True)
        assert failed.returncode == 1 and "1 failed" in failed.stdout
    finally:
        path.write_text(text, encoding="utf-8")


def test_an_unknown_name_lists_the_names(tree):
    failed = _run(tree, "--only", "12")
    assert failed.returncode == 1 and "77_try" in failed.stderr


def _write(folder: Path, text: str, kind: str = "lesson"):
    path = folder / "77_try" / f"{kind}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def _stamped(text: str) -> str:
    english = text.partition('lang="en"\n')[2].partition("\n\n")[0]
    digest = hash_text("\n".join(line.removeprefix("#").removeprefix(" ") for line in english.splitlines()))
    return text.replace('lang="zh"', f'lang="zh" of="{digest}"')


def _run(root: Path, *options: str) -> subprocess.CompletedProcess:
    """The command as one types it: the course that is installed is another checkout than `root`."""
    return subprocess.run([sys.executable, "tools/build.py", *options], cwd=root, capture_output=True, text=True)


def _read_all(root: Path) -> dict[str, dict]:
    return {
        str(path.relative_to(root)): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(root.rglob("*.ipynb"))
    }
