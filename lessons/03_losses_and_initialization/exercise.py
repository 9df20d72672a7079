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
# # 03. Exercise: what to minimise, where to start
#
# Six questions on lesson 03, none of which needs another: two cross-entropies that survive any logit, a gradient for raters who disagree, a start for deep networks, a network that dies while it learns, and an order to place. About 90 minutes, some of them with a pencil. NumPy is enough, PyTorch and SciPy are welcome.
#
# `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. What exactly is wanted stands in the docstring of each answer cell.
# A question with several parts is checked as soon as no part is empty any more; a first guess in the others will do.

# %% [markdown] lang="zh" of="e6346669"
# # 03. 练习：最小化什么，从哪里出发
#
# 六道题，对应第 03 课，彼此独立：两种不怕任何 logit 的交叉熵，一个为意见不一的标注者准备的梯度，深层网络的起点，一个学着学着就“死”了的网络，最后是一张要下的订单。大约需要 90 分钟，
# 有几处要动笔推导。用 NumPy 就够了，也可以用 PyTorch 和 SciPy。
#
# `check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。确切的要求写在各个答案单元格的文档字符串里。
# 一道题若有几个部分，要等没有空缺之后才会检查；其余部分先填一个猜测也行。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy")
from autograder import open_exercise

check, hint, score = open_exercise("03_losses_and_initialization", globals(), lang="en")

# %% tags=["given"]
import numpy as np

# %% [markdown] lang="en"
# ## q1 · Cross-entropy from logits
#
# A network gives each of $B$ reviews a row of $K$ logits, $z\in\mathbb{R}^{B\times K}$. Review $i$ belongs to class $y_i\in\{0,\dots,K-1\}$. The loss is the mean surprise:
#
# $$p_{ik}=\frac{e^{z_{ik}}}{\sum_{j}e^{z_{ij}}},\qquad L=-\frac1B\sum_{i}\log p_{i,y_i}.$$
#
# On paper that is all. On the machine $e^{1000}$ is infinite and $e^{-1000}$ is 0, while the loss itself stays an ordinary number. Logits may go up to $\pm10^4$ here, in float64 or float32, and rows may lie at
# very different heights.

# %% [markdown] lang="zh" of="30a4917c"
# ## q1 · 从 logit 计算交叉熵
#
# 网络为 $B$ 条评论各给出一行 $K$ 个 logit，$z\in\mathbb{R}^{B\times K}$。第 $i$ 条评论属于类别 $y_i\in\{0,\dots,K-1\}$。损失是平均的“意外程度”：
#
# $$p_{ik}=\frac{e^{z_{ik}}}{\sum_{j}e^{z_{ij}}},\qquad L=-\frac1B\sum_{i}\log p_{i,y_i}.$$
#
# 在纸上，这就是全部。可是在机器上，$e^{1000}$ 是无穷大，$e^{-1000}$ 是 0，而损失本身仍是个普通的数。这里的 logit 可以大到 $\pm10^4$，类型是 float64 或 float32，各行的高低也可能相差很大。

# %% question="q1"
# q1: the mean cross-entropy of logits and labels
def cross_entropy(z, y):
    """The mean over the B rows of -log p[i, y[i]], where p is the softmax of each row of z. One number.

    z: (B, K) logits, any numbers from -1e4 to 1e4, float64 or float32; y: (B,) integers, each of 0 ... K-1.
    What was handed over stays as it was.

    >>> cross_entropy(z=[[0.0, 0.0], [0.0, 0.0]], y=[0, 1])
    0.6931
    >>> cross_entropy(z=[[10000.0, 0.0]], y=[1])
    10000.0
    """
    # BEGIN SOLUTION: take out what is common to a row, then the logarithm of the softmax
    z = z - z.max(axis=1, keepdims=True)                    # (B, K) the same p, and e**z at most 1
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · The gradient of a vote
#
# Several people have read each review, and they disagree. $Y_{ik}$ counts the votes that review $i$ got for class $k$. Some reviews got many votes, some got none; fractions occur too, where a vote was
# shared. With the $p$ of q1 the loss is
#
# $$L=-\frac1B\sum_{i}\sum_{k}Y_{ik}\log p_{ik}.$$
#
# Derive $\partial L/\partial z_{ik}$. The lesson's $p-y$ was for one label a row; watch what becomes of it when a row of $Y$ doesn't sum to 1.

