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
# # 10. Exercise: teaching BERT a task
#
# Six questions on lesson 10: a batch and its mask; one vector for a review, and an honest average; a rate that rises and falls, and a gradient that is clipped; a run that resumes where it stopped; a training loop that
# needs mending; and how many customers' readers fit into one machine. About 90 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says
# exactly what is wanted. NumPy is enough; PyTorch is welcome. Functions leave what they are given as it was.

# %% [markdown] lang="zh" of="708a3a6c"
# # 10. 练习：教 BERT 做一件事
#
# 六道题，对应第 10 课：一个批量和它的掩码；一条评论的一个向量，以及如实的平均；先升后降的学习率，以及梯度裁剪；一次能从断点接着跑的训练；一个需要修理的训练循环；最后，一台机器装得下多少位客户的模型。
# 大约需要 90 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。用 NumPy 就够了；
# 用 PyTorch 也可以。各个函数都不要改动传入的东西。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy")
from autograder import open_exercise

check, hint, score = open_exercise("10_bert_fine_tuning", globals(), lang="en")

# %% tags=["given"]
import numpy as np

# %% [markdown] lang="en"
# ## q1 · A batch and its mask
#
# Reviews arrive as lists of token numbers of different lengths. A batch is a table: as wide as the longest review *of this batch*, the rest filled up with the number of [PAD] on the right. The mask says what is a token (1) and
# what is padding (0); attention and the mean will trust it. Two things that real collators get wrong:
#
# - A review of more than `longest` tokens is cut to `longest`; but its last token is [SEP], which BERT expects at the end. So it keeps its first `longest` − 1 tokens and its own last one.
# - The number of [PAD] may also stand *inside* a text (somebody wrote "[PAD]" into a review). That is a token.

# %% [markdown] lang="zh" of="d3a8a1b5"
# ## q1 · 一个批量和它的掩码
#
# 评论送来时是一列列词元编号，长短不一。一个批量是一张表：宽度等于*本批*最长的那条，其余的在右边用 [PAD] 的编号补齐。掩码写明哪里是词元（1），哪里是填充（0）；注意力和平均都要靠它。现实中的整理函数常错两处：
#
# - 超过 `longest` 个词元的评论要截到 `longest` 个；但它的最后一个词元是 [SEP]，BERT 指望它在末尾。所以保留前 `longest` − 1 个，再加它自己的最后一个。
# - [PAD] 的编号也可能出现在文本*里面*（有人在评论里写了“[PAD]”）。那是词元。

# %% question="q1"
# q1: from lists of token numbers to a table and its mask
def collate(items, pad, longest):
    """A dictionary of integer arrays: "input_ids" (B, T), "attention_mask" (B, T), "labels" (B,).

    T: the longest row, after cutting. items: B pairs (list of token numbers, label), B >= 1,
    each list with at least 2 tokens; the rows keep this order. pad: the number of [PAD], any
    integer >= 0. longest: >= 2.
    Example: items = [([5, 8, 9, 6], 1), ([5, 7, 6], 0)], pad = 0, longest = 3 gives
    input_ids [[5, 8, 6], [5, 7, 6]], attention_mask [[1, 1, 1], [1, 1, 1]],
    labels [1, 0]; with longest = 48: [[5, 8, 9, 6], [5, 7, 6, 0]] and
    [[1, 1, 1, 1], [1, 1, 1, 0]].
    """
    # BEGIN SOLUTION: cut, find the width, fill row by row
    rows = [ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]] for ids, _ in items]
    T = max(len(ids) for ids in rows)
    input_ids, mask = np.full((len(rows), T), pad), np.zeros((len(rows), T), dtype=int)
    for k, ids in enumerate(rows):
        input_ids[k, : len(ids)] = ids
        mask[k, : len(ids)] = 1
    return {"input_ids": input_ids, "attention_mask": mask, "labels": np.array([label for _, label in items])}
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · One vector for a review, one loss for all
#
# **(a)** The encoder gives a vector $h_{bt}\in\mathbb{R}^{d}$ for each place. A review's vector is the mean over its tokens, whatever stands at the padded places:
#
# $$\bar h_b=\frac{\sum_t m_{bt}\,h_{bt}}{\sum_t m_{bt}} .$$
#
# **(b)** Judge a model from the logits of its batches, which differ in size. Each review counts once:
#
# $$\ell=-\frac1N\sum_{i=1}^{N}\ln\frac{e^{z_{i,y_i}}}{\sum_c e^{z_{i,c}}},\qquad N=\sum_k B_k .$$
#
# Logits of 1,000 occur, and are no reason for `inf` or `nan`.

