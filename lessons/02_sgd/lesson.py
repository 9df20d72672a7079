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
# # 02. From gradient to learning
#
# **The question of this lesson:** how does a gradient become learning?
#
# You will be able to:
# - write the six steps of stochastic gradient descent and name the one that learns;
# - predict the noise of a mini-batch's gradient, and choose a batch size;
# - compute the largest learning rate that converges, and find it by experiment;
# - write momentum, Adam and four schedules, equal to PyTorch's;
# - notice a run that diverges, and say what its learning rate costs.
#
# **Time and needs.** Reading: 70 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lesson 01 and, from 02.5 on, eigenvalues; no graphics card, no network.

# %% [markdown] lang="zh" of="c7c096c1"
# # 02. 从梯度到学习
#
# **本课的问题：** 梯度是怎样变成学习的？
#
# 学完后你能够：
# - 写出随机梯度下降的六个步骤，并指出真正在学习的是哪一步；
# - 预测小批量梯度的噪声有多大，并选定批量的大小；
# - 算出能够收敛的最大学习率，并用实验把它找出来；
# - 写出动量法、Adam 和四种学习率调度，结果与 PyTorch 的一致；
# - 认出一次正在发散的训练，并说出选错学习率的代价。
#
# **时间与所需。** 阅读约 70 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 01 课；从 02.5 节起要用到特征值。不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "scikit-learn", "matplotlib", "ipywidgets")
import torch
from threadpoolctl import threadpool_limits
threadpool_limits(1, user_api="blas")       # products this small lose more by waiting for a second thread than they gain
torch.set_num_threads(1)

# %%
import matplotlib.pyplot as plt
import numpy as np

import course_data as data
from course_utils import plotting, seed_everything

plotting.use_course_style()

# %%
SEED = 0                                    # the split and the random test problems follow from it
SEEDS = (0, 1, 2, 3, 4)                     # every comparison is repeated with these; at least 3
PULL = 0.01                                 # rho, the pull towards zero: 0.001 takes 10 times the steps, 0.1 reads worse
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 2.0)  # each batch size may choose; 02.6: full batch fails from 2.1
PASSES = 10                                 # passes over the data; 5 to 50
PRICE_PER_RUN = 120.0                       # dollars for one training run in 02.12: an assumption, put in your own

# %% [markdown] lang="en"
# ## 02.1 Six steps, and the one that learns
#
# Lesson 01 found which weight is to blame: the gradient $\nabla J(w)$. It changes nothing yet. To learn is to move,
# and the derivative says where to: for a small move $\delta$,
#
# $$J(w+\delta)\approx J(w)+\nabla J(w)^\top\delta .$$
#
# Among all $\delta$ of one length, the product is smallest where $\delta$ points against the gradient. So go there,
# by a **learning rate** $\alpha>0$:
#
# $$w_{t+1}=w_t-\alpha\,\nabla J(w_t)\quad\Longrightarrow\quad J(w_{t+1})\approx J(w_t)-\alpha\,\|\nabla J(w_t)\|^2 .$$
#
# **By hand.** $J(w)=(w-3)^2$ has the slope $2(w-3)$. From $w_0=0$ with $\alpha=\tfrac14$:
# $w_1=0-\tfrac14\cdot(-6)=1.5$.

# %% [markdown] lang="zh" of="f9f7ee96"
# ## 02.1 六个步骤，哪一步在学习
#
# 第 01 课找出了该由哪个权重负责，答案就是梯度 $\nabla J(w)$。但到此为止，什么都还没有变。学习意味着移动，
# 而导数告诉我们往哪里移：移动量 $\delta$ 很小时，
#
# $$J(w+\delta)\approx J(w)+\nabla J(w)^\top\delta .$$
#
# 在长度相同的所有 $\delta$ 中，要使这个内积最小，$\delta$ 就得与梯度方向相反。于是就往那边走，
# 步子的大小由**学习率** $\alpha>0$ 决定：
#
# $$w_{t+1}=w_t-\alpha\,\nabla J(w_t)\quad\Longrightarrow\quad J(w_{t+1})\approx J(w_t)-\alpha\,\|\nabla J(w_t)\|^2 .$$
#
# **手算一遍。** $J(w)=(w-3)^2$ 的斜率是 $2(w-3)$。从 $w_0=0$ 出发，取 $\alpha=\tfrac14$，
# 得 $w_1=0-\tfrac14\cdot(-6)=1.5$。

# %% [markdown] lang="en"
# With data, $J$ is a mean over $n$ examples. **Stochastic gradient descent** (SGD) looks at a few of them at a time:
#
# 1. draw examples at random: one, or a *mini-batch* of $B$;
# 2. forward pass: predict;
# 3. compute the loss;
# 4. backward pass: compute the gradient;
# 5. update: $w\leftarrow w-\alpha\nabla J(w)$;
# 6. again, until it is good enough.
#
# One of our sources lets backpropagation, step 4, "update the parameters by gradient descent", which is step 5.
# Backpropagation only computes. The same source says that SGD computes the gradient "on each sample"; but it does not
# wait for all: it moves after each draw.
#
# **Before you run it:** after `backward()` and before `step()`, has the weight changed?

# %% [markdown] lang="zh" of="774be57e"
# 有了数据，$J$ 就是对 $n$ 个样本求平均。**随机梯度下降**（SGD）每次只看其中几个：
#
# 1. 随机抽取样本：一个，或者 $B$ 个，称为一个*小批量*；
# 2. 前向传播：作出预测；
# 3. 计算损失；
# 4. 反向传播：计算梯度；
# 5. 更新：$w\leftarrow w-\alpha\nabla J(w)$；
# 6. 重复以上各步，直到足够好为止。
#
# 某份资料说，反向传播（第 4 步）就是用梯度下降去更新参数，其实那是第 5 步，反向传播只管计算。
# 那份资料又说 SGD 要在每个样本上计算梯度；但它并不等全部算完：抽一次，就动一次。
#
# **先猜再运行：** 调用 `backward()` 之后、`step()` 之前，权重变了没有？

# %% tags=["nbval-check-output"]
weight = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.25)
((weight - 3) ** 2).backward()                                          # steps 2, 3 and 4
assert weight == 0, "the backward pass must leave the weight as it was"
optimizer.step()                                                        # step 5
f"gradient {weight.grad.item()}, weight after step() {weight.item()}"

# %% [markdown] lang="en"
# ## 02.2 A real problem with one lowest point
#
# To compare ways of descending, we want to know where the bottom is. So: one linear layer with softmax reads the 8×8
# digits. With $x_i\in\mathbb{R}^{65}$ (64 pixels and a 1 for the bias) and $W\in\mathbb{R}^{65\times 10}$,
#
# $$J(W)=-\frac1n\sum_{i=1}^{n}\log p_{i,y_i}+\frac{\rho}{2}\|W\|^2,\qquad p_i=\operatorname{softmax}(W^\top x_i).$$
#
# The last term pulls gently towards zero (lesson 04 says why one may want that). Here it serves another end: it makes
# $J$ strictly convex, with exactly one minimum. The gradient is
#
# $$\nabla J(W)=\frac1n X^\top(P-Y)+\rho W .$$
#
# Lesson 03 derives it; today autograd vouches for it.

# %% [markdown] lang="zh" of="9b5553a3"
# ## 02.2 一个只有一个最低点的真实问题
#
# 要比较各种下山的方法，最好先知道谷底在哪里。为此取一个线性层加 softmax，来辨认 8×8 的手写数字。
# 设 $x_i\in\mathbb{R}^{65}$（64 个像素，再加一个对应偏置的 1），$W\in\mathbb{R}^{65\times 10}$，
#
# $$J(W)=-\frac1n\sum_{i=1}^{n}\log p_{i,y_i}+\frac{\rho}{2}\|W\|^2,\qquad p_i=\operatorname{softmax}(W^\top x_i).$$
#
# 最后一项把权重轻轻拉向零（为什么要这样做，第 04 课再讲）。在这里它另有用处：使 $J$ 成为严格凸函数，
# 恰好只有一个最小值点。梯度为
#
# $$\nabla J(W)=\frac1n X^\top(P-Y)+\rho W .$$
#
# 第 03 课会推导它，今天先由自动求导来作证。

# %% tags=["nbval-check-output"]
digits = data.load_digits()
train, val = data.split(len(digits), (0.8, 0.2), seed=SEED, labels=digits.labels)
X = np.c_[digits.scaled().reshape(-1, 64).astype(np.float64), np.ones(len(digits))]     # (N, 65)
Y = np.eye(10)[digits.labels]                                                           # (N, 10), one 1 a row
X_train, Y_train, X_val, Y_val, n = X[train], Y[train], X[val], Y[val], len(train)
f"{n:,} images to train on, {len(val)} kept aside to validate"

# %%
def probabilities(W, X):
    """Softmax of the scores; W: (65, 10), X: (n, 65) -> (n, 10), each row sums to 1."""
    scores = X @ W
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def loss(W, X=X_train, Y=Y_train):
    """J(W), in nats."""
    return -np.log((probabilities(W, X) * Y).sum(axis=1)).mean() + PULL / 2 * (W**2).sum()

def gradient(W, X=X_train, Y=Y_train):
    """The gradient of J, (65, 10)."""
    return X.T @ (probabilities(W, X) - Y) / len(X) + PULL * W

W = np.random.default_rng(SEED).normal(size=(65, 10))
T = torch.tensor(W, requires_grad=True)
J = torch.nn.functional.cross_entropy(torch.tensor(X_train) @ T, torch.tensor(digits.labels[train]))
(J + PULL / 2 * (T**2).sum()).backward()
assert np.allclose(gradient(W), T.grad.numpy(), atol=1e-12), "the formula must agree with autograd"

# %% [markdown] lang="en"
# No, it hasn't: step 4 leaves the weight at 0, step 5 takes it to 1.5, as by hand.
#
# Now the six steps as code. We shuffle once a pass (an *epoch*) and cut the order into batches, so that each image is
# used exactly once a pass. Step 3 is missing: the update needs the loss's gradient, never its value. We compute
# values only to watch.
#
# And to know the bottom, we take 2,000 steps with all images, until the gradient is zero but for rounding. (Why
# $\alpha=1.6$? Section 02.6 will say.) From here on, curves show the height above the bottom, $J(W)-J(W^*)$.

# %% [markdown] lang="zh" of="e9afd8d2"
# 没有变：第 4 步之后权重仍是 0，第 5 步才把它移到 1.5，与手算一致。
#
# 现在把六个步骤写成代码。每一轮（epoch）开头把次序打乱一次，再切成一个个批量，这样每张图像在一轮里恰好用一次。
# 第 3 步不见了：更新只需要损失的梯度，从不需要损失的值；算出它的值，只是为了给人看。
#
# 为了知道谷底在哪里，再用全部图像走 2,000 步，直到梯度除舍入误差外等于零。（为什么取 $\alpha=1.6$？02.6 节会回答。）
# 从这里起，曲线画的都是比谷底高出多少，即 $J(W)-J(W^*)$。

