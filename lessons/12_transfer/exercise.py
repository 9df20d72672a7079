# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: all
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 12. Exercise: how little must I change?
#
# Six questions on lesson 12: LoRA and how to merge it away; what it costs in parameters; two ways to write λ; an adapter, and starts that can't learn; a few-shot curve that is too good; and what was forgotten, with a choice for
# a company of many customers. About 90 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says
# exactly what is wanted. NumPy is enough; PyTorch is welcome. Functions leave what they are given as it was.

# %% [markdown] lang="zh" of="cf7db0d0"
# # 12. 练习：到底要改多少？
#
# 六道题，对应第 12 课：LoRA，以及怎样把它并进权重；它要多少参数；λ 的两种写法；一个适配器，以及学不动的起点；一条好得过分的少样本曲线；最后，忘掉了什么，并为一家有许多客户的公司做出选择。
# 大约需要 90 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。用 NumPy 就够了；
# 用 PyTorch 也可以。各个函数都不要改动传入的东西。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy")
from autograder import open_exercise

check, hint, score = open_exercise("12_transfer", globals(), lang="en")

# %% tags=["given"]
import numpy as np

# %% [markdown] lang="en"
# ## q1 · LoRA, and where it went
#
# A linear map of the pretrained network stays as it is: $W\in\mathbb{R}^{o\times i}$, $b\in\mathbb{R}^{o}$. Beside it stand two thin tables that learn, $A\in\mathbb{R}^{r\times i}$ and $B\in\mathbb{R}^{o\times r}$. With the scale $\alpha$,
#
# $$y=xW^\top+b+\frac{\alpha}{r}\,xA^\top B^\top .$$
#
# **(a)** Compute $y$ for any number of inputs, without ever building a table of the size of $W$. **(b)** When training is over, the two tables can be merged into one: find $W'$ with $y=xW'^\top+b$ for every $x$.

# %% [markdown] lang="zh" of="4acf77e1"
# ## q1 · LoRA，以及它去了哪里
#
# 预训练网络的一个线性映射保持不动：$W\in\mathbb{R}^{o\times i}$，$b\in\mathbb{R}^{o}$。旁边立着两张细长的表，只有它们学习：$A\in\mathbb{R}^{r\times i}$ 和 $B\in\mathbb{R}^{o\times r}$。缩放系数为 $\alpha$，
#
# $$y=xW^\top+b+\frac{\alpha}{r}\,xA^\top B^\top .$$
#
# **(a)** 对任意多个输入求 $y$，全程不造出与 $W$ 一样大的表。**(b)** 训练结束后，两张表可以并进一张：求 $W'$，使 $y=xW'^\top+b$ 对每个 $x$ 都成立。

# %% question="q1"
# q1: a linear map with LoRA beside it, and the same merged
def apply_lora(x, W, b, A, B, alpha):
    """(..., o): the formula's y.

    x: (..., i), any leading axes; W: (o, i), b: (o,), A: (r, i), B: (o, r);
    alpha: a number.
    >>> apply_lora(x=[[1.0, 2.0]], W=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
    ...            b=[0.0, 0.0, 1.0], A=[[1.0, 1.0]], B=[[1.0], [0.0], [-1.0]], alpha=2.0)
    [[7.0, 2.0, -2.0]]
    """
    # BEGIN SOLUTION: the frozen way, plus the thin way from right to left
    return x @ W.T + b + alpha / len(A) * (x @ A.T) @ B.T
    # END SOLUTION


def merge_lora(W, A, B, alpha):
    """(o, i): W' of the formula. Shapes as in apply_lora.

    >>> merge_lora(W=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], A=[[1.0, 1.0]],
    ...            B=[[1.0], [0.0], [-1.0]], alpha=2.0)
    [[3.0, 2.0], [0.0, 1.0], [-1.0, -1.0]]
    """
    # BEGIN SOLUTION: add the product of the two tables, scaled
    return W + alpha / len(A) * B @ A
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · What it costs
#
# **(a)** LoRA of rank $r$ beside some linear maps, each of the shape $(o,i)$: how many numbers learn? An adapter of Houlsby's kind, $d\to m\to d$ with biases, stands twice in each of $L$ layers: how many? **(b)** From which rank on
# does LoRA train as many numbers as the full table, or more? Give the largest rank that still trains fewer.