# %% [markdown] lang="zh" of="5e71adf9"
# ## q2 · 一条评论一个向量，全部评论一个损失
#
# **(a)** 编码器在每个位置给出一个向量 $h_{bt}\in\mathbb{R}^{d}$。一条评论的向量是它各词元的平均，填充处是什么都不管：
#
# $$\bar h_b=\frac{\sum_t m_{bt}\,h_{bt}}{\sum_t m_{bt}} .$$
#
# **(b)** 由各批的 logit 来评判一个模型，各批大小不一。每条评论只算一次：
#
# $$\ell=-\frac1N\sum_{i=1}^{N}\ln\frac{e^{z_{i,y_i}}}{\sum_c e^{z_{i,c}}},\qquad N=\sum_k B_k .$$
#
# logit 大到 1,000 也会出现，那不能成为得到 `inf` 或 `nan` 的理由。

# %% question="q2"
# q2: the mean over tokens, and the mean over reviews
def average_tokens(h, mask):
    """(B, d): for each review the mean of h over the places where its mask is 1.

    h: (B, T, d) numbers; mask: (B, T) integers 0 or 1, at least one 1 in each row, not always on the left.
    >>> average_tokens(h=[[[2.0], [4.0], [9.0]]], mask=[[1, 1, 0]])
    [[3.0]]
    """
    # BEGIN SOLUTION: weigh by the mask, divide by how many tokens there are
    m = mask[..., None]                                                     # (B, T, 1)
    return (h * m).sum(axis=1) / m.sum(axis=1)
    # END SOLUTION


def evaluate(batches):
    """(loss, accuracy): the mean loss in nats and the share of right answers, over all reviews.

    The share is 0 ... 1. batches: list of pairs (logits (B, C), labels (B,) integers
    0 ... C-1), at least one, B >= 1 and different from batch to batch. The answer is the
    class of the largest logit, of equals the first, as np.argmax has it.
    In the example the loss is (0.6931 + 0.6931 + 1000) / 3.
    >>> evaluate([([[0.0, 0.0], [0.0, 0.0]], [0, 1]), ([[0.0, 1000.0]], [0])])
    (333.7954, 0.3333)
    """
    # BEGIN SOLUTION: put all reviews together, then take means
    z, y = (np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, 1))
    z = z - z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]        # (N,)
    return losses.mean(), (z.argmax(axis=1) == y).mean()
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Rise, fall, clip
#
# **(a)** The rate at step $t=0,1,\dots,S-1$, with $u$ steps of warm-up and the peak $\alpha$: from zero in a straight line to $\alpha$ at $t=u$, then in a straight line so that it would reach zero at $t=S$:
#
# $$\alpha_t=\alpha\,\frac{t}{u}\ \ (t<u),\qquad \alpha_t=\alpha\,\frac{S-t}{S-u}\ \ (t\ge u).$$
#
# **(b)** The gradient of *all* parameters is one long vector $g$, kept as a list of arrays. If it is longer than $c$, each array is multiplied by the same factor $c/\|g\|$; if not, nothing changes.

