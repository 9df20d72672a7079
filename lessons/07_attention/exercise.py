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
# # 07. Exercise: who looks at whom
#
# Six questions on lesson 07: attention that survives any score and any mask; masks, and a real `nn.MultiheadAttention` that gets one; several heads, written by yourself; variances and costs, with a pencil; a translator that
# looks the wrong way; and forty-eight heads of which one is to be shown to readers. About 100 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says exactly what is
# wanted. Except in q2, NumPy is enough; PyTorch is welcome. Functions leave the arrays that they are given as they were.

# %% [markdown] lang="zh" of="87f71e9b"
# # 07. 练习：谁在看谁
#
# 六道题，对应第 07 课：经得起任何分数和任何掩码的注意力；掩码，以及把掩码交给真正的 `nn.MultiheadAttention`；自己写的多个头；用笔算出来的方差和开销；一个看反了方向的翻译模型；最后，四十八个头里要挑一个给读者看。
# 大约需要 100 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。除 q2 外，用 NumPy 就够了，也可以用 PyTorch。
# 各个函数都不要改动传入的数组。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "torch")
from autograder import open_exercise

check, hint, score = open_exercise("07_attention", globals(), lang="en")

# %% tags=["given"]
import numpy as np
import torch

torch.set_num_threads(1)

# %% [markdown] lang="en"
# ## q1 · Attention that survives
#
# Queries $Q\in\mathbb{R}^{m\times d_k}$ ask keys $K\in\mathbb{R}^{n\times d_k}$ and take from values $V\in\mathbb{R}^{n\times d_v}$. A mask says who may look where: $A_{ij}=1$ (True) if query $i$ may look at key $j$, else $0$ (False).
#
# $$s_{ij}=\frac{(QK^\top)_{ij}}{\sqrt{d_k}},\qquad w_{ij}=\frac{A_{ij}\,e^{s_{ij}}}{\sum_{l}A_{il}\,e^{s_{il}}},\qquad O=wV .$$
#
# Any dimensions may stand in front, say sentences and heads. Two things that the formula doesn't say: scores go up to $\pm10^4$, hidden ones too, in float64 or float32; and for a query that may look nowhere, where it says $0/0$, weights and
# output are 0.

# %% [markdown] lang="zh" of="51881b1c"
# ## q1 · 经得起考验的注意力
#
# 查询 $Q\in\mathbb{R}^{m\times d_k}$ 向键 $K\in\mathbb{R}^{n\times d_k}$ 提问，从值 $V\in\mathbb{R}^{n\times d_v}$ 中取用。掩码规定谁可以看哪里：查询 $i$ 可以看键 $j$ 时 $A_{ij}=1$（True），否则为 $0$（False）。
#
# $$s_{ij}=\frac{(QK^\top)_{ij}}{\sqrt{d_k}},\qquad w_{ij}=\frac{A_{ij}\,e^{s_{ij}}}{\sum_{l}A_{il}\,e^{s_{il}}},\qquad O=wV .$$
#
# 前面还可以有任意多个维度，比如句子和头。有两件事公式里没有写：分数可以大到 $\pm10^4$，被遮住的也一样，类型是 float64 或 float32；如果一个查询哪里都不能看，公式成了 $0/0$，这里规定权重和输出都是 0。

