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
# - derive four losses, and read a prediction against a price;
# - say when $-\sum y\log\hat y$ is right;
# - compute a loss from logits that keeps its gradient, and derive $p-y$;
# - derive Xavier's and He's variances, and predict what others do in fifty layers;
# - count dead units and say what killed them.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with what is marked Deeper
# ⟦whole_minutes⟧. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 01 and 02, and the variance of a sum of independent numbers.

# %% [markdown] lang="zh" of="26c0addb"
# # 03. 损失与初始权重
#
# **本课的问题：** 该让什么最小？又该从哪里出发？
#
# 学完后你能够：
# - 推导四种损失，并拿预测去和价钱比较；
# - 说清 $-\sum y\log\hat y$ 什么时候是对的；
# - 从 logit 算损失，不丢掉梯度，并推导出 $p-y$；
# - 推导 Xavier 和 He 的方差，并预测换成别的方差，五十层之后会怎样；
# - 数出死掉的单元，并说出它们是怎么死的。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第 01、02 课，还要知道独立的随机数相加时方差怎么算。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tensorflow-cpu", "scikit-learn", "matplotlib", "ipywidgets")
import torch
from threadpoolctl import threadpool_limits
threadpool_limits(1, user_api="blas")       # a second thread costs more than it gives
torch.set_num_threads(1)

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from torch.nn import functional as F

import course_data as data
from course_utils import plotting

# %%
plotting.use_course_style()
SEED = 0                        # the splits follow from it
SEEDS = (0, 1, 2, 3, 4)         # first weights, splits of 03.14; three where it is slow
LAYERS, WIDTH = 50, 256         # the stacks of 03.11; narrower ones wander more
CALL, MISSED = 4.0, 16.0        # dollars: a call, a customer lost; assumptions
UNHAPPY = -1.0                  # 03.14: below this mean rating we should call

# %% [markdown] lang="en"
# ## 03.1 One number for twenty people
#
# Training pushes one number down. Which number, decides what the product will say. A sentence from a review:
# *the reason it does not get 5 stars 1) a spare battery would have been great.* Twenty people scored it
# from −4 to 4. A model may answer with one number $c$, or with a probability $p$ that a score is negative
# ($u_i=1$ where $y_i<0$, else 0). Three losses:
#
# $$\frac1n\sum_{i=1}^{n}(y_i-c)^2,\qquad \frac1n\sum_{i=1}^{n}|y_i-c|,\qquad -\frac1n\sum_{i=1}^{n}\big(u_i\log p+(1-u_i)\log(1-p)\big).$$
#
# Twelve people gave −1, one 0, one 1 and six 2. Which answer does each loss like best?

# %% [markdown] lang="zh" of="a29db8f3"
# ## 03.1 二十个人，一个数
#
# 训练就是把一个数往下压。压的是哪个数，决定了产品会说什么。一条评论里有这么一句：
# *the reason it does not get 5 stars 1) a spare battery would have been great.*（没给五星的原因：一、要是多送一块电池就好了。）
# 二十个人给它打分，从 −4 到 4。模型可以用一个数 $c$ 来回答，也可以给出分数为负的概率 $p$
# （$y_i<0$ 时 $u_i=1$，否则为 0）。三种损失：
#
# $$\frac1n\sum_{i=1}^{n}(y_i-c)^2,\qquad \frac1n\sum_{i=1}^{n}|y_i-c|,\qquad -\frac1n\sum_{i=1}^{n}\big(u_i\log p+(1-u_i)\log(1-p)\big).$$
#
# 十二个人打了 −1，一个人 0，一个人 1，六个人 2。三种损失各自最喜欢哪个答案？

# %%
raters = data.load_rater_scores("products")
beginning = "the reason it does not get 5 stars"
row = next(k for k, text in enumerate(raters.texts) if text.startswith(beginning))
opinions = raters.scores[row].astype(float)                 # (20,) one score a person
negative = (opinions < 0).astype(float)                     # (20,) 1 where below zero
np.sort(opinions).astype(int)

# %%
c, p = np.linspace(-3, 3, 601), np.linspace(0.01, 0.99, 99)             # the answers
share, distances = negative.mean(), np.abs(opinions[:, None] - c)       # (20, 601)
squared, absolute = (distances**2).mean(axis=0), distances.mean(axis=0)
crossed = -share * np.log(p) - (1 - share) * np.log(1 - p)              # (99,)
best_c2, best_c1 = c[squared.argmin()], c[absolute.argmin()]
best_p = p[crossed.argmin()]

# %%
asked = (opinions.mean(), np.median(opinions), share)
assert np.allclose((best_c2, best_c1, best_p), asked, atol=0.006), "mean, median, share"

fig, axes = plt.subplots(1, 2, figsize=(6.2, 2.8))
both = {"squared error": squared, "absolute error": absolute}
plotting.show_curves(both, c, axes[0], xlabel="answer $c$", ylabel="loss")
axes[0].plot([best_c2, best_c1], [squared.min(), absolute.min()], "o", color="C4")
plotting.show_curves({"cross-entropy": crossed}, p, axes[1], xlabel="answer $p$")
axes[1].plot(best_p, crossed.min(), "o", color="C4");

# %% [markdown] lang="en"
# *The picture:* left, two losses against the answer $c$: a parabola, lowest at ⟦best_c2:.2f⟧, and straight pieces,
# lowest at the corner −1. Right, cross-entropy against $p$, lowest at ⟦best_p:.2f⟧. Dots mark the lowest points.
#
# Derivatives tell why. $\sum(c-y_i)=0$ gives the **mean**. $\sum|y_i-c|$ has the slope (scores below $c$) − (scores
# above it): left of −1 that is $0-20$, right of it $12-8$. Where it changes its sign lies the **median**. And
# $\sum u_i/p=\sum(1-u_i)/(1-p)$ gives the **share** of ones.
#
# So one loss calls this customer neutral, one displeased, one says that ⟦best_p:.0%⟧ would call it negative. None
# lies; they answer different questions.

# %% [markdown] lang="zh" of="344ad9d6"
# *图中所见：* 左图是两种损失随答案 $c$ 的变化：一条抛物线，最低点在 ⟦best_c2:.2f⟧；一条折线，最低点在拐角 −1 处。
# 右图是交叉熵随 $p$ 的变化，最低点在 ⟦best_p:.2f⟧。圆点标出各自的最低点。
#
# 看导数就明白了。由 $\sum(c-y_i)=0$ 得到**平均数**（mean）。$\sum|y_i-c|$ 的斜率等于（低于 $c$ 的分数个数）−（高于它的个数）：
# 在 −1 左边是 $0-20$，右边是 $12-8$；变号的地方就是**中位数**（median）。而由 $\sum u_i/p=\sum(1-u_i)/(1-p)$ 得到的，
# 是 1 所占的**比例**（share）。
#
# 于是，一种损失说这位顾客态度中立，一种说他不满意，还有一种说有 ⟦best_p:.0%⟧ 的人会打负分。谁也没有说谎，只是各自回答的问题不同。

# %% [markdown] lang="en"
# ## 03.2 A loss is a claim about noise
#
# Why square? Suppose a label is the prediction $\hat y$ plus noise from many small causes: Gaussian, with standard deviation
# $\sigma$, independent from one example to the next. **Maximum likelihood** asks for the predictions under which
# the labels we saw were most probable. Independent probabilities multiply, so logarithms (natural ones) add up:
#
# $$p(y\mid x)=\frac{1}{\sigma\sqrt{2\pi}}\,e^{-(y-\hat y)^2/2\sigma^2}\quad\Longrightarrow\quad
# -\frac1n\sum_{i=1}^{n}\log p(y_i\mid x_i)=\frac{1}{2\sigma^2}\cdot\frac1n\sum_{i=1}^{n}(y_i-\hat y_i)^2+\log\big(\sigma\sqrt{2\pi}\big) .$$
#
# The factor and the last term don't depend on the prediction: the **mean squared error** (MSE) *is* maximum likelihood under
# Gaussian noise. Laplace's $p(y\mid x)=\frac{1}{2b}e^{-|y-\hat y|/b}$, which allows for more strays, leads to
# $\frac1b\cdot\frac1n\sum_i|y_i-\hat y_i|+\log 2b$: the absolute error.

# %% [markdown] lang="zh" of="8170975f"
# ## 03.2 损失是对噪声的断言
#
# 为什么要平方？设标签等于预测值 $\hat y$ 加上噪声，噪声由许多细小的原因造成，服从高斯分布，标准差为 $\sigma$，各样本之间独立。
# **最大似然**（maximum likelihood）要找的，是让我们看到的这些标签最有可能出现的预测。独立事件的概率相乘，取（自然）对数就是相加：
#
# $$p(y\mid x)=\frac{1}{\sigma\sqrt{2\pi}}\,e^{-(y-\hat y)^2/2\sigma^2}\quad\Longrightarrow\quad
# -\frac1n\sum_{i=1}^{n}\log p(y_i\mid x_i)=\frac{1}{2\sigma^2}\cdot\frac1n\sum_{i=1}^{n}(y_i-\hat y_i)^2+\log\big(\sigma\sqrt{2\pi}\big) .$$
#
# 前面的系数和最后一项都与预测无关。所以，使**均方误差**（mean squared error，MSE）最小，**就是**高斯噪声下的最大似然。
# 换成拉普拉斯分布 $p(y\mid x)=\frac{1}{2b}e^{-|y-\hat y|/b}$，它容得下更多离群的值，得到的是
# $\frac1b\cdot\frac1n\sum_i|y_i-\hat y_i|+\log 2b$，也就是绝对误差（absolute error）。

# %%
rng, sigma, b = np.random.default_rng(SEED), 1.5, 0.8
away = opinions - rng.normal(size=20)                       # a model's 20 residuals
gauss = (away**2).mean() / (2 * sigma**2) + np.log(sigma * np.sqrt(2 * np.pi))
laplace = np.abs(away).mean() / b + np.log(2 * b)
assert np.isclose(-stats.norm(0, sigma).logpdf(away).mean(), gauss), "squared error"
assert np.isclose(-stats.laplace(0, b).logpdf(away).mean(), laplace), "absolute error"

# %%
typo = np.sort(opinions)
typo[-1] = 22                                               # somebody types 22 for 2
[f"mean {x.mean():.2f}, median {np.median(x):.0f}" for x in (opinions, typo)]

# %% [markdown] lang="en"
# Squaring claims that large deviations are very rare. Where they aren't, it costs: one slip of the keyboard
# takes the mean from ⟦opinions.mean():.2f⟧ to ⟦typo.mean():.2f⟧, the median stays. And squaring gives more than a number:
# $\hat y$ *and* $\sigma$ make a distribution, with a probability for anything we may ask. In 03.14 that is worth money.
#
# ## 03.3 Yes or no, or one of K
#
# Now the label is a yes or a no. A coin that says 1 with probability $p$ (Bernoulli) gives
# $P(y\mid x)=p^{\,y}(1-p)^{1-y}$: the exponents pick one of the two factors. For $K$ classes with a one-hot label
# the categorical distribution gives $P(y\mid x)=\prod_k p_k^{\,y_k}$. The mean of $-\log P$ is
#
# $$-\frac1n\sum_{i=1}^{n}\big(y_i\log p_i+(1-y_i)\log(1-p_i)\big),\qquad -\frac1n\sum_{i=1}^{n}\sum_{k=1}^{K}y_{ik}\log p_{ik} ,$$
#
# the **binary** and the **categorical cross-entropy** (BCE, CE). Pure guessing among ten classes costs $\ln 10=2.303$.

# %% [markdown] lang="zh" of="9859e5de"
# 用平方，就等于断言大的偏差极其罕见。如果事实并非如此，就要付出代价。键盘上手一滑，平均数就从 ⟦opinions.mean():.2f⟧ 变成
# ⟦typo.mean():.2f⟧，中位数则纹丝不动。不过，用平方得到的不只是一个数，$\hat y$ **连同** $\sigma$ 构成一个分布，
# 想问什么事件的概率都可以。到 03.14 节，这是值钱的。
#
# ## 03.3 二选一，或者 K 选一
#
# 现在标签是“是”或“否”。一枚以概率 $p$ 出现 1 的硬币（伯努利分布，Bernoulli）给出 $P(y\mid x)=p^{\,y}(1-p)^{1-y}$：
# 指数的作用是从两个因子里挑一个。若有 $K$ 类，标签是独热向量，则类别分布（categorical distribution）给出
# $P(y\mid x)=\prod_k p_k^{\,y_k}$。$-\log P$ 的平均分别是
#
# $$-\frac1n\sum_{i=1}^{n}\big(y_i\log p_i+(1-y_i)\log(1-p_i)\big),\qquad -\frac1n\sum_{i=1}^{n}\sum_{k=1}^{K}y_{ik}\log p_{ik} ,$$
#
# 即**二元交叉熵**（binary cross-entropy，BCE）和**多分类交叉熵**（categorical cross-entropy，CE）。在十个类别里纯靠瞎猜，
# 损失是 $\ln 10=2.303$。

# %%
def binary_cross_entropy(p, y):
    """Mean over n examples, in nats; p: (n,) probabilities of 1, y: (n,)."""
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

def cross_entropy(P, Y):
    """Mean over n examples, in nats; P, Y: (n, K), each row sums to 1."""
    return -(Y * np.log(P)).sum(axis=1).mean()

# %%
p20, P20 = rng.uniform(0.05, 0.95, 20), rng.dirichlet(np.ones(10), 20)
k20 = rng.integers(10, size=20)                             # right classes
bce, ce = binary_cross_entropy(p20, negative), cross_entropy(P20, np.eye(10)[k20])
assert np.isclose(bce, -stats.bernoulli(p20).logpmf(negative).mean()), "coins"
theirs = F.nll_loss(torch.tensor(P20).log(), torch.tensor(k20)).item()
assert np.isclose(ce, theirs), "CE: PyTorch's"

