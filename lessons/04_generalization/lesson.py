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
# # 04. Generalisation
#
# **The question of this lesson:** why does it do well at home and badly outside?
#
# You will be able to:
# - read over- and underfitting off curves, over width, examples and time;
# - derive what L2 and L1 do, and say why Adam with L2 is not AdamW;
# - write dropout, early stopping and augmentation, and know when a flip lies;
# - compare strategies with paired seeds and intervals, and add your own;
# - say what the best of many is worth.
#
# **Time and needs.** Reading: 70 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 01 to 03; no graphics card, no network.

# %% [markdown] lang="zh" of="caf3a6e6"
# # 04. 泛化
#
# **本课的问题：** 为什么在家里表现好，一出门就不行？
#
# 学完后你能够：
# - 从曲线上看出过拟合与欠拟合：随宽度、随样本数、随时间；
# - 推导 L2 和 L1 对一个权重做了什么，说清带 L2 的 Adam 为什么不是 AdamW；
# - 写出 dropout、早停和数据增强，并知道翻转什么时候是在撒谎；
# - 用成对的种子和区间来比较各种策略，并添上你自己的一种；
# - 说出许多策略里最好的那一种究竟值多少。
#
# **时间与所需。** 阅读约 70 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 01 到 03 课；不需要显卡，也不需要网络。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "scikit-learn", "matplotlib", "mlxtend")
import torch
from threadpoolctl import threadpool_limits
threadpool_limits(1, user_api="blas")       # products this small lose more by waiting for a second thread than they gain
torch.set_num_threads(1)

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage, stats
from torch.nn import functional as F
from tqdm.auto import tqdm

import course_data as data
from course_utils import plotting

# %%
plotting.use_course_style()
SEEDS = tuple(range(8))     # each has its own split, first weights and order; at least 5 for the intervals
N = 400                     # training images: few enough to overfit; 50 … 800 are tried in 04.3
EPOCHS, BATCH = 30, 50      # enough to learn all training images; 80 epochs are watched in 04.4
RATE = 3e-3                 # Adam's; 1e-3 is as good and slower
HIDDEN = 64                 # hidden units; 1 … 256 are tried in 04.2

# %% [markdown] lang="en"
# ## 04.1 Home and outside
#
# A model is judged on data that it hasn't seen. But *which* data? We prepare two tests for a reader of digits:
#
# - **at home:** other images of MNIST, drawn like those it learns from;
# - **outside:** the 8×8 digits of lessons 01 and 02, from another country, scanner and decade, enlarged to the same frame.
#
# To keep many trainings cheap, MNIST is halved to 14×14 pixels by taking means of 2×2. Each seed draws its own ⟦N⟧ images to
# learn from, 1,000 to validate (to choose by), 2,000 to test (to report). Nothing is chosen on the last 2,000, nor outside.

# %% [markdown] lang="zh" of="d7b9cfa3"
# ## 04.1 家里与外面
#
# 模型要用它没见过的数据来评判。可是，用*哪些*数据？我们给认数字的模型准备两场考试：
#
# - **家里：** 另一些 MNIST 图片，与它学习用的那些来自同一处；
# - **外面：** 第 01、02 课用过的 8×8 数字，来自另一个国家、另一台扫描仪、另一个年代，放大到同样的画框里。
#
# 为了让许多次训练都花得起，我们对每 2×2 个像素取平均，把 MNIST 缩小成 14×14。每个种子各自抽出 ⟦N⟧ 张图用来学习，1,000 张用来验证（据此做选择），
# 2,000 张用来测试（据此报告）。任何选择都不看那 2,000 张，也不看外面的图。

# %%
mnist, digits = data.load_mnist(), data.load_digits()
images = mnist.scaled().reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype(np.float32)      # (5000, 14, 14) in 0 … 1
labels = torch.tensor(mnist.labels)
framed = np.pad(digits.scaled(), ((0, 0), (3, 3), (3, 3)))                                  # (1797, 14, 14)
larger = {"matrix": np.eye(2) / 1.3, "offset": 6.5 * (1 - 1 / 1.3), "order": 1}             # 1.3 times, about the middle
foreign = np.stack([ndimage.affine_transform(picture, **larger) for picture in framed]).astype(np.float32)

def cut(seed, n=N):
    """Indices of n training, 1,000 validation and 2,000 test images, each class with its share."""
    return data.split(len(labels), (n / len(labels), 0.2, 0.4), seed=seed, labels=mnist.labels)

assert all(len(np.unique(np.concatenate(cut(seed)))) == N + 3_000 for seed in SEEDS), "the three parts share no image"

# %%
pick = [np.flatnonzero(mnist.labels == k)[3] for k in range(10)], [np.flatnonzero(digits.labels == k)[3] for k in range(10)]
plotting.show_images(np.concatenate([images[pick[0]], foreign[pick[1]]]), columns=10);

# %% [markdown] lang="en"
# *The picture:* upper row, MNIST digits at 14×14; lower row, the foreign digits in the same frame: bolder, blurred, with a
# different 1 and 7.
#
# The model is a network 196–64–10 with ReLU, He's start (03.10) and Adam (02.8). All seeds train **at once**: tables get a
# leading axis, $W_1\in\mathbb{R}^{R\times196\times64}$ for $R$ seeds, and one batched product does the work of $R$. Below stand the
# knobs of every strategy in this lesson: two penalties, a decay, dropout, a rate that depends on the progress in 0…1, a start,
# an augmentation. We come to each.

# %% [markdown] lang="zh" of="5a3b086e"
# *图中所见：* 上排是 14×14 的 MNIST 数字；下排是放进同样画框的外来数字：笔画更粗、更模糊，1 和 7 的写法也不一样。
#
# 模型是 196–64–10 的网络，用 ReLU、He 的初始权重（03.10 节）和 Adam（02.8 节）。所有种子**同时**训练：每个表前面多一个轴，
# $R$ 个种子就有 $W_1\in\mathbb{R}^{R\times196\times64}$，一次批量乘法干完 $R$ 份活。下面的代码里已经摆好了本课各种策略的旋钮：
# 两种惩罚、一种衰减、dropout、随进度（0…1）变化的学习率、初始权重、数据增强。我们会逐个讲到。

# %%
def draw_start(start, n_in, n_out, seed):
    """(n_in, n_out) first weights: "he", "xavier" (03.10) or "uniform", PyTorch's ±1 / sqrt(n_in)."""
    source = torch.Generator().manual_seed(seed)
    if start == "uniform":
        return (2 * torch.rand(n_in, n_out, generator=source) - 1) / n_in**0.5
    return {"he": 2 / n_in, "xavier": 2 / (n_in + n_out)}[start] ** 0.5 * torch.randn(n_in, n_out, generator=source)

def forward(W, x, dropout=0.0, source=None):
    """Logits (R, B, 10) of R networks; W: [W1, b1, W2, b2], each with a leading axis R; x: (R, B, 196)."""
    h = torch.relu(torch.baddbmm(W[1], x, W[0]))                            # (R, B, 64)
    if dropout:
        h = h * (torch.rand(h.shape, generator=source) >= dropout) / (1 - dropout)          # see 04.8
    return torch.baddbmm(W[3], h, W[2])

# %%
def adam_step(w, g, memory, t, alpha, decay=0.0):
    """w after step t = 1, 2, … of Adam; `decay` pulls at w itself, beside the means (04.7)."""
    memory["m"] = m = 0.9 * memory.get("m", 0) + 0.1 * g
    memory["v"] = v = 0.999 * memory.get("v", 0) + 0.001 * g**2
    return w - alpha * (m / (1 - 0.9**t) / ((v / (1 - 0.999**t)).sqrt() + 1e-8) + decay * w)

def run_epoch(W, memories, t, x, y, alpha, l1, l2, decay, dropout, source):
    """One pass over x (R, n, 196), y (R, n); returns the tables and the number of steps so far."""
    for k in range(0, y.shape[1], BATCH):
        z = forward(W, x[:, k:k + BATCH], dropout, source)                  # (R, B, 10)
        loss = F.cross_entropy(z.transpose(1, 2), y[:, k:k + BATCH], reduction="none").mean(1).sum()      # over the R runs
        for table in W[::2]:                                                # the weights; biases pay nothing
            loss = loss + l1 * table.abs().sum() + l2 / 2 * (table**2).sum()
        gradients, t = torch.autograd.grad(loss, W), t + 1
        pulls = (decay, 0.0, decay, 0.0)
        with torch.no_grad():
            W = [adam_step(w, g, memory, t, alpha, pull).requires_grad_()
                 for w, g, memory, pull in zip(W, gradients, memories, pulls)]
    return W, t

