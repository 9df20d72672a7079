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
# # 08. A stack of attention
#
# **The question of this lesson:** what does a stack of attention do?
#
# You will be able to:
# - build encoder and decoder blocks equal to PyTorch's, and place the norm;
# - show that a stack without positions is blind to order, and mend it in three ways;
# - find four faults in a published model by four questions;
# - report a perplexity that can be compared, beside a well-smoothed n-gram's;
# - choose how to sample, and count the parameters of three famous models.
#
# **Time and needs.** Reading: 75 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lesson 07, and the variance argument of 03.10; no graphics card, no network.

# %% [markdown] lang="zh" of="60ce932c"
# # 08. 把注意力叠起来
#
# **本课的问题：** 一层层叠起来的注意力，究竟在做什么？
#
# 学完后你能够：
# - 搭出与 PyTorch 相等的编码器块和解码器块，并把归一化放对地方；
# - 证明没有位置信息的模型看不见词序，并用三种办法补救；
# - 只问四个问题，就找出一个公开发表的模型里的四处错误；
# - 报告可以相互比较的困惑度，并与平滑得当的 n 元模型对照；
# - 选择采样方法，并数清 BERT、DistilBERT 和 GPT-2 的参数。
#
# **时间与所需。** 阅读约 75 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 07 课，以及 03.10 节关于方差的推导；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tokenizers", "transformers", "matplotlib")

# %% tags=["pretrain"]
import math
import time

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from torch.nn import functional as F
from tqdm.auto import tqdm

import course_data as data
from course_utils import plotting, seed_everything

# %% tags=["pretrain"]
SPLIT = 0                             # draws the held-out works; the long run was made for this one
SEED = 0                              # first weights, batches and samples follow from it
VOCABULARY, CONTEXT = 2_048, 64       # byte pairs, and how many the model sees at once; GPT-2: 50,257 and 1,024
WIDTH, LAYERS, HEADS = 128, 4, 4      # GPT-2: 768, 12, 12
BATCH, LONG_STEPS = 64, 3_000         # of the long run, `make pretrain`: less than an hour
DROPOUT = 0.1                         # in the long run only: in a minute nothing is seen twice
RATE, WARMUP = 3e-3, 100              # peak of the schedule, and the steps to get there

# %%
MINUTE_STEPS, MINUTE_BATCH = 350, 16  # half a minute on two cores; 200 to 1,000
CLINIC_STEPS = 110                    # enough for a leak to show; at least 100
ORDERS = (2, 3, 4, 5)                 # of the n-gram; five numbers below 2,048 still fit into 64 bits, six don't
PROMPT, SAMPLES, LENGTH = "Romeo.\n", 8, 96     # every way of sampling starts from this prompt
PRICE_PER_CORE_HOUR = 0.05            # dollars, in 08.12: an assumption, put in your own

# %% [markdown] lang="en"
# ## 08.1 A block
#
# Attention $A$ (lesson 07) carries information between tokens: each new row is a weighted mean of old ones. A **block**
# adds a network $M$ that works on each token by itself, a **residual path** that keeps what was there, and a
# **layer norm** $N$ that brings a token's $d$ numbers to mean 0 and variance 1, with a learned scale and shift:
#
# $$N(x)=\gamma\odot\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta,\qquad M(x)=W_2\,g(W_1x+b_1)+b_2,\quad
# W_1\in\mathbb{R}^{4d\times d}.$$
#
# The norm stands after each sum (*post-norm*, 2017) or before each part (*pre-norm*, today):
#
# $$x'=N(x+A(x)),\quad y=N(x'+M(x'));\qquad\quad x'=x+A(N(x)),\quad y=x'+M(N(x')).$$
#
# In an encoder each token sees all others, in a decoder no later ones: one mask is the whole difference. Beware:
# in PyTorch's layers True means *ignore*, in its attention function and in ours *look*.

# %% [markdown] lang="zh" of="522a804f"
# ## 08.1 一个块
#
# 注意力 $A$（第 07 课）在词元之间传递信息：新的每一行都是旧行的加权平均。**块**在此之外再添三样：一个网络 $M$，
# 单独处理每个词元；一条**残差通路**，把原有的内容保留下来；还有**层归一化** $N$，
# 把一个词元的 $d$ 个数调成均值 0、方差 1，再配上可学习的缩放和平移：
#
# $$N(x)=\gamma\odot\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta,\qquad M(x)=W_2\,g(W_1x+b_1)+b_2,\quad
# W_1\in\mathbb{R}^{4d\times d}.$$
#
# 归一化可以放在每次求和之后（*后置归一化*，2017 年的原版），也可以放在每个部件之前（*前置归一化*，如今的做法）：
#
# $$x'=N(x+A(x)),\quad y=N(x'+M(x'));\qquad\quad x'=x+A(N(x)),\quad y=x'+M(N(x')).$$
#
# 编码器里，每个词元能看到其他所有词元；解码器里，看不到后面的：两者的全部区别只在一个掩码。
# 要当心：在 PyTorch 的层里，掩码为 True 表示*不看*；在它的注意力函数和我们的代码里，True 表示*看*。

# %% tags=["pretrain"]
class Attention(nn.Module):
    """Multi-head self-attention (lesson 07), causal or not, with rotary positions (08.4) or without."""

    def __init__(self, width, heads, causal, rotary=False):
        super().__init__()
        self.heads, self.causal, self.rotary = heads, causal, rotary
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, mask=None):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)      # (B, h, T, d_k) each
        if self.rotary:
            q, k = rotate(q), rotate(k)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    """Attention and a two-layer network, each with a residual path; the norm stands before them or after the sum."""

    def __init__(self, width, heads, causal=False, pre_norm=True, rotary=False, dropout=0.0):
        super().__init__()
        self.pre_norm, self.dropout = pre_norm, nn.Dropout(dropout)
        self.attention = Attention(width, heads, causal, rotary)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, mask=None):
        if self.pre_norm:
            x = x + self.dropout(self.attention(self.norm_1(x), mask))
            return x + self.dropout(self.mlp(self.norm_2(x)))
        x = self.norm_1(x + self.dropout(self.attention(x, mask)))
        return self.norm_2(x + self.dropout(self.mlp(x)))

# %%
def copy_block(block, layer):
    """Put our weights into PyTorch's layer, under its names."""
    pairs = {"self_attn.in_proj_": block.attention.qkv, "self_attn.out_proj.": block.attention.out,
             "linear1.": block.mlp[0], "linear2.": block.mlp[2], "norm1.": block.norm_1, "norm2.": block.norm_2}
    kinds = "weight", "bias"
    layer.load_state_dict({name + kind: getattr(ours, kind) for name, ours in pairs.items() for kind in kinds})

def compare_blocks(causal, pre_norm, d=32, T=7):
    """Largest difference between our block and PyTorch's; an encoder's second text is padded after 5 tokens."""
    block = Block(d, 4, causal, pre_norm).double()
    layer = nn.TransformerEncoderLayer(d, 4, 4 * d, 0.0, "gelu", batch_first=True, norm_first=pre_norm).double()
    for parameter in block.parameters():
        nn.init.normal_(parameter, std=0.3)             # the norms too: at 1 and 0 a wrong one would go unseen
    copy_block(block, layer)
    x, real = torch.randn(2, T, d).double(), torch.arange(T) < torch.tensor([[T], [5]])            # (B, T)
    if causal:
        return (block(x) - layer(x, src_mask=torch.ones(T, T).triu(1).bool())).abs().max().item()
    return (block(x, real[:, None, None]) - layer(x, src_key_padding_mask=~real)).abs().max().item()

# %%
seed_everything(SEED, frameworks=("torch",))
block_gap = max(compare_blocks(causal, pre_norm) for causal in (False, True) for pre_norm in (False, True))
assert block_gap < 1e-12, "encoder and decoder, norm first or last: the same as PyTorch's layer"
f"largest difference over the four kinds: {block_gap:.0e}"

# %% [markdown] lang="en"
# ## 08.2 Where does the norm belong?
#
# All four kinds agree with PyTorch's layer to ⟦block_gap:.0e⟧. Which is the better place, before or after?
#
# In pre-norm the path from input to output is only ever added to. If each part adds independent numbers of variance
# $\sigma^2$, variances add up (03.10), and after $L$ blocks
#
# $$\operatorname{Var}(x_L)=\operatorname{Var}(x_0)+2L\sigma^2 .$$
#
# The last norm divides by the root of that, and so it divides the gradient on the way back: what reaches the top block
# should shrink like $1/\sqrt L$. In post-norm each sum is brought back to variance 1 at once.
#
# **Before you run it:** stacks of 3 to 48 blocks at their first step. The top block's gradient against depth, both
# axes logarithmic: which slope in pre-norm, which in post-norm?

# %% [markdown] lang="zh" of="5d6ec489"
# ## 08.2 归一化该放在哪里？
#
# 四种块都与 PyTorch 的一致，最多相差 ⟦block_gap:.0e⟧。那么放在前面好，还是放在后面好？
#
# 前置归一化时，从输入到输出的那条通路上只做加法。若每个部件加上去的数相互独立、方差为 $\sigma^2$，
# 方差就可以相加（03.10 节），经过 $L$ 个块之后
#
# $$\operatorname{Var}(x_L)=\operatorname{Var}(x_0)+2L\sigma^2 .$$
#
# 最后那次归一化要除以它的平方根，梯度往回传时也被它除：传到最上面一块的梯度，应当按 $1/\sqrt L$ 变小。
# 后置归一化则在每次求和之后立刻把方差拉回 1。
#
# **先猜再运行：** 取 3 到 48 个块的模型，看训练第一步。以最上面一块的梯度对深度作图，两轴都取对数：
# 前置归一化的斜率是多少？后置归一化呢？

