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
# # 05. Exercise: what the framework does, and what it leaves to you
#
# Six questions on lesson 05, each standing on its own: prepare images for a network; count its parameters; build it in Keras to a specification; carry its weights over to PyTorch; mend a training run that
# doesn't survive being stopped; decide which network to pay for. About 90 minutes. Keras is needed in q3 only; NumPy is enough for the rest.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer
# cell says exactly what is wanted.

# %% [markdown] lang="zh" of="c8ea260f"
# # 05. 练习：框架替你做什么，又把什么留给你
#
# 六道题，对应第 05 课，彼此独立：把图像整理成网络的输入；数清网络的参数；按规格用 Keras 搭建它；把它的权重搬到 PyTorch；修好一段经不起中断的训练；最后决定该为哪个网络付钱。
# 大约需要 90 分钟。只有 q3 要用 Keras，其余各题用 NumPy 就够了。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "keras", "tensorflow-cpu")
from autograder import open_exercise

check, hint, score = open_exercise("05_keras_mnist", globals(), lang="en")

# %% tags=["given"]
import keras
import numpy as np

# %% [markdown] lang="en"
# ## q1 · What goes in, and what is held back
#
# **(a)** Images come as bytes, labels as whole numbers. The network of lesson 05 wants rows: image $i$ becomes row $i$, pixel row after pixel row, each byte $p$ becomes $p/255$; label $k$ becomes a row of zeros
# with a single 1 at place $k$. Both as float32: as float64, 60,000 images of $28\times28$ would fill 376 MB instead of 188.
#
# **(b)** `model.fit(…, validation_split=s)` trains on the first $\lfloor n(1-s)\rfloor$ examples and measures on the others, as they lie in the array; it shuffles only afterwards (05.4). If the data is
# sorted by class, some classes are measured that were never trained. Which?

# %% [markdown] lang="zh" of="8afff9f2"
# ## q1 · 送进去什么，留出来什么
#
# **(a)** 图像是一个个字节，标签是整数。第 05 课的网络要的是行：第 $i$ 幅图像变成第 $i$ 行，像素一行接一行排开，每个字节 $p$ 变成 $p/255$；标签 $k$ 变成一行零，只有第 $k$ 个位置是 1。
# 两者都用 float32：换成 float64，60,000 幅 $28\times28$ 的图像要占 376 MB，而不是 188 MB。
#
# **(b)** `model.fit(…, validation_split=s)` 用数组中前 $\lfloor n(1-s)\rfloor$ 个样本训练，用其余的样本验证，全按数组里现有的次序；打乱是之后的事（05.4 节）。如果数据按类别排好了序，
# 就会有些类别只被验证，却从未训练过。是哪些？

# %% question="q1"
# q1: images and labels as a network takes them; classes that a split leaves untrained
def prepare(images, labels, classes):
    """(X, Y) for a dense network: float32 arrays of shapes (N, h * w) and (N, classes).

    images: (N, h, w) uint8, 0 ... 255; labels: (N,) integers in 0 ... classes - 1, of
    which some may not occur. X[i, r * w + c] = images[i, r, c] / 255; Y[i, k] = 1 where
    k = labels[i], else 0. The inputs stay as they were.

    >>> prepare(images=[[[0, 51], [102, 255]]], labels=[2], classes=4)
    ([[0.0, 0.2, 0.4, 1.0]], [[0.0, 0.0, 1.0, 0.0]])
    """
    # BEGIN SOLUTION: one line for the pixels, one or two for the labels
    X = images.reshape(len(images), -1).astype(np.float32) / 255          # (N, h * w)
    Y = np.zeros((len(labels), classes), dtype=np.float32)                # (N, classes)
    Y[np.arange(len(labels)), labels] = 1
    return X, Y
    # END SOLUTION


