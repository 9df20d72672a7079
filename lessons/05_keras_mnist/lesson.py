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
# - build, train and judge 784–512–10, and say what Keras decided for you;
# - compare two networks: rates tuned alike, images paired, seconds counted;
# - change images without changing their labels, and know when that must be off;
# - let callbacks watch a run, stop it, and keep its best weights.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with what is marked Deeper ⟦whole_minutes⟧. The notebook runs in
# ⟦run_seconds⟧ s on 2 CPU cores and takes ⟦peak_memory⟧ of memory. You need lessons 01 and 02; no network.

# %% [markdown] lang="zh" of="289cc326"
# # 05. 用 Keras 做 MNIST
#
# **本课的问题：** 框架到底替我做了什么？
#
# 学完后你能够：
# - 把图像变成行向量、把标签变成独热向量，并且每一步都核对；
# - 用 Keras 搭建、训练并评判 784–512–10 网络，说得出默认值替你做了哪些决定；
# - 公平地比较两个网络：学习率同样调过，图像逐张配对，耗时也算在内；
# - 改动图像而不改变标签，并知道什么时候必须关掉这种改动；
# - 让回调盯着训练、及时叫停，并留下最好的权重。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学第 01、02 课；不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "tensorflow-cpu", "tensorboard", "matplotlib", "ipywidgets")
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)     # same bits in every run

# %%
import math
from time import perf_counter

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from tqdm.auto import tqdm

import course_data as data
from course_utils import plotting, seed_everything, use_tensorflow_memory_growth

gpus = use_tensorflow_memory_growth()       # [] without a GPU; must come first (05.14)
plotting.use_course_style()

# %%
SEED = 0                # split, first weights and order of the data follow from it
SEEDS = (0, 1, 2)       # each network is trained once with each of them
FULL_MNIST = False      # True: 60,000 + 10,000 images, downloaded; 15 times as long
BATCH = 128             # images a step; 32 … 512
EPOCHS = 20             # 10 … 50
CNN_EPOCHS = 5          # each takes as long as four of the dense network; 5 … 20
KILL_IN = 7             # the epoch in which a process is killed; 2 … 9 (05.13)
PRICE = 0.05            # dollars for an hour of one core: an assumption

# %% [markdown] lang="en"
# ## 05.1 From pixels to rows
#
# One of the articles that this course grew from ends in twenty lines of Keras that train a network on MNIST; many
# people's first network looks like it. We run that recipe, number for number, and look under every line.
#
# MNIST: handwritten digits, 28×28 grey values in 0…255 (LeCun et al., 1998). A package of this course carries 5,000,
# 500 of each; `FULL_MNIST = True` takes all 70,000. A dense layer wants something else:
#
# $$\mathrm{uint8}\ (N,28,28)\ \to\ x\in[0,1]^{N\times 784},\qquad \mathrm{int}\ (N,)\ \to\ y\in\{0,1\}^{N\times 10}.$$
#
# Three steps, each easily wrong in a way that raises no error. So each gets a check.

# %% [markdown] lang="zh" of="3bc50581"
# ## 05.1 从像素到行向量
#
# 本课程脱胎于几篇文章，其中一篇的结尾是二十来行 Keras 代码，在 MNIST 上训练一个网络；许多人的第一个网络就长这样。我们把这份
# 配方原样跑一遍，数字一个不改，再掀开每一行，看看底下是什么。
#
# MNIST 是手写数字，28×28 个灰度值，取 0～255（LeCun 等，1998）。本课程用到的一个软件包里带有其中 5,000 张，每个数字
# 500 张；把 `FULL_MNIST` 设为 `True`，就用全部 70,000 张。而全连接层（dense layer）要的是另一种样子：
#
# $$\mathrm{uint8}\ (N,28,28)\ \to\ x\in[0,1]^{N\times 784},\qquad \mathrm{int}\ (N,)\ \to\ y\in\{0,1\}^{N\times 10}.$$
#
# 一共三步，每一步都很容易做错，而且错了也不报错。所以每一步都配一个检查。

# %%
mnist = data.load_mnist(full=FULL_MNIST)
pixels, labels = mnist.images, mnist.labels                 # (N, 28, 28), (N,)
drawn = data.split(len(mnist), (0.8, 0.2), seed=SEED, labels=labels)
train, test = mnist.parts.values() if FULL_MNIST else drawn
train = np.random.default_rng(SEED).permutation(train)
n_fit = int(len(train) * 0.8)               # `fit` will learn from these first ones

# %% tags=["nbval-check-output"]
scaled = pixels.astype("float32") / 255     # first the type, then the division
assert (scaled.min(), scaled.max()) == (0, 1), "between 0 and 1"
assert (np.rint(scaled * 255) == pixels).all(), "the bytes can be had back"
200 + np.uint8([100]), (pixels / 255).dtype        # bytes wrap around; a type too large

# %%
rows = scaled.reshape(-1, 784)              # (N, 784), one image a row
assert (rows[:, 28 * 9 + 5] == scaled[:, 9, 5]).all(), "pixel (r, c) at place 28 r + c"
rng = seed_everything(SEED)
mixed = scaled.reshape(784, -1).T           # the same shape, and no error …
assert mixed.shape == rows.shape and (mixed != rows).any(), "… but pieces of many"

# %%
one_hot = np.eye(10, dtype="float32")[labels]               # (N, 10), row k of I for k
assert (one_hot == keras.utils.to_categorical(labels, 10)).all(), "as Keras's own"
X_train, Y_train = rows[train], one_hot[train]
X_test, Y_test, truth = rows[test], one_hot[test], labels[test]
ten = [train[labels[train] == digit][0] for digit in range(10)]
plotting.show_images(pixels[ten], labels[ten], columns=10);

# %% [markdown] lang="en"
# *The picture:* the ten digits, white on black, each with its label above.
#
# What goes wrong silently: bytes wrap around at 256 (200 + 100 gave 44); dividing before converting gives `float64`,
# twice the memory; and `reshape(784, -1).T` has the right shape and the wrong content.

# %% [markdown] lang="zh" of="1d78f196"
# *图中所见：* 十个数字，黑底白字，上方标着各自的标签。
#
# 有哪些错会悄悄发生？字节满 256 就回绕（200 + 100 得到 44）；先除再转换会得到 `float64`，内存翻倍；而
# `reshape(784, -1).T` 形状对，内容错。

# %% [markdown] lang="en"
# ## 05.2 Two layers, and their numbers counted
#
# The network is two of lesson 01's layers, with softmax at the end:
#
# $$h=\operatorname{ReLU}(xW_1+b_1),\qquad p=\operatorname{softmax}(hW_2+b_2).$$
#
# Keras keeps a kernel as (inputs, outputs): $W_1\in\mathbb{R}^{784\times 512}$, $W_2\in\mathbb{R}^{512\times 10}$. By
# hand, the first layer has $784\cdot 512+512=401{,}920$ parameters, the second $512\cdot 10+10=5{,}130$; together
# $407{,}050$. `compile` adds what lesson 02 wrote by hand: Adam with $\alpha=0.001$, loss, metric.

# %% [markdown] lang="zh" of="150f8f4b"
# ## 05.2 两层网络，参数逐个数清
#
# 这个网络就是第 01 课的两层，最后接一个 softmax：
#
# $$h=\operatorname{ReLU}(xW_1+b_1),\qquad p=\operatorname{softmax}(hW_2+b_2).$$
#
# Keras 按（输入，输出）的次序存放权重矩阵（kernel）：$W_1\in\mathbb{R}^{784\times 512}$，$W_2\in\mathbb{R}^{512\times 10}$。
# 手算一下：第一层有 $784\cdot 512+512=401{,}920$ 个参数，第二层有 $512\cdot 10+10=5{,}130$ 个，合计 $407{,}050$ 个。
# `compile` 补上第 02 课手写过的东西：$\alpha=0.001$ 的 Adam、损失、指标。

# %%
def make_network(inputs=784, hidden=512, classes=10, seed=SEED, head="softmax",
                 optimizer="adam", loss="categorical_crossentropy"):
    """A compiled network inputs–hidden–classes; head: the last activation."""
    seed_everything(seed)
    model = keras.Sequential([
        keras.Input((inputs,)),
        layers.Dense(hidden, activation="relu"),
        layers.Dense(classes, activation=head),
    ])
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)        # m and v exist from here on
    return model

# %%
network = make_network()
assert network.count_params() == 401_920 + 5_130 == 407_050, "as counted by hand"
network.summary()

# %% [markdown] lang="en"
# The `None` in the summary is the number of images, open until data come. The article calls this "a simple large
# model", and *large* means a million parameters and more to it: by that measure less than half of one.

# %% [markdown] lang="zh" of="68ad2f66"
# `summary()` 里的 `None` 是图像的张数，有了数据才定下来。那篇文章把这段代码称为“一个简单的大模型”，而它所说的“大”是百万参数
# 以上。按这个标准，这里连半个大模型都不到。

# %% [markdown] lang="en"
# ## 05.3 Twenty epochs
#
# `fit` keeps a fifth aside, shuffles the rest, cuts it into batches of ⟦BATCH⟧, and goes through it ⟦EPOCHS⟧ times,
# ⟦steps // EPOCHS⟧ steps an epoch. It *returns* what it measured, the history. The article drops it.
#
# **Before you run it:** what is the loss before the first step, roughly? And what if somebody forgets the division by
# 255?

# %% [markdown] lang="zh" of="318714fe"
# ## 05.3 二十轮
#
# `fit` 留出五分之一，把其余的打乱，切成每批 ⟦BATCH⟧ 张，走上 ⟦EPOCHS⟧ 轮，每轮 ⟦steps // EPOCHS⟧ 步。它会把测到的数作为
# 历史记录（history）**返回**，那篇文章却把返回值丢掉了。
#
# **先猜再运行：** 走第一步之前，损失大约是多少？如果有人忘了除以 255 呢？

# %%
def predict(model, X):
    """Outputs outside of training, as NumPy; X: (n, d) -> (n, classes)."""
    return np.asarray(model(X, training=False))

def measure_loss(model, X, Y):
    """Mean cross-entropy in nats; Y: (n, classes) one-hot."""
    return float(keras.losses.CategoricalCrossentropy()(Y, model(X, training=False)))

first_loss, raw_loss = (measure_loss(network, k * X_train, Y_train) for k in (1, 255))
assert abs(first_loss - math.log(10)) < 0.3 < raw_loss / 10, "near ln 10; far above"
f"ln 10 = {math.log(10):.2f}; untrained {first_loss:.2f}, raw pixels {raw_loss:.0f}"

# %%
started = perf_counter()
history = network.fit(X_train, Y_train, batch_size=BATCH, epochs=EPOCHS,
                      validation_split=0.2, verbose=2).history
train_seconds = perf_counter() - started
steps = EPOCHS * math.ceil(n_fit / BATCH)
assert int(network.optimizer.iterations) == steps, "one update a batch"