# %%
def measure_gradients(depth, pre_norm, seed, d=64):
    """(depth,) length of each block's gradient at the first step, on random inputs and random targets."""
    torch.manual_seed(seed)
    blocks = nn.ModuleList([Block(d, 4, pre_norm=pre_norm) for _ in range(depth)])
    for table in (p for p in blocks.parameters() if p.dim() == 2):
        nn.init.xavier_normal_(table)                   # 03.10
    x, target = torch.randn(8, 16, d), torch.randint(1_000, (8 * 16,))
    for block in blocks:
        x = block(x)
    x = F.layer_norm(x, (d,))                           # after post-norm this changes nothing
    F.cross_entropy(x.flatten(0, 1) @ torch.randn(d, 1_000) / d**0.5, target).backward()
    return np.array([sum((p.grad**2).sum() for p in block.parameters()).sqrt() for block in blocks])

DEPTHS = (3, 6, 12, 24, 48)
grads = {(depth, pre): np.mean([measure_gradients(depth, pre, seed) for seed in range(3)], axis=0)
         for depth in DEPTHS for pre in (True, False)}
top = {pre: np.array([grads[depth, pre][-1] for depth in DEPTHS]) for pre in (True, False)}
slope = {pre: np.polyfit(np.log(DEPTHS), np.log(top[pre]), 1)[0] for pre in (True, False)}
assert slope[True] < -0.3 and abs(slope[False]) < 0.2, "the top block's gradient falls with depth in pre-norm alone"

# %%
import matplotlib.pyplot as plt

plotting.use_course_style()
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3), sharey=True)
for pre, colour, marker, name in ((True, "C5", "o", "pre-norm"), (False, "C1", "s", "post-norm")):
    axes[0].plot(range(1, 49), grads[48, pre], color=colour, linestyle="-", label=name)
    axes[1].plot(DEPTHS, top[pre], color=colour, marker=marker, linestyle="-", label=f"{name}: slope {slope[pre]:.2f}")
axes[0].set(yscale="log", xlabel="block (1: next to the input)", ylabel="length of its gradient", title="a stack of 48")
axes[1].set(xscale="log", xlabel="depth of the stack", title="the top block", xticks=DEPTHS, xticklabels=DEPTHS)
axes[1].minorticks_off()
axes[1].legend();

# %% [markdown] lang="en"
# *The picture:* left, the gradient's length for each of 48 blocks: in pre-norm it falls from the input upwards, in
# post-norm it does not. Right, the top block alone: in pre-norm it falls with the depth of the stack, in post-norm it
# does not, it even rises a little.
#
# The slopes are ⟦slope[True]:.2f⟧ and ⟦slope[False]:.2f⟧ (means of three seeds). In 48 blocks the top one gets
# ⟦top[False][-1] / top[True][-1]:.1f⟧ times as much gradient in post-norm as in pre-norm. Xiong et al. (2020) draw the
# consequence: a deep post-norm stack cannot bear its full learning rate from the start and needs the warm-up (02.9);
# pre-norm can do without. Our four blocks would train either way; we take pre-norm.

# %% [markdown] lang="zh" of="1b77d61c"
# *图中所见：* 左图是 48 个块各自的梯度长度：前置归一化时，从输入往上逐渐变小；后置归一化时则不然。右图只看最上面一块：
# 前置归一化时，它随深度变小；后置归一化时不减，反而略有上升。
#
# 两个斜率分别是 ⟦slope[True]:.2f⟧ 和 ⟦slope[False]:.2f⟧（三个种子的平均）。叠到 48 块时，最上面一块得到的梯度，
# 后置是前置的 ⟦top[False][-1] / top[True][-1]:.1f⟧ 倍。Xiong 等人（2020）由此推断：
# 很深的后置归一化模型一开始承受不住完整的学习率，离不开预热（02.9 节）；前置归一化则可以不要。
# 我们只有四个块，怎么放都能训练；这里取前置。

# %% [markdown] lang="en"
# ## 08.3 A stack cannot see the order
#
# Reorder the rows of $X$ by a permutation matrix $P$. Queries, keys and values are made row by row, so they are
# reordered alike. Softmax works on each row and follows any reordering of it; and $P^\top P=I$:
#
# $$A(PX)=\operatorname{softmax}\!\left(\frac{PQ\,(PK)^\top}{\sqrt{d_k}}\right)PV
# =P\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)P^\top PV=P\,A(X).$$
#
# Norm, network and sum treat each row alike, so a whole stack obeys the same law: **equivariance**. The mean over the
# rows, which a classifier may read, does not change at all: **invariance**.
#
# **Before you run it:** six blocks read "not bad , it is good", then the same with "bad" and "good" exchanged. How
# much does the mean change?

# %% [markdown] lang="zh" of="706f6fc2"
# ## 08.3 看不见词序
#
# 用置换矩阵 $P$ 打乱 $X$ 的各行。查询、键和值都是逐行算出来的，于是跟着同样打乱。softmax 在每一行内进行，
# 行内次序怎么变，它就跟着怎么变；再加上 $P^\top P=I$：
#
# $$A(PX)=\operatorname{softmax}\!\left(\frac{PQ\,(PK)^\top}{\sqrt{d_k}}\right)PV
# =P\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)P^\top PV=P\,A(X).$$
#
# 归一化、网络与求和对每一行一视同仁，所以整个模型都遵守同一规律，称为**等变**。如果分类器读的是各行的平均，
# 那么平均值完全不变，称为**不变**。
#
# **先猜再运行：** 六个块先读 “not bad , it is good”，再读把 bad 与 good 对调后的句子。平均值会变多少？

# %%
order = torch.tensor([0, 5, 2, 3, 4, 1])                                        # "not good , it is bad"
x, stack = torch.randn(1, 6, 64), nn.Sequential(*(Block(64, 4) for _ in range(6)))      # a random vector for each token
straight, turned = stack(x).detach()[0], stack(x[:, order]).detach()[0]         # (T, d)
order_gap, mean_gap = (straight[order] - turned).abs().max(), (straight.mean(0) - turned.mean(0)).abs().max()
assert max(order_gap, mean_gap) < 1e-5, "a reordered input gives the reordered output, hence the same mean"
f"states differ by {order_gap:.0e}, their mean by {mean_gap:.0e}"

# %% [markdown] lang="en"
# ## 08.4 Three ways to say where
#
# By rounding only, ⟦mean_gap:.0e⟧: praise and blame look the same. So places must be put in. With
# $\omega_i=10000^{-2i/d}$:
#
# - **Sinusoidal** (2017): add to the token at place $t$ a fixed vector $p_t$ of pairs
#   $(\sin t\omega_i,\cos t\omega_i)$.
# - **Learned** (BERT, GPT-2): add row $t$ of a table that is trained. Beyond its last row there is no place.
# - **Rotary** (2021): add nothing; turn pair $i$ of each query and each key by the angle $t\omega_i$. By hand: a
#   quarter turn takes $(1,0)$ to $(0,1)$.
#
# Turning back by $t$ and forth by $s$ is turning by $s-t$, so $R_t^\top R_s=R_{s-t}$ and
#
# $$(R_tq)^\top(R_sk)=q^\top R_{s-t}\,k,\qquad p_t^\top p_s=\sum_i\cos\big((s-t)\,\omega_i\big).$$
#
# In both the place drops out and the distance remains.

# %% [markdown] lang="zh" of="b0541415"
# ## 08.4 交代位置的三种办法
#
# 只差舍入误差，⟦mean_gap:.0e⟧：褒和贬看上去一模一样。所以必须把位置放进去。记 $\omega_i=10000^{-2i/d}$：
#
# - **正弦位置**（2017）：给位置 $t$ 上的词元加一个固定向量 $p_t$，由一对对 $(\sin t\omega_i,\cos t\omega_i)$ 组成。
# - **可学习的位置**（BERT、GPT-2）：加上一张可训练的表的第 $t$ 行。表的最后一行之后，再没有位置可用。
# - **旋转位置**（2021）：什么也不加，只把每个查询、每个键的第 $i$ 对数转过角度 $t\omega_i$。手算一下：
#   转四分之一圈，$(1,0)$ 变成 $(0,1)$。
#
# 先往回转 $t$，再往前转 $s$，就等于转 $s-t$，所以 $R_t^\top R_s=R_{s-t}$，并且
#
# $$(R_tq)^\top(R_sk)=q^\top R_{s-t}\,k,\qquad p_t^\top p_s=\sum_i\cos\big((s-t)\,\omega_i\big).$$
#
# 两者都一样：位置本身消去了，留下的是距离。

# %% tags=["pretrain"]
def sinusoids(T, width):
    """Sines and cosines of t · 10000^(−2i / width), side by side (T, width). Vaswani et al. 2017, section 3.5."""
    angle = torch.arange(T)[:, None] * 10_000.0 ** (-torch.arange(0, width, 2) / width)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)

def rotate(x):
    """Rotary positions: pair i of the d_k numbers at place t is turned by the angle t · 10000^(−2i / d_k).

    x: (B, h, T, d_k). Su et al. 2021, section 3.2 (the halves form the pairs, as in most implementations).
    """
    T, half = x.shape[-2], x.shape[-1] // 2
    angle = torch.arange(T)[:, None] * 10_000.0 ** (-torch.arange(half) / half)         # (T, d_k / 2)
    a, b, cos, sin = x[..., :half], x[..., half:], angle.cos(), angle.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)

# %%
q, k = torch.randn(2, 1, 32).double().expand(-1, 60, -1)            # one query and one key, the same at 60 places
scores = rotate(q) @ rotate(k).T                                    # (60, 60): query at place t, key at place s
rotary_gap = max((row - row[0]).abs().max().item() for row in (scores.diagonal(s) for s in range(-59, 60)))
assert rotary_gap < 1e-4, "a score depends on the distance s − t, not on the place"
assert torch.allclose(rotate(q).norm(dim=-1), q.norm(dim=-1)), "a rotation keeps the length"
f"the scores lie {scores.max() - scores.min():.1f} apart, at any one distance only {rotary_gap:.0e}"

# %%
sine = {d: sinusoids(61, d) @ sinusoids(61, d).T / (d / 2) for d in (32, 128)}          # (place, place); 1: equal
assert all((sine[128].diagonal(s) - sine[128][0, s]).abs().max() < 1e-4 for s in range(61)), "the distance alone counts"
alike = {f"{d} numbers a place": table[0] for d, table in sine.items()}
plotting.show_curves(alike, x=np.arange(61), xlabel="distance between two places", ylabel="how alike they are");

