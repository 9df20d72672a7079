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
# **How does a network know which weight to blame?** On paper, by an engine that one reads in a sitting, by matrices.
#
# You will be able to:
# - derive the gradient of a loss by every weight and bias on paper;
# - write an automatic differentiation engine, watch it step by step, and let it draw a boundary;
# - train two layers in NumPy and state their accuracy with an interval;
# - test a gradient by central differences;
# - count what a gradient costs, and say why one goes backwards.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with what is marked Deeper ⟦whole_minutes⟧; the notebook itself runs in
# ⟦run_seconds⟧ s on 2 CPU cores and takes ⟦peak_memory⟧. Needs school calculus and matrix products.

# %% [markdown] lang="zh" of="0ca04dd8"
# # 01. 反向传播
#
# **网络怎么知道该怪哪个权重？** 先用纸笔，再用一个一口气就能读完的引擎，最后用矩阵。
#
# 学完后你能够：
# - 在纸上推导损失对每个权重和偏置的梯度（gradient）；
# - 写出一个自动微分（automatic differentiation）引擎，一步一步看它工作，并用它画出分类的边界；
# - 用 NumPy 训练一个两层网络，并给出带区间的准确率；
# - 用中心差分检验梯度；
# - 算出一次求梯度的代价，并说清为什么要往回算。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟；整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要会中学的求导和矩阵乘法。

# %% tags=["setup"]
from course_utils import ensure, seed_everything

ensure("torch", "tensorflow-cpu", "scikit-learn", "ipywidgets")

# %%
import math
import time

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

# %%
import course_data as data
from course_utils import plotting

plotting.use_course_style()
threadpool_limits(1, user_api="blas");  # one thread: steadier clocks

# %%
SEED = 0               # split, first weights and random tests all follow from it
N_TEST = 360           # a fifth of the 1,797 digits
HIDDEN = 32            # 16 to 64 read the digits about as well
RATE = 0.2             # learning rate: the loss falls at every step; not with 0.3
STEPS = 800            # each on all training images at once

# %% [markdown] lang="en"
# ## 01.1 A network is one function with many knobs
#
# A review goes in, a verdict comes out, and it is wrong. Between the two stand numbers that could have been set otherwise:
#
# $$y = f(x;\,W, b)$$
#
# $x$ is the input, $y$ the output; $W$ and $b$ stand for all weights and all biases, $f$ for the whole map, all layers included. (An
# article among our sources calls $f$ "the activation function". That is $\varphi$ in a single layer $y=\varphi(Wx+b)$: it
# acts on each component and has no weights.) The smallest network with a layer inside, and its loss against a target $t$:
#
# $$z = wx+b,\qquad h=\max(0,z),\qquad y=vh+c,\qquad L=(y-t)^2 .$$
#
# Here $W$ is the pair $(w,v)$; the biases are $b$ and $c$; $\varphi$ is $\max(0,z)$, called ReLU.

# %% [markdown] lang="zh" of="8b173ab2"
# ## 01.1 网络就是一个带许多旋钮的函数
#
# 一条评论送进去，出来一个判断，而判断错了。从输入到输出，中间有许多数本可以取别的值：
#
# $$y = f(x;\,W, b)$$
#
# $x$ 是输入，$y$ 是输出；$W$ 和 $b$ 代表全部权重（weight）和全部偏置（bias），$f$ 则是整个映射，所有的层都在里面。（我们参考的一篇文章
# 把 $f$ 叫作“激活函数”。激活函数（activation function）其实是单独一层 $y=\varphi(Wx+b)$ 中的 $\varphi$：它逐分量作用，自己没有权重。）
# 含有一个隐藏层（hidden layer）的最小网络，连同它相对于目标 $t$ 的损失（loss），是这样的：
#
# $$z = wx+b,\qquad h=\max(0,z),\qquad y=vh+c,\qquad L=(y-t)^2 .$$
#
# 这里 $W$ 就是 $(w,v)$ 这一对数，偏置是 $b$ 和 $c$；$\varphi$ 是 $\max(0,z)$，称为 ReLU。

# %%
knobs = dict(w=1.0, b=1.0, v=-2.0, c=5.0)           # what may be turned

def compute_loss(w, b, v, c, x=2.0, t=1.0):     # given: one input, one target
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
# 追究一个权重的责任，等于问：**假如你当初稍大一点，损失会变多少？** 这正是导数（derivative）。从权重到损失，中间要经过输出；沿着一条链，
# 变化率是相乘的：
#
# $$\frac{\partial L}{\partial W}=\frac{\partial L}{\partial y}\,\frac{\partial y}{\partial W},\qquad
# \frac{\partial L}{\partial b}=\frac{\partial L}{\partial y}\,\frac{\partial y}{\partial b} .$$
#
# 这是链式法则（chain rule）。反向传播（backpropagation）指的则是计算它的**顺序**：从损失出发往回算，每个因子只算一次，
# 后面的权重都可以直接取用。

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
f"z = {z}, h = {h}, y = {y}"

# %% tags=["nbval-check-output"]
dy = 2 * (y - t)                    # dL/dy; from here on "dsomething" is dL/dsomething
dv, dc, dh = dy * h, dy, dy * v
dz = dh * (z > 0)
dw, db = dz * x, dz
by_hand = dict(w=dw, b=db, v=dv, c=dc)
by_hand

# %% [markdown] lang="en"
# The one further away: ⟦by_hand["w"]:.0f⟧ for $w$ against ⟦by_hand["v"]:.0f⟧ for $v$. On the way back the blame was multiplied
# by $v=-2$ and by $x=2$; distance alone decides nothing.
#
# Is it true? We turn each knob a little up and a little down, and divide the difference of the two losses by the distance.

# %% [markdown] lang="zh" of="beb65480"
# 反而是离得远的那个：$w$ 为 ⟦by_hand["w"]:.0f⟧，$v$ 为 ⟦by_hand["v"]:.0f⟧。往回走的路上，责任先乘了 $v=-2$，又乘了 $x=2$；
# 光看远近是定不了责的。
#
# 算对了吗？把每个旋钮拧大一点、再拧小一点，用两次损失之差除以间隔。

# %%
turned, step = {}, 1e-3
for name, value in knobs.items():
    up, down = [compute_loss(**knobs | {name: value + d}) for d in (step, -step)]
    turned[name] = (up - down) / (2 * step)
assert all(abs(turned[name] - by_hand[name]) < 1e-9 for name in knobs), "must agree"
turned

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
# $\frac{\partial L}{\partial y}\frac{\partial y}{\partial W}$ now? Turn $W_{ij}$ by a little, and every output may move; the changes
# that reach the loss add up. So the product is a **sum over the outputs**:
#
# $$\frac{\partial L}{\partial W_{ij}}=\sum_{k=1}^{m}\frac{\partial L}{\partial y_k}\,\frac{\partial y_k}{\partial W_{ij}} .$$