# %%
def fit(model, X=X_train, Y=Y_train, epochs=EPOCHS, **settings):
    """The same `fit`, silent; the history: name -> one number an epoch."""
    settings = {"validation_split": 0.2, "batch_size": BATCH, **settings}
    return model.fit(X, Y, epochs=epochs, verbose=0, **settings).history

# %%
networks, histories = {SEED: network}, {SEED: history}
for seed in tqdm(set(SEEDS) - {SEED}):
    networks[seed] = make_network(seed=seed)
    histories[seed] = fit(networks[seed])
by_seed = {name: np.array([histories[s][name] for s in SEEDS]) for name in history}

# %%
assert (by_seed["val_loss"] > by_seed["loss"])[:, -1].all(), "validation stays above"
mean = {name: curves.mean(axis=0) for name, curves in by_seed.items()}
fig, axes = plt.subplots(1, 2, figsize=(6.4, 2.8))
for ax, kind in zip(axes, ("loss", "accuracy")):
    pair = {"training": mean[kind], "validation": mean[f"val_{kind}"]}
    plotting.show_curves(pair, ax=ax, logy=kind == "loss", xlabel="epoch", ylabel=kind);

# %% [markdown] lang="en"
# *The picture:* left, loss (logarithmic), right, accuracy; means of three seeds. The training loss (solid) falls almost
# in a straight line to nearly nothing; the validation loss (dashed) is flat after a few epochs.
#
# Untrained, the network spreads its belief evenly, $\ln 10$. On raw pixels it is certain, and wrong: a first loss far
# above $\ln 10$ says *look at the inputs*.
#
# At the end, training accuracy is ⟦by_seed['accuracy'][:, -1].min():.1%⟧, validation
# ⟦by_seed['val_accuracy'][:, -1].min():.1%⟧ to ⟦by_seed['val_accuracy'][:, -1].max():.1%⟧ (three seeds,
# ⟦len(train) - n_fit:,⟧ images): learned by heart. Lesson 04 is about that gap.

# %% [markdown] lang="zh" of="ca653597"
# *图中所见：* 左图是损失（对数轴），右图是准确率，都是三个种子的平均。训练损失（实线）几乎沿直线一路降到接近零；验证损失
# （虚线）几轮之后就平了。
#
# 未经训练的网络对十个类一视同仁，损失是 $\ln 10$。面对没有缩放的像素，它十分肯定，却是错的：第一个损失远高于
# $\ln 10$，就该**回头看看输入**。
#
# 结束时，训练准确率 ⟦by_seed['accuracy'][:, -1].min():.1%⟧，验证准确率 ⟦by_seed['val_accuracy'][:, -1].min():.1%⟧ 至
# ⟦by_seed['val_accuracy'][:, -1].max():.1%⟧（三个种子，⟦len(train) - n_fit:,⟧ 张图像），也就是说，训练图像被背了下来。这道差距
# 正是第 04 课的主题。

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
# - [ ] 最后一轮的平均 :: **打印出来**的训练损失才是这样的平均，而且是在权重移动的过程中测的。权重则是这一轮结束时的权
#   重。

# %% [markdown] lang="en"
# ## 05.4 Which fifth? A failure on purpose
#
# `fit` shuffles the training images each epoch. But *before* that, `validation_split` has cut off the **last** fifth
# of the arrays as they come. Ours were shuffled; the file itself is sorted by class, as many files are.
#
# **Before you run it:** a colleague skips the shuffling, takes the same images sorted by class, and runs the recipe
# for five epochs. What validation accuracy do you expect?

# %% [markdown] lang="zh" of="87ac2e35"
# ## 05.4 是哪五分之一？故意失败一次
#
# `fit` 每一轮都会打乱训练图像。但在这**之前**，`validation_split` 已经按数组原来的次序切走了**最后**五分之一。我们的数
# 据打乱过；而文件本身是按类别排好的，许多文件都是这样。
#
# **先猜再运行：** 一位同事没有打乱，拿按类别排好的同一批图像，照配方跑了五轮。你预计验证准确率是多少？

# %%
by_class = labels[train].argsort(kind="stable")
careless = make_network()
careless_history = fit(careless, X_train[by_class], Y_train[by_class], epochs=5)
ordered = labels[train][by_class]
never = np.setdiff1d(ordered[n_fit:], ordered[:n_fit])      # validated, never learned
careless_test = (predict(careless, X_test).argmax(axis=1) == truth).mean()
assert careless_history["val_accuracy"][-1] < 0.05, "it learns, but not those"
{key: [round(x, 3) for x in values] for key, values in careless_history.items()}

# %%
np.bincount(labels[train[:n_fit]]), np.bincount(labels[train[n_fit:]])  # the guard

# %% [markdown] lang="en"
# **The symptom:** training accuracy climbs to ⟦careless_history['accuracy'][-1]:.1%⟧, validation accuracy stays at
# ⟦careless_history['val_accuracy'][-1]:.1%⟧, and its loss *rises*. No error. **The cause:** the classes
# ⟦', '.join(map(str, never))⟧ lie in the last fifth alone; never seen, they are never answered (test accuracy
# ⟦careless_test:.1%⟧). **The cure:** shuffle once, with a seed, or pass `validation_data`. **The guard:** count the
# labels on both sides, as the last cell does for ours.

# %% [markdown] lang="zh" of="2096f587"
# **症状：** 训练准确率升到 ⟦careless_history['accuracy'][-1]:.1%⟧，验证准确率停在
# ⟦careless_history['val_accuracy'][-1]:.1%⟧，验证损失反而**上升**，没有任何报错。**病因：** ⟦', '.join(map(str, never))⟧
# 这几类全落在最后五分之一里；没见过，也就从不这样回答（测试准确率 ⟦careless_test:.1%⟧）。**对策：** 用固定的种子打乱一次，
# 或者自己传入 `validation_data`。**防护：** 数一数两边各有哪些标签，上一个单元格就替我们的数据数过了。

# %% [markdown] lang="en"
# ## 05.5 What it reads, and what it doesn't
#
# The article loads the test images, scales them, and never uses them. The test set is for the end (`evaluate`), with
# an interval (00.5). The **confusion matrix** says where the network errs: $C_{ij}$ counts images of digit $i$ read
# as $j$.

# %% [markdown] lang="zh" of="b22f1031"
# ## 05.5 认得什么，认不得什么
#
# 那篇文章把测试图像读进来、缩放好，然后一次也没有用。测试集要留到最后（用 `evaluate`），并附上区间（00.5 节）。错在哪里，
# 看**混淆矩阵**（confusion matrix）：$C_{ij}$ 是数字 $i$ 被认作 $j$ 的图像张数。

# %%
P_test = predict(network, X_test)                           # (n, 10)
guesses, n_test = P_test.argmax(axis=1), len(test)
accuracy = network.evaluate(X_test, Y_test, verbose=0)[1]
margin = 1.96 * np.sqrt(accuracy * (1 - accuracy) / n_test)
assert math.isclose(accuracy, (guesses == truth).mean(), rel_tol=1e-5), "counted"
f"test accuracy {accuracy:.1%} ± {margin:.1%} (n = {n_test:,})"

# %%
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (truth, guesses), 1)
assert confusion.trace() == (guesses == truth).sum(), "the diagonal: read rightly"
mistakes = confusion - np.diag(confusion.diagonal())
worst = np.unravel_index(mistakes.argmax(), mistakes.shape)     # (written, read as)

# %%
ax = plt.subplots(figsize=(5.2, 3.8))[1]
plotting.show_heatmap(confusion, range(10), range(10), ax, xlabel="read as",
                      ylabel="written", values="d", vmax=2 * mistakes.max())
ax.tick_params(axis="x", rotation=0);

# %% [markdown] lang="en"
# *The picture:* a table of ten by ten. The diagonal (off the colour scale) holds nearly all images; off it stand
# small numbers, the largest in row ⟦worst[0]⟧, column ⟦worst[1]⟧: ⟦mistakes.max()⟧ times a ⟦worst[0]⟧ was read as
# ⟦worst[1]⟧.
#
# Can these ⟦n_test:,⟧ images tell our three seeds apart? Their intervals overlap. But all read the *same* images:
# only those count that one of two reads rightly and the other wrongly. Were both equally good, each such image would
# fall like a coin, and the exact probability of so uneven a split is **McNemar's test**.

# %% [markdown] lang="zh" of="bd9e0c54"
# *图中所见：* 一张十乘十的表。对角线上（超出色标）几乎是全部图像；对角线以外都是小数目，最大的在第 ⟦worst[0]⟧ 行第 ⟦worst[1]⟧
# 列：把 ⟦worst[0]⟧ 认成 ⟦worst[1]⟧，共 ⟦mistakes.max()⟧ 次。
#
# 这 ⟦n_test:,⟧ 张图像分得出三个种子的高下吗？它们的区间互相重叠。可是它们认的是**同一批**图像：只有一个对、一个错的那些才有话
# 说。如果两者一样好，这样的每张图像就像抛硬币；分得如此不均的精确概率，就是**麦克尼马尔检验**（McNemar's test）。

# %%
from scipy.stats import binomtest

def compare(right, other):
    """Images that only one of two reads rightly, (n, m), and McNemar's exact p."""
    n, m = int((right & ~other).sum()), int((other & ~right).sum())
    return n, m, binomtest(n, max(1, n + m)).pvalue

dense_right = {s: predict(networks[s], X_test).argmax(axis=1) == truth for s in SEEDS}
test_by_seed = np.array([right.mean() for right in dense_right.values()])
pairs = {(a, b): compare(dense_right[a], dense_right[b])
         for a in SEEDS for b in SEEDS if a < b}
seed_p = min(p for _, _, p in pairs.values())
assert compare(guesses == truth, guesses == truth)[2] == 1, "equal: nothing to tell"
{f"seeds {a}, {b}": f"{n} : {m}, p = {p:.3f}" for (a, b), (n, m, p) in pairs.items()}

# %% [markdown] lang="en"
# The smallest of the ⟦len(pairs)⟧ values of $p$ is ⟦seed_p:.3f⟧, to be held against
# $0.05/$⟦len(pairs)⟧ (Bonferroni, 04.10). The honest sentence: test accuracy ⟦accuracy:.1%⟧ (95 % interval
# ±⟦margin:.1%⟧, n = ⟦n_test:,⟧; three seeds ⟦test_by_seed.min():.1%⟧ to ⟦test_by_seed.max():.1%⟧). Now the mistakes
# of which the network was surest.

# %% [markdown] lang="zh" of="8194dd3c"
# ⟦len(pairs)⟧ 个 $p$ 值里最小的是 ⟦seed_p:.3f⟧，要与 $0.05/$⟦len(pairs)⟧ 相比（邦费罗尼校正，04.10 节）。如实的说法是：测试准确率
# ⟦accuracy:.1%⟧（95% 置信区间 ±⟦margin:.1%⟧，n = ⟦n_test:,⟧；三个种子 ⟦test_by_seed.min():.1%⟧ 至
# ⟦test_by_seed.max():.1%⟧）。再来看网络错得最有把握的那些图像。

