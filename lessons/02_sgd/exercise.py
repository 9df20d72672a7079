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
# # 02. Exercise: from gradient to learning
#
# Six questions on lesson 02, each standing on its own: write SGD, an optimiser for PyTorch and a schedule; mend a training
# loop; find why a "safe" learning rate explodes; decide which run to pay for. About 75 minutes. q2 needs PyTorch; for the
# others NumPy is enough.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer
# cell says exactly what is wanted.

# %% [markdown] lang="zh" of="e8be3bf8"
# # 02. 练习：从梯度到学习
#
# 六道题，对应第 02 课，彼此独立：写出 SGD、一个供 PyTorch 使用的优化器和一种调度；修好一个训练循环；查明一个“安全”的学习率为什么会爆炸；
# 最后决定该为哪一种训练付钱。大约需要 75 分钟。q2 要用 PyTorch，其余各题用 NumPy 就够了。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "torch")
from autograder import open_exercise

check, hint, score = open_exercise("02_sgd", globals(), lang="en")

# %% tags=["given"]
import numpy as np
import torch

torch.set_num_threads(1)

# %% [markdown] lang="en"
# ## q1 · One pass of SGD
#
# The model is linear, $x_i^\top w$ with $x_i\in\mathbb{R}^d$ (row $i$ of $X$), and a batch $b$ has the loss
#
# $$J_b(w)=\frac{1}{2|b|}\sum_{i\in b}\big(x_i^\top w-y_i\big)^2 .$$
#
# Somebody has already drawn at random: `order` holds each of the numbers $0,\dots,n-1$ once. Cut it, from the front, into batches of $B$ examples; the last batch keeps what is left and may be
# smaller. Let each batch, in turn, make one step $w\leftarrow w-\alpha\nabla J_b(w)$. Find the gradient by yourself, on paper.
#
# Return the weights after the pass. What was handed to you stays as it was.

# %% [markdown] lang="zh" of="2868b43f"
# ## q1 · SGD 走完一轮
#
# 模型是线性的：$x_i^\top w$，其中 $x_i\in\mathbb{R}^d$ 是 $X$ 的第 $i$ 行。批量 $b$ 的损失为
#
# $$J_b(w)=\frac{1}{2|b|}\sum_{i\in b}\big(x_i^\top w-y_i\big)^2 .$$
#
# 随机抽取已经做好了：`order` 里，$0,\dots,n-1$ 每个数各出现一次。从头开始，把它切成每批 $B$ 个样本；最后一批收下剩余的样本，可以小一些。
# 各批依次走一步 $w\leftarrow w-\alpha\nabla J_b(w)$。梯度请自己在纸上求。
#
# 返回走完这一轮之后的权重。传进来的数组要保持原样。

# %% question="q1"
# q1: one pass of SGD over the batches that `order` gives
def sgd_epoch(X, y, w, alpha, B, order):
    """The weights after a pass: one step of alpha * gradient a batch, in their order.

    X: (n, d), y: (n,), w: (d,) weights at the beginning, alpha: a number, B: batch size
    (may exceed n), order: (n,) integers, each of 0 ... n-1 once. Batches:
    order[0 .. B-1], order[B .. 2B-1], ...; the last may be smaller. Gradient: of
    J_b(w) = 1 / (2 |b|) * sum over i in b of (X[i] @ w - y[i]) ** 2. Returns (d,).

    From 0 to 0.5 by the examples 2 and 0, then to 0.7 by example 1:

    >>> sgd_epoch(X=[[1.0], [2.0], [3.0]], y=[1.0, 2.0, 3.0], w=[0.0],
    ...           alpha=0.1, B=2, order=[2, 0, 1])
    [0.7]
    """
    # BEGIN SOLUTION: go through the batches, one step each
    for start in range(0, len(order), B):
        rows = order[start : start + B]                     # (B,) or fewer
        errors = X[rows] @ w - y[rows]                      # (B,)
        w = w - alpha * (X[rows].T @ errors) / len(rows)    # (d,)
    return w
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · An optimiser for PyTorch
#
# **Lion** ([Chen and others, 2023](https://arxiv.org/abs/2302.06675)) keeps one memory $m$, from $m_0=0$, and steps by a sign; all operations are by element:
#
# $$c_t=\beta_1m_{t-1}+(1-\beta_1)g_t,\qquad w_t=w_{t-1}-\alpha\big(\operatorname{sign}(c_t)+\lambda w_{t-1}\big),\qquad
# m_t=\beta_2m_{t-1}+(1-\beta_2)g_t .$$
#
# PyTorch's optimisers are classes. `self.param_groups` is a list of dicts: `group["params"]` is a list of tensors, the other entries are the settings of that group; a scheduler writes into `group["lr"]`.
# `self.state[p]` is a dict for what is to be remembered about the tensor `p`, empty at first. A tensor whose `.grad` is None stays as it is, and so does its memory.
#
# Write `step`. `run_lion` below it uses your class as one does at work: two groups (of two tensors, and of the bias, without decay) and a scheduler.

