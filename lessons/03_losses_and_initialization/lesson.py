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
# # 03. Losses and first weights
#
# **The question of this lesson:** what should it minimise, and from where should it start?
#
# You will be able to:
# - derive four losses from what each assumes, and choose one by what a mistake costs;
# - say when $-\sum y\log\hat y$ is right, and what it does where it isn't;
# - compute a loss from logits that keeps its gradient, and derive $p-y$;
# - derive Xavier's and He's variances, and predict what others do in fifty layers;
# - count dead units and say what killed them.
#
# **Time and needs.** Reading: 75 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 01 and 02, and the variance of sums of independent numbers.

# %% [markdown] lang="zh" of="365ae191"
# # 03. 损失与初始权重
#
# **本课的问题：** 该让什么最小？又该从哪里出发？
#
# 学完后你能够：
# - 从各自的假设推导出四种损失，并按犯错的代价来选择；
# - 说清 $-\sum y\log\hat y$ 什么时候是对的，不对的时候又会怎样；
# - 从 logit 算损失，不丢掉梯度，并推导出 $p-y$；
# - 推导 Xavier 和 He 的方差，并预测换成别的方差，五十层之后会怎样；
# - 数出死掉的单元，并说出它们是怎么死的。
#
# **时间与所需。** 阅读约 75 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 01、02 课，还要知道独立的随机数相加时方差怎么算。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "scikit-learn", "matplotlib")
import torch
from threadpoolctl import threadpool_limits
threadpool_limits(1, user_api="blas")       # products this small lose more by waiting for a second thread than they gain
torch.set_num_threads(1)

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from torch.nn import functional as F

import course_data as data
from course_utils import plotting

plotting.use_course_style()

# %%
SEED = 0                                    # the splits follow from it
SEEDS = (0, 1, 2, 3, 4)                     # first weights, and the splits of 03.14; networks take the first three
LAYERS, WIDTH = 50, 256                     # the stacks of 03.11; narrower ones wander more from seed to seed
CALL, MISSED = 4.0, 16.0                    # dollars: calling a customer, losing one whom nobody called; assumptions
UNHAPPY = -1.0                              # 03.14: a customer whose mean rating lies below this should be called

# %% [markdown] lang="en"
# ## 03.1 One number for twenty people
#
# Training pushes one number down. Which? The choice looks technical, yet it decides what the product will say. A sentence
# from a review: *the reason it does not get 5 stars 1) a spare battery would have been great.* Twenty people scored it
# from −4 to 4. A model may answer with one number $c$, or with a probability $p$ that a score is negative ($u_i=1$ where
# $y_i<0$, else 0). Three losses:
#
# $$\frac1n\sum_{i=1}^{n}(y_i-c)^2,\qquad \frac1n\sum_{i=1}^{n}|y_i-c|,\qquad -\frac1n\sum_{i=1}^{n}\big(u_i\log p+(1-u_i)\log(1-p)\big).$$
#
# **Before you run it:** twelve people gave −1, one 0, one 1 and six 2. Which answer does each loss like best?

# %% [markdown] lang="zh" of="d88057fc"
# ## 03.1 二十个人，一个数
#
# 训练就是把一个数往下压。压哪个数？看上去是技术问题，其实它决定了产品会说什么。一条评论里有这么一句：
# *the reason it does not get 5 stars 1) a spare battery would have been great.*（没给五星的原因：一、要是多送一块电池就好了。）
# 二十个人给它打分，从 −4 到 4。模型可以用一个数 $c$ 来回答，也可以给出分数为负的概率 $p$
# （$y_i<0$ 时 $u_i=1$，否则为 0）。三种损失：
#
# $$\frac1n\sum_{i=1}^{n}(y_i-c)^2,\qquad \frac1n\sum_{i=1}^{n}|y_i-c|,\qquad -\frac1n\sum_{i=1}^{n}\big(u_i\log p+(1-u_i)\log(1-p)\big).$$
#
# **先猜再运行：** 十二个人打了 −1，一个人 0，一个人 1，六个人 2。三种损失各自最喜欢哪个答案？

# %%
raters = data.load_rater_scores("products")
row = next(k for k, text in enumerate(raters.texts) if text.startswith("the reason it does not get 5 stars"))
opinions = raters.scores[row].astype(float)                             # (20,) one score a person
negative = (opinions < 0).astype(float)                                 # (20,) 1 where it is below zero
means, medians = (np.array([f(scores) for scores in raters.scores]) for f in (np.mean, np.median))     # (N,) each
np.sort(opinions).astype(int)

# %%
c, p = np.linspace(-3, 3, 601), np.linspace(0.01, 0.99, 99)             # the answers on offer
squared = ((opinions[:, None] - c) ** 2).mean(axis=0)                   # (601,)
absolute = np.abs(opinions[:, None] - c).mean(axis=0)
crossed = -(negative[:, None] * np.log(p) + (1 - negative[:, None]) * np.log(1 - p)).mean(axis=0)     # (99,)
best_c2, best_c1, best_p = c[squared.argmin()], c[absolute.argmin()], p[crossed.argmin()]
assert np.isclose(best_c2, opinions.mean(), atol=0.006), "squared error asks for the mean"
assert np.isclose(best_c1, np.median(opinions), atol=0.006), "absolute error asks for the median"
assert np.isclose(best_p, negative.mean(), atol=0.006), "cross-entropy asks for the share"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 2.8))
plotting.show_curves({"squared error": squared, "absolute error": absolute}, c, axes[0], xlabel="answer $c$", ylabel="loss")
axes[0].plot([best_c2, best_c1], [squared.min(), absolute.min()], "o", color="C4")
plotting.show_curves({"cross-entropy": crossed}, p, axes[1], xlabel="answer $p$", ylabel="loss (nats)")
axes[1].plot(best_p, crossed.min(), "o", color="C4");

# %% [markdown] lang="en"
# *The picture:* left, two losses against the answer $c$: a parabola, lowest at ⟦best_c2:.2f⟧, and straight pieces, lowest
# at the corner −1. Right, cross-entropy against $p$, lowest at ⟦best_p:.2f⟧. Dots mark the lowest points.
#
# Set the derivatives to zero. $\sum(c-y_i)=0$ gives the **mean**. The slope of $|y_i-c|$ is ±1, so as many scores must lie
# below $c$ as above: the **median**. And $\sum u_i/p=\sum(1-u_i)/(1-p)$ gives the **share** of ones.
#
# So one loss calls this customer neutral, one displeased, one says that ⟦best_p:.0%⟧ would call it negative. None lies; they
# answer different questions. Among ⟦len(means):,⟧ sentences, the twenty's mean and median lie half a point or more apart in
# ⟦(np.abs(means - medians) > 0.499).mean():.0%⟧, and on different sides of zero in ⟦(means * medians < 0).sum()⟧ sentences.

# %% [markdown] lang="zh" of="2296ae6f"
# *图中所见：* 左图是两种损失随答案 $c$ 的变化：一条抛物线，最低点在 ⟦best_c2:.2f⟧；一条折线，最低点在拐角 −1 处。
# 右图是交叉熵随 $p$ 的变化，最低点在 ⟦best_p:.2f⟧。圆点标出各自的最低点。
#
# 令导数为零。由 $\sum(c-y_i)=0$ 得到**平均数**。$|y_i-c|$ 的斜率是 ±1，所以 $c$ 两边的分数必须一样多，这就是**中位数**。
# 而由 $\sum u_i/p=\sum(1-u_i)/(1-p)$ 得到的，是 1 所占的**比例**。
#
# 于是，一种损失说这位顾客态度中立，一种说他不满意，还有一种说有 ⟦best_p:.0%⟧ 的人会打负分。谁也没有说谎，只是各自回答的问题不同。
# 在全部 ⟦len(means):,⟧ 个句子中，二十人的平均数与中位数相差半分以上的占 ⟦(np.abs(means - medians) > 0.499).mean():.0%⟧，
# 一正一负的有 ⟦(means * medians < 0).sum()⟧ 句。

# %% [markdown] lang="en"
# ## 03.2 A loss is a claim about noise
#
# Why square? Suppose a label is the prediction $\hat y$ plus noise from many small causes: Gaussian, of spread $\sigma$,
# independent from one example to the next. **Maximum likelihood** asks for the predictions under which the labels we saw
# were most probable. Independent probabilities multiply, so logarithms (natural ones, here and below) add up:
#
# $$p(y\mid x)=\frac{1}{\sigma\sqrt{2\pi}}\,e^{-(y-\hat y)^2/2\sigma^2}\quad\Longrightarrow\quad
# -\frac1n\sum_{i=1}^{n}\log p(y_i\mid x_i)=\frac{1}{2\sigma^2}\cdot\frac1n\sum_{i=1}^{n}(y_i-\hat y_i)^2+\log\big(\sigma\sqrt{2\pi}\big) .$$
#
# The factor and the last term don't depend on the model. To minimise the **mean squared error** (MSE) *is* maximum
# likelihood under Gaussian noise. Article S1 (4.1) prints this loss, and prints it right.
#
# With Laplace's $p(y\mid x)=\frac{1}{2b}e^{-|y-\hat y|/b}$, which allows for more strays, the same steps lead to
# $\frac1b\cdot\frac1n\sum_i|y_i-\hat y_i|+\log 2b$: the absolute error.

# %% [markdown] lang="zh" of="d004d6c8"
# ## 03.2 损失是对噪声的断言
#
# 为什么要平方？设标签等于预测值 $\hat y$ 加上噪声，噪声由许多细小的原因造成：服从高斯分布，离散程度为 $\sigma$，各样本之间独立。
# **最大似然**要找的，是让我们看到的这些标签最有可能出现的预测。独立事件的概率相乘，取对数（本课一律用自然对数）就是相加：
#
# $$p(y\mid x)=\frac{1}{\sigma\sqrt{2\pi}}\,e^{-(y-\hat y)^2/2\sigma^2}\quad\Longrightarrow\quad
# -\frac1n\sum_{i=1}^{n}\log p(y_i\mid x_i)=\frac{1}{2\sigma^2}\cdot\frac1n\sum_{i=1}^{n}(y_i-\hat y_i)^2+\log\big(\sigma\sqrt{2\pi}\big) .$$
#
# 前面的系数和最后一项都与模型无关。所以，使**均方误差**（MSE）最小，*就是*高斯噪声下的最大似然。
# 文章 S1（4.1）写的正是这个损失，写得没有错。
#
# 换成拉普拉斯分布 $p(y\mid x)=\frac{1}{2b}e^{-|y-\hat y|/b}$，它容得下更多离群的值，同样的步骤得到
# $\frac1b\cdot\frac1n\sum_i|y_i-\hat y_i|+\log 2b$，也就是绝对误差。

# %%
rng, sigma, b = np.random.default_rng(SEED), 1.5, 0.8
guesses = rng.normal(size=(5, 20))                                      # five models, 20 predictions each
mse, mae = ((opinions - guesses) ** 2).mean(axis=1), np.abs(opinions - guesses).mean(axis=1)        # (5,)
gauss, laplace = (-noise.logpdf(opinions).mean(axis=1) for noise in (stats.norm(guesses, sigma), stats.laplace(guesses, b)))
assert np.allclose(gauss, mse / (2 * sigma**2) + np.log(sigma * np.sqrt(2 * np.pi))), "Gaussian noise: squared error"
assert np.allclose(laplace, mae / b + np.log(2 * b)), "Laplace noise: absolute error"

# %%
typo = np.sort(opinions)
typo[-1] = 22                                                           # the last of the six types 22 instead of 2
f"mean {opinions.mean():.2f} -> {typo.mean():.2f}, median {np.median(opinions):.0f} -> {np.median(typo):.0f}"

# %% [markdown] lang="en"
# So who squares, claims that large deviations are very rare. Where they aren't, it costs: a single slip of the keyboard
# takes the mean from ⟦opinions.mean():.2f⟧ to ⟦typo.mean():.2f⟧, the median stays.
#
# ## 03.3 Yes or no, or one of K
#
# Now the label is a yes or a no. A coin that says 1 with probability $p$ (Bernoulli) gives
# $P(y\mid x)=p^{\,y}(1-p)^{1-y}$: the exponents pick one of the two factors. For $K$ classes with a one-hot label,
# $\sum_k y_k=1$, the categorical distribution gives $P(y\mid x)=\prod_k p_k^{\,y_k}$. The mean of $-\log P$ is
#
# $$-\frac1n\sum_{i=1}^{n}\big(y_i\log p_i+(1-y_i)\log(1-p_i)\big),\qquad -\frac1n\sum_{i=1}^{n}\sum_{k=1}^{K}y_{ik}\log p_{ik} ,$$
#
# the **binary** and the **categorical cross-entropy** (BCE, CE).
#
# **By hand.** With $p=0.8$, a 1 costs $-\ln 0.8=0.223$ and a 0 costs $-\ln 0.2=1.609$. Pure guessing among ten classes
# costs $\ln 10=2.303$: a ten-class classifier's first loss should be near that.