# %%
def gather(rows):
    """Pixels (R, n, 196) and labels (R, n) of the images in `rows`, one array of indices a seed."""
    return torch.from_numpy(images[np.stack(rows)].reshape(len(rows), -1, 196)), labels[np.stack(rows)]

def steady(progress):
    return RATE

# %%
def measure(W, x, y):
    """Loss (R,) and accuracy (R,) of each network on its own x, y."""
    with torch.no_grad():
        z = forward(W, x)
    return F.cross_entropy(z.transpose(1, 2), y, reduction="none").mean(1).numpy(), (z.argmax(-1) == y).double().mean(1).numpy()

# %%
def train(n=N, hidden=HIDDEN, epochs=EPOCHS, rate=steady, start="he", l1=0.0, l2=0.0, decay=0.0, dropout=0.0,
          augment=None, rows=None, watch=None):
    """One network a seed: the tables, and with `watch` (x, y) a history (epochs, 4, R): loss, accuracy, seen and watched."""
    x, y = gather(rows or [cut(seed, n)[0] for seed in SEEDS])
    W = [torch.stack([draw_start(start, *shape, 10 * seed + k) if k % 2 == 0 else torch.zeros(shape) for seed in SEEDS])
         for k, shape in enumerate(((196, hidden), (1, hidden), (hidden, 10), (1, 10)))]
    W, memories, t, history = [table.requires_grad_() for table in W], [{} for _ in W], 0, []
    shuffles, source = [np.random.default_rng(seed) for seed in SEEDS], torch.Generator().manual_seed(0)
    for epoch in range(epochs):
        order = torch.tensor(np.stack([shuffle.permutation(x.shape[1]) for shuffle in shuffles]))         # (R, n)
        shown, told = torch.take_along_dim(x, order[:, :, None], 1), torch.take_along_dim(y, order, 1)
        if augment:
            shown = torch.from_numpy(augment(shown.reshape(-1, 14, 14).numpy(), shuffles[0])).reshape(shown.shape)
        W, t = run_epoch(W, memories, t, shown, told, rate(epoch / epochs), l1, l2, decay, dropout, source)
        if watch:
            history.append([*measure(W, x, y), *measure(W, *watch)])
    return W, np.array(history)

# %% [markdown] lang="en"
# **Before you run it:** the network learns its ⟦N⟧ images by heart. What will it reach on the 2,000 others, and what on the
# foreign digits?

# %% [markdown] lang="zh" of="4d8fae50"
# **先猜再运行：** 网络会把那 ⟦N⟧ 张图背得滚瓜烂熟。另外 2,000 张，它能认对多少？外来的数字呢？

# %%
learned, checked, tested = (gather([cut(seed)[part] for seed in SEEDS]) for part in range(3))
abroad = (torch.from_numpy(foreign).reshape(1, -1, 196).repeat(len(SEEDS), 1, 1), torch.tensor(digits.labels).repeat(len(SEEDS), 1))
plain, _ = train()

# %%
base = {name: measure(plain, *part)[1] for name, part in
        {"learned": learned, "home": tested, "outside": abroad}.items()}    # accuracies (R,)
assert base["learned"].min() > 0.99 > base["home"].max() > base["home"].min() > base["outside"].max(), "by heart, well, badly"
{name: f"{each.mean():.3f} ± {each.std(ddof=1):.3f}" for name, each in base.items()}

# %% [markdown] lang="en"
# ⟦base["learned"].mean():.0%⟧, ⟦base["home"].mean():.1%⟧, ⟦base["outside"].mean():.1%⟧ (means of ⟦len(SEEDS)⟧ seeds; ± is the
# standard deviation from seed to seed). Two gaps, then, of different kinds.
#
# The first, from learned to home, is **overfitting**: part of what was learned holds for these ⟦N⟧ images only. More images close it,
# and the methods below try to. The second, from home to outside, is a **shift**: the world differs from the sample. No test at home
# can show it, and we shall see that the cures for the one are not the cures for the other.

# %% [markdown] lang="zh" of="71f3ed32"
# 依次是 ⟦base["learned"].mean():.0%⟧、⟦base["home"].mean():.1%⟧、⟦base["outside"].mean():.1%⟧（⟦len(SEEDS)⟧ 个种子的平均；± 后面是种子之间的标准差）。
# 可见差距有两段，性质不同。
#
# 第一段，从学过的到家里的，是**过拟合**：学到的东西有一部分只对这 ⟦N⟧ 张图成立。图越多，差距越小，下面的方法也都想缩小它。
# 第二段，从家里到外面，是**偏移**：世界与样本不同。家里的考试看不出它来；我们还会看到，治前者的药，并不就是治后者的药。

# %% [markdown] lang="en"
# ## 04.2 Too simple, too free
#
# Write the test loss as what the best possible reader would pay, plus two avoidable parts: what this family of networks can't
# express (**underfitting**), and what it expresses about the sample alone (overfitting). Width moves the balance.
#
# **Before you run it:** from 1 to 256 hidden units. The textbook curve of the test error is a U. Will you see one?

# %% [markdown] lang="zh" of="384abca5"
# ## 04.2 太简单，太自由
#
# 测试损失可以写成三部分：最好的读者也要付的那部分，再加上两个本可避免的部分：这一族网络表达不了的（**欠拟合**），以及它只对样本成立的（过拟合）。
# 宽度在两者之间移动平衡。
#
# **先猜再运行：** 从 1 个到 256 个隐藏单元。教科书上的测试误差曲线是个 U 形。你会看到 U 形吗？

# %%
WIDTHS = np.array([1, 2, 4, 8, 16, 64, 256])
by_width = np.array([[1 - measure(W, *part)[1] for part in (learned, tested)]
                     for W in (train(hidden=int(width))[0] for width in WIDTHS)])           # (widths, 2, R) errors
seen_error, home_error = by_width.mean(axis=2).T
assert (np.diff(seen_error) < 0.01).all() and seen_error[0] > 0.5, "more units fit more; one unit cannot separate ten classes"
assert home_error[-1] < home_error[0] - 0.5 and home_error[-1] > seen_error[-1] + 0.05, "the gap opens with the width"

# %%
curves = {"learned": seen_error, "at home": home_error}
plotting.show_curves(curves, WIDTHS, xlabel="hidden units", ylabel="error", logx=True, marker="o");

# %% [markdown] lang="en"
# *The picture:* error against the number of hidden units, which grows to the right. Both curves fall steeply from 1 to 8 units; then the one for learned
# images goes to zero, and the one at home levels off above it, without rising.
#
# One unit errs on ⟦home_error[0]:.0%⟧, eight on ⟦home_error[3]:.0%⟧: underfitting is cured by width. But no U: with 256 units, ⟦197 * 256 + 257 * 10:,⟧ parameters for
# ⟦N⟧ images, the error at home is ⟦home_error[-1]:.1%⟧, no worse than the ⟦home_error[-2]:.1%⟧ of 64. The gap opens, and what counts, the
# curve above, doesn't climb. Belkin et al. (2019) found this widely: past the point where everything is fitted, wider nets often do better.

# %% [markdown] lang="zh" of="214caaf5"
# *图中所见：* 误差随隐藏单元数（向右增大）的变化。从 1 个到 8 个单元，两条曲线都陡降；此后学过的那条降到零，家里的那条停在上方，走平，并不上升。
#
# 一个单元错 ⟦home_error[0]:.0%⟧，八个错 ⟦home_error[3]:.0%⟧：欠拟合可以靠加宽来治。但没有 U 形：256 个单元、⟦197 * 256 + 257 * 10:,⟧ 个参数，只配 ⟦N⟧ 张图，
# 家里的误差是 ⟦home_error[-1]:.1%⟧，并不比 64 个单元的 ⟦home_error[-2]:.1%⟧ 差。差距是拉开了，但要紧的是上面那条曲线，它没有往上走。
# Belkin 等人（2019）发现这很普遍：过了什么都拟合得了的那一点，更宽的网络往往反而更好。