# %% [markdown] lang="en"
# ## 03.4 Half a formula
#
# For labels 0 or 1, an article (see Sources) prints this, $\hat y_i$ being the predicted probability:
#
# $$H(y,\hat y)=-\sum_{i=1}^{n}y_i\log\hat y_i .$$
#
# Beside 03.3, the term with $1-y_i$ is missing (and $\frac1n$: 03.5). What does a bad review, $y_i=0$,
# contribute? Nothing. So whoever says 1 to everything has the perfect loss, 0. Would a gradient find that out? With $\hat y=\sigma(z)=1/(1+e^{-z})$ the slope is $\partial H/\partial z=-y\,(1-\hat y)\le 0$: each
# example pushes $z$ up or not at all.
#
# **Before you run it:** logistic regression on movie reviews, half of them good, from $w=0$, with the whole
# formula and with the half (both with the mean). After how many steps does the half call all reviews good?

# %% [markdown] lang="zh" of="0580f93f"
# ## 03.4 半个公式
#
# 标签为 0 或 1 时，一篇文章（见“来源”）给出的公式是这样，其中 $\hat y_i$ 是预测的概率：
#
# $$H(y,\hat y)=-\sum_{i=1}^{n}y_i\log\hat y_i .$$
#
# 与 03.3 节一比，少了含 $1-y_i$ 的那一项（也少了 $\frac1n$，见 03.5 节）。一条差评 $y_i=0$ 贡献多少？零。
# 所以，对什么都说 1，就能得到完美的损失 0。梯度会发现这个窍门吗？设 $\hat y=\sigma(z)=1/(1+e^{-z})$，斜率是
# $\partial H/\partial z=-y\,(1-\hat y)\le 0$：每个样本要么把 $z$ 往上推，要么根本不推。
#
# **先猜再运行：** 在影评上做逻辑回归，好评差评各半，从 $w=0$ 出发，一次用完整的公式，一次用半个（都取平均）。
# 用半个公式的，走多少步之后会把所有影评都判为好评？

# %%
from scipy import sparse
from scipy.special import expit as sigmoid      # 1 / (1 + e^-z), without overflow
from sklearn.feature_extraction.text import CountVectorizer

def count_words(texts, rows, least):
    """(N, words + 1): 1 where a text has a word that `least` of `rows` have; last 1."""
    counter = CountVectorizer(binary=True, min_df=least, token_pattern="[a-z']+")
    counter.fit([texts[i] for i in rows])
    ones = np.ones((len(texts), 1))
    return sparse.hstack([counter.transform(texts), ones], format="csr")

def descend(slope, alpha, steps, X, y, bias=0.0, total=False):
    """Full-batch descent from w = 0 but for the bias: (steps + 1, d) weights."""
    w, path = np.r_[np.zeros(X.shape[1] - 1), bias], []
    for alpha_t in np.broadcast_to(alpha, steps):
        path.append(w)
        w = w - alpha_t * (X.T @ slope(X @ w, y)) / (1 if total else len(y))
    return np.array([*path, w])

# %%
def whole_formula(z, y):                        # slope of BCE by z; derived in 03.7
    return sigmoid(z) - y

def half_formula(z, y):                         # slope of -y log sigmoid(z)
    return -y * (1 - sigmoid(z))

# %%
texts, good = data.load_reviews("movies").labelled()        # clear ratings only
train, val = data.split(len(texts), (0.8, 0.2), seed=SEED, labels=good)
words = count_words(texts, train, least=5)                  # (N, words + 1)
X, y, X_val, y_val, n = words[train], good[train], words[val], good[val], len(train)
f"{n:,} reviews to train on, {y.mean():.1%} good"

# %%
z_whole, z_half = (X_val @ descend(f, 1.0, 200, X, y).T                 # (n_val, 201)
                   for f in (whole_formula, half_formula))
half_loss = (y_val[:, None] * np.logaddexp(0, -z_half)).mean(axis=0)    # see 03.6
half_right, whole_right = (((z[:, -1] > 0) == y_val).mean() for z in (z_half, z_whole))
assert (z_half[:, 1:] > 0).all(), "after one step every review is good, and stays so"
assert half_right == y_val.mean() < whole_right, "accuracy: the share of good reviews"

# %% [markdown] lang="en"
# One step. A word stands in a review or it doesn't, so inputs are 0 or 1, no weight can fall, and the bias rises: every
# review gets $z>0$, after one step and for ever. The loss reports success, ⟦half_loss[0]:.2f⟧ to ⟦half_loss[-1]:.4f⟧, while accuracy is
# ⟦half_right:.1%⟧, the share of good reviews; the whole formula reaches ⟦whole_right:.1%⟧. A loss cannot tell you that
# it is the wrong loss. Look at what the model says:

# %% [markdown] lang="zh" of="e0b43b53"
# 只要一步。一个词在评论里，要么有要么没有，输入不是 1 就是 0，所以没有哪个权重会下降，而偏置在上升。任何评论都得到 $z>0$，一步之后便如此，以后也一直如此。
# 损失一路报喜，从 ⟦half_loss[0]:.2f⟧ 降到 ⟦half_loss[-1]:.4f⟧，准确率却是 ⟦half_right:.1%⟧，恰好是好评所占的比例；
# 完整的公式达到 ⟦whole_right:.1%⟧。损失选错了，损失自己是不会告诉你的。要去看模型说了什么：

# %%
p_val = sigmoid(z_whole[:, -1])                             # (n_val,) chances of "good"
order = np.argsort(np.abs(p_val - y_val))                   # from surely right to wrong
for i in [*order[:2], *order[[-9, -8, -4, -1]]]:
    truth = "good" if y_val[i] else "bad"
    print(f"{truth:4}  p(good) = {p_val[i]:.2f}  {texts[val[i]][:150]}\n")

# %% [markdown] lang="en"
# Six reviews with the truth and the whole formula's answer: two that it gets right, then four of its nine worst mistakes. It knows
# words, not sentences: "isn't just hilarious", "too original to be ignored" are read one word at a time (until lesson 07).

# %% [markdown] lang="zh" of="db5e7d28"
# 六条影评，前面是真值和完整公式的回答：两条判对的，再从错得最厉害的九条里取四条。它认识词，不认识句子：
# “isn't just hilarious”（不只是好笑）、“too original to be ignored”（太有创意，不容忽视），它都是一个词一个词地读（到第 07 课为止）。

# %% [markdown] lang="en"
# ## 03.5 Deeper: when the half is whole, and without the mean
#
# Is the formula plainly wrong? It depends on what $i$ counts. Let it count the **classes** of *one* example, $y$ one-hot and
# $\hat y=\operatorname{softmax}(z)$: then it is the CE of 03.3, and complete. The outputs share a total of 1, so whoever
# lifts one lowers the others. With two classes, $y=(1-t,\,t)$ and $\hat y=(1-p,\,p)$,
#
# $$-\sum_{i=1}^{2}y_i\log\hat y_i=-\big(t\log p+(1-t)\log(1-p)\big) :$$
#
# the missing term is back, as the other class. With ten sigmoids instead of a softmax it is missing again.

# %% [markdown] lang="zh" of="3c659541"
# ## 03.5 选读：半个也可以是整个；还少了平均
#
# 那么，这个公式就是错的吗？要看 $i$ 数的是什么。让它数**一个**样本的各个**类别**，$y$ 是独热向量，
# $\hat y=\operatorname{softmax}(z)$，那它就是 03.3 节的 CE，什么也不缺，因为各输出的总和是 1，抬高一个，别的就得降低。
# 只有两类时，$y=(1-t,\,t)$，$\hat y=(1-p,\,p)$，
#
# $$-\sum_{i=1}^{2}y_i\log\hat y_i=-\big(t\log p+(1-t)\log(1-p)\big) :$$
#
# 少掉的那一项又回来了，成了另一个类别。若用十个 sigmoid 代替 softmax，它就又没有了。

# %%
two_classes = cross_entropy(np.c_[1 - p20, p20], np.c_[1 - negative, negative])
assert np.isclose(two_classes, bce), "two softmax classes: binary cross-entropy"
all_ones = cross_entropy(np.ones((20, 10)), np.eye(10)[k20])            # ten sigmoids
assert all_ones == 0, "where predictions need not sum to 1, all ones have loss 0"
f"two classes {two_classes:.4f}, BCE {bce:.4f}; ten sigmoids: {abs(all_ones):.0f}"

# %% [markdown] lang="en"
# **Quiz.** A colleague's classifier ends in two softmax outputs, good and bad. Its loss is $-\sum_k y_k\log\hat y_k$ with
# one-hot labels, averaged over the batch. Is the term with $1-y$ missing?
#
# - [ ] yes, the bad reviews contribute nothing :: They contribute $-\log\hat y_2$: for them the 1 of the label
#   stands in the other column. Count what a wrong "good" costs before you call a term missing.
# - [x] no, the second class carries it :: With $\hat y_2=1-\hat y_1$ this *is* binary cross-entropy.
# - [ ] only if the classes are unbalanced :: Balance decides how many examples pull each way. Whether each of them pulls at
#   all is decided by the formula, and here each does.

# %% [markdown] lang="zh" of="044922ef"
# **小测验。** 一位同事的分类器以两个 softmax 输出（好、差）结尾，损失是 $-\sum_k y_k\log\hat y_k$，标签是独热的，再对批量取平均。
# 它少了含 $1-y$ 的那一项吗？
#
# - [ ] 少了，差评什么也没有贡献 :: 它们贡献了 $-\log\hat y_2$：标签里的 1 写在另一列。说少了一项之前，先算算把差评判成“好”要付多少。
# - [x] 没有少，第二个类别就是它 :: 因为 $\hat y_2=1-\hat y_1$，这**就是**二元交叉熵。
# - [ ] 类别不平衡时才算少 :: 平衡与否，决定的是两边各有多少样本在拉。每个样本到底拉不拉，由公式决定，而这里每个都在拉。

# %% [markdown] lang="en"
# **And without the mean?** A sum over $n$ examples has $n$ times the gradient of their mean, and $n$ times the curvature. By 02.5 the largest rate
# that converges is $2/\lambda_{\max}$, so it should shrink as $1/n$: each new review makes the old rate more dangerous.
#
# We measure it: the largest rate at which 30 steps never raise the loss, for the sum and for the mean, on 100 to
# ⟦n:,⟧ reviews.

# %% [markdown] lang="zh" of="63d90961"
# **还少了平均呢？** 对 $n$ 个样本求和，梯度是平均值的 $n$ 倍，曲率也是 $n$ 倍。按 02.5 节，能收敛的最大学习率是 $2/\lambda_{\max}$，
# 所以它应当按 $1/n$ 缩小，评论每多一条，原来的学习率就多一分危险。
#
# 实测一下：30 步之内损失从不上升的最大学习率，求和与平均各测一次，评论数从 100 到 ⟦n:,⟧。

# %%
def find_safe_rate(X, y, total):
    """The largest rate, within 2 %, at which none of 30 steps raises the loss."""
    low, high = 1e-6, 100.0
    while high / low > 1.02:                                # bisection, as in 02.5
        middle = (low * high) ** 0.5
        Z = X @ descend(whole_formula, middle, 30, X, y, total=total).T
        losses = (np.logaddexp(0, Z) - y[:, None] * Z).mean(axis=0)     # (31,); 03.6
        low, high = (middle, high) if (np.diff(losses) <= 0).all() else (low, middle)
    return (low * high) ** 0.5

# %%
COUNTS = np.array([100, 300, 1000, 3000, n])
safe_mean = np.array([find_safe_rate(X[:k], y[:k], False) for k in COUNTS])
safe_sum = np.array([find_safe_rate(X[:k], y[:k], True) for k in COUNTS])
assert np.allclose(safe_mean / safe_sum, COUNTS, rtol=0.05), "a sum allows 1/n of it"
assert safe_mean.max() < 2 * safe_mean.min(), "the mean's rate hardly depends on n"
ax = plotting.show_curves({"mean": safe_mean, "sum": safe_sum}, COUNTS, marker="o",
                          logx=True, logy=True)
ax.set(xlabel="reviews $n$", ylabel=r"largest safe rate $\alpha$");

# %% [markdown] lang="en"
# *The picture:* the largest safe rate against the number of reviews, both axes logarithmic. For the mean it is nearly
# level; for the sum it is a straight line downwards.
#
# The mean allows ⟦safe_mean[0]:.1f⟧ on 100 reviews and ⟦safe_mean[-1]:.1f⟧ on all; the sum ⟦safe_sum[0]:.3f⟧ and
# ⟦safe_sum[-1]:.5f⟧, 1/⟦safe_sum[0] / safe_sum[-1]:.0f⟧ of it. Nothing was learned better or worse: the sum with
# $\alpha/n$ walks the same path. But a rate tuned on a sample fails on the full set, a last, smaller batch moves less than
# the others, and losses of sets of different size can't be compared. (Adam, 02.8, doesn't feel the factor; a penalty on
# weights beside the loss does.)

# %% [markdown] lang="zh" of="fef86660"
# *图中所见：* 最大的安全学习率随评论条数的变化，两轴都取对数。取平均时几乎是平的；求和时是一条向下的直线。
#
# 取平均时，100 条评论容许 ⟦safe_mean[0]:.1f⟧，全部评论容许 ⟦safe_mean[-1]:.1f⟧；求和时分别是 ⟦safe_sum[0]:.3f⟧ 和
# ⟦safe_sum[-1]:.5f⟧，只有原来的 1/⟦safe_sum[0] / safe_sum[-1]:.0f⟧。学得并没有更好或更差，求和配上 $\alpha/n$，走的是同一条路。
# 但是，在小样本上调好的学习率，到了全集上就会出事；末尾那个装不满的批量，步子比别的小；大小不同的数据集，损失也没法比较。
# （02.8 节的 Adam 感觉不到这个倍数；但损失之外若还有对权重的惩罚项，它就会受影响。）