# %% [markdown] lang="zh" of="a09f9ee1"
# 可见，用平方就等于断言大的偏差极其罕见。如果事实并非如此，就要付出代价：键盘上手一滑，平均数就从 ⟦opinions.mean():.2f⟧ 变成
# ⟦typo.mean():.2f⟧，中位数则纹丝不动。
#
# ## 03.3 二选一，或者 K 选一
#
# 现在标签是“是”或“否”。一枚以概率 $p$ 出现 1 的硬币（伯努利分布）给出 $P(y\mid x)=p^{\,y}(1-p)^{1-y}$：
# 指数的作用是从两个因子里挑一个。若有 $K$ 类，标签是独热向量，$\sum_k y_k=1$，则类别分布给出
# $P(y\mid x)=\prod_k p_k^{\,y_k}$。$-\log P$ 的平均分别是
#
# $$-\frac1n\sum_{i=1}^{n}\big(y_i\log p_i+(1-y_i)\log(1-p_i)\big),\qquad -\frac1n\sum_{i=1}^{n}\sum_{k=1}^{K}y_{ik}\log p_{ik} ,$$
#
# 即**二元交叉熵**（BCE）和**多类交叉熵**（CE）。
#
# **手算一遍。** 取 $p=0.8$，标签为 1 时损失 $-\ln 0.8=0.223$，为 0 时损失 $-\ln 0.2=1.609$。在十个类别里纯靠瞎猜，
# 损失是 $\ln 10=2.303$：十类的分类器刚开始训练时，损失就应该在这附近。

# %%
def binary_cross_entropy(p, y):
    """Mean over n examples, in nats; p: (n,) probabilities of 1, y: (n,) zeros and ones."""
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

def cross_entropy(P, Y):
    """Mean over n examples, in nats; P, Y: (n, K), each row sums to 1."""
    return -(Y * np.log(P)).sum(axis=1).mean()

# %%
p20, P20, k20 = rng.uniform(0.05, 0.95, 20), rng.dirichlet(np.ones(10), 20), rng.integers(10, size=20)
bce, ce = binary_cross_entropy(p20, negative), cross_entropy(P20, np.eye(10)[k20])
coins, library = -stats.bernoulli(p20).logpmf(negative).mean(), F.binary_cross_entropy(*map(torch.tensor, (p20, negative)))
assert np.allclose(bce, [coins, library]), "BCE: minus the mean log-probability of coins, and PyTorch's"
assert np.isclose(ce, F.nll_loss(torch.tensor(P20).log(), torch.tensor(k20)).item()), "CE with one-hot labels: PyTorch's"
assert np.isclose(cross_entropy(np.full((20, 10), 0.1), np.eye(10)[k20]), np.log(10)), "guessing costs ln 10"

# %% [markdown] lang="en"
# ## 03.4 Half a formula
#
# For labels 0 or 1, S1 (4.1) prints this, $\hat y_i$ being the predicted probability:
#
# $$H(y,\hat y)=-\sum_{i=1}^{n}y_i\log\hat y_i .$$
#
# Beside 03.3, the term with $1-y_i$ is missing, and so is $\frac1n$. First the term. What does a bad review, $y_i=0$,
# contribute? Nothing, whatever the model says about it. So who says 1 to everything has the perfect loss, 0. Would a
# gradient find that out? With $\hat y=\sigma(z)=1/(1+e^{-z})$ the slope is $\partial H/\partial z=-y\,(1-\hat y)\le 0$: each
# example pushes $z$ up or not at all.
#
# **Before you run it:** logistic regression on movie reviews, about half of them good, from $w=0$, once with the whole
# formula, once with the half (both with the mean). After how many steps does the half one call all reviews good?

# %% [markdown] lang="zh" of="9736fd19"
# ## 03.4 半个公式
#
# 标签为 0 或 1 时，S1（4.1）给出的公式是这样，其中 $\hat y_i$ 是预测的概率：
#
# $$H(y,\hat y)=-\sum_{i=1}^{n}y_i\log\hat y_i .$$
#
# 与 03.3 节一比，少了含 $1-y_i$ 的那一项，也少了 $\frac1n$。先看那一项。一条差评 $y_i=0$ 贡献多少？不管模型怎么说，都是零。
# 所以，对什么都说 1，就能得到完美的损失 0。梯度会发现这个窍门吗？设 $\hat y=\sigma(z)=1/(1+e^{-z})$，斜率是
# $\partial H/\partial z=-y\,(1-\hat y)\le 0$：每个样本要么把 $z$ 往上推，要么根本不推。
#
# **先猜再运行：** 在影评上做逻辑回归，好评差评大约各半，从 $w=0$ 出发，一次用完整的公式，一次用半个（都取平均）。
# 用半个公式的，走多少步之后会把所有影评都判为好评？

# %%
import re
from collections import Counter

from scipy import sparse
from scipy.special import expit as sigmoid  # 1 / (1 + e^-z), without overflow

def count_words(texts, rows, least):
    """(N, words + 1) sparse: 1 where a text has a word that `least` or more of the texts `rows` have; last column 1."""
    words = [set(re.findall(r"[a-z']+", text.lower())) for text in texts]
    counts = Counter(word for i in rows for word in words[i])
    column = {word: j for j, word in enumerate(sorted(word for word, k in counts.items() if k >= least))}
    ones = [(i, column[word]) for i, found in enumerate(words) for word in sorted(found) if word in column]
    table = sparse.csr_array((np.ones(len(ones)), np.array(ones).T), shape=(len(texts), len(column)))
    return sparse.hstack([table, np.ones((len(texts), 1))], format="csr")

def whole_formula(z, y):
    """Slope of binary cross-entropy by the logit z; derived in 03.7."""
    return sigmoid(z) - y

def half_formula(z, y):
    """Slope of -y log sigmoid(z)."""
    return -y * (1 - sigmoid(z))

def descend(slope, alpha, steps, X, y, bias=0.0, total=False):
    """Full-batch descent from w = 0 but for the bias: (steps + 1, d) weights. total: add up over examples, no mean."""
    w, path = np.r_[np.zeros(X.shape[1] - 1), bias], []
    for alpha_t in np.broadcast_to(alpha, steps):
        path.append(w)
        w = w - alpha_t * (X.T @ slope(X @ w, y)) / (1 if total else len(y))
    return np.array([*path, w])

# %%
texts, good = data.load_reviews("movies").labelled()                    # clear ratings only: an easier task
train, val = data.split(len(texts), (0.8, 0.2), seed=SEED, labels=good)
words = count_words(texts, train, least=5)                              # (N, words + 1)
X, y, X_val, y_val, n = words[train], good[train], words[val], good[val], len(train)
f"{n:,} reviews to train on, {y.mean():.1%} of them good; {words.shape[1] - 1:,} words; {len(val):,} reviews kept aside"

# %%
logits = {f.__name__: X_val @ descend(f, 1.0, 200, X, y).T for f in (whole_formula, half_formula)}   # (n_val, 201) each
says_good = {name: (z > 0).mean(axis=0) for name, z in logits.items()}
half_loss = (y_val[:, None] * np.logaddexp(0, -logits["half_formula"])).mean(axis=0)    # -y log sigmoid(z); see 03.6
half_right, whole_right = (((logits[name][:, -1] > 0) == y_val).mean() for name in ("half_formula", "whole_formula"))
assert (says_good["half_formula"][1:] == 1).all(), "after one step every review is good, and stays so"
assert half_right == y_val.mean() < whole_right, "its accuracy is the share of good reviews"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 2.8))
plotting.show_curves({"half formula": half_loss}, np.arange(201), axes[0], xlabel="step", ylabel="its own loss (nats)")
shares = {name.replace("_", " "): share[:41] for name, share in says_good.items()}
plotting.show_curves(shares, np.arange(41), axes[1], xlabel="step", ylabel='share called "good"');

# %% [markdown] lang="en"
# *The picture:* left, the half formula's own loss falls smoothly towards zero. Right, the share of validation reviews called
# good: both jump up at the first step; with the half formula the share is 1 and stays, with the whole one it comes down towards a half.
#
# One step. A word stands in a review or it doesn't, so inputs are 0 or 1, no weight can fall, and the bias rises: every
# possible review gets $z>0$. The loss reports success, ⟦half_loss[0]:.2f⟧ to ⟦half_loss[-1]:.4f⟧, while accuracy is
# ⟦half_right:.1%⟧, the share of good reviews; the whole formula reaches ⟦whole_right:.1%⟧. A loss cannot tell you that
# it is the wrong loss. Look at what the model says.

# %% [markdown] lang="zh" of="71c3f40f"
# *图中所见：* 左图是半个公式自己的损失，平滑地降向零。右图是验证集影评中被判为好评的比例：两者第一步都跳了上去；用半个公式，跳到 1 就不再动；
# 用完整的公式，随后朝一半左右回落。
#
# 只要一步。一个词在评论里，要么有要么没有，输入不是 1 就是 0，所以没有哪个权重会下降，而偏置在上升：任何评论都得到 $z>0$。
# 损失一路报喜，从 ⟦half_loss[0]:.2f⟧ 降到 ⟦half_loss[-1]:.4f⟧，准确率却是 ⟦half_right:.1%⟧，恰好是好评所占的比例；
# 完整的公式达到 ⟦whole_right:.1%⟧。损失选错了，损失自己是不会告诉你的。要去看模型说了什么。

# %% [markdown] lang="en"
# So is the formula plainly wrong? It depends on what $i$ counts. Let it count the **classes** of *one* example, $y$ one-hot and
# $\hat y=\operatorname{softmax}(z)$: then it is the CE of 03.3, and complete. The outputs share a total of 1, so whoever lifts one
# lowers the others. With two classes, $y=(1-t,\,t)$ and $\hat y=(1-p,\,p)$,
#
# $$-\sum_{i=1}^{2}y_i\log\hat y_i=-\big(t\log p+(1-t)\log(1-p)\big) ,$$
#
# the missing term is back, as the other class. Three conditions, then: $i$ runs over classes, the labels sum to 1, the
# predictions sum to 1. With 0/1 labels for *examples*, as S1 has it, the first fails; with ten sigmoids instead of a softmax,
# the third.

# %% [markdown] lang="zh" of="b1401a3a"
# 那么，这个公式就是错的吗？要看 $i$ 数的是什么。让它数*一个*样本的各个**类别**，$y$ 是独热向量，
# $\hat y=\operatorname{softmax}(z)$，那它就是 03.3 节的 CE，什么也不缺：各输出的总和是 1，抬高一个，别的就得降低。
# 只有两类时，$y=(1-t,\,t)$，$\hat y=(1-p,\,p)$，
#
# $$-\sum_{i=1}^{2}y_i\log\hat y_i=-\big(t\log p+(1-t)\log(1-p)\big) ,$$
#
# 少掉的那一项又回来了，成了另一个类别。可见条件有三：$i$ 遍历的是类别，标签之和为 1，预测之和为 1。S1 的标签是*样本*的 0 或 1，
# 第一条就不满足；若用十个 sigmoid 代替 softmax，则第三条不满足。

# %%
two_classes = cross_entropy(np.c_[1 - p20, p20], np.c_[1 - negative, negative])
assert np.isclose(two_classes, bce), "two softmax classes, one-hot: the formula without (1 - y) is binary cross-entropy"
all_ones = (np.eye(10)[k20] * np.log(1 / np.ones((20, 10)))).sum(axis=1).mean()         # ten sigmoids, all saying 1
assert all_ones == 0, "one-hot labels alone don't save it: predictions that need not sum to 1 reach loss 0"
f"two classes {two_classes:.4f}, BCE {bce:.4f}; ten sigmoids that all say 1: {all_ones:.1f}"

# %% [markdown] lang="en"
# ## 03.5 And without the mean
#
# A sum over $n$ examples has $n$ times the gradient of their mean, and $n$ times the curvature. By 02.5 the largest rate
# that converges is $2/\lambda_{\max}$, so it should shrink as $1/n$: each new review makes the old rate more dangerous.
#
# We measure it: the largest rate at which 30 steps never raise the loss, for the sum and for the mean, on 100 to
# ⟦n:,⟧ reviews.

# %% [markdown] lang="zh" of="3a424e11"
# ## 03.5 还少了平均
#
# 对 $n$ 个样本求和，梯度是平均值的 $n$ 倍，曲率也是 $n$ 倍。按 02.5 节，能收敛的最大学习率是 $2/\lambda_{\max}$，
# 所以它应当按 $1/n$ 缩小：评论每多一条，原来的学习率就多一分危险。
#
# 实测一下：30 步之内损失从不上升的最大学习率，求和与平均各测一次，评论数从 100 到 ⟦n:,⟧。

# %%
def find_safe_rate(X, y, total):
    """The largest rate, within 2 %, at which none of 30 steps raises the loss: by bisection, as in 02.5."""
    low, high = 1e-6, 100.0
    while high / low > 1.02:
        middle = (low * high) ** 0.5
        Z = X @ descend(whole_formula, middle, 30, X, y, total=total).T         # (n, 31)
        losses = (np.logaddexp(0, Z) - y[:, None] * Z).mean(axis=0)             # BCE from logits; see 03.6
        low, high = (middle, high) if (np.diff(losses) <= 0).all() else (low, middle)
    return (low * high) ** 0.5