# %% [markdown] lang="en"
# ## 04.3 How much would more data help?
#
# A **learning curve** shows the error against the number of examples. Where both scales are logarithmic it is often close to a straight line,
#
# $$\mathrm{error}(n)\approx c\,n^{-s},$$
#
# so that each doubling of $n$ multiplies the error by $2^{-s}$. We fit the line on up to 400 images and let it foretell 800.

# %% [markdown] lang="zh" of="4bd15f41"
# ## 04.3 数据再多一些，有多大用？
#
# **学习曲线**画的是误差随样本数的变化。两个坐标都取对数时，它常常接近一条直线，
#
# $$\mathrm{error}(n)\approx c\,n^{-s},$$
#
# 于是 $n$ 每翻一倍，误差就乘上 $2^{-s}$。我们用不超过 400 张图的结果来拟合直线，让它预言 800 张时的误差。

# %%
COUNTS = np.array([50, 100, 200, 400, 800])
by_count = np.array([1 - measure(train(n=int(n))[0], *gather([cut(seed, n)[2] for seed in SEEDS]))[1] for n in COUNTS])   # (5, R)
fit = stats.linregress(np.log(COUNTS[:4]), np.log(by_count[:4].mean(axis=1)))
foretold = np.exp(fit.intercept + fit.slope * np.log(COUNTS))
assert (np.diff(by_count.mean(axis=1)) < 0).all(), "more images, fewer errors"
assert abs(foretold[-1] / by_count[-1].mean() - 1) < 0.25, "the line foretells 800 images within a quarter"

# %%
fig, ax = plt.subplots(figsize=(5, 3.2))
ax.errorbar(COUNTS, by_count.mean(axis=1), by_count.std(axis=1, ddof=1), fmt="o", color="C5", label="measured, ± SD over seeds")
ax.loglog(COUNTS, foretold, color="C4", linestyle="--", label="line through the first four")
ticks = {"xticks": COUNTS, "xticklabels": COUNTS, "yticks": [0.1, 0.2, 0.3], "yticklabels": [0.1, 0.2, 0.3]}
ax.set(xlabel="training images $n$", ylabel="error at home", **ticks)
ax.minorticks_off(), ax.legend();

# %% [markdown] lang="en"
# *The picture:* error against training images on logarithmic axes: five dots with bars, close to a falling dashed line.
#
# The slope is $s=$ ⟦-fit.slope:.2f⟧: a doubling leaves ⟦2 ** fit.slope:.0%⟧ of the errors. Foretold for 800: ⟦foretold[-1]:.3f⟧, measured ⟦by_count[-1].mean():.3f⟧.
# So before collecting, train on a half and a quarter of what you have; the line through them prices the next doubling. How far may it be drawn?
# Not to zero: where labels are wrong, or images can't be read by anyone, the line bends. And it speaks of home only.

# %% [markdown] lang="zh" of="f9f82d29"
# *图中所见：* 双对数坐标下误差随训练图片数的变化：五个带误差棒的点，贴着一条下降的虚线。
#
# 斜率 $s=$ ⟦-fit.slope:.2f⟧：数据翻一倍，错误剩下 ⟦2 ** fit.slope:.0%⟧。预言 800 张时是 ⟦foretold[-1]:.3f⟧，实测 ⟦by_count[-1].mean():.3f⟧。
# 所以在动手收集之前，先用现有数据的一半、四分之一训练几次，穿过这几点的直线就给下一次翻倍标出了价钱。这条线能画多远？画不到零：
# 标签标错了，或者图片谁也认不出来，线就会弯。而且它只说家里的事。

# %% [markdown] lang="en"
# ## 04.4 When to stop
#
# Over time the same story: first what holds generally is learned, then the sample by heart. **Early stopping** keeps the weights of the epoch with
# the lowest validation loss, and ends the run after `patience` epochs without a new low.

# %% [markdown] lang="zh" of="bbf8a16f"
# ## 04.4 什么时候停
#
# 时间轴上是同一个故事：先学会普遍成立的东西，再把样本背下来。**早停**保留验证损失最低的那一轮的权重，连续 `patience` 轮没有新低，就结束训练。

# %%
_, history = train(epochs=80, watch=checked)                                # (80, 4, R)
seen_loss, checked_loss = history[:, 0].mean(axis=1), history[:, 2].mean(axis=1)
lowest = history[:, 2].argmin(axis=0)                                       # (R,) epoch of each seed's lowest loss

# %%
def stop_at(losses, patience):
    """The epoch at which patience runs out, or the last."""
    since = np.arange(len(losses)) - np.array([np.argmin(losses[:k + 1]) for k in range(len(losses))])
    return int(np.argmax(since >= patience)) if (since >= patience).any() else len(losses) - 1

stops = np.array([stop_at(history[:, 2, r], patience=10) for r in range(len(SEEDS))])
assert stop_at([3, 2, 2.5, 2.4, 1], 2) == 3, "two epochs without a new low end the run, though a lower one would follow"

# %%
assert checked_loss[-1] > checked_loss.min() + 0.03 and seen_loss[-1] < seen_loss[20], "one turns back up, the other falls on"
plotting.show_curves({"learned": seen_loss, "validation": checked_loss}, np.arange(1, 81), xlabel="epoch", ylabel="loss (nats)");

# %% [markdown] lang="en"
# *The picture:* loss against epochs. For learned images it sinks towards zero; for validation images it falls, has its lowest point near epoch
# ⟦lowest.mean() + 1:.0f⟧, and climbs again.
#
# Patience 10 ends the runs after epoch ⟦stops.mean() + 1:.0f⟧ on average and saves ⟦1 - (stops.mean() + 1) / 80:.0%⟧ of the work. But look at accuracy:
# ⟦history[lowest, 3, range(len(SEEDS))].mean():.3f⟧ at the lowest loss, ⟦history[-1, 3].mean():.3f⟧ after 80 epochs. The *loss* climbs because the network grows surer of
# its few mistakes (03.8); the number of mistakes hardly changes.
#
# **The price:** the validation part has now chosen the epoch. The best validation accuracy along the way, ⟦history[:, 3].max(axis=0).mean():.3f⟧, is the
# highest of 80 and no longer an honest estimate. That is what the test part is kept for.

# %% [markdown] lang="zh" of="99faa08f"
# *图中所见：* 损失随训练轮数的变化。学过的图片，损失一路沉向零；验证集的先降，在第 ⟦lowest.mean() + 1:.0f⟧ 轮前后到最低点，再往上爬。
#
# 耐心取 10，训练平均在第 ⟦stops.mean() + 1:.0f⟧ 轮结束，省下 ⟦1 - (stops.mean() + 1) / 80:.0%⟧ 的工作量。可是看看准确率：
# 损失最低时是 ⟦history[lowest, 3, range(len(SEEDS))].mean():.3f⟧，80 轮之后是 ⟦history[-1, 3].mean():.3f⟧。*损失*往上爬，是因为网络对它那几个错误越来越有把握（03.8 节）；
# 错误的个数几乎没变。
#
# **代价：** 停在哪一轮，已经由验证集选过了。一路上最高的验证准确率 ⟦history[:, 3].max(axis=0).mean():.3f⟧ 是 80 个数里最大的，不再是老实的估计。测试集留着不动，为的就是这个。

# %% [markdown] lang="en"
# ## 04.5 Two pulls towards zero
#
# S1 (3.3) names L1 and L2 against overfitting. Both add a price for weights:
#
# $$J_2(w)=L(w)+\frac{\lambda}{2}\sum_iw_i^2,\qquad J_1(w)=L(w)+\lambda\sum_i|w_i| .$$
#
# Under L2 a step is $w\leftarrow w-\alpha(\nabla L+\lambda w)=(1-\alpha\lambda)\,w-\alpha\nabla L$: each weight first shrinks by the same *share* (**weight decay**). Near a minimum
# $w^*$ of $L$, along an axis with curvature $h$, the sum is lowest where $h(w-w^*)+\lambda w=0$, so at
#
# $$w=\frac{h}{h+\lambda}\,w^* :$$
#
# what the data holds firmly (large $h$) stays, what it hardly cares about goes to nearly, never quite, zero.
#
# Under L1 the pull is $\lambda\operatorname{sign}(w_i)$, the same for large and small. A weight for which the loss offers less than $\lambda$ of slope is held at 0.