# %% [markdown] lang="en"
# ## 03.6 From logits, not from probabilities
#
# A model puts out any real numbers, **logits** $z$; softmax makes probabilities of them. In float32, in which training
# runs, numbers end at $3.4\cdot10^{38}$, and $e^{89}$ lies beyond. The way round takes the maximum out:
#
# $$\operatorname{LSE}(z)=\log\sum_{k=1}^{K}e^{z_k}=m+\log\sum_{k=1}^{K}e^{z_k-m},\qquad m=\max_k z_k,\qquad \log p_k=z_k-\operatorname{LSE}(z) .$$
#
# The largest term is now $e^0=1$, the sum lies between 1 and $K$: nothing overflows, and the logarithm never sees 0. For
# one logit, $\log\sigma(z)=z-\log(1+e^z)$ and $\log(1-\sigma(z))=-\log(1+e^z)$, so BCE becomes
#
# $$-y\log\sigma(z)-(1-y)\log(1-\sigma(z))=\log(1+e^{z})-yz=\operatorname{LSE}(0,z)-yz .$$
#
# **By hand.** $z=(1000,\,1001)$: with $m=1001$, $\log p=(-1,\,0)-\log(1+e^{-1})=(-1.313,\,-0.313)$.

# %% [markdown] lang="zh" of="e9bc148f"
# ## 03.6 从 logit 算起，而不是从概率算起
#
# 模型输出的是任意实数，称为 **logit**，记作 $z$；softmax 再把它们变成概率。训练用的是 float32，
# 它能表示的数最大约 $3.4\cdot10^{38}$，$e^{89}$ 已经出界。办法是把最大值提出来：
#
# $$\operatorname{LSE}(z)=\log\sum_{k=1}^{K}e^{z_k}=m+\log\sum_{k=1}^{K}e^{z_k-m},\qquad m=\max_k z_k,\qquad \log p_k=z_k-\operatorname{LSE}(z) .$$
#
# 这样，最大的一项是 $e^0=1$，总和在 1 与 $K$ 之间，不会溢出，对数也碰不到 0。只有一个 logit 时，
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

# %%
z20 = rng.normal(size=(20, 10)).astype(np.float32) * 100    # float32, far beyond 89
theirs = F.log_softmax(torch.tensor(z20), dim=1)
assert np.allclose(log_softmax(z20), theirs, atol=1e-4), "equal to PyTorch's"
assert np.allclose(log_softmax(z20 + 1000), theirs, atol=1e-3), "+1000 changes nothing"
np.round(log_softmax(np.array([[1000.0, 1001.0]])), 3)

# %% [markdown] lang="en"
# Does it matter? A bad review, $y=0$, has got $z=20$: wrong, and sure of it. Its loss is $\log(1+e^{20})$, hardly above
# 20, and its slope $\sigma(20)$, nearly 1. Four ways to compute both in float32:
#
# - *naive*: $-\log(1-p)$ with $p=\sigma(z)$;
# - *clipped*: the same, with $p$ first forced between $10^{-7}$ and $1-10^{-7}$;
# - *library, from p*: `binary_cross_entropy(p, y)` of PyTorch;
# - *from logits*: $\log(1+e^z)-yz$, as above.

# %% [markdown] lang="zh" of="60846855"
# 这要紧吗？有一条差评，$y=0$，模型却给了 $z=20$，错了，还十分肯定。它的损失是 $\log(1+e^{20})$，略大于 20；
# 斜率是 $\sigma(20)$，接近 1。在 float32 中，有四种算法：
#
# - *naive*（直接算）：$-\log(1-p)$，其中 $p=\sigma(z)$；
# - *clipped*（截断）：同上，但先把 $p$ 限制在 $10^{-7}$ 与 $1-10^{-7}$ 之间；
# - *library, from p*（用库，从概率算）：PyTorch 的 `binary_cross_entropy(p, y)`；
# - *from logits*（从 logit 算）：$\log(1+e^z)-yz$，即上面的公式。

# %%
def library(z):
    p, y = torch.sigmoid(z), torch.zeros_like(z)
    return F.binary_cross_entropy(p, y, reduction="none")

ways = {
    "naive": lambda z: -torch.log(1 - torch.sigmoid(z)),
    "clipped": lambda z: -torch.log(1 - torch.sigmoid(z).clamp(1e-7, 1 - 1e-7)),
    "library, from p": library,
    "from logits": lambda z: torch.logaddexp(torch.zeros_like(z), z),   # y = 0: no y z
}

# %%
z = torch.tensor([10.0, 20.0], requires_grad=True)                      # float32
losses = {name: way(z) for name, way in ways.items()}
slopes = {name: torch.autograd.grad(loss.sum(), z)[0] for name, loss in losses.items()}
at20 = {name: (losses[name][1].item(), slopes[name][1].item()) for name in ways}
assert np.isclose(at20["from logits"], (20, 1), atol=1e-6).all(), "loss 20, slope 1"
assert at20["clipped"][1] == at20["library, from p"][1] == 0, "these don't push"
assert np.isnan(at20["naive"][1]), "nan spoils every weight"

for name in ways:                                           # z = 10, z = 20
    print(f"{name:15}", losses[name].detach().numpy(), slopes[name].numpy())

# %% [markdown] lang="en"
# At $z=10$ the four agree; at 20 only the last pushes. Beyond $24\ln2\approx16.6$ float32 rounds $1+e^{-z}$ to 1, and $1-p$ is
# lost. Naive: slope `nan`, and with it every weight. The other two look healthy (⟦at20["clipped"][0]:.1f⟧ and
# ⟦at20["library, from p"][0]:.0f⟧ instead of 20) and push with **zero**: the worst mistakes teach nothing. So end the model in
# logits, and hand over logits.

# %% [markdown] lang="zh" of="1bcd5354"
# 在 $z=10$ 处，四种算法一致；到了 20，只剩最后一种还在推。过了 $24\ln2\approx16.6$，float32 就把 $1+e^{-z}$ 舍入成 1，$1-p$ 丢得一干二净。
# 直接算的，斜率是 `nan`，所有权重都跟着成了 `nan`。另外两种看上去很健康（得 ⟦at20["clipped"][0]:.1f⟧ 和
# ⟦at20["library, from p"][0]:.0f⟧，而不是 20），往回推的力却是**零**，错得最离谱的，偏偏学不到教训。所以，让模型以 logit 结尾，把 logit 交给库函数。

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
# **By hand.** $z=(0,\ln 2,\ln 5)$ gives $p=(\tfrac18,\tfrac28,\tfrac58)$. If class 2 is right: $(\tfrac18,-\tfrac68,\tfrac58)$.
# (Labels need not be one-hot, only sum to 1.)

# %% [markdown] lang="zh" of="0ed794d6"
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
# $(\tfrac18,-\tfrac68,\tfrac58)$。（标签不必是独热的，总和为 1 就行，即**软标签**，soft label。）

# %%
def ce_gradient(z, y):
    """Gradient of the mean cross-entropy by z: (softmax(z) - y) / B; z, y: (B, K)."""
    return (np.exp(log_softmax(z)) - y) / len(z)

small = ce_gradient(np.log([[1.0, 2.0, 5.0]]), np.array([[0.0, 1.0, 0.0]]))
assert np.allclose(small * 8, [[1, -6, 5]]), "as by hand: eighths"

# %%
Z, soft = rng.normal(size=(4, 6)), rng.dirichlet(np.ones(6), 4)         # (B, K) each
T = torch.tensor(Z, requires_grad=True)
F.cross_entropy(T, torch.tensor(soft)).backward()
assert np.allclose(ce_gradient(Z, soft), T.grad, atol=1e-12), "PyTorch's gradient"
assert np.allclose(ce_gradient(Z, soft).sum(axis=1), 0), "one's gain, others' loss"
double_floor = F.cross_entropy(torch.eye(10), torch.arange(10)).item()  # for the quiz

# %% [markdown] lang="en"
# **Quiz.** A model's last layer already is a softmax over ten classes, and its output goes to `cross_entropy`, which
# expects logits. What happens?
#
# - [ ] an error is raised :: Probabilities are real numbers, and `cross_entropy` takes any. Nothing in their shape or type
#   betrays them.
# - [ ] nothing, softmax of a softmax is the same softmax :: A second softmax sees numbers between 0 and 1, and
#   $e^1/e^0=2.7$ is the greatest contrast that it can make.
# - [x] it trains, but the loss can't fall below ⟦double_floor:.2f⟧ :: Even a perfect output $(1,0,\dots,0)$ gets
#   $p=e/(e+9)$. If your loss stops near there, look for a second softmax. (A loss may stop there for other reasons, too.)

# %% [markdown] lang="zh" of="1ddadfbc"
# **小测验。** 一个模型的最后一层已经是对十个类别的 softmax，它的输出又交给了 `cross_entropy`，而后者要的是 logit。会怎样？
#
# - [ ] 报错 :: 概率也是实数，`cross_entropy` 来者不拒。从形状和类型上看不出任何破绽。
# - [ ] 没有影响，softmax 的 softmax 还是同一个 softmax :: 第二个 softmax 看到的数都在 0 与 1 之间，它能拉开的最大差距是 $e^1/e^0=2.7$ 倍。
# - [x] 能训练，但损失降不到 ⟦double_floor:.2f⟧ 以下 :: 哪怕输出是完美的 $(1,0,\dots,0)$，得到的也只是 $p=e/(e+9)$。损失若停在这附近，就查查是不是多了一个 softmax。（停在那里也可能另有原因。）

# %% [markdown] lang="en"
# ## 03.8 Why not squared error behind a sigmoid?
#
# It wouldn't lie about probabilities: of zeros and ones the mean *is* the share, so by 03.1 squared error wants the same $p$.
# The trouble is the way there. Behind a sigmoid its slope carries the sigmoid's own:
#
# $$\frac{\partial}{\partial z}(p-y)^2=2\,(p-y)\,p\,(1-p),\qquad p=\sigma(z) .$$
#
# In cross-entropy the logarithm cancels the factor $p(1-p)$. Take a good review, $y=1$: which does squared error push
# harder, the hesitant $z=-1$ or the grossly wrong $z=-10$?

# %% [markdown] lang="zh" of="61828360"
# ## 03.8 为什么 sigmoid 后面不用平方误差？
#
# 说到概率，平方误差并不说谎。一堆 0 和 1 的平均数**就是** 1 的比例，按 03.1 节，它想要的 $p$ 与交叉熵想要的是同一个。
# 问题出在路上。接在 sigmoid 后面，它的斜率里带着 sigmoid 自己的斜率：
#
# $$\frac{\partial}{\partial z}(p-y)^2=2\,(p-y)\,p\,(1-p),\qquad p=\sigma(z) .$$
#
# 在交叉熵里，对数正好把因子 $p(1-p)$ 消掉了。取一条好评，$y=1$：平方误差对哪个预测推得更用力，
# 是犹豫的 $z=-1$，还是大错特错的 $z=-10$？

# %%
def squared_slope(z, y):                        # slope of (p - y)^2 by the logit
    p = sigmoid(z)
    return 2 * (p - y) * p * (1 - p)

near, far = (-squared_slope(z, 1) for z in (-1.0, -10.0))
far_ce = -whole_formula(-10.0, 1)
assert far < near / 1000 and far_ce > 0.999, "only cross-entropy pushes the wrong one"

# %% [markdown] lang="en"
# The hesitant one: ⟦near:.2f⟧ against ⟦far:.5f⟧ (cross-entropy at −10: ⟦far_ce:.2f⟧). So squared error is slow
# where a model is far off: from a bias of −10, at the best rates, 100 steps take it to an accuracy of
# ⟦landed[squared_slope, -10.0]:.2f⟧, cross-entropy to ⟦landed[whole_formula, -10.0]:.2f⟧; 1,000 at rate 10, to
# ⟦patient[:, -1].mean():.2f⟧ (03.17).
#
# ## 03.9 From where? Not from zero
#
# Softmax regression began at $W=0$ in 02.2: a bowl may be entered anywhere. A network is no bowl. Let $H=f(XW_1)$ and
# $Z=HW_2$. By 01.7,
#
# $$dW_2=H^\top dZ,\qquad dW_1=X^\top\big((dZ\,W_2^\top)\odot f'\big) .$$
#
# From $W_1=0$ with $f(0)=0$ follows $H=0$, so $dW_2=0$; from $W_2=0$ follows $dW_1=0$. Nothing moves but the
# last bias. With all weights equal, not zero? All hidden units get the same gradient and stay
# equal: 32 do the work of one. We try: digits, 64–32–10 with tanh, 10 passes.

