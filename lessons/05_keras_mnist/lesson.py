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
# # 05. MNIST in Keras
#
# **The question of this lesson:** what does a framework do for me?
#
# You will be able to:
# - turn images into rows and labels into one-hot vectors, and check each step;
# - build, train and judge 784–512–10 in Keras, and say what its defaults decided for you;
# - write `fit` as a loop, and carry its weights over to PyTorch;
# - do better with fewer parameters, or with images that don't exist;
# - read a run's logs, and resume a killed one to the last bit.
#
# **Time and needs.** Reading: 75 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 01 and 02; no graphics card, no network.

# %% [markdown] lang="zh" of="763bf89d"
# # 05. 用 Keras 做 MNIST
#
# **本课的问题：** 框架到底替我做了什么？
#
# 学完后你能够：
# - 把图像变成行向量、把标签变成 one-hot 向量，并且每一步都核对；
# - 用 Keras 搭建、训练并评判 784–512–10 网络，说得出默认值替你做了哪些决定；
# - 把 `fit` 写成一个循环，并把它的权重搬进 PyTorch；
# - 用更少的参数，或者用“并不存在”的图像，做得更好；
# - 读懂训练日志，并把一次被杀掉的训练接着跑完，一个比特都不差。
#
# **时间与所需。** 阅读约 75 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第
# 01、02 课；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tensorflow-cpu", "tensorboard", "matplotlib", "ipywidgets")
import tensorflow as tf
import torch
tf.config.threading.set_intra_op_parallelism_threads(1)     # on layers this small a second thread gains little,
torch.set_num_threads(1)                                    # and one alone adds in one order: same bits every time

# %%
import inspect
import math
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import keras
import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

import course_data as data
from course_utils import Checkpoints, plotting, seed_everything, use_tensorflow_memory_growth

gpus = use_tensorflow_memory_growth()                       # [] without a GPU; before all else of TensorFlow (05.14)
tf.config.experimental.enable_tensor_float_32_execution(False)      # some GPUs would keep 3 digits only, unasked
plotting.use_course_style()

# %%
SEED = 0                # split, first weights and order of the data follow from it
SEEDS = (0, 1, 2)       # the network is trained once with each; each further one takes some 5 s
FULL_MNIST = False      # True: 60,000 + 10,000 images, downloaded once; training then takes about 15 times as long
BATCH = 128             # images a step; 32 … 512
EPOCHS = 20             # 10 … 50
CNN_EPOCHS = 6          # about a second each; 5 … 20
KILL_IN = 7             # the epoch in which a process is killed; 2 … EPOCHS
PRICE_CPU = 0.05        # dollars for an hour of one core: an assumption, put in your own
PRICE_GPU = 3.00        # dollars for an hour of a data-centre GPU: an assumption too

# %% [markdown] lang="en"
# ## 05.1 From pixels to rows
#
# S1 ends in twenty lines of Keras that train a network on MNIST; many people's first network looks like it. We run
# that recipe, number for number, and look under every line.
#
# MNIST: handwritten digits, 28×28 grey values in 0…255 (LeCun et al., 1998). A package of this course carries 5,000,
# 500 of each; `FULL_MNIST = True` takes all 70,000. A dense layer wants something else:
#
# $$\mathrm{uint8}\ (N,28,28)\ \to\ x\in[0,1]^{N\times 784},\qquad \mathrm{int}\ (N,)\ \to\ y\in\{0,1\}^{N\times 10}.$$
#
# Three steps, each easily wrong in a way that raises no error. So each gets a check.

# %% [markdown] lang="zh" of="91535129"
# ## 05.1 从像素到行向量
#
# S1 的结尾是二十来行 Keras 代码，在 MNIST 上训练一个网络；许多人的第一个网络就长这样。我们把这份配方原样跑一遍，数字
# 一个不改，再掀开每一行，看看底下是什么。
#
# MNIST 是手写数字，28×28 个灰度值，取 0…255（LeCun 等，1998）。本课程用到的一个软件包里带有其中 5,000 张，每个数字
# 500 张；把 `FULL_MNIST` 设为 `True`，就用全部 70,000 张。而全连接层要的是另一种样子：
#
# $$\mathrm{uint8}\ (N,28,28)\ \to\ x\in[0,1]^{N\times 784},\qquad \mathrm{int}\ (N,)\ \to\ y\in\{0,1\}^{N\times 10}.$$
#
# 一共三步，每一步都很容易做错，而且错了也不报错。所以每一步都配一个检查。

# %%
mnist = data.load_mnist(full=FULL_MNIST)
ours = data.split(len(mnist), (0.8, 0.2), seed=SEED, labels=mnist.labels)
train, test = mnist.parts.values() if FULL_MNIST else ours  # the full set comes with its own test images
pixels, labels = mnist.images, mnist.labels                 # (N, 28, 28), (N,)
assert pixels.dtype == np.uint8 and (pixels.min(), pixels.max()) == (0, 255), "raw grey values are bytes"
f"{len(train):,} to learn from, {len(test):,} to judge by; 200 + 100 as bytes: {np.uint8([200]) + np.uint8([100])}"

# %% tags=["nbval-check-output"]
scaled = pixels.astype("float32") / 255                     # first the type, then the division
assert scaled.dtype == np.float32 and (scaled.min(), scaled.max()) == (0, 1), "float32 between 0 and 1"
assert (np.rint(scaled * 255) == pixels).all(), "nothing is lost: the bytes can be had back"
f"astype('float32') / 255: {scaled.nbytes / 1e6:.1f} MB; / 255 alone: {(pixels / 255).nbytes / 1e6:.1f} MB"

# %%
rows = scaled.reshape(-1, 784)                              # (N, 784), one image a row
rng = seed_everything(SEED)
i, r, c = (rng.integers(0, size, 1_000) for size in scaled.shape)
assert (rows[i, 28 * r + c] == scaled[i, r, c]).all(), "pixel (r, c) of image i stands in row i at place 28 r + c"
mixed = scaled.reshape(784, -1).T                           # the same shape, and no error …
assert mixed.shape == rows.shape and not (mixed == rows).all(), "… but each row holds pieces of many images"

# %%
one_hot = np.eye(10, dtype="float32")[labels]               # (N, 10): row k of the identity for the digit k
assert (one_hot == keras.utils.to_categorical(labels, 10)).all(), "Keras's own function gives the same"
assert (one_hot.sum(axis=1) == 1).all() and (one_hot.argmax(axis=1) == labels).all(), "one 1 a row, at the label"
X_train, Y_train, X_test, Y_test = rows[train], one_hot[train], rows[test], one_hot[test]
ten = [train[labels[train] == digit][0] for digit in range(10)]
plotting.show_images(pixels[ten], [f"{one_hot[k].argmax()}" for k in ten], columns=10);

# %% [markdown] lang="en"
# *The picture:* the ten digits, white on black, each with its label above.
#
# What goes wrong silently: bytes wrap around at 256 (200 + 100 gave 44); dividing before converting gives `float64`,
# twice the memory; and `reshape(784, -1).T` has the right shape and the wrong content.
#
# All images are divided by the same constant. A mean or a maximum *of the data* would have to come from the training
# images alone.

# %% [markdown] lang="zh" of="2b59050f"
# *图中所见：* 十个数字，黑底白字，上方标着各自的标签。
#
# 有哪些错会悄悄发生？字节满 256 就回绕（200 + 100 得到 44）；先除再转换会得到 `float64`，内存翻倍；而
# `reshape(784, -1).T` 形状对，内容错。
#
# 所有图像都除以同一个常数。如果用的是*由数据算出来的*均值或最大值，那就只能拿训练图像来算。

# %% [markdown] lang="en"
# ## 05.2 Two layers, and their numbers counted
#
# The network is two of lesson 01's layers, with softmax at the end:
#
# $$h=\operatorname{ReLU}(xW_1+b_1),\qquad p=\operatorname{softmax}(hW_2+b_2).$$
#
# Keras keeps a kernel as (inputs, outputs): $W_1\in\mathbb{R}^{784\times 512}$, $W_2\in\mathbb{R}^{512\times 10}$. By
# hand, the first layer has $784\cdot 512+512=401{,}920$ parameters, the second $512\cdot 10+10=5{,}130$; together
# $407{,}050$.
#
# S1 calls its code "a simple large model", and *large* means a million parameters and more to it (00.7). By that
# measure this is less than half a large model.

# %% [markdown] lang="zh" of="00b183e3"
# ## 05.2 两层网络，参数逐个数清
#
# 这个网络就是第 01 课的两层，最后接一个 softmax：
#
# $$h=\operatorname{ReLU}(xW_1+b_1),\qquad p=\operatorname{softmax}(hW_2+b_2).$$
#
# Keras 按（输入，输出）的次序存放权重矩阵：$W_1\in\mathbb{R}^{784\times 512}$，$W_2\in\mathbb{R}^{512\times 10}$。手
# 算一下：第一层有 $784\cdot 512+512=401{,}920$ 个参数，第二层有 $512\cdot 10+10=5{,}130$ 个，合计 $407{,}050$ 个。
#
# S1 把这段代码称为“一个简单的大模型”，而它所说的“大”是百万参数以上（00.7 节）。按这个标准，这里连半个大模型都不到。

# %% tags=["nbval-check-output"]
def make_network(inputs=784, hidden=512, classes=10, seed=SEED, head="softmax", optimizer="adam",
                 loss="categorical_crossentropy"):
    """A compiled network inputs–hidden–classes, first weights drawn from `seed`; head: the last activation."""
    seed_everything(seed)
    model = keras.Sequential([
        keras.Input((inputs,)),
        keras.layers.Dense(hidden, activation="relu"),
        keras.layers.Dense(classes, activation=head),
    ])
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)        # its memory exists from the start, and can be saved
    return model

network = make_network()
assert network.count_params() == 784 * 512 + 512 + 512 * 10 + 10 == 407_050, "Keras counts as we did by hand"
{weight.path: tuple(weight.shape) for weight in network.weights}

