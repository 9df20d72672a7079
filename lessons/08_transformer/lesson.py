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
# - build a block, and say what its residual paths and norms are for;
# - show that a stack without positions is blind to order, and mend it;
# - find a model's four faults by four questions;
# - report a perplexity that can be compared, beside counting's, and by length of past;
# - choose how to sample (Deeper: take a block of today apart).
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with Deeper ⟦whole_minutes⟧. The notebook runs in ⟦run_seconds⟧ s
# on 2 CPU cores and takes ⟦peak_memory⟧ of memory. You need lesson 07, and the variance argument of 03.10; no graphics
# card or network.

# %% [markdown] lang="zh" of="07c8a38a"
# # 08. 把注意力叠起来
#
# **本课的问题：** 一层层叠起来的注意力，究竟在做什么？
#
# 学完后你能够：
# - 搭出一个块，并说明残差连接和归一化各有什么用；
# - 证明没有位置信息的模型看不见词序，并加以补救；
# - 只问四个问题，就找出一个语言模型里的四处错误；
# - 报告可以相互比较的困惑度，与数数的 n 元模型对照，并看它怎样随上文长度而变；
# - 选择采样方法（选读：拆开一个如今的块）。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第 07 课，以及 03.10 节关于方差的推导；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tokenizers", "transformers", "matplotlib", "ipywidgets", "tqdm")

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
SPLIT = 0                       # draws the held-out works; the long run was made for it
SEED = 0                        # first weights, batches and samples follow from it
VOCABULARY, CONTEXT = 2_048, 64 # byte pairs; how many are seen. GPT-2: 50,257; 1,024
WIDTH, LAYERS, HEADS = 128, 4, 4        # GPT-2: 768, 12, 12
BATCH, LONG_STEPS = 64, 3_000   # of the long run, `make pretrain`: under an hour
DROPOUT = 0.1                   # in the long run only: the short one sees nothing twice
RATE, WARMUP = 3e-3, 100        # peak of the schedule, and the steps to get there

# %%
import matplotlib.pyplot as plt

plotting.use_course_style()
MINUTE_STEPS, MINUTE_BATCH = 150, 16    # some seconds on two cores; 150 to 1,000
CLINIC_STEPS = 110                      # enough for a leak to show; at least 100

# %% [markdown] lang="en"
# ## 08.1 A block
#
# Attention $A$ (lesson 07) makes each new row a weighted mean of old ones. A **block** adds a network $M$, which works
# on each token by itself; a **residual path**, which keeps what was there; and a **layer norm** $N$, which brings a
# token's $d$ numbers to mean 0 and variance 1, then scales and shifts them as learned:
#
# $$M(x)=W_2\,g(W_1x+b_1)+b_2,\quad W_1\in\mathbb{R}^{4d\times d};\qquad
# N(x)=\gamma\odot\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta .$$
#
# The norm stands before each part (*pre-norm*; the original of 2017 is in 08.2):
#
# $$x'=x+A(N(x)),\qquad y=x'+M(N(x')).$$

# %% [markdown] lang="zh" of="d12dbf8c"
# ## 08.1 一个块
#
# 注意力 $A$（第 07 课）在词元之间传递信息：新的每一行都是旧行的加权平均。**块**（block）在此之外再添三样：一个网络 $M$，
# 单独处理每个词元；一条**残差连接**（residual connection），把原有的内容保留下来；还有**层归一化**（layer norm）$N$，
# 把一个词元的 $d$ 个数调成均值 0、方差 1，再作可学习的缩放和平移：
#
# $$M(x)=W_2\,g(W_1x+b_1)+b_2,\quad W_1\in\mathbb{R}^{4d\times d};\qquad
# N(x)=\gamma\odot\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta .$$
#
# 归一化放在每个部件之前（*前置归一化*，pre-norm；2017 年的原版见 08.2 节）：
#
# $$x'=x+A(N(x)),\qquad y=x'+M(N(x')).$$

# %%
parts = {"x": (0.5, 0.6, "x", "data"), "n1": (1.6, 0.6, "norm"),
         "a": (2.9, 0.6, "attention\nacross tokens", "weights"),
         "s1": (4.2, 0.6, "+", "sum"),
         "n2": (5.2, 0.6, "norm"), "m": (6.4, 0.6, "network\neach token", "weights"),
         "s2": (7.5, 0.6, "+", "sum"), "y": (8.3, 0.6, "y", "data")}
line, over = list(parts), {"connectionstyle": "arc3,rad=-0.28", "color": "C4"}
plotting.draw_diagram(parts, [*zip(line, line[1:]), ("x", "s1", "", over),
                              ("s1", "s2", "", over)], (8.7, 1.6));

# %% [markdown] lang="en"
# *The picture:* norm, attention, sum; norm, network, sum. Two arcs lead around the parts, from $x$ to the first sum and
# on to the second: the residual path, which only sums ever touch.

# %% [markdown] lang="zh" of="cea5114a"
# *图中所见：* 归一化、注意力、求和；归一化、网络、求和。两条弧线绕过各部件，一条从 $x$ 到第一个加号，
# 一条从那里到第二个加号：这就是残差连接，沿途只有加法。

# %% tags=["pretrain"]
class Attention(nn.Module):
    """Multi-head self-attention (lesson 07), causal or not, perhaps rotary (08.4)."""

    def __init__(self, width, heads, causal, rotary=False):
        super().__init__()
        self.heads, self.causal, self.rotary = heads, causal, rotary
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, mask=None):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if self.rotary:                                         # (B, h, T, d_k) each
            q, k = rotate(q), rotate(k)
        y = F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(B, T, C))

class Block(nn.Module):
    """Attention and network, each with a residual path and a norm, before or after."""

    def __init__(self, width, heads, causal=False, pre_norm=True, rotary=False,
                 dropout=0.0):
        super().__init__()
        self.pre_norm, self.dropout = pre_norm, nn.Dropout(dropout)
        self.attention = Attention(width, heads, causal, rotary)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, mask=None):
        if self.pre_norm:
            x = x + self.dropout(self.attention(self.norm_1(x), mask))
            return x + self.dropout(self.mlp(self.norm_2(x)))
        x = self.norm_1(x + self.dropout(self.attention(x, mask)))  # post-norm: 08.2
        return self.norm_2(x + self.dropout(self.mlp(x)))

# %% [markdown] lang="en"
# What are the sums and norms for? We leave out one, the other, both, in a stack of 24 blocks at its first step (weights
# as in 03.10), and measure how alike the tokens come out (their mean cosine) and how large.

# %% [markdown] lang="zh" of="fa4fb38f"
# 求和与归一化有什么用？取 24 个块（权重按 03.10 节初始化），在训练第一步时去掉其中一样、另一样，或两样都去掉，
# 量一量从顶上出来的词元彼此有多相似（余弦的平均），数值有多大。

# %%
def send_through(residual, norm, seed, depth=24, d=64):
    """How alike the tokens of a stack come out, and how large."""
    torch.manual_seed(seed)
    x = torch.randn(1, 16, d)                                               # (B, T, d)
    for block in (Block(d, 4).requires_grad_(False) for _ in range(depth)):
        for table in (p for p in block.parameters() if p.dim() == 2):
            nn.init.xavier_normal_(table)
        for part, N in ((block.attention, block.norm_1), (block.mlp, block.norm_2)):
            x = residual * x + part(N(x) if norm else x)
    unit = F.normalize(x[0], dim=-1)                                        # (T, d)
    return (unit @ unit.T).mean().item(), x.std().item()

# %%
KINDS = {"neither": (0, 0), "norms only": (0, 1), "sums only": (1, 0), "both": (1, 1)}
alike, large = {}, {}
for kind, switches in KINDS.items():
    runs = np.array([send_through(*switches, seed) for seed in range(3)])   # (3, 2)
    alike[kind], large[kind] = np.median(runs, axis=0)
assert alike["norms only"] > 0.99 and alike["both"] < 0.8, "without sums: all alike"
assert large["sums only"] > 100 * large["both"], "without norms: out of bounds"
{kind: f"alike {alike[kind]:.2f}, size {large[kind]:,.2f}" for kind in KINDS}

# %% [markdown] lang="en"
# (Medians of three seeds.) **Without the sums** all tokens come out the same, means of means of means (Dong et al.,
# 2021, prove it for attention alone). **Sums without norms** explode: each part adds in proportion to what it gets;
# and the tokens end alike, too. With both, some difference is left to work with.
#
# In an encoder each token sees all but padding; in a decoder like GPT's, no later token: one mask is the whole
# difference. Beware: in PyTorch's layers True means *ignore*, in its attention function and in ours *look*.

# %% [markdown] lang="zh" of="fa25953b"
# （三个种子的中位数。）**没有求和**，一段文本的词元出来全都一样：平均的平均的平均（Dong 等（2021）对纯注意力给出了证明）。
# **有求和而没有归一化**，数值就会爆炸：每个部件加上去的，都与它收到的成比例；词元也变得一样。两样都有，词元之间才留有差别可用。
#
# 编码器（encoder）里，每个词元能看到除填充以外的整段文本；GPT 式的解码器（decoder）里，看不到后面的：全部区别只在一个掩码。
# 要当心：在 PyTorch 的层里，掩码为 True 表示*不看*；在它的注意力函数和我们的代码里，True 表示*看*。

# %% [markdown] lang="en"
# ## 08.2 Deeper: Where does the norm belong?
#
# In 2017 the norm stood after each sum (*post-norm*), on the path itself:
#
# $$x'=N(x+A(x)),\qquad y=N(x'+M(x')).$$
#
# Are these the blocks that others mean? With the same weights, all four kinds must agree with PyTorch's layer: encoder
# and decoder, norm before and after. Copying is easy, since both classes list their parameters in the same order. The
# norms' scales and shifts are drawn at random, too: at their start, 1 and 0, a norm in the wrong place might go
# unnoticed. The encoder's second text ends after five tokens and is padded; the decoder must not look ahead.

# %% [markdown] lang="zh" of="f7fec831"
# ## 08.2 选读：归一化该放在哪里？
#
# 2017 年的原版把归一化放在每次求和之后（*后置归一化*，post-norm），正好压在通路上：
#
# $$x'=N(x+A(x)),\qquad y=N(x'+M(x')).$$
#
# 这些块就是别人所说的块吗？权重相同时，编码器与解码器、前置与后置，四种都必须与 PyTorch 的层一致。复制权重很容易，
# 因为两个类按同样的次序列出参数。归一化的缩放和平移也随机抽取：若停在起点 1 和 0，归一化放错了地方也可能看不出来。
# 编码器的第二段文本到第五个词元为止，后面是填充；解码器不许往后看。

# %%
def compare_blocks(causal, pre_norm, d=32, T=7):
    """Largest difference between our block and PyTorch's, with the same weights."""
    block = Block(d, 4, causal, pre_norm).double()
    layer = nn.TransformerEncoderLayer(
        d, 4, 4 * d, 0.0, "gelu", batch_first=True, norm_first=pre_norm).double()
    for ours, theirs in zip(block.parameters(), layer.parameters(), strict=True):
        theirs.data = nn.init.normal_(ours, std=0.3).data   # norms, too: not 1 and 0
    x, real = torch.randn(2, T, d).double(), torch.arange(T) < torch.tensor([[T], [5]])
    if causal:
        future = torch.ones(T, T).triu(1).bool()
        return (block(x) - layer(x, src_mask=future)).abs().max().item()
    padded = layer(x, src_key_padding_mask=~real)   # real (B, T): text 2 ends at 5
    return (block(x, real[:, None, None]) - padded).abs().max().item()

# %%
seed_everything(SEED, frameworks=("torch",))
block_gap = max(compare_blocks(kind < 2, kind % 2 == 0) for kind in range(4))
assert block_gap < 1e-12, "encoder and decoder, norm first or last: as PyTorch's layer"
f"largest difference over the four kinds: {block_gap:.0e}"

# %% [markdown] lang="en"
# Which place is better? In pre-norm the path is only ever added to. If each part adds independent numbers of
# variance $\sigma^2$, variances add up (03.10), and after $L$ blocks
#
# $$\operatorname{Var}(x_L)=\operatorname{Var}(x_0)+2L\sigma^2 .$$
#
# The last norm divides by the root of that, and so it divides the gradient on the way back: what reaches the top block
# should shrink like $1/\sqrt L$. In post-norm each sum is brought back to variance 1 at once.
#
# **Before you run it:** stacks of 3 to 48 blocks at their first step. The top block's gradient against depth, both
# axes logarithmic: which slope in pre-norm, which in post-norm?

