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
# - read over- and underfitting off curves, over degree, width, examples and time;
# - derive what L2 and L1 do to a weight;
# - write dropout, early stopping and augmentation, and know when a flip lies;
# - compare strategies with paired seeds and intervals, and add your own;
# - say which findings of a table survive the number of its rows.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with what is marked Deeper
# ⟦whole_minutes⟧. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 01 to 03; no graphics card, no network.

# %% [markdown] lang="zh" of="ca37c829"
# # 04. 泛化
#
# **本课的问题：** 为什么在家里表现好，一出门就不行？
#
# 学完后你能够：
# - 从曲线上看出过拟合与欠拟合：随多项式的次数、随宽度、随样本数、随时间；
# - 推导 L2 和 L1 对一个权重做了什么；
# - 写出 dropout、早停和数据增强，并知道什么时候翻转会改变标签；
# - 用成对的种子和区间来比较各种策略，并添上你自己的一种；
# - 说出一张表里的发现，有哪些经得起它的行数。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第 01 到 03 课；不需要显卡，也不需要网络。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "scikit-learn", "matplotlib", "mlxtend", "ipywidgets")
import torch
from threadpoolctl import threadpool_limits

threadpool_limits(1, user_api="blas")     # a second thread costs more than it gives
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
SEEDS = tuple(range(8))     # each: its own split, first weights and order; 5 or more
N = 400                     # training images: few enough to overfit; 50 to 800 in 04.3
EPOCHS, BATCH = 30, 50      # enough to learn all N; 80 epochs are watched in 04.4
RATE = 3e-3                 # Adam's; 04.9 lets it start up to six times as high
HIDDEN = 64                 # hidden units; 2 to 256 are tried in 04.2

# %% [markdown] lang="en"
# ## A curve through points
#
# The whole lesson in one picture: fifteen points of a smooth curve, with noise. We fit polynomials of degree $d$
# by least squares. Which degree runs closest to the *points*, and which to the *curve*: 1, 5 or 14? Guess, then slide.

# %% [markdown] lang="zh" of="47da4b45"
# ## 穿过点的曲线
#
# 整节课可以浓缩成一张图：15 个点取自一条光滑的曲线，再加上噪声。我们用最小二乘法拟合 $d$ 次多项式。
# 1 次、5 次、14 次，哪一个离**点**最近？哪一个离**曲线**最近？先猜一猜，再拖动滑块。

# %%
from numpy.polynomial import legendre

GRID, rng = np.linspace(-1, 1, 400), np.random.default_rng(SEEDS[0])
x_few = np.sort(rng.uniform(-1, 1, 15))
y_few, curve = np.sin(4.5 * x_few) + 0.3 * rng.normal(size=15), np.sin(4.5 * GRID)

# %%
def fit_polynomial(degree):
    """Least squares: the polynomial on GRID, mean distances to points and to curve."""
    w = np.linalg.pinv(legendre.legvander(x_few, degree)) @ y_few   # d + 1 coefficients
    fitted = legendre.legval(GRID, w)
    misses = legendre.legval(x_few, w) - y_few, fitted - curve
    return fitted, [np.sqrt((miss**2).mean()) for miss in misses]   # root mean squares

# %%
from ipywidgets import IntSlider, fixed, interact

def draw_fit(degree, ax=None):
    ax, (fitted, (near, away)) = ax or plt.subplots()[1], fit_polynomial(degree)
    ax.plot(x_few, y_few, "o", color="black")
    ax.plot(GRID, curve, ":", color="grey")
    ax.plot(GRID, fitted, "C5-")
    ax.set(ylim=(-2.5, 2.5), xlabel="x", ylabel="y")
    ax.set_title(f"degree {degree}, distance to\npoints {near:.2f}, curve {away:,.2f}",
                 fontsize="small")

interact(draw_fit, degree=IntSlider(1, min=0, max=14), ax=fixed(None));

# %%
fig, axes = plt.subplots(1, 3, figsize=(7, 2.6), sharey=True)
for ax, degree in zip(axes, (1, 5, 14)):
    draw_fit(degree, ax)
to_points, to_curve = np.array([fit_polynomial(d)[1] for d in (1, 5, 14)]).T
assert (np.diff(to_points) < 0).all(), "each higher degree contains the lower ones"
assert to_curve[1] < min(to_curve[0], to_curve[2]), "the middle one is nearest"

# %% [markdown] lang="en"
# *The picture:* three times the same points and the dotted curve. Degree 1, a straight line, misses both; degree 5 follows the
# curve; degree 14 goes through every point and swings far out between them.
#
# Distances to the points: ⟦to_points[0]:.2f⟧, ⟦to_points[1]:.2f⟧, ⟦to_points[2]:.2f⟧; to the curve: ⟦to_curve[0]:.2f⟧,
# ⟦to_curve[1]:.2f⟧, ⟦to_curve[2]:,.0f⟧. The first is **underfitting** (too simple for the curve), the last **overfitting** (the noise
# was learned, too). Only the points are given to us; so some must be kept aside to judge by.

# %% [markdown] lang="zh" of="b6e00382"
# *图中所见：* 三幅图里是同样的点和同一条点线。1 次是直线，点和曲线都没跟上；5 次跟着曲线走；14 次穿过了每一个点，点与点之间却甩出很远。
#
# 到点的距离：⟦to_points[0]:.2f⟧、⟦to_points[1]:.2f⟧、⟦to_points[2]:.2f⟧；到曲线的距离：⟦to_curve[0]:.2f⟧、⟦to_curve[1]:.2f⟧、
# ⟦to_curve[2]:,.0f⟧。前者叫**欠拟合**（underfitting），太简单，表达不了曲线；后者叫**过拟合**（overfitting），连噪声也学了。
# 我们手里只有点，所以必须留出一些，专门用来评判。

# %% [markdown] lang="en"
# ## 04.1 Home and outside
#
# A model is judged on data that it hasn't seen. But *which*? A classifier of digits gets two tests:
#
# - **at home:** other images of MNIST, drawn like those it learns from;
# - **outside:** the 8×8 digits of lessons 01 and 02, from another country, scanner and decade, enlarged to the same frame.
#
# MNIST is halved to 14×14 pixels. Each seed draws its own ⟦N⟧ images to learn from, 1,000 to
# validate (to choose by), 2,000 to test (to report). Nothing is chosen on the last 2,000, nor outside.

# %% [markdown] lang="zh" of="474528b0"
# ## 04.1 家里与外面
#
# 模型要用它没见过的数据来评判。可是，用**哪些**数据？我们给数字分类器准备两场考试：
#
# - **家里：** 另一些 MNIST 图像，与它学习用的那些来自同一处；
# - **外面：** 第 01、02 课用过的 8×8 数字，来自另一个国家、另一台扫描仪、另一个年代，放大到同样的画框里。
#
# MNIST 缩小成 14×14。每个种子各自抽出 ⟦N⟧ 张图像组成训练集，1,000 张组成验证集（validation set，据此做选择），
# 2,000 张组成测试集（据此报告）。任何选择都不看那 2,000 张，也不看外面的图像。

# %%
mnist, digits = data.load_mnist(), data.load_digits()
images = F.avg_pool2d(torch.tensor(mnist.scaled()).float()[:, None], 2)[:, 0]
small_digits = torch.tensor(digits.scaled()).float()[:, None]           # (N, 1, 8, 8)
foreign = F.interpolate(small_digits, size=(10, 10), mode="bilinear")[:, 0]
foreign = F.pad(foreign, (2, 2, 2, 2))                          # (1797, 14, 14)
labels, foreign_labels = torch.tensor(mnist.labels), torch.tensor(digits.labels)

# %%
def cut(seed, n=N):
    """Indices of n training, 1,000 validation, 2,000 test images, by class."""
    shares = (n / len(labels), 0.2, 0.4)
    return data.split(len(labels), shares, seed=seed, labels=mnist.labels)

used = [np.concatenate(cut(seed)) for seed in SEEDS]
assert all(len(set(rows)) == N + 3_000 for rows in used), "the parts share no image"

# %%
plotting.draw_diagram(
    {"mnist": (0.9, 2.1, f"MNIST\n{len(images):,}", "data"),
     "train": (2.6, 2.7, f"training\n{N} a seed", "data"),
     "check": (2.6, 1.7, "validation\n1,000", "data"),
     "test": (2.6, 0.9, "test\n2,000", "data"),
     "out": (0.9, 0.3, f"outside\n{len(foreign):,}", "data"),
     "fit": (4.2, 2.7, "weights", "weights"),
     "choose": (5.0, 1.7, "choose\nstrength, epoch"),
     "report": (5.0, 0.6, "report, once")},
    [("mnist", "train"), ("mnist", "check"), ("mnist", "test"), ("train", "fit"),
     ("check", "choose"), ("fit", "choose"), ("choose", "report"), ("test", "report"),
     ("out", "report")], size=(6.2, 3.2));

# %% [markdown] lang="en"
# *The picture:* where the data part. The training set moves the weights, the validation set chooses a strength or an epoch; test set and outside only report.
#
# The model is a network 196–64–10 with ReLU, He's start (03.10) and Adam (02.8). All seeds train **at once**: tables get a leading axis,
# $W_1\in\mathbb{R}^{R\times196\times64}$ for $R$ seeds, and one batched product does the work of $R$.