# %%
with warnings.catch_warnings(record=True) as caught:
    keras.layers.Dense(512, activation="relu", input_shape=(784,))      # as S1 writes it
assert len(caught) == 1, "Keras 3 warns of this argument"
str(caught[0].message)

# %% [markdown] lang="en"
# S1's `input_shape=` still works, with a warning: in Keras 3 the shape stands in `keras.Input`. Without any, a
# network has no weights until it meets data, and there is nothing to count or restore.
#
# `compile` adds what lesson 02 wrote by hand: Adam with $\alpha=0.001$, loss, metric.
#
# ## 05.3 Twenty epochs
#
# `fit` keeps a fifth aside, shuffles the rest, cuts it into batches of 128, and goes through it 20 times:
# $0.8\cdot 4{,}000/128=25$ steps an epoch. It *returns* what it measured, the history. S1 drops it.
#
# **Before you run it:** what is the loss before the first step, roughly? And what if somebody forgets the division by
# 255?

# %% [markdown] lang="zh" of="4a40f25d"
# S1 写的 `input_shape=` 仍能用，但会得到一条警告：在 Keras 3 里，形状写在 `keras.Input` 中。如果哪里都不写，网络在见
# 到数据之前连一个权重都没有，既数不了参数，也无从恢复。
#
# `compile` 补上第 02 课手写过的东西：$\alpha=0.001$ 的 Adam、损失、指标。
#
# ## 05.3 二十轮
#
# `fit` 留出五分之一，把其余的打乱，切成每批 128 张，走上 20 轮：每轮 $0.8\cdot 4{,}000/128=25$ 步。它会把测到的数作为
# 历史记录*返回*，S1 却把返回值丢掉了。
#
# **先猜再运行：** 走第一步之前，损失大约是多少？如果有人忘了除以 255 呢？

# %%
def predict(model, X):
    """Outputs outside of training, as NumPy; X: (n, d) -> (n, classes)."""
    return np.asarray(model(X, training=False))

def measure_loss(model, X, Y):
    """Mean cross-entropy in nats; Y: (n, classes) one-hot."""
    return float(keras.losses.CategoricalCrossentropy()(Y, model(X, training=False)))

first_loss, raw_loss = measure_loss(network, X_train, Y_train), measure_loss(network, 255 * X_train, Y_train)
assert abs(first_loss - math.log(10)) < 0.3 < raw_loss / 10, "untrained: near ln 10; on raw pixels far above"
f"ln 10 = {math.log(10):.2f}; untrained {first_loss:.2f}, on raw pixels {raw_loss:.0f}"

# %%
started = perf_counter()
history = network.fit(X_train, Y_train, batch_size=BATCH, epochs=EPOCHS, validation_split=0.2, verbose=2).history
train_seconds = perf_counter() - started
n_fit = int(len(train) * 0.8)                               # images that the weights learn from
steps = EPOCHS * math.ceil(n_fit / BATCH)
assert int(network.optimizer.iterations) == steps, "one update a batch"

# %%
def fit(model, X=X_train, Y=Y_train, epochs=EPOCHS, **settings):
    """The same `fit`, silent; returns the history: name -> one number an epoch."""
    return model.fit(X, Y, batch_size=BATCH, epochs=epochs, verbose=0, **{"validation_split": 0.2, **settings}).history

networks, histories = {SEED: network}, {SEED: history}
for seed in tqdm([seed for seed in SEEDS if seed != SEED]):
    networks[seed] = make_network(seed=seed)
    histories[seed] = fit(networks[seed])
by_seed = {name: np.array([histories[seed][name] for seed in SEEDS]) for name in history}   # (seeds, epochs) each
assert (by_seed["val_loss"][:, -1] > 3 * by_seed["loss"][:, -1]).all(), "on validation images the loss stays above"
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3))
for name, colour, style in (("loss", "C0", "-"), ("val_loss", "C4", "--")):
    for ax, key in zip(axes, (name, name.replace("loss", "accuracy"))):
        ax.plot(np.arange(1, EPOCHS + 1), by_seed[key].T, color=colour, linestyle=style, linewidth=1)
    axes[1].plot([], color=colour, linestyle=style, label="validation" if "val" in name else "training")
axes[0].set(yscale="log", xlabel="epoch", ylabel="loss (nats)")
axes[1].set(xlabel="epoch", ylabel="accuracy")
axes[1].legend();

# %% [markdown] lang="en"
# *The picture:* left, loss (logarithmic), right, accuracy; three seeds each. The training loss (solid) falls almost
# in a straight line to nearly nothing; the validation loss (dashed) flattens halfway.
#
# Untrained, the network spreads its belief evenly, $\ln 10$. On raw pixels it is certain, and wrong: a first loss far
# above $\ln 10$ says *look at the inputs*.
#
# At the end, training accuracy is ⟦by_seed['accuracy'][:, -1].min():.1%⟧, validation
# ⟦by_seed['val_accuracy'][:, -1].min():.1%⟧ to ⟦by_seed['val_accuracy'][:, -1].max():.1%⟧ (three seeds,
# ⟦len(train) - n_fit:,⟧ images): learned by heart. Lesson 04 is about that gap. The last ten epochs changed
# validation accuracy by ⟦100 * (by_seed['val_accuracy'][:, -1] - by_seed['val_accuracy'][:, -11]).mean():+.1f⟧
# points. Only curves tell.

# %% [markdown] lang="zh" of="fb2dc4d1"
# *图中所见：* 左图是损失（对数轴），右图是准确率，各画三个种子。训练损失（实线）几乎沿直线一路降到接近零；验证损失
# （虚线）到半路就平了。
#
# 未经训练的网络对十个类一视同仁，损失是 $\ln 10$。面对没有缩放的像素，它十分肯定，却是错的：第一个损失远高于
# $\ln 10$，就该*回头看看输入*。
#
# 结束时，训练准确率 ⟦by_seed['accuracy'][:, -1].min():.1%⟧，验证准确率 ⟦by_seed['val_accuracy'][:, -1].min():.1%⟧ 至
# ⟦by_seed['val_accuracy'][:, -1].max():.1%⟧（三个种子，⟦len(train) - n_fit:,⟧ 张图像）：训练图像被背了下来。这道差距
# 正是第 04 课的主题。最后十轮只让验证准确率变化了
# ⟦100 * (by_seed['val_accuracy'][:, -1] - by_seed['val_accuracy'][:, -11]).mean():+.1f⟧ 个百分点。这些只有曲线会告诉
# 你。

# %% [markdown] lang="en"
# **Quiz.** `fit` has run its 20 epochs. Which weights does `network` hold now?
#
# - [ ] those of the epoch with the lowest validation loss :: `fit` measures the validation loss, but acts on it only
#   if a callback tells it to (05.12). By default nothing is chosen.
# - [x] those after the last step :: The curve may have passed its lowest point epochs ago. Unless asked, Keras keeps
#   the last weights.
# - [ ] the mean over the last epoch :: The *printed* training loss is such a mean, taken while the weights move. The
#   weights are those at the epoch's end.

# %% [markdown] lang="zh" of="fe8c740a"
# **小测验。** `fit` 跑完了 20 轮。这时 `network` 里是哪一组权重？
#
# - [ ] 验证损失最低的那一轮的 :: `fit` 会测验证损失，但只有回调要求时才据此行动（05.12 节）。默认情况下什么也不挑。
# - [x] 最后一步之后的 :: 曲线也许几轮之前就过了最低点。除非你要求，Keras 只留最后的权重。
# - [ ] 最后一轮的平均 :: *打印出来*的训练损失才是这样的平均，而且是在权重移动的过程中测的。权重则是这一轮结束时的权
#   重。

# %% [markdown] lang="en"
# ## 05.4 Which fifth? A failure on purpose
#
# `fit` shuffles the training images each epoch. But *before* that, `validation_split` has cut off the **last** fifth
# of the arrays as they come. Ours were shuffled by `data.split`; the file itself is sorted by class, as many files
# are.
#
# **Before you run it:** a colleague skips the shuffling, takes the same images sorted by class, and runs the recipe
# for five epochs. What validation accuracy do you expect?

# %% [markdown] lang="zh" of="3a2deaa2"
# ## 05.4 是哪五分之一？故意失败一次
#
# `fit` 每一轮都会打乱训练图像。但在这*之前*，`validation_split` 已经按数组原来的次序切走了**最后**五分之一。我们的数
# 据由 `data.split` 打乱过；而文件本身是按类别排好的，许多文件都是这样。
#
# **先猜再运行：** 一位同事没有打乱，拿按类别排好的同一批图像，照配方跑了五轮。你预计验证准确率是多少？

# %%
at_end = measure_loss(network, X_train[n_fit:], Y_train[n_fit:])
assert math.isclose(at_end, history["val_loss"][-1], rel_tol=1e-3), "the validation set is the last rows as they come"
by_class = labels[train].argsort(kind="stable")
careless = make_network()
careless_history = fit(careless, X_train[by_class], Y_train[by_class], epochs=5)
kept_out = np.unique(labels[train][by_class][n_fit:])
careless_test = (predict(careless, X_test).argmax(axis=1) == labels[test]).mean()
assert careless_history["accuracy"][-1] > 0.9 and careless_history["val_accuracy"][-1] < 0.05, "it learns, not those"
{name: [round(value, 3) for value in values] for name, values in careless_history.items()}

# %% [markdown] lang="en"
# **The symptom:** training accuracy climbs to ⟦careless_history['accuracy'][-1]:.1%⟧, validation accuracy stays at
# ⟦careless_history['val_accuracy'][-1]:.1%⟧, and its loss *rises*. No error. **The cause:** the last fifth of sorted
# labels are the classes ⟦', '.join(map(str, kept_out))⟧; never seen, they are never answered (test accuracy
# ⟦careless_test:.1%⟧). **The cure:** shuffle once, with a seed, or pass `validation_data`. **The guard:** count the
# labels on both sides.
#
# ## 05.5 What it reads, and what it doesn't
#
# S1 loads the test images, scales them, and never uses them. Its reader knows only the number by which one chooses
# epochs. The test set is for the end (`evaluate`), with an interval (00.5). The **confusion matrix** says where it
# errs: $C_{ij}$ counts images of digit $i$ read as $j$.