# %% [markdown] lang="zh" of="11347b5b"
# 四种都一致。那么哪个位置好？前置归一化时，从输入到输出的那条通路上只做加法。若每个部件加上去的数相互独立、方差为 $\sigma^2$，
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
def measure_top(depth, pre_norm, seed, d=64):
    """Length of the top block's gradient at the first step, and Var(x_L)."""
    torch.manual_seed(seed)
    blocks = nn.Sequential(*(Block(d, 4, pre_norm=pre_norm) for _ in range(depth)))
    for table in (p for p in blocks.parameters() if p.dim() == 2):
        nn.init.xavier_normal_(table)                   # 03.10
    x, target = blocks(torch.randn(8, 16, d)), torch.randint(1_000, (8 * 16,))
    h = F.layer_norm(x, (d,)).flatten(0, 1)     # after post-norm this changes nothing
    loss = F.cross_entropy(h @ torch.randn(d, 1_000) / d**0.5, target)
    found = torch.autograd.grad(loss, list(blocks[-1].parameters()))
    return sum((g**2).sum() for g in found).sqrt().item(), x.var().item()

# %%
DEPTHS, top = (3, 6, 12, 24, 48), {}
for pre in (True, False):
    runs = [[measure_top(depth, pre, seed) for depth in DEPTHS] for seed in range(3)]
    top[pre] = np.mean(runs, axis=0)                                    # (depth, 2)

# %%
find_slope = lambda y: np.polyfit(np.log(DEPTHS), np.log(y), 1)[0]
slope = {pre: find_slope(top[pre][:, 0]) for pre in top}
path = top[True][:, 1]                                          # Var(x_L)
by_law = 1 + (path[0] - 1) * DEPTHS[-1] / DEPTHS[0]             # 16 times what 3 added
assert slope[True] < -0.3 and abs(slope[False]) < 0.2, "in pre-norm alone"
f"Var(x_L): {dict(zip(DEPTHS, path.round(1).tolist()))}, by the law {by_law:.1f}"

# %% [markdown] lang="en"
# The slopes are ⟦slope[True]:.2f⟧ and ⟦slope[False]:.2f⟧ (means of three seeds). In pre-norm the top block's gradient
# shrinks as the stack grows, in post-norm it does not; but −½ was promised, and the independence does not hold: after 48
# blocks the path's variance is ⟦path[-1]:.0f⟧, and from that after three the law gives ⟦by_law:.0f⟧. (Why, no cell
# here decides; that tokens grow alike, 08.1, is one suspect.) The root that divides has slope ⟦find_slope(path**-0.5):.2f⟧ all the same, so it is not the
# whole story of the gradient.
#
# Xiong et al. (2020): a post-norm stack cannot bear its full learning rate from the start and needs the warm-up
# (02.9), pre-norm can do without. We take pre-norm.

# %% [markdown] lang="zh" of="6ed56926"
# 两个斜率分别是 ⟦slope[True]:.2f⟧ 和 ⟦slope[False]:.2f⟧（三个种子的平均）。模型越深，前置归一化时最上面一块的梯度越小，
# 后置归一化时则不然；不过预言的是 −½，独立的假设也不成立：48 块之后，通路上的方差是 ⟦path[-1]:.0f⟧；从三块之后的方差按公式推算，
# 只有 ⟦by_law:.0f⟧。（为什么，这里没有单元格来判定；词元彼此越来越像，见 08.1 节，是可疑的一条。）用来做除数的平方根，斜率仍有
# ⟦find_slope(path**-0.5):.2f⟧，可见它还不能完全说明梯度的变化。
#
# Xiong 等人（2020）指出，后置归一化的模型一开始承受不住完整的学习率，离不开预热（02.9 节）；前置归一化则可以不要。
# 这里取前置。

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
# rows, which a classifier may read, does not change at all: **invariance**. So "not bad , it is good" and "not good ,
# it is bad" are one and the same to it.

# %% [markdown] lang="zh" of="74f369b0"
# ## 08.3 看不见词序
#
# 用置换矩阵 $P$ 打乱 $X$ 的各行。查询、键和值都是逐行算出来的，于是跟着同样打乱。softmax 在每一行内进行，
# 行内次序怎么变，它就跟着怎么变；再加上 $P^\top P=I$：
#
# $$A(PX)=\operatorname{softmax}\!\left(\frac{PQ\,(PK)^\top}{\sqrt{d_k}}\right)PV
# =P\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)P^\top PV=P\,A(X).$$
#
# 归一化、网络与求和对每一行一视同仁，所以整个模型都遵守同一规律，称为**置换等变**（equivariance）。如果分类器读的是各行的平均，
# 那么平均值完全不变，称为**置换不变**（invariance）。于是，“not bad , it is good” 和 “not good , it is bad”
# 在它看来是同一句话。

# %%
words = torch.randn(1, 6, 64)                   # a random vector for each token
stack = nn.Sequential(*(Block(64, 4) for _ in range(6)))
order = torch.tensor([0, 5, 2, 3, 4, 1])        # "bad" and "good" exchanged
straight, turned = stack(words).detach()[0], stack(words[:, order]).detach()[0]
order_gap = (straight[order] - turned).abs().max()              # rows: (T, d)
mean_gap = (straight.mean(0) - turned.mean(0)).abs().max()
assert max(order_gap, mean_gap) < 1e-5, "reordered in, reordered out; the same mean"
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
# In both the place drops out and the distance remains. We did not race the three; today's large models mostly use rotary
# ones, and so do we.

# %% [markdown] lang="zh" of="e0887380"
# ## 08.4 交代位置的三种办法
#
# 只差舍入误差，⟦mean_gap:.0e⟧：褒和贬看上去一模一样。所以必须把位置放进去，这叫位置编码（positional encoding）。
# 记 $\omega_i=10000^{-2i/d}$：
#
# - **正弦位置编码**（2017）：给位置 $t$ 上的词元加一个固定向量 $p_t$，由一对对 $(\sin t\omega_i,\cos t\omega_i)$ 组成。
# - **可学习的位置编码**（BERT、GPT-2）：加上一张可训练的表的第 $t$ 行。表的最后一行之后，再没有位置可用。
# - **旋转位置编码**（RoPE，2021）：什么也不加，只把每个查询、每个键的第 $i$ 对数转过角度 $t\omega_i$。手算一下：
#   转四分之一圈，$(1,0)$ 变成 $(0,1)$。
#
# 先往回转 $t$，再往前转 $s$，就等于转 $s-t$，所以 $R_t^\top R_s=R_{s-t}$，并且
#
# $$(R_tq)^\top(R_sk)=q^\top R_{s-t}\,k,\qquad p_t^\top p_s=\sum_i\cos\big((s-t)\,\omega_i\big).$$
#
# 两者都一样：位置本身消去了，留下的是距离。三者我们没有比赛；如今的大模型多用旋转位置编码，我们也用它。

# %% tags=["pretrain"]
def sinusoids(T, width):
    """(T, width) sines and cosines of t · 10000^(−2i / width), side by side."""
    angle = torch.arange(T)[:, None] * 10_000.0 ** (-torch.arange(0, width, 2) / width)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)

def rotate(x):
    """Rotary: pair i at place t is turned by the angle t · 10000^(−2i / d_k).

    x: (B, h, T, d_k); two halves form the pairs, as in most implementations.
    """
    T, half = x.shape[-2], x.shape[-1] // 2
    angle = torch.arange(T)[:, None] * 10_000.0 ** (-torch.arange(half) / half)
    a, b, cos, sin = x[..., :half], x[..., half:], angle.cos(), angle.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)

# %%
spread = lambda table: max((table.diagonal(s) - table.diagonal(s)[0]).abs().max().item()
                           for s in range(-59, 60))     # within one distance, at most
q, k = torch.randn(2, 1, 32).double().expand(-1, 60, -1)        # the same at 60 places
scores = rotate(q) @ rotate(k).T                    # query at place t, key at place s
places = sinusoids(60, 32) @ sinusoids(60, 32).T
rotary_gap = spread(scores)
assert max(rotary_gap, spread(places)) < 1e-4, "the distance counts, not the place"
assert torch.allclose(rotate(q).norm(dim=-1), q.norm(dim=-1)), "turning keeps length"
f"scores lie {scores.max() - scores.min():.1f} apart, at one distance {rotary_gap:.0e}"

# %% [markdown] lang="en"
# ## 08.5 The whole model
#
# Ids become rows of a table $E\in\mathbb{R}^{V\times d}$; blocks turn them into states $H\in\mathbb{R}^{T\times d}$;
# the same table reads the scores (logits) of the next token off them, which saves $Vd$ parameters:
#
# $$Z=H E^\top\in\mathbb{R}^{T\times V},\qquad p(x_{t+1}\mid x_1,\dots,x_t)=\operatorname{softmax}(Z_t).$$
#
# The rows of $H$ leave a norm with variance 1. Draw $E$ with variance $1/d$: the logit of an unrelated token is a sum of
# $d$ products of variance $1/d$, so its variance is 1. For normal logits $\mathbb{E}\,e^z=e^{1/2}$: the first loss on
# random tokens is about $\ln V+\tfrac12$, half a nat worse than a uniform guess.
#
# One pass gives $T$ predictions, honest only if no place sees the token that it must predict: we change the token at
# place 40, and see whose logits move.

# %% [markdown] lang="zh" of="c599e5a3"
# ## 08.5 完整的模型
#
# 词元编号先查表 $E\in\mathbb{R}^{V\times d}$ 变成一行行的数；各块再把它们变成状态 $H\in\mathbb{R}^{T\times d}$；
# 最后用同一张表读出下一个词元的分数（logit），这样省下 $Vd$ 个参数：
#
# $$Z=H E^\top\in\mathbb{R}^{T\times V},\qquad p(x_{t+1}\mid x_1,\dots,x_t)=\operatorname{softmax}(Z_t).$$
#
# $H$ 的各行刚经过归一化，方差为 1。让 $E$ 的初始方差为 $1/d$：若某个词元与这一行无关，它的 logit 就是 $d$ 个方差为 $1/d$
# 的乘积之和，方差为 1。正态的 logit 有 $\mathbb{E}\,e^z=e^{1/2}$，所以在随机词元上，最初的损失约为
# $\ln V+\tfrac12$，比均匀地猜还差半个 nat。
#
# 跑一遍就得到 $T$ 个预测，每个位置一个。只有当任何位置都看不见它要预测的词元时，这些预测才算数。这一点要检查：
# 改动第 40 个位置上的词元，看哪些位置的 logit 动了。

# %% tags=["pretrain"]
class Transformer(nn.Module):
    """Embeddings, positions (4 kinds, one is "none"), blocks, logits from the table."""

    def __init__(self, vocabulary, width, layers, heads, context, causal=True,
                 pre_norm=True, positions="rotary", dropout=0.0):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        if positions == "learned":
            self.places = nn.Parameter(torch.zeros(context, width))
        else:       # (2017 scales the tokens by √width before it adds sinusoids)
            self.register_buffer(
                "places", sinusoids(context, width) * (positions == "sinusoidal"),
                persistent=False)
        rotary = positions == "rotary"
        self.blocks = nn.ModuleList(
            Block(width, heads, causal, pre_norm, rotary, dropout)
            for _ in range(layers))
        self.norm = nn.LayerNorm(width) if pre_norm else nn.Identity()
        nn.init.normal_(self.tokens.weight, std=width**-0.5)    # logits: variance 1

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
parameters = sum(p.numel() for p in fresh.parameters())
ids = torch.arange(CONTEXT)[None]
other = torch.where(ids == 40, 99, ids)                     # another token at place 40
moved = (fresh(ids) - fresh(other)).detach().abs().amax(dim=-1)[0]          # (T,)
assert (moved[:40] < 1e-6).all() and (moved[40:] > 1e-6).all(), "nothing earlier moves"
x, y = torch.randint(VOCABULARY, (2, 32, CONTEXT))          # random tokens to predict
first_loss = F.cross_entropy(fresh(x).flatten(0, 1), y.flatten()).item()
assert abs(first_loss - math.log(VOCABULARY) - 0.5) < 0.2, "about ln V + 1/2"
f"{parameters:,} parameters; first loss {first_loss:.2f}; {math.log(VOCABULARY):.2f}"