# %%
def sgd(alphas, batch, passes, seed, watch=lambda W: W, X=X_train, Y=Y_train):
    """SGD from W = 0. alphas: a number, or one rate a step. Returns the last W and watch(W) after each pass."""
    rng, W, seen, t = np.random.default_rng(seed), np.zeros((X.shape[1], 10)), [], 0
    alphas = np.broadcast_to(alphas, passes * -(-len(X) // batch))
    for _ in range(passes):                                         # 6: again
        order = rng.permutation(len(X))                             # 1: draw at random
        for rows in np.split(order, range(batch, len(X), batch)):   # (B,) indices; the last batch may be smaller
            g = gradient(W, X[rows], Y[rows])                       # 2 and 4: forward, backward
            W = W - alphas[t] * g                                   # 5: the only line that learns
            t += 1
        seen.append(watch(W))
    return W, seen

def accuracy(W, X=X_val, Y=Y_val):
    """Share of images whose largest score is the right one."""
    return ((X @ W).argmax(axis=1) == Y.argmax(axis=1)).mean()

# %%
first_W, first_losses = sgd(0.1, batch=32, passes=PASSES, seed=SEED, watch=loss)
W_min, _ = sgd(1.6, batch=n, passes=2_000, seed=SEED)
J_min = loss(W_min)
assert loss(0 * W_min) > first_losses[0] > first_losses[-1] > J_min, "downhill, and nowhere below the minimum"
assert np.abs(gradient(W_min)).max() < 1e-10, "at the minimum the gradient vanishes"
f"loss {loss(0 * W_min):.3f} -> {first_losses[-1]:.3f}, lowest {J_min:.3f}; validation accuracy {accuracy(W_min):.1%}"

# %% [markdown] lang="en"
# ## 02.3 How noisy is a mini-batch?
#
# Let $g_i$ be the gradient of image $i$ alone, $g$ their mean and $\sigma^2=\frac1n\sum_i\|g_i-g\|^2$. A batch's mean
# $g_B$ has the right expectation, $g$. How far off is it? Draw **with replacement**: independent, variances add,
#
# $$\mathbb{E}\|g_B-g\|^2=\frac{\sigma^2}{B}.$$
#
# **Without replacement**, all $n$ deviations sum to zero, so any two drawn ones have the covariance
# $-\sigma^2/(n-1)$, and
#
# $$\mathbb{E}\|g_B-g\|^2=\frac{1}{B^2}\Big(B\sigma^2-B(B-1)\frac{\sigma^2}{n-1}\Big)=\frac{\sigma^2}{B}\cdot\frac{n-B}{n-1}.$$
#
# **Before you run it:** from 16 to 64 images, four times the work. Does the error, the root of this, fall to a
# quarter?

# %% [markdown] lang="zh" of="cb57d055"
# ## 02.3 小批量的噪声有多大？
#
# 记 $g_i$ 为单独由第 $i$ 张图像算出的梯度，$g$ 为它们的平均，$\sigma^2=\frac1n\sum_i\|g_i-g\|^2$。
# 一个批量的平均 $g_B$，期望正好是 $g$。它通常偏离多远？**有放回**地抽取时，各次独立，方差可以相加：
#
# $$\mathbb{E}\|g_B-g\|^2=\frac{\sigma^2}{B}.$$
#
# **无放回**时，全部 $n$ 个偏差之和为零，因此抽出的任意两个之间的协方差是 $-\sigma^2/(n-1)$，于是
#
# $$\mathbb{E}\|g_B-g\|^2=\frac{1}{B^2}\Big(B\sigma^2-B(B-1)\frac{\sigma^2}{n-1}\Big)=\frac{\sigma^2}{B}\cdot\frac{n-B}{n-1}.$$
#
# **先猜再运行：** 从 16 张增加到 64 张，计算量是原来的四倍。误差（上式的平方根）会降到四分之一吗？

# %%
errors = probabilities(0 * W_min, X_train) - Y_train                    # (n, 10), at W = 0
G = np.einsum("ni,nj->nij", X_train, errors).reshape(n, -1)             # (n, 650): one gradient an image
g, rng = G.mean(axis=0), seed_everything(SEED)                          # (650,)
variance, length = ((G - g) ** 2).sum(axis=1).mean(), np.linalg.norm(g)
assert np.allclose(g, gradient(0 * W_min).ravel()), "the mean over the images is the full gradient"

def batch_error(B, replace, draws=400):
    """Root of the mean squared distance between a batch's gradient and the full one, over many draws."""
    if replace:
        counts = rng.multinomial(B, np.full(n, 1 / n), size=draws)      # (draws, n): how often each image was drawn
    else:
        counts = rng.random((draws, n)).argsort(axis=1) < B             # exactly B different images a row
    return np.sqrt(((counts / B @ G - g) ** 2).sum(axis=1).mean())

SIZES = np.array([1, 4, 16, 64, 256, 700, 1200, n])
theory = {replace: np.sqrt(variance / SIZES * (1 if replace else (n - SIZES) / (n - 1))) for replace in (True, False)}
measured = {replace: np.array([batch_error(B, replace) for B in SIZES]) for replace in (True, False)}
assert np.allclose(measured[True], theory[True], rtol=0.1), "with replacement: sigma / sqrt(B)"
assert np.allclose(measured[False], theory[False], rtol=0.1, atol=1e-12), "without: smaller, and zero for B = n"

# %%
fig, ax = plt.subplots()
for replace, colour, name in ((True, "C1", "with replacement"), (False, "C5", "without")):
    ax.plot(SIZES, theory[replace] / length, color=colour, linestyle="-", label=f"{name}: formula")
    ax.plot(SIZES, measured[replace] / length, "o", color=colour, label=f"{name}: measured")
ax.set(xscale="log", yscale="log", ylim=(0.03, 15), xlabel="batch size $B$", ylabel="error / length of full gradient")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* relative error of a batch's gradient against batch size, both axes logarithmic. Dots of 400 draws lie
# on the lines of the formulas: one falls with slope −½ to the end, the other bends down to zero at ⟦n:,⟧ images.
#
# No, it halves: from ⟦measured[True][2] / length:.2f⟧ to ⟦measured[True][3] / length:.2f⟧ of the gradient's length.
# Noise falls as $1/\sqrt B$ while the cost grows as $B$. One image's error is ⟦measured[True][0] / length:.1f⟧ times
# as long as the gradient itself: a single step goes mostly sideways, and only their mean goes downhill.

# %% [markdown] lang="zh" of="0676e128"
# *图中所见：* 批量梯度的相对误差随批量大小的变化，两轴都取对数。由 400 次抽取得到的点落在公式的曲线上：
# 一条始终以斜率 −½ 下降，另一条最后弯下去，到 ⟦n:,⟧ 张时降为零。
#
# 并不会，只是减半：从梯度长度的 ⟦measured[True][2] / length:.2f⟧ 倍降到 ⟦measured[True][3] / length:.2f⟧ 倍。
# 噪声按 $1/\sqrt B$ 下降，开销却按 $B$ 增长。只用一张图像时，
# 误差的长度是梯度本身的 ⟦measured[True][0] / length:.1f⟧ 倍：单独一步多半是在往旁边走，平均起来才是下山。

# %% [markdown] lang="en"
# ## 02.4 One image, a few, or all?
#
# *Full batch* means $B=n$. A fair race lets each batch size choose its own learning rate, here the one with the
# lowest loss after ⟦PASSES⟧ passes. And there are two ways to stop the clock: after equal passes over the data, or
# after equal time.
#
# **Before you run it:** which of 1, 32 and all ⟦n:,⟧ images is ahead after equal passes? And after equal time?

# %% [markdown] lang="zh" of="5e16ba7d"
# ## 02.4 一张、几张，还是全部？
#
# *全批量*就是 $B=n$。要比得公平，每种批量大小都应自选学习率，这里选 ⟦PASSES⟧ 轮之后损失最低的那个。
# 停表的办法也有两种：轮数相同，或者时间相同。
#
# **先猜再运行：** 每次 1 张、32 张和全部 ⟦n:,⟧ 张，轮数相同时谁领先？时间相同时呢？

# %%
from time import perf_counter

LAPS = {1: PASSES, 32: 16 * PASSES, n: 40 * PASSES}                      # passes of roughly equal time

def height(W):
    """How far the loss at W lies above its minimum, in nats."""
    return loss(W) - J_min

def race(B, seed):
    """(passes,) seconds and (passes,) heights; looking on is not timed."""
    started = perf_counter()
    seen = sgd(chosen[B], B, LAPS[B], seed, watch=lambda W: (perf_counter() - started, W))[1]
    return np.array([s for s, _ in seen]), np.array([height(W) for _, W in seen])

chosen = {B: min(RATES, key=lambda rate: height(sgd(rate, B, PASSES, seed=99)[0])) for B in LAPS}   # seed not used below
runs = {B: [race(B, seed) for seed in SEEDS] for B in LAPS}
limit = min(seconds[-1] for several in runs.values() for seconds, _ in several)
after_passes = {B: np.array([h[PASSES - 1] for _, h in several]) for B, several in runs.items()}
after_time = {B: np.array([np.interp(limit, s, h) for s, h in several]) for B, several in runs.items()}
assert after_passes[32].max() < after_passes[n].min(), "after equal passes mini-batches are ahead of full batch"
for B, h in after_passes.items():
    print(f"B {B:4}, rate {chosen[B]:5}: equal passes {h.mean():.4f} ± {h.std(ddof=1):.4f}, equal time {after_time[B].mean():.1e}")

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3), sharey=True)
for (B, several), colour in zip(runs.items(), ("C5", "C1", "C0")):
    for k, (seconds, heights) in enumerate(several[:3]):
        label = f"$B={B}$" if k == 0 else None
        axes[0].plot(range(1, PASSES + 1), heights[:PASSES], color=colour, linestyle="-", label=label)
        axes[1].plot(seconds, heights, color=colour, linestyle="-", linewidth=1)
axes[0].set(yscale="log", ylim=(1e-5, 4), xlabel="passes over the data", ylabel="height above minimum (nats)")
axes[1].set(xscale="log", xlabel="time (s)")
axes[0].legend();

# %% [markdown] lang="en"
# *The picture:* height above the minimum against passes (left) and seconds (right), three seeds each. Left, full
# batch is last. Right, 32 leads, then stays on a floor through which full batch passes; single images trail.
#
# Means after ⟦PASSES⟧ passes: ⟦after_passes[1].mean():.4f⟧ (one image), ⟦after_passes[32].mean():.4f⟧ (32),
# ⟦after_passes[n].mean():.3f⟧ (all). More noise forces a smaller rate, ⟦chosen[1]⟧ against ⟦chosen[32]⟧, so one image
# gains nothing over 32, and wastes vector arithmetic.
#
# The floor is the noise of 02.3, kept up by a constant rate; 02.9 removes it. Full batch has none. But with a million
# images each of its steps takes a thousand times longer, a step of 32 no longer: the right picture becomes the left.
# Seconds depend on the machine.

