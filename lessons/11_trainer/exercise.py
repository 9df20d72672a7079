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
# # 11. Exercise: the Trainer
#
# Six questions on lesson 11: the function that scores; how many steps there will be, and where it evaluates; when to stop and what to keep; one reader for three sources; four small batches for one large, and why two curves
# differ; and whether a claim of 85 % has been shown. About 90 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says
# exactly what is wanted. NumPy is enough. Functions leave what they are given as it was.

# %% [markdown] lang="zh" of="c3d836f3"
# # 11. 练习：Trainer
#
# 六道题，对应第 11 课：打分的函数；一共走多少步、在哪里评估；什么时候停、留下哪一个；一个读取函数应付三种来源；用四个小批量代替一个大的，以及两条曲线为何不同；最后，85% 的说法有没有得到证明。
# 大约需要 90 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。用 NumPy 就够了。
# 各个函数都不要改动传入的东西。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy")
from autograder import open_exercise

check, hint, score = open_exercise("11_trainer", globals(), lang="en")

# %% tags=["given"]
import numpy as np

# %% [markdown] lang="en"
# ## q1 · The function that scores
#
# The Trainer calls a function of ours with all logits and labels of an evaluation, and logs what it returns. SST-2 comes with a test part whose labels are hidden: each of them is −1. A function that compares with −1
# reports an accuracy of 0 and no error. Ours leaves hidden labels out and says how many there were. And since an accuracy means little without it, it reports what always giving the most frequent answer would reach.

# %% [markdown] lang="zh" of="58f99702"
# ## q1 · 打分的函数
#
# Trainer 会拿一次评估的全部 logit 和标签来调用我们的一个函数，并记录它返回的东西。SST-2 带有一个标签被隐去的测试部分：每个标签都是 −1。拿 −1 去比的函数会报告准确率 0，而且不出错。
# 我们的函数把隐去的标签略过，并说明有多少个。另外，单看准确率意义不大，所以还要报告：总是给出最常见的答案，能达到多少。

# %% question="q1"
# q1: what the Trainer logs after each evaluation
def report(logits, labels):
    """A dictionary: "accuracy", "majority" (shares, 0 ... 1, of the visible labels), "hidden".

    "hidden" is a whole number. logits: (n, C) numbers; labels: (n,) integers 0 ... C-1, or -1
    where the label is hidden; n >= 1. The answer is the class of the largest logit. majority:
    the accuracy of whoever always gives the most frequent visible label. If all labels are
    hidden, accuracy and majority are float("nan").
    >>> report(logits=[[2.0, 1.0], [0.0, 3.0], [5.0, 4.0], [1.0, 2.0]],
    ...        labels=[0, 1, 1, -1])
    {"accuracy": 0.6667, "majority": 0.6667, "hidden": 1}
    """
    # BEGIN SOLUTION: leave the hidden ones out, then count
    seen = labels >= 0
    if not seen.any():
        return {"accuracy": float("nan"), "majority": float("nan"), "hidden": len(labels)}
    right = logits[seen].argmax(axis=1) == labels[seen]
    return {"accuracy": right.mean(), "majority": np.bincount(labels[seen]).max() / seen.sum(), "hidden": (~seen).sum()}
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · How many steps?
#
# Schedules, evaluations and bills count in steps of the optimiser. With $n$ reviews, batches of $B$, and $A$ batches accumulated for one step (11.8), the last batch and the last step of an epoch may be smaller; a new epoch begins
# with a new step. Warm-up is given as the Trainer takes it: a number below 1 is a share of all steps, rounded up; 1 or more is a number of steps.

# %% [markdown] lang="zh" of="7f708508"
# ## q2 · 一共多少步？
#
# 调度、评估和账单都按优化器的步数来算。设有 $n$ 条评论，每批 $B$ 条，每 $A$ 批累积成一步（11.8 节）；一轮里最后一批、最后一步可以小些；新的一轮从新的一步开始。
# 预热的写法与 Trainer 相同：小于 1 的数是占全部步数的比例，向上取整；1 或更大的数就是步数。

