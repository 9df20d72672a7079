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
# # 01. Exercise: backpropagation
#
# Seven questions, from one line of the chain rule to a decision with a price; about 90 minutes with pencil and paper. No answer needs
# another one: take them in any order.
#
# `check("q1")` says what is right and what is not yet; `hint("q1")` opens the first of three hints, called again the next;
# `score()` adds up the points.

# %% [markdown] lang="zh" of="f1676eb8"
# # 01. 练习：反向传播
#
# 共七题，从链式法则的一行推导，到一个要标明代价的决定；备好纸笔，大约需要 90 分钟。各题互不依赖，先做哪一题都行。
#
# `check("q1")` 告诉你哪里对了、哪里还不对；`hint("q1")` 给出三条提示中的第一条，再调用一次给出下一条；`score()` 统计得分。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "matplotlib")
from autograder import open_exercise

check, hint, score = open_exercise("01_backprop", globals(), lang="en")

# %% tags=["given"]
import math

import numpy as np

# %% [markdown] lang="en"
# ## q1 · Two roads for one weight
#
# The network of lesson 01.1, with one change: its input also goes straight to the output, by the *same* weight $w$:
#
# $$z = wx+b,\qquad h=\max(0,z),\qquad y=vh+wx+c,\qquad L=(y-t)^2 .$$
#
# Derive the gradients of $L$ by $w$, $b$, $v$ and $c$ on paper, backwards from the loss, then write them down. At $z=0$ we take 0 as the
# slope of ReLU.

# %% [markdown] lang="zh" of="f6ec9ab3"
# ## q1 · 一个权重，两条路
#
# 还是课文 01.1 的网络，只改一处：输入还经过**同一个**权重 $w$ 直接通到输出：
#
# $$z = wx+b,\qquad h=\max(0,z),\qquad y=vh+wx+c,\qquad L=(y-t)^2 .$$
#
# 先在纸上从损失出发往回推，求出 $L$ 对 $w$、$b$、$v$、$c$ 的梯度，再写成代码。约定 ReLU 在 $z=0$ 处的斜率取 0。

# %% question="q1"
# q1: the blame of four numbers
def gradients_by_hand(w, b, v, c, x, t):
    """Gradients of L = (y − t)², where z = w·x + b, h = max(0, z), y = v·h + w·x + c.

    All arguments are numbers. Returns the dictionary {"w": ∂L/∂w, "b": ∂L/∂b, "v": ∂L/∂v, "c": ∂L/∂c}.

    >>> gradients_by_hand(w=1, b=1, v=-2, c=5, x=3, t=1)
    {"w": 6, "b": 4, "v": -8, "c": -2}
    """
    # BEGIN SOLUTION: forwards to y, then backwards from the loss
    z = w * x + b
    h = max(0.0, z)
    y = v * h + w * x + c
    dy = 2 * (y - t)
    dz = dy * v * (z > 0)
    return {"w": dz * x + dy * x, "b": dz, "v": dy * h, "c": dy}
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · A layer passes its blame on
#
# For one input, a layer is $y=Wx+b$ with $x\in\mathbb{R}^{n}$, $W\in\mathbb{R}^{m\times n}$, $b,y\in\mathbb{R}^{m}$. From the layer behind it, it receives
# $g=\partial L/\partial y$. It owes three answers: the gradients by $W$ and by $b$, for learning, and the one by $x$, for the layer before it. The weights
# are still needed afterwards: leave the inputs as they are.

# %% [markdown] lang="zh" of="ffbeb979"
# ## q2 · 一层怎样把责任传下去
#
# 只看一个输入时，一层就是 $y=Wx+b$，其中 $x\in\mathbb{R}^{n}$，$W\in\mathbb{R}^{m\times n}$，$b,y\in\mathbb{R}^{m}$。后面的层交给它
# $g=\partial L/\partial y$，它要交出三样东西：对 $W$ 和对 $b$ 的梯度，供学习用；对 $x$ 的梯度，交给前面的层。权重之后还要用，所以不要改动传入的数组。