# %% [markdown] lang="zh" of="35ee3ef6"
# ## 04.5 两种拉向零的力
#
# S1（3.3）提到用 L1 和 L2 防止过拟合。两者都给权重标上价钱：
#
# $$J_2(w)=L(w)+\frac{\lambda}{2}\sum_iw_i^2,\qquad J_1(w)=L(w)+\lambda\sum_i|w_i| .$$
#
# 用 L2 时，一步是 $w\leftarrow w-\alpha(\nabla L+\lambda w)=(1-\alpha\lambda)\,w-\alpha\nabla L$：每个权重先缩小同样的*比例*（**权重衰减**）。在 $L$ 的极小点
# $w^*$ 附近，沿曲率为 $h$ 的方向，两项之和在 $h(w-w^*)+\lambda w=0$ 处最低，也就是
#
# $$w=\frac{h}{h+\lambda}\,w^* :$$
#
# 数据抓得紧的（$h$ 大）留下，数据不大在乎的几乎归零，但永远不会正好是零。
#
# 用 L1 时，拉力是 $\lambda\operatorname{sign}(w_i)$，权重大小都一样。损失给出的斜率若不到 $\lambda$，这个权重就被按在 0 上。

# %%
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 5)) * [3, 2, 1, 0.5, 0.1]                          # columns that matter less and less
target = X @ np.ones(5) + rng.normal(size=60)
H, best = X.T @ X / 60, np.linalg.lstsq(X, target)[0]                       # Hessian of the mean squared error / 2, its minimum

# %%
h, axes_of_bowl = np.linalg.eigh(H)                                         # (5,), (5, 5): curvatures and their axes
ridge = np.linalg.solve(H + 0.5 * np.eye(5), X.T @ target / 60)             # minimum with lambda = 0.5
assert np.allclose(axes_of_bowl.T @ ridge, h / (h + 0.5) * (axes_of_bowl.T @ best)), "along each axis: h / (h + lambda)"
np.round(h / (h + 0.5), 3)

# %%
def find_small(W, edge=1e-3):
    """Share of the weights below `edge` in size."""
    return np.mean([(table.abs() < edge).double().mean().item() for table in W[::2]])

# %%
small = {name: find_small(train(**knobs)[0]) for name, knobs in
         {"none": {}, "L2, 0.01": {"l2": 1e-2}, "L1, 0.001": {"l1": 1e-3}}.items()}
assert small["L1, 0.001"] > small["L2, 0.01"] + 0.1 > small["none"] + 0.1, "L1 empties the most weights, then L2; without a penalty hardly any is small"
{name: f"{share:.0%}" for name, share in small.items()}

# %% [markdown] lang="en"
# L1 leaves ⟦small["L1, 0.001"]:.0%⟧ of the weights below 0.001, L2 ⟦small["L2, 0.01"]:.0%⟧ (always black pixels: nothing holds those weights), no
# penalty ⟦small["none"]:.0%⟧. None is exactly 0: Adam overshoots.
#
# ## 04.6 Adam with L2 is not AdamW
#
# For gradient descent L2 and decay are one formula. In Adam the penalty's gradient $\lambda w$ enters $m$ and $v$, and the step divides
# by $\sqrt{v}$. Where gradients have the size $s\gg\lambda|w|$, $\sqrt v\approx s$, and the pull is only
#
# $$\alpha\,\frac{\lambda w}{s} .$$
#
# Busy weights hardly shrink, idle ones fast. AdamW (Loshchilov and Hutter, 2019) takes the pull out of the means: each loses the share $\alpha\lambda$ a step.
#
# **Before you run it:** two weights start at 1; gradients are noise, of size 1 and 0.01. Where are they after 1,000 steps, $\alpha=0.001$, $\lambda=0.1$?

# %% [markdown] lang="zh" of="c4016a5e"
# L1 让 ⟦small["L1, 0.001"]:.0%⟧ 的权重小于 0.001，L2 是 ⟦small["L2, 0.01"]:.0%⟧（总是黑的像素，没有什么拉住它们的权重），不加惩罚是
# ⟦small["none"]:.0%⟧。正好等于 0 的一个也没有：Adam 每一步都会迈过头。
#
# ## 04.6 带 L2 的 Adam 不是 AdamW
#
# 对梯度下降，L2 与衰减是同一个公式；对 Adam 就不是了。惩罚的梯度 $\lambda w$ 进了 $m$ 和 $v$，而步子要除以 $\sqrt{v}$。
# 若一个权重的梯度大小为 $s\gg\lambda|w|$，则 $\sqrt v\approx s$，拉它的力只剩
#
# $$\alpha\,\frac{\lambda w}{s} .$$
#
# 忙碌的权重梯度大，几乎不缩；清闲的缩得很快。AdamW（Loshchilov 和 Hutter，2019）把拉力从两个平均里拿了出来：每个权重每步都失去 $\alpha\lambda$ 这么大的比例。
#
# **先猜再运行：** 两个权重从 1 出发，梯度都是噪声，大小分别为 1 和 0.01。取 $\alpha=0.001$，$\lambda=0.1$，1,000 步之后它们各在哪里？

# %%
def run_adam(noise, alpha, lam, decoupled):
    """Weights after all steps from 1, with the gradients `noise` (steps, …): Adam + L2, or AdamW."""
    w, memory = torch.ones(noise.shape[1:], dtype=torch.float64), {}
    for t, g in enumerate(noise, 1):
        w = adam_step(w, g if decoupled else g + lam * w, memory, t, alpha, lam if decoupled else 0.0)
    return w

def run_library(kind, noise, alpha, lam):
    w = torch.ones(noise.shape[1:], dtype=torch.float64, requires_grad=True)
    optimizer = kind([w], lr=alpha, weight_decay=lam)
    for w.grad in noise:
        optimizer.step()
    return w.detach()