# %% [markdown] lang="zh" of="3eb9b118"
# ## q2 · 供 PyTorch 使用的优化器
#
# **Lion**（[Chen 等，2023](https://arxiv.org/abs/2302.06675)）只保留一个记忆 $m$，从 $m_0=0$ 开始，按符号走步；运算都是逐元素的：
#
# $$c_t=\beta_1m_{t-1}+(1-\beta_1)g_t,\qquad w_t=w_{t-1}-\alpha\big(\operatorname{sign}(c_t)+\lambda w_{t-1}\big),\qquad
# m_t=\beta_2m_{t-1}+(1-\beta_2)g_t .$$
#
# PyTorch 的优化器都是类。`self.param_groups` 是由字典组成的列表：`group["params"]` 是张量的列表，其余各项是这一组的设置；调度器会改写 `group["lr"]`。
# `self.state[p]` 是一个字典，用来记住张量 `p` 的事情，起初是空的。`.grad` 为 None 的张量保持原样，它的记忆也不变。
#
# 请写出 `step`。它下面的 `run_lion` 像工作中那样使用你的类：两个参数组（一组有两个张量，另一组是不衰减的偏置），外加一个调度器。

# %% question="q2"
# q2: one step of Lion, for each group and each of its tensors
class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        settings = {"lr": lr, "betas": betas, "weight_decay": weight_decay}
        super().__init__(params, settings)

    @torch.no_grad()
    def step(self):
        """Move each tensor that has a gradient, by its group's settings."""
        # BEGIN SOLUTION: go through the groups, and in each through its tensors
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is not None:
                    m = self.state[p].get("m", torch.zeros_like(p))
                    c = beta1 * m + (1 - beta1) * p.grad
                    p -= group["lr"] * (c.sign() + group["weight_decay"] * p)
                    self.state[p]["m"] = beta2 * m + (1 - beta2) * p.grad
        # END SOLUTION


def run_lion(gradients, w, rates, betas, decay):
    """The weights after each step; the last is a bias, in a group without decay.

    gradients: (T, d), where a tensor has nan it has no gradient in that step; w: (d,),
    rates: (T,) learning rates, betas: (beta1, beta2), decay: lambda. Returns (T, d).

    In step 2 the bias has no gradient:

    >>> run_lion(gradients=[[2.0, 0.5, -1.0], [-1.0, 0.5, nan], [-3.0, 0.5, 4.0]],
    ...          w=[1.0, 2.0, 0.0], rates=[0.1, 0.1, 0.2], betas=(0.5, 0.5), decay=0.5)
    [[0.85, 1.8, 0.1], [0.8075, 1.61, 0.1], [0.92675, 1.249, -0.1]]
    """
    *weights, bias = tensors = [torch.tensor(part) for part in (w[:1], w[1:-1], w[-1:])]
    groups = [{"params": weights}, {"params": [bias], "weight_decay": 0.0}]
    optimizer, path = Lion(groups, lr=1.0, betas=betas, weight_decay=decay), []
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [*rates, 0.0].__getitem__)
    for g in torch.tensor(gradients):
        for p, part in zip(tensors, (g[:1], g[1:-1], g[-1:])):
            p.grad = None if part.isnan().any() else part
        optimizer.step()
        scheduler.step()
        path.append(torch.cat(tensors))
    return torch.stack(path).numpy()

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · A loop with a clip that doesn't clip
#
# A colleague fits $x^\top w$ to targets in PyTorch. One batch in the middle was recorded in other units. "I clip the gradients, so nothing can happen." His loop, with four lines under suspicion, and what happens when one
# of them is changed:

# %% [markdown] lang="zh" of="c14878d9"
# ## q3 · 裁剪不起作用的循环
#
# 一位同事用 PyTorch 让 $x^\top w$ 拟合目标值。中间有一批数据记录时用错了单位。“我做了梯度裁剪，出不了事。”下面是他的循环（四行代码有嫌疑），以及分别只改其中一行之后的结果：

# %% tags=["given"]
def his_losses(change="", steps=80, max_norm=1.0):
    """The loss of each batch; `change` is the letter of the line that is changed."""
    rng = np.random.default_rng(1)
    X = torch.tensor(rng.normal(size=(steps, 8, 3)))
    y = X @ torch.tensor([1.0, -2.0, 3.0]).double() + 0.1
    X[30] *= 40                                                 # the other units
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer, losses = torch.optim.SGD([w], lr=0.1), []
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, steps)
    for x, target in zip(X, y):
        errors = x @ w - target
        loss = (errors**2).sum() / (8 if change == "A" else 1)  # A: a mean, not a sum
        if change != "B":                                       # B: clips later
            torch.nn.utils.clip_grad_norm_([w], max_norm)
        if change == "C":                                       # C: clears before
            optimizer.zero_grad()
        loss.backward()
        if change == "B":
            torch.nn.utils.clip_grad_norm_([w], max_norm)
        optimizer.step()
        if change != "C":
            optimizer.zero_grad()
        if change != "D":                                       # D: a constant rate
            scheduler.step()
        losses.append((errors**2).mean().item())
    return np.array(losses)

# %%
print("changed   first   before it   the batch     after it   last ten (mean)")
for letter in ("", "A", "B", "C", "D"):
    losses = his_losses(letter)
    shown = (losses[0], losses[29], losses[30], losses[31], losses[-10:].mean())
    print(f"{letter or 'nothing':8}", *(f"{loss:11.2g}" for loss in shown))

# %% [markdown] lang="en"
# **(a)** Which line lets the run explode? Set `LINE` to its letter.
#
# **(b)** Write the loop as it should be, for the loss $J_b(w)=\frac1{2|b|}\sum_{i\in b}(x_i^\top w-y_i)^2$. Batch $t$ has the gradient $g_t$ and the rate $\alpha_t$:
#
# $$w\leftarrow w-\alpha_t\,g_t\cdot\min\Big(1,\frac{c}{\|g_t\|}\Big),$$
#
# and one guard more: a batch whose gradient holds a number that isn't finite makes no step. The schedule goes on all the same: batch $t+1$ has the rate $\alpha_{t+1}$. By hand or with PyTorch, as you like.

# %% [markdown] lang="zh" of="2f04dcc0"
# **(a)** 哪一行使训练爆炸？把它的字母赋给 `LINE`。
#
# **(b)** 写出正确的循环，损失为 $J_b(w)=\frac1{2|b|}\sum_{i\in b}(x_i^\top w-y_i)^2$。第 $t$ 个批量的梯度是 $g_t$，学习率是 $\alpha_t$：
#
# $$w\leftarrow w-\alpha_t\,g_t\cdot\min\Big(1,\frac{c}{\|g_t\|}\Big),$$
#
# 另外再加一道防护：某个批量的梯度里只要有一个数不是有限的，这一批就不走步。调度照常前进：第 $t+1$ 个批量仍用 $\alpha_{t+1}$。自己动手算或用 PyTorch 都可以。