# %% [markdown] lang="zh" of="c593ae01"
# *图中所见：* 数据在哪里分路。训练集用来改变权重，验证集用来选择强度或轮次；测试集和外面的图像只用于报告。
#
# 模型是 196–64–10 的网络，用 ReLU、He 初始化（03.10 节）和 Adam（02.8 节）。所有种子**同时**训练，每个参数矩阵前面多一个轴，
# $R$ 个种子就有 $W_1\in\mathbb{R}^{R\times196\times64}$，一次批量矩阵乘法完成 $R$ 个网络的计算。

# %%
def make_weights(seeds, hidden=HIDDEN, gain=2.0):
    """[W1, b1, W2, b2], each with a leading axis of R seeds; variance gain / n_in."""
    W = []
    for k, (n_in, n_out) in enumerate([(196, hidden), (hidden, 10)]):
        sources = [torch.Generator().manual_seed(10 * seed + k) for seed in seeds]
        normal = torch.stack([torch.randn(n_in, n_out, generator=s) for s in sources])
        W += [normal * (gain / n_in) ** 0.5, torch.zeros(len(seeds), 1, n_out)]
    return [table.requires_grad_() for table in W]

# %%
def forward(W, x, dropout=0.0, noise=None):
    """Logits (R, B, 10) of R networks; x: (R, B, 196)."""
    h = torch.relu(torch.baddbmm(W[1], x, W[0]))                # (R, B, 64)
    if dropout:
        h = h * (torch.rand(h.shape, generator=noise) >= dropout) / (1 - dropout)
    return torch.baddbmm(W[3], h, W[2])

def find_loss(z, y):
    """Mean cross-entropy (R,) of each network: z (R, B, 10), y (R, B)."""
    return F.cross_entropy(z.transpose(1, 2), y, reduction="none").mean(1)

# %%
def gather(rows):
    """Pixels (R, n, 196) and labels (R, n) of `rows`, one array a seed."""
    rows = torch.tensor(np.stack(rows))
    return images[rows].flatten(2), labels[rows]

# %%
@torch.no_grad()
def measure(W, x, y):
    """Loss (R,) and accuracy (R,) of each network on its own x, y."""
    z = forward(W, x)
    return find_loss(z, y).numpy(), (z.argmax(-1) == y).double().mean(1).numpy()

# %% [markdown] lang="en"
# `train` below is the usual loop, for all seeds at once. What the strategies of this lesson change in it stands in a dict, `RECIPE`: sizes, the rate over the run (`schedule`, 02.9), the start (`gain`,
# 03.10), two penalties and a decay (04.5), dropout (04.7), augmentation (04.8). Adam works number by number, so the networks don't disturb one another: each has its own split, first weights and order of images.
#
# **Before you run it:** each network learns its ⟦N⟧ images by heart. What will it reach on the 2,000 others, and what on the foreign digits?

# %% [markdown] lang="zh" of="00998de4"
# 下面的 `train` 就是通常的训练循环，只是所有种子一起训练。本课的各种策略会改动它的哪些地方，都收在字典 `RECIPE` 里：大小、学习率随进度的变化（`schedule`，02.9 节）、初始化（`gain`，03.10 节）、
# 两种惩罚和一种衰减（04.5 节）、dropout（04.7 节）、数据增强（04.8 节）。Adam 对每个数单独计算，所以各个网络互不干扰，划分、初始权重和图像次序各有各的。
#
# **先猜再运行：** 每个网络都把自己那 ⟦N⟧ 张图像背得滚瓜烂熟。另外 2,000 张，它能认对多少？外来的数字呢？

# %%
RECIPE = {"n": N, "hidden": HIDDEN, "epochs": EPOCHS, "gain": 2.0,
          "schedule": lambda progress: 1.0, "l1": 0.0, "l2": 0.0, "decay": 0.0,
          "dropout": 0.0, "augment": None}

# %%
def run_epoch(W, adam, x, y, recipe, noise):
    """One pass over x (R, n, 196), y (R, n), in the order in which they stand."""
    for k in range(0, y.shape[1], BATCH):
        z = forward(W, x[:, k:k + BATCH], recipe["dropout"], noise)
        loss = find_loss(z, y[:, k:k + BATCH]).sum()            # over the R networks
        for table in W[::2]:                                    # biases pay nothing
            if recipe["l1"] or recipe["l2"]:
                loss = loss + recipe["l1"] * table.abs().sum()
                loss = loss + recipe["l2"] / 2 * (table**2).sum()
        adam.zero_grad()
        loss.backward()
        adam.step()

# %%
def train(rows=None, watch=(), seeds=SEEDS, **changes):
    """Networks, one a seed; after each epoch loss and accuracy on `watch`."""
    recipe, history = RECIPE | changes, []
    x, y = gather(rows or [cut(seed, recipe["n"])[0] for seed in seeds])
    W = make_weights(seeds, recipe["hidden"], recipe["gain"])
    groups = [{"params": W[::2], "weight_decay": recipe["decay"]}, {"params": W[1::2]}]
    adam = torch.optim.AdamW(groups, lr=RATE, weight_decay=0.0, fused=True)
    noise = torch.Generator().manual_seed(seeds[0])
    orders = [np.random.default_rng(seed) for seed in seeds]
    for epoch in range(recipe["epochs"]):
        for group in adam.param_groups:
            group["lr"] = RATE * recipe["schedule"](epoch / recipe["epochs"])
        order = torch.tensor(np.stack([o.permutation(x.shape[1]) for o in orders]))
        shown = x[torch.arange(len(x))[:, None], order]         # (R, n, 196)
        if recipe["augment"]:
            pictures = recipe["augment"](shown.reshape(-1, 14, 14), noise)
            shown = pictures.reshape(shown.shape)
        run_epoch(W, adam, shown, torch.take_along_dim(y, order, 1), recipe, noise)
        history.append([measure(W, *part) for part in watch])
    return W, np.array(history)                                 # (epochs, parts, 2, R)

# %%
learned, checked, tested = (gather([cut(s)[part] for s in SEEDS]) for part in range(3))
abroad = (foreign.flatten(1).expand(len(SEEDS), -1, -1),
          foreign_labels.expand(len(SEEDS), -1))
plain, _ = train()

# %%
parts = {"learned": learned, "home": tested, "outside": abroad}
base = {name: measure(plain, *part)[1] for name, part in parts.items()}     # (R,) each
assert base["learned"].min() > 0.99 > base["home"].max(), "by heart, and less at home"
assert base["home"].min() > base["outside"].max(), "every seed: worse outside"
{name: f"{a.mean():.3f} ± {a.std(ddof=1):.3f}" for name, a in base.items()}

# %%
rows, titles = [], []
for x, y in (tested, abroad):               # of network 0, the true label → its answer
    answers = forward(plain, x)[0].argmax(-1)
    right = answers == y[0]
    chosen = torch.cat([right.nonzero()[:5], (~right).nonzero()[:5]])[:, 0]
    rows.append(x[0, chosen].reshape(-1, 14, 14))
    titles += [f"{y[0, i]}→{answers[i]}" for i in chosen]
plotting.show_images(torch.cat(rows).numpy(), titles, columns=10);

# %% [markdown] lang="en"
# *The picture:* upper row, test images from home; lower row, foreign ones. Above each stands the truth and, after the arrow, the
# network's answer: five right ones left, five mistakes right.
#
# In the mean of ⟦len(SEEDS)⟧ seeds ⟦base["learned"].mean():.0%⟧ learned, ⟦base["home"].mean():.1%⟧ at home,
# ⟦base["outside"].mean():.1%⟧ outside (± above: standard deviation over seeds). The first gap is overfitting: part of what was learned
# holds for these ⟦N⟧ images only. The second is a **shift**: the world differs from the sample. No test at home can show it. Is the cure for the one a cure for the other?

# %% [markdown] lang="zh" of="f5892313"
# *图中所见：* 上排是家里的测试图像，下排是外来的。每张图上方先写真值，箭头后面是网络的回答：左边五张答对了，右边五张答错了。
#
# ⟦len(SEEDS)⟧ 个种子平均：学过的 ⟦base["learned"].mean():.0%⟧，家里 ⟦base["home"].mean():.1%⟧，外面 ⟦base["outside"].mean():.1%⟧
# （上面的 ± 是各种子之间的标准差）。差距有两段。第一段是过拟合，学到的东西有一部分只对这 ⟦N⟧ 张图像成立。第二段是**分布偏移**（distribution
# shift），世界与样本不同，家里的考试看不出它来。治前者的办法，也能治后者吗？

# %% [markdown] lang="en"
# ## 04.2 Too simple, too free
#
# In a network, width takes the place of the degree.
#
# **Before you run it:** from 2 to 256 hidden units. The textbook curve of the test error is a U. Will you see one?

# %% [markdown] lang="zh" of="ec10050c"
# ## 04.2 太简单，太自由
#
# 在网络里，宽度起着多项式次数的作用。
#
# **先猜再运行：** 从 2 个到 256 个隐藏单元。教科书上的测试误差曲线是个 U 形。你会看到 U 形吗？

# %%
WIDTHS = np.array([2, 4, 8, 16, 64, 256])
LONG = {2: 100, 4: 100, 8: 100, 16: 60}     # epochs: time isn't what the narrow lack
nets = (train(hidden=int(h), epochs=LONG.get(h, EPOCHS))[0] for h in WIDTHS)
by_width = np.array([[1 - measure(W, *part)[1] for part in parts.values()]
                     for W in nets])                                        # (6, 3, R)