noise = torch.randn(1000, 2, 500, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * torch.tensor([[1.0], [0.01]])
with_l2, with_w = (run_adam(noise, 1e-3, 0.1, decoupled) for decoupled in (False, True))            # (2, 500): 500 weights of each kind
assert np.allclose(with_l2, run_library(torch.optim.Adam, noise, 1e-3, 0.1), atol=1e-6), "PyTorch's Adam with weight_decay is L2"
assert np.allclose(with_w, run_library(torch.optim.AdamW, noise, 1e-3, 0.1), atol=1e-6), "and its AdamW is ours"
left_l2, left_w = with_l2.mean(dim=1).numpy(), with_w.mean(dim=1).numpy()
assert left_l2[0] > left_l2[1] + 0.3 and abs(left_w[0] - left_w[1]) < 0.05, "L2 spares the busy; AdamW treats both alike"
{"Adam + L2": left_l2.round(2), "AdamW": left_w.round(2), "a pure decay": round((1 - 1e-4) ** 1000, 2)}

# %% [markdown] lang="en"
# (Means of 500 weights.) Under L2 the busy weight keeps ⟦left_l2[0]:.2f⟧, the idle one ⟦left_l2[1]:.2f⟧; under AdamW both keep about ⟦left_w.mean():.2f⟧, as
# $(1-\alpha\lambda)^{1000}$ says. So a $\lambda$ found for one is meaningless for the other: `weight_decay` of `torch.optim.Adam` and of `AdamW` share only the name.

# %% [markdown] lang="zh" of="04e1d4f2"
# （500 个权重的平均。）用 L2，忙碌的权重剩 ⟦left_l2[0]:.2f⟧，清闲的剩 ⟦left_l2[1]:.2f⟧；用 AdamW，两者都剩约 ⟦left_w.mean():.2f⟧，与 $(1-\alpha\lambda)^{1000}$
# 相符。所以给一个调好的 $\lambda$，对另一个毫无意义：`torch.optim.Adam` 与 `AdamW` 的 `weight_decay` 只是同名。

# %% [markdown] lang="en"
# **Quiz.** A colleague fine-tunes with `torch.optim.Adam(weight_decay=0.01)` and finds that decay "does nothing". What do you tell them first?
#
# - [ ] take 0.1 :: Perhaps, but the pull would still be divided by each weight's $\sqrt v$: the idle ones would be emptied before the busy ones feel it.
# - [x] that is L2 inside Adam; for decay take AdamW :: With it each weight loses $\alpha\lambda$ of itself a step, whatever its gradients are.
# - [ ] decay is only for SGD :: For SGD the two coincide; for Adam the decoupled form was made. Large language models are trained with it.

# %% [markdown] lang="zh" of="cb01cfcd"
# **小测验。** 一位同事用 `torch.optim.Adam(weight_decay=0.01)` 做微调，发现衰减“毫无作用”。你先对他说什么？
#
# - [ ] 改成 0.1 :: 也许可以，但拉力仍要除以每个权重自己的 $\sqrt v$：忙碌的还没感觉，清闲的早就被掏空了。
# - [x] 那是 Adam 里面的 L2；要衰减，请用 AdamW :: 用它，每个权重每步失去自身的 $\alpha\lambda$，与梯度无关。
# - [ ] 衰减只适用于 SGD :: 对 SGD，两者是一回事；解耦的形式正是为 Adam 造的，大语言模型都这样训练。

# %% [markdown] lang="en"
# ## 04.7 Dropout, and a failure on purpose
#
# **Dropout** (Srivastava et al., 2014) silences each hidden unit with probability $p$ in each step, so that none may rely on another. With a mask $\delta$ of zeros and ones,
#
# $$\tilde h=\frac{\delta\odot h}{1-p},\qquad \mathbb{E}[\tilde h_j]=\frac{(1-p)\,h_j}{1-p}=h_j :$$
#
# the division keeps the mean, so that at evaluation nothing need be done. Nothing, if one remembers to switch it off.
#
# **Before you run it:** we forget. The network trained with $p=0.5$ is tested with dropout still on. What happens to the accuracy, and what betrays it?

# %% [markdown] lang="zh" of="1c75e79f"
# ## 04.7 dropout，以及故意的一次失败
#
# **dropout**（Srivastava 等，2014）在每一步以概率 $p$ 让每个隐藏单元沉默，使谁也不能依赖谁。设掩码 $\delta$ 由零和一组成，
#
# $$\tilde h=\frac{\delta\odot h}{1-p},\qquad \mathbb{E}[\tilde h_j]=\frac{(1-p)\,h_j}{1-p}=h_j :$$
#
# 除一下，平均值就保住了，评估时什么也不用做。什么也不用做，前提是记得把它关掉。
#
# **先猜再运行：** 我们忘了关。用 $p=0.5$ 训练出的网络，测试时 dropout 还开着。准确率会怎样？什么现象会露出马脚？

# %%
h = torch.rand(1, 1000)
masked = h * (torch.rand(4000, 1000, generator=torch.Generator().manual_seed(1)) >= 0.5) / 0.5
assert np.allclose(masked.mean(dim=0), h[0], atol=0.1), "over 4,000 masks each unit keeps its mean"

silenced, _ = train(dropout=0.5)
source = torch.Generator().manual_seed(3)
with torch.no_grad():
    calls = [forward(silenced, tested[0], 0.5, source).argmax(-1) for _ in range(2)]        # twice the same images
right_off = measure(silenced, *tested)[1].mean()
right_on, disagree = (calls[0] == tested[1]).double().mean().item(), (calls[0] != calls[1]).double().mean().item()
assert right_on < right_off - 0.03 and disagree > 0.1, "left on, it errs more and contradicts itself"
f"off {right_off:.1%}, left on {right_on:.1%}; two readings of the same image differ in {disagree:.1%} of the cases"

# %% [markdown] lang="en"
# ⟦right_off:.1%⟧ becomes ⟦right_on:.1%⟧: bad, but not so bad that anybody would be alarmed. **The symptom** is another: asked twice about the same image,
# the network gives two answers in ⟦disagree:.0%⟧ of the cases. Whenever an accuracy seems a little low, predict twice and compare. In PyTorch the cure is `model.eval()`.

# %% [markdown] lang="zh" of="bbc0a2b5"
# ⟦right_off:.1%⟧ 变成了 ⟦right_on:.1%⟧：不好，但还没糟到会让人警觉。**症状**在别处：同一张图问两遍，有 ⟦disagree:.0%⟧ 的情形两次回答不同。
# 只要觉得准确率低了一点，就预测两遍，比一比。在 PyTorch 里，药方是 `model.eval()`。

# %% [markdown] lang="en"
# ## 04.8 More images for nothing
#
# S1 (3.3) recommends to rotate, flip and crop. Each is a linear map of the plane: pixel $x$ of the new image is taken from $c+A(x-c)+s$ of the old one, $c$ the middle.
# A turn by $\theta$ has $A=\begin{pmatrix}\cos\theta&-\sin\theta\\\sin\theta&\cos\theta\end{pmatrix}$; a crop, enlarged to the full frame, has $A=zI$ with $z<1$ and a shift $s$. Between pixels we take the weighted mean of four.

# %% [markdown] lang="zh" of="67183df5"
# ## 04.8 白来的图片
#
# S1（3.3）推荐旋转、翻转和裁剪。它们都是平面上的线性映射：新图的像素 $x$ 取自旧图的 $c+A(x-c)+s$，$c$ 是中心。
# 转过 $\theta$ 角，$A=\begin{pmatrix}\cos\theta&-\sin\theta\\\sin\theta&\cos\theta\end{pmatrix}$；裁下一块再放大到整个画框，是 $A=zI$（$z<1$）加上平移 $s$。落在像素之间时，取四个邻居的加权平均。

# %%
def warp(pictures, A, shift=0.0):
    """Each picture (B, H, W) seen through A (B, 2, 2) or (2, 2) and shift (B, 2), in pixels; outside it is 0."""
    B, H, W = pictures.shape
    middle = np.array([[(H - 1) / 2], [(W - 1) / 2]])
    place = (A @ (np.stack(np.mgrid[:H, :W]).reshape(2, -1) - middle) + middle).astype(np.float32)
    place = place + np.broadcast_to(shift, (B, 2)).astype(np.float32)[:, :, None]           # (B, 2, H W): taken from there
    corner = np.floor(place)
    beyond, corner = place - corner, corner.astype(np.int32)                # the share of the next pixel; the pixel before
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1))).reshape(B, -1)      # a frame of zeros
    result = np.zeros((B, H * W), dtype=np.float32)
    for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        y, x = np.clip(corner[:, 0] + down, -1, H) + 1, np.clip(corner[:, 1] + right, -1, W) + 1
        nearness = abs(1 - down - beyond[:, 0]) * abs(1 - right - beyond[:, 1])
        result += nearness * np.take_along_axis(padded, y * (W + 2) + x, axis=1)
    return result.reshape(B, H, W)

# %%
def rotate(degrees):
    """Turns by an angle drawn evenly from -degrees … degrees."""
    def change(pictures, rng):
        angle = np.deg2rad(rng.uniform(-degrees, degrees, len(pictures)))
        return warp(pictures, np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], -1).reshape(-1, 2, 2))
    return change

def crop(least):
    """A window of `least` … 1 times the side, at random inside the frame, enlarged to the frame."""
    def change(pictures, rng):
        z = rng.uniform(least, 1, len(pictures))
        room = (1 - z) * (pictures.shape[1] - 1) / 2
        return warp(pictures, z[:, None, None] * np.eye(2), rng.uniform(-1, 1, (len(pictures), 2)) * room[:, None])
    return change

def flip(*axes):
    """One half of the pictures, drawn at random, mirrored along these axes (1: up-down, 2: left-right; both: half a turn)."""
    def change(pictures, rng):
        some, pictures = rng.random(len(pictures)) < 0.5, pictures.copy()
        pictures[some] = np.flip(pictures[some], axes)
        return pictures
    return change

