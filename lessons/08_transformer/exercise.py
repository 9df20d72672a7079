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
# # 08. Exercise: a stack of attention
#
# Six questions on lesson 08: a block put together in PyTorch; positions by rotation; how many parameters a model has,
# and how many blocks fit into a budget; a loss that padding can't touch; the distribution from which the next token is
# drawn; and a loss that cannot be true. About 100 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints
# one after another, `score()` adds up. The docstring in an answer cell says exactly what is wanted. Except in q1, NumPy
# is enough; PyTorch is welcome. Functions leave the arrays that they are given as they were.

# %% [markdown] lang="zh" of="0d7fbb66"
# # 08. 练习：把注意力叠起来
#
# 六道题，对应第 08 课：用 PyTorch 搭一个块；用旋转表示位置；一个模型有多少参数，给定的预算里放得下多少个块；不受填充影响的损失；下一个词元从哪个分布里抽；最后，一个不可能是真的损失。
# 大约需要 100 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。除 q1 外，用 NumPy 就够了；
# 也可以用 PyTorch。各个函数都不要改动传入的数组。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "torch")
from autograder import open_exercise

check, hint, score = open_exercise("08_transformer", globals(), lang="en")

# %% tags=["given"]
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# %% [markdown] lang="en"
# ## q1 · A block, put together in PyTorch
#
# Write the block as it is written at work: a module that gets its weights from a file. It is causal, with the norm
# before each part; $N$ stands for layer norm, $A$ for attention, $M$ for the network, $D$ for `nn.Dropout`:
#
# $$x'=x+D\big(A(N_1(x))\big),\qquad y=x'+D\big(M(N_2(x'))\big).$$
#
# The file knows the parts by their names, so they must bear these:
#
# | name | part |
# |---|---|
# | `norm_1`, `norm_2` | `nn.LayerNorm`, its `eps` as it is |
# | `attention` | `nn.MultiheadAttention` with `batch_first=True`; its own dropout stays 0 |
# | `mlp` | `nn.Sequential`: linear $d\to rd$, `nn.GELU()`, linear $rd\to d$ |
#
# Three things matter at work:
#
# - *Padding stands anywhere.* A batch that shall be continued is padded in front. Place $i$ looks at place $j$ where
#   $j\le i$ *and* a token stands at $j$.
# - *No `nan`.* Padding in front finds nothing to look at. What comes out there nobody reads, but it must be a number:
#   the next block weighs it with 0, and $0\cdot$`nan` is `nan`.
# - *Dropout belongs to training.* After `block.eval()` nothing is dropped.
#
# `run_block`, below your class, loads the weights and calls the block.

# %% [markdown] lang="zh" of="fe930bb5"
# ## q1 · 用 PyTorch 搭一个块
#
# 像工作中那样写一个块：一个从文件里取得权重的模块。它是因果的，归一化在每个部件之前；$N$ 是层归一化，$A$ 是注意力，$M$ 是网络，$D$ 是 `nn.Dropout`：
#
# $$x'=x+D\big(A(N_1(x))\big),\qquad y=x'+D\big(M(N_2(x'))\big).$$
#
# 文件按名称认部件，所以必须用这些名称：
#
# | 名称 | 部件 |
# |---|---|
# | `norm_1`、`norm_2` | `nn.LayerNorm`，`eps` 用默认值 |
# | `attention` | `nn.MultiheadAttention`，`batch_first=True`；它自己的 dropout 保持为 0 |
# | `mlp` | `nn.Sequential`：线性 $d\to rd$、`nn.GELU()`、线性 $rd\to d$ |
#
# 工作中有三件事要紧：
#
# - **填充可以在任何地方。** 要接着往下写的一批，填充在前面。位置 $i$ 可以看位置 $j$，条件是 $j\le i$，**而且** $j$ 处是词元。
# - **不许有 `nan`。** 前面的填充没有什么可看。那里算出什么没有人读，但必须是个数：下一个块给它的权重是 0，而 $0\cdot$`nan` 仍是 `nan`。
# - **dropout 只用于训练。** 调用 `block.eval()` 之后，什么也不丢。
#
# 写在类下面的 `run_block` 会载入权重，再调用这个块。

