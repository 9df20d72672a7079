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
# # 01. Backpropagation
#
# **How does a network know which weight to blame?** A prediction was wrong. We find the share of each weight in it: on paper, by an
# engine of ⟦engine_lines⟧ lines, by matrices, by two libraries.
#
# You will be able to:
# - derive the gradient of a loss by every weight and bias on paper;
# - write an automatic differentiation engine and say why gradients add up;
# - train two layers in NumPy and state their accuracy with an interval;
# - test a gradient by central differences with a well-chosen step;
# - count what a gradient costs.
#
# **Time and needs.** Reading 60 minutes; the notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes ⟦peak_memory⟧. Needs school
# calculus and matrix products.

# %% [markdown] lang="zh" of="252fe9a6"
# # 01. 反向传播
#
# **网络怎么知道该怪哪个权重？** 预测错了，本课要算出每个权重该担多少责任：先用纸笔，再用一个 ⟦engine_lines⟧ 行的引擎，
# 然后用矩阵，最后用两个现成的库。
#
# 学完后你能够：
# - 在纸上推导损失对每个权重和偏置的梯度；
# - 写出一个自动微分引擎，并说清梯度为什么要累加；
# - 用 NumPy 训练一个两层网络，并给出带区间的准确率；
# - 用中心差分检验梯度，并讲得出步长为何这样取；
# - 算出一次求梯度的代价。
#
# **时间与所需。** 阅读约 60 分钟；整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要会中学的求导和矩阵乘法。

# %% tags=["setup"]
from course_utils import ensure, seed_everything

ensure("torch", "tensorflow-cpu", "scikit-learn")

# %%
import linecache
import math
import time

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

import course_data as data
from course_utils import plotting

plotting.use_course_style()
threadpool_limits(1, user_api="blas")      # such small products lose more by waiting for a second thread than they gain

# %%
SEED = 0               # split, first weights and random tests all follow from it
N_TEST = 360           # a fifth of the 1,797 digits
HIDDEN = 32            # 16 ... 64 all work; 32 keeps the full gradient check under a second
RATE = 0.2             # learning rate: with it the loss falls at every step; with 0.3 it does not (lesson 02)
STEPS = 800            # each on all training images at once

# %% [markdown] lang="en"
# ## 01.1 A network is one function with many knobs
#
# A review goes in, a verdict comes out, and it is wrong. Between the two stand numbers that could have been set otherwise:
#
# $$y = f(x;\,W, b)$$
#
# $x$ is the input, $y$ the output; $W$ and $b$ stand for all weights and all biases. One of our sources calls $f$ "the activation
# function". It is the whole map, all layers included. In a single layer $y=\varphi(Wx+b)$ the activation function is $\varphi$:
# it acts on each component and has no weights. The smallest network with a layer inside, and its loss against a target $t$:
#
# $$z = wx+b,\qquad h=\max(0,z),\qquad y=vh+c,\qquad L=(y-t)^2 .$$
#
# Here $W$ is the pair $(w,v)$; the biases are $b$ and $c$; $\varphi$ is $\max(0,z)$, called ReLU.

# %% [markdown] lang="zh" of="61d498e0"
# ## 01.1 网络就是一个带许多旋钮的函数
#
# 一条评论送进去，出来一个判断，而判断错了。从输入到输出，中间有许多数本可以取别的值：
#
# $$y = f(x;\,W, b)$$
#
# $x$ 是输入，$y$ 是输出；$W$ 和 $b$ 代表全部权重和全部偏置。我们参考的一份资料把这里的 $f$ 叫作“激活函数”，其实它是整个映射，
# 所有的层都在里面。只有在单独一层 $y=\varphi(Wx+b)$ 中，$\varphi$ 才是激活函数：它逐分量作用，自己没有权重。
# 含有一个隐藏层的最小网络，连同它相对于目标 $t$ 的损失，是这样的：
#
# $$z = wx+b,\qquad h=\max(0,z),\qquad y=vh+c,\qquad L=(y-t)^2 .$$
#
# 这里 $W$ 就是 $(w,v)$ 这一对数，偏置是 $b$ 和 $c$；$\varphi$ 是 $\max(0,z)$，称为 ReLU。

# %%
knobs = dict(w=1.0, b=1.0, v=-2.0, c=5.0)           # what may be turned

def compute_loss(w, b, v, c, x=2.0, t=1.0):         # what is given: one input, one target
    h = max(0.0, w * x + b)
    return (v * h + c - t) ** 2

f"loss: {compute_loss(**knobs)}"

# %% [markdown] lang="en"
# ## 01.2 Blame is a derivative
#
# To blame a weight is to say: *had you been a little larger, the loss would have changed by so much.* That is a derivative. Between
# a weight and the loss lies the output, and rates along a chain multiply:
#
# $$\frac{\partial L}{\partial W}=\frac{\partial L}{\partial y}\,\frac{\partial y}{\partial W},\qquad
# \frac{\partial L}{\partial b}=\frac{\partial L}{\partial y}\,\frac{\partial y}{\partial b} .$$
#
# This is the chain rule. Backpropagation is the *order* in which one evaluates it: from the loss backwards, so that each factor is
# computed once and serves every weight behind it.

# %% [markdown] lang="zh" of="7aaf59eb"
# ## 01.2 责任就是导数
#
# 追究一个权重的责任，等于问：*假如你当初稍大一点，损失会变多少？* 这正是导数。从权重到损失，中间要经过输出；沿着一条链，
# 变化率是相乘的：
#
# $$\frac{\partial L}{\partial W}=\frac{\partial L}{\partial y}\,\frac{\partial y}{\partial W},\qquad
# \frac{\partial L}{\partial b}=\frac{\partial L}{\partial y}\,\frac{\partial y}{\partial b} .$$
#
# 这是链式法则。反向传播指的则是计算它的*顺序*：从损失出发往回算，每个因子只算一次，后面的权重都可以直接取用。

# %% [markdown] lang="en"
# **By hand.** With $x=2$, $t=1$, $w=1$, $b=1$, $v=-2$, $c=5$ take pencil and paper, forwards first:
# $z=3$, $h=3$, $y=-1$, $L=4$. Then backwards, each line using the one above it:
#
# $$\begin{aligned}
# \frac{\partial L}{\partial y}&=2(y-t) & \frac{\partial L}{\partial v}&=\frac{\partial L}{\partial y}\,h & \frac{\partial L}{\partial c}&=\frac{\partial L}{\partial y}\\
# \frac{\partial L}{\partial h}&=\frac{\partial L}{\partial y}\,v & \frac{\partial L}{\partial z}&=\frac{\partial L}{\partial h}\,[z>0]\\
# \frac{\partial L}{\partial w}&=\frac{\partial L}{\partial z}\,x & \frac{\partial L}{\partial b}&=\frac{\partial L}{\partial z}
# \end{aligned}$$
#
# $[z>0]$ is 1 where the condition holds and 0 elsewhere: the slope of ReLU.
#
# **Before you run it:** $v$ stands next to the loss, $w$ a layer behind. Which of the two takes more blame?

# %% [markdown] lang="zh" of="8a36314c"
# **手算。** 取 $x=2$，$t=1$，$w=1$，$b=1$，$v=-2$，$c=5$，拿出纸笔，先往前算：$z=3$，$h=3$，$y=-1$，$L=4$。
# 再往回算，每一行都用到上一行的结果：
#
# $$\begin{aligned}
# \frac{\partial L}{\partial y}&=2(y-t) & \frac{\partial L}{\partial v}&=\frac{\partial L}{\partial y}\,h & \frac{\partial L}{\partial c}&=\frac{\partial L}{\partial y}\\
# \frac{\partial L}{\partial h}&=\frac{\partial L}{\partial y}\,v & \frac{\partial L}{\partial z}&=\frac{\partial L}{\partial h}\,[z>0]\\
# \frac{\partial L}{\partial w}&=\frac{\partial L}{\partial z}\,x & \frac{\partial L}{\partial b}&=\frac{\partial L}{\partial z}
# \end{aligned}$$
#
# 条件成立时 $[z>0]$ 取 1，否则取 0，它就是 ReLU 的斜率。
#
# **先猜再运行：** $v$ 紧挨着损失，$w$ 还隔着一层。两者之中，谁的责任更大？