# %%
rng = np.random.default_rng(0)
A = rng.normal(size=(10, 2, 2))
theirs = [ndimage.affine_transform(picture, a, offset=6.5 - a @ [6.5, 6.5], order=1, mode="grid-constant") for picture, a in zip(images[pick[0]], A)]
assert np.allclose(warp(images[pick[0]], A), theirs, atol=1e-5), "any linear map: equal to SciPy's"
ways = (rotate(15), crop(0.8), flip(2), flip(1, 2))
plotting.show_images(np.concatenate([images[pick[0]], *(way(images[pick[0]], rng) for way in ways)]), columns=10);

# %% [markdown] lang="en"
# *The picture:* five rows of the same ten digits: as they are; turned by up to 15°; cropped and enlarged; some mirrored left-right; some turned by 180°, where the 6 looks like a 9.
#
# An augmentation is a claim: *this change keeps the label*. For a photograph of a cat, left-right keeps it. For digits?
#
# **Before you run it:** with half turns in training (labels kept), which digits will be read worst at home?

# %% [markdown] lang="zh" of="df900fb5"
# *图中所见：* 同样十个数字的五排：原样；转动不超过 15°；裁剪并放大；有些左右翻转；有些转了 180°，其中 6 看上去成了 9。
#
# 数据增强是一句断言：*这样变，标签不变*。猫的照片左右翻转，标签不变。数字呢？
#
# **先猜再运行：** 训练时加上转半圈（标签照旧），家里的考试中哪些数字会读得最差？

# %%
def find_recalls(W, x, y):
    """(10,) share of each class read rightly, mean over the seeds."""
    right = forward(W, x).argmax(-1) == y
    return np.array([right[y == k].double().mean().item() for k in range(10)])

turned = train(augment=flip(1, 2))[0]
mirrored = train(augment=flip(2))[0]
recalls = {name: find_recalls(W, *tested) - find_recalls(plain, *tested) for name, W in {"half turn": turned, "left-right": mirrored}.items()}
with torch.no_grad():
    taken = (forward(turned, tested[0]).argmax(-1)[tested[1] == 6] == 9).double().mean().item()
    before = (forward(plain, tested[0]).argmax(-1)[tested[1] == 6] == 9).double().mean().item()
assert recalls["half turn"][[6, 9]].mean() < recalls["half turn"][[0, 1, 8]].mean() - 0.03, "6 and 9 suffer; 0, 1, 8 look the same turned"
assert taken > before + 0.01, "sixes are taken for nines"
fig, ax = plt.subplots(figsize=(6, 2.8))
for k, (name, change) in enumerate(recalls.items()):
    ax.bar(np.arange(10) + 0.4 * k - 0.2, 100 * change, 0.4, label=name, color=("C5", "C4")[k])
ax.set(xlabel="digit", ylabel="change of recall (points)", xticks=range(10)), ax.legend();

# %% [markdown] lang="en"
# *The picture:* bars for each digit: the change of its recall, in points, under half turns and under left-right flips. Under half turns 6 loses most; under left-right flips 3 and 5 do; 1 loses next to nothing under either.
#
# Sixes read as nines: ⟦before:.1%⟧ before, ⟦taken:.1%⟧ after. The 6 loses ⟦-100 * recalls["half turn"][6]:.0f⟧ points, the 3 under left-right flips
# ⟦-100 * recalls["left-right"][3]:.0f⟧: a change that makes no other digit costs, too: 64 units now read twenty shapes. No loss curve complains. Relabelling the turned 6 as 9 would be right; a turned 2 is nothing.
# So ask: would a person still give that label, and do such pictures occur *outside*?

# %% [markdown] lang="zh" of="6d05ca52"
# *图中所见：* 每个数字两根条：转半圈与左右翻转之下，召回率变化了多少个百分点。转半圈时 6 损失最大；左右翻转时是 3 和 5；1 在两种情形下都几乎没有损失。
#
# 6 被读成 9 的比例：原先 ⟦before:.1%⟧，之后 ⟦taken:.1%⟧。6 丢了 ⟦-100 * recalls["half turn"][6]:.0f⟧ 个百分点；左右翻转让 3 丢了
# ⟦-100 * recalls["left-right"][3]:.0f⟧ 个：即使变出来的不是别的数字，也要付代价，因为 64 个单元如今要读二十种形状。没有哪条损失曲线会抱怨。把转过的 6 改标成 9 倒是对的，可转过的 2 什么也不是。
# 所以要问：给人看变化后的图，他还会给同样的标签吗？这样的图，在*外面*会出现吗？

# %% [markdown] lang="en"
# ## 04.9 One table for all of it
#
# S1 (3.3, 9.3) and S3 (Q5) list what makes training better, without a number. Here each is tried against the plain network of 04.1. Three rules:
#
# 1. **Pairs.** Seed by seed the same split and start: in the differences their luck cancels.
# 2. **Two parts.** The strength is chosen by validation accuracy, the figure comes from the test part.
# 3. **An interval.** With $R$ differences of mean $\bar d$ and spread $s$: $\bar d\pm t_{R-1}\,s/\sqrt R$, Student's $t$ at 95 %. (All seeds draw from 5,000 images, so it is a
#    little too narrow.)
#
# **Before you run it:** which will help at home? And which of those that don't will help outside?

# %% [markdown] lang="zh" of="8dcc6149"
# ## 04.9 一张表，全在里面
#
# S1（3.3、9.3）和 S3（Q5）列出了改进训练的办法，却没有一个数字。这里每一种都与 04.1 节的普通网络较量，立三条规矩：
#
# 1. **成对。** 同一个种子，划分和初始权重都相同：在差值里，运气抵消了。
# 2. **两部分。** 强度由验证准确率来选，报告的数字来自测试集。
# 3. **区间。** $R$ 个差值，平均 $\bar d$，离散程度 $s$：$\bar d\pm t_{R-1}\,s/\sqrt R$，取 95 % 的学生 $t$ 值。（各种子共用 5,000 张图，所以区间略嫌窄。）
#
# **先猜再运行：** 哪些在家里有用？在家里没用的，哪些在外面有用？

# %%
STRATEGIES = {      # name -> two strengths of it, each the arguments of `train`
    "rotate": [{"augment": rotate(8)}, {"augment": rotate(15)}],
    "crop": [{"augment": crop(0.9)}, {"augment": crop(0.8)}],
    "flip left-right": [{"augment": flip(2)}],
    "dropout": [{"dropout": 0.2}, {"dropout": 0.5}],
    "L2": [{"l2": 1e-3}, {"l2": 1e-2}],
    "L1": [{"l1": 1e-4}, {"l1": 1e-3}],
    "AdamW decay": [{"decay": 0.1}, {"decay": 1.0}],
    "rate / (1 + βt)": [{"rate": lambda t, b=b: RATE / (1 + b * t)} for b in (3, 10)],
    "rate · exp(−ct)": [{"rate": lambda t, c=c: RATE * np.exp(-c * t)} for c in (1, 3)],
    "rate · cosine": [{"rate": lambda t: RATE * (1 + np.cos(np.pi * t)) / 2}],
    "Xavier's start": [{"start": "xavier"}],
    "PyTorch's start": [{"start": "uniform"}],
}

# %%
RESULTS = {}                                                                # name -> (chosen strength, (2, R) gains in points)

def find_interval(gains, level=0.95):
    """Mean and half-width of the interval, of the last axis."""
    R = gains.shape[-1]
    return gains.mean(axis=-1), stats.t.ppf((1 + level) / 2, R - 1) * gains.std(axis=-1, ddof=1) / R**0.5

# %%
def try_strategy(name, *strengths):
    """Train each strength, choose by validation, keep the paired gains at home and outside; returns two intervals."""
    runs = [train(**arguments)[0] for arguments in strengths]
    chosen = int(np.argmax([measure(W, *checked)[1].mean() for W in runs]))
    gains = [100 * (measure(runs[chosen], *part)[1] - base[where]) for where, part in (("home", tested), ("outside", abroad))]
    RESULTS[name] = chosen, np.array(gains)
    return find_interval(RESULTS[name][1])

# %%
for name, strengths in tqdm(STRATEGIES.items(), mininterval=2):
    try_strategy(name, *strengths)

# %% [markdown] lang="en"
# S3 (Q3) also names **resampling**, for data where some classes are rare. That needs a poor start of its own: 40 images each of 0 to 4, but 4 each of 5 to 9. The remedy repeats
# the rare ones ten times. The test stays as it was, with all classes alike.