# %% [markdown] lang="zh" of="a8cb8884"
# ## q3 · 升、降、裁剪
#
# **(a)** 第 $t=0,1,\dots,S-1$ 步的学习率，其中预热 $u$ 步，峰值为 $\alpha$：先从零沿直线升到 $t=u$ 时的 $\alpha$，再沿直线下降，照这样走下去，到 $t=S$ 时恰好为零：
#
# $$\alpha_t=\alpha\,\frac{t}{u}\ \ (t<u),\qquad \alpha_t=\alpha\,\frac{S-t}{S-u}\ \ (t\ge u).$$
#
# **(b)** *全部*参数的梯度是一个长向量 $g$，存成一列数组。它比 $c$ 长时，每个数组都乘以同一个因子 $c/\|g\|$；否则什么也不变。

# %% question="q3"
# q3: the schedule, and the clip
def find_rate(t, S, u, peak):
    """The learning rate of step t = 0 ... S-1, as above.

    0 <= u < S; without warm-up the first rate is the peak.
    >>> find_rate(0, S=10, u=4, peak=0.2)
    0.0
    >>> find_rate(1, S=10, u=4, peak=0.2)
    0.05
    >>> find_rate(4, S=10, u=4, peak=0.2)
    0.2
    >>> find_rate(7, S=10, u=4, peak=0.2)
    0.1
    >>> find_rate(0, S=10, u=0, peak=0.2)
    0.2
    """
    # BEGIN SOLUTION: two lines that meet at t = u
    return peak * (t / u if t < u else (S - t) / (S - u))
    # END SOLUTION


def clip(gradients, c):
    """(clipped, length): the list of arrays after clipping, and the length of the whole gradient before it.

    gradients: list of arrays of any shapes, at least one; c > 0. A gradient of zeros stays as it is.
    >>> clip(([3.0, 0.0], [[4.0]]), c=1.0)
    ([[0.6, 0.0], [[0.8]]], 5.0)
    >>> clip(([3.0, 0.0], [[4.0]]), c=10.0)
    ([[3.0, 0.0], [[4.0]]], 5.0)
    """
    # BEGIN SOLUTION: one length for all arrays, one factor for all arrays
    gradients = [np.asarray(g, dtype=float) for g in gradients]
    length = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * c / max(length, c) for g in gradients], length
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · Where was I?
#
# **(a)** The power failed in epoch 3 after 17 batches. To go on, the order of that epoch must be *found again*, from numbers that a checkpoint can hold: the seed, the epoch, how many batches are done. No state of a generator
# is kept; each epoch of each seed has an order of its own, and always the same.
#
# **(b)** What must a checkpoint of lesson 10's training loop hold, so that a run that is cut and resumed ends with the same parameters as one that wasn't? Put the letters into `NEEDED`, for instance `"AG"`.
#
# - **A.** the parameters that learn
# - **B.** Adam's two moments of each of them, and its count of steps
# - **C.** how many steps the schedule has made
# - **D.** the seed of the order, the epoch, and how many of its batches are done
# - **E.** the state of the random generator that dropout draws from
# - **F.** the gradient of the last step
# - **G.** the losses so far

# %% [markdown] lang="zh" of="4fa095fc"
# ## q4 · 我跑到哪儿了？
#
# **(a)** 第 3 轮跑完 17 批时断电了。要接着跑，就得*重新找回*这一轮的次序，而且只靠检查点里存得下的几个数：种子、第几轮、跑完了几批。不保存任何生成器的状态；每个种子的每一轮都有自己的次序，而且总是同一个。
#
# **(b)** 第 10 课的训练循环，检查点里必须存些什么，才能让中断后再续的训练与没有中断的训练以同样的参数结束？把字母写进 `NEEDED`，例如 `"AG"`。
#
# - **A.** 参加学习的参数
# - **B.** 每个参数在 Adam 里的两个矩，以及它的步数
# - **C.** 调度走了多少步
# - **D.** 次序的种子、第几轮，以及这一轮跑完了几批
# - **E.** dropout 抽数所用的随机数生成器的状态
# - **F.** 最后一步的梯度
# - **G.** 到目前为止的损失