# %% question="q3"
# q3: name the fault (a letter), and write the loop without it
# BEGIN SOLUTION: "A", "B", "C" or "D"
LINE = "B"
# END SOLUTION


def train_clipped(X, y, w, rates, max_norm):
    """The weights after each batch; one whose gradient isn't finite makes no step.

    X: (T, B, d), y: (T, B), w: (d,) weights before the first batch, rates: (T,) one
    learning rate a batch, max_norm: c > 0. Returns (T, d): row t holds the weights
    after batch t + 1. What was handed over stays as it was.

    Gradients -1 (short enough), -9.5 (clipped to -2), nan (no step):

    >>> train_clipped(X=[[[1.0]], [[5.0]], [[nan]]], y=[[1.0], [2.4], [1.0]], w=[0.0],
    ...               rates=[0.1, 0.2, 0.1], max_norm=2.0)
    [[0.1], [0.5], [0.5]]
    """
    # BEGIN SOLUTION: gradient, guard, clip, step
    path = []
    for x, target, rate in zip(X, y, rates):
        g = x.T @ (x @ w - target) / len(target)            # (d,)
        if np.isfinite(g).all():
            w = w - rate * g * max_norm / max(max_norm, np.linalg.norm(g))
        path.append(w)
    return np.array(path)                                   # (T, d)
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · Schedules
#
# **(a)** A warm-up of $T_w$ steps, then a cosine that leads from $\alpha_0$ down to $\alpha_{\text{end}}$, which it reaches at step $T$ and then keeps:
#
# $$\alpha_t=\alpha_0\frac{t+1}{T_w}\ (t<T_w),\qquad
# \alpha_t=\alpha_{\text{end}}+\frac{\alpha_0-\alpha_{\text{end}}}{2}\Big(1+\cos\frac{\pi(t-T_w)}{T-T_w}\Big)\ (T_w\le t\le T),\qquad
# \alpha_t=\alpha_{\text{end}}\ (t>T).$$
#
# Steps count from $t=0$, as in lesson 02, which had $\alpha_{\text{end}}=0$. Here $T_w$ may be 0 (no warm-up).
#
# **(b)** Two colleagues let the rate decay, one by $\alpha_0/(1+\beta t)$, one by $\alpha_0e^{-ct}$, which a source calls "fluctuation". Both want to arrive at the same rate at step $T$.
# The first has chosen $\beta$. Which $c$ must the second take? Derive it.

# %% [markdown] lang="zh" of="19ed58b2"
# ## q4 · 学习率调度
#
# **(a)** 先用 $T_w$ 步预热，再由余弦曲线从 $\alpha_0$ 降到 $\alpha_{\text{end}}$；在第 $T$ 步恰好到达，此后保持不变：
#
# $$\alpha_t=\alpha_0\frac{t+1}{T_w}\ (t<T_w),\qquad
# \alpha_t=\alpha_{\text{end}}+\frac{\alpha_0-\alpha_{\text{end}}}{2}\Big(1+\cos\frac{\pi(t-T_w)}{T-T_w}\Big)\ (T_w\le t\le T),\qquad
# \alpha_t=\alpha_{\text{end}}\ (t>T).$$
#
# 步数从 $t=0$ 数起，与第 02 课相同；课文里 $\alpha_{\text{end}}=0$。这里 $T_w$ 可以是 0（没有预热）。
#
# **(b)** 两位同事都让学习率衰减，一位用 $\alpha_0/(1+\beta t)$，另一位用 $\alpha_0e^{-ct}$（某份资料把它叫做“波动”）。两人希望在第 $T$ 步得到同样的学习率。
# 第一位已经选定 $\beta$，第二位的 $c$ 应取多少？请自己推导。