# %% [markdown] lang="zh" of="1b0138bc"
# S3（Q3）还提到**重采样**，用于某些类很少的数据。这要另设一个贫乏的起点：0 到 4 各 40 张，5 到 9 各只有 4 张。办法是把少的重复十遍。考试照旧，各类一样多。

# %%
def make_rare(seed, times):
    """Training rows with 40 images each of 0 … 4 and 4 each of 5 … 9, the latter repeated."""
    rows = cut(seed)[0]
    by_class = [rows[mnist.labels[rows] == k] for k in range(10)]
    return np.concatenate([*(each[:40] for each in by_class[:5]), *(np.tile(each[:4], times) for each in by_class[5:])])

rare = [train(rows=[make_rare(seed, times) for seed in SEEDS])[0] for times in (1, 10)]
scarce, repeated = (np.array([measure(W, *part)[1] for part in (tested, abroad)]) for W in rare)        # (2, R) each
RESULTS["resampling *"] = 0, 100 * (repeated - scarce)                     # * against its own, scarce start
resampled = find_interval(RESULTS["resampling *"][1][0])
assert np.bincount(mnist.labels[make_rare(0, 10)]).tolist() == [40] * 10, "repeated, every class counts the same"
f"at home: scarce {scarce[0].mean():.1%}, repeated {repeated[0].mean():.1%}: {resampled[0]:+.1f} ± {resampled[1]:.1f} points"

# %%
def show_table():
    """The gain of each strategy in points, mean and 95 % half-width over the seeds."""
    for name, (_, gains) in RESULTS.items():
        (home, out), (d_home, d_out) = find_interval(gains)
        print(f"{name:18} at home {home:+6.2f} ± {d_home:.2f}    outside {out:+6.2f} ± {d_out:.2f}")

show_table()

# %%
names = list(RESULTS)
middle, half = (np.array(part) for part in zip(*(find_interval(RESULTS[name][1]) for name in names)))         # (S, 2) each
assert (middle - half)[names.index("rotate"), 0] > 0 > (middle + half)[names.index("flip left-right"), 0], "turning helps, mirroring harms"
fig, axes = plt.subplots(1, 2, figsize=(7, 3.8), sharey=True)
for where, ax in enumerate(axes):
    ax.errorbar(middle[:, where], range(len(names)), xerr=half[:, where], fmt="o", color=("C5", "C4")[where])
    ax.axvline(0, color="grey", linestyle=":")
    ax.set(xlabel=f"gain {('at home', 'outside')[where]} (points)")
axes[0].set(yticks=range(len(names)), yticklabels=names)
axes[0].invert_yaxis();

# %% [markdown] lang="en"
# *The picture:* for each strategy a dot with its interval, gain at home left, outside right; dotted: 0. At home most touch the line; rotation and
# resampling stand right of it, flips far left. Outside the intervals are wide, and few lie clear of it.
#
# At home rotation gains ⟦middle[0, 0]:.1f⟧ ± ⟦half[0, 0]:.1f⟧ points; flips lose ⟦-middle[2, 0]:.1f⟧. Dropout: ⟦middle[3, 0]:+.1f⟧ ± ⟦half[3, 0]:.1f⟧. Schedules, starts,
# penalties: within luck, here. In deep nets starts decided everything (03.12).
#
# Outside it is another order. Cropping, of no use at home (⟦middle[1, 0]:+.1f⟧), gives ⟦middle[1, 1]:+.1f⟧ ± ⟦half[1, 1]:.1f⟧: it shows larger, bolder digits, as found there. Dropout gives
# ⟦middle[3, 1]:+.1f⟧ ± ⟦half[3, 1]:.1f⟧. Whoever tunes at home throws such cures away unseen. Resampling helped its own, scarce case by ⟦resampled[0]:.1f⟧ ± ⟦resampled[1]:.1f⟧.

# %% [markdown] lang="zh" of="8ef45cf6"
# *图中所见：* 每种策略一个点和它的区间，左图是家里的得分变化，右图是外面的，虚线是 0。家里几乎都压在线上；旋转和重采样在线的右边，翻转远在左边。外面的区间都宽，只有少数离开了线。
#
# 家里，旋转得 ⟦middle[0, 0]:.1f⟧ ± ⟦half[0, 0]:.1f⟧ 个百分点，翻转丢 ⟦-middle[2, 0]:.1f⟧ 个，dropout ⟦middle[3, 0]:+.1f⟧ ± ⟦half[3, 0]:.1f⟧。学习率调度、初始权重、惩罚项，在这里都没有超出运气。
# 在深的网络里，初始权重可是决定一切的（03.12 节）。
#
# 外面的次序就不同了。裁剪在家里没用（⟦middle[1, 0]:+.1f⟧），在外面得 ⟦middle[1, 1]:+.1f⟧ ± ⟦half[1, 1]:.1f⟧：它给网络看更大、更粗的数字，外面的正是这样。dropout 得
# ⟦middle[3, 1]:+.1f⟧ ± ⟦half[3, 1]:.1f⟧。谁只在家里调参数，这样的良药没看见就扔掉了。重采样在它自己那种稀缺的情形里得 ⟦resampled[0]:.1f⟧ ± ⟦resampled[1]:.1f⟧。

# %% [markdown] lang="en"
# **Your turn.** A row of your own is one line: arguments of `train`, one set for each strength. Here, two cures together. Change it and run it: the table grows.

# %% [markdown] lang="zh" of="576fe9e5"
# **轮到你了。** 添一行只要一行代码：`train` 的参数，每种强度一组。这里试两种药一起用。改一改再运行：表就长了一行。

# %%
try_strategy("rotate + dropout", {"augment": rotate(15), "dropout": 0.3})
assert "rotate + dropout" in RESULTS and RESULTS["rotate + dropout"][1].shape == (2, len(SEEDS)), "the row is in the table"
show_table()

# %% [markdown] lang="en"
# ## 04.10 The best of many
#
# With 95 % intervals one in twenty useless strategies looks useful or harmful. Of $K$ independent ones, at least one does so with probability $1-0.95^K$. Bonferroni's remedy: ask each
# for the level $1-0.05/K$; then all $K$ together are right with at least 95 %.
#
# **Before you run it:** how many of the ⟦len(names)⟧ intervals at home stay off zero then?

# %% [markdown] lang="zh" of="b6045566"
# ## 04.10 许多个里面最好的
#
# 用 95 % 的区间，每二十种没用的策略里，就有一种看上去有用或有害。$K$ 种互相独立的，至少有一种如此的概率是 $1-0.95^K$。邦费罗尼的办法：要求每一种达到 $1-0.05/K$ 的水平，
# 那么 $K$ 个区间全都正确的把握就不低于 95 %。
#
# **先猜再运行：** 这样一来，家里的 ⟦len(names)⟧ 个区间里还有几个不含零？

# %%
K = len(names)
by_chance = 1 - 0.95**K
strict = np.array([find_interval(RESULTS[name][1][0], 1 - 0.05 / K) for name in names])                 # (S, 2)
clear = {level: [name for name, m, d in zip(names, middle[:, 0], width) if abs(m) > d]
         for level, width in (("95 %", half[:, 0]), ("Bonferroni", strict[:, 1]))}
useless = np.random.default_rng(0).normal(size=(2000, K, len(SEEDS)))                                   # nothing works: 2,000 tables
m, d = find_interval(useless)
false_alarms = (abs(m) > d).any(axis=1).mean()
assert abs(false_alarms - by_chance) < 0.04, "tables of pure luck: one of K intervals misleads as often as the formula says"
assert set(clear["Bonferroni"]) <= set(clear["95 %"]), "a stricter level keeps no more"
clear

# %% [markdown] lang="en"
# With $K=$ ⟦K⟧, at least one false find comes with probability ⟦by_chance:.0%⟧ (in 2,000 tables of pure luck: ⟦false_alarms:.0%⟧). At 95 % ⟦len(clear["95 %"])⟧ strategies are off zero, after Bonferroni
# ⟦len(clear["Bonferroni"])⟧. And the winner of a contest is lucky as a rule: expect a little less from it next time.