# %% [markdown] lang="zh" of="3843eb4a"
# **症状：** 训练准确率升到 ⟦careless_history['accuracy'][-1]:.1%⟧，验证准确率停在
# ⟦careless_history['val_accuracy'][-1]:.1%⟧，验证损失反而*上升*，没有任何报错。**病因：** 标签排好序之后，最后五分之
# 一正是 ⟦', '.join(map(str, kept_out))⟧ 这些类；没见过，也就从不这样回答（测试准确率
# ⟦careless_test:.1%⟧）。**对策：** 用固定的种子打乱一次，或者自己传入 `validation_data`。**防护：** 数一数两边各有哪
# 些标签。
#
# ## 05.5 认得什么，认不得什么
#
# S1 把测试图像读进来、缩放好，然后一次也没有用。它的读者只知道用来挑选轮数的那个数。测试集要留到最后（用
# `evaluate`），并附上区间（00.5 节）。错在哪里，看**混淆矩阵**：$C_{ij}$ 是数字 $i$ 被认作 $j$ 的图像张数。

# %%
P_test, truth, n_test = predict(network, X_test), labels[test], len(test)       # (n, 10), (n,)
guesses, accuracy = P_test.argmax(axis=1), (P_test.argmax(axis=1) == truth).mean()
margin = 1.96 * np.sqrt(accuracy * (1 - accuracy) / n_test)
test_by_seed = np.array([(predict(networks[seed], X_test).argmax(axis=1) == truth).mean() for seed in SEEDS])
assert math.isclose(network.evaluate(X_test, Y_test, verbose=0)[1], accuracy, rel_tol=1e-5), "Keras's evaluate agrees"
f"test accuracy {accuracy:.1%} ± {margin:.1%} (n = {n_test:,}); by seed {np.round(100 * test_by_seed, 1)} %"

# %%
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (truth, guesses), 1)
assert confusion.trace() == (guesses == truth).sum(), "the diagonal holds what was read rightly"
assert (confusion.sum(axis=1) == np.bincount(truth)).all(), "each row sums to the images of its digit"
mistakes = confusion - np.diag(confusion.diagonal())
worst = np.unravel_index(mistakes.argmax(), mistakes.shape)                     # (written, read as)
fig, ax = plt.subplots(figsize=(5.2, 3.8))
plotting.show_heatmap(confusion, range(10), range(10), ax, xlabel="read as", ylabel="written", values="d",
                      vmax=2 * mistakes.max(), unit="images (the diagonal is off the scale)")
ax.tick_params(axis="x", rotation=0);

# %% [markdown] lang="en"
# *The picture:* a table of ten by ten. The diagonal holds nearly all images; off it stand small numbers, the largest
# in row ⟦worst[0]⟧, column ⟦worst[1]⟧: ⟦mistakes.max()⟧ times a ⟦worst[0]⟧ was read as ⟦worst[1]⟧.
#
# The honest sentence: test accuracy ⟦accuracy:.1%⟧ (95 % interval ±⟦margin:.1%⟧, n = ⟦n_test:,⟧; three seeds
# ⟦test_by_seed.min():.1%⟧ to ⟦test_by_seed.max():.1%⟧). With so few test images nobody could tell the three networks
# apart.
#
# Now the mistakes of which the network was surest.

# %% [markdown] lang="zh" of="3d167d1a"
# *图中所见：* 一张十乘十的表。对角线上几乎是全部图像；对角线以外都是小数目，最大的在第 ⟦worst[0]⟧ 行第 ⟦worst[1]⟧
# 列：把 ⟦worst[0]⟧ 认成 ⟦worst[1]⟧，共 ⟦mistakes.max()⟧ 次。
#
# 如实的说法是：测试准确率 ⟦accuracy:.1%⟧（95% 置信区间 ±⟦margin:.1%⟧，n = ⟦n_test:,⟧；三个种子
# ⟦test_by_seed.min():.1%⟧ 至 ⟦test_by_seed.max():.1%⟧）。测试图像这么少，谁也分不出三个网络的高下。
#
# 再来看网络错得最有把握的那些图像。

# %%
missed = np.flatnonzero(guesses != truth)
surest = missed[P_test[missed].max(axis=1).argsort()[::-1][:20]]
plotting.show_images(pixels[test][surest], [f"{truth[k]}, read {guesses[k]}" for k in surest], columns=10);

# %% [markdown] lang="en"
# *The picture:* twenty misread digits. Some would puzzle a reader; others are plain to the eye. The network gave its
# answers ⟦P_test[surest].max(axis=1).min():.0%⟧ to ⟦P_test[surest].max(axis=1).max():.1%⟧: confident is not right
# (lesson 06).
#
# ## 05.6 5,000 images and 60,000
#
# You may have read that such a network reaches 98 %. Simard, Steinkraus and Platt (2003) report 1.6 % error with 800
# hidden units, learned from 60,000 images. Here ⟦n_fit:,⟧ were learned from. Is the rest just missing data? This file
# can't say; but 04.3's learning curve can be measured, and continued much further than there, with its uncertainty:
#
# $$e(n)\approx c\,n^{-\gamma} .$$

# %% [markdown] lang="zh" of="80ab64b3"
# *图中所见：* 二十个认错的数字。有几个人看了也要犹豫，另一些则一眼就能认出。网络给自己的答案打的概率是
# ⟦P_test[surest].max(axis=1).min():.0%⟧ 至 ⟦P_test[surest].max(axis=1).max():.1%⟧：有把握不等于正确（第 06 课）。
#
# ## 05.6 5,000 张与 60,000 张
#
# 你也许读到过，这样的网络能达到 98%。Simard、Steinkraus 和 Platt（2003）用 800 个隐藏单元，从 60,000 张图像学习，报告
# 的错误率是 1.6%。而这里只用了 ⟦n_fit:,⟧ 张来学。差的那一截，是否只因为数据少？凭手头的文件说不准；但可以像 04.3 节那
# 样量出学习曲线，再把它延长，比那里远得多，并标出它的不确定：
#
# $$e(n)\approx c\,n^{-\gamma} .$$

# %%
errors = {}                                                 # images learned from -> test error
for n in tqdm((500, 1_000, 2_000)):
    model = make_network()
    fit(model, X_train[:n], Y_train[:n], validation_split=0.0)
    errors[n] = (predict(model, X_test).argmax(axis=1) != truth).mean()
errors[n_fit] = 1 - test_by_seed.mean()
assert errors[500] > errors[2_000] > 0.8 * errors[n_fit], "more images, fewer mistakes"
sizes, measured = np.array(list(errors)), np.array(list(errors.values()))
draws = rng.binomial(n_test, measured, size=(2_000, len(sizes))).clip(1) / n_test       # luck of the test images
slopes, offsets = np.polyfit(np.log(sizes), np.log(draws.T), 1)                         # (2000,) each
low, middle, high = np.quantile(np.exp(offsets + slopes * np.log(48_000)), (0.025, 0.5, 0.975))
fig, ax = plt.subplots(figsize=(5.6, 3))
bars = 1.96 * np.sqrt(measured * (1 - measured) / n_test)
ax.errorbar(sizes, measured, bars, fmt="o", capsize=3, label="measured here")
line = [np.median(np.exp(offsets + slopes * np.log(n))) for n in (500, 48_000)]
ax.plot((500, 48_000), line, "--", label="line continued")
ax.errorbar(48_000, middle, [[middle - low], [high - middle]], fmt="s", color="C4", capsize=3, label="guess for 48,000")
ax.plot(60_000, 0.016, "*", color="C3", markersize=11, label="published, 800 hidden units")
ax.set(xscale="log", yscale="log", xlabel="images learned from", ylabel="test error")
ax.legend(fontsize=8);

# %% [markdown] lang="en"
# *The picture:* test error against images, both logarithmic. Four measured points with their intervals fall roughly
# along a line; continued to the right it ends near the star of the published value.
#
# For 48,000 images (four fifths of 60,000) the line says ⟦middle:.1%⟧ error, ⟦low:.1%⟧ to ⟦high:.1%⟧ by the luck of
# the test images alone. The published 1.6 % fits: the network isn't worse here, it has seen less. **Measured here**
# is ⟦accuracy:.1%⟧ accuracy; the 98 % is **published, and extrapolated**, not measured. `FULL_MNIST = True` measures
# it on your machine.

# %% [markdown] lang="zh" of="3581199b"
# *图中所见：* 测试错误率随图像张数的变化，两轴都取对数。四个实测点带着各自的区间，大致落在一条直线上；向右延长，末端
# 靠近标着已发表结果的那颗星。
#
# 对 48,000 张（60,000 的五分之四），直线给出的错误率是 ⟦middle:.1%⟧；单是测试图像的运气，就会让它在 ⟦low:.1%⟧ 至
# ⟦high:.1%⟧ 之间变动。已发表的 1.6% 与此相符：网络并没有变差，只是见得少。在这里**实测**的准确率是 ⟦accuracy:.1%⟧；
# 98% 是**别人发表的，加上外推出来的**，并非实测。把 `FULL_MNIST` 设为 `True`，就能在你的机器上测出来。

# %% [markdown] lang="en"
# ## 05.7 What `fit` does
#
# Lesson 02's six steps, in Keras's words. We switch shuffling off on both sides, so that both see the same batches.
#
# **Before you run it:** the loop has no compiled graph, no callbacks, no history. After two epochs, how far will its
# weights be from those of `fit`: 10 %, 0.1 %, or rounding?