# %% question="q2"
# q2: the way back through one layer
def layer_backward(g, W, x):
    """Gradients of the loss through y = W x + b, given g = ∂L/∂y.

    g: (m,), W: (m, n), x: (n,) arrays, which stay as they are. Returns (dW, db, dx) of shapes (m, n), (m,), (n,).

    >>> layer_backward(
    ...     g=[1.0, -1.0], W=[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]], x=[2.0, 0.0, 1.0]
    ... )
    ([[2, 0, 1], [-2, 0, -1]], [1, -1], [1, 1, -3])
    """
    # BEGIN SOLUTION: three formulas of lesson 01.3
    return np.outer(g, x), g.copy(), W.T @ g
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · An engine without the dislike
#
# The next cell is the heart of the engine of 01.4. Add two operations, with their derivatives on the edges, and the backward pass. Ours recursed, walked each edge
# once and did not reset. Yours is to do as well or better:
# - a chain of thousands of nodes must work, where recursion ends with a `RecursionError`: keep a list;
# - blame goes along each edge once: sixty diamonds in a row hold $2^{60}$ roads, so adding up road by road never ends;
# - it starts from gradients of 0, whatever an earlier call left there.

# %% [markdown] lang="zh" of="eb5fae50"
# ## q3 · 弥补引擎的缺憾
#
# 下一个单元格是 01.4 那个引擎的核心。请补上两种运算，把导数写在边上，再写出反向传播。课文里的写法用了递归，每条边只走一次，也不清零；
# 你的写法要做到三点：
# - 几千个节点连成的长链也要能算，递归在那里会以 `RecursionError` 告终：请改用列表；
# - 责任沿每条边只传一次：六十个菱形连成一串就有 $2^{60}$ 条路，一条路一条路地加，永远加不完；
# - 不论前一次调用留下了什么，梯度一律从 0 算起。