# %% [markdown] lang="zh" of="0285f4af"
# $K=$ ⟦K⟧ 时，至少有一个假发现的概率是 ⟦by_chance:.0%⟧（2,000 张纯属运气的表里有 ⟦false_alarms:.0%⟧）。按 95 %，不含零的有 ⟦len(clear["95 %"])⟧ 种；按邦费罗尼，有
# ⟦len(clear["Bonferroni"])⟧ 种。而且比赛的胜者多半沾了运气：下一次，别指望它还这么好。

# %% [markdown] lang="en"
# **Quiz.** Training accuracy ⟦base["learned"].mean():.2f⟧, at home ⟦base["home"].mean():.2f⟧, outside ⟦base["outside"].mean():.2f⟧. Which single step would you take first?
#
# - [ ] a larger L2 penalty, tuned at home :: In 04.9 the L2 that validation chose moved nothing at home beyond luck. Tuning at home can't see what is wrong outside.
# - [x] label some images from outside :: They show what differs, serve as a validation set for the place that matters, and even a few can be learned from.
# - [ ] a wider network :: 04.2: more width closed no gap. The network can express enough; it hasn't seen the right things.

# %% [markdown] lang="zh" of="c6b3fad8"
# **小测验。** 训练准确率 ⟦base["learned"].mean():.2f⟧，家里 ⟦base["home"].mean():.2f⟧，外面 ⟦base["outside"].mean():.2f⟧。若只能先做一件事，你做哪一件？
#
# - [ ] 加大 L2 惩罚，在家里调 :: 04.9 节里，验证集选出的 L2 在家里没有超出运气。在家里调，看不见外面出了什么毛病。
# - [x] 给一些外面的图片标上标签 :: 它们让人看到差别在哪里，可以当真正要紧的那个地方的验证集，哪怕只有几张，也能从中学到东西。
# - [ ] 把网络加宽 :: 见 04.2 节：加宽没有缩小任何差距。网络的表达能力够了，只是没见过该见的东西。

# %% [markdown] lang="en"
# ## 04.11 In the company
#
# The founders ask: shall we pay for more labels? 04.3 answers with a price. We draw the learning curve of the review classifier (00.4) on clear movie reviews, let it foretell a doubling
# beyond what is used, and check it. A label costs ⟦LABEL_DOLLARS:.2f⟧ dollars here, an assumption.

# %% [markdown] lang="zh" of="35ba89e5"
# ## 04.11 在公司里
#
# 创始人问：还要不要花钱买标签？04.3 节的办法可以给出价钱。我们在态度鲜明的影评上，画出影评分类器（00.4 节）的学习曲线，让它预言再翻一倍之后的误差，然后核对。
# 这里假定一条标签 ⟦LABEL_DOLLARS:.2f⟧ 美元。

# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

LABEL_DOLLARS = 0.30                                                        # twenty seconds of work each, three people; an assumption
texts, good = data.load_reviews("movies").labelled()
texts = np.array(texts, dtype=object)
TAUGHT = np.array([150, 300, 600, 1200, 2400])

def find_error(n, seed):
    """Share of 2,000 held-out reviews read wrongly after n labels."""
    learn, judge = data.split(len(texts), (n / len(texts), 2000 / len(texts)), seed=seed, labels=good)
    reader = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=3)).fit(texts[learn], good[learn])
    return 1 - reader.score(texts[judge], good[judge])

# %%
review_errors = np.array([[find_error(int(n), seed) for seed in range(4)] for n in TAUGHT])             # (5, 4)
trend = stats.linregress(np.log(TAUGHT[:4]), np.log(review_errors[:4].mean(axis=1)))
promised, kept = np.exp(trend.intercept + trend.slope * np.log(2400)), review_errors[-1].mean()
next_error = kept * 2**trend.slope
per_point = 2400 * LABEL_DOLLARS / (100 * (kept - next_error))
assert (np.diff(review_errors.mean(axis=1)) < 0).all() and abs(promised / kept - 1) < 0.2, "the line foretells the next doubling within a fifth"
f"error after 2,400 labels: foretold {promised:.3f}, measured {kept:.3f}; the next point costs {per_point:,.0f} dollars"

# %% [markdown] lang="en"
# From 1,200 labels the line promised ⟦promised:.1%⟧ errors for 2,400; measured: ⟦kept:.1%⟧ (four splits). Another 2,400, for ⟦2400 * LABEL_DOLLARS:,.0f⟧ dollars, would leave about ⟦next_error:.1%⟧: some
# ⟦per_point:,.0f⟧ dollars for each percentage point, and each later point costs more. Whether that pays depends on what a misread review costs (lesson 06). And it holds for movie reviews only: before selling to another shop, label some reviews from *there*.

# %% [markdown] lang="zh" of="70684d9d"
# 看过 1,200 条标签，直线许诺 2,400 条时错 ⟦promised:.1%⟧；实测 ⟦kept:.1%⟧（四次划分）。再买 2,400 条，花 ⟦2400 * LABEL_DOLLARS:,.0f⟧ 美元，大约还剩 ⟦next_error:.1%⟧：
# 每个百分点约 ⟦per_point:,.0f⟧ 美元，而且越往后越贵。值不值，要看读错一条评论损失多少（第 06 课）。而且这只对影评成立：要卖给另一家店，先标一些*那里*的评论。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You read two gaps: ⟦base["learned"].mean():.0%⟧ learned, ⟦base["home"].mean():.1%⟧ at home, ⟦base["outside"].mean():.1%⟧ outside; and foretold an error of ⟦foretold[-1]:.3f⟧ (it was ⟦by_count[-1].mean():.3f⟧).
# - Adam with L2 left a busy weight at ⟦left_l2[0]:.2f⟧ and an idle one at ⟦left_l2[1]:.2f⟧, AdamW both near ⟦left_w.mean():.2f⟧.
# - You caught dropout left on, ⟦disagree:.0%⟧ of the answers changing, and half turns making nines of ⟦taken:.1%⟧ of the sixes.
# - You compared ⟦K⟧ strategies: rotation ⟦middle[0, 0]:+.1f⟧ ± ⟦half[0, 0]:.1f⟧ points at home, cropping ⟦middle[1, 1]:+.1f⟧ ± ⟦half[1, 1]:.1f⟧ outside.
# - Such a table finds something in luck ⟦by_chance:.0%⟧ of the time.
#
# **Next:** exercise 04; lesson 05, Keras. **Papers:** Srivastava et al., 2014, section 4; Loshchilov and Hutter, 2019, section 2 (arXiv:1711.05101); Belkin et al., 2019, PNAS 116(32) (arXiv:1812.11118).

# %% [markdown] lang="zh" of="bab338fb"
# ## 现在你能做到
#
# - 你从曲线上读出了两段差距：学过的 ⟦base["learned"].mean():.0%⟧，家里 ⟦base["home"].mean():.1%⟧，外面 ⟦base["outside"].mean():.1%⟧；还预言了 800 张图时的误差：预言 ⟦foretold[-1]:.3f⟧，实测 ⟦by_count[-1].mean():.3f⟧。
# - 你证明了带 L2 的 Adam 让忙碌的权重停在 ⟦left_l2[0]:.2f⟧，清闲的停在 ⟦left_l2[1]:.2f⟧，而 AdamW 让两者都在 ⟦left_w.mean():.2f⟧ 附近。
# - 你写了 dropout，也抓到了它没关的时候：⟦disagree:.0%⟧ 的回答会变；你看到转半圈让 ⟦taken:.1%⟧ 的 6 变成了 9。
# - 你用成对的种子比较了 ⟦K⟧ 种策略：旋转在家里 ⟦middle[0, 0]:+.1f⟧ ± ⟦half[0, 0]:.1f⟧ 个百分点，裁剪在外面 ⟦middle[1, 1]:+.1f⟧ ± ⟦half[1, 1]:.1f⟧。
# - 你知道，这样一张表有 ⟦by_chance:.0%⟧ 的机会从纯粹的运气里“发现”点什么。
#
# **接下来：** 练习 04；第 05 课，让框架替你做这些。**论文：** Srivastava 等，2014（dropout），第 4 节；Loshchilov 和 Hutter，2019，第 2 节（arXiv:1711.05101）；Belkin 等，2019，PNAS 116(32)（arXiv:1812.11118）。