# %% question="q4"
# q4: warm-up with cosine, and two decays that meet
def warmup_cosine(t, alpha0, alpha_end, T_w, T):
    """The learning rate of step t; all of it a single number.

    t: step, 0, 1, 2, ... (may exceed T), 0 <= T_w < T, 0 <= alpha_end <= alpha0.

    >>> warmup_cosine(t=0, alpha0=1.0, alpha_end=0.2, T_w=4, T=12)
    0.25
    >>> warmup_cosine(t=4, alpha0=1.0, alpha_end=0.2, T_w=4, T=12)
    1.0
    >>> warmup_cosine(t=8, alpha0=1.0, alpha_end=0.2, T_w=4, T=12)
    0.6
    >>> warmup_cosine(t=13, alpha0=1.0, alpha_end=0.2, T_w=4, T=12)
    0.2
    """
    # BEGIN SOLUTION: three cases
    if t < T_w:
        return alpha0 * (t + 1) / T_w
    progress = min((t - T_w) / (T - T_w), 1)                # 0 at T_w, 1 from T on
    return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * progress))
    # END SOLUTION


def matching_c(beta, T):
    """The c > 0 that makes alpha0 * exp(-c t) and alpha0 / (1 + beta t) equal at t = T.

    beta > 0, T > 0; alpha0 may be any number.

    >>> matching_c(beta=0.01, T=900)
    0.0025584
    """
    # BEGIN SOLUTION: set the two equal and solve for c
    return np.log(1 + beta * T) / T
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · A "safe" rate explodes
#
# A colleague computes the edge of gradient descent on $J(w)=\tfrac12w^\top Hw$ from the Hessian $H$, and then trains with 0.9 times that edge, "so that nothing can happen". His function and three
# bowls stand below. In the table each row is a bowl: its edge according to him, then the distance from the bottom, which was 1 at the start, after 20 steps at 0.9 times his edge, after
# 40 such steps, and after 20 steps at 0.45 times his edge.

# %% [markdown] lang="zh" of="e2fe5bbb"
# ## q5 · “安全”的学习率爆炸了
#
# 一位同事由黑塞矩阵 $H$ 计算梯度下降在 $J(w)=\tfrac12w^\top Hw$ 上的界限，然后取这个界限的 0.9 倍来训练，“这样就万无一失”。他的函数和三个碗写在下面。表中每行是一个碗：
# 先是他算出的界限，然后是离谷底的距离（出发时为 1）：取他的界限的 0.9 倍，走 20 步之后；同样的学习率，走 40 步之后；取他的界限的 0.45 倍，走 20 步之后。

# %% tags=["given"]
BOWLS = {
    "diag(1, 4, 10)": np.diag([1.0, 4.0, 10.0]),
    "diag(10, 4, 1)": np.diag([10.0, 4.0, 1.0]),
    "diag(1, 10, 4)": np.diag([1.0, 10.0, 4.0]),
}

def colleagues_edge(H):
    """The largest rate that converges, as the colleague computes it. H: (d, d)."""
    eigenvalues, _ = np.linalg.eig(H)
    return 2 / eigenvalues[-1]

def distance_after(H, alpha, steps):
    """Distance from the bottom after so many steps, from distance 1."""
    w = np.ones(len(H)) / len(H) ** 0.5
    for _ in range(steps):
        w = w - alpha * (H @ w)
    return np.linalg.norm(w)

# %%
print("bowl                edge    0.9, 20 steps    0.9, 40 steps    0.45, 20 steps")
for name, H in BOWLS.items():
    edge = colleagues_edge(H)
    tries = ((0.9, 20), (0.9, 40), (0.45, 20))
    far = [distance_after(H, f * edge, steps) for f, steps in tries]
    print(f"{name:16}{edge:8.2f}{far[0]:17.0e}{far[1]:17.0e}{far[2]:18.0e}")