# %% [markdown] lang="zh" of="8d89e0cc"
# 是犹豫的那个：⟦near:.2f⟧ 对 ⟦far:.5f⟧（交叉熵在 −10 处是 ⟦far_ce:.2f⟧）。所以模型错得远的时候，平方误差很慢。
# 从偏置 −10 出发，两种损失各用自己最好的学习率，走 100 步，它的准确率到 ⟦landed[squared_slope, -10.0]:.2f⟧，交叉熵到
# ⟦landed[whole_formula, -10.0]:.2f⟧；用学习率 10 走 1,000 步，它也能到 ⟦patient[:, -1].mean():.2f⟧（03.17 节）。
#
# ## 03.9 从哪里出发？不能从零
#
# 02.2 节的 softmax 回归从 $W=0$ 出发。只有一个谷底的碗，从哪里进去都行。网络可不是碗。设 $H=f(XW_1)$，$Z=HW_2$，
# 由 01.7 节，
#
# $$dW_2=H^\top dZ,\qquad dW_1=X^\top\big((dZ\,W_2^\top)\odot f'\big) .$$
#
# $W_1=0$ 且 $f(0)=0$，则 $H=0$，于是 $dW_2=0$；$W_2=0$，则 $dW_1=0$。除了最后的偏置，谁也不动，永远不动。
# 那么权重都相等、但不为零呢？所有隐藏单元都一样，得到同样的梯度，以后也一直一样，32 个单元只干一个的活。我们来试：手写数字，
# 64–32–10 的 tanh 网络，10 轮。

# %%
digits = data.load_digits()
seen, kept = data.split(len(digits), (0.8, 0.2), seed=SEED, labels=digits.labels)
raw = torch.tensor(digits.scaled().reshape(-1, 64)).float()             # (N, 64), 0 … 1
centred = raw - raw[seen].mean(dim=0)
pixels = centred / centred[seen].std()                                  # spread 1
labels = torch.tensor(digits.labels)

# %%
def train(start, f, rate, x, passes, seed, sizes=(64, 64, 10)):
    """The usual PyTorch loop: the model, its accuracy on the images kept aside."""
    torch.manual_seed(seed)
    first, last = torch.nn.Linear(*sizes[:2]), torch.nn.Linear(*sizes[1:])
    model = torch.nn.Sequential(first, f, last)
    for layer in (first, last):
        start(layer.weight), torch.nn.init.zeros_(layer.bias)
    sgd = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)    # 02.7
    for order in (torch.randperm(len(seen)) for _ in range(passes)):
        for rows in torch.tensor(seen)[order].split(64):
            sgd.zero_grad()
            F.cross_entropy(model(x[rows]), labels[rows]).backward()
            sgd.step()
    right = model(x[kept]).argmax(dim=1) == labels[kept]
    return model, right.double().mean().item()

# %%
def try_start(start):
    """Mean accuracy of three seeds, and whether the first weights are still 0."""
    runs = [train(start, torch.nn.Tanh(), 0.1, pixels, 10, s, (64, 32, 10))
            for s in SEEDS[:3]]
    return np.mean([right for _, right in runs]), (runs[0][0][0].weight == 0).all()

# %%
from_zero, unmoved = try_start(torch.nn.init.zeros_)
from_equal, _ = try_start(lambda weight: torch.nn.init.constant_(weight, 0.1))
from_random, _ = try_start(torch.nn.init.xavier_normal_)
assert unmoved, "from zeros no weight ever moves"
assert from_zero < 0.15 and from_random > 0.9, "zeros guess, random numbers learn"
assert from_equal < from_random - 0.1, "equal weights waste the network"
f"zeros {from_zero:.1%}, equal {from_equal:.1%}, random {from_random:.1%}"

# %% [markdown] lang="en"
# Zeros guess, equal weights do little, random numbers learn. (Three seeds. The argument is exact, the arithmetic isn't:
# equal columns may be added up in different order, and rounding can break the tie, late and badly. On your machine the
# middle number may be higher.)
#
# ## 03.10 How large? The variance argument
#
# Random, then. Of what size? Take a layer $z=xW$ with $W\in\mathbb{R}^{n_{in}\times n_{out}}$, entries independent of
# each other and of $x$, mean 0, variance $\sigma^2$. In the square of $z_i=\sum_j x_jW_{ji}$ the mixed terms have mean 0, so
#
# $$\operatorname{Var}(z_i)=\sum_{j=1}^{n_{in}}\mathbb{E}[x_j^2]\,\operatorname{Var}(W_{ji})=n_{in}\,\sigma^2\;\mathbb{E}[x^2] .$$
#
# (The mean *square* of $x$, since outputs of ReLU have no mean 0.) Backwards, $\partial L/\partial x_j=\sum_i W_{ji}\,\partial
# L/\partial z_i$ is a sum of $n_{out}$ terms: there the factor is $n_{out}\,\sigma^2$, if we treat $\partial L/\partial z$ as
# independent of $W$. (Not quite true; 03.11 measures.)

# %% [markdown] lang="zh" of="b5d4541d"
# 从零出发等于瞎猜，权重相等学不到多少，从随机数出发学得会。（三个种子。推理是精确的，计算却不是。几列相等的数，相加的次序可能不同，
# 舍入误差会打破平局，只是来得晚，效果也差。在你的机器上，中间那个数可能高一些。）
#
# ## 03.10 取多大？由方差推出来
#
# 那就用随机数。取多大？设一层为 $z=xW$，$W\in\mathbb{R}^{n_{in}\times n_{out}}$，各元素彼此独立，也与 $x$ 独立，
# 均值为 0，方差为 $\sigma^2$。在 $z_i=\sum_j x_jW_{ji}$ 的平方里，交叉项的均值为 0，所以
#
# $$\operatorname{Var}(z_i)=\sum_{j=1}^{n_{in}}\mathbb{E}[x_j^2]\,\operatorname{Var}(W_{ji})=n_{in}\,\sigma^2\;\mathbb{E}[x^2] .$$
#
# （这里是 $x$ 的**均方**（mean square），不是方差，因为 ReLU 的输出均值不为 0。）反过来，$\partial L/\partial x_j=\sum_i W_{ji}\,\partial
# L/\partial z_i$ 是 $n_{out}$ 项之和：若把 $\partial L/\partial z$ 看作与 $W$ 独立，系数就是 $n_{out}\,\sigma^2$。
# （这并不完全成立，03.11 节实测。）

# %%
plotting.draw_diagram(
    {"x": (0.75, 2, "$x$\nmean square $q$", "data"), "f": (5.55, 2, "ReLU: × ½"),
     "W": (2.45, 2, "$W$: $n_{in}$ × $n_{out}$\nvariance $\\sigma^2$", "weights"),
     "z": (4.1, 2, "$z$\n$n_{in}\\sigma^2 q$", "data"), "gf": (5.55, 0.6, "ReLU′: × ½"),
     "gx": (0.75, 0.6, "gradient by $x$\n$n_{out}\\sigma^2 g$", "data"),
     "Wt": (2.45, 0.6, "$W^T$", "weights"),
     "gz": (4.1, 0.6, "gradient by $z$\n$g$", "data"),
     "loss": (5.55, 1.3, "later layers, loss", "text")},
    [("x", "W"), ("W", "z"), ("z", "f"), ("f", "loss"),
     ("loss", "gf"), ("gf", "gz"), ("gz", "Wt"), ("Wt", "gx")],
    size=(6.4, 2.6));

# %% [markdown] lang="en"
# *The picture:* one layer, mean squares in its boxes. Above, forwards: $W$ multiplies by $n_{in}\sigma^2$, ReLU by ½.
# Below, backwards: ReLU by ½, $W^\top$ by $n_{out}\sigma^2$.
#
# **Xavier** (Glorot and Bengio, 2010). Near 0, $\tanh z\approx z$. Forwards one wants $n_{in}\sigma^2=1$, backwards
# $n_{out}\sigma^2=1$; a compromise is $\sigma^2=\frac{2}{n_{in}+n_{out}}$.
#
# **He** (and others, 2015). ReLU keeps one half of a $z$ that lies evenly around 0:
# $\mathbb{E}[\max(0,z)^2]=\tfrac12\operatorname{Var}(z)$. To make up for it,
#
# $$\frac{n_{in}\,\sigma^2}{2}=1\quad\Longrightarrow\quad\sigma^2=\frac{2}{n_{in}} .$$
#
# **By hand.** $n_{in}=300$, $n_{out}=200$. Xavier: $\sigma^2=\tfrac{2}{500}$; forwards 1.2, backwards 0.8, half of each with
# ReLU. He: $\sigma^2=\tfrac{2}{300}$, with ReLU 1 forwards, $\tfrac23$ backwards.

# %% [markdown] lang="zh" of="7221b29a"
# *图中所见：* 一层网络，框里写的是均方。上排是前向：$W$ 乘上 $n_{in}\sigma^2$，ReLU 乘上 ½。下排是反向：ReLU 乘上 ½，$W^\top$ 乘上
# $n_{out}\sigma^2$。
#
# **Xavier**（Glorot 和 Bengio，2010）。在 0 附近 $\tanh z\approx z$。前向希望 $n_{in}\sigma^2=1$，反向希望
# $n_{out}\sigma^2=1$；折中的办法是 $\sigma^2=\frac{2}{n_{in}+n_{out}}$。
#
# **He**（何恺明等，2015）。$z$ 在 0 两侧对称分布时，ReLU 只留下一半：
# $\mathbb{E}[\max(0,z)^2]=\tfrac12\operatorname{Var}(z)$。要补回来，就得
#
# $$\frac{n_{in}\,\sigma^2}{2}=1\quad\Longrightarrow\quad\sigma^2=\frac{2}{n_{in}} .$$
#
# **手算一遍。** $n_{in}=300$，$n_{out}=200$。Xavier：$\sigma^2=\tfrac{2}{500}$，前向 1.2，反向 0.8，用 ReLU 则各减半。
# He：$\sigma^2=\tfrac{2}{300}$，用 ReLU 时前向为 1，反向为 $\tfrac23$。

# %%
def xavier(times=1.0):
    """Glorot and Bengio (2010), their spread times `times`; source: a generator."""
    def draw(n_in, n_out, source):
        spread = times * (2 / (n_in + n_out)) ** 0.5
        return spread * torch.randn(n_in, n_out, generator=source)
    return draw

def he(n_in, n_out, source):
    """He et al. (2015): first weights (n_in, n_out) of variance 2 / n_in."""
    return (2 / n_in) ** 0.5 * torch.randn(n_in, n_out, generator=source)

# %% [markdown] lang="en"
# Keras's `Dense` starts with Xavier's variance, PyTorch's `Linear` with $\tfrac{1}{3n_{in}}$: with ReLU a sixth a
# layer.
#
# ## 03.11 Fifty layers
#
# A factor near 1 looks harmless. But a stack raises it to the power of its depth: Xavier's ½ behind ReLU leaves $2^{-25}$ of
# the size after fifty layers. We send ⟦N_IMAGES⟧ digits through ⟦LAYERS⟧ layers of width ⟦WIDTH⟧ and the gradient of
# cross-entropy back, and note each layer's root mean square (RMS).
#
# **Before you run it:** with weights three times Xavier's, every tanh is saturated near ±1, where its slope is small.
# Will the gradient on its way back die out, or explode?

# %% [markdown] lang="zh" of="124a0be9"
# Keras 的 `Dense` 用的是 Xavier 的方差，PyTorch 的 `Linear` 用的是 $\tfrac{1}{3n_{in}}$：
# 配上 ReLU，每层只剩六分之一。
#
# ## 03.11 五十层
#
# 一个接近 1 的系数看似无害，可是一层层叠起来，就要取层数那么多次方。Xavier 碰上 ReLU，系数是 ½，五十层之后大小只剩 $2^{-25}$。
# 我们把 ⟦N_IMAGES⟧ 张数字送过宽 ⟦WIDTH⟧ 的 ⟦LAYERS⟧ 层，再把交叉熵的梯度送回来，记下每一层的均方根（root mean square，RMS）。
#
# **先猜再运行：** 权重取 Xavier 的三倍，每个 tanh 都饱和在 ±1 附近，那里的斜率很小。梯度在回来的路上会消失，还是会爆炸？

# %%
N_IMAGES = 128

def pass_through(start, f, seed, layers=LAYERS):
    """Each layer's activations and gradients by z; float64, so that none underflows."""
    source, zs, outputs = torch.Generator().manual_seed(seed), [], []
    x = pixels[seen[:N_IMAGES]].double().requires_grad_()
    for _ in range(layers):
        zs.append(x @ start(x.shape[1], WIDTH, source).double())        # (n, WIDTH)
        x = f(zs[-1])
        outputs.append(x.detach())
    logits = x @ xavier()(WIDTH, 10, source).double()                   # (n, 10)
    loss = F.cross_entropy(logits, labels[seen[:N_IMAGES]], reduction="sum")
    return outputs, torch.autograd.grad(loss, zs)

def find_rms(tables):                           # (layers,)
    return np.array([(table**2).mean().sqrt().item() for table in tables])

# %%
from ipywidgets import FloatSlider, IntSlider, interact

def draw_stack(times, layers, relu):
    """RMS of activations and gradients, from `times` Xavier's spread."""
    f = torch.relu if relu else torch.tanh
    forwards, backwards = pass_through(xavier(times), f, SEED, layers)
    curves = {"activations": find_rms(forwards), "gradients": find_rms(backwards)}
    ax = plotting.show_curves(curves, xlabel="layer", ylabel="RMS", logy=True)
    ax.set(ylim=(1e-17, 1e7))

interact(draw_stack, times=FloatSlider(1.0, min=0.3, max=3.0), relu=False,
         layers=IntSlider(LAYERS, min=2, max=LAYERS));

# %%
STARTS = {                                      # name: (start, activation, colour)
    "½ Xavier, tanh": (xavier(0.5), torch.tanh, "C2"),
    "3 × Xavier, tanh": (xavier(3.0), torch.tanh, "C4"),
    "Xavier, tanh": (xavier(), torch.tanh, "C5"),
    "Xavier, ReLU": (xavier(), torch.relu, "C1"), "He, ReLU": (he, torch.relu, "C3")}

# %%
def watch(start, f, _):
    """RMS of activations and gradients, (seeds, 2, LAYERS)."""
    return np.array([[find_rms(part) for part in pass_through(start, f, seed)]
                     for seed in SEEDS])