# %% question="q1"
# q1: a block whose weights come from a file
class Block(nn.Module):
    """Norm, attention, dropout, sum; norm, network, dropout, sum."""

    def __init__(self, d, heads, ratio, dropout):
        """d: a multiple of heads; ratio: r; dropout: the share that D drops."""
        super().__init__()
        # BEGIN SOLUTION: the parts, under their names
        self.norm_1, self.norm_2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attention = nn.MultiheadAttention(d, heads, batch_first=True)
        layers = nn.Linear(d, ratio * d), nn.GELU(), nn.Linear(ratio * d, d)
        self.mlp, self.dropout = nn.Sequential(*layers), nn.Dropout(dropout)
        # END SOLUTION

    def forward(self, x, real):
        """y from x, both (B, T, d). real: (B, T) booleans, True where a token is."""
        # BEGIN SOLUTION: what must stay hidden, with no empty row; then the two sums
        T, heads = x.shape[1], self.attention.num_heads
        seen = torch.ones(T, T).tril().bool() & real[:, None]           # (B, T, T)
        hidden = ~(seen | torch.eye(T).bool()).repeat_interleave(heads, dim=0)
        h = self.norm_1(x)
        x = x + self.dropout(self.attention(h, h, h, attn_mask=hidden)[0])
        return x + self.dropout(self.mlp(self.norm_2(x)))
        # END SOLUTION


def run_block(x, real, weights, heads, dropout=0.0, training=False, depth=1):
    """y, (B, T, d), after `depth` calls of one block, each with the y before it as x.

    x: (B, T, d); real: (B, T) booleans; weights: arrays by the names of the parameters.
    Here attention gives the mean of N(x), and the network gives 0 and 0.8413:

    >>> run_block(x=[[[1.0, 3.0], [5.0, 1.0]]], real=[[True, True]], heads=1, weights={
    ...     "norm_1.weight": [1.0, 1.0], "norm_1.bias": [0.0, 0.0],
    ...     "attention.in_proj_weight": [[0.0, 0.0]] * 4 + [[1.0, 0.0], [0.0, 1.0]],
    ...     "attention.in_proj_bias": [0.0] * 6,
    ...     "attention.out_proj.weight": [[1.0, 0.0], [0.0, 1.0]],
    ...     "attention.out_proj.bias": [0.0, 0.0],
    ...     "norm_2.weight": [1.0, 1.0], "norm_2.bias": [0.0, 0.0],
    ...     "mlp.0.weight": [[0.0, 0.0], [0.0, 0.0]], "mlp.0.bias": [0.0, 1.0],
    ...     "mlp.2.weight": [[1.0, 0.0], [0.0, 1.0]], "mlp.2.bias": [0.0, 0.0]})
    [[[0.0, 4.8413], [5.0, 1.8413]]]
    """
    ratio = len(weights["mlp.0.bias"]) // x.shape[2]
    block = Block(x.shape[2], heads, ratio, dropout).train(training)
    block.load_state_dict({name: torch.tensor(w) for name, w in weights.items()})
    y = torch.tensor(x, dtype=torch.float32, requires_grad=True)
    for _ in range(depth):
        y = block(y, torch.tensor(real))
    return y.detach().numpy()

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · Positions by rotation
#
# A query or key has $d$ numbers, $d$ even. The first half and the second half form the pairs: pair $i=0,\dots,d/2-1$ is $(x_i,\,x_{i+d/2})$. At place $t$ it is turned by the angle $t\omega_i$:
#
# $$\begin{pmatrix}x_i'\\x_{i+d/2}'\end{pmatrix}=\begin{pmatrix}\cos t\omega_i&-\sin t\omega_i\\\sin t\omega_i&\cos t\omega_i\end{pmatrix}\begin{pmatrix}x_i\\x_{i+d/2}\end{pmatrix},\qquad \omega_i=b^{-2i/d} .$$
#
# **(a)** Turn the rows of an array. The first row need not stand at place 0: who writes token by token turns one new row at a time. The base $b$ is 10,000 unless something else is said.
#
# **(b)** The score of a query at place $m$ with a key at place $n$ depends on $n-m$ alone. Write it as a function of the distance.