# %% [markdown] lang="zh" of="a7aefa17"
# ## q2 · 一次投票的梯度
#
# 每条评论都有好几个人读过，他们的意见并不一致。$Y_{ik}$ 是第 $i$ 条评论为类别 $k$ 得到的票数。有的评论得票多，有的一票也没有；如果有人把一票分给几个类别，还会出现分数。$p$ 与 q1 相同，损失为
#
# $$L=-\frac1B\sum_{i}\sum_{k}Y_{ik}\log p_{ik}.$$
#
# 请推导 $\partial L/\partial z_{ik}$。课文中的 $p-y$ 是每行一个标签的情形；如果 $Y$ 的一行之和不是 1，它会变成什么？

# %% question="q2"
# q2: the gradient of the cross-entropy by the logits, for votes
def cross_entropy_gradient(z, Y):
    """The gradient by z of L = -(1/B) * sum over i, k of Y[i, k] * log p[i, k], p the softmax of each row. (B, K)

    z: (B, K) logits, any numbers from -1e4 to 1e4; Y: (B, K) votes >= 0, floats, whose rows may have any sum, also 0.
    What was handed over stays as it was.

    >>> cross_entropy_gradient(z=[[0.0, 0.0], [0.0, 0.0]], Y=[[1.0, 0.0], [3.0, 1.0]])
    [[-0.25, 0.25], [-0.5, 0.5]]
    """
    # BEGIN SOLUTION: a safe softmax; each row of p counts as often as its review was voted on
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)                    # (B, K)
    return (Y.sum(axis=1, keepdims=True) * p - Y) / len(Y)
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Complaint or not
#
# Now a single logit $z_i$ for each review, and $p_i=1/(1+e^{-z_i})$ is the probability that it is a complaint. The label $y_i$ is 1 for a complaint, 0 for none, or a fraction: 0.75 where three of four
# raters saw a complaint. The model gives what was seen the probability $p_i^{\,y_i}(1-p_i)^{1-y_i}$. The loss is the mean of its negative logarithm over the reviews.
#
# **(a)** Write it from the logits, again for anything up to $\pm10^4$.
#
# **(b)** Before its first step a network knows nothing about its input. The least loss that it can have is that of one and the same logit for all reviews, put into the bias of the last layer. Which
# logit? Derive it.

# %% [markdown] lang="zh" of="839e1bde"
# ## q3 · 是不是投诉
#
# 现在每条评论只有一个 logit $z_i$，它是投诉的概率为 $p_i=1/(1+e^{-z_i})$。标签 $y_i$：是投诉为 1，不是为 0，也可以是分数，例如四位标注者中有三位认为是投诉，就记 0.75。
# 对于实际看到的结果，模型给出的概率是 $p_i^{\,y_i}(1-p_i)^{1-y_i}$。损失是它的负对数对各条评论的平均。
#
# **(a)** 从 logit 出发写出这个损失，同样要经得起 $\pm10^4$ 以内的任何数。
#
# **(b)** 走第一步之前，网络对输入一无所知。这时它能做到的最小损失，是对所有评论都给出同一个 logit，把它放进最后一层的偏置。这个 logit 应是多少？请推导。

# %% question="q3"
# q3: the binary cross-entropy, and the best logit for those who know nothing
def binary_cross_entropy(z, y):
    """The mean over i of -log(p[i]**y[i] * (1 - p[i])**(1 - y[i])), where p = 1 / (1 + exp(-z)). One number.

    z: (B,) logits, any numbers from -1e4 to 1e4, float64 or float32; y: (B,) labels from 0 to 1, fractions included.
    What was handed over stays as it was.

    >>> binary_cross_entropy(z=[0.0, 0.0], y=[1.0, 0.3])
    0.6931
    >>> binary_cross_entropy(z=[10000.0, -10000.0], y=[0.0, 0.0])
    5000.0
    """
    # BEGIN SOLUTION: write both logarithms by log(1 + e**z) and simplify
    return np.mean(np.logaddexp(0, z) - y * z)              # log(e**0 + e**z) - y z
    # END SOLUTION