# %% tags=["nbval-check-output"]
w, b, v, c, x, t = *knobs.values(), 2.0, 1.0
z = w * x + b
h = max(0.0, z)
y = v * h + c
dy = 2 * (y - t)                                    # dL/dy; from here on "dsomething" is dL/dsomething
dv, dc, dh = dy * h, dy, dy * v
dz = dh * (z > 0)
dw, db = dz * x, dz
by_hand = dict(w=dw, b=db, v=dv, c=dc)
by_hand

# %% [markdown] lang="en"
# The one further away: ⟦by_hand["w"]:.0f⟧ for $w$ against ⟦by_hand["v"]:.0f⟧ for $v$. On the way back the blame was multiplied
# by $v=-2$ and by $x=2$; distance alone says nothing.
#
# Is it true? We turn each knob a little up and a little down, and divide the difference of the two losses by the distance.

# %% [markdown] lang="zh" of="93eb75d5"
# 反而是离得远的那个：$w$ 为 ⟦by_hand["w"]:.0f⟧，$v$ 为 ⟦by_hand["v"]:.0f⟧。往回走的路上，责任先乘了 $v=-2$，又乘了 $x=2$；
# 光看远近，什么也说明不了。
#
# 算对了吗？把每个旋钮拧大一点、再拧小一点，用两次损失之差除以间隔。

# %%
def turn_knob(name, step=1e-3):
    """Change of the loss per unit, when one knob goes from -step to +step around its value."""
    up, down = knobs | {name: knobs[name] + step}, knobs | {name: knobs[name] - step}
    return (compute_loss(**up) - compute_loss(**down)) / (2 * step)

assert all(abs(turn_knob(name) - by_hand[name]) < 1e-9 for name in knobs), "turning a knob must confirm its derivative"

# %% [markdown] lang="en"
# **Quiz.** We set $b=-5$, so that $z=-3$ and ReLU is shut; $y=c$ is still wrong. Which gradients are zero?
#
# - [ ] only those of $w$ and $b$ :: The road through ReLU is shut, right. But $\partial L/\partial v=\partial L/\partial y\cdot h$, and $h=0$: a weight whose input is silent gets no blame either.
# - [x] those of $w$, $b$ and $v$ :: $w$ and $b$ because the slope of ReLU is 0, $v$ because its input $h$ is 0. Only $c$ can learn from this example.
# - [ ] all four :: That confuses a shut unit with a perfect output. $\partial L/\partial c=2(c-t)$ is not zero: nothing stands between $c$ and the output.

# %% [markdown] lang="zh" of="33ea4b3a"
# **小测验。** 取 $b=-5$，于是 $z=-3$，ReLU 关闭；此时 $y=c$，输出仍是错的。哪些梯度为零？
#
# - [ ] 只有 $w$ 和 $b$ 的 :: 经过 ReLU 的路确实断了。但 $\partial L/\partial v=\partial L/\partial y\cdot h$，而 $h=0$：输入为零的权重同样分不到责任。
# - [x] $w$、$b$ 和 $v$ 的 :: $w$ 和 $b$ 是因为 ReLU 的斜率为 0，$v$ 是因为它的输入 $h$ 为 0。从这个样本里，只有 $c$ 能学到东西。
# - [ ] 四个全是 :: 这是把“单元关闭”当成了“输出正确”。$\partial L/\partial c=2(c-t)$ 不为零：$c$ 与输出之间没有任何阻隔。

# %% [markdown] lang="en"
# ## 01.3 When the output is a vector and the weights a matrix
#
# A real layer is $y=Wx+b$ with $x\in\mathbb{R}^{n}$, $W\in\mathbb{R}^{m\times n}$ and $b,y\in\mathbb{R}^{m}$. What is the product in
# $\frac{\partial L}{\partial y}\frac{\partial y}{\partial W}$ now? The first factor holds $m$ numbers. The second has one for every output
# $k$ and every weight $ij$: $m\times m\times n$ of them, a third-order tensor.
#
# Turn $W_{ij}$ by a little, and every output may move; the changes that reach the loss add up. So the product is a **sum over
# the outputs**:
#
# $$\frac{\partial L}{\partial W_{ij}}=\sum_{k=1}^{m}\frac{\partial L}{\partial y_k}\,\frac{\partial y_k}{\partial W_{ij}} .$$

# %% [markdown] lang="zh" of="5b717dc6"
# ## 01.3 输出是向量、权重是矩阵时
#
# 真实的一层是 $y=Wx+b$，其中 $x\in\mathbb{R}^{n}$，$W\in\mathbb{R}^{m\times n}$，$b,y\in\mathbb{R}^{m}$。这时
# $\frac{\partial L}{\partial y}\frac{\partial y}{\partial W}$ 里的“乘”是什么意思？第一个因子有 $m$ 个数；第二个因子对每个输出 $k$、
# 每个权重 $ij$ 各有一个数，共 $m\times m\times n$ 个，是一个三阶张量。
#
# 把 $W_{ij}$ 拧动一点，每个输出都可能跟着动；它们传到损失上的变化要加起来。所以这个“乘”其实是**对输出求和**：
#
# $$\frac{\partial L}{\partial W_{ij}}=\sum_{k=1}^{m}\frac{\partial L}{\partial y_k}\,\frac{\partial y_k}{\partial W_{ij}} .$$

# %% [markdown] lang="en"
# **Derivation.** Since $y_k=\sum_j W_{kj}x_j+b_k$, the weight $W_{ij}$ moves only output $i$: $\partial y_k/\partial W_{ij}=\delta_{ki}x_j$,
# where $\delta_{ki}$ is 1 for $k=i$ and 0 otherwise. Write $g=\partial L/\partial y$. Then
# $\partial L/\partial W_{ij}=\sum_k g_k\delta_{ki}x_j=g_ix_j$, and in the same way for the others:
#
# $$\frac{\partial L}{\partial W}=g\,x^\top,\qquad \frac{\partial L}{\partial b}=g,\qquad \frac{\partial L}{\partial x}=W^\top g .$$
#
# In the last one $x_j$ reaches the loss through *all* outputs, $\sum_k g_kW_{kj}$. **Shape argument**, for when memory fails: a gradient
# has the shape of what it belongs to, and the product of $g\in\mathbb{R}^m$ and $x\in\mathbb{R}^n$ with shape $m\times n$ is $g\,x^\top$. (For
# $m=n$ shapes cannot tell it from $x\,g^\top$: then only the derivation helps.)

# %% [markdown] lang="zh" of="09c5a04f"
# **推导。** 由 $y_k=\sum_j W_{kj}x_j+b_k$ 可知，权重 $W_{ij}$ 只牵动输出 $i$：$\partial y_k/\partial W_{ij}=\delta_{ki}x_j$，其中
# $\delta_{ki}$ 在 $k=i$ 时为 1，否则为 0。记 $g=\partial L/\partial y$，就有
# $\partial L/\partial W_{ij}=\sum_k g_k\delta_{ki}x_j=g_ix_j$；其余几个同理：
#
# $$\frac{\partial L}{\partial W}=g\,x^\top,\qquad \frac{\partial L}{\partial b}=g,\qquad \frac{\partial L}{\partial x}=W^\top g .$$
#
# 最后一式中，$x_j$ 通过*全部*输出影响损失，即 $\sum_k g_kW_{kj}$。万一忘了公式，还可以**看形状**：梯度的形状总与它所属的量相同。
# 由 $g\in\mathbb{R}^m$ 和 $x\in\mathbb{R}^n$ 乘出来、形状为 $m\times n$ 的，是 $g\,x^\top$。（当 $m=n$ 时，形状分不出它和 $x\,g^\top$，
# 那就只能靠推导了。）

# %%
x, W = np.array([2.0, -1.0]), np.array([[1.0, 0.0], [-1.0, 2.0], [0.5, 1.0]])        # (n,), (m, n)
b, t = np.array([0.0, 3.0, 1.0]), np.array([1.0, 1.0, -2.0])                          # (m,), (m,)
y = W @ x + b
g = 2 * (y - t)                                     # (m,) dL/dy for L = sum of (y - t)²
dy_dW = np.einsum("ki,j->kij", np.eye(3), x)        # (m, m, n) the tensor, entry by entry δ_ki x_j
f"g = {g}; the tensor has shape {dy_dW.shape}; {np.count_nonzero(dy_dW)} of its {dy_dW.size} entries are not zero"