# %% [markdown] lang="zh" of="85c8c4d5"
# ## q2 · 用旋转表示位置
#
# 一个查询或键有 $d$ 个数，$d$ 是偶数。前一半与后一半配成对：第 $i=0,\dots,d/2-1$ 对是 $(x_i,\,x_{i+d/2})$。在位置 $t$，它转过角度 $t\omega_i$：
#
# $$\begin{pmatrix}x_i'\\x_{i+d/2}'\end{pmatrix}=\begin{pmatrix}\cos t\omega_i&-\sin t\omega_i\\\sin t\omega_i&\cos t\omega_i\end{pmatrix}\begin{pmatrix}x_i\\x_{i+d/2}\end{pmatrix},\qquad \omega_i=b^{-2i/d} .$$
#
# **(a)** 旋转一个数组的各行。第一行不一定在位置 0：一个词元一个词元地写时，每次只转新来的那一行。不另说明时，底数 $b$ 是 10,000。
#
# **(b)** 位置 $m$ 上的查询与位置 $n$ 上的键，分数只取决于 $n-m$。把它写成距离的函数。

# %% question="q2"
# q2: rotary positions, and the score at a distance
def rotate(x, first=0, base=10_000.0):
    """x with each row turned by its place; shape as x.

    x: (..., T, d), d even: the last axis but one counts the places. Its row t stands at
    place first + t. first: an integer >= 0; base: the b of the formula.

    >>> rotate(x=[[1.0, 0.0], [1.0, 0.0]])
    [[1.0, 0.0], [0.5403, 0.8415]]
    >>> rotate(x=[[1.0, 0.0], [1.0, 0.0]], first=1)
    [[0.5403, 0.8415], [-0.4161, 0.9093]]
    """
    # BEGIN SOLUTION: the angles (T, d / 2), then turn the two halves
    T, half = x.shape[-2], x.shape[-1] // 2
    angle = (first + np.arange(T))[:, None] * base ** (-np.arange(half) / half)
    a, b, cos, sin = x[..., :half], x[..., half:], np.cos(angle), np.sin(angle)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)
    # END SOLUTION


def score_at_distances(q, k, distances):
    """(n,): the product of q, turned at its place m, and k, turned at m + distance.

    q, k: (d,), d even; distances: (n,) integers, negative ones too: the key stands
    before the query. Base 10,000.

    >>> score_at_distances(q=[1.0, 0.0], k=[0.0, 2.0], distances=[0, 1, -1])
    [0.0, -1.6829, 1.6829]
    """
    # BEGIN SOLUTION: leave the query at place 0, and turn the key by each distance
    return np.array([rotate(k[None], distance)[0] @ q for distance in distances])
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · How many parameters?
#
# **(a)** Count those of a whole model. It has, with the letters of 08.11:
#
# - tables of embeddings: $V$ tokens, $P$ places, $S$ kinds of segment, $d$ numbers for each;
# - $L$ blocks: attention with four linear maps $d\to d$ (for queries, keys, values, output; the heads share them out among themselves), a network $d\to rd\to d$, and two layer norms;
# - one more layer norm outside the blocks (in BERT after the embeddings, in GPT-2 at the end);
# - perhaps a pooler, one more linear map $d\to d$;
# - logits: from the table of tokens (*tied*), or from a table of their own, $V\times d$, without bias.
#
# A linear map has a bias for each output, a layer norm has $\gamma$ and $\beta$. Without biases, both the biases and the $\beta$ are missing, everywhere.
#
# **(b)** A device has room for so many parameters. How many blocks fit?