def find_untrained(labels, share):
    """The classes that occur in the validation part only, as a sorted list of numbers.

    labels: (n,) integers as they lie in the array; share: 0 < share < 1, that is
    validation_split. The first floor(n * (1 - share)) examples are trained.

    >>> find_untrained(labels=[0, 0, 2, 1, 1, 2, 3], share=0.5)
    [1, 3]

    Here the first three are trained.
    """
    # BEGIN SOLUTION: cut, then compare the two sets of classes
    cut = int(len(labels) * (1 - share))  # int cuts off the fraction
    return np.setdiff1d(labels[cut:], labels[:cut]).tolist()
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · How many numbers does it learn?
#
# `model.summary()` has a column of parameters. Compute it from the sizes alone, without building anything: your function will be asked about networks for which no machine has the memory.
#
# The layers are those of lesson 05, each with biases: a convolution (stride 1, no padding, so that a filter of $a\times b$ turns a map of $h\times w$ into $(h-a+1)\times(w-b+1)$), a
# max-pooling by $p$ (both sides divided by $p$, rounded down), flatten, dense. The map that enters may have several channels.

# %% [markdown] lang="zh" of="d808cc65"
# ## q2 · 它要学多少个数？
#
# `model.summary()` 里有一列是参数个数。请只凭各层的尺寸把它算出来，不要搭建任何东西：函数会被问到一些网络，没有哪台机器的内存装得下。
#
# 层就是第 05 课的那几种，都带偏置：卷积（步幅 1，不填充，所以 $a\times b$ 的滤波器把 $h\times w$ 的特征图变成 $(h-a+1)\times(w-b+1)$）；边长为 $p$ 的最大池化（两边都除以 $p$，向下取整）；
# 展平；全连接。送进来的特征图可以有多个通道。