# %% [markdown] lang="zh" of="3d3d5f17"
# ## 05.7 `fit` 做了什么
#
# 就是第 02 课的六个步骤，换成 Keras 的说法。两边都不打乱，好让它们看到同样的批量。
#
# **先猜再运行：** 这个循环没有编译好的计算图，没有回调，也没有历史记录。两轮之后，它的权重与 `fit` 的会相差多少：
# 10%、0.1%，还是只差舍入误差？

# %%
def fit_by_hand(model, X, Y, epochs):
    """What `fit(shuffle=False)` does; returns the mean loss of each epoch."""
    loss, history = keras.losses.CategoricalCrossentropy(), []
    for _ in range(epochs):
        losses = []
        for k in range(0, len(X), BATCH):
            with tf.GradientTape() as tape:
                losses.append(loss(Y[k:k + BATCH], model(X[k:k + BATCH], training=True)))
            gradients = tape.gradient(losses[-1], model.trainable_variables)
            model.optimizer.apply(gradients, model.trainable_variables)
        history.append(float(np.mean(losses)))
    return history

# %%
few, library, by_hand = slice(0, 25 * BATCH), make_network(), make_network()    # whole batches: the means agree
library_losses = fit(library, X_train[few], Y_train[few], epochs=2, shuffle=False, validation_split=0.0)["loss"]
hand_losses = fit_by_hand(by_hand, X_train[few], Y_train[few], epochs=2)
loop_gap = max(np.abs(a - b).max() for a, b in zip(library.get_weights(), by_hand.get_weights()))
assert loop_gap < 1e-3 and np.allclose(library_losses, hand_losses, rtol=1e-4), "the loop is fit, but for rounding"
f"losses {np.round(hand_losses, 4)}; largest difference of a weight: {loop_gap:.1g}"

# %% [markdown] lang="en"
# After 50 steps the largest difference of a weight is ⟦loop_gap:.1g⟧ (elsewhere the last bits may differ). So `fit`
# hides no magic: it adds shuffling, the held-out fifth, callbacks and a compiled graph. Write the loop when `fit` no
# longer fits: two optimisers, an adversary, second derivatives (02.10).
#
# ## 05.8 Softmax or logits?
#
# What goes into the softmax are the **logits** $z$. A network may end in softmax, with the loss $-\log p_y$; or end
# in $z$ and say `from_logits=True`:
#
# $$L=-\log\operatorname{softmax}(z)_y=\log\sum_j e^{z_j}-z_y .$$
#
# Equal on paper. But Keras clips $p$ to $[10^{-7},1-10^{-7}]$ before the logarithm: from probabilities, the loss
# can't exceed $-\ln 10^{-7}=16.1$, and where it is clipped, the gradient is zero.

# %% [markdown] lang="zh" of="810f25bd"
# 走了 50 步之后，权重的最大差别是 ⟦loop_gap:.1g⟧（换一台机器，最后几位可能不同）。可见 `fit` 里没有魔法，它只是添上了
# 打乱、留出的五分之一、回调，以及编译好的计算图。等 `fit` 不合用了，再自己写循环：两个优化器、对手网络、二阶导数
# （02.10 节）。
#
# ## 05.8 softmax 还是 logits？
#
# 送进 softmax 的数称为 **logits**，记作 $z$。网络可以用 softmax 结尾，损失取 $-\log p_y$；也可以用 $z$ 结尾，并注明
# `from_logits=True`：
#
# $$L=-\log\operatorname{softmax}(z)_y=\log\sum_j e^{z_j}-z_y .$$
#
# 在纸上两者相等。但 Keras 在取对数之前会把 $p$ 截到 $[10^{-7},1-10^{-7}]$ 之内：由概率算出的损失不会超过
# $-\ln 10^{-7}=16.1$，而且凡是被截断的地方，梯度都是零。

# %%
CategoricalCrossentropy = keras.losses.CategoricalCrossentropy
by_probability, by_logits = CategoricalCrossentropy(), CategoricalCrossentropy(from_logits=True)

def own_softmax(z):
    """Softmax in plain operations; (n, classes) -> (n, classes)."""
    e = tf.exp(z - tf.reduce_max(z, axis=-1, keepdims=True))
    return e / tf.reduce_sum(e, axis=-1, keepdims=True)

Z, T = rng.normal(size=(1_000, 10)).astype("float32"), np.eye(10, dtype="float32")[rng.integers(0, 10, 1_000)]
ordinary, extreme = ([float(by_probability(T, own_softmax(s * Z))), float(by_logits(T, s * Z))] for s in (1, 30))
assert abs(ordinary[0] / ordinary[1] - 1) < 1e-6, "ordinary logits: the same loss"
assert extreme[0] < 16.2 < extreme[1] / 2, "extreme logits: one is clipped, the other is right"
{"ordinary logits": ordinary, "30 times as large": extreme}

# %%
z, t = tf.Variable([[60.0] + [0.0] * 9]), one_hot[labels == 2][:1]       # sure of a 0, and it is a 2
with tf.GradientTape(persistent=True) as tape:
    three = by_probability(t, own_softmax(z)), by_logits(t, z), by_probability(t, keras.ops.softmax(z))
clipped, sound, rescued = (tape.gradient(value, z).numpy()[0, [0, 2]] for value in three)
assert (clipped == 0).all() and np.allclose(sound, [1, -1]), "clipped: the worst mistake teaches nothing"
assert np.allclose(rescued, sound), "behind Keras's own softmax the loss finds the logits"

# %% [markdown] lang="en"
# Ordinary logits: ⟦ordinary[0]:.6f⟧ either way. Thirty times as large: ⟦extreme[0]:.1f⟧ against the true
# ⟦extreme[1]:.1f⟧. A row that is sure of the wrong digit has a loss of ⟦float(three[1]):.0f⟧ and slopes of $+1$ and
# $-1$; clipped, it is ⟦float(three[0]):.1f⟧, and the slopes are zero. It would never be corrected.
#
# The last check surprises: Keras's own softmax leaves a note on its result, and the loss goes back to the logits. So
# S1's network is safe, by a repair nobody sees. Write the softmax yourself, and it is gone. We prefer
# `from_logits=True`.
#
# **Before you run it:** one can mix the two up in two ways: logits taken for probabilities, or probabilities for
# logits. Which is more dangerous?

# %% [markdown] lang="zh" of="d2cc02a4"
# 普通的 logits：两条路都是 ⟦ordinary[0]:.6f⟧。放大三十倍：⟦extreme[0]:.1f⟧，而真值是 ⟦extreme[1]:.1f⟧。一口咬定错误数
# 字的那一行，损失是 ⟦float(three[1]):.0f⟧，斜率是 $+1$ 和 $-1$；截断之后，损失成了 ⟦float(three[0]):.1f⟧，斜率全是
# 零，永远得不到纠正。
#
# 最后一个检查出人意料：Keras 自己的 softmax 会在结果上留个记号，损失函数便绕回去取 logits。所以 S1 的网络是安全的，靠
# 的是一次没人看见的修补。换成自己写的 softmax，这层保护就没了。我们更愿意写 `from_logits=True`。
#
# **先猜再运行：** 把两者弄混有两种方式：把 logits 当成概率，或者把概率当成 logits。哪一种更危险？

# %%
def try_head(head, loss, epochs=3):
    """The recipe with another head and loss: the history, and the warnings that came."""
    with warnings.catch_warnings(record=True) as caught:
        return fit(make_network(head=head, loss=loss), epochs=epochs), caught

no_softmax, _ = try_head("linear", by_probability)
twice, _ = try_head(own_softmax, by_logits)
mended, warned = try_head("softmax", by_logits, epochs=1)
floor = math.log(1 + 9 / math.e)                            # softmax of probabilities: at best e against nine ones
assert no_softmax["loss"][-1] > math.log(10) and no_softmax["val_accuracy"][-1] < 0.6, "logits as probabilities: broken"
assert twice["loss"][-1] > floor and twice["val_accuracy"][-1] > 0.8, "softmax twice: a floor under the loss"
assert warned and math.isclose(mended["loss"][0], history["loss"][0], rel_tol=1e-4), "Keras's own: mended"
{"logits as probabilities": no_softmax["loss"], "softmax twice": twice["loss"], "right": history["loss"][:3]}

# %% tags=["nbval-check-output"]
sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
assert math.isclose(float(sparse(T.argmax(axis=1), Z)), ordinary[1], rel_tol=1e-6), "labels as they are: the same loss"
vocabulary_mb = len(train) * 30_522 * 4 / 1e6               # one-hot rows for each of BERT's 30,522 words
f"one-hot labels: {Y_train.nbytes / 1e3:.0f} kB here, {vocabulary_mb:.0f} MB for a vocabulary"

# %% [markdown] lang="en"
# | network gives | loss expects | after 3 epochs: loss | validation |
# |---|---|---|---|
# | logits | probabilities | ⟦no_softmax['loss'][-1]:.2f⟧ | ⟦no_softmax['val_accuracy'][-1]:.1%⟧ |
# | probabilities | logits | ⟦twice['loss'][-1]:.2f⟧ | ⟦twice['val_accuracy'][-1]:.1%⟧ |
# | as expected | | ⟦history['loss'][2]:.2f⟧ | ⟦history['val_accuracy'][2]:.1%⟧ |
#
# The second is the dangerous one: accuracy hides it. Only the loss tells, stuck above $\ln(1+9/e)$, ⟦floor:.2f⟧.
# Keras mends its own softmax and warns; PyTorch never does. Integer labels give the same loss through `sparse_`; for
# a vocabulary, one-hot would take ⟦vocabulary_mb:.0f⟧ MB.
#
# ## 05.9 The same network in PyTorch
#
# If frameworks only save work, two must agree. `Linear` keeps its weight as (outputs, inputs):
#
# $$xW+b=xA^\top+b\qquad\Rightarrow\qquad A=W^\top .$$