# %% [markdown] lang="en"
# *The picture:* the product of two places' sinusoids, divided by its value at distance 0, for 32 and 128 numbers a
# place. Neighbours are alike; with the distance likeness falls, in waves.
#
# For a query and key that are equal, rotary scores follow such a curve on average: the same cosines. One formula sees
# near things as near, before anything is learned.
#
# Which to take? Learned places cost parameters and end with the table. Rotary ones cost nothing, act in every block,
# and know distances. We did not race the three; today's large models mostly use rotary ones, and so do we.

# %% [markdown] lang="zh" of="25245f7f"
# *图中所见：* 两个位置的正弦向量的内积，除以距离为 0 时的值；每个位置分别用 32 个和 128 个数。
# 相邻的位置彼此相似；距离越远，相似度越低，呈波浪形下降。
#
# 当查询与键相等时，旋转位置给出的分数平均而言也沿着这样的曲线变化：用的是同一组余弦。还没开始学习，公式就已经知道近的近、远的远。
#
# 该选哪一种？可学习的位置要花参数，表到头了位置也就到头。旋转位置不花参数，在每个块里都起作用，而且懂得距离。
# 三者我们没有比赛；如今的大模型多用旋转位置，我们也用它。

# %% [markdown] lang="en"
# ## 08.5 The whole model
#
# Ids become rows of a table $E\in\mathbb{R}^{V\times d}$; blocks turn them into states $H\in\mathbb{R}^{T\times d}$;
# the same table reads the scores (logits) of the next token off them, which saves $Vd$ parameters:
#
# $$Z=H E^\top\in\mathbb{R}^{T\times V},\qquad p(x_{t+1}\mid x_1,\dots,x_t)=\operatorname{softmax}(Z_t).$$
#
# The rows of $H$ leave a norm with variance 1. Draw $E$ with variance $1/d$: each logit is a sum of $d$ products of
# variance $1/d$, so its variance is 1, and the first guess is nearly uniform.
#
# One pass gives $T$ predictions, one at each place. They are honest only if no place sees the token that it must
# predict. That we check: change the token at place 40, and see whose logits move.

# %% [markdown] lang="zh" of="b32b7db9"
# ## 08.5 完整的模型
#
# 词元编号先查表 $E\in\mathbb{R}^{V\times d}$ 变成一行行的数；各块再把它们变成状态 $H\in\mathbb{R}^{T\times d}$；
# 最后用同一张表读出下一个词元的分数（logit），这样省下 $Vd$ 个参数：
#
# $$Z=H E^\top\in\mathbb{R}^{T\times V},\qquad p(x_{t+1}\mid x_1,\dots,x_t)=\operatorname{softmax}(Z_t).$$
#
# $H$ 的各行刚经过归一化，方差为 1。让 $E$ 的初始方差为 $1/d$：每个 logit 是 $d$ 个方差为 $1/d$ 的乘积之和，方差就是 1，
# 因此最初的猜测接近均匀。
#
# 跑一遍就得到 $T$ 个预测，每个位置一个。只有当任何位置都看不见它要预测的词元时，这些预测才算数。这一点要检查：
# 改动第 40 个位置上的词元，看哪些位置的 logit 动了。

# %% tags=["pretrain"]
class Transformer(nn.Module):
    """Token embeddings, positions ("none", "sinusoidal", "learned" or "rotary"), blocks, logits from the same table."""

    def __init__(self, vocabulary, width, layers, heads, context, causal=True, pre_norm=True, positions="rotary",
                 dropout=0.0):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        if positions == "learned":
            self.places = nn.Parameter(torch.zeros(context, width))
        else:
            self.register_buffer("places", sinusoids(context, width) * (positions == "sinusoidal"), persistent=False)
        rotary = positions == "rotary"
        self.blocks = nn.ModuleList(Block(width, heads, causal, pre_norm, rotary, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width) if pre_norm else nn.Identity()
        nn.init.normal_(self.tokens.weight, std=width**-0.5)        # so that the first logits have a variance of 1

    def states(self, ids, mask=None):
        """(B, T) ids → (B, T, width)."""
        x = self.tokens(ids) + self.places[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)

    def forward(self, ids, mask=None):
        """(B, T) ids → (B, T, vocabulary) logits of the next token."""
        return self.states(ids, mask) @ self.tokens.weight.T

# %%
fresh = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT)
ids, parameters = torch.randint(VOCABULARY, (1, CONTEXT)), sum(p.numel() for p in fresh.parameters())
other = torch.where(torch.arange(CONTEXT) == 40, (ids + 1) % VOCABULARY, ids)   # another token at place 40
moved = (fresh(ids) - fresh(other)).detach().abs().amax(dim=-1)[0]              # (T,)
assert (moved[:40] < 1e-6).all() and (moved[40:] > 1e-6).all(), "a token moves its own place and later ones, no earlier"
f"{parameters:,} parameters; first logits: standard deviation {fresh(ids).std():.2f}"

# %% [markdown] lang="en"
# ## 08.6 Real text, and a score for it
#
# Shakespeare's 42 works; four of them, drawn whole by the knob SPLIT, are held out, since pages of one play share names
# and phrases. (SEED is for weights and batches: change it freely.) The text is cut into byte pairs (lesson 09 builds
# them). For $N$ tokens in $C$ characters,
#
# $$\ell=-\frac1N\sum_{t=1}^{N}\ln p(x_t\mid x_{<t}),\qquad \mathrm{PPL}=e^{\ell},\qquad b=\frac{\ell N}{C\ln 2}.$$
#
# A **perplexity** of $k$: as unsure as with a fair die of $k$ faces. By hand: two tokens with probabilities
# $\tfrac12$ and $\tfrac18$ give $\ell=\tfrac12(\ln 2+\ln 8)=\ln 4$, perplexity 4. It counts by tokens, hence depends on
# how the text was cut; bits a character, $b$, does not.
#
# **Before you run it:** which perplexity has a uniform guess among 2,048 tokens? And who knows the frequencies only:
# half of it, a tenth?

# %% [markdown] lang="zh" of="40942344"
# ## 08.6 真实的文本，和给它打的分
#
# 语料是莎士比亚的 42 部作品。按旋钮 SPLIT 随机抽出四部，整部留出不用，因为同一部剧的各页共用人名和措辞。
# （SEED 管的是权重和批量，可以随意换。）文本切成字节对（第 09 课会亲手造）。设 $C$ 个字符切成 $N$ 个词元，则
#
# $$\ell=-\frac1N\sum_{t=1}^{N}\ln p(x_t\mid x_{<t}),\qquad \mathrm{PPL}=e^{\ell},\qquad b=\frac{\ell N}{C\ln 2}.$$
#
# **困惑度**为 $k$，意思是：把握的程度，与掷一枚 $k$ 面的均匀骰子相当。手算一下：两个词元的概率为 $\tfrac12$ 和
# $\tfrac18$，$\ell=\tfrac12(\ln 2+\ln 8)=\ln 4$，困惑度就是 4。它按词元计，所以与文本怎么切有关；
# 每字符比特数 $b$ 则无关。
#
# **先猜再运行：** 在 2,048 个词元中均匀地猜，困惑度是多少？如果只知道各词元的频率，会降到它的一半，还是十分之一？

# %% tags=["pretrain"]
corpus = data.load_corpus("shakespeare")
rng = seed_everything(SEED, frameworks=("torch",))
held = sorted(np.random.default_rng(SPLIT).permutation(len(corpus))[:4].tolist())   # four whole works
train_text = "\n\n".join(text for number, text in enumerate(corpus.texts) if number not in held)
held_text = "\n\n".join(corpus.texts[number] for number in held)

# %% tags=["pretrain"]
def train_tokenizer(text, size):
    """Byte-pair encoding as GPT-2 uses it: any text can be written, nothing is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    return tokenizer

tokenizer = train_tokenizer(train_text, VOCABULARY)
train_ids, held_ids = (torch.tensor(tokenizer.encode(text).ids) for text in (train_text, held_text))

# %%
assert tokenizer.decode(held_ids.tolist()) == held_text, "tokens and back: the text, character for character"
lines, CHARACTERS = set(train_text.splitlines()), len(held_text) / len(held_ids)        # characters a token
held_lines = [line for line in held_text.splitlines() if len(line) > 30]
shared = sum(line in lines for line in held_lines)
assert shared < 0.001 * len(held_lines), "hardly a long line of the held-out works stands in the others"
f"{len(train_ids):,} tokens to train on, {len(held_ids):,} held out; {shared} of {len(held_lines):,} lines shared"

# %% tags=["pretrain"]
def token_losses(model, ids=held_ids, every=1):
    """(n, CONTEXT) nats of each token, in every so many of the windows side by side; a window's first has no past."""
    n = (len(ids) - 1) // CONTEXT
    x, y = (ids[shift : shift + n * CONTEXT].view(n, CONTEXT)[::every].split(64) for shift in (0, 1))
    was_training = model.training
    model.eval()
    with torch.no_grad():
        losses = [F.cross_entropy(model(a).transpose(1, 2), b, reduction="none") for a, b in zip(x, y)]
    model.train(was_training)
    return torch.cat(losses)