# %% [markdown] lang="zh" of="1e7a1f1f"
# ## 01.3 输出是向量、权重是矩阵时
#
# 真实的一层是 $y=Wx+b$，其中 $x\in\mathbb{R}^{n}$，$W\in\mathbb{R}^{m\times n}$，$b,y\in\mathbb{R}^{m}$。这时
# $\frac{\partial L}{\partial y}\frac{\partial y}{\partial W}$ 里的“乘”是什么意思？把 $W_{ij}$ 拧动一点，每个输出都可能跟着动；
# 它们传到损失上的变化要加起来。所以这个“乘”其实是**对输出求和**：
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
# 最后一式中，$x_j$ 通过**全部**输出影响损失，即 $\sum_k g_kW_{kj}$。万一忘了公式，还可以**看形状**：梯度的形状总与它所属的量相同。
# 由 $g\in\mathbb{R}^m$ 和 $x\in\mathbb{R}^n$ 乘出来、形状为 $m\times n$ 的，是 $g\,x^\top$。（当 $m=n$ 时，形状分不出它和 $x\,g^\top$，
# 那就只能靠推导了。）

# %%
x, W = np.array([2.0, -1.0]), np.array([[1.0, 0.0], [-1.0, 2.0], [0.5, 1.0]])
g = np.array([2.0, -3.0, 1.0])                      # (m,) handed to us: dL/dy
J = np.einsum("ki,j->kij", np.eye(3), x)        # (m, m, n) all ∂y_k/∂W_ij = δ_ki x_j
dW = np.einsum("k,kij->ij", g, J)                   # the sum over the outputs k
assert np.array_equal(dW, np.outer(g, x)), "for y = Wx + b the sum collapses to g xᵀ"
f"{np.count_nonzero(J)} of the {J.size} derivatives in J are not zero"

# %% [markdown] lang="en"
# All the derivatives of a layer's outputs together are its **Jacobian** $J$. Backpropagation never builds it: each layer is handed a vector $g$
# and hands on $g^\top J$, a **vector–Jacobian product** (VJP), by a formula that needs no $J$. PyTorch keeps such a formula for each
# of its operations.
#
# It pays. For one image and the first layer of lesson 05, 784 inputs and 512 outputs, the Jacobian by $W$
# takes ⟦8 * 512 * 512 * 784 / 1e9:.1f⟧ GB in float64, nearly all zeros; $g\,x^\top$ takes ⟦8 * 512 * 784 / 1e6:.1f⟧ MB.

# %% [markdown] lang="zh" of="6deaef91"
# 一层的全部输出的全部导数合在一起，叫它的**雅可比矩阵**（Jacobian）$J$。反向传播从不把它造出来：每一层接过一个向量 $g$，交出
# $g^\top J$，即**向量–雅可比积**（vector–Jacobian product，VJP），所用的公式里并没有 $J$。PyTorch 为它的
# 每种运算都备有这样一个公式。
#
# 这样做很划算。以第 05 课的第一层为例，784 个输入，512 个输出，单单一张图像，对 $W$ 的雅可比矩阵用 float64 就要占
# ⟦8 * 512 * 512 * 784 / 1e9:.1f⟧ GB，而且几乎全是零；$g\,x^\top$ 只占 ⟦8 * 512 * 784 / 1e6:.1f⟧ MB。

# %% [markdown] lang="en"
# ## 01.4 An engine that reads in one sitting
#
# Nobody derives fifty layers on paper. But networks are built from a few steps, each with a derivative known from school. Let
# each number remember what it was made from and its derivative by each. A loop does the rest.
#
# **Formula.** Write $\bar a=\partial L/\partial a$ and let $U(a)$ be the nodes that use $a$ directly. Then
#
# $$\bar L=1,\qquad \bar a=\sum_{u\in U(a)}\bar u\,\frac{\partial u}{\partial a} .$$
#
# It is the sum of 01.3 again: whoever reaches the loss by several roads is blamed for all of them. So a node may pass its blame on only after
# every node that uses it: topological order. We visit inputs first and read that list from its end. (One dislike: on long
# chains recursion hits Python's limit; exercise 01 mends that.)

# %% [markdown] lang="zh" of="74296087"
# ## 01.4 一口气就能读完的引擎
#
# 没有人会在纸上推导五十层。好在网络都是由少数几种运算搭起来的，每种运算的导数课本上都有。让每个数记住自己由哪些数得来、
# 对它们的导数各是多少，剩下的事一个循环就能办完。
#
# **公式。** 记 $\bar a=\partial L/\partial a$，并设 $U(a)$ 为直接用到 $a$ 的那些节点，则
#
# $$\bar L=1,\qquad \bar a=\sum_{u\in U(a)}\bar u\,\frac{\partial u}{\partial a} .$$
#
# 这还是 01.3 里的那个求和：谁有几条路通向损失，这几条路上的责任就都要算。所以，一个节点要排在所有用到它的节点之后，才能把责任往下分：
# 这样的次序叫拓扑序（topological order）。做法是先访问输入，再把得到的列表倒过来读。（有一处我们不满意：这里用了递归，
# 链太长就会碰到 Python 的递归上限；练习 01 改用列表。）

# %%
class Node:
    """A number with a memory: edges are (input node, derivative of this by that)."""

    def __init__(self, value, edges=(), label=""):
        self.value, self.edges, self.label = float(value), edges, label
        self.grad = 0.0

    def __add__(self, other):
        other = to_node(other)
        return Node(self.value + other.value, ((self, 1.0), (other, 1.0)), "+")

    def __sub__(self, other):
        other = to_node(other)
        return Node(self.value - other.value, ((self, 1.0), (other, -1.0)), "−")

    def __mul__(self, other):
        other = to_node(other)
        edges = (self, other.value), (other, self.value)
        return Node(self.value * other.value, edges, "×")

    def __pow__(self, n):                                   # n is a plain number
        slope = n * self.value ** (n - 1)
        return Node(self.value**n, ((self, slope),), f"power {n}")

    __radd__, __rmul__ = __add__, __mul__

# %%
def to_node(a):
    return a if isinstance(a, Node) else Node(a)

def relu(a):
    return Node(max(0.0, a.value), ((a, float(a.value > 0)),), "relu")

def tanh(a):
    return Node(math.tanh(a.value), ((a, 1 - math.tanh(a.value) ** 2),), "tanh")

# %%
def sort_nodes(root):
    order, seen = [], set()
    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.edges:
                visit(parent)
            order.append(node)                      # after all that it was made from
    visit(root)
    return order

def backpropagate(root):
    root.grad = 1.0
    for node in reversed(sort_nodes(root)):
        for parent, slope in node.edges:
            parent.grad += node.grad * slope                # the sum over all users

# %%
def build_network(w=1.0, b=1.0, v=-2.0, c=5.0, x=2.0, t=1.0):
    """The network of 01.1 as nodes: its loss, and its inputs by name."""
    named = dict(w=w, x=x, b=b, v=v, c=c, t=t)
    leaf = {name: Node(value, label=name) for name, value in named.items()}
    hidden = relu(leaf["w"] * leaf["x"] + leaf["b"])
    return (hidden * leaf["v"] + leaf["c"] - leaf["t"]) ** 2, leaf

loss, leaf = build_network()
backpropagate(loss)
assert all(leaf[name].grad == by_hand[name] for name in by_hand), "must agree"
{name: node.grad for name, node in leaf.items()}

# %% [markdown] lang="en"
# ## 01.5 The graph of one expression
#
# What the engine holds in memory is a computational graph: a node for each number, an edge for each "was made from". To watch the way back
# we stop it after some steps. One step: the next node passes its blame on, along its edges.
#
# In the widget move the first slider from 0 to ⟦N_NODES⟧ and say before each step which brackets will change. Then turn $w$ down to −1: the forward values change,
# ReLU shuts, and the quiz of 01.2 answers itself. (Without a running kernel: the picture below.)