# %% [markdown] lang="en"
# Read as printed, the product is `g * dy_dW`. The next cell is meant to fail: the shapes do not multiply. The one after it takes the sum
# over $k$.
#
# And `g @ dy_dW`? It runs, which is worse: NumPy sums over the *middle* axis, $i$ instead of $k$. Here that goes unnoticed,
# because $\delta_{ki}$ is symmetric. The third cell puts one more matrix in front, $y=AWx$ with $\partial y_k/\partial W_{ij}=A_{ki}x_j$,
# and there the answer is wrong.
#
# The tensor is worth knowing and not worth building. For one image and the first layer of lesson 05, 784 inputs and 512 outputs,
# it takes ⟦8 * 512 * 512 * 784 / 1e9:.1f⟧ GB in float64, nearly all zeros; $g\,x^\top$ takes ⟦8 * 512 * 784 / 1e6:.1f⟧ MB.

# %% [markdown] lang="zh" of="c2b3805c"
# 照字面读，这个“乘”就是 `g * dy_dW`。下一个单元格是故意让它出错的：两者的形状没法相乘。再下一个单元格才对 $k$ 求和。
#
# 那么 `g @ dy_dW` 呢？它能运行，反而更糟：NumPy 是沿*中间*那个轴求和的，即对 $i$ 而不是对 $k$。在这里看不出毛病，因为
# $\delta_{ki}$ 是对称的。第三个单元格在前面再乘一个矩阵，$y=AWx$，$\partial y_k/\partial W_{ij}=A_{ki}x_j$，答案就错了。
#
# 这个张量值得了解，不值得真的造出来。以第 05 课的第一层为例，784 个输入，512 个输出，单单一张图片，用 float64 就要占
# ⟦8 * 512 * 512 * 784 / 1e9:.1f⟧ GB，而且几乎全是零；$g\,x^\top$ 只占 ⟦8 * 512 * 784 / 1e6:.1f⟧ MB。

# %% tags=["raises-exception"]
g * dy_dW

# %% tags=["nbval-check-output"]
dW = np.zeros_like(W)
for k, i, j in np.ndindex(dy_dW.shape):
    dW[i, j] += g[k] * dy_dW[k, i, j]               # the sum over the outputs k
assert np.array_equal(dW, np.einsum("k,kij->ij", g, dy_dW)), "the loop and the contraction are the same sum"
assert np.array_equal(dW, np.outer(g, x)), "for y = Wx + b the sum collapses to g xᵀ"
dW

# %%
A = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [1.0, 0.0, 1.0]])
tensor = np.einsum("ki,j->kij", A, x)               # (m, m, n) for y = A W x
right = np.einsum("k,kij->ij", g, tensor)
assert np.allclose(right, np.outer(A.T @ g, x)), "first back through A, then the outer product"
assert not np.allclose(g @ tensor, right), "@ sums over the wrong axis of a third-order tensor"
assert np.array_equal(g @ dy_dW, dW), "... and only the symmetry of δ hid it above"

# %% [markdown] lang="en"
# ## 01.4 An engine that reads in one sitting
#
# Nobody derives fifty layers on paper. But every network is built from a few steps, each with a derivative known from school. Let
# each number remember which numbers it was made from and its derivative by each. A loop can do the rest.
#
# **Formula.** Write $\bar a=\partial L/\partial a$ and let $U(a)$ be the nodes that use $a$ directly. Then
#
# $$\bar L=1,\qquad \bar a=\sum_{u\in U(a)}\bar u\,\frac{\partial u}{\partial a} .$$
#
# It is the sum of 01.3 again: whoever reaches the loss by several roads is blamed for all of them.

# %% [markdown] lang="zh" of="f3dcf7f6"
# ## 01.4 一口气就能读完的引擎
#
# 没有人会在纸上推导五十层。好在网络都是由少数几种运算搭起来的，每种运算的导数课本上都有。让每个数记住自己由哪些数得来、
# 对它们的导数各是多少，剩下的事一个循环就能办完。
#
# **公式。** 记 $\bar a=\partial L/\partial a$，并设 $U(a)$ 为直接用到 $a$ 的那些节点，则
#
# $$\bar L=1,\qquad \bar a=\sum_{u\in U(a)}\bar u\,\frac{\partial u}{\partial a} .$$
#
# 这还是 01.3 里的那个求和：谁有几条路通向损失，这几条路上的责任就都要算。

# %%
class Node:
    """A number with a memory: edges are pairs (input node, derivative of this number by that input)."""

    def __init__(self, value, edges=(), label=""):
        self.value, self.edges, self.label, self.grad = float(value), edges, label, 0.0

    def __add__(self, other):
        other = to_node(other)
        return Node(self.value + other.value, ((self, 1.0), (other, 1.0)), "+")

    def __sub__(self, other):
        other = to_node(other)
        return Node(self.value - other.value, ((self, 1.0), (other, -1.0)), "−")

    def __mul__(self, other):
        other = to_node(other)
        return Node(self.value * other.value, ((self, other.value), (other, self.value)), "×")

    def __pow__(self, n):                                   # n is a plain number
        return Node(self.value**n, ((self, n * self.value ** (n - 1)),), f"power {n}")

    __radd__, __rmul__ = __add__, __mul__

# %%
def to_node(a):
    return a if isinstance(a, Node) else Node(a)

def relu(a):
    return Node(max(0.0, a.value), ((a, float(a.value > 0)),), "relu")

def tanh(a):
    return Node(math.tanh(a.value), ((a, 1 - math.tanh(a.value) ** 2),), "tanh")

# %% [markdown] lang="en"
# A node may pass its blame on only when it has collected all of it, that is after every node that uses it. Such an order is called
# topological. We get it by visiting inputs first and reading the list from its end. (One dislike: on long chains the recursion
# hits Python's limit; real engines keep a list.)
#
# With that the engine is complete. Does it find what we found on paper?

# %% [markdown] lang="zh" of="05b35652"
# 一个节点要等自己的责任全部收齐，才能往下分，也就是必须排在所有用到它的节点之后。这样的次序叫拓扑序。做法是先访问输入，
# 再把得到的列表倒过来读。（有一处我们不满意：这里用了递归，链太长就会碰到 Python 的递归上限；真正的引擎会改用列表。）
#
# 至此引擎就完整了。它的结果与我们手算的一致吗？

# %%
def sort_nodes(root):
    order, seen = [], set()
    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.edges:
                visit(parent)
            order.append(node)                              # after all that it was made from
    visit(root)
    return order

def backpropagate(root):
    root.grad = 1.0
    for node in reversed(sort_nodes(root)):
        for parent, slope in node.edges:
            parent.grad += node.grad * slope                # the sum over all users, one term at a time

# %%
leaves = {name: Node(value, label=name) for name, value in (knobs | dict(x=2.0, t=1.0)).items()}
hidden = relu(leaves["w"] * leaves["x"] + leaves["b"])
graph = (hidden * leaves["v"] + leaves["c"] - leaves["t"]) ** 2
backpropagate(graph)
assert all(leaves[name].grad == by_hand[name] for name in by_hand), "the engine and the pencil must agree exactly"

# %%
# the three cells above, as the kernel keeps them
cells = {part.__code__.co_filename for part in (Node.__init__, tanh, backpropagate)}
engine_lines = sum(bool(line.strip()) for cell in cells for line in linecache.getlines(cell))
assert 0 < engine_lines <= 40, "an engine that one reads in a sitting"
f"the engine has {engine_lines} lines"

# %% [markdown] lang="en"
# ## 01.5 The graph of one expression
#
# What the engine holds in memory is a computational graph: a node for each number, an edge for each "was made from". We draw the
# one of our small network. Columns run from the inputs to the loss; each edge carries its local derivative.

# %% [markdown] lang="zh" of="f21ff2ca"
# ## 01.5 一个式子的计算图
#
# 引擎存在内存里的是一张计算图：每个数是一个节点，每个“由谁得来”是一条边。我们把刚才那个小网络的图画出来。各列从输入排到损失，
# 每条边上写着它的局部导数。

# %%
def place_nodes(root):
    """(column, row) of each node: right of its inputs; a first input keeps the row, further ones go below."""
    place = {root: (0, 0)}
    for node in reversed(sort_nodes(root)):
        column, row = place[node]
        for position, (parent, _) in enumerate(node.edges):
            old_column, old_row = place.get(parent, (0, row - position))
            place[parent] = (min(old_column, column - 1), old_row)
    return place