# %% [markdown] lang="zh" of="2959eb56"
# *图中所见：* 左图横轴是轮数，右图是秒数，纵轴都是比谷底高出多少，各画三个种子。左图里，1 张和 32 张不相上下，
# 全批量垫底。右图里，32 张领先，随后停在一个平台上，全批量则穿过平台继续下降；每次一张落在后面。
#
# ⟦PASSES⟧ 轮之后的平均值：每次一张为 ⟦after_passes[1].mean():.4f⟧，每批 32 张为 ⟦after_passes[32].mean():.4f⟧，
# 全部一起为 ⟦after_passes[n].mean():.3f⟧。噪声大，学习率就只能取小，前者是 ⟦chosen[1]⟧，后者是 ⟦chosen[32]⟧；
# 所以每次一张并不比 32 张占便宜，还用不上向量运算。
#
# 平台就是 02.3 节的噪声，学习率一直不降，它就一直在；02.9 节会去掉它。全批量没有这种平台。但若有一百万张图像，
# 它的每一步都要慢上千倍，而 32 张的一步并不变慢，右图便会变成左图的样子。秒数因机器而异。

# %% [markdown] lang="en"
# ## 02.5 How long may a step be?
#
# On the simplest bowl, $J(w)=\tfrac12\lambda w^2$, a step is a multiplication:
# $w_{t+1}=w_t-\alpha\lambda w_t=(1-\alpha\lambda)\,w_t$. It shrinks if and only if $|1-\alpha\lambda|<1$, that is
# $0<\alpha<2/\lambda$. By hand, from 1 with $\alpha\lambda=1.5$: −0.5, 0.25, −0.125.
#
# In many dimensions, $J(w)=\tfrac12 w^\top Hw$ with a symmetric matrix $H$, the Hessian:
#
# $$w_{t+1}=w_t-\alpha Hw_t=(I-\alpha H)\,w_t .$$
#
# Along the eigenvectors of $H$, with eigenvalues $\lambda_i>0$, each coordinate lives alone:
# $c_{i,t+1}=(1-\alpha\lambda_i)\,c_{i,t}$. So the run converges from every start if and only if
#
# $$|1-\alpha\lambda_i|<1\quad\forall i\qquad\Longleftrightarrow\qquad 0<\alpha<\frac{2}{\lambda_{\max}} .$$
#
# The steepest direction alone sets the limit. To find it by experiment: start near the minimum, see whether the
# distance grows, bisect.

# %% [markdown] lang="zh" of="2438d19b"
# ## 02.5 一步最长可以多长？
#
# 在最简单的碗 $J(w)=\tfrac12\lambda w^2$ 里，走一步就是做一次乘法：
# $w_{t+1}=w_t-\alpha\lambda w_t=(1-\alpha\lambda)\,w_t$。当且仅当 $|1-\alpha\lambda|<1$，即 $0<\alpha<2/\lambda$ 时，
# 它会缩小。手算，从 1 出发，取 $\alpha\lambda=1.5$：−0.5、0.25、−0.125。
#
# 在多维情形，$J(w)=\tfrac12 w^\top Hw$，其中 $H$ 是对称矩阵，即黑塞矩阵：
#
# $$w_{t+1}=w_t-\alpha Hw_t=(I-\alpha H)\,w_t .$$
#
# 沿 $H$ 的各特征向量看，特征值 $\lambda_i>0$，各坐标互不相干：$c_{i,t+1}=(1-\alpha\lambda_i)\,c_{i,t}$。
# 因此从任何起点出发都收敛，当且仅当
#
# $$|1-\alpha\lambda_i|<1\quad\forall i\qquad\Longleftrightarrow\qquad 0<\alpha<\frac{2}{\lambda_{\max}} .$$
#
# 界限只由最陡的方向决定。要用实验找出它：从最小值点旁边出发，看距离是否变大，再用二分法逼近。

# %%
def plain(g, memory, alpha):
    """A rule turns a gradient (and what it remembers) into a step. Gradient descent: alpha * g."""
    return alpha * g

def walk(rule, gradient, w, steps, **settings):
    """(steps + 1, ...) points of a descent from w; settings (alpha, ...) go to the rule."""
    memory, path = {}, [w]
    for t in range(steps):
        path.append(path[-1] - rule(gradient(path[-1]), memory, **settings))
    return np.array(path)

# %%
products = np.array([0.5, 1.0, 1.5, 2.0, 2.2])                          # alpha * lambda, with lambda = 1
path = walk(plain, lambda w: w, np.ones(5), 4, alpha=products)          # (5 steps, 5 rates)
assert np.allclose(path, (1 - products) ** np.arange(5)[:, None]), "after t steps: (1 - alpha lambda) to the power t"
path.T.round(3)                                                         # one row a rate, one column a step

# %%
def drifts_away(gradient, w_min, rule, seed, **settings):
    """From a point near w_min: is it farther away after 400 steps than after 200?"""
    w, memory, distances = w_min + 1e-6 * np.random.default_rng(seed).normal(size=w_min.shape), {}, []
    for t in range(400):
        w = w - rule(gradient(w), memory, **settings)
        distances.append(np.linalg.norm(w - w_min))
        if distances[-1] > 1_000 * distances[0]:                        # no doubt left: stop before numbers overflow
            return True
    return distances[-1] > distances[199]

def find_edge(gradient, w_min, rule=plain, seed=SEED, low=0.001, high=20.0, **settings):
    """The rate at which converging turns into leaving, by bisection, to 0.1 %."""
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        leaves = drifts_away(gradient, w_min, rule, seed, alpha=middle, **settings)
        low, high = (low, middle) if leaves else (middle, high)
    return (low * high) ** 0.5

# %%
found = []
for seed in SEEDS:
    A = np.random.default_rng(seed).normal(size=(8, 8))                 # H = A.T @ A: symmetric, eigenvalues positive
    found.append(find_edge(lambda w: A.T @ (A @ w), np.zeros(8), seed=seed) * np.linalg.eigvalsh(A.T @ A)[-1] / 2)
assert np.allclose(found, 1, atol=0.005), "the experiment must find the edge at 2 / lambda_max"
np.round(found, 4)                                                      # found / predicted, one random bowl a seed

# %% [markdown] lang="en"
# Five random bowls, and each edge lies where the formula says, within ⟦np.abs(np.array(found) - 1).max():.2%⟧. Below
# the edge, which rate is fastest? The slowest coordinate shrinks by $\max_i|1-\alpha\lambda_i|$, and only the two
# extreme eigenvalues matter. The best $\alpha$ makes them equal, $1-\alpha\lambda_{\min}=\alpha\lambda_{\max}-1$:
#
# $$\alpha^*=\frac{2}{\lambda_{\min}+\lambda_{\max}},\qquad \text{factor a step}=\frac{\kappa-1}{\kappa+1},\qquad
# \kappa=\frac{\lambda_{\max}}{\lambda_{\min}} .$$
#
# The condition number $\kappa$ measures how narrow the valley is.
#
# **Before you run it:** at 1.01 times the edge, how far is the run after 400 steps?

# %% [markdown] lang="zh" of="1a29a7be"
# 五个随机的碗，界限都落在公式所说的位置，误差不超过 ⟦np.abs(np.array(found) - 1).max():.2%⟧。在界限以内，
# 哪个学习率最快？最慢的坐标每步缩小为 $\max_i|1-\alpha\lambda_i|$ 倍，起作用的只有最大和最小两个特征值。让两者相等，
# $1-\alpha\lambda_{\min}=\alpha\lambda_{\max}-1$，就得到最优的 $\alpha$：
#
# $$\alpha^*=\frac{2}{\lambda_{\min}+\lambda_{\max}},\qquad \text{factor a step}=\frac{\kappa-1}{\kappa+1},\qquad
# \kappa=\frac{\lambda_{\max}}{\lambda_{\min}} .$$
#
# 条件数 $\kappa$ 衡量山谷有多狭窄。
#
# **先猜再运行：** 取界限的 1.01 倍，走 400 步之后离谷底多远？

# %%
CURVATURES = np.array([1.0, 3.0, 10.0])                                 # the eigenvalues: kappa = 10
edge, best = 2 / CURVATURES.max(), 2 / (CURVATURES.min() + CURVATURES.max())

def distances_from_bottom(alpha):
    """(401,) distances after 0 ... 400 steps, from distance 1."""
    return np.linalg.norm(walk(plain, lambda w: CURVATURES * w, np.ones(3) / 3**0.5, 400, alpha=alpha), axis=1)

at_edge = {f"{f:.2f} × edge": distances_from_bottom(f * edge) for f in (0.99, 1.0, 1.01)}
below, on, above = (distances[-1] for distances in at_edge.values())
assert below < 0.01 and above > 100 and np.isclose(on, at_edge["1.00 × edge"][100]), "shrinks, stays, grows"
alphas = np.linspace(0.005, 1.1 * edge, 80)
factors = np.array([(d[60] / d[40]) ** (1 / 20) for d in map(distances_from_bottom, alphas)])      # measured
assert np.isclose(alphas[factors.argmin()], best, atol=0.01), "fastest at 2 / (lambda_min + lambda_max)"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
plotting.show_curves(at_edge, np.arange(401), axes[0], logy=True, xlabel="step", ylabel="distance from the bottom")
plotting.show_curves({r"$\max_i|1-\alpha\lambda_i|$": np.abs(1 - alphas[:, None] * CURVATURES).max(1)}, alphas, axes[1])
axes[1].plot(alphas[::4], factors[::4], "o", color="C5", markersize=4, label="measured")
axes[1].axvline(edge, color="C4", linestyle="--", label=r"$2/\lambda_{\max}$")
axes[1].set(xlabel=r"learning rate $\alpha$", ylabel="factor a step")
axes[1].legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* left, the distance from the bottom in 400 steps: one per cent below the edge it falls, on the edge it
# stays, one per cent above it grows, all as straight lines on a logarithmic axis. Right, the factor a step against
# the rate: a long descent, a lowest point, a short steep rise.
#
# One per cent too much, and the run ends ⟦above:,.0f⟧ times as far out as it began; one per cent less, at
# ⟦below:.4f⟧. And the best rate is close to disaster: ⟦best / edge:.0%⟧ of the edge here, and closer the narrower the
# valley. Who errs, had better err downwards.

# %% [markdown] lang="zh" of="2635a7f3"
# *图中所见：* 左图是 400 步中离谷底的距离：比界限小百分之一则下降，正好在界限上则不变，大百分之一则上升，
# 在对数轴上都是直线。右图是每步的缩放倍数随学习率的变化：先是长长的下坡，到最低点，然后很短一段陡升。
#
# 只多百分之一，最后离谷底的距离就是出发时的 ⟦above:,.0f⟧ 倍；少百分之一，则只剩 ⟦below:.4f⟧。
# 而且最优的学习率紧挨着灾难：这里它已是界限的 ⟦best / edge:.0%⟧，山谷越窄就越近。所以宁可偏小，不可偏大。

