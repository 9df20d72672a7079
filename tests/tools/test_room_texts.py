"""A room's texts.toml in the build: what is wrong with it is named with its line; the answer cells become Chinese."""

import ast

import pytest

from autograder.answers.answer import Local
from autograder.answers.exercise import Exercise
from autograder.answers.marking import mark_question
from autograder.answers.outcome import Status, Text
from autograder.answers.texts import Texts
from tools.render import render_code, render_notebook
from tools.source import read_source
from tools.text_problems import find_text_problems
from tools.texts import stamp_texts

GLOSSARY = [("gradient", ["梯度"])]
SOURCE = '''# %% question="q1"
# q1: a square and a class
def square(x):
    """x ** 2, of `x`.

    Example: square(3) = 9.
    """
    # BEGIN SOLUTION: return the "square"
    def times(y):
        """x * y"""
        return x * y

    return times(x)
    # END SOLUTION


class Root:
    def take(self, x):
        """The root, 0.5 as exponent."""
        # BEGIN SOLUTION
        return x**0.5
        # END SOLUTION

# %% question="q2"
# q2: a number
# BEGIN SOLUTION: a whole number
FACTOR = 3
FACTOR = FACTOR + 1
# END SOLUTION
'''
TOML = """# A comment.
[questions.q1.title]
en = "the gradient $x$"
zh = "梯度 $x$"

[[questions.q1.hints]]
en = '''
First.
Second.'''
zh = '''
第一。
第二。'''
of = "00000000"

# About misconceptions
[messages.too-large]
en = "At most {last:.1f}, not `loss`."
zh = "最多 {last:.1f}，不是 `loss`。"

[docstrings.square]
zh = '''
`x` 的 x ** 2。

例：square(3) = 9。
'''

[docstrings."square.times"]
zh = "x * y 之积"

[docstrings."Root.take"]
zh = '指数为 "0.5" 的根。'

[holes.square]
zh = '返回 "square"'

[holes.FACTOR]
zh = "一个整数"
"""
EXAMPLE = ">>> square(3)\n9"
CHECKS = 'raise Wrong(say("too-large", last=3))\n'


def _room(folder, toml=TOML, checks=CHECKS, stamp=True):
    for name, text in (("exercise.py", SOURCE), ("checks.py", checks), ("texts.toml", toml)):
        (folder / name).write_text(text, encoding="utf-8")
    source = read_source(folder / "exercise.py")
    if stamp:
        stamp_texts(source)
    return source


def test_a_stamped_room_has_no_problem_and_keeps_all_else(tmp_path):
    source = _room(tmp_path, stamp=False)
    assert stamp_texts(source) == 8
    text = (tmp_path / "texts.toml").read_text(encoding="utf-8")
    rest = [line for line in text.splitlines() if not line.startswith("of = ")]
    assert rest == [line for line in TOML.splitlines() if not line.startswith("of = ")]
    assert "的 x ** 2。\n\n例：square(3) = 9。\n'''\nof = \"" in text
    assert stamp_texts(source) == 0 and (tmp_path / "texts.toml").read_text(encoding="utf-8") == text
    assert find_text_problems(source, GLOSSARY) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ('zh = "梯度 $x$"\n', "", 2, "questions.q1.title: a text has both languages"),
        ('"梯度 $x$"', '"梯度 $y$"', 2, "different formulas"),
        ('"梯度 $x$"', '"斜率 $x$"', 2, "'gradient' as 梯度"),
        ("，不是 `loss`", "{more}", 16, "different values"),
        ("{last:.1f}，", "{last}，", 16, "different values"),
        ("[messages.too-large]", "[messages.too-small]", 16, "messages.too-small: no check says this"),
        ("square(3) = 9。", "square(3) = 3。", 20, "different numbers"),
        ("`x` 的", "x 的", 20, "different `code`"),
        ("例：square(3) = 9。", ">>> square(3)\n9", 20, "different examples"),
        ("[holes.FACTOR]", "[holes.OTHER]", 36, "nothing of that name stands in an answer cell"),
        ('"0.5" 的根。', '根，指数为 "0.5"', 30, "nor ends with"),
        ("[messages.", "[message.", 1, "unknown tables ['message']"),
        ('en = "At', "en = At", 17, "Invalid value"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, old, new, line, complaint):
    assert old in TOML
    source = _room(tmp_path, TOML.replace(old, new), stamp=False)
    found = [problem for problem in find_text_problems(source, GLOSSARY) if complaint in problem.message]
    assert [problem.line for problem in found] == [line] and "texts.toml:" in str(found[0])