# %% [markdown] lang="en"
# **(a)** Four explanations are offered. Which one fits all three rows? Set `FAULT` to its letter.
#
# - **A.** 20 steps are too few: with more of them the runs would settle.
# - **B.** The formula: the edge is $1/\lambda_{\max}$, so that 0.9 times his edge is 1.8 times the true one.
# - **C.** `np.linalg.eig` gives the eigenvalues in no particular order: the last one need not be the largest.
# - **D.** The condition number: $2/\lambda_{\max}$ holds only for bowls that are rounder than these.
#
# **(b)** Write the function that he needed. For gradient descent: the edge, and the best constant rate. For momentum with $\beta$: its edge. Lesson 02.5 and 02.7 have the three formulas.
# And where an eigenvalue is negative or zero, no rate converges from every start: the function then says 0 three times.

# %% [markdown] lang="zh" of="da0a1d3b"
# **(a)** 有四种解释，哪一种与三行数据都相符？把它的字母赋给 `FAULT`。
#
# - **A.** 20 步太少，多走一些就会稳定下来。
# - **B.** 公式错了：界限是 $1/\lambda_{\max}$，所以他的界限的 0.9 倍是真正界限的 1.8 倍。
# - **C.** `np.linalg.eig` 给出的特征值没有特定的次序，最后一个未必最大。
# - **D.** 条件数的问题：$2/\lambda_{\max}$ 只适用于比这些更圆的碗。
#
# **(b)** 写出他真正需要的函数。对梯度下降：界限，以及最优的恒定学习率；对动量系数为 $\beta$ 的动量法：它的界限。三个公式见 02.5 节和 02.7 节。如果有特征值为负或为零，
# 就没有任何学习率能从一切起点收敛，这时函数三次都返回 0。

# %% question="q5"
# q5: name the fault (a letter), and compute the rates without it
# BEGIN SOLUTION: "A", "B", "C" or "D"
FAULT = "C"
# END SOLUTION


def stable_rates(H, beta):
    """Three learning rates for the bowl with Hessian H: (edge, best, momentum_edge).

    H: (d, d), symmetric, in general not diagonal; beta: 0 <= beta < 1, the momentum.
    edge: below it gradient descent converges from every start, above it it doesn't;
    best: the constant rate at which the slowest coordinate shrinks fastest;
    momentum_edge: the edge of v <- beta v + H w, w <- w - alpha v.
    Where H has an eigenvalue <= 0, returns (0.0, 0.0, 0.0).

    >>> stable_rates(H=[[10.0, 0.0], [0.0, 2.0]], beta=0.5)
    (0.2, 0.16667, 0.3)
    """
    # BEGIN SOLUTION: from the smallest and the largest eigenvalue
    eigenvalues = np.linalg.eigvalsh(H)                     # (d,) ascending
    smallest, largest = eigenvalues[0], eigenvalues[-1]
    if smallest <= 0:
        return 0.0, 0.0, 0.0
    return 2 / largest, 2 / (smallest + largest), 2 * (1 + beta) / largest
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · Which run would you pay for?
#
# A model is trained anew every night, until its height above the minimum is at most `TARGET`. A small batch needs few passes, but each pass takes long, since the machine computes one small batch
# after another. A large batch is the other way round. Four batch sizes, each with a rate of its own, were tried on a model of the problem: a bowl on which a batch's gradient is off by noise of
# variance $1/B$ in each coordinate (02.3). `HEIGHTS[r, s, p]` is the height of setting $r$ with seed $s$ after $p+1$ passes. How long a pass takes, and what an hour costs, are assumptions; grading takes them as they
# stand.

# %% [markdown] lang="zh" of="2159a1dc"
# ## q6 · 该为哪一种训练付钱？
#
# 一个模型每晚重新训练一次，直到比谷底至多高出 `TARGET`。批量小，需要的轮数少，但每一轮很慢，因为机器要一小批一小批地算；批量大则相反。这里用一个简化的模型试了四种批量大小，
# 各配各的学习率：在一个碗上，每个批量的梯度在每个坐标上都带有方差为 $1/B$ 的噪声（02.3 节）。`HEIGHTS[r, s, p]` 是设置 $r$、种子 $s$ 在 $p+1$ 轮之后比谷底高出多少。
# 一轮要多久、一小时要多少钱，都是假定；评分时按这里的数计算。