# %% [markdown] lang="en"
# **Quiz.** A bowl has the eigenvalues 1 and 100. You replace the 1 by 0.01 and leave the 100. What happens to the
# largest rate that converges, and to the steps needed?
#
# - [ ] the rate may be larger, since the bowl is flatter :: It is flatter in one direction only. The limit comes from
#   the steepest direction, and that is unchanged.
# - [x] the limit stays, the steps grow a hundredfold :: $2/\lambda_{\max}$ doesn't contain $\lambda_{\min}$. But the
#   flat direction now shrinks by $1-\alpha\lambda_{\min}$, a hundred times more slowly.
# - [ ] both stay, since $\lambda_{\max}$ decides everything :: $\lambda_{\max}$ decides whether it converges,
#   $\kappa$ decides how fast.

# %% [markdown] lang="zh" of="e908e980"
# **小测验。** 一个碗的特征值是 1 和 100。把 1 换成 0.01，100 不动。能收敛的最大学习率和所需的步数会怎样？
#
# - [ ] 学习率可以更大，因为碗变平了 :: 只有一个方向变平了。界限来自最陡的方向，而它没有变。
# - [x] 界限不变，步数变成一百倍 :: $2/\lambda_{\max}$ 里没有 $\lambda_{\min}$。但平坦的方向现在每步只缩小为 $1-\alpha\lambda_{\min}$ 倍，慢了一百倍。
# - [ ] 都不变，因为一切由 $\lambda_{\max}$ 决定 :: $\lambda_{\max}$ 决定是否收敛，$\kappa$ 决定收敛得多快。

# %% [markdown] lang="en"
# ## 02.6 The edge on real data
#
# The loss on digits is no quadratic, but near its minimum Taylor makes it one, with the Hessian there. That matrix
# has $650^2$ entries; we never write it down. **Power iteration** needs only products $HV$: repeat
# $V\leftarrow HV/\|HV\|$, and the largest eigenvalue outgrows the rest. A product is the derivative of the gradient
# along $V$. With $S=XV$,
#
# $$HV=\frac1n X^\top\big(P\circ(S-\langle P,S\rangle)\big)+\rho V,\qquad \langle P,S\rangle_i=\sum_k P_{ik}S_{ik}.$$
#
# At $W=0$ all $P_{ik}=\tfrac1{10}$, and $\lambda_{\max}=\tfrac1{10}\lambda_{\max}(X^\top X/n)+\rho$: a check.
#
# **Before you run it:** $2/\lambda_{\max}$ comes out smaller at $W=0$ than at the minimum. A run from $W=0$ with a
# rate between the two: does it converge?

# %% [markdown] lang="zh" of="5e878541"
# ## 02.6 真实数据上的界限
#
# 手写数字上的损失不是二次函数，但在最小值点附近，泰勒展开使它近似于二次函数，用的是那里的黑塞矩阵。
# 这个矩阵有 $650^2$ 个元素，我们根本不去写出它。**幂迭代**只需要乘积 $HV$：反复做 $V\leftarrow HV/\|HV\|$，
# 最大的特征值就会压倒其余。这样的乘积，就是梯度沿 $V$ 的导数。记 $S=XV$，
#
# $$HV=\frac1n X^\top\big(P\circ(S-\langle P,S\rangle)\big)+\rho V,\qquad \langle P,S\rangle_i=\sum_k P_{ik}S_{ik}.$$
#
# 在 $W=0$ 处所有 $P_{ik}=\tfrac1{10}$，此时 $\lambda_{\max}=\tfrac1{10}\lambda_{\max}(X^\top X/n)+\rho$，
# 正好用来核对。
#
# **先猜再运行：** 算出来的 $2/\lambda_{\max}$，在 $W=0$ 处比在最小值点处小。从 $W=0$ 出发，学习率取在两者之间，
# 会收敛吗？

# %%
def hessian_times(W, V):
    """The Hessian of J at W, times V; W, V: (65, 10) -> (65, 10)."""
    P, S = probabilities(W, X_train), X_train @ V                       # (n, 10) each
    return X_train.T @ (P * (S - (P * S).sum(axis=1, keepdims=True))) / n + PULL * V

def largest_eigenvalue(W, steps=200):
    """lambda_max of the Hessian at W by power iteration."""
    V = np.random.default_rng(SEED).normal(size=W.shape)
    for _ in range(steps):
        V /= np.linalg.norm(V)
        HV = hessian_times(W, V)
        V, eigenvalue = HV, (V * HV).sum()
    return eigenvalue

V = np.random.default_rng(SEED).normal(size=(65, 10))
by_difference = (gradient(W_min + 1e-5 * V) - gradient(W_min - 1e-5 * V)) / 2e-5
assert np.allclose(hessian_times(W_min, V), by_difference, atol=1e-8), "H V is how the gradient changes along V"
edge_zero, edge_min = (2 / largest_eigenvalue(W) for W in (0 * W_min, W_min))
assert np.isclose(2 / edge_zero, np.linalg.eigvalsh(X_train.T @ X_train / n)[-1] / 10 + PULL), "at W = 0: the closed form"
f"2/lambda_max: {edge_zero:.3f} at W = 0, {edge_min:.3f} at the minimum"

# %%
real_ratio = np.array([find_edge(gradient, W_min, seed=seed, low=0.5, high=8) for seed in SEEDS[:3]]) / edge_min
assert np.allclose(real_ratio, 1, atol=0.005), "near the minimum the edge is 2 / lambda_max of the Hessian there"
full_runs = {}
for f in (0.9, 0.99, 1.01, 1.1):
    _, seen = sgd(f * edge_min, n, 500, SEED)                           # from W = 0
    full_runs[f"{f} × edge"] = np.maximum([height(W) for W in seen], 1e-12)             # lower is rounding
one_step, two_steps = (np.linalg.norm(seen[-1] - seen[-k]) for k in (2, 3))
assert 0.9 * edge_min > edge_zero, "every one of these rates is too large for W = 0"
assert full_runs["0.99 × edge"][-1] < 1e-3 and two_steps < 1e-6 < one_step, "below it converges, beyond it alternates"
plotting.show_curves(full_runs, xlabel="step (full batch)", ylabel="height above minimum (nats)", logy=True);

# %% [markdown] lang="en"
# *The picture:* four full-batch runs from $W=0$. The two below the edge fall steadily; the two above fall at first,
# then turn flat and stay there.
#
# The edge found by experiment is ⟦real_ratio.min():.4f⟧ to ⟦real_ratio.max():.4f⟧ times $2/\lambda_{\max}$ **at the
# minimum**, ⟦edge_min:.3f⟧, over three starting points.
#
# Here the theory of the quadratic ends. At $W=0$ the edge is ⟦edge_zero:.3f⟧, and all four rates were too large for
# it; yet the runs moved on, into a flatter region, and two of them converged. (Hence 1.6 in 02.2: below both edges.)
# And beyond the edge nothing explodes: $X^\top(P-Y)/n$ is bounded, and the pull alone has its edge at $2/\rho$. So
# the run stays near and jumps forever between two points.

# %% [markdown] lang="zh" of="c2b35771"
# *图中所见：* 从 $W=0$ 出发的四次全批量运行。低于界限的两条稳步下降；高于界限的两条起初也下降，然后变平，停在那里。
#
# 用三个出发点做实验，
# 找到的界限是**最小值点处** $2/\lambda_{\max}$（⟦edge_min:.3f⟧）的 ⟦real_ratio.min():.4f⟧ 到 ⟦real_ratio.max():.4f⟧ 倍。
#
# 二次函数的理论也到此为止。在 $W=0$ 处，界限是 ⟦edge_zero:.3f⟧，四个学习率都嫌太大；但迭代照样往下走，
# 进入较平坦的区域，其中两次还收敛了。（02.2 节取 1.6，就是因为它比两个界限都小。）越过界限，也没有爆炸：
# $X^\top(P-Y)/n$ 是有界的，而拉力项自己的界限是 $2/\rho$。于是迭代跑不远，只在两个点之间永远跳来跳去。

# %% [markdown] lang="en"
# ## 02.7 Momentum: a ball instead of a hiker
#
# In a narrow valley the walls limit the rate, while the way along the floor is flat. **Momentum** (Polyak, 1964)
# gathers speed where gradients agree and cancels them where they alternate:
#
# $$v_{t+1}=\beta v_t+\nabla J(w_t),\qquad w_{t+1}=w_t-\alpha v_{t+1}.$$
#
# With a constant gradient $v$ grows to $\nabla J/(1-\beta)$: for $\beta=0.9$, steps ten times as long. Nesterov's
# variant steps along $\nabla J+\beta v_{t+1}$.
#
# Try the two sliders below. At $\beta=0$, where does it begin to diverge? Then raise $\beta$. Where widgets don't
# run, the picture after them shows the same.

# %% [markdown] lang="zh" of="bebc715c"
# ## 02.7 动量：不是徒步者，而是滚下去的球
#
# 在狭窄的山谷里，学习率受制于两侧的陡壁，而沿谷底的路却很平。**动量法**（Polyak，1964）在梯度方向一致处积累速度，
# 在方向来回交替处让它们抵消：
#
# $$v_{t+1}=\beta v_t+\nabla J(w_t),\qquad w_{t+1}=w_t-\alpha v_{t+1}.$$
#
# 梯度不变时，$v$ 会增长到 $\nabla J/(1-\beta)$：若 $\beta=0.9$，步长就是原来的十倍。
# Nesterov 的变体改走 $\nabla J+\beta v_{t+1}$。
#
# 试试下面的两个滑块。$\beta=0$ 时，从哪里开始发散？然后调大 $\beta$ 再看。控件无法运行时，看它后面的静态图，
# 内容相同。

# %%
def momentum(g, memory, alpha, beta=0.9, nesterov=False):
    """Polyak (1964): v <- beta v + g, the step is alpha v; Nesterov: alpha (g + beta v)."""
    memory["v"] = v = beta * memory.get("v", 0) + g
    return alpha * (g + beta * v if nesterov else v)

VALLEY, START = np.array([1.0, 20.0]), np.array([-9.0, 1.5])            # eigenvalues 1 and 20: the plain edge is 0.1

def draw_valley(ax):
    """Contours of the loss, and a star at its bottom."""
    x, y = np.meshgrid(np.linspace(-10, 4, 60), np.linspace(-3, 3, 60))
    ax.contour(x, y, (VALLEY[0] * x**2 + VALLEY[1] * y**2) / 2, levels=[10, 50], colors="0.7", linewidths=1)
    ax.plot(0, 0, "*", color="C4", markersize=9)
    ax.set(xlim=(-10, 4), ylim=(-3, 3))
    ax.grid(False)

def draw_path(alpha, beta, ax=None):
    """Thirty steps of momentum through the valley; beta = 0 is plain gradient descent."""
    ax = plt.subplots(figsize=(6, 3))[1] if ax is None else ax
    draw_valley(ax)
    ax.plot(*walk(momentum, lambda w: VALLEY * w, START, 30, alpha=alpha, beta=beta).T, "o-", color="C5", markersize=2.5)
    ax.set_title(rf"$\alpha={alpha:g},\ \beta={beta:g}$", fontsize="medium")

