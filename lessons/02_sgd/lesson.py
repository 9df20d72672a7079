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
# - predict a mini-batch's noise, and choose a batch size;
# - compute the largest rate that converges, and what momentum gains;
# - climb the ladder from SGD to Adam, equal to PyTorch's, and let the rate fall;
# - notice a run that diverges, stop it, and cure it.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, ⟦whole_minutes⟧ with the sections marked Deeper. It runs in
# ⟦run_seconds⟧ s on 2 CPU cores, with ⟦peak_memory⟧ of memory. You need lesson 01; Deeper sections, eigenvalues. No
# graphics card, no network.

# %% [markdown] lang="zh" of="1b8b3c44"
# # 02. 从梯度到学习
#
# **本课的问题：** 梯度是怎样变成学习的？
#
# 学完后你能够：
# - 写出随机梯度下降的六个步骤，并指出真正在学习的是哪一步；
# - 预测小批量梯度的噪声有多大，并选定批量的大小；
# - 算出能够收敛的最大学习率，以及动量能带来多少好处；
# - 从 SGD 一级一级走到 Adam，并让学习率逐渐下降，结果与 PyTorch 的一致；
# - 认出一次正在发散的训练，及时叫停，并且治好它。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟；连同标有“选读”的各节，约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上
# 运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第 01 课；选读各节还要用到特征值。不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "scikit-learn", "matplotlib", "ipywidgets")
import torch
from threadpoolctl import threadpool_limits
threadpool_limits(1, user_api="blas")   # a second thread would only be waited for

# %%
import matplotlib.pyplot as plt
import numpy as np

import course_data as data
from course_utils import plotting

torch.set_num_threads(1)
plotting.use_course_style()
plt.rcParams["figure.dpi"] = 80                                # a small notebook

# %%
SEED = 0                        # the split and the random problems follow from it
SEEDS = (0, 1, 2, 3, 4)         # every comparison is repeated with these; at least 3
PULL = 0.01                     # rho, towards zero; 0.001: ten times the steps
PASSES = 10                     # passes over the data; 5 to 50
PRICE_PER_RUN = 120.0           # dollars, in 02.12: an assumption, put in your own

# %% [markdown] lang="en"
# ## 02.1 Six steps, and the one that learns
#
# Lesson 01 found which weight is to blame: the gradient $\nabla J(w)$. Nothing has changed yet. To learn is to move, and
# for a small move $\delta$
#
# $$J(w+\delta)\approx J(w)+\nabla J(w)^\top\delta .$$
#
# Among all $\delta$ of one length, the product is smallest where $\delta$ points against the gradient. So go there, by
# a **learning rate** $\alpha>0$:
#
# $$w_{t+1}=w_t-\alpha\,\nabla J(w_t).$$
#
# **By hand.** $J(w)=(w-3)^2$ has the slope $2(w-3)$. From $w_0=0$ with $\alpha=\tfrac14$:
# $w_1=0-\tfrac14\cdot(-6)=1.5$.
#
# With data, $J$ is a mean over $n$ examples. **Stochastic gradient descent** (SGD) looks at a few of them at a time.

# %% [markdown] lang="zh" of="82b9688d"
# ## 02.1 六个步骤，哪一步在学习
#
# 第 01 课找出了该由哪个权重负责，答案就是梯度 $\nabla J(w)$。但到此为止，什么都还没有变。学习意味着移动。移动量 $\delta$ 很小时，
#
# $$J(w+\delta)\approx J(w)+\nabla J(w)^\top\delta .$$
#
# 在长度相同的所有 $\delta$ 中，要使这个内积最小，$\delta$ 就得与梯度方向相反。于是就往那边走，
# 步子的大小由**学习率**（learning rate）$\alpha>0$ 决定：
#
# $$w_{t+1}=w_t-\alpha\,\nabla J(w_t).$$
#
# **手算一遍。** $J(w)=(w-3)^2$ 的斜率是 $2(w-3)$。从 $w_0=0$ 出发，取 $\alpha=\tfrac14$，
# 得 $w_1=0-\tfrac14\cdot(-6)=1.5$。
#
# 有了数据，$J$ 就是对 $n$ 个样本求平均。**随机梯度下降**（stochastic gradient descent，SGD）每次只看其中几个。

# %%
plotting.draw_diagram(
    {"data": (0.7, 2.2, "n examples", "data"),
     "draw": (2.1, 2.2, "1 draw a\nmini-batch"),
     "forward": (3.6, 2.2, "2 forward:\npredict"), "loss": (5.2, 2.2, "3 loss"),
     "backward": (5.2, 0.7, "4 backward:\ngradient"),
     "update": (3.2, 0.7, r"5 update: $w\leftarrow w-\alpha\nabla J$"),
     "weights": (0.9, 0.7, "weights $w$", "weights")},
    [("data", "draw"), ("draw", "forward"), ("forward", "loss"), ("loss", "backward"),
     ("backward", "update"), ("update", "weights"), ("weights", "forward", "6 again")],
    size=(6.2, 2.9));

# %% [markdown] lang="en"
# *The picture:* the six steps as a loop. White: the examples; blue: the weights; orange: what is computed. Only step 5
# has an arrow into the weights.
#
# An article (see Sources) lets backpropagation, step 4, "update the parameters by gradient descent". That is step 5;
# backpropagation only computes.
#
# After `backward()` and before `step()`, the weight is as it was:

# %% [markdown] lang="zh" of="8f948390"
# *图中所见：* 六个步骤连成一个环。白色是样本，蓝色是权重，橙色是计算。只有第 5 步的箭头指向权重。
#
# 有一篇文章（见“来源”）说，反向传播（第 4 步）“利用梯度下降算法，对网络参数进行更新”。其实那是第 5 步，反向传播只管计算。
# 调用 `backward()` 之后、`step()` 之前，权重没有变：

# %% tags=["nbval-check-output"]
weight = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.25)
((weight - 3) ** 2).backward()                                  # steps 2, 3 and 4
assert weight == 0, "the backward pass must leave the weight as it was"
optimizer.step()                                                # step 5
f"gradient {weight.grad.item()}, weight after step() {weight.item()}"

# %% [markdown] lang="en"
# ## 02.2 A real problem with one lowest point
#
# To compare ways of descending, we want to know where the bottom is. So: one linear layer with softmax reads the 8×8
# digits. With $x_i\in\mathbb{R}^{65}$ (64 pixels and a 1 for the bias) and $W\in\mathbb{R}^{65\times 10}$,
#
# $$J(W)=-\frac1n\sum_{i=1}^{n}\log p_{i,y_i}+\frac{\rho}{2}\|W\|^2,\qquad p_i=\operatorname{softmax}(W^\top x_i).$$
#
# The last term pulls gently towards zero; here it makes $J$ a bowl with exactly one minimum. The gradient is
#
# $$\nabla J(W)=\frac1n X^\top(P-Y)+\rho W .$$
#
# Lesson 03 derives it; today autograd vouches for it.

# %% [markdown] lang="zh" of="a4ae9388"
# ## 02.2 一个只有一个最低点的真实问题
#
# 要比较各种下山的方法，最好先知道谷底在哪里。为此取一个线性层加 softmax，来辨认 8×8 的手写数字。
# 设 $x_i\in\mathbb{R}^{65}$（64 个像素，再加一个对应偏置的 1），$W\in\mathbb{R}^{65\times 10}$，
#
# $$J(W)=-\frac1n\sum_{i=1}^{n}\log p_{i,y_i}+\frac{\rho}{2}\|W\|^2,\qquad p_i=\operatorname{softmax}(W^\top x_i).$$
#
# 最后一项把权重轻轻拉向零；在这里，它使 $J$ 成为一个只有一个最小值点的碗。梯度为
#
# $$\nabla J(W)=\frac1n X^\top(P-Y)+\rho W .$$
#
# 第 03 课会推导它，今天先由自动求导来作证。

# %% tags=["nbval-check-output"]
digits = data.load_digits()
train, val = data.split(len(digits), (0.8, 0.2), seed=SEED, labels=digits.labels)
pixels = digits.scaled().reshape(-1, 64).astype(np.float64)
X, Y = np.c_[pixels, np.ones(len(digits))], np.eye(10)[digits.labels]
X_train, Y_train, X_val, Y_val, n = X[train], Y[train], X[val], Y[val], len(train)
f"{n:,} images to train on, {len(val)} kept aside to validate"

# %%
def log_probabilities(W, X):                                    # log-softmax, (n, 10)
    scores = X @ W - (X @ W).max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))

def loss(W, X=X_train, Y=Y_train):                              # J(W), in nats
    return -(log_probabilities(W, X) * Y).sum() / len(X) + PULL / 2 * (W**2).sum()

# %%
def gradient(W, X=X_train, Y=Y_train):                          # of J, (65, 10)
    return X.T @ (np.exp(log_probabilities(W, X)) - Y) / len(X) + PULL * W

T = torch.randn(65, 10, dtype=torch.float64, requires_grad=True)
log_p = torch.log_softmax(torch.tensor(X_train) @ T, dim=1)
(-(log_p * torch.tensor(Y_train)).sum() / n + PULL / 2 * (T**2).sum()).backward()
assert np.allclose(gradient(T.detach().numpy()), T.grad), "equal to autograd's"

# %% [markdown] lang="en"
# Now the six steps as code. We shuffle once a pass (an *epoch*) and cut the order into batches, so that each image is
# used exactly once a pass. Step 3 is missing: the update needs the loss's gradient, never its value.
#
# To know the bottom $W^*$, we take 2,000 steps with all images at a rate that is safe (02.6 says which are), until the
# gradient is zero but for rounding. From here on, curves show the height above it, $J(W)-J(W^*)$.

# %% [markdown] lang="zh" of="62959460"
# 现在把六个步骤写成代码。每一轮（epoch）开头把次序打乱一次，再切成一个个**小批量**（mini-batch），这样每张图像在一轮里恰好用一次。
# 第 3 步不见了：更新只需要损失的梯度，从不需要损失的值。
#
# 为了知道谷底 $W^*$ 在哪里，再用全部图像走 2,000 步，学习率取一个安全的值（哪些值安全，见 02.6 节），
# 直到梯度除舍入误差外等于零。从这里起，曲线画的都是比谷底高出多少，即 $J(W)-J(W^*)$。