def draw_graph(root, ax):
    place = place_nodes(root)
    for node, (column, row) in place.items():
        text = f"{node.label}\n{node.value:g}\n[{node.grad:g}]"
        box = dict(boxstyle="round", fc="#fff2cc" if not node.edges else "#dae8fc", ec="0.4")
        ax.text(column, row, text, ha="center", va="center", fontsize=9, zorder=3, bbox=box)
        for parent, slope in node.edges:
            (x0, y0), (x1, y1) = place[parent], (column, row)
            arrow = dict(arrowstyle="->", color="0.5", shrinkA=20, shrinkB=20)
            ax.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
            ax.text((x0 + x1) / 2, (y0 + y1) / 2 + 0.07, f"{slope:g}", ha="center", color="#b85450", fontsize=9)

# %%
fig, ax = plt.subplots(figsize=(8, 2.6))
draw_graph(graph, ax)
ax.set(xlim=(-7.5, 0.5), ylim=(-1.4, 0.5), title="in each box: label, value, [gradient]; on each edge: the local derivative")
ax.axis("off");

# %% [markdown] lang="en"
# *The picture:* a chain of boxes from $w$ on the left to the loss on the right, with $x$, $b$, $v$, $c$ and $t$ joining from below;
# values are computed from left to right, gradients in brackets are filled in from right to left, starting with 1 at the loss.
#
# Follow the upper road from the loss to $w$ and multiply the red numbers: $-4\cdot 1\cdot 1\cdot(-2)\cdot 1\cdot 1\cdot 2=16$. That is
# the gradient in the box of $w$. The chain rule is nothing but this product, road by road.

# %% [markdown] lang="zh" of="482b9e34"
# *图中所见：* 一串方框从左端的 $w$ 排到右端的损失，$x$、$b$、$v$、$c$、$t$ 从下方汇入；数值从左往右算，方括号里的梯度则从右往左填，
# 起点是损失处的 1。
#
# 从损失出发沿上面这条路走到 $w$，把红色的数乘起来：$-4\cdot 1\cdot 1\cdot(-2)\cdot 1\cdot 1\cdot 2=16$，正是 $w$ 方框里的梯度。
# 链式法则说的无非就是沿每条路作这样的乘积。

# %% [markdown] lang="en"
# ## 01.6 Broken on purpose
#
# Two small mistakes produce no error message. The first writes `=` where the engine has `+=`. Take $y=(2x)\cdot x^2$ at $x=3$. The input
# reaches $y$ by two roads, so the graph is a diamond, and the derivative of $2x^3$ is $6x^2=54$.
#
# **Before you run it:** which numbers could the broken engine give?

# %% [markdown] lang="zh" of="0446bf1c"
# ## 01.6 故意弄坏
#
# 有两个小错误不会报任何错。第一个是把引擎里的 `+=` 写成 `=`。取 $y=(2x)\cdot x^2$，$x=3$。输入有两条路通向 $y$，图呈菱形；
# $2x^3$ 的导数是 $6x^2=54$。
#
# **先猜再运行：** 弄坏的引擎可能给出哪些数？

# %% tags=["nbval-check-output"]
def backpropagate_wrongly(root):
    root.grad = 1.0
    for node in reversed(sort_nodes(root)):
        for parent, slope in node.edges:
            parent.grad = node.grad * slope                 # the mistake: the last road wins

def differentiate_diamond(backward, value=3.0):
    a = Node(value)
    backward((2 * a) * a**2)
    return a.grad

right_grad, wrong_grad = differentiate_diamond(backpropagate), differentiate_diamond(backpropagate_wrongly)
assert right_grad == 6 * 3**2 and wrong_grad in (18, 36), "18 by way of 2x, 36 by way of x²; only their sum is right"
f"with +=: {right_grad:.0f}, with =: {wrong_grad:.0f}"

# %% [markdown] lang="en"
# The road through $2x$ carries $x^2\cdot 2=18$, the one through $x^2$ carries $2x\cdot 2x=36$; the last one walked overwrites the other.
#
# The second mistake: `+=` also adds to what *the last step* left behind, unless someone resets it to zero. What do the two look like in
# training? We fit a line $wx+b$ to five points by $w\leftarrow w-\alpha\,\partial L/\partial w$, three times: right, with `=`,
# and without the reset.

# %% [markdown] lang="zh" of="dfbe231b"
# 经过 $2x$ 的路带来 $x^2\cdot 2=18$，经过 $x^2$ 的路带来 $2x\cdot 2x=36$；后走的一条把先走的覆盖掉了。
#
# 第二个错误：`+=` 也会加到*上一步*留下的值上，除非有人把它清零。这两种错误在训练中各是什么样子？我们按
# $w\leftarrow w-\alpha\,\partial L/\partial w$ 用直线 $wx+b$ 去拟合五个点，做三遍：正确的、用 `=` 的、不清零的。

# %%
POINTS = [(-2, -2.5), (-1, -1.0), (0, 1.5), (1, 2.0), (2, 5.5)]

def fit_line(backward, reset=True, alpha=0.05, steps=60):
    """The loss before each step of gradient descent on a line through POINTS."""
    w, b, losses = Node(0), Node(0), []
    for _ in range(steps):
        loss = sum((w * x + b - t) ** 2 for x, t in POINTS) * (1 / len(POINTS))
        backward(loss)
        losses.append(loss.value)
        for knob in (w, b):
            knob.value -= alpha * knob.grad
            if reset:
                knob.grad = 0.0
    return losses

# %%
fits = {"+= and reset": fit_line(backpropagate),
        "= instead of +=": fit_line(backpropagate_wrongly),
        "gradients never reset": fit_line(backpropagate, reset=False)}
(best_loss,) = np.polyfit(*zip(*POINTS, strict=True), 1, full=True)[1] / len(POINTS)      # least squares
right_fit, overwritten, swinging = (np.array(losses[-30:]) for losses in fits.values())
assert right_fit[-1] < 1.01 * best_loss, "right gradients reach the least-squares line"
assert overwritten.min() > 1.1 * best_loss and np.ptp(overwritten) < 0.1, "the symptom of =: settled, but too high"
assert swinging.max() > 10 * swinging.min(), "the symptom of a missing reset: swings"
ax = plt.subplots(figsize=(5, 3))[1]
plotting.show_curves(fits, ax=ax, xlabel="step", ylabel="mean squared error", logy=True)
ax.axhline(best_loss, color="0.6", lw=1)
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False, fontsize="small")
overwritten_ratio = overwritten[-1] / best_loss;

# %% [markdown] lang="en"
# *The picture:* the right curve (solid) falls to the grey line, the smallest loss any line can have; the one with `=` (dashed) settles
# far above it; without the reset (dash-dotted) the loss swings up and down and never settles.
#
# With `=` each step hears one point out of five: it looks like a model that is too weak. Without the reset, every old
# gradient pushes for ever: a ball without friction. Lesson 02 adds the friction and calls it momentum.

# %% [markdown] lang="zh" of="86a89dde"
# *图中所见：* 正确的曲线（实线）降到灰线，即任何直线所能达到的最小损失；用 `=` 的（虚线）停在灰线上方很远处；不清零的（点划线）忽上忽下，
# 始终停不下来。
#
# 用 `=` 时，每一步只听见五个点中的一个，看上去像是模型太弱。不清零时，旧的梯度永远推着走，像一个没有摩擦的球。第 02 课会给它加上摩擦，
# 那就叫动量。

# %% [markdown] lang="en"
# ## 01.7 A whole batch at once
#
# The engine makes a Python object for every multiplication: fine to read, hopeless for a thousand images. So we derive the gradients for
# a whole batch of $N$ inputs. Inputs are now *rows* of $X\in\mathbb{R}^{N\times D}$, so $W$ stands on the right, transposed against 01.3:
#
# $$Z=XW_1+b_1,\qquad H=\tanh Z,\qquad Y=HW_2+b_2,\qquad L=\frac1N\sum_{n,k}(Y_{nk}-T_{nk})^2,$$
#
# with $W_1\in\mathbb{R}^{D\times M}$, $W_2\in\mathbb{R}^{M\times K}$. Row $n$ of $T$ is one-hot: 1 at the right class, else 0. Squared error
# on classes is a stopgap that we can derive here; lesson 03 brings the loss made for classes.

# %% [markdown] lang="zh" of="db20882b"
# ## 01.7 一次算完一整批
#
# 引擎为每一次乘法都造一个 Python 对象：读起来清楚，用来算一千张图片就没指望了。因此我们对一批共 $N$ 个输入直接推导梯度。
# 现在每个输入是 $X\in\mathbb{R}^{N\times D}$ 的一*行*，所以 $W$ 写在右边，与 01.3 相比转置了：
#
# $$Z=XW_1+b_1,\qquad H=\tanh Z,\qquad Y=HW_2+b_2,\qquad L=\frac1N\sum_{n,k}(Y_{nk}-T_{nk})^2,$$
#
# 其中 $W_1\in\mathbb{R}^{D\times M}$，$W_2\in\mathbb{R}^{M\times K}$。$T$ 的第 $n$ 行是独热（one-hot）向量：正确的类别处为 1，其余为 0。
# 拿平方误差来做分类只是权宜之计，好处是这里就能推导；专为分类准备的损失在第 03 课。