# %%
from ipywidgets import FloatSlider, fixed, interact

interact(
    draw_path, ax=fixed(None),
    alpha=FloatSlider(0.09, min=0.005, max=0.2, step=0.005, readout_format=".3f", continuous_update=False),
    beta=FloatSlider(0.0, min=0.0, max=0.95, step=0.05, continuous_update=False));

# %%
fig, axes = plt.subplots(2, 3, figsize=(6, 3), sharex=True, sharey=True)
for row, alpha in zip(axes, (0.02, 0.11)):
    for ax, beta in zip(row, (0.0, 0.5, 0.9)):
        draw_path(alpha, beta, ax)
fig.supxlabel("$w_1$ (flat direction)"), fig.supylabel("$w_2$ (steep direction)");

# %% [markdown] lang="en"
# *The picture:* six paths from one point over the contours of a valley, 30 steps each; the star is the bottom. Upper
# row: rate 0.02; lower row: 0.11. Columns: momentum 0, 0.5, 0.9. Left: too slow above, out of the picture below.
# Middle: farther, smoother. Right: wide swings.
#
# In the lower row the plain run diverges, the others don't. For one eigenvalue,
# $c_{t+1}=(1+\beta-\alpha\lambda)c_t-\beta c_{t-1}$. With $0\le\beta<1$ the roots of
# $z^2-(1+\beta-\alpha\lambda)z+\beta$ lie inside the unit circle if and only if $|1+\beta-\alpha\lambda|<1+\beta$. So
# the edge moves out to
#
# $$\alpha<\frac{2(1+\beta)}{\lambda_{\max}} ,$$
#
# and the next cell finds it by bisection: ⟦momentum_edges[0]:.3f⟧, ⟦momentum_edges[1]:.3f⟧, ⟦momentum_edges[2]:.3f⟧.

# %% [markdown] lang="zh" of="73c4f919"
# *图中所见：* 从同一点出发的六条路径，画在山谷的等高线上，各走 30 步；星号是谷底。上排学习率为 0.02，下排为 0.11；
# 三列的动量为 0、0.5、0.9。左列：上面太慢，下面冲出画面。中列：走得更远，也更平滑。右列：大幅摆动。
#
# 下排里，不加动量的发散了，加了动量的都没有。对单个特征值，$c_{t+1}=(1+\beta-\alpha\lambda)c_t-\beta c_{t-1}$。
# 设 $0\le\beta<1$，当且仅当 $|1+\beta-\alpha\lambda|<1+\beta$ 时，
# $z^2-(1+\beta-\alpha\lambda)z+\beta$ 的根都在单位圆内。因此界限外移到
#
# $$\alpha<\frac{2(1+\beta)}{\lambda_{\max}} ,$$
#
# 下一格用二分法找到了它：⟦momentum_edges[0]:.3f⟧、⟦momentum_edges[1]:.3f⟧、⟦momentum_edges[2]:.3f⟧。

# %%
BETAS = np.array([0.0, 0.5, 0.9])
momentum_edges = [find_edge(lambda w: VALLEY * w, np.zeros(2), momentum, beta=beta) for beta in BETAS]
assert np.allclose(momentum_edges, 2 * (1 + BETAS) / VALLEY.max(), rtol=0.005), "the edge must be 2 (1 + beta) / lambda_max"
np.round(momentum_edges, 4)

# %% [markdown] lang="en"
# ## 02.8 Adam: a step length for each weight
#
# One rate must serve steep and flat directions alike. **Adam** (Kingma and Ba, 2015, Algorithm 1) divides each
# coordinate by the size its gradients have had lately; all operations are by element:
#
# $$m_t=\beta_1m_{t-1}+(1-\beta_1)g_t,\qquad v_t=\beta_2v_{t-1}+(1-\beta_2)g_t^2,$$
#
# $$\hat m_t=\frac{m_t}{1-\beta_1^t},\qquad \hat v_t=\frac{v_t}{1-\beta_2^t},\qquad w_t=w_{t-1}-\alpha\,\frac{\hat m_t}{\sqrt{\hat v_t}+\varepsilon}.$$
#
# **Why the hats?** $m_0=v_0=0$, so the means begin too small: with a constant $g$, $m_t=(1-\beta_1^t)\,g$. Dividing
# by that factor repairs it: the *bias correction*.

# %% [markdown] lang="zh" of="38d8b579"
# ## 02.8 Adam：给每个权重一个步长
#
# 同一个学习率，既要管陡的方向，又要管平的方向。**Adam**（Kingma 和 Ba，2015，算法 1）把每个坐标除以它近来梯度的大小；
# 以下运算都是逐元素的：
#
# $$m_t=\beta_1m_{t-1}+(1-\beta_1)g_t,\qquad v_t=\beta_2v_{t-1}+(1-\beta_2)g_t^2,$$
#
# $$\hat m_t=\frac{m_t}{1-\beta_1^t},\qquad \hat v_t=\frac{v_t}{1-\beta_2^t},\qquad w_t=w_{t-1}-\alpha\,\frac{\hat m_t}{\sqrt{\hat v_t}+\varepsilon}.$$
#
# **为什么要戴“帽子”？** 因为 $m_0=v_0=0$，平均值一开始偏小：若 $g$ 不变，则 $m_t=(1-\beta_1^t)\,g$。
# 除以这个因子就补回来了，这叫*偏差修正*。