# %%
def sgd(alphas, batch, passes, seed, watch=lambda W: W, X=X_train, Y=Y_train):
    """SGD from W = 0; alphas: one rate, or one a step. The last W, watch(W) a pass."""
    rng, W, seen, t = np.random.default_rng(seed), np.zeros((65, 10)), [], 0
    alphas = np.broadcast_to(alphas, passes * -(-len(X) // batch))
    for _ in range(passes):                                             # 6: again
        order = rng.permutation(len(X))                                 # 1: draw
        for rows in np.split(order, range(batch, len(X), batch)):
            g = gradient(W, X[rows], Y[rows])                           # 2 and 4
            W = W - alphas[t] * g                                       # 5: learns
            t += 1
        seen.append(watch(W))
    return W, seen

# %%
W_min, _ = sgd(1.6, batch=n, passes=2_000, seed=SEED)
J_min = loss(W_min)
assert np.abs(gradient(W_min)).max() < 1e-10, "at the minimum the gradient vanishes"

def height(W):
    """How far the loss at W lies above its minimum, in nats."""
    return loss(W) - J_min

# %%
W_sgd, heights = sgd(0.1, batch=32, passes=PASSES, seed=SEED, watch=height)
assert height(0 * W_min) > heights[0] > heights[-1] > 0, "downhill, never below"
f"height {height(0 * W_min):.2f} -> {heights[0]:.2f} -> {heights[-1]:.3f}"

# %%
answers = (X_val @ W_sgd).argmax(axis=1)
right = answers == digits.labels[val]
shown = np.r_[np.flatnonzero(right)[:8], np.flatnonzero(~right)[:8]]
titles = [f"{digits.labels[val][i]}→{answers[i]}" for i in shown]
plotting.show_images(pixels[val][shown].reshape(-1, 8, 8), titles);

# %% [markdown] lang="en"
# *The picture:* images that it never saw; above each the truth and, after the arrow, the answer. Upper row: right ones.
# Lower row: its first eight mistakes; some are hard for us, too.
#
# So the one line that learns took a table of zeros to a reader that is right on ⟦right.mean():.1%⟧ of
# ⟦len(val)⟧ new images.
#
# ## 02.3 How noisy is a mini-batch?
#
# Let $g_i$ be the gradient of image $i$, $g$ their mean, and $\sigma^2$ the mean of $\|g_i-g\|^2$. A batch of $B$ images,
# drawn independently, has the mean $g_B$. It is right on average; and since independent variances add,
#
# $$\mathbb{E}\,\|g_B-g\|^2=\frac{\sigma^2}{B}.$$
#
# From 16 to 64 images, four times the work: does the error, the root of this, fall to a quarter?

# %% [markdown] lang="zh" of="d31ade40"
# *图中所见：* 都是它没见过的图像；每张上方先写真值，箭头后面是它的回答。上排答对了；下排是它最先答错的八张，
# 其中有几张，我们自己也难认。
#
# 可见真正学习的只有那一行代码，它把一张全是零的表变成了一个分类器（classifier），⟦len(val)⟧ 张新图像认对了 ⟦right.mean():.1%⟧。
#
# ## 02.3 小批量的噪声有多大？
#
# 记 $g_i$ 为第 $i$ 张图像的梯度，$g$ 为它们的平均，$\sigma^2$ 为 $\|g_i-g\|^2$ 的平均。独立地抽取 $B$ 张图像，
# 它们的平均是 $g_B$。平均说来它是对的；而独立变量的方差可以相加，所以
#
# $$\mathbb{E}\,\|g_B-g\|^2=\frac{\sigma^2}{B}.$$
#
# 从 16 张增加到 64 张，计算量是原来的四倍。误差（上式的平方根）会降到四分之一吗？

# %%
errors = 0.1 - Y_train                                                  # at W = 0
G = np.einsum("ni,nj->nij", X_train, errors).reshape(n, -1)             # (n, 650)
g, rng = G.mean(axis=0), np.random.default_rng(SEED)                    # (650,)
sigma, length = ((G - g) ** 2).sum(axis=1).mean() ** 0.5, np.linalg.norm(g)

# %%
SIZES = np.array([1, 4, 16, 64, 256])
counts = [rng.multinomial(B, np.full(n, 1 / n), size=400) for B in SIZES]   # 400 draws
off = [((c / B @ G - g) ** 2).sum(axis=1) for B, c in zip(SIZES, counts)]   # squares
noise = np.sqrt(np.mean(off, axis=1))                                       # (5,)
assert np.allclose(noise, sigma / SIZES**0.5, rtol=0.1), "the error is sigma / sqrt(B)"
{int(B): f"{error:.2f} of the gradient" for B, error in zip(SIZES, noise / length)}

# %% [markdown] lang="en"
# No, it halves: from ⟦noise[2] / length:.2f⟧ to ⟦noise[3] / length:.2f⟧ of the gradient's length. Noise falls as
# $1/\sqrt B$, the cost grows as $B$. One image's error is ⟦noise[0] / length:.0f⟧ times as long as the gradient itself:
# a single step goes mostly sideways. (Drawn without putting back, a little less: 02.14.)
#
# ## 02.4 One image, a few, or all?
#
# *Full batch* means $B=n$. In a fair race each batch size has the learning rate that suits it best, **for the clock
# that it is judged by**: equal passes over the data, or equal time. Which of 1, 32 and all ⟦n:,⟧ images is ahead?

# %% [markdown] lang="zh" of="1d1d6f36"
# 并不会，只是减半：从梯度长度的 ⟦noise[2] / length:.2f⟧ 倍降到 ⟦noise[3] / length:.2f⟧ 倍。噪声按 $1/\sqrt B$ 下降，
# 开销却按 $B$ 增长。只用一张图像时，误差的长度是梯度本身的 ⟦noise[0] / length:.0f⟧ 倍：单独一步多半是在往旁边走。
# （无放回地抽取，噪声略小一些，见 02.14 节。）
#
# ## 02.4 一张、几张，还是全部？
#
# **全批量**（full batch）就是 $B=n$。要比得公平，每种批量大小都要用最适合它的学习率，而且要**按评判时所用的那块表**来选：
# 轮数相同，或者时间相同。每次 1 张、32 张和全部 ⟦n:,⟧ 张，谁会领先？

# %%
from time import perf_counter

RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 3.0)
LAPS = {1: PASSES, 32: 6 * PASSES, n: 15 * PASSES}              # of similar duration

def race(B, rate, passes, seed):
    """(passes,) seconds and (passes,) heights; looking on is not timed."""
    start = perf_counter()
    seen = sgd(rate, B, passes, seed, lambda W: (perf_counter() - start, W))[1]
    return np.array([[second, height(W)] for second, W in seen]).T

# %%
def tune(B):
    """The best rate after PASSES passes, and after LAPS; a seed not used below."""
    curves = {rate: race(B, rate, LAPS[B], seed=99)[1] for rate in RATES}
    return [min(RATES, key=lambda rate: curves[rate][p]) for p in (PASSES - 1, -1)]

short, long = (dict(zip(LAPS, rates)) for rates in zip(*map(tune, LAPS)))
assert not {RATES[0], RATES[-1]} & {*short.values(), *long.values()}, "not at an end"

# %%
by_pass = {B: np.array([race(B, short[B], PASSES, s) for s in SEEDS]) for B in LAPS}
by_time = {B: [race(B, long[B], LAPS[B], s) for s in SEEDS[:3]] for B in LAPS}
after = {B: runs[:, 1, -1] for B, runs in by_pass.items()}              # (seeds,)
assert max(after[1].max(), after[32].max()) < after[n].min(), "full batch comes last"
{B: f"{h.mean():.4f} ± {h.std(ddof=1):.4f}" for B, h in after.items()}

# %%
floor, through = (np.mean([h[-1] for _, h in by_time[B]]) for B in (32, n))
assert through < floor / 10, "by the clock it falls through the floor of 32"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3), sharey=True)
for B, look in zip(LAPS, ("C5-", "C1--", "C0-.")):
    for k, seed in enumerate(SEEDS[:3]):
        label = None if k else f"$B={B}$"
        axes[0].plot(range(1, PASSES + 1), by_pass[B][k, 1], look, lw=1, label=label)
        axes[1].plot(*by_time[B][k], look, lw=1)
axes[0].set(yscale="log", xlabel="passes", ylabel="height above minimum (nats)")
axes[1].set(xscale="log", xlabel="time (s)", ylim=(1e-8, 4))
axes[0].legend();

# %% [markdown] lang="en"
# *The picture:* height above the minimum against passes (left) and seconds (right), three seeds each. Left, full batch
# is far above the other two. Right, single images trail; 32 flattens on a floor, full batch falls through it.
#
# After ⟦PASSES⟧ passes: ⟦after[1].mean():.4f⟧ (one image, rate ⟦short[1]⟧), ⟦after[32].mean():.4f⟧ (32, rate
# ⟦short[32]⟧), ⟦after[n].mean():.2f⟧ (all). More noise forces a smaller rate: one image gains next to nothing over 32,
# and wastes vector arithmetic. For the long clock 32 chooses ⟦long[32]⟧, and still ends on a floor: its noise, kept up
# by a constant rate (02.9 removes it). Full batch has none. With a million images its steps would take
# ⟦1_000_000 / n:.0f⟧ times as long, those of 32 no longer than now.

# %% [markdown] lang="zh" of="256a7e36"
# *图中所见：* 左图横轴是轮数，右图是秒数，纵轴都是比谷底高出多少，各画三个种子。左图里，全批量远远落在另外两种之上。
# 右图里，每次一张落在后面；32 张停在一个平台上，全批量穿过平台继续下降。
#
# ⟦PASSES⟧ 轮之后，每次一张为 ⟦after[1].mean():.4f⟧（学习率 ⟦short[1]⟧），每批 32 张为 ⟦after[32].mean():.4f⟧
# （学习率 ⟦short[32]⟧），全部一起为 ⟦after[n].mean():.2f⟧。噪声大，学习率就只能取小，所以每次一张几乎不比 32 张占便宜，
# 还用不上向量运算。按时间比时，32 张选的是 ⟦long[32]⟧，但最后还是停在一个平台上，那就是它的噪声，学习率不降就一直在（02.9 节会去掉它）。
# 全批量没有这种平台。若有一百万张图像，它每一步的时间是现在的 ⟦1_000_000 / n:.0f⟧ 倍，32 张的一步却不变。

# %% [markdown] lang="en"
# ## 02.5 How long may a step be?
#
# On the simplest bowl, $J(w)=\tfrac12\lambda w^2$, a step is a multiplication:
# $w_{t+1}=w_t-\alpha\lambda w_t=(1-\alpha\lambda)\,w_t$. It shrinks if and only if
#
# $$|1-\alpha\lambda|<1\qquad\Longleftrightarrow\qquad 0<\alpha<\frac{2}{\lambda}.$$
#
# By hand, from 1 with $\alpha\lambda=1.5$: −0.5, 0.25, −0.125.
#
# A valley has several directions, each with a curvature $\lambda_i$ of its own, and one $\alpha$ for all. Along each,
# the same multiplication goes on, by $1-\alpha\lambda_i$. So the **steepest** direction sets the limit,
# $2/\lambda_{\max}$, and the flattest sets the pace.

# %% [markdown] lang="zh" of="6da9e20a"
# ## 02.5 一步最长可以多长？
#
# 在最简单的碗 $J(w)=\tfrac12\lambda w^2$ 里，走一步就是做一次乘法：
# $w_{t+1}=w_t-\alpha\lambda w_t=(1-\alpha\lambda)\,w_t$。它缩小，当且仅当
#
# $$|1-\alpha\lambda|<1\qquad\Longleftrightarrow\qquad 0<\alpha<\frac{2}{\lambda}.$$
#
# 手算，从 1 出发，取 $\alpha\lambda=1.5$：−0.5、0.25、−0.125。
#
# 山谷有好几个方向，每个方向有自己的曲率 $\lambda_i$，学习率 $\alpha$ 却只有一个。沿每个方向都是同样的乘法，乘数是 $1-\alpha\lambda_i$。
# 因此**最陡**的方向决定界限 $2/\lambda_{\max}$，最平的方向决定快慢。

# %%
def plain(g, memory, alpha):
    """A rule makes a step of a gradient and of what it remembers. SGD: alpha g."""
    return alpha * g

def walk(rule, gradient, w, steps, **settings):
    """(steps + 1, ...) points of a descent from w; settings go to the rule."""
    memory, path = {}, [w]
    for t in range(steps):
        path.append(path[-1] - rule(gradient(path[-1]), memory, **settings))
    return np.array(path)

by_hand = walk(plain, lambda w: w, 1.0, 3, alpha=1.5)                   # lambda = 1
assert np.allclose(by_hand, [1, -0.5, 0.25, -0.125]), "as by hand"

# %% [markdown] lang="en"
# Below the edge, which rate is fastest? The slowest direction shrinks by $\max_i|1-\alpha\lambda_i|$, and only the two
# extremes matter. The best $\alpha$ makes them equal, $1-\alpha\lambda_{\min}=\alpha\lambda_{\max}-1$:
#
# $$\alpha^*=\frac{2}{\lambda_{\min}+\lambda_{\max}},\qquad \text{factor a step}=\frac{\kappa-1}{\kappa+1},\qquad
# \kappa=\frac{\lambda_{\max}}{\lambda_{\min}} .$$
#
# The **condition number** $\kappa$ measures how narrow the valley is. For large $\kappa$ the factor is about
# $1-2/\kappa$: the steps needed grow as $\kappa$.

# %% [markdown] lang="zh" of="61003f5c"
# 在界限以内，哪个学习率最快？最慢的方向每步乘以 $\max_i|1-\alpha\lambda_i|$，起作用的只有最大和最小两个曲率。让两者相等，
# $1-\alpha\lambda_{\min}=\alpha\lambda_{\max}-1$，就得到最优的 $\alpha$：
#
# $$\alpha^*=\frac{2}{\lambda_{\min}+\lambda_{\max}},\qquad \text{factor a step}=\frac{\kappa-1}{\kappa+1},\qquad
# \kappa=\frac{\lambda_{\max}}{\lambda_{\min}} .$$
#
# **条件数**（condition number）$\kappa$ 衡量山谷有多狭窄。$\kappa$ 很大时，每步的乘数（factor a step）约为 $1-2/\kappa$，
# 所需的步数与 $\kappa$ 成正比。

# %%
CURVATURES = np.array([1.0, 3.0, 10.0])                                 # kappa = 10
edge, best = 2 / CURVATURES.max(), 2 / (CURVATURES.min() + CURVATURES.max())

def end_distance(alpha):
    """Distance from the bottom after 400 steps, from distance 1."""
    path = walk(plain, lambda w: CURVATURES * w, np.ones(3) / 3**0.5, 400, alpha=alpha)
    return np.linalg.norm(path[-1])

below, on, above = (end_distance(f * edge) for f in (0.99, 1.0, 1.01))
assert below < 0.01 and 0.1 < on < 1 and above > 100, "shrinks, stays, grows"

# %%
alphas = np.linspace(0.005, 1.1 * edge, 80)
factors = np.abs(1 - alphas[:, None] * CURVATURES).max(axis=1)
ax = plotting.show_curves({"slowest direction": factors}, alphas,
                          xlabel=r"learning rate $\alpha$", ylabel="factor a step")
ax.axvline(edge, color="C4", linestyle="--", label=r"$2/\lambda_{\max}$")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* the factor a step against the rate: a long descent, a lowest point, a short steep rise through 1, where
# the dashed line stands.
#
# One per cent beyond the edge, 400 steps end ⟦above:,.0f⟧ times as far out as they began; one per cent below, at
# ⟦below:.4f⟧. And the best rate is close to disaster: ⟦best / edge:.0%⟧ of the edge here, and closer the narrower the
# valley. If you err, err downwards. (On real data: 02.6.)

# %% [markdown] lang="zh" of="01c0a7c5"
# *图中所见：* 每步的乘数随学习率的变化：先是长长的下坡，到最低点，然后很短一段陡升，在虚线处越过 1。
#
# 超出界限百分之一，400 步之后离谷底的距离就是出发时的 ⟦above:,.0f⟧ 倍；不到界限百分之一，则只剩 ⟦below:.4f⟧。
# 而且最优的学习率紧挨着灾难：这里它已是界限的 ⟦best / edge:.0%⟧，山谷越窄就越近。所以宁可偏小，不可偏大。（真实数据见 02.6 节。）