# %% tags=["given"]
class Node:
    """A number with a memory: edges are pairs (input node, derivative of this number by that input)."""

    def __init__(self, value, edges=()):
        self.value, self.edges, self.grad = float(value), edges, 0.0

    def __add__(self, other):
        return Node(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __sub__(self, other):
        return Node(self.value - other.value, ((self, 1.0), (other, -1.0)))

    def __mul__(self, other):
        return Node(self.value * other.value, ((self, other.value), (other, self.value)))

# %% question="q3"
# q3: two operations and the way back
def divide(a, b):
    """The node a / b, for nodes a and b. Example: divide(Node(6), Node(2)) has the value 3, its slopes are 0.5 and -1.5."""
    # BEGIN SOLUTION: the quotient, with its two partial derivatives on the edges
    return Node(a.value / b.value, ((a, 1 / b.value), (b, -a.value / b.value**2)))
    # END SOLUTION

def exp(a):
    """The node e**a, for a node a. Example: exp(Node(0)) has the value 1 and the slope 1."""
    # BEGIN SOLUTION: the exponential, with its derivative on the edge
    value = math.exp(a.value)
    return Node(value, ((a, value),))
    # END SOLUTION

def backpropagate(root):
    """Put ∂root/∂node into node.grad, for root (1.0) and every node that it was made from. Returns nothing.

    What stood in .grad before does not matter. Works on chains of 3,000 nodes; sends blame along each edge once.
    Example: a = Node(3); m = a * a; backpropagate(m + m * a) leaves a.grad == 33, the slope of a² + a³.
    """
    # BEGIN SOLUTION: order the nodes so that each comes after all its users, then send the blame along the edges
    users, found = {root: 0}, [root]
    for node in found:                                      # the list grows while we walk along it
        node.grad = 0.0
        for parent, _ in node.edges:
            if parent not in users:
                users[parent] = 0
                found.append(parent)
            users[parent] += 1
    root.grad, ready = 1.0, [root]
    while ready:
        node = ready.pop()
        for parent, slope in node.edges:
            parent.grad += node.grad * slope
            users[parent] -= 1
            if users[parent] == 0:                          # all of its blame has arrived
                ready.append(parent)
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · A whole batch, and another mean
#
# Two layers on a batch of $N$ rows as in 01.7, with $X\in\mathbb{R}^{N\times D}$, $W_1\in\mathbb{R}^{D\times M}$, $W_2\in\mathbb{R}^{M\times K}$, $T\in\mathbb{R}^{N\times K}$. The loss is not quite the
# one of the lesson. Like PyTorch's and Keras's "mean squared error" it is the mean over all $N\cdot K$ entries:
#
# $$H=\tanh(XW_1+b_1),\qquad Y=HW_2+b_2,\qquad L=\frac{1}{NK}\sum_{n=1}^{N}\sum_{k=1}^{K}(Y_{nk}-T_{nk})^2 .$$

# %% [markdown] lang="zh" of="3f83a328"
# ## q4 · 一整批，另一种平均
#
# 与 01.7 一样，两层网络作用在一批共 $N$ 行上，$X\in\mathbb{R}^{N\times D}$，$W_1\in\mathbb{R}^{D\times M}$，$W_2\in\mathbb{R}^{M\times K}$，$T\in\mathbb{R}^{N\times K}$。损失与课文稍有不同：
# 像 PyTorch 和 Keras 的“均方误差”那样，对全部 $N\cdot K$ 项取平均：
#
# $$H=\tanh(XW_1+b_1),\qquad Y=HW_2+b_2,\qquad L=\frac{1}{NK}\sum_{n=1}^{N}\sum_{k=1}^{K}(Y_{nk}-T_{nk})^2 .$$

# %% question="q4"
# q4: the gradients of a batch
def network_gradients(X, T, W1, b1, W2, b2):
    """Gradients of L = mean over all N·K entries of (Y − T)², where H = tanh(X W1 + b1), Y = H W2 + b2.

    X: (N, D), T: (N, K), W1: (D, M), b1: (M,), W2: (M, K), b2: (K,) arrays, which stay as they are.
    Returns (dW1, db1, dW2, db2), each with the shape of its parameter.

    >>> network_gradients(X=[[1.0], [3.0]], T=[[0.0, 0.0], [0.0, 0.0]],
    ...                   W1=[[0.0]], b1=[0.0], W2=[[1.0, 2.0]], b2=[1.0, 0.0])
    ([[2]], [1], [[0, 0]], [1, 0])
    """
    # BEGIN SOLUTION: forwards to Y, then dY, dW2, db2, dZ, dW1, db1
    H = np.tanh(X @ W1 + b1)                                # (N, M)
    dY = 2 * (H @ W2 + b2 - T) / T.size                     # (N, K)
    dZ = (dY @ W2.T) * (1 - H * H)                          # (N, M)
    return X.T @ dZ, dZ.sum(axis=0), H.T @ dY, dY.sum(axis=0)
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · A detector for wrong gradients
#
# In 01.8 one number judged a whole array: the ratio of two lengths. If a thousand entries are right and a small one is wrong, the
# length hardly notices. So compare entry by entry and report the worst. With $q_i$ for the central difference
# quotient of the loss by entry $i$, and $g_i$ for the claimed derivative:
#
# $$q_i=\frac{L(w+h\,e_i)-L(w-h\,e_i)}{2h},\qquad \text{error}=\max_i\frac{|g_i-q_i|}{\max(|g_i|+|q_i|,\;0.001)} .$$
#
# $e_i$ is 1 at entry $i$ and 0 elsewhere. The floor of 0.001 judges tiny derivatives by their absolute error, and keeps 0 from being divided by 0.
# You choose $h$: a right gradient of a smooth loss of ordinary size must come out below $10^{-6}$.

# %% [markdown] lang="zh" of="79b61e04"
# ## q5 · 错误梯度的探测器
#
# 在 01.8 中，整个数组只用一个数来评判，即两个长度之比。如果一千个分量都对，只有一个小分量错了，长度几乎察觉不到。所以要逐个分量比较，报告最差的那个。
# 记 $q_i$ 为损失对第 $i$ 个分量的中心差分（除以步长之后），$g_i$ 为待检验的导数：
#
# $$q_i=\frac{L(w+h\,e_i)-L(w-h\,e_i)}{2h},\qquad \text{error}=\max_i\frac{|g_i-q_i|}{\max(|g_i|+|q_i|,\;0.001)} .$$
#
# $e_i$ 的第 $i$ 个分量为 1，其余为 0。有了下限 0.001，很小的导数就按绝对误差来评判，也不会出现 0 除以 0。
# 步长 $h$ 由你来选：只要损失光滑、大小寻常，正确的梯度就必须得到小于 $10^{-6}$ 的结果。

# %% question="q5"
# q5: the worst relative error of a gradient
def check_gradient(loss, w, g):
    """max over the entries of |g − q| / max(|g| + |q|, 0.001), where q are the central difference quotients of loss at w.

    loss: takes an array of the shape of w, returns a number. w: float64 array of any shape, to the last bit the same
    after the call as before. g: array of the shape of w. Returns one number, below 1e-6 where g is right (01.8 shows
    which h do that).
    Example: for loss(w) = (w**2).sum() and w = [1, 2], g = [2, 4] gives less than 1e-6, g = [2, 8] gives 1/3.
    """
    # BEGIN SOLUTION: for each entry two losses, the quotient, its relative error; then the worst
    h, worst = 1e-5, 0.0
    for i in np.ndindex(w.shape):
        above, below = w.copy(), w.copy()
        above[i] += h
        below[i] -= h
        q = (loss(above) - loss(below)) / (2 * h)
        worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001))
    return worst
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · What is wrong here?
#
# A colleague fits a line by gradient descent, $w\leftarrow w-\alpha\,\partial L/\partial w$ with $L=\frac1N\sum_n(x_n^\top w-t_n)^2$. The loss will not come to rest, and he
# suspects the rate $\alpha$. So he tried a tenth of it, and a hundredth. Here is his loop; the cell after it draws his three curves. One of these is the matter:
#
# - `"rate too high"`: each step jumps over the valley;
# - `"gradients never reset"`: each step also takes all the old ones;
# - `"gradients overwritten"`: the last row's gradient replaces the others;
# - `"wrong sign"`: the steps go uphill.
#
# Put its name into `BUG` and write the loop as it should be.