# %% [markdown] lang="zh" of="1fc8761c"
# ## q3 · 有多少参数？
#
# **(a)** 数一数整个模型的参数。沿用 08.11 节的字母，它有：
#
# - 嵌入表：$V$ 个词元、$P$ 个位置、$S$ 种片段，每个都是 $d$ 个数；
# - $L$ 个块：注意力有四个线性映射 $d\to d$（查询、键、值、输出；各个头分着用），网络是 $d\to rd\to d$，还有两次层归一化；
# - 块之外再有一次层归一化（BERT 在嵌入之后，GPT-2 在末尾）；
# - 也许有一个 pooler，又是一个线性映射 $d\to d$；
# - logit：用词元表来算（*共享*），或者用自己的一张表，$V\times d$，没有偏置。
#
# 线性映射的每个输出有一个偏置；层归一化有 $\gamma$ 和 $\beta$。不带偏置时，偏置和 $\beta$ 处处都没有。
#
# **(b)** 一台设备放得下这么多参数。能放几个块？

# %% question="q3"
# q3: the parameters of a model, and the blocks that a budget allows
def count_parameters(
    V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False
):
    """The number of parameters, exactly.

    V, d, L, heads: tokens, width, blocks (0 or more), heads in each block (d is a
    multiple of it). P, S: places and kinds of segment that have learned vectors, 0 if
    none are learned. ratio: the whole number r. tied, biases, pooler: True or False.

    >>> count_parameters(V=10, d=4, L=1, heads=2)
    292

    These are 40 + (80 + 148 + 16) + 8. Published: GPT-2, DistilBERT, BERT-base.

    >>> count_parameters(V=50_257, d=768, L=12, heads=12, P=1_024)
    124_439_808
    >>> count_parameters(V=30_522, d=768, L=6, heads=12, P=512)
    66_362_880
    >>> count_parameters(V=30_522, d=768, L=12, heads=12, P=512, S=2, pooler=True)
    109_482_240
    """
    # BEGIN SOLUTION: each part by itself, then the sum
    linear, norm = d * d + biases * d, d + biases * d
    network = 2 * ratio * d * d + biases * (ratio * d + d)
    outside = (V + P + S) * d + norm + pooler * linear + (not tied) * V * d
    return outside + L * (4 * linear + network + 2 * norm)
    # END SOLUTION


def most_blocks(budget, V, d, heads, **more):
    """The largest L for which the model has at most `budget` parameters.

    more: any of P, S, ratio, tied, biases, pooler, as in count_parameters. The budget
    is enough for L = 0.

    >>> most_blocks(budget=535, V=10, d=4, heads=2)
    1
    >>> most_blocks(budget=536, V=10, d=4, heads=2)
    2
    """
    # BEGIN SOLUTION: what is there without blocks, and what each block adds
    empty = count_parameters(V, d, 0, heads, **more)
    each = count_parameters(V, d, 1, heads, **more) - empty
    return (budget - empty) // each
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · A loss that padding can't touch
#
# **(a)** A model has judged a held-out text in batches. Text $i$ of a batch has logarithms of probabilities $\ln p_{it}$, and a mask $m_{it}$ that is 1 at its tokens and 0 at the padding. With all batches taken together, $N$ tokens in $C$ characters,
#
# $$\ell=-\frac1N\sum_{i,t}m_{it}\ln p_{it},\qquad N=\sum_{i,t}m_{it},\qquad \mathrm{PPL}=e^{\ell},\qquad b=\frac{\ell N}{C\ln 2}.$$
#
# Batches differ in size, and at the padding anything may stand, even `nan`.
#
# **(b)** Two models, $p$ and $q$, go together (08.9): the mixture gives each token the probability $\alpha p+(1-\alpha)q$. Find its logarithm from the two logarithms. They may be $-2000$, or $-\infty$ where a model rules a token out.