# %% [markdown] lang="zh" of="2fee03b9"
# ## q2 · 代价是多少
#
# **(a)** 在若干个形状各为 $(o,i)$ 的线性映射旁加秩为 $r$ 的 LoRA：有多少个数在学习？Houlsby 式的适配器，$d\to m\to d$，带偏置，$L$ 层里每层放两个：又有多少？**(b)** 秩大到多少，LoRA 训练的数就不比整张表少了？
# 求仍然更少的最大的秩。

# %% question="q2"
# q2: how many numbers learn
def count_lora(shapes, r):
    """The number of trained numbers of LoRA beside maps of these shapes.

    shapes: list of pairs (o, i), one or more; r: >= 1. Biases stay frozen.
    >>> count_lora(shapes=[(3, 2), (4, 4)], r=2)
    26
    """
    # BEGIN SOLUTION: A has r * i numbers, B has o * r
    return sum(r * (o + i) for o, i in shapes)
    # END SOLUTION


def count_adapters(d, m, L):
    """The number of trained numbers of two adapters d -> m -> d in each of L layers.

    Biases are included.
    >>> count_adapters(d=4, m=2, L=3)
    132
    """
    # BEGIN SOLUTION: two tables and two biases for each adapter
    return 2 * L * (2 * d * m + m + d)
    # END SOLUTION


def largest_rank(o, i):
    """The largest rank for which LoRA trains fewer numbers than the map has; 0 if there is none.

    The map is (o, i), without bias. In the first example rank 2 trains 16 numbers, no fewer
    than 16.
    >>> largest_rank(4, 4)
    1
    >>> largest_rank(1, 5)
    0
    """
    # BEGIN SOLUTION: r (o + i) < o i, for whole numbers
    return (o * i - 1) // (o + i)
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Two ways to write λ
#
# Source S2 (4.1) trains for two tasks at once and writes their common loss in two ways, with the same letter:
#
# $$\lambda\ell_1+(1-\lambda)\ell_2,\qquad \ell_1+\lambda\ell_2 .$$
#
# They aren't the same loss. But the direction of a gradient step can be. Call the second one's number $\mu$. **(a)** From $\mu$ find the $\lambda$ and the factor $s$ with
#
# $$\ell_1+\mu\ell_2=s\,\big(\lambda\ell_1+(1-\lambda)\ell_2\big).$$
#
# **(b)** The other way: from $\lambda$ find the $\mu$. **(c)** Somebody tunes both on the same list of numbers, 0, 0.25, 0.5, 0.75, 1. Which of the letters are true? Put them into `TRUE`, for instance `"AE"`.
#
# - **A.** With 1 in the second form task 2 counts as much as task 1.
# - **B.** With 1 in the first form task 2 counts as much as task 1.
# - **C.** With 0 both forms train for task 1 alone.
# - **D.** In the second form no number of the list lets task 2 count more than task 1.
# - **E.** With plain gradient descent at a fixed rate, the second form takes longer steps for the larger numbers even where both losses are alike.

# %% [markdown] lang="zh" of="a64474f2"
# ## q3 · λ 的两种写法
#
# 资料 S2（4.1）同时为两个任务训练，把共同的损失写成两种样子，用的是同一个字母：
#
# $$\lambda\ell_1+(1-\lambda)\ell_2,\qquad \ell_1+\lambda\ell_2 .$$
#
# 两者不是同一个损失。但梯度步的方向可以相同。把第二种里的数记作 $\mu$。**(a)** 由 $\mu$ 求 $\lambda$ 和因子 $s$，使
#
# $$\ell_1+\mu\ell_2=s\,\big(\lambda\ell_1+(1-\lambda)\ell_2\big).$$
#
# **(b)** 反过来：由 $\lambda$ 求 $\mu$。**(c)** 有人对两种写法用同一列数 0、0.25、0.5、0.75、1 来调。下面哪几条是对的？把字母写进 `TRUE`，例如 `"AE"`。
#
# - **A.** 第二种写法取 1 时，任务 2 与任务 1 分量相同。
# - **B.** 第一种写法取 1 时，任务 2 与任务 1 分量相同。
# - **C.** 取 0 时，两种写法都只为任务 1 训练。
# - **D.** 第二种写法里，这列数中没有哪个能让任务 2 的分量超过任务 1。
# - **E.** 用固定学习率的普通梯度下降时，即使两个损失相同，第二种写法取的数越大，步子也越长。

# %% question="q3"
# q3: from one form to the other
def to_first(mu):
    """(lam, s) for a mu >= 0.

    >>> to_first(1.0)
    (0.5, 2.0)
    """
    # BEGIN SOLUTION: compare the factors of both losses
    return 1 / (1 + mu), 1 + mu
    # END SOLUTION