# %% [markdown] lang="zh" of="69574986"
# | 网络给出 | 损失以为是 | 3 轮后：损失 | 验证准确率 |
# |---|---|---|---|
# | logits | 概率 | ⟦no_softmax['loss'][-1]:.2f⟧ | ⟦no_softmax['val_accuracy'][-1]:.1%⟧ |
# | 概率 | logits | ⟦twice['loss'][-1]:.2f⟧ | ⟦twice['val_accuracy'][-1]:.1%⟧ |
# | 与损失相符 | | ⟦history['loss'][2]:.2f⟧ | ⟦history['val_accuracy'][2]:.1%⟧ |
#
# 危险的是第二种：准确率把它掩盖了。只有损失露出马脚，它卡在 $\ln(1+9/e)$ 即 ⟦floor:.2f⟧ 之上。对自己的 softmax，Keras
# 会修补并警告；PyTorch 从不吭声。用 `sparse_` 可以直接给整数标签，损失相同；若面对的是整个词表，one-hot 要占
# ⟦vocabulary_mb:.0f⟧ MB。
#
# ## 05.9 PyTorch 里的同一个网络
#
# 如果框架只是替人省事，那么两个框架就必须一致。`Linear` 按（输出，输入）存放权重：
#
# $$xW+b=xA^\top+b\qquad\Rightarrow\qquad A=W^\top .$$

# %%
def make_twin(model):
    """The same network in PyTorch, ending in logits, with the weights of a Keras model of two dense layers."""
    twin = torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10))
    for parameter, weight in zip(twin.parameters(), model.get_weights(), strict=True):
        parameter.data = torch.tensor(weight.T.copy())      # transposes a kernel, leaves a bias as it is
    return twin

# %%
cross_entropy, X_torch, Y_torch = torch.nn.functional.cross_entropy, torch.tensor(X_train), torch.tensor(Y_train)
pairs = [(measure_loss(model, X_train, Y_train), cross_entropy(make_twin(model)(X_torch), Y_torch).item())
         for model in (make_network(), network)]            # untrained and trained
assert all(math.isclose(*pair, rel_tol=1e-5) for pair in pairs), "equal weights, equal loss"
pairs

# %%
def race(keras_optimizer, torch_class, **settings):
    """25 steps in both, same start, same batches: how far apart (in lengths of the way gone), and both losses."""
    model = make_network(optimizer=keras_optimizer)
    twin, start = make_twin(model), model.get_weights()
    optimizer = torch_class(twin.parameters(), **settings)
    fit_by_hand(model, X_train[few], Y_train[few], 1)
    for x, y in zip(X_torch[few].split(BATCH), Y_torch[few].split(BATCH)):
        optimizer.zero_grad()
        cross_entropy(twin(x), y).backward()
        optimizer.step()
    here, there = model.get_weights(), [parameter.detach().numpy().T for parameter in twin.parameters()]
    apart, gone = (sum(float(((a - b) ** 2).sum()) for a, b in zip(here, other)) for other in (there, start))
    return math.sqrt(apart / gone), measure_loss(model, X_train, Y_train), cross_entropy(twin(X_torch), Y_torch).item()

# %%
SGD, Adam, TorchAdam = keras.optimizers.SGD, keras.optimizers.Adam, torch.optim.Adam
races = {"SGD": race(SGD(0.1), torch.optim.SGD, lr=0.1), "Adam": race(Adam(0.001), TorchAdam, lr=0.001)}
races |= {epsilon: race(Adam(0.001, epsilon=epsilon), TorchAdam, lr=0.001, eps=epsilon) for epsilon in (1e-10, 1e-3)}
assert races["SGD"][0] < 1e-4 and math.isclose(*races["Adam"][1:], rel_tol=0.01), "one path; one loss to a hundredth"
assert races[1e-3][1] > 1.5 * races[1e-3][2], "a large epsilon means another thing in each"
{name: f"apart {apart:.1e}; losses {a:.4f} and {b:.4f}" for name, (apart, a, b) in races.items()}

# %% [markdown] lang="en"
# Equal weights give equal losses, to six digits. With SGD the paths are equal, too: ⟦races['SGD'][0]:.0e⟧ of their
# length apart after 25 steps. With Adam, ⟦races['Adam'][0]:.1%⟧: the losses agree (⟦races['Adam'][1]:.4f⟧ and
# ⟦races['Adam'][2]:.4f⟧), the weights less so. The cause is $\varepsilon$: $10^{-7}$ in Keras, $10^{-8}$ in PyTorch,
# and at another place (02.8):
#
# $$\mathrm{PyTorch:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon}\qquad\mathrm{Keras:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon/\sqrt{1-\beta_2^t}}$$
#
# At $t=1$ Keras's is 32 times as large. With $\varepsilon=10^{-10}$ in both it hardly matters
# (⟦races[1e-10][0]:.1%⟧); with $0.001$ in both, one epoch ends at ⟦races[1e-3][1]:.2f⟧ in Keras, ⟦races[1e-3][2]:.2f⟧
# in PyTorch. Copied settings aren't copied behaviour.

# %% [markdown] lang="zh" of="1eead1e9"
# 权重相同，损失就相同，六位数字一致。用 SGD 时，路径也相同：25 步之后，只差路程的 ⟦races['SGD'][0]:.0e⟧。用 Adam 则差
# ⟦races['Adam'][0]:.1%⟧：损失还算一致（⟦races['Adam'][1]:.4f⟧ 与 ⟦races['Adam'][2]:.4f⟧），权重就不那么一致了。原因在
# $\varepsilon$：Keras 取 $10^{-7}$，PyTorch 取 $10^{-8}$，所在的位置也不同（02.8 节）：
#
# $$\mathrm{PyTorch:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon}\qquad\mathrm{Keras:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon/\sqrt{1-\beta_2^t}}$$
#
# 在 $t=1$ 时，Keras 的要大 32 倍。两边都取 $\varepsilon=10^{-10}$，就几乎没有影响（⟦races[1e-10][0]:.1%⟧）；两边都取
# $0.001$，一轮之后，Keras 的损失是 ⟦races[1e-3][1]:.2f⟧，PyTorch 的是 ⟦races[1e-3][2]:.2f⟧。照抄设定，不等于照抄行
# 为。

# %% [markdown] lang="en"
# ## 05.10 Smaller, and better
#
# A dense layer doesn't know which pixels are neighbours. A **convolution** lays one small filter $f$ on every place
# of the image:
#
# $$m_{ij}=\operatorname{ReLU}\Big(b+\sum_{u,v=0}^{k-1} f_{uv}\,x_{i+u,\,j+v}\Big).$$
#
# On $c$ maps a filter has $k^2c+1$ parameters, at however many places it lies. A side $s$ becomes $s-k+1$; pooling
# keeps the largest of each 2×2, and halves it:
#
# | layer | side after it | parameters by hand |
# |---|---|---|
# | 16 filters, 5×5 | 24 | $16\,(25\cdot 1+1)=416$ |
# | pool 2×2 | 12 | 0 |
# | 32 filters, 3×3 | 10 | $32\,(9\cdot 16+1)=4{,}640$ |
# | pool 2×2 | 5 | 0 |
# | dense, 10 | | $(5\cdot 5\cdot 32)\cdot 10+10=8{,}010$ |

# %% [markdown] lang="zh" of="983718de"
# ## 05.10 更小，却更好
#
# 全连接层并不知道哪些像素相邻。**卷积**则把一个小滤波器 $f$ 依次放到图像的每个位置上：
#
# $$m_{ij}=\operatorname{ReLU}\Big(b+\sum_{u,v=0}^{k-1} f_{uv}\,x_{i+u,\,j+v}\Big).$$
#
# 面对 $c$ 张特征图，一个滤波器有 $k^2c+1$ 个参数，不论放到多少个位置上。边长 $s$ 变成 $s-k+1$；池化在每个 2×2 中取最
# 大的一个，使边长减半：
#
# | 层 | 之后的边长 | 手算参数个数 |
# |---|---|---|
# | 16 个滤波器，5×5 | 24 | $16\,(25\cdot 1+1)=416$ |
# | 池化 2×2 | 12 | 0 |
# | 32 个滤波器，3×3 | 10 | $32\,(9\cdot 16+1)=4{,}640$ |
# | 池化 2×2 | 5 | 0 |
# | 全连接，10 | | $(5\cdot 5\cdot 32)\cdot 10+10=8{,}010$ |

# %%
seed_everything(SEED)
cnn = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Reshape((28, 28, 1)),                      # rows become images again, with one grey channel
    keras.layers.Conv2D(16, 5, activation="relu"), keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(32, 3, activation="relu"), keras.layers.MaxPooling2D(),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
])
cnn.compile(optimizer=Adam(0.003), loss="categorical_crossentropy", metrics=["accuracy"])
filters, biases = cnn.layers[1].get_weights()               # (5, 5, 1, 16), (16,)
one_place = np.tensordot(scaled[0, 12:17, 10:15], filters[:, :, 0], 2) + biases          # (16,), one number a filter
there = np.asarray(cnn.layers[1](scaled[:1, :, :, None]))[0, 12, 10]
assert np.allclose(there, np.maximum(one_place, 0), atol=1e-5), "a convolution is this sum, at every place"
assert cnn.count_params() == 416 + 4_640 + 8_010 == 13_066, "as counted by hand"
assert cnn.layers[-2].output.shape == (None, 5 * 5 * 32), "28 -> 24 -> 12 -> 10 -> 5"

# %%
cnn_history = cnn.fit(X_train, Y_train, batch_size=BATCH, epochs=CNN_EPOCHS, validation_split=0.2, verbose=2).history
cnn_right, dense_right = (predict(model, X_test).argmax(axis=1) == truth for model in (cnn, network))
only_cnn, only_dense = (cnn_right & ~dense_right).sum(), (dense_right & ~cnn_right).sum()
assert cnn_history["val_accuracy"][-1] > by_seed["val_accuracy"][:, -1].mean(), "better than the dense networks"
f"test accuracy {cnn_right.mean():.1%}; right alone: convolution {only_cnn}, dense {only_dense}"