# %% [markdown] lang="en"
# **Derivation.** The weight $(W_2)_{jk}$ enters $Y_{1k},\dots,Y_{Nk}$, one entry for each input, so its blame is a sum over $n$. The bias is
# broadcast, that is, used once in every row: a diamond with $N$ roads.
#
# $$\frac{\partial L}{\partial (W_2)_{jk}}=\sum_{n=1}^{N}H_{nj}\,dY_{nk}=(H^\top dY)_{jk},\qquad
# \frac{\partial L}{\partial (b_2)_k}=\sum_{n=1}^{N}dY_{nk} .$$
#
# Here $dY$ is short for $\partial L/\partial Y$. Going on backwards, with $\odot$ for the product entry by entry and $\tanh'z=1-\tanh^2z$:
#
# $$dY=\tfrac2N(Y-T),\quad dH=dY\,W_2^\top,\quad dZ=dH\odot(1-H\odot H),\quad dW_1=X^\top dZ,\quad (db_1)_j=\sum_{n=1}^{N}dZ_{nj} .$$
#
# The same letters make the code. The third cell lets NumPy multiply arrays of our *nodes*, so that the engine runs the same formula:
# three inputs of four numbers, three hidden units, two outputs.

# %% [markdown] lang="zh" of="de72ea3f"
# **推导。** 权重 $(W_2)_{jk}$ 参与了 $Y_{1k},\dots,Y_{Nk}$，每个输入各一项，所以它的责任是对 $n$ 求和。偏置经过广播，
# 在每一行里都用了一次：这是一个有 $N$ 条路的菱形。
#
# $$\frac{\partial L}{\partial (W_2)_{jk}}=\sum_{n=1}^{N}H_{nj}\,dY_{nk}=(H^\top dY)_{jk},\qquad
# \frac{\partial L}{\partial (b_2)_k}=\sum_{n=1}^{N}dY_{nk} .$$
#
# 这里 $dY$ 是 $\partial L/\partial Y$ 的简写。继续往回推，用 $\odot$ 表示逐项相乘，并用到 $\tanh'z=1-\tanh^2z$：
#
# $$dY=\tfrac2N(Y-T),\quad dH=dY\,W_2^\top,\quad dZ=dH\odot(1-H\odot H),\quad dW_1=X^\top dZ,\quad (db_1)_j=\sum_{n=1}^{N}dZ_{nj} .$$
#
# 代码用的是同样的字母。第三个单元格让 NumPy 去乘装着*节点*的数组，于是引擎也能跑同一个公式：三个输入，每个四个数；三个隐藏单元；两个输出。

# %%
def init_params(rng, D, M, K):
    """First weights: spread 1/sqrt(inputs), so that sums keep their size (lesson 03 says why); biases 0."""
    return [rng.normal(0, D**-0.5, (D, M)), np.zeros(M), rng.normal(0, M**-0.5, (M, K)), np.zeros(K)]

def forward(params, X):
    """Two layers; X: (N, D) -> Y: (N, K), and H: (N, M), which the way back needs."""
    W1, b1, W2, b2 = params
    H = np.tanh(X @ W1 + b1)                                # (N, M)
    return H @ W2 + b2, H

def measure_loss(params, X, T):
    """Squared error of forward(params, X) against T: (N, K), summed over classes, averaged over inputs."""
    return ((forward(params, X)[0] - T) ** 2).sum() / len(X)

# %%
def compute_gradients(params, X, T):
    """Gradients of measure_loss, each with the shape of its parameter."""
    Y, H = forward(params, X)
    dY = 2 * (Y - T) / len(X)                               # (N, K)
    dZ = (dY @ params[2].T) * (1 - H * H)                   # (N, M)
    return X.T @ dZ, dZ.sum(axis=0), H.T @ dY, dY.sum(axis=0)

# %%
rng = seed_everything(SEED)
small = init_params(rng, 4, 3, 2)
X_small, T_small = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
W1, b1, W2, b2 = as_nodes = [np.vectorize(Node, otypes=[object])(p) for p in small]
H = np.vectorize(tanh, otypes=[object])(X_small @ W1 + b1)
loss = ((H @ W2 + b2 - T_small) ** 2).sum() * (1 / 3)
backpropagate(loss)
for nodes, grad in zip(as_nodes, compute_gradients(small, X_small, T_small), strict=True):
    assert np.allclose([node.grad for node in nodes.flat], grad.ravel(), rtol=1e-12), "engine and matrices disagree"
n_nodes = len(sort_nodes(loss))
f"{n_nodes} nodes for a loss that NumPy computes with 2 matrix products"

# %% [markdown] lang="en"
# ## 01.8 Is the gradient right?
#
# A wrong gradient rarely crashes; it just learns worse. So we test it against the definition. The loss at $\theta+h$ and $\theta-h$, by Taylor:
#
# $$\frac{L(\theta+h)-L(\theta-h)}{2h}=L'(\theta)+\frac{h^2}{6}L'''(\theta)+O(h^4)\;+\;O\!\left(\frac{\varepsilon\,|L|}{h}\right) .$$
#
# The second term is the truncation error: it shrinks with $h$. The last is the rounding error of the two losses, relative size
# $\varepsilon\approx 2.2\cdot10^{-16}$ in float64, divided by $2h$: it *grows* as $h$ shrinks. We measure with
# $\lVert a-b\rVert/(\lVert a\rVert+\lVert b\rVert)$, the relative error of two gradients.

# %% [markdown] lang="zh" of="e8c790be"
# ## 01.8 梯度算对了吗？
#
# 错误的梯度很少让程序崩溃，只会让网络学得差一些。所以要拿定义来检验。把 $\theta+h$ 与 $\theta-h$ 处的损失作泰勒展开：
#
# $$\frac{L(\theta+h)-L(\theta-h)}{2h}=L'(\theta)+\frac{h^2}{6}L'''(\theta)+O(h^4)\;+\;O\!\left(\frac{\varepsilon\,|L|}{h}\right) .$$
#
# 第二项是截断误差，随 $h$ 减小而减小。最后一项来自两个损失的舍入误差：在 float64 中其相对大小是 $\varepsilon\approx 2.2\cdot10^{-16}$，
# 再除以 $2h$，因此 $h$ 越小它反而*越大*。两个梯度的相对误差用 $\lVert a-b\rVert/(\lVert a\rVert+\lVert b\rVert)$ 来度量。

# %%
digits = data.load_digits()
rng = seed_everything(SEED)
order = rng.permutation(len(digits.labels))
test, train = order[:N_TEST], order[N_TEST:]
pixels = digits.images.reshape(-1, 64) / 16                 # (1797, 64) grey values 0...1
X = pixels - pixels[train].mean(axis=0)                     # the mean of the training images only
T = np.eye(10)[digits.labels]                               # (1797, 10) one-hot
params = init_params(rng, 64, HIDDEN, 10)
P = sum(p.size for p in params)
assert set(test).isdisjoint(train), "no image may be in both sets"

# %%
def approximate_gradient(p, loss, h, central=True):
    """Difference quotients of loss() by each entry of the array p, which is changed in place and restored."""
    grad = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        kept = p[i]
        p[i] = kept + h
        above = loss()
        p[i] = kept - h if central else kept
        grad[i] = (above - loss()) / (2 * h if central else h)
        p[i] = kept
    return grad

def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))

# %%
few = train[:40]                                            # 40 images: enough to leave no unit unused
grads = compute_gradients(params, X[few], T[few])
quotients = [approximate_gradient(p, lambda: measure_loss(params, X[few], T[few]), h=1e-5) for p in params]
errors = [relative_error(*pair) for pair in zip(quotients, grads, strict=True)]
assert (worst_error := max(errors)) < 1e-7, "analytic gradient and central differences disagree"
f"{P:,} parameters; relative errors of W1, b1, W2, b2: " + ", ".join(f"{e:.0e}" for e in errors)