# %%
missed = np.flatnonzero(guesses != truth)
surest = missed[P_test[missed].max(axis=1).argsort()[::-1][:20]]
titles = [f"{truth[k]}, read {guesses[k]}" for k in surest]
plotting.show_images(pixels[test][surest], titles, columns=10);

# %% [markdown] lang="en"
# *The picture:* twenty misread digits. Some would puzzle a reader; others are plain to the eye. The network gave its
# answers ⟦P_test[surest].max(axis=1).min():.0%⟧ to ⟦P_test[surest].max(axis=1).max():.1%⟧: confident is not right
# (lesson 06).

# %% [markdown] lang="zh" of="6388a4ef"
# *图中所见：* 二十个认错的数字。有几个人看了也要犹豫，另一些则一眼就能认出。网络给自己的答案打的概率是
# ⟦P_test[surest].max(axis=1).min():.0%⟧ 至 ⟦P_test[surest].max(axis=1).max():.1%⟧：有把握不等于正确（第 06 课）。

# %% [markdown] lang="en"
# ## 05.6 Deeper: how many images?
#
# You may have read that such a network reaches 98 %. Simard, Steinkraus and Platt (2003) report 1.6 % error with 800
# hidden units, learned from 60,000 images. Here ⟦n_fit:,⟧ were learned from. Is the rest just missing data? 04.3's
# learning curve can be measured and continued, much further than there:
#
# $$e(n)\approx c\,n^{-\gamma} .$$

# %% [markdown] lang="zh" of="2ee398e5"
# ## 05.6 选读：要多少张图像？
#
# 你也许读到过，这样的网络能达到 98%。Simard、Steinkraus 和 Platt（2003）用 800 个隐藏单元，从 60,000 张图像学习，报告
# 的错误率是 1.6%。而这里只用了 ⟦n_fit:,⟧ 张来学。差的那一截，是否只因为数据少？可以像 04.3 节那样量出学习曲线，再把它延长，
# 比那里远得多：
#
# $$e(n)\approx c\,n^{-\gamma} .$$

# %%
errors = {n_fit: 1 - test_by_seed.mean()}                   # images -> test error
for n in (1_000, 500):
    model = make_network()
    fit(model, X_train[:n], Y_train[:n], validation_split=0.0)
    errors[n] = (predict(model, X_test).argmax(axis=1) != truth).mean()
assert errors[500] > errors[n_fit], "more images, fewer mistakes"

# %%
sizes, measured = np.array(list(errors)), np.array(list(errors.values()))
luck = rng.binomial(n_test, measured, size=(2_000, len(sizes))).clip(1) / n_test
slopes, offsets = np.polyfit(np.log(sizes), np.log(luck.T), 1)      # (2000,) each
far = np.exp(offsets + slopes * np.log(48_000))                     # (2000,)
low, middle, high = np.quantile(far, (0.025, 0.5, 0.975))
{"measured": measured.round(3), "at 48,000": f"{middle:.1%} ({low:.1%} … {high:.1%})"}

# %% [markdown] lang="en"
# For 48,000 images (four fifths of 60,000) the line says ⟦middle:.1%⟧ error, ⟦low:.1%⟧ to ⟦high:.1%⟧ by the luck of
# the test images alone. The published 1.6 % fits: the network isn't worse here, it has seen less. **Measured here**
# is ⟦accuracy:.1%⟧ accuracy; the 98 % is **published, and extrapolated**. `FULL_MNIST = True` measures it on your
# machine (05.17).

# %% [markdown] lang="zh" of="fe38df45"
# 对 48,000 张（60,000 的五分之四），直线给出的错误率是 ⟦middle:.1%⟧；单是测试图像的运气，就会让它在 ⟦low:.1%⟧ 至
# ⟦high:.1%⟧ 之间变动。已发表的 1.6% 与此相符：网络并没有变差，只是见得少。在这里**实测**的准确率是 ⟦accuracy:.1%⟧；
# 98% 是**别人发表的，加上外推出来的**。把 `FULL_MNIST` 设为 `True`，就能在你的机器上测出来（05.17 节）。

# %% [markdown] lang="en"
# ## 05.7 Deeper: what `fit` does
#
# Lesson 02's six steps, in Keras's words. We switch shuffling off on both sides, so that both see the same batches.

# %% [markdown] lang="zh" of="ece4b104"
# ## 05.7 选读：`fit` 做了什么
#
# 就是第 02 课的六个步骤，换成 Keras 的说法。两边都不打乱，好让它们看到同样的批量。

# %%
def fit_by_hand(model, X, Y, epochs):
    """What `fit(shuffle=False)` does; returns the mean loss of each epoch."""
    loss, history = keras.losses.CategoricalCrossentropy(), []
    for _ in range(epochs):
        losses = []
        for k in range(0, len(X), BATCH):
            with tf.GradientTape() as tape:
                P = model(X[k:k + BATCH], training=True)
                losses.append(loss(Y[k:k + BATCH], P))
            gradients = tape.gradient(losses[-1], model.trainable_variables)
            model.optimizer.apply(gradients, model.trainable_variables)
        history.append(float(np.mean(losses)))
    return history

# %%
few = slice(0, 25 * BATCH)                  # whole batches: the means agree
library, ours = make_network(), make_network()
plain = {"shuffle": False, "validation_split": 0.0}
library_losses = fit(library, X_train[few], Y_train[few], epochs=2, **plain)["loss"]
hand_losses = fit_by_hand(ours, X_train[few], Y_train[few], epochs=2)
both = zip(library.get_weights(), ours.get_weights())
loop_gap = max(np.abs(a - b).max() for a, b in both)
assert loop_gap < 1e-3 and np.allclose(library_losses, hand_losses, rtol=1e-4), "fit"
f"losses {np.round(hand_losses, 4)}; largest difference of a weight: {loop_gap:.1g}"

# %% [markdown] lang="en"
# After 50 steps the largest difference of a weight is ⟦loop_gap:.1g⟧ (elsewhere the last bits may differ). So `fit`
# hides no magic: it adds shuffling, the held-out fifth, callbacks and a compiled graph. Write the loop when `fit` no
# longer fits: two optimisers, an adversary, second derivatives (02.10).

# %% [markdown] lang="zh" of="4ac7aa73"
# 走了 50 步之后，权重的最大差别是 ⟦loop_gap:.1g⟧（换一台机器，最后几位可能不同）。可见 `fit` 里没有魔法，它只是添上了
# 打乱、留出的五分之一、回调，以及编译好的计算图。等 `fit` 不合用了，再自己写循环：两个优化器、对手网络、二阶导数
# （02.10 节）。

# %% [markdown] lang="en"
# ## 05.8 Softmax or logits?
#
# What goes into the softmax are the **logits** $z$. A network may end in softmax, with the loss $-\log p_y$; or end
# in $z$ and say `from_logits=True`:
#
# $$L=-\log\operatorname{softmax}(z)_y=\log\sum_j e^{z_j}-z_y .$$
#
# Equal on paper. But Keras clips $p$ to $[10^{-7},1-10^{-7}]$ before the logarithm: from probabilities, the loss
# can't exceed $-\ln 10^{-7}=16.1$, and where it is clipped, the gradient is zero.

# %% [markdown] lang="zh" of="ee805313"
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
by_probability = keras.losses.CategoricalCrossentropy()
by_logits = keras.losses.CategoricalCrossentropy(from_logits=True)

def own_softmax(z):
    """Softmax in plain operations; (n, classes) -> (n, classes)."""
    e = tf.exp(z - tf.reduce_max(z, axis=-1, keepdims=True))
    return e / tf.reduce_sum(e, axis=-1, keepdims=True)

z, t = tf.Variable([[60.0] + [0.0] * 9]), one_hot[labels == 2][:1]  # sure of 0; a 2
with tf.GradientTape(persistent=True) as tape:
    three = (by_probability(t, own_softmax(z)), by_logits(t, z),
             by_probability(t, keras.ops.softmax(z)))
clipped, sound, rescued = (tape.gradient(v, z).numpy()[0, [0, 2]] for v in three)
assert (clipped == 0).all() and np.allclose(sound, [1, -1]), "clipped: no slope"
assert np.allclose(rescued, sound), "behind Keras's own softmax the loss finds z"
[f"{value:.1f}" for value in three]

# %% [markdown] lang="en"
# A row that is sure of the wrong digit has a loss of ⟦float(three[1]):.0f⟧ and slopes of $+1$ and $-1$; clipped, it
# is ⟦float(three[0]):.1f⟧, and the slopes are zero. It would never be corrected.
#
# The third surprises: Keras's own softmax leaves a note on its result, and the loss goes back to the logits. So the
# article's network is safe, by a repair nobody sees. Write the softmax yourself, and it is gone. We prefer
# `from_logits=True`.
#
# One can mix the two up in two ways: logits taken for probabilities, or probabilities for logits.

# %% [markdown] lang="zh" of="fa79e096"
# 一口咬定错误数字的那一行，损失是 ⟦float(three[1]):.0f⟧，斜率是 $+1$ 和 $-1$；截断之后，损失成了 ⟦float(three[0]):.1f⟧，
# 斜率全是零，永远得不到纠正。
#
# 第三个数出人意料：Keras 自己的 softmax 会在结果上留个记号，损失函数便绕回去取 logits。所以那篇文章的网络是安全的，靠的是一次没
# 人看见的修补。换成自己写的 softmax，这层保护就没了。我们更愿意写 `from_logits=True`。
#
# 把两者弄混有两种方式：把 logits 当成概率，或者把概率当成 logits。

# %%
no_softmax = fit(make_network(head="linear", loss=by_probability), epochs=3)
twice = fit(make_network(head=own_softmax, loss=by_logits), epochs=3)
floor = math.log(1 + 9 / math.e)            # softmax of probabilities at best
assert no_softmax["val_accuracy"][-1] < 0.6, "logits as probabilities: broken"
assert twice["val_accuracy"][-1] > 0.8 and twice["loss"][-1] > floor, "a floor"
no_softmax["loss"], twice["loss"], history["loss"][:3]

# %% tags=["nbval-check-output"]
sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
same = float(sparse(np.array([2]), z)), float(by_logits(t, z))
assert math.isclose(*same, rel_tol=1e-6), "a label as it is, the same loss"
f"{same[0]:.1f}; one-hot for a vocabulary: {len(train) * 30_522 * 4 / 1e6:.0f} MB"

# %% [markdown] lang="en"
# | network gives | loss expects | after 3 epochs: loss | validation |
# |---|---|---|---|
# | logits | probabilities | ⟦no_softmax['loss'][-1]:.2f⟧ | ⟦no_softmax['val_accuracy'][-1]:.1%⟧ |
# | probabilities | logits | ⟦twice['loss'][-1]:.2f⟧ | ⟦twice['val_accuracy'][-1]:.1%⟧ |
# | as expected | | ⟦history['loss'][2]:.2f⟧ | ⟦history['val_accuracy'][2]:.1%⟧ |
#
# The second is the dangerous one: accuracy hides it. Only the loss tells, stuck above $\ln(1+9/e)$, ⟦floor:.2f⟧.
# (Keras mends its own softmax here, too, and warns; PyTorch never does.) Integer labels give the same loss through
# `sparse_`; with BERT's vocabulary of 30,522, one-hot labels would take ⟦len(train) * 30_522 * 4 / 1e6:.0f⟧ MB.