def to_second(lam):
    """The mu for a lam with 0 <= lam <= 1; float("inf") where no finite mu does.

    >>> to_second(0.25)
    3.0
    >>> to_second(0.0)
    inf
    """
    # BEGIN SOLUTION: how much task 2 counts for each unit of task 1
    return (1 - lam) / lam if lam > 0 else float("inf")
    # END SOLUTION


# BEGIN SOLUTION: the letters of all that are true, in quotation marks
TRUE = "ADE"
# END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · An adapter, and starts that can't learn
#
# An adapter adds to each state $h\in\mathbb{R}^{d}$ a small correction through a narrow waist of $m$ numbers:
#
# $$y=h+U\,g(Dh+p)+q,\qquad D\in\mathbb{R}^{m\times d},\;U\in\mathbb{R}^{d\times m},\qquad g(z)=\max(z,0).$$
#
# **(a)** Write it. **(b)** Training starts from a pretrained network that shall not be disturbed: at the start the outputs must be the old ones. And gradient descent must be able to move what the correction is made of. Which of these starts do both? Put the
# letters into `GOOD`, for instance `"AF"`. (LoRA as in q1, $A$ and $B$; the adapter as above with $p=q=0$, where $q$ stays frozen at 0.)
#
# - **A.** LoRA: $A$ random, $B=0$
# - **B.** LoRA: $A=0$, $B=0$
# - **C.** LoRA: $A$ random, $B$ random
# - **D.** LoRA: $A=0$, $B$ random
# - **E.** adapter: $D$ random, $U=0$
# - **F.** adapter: $D=0$, $U=0$

# %% [markdown] lang="zh" of="f31566ec"
# ## q4 · 适配器，以及学不动的起点
#
# 适配器给每个状态 $h\in\mathbb{R}^{d}$ 加上一个小小的修正，中间经过只有 $m$ 个数的细腰：
#
# $$y=h+U\,g(Dh+p)+q,\qquad D\in\mathbb{R}^{m\times d},\;U\in\mathbb{R}^{d\times m},\qquad g(z)=\max(z,0).$$
#
# **(a)** 把它写出来。**(b)** 训练从一个不该被打扰的预训练网络开始：起点处的输出必须与原来相同；而且梯度下降要能够推动修正的各部分。下面哪些起点两样都做得到？把字母写进 `GOOD`，例如 `"AF"`。
# （LoRA 如 q1，有 $A$ 和 $B$；适配器如上，其中 $p=q=0$，而且 $q$ 冻结在 0。）
#
# - **A.** LoRA：$A$ 随机，$B=0$
# - **B.** LoRA：$A=0$，$B=0$
# - **C.** LoRA：$A$ 随机，$B$ 随机
# - **D.** LoRA：$A=0$，$B$ 随机
# - **E.** 适配器：$D$ 随机，$U=0$
# - **F.** 适配器：$D=0$，$U=0$

# %% question="q4"
# q4: an adapter, and where it may start
def adapt(h, D, p, U, q):
    """(..., d): the formula's y.

    h: (..., d), any leading axes; D: (m, d), p: (m,), U: (d, m), q: (d,).
    >>> adapt(h=[[1.0, -2.0]], D=[[1.0, 0.0], [0.0, 1.0]], p=[0.0, 1.0],
    ...       U=[[2.0, 5.0], [0.0, 5.0]], q=[0.0, 1.0])
    [[3.0, -1.0]]
    """
    # BEGIN SOLUTION: down, cut off below zero, up, and add
    return h + np.maximum(h @ D.T + p, 0) @ U.T + q
    # END SOLUTION


# BEGIN SOLUTION: the letters of all good starts, in quotation marks
GOOD = "ADE"
# END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · A curve that is too good
#
# How good does a model get from $k$ labelled reviews of each class? A colleague draws $k$ of each class, trains, tests, and reports. We let her code run on labels that have *nothing* to do with the texts: an honest curve lies at 50 %.

# %% [markdown] lang="zh" of="98821e60"
# ## q5 · 一条好得过分的曲线
#
# 每个类别只有 $k$ 条带标签的评论，模型能做到多好？一位同事每类抽 $k$ 条，训练，测试，报告。我们把她的代码放到与文本*毫无关系*的标签上跑：诚实的曲线应在 50%。