# %% question="q1"
# q1: attention for any leading dimensions, any mask, any size of scores
def attention(Q, K, V, mask=None):
    """(output, weights): (..., m, d_v) and (..., m, n).

    Q: (..., m, d_k), K: (..., n, d_k), V: (..., n, d_v), leading dimensions the same
    or none.
    mask: None (everybody may look everywhere), or booleans of any shape that broadcasts
    to (..., m, n); True: may look. A query that may look nowhere gets zeros, as weights
    and as output.

    >>> attention(Q=[[2.0, 0.0]], K=[[0.0, 1.0], [1.0, 0.0], [7.0, 7.0]],
    ...           V=[[1.0], [3.0], [9.0]], mask=[[True, True, False]])
    ([[2.609]], [[0.196, 0.804, 0.0]])

    The scores that count are 0 and 1.41.
    """
    # BEGIN SOLUTION: hide first; then softmax, with large scores and empty rows in mind
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])      # (..., m, n)
    scores = np.where(True if mask is None else mask, scores, -np.inf)
    top = np.maximum(scores.max(axis=-1, keepdims=True), -1e30)     # finite, always
    e = np.exp(scores - top)
    weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)      # or sum >= 1
    return weights @ V, weights
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · A mask for a real module
#
# **(a)** A batch of $B$ sentences, each padded at its end to $T$ places; sentence $b$ has $\ell_b$ words. True is where query $i$ may look at key $j$, with $c$ for `causal`:
#
# $$A_{bij}=1\iff j<\ell_b\;\wedge\;(j\le i\;\vee\;\neg c) .$$
#
# Nothing is said here about $i\ge\ell_b$: queries of padding follow the same rule as all others. They compute something that nobody reads.
#
# **(b)** Hand such a mask to PyTorch's own module. Its `attn_mask` speaks another language: there True means must **not** look. It wants one mask for each head, in one long row: first all heads of sentence 0, then all heads of sentence 1.
# And a query that may look nowhere gets `nan` there: so let it look everywhere. Ask the module for the weights of every head, not for their mean.
#
# `run_module`, below your `look`, makes the module, gives it its parameters (q3 says how they are stored) and calls `look`.

# %% [markdown] lang="zh" of="7d77483c"
# ## q2 · 给真正的模块一个掩码
#
# **(a)** 一批 $B$ 个句子，末尾都填充到 $T$ 个位置；句子 $b$ 有 $\ell_b$ 个词。查询 $i$ 可以看键 $j$ 之处为 True（$c$ 即 `causal`）：
#
# $$A_{bij}=1\iff j<\ell_b\;\wedge\;(j\le i\;\vee\;\neg c) .$$
#
# 这里对 $i\ge\ell_b$ 没有另作规定：填充位置的查询与其他查询守同样的规则。它们算出来的东西没有人读。
#
# **(b)** 把这样的掩码交给 PyTorch 自己的模块。它的 `attn_mask` 说的是另一种语言：True 表示**不许**看。它要每个头一份，排成一长列：先是句子 0 的所有头，再是句子 1 的所有头。
# 而且，哪里都不能看的查询在它那里会得到 `nan`：那就让它哪里都看。还要向模块要每个头各自的权重，而不是它们的平均。
#
# 写在 `look` 下面的 `run_module` 会造出模块，放入参数（存放方式见 q3），再调用 `look`。

# %% question="q2"
# q2: who may look where; and a real module that obeys
def make_mask(lengths, T, causal):
    """(B, T, T) booleans: [b, i, j] is True where query i of sentence b may see key j.

    lengths: (B,) integers 0 ... T, the words of each sentence; padding stands behind
    them. causal: True or False.

    >>> make_mask(lengths=[2], T=3, causal=True)
    [[[True, False, False], [True, True, False], [True, True, False]]]
    """
    # BEGIN SOLUTION: a condition on keys for each sentence, and one on pairs of places
    place = np.arange(T)
    real = place < np.asarray(lengths)[:, None, None]               # (B, 1, T)
    return real & ((place <= place[:, None]) | (not causal))        # right: (T, T)
    # END SOLUTION


def look(module, x, mask):
    """(output, weights) of PyTorch's module where each query sees what `mask` allows.

    module: torch.nn.MultiheadAttention(d, heads, batch_first=True); x: (B, T, d), a
    tensor: query, key and value; mask: (B, T, T) booleans of NumPy as in make_mask. A
    query that may look nowhere looks everywhere. Both are tensors: (B, T, d), and the
    weights of each head, (B, heads, T, T).
    """
    # BEGIN SOLUTION: mend the empty rows, turn, repeat each sentence; then the module
    mended = mask | ~mask.any(axis=-1, keepdims=True)
    hidden = torch.tensor(np.repeat(~mended, module.num_heads, axis=0))
    return module(x, x, x, attn_mask=hidden, average_attn_weights=False)
    # END SOLUTION