# %% [markdown] lang="en"
# ## 08.6 Real text, and a score for it
#
# Shakespeare's 42 works; four, drawn by SPLIT, are held out whole, since pages of one play share names and phrases. The
# text is cut by byte-pair encoding (09.2 builds the rule, on letters; here it merges bytes). For $N$ tokens in $C$
# characters,
#
# $$\ell=-\frac1N\sum_{t=1}^{N}\ln p(x_t\mid x_{<t}),\qquad \mathrm{PPL}=e^{\ell},\qquad b=\frac{\ell N}{C\ln 2}.$$
#
# A **perplexity** of $k$: as unsure as with a fair die of $k$ faces. By hand: two tokens with probabilities
# $\tfrac12$ and $\tfrac18$ give $\ell=\tfrac12(\ln 2+\ln 8)=\ln 4$, perplexity 4. It counts by tokens, hence depends on
# how the text was cut; bits a character, $b$, count the text.

# %% [markdown] lang="zh" of="b79fc77b"
# ## 08.6 真实的文本，和给它打的分
#
# 语料是莎士比亚的 42 部作品。按旋钮 SPLIT 随机抽出四部，整部留出不用，因为同一部剧的各页共用人名和措辞。
# 文本用字节对编码来切（规则在 09.2 节亲手实现，那里合并的是字母，这里是字节）。设 $C$ 个字符切成 $N$ 个词元，则
#
# $$\ell=-\frac1N\sum_{t=1}^{N}\ln p(x_t\mid x_{<t}),\qquad \mathrm{PPL}=e^{\ell},\qquad b=\frac{\ell N}{C\ln 2}.$$
#
# **困惑度**（perplexity）为 $k$，意思是：把握的程度，与掷一枚 $k$ 面的均匀骰子相当。手算一下：两个词元的概率为 $\tfrac12$ 和
# $\tfrac18$，$\ell=\tfrac12(\ln 2+\ln 8)=\ln 4$，困惑度就是 4。它按词元计，所以与文本怎么切有关；
# 每字符比特数 $b$ 则按文本计。

# %% tags=["pretrain"]
corpus = data.load_corpus("shakespeare")
rng = seed_everything(SEED, frameworks=("torch",))
held = sorted(np.random.default_rng(SPLIT).permutation(len(corpus))[:4].tolist())
train_text = "\n\n".join(
    text for number, text in enumerate(corpus.texts) if number not in held)
held_text = "\n\n".join(corpus.texts[number] for number in held)    # four whole works

