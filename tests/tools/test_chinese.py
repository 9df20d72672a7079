"""Wrapped Chinese lines are joined without a space; everything that needs its lines keeps them."""

import json
import re

import pytest

from tools.chinese import join_lines
from tools.source import ROOT


@pytest.mark.parametrize(("text", "joined"), [
    ("这个模型\n根本没有", "这个模型根本没有"),
    ("两张表，\n用来处理", "两张表，用来处理"),
    ("先学习，\nTensorFlow 再来", "先学习，TensorFlow 再来"),
    ("使用 NumPy\n，然后", "使用 NumPy，然后"),
    ("由\nPyTorch 查找", "由\nPyTorch 查找"),
    ("取 $x$\n的值", "取 $x$\n的值"),
    ("**模型**\n很小", "**模型**很小"),
    ("如下：\n- 一\n- 二\n  还有", "如下：\n- 一\n- 二还有"),
    ("如下：\n1. 一", "如下：\n1. 一"),
    ("# 标题\n正文", "# 标题\n正文"),
    ("一段。\n\n二段。", "一段。\n\n二段。"),
    ("公式：\n$$\n甲\n乙\n$$\n其中", "公式：\n$$\n甲\n乙\n$$\n其中"),
    ("$$甲$$\n其中", "$$甲$$\n其中"),
    ("```\n甲\n乙\n```", "```\n甲\n乙\n```"),
    ("| 甲\n| 乙", "| 甲\n| 乙"),
])  # fmt: skip
def test_join_lines(text, joined):
    assert join_lines(text) == joined


def test_no_built_notebook_shows_a_stray_space():
    wide = "[\u4e00-\u9fff，。；：]"
    for path in ROOT.glob("*/zh/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                assert not re.search(rf"{wide}[ \n]{wide}", "".join(cell["source"])), (path.name, cell["id"])