# %% [markdown] lang="en"
# All ⟦P:,⟧ partial derivatives were compared, array by array; the worst relative error is ⟦worst_error:.0e⟧, with a step of $10^{-5}$.
#
# **Before you run it:** would $10^{-10}$, a hundred thousand times smaller, be more exact? And would the check work in
# float32, where $\varepsilon\approx 1.2\cdot10^{-7}$?
#
# We sweep $h$ over the ⟦HIDDEN⟧ biases of the hidden layer. ($W_2$ would not do: the loss is quadratic in it, $L'''=0$, and there is
# no truncation error to see.)

# %% [markdown] lang="zh" of="001e3722"
# 全部 ⟦P:,⟧ 个偏导数逐个数组作了比较，步长取 $10^{-5}$，最差的相对误差也只有 ⟦worst_error:.0e⟧。
#
# **先猜再运行：** 换成 $10^{-10}$，离极限近了十万倍，会更准吗？换成 float32，即 $\varepsilon\approx 1.2\cdot10^{-7}$，这个检验还管用吗？
#
# 我们让 $h$ 取遍各种大小，只看隐藏层的 ⟦HIDDEN⟧ 个偏置。（用 $W_2$ 不行：损失是它的二次函数，$L'''=0$，也就看不到截断误差。）

# %%
def sweep_steps(steps, dtype=np.float64, central=True):
    exact = compute_gradients(params, X[few], T[few])[1]    # by b1, in float64
    *cast, X_cast, T_cast = [array.astype(dtype) for array in (*params, X[few], T[few])]
    quotients = [approximate_gradient(cast[1], lambda: measure_loss(cast, X_cast, T_cast), dtype(h), central) for h in steps]
    return np.array([relative_error(quotient, exact) for quotient in quotients])

# %%
H_STEPS = np.logspace(-12, 0, 25)
sweeps = {"central, float64": sweep_steps(H_STEPS), "one-sided, float64": sweep_steps(H_STEPS, central=False),
          "central, float32": sweep_steps(H_STEPS, np.float32)}
central64, one_sided64, central32 = sweeps.values()
best_h = H_STEPS[central64.argmin()]
growth = np.polyfit(np.log(H_STEPS[16:21]), np.log(central64[16:21]), 1)[0]       # slope between h = 1e-4 and 1e-2
assert central64.min() < 1e-7 < central32.min(), "float64 passes the check, float32 at no step"
assert 1e-7 < best_h < 1e-4 and abs(growth - 2) < 0.1, "best near the cube root of ε; beyond it the error grows like h²"
ax = plotting.show_curves(sweeps, H_STEPS, xlabel="step $h$", ylabel="relative error", logx=True, logy=True, marker=".")
ax.axhline(1e-7, color="0.6", lw=1);

# %% [markdown] lang="en"
# *The picture:* three curves shaped like a U. Central differences in float64 reach lowest; to the left the error grows like $1/h$, to the
# right like $h^2$. One-sided differences rise like $h$ and stop higher. In float32 the curve never gets below the grey line at $10^{-7}$;
# on the left it is flat at 1, where the loss no longer notices the step.
#
# So neither: at $10^{-10}$ rounding has taken over. The best step balances both errors, $h^2\sim\varepsilon/h$, so
# $h\sim\varepsilon^{1/3}\approx 6\cdot10^{-6}$; the sweep found ⟦best_h:.0e⟧. This is why gradients are checked in float64
# even where training runs in float32.

# %% [markdown] lang="zh" of="659c8bbe"
# *图中所见：* 三条 U 形曲线。float64 的中心差分降得最低：最低点左边误差按 $1/h$ 增长，右边按 $h^2$ 增长。单侧差分按 $h$ 增长，最低点也高一些。
# float32 的曲线始终到不了 $10^{-7}$ 处的灰线以下；左端是平的，误差为 1，因为损失已经察觉不到这么小的一步。
#
# 所以两问的答案都是“不”：到 $10^{-10}$，舍入误差早已占了上风。最佳步长使两种误差相当，$h^2\sim\varepsilon/h$，即
# $h\sim\varepsilon^{1/3}\approx 6\cdot10^{-6}$；扫描得到的是 ⟦best_h:.0e⟧。正因为如此，哪怕训练用 float32，检验梯度也要用 float64。

# %% [markdown] lang="en"
# ## 01.9 The same gradients from two libraries
#
# PyTorch and TensorFlow record the same graph, with arrays as nodes. If our derivation is right, three programs written by different
# people must agree to the last few digits of float64. The first cell also repeats 01.6: a second `backward()` adds to the first.

# %% [markdown] lang="zh" of="424d90cf"
# ## 01.9 两个库给出的同一组梯度
#
# PyTorch 和 TensorFlow 记录的是同样的图，只不过节点是数组。推导若是对的，三个出自不同人之手的程序，就应当一直吻合到 float64 的最后几位。
# 第一个单元格还重演了 01.6 的一幕：再调用一次 `backward()`，结果会加在前一次上。

# %%
import torch

ours = compute_gradients(params, X[train], T[train])
torch_params = [torch.tensor(p, requires_grad=True) for p in params]

def torch_loss(W1, b1, W2, b2):
    Y = torch.tanh(torch.tensor(X[train]) @ W1 + b1) @ W2 + b2
    return ((Y - torch.tensor(T[train])) ** 2).sum() / len(train)

torch_loss(*torch_params).backward()
torch_error = max(relative_error(p.grad.numpy(), grad) for p, grad in zip(torch_params, ours, strict=True))
assert torch_error < 1e-12, "torch.autograd and the matrices disagree"
torch_loss(*torch_params).backward()                        # nobody has reset the gradients
assert np.allclose(torch_params[0].grad, 2 * ours[0]), "PyTorch accumulates: after two calls the gradient is doubled"

# %%
import tensorflow as tf

tf_params = [tf.Variable(p) for p in params]
with tf.GradientTape() as tape:
    H = tf.tanh(X[train] @ tf_params[0] + tf_params[1])
    loss = tf.reduce_sum((H @ tf_params[2] + tf_params[3] - T[train]) ** 2) / len(train)
tf_error = max(relative_error(*pair) for pair in zip(tape.gradient(loss, tf_params), ours, strict=True))
assert tf_error < 1e-12, "tf.GradientTape and the matrices disagree"

# %% [markdown] lang="en"
# ## 01.10 Learning to read digits
#
# All four agree, the two libraries to ⟦max(torch_error, tf_error):.0e⟧. With gradients that we trust, learning is one line: every parameter takes a step against its blame,
# $\theta\leftarrow\theta-\alpha\,\partial L/\partial\theta$. We take ⟦STEPS⟧ steps, each on all ⟦len(train):,⟧ training images (lesson 02 finds
# better ways), for five seeds, each with its own split and first weights, to see what luck contributes.

# %% [markdown] lang="zh" of="dc0f53e4"
# ## 01.10 学认数字
#
# 四种算法结果一致，两个库与我们的相对误差不超过 ⟦max(torch_error, tf_error):.0e⟧。梯度信得过了，学习就只剩一行：每个参数都逆着自己的责任走一步，$\theta\leftarrow\theta-\alpha\,\partial L/\partial\theta$。
# 我们走 ⟦STEPS⟧ 步，每步都用全部 ⟦len(train):,⟧ 张训练图片（更好的办法见第 02 课）；换五个随机种子各做一遍，划分和初始权重都随之而变，
# 看看运气占多大成分。

# %%
def train_network(seed):
    """Split, first weights and descent from one seed; returns parameters, losses, classes read on the test set, accuracy."""
    rng = seed_everything(seed)
    order = rng.permutation(len(digits.labels))
    test, train = order[:N_TEST], order[N_TEST:]
    X = pixels - pixels[train].mean(axis=0)
    params, losses = init_params(rng, 64, HIDDEN, 10), []
    for _ in range(STEPS):
        for p, grad in zip(params, compute_gradients(params, X[train], T[train]), strict=True):
            p -= RATE * grad
        losses.append(measure_loss(params, X[train], T[train]))
    guesses = forward(params, X[test])[0].argmax(axis=1)    # the class with the largest output
    return params, losses, guesses, (guesses == digits.labels[test]).mean()

# %%
runs = [train_network(seed) for seed in tqdm(range(SEED, SEED + 5), desc="seeds")]
params, losses, guesses, acc = runs[0]
accuracies = [run[-1] for run in runs]
half_width = 1.96 * math.sqrt(acc * (1 - acc) / N_TEST)     # 95 %, normal approximation
assert all(max(np.diff(run[1])) < 0 for run in runs), "with a small enough step the loss falls every time"
f"accuracy on {N_TEST} test images, seed {SEED}: {acc:.3f} ± {half_width:.3f}"