# %% [markdown] lang="zh" of="2504b064"
# ## 01.5 一个式子的计算图
#
# 引擎存在内存里的是一张计算图（computational graph）：每个数是一个节点，每个“由谁得来”是一条边。为了看清往回走的过程，
# 我们让它走几步就停。所谓一步，就是轮到的那个节点沿着它的边把责任往下传。
#
# 在下面的交互控件里，把第一个滑块从 0 拖到 ⟦N_NODES⟧，每走一步之前先说出哪些方括号会变。然后把 $w$ 调到 −1：前向的数值变了，ReLU 关闭，01.2 的小测验不答自明。
# （没有运行中的内核时，请看下面的静态图。）

# %%
def blame_after(root, steps=None):
    """Each node's gradient once `steps` nodes have passed theirs on; None: all have."""
    blame = dict.fromkeys(sort_nodes(root), 0.0) | {root: 1.0}
    for node in [*reversed(blame)][:steps]:
        for parent, slope in node.edges:
            blame[parent] += blame[node] * slope
    return blame

N_NODES = len(blame_after(loss))

def draw_graph(root, steps=None, ax=None):
    """A chain's boxes: name, value, [gradient so far]; on arrows local derivatives."""
    blame, boxes, arrows, level = blame_after(root, steps), {}, [], 0
    first = next(iter(blame))
    for node in reversed(blame):                # from the loss up, inputs right
        side = 0 if node.edges or node is first else 1
        text = f"{node.label}: {node.value:g}\n[{blame[node]:g}]"
        kind = "step" if node.edges else "weights" if node.label in knobs else "data"
        boxes[str(id(node))] = 0.5 + side, 0.3 + 0.68 * level, text, kind
        arrows += [(str(id(a)), str(id(node)), f"{slope:g}") for a, slope in node.edges]
        level += bool(node.edges)
    return plotting.draw_diagram(boxes, arrows, (2, 0.6 + 0.68 * level), ax)

# %%
from ipywidgets import interact

@interact(steps=(0, N_NODES), w=(-3.0, 3.0, 0.5))
def show_steps(steps=0, w=1.0):
    draw_graph(build_network(w=w)[0], steps)
    plt.show()

# %%
axes = plt.subplots(1, 3, figsize=(6, 5.6))[1]
for ax, steps in zip(axes, (0, 6, N_NODES)):
    draw_graph(loss, steps, ax)
    ax.set_title(f"after {steps} of {N_NODES} steps", fontsize="medium")

# %% [markdown] lang="en"
# *The picture:* three times the same graph, from $w$ and $x$ at the top down to the loss, "power 2". In each box stand name and value, below
# in brackets the gradient so far. After 0 steps only the loss has one, 1; after 6 the blame has climbed to relu; after
# ⟦N_NODES⟧ all brackets are final.
#
# Climb from the loss to $w$ and multiply the numbers on the arrows: $-4\cdot 1\cdot 1\cdot(-2)\cdot 1\cdot 1\cdot 2=16$. That is the
# gradient in the box of $w$. The chain rule is this product, added over all roads.

# %% [markdown] lang="zh" of="5cf03269"
# *图中所见：* 同一张图画了三遍，从顶上的 $w$ 和 $x$ 一路向下，到标着 power 2 的损失为止。每个方框里是名称和数值，下面方括号里是目前的梯度。
# 走 0 步时只有损失有梯度，等于 1；走 6 步时责任已经上溯到 relu；走完 ⟦N_NODES⟧ 步，所有方括号都定了下来。
#
# 从损失往上走到 $w$，把箭头上的数乘起来：$-4\cdot 1\cdot 1\cdot(-2)\cdot 1\cdot 1\cdot 2=16$，正是 $w$ 方框里的梯度。
# 链式法则说的就是这样的乘积，再对所有的路求和。

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
            parent.grad = node.grad * slope         # the mistake: the last road wins

def differentiate_diamond(backward):
    a = Node(3)
    backward((2 * a) * a**2)
    return a.grad

found = [differentiate_diamond(way) for way in (backpropagate, backpropagate_wrongly)]
assert found[0] == 18 + 36 and found[1] in (18, 36), "only the sum is right"
f"with +=: {found[0]:.0f}, with =: {found[1]:.0f}"

# %% [markdown] lang="en"
# The road through $2x$ carries $x^2\cdot 2=18$, the one through $x^2$ carries $2x\cdot 2x=36$; the last one walked overwrites the other.
#
# The second mistake: `+=` also adds to what *the last step* left behind, unless someone resets it to zero. What do the two look like in
# training? We fit a line $wx+b$ to five points by $w\leftarrow w-\alpha\,\partial L/\partial w$, three times: right, with `=`,
# and without the reset.

# %% [markdown] lang="zh" of="dfbe231b"
# 经过 $2x$ 的路带来 $x^2\cdot 2=18$，经过 $x^2$ 的路带来 $2x\cdot 2x=36$；后走的一条把先走的覆盖掉了。
#
# 第二个错误：`+=` 也会加到**上一步**留下的值上，除非有人把它清零。这两种错误在训练中各是什么样子？我们按
# $w\leftarrow w-\alpha\,\partial L/\partial w$ 用直线 $wx+b$ 去拟合五个点，做三遍：正确的、用 `=` 的、不清零的。

# %%
def descend(measure, params, alpha, steps, backward=backpropagate, reset=True):
    """Gradient descent on the node that measure() returns; all losses."""
    losses = []
    for _ in range(steps):
        loss = measure()
        backward(loss)
        losses.append(loss.value)
        for p in params:
            p.value -= alpha * p.grad
            p.grad = 0.0 if reset else p.grad
    return losses

POINTS = [(-2, -2.5), (-1, -1.0), (0, 1.5), (1, 2.0), (2, 5.5)]

def fit_line(**how):
    w, b = Node(0), Node(0)
    def measure():
        return sum((w * x + b - t) ** 2 for x, t in POINTS) * (1 / len(POINTS))
    return descend(measure, (w, b), alpha=0.05, steps=60, **how)

# %%
fits = {"+= and reset": fit_line(), "never reset": fit_line(reset=False),
        "= instead of +=": fit_line(backward=backpropagate_wrongly)}
right_fit, swinging, overwritten = (losses[-30:] for losses in fits.values())
assert np.ptp(overwritten) < 0.1 < 10 < max(swinging) / min(swinging), "rest, swings"
ax = plotting.show_curves(fits, xlabel="step", ylabel="mean squared error", logy=True)
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False);

# %% [markdown] lang="en"
# *The picture:* the right curve (solid) falls and comes to rest at the smallest loss; the one with `=` (dash-dotted) comes to rest far above it;
# without the reset (dashed) the loss swings up and down and never settles.
#
# With `=` each step hears one point out of five, always the same, and the loss ends at ⟦overwritten[-1] / right_fit[-1]:.0f⟧ times the right one: it looks like
# a model that is too weak. Without the reset, every old gradient pushes for ever: a ball without friction. Lesson 02 adds
# the friction and calls it momentum.