# %%
counts = np.bincount(train_ids, minlength=VOCABULARY) + 1           # a token that never occurred gets a little, too
targets = held_ids[1 : (len(held_ids) - 1) // CONTEXT * CONTEXT + 1].numpy()            # the tokens that are scored
results = {"uniform": math.log(VOCABULARY), "unigram": -np.log(counts / counts.sum())[targets].mean()}

def describe(nats):
    """A loss in nats a token, as perplexity and as bits a character."""
    bits = nats / math.log(2) / CHARACTERS
    return f"{nats:.3f} nats a token, perplexity {math.exp(nats):7.1f}, {bits:.2f} bits a character"

assert results["unigram"] < results["uniform"], "knowing the frequencies is worth something"
print(*(f"{name:8} {describe(nats)}" for name, nats in results.items()), sep="\n")

# %% [markdown] lang="en"
# **Quiz.** The uniform guess has perplexity 2,048, the unigram ⟦math.exp(results['unigram']):.0f⟧. Suppose ours came
# down to 50, and somebody's model with a vocabulary of 50,257 reports 60 on the same four works. Which is better?
#
# - [ ] Ours: 50 is less than 60 :: Perplexity is per token, and these tokens are not the same. Longer tokens are harder
#   to guess, but fewer have to be guessed.
# - [ ] The other: 60 of 50,257 is a smaller share than 50 of 2,048 :: The share of the vocabulary is not what a reader
#   pays for; most of 50,257 tokens never come into question. What counts is the probability of the whole text.
# - [x] Bits a character must tell :: Yes: $\ell N$ is the whole text's cost, and $C$ is the same for both. With, say, 4
#   characters a token the other's 60 is far better than our 50 at ⟦CHARACTERS:.1f⟧.

# %% [markdown] lang="zh" of="6a3a2d50"
# **小测验。** 均匀猜测的困惑度是 2,048，一元模型是 ⟦math.exp(results['unigram']):.0f⟧。假定我们的模型降到了 50；
# 另有一个模型，词表有 50,257 个词元，在同样四部作品上报告的困惑度是 60。哪个更好？
#
# - [ ] 我们的：50 小于 60 :: 困惑度按词元计，而两边的词元并不相同。词元越长越难猜，但要猜的个数也越少。
# - [ ] 对方的：60 占 50,257 的比例，比 50 占 2,048 的小 :: 占词表的比例并不是要付的代价；50,257 个词元里，
#   大多数在任何一处都不必考虑。要看的是整段文本的概率。
# - [x] 要看每字符多少比特 :: 对：$\ell N$ 是整段文本的总代价，而 $C$ 对两边是一样的。如果对方每个词元有 4 个字符，
#   那么它的 60 就远远好过我们在每词元 ⟦CHARACTERS:.1f⟧ 个字符时的 50。

# %% tags=["pretrain"]
def draw_batch(rng, batch):
    """Windows drawn at random: inputs (B, T), and the same shifted by one token as targets (B, T)."""
    # (One dislike: this and train() read text, context and rates from outside; `make pretrain` needs it so.)
    starts = torch.from_numpy(rng.integers(len(train_ids) - CONTEXT, size=batch))
    windows = train_ids[starts[:, None] + torch.arange(CONTEXT + 1)]        # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]

def train(model, steps, batch, warmup=WARMUP, every=0):
    """AdamW, linear warm-up and decay to 0, clipped gradients. Returns a log: (step, seconds, held-out loss)."""
    rng, log, started = np.random.default_rng(SEED), [], time.perf_counter()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.1)
    rise_and_fall = lambda n: min((n + 1) / warmup, (steps - n) / (steps - warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rise_and_fall)
    model.train()
    for step in tqdm(range(1, steps + 1), desc="training", mininterval=2.0):
        x, y = draw_batch(rng, batch)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if every and step % every == 0:
            loss = token_losses(model, every=8).mean().item()
            log.append((step, round(time.perf_counter() - started, 1), round(loss, 4)))
    model.eval()
    return log

# %% [markdown] lang="en"
# ## 08.7 A failure on purpose: the published model
#
# Section 5.2 of S4 defines a language model; its 5.4 wants a perplexity. The class below has the same faults in other
# clothes. It runs, its shapes fit, its loss falls.
#
# Read it and find **four** faults: no line is wrong, something is missing. Ask any model four questions:
#
# 1. Two earlier words are swapped: does the last place notice? It should.
# 2. Another text joins the batch: do my scores change? They must not.
# 3. Padding follows my text: do they change? They must not.
# 4. The last token changes: do earlier places notice? For a perplexity they must not.
#
# **Before you run it:** what will the suspect answer?

# %% [markdown] lang="zh" of="6869383e"
# ## 08.7 故意失败一次：一个公开发表的模型
#
# S4 的 5.2 节定义了一个语言模型，5.4 节又要求报告它的困惑度。下面这个类换了一身衣服，毛病是一样的。
# 它能运行，形状都对，损失也在下降。
#
# 先自己读一遍，找出**四**处错误，再往下看。没有哪一行写错了，错在少了东西。
# 然后，对任何一个模型都可以问四个问题：
#
# 1. 对调前面的两个词，最后一个位置察觉到了吗？应该察觉。
# 2. 批量里多了另一段文本，我的分数变了吗？不许变。
# 3. 我的文本后面补了填充，我的分数变了吗？不许变。
# 4. 改动最后一个词元，前面的位置察觉到了吗？要用困惑度打分的模型，不许察觉。
#
# **先猜再运行：** 这个可疑的模型会怎样回答？

# %%
class Suspect(nn.Module):
    """Token ids (B, T) → logits (B, T, vocabulary)."""

    def __init__(self, width=64, heads=4, layers=2, **options):
        super().__init__()
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout=0.0, **options)
        self.look_up, self.score = nn.Embedding(VOCABULARY, width), nn.Linear(width, VOCABULARY)
        self.stack = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, ids):
        return self.score(self.stack(self.look_up(ids)))

def examine(model):
    """(4,) largest change of the logits that each question provokes."""
    mine, other = torch.randint(1, VOCABULARY, (2, 1, 12))          # 0 stands for padding here
    swapped, later, padded = mine.clone(), mine.clone(), F.pad(mine, (0, 4))
    swapped[0, [2, 7]] = mine[0, [7, 2]]
    later[0, 11] = mine[0, 11] % (VOCABULARY - 1) + 1
    with torch.no_grad():
        alone = model(mine)[0]                                      # (12, V)
        changes = [model(swapped)[0, 11] - alone[11], model(torch.cat([mine, other]))[0] - alone,
                   model(padded)[0, :12] - alone, model(later)[0, :11] - alone[:11]]
    return np.array([change.abs().max() for change in changes])

# %%
suspect, bag = Suspect(), Suspect(batch_first=True)
writer, reader = (Transformer(VOCABULARY, 64, 2, 4, CONTEXT, causal) for causal in (True, False))
patients = suspect, bag, writer, lambda ids: reader(ids, (ids != 0)[:, None, None])
notices = np.array([examine(model) for model in patients]) > 1e-4       # one row a model, one column a question
assert (notices == [[0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 1]]).all(), "the diagnoses below"
notices

# %% [markdown] lang="en"
# | ● notices | suspect | axis mended | our decoder | our encoder, masked |
# |---|---|---|---|---|
# | 1. order | ○ | ○ | ● | ● |
# | 2. another text | ● | ○ | ○ | ○ |
# | 3. padding | ○ | ● | ○ | ○ |
# | 4. a later token | ○ | ● | ○ | ● |
#
# **First fault:** PyTorch's layers expect $(T,B,d)$ unless told `batch_first=True`. Ours are $(B,T,d)$, so attention
# runs *across the batch*: each token sees strangers' texts and none of its own. In a product, that leaks one
# customer's words into another's answer.
#
# Mend that, and two faults come to light that it had hidden: padding is read (**no padding mask**), the future is
# read (**no causal mask**). And **no positions**: order goes unnoticed in both. Our decoder passes; right-hand
# padding cannot reach it. An encoder may see later tokens, but has no perplexity.

# %% [markdown] lang="zh" of="a3723148"
# | ● 表示察觉 | 可疑模型 | 改正维度后 | 我们的解码器 | 我们的编码器（带掩码） |
# |---|---|---|---|---|
# | 1. 词序 | ○ | ○ | ● | ● |
# | 2. 另一段文本 | ● | ○ | ○ | ○ |
# | 3. 填充 | ○ | ● | ○ | ○ |
# | 4. 后面的词元 | ○ | ● | ○ | ● |
#
# **第一处：** PyTorch 的层默认输入是 $(T,B,d)$，除非写明 `batch_first=True`。我们的是 $(B,T,d)$，于是注意力*横跨整个批量*：
# 每个词元看到的是别人的文本，自己那段反而一个词元也看不到。放进产品里，就是把一位客户的话漏进另一位客户的答复。
#
# 这一处改好，被它遮住的两处便露了出来：填充也被读进去（**没有填充掩码**），后文也被读进去（**没有因果掩码**）。
# 再加上**没有位置信息**：两个模型都察觉不到词序。我们的解码器全部通过，补在右边的填充影响不到它。
# 编码器可以看后面的词元，但那样也就谈不上困惑度了。

# %%
clinic = {"suspect": suspect, "positions, no mask": reader, "mended": writer}
for name, model in clinic.items():
    train(model, CLINIC_STEPS, MINUTE_BATCH, warmup=20)
    clinic[name] = token_losses(model, every=8).mean(dim=0).numpy()     # (CONTEXT,) nats held out, by the place
assert clinic["positions, no mask"][:-1].mean() < 3 < clinic["mended"].mean(), "no model can know that much so soon"
{name: f"perplexity {math.exp(by_place.mean()):,.1f}" for name, by_place in clinic.items()}

# %% [markdown] lang="en"
# Three small models, ⟦CLINIC_STEPS⟧ steps each. The suspect looks merely poor, perplexity
# ⟦math.exp(clinic['suspect'].mean()):.0f⟧. Give it positions and the right axis, but no mask, and it reaches
# ⟦math.exp(clinic['positions, no mask'].mean()):.1f⟧. That **cannot be true**: it learned to copy the next token from
# where it stands. The proof is the last place, whose answer lies outside the window:
# ⟦math.exp(clinic['positions, no mask'][-1]):,.0f⟧. Mended: ⟦math.exp(clinic['mended'].mean()):.0f⟧, an honest
# number.
#
# | symptom | fault |
# |---|---|
# | the score changes with the batch | axes |
# | reordered words, same answer | no positions |
# | longer padding, another answer | no padding mask |
# | perplexity near 1, babble when writing | no causal mask |