# %% [markdown] lang="zh" of="73286ac5"
# | 网络给出 | 损失以为是 | 3 轮后：损失 | 验证准确率 |
# |---|---|---|---|
# | logits | 概率 | ⟦no_softmax['loss'][-1]:.2f⟧ | ⟦no_softmax['val_accuracy'][-1]:.1%⟧ |
# | 概率 | logits | ⟦twice['loss'][-1]:.2f⟧ | ⟦twice['val_accuracy'][-1]:.1%⟧ |
# | 与损失相符 | | ⟦history['loss'][2]:.2f⟧ | ⟦history['val_accuracy'][2]:.1%⟧ |
#
# 危险的是第二种：准确率把它掩盖了。只有损失露出马脚，它卡在 $\ln(1+9/e)$ 即 ⟦floor:.2f⟧ 之上。（对自己的 softmax，Keras
# 在这里也会修补并警告；PyTorch 从不吭声。）用 `sparse_` 可以直接给整数标签，损失相同；换成 BERT 那 30,522 个词的词表，独热标签要占
# ⟦len(train) * 30_522 * 4 / 1e6:.0f⟧ MB。

# %% [markdown] lang="en"
# ## 05.9 Deeper: the same network in PyTorch
#
# If frameworks only save work, two must agree. `Linear` keeps its weight as (outputs, inputs):
#
# $$xW+b=xA^\top+b\qquad\Rightarrow\qquad A=W^\top .$$

# %% [markdown] lang="zh" of="ef0237ed"
# ## 05.9 选读：PyTorch 里的同一个网络
#
# 如果框架只是替人省事，那么两个框架就必须一致。`Linear` 按（输出，输入）存放权重：
#
# $$xW+b=xA^\top+b\qquad\Rightarrow\qquad A=W^\top .$$

# %%
import torch
from torch import nn, optim
from torch.nn.functional import cross_entropy

torch.set_num_threads(1)
X_torch, Y_torch = torch.tensor(X_train), torch.tensor(Y_train)

def make_twin(model):
    """The same network in PyTorch, ending in logits, with a Keras model's weights."""
    twin = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
    for parameter, weight in zip(twin.parameters(), model.get_weights(), strict=True):
        parameter.data = torch.tensor(weight.T.copy())      # a bias stays as it is
    return twin

# %%
for model in (make_network(), network):     # untrained and trained
    twin_loss = cross_entropy(make_twin(model)(X_torch), Y_torch).item()
    keras_loss = measure_loss(model, X_train, Y_train)
    assert math.isclose(keras_loss, twin_loss, rel_tol=1e-5), "equal loss"

# %%
def race(keras_optimizer, torch_class, **settings):
    """25 steps in both from one start: distance / way gone, and both losses."""
    model = make_network(optimizer=keras_optimizer)
    twin, start = make_twin(model), model.get_weights()
    optimizer = torch_class(twin.parameters(), **settings)
    fit_by_hand(model, X_train[few], Y_train[few], 1)
    for x, y in zip(X_torch[few].split(BATCH), Y_torch[few].split(BATCH)):
        optimizer.zero_grad()
        cross_entropy(twin(x), y).backward()
        optimizer.step()
    here = model.get_weights()
    there = [parameter.detach().numpy().T for parameter in twin.parameters()]
    apart, gone = (sum(float(((a - b) ** 2).sum()) for a, b in zip(here, other))
                   for other in (there, start))
    theirs = cross_entropy(twin(X_torch), Y_torch).item()
    return math.sqrt(apart / gone), measure_loss(model, X_train, Y_train), theirs

# %%
SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
races = {"SGD": race(SGD(0.1), optim.SGD, lr=0.1)}
races["Adam"] = race(Adam(0.001), optim.Adam, lr=0.001)
for eps in (1e-10, 1e-3):
    races[eps] = race(Adam(0.001, epsilon=eps), optim.Adam, lr=0.001, eps=eps)
assert races["SGD"][0] < 1e-4, "one path"
assert races[1e-3][1] > 1.5 * races[1e-3][2], "a large epsilon: not the same"
{k: f"apart {d:.1e}; losses {a:.4f} and {b:.4f}" for k, (d, a, b) in races.items()}

# %% [markdown] lang="en"
# Equal weights give equal losses, to six digits. With SGD the paths are equal, too: ⟦1e6 * races['SGD'][0]:.1f⟧
# millionths of their length apart after 25 steps. With Adam, ⟦races['Adam'][0]:.1%⟧: the losses agree
# (⟦races['Adam'][1]:.4f⟧ and ⟦races['Adam'][2]:.4f⟧), the weights less so. The cause is $\varepsilon$: $10^{-7}$ in
# Keras, $10^{-8}$ in PyTorch, and at another place (02.8):
#
# $$\mathrm{PyTorch:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon}\qquad\mathrm{Keras:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon/\sqrt{1-\beta_2^t}}$$
#
# At $t=1$ Keras's is 32 times as large. With $\varepsilon=10^{-10}$ in both it hardly matters
# (⟦races[1e-10][0]:.1%⟧); with $0.001$ in both, one epoch ends at ⟦races[1e-3][1]:.2f⟧ in Keras, ⟦races[1e-3][2]:.2f⟧
# in PyTorch. Copied settings aren't copied behaviour.

# %% [markdown] lang="zh" of="ab782289"
# 权重相同，损失就相同，六位数字一致。用 SGD 时，路径也相同，25 步之后只差路程的百万分之 ⟦1e6 * races['SGD'][0]:.1f⟧。用 Adam
# 则差 ⟦races['Adam'][0]:.1%⟧：损失还算一致（⟦races['Adam'][1]:.4f⟧ 与 ⟦races['Adam'][2]:.4f⟧），权重就不那么一致了。原因在
# $\varepsilon$：Keras 取 $10^{-7}$，PyTorch 取 $10^{-8}$，所在的位置也不同（02.8 节）：
#
# $$\mathrm{PyTorch:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon}\qquad\mathrm{Keras:}\ \frac{\alpha\,\hat m_t}{\sqrt{\hat v_t}+\varepsilon/\sqrt{1-\beta_2^t}}$$
#
# 在 $t=1$ 时，Keras 的是 PyTorch 的 32 倍。两边都取 $\varepsilon=10^{-10}$，就几乎没有影响（⟦races[1e-10][0]:.1%⟧）；两边都取
# $0.001$，一轮之后，Keras 的损失是 ⟦races[1e-3][1]:.2f⟧，PyTorch 的是 ⟦races[1e-3][2]:.2f⟧。照抄设定，不等于照抄行
# 为。

# %% [markdown] lang="en"
# ## 05.10 A network that knows neighbours
#
# A dense layer doesn't know which pixels are neighbours. A **convolution** lays one small filter $f$ on every place
# of the image:
#
# $$m_{ij}=\operatorname{ReLU}\Big(b+\sum_{u,v=0}^{k-1} f_{uv}\,x_{i+u,\,j+v}\Big).$$
#
# On $c$ maps a filter has $k^2c+1$ parameters, at however many places it lies. A side $s$ becomes $s-k+1$;
# **pooling** keeps the largest of each 2×2, and halves it: 28, 24, 12, 10, 5. By hand:
# $16\,(25\cdot 1+1)=416$, then $32\,(9\cdot 16+1)=4{,}640$, and dense
# $(5\cdot 5\cdot 32)\cdot 10+10=8{,}010$.

# %% [markdown] lang="zh" of="296235ec"
# ## 05.10 懂得邻居的网络
#
# 全连接层并不知道哪些像素相邻。**卷积**（convolution）则把一个小滤波器 $f$ 依次放到图像的每个位置上：
#
# $$m_{ij}=\operatorname{ReLU}\Big(b+\sum_{u,v=0}^{k-1} f_{uv}\,x_{i+u,\,j+v}\Big).$$
#
# 面对 $c$ 张特征图（feature map），一个滤波器有 $k^2c+1$ 个参数，不论放到多少个位置上。边长 $s$ 变成 $s-k+1$；**池化**
# （pooling）在每个 2×2 中取最大的一个，使边长减半：28、24、12、10、5。手算参数个数：$16\,(25\cdot 1+1)=416$，接着
# $32\,(9\cdot 16+1)=4{,}640$，全连接层 $(5\cdot 5\cdot 32)\cdot 10+10=8{,}010$。