# %% question="q4"
# q4: the rest of an epoch, and what a checkpoint must hold
def rest_of_epoch(n, batch_size, seed, epoch, done):
    """List of arrays of row numbers: the batches of this epoch that are still to come.

    The first `done` of them are finished. n >= 1 rows, batch_size >= 1, seed, epoch >= 0:
    integers. An epoch is a random order of 0 ... n-1, cut into batches of batch_size; the
    last one may be smaller. The order follows from seed and epoch alone; different pairs
    (seed, epoch) have different orders, (0, 1) and (1, 0) among them. done: 0 ... number of
    batches; all done gives an empty list.
    Example: n = 5, batch_size = 2: done = 0 gives perhaps [[3, 0], [4, 1], [2]]; then
    done = 1 gives [[4, 1], [2]].
    """
    # BEGIN SOLUTION: a generator of this epoch's own; cut its order; leave out what is done
    order = np.random.default_rng([seed, epoch]).permutation(n)
    return [order[k : k + batch_size] for k in range(done * batch_size, n, batch_size)]
    # END SOLUTION


# BEGIN SOLUTION: the letters of all that is needed, in quotation marks
NEEDED = "ABCDE"
# END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · Mend this loop
#
# A colleague trains a head $W\in\mathbb{R}^{C\times d}$, $b\in\mathbb{R}^{C}$ on stored token vectors, by plain gradient descent. His loop runs, and reports something. Five things are wrong with it; the run below shows
# what comes out when reviews that *can* be learned are fed to it. Read, find them, and write the loop as it should be.

# %% [markdown] lang="zh" of="0283bd59"
# ## q5 · 修好这个循环
#
# 一位同事在存好的词元向量上训练一个分类头 $W\in\mathbb{R}^{C\times d}$、$b\in\mathbb{R}^{C}$，用的是普通的梯度下降。他的循环能运行，也报告了一些数。它有五处不对；下面把*学得会*的评论喂给它，看看结果。
# 读一读，找出来，再把循环写成它应有的样子。

# %% tags=["given"]
def careless_epoch(W, b, batches, rate):
    """Five faults. batches: list of (h (B, T, d), mask (B, T), y (B,)); W: (C, d), b: (C,)."""
    dW, db, total = np.zeros_like(W), np.zeros_like(b), 0.0
    for h, mask, y in batches:
        x = h.mean(axis=1)                                      # (B, d)
        z = x @ W.T + b                                         # (B, C)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        total += -np.log(p[np.arange(len(y)), y]).mean()
        g = (p - np.eye(len(b))[y]) / len(y)                    # gradient of the batch's mean loss by z
        dW += g.T @ x
        db += g.sum(axis=0)
        W -= rate * dW
        b -= rate * db
        right = (z.argmax(axis=1) == y).sum()
    return W, b, total / sum(len(y) for *_, y in batches), right / len(batches[-1][2])

def make_up_reviews(seed, batches=12, B=16, d=6):
    """Token vectors of two classes; the padded places are full of rubbish, as they may be. The last batch is small."""
    rng = np.random.default_rng(seed)
    towards, made = rng.normal(size=d), []
    for k in range(batches):
        y = rng.integers(2, size=B if k < batches - 1 else 5)
        mask = (np.arange(12) < rng.integers(3, 13, len(y))[:, None]).astype(int)
        h = np.outer(y - 0.5, towards)[:, None] + 2 * rng.normal(size=(len(y), 12, d))
        made.append((np.where(mask[..., None] > 0, h, 3 + 2 * h), mask, y))
    return made

# %%
W, b = np.zeros((2, 6)), np.zeros(2)
for epoch in range(3):
    W, b, loss, accuracy = careless_epoch(W, b, make_up_reviews(0), rate=0.5)
    print(f"epoch {epoch}: loss {loss:.4f} (guessing would have {np.log(2):.4f}), accuracy {accuracy:.0%}")