# %% question="q2"
# q2: the plan of a run, before it starts
def plan_run(n, B, A, epochs, warm_up, every):
    """A dictionary of whole numbers: "steps", "warm_up", "last" and "evaluations" of a run.

    "steps": of the optimiser, in all; "warm_up": steps; "last": reviews in the last step of
    an epoch; "evaluations": the list of steps after which it evaluates, each multiple of
    `every` that is not above "steps". n, B, A, epochs, every: integers >= 1; warm_up: >= 0, a
    share if below 1, else a number of steps.
    In the example an epoch has 7 batches and 4 steps, the last of 4 reviews.
    >>> plan_run(n=100, B=16, A=2, epochs=3, warm_up=0.2, every=5)
    {"steps": 12, "warm_up": 3, "last": 4, "evaluations": [5, 10]}
    """
    # BEGIN SOLUTION: batches, then steps of an epoch, then of all
    batches = -(-n // B)
    each = -(-batches // A)
    steps = each * epochs
    return {
        "steps": steps,
        "warm_up": int(warm_up) if warm_up >= 1 else int(np.ceil(warm_up * steps)),
        "last": n - (each - 1) * A * B,
        "evaluations": list(range(every, steps + 1, every)),
    }
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · When to stop, what to keep
#
# Early stopping watches the validation loss. An evaluation is an *improvement* if its loss is lower than the lowest before it by more than `least`; the first one always is. When `patience` evaluations in a row were no improvement,
# training ends with the last of them. What is kept is another matter: the checkpoint with the lowest loss that was seen, by however little it is the lowest; of equals the earlier.

# %% [markdown] lang="zh" of="6953f17d"
# ## q3 · 什么时候停，留下哪一个
#
# 早停盯着验证损失。一次评估的损失若比此前最低的还低，而且低出的数超过 `least`，就算*改进*；第一次总算改进。连续 `patience` 次评估都没有改进，训练就在其中最后一次之后结束。
# 留下哪一个则是另一回事：留下所见过的损失最低的检查点，哪怕只低一点点；一样低时留较早的。

# %% question="q3"
# q3: early stopping, and the best checkpoint
def watch(losses, patience, least=0.0):
    """(stop, best): after which evaluation training ends, and which one is kept; from 1 on.

    losses: the validation losses that would come, in order, at least one; nan counts as no
    improvement and is never kept, and the first one is a number. patience: >= 1, least: >= 0.
    If patience is never used up, stop is len(losses). In the second example evaluations 3 and
    4 were no improvement, and 3 is the lowest so far.
    >>> watch((0.9, 0.7, 0.69, 0.71, 0.5), patience=2)
    (5, 5)
    >>> watch((0.9, 0.7, 0.69, 0.71, 0.5), patience=2, least=0.05)
    (4, 3)
    """
    # BEGIN SOLUTION: the lowest so far decides; count what doesn't beat it by enough
    best, idle = 1, 0
    for k, loss in enumerate(losses[1:], start=2):
        idle = 0 if loss < losses[best - 1] - least else idle + 1
        best = k if loss < losses[best - 1] else best
        if idle == patience:
            return k, best
    return len(losses), best
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · One reader for three sources
#
# S0's listing asks SST-2 for a column `"text"`; SST-2 calls it `"sentence"`, and the listing stops in the middle of a run. Write the reader that copes with what there is, and stops *at once*, with a sentence that helps, where it can't.
# A row is a dictionary:
#
# - the text stands under `"sentence"` (SST-2) or `"text"` (IMDB, our reviews). IMDB's texts contain `<br />`, which is a blank. Runs of blanks, tabs and line ends become one blank; none is left at the ends.
# - the label stands under `"label"`: 0, 1, or −1 for hidden; or under `"stars"`, 1 to 10: up to 4 is 0, from 7 on is 1, what lies between says nothing clear.

# %% [markdown] lang="zh" of="8ad3a3e4"
# ## q4 · 一个读取函数，三种来源
#
# S0 的代码向 SST-2 要名为 `"text"` 的列；SST-2 却叫它 `"sentence"`，程序跑到一半就停了。写一个读取函数：遇到什么就应付什么；应付不了时*马上*停下，并给出一句有用的话。每一行是一个字典：
#
# - 文本在 `"sentence"`（SST-2）或 `"text"`（IMDB、我们的评论）之下。IMDB 的文本里有 `<br />`，它相当于空格。连续的空格、制表符和换行合成一个空格；首尾不留空格。
# - 标签在 `"label"` 之下：0、1，或表示隐去的 −1；也可能在 `"stars"` 之下，1 到 10：4 以下（含）为 0，7 以上（含）为 1，中间的态度不明。

# %% question="q4"
# q4: rows of any of the sources, as texts and labels
def read_rows(rows):
    """(texts, labels): two lists of equal length, in the rows' order.

    Rows that are hidden, unclear or empty are left out. rows: list of dictionaries, all with
    the same keys, at least one; other keys mean nothing. Labels and stars are integers.
    Raises ValueError, before any other work, if there is no column for the text or none for
    the label; the message names the columns that there are.
    >>> read_rows([{"text": "So<br /><br />good!", "stars": 9},
    ...            {"text": "so so", "stars": 5}])
    (["So good!"], [1])

    [{"review": "fine", "label": 1}] raises, perhaps:
    ValueError: no column for the text; there are: review, label.
    """
    # BEGIN SOLUTION: find the columns or complain, then go through the rows
    columns = [next((name for name in names if name in rows[0]), None) for names in (("sentence", "text"), ("label", "stars"))]
    for name, what in zip(columns, ("text", "label")):
        if name is None:
            raise ValueError(f"no column for the {what}; there are: {', '.join(rows[0])}")
    texts, labels = [], []
    for row in rows:
        text, label = " ".join(row[columns[0]].replace("<br />", " ").split()), row[columns[1]]
        if columns[1] == "stars":
            label = 0 if label <= 4 else 1 if label >= 7 else -1
        if text and label >= 0:
            texts.append(text)
            labels.append(label)
    return texts, labels
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · Four for one, and two that differ
#
# **(a)** Memory is short: instead of one batch of $N$ reviews a colleague takes several smaller ones, adds up what they give, and makes one step. The step should be the one of the large batch. His code is below. It is right as long as
# all small batches have the same size and there are always four of them; the demonstration shows what happens else. The model is logistic: $p=\sigma(Xw)$, the loss the mean cross-entropy over the reviews.
#
# **(b)** Two people run "the same" training with dropout, warm-up and clipping, and compare the losses that were logged. The very first one, logged before any step has been made, differs in the third digit already. Which of these explain that? Put the letters into
# `FROM_THE_FIRST`, for instance `"BE"`.
#
# - **A.** another `data_seed`: another order of the reviews
# - **B.** no warm-up
# - **C.** another implementation of AdamW, `fused`
# - **D.** another `seed` when dropout began to draw
# - **E.** no clipping

# %% [markdown] lang="zh" of="58136b39"
# ## q5 · 以四代一，以及不同的两次
#
# **(a)** 内存不够：一位同事不用一个 $N$ 条评论的大批量，而是取几个小的，把结果加起来，再走一步。这一步应当与大批量的那一步相同。下面是他的代码。只要各小批大小相同、而且总是四个，它就是对的；不然会怎样，演示里看得到。
# 模型是逻辑回归：$p=\sigma(Xw)$，损失是对各条评论的交叉熵取平均。
#
# **(b)** 两个人跑了“同样的”训练，都有 dropout、预热和裁剪，然后比较记录下来的损失。最早的那个损失是在走任何一步之前记下的，它在第三位数字上就已经不同。下面哪几条能解释？把字母写进 `FROM_THE_FIRST`，例如 `"BE"`。
#
# - **A.** `data_seed` 不同：评论的次序不同
# - **B.** 没有预热
# - **C.** AdamW 用了另一种实现，`fused`
# - **D.** dropout 开始抽数时的 `seed` 不同
# - **E.** 没有裁剪

# %% tags=["given"]
def accumulate_carelessly(w, parts):
    """(loss, gradient (d,)); parts: list of (X (n, d), y (n,) zeros and ones). Right for four parts of equal size only."""
    total = np.zeros_like(w)
    for X, y in parts:
        p = 1 / (1 + np.exp(-X @ w))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        total += X.T @ (p - y) / len(y) / 4
    return loss, total

# %%
rng = np.random.default_rng(0)
X, y, w = rng.normal(size=(32, 3)), (rng.random(32) < 0.5).astype(float), np.array([0.5, -1.0, 2.0])
whole = X.T @ (1 / (1 + np.exp(-X @ w)) - y) / 32
for sizes in ((8, 8, 8, 8), (10, 10, 10, 2), (16, 16)):
    cuts = np.cumsum(sizes)[:-1]
    loss, gradient = accumulate_carelessly(w, list(zip(np.split(X, cuts), np.split(y, cuts))))
    print(sizes, "farthest from the gradient of the large batch:", f"{np.abs(gradient - whole).max():.4f}")

# %% question="q5"
# q5: the step of the large batch, from small ones; and what differs from the first loss on
def accumulate(w, parts):
    """(loss, gradient (d,)): those of one batch that holds the reviews of all parts.

    w: (d,); parts: list of (X (n, d), y (n,) zeros and ones), one part or more, n >= 1 and
    different from part to part. The loss is the mean over all reviews of
    -(y ln p + (1 - y) ln(1 - p)), p = 1 / (1 + exp(-X w)), in nats.
    In the example the gradient is (-0.5 + 0.5 + 1.5) / 3.
    >>> accumulate([0.0], [([[1.0]], [1.0]), ([[1.0], [3.0]], [0.0, 0.0])])
    (0.6931, [0.5])
    """
    # BEGIN SOLUTION: add up over reviews; divide once, by how many there were
    loss, gradient, n = 0.0, np.zeros(len(w)), 0
    for X, y in parts:
        p = 1 / (1 + np.exp(-X @ w))
        loss -= np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
        gradient, n = gradient + X.T @ (p - y), n + len(y)
    return loss / n, gradient / n
    # END SOLUTION


# BEGIN SOLUTION: the letters of all that are true, in quotation marks
FROM_THE_FIRST = "AD"
# END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · Has it been shown?
#
# A supplier claims "at least 85 %". Of 1,000 test reviews her model answers 88.8 % right. But some of these reviews also stand in what it was trained on; those don't count.
#
# **(a)** With $p$ the share of right answers among the $n$ reviews that count, and $z=1.96$, Wilson's interval is
#
# $$\frac{p+\frac{z^2}{2n}\pm z\sqrt{\frac{p(1-p)}{n}+\frac{z^2}{4n^2}}}{1+\frac{z^2}{n}} .$$
#
# A claim $c$ is *shown* if the whole interval lies at $c$ or above, *refuted* if it lies wholly below, else *open*.
#
# **(b)** Put the verdict on her model into `VERDICT`, and the interval's lower end into `LOW`. **(c)** Suppose her model is truly right in 87 of 100 cases, and that is what we observe. How many reviews that count does it take until
# the claim is shown? `NEEDED`: the smallest whole number.

# %% [markdown] lang="zh" of="2c93a879"
# ## q6 · 证明了吗？
#
# 一位供应商声称“至少 85%”。1,000 条测试评论里，她的模型答对了 88.8%。可是其中有些评论也出现在它的训练数据里；这些不能算。
#
# **(a)** 设算数的评论有 $n$ 条，其中答对的比例为 $p$，$z=1.96$，威尔逊区间是
#
# $$\frac{p+\frac{z^2}{2n}\pm z\sqrt{\frac{p(1-p)}{n}+\frac{z^2}{4n^2}}}{1+\frac{z^2}{n}} .$$
#
# 对于声称的 $c$：整个区间都不低于 $c$，就是*得到证明*（shown）；整个区间都在它之下，就是*被推翻*（refuted）；否则*未决*（open）。
#
# **(b)** 把对她的模型的裁决写进 `VERDICT`，区间的下端写进 `LOW`。**(c)** 假定她的模型确实每 100 条答对 87 条，而且观察到的就是如此。要有多少条算数的评论，她的说法才得到证明？`NEEDED`：最小的整数。

# %% tags=["given"]
def make_up_answers():
    """RIGHT, SEEN: (1000,) booleans: was the answer right; does the review stand in the training data, too."""
    rng = np.random.default_rng(3)
    seen = rng.permutation(1_000) < 300
    right = np.zeros(1_000, dtype=bool)
    right[rng.permutation(np.flatnonzero(seen))[:297]] = True
    right[rng.permutation(np.flatnonzero(~seen))[:591]] = True
    return right, seen

RIGHT, SEEN = make_up_answers()
CLAIM = 0.85

# %%
print(f"{RIGHT.mean():.1%} of {len(RIGHT)}, {SEEN.sum()} of them seen in training")

# %% question="q6"
# q6: the interval, the verdict, and how many reviews it takes
def judge_claim(right, seen, claim):
    """(low, high, verdict): Wilson's interval of the accuracy on the reviews that were not seen.

    verdict: "shown", "refuted" or "open". right, seen: (n,) booleans, at least one not seen;
    claim: 0 < claim < 1.
    >>> judge_claim(right=[True, True, False, True], seen=[False, False, False, True],
    ...             claim=0.5)
    (0.2077, 0.9385, "open")
    """
    # BEGIN SOLUTION: what counts, then the formula
    count, z2 = (~seen).sum(), 1.96**2
    p = right[~seen].mean()
    middle, half = p + z2 / (2 * count), np.sqrt(z2 * (p * (1 - p) / count + z2 / (4 * count**2)))
    low, high = (middle - half) / (1 + z2 / count), (middle + half) / (1 + z2 / count)
    return low, high, "shown" if low >= claim else "refuted" if high < claim else "open"
    # END SOLUTION


# BEGIN SOLUTION: a share, 0 ... 1
LOW = judge_claim(RIGHT, SEEN, CLAIM)[0]
# END SOLUTION
# BEGIN SOLUTION: "shown", "refuted" or "open"
VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2]
# END SOLUTION
# BEGIN SOLUTION: a whole number of reviews
NEEDED = int(np.ceil(1.96**2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2))
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Give your `report` to lesson 11's Trainer (`lambda found: report(found.predictions, found.label_ids)`), and ask your `plan_run` how many steps its main run has before you look. Lesson 12 asks how little of a model has to be
# trained at all.

# %% [markdown] lang="zh" of="746e2196"
# **接下来。** 把你的 `report` 交给第 11 课的 Trainer（`lambda found: report(found.predictions, found.label_ids)`）；先问你的 `plan_run` 它的主要训练有多少步，再去看答案。第 12 课要问：一个模型，到底只需训练多小的一部分？