# %%
def make_cnn(seed=SEED, rate=0.003):
    """A compiled convolutional network (CNN) for rows of 784."""
    seed_everything(seed)
    model = keras.Sequential([
        keras.Input((784,)),
        layers.Reshape((28, 28, 1)),                        # one grey channel
        layers.Conv2D(16, 5, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer=keras.optimizers.Adam(rate),
                  loss="categorical_crossentropy", metrics=["accuracy"])
    return model

cnn = make_cnn()
assert cnn.count_params() == 416 + 4_640 + 8_010 == 13_066, "as counted by hand"

# %%
def draw_layers(model, first):
    """A model's layers in a row; below each: the shape it gives, its parameters."""
    boxes, arrows = {0: (0.6, 1, first, "data")}, []
    for k, layer in enumerate(model.layers, start=1):
        name = layer.__class__.__name__.replace("2D", "\n2D")
        shape = " × ".join(map(str, layer.output.shape[1:]))
        kind = "weights" if layer.count_params() else "step"
        boxes[k] = (0.6 + 1.2 * k, 1, name, kind)
        boxes[-k] = (0.6 + 1.2 * k, 0.3, f"{shape}\n{layer.count_params():,}", "text")
        arrows.append((k - 1, k))
    return plotting.draw_diagram(boxes, arrows, (1.2 * k + 1.2, 1.4))

draw_layers(cnn, "784\npixels");

# %% [markdown] lang="en"
# *The picture:* the row becomes an image again; two convolutions, each followed by pooling, make 16 and 32 small maps
# of it; flattened, they go to the ten digits. Below each: the shape it gives and its parameters (blue boxes have
# some).
#
# Is it better? A fair race needs a rate for each that was tuned alike. On a grid, three seeds each, by validation
# accuracy:

# %% [markdown] lang="zh" of="8de5fcd3"
# *图中所见：* 行向量又变回图像；两次卷积，各接一次池化，得到 16 张和 32 张小特征图；展平之后通向十个数字。每层下面是它输出的形状
# 和参数个数（蓝色的有参数）。
#
# 它更好吗？要公平比较，两边的学习率就得用同样的办法调过。下面是一组学习率的结果，每个用三个种子，比的是验证准确率：

# %%
RATES = {                                   # rate: validation accuracy, mean of 3 seeds
    "dense": {0.0003: 0.918, 0.001: 0.925, 0.003: 0.933, 0.01: 0.930},
    "CNN": {0.001: 0.946, 0.003: 0.960, 0.01: 0.955},
}
assert {max(grid, key=grid.get) for grid in RATES.values()} == {0.003}, "the best"

# %% [markdown] lang="en"
# (Recorded by `lessons/05_keras_mnist/record.py rates` on the 5,000 images; dense after 20 epochs, CNN after 10.) Both
# do best at 0.003, neither at an end of its grid; the neighbours are close. So both get 0.003. To save your time the
# dense network runs for half its epochs here, and isn't done learning: the lead below flatters the CNN.

# %% [markdown] lang="zh" of="64f57db6"
# （由 `lessons/05_keras_mnist/record.py rates` 用那 5,000 张图像记录；全连接网络 20 轮之后，CNN 10 轮之后。）两者都在 0.003 最好，而
# 且都不在各自那组的两端，只是相邻的也差不多。所以两边都用 0.003。为了节省你的时间，全连接网络在这里只跑一半的轮数，还没有学完：下面的领先幅度对 CNN 有利。

# %%
def train_all(make, epochs):
    """By seed: models, validation accuracies, which test images are read rightly."""
    models, curves, right = {}, [], {}
    for seed in tqdm(SEEDS):
        models[seed] = make(seed)
        curves.append(fit(models[seed], epochs=epochs)["val_accuracy"])
        right[seed] = predict(models[seed], X_test).argmax(axis=1) == truth
    return models, np.array(curves), right

def make_tuned(seed):
    return make_network(seed=seed, optimizer=keras.optimizers.Adam(0.003))

HALF = EPOCHS // 2
started = perf_counter()
_, tuned_curves, tuned_right = train_all(make_tuned, HALF)
seconds = [(perf_counter() - started) / len(SEEDS)]         # a network

# %%
started = perf_counter()
cnns, cnn_curves, cnn_right = train_all(make_cnn, CNN_EPOCHS)
seconds += [(perf_counter() - started) / len(SEEDS)]
cnn = cnns[SEED]

# %%
slower = seconds[1] / CNN_EPOCHS / (seconds[0] / HALF)    # step by step
cnn_test, tuned_test = (np.mean([*r.values()]) for r in (cnn_right, tuned_right))
gain = [cnn_right[s].mean() - tuned_right[s].mean() for s in SEEDS]
tests = {s: compare(cnn_right[s], tuned_right[s]) for s in SEEDS}
assert cnn_curves[:, -1].mean() > tuned_curves[:, -1].mean(), "better, validated"
{f"seed {s}": f"{n} : {m}, p = {p:.3f}" for s, (n, m, p) in tests.items()}

# %% [markdown] lang="en"
# Test accuracy, three seeds: CNN ⟦cnn_test:.1%⟧, dense ⟦tuned_test:.1%⟧ (with the article's rate
# ⟦test_by_seed.mean():.1%⟧); the CNN's lead by seed is ⟦100 * min(gain):.1f⟧ to ⟦100 * max(gain):.1f⟧ points. Right
# alone with the first seed: CNN ⟦tests[SEED][0]⟧, dense ⟦tests[SEED][1]⟧ images ($p$ = ⟦tests[SEED][2]:.3f⟧). One
# split, so a word about *these* images. In seconds: ⟦seconds[0]:.0f⟧ for ⟦HALF⟧ epochs dense, ⟦seconds[1]:.0f⟧ for
# ⟦CNN_EPOCHS⟧ of the CNN. The price: each of its steps takes ⟦slower:.1f⟧ times as long. Few parameters are not
# little work.

# %% [markdown] lang="zh" of="9cadb3e8"
# 测试准确率（三个种子）：CNN ⟦cnn_test:.1%⟧，全连接 ⟦tuned_test:.1%⟧（用文章的学习率是 ⟦test_by_seed.mean():.1%⟧）；按种子看，
# CNN 领先 ⟦100 * min(gain):.1f⟧ 至 ⟦100 * max(gain):.1f⟧ 个百分点。第一个种子里，只有 CNN 答对的有 ⟦tests[SEED][0]⟧ 张，只有全
# 连接答对的有 ⟦tests[SEED][1]⟧ 张（$p$ = ⟦tests[SEED][2]:.3f⟧）。数据只划分了一次，所以这话只对**这些**图像成立。论耗时，全连接
# 网络 ⟦HALF⟧ 轮用 ⟦seconds[0]:.0f⟧ 秒，CNN ⟦CNN_EPOCHS⟧ 轮用 ⟦seconds[1]:.0f⟧ 秒。代价是，它每一步所花的时间是全连接的 ⟦slower:.1f⟧ 倍。参数少，不等于计算少。

# %% [markdown] lang="en"
# ## 05.11 Images that don't exist
#
# A seven slightly turned is still a seven. **Data augmentation** changes each image at random, anew every epoch
# (lesson 04 measures what helps). In Keras it is made of layers: here turns up to 0.04 of a circle (14°), shifts up
# to a tenth of the side.
#
# **Before you run it:** these layers are saved within the network. Will a customer's image be turned, too, before it
# is read?

# %% [markdown] lang="zh" of="a29a929b"
# ## 05.11 并不存在的图像
#
# 一个 7 稍微转一点，仍然是 7。**数据增强**（data augmentation）随机地改动每张图像，每一轮都重新改（哪些有益，第 04 课测过）。
# 在 Keras 里，它由一些层组成：这里最多转 0.04 圈（14°），最多移动边长的十分之一。
#
# **先猜再运行：** 这些层会和网络一起保存下来。那么客户送来的图像，在辨认之前也会被转一下吗？

# %%
def make_jitter():
    """Layers that turn and shift rows of 784 a little, while training."""
    return [layers.Reshape((28, 28, 1)),
            layers.RandomRotation(0.04, fill_mode="constant"),
            layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
            layers.Flatten()]

def make_augmented(seed):
    """The article's network behind such layers."""
    base = make_network(seed=seed)
    model = keras.Sequential([keras.Input((784,)), *make_jitter(), *base.layers])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model

augmented, augmented_curves, augmented_right = train_all(make_augmented, HALF)
before, after = by_seed["val_accuracy"][:, HALF - 1], augmented_curves[:, -1]
assert after.mean() > before.mean(), "better in the mean of the seeds"
{"without": before.round(3), "with": after.round(3)}

# %%
reader = augmented[SEED]
seven = X_train[labels[train] == 7][:1]                     # (1, 784)
nine = np.repeat(seven, 9, axis=0)
jittered = keras.Sequential(reader.layers[:4])(nine, training=True)
assert len(np.unique(jittered, axis=0)) == 9, "in training each draw is another image"
plotting.show_images(np.concatenate([seven, jittered]).reshape(-1, 28, 28), columns=10);

# %%
answers = {
    "predict": reader.predict(nine, verbose=0),
    "training=False": np.asarray(reader(nine, training=False)),
    "bare call": np.asarray(reader(nine)),
}

# %%
spreads = {how: float(np.ptp(P[:, 7])) for how, P in answers.items()}
assert spreads["predict"] < 1e-5 < 1e-3 < spreads["bare call"], "nine equal images"
bare = np.mean([np.asarray(reader(X_test)).argmax(axis=1) == truth for _ in range(5)])
{how: np.round(P[:, 7], 3) for how, P in answers.items()}

# %% [markdown] lang="en"
# *The picture:* a seven, left, and nine variants of it, tilted and shifted a little; all are clearly sevens.
#
# Asked nine times for the same seven: `predict` answers nine times alike, and so does `model(x, training=False)`. But
# a **bare call** `model(x)` changes the image each time, and the answer with it, by up to ⟦spreads['bare call']:.2f⟧
# of probability; test accuracy ⟦bare:.1%⟧ instead of ⟦augmented_right[SEED].mean():.1%⟧. These layers are at work
# unless told otherwise, though a bare `Dropout` rests (05.16). No error, no warning: in your own code always write
# `training=False`. After ⟦HALF⟧ epochs validation accuracy is ⟦after.mean():.1%⟧ with augmentation
# (three seeds: ⟦after.min():.1%⟧ to ⟦after.max():.1%⟧), ⟦before.mean():.1%⟧ without (⟦before.min():.1%⟧ to
# ⟦before.max():.1%⟧).

# %% [markdown] lang="zh" of="f343578d"
# *图中所见：* 一个 7，以及由它得来的九个变体，略有倾斜和移动，但都明明白白是 7。
#
# 把同一个 7 问九遍，`predict` 九次的回答一样，`model(x, training=False)` 也是。但**直接调用** `model(x)`，每次都会改动图像，回答
# 也跟着变，概率最多相差 ⟦spreads['bare call']:.2f⟧；测试准确率是 ⟦bare:.1%⟧，而不是 ⟦augmented_right[SEED].mean():.1%⟧。这些层只要没
# 人叫停就会起作用，而直接调用的 `Dropout` 却是停着的（05.16 节）。没有报错，也没有警告。在自己的代码里，请总是写上 `training=False`。
#
# ⟦HALF⟧ 轮之后的验证准确率，增强的是 ⟦after.mean():.1%⟧（三个种子 ⟦after.min():.1%⟧ 至 ⟦after.max():.1%⟧），不增强的是
# ⟦before.mean():.1%⟧（⟦before.min():.1%⟧ 至 ⟦before.max():.1%⟧）。

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

# %% [markdown] lang="zh" of="e9e97f76"
# ## 05.12 回调：有人替你盯着
#
# 每一轮、每一个批量开始和结束时，`fit` 都会“回叫”一声。**回调**（callback）可以看、可以记、可以改学习率，也可以叫停：
#
# - `ReduceLROnPlateau`：一轮下来验证损失没有改善，就把学习率乘以 0.3；
# - `EarlyStopping`：连续三轮没有改善，就停下来，并取回最好的权重；
# - `ModelCheckpoint`：每当达到迄今最好，就把模型写进文件。
#
# 为了让它们有事可做，我们从默认值的五倍起步。`.keras` 文件是一个 zip 压缩包，里面有结构、权重和优化器。

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

workshop = TemporaryDirectory()
folder = Path(workshop.name)
watched = make_network(optimizer=keras.optimizers.Adam(0.005))
watched_history = fit(watched, callbacks=[
    keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=1),
    keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    keras.callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True),
])
ran = len(watched_history["loss"])
best = int(np.argmin(watched_history["val_loss"])) + 1
best, ran, [f"{rate:.2g}" for rate in watched_history["learning_rate"]]

# %%
lowest = min(watched_history["val_loss"])
for model in (watched, keras.models.load_model(folder / "best.keras")):
    here = measure_loss(model, X_train[n_fit:], Y_train[n_fit:])
    assert math.isclose(here, lowest, rel_tol=1e-3), "both hold the best epoch"
file = folder / "network.keras"
network.save(file)
loaded, file_size = keras.models.load_model(file), file.stat().st_size
assert (predict(loaded, X_test) == P_test).all(), "the same probabilities, bit for bit"
assert int(loaded.optimizer.iterations) == steps, "Adam's counter came along"
f"{file_size / 1e6:.2f} MB; 3 numbers each {12 * network.count_params() / 1e6:.2f} MB"