spreads = {name: watch(*how) for name, how in STARTS.items()}
typical = {name: np.exp(np.log(both).mean(axis=0)) for name, both in spreads.items()}

# %%
ends = {name: both[:, -1] / both[:, 0] for name, both in typical.items()}       # (2,)
explosion = 1 / ends["3 × Xavier, tanh"][1]
assert 0.2 < ends["Xavier, ReLU"][0] / 0.5**24.5 < 5, "a factor ½ a layer: 49 of them"
assert 0.2 < ends["He, ReLU"][0] < 5, "He keeps the size through 50 layers of ReLU"
assert explosion > 1e4, "saturated tanh: gradients explode"
assert typical["½ Xavier, tanh"].min() < 1e-12, "too small: nothing arrives"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.4), sharey=True)
places = np.arange(1, LAYERS + 1)
for name, (_, _, colour) in STARTS.items():
    for k, ax in enumerate(axes):                           # a line for each seed
        ax.plot(places, spreads[name][:, k].T, color=colour, linestyle="-", linewidth=1)
    axes[0].plot([], [], color=colour, linestyle="-", label=name)
predicted = typical["Xavier, ReLU"][0, 0] * 0.5 ** ((places - 1) / 2)
axes[0].plot(places, predicted, "k:", label="predicted")
axes[0].set(yscale="log", ylim=(1e-17, 1e7), xlabel="layer", ylabel="RMS, activations")
axes[1].set(xlabel="layer", ylabel="RMS, gradients by $z$")
axes[0].legend(fontsize="x-small", loc="lower left");

# %% [markdown] lang="en"
# *The picture:* size per layer, a line for each of ⟦len(SEEDS)⟧ seeds. Left, activations: He with ReLU
# and 3 × Xavier stay level, Xavier with tanh sinks a little, with ReLU it falls as predicted, ½ Xavier twice
# as steeply. Right, gradients, read from right to left: 3 × Xavier climbs. The sliders above draw any of them
# (He is 1.4 × Xavier with ReLU, between equal widths).
#
# It explodes: ⟦round(explosion, -5):,.0f⟧ times from layer 50 to layer 1. A saturated slope is small, but
# $n_{out}\sigma^2=9$: ⟦explosion ** (2 / 49):.1f⟧ a layer in mean square. Its activations,
# RMS ⟦typical["3 × Xavier, tanh"][0, -1]:.2f⟧, look healthy: watch both ways. And training? With twenty layers (03.12) Xavier
# and tanh learn to read ⟦deep["Xavier, tanh"]:.0%⟧ of the digits, ½ Xavier ⟦deep["½ Xavier, tanh"]:.0%⟧, 3 × Xavier
# ⟦deep["3 × Xavier, tanh"]:.0%⟧.

# %% [markdown] lang="zh" of="bfe469c9"
# *图中所见：* 各层的大小，⟦len(SEEDS)⟧ 个种子各一条线。左图是激活值（activation）：He 配 ReLU 与 3 倍 Xavier 保持水平，
# Xavier 配 tanh 略有下降，Xavier 配 ReLU 沿着点线的预测下落，½ Xavier 的斜率是它的两倍。右图是梯度，要从右往左读：3 倍 Xavier 是往上走的。用上面的滑块，哪一条都可以自己画出来（宽度相等的层之间，He 就是 Xavier 的 1.4 倍配 ReLU）。
#
# 会爆炸：从第 50 层到第 1 层，放大到 ⟦round(explosion, -5):,.0f⟧ 倍。饱和处的斜率固然小，但 $n_{out}\sigma^2=9$，合起来，
# 均方每层要乘上 ⟦explosion ** (2 / 49):.1f⟧。而它的激活值，RMS 为 ⟦typical["3 × Xavier, tanh"][0, -1]:.2f⟧，看上去十分健康，
# 所以两个方向都要看。训练的结果呢？二十层的网络（03.12 节），Xavier 配 tanh 认对 ⟦deep["Xavier, tanh"]:.0%⟧ 的数字，½ Xavier 是
# ⟦deep["½ Xavier, tanh"]:.0%⟧，3 倍 Xavier 是 ⟦deep["3 × Xavier, tanh"]:.0%⟧。

# %% [markdown] lang="en"
# ## 03.12 Deeper: the layers from near by, and what training makes of them
#
# First the factors of 03.10, one layer at a time, forwards: derived 1.2, 1 and 0.6. Then, since one RMS a layer hides much,
# all the activations of layers 1, 10 and 50.

# %% [markdown] lang="zh" of="e1b646ed"
# ## 03.12 选读：走近看各层，以及训练的结果
#
# 先看 03.10 节的系数，一次一层，前向，推导值是 1.2、1 和 0.6。再看激活值：每层一个 RMS，看不出来的很多，所以把第 1、10、50 层的全部画出来。

# %%
CASES = {"Xavier, no f": (xavier(), lambda z: z, 1.2), "He, ReLU": (he, torch.relu, 1),
         "Xavier, ReLU": (xavier(), torch.relu, 0.6)}
source = torch.Generator().manual_seed(SEED)
x, factors = torch.randn(4_000, 300, generator=source), {}              # (n, n_in)

# %%
for name, (start, f, derived) in CASES.items():
    out = f(x @ start(300, 200, source))                                # (n, n_out)
    factors[name] = ((out**2).mean() / (x**2).mean()).item()
    assert abs(factors[name] / derived - 1) < 0.06, f"{name}: as derived"
{name: round(factor, 3) for name, factor in factors.items()}

# %%
fig, axes = plt.subplots(3, 3, figsize=(6.2, 3.6), sharex=True)
for row, times in zip(axes, (0.5, 1.0, 3.0)):
    outputs, _ = pass_through(xavier(times), torch.tanh, SEED)
    for ax, layer in zip(row, (1, 10, LAYERS)):
        ax.hist(outputs[layer - 1].ravel(), bins=41, range=(-1, 1), color="C5")
        ax.set(yticks=[])
        ax.set_title(f"{times:g} × Xavier, layer {layer}", fontsize="small")
fig.supxlabel("activation, tanh")
saturated = (outputs[-1].abs() > 0.95).double().mean().item()           # at 3 × Xavier
assert saturated > 0.3, "the third row sits at the ends";

# %% [markdown] lang="en"
# *The picture:* histograms of the activations, layers 1, 10, 50 from left to right. Upper row, ½ Xavier: soon a spike at 0. Middle,
# Xavier: a bell that narrows. Lower, 3 × Xavier: two heaps at ±1 (⟦saturated:.0%⟧ of layer 50 lie beyond ±0.95). The RMS hid that.
#
# And three numbers. Xavier with tanh does not keep the size. Let $q=\mathbb{E}[z^2]$ be small and $z$ normal, so that $\mathbb{E}[z^4]=3q^2$. With
# $\tanh z\approx z-\tfrac13z^3$ a layer makes of $q$
#
# $$\mathbb{E}[\tanh^2z]\approx\mathbb{E}\big[z^2-\tfrac23z^4\big]=q-2q^2 ,\qquad\frac1{q-2q^2}=\frac1q\cdot\frac1{1-2q}\approx\frac1q\,(1+2q)=\frac1q+2 .$$
#
# So $1/q$ grows by 2 a layer, and after $\ell$ layers the RMS is about $1/\sqrt{2\ell}$: a power, no exponential. And He keeps
# the size on average only. Third, an old habit: a standard deviation of 0.01 for all layers.

# %% [markdown] lang="zh" of="77ade8a0"
# *图中所见：* 激活值的直方图，从左到右是第 1、10、50 层。上排是 ½ Xavier，很快就成了 0 处的一根尖刺；中排是 Xavier，一口越来越窄的钟；
# 下排是 3 倍 Xavier，在 ±1 处堆成两堆（第 50 层有 ⟦saturated:.0%⟧ 在 ±0.95 之外）。这些，RMS 都看不出来。
#
# 再说三个数。Xavier 配 tanh 并不能保持大小。设 $q=\mathbb{E}[z^2]$ 很小，$z$ 服从正态分布，于是 $\mathbb{E}[z^4]=3q^2$。由
# $\tanh z\approx z-\tfrac13z^3$，一层把 $q$ 变成
#
# $$\mathbb{E}[\tanh^2z]\approx\mathbb{E}\big[z^2-\tfrac23z^4\big]=q-2q^2 ,\qquad\frac1{q-2q^2}=\frac1q\cdot\frac1{1-2q}\approx\frac1q\,(1+2q)=\frac1q+2 .$$
#
# 所以 $1/q$ 每层增加 2，$\ell$ 层之后 RMS 约为 $1/\sqrt{2\ell}$，这是幂次，不是指数。而 He 也只是平均来说保持大小。第三，有个老习惯：
# 各层的标准差一律取 0.01。

# %%
def small_habit(n_in, n_out, source):           # an old habit
    return 0.01 * torch.randn(n_in, n_out, generator=source)

tanh_end, he_end = typical["Xavier, tanh"][0, -1], spreads["He, ReLU"][:, 0, -1]
old_habit = find_rms(pass_through(small_habit, torch.relu, SEED)[1])[0]
assert abs(tanh_end / (2 * LAYERS) ** -0.5 - 1) < 0.3, "tanh: 1 / sqrt(2 layers)"
assert old_habit < torch.finfo(torch.float32).tiny, "no float32 gradient arrives"
f"{tanh_end:.3f}; He: {he_end.min():.2f} to {he_end.max():.2f}; 0.01: {old_habit:.0e}"

# %% [markdown] lang="en"
# After fifty layers tanh has ⟦tanh_end:.3f⟧ where the formula says 0.1. Under He, five seeds end between ⟦he_end.min():.2f⟧ and
# ⟦he_end.max():.2f⟧: in a stack chance is multiplied, too. The old habit leaves layer 1 a gradient of about $10^{⟦np.log10(old_habit):.0f⟧}$: in float32, zero.
#
# **And training?** The same article advises Xavier or He, "to converge faster". We train the digits with 2 and with 20 hidden layers of 32 units from the
# five starts: ten passes with momentum, and at depth 20 also with Adam (02.8), which rescales gradients. Each
# start takes its own best rate of a grid, chosen on the ⟦len(kept)⟧ validation images, which flatters all of them a little; three seeds.

# %% [markdown] lang="zh" of="e47b2f53"
# 五十层之后，tanh 的 RMS 是 ⟦tanh_end:.3f⟧，公式说是 0.1。用 He 时，五个种子落在 ⟦he_end.min():.2f⟧ 与 ⟦he_end.max():.2f⟧ 之间：
# 层层相乘，偶然因素也跟着相乘。老习惯留给第 1 层的梯度约为 $10^{⟦np.log10(old_habit):.0f⟧}$；在 float32 里，这就是零。
#
# **训练的结果呢？** 同一篇文章建议用 Xavier 或 He，好“收敛得更快”。我们从五种起点出发训练手写数字，隐藏层 2 层或 20 层，每层 32 个单元：用动量法走十轮；
# 20 层时再用 Adam（02.8 节）走一遍，它会重新缩放梯度。每种起点在一组学习率里自选最好的，用 ⟦len(kept)⟧ 张验证图像来选，
# 所以成绩都略微偏高；三个种子。

# %%
def make_networks(sizes, runs):
    """[W1, b1, W2, …]: one network a run (start, rate, seed), R side by side."""
    tables = []
    for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        sources = [torch.Generator().manual_seed(100 * seed + k) for *_, seed in runs]
        W = [run[0](n_in, n_out, source) for run, source in zip(runs, sources)]
        tables += [torch.stack(W), torch.zeros(len(runs), 1, n_out)]
    return [table.requires_grad_() for table in tables]     # (R, n_in, n_out), …

# %%
def forward(tables, x, f):
    """x: (n, n_in) -> logits (R, n, K); f after each layer but the last."""
    for W, b in zip(tables[::2], tables[1::2]):
        z = x @ W + b                                       # (R, n, n_out)
        x = f(z)
    return z

def momentum(tables):
    return torch.optim.SGD(tables, lr=1.0, momentum=0.9)    # rates: on the losses

# %%
def train_abreast(sizes, runs, f, optimizer=momentum):
    """Losses (steps, R) and accuracies (R,); ten passes, batches of 64 images."""
    tables, rates = make_networks(sizes, runs), torch.tensor([run[1] for run in runs])
    rule, shuffle, history = optimizer(tables), np.random.default_rng(SEED), []
    for order in (shuffle.permutation(seen) for _ in range(10)):
        for rows in np.split(order, range(64, len(order), 64)):
            log_p = forward(tables, pixels[rows], f).log_softmax(-1)    # (R, B, K)
            losses = -log_p[:, torch.arange(len(rows)), labels[rows]].mean(1)
            rule.zero_grad()
            (rates * losses).sum().backward()               # each network its own rate
            rule.step()
            history.append(losses.detach())
    with torch.no_grad():
        right = forward(tables, pixels[kept], f).argmax(-1) == labels[kept]
    return torch.stack(history).numpy(), right.double().mean(1).numpy()

# %%
def try_rates(depth, rates, adam=False):
    """name -> losses (steps, seeds), accuracies (seeds,) at a start's best rate; it."""
    found, sizes = {}, (64, *[32] * depth, 10)
    for f in (torch.tanh, torch.relu):
        names = [name for name, start in STARTS.items() if start[1] is f]
        grid = [[(STARTS[name][0], 1.0 if adam else rate, s) for name in names
                 for s in SEEDS[:3]] for rate in rates]
        if adam:                                # one optimiser a rate
            rules = [lambda t, r=r: torch.optim.Adam(t, lr=r) for r in rates]
            parts = [train_abreast(sizes, *pair) for pair in zip(grid, [f] * 9, rules)]
        else:                                   # all rates side by side
            losses, right = train_abreast(sizes, sum(grid, []), f)
            cuts = len(rates)
            parts = list(zip(np.split(losses, cuts, axis=1), np.split(right, cuts)))
        for i, name in enumerate(names):
            mine = slice(3 * i, 3 * i + 3)
            k = int(np.argmax([right[mine].mean() for _, right in parts]))
            found[name] = parts[k][0][:, mine], parts[k][1][mine], rates[k]
    return found