def run_module(x, mask, W, b, W_out, b_out, heads):
    """What `look` returns for a module with these parameters, as arrays.

    x: (B, T, d); mask: (B, T, T) booleans, True: may look; W, b, W_out, b_out, heads:
    as in q3. All scores are 0 here, and the values are x:

    >>> run_module(x=[[[1.0], [3.0]]], mask=[[[True, False], [True, True]]],
    ...            W=[[0.0], [0.0], [1.0]], b=[0.0, 0.0, 0.0], W_out=[[1.0]],
    ...            b_out=[0.0], heads=1)
    ([[[1.0], [2.0]]], [[[[1.0, 0.0], [0.5, 0.5]]]])
    """
    settings = {"batch_first": True, "dtype": torch.float64}
    module = torch.nn.MultiheadAttention(x.shape[2], heads, **settings)
    names = "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"
    module.load_state_dict(dict(zip(names, map(torch.tensor, (W, b, W_out, b_out)))))
    output, weights = look(module, torch.tensor(x), mask)
    return output.detach().numpy(), weights.detach().numpy()

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Several heads, PyTorch's way
#
# Self-attention with $h$ heads over $x\in\mathbb{R}^{B\times T\times d}$, without a mask. `nn.MultiheadAttention` (with `batch_first=True`) keeps three matrices in one, `in_proj_weight`: $W\in\mathbb{R}^{3d\times d}$, the rows of $W_Q$ on top, then those of
# $W_K$, then those of $W_V$; `in_proj_bias` likewise. A matrix acts on $x$ as in every linear layer of PyTorch:
#
# $$\big[\,Q\;\;K\;\;V\,\big]=xW^\top+b .$$
#
# Of the $d$ components of $Q$, of $K$ and of $V$ the first head has the first $d/h$, the second head the next $d/h$, and so on:
#
# $$y=\big[H_1,\dots,H_h\big]W_{\mathrm{out}}^\top+b_{\mathrm{out}},\qquad H_i=\operatorname{softmax}\!\Big(\frac{Q_iK_i^\top}{\sqrt{d/h}}\Big)V_i .$$
#
# Scores stay moderate here.

# %% [markdown] lang="zh" of="c509fc18"
# ## q3 · 多个头，照 PyTorch 的规矩
#
# 对 $x\in\mathbb{R}^{B\times T\times d}$ 做 $h$ 个头的自注意力，不带掩码。`nn.MultiheadAttention`（设 `batch_first=True`）把三个矩阵放进一个 `in_proj_weight`：$W\in\mathbb{R}^{3d\times d}$，最上面是 $W_Q$ 的各行，其次是 $W_K$ 的，
# 再次是 $W_V$ 的；`in_proj_bias` 也一样。矩阵对 $x$ 的作用，与 PyTorch 的每个线性层相同：
#
# $$\big[\,Q\;\;K\;\;V\,\big]=xW^\top+b .$$
#
# 在 $Q$、$K$、$V$ 各自的 $d$ 个分量中，第一个头占最前面的 $d/h$ 个，第二个头占接下来的 $d/h$ 个，依此类推：
#
# $$y=\big[H_1,\dots,H_h\big]W_{\mathrm{out}}^\top+b_{\mathrm{out}},\qquad H_i=\operatorname{softmax}\!\Big(\frac{Q_iK_i^\top}{\sqrt{d/h}}\Big)V_i .$$
#
# 这里的分数都不大。