# %% [markdown] lang="en"
# It stopped after ⟦ran⟧ of ⟦EPOCHS⟧ epochs; the best was epoch ⟦best⟧ with
# ⟦watched_history['val_accuracy'][best - 1]:.1%⟧ (unwatched, at the rate 0.001, ⟦history['val_accuracy'][-1]:.1%⟧).
# The file has ⟦file_size / 1e6:.1f⟧ MB, for Adam's $m$ and $v$ are in it. Your own callback is a class with methods
# such as `on_epoch_end`; exercise 05 asks for one.

# %% [markdown] lang="zh" of="58fead6f"
# ⟦EPOCHS⟧ 轮只跑了 ⟦ran⟧ 轮就停了；最好的是第 ⟦best⟧ 轮，⟦watched_history['val_accuracy'][best - 1]:.1%⟧（没人盯着、学习率为
# 0.001 时 ⟦history['val_accuracy'][-1]:.1%⟧）。文件有 ⟦file_size / 1e6:.1f⟧ MB，因为 Adam 的 $m$ 和 $v$ 也在里面。自己的回调就是
# 一个带有 `on_epoch_end` 之类方法的类，练习 05 会要你写一个。

# %% [markdown] lang="en"
# ## 05.13 Deeper: killed at epoch 7
#
# Jobs die: power, memory, a cheap machine taken back. To resume *exactly*, one needs all that the next step depends
# on: weights, $m$, $v$, counter, random states, the order of the data, the epoch. `keras_checkpoint` saves these
# after each epoch, `keras_batches` orders the data by epoch. What must survive a notebook belongs in a file; a second
# process runs it, and dies by signal.

# %% [markdown] lang="zh" of="0900ca05"
# ## 05.13 选读：在第 7 轮被杀掉
#
# 训练会中途死掉，可能因为断电，因为内存不足，也可能因为便宜租来的机器被收回。要**精确地**接着跑，就得有下一步所依赖的一切：
# 权重、$m$、$v$、步数、随机数状态、数据的次序、轮数。`keras_checkpoint` 每轮结束时存下这些，`keras_batches` 按轮数排定数据的次序。
# 要比笔记本活得久的东西，应当写进文件；由另一个进程来跑它，然后被信号杀死。

# %%
SCRIPT = '''"""Trains; run again, it goes on. Usage: FOLDER EPOCHS BATCH KILL_IN"""
import os, signal, sys
from pathlib import Path
import course_data as data, keras, numpy as np, tensorflow as tf
from course_utils import Checkpoints, keras_checkpoint

class PowerCut(keras.callbacks.Callback):
    """Kills this process in the middle of epoch KILL_IN: nothing is saved."""
    def on_epoch_begin(self, epoch, logs=None):
        self.due = epoch + 1 == int(sys.argv[4])
    def on_train_batch_end(self, batch, logs=None):
        if self.due and 2 * batch > self.params["steps"]:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

def train(folder, epochs, batch, *extra, forget_adam=False):
    digits = np.load(folder.parent / "digits.npz")
    model = keras.models.load_model(folder.parent / "start.keras")
    batches = data.keras_batches(digits["X"], digits["Y"], batch, seed=0)
    store = Checkpoints(folder / "checkpoints", keep_last=2)
    begin = store.resume({"model": model})                  # 0 in an empty folder
    if forget_adam:
        model.compile("adam", loss=model.loss, metrics=["accuracy"])
    saver = keras_checkpoint(store, batches)
    rate = keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 * 0.9**epoch)
    board = keras.callbacks.TensorBoard(folder / "logs", histogram_freq=5)
    model.fit(batches, epochs=epochs, initial_epoch=begin, shuffle=False, verbose=0,
              validation_data=(digits["X_val"], digits["Y_val"]),
              callbacks=[rate, saver, board, *extra])
    return model, saver.history, begin

if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)     # as in the notebook
    train(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), PowerCut())
'''

# %%
import shutil
import subprocess
import sys

LAST = 9                                    # epochs of a whole run
(folder / "train_digits.py").write_text(SCRIPT, encoding="utf-8")
fitted, kept = slice(0, n_fit), slice(n_fit, None)
np.savez(folder / "digits.npz", X=X_train[fitted], Y=Y_train[fitted],
         X_val=X_train[kept], Y_val=Y_train[kept])
make_network().save(folder / "start.keras")
numbers = map(str, (LAST, BATCH, KILL_IN))
command = [sys.executable, "train_digits.py", "killed", *numbers]
sys.path.insert(0, str(folder))
import train_digits

# %%
for run in ("whole", "killed", "weights_only"):
    shutil.rmtree(folder / run, ignore_errors=True)         # should this cell run twice
victim = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
whole, whole_history, _ = train_digits.train(folder / "whole", LAST, BATCH)
_, trace = victim.communicate(timeout=600)

# %%
from course_utils import Checkpoints

survived = Checkpoints(folder / "killed" / "checkpoints").latest() + 1  # from 0
assert victim.returncode != 0 and survived == KILL_IN - 1, f"dies: {trace[-500:]}"
shutil.copytree(folder / "killed", folder / "weights_only")
f"exit code {victim.returncode}, last whole epoch {survived}"

# %%
resumed, resumed_history, _ = train_digits.train(folder / "killed", LAST, BATCH)
_, bare_history, _ = train_digits.train(folder / "weights_only", LAST, BATCH,
                                        forget_adam=True)
both = zip(resumed.get_weights(), whole.get_weights())
assert all((a == b).all() for a, b in both), "and all weights"
assert resumed_history == whole_history != bare_history, "all losses, bit for bit"

# %% [markdown] lang="en"
# The killed run ends in the same ⟦whole.count_params():,⟧ numbers as the whole one, to the last bit. It went on from
# the end of epoch ⟦survived⟧; half an epoch was lost, and done again.
#
# Who restores only weights loses Adam's moments (without a past it moves *each* weight by $\alpha$, 02.8): epoch
# ⟦KILL_IN⟧ ends at ⟦bare_history['loss'][survived]:.3f⟧ instead of ⟦whole_history['loss'][survived]:.3f⟧. It recovers (validation
# accuracy ⟦bare_history['val_accuracy'][-1]:.1%⟧; ⟦whole_history['val_accuracy'][-1]:.1%⟧), but it is another run.
#
# A rate that depends on the epoch alone resumes by itself. `EarlyStopping` and `ReduceLROnPlateau` count in their own
# memory, and begin anew. To watch losses, rate and histograms live, in a terminal:
# `tensorboard --logdir FOLDER/killed/logs` (there epochs count from 0).

# %% [markdown] lang="zh" of="4994c5bb"
# 被杀的训练与完整的训练，最后得到同样的 ⟦whole.count_params():,⟧ 个数，一个比特都不差。它从第 ⟦survived⟧ 轮末尾接着
# 跑；丢掉的半轮重做了一遍。
#
# 只恢复权重，就丢了 Adam 的矩（没有历史梯度时，Adam 让**每个**权重都移动 $\alpha$，见 02.8 节），第 ⟦KILL_IN⟧ 轮结束时损失是 ⟦bare_history['loss'][survived]:.3f⟧，而不是
# ⟦whole_history['loss'][survived]:.3f⟧。它后来恢复了（验证准确率 ⟦bare_history['val_accuracy'][-1]:.1%⟧，完整的那次
# ⟦whole_history['val_accuracy'][-1]:.1%⟧），但这已是另一次训练。
#
# 只取决于轮数的学习率，自然接得上；`EarlyStopping` 和 `ReduceLROnPlateau` 靠自己的记忆计数，重启后会从头数起。想实时看损失、学习
# 率和直方图，在终端运行 `tensorboard --logdir FOLDER/killed/logs`（那里轮数从 0 数起）。

# %% [markdown] lang="en"
# ## 05.14 Deeper: on a graphics card
#
# The article demands "NVIDIA Tesla V100 or above". What would change on a GPU? First the work: a multiply-add is two
# operations. Each layer's weights are used forward, for the weights' gradient, and for the gradient that goes back to
# its inputs. The first layer's inputs are pixels: nobody needs their gradient.

# %% [markdown] lang="zh" of="21ed2405"
# ## 05.14 选读：换到显卡上
#
# 那篇文章要求“NVIDIA Tesla V100 或以上”。换到 GPU 上，会有什么变化？先算计算量。一次乘加算两次运算；每层的权重用在三处：前向，
# 求权重的梯度，求传回输入的梯度。第一层的输入是像素，谁也不需要它们的梯度。

# %%
first, second = 784 * 512, 512 * 10
work = (2 * 2 * first + 3 * 2 * second) * n_fit * EPOCHS    # operations of 20 epochs
assert work < 6 * network.count_params() * n_fit * EPOCHS, "less than three for all"
tiny = np.float32(1e-8)                                     # a gradient
assert np.float16(tiny) == 0 != np.float16(tiny * 2**15), "lost, unless scaled before"
f"{work / 1e9:.0f} GFLOP in {train_seconds:.1f} s; GPUs here: {len(gpus)}"

# %% [markdown] lang="en"
# - **Memory:** TensorFlow takes all of a GPU's, unless told to grow: `use_tensorflow_memory_growth()`, before all
#   else.
# - **Mixed precision:** `dtype="mixed_float16"` multiplies in 16 bits and keeps weights in 32. Gradients below
#   $6\cdot 10^{-8}$ vanish, hence loss scaling.
# - **Last bits:** sums come in any order, unless asked: `seed_everything(0, deterministic=True)`.
# - **Speed:** no GPU was at hand; nothing was measured on one. The recipe is ⟦work / 1e9:.0f⟧ GFLOP; a core did
#   ⟦work / train_seconds / 1e9:.0f⟧ a second. A V100's data sheet says 14,000: ⟦1000 * work / 14e12:.0f⟧ ms, plus
#   ⟦steps⟧ steps of many kernel launches: not needed here.

# %% [markdown] lang="zh" of="4b5cdb83"
# - **显存：** TensorFlow 会占满整块显卡的显存，除非让它按需增长：最先调用 `use_tensorflow_memory_growth()`。
# - **混合精度**（mixed precision）**：** `dtype="mixed_float16"` 用 16 位做乘法，权重仍存 32 位。小于
#   $6\cdot 10^{-8}$ 的梯度会变成零，所以要做损失缩放（loss scaling）。
# - **末几位：** 求和的次序不固定，除非提出要求：`seed_everything(0, deterministic=True)`。
# - **速度：** 手边没有 GPU，所以没有任何数字是在 GPU 上测的。这份配方共 ⟦work / 1e9:.0f⟧ GFLOP，一个核每秒完成
#   ⟦work / train_seconds / 1e9:.0f⟧。V100 的数据手册标称 14,000，也就是 ⟦1000 * work / 14e12:.0f⟧ 毫秒，外加 ⟦steps⟧ 步，每步都要
#   启动许多次 GPU 核函数（kernel）。这里用不着它。

# %% [markdown] lang="en"
# ## 05.15 Deeper: look inside, and play
#
# What has the first layer learned? Its weights are as many numbers as an image has pixels: they can be drawn.