def test_an_example_is_the_same_in_both_languages_and_understood(tmp_path):
    source, toml = (
        SOURCE.replace("Example: square(3) = 9.", ">>> square(3)\n    9"),
        TOML.replace("例：square(3) = 9。", EXAMPLE),
    )
    for old, new, line, complaint in (
        ("9", "9", 0, ""),
        ("(3)", "(x)", 1, "an example of a docstring: square: square(x): "),
    ):
        room = _room(tmp_path, toml.replace(old, new))
        (tmp_path / "exercise.py").write_text(source.replace(old, new), encoding="utf-8")
        stamp_texts(read_source(room.path))
        found = [(one.line, one.message) for one in find_text_problems(read_source(room.path), GLOSSARY)]
        assert len(found) == bool(complaint) and all(at == line and complaint in message for at, message in found)


def test_an_unread_and_a_stale_translation_are_named(tmp_path):
    source = _room(tmp_path, stamp=False)
    problems = {problem.line: problem.message for problem in find_text_problems(source, GLOSSARY)}
    assert "names no English text" in problems[2] and "stale translation" in problems[6]
    source = _room(tmp_path)
    (tmp_path / "exercise.py").write_text(SOURCE.replace("a whole number", "a number"), encoding="utf-8")
    (problem,) = find_text_problems(read_source(source.path), GLOSSARY)
    assert problem.message.startswith("holes.FACTOR: stale translation")


@pytest.mark.parametrize("header", ['[docstrings."square.times"]', "[holes.FACTOR]"])
def test_what_has_no_chinese_is_named_with_its_line_in_the_source(tmp_path, header):
    start = TOML.index(header)
    toml = TOML[:start] + TOML[start:].partition("\n\n")[2]
    source = _room(tmp_path, toml)
    (problem,) = find_text_problems(source, GLOSSARY)
    assert problem.path == source.path and header in problem.message
    line = SOURCE.splitlines()[problem.line - 1]
    assert line.strip() in ('"""x * y"""', "# BEGIN SOLUTION: a whole number")


def test_a_message_that_a_check_lacks_is_named(tmp_path):
    source = _room(tmp_path, checks='say("too-small")\nsay(f"too-{size}")\n')
    (problem,) = find_text_problems(source, GLOSSARY)
    assert str(problem).endswith("checks.py:1: say: texts.toml has no message too-small")


def test_the_chinese_answer_cells_are_the_english_ones_but_for_their_words(tmp_path):
    source = _room(tmp_path)
    for cell in source.cells:
        english, chinese = (render_code(source, cell, lang, "solution") for lang in ("en", "zh"))
        assert english != chinese or cell.question == "q2"
        assert ast.dump(_bare(english)) == ast.dump(_bare(chinese))
    code = render_code(source, source.cells[0], "zh", "exercise")
    square, root = ast.parse(code).body
    assert ast.get_docstring(square) == "`x` 的 x ** 2。\n\n例：square(3) = 9。"
    assert ast.get_docstring(root.body[0]) == '指数为 "0.5" 的根。'
    assert code.count("raise NotImplementedError") == 2 and 'Error("q1: 在这里写下你的答案")' in code
    assert render_code(source, source.cells[1], "zh", "exercise").endswith("\nFACTOR = ...    # 一个整数")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_hole_counts_as_not_attempted_in_both_languages(tmp_path, lang):
    text = Text("a", "甲")
    exercise = Exercise("77_toy", Texts({"q1": (text, (text,) * 3)}, checks={"squares": text}))

    @exercise.check("q1")
    def squares(answer, rng):
        answer.call("square", 3)

    source, namespace = _room(tmp_path), {}
    exec(render_code(source, source.cells[0], lang, "exercise"), namespace)
    (outcome,) = mark_question(exercise, "q1", Local(namespace))
    assert outcome.status is Status.NOT_ATTEMPTED


def test_the_english_exercise_that_grading_reads_keeps_its_english_holes(tmp_path):
    cells = render_notebook(_room(tmp_path), "en", "exercise").cells
    sources = "".join(cell.source for cell in cells)
    assert 'return the \\"square' in sources and "返回" not in sources


def test_an_exercise_without_texts_is_english_and_a_problem(tmp_path):
    source = _room(tmp_path)
    (tmp_path / "texts.toml").unlink()
    assert "a whole number" in render_notebook(source, "zh", "exercise").cells[1].source
    (problem,) = find_text_problems(source, GLOSSARY)
    assert "an exercise has its texts in this file" in problem.message


def _bare(code: str) -> ast.AST:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body.pop(0)
    return tree