# %%
wrong = np.flatnonzero(guesses != digits.labels[test])[:16]
missed = test[wrong]
titles = [f"{label} read as {guess}" for label, guess in zip(digits.labels[missed], guesses[wrong], strict=True)]
plotting.show_images(digits.images[missed], titles=titles, columns=8);

# %% [markdown] lang="en"
# *The picture:* misread test digits, eight by eight pixels each, titled with the true class and the class that the network saw. Several would
# make a person hesitate too; others are plain.
#
# On the ⟦N_TEST⟧ test images of seed ⟦SEED⟧ the accuracy is ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧ (95 %, normal approximation); over the five
# seeds it ran from ⟦min(accuracies):.3f⟧ to ⟦max(accuracies):.3f⟧. From the first step to the last the loss fell from ⟦losses[0]:.2f⟧ to ⟦losses[-1]:.2f⟧ per image,
# and was still falling. What the interval does not cover: a few people wrote these digits, and the split mixes their hands. On a stranger's hand
# expect less.

# %% [markdown] lang="zh" of="9227e532"
# *图中所见：* 被认错的测试数字，每个八乘八像素，标题写着真实类别和网络认成的类别。有几个连人也要犹豫一下，另一些则清清楚楚。
#
# 在种子 ⟦SEED⟧ 的 ⟦N_TEST⟧ 张测试图片上，准确率为 ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧（95 %，正态近似）；五个种子的结果在 ⟦min(accuracies):.3f⟧ 与
# ⟦max(accuracies):.3f⟧ 之间。从第一步到最后一步，平均每张图片的损失由 ⟦losses[0]:.2f⟧ 降到 ⟦losses[-1]:.2f⟧，而且还在下降。有一点区间没有包括：这些数字只出自少数
# 几个人之手，而划分时各人的字迹混在了一起。换成陌生人写的字，准确率会更低。

# %% [markdown] lang="en"
# ## 01.11 What does blame cost?
#
# Count multiplications for $d$ layers of width $n$ and $N$ inputs. Forward, each layer is one matrix product; backward it
# is two, $dW=H^\top dZ$ and $dH=dZ\,W^\top$, except that the first layer needs no $dX$:
#
# $$C_{\text{fwd}}=d\,Nn^2,\qquad C_{\text{bwd}}=(2d-1)\,Nn^2,\qquad \frac{C_{\text{bwd}}}{C_{\text{fwd}}}=2-\frac1d .$$
#
# So the blame of *all* weights costs about twice as much as one prediction, however many weights there are. We time it, and add up the
# bytes of the activations that the way back needs.

# %% [markdown] lang="zh" of="eba4bde2"
# ## 01.11 追责的代价
#
# 设有 $d$ 层，宽度都是 $n$，输入共 $N$ 个，数一数乘法次数。前向每层一次矩阵乘法；反向每层两次，$dW=H^\top dZ$ 和 $dH=dZ\,W^\top$，
# 只是第一层不需要 $dX$：
#
# $$C_{\text{fwd}}=d\,Nn^2,\qquad C_{\text{bwd}}=(2d-1)\,Nn^2,\qquad \frac{C_{\text{bwd}}}{C_{\text{fwd}}}=2-\frac1d .$$
#
# 也就是说，*全部*权重的责任加在一起，只相当于两次预测的花费，不论权重有多少。我们来计时，并统计反向时要用到的激活占多少字节。

# %%
WIDTH, ROWS = 512, 512                                      # large enough that matrix products dominate

def time_stack(weights, X):
    """One pass each way through tanh layers: seconds forward, seconds backward, bytes of activations kept."""
    times, kept = [time.perf_counter()], [X]
    for W in weights:
        kept.append(np.tanh(kept[-1] @ W))                  # (N, n)
    times.append(time.perf_counter())
    dH = np.ones_like(kept[-1])
    for i in reversed(range(len(weights))):
        dZ = dH * (1 - kept[i + 1] ** 2)
        _dW = kept[i].T @ dZ                                # (n, n)
        if i > 0:
            dH = dZ @ weights[i].T
    times.append(time.perf_counter())
    return *np.diff(times), sum(H.nbytes for H in kept)

# %%
DEPTHS = [1, 2, 4, 8, 16]
stack = [rng.normal(0, WIDTH**-0.5, (WIDTH, WIDTH)).astype(np.float32) for _ in range(max(DEPTHS))]
rows = rng.normal(size=(ROWS, WIDTH)).astype(np.float32)
timings = {d: np.median([time_stack(stack[:d], rows) for _ in range(9)], axis=0) for d in DEPTHS}
measured_ratio = timings[16][1] / timings[16][0]
stored_mb, needed_mb = timings[16][2] / 1e6, 2 * rows.nbytes / 1e6

# %%
assert math.isclose(stored_mb / needed_mb, 17 / 2), "the input and 16 layers are kept, against two at a time"
ratios = {"multiplications counted: 2 − 1/d": [2 - 1 / d for d in DEPTHS],
          "seconds measured (median of 9)": [timings[d][1] / timings[d][0] for d in DEPTHS]}
ax = plt.subplots(figsize=(5, 3))[1]
plotting.show_curves(ratios, DEPTHS, ax=ax, xlabel="depth $d$ (layers)", ylabel="backward / forward", marker="o")
ax.set_ylim(0, 3);

# %% [markdown] lang="en"
# *The picture:* the counted ratio (solid) starts at 1 for one layer and bends towards 2; the measured one (dashed) takes the same course
# and differs by what is no multiplication: tanh, its derivative, memory traffic.
#
# At 16 layers the way back took ⟦measured_ratio:.2f⟧ times the way there on our machine; 1.3 to 2.5 is normal. The price is memory: the
# activations of all layers wait for the way back, ⟦stored_mb:.1f⟧ MB here, where a prediction alone holds two layers at a time, ⟦needed_mb:.1f⟧ MB.
#
# And if nobody had invented it? The same gradient by difference quotients takes $P+1$ forward passes one-sided, $2P$ central: one or two
# *for each weight*. We time a pass of our digit network and multiply.

# %% [markdown] lang="zh" of="ec3c34cd"
# *图中所见：* 数出来的比值（实线）在一层时为 1，随后弯向 2；实测的比值（虚线）走势相同，差别来自那些不是乘法的部分：tanh、它的导数，以及内存读写。
#
# 在我们的机器上，16 层时反向所花的时间是前向的 ⟦measured_ratio:.2f⟧ 倍；1.3 到 2.5 之间都算正常。代价在内存上：所有层的激活都要留着等反向来用，
# 这里是 ⟦stored_mb:.1f⟧ MB；如果只做预测，同时只需留住两层，⟦needed_mb:.1f⟧ MB 就够了。
#
# 假如没有人发明反向传播呢？同一个梯度，用单侧差商要做 $P+1$ 次前向传播，用中心差商要 $2P$ 次：*每个权重*都要搭上一两次。
# 我们给数字网络的一次前向传播计时，再乘以次数。

# %%
def time_calls(function, *args, repeats=30):
    """Median seconds of one call."""
    marks = [time.perf_counter() for _ in range(repeats + 1) if function(*args) is not None]
    return float(np.median(np.diff(marks)))

pass_seconds = time_calls(forward, params, X[train])
gradient_seconds = time_calls(compute_gradients, params, X[train], T[train])      # forward and backward
one_sided_seconds, central_seconds = (P + 1) * pass_seconds, 2 * P * pass_seconds
forward_count = 64 * HIDDEN + HIDDEN * 10
backward_count = 64 * HIDDEN + 2 * HIDDEN * 10              # dW1; dW2 and dH
assert forward_count < backward_count < 2 * forward_count, "a shallow network saves dX, the dearest product"

# %% [markdown] lang="en"
# One gradient on ⟦len(train):,⟧ images: ⟦gradient_seconds * 1e3:.1f⟧ ms by backpropagation, against ⟦P + 1:,⟧ passes and
# ⟦one_sided_seconds:.1f⟧ s one-sided, ⟦2 * P:,⟧ passes and ⟦central_seconds:.1f⟧ s central (passes times the time of one). For a network of a
# billion weights the quotient would be a billion passes; backpropagation still costs about two.
#
# Our own network is shallow: its backward pass counts ⟦backward_count / forward_count:.2f⟧ times the multiplications of the
# forward pass, not twice.