# %% [markdown] lang="en"
# With ⟦cnn.count_params() / network.count_params():.0%⟧ of the parameters: validation accuracy
# ⟦cnn_history['val_accuracy'][-1]:.1%⟧ (dense ⟦by_seed['val_accuracy'][:, -1].mean():.1%⟧), test
# ⟦cnn_right.mean():.1%⟧ (⟦accuracy:.1%⟧). On ⟦only_cnn⟧ test images only the small one is right, on ⟦only_dense⟧ only
# the large one. One seed; lesson 06 makes a test of it.
#
# ## 05.11 Images that don't exist
#
# A seven slightly turned is still a seven. **Data augmentation** changes each image at random, anew every epoch
# (lesson 04 measures what helps). In Keras it is made of layers: here turns up to 0.04 of a circle (14°), shifts up
# to a tenth of the side.
#
# **Before you run it:** these layers are saved within the network. Will a customer's image be turned, too, before it
# is read?

# %% [markdown] lang="zh" of="8b155f58"
# 参数只有 ⟦cnn.count_params() / network.count_params():.0%⟧，验证准确率却是 ⟦cnn_history['val_accuracy'][-1]:.1%⟧（全
# 连接为 ⟦by_seed['val_accuracy'][:, -1].mean():.1%⟧），测试准确率 ⟦cnn_right.mean():.1%⟧（全连接 ⟦accuracy:.1%⟧）。只
# 有小网络答对的测试图像有 ⟦only_cnn⟧ 张，只有大网络答对的有 ⟦only_dense⟧ 张。这里只用了一个种子；第 06 课会把它做成检
# 验。
#
# ## 05.11 并不存在的图像
#
# 一个 7 稍微转一点，仍然是 7。**数据增强**随机地改动每张图像，每一轮都重新改（哪些有益，第 04 课会测）。在 Keras 里，
# 它由一些层组成：这里最多转 0.04 圈（14°），最多移动边长的十分之一。
#
# **先猜再运行：** 这些层会和网络一起保存下来。那么客户送来的图像，在辨认之前也会被转一下吗？

# %%
seed_everything(SEED)
jitter = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Reshape((28, 28, 1)),
    keras.layers.RandomRotation(0.04, fill_mode="constant"),
    keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
    keras.layers.Flatten(),
])
seven = np.repeat(X_train[labels[train] == 7][:1], 9, axis=0)           # (9, 784): nine times the same
at_work, in_training = (np.asarray(jitter(seven, training=flag)) for flag in (False, True))
assert (at_work == seven).all(), "outside of training the image stays as it is"
assert len(np.unique(in_training, axis=0)) == 9, "in training each draw is another image"
plotting.show_images(np.concatenate([seven[:1], in_training]).reshape(-1, 28, 28), ["original"] + 9 * [""], columns=10);

# %%
augmented_histories = []
for seed in tqdm(SEEDS[:2]):
    augmented = keras.Sequential([*jitter.layers, *make_network(seed=seed).layers])
    augmented.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    augmented_histories.append(fit(augmented))
assert augmented.count_params() == network.count_params(), "augmentation has nothing to learn"
augmented_train, augmented_val = np.array([[h["accuracy"][-1], h["val_accuracy"][-1]] for h in augmented_histories]).T
assert augmented_val.min() > by_seed["val_accuracy"][:, -1].mean(), "with each seed better than the mean without"
f"validation {np.round(100 * augmented_val, 1)} %, without {np.round(100 * by_seed['val_accuracy'][:, -1], 1)} %"

# %% [markdown] lang="en"
# *The picture:* a seven and nine variants of it, tilted and shifted a little; all are clearly sevens.
#
# No: with `training=False`, as `predict` and `evaluate` set it, the layers do nothing (checked). But call such a
# layer bare, `layer(x)`, and it is at work: its default is `True`.
#
# The same dense network, the same steps: validation accuracy ⟦augmented_val.min():.1%⟧ to ⟦augmented_val.max():.1%⟧
# (two seeds) instead of ⟦by_seed['val_accuracy'][:, -1].min():.1%⟧ to ⟦by_seed['val_accuracy'][:, -1].max():.1%⟧
# (three). Now *training* accuracy is the lower one, ⟦augmented_train.mean():.1%⟧: it is measured on changed images.
# Curves "the wrong way round" are no mistake here.

# %% [markdown] lang="zh" of="852baeee"
# *图中所见：* 一个 7，以及由它得来的九个变体，略有倾斜和移动，但都明明白白是 7。
#
# 不会：`predict` 和 `evaluate` 都会设 `training=False`，这时这些层什么也不做（已核对）。不过，若直接写 `layer(x)` 来
# 调用这样的层，它就会起作用：默认值是 `True`。
#
# 同样的全连接网络，同样的步数：验证准确率 ⟦augmented_val.min():.1%⟧ 至 ⟦augmented_val.max():.1%⟧（两个种子），不增强
# 时是 ⟦by_seed['val_accuracy'][:, -1].min():.1%⟧ 至 ⟦by_seed['val_accuracy'][:, -1].max():.1%⟧（三个种子）。现在反而
# 是*训练*准确率较低，只有 ⟦augmented_train.mean():.1%⟧：它是在改动过的图像上测的。在这里，曲线“上下颠倒”并不是错误。

# %% [markdown] lang="en"
# ## 05.12 Callbacks: somebody watches
#
# `fit` calls back at the start and the end of each epoch and batch. A **callback** can look, write, change the rate,
# or stop the run:
#
# - `ReduceLROnPlateau`: an epoch without a better validation loss, and the rate is multiplied by 0.3;
# - `EarlyStopping`: three such epochs, and it stops and takes the best weights back;
# - `ModelCheckpoint`: writes the model to a file whenever it is the best so far.
#
# To give them work we start with a rate five times too large. A `.keras` file is a zip archive of shape, weights and
# optimiser.
#
# **Before you run it:** 407,050 parameters of 4 bytes are 1.6 MB. How large is the file?

# %% [markdown] lang="zh" of="3db3af6c"
# ## 05.12 回调：有人替你盯着
#
# 每一轮、每一个批量开始和结束时，`fit` 都会“回叫”一声。**回调**可以看、可以记、可以改学习率，也可以叫停：
#
# - `ReduceLROnPlateau`：一轮下来验证损失没有改善，就把学习率乘以 0.3；
# - `EarlyStopping`：连续三轮没有改善，就停下来，并取回最好的权重；
# - `ModelCheckpoint`：每当达到迄今最好，就把模型写进文件。
#
# 为了让它们有事可做，我们从大五倍的学习率起步。`.keras` 文件是一个 zip 压缩包，里面有结构、权重和优化器。
#
# **先猜再运行：** 407,050 个参数，每个 4 字节，共 1.6 MB。文件有多大？

# %%
workshop = TemporaryDirectory()
folder = Path(workshop.name)
watched = make_network(optimizer=Adam(0.005))
watched_history = fit(watched, callbacks=[
    keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=1),
    keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    keras.callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True),
])
ran, best = len(watched_history["loss"]), int(np.argmin(watched_history["val_loss"])) + 1
for model in (watched, keras.models.load_model(folder / "best.keras")):
    here = measure_loss(model, X_train[n_fit:], Y_train[n_fit:])
    assert math.isclose(here, min(watched_history["val_loss"]), rel_tol=1e-3), "both hold the best epoch, not the last"
f"best epoch {best}, stopped after {ran}; rates {[f'{rate:.1g}' for rate in watched_history['learning_rate']]}"

# %%
network.save(folder / "network.keras")
loaded, file_size = keras.models.load_model(folder / "network.keras"), (folder / "network.keras").stat().st_size
assert (predict(loaded, X_test) == P_test).all(), "saved and loaded: the same probabilities, bit for bit"
assert int(loaded.optimizer.iterations) == steps, "Adam's counter came along"
f"{file_size / 1e6:.2f} MB; three numbers a parameter: {3 * 4 * network.count_params() / 1e6:.2f} MB"

# %% [markdown] lang="en"
# It stopped after ⟦ran⟧ of ⟦EPOCHS⟧ epochs; the best was epoch ⟦best⟧ with
# ⟦watched_history['val_accuracy'][best - 1]:.1%⟧ (unwatched ⟦history['val_accuracy'][-1]:.1%⟧): no worse in half the
# time. The file has ⟦file_size / 1e6:.1f⟧ MB, for Adam's $m$ and $v$ are in it.
#
# ## 05.13 Killed at epoch 7
#
# Jobs die: power, memory, a cheap machine taken back. To resume *exactly*, one needs all that the next step depends
# on: weights, $m$, $v$, counter, random states, the order of the data, the epoch. `keras_checkpoint` saves these
# after each epoch, `keras_batches` orders the data by epoch. What must survive a notebook belongs in a file; a second
# process runs it, and dies by signal.
#
# **Before you run it:** it dies in the middle of epoch ⟦KILL_IN⟧. Where does it go on?

# %% [markdown] lang="zh" of="f89e930b"
# ⟦EPOCHS⟧ 轮只跑了 ⟦ran⟧ 轮就停了；最好的是第 ⟦best⟧ 轮，⟦watched_history['val_accuracy'][best - 1]:.1%⟧（没人盯着时
# ⟦history['val_accuracy'][-1]:.1%⟧）：时间省了一半，结果并不差。文件有 ⟦file_size / 1e6:.1f⟧ MB，因为 Adam 的 $m$ 和
# $v$ 也在里面。
#
# ## 05.13 在第 7 轮被杀掉
#
# 训练会中途死掉：断电，内存不足，便宜租来的机器被收回。要*精确地*接着跑，就得有下一步所依赖的一切：权重、$m$、$v$、步
# 数、随机数状态、数据的次序、轮数。`keras_checkpoint` 每轮结束时存下这些，`keras_batches` 按轮数排定数据的次序。要比
# 笔记本活得久的东西，应当写进文件；由另一个进程来跑它，然后被信号杀死。
#
# **先猜再运行：** 它死在第 ⟦KILL_IN⟧ 轮中间。会从哪里接着跑？