# %% [markdown] lang="zh" of="37244daa"
# *图中所见：* 正确的曲线（实线）一路下降，停在最小的损失上；用 `=` 的（点划线）停在高得多的地方；不清零的（虚线）忽上忽下，始终停不下来。
#
# 用 `=` 时，每一步只听见五个点中的一个，而且总是同一个，最后的损失是正确做法的 ⟦overwritten[-1] / right_fit[-1]:.0f⟧ 倍，看上去像是模型太弱。
# 不清零时，旧的梯度永远推着走，像一个没有摩擦的球。第 02 课会给它加上摩擦，那就叫动量（momentum）。

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
# 引擎为每一次乘法都造一个 Python 对象：读起来清楚，用来算一千张图像就没指望了。因此我们对一批共 $N$ 个输入直接推导梯度。
# 现在每个输入是 $X\in\mathbb{R}^{N\times D}$ 的一**行**，所以 $W$ 写在右边，与 01.3 相比转置了：
#
# $$Z=XW_1+b_1,\qquad H=\tanh Z,\qquad Y=HW_2+b_2,\qquad L=\frac1N\sum_{n,k}(Y_{nk}-T_{nk})^2,$$
#
# 其中 $W_1\in\mathbb{R}^{D\times M}$，$W_2\in\mathbb{R}^{M\times K}$。$T$ 的第 $n$ 行是独热（one-hot）向量：正确的类别处为 1，其余为 0。
# 拿平方误差（squared error）来做分类只是权宜之计，好处是这里就能推导；专为分类准备的损失在第 03 课。

# %% [markdown] lang="en"
# **Derivation.** The weight $(W_2)_{jk}$ enters $Y_{1k},\dots,Y_{Nk}$, one entry for each input, so its blame is a sum over $n$. The bias is
# broadcast, that is, used once in every row: a diamond with $N$ roads. With $dY$ short for $\partial L/\partial Y$:
#
# $$\frac{\partial L}{\partial (W_2)_{jk}}=\sum_{n=1}^{N}H_{nj}\,dY_{nk}=(H^\top dY)_{jk},\qquad
# \frac{\partial L}{\partial (b_2)_k}=\sum_{n=1}^{N}dY_{nk} .$$
#
# Going on backwards, with $\odot$ for the product entry by entry and $\tanh'z=1-\tanh^2z$:
#
# $$dY=\tfrac2N(Y-T),\quad dH=dY\,W_2^\top,\quad dZ=dH\odot(1-H\odot H),\quad dW_1=X^\top dZ,\quad (db_1)_j=\sum_{n=1}^{N}dZ_{nj} .$$
#
# The same letters make the code. (The engine agrees: 01.13.)

# %% [markdown] lang="zh" of="ebc6cb2c"
# **推导。** 权重 $(W_2)_{jk}$ 参与了 $Y_{1k},\dots,Y_{Nk}$，每个输入各一项，所以它的责任是对 $n$ 求和。偏置经过广播（broadcasting），
# 在每一行里都用了一次：这是一个有 $N$ 条路的菱形。用 $dY$ 简记 $\partial L/\partial Y$：
#
# $$\frac{\partial L}{\partial (W_2)_{jk}}=\sum_{n=1}^{N}H_{nj}\,dY_{nk}=(H^\top dY)_{jk},\qquad
# \frac{\partial L}{\partial (b_2)_k}=\sum_{n=1}^{N}dY_{nk} .$$
#
# 继续往回推，用 $\odot$ 表示逐项相乘，并用到 $\tanh'z=1-\tanh^2z$：
#
# $$dY=\tfrac2N(Y-T),\quad dH=dY\,W_2^\top,\quad dZ=dH\odot(1-H\odot H),\quad dW_1=X^\top dZ,\quad (db_1)_j=\sum_{n=1}^{N}dZ_{nj} .$$
#
# 代码用的是同样的字母。（引擎给出同样的结果，见 01.13。）

# %%
def init_params(rng, D, M, K):
    """First weights: spread 1/sqrt(inputs) (lesson 03 says why); biases 0."""
    W1, W2 = rng.normal(0, D**-0.5, (D, M)), rng.normal(0, M**-0.5, (M, K))
    return [W1, np.zeros(M), W2, np.zeros(K)]

def forward(params, X):
    """Two layers; X: (N, D) -> Y: (N, K), and H: (N, M), which the way back needs."""
    W1, b1, W2, b2 = params
    H = np.tanh(X @ W1 + b1)                                # (N, M)
    return H @ W2 + b2, H

def measure_loss(params, X, T):
    """Squared error against T: (N, K), summed over classes, averaged over inputs."""
    return ((forward(params, X)[0] - T) ** 2).sum() / len(X)

# %%
def compute_gradients(params, X, T):
    """Gradients of measure_loss, each with the shape of its parameter."""
    Y, H = forward(params, X)
    dY = 2 * (Y - T) / len(X)                               # (N, K)
    dZ = (dY @ params[2].T) * (1 - H * H)                   # (N, M)
    return X.T @ dZ, dZ.sum(axis=0), H.T @ dY, dY.sum(axis=0)

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
# 错误的梯度很少让程序崩溃，只会让网络学得差一些。所以要拿定义来检验，这叫中心差分（central difference）。把 $\theta+h$ 与 $\theta-h$ 处的损失作泰勒展开：
#
# $$\frac{L(\theta+h)-L(\theta-h)}{2h}=L'(\theta)+\frac{h^2}{6}L'''(\theta)+O(h^4)\;+\;O\!\left(\frac{\varepsilon\,|L|}{h}\right) .$$
#
# 第二项是截断误差（truncation error），随 $h$ 减小而减小。最后一项来自两个损失的舍入误差（rounding error）：在 float64 中其相对大小是
# $\varepsilon\approx 2.2\cdot10^{-16}$，再除以 $2h$，因此 $h$ 越小它反而**越大**。两个梯度的相对误差（relative error）用
# $\lVert a-b\rVert/(\lVert a\rVert+\lVert b\rVert)$ 来度量。

# %%
digits = data.load_digits()
order = seed_everything(SEED).permutation(len(digits.labels))
test, train = order[:N_TEST], order[N_TEST:]
pixels = digits.images.reshape(-1, 64) / 16                 # (1797, 64) greys, 0 to 1
X = pixels - pixels[train].mean(axis=0)             # mean of training images only
T = np.eye(10)[digits.labels]                               # (1797, 10) one-hot
params = init_params(np.random.default_rng(SEED), 64, HIDDEN, 10)
P = sum(p.size for p in params)
assert set(test).isdisjoint(train), "no image may be in both sets"

# %%
def approximate_gradient(p, loss, h):
    """Central differences of loss() by each entry of p, which is restored."""
    grad = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        kept = p[i]
        p[i] = kept + h
        above = loss()
        p[i] = kept - h
        grad[i] = (above - loss()) / (2 * h)
        p[i] = kept
    return grad

def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))

# %%
few = train[:40]                                    # 40 images leave no unit unused
grads, errors = compute_gradients(params, X[few], T[few]), {}

def measure_few():
    return measure_loss(params, X[few], T[few])

for name, p, grad in zip(("W1", "b1", "W2", "b2"), params, grads):
    quotients = approximate_gradient(p, measure_few, 1e-5)
    errors[name] = relative_error(quotients, grad)
assert max(errors.values()) < 1e-8, "analytic gradient and central differences disagree"
{name: f"{error:.0e}" for name, error in errors.items()}