# %% [markdown] lang="zh" of="408bc25f"
# ⟦len(train):,⟧ 张图片上的一次梯度：反向传播用 ⟦gradient_seconds * 1e3:.1f⟧ 毫秒；单侧差商要 ⟦P + 1:,⟧ 次前向传播，⟦one_sided_seconds:.1f⟧ 秒；
# 中心差商要 ⟦2 * P:,⟧ 次，⟦central_seconds:.1f⟧ 秒（次数乘以单次时间）。换成十亿个权重的网络，差商就要十亿次前向传播，反向传播仍然只相当于两次左右。
#
# 我们自己的网络很浅：它的反向传播，乘法次数是前向传播的 ⟦backward_count / forward_count:.2f⟧ 倍，还不到两倍。

# %% [markdown] lang="en"
# ## 01.12 In the company
#
# Our product will read reviews with an encoder of ⟦LAYERS⟧ layers of width ⟦ENCODER_WIDTH⟧ (lesson 10). What does it cost to let it learn from one?
# A layer of that kind holds $12n^2$ weights, each multiplied once for every token. The way back makes it three passes, and a multiplication with its
# addition counts as two operations. For $d$ layers and $s$ tokens:
#
# $$F=3\cdot 2\cdot 12\,n^2\cdot d\cdot s .$$
#
# We divide by the speed that 01.11 measured on one core. The price of an hour is an assumption; lesson 25 replaces it.

# %% [markdown] lang="zh" of="0f53d794"
# ## 01.12 在公司里
#
# 我们的产品将用一个 ⟦LAYERS⟧ 层、宽 ⟦ENCODER_WIDTH⟧ 的编码器来读评论（第 10 课）。让它从一条评论中学习一次，要花多少钱？这样的一层有
# $12n^2$ 个权重，每个词元都要与每个权重乘一次；加上反向，相当于三趟；一次乘法连同一次加法，算两次运算。设有 $d$ 层、$s$ 个词元：
#
# $$F=3\cdot 2\cdot 12\,n^2\cdot d\cdot s .$$
#
# 再除以 01.11 在单核上测得的速度。每小时的价格是假设，第 25 课会换成实价。

# %%
LAYERS, ENCODER_WIDTH, TOKENS = 6, 384, 48                  # the packaged encoder; a sentence or two
PRICE_PER_HOUR = 0.05                                       # assumed: one rented CPU core, in dollars
speed = 2 * (3 * 16 - 1) * ROWS * WIDTH**2 / sum(timings[16][:2])     # operations a second: 16 + 31 products
update_seconds = 3 * 2 * 12 * ENCODER_WIDTH**2 * LAYERS * TOKENS / speed
dollars_per_million = 1e6 * update_seconds / 3600 * PRICE_PER_HOUR
f"{speed / 1e9:.0f} GFLOP/s; {update_seconds * 1e3:.0f} ms an update; {dollars_per_million:.2f} dollars a million reviews"

# %% [markdown] lang="en"
# At ⟦speed / 1e9:.0f⟧ GFLOP/s, one review costs ⟦update_seconds * 1e3:.0f⟧ ms, a million reviews read once
# ⟦dollars_per_million:.2f⟧ dollars. At this speed it is a lower bound: attention scores, embeddings and waiting are left out; lesson 10 measures them.
#
# The dearer question is *who decides on blame*. The gradient only says which small change would have lowered the loss; what counts as a loss,
# and what as right, people decided, among them whoever wrote the labels. How hard can one wrong label pull? We give each of
# ⟦len(typical)⟧ training digits the next class as its label and compare the lengths of single-image gradients.

# %% [markdown] lang="zh" of="ed25e3dd"
# 按 ⟦speed / 1e9:.0f⟧ GFLOP/s 算，一条评论要 ⟦update_seconds * 1e3:.0f⟧ 毫秒，一百万条各读一遍要 ⟦dollars_per_million:.2f⟧ 美元。
# 在这个速度下，这是下限：注意力分数、嵌入和等待都没有计入，第 10 课再实测。
#
# 更贵的问题是*由谁来定责*。梯度只说明怎样的微小改动本可以降低损失；至于什么算损失、什么算正确，是人定的，其中就包括写标签的人。
# 一个错误的标签能有多大的拉力？我们把 ⟦len(typical)⟧ 个训练数字的标签逐个改成下一个类别，再比较单张图片的梯度长度。

# %%
typical = train[:300]                                       # 300 images fix a median well enough

def measure_pull(params, i, target):
    """Length of the gradient that image i alone would give, all parameters together."""
    grads = compute_gradients(params, X[i:i + 1], target[None])
    return math.sqrt(sum((grad**2).sum() for grad in grads))

def compare_pulls(params):
    """Median pull of a wrong label over the median pull of a right one."""
    right = [measure_pull(params, i, T[i]) for i in typical]
    wrong = [measure_pull(params, i, np.roll(T[i], 1)) for i in typical]
    return np.median(wrong) / np.median(right)

untrained_ratio = compare_pulls(init_params(seed_everything(SEED), 64, HIDDEN, 10))
pull_ratio = compare_pulls(params)
assert pull_ratio > 1.5 * untrained_ratio, "the better the fit, the harder a wrong label pulls"
f"a wrong label pulls {untrained_ratio:.1f} times as hard as a right one before training, {pull_ratio:.1f} times after"

# %% [markdown] lang="en"
# Before training, a wrong label pulls ⟦untrained_ratio:.1f⟧ times as hard as a right one; after it, ⟦pull_ratio:.1f⟧ times (medians, n = ⟦len(typical)⟧, seed
# ⟦SEED⟧). The better the model fits the rest, the louder the errors of whoever labels. So labelling guidelines are part of the model, and
# lesson 13 is a lesson on blame.

# %% [markdown] lang="zh" of="f728685a"
# 训练之前，一个错误标签的拉力是正确标签的 ⟦untrained_ratio:.1f⟧ 倍；训练之后是 ⟦pull_ratio:.1f⟧ 倍（中位数之比，n = ⟦len(typical)⟧，种子
# ⟦SEED⟧）。模型对其余数据拟合得越好，标错的那几个嗓门就越大。所以标注规范也是模型的一部分；第 13 课讲标注，讲的其实也是定责。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You derived gradients on paper, for numbers, vectors and a batch; the engine of ⟦engine_lines⟧ lines gave the same.
# - You know why gradients add up: with `=` the line stayed at ⟦overwritten_ratio:.0f⟧ times the smallest loss.
# - You trained two layers to an accuracy of ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧ (n = ⟦N_TEST⟧, seed ⟦SEED⟧).
# - You checked ⟦P:,⟧ derivatives to a relative ⟦worst_error:.0e⟧; the best step was ⟦best_h:.0e⟧; two libraries agree to ⟦max(torch_error, tf_error):.0e⟧.
# - You know the cost: ⟦measured_ratio:.2f⟧ forward passes in time, ⟦stored_mb / needed_mb:.1f⟧ times the activations in memory.
#
# **Next:** exercise 01, then lesson 02. **Papers:** Rumelhart, Hinton, Williams (1986), *Learning representations by back-propagating errors*; Baydin et al.
# (2018), *Automatic differentiation in machine learning: a survey*, section 3.2, arXiv:1502.05767.

# %% [markdown] lang="zh" of="29a4c285"
# ## 现在你能做到
#
# - 你在纸上推导了梯度：先是数，再是向量，最后是一整批；⟦engine_lines⟧ 行的引擎给出了同样的结果。
# - 你知道梯度为什么要累加：写成 `=`，直线的损失就停在最小值的 ⟦overwritten_ratio:.0f⟧ 倍处。
# - 你训练了一个两层网络，准确率为 ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧（n = ⟦N_TEST⟧，随机种子 ⟦SEED⟧）。
# - 你检验了 ⟦P:,⟧ 个导数，相对误差不超过 ⟦worst_error:.0e⟧，最佳步长是 ⟦best_h:.0e⟧；两个库与我们相差不到 ⟦max(torch_error, tf_error):.0e⟧。
# - 你知道代价：时间上，反向相当于 ⟦measured_ratio:.2f⟧ 次前向传播；内存上，要存的激活是只做预测时的 ⟦stored_mb / needed_mb:.1f⟧ 倍。
#
# **接下来：** 先做练习 01，再读第 02 课。**论文：** Rumelhart、Hinton 与 Williams (1986)，*Learning representations by back-propagating errors*；Baydin 等
# (2018) 的自动微分综述 *Automatic differentiation in machine learning: a survey*，第 3.2 节，arXiv:1502.05767。