# %%
from tqdm.auto import tqdm

SETUPS = {"2 layers, momentum": (2, (0.03, 0.1, 0.3)),
          "20 layers, momentum": (20, (0.001, 0.003, 0.01, 0.03, 0.1)),
          "20 layers, Adam": (20, (0.0003, 0.001, 0.003, 0.01), True)}
outcome = {name: try_rates(*setup) for name, setup in tqdm(SETUPS.items())}
shallow, deep, deep_adam = ({name: right.mean() for name, (_, right, _) in runs.items()}
                            for runs in outcome.values())

best = [outcome["20 layers, momentum"][name][2] for name in STARTS if deep[name] > 0.5]
assert 0.001 < min(best) and max(best) < 0.1, "what learns has its rate inside the grid"
assert min(shallow.values()) > 0.9, "shallow: any start learns"
assert deep["Xavier, tanh"] > 0.8, "deep: Xavier with tanh learns"
assert max(deep["½ Xavier, tanh"], deep_adam["½ Xavier, tanh"]) < 0.5, "too small: not"
assert deep_adam["He, ReLU"] > deep_adam["Xavier, ReLU"], "ReLU: He before Xavier"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.2), width_ratios=(1.1, 1))
for k, (name, (_, _, colour)) in enumerate(STARTS.items()):
    loss = outcome["20 layers, momentum"][name][0].mean(axis=1)         # (steps,)
    axes[0].plot(np.convolve(loss, np.ones(10) / 10, "valid"), f"{colour}-", label=name)
    for place, setup in enumerate(SETUPS):
        low, middle, high = np.sort(outcome[setup][name][1])            # three seeds
        bar = [[middle - low], [high - middle]]
        axes[1].errorbar(place + 0.12 * (k - 2), middle, bar, fmt=f"{colour}o")
axes[0].set(xlabel="step, 20 layers, momentum", ylabel="training loss", ylim=(0, 3.6))
axes[1].set(ylabel="validation accuracy", ylim=(0, 1.02), xlim=(-0.5, 2.5))
axes[1].set_xticks(range(3), [s.replace(", ", "\n") for s in SETUPS], fontsize="small")
axes[0].legend(fontsize="x-small", ncols=2, loc="upper right");

# %% [markdown] lang="en"
# *The picture:* left, training loss at 20 layers: Xavier with tanh falls, He with ReLU more slowly, the others hardly.
# Right, accuracy in three set-ups, bars over the seeds: near the top at 2 layers, fanned out at 20.
#
# At 2 layers all learn, ⟦min(shallow.values()):.2f⟧ to ⟦max(shallow.values()):.2f⟧. At 20 layers "faster" is too weak a word: with momentum Xavier
# and tanh reach ⟦deep["Xavier, tanh"]:.2f⟧ (rate ⟦outcome["20 layers, momentum"]["Xavier, tanh"][2]⟧), He and ReLU ⟦deep["He, ReLU"]:.2f⟧
# (⟦outcome["20 layers, momentum"]["He, ReLU"][2]⟧), Xavier and ReLU ⟦deep["Xavier, ReLU"]:.2f⟧, ½ Xavier ⟦deep["½ Xavier, tanh"]:.2f⟧.
# Adam helps ReLU (⟦deep_adam["He, ReLU"]:.2f⟧ and ⟦deep_adam["Xavier, ReLU"]:.2f⟧), not the wrong spreads.
#
# And "Xavier *or* He" is no free choice: with ReLU it has to be He. Nor is He enough at width 32; lesson 08 adds normalisation.

# %% [markdown] lang="zh" of="a3793037"
# *图中所见：* 左图是 20 层时的训练损失：Xavier 配 tanh 降下来了，He 配 ReLU 降得慢些，其余几乎不动。右图是三种设置下的准确率，
# 竖线是各种子的范围：2 层时五种起点都挤在顶上，20 层时就四散开来。
#
# 2 层时个个都学得会，从 ⟦min(shallow.values()):.2f⟧ 到 ⟦max(shallow.values()):.2f⟧。20 层时，“更快”这个词就太轻了。用动量法，
# Xavier 配 tanh 到 ⟦deep["Xavier, tanh"]:.2f⟧（学习率 ⟦outcome["20 layers, momentum"]["Xavier, tanh"][2]⟧），He 配 ReLU 到
# ⟦deep["He, ReLU"]:.2f⟧（⟦outcome["20 layers, momentum"]["He, ReLU"][2]⟧），Xavier 配 ReLU 到 ⟦deep["Xavier, ReLU"]:.2f⟧，
# ½ Xavier 只有 ⟦deep["½ Xavier, tanh"]:.2f⟧。Adam 帮得了 ReLU（⟦deep_adam["He, ReLU"]:.2f⟧ 和 ⟦deep_adam["Xavier, ReLU"]:.2f⟧），
# 帮不了取错的标准差。
#
# 而且“Xavier **或** He”并不是随便选，配 ReLU，就得用 He。宽度只有 32 时，光有 He 也不够；第 08 课会加上归一化。

# %% [markdown] lang="en"
# ## 03.13 A failure on purpose
#
# In 02.11 somebody "tidied up" and fed raw pixels, and a tanh network exploded. The same slip with ReLU is quieter. A unit
# gives $\max(0,z)$, and where $z\le 0$ its slope is 0. If $z\le 0$ for **every** image, no gradient ever reaches its
# weights: the unit is **dead**.
#
# We count units without a positive $z$ on any training image, after five passes of a 64–64–10 network with He's start,
# six rates, three seeds: raw pixels; raw pixels with *leaky ReLU*, $\max(z,\,0.01z)$; centred pixels.

# %% [markdown] lang="zh" of="de712daa"
# ## 03.13 故意失败一次
#
# 在 02.11 节，有人“整理”代码，送进了原始像素，tanh 网络便爆炸了。同样的失误碰上 ReLU，就安静得多。一个单元输出 $\max(0,z)$，
# $z\le 0$ 处斜率为 0。倘若对**每一张**图像都有 $z\le 0$，就再也没有梯度能到达它的权重，这个单元**死了**（dead）。
#
# 我们来数，在任何一张训练图像上 $z$ 都不为正的单元有多少：64–64–10 的网络，用 He 初始化，走五轮，六种学习率，三个种子。分三种情况：
# 原始像素；原始像素配 leaky ReLU（带泄漏的 ReLU），即 $\max(z,\,0.01z)$；减去均值的像素。

# %%
unit_raw = raw / (raw[seen] ** 2).mean().sqrt()             # RMS 1
unit_centred = unit_raw - unit_raw[seen].mean(dim=0)        # the same, less its mean
DEAD_RATES = (0.03, 0.1, 0.2, 0.3, 0.5, 0.7)
FEEDS = {"raw, ReLU": (unit_raw, torch.nn.ReLU()),
         "raw, leaky ReLU": (unit_raw, torch.nn.LeakyReLU(0.01)),
         "centred, ReLU": (unit_centred, torch.nn.ReLU())}

# %%
def count_dead(x, f, rate, seed):
    """The share of hidden units never positive in training, and the accuracy."""
    model, right = train(torch.nn.init.kaiming_normal_, f, rate, x, 5, seed)    # He
    return (model[0](x[seen]) <= 0).all(dim=0).double().mean().item(), right

deaths = {name: np.array([[count_dead(*feed, rate, seed) for seed in SEEDS[:3]]
                          for rate in DEAD_RATES]) for name, feed in FEEDS.items()}
dead, alive = ({name: v[..., k] for name, v in deaths.items()} for k in range(2))

# %%
assert dead["raw, ReLU"][-1].mean() > 0.8, "raw pixels kill"
assert dead["centred, ReLU"].max() < 0.2, "centred ones don't"
at_end = {name: v[-1].mean() for name, v in alive.items()}  # at the highest rate
assert at_end["raw, leaky ReLU"] > at_end["raw, ReLU"] + 0.2, "a leak helps"
assert at_end["centred, ReLU"] > at_end["raw, leaky ReLU"] + 0.05, "centring more"

# %%
for k, rate in enumerate(DEAD_RATES):
    row = (f"{name} {dead[name][k].mean():4.0%} {v[k].mean():.2f}"
           for name, v in alive.items())
    print(f"{rate:4}", *row, sep="     ")

# %% [markdown] lang="en"
# For each rate: share dead and accuracy, means of three seeds. **The symptom:** none, for a while. At rate 0.3
# ⟦dead["raw, ReLU"][3].mean():.0%⟧ of the units on raw pixels are dead and accuracy is ⟦alive["raw, ReLU"][3].mean():.2f⟧; at 0.7,
# ⟦dead["raw, ReLU"][5].mean():.0%⟧ and ⟦alive["raw, ReLU"][5].mean():.2f⟧ (centred ⟦alive["centred, ReLU"][5].mean():.2f⟧). No `nan`,
# no error. **The cure:** centre (nothing else differs between the two; 03.18 says why), or a smaller rate; the leak mends it
# partly, ⟦alive["raw, leaky ReLU"][5].mean():.2f⟧ at 0.7. **The guard:** count them.

# %% [markdown] lang="zh" of="52404bcf"
# 每一行：学习率，然后是死掉的比例和准确率，三个种子的平均。**症状：** 有一阵子，什么也看不出来。学习率 0.3 时，用原始像素的单元死了
# ⟦dead["raw, ReLU"][3].mean():.0%⟧，准确率是 ⟦alive["raw, ReLU"][3].mean():.2f⟧；0.7 时死了 ⟦dead["raw, ReLU"][5].mean():.0%⟧，
# 准确率是 ⟦alive["raw, ReLU"][5].mean():.2f⟧（减去均值的是 ⟦alive["centred, ReLU"][5].mean():.2f⟧）。没有 `nan`，也没有报错。
# **对策：** 减去均值（两者别无不同，道理见 03.18 节），或调小学习率；泄漏只能治好一部分，0.7 时是
# ⟦alive["raw, leaky ReLU"][5].mean():.2f⟧。**防护：** 数一数死了多少。

# %% [markdown] lang="en"
# ## 03.14 In the company
#
# The service reads sentences and says whom to call. A call costs $C=$ ⟦CALL:.0f⟧ dollars; an unhappy customer whom nobody calls
# costs $M=$ ⟦MISSED:.0f⟧ (assumptions). Unhappy means: mean rating below $⟦UNHAPPY:.0f⟧$. Not calling costs $pM$ on average, $p$ the chance that
# the customer is unhappy; so call where $p>C/M$. Two teams:
#
# - **squared error** on the rating gives $\hat y$; read as 03.2 has it, with $\sigma$ from the validation residuals, $p=\Phi\big((⟦UNHAPPY:.0f⟧-\hat y)/\sigma\big)$;
# - **cross-entropy** on "unhappy or not" gives $p$ at once.
#
# And each once more with the limit that comes to mind first: $\hat y<⟦UNHAPPY:.0f⟧$, and $p>\tfrac12$.

# %% [markdown] lang="zh" of="ca6b856e"
# ## 03.14 在公司里
#
# 我们的服务读句子，指出该给谁打电话。打一个电话花 $C=$ ⟦CALL:.0f⟧ 美元（约 ¥ 元）；不满意的顾客若没人理会，要损失 $M=$ ⟦MISSED:.0f⟧ 美元（约 ¥ 元）；都是假设。
# “不满意”是指平均评分低于 $⟦UNHAPPY:.0f⟧$。设顾客不满意的概率是 $p$，不打的代价平均是 $pM$，所以 $p>C/M$ 就打。两个小组：
#
# - 对评分用**平方误差**，给出 $\hat y$；按 03.2 节来读，$\sigma$ 取自验证集的残差，则 $p=\Phi\big((⟦UNHAPPY:.0f⟧-\hat y)/\sigma\big)$；
# - 对“是否不满意”用**交叉熵**，直接给出 $p$。
#
# 每组再来一遍，用最先想到的那个界限：$\hat y<⟦UNHAPPY:.0f⟧$，以及 $p>\tfrac12$。

# %%
from functools import cache

reviews = data.load_reviews("products")
unhappy = (reviews.ratings < UNHAPPY).astype(float)

@cache
def ask_models(seed):
    """Test rows, predicted ratings, p read from them, p of cross-entropy."""
    a, v, t = data.split(reviews.groups, (0.6, 0.2, 0.2), seed=seed)    # by review
    table, rates = count_words(reviews.texts, a, least=3), np.linspace(0.5, 0, 400)
    X, y = table[a], reviews.ratings
    rating = table @ descend(lambda z, y: z - y, rates, 400, X, y[a])[-1]
    sigma = np.sqrt(((y - rating)[v] ** 2).mean())
    p = sigmoid(table @ descend(whole_formula, rates, 400, X, unhappy[a])[-1])
    return t, rating, stats.norm.cdf((UNHAPPY - rating) / sigma), p

# %%
def find_bill(calls, unhappy, missed=MISSED):
    """Dollars per 1,000 sentences."""
    return 1_000 * np.where(calls, CALL, missed * unhappy).mean()