# %% [markdown] lang="zh" of="a3ea50c2"
# ## q4 · 不受填充影响的损失
#
# **(a)** 一个模型分批给留出的文本打了分。一批里第 $i$ 段文本有各词元概率的对数 $\ln p_{it}$，还有掩码 $m_{it}$：是词元处为 1，是填充处为 0。所有批合在一起，$C$ 个字符切成 $N$ 个词元，
#
# $$\ell=-\frac1N\sum_{i,t}m_{it}\ln p_{it},\qquad N=\sum_{i,t}m_{it},\qquad \mathrm{PPL}=e^{\ell},\qquad b=\frac{\ell N}{C\ln 2}.$$
#
# 各批大小不一；填充处什么都可能有，哪怕是 `nan`。
#
# **(b)** 两个模型 $p$ 和 $q$ 联手（08.9 节）：混合模型给每个词元的概率是 $\alpha p+(1-\alpha)q$。由两个对数求出它的对数。它们可能是 $-2000$；某个模型认定一个词元不可能时，还会是 $-\infty$。

# %% question="q4"
# q4: the loss of all batches, and of a mixture
def score_batches(batches, characters):
    """A dictionary: "nats" (loss per token), "perplexity", "bits" (per character).

    batches: one or more pairs (log_p, mask), both (B, T), B and T of each pair its own;
    mask: zeros and ones, in all of them together at least one 1 (a batch or a row may
    be all padding). characters: C, of all texts together.

    >>> score_batches(batches=[([[-1.0, -3.0], [-2.0, 9.0]], [[1, 1], [1, 0]]),
    ...                        ([[-4.0]], [[1]])], characters=5)
    {"nats": 2.5, "perplexity": 12.182, "bits": 2.885}
    """
    # BEGIN SOLUTION: collect the tokens of all batches
    log_p = np.concatenate([values[mask == 1] for values, mask in batches])     # (N,)
    nats, bits = -log_p.mean(), -log_p.sum() / (characters * np.log(2))
    return {"nats": nats, "perplexity": np.exp(nats), "bits": bits}
    # END SOLUTION


def mix(log_p, log_q, share):
    """(n,): the logarithms of share · p + (1 − share) · q.

    log_p, log_q: (n,) numbers <= 0, or -inf; 0 < share < 1.

    >>> mix(log_p=[-1.0, -2000.0, -inf], log_q=[-2.0, -2000.0, -inf], share=0.5)
    [-1.3799, -2000.0, -inf]
    """
    # BEGIN SOLUTION: a sum of probabilities, without leaving the logarithms
    return np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q)
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · Where the next token is drawn from
#
# From the logits $z\in\mathbb{R}^{V}$ of the next token make the distribution from which it will be drawn. Three steps in this order, each on what the one before has left, rescaled to the sum 1:
#
# 1. **Temperature:** $p_i=e^{z_i/\tau}\big/\sum_j e^{z_j/\tau}$. At $\tau=0$ stands the limit $\tau\to 0$: the largest logits share everything, in equal parts if several are equal.
# 2. **Top-k:** the $k$ most probable tokens stay.
# 3. **Top-p:** the fewest tokens that together hold at least the mass $p$ stay, the most probable first; at least one.
#
# Where the cut falls between equal logits, the token with the lower number stays. Logits may be 1,000, or $-\infty$ for a token that is forbidden.

# %% [markdown] lang="zh" of="5bec3624"
# ## q5 · 下一个词元从哪里抽
#
# 由下一个词元的 logit $z\in\mathbb{R}^{V}$，作出抽取它所用的分布。依次做三步，每一步都在上一步留下的、重新归一到 1 的分布上进行：
#
# 1. **温度：** $p_i=e^{z_i/\tau}\big/\sum_j e^{z_j/\tau}$。$\tau=0$ 表示极限 $\tau\to 0$：全部概率归最大的 logit；有几个同样大，就平分。
# 2. **top-k：** 留下概率最大的 $k$ 个词元。
# 3. **top-p：** 从概率最大的开始，留下合计概率不小于 $p$ 的最少几个词元；至少留一个。
#
# 如果刀口正落在相等的 logit 之间，留下编号小的词元。logit 可能是 1,000；被禁用的词元是 $-\infty$。