COUNTS = np.array([100, 300, 1000, 3000, n])
safe_mean, safe_sum = (np.array([find_safe_rate(X[:k], y[:k], total) for k in COUNTS]) for total in (False, True))
assert np.allclose(safe_mean / safe_sum, COUNTS, rtol=0.05), "a sum allows 1/n of the mean's rate"
assert safe_mean.max() < 2 * safe_mean.min() and safe_sum[0] > 30 * safe_sum[-1], "the mean's rate hardly depends on n"
ax = plotting.show_curves({"mean": safe_mean, "sum": safe_sum}, COUNTS, marker="o", logx=True, logy=True)
ax.set(xlabel="reviews $n$", ylabel=r"largest safe rate $\alpha$");

# %% [markdown] lang="en"
# *The picture:* the largest safe rate against the number of reviews, both axes logarithmic. For the mean it is nearly level;
# for the sum it is a straight line downwards.
#
# The mean allows ⟦safe_mean[0]:.1f⟧ on 100 reviews and ⟦safe_mean[-1]:.1f⟧ on all; the sum ⟦safe_sum[0]:.3f⟧ and
# ⟦safe_sum[-1]:.5f⟧, ⟦safe_sum[0] / safe_sum[-1]:.0f⟧ times less. Nothing was learned better or worse: the sum with
# $\alpha/n$ walks the same path. But a rate tuned on a sample fails on the full set, a last, smaller batch moves less than
# the others, and losses of sets of different size can't be compared. (Adam, 02.8, doesn't feel the factor; a pull towards
# zero beside the loss does.)

# %% [markdown] lang="zh" of="67d6d990"
# *图中所见：* 最大的安全学习率随评论条数的变化，两轴都取对数。取平均时几乎是平的；求和时是一条向下的直线。
#
# 取平均时，100 条评论容许 ⟦safe_mean[0]:.1f⟧，全部评论容许 ⟦safe_mean[-1]:.1f⟧；求和时分别是 ⟦safe_sum[0]:.3f⟧ 和
# ⟦safe_sum[-1]:.5f⟧，小到原来的 1/⟦safe_sum[0] / safe_sum[-1]:.0f⟧。学得并没有更好或更差：求和配上 $\alpha/n$，走的是同一条路。
# 但是，在小样本上调好的学习率，到了全集上就会出事；末尾那个装不满的批量，步子比别的小；大小不同的数据集，损失也没法比较。
# （02.8 节的 Adam 感觉不到这个倍数；但损失之外若还有一项拉向零的力，它就会受影响。）

# %% [markdown] lang="en"
# **Quiz.** A colleague's classifier ends in two softmax outputs, good and bad. Its loss is $-\sum_k y_k\log\hat y_k$ with one-hot
# labels, averaged over the batch. Is the term with $1-y$ missing?
#
# - [ ] yes, the bad reviews contribute nothing :: They contribute $-\log\hat y_2$: for them the 1 of the label
#   stands in the other column. Count what a wrong "good" costs before you call a term missing.
# - [x] no, the second class carries it :: With $\hat y_2=1-\hat y_1$ this *is* binary cross-entropy.
# - [ ] only if the classes are unbalanced :: Balance decides how many examples pull each way. Whether each of them pulls at
#   all is decided by the formula, and here each does.

# %% [markdown] lang="zh" of="f5217378"
# **小测验。** 一位同事的分类器以两个 softmax 输出（好、差）结尾，损失是 $-\sum_k y_k\log\hat y_k$，标签是独热的，再对批量取平均。
# 它少了含 $1-y$ 的那一项吗？
#
# - [ ] 少了，差评什么也没有贡献 :: 它们贡献了 $-\log\hat y_2$：标签里的 1 写在另一列。说少了一项之前，先算算把差评判成“好”要付多少。
# - [x] 没有少，第二个类别就是它 :: 因为 $\hat y_2=1-\hat y_1$，这*就是*二元交叉熵。
# - [ ] 类别不平衡时才算少 :: 平衡与否，决定的是两边各有多少样本在拉。每个样本到底拉不拉，由公式决定，而这里每个都在拉。

# %% [markdown] lang="en"
# ## 03.6 From logits, not from probabilities
#
# A model puts out any real numbers, **logits** $z$; softmax makes probabilities of them. In float32, in which training runs,
# numbers end at $3.4\cdot10^{38}$, and $e^{89}$ lies beyond. The way round takes the maximum out:
#
# $$\operatorname{LSE}(z)=\log\sum_{k=1}^{K}e^{z_k}=m+\log\sum_{k=1}^{K}e^{z_k-m},\qquad m=\max_k z_k,\qquad \log p_k=z_k-\operatorname{LSE}(z) .$$
#
# The largest term is now $e^0=1$, the sum lies between 1 and $K$: nothing overflows, and the logarithm never sees 0. For one
# logit, $\log\sigma(z)=z-\log(1+e^z)$ and $\log(1-\sigma(z))=-\log(1+e^z)$, so BCE becomes
#
# $$-y\log\sigma(z)-(1-y)\log(1-\sigma(z))=\log(1+e^{z})-yz=\operatorname{LSE}(0,z)-yz .$$
#
# **By hand.** $z=(1000,\,1001)$: with $m=1001$, $\log p=(-1,\,0)-\log(1+e^{-1})=(-1.313,\,-0.313)$.

# %% [markdown] lang="zh" of="ed213f11"
# ## 03.6 从 logit 算起，而不是从概率算起
#
# 模型输出的是任意实数，称为 **logit**，记作 $z$；softmax 再把它们变成概率。训练用的是 float32，
# 它能表示的数最大约 $3.4\cdot10^{38}$，$e^{89}$ 已经出界。办法是把最大值提出来：
#
# $$\operatorname{LSE}(z)=\log\sum_{k=1}^{K}e^{z_k}=m+\log\sum_{k=1}^{K}e^{z_k-m},\qquad m=\max_k z_k,\qquad \log p_k=z_k-\operatorname{LSE}(z) .$$
#
# 这样，最大的一项是 $e^0=1$，总和在 1 与 $K$ 之间：不会溢出，对数也碰不到 0。只有一个 logit 时，
# $\log\sigma(z)=z-\log(1+e^z)$，$\log(1-\sigma(z))=-\log(1+e^z)$，于是 BCE 变成
#
# $$-y\log\sigma(z)-(1-y)\log(1-\sigma(z))=\log(1+e^{z})-yz=\operatorname{LSE}(0,z)-yz .$$
#
# **手算一遍。** $z=(1000,\,1001)$：取 $m=1001$，得 $\log p=(-1,\,0)-\log(1+e^{-1})=(-1.313,\,-0.313)$。

# %%
def log_softmax(z):
    """z: (B, K) logits -> (B, K) logarithms of probabilities."""
    m = z.max(axis=1, keepdims=True)                                    # (B, 1)
    return z - m - np.log(np.exp(z - m).sum(axis=1, keepdims=True))

def bce_from_logits(z, y):                                              # z, y: (B,); logaddexp(0, z) is LSE(0, z)
    return (np.logaddexp(0, z) - y * z).mean()

# %%
z20 = rng.normal(size=(20, 10)).astype(np.float32) * 100                # float32, and far beyond 89
assert np.allclose(log_softmax(z20), F.log_softmax(torch.tensor(z20), dim=1), atol=1e-4), "equal to PyTorch's"
assert np.allclose(log_softmax(z20 + 1000), log_softmax(z20), atol=1e-3), "adding 1000 to every logit changes nothing"
theirs = F.binary_cross_entropy_with_logits(torch.tensor(z20[:, 0]), torch.tensor(negative)).item()
assert np.isclose(bce_from_logits(z20[:, 0], negative), theirs, rtol=1e-5), "and so is BCE from logits"
[torch.exp(torch.tensor(x)).item() for x in (88.0, 89.0)], np.round(log_softmax(np.array([[1000.0, 1001.0]])), 3)

# %% [markdown] lang="en"
# Does it matter in practice? A bad review, $y=0$, has got $z=20$: wrong, and sure of it. Its loss is $\log(1+e^{20})$, hardly
# above 20, and its slope $\sigma(20)$, nearly 1. Four ways to compute both in float32:
#
# - *naive*: $-\log(1-p)$ with $p=\sigma(z)$;
# - *clipped*: the same, with $p$ first forced between $10^{-7}$ and $1-10^{-7}$, as Keras does, for one;
# - *library, from p*: `binary_cross_entropy(p, y)` of PyTorch;
# - *from logits*: $\log(1+e^z)-yz$, as above.
#
# **Before you run it:** which of the four still push this prediction back?

# %% [markdown] lang="zh" of="ca743518"
# 这在实践中要紧吗？有一条差评，$y=0$，模型却给了 $z=20$：错了，还十分肯定。它的损失是 $\log(1+e^{20})$，略大于 20；
# 斜率是 $\sigma(20)$，接近 1。在 float32 中，有四种算法：
#
# - *naive*（直接算）：$-\log(1-p)$，其中 $p=\sigma(z)$；
# - *clipped*（截断）：同上，但先把 $p$ 限制在 $10^{-7}$ 与 $1-10^{-7}$ 之间，Keras 等就是这样做的；
# - *library, from p*（用库，从概率算）：PyTorch 的 `binary_cross_entropy(p, y)`；
# - *from logits*（从 logit 算）：$\log(1+e^z)-yz$，即上面的公式。
#
# **先猜再运行：** 四种算法里，哪几种还能把这个预测往回推？

# %%
ways = {
    "naive": lambda z: -torch.log(1 - torch.sigmoid(z)),
    "clipped": lambda z: -torch.log(1 - torch.sigmoid(z).clamp(1e-7, 1 - 1e-7)),
    "library, from p": lambda z: F.binary_cross_entropy(torch.sigmoid(z), torch.zeros_like(z), reduction="none"),
    "from logits": lambda z: torch.logaddexp(torch.zeros_like(z), z),   # y = 0: no - y z
}
z = torch.linspace(0, 30, 121, requires_grad=True)                      # float32
losses = {name: way(z) for name, way in ways.items()}
slopes = {name: torch.autograd.grad(loss.sum(), z)[0] for name, loss in losses.items()}
at20 = {name: (losses[name][80].item(), slopes[name][80].item()) for name in ways}      # z[80] = 20
assert np.isclose(at20["from logits"], (20, 1), atol=1e-6).all(), "from logits: loss 20, slope 1"
assert at20["clipped"][1] == at20["library, from p"][1] == 0 and np.isnan(at20["naive"][1]), "none of the others pushes"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
for ax, values, label in zip(axes, (losses, slopes), ("loss (nats)", r"gradient by $z$")):
    plotting.show_curves(values, z.detach(), ax, xlabel="logit $z$ of a bad review ($y=0$)", ylabel=label)
axes[0].set(ylim=(0, 40)), axes[1].get_legend().remove()
axes[0].legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* left, four losses against $z$. All climb along one line to about 16. There the naive one ends, the clipped one goes
# flat, the library's jumps to 100; only the one from logits climbs on. Right, the gradients: there all but one drop to 0 or are
# undefined.
#
# Only the last pushes. Beyond $24\ln2\approx16.6$ float32 rounds $1+e^{-z}$ to 1, and $1-p$ is lost. Naive: gradient `nan`, and
# with it every weight. The other two look healthy (⟦at20["clipped"][0]:.1f⟧ and ⟦at20["library, from p"][0]:.0f⟧ instead of 20) and push
# with **zero**: the worst mistakes teach nothing. So end the model in logits, and hand over logits.
#
# ($\max(0,z)+\log(1+e^{-|z|})$, written by hand, has the right value; but PyTorch's autograd finds the slope ⟦kink_slope:.1f⟧ at $z=0$,
# not ½, and $w=0$ begins there.)

# %% [markdown] lang="zh" of="5b4ab2b7"
# *图中所见：* 左图是四种损失随 $z$ 的变化。到 16 左右为止，四条线重合着往上走；到了那里，直接算的断了，截断的变平了，
# 库函数的跳到 100，出了画面，只有从 logit 算的继续上升。右图是梯度：在同一个地方，它们或降为 0，或没有定义，只有一条例外。
#
# 只剩最后一种。过了 $24\ln2\approx16.6$，float32 就把 $1+e^{-z}$ 舍入成 1，$1-p$ 丢得一干二净。直接算：梯度是 `nan`，所有权重跟着一起完蛋。
# 另外两种看上去很健康（得 ⟦at20["clipped"][0]:.1f⟧ 和 ⟦at20["library, from p"][0]:.0f⟧，而不是 20），
# 往回推的力却是**零**：错得最离谱的，偏偏学不到教训。所以，让模型以 logit 结尾，把 logit 交给库函数。
#
# （若自己动手写成 $\max(0,z)+\log(1+e^{-|z|})$，值是对的；但 PyTorch 的自动求导在 $z=0$ 处给出的斜率是
# ⟦kink_slope:.1f⟧，而不是 ½；从 $w=0$ 出发，恰好就从那里开始。）