# %%
SCRIPT = '''"""Train the digits network; run again, it goes on where it died. Usage: FOLDER EPOCHS BATCH KILL_IN"""
import math, os, signal, sys
from pathlib import Path
import course_data as data, keras, numpy as np, tensorflow as tf
from course_utils import Checkpoints, keras_checkpoint

class PowerCut(keras.callbacks.Callback):
    """Kills this process in the middle of epoch KILL_IN (1, 2, ...): nothing is closed, nothing saved."""
    def on_epoch_begin(self, epoch, logs=None):
        self.due = epoch + 1 == int(sys.argv[4])
    def on_train_batch_end(self, batch, logs=None):
        if self.due and 2 * batch > self.params["steps"]:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

class StepLengths(keras.callbacks.Callback):
    """Notes how far the weights move in each of the first 75 steps."""
    def on_train_begin(self, logs=None):
        self.lengths, self.before = [], self.model.get_weights()
    def on_train_batch_end(self, batch, logs=None):
        if len(self.lengths) < 75:
            now, before = self.model.get_weights(), self.before
            self.lengths.append(math.sqrt(sum(float(((a - b) ** 2).sum()) for a, b in zip(now, before))))
            self.before = now

def train(folder, epochs, batch, *extra, forget_adam=False):
    digits, model = np.load(folder.parent / "digits.npz"), keras.models.load_model(folder.parent / "start.keras")
    batches = data.keras_batches(digits["X"], digits["Y"], batch, seed=0)
    store = Checkpoints(folder / "checkpoints", keep_last=2)
    begin, saver = store.resume({"model": model}), keras_checkpoint(store, batches)     # begin: 0 in an empty folder
    if forget_adam:
        model.compile("adam", loss=model.loss, metrics=["accuracy"])
    rate = keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 * 0.9**epoch)
    table = keras.callbacks.CSVLogger(folder / "log.csv", append=True)
    board = keras.callbacks.TensorBoard(folder / "logs", histogram_freq=5)
    model.fit(batches, epochs=epochs, initial_epoch=begin, shuffle=False, verbose=0,
              validation_data=(digits["X_val"], digits["Y_val"]), callbacks=[rate, saver, table, board, *extra])
    return model, saver.history, begin

if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)     # as in the notebook: other threads, other last bits
    train(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), PowerCut())
'''

# %%
(folder / "train_digits.py").write_text(SCRIPT, encoding="utf-8")
np.savez(folder / "digits.npz", X=X_train[:n_fit], Y=Y_train[:n_fit], X_val=X_train[n_fit:], Y_val=Y_train[n_fit:])
make_network().save(folder / "start.keras")
command = [sys.executable, "train_digits.py", "killed", *map(str, (EPOCHS, BATCH, KILL_IN))]
sys.path.insert(0, str(folder))

# %%
import train_digits

for run in ("whole", "killed", "weights_only"):
    shutil.rmtree(folder / run, ignore_errors=True)         # should you run this cell a second time
victim = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
whole, whole_history, _ = train_digits.train(folder / "whole", EPOCHS, BATCH)       # meanwhile, uninterrupted, here
_, trace = victim.communicate(timeout=600)

# %%
survived = Checkpoints(folder / "killed" / "checkpoints").latest() + 1              # epochs; the files count from 0
assert victim.returncode != 0 and survived == KILL_IN - 1, f"it must die in epoch {KILL_IN}: {trace[-500:]}"
shutil.copytree(folder / "killed", folder / "weights_only")
f"exit code {victim.returncode}, last whole epoch {survived}, last words: {trace[-80:]!r}"

# %%
exact, forgetful = train_digits.StepLengths(), train_digits.StepLengths()
resumed, resumed_history, _ = train_digits.train(folder / "killed", EPOCHS, BATCH, exact)
_, bare_history, _ = train_digits.train(folder / "weights_only", EPOCHS, BATCH, forgetful, forget_adam=True)
assert resumed_history == whole_history, "all losses of all epochs, bit for bit"
assert all((a == b).all() for a, b in zip(resumed.get_weights(), whole.get_weights())), "and all weights"
assert forgetful.lengths[0] > 3 * exact.lengths[0] and bare_history != whole_history, "not so without Adam's memory"

# %% [markdown] lang="en"
# The killed run ends in the same ⟦whole.count_params():,⟧ numbers as the whole one, to the last bit. It went on from
# the end of epoch ⟦survived⟧; half an epoch was lost, and done again.
#
# Who restores only weights loses Adam's moments: the first step is ⟦forgetful.lengths[0] / exact.lengths[0]:.1f⟧
# times as long (without a past Adam moves *each* weight by $\alpha$, 02.8), and epoch ⟦KILL_IN⟧ ends at
# ⟦bare_history['loss'][survived]:.3f⟧ instead of ⟦whole_history['loss'][survived]:.3f⟧. It recovers, with no worse a
# validation accuracy (⟦bare_history['val_accuracy'][-1]:.1%⟧; ⟦whole_history['val_accuracy'][-1]:.1%⟧). But it is
# another run, and the kink looks like a finding.
#
# A rate that depends on the epoch alone resumes by itself. `EarlyStopping` and `ReduceLROnPlateau` count in their own
# memory, and begin anew.

# %% [markdown] lang="zh" of="2361d22b"
# 被杀的训练与完整的训练，最后得到同样的 ⟦whole.count_params():,⟧ 个数，一个比特都不差。它从第 ⟦survived⟧ 轮末尾接着
# 跑；丢掉的半轮重做了一遍。
#
# 只恢复权重，就丢了 Adam 的矩：第一步长达 ⟦forgetful.lengths[0] / exact.lengths[0]:.1f⟧ 倍（没有过去时，Adam 让*每
# 个*权重都移动 $\alpha$，见 02.8 节），第 ⟦KILL_IN⟧ 轮结束时损失是 ⟦bare_history['loss'][survived]:.3f⟧，而不是
# ⟦whole_history['loss'][survived]:.3f⟧。它后来恢复了，验证准确率也不更差（⟦bare_history['val_accuracy'][-1]:.1%⟧ 与
# ⟦whole_history['val_accuracy'][-1]:.1%⟧）。但这已是另一次训练，曲线上的折点还会被误当成什么发现。
#
# 只取决于轮数的学习率，自然接得上；`EarlyStopping` 和 `ReduceLROnPlateau` 靠自己的记忆计数，重启后会从头数起。

# %%
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

def read_logs(path):
    """TensorBoard's logs: tag -> {epoch: array}, all of them (by default it keeps ten a tag)."""
    events = EventAccumulator(str(path), size_guidance={"tensors": 0}).Reload()
    return {tag: {event.step: tf.make_ndarray(event.tensor_proto) for event in events.Tensors(tag)}
            for tag in events.Tags()["tensors"]}

runs = {"whole": ("C2", "-", 5), "killed": ("C0", "-", 1.5), "weights_only": ("C4", "--", 1.5)}     # how each is drawn
logs = {run: read_logs(folder / run / "logs" / "validation")["epoch_loss"] for run in runs}
assert logs["killed"] == logs["whole"] and len(logs["whole"]) == EPOCHS, "two files, one by a dead process: all epochs"
assert np.allclose(list(logs["whole"].values()), whole_history["val_loss"]), "the logs hold what fit measured"
table = np.genfromtxt(folder / "killed" / "log.csv", delimiter=",", names=True)
assert table["val_loss"].tolist() == whole_history["val_loss"], "so does the CSV"
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3))
around = slice(max(0, KILL_IN - 4), KILL_IN + 5)
for run, (colour, style, width) in runs.items():
    values, label = list(logs[run].values())[around], run.replace("_", " ")
    axes[0].plot(np.arange(1, EPOCHS + 1)[around], values, color=colour, linestyle=style, linewidth=width, label=label)
axes[0].axvline(KILL_IN - 0.5, color="grey", linestyle=":")
axes[0].set(xlabel="epoch", ylabel="validation loss, from the logs")
axes[0].legend(fontsize=8)
axes[1].plot(np.arange(1, 76), exact.lengths, "C0-", np.arange(1, 76), forgetful.lengths, "C4--")
axes[1].set(xlabel="step after the restart", ylabel="length of the step", ylim=(0, None))
sorted(read_logs(folder / "whole" / "logs" / "train"))

# %% [markdown] lang="en"
# *The picture:* left, validation loss read from TensorBoard's files: the thin line of the killed run lies on the
# thick one of the whole run, on both sides of the dotted line of its death; the dashed one, weights only, kinks
# there. Right, step lengths after the restart: dashed, they begin several times too long.
#
# The files hold losses, the rate and, every fifth epoch, histograms of each layer. Two traps: by default a reader
# keeps ten values a tag, and epochs count from 0. To watch live, in a terminal:
# `tensorboard --logdir FOLDER/killed/logs`.
#
# ## 05.14 On a graphics card
#
# S1 demands "NVIDIA Tesla V100 or above". What would change on a GPU?

# %% [markdown] lang="zh" of="12eee7bd"
# *图中所见：* 左图是从 TensorBoard 文件里读出的验证损失：被杀的那次（细线）与完整的那次（粗线）重合，点线标出它死去的
# 时刻，前后都一样；只恢复权重的那次（虚线）在这里折了一下。右图是重启之后各步的长度：虚线一开始长了好几倍。
#
# 文件里有损失、学习率，每五轮还有各层的直方图。两个陷阱：读的时候默认每个标签只留十个值；轮数从 0 数起。想看实时的，
# 在终端运行 `tensorboard --logdir FOLDER/killed/logs`。
#
# ## 05.14 换到显卡上
#
# S1 要求“NVIDIA Tesla V100 或以上”。换到 GPU 上，会有什么变化？