seen_error, home_error, out_error = by_width.mean(axis=2).T

# %%
wider = 100 * (by_width[-2] - by_width[-1]).mean(axis=-1)     # (3,) 64 to 256, points
assert seen_error[0] > 0.2 and seen_error[2:].max() < 0.02, "8 units know all by heart"
assert home_error.argmin() == len(WIDTHS) - 1, "the widest errs least at home: no U"

# %%
curves = {"learned": seen_error, "at home": home_error, "outside": out_error}
plotting.show_curves(curves, WIDTHS, xlabel="hidden units", ylabel="error",
                     logx=True, marker="o");

# %% [markdown] lang="en"
# *The picture:* error against hidden units. The learned images' error falls to zero at 8 units and stays there; the other two fall on, slowly.
#
# 2 units misread ⟦seen_error[0]:.0%⟧ of their own images, though trained longer than the wide: underfitting. From 8 on all are known by heart, but no U: 256 units, ⟦197 * 256 + 257 * 10:,⟧ parameters, err
# on ⟦home_error[-1]:.1%⟧ at home, 64 on ⟦home_error[-2]:.1%⟧, 8 on ⟦home_error[2]:.1%⟧. The polynomial's did climb. Belkin et al. (2019) found both: past the point where everything is fitted, more freedom often helps again (*double descent*).

# %% [markdown] lang="zh" of="a18def99"
# *图中所见：* 误差随隐藏单元数的变化。学过的图像，误差到 8 个单元时降到零，此后一直是零；另外两条继续缓缓下降。
#
# 2 个单元连自己学过的图像也读错 ⟦seen_error[0]:.0%⟧，尽管训练的轮数比宽的网络更多，这是欠拟合。从 8 个单元起，图像全都背得下来，却没有 U 形：256 个单元、⟦197 * 256 + 257 * 10:,⟧ 个参数，
# 家里的误差是 ⟦home_error[-1]:.1%⟧；64 个单元是 ⟦home_error[-2]:.1%⟧，8 个单元是 ⟦home_error[2]:.1%⟧。多项式的误差却上去了。
# Belkin 等人（2019）两种都看到了。过了什么都拟合得了的那一点，自由度再大，往往又有好处，即**双重下降**（double descent）。

# %% [markdown] lang="en"
# ## 04.3 Deeper: how much would more data help?
#
# A **learning curve** shows the error against the number of examples. On logarithmic scales it is often nearly straight,
#
# $$\mathrm{error}(n)\approx c\,n^{-s},$$
#
# so that each doubling of $n$ multiplies the error by $2^{-s}$. We fit the line on up to 400 images and let it foretell 800.

# %% [markdown] lang="zh" of="b2505492"
# ## 04.3 选读：数据再多一些，有多大用？
#
# **学习曲线**（learning curve）画的是误差随样本数的变化。两个坐标都取对数时，它常常接近一条直线，
#
# $$\mathrm{error}(n)\approx c\,n^{-s},$$
#
# 于是 $n$ 每翻一倍，误差就乘上 $2^{-s}$。我们用不超过 400 张图像的结果来拟合直线，让它预言 800 张时的误差。

# %%
COUNTS = np.array([50, 100, 200, 400, 800])