# %% question="q3"
# q3: multi-head self-attention in the layout of nn.MultiheadAttention
def multi_head(x, W, b, W_out, b_out, heads):
    """(B, T, d): what nn.MultiheadAttention(d, heads, batch_first=True) gives.

    query = key = value = x: (B, T, d); W: (3d, d) and b: (3d,), in_proj_weight and
    in_proj_bias; W_out: (d, d) and b_out: (d,), those of out_proj; heads: divides d.

    >>> multi_head(x=[[[2.0]]], W=[[5.0], [7.0], [3.0]], b=[0.0, 0.0, 1.0],
    ...            W_out=[[10.0]], b_out=[4.0], heads=1)
    [[[74.0]]]

    The value is 3 * 2 + 1.
    """
    # BEGIN SOLUTION: project, split into heads, attend, merge the heads, project
    B, T, d = x.shape
    parts = (x @ W.T + b).reshape(B, T, 3, heads, d // heads)
    Q, K, V = parts.transpose(2, 0, 3, 1, 4)                        # (B, heads, T, d')
    e = np.exp(Q @ K.swapaxes(2, 3) / np.sqrt(d // heads))          # (B, heads, T, T)
    H = e / e.sum(axis=3, keepdims=True) @ V
    return H.swapaxes(1, 2).reshape(B, T, d) @ W_out.T + b_out
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · With a pencil
#
# **(a)** Before training the components of $q$ and $k$ had mean 0 and variance 1, and $q^\top k$ had variance $d_k$. After training they have what they have. Let all $2d_k$ components be independent; $q_c$ has mean $\mu_c$ and standard deviation
# $\sigma_c$, $k_c$ has mean $\nu_c$ and standard deviation $\tau_c$. Derive
#
# $$\operatorname{Var}\big(q^\top k\big),\qquad\operatorname{Var}\Big(\frac{q^\top k}{\sqrt{d_k}}\Big).$$
#
# Don't simulate: the answer should be exact.
#
# **(b)** What does one layer of self-attention cost? $B$ texts of $T$ words, width $d$, $h$ heads: the projections to $Q$, $K$, $V$, the scores, the weighted sums of values, the projection by $W_{\mathrm{out}}$. Count multiplications in these matrix products
# only; and the bytes that all scores take together.
#
# **(c)** $d=768$, BERT-base. At which $T$ do the products that grow like $T^2$ need as many multiplications as all projections together?

# %% [markdown] lang="zh" of="d8c6d833"
# ## q4 · 用笔算
#
# **(a)** 训练之前，$q$ 和 $k$ 的各分量均值为 0，方差为 1，$q^\top k$ 的方差是 $d_k$。训练之后，它们就各有各的数了。设全部 $2d_k$ 个分量相互独立；$q_c$ 的均值为 $\mu_c$，标准差为 $\sigma_c$；$k_c$ 的均值为 $\nu_c$，标准差为 $\tau_c$。请推导
#
# $$\operatorname{Var}\big(q^\top k\big),\qquad\operatorname{Var}\Big(\frac{q^\top k}{\sqrt{d_k}}\Big).$$
#
# 不要模拟：答案应当是精确的。
#
# **(b)** 一层自注意力要花多少？$B$ 篇文本，每篇 $T$ 个词，宽度 $d$，$h$ 个头：投影到 $Q$、$K$、$V$，算分数，对值加权求和，再经 $W_{\mathrm{out}}$ 投影。只数这些矩阵乘法里的乘法次数；再数全部分数一共占多少字节。
#
# **(c)** $d=768$，即 BERT-base。$T$ 为多少时，像 $T^2$ 那样增长的那些矩阵乘法，其乘法次数与全部投影的总和一样多？

# %% question="q4"
# q4: the variance of a score, the cost of a layer, and where the square catches up
def score_variance(mean_q, std_q, mean_k, std_k, scaled):
    """The variance of q @ k, or if `scaled` of q @ k / sqrt(d_k). One number.

    All four: (d_k,) arrays, means and standard deviations of the independent components
    of q and of k.

    >>> score_variance(mean_q=[0.0, 0.0], std_q=[1.0, 1.0], mean_k=[0.0, 0.0],
    ...                std_k=[1.0, 1.0], scaled=False)
    2.0
    >>> score_variance(mean_q=[1.0], std_q=[2.0], mean_k=[3.0], std_k=[4.0],
    ...                scaled=True)
    116.0

    The first is 1.0 if scaled; the second is the same both ways.
    """
    # BEGIN SOLUTION: the variance of one product, from means of squares; then the sum's
    squares = (mean_q**2 + std_q**2) * (mean_k**2 + std_k**2)       # E(q²) E(k²)
    variance = (squares - (mean_q * mean_k) ** 2).sum()             # minus E(qk)²
    return variance / len(mean_q) if scaled else variance
    # END SOLUTION


def count_cost(B, T, d, heads, bytes_each=4):
    """(multiplications, score_bytes), whole numbers, exact also with seventeen digits.

    B texts of T words, width d, heads: a divisor of d; each score takes bytes_each
    bytes, and every head of every text keeps its own. All T * T scores are computed,
    no mask.

    >>> count_cost(B=1, T=2, d=6, heads=3)
    (336, 48)
    """
    # BEGIN SOLUTION: matrix product by matrix product; then the scores of every head
    products = 4 * T * d**2 + 2 * T**2 * d                  # T²d for scores, T²d for wV
    return B * products, B * heads * T**2 * bytes_each
    # END SOLUTION


# BEGIN SOLUTION: a length, in words
EVEN_AT = 2 * 768
# END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · The translator that looks the wrong way
#
# A colleague has written cross-attention for a translator: `target` holds the words written so far, `source` the sentence to be translated, `real` says which places of `source` hold a word. "All weights lie in 0…1, nothing is `nan`, and
# it learns." We let it run on random numbers: 2 sentences, each of 4 target words and 6 source places; the last place of the second is padding.

# %% [markdown] lang="zh" of="7fcddff0"
# ## q5 · 看反了方向的翻译模型
#
# 一位同事为翻译模型写了交叉注意力：`target` 是已经写出的词，`source` 是要翻译的句子，`real` 标明 `source` 的哪些位置上有词。“权重都在 0 和 1 之间，没有 `nan`，而且它学得会。”我们让它在随机数上跑一遍：
# 2 个句子，各有 4 个目标词；源句各有 6 个位置，第二句的最后一个位置是填充。

# %%
def look_at_source(target, source, real, W_Q, W_K, W_V):
    """His. target: (B, T, d), source: (B, S, d), real: (B, S) -> output, weights."""
    Q, K, V = source @ W_Q, target @ W_K, target @ W_V
    scores = Q @ K.swapaxes(1, 2) / K.shape[2]
    scores = scores - scores.max(axis=2, keepdims=True)     # no overflow
    e = np.exp(scores)
    weights = e / e.sum(axis=1, keepdims=True)
    weights = np.where(real[:, :, None], weights, 0)        # nothing for padding
    return weights @ V, weights

# %%
rng = np.random.default_rng(0)
target, source = rng.normal(size=(2, 4, 64)), rng.normal(size=(2, 6, 64))
matrices = rng.normal(size=(3, 64, 64)) / 8     # components with a spread of about 1
real = np.arange(6) < np.array([[6], [5]])
output, weights = look_at_source(target, source, real, *matrices)
print("4 target words, 6 source places; shape of the output:", output.shape)
print(f"weights of sentence 0: {weights[0].min():.2f} to {weights[0].max():.2f}")
for b, table in enumerate(weights):
    print(f"sentence {b}, sums along the last axis:  ", table.sum(axis=1).round(2))
    print(f"sentence {b}, sums along the axis before:", table.sum(axis=0).round(2))
later = target.copy()
later[:, -1] = 9                                # another word, the last to be written
moved = (look_at_source(later, source, real, *matrices)[0] != output).any(axis=2)
print("sentence 0, rows that change with the last target word:", moved[0])

# %% [markdown] lang="en"
# **(a)** Which of these are its faults? Put their letters into `FAULTS`, for instance `"CF"`.
#
# - **A.** The wrong language asks.
# - **B.** The scores are divided by too large a number.
# - **C.** The highest score of each row is taken off; that spoils a softmax over the row.
# - **D.** The weights are shared out among the queries instead of among the keys.
# - **E.** Padding is struck out too late, when it has had its part in the denominators.
# - **F.** Keys and values come from the same words; they should come from different ones.
#
# **(b)** Write `cross_attention` as it should be. Target and source may have different widths, $d_k\ne d_v$, and again scores go up to $\pm10^4$.

# %% [markdown] lang="zh" of="c326ec88"
# **(a)** 下面哪几条是它的毛病？把字母写进 `FAULTS`，例如 `"CF"`。
#
# - **A.** 提问的语言错了。
# - **B.** 分数除以了太大的数。
# - **C.** 每行都减去了最高的分数；这会弄坏沿该行的 softmax。
# - **D.** 权重是在各个查询之间分的，而不是在各个键之间。
# - **E.** 填充删得太晚，它已经在分母里占了一份。
# - **F.** 键和值来自同样的词；它们应当来自不同的词。
#
# **(b)** 写出正确的 `cross_attention`。目标与源的宽度可以不同，$d_k\ne d_v$，分数同样可以大到 $\pm10^4$。

# %% question="q5"
# q5: name the faults, and write it as it should be
# BEGIN SOLUTION: the letters of all that are true, in quotation marks
FAULTS = "ABDE"
# END SOLUTION


def cross_attention(target, source, real, W_Q, W_K, W_V):
    """(output, weights): (B, T, d_v) and (B, T, S), what each target word takes, where.

    target: (B, T, d_t); source: (B, S, d_s); real: (B, S) booleans, True where there
    is a word (at least one a sentence, padding anywhere). W_Q, W_K: (..., d_k) and
    W_V: (..., d_v), as many rows as the words they meet are wide. Padding gets the
    weight 0, and nothing depends on the (finite) numbers that stand there.

    >>> cross_attention(target=[[[1.0], [5.0]]], source=[[[2.0], [3.0]]],
    ...                 real=[[True, False]], W_Q=[[1.0]], W_K=[[1.0]], W_V=[[10.0]])
    ([[[20.0], [20.0]]], [[[1.0, 0.0], [1.0, 0.0]]])

    With one source word that is real, each output row is its value.
    """
    # BEGIN SOLUTION: line by line as he has it, without his faults
    Q, K, V = target @ W_Q, source @ W_K, source @ W_V
    scores = Q @ K.swapaxes(1, 2) / np.sqrt(K.shape[2])             # (B, T, S)
    scores = np.where(real[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = e / e.sum(axis=2, keepdims=True)
    return weights @ V, weights
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · Which head may readers see?
#
# A translator has 48 heads of cross-attention. The product team wants to show, beside each translated word, the source word that it came from: the one with the largest weight, if the head is good enough. `MAPS[h, b, t, j]` is what head
# $h$ gives, in sentence $b$, target word $t$ to source place $j$. (The next cell makes the numbers up.) The maps were stored without a mask: padding took weight too.
#
# Two people have aligned the words by hand: `SURE` are the links on which they agree, `POSSIBLE` those which at least one has. Let $L$ be the links that a head finds, $S$ the sure, $P$ the possible ones, each over *all* sentences together. The
# alignment error rate (Och and Ney, 2003) is
#
# $$\mathrm{AER}=1-\frac{|L\cap S|+|L\cap P|}{|L|+|S|} .$$

# %% [markdown] lang="zh" of="f804e530"
# ## q6 · 哪个头可以给读者看？
#
# 一个翻译模型有 48 个交叉注意力头。产品组想在每个译出的词旁边标出它来自哪个源词：就是权重最大的那个，前提是这个头足够好。`MAPS[h, b, t, j]` 是头 $h$ 在句子 $b$ 中由目标词 $t$ 给源位置 $j$ 的权重。（下一个单元格会编造这些数。）
# 这些图保存时没有用掩码：填充也占了权重。
#
# 两个人手工对齐了词：`SURE` 是两人一致的连线，`POSSIBLE` 是至少一人画过的连线。记 $L$ 为一个头找到的连线，$S$ 为确定的，$P$ 为可能的，都是*全部*句子合在一起计。对齐错误率（Och 和 Ney，2003）为
#
# $$\mathrm{AER}=1-\frac{|L\cap S|+|L\cap P|}{|L|+|S|} .$$

# %% tags=["given"]
LIMIT = 0.10                                # no higher error rate is shown to readers
DEV, TEST = slice(0, 12), slice(12, 80)     # sentences: to choose on, to judge on

def make_up_maps(heads=48, sentences=80, T=8, S=9):
    """MAPS (heads, sentences, T, S), places with words, sure and possible links."""
    rng, size = np.random.default_rng(7), (sentences, T, 1)
    source_real = np.arange(S) < rng.integers(4, S + 1, sentences)[:, None]
    target_real = np.arange(T) < rng.integers(3, T + 1, sentences)[:, None]
    place = rng.integers(source_real.sum(axis=1)[:, None], size=(sentences, T))
    link = (np.arange(S) == place[:, :, None]) & target_real[:, :, None]
    other = link[:, :, ::-1] & source_real[:, None]
    possible = link | (other & (rng.random(size) < 0.4))
    sure = link & (rng.random(size) < 0.8)
    strength = rng.uniform(2.0, 2.8, size=(heads, 1, 1, 1))
    noise = rng.normal(size=(heads, sentences, T, S))
    e = np.exp(strength * link + noise + 1.5 * ~source_real[:, None])
    maps = e / e.sum(axis=-1, keepdims=True)
    return maps, source_real, target_real, sure, possible

MAPS, SOURCE_REAL, TARGET_REAL, SURE, POSSIBLE = make_up_maps()

# %%
print("heads, sentences, target places, source places:", MAPS.shape)
print(f"links: {SURE.sum()} sure, {POSSIBLE.sum()} possible; {TARGET_REAL.sum()} words")
on_padding = (MAPS * ~SOURCE_REAL[:, None]).sum(axis=-1)[:, TARGET_REAL].mean()
print(f"weight that words give to padding, mean of all heads: {on_padding:.1%}")

# %% [markdown] lang="en"
# The house rule: the head is chosen on the sentences `DEV`, and shown to readers if its error rate on the sentences `TEST`, which had no say in the choice, lies below `LIMIT`.
#
# **(a)** Read the links off a map. **(b)** Compute their error rate. **(c)** `HEAD`: the number of the head with the lowest error rate on `DEV`. `ERROR`: the number by which the house rule judges it. `CHOICE`: `"show"` or `"hide"`.

# %% [markdown] lang="zh" of="f2c63f7a"
# 公司的规矩：头在 `DEV` 的句子上挑选；它在 `TEST` 的句子上（这些句子没有参与挑选）的错误率低于 `LIMIT`，才给读者看。
#
# **(a)** 从图中读出连线。**(b)** 计算连线的错误率。**(c)** `HEAD`：在 `DEV` 上错误率最低的头的编号。`ERROR`：规矩用来评判它的那个数。`CHOICE`：`"show"`（给看）或 `"hide"`（不给看）。

# %% question="q6"
# q6: read links off a map, compute their error rate, choose a head, and decide
def find_links(weights, source_real, target_real):
    """(B, T) integers: the source place to which each target word gives most; else -1.

    weights: (B, T, S), >= 0, the first largest counts; source_real: (B, S),
    target_real: (B, T), booleans, True where there is a word: -1 where there is no
    target word. A link goes to a real source word (each sentence has one), also where
    its weight is 0.

    >>> find_links(weights=[[[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]],
    ...            source_real=[[True, True, False]], target_real=[[True, False]])
    [[1, -1]]
    """
    # BEGIN SOLUTION: the largest among real source words; no link for target padding
    best = np.where(source_real[:, None], weights, -1).argmax(axis=2)
    return np.where(target_real, best, -1)
    # END SOLUTION


def alignment_error(links, sure, possible):
    """The alignment error rate over all sentences together, one number.

    links: (B, T), as find_links returns them, at least one that isn't -1;
    sure, possible: (B, T, S) booleans, each sure link is possible too.

    >>> alignment_error(links=[[1, -1]], sure=[[[True, False], [False, False]]],
    ...                 possible=[[[True, True], [False, False]]])
    0.5

    One link, possible but not sure, and one sure link: 1 - (0 + 1) / (1 + 1).
    """
    # BEGIN SOLUTION: links as booleans like the others, then count
    found = np.arange(sure.shape[2]) == links[:, :, None]           # (B, T, S) no -1
    agreed = (found & sure).sum() + (found & possible).sum()
    return 1 - agreed / (found.sum() + sure.sum())
    # END SOLUTION


# BEGIN SOLUTION: a whole number, 0 to 47
HEAD = min(range(48), key=lambda h: alignment_error(
    find_links(MAPS[h], SOURCE_REAL, TARGET_REAL)[DEV], SURE[DEV], POSSIBLE[DEV]))
# END SOLUTION
# BEGIN SOLUTION: a number between 0 and 1
ERROR = alignment_error(
    find_links(MAPS[HEAD], SOURCE_REAL, TARGET_REAL)[TEST], SURE[TEST], POSSIBLE[TEST])
# END SOLUTION
# BEGIN SOLUTION: "show" or "hide"
CHOICE = "show" if ERROR < LIMIT else "hide"
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Take the module apart that `run_module` makes: hand its four parameters to your `multi_head`, and compare with what it says when every query may look everywhere. And what is the error rate of your head on `DEV`? The gap is the price
# of choosing among 48. Lesson 08 builds the whole transformer around this layer.

# %% [markdown] lang="zh" of="b3413051"
# **接下来。** 把 `run_module` 造的模块拆开：把它的四个参数交给你的 `multi_head`，与“哪里都可以看”时模块的结果对照。还有，你选的头在 `DEV` 上的错误率是多少？两者之差，就是从 48 个里挑选的代价。第 08 课围绕这一层搭出整个 Transformer。