# %% [markdown] lang="zh" of="d6b652b8"
# ## 05.15 选读：看看里面，动手玩玩
#
# 第一层学到了什么？它每个单元的权重个数与图像的像素一样多，可以画出来。

# %%
kernel = network.layers[0].get_weights()[0].T.reshape(-1, 28, 28)       # (512, 28, 28)
busiest = kernel[(kernel**2).sum(axis=(1, 2)).argsort()[::-1][:10]]
plotting.show_images(busiest, columns=10, cmap="RdBu", vmin=-0.3, vmax=0.3)
filters = cnn.layers[1].get_weights()[0][:, :, 0]                       # (5, 5, 16)
plotting.show_images(filters.transpose(2, 0, 1), columns=16, cmap="RdBu", vmin=-0.5,
                     vmax=0.5);

# %% [markdown] lang="en"
# *The picture:* above, the weights of ten units of the dense network (blue excites, red silences): blots and short
# arcs in the middle; at the rim, where no digit has ink, the grain of the start remains. Below, the CNN's sixteen 5×5
# filters.
#
# Now draw a digit, with `#` on dots. MNIST's makers prepared theirs: the longer side becomes 20 pixels, then the
# centre of mass goes to the middle of 28×28. Whoever asks the network must do the same.

# %% [markdown] lang="zh" of="d8e37896"
# *图中所见：* 上面是全连接网络十个单元的权重（蓝色使它兴奋，红色使它抑制），中间是斑块和短弧；边缘从来没有墨迹，留着初始值的颗粒。
# 下面是 CNN 的十六个 5×5 滤波器。
#
# 现在用 `#` 在点阵上画一个数字。MNIST 的制作者是这样处理的：长边缩放到 20 像素，再把重心放到 28×28 的正中。谁要问这个网络，谁
# 就得照做。

# %%
DRAWN = """
..######..
.##....##.
.......##.
......##..
.....##...
...##.....
..##......
.##.......
.########.
"""