# %% [markdown] lang="en"
# All ⟦P:,⟧ partial derivatives were compared, array by array, with a step of $10^{-5}$: the relative errors are below $10^{-8}$.
#
# Would $10^{-10}$, a hundred thousand times smaller, be more exact? And would the check work in
# float32, where $\varepsilon\approx 1.2\cdot10^{-7}$? We sweep $h$ over the ⟦HIDDEN⟧ biases of the hidden layer. ($W_2$ would not
# do: the loss is quadratic in it, $L'''=0$, and there is no truncation error to see.)

# %% [markdown] lang="zh" of="81a96291"
# 全部 ⟦P:,⟧ 个偏导数逐个数组作了比较，步长取 $10^{-5}$，相对误差都在 $10^{-8}$ 以下。
#
# 换成 $10^{-10}$，只有原来的十万分之一，会更准吗？换成 float32，即 $\varepsilon\approx 1.2\cdot10^{-7}$，这个检验还管用吗？
# 我们让 $h$ 取遍各种大小，只看隐藏层的 ⟦HIDDEN⟧ 个偏置。（用 $W_2$ 不行：损失是它的二次函数，$L'''=0$，也就看不到截断误差。）

# %%
H_STEPS = np.logspace(-12, 0, 25)

def sweep_steps(dtype):
    exact = compute_gradients(params, X[few], T[few])[1]    # by b1, in float64
    *cast, inputs, targets = [a.astype(dtype) for a in (*params, X[few], T[few])]
    def loss():
        return measure_loss(cast, inputs, targets)
    quotients = [approximate_gradient(cast[1], loss, dtype(h)) for h in H_STEPS]
    return np.array([relative_error(quotient, exact) for quotient in quotients])

sweeps = {"float64": sweep_steps(np.float64), "float32": sweep_steps(np.float32)}
best_h = H_STEPS[sweeps["float64"].argmin()]
growth = np.polyfit(np.log(H_STEPS[16:21]), np.log(sweeps["float64"][16:21]), 1)[0]
assert 1e-6 < best_h < 1e-4 and abs(growth - 2) < 0.1, "beyond the best step: like h²"
assert min(sweeps["float32"]) > 1e-5, "only float64 passes"
ax = plotting.show_curves(sweeps, H_STEPS, logx=True, logy=True, marker=".",
                          xlabel="step $h$", ylabel="relative error")

# %% [markdown] lang="en"
# *The picture:* two curves shaped like a V. In float64 (solid) the error is least near $10^{-5}$; to the left it grows like $1/h$, to the
# right like $h^2$. In float32 (dashed) it never gets below $10^{-5}$; far left it is flat at 1, where the loss no longer notices the step.
#
# So neither: at $10^{-10}$ rounding has taken over. The best step balances both errors, $h^2\sim\varepsilon/h$, so
# $h\sim\varepsilon^{1/3}\approx 6\cdot10^{-6}$ up to a factor; the sweep found ⟦best_h * 1e6:.0f⟧ · 10⁻⁶. Check gradients in float64
# even where training runs in float32.

# %% [markdown] lang="zh" of="5dbdcea6"
# *图中所见：* 两条 V 形曲线。float64（实线）的误差在 $10^{-5}$ 附近最小：往左按 $1/h$ 增长，往右按 $h^2$ 增长。
# float32（虚线）的误差始终到不了 $10^{-5}$ 以下；最左端是平的，误差为 1，因为损失已经察觉不到这么小的一步。
#
# 所以两问的答案都是“不”：到 $10^{-10}$，舍入误差早已占了上风。最佳步长使两种误差相当，$h^2\sim\varepsilon/h$，即在数量级上
# $h\sim\varepsilon^{1/3}\approx 6\cdot10^{-6}$；扫描得到的是 ⟦best_h * 1e6:.0f⟧×10⁻⁶。哪怕训练用 float32，检验梯度也要用 float64。

# %% [markdown] lang="en"
# ## 01.9 Deeper: the same gradients from two libraries
#
# PyTorch and TensorFlow record the same graph, with arrays as nodes. If our derivation is right, programs written by others must agree to the
# last few digits of float64. PyTorch also repeats 01.6: a second `backward()` adds to the first. TensorFlow's tape returns its gradients
# and adds them nowhere.

# %% [markdown] lang="zh" of="d84e7fe2"
# ## 01.9 选读：两个库给出的同一组梯度
#
# PyTorch 和 TensorFlow 记录的是同样的图，只不过节点是数组。推导若是对的，别人写的程序就应当与我们一直吻合到 float64 的最后几位。
# PyTorch 还会重演 01.6 的一幕：再调用一次 `backward()`，结果会加在前一次上。TensorFlow 的“磁带”（tape）则把梯度作为返回值，不会加到任何地方。

# %%
import torch

ours = compute_gradients(params, X[train], T[train])
theirs = W1, b1, W2, b2 = [torch.tensor(p, requires_grad=True) for p in params]

def torch_loss():
    Y = torch.tanh(torch.tensor(X[train]) @ W1 + b1) @ W2 + b2
    return ((Y - torch.tensor(T[train])) ** 2).sum() / len(train)

torch_loss().backward()
torch_errors = [relative_error(p.grad.numpy(), g) for p, g in zip(theirs, ours)]
assert max(torch_errors) < 1e-13, "torch.autograd and the matrices disagree"
torch_loss().backward()                             # nobody has reset the gradients
assert np.allclose(W1.grad, 2 * ours[0]), "after two calls the gradient is doubled"

import tensorflow as tf

W1, b1, W2, b2 = tf_params = [tf.Variable(p) for p in params]
with tf.GradientTape() as tape:
    Y = tf.tanh(X[train] @ W1 + b1) @ W2 + b2
    tf_loss = tf.reduce_sum((Y - T[train]) ** 2) / len(train)
found = tape.gradient(tf_loss, tf_params)
tf_errors = [relative_error(a.numpy(), b) for a, b in zip(found, ours)]
assert max(tf_errors) < 1e-13, "tf.GradientTape and the matrices disagree"
f"worst relative error: {max(torch_errors + tf_errors):.0e}"

# %% [markdown] lang="en"
# ## 01.10 Learning to read digits
#
# With gradients that we trust, learning is one line: every parameter takes a step against its blame,
# $\theta\leftarrow\theta-\alpha\,\partial L/\partial\theta$. We take ⟦STEPS⟧ steps, each on all ⟦len(train):,⟧ training images (lesson 02 finds
# better ways), for five seeds, each with its own split and first weights, to see what luck contributes.

# %% [markdown] lang="zh" of="1503fdbe"
# ## 01.10 学认数字
#
# 梯度信得过了，学习就只剩一行：每个参数都逆着自己的责任走一步，
# $\theta\leftarrow\theta-\alpha\,\partial L/\partial\theta$。我们走 ⟦STEPS⟧ 步，每步都用全部 ⟦len(train):,⟧ 张训练图像（更好的办法见第 02 课）；
# 换五个随机种子各做一遍，划分和初始权重都随之而变，看看运气占多大成分。

# %%
def train_network(seed):
    """Split, first weights and descent from one seed: all that belongs to the run."""
    order = seed_everything(seed).permutation(len(digits.labels))
    test, train = order[:N_TEST], order[N_TEST:]
    X = pixels - pixels[train].mean(axis=0)
    start = init_params(np.random.default_rng(seed), 64, HIDDEN, 10)
    params, losses = [p.copy() for p in start], []
    for _ in range(STEPS):
        for p, grad in zip(params, compute_gradients(params, X[train], T[train])):
            p -= RATE * grad
        losses.append(measure_loss(params, X[train], T[train]))
    guesses = forward(params, X[test])[0].argmax(axis=1)    # the largest output
    return dict(start=start, params=params, losses=losses, X=X, train=train,
                guesses=guesses, right=guesses == digits.labels[test])