# %% question="q2"
# q2: the column of parameters, from the sizes alone
def count_parameters(input_shape, layers):
    """The weights and biases of each layer, in order: a list of exact whole numbers.

    input_shape: (h, w, channels). layers: a list of ("conv", filters, a, b) with
    filters of height a and width b, ("pool", p), ("flatten",) and ("dense", units); no
    dense layer stands before a flatten. Layers that learn nothing count 0.

    >>> count_parameters(input_shape=(28, 28, 1),
    ...                  layers=[("flatten",), ("dense", 512), ("dense", 10)])
    [0, 401920, 5130]
    >>> count_parameters(input_shape=(6, 6, 2), layers=[("conv", 3, 3, 3), ("pool", 2),
    ...                                                 ("flatten",), ("dense", 4)])
    [57, 0, 0, 52]
    """
    # BEGIN SOLUTION: carry the shape of the map from layer to layer
    shape, counts = tuple(input_shape), []
    for kind, *sizes in layers:
        count = 0
        if kind == "conv":
            (h, w, channels), (filters, a, b) = shape, sizes
            count, shape = (
                (a * b * channels + 1) * filters,
                (h - a + 1, w - b + 1, filters),
            )
        elif kind == "pool":
            shape = (shape[0] // sizes[0], shape[1] // sizes[0], shape[2])
        elif kind == "flatten":
            shape = (shape[0] * shape[1] * shape[2],)
        else:
            count, shape = (shape[0] + 1) * sizes[0], (sizes[0],)
        counts.append(count)
    return counts
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Built to a specification, and watched
#
# **(a)** Write the function that a team would want: it takes sizes and a learning rate and gives back a compiled Keras model.
#
# - Dense layers of the given sizes, all with biases and Keras's own starting values; ReLU after each but the last.
# - The outputs are **logits** $z$ (05.8), any real numbers, one for each class; no probabilities.
# - The loss is the mean over the batch of $-\log\mathrm{softmax}(z)_k$, where $k$ is the right class; labels come one-hot. It must stay right when the logits are in the hundreds.
# - The optimizer is Adam with the given learning rate, otherwise as Keras has it. `accuracy` is reported.
#
# Sequential, functional or a class of your own: the checks put weights in and look at what comes out.
#
# **(b)** Large runs are rescued like this: when the loss goes up, back to the best weights, and on with half the rate. Keras has no callback for it (`ReduceLROnPlateau` keeps the
# worse weights, `EarlyStopping` stops). Write it: `GoBack.on_epoch_end`. `replay` below plays an epoch after another to it, without any training.

# %% [markdown] lang="zh" of="3a3fc3ab"
# ## q3 · 按规格搭建，并有人盯着
#
# **(a)** 写一个团队里人人用得上的函数：给它尺寸和学习率，它交出一个编译好的 Keras 模型。
#
# - 按给定尺寸的全连接层，都带偏置，初始值用 Keras 自己的；除最后一层外，每层之后接 ReLU。
# - 输出是 **logits** $z$（05.8 节）：每个类别一个任意实数，不是概率。
# - 损失是 $-\log\mathrm{softmax}(z)_k$ 对整个批量的平均，$k$ 是正确的类别；标签以独热形式给出。logits 大到几百时，损失也必须算对。
# - 优化器是 Adam，用给定的学习率，其余保持 Keras 的默认值。要报告 `accuracy`。
#
# Sequential、函数式，还是自己写的类，都可以：检查只管把权重放进去，看出来的是什么。
#
# **(b)** 大规模训练出了岔子，常这样补救：损失一上升，就退回最好的权重，把学习率减半再继续。Keras 没有现成的回调（`ReduceLROnPlateau` 留着变差的权重，`EarlyStopping` 则干脆停下）。
# 请写出 `GoBack.on_epoch_end`。下面的 `replay` 不做任何训练，只把一轮又一轮演给它看。

# %% tags=["given"]
def replay(train_losses, val_losses, rate):
    """[weight, rate] after each epoch of a model with one weight.

    Epoch e (0, 1, ...) brings the weight to e + 1, then the callback is called.
    """
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    callback, seen = GoBack(), []
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, (loss, val_loss) in enumerate(zip(train_losses, val_losses)):
        model.set_weights([np.array([[epoch + 1.0]])])
        logs = {"loss": float(loss), "val_loss": float(val_loss)}
        callback.on_epoch_end(epoch, logs)
        weight, now = model.get_weights()[0][0, 0], model.optimizer.learning_rate
        seen.append([float(weight), float(now)])
    return seen

# %% question="q3"
# q3: a compiled Keras model with logits as outputs, and a callback that goes back
def build_model(sizes, rate):
    """A compiled keras.Model that maps (N, sizes[0]) to logits (N, sizes[-1]).

    sizes: (inputs, units of each hidden layer ..., classes), at least two numbers;
    rate: Adam's learning rate. Loss: softmax cross-entropy of the logits with one-hot
    labels (N, classes), mean over the batch; metric: accuracy. Each call gives a new
    model. Example: build_model((784, 512, 10), 0.001) has weights of shapes (784, 512),
    (512,), (512, 10), (10,).
    """
    # BEGIN SOLUTION: stack the layers, compile, return
    hidden = [keras.layers.Dense(units, activation="relu") for units in sizes[1:-1]]
    model = keras.Sequential(
        [keras.Input((sizes[0],)), *hidden, keras.layers.Dense(sizes[-1])]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
    # END SOLUTION


class GoBack(keras.callbacks.Callback):
    """Back to the best weights, and on with half the rate, if an epoch is no better."""

    def __init__(self):
        super().__init__()
        self.best, self.weights = np.inf, None  # lowest validation loss, its weights

    def on_epoch_end(self, epoch, logs=None):
        """Look at logs["val_loss"], and at self.model.

        Lower than in all epochs before: remember it and the weights. Otherwise, and
        where it is nan: put the remembered weights back, if there are any, and halve
        the optimizer's learning rate. Example:
        replay([3, 2, 1, 1], val_losses=[2, 1, 4, 0.5], rate=0.1) gives
        [[1, 0.1], [2, 0.1], [2, 0.05], [4, 0.05]].
        """
        # BEGIN SOLUTION: remember, or go back
        optimizer = self.model.optimizer
        if logs["val_loss"] < self.best:
            self.best, self.weights = logs["val_loss"], self.model.get_weights()
        else:
            optimizer.learning_rate = optimizer.learning_rate / 2
            if self.weights:
                self.model.set_weights(self.weights)
        # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · From Keras to PyTorch
#
# The network was trained in Keras and shall run in PyTorch. `model.get_weights()` gives a list: kernel, bias, kernel, bias, … PyTorch wants a dictionary for `load_state_dict`. Lesson
# 05.9 did it for dense layers; a convolution network has more to it. What differs:
#
# | | Keras | PyTorch |
# |---|---|---|
# | dense | $(\mathrm{in},\mathrm{out})$ | $(\mathrm{out},\mathrm{in})$ |
# | convolution | $(a,b,\mathrm{in},\mathrm{out})$ | $(\mathrm{out},\mathrm{in},a,b)$ |
# | a map, flattened | row, column, channel | channel, row, column |
# | names | none, the order counts | place in `nn.Sequential`: `"0.weight"`, `"0.bias"`, `"3.weight"`, … |
#
# The third line is the treacherous one. If the first dense layer gets a flattened map, PyTorch will hand it the same numbers in another order; so its inputs must change places too. All shapes fit
# without it, nothing complains, and the answers are wrong.
#
# Each array shall be a copy of its own, in C order (`.flags.c_contiguous`). A transposed array is only another view of the same memory, and whoever writes files from memory as it lies, as safetensors does,
# files the untransposed numbers under the transposed shape:

# %% [markdown] lang="zh" of="c62604ab"
# ## q4 · 从 Keras 到 PyTorch
#
# 网络是用 Keras 训练的，要放到 PyTorch 里运行。`model.get_weights()` 给出一个列表：核、偏置、核、偏置……PyTorch 的 `load_state_dict` 要的是一个字典。05.9 节对全连接层做过这件事；卷积网络要考虑的更多。两边的差别是：
#
# | | Keras | PyTorch |
# |---|---|---|
# | 全连接 | $(\mathrm{in},\mathrm{out})$ | $(\mathrm{out},\mathrm{in})$ |
# | 卷积 | $(a,b,\mathrm{in},\mathrm{out})$ | $(\mathrm{out},\mathrm{in},a,b)$ |
# | 展平的特征图 | 行、列、通道 | 通道、行、列 |
# | 名称 | 没有，靠次序 | 在 `nn.Sequential` 里的位置：`"0.weight"`、`"0.bias"`、`"3.weight"`…… |
#
# 最会坑人的是第三行。如果第一个全连接层接的是展平的特征图，PyTorch 送给它的还是那些数，次序却变了，所以它的各个输入也要跟着换位置。不换的话，形状全都对得上，什么都不报错，答案却是错的。
#
# 每个数组都要是独立的副本，按 C 次序存放（`.flags.c_contiguous`）。转置得到的数组只是同一块内存的另一种看法；像 safetensors 这样按内存原样写文件，就会把转置之前的数存在转置之后的形状下：

# %%
from safetensors.numpy import load, save

transposed = np.arange(6.0).reshape(2, 3).T
loaded = load(save({"kernel": transposed}))["kernel"]
print("in memory:", *transposed, "     from the file:", *loaded)

# %% [markdown] lang="en"
# And here is the whole test, for later. Once you have an answer, `compare_with_torch(to_torch_state)` in a cell of your own runs it: some $10^{-6}$ is rounding, $1$ is a wrong order.

# %% [markdown] lang="zh" of="785ca378"
# 下面是完整的检验，留到后面用。写好答案之后，在自己的单元格里运行 `compare_with_torch(to_torch_state)`：$10^{-6}$ 上下是舍入，到了 $1$ 就是次序错了。

# %%
def compare_with_torch(convert):
    """Largest difference between the logits of a Keras network and its PyTorch copy."""
    ensure("torch")
    import torch

    layers, nn = keras.layers, torch.nn
    source = keras.Sequential([
        keras.Input((9, 8, 2)), layers.Conv2D(3, (4, 3), activation="relu"),
        layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(5, activation="relu"),
        layers.Dense(4),
    ])  # fmt: skip
    shapes, rng = [w.shape for w in source.get_weights()], np.random.default_rng(0)
    source.set_weights([rng.normal(size=shape) for shape in shapes])
    copy = nn.Sequential(
        nn.Conv2d(2, 3, (4, 3)), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(27, 5), nn.ReLU(), nn.Linear(5, 4),
    )  # fmt: skip
    state = convert(source.get_weights(), [0, 4, 6], (3, 3, 3))
    copy.load_state_dict({name: torch.as_tensor(a) for name, a in state.items()})
    images = rng.normal(size=(7, 9, 8, 2)).astype(np.float32)  # channels last
    with torch.no_grad():
        moved = images.transpose(0, 3, 1, 2).copy()
        logits = copy(torch.from_numpy(moved)).numpy()  # (N, channel, row, column)
    return float(np.abs(logits - source(images).numpy()).max())

# %% question="q4"
# q4: the state dictionary of PyTorch from the weights of Keras
def to_torch_state(weights, positions, map_shape=None):
    """{"<position>.weight": array, "<position>.bias": array, ...} for nn.Sequential.

    weights: the list of a Keras model, kernel and bias of each layer in turn; a kernel
    is (a, b, in, out) or (in, out). positions: for each of these layers its place in
    nn.Sequential. map_shape: (rows, columns, channels) of the map that is flattened
    before the first dense layer, or None if none is. All arrays: own copies, C order.

    >>> to_torch_state(weights=[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [7.0, 8.0, 9.0]],
    ...                positions=[2])
    {"2.weight": [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], "2.bias": [7.0, 8.0, 9.0]}
    """
    # BEGIN SOLUTION: layer after layer; the first dense one may reorder its inputs
    state = {}
    for position, kernel, bias in zip(positions, weights[::2], weights[1::2]):
        if kernel.ndim == 2 and map_shape:
            inputs = np.arange(len(kernel)).reshape(map_shape)  # as Keras flattens them
            kernel, map_shape = kernel[inputs.transpose(2, 0, 1).ravel()], None
        kernel = kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T
        state[f"{position}.weight"] = np.array(kernel, order="C")
        state[f"{position}.bias"] = bias.copy()
    return state
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · The run that did not come back
#
# A colleague trains on machines that are cheap because they may be taken away at any moment. So he saves the run's state now and then, and another machine goes on from there. `Run` below is his training, small enough to
# read; `colleagues_save` and `colleagues_load` are his. A resumed run should give the same numbers as one that was never stopped, to the last bit (05.13 did so at the
# end of an epoch; here it may stop anywhere). It doesn't.

# %% [markdown] lang="zh" of="22b4ce88"
# ## q5 · 没有接上的训练
#
# 一位同事租用的机器很便宜，因为随时可能被收走。所以他隔一阵就保存一次训练的状态，由另一台机器接着训练。下面的 `Run` 就是他的训练，小到可以通读；`colleagues_save` 和 `colleagues_load` 是他写的。
# 接着训练的结果应当与从未中断时完全一样，一个比特也不差（05.13 节只在一轮结束时停下；这里随时可能停）。事实却不是这样。

# %% tags=["given"]
class Run:
    """Softmax regression: shuffled batches, dropout, Adam, a rate that falls."""

    def __init__(self, X, Y, seed, batch_size=8, rate=0.1):
        self.X, self.Y = X, Y  # data and settings: every run gets them
        self.batch_size, self.rate = batch_size, rate
        self.rng = np.random.default_rng(seed)
        self.W = self.rng.normal(size=(X.shape[1], Y.shape[1]))  # (d, classes)
        self.m, self.v, self.steps = np.zeros_like(self.W), np.zeros_like(self.W), 0
        self.epoch, self.position, self.order = 0, 0, self.rng.permutation(len(X))

    def step(self):
        """Train on the next batch; its loss. Weights and moments change in place."""
        if self.position >= len(self.X):
            self.epoch, self.position = self.epoch + 1, 0
            self.order = self.rng.permutation(len(self.X))
        rows = self.order[self.position : self.position + self.batch_size]
        self.position += len(rows)
        kept = self.rng.random((len(rows), self.X.shape[1])) < 0.8
        x = self.X[rows] * kept / 0.8  # (b, d), dropout
        e = np.exp(x @ self.W - (x @ self.W).max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)  # (b, classes)
        g = x.T @ (p - self.Y[rows]) / len(rows)  # (d, classes)
        self.steps += 1
        self.m += 0.1 * (g - self.m)
        self.v += 0.001 * (g**2 - self.v)
        m, v = self.m / (1 - 0.9**self.steps), self.v / (1 - 0.999**self.steps)
        step = m / (np.sqrt(v) + 1e-8)
        self.W -= self.rate / (1 + 0.2 * self.epoch) * step
        return float(-np.log(p[self.Y[rows] == 1]).mean())

# %% tags=["given"]
def colleagues_save(run):
    """The run's state, as the colleague saves it."""
    return {"W": run.W, "m": run.m, "v": run.v, "steps": run.steps, "epoch": run.epoch}

def colleagues_load(run, state):
    """Put a saved state into a run that has just been made."""
    run.W, run.m, run.v = state["W"], state["m"], state["v"]
    run.steps, run.epoch = state["steps"], state["epoch"]

def compare_resumed(save, load, stop, meanwhile=0, more=40):
    """How far a resumed run's weights are from a run's that was never stopped.

    At once, and `more` steps later. The state is saved after `stop` steps; the run
    trains `meanwhile` steps more before its machine is taken away.
    """
    rng = np.random.default_rng(5)
    X, Y = rng.normal(size=(40, 6)), np.eye(3)[rng.integers(3, size=40)]  # 5 batches
    never_stopped, stopped, resumed = (Run(X, Y, seed) for seed in (1, 1, 2))
    for _ in range(stop):
        never_stopped.step(), stopped.step()
    state = save(stopped)
    for _ in range(meanwhile):
        stopped.step()
    load(resumed, state)
    at_once = np.abs(resumed.W - never_stopped.W).max()
    for _ in range(more):
        never_stopped.step(), resumed.step()
    return at_once, np.abs(resumed.W - never_stopped.W).max()

# %%
print("saved                                difference at once    40 steps later")
for what, stop, meanwhile in (
    ("at the end of an epoch", 10, 0),
    ("within an epoch", 13, 0),
    ("and then trained on for 9 steps", 13, 9),
):
    at_once, later = compare_resumed(colleagues_save, colleagues_load, stop, meanwhile)
    print(f"{what:34}{at_once:21.3f}{later:18.3f}")

# %% [markdown] lang="en"
# Write both functions anew. The state must survive a file: a dictionary of plain data, that is numbers, texts, arrays, and lists or dictionaries of them, no objects. It holds what the run can't know by
# itself, and not the data. Once saved it stands still, whatever the run does next; it can be loaded more than once. A generator of NumPy tells and takes its state by `rng.bit_generator.state`.

# %% [markdown] lang="zh" of="eefd09b3"
# 请重写这两个函数。状态要能存成文件：一个只含普通数据的字典，即数、文本、数组，以及由它们组成的列表或字典，不含对象。它保存训练自己无从知道的一切，但不含数据集。一旦存下就不再变动，不管训练接下来做什么；
# 同一个状态可以载入多次。NumPy 的生成器通过 `rng.bit_generator.state` 给出和接收自己的状态。

# %% question="q5"
# q5: a state from which a run goes on as if it had never been stopped
def save_state(run):
    """The state of a Run as plain data, from which another session can go on.

    A dictionary of numbers, texts, arrays, and lists or dictionaries of these. It
    doesn't change when the run trains on, and the run isn't changed by being saved. The
    data X, Y isn't in it.
    """
    # BEGIN SOLUTION: all that step() reads and changes, as copies
    arrays = {name: getattr(run, name).copy() for name in ("W", "m", "v", "order")}
    counts = {name: getattr(run, name) for name in ("steps", "epoch", "position")}
    return {**arrays, **counts, "generator": run.rng.bit_generator.state}
    # END SOLUTION


def load_state(run, state):
    """Put a state into `run`, a Run on the same data with another seed; no result.

    Afterwards each run.step() does what it would have done in the run that was saved,
    to the last bit. The state stays as it was, also while the run trains on, so that it
    can be loaded again.
    """
    # BEGIN SOLUTION: the same things, the other way round
    for name in ("W", "m", "v", "order"):
        setattr(run, name, state[name].copy())
    for name in ("steps", "epoch", "position"):
        setattr(run, name, state[name])
    run.rng.bit_generator.state = state["generator"]
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · Which network would you pay for?
#
# The product's reader of digits is trained anew each night. Four widths were tried, six seeds each, 40 epochs; for each the losses on the training set and on the validation set are there, and the accuracies on the validation set and on the test set. They come from
# formulas that behave as such curves do: it is the decision that is real. What an epoch costs and what a percentage point of accuracy is worth are assumptions.

# %% [markdown] lang="zh" of="9a737b56"
# ## q6 · 该为哪个网络付钱？
#
# 产品里识别数字的网络每晚重新训练一次。四种宽度各用六个种子试了 40 轮；每次都记下训练集和验证集的损失，以及验证集和测试集的准确率。这些数由公式生成，样子与真的曲线一样：真实的是要做的决定。
# 一轮要花多少钱，准确率高一个百分点值多少钱，都是假定。

# %% tags=["given"]
WIDTHS = (32, 128, 512, 2048)
DOLLARS_PER_EPOCH = np.array([0.4, 1.0, 3.0, 9.0])          # assumed
VALUE_OF_A_POINT = 1_000.0          # assumed: dollars a month for a percentage point

def make_histories(seeds=6, epochs=40):
    """Training loss, validation loss, validation accuracy: (4 widths, seeds, epochs).

    Column e is measured after e + 1 epochs.
    """
    rng, e = np.random.default_rng(20), np.arange(1, epochs + 1)
    train, val, right = [], [], []
    shapes = ((9, 0.170, 29, 0.9480), (6, 0.095, 19, 0.9735),
              (4, 0.072, 11, 0.9842), (3, 0.064, 8, 0.9858))
    for pace, floor, turn, ceiling in shapes:
        luck = rng.normal(size=(seeds, 1))
        slope = rng.uniform(0.4, 1.6, size=(seeds, 1))
        noise = rng.normal(size=(3, seeds, epochs))
        rise = 0.16 * slope * np.maximum(0, e - turn) / (turn + 20)
        fall = 0.9 * np.exp(-e / pace)
        train.append(floor * np.exp(-e / turn) + fall + 0.002 * np.abs(noise[0]))
        val.append(floor + fall + rise + 0.015 * luck + 0.008 * noise[1])
        right.append(ceiling - 0.09 * (fall + rise) - 0.001 * luck + 0.002 * noise[2])
    return np.array(train), np.array(val), np.array(right)

TRAIN_LOSS, VAL_LOSS, VAL_ACCURACY = make_histories()
_luck = np.random.default_rng(21).normal(scale=0.002, size=VAL_ACCURACY.shape)
TEST_ACCURACY = VAL_ACCURACY - 0.002 + _luck

def price_a_month(epochs):
    """Dollars a month for so many epochs each night; epochs: (4,), one a width."""
    return 30 * np.asarray(epochs) * DOLLARS_PER_EPOCH

def accuracy_after(epochs):
    """(4,) mean validation accuracy of each width's seeds after epochs (4,)."""
    return VAL_ACCURACY.mean(axis=1)[range(4), np.asarray(epochs) - 1]

# %%
print("mean of 6 seeds      training loss       validation loss    validation accuracy")
print("after epochs         10   20   40        10   20   40        10     20     40")
for width, *curves in zip(WIDTHS, TRAIN_LOSS, VAL_LOSS, VAL_ACCURACY):
    train, val, right = (curve.mean(axis=0)[[9, 19, 39]] for curve in curves)
    losses = "   ".join(" ".join(f"{x:.3f}" for x in loss) for loss in (train, val))
    print(f"width {width:<10}", losses, " ", *(f"{x:.2%}" for x in right))

# %% [markdown] lang="en"
# **(a)** `pick_epochs`: for each width the number of epochs after which the mean validation loss of its seeds is lowest. A `nan` means that a seed has diverged: an epoch without all seeds doesn't count.
#
# **(b)** `overfitting_t`: is the rise after that epoch more than luck? Each seed gives one difference, its validation loss after the last epoch minus that after the epoch picked; $t$ is the mean of these
# differences over their standard error, $t=\bar d\,\sqrt S/s$, with the standard deviation $s$ over $S-1$. (Pick on some seeds and test on others: on the curves by which it was picked, the lowest point
# always seems to be followed by a rise.)
#
# **(c)** `price_of_points`: the widths in order of their price; what does each further percentage point of accuracy cost, compared with the width before?
#
# **(d)** `CHOICE`: the width that earns most a month, the value of its points minus its price; the accuracy is the mean over seeds on the validation set after the epochs picked; the test set chooses nothing. `NEXT_PRICE`: what a
# point would cost beyond your choice, at the next width. It is the number that defends you.

# %% [markdown] lang="zh" of="56b583ef"
# **(a)** `pick_epochs`：对每种宽度，训练多少轮之后，各种子验证损失的平均最低。`nan` 表示这个种子已经发散：种子不全的那一轮不算数。
#
# **(b)** `overfitting_t`：在那一轮之后的上升，是不是超出了运气？每个种子给出一个差：最后一轮之后的验证损失，减去选定那一轮之后的；$t$ 是这些差的平均除以它的标准误，$t=\bar d\,\sqrt S/s$，
# 标准差 $s$ 除以 $S-1$。（要用一些种子来选，用另一些来检验：在用来选的那些曲线上，最低点之后看起来总是在上升。）
#
# **(c)** `price_of_points`：各宽度按价钱从低到高排列；与前一种宽度相比，每多一个百分点的准确率要花多少钱？
#
# **(d)** `CHOICE`：每月挣得最多的宽度，即它的百分点的价值减去它的价钱；准确率取验证集上、训练到选定轮数之后、各种子的平均；测试集不参与任何选择。`NEXT_PRICE`：如果不停在你的选择，而是换成再大一种的宽度，一个百分点要花多少钱。
# 为你的选择辩护的就是这个数。

# %% question="q6"
# q6: the epochs, the test, the price of a point, your choice, a number to defend it
def pick_epochs(val_loss):
    """(R,) whole numbers: for each setting the epochs with the lowest validation loss.

    val_loss: (R, S, E), val_loss[r, s, e] is the loss of setting r, seed s after e + 1
    epochs; may contain nan. The mean over seeds decides. An epoch counts only if no
    seed is nan there; a setting without such an epoch gets 0.

    >>> pick_epochs(val_loss=[[[3.0, 1.0, 2.0], [3.0, 2.0, 3.0]]])
    [2]
    """
    # BEGIN SOLUTION: mean over seeds, then the place of the smallest
    means = val_loss.mean(axis=1)  # (R, E), nan where a seed is nan
    means = np.where(np.isnan(means), np.inf, means)
    return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0)
    # END SOLUTION


def overfitting_t(val_loss, epoch):
    """t of the rise of the validation loss between `epoch` and the last epoch.

    val_loss: (S, E) of one setting, epoch: number of epochs, 1 ... E; 0.0 if it is the
    last one. The differences are taken seed by seed.

    >>> overfitting_t(val_loss=[[5.0, 2.0, 4.0], [5.0, 3.0, 4.0], [5.0, 1.0, 4.0]],
    ...               epoch=2)
    3.4641

    The differences are 2, 1, 3, and 2 * sqrt(3) / 1 is t.
    """
    # BEGIN SOLUTION: differences, their mean, its standard error
    rise = val_loss[:, -1] - val_loss[:, epoch - 1]         # (S,)
    if epoch == val_loss.shape[1]:
        return 0.0
    return rise.mean() * len(rise) ** 0.5 / rise.std(ddof=1)
    # END SOLUTION


def price_of_points(accuracy, dollars):
    """(R - 1,) dollars for one further percentage point, from each setting to the next.

    accuracy: (R,) shares in 0 ... 1; dollars: (R,), ascending. np.inf where nothing is
    gained.

    >>> price_of_points(accuracy=[0.90, 0.92, 0.91], dollars=[100.0, 300.0, 400.0])
    [100.0, inf]

    These are two points for 200 dollars, then none.
    """
    # BEGIN SOLUTION: more dollars over more points
    points, more = 100 * np.diff(accuracy), np.diff(dollars)
    return np.divide(more, points, out=np.full(len(more), np.inf), where=points > 0)
    # END SOLUTION


# BEGIN SOLUTION: (4,) epochs for the four widths
EPOCHS = pick_epochs(VAL_LOSS)
# END SOLUTION
# BEGIN SOLUTION: one of WIDTHS
CHOICE = WIDTHS[
    np.argmax(100 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))
]
# END SOLUTION
# BEGIN SOLUTION: dollars a point, from your choice to the next width
NEXT_PRICE = price_of_points(accuracy_after(EPOCHS), price_a_month(EPOCHS))[
    WIDTHS.index(CHOICE)
]
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Change `VALUE_OF_A_POINT` in q6 and run it again: at which value would you take the next width? And only now, once, look at `TEST_ACCURACY` for your choice: it is somewhat lower than the accuracy by which you chose. Lesson 06 asks what accuracy leaves out.

# %% [markdown] lang="zh" of="086ed8fa"
# **接下来。** 在 q6 中改一改 `VALUE_OF_A_POINT` 再运行：一个百分点值多少钱时，你会改用下一种宽度？到了这一步，才去看一次你所选宽度的 `TEST_ACCURACY`：它比选择时所依据的准确率略低。第 06 课要问：准确率漏掉了什么。