# %%
def find_home_errors(n):
    """(R,) errors at home after learning n images a seed: few images, more epochs."""
    W = train(n=n, epochs=max(EPOCHS, EPOCHS * N // n))[0]      # no fewer steps than N
    return 1 - measure(W, *gather([cut(s, n)[2] for s in SEEDS]))[1]

by_count = np.array([find_home_errors(int(n)) for n in COUNTS])             # (5, R)
mean_error = by_count.mean(axis=1)
fit = stats.linregress(np.log(COUNTS[:4]), np.log(mean_error[:4]))
foretold = np.exp(fit.intercept + fit.slope * np.log(COUNTS))
gained = 100 * (by_count[3] - by_count[4])                      # (R,) points
assert (np.diff(mean_error) < 0).all(), "more images, fewer errors"
assert abs(foretold[-1] / mean_error[-1] - 1) < 0.25, "foretold within a quarter"

# %%
fig, ax = plt.subplots(figsize=(5, 3.2))
ax.errorbar(COUNTS, mean_error, by_count.std(axis=1, ddof=1), fmt="o", color="C5",
            label="measured, ± SD over seeds")
ax.loglog(COUNTS, foretold, "C4--", label="line through the first four")
ax.set(xlabel="training images $n$", ylabel="error at home")
ax.legend(), ax.minorticks_off(), ax.set_xticks(COUNTS, COUNTS)
ax.set_yticks([0.1, 0.2, 0.3], ["0.1", "0.2", "0.3"]);

# %% [markdown] lang="en"
# *The picture:* error against training images on logarithmic axes: five dots with bars, close to a falling dashed line.
#
# The slope is $s=$ ⟦-fit.slope:.2f⟧: a doubling leaves ⟦2 ** fit.slope:.0%⟧ of the errors. From 400 to 800 images the line promised a gain of ⟦100 * (mean_error[3] - foretold[4]):.1f⟧
# points; it was ⟦gained.mean():.1f⟧ ± ⟦gained.std(ddof=1) / len(SEEDS)**0.5:.1f⟧ (standard error). The line was too hopeful: the last dot lies above it, so take its promise for the order of the next gain, and for home only. It can't run
# to zero: where labels are wrong, or images can't be read by anyone, it must bend. And each step along it costs twice as many images as the step before, so that the last points of accuracy are the dearest ones.

# %% [markdown] lang="zh" of="a33b0f84"
# *图中所见：* 双对数坐标下误差随训练图像数的变化：五个带误差棒的点，贴着一条下降的虚线。
#
# 斜率 $s=$ ⟦-fit.slope:.2f⟧。数据翻一倍，错误剩下 ⟦2 ** fit.slope:.0%⟧。从 400 张到 800 张，直线许诺改善 ⟦100 * (mean_error[3] - foretold[4]):.1f⟧ 个百分点，
# 实际改善 ⟦gained.mean():.1f⟧ ± ⟦gained.std(ddof=1) / len(SEEDS)**0.5:.1f⟧ 个（标准误，standard error）。直线过于乐观，最后一个点在它上方；所以它的许诺只能当作下一次收益的量级，
# 而且只管家里的事。它也不可能一直降到零。标签标错了，或者图像谁也认不出来，线必定会弯。沿着它每走一步，需要的图像数是上一步的两倍，所以最后那几个百分点的准确率最贵。

# %% [markdown] lang="en"
# ## 04.4 When to stop
#
# **Early stopping** keeps the weights of the epoch with the lowest validation loss, and ends the run after `patience` epochs without a new low.
# We watch 80 epochs. **Before you run it:** loss turns up. Does accuracy fall?

# %% [markdown] lang="zh" of="d13c91bd"
# ## 04.4 什么时候停
#
# **早停**（early stopping）保留验证损失最低的那一轮的权重，连续 `patience` 轮没有新低，就结束训练。我们观察 80 轮。
# **先猜再运行：** 损失会回头上升，准确率会下降吗？

# %%
old, history = train(epochs=80, watch=(learned, checked, tested))   # (80, 3, 2, R)
curves = dict(zip(("learned", "validation", "test"), history[:, :, 0].mean(-1).T))
plotting.show_curves(curves, np.arange(1, 81), xlabel="epoch", ylabel="loss (nats)");

# %%
def stop_at(losses, patience):
    """The epoch at which patience runs out, or the last."""
    for k in range(len(losses)):
        if k - np.argmin(losses[:k + 1]) >= patience:
            return k
    return len(losses) - 1

assert stop_at([3, 2, 2.5, 2.4, 1], 2) == 3, "a lower loss after the end isn't seen"

# %%
each = np.arange(len(SEEDS))
stops = np.array([stop_at(history[:, 1, 0, r], patience=10) for r in each])
kept = np.array([history[:k + 1, 1, 0, r].argmin() for k, r in zip(stops, each)])
stopped, late = history[kept, 2, :, each].mean(0), history[-1, 2].mean(-1)  # (2,) each
assert late[0] > stopped[0] + 0.02, "on the test set, too, stopping saves loss"
f"test loss {stopped[0]:.3f} kept, {late[0]:.3f} after 80 epochs"

# %%
sure = []                       # mean probability given to answers that are wrong
for W in (plain, old):                                          # after 30, 80 epochs
    top, answers = forward(W, tested[0]).detach().softmax(-1).max(-1)
    sure.append(top[answers != tested[1]].mean().item())
assert sure[1] > sure[0] + 0.04, "surer of the mistakes"
f"wrong answers are given {sure[0]:.0%}, later {sure[1]:.0%}"

# %% [markdown] lang="en"
# *The picture:* loss against epochs. For learned images it sinks towards zero; for validation and test images it falls, has its lowest point near
# epoch ⟦kept.mean() + 1:.0f⟧, and climbs again.
#
# Patience 10 ends the runs after epoch ⟦stops.mean() + 1:.0f⟧ on average and saves ⟦1 - (stops.mean() + 1) / 80:.0%⟧ of the work. The test set agrees: loss ⟦stopped[0]:.3f⟧
# instead of ⟦late[0]:.3f⟧. But its accuracy: ⟦stopped[1]:.3f⟧ kept, ⟦late[1]:.3f⟧ after 80 epochs. The *loss* climbs because the network grows surer of its mistakes (⟦sure[0]:.0%⟧ after ⟦EPOCHS⟧ epochs, ⟦sure[1]:.0%⟧ after 80); their number hardly changes.
#
# **The price:** the validation set has now chosen the epoch. Its best accuracy along the way, ⟦history[:, 1, 1].max(axis=0).mean():.3f⟧ (highest of 80), is no honest estimate.

# %% [markdown] lang="zh" of="c7f34760"
# *图中所见：* 损失随训练轮数的变化。学过的图像，损失一路沉向零；验证集和测试集的先降，在第 ⟦kept.mean() + 1:.0f⟧ 轮前后到最低点，再往上爬。
#
# 耐心取 10，训练平均在第 ⟦stops.mean() + 1:.0f⟧ 轮结束，省下 ⟦1 - (stops.mean() + 1) / 80:.0%⟧ 的工作量。测试集也同意，损失是 ⟦stopped[0]:.3f⟧，
# 而不是 ⟦late[0]:.3f⟧。准确率呢？保留的权重是 ⟦stopped[1]:.3f⟧，80 轮之后是 ⟦late[1]:.3f⟧。**损失**往上爬，是因为网络对它的错误越来越有把握（⟦EPOCHS⟧ 轮之后，它给错误答案的概率平均是 ⟦sure[0]:.0%⟧，80 轮之后是 ⟦sure[1]:.0%⟧）；错误的个数几乎没变。
#
# **代价：** 停在哪一轮，已经由验证集选过了。它一路上最高的准确率 ⟦history[:, 1, 1].max(axis=0).mean():.3f⟧ 是 80 个数里最大的，不再是诚实的估计。

# %% [markdown] lang="en"
# ## 04.5 Two pulls towards zero
#
# L2 and L1 add a price for weights:
#
# $$J_2(w)=L(w)+\frac{\lambda}{2}\sum_iw_i^2,\qquad J_1(w)=L(w)+\lambda\sum_i|w_i| .$$
#
# Under L2 a step of gradient descent is $w\leftarrow(1-\alpha\lambda)\,w-\alpha\nabla L$: each weight first shrinks by the same *share* (**weight decay**). Near a minimum $w^*$ of $L$, along an axis with curvature $h$, the sum is lowest where
# $h(w-w^*)+\lambda w=0$, so at
#
# $$w=\frac{h}{h+\lambda}\,w^* :$$
#
# what the data holds firmly (large $h$) stays, the rest goes to nearly, never quite, zero. Under L1 the pull is $\lambda\operatorname{sign}(w_i)$, the same for large and small: a weight for which the loss offers less than $\lambda$ of slope is held at 0.

# %% [markdown] lang="zh" of="3868478e"
# ## 04.5 两种把权重拉向零的惩罚
#
# L2 和 L1 都给权重标上价钱，称为**正则化**（regularization）：
#
# $$J_2(w)=L(w)+\frac{\lambda}{2}\sum_iw_i^2,\qquad J_1(w)=L(w)+\lambda\sum_i|w_i| .$$
#
# 用 L2 时，梯度下降的一步是 $w\leftarrow(1-\alpha\lambda)\,w-\alpha\nabla L$：每个权重先缩小同样的**比例**（**权重衰减**，weight decay）。在 $L$ 的极小点 $w^*$ 附近，
# 沿曲率为 $h$ 的方向，两项之和在 $h(w-w^*)+\lambda w=0$ 处最低，也就是
#
# $$w=\frac{h}{h+\lambda}\,w^* :$$
#
# 数据抓得紧的（$h$ 大）留下，其余的几乎归零，但永远不会正好是零。用 L1 时，拉力是 $\lambda\operatorname{sign}(w_i)$，权重大小都一样：
# 损失给出的斜率若不到 $\lambda$，这个权重就被按在 0 上。

# %%
X = np.random.default_rng(0).normal(size=(60, 5)) * [3, 2, 1, 0.5, 0.1]
H, best = X.T @ X / 60, np.ones(5)          # a loss (w - best)' H (w - best) / 2
h, bowl = np.linalg.eigh(H)                 # (5,), (5, 5): curvatures, their axes
ridge = np.linalg.solve(H + 0.5 * np.eye(5), H @ best)          # lambda = 0.5
assert np.allclose(bowl.T @ ridge, h / (h + 0.5) * (bowl.T @ best)), "h / (h + lambda)"
np.round(h / (h + 0.5), 3)

# %%
lit = (learned[0] > 0).any(1)               # (R, 196) pixels that some image lights

def find_small(W, pixels):
    """Share of the first layer's weights on these pixels that are below 0.001."""
    return (W[0].abs() < 1e-3)[pixels].double().mean().item()

# %%
priced = {"L2, 0.01": train(l2=1e-2)[0], "L1, 0.001": train(l1=1e-3)[0], "none": plain}
small = {name: (find_small(W, lit), find_small(W, ~lit)) for name, W in priced.items()}
costs = {name: measure(W, *checked)[0].mean() for name, W in priced.items()}
assert small["L1, 0.001"][0] > small["L2, 0.01"][0] + 0.2, "L1 empties, L2 shrinks"
{name: f"{a:.1%} lit, {b:.1%} never lit" for name, (a, b) in small.items()}

# %% [markdown] lang="en"
# Pixels that no training image lights hold nothing ($h=0$): their weights go to 0 under both. On the others L1 leaves ⟦small["L1, 0.001"][0]:.0%⟧ below 0.001, L2 ⟦small["L2, 0.01"][0]:.0%⟧, no penalty
# ⟦small["none"][0]:.1%⟧. (The strengths cost alike: validation losses ⟦costs["L1, 0.001"]:.2f⟧ and ⟦costs["L2, 0.01"]:.2f⟧.)

# %% [markdown] lang="zh" of="bf47d680"
# 训练图像从来没有点亮过的像素什么也抓不住（$h=0$），两种惩罚都使它们的权重归零。在其余的像素上，L1 让 ⟦small["L1, 0.001"][0]:.0%⟧ 的权重小于 0.001，L2 是 ⟦small["L2, 0.01"][0]:.0%⟧，
# 不加惩罚是 ⟦small["none"][0]:.1%⟧。（两种强度的代价相近，验证损失是 ⟦costs["L1, 0.001"]:.2f⟧ 和 ⟦costs["L2, 0.01"]:.2f⟧。）

# %% [markdown] lang="en"
# ## 04.6 Deeper: Adam with L2 is not AdamW
#
# For gradient descent L2 and decay are one formula. In Adam the penalty's gradient $\lambda w$ enters the means $m$ and $v$, and the step divides by $\sqrt{v}$. Where gradients have the size
# $s\gg\lambda|w|$, $\sqrt v\approx s$, and the two pulls are
#
# $$\alpha\,\frac{\lambda w}{s}\quad(\mathrm{Adam}+L_2),\qquad\alpha\lambda w\quad(\mathrm{AdamW}).$$
#
# Weaker for $s>1$, equal for $s=1$, *stronger* for $s<1$. AdamW (Loshchilov and Hutter, 2019) keeps the pull out of the means.
#
# **Before you run it:** weights start at 1; gradients are noise of size 10, 1 and 0.01. Where are they after 1,000 steps, $\alpha=0.001$, $\lambda=0.1$?

# %% [markdown] lang="zh" of="8c1c203e"
# ## 04.6 选读：带 L2 的 Adam 不是 AdamW
#
# 对梯度下降，L2 与权重衰减是同一个公式；对 Adam 就不是了。惩罚的梯度 $\lambda w$ 进了滑动平均 $m$ 和 $v$，而步子要除以 $\sqrt{v}$。若梯度大小为
# $s\gg\lambda|w|$，则 $\sqrt v\approx s$，拉力分别是
#
# $$\alpha\,\frac{\lambda w}{s}\quad(\mathrm{Adam}+L_2),\qquad\alpha\lambda w\quad(\mathrm{AdamW}).$$
#
# $s>1$ 时更弱，$s=1$ 时相等，$s<1$ 时反而**更强**。AdamW（Loshchilov 和 Hutter，2019）不让拉力进入滑动平均。
#
# **先猜再运行：** 权重从 1 出发，梯度是噪声，大小分别为 10、1 和 0.01。取 $\alpha=0.001$，$\lambda=0.1$，1,000 步之后它们各在哪里？

# %%
def run_adam(noise, alpha, lam, decoupled):
    """Weights after all steps from 1, with gradients `noise` (steps, …)."""
    w, m, v = torch.ones(noise.shape[1:]).double(), 0, 0
    for t, g in enumerate(noise, 1):
        g = g if decoupled else g + lam * w                     # L2: into the means
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
        w = w - alpha * (step + (lam * w if decoupled else 0))  # AdamW: beside them
    return w

# %%
def run_library(kind, noise, alpha, lam):
    w = torch.ones(noise.shape[1:]).double().requires_grad_()
    optimizer = kind([w], lr=alpha, weight_decay=lam)
    for w.grad in noise:
        optimizer.step()
    return w.detach()


# %%
SIZES = torch.tensor([[10.0], [1.0], [0.01]])                   # 500 weights of each
dice = torch.Generator().manual_seed(SEEDS[0])
noise = torch.randn(1000, 3, 500, generator=dice, dtype=torch.float64) * SIZES
with_l2, with_w = (run_adam(noise, 1e-3, 0.1, d) for d in (False, True))
for ours, kind in ((with_l2, torch.optim.Adam), (with_w, torch.optim.AdamW)):
    assert np.allclose(ours, run_library(kind, noise, 1e-3, 0.1), atol=1e-6), "equal"

# %%
left_l2, left_w = with_l2.mean(dim=1).numpy(), with_w.mean(dim=1).numpy()
assert left_l2[0] > left_w[0] + 0.05 and left_l2[2] < left_w[2] - 0.3, "both"
assert abs(left_l2[1] - left_w[1]) < 0.02, "size 1: the same pull"
{"Adam + L2": left_l2.round(3), "AdamW": left_w.round(3), "decay": (1 - 1e-4) ** 1000}

# %% [markdown] lang="en"
# (Means of 500 weights.) Under L2 gradients of size 10, 1, 0.01 leave ⟦left_l2[0]:.2f⟧, ⟦left_l2[1]:.2f⟧, ⟦left_l2[2]:.2f⟧; under AdamW all about ⟦left_w.mean():.2f⟧, as
# $(1-\alpha\lambda)^{1000}$ says. So a $\lambda$ found for one must be sought anew for the other, unless the gradients happen to have size 1.

# %% [markdown] lang="zh" of="5923d6ee"
# （500 个权重的平均。）用 L2，梯度大小为 10、1、0.01 的权重各剩 ⟦left_l2[0]:.2f⟧、⟦left_l2[1]:.2f⟧、⟦left_l2[2]:.2f⟧；用 AdamW，都剩约 ⟦left_w.mean():.2f⟧，与
# $(1-\alpha\lambda)^{1000}$ 相符。所以给其中一个调好的 $\lambda$，换到另一个上就要重新调，除非梯度的大小碰巧是 1。

# %% [markdown] lang="en"
# **Quiz.** A colleague moves from `torch.optim.Adam(weight_decay=0.01)` to `AdamW(weight_decay=0.01)`; the gradients are of size 0.001. What happens to the pull towards zero?
#
# - [ ] it stays :: Only for gradients of size 1, as the middle number above.
# - [x] it becomes weaker; $\lambda$ must be tuned anew :: L2 inside Adam pulls with $\alpha\lambda w/s$, here up to 1,000 times as hard (until the penalty itself fills $\sqrt v$). AdamW pulls with $\alpha\lambda w$.
# - [ ] it becomes stronger :: That holds for gradients above 1.

# %% [markdown] lang="zh" of="d871cca6"
# **小测验。** 一位同事把 `torch.optim.Adam(weight_decay=0.01)` 换成 `AdamW(weight_decay=0.01)`；梯度的大小是 0.001。拉向零的力会怎样？
#
# - [ ] 不变 :: 只有梯度大小为 1 时才不变，见上面中间那个数。
# - [x] 变弱，$\lambda$ 要重新调 :: AdamW 的拉力是 $\alpha\lambda w$；Adam 里面的 L2 是 $\alpha\lambda w/s$，这里最多可达前者的 1,000 倍（直到惩罚项自己占满 $\sqrt v$）。
# - [ ] 变强 :: 那是梯度大于 1 的情形。

# %% [markdown] lang="en"
# ## 04.7 Dropout, and a failure on purpose
#
# **Dropout** (Srivastava et al., 2014) silences each hidden unit with probability $p$ in each step, so that none may rely on another. With a mask $\delta$ of zeros and ones,
#
# $$\tilde h=\frac{\delta\odot h}{1-p},\qquad \mathbb{E}[\tilde h_j]=\frac{(1-p)\,h_j}{1-p}=h_j :$$
#
# the division keeps the mean, so that at evaluation it is simply switched off.
#
# **Before you run it:** we forget to. The network trained with $p=0.5$ is tested with dropout still on. What betrays it?

# %% [markdown] lang="zh" of="813a77a1"
# ## 04.7 dropout，以及故意的一次失败
#
# **dropout**（随机失活，Srivastava 等，2014）在每一步以概率 $p$ 让每个隐藏单元输出 0，使谁也不能依赖谁。设掩码 $\delta$ 由零和一组成，
#
# $$\tilde h=\frac{\delta\odot h}{1-p},\qquad \mathbb{E}[\tilde h_j]=\frac{(1-p)\,h_j}{1-p}=h_j :$$
#
# 除一下，均值就保住了，评估时只要关掉它就行。
#
# **先猜再运行：** 我们忘了关。用 $p=0.5$ 训练出的网络，测试时 dropout 还开着。什么现象会露出马脚？

# %%
silenced, _ = train(dropout=0.5)
dice = torch.Generator().manual_seed(SEEDS[0])
with torch.no_grad():                                           # the same images, twice
    calls = [forward(silenced, tested[0], 0.5, dice).argmax(-1) for _ in range(2)]
right_off = measure(silenced, *tested)[1].mean()
right_on = (calls[0] == tested[1]).double().mean().item()
disagree = (calls[0] != calls[1]).double().mean().item()
assert right_on < right_off - 0.03 and disagree > 0.1, "errs more, contradicts itself"
f"off {right_off:.1%}, left on {right_on:.1%}; two readings differ: {disagree:.1%}"

# %% [markdown] lang="en"
# ⟦right_off:.1%⟧ becomes ⟦right_on:.1%⟧: bad, but nobody would be alarmed. **The symptom** is another: asked twice about the same image, the network gives two answers in ⟦disagree:.0%⟧ of the
# cases. Whenever an accuracy seems a little low, predict twice and compare. In PyTorch the cure is `model.eval()`.
#
# ## 04.8 More images for nothing
#
# Rotating, flipping and cropping give new images of old ones. Each is a linear map of the plane: the pixel at $x$ (the middle is 0) is taken from $Ax+s$ of the old image. A turn by $\theta$
# has $A=\begin{pmatrix}\cos\theta&-\sin\theta\\\sin\theta&\cos\theta\end{pmatrix}$; a crop, enlarged to the full frame, $A=zI$ with $z<1$. Between pixels, the weighted mean of four.

# %% [markdown] lang="zh" of="7e8cf9a0"
# ⟦right_off:.1%⟧ 变成了 ⟦right_on:.1%⟧，不好，但还没糟到会让人警觉。**症状**在别处：同一张图像问两遍，有 ⟦disagree:.0%⟧ 的情形两次回答不同。
# 只要觉得准确率低了一点，就预测两遍，比一比。在 PyTorch 里，解决办法是 `model.eval()`。
#
# ## 04.8 不花钱的图像
#
# 旋转、翻转和裁剪能从旧图像变出新图像，称为**数据增强**（data augmentation）。它们都是平面上的线性映射，新图像中 $x$ 处（中心为 0）的像素取自旧图像的 $Ax+s$。转过 $\theta$ 角，
# $A=\begin{pmatrix}\cos\theta&-\sin\theta\\\sin\theta&\cos\theta\end{pmatrix}$；裁下一块再放大到整个画框，是 $A=zI$（$z<1$）。落在像素之间时，取四个邻居的加权平均。

# %%
def warp(pictures, A, shift):
    """Pictures (B, H, W) through A (B, 2, 2), shift (B, 2) in half frames."""
    there = torch.cat([A, shift[:, :, None]], 2)                # (B, 2, 3)
    grid = F.affine_grid(there, [len(A), 1, *pictures.shape[1:]], align_corners=False)
    return F.grid_sample(pictures[:, None], grid, align_corners=False)[:, 0]

def draw(n, low, high, dice):
    return low + (high - low) * torch.rand(n, generator=dice)   # evenly in low … high

# %%
def rotate(degrees):
    """Turns by an angle drawn evenly from -degrees … degrees."""
    def change(pictures, dice):
        angle = torch.deg2rad(draw(len(pictures), -degrees, degrees, dice))
        cos, sin = angle.cos(), angle.sin()
        A = torch.stack([cos, -sin, sin, cos], 1).reshape(-1, 2, 2)
        return warp(pictures, A, torch.zeros(len(pictures), 2))
    return change

# %%
def crop(least):
    """A window of `least` … 1 times the side, at random, enlarged to the frame."""
    def change(pictures, dice):
        z = draw(len(pictures), least, 1, dice)[:, None]
        shift = draw((len(pictures), 2), -1, 1, dice) * (1 - z)
        return warp(pictures, z[:, :, None] * torch.eye(2), shift)
    return change

# %%
def flip(*axes):
    """Half of the pictures mirrored along axes (1: up-down, 2: left-right)."""
    def change(pictures, dice):
        some = torch.rand(len(pictures), generator=dice) < 0.5
        return torch.where(some[:, None, None], pictures.flip(axes), pictures)
    return change

# %%
first = [int((labels == k).nonzero()[3]) for k in range(10)]
quarter = torch.tensor([[0.0, -1.0], [1.0, 0.0]]).expand(10, 2, 2)
turned = warp(images[first], quarter, torch.zeros(10, 2))
assert torch.allclose(turned, images[first].rot90(1, (1, 2)), atol=1e-4), "90 degrees"

# %%
ways = (rotate(15), crop(0.8), flip(2), flip(1, 2))
dice = torch.Generator().manual_seed(SEEDS[0])
rows = torch.cat([images[first], *(way(images[first], dice) for way in ways)])
plotting.show_images(rows.numpy(), columns=10);

# %% [markdown] lang="en"
# *The picture:* five rows of the same ten digits: as they are; turned by up to 15°; cropped and enlarged; some mirrored left-right; some turned by 180°.
#
# An augmentation claims: *this change keeps the label*. For a photograph of a cat, left-right keeps it. For digits? Would a person still give that label, and do such pictures occur
# *outside*? (What a wrong answer costs: 04.9, 04.12.)

# %% [markdown] lang="zh" of="2cb57a81"
# *图中所见：* 同样十个数字的五排：原样；转动不超过 15°；裁剪并放大；有些左右翻转；有些转了 180°。
#
# 数据增强是一句断言：**这样变，标签不变**。猫的照片左右翻转，标签不变。数字呢？给人看变化后的图像，他还会给同样的标签吗？这样的图像，在**外面**会出现吗？
# （答错的代价，见 04.9 节和 04.12 节。）

# %% [markdown] lang="en"
# ## 04.9 One table for all of it
#
# Articles list remedies, mostly without a number. Here each is tried against the plain network of 04.1. Three rules:
#
# 1. **Pairs.** Seed by seed the same split and start: in the differences their luck cancels.
# 2. **Two sets.** The strength is chosen by validation accuracy, the figure comes from the test set.
# 3. **An interval.** With $R$ differences of mean $\bar d$ and standard deviation $s$: $\bar d\pm t_{R-1}\,s/\sqrt R$, Student's $t$ at 95%. (All seeds draw from 5,000 images, so it is a little too narrow.)

# %% [markdown] lang="zh" of="04e7f29f"
# ## 04.9 一张表，全在里面
#
# 许多文章列出改进训练的办法，大多没有数字。这里每一种都与 04.1 节的普通网络较量，立三条规矩：
#
# 1. **成对。** 同一个种子，划分和初始权重都相同，在差值里，运气就抵消了。
# 2. **两个集。** 强度由验证准确率来选，报告的数字来自测试集。
# 3. **区间。** $R$ 个差值，平均 $\bar d$，标准差 $s$：$\bar d\pm t_{R-1}\,s/\sqrt R$，取 95% 的学生 $t$ 值。（各种子共用 5,000 张图像，所以区间略嫌窄。）

# %%
P_DROP, LAMBDAS = (0.1, 0.3, 0.5, 0.7), (1e-4, 1e-3, 1e-2, 3e-2)
ROWS = {            # name -> strengths, each the changes of RECIPE
    "rotate": [{"augment": rotate(degrees)} for degrees in (8, 15, 25)],
    "crop": [{"augment": crop(least)} for least in (0.95, 0.9, 0.8)],
    "flip left-right": [{"augment": flip(2)}],
    "dropout": [{"dropout": p} for p in P_DROP],
    "L2": [{"l2": price} for price in LAMBDAS],
    "L1": [{"l1": price} for price in (1e-4, 1e-3)],
    "AdamW decay": [{"decay": share} for share in (0.1, 1.0)],
    "rate · exp(−3t)": [{"schedule": lambda t, a=a: a * np.exp(-3 * t)}
                        for a in (1, 3, 6)],
    "rate · cosine": [{"schedule": lambda t, a=a: a * (1 + np.cos(np.pi * t)) / 2}
                      for a in (1, 3, 6)],                      # peak: RATE and more
    "smaller start": [{"gain": 1 / 3}],                         # PyTorch's spread
}

# %%
def find_interval(gains, level=0.95):
    """Mean and half-width of Student's interval over the last axis."""
    R = gains.shape[-1]
    t = stats.t.ppf((1 + level) / 2, R - 1)
    return gains.mean(axis=-1), t * gains.std(axis=-1, ddof=1) / R**0.5

# %%
def find_gains(W, reference, parts):
    """(parts, R) accuracy of W less that of `reference`, in points, seed by seed."""
    return 100 * np.array([measure(W, *part)[1] - measure(reference, *part)[1]
                           for part in parts])

# %%
GAINS, CHOSEN = {}, {}      # name -> (strengths, 3, R) points; index of the strength

# %%
def try_strategy(name, *strengths):
    """Train each strength, keep its paired gains, choose one by validation."""
    runs = [train(**changes)[0] for changes in strengths]
    judged = (checked, tested, abroad)
    GAINS[name] = np.array([find_gains(W, plain, judged) for W in runs])
    CHOSEN[name] = int(GAINS[name][:, 0].mean(axis=-1).argmax())

# %%
from tqdm.auto import tqdm

for name, strengths in tqdm(ROWS.items(), mininterval=2):
    try_strategy(name, *strengths)

# %% [markdown] lang="en"
# **And the number of rows?** With 95% intervals one in twenty useless strategies looks useful or harmful. **Bonferroni's** rule: of $M$ intervals, ask each for the level $1-0.05/M$; then all are
# right together with at least 95%. Here $M=2K$: $K$ rows, at home and outside.

# %% [markdown] lang="zh" of="8348bd3b"
# **那么，行数呢？** 用 95% 的区间，每二十种没用的策略里，就有一种看上去有用或有害。**邦费罗尼**（Bonferroni）校正：$M$ 个区间，要求每一个达到
# $1-0.05/M$ 的水平，那么它们全都正确的概率就不低于 95%。这里 $M=2K$：$K$ 行，家里和外面各一个。

# %%
names, K = list(GAINS), len(GAINS)
table = np.array([GAINS[name][CHOSEN[name], 1:] for name in names])     # (K, 2, R)
middle, half = find_interval(table)                                     # (K, 2) each
strict = find_interval(table, 1 - 0.05 / (2 * K))[1]
survive = abs(middle) > strict                                          # (K, 2)
signs = np.where(middle[:, 1] > 0, " (+)", " (−)")
abroad_names = ", ".join(np.char.add(names, signs)[survive[:, 1]])
mirror, mild = names.index("flip left-right"), names.index("dropout")
assert survive[mirror, 0] and middle[mirror, 0] < 0, "mirroring harms at home"

# %%
fig, axes = plt.subplots(1, 2, figsize=(7, 3.8), sharey=True)
for where, ax in enumerate(axes):
    place = middle[:, where], range(K)
    ax.errorbar(*place, xerr=strict[:, where], fmt="none", color="grey", linewidth=1)
    ax.errorbar(*place, xerr=half[:, where], fmt="o", color=("C5", "C4")[where])
    ax.axvline(0, color="grey", linestyle=":")
    ax.set(xlabel=f"gain {('at home', 'outside')[where]} (points)")
axes[0].set(yticks=range(K), yticklabels=names)
axes[0].invert_yaxis();

# %% [markdown] lang="en"
# *The picture:* for each strategy a dot, its 95% interval and, thin and grey, Bonferroni's; gain at home left, outside right; dotted: 0.
#
# At 95% ⟦int((abs(middle) > half).sum())⟧ of the ⟦2 * K⟧ intervals are off zero; by Bonferroni ⟦int(survive[:, 0].sum())⟧ at home and ⟦int(survive[:, 1].sum())⟧ outside. Flips lose ⟦-middle[mirror, 0]:.1f⟧ ± ⟦half[mirror, 0]:.1f⟧ points at home.
# Rotation, ⟦middle[0, 0]:+.1f⟧ ± ⟦half[0, 0]:.1f⟧ at home, and cropping, ⟦middle[1, 1]:+.1f⟧ ± ⟦half[1, 1]:.1f⟧ outside, look good; but such a table can only nominate. Surviving outside: ⟦abroad_names⟧. Schedules and starts do little here. **Your turn:** `try_strategy("mine", {"dropout": 0.3, "l2": 1e-3})`, then `find_interval(GAINS["mine"][0, 1:])`.

# %% [markdown] lang="zh" of="f6ec6c33"
# *图中所见：* 每种策略一个点、它的 95% 区间，以及细灰线画出的邦费罗尼区间；左图是家里的得分变化，右图是外面的，点线是 0。
#
# 按 95%，⟦2 * K⟧ 个区间里有 ⟦int((abs(middle) > half).sum())⟧ 个不含零；按邦费罗尼校正，家里剩 ⟦int(survive[:, 0].sum())⟧ 个，外面剩 ⟦int(survive[:, 1].sum())⟧ 个。翻转在家里丢 ⟦-middle[mirror, 0]:.1f⟧ ± ⟦half[mirror, 0]:.1f⟧ 个百分点。
# 旋转在家里 ⟦middle[0, 0]:+.1f⟧ ± ⟦half[0, 0]:.1f⟧，裁剪在外面 ⟦middle[1, 1]:+.1f⟧ ± ⟦half[1, 1]:.1f⟧，看上去不错；但这样一张表只能提名。在外面经得起校正的：⟦abroad_names⟧。学习率调度和初始化，在这里作用都很小。
# **轮到你了：** `try_strategy("mine", {"dropout": 0.3, "l2": 1e-3})`，再看 `find_interval(GAINS["mine"][0, 1:])`。

# %% [markdown] lang="en"
# ## 04.10 Deeper: the best of many
#
# The table shows one strength a row. How do the gains of dropout and L2 follow the dose?

# %% [markdown] lang="zh" of="fda6c1e3"
# ## 04.10 选读：许多个里面最好的
#
# 表里每行只有一种强度。dropout 和 L2 的收益，怎样随剂量变化？

# %%
fig, axes = plt.subplots(1, 2, figsize=(7, 2.8), sharey=True)
for name, strengths, ax in (("dropout", P_DROP, axes[0]), ("L2", LAMBDAS, axes[1])):
    for part, label, colour in ((0, "validation, at home", "C5"), (2, "outside", "C4")):
        mean, wide = find_interval(GAINS[name][:, part])
        ax.errorbar(strengths, mean, wide, marker="o", color=colour, label=label)
    ax.axhline(0, color="grey", linestyle=":")
axes[0].set(xlabel="dropout $p$", ylabel="gain (points)")
axes[1].set(xlabel=r"L2, $\lambda$", xscale="log")
axes[1].legend(fontsize="small", loc="lower left");

# %% [markdown] lang="en"
# *The picture:* gain against strength, dropout left, L2 right, with 95% intervals. At home weak doses do next to nothing and strong ones harm. Outside the means rise with the dose, but the intervals are
# wide. (Set `SEEDS` to 8 … 15 and they don't rise: one draw's story.)
#
# **Resampling** is for rare classes, so it gets a poor start of its own: five classes with 4 images each, which it repeats ten times. Both sides take the same number of steps.

# %% [markdown] lang="zh" of="bfa443f7"
# *图中所见：* 得分变化随强度而变，左图是 dropout，右图是 L2，带 95% 区间。在家里，剂量小几乎没有作用，剂量大有害。在外面，平均值随剂量上升，但区间很宽。
# （把 `SEEDS` 换成 8 到 15，就不再上升，那只是一次抽签的结果。）
#
# **重采样**（resampling）是为稀有类别准备的，所以另设一个贫乏的起点：五个类各只有 4 张图像，把它们重复十遍。双方的训练步数相同。

# %%
def make_rare(seed, times):
    """Rows: 40 images each of 0 … 4, 4 each of 5 … 9, these repeated."""
    rows = cut(seed)[0]
    by_class = [rows[mnist.labels[rows] == k] for k in range(10)]
    rare = [np.tile(group[:4], times) for group in by_class[5:]]
    return np.concatenate([*(group[:40] for group in by_class[:5]), *rare])

# %%
LONGER = EPOCHS * 8 // 5                              # 8 steps an epoch against 5
assert [-(-len(make_rare(0, times)) // BATCH) for times in (1, 10)] == [5, 8], "steps"
scarce, repeated = (train([make_rare(seed, times) for seed in SEEDS], epochs=epochs)[0]
                    for times, epochs in ((1, LONGER), (10, EPOCHS)))
repair = find_interval(find_gains(repeated, scarce, [tested])[0])
assert repair[0] > repair[1], "resampling helps where classes are rare"
f"resampling: {repair[0]:+.1f} ± {repair[1]:.1f} points at home"

# %% [markdown] lang="en"
# How often does a table of useless strategies find something? For $K$ independent rows with probability $1-0.95^K$. Ours all share one reference, whose luck pushes them together, so we draw tables of pure luck.
# And three nominees get a contest of their own: ⟦len(FRESH)⟧ fresh seeds, strength and question fixed beforehand, three intervals with Bonferroni.

# %% [markdown] lang="zh" of="1aa035ef"
# 一张全是没用的策略的表，有多大机会“发现”点什么？$K$ 行互相独立时，概率是 $1-0.95^K$。我们的各行共用同一个参照，它的运气会把各行一起推动，所以我们抽取纯属运气的表来看。
# 另外，三个被提名者另行比赛：⟦len(FRESH)⟧ 个新种子，强度和问题事先定好，三个区间都作邦费罗尼校正。

# %%
luck = np.random.default_rng(SEEDS[0]).normal(size=(2000, K + 1, len(SEEDS)))
alarms = {}
rows = {"independent": luck[:, 1:], "shared": luck[:, 1:] - luck[:, :1]}
for name, gains in rows.items():
    m, d = find_interval(gains)
    alarms[name] = (abs(m) > d).any(axis=1).mean()              # some row off zero
assert abs(alarms["independent"] - (1 - 0.95**K)) < 0.04, "as the formula says"
assert alarms["shared"] < alarms["independent"] - 0.05, "rows that move together"
alarms

# %%
FRESH = tuple(100 + 2 * SEEDS[0] + k for k in range(16))
reference = train(seeds=FRESH)[0]
new_home = gather([cut(seed)[2] for seed in FRESH])
new_out = [each[:1].expand(len(FRESH), *each.shape[1:]) for each in abroad]

# %%
nominees = {"rotate": ({"augment": rotate(15)}, new_home),
            "crop": ({"augment": crop(0.95)}, new_out),
            "dropout": ({"dropout": 0.3}, new_out)}
again = {}
for name, (changes, part) in nominees.items():
    gains = find_gains(train(seeds=FRESH, **changes)[0], reference, [part])[0]
    again[name] = find_interval(gains, 1 - 0.05 / len(nominees))
{name: f"{m:+.1f} ± {d:.1f} points" for name, (m, d) in again.items()}

# %% [markdown] lang="en"
# A table of $K=$ ⟦K⟧ useless rows finds something with probability ⟦1 - 0.95**K:.0%⟧ if they are independent, ⟦alarms["shared"]:.0%⟧ with one shared reference (simulated).
#
# On fresh seeds rotation gives ⟦again["rotate"][0]:+.1f⟧ ± ⟦again["rotate"][1]:.1f⟧ points at home (the table said ⟦middle[0, 0]:+.1f⟧); outside cropping gives ⟦again["crop"][0]:+.1f⟧ ± ⟦again["crop"][1]:.1f⟧ (⟦middle[1, 1]:+.1f⟧)
# and dropout ⟦again["dropout"][0]:+.1f⟧ ± ⟦again["dropout"][1]:.1f⟧ (⟦middle[mild, 1]:+.1f⟧). Winners of a contest are lucky as a rule: expect less from them next time. Fresh seeds renew the training, not the outside: it remains the same ⟦len(foreign):,⟧ images by a few writers. Another outside may answer otherwise.

# %% [markdown] lang="zh" of="4d6f4488"
# $K=$ ⟦K⟧ 行没用的策略，若互相独立，有 ⟦1 - 0.95**K:.0%⟧ 的概率“发现”点什么；共用一个参照时是 ⟦alarms["shared"]:.0%⟧（模拟）。
#
# 换上新种子，旋转在家里得 ⟦again["rotate"][0]:+.1f⟧ ± ⟦again["rotate"][1]:.1f⟧ 个百分点（表里是 ⟦middle[0, 0]:+.1f⟧）；在外面，裁剪得 ⟦again["crop"][0]:+.1f⟧ ± ⟦again["crop"][1]:.1f⟧（表里是 ⟦middle[1, 1]:+.1f⟧），
# dropout 得 ⟦again["dropout"][0]:+.1f⟧ ± ⟦again["dropout"][1]:.1f⟧（表里是 ⟦middle[mild, 1]:+.1f⟧）。比赛的胜者多半沾了运气，下一次别指望它还这么好。新种子换掉的是训练，外面却没有换：仍是那 ⟦len(foreign):,⟧ 张图像，出自少数几个人之手。换一个“外面”，答案可能不同。

# %% [markdown] lang="en"
# **Quiz.** Training accuracy ⟦base["learned"].mean():.2f⟧, at home ⟦base["home"].mean():.2f⟧, outside ⟦base["outside"].mean():.2f⟧. Which single step would you take first?
#
# - [ ] a larger L2 penalty, tuned at home :: In 04.9 the L2 that validation chose moved little. Tuning at home can't see what is wrong outside.
# - [x] label some images from outside :: They show what differs and serve as a validation set for the place that matters.
# - [ ] a wider network :: 256 units instead of 64 gained ⟦wider[1]:.1f⟧ points at home and ⟦wider[2]:.1f⟧ outside (04.2), of a gap of ⟦100 * (base["home"] - base["outside"]).mean():.0f⟧. The network can express enough; it hasn't seen the right things.

# %% [markdown] lang="zh" of="d4936d97"
# **小测验。** 训练准确率 ⟦base["learned"].mean():.2f⟧，家里 ⟦base["home"].mean():.2f⟧，外面 ⟦base["outside"].mean():.2f⟧。若只能先做一件事，你做哪一件？
#
# - [ ] 加大 L2 惩罚，在家里调 :: 04.9 节里，验证集选出的 L2 作用很小。在家里调，看不见外面出了什么毛病。
# - [x] 给一些外面的图像标上标签 :: 它们让人看到差别在哪里，还可以当真正要紧的那个地方的验证集。
# - [ ] 把网络加宽 :: 从 64 个单元加到 256 个，家里多得 ⟦wider[1]:.1f⟧ 个百分点，外面多得 ⟦wider[2]:.1f⟧ 个（04.2 节），而差距有 ⟦100 * (base["home"] - base["outside"]).mean():.0f⟧ 个。网络的表达能力够了，只是没见过该见的东西。

# %% [markdown] lang="en"
# ## 04.11 Deeper: In the company
#
# The founders ask: shall we pay for more labels? 04.3 answers with a price. We draw the learning curve of the review classifier (00.4) on clear movie reviews, let it foretell a doubling,
# and check it. A label costs ⟦LABEL_DOLLARS:.2f⟧ dollars here, an assumption.

# %% [markdown] lang="zh" of="f2e9ba1e"
# ## 04.11 选读：在公司里
#
# 创始人问：还要不要花钱买标签？04.3 节的办法可以给出价钱。我们在态度鲜明的影评上，画出影评分类器（00.4 节）的学习曲线，让它预言再翻一倍之后的误差，然后核对。
# 这里假定一条标签 ⟦LABEL_DOLLARS:.2f⟧ 美元（约 ¥ 元）。

# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

LABEL_DOLLARS = 0.30                            # twenty seconds each, three people
TAUGHT = np.array([150, 300, 600, 1200, 2400])
texts, good = data.load_reviews("movies").labelled()
texts = np.array(texts, dtype=object)

# %%
def find_error(n, seed):
    """Share of 2,000 held-out reviews classified wrongly after n labels."""
    shares = (n / len(texts), 2000 / len(texts))
    learn, judge = data.split(len(texts), shares, seed=seed, labels=good)
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=3))
    return 1 - model.fit(texts[learn], good[learn]).score(texts[judge], good[judge])

# %%
wrong = np.array([[find_error(int(n), seed) for seed in range(4)] for n in TAUGHT])
wrong = wrong.mean(axis=1)                                      # (5,) over four splits
trend = stats.linregress(np.log(TAUGHT[:4]), np.log(wrong[:4]))
promised, found = np.exp(trend.intercept + trend.slope * np.log(2400)), wrong[-1]
next_error = found * 2**trend.slope
per_point = 2400 * LABEL_DOLLARS / (100 * (found - next_error))
assert (np.diff(wrong) < 0).all(), "more labels, fewer errors"
assert abs(promised / found - 1) < 0.2, "the line foretells the next within a fifth"
f"error after 2,400 labels: foretold {promised:.3f}, measured {found:.3f}"

# %% [markdown] lang="en"
# From 1,200 labels the line promised ⟦promised:.1%⟧ errors for 2,400; measured: ⟦found:.1%⟧. Another 2,400, for ⟦2400 * LABEL_DOLLARS:,.0f⟧ dollars, would leave about ⟦next_error:.1%⟧: some
# ⟦per_point:,.0f⟧ dollars a percentage point, and each later point costs more. Whether that pays depends on what a misread review costs (lesson 06). It holds for movie reviews only: before selling to another shop, label some reviews from *there*.

# %% [markdown] lang="zh" of="adacc933"
# 看过 1,200 条标签，直线许诺 2,400 条时错 ⟦promised:.1%⟧；实测 ⟦found:.1%⟧。再买 2,400 条，花 ⟦2400 * LABEL_DOLLARS:,.0f⟧ 美元（约 ¥ 元），大约还剩 ⟦next_error:.1%⟧：
# 每个百分点约 ⟦per_point:,.0f⟧ 美元，而且越往后越贵。值不值，要看误判一条评论损失多少（第 06 课）。而且这只对影评成立，要卖给另一家店，先标一些**那里**的评论。

# %% [markdown] lang="en"
# ## 04.12 Deeper: when a flip lies
#
# 04.9's flips were left-right. Half turns show more plainly what goes wrong: a turned 9 keeps its label and looks like a 6.
#
# **Before you run it:** with half turns in training, which digits will lose most at home?

# %% [markdown] lang="zh" of="92cb6f97"
# ## 04.12 选读：翻转什么时候会骗人
#
# 04.9 节里的翻转是左右翻转。转半圈更能看清毛病出在哪里，转过去的 9 标签照旧，样子却像 6。
#
# **先猜再运行：** 训练时加上转半圈，家里的考试中哪些数字丢分最多？

# %%
def read_as(W, digit, answer):
    """Share of the test images of `digit` that are read as `answer`, all seeds."""
    answers = forward(W, tested[0]).argmax(-1)
    return (answers[tested[1] == digit] == answer).double().mean().item()

# %%
turning, _ = train(augment=flip(1, 2))
lost = np.array([read_as(plain, k, k) - read_as(turning, k, k) for k in range(10)])
lost *= 100
nines, eights = ([read_as(W, digit, answer) for W in (plain, turning)]
                 for digit, answer in ((6, 9), (8, 3)))
assert lost[[0, 1]].max() < lost[[2, 3, 6, 9]].min() - 2, "some lose, some don't"
assert nines[1] > nines[0] + 0.01, "sixes are taken for nines"

# %%
ax = plt.subplots(figsize=(6, 2.8))[1]
ax.bar(range(10), lost)
ax.set(xlabel="digit", ylabel="recall lost (points)", xticks=range(10));

# %% [markdown] lang="en"
# *The picture:* a bar for each digit: how much recall half turns in training cost it. 0, 1 and 4 lose little, 6, 3, 2 and 9 most.
#
# The 6 loses ⟦lost[6]:.0f⟧ points: sixes read as nines were ⟦nines[0]:.1%⟧, now ⟦nines[1]:.1%⟧. To look the same when turned is no protection: the 8 loses ⟦lost[8]:.0f⟧, read as 3 in
# ⟦eights[1]:.1%⟧ (before: ⟦eights[0]:.1%⟧).

# %% [markdown] lang="zh" of="3811f9fb"
# *图中所见：* 每个数字一根条：训练时转半圈，让它的召回率丢了多少个百分点。0、1、4 丢得少，6、3、2、9 丢得最多。
#
# 6 丢了 ⟦lost[6]:.0f⟧ 个百分点：读成 9 的 6，原先占 ⟦nines[0]:.1%⟧，现在占 ⟦nines[1]:.1%⟧。转过去样子不变也不保险，8 丢了 ⟦lost[8]:.0f⟧ 个，读成 3 的占 ⟦eights[1]:.1%⟧
# （原先 ⟦eights[0]:.1%⟧）。

# %% [markdown] lang="en"
# ## Sources
#
# - N. Srivastava and others, [Dropout: a simple way to prevent neural networks from overfitting](https://jmlr.org/papers/v15/srivastava14a.html) (2014), section 4.
# - I. Loshchilov, F. Hutter, [Decoupled weight decay regularization](https://arxiv.org/abs/1711.05101) (2019), section 2: AdamW.
# - M. Belkin and others, [Reconciling modern machine-learning practice …](https://arxiv.org/abs/1812.11118) (2019): double descent.
# - The articles 《大模型：AI技术的商业化路径》 (commerce) and 《AI 大模型创业：如何利用人才优势？》 (talent): the remedies of 04.9.

# %% [markdown] lang="zh" of="d5093a35"
# ## 来源
#
# - N. Srivastava 等，[Dropout: a simple way to prevent neural networks from overfitting](https://jmlr.org/papers/v15/srivastava14a.html)（2014），第 4 节：防止神经网络过拟合。
# - I. Loshchilov、F. Hutter，[Decoupled weight decay regularization](https://arxiv.org/abs/1711.05101)（2019），第 2 节：AdamW，解耦的权重衰减正则化。
# - M. Belkin 等，[Reconciling modern machine-learning practice …](https://arxiv.org/abs/1812.11118)（2019）：双重下降。
# - 文章《大模型：AI技术的商业化路径》（commerce）和《AI 大模型创业：如何利用人才优势？》（talent）：04.9 节里的各种办法。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You read two gaps: ⟦base["learned"].mean():.0%⟧ learned, ⟦base["home"].mean():.1%⟧ at home, ⟦base["outside"].mean():.1%⟧ outside.
# - You derived two pulls: on lit pixels L1 emptied ⟦small["L1, 0.001"][0]:.0%⟧ of the weights, L2 ⟦small["L2, 0.01"][0]:.0%⟧.
# - You stopped early, at a test loss of ⟦stopped[0]:.3f⟧ instead of ⟦late[0]:.3f⟧; caught dropout left on, ⟦disagree:.0%⟧ of the answers changing; and saw a flip that lies cost ⟦-middle[mirror, 0]:.1f⟧ points.
# - You compared ⟦K⟧ strategies, each with its interval: rotation ⟦middle[0, 0]:+.1f⟧ ± ⟦half[0, 0]:.1f⟧ points at home.
# - Of ⟦2 * K⟧ intervals ⟦int((abs(middle) > half).sum())⟧ were off zero, after Bonferroni ⟦int(survive.sum())⟧.
#
# **Next:** exercise 04; lesson 05, Keras.

# %% [markdown] lang="zh" of="d9256115"
# ## 现在你能做到
#
# - 你从曲线上读出了两段差距：学过的 ⟦base["learned"].mean():.0%⟧，家里 ⟦base["home"].mean():.1%⟧，外面 ⟦base["outside"].mean():.1%⟧。
# - 你推导了两种惩罚：在亮过的像素上，L1 清空了 ⟦small["L1, 0.001"][0]:.0%⟧ 的权重，L2 是 ⟦small["L2, 0.01"][0]:.0%⟧。
# - 你用早停得到测试损失 ⟦stopped[0]:.3f⟧，而不是 ⟦late[0]:.3f⟧；抓到了没关的 dropout，⟦disagree:.0%⟧ 的回答会变；还看到会改变标签的翻转让准确率丢了 ⟦-middle[mirror, 0]:.1f⟧ 个百分点。
# - 你比较了 ⟦K⟧ 种策略，各带区间：旋转在家里 ⟦middle[0, 0]:+.1f⟧ ± ⟦half[0, 0]:.1f⟧ 个百分点。
# - ⟦2 * K⟧ 个区间里，有 ⟦int((abs(middle) > half).sum())⟧ 个不含零；用邦费罗尼校正后，剩 ⟦int(survive.sum())⟧ 个。
#
# **接下来：** 练习 04；第 05 课，Keras。