# %%
runs = [train_network(seed) for seed in tqdm(range(SEED, SEED + 5), desc="seeds")]
accuracies = [run["right"].mean() for run in runs]
params, losses, acc = runs[0]["params"], runs[0]["losses"], accuracies[0]
half_width = 1.96 * math.sqrt(acc * (1 - acc) / N_TEST)     # 95%, normal approximation
assert all(max(np.diff(run["losses"])) < 0 for run in runs), "falls always"
f"accuracy on {N_TEST} test images, seed {SEED}: {acc:.3f} ± {half_width:.3f}"

# %%
wrong = np.flatnonzero(~runs[0]["right"])[:16]
labels = digits.labels[test[wrong]]
pairs = zip(labels, runs[0]["guesses"][wrong])
titles = [f"{label} read as {guess}" for label, guess in pairs]
plotting.show_images(digits.images[test[wrong]], titles=titles, columns=4);

# %% [markdown] lang="en"
# *The picture:* misread test digits, eight by eight pixels each, titled with the true class and the class that the network saw. Several would
# make a person hesitate too; others are plain.
#
# On the ⟦N_TEST⟧ test images of seed ⟦SEED⟧ the accuracy is ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧ (95%, normal approximation); over the five
# seeds it ran from ⟦min(accuracies):.3f⟧ to ⟦max(accuracies):.3f⟧. The loss fell from ⟦losses[0]:.2f⟧ to ⟦losses[-1]:.2f⟧ per image
# and was still falling. What the interval does not cover: 13 people wrote these digits, and the split mixes their hands. A stranger's hand
# would be another test.

# %% [markdown] lang="zh" of="11f46776"
# *图中所见：* 被认错的测试数字，每个八乘八像素，标题写着真实类别和网络认成的类别。有几个连人也要犹豫一下，另一些则清清楚楚。
#
# 在种子 ⟦SEED⟧ 的 ⟦N_TEST⟧ 张测试图像上，准确率为 ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧（95%，正态近似）；五个种子的结果在 ⟦min(accuracies):.3f⟧ 与
# ⟦max(accuracies):.3f⟧ 之间。平均每张图像的损失由 ⟦losses[0]:.2f⟧ 降到 ⟦losses[-1]:.2f⟧，而且还在下降。有一点区间没有包括：这些数字出自
# 13 个人之手，而划分时各人的字迹混在了一起。换成陌生人写的字，那是另一场测试。

# %% [markdown] lang="en"
# ## 01.11 What does blame cost?
#
# Count multiplications for $d$ layers of width $n$ and $N$ inputs. Forward, each layer is one matrix product; backward it
# is two, $dW=H^\top dZ$ and $dH=dZ\,W^\top$, except that the first layer needs no $dX$:
#
# $$C_{\text{fwd}}=d\,Nn^2,\qquad C_{\text{bwd}}=(2d-1)\,Nn^2,\qquad \frac{C_{\text{bwd}}}{C_{\text{fwd}}}=2-\frac1d .$$
#
# So the way back takes at most twice the multiplications of the way there, however many weights there are. The price is memory: the input and all $d$ outputs wait
# for it, where a prediction holds two layers at a time. 01.8's differences take two forward passes
# *for each weight*.

# %% [markdown] lang="zh" of="b01202ca"
# ## 01.11 追责的代价
#
# 设有 $d$ 层，宽度都是 $n$，输入共 $N$ 个，数一数乘法次数。前向每层一次矩阵乘法；反向（backward pass）每层两次，$dW=H^\top dZ$ 和 $dH=dZ\,W^\top$，
# 只是第一层不需要 $dX$：
#
# $$C_{\text{fwd}}=d\,Nn^2,\qquad C_{\text{bwd}}=(2d-1)\,Nn^2,\qquad \frac{C_{\text{bwd}}}{C_{\text{fwd}}}=2-\frac1d .$$
#
# 也就是说，不论权重有多少，往回走一趟的乘法次数至多是往前走一趟的 2 倍。代价在内存上：输入和全部 $d$ 层的输出都要留着等它来用，而只做预测时，
# 同时只需留住两层。再与 01.8 的差分比一比：那里**每个权重**都要两次前向传播（forward pass）。

# %% [markdown] lang="en"
# **Why backwards?** The chain rule can also be walked forwards: start with 1 at *one* input and push rates along the edges, in the order of the
# computation. That is **forward mode**: as exact as ours, which is **reverse mode**. But one sweep over the graph answers another
# question: forwards, how *all* numbers change with one input; backwards, how *one* number changes with all inputs. With
# $n$ inputs and $m$ outputs forward mode needs $n$ sweeps, reverse mode $m$.
#
# Training has one output, the loss, and ⟦P:,⟧ inputs, the weights of our digit network: ⟦P:,⟧ sweeps against 1. That is why blame goes
# backwards. (01.14 measures it, and where forwards wins.)

# %% [markdown] lang="zh" of="ce447f1d"
# **为什么要往回算？** 链式法则也可以往前走：先在**某一个**输入处放上 1，再按计算的次序把变化率沿着边往前推。这叫**前向模式**（forward mode），
# 与我们的**反向模式**（reverse mode）同样精确。但在图上走一趟，回答的问题不同：往前走，知道**所有的数**怎样随一个输入变化；往回走，知道**一个数**
# 怎样随所有输入变化。有 $n$ 个输入、$m$ 个输出时，前向模式要走 $n$ 趟，反向模式要走 $m$ 趟。
#
# 训练时输出只有一个，就是损失；输入是数字网络的 ⟦P:,⟧ 个权重：一边是 ⟦P:,⟧ 趟，一边是 1 趟。所以责任要往回传。（01.14 会实测，也会看到前向模式
# 在哪里占优。）

# %% [markdown] lang="en"
# ## 01.12 In the company
#
# Our product will learn from reviews that people have labelled. The gradient only says which small change would have lowered the loss;
# what counts as right, people decided. How hard can one wrong label pull, measured by the length of its gradient? On our digits, before training about as
# hard as a right one; after it ⟦min(ratios):.1f⟧ to ⟦max(ratios):.1f⟧ times as hard, over five seeds (01.15). The wrong labels' pull grew less, from
# ⟦wrong_before[0]:.1f⟧ to ⟦wrong_after[0]:.1f⟧; the right ones' fell from ⟦right_before[0]:.1f⟧ to ⟦right_after[0]:.1f⟧. The rest falls silent.
#
# So a careless label met late outweighs several good ones. Labelling guidelines are part of the model, and whoever writes them
# decides on blame.

# %% [markdown] lang="zh" of="5254241c"
# ## 01.12 在公司里
#
# 我们的产品要从人工标注的评论中学习。梯度只说明怎样的微小改动本可以降低损失；至于什么算正确，是人定的。一个错误的标签能有多大的拉力？
# 用它的梯度长度来量：在我们的数字上，训练之前它与正确的标签差不多；训练之后，在五个种子上是正确标签的 ⟦min(ratios):.1f⟧～⟦max(ratios):.1f⟧ 倍
# （见 01.15）。错误标签的拉力增加不多，从 ⟦wrong_before[0]:.1f⟧ 到 ⟦wrong_after[0]:.1f⟧；正确标签的却从 ⟦right_before[0]:.1f⟧ 降到了
# ⟦right_after[0]:.1f⟧。不是标错的嗓门大了多少，而是其余的安静了下来。
#
# 所以，训练后期遇到的一条草率标签，抵得上好几条认真的。标注规范也是模型的一部分，写规范的人就是定责的人。