# %% question="q5"
# q5: the loop, mended
def train_epoch(W, b, batches, rate):
    """(W, b, loss, accuracy) after one pass over the batches: one step of gradient descent a batch.

    W: (C, d), b: (C,), floats; batches, in their order: list of (h (B, T, d), mask (B, T) of 0
    and 1, y (B,) integers 0 ... C-1), B differs; rate > 0. A review's vector is the mean of
    its tokens, wherever they stand; its logits are W times that plus b. Each step takes rate
    times the gradient of the *batch's mean* loss (softmax and cross-entropy, nats). loss:
    mean over all reviews, accuracy: share of right answers of all reviews (0 ... 1), each
    review judged before its own batch's step. The W and b that were handed in stay as they
    were.
    >>> train_epoch(W=[[0.0], [0.0]], b=[0.0, 0.0],
    ...             batches=[([[[1.0], [3.0]]], [[1, 1]], [1])], rate=0.5)
    ([[-0.5], [0.5]], [-0.25, 0.25], 0.6931, 0)
    """
    # BEGIN SOLUTION: mask, fresh gradients, new arrays, sums over reviews
    loss, right, n = 0.0, 0, 0
    for h, mask, y in batches:
        x = (h * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)             # (B, d)
        z = x @ W.T + b                                                                     # (B, C)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        loss += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum()
        right, n = right + (z.argmax(axis=1) == y).sum(), n + len(y)
        g = (p - np.eye(len(b))[y]) / len(y)
        W, b = W - rate * g.T @ x, b - rate * g.sum(axis=0)
    return W, b, loss / n, right / n
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · One machine, many customers
#
# Each customer gets a reader fine-tuned on their own reviews. All start from the same encoder. What did not move need not be stored twice: the machine keeps the encoder once, and for each customer those *parts* that have moved
# or are new. A part is what stands before the first dot of a parameter's name.
#
# **(a)** Measure the move of each part, as in 10.9: over all arrays of part $k$ together,
#
# $$r_k=\frac{\|\theta'_k-\theta_k\|}{\|\theta_k\|} .$$
#
# **(b)** Two trials are on record: `ALL` (everything learns) and `LAST` (embeddings and three layers frozen); accuracies on validation are beside them. The machine has `MEMORY` bytes for parameters, 4 bytes each. How many customers
# fit (`FIT_ALL`, `FIT_LAST`)? A part that has moved by any amount, or is new, is stored whole for each customer. The company has `WANTED` customers. Choose the way with the higher accuracy among those that fit: `"all"` or `"last"`.

# %% [markdown] lang="zh" of="56c7742f"
# ## q6 · 一台机器，许多客户
#
# 每位客户都有一个在自己的评论上微调过的模型，全都从同一个编码器出发。没有变动的就不必存两份：机器里编码器只存一份，再为每位客户存下变动过的和新添的*部分*。参数名里第一个点之前的字样，就是它所属的部分。
#
# **(a)** 像 10.9 节那样量出各部分的变动，第 $k$ 部分的全部数组合在一起算：
#
# $$r_k=\frac{\|\theta'_k-\theta_k\|}{\|\theta_k\|} .$$
#
# **(b)** 记录里有两次试验：`ALL`（全部参加学习）和 `LAST`（冻结嵌入和三层），旁边是各自在验证集上的准确率。机器有 `MEMORY` 字节可以放参数，每个参数 4 字节。各能容纳多少位客户（`FIT_ALL`、`FIT_LAST`）？
# 一个部分只要变动过，不论多少，或者是新添的，就为每位客户整个存一份。公司有 `WANTED` 位客户。在容得下的办法里选准确率较高的：`"all"` 或 `"last"`。