# %% question="q5"
# q5: the distribution of the next token
def next_distribution(logits, temperature=1.0, top_k=None, top_p=None):
    """(V,): probabilities with the sum 1, exactly 0 for what was cut off.

    logits: (V,) numbers, not all -inf; temperature: >= 0; top_k: an integer >= 1, also
    above V, or None: no such cut; top_p: 0 < top_p <= 1, or None: no such cut.

    >>> next_distribution(logits=[3.0, 1.0, 2.0, 2.0])
    [0.5344, 0.0723, 0.1966, 0.1966]
    >>> next_distribution(logits=[3.0, 1.0, 2.0, 2.0], top_k=2)
    [0.7311, 0.0, 0.2689, 0.0]
    >>> next_distribution(logits=[3.0, 1.0, 2.0, 2.0], top_p=0.8)
    [0.5761, 0.0, 0.2119, 0.2119]
    >>> next_distribution(logits=[3.0, 1.0, 2.0, 2.0], temperature=0.5,
    ...                   top_k=3, top_p=0.8)
    [0.8808, 0.0, 0.1192, 0.0]
    """
    # BEGIN SOLUTION: one order for both cuts; rescale after each step
    z = logits - logits.max()
    p = np.exp(z / temperature) if temperature > 0 else np.where(z == 0, 1.0, 0.0)
    p, order = p / p.sum(), np.argsort(-z, kind="stable")
    if top_k is not None:
        p[order[top_k:]] = 0
        p = p / p.sum()
    if top_p is not None:
        before = np.cumsum(p[order]) - p[order]     # what the more probable ones hold
        p[order[before >= top_p]] = 0
    return p / p.sum()
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · A loss that cannot be true
#
# A colleague trains a small language model: attention by distance alone, then a table. His texts are made up, each token drawn from a distribution that depends on the one before; the cell below knows the distributions, so it can say what
# *they* would pay on his held-out texts: no model can stay below that for long. He reports 0.00 nats.
#
# Four of his steps are under suspicion. In the table an x means: as he has it; a dot: the other way.

# %% [markdown] lang="zh" of="16e7dfa5"
# ## q6 · 不可能是真的损失
#
# 一位同事训练一个小小的语言模型：只看距离的注意力，再加一张表。他的文本是编造的，每个词元都从一个由前一个词元决定的分布里抽出；下面的单元格知道这些分布，所以能算出在他留出的文本上，*这些分布自己*要付多少：
# 没有哪个模型能长久低于这个数。他报告的是 0.00 nat。
#
# 他有四个步骤值得怀疑。表中的 x 表示照他的做法；点表示换另一种做法。