# %% [markdown] lang="zh" of="e07b1a77"
# 三个小模型，各训练 ⟦CLINIC_STEPS⟧ 步。可疑模型看上去只是差一些，困惑度 ⟦math.exp(clinic['suspect'].mean()):.0f⟧。
# 给它位置信息和正确的维度，却不给掩码，困惑度就成了 ⟦math.exp(clinic['positions, no mask'].mean()):.1f⟧。
# 这**不可能是真的**：它学会的是从下一个词元所在之处照抄。证据在最后一个位置，那里的答案落在窗口之外，
# 困惑度是 ⟦math.exp(clinic['positions, no mask'][-1]):,.0f⟧。改正之后是 ⟦math.exp(clinic['mended'].mean()):.0f⟧，这才是实在的数字。
#
# | 症状 | 病因 |
# |---|---|
# | 分数随批量而变 | 维度次序 |
# | 词序变了，答案不变 | 没有位置信息 |
# | 填充长一点，答案就变 | 没有填充掩码 |
# | 困惑度接近 1，写出来却是胡话 | 没有因果掩码 |

# %% [markdown] lang="en"
# ## 08.8 The rival: a well-smoothed n-gram
#
# Before a network may be praised, it has to beat counting. An n-gram predicts $w$ from the history $h$ of the $n-1$
# tokens before. Most long grams never occurred; so each count $c$ is discounted, and what is set free goes to the
# history $h'$, one token shorter:
#
# $$p_n(w\mid h)=\frac{c(hw)-D(c(hw))}{\sum_v c(hv)}+\frac{\sum_v D(c(hv))}{\sum_v c(hv)}\;p_{n-1}(w\mid h').$$
#
# Kneser and Ney (1995): in the lower orders, count not how often a gram occurred but after how many *different* tokens.
# Chen and Goodman (1999): three discounts, for counts of 1, 2 and more, from $n_k$, how many grams occurred $k$ times;
# $D(0)=0$ and
#
# $$D(k)=k-(k+1)\,Y\,\frac{n_{k+1}}{n_k},\qquad Y=\frac{n_1}{n_1+2n_2}.$$

# %% [markdown] lang="zh" of="e14afe0a"
# ## 08.8 对手：平滑得当的 n 元模型
#
# 一个网络要值得称赞，先得胜过数数。n 元模型根据前面 $n-1$ 个词元，即历史 $h$，来预测 $w$。长的 n 元组大多从未出现过，
# 所以每个计数 $c$ 都打一点折扣，省下来的概率交给少一个词元的历史 $h'$：
#
# $$p_n(w\mid h)=\frac{c(hw)-D(c(hw))}{\sum_v c(hv)}+\frac{\sum_v D(c(hv))}{\sum_v c(hv)}\;p_{n-1}(w\mid h').$$
#
# Kneser 和 Ney（1995）的主意：在较低的阶上，不数一个元组出现过多少次，而数它跟在多少种*不同*的词元后面。
# Chen 和 Goodman（1999）：计数为 1、2 和更多时各用一个折扣，由 $n_k$ 算出，它是恰好出现 $k$ 次的元组的个数；
# $D(0)=0$，并且
#
# $$D(k)=k-(k+1)\,Y\,\frac{n_{k+1}}{n_k},\qquad Y=\frac{n_1}{n_1+2n_2}.$$

# %%
def pack(windows):
    """(M, n) ids → (M,) whole numbers, one for each sequence of n tokens."""
    return sum(column.astype(np.int64) * VOCABULARY**power for power, column in enumerate(windows.T[::-1]))

def make_level(grams, counts):
    """One order's tables: grams and their discounted shares; histories and the share that each sets free."""
    n_1, n_2, n_3, n_4 = (np.sum(counts == times) for times in (1, 2, 3, 4))
    Y = n_1 / (n_1 + 2 * n_2)
    D = np.array([0, 1 - 2 * Y * n_2 / n_1, 2 - 3 * Y * n_3 / n_2, 3 - 4 * Y * n_4 / n_3])
    taken = D[np.minimum(counts, 3)]
    histories, first, row = np.unique(grams // VOCABULARY, return_index=True, return_inverse=True)
    total = np.add.reduceat(counts, first)
    return grams, (counts - taken) / total[row], histories, np.add.reduceat(taken, first) / total

def fit_ngram(ids, order):
    """Modified Kneser–Ney: the levels from order 1 up."""
    grams, counts = np.unique(pack(np.lib.stride_tricks.sliding_window_view(ids, order)), return_counts=True)
    levels = [make_level(grams, counts)]
    for n in range(order - 1, 0, -1):
        grams, counts = np.unique(grams % VOCABULARY**n, return_counts=True)        # different tokens before it
        levels.insert(0, make_level(grams, counts))
    return levels

# %%
def find(keys, values, wanted, default):
    """The value of each wanted key in a sorted table, or the default."""
    row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[row] == wanted, values[row], default)

def predict_ngram(levels, windows):
    """(M, order) ids → (M,) probability of each window's last token after the others."""
    p, code = np.full(len(windows), 1 / VOCABULARY), pack(windows)
    for n, (grams, share, histories, freed) in enumerate(levels, start=1):
        gram = code % VOCABULARY**n
        p = find(grams, share, gram, 0) + find(histories, freed, gram // VOCABULARY, 1) * p
    return p

def ngram_losses(levels, past, ids):
    """(len(ids),) nats of each token; the first ones look back into `past`."""
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([past[1 - len(levels) :], ids]), len(levels))
    return -np.log(predict_ngram(levels, windows))

# %%
read, cut = train_ids.numpy(), len(train_ids) * 9 // 10                 # the last tenth chooses the order
validation = {order: ngram_losses(fit_ngram(read[:cut], order), read[:cut], read[cut:]).mean() for order in ORDERS}
best = min(validation, key=validation.get)
ngram = fit_ngram(read, best)
kn_losses = ngram_losses(ngram, np.append(read, held_ids[0]), targets).reshape(-1, CONTEXT)     # (n, CONTEXT)
results["n-gram"] = kn_losses.mean()

# %%
ends = rng.integers(best, len(held_ids), size=20)
pasts = [held_ids[end - best + 1 : end].numpy() for end in ends] + [np.arange(best - 1)]
sums = [predict_ngram(ngram, np.c_[np.tile(past, (VOCABULARY, 1)), np.arange(VOCABULARY)]).sum() for past in pasts]
assert np.allclose(sums, 1, atol=1e-9), "after any past, seen or not, the probabilities of all tokens sum to 1"
f"{best}-gram: {describe(results['n-gram'])}; {sum(len(level[0]) for level in ngram):,} grams"

# %% [markdown] lang="en"
# ## 08.9 Who wins, and when?
#
# By the last tenth of the training tokens, order ⟦best⟧ is best: ⟦validation[2]:.3f⟧, ⟦validation[3]:.3f⟧,
# ⟦validation[4]:.3f⟧ and ⟦validation[5]:.3f⟧ nats for orders 2 to 5. From 4 to 5 little is won; a sixth would not fit
# into our 64 bits. On the held-out works it has perplexity ⟦math.exp(results['n-gram']):.1f⟧.
#
# Now our decoder, ⟦parameters / 1e6:.2f⟧ million parameters, twice. First within this notebook: ⟦MINUTE_STEPS⟧ steps,
# ⟦MINUTE_STEPS * MINUTE_BATCH * CONTEXT / len(train_ids):.0%⟧ of an epoch. Then the long run: ⟦LONG_STEPS:,⟧ steps of ⟦BATCH⟧ windows made once by the same cells and kept with
# the course; we restore it. It saw each token about ⟦LONG_STEPS * BATCH * CONTEXT / len(train_ids):.0f⟧ times, hence
# the dropout.
#
# **Before you run it:** counting took seconds. Is it beaten after a minute? After the long run?

# %% [markdown] lang="zh" of="675fb0cb"
# ## 08.9 谁赢？什么时候赢？
#
# 由训练词元的最后十分之一来定，⟦best⟧ 阶最好：2 至 5 阶的损失依次为 ⟦validation[2]:.3f⟧、⟦validation[3]:.3f⟧、
# ⟦validation[4]:.3f⟧ 和 ⟦validation[5]:.3f⟧ nat。从 4 阶到 5 阶已经赚不到多少；6 阶的编码在 64 位里放不下。
# 在留出的作品上，它的困惑度是 ⟦math.exp(results['n-gram']):.1f⟧。
#
# 再看我们的解码器，⟦parameters / 1e6:.2f⟧ 百万个参数，训练两次。先在本笔记本里走 ⟦MINUTE_STEPS⟧ 步，只有一轮的 ⟦MINUTE_STEPS * MINUTE_BATCH * CONTEXT / len(train_ids):.0%⟧。
# 然后是长时训练：⟦LONG_STEPS:,⟧ 步，每步 ⟦BATCH⟧ 个窗口，由同样的单元格预先跑好，随课程保存，这里把它恢复出来。
# 它把每个词元看了大约 ⟦LONG_STEPS * BATCH * CONTEXT / len(train_ids):.0f⟧ 遍，所以用了 dropout。
#
# **先猜再运行：** 数数只用了几秒钟。训练一分钟能胜过它吗？长时训练之后呢？

# %%
torch.manual_seed(SEED)
minute = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT)
minute_log = train(minute, MINUTE_STEPS, MINUTE_BATCH, every=100)
minute_losses = token_losses(minute).numpy()                            # (n, CONTEXT)
results["minute"] = minute_losses.mean()
f"after {minute_log[-1][1]:.0f} s: {describe(results['minute'])}"

# %% tags=["pretrain"]
def pretrain(store):
    """`make pretrain`: the long run, kept with its settings, its log and the tokenizer."""
    torch.manual_seed(SEED)
    model = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT, dropout=DROPOUT)
    log = train(model, LONG_STEPS, BATCH, every=500)
    knobs = "SPLIT", "SEED", "VOCABULARY", "CONTEXT", "BATCH", "WIDTH", "LAYERS", "HEADS", "RATE", "WARMUP", "DROPOUT"
    store.save(LONG_STEPS, {"model": model}, metrics={"loss": token_losses(model).mean().item()},
               config={knob: globals()[knob] for knob in knobs}, extra={"log": log, "tokenizer": tokenizer.to_str()})