# %%
def prepare_drawing(ink):
    """(28, 28) in 0…1 from ink (h, w), as MNIST's own digits were prepared."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    size = [round(20 * side / max(ink.shape)) for side in ink.shape]
    ink = np.asarray(keras.ops.image.resize(ink[..., None], size))[..., 0]
    weights = ink.sum(axis=1), ink.sum(axis=0)
    at = [round(14 - np.average(np.arange(len(w)) + 0.5, weights=w)) for w in weights]
    return np.pad(ink, [(k, 28 - n - k) for k, n in zip(at, size)])

ink = np.array([[mark == "#" for mark in line] for line in DRAWN.split()], "float32")
corner = np.pad(ink, [(0, 28 - n) for n in ink.shape])
asked = np.stack([corner, prepare_drawing(ink)])            # (2, 28, 28)
assert asked.shape == (2, 28, 28), "as large as the network's images"
own = [f"{p.argmax()} ({p.max():.0%})" for p in predict(network, asked.reshape(2, 784))]
plotting.show_images(asked, own, columns=2);

# %% [markdown] lang="en"
# *The picture:* left, the drawing in a corner, read as ⟦own[0]⟧; right, the same, prepared as MNIST was, read as
# ⟦own[1]⟧. The network never says "I don't know". Draw others: a 7 with a bar, a 4 that is open, a letter.

# %% [markdown] lang="zh" of="3561fcae"
# *图中所见：* 左边是画在角落里的，被认作 ⟦own[0]⟧；右边是同一个数字，照 MNIST 的办法处理过，被认作 ⟦own[1]⟧。网络从不说“我不
# 知道”。再画几个试试：带一横的 7，开口的 4，或者一个字母。

# %%
from ipywidgets import interact
from scipy import ndimage

READERS = {"plain": network, "augmented": reader, "CNN": cnn}

def move(images, turn=0, right=0, blur=0.0):
    """Images (n, 28, 28) turned by degrees, shifted by pixels, blurred."""
    images = ndimage.rotate(images, turn, axes=(2, 1), reshape=False, order=1)
    images = ndimage.shift(images, (0, 0, right), order=1)
    return ndimage.gaussian_filter(images, (0, blur, blur))

@interact(which=(0, 50), turn=(-45, 45, 5), right=(-8, 8), blur=(0.0, 3.0, 0.5))
def show_reading(which=0, turn=0, right=3, blur=0.0):
    moved = move(scaled[test[which:which + 1]], turn, right, blur)
    axes = plt.subplots(1, 4, figsize=(7, 1.9), width_ratios=(1, 2, 2, 2))[1]
    plotting.show_images(moved, [f"a {truth[which]}"], ax=axes[0])
    for ax, (name, model) in zip(axes[1:], READERS.items()):
        ax.bar(range(10), predict(model, moved.reshape(1, 784))[0])
        ax.set(title=name, ylim=(0, 1), xticks=range(10))
    plt.show()

# %%
SHIFTS = range(-6, 7, 2)

def find_accuracy(models, right):
    """Mean of the seeds on 500 test images, all shifted."""
    moved = move(scaled[test[:500]], right=right).reshape(-1, 784)
    answers = [predict(models[s], moved).argmax(axis=1) for s in SEEDS]
    return np.mean(answers == truth[:500])

by_shift = {name: [find_accuracy(models, right) for right in SHIFTS]
            for name, models in zip(READERS, (networks, augmented, cnns))}
plotting.show_curves(by_shift, SHIFTS, marker="o", xlabel="shift to the right (pixels)",
                     ylabel="test accuracy");
at_4 = {name: curve[5] for name, curve in by_shift.items()}
assert at_4["augmented"] > at_4["plain"] + 0.1, "what it was shown, it can bear"

# %% [markdown] lang="en"
# *The picture:* accuracy of the three kinds of network (means of three seeds, 500 test images) when every image is
# shifted. All are best near 0; the plain network's falls steeply, the augmented one's least within the shifts it was shown.
#
# Shifted by 4 pixels: plain ⟦at_4['plain']:.0%⟧, CNN ⟦at_4['CNN']:.0%⟧, augmented ⟦at_4['augmented']:.0%⟧ (2.8 pixels
# were shown to it at most).

# %% [markdown] lang="zh" of="b0129178"
# *图中所见：* 把每张图像都平移之后，三种网络的准确率（三个种子的平均，500 张测试图像）。三条都在 0 附近最高；没有增强的网络降得很
# 陡，做过增强的在它见过的平移范围内降得最少。
#
# 平移 4 像素时，没有增强的是 ⟦at_4['plain']:.0%⟧，CNN 是 ⟦at_4['CNN']:.0%⟧，做过增强的是 ⟦at_4['augmented']:.0%⟧（它最多见过 2.8
# 像素）。

# %% [markdown] lang="en"
# ## 05.16 Deeper: three ways to write it, two layers more
#
# `Sequential` is a list. The **functional** way names what goes where, so it can branch; a **subclass** is a program,
# with loops and conditions, and `summary` knows less of it. Three spellings, one network:

# %% [markdown] lang="zh" of="79643c06"
# ## 05.16 选读：三种写法，再添两种层
#
# `Sequential` 就是一个列表。**函数式**（functional）写法说明什么流向哪里，因此可以分叉；**子类**（subclass）写法是一段程序，可以
# 有循环和条件，但 `summary` 对它知道得较少。三种写法，同一个网络：

# %%
x = keras.Input((784,))
h = layers.Dense(512, activation="relu")(x)
functional = keras.Model(x, layers.Dense(10, activation="softmax")(h))

class Digits(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(512, activation="relu")
        self.out = layers.Dense(10, activation="softmax")

    def call(self, x):                      # with `training` where a layer needs it
        return self.out(self.hidden(x))

subclassed = Digits()
subclassed(X_test[:1]);                     # the first call makes the weights

# %%
for model in (functional, subclassed):
    model.set_weights(network.get_weights())
    assert (predict(model, X_test) == P_test).all(), "same weights, same outputs"
seen = keras.Model(functional.input, functional.layers[1].output)   # a branch: h itself
assert predict(seen, X_test).shape == (n_test, 512), "only the functional way names h"

# %% [markdown] lang="en"
# **Dropout** silences units while training (04.7). **Batch normalisation** (Ioffe and Szegedy, 2015) brings each
# channel to mean 0 and variance 1, then lets it choose its own:
#
# $$y=\gamma\,\frac{x-\mu}{\sqrt{\sigma^2+\varepsilon}}+\beta .$$
#
# While training, $\mu$ and $\sigma^2$ are the batch's; afterwards they are averages that were gathered on the way, in
# Keras $\mu\leftarrow 0.99\,\mu+0.01\,\mu_{\mathrm{batch}}$. So the layer has four numbers a channel, two of them
# learned.

# %% [markdown] lang="zh" of="1021486e"
# **Dropout**（随机失活）在训练时让一部分单元沉默（04.7 节）。**批量归一化**（batch normalization；Ioffe 和 Szegedy，2015）先把每个
# 通道变成均值 0、方差 1，再让它自己选定均值和方差：
#
# $$y=\gamma\,\frac{x-\mu}{\sqrt{\sigma^2+\varepsilon}}+\beta .$$
#
# 训练时，$\mu$ 和 $\sigma^2$ 取自当前批量；训练之后，用一路上积累的平均，Keras 的做法是
# $\mu\leftarrow 0.99\,\mu+0.01\,\mu_{\mathrm{batch}}$。所以这种层每个通道有四个数，其中两个是学来的。

# %%
norm, x = layers.BatchNormalization(), rng.normal(3, 2, size=(64, 5)).astype("float32")
learning = np.asarray(norm(x, training=True))               # moves the averages
by_hand = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.001)
assert np.allclose(learning, by_hand, atol=1e-4), "gamma 1, beta 0 at the start"
gathered = np.asarray(norm.moving_mean)
assert np.allclose(gathered, 0.01 * x.mean(axis=0), atol=1e-5), "one batch of a hundred"
at_work = np.asarray(norm(x))                               # bare: as training=False
drop = layers.Dropout(0.5)
assert (np.asarray(drop(x)) == x).all(), "a bare Dropout rests"
f"mean {learning.mean():.2f} while training, {at_work.mean():.2f} after one batch"

# %% [markdown] lang="en"
# Right after one batch the layer's output, used for answering, has the mean ⟦at_work.mean():.2f⟧ instead of 0: its
# averages need some hundred steps. That is one reason why a network with such layers can look bad on validation
# images in its first epochs.

# %% [markdown] lang="zh" of="50abc45b"
# 只走过一个批量之后，用这一层来回答问题，输出的均值是 ⟦at_work.mean():.2f⟧，而不是 0：它的平均要几百步才靠得住。带这种层的网络，头
# 几轮在验证图像上看着很差，这是原因之一。

# %% [markdown] lang="en"
# ## 05.17 Deeper: all 60,000
#
# `FULL_MNIST = True` downloads MNIST's 70,000 images and runs this lesson with them, shuffled once. MNIST's own files
# come in a format that takes six lines to read: two zero bytes, 8 for bytes, the number of axes, their sizes as
# 4-byte integers (high byte first), then the pixels. Fashion-MNIST, 60,000 + 10,000 pictures of clothes for those who
# find digits too easy (Xiao et al., 2017), uses it too.

# %% [markdown] lang="zh" of="597164df"
# ## 05.17 选读：全部 60,000 张
#
# 设 `FULL_MNIST = True`，就会下载 MNIST 的 70,000 张图像，打乱一次，再用它们跑完本课。MNIST 自己的文件格式，六行代码就能读：两
# 个零字节，8 表示字节型，轴的个数，各轴大小（4 字节整数，高位在前），然后是像素。Fashion-MNIST 也用这种格式，它有 60,000 + 10,000
# 张衣物图片，专为嫌数字太容易的人准备（Xiao 等，2017）。

# %%
import gzip

def read_idx(path):
    """The uint8 array in an IDX file, gzipped or not."""
    raw = Path(path).read_bytes()
    raw = gzip.decompress(raw) if str(path).endswith(".gz") else raw
    assert raw[:3] == bytes([0, 0, 8]), "no IDX file of bytes"
    sizes = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(sizes)

some = pixels[test[:50]]                                    # (50, 28, 28)
header = bytes([0, 0, 8, 3]) + np.array(some.shape, ">i4").tobytes()
packed = folder / "images-idx3-ubyte.gz"
packed.write_bytes(gzip.compress(header + some.tobytes()))
assert (read_idx(packed) == some).all(), "written and read again: the same images"
f"{packed.stat().st_size / some.nbytes:.0%} of the size"

# %%
FULL = {"dense": (0.8801, 79), "cnn": (0.8815, 110)}     # test accuracy, seconds
assert all(0.8 < test < 0.95 for test, _ in FULL.values()), "recorded, one seed"
FULL

# %% [markdown] lang="en"
# (Recorded by `lessons/05_keras_mnist/record.py full FOLDER` on Fashion-MNIST, one core.) With the article's recipe
# and 48,000 pictures to learn from, ⟦FULL["dense"][0]:.1%⟧ of the 10,000 test pictures of clothes are read rightly
# (one seed, ⟦FULL["dense"][1]⟧ s of processor time), by the CNN after six epochs at 0.001 ⟦FULL["cnn"][0]:.1%⟧
# (⟦FULL["cnn"][1]⟧ s). One seed and rates untuned: two records, not a race. Clothes are harder than digits; for those
# run `FULL_MNIST`.

# %% [markdown] lang="zh" of="f75e0ffb"
# （由 `lessons/05_keras_mnist/record.py full FOLDER` 在 Fashion-MNIST 上记录，用一个核。）照那篇文章的配方，用 48,000 张图片来学，
# 10,000 张衣物测试图片认对 ⟦FULL["dense"][0]:.1%⟧（一个种子，处理器时间 ⟦FULL["dense"][1]⟧ 秒）；CNN 以 0.001 的学习率跑六轮，认对
# ⟦FULL["cnn"][0]:.1%⟧（⟦FULL["cnn"][1]⟧ 秒）。只有一个种子，学习率也没调过，所以这是两条记录，不算比赛。衣物比数字难；要看数字，请
# 运行 `FULL_MNIST`。

# %% [markdown] lang="en"
# ## 05.18 In the company
#
# What stays for our reviews? Input becomes a bag of words (00.4), 784 becomes ⟦WORDS:,⟧, 10 becomes 2.

# %% [markdown] lang="zh" of="2d5d9787"
# ## 05.18 在公司里
#
# 我们的产品读的是评论。这份配方还能留下什么？输入换成词袋（00.4 节），784 换成 ⟦WORDS:,⟧，10 换成 2。

# %%
WORDS = 4_000                               # the most frequent ones; 1,000 … 13,000
texts, liked = data.load_reviews("movies").labelled(threshold=1.5)
learn, check, judge = data.split(len(texts), (0.64, 0.16, 0.2), seed=SEED, labels=liked)
bags = layers.TextVectorization(max_tokens=WORDS, output_mode="multi_hot")
bags.adapt([texts[k] for k in learn])       # words of the training reviews alone
X_bags = np.asarray(bags(tf.constant(texts)), dtype="float32")      # (n, WORDS) of 0, 1

# %%
critic = make_network(inputs=WORDS, hidden=64, classes=2, head="linear", loss=sparse)
stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
review_history = fit(critic, X_bags[learn], liked[learn], validation_split=0.0,
                     validation_data=(X_bags[check], liked[check]), callbacks=[stop])
review_best = int(np.argmin(review_history["val_loss"])) + 1
review_right = predict(critic, X_bags[judge]).argmax(axis=1) == liked[judge]
share, majority = review_right.mean(), max(liked.mean(), 1 - liked.mean())
review_margin = 1.96 * np.sqrt(share * (1 - share) / len(judge))
assert share - review_margin > majority, "better than the majority baseline"
f"test accuracy {share:.1%} ± {review_margin:.1%} (n = {len(judge):,})"

# %% [markdown] lang="en"
# Clear film reviews are read with ⟦share:.1%⟧ ± ⟦review_margin:.1%⟧ accuracy, best in epoch ⟦review_best⟧. The digits'
# 20 epochs took ⟦train_seconds:.0f⟧ s, that is ⟦100 * train_seconds / 3600 * PRICE:.3f⟧ cents. The framework saved a loop, the gradients, the
# files. And it decided:
#
# | default | noticed by |
# |---|---|
# | the last fifth, unshuffled | validation accuracy ⟦careless_history['val_accuracy'][-1]:.1%⟧ (05.4) |
# | the last weights, not the best | the curve (05.12) |
# | softmax mended unseen | nobody, until the code moves (05.8) |
# | a bare call augments | asking twice (05.11) |
#
# To take a default is to decide. The team that pays for the mistake should know which ones it took.

# %% [markdown] lang="zh" of="94f42c54"
# 态度鲜明的影评，准确率 ⟦share:.1%⟧ ± ⟦review_margin:.1%⟧，第 ⟦review_best⟧ 轮最好。手写数字的 20 轮用了 ⟦train_seconds:.0f⟧
# 秒，合 ⟦100 * train_seconds / 3600 * PRICE:.3f⟧ 美分。
# 框架替我们省下了循环、求梯度和存取文件。而它也替我们做了决定：
#
# | 默认值 | 凭什么发现 |
# |---|---|
# | 最后五分之一，不打乱 | 验证准确率 ⟦careless_history['val_accuracy'][-1]:.1%⟧（05.4 节） |
# | 留最后的权重，而不是最好的 | 曲线（05.12 节） |
# | 暗中修补 softmax | 没人发现，直到代码搬家（05.8 节） |
# | 直接调用也做增强 | 同一个问题问两遍（05.11 节） |
#
# 接受默认值，也是一种决定。谁要为错误买单，谁就该知道自己接受了哪些。

# %% [markdown] lang="en"
# ## Sources
#
# - The recipe: the article 《大模型：AI技术的商业化路径》 (commerce), its example of training.
# - Y. LeCun and others, [Gradient-based learning applied to document
#   recognition](http://yann.lecun.com/exdb/publis/pdf/lecun-01a.pdf) (1998), section III: MNIST.
# - P. Simard, D. Steinkraus, J. Platt, Best practices for convolutional neural networks applied to visual document
#   analysis (2003, ICDAR).
# - S. Ioffe, C. Szegedy, [Batch normalization](https://arxiv.org/abs/1502.03167) (2015), section 3.
# - P. Micikevicius and others, [Mixed precision training](https://arxiv.org/abs/1710.03740) (2018), section 3.
# - H. Xiao, K. Rasul, R. Vollgraf, [Fashion-MNIST](https://arxiv.org/abs/1708.07747) (2017).

# %% [markdown] lang="zh" of="146e82bd"
# ## 来源
#
# - 配方出自文章《大模型：AI技术的商业化路径》（commerce）里的训练代码示例。
# - Y. LeCun 等，[Gradient-based learning applied to document
#   recognition](http://yann.lecun.com/exdb/publis/pdf/lecun-01a.pdf)（1998），第 III 节：MNIST，基于梯度的学习用于文档识别。
# - P. Simard、D. Steinkraus、J. Platt，Best practices for convolutional neural networks applied to visual document
#   analysis（2003，ICDAR）：卷积神经网络用于文档分析的最佳做法。
# - S. Ioffe、C. Szegedy，[Batch normalization](https://arxiv.org/abs/1502.03167)（2015），第 3 节：批量归一化。
# - P. Micikevicius 等，[Mixed precision training](https://arxiv.org/abs/1710.03740)（2018），第 3 节：混合精度训练。
# - H. Xiao、K. Rasul、R. Vollgraf，[Fashion-MNIST](https://arxiv.org/abs/1708.07747)（2017）。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You prepared MNIST in three checked steps; forgetting one took the first loss from ⟦first_loss:.1f⟧ to
#   ⟦raw_loss:.0f⟧.
# - You trained 407,050 parameters: test accuracy ⟦accuracy:.1%⟧ ± ⟦margin:.1%⟧; sorted labels validated at
#   ⟦careless_history['val_accuracy'][-1]:.1%⟧.
# - You compared two networks, images paired: a CNN of ⟦cnn.count_params():,⟧ parameters ⟦cnn_test:.1%⟧, dense after half its epochs ⟦tuned_test:.1%⟧, each CNN
#   step ⟦slower:.1f⟧ times as long.
# - You changed images: validation accuracy ⟦after.mean():.1%⟧ instead of ⟦before.mean():.1%⟧; and a bare call gave
#   nine answers that differ by ⟦spreads['bare call']:.2f⟧.
# - Callbacks stopped a run after ⟦ran⟧ of ⟦EPOCHS⟧ epochs, with the weights of epoch ⟦best⟧.
#
# **Next:** exercise 05; lesson 06, evaluation.

# %% [markdown] lang="zh" of="1efcf454"
# ## 现在你能做到
#
# - 分三步准备了 MNIST，步步核对；漏掉一步，第一个损失就从 ⟦first_loss:.1f⟧ 变成 ⟦raw_loss:.0f⟧。
# - 用 Keras 训练了 407,050 个参数：测试准确率 ⟦accuracy:.1%⟧ ± ⟦margin:.1%⟧；标签排好序时，验证准确率是
#   ⟦careless_history['val_accuracy'][-1]:.1%⟧。
# - 逐张配对，比较了两个网络：⟦cnn.count_params():,⟧ 个参数的 CNN 是 ⟦cnn_test:.1%⟧，只跑一半轮数的全连接是 ⟦tuned_test:.1%⟧，而 CNN 每一步的时间是后者的
#   ⟦slower:.1f⟧ 倍。
# - 改动了图像：验证准确率是 ⟦after.mean():.1%⟧，而不是 ⟦before.mean():.1%⟧；直接调用给出的九个回答相差
#   ⟦spreads['bare call']:.2f⟧。
# - 让回调在 ⟦EPOCHS⟧ 轮中的第 ⟦ran⟧ 轮停下了训练，并留下第 ⟦best⟧ 轮的权重。
#
# **接下来：** 练习 05；然后是第 06 课，评估。