def judge_teams(seed, missed=MISSED):
    """Bills on the test set: each team's first limit, then each read."""
    t, rating, read, p = ask_models(seed)
    rules = (rating < UNHAPPY, p > 0.5, read > CALL / missed, p > CALL / missed)
    return [find_bill(calls[t], unhappy[t], missed) for calls in rules]

# %%
bills = np.array([judge_teams(seed) for seed in SEEDS])     # (seeds, 4)
costs, reading = bills.mean(axis=0), bills[:, 2] - bills[:, 3]
assert min(costs[:2]) > max(costs[2:]) + 200, "a limit that ignores the price costs"
assert abs(reading.mean()) < reading.std(ddof=1), "read against it, the losses tie"
dict(zip(("ŷ < -1", "p > ½", "ŷ read by Gauss", "p > C/M"), costs.round().tolist()))

# %% [markdown] lang="en"
# Dollars per 1,000 sentences: squared error ⟦costs[0]:,.0f⟧, cross-entropy at ½ ⟦costs[1]:,.0f⟧; read against the price
# ⟦costs[2]:,.0f⟧ and ⟦costs[3]:,.0f⟧, difference $⟦reading.mean():.0f⟧$ ± ⟦reading.std(ddof=1):.0f⟧ (standard deviation,
# ⟦len(SEEDS)⟧ splits). So what cost ⟦costs[0] - costs[2]:,.0f⟧ dollars was not the loss but a limit that ignores the price. Either loss
# yields a probability, and a probability can be held against a price; when that changes, one division mends the rule.

# %% [markdown] lang="zh" of="2ee3ab60"
# 每 1,000 句的美元数：平方误差 ⟦costs[0]:,.0f⟧，交叉熵取 ½ 是 ⟦costs[1]:,.0f⟧；与价钱比较，则是 ⟦costs[2]:,.0f⟧ 和
# ⟦costs[3]:,.0f⟧，相差 $⟦reading.mean():.0f⟧$ ± ⟦reading.std(ddof=1):.0f⟧（⟦len(SEEDS)⟧ 次划分的标准差）。可见多花的
# ⟦costs[0] - costs[2]:,.0f⟧ 美元，不能怪损失函数（loss function），要怪那个不看价钱的界限。两种损失都能给出概率，概率就能与价钱比较；价钱变了，做一次除法，规则就改好了。

# %%
t, rating, read, p = ask_models(SEED)
calls = p > CALL / MISSED
surest = t[np.argsort(-np.abs(p - CALL / MISSED)[t])]       # from clear to doubtful
right, wrong = (surest[(calls == unhappy)[surest] == hit] for hit in (True, False))
shown = [*right[:2], *wrong[calls[wrong]][:2], *wrong[~calls[wrong]][:2]]

# %%
print("rating  squared error: ŷ, p  cross-entropy: p  call?")
for i in shown:
    print(f"{reviews.ratings[i]:5.2f} {rating[i]:14.2f} {read[i]:6.2f} {p[i]:17.2f}",
          f"  {'call' if calls[i] else '-':5}", reviews.texts[i][:90])

# %% [markdown] lang="en"
# Six test sentences with their mean rating and both teams' answers: two clear and right, two calls in vain, two customers
# missed. Read them: where would *you* have called?
#
# Who decides? Whoever trains picks the loss and reads it; what a lost customer costs, whoever answers for the customers says
# first, in writing.

# %% [markdown] lang="zh" of="12226381"
# 六个测试句子，前面是它们的平均评分和两组的回答：两条明确而且判对的，两个白打的电话，两位错过的顾客。请读一读：换了**你**，会给谁打电话？
#
# 谁来定？损失由训练的人选，也由他来读；丢掉一位顾客值多少钱，该由对顾客负责的人来说，白纸黑字，而且要先说。

# %% [markdown] lang="en"
# ## 03.15 Deeper: how low can a loss get?
#
# With $\log p_k=\log y_k+\log\frac{p_k}{y_k}$ each example's loss falls into two parts:
#
# $$-\sum_k y_k\log p_k=\underbrace{-\sum_k y_k\log y_k}_{H(y)}+\underbrace{\sum_k y_k\log\frac{y_k}{p_k}}_{\mathrm{KL}(y\,\|\,p)\;\ge\;0} ,$$
#
# the **entropy** of the label, which no model can change, and the **Kullback–Leibler divergence**, which is 0 only at $p=y$. A
# one-hot label has entropy 0. But where twenty people disagree, the share $y$ is the label, and no model's loss falls below $H(y)$.

# %% [markdown] lang="zh" of="d68a0a41"
# ## 03.15 选读：损失最低能到多少？
#
# 由 $\log p_k=\log y_k+\log\frac{p_k}{y_k}$，每个样本的损失分成两部分：
#
# $$-\sum_k y_k\log p_k=\underbrace{-\sum_k y_k\log y_k}_{H(y)}+\underbrace{\sum_k y_k\log\frac{y_k}{p_k}}_{\mathrm{KL}(y\,\|\,p)\;\ge\;0} ,$$
#
# 前者是标签的**熵**（entropy），模型改变不了它；后者是 **KL 散度**（Kullback–Leibler divergence），只在 $p=y$ 时为 0。
# 独热标签的熵是 0。但二十个人意见不一，标签就是比例 $y$，任何模型的损失都降不到 $H(y)$ 以下。

# %%
said, told = np.array([share, 1 - share]), np.array([0.9, 0.1])         # label, model
floor, excess = stats.entropy(said), stats.entropy(said, told)          # H, KL
assert np.isclose(-(said * np.log(told)).sum(), floor + excess), "CE = H + KL"
assert np.isclose(crossed.min(), floor), "the lowest point of 03.1's curve is H"
f"at p = 0.9: {floor:.3f} that nobody can help, and {excess:.3f} to be learned away"

# %% [markdown] lang="en"
# **Label smoothing.** With one-hot labels the loss falls for ever as logits grow. Smoothing (Szegedy et al., 2016) gives a share $\varepsilon$ of
# each label to all $K$ classes alike: $y'=(1-\varepsilon)\,y+\varepsilon/K$. The slope $p-y'$ is 0 at *finite* logits:
#
# $$z_{right}-z_{other}=\ln\frac{1-\varepsilon+\varepsilon/K}{\varepsilon/K} ,$$
#
# and the loss's floor is the entropy of $y'$. We try $\varepsilon=0.2$ on the reviews of 03.4, on three splits.

# %% [markdown] lang="zh" of="029349c4"
# **标签平滑**（label smoothing）。标签是独热的，logit 越大损失越低，没有尽头。平滑（Szegedy 等，2016）把每个标签的一份 $\varepsilon$ 平分给全部 $K$ 个类别：
# $y'=(1-\varepsilon)\,y+\varepsilon/K$。斜率 $p-y'$ 在**有限**的 logit 处就等于 0：
#
# $$z_{right}-z_{other}=\ln\frac{1-\varepsilon+\varepsilon/K}{\varepsilon/K} ,$$
#
# 损失的下限是 $y'$ 的熵。我们取 $\varepsilon=0.2$，在 03.4 节的影评上试三次划分。

# %%
def smooth_labels(eps, seed):
    """Accuracy, loss on the true labels, mean confidence, on the validation reviews."""
    a, b = data.split(len(texts), (0.8, 0.2), seed=seed, labels=good)
    soft = (1 - eps) * good[a] + eps / 2
    z = words[b] @ descend(whole_formula, 3.0, 300, words[a], soft)[-1]
    loss = np.logaddexp(0, z) - good[b] * z
    return ((z > 0) == good[b]).mean(), loss.mean(), sigmoid(np.abs(z)).mean()


plain, smooth = (np.array([smooth_labels(eps, seed) for seed in SEEDS[:3]])
                 for eps in (0, 0.2))
assert (smooth[:, 2] < plain[:, 2]).all(), "smoothing makes it less sure"
assert abs(smooth[:, 0] - plain[:, 0]).max() < 0.02, "and hardly changes its choices"
gains = (smooth - plain).mean(axis=0).round(3).tolist()
dict(zip(("accuracy", "loss", "confidence"), gains))

# %% [markdown] lang="en"
# Means over three splits: confidence ⟦plain[:, 2].mean():.2f⟧ becomes ⟦smooth[:, 2].mean():.2f⟧, accuracy stays within a point
# (⟦plain[:, 0].mean():.3f⟧, ⟦smooth[:, 0].mean():.3f⟧), and the loss on the true labels *rises* from ⟦plain[:, 1].mean():.3f⟧ to
# ⟦smooth[:, 1].mean():.3f⟧: this model wasn't too sure to begin with. It is a remedy for overconfidence, and wants the illness (lesson 06
# measures it).
#
# ## 03.16 Deeper: what two libraries rescue
#
# Keras looks back: if the probabilities come from its own sigmoid (an `activation="sigmoid"`), its loss finds the logits behind them and uses
# those. From a bare `tf.sigmoid` it can't, and clips. And in PyTorch, $\max(0,z)+\log(1+e^{-|z|})$ written by hand has the right
# value, but what slope at $z=0$, where $w=0$ begins?

# %% [markdown] lang="zh" of="2c180d64"
# 三次划分的平均：把握从 ⟦plain[:, 2].mean():.2f⟧ 降到 ⟦smooth[:, 2].mean():.2f⟧，准确率的变化不到一个百分点
# （⟦plain[:, 0].mean():.3f⟧ 与 ⟦smooth[:, 0].mean():.3f⟧），真实标签上的损失却从 ⟦plain[:, 1].mean():.3f⟧ **升**到
# ⟦smooth[:, 1].mean():.3f⟧，这个模型本来就不算过于自信。它治的是过度自信，没有病就不必吃药（第 06 课会测量）。
#
# ## 03.16 选读：两个库能挽救什么
#
# Keras 会回头看：概率若来自它自己的 sigmoid（即 `activation="sigmoid"`），它的损失函数就能找到背后的 logit，改用 logit 来算。
# 若来自光秃秃的 `tf.sigmoid`，它就无能为力，只好截断。再看 PyTorch：自己动手写 $\max(0,z)+\log(1+e^{-|z|})$，值是对的，
# 但在 $z=0$ 处（从 $w=0$ 出发，恰好从那里开始）斜率是多少？

# %%
import keras
import tensorflow as tf

def ask_keras(squash):
    """Loss and its slope by z = 20, for y = 0, behind this sigmoid."""
    z = tf.Variable([[20.0]])
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(tf.zeros((1, 1)), squash(z))
    return float(loss), float(tape.gradient(loss, z)[0, 0])

layer = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones")
rescued, bare = ask_keras(layer), ask_keras(tf.sigmoid)
assert np.allclose(rescued, (20, 1)) and bare[1] == 0, "found behind a layer only"

# %%
zero = torch.zeros(1, requires_grad=True)
by_hand = zero.clamp(min=0) + torch.log1p(torch.exp(-zero.abs()))
kink_slope = torch.autograd.grad(by_hand, zero)[0].item()
good_slope = torch.autograd.grad(torch.logaddexp(torch.zeros(1), zero), zero)[0].item()
assert good_slope == 0.5, "logaddexp knows its slope at 0: sigmoid(0)"
kink_slope, good_slope

# %% [markdown] lang="en"
# Keras: behind a layer's sigmoid loss ⟦rescued[0]:.2f⟧, slope ⟦rescued[1]:.0f⟧; behind a bare one ⟦bare[0]:.2f⟧ and ⟦bare[1]:.0f⟧.
# PyTorch's autograd finds the slope ⟦kink_slope:.1f⟧ at the kink instead of ⟦good_slope:.1f⟧.
#
# ## 03.17 Deeper: how late squared error is
#
# Both losses train the classifier of 03.4, from a bias of 0 and of −10 (a model that calls everything bad). For each loss,
# start and split (three) the rate is the one with the lowest training loss after 100 steps, of ten from 1 to 30,000: a
# small slope may be made good by a large rate.

# %% [markdown] lang="zh" of="84a85ef0"
# Keras：在层的 sigmoid 后面，损失是 ⟦rescued[0]:.2f⟧，斜率是 ⟦rescued[1]:.0f⟧；在光秃秃的 sigmoid 后面，是 ⟦bare[0]:.2f⟧ 和
# ⟦bare[1]:.0f⟧。PyTorch 的自动求导在拐点处给出斜率 ⟦kink_slope:.1f⟧，而不是 ⟦good_slope:.1f⟧。
#
# ## 03.17 选读：平方误差晚多少
#
# 我们用两种损失各训练一遍 03.4 节的分类器，分别从偏置 0 和 −10 出发（后者是把什么都判为差评的模型）。
# 每种损失、每个起点、每次划分（共三次），学习率都取 100 步之后训练损失最低的那个，从 1 到 30,000 共十个里选。斜率小，说不定可以用大的学习率补回来。

# %%
RACE_RATES = (1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4)
OWN_LOSS = {whole_formula: lambda z, y: np.logaddexp(0, z) - y * z,
            squared_slope: lambda z, y: (sigmoid(z) - y) ** 2}

def run_race(slope, bias, seed, rates=RACE_RATES, steps=100):
    """The best rate, and the validation accuracy after 0, 10, 20, … steps with it."""
    a, b = data.split(len(texts), (0.8, 0.2), seed=seed, labels=good)
    paths = [descend(slope, r, steps, words[a], good[a], bias)[::10] for r in rates]
    reached = [OWN_LOSS[slope](words[a] @ w[-1], good[a]).mean() for w in paths]
    k = int(np.argmin(reached))
    right = (words[b] @ paths[k].T > 0) == good[b][:, None]             # (n_val, 11)
    return rates[k], right.mean(axis=0)

# %%
race = {(slope, bias): [run_race(slope, bias, seed) for seed in SEEDS[:3]]
        for slope in OWN_LOSS for bias in (0.0, -10.0)}