# %%
def careless_curve(k, draws=10, n=60, d=20):
    """What she reports for k examples of each class, on pure noise."""
    rng = np.random.default_rng(0)
    X, y, scores = rng.normal(size=(n, d)), rng.permutation(np.arange(n) % 2), []
    for _ in range(draws):
        rows = np.concatenate([rng.choice(np.flatnonzero(y == c), k) for c in (0, 1)])
        w = X[rows[k:]].mean(axis=0) - X[rows[:k]].mean(axis=0)             # towards the mean of class 1
        scores.append(np.mean((X @ w > np.median(X @ w)) == y))
    return max(scores)

print({k: f"{careless_curve(k):.0%}" for k in (2, 5, 10, 20)})

# %% [markdown] lang="en"
# **(a)** Write the draw that she needed: $k$ *different* rows of each class, none of them a test row. **(b)** And the report: the mean over the draws with its 95 % interval,
#
# $$\bar a\pm t_n\frac{s}{\sqrt n},\qquad s^2=\frac1{n-1}\sum_{j=1}^n(a_j-\bar a)^2,$$
#
# where $t_n$ for $n$ draws stands in the table `T95` below: with few draws 1.96 would promise too much.

# %% [markdown] lang="zh" of="7afa0e66"
# **(a)** 写出她真正需要的抽样：每类 $k$ 个*不同*的行，而且都不是测试行。**(b)** 再写报告：各次抽样的平均值及其 95% 区间，
#
# $$\bar a\pm t_n\frac{s}{\sqrt n},\qquad s^2=\frac1{n-1}\sum_{j=1}^n(a_j-\bar a)^2,$$
#
# 其中 $n$ 次抽样的 $t_n$ 查下面的表 `T95`：抽样次数少时，用 1.96 就承诺得太多了。

# %% tags=["given"]
T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262, 15: 2.145, 20: 2.093, 30: 2.045}

# %% question="q5"
# q5: an honest draw, and an honest report
def draw_shots(y, test, k, seed):
    """(number of classes · k,) row numbers: k different ones of each class, none in test.

    They are drawn at random, and come in any order. y: (n,) class numbers, two classes or
    more; test: (t,) row numbers; k >= 1; seed: an integer >= 0, from which all chance comes:
    the same seed, the same draw. Every row of a class that isn't a test row has the same
    chance. Raises ValueError if some class of y has fewer than k rows left.
    Example: y = [0, 0, 0, 1, 1, 1], test = [0, 5], k = 2 gives [1, 2, 3, 4] in some order;
    k = 3 raises.
    """
    # BEGIN SOLUTION: leave the test rows out, then draw in each class without putting back
    shots, rng = [], np.random.default_rng(seed)
    for c in np.unique(y):
        rows = np.setdiff1d(np.flatnonzero(y == c), test)
        if len(rows) < k:
            raise ValueError(f"class {c} has only {len(rows)} rows outside the test part, {k} are wanted")
        shots.append(rng.choice(rows, k, replace=False))
    return np.concatenate(shots)
    # END SOLUTION


def report_draws(scores):
    """(mean, low, high) of the accuracies of n draws; n is one of T95's numbers.

    >>> report_draws([0.6, 0.7, 0.8])
    (0.7, 0.4516, 0.9484)
    """
    # BEGIN SOLUTION: mean, and t times the standard error
    n = len(scores)
    half = T95[n] * np.std(scores, ddof=1) / np.sqrt(n)
    return np.mean(scores), np.mean(scores) - half, np.mean(scores) + half
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · What was forgotten, and what to sell
#
# **(a)** A model learns $T$ tasks one after another. $R_{ij}$ is its accuracy on task $j$ after task $i$ was learned (a row that was measured after each task, all tasks tested). What it has *forgotten* of task $j$ is the best it ever had on it before
# the end, from the time when it learned the task on, less what it has at the end; the mean over all tasks but the last:
#
# $$F=\frac1{T-1}\sum_{j=1}^{T-1}\Big(\max_{j\le i<T}R_{ij}-R_{Tj}\Big).$$
#
# **(b)** The company serves `CUSTOMERS`, each with a task of its own. `WAYS` lists for each way: its accuracy, the labelled reviews that it takes for a customer, the bytes that a customer adds to the machine, and the bytes that are there once for all.
# A label costs `LABEL` dollars; bytes cost `GIGABYTE` dollars per $10^9$ bytes. The contract demands an accuracy of `DEMAND`. Which way is the cheapest that meets it (`CHOICE`), and what does it cost in all (`COST`, dollars)?