# %%
zero = torch.zeros(1, requires_grad=True)
by_hand = zero.clamp(min=0) + torch.log1p(torch.exp(-zero.abs()))
kink_slope = torch.autograd.grad(by_hand, zero)[0].item()
good_slope = torch.autograd.grad(torch.logaddexp(torch.zeros(1), zero), zero)[0].item()
assert good_slope == 0.5, "logaddexp knows its slope at 0: sigmoid(0)"
kink_slope, good_slope

# %% [markdown] lang="en"
# ## 03.7 The slope is p − y
#
# Lesson 02 borrowed a gradient; here it is. For one example with logits $z\in\mathbb{R}^K$ and labels $\sum_k y_k=1$,
#
# $$L(z)=-\sum_k y_k\log p_k=-\sum_k y_k\big(z_k-\operatorname{LSE}(z)\big)=\operatorname{LSE}(z)-\sum_k y_kz_k .$$
#
# The derivative of LSE is softmax: $\partial\operatorname{LSE}/\partial z_j=e^{z_j}/\sum_k e^{z_k}=p_j$. Hence
#
# $$\frac{\partial L}{\partial z_j}=p_j-y_j ,\qquad \frac{\partial}{\partial z}\big(\log(1+e^z)-yz\big)=\sigma(z)-y .$$
#
# For a batch mean divide by $B$; behind a linear layer $Z=XW$, 01.7 gives $X^\top(P-Y)/B$: the gradient of 02.2.
#
# **By hand.** $z=(0,\ln 2,\ln 5)$ gives $p=(\tfrac18,\tfrac28,\tfrac58)$. If class 2 is right: $(\tfrac18,-\tfrac68,\tfrac58)$, in sum 0.
#
# Nothing here asks for one-hot labels: the twenty people of 03.1 may enter as a *soft label*, $y=0.6$. Only the sum must be 1; otherwise the
# first term is $\operatorname{LSE}(z)\sum_k y_k$, and the slope $p_j\sum_k y_k-y_j$.

# %% [markdown] lang="zh" of="8e16d8dc"
# ## 03.7 斜率就是 p − y
#
# 第 02 课借用了一个梯度，现在来还。取一个样本，logit 为 $z\in\mathbb{R}^K$，标签满足 $\sum_k y_k=1$：
#
# $$L(z)=-\sum_k y_k\log p_k=-\sum_k y_k\big(z_k-\operatorname{LSE}(z)\big)=\operatorname{LSE}(z)-\sum_k y_kz_k .$$
#
# LSE 的导数就是 softmax：$\partial\operatorname{LSE}/\partial z_j=e^{z_j}/\sum_k e^{z_k}=p_j$。因此
#
# $$\frac{\partial L}{\partial z_j}=p_j-y_j ,\qquad \frac{\partial}{\partial z}\big(\log(1+e^z)-yz\big)=\sigma(z)-y .$$
#
# 对批量取平均，再除以 $B$；前面若是线性层 $Z=XW$，由 01.7 节得 $X^\top(P-Y)/B$，正是 02.2 节的梯度。
#
# **手算一遍。** $z=(0,\ln 2,\ln 5)$ 给出 $p=(\tfrac18,\tfrac28,\tfrac58)$。若正确的是第 2 类，则梯度为
# $(\tfrac18,-\tfrac68,\tfrac58)$，总和为 0。
#
# 推导中并没有要求标签是独热的：03.1 节的二十个人，可以作为*软标签* $y=0.6$ 参加训练。只有一条，总和必须是 1；否则第一项就是
# $\operatorname{LSE}(z)\sum_k y_k$，斜率也成了 $p_j\sum_k y_k-y_j$。

# %%
def ce_gradient(z, y):
    """Gradient of the mean cross-entropy by the logits: (softmax(z) - y) / B; z, y: (B, K), rows of y sum to 1."""
    return (np.exp(log_softmax(z)) - y) / len(z)

small = ce_gradient(np.log([[1.0, 2.0, 5.0]]), np.array([[0.0, 1.0, 0.0]]))
assert np.allclose(small * 8, [[1, -6, 5]]), "as by hand: eighths"

# %%
Z, soft = rng.normal(size=(4, 6)), rng.dirichlet(np.ones(6), 4)         # (B, K): soft labels, each row sums to 1
mean_ce = lambda Z, Y: -(Y * log_softmax(Z)).sum(axis=1).mean()
step = 1e-5 * np.eye(24).reshape(24, 4, 6)                              # one logit at a time
central = np.array([(mean_ce(Z + h, soft) - mean_ce(Z - h, soft)) / 2e-5 for h in step]).reshape(4, 6)
T = torch.tensor(Z, requires_grad=True)
F.cross_entropy(T, torch.tensor(soft)).backward()
assert np.allclose(ce_gradient(Z, soft), central, atol=1e-9), "the formula equals central differences"
assert np.allclose(ce_gradient(Z, soft), T.grad, atol=1e-12), "and PyTorch's gradient"
assert np.allclose(ce_gradient(Z, soft).sum(axis=1), 0), "what one class gains, the others lose"
perfect = torch.eye(10, dtype=torch.float64)                            # for the quiz: ten perfect outputs of a softmax …
double_floor = F.cross_entropy(perfect, torch.arange(10)).item()        # … taken for logits
assert np.isclose(double_floor, np.log(np.e + 9) - 1), "-log(e / (e + 9))"

# %% [markdown] lang="en"
# **Quiz.** A model's last layer already is a softmax over ten classes, and its output goes to `cross_entropy`, which expects logits. What
# happens?
#
# - [ ] an error is raised :: Probabilities are real numbers, and `cross_entropy` takes any. Nothing in their shape or type
#   betrays them.
# - [ ] nothing, softmax of a softmax is the same softmax :: A second softmax sees numbers between 0 and 1, and
#   $e^1/e^0=2.7$ is the greatest contrast that it can make.
# - [x] it learns, but slowly, and the loss stays above ⟦double_floor:.2f⟧ :: Even a perfect output $(1,0,\dots,0)$ gets
#   $p=e/(e+9)$. A classifier whose loss won't fall below that has a softmax too many.

# %% [markdown] lang="zh" of="33d8a617"
# **小测验。** 一个模型的最后一层已经是对十个类别的 softmax，它的输出又交给了 `cross_entropy`，而后者要的是 logit。会怎样？
#
# - [ ] 报错 :: 概率也是实数，`cross_entropy` 来者不拒。从形状和类型上看不出任何破绽。
# - [ ] 没有影响，softmax 的 softmax 还是同一个 softmax :: 第二个 softmax 看到的数都在 0 与 1 之间，它能拉开的最大差距是 $e^1/e^0=2.7$ 倍。
# - [x] 能学，但学得慢，而且损失降不到 ⟦double_floor:.2f⟧ 以下 :: 哪怕输出是完美的 $(1,0,\dots,0)$，得到的也只是 $p=e/(e+9)$。分类器的损失若总也降不过这个数，就是多了一个 softmax。

# %% [markdown] lang="en"
# ## 03.8 Why not squared error behind a sigmoid?
#
# It wouldn't lie about probabilities: of zeros and ones the mean *is* the share, so by 03.1 squared error wants the same $p$ as
# cross-entropy does. The trouble is the way there. Behind a sigmoid its slope carries the sigmoid's own:
#
# $$\frac{\partial}{\partial z}(p-y)^2=2\,(p-y)\,p\,(1-p),\qquad p=\sigma(z) .$$
#
# The factor $p(1-p)$ is at most ¼ and vanishes on both sides. In cross-entropy the logarithm cancels it.
#
# **Before you run it:** a good review, $y=1$. Which prediction does squared error push harder, the hesitant $z=-1$ or the grossly
# wrong $z=-10$?
#
# We also let both losses train the classifier of 03.4, from $w=0$ and from a bias of −10 (a model that has learned to call
# everything bad). Each loss chooses its own rate.

# %% [markdown] lang="zh" of="274e60cf"
# ## 03.8 为什么 sigmoid 后面不用平方误差？
#
# 说到概率，平方误差并不说谎：一堆 0 和 1 的平均数*就是* 1 的比例，按 03.1 节，它想要的 $p$ 与交叉熵想要的是同一个。
# 问题出在路上。接在 sigmoid 后面，它的斜率里带着 sigmoid 自己的斜率：
#
# $$\frac{\partial}{\partial z}(p-y)^2=2\,(p-y)\,p\,(1-p),\qquad p=\sigma(z) .$$
#
# 因子 $p(1-p)$ 最大只有 ¼，往两边都趋于零。在交叉熵里，对数正好把它消掉了。
#
# **先猜再运行：** 一条好评，$y=1$。平方误差对哪个预测推得更用力：犹豫的 $z=-1$，还是大错特错的 $z=-10$？
#
# 我们再用这两种损失各训练一遍 03.4 节的分类器，分别从 $w=0$ 和从偏置 −10 出发（一个学会了把什么都判为差评的模型）。
# 学习率由各损失自选。

# %%
def squared_slope(z, y):
    """Slope of (p - y)^2 by the logit."""
    p = sigmoid(z)
    return 2 * (p - y) * p * (1 - p)

near, far = (-squared_slope(z, 1) for z in (-1.0, -10.0))
far_ce = -whole_formula(-10.0, 1)
assert far < near / 1000 and far_ce > 0.999, "the grossly wrong one is hardly pushed; cross-entropy pushes it with all its weight"

OWN_LOSS = {whole_formula: lambda z, y: np.logaddexp(0, z) - y * z, squared_slope: lambda z, y: (sigmoid(z) - y) ** 2}

def choose_rate(slope, bias, rates=(0.3, 1, 3, 10, 30, 100)):
    """The rate with the lowest loss of its own kind on the training reviews after 100 steps."""
    return min(rates, key=lambda rate: OWN_LOSS[slope](X @ descend(slope, rate, 100, X, y, bias)[-1], y).mean())

race = {}                                                               # (slope, bias) -> (seeds, 101) accuracies
for slope in OWN_LOSS:
    for bias in (0.0, -10.0):
        rate, race[slope, bias] = choose_rate(slope, bias), []
        for seed in SEEDS[:3]:                                          # a new split for each; the words stay
            a, b = data.split(len(texts), (0.8, 0.2), seed=seed, labels=good)
            Z = words[b] @ descend(slope, rate, 100, words[a], good[a], bias).T         # (n_val, 101)
            race[slope, bias].append(((Z > 0) == good[b][:, None]).mean(axis=0))
race = {key: np.array(runs) for key, runs in race.items()}
ends = {key: runs[:, -1].mean() for key, runs in race.items()}
assert race[whole_formula, -10.0][:, -1].min() > 0.7 > race[squared_slope, -10.0][:, -1].max(), "one gets away, one is stuck"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
grid = np.linspace(-12, 6, 200)
pushes = {"cross-entropy": -whole_formula(grid, 1), "squared error": -squared_slope(grid, 1)}
plotting.show_curves(pushes, grid, axes[0], xlabel="logit $z$ of a good review", ylabel="push upwards")
for (slope, bias), runs in race.items():
    colour = "C5" if slope is whole_formula else "C4"
    name = f"{'cross-entropy' if slope is whole_formula else 'squared error'}, from {bias:.0f}"
    axes[1].fill_between(np.arange(101), runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.3, linewidth=0)
    axes[1].plot(runs.mean(axis=0), color=colour, linestyle="-" if bias == 0 else "--", label=name)
axes[1].set(xlabel="step", ylabel="validation accuracy", ylim=(0.45, 1))
axes[1].legend(fontsize="x-small", loc="upper left");

# %% [markdown] lang="en"
# *The picture:* left, the push on a good review's logit: cross-entropy levels off at 1 on the wrong side, squared error has a low
# hump and falls back to zero on both sides. Right, validation accuracy in 100 steps, bands over three splits: cross-entropy learns
# from both starts; squared error climbs more slowly from 0, and from −10 lies flat for most of the way.
#
# The hesitant one, ⟦near:.2f⟧ against ⟦far:.6f⟧; cross-entropy pushes with ⟦far_ce:.5f⟧, ⟦far_ce / far:,.0f⟧ times as hard. After 100
# steps from −10 the accuracies are ⟦ends[whole_formula, -10.0]:.2f⟧ and ⟦ends[squared_slope, -10.0]:.2f⟧. From 0 the gap is
# smaller, ⟦ends[whole_formula, 0.0]:.2f⟧ and ⟦ends[squared_slope, 0.0]:.2f⟧: squared error behind a sigmoid works, where nobody is
# far off. Confident mistakes are what it can't undo.