# %% [markdown] lang="en"
# **Quiz.** A bowl has the curvatures 1 and 100. You replace the 1 by 0.01 and leave the 100. What happens to the
# largest rate that converges, and to the steps needed?
#
# - [ ] the rate may be larger, since the bowl is flatter :: It is flatter in one direction only. The limit comes from
#   the steepest direction, and that is unchanged.
# - [x] the limit stays, the steps grow a hundredfold :: $2/\lambda_{\max}$ doesn't contain $\lambda_{\min}$. But the
#   flat direction now shrinks by $1-\alpha\lambda_{\min}$, a hundred times more slowly.
# - [ ] both stay, since $\lambda_{\max}$ decides everything :: $\lambda_{\max}$ decides whether it converges,
#   $\kappa$ decides how fast.

# %% [markdown] lang="zh" of="f76678b0"
# **小测验。** 一个碗的曲率是 1 和 100。把 1 换成 0.01，100 不动。能收敛的最大学习率和所需的步数会怎样？
#
# - [ ] 学习率可以更大，因为碗变平了 :: 只有一个方向变平了。界限来自最陡的方向，而它没有变。
# - [x] 界限不变，步数变成一百倍 :: $2/\lambda_{\max}$ 里没有 $\lambda_{\min}$。但平坦的方向现在每步只乘以 $1-\alpha\lambda_{\min}$，同样的路要走一百倍的步数。
# - [ ] 都不变，因为一切由 $\lambda_{\max}$ 决定 :: $\lambda_{\max}$ 决定是否收敛，$\kappa$ 决定收敛得多快。

# %% [markdown] lang="en"
# ## 02.6 Deeper: the edge on real data
#
# A loss near its minimum looks like a bowl; its curvatures are the eigenvalues of the **Hessian** $H$, the matrix of
# second derivatives. Ours has $650^2$ entries, and we never write it down. Two ideas suffice.
#
# **A product $HV$ is how the gradient changes along $V$**: $HV\approx\big(\nabla J(W+hV)-\nabla J(W-hV)\big)/2h$.
#
# **Multiplying again and again finds the largest eigenvalue** (*power iteration*). By hand, with
# $H=\begin{pmatrix}2&1\\1&2\end{pmatrix}$: $(1,0)\to(2,1)\to(5,4)\to(14,13)$. The direction turns to $(1,1)$ and the
# length grows by nearly 3, the largest eigenvalue; the other is 1. It outgrows the rest, since each product multiplies
# each eigenvector's part by its own eigenvalue. And to check: start near the minimum, see whether the distance grows,
# bisect the rate.

# %% [markdown] lang="zh" of="b37ae61f"
# ## 02.6 选读：真实数据上的界限
#
# 损失在最小值点附近像一个碗，各方向的曲率就是**黑塞矩阵**（Hessian matrix）$H$ 的特征值（eigenvalue）；它由二阶导数组成。
# 我们的黑塞矩阵有 $650^2$ 个元素，根本不用写出来。两个想法就够了。
#
# **乘积 $HV$ 就是梯度沿 $V$ 的变化率**：$HV\approx\big(\nabla J(W+hV)-\nabla J(W-hV)\big)/2h$。
#
# **反复相乘就能找到最大的特征值**，这叫**幂迭代**（power iteration）。手算，取
# $H=\begin{pmatrix}2&1\\1&2\end{pmatrix}$：$(1,0)\to(2,1)\to(5,4)\to(14,13)$。方向转到 $(1,1)$，长度每次约乘以 3，
# 正是最大的特征值；另一个是 1。每乘一次，各特征向量上的分量就乘上各自的特征值，所以最大的那个会压倒其余。
# 再用实验来核对：从最小值点旁边出发，看距离是否变大，对学习率做二分。

# %%
def multiply_hessian(W, V, h=1e-5):
    """The Hessian of J at W, times V: (65, 10)."""
    return (gradient(W + h * V) - gradient(W - h * V)) / (2 * h)

# %%
def find_largest_eigenvalue(W, steps=100):
    """lambda_max of the Hessian at W by power iteration."""
    V = np.random.default_rng(SEED).normal(size=W.shape)
    for _ in range(steps):
        V = V / np.linalg.norm(V)                                       # length 1
        HV = multiply_hessian(W, V)
        eigenvalue, V = (V * HV).sum(), HV
    return eigenvalue

edge_zero, edge_min = (2 / find_largest_eigenvalue(W) for W in (0 * W_min, W_min))
known = np.linalg.eigvalsh(X_train.T @ X_train / n)[-1] / 10 + PULL     # all p = 1/10
assert np.isclose(2 / edge_zero, known, rtol=1e-3), "at W = 0: the closed form"
f"2/lambda_max: {edge_zero:.3f} at W = 0, {edge_min:.3f} at the minimum"

# %%
def drifts_away(gradient, w_min, rule, seed, **settings):
    """From a point near w_min: is it farther away after 400 steps than after 200?"""
    start = w_min + 1e-6 * np.random.default_rng(seed).normal(size=w_min.shape)
    w, memory, distances = start, {}, []
    for t in range(400):
        w = w - rule(gradient(w), memory, **settings)
        distances.append(np.linalg.norm(w - w_min))
        if distances[-1] > 1_000 * distances[0]:                        # no doubt left
            return True
    return distances[-1] > distances[199]

# %%
def find_edge(gradient, w_min, rule=plain, seed=SEED, low=0.001, high=20.0, **settings):
    """The rate at which converging turns into leaving, to 0.1 %."""
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        leaves = drifts_away(gradient, w_min, rule, seed, alpha=middle, **settings)
        low, high = (low, middle) if leaves else (middle, high)
    return (low * high) ** 0.5

# %%
found = [find_edge(gradient, W_min, seed=s, low=1.5, high=3) for s in SEEDS[:3]]
assert np.allclose(found, edge_min, rtol=0.005), "the experiment finds 2 / lambda_max"
np.round(found / edge_min, 4)                                           # one a start

# %%
def find_period(factor, seed, steps=800):
    """After so many steps: the smallest k <= 8 with W[t + k] = W[t]; 0: none."""
    W = 0.1 * seed * np.random.default_rng(seed).normal(size=W_min.shape)
    path = walk(plain, gradient, W, steps, alpha=factor * edge_min)[-9:]
    gaps = [np.linalg.norm(path[-1] - path[-1 - k]) for k in range(1, 9)]
    return int(np.argmax(np.array(gaps) < 1e-6)) + 1 if min(gaps) < 1e-6 else 0

# %%
FACTORS = (0.98, 1.02, 1.3, 1.5, 1.6, 2.0, 3.0, 5.0)            # × edge_min
periods = {f: [find_period(f, seed) for seed in SEEDS[:2]] for f in FACTORS}
assert periods[0.98] == [1, 1], "below the edge it comes to rest"
assert periods[1.02] == periods[1.3] == [2, 2], "just beyond, it alternates"
assert max(periods[3.0] + periods[5.0]) == 0, "far beyond, no period up to 8"
periods

# %%
runs = {f"{f} × edge": np.maximum(sgd(f * edge_min, n, 200, SEED, height)[1], 1e-9)
        for f in (0.9, 0.99, 1.1, 3.0)}
rises = [t for t, up in enumerate(np.diff(runs["0.99 × edge"]) > 0, start=2) if up]
assert 0.9 * edge_min > edge_zero, "every one of these rates is too large for W = 0"
plotting.show_curves(runs, xlabel="step (full batch)", logy=True,
                     ylabel="height above minimum (nats)");

# %% [markdown] lang="en"
# *The picture:* four full-batch runs from $W=0$. At 0.9 of the edge the curve falls smoothly; at 0.99 it falls with a
# trembling; at 1.1 it falls at first, then stays level; at 3 it jumps about high above.
#
# The experiment agrees with $2/\lambda_{\max}$ **at the minimum**, ⟦edge_min:.3f⟧. All rates were too large for $W=0$
# (⟦edge_zero:.3f⟧); yet the runs moved on to a flatter place. Even at 0.99 the loss rises in ⟦len(rises)⟧ steps,
# ⟦rises[0]⟧ to ⟦rises[-1]⟧.
#
# Beyond the edge nothing explodes: the cross-entropy's gradient is bounded. A little beyond, the run alternates between
# two points (period 2); farther out it visits up to ⟦max(map(max, periods.values()))⟧ in turn; at 3 and 5 times the edge
# no period up to 8 is left.

# %% [markdown] lang="zh" of="5a75c001"
# *图中所见：* 从 $W=0$ 出发的四次全批量运行。界限的 0.9 倍，平滑下降；0.99 倍，抖动着下降；1.1 倍，起初下降，然后保持水平；
# 3 倍，在高处乱跳。
#
# 实验结果与**最小值点处**的 $2/\lambda_{\max}$（⟦edge_min:.3f⟧）一致。在 $W=0$ 处，界限是 ⟦edge_zero:.3f⟧，这些学习率都嫌太大；
# 但迭代照样走到了较平坦的地方。即使是 0.99 倍，损失也有 ⟦len(rises)⟧ 步是上升的，在第 ⟦rises[0]⟧ 步到第 ⟦rises[-1]⟧ 步之间。
#
# 越过界限也没有爆炸，因为交叉熵的梯度有界。稍稍越过，就在两个点之间来回跳（周期为 2）；再大一些，最多在 ⟦max(map(max, periods.values()))⟧ 个点之间轮换；
# 到了界限的 3 倍和 5 倍，8 以内的周期都没有了。

# %% [markdown] lang="en"
# ## 02.7 Momentum: a ball instead of a hiker
#
# In a narrow valley the walls limit the rate, while the way along the floor is flat. **Momentum** (Polyak, 1964)
# gathers speed where gradients agree and cancels them where they alternate:
#
# $$v_{t+1}=\beta v_t+\nabla J(w_t),\qquad w_{t+1}=w_t-\alpha v_{t+1}.$$
#
# With a constant gradient $v$ grows to $\nabla J/(1-\beta)$: for $\beta=0.9$, steps ten times as long. And the edge
# moves **out**, to $2(1+\beta)/\lambda_{\max}$ (02.13).
#
# Play: the title says how far from the bottom 30 steps end. Where does $\beta=0$ diverge? Which pair gets nearest?
# Where widgets don't run, the picture after it shows the same.

# %% [markdown] lang="zh" of="e0b4fba5"
# ## 02.7 动量：不是徒步者，而是滚下去的球
#
# 在狭窄的山谷里，学习率受制于两侧的陡壁，而沿谷底的路却很平。**动量法**（momentum；Polyak，1964）在梯度方向一致处积累速度，
# 在方向来回交替处让它们抵消：
#
# $$v_{t+1}=\beta v_t+\nabla J(w_t),\qquad w_{t+1}=w_t-\alpha v_{t+1}.$$
#
# 梯度不变时，$v$ 会增长到 $\nabla J/(1-\beta)$：若 $\beta=0.9$，步长就是原来的十倍。界限还会**外移**到
# $2(1+\beta)/\lambda_{\max}$（见 02.13 节）。
#
# 动手试试：标题写着走完 30 步离谷底还有多远。$\beta=0$ 时从哪里开始发散（diverge）？哪一对取值走得最近？控件无法运行时，看它后面的静态图，
# 内容相同。

# %%
def momentum(g, memory, alpha, beta=0.9):                       # Polyak (1964)
    memory["v"] = beta * memory.get("v", 0) + g
    return alpha * memory["v"]

VALLEY, START = np.array([1.0, 20.0]), np.array([-9.0, 1.5])    # curvatures; edge 0.1

def slope(w):                                                   # the valley's gradient
    return VALLEY * w

# %%
def draw_path(alpha, beta, ax=None):
    """Thirty steps of momentum through the valley; beta = 0 is SGD."""
    ax = plt.subplots(figsize=(6, 3))[1] if ax is None else ax
    x, y = np.meshgrid(np.linspace(-10, 4, 60), np.linspace(-3, 3, 60))
    bowl = (VALLEY[0] * x**2 + VALLEY[1] * y**2) / 2
    ax.contour(x, y, bowl, levels=[10, 50], colors="0.7", linewidths=1)
    path = walk(momentum, slope, START, 30, alpha=alpha, beta=beta)
    ax.plot(*path.T, "o-", color="C5", markersize=2.5)
    ax.plot(0, 0, "*", color="C4", markersize=9)
    far = np.linalg.norm(path[-1])
    ax.set(xlim=(-10, 4), ylim=(-3, 3))
    ax.set_title(rf"$\alpha={alpha:g}, \beta={beta:g}$: {far:.1g}", fontsize="small")

# %%
from ipywidgets import FloatSlider, fixed, interact

rate = FloatSlider(0.09, min=0.005, max=0.2, step=0.005, readout_format=".3f")
beta = FloatSlider(0.0, min=0.0, max=0.95, step=0.05)
interact(draw_path, ax=fixed(None), alpha=rate, beta=beta);

# %%
fig, axes = plt.subplots(2, 3, figsize=(6.2, 3.2), sharex=True, sharey=True)
for row, alpha in zip(axes, (0.02, 0.11)):
    for ax, beta in zip(row, (0.0, 0.5, 0.9)):
        draw_path(alpha, beta, ax)
fig.supxlabel("$w_1$ (flat direction)"), fig.supylabel("$w_2$ (steep direction)");