# %% [markdown] lang="en"
# ## 01.13 Deeper: your engine parts two rings
#
# The unbroken engine trains networks. Here 50 points lie in two rings, which no straight line can part. Eight tanh units look at
# both coordinates, a weighted sum of them is the score: above 0 means the inner ring. The loss is the mean squared
# distance to +1 inside and −1 outside. Move the points, add units, draw again.

# %% [markdown] lang="zh" of="bb276807"
# ## 01.13 选读：用你的引擎分开内外两圈
#
# 没弄坏的引擎就能训练网络。这里有 50 个点，排成内外两圈，没有哪条直线能把它们分开。八个 tanh 单元各看两个坐标，
# 它们的加权和就是得分：大于 0 表示内圈。损失是得分与目标之差的平方的平均，内圈的目标是 +1，外圈的是 −1。不妨挪动这些点，
# 或者多加几个单元，再画一次。

# %%
from sklearn.datasets import make_circles

rings, inside = make_circles(50, noise=0.12, factor=0.4, random_state=SEED)
rings, rng = 2 * rings, np.random.default_rng(SEED)         # (50, 2) points
units = [[Node(a) for a in rng.normal(size=4)] for _ in range(8)]
last_bias = Node(0)

def score(x1, x2):
    """Eight tanh units, weighted and added up: a node."""
    return sum((tanh(p * x1 + q * x2 + b) * v for p, q, b, v in units), last_bias)

def measure_rings():
    errors = [(score(*x) - t) ** 2 for x, t in zip(rings, 2 * inside - 1)]
    return sum(errors) * (1 / len(errors))

ring_losses = descend(measure_rings, [*sum(units, []), last_bias], alpha=0.1, steps=150)
missed = sum((score(*x).value > 0) != t for x, t in zip(rings, inside))
f"loss {ring_losses[0]:.2f} → {ring_losses[-1]:.2f}; {missed} of 50 on the wrong side"

# %%
values = np.vectorize(lambda a: a.value)(units)     # (8, 4): p, q, b, v of each unit
as_arrays = [values[:, :2].T, values[:, 2], values[:, 3:], np.array([last_bias.value])]
dW1, db1, dW2, _ = compute_gradients(as_arrays, rings, 2 * inside[:, None] - 1)
backpropagate(measure_rings())                      # descend() left all gradients at 0
by_engine = np.vectorize(lambda a: a.grad)(units)
assert np.allclose(by_engine, np.c_[dW1.T, db1, dW2], rtol=1e-9), "engine and matrices"

# %%
ticks = np.linspace(-3, 3, 41)
heights = [[score(x1, x2).value for x1 in ticks] for x2 in ticks]
ax = plt.subplots(figsize=(4, 3.6), subplot_kw=dict(xlabel="$x_1$", ylabel="$x_2$"))[1]
ax.contourf(ticks, ticks, heights, levels=[-99, 0, 99], colors=["#FDF2E0", "#D6EAF8"])
for label, marker, colour in ((0, "o", "#D55E00"), (1, "^", "#0072B2")):
    ax.plot(*rings[inside == label].T, marker, color=colour, linestyle="")

# %% [markdown] lang="en"
# *The picture:* discs form an outer ring, triangles an inner cluster; the blue region, where the score is above 0, lies in the
# middle, bent around the triangles; its rim is the **decision boundary**. On the wrong side after 150 steps: ⟦missed⟧ of 50 (the points
# it learned from, seed ⟦SEED⟧: this shows a fit, not a test). Nobody wrote a derivative for this network: the edges of 01.4 were enough. And the matrices
# of 01.7 find the same gradients, as the cell before the picture shows.

# %% [markdown] lang="zh" of="de9d5e81"
# *图中所见：* 圆点排成外圈，三角聚在内圈；蓝色区域是得分大于 0 的地方，它是中间一块封闭的区域，绕着三角围成，它的边缘就是**决策边界**（decision boundary）。走完 150 步，
# 50 个点中有 ⟦missed⟧ 个落在错的一侧（这些点就是训练用的点，种子 ⟦SEED⟧：这里看到的是拟合，不是测试）。没有人为这个网络推导过导数，
# 有 01.4 的那些边就够了；画图之前的那个单元格表明，01.7 的矩阵公式给出的也是同样的梯度。

# %% [markdown] lang="en"
# ## 01.14 Deeper: forwards or backwards, measured
#
# Both modes run on the engine's graphs (NumPy multiplies arrays of nodes); they differ in direction and in which end of an edge is added to. We keep $n\cdot m=64$ derivatives, put 16 tanh units between $n$ inputs and $m$ outputs, and time the whole
# Jacobian both ways.

# %% [markdown] lang="zh" of="b9cfd6a5"
# ## 01.14 选读：往前还是往回，量一量
#
# 两种模式都在引擎的图上走（由 NumPy 去乘装着节点的数组），区别只在于方向，以及往边的哪一端累加。我们固定导数共
# $n\cdot m=64$ 个，在 $n$ 个输入与 $m$ 个输出之间放 16 个 tanh 单元，用两种办法各求一遍整个雅可比矩阵，并计时。

# %%
def push_forward(order, leaf):
    """Rates of all nodes by one leaf: forward mode, in one sweep."""
    rate = dict.fromkeys(order, 0.0) | {leaf: 1.0}
    for node in order:
        for parent, slope in node.edges:
            rate[node] += rate[parent] * slope              # mirrored: parent to node
    return rate

def pull_back(order, root):
    """Rates of one root by all nodes: reverse mode, in one sweep."""
    rate = dict.fromkeys(order, 0.0) | {root: 1.0}
    for node in reversed(order):
        for parent, slope in node.edges:
            rate[parent] += rate[node] * slope              # node to parent
    return rate

# %%
def time_calls(function, *args, repeats=30):
    """Median seconds of one call on the processor: other programs do not count."""
    marks = [time.process_time()]
    for _ in range(repeats):
        function(*args)
        marks.append(time.process_time())
    return float(np.median(np.diff(marks)))

to_nodes, node_tanh = np.vectorize(Node, otypes=[object]), np.vectorize(tanh)

def time_jacobian(n, m):
    """Seconds for all n·m derivatives: forward mode, reverse mode."""
    x = to_nodes(rng.normal(size=n))
    y = node_tanh(x @ rng.normal(size=(n, 16))) @ rng.normal(size=(16, m))
    order = sort_nodes(sum(y))                      # one graph that holds all
    def go_forwards():
        sweeps = [push_forward(order, a) for a in x]
        return np.array([[rates[b] for b in y] for rates in sweeps])
    def go_back():
        sweeps = [pull_back(order, b) for b in y]
        return np.array([[rates[a] for a in x] for rates in sweeps])
    assert np.allclose(go_forwards(), go_back().T), "both modes find the same Jacobian"
    return time_calls(go_forwards, repeats=9), time_calls(go_back, repeats=9)