def starting_logit(y):
    """The number c for which binary_cross_entropy([c, c, ..., c], y) is smallest.

    y: (B,) labels from 0 to 1, not all 0 and not all 1.

    >>> starting_logit(y=[1.0, 0.0, 0.0, 0.0])
    -1.0986
    """
    # BEGIN SOLUTION: set the derivative by c to 0, solve for c
    share = np.mean(y)
    return np.log(share / (1 - share))
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · Where to start
#
# Layer $l$ computes $xW$ with $W\in\mathbb{R}^{n_{\text{in}}\times n_{\text{out}}}$, then the activation. Its weights start as independent random numbers of mean 0 and variance $\sigma^2$, its biases
# at 0. You need not type a formula from memory; the argument gives it:
#
# - `"relu"` (He): the mean square of a layer's outputs is to equal that of its inputs. ReLU wipes out half of the mean square that $xW$ has.
# - `"tanh"` (Xavier): near 0, tanh does nothing. For the way forward one would like $n_{\text{in}}\sigma^2=1$, for the way back $n_{\text{out}}\sigma^2=1$. Both at once is impossible, so the mean of the two
#   left-hand sides is to be 1.
#
# Normal or uniform, as you like. All chance comes from the generator that is handed over.

# %% [markdown] lang="zh" of="9062c476"
# ## q4 · 从哪里出发
#
# 第 $l$ 层先计算 $xW$，其中 $W\in\mathbb{R}^{n_{\text{in}}\times n_{\text{out}}}$，再经过激活函数。权重的初值是相互独立的随机数，均值为 0，方差为 $\sigma^2$；偏置从 0 开始。
# 公式不必死记，照下面的道理就能推出来：
#
# - `"relu"`（He）：一层输出的均方要等于它输入的均方。ReLU 会抹去 $xW$ 的均方的一半。
# - `"tanh"`（Xavier）：在 0 附近，tanh 相当于什么也没做。前向时希望 $n_{\text{in}}\sigma^2=1$，反向时希望 $n_{\text{out}}\sigma^2=1$。两者不能兼得，于是让两个等式左边的平均等于 1。
#
# 用正态分布还是均匀分布，随你选。一切随机数都来自传进来的生成器。

# %% question="q4"
# q4: the weights and biases before the first step
def start_network(sizes, activation, rng):
    """Lists (weights, biases), one entry a layer: weights[l] is (n_in, n_out), biases[l] is (n_out,) zeros.

    sizes: widths from the input to the output, at least two; [784, 512, 10] has two layers, (784, 512) and (512, 10).
    activation: "relu" or "tanh"; all layers, the last included, start by its rule.
    rng: a np.random.Generator. An equal generator gives equal weights, another one others.
    Each weight is drawn by itself, from a normal or a uniform distribution with mean 0 and the variance of the text.
    Example: in start_network([200, 800, 10], activation, rng) the 160,000 weights of layer 0 have a standard deviation
    of about 0.100 for "relu" and about 0.045 for "tanh".
    """
    # BEGIN SOLUTION: a variance for each layer, then draw
    weights = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        variance = 2 / n_in if activation == "relu" else 2 / (n_in + n_out)
        weights.append(rng.normal(0, np.sqrt(variance), (n_in, n_out)))
    return weights, [np.zeros(n_out) for n_out in sizes[1:]]
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · It learns from 16 reviews and dies of 128
#
# A colleague sorts reviews by 12 word counts into four departments, with a ReLU network of three hidden layers. Below is his step of gradient descent on the mean cross-entropy. He tried it on the
# first 4 reviews, then 16, 64, 128, always from the same start, always at the same rate. The table shows the share of reviews that are sorted right after so many steps. Run it, and compare with the share
# that the most frequent department has: it is printed below the table.

# %% [markdown] lang="zh" of="6eeeb826"
# ## q5 · 16 条学得会，128 条却学“死”了
#
# 一位同事根据 12 个词的计数，用一个有三个隐藏层的 ReLU 网络，把评论分给四个部门。下面是他对平均交叉熵做一步梯度下降的函数。他先用前 4 条评论试，然后是 16、64、128 条，每次都从同样的起点出发，
# 用同样的学习率。表中是走过若干步之后分对的比例。请运行它，再与最常见的那个部门所占的比例比较；这个比例印在表的下面。

# %% tags=["given"]
draw = np.random.default_rng(202)                       # a seed with which the end comes early
COUNTS = draw.poisson(1.0, size=(128, 12)).astype(float)                # (B, 12) word counts
DEPARTMENTS = ((COUNTS - COUNTS.mean(axis=0)) @ draw.normal(size=(12, 4))).argmax(axis=1)
RATE = 0.05
SHAPES_AND_SPREADS = [((12, 24), 0.41), ((24, 24), 0.29), ((24, 24), 0.29), ((24, 4), 0.29)]
START = ([draw.normal(0, s, shape) for shape, s in SHAPES_AND_SPREADS], [np.zeros(n) for (_, n), _ in SHAPES_AND_SPREADS])