# %% [markdown] lang="en"
# *The picture:* six paths from one point over the contours of a valley, 30 steps each; the star is the bottom. Upper
# row: rate 0.02; lower row: 0.11. Columns: momentum 0, 0.5, 0.9. Left: too slow above, out of the picture below.
# Middle: farther. Right: wide swings. The titles end with the distance from the bottom; lower row: 0.5 wins by far.
#
# What is the reward of the best pair? For curvatures from $\lambda_{\min}$ to $\lambda_{\max}$, with $\kappa$ their
# ratio, it is (Polyak; derived in 02.13)
#
# $$\alpha=\Big(\frac{2}{\sqrt{\lambda_{\max}}+\sqrt{\lambda_{\min}}}\Big)^2,\quad
# \beta=\Big(\frac{\sqrt\kappa-1}{\sqrt\kappa+1}\Big)^2,\quad
# \text{factor a step}\to\frac{\sqrt\kappa-1}{\sqrt\kappa+1}.$$
#
# Compare 02.5: $\sqrt\kappa$ where $\kappa$ stood.
#
# **Before you run it:** with $\kappa=100$ and both at their best, how many times fewer steps?

# %% [markdown] lang="zh" of="c0dc35ae"
# *图中所见：* 从同一点出发的六条路径，画在山谷的等高线上，各走 30 步；星号是谷底。上排学习率为 0.02，下排为 0.11；
# 三列的动量为 0、0.5、0.9。左列：上面太慢，下面冲出画面。中列：走得更远。右列：大幅摆动。标题末尾是离谷底的距离；下排里，0.5 远远胜出。
#
# 最好的一对取值能带来多少好处？设曲率从 $\lambda_{\min}$ 到 $\lambda_{\max}$，两者之比为 $\kappa$，答案是（Polyak；推导见 02.13 节）
#
# $$\alpha=\Big(\frac{2}{\sqrt{\lambda_{\max}}+\sqrt{\lambda_{\min}}}\Big)^2,\quad
# \beta=\Big(\frac{\sqrt\kappa-1}{\sqrt\kappa+1}\Big)^2,\quad
# \text{factor a step}\to\frac{\sqrt\kappa-1}{\sqrt\kappa+1}.$$
#
# 与 02.5 节比较：$\kappa$ 都换成了 $\sqrt\kappa$。
#
# **先猜再运行：** $\kappa=100$，两种方法都取最优，步数会少到几分之一？

# %%
def count_steps(rule, gradient, w, distance, most=8_000, **settings):
    """Steps until distance(w) is below a millionth of what it was, or `most`."""
    memory, goal, t = {}, 1e-6 * distance(w), 0
    while distance(w) > goal and t < most:
        w, t = w - rule(gradient(w), memory, **settings), t + 1
    return t

# %%
gains = {}
for k in (10, 100, 1_000):
    bowl, ones, root = (lambda w: np.array([1, k]) * w), np.ones(2), k**0.5
    slow = count_steps(plain, bowl, ones, np.linalg.norm, alpha=2 / (1 + k))
    polyak = {"alpha": (2 / (root + 1)) ** 2, "beta": ((root - 1) / (root + 1)) ** 2}
    fast = count_steps(momentum, bowl, ones, np.linalg.norm, **polyak)
    gains[k] = slow / fast
    assert 0.6 < gains[k] / root < 1, "most of sqrt(kappa)"
    print(f"kappa {k:5}: plain {slow:5} steps, momentum {fast:4}, gain {gains[k]:4.1f}")

# %% [markdown] lang="en"
# A gain of ⟦gains[10]:.1f⟧, ⟦gains[100]:.1f⟧, ⟦gains[1_000]:.1f⟧ for $\sqrt\kappa$ = 3.2, 10, 31.6: most of what the
# formula promises, for it speaks of the last steps only. (On the digits: 02.13.) The price is one more number to tune;
# too much is no better than too little (lower row of the picture).

# %% [markdown] lang="zh" of="40e4480b"
# $\sqrt\kappa$ 为 3.2、10、31.6 时，步数分别是原来的 1/⟦gains[10]:.1f⟧、1/⟦gains[100]:.1f⟧ 和 1/⟦gains[1_000]:.1f⟧。
# 公式所许诺的大半都兑现了；没有全部兑现，是因为它说的只是最后阶段的步子。（手写数字上的结果见 02.13 节。）
# 代价是多了一个要调的数，太大与太小一样不好（见图的下排）。

# %% [markdown] lang="en"
# ## 02.8 Adam: a step length for each weight
#
# One rate must serve steep and flat directions alike. Five rules, each mending the one before; operations are by
# element, $\varepsilon$ only avoids a division by zero:
#
# | rule | it remembers | it subtracts |
# |:--|:--|:--|
# | SGD | nothing | $\alpha g$ |
# | momentum | $v\leftarrow\beta v+g$ | $\alpha v$ |
# | AdaGrad (2011) | $s\leftarrow s+g^2$ | $\alpha g/(\sqrt s+\varepsilon)$ |
# | RMSProp (2012) | $s\leftarrow\beta_2s+(1-\beta_2)g^2$ | $\alpha g/(\sqrt s+\varepsilon)$ |
# | Adam (2015) | $m\leftarrow\beta_1m+(1-\beta_1)g$ and $s$ | $\alpha\hat m/(\sqrt{\hat s}+\varepsilon)$ |
#
# AdaGrad divides each weight's gradient by the size its gradients have had: $g$'s unit cancels. But its sum only
# grows, so its steps die. RMSProp forgets old squares. Adam adds momentum, and mends the start: from $m_0=s_0=0$ both
# means begin too small, so $\hat m=m/(1-\beta_1^t)$, $\hat s=s/(1-\beta_2^t)$ (*bias correction*).

# %% [markdown] lang="zh" of="5df8bdb0"
# ## 02.8 Adam：给每个权重一个步长
#
# 同一个学习率，既要管陡的方向，又要管平的方向。下面五条规则，每一条都在修补前一条；运算都是逐元素的，$\varepsilon$ 只是为了避免除以零：
#
# | 规则 | 记住什么 | 减去什么 |
# |:--|:--|:--|
# | SGD | 什么也不记 | $\alpha g$ |
# | 动量法 | $v\leftarrow\beta v+g$ | $\alpha v$ |
# | AdaGrad（2011） | $s\leftarrow s+g^2$ | $\alpha g/(\sqrt s+\varepsilon)$ |
# | RMSProp（2012） | $s\leftarrow\beta_2s+(1-\beta_2)g^2$ | $\alpha g/(\sqrt s+\varepsilon)$ |
# | Adam（2015） | $m\leftarrow\beta_1m+(1-\beta_1)g$ 和 $s$ | $\alpha\hat m/(\sqrt{\hat s}+\varepsilon)$ |
#
# AdaGrad 把每个权重的梯度除以它历来的大小，$g$ 的单位就约掉了。但它的和只增不减，步子终会走不动。RMSProp 会忘记旧的平方。
# Adam 再加上动量，并修正开头：从 $m_0=s_0=0$ 出发，两个平均起初都偏小，所以取 $\hat m=m/(1-\beta_1^t)$，$\hat s=s/(1-\beta_2^t)$，
# 这叫**偏差修正**（bias correction）。

# %%
def adagrad(g, memory, alpha, epsilon=1e-10):                   # Duchi et al. (2011)
    memory["s"] = memory.get("s", 0) + g**2
    return alpha * g / (memory["s"] ** 0.5 + epsilon)

# %%
def rmsprop(g, memory, alpha, beta2=0.99, epsilon=1e-8):        # Hinton (2012)
    memory["s"] = beta2 * memory.get("s", 0) + (1 - beta2) * g**2
    return alpha * g / (memory["s"] ** 0.5 + epsilon)