# %% [markdown] lang="zh" of="4c2f7bae"
# ## q6 · 毛病出在哪里？
#
# 一位同事用梯度下降拟合直线：$w\leftarrow w-\alpha\,\partial L/\partial w$，其中 $L=\frac1N\sum_n(x_n^\top w-t_n)^2$。损失怎么也停不下来，他怀疑是学习率
# $\alpha$ 的问题，于是又试了它的十分之一和百分之一。下面是他的循环，再下一个单元格画出他的三条曲线。毛病是以下四种之一：
#
# - `"rate too high"`：学习率太大，每一步都跨过了谷底；
# - `"gradients never reset"`：梯度从不清零，每一步都带着以前所有的梯度；
# - `"gradients overwritten"`：梯度被覆盖，最后一行的梯度顶替了其余各行；
# - `"wrong sign"`：符号反了，步子是往上坡走的。
#
# 请把它的名字写进 `BUG`，再把循环写对。

# %% tags=["given"]
def train_broken(X, t, rate, steps):
    """Gradient descent from w = 0 on the mean of (X @ w - t)**2; returns w and the losses before each step."""
    w, grad, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for _ in range(steps):
        errors = X @ w - t                                  # (N,)
        losses.append(np.mean(errors**2))
        for row, error in zip(X, errors):
            grad += 2 * error * row / len(X)
        w -= rate * grad
    return w, losses

# %%
import matplotlib.pyplot as plt

X_line = np.array([[-2, 1], [-1, 1], [0, 1], [1, 1], [2, 1]], dtype=float)       # (N, 2): the input, and a 1 for the bias
t_line = np.array([-3.0, -1.0, 0.5, 1.0, 4.0])
fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for rate, style in [(0.1, "-"), (0.01, "--"), (0.001, "-.")]:
    ax.plot(train_broken(X_line, t_line, rate, 90)[1], style, label=f"rate {rate}")
ax.set(xlabel="step", ylabel="mean squared error")
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False);

# %% [markdown] lang="en"
# *The picture:* three curves swing up and down between nearly the same heights and none settles; the smaller the rate, the slower the
# swing.

# %% [markdown] lang="zh" of="5847853e"
# *图中所见：* 三条曲线都在几乎相同的高度之间上下摆动，没有一条停下来；学习率越小，摆得越慢。

# %% question="q6"
# q6: name the bug and mend the loop
# BEGIN SOLUTION: one of the four names above, in quotation marks
BUG = "gradients never reset"
# END SOLUTION

def train(X, t, rate, steps):
    """Gradient descent w ← w − rate·∂L/∂w from w = 0 on L = mean of (X @ w − t)², with the very rate that is given.

    X: (N, D), t: (N,) arrays, which stay as they are. Returns (w, losses): w: (D,) after `steps` steps, losses: a list
    of the `steps` losses, each taken before its step.

    >>> train(X=[[1.0], [1.0]], t=[1.0, 3.0], rate=0.25, steps=2)
    ([1.5], [5, 2])
    """
    # BEGIN SOLUTION: the loop of train_broken without its bug
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(steps):
        errors = X @ w - t
        losses.append(np.mean(errors**2))
        w = w - rate * 2 * X.T @ errors / len(X)
    return w, losses
    # END SOLUTION

