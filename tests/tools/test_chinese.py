"""Wrapped Chinese lines are joined without a space; everything that needs its lines keeps them."""

import json
import re

import pytest
from cells import make_source, say

from tools.chinese import find_lapses, join_lines, set_type
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


@pytest.mark.parametrize(("text", "shown"), [
    ("*图中所见：* 六个步骤。", "**图中所见：** 六个步骤。"),
    ("它*就地*改动数组", "它**就地**改动数组"),
    ("**粗体**与 *italics*", "**粗体**与 *italics*"),
    ("谷底 $W^*$ 在哪里，$w^*$ 呢", "谷底 $W^*$ 在哪里，$w^*$ 呢"),
    ("`a * b` 和 `c * d`", "`a * b` 和 `c * d`"),
    ("每小时 0.05 美元（约 ¥ 元）", "每小时 0.05 美元（约 0.35 元）"),
    ("付 1,234 美元（约 ¥ 元；n = 9），收 4 美元", "付 1,234 美元（约 8,600 元；n = 9），收 4 美元"),
])  # fmt: skip
def test_set_type(text, shown):
    assert set_type(text) == shown


LAPSES = [
    "附 95 % 区间", "大了十倍", "误差小了 64 倍", "长了 ⟦k:.0f⟧ 倍", "慢了一百倍",
    "差别是 3e-07", "得 -0.4", "在 0…1 之间",
]  # fmt: skip
SOUND = [
    "附 95% 区间", "是原来的十倍", "只有 1/64", "放大到 8 倍", "至多 2 倍", "多占一倍内存", "是多少倍",
    "差别是 3×10⁻⁷", "得 −0.4", "得 $-0.4$", "`x[-1]` 和 `1e-5`", "0～1", "第 00-02 课",
]  # fmt: skip


@pytest.mark.parametrize("text", LAPSES)
def test_a_lapse_is_refused_with_its_place(text):
    source = make_source(say("Fine.\n\nFine."), say(f"甲。\n\n{text}。", "zh"))
    assert [problem.line for problem in find_lapses(source)] == [9]
    assert list(find_lapses(make_source(say(text)))) == [], "English has its own ways"


@pytest.mark.parametrize("text", SOUND)
def test_sound_chinese_is_not_refused(text):
    assert list(find_lapses(make_source(say(f"甲，{text}。", "zh")))) == []


def test_no_built_notebook_leaves_a_price_without_its_yuan():
    for path in ROOT.glob("*/zh/*.ipynb"):
        assert "（约 ¥ 元" not in path.read_text(encoding="utf-8"), path.name


STRAY = re.compile("[\u4e00-\u9fff，。；：][ \n][\u4e00-\u9fff，。；：]")


def test_no_built_notebook_shows_a_stray_space():
    for path in ROOT.glob("*/zh/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                assert not STRAY.search("".join(cell["source"])), (path.name, cell["id"])


def test_nor_does_the_readme():
    assert not STRAY.search((ROOT / "README.zh-CN.md").read_text(encoding="utf-8"))