# %%
long = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT)
meta = data.open_pretrained("08_transformer").restore({"model": long}, random_states=False)
assert meta["extra"]["tokenizer"] == tokenizer.to_str(), "another SPLIT: its works may have been read; make pretrain"
long_losses = token_losses(long).numpy()                                # (n, CONTEXT)
results["long run"] = long_losses.mean()
assert abs(long_losses.mean() - meta["metrics"]["loss"]) < 1e-3, "the loss that was noted when it was kept"

# %%
_, clock, course = np.array(meta["extra"]["log"]).T                     # seconds, loss on every eighth window
level = np.interp(-kn_losses[::8].mean(), -course, clock) / 60          # minutes until it drew level with counting
fig, axes = plt.subplots(1, 2, figsize=(7, 3.2))
runs = {"minute": (minute_log, MINUTE_BATCH, minute_losses, "C1"),
        "long run": (meta["extra"]["log"], BATCH, long_losses, "C5")}
for name, (log, batch, losses, colour) in runs.items():
    steps, _, curve = np.array(log).T
    axes[0].plot(steps * batch * CONTEXT, curve, ".-", color=colour, label=name)
    axes[1].plot(np.arange(4.5, CONTEXT, 8), losses.mean(0).reshape(-1, 8).mean(1), ".-", color=colour)
axes[0].axhline(results["unigram"], color="C2", linestyle=":", label="unigram")
axes[0].axhline(results["n-gram"], color="C0", linestyle="--", label=f"{best}-gram")
axes[1].plot(np.arange(4.5, CONTEXT, 8), kn_losses.mean(0).reshape(-1, 8).mean(1), color="C0", linestyle="--")
axes[0].set(xscale="log", xlabel="tokens read in training", ylabel="loss held out (nats a token)")
axes[1].set(xlabel="place in the window (groups of 8)")
axes[0].legend(fontsize=8);

# %% [markdown] lang="en"
# *The picture:* left, held-out loss against tokens read (logarithmic): the minute's curve, the long run's, and two
# horizontal lines, unigram above the n-gram. Right, the loss by the place in the window: the n-gram is level, both
# transformers fall from left to right.
#
# After ⟦minute_log[-1][1]:.0f⟧ s the transformer has ⟦results['minute']:.3f⟧ nats, the n-gram ⟦results['n-gram']:.3f⟧:
# **counting wins the first minute**, and some more: by its log, the long run drew level after
# ⟦level:.0f⟧ minutes. After ⟦clock[-1] / 60:.0f⟧ minutes, ⟦meta['step']:,⟧ steps, it has ⟦results['long run']:.3f⟧.
#
# The right picture answers this lesson's question. The n-gram knows ⟦best - 1⟧ tokens back, wherever it stands. The
# stack uses what came long before: from the first eight places to the last eight the long run gains
# ⟦long_losses[:, :8].mean() - long_losses[:, -8:].mean():.2f⟧ nats.

# %% [markdown] lang="zh" of="252929d3"
# *图中所见：* 左图是留出损失随读过的词元数的变化，横轴取对数：一分钟训练和长时训练各一条曲线，另有两条水平线，
# 上面是一元模型，下面是 n 元模型。右图是损失随窗口内位置的变化：n 元模型是平的，两个 Transformer 都从左往右下降。
#
# ⟦minute_log[-1][1]:.0f⟧ 秒之后，Transformer 的损失是 ⟦results['minute']:.3f⟧ nat，n 元模型是 ⟦results['n-gram']:.3f⟧：
# **头一分钟，数数赢了**，而且还要领先好一阵子：按日志，长时训练用了 ⟦level:.0f⟧ 分钟才追平。⟦clock[-1] / 60:.0f⟧ 分钟、
# ⟦meta['step']:,⟧ 步全部走完，它是 ⟦results['long run']:.3f⟧。
#
# 右图回答了本课的问题。n 元模型无论站在哪里，都只知道前面 ⟦best - 1⟧ 个词元；叠起来的注意力却用得上很早以前的内容：
# 从最前八个位置到最后八个位置，长时训练的模型少了 ⟦long_losses[:, :8].mean() - long_losses[:, -8:].mean():.2f⟧ nat。

# %%
gap = {"minute": minute_losses - kn_losses, "long run": long_losses - kn_losses}
half = {name: 1.96 * rows.mean(1).std(ddof=1) / len(rows) ** 0.5 for name, rows in gap.items()}         # half of 95 %
borders = np.cumsum([len(tokenizer.encode(corpus.texts[number] + "\n\n").ids) for number in held])
work = np.searchsorted(borders[:-1], np.arange(len(targets)), side="right").reshape(-1, CONTEXT)        # 0 to 3
by_work = {corpus.titles[number]: round(float(gap["long run"][work == k].mean()), 2) for k, number in enumerate(held)}
by_work

# %%
def mix(losses):
    """Nats of the half-and-half mixture with the n-gram: probabilities are averaged, not losses."""
    return -np.log((np.exp(-losses) + np.exp(-kn_losses)) / 2)

mixed = {name: mix(losses).mean() for name, losses in (("minute", minute_losses), ("long run", long_losses))}
assert mixed["minute"] < results["n-gram"] < results["minute"], "the weaker one still helps the stronger"
{f"{name} and n-gram": describe(nats) for name, nats in mixed.items()}

# %% [markdown] lang="en"
# Transformer minus n-gram, on the same ⟦len(targets):,⟧ tokens, with a 95 % interval over ⟦len(kn_losses):,⟧ windows:
# after the minute ⟦gap['minute'].mean():+.3f⟧ ± ⟦half['minute']:.3f⟧, after the long run
# ⟦gap['long run'].mean():+.3f⟧ ± ⟦half['long run']:.3f⟧ nats a token. Only four works were held out; the cell shows
# the long run on each. We trained each once: by how much another seed moves the minute's figure, SEED above will
# show you.
#
# Is it fair? The n-gram looks back over the edge of a window, the transformer doesn't; that favours counting a little.
#
# And they err differently: averaging the probabilities of both gives ⟦mixed['minute']:.3f⟧ after the
# minute and ⟦mixed['long run']:.3f⟧ after the long run.

# %% [markdown] lang="zh" of="69be2354"
# 在同样 ⟦len(targets):,⟧ 个词元上，Transformer 减去 n 元模型，95% 区间按 ⟦len(kn_losses):,⟧ 个窗口计算：一分钟之后为
# ⟦gap['minute'].mean():+.3f⟧ ± ⟦half['minute']:.3f⟧，长时训练之后为
# ⟦gap['long run'].mean():+.3f⟧ ± ⟦half['long run']:.3f⟧（nat／词元）。留出的作品只有四部，长时训练在每一部上的差距见上。
# 这里每种只训练了一次；换个种子，一分钟那个数会变多少，把上面的 SEED 改一改就知道。
#
# 这样比公平吗？n 元模型可以越过窗口的边界往回看，Transformer 不能，这对数数一方稍稍有利。
#
# 两者错的地方不同：把双方的概率取平均，一分钟之后得 ⟦mixed['minute']:.3f⟧，
# 长时训练之后得 ⟦mixed['long run']:.3f⟧。

# %% [markdown] lang="en"
# ## 08.10 Writing
#
# To write, draw a token, append it, ask again. (Our code reads the whole window anew for each token; lesson 15 keeps
# what it has already computed.) From logits $z$ come the probabilities
#
# $$p_i=\frac{e^{z_i/\tau}}{\sum_j e^{z_j/\tau}} .$$
#
# **Greedy** takes the largest. **Temperature** $\tau<1$ sharpens, $\tau>1$ flattens: by hand, odds of $4:1$ become
# $16:1$ at $\tau=\tfrac12$. **Top-k** keeps the $k$ largest, **top-p** the fewest that hold at least $p$ of the mass
# (Holtzman et al., 2020); what is left is rescaled to 1.
#
# **Before you run it:** top-k with $k=40$ keeps 40 tokens everywhere. Top-p with $p=0.9$ after 50 different pasts:
# how few, how many?

# %% [markdown] lang="zh" of="9773ffbd"
# ## 08.10 让它写
#
# 写作就是：抽一个词元，接在后面，再问下一个。（我们的代码每写一个词元都把整个窗口重读一遍；第 15 课会把算过的留下来。）由 logit $z$ 得到概率
#
# $$p_i=\frac{e^{z_i/\tau}}{\sum_j e^{z_j/\tau}} .$$
#
# **贪心**取最大的那个。**温度** $\tau<1$ 使分布更尖，$\tau>1$ 使它更平。手算一下：$\tau=\tfrac12$ 时，
# $4:1$ 的比例变成 $16:1$。**top-k** 只留最大的 $k$ 个；**top-p** 留下合计概率不小于 $p$ 的最少几个（Holtzman 等，2020）；
# 剩下的重新归一到 1。
#
# **先猜再运行：** top-k 取 $k=40$，处处都留 40 个。top-p 取 $p=0.9$，在 50 段不同的上文之后，最少留几个，最多留几个？

# %%
def keep_top_k(p, k):
    """The k largest of each row (B, V), rescaled to 1."""
    largest = p.topk(k, dim=-1)
    kept = torch.zeros_like(p).scatter(-1, largest.indices, largest.values)
    return kept / kept.sum(-1, keepdim=True)

def keep_top_p(p, mass):
    """The fewest tokens of each row (B, V) that together hold `mass`, rescaled to 1. Holtzman et al. 2020, 3.1."""
    ordered, tokens = p.sort(dim=-1, descending=True)
    before = ordered.cumsum(-1) - ordered                   # what the larger ones hold
    kept = torch.zeros_like(p).scatter(-1, tokens, ordered * (before < mass))
    return kept / kept.sum(-1, keepdim=True)