# %% [markdown] lang="zh" of="d68604e9"
# ## q6 · 忘掉了什么，卖哪一种
#
# **(a)** 一个模型依次学习 $T$ 个任务。$R_{ij}$ 是学完任务 $i$ 之后在任务 $j$ 上的准确率（每学完一个任务就测一行，所有任务都测）。它对任务 $j$ *忘掉*了多少？从学会它的时候算起，结束之前曾有过的最好成绩，减去结束时的成绩；
# 再对最后一个以外的全部任务取平均：
#
# $$F=\frac1{T-1}\sum_{j=1}^{T-1}\Big(\max_{j\le i<T}R_{ij}-R_{Tj}\Big).$$
#
# **(b)** 公司有 `CUSTOMERS` 位客户，各有各的任务。`WAYS` 列出每种办法的：准确率、每位客户需要的带标签评论数、每位客户给机器增加的字节数，以及大家共用、只存一份的字节数。一个标签 `LABEL` 美元；每 $10^9$ 字节 `GIGABYTE` 美元。
# 合同要求准确率达到 `DEMAND`。满足要求的办法里哪种最便宜（`CHOICE`），一共要多少钱（`COST`，美元）？

# %% tags=["given"]
CUSTOMERS, LABEL, GIGABYTE, DEMAND = 200, 0.05, 40.0, 0.83      # made up, like the table
WAYS = {                                                        # accuracy, labels and bytes of a customer, bytes once
    "zero-shot": (0.74, 0, 0, 90_264_584),
    "prompts": (0.78, 16, 4_000, 90_264_584),
    "frozen + head": (0.82, 500, 3_080, 90_264_584),
    "LoRA": (0.85, 500, 298_000, 90_264_584),
    "adapters": (0.84, 500, 1_200_000, 90_264_584),
    "fine-tuning": (0.87, 500, 90_267_664, 0),
    "LoRA, many labels": (0.88, 3_000, 298_000, 90_264_584),
}

# %% question="q6"
# q6: forgetting, and the cheapest way that will do
def find_forgetting(R):
    """F of the formula, in the same unit as R; negative if it improved.

    R: (T, T), rows and columns in the order of learning, T >= 2.
    The example: (0.2 + 0.05) / 2.
    >>> find_forgetting([[0.9, 0.5, 0.4], [0.8, 0.85, 0.5], [0.7, 0.8, 0.9]])
    0.125
    """
    # BEGIN SOLUTION: for each task but the last, the best from its own row on, before the end
    T = len(R)
    return np.mean([R[j : T - 1, j].max() - R[T - 1, j] for j in range(T - 1)])
    # END SOLUTION


def find_cheapest(ways, customers, label, gigabyte, demand):
    """(name, dollars): the cheapest way whose accuracy is at least `demand`.

    (None, float("inf")) if there is none; of equally cheap ways the more accurate.
    ways: name -> (accuracy, labels a customer, bytes a customer, bytes once);
    label, gigabyte: dollars for one label, for 10^9 bytes.
    >>> find_cheapest({"a": (0.8, 10, 0, 10**9), "b": (0.9, 20, 10**9, 0)}, customers=2,
    ...               label=1.0, gigabyte=5.0, demand=0.75)
    ("a", 25.0)
    >>> find_cheapest({"a": (0.8, 10, 0, 10**9), "b": (0.9, 20, 10**9, 0)}, customers=2,
    ...               label=1.0, gigabyte=5.0, demand=0.85)
    ("b", 50.0)
    >>> find_cheapest({"a": (0.8, 10, 0, 10**9)}, customers=2, label=1.0, gigabyte=5.0,
    ...               demand=0.95)
    (None, inf)
    """
    # BEGIN SOLUTION: labels and bytes of all customers, the shared bytes once
    bills = []
    for name, (accuracy, labels, each, once) in ways.items():
        if accuracy >= demand:
            bills.append((customers * labels * label + (customers * each + once) / 1e9 * gigabyte, -accuracy, name))
    return (min(bills)[2], min(bills)[0]) if bills else (None, float("inf"))
    # END SOLUTION


# BEGIN SOLUTION: the name of a way
CHOICE = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[0]
# END SOLUTION
# BEGIN SOLUTION: dollars in all
COST = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[1]
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Put your `apply_lora` beside peft's layer with its weights, and your `draw_shots` into lesson 12's few-shot curve. And q6 in the open: put in what *you* measured, from your ledger. Lesson 13 asks where good labels come from.

# %% [markdown] lang="zh" of="bb145e80"
# **接下来。** 把你的 `apply_lora` 与 peft 的层并排，用同样的权重；把你的 `draw_shots` 放进第 12 课的少样本曲线。再想想 q6：换成*你*账本里量到的数会怎样？第 13 课要问：好标签从哪里来？