def forward(X, weights, biases):
    """[X, and the outputs of the hidden layers], each (B, width), and the probabilities (B, K)."""
    hs = [X]
    for W, b in zip(weights[:-1], biases[:-1]):
        hs.append(np.maximum(hs[-1] @ W + b, 0))
    z = hs[-1] @ weights[-1] + biases[-1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return hs, p / p.sum(axis=1, keepdims=True)

def colleagues_step(X, y, weights, biases, alpha):
    """The weights and biases after one step of gradient descent on the mean cross-entropy, as the colleague wrote it."""
    hs, p = forward(X, weights, biases)
    g = p - np.eye(p.shape[1])[y]                           # (B, K)
    new_weights, new_biases = [], []
    for h, W, b in zip(hs[::-1], weights[::-1], biases[::-1]):
        new_weights.insert(0, W - alpha * (h.T @ g))
        new_biases.insert(0, b - alpha * g.mean(axis=0))
        g = (g @ W.T) * (h > 0)                             # (B, n_in)
    return new_weights, new_biases

def run_colleague(B, steps):
    """His weights and biases after so many steps on the first B reviews."""
    weights, biases = START
    for _ in range(steps):
        weights, biases = colleagues_step(COUNTS[:B], DEPARTMENTS[:B], weights, biases, RATE)
    return weights, biases

# %%
STEPS = (0, 1, 2, 3, 4, 5, 10, 100)
print("reviews" + "".join(f"{steps:7} " for steps in STEPS) + "steps")
for B in (4, 16, 64, 128):
    right = [forward(COUNTS[:B], *run_colleague(B, steps))[1].argmax(axis=1) == DEPARTMENTS[:B] for steps in STEPS]
    print(f"{B:7}" + "".join(f"{share.mean():8.2f}" for share in right))
print(f"the most frequent of 128: {np.bincount(DEPARTMENTS).max() / 128:.2f}")

# %% [markdown] lang="en"
# **(a)** Build the instrument that he lacked: for each hidden layer the standard deviation of its outputs, and the share of **dead** units, which answer 0 to every review.
#
# **(b)** Point it at `run_colleague(128, steps)` for steps 0, 1, 2, … `FIRST_DEAD` is the pair (steps, layer) at which, for the first time, all units of one hidden layer are dead; hidden layers count from 1. `FAULT` is the
# letter of the explanation that fits the table and your measurements:
#
# - **A.** The start: its spread is wrong, and the signal fades or explodes from layer to layer before the first step.
# - **B.** Dead at birth: before the first step many units answer 0 to every review.
# - **C.** The step: it grows with the number of reviews, overshoots, and kills units that were alive.
# - **D.** Patience: more reviews need more steps; this is a plateau that ends.
#
# **(c)** Write the step as it should be. One of the two lines that subtract is right already. (To have (a) checked first, let `descend` return the colleague's step for the time being.)

# %% [markdown] lang="zh" of="a18a41f5"
# **(a)** 造出他缺少的那件仪器：对每个隐藏层，测出输出的标准差，以及**死亡**单元的比例，即对每条评论都回答 0 的单元。
#
# **(b)** 用它去看第 0、1、2……步的 `run_colleague(128, steps)`。第一次出现某个隐藏层的单元全部死亡时，把数对（步数，层号）赋给 `FIRST_DEAD`，隐藏层从 1 数起。
# `FAULT` 是与表格和你的测量都相符的那种解释的字母：
#
# - **A.** 起点：初值的标准差不对，走第一步之前，信号就逐层消失或爆炸。
# - **B.** 生来就死：走第一步之前，许多单元对每条评论都回答 0。
# - **C.** 步子：步长随评论条数增大，一步跨过了头，把原本活着的单元弄死了。
# - **D.** 耐心：评论多，需要的步数也多；这只是一段会过去的平台期。
#
# **(c)** 写出正确的一步。两行做减法的代码里，有一行本来就是对的。（若想先检查 (a)，可以暂时让 `descend` 返回那位同事的一步。）

# %% question="q5"
# q5: an instrument, what it shows, and the mended step
def look_inside(X, weights, biases):
    """(spreads, dead), two lists with an entry for each hidden layer; the output layer is not one of them.

    spreads[l]: the standard deviation over all (B, width) outputs of hidden layer l, after its ReLU.
    dead[l]: the share of its units whose output is 0 for every row of X.
    X: (B, d), weights: list of (n_in, n_out), biases: list of (n_out,); any number of layers.
    The one hidden layer here has the outputs [[1, 0], [3, 0]]:

    >>> look_inside(X=[[1.0], [3.0]], weights=[[[1.0, -1.0]], [[1.0], [1.0]]],
    ...             biases=[[0.0, 0.0], [0.0]])
    ([1.2247], [0.5])
    """
    # BEGIN SOLUTION: two numbers for the outputs of each hidden layer
    hidden = forward(X, weights, biases)[0][1:]
    return [h.std() for h in hidden], [(h == 0).all(axis=0).mean() for h in hidden]
    # END SOLUTION


# BEGIN SOLUTION: the pair (steps, layer), from your measurements
FIRST_DEAD = (4, 3)                                         # look_inside(COUNTS, *run_colleague(128, 4))[1] ends with 1.0
# END SOLUTION
# BEGIN SOLUTION: "A", "B", "C" or "D"
FAULT = "C"                                                 # healthy at step 0: spreads 0.82, 0.83, 0.89, nobody dead
# END SOLUTION


def descend(X, y, weights, biases, alpha):
    """(weights, biases), two new lists: after one step of length alpha * gradient of the mean cross-entropy.

    X: (B, d), y: (B,) integers, weights: list of (n_in, n_out), biases: list of (n_out,), which stay as they are; all
    layers but the last end in ReLU.

    >>> descend(X=[[1.0], [3.0]], y=[0, 1], weights=[[[1.0]], [[0.0, 0.0]]],
    ...         biases=[[0.0], [0.0, 0.0]], alpha=1.0)
    ([[[1]], [[-0.5, 0.5]]], [[0], [0, 0]])
    """
    # BEGIN SOLUTION: the gradient of a mean carries 1/B, wherever it goes
    hs, p = forward(X, weights, biases)
    g = (p - np.eye(p.shape[1])[y]) / len(X)                # (B, K)
    new_weights, new_biases = [], []
    for h, W, b in zip(hs[::-1], weights[::-1], biases[::-1]):
        new_weights.insert(0, W - alpha * (h.T @ g))
        new_biases.insert(0, b - alpha * g.sum(axis=0))
        g = (g @ W.T) * (h > 0)                             # (B, n_in)
    return new_weights, new_biases
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · One number for every day
#
# The company answers complaints by hand. How many come tomorrow nobody knows, but the service desk must order its replies today. A complaint too many waits until tomorrow and costs `LATE`; a reply ordered in vain costs `IDLE`. Both prices are
# assumptions. `REPLIES` are the needs $r_1,\dots,r_n$ of the last 50 days. The simplest model predicts one constant $c$, and which one depends on what it minimises:
#
# $$\frac1n\sum_i(r_i-c)^2,\qquad \frac1n\sum_i|r_i-c|,\qquad \frac1n\sum_i\big(\text{late}\cdot\max(r_i-c,0)+\text{idle}\cdot\max(c-r_i,0)\big).$$

# %% [markdown] lang="zh" of="3fb8c9e5"
# ## q6 · 一个数管每一天
#
# 公司用人工回复投诉。明天会来多少，谁也不知道，可是客服部今天就得订好回复的名额。少订一个，就有一条投诉要等到明天，代价是 `LATE`；多订一个用不上，代价是 `IDLE`。这两个价钱都是假定。
# `REPLIES` 是过去 50 天的实际需求 $r_1,\dots,r_n$。最简单的模型只预测一个常数 $c$；该是哪个常数，要看它最小化的是什么：
#
# $$\frac1n\sum_i(r_i-c)^2,\qquad \frac1n\sum_i|r_i-c|,\qquad \frac1n\sum_i\big(\text{late}\cdot\max(r_i-c,0)+\text{idle}\cdot\max(c-r_i,0)\big).$$

# %% tags=["given"]
REPLIES = np.array([
    41, 29, 21, 41, 22, 54, 40, 27, 7, 11, 10, 36, 22, 11, 32, 22, 19, 62, 28, 35, 38, 11, 18, 103, 8,
    42, 68, 60, 21, 24, 16, 26, 58, 22, 6, 34, 42, 27, 96, 34, 26, 20, 20, 56, 50, 71, 47, 44, 3, 19,
])  # complaints a day
LATE, IDLE = 6.0, 2.0                                       # assumed: dollars for each reply too few, too many
DAYS = 250                                                  # working days a year

# %% [markdown] lang="en"
# **(a)** The third expression, as a function of $c$.
#
# **(b)** The constants that minimise the three. (Draw the second and the third for three days, on paper: where can such a curve of straight pieces have its lowest point?)
#
# **(c)** `ORDER`: how many replies you order each day. `SAVING`: the dollars that it saves in `DAYS` days, compared with a
# colleague who trained on the squared error and orders what his model predicts; as on these 50 days, without rounding his order.
#
# **(d)** Was the loss to blame, or the way it was read? Squared error claims normal noise (03.2). Another colleague takes the
# claim at its word: needs are normal, with the mean and standard deviation of the $r_i$, and `order_as_normal` is the order
# that costs least if they are. `READ_SAVING`: what she saves in `DAYS` days on these same 50, compared with the first colleague.

# %% [markdown] lang="zh" of="b94a198c"
# **(a)** 第三个式子，作为 $c$ 的函数。
#
# **(b)** 使这三个式子最小的常数。（在纸上为三天的数据画出第二、第三条曲线：这种由直线段拼成的曲线，最低点只可能在哪里？）
#
# **(c)** `ORDER`：你每天订多少个名额。`SAVING`：有位同事用平方误差训练模型，模型预测多少就订多少；与他的订量相比，你在 `DAYS` 天里省下多少美元。按这 50 天的情形推算，他的订量不取整。
#
# **(d)** 该怪损失函数，还是怪读法？平方误差断言噪声服从正态分布（03.2 节）。另一位同事把这个断言当真：需求服从正态分布，平均数和标准差就是各个 $r_i$ 的，
# `order_as_normal` 给出在这一断言下代价最低的订量。`READ_SAVING`：还是按这 50 天推算，与前一位同事相比，她在 `DAYS` 天里省下多少美元。

# %% question="q6"
# q6: the cost of a constant, the best constants, two orders and what they save
def mean_cost(r, c, late, idle):
    """The mean over the days of late * max(r[i] - c, 0) + idle * max(c - r[i], 0). One number.

    r: (n,) needs, c: the order, late and idle: prices > 0.

    >>> mean_cost(r=[10.0, 20.0], c=12.0, late=3.0, idle=1.0)
    13.0
    """
    # BEGIN SOLUTION: the price of each day, then the mean
    return np.mean(late * np.maximum(r - c, 0) + idle * np.maximum(c - r, 0))
    # END SOLUTION


def best_constants(r, late, idle):
    """Three numbers: the c with the least mean squared error, the least mean absolute error, the least mean_cost.

    r: (n,) numbers. Where several c are equally good, any of them.

    >>> best_constants(r=[1.0, 2.0, 3.0, 4.0, 10.0], late=6.0, idle=1.0)
    (4.0, 3.0, 10.0)
    """
    # BEGIN SOLUTION: two are well known; the third is one of the r
    return np.mean(r), np.median(r), min(r, key=lambda c: mean_cost(r, c, late, idle))
    # END SOLUTION


# BEGIN SOLUTION: replies a day
ORDER = best_constants(REPLIES, LATE, IDLE)[2]
# END SOLUTION
# BEGIN SOLUTION: dollars in DAYS days
SAVING = DAYS * (
    mean_cost(REPLIES, REPLIES.mean(), LATE, IDLE)
    - mean_cost(REPLIES, ORDER, LATE, IDLE)
)
# END SOLUTION


def order_as_normal(r, late, idle):
    """The order c with the least expected cost, if tomorrow's need is normal. One number.

    Its mean and its standard deviation are those of r (np.mean and np.std). The cost is that of mean_cost.

    >>> order_as_normal(r=[10.0, 20.0, 30.0], late=3.0, idle=1.0)
    25.507
    """
    # BEGIN SOLUTION: one reply more saves late, or costs idle: with which chances?
    from statistics import NormalDist

    return np.mean(r) + np.std(r) * NormalDist().inv_cdf(late / (late + idle))
    # END SOLUTION


# BEGIN SOLUTION: dollars in DAYS days
READ_SAVING = DAYS * (
    mean_cost(REPLIES, REPLIES.mean(), LATE, IDLE)
    - mean_cost(REPLIES, order_as_normal(REPLIES, LATE, IDLE), LATE, IDLE)
)
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** In q5, put your `descend` in the place of the colleague's step: how much of the 128 reviews does the network sort right after 100 steps? It has then learned these 128 by heart, perhaps, and lesson 04 asks what that is
# worth on others.

# %% [markdown] lang="zh" of="852e4d4f"
# **接下来。** 在 q5 里用你的 `descend` 换掉那位同事的函数：走 100 步之后，128 条评论能分对多少？也许它只是把这 128 条背了下来；换成别的评论还值多少，是第 04 课要问的。