# %%
def run_recipe(seed, A=True, B=True, C=True, D=True, T=23):
    """Nats a token on the last 100 of 400 texts: that he reports, and of the source."""
    rng = np.random.default_rng(seed)
    source = rng.dirichlet(np.full(9, 0.6), size=9)         # (9, 9): what follows what
    ids = rng.integers(1, 10, size=(400, T + 1))
    for t in range(1, T + 1):
        below = source.cumsum(axis=1)[ids[:, t - 1] - 1, :-1]
        ids[:, t] = 1 + (rng.random((400, 1)) > below).sum(axis=1)
    ids[np.arange(T + 1) >= rng.integers(4, T + 2, size=(400, 1))] = 0  # 4 to 24 tokens
    before, after = ids[300:, :-1] - 1, ids[300:, 1:] - 1
    own = -np.log(source[before, after][after >= 0]).mean()
    ids = torch.from_numpy(ids)
    inputs, targets = ids[:, :-1], ids[:, :-1] if A else ids[:, 1:]         # A
    back = torch.arange(T)[:, None] - torch.arange(T)           # (T, T): so far back
    look = back >= (-T if B else 0)                                         # B
    counts = targets >= (0 if C else 1)                                     # C
    look = look if D else look & (inputs > 0)[:, None]                      # D
    table = torch.zeros(10, 10, requires_grad=True)
    pull = torch.zeros(2 * T - 1, requires_grad=True)
    optimizer = torch.optim.Adam([table, pull], lr=0.3)
    for _ in range(40):
        weights = pull[back + T - 1].where(look, -torch.inf).softmax(dim=-1)
        logits = (weights @ table[inputs]).transpose(1, 2)                # (400, 10, T)
        losses = F.cross_entropy(logits, targets, reduction="none")       # (400, T)
        optimizer.zero_grad()
        losses[:300][counts[:300]].mean().backward()
        optimizer.step()
    return losses[300:][counts[300:]].mean().item(), own

# %%
torch.set_num_threads(1)                    # a second one would only be waited for
print("A B C D   reported   the source   (nats a token, means of 4 seeds)")
for steps in ((1, 1, 1, 1), *np.eye(4, dtype=int), (0, 0, 0, 0)):
    reported, own = np.mean([run_recipe(seed, *steps) for seed in range(4)], axis=0)
    print(*(".x"[step] for step in steps), f"{reported:10.2f}{own:13.2f}")

# %% [markdown] lang="en"
# **(a)** Which of these make a loss that cannot be true? Put their letters into `FAULTS`, for instance `"CE"`.
#
# - **A.** The targets are the inputs: the model must say what it has just read.
# - **B.** No causal mask: each place sees the token that it must predict.
# - **C.** The padding counts: nothing is easier to predict.
# - **D.** Attention may look at padded places: their keys are not masked.
# - **E.** The model has more parameters than these few texts bear: it knows them by heart.
#
# **(b)** Mend his preparation: from texts of different lengths make what the model reads, what it must say, where it may look, and which places count. Where nothing counts, `inputs` and `targets` may hold anything.

# %% [markdown] lang="zh" of="cb3a4cd9"
# **(a)** 下面哪几条会造成不可能是真的损失？把字母写进 `FAULTS`，例如 `"CE"`。
#
# - **A.** 目标就是输入：模型只要说出刚读到的词元。
# - **B.** 没有因果掩码：每个位置都看得见它要预测的词元。
# - **C.** 填充也算数：没有什么比填充更好预测。
# - **D.** 注意力可以看填充的位置：它们的键没有遮住。
# - **E.** 这么少的文本，模型的参数太多：它把文本背下来了。
#
# **(b)** 修好他的准备工作：由长短不一的文本，作出模型读什么、该说什么、可以看哪里、哪些位置算数。不算数的位置上，`inputs` 和 `targets` 是什么都行。

# %% [markdown] lang="en"
# **(c)** Three candidates have judged the same held-out text of `CHARACTERS` characters, each cut by its own tokenizer into `TOKENS` tokens, in windows of 64; `LOSS[name][t]` is the mean loss at place $t$ of the windows, in nats a token. One of
# them cannot be true: find it by its places. `CHOICE`: the better one of the other two. `BITS_A`, `BITS_B`: bits a character of A and B. `LEVEL`: which perplexity per token would the *worse* one of the two have to report to draw level with your choice?

# %% [markdown] lang="zh" of="5b4ffa31"
# **(c)** 三个候选模型给同一段留出的文本打了分，共 `CHARACTERS` 个字符；各用自己的分词器切成 `TOKENS` 个词元，每个窗口 64 个；`LOSS[name][t]` 是窗口内位置 $t$ 上的平均损失（nat／词元）。其中有一个不可能是真的：
# 看它各个位置的损失，把它找出来。`CHOICE`：另外两个中较好的一个。`BITS_A`、`BITS_B`：A 和 B 的每字符比特数。`LEVEL`：两者中*较差*的那个，每词元的困惑度要报到多少，才能与你选的打平？