METHODS = {"greedy": lambda z: keep_top_k(z.softmax(-1), 1), "temperature 0.7": lambda z: (z / 0.7).softmax(-1),
           "temperature 1": lambda z: z.softmax(-1), "temperature 1.3": lambda z: (z / 1.3).softmax(-1),
           "top-k 40": lambda z: keep_top_k(z.softmax(-1), 40), "top-p 0.9": lambda z: keep_top_p(z.softmax(-1), 0.9)}

# %%
logits = long(held_ids[: 50 * CONTEXT].view(50, CONTEXT)).detach()[:, -1].double()          # (50, V)
p, cut = logits.softmax(-1), {name: method(logits) for name, method in METHODS.items()}
kept = cut["top-p 0.9"] > 0                                             # (50, V)
mass, least = (p * kept).sum(-1), p.where(kept, 1).amin(-1)             # (50,) each
assert all(torch.allclose(q.sum(-1), torch.ones(50).double()) for q in cut.values()), "each is a distribution"
assert ((cut["top-k 40"] > 0).sum(-1) == 40).all() and (cut["greedy"].argmax(-1) == p.argmax(-1)).all(), "40; the best"
assert (mass >= 0.9).all() and (mass - least < 0.9).all(), "top-p: enough mass, and without its least token too little"
f"top-p 0.9 keeps {kept.sum(-1).min()} to {kept.sum(-1).max()} tokens, median {kept.sum(-1).median()}"

# %% [markdown] lang="en"
# From ⟦kept.sum(-1).min()⟧ to ⟦kept.sum(-1).max()⟧: where the model is sure it keeps few, where it is not it keeps
# many. A fixed $k$ is too many in one place and too few in another.
#
# Which way writes best? There is no single measure. We take ⟦SAMPLES⟧ samples of ⟦LENGTH⟧ tokens each after the same
# prompt and ask: how many of a sample's sequences of four tokens stood in it before (*repeated*)? How many pairs of
# tokens are different, over all samples (*diversity*)? How much does the text surprise the model (nats)? The
# yardstick is Shakespeare himself: what Romeo says in the held-out play, judged alike.

# %% [markdown] lang="zh" of="ce21135a"
# 最少 ⟦kept.sum(-1).min()⟧ 个，最多 ⟦kept.sum(-1).max()⟧ 个：模型有把握的地方留得少，没把握的地方留得多。固定的 $k$ 则在一处嫌多，
# 在另一处嫌少。
#
# 哪种写法最好？没有单一的尺度。我们用同一个开头，各写 ⟦SAMPLES⟧ 段，每段 ⟦LENGTH⟧ 个词元，然后问三件事：
# 一段里的四词元序列，有多少在前面已经出现过（*重复*）？所有各段合起来，词元对有多少是不同的（*多样性*）？
# 这段文字让模型有多意外（nat）？标尺就是莎士比亚本人：留出的剧本里罗密欧的台词，用同样的办法来评。

# %%
def write(model, ids, length, choose, generator):
    """Go on from ids (B, T), token by token, each from the last CONTEXT ones → (B, T + length)."""
    with torch.no_grad():
        for _ in range(length):
            logits = model.states(ids[:, -CONTEXT:])[:, -1] @ model.tokens.weight.T      # (B, V)
            ids = torch.cat([ids, torch.multinomial(choose(logits), 1, generator=generator)], dim=1)
    return ids

def judge(ids):
    """Samples (B, T) → share of repeated fours, share of different pairs, the long run's nats for the last 64."""
    fours, pairs = ids.unfold(1, 4, 1), ids.unfold(1, 2, 1).flatten(0, 1)               # (B, T − 3, 4), (B (T − 1), 2)
    repeated = 1 - np.mean([len(rows.unique(dim=0)) / len(rows) for rows in fours])
    with torch.no_grad():
        nats = F.cross_entropy(long(ids[:, -CONTEXT - 1 : -1]).transpose(1, 2), ids[:, -CONTEXT:]).item()
    return np.array([repeated, len(pairs.unique(dim=0)) / len(pairs), nats])

# %%
start = torch.tensor(tokenizer.encode(PROMPT).ids)                      # (P,)
found = (held_ids.unfold(0, len(start), 1) == start).all(dim=1).nonzero()[:, 0]         # where Romeo begins to speak
passages = found[torch.from_numpy(rng.permutation(len(found))[:SAMPLES])]
written = {name: write(long, start.repeat(SAMPLES, 1), LENGTH, method, torch.Generator().manual_seed(SEED))
           for name, method in METHODS.items()}
written["Shakespeare"] = held_ids[passages[:, None] + torch.arange(len(start) + LENGTH)]

# %%
judged = {name: judge(ids) for name, ids in written.items()}
fig, ax = plt.subplots(figsize=(6, 3.2))
for name, (repeated, different, nats) in judged.items():
    ax.plot(different, nats, "*C4" if name == "Shakespeare" else "oC5")
    ax.text(different, nats, f"   {name}: {repeated:.0%} repeated   ", fontsize=8, va="center", ha=("left", "right")["top-p" in name])
ax.set(xlabel="different pairs of tokens (share)", ylabel="the model's nats a token", xlim=(0, 1.25));

# %%
for name in ("greedy", "temperature 1.3", "top-p 0.9"):
    print(f"{name}:\n{tokenizer.decode(written[name][0].tolist())}\n")

# %% [markdown] lang="en"
# *The picture:* each way of sampling as a dot: share of different pairs against nats; Shakespeare is a star. Greedy
# stands in the lower left corner, temperature 1.3 beyond the star.
#
# Greedy wrote ⟦SAMPLES⟧ times the same and repeats itself (⟦judged['greedy'][0]:.0%⟧, Shakespeare
# ⟦judged['Shakespeare'][0]:.0%⟧): the most probable text is not the most human one. At temperature 1.3 the model
# surprises itself with ⟦judged['temperature 1.3'][2]:.2f⟧ nats a token; Shakespeare costs it
# ⟦judged['Shakespeare'][2]:.2f⟧. Top-p comes to ⟦judged['top-p 0.9'][2]:.2f⟧, plain sampling to
# ⟦judged['temperature 1'][2]:.2f⟧.
#
# Eight samples are few, and none of the measures knows what makes sense. Read the samples: names, lines, stage
# directions are right; the sense is not.

# %% [markdown] lang="zh" of="cd8c5de3"
# *图中所见：* 每种采样办法一个点，横轴是不同词元对所占的比例，纵轴是 nat；五角星是莎士比亚。贪心在左下角，温度 1.3 则越过了五角星。
#
# 贪心写了 ⟦SAMPLES⟧ 遍，遍遍相同，而且自我重复（⟦judged['greedy'][0]:.0%⟧，莎士比亚是
# ⟦judged['Shakespeare'][0]:.0%⟧）：概率最大的文字，并不最像人写的。温度 1.3 时，模型写出的东西连自己都意外，
# 每个词元 ⟦judged['temperature 1.3'][2]:.2f⟧ nat；莎士比亚的原文则是 ⟦judged['Shakespeare'][2]:.2f⟧。top-p 是
# ⟦judged['top-p 0.9'][2]:.2f⟧，直接采样是 ⟦judged['temperature 1'][2]:.2f⟧。
#
# 八段不算多，而且没有哪个尺度懂得什么叫通顺。读读这些样本：人名、分行、舞台指示都像模像样，意思却不通。

# %% [markdown] lang="en"
# ## 08.11 Where the parameters are
#
# 00.7 counted whole models. Now we know what the tables are for, and can say where the numbers sit: attention has four
# square tables, the network two oblong ones, each with its bias; a norm has $2d$ numbers:
#
# $$4(d^2+d)\quad+\quad(4d^2+4d)+(4d^2+d)\quad+\quad 2\cdot 2d\quad=\quad 12d^2+13d .$$
#
# So the network holds two thirds of a block. We check each part, by name, against the library's modules on the device
# `meta` (shapes without numbers), and the sum against the published figure. GPT-2's paper says 117 million; its authors
# corrected that later to 124.

# %% [markdown] lang="zh" of="46d9c204"
# ## 08.11 参数都在哪里
#
# 00.7 节数的是整个模型。现在知道了每张表的用途，就能说出数字都在哪里：注意力有四张方表，网络有两张长方表，各带偏置；
# 一次归一化有 $2d$ 个数：
#
# $$4(d^2+d)\quad+\quad(4d^2+4d)+(4d^2+d)\quad+\quad 2\cdot 2d\quad=\quad 12d^2+13d .$$
#
# 可见一个块里，三分之二的参数在网络里。我们按名称逐个部分与库中的模块核对（放在 `meta` 设备上，只有形状，没有数），
# 再把总和与公布的数字核对。GPT-2 的论文写的是 1.17 亿，作者后来更正为 1.24 亿。

# %%
def count_parts(d, L, V, P, S=0, pooler=False):
    """Parameters of each part: width d, L blocks, V tokens, P positions, S kinds of segment (the letters of 00.7)."""
    return {"embeddings": (V + P + S) * d, "attention": L * 4 * (d**2 + d), "network": L * (8 * d**2 + 5 * d),
            "norms": L * 4 * d + 2 * d, "pooler": pooler * (d**2 + d)}

def part_of(name):
    """The part that a parameter of the library belongs to, from its name."""
    marks = {"norm": "norms", "ln_": "norms", "emb": "embeddings", "wte": "embeddings", "wpe": "embeddings",
             "pooler": "pooler", "att": "attention"}
    return next((part for mark, part in marks.items() if mark in name.lower()), "network")

# %%
from transformers import AutoModel, BertConfig, DistilBertConfig, GPT2Config

MODELS = {"BERT-base": (BertConfig(), dict(d=768, L=12, V=30_522, P=512, S=2, pooler=True), 109_482_240),
          "DistilBERT": (DistilBertConfig(), dict(d=768, L=6, V=30_522, P=512), 66_362_880),
          "GPT-2": (GPT2Config(), dict(d=768, L=12, V=50_257, P=1_024), 124_439_808)}