# %%
def adam(g, memory, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Kingma & Ba (2015), Algorithm 1."""
    memory["t"] = t = memory.get("t", 0) + 1
    memory["m"] = m = beta1 * memory.get("m", 0) + (1 - beta1) * g
    memory["v"] = v = beta2 * memory.get("v", 0) + (1 - beta2) * g**2
    return alpha * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + epsilon)

# %%
def largest_difference(rule, optimizer_class, seed, settings, torch_settings):
    """Ours against torch.optim: 1,000 steps, 50 weights, random gradients from about 0.0001 to 10,000."""
    rng, memory, worst = np.random.default_rng(seed), {}, 0.0
    w = rng.normal(size=50)
    theirs = torch.tensor(w, requires_grad=True)
    optimizer = optimizer_class([theirs], lr=0.01, **torch_settings)
    for g in rng.normal(size=(1_000, 50)) * 10 ** rng.uniform(-4, 4, size=(1_000, 50)):
        w, theirs.grad = w - rule(g, memory, alpha=0.01, **settings), torch.tensor(g)
        optimizer.step()
        worst = max(worst, float(np.abs(w - theirs.detach().numpy()).max()))
    return worst

pairs = {
    "plain": (plain, torch.optim.SGD, {}, {}),
    "momentum": (momentum, torch.optim.SGD, {}, {"momentum": 0.9}),
    "Nesterov": (momentum, torch.optim.SGD, {"nesterov": True}, {"momentum": 0.9, "nesterov": True}),
    "Adam": (adam, torch.optim.Adam, {}, {}),
}
differences = {name: max(largest_difference(*pair[:2], seed, *pair[2:]) for seed in SEEDS) for name, pair in pairs.items()}
assert max(differences.values()) < 1e-6, "our rules must equal torch.optim to 1e-6 at every step"
differences

# %% [markdown] lang="en"
# Equal to rounding, over a thousand steps and eight orders of magnitude. Now the first step. With the hats
# $\hat m_1=g$ and $\hat v_1=g^2$, so it is $\alpha|g|/(|g|+\varepsilon)$ long. Without them a constant $g$ gives,
# neglecting $\varepsilon$, at step $t$
#
# $$\alpha\,\frac{1-\beta_1^t}{\sqrt{1-\beta_2^t}} .$$
#
# **Before you run it:** the gradient is 0.001, then 1,000. How long is Adam's first step each time? And without the
# correction: shorter, since both means are too small?

# %% [markdown] lang="zh" of="dfe3bc4d"
# 一千步，梯度跨越八个数量级，与 PyTorch 只差舍入误差。现在看第一步。有“帽子”时，$\hat m_1=g$，$\hat v_1=g^2$，
# 所以步长是 $\alpha|g|/(|g|+\varepsilon)$。没有“帽子”时，若 $g$ 不变，第 $t$ 步的步长（略去 $\varepsilon$）是
#
# $$\alpha\,\frac{1-\beta_1^t}{\sqrt{1-\beta_2^t}} .$$
#
# **先猜再运行：** 梯度先取 0.001，再取 1,000，Adam 的第一步各有多长？如果不做修正，两个平均都偏小，步子会更短吗？

# %%
small, large = (adam(np.array(g), {}, alpha=0.01) for g in (0.001, 1_000.0))
assert np.allclose([small, large], 0.01, rtol=1e-4), "Adam's first step is alpha long, whatever the gradient"
step = np.arange(1, 1_001)
uncorrected = (1 - 0.9**step) / np.sqrt(1 - 0.999**step)                # in units of alpha
assert uncorrected.min() > 1, "without the correction each of these steps is longer than alpha, not shorter"
f"uncorrected: step 1 is {uncorrected[0]:.2f} alpha long, step {step[uncorrected.argmax()]} {uncorrected.max():.2f} alpha"

# %%
slope, settings = lambda w: VALLEY * w, ((plain, 0.09), (momentum, 0.02), (adam, 0.5))
paths = {f"{rule.__name__}, {alpha}": walk(rule, slope, START, 120, alpha=alpha) for rule, alpha in settings}
lengths = {label: np.linalg.norm(path, axis=1) for label, path in paths.items()}
scaled = walk(adam, lambda w: 1_000 * slope(w), START, 120, alpha=0.5)
assert np.allclose(scaled, paths["adam, 0.5"], atol=1e-4), "a loss 1,000 times as large leaves Adam's path as it is"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
draw_valley(axes[0])
for path, colour in zip(paths.values(), plotting.COLOURS):
    axes[0].plot(*path[:50].T, "-", color=colour, linewidth=1)
axes[0].set(ylim=(-2, 2), xlabel="$w_1$ (flat direction)", ylabel="$w_2$ (steep direction)")
plotting.show_curves(lengths, np.arange(121), axes[1], logy=True, xlabel="step", ylabel="distance from the bottom");

# %% [markdown] lang="en"
# *The picture:* left, the paths of plain descent (zigzag), momentum (wide swings) and Adam (off along the diagonal,
# past the valley floor, then round). Right, distance against step: plain falls evenly, momentum and Adam swing. The
# rates are picked to show the shapes, not for a race.
#
# Adam's first step is $\alpha$, whatever the gradient: it knows only the sign. Without the correction it would be
# ⟦uncorrected[0]:.2f⟧ times **longer**, step ⟦step[uncorrected.argmax()]⟧ even ⟦uncorrected.max():.1f⟧ times: $m$
# starts at $(1-\beta_1)g$, but $\sqrt v$, which divides it, at only $\sqrt{1-\beta_2}\,|g|$.
#
# So Adam is no shortcut in a known bowl. Its gain: multiply the loss by 1,000, and its path stays the same (checked),
# while plain descent would explode. Lesson 04 adds AdamW.

# %% [markdown] lang="zh" of="7ea4a058"
# *图中所见：* 左图是三条路径：普通下降走之字形，动量法大幅摆动，Adam 先沿对角线走，越过谷底的中线再绕回来。
# 右图是距离随步数的变化：普通下降平稳，动量法和 Adam 都在摆。这里的学习率是为了看清形状而选的，并不是比赛。
#
# Adam 的第一步总是 $\alpha$，不论梯度多大：它只知道符号。不做修正，第一步反而**长**到 ⟦uncorrected[0]:.2f⟧ 倍，
# 第 ⟦step[uncorrected.argmax()]⟧ 步甚至是 ⟦uncorrected.max():.1f⟧ 倍：$m$ 的初值是 $(1-\beta_1)g$，
# 而用来除它的 $\sqrt v$，初值只有 $\sqrt{1-\beta_2}\,|g|$。
#
# 可见在已知的碗里，Adam 并不是捷径。它的好处在于：把损失乘以 1,000，它的路径不变（代码里核对了），而普通下降会爆炸。
# AdamW 留到第 04 课。

# %% [markdown] lang="en"
# **Quiz.** A colleague replaces plain SGD with $\alpha=0.5$ by Adam, "with the same rate, to be fair". What do you
# expect?
#
# - [ ] a fair comparison :: In SGD $\alpha$ multiplies a gradient; in Adam it *is* about the length of each weight's
#   step. The two numbers have different units.
# - [ ] Adam corrects the rate by itself, so the number doesn't matter :: Adam adapts to the gradient's scale, not to
#   the distance left. A step of 0.5 for each weight is a step of 0.5.
# - [x] Adam's steps are too long :: At first each weight moves by about 0.5 whatever its gradient. PyTorch's default
#   for Adam is 0.001; section 02.12 measures which rates suit a small network.

# %% [markdown] lang="zh" of="7dc6bb68"
# **小测验。** 一位同事把 $\alpha=0.5$ 的普通 SGD 换成 Adam，“学习率不变，这样才公平”。你预计会怎样？
#
# - [ ] 这样比较很公平 :: 在 SGD 里，$\alpha$ 要乘上梯度；在 Adam 里，它差不多*就是*每个权重的步长。两个数的单位都不同。
# - [ ] Adam 会自己调整学习率，所以填多少都行 :: Adam 适应的是梯度的大小，不是剩下的路程。每个权重走 0.5，就是走 0.5。
# - [x] Adam 的步子会太大 :: 起初不论梯度多大，每个权重都移动约 0.5。PyTorch 中 Adam 的默认学习率是 0.001；02.12 节会实测哪些值适合一个小网络。

# %% [markdown] lang="en"
# ## 02.9 The rate as a function of time
#
# Far away, long steps help; near the bottom only their noise is left (02.4). So let the rate fall:
#
# $$\alpha_t=\frac{\alpha_0}{1+\beta t},\qquad \alpha_t=\alpha_0\,e^{-ct},$$
#
# where $\beta$ is a decay coefficient, not momentum. A **warm-up** rises for $T_w$ steps, while the ground is
# unknown; a **cosine** then leads down to zero:
#
# $$\alpha_t=\alpha_0\,\frac{t+1}{T_w}\ (t<T_w),\qquad \alpha_t=\frac{\alpha_0}{2}\Big(1+\cos\frac{\pi(t-T_w)}{T-T_w}\Big)\ (t\ge T_w).$$
#
# PyTorch has classes for all but the first form, which therefore has no independent check.
#
# **Before you run it:** one of our sources calls $\alpha_0e^{-ct}$ "learning-rate *fluctuation*", $c$ the
# "fluctuation coefficient". How often in ⟦STEPS:,⟧ steps does it rise?

# %% [markdown] lang="zh" of="108fb3a7"
# ## 02.9 让学习率随时间变化
#
# 离得远时，大步有利；到了谷底附近，剩下的就只有大步带来的噪声（02.4 节）。那么，让学习率降下来：
#
# $$\alpha_t=\frac{\alpha_0}{1+\beta t},\qquad \alpha_t=\alpha_0\,e^{-ct},$$
#
# 这里的 $\beta$ 是衰减系数，不是动量。**预热**在 $T_w$ 步内上升，因为一开始还不了解地形；随后由**余弦**曲线降到零：
#
# $$\alpha_t=\alpha_0\,\frac{t+1}{T_w}\ (t<T_w),\qquad \alpha_t=\frac{\alpha_0}{2}\Big(1+\cos\frac{\pi(t-T_w)}{T-T_w}\Big)\ (t\ge T_w).$$
#
# 除第一种形式外，PyTorch 都有现成的类；第一种也就无从独立核对。
#
# **先猜再运行：** 某份资料把 $\alpha_0e^{-ct}$ 叫做“学习率*波动*”，把 $c$ 叫做“波动系数”。在 ⟦STEPS:,⟧ 步里，
# 它上升过几次？

# %%
STEPS = PASSES * -(-n // 8)                                             # batches of 8

def make_schedules(T, alpha0=0.3):
    """Four schedules of T steps: name -> (T,) learning rates."""
    t, warm = np.arange(T), T // 20
    cosine = alpha0 / 2 * (1 + np.cos(np.pi * (t - warm) / (T - warm)))
    return {"constant": np.full(T, alpha0), "inverse": alpha0 / (1 + 20 / T * t),
            "exponential": alpha0 * np.exp(-5 / T * t), "warm-up, cosine": np.where(t < warm, alpha0 * (t + 1) / warm, cosine)}

def follow_torch(make_scheduler):
    """(STEPS,) learning rates that a torch scheduler sets."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler, rates = make_scheduler(optimizer), []
    for t in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step(), scheduler.step()
    return np.array(rates)

schedules, rises = make_schedules(STEPS), {}
for name, rates in schedules.items():
    rises[name] = int((np.diff(rates) > 0).sum())
assert rises["exponential"] == rises["inverse"] == 0 < rises["warm-up, cosine"], "the two decays never rise"
rises

# %%
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LinearLR, SequentialLR

warm = STEPS // 20
parts = lambda o: (LinearLR(o, 1 / warm, total_iters=warm - 1), CosineAnnealingLR(o, T_max=STEPS - warm))
warmed = follow_torch(lambda o: SequentialLR(o, parts(o), milestones=[warm]))
falling = follow_torch(lambda o: ExponentialLR(o, gamma=np.exp(-5 / STEPS)))
assert np.allclose([falling, warmed], [schedules["exponential"], schedules["warm-up, cosine"]]), "equal to PyTorch's"

# %%
scheduled = {name: np.array([sgd(rates, 8, PASSES, s, height)[1] for s in SEEDS]) for name, rates in schedules.items()}
floors = {name: heights[:, -1] for name, heights in scheduled.items()}                  # (seeds,)
assert all(floors[name].max() < floors["constant"].min() for name in list(floors)[1:]), "each decay ends lower"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
plotting.show_curves(schedules, np.arange(STEPS), axes[0], xlabel="step $t$", ylabel=r"learning rate $\alpha_t$")
medians = {name: np.median(heights, axis=0) for name, heights in scheduled.items()}
plotting.show_curves(medians, ax=axes[1], xlabel="passes", ylabel="height above minimum (nats)", logy=True)
axes[0].legend(fontsize="small"), axes[1].get_legend().remove();

# %% [markdown] lang="en"
# *The picture:* left, the four schedules; only the warm-up ever rises. Right, their effect with batches of 8, medians
# of ⟦len(SEEDS)⟧ seeds: the constant rate stays on its floor, the others go below.
#
# At the end (mean ± standard deviation): constant ⟦floors['constant'].mean():.3f⟧ ±
# ⟦floors['constant'].std(ddof=1):.3f⟧, inverse ⟦floors['inverse'].mean():.1e⟧ ± ⟦floors['inverse'].std(ddof=1):.0e⟧,
# exponential ⟦floors['exponential'].mean():.1e⟧ ± ⟦floors['exponential'].std(ddof=1):.0e⟧, cosine
# ⟦floors['warm-up, cosine'].mean():.1e⟧ ± ⟦floors['warm-up, cosine'].std(ddof=1):.0e⟧.
#
# "Fluctuation" rises ⟦rises['exponential']⟧ times. It is plain **exponential decay** with half-life $\ln 2/c$. Its
# danger: the rates' sum is finite, so with a large $c$ the run freezes on its way; here its curve has just gone flat.
# (Robbins and Monro, 1951, ask for $\sum\alpha_t=\infty$ and $\sum\alpha_t^2<\infty$; $1/(1+\beta t)$ obeys.)
#
# The same source says that adjusting the rate avoids over- and underfitting. Does it?

# %% [markdown] lang="zh" of="a3ffc426"
# *图中所见：* 左图是四种调度，只有预热那一段上升过。右图是它们的效果，每批 8 张，取 ⟦len(SEEDS)⟧ 个种子的中位数：
# 恒定的学习率停在自己的平台上，其余都降到它以下。
#
# 结束时（平均 ± 标准差）：恒定 ⟦floors['constant'].mean():.3f⟧ ± ⟦floors['constant'].std(ddof=1):.3f⟧，
# 倒数 ⟦floors['inverse'].mean():.1e⟧ ± ⟦floors['inverse'].std(ddof=1):.0e⟧，
# 指数 ⟦floors['exponential'].mean():.1e⟧ ± ⟦floors['exponential'].std(ddof=1):.0e⟧，
# 余弦 ⟦floors['warm-up, cosine'].mean():.1e⟧ ± ⟦floors['warm-up, cosine'].std(ddof=1):.0e⟧。
#
# 所谓“波动”，上升了 ⟦rises['exponential']⟧ 次。它就是普通的**指数衰减**，半衰期为 $\ln 2/c$。它的危险在于：
# 各步学习率之和是有限的，$c$ 太大，就会冻在半路上；图中它的曲线已经走平了。（Robbins 和 Monro，1951，
# 要求 $\sum\alpha_t=\infty$ 且 $\sum\alpha_t^2<\infty$，而 $1/(1+\beta t)$ 满足这两条。）
#
# 同一份资料还说，调整学习率能让模型既不过拟合，也不欠拟合。真的吗？

# %%
def fit(name, size, seed):
    """(training loss, validation loss) after STEPS steps or nearly, on `size` images."""
    rows = np.random.default_rng(seed).permutation(n)[:size]
    passes = STEPS // -(-size // 8)
    T = passes * -(-size // 8)
    choices = {**make_schedules(T), "too small": np.full(T, 3e-5), "frozen": 0.3 * np.exp(-np.arange(T))}
    W, _ = sgd(choices[name], 8, passes, seed, X=X_train[rows], Y=Y_train[rows])
    return loss(W, X_train[rows], Y_train[rows]), loss(W, X_val, Y_val)

NAMES = ("too small", "frozen", "constant", "exponential", "warm-up, cosine")
table = {(name, size): np.array([fit(name, size, seed) for seed in SEEDS]) for name in NAMES for size in (60, n)}
gap = {key: (both[:, 1] - both[:, 0]).mean() for key, both in table.items()}            # validation minus training
assert all(table[name, n][:, 0].min() > 1.5 for name in NAMES[:2]), "a rate too small, or frozen, must underfit"
assert gap["warm-up, cosine", 60] > 5 * abs(gap["warm-up, cosine", n]), "more data closes the gap, the schedule does not"
for (name, size), both in table.items():
    (a, b), (da, db) = both.mean(axis=0), both.std(axis=0, ddof=1)
    print(f"{name:16}{size:5} images: training loss {a:.3f} ± {da:.3f}, validation loss {b:.3f} ± {db:.3f}")

# %% [markdown] lang="en"
# Half of it is true. A rate too small, or one that freezes at once, **underfits**: even on the training images its
# loss stays at ⟦table['too small', n][:, 0].mean():.1f⟧, near that of guessing, $\ln 10$. Any sound rate cures that.
#
# **Overfitting** it does not cure. With 60 images, the validation loss exceeds the training loss by
# ⟦gap['constant', 60]:.2f⟧ at a constant rate, ⟦gap['exponential', 60]:.2f⟧ with decay and
# ⟦gap['warm-up, cosine', 60]:.2f⟧ with cosine (means of ⟦len(SEEDS)⟧ seeds). With all images it is
# ⟦gap['warm-up, cosine', n]:.2f⟧: more data closed it. On networks the rate can influence *which* minimum is found,
# and stopping early has an effect of its own (lesson 04); neither makes it a remedy.

# %% [markdown] lang="zh" of="37da850d"
# 只对了一半。学习率太小，或者一下子就冻住，确实会**欠拟合**：
# 连训练图像上的损失都停在 ⟦table['too small', n][:, 0].mean():.1f⟧，与瞎猜的 $\ln 10$ 差不多。
# 换成任何一个合理的学习率，问题就没有了。
#
# **过拟合**它却治不了。只有 60 张图像时，验证损失高出训练损失的部分，恒定学习率为 ⟦gap['constant', 60]:.2f⟧，
# 衰减为 ⟦gap['exponential', 60]:.2f⟧，余弦为 ⟦gap['warm-up, cosine', 60]:.2f⟧（⟦len(SEEDS)⟧ 个种子的平均）。
# 用上全部图像，则为 ⟦gap['warm-up, cosine', n]:.2f⟧：补上差距的是更多的数据。在神经网络上，
# 学习率会影响落到*哪一个*极小值，提前停止也有它自己的作用（第 04 课），但都算不上对症的药。

# %% [markdown] lang="en"
# ## 02.10 A network drives itself to the edge
#
# For a network no single Hessian decides: its $\lambda_{\max}$, the **sharpness**, changes as training moves on.
# Cohen et al. (2021) followed it under full-batch descent, and so do we: 200 digits, a 64–32–10 network with tanh,
# mean squared error, three rates, three seeds each. All nine networks train side by side in one stack of tensors;
# Hessian products come from differentiating twice.
#
# **Before you run it:** at the start the sharpness is ⟦sharpness[0, 1].mean():.1f⟧. For $\alpha=0.4$ the edge
# $2/\alpha$ is 5. Where will the sharpness go: down, up to 5, or past it until the loss explodes?

# %% [markdown] lang="zh" of="8f5c714f"
# ## 02.10 网络自己走到边缘
#
# 对神经网络来说，没有哪一个黑塞矩阵能说了算：它的 $\lambda_{\max}$ 称为**锐度**，会随训练而变。
# Cohen 等人（2021）在全批量下降中一路跟踪它，我们照做：200 张数字，一个用 tanh 的 64–32–10 网络，均方误差，
# 三种学习率，各用三个种子。九个网络叠在同一组张量里并排训练；黑塞乘积靠求两次导数得到。
#
# **先猜再运行：** 起点处的锐度是 ⟦sharpness[0, 1].mean():.1f⟧。$\alpha=0.4$ 时，界限 $2/\alpha$ 是 5。
# 锐度会往哪里走：下降，升到 5，还是冲过去直到损失爆炸？

# %%
pixels, targets = torch.tensor(X[:, :64], dtype=torch.float32), torch.tensor(Y, dtype=torch.float32)
centred, few = pixels - pixels[train].mean(dim=0), train[:200]          # centred: each pixel's training mean is 0

def make_networks(seeds, hidden=32):
    """One network a seed, stacked: [(R, 65, hidden), (R, hidden + 1, 10)]; the last row of each is the bias."""
    layers = []
    for seed in seeds:
        source = torch.Generator().manual_seed(seed)
        sizes = ((65, hidden, 8), (hidden + 1, 10, hidden**0.5))
        layers.append([torch.randn(rows, columns, generator=source) / scale for rows, columns, scale in sizes])
    return [torch.stack(layer).requires_grad_() for layer in zip(*layers)]

def forward(networks, x):
    """x: (n, 64) -> outputs (R, n, 10)."""
    for layer, activation in zip(networks, (torch.tanh, torch.nn.Identity())):
        x = activation(torch.cat([x, torch.ones_like(x[..., :1])], dim=-1) @ layer)
    return x

# %%
def measure_sharpness(gradients, networks, V, steps):
    """Power iteration for all networks at once, from V: (R,) eigenvalues and the V to go on from."""
    for _ in range(steps):
        norm = sum((v**2).sum((1, 2), keepdim=True) for v in V) ** 0.5  # (R, 1, 1)
        V = [v / norm for v in V]
        HV = torch.autograd.grad(gradients, networks, V, retain_graph=True)
        eigenvalues, V = sum((v * hv).sum((1, 2)) for v, hv in zip(V, HV)), HV
    return eigenvalues, V

def train_full_batch(x, rates, seeds, steps, every=25):
    """Returns sharpness (steps / every, rates, seeds), losses (steps, rates, seeds) and the networks."""
    alphas, networks = torch.tensor(rates).repeat_interleave(len(seeds)).view(-1, 1, 1), make_networks(seeds * len(rates))
    V, sharpness, losses = [torch.ones_like(layer) for layer in networks], [], []
    for t in range(steps):
        each = ((forward(networks, x[few]) - targets[few]) ** 2).sum(2).mean(1) / 2     # (R,)
        gradients = torch.autograd.grad(each.sum(), networks, create_graph=t % every == 0)
        if t % every == 0:
            eigenvalues, V = measure_sharpness(gradients, networks, V, steps=8 if t else 50)
            sharpness.append(eigenvalues)
        losses.append(each.detach())
        with torch.no_grad():
            for layer, g in zip(networks, gradients):
                layer -= alphas * g
    return *(torch.stack(each).view(-1, len(rates), len(seeds)).numpy() for each in (sharpness, losses)), networks

# %%
NET_RATES, NET_STEPS = (0.2, 0.4, 0.8), 1_200
sharpness, net_losses, _ = train_full_batch(centred, NET_RATES, SEEDS[:3], NET_STEPS)
at_end = sharpness[-10:].mean(axis=0) * np.array(NET_RATES)[:, None] / 2                # (rates, seeds)
climbs = (np.diff(net_losses[:, 1], axis=0) > 0).sum(axis=0)                            # (seeds,) at rate 0.4
assert (at_end[0] < 0.9).all() and (sharpness[-1, 0] > sharpness[0, 0]).all(), "rate 0.2: it rises, still below 2/alpha"
assert (np.abs(at_end[1:] - 1) < 0.1).all(), "rates 0.4 and 0.8: sharpness hovers at 2/alpha, for every seed"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
for k, (alpha, colour) in enumerate(zip(NET_RATES, ("C5", "C1", "C3"))):
    axes[0].plot(np.arange(0, NET_STEPS, 25), sharpness[:, k], color=colour, linestyle="-", linewidth=1)
    axes[0].axhline(2 / alpha, color=colour, linestyle="--", linewidth=1)
    axes[1].plot(net_losses[:, k, 0], color=colour, linestyle="-", linewidth=1, label=rf"$\alpha={alpha}$")
axes[0].set(xlabel="step", ylabel=r"sharpness (dashed: $2/\alpha$)", ylim=(0, 11))
axes[1].set(yscale="log", xlabel="step", ylabel="loss, first seed")
axes[1].legend();

# %% [markdown] lang="en"
# *The picture:* left, sharpness of nine networks, with dashed lines at $2/\alpha$. At rate 0.2 it climbs all the
# while; at 0.4 it climbs to the dashed line and stays; at 0.8 it begins above its line and falls to it. Right, the
# losses: smooth, then trembling, and falling all the same.
#
# At the end sharpness times $\alpha/2$ is ⟦at_end[1].min():.2f⟧–⟦at_end[1].max():.2f⟧ at rate 0.4 and
# ⟦at_end[2].min():.2f⟧–⟦at_end[2].max():.2f⟧ at 0.8, over three seeds: the **edge of stability**. At 0.4 the loss
# rose in ⟦climbs.min()⟧ to ⟦climbs.max()⟧ of ⟦NET_STEPS:,⟧ steps.
#
# So the rate chooses how sharp a place training can stay in. The quadratic says where the edge is, not why training
# goes there and survives; that is still being researched.

# %% [markdown] lang="zh" of="8bcb1f1b"
# *图中所见：* 左图是九个网络的锐度，虚线在 $2/\alpha$ 处。学习率 0.2 时锐度一直在爬；0.4 时爬到虚线便停住；
# 0.8 时起点就在虚线之上，随后降到虚线。右图是损失：先是平滑，然后抖动，但仍在下降。
#
# 结束时，锐度乘以 $\alpha/2$，学习率 0.4 时在 ⟦at_end[1].min():.2f⟧–⟦at_end[1].max():.2f⟧ 之间，
# 0.8 时在 ⟦at_end[2].min():.2f⟧–⟦at_end[2].max():.2f⟧ 之间（三个种子）：这就是**稳定性边缘**。学习率 0.4 时，
# ⟦NET_STEPS:,⟧ 步中有 ⟦climbs.min()⟧ 到 ⟦climbs.max()⟧ 步损失是上升的。
#
# 可见学习率决定了训练能停留在多陡的地方。二次函数只说明边缘在哪里，并没有说明训练为什么会走到那里、又为什么没有垮掉；
# 这一点至今仍在研究之中。

# %% [markdown] lang="en"
# ## 02.11 A failure on purpose
#
# Somebody tidies up and feeds the network the raw pixels, without subtracting their mean. Nothing else changes: same
# images, same network, the rate 0.4 that has just worked.

# %% [markdown] lang="zh" of="96b69cb2"
# ## 02.11 故意失败一次
#
# 有人“整理”代码，把原始像素直接送进网络，没有减去均值。别的都没有变：同样的图像，同样的网络，
# 还是刚才好好的学习率 0.4。

# %%
raw_sharpness, raw_losses, broken = train_full_batch(pixels, (0.4,), SEEDS[:3], steps=60)
guesses = forward(broken, pixels[val]).argmax(dim=-1).numpy()           # (seeds, validation images)
assert (raw_losses[1] > 2 * raw_losses[0]).all() and np.isnan(raw_losses[-1]).all(), "the loss doubles at once and ends as nan"
_, mended, _ = train_full_batch(pixels, (float(1.8 / raw_sharpness[0].max()),), SEEDS[:3], steps=60)
assert (guesses == 0).all() and (mended[-1] < mended[0]).all(), "broken: every image is a 0; below the edge it learns"
raw_losses[:7, 0].T.astype(int)                                         # one row a seed, one column a step

# %% [markdown] lang="en"
# **The symptom:** after one step the loss is *above its first value*; it more than doubles, and by step
# ⟦(~np.isfinite(raw_losses[:, 0])).argmax(axis=0).max()⟧ it is no longer finite. No error is raised. Of ten scores
# that are `nan`, `argmax` takes the first, so each image is called a 0, and the network "reaches" an accuracy of
# ⟦(guesses == digits.labels[val]).mean():.1%⟧.
#
# **The cause:** the pixels' common mean makes one direction very steep. The sharpness at the start is
# ⟦raw_sharpness[0].mean():.0f⟧ instead of ⟦sharpness[0, 1].mean():.1f⟧, so the edge is
# ⟦2 / raw_sharpness[0].max():.2f⟧.
#
# **The cure:** centre the data, or take a rate below that edge (the cell tries it). **The guard:** stop a run whose
# loss exceeds twice its first value or isn't finite.

# %% [markdown] lang="zh" of="9fdf1c41"
# **症状：** 只走一步，损失就*超过了最初的值*，翻了一倍还多，随后一路猛涨；
# 到第 ⟦(~np.isfinite(raw_losses[:, 0])).argmax(axis=0).max()⟧ 步，它已经不再是有限的数。没有任何报错。
# 十个分数全是 `nan` 时，`argmax` 取第一个，于是每张图都被认作 0，
# 网络还“达到了” ⟦(guesses == digits.labels[val]).mean():.1%⟧ 的准确率。
#
# **病因：** 所有像素共有的均值使一个方向变得非常陡。起点处的锐度是 ⟦raw_sharpness[0].mean():.0f⟧，
# 而不是 ⟦sharpness[0, 1].mean():.1f⟧，界限因此只有 ⟦2 / raw_sharpness[0].max():.2f⟧。
#
# **对策：** 给数据减去均值，或把学习率取在这个界限以下（代码里试过了）。**防护：** 损失一旦超过初值的两倍，
# 或不再是有限的数，就停掉这次训练。

# %% [markdown] lang="en"
# ## 02.12 In the company
#
# Our review reader will be trained again and again. A run costs ⟦PRICE_PER_RUN:.0f⟧ dollars, let us assume. Nobody
# knows the right rate beforehand, so somebody tries a grid. What does it cost, and can it be had for less?
#
# We measure on something small, and carry over the arithmetic, not the rates: the network of 02.10, all training
# digits, cross-entropy, batches of 32, 10 passes, 13 rates half a decade apart, three seeds, for each rule.

# %% [markdown] lang="zh" of="a8bd672e"
# ## 02.12 在公司里
#
# 我们的评论阅读器会一次又一次地重新训练。假定训练一次要 ⟦PRICE_PER_RUN:.0f⟧ 美元。事先没有人知道合适的学习率，
# 只好有人去试一组网格。这要花多少钱？能不能省一些？
#
# 先在小东西上测，能照搬的是算法，不是学习率：用 02.10 节的网络、全部训练图像、交叉熵、每批 32 张、10 轮，
# 13 个学习率，相邻两个相差半个数量级，三个种子，每条规则各做一遍。

# %%
GRID = (10.0 ** np.arange(-4, 2.1, 0.5)).tolist()

def sweep(rule):
    """All rates and seeds side by side: losses (steps, rates, seeds), validation accuracy (rates, seeds)."""
    alphas, networks = torch.tensor(GRID).repeat_interleave(3).view(-1, 1, 1), make_networks(SEEDS[:3] * len(GRID))
    batches, memories, losses = np.random.default_rng(SEED), [{}, {}], []
    for order in (batches.permutation(train) for _ in range(10)):
        for rows in np.split(order, range(32, n, 32)):
            log_p = forward(networks, centred[rows]).log_softmax(-1)    # (R, B, 10)
            losses.append(-(log_p * targets[rows]).sum(2).mean(1))      # (R,)
            gradients = torch.autograd.grad(losses[-1].sum(), networks)
            with torch.no_grad():
                for layer, g, memory in zip(networks, gradients, memories):
                    layer -= rule(g, memory, alphas)
    right = forward(networks, centred[val]).argmax(-1) == torch.tensor(digits.labels[val])
    return torch.stack(losses).detach().view(-1, len(GRID), 3).numpy(), right.double().mean(1).view(-1, 3).numpy()

swept = {rule.__name__: sweep(rule) for rule in (plain, momentum, adam)}
peaks = {name: GRID[int(scores.mean(axis=1).argmax())] for name, (_, scores) in swept.items()}
assert peaks["plain"] > peaks["momentum"] > peaks["adam"], "a rate belongs to its rule"
peaks

# %%
fig, ax = plt.subplots()
for (name, (_, scores)), colour, marker in zip(swept.items(), ("C0", "C1", "C5"), "os^"):
    bars = np.abs(scores.mean(axis=1) - [scores.min(axis=1), scores.max(axis=1)])       # (2, rates)
    ax.errorbar(GRID, scores.mean(axis=1), yerr=bars, color=colour, marker=marker, linestyle="-", markersize=4, label=name)
ax.set(xscale="log", xlabel=r"learning rate $\alpha$", ylabel="validation accuracy", ylim=(0, 1))
ax.legend();

# %% [markdown] lang="en"
# *The picture:* validation accuracy against the learning rate for plain SGD, momentum and Adam: three hills, shifted;
# bars show the range of three seeds.
#
# They peak at ⟦peaks['plain']:.2g⟧, ⟦peaks['momentum']:.2g⟧ and ⟦peaks['adam']:.2g⟧; momentum's at
# $1-\beta=\tfrac1{10}$ of the plain one. At the plain peak Adam reaches
# ⟦swept['adam'][1][GRID.index(peaks['plain'])].mean():.2f⟧ instead of ⟦swept['adam'][1].mean(axis=1).max():.2f⟧: a
# rate belongs to its rule.
#
# For momentum ⟦good.sum()⟧ of ⟦len(GRID)⟧ rates come within 1.5 points of the best. The grid costs
# ⟦PRICE_PER_RUN * scores.size:,.0f⟧ dollars; with the guard of 02.11, which stops no good run,
# ⟦PRICE_PER_RUN * ran.sum():,.0f⟧. Who trains chooses the grid, who pays the number of runs; the report names the
# band.

# %% [markdown] lang="zh" of="ce85d71a"
# *图中所见：* 普通 SGD、动量法和 Adam 的验证准确率随学习率的变化：三座位置错开的山，竖线是三个种子的范围。
#
# 山顶在 ⟦peaks['plain']:.2g⟧、⟦peaks['momentum']:.2g⟧ 和 ⟦peaks['adam']:.2g⟧；
# 动量法的是普通 SGD 的 $1-\beta=\tfrac1{10}$。用普通 SGD 的最佳值，
# Adam 只到 ⟦swept['adam'][1][GRID.index(peaks['plain'])].mean():.2f⟧，
# 而不是 ⟦swept['adam'][1].mean(axis=1).max():.2f⟧：学习率离不开它的规则。
#
# 对动量法来说，⟦len(GRID)⟧ 个学习率中有 ⟦good.sum()⟧ 个离最好成绩不到 1.5 个百分点。
# 全网格要花 ⟦PRICE_PER_RUN * scores.size:,.0f⟧ 美元；加上 02.11 节的防护（它没有误停任何一次好的训练），
# 为 ⟦PRICE_PER_RUN * ran.sum():,.0f⟧ 美元。网格由训练的人选，训练次数由付钱的人定；报告里该写的是可用学习率的范围，
# 而不只是最好的那一个。

# %%
losses, scores = swept["momentum"]
good = scores.mean(axis=1) > scores.mean(axis=1).max() - 0.015          # within 1.5 points of the best
alarm = ~(losses < 2 * losses[0])                                       # the guard of 02.11; nan is an alarm too
ran = np.where(alarm.any(axis=0), alarm.argmax(axis=0), len(losses)) / len(losses)      # (rates, seeds) share of a run
assert (ran[good] == 1).all(), "the guard must not stop a run at a good rate"
f"grid ${PRICE_PER_RUN * scores.size:,.0f}, with the guard ${PRICE_PER_RUN * ran.sum():,.0f}; {good.sum()} good rates"

# %% [markdown] lang="en"
# ## What you can do now
#
# - You wrote SGD's six steps; the one that learns took the loss from ⟦first_losses[0]:.2f⟧ to ⟦first_losses[-1]:.2f⟧.
# - You predicted a mini-batch's noise: from 16 to 64 images it fell by a factor of
#   ⟦measured[True][2] / measured[True][3]:.2f⟧.
# - You found the edge $2/\lambda_{\max}$ by experiment: ratio ⟦real_ratio.mean():.4f⟧ on digits,
#   ⟦at_end[1].mean():.2f⟧ on a network.
# - You wrote four schedules, and momentum and Adam within ⟦max(differences.values()):.0e⟧ of PyTorch.
# - You noticed a divergence after one step; a guard saved ⟦1 - ran.mean():.0%⟧ of a search.
#
# **Next:** exercise 02; lesson 03, losses and initialisation. **Papers:** Robbins and Monro, 1951; Kingma and Ba,
# 2015, "Adam", section 2 (arXiv:1412.6980); Cohen et al., 2021, "Gradient descent on neural networks typically occurs
# at the edge of stability", section 3 (arXiv:2103.00065).

# %% [markdown] lang="zh" of="e08e3331"
# ## 现在你能做到
#
# - 写出了 SGD 的六个步骤；真正在学习的那一步把损失从 ⟦first_losses[0]:.2f⟧ 降到了 ⟦first_losses[-1]:.2f⟧。
# - 预测了小批量的噪声：从 16 张到 64 张，降到原来的 1/⟦measured[True][2] / measured[True][3]:.2f⟧。
# - 用实验找到了界限 $2/\lambda_{\max}$：实测与预测之比，手写数字上为 ⟦real_ratio.mean():.4f⟧，
#   神经网络上为 ⟦at_end[1].mean():.2f⟧。
# - 写出了四种调度，以及动量法和 Adam，与 PyTorch 相差不超过 ⟦max(differences.values()):.0e⟧。
# - 只走一步就看出了发散；一条防护规则为一次搜索省下了 ⟦1 - ran.mean():.0%⟧。
#
# **接下来：** 练习 02；然后是第 03 课，损失与初始化。**论文：** Robbins 和 Monro，1951；Kingma 和 Ba，2015，“Adam”，
# 第 2 节（arXiv:1412.6980）；Cohen 等，2021，
# “Gradient descent on neural networks typically occurs at the edge of stability”（梯度下降与稳定性边缘），
# 第 3 节（arXiv:2103.00065）。