# %% [markdown] lang="zh" of="b707082a"
# *图中所见：* 左图是一条好评的 logit 受到的推力：在错的一侧，交叉熵的推力稳定在 1；平方误差只有一个矮包，往两边都落回零。
# 右图是 100 步内的验证准确率，色带是三次划分的范围：交叉熵从两个起点都学得会；平方误差从 0 出发爬得慢些，从 −10 出发则大半程都趴着不动。
#
# 是犹豫的那个：⟦near:.2f⟧ 对 ⟦far:.6f⟧；而交叉熵的推力是 ⟦far_ce:.5f⟧，是后者的 ⟦far_ce / far:,.0f⟧ 倍。从 −10 出发走 100 步之后，
# 准确率分别是 ⟦ends[whole_formula, -10.0]:.2f⟧ 和 ⟦ends[squared_slope, -10.0]:.2f⟧。从 0 出发差距小一些，
# 是 ⟦ends[whole_formula, 0.0]:.2f⟧ 和 ⟦ends[squared_slope, 0.0]:.2f⟧：只要错得不远，sigmoid 后面用平方误差也行；
# 它挽回不了的，是自信的错误。

# %% [markdown] lang="en"
# ## 03.9 From where? Not from zero
#
# Softmax regression began at $W=0$ in 02.2 and did well: a bowl with one bottom may be entered anywhere. A network is no bowl. Let
# $H=f(XW_1)$ and $Z=HW_2$. By 01.7,
#
# $$dW_2=H^\top dZ,\qquad dW_1=X^\top\big((dZ\,W_2^\top)\odot f'\big) .$$
#
# From $W_1=0$ with $f(0)=0$ follows $H=0$ and so $dW_2=0$; from $W_2=0$ follows $dW_1=0$. Nothing moves, for ever, but the last bias.
# And with all weights equal, but not zero? Then all hidden units are equal, get the same gradient, and stay equal: 32 units with the
# work of one.
#
# **Before you run it:** digits, 64–32–10 with tanh, 10 passes. Which accuracies will you see from zeros, from 0.1 everywhere, and from
# random numbers?

# %% [markdown] lang="zh" of="5fbf05de"
# ## 03.9 从哪里出发？不能从零
#
# 02.2 节的 softmax 回归从 $W=0$ 出发，顺顺当当：只有一个谷底的碗，从哪里进去都行。网络可不是碗。设 $H=f(XW_1)$，$Z=HW_2$，
# 由 01.7 节，
#
# $$dW_2=H^\top dZ,\qquad dW_1=X^\top\big((dZ\,W_2^\top)\odot f'\big) .$$
#
# $W_1=0$ 且 $f(0)=0$，则 $H=0$，于是 $dW_2=0$；$W_2=0$，则 $dW_1=0$。除了最后的偏置，谁也不动，永远不动。
# 那么权重都相等、但不为零呢？所有隐藏单元都一样，得到同样的梯度，以后也一直一样：32 个单元只干一个的活。
#
# **先猜再运行：** 手写数字，64–32–10 的 tanh 网络，10 轮。从零、从处处 0.1、从随机数出发，准确率各是多少？

# %%
digits = data.load_digits()
seen, kept = data.split(len(digits), (0.8, 0.2), seed=SEED, labels=digits.labels)       # to train on, to validate
raw = torch.tensor(digits.scaled().reshape(-1, 64), dtype=torch.float32)                # (N, 64) in 0 … 1
pixels = (raw - raw[seen].mean(dim=0)) / (raw[seen] - raw[seen].mean(dim=0)).std()      # centred, spread 1
labels = torch.tensor(digits.labels)

# %%
def zeros(n_in, n_out, source):
    """A start: (n_in, n_out) first weights of one layer; `source` is a random generator."""
    return torch.zeros(n_in, n_out)

def equal(n_in, n_out, source):
    return torch.full((n_in, n_out), 0.1)

def xavier(times=1.0):
    """Glorot and Bengio (2010), normal form: variance 2 / (n_in + n_out). times: spread in units of theirs."""
    return lambda n_in, n_out, source: times * (2 / (n_in + n_out)) ** 0.5 * torch.randn(n_in, n_out, generator=source)

def he(n_in, n_out, source):
    """He et al. (2015): variance 2 / n_in."""
    return (2 / n_in) ** 0.5 * torch.randn(n_in, n_out, generator=source)

def make_networks(sizes, starts, rates, seeds, bias=0.0):
    """R networks, one a start, rate and seed: weights [(R, n_in, n_out)], biases [(R, 1, n_out)], rates (R, 1, 1)."""
    runs = [(start, rate, seed) for start in starts for rate in rates for seed in seeds]
    shapes = list(zip(sizes, sizes[1:]))                                # (n_in, n_out) of each layer
    W = [torch.stack([start(*shape, torch.Generator().manual_seed(100 * seed + layer)) for start, _, seed in runs])
         for layer, shape in enumerate(shapes)]
    b = [torch.full((len(runs), 1, n_out), bias) for _, n_out in shapes[:-1]] + [torch.zeros(len(runs), 1, sizes[-1])]
    return W, b, torch.tensor([rate for _, rate, _ in runs]).view(-1, 1, 1)

def forward(W, b, x, f):
    """x: (n, n_in) -> logits (R, n, K); f after each layer but the last."""
    for W_layer, b_layer in zip(W, b):
        z = x @ W_layer + b_layer                                       # (R, n, n_out)
        x = f(z)
    return z

# %%
def momentum(g, memory, alpha):                                         # as in 02.7
    memory["v"] = v = 0.9 * memory.get("v", 0) + g
    return alpha * v

def train_networks(sizes, starts, rates, f, x=pixels, seeds=SEEDS[:3], rule=momentum, passes=10, bias=0.0):
    """R networks side by side, batches of 64: losses (steps, starts, rates, seeds), validation accuracy, (W, b)."""
    W, b, alpha = make_networks(sizes, starts, rates, seeds, bias)
    tables, memories = [table.to(x.dtype).requires_grad_() for table in W + b], [{} for _ in W + b]
    W, b, shuffle, losses = tables[:len(W)], tables[len(W):], np.random.default_rng(SEED), []
    for order in (shuffle.permutation(seen) for _ in range(passes)):
        for rows in np.split(order, range(64, len(order), 64)):
            log_p = forward(W, b, x[rows], f).log_softmax(-1)           # (R, B, K)
            losses.append(-log_p[:, torch.arange(len(rows)), labels[rows]].mean(1))     # (R,)
            gradients = torch.autograd.grad(losses[-1].sum(), tables)
            with torch.no_grad():
                for table, g, memory in zip(tables, gradients, memories):
                    table -= rule(g, memory, alpha)
    shape = (len(starts), len(rates), len(seeds))
    with torch.no_grad():
        right = (forward(W, b, x[kept], f).argmax(-1) == labels[kept]).double().mean(1)
    return torch.stack(losses).detach().view(-1, *shape).numpy(), right.view(shape).numpy(), (W, b)

# %%
from_losses, from_right, (W, _) = train_networks((64, 32, 10), (zeros, equal, xavier()), (0.1,), torch.tanh)
from_zero, from_equal, from_random = from_right[:, 0].mean(axis=1)
assert (W[0][:3] == 0).all() and (W[1][:3] == 0).all(), "from zeros no weight ever moves"
assert from_zero < 0.15 and from_right[2].min() > 0.9, "zeros end at guessing, random numbers learn"
assert from_equal < from_random - 0.1, "equal weights waste the network"
f"zeros {from_zero:.1%}, equal {from_equal:.1%}, random {from_random:.1%}; last loss from zeros {from_losses[-1, 0].mean():.2f}"

# %%
def measure_asymmetry(passes, dtype):
    """Largest difference between two hidden units' weights after training from equal ones."""
    _, _, (W, _) = train_networks((64, 32, 10), (equal,), (0.1,), torch.tanh, pixels.to(dtype), (SEED,), passes=passes)
    return (W[0].max(dim=2).values - W[0].min(dim=2).values).max().item()

asymmetry = {str(dtype)[6:]: np.array([measure_asymmetry(k, dtype) for k in range(1, 11)])
             for dtype in (torch.float32, torch.float64)}
from_one = train_networks((64, 1, 10), (xavier(),), (0.1,), torch.tanh)[1].mean()       # a network with a single hidden unit
assert asymmetry["float32"][0] < 1e-5 and asymmetry["float64"][0] < 1e-12, "after one pass: equal but for rounding"
shown = {name: np.maximum(values, 1e-18) for name, values in asymmetry.items()}
plotting.show_curves(shown, xlabel="passes", ylabel="largest difference of two units", logy=True, marker="o");

# %% [markdown] lang="en"
# *The picture:* the largest difference between two hidden units' weights, on a logarithmic axis. In float32 it begins near
# $10^{-8}$, in float64 near $10^{-16}$; both climb about evenly, and float32 reaches the top first.
#
# From zeros ⟦from_zero:.1%⟧, guessing. From random numbers ⟦from_random:.1%⟧. But equal weights reach ⟦from_equal:.1%⟧, and a network
# of one hidden unit only ⟦from_one:.1%⟧. The argument is exact, the arithmetic isn't: equal columns are added up in different order, the last digits
# differ, and from such a balance small differences grow by a factor a pass. Rounding has broken the symmetry, late and badly. On
# another machine it may come later or not at all. Better not to wait for it.

# %% [markdown] lang="zh" of="e725e15f"
# *图中所见：* 任意两个隐藏单元的权重之间的最大差别，纵轴取对数。float32 从 $10^{-8}$ 附近起步，float64 从 $10^{-16}$ 附近起步；
# 两条线都大致匀速上升，float32 先到顶。
#
# 从零出发是 ⟦from_zero:.1%⟧，等于瞎猜；从随机数出发是 ⟦from_random:.1%⟧。可是从相等的权重出发竟有 ⟦from_equal:.1%⟧，
# 而真正只有一个隐藏单元的网络不过 ⟦from_one:.1%⟧。推理是精确的，计算却不是：几列相等的数，相加的次序不同，末位就会有出入；而在这样一种平衡上，
# 微小的差别每一轮都要放大若干倍。打破对称的是舍入误差，来得晚，效果也差。换一台机器，可能来得更晚，也可能根本不来。
# 别指望它。

# %% [markdown] lang="en"
# ## 03.10 How large? The variance argument
#
# Random, then. Of what spread? Take a layer $z=xW$ with $W\in\mathbb{R}^{n_{in}\times n_{out}}$, entries independent of each
# other and of $x$, mean 0, variance $\sigma^2$. In the square of $z_i=\sum_j x_jW_{ji}$ the mixed terms have mean 0, so
#
# $$\operatorname{Var}(z_i)=\sum_{j=1}^{n_{in}}\mathbb{E}[x_j^2]\,\operatorname{Var}(W_{ji})=n_{in}\,\sigma^2\;\mathbb{E}[x^2] .$$
#
# (The mean *square* of $x$, since outputs of ReLU have no mean 0.) Backwards, $\partial L/\partial x_j=\sum_i W_{ji}\,\partial
# L/\partial z_i$ is a sum of $n_{out}$ terms: there the factor is $n_{out}\,\sigma^2$, if we treat $\partial L/\partial z$ as
# independent of $W$. That is not quite true; we shall measure.
#
# **Xavier** (Glorot and Bengio, 2010). Near 0, $\tanh z\approx z$. Keeping the size forwards asks for $n_{in}\sigma^2=1$, backwards for
# $n_{out}\sigma^2=1$. (Lesson 01 took the first, in 01.7.) A compromise:
#
# $$\sigma^2=\frac{2}{n_{in}+n_{out}} .$$

# %% [markdown] lang="zh" of="10937d2c"
# ## 03.10 取多大？由方差推出来
#
# 那就用随机数。离散程度取多大？设一层为 $z=xW$，$W\in\mathbb{R}^{n_{in}\times n_{out}}$，各元素彼此独立，也与 $x$ 独立，
# 均值为 0，方差为 $\sigma^2$。在 $z_i=\sum_j x_jW_{ji}$ 的平方里，交叉项的均值为 0，所以
#
# $$\operatorname{Var}(z_i)=\sum_{j=1}^{n_{in}}\mathbb{E}[x_j^2]\,\operatorname{Var}(W_{ji})=n_{in}\,\sigma^2\;\mathbb{E}[x^2] .$$
#
# （这里是 $x$ 的*均方*，不是方差，因为 ReLU 的输出均值不为 0。）反过来，$\partial L/\partial x_j=\sum_i W_{ji}\,\partial
# L/\partial z_i$ 是 $n_{out}$ 项之和：若把 $\partial L/\partial z$ 看作与 $W$ 独立，系数就是 $n_{out}\,\sigma^2$。
# 这并不完全成立，待会儿实测。
#
# **Xavier**（Glorot 和 Bengio，2010）。在 0 附近 $\tanh z\approx z$。前向要保持大小，需要 $n_{in}\sigma^2=1$；反向要保持大小，
# 需要 $n_{out}\sigma^2=1$。（第 01 课在 01.7 节用的是前者。）折中：
#
# $$\sigma^2=\frac{2}{n_{in}+n_{out}} .$$