# %% tags=["given"]
BATCH_SIZES = (1, 8, 64, 512)
RATES = (0.05, 0.1, 0.4, 1.0)                               # one for each batch size
SECONDS_PER_PASS = np.array([9_000.0, 1_300.0, 300.0, 200.0])   # assumed
DOLLARS_PER_HOUR = 12.0                                     # assumed
TARGET = 0.02                                               # the height to reach

def measure_heights(B, alpha, n=512, passes=30, seeds=5):
    """(seeds, passes) heights after each pass over n examples, from w = (2, 2, 2)."""
    rng, curvatures = np.random.default_rng(B), np.array([0.1, 0.4, 1.0])
    w, heights = np.full((seeds, 3), 2.0), []
    for _ in range(passes):
        for _ in range(n // B):
            w = w - alpha * (curvatures * w + rng.normal(size=w.shape) / B**0.5)
        heights.append((curvatures * w**2).sum(axis=1) / 2)
    return np.array(heights).T

HEIGHTS = np.array([measure_heights(*run) for run in zip(BATCH_SIZES, RATES)])

# %% [markdown] lang="en"
# **(a)** Write the price of each setting. A run counts as finished after the smallest number of passes at which **every** seed stands at or below the target at the same time: the product must not
# depend on luck. A seed that is `nan` has diverged and doesn't stand anywhere. A setting that never gets there costs infinitely much.
#
# **(b)** `CHOICE`: the batch size that you would pay for. `SAVING`: the dollars that it saves a night, compared with the batch size that needs the fewest passes. (`PRICES` is
# for you to look at.)

# %% [markdown] lang="zh" of="4e4be736"
# **(a)** 算出每种设置的价钱。走到某一轮，**所有**种子第一次同时不高于目标，训练才算完成：产品不能靠运气。种子的值若是 `nan`，就是已经发散，不能算到达。永远到不了目标的设置，
# 价钱是无穷大。
#
# **(b)** `CHOICE`：你愿意付钱的批量大小。`SAVING`：与所需轮数最少的那个批量大小相比，你的选择每晚省下多少美元。（`PRICES` 只供你自己查看。）

# %% question="q6"
# q6: the price of each setting, your choice, and the number that defends it
def price_runs(heights, seconds_per_pass, dollars_per_hour, target):
    """(R,) dollars that each setting costs until all its seeds are <= target at once.

    heights: (R, S, P), heights[r, s, p] is the height of setting r, seed s after p + 1
    passes; may contain nan. seconds_per_pass: (R,), dollars_per_hour and target:
    numbers. Never there within P passes: np.inf.
    Both seeds are there after 3 passes, 2,160 s:

    >>> price_runs(heights=[[[3.0, 0.5, 0.1], [2.0, 0.9, 0.4]]],
    ...            seconds_per_pass=[720.0], dollars_per_hour=10.0, target=0.5)
    [6.0]
    """
    # BEGIN SOLUTION: count passes, then time, then money
    there = (heights <= target).all(axis=1)                 # (R, P); nan is False
    passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)
    return passes * seconds_per_pass / 3600 * dollars_per_hour
    # END SOLUTION


# BEGIN SOLUTION: the prices of the four settings above
PRICES = price_runs(HEIGHTS, SECONDS_PER_PASS, DOLLARS_PER_HOUR, TARGET)
# END SOLUTION
# BEGIN SOLUTION: the batch size that you would pay for
CHOICE = BATCH_SIZES[PRICES.argmin()]
# END SOLUTION
# BEGIN SOLUTION: dollars a night
SAVING = PRICES[1] - PRICES.min()                           # 8: the fewest passes
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Change `SECONDS_PER_PASS` in q6 and run it again: at which seconds per pass would you take another batch size? Lesson 03 asks what to minimise, and from where to start.

# %% [markdown] lang="zh" of="4749e529"
# **接下来。** 在 q6 中改一改 `SECONDS_PER_PASS` 再运行：每轮的秒数变成多少时，你会换一个批量大小？第 03 课要问：该最小化什么，又从哪里出发。