for name, (config, letters, published) in MODELS.items():
    with torch.device("meta"):
        module, parts = AutoModel.from_config(config), dict.fromkeys(count_parts(**letters), 0)
    for key, parameter in module.named_parameters():
        parts[part_of(key)] += parameter.numel()
    assert parts == count_parts(**letters) and sum(parts.values()) == published, f"{name}: each part, and as published"
    print(f"{name:10} {published:,}:", ", ".join(f"{part} {size / published:.1%}" for part, size in parts.items()))

# %%
with torch.device("meta"):
    gpt2 = Transformer(50_257, 768, 12, 12, 1_024, positions="learned")
assert sum(p.numel() for p in gpt2.parameters()) == 124_439_808, "this lesson's class with GPT-2's knobs has its size"
assert parameters == sum(count_parts(WIDTH, LAYERS, VOCABULARY, 0).values()), "and our own model has no table of places"
d, dropped = 768, 109_482_240 - 66_362_880
assert dropped == 6 * (12 * d**2 + 13 * d) + 2 * d + (d**2 + d), "DistilBERT: six blocks, segments and pooler fewer"

# %% [markdown] lang="en"
# Our class, set to GPT-2's width, depth and vocabulary, has exactly its ⟦sum(p.numel() for p in gpt2.parameters()):,⟧
# parameters; ours has ⟦parameters:,⟧.
#
# DistilBERT keeps half of BERT's blocks, but ⟦MODELS["DistilBERT"][2] / MODELS["BERT-base"][2]:.0%⟧ of its parameters: of the ⟦dropped:,⟧
# that it lacks, ⟦6 * (12 * d**2 + 13 * d) / dropped:.1%⟧ are six blocks, the rest the segments and the pooler. The
# embeddings stay whole, and so they come to ⟦31_034 * d / MODELS["DistilBERT"][2]:.0%⟧ of the smaller model. Who compresses
# (lesson 14) should look there, too.

# %% [markdown] lang="zh" of="40e3d291"
# 把我们的类设成 GPT-2 的宽度、深度和词表，参数恰好也是 ⟦sum(p.numel() for p in gpt2.parameters()):,⟧ 个；
# 我们自己的模型有 ⟦parameters:,⟧ 个。
#
# DistilBERT 只留下 BERT 一半的块，参数却还有 ⟦MODELS["DistilBERT"][2] / MODELS["BERT-base"][2]:.0%⟧：少掉的 ⟦dropped:,⟧ 个里，
# ⟦6 * (12 * d**2 + 13 * d) / dropped:.1%⟧ 是六个块，其余是片段表和 pooler。嵌入原封不动，
# 于是在这个小模型里占到 ⟦31_034 * d / MODELS["DistilBERT"][2]:.0%⟧。要做压缩（第 14 课），那里也该看一看。

# %% [markdown] lang="en"
# ## 08.12 In the company
#
# Our review reader's staff answer customers. Somebody wants an aid that completes their sentences, and has a language
# model at hand: "its loss is known". Two questions decide.
#
# **Does it travel?** Score both models on product reviews, in bits a character, since tokens cut strange text finer.
#
# **What does it cost?** Memory, and the price of scoring a million tokens at ⟦PRICE_PER_CORE_HOUR⟧ dollars an hour for
# each of two cores, an assumption. The seconds are of this machine.

# %% [markdown] lang="zh" of="ffdda240"
# ## 08.12 在公司里
#
# 评论阅读器的同事要答复客户。有人想做一个帮他们补全句子的工具，手头正好有个语言模型：“损失是已知的。”该不该用，看两个问题。
#
# **换个地方还行吗？** 用两个模型给商品评论打分，以每字符比特数计，因为陌生的文字会被切得更碎。
#
# **要花多少钱？** 看内存，再看给一百万个词元打分的价钱：两个核，假定每核每小时 ⟦PRICE_PER_CORE_HOUR⟧ 美元。秒数是这台机器上的。

# %%
reviews = " ".join(data.load_corpus("products").texts)[:100_000]
review_ids = torch.tensor(tokenizer.encode(reviews).ids)
nats = {"n-gram": ngram_losses(ngram, np.append(read, review_ids[0]), review_ids[1:].numpy()), "long run": token_losses(long, review_ids)}
abroad = {name: losses.mean().item() * len(review_ids) / len(reviews) / math.log(2) for name, losses in nats.items()}
at_home = {name: results[name] / math.log(2) / CHARACTERS for name in nats}             # bits a character
assert all(abroad[name] > at_home[name] + 0.3 for name in nats), "both know Shakespeare, not customers"

# %%
some, seconds = held_ids[: 200 * CONTEXT + 1], {}
scorers = {"n-gram": lambda: ngram_losses(ngram, read, some.numpy()), "long run": lambda: token_losses(long, some)}
for name, score in scorers.items():
    started, _ = time.perf_counter(), score()
    seconds[name] = (time.perf_counter() - started) / len(some) * 1e6   # for a million tokens
megabytes = {"n-gram": sum(table.nbytes for level in ngram for table in level) / 1e6, "long run": 4 * parameters / 1e6}

# %% [markdown] lang="en"
# | | n-gram | long run |
# |---|---|---|
# | Shakespeare, bits a character | ⟦at_home['n-gram']:.2f⟧ | ⟦at_home['long run']:.2f⟧ |
# | product reviews | ⟦abroad['n-gram']:.2f⟧ | ⟦abroad['long run']:.2f⟧ |
# | memory, MB | ⟦megabytes['n-gram']:.0f⟧ | ⟦megabytes['long run']:.1f⟧ |
# | dollars for a million tokens | ⟦seconds['n-gram'] / 1800 * PRICE_PER_CORE_HOUR:.4f⟧ | ⟦seconds['long run'] / 1800 * PRICE_PER_CORE_HOUR:.4f⟧ |
#
# On customers' English both lose more than they won over each other at home: a loss without the name of its text is
# worth nothing. Neither may be shipped; who answers customers decides on texts of theirs, and the price hardly
# matters here. Scoring is cheap, writing dearer: one pass a token (lesson 15). And a counted n-gram can only repeat
# what somebody wrote: ask whose words they were (lesson 18).

# %% [markdown] lang="zh" of="cb3e1c59"
# | | n 元模型 | 长时训练 |
# |---|---|---|
# | 莎士比亚，每字符比特数 | ⟦at_home['n-gram']:.2f⟧ | ⟦at_home['long run']:.2f⟧ |
# | 商品评论 | ⟦abroad['n-gram']:.2f⟧ | ⟦abroad['long run']:.2f⟧ |
# | 内存（MB） | ⟦megabytes['n-gram']:.0f⟧ | ⟦megabytes['long run']:.1f⟧ |
# | 每百万词元（美元） | ⟦seconds['n-gram'] / 1800 * PRICE_PER_CORE_HOUR:.4f⟧ | ⟦seconds['long run'] / 1800 * PRICE_PER_CORE_HOUR:.4f⟧ |
#
# 换成客户的英语，两个模型输掉的，都比在老家彼此拉开的差距还多：一个损失若不注明是哪种文本上的，就一文不值。两者都不能上线；
# 由答复客户的人在自己的文本上来定，价钱在这里几乎无关紧要。打分便宜，写作就贵些：每个词元都要跑一遍（第 15 课）。
# 还有，数出来的 n 元模型只会重复有人写过的话：要问一问那是谁的话（第 18 课）。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You built blocks within ⟦block_gap:.0e⟧ of PyTorch's; with depth the top gradient has slope
#   ⟦slope[True]:.2f⟧ in pre-norm, ⟦slope[False]:.2f⟧ in post-norm.
# - You showed: without positions two orders differ by ⟦mean_gap:.0e⟧, rotary scores at one distance by
#   ⟦rotary_gap:.0e⟧.
# - You found four faults by four questions; the leak had perplexity
#   ⟦math.exp(clinic['positions, no mask'].mean()):.1f⟧.
# - You reported ⟦results['unigram']:.2f⟧ (unigram), ⟦results['n-gram']:.2f⟧ (n-gram), ⟦results['minute']:.2f⟧ (minute),
#   ⟦results['long run']:.2f⟧ nats (long run).
# - You sampled in six ways, and counted up to ⟦MODELS["GPT-2"][2]:,⟧ parameters.
#
# **Next:** exercise 08; lesson 09, pretraining. **Papers:** Vaswani et al., 2017, "Attention is all you need",
# section 3 (arXiv:1706.03762); Xiong et al., 2020, "On layer normalization in the transformer architecture"
# (2002.04745); Chen and Goodman, 1999, "An empirical study of smoothing techniques", section 3.

# %% [markdown] lang="zh" of="b6a28811"
# ## 现在你能做到
#
# - 搭出了编码器块和解码器块，与 PyTorch 相差不超过 ⟦block_gap:.0e⟧；随深度增加，最上面一块的梯度按斜率变化：
#   前置归一化 ⟦slope[True]:.2f⟧，后置归一化 ⟦slope[False]:.2f⟧。
# - 证明了没有位置信息时，两种词序只差 ⟦mean_gap:.0e⟧；旋转位置在同一距离上的分数只差 ⟦rotary_gap:.0e⟧。
# - 用四个问题找出了四处错误；泄漏的那个模型，困惑度是 ⟦math.exp(clinic['positions, no mask'].mean()):.1f⟧。
# - 报告了 ⟦results['unigram']:.2f⟧（一元）、⟦results['n-gram']:.2f⟧（n 元）、⟦results['minute']:.2f⟧（一分钟）和
#   ⟦results['long run']:.2f⟧（长时训练），单位都是 nat。
# - 用六种办法采样；数清了三个模型的参数，最多的有 ⟦MODELS["GPT-2"][2]:,⟧ 个。
#
# **接下来：** 练习 08；然后是第 09 课，BERT 的预训练。**论文：** Vaswani 等，2017，“Attention is all you need”（注意力就是你所需的一切），
# 第 3 节（arXiv:1706.03762）；Xiong 等，2020，“On layer normalization in the transformer architecture”
# （Transformer 中的层归一化，arXiv:2002.04745）；Chen 和 Goodman，1999，
# “An empirical study of smoothing techniques”（平滑技术的实证研究），第 3 节。