# %% [markdown] lang="en"
# **He** (and others, 2015). ReLU throws away one half of a $z$ that lies evenly around 0: $\mathbb{E}[\max(0,z)^2]=\tfrac12\operatorname{Var}(z)$.
# Its slope is 1 for one half and 0 for the other, so half of the gradient's square is lost too. To make up for it,
#
# $$\frac{n_{in}\,\sigma^2}{2}=1\quad\Longrightarrow\quad\sigma^2=\frac{2}{n_{in}} .$$
#
# Backwards this gives $n_{out}/n_{in}$ a layer; along a chain of layers these fractions cancel but for the first and the last size.
#
# **By hand.** $n_{in}=300$, $n_{out}=200$. Xavier: $\sigma^2=\tfrac{2}{500}$; forwards 1.2, backwards 0.8, half of each with ReLU. He:
# $\sigma^2=\tfrac{2}{300}$, with ReLU 1 forwards and $\tfrac23$ backwards.
#
# And the libraries? Keras's `Dense` starts with Xavier (uniform, $\pm\sqrt{6/(n_{in}+n_{out})}$, the same variance), PyTorch's `Linear` with
# $\pm 1/\sqrt{n_{in}}$, uniform: $\sigma^2=\tfrac{1}{3n_{in}}$.

# %% [markdown] lang="zh" of="fa3cb35e"
# **He**（何恺明等，2015）。$z$ 在 0 两侧对称分布时，ReLU 扔掉了一半：$\mathbb{E}[\max(0,z)^2]=\tfrac12\operatorname{Var}(z)$。
# 它的斜率一半是 1，一半是 0，所以梯度的平方也丢掉一半。要补回来，就得
#
# $$\frac{n_{in}\,\sigma^2}{2}=1\quad\Longrightarrow\quad\sigma^2=\frac{2}{n_{in}} .$$
#
# 这样，反向每层的系数是 $n_{out}/n_{in}$；许多层连乘，这些分数上下相消，只剩下最前和最后的宽度。
#
# **手算一遍。** $n_{in}=300$，$n_{out}=200$。Xavier：$\sigma^2=\tfrac{2}{500}$，前向 1.2，反向 0.8，用 ReLU 则各减半。He：
# $\sigma^2=\tfrac{2}{300}$，用 ReLU 时前向为 1，反向为 $\tfrac23$。
#
# 各个库呢？Keras 的 `Dense` 用 Xavier（均匀分布，范围 $\pm\sqrt{6/(n_{in}+n_{out})}$，方差相同）；PyTorch 的 `Linear` 用
# $\pm 1/\sqrt{n_{in}}$ 的均匀分布，即 $\sigma^2=\tfrac{1}{3n_{in}}$。

# %%
def measure_factors(start, f, seed, n_in=300, n_out=200):
    """How a layer scales mean squares: forwards E[f(xW)^2] / E[x^2], backwards that of a random gradient."""
    source = torch.Generator().manual_seed(seed)
    x = torch.randn(2_000, n_in, generator=source).requires_grad_()     # (n, n_in)
    out = f(x @ start(n_in, n_out, source))                             # (n, n_out)
    g = torch.randn(out.shape, generator=source)
    (dx,) = torch.autograd.grad(out, x, g)
    return [((out**2).mean() / (x**2).mean()).item(), ((dx**2).mean() / (g**2).mean()).item()]

def torch_linear(n_in, n_out, source):              # as torch.nn.Linear: uniform within 1 / sqrt(n_in)
    return (2 * torch.rand(n_in, n_out, generator=source) - 1) / n_in**0.5

LAYER_CASES = {"Xavier, no f": (xavier(), lambda z: z), "Xavier, tanh": (xavier(), torch.tanh), "Xavier, ReLU": (xavier(), torch.relu),
               "He, ReLU": (he, torch.relu), "torch.nn.Linear, ReLU": (torch_linear, torch.relu)}
factors = {name: np.array([measure_factors(*case, seed) for seed in SEEDS]) for name, case in LAYER_CASES.items()}
derived = {"Xavier, no f": (1.2, 0.8), "Xavier, ReLU": (0.6, 0.4), "He, ReLU": (1, 2 / 3), "torch.nn.Linear, ReLU": (1 / 6, 1 / 9)}
assert all(np.allclose(factors[name].mean(axis=0), both, rtol=0.05) for name, both in derived.items()), "as derived"
assert (factors["Xavier, tanh"] < factors["Xavier, no f"]).all(), "tanh can only shrink"
torch.manual_seed(SEED)
assert np.isclose(torch.nn.Linear(300, 200).weight.var().item() * 3 * 300, 1, rtol=0.05), "torch.nn.Linear: 1 / (3 n_in)"
for name, both in factors.items():
    print(f"{name:22} forwards {both[:, 0].mean():.3f} ± {both[:, 0].std(ddof=1):.3f}, backwards {both[:, 1].mean():.3f} ± {both[:, 1].std(ddof=1):.3f}")

# %% [markdown] lang="en"
# All factors lie within 5% of the derived ones (⟦len(SEEDS)⟧ seeds). Tanh has no such round number: for inputs as wide as these it takes
# ⟦1 - factors["Xavier, tanh"][:, 0].mean() / 1.2:.0%⟧ off the mean square.
#
# ## 03.11 Fifty layers
#
# A factor near 1 looks harmless. But a stack raises it to the power of its depth: Xavier's ½ behind ReLU leaves $2^{-25}$ of the size after
# fifty layers.
#
# We send ⟦N_IMAGES⟧ digits through ⟦LAYERS⟧ layers of width ⟦WIDTH⟧ and the gradient of cross-entropy back, from ⟦len(SEEDS)⟧ seeds, and note
# the root mean square (RMS) in each layer.
#
# **Before you run it:** with weights three times Xavier's, every tanh is saturated near ±1, where its slope is small. Will the
# gradient on its way back die out, or explode?

# %% [markdown] lang="zh" of="64c4c323"
# 所有系数都在推导值的 5% 以内（⟦len(SEEDS)⟧ 个种子）。tanh 没有这样现成的数：输入像这里这么分散时，它把均方削去
# ⟦1 - factors["Xavier, tanh"][:, 0].mean() / 1.2:.0%⟧。
#
# ## 03.11 五十层
#
# 一个接近 1 的系数看似无害，可是一层层叠起来，就要取层数那么多次方：Xavier 碰上 ReLU，系数是 ½，五十层之后大小只剩 $2^{-25}$。
#
# 我们把 ⟦N_IMAGES⟧ 张数字送过宽 ⟦WIDTH⟧ 的 ⟦LAYERS⟧ 层，再把交叉熵的梯度送回来，用 ⟦len(SEEDS)⟧ 个种子，记下每一层的均方根（RMS）。
#
# **先猜再运行：** 权重取 Xavier 的三倍，每个 tanh 都饱和在 ±1 附近，那里的斜率很小。梯度在回来的路上会消失，还是会爆炸？

# %%
N_IMAGES = 128

def pass_through(start, f, seed):
    """RMS of the activations (LAYERS,) and of the loss's gradient by z (LAYERS,), in float64 so that nothing underflows."""
    source, zs, activations = torch.Generator().manual_seed(seed), [], []
    x = pixels[seen[:N_IMAGES]].double().requires_grad_()
    for _ in range(LAYERS):
        zs.append(x @ start(x.shape[1], WIDTH, source).double())        # (n, WIDTH)
        x = f(zs[-1])
        activations.append((x**2).mean().sqrt().item())
    out = x @ xavier()(WIDTH, 10, source).double()                      # (n, 10) logits
    loss = F.cross_entropy(out, labels[seen[:N_IMAGES]], reduction="sum")
    return np.array([activations, [(g**2).mean().sqrt().item() for g in torch.autograd.grad(loss, zs)]])

# %%
STARTS = {                                                              # name: (start, activation, colour)
    "½ Xavier, tanh": (xavier(0.5), torch.tanh, "C2"), "3 × Xavier, tanh": (xavier(3.0), torch.tanh, "C4"),
    "Xavier, tanh": (xavier(), torch.tanh, "C5"), "Xavier, ReLU": (xavier(), torch.relu, "C1"), "He, ReLU": (he, torch.relu, "C3")}
spreads = {name: np.array([pass_through(start, f, seed) for seed in SEEDS]) for name, (start, f, _) in STARTS.items()}
typical = {name: np.exp(np.log(both).mean(axis=0)) for name, both in spreads.items()}   # geometric means (2, LAYERS)
assert 0.2 < typical["Xavier, ReLU"][0, -1] / typical["Xavier, ReLU"][0, 0] / 0.5**24.5 < 5, "a factor ½ a layer: 49 of them"
assert 0.2 < typical["He, ReLU"][0, -1] / typical["He, ReLU"][0, 0] < 5, "He keeps the size through 50 layers of ReLU"
assert typical["3 × Xavier, tanh"][1, 0] > 1e4 * typical["3 × Xavier, tanh"][1, -1], "saturated tanh: gradients explode"
assert typical["½ Xavier, tanh"].min() < 1e-12, "too small: nothing arrives"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.4), sharey=True)
for name, (_, _, colour) in STARTS.items():
    for ax, runs in zip(axes, spreads[name].transpose(1, 0, 2)):
        ax.fill_between(np.arange(1, LAYERS + 1), runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.3, linewidth=0)
        ax.plot(np.arange(1, LAYERS + 1), np.exp(np.log(runs).mean(axis=0)), color=colour, linestyle="-", label=name)
axes[0].plot([1, LAYERS], typical["Xavier, ReLU"][0, 0] * 0.5 ** np.array([0, (LAYERS - 1) / 2]), "k:", label="predicted")
axes[0].set(yscale="log", ylim=(1e-17, 1e7), xlabel="layer", ylabel="RMS of activations")
axes[1].set(xlabel="layer", ylabel="RMS of gradients by $z$")
axes[0].legend(fontsize="x-small", loc="lower left");

# %% [markdown] lang="en"
# *The picture:* size per layer, logarithmic; bands are the range of ⟦len(SEEDS)⟧ seeds. Left, activations: He with ReLU and 3 × Xavier stay level,
# Xavier with tanh sinks a little, Xavier with ReLU falls along the dotted prediction, ½ Xavier twice as steeply. Right, gradients, to be
# read from right to left: the same order, but 3 × Xavier climbs.
#
# It explodes: ⟦round(explosion, -5):,.0f⟧ times from layer 50 to layer 1. A saturated slope is small, but $n_{out}\sigma^2=9$; together they multiply the
# mean square by ⟦explosion ** (2 / 49):.1f⟧ a layer. And its activations, ⟦typical["3 × Xavier, tanh"][0, -1]:.2f⟧, look perfectly healthy:
# watch both ways.

# %% [markdown] lang="zh" of="fa4c6b8e"
# *图中所见：* 各层的大小，纵轴取对数，色带是 ⟦len(SEEDS)⟧ 个种子的范围。左图是激活：He 配 ReLU 与 3 倍 Xavier 保持水平，
# Xavier 配 tanh 略有下降，Xavier 配 ReLU 沿着点线的预测下落，½ Xavier 降得比它陡一倍。右图是梯度，要从右往左读：次序相同，唯独 3 倍 Xavier
# 是往上走的。
#
# 会爆炸：从第 50 层到第 1 层，放大到 ⟦round(explosion, -5):,.0f⟧ 倍。饱和处的斜率固然小，但 $n_{out}\sigma^2=9$，合起来，
# 均方每层要乘上 ⟦explosion ** (2 / 49):.1f⟧。而它的激活为 ⟦typical["3 × Xavier, tanh"][0, -1]:.2f⟧，看上去十分健康：所以两个方向都要看。

# %%
explosion = typical["3 × Xavier, tanh"][1, 0] / typical["3 × Xavier, tanh"][1, -1]
tanh_end, he_end = typical["Xavier, tanh"][0, -1], spreads["He, ReLU"][:, 0, -1]         # RMS in layer 50
old_habit = pass_through(lambda n_in, n_out, source: 0.01 * torch.randn(n_in, n_out, generator=source), torch.relu, SEED)
assert abs(tanh_end / (2 * LAYERS) ** -0.5 - 1) < 0.3, "Xavier with tanh: 1 / sqrt(2 layers)"
assert old_habit[1, 0] < torch.finfo(torch.float32).tiny, "spread 0.01: no float32 gradient reaches layer 1"
f"Xavier, tanh: {tanh_end:.3f}; He: {he_end.min():.2f} to {he_end.max():.2f}; spread 0.01: gradient {old_habit[1, 0]:.0e}"