# %%
half = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Dense(512, activation="relu", dtype="mixed_float16"),
    keras.layers.Dense(10, dtype="mixed_float16"),
    keras.layers.Activation("softmax", dtype="float32"),            # probabilities need the full range
])
half.set_weights(network.get_weights())
P_half, tiny = predict(half, X_test), np.float32(1e-8)              # tiny: a gradient
assert half.layers[0].compute_dtype == "float16" and half.weights[0].dtype == "float32", "16 bits to compute, 32 kept"
assert np.float16(tiny) == 0 != np.float16(tiny * 2**15), "float16 loses it, unless the loss was multiplied by 2^15"
half_same = (P_half.argmax(axis=1) == guesses).mean()
f"GPUs here: {len(gpus)}; probabilities move by {np.abs(P_half - P_test).max():.1e}, {half_same:.1%} of answers stay"

# %%
work = 3 * 2 * network.count_params() * n_fit * EPOCHS              # forward, back to the inputs, back to the weights
lines = sum(bool(line.strip()) for line in inspect.getsource(fit_by_hand).splitlines())
cents, break_even = 100 * train_seconds / 3600 * PRICE_CPU, train_seconds * PRICE_CPU / PRICE_GPU
assert cents < 10, "20 epochs of a small network cost next to nothing"
f"{work / 1e9:.0f} GFLOP in {train_seconds:.1f} s, {cents:.4f} cents; a GPU is cheaper below {break_even:.2f} s"

# %% [markdown] lang="en"
# - **Memory:** TensorFlow takes all of a GPU's, unless told to grow: `use_tensorflow_memory_growth()`, before all
#   else.
# - **Mixed precision:** `mixed_float16` multiplies in 16 bits, keeps weights in 32 (⟦half_same:.1%⟧ of answers stay).
#   Small gradients vanish, hence loss scaling.
# - **Last bits:** sums come in any order, unless asked: `seed_everything(0, deterministic=True)`.
# - **Speed:** no GPU was at hand; nothing was measured on one. The recipe is ⟦work / 1e9:.0f⟧ GFLOP; a core did
#   ⟦work / train_seconds / 1e9:.0f⟧ a second, ⟦train_seconds:.0f⟧ s in all. A V100's data sheet says 14,000:
#   ⟦1000 * work / 14e12:.0f⟧ ms, plus ⟦steps⟧ launches: not needed here.
#
# ## 05.15 In the company
#
# What stays for our reviews? Input becomes a bag of words (00.4), 784 becomes ⟦WORDS:,⟧, 10 becomes 2.

# %% [markdown] lang="zh" of="e9f0831f"
# - **显存：** TensorFlow 会占满整块显卡的显存，除非让它按需增长：最先调用 `use_tensorflow_memory_growth()`。
# - **混合精度：** `mixed_float16` 用 16 位做乘法，权重仍存 32 位；这里有 ⟦half_same:.1%⟧ 的答案不变。小的梯度会变成
#   零，所以要放大损失。
# - **末几位：** 求和的次序不固定，除非提出要求：`seed_everything(0, deterministic=True)`。
# - **速度：** 手边没有 GPU，所以没有任何数字是在 GPU 上测的。这份配方共 ⟦work / 1e9:.0f⟧ GFLOP；一个核每秒完成
#   ⟦work / train_seconds / 1e9:.0f⟧，总共 ⟦train_seconds:.0f⟧ 秒。V100 的数据手册标称 14,000：
#   ⟦1000 * work / 14e12:.0f⟧ 毫秒，外加 ⟦steps⟧ 次启动。这里用不着它。
#
# ## 05.15 在公司里
#
# 我们的产品读的是评论。这份配方还能留下什么？输入换成词袋（00.4 节），784 换成 ⟦WORDS:,⟧，10 换成 2。

# %%
WORDS = 4_000                                               # the most frequent ones; 1,000 … 13,000
texts, liked = data.load_reviews("movies").labelled(threshold=1.5)
review_fit, review_val, review_test = data.split(len(texts), (0.64, 0.16, 0.2), seed=SEED, labels=liked)
bags = keras.layers.TextVectorization(max_tokens=WORDS, output_mode="multi_hot")
bags.adapt([texts[k] for k in review_fit])                  # the vocabulary comes from the training reviews alone
X_bags = np.asarray(bags(tf.constant(texts)), dtype="float32")      # (n, WORDS) of 0 and 1
sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
reader = make_network(inputs=WORDS, hidden=64, classes=2, head="linear", loss=sparse)
review_history = fit(
    reader, X_bags[review_fit], liked[review_fit], validation_split=0.0,
    validation_data=(X_bags[review_val], liked[review_val]),
    callbacks=[keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)])
review_best = int(np.argmin(review_history["val_loss"])) + 1
review_accuracy = (predict(reader, X_bags[review_test]).argmax(axis=1) == liked[review_test]).mean()
review_margin = 1.96 * np.sqrt(review_accuracy * (1 - review_accuracy) / len(review_test))
assert review_accuracy - review_margin > max(liked.mean(), 1 - liked.mean()), "better than the majority baseline"
f"best epoch {review_best}; test accuracy {review_accuracy:.1%} ± {review_margin:.1%} (n = {len(review_test):,})"

# %% [markdown] lang="en"
# Clear film reviews are read with ⟦review_accuracy:.1%⟧ ± ⟦review_margin:.1%⟧ accuracy, best in epoch ⟦review_best⟧.
# The digits' 20 epochs cost ⟦cents:.3f⟧ cents; a GPU would pay if it took less than ⟦break_even:.2f⟧ s. The framework
# saved a loop of ⟦lines⟧ lines, the gradients, the files. And it decided:
#
# | default | noticed by |
# |---|---|
# | the last fifth, unshuffled | validation accuracy ⟦careless_history['val_accuracy'][-1]:.1%⟧ (05.4) |
# | the last weights, not the best | the curve (05.12) |
# | softmax mended unseen | nobody, until the code moves (05.8) |
# | $\varepsilon$ and its place | PyTorch: ⟦races[1e-3][2]:.2f⟧, not ⟦races[1e-3][1]:.2f⟧ (05.9) |
#
# To take a default is to decide. The team that pays for the mistake should know which ones it took.

# %% [markdown] lang="zh" of="e2880fa2"
# 态度鲜明的影评，准确率 ⟦review_accuracy:.1%⟧ ± ⟦review_margin:.1%⟧，第 ⟦review_best⟧ 轮最好。手写数字的 20 轮花了
# ⟦cents:.3f⟧ 美分；GPU 要在 ⟦break_even:.2f⟧ 秒之内跑完才划算。框架替我们省下了 ⟦lines⟧ 行的循环，还有求梯度和存取文
# 件。而它也替我们做了决定：
#
# | 默认值 | 凭什么发现 |
# |---|---|
# | 最后五分之一，不打乱 | 验证准确率 ⟦careless_history['val_accuracy'][-1]:.1%⟧（05.4 节） |
# | 留最后的权重，而不是最好的 | 曲线（05.12 节） |
# | 暗中修补 softmax | 没人发现，直到代码搬家（05.8 节） |
# | $\varepsilon$ 的值与位置 | PyTorch 得 ⟦races[1e-3][2]:.2f⟧，而不是 ⟦races[1e-3][1]:.2f⟧（05.9 节） |
#
# 接受默认值，也是一种决定。谁要为错误买单，谁就该知道自己接受了哪些。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You prepared MNIST in three checked steps; forgetting one took the first loss from ⟦first_loss:.1f⟧ to
#   ⟦raw_loss:.0f⟧.
# - You trained 407,050 parameters: test accuracy ⟦accuracy:.1%⟧ ± ⟦margin:.1%⟧; sorted labels validated at
#   ⟦careless_history['val_accuracy'][-1]:.1%⟧.
# - You wrote `fit` in ⟦lines⟧ lines; with SGD, PyTorch followed to ⟦races['SGD'][0]:.0e⟧.
# - You did better with ⟦cnn.count_params():,⟧ parameters (⟦cnn_history['val_accuracy'][-1]:.1%⟧), or augmentation
#   (⟦augmented_val.mean():.1%⟧).
# - You resumed after epoch ⟦survived⟧, exactly; without Adam's memory the first step was
#   ⟦forgetful.lengths[0] / exact.lengths[0]:.1f⟧ times as long.
#
# **Next:** exercise 05; lesson 06, evaluation. **Papers:** LeCun et al., 1998, "Gradient-based learning applied to
# document recognition", section III; Simard et al., 2003, "Best practices for convolutional neural networks applied
# to visual document analysis"; Micikevicius et al., 2018, "Mixed precision training", section 3 (arXiv:1710.03740).

# %% [markdown] lang="zh" of="3125b7c1"
# ## 现在你能做到
#
# - 分三步准备了 MNIST，步步核对；漏掉一步，第一个损失就从 ⟦first_loss:.1f⟧ 变成 ⟦raw_loss:.0f⟧。
# - 用 Keras 训练了 407,050 个参数：测试准确率 ⟦accuracy:.1%⟧ ± ⟦margin:.1%⟧；标签排好序时，验证准确率是
#   ⟦careless_history['val_accuracy'][-1]:.1%⟧。
# - 用 ⟦lines⟧ 行写出了 `fit`；用 SGD 时，PyTorch 走的路径只差 ⟦races['SGD'][0]:.0e⟧。
# - 用 ⟦cnn.count_params():,⟧ 个参数（⟦cnn_history['val_accuracy'][-1]:.1%⟧），以及用数据增强
#   （⟦augmented_val.mean():.1%⟧），都做得更好。
# - 从第 ⟦survived⟧ 轮之后精确地接着训练；丢了 Adam 的记忆时，第一步长达 ⟦forgetful.lengths[0] / exact.lengths[0]:.1f⟧
#   倍。
#
# **接下来：** 练习 05；然后是第 06 课，评估。**论文：** LeCun 等，1998，“Gradient-based learning applied to document
# recognition”（基于梯度的学习用于文档识别），第 III 节；Simard 等，2003，“Best practices for convolutional neural
# networks applied to visual document analysis”（卷积神经网络用于文档分析的最佳做法）；Micikevicius 等，2018，“Mixed
# precision training”（混合精度训练），第 3 节（arXiv:1710.03740）。