# %%
check("q6")

# %% [markdown] lang="en"
# ## q7 · Decide, and say what it costs
#
# A network has $P$ parameters and $d$ layers of equal width. One forward pass over the batch takes $\tau$ seconds; the output of one layer takes $A$ bytes,
# and so does the input. Parameters and gradients are float32, 4 bytes each. Three ways to one gradient:
#
# - **backprop**: a forward pass that keeps the input and all $d$ outputs, and the way back, counted as in 01.11.
# - **recompute**: keeps only the input of every $k$-th layer ($d$ is a multiple of $k$). On the way back each block of $k$ layers runs forward once more, and
#   its $k$ outputs are kept while the way back is inside it. In all: one forward pass more.
# - **differences**: central, for every parameter; it holds two layers at a time.
#
# All three hold parameters and gradient. Write their costs; then decide for the encoder below.

# %% [markdown] lang="zh" of="54f1c0f1"
# ## q7 · 做决定，并标明代价
#
# 一个网络有 $P$ 个参数、$d$ 层，各层等宽。整批数据的一次前向传播要 $\tau$ 秒；一层的输出占 $A$ 字节，输入也占这么多。参数和梯度都是 float32，
# 每个 4 字节。求一次梯度，有三种办法：
#
# - **反向传播**（`"backprop"`）：前向一次，留住输入和全部 $d$ 层的输出；然后反向，按 01.11 的算法计数。
# - **重算**（`"recompute"`）：只留住每隔 $k$ 层的那一层的输入（$d$ 是 $k$ 的倍数）。反向时，每 $k$ 层为一段，各段再前向算一遍，走在这一段里时留住它的 $k$ 个输出。
#   总共多一次前向传播。
# - **差商**（`"differences"`）：对每个参数用中心差商；同时只需留住两层。
#
# 三种办法都要存参数和梯度。请写出各自的代价，再替下面这个编码器做决定。

# %% tags=["given"]
# 16 layers of width 768, 12 · 768² weights each; a batch of 512 reviews of 256 tokens
ENCODER = {"P": 113_246_208, "d": 16, "pass_seconds": 30.0, "layer_bytes": 402_653_184, "k": 4}
MEMORY = 6_000_000_000          # bytes that are free

# %% question="q7"
# q7: three methods, their price, one choice
def compare_methods(P, d, pass_seconds, layer_bytes, k):
    """Seconds and bytes of one gradient: {"backprop": (seconds, bytes), "recompute": (…), "differences": (…)}.

    P: parameters, d: layers, pass_seconds: τ, one forward pass, layer_bytes: A, k: layers in a block of "recompute".
    Bytes: parameters and gradient at 4 bytes a number, and the layers that are kept.

    >>> compare_methods(P=10, d=4, pass_seconds=2.0, layer_bytes=100, k=2)
    {"backprop": (5.5, 580), "recompute": (7.5, 480), "differences": (40.0, 280)}
    """
    # BEGIN SOLUTION: count passes, count arrays
    numbers, back = 2 * 4 * P, 2 - 1 / d
    return {
        "backprop": ((1 + back) * pass_seconds, numbers + (d + 1) * layer_bytes),
        "recompute": ((2 + back) * pass_seconds, numbers + (d // k + k) * layer_bytes),
        "differences": (2 * P * pass_seconds, numbers + 2 * layer_bytes),
    }
    # END SOLUTION

# BEGIN SOLUTION: "backprop", "recompute" or "differences": the fastest that fits into MEMORY, for ENCODER
CHOICE = "recompute"                                        # backprop needs 7.8 GB; differences 215 years
# END SOLUTION
# BEGIN SOLUTION: the seconds that one gradient for ENCODER takes in that way
SECONDS = compare_methods(**ENCODER)[CHOICE][0]
# END SOLUTION

# %%
check("q7")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# Everything right? Then lesson 02 awaits you: it takes the gradient for granted and asks how far to step. Something still open? The hints are there to
# be used, and lesson 01 has each formula with its derivation.

# %% [markdown] lang="zh" of="7f3153a7"
# 全对了？那就去读第 02 课：那里不再过问梯度从何而来，只问每一步该走多远。还有没做出来的？提示就是给人用的；每个公式及其推导，第 01 课里都有。