# %% [markdown] lang="en"
# Two of these numbers deserve a line. Xavier with tanh does not keep the size. With $q=\mathbb{E}[z^2]$,
# $\tanh z\approx z-\tfrac13z^3$ and $\mathbb{E}[z^4]=3q^2$, a layer makes $q-2q^2$ of $q$, so $1/q$ grows by 2 a layer and the RMS
# after $\ell$ layers is about $1/\sqrt{2\ell}$: 0.1 for fifty; measured ⟦tanh_end:.3f⟧. A power, no exponential: one can live with it.
#
# And He keeps the size on average only: over five seeds layer 50 lies between ⟦he_end.min():.2f⟧ and ⟦he_end.max():.2f⟧, for in a stack chance
# is multiplied too. Narrower layers wander more.
#
# The old habit of a spread of 0.01 leaves a gradient of ⟦old_habit[1, 0]:.0e⟧ in layer 1. In float32 that is zero.

# %% [markdown] lang="zh" of="0eb22872"
# 其中有两个数值得多说一句。Xavier 配 tanh 并不能保持大小。设 $q=\mathbb{E}[z^2]$，由 $\tanh z\approx z-\tfrac13z^3$ 和
# $\mathbb{E}[z^4]=3q^2$，一层把 $q$ 变成 $q-2q^2$，所以 $1/q$ 每层增加 2，$\ell$ 层之后的 RMS 约为 $1/\sqrt{2\ell}$：
# 五十层是 0.1，实测 ⟦tanh_end:.3f⟧。这是幂次，不是指数，还能将就。
#
# 而 He 也只是平均来说保持大小：五个种子，第 50 层在 ⟦he_end.min():.2f⟧ 与 ⟦he_end.max():.2f⟧ 之间，
# 因为层层相乘，偶然因素也跟着相乘。层越窄，晃得越厉害。
#
# 离散程度一律取 0.01 的老习惯，留给第 1 层的梯度是 ⟦old_habit[1, 0]:.0e⟧；在 float32 里，这就是零。

# %% [markdown] lang="en"
# ## 03.12 What training makes of it
#
# S1 (3.3) advises Xavier or He, "to converge faster". Faster than what, and by how much? We train the digits with 2 and with 20 hidden
# layers of 32 units from the same five starts: ten passes with momentum, and at depth 20 also with Adam (02.8), which rescales gradients
# and so might make the start irrelevant. Each start takes its own best rate of a grid, chosen on the ⟦len(kept)⟧ validation images,
# which flatters all of them a little; three seeds.

# %% [markdown] lang="zh" of="b7709dfe"
# ## 03.12 训练的结果如何
#
# S1（3.3）建议用 Xavier 或 He，好“收敛得更快”。比什么快？快多少？我们从同样的五种起点出发训练手写数字，隐藏层 2 层或 20 层，每层
# 32 个单元：用动量法走十轮；20 层时再用 Adam（02.8 节）走一遍，它会重新缩放梯度，说不定起点就无所谓了。每种起点在一组学习率里
# 自选最好的，用 ⟦len(kept)⟧ 张验证图像来选，所以成绩都略微偏高；三个种子。

# %%
from tqdm.auto import tqdm

def adam(g, memory, alpha):                                             # as in 02.8
    memory["t"] = t = memory.get("t", 0) + 1
    memory["m"] = m = 0.9 * memory.get("m", 0) + 0.1 * g
    memory["v"] = v = 0.999 * memory.get("v", 0) + 0.001 * g**2
    return alpha * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)

def compare_starts(depth, rule, rates):
    """name -> losses (steps, seeds), accuracies (seeds,) at the start's best rate; steps to loss 0.5 at its fastest."""
    found = {}
    for f in (torch.tanh, torch.relu):
        names = [name for name, (_, activation, _) in STARTS.items() if activation is f]
        starts = [STARTS[name][0] for name in names]
        losses, right, _ = train_networks((64, *[32] * depth, 10), starts, rates, f, rule=rule)
        low = losses.mean(axis=3) < 0.5                                 # (steps, starts, rates)
        first = np.where(low.any(axis=0), low.argmax(axis=0), len(low)).min(axis=1)
        for i, k in enumerate(right.mean(axis=2).argmax(axis=1)):       # the best rate of each start
            found[names[i]] = losses[:, i, k], right[i, k], first[i]
    return found

# %%
SETUPS = {"2 layers, momentum": (2, momentum, (0.01, 0.03, 0.1)), "20 layers, momentum": (20, momentum, (0.003, 0.01, 0.03)),
          "20 layers, Adam": (20, adam, (0.001, 0.003))}
outcome = {name: compare_starts(*setup) for name, setup in tqdm(SETUPS.items())}
reached = {(setup, name): right for setup, runs in outcome.items() for name, (_, right, _) in runs.items()}
assert min(reached["2 layers, momentum", name].mean() for name in STARTS) > 0.9, "shallow: any start learns"
assert reached["20 layers, momentum", "Xavier, tanh"].mean() > 0.8, "deep: Xavier with tanh learns"
assert max(reached[setup, "½ Xavier, tanh"].mean() for setup in list(SETUPS)[1:]) < 0.5, "deep and too small: it doesn't"
assert reached["20 layers, Adam", "He, ReLU"].mean() > reached["20 layers, Adam", "Xavier, ReLU"].mean(), "ReLU: He before Xavier"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.2), width_ratios=(1.1, 1))
for k, (name, (_, _, colour)) in enumerate(STARTS.items()):
    smooth = np.array([np.convolve(run, np.ones(10) / 10, "valid") for run in outcome["20 layers, momentum"][name][0].T])
    axes[0].fill_between(np.arange(smooth.shape[1]), smooth.min(axis=0), smooth.max(axis=0), color=colour, alpha=0.3, linewidth=0)
    axes[0].plot(smooth.mean(axis=0), color=colour, linestyle="-", label=name)
    for place, setup in enumerate(SETUPS):
        low, middle, high = np.sort(reached[setup, name])               # three seeds
        axes[1].errorbar(place + 0.12 * (k - 2), middle, [[middle - low], [high - middle]], color=colour, marker="o", markersize=4)
axes[0].set(xlabel="step, 20 layers, momentum", ylabel="training loss (nats)", ylim=(0, 3.6))
axes[1].set(ylabel="validation accuracy", ylim=(0, 1.02), xlim=(-0.5, 2.5))
axes[1].set_xticks(range(3), [name.replace(", ", "\n") for name in SETUPS], fontsize="small")
axes[0].legend(fontsize="x-small", ncols=2, loc="upper right");

# %% [markdown] lang="en"
# *The picture:* left, training loss at 20 layers: Xavier with tanh falls, He with ReLU more slowly, the others hardly. Right, accuracy in
# three set-ups, bars over the seeds: near the top at 2 layers, fanned out at 20.
#
# At 2 layers all learn, ⟦shallow.min():.2f⟧ to ⟦shallow.max():.2f⟧; to a loss of 0.5 Xavier with tanh takes ⟦steps_to["Xavier, tanh"]:.0f⟧ steps, ½
# Xavier ⟦steps_to["½ Xavier, tanh"]:.0f⟧: S1's "faster". At 20 layers that word is too weak: with momentum Xavier and tanh reach
# ⟦deep["Xavier, tanh"]:.2f⟧, He and ReLU ⟦deep["He, ReLU"]:.2f⟧, Xavier and ReLU ⟦deep["Xavier, ReLU"]:.2f⟧, ½ Xavier ⟦deep["½ Xavier, tanh"]:.2f⟧. Adam
# helps ReLU (⟦deep_adam["He, ReLU"]:.2f⟧ and ⟦deep_adam["Xavier, ReLU"]:.2f⟧), not the wrong spreads.
#
# And "Xavier *or* He" goes by the activation. Nor is He enough at width 32; lesson 08 adds normalisation.

# %% [markdown] lang="zh" of="6971eb1d"
# *图中所见：* 左图是 20 层时的训练损失：Xavier 配 tanh 降下来了，He 配 ReLU 降得慢些，其余几乎不动。右图是三种设置下的准确率，
# 竖线是各种子的范围：2 层时五种起点都挤在顶上，20 层时就四散开来。
#
# 2 层时个个都学得会，从 ⟦shallow.min():.2f⟧ 到 ⟦shallow.max():.2f⟧；损失降到 0.5，Xavier 配 tanh 要 ⟦steps_to["Xavier, tanh"]:.0f⟧ 步，
# ½ Xavier 要 ⟦steps_to["½ Xavier, tanh"]:.0f⟧ 步。这就是 S1 说的“更快”。20 层时，这个词就太轻了：用动量法，
# Xavier 配 tanh 到 ⟦deep["Xavier, tanh"]:.2f⟧，He 配 ReLU 到 ⟦deep["He, ReLU"]:.2f⟧，Xavier 配 ReLU 到 ⟦deep["Xavier, ReLU"]:.2f⟧，
# ½ Xavier 只有 ⟦deep["½ Xavier, tanh"]:.2f⟧。Adam 帮得了 ReLU（⟦deep_adam["He, ReLU"]:.2f⟧ 和 ⟦deep_adam["Xavier, ReLU"]:.2f⟧），
# 帮不了取错的离散程度。
#
# 而且“Xavier 或 He”并不是随便选：要看用的是什么激活。宽度只有 32 时，光有 He 也不够；第 08 课会加上归一化。

# %%
shallow = np.array([reached["2 layers, momentum", name].mean() for name in STARTS])
deep, deep_adam = ({name: reached[setup, name].mean() for name in STARTS} for setup in list(SETUPS)[1:])
steps_to = {name: first for name, (_, _, first) in outcome["2 layers, momentum"].items()}
assert steps_to["Xavier, tanh"] < steps_to["½ Xavier, tanh"], "a good start saves steps even where all learn"
{name: f"{shallow[k]:.3f}, {deep[name]:.3f}, {deep_adam[name]:.3f}" for k, name in enumerate(STARTS)}      # as in the picture

# %% [markdown] lang="en"
# ## 03.13 A failure on purpose
#
# In 02.11 somebody "tidied up" and fed raw pixels, and a tanh network exploded. The same slip with ReLU is quieter. A unit gives
# $\max(0,z)$, and where $z\le 0$ its slope is 0. If $z\le 0$ for **every** image, no gradient ever reaches its weights: the unit is
# **dead**.
#
# We count units without a positive $z$ on any training image, after five passes of a 64–64–10 network with He's start, eight rates, five seeds: raw
# pixels; raw pixels with *leaky ReLU*, $\max(z,\,0.01z)$; centred pixels.
#
# **Before you run it:** raw pixels, rate 0.3: about two units in three die. What happens to the accuracy?

# %% [markdown] lang="zh" of="802ae746"
# ## 03.13 故意失败一次
#
# 在 02.11 节，有人“整理”代码，送进了原始像素，tanh 网络便爆炸了。同样的失误碰上 ReLU，就安静得多。一个单元输出 $\max(0,z)$，
# $z\le 0$ 处斜率为 0。倘若对**每一张**图像都有 $z\le 0$，就再也没有梯度能到达它的权重：这个单元**死了**。
#
# 我们来数，在任何一张训练图像上 $z$ 都不为正的单元有多少：64–64–10 的网络，用 He 初始化，走五轮，八种学习率，五个种子。分三种情况：
# 原始像素；原始像素配 *leaky ReLU*，即 $\max(z,\,0.01z)$；减去均值的像素。
#
# **先猜再运行：** 原始像素，学习率 0.3：大约三分之二的单元会死。准确率会怎样？

# %%
def leaky(z):
    return F.leaky_relu(z, 0.01)

def count_dead(W, b, x):
    """Share of the hidden units that are never positive on the training images, one number a network: (R,)."""
    return (x[seen] @ W[0] + b[0] <= 0).all(dim=1).double().mean(dim=1).detach().numpy()

unit_raw = raw / (raw[seen] ** 2).mean().sqrt()                         # RMS 1, as the centred ones have
DEAD_RATES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
FEEDS = {"raw, ReLU": (unit_raw, torch.relu), "raw, leaky ReLU": (unit_raw, leaky), "centred, ReLU": (pixels, torch.relu)}
dead, alive, stuck_at = {}, {}, {}                                      # (rates, seeds): share dead, accuracy, last losses
for name, (x, f) in FEEDS.items():
    fed_losses, right, (W, b) = train_networks((64, 64, 10), (he,), DEAD_RATES, f, x, SEEDS, passes=5)
    stuck_at[name] = fed_losses[-20:, 0].mean(axis=0)
    dead[name], alive[name] = count_dead(W, b, x).reshape(len(DEAD_RATES), -1), right[0]
assert dead["raw, ReLU"][-2].mean() > 0.8 and dead["centred, ReLU"].max() < 0.2, "raw pixels kill, centred ones don't"
assert alive["raw, leaky ReLU"][-2].mean() > alive["raw, ReLU"][-2].mean() + 0.2, "a leak keeps the network learning"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
for ax, table, label in zip(axes, (dead, alive), ("share never positive", "validation accuracy")):
    for (name, values), colour, marker in zip(table.items(), ("C4", "C1", "C5"), "os^"):
        bars = np.abs(values.mean(axis=1) - [values.min(axis=1), values.max(axis=1)])   # (2, rates)
        ax.errorbar(DEAD_RATES, values.mean(axis=1), bars, color=colour, marker=marker, markersize=4, linestyle="-", label=name)
    ax.set(xscale="log", ylim=(-0.03, 1.03), xlabel=r"learning rate $\alpha$", ylabel=label)