# %% tags=["given"]
CHARACTERS = 198_400                                    # made-up numbers, as all here
TOKENS = {"A": 69_120, "B": 47_360, "C": 56_320}        # all windows are full
_place = np.arange(64)
_fall = np.exp(-_place / 8)
LOSS = {
    "A": 3.7 + 0.9 * _fall,
    "B": 4.2 + 1.1 * _fall,
    "C": np.where(_place < 63, 0.06, 9.2),
}

# %%
print("candidate   tokens   nats a token   perplexity   at place 0     31     63")
for name, losses in LOSS.items():
    nats, places = losses.mean(), "".join(f"{losses[t]:7.2f}" for t in (0, 31, 63))
    print(f"{name:9}{TOKENS[name]:9,}{nats:15.2f}{np.exp(nats):13.1f}      {places}")

# %% question="q6"
# q6: name the faults, mend the preparation, choose a model
# BEGIN SOLUTION: the letters of all that are true, in quotation marks
FAULTS = "ABC"
# END SOLUTION


def prepare(texts, pad):
    """A dictionary of arrays: "inputs", "targets", "look", "counts".

    texts: B >= 1 lists of token numbers, each of 2 or more, in this order. T: the
    number of tokens of the longest, less 1. pad: fills up the rest; the same number may
    also occur inside a text, as a token.
    inputs[b, t], (B, T) integers: the token that is read at place t, from the text's
    first one on. targets[b, t], (B, T) integers: the one that must be said.
    look[t, s], (T, T) booleans: True where place t may look at place s.
    counts[b, t], (B, T) booleans: True where text b has a token to be said.
    Example: texts = [[5, 8, 6], [7, 9]], pad = 0 gives inputs [[5, 8], [7, ·]],
    targets [[8, 6], [9, ·]], look [[True, False], [True, True]],
    counts [[True, True], [True, False]]; at each · any number may stand.
    """
    # BEGIN SOLUTION: each text without its last token, and without its first
    T = max(len(text) for text in texts) - 1
    inputs, targets = np.full((2, len(texts), T), pad)
    counts = np.zeros((len(texts), T), dtype=bool)
    for b, text in enumerate(texts):
        n = len(text) - 1
        inputs[b, :n], targets[b, :n], counts[b, :n] = text[:-1], text[1:], True
    look = np.tri(T, dtype=bool)
    return {"inputs": inputs, "targets": targets, "look": look, "counts": counts}
    # END SOLUTION


# BEGIN SOLUTION: bits a character of candidate A
BITS_A = LOSS["A"].mean() * TOKENS["A"] / (CHARACTERS * np.log(2))
# END SOLUTION
# BEGIN SOLUTION: bits a character of candidate B
BITS_B = LOSS["B"].mean() * TOKENS["B"] / (CHARACTERS * np.log(2))
# END SOLUTION
# BEGIN SOLUTION: "A", "B" or "C"
CHOICE = "A" if BITS_A < BITS_B else "B"
# END SOLUTION
# BEGIN SOLUTION: the perplexity per token that would draw level
LEVEL = np.exp(LOSS["B"].mean() * TOKENS["B"] / TOKENS["A"])
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Put your `prepare` into `run_recipe` and see whether its loss comes to lie on the source's. Put lesson 08's letters into your `count_parameters`, or those of a model that you use. Lesson 09 trains a stack
# that may look both ways, and so must be asked something else.

# %% [markdown] lang="zh" of="2a87a96c"
# **接下来。** 把你的 `prepare` 放进 `run_recipe`，看损失是否落到源头的数值上。把第 08 课的那些字母代入你的 `count_parameters`，或者代入你正在用的某个模型的。第 09 课要训练一个前后都能看的模型，
# 所以得换一个问法。