# %% tags=["pretrain"]
def train_tokenizer(text, size):
    """Byte-pair encoding as GPT-2 uses it: nothing is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    return tokenizer

tokenizer = train_tokenizer(train_text, VOCABULARY)
train_ids, held_ids = (torch.tensor(tokenizer.encode(text).ids)
                       for text in (train_text, held_text))

# %%
assert tokenizer.decode(held_ids.tolist()) == held_text, "and back: the same text"
CHARACTERS = len(held_text) / len(held_ids)                 # a token
" | ".join(tokenizer.decode([one]) for one in held_ids[5_000:5_030].tolist())

# %% tags=["pretrain"]
def token_losses(model, ids=held_ids, every=1):
    """(n, CONTEXT) nats a token, in every so many windows; the first has no past."""
    n = (len(ids) - 1) // CONTEXT
    x, y = (ids[shift : shift + n * CONTEXT].view(n, CONTEXT)[::every].split(64)
            for shift in (0, 1))
    was_training = model.training
    model.eval()
    with torch.no_grad():
        losses = [F.cross_entropy(model(a).transpose(1, 2), b, reduction="none")
                  for a, b in zip(x, y)]
    model.train(was_training)
    return torch.cat(losses)

# %%
def describe(nats):
    """A loss in nats a token, as perplexity and as bits a character."""
    bits = nats / math.log(2) / CHARACTERS
    return f"{nats:.3f} nats, perplexity {math.exp(nats):,.1f}, {bits:.2f} bits/char."

# %%
counts = np.bincount(train_ids, minlength=VOCABULARY) + 1   # + 1: never is not nothing
targets = held_ids[1 : (len(held_ids) - 1) // CONTEXT * CONTEXT + 1].numpy()
results = {"uniform": math.log(VOCABULARY),
           "unigram": -np.log(counts / counts.sum())[targets].mean()}
assert results["unigram"] < results["uniform"], "frequencies are worth something"
{name: describe(nats) for name, nats in results.items()}

# %% [markdown] lang="en"
# **Quiz.** The unigram has perplexity ⟦math.exp(results['unigram']):.0f⟧. Suppose ours came down to 50, and somebody's
# model with a vocabulary of 50,257 reports 60 on the same four works. Which is better?
#
# - [ ] Ours: 50 is less than 60 :: Perplexity is per token, and these tokens are not the same. Longer tokens are harder
#   to guess, but fewer have to be guessed.
# - [ ] The other: 60 of 50,257 is a smaller share than 50 of 2,048 :: What counts is the probability of the
#   whole text; most of 50,257 tokens never come into question.
# - [x] Bits a character must tell :: Yes: $\ell N$ is the whole text's cost, and $C$ is the same for both. With, say, 4
#   characters a token the other's 60 is far better than our 50 at ⟦CHARACTERS:.1f⟧.

# %% [markdown] lang="zh" of="df8ffbca"
# **小测验。** 一元模型的困惑度是 ⟦math.exp(results['unigram']):.0f⟧。假定我们的模型降到了 50；另有一个模型，
# 词表有 50,257 个词元，在同样四部作品上报告的困惑度是 60。哪个更好？
#
# - [ ] 我们的：50 小于 60 :: 困惑度按词元计，而两边的词元并不相同。词元越长越难猜，但要猜的个数也越少。
# - [ ] 对方的：60 占 50,257 的比例，比 50 占 2,048 的小 :: 要看的是整段文本的概率；50,257 个词元里，
#   大多数在任何一处都不必考虑。
# - [x] 要看每字符多少比特 :: 对：$\ell N$ 是整段文本的总代价，而 $C$ 对两边是一样的。如果对方每个词元有 4 个字符，
#   那么它的 60 就远远好过我们在每词元 ⟦CHARACTERS:.1f⟧ 个字符时的 50。

# %% [markdown] lang="en"
# ## 08.7 A failure on purpose: four faults
#
# An article behind this course (see Sources) prints a language model and recommends perplexity. The class below is ours
# and leaves out what that one leaves out. It runs, its loss falls. Find **four** faults: no line is wrong, something is
# missing. Ask any model four questions:
#
# 1. Two earlier words are swapped: does the last place notice? It should.
# 2. Another text joins the batch: do my scores change? They must not.
# 3. Padding follows my text: do they change? They must not.
# 4. The last token changes: do earlier places notice? For a perplexity they must not.

# %% [markdown] lang="zh" of="e66a75e4"
# ## 08.7 故意失败一次：四处错误
#
# 这门课源于几篇文章，其中一篇（见“来源”）印了一个语言模型，并建议用困惑度来评判。下面这个类是我们写的，
# 那里缺什么，这里也缺什么。它能运行，损失也在下降。先自己读一遍，找出**四**处错误：没有哪一行写错了，错在少了东西。
# 对任何一个模型都可以问四个问题：
#
# 1. 对调前面的两个词，最后一个位置察觉到了吗？应该察觉。
# 2. 批量里多了另一段文本，我的分数变了吗？不许变。
# 3. 我的文本后面补了填充，我的分数变了吗？不许变。
# 4. 改动最后一个词元，前面的位置察觉到了吗？要用困惑度打分的模型，不许察觉。

# %%
class Suspect(nn.Module):
    def __init__(self, width=64, heads=4, layers=2, **options):
        super().__init__()
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, **options)
        self.look_up = nn.Embedding(VOCABULARY, width)
        self.stack = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.score = nn.Linear(width, VOCABULARY)

    def forward(self, ids):
        return self.score(self.stack(self.look_up(ids)))

def examine(model):
    """(4,) largest change of the logits that each question provokes."""
    mine, other = torch.randint(1, VOCABULARY, (2, 1, 12))      # 0 stands for padding
    swapped, later, padded = mine.clone(), mine.clone(), F.pad(mine, (0, 4))
    swapped[0, [2, 7]] = mine[0, [7, 2]]
    later[0, 11] = mine[0, 11] % (VOCABULARY - 1) + 1
    with torch.no_grad():
        alone = model(mine)[0]                                      # (12, V)
        changes = [model(swapped)[0, 11] - alone[11],
                   model(torch.cat([mine, other]))[0] - alone,
                   model(padded)[0, :12] - alone, model(later)[0, :11] - alone[:11]]
    return np.array([change.abs().max() for change in changes])

# %%
suspect, bag = Suspect(), Suspect(batch_first=True)
writer, reader = (Transformer(VOCABULARY, 64, 2, 4, CONTEXT, causal)
                  for causal in (True, False))

# %%
patients = suspect, bag, writer, lambda ids: reader(ids, (ids != 0)[:, None, None])
notices = np.array([examine(model) for model in patients]) > 1e-4   # (model, question)
expected = [[0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 1]]
assert (notices == expected).all(), "the diagnoses below"
notices.astype(int)

# %% [markdown] lang="en"
# | ● notices | suspect | axis mended | our decoder | our encoder, masked |
# |---|---|---|---|---|
# | 1. order | ○ | ○ | ● | ● |
# | 2. another text | ● | ○ | ○ | ○ |
# | 3. padding | ○ | ● | ○ | ○ |
# | 4. a later token | ○ | ● | ○ | ● |
#
# **First fault:** PyTorch's layers expect $(T,B,d)$ unless told `batch_first=True`. Ours are $(B,T,d)$, so attention
# runs *across the batch*: each token sees strangers' texts and of its own only itself. In a product, one customer's
# words would leak into another's answer.
#
# Mend that, and two more come to light: padding is read (**no padding mask**), the future is read (**no causal
# mask**). And **no positions**: order goes unnoticed in both. Our decoder passes; right-hand padding cannot reach it. An
# encoder may see later tokens, but has no perplexity.

# %% [markdown] lang="zh" of="e486451f"
# | ● 表示察觉 | 可疑模型 | 改正维度后 | 我们的解码器 | 我们的编码器（带掩码） |
# |---|---|---|---|---|
# | 1. 词序 | ○ | ○ | ● | ● |
# | 2. 另一段文本 | ● | ○ | ○ | ○ |
# | 3. 填充 | ○ | ● | ○ | ○ |
# | 4. 后面的词元 | ○ | ● | ○ | ● |
#
# **第一处：** PyTorch 的层默认输入是 $(T,B,d)$，除非写明 `batch_first=True`。我们的是 $(B,T,d)$，于是注意力*横跨整个批量*：
# 每个词元看到的是别人的文本，自己那段里除了自己，什么也看不到。放进产品里，就是把一位客户的话漏进另一位客户的答复。
#
# 这一处改好，被它遮住的两处便露了出来：填充也被读进去（**没有填充掩码**），后文也被读进去（**没有因果掩码**）。
# 再加上**没有位置信息**：两个模型都察觉不到词序。我们的解码器全部通过，补在右边的填充影响不到它。
# 编码器可以看后面的词元，但那样也就谈不上困惑度了。


# %% [markdown] lang="en"
# ## 08.8 Deeper: How the rivals of 08.9 are made
#
# The network learns from windows drawn at random: of 65 tokens the first 64 are read, the last 64 are what should have
# been said, so that one pass trains 64 predictions. AdamW's rate rises over the first steps and then falls to 0; a
# gradient longer than 1 is shortened (02.9). The log notes the loss on every eighth held-out window.
#
# What `make pretrain` runs is the second cell: the same model with dropout, since the long run meets each token about
# ⟦LONG_STEPS * BATCH * CONTEXT / len(train_ids):.0f⟧ times. The tokenizer is kept beside the weights, for ids mean
# nothing without it.

# %% [markdown] lang="zh" of="77ea7f3f"
# ## 08.8 选读：08.9 节的对手是怎样造出来的
#
# 网络从随机抽取的窗口里学：65 个词元里，前 64 个用来读，后 64 个是本该说出的答案，所以跑一遍就训练 64 个预测。
# AdamW 的学习率先升后降，直到 0；梯度的长度超过 1 就缩短（02.9 节）。日志记下每隔八个取一个的留出窗口上的损失。
#
# `make pretrain` 运行的是第二个单元格：同样的模型，外加 dropout，因为长时训练要把每个词元看大约
# ⟦LONG_STEPS * BATCH * CONTEXT / len(train_ids):.0f⟧ 遍。分词器与权重一起保存：没有它，编号毫无意义。

# %% tags=["pretrain"]
def draw_batch(rng, batch):
    """Random windows: inputs (B, T), and the same shifted by one token as targets."""
    # (One dislike: this and train() read text and rates from outside.)
    starts = torch.from_numpy(rng.integers(len(train_ids) - CONTEXT, size=batch))
    windows = train_ids[starts[:, None] + torch.arange(CONTEXT + 1)]        # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]

def train(model, steps, batch, warmup=WARMUP, every=0):
    """AdamW, warm-up, linear decay, clipping. A log: (step, seconds, held-out loss)."""
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

# %% tags=["pretrain"]
def pretrain(store):
    """`make pretrain`: the long run, kept with settings, log and tokenizer."""
    torch.manual_seed(SEED)
    model = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT, dropout=DROPOUT)
    log = train(model, LONG_STEPS, BATCH, every=500)
    knobs = ("SPLIT", "SEED", "VOCABULARY", "CONTEXT", "BATCH", "WIDTH", "LAYERS",
             "HEADS", "RATE", "WARMUP", "DROPOUT")
    store.save(LONG_STEPS, {"model": model},
               metrics={"loss": token_losses(model).mean().item()},
               config={knob: globals()[knob] for knob in knobs},
               extra={"log": log, "tokenizer": tokenizer.to_str()})

# %% [markdown] lang="en"
# The other counts. An n-gram predicts $w$ from the history $h$ of the $n-1$ tokens before. Most long grams never
# occurred; so each count $c$ is discounted, and what is set free goes to the history $h'$, one token shorter:
#
# $$p_n(w\mid h)=\frac{c(hw)-D(c(hw))}{\sum_v c(hv)}+\frac{\sum_v D(c(hv))}{\sum_v c(hv)}\;p_{n-1}(w\mid h').$$
#
# Kneser and Ney, [Improved backing-off](https://doi.org/10.1109/ICASSP.1995.479394) (1995): in the lower orders, count
# not how often a gram occurred but after how many *different* tokens. Chen and Goodman,
# [Smoothing techniques](https://doi.org/10.1006/csla.1999.0128) (1999): three discounts, for counts of 1, 2 and more, from $n_k$, how many grams occurred $k$ times;
# $D(0)=0$ and
#
# $$D(k)=k-(k+1)\,Y\,\frac{n_{k+1}}{n_k},\qquad Y=\frac{n_1}{n_1+2n_2}.$$

# %% [markdown] lang="zh" of="d33ed53c"
# 另一个对手靠数数。n 元模型根据前面 $n-1$ 个词元，即历史 $h$，来预测 $w$。长的 n 元组大多从未出现过，
# 所以每个计数 $c$ 都打一点折扣，省下来的概率交给少一个词元的历史 $h'$：
#
# $$p_n(w\mid h)=\frac{c(hw)-D(c(hw))}{\sum_v c(hv)}+\frac{\sum_v D(c(hv))}{\sum_v c(hv)}\;p_{n-1}(w\mid h').$$
#
# Kneser 和 Ney，[Improved backing-off](https://doi.org/10.1109/ICASSP.1995.479394)（1995）的主意：在较低的阶上，不数一个元组出现过多少次，而数它跟在多少种*不同*的词元后面。
# Chen 和 Goodman，[Smoothing techniques](https://doi.org/10.1006/csla.1999.0128)（1999）：计数为 1、2 和更多时各用一个折扣，由 $n_k$ 算出，它是恰好出现 $k$ 次的元组的个数；
# $D(0)=0$，并且
#
# $$D(k)=k-(k+1)\,Y\,\frac{n_{k+1}}{n_k},\qquad Y=\frac{n_1}{n_1+2n_2}.$$

# %% [markdown] lang="en"
# In the code a sequence of $n$ ids becomes one whole number, its digits to the base 2,048. `np.unique` counts all grams
# at once; whole division by 2,048 takes the last token off and leaves the history, a remainder the first.
# Each level keeps the grams with their shares and the histories with what they set free.
#
# To predict, begin with the uniform guess and climb: at each order, add the gram's own share, if it occurred, to the
# freed part times the guess of the order below. A history never seen frees everything, so the shorter guess passes
# unchanged. After any past all tokens together must have probability 1: the last cell checks it.

# %% [markdown] lang="zh" of="0d16eac1"
# 代码里，$n$ 个编号连成一个整数，像 2,048 进制的各位数字。`np.unique` 一次就把所有元组数清楚；
# 整除 2,048 去掉最后一个词元，剩下历史；取余去掉第一个词元。每一阶保存两样：元组和它的份额，历史和它省下的份额。
#
# 预测时，从均匀的猜测出发，逐阶往上：每一阶都把元组自己的份额（如果出现过），加上省下的份额乘以低一阶的猜测。
# 从未见过的历史省下全部，于是较短的猜测原样通过。在任何上文之后，所有词元的概率之和必须是 1：最后一个单元格检查这一点。

# %%
def pack(windows):
    """(M, n) ids → (M,) whole numbers, one for each sequence of n tokens."""
    return sum(column.astype(np.int64) * VOCABULARY**power
               for power, column in enumerate(windows.T[::-1]))

def make_level(grams, counts):
    """One order: grams and discounted shares; histories and what each sets free."""
    n_1, n_2, n_3, n_4 = (np.sum(counts == times) for times in (1, 2, 3, 4))
    Y = n_1 / (n_1 + 2 * n_2)
    D = np.array([0, 1 - 2 * Y * n_2 / n_1, 2 - 3 * Y * n_3 / n_2,
                  3 - 4 * Y * n_4 / n_3])
    taken = D[np.minimum(counts, 3)]
    histories, first, row = np.unique(grams // VOCABULARY, return_index=True,
                                      return_inverse=True)
    total = np.add.reduceat(counts, first)
    freed = np.add.reduceat(taken, first) / total
    return grams, (counts - taken) / total[row], histories, freed

def fit_ngram(ids, order):
    """Modified Kneser–Ney, from the longest grams down: the levels from order 1 up."""
    windows = np.lib.stride_tricks.sliding_window_view(ids, order)
    grams, counts = np.unique(pack(windows), return_counts=True)
    levels = [make_level(grams, counts)]
    for n in range(order - 1, 0, -1):       # now counted: different tokens before it
        grams, counts = np.unique(grams % VOCABULARY**n, return_counts=True)
        levels.insert(0, make_level(grams, counts))
    return levels

# %%
def find(keys, values, wanted, default):
    """The value of each wanted key in a sorted table, or the default."""
    row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[row] == wanted, values[row], default)

def predict_ngram(levels, windows):
    """(M, order) ids → (M,) probability of each last token after the others."""
    p, code = np.full(len(windows), 1 / VOCABULARY), pack(windows)
    for n, (grams, share, histories, freed) in enumerate(levels, start=1):
        gram = code % VOCABULARY**n
        backed_off = find(histories, freed, gram // VOCABULARY, 1) * p
        p = find(grams, share, gram, 0) + backed_off
    return p

def ngram_losses(levels, past, ids):
    """(len(ids),) nats of each token; the first ones look back into `past`."""
    text = np.concatenate([past[1 - len(levels) :], ids])
    windows = np.lib.stride_tricks.sliding_window_view(text, len(levels))
    return -np.log(predict_ngram(levels, windows))

# %%
ORDERS, read = (2, 3, 4, 5), train_ids.numpy()      # 2,048⁵ = 2⁵⁵; six need 66 bits
cut, validation = len(read) * 9 // 10, {}           # the last tenth chooses the order
for order in ORDERS:
    levels = fit_ngram(read[:cut], order)
    validation[order] = ngram_losses(levels, read[:cut], read[cut:]).mean()
best = min(validation, key=validation.get)
ngram = fit_ngram(read, best)
{order: f"{nats:.3f} nats" for order, nats in validation.items()}

# %%
ends = rng.integers(best, len(held_ids), size=20)
pasts = [held_ids[end - best + 1 : end].numpy() for end in ends] + [np.arange(best - 1)]
every = [np.c_[np.tile(past, (VOCABULARY, 1)), np.arange(VOCABULARY)] for past in pasts]
sums = [predict_ngram(ngram, windows).sum() for windows in every]
assert np.allclose(sums, 1, atol=1e-9), "after any past, seen or not, they sum to 1"
f"order {best}, {sum(len(level[0]) for level in ngram):,} grams"

# %% [markdown] lang="en"
# ## 08.9 Who wins, and when?
#
# `train(model, steps, batch)` trains with AdamW and warm-up (02.9; its code is in 08.8). First the patients of 08.7,
# ⟦CLINIC_STEPS⟧ steps each: the suspect; ours without its mask, which has positions and the right axis; and ours.
#
# Before a network may be praised, it has to beat counting. A ⟦best⟧-gram counts in the training text which tokens
# followed the last ⟦best - 1⟧; where it has seen too little, it falls back on shorter pasts (Kneser and Ney, 1995;
# built in 08.8, too).

# %% [markdown] lang="zh" of="e7017b98"
# ## 08.9 谁赢？什么时候赢？
#
# `train(model, steps, batch)` 用 AdamW 训练，带预热（02.9 节；代码在 08.8 节）。先看 08.7 节的病人，各训练 ⟦CLINIC_STEPS⟧ 步：
# 可疑模型；我们的模型去掉掩码，位置信息和维度都对；还有我们的模型。
#
# 一个网络要值得称赞，先得胜过数数。⟦best⟧ 元模型（n-gram）在训练文本里数一数，最后 ⟦best - 1⟧ 个词元之后都跟过哪些词元；
# 见得太少的地方，就退回到较短的上文（Kneser 和 Ney，1995；也在 08.8 节造好）。

# %%
clinic = {"suspect": suspect, "positions, no mask": reader, "mended": writer}
for name, model in clinic.items():
    train(model, CLINIC_STEPS, MINUTE_BATCH, warmup=20)
    clinic[name] = token_losses(model, every=8).mean(dim=0).numpy()     # (CONTEXT,)

# %%
leak = clinic["positions, no mask"]
assert leak.mean() < 3 < clinic["mended"].mean() < leak[-1], "too good, but for one"
{name: f"perplexity {math.exp(places.mean()):,.1f}" for name, places in clinic.items()}

# %% [markdown] lang="en"
# The suspect looks merely poor, perplexity ⟦math.exp(clinic['suspect'].mean()):.0f⟧. Given positions and the right axis,
# but no mask, it reaches ⟦math.exp(leak.mean()):.1f⟧. That **cannot be true**: it learned to copy the next token from
# where it stands. The last place gives it away, whose answer lies outside the window: ⟦math.exp(leak[-1]):,.0f⟧. Mended:
# ⟦math.exp(clinic['mended'].mean()):.0f⟧, an honest number.
#
# Now our decoder, ⟦parameters / 1e6:.2f⟧ million parameters, twice. Here: ⟦MINUTE_STEPS⟧ steps,
# ⟦MINUTE_STEPS * MINUTE_BATCH * CONTEXT / len(train_ids):.0%⟧ of an epoch. And long: ⟦LONG_STEPS:,⟧ steps of ⟦BATCH⟧
# windows, made once by the same cells and kept with the course.
#
# **Before you run it:** counting took seconds. Is it beaten after the short run? After the long one?

# %% [markdown] lang="zh" of="e5785027"
# 可疑模型看上去只是差一些，困惑度 ⟦math.exp(clinic['suspect'].mean()):.0f⟧。给它位置信息和正确的维度，却不给掩码，困惑度就成了
# ⟦math.exp(leak.mean()):.1f⟧。这**不可能是真的**：它学会的是从下一个词元所在之处照抄。露馅的是最后一个位置，那里的答案落在窗口之外，
# 困惑度是 ⟦math.exp(leak[-1]):,.0f⟧。改正之后是 ⟦math.exp(clinic['mended'].mean()):.0f⟧，这才是实在的数字。
#
# 再看我们的解码器，参数 ⟦parameters / 1e6:.2f⟧ × 10⁶ 个，训练两次。在这里走 ⟦MINUTE_STEPS⟧ 步，只有一轮的
# ⟦MINUTE_STEPS * MINUTE_BATCH * CONTEXT / len(train_ids):.0%⟧；长的那次 ⟦LONG_STEPS:,⟧ 步，每步 ⟦BATCH⟧ 个窗口，
# 由同样的单元格预先跑好，随课程保存。
#
# **先猜再运行：** 数数只用了几秒钟。短训练能胜过它吗？长时训练呢？

# %%
kn_losses = ngram_losses(ngram, np.append(read, held_ids[0]), targets)
kn_losses = kn_losses.reshape(-1, CONTEXT)                              # (n, CONTEXT)

# %%
torch.manual_seed(SEED)
minute = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT)
minute_log = train(minute, MINUTE_STEPS, MINUTE_BATCH, every=MINUTE_STEPS)
minute_loss = token_losses(minute, every=8).mean().item()
f"after {minute_log[-1][1]:.0f} s"

# %%
long = Transformer(VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT).eval()
store = data.open_pretrained("08_transformer")
meta = store.restore({"model": long}, random_states=False)
assert meta["extra"]["tokenizer"] == tokenizer.to_str(), "another SPLIT: make pretrain"
long_losses = token_losses(long).numpy()                                # (n, CONTEXT)
assert abs(long_losses.mean() - meta["metrics"]["loss"]) < 1e-3, "the loss noted then"

# %%
mixture = -np.log((np.exp(-long_losses) + np.exp(-kn_losses)) / 2)  # of probabilities
results |= {"short run": minute_loss, "n-gram": kn_losses.mean(),
            "long run": long_losses.mean(), "average": mixture.mean()}

# %%
_, clock, curve = np.array(meta["extra"]["log"]).T      # seconds, every eighth window
level = np.interp(-kn_losses[::8].mean(), -curve, clock) / 60   # minutes to draw level
assert (np.diff(list(results.values())) < 0).all(), "each better than the one before"
{name: describe(nats) for name, nats in results.items()}

# %% [markdown] lang="en"
# **At first, counting wins**; by its log, the long run drew level after ⟦level:.0f⟧ minutes of
# ⟦clock[-1] / 60:.0f⟧. (Each trained once; the n-gram may look back over the edge of a window, which favours it a
# little.) They err differently: the average of both models' probabilities has ⟦mixture.mean():.3f⟧ nats, better than
# either. Where does the long run err? The four dearest tokens of one window:

# %% [markdown] lang="zh" of="1d0cfbc0"
# **起初是数数赢**；按日志，长时训练一共 ⟦clock[-1] / 60:.0f⟧ 分钟，到第 ⟦level:.0f⟧ 分钟才追平。（每种只训练了一次；
# n 元模型可以越过窗口的边界往回看，这对它稍稍有利。）两者错的地方不同：把双方的概率取平均，损失是 ⟦mixture.mean():.3f⟧ nat，
# 比哪一方都好。长时训练错在哪里？看一个窗口里代价最高的四个词元：

# %%
say = lambda ids: repr(tokenizer.decode(ids.tolist()))
window = held_ids[900 * CONTEXT : 901 * CONTEXT + 1]
p = long(window[None, :-1]).detach()[0].softmax(-1)                     # (T, V)
own = p.gather(1, window[1:, None])[:, 0]                           # of the true token

# %%
for t in own.argsort()[:4]:
    print(f"{say(window[max(t - 9, 0) : t + 1])} → {say(window[t + 1, None])} "
          f"at {own[t]:.2%}; guessed {say(p[t].argmax()[None])} at {p[t].max():.0%}")

# %% [markdown] lang="en"
# What does a stack of attention do with the past? We score the same ⟦len(places):,⟧ tokens, showing it only the last
# $c$ before each.

# %% [markdown] lang="zh" of="d8cc9b1b"
# 叠起来的注意力拿上文做什么？取同样的 ⟦len(places):,⟧ 个词元，反复打分，每次只给看前面最后 $c$ 个。

# %%
PASTS, places = (1, 2, 4, 8, 16, 32, 64), torch.arange(CONTEXT, len(targets), 64)

@torch.no_grad()                            # no graph is kept, so little memory
def lose_with(c):
    """Nats of each token at `places`, after c tokens."""
    losses = []
    for part in held_ids.unfold(0, c + 1, 1)[places - c].split(512):    # (512, c + 1)
        z = long.states(part[:, :-1])[:, -1] @ long.tokens.weight.T     # (512, V)
        losses.append(F.cross_entropy(z, part[:, -1], reduction="none"))
    return torch.cat(losses).numpy()

by_past = {c: lose_with(c) for c in PASTS}

# %%
def compare(first, second):
    """Mean difference, and half of its 95 % interval."""
    gap = first - second
    return gap.mean(), 1.96 * gap.std(ddof=1) / len(gap) ** 0.5

# %%
counted = kn_losses.ravel()[places - 1]             # the same tokens by the n-gram
short_sighted = compare(lose_with(best - 1), counted)
gains = {c: compare(by_past[c // 2], by_past[c]) for c in PASTS[1:]}
assert gains[8][0] > gains[64][0] + gains[64][1], "what is near helps most"

# %%
perplexity = {"long run": [math.exp(losses.mean()) for losses in by_past.values()],
              f"{best}-gram": np.full(len(PASTS), math.exp(counted.mean()))}
ax = plotting.show_curves(perplexity, x=PASTS, logx=True, marker="o",
                          xlabel="tokens of past shown", ylabel="perplexity")
ax.set_xticks(PASTS, PASTS);

# %% [markdown] lang="en"
# *The picture:* perplexity against the tokens of past shown, logarithmic: a steep fall, nearly level from 32 on; it
# crosses the n-gram's horizontal line.
#
# With the ⟦best - 1⟧ tokens that the n-gram sees, the transformer differs from it by ⟦short_sighted[0]:+.3f⟧ ±
# ⟦short_sighted[1]:.3f⟧ nats (95 %). From 8 to 16 tokens it gains ⟦gains[16][0]:.3f⟧ ± ⟦gains[16][1]:.3f⟧, from 32 to 64
# ⟦gains[64][0]:.3f⟧ ± ⟦gains[64][1]:.3f⟧: this one lives on what is near.

# %% [markdown] lang="zh" of="4860480e"
# *图中所见：* 困惑度随所见上文长度的变化，横轴取对数：先陡降，从 32 起几乎走平，途中越过 n 元模型的水平线。
#
# 只给它 ⟦best - 1⟧ 个词元，与 n 元模型所见一样多，两者相差 ⟦short_sighted[0]:+.3f⟧ ± ⟦short_sighted[1]:.3f⟧ nat（95% 区间）。
# 从 8 个词元加到 16 个，它少 ⟦gains[16][0]:.3f⟧ ± ⟦gains[16][1]:.3f⟧；从 32 个加到 64 个，少
# ⟦gains[64][0]:.3f⟧ ± ⟦gains[64][1]:.3f⟧：这一个主要靠近处的词元。

# %% [markdown] lang="en"
# ## 08.10 Writing
#
# To write, draw a token, append it, ask again. (Our code reads the whole window anew each time.) From logits $z$ come
# the probabilities
#
# $$p_i=\frac{e^{z_i/\tau}}{\sum_j e^{z_j/\tau}} .$$
#
# **Greedy** takes the largest. **Temperature** $\tau<1$ sharpens, $\tau>1$ flattens: by hand, odds of $4:1$ become
# $16:1$ at $\tau=\tfrac12$; for $\tau\to0$ it is greedy. **Top-k** keeps the $k$ largest, **top-p** the fewest that hold
# at least $p$ of the mass (Holtzman et al., 2020); what is left is rescaled to 1. Slide:

# %% [markdown] lang="zh" of="e0f9a36c"
# ## 08.10 让它写
#
# 写作就是：抽一个词元，接在后面，再问下一个。（我们的代码每写一个词元，都把整个窗口重读一遍。）由 logit $z$ 得到概率
#
# $$p_i=\frac{e^{z_i/\tau}}{\sum_j e^{z_j/\tau}} .$$
#
# **贪心**（greedy）取最大的那个。**温度**（temperature）$\tau<1$ 使分布更尖，$\tau>1$ 使它更平。手算一下：$\tau=\tfrac12$ 时，
# $4:1$ 的比例变成 $16:1$；$\tau\to0$ 就是贪心。**top-k** 只留最大的 $k$ 个；**top-p** 留下合计概率不小于 $p$ 的最少几个
# （Holtzman 等，2020）；剩下的重新归一到 1。拖动滑块看看：

# %%
def choose(z, tau=1.0, mass=1.0):
    """Logits (B, V) → probabilities: temperature, then top-p, rescaled to 1."""
    ordered, tokens = (z / tau).softmax(-1).sort(dim=-1, descending=True)
    before = ordered.cumsum(-1) - ordered                   # what the larger ones hold
    stays = ordered * ((before < mass) | (mass == 1))       # 1: all, despite rounding
    kept = torch.zeros_like(z).scatter(-1, tokens, stays)
    return kept / kept.sum(-1, keepdim=True)

# %%
from ipywidgets import FloatSlider, fixed, interact

start = torch.tensor(tokenizer.encode("Romeo.\nMy love is").ids)        # (P,)
z = long(start[None]).detach()[:, -1]                                   # (1, V)
likely = z[0].topk(12).indices

# %%
def draw_next(tau, mass, ax=None):
    ax, p = ax or plt.subplots(figsize=(5, 3))[1], choose(z, tau, mass)[0]
    ax.bar(range(12), p[likely], color="C5")
    ax.set_xticks(range(12), [say(i[None]) for i in likely], rotation=90, fontsize=7)
    ax.set_title(f"τ = {tau:.1f}, top-p {mass:.1f}: {(p > 0).sum():,} left",
                 fontsize="small")

interact(draw_next, tau=FloatSlider(1, min=0.2, max=2, step=0.1),
         mass=FloatSlider(1, min=0.1, max=1, step=0.1), ax=fixed(None));

# %%
fig, axes = plt.subplots(1, 3, figsize=(7.4, 2.9), sharey=True)
for ax, settings in zip(axes, ((1, 1), (0.5, 1), (1, 0.5))):
    draw_next(*settings, ax)
axes[0].set_ylabel("probability");

# %% [markdown] lang="en"
# *The picture:* the twelve likeliest tokens after "My love is": as they are, at $\tau=0.5$, and with top-p 0.5. The
# lower temperature lifts the first at the others' cost; top-p removes the tail and lifts all that is left alike.

# %% [markdown] lang="zh" of="87066d09"
# *图中所见：* “My love is” 之后最可能的十二个词元：原样、$\tau=0.5$、top-p 取 0.5。降低温度，抬高领先的，压低其余的；
# top-p 去掉尾巴，把剩下的按同一比例抬高。

# %%
def write(model, ids, length, choose, generator):
    """Go on from ids (B, T), each token from the last CONTEXT → (B, T + length)."""
    with torch.no_grad():
        for _ in range(length):
            logits = model.states(ids[:, -CONTEXT:])[:, -1] @ model.tokens.weight.T
            drawn = torch.multinomial(choose(logits), 1, generator=generator)   # (B, 1)
            ids = torch.cat([ids, drawn], dim=1)
    return ids

# %%
for settings in ((0.01, 1.0), (1.3, 1.0), (1.0, 0.9)):
    way, dice = lambda z: choose(z, *settings), torch.Generator().manual_seed(SEED)
    sample = write(long, start[None], 70, way, dice)[0]
    print("τ = {}, top-p {}:".format(*settings))
    print(tokenizer.decode(sample.tolist()), end="\n\n")

# %% [markdown] lang="en"
# Names, lines and verse look right; the sense is not. Near greedy it turns in circles, at $\tau=1.3$ it loses its words
# (08.15 measures both).

# %% [markdown] lang="zh" of="e59cc926"
# 人名、分行、诗体都像模像样，意思却不通。接近贪心时来回打转，$\tau=1.3$ 时词不成词（08.15 节测量这两点）。

# %% [markdown] lang="en"
# ## 08.11 Deeper: Where the parameters are
#
# 00.7 counted whole models. Where do the numbers sit? Attention has four square tables, the network two oblong ones,
# each with its bias; a norm has $2d$ numbers:
#
# $$4(d^2+d)\quad+\quad(4d^2+4d)+(4d^2+d)\quad+\quad 2\cdot 2d\quad=\quad 12d^2+13d .$$
#
# So the network holds two thirds of a block, and the biases and norms so little that people often just say $12d^2$. We check each part against the library's modules on the device `meta`
# (shapes without numbers), and the sum against the published figure. (GPT-2's paper says 117 million, its authors later
# 124.) The library names parameters after their place; a mark in the name tells the part.

# %% [markdown] lang="zh" of="a5b4a7fb"
# ## 08.11 选读：参数都在哪里
#
# 00.7 节数的是整个模型。那么数字都在哪里？注意力有四个方阵，网络有两个长方的矩阵，各带偏置；
# 一次归一化有 $2d$ 个数：
#
# $$4(d^2+d)\quad+\quad(4d^2+4d)+(4d^2+d)\quad+\quad 2\cdot 2d\quad=\quad 12d^2+13d .$$
#
# 可见一个块里，三分之二的参数在网络里；偏置和归一化少得很，所以常常只说 $12d^2$。我们逐个部分与库中的模块核对（放在 `meta` 设备上，只有形状，没有数），
# 再把总和与公布的数字核对。GPT-2 的论文写的是 1.17 亿，作者后来更正为 1.24 亿。程序库按参数在模块里的位置起名，
# 名称里的记号说明它属于哪一部分。

# %%
def count_parts(d, L, V, P, S=0, pooler=False):
    """Parameters of each part; S: kinds of segment, other letters as in 00.7."""
    return {"embeddings": (V + P + S) * d, "attention": L * 4 * (d**2 + d),
            "network": L * (8 * d**2 + 5 * d), "norms": L * 4 * d + 2 * d,
            "pooler": pooler * (d**2 + d)}

def part_of(name):
    """The part that a parameter belongs to, from its name."""
    marks = {"norm": "norms", "ln_": "norms", "emb": "embeddings", "wte": "embeddings",
             "wpe": "embeddings", "pooler": "pooler", "att": "attention"}
    found = [part for mark, part in marks.items() if mark in name.lower()]
    return (found or ["network"])[0]

# %%
from transformers import AutoModel, BertConfig, DistilBertConfig, GPT2Config

MODELS = {
    "BERT-base": (BertConfig(), dict(d=768, L=12, V=30_522, P=512, S=2, pooler=True),
                  109_482_240),
    "DistilBERT": (DistilBertConfig(), dict(d=768, L=6, V=30_522, P=512), 66_362_880),
    "GPT-2": (GPT2Config(), dict(d=768, L=12, V=50_257, P=1_024), 124_439_808)}
for name, (config, letters, published) in MODELS.items():
    with torch.device("meta"):
        module = AutoModel.from_config(config)
    sizes = dict.fromkeys(count_parts(**letters), 0)
    for key, parameter in module.named_parameters():
        sizes[part_of(key)] += parameter.numel()
    assert sizes == count_parts(**letters) and sum(sizes.values()) == published, name
    shares = ", ".join(f"{part} {size / published:.1%}" for part, size in sizes.items())
    print(f"{name}, {published:,}: {shares}")

# %%
with torch.device("meta"):
    gpt2 = Transformer(50_257, 768, 12, 12, 1_024, positions="learned")
assert sum(p.numel() for p in gpt2.parameters()) == 124_439_808, "GPT-2's size"
assert parameters == sum(count_parts(WIDTH, LAYERS, VOCABULARY, 0).values()), "ours"
d, dropped = 768, 109_482_240 - 66_362_880
assert dropped == 6 * (12 * d**2 + 13 * d) + 2 * d + d**2 + d, "blocks, rows, pooler"

# %% [markdown] lang="en"
# Our class, set to GPT-2's width, depth and vocabulary, has exactly its
# ⟦sum(p.numel() for p in gpt2.parameters()):,⟧ parameters; ours has ⟦parameters:,⟧, ⟦VOCABULARY * WIDTH / parameters:.0%⟧
# of them in the table of tokens.
#
# DistilBERT keeps half of BERT's blocks, but ⟦MODELS["DistilBERT"][2] / MODELS["BERT-base"][2]:.0%⟧ of its parameters:
# of the ⟦dropped:,⟧ that it lacks, ⟦6 * (12 * d**2 + 13 * d) / dropped:.1%⟧ are six blocks, the rest the segments and the
# pooler. The embeddings stay whole, and so they come to ⟦31_034 * d / MODELS["DistilBERT"][2]:.0%⟧ of the smaller model.
# Whoever makes a model smaller by leaving out blocks keeps the tables: at this vocabulary and width they hold
# ⟦30_522 * d / 1e6:.1f⟧ million numbers for the tokens alone, however deep the stack is.

# %% [markdown] lang="zh" of="378b30ac"
# 把我们的类设成 GPT-2 的宽度、深度和词表，参数恰好也是 ⟦sum(p.numel() for p in gpt2.parameters()):,⟧ 个；
# 我们自己的模型有 ⟦parameters:,⟧ 个，其中 ⟦VOCABULARY * WIDTH / parameters:.0%⟧ 在词元表里。
#
# DistilBERT 只留下 BERT 一半的块，参数却还有 ⟦MODELS["DistilBERT"][2] / MODELS["BERT-base"][2]:.0%⟧：
# 少掉的 ⟦dropped:,⟧ 个里，⟦6 * (12 * d**2 + 13 * d) / dropped:.1%⟧ 是六个块，其余是片段表和 pooler。
# 嵌入原封不动，于是在这个小模型里占到 ⟦31_034 * d / MODELS["DistilBERT"][2]:.0%⟧。
# 靠去掉块来缩小模型，表却留着：在这样的词表和宽度下，无论有多少层，单是词元表就有 ⟦30_522 * d / 1e6:.1f⟧ × 10⁶ 个数。

# %% [markdown] lang="en"
# ## 08.12 In the company
#
# Our shop's staff answer customers. Somebody wants an aid that completes their sentences, and has a language model at
# hand: "its loss is known". Two questions decide. **Does it travel?** Score both models on product reviews, in bits a
# character, since tokens cut strange text finer. **What does it cost?** Memory.

# %% [markdown] lang="zh" of="3b8bdb4d"
# ## 08.12 在公司里
#
# 公司里有同事要答复客户。有人想做一个帮他们补全句子的工具，手头正好有个语言模型：“损失是已知的。”该不该用，看两个问题。
# **换个地方还行吗？** 用两个模型给商品评论打分，以每字符比特数计，因为陌生的文字会被切得更碎。
# **要花多少？** 看内存。

# %%
reviews = " ".join(data.load_corpus("products").texts)[:100_000]
review_ids = torch.tensor(tokenizer.encode(reviews).ids)
in_bits = len(review_ids) / len(reviews) / math.log(2)  # nats → bits a character
ours = token_losses(long, review_ids).numpy()                           # (n, CONTEXT)
past, those = np.append(read, review_ids[0]), review_ids[1 : ours.size + 1].numpy()
theirs = ngram_losses(ngram, past, those).reshape(-1, CONTEXT)

# %%
abroad = {"n-gram": theirs.mean() * in_bits, "long run": ours.mean() * in_bits}
at_home = {name: results[name] / math.log(2) / CHARACTERS for name in abroad}
lead, lead_error = (in_bits * each for each in compare(ours.mean(1), theirs.mean(1)))
assert all(abroad[name] > at_home[name] + 0.3 for name in abroad), "neither travels"
assert lead > lead_error, "away from home, counting wins"
numbers = sum(len(grams) + len(histories) for grams, _, histories, _ in ngram)
megabytes = {"n-gram": 2 * 8 * numbers / 1e6, "long run": 4 * parameters / 1e6}

# %% [markdown] lang="en"
# | | n-gram | long run |
# |---|---|---|
# | Shakespeare, bits a character | ⟦at_home['n-gram']:.2f⟧ | ⟦at_home['long run']:.2f⟧ |
# | product reviews | ⟦abroad['n-gram']:.2f⟧ | ⟦abroad['long run']:.2f⟧ |
# | memory, MB | ⟦megabytes['n-gram']:.0f⟧ | ⟦megabytes['long run']:.1f⟧ |
#
# On customers' English **counting wins**, by ⟦lead:.2f⟧ ± ⟦lead_error:.2f⟧ bits a character (95 %, over windows): a loss
# without the name of its text is worth nothing. Neither travels: each loses more on the way than it won over the other
# at home. **Who decides:** those who answer customers, on texts of theirs.

# %% [markdown] lang="zh" of="fb2a37a2"
# | | n 元模型 | 长时训练 |
# |---|---|---|
# | 莎士比亚，每字符比特数 | ⟦at_home['n-gram']:.2f⟧ | ⟦at_home['long run']:.2f⟧ |
# | 商品评论 | ⟦abroad['n-gram']:.2f⟧ | ⟦abroad['long run']:.2f⟧ |
# | 内存（MB） | ⟦megabytes['n-gram']:.0f⟧ | ⟦megabytes['long run']:.1f⟧ |
#
# 换成客户的英语，**数数赢了**，每字符少 ⟦lead:.2f⟧ ± ⟦lead_error:.2f⟧ 比特（95% 区间，按窗口计算）：
# 一个损失若不注明是哪种文本上的，就一文不值。
# 两个模型都经不起换地方：路上输掉的，都比在老家彼此拉开的差距还多。**谁来定：** 由答复客户的人在自己的文本上来定。

# %% [markdown] lang="en"
# ## 08.13 Deeper: The decoder of 2017
#
# GPT's decoder has no encoder to look at. The original's has: between self-attention and network it puts
# cross-attention (07.8), queries from the $T$ tokens written so far, keys and values from the $S$ rows $E$ that the
# encoder made of the source; each part with sum and norm:
#
# $$x'=N(x+A(x,x)),\qquad x''=N(x'+A(x',E)),\qquad y=N(x''+M(x'')).$$
#
# Now everything by hand, on the weights of PyTorch's layer. Both attentions are one function; only who asks and who is
# seen differs. Its mask says what may be looked at: of the text so far no later token, of the source no padding. PyTorch
# keeps the tables of queries, keys and values on top of each other in a single one of $3d$ rows, which we cut.

# %% [markdown] lang="zh" of="f7dcc527"
# ## 08.13 选读：2017 年的解码器
#
# GPT 的解码器没有编码器可看。原版的有：在自注意力与网络之间，它加上交叉注意力（07.8 节），查询来自已经写出的 $T$ 个词元，
# 键和值来自编码器读完源文本后得到的 $S$ 行 $E$；每个部件都带求和与归一化：
#
# $$x'=N(x+A(x,x)),\qquad x''=N(x'+A(x',E)),\qquad y=N(x''+M(x'')).$$
#
# 现在全部亲手来算，用的是 PyTorch 那一层的权重。两次注意力用同一个函数，不同的只是谁来问、看谁。掩码说的是哪些可以看：
# 已经写出的部分里，不看后面的；源文本里，不看填充。PyTorch 把查询、键、值的矩阵上下叠成一个 $3d$ 行的矩阵，我们把它切开。

# %%
def attend(part, asking, seen, look):
    """(B, T, d) asks (B, S, d) with the weights of PyTorch's `part` → (B, T, d)."""
    d, h = part.embed_dim, part.num_heads
    W, b = part.in_proj_weight, part.in_proj_bias                   # (3d, d), (3d,)
    q, (k, v) = asking @ W[:d].T + b[:d], (seen @ W[d:].T + b[d:]).chunk(2, dim=-1)
    q, k, v = (rows.unflatten(-1, (h, -1)).transpose(1, 2) for rows in (q, k, v))
    scores = q @ k.mT / math.sqrt(d // h)                           # (B, h, T, S)
    y = scores.masked_fill(~look, -torch.inf).softmax(-1) @ v   # look: True where seen
    return part.out_proj(y.transpose(1, 2).flatten(2))

def decode(layer, x, E, real):
    """(B, T, d), and E (B, S, d) of which `real` (B, S) is no padding → (B, T, d)."""
    past = torch.ones(x.shape[1], x.shape[1]).tril().bool()
    x = layer.norm1(x + attend(layer.self_attn, x, x, past))
    x = layer.norm2(x + attend(layer.multihead_attn, x, E, real[:, None, None]))
    return layer.norm3(x + layer.linear2(F.relu(layer.linear1(x))))

# %%
layer = nn.TransformerDecoderLayer(32, 4, 128, dropout=0.0, batch_first=True).double()
for parameter in layer.parameters():
    nn.init.normal_(parameter, std=0.3)
x, E = torch.randn(2, 5, 32).double(), torch.randn(2, 7, 32).double()
real = torch.arange(7) < torch.tensor([[7], [4]])                   # (B, S)
future = torch.ones(5, 5).triu(1).bool()                            # (T, T)

# %%
theirs = layer(x, E, tgt_mask=future, memory_key_padding_mask=~real)
decoder_gap = (decode(layer, x, E, real) - theirs).abs().max().item()
assert decoder_gap < 1e-12, "the decoder of 2017, as PyTorch has it"
turned = decode(layer, x, E.flip(1), real.flip(1))
assert torch.allclose(turned, theirs), "E has no order"
f"largest difference {decoder_gap:.0e}"

# %% [markdown] lang="en"
# Equal within ⟦decoder_gap:.0e⟧. Turn the source around, mask and all, and nothing changes: cross-attention is blind to
# order, too (08.3); whatever it knows of places, the encoder put into the rows of $E$.
#
# This is also why GPT can do without: where there is no source, the middle part has nothing to look at, and what remains
# is the block of 08.1, with the norms after the sums. A translator keeps the middle part. Its keys and values depend on
# the source alone: they are computed once and serve every token that is written, however long the answer becomes.

# %% [markdown] lang="zh" of="8725ccb5"
# 相差不超过 ⟦decoder_gap:.0e⟧。把源文本连同掩码整个倒过来，结果不变：交叉注意力也看不见次序（08.3 节）；
# 位置信息，只能靠编码器放进 $E$ 的各行。
#
# GPT 为什么可以不要它，也由此可见：没有源文本，中间那一部件就无可看，剩下的就是 08.1 节的块，只是归一化在求和之后。
# 翻译模型则留着它。它的键和值只取决于源文本：算一次，无论译文多长，每写一个词元都能用。

# %% [markdown] lang="en"
# ## 08.14 Deeper: A block as it looks today
#
# Since 2017 nearly each part was exchanged; these are the parts of Llama 3 and Mixtral (2024), the last Mixtral's alone:
#
# - **RMSNorm:** no mean, no shift: $\gamma\odot x\big/\sqrt{\tfrac1d\sum_i x_i^2+\epsilon}$.
# - **SwiGLU:** three tables, $W_3\big(\operatorname{silu}(W_1x)\odot W_2x\big)$, with
#   $\operatorname{silu}(z)=z/(1+e^{-z})$; no biases anywhere.
# - **Grouped queries:** $h$ heads of queries share $h_{kv}<h$ heads of keys and values.
# - **Rotary** positions (08.4).
# - **Mixture of experts:** instead of one network $n$ of them; a router sends each token to the best two.
#
# None of this changes what a block does: it mixes tokens, then works on each, on a path of sums. We write all of it by
# hand and compare a whole small model with the library's.

# %% [markdown] lang="zh" of="cfa7fd8d"
# ## 08.14 选读：如今的一个块
#
# 2017 年以来，几乎每个部件都换过；下面是 Llama 3 和 Mixtral（2024）的做法，最后一条只属于 Mixtral：
#
# - **RMSNorm：** 不减均值，也不平移：$\gamma\odot x\big/\sqrt{\tfrac1d\sum_i x_i^2+\epsilon}$。
# - **SwiGLU：** 三个矩阵，$W_3\big(\operatorname{silu}(W_1x)\odot W_2x\big)$，其中
#   $\operatorname{silu}(z)=z/(1+e^{-z})$；处处不用偏置。
# - **分组查询**（grouped queries）：$h$ 个查询头共用 $h_{kv}<h$ 个键值头。
# - **旋转位置编码**（08.4 节）。
# - **混合专家**（mixture of experts）：网络不止一个，而有 $n$ 个；路由器（router）把每个词元送给最合适的两个。
#
# 块所做的事并没有变：先在词元之间传递信息，再逐个处理，沿着一条只做加法的通路。我们全部亲手写出来，再拿整个小模型与库中的模型比较。

# %%
def rms_norm(part, x):
    return part.weight * x * (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt()

def ask_in_groups(part, x, d_k=8):
    """Grouped queries, rotary: (B, T, d) → (B, T, d)."""
    q, k, v = (project(x).unflatten(-1, (-1, d_k)).transpose(1, 2)  # (B, h, T, d_k)
               for project in (part.q_proj, part.k_proj, part.v_proj))
    group = q.shape[1] // k.shape[1]                                # h / h_kv
    k, v = (rows.repeat_interleave(group, dim=1) for rows in (rotate(k), v))
    y = F.scaled_dot_product_attention(rotate(q), k, v, is_causal=True)
    return part.o_proj(y.transpose(1, 2).flatten(2))

def ask_experts(part, x, active=2):
    """Each token's best two SwiGLU networks, weighed: (M, d) → (M, d)."""
    weights, chosen = (x @ part.gate.weight.T).softmax(-1).topk(active)     # (M, 2)
    weights, y = weights / weights.sum(-1, keepdim=True), torch.zeros_like(x)
    experts = zip(part.experts.gate_up_proj, part.experts.down_proj)
    for n, (W, down) in enumerate(experts):
        rows, slot = (chosen == n).nonzero(as_tuple=True)       # who comes to expert n
        gate, up = (x[rows] @ W.T).chunk(2, dim=-1)
        y[rows] += weights[rows, slot, None] * (F.silu(gate) * up @ down.T)
    return y

# %%
from transformers import AutoModelForCausalLM, LlamaConfig, MixtralConfig, MixtralModel

shape = dict(vocab_size=256, hidden_size=64, intermediate_size=160, num_hidden_layers=2,
             num_attention_heads=8, num_key_value_heads=2, rms_norm_eps=1e-6,
             rope_parameters={"rope_type": "default", "rope_theta": 10_000.0})
small = MixtralModel(MixtralConfig(**shape)).eval().requires_grad_(False)
start = x = torch.randn(1, 9, 64)                                       # (B, T, d)

# %%
for layer in small.layers:
    x = x + ask_in_groups(layer.self_attn, rms_norm(layer.input_layernorm, x))
    x = x + ask_experts(layer.mlp, rms_norm(layer.post_attention_layernorm, x)[0])
theirs = small(inputs_embeds=start, use_cache=True)
today_gap = (rms_norm(small.norm, x) - theirs.last_hidden_state).abs().max().item()
assert today_gap < 1e-4, "by hand as by the library"
caches = [(one.keys, one.values) for one in theirs.past_key_values.layers]
cached = sum(rows.nbytes for pair in caches for rows in pair)
assert cached == 2 * 2 * 2 * 8 * 9 * 4, "2 · L · h_kv · d_k · tokens · 4 bytes"
f"largest difference {today_gap:.0e}; {cached:,} bytes of cache for 9 tokens"

# %% [markdown] lang="en"
# A model that writes keeps the keys and values of all earlier tokens, a **cache** of $2\,L\,h_{kv}\,d_k$ numbers a
# token: this is what grouped queries make smaller. And of the experts' parameters a token meets only two networks'
# worth. All parameters, with inner width $f$ and $n$ networks in each block:
#
# $$2Vd+d+L\big(2d^2+2d\,h_{kv}d_k+3nd\,f+nd\,[n>1]+2d\big).$$
#
# First stand the two tables of tokens, in and out (no longer shared as in 08.5), and the last norm; in the brackets
# queries and output, the fewer heads of keys and values, three tables for each network, the router, which is there only
# for more than one network, and two norms. We count two published models, and ask the library's modules on the device
# `meta`.

# %% [markdown] lang="zh" of="b456b7e9"
# 写作时，模型要保存先前所有词元的键和值，称为**缓存**（cache），每个词元 $2\,L\,h_{kv}\,d_k$ 个数：分组查询省的就是这个。
# 至于专家的参数，一个词元只用到其中两个网络。设每个块有 $n$ 个网络，内层宽度为 $f$，全部参数是：
#
# $$2Vd+d+L\big(2d^2+2d\,h_{kv}d_k+3nd\,f+nd\,[n>1]+2d\big).$$
#
# 最前面是输入、输出两张词元表（不再像 08.5 节那样共用）和最后的归一化；括号里依次是查询和输出、为数较少的键值头、
# 每个网络的三个矩阵、网络不止一个时才有的路由器，以及两次归一化。我们来数两个公开的模型，并与库中 `meta` 设备上的模块核对。

# %%
def count_today(c):
    """All parameters by the formula, and how many of them one token meets."""
    d, L, f = c.hidden_size, c.num_hidden_layers, c.intermediate_size
    n, k = getattr(c, "num_local_experts", 1), getattr(c, "num_experts_per_tok", 1)
    keys = c.num_key_value_heads * d // c.num_attention_heads           # h_kv · d_k
    block = 2 * d**2 + 2 * d * keys + n * d * (n > 1) + 2 * d       # without networks
    rest = 2 * c.vocab_size * d + d + L * block
    return rest + L * n * 3 * d * f, rest + L * k * 3 * d * f

# %%
wide = dict(hidden_size=4_096, intermediate_size=14_336, num_hidden_layers=32,
            num_attention_heads=32, num_key_value_heads=8)
TODAY = {"Llama 3 8B": LlamaConfig(vocab_size=128_256, **wide),
         "Mixtral 8x7B": MixtralConfig(vocab_size=32_000, **wide)}
today = {name: count_today(config) for name, config in TODAY.items()}

# %%
for name, config in TODAY.items():
    with torch.device("meta"):
        module = AutoModelForCausalLM.from_config(config)
    size = sum(parameter.numel() for parameter in module.parameters())
    assert size == today[name][0], "as the module has"
cache = {heads: 2 * 32 * heads * 128 * 8_192 * 2 / 1e9 for heads in (8, 32)}    # GB
today

# %% [markdown] lang="en"
# Formula and modules agree: ⟦today["Llama 3 8B"][0] / 1e9:.2f⟧ and ⟦today["Mixtral 8x7B"][0] / 1e9:.1f⟧ billion; of
# Mixtral's a token meets ⟦today["Mixtral 8x7B"][1] / 1e9:.1f⟧ (its paper: 47 and 13). With 8,192 tokens of past in bf16
# the cache takes ⟦cache[8]:.1f⟧ GB; with 32 heads of keys it would be
# ⟦cache[32]:.1f⟧. That is for each text being written, and it grows with every token, while the parameters are there
# once for all texts: a reason to save heads of keys. What these parts do for the loss, no cell of ours shows; the papers
# on each of them, named below under Sources, compare it, at sizes that no laptop trains.

# %% [markdown] lang="zh" of="416c5d5b"
# 公式与模块一致：分别是 ⟦today["Llama 3 8B"][0] / 1e9:.2f⟧ × 10⁹ 和 ⟦today["Mixtral 8x7B"][0] / 1e9:.1f⟧ × 10⁹ 个；
# Mixtral 的参数里，一个词元用到 ⟦today["Mixtral 8x7B"][1] / 1e9:.1f⟧ × 10⁹ 个（论文说是 470 亿和 130 亿）。
# 上文有 8,192 个词元时，bf16 的缓存占 ⟦cache[8]:.1f⟧ GB；若有 32 个键值头，就要
# ⟦cache[32]:.1f⟧ GB。正在写的每段文本各要一份，而且随每个词元增长，参数却由所有文本共用：这就是省键值头的一个理由。
# 这些部件对损失有什么好处，本课没有单元格来证明；“来源”里各部件的论文作了比较，规模是笔记本电脑训练不起的。

# %% [markdown] lang="en"
# ## 08.15 Deeper: What the ways of writing do
#
# Two measures. How many of a text's sequences of four tokens stood in it before? (The yardstick is Shakespeare, judged
# alike.) And how much does the next token surprise the model, in expectation over a way's own probabilities $q$, after
# 50 different pasts: $-\sum_i q_i\ln p_i$? There is no draw and no luck in that. The first measure does draw; near greedy
# one text is enough, since it would write the same one again, and of plain sampling we take just one as well.
#
# **Before you run it:** top-k with $k=40$ keeps 40 tokens everywhere. Top-p with $p=0.9$: how few, how many?

# %% [markdown] lang="zh" of="7b8bf407"
# ## 08.15 选读：几种写法各做了什么
#
# 量两件事。一段文字的四词元序列，有多少在前面已经出现过？（标尺是莎士比亚，用同样的办法来量。）
# 还有，在 50 段不同的上文之后，按某种写法自己的概率 $q$ 取期望，下一个词元让模型有多意外：$-\sum_i q_i\ln p_i$？
# 这里不抽样，也就没有运气。前一件则要抽样：接近贪心时一段就够，因为再写一遍还是同一段；直接采样也取一段。
#
# **先猜再运行：** top-k 取 $k=40$，处处都留 40 个。top-p 取 $p=0.9$，最少留几个，最多留几个？

# %%
def count_repeats(ids):
    """Share of a text's fours of tokens that stood in it before."""
    fours = ids.unfold(0, 4, 1)                                         # (n − 3, 4)
    return 1 - len(fours.unique(dim=0)) / len(fours)

start = torch.tensor(tokenizer.encode("Romeo.\n").ids)[None]            # (1, P)
dice, repeated = torch.Generator().manual_seed(SEED), {}
for tau in (0.01, 1.0):
    text = write(long, start, 150, lambda z: choose(z, tau), dice)[0]
    repeated[tau] = count_repeats(text)
pages = held_ids[:15_000].view(100, 150)
repeated["Shakespeare"] = np.mean([count_repeats(page) for page in pages])
assert repeated[0.01] > 2 * repeated["Shakespeare"], "the likeliest text repeats itself"

logits = long(held_ids[: 50 * CONTEXT].view(50, CONTEXT)).detach()[:, -1].double()
p, top_p = logits.softmax(-1), choose(logits, 1.0, 0.9)                 # (50, V)
mass, least = (p * (top_p > 0)).sum(-1), p.where(top_p > 0, 1).amin(-1)         # (50,)
assert (mass >= 0.9).all() and (mass - least < 0.9).all(), "enough, and none too many"
kept = (top_p > 0).sum(-1)
ways = {"τ = 0.7": choose(logits, 0.7), "plain": p, "τ = 1.3": choose(logits, 1.3),
        "top-p 0.9": top_p}
surprise = {name: -(q * p.log()).sum(-1).mean().item() for name, q in ways.items()}
assert surprise["top-p 0.9"] < surprise["plain"] < surprise["τ = 1.3"], "the tail"
surprise

# %% [markdown] lang="en"
# Near greedy ⟦repeated[0.01]:.0%⟧ of the fours are repetitions, in plain sampling ⟦repeated[1.0]:.0%⟧ (one text each), in
# Shakespeare ⟦repeated["Shakespeare"]:.1%⟧: the most probable text is not the most human one. Top-p keeps ⟦kept.min()⟧
# to ⟦kept.max()⟧ tokens: few where the model is sure, many where it is not. What it cuts off surprises most, so that
# the next token costs ⟦surprise["top-p 0.9"]:.2f⟧ nats instead of ⟦surprise["plain"]:.2f⟧; at $\tau=1.3$, where the tail
# has grown, it costs ⟦surprise["τ = 1.3"]:.2f⟧.
#
# So both failures of the samples have their measure: repetition, where a way trusts the model too much, and surprise,
# where it trusts the model's tail. What lies between is a choice: a poem wants another one than an answer to a customer.

# %% [markdown] lang="zh" of="a57d71ee"
# 接近贪心时，四词元序列里有 ⟦repeated[0.01]:.0%⟧ 是重复，直接采样是 ⟦repeated[1.0]:.0%⟧（各一段），莎士比亚是
# ⟦repeated["Shakespeare"]:.1%⟧：概率最大的文字，并不最像人写的。top-p 留下 ⟦kept.min()⟧ 到 ⟦kept.max()⟧ 个词元：
# 模型有把握的地方留得少，没把握的地方留得多。去掉的正是最让人意外的，所以下一个词元只有
# ⟦surprise["top-p 0.9"]:.2f⟧ nat，而不是 ⟦surprise["plain"]:.2f⟧；$\tau=1.3$ 时是 ⟦surprise["τ = 1.3"]:.2f⟧，因为尾巴变重了。
#
# 样本的两种毛病就这样有了尺度：过分信任模型，就会重复；信任模型的尾巴，就会离奇。两者之间怎样取，由人来选：
# 写诗和答复客户，要的并不一样。

# %% [markdown] lang="en"
# ## 08.16 Deeper: Does counting only repeat?
#
# "An n-gram can only repeat what somebody wrote", one hears. Let it write ⟦len(heard['n-gram'])⟧ tokens, each drawn from
# its own probabilities after the ⟦best - 1⟧ before, and look every sequence of ⟦best⟧ tokens up in the text that it
# counted. New is what occurs there nowhere, at no place. As a yardstick we look up the held-out works alike: how much of
# a text that somebody really wrote is new?
#
# **Before you run it:** how many of them are new?

# %% [markdown] lang="zh" of="3998b17f"
# ## 08.16 选读：数数只会重复吗？
#
# 常听人说：“n 元模型只会重复有人写过的话。”让它写 ⟦len(heard['n-gram'])⟧ 个词元，每个都按它自己在前 ⟦best - 1⟧ 个词元之后的概率抽取，
# 再把每个连续 ⟦best⟧ 个词元的序列拿到它数过的文本里去查。哪里都没有出现过的，才算新的。留出的作品也同样查一遍，作为标尺：
# 真有人写出来的文字里，有多少是新的？
#
# **先猜再运行：** 其中有多少是新的？

# %%
sampled, dice = list(read[: best - 1]), np.random.default_rng(SEED)
for _ in tqdm(range(200), desc="the n-gram writes"):
    before = np.tile(sampled[1 - best :], (VOCABULARY, 1))
    p = predict_ngram(ngram, np.c_[before, np.arange(VOCABULARY)])
    sampled.append(dice.choice(VOCABULARY, p=p / p.sum()))

# %%
heard, unheard = {"n-gram": sampled[best - 1 :], "Shakespeare": held_ids.numpy()}, {}
for name, text in heard.items():
    grams = pack(np.lib.stride_tricks.sliding_window_view(np.array(text), best))
    unheard[name] = 1 - np.isin(grams, ngram[-1][0]).mean()
assert unheard["n-gram"] > 0.3, "it writes what nobody wrote"
{name: f"{share:.0%} new sequences of {best} tokens" for name, share in unheard.items()}

# %% [markdown] lang="en"
# New are ⟦unheard['n-gram']:.0%⟧: after a past that it never saw whole, its shorter grams decide. Of the held-out works'
# sequences it is ⟦unheard['Shakespeare']:.0%⟧. One sample is little, but it only has to refute an "only". And new is not
# good: the share of new ones says nothing about the sense they make. The other sequences somebody wrote. Whether a text is copied cannot be told
# from the kind of model: it has to be looked up.

# %% [markdown] lang="zh" of="3be88aa8"
# 新的占 ⟦unheard['n-gram']:.0%⟧：上文若没有整段见过，就由较短的元组来决定。留出的作品里，这样的序列占
# ⟦unheard['Shakespeare']:.0%⟧。一段样本虽少，推翻一个“只会”却够了。新不等于好：这个比例与意思通不通无关。
# 其余的是有人写过的。是不是抄来的，不能凭模型的种类断定，只能去查。

# %% [markdown] lang="en"
# ## Sources
#
# - Vaswani et al., [Attention is all you need](https://arxiv.org/abs/1706.03762) (2017), section 3.
# - Dong et al., [Attention is not all you need](https://arxiv.org/abs/2103.03404) (2021); Xiong et al.,
#   [On layer normalization](https://arxiv.org/abs/2002.04745) (2020).
# - Su et al., [RoFormer](https://arxiv.org/abs/2104.09864) (2021).
# - Holtzman et al., [Neural text degeneration](https://arxiv.org/abs/1904.09751) (2020).
# - Zhang, Sennrich, [RMSNorm](https://arxiv.org/abs/1910.07467) (2019); Shazeer,
#   [GLU variants](https://arxiv.org/abs/2002.05202) (2020); Ainslie et al., [GQA](https://arxiv.org/abs/2305.13245)
#   (2023); Jiang et al., [Mixtral](https://arxiv.org/abs/2401.04088) (2024).
# - The untitled article on the resources of AI companies (08.7).

# %% [markdown] lang="zh" of="3c597286"
# ## 来源
#
# - A. Vaswani 等，[Attention is all you need](https://arxiv.org/abs/1706.03762)（2017），第 3 节：由注意力搭成的编码器和解码器。
# - Y. Dong 等，[Attention is not all you need](https://arxiv.org/abs/2103.03404)（2021）：没有残差连接，词元会变得一样；R. Xiong 等，
#   [On layer normalization in the transformer architecture](https://arxiv.org/abs/2002.04745)（2020）：归一化的位置。
# - J. Su 等，[RoFormer](https://arxiv.org/abs/2104.09864)（2021），第 3.2 节：旋转位置编码。
# - A. Holtzman 等，[The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751)（2020）：top-p 采样。
# - B. Zhang、R. Sennrich，[Root mean square layer normalization](https://arxiv.org/abs/1910.07467)（2019）；N. Shazeer，
#   [GLU variants improve transformer](https://arxiv.org/abs/2002.05202)（2020）；J. Ainslie 等，
#   [GQA](https://arxiv.org/abs/2305.13245)（2023）：分组查询；A. Jiang 等，
#   [Mixtral of experts](https://arxiv.org/abs/2401.04088)（2024）：混合专家。
# - 那篇没有标题、谈 AI 公司资源优势的文章：08.7 节的模型。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You built blocks, within ⟦block_gap:.0e⟧ of PyTorch's; without sums, tokens come out ⟦alike['norms only']:.2f⟧ alike,
#   with sums and norms ⟦alike['both']:.2f⟧.
# - You showed: without positions two orders differ by ⟦mean_gap:.0e⟧, rotary scores at one distance by
#   ⟦rotary_gap:.0e⟧.
# - You found four faults by four questions; the leak had perplexity ⟦math.exp(leak.mean()):.1f⟧.
# - You reported ⟦results['n-gram']:.2f⟧ nats (n-gram), ⟦results['short run']:.2f⟧ (short run) and
#   ⟦results['long run']:.2f⟧ (long run), which from 32 to 64 tokens of past gains ⟦gains[64][0]:.3f⟧.
# - You sampled; with top-p 0.5 ⟦(choose(z, 1.0, 0.5) > 0).sum()⟧ of ⟦VOCABULARY:,⟧ tokens were left.
#
# **Next:** exercise 08; lesson 09, pretraining.

# %% [markdown] lang="zh" of="43e93d07"
# ## 现在你能做到
#
# - 搭出了与 PyTorch 相差不超过 ⟦block_gap:.0e⟧ 的块；没有求和时，词元的相似度是 ⟦alike['norms only']:.2f⟧，
#   求和与归一化都有时是 ⟦alike['both']:.2f⟧。
# - 证明了没有位置信息时，两种词序只差 ⟦mean_gap:.0e⟧；旋转位置编码在同一距离上的分数只差 ⟦rotary_gap:.0e⟧。
# - 用四个问题找出了四处错误；泄漏的那个模型，困惑度是 ⟦math.exp(leak.mean()):.1f⟧。
# - 报告了 ⟦results['n-gram']:.2f⟧（n 元）、⟦results['short run']:.2f⟧（短训练）和 ⟦results['long run']:.2f⟧（长时训练），
#   单位都是 nat；上文从 32 个词元加到 64 个，后者只少 ⟦gains[64][0]:.3f⟧。
# - 学会了采样；top-p 取 0.5 时，⟦VOCABULARY:,⟧ 个词元里留下 ⟦(choose(z, 1.0, 0.5) > 0).sum()⟧ 个。
#
# **接下来：** 练习 08；然后是第 09 课，BERT 的预训练。