chosen = {key: [rate for rate, _ in runs] for key, runs in race.items()}
landed = {key: np.mean([right[-1] for _, right in runs]) for key, runs in race.items()}
patient = np.array([run_race(squared_slope, -10.0, seed, (10,), 1_000)[1]
                    for seed in SEEDS[:3]])

# %%
inside = {r for rates in chosen.values() for r in rates}
assert len(set(chosen[whole_formula, 0.0])) == 1, "one rate suits cross-entropy"
assert not inside & {RACE_RATES[0], RACE_RATES[-1]}, "no best rate is the grid's edge"
assert landed[squared_slope, -10] < landed[whole_formula, -10] - 0.05, "slower"
assert patient[:, 20].max() < 0.52 and patient[:, -1].min() > 0.78, "late, but it comes"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
grid = np.linspace(-12, 6, 200)
pushes = {"cross-entropy": -whole_formula(grid, 1),
          "squared error": -squared_slope(grid, 1)}
plotting.show_curves(pushes, grid, axes[0], xlabel="logit $z$, $y=1$", ylabel="push up")
best_ce, best_sq = (np.array([right for _, right in race[slope, -10.0]])
                    for slope in OWN_LOSS)
for runs, label, style in ((best_ce, "cross-entropy", "C0-"),
                           (best_sq, "squared error", "C1--"),
                           (patient, "squared error, rate 10", "C4:")):
    steps, low, high = 10 * np.arange(runs.shape[1]), runs.min(axis=0), runs.max(axis=0)
    axes[1].fill_between(steps, low, high, color=style[:2], alpha=0.3)
    axes[1].plot(steps, runs.mean(axis=0), style, label=label)
axes[1].set(xscale="symlog", xlabel="step, from −10", ylabel="validation accuracy")
axes[1].legend(fontsize="x-small", loc="upper left");

# %% [markdown] lang="en"
# *The picture:* left, the push on a good review's logit: cross-entropy levels off at 1 on the wrong side, squared error
# has a low hump and falls to zero on both sides. Right, accuracy from −10 (bands: three splits): cross-entropy climbs at
# once; squared error at its best rate later; at rate 10 it lies flat for hundreds of steps, then climbs as high.
#
# From 0, 100 steps reach ⟦landed[whole_formula, 0.0]:.2f⟧ and ⟦landed[squared_slope, 0.0]:.2f⟧; cross-entropy wanted a rate of
# ⟦chosen[whole_formula, 0.0][0]:.0f⟧ on every split, squared error anything from ⟦min(chosen[squared_slope, 0.0]):,.0f⟧ to
# ⟦max(chosen[squared_slope, 0.0]):,.0f⟧. From −10: ⟦landed[whole_formula, -10.0]:.2f⟧ and ⟦landed[squared_slope, -10.0]:.2f⟧; after 1,000
# steps at rate 10 ⟦patient[:, -1].mean():.2f⟧. Squared error does undo confident mistakes, but late.

# %% [markdown] lang="zh" of="a90e032d"
# *图中所见：* 左图是一条好评的 logit 受到的推力：在错的一侧，交叉熵的推力稳定在 1；平方误差只有一个矮包，往两边都落回零。
# 右图是从 −10 出发的准确率（色带是三次划分的范围）：交叉熵马上就往上爬；平方误差用它最好的学习率，起步晚些；用学习率 10，它趴着不动几百步，
# 然后爬到一样高。
#
# 从 0 出发，100 步到 ⟦landed[whole_formula, 0.0]:.2f⟧ 和 ⟦landed[squared_slope, 0.0]:.2f⟧；每次划分，交叉熵要的学习率都是
# ⟦chosen[whole_formula, 0.0][0]:.0f⟧，平方误差要的却从 ⟦min(chosen[squared_slope, 0.0]):,.0f⟧ 到 ⟦max(chosen[squared_slope, 0.0]):,.0f⟧ 不等。
# 从 −10 出发是 ⟦landed[whole_formula, -10.0]:.2f⟧ 和 ⟦landed[squared_slope, -10.0]:.2f⟧；用学习率 10 走 1,000 步，是 ⟦patient[:, -1].mean():.2f⟧。
# 自信的错误，平方误差也挽回得了，只是很晚。

# %% [markdown] lang="en"
# ## 03.18 Deeper: why raw pixels kill
#
# A step for image $x$ changes $W$ along $x$, and so $z$ of another image $x'$ by a multiple of $x\cdot x'$. Raw
# pixels are never negative: all these products are positive, and what pushes one image's $z$ down pushes all down.

# %% [markdown] lang="zh" of="3eaafbb1"
# ## 03.18 选读：原始像素为什么会弄死单元
#
# 为图像 $x$ 走的一步，使 $W$ 沿着 $x$ 改变，于是另一张图像 $x'$ 的 $z$ 改变了 $x\cdot x'$ 的若干倍。原始像素从不为负，
# 这些乘积全是正的，把一张图像的 $z$ 往下压，就把所有图像的都往下压。

# %%
pairs = {name: ((x[seen] @ x[seen].T) > 0).double().mean().item()
         for name, x in (("raw", unit_raw), ("centred", unit_centred))}
assert pairs["raw"] == 1 and pairs["centred"] < 0.7, "only raw images all point one way"
{name: f"{share:.0%} of all pairs have x · x' > 0" for name, share in pairs.items()}

# %% [markdown] lang="en"
# ## 03.19 Deeper: other prices, and a third team
#
# Does the tie hold at other prices? And absolute error has a reading, too: Laplace's, with $b$ the mean absolute residual. Does
# any reading do?

# %% [markdown] lang="zh" of="410dad01"
# ## 03.19 选读：别的价钱，以及第三个小组
#
# 换成别的价钱，还是不相上下吗？再者，绝对误差也有它的读法：用拉普拉斯分布，$b$ 取残差绝对值的平均。随便怎么读都行吗？

# %%
PRICES = np.array([6, 8, 12, 16, 24, 40])                   # of a customer missed
sweep = np.array([[judge_teams(seed, m) for m in PRICES] for seed in SEEDS])
gap = sweep[:, -1, 2] - sweep[:, -1, 3]                     # read, at the last price
names = ("squared error, own limit", "cross-entropy, ½", "squared error, read",
         "cross-entropy, read")
plotting.show_curves(dict(zip(names, sweep.mean(axis=0).T)), PRICES, marker="o",
                     xlabel="price of a customer missed ($)",
                     ylabel="$ per 1,000 sentences");

# %% [markdown] lang="en"
# *The picture:* the bill against the price of a missed customer. The two lines with a fixed limit run straight
# up, that of cross-entropy more steeply; the two that are read against the price bend, lie together up to 16 dollars, and
# part a little beyond.
#
# At ⟦PRICES[-1]⟧ dollars they differ by $⟦gap.mean():.0f⟧$ ± ⟦gap.std(ddof=1):.0f⟧: too few splits to say that the tie
# is broken, or that it holds.

# %% [markdown] lang="zh" of="c5e0775d"
# *图中所见：* 账单随“错过一位顾客的损失”的变化。界限固定的两条线笔直上升，交叉熵的那条更陡；与价钱比较的两条线弯了下来，
# 16 美元之前重合，再往后稍稍分开。
#
# 到 ⟦PRICES[-1]⟧ 美元时，两者相差 $⟦gap.mean():.0f⟧$ ± ⟦gap.std(ddof=1):.0f⟧，划分的次数太少，既不能说分出了高下，也不能说不相上下。

# %%
def judge_third(seed):
    """Bills at MISSED of absolute error, read as Laplace noise and as Gaussian."""
    a, v, t = data.split(reviews.groups, (0.6, 0.2, 0.2), seed=seed)
    table, y = count_words(reviews.texts, a, least=3), reviews.ratings
    rates = np.linspace(4, 0, 400)      # from 0.5, 1, 2, 4 or 8: 4, on validation sets
    w = descend(lambda z, y: np.sign(z - y), rates, 400, table[a], y[a])[-1]
    rating = table @ w
    miss = (y - rating)[v]
    readings = (stats.laplace.cdf((UNHAPPY - rating) / np.abs(miss).mean()),
                stats.norm.cdf((UNHAPPY - rating) / np.sqrt((miss**2).mean())))
    return [find_bill(p[t] > CALL / MISSED, unhappy[t]) for p in readings]

# %%
third = np.array([judge_third(seed) for seed in SEEDS])                 # (seeds, 2)
by_reading, by_loss = third[:, 0] - third[:, 1], third[:, 1] - bills[:, 2]
assert by_reading.mean() > 0, "of the same predictions Gauss's reading is the cheaper"
assert abs(by_loss.mean()) < by_loss.std(ddof=1), "read by Gauss both, the losses tie"
for name, extra in (("reading", by_reading), ("loss", by_loss)):
    print(f"{name:8} {extra.mean():+.0f} ± {extra.std(ddof=1):.0f} dollars")

# %% [markdown] lang="en"
# Read by Laplace, absolute error costs ⟦by_reading.mean():.0f⟧ ± ⟦by_reading.std(ddof=1):.0f⟧ more than the *same
# predictions* read by Gauss; these tie with squared error ($⟦by_loss.mean():.0f⟧$ ± ⟦by_loss.std(ddof=1):.0f⟧). Again the
# reading, not the loss; yet even this costs ⟦costs[0] - third[:, 0].mean():.0f⟧ less than ignoring the price. Check a
# reading on labels (lesson 06).
#
# ## Sources
#
# - X. Glorot, Y. Bengio, [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html) (2010), section 4.2.
# - K. He and others, [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852) (2015), section 2.2.
# - C. Szegedy and others, [Rethinking the Inception architecture](https://arxiv.org/abs/1512.00567) (2016), section 7.
# - The article 《大模型：AI技术的商业化路径》: 03.4's half formula (its section 4.1), 03.12's advice (3.3).

# %% [markdown] lang="zh" of="06a708d7"
# 绝对误差按拉普拉斯来读，比**同样的预测**按高斯来读多花 ⟦by_reading.mean():.0f⟧ ± ⟦by_reading.std(ddof=1):.0f⟧ 美元；
# 而后者与平方误差不相上下（$⟦by_loss.mean():.0f⟧$ ± ⟦by_loss.std(ddof=1):.0f⟧）。可见要紧的还是读法，而不是损失；即便这样读，
# 也比不看价钱的界限少花 ⟦costs[0] - third[:, 0].mean():.0f⟧ 美元。读法要用标签去检验（第 06 课）。
#
# ## 来源
#
# - X. Glorot、Y. Bengio，[Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html)（2010），第 4.2 节：深层前馈神经网络为什么难训练。
# - 何恺明等，[Delving deep into rectifiers](https://arxiv.org/abs/1502.01852)（2015），第 2.2 节：深入研究整流单元。
# - C. Szegedy 等，[Rethinking the Inception architecture](https://arxiv.org/abs/1512.00567)（2016），第 7 节：标签平滑。
# - 文章《大模型：AI技术的商业化路径》：03.4 节的半个公式出自它的 4.1 节，03.12 节的建议出自 3.3 节。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You derived four losses: twenty people gave a mean of ⟦best_c2:.2f⟧, a median of $⟦best_c1:.0f⟧$, a share of ⟦best_p:.0%⟧. Read
#   against a price, squared error cost ⟦costs[2]:,.0f⟧ dollars, cross-entropy ⟦costs[3]:,.0f⟧; unread, ⟦costs[0]:,.0f⟧ and ⟦costs[1]:,.0f⟧.
# - You know when $-\sum y\log\hat y$ is right; where it isn't, accuracy was ⟦half_right:.1%⟧ at a loss of ⟦half_loss[-1]:.4f⟧.
# - You compute losses from logits: slope ⟦at20["from logits"][1]:.0f⟧ where clipping gave ⟦at20["clipped"][1]:.0f⟧; you derived $p-y$.
# - You derived Xavier and He; a factor ½ a layer left $10^{⟦np.log10(typical["Xavier, ReLU"][0, -1]):.0f⟧}$ after ⟦LAYERS⟧.
# - You counted the dead: ⟦dead["raw, ReLU"][3].mean():.0%⟧ at an accuracy of ⟦alive["raw, ReLU"][3].mean():.2f⟧.
#
# **Next:** exercise 03; lesson 04, generalisation.

# %% [markdown] lang="zh" of="c9e97f82"
# ## 现在你能做到
#
# - 推导了四种损失；二十个人给出的平均数是 ⟦best_c2:.2f⟧，中位数是 $⟦best_c1:.0f⟧$，比例是 ⟦best_p:.0%⟧。与价钱比较，平方误差花
#   ⟦costs[2]:,.0f⟧ 美元，交叉熵花 ⟦costs[3]:,.0f⟧ 美元；不比较，是 ⟦costs[0]:,.0f⟧ 和 ⟦costs[1]:,.0f⟧。
# - 知道了 $-\sum y\log\hat y$ 什么时候是对的；不对的时候，损失低到 ⟦half_loss[-1]:.4f⟧，准确率却只有 ⟦half_right:.1%⟧。
# - 会从 logit 算损失：截断后斜率是 ⟦at20["clipped"][1]:.0f⟧ 的地方，它是 ⟦at20["from logits"][1]:.0f⟧；还推导了 $p-y$。
# - 推导了 Xavier 和 He；每层一个系数 ½，⟦LAYERS⟧ 层之后只剩 $10^{⟦np.log10(typical["Xavier, ReLU"][0, -1]):.0f⟧}$。
# - 数了死掉的单元：死了 ⟦dead["raw, ReLU"][3].mean():.0%⟧，准确率还有 ⟦alive["raw, ReLU"][3].mean():.2f⟧。
#
# **接下来：** 练习 03；然后是第 04 课，泛化。