# %%
def adam(g, memory, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Kingma & Ba (2015), Algorithm 1."""
    memory["t"] = t = memory.get("t", 0) + 1
    memory["m"] = m = beta1 * memory.get("m", 0) + (1 - beta1) * g
    memory["s"] = s = beta2 * memory.get("s", 0) + (1 - beta2) * g**2
    return alpha * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)

# %%
LADDER = {plain: torch.optim.SGD, momentum: torch.optim.SGD,
          adagrad: torch.optim.Adagrad, rmsprop: torch.optim.RMSprop,
          adam: torch.optim.Adam}

def find_difference(rule):
    """Ours against torch.optim: 100 steps in the valley."""
    theirs = torch.tensor(START)
    more = {"momentum": 0.9} if rule is momentum else {}
    optimizer = LADDER[rule]([theirs], lr=0.02, **more)
    for _ in range(100):
        theirs.grad = torch.tensor(slope(theirs.numpy()))
        optimizer.step()
    ours = walk(rule, slope, START, 100, alpha=0.02)[-1]
    return float(np.abs(ours - theirs.numpy()).max())

# %%
differences = {rule.__name__: find_difference(rule) for rule in LADDER}
assert max(differences.values()) < 1e-6, "our rules must equal torch.optim"
differences

# %%
def list_steps(rule, g, at=(1, 10, 100, 1_000)):
    """Lengths of the steps of those numbers, in units of alpha."""
    memory = {}
    steps = [rule(g, memory, alpha=1.0) for _ in range(max(at))]
    return [float(f"{steps[t - 1]:.3g}") for t in at]

assert np.allclose(list_steps(adam, 1_000.0), 1), "Adam: alpha, whatever the gradient"
{rule.__name__: list_steps(rule, 0.001) for rule in LADDER}

# %% [markdown] lang="en"
# Equal to rounding. Above: steps 1, 10, 100, 1,000 in units of $\alpha$, when each gradient is 0.001. SGD's are as small
# as the gradient, momentum's grow to ten times that; AdaGrad begins with $\alpha$ and dies as $1/\sqrt t$; RMSProp begins
# ten times too long and settles; Adam takes $\alpha$ from first to last: it knows the sign only. So $\alpha$ means
# something else for each rule, and each must be tuned by itself (02.18). Adam's gain: multiply the loss by 1,000, and
# its path stays (02.16). Lesson 04 adds AdamW.
#
# For what follows, a network: 64 pixels, 32 tanh units, 10 scores; one a seed, stacked in a pair of tensors.

# %% [markdown] lang="zh" of="36a3f399"
# 与 PyTorch 只差舍入误差。上面最后列出的，是梯度一直为 0.001 时第 1、10、100、1,000 步的长度，以 $\alpha$ 为单位。
# SGD 的步子与梯度一样小，动量法的增长到十倍；AdaGrad 从 $\alpha$ 开始，按 $1/\sqrt t$ 衰减；RMSProp 开头长了许多，有十个单位，
# 然后稳定下来；Adam 从头到尾都走 $\alpha$，它只看符号。可见 $\alpha$ 在各条规则里含义不同，必须各调各的（02.18 节）。
# Adam 的好处是：把损失乘以 1,000，它的路径不变（02.16 节）。AdamW 留到第 04 课。
#
# 后面几节要用一个网络：64 个像素，32 个 tanh 单元，10 个分数。每个种子一个，叠在同一对张量（tensor）里。

# %%
raw, targets = torch.tensor(X).float(), torch.tensor(Y).float()
centred = raw.clone()
centred[:, :64] -= raw[train, :64].mean(dim=0)                  # the 65th is the 1

def make_networks(seeds):
    """One network a seed: [(R, 65, 32), (R, 32, 10)]."""
    sources = [torch.Generator().manual_seed(seed) for seed in seeds]
    return [torch.stack([torch.randn(i, o, generator=s) / i**0.5 for s in sources])
            .requires_grad_() for i, o in ((65, 32), (32, 10))]

def forward(networks, x):
    """x: (n, 65) -> scores (R, n, 10)."""
    return torch.tanh(x @ networks[0]) @ networks[1]

# %% [markdown] lang="en"
# ## 02.9 The rate as a function of time
#
# Far away, long steps help; near the bottom only their noise is left (02.4). So let the rate fall:
#
# $$\alpha_t=\frac{\alpha_0}{1+\beta t},\qquad \alpha_t=\alpha_0\,e^{-ct},$$
#
# where $\beta$ is a decay coefficient, not momentum. A **warm-up** rises for $T_w$ steps, while the ground is unknown;
# a **cosine** then leads down to zero:
#
# $$\alpha_t=\alpha_0\,\frac{t+1}{T_w}\ (t<T_w),\qquad \alpha_t=\frac{\alpha_0}{2}\Big(1+\cos\frac{\pi(t-T_w)}{T-T_w}\Big)\ (t\ge T_w).$$
#
# An article (see Sources) calls $\alpha_0e^{-ct}$ "learning-rate *fluctuation*". How often does it rise?

# %% [markdown] lang="zh" of="364d54b7"
# ## 02.9 让学习率随时间变化
#
# 离得远时，大步有利；到了谷底附近，剩下的就只有大步带来的噪声（02.4 节）。那么，让学习率降下来：
#
# $$\alpha_t=\frac{\alpha_0}{1+\beta t},\qquad \alpha_t=\alpha_0\,e^{-ct},$$
#
# 这里的 $\beta$ 是衰减系数（decay coefficient），不是动量。**预热**（warm-up）在 $T_w$ 步内上升，因为一开始还不了解地形；随后由**余弦**（cosine）曲线降到零：
#
# $$\alpha_t=\alpha_0\,\frac{t+1}{T_w}\ (t<T_w),\qquad \alpha_t=\frac{\alpha_0}{2}\Big(1+\cos\frac{\pi(t-T_w)}{T-T_w}\Big)\ (t\ge T_w).$$
#
# 有一篇文章（见“来源”）把 $\alpha_0e^{-ct}$ 叫做“学习率**波动**”。它上升过几次？

# %%
STEPS = PASSES * -(-n // 8)                                             # batches of 8

def make_schedules(T, alpha0=0.3):
    """Four schedules of T steps: name -> (T,) learning rates."""
    t, warm = np.arange(T), T // 20
    cosine = alpha0 / 2 * (1 + np.cos(np.pi * (t - warm) / (T - warm)))
    return {"constant": np.full(T, alpha0),
            "inverse": alpha0 / (1 + 20 / T * t),
            "exponential": alpha0 * np.exp(-5 / T * t),
            "warm-up, cosine": np.where(t < warm, alpha0 * (t + 1) / warm, cosine)}

schedules = make_schedules(STEPS)
rising = {name: int((np.diff(rates) > 0).sum()) for name, rates in schedules.items()}
assert rising["exponential"] == rising["inverse"] == 0, "the two decays never rise"

# %%
scheduled = {name: np.array([sgd(rates, 8, PASSES, s, height)[1] for s in SEEDS])
             for name, rates in schedules.items()}              # (seeds, passes)
floors = {name: h[:, -1] for name, h in scheduled.items()}              # (seeds,)
lower = [floors[name].max() for name in list(floors)[1:]]
assert max(lower) < floors["constant"].min(), "each decay ends lower, in every seed"

# %%
smaller = {rate: np.array([sgd(rate, 8, PASSES, s, height)[1][-1] for s in SEEDS])
           for rate in (0.02, 0.05, 0.1)}                       # and kept constant
kept_rate = min(smaller, key=lambda rate: smaller[rate].mean())
best_kept = smaller[kept_rate]                                          # (seeds,)
assert max(lower[1:]) < best_kept.min(), "below the best constant rate, too"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
plotting.show_curves(schedules, np.arange(STEPS), axes[0], xlabel="step", ylabel="rate")
medians = {name: np.median(h, axis=0) for name, h in scheduled.items()}
plotting.show_curves(medians, ax=axes[1], logy=True, xlabel="passes",
                     ylabel="height above minimum (nats)")
axes[0].legend(fontsize="small"), axes[1].get_legend().remove();

# %% [markdown] lang="en"
# *The picture:* left, the four schedules; only the warm-up ever rises. Right, their effect with batches of 8, medians
# of ⟦len(SEEDS)⟧ seeds: the constant rate stays on its floor, the others go below.
#
# At the end (means): constant ⟦floors["constant"].mean():.4f⟧, inverse ⟦floors["inverse"].mean():.4f⟧, exponential
# ⟦floors["exponential"].mean():.4f⟧, cosine ⟦floors["warm-up, cosine"].mean():.4f⟧. A fair opponent is a smaller
# constant rate: the best of three, ⟦kept_rate⟧, ends at ⟦best_kept.mean():.4f⟧. Inverse decay hardly beats it,
# exponential and cosine do in every seed.
#
# "Fluctuation" rises ⟦rising["exponential"]⟧ times. It is plain **exponential decay** with half-life $\ln 2/c$. The sum
# of all its rates is finite: with a large $c$ the run freezes on its way. And the article's claim that adjusting the
# rate avoids overfitting? Tested in 02.17.

# %% [markdown] lang="zh" of="a2834142"
# *图中所见：* 左图是四种学习率调度（learning-rate schedule），只有预热那一段上升过。右图是它们的效果，每批 8 张，取 ⟦len(SEEDS)⟧ 个种子的中位数：
# 恒定的学习率停在自己的平台上，其余都降到它以下。
#
# 结束时的平均值：恒定 ⟦floors["constant"].mean():.4f⟧，倒数 ⟦floors["inverse"].mean():.4f⟧，指数
# ⟦floors["exponential"].mean():.4f⟧，余弦 ⟦floors["warm-up, cosine"].mean():.4f⟧。要比得公平，对手应是小一些的恒定学习率：
# 三个里最好的是 ⟦kept_rate⟧，结束时为 ⟦best_kept.mean():.4f⟧。倒数衰减几乎不比它强，指数和余弦则在每个种子上都胜过它。
#
# 所谓“波动”，上升了 ⟦rising["exponential"]⟧ 次。它就是普通的**指数衰减**（exponential decay），半衰期为 $\ln 2/c$。
# 它所有步的学习率之和是有限的，$c$ 太大，就会冻在半路上。那篇文章还说，调整学习率可以避免过拟合，这一点在 02.17 节检验。

# %% [markdown] lang="en"
# ## 02.10 Deeper: a network drives itself to the edge
#
# For a network no single Hessian decides: its $\lambda_{\max}$, the **sharpness**, changes as training moves on. Cohen
# et al. (2021) followed it under full-batch descent, and so do we: 200 digits, the network of 02.8, mean squared error,
# three rates, three seeds each.
#
# Products $HV$ without differences: for a fixed $V$, the number $\langle g(W),V\rangle$ has the gradient $HV$. So
# autograd differentiates twice; `create_graph=True` keeps the first derivative differentiable.
#
# At the start the sharpness is ⟦sharpness[0, 1].mean():.1f⟧; for $\alpha=0.4$ the edge $2/\alpha$ is 5. Where will it
# go?

# %% [markdown] lang="zh" of="ce9a03eb"
# ## 02.10 选读：网络自己走到边缘
#
# 对神经网络来说，没有哪一个黑塞矩阵能说了算：它的 $\lambda_{\max}$ 称为**锐度**（sharpness），会随训练而变。
# Cohen 等人（2021）在全批量下降中一路跟踪它，我们照做：200 张数字，02.8 节的网络，均方误差，三种学习率，各用三个种子。
#
# 乘积 $HV$ 不用差分也能算：$V$ 固定时，数 $\langle g(W),V\rangle$ 的梯度就是 $HV$。所以让自动求导求两次导；
# `create_graph=True` 使第一次求出的导数还能继续求导。
#
# 起点处的锐度是 ⟦sharpness[0, 1].mean():.1f⟧；$\alpha=0.4$ 时，界限 $2/\alpha$ 是 5。锐度会往哪里走？

# %%
few = train[:200]

def measure_sharpness(gradients, networks, V, steps):
    """Power iteration for all networks: (R,) eigenvalues, and the V to go on from."""
    for _ in range(steps):
        norm = sum((v**2).sum((1, 2), keepdim=True) for v in V) ** 0.5  # (R, 1, 1)
        V = [v / norm for v in V]
        HV = torch.autograd.grad(gradients, networks, V, retain_graph=True)
        eigenvalues, V = sum((v * hv).sum((1, 2)) for v, hv in zip(V, HV)), HV
    return eigenvalues, V

# %%
def follow_sharpness(x, rates, seeds, steps, every=25):
    """Sharpness (steps / every, rates, seeds) and losses (steps, rates, seeds)."""
    networks = make_networks(seeds * len(rates))
    alphas = torch.tensor(rates).repeat_interleave(len(seeds)).view(-1, 1, 1)
    V, sharpness, losses = [torch.ones_like(layer) for layer in networks], [], []
    for t in range(steps):
        look = t % every == 0
        each = ((forward(networks, x[few]) - targets[few]) ** 2).sum(2).mean(1) / 2
        g = torch.autograd.grad(each.sum(), networks, create_graph=look)
        losses.append(each.detach())
        if look:
            values, V = measure_sharpness(g, networks, V, steps=8 if t else 50)
            sharpness.append(values)
        with torch.no_grad():
            for layer, part in zip(networks, g):
                layer -= alphas * part
    shape = (-1, len(rates), len(seeds))
    return [torch.stack(found).view(shape).numpy() for found in (sharpness, losses)]

# %%
NET_RATES, NET_STEPS = (0.2, 0.4, 0.8), 1_200
sharpness, net_losses = follow_sharpness(centred, NET_RATES, SEEDS[:3], NET_STEPS)
at_end = sharpness[-10:].mean(axis=0) * np.array(NET_RATES)[:, None] / 2
climbs = (np.diff(net_losses[:, 1], axis=0) > 0).sum(axis=0)            # at rate 0.4
assert (at_end[0] < 0.9).all(), "rate 0.2: still below 2/alpha"
assert (np.abs(at_end[1:] - 1) < 0.1).all(), "0.4, 0.8: it hovers at 2/alpha"
raw_sharpness, _ = follow_sharpness(raw, (0.05,), SEEDS[:3], steps=1)    # for 02.11
f"start: {sharpness[0, 0].mean():.1f} centred, {raw_sharpness[0].mean():.0f} raw"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
for k, (alpha, colour) in enumerate(zip(NET_RATES, ("C5", "C1", "C3"))):
    style, steps = {"color": colour, "linewidth": 1}, np.arange(0, NET_STEPS, 25)
    axes[0].plot(steps, sharpness[:, k], linestyle="-", **style)
    axes[0].axhline(2 / alpha, linestyle="--", **style)
    axes[1].plot(net_losses[:, k, 0], "-", label=rf"$\alpha={alpha}$", **style)
axes[0].set(xlabel="step", ylabel=r"sharpness (dashed: $2/\alpha$)", ylim=(0, 11))
axes[1].set(yscale="log", xlabel="step", ylabel="loss, first seed")
axes[1].legend();

# %% [markdown] lang="en"
# *The picture:* left, sharpness of nine networks, with dashed lines at $2/\alpha$. At rate 0.2 it climbs all the while;
# at 0.4 it climbs to the dashed line and stays; at 0.8 it is at its line almost from the start. Right, the losses:
# smooth, then trembling or with spikes, and falling all the same.
#
# At the end sharpness times $\alpha/2$ is ⟦at_end[1].min():.2f⟧–⟦at_end[1].max():.2f⟧ at rate 0.4 and
# ⟦at_end[2].min():.2f⟧–⟦at_end[2].max():.2f⟧ at 0.8: the **edge of stability**. At 0.4 the loss rose in
# ⟦climbs.min()⟧ to ⟦climbs.max()⟧ of ⟦NET_STEPS:,⟧ steps. The bowl says where the edge is, not why training goes there
# and survives; that is still being researched.

# %% [markdown] lang="zh" of="63c62fc2"
# *图中所见：* 左图是九个网络的锐度，虚线在 $2/\alpha$ 处。学习率 0.2 时锐度一直在爬；0.4 时爬到虚线便停住；
# 0.8 时几乎一开始就在虚线上。右图是损失：先是平滑，然后抖动或出现尖峰，但仍在下降。
#
# 结束时，锐度乘以 $\alpha/2$，学习率 0.4 时在 ⟦at_end[1].min():.2f⟧～⟦at_end[1].max():.2f⟧ 之间，
# 0.8 时在 ⟦at_end[2].min():.2f⟧～⟦at_end[2].max():.2f⟧ 之间，这就是**稳定性边缘**（edge of stability）。学习率 0.4 时，
# ⟦NET_STEPS:,⟧ 步中有 ⟦climbs.min()⟧ 到 ⟦climbs.max()⟧ 步损失是上升的。
# 碗的理论只说明边缘在哪里，并没有说明训练为什么会走到那里、又为什么没有垮掉；这一点至今仍在研究之中。

# %% [markdown] lang="en"
# ## 02.11 A failure on purpose
#
# Somebody tidies up and feeds the network the raw pixels, without subtracting their mean. Nothing else changes: 200
# images, full batch, squared error, and the rate 0.4, which works on centred pixels.

# %% [markdown] lang="zh" of="1815fae1"
# ## 02.11 故意失败一次
#
# 有人“整理”代码，把原始像素直接送进网络，没有减去均值。别的都没有变：200 张图像，全批量，平方误差，学习率还是 0.4，
# 在减过均值的像素上，它本来好好的。

# %%
def descend(x, rate, steps=300, clip=float("inf"), rows=train[:200]):
    """Full batch, three seeds: losses (steps, 3), gradient norms, the networks."""
    networks, losses, norms = make_networks(SEEDS[:3]), [], []
    for t in range(steps):
        each = ((forward(networks, x[rows]) - targets[rows]) ** 2).sum(2).mean(1) / 2
        gradients = torch.autograd.grad(each.sum(), networks)
        norm = sum((g**2).sum((1, 2), keepdim=True) for g in gradients) ** 0.5
        with torch.no_grad():
            for layer, g in zip(networks, gradients):
                layer -= rate * g * (clip / norm).clamp(max=1)
        losses.append(each.detach().numpy())
        norms.append(norm.flatten().numpy())
    return np.array(losses), np.array(norms), networks

# %%
broken, norms, networks = descend(raw, 0.4, steps=60)
said = forward(networks, raw[val]).argmax(dim=-1).numpy()               # (3, images)
assert (broken[1] > broken[0]).all() and np.isnan(broken[-1]).all(), "up, then nan"
assert (said == 0).all(), "every image is called a 0"
broken[:6].T.round(1)                                                   # one row a seed

# %% [markdown] lang="en"
# **The symptom:** after one step the loss is *above its first value*, and by step
# ⟦(~np.isfinite(broken)).argmax(axis=0).max()⟧ it isn't finite. No error is raised. Of ten scores that are `nan`,
# `argmax` takes the first: each image is called a 0, an "accuracy" of
# ⟦(said == digits.labels[val]).mean():.1%⟧.
#
# **The cause?** The rate may lie beyond the edge: the pixels' common mean adds one direction that is very steep. Then
# a smaller rate must live. **The guard:** stop a run whose loss exceeds twice its first value or isn't finite.
#
# **A third cure, clipping**, shortens long gradients and leaves their direction:
#
# $$g\leftarrow g\cdot\min\big(1,\ c/\|g\|\big),$$
#
# so that no step is longer than $\alpha c$ (PyTorch: `torch.nn.utils.clip_grad_norm_`).
# The first norms are ⟦norms[0].min():.1f⟧ to ⟦norms[0].max():.1f⟧; we try $c=1$.

# %% [markdown] lang="zh" of="00bfd3da"
# **症状：** 只走一步，损失就**超过了最初的值**；到第 ⟦(~np.isfinite(broken)).argmax(axis=0).max()⟧ 步，
# 它已经不再是有限的数。没有任何报错。十个分数全是 `nan` 时，`argmax` 取第一个，于是每张图都被认作 0，
# 网络还“达到了” ⟦(said == digits.labels[val]).mean():.1%⟧ 的准确率。
#
# **病因？** 可能是学习率越过了界限：所有像素共有的均值多出了一个非常陡的方向。若真是这样，学习率小一些就该没事。
# **防护：** 损失一旦超过初值的两倍，或不再是有限的数，就停掉这次训练。
#
# **第三种办法是梯度裁剪**（gradient clipping）：把过长的梯度缩短，方向不变，
#
# $$g\leftarrow g\cdot\min\big(1,\ c/\|g\|\big),$$
#
# 这样，没有哪一步会超过 $\alpha c$（PyTorch 里是 `torch.nn.utils.clip_grad_norm_`）。
# 最初的范数是 ⟦norms[0].min():.1f⟧ 到 ⟦norms[0].max():.1f⟧，我们取 $c=1$。

# %%
CURES = {"as it is": (raw, 0.4), "centred": (centred, 0.4), "rate 0.08": (raw, 0.08),
         "clipped": (raw, 0.4, 300, 1.0)}
cured = {name: descend(*settings)[0] for name, settings in CURES.items()}
final = {name: losses[-1] for name, losses in cured.items()}            # (3,) each
middle, low, cut = (final[name] for name in ("centred", "rate 0.08", "clipped"))
assert max(low.max(), cut.max()) < 0.2 and np.isnan(final["as it is"]).all(), "cured"
tuned = min(descend(raw, rate)[0][-1].mean() for rate in (0.05, 0.1, 0.2))  # nan: no
assert middle.max() < min(low.min(), cut.min(), tuned), "centring helps most"

# %%
curves = {name: losses[:, 0] for name, losses in cured.items()}
ax = plotting.show_curves(curves, logx=True, logy=True, xlabel="step", ylabel="loss")
ax.set_ylim(0.08, 100);

# %% [markdown] lang="en"
# *The picture:* the loss of seed 0 in four runs. As it is, it shoots out of the picture; clipped, it trembles, but
# falls; with a small rate it falls smoothly and slowly; centred, fastest.
#
# So it was the rate, against a steep direction: 0.08 lives (02.10 measures the edge). All three cures learn. Clipping
# keeps the run alive at a rate that is still too large; it doesn't make the valley rounder. Centring does: at the end
# ⟦final["centred"].mean():.3f⟧ against ⟦final["rate 0.08"].mean():.3f⟧ and ⟦final["clipped"].mean():.3f⟧; the best of
# three small rates reaches ⟦tuned:.3f⟧.

# %% [markdown] lang="zh" of="b1f4ca40"
# *图中所见：* 种子 0 的四次运行的损失。照原样的那次直冲出画面；裁剪过的一路颤抖，但在下降；学习率小的那次降得平稳而缓慢；
# 减去均值的那次最快。
#
# 可见病因确实是学习率对于一个很陡的方向太大，取 0.08 就没事（界限在 02.10 节测量）。三种办法都能学起来。
# 裁剪使训练在仍然过大的学习率下活了下来，却没有让山谷变圆。减去均值做到了：最后的损失是 ⟦final["centred"].mean():.3f⟧，
# 另外两种是 ⟦final["rate 0.08"].mean():.3f⟧ 和 ⟦final["clipped"].mean():.3f⟧；小学习率试了三个，最好的一个也只到 ⟦tuned:.3f⟧。

# %% [markdown] lang="en"
# ## 02.12 In the company
#
# Our review classifier will be trained again and again. A run costs ⟦PRICE_PER_RUN:.0f⟧ dollars, let us assume. Nobody
# knows the right rate beforehand, so somebody tries a grid. What does it cost, and can the guard of 02.11 save some of
# it without stopping a good run?
#
# We measure on something small, and carry over the arithmetic, not the rates: the digits of 02.2, batches of 32,
# ⟦PASSES⟧ passes, 13 rates, three seeds.

# %% [markdown] lang="zh" of="12654a59"
# ## 02.12 在公司里
#
# 我们的评论分类器会一次又一次地重新训练。假定训练一次要 ⟦PRICE_PER_RUN:.0f⟧ 美元（约 ¥ 元）。事先没有人知道合适的学习率，
# 只好有人去试一组网格。这要花多少钱？02.11 节的防护能不能省下一部分，又不误停好的训练？
#
# 先在小东西上测，能照搬的是算法，不是学习率：02.2 节的手写数字，每批 32 张，⟦PASSES⟧ 轮，13 个学习率，三个种子。

# %%
GRID = (10.0 ** np.arange(-4, 2.1, 0.5)).tolist()

def try_rate(rate, seed):
    """(loss, validation accuracy) after each pass of batches of 32."""
    answers = digits.labels[val]
    return [(loss(W), ((X_val @ W).argmax(1) == answers).mean())
            for W in sgd(rate, 32, PASSES, seed)[1]]

tries = np.array([[try_rate(rate, seed) for seed in SEEDS[:3]] for rate in GRID])
scores = tries[:, :, -1, 1]                                             # (rates, seeds)
usable = scores.mean(axis=1) > scores.mean(axis=1).max() - 0.02         # 2 points

# %%
alarm = ~(tries[..., 0] < 2 * loss(0 * W_min))                  # nan alarms, too
ran = np.where(alarm.any(axis=2), (alarm.argmax(axis=2) + 1) / PASSES, 1)
stopped = {rate for rate, share in zip(GRID, ran) if (share == 1 / PASSES).all()}
assert (ran[usable] == 1).all(), "the guard must not stop a run at a good rate"
grid_price, guarded = PRICE_PER_RUN * scores.size, PRICE_PER_RUN * ran.sum()
[f"{a:.2g}: {s.mean():.1%}, ran {r.mean():.0%}" for a, s, r in zip(GRID, scores, ran)]

# %% [markdown] lang="en"
# ⟦usable.sum()⟧ of ⟦len(GRID)⟧ rates come within 2 points of the best, from ⟦np.array(GRID)[usable].min():.2g⟧ to
# ⟦np.array(GRID)[usable].max():.2g⟧; which of them is *the* best, three seeds can't tell. From
# ⟦min(stopped):.2g⟧ on the guard stops each run after one pass; it stops no good one, and doesn't notice that
# ⟦max(set(GRID) - stopped):.2g⟧ is bad. The grid costs
# ⟦grid_price:,.0f⟧ dollars, with the guard ⟦guarded:,.0f⟧. Whoever trains chooses the grid, whoever pays the number of runs;
# the report names the band, not only the best rate.

# %% [markdown] lang="zh" of="6e04a69f"
# ⟦len(GRID)⟧ 个学习率中，有 ⟦usable.sum()⟧ 个离最好成绩不到 2 个百分点，从 ⟦np.array(GRID)[usable].min():.2g⟧ 到
# ⟦np.array(GRID)[usable].max():.2g⟧；其中哪个**最**好，三个种子分辨不出来。从 ⟦min(stopped):.2g⟧ 起，走完一轮防护就叫停；
# 好的训练它一次也没有误停，但 ⟦max(set(GRID) - stopped):.2g⟧ 的不好，它没有看出来。全网格要花 ⟦grid_price:,.0f⟧ 美元（约 ¥ 元），
# 加上防护为 ⟦guarded:,.0f⟧ 美元。网格由训练的人选，训练次数由付钱的人定；报告里该写的是可用学习率的范围，而不只是最好的那一个。

# %% [markdown] lang="en"
# ## 02.13 Deeper: why momentum gains a square root
#
# Along one direction, a step of momentum is $c_{t+1}=(1+\beta-\alpha\lambda)\,c_t-\beta c_{t-1}$ (put
# $v_t=(c_{t-1}-c_t)/\alpha$ into 02.7). Each value follows from the two before it. Does it die out?
#
# **Try a power**, $c_t=z^t$. Divided by $z^{t-1}$, the rule becomes
#
# $$z^2-(1+\beta-\alpha\lambda)\,z+\beta=0 .$$
#
# That is why roots matter: the two roots $z_1,z_2$ give two solutions, and $c_t=Az_1^t+Bz_2^t$ fits any two first
# values (equal roots: $(A+Bt)z_1^t$). So all runs die out if and only if both roots have absolute value below 1, and
# the larger one sets the pace.
#
# The product of the roots is $\beta$. If they are complex, they are conjugates: each has the absolute value
# $\sqrt\beta$. If they are real, the larger one is above $\sqrt\beta$.

# %% [markdown] lang="zh" of="36a7000a"
# ## 02.13 选读：动量为什么赢得一个平方根
#
# 沿一个方向，动量法走一步就是 $c_{t+1}=(1+\beta-\alpha\lambda)\,c_t-\beta c_{t-1}$（把 $v_t=(c_{t-1}-c_t)/\alpha$ 代入 02.7 节即得）。
# 每个值由前两个值决定。它会不会衰减到零？
#
# **用幂来试**，设 $c_t=z^t$。除以 $z^{t-1}$，递推式就变成
#
# $$z^2-(1+\beta-\alpha\lambda)\,z+\beta=0 .$$
#
# 所以要看根：两个根 $z_1,z_2$ 给出两个解，而 $c_t=Az_1^t+Bz_2^t$ 可以配上任意两个初值（两根相等时，取 $(A+Bt)z_1^t$）。因此，一切运行都衰减到零，
# 当且仅当两个根的绝对值都小于 1；快慢由较大的那个决定。
#
# 两根之积是 $\beta$。若是复数，它们互为共轭，绝对值都是 $\sqrt\beta$。若是实数，较大的那个超过 $\sqrt\beta$。

# %% [markdown] lang="en"
# Hence the plan: make the roots complex for *all* curvatures, with $\sqrt\beta$ as small as possible. Complex means
# $(1+\beta-\alpha\lambda)^2\le4\beta$, or
#
# $$(1-\sqrt\beta)^2\le\alpha\lambda\le(1+\sqrt\beta)^2 .$$
#
# Let the flattest direction sit at the left end and the steepest at the right one. The root of their quotient is
# $\sqrt\kappa=(1+\sqrt\beta)/(1-\sqrt\beta)$, so $\sqrt\beta=(\sqrt\kappa-1)/(\sqrt\kappa+1)$, and the left end gives
# $\alpha=(1-\sqrt\beta)^2/\lambda_{\min}$: Polyak's pair. (At both ends the roots are equal; the factor $A+Bt$ is why
# 02.7 gained a little less.) And the edge: a root leaves through $z=-1$, where $1+(1+\beta-\alpha\lambda)+\beta=0$,
# that is $\alpha\lambda=2(1+\beta)$.

# %% [markdown] lang="zh" of="5b07c22d"
# 于是有了办法：让**所有**曲率的根都是复数，同时 $\sqrt\beta$ 尽量小。复数意味着 $(1+\beta-\alpha\lambda)^2\le4\beta$，即
#
# $$(1-\sqrt\beta)^2\le\alpha\lambda\le(1+\sqrt\beta)^2 .$$
#
# 让最平的方向落在左端，最陡的方向落在右端。两者相除再开方，得 $\sqrt\kappa=(1+\sqrt\beta)/(1-\sqrt\beta)$，
# 所以 $\sqrt\beta=(\sqrt\kappa-1)/(\sqrt\kappa+1)$，再由左端得 $\alpha=(1-\sqrt\beta)^2/\lambda_{\min}$，这就是 Polyak 的那一对取值。
# （在两端，两根相等，多出一个因子 $A+Bt$，所以 02.7 节里的好处略小一些。）再看界限：根从 $z=-1$ 处离开单位圆，
# 此时 $1+(1+\beta-\alpha\lambda)+\beta=0$，即 $\alpha\lambda=2(1+\beta)$。

# %%
def find_pace(product, beta):
    """The larger absolute value of the two roots; product: alpha * lambda."""
    return np.abs(np.roots([1, -(1 + beta - product), beta])).max()

at = np.linspace(0.01, 3.9, 300)
pace = {rf"$\beta={b}$": [find_pace(p, b) for p in at] for b in (0.0, 0.5, 0.9)}
assert np.isclose(find_pace(1.0, 0.5), 0.5**0.5), "complex roots: sqrt(beta)"
edges = [find_edge(slope, 0 * START, momentum, beta=b) for b in (0.0, 0.5, 0.9)]
assert np.allclose(edges, [0.1, 0.15, 0.19], rtol=0.005), "2 (1 + beta) / lambda_max"
ax = plotting.show_curves(pace, at, xlabel=r"$\alpha\lambda$", ylabel="factor a step")
ax.set(ylim=(0, 1.5)), ax.axhline(1, color="0.5", linewidth=0.8);

# %% [markdown] lang="en"
# *The picture:* the factor a step of one direction against $\alpha\lambda$. Without momentum a V that touches zero at 1
# and leaves the region below the line 1 at 2; with momentum a trough with a flat floor at $\sqrt\beta$, that leaves at
# $2(1+\beta)$. All directions on the floor shrink alike: the wider it is, the narrower a valley it serves.
#
# Does it hold on the digits, whose loss is no bowl? Each side at its best rate and $\beta$, to a millionth of the height:

# %% [markdown] lang="zh" of="1eb6a83b"
# *图中所见：* 一个方向上每步的乘数随 $\alpha\lambda$ 的变化。没有动量时是一个 V 形，在 1 处触底为零，在 2 处越过高度为 1 的线；
# 有动量时是一个平底的槽，底在 $\sqrt\beta$，到 $2(1+\beta)$ 才越过。落在槽底的各个方向缩小得一样快；槽越宽，能对付的山谷就越窄。
#
# 手写数字上的损失不是碗，结论还成立吗？两边各取最优的学习率和 $\beta$，使高度降到百万分之一：

# %%
def race_digits(rule, alphas, **settings):
    """Best of several rates on the digits, full batch: (steps, rate)."""
    start = 0 * W_min
    return min((count_steps(rule, gradient, start, height, 250, alpha=a, **settings), a)
               for a in alphas)

alone = race_digits(plain, (1.6, 1.8, 2.0, 2.08))
pushed = {b: race_digits(momentum, (2, 3, 4), beta=b) for b in (0.6, 0.7, 0.8)}
assert min(pushed.values())[0] < alone[0] / 3, "on digits, too: a third or less"
alone, pushed                                                           # (steps, rate)

# %% [markdown] lang="en"
# ⟦alone[0]⟧ steps alone (rate ⟦alone[1]⟧), ⟦min(pushed.values())[0]⟧ with momentum (rate ⟦min(pushed.values())[1]⟧).
#
# ## 02.14 Deeper: drawn without putting back
#
# A pass draws each image once. Let $d_i=g_i-g$; they sum to zero. So
#
# $$0=\Big\|\sum_i d_i\Big\|^2=\sum_i\|d_i\|^2+\sum_{i\ne j}d_i^\top d_j=n\sigma^2+n(n-1)\,c ,$$
#
# where $c$ is the mean of $d_i^\top d_j$ over pairs: $c=-\sigma^2/(n-1)$. By hand: −2, −1, 3 have $\sigma^2=14/3$, and
# the products of pairs 2, −6, −3 have the mean $-7/3$. In a batch, $B$ squares and $B(B-1)$ pairs meet:
#
# $$\mathbb{E}\,\|g_B-g\|^2=\frac{B\sigma^2+B(B-1)\,c}{B^2}=\frac{\sigma^2}{B}\cdot\frac{n-B}{n-1}.$$

# %% [markdown] lang="zh" of="e0e8ddc3"
# 单用梯度下降要 ⟦alone[0]⟧ 步（学习率 ⟦alone[1]⟧），加上动量只要 ⟦min(pushed.values())[0]⟧ 步（学习率 ⟦min(pushed.values())[1]⟧）。
#
# ## 02.14 选读：无放回地抽取
#
# 一轮里每张图像只抽一次。记 $d_i=g_i-g$，它们的和是零。所以
#
# $$0=\Big\|\sum_i d_i\Big\|^2=\sum_i\|d_i\|^2+\sum_{i\ne j}d_i^\top d_j=n\sigma^2+n(n-1)\,c ,$$
#
# 其中 $c$ 是 $d_i^\top d_j$ 对所有成对下标的平均，于是 $c=-\sigma^2/(n-1)$。手算：−2、−1、3 的 $\sigma^2=14/3$，
# 两两之积 2、−6、−3 的平均是 $-7/3$。一个批量里，有 $B$ 个平方，$B(B-1)$ 个成对的积：
#
# $$\mathbb{E}\,\|g_B-g\|^2=\frac{B\sigma^2+B(B-1)\,c}{B^2}=\frac{\sigma^2}{B}\cdot\frac{n-B}{n-1}.$$

# %%
ALL_SIZES = np.array([1, 4, 16, 64, 256, 700, 1200, n])
formula = sigma * np.sqrt((n - ALL_SIZES) / (n - 1) / ALL_SIZES)

def find_batch_error(B, draws=400):
    """Root of the mean squared distance of a batch's gradient from the full one."""
    picked = rng.random((draws, n)).argsort(axis=1) < B         # B different ones
    return np.sqrt(((picked / B @ G - g_full) ** 2).sum(axis=1).mean())

g_full = G.mean(axis=0)
seen = np.array([find_batch_error(B) for B in ALL_SIZES])
assert np.allclose(seen, formula, rtol=0.1, atol=1e-12), "smaller, and zero for B = n"
curves = {"put back": sigma / ALL_SIZES**0.5, "not put back": formula, "measured": seen}
ax = plotting.show_curves({k: v / length for k, v in curves.items()}, ALL_SIZES,
                          logx=True, logy=True, xlabel="batch size $B$",
                          ylabel="error / length of full gradient")
ax.set_ylim(0.03, 15);

# %% [markdown] lang="en"
# *The picture:* a batch's relative error against its size, both axes logarithmic. The line for drawing with putting back
# falls with slope −½ to the end; the one without, and the measured one upon it, bend down to zero at ⟦n:,⟧ images.
# For batches that are small against $n$ the difference is nothing.

# %% [markdown] lang="zh" of="efc75826"
# *图中所见：* 批量梯度的相对误差随批量大小的变化，两轴都取对数。有放回的那条始终以斜率 −½ 下降；无放回的那条，
# 以及与它重合的实测值，最后弯下去，到 ⟦n:,⟧ 张时降为零。批量比 $n$ 小得多时，两者没有差别。

# %% [markdown] lang="en"
# ## 02.15 Deeper: a larger batch, a larger rate
#
# Two machines share a batch, so it doubles; half as many steps remain. As long as the gradient hardly changes from one
# step to the next, two steps of rate $\alpha$ are one of $2\alpha$: scale the rate with the batch (Goyal et al., 2017).
# From batches of 8 at rate 0.05, both grow together here. How far does it go on well?

# %% [markdown] lang="zh" of="cb57daa5"
# ## 02.15 选读：批量加大，学习率也加大
#
# 两台机器分担一个批量，批量就加倍，步数减半。只要相邻两步之间梯度变化不大，学习率为 $\alpha$ 的两步就相当于 $2\alpha$ 的一步：
# 学习率随批量按比例放大，这叫**线性缩放规则**（linear scaling rule；Goyal 等，2017）。
# 从每批 8 张、学习率 0.05 开始，两者一起加大。到多大为止还好？

# %%
def end_heights(B, rate):
    """(seeds,) heights after PASSES passes."""
    return np.array([sgd(rate, B, PASSES, s, height)[1][-1] for s in SEEDS])

BATCHES = (8, 16, 32, 64, 128, 256, 512)
kept = {B: sgd(0.05, B, PASSES, SEED, height)[1][-1] for B in BATCHES}
scaled = {B: end_heights(B, 0.05 * B / 8) for B in BATCHES}
ratio = {B: scaled[B].mean() / scaled[8].mean() for B in BATCHES}
assert max(ratio[16], ratio[32]) < 1.2, "to 32: nearly the same end"
assert ratio[512] > 10 and kept[512] > 10 * kept[8], "at 512 both fail"
assert (np.diff(list(kept.values())) > 0).all(), "rate kept: worse at every doubling"
for B in BATCHES:
    h = scaled[B]
    print(f"B {B:3}: rate 0.05: {kept[B]:.4f}, rate {0.05 * B / 8:g}:",
          f"{h.mean():.4f} ± {h.std(ddof=1):.4f}")

# %% [markdown] lang="en"
# With the rate kept, the end is worse at every doubling: fewer steps, each as long. Scaled, batches of 16 and 32 end
# where those of 8 do. Then it breaks: 64 is ⟦ratio[64]:.1f⟧ times as high, 512 ⟦ratio[512]:.0f⟧ times, for its rate,
# 3.2, lies beyond the edge (02.6). In between the ranking is noisy: 128 (± over seeds) isn't safely worse than 256. The
# rule saves steps while the rate is far below the edge, and no longer.

# %% [markdown] lang="zh" of="fd8ba712"
# 学习率不变时，批量每加倍一次，结果都更差：步数少了，每步却没有变长。按比例放大时，16 张和 32 张与 8 张的结果相同。再往后就不行了：
# 64 张时高度是 8 张时的 ⟦ratio[64]:.1f⟧ 倍，512 张时是 ⟦ratio[512]:.0f⟧ 倍，因为它的学习率 3.2 已越过界限（02.6 节）。
# 中间的名次不稳：从各种子之间的 ± 看，不能说 128 张一定比 256 张差。学习率远低于界限时，这条规则能省步数；再大就不行了。

# %% [markdown] lang="en"
# ## 02.16 Deeper: why Adam wears hats
#
# With a constant $g$ the uncorrected means are $m_t=(1-\beta_1^t)g$ and $s_t=(1-\beta_2^t)g^2$. With the hats the first
# step is $\alpha|g|/(|g|+\varepsilon)$ long; without them, step $t$ would be
#
# $$\alpha\,\frac{1-\beta_1^t}{\sqrt{1-\beta_2^t}} .$$
#
# **Before you run it:** both means are too small at first. So is the uncorrected step shorter than $\alpha$?

# %% [markdown] lang="zh" of="a8915cb6"
# ## 02.16 选读：Adam 为什么要修正
#
# 若 $g$ 不变，未经修正的平均是 $m_t=(1-\beta_1^t)g$ 和 $s_t=(1-\beta_2^t)g^2$。修正之后，第一步的长度是
# $\alpha|g|/(|g|+\varepsilon)$；不修正，第 $t$ 步会是
#
# $$\alpha\,\frac{1-\beta_1^t}{\sqrt{1-\beta_2^t}} .$$
#
# **先猜再运行：** 两个平均起初都偏小，那么不修正的步子会比 $\alpha$ 短吗？

# %%
step = np.arange(1, 1_001)
uncorrected = (1 - 0.9**step) / np.sqrt(1 - 0.999**step)        # in units of alpha
assert uncorrected.min() > 1, "longer than alpha, each of them"
path = walk(adam, slope, START, 120, alpha=0.5)
louder = walk(adam, lambda w: 1_000 * slope(w), START, 120, alpha=0.5)
assert np.allclose(path, louder, atol=1e-4), "1,000 times the loss: the same path"
f"step 1: {uncorrected[0]:.2f} alpha; the longest: {uncorrected.max():.2f} alpha"

# %% [markdown] lang="en"
# No, **longer**: ⟦uncorrected[0]:.2f⟧ times at first, ⟦uncorrected.max():.1f⟧ times at step
# ⟦step[uncorrected.argmax()]⟧. $m$ starts at $(1-\beta_1)g$, a tenth; $\sqrt s$, which divides it, at
# $\sqrt{1-\beta_2}\,|g|$, a thirtieth.

# %% [markdown] lang="zh" of="49492d15"
# 并不会，反而**更长**：起初是 ⟦uncorrected[0]:.2f⟧ 倍，第 ⟦step[uncorrected.argmax()]⟧ 步是 ⟦uncorrected.max():.1f⟧ 倍。
# $m$ 的初值是 $(1-\beta_1)g$，即十分之一；而用来除它的 $\sqrt s$，初值只有 $\sqrt{1-\beta_2}\,|g|$，约三十分之一。

# %% [markdown] lang="en"
# **Quiz.** A colleague replaces plain SGD with $\alpha=0.5$ by Adam, "with the same rate, to be fair". What do you
# expect?
#
# - [ ] a fair comparison :: In SGD $\alpha$ multiplies a gradient; in Adam it *is* about the length of each weight's
#   step. The two numbers have different units.
# - [ ] Adam corrects the rate by itself, so the number doesn't matter :: Adam adapts to the gradient's scale, not to
#   the distance left. A step of 0.5 for each weight is a step of 0.5.
# - [x] Adam's steps are too long :: At first each weight moves by about 0.5 whatever its gradient. PyTorch's default
#   for Adam is 0.001; the picture of 02.18 shows what 0.5 does.

# %% [markdown] lang="zh" of="afbac226"
# **小测验。** 一位同事把 $\alpha=0.5$ 的普通 SGD 换成 Adam，“学习率不变，这样才公平”。你预计会怎样？
#
# - [ ] 这样比较很公平 :: 在 SGD 里，$\alpha$ 要乘上梯度；在 Adam 里，它差不多**就是**每个权重的步长。两个数的单位都不同。
# - [ ] Adam 会自己调整学习率，所以填多少都行 :: Adam 适应的是梯度的大小，不是剩下的路程。每个权重走 0.5，就是走 0.5。
# - [x] Adam 的步子会太大 :: 起初不论梯度多大，每个权重都移动约 0.5。PyTorch 中 Adam 的默认学习率是 0.001；取 0.5 会怎样，看 02.18 节的图。

# %% [markdown] lang="en"
# ## 02.17 Deeper: does a good rate avoid overfitting?
#
# The article of 02.9 says that adjusting the rate avoids over- and underfitting. We let five schedules train on 60
# images and on all ⟦n:,⟧, for equally many steps, and compare the losses on training and validation images.

# %% [markdown] lang="zh" of="6252dd74"
# ## 02.17 选读：好的学习率能避免过拟合吗？
#
# 02.9 节的那篇文章说，调整学习率能“避免过拟合和欠拟合”。让五种调度分别在 60 张和全部 ⟦n:,⟧ 张图像上训练，步数相同，
# 再比较训练图像和验证图像上的损失。

# %%
def fit(name, size, seed):
    """(training loss, validation loss) after some STEPS steps on `size` images."""
    rows = np.random.default_rng(seed).permutation(n)[:size]
    passes = STEPS // -(-size // 8)
    T = passes * -(-size // 8)
    more = {"too small": np.full(T, 3e-5), "frozen": 0.3 * np.exp(-np.arange(T))}
    rates = {**make_schedules(T), **more}[name]
    W, _ = sgd(rates, 8, passes, seed, X=X_train[rows], Y=Y_train[rows])
    return loss(W, X_train[rows], Y_train[rows]), loss(W, X_val, Y_val)

# %%
NAMES = ("too small", "frozen", "constant", "exponential", "warm-up, cosine")
fits = {(name, size): np.array([fit(name, size, seed) for seed in SEEDS[:3]])
        for name in NAMES for size in (60, n)}                          # (seeds, 2)
gap = {key: (both[:, 1] - both[:, 0]).mean() for key, both in fits.items()}
assert all(fits[name, n][:, 0].min() > 1.5 for name in NAMES[:2]), "these underfit"
assert min(gap[name, 60] for name in NAMES[2:]) > 0.3, "60 images: overfitting"
assert max(abs(gap[name, n]) for name in NAMES[2:]) < 0.1, "all: none"
for (name, size), both in fits.items():
    a, b = both.mean(axis=0)
    print(f"{name:16}{size:5} images: training {a:.3f}, validation {b:.3f}")

# %% [markdown] lang="en"
# Half of it is true. A rate too small, or one that freezes at once, **underfits**: on all images the training loss stays
# at ⟦fits["too small", n][:, 0].mean():.1f⟧, near that of guessing, $\ln 10$. A sound rate cures that.
#
# **Overfitting** it does not cure here. With 60 images, validation exceeds training by ⟦gap["constant", 60]:.2f⟧ at a
# constant rate, ⟦gap["exponential", 60]:.2f⟧ with decay, ⟦gap["warm-up, cosine", 60]:.2f⟧ with cosine; with all images by
# ⟦gap["warm-up, cosine", n]:.2f⟧. More data closed the gap, the schedule didn't. On networks the rate can influence
# *which* minimum is found (lesson 04).

# %% [markdown] lang="zh" of="848452b9"
# 只对了一半。学习率太小，或者一下子就冻住，确实会**欠拟合**（underfitting）：用全部图像训练，
# 训练损失仍停在 ⟦fits["too small", n][:, 0].mean():.1f⟧，与瞎猜的 $\ln 10$ 差不多。换成合理的学习率就好了。
#
# **过拟合**（overfitting）它在这里却治不了。只有 60 张图像时，验证损失高出训练损失的部分，恒定学习率为
# ⟦gap["constant", 60]:.2f⟧，衰减为 ⟦gap["exponential", 60]:.2f⟧，余弦为 ⟦gap["warm-up, cosine", 60]:.2f⟧；
# 用上全部图像，则为 ⟦gap["warm-up, cosine", n]:.2f⟧。补上差距的是更多的数据，不是调度。
# 在神经网络上，学习率会影响落到**哪一个**极小值（第 04 课）。

# %% [markdown] lang="en"
# ## 02.18 Deeper: the ladder on a network
#
# Five rules, 13 rates, three seeds, two passes over the digits: each rule is judged at its own best rate, by the training
# loss.

# %% [markdown] lang="zh" of="531bd427"
# ## 02.18 选读：在网络上比一比
#
# 五条规则，13 个学习率，三个种子，走两轮。每条规则都按自己最优的学习率来评判，看训练损失。

# %%
def sweep(rule, passes, seeds=SEEDS[:3]):
    """All rates and seeds at once: losses (steps, rates, seeds), their networks."""
    networks = make_networks(seeds * len(GRID))
    alphas = torch.tensor(GRID).repeat_interleave(len(seeds)).view(-1, 1, 1)
    batches, memories, losses = np.random.default_rng(SEED), [{}, {}], []
    for order in (batches.permutation(train) for _ in range(passes)):
        for rows in np.split(order, range(32, n, 32)):
            log_p = forward(networks, centred[rows]).log_softmax(-1)    # (R, B, 10)
            losses.append(-(log_p * targets[rows]).sum(2).mean(1))      # (R,)
            gradients = torch.autograd.grad(losses[-1].sum(), networks)
            with torch.no_grad():
                for layer, g, memory in zip(networks, gradients, memories):
                    layer -= rule(g, memory, alphas)
    shape = (-1, len(GRID), len(seeds))
    return torch.stack(losses).detach().view(shape).numpy(), networks

# %%
@torch.no_grad()
def find_loss(networks, rows):
    """(rates, seeds) mean cross-entropy on those rows."""
    log_p = forward(networks, centred[rows]).log_softmax(-1)
    return -(log_p * targets[rows]).sum(2).mean(1).view(len(GRID), -1).numpy()

learned = {rule.__name__: find_loss(sweep(rule, 2)[1], train) for rule in LADDER}
chosen = {name: int(losses.mean(axis=1).argmin()) for name, losses in learned.items()}
ladder = {name: losses[chosen[name]] for name, losses in learned.items()}   # (seeds,)
assert all(0 < k < len(GRID) - 1 for k in chosen.values()), "no best rate at an end"
scaling = [ladder[name] for name in ("adagrad", "rmsprop", "adam")]
assert all((h < ladder["plain"]).all() for h in scaling), "they beat SGD, in each seed"

# %%
curves = {name: losses.mean(axis=1) for name, losses in learned.items()}
ax = plotting.show_curves(curves, GRID, logx=True, logy=True, marker="o",
                          xlabel=r"rate $\alpha$", ylabel="training loss (nats)")
ax.set_ylim(0.03, 5);

# %% [markdown] lang="en"
# *The picture:* training loss after two passes against the rate, one curve a rule, means of three seeds. Five valleys,
# shifted: plain SGD's lies farthest right, Adam's and RMSProp's lie farthest left.
#
# At their own best rates: SGD ⟦ladder["plain"].mean():.3f⟧ (rate ⟦GRID[chosen["plain"]]:.2g⟧), momentum
# ⟦ladder["momentum"].mean():.3f⟧ (⟦GRID[chosen["momentum"]]:.2g⟧), AdaGrad ⟦ladder["adagrad"].mean():.3f⟧
# (⟦GRID[chosen["adagrad"]]:.2g⟧), RMSProp ⟦ladder["rmsprop"].mean():.3f⟧ (⟦GRID[chosen["rmsprop"]]:.2g⟧), Adam
# ⟦ladder["adam"].mean():.3f⟧ (⟦GRID[chosen["adam"]]:.2g⟧). AdaGrad, RMSProp and Adam, which scale each
# weight's step, beat SGD in all seeds. Momentum's lead is not safe: with `SEED = 2`, another split and order, it
# vanishes. How the three rank, two passes don't say.

# %% [markdown] lang="zh" of="9adcb705"
# *图中所见：* 两轮之后的训练损失随学习率的变化，每条规则一条曲线，取三个种子的平均。五座山谷位置错开：
# 普通 SGD 的最靠右；Adam 和 RMSProp 的最靠左。
#
# 各取自己的最优学习率：SGD 为 ⟦ladder["plain"].mean():.3f⟧（学习率 ⟦GRID[chosen["plain"]]:.2g⟧），动量法
# ⟦ladder["momentum"].mean():.3f⟧（⟦GRID[chosen["momentum"]]:.2g⟧），AdaGrad ⟦ladder["adagrad"].mean():.3f⟧
# （⟦GRID[chosen["adagrad"]]:.2g⟧），RMSProp ⟦ladder["rmsprop"].mean():.3f⟧（⟦GRID[chosen["rmsprop"]]:.2g⟧），Adam
# ⟦ladder["adam"].mean():.3f⟧（⟦GRID[chosen["adam"]]:.2g⟧）。AdaGrad、RMSProp 和 Adam 给每个权重单独缩放步长，
# 它们在每个种子上都胜过 SGD。动量法的领先却不稳：换成 `SEED = 2`（另一种划分和次序），领先就没有了。
# 三者之间的名次，只凭两轮训练还定不下来。

# %% [markdown] lang="en"
# ## Sources
#
# - H. Robbins, S. Monro, [A stochastic approximation method](https://doi.org/10.1214/aoms/1177729586) (1951).
# - J. Duchi and others, [Adaptive subgradient methods](https://jmlr.org/papers/v12/duchi11a.html) (2011): AdaGrad. RMSProp: Hinton's lectures (2012).
# - D. Kingma, J. Ba, [Adam](https://arxiv.org/abs/1412.6980) (2015), § 2.
# - G. Goh, [Why momentum really works](https://distill.pub/2017/momentum/) (2017).
# - B. Polyak, [Some methods of speeding up the convergence …](https://doi.org/10.1016/0041-5553(64)90137-5) (1964).
# - P. Goyal and others, [Accurate, large minibatch SGD](https://arxiv.org/abs/1706.02677) (2017): 02.15.
# - J. Cohen and others, [Gradient descent … at the edge of stability](https://arxiv.org/abs/2103.00065) (2021): 02.10.
# - The article 《大模型：AI技术的商业化路径》 : 02.1, 02.9.

# %% [markdown] lang="zh" of="09438737"
# ## 来源
#
# - H. Robbins、S. Monro，[A stochastic approximation method](https://doi.org/10.1214/aoms/1177729586)（1951）：随机逼近法。
# - J. Duchi 等，[Adaptive subgradient methods](https://jmlr.org/papers/v12/duchi11a.html)（2011）：AdaGrad。RMSProp 出自 G. Hinton 的课程（2012）。
# - D. Kingma、J. Ba，[Adam](https://arxiv.org/abs/1412.6980)（2015），第 2 节。
# - G. Goh，[Why momentum really works](https://distill.pub/2017/momentum/)（2017）：02.13 节的推导，可以动手玩。
# - B. Polyak，[Some methods of speeding up the convergence …](https://doi.org/10.1016/0041-5553(64)90137-5)（1964）：动量法，加快迭代收敛的几种办法。
# - P. Goyal 等，[Accurate, large minibatch SGD](https://arxiv.org/abs/1706.02677)（2017）：02.15 节。
# - J. Cohen 等，[Gradient descent … at the edge of stability](https://arxiv.org/abs/2103.00065)（2021）：稳定性边缘上的梯度下降，02.10 节。
# - 文章《大模型：AI技术的商业化路径》（commerce）：六个步骤、两种衰减、“波动”。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You wrote SGD's six steps; the one that learns took the height from ⟦heights[0]:.2f⟧ to ⟦heights[-1]:.3f⟧.
# - You predicted a mini-batch's noise: from 16 to 64 images it fell by a factor of ⟦noise[2] / noise[3]:.2f⟧.
# - You computed the edge, $2/\lambda_{\max}$: one per cent beyond, ⟦above:,.0f⟧ times as far out. And you measured what
#   momentum gains: ⟦gains[100]:.1f⟧ times fewer steps at $\kappa=100$.
# - You climbed from SGD to Adam, within ⟦max(differences.values()):.0e⟧ of PyTorch, and let the rate fall: the floor
#   sank from ⟦floors["constant"].mean():.3f⟧ to ⟦floors["warm-up, cosine"].mean():.4f⟧.
# - You noticed a divergence after one step and cured it in three ways; a guard saved ⟦1 - ran.mean():.0%⟧ of a search.
#
# **Next:** exercise 02; lesson 03, losses and initialisation.

# %% [markdown] lang="zh" of="c6ef0c86"
# ## 现在你能做到
#
# - 写出了 SGD 的六个步骤；真正在学习的那一步使高度从 ⟦heights[0]:.2f⟧ 降到了 ⟦heights[-1]:.3f⟧。
# - 预测了小批量的噪声：从 16 张到 64 张，降到原来的 1/⟦noise[2] / noise[3]:.2f⟧。
# - 算出了界限 $2/\lambda_{\max}$：只超出百分之一，就走到出发时的 ⟦above:,.0f⟧ 倍远。还测出了动量的好处：
#   $\kappa=100$ 时，步数只要原来的 1/⟦gains[100]:.1f⟧。
# - 从 SGD 一级一级走到了 Adam，与 PyTorch 相差不超过 ⟦max(differences.values()):.0e⟧；又让学习率下降，
#   平台从 ⟦floors["constant"].mean():.3f⟧ 降到了 ⟦floors["warm-up, cosine"].mean():.4f⟧。
# - 只走一步就看出了发散，并用三种办法治好了它；一条防护规则为一次搜索省下了 ⟦1 - ran.mean():.0%⟧。
#
# **接下来：** 练习 02；第 03 课，损失与初始化。