# %% tags=["given"]
MEMORY, WANTED = 2_000_000_000, 30                              # bytes, customers
ACCURACY = {"all": 0.874, "last": 0.869}                        # of one run each, made up for this exercise
LAYER = {"attention": 4 * (384**2 + 384), "network": 2 * 4 * 384**2 + 5 * 384, "norms": 4 * 384}
SIZES = {"embeddings.words": 30_522 * 384, "embeddings.places": 514 * 384, "embeddings.norm": 2 * 384}
SIZES |= {f"layer {k}.{name}": size for k in range(1, 7) for name, size in LAYER.items()}       # numbers in each array

def make_up_moves(frozen):
    """name -> by what share of its length each array has moved; the head is new and has no such number."""
    rng, still = np.random.default_rng(4), ["embeddings", *(f"layer {k}" for k in range(1, frozen + 1))] if frozen else []
    return {name: 0.0 if name.split(".")[0] in still else float(rng.uniform(0.001, 0.02)) for name in SIZES}

ALL, LAST = make_up_moves(0), make_up_moves(3)
HEAD = 2 * 384 + 2                                              # numbers in the new head, one for each customer

# %% question="q6"
# q6: where a network has moved, and what that costs to store
def find_moves(before, after):
    """part -> r, for every part of `before`, in any order.

    before, after: dictionaries, name -> array of any shape; a part is the name up to its
    first dot (the whole name, if it has none). after holds all names of before with the same
    shapes, perhaps in another order, and new ones besides, which are left out. No part of
    before has length 0.
    >>> find_moves(before={"layer 1.w": [3.0, 0.0], "layer 1.b": [4.0]},
    ...            after={"layer 1.w": [3.0, 1.0], "layer 1.b": [4.0], "head.w": [9.0]})
    {"layer 1": 0.2}
    """
    # BEGIN SOLUTION: sums of squares for each part, above and below; their quotient's root
    change, length = {}, {}
    for name, old in before.items():
        part, old = name.split(".")[0], np.asarray(old, dtype=float)
        change[part] = change.get(part, 0.0) + ((np.asarray(after[name]) - old) ** 2).sum()
        length[part] = length.get(part, 0.0) + (old**2).sum()
    return {part: np.sqrt(change[part] / length[part]) for part in change}
    # END SOLUTION


def count_customers(moves):
    """How many customers fit into MEMORY: the encoder once, and for each the head and what moved.

    A whole number. What moved are whole parts: a part has moved if one of its arrays has.
    moves: like ALL and LAST, each name of SIZES -> by how much it has moved, >= 0.
    Example: if no part has moved, 620_044 customers fit: each of them adds HEAD numbers alone.
    """
    # BEGIN SOLUTION: the encoder once; for each customer the head and the parts that moved
    moved = {name.split(".")[0] for name, r in moves.items() if r > 0}
    each = HEAD + sum(size for name, size in SIZES.items() if name.split(".")[0] in moved)
    return (MEMORY // 4 - sum(SIZES.values())) // each
    # END SOLUTION


# BEGIN SOLUTION: a whole number of customers
FIT_ALL = count_customers(ALL)
# END SOLUTION
# BEGIN SOLUTION: a whole number of customers
FIT_LAST = count_customers(LAST)
# END SOLUTION
# BEGIN SOLUTION: "all" or "last"
CHOICE = max((way for way, fit in (("all", FIT_ALL), ("last", FIT_LAST)) if fit >= WANTED), key=ACCURACY.get)
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Put your `collate` into lesson 10's loader, and your `evaluate` beside its own: the numbers should not move. And q6 in the open: how far do the layers move if you train twice as long? Lesson 11 lets a library
# do all this, and checks that it does the same; lesson 12 makes what a customer costs far smaller.

# %% [markdown] lang="zh" of="2d3973b6"
# **接下来。** 把你的 `collate` 放进第 10 课的加载器，把你的 `evaluate` 与课里的并排放着：数字应当纹丝不动。再想想 q6：训练时间加倍，各层会移动多远？第 11 课让一个库替你做完这一切，并检查它做得是否一样；
# 第 12 课则让每位客户的花费大大缩小。