# %%
jacobians = {(n, m): time_jacobian(n, m) for n, m in ((64, 1), (8, 8), (1, 64))}
quotients = {shape: ahead / back for shape, (ahead, back) in jacobians.items()}
assert quotients[64, 1] > 10 and quotients[1, 64] < 0.1, "fewer ends, fewer sweeps"
{f"{n} in, {m} out": f"{q:.2f}" for (n, m), q in quotients.items()}

# %%
pass_seconds = time_calls(forward, params, X[train])
gradient_seconds = time_calls(compute_gradients, params, X[train], T[train])
central_seconds = 2 * P * pass_seconds              # passes times the time of one
f"{gradient_seconds * 1e3:.1f} ms backwards, {central_seconds:.1f} s by differences"

# %% [markdown] lang="en"
# Seconds of forward mode over seconds of reverse mode: ⟦quotients[64, 1]:.0f⟧ for one output, ⟦quotients[8, 8]:.1f⟧ for as many outputs as inputs,
# ⟦quotients[1, 64]:.2f⟧ for one input. Whoever asks how a simulation follows one parameter goes forwards; whoever trains goes backwards.
#
# On the digits, ⟦len(train):,⟧ images, a forward pass takes ⟦pass_seconds * 1e3:.1f⟧ ms, a gradient by backpropagation
# ⟦gradient_seconds * 1e3:.1f⟧ ms, both ways included; ⟦2 * P:,⟧ passes of
# central differences would take ⟦central_seconds:.0f⟧ s.

# %% [markdown] lang="zh" of="a8fc2378"
# 前向模式与反向模式的用时之比：一个输出时为 ⟦quotients[64, 1]:.0f⟧，输入输出一样多时为 ⟦quotients[8, 8]:.1f⟧，一个输入时为 ⟦quotients[1, 64]:.2f⟧。
# 要问一场模拟怎样随一个参数变化，就用前向模式；要训练网络，就往回算。
#
# 在 ⟦len(train):,⟧ 张数字图像上，一次前向传播用 ⟦pass_seconds * 1e3:.1f⟧ 毫秒，反向传播求一次梯度（往返都算在内）用 ⟦gradient_seconds * 1e3:.1f⟧ 毫秒；中心差分的 ⟦2 * P:,⟧ 次前向传播则需要 ⟦central_seconds:.0f⟧ 秒。

# %% [markdown] lang="en"
# ## 01.15 Deeper: how hard a wrong label pulls
#
# We give each of ⟦N_PULLS⟧ training digits the next class as its label, without training on it, and compare the lengths of single-image
# gradients, before and after training, for the five runs of 01.10. Columns: right label before and after, wrong label before and after.

# %% [markdown] lang="zh" of="90a68bf5"
# ## 01.15 选读：一个错误标签的拉力
#
# 我们把 ⟦N_PULLS⟧ 个训练数字的标签逐个改成下一个类别，但并不拿它去训练，只比较单张图像在训练前后的梯度长度；01.10 的五次训练各做一遍。
# 各列依次是：正确标签训练前、训练后，错误标签训练前、训练后。

# %%
N_PULLS = 300                                               # enough for a median

def measure_pull(run, params, wrong):
    """Median length of one image's gradient, with its own label or the next class."""
    lengths = []
    for i in run["train"][:N_PULLS]:
        target = np.roll(T[i], 1) if wrong else T[i]
        grads = compute_gradients(params, run["X"][i:i + 1], target[None])
        lengths.append(math.sqrt(sum((grad**2).sum() for grad in grads)))
    return np.median(lengths)

pulls = [[measure_pull(run, run[when], wrong) for wrong in (False, True)
          for when in ("start", "params")] for run in runs]     # a row for each seed
right_before, right_after, wrong_before, wrong_after = np.transpose(pulls)
ratios = wrong_after / right_after
assert max(right_after / right_before) < 0.6, "right labels fall silent"
assert max(abs(wrong_after / wrong_before - 1)) < 0.6, "wrong ones stay about as loud"
np.round(pulls, 1)

# %% [markdown] lang="en"
# ## Sources
#
# - D. Rumelhart, G. Hinton, R. Williams, [Learning representations by back-propagating errors](https://doi.org/10.1038/323533a0) (1986): the
#   short paper that made the idea known.
# - A. Baydin, B. Pearlmutter, A. Radul, J. Siskind, [Automatic differentiation in machine learning: a survey](https://arxiv.org/abs/1502.05767) (2018): forward
#   and reverse mode, § 3.
# - A. Karpathy, [micrograd](https://github.com/karpathy/micrograd) (2020): the engine that ours resembles.
# - The article 《AI 大模型创业：如何利用技术优势？》: $y=f(x;W,b)$ and the two chain-rule formulas of 01.2; there $f$ is called
#   the activation function (01.1).

# %% [markdown] lang="zh" of="20654878"
# ## 来源
#
# - D. Rumelhart、G. Hinton、R. Williams，[Learning representations by back-propagating errors](https://doi.org/10.1038/323533a0)（1986）：
#   让这个想法广为人知的短文。
# - A. Baydin、B. Pearlmutter、A. Radul、J. Siskind，[Automatic differentiation in machine learning: a survey](https://arxiv.org/abs/1502.05767)（2018）：
#   自动微分的综述，前向模式与反向模式见其 § 3。
# - A. Karpathy，[micrograd](https://github.com/karpathy/micrograd)（2020）：与本课的引擎相似。
# - 文章《AI 大模型创业：如何利用技术优势？》：$y=f(x;W,b)$ 和 01.2 的两个链式法则公式；文中把 $f$ 叫作激活函数（见 01.1）。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You derived gradients on paper, for numbers, vectors and a batch; the engine gave the same.
# - You watched blame climb through ⟦N_NODES⟧ nodes and know why it adds up: with `=` the line stayed at ⟦overwritten[-1] / right_fit[-1]:.0f⟧ times the smallest
#   loss (Deeper: your engine parted two rings, ⟦missed⟧ of 50 points missed).
# - You trained two layers to an accuracy of ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧ (n = ⟦N_TEST⟧, seed ⟦SEED⟧).
# - You checked ⟦P:,⟧ derivatives; the best step was ⟦best_h * 1e6:.0f⟧ · 10⁻⁶.
# - You know why one goes backwards: for ⟦P:,⟧ weights 1 sweep instead of as many.
#
# **Next:** exercise 01, then lesson 02.

# %% [markdown] lang="zh" of="c38ff2b2"
# ## 现在你能做到
#
# - 你在纸上推导了梯度：先是数，再是向量，最后是一整批；引擎给出了同样的结果。
# - 你看着责任在 ⟦N_NODES⟧ 个节点间一步步上溯，知道它为什么要累加：写成 `=`，直线的损失就停在最小值的 ⟦overwritten[-1] / right_fit[-1]:.0f⟧ 倍处；
#   选读部分里，你的引擎分开了内外两圈，50 个点错了 ⟦missed⟧ 个。
# - 你训练了一个两层网络，准确率为 ⟦acc:.3f⟧ ± ⟦half_width:.3f⟧（n = ⟦N_TEST⟧，随机种子 ⟦SEED⟧）。
# - 你检验了 ⟦P:,⟧ 个导数，最佳步长是 ⟦best_h * 1e6:.0f⟧×10⁻⁶。
# - 你知道为什么要往回算：⟦P:,⟧ 个权重，走 1 趟就够了，不必走那么多趟。
#
# **接下来：** 先做练习 01，再读第 02 课。