axes[0].legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* against the rate, left the share of units that are never positive, right the accuracy; bars over the seeds. With raw pixels the
# share climbs towards 1; accuracies stay up for long, then drop, ReLU's first. With centred pixels no unit dies.
#
# **The symptom:** none, for a while. At rate 0.3 ⟦dead["raw, ReLU"][4].mean():.0%⟧ are dead and accuracy is ⟦alive["raw, ReLU"][4].mean():.2f⟧; at 0.7,
# ⟦dead["raw, ReLU"][6].mean():.0%⟧ and ⟦alive["raw, ReLU"][6].mean():.2f⟧. No `nan`, no error, just a loss of ⟦stuck_at["raw, ReLU"][6].mean():.1f⟧,
# near guessing. **The cause:** raw pixels are never negative, so one long step moves all weights of a unit the same way, for all
# images. **The cure:** centre, or a smaller rate. The leak mends it partly: ⟦alive["raw, leaky ReLU"][6].mean():.2f⟧ at 0.7. **The guard:** count them.

# %% [markdown] lang="zh" of="601f76ee"
# *图中所见：* 横轴是学习率；左图是从不为正的单元所占的比例，右图是准确率，竖线是各种子的范围。用原始像素，比例一路向 1 爬；
# 三条准确率都撑了很久才往下掉，最先掉的是 ReLU。像素减去均值后，一个单元也没有死。
#
# **症状：** 有一阵子，什么也看不出来。学习率 0.3 时死了 ⟦dead["raw, ReLU"][4].mean():.0%⟧，准确率是 ⟦alive["raw, ReLU"][4].mean():.2f⟧；
# 0.7 时死了 ⟦dead["raw, ReLU"][6].mean():.0%⟧，准确率是 ⟦alive["raw, ReLU"][6].mean():.2f⟧。没有 `nan`，没有报错，只是损失还有
# ⟦stuck_at["raw, ReLU"][6].mean():.1f⟧，与瞎猜差不多。**病因：** 原始像素从不为负，所以一大步会把一个单元的所有权重往同一个方向推，而且对所有图像同时生效。
# **对策：** 减去均值，或调小学习率。泄漏只能治好一部分，0.7 时是 ⟦alive["raw, leaky ReLU"][6].mean():.2f⟧。**防护：** 数一数死了多少。

# %% [markdown] lang="en"
# The other way to die is to be born so: a bias far below zero. With centred pixels and a first bias of −8 no unit is ever positive. Then
# ReLU's gradient by $W_1$ is zero, not merely small. The leak lets one hundredth through.

# %% [markdown] lang="zh" of="86a4e6c5"
# 另一种死法是生下来就死：偏置远低于零。像素减去均值，偏置的初值取 −8，没有一个单元为正。这时 ReLU 对 $W_1$ 的梯度不是很小，
# 而是零。泄漏放过去百分之一。

# %%
stillborn = {}
for f in (torch.relu, leaky):
    first, b_first, _ = make_networks((64, 64, 10), (he,), (1.0,), SEEDS, bias=-8.0)
    _, right, (W, b) = train_networks((64, 64, 10), (he,), (0.1,), f, seeds=SEEDS, bias=-8.0)
    stillborn[f.__name__] = right[0, 0], bool((W[0] == first[0]).all())
assert count_dead(first, b_first, pixels).min() > 0.95, "with a bias of -8 they are dead before the first step"
assert stillborn["relu"][1] and not stillborn["leaky"][1], "dead units don't move; leaking ones do"
assert stillborn["leaky"][0].min() > stillborn["relu"][0].max() + 0.2, "and the leaking network learns"
{name: f"accuracy {right.mean():.2f}, first layer {'unmoved' if same else 'moved'}" for name, (right, same) in stillborn.items()}

# %% [markdown] lang="en"
# ## 03.14 In the company
#
# The service reads sentences and says whom to call. A call costs ⟦CALL:.0f⟧ dollars; an unhappy customer whom nobody calls costs
# ⟦MISSED:.0f⟧ (assumptions). Unhappy means: mean rating below ⟦UNHAPPY:.0f⟧. Three teams propose three losses, same words, same descent:
#
# - **squared error** on the rating: call when the prediction is below ⟦UNHAPPY:.0f⟧;
# - **absolute error** on the rating: the same;
# - **cross-entropy** on the threshold: a probability $p$ of being unhappy. With $C$ for a call and $M$ for a customer missed, not calling
#   costs $pM$, so call when $p>C/M$.
#
# We judge them in dollars per 1,000 sentences on new products (split by review, ⟦len(SEEDS)⟧ times). And once more, each with the
# limit that would have been cheapest on the validation part.

# %% [markdown] lang="zh" of="afca0193"
# ## 03.14 在公司里
#
# 我们的服务读句子，指出该给谁打电话。打一个电话花 ⟦CALL:.0f⟧ 美元；不满意的顾客若没人理会，要损失 ⟦MISSED:.0f⟧ 美元（都是假设）。
# “不满意”是指平均评分低于 ⟦UNHAPPY:.0f⟧。三个小组提出三种损失，用同样的词、同样的下降法：
#
# - 对评分用**平方误差**：预测低于 ⟦UNHAPPY:.0f⟧ 就打；
# - 对评分用**绝对误差**：同上；
# - 对是否低于阈值用**交叉熵**：给出不满意的概率 $p$。打一个电话的费用记作 $C$，错过一位顾客的损失记作 $M$，不打的代价是 $pM$，
#   所以 $p>C/M$ 就打。
#
# 评判的标准是新评论上每 1,000 句花多少美元（按评论划分，共 ⟦len(SEEDS)⟧ 次）。然后再来一遍，各用在验证部分上最省钱的那个界限。

# %%
reviews = data.load_reviews("products")
unhappy = (reviews.ratings < UNHAPPY).astype(float)
TEAMS = {                                           # name: (slope by the output z, target, score of unhappiness, limit)
    "squared error": (lambda z, y: z - y, reviews.ratings, lambda z: -z, -UNHAPPY),
    "absolute error": (lambda z, y: np.sign(z - y), reviews.ratings, lambda z: -z, -UNHAPPY),
    "cross-entropy": (whole_formula, unhappy, sigmoid, CALL / MISSED),
}

def find_bill(calls, unhappy):
    """Dollars per 1,000 sentences."""
    return 1_000 * np.where(calls, CALL, MISSED * unhappy).mean()

def judge_teams(seed):
    """(teams, 2) bills on the test part: with the team's own limit, with the limit cheapest on the validation part."""
    a, v, t = data.split(reviews.groups, (0.6, 0.2, 0.2), seed=seed)
    table, bills = count_words(reviews.texts, a, least=3), []
    for slope, target, score, limit in TEAMS.values():
        unhappiness = score(table @ descend(slope, np.linspace(0.5, 0, 400), 400, table[a], target[a])[-1])
        tuned = min(np.unique(unhappiness[v]), key=lambda k: find_bill(unhappiness[v] > k, unhappy[v]))
        bills.append([find_bill(unhappiness[t] > k, unhappy[t]) for k in (limit, tuned)])
    return bills + [[find_bill(np.full(len(t), call), unhappy[t]) for call in (False, True)]]

# %%
bills = np.array([judge_teams(seed) for seed in SEEDS])                 # (seeds, 4, 2); the last row: call nobody, call all
own, tuned = bills.mean(axis=0)[:3].T                                   # (3,) each
gain = bills[:, 0, 0] - bills[:, 2, 0]                                  # (seeds,) squared error minus cross-entropy
assert own[2] < own[:2].min(), "only cross-entropy's number knows what a mistake costs"
assert np.ptp(tuned) < np.ptp(own), "tuned, the three come closer together"
{name: f"own limit ${a:,.0f}, tuned ${b:,.0f}" for name, a, b in zip(TEAMS, own, tuned)}

# %% [markdown] lang="en"
# Dollars per 1,000 sentences, mean of ⟦len(SEEDS)⟧ splits: squared error ⟦own[0]:,.0f⟧, absolute ⟦own[1]:,.0f⟧, cross-entropy ⟦own[2]:,.0f⟧; calling nobody
# ⟦bills[:, 3, 0].mean():,.0f⟧, everybody ⟦bills[:, 3, 1].mean():,.0f⟧. So the wrong loss costs ⟦gain.mean():,.0f⟧ ± ⟦gain.std(ddof=1):,.0f⟧ (standard
# deviation over splits), most of what a model could save.
#
# Tuned: ⟦tuned[0]:,.0f⟧, ⟦tuned[1]:,.0f⟧, ⟦tuned[2]:,.0f⟧, nearly equal: all three put the customers in about equally good order. What the loss decided is what
# the number *means*: a mean rating, a median, a probability. Only the last can be held against a price. When the price changes, one
# division mends it; the others must be tuned again, with labels.
#
# Who decides? Who trains picks the loss; what a lost customer costs, whoever answers for the customers says first, in writing.

# %% [markdown] lang="zh" of="fe2b4317"
# 每 1,000 句的美元数，⟦len(SEEDS)⟧ 次划分的平均：平方误差 ⟦own[0]:,.0f⟧，绝对误差 ⟦own[1]:,.0f⟧，交叉熵 ⟦own[2]:,.0f⟧；
# 谁也不打是 ⟦bills[:, 3, 0].mean():,.0f⟧，人人都打是 ⟦bills[:, 3, 1].mean():,.0f⟧。可见损失选错，要多花
# ⟦gain.mean():,.0f⟧ ± ⟦gain.std(ddof=1):,.0f⟧（各次划分的标准差），模型能省下的钱，大半就没有了。
#
# 调过界限之后是 ⟦tuned[0]:,.0f⟧、⟦tuned[1]:,.0f⟧、⟦tuned[2]:,.0f⟧，几乎一样：三种损失给顾客排的次序，好坏相当。
# 损失决定的，是那个数的*含义*：平均评分、中位数，还是概率。只有最后一种能拿来与价格比较；明天价格变了，做一次除法就行，
# 而另外两种得重新调，还得有标签。
#
# 谁来定？损失由训练的人选；丢掉一位顾客值多少钱，该由对顾客负责的人来说，白纸黑字，而且要先说。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You derived four losses; twenty people gave a mean of ⟦best_c2:.2f⟧, a median of ⟦best_c1:.0f⟧, a share of ⟦best_p:.0%⟧; the wrong loss cost
#   ⟦gain.mean():,.0f⟧ dollars.
# - You know when $-\sum y\log\hat y$ is right; where it isn't, accuracy was ⟦half_right:.1%⟧ at a loss of ⟦half_loss[-1]:.4f⟧.
# - You compute losses from logits: slope ⟦at20["from logits"][1]:.0f⟧ where clipping gave ⟦at20["clipped"][1]:.0f⟧; you derived $p-y$.
# - You derived Xavier and He; a factor ½ a layer left ⟦typical["Xavier, ReLU"][0, -1]:.0e⟧ after ⟦LAYERS⟧.
# - You counted the dead: ⟦dead["raw, ReLU"][4].mean():.0%⟧ at an accuracy of ⟦alive["raw, ReLU"][4].mean():.2f⟧.
#
# **Next:** exercise 03; lesson 04, generalisation. **Papers:** Glorot and Bengio, 2010, "Understanding the difficulty of training deep
# feedforward neural networks", section 4.2; He et al., 2015, "Delving deep into rectifiers", section 2.2 (arXiv:1502.01852).

# %% [markdown] lang="zh" of="1cc35dcd"
# ## 现在你能做到
#
# - 推导了四种损失；二十个人给出的平均数是 ⟦best_c2:.2f⟧，中位数是 ⟦best_c1:.0f⟧，比例是 ⟦best_p:.0%⟧；损失选错，多花了
#   ⟦gain.mean():,.0f⟧ 美元。
# - 知道了 $-\sum y\log\hat y$ 什么时候是对的；不对的时候，损失低到 ⟦half_loss[-1]:.4f⟧，准确率却只有 ⟦half_right:.1%⟧。
# - 会从 logit 算损失：截断后斜率是 ⟦at20["clipped"][1]:.0f⟧ 的地方，它是 ⟦at20["from logits"][1]:.0f⟧；还推导了 $p-y$。
# - 推导了 Xavier 和 He；每层一个系数 ½，⟦LAYERS⟧ 层之后只剩 ⟦typical["Xavier, ReLU"][0, -1]:.0e⟧。
# - 数了死掉的单元：死了 ⟦dead["raw, ReLU"][4].mean():.0%⟧，准确率还有 ⟦alive["raw, ReLU"][4].mean():.2f⟧。
#
# **接下来：** 练习 03；然后是第 04 课，泛化。**论文：** Glorot 和 Bengio，2010，
# “Understanding the difficulty of training deep feedforward neural networks”（深层前馈神经网络难训练的原因），第 4.2 节；
# He 等，2015，“Delving deep into rectifiers”（深入研究整流单元），第 2.2 节（arXiv:1502.01852）。
