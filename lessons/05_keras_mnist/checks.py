"""Exercise 05: images to rows, counting parameters, a Keras model, its weights in PyTorch, exact resuming, a purchase."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Text, Wrong, as_array, drivers, expect_close, is_close

RTOL, ATOL = 1e-5, 1e-6  # for what is computed in float32 or float64; a training of Keras gets more, in its check
EXERCISE = Exercise("05_keras_mnist")

EXERCISE.question(
    "q1",
    Text("what goes in, and what is held back", "送进去什么，留出来什么"),
    [
        Text(
            "(a) Print the shape and dtype of each result for the docstring's example. (b) Write the example's labels down and draw the cut.",
            "(a) 对文档字符串里的例子，打印每个结果的形状和 dtype。(b) 把例子里的标签写下来，画出切口。",
        ),
        Text(
            "(a) `reshape` keeps the order of the pixels if the images stay the first axis; bytes become floats before they are divided. (b) A set of the classes before the cut, a set after it.",
            "(a) 只要图像留在第一个轴上，`reshape` 就不会改变像素的次序；先把字节变成浮点数，再做除法。(b) 切口之前的类别是一个集合，之后的是另一个。",
        ),
        Text(
            "(a) images.reshape(len(images), -1).astype(np.float32), and a float32 array of zeros into which 1 is written at [np.arange(N), labels]. (b) np.setdiff1d(after, before).",
            "(a) images.reshape(len(images), -1).astype(np.float32)；再建一个 float32 的全零数组，在 [np.arange(N), labels] 处写入 1。(b) np.setdiff1d(切口之后, 切口之前)。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("how many numbers it learns", "它要学多少个数"),
    [
        Text(
            "Do the second example of the docstring on paper: what does one filter look at, how many filters are there, and which map is left after each layer?",
            "在纸上算文档字符串的第二个例子：一个滤波器看见多少个数，一共几个滤波器，每层之后剩下多大的特征图？",
        ),
        Text(
            "Carry two things through the loop: the shape of the map at this point, and the list of counts. A filter reaches through all channels and is the same at every place.",
            "循环里带着两样东西：此处特征图的形状，以及计数的列表。一个滤波器贯穿所有通道，在每个位置都是同一个。",
        ),
        Text(
            "conv: (a * b * channels + 1) * filters, and the map becomes (h - a + 1, w - b + 1, filters). pool: h // p and w // p. dense: (inputs + 1) * units.",
            "conv：(a * b * channels + 1) * filters，特征图变成 (h - a + 1, w - b + 1, filters)。pool：h // p 和 w // p。dense：(inputs + 1) * units。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("built to a specification", "按规格搭建"),
    [
        Text(
            "Build it for sizes (4, 3, 2), then look at `[w.shape for w in model.get_weights()]`, at `model(x)` for some x, and at what `model.summary()` says.",
            "先用尺寸 (4, 3, 2) 搭建，然后看 `[w.shape for w in model.get_weights()]`、某个 x 的 `model(x)`，以及 `model.summary()` 的内容。",
        ),
        Text(
            'The last Dense layer has no activation; then the loss must be told that it gets logits, and a text such as "categorical_crossentropy" can\'t tell it.',
            '最后一个 Dense 层没有激活函数；那就必须告诉损失函数它收到的是 logits，而 "categorical_crossentropy" 这样的文本做不到。',
        ),
        Text(
            'One Dense(units, activation="relu") for each of sizes[1:-1], Dense(sizes[-1]); compile with optimizer=keras.optimizers.Adam(rate), loss=keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"].',
            '对 sizes[1:-1] 中的每个数建一层 Dense(units, activation="relu")，再加 Dense(sizes[-1])；编译时 optimizer=keras.optimizers.Adam(rate)，loss=keras.losses.CategoricalCrossentropy(from_logits=True)，metrics=["accuracy"]。',
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("from Keras to PyTorch", "从 Keras 到 PyTorch"),
    [
        Text(
            "Take kernels small enough to print, np.arange(6).reshape(2, 3), say, and follow where a single number goes. `compare_with_torch(to_torch_state)` tries all of it at once.",
            "取小到可以打印的核，比如 np.arange(6).reshape(2, 3)，跟着其中一个数，看它去了哪里。`compare_with_torch(to_torch_state)` 把所有部分一次试完。",
        ),
        Text(
            "`transpose` moves axes, `reshape` cuts the same row of numbers otherwise. The inputs of the first dense layer are three axes in one: take them apart, move the channels to the front, put them together.",
            "`transpose` 移动轴，`reshape` 只是把同一串数重新切开。第一个全连接层的输入是三个轴合成的一个：先拆开，把通道移到最前，再合起来。",
        ),
        Text(
            'Four axes: kernel.transpose(3, 2, 0, 1); two: kernel.T, before that kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1) where a map is flattened. np.array(…, order="C") copies and orders; a bias needs .copy().',
            '四个轴：kernel.transpose(3, 2, 0, 1)；两个轴：kernel.T；如果前面展平了特征图，先做 kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)。np.array(…, order="C") 既复制又排好次序；偏置要 .copy()。',
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("the run that did not come back", "没有接上的训练"),
    [
        Text(
            "Read `step` line by line: which attributes of the run does it read, which does it change? The table's three rows show three different faults.",
            "逐行阅读 `step`：它读取了训练的哪些属性，又改变了哪些？表中的三行显示了三种不同的错误。",
        ),
        Text(
            "A list of names isn't enough: `self.W -= …` writes into the array that your dictionary holds too. And of a generator only its state is plain data. compare_resumed(save_state, load_state, 13, 9) tries yours.",
            "光有一串名字还不够：`self.W -= …` 也会写进你的字典里的那个数组。至于生成器，只有它的状态才是普通数据。compare_resumed(save_state, load_state, 13, 9) 可以试你的答案。",
        ),
        Text(
            "W, m, v and order as run.W.copy(), …; steps, epoch, position as numbers; run.rng.bit_generator.state. Loading is the same the other way round, with .copy() once more, since the run will write into its arrays.",
            "W、m、v 和 order 用 run.W.copy() 这样的副本；steps、epoch、position 是数；再加 run.rng.bit_generator.state。载入就是反过来做一遍，同样要 .copy()，因为训练会写进自己的数组。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("which network to pay for", "该为哪个网络付钱"),
    [
        Text(
            "Do each function for its docstring's example by hand first. For (d) print EPOCHS, the four accuracies, the four prices a month.",
            "先对每个函数的文档字符串里的例子手算一遍。(d) 先打印 EPOCHS、四个准确率、四个每月的价钱。",
        ),
        Text(
            "(a) First the mean over seeds, then the smallest; nan needs a word of its own, since argmin takes it for the smallest. (b) One difference a seed, then a mean and its standard error. (c) np.diff twice. (d) A month's earnings are 100 × accuracy × VALUE_OF_A_POINT − price.",
            "(a) 先对种子取平均，再找最小；nan 要单独处理，因为 argmin 会把它当成最小的。(b) 每个种子一个差，然后是平均和它的标准误。(c) 用两次 np.diff。(d) 一个月挣的钱是 100 × 准确率 × VALUE_OF_A_POINT − 价钱。",
        ),
        Text(
            "(a) Replace nan by np.inf in the means, then argmin(axis=1) + 1. (b) rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5). (c) np.diff(dollars) / (100 * np.diff(accuracy)), np.inf where the accuracy doesn't grow. (d) NEXT_PRICE is the entry of (c) that leads away from your choice.",
            "(a) 把平均里的 nan 换成 np.inf，再 argmin(axis=1) + 1。(b) rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5)。(c) np.diff(dollars) / (100 * np.diff(accuracy))，准确率没有提高的地方取 np.inf。(d) NEXT_PRICE 是 (c) 中从你的选择出发往下走的那一项。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "integer-division",
        "Your pixels are all 0 or 1: `//` on bytes rounds down. A grey of 200 should become 0.784….",
        "你的像素只有 0 和 1：字节之间的 `//` 会向下取整。灰度 200 应当变成 0.784……。",
    ),
    (
        "scaled-by-the-own-maximum",
        "You divide by the largest value that happens to be there. A darker batch, or image, is scaled otherwise, and the network sees another grey for the same byte. Divide by a number that is the same for all data.",
        "你除以的是碰巧出现的最大值。暗一些的一批（或一幅）就会按别的比例缩放，同样的字节在网络眼里成了另一种灰。请除以一个对所有数据都相同的数。",
    ),
    (
        "scaled-by-the-own-mean",
        "You subtract the mean of this very batch. The same image gets other numbers in another batch; here only the division by 255 is wanted.",
        "你减去了这一批自己的平均值。同一幅图像放到另一批里就得到别的数；这里只要求除以 255。",
    ),
    (
        "not-scaled",
        "Your pixels still go up to 255.",
        "你的像素仍然大到 255。",
    ),
    (
        "another-range",
        "Right but for the constant: byte 0 should become 0 and byte 255 exactly 1.",
        "只差一个常数：字节 0 应变成 0，字节 255 应正好变成 1。",
    ),
    (
        "columns-for-rows",
        "Your images, or labels, stand in columns: each example should be a row.",
        "你的图像或标签排成了列：每个样本应当是一行。",
    ),
    (
        "pixels-in-another-order",
        "The shape is right, but the pixels don't stand row after row of their own image: `reshape` counts the last axis fastest, and what is not first in the array doesn't become a row by itself.",
        "形状是对的，但像素没有按自己那幅图像一行接一行地排：`reshape` 时最后一个轴变化最快，不在最前面的轴不会自己变成行。",
    ),
    (
        "not-flattened",
        "Your images still have two sides. A dense layer wants one row of h·w numbers for each image.",
        "你的图像还有两条边。全连接层要的是每幅图像一行 h·w 个数。",
    ),
    (
        "not-float32",
        "The numbers are right, but the array isn't of dtype float32: float64 takes twice the memory, and whole numbers can't be trained on.",
        "数值对了，但数组的 dtype 不是 float32：float64 要多占一倍内存，整数则没法拿来训练。",
    ),
    (
        "width-of-what-occurs",
        "Your rows are as wide as the classes that occur in these labels. In a batch without the last digit, or without one in between, the network would get rows of another width. The width is an argument.",
        "你的行宽取决于这些标签里出现了哪些类别。一批数据里若没有最后那个数字，或缺了中间某一个，网络就会收到别的宽度。宽度由参数给出。",
    ),
    (
        "classes-from-one",
        "Your 1 stands one place too far to the left or right: classes count from 0.",
        "你的 1 偏了一个位置：类别从 0 数起。",
    ),
    (
        "labels-left-as-numbers",
        "Your labels are still one number each.",
        "你的标签仍然是一个数。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed.",
        "结果是对的，但调用之后，传给函数的数组被改动了。",
    ),
    (
        "validation-from-the-front",
        "You validate on the first examples and train on the last. It is the other way round.",
        "你用前面的样本验证，用后面的训练。应当反过来。",
    ),
    (
        "all-that-is-validated",
        "You list all classes of the validation part, also those that are trained.",
        "你列出了验证部分的所有类别，连训练过的也在内。",
    ),
    (
        "trained-never-validated",
        "These are classes that are trained and not validated. Wanted are those that are validated and not trained.",
        "这些类别是训练过而没有验证的。要找的是验证了而没有训练过的。",
    ),
    (
        "cut-one-off",
        "Your cut is off by one example. How many train, if n·(1 − s) isn't whole?",
        "你的切口差了一个样本。n·(1 − s) 不是整数时，有多少个样本参加训练？",
    ),
    # q2
    (
        "no-biases",
        "Your layers have no biases: one more number for each unit, or filter.",
        "你的层没有偏置：每个单元（或每个滤波器）还要多一个数。",
    ),
    (
        "a-bias-for-each-input",
        "You count a bias for each input, or channel that comes in. It belongs to what goes out.",
        "你给每个输入（或每个输入通道）配了一个偏置。偏置属于输出的一方。",
    ),
    (
        "one-number-for-all",
        "You return the sum. Wanted is the column: one number for each layer.",
        "你返回了总和。要的是那一列：每层一个数。",
    ),
    (
        "zeros-left-out",
        "A layer that learns nothing has its place in the list too: 0.",
        "什么也不学的层在列表里也占一个位置：0。",
    ),
    (
        "kernel-without-channels",
        "Your filters are flat: they see one channel. A filter reaches through all channels of the map before it.",
        "你的滤波器是平的，只看见一个通道。滤波器要贯穿它前面的特征图的全部通道。",
    ),
    (
        "weights-at-each-place",
        "You count the filter, or its bias, anew at each place of the map. It is the same one everywhere: that is what makes a convolution small.",
        "你在特征图的每个位置都把滤波器（或它的偏置）重新数了一遍。到处都是同一个滤波器：卷积小就小在这里。",
    ),
    (
        "map-keeps-its-size",
        "Your map is as large after a convolution as before. Without padding it loses a − 1 rows and b − 1 columns.",
        "你的特征图经过卷积之后大小不变。没有填充时，它会少掉 a − 1 行和 b − 1 列。",
    ),
    (
        "pooling-ignored",
        "The dense layer behind a pooling has too many weights: the map shrinks there.",
        "池化之后的全连接层权重太多：特征图在那里变小了。",
    ),
    (
        "pooling-rounded-up",
        "A pooling leaves out what doesn't fill a window: 7 by 2 gives 3, not 4, and not 3.5.",
        "池化会丢掉填不满一个窗口的部分：7 除以 2 得 3，不是 4，也不是 3.5。",
    ),
    (
        "height-for-width",
        "Height and width have changed places in your maps or filters, or one of them stands for both.",
        "在你的特征图或滤波器里，高和宽对调了，或者用其中一个代替了两个。",
    ),
    # q3
    (
        "softmax-at-the-end",
        "Your model gives probabilities. The specification asks for logits. Keras's loss finds the logits behind Keras's own softmax (05.8), so your loss may be right all the same; behind a softmax of your own, or in PyTorch, it would be the softmax of a softmax.",
        "你的模型给出的是概率，规格要的是 logits。Keras 的损失会绕到 Keras 自己的 softmax 背后去取 logits（05.8 节），所以你的损失也许照样是对的；换成自己写的 softmax，或者换到 PyTorch，就成了对 softmax 再做 softmax。",
    ),
    (
        "sigmoid-at-the-end",
        "Your outputs lie between 0 and 1, each for itself: a sigmoid. Logits are any real numbers.",
        "你的输出各自落在 0 和 1 之间：这是 sigmoid。logits 是任意实数。",
    ),
    (
        "relu-at-the-end",
        "Your outputs are never negative: the last layer has a ReLU too. A logit below 0 must be able to stay there, or its gradient is lost.",
        "你的输出从不为负：最后一层也接了 ReLU。小于 0 的 logit 必须能留在那里，否则它的梯度就没有了。",
    ),
    (
        "nothing-between-the-layers",
        "There is no ReLU between your layers: they collapse into a single linear one.",
        "你的各层之间没有 ReLU：它们合起来只相当于一个线性层。",
    ),
    (
        "another-activation",
        "Your hidden layers have another activation than ReLU.",
        "你的隐藏层用的不是 ReLU，而是别的激活函数。",
    ),
    (
        "layers-without-bias",
        "Your layers have no biases.",
        "你的各层没有偏置。",
    ),
    (
        "not-compiled",
        "Your model isn't compiled: it has no loss and no optimizer yet.",
        "你的模型还没有编译：既没有损失函数，也没有优化器。",
    ),
    (
        "logits-taken-for-probabilities",
        "Your loss takes the logits for probabilities: it divides them by their sum and clips them, so that it is wrong and can't exceed 16.1. Tell it what it gets.",
        "你的损失把 logits 当成了概率：先除以它们的和，再截断，所以不仅算错了，还永远不会超过 16.1。要告诉它收到的是什么。",
    ),
    (
        "squared-error",
        "Your loss is the squared error of the logits. The specification asks for the cross-entropy of their softmax.",
        "你的损失是 logits 的平方误差。规格要的是它们的 softmax 的交叉熵。",
    ),
    (
        "each-class-for-itself",
        "Your loss asks each class for itself, yes or no: a binary cross-entropy. Here exactly one class is right.",
        "你的损失对每个类别单独问“是不是”：这是二元交叉熵。这里恰好只有一个类别是对的。",
    ),
    (
        "sum-over-the-batch",
        "Your loss is the sum over the batch, not its mean: with each other batch size the learning rate would mean something else.",
        "你的损失是整个批量的和，不是平均：批量大小一变，学习率的意义就跟着变。",
    ),
    (
        "labels-as-numbers-expected",
        "Your loss expects labels as whole numbers (sparse); here they come one-hot.",
        "你的损失要求标签是整数（sparse）；这里的标签是独热形式。",
    ),
    (
        "accuracy-not-reported",
        "No metric but the loss is reported.",
        "除了损失，没有报告任何指标。",
    ),
    (
        "another-accuracy",
        "A metric is reported, but it isn't the share of examples whose largest logit stands at the right class. `keras.metrics.Accuracy()`, for one, asks whether numbers are equal.",
        "报告了指标，但它不是“最大的 logit 落在正确类别上”的样本所占的比例。例如 `keras.metrics.Accuracy()` 问的是两个数是否相等。",
    ),
    (
        "rate-ignored",
        "Your weights move by Keras's default rate of 0.001, whatever rate is asked for.",
        "不管要求的学习率是多少，你的权重都按 Keras 默认的 0.001 移动。",
    ),
    (
        "plain-gradient-descent",
        "Your weights move along the gradient itself: SGD. The specification asks for Adam.",
        "你的权重沿着梯度本身移动，这是 SGD。规格要的是 Adam。",
    ),
    (
        "weights-decay",
        "Weights whose gradient is 0 move with you: a weight decay is at work that nobody has asked for.",
        "梯度为 0 的权重在你这里也会移动：有人没要求的权重衰减在起作用。",
    ),
    (
        "models-share-weights",
        "Two calls give models that aren't independent: they share layers, so that training the one changes the other, or they share an optimizer. Make both anew in each call.",
        "两次调用得到的模型并不独立：它们共用了层（训练其中一个，另一个也跟着变），或者共用了优化器。每次调用都要重新建立两者。",
    ),
    (
        "all-begin-alike",
        "Your kernels begin with all numbers equal: then all units of a layer get the same gradient and stay alike for ever. Leave the starting values to Keras.",
        "你的核一开始所有的数都相同：这样一层里的所有单元得到同样的梯度，永远一模一样。初始值请交给 Keras。",
    ),
    # q4
    (
        "layers-counted",
        "Your names count the layers that have weights. In nn.Sequential, ReLU, pooling and flatten have places too: that is what `positions` is for.",
        "你的名称是按有权重的层数下来的。在 nn.Sequential 里，ReLU、池化和展平也占位置：`positions` 就是为此给出的。",
    ),
    (
        "keras-names",
        "PyTorch knows `weight` and `bias`, each behind the position and a dot; no `kernel`.",
        "PyTorch 认得的是位置加一个点，再加 `weight` 或 `bias`；没有 `kernel`。",
    ),
    (
        "kernel-as-it-was",
        "Your kernels are as Keras has them. In PyTorch the outputs come first.",
        "你的核还是 Keras 里的样子。在 PyTorch 里，输出排在最前。",
    ),
    (
        "reshaped-not-transposed",
        "The shapes are right, the numbers stand in wrong places: `reshape` keeps the row of numbers and only cuts it otherwise. Axes are moved by something else.",
        "形状对了，数却站错了位置：`reshape` 保持那一串数不变，只是重新切开。移动轴要用别的办法。",
    ),
    (
        "height-and-width-swapped",
        "Your convolution kernels lie on their side: `.T` turns round all four axes, height and width too.",
        "你的卷积核躺倒了：`.T` 把四个轴全都颠倒过来，高和宽也对调了。",
    ),
    (
        "inputs-before-outputs",
        "In your convolution kernels the inputs come before the outputs.",
        "在你的卷积核里，输入排在了输出前面。",
    ),
    (
        "map-order-ignored",
        "Your first dense layer gets its inputs in Keras's order: row, column, channel. PyTorch hands it channel, row, column. All shapes fit, and the answers are wrong.",
        "你的第一个全连接层按 Keras 的次序（行、列、通道）接收输入，而 PyTorch 递给它的是通道、行、列。形状全都对得上，答案却是错的。",
    ),
    (
        "map-order-mixed-up",
        "You do reorder the inputs of the first dense layer, but not into channel, row, column: try it on a list that holds the numbers 0, 1, 2, … in Keras's order.",
        "你确实给第一个全连接层的输入换了次序，但不是换成通道、行、列：拿一个按 Keras 次序写着 0、1、2……的列表试一试。",
    ),
    (
        "later-layers-reordered",
        "You reorder the inputs of the later dense layers too. Only the first one gets a flattened map.",
        "你把后面的全连接层的输入也换了次序。只有第一个接的是展平的特征图。",
    ),
    (
        "views-not-copies",
        "When the weights that were handed over change later, so does your dictionary: some array in it is a view of them, or is one of them.",
        "交给你的权重后来一变，你的字典也跟着变：里面有的数组是它们的视图，或者干脆就是它们本身。",
    ),
    (
        "memory-in-the-old-order",
        "The numbers are right, but in memory some array still lies as before the transposition. `np.array(kernel.T)` and `np.copy(kernel.T)` keep that order; look at `.flags.c_contiguous`.",
        "数是对的，但有的数组在内存里还是转置之前的样子。`np.array(kernel.T)` 和 `np.copy(kernel.T)` 会保留那个次序；请看 `.flags.c_contiguous`。",
    ),
    (
        "changes-the-weights",
        "Your function changes the arrays that were handed to it: the Keras model may still need them.",
        "你的函数改动了交给它的数组：Keras 模型也许还要用它们。",
    ),
    # q5
    (
        "weights-not-restored",
        "After loading, the weights aren't those of the run that was saved.",
        "载入之后，权重不是被保存的那次训练的权重。",
    ),
    (
        "moments-forgotten",
        "The weights are back, Adam's moments m and v are not: the next steps have other directions and lengths.",
        "权重回来了，Adam 的矩 m 和 v 却没有：接下来的步子方向和长短都不一样。",
    ),
    (
        "step-count-forgotten",
        "Weights and moments are back, but Adam corrects its bias by another number of steps than before.",
        "权重和矩都回来了，但 Adam 修正偏差时用的步数和原来不同。",
    ),
    (
        "epoch-forgotten",
        "The number of the epoch isn't restored: the learning rate depends on it.",
        "轮数没有恢复：学习率取决于它。",
    ),
    (
        "generator-forgotten",
        "The generator goes on from another place than in the saved run: dropout, and the next shuffling, come out differently. A seed isn't enough: it leads back to the beginning.",
        "生成器没有从保存时的位置继续：dropout 和下一次打乱的结果都会不同。只有种子不够：它只能回到最开头。",
    ),
    (
        "place-in-the-epoch-forgotten",
        "Within an epoch your run goes on with other batches: the order of this epoch was drawn at its beginning, and a part of it has been used.",
        "在一轮的中间，你的训练接上的是别的批量：这一轮的次序在开头就抽好了，其中一部分已经用过。",
    ),
    (
        "state-rounded",
        "The state is nearly right: numbers were rounded on the way, to float32 or to a few digits. Near is not equal: the difference grows from step to step.",
        "状态几乎是对的：途中有数被舍入成了 float32，或只留了几位。差不多不等于相等：差别会一步步变大。",
    ),
    (
        "another-run-returned",
        "Your load_state returns something, and the run that it was given isn't what was saved: it should be changed in place.",
        "你的 load_state 返回了东西，而交给它的训练却不是保存时的样子：应当就地改动它。",
    ),
    (
        "generator-itself-saved",
        "Your state holds a generator, an object: it can't go into a file of plain data, and it goes on counting with the run. Its state can.",
        "你的状态里有一个生成器，它是对象：放不进只存普通数据的文件，还会跟着训练继续走。它的状态才可以。",
    ),
    (
        "no-dictionary",
        "Your save_state doesn't return a dictionary.",
        "你的 save_state 返回的不是字典。",
    ),
    (
        "saving-changes-the-run",
        "A run that was saved goes on otherwise than one that wasn't: saving has drawn from its generator, or changed it.",
        "保存过的训练，接下来与没保存过的不一样：保存时动用了它的生成器，或改动了它。",
    ),
    (
        "state-moves-on",
        "The saved state changes while the run trains on: it holds the run's own arrays, and the run writes into them. This is how a “best” model turns out to be the last one.",
        "训练继续时，存下的状态也在变：它装的是训练自己的数组，而训练会写进这些数组。“最好”的模型最后发现就是最后一个，原因就在这里。",
    ),
    (
        "data-in-the-state",
        "Your state holds the data X or Y. With 60,000 images each checkpoint would weigh hundreds of megabytes; the run that goes on has the data already.",
        "你的状态里装了数据 X 或 Y。有 60,000 幅图像时，每个检查点都会大到几百兆；数据集不必存，接着训练的那一方手里就有。",
    ),
    (
        "state-kept-elsewhere",
        "What your state restores isn't in it: another machine gets the dictionary only, no variables of this one.",
        "你的状态能恢复的东西并不在它里面：另一台机器只拿得到这个字典，拿不到这台机器上的变量。",
    ),
    (
        "loading-hands-the-state-over",
        "The first load is right, the second one from the same state isn't: the first run got the state's own arrays and has trained in them.",
        "第一次载入是对的，用同一个状态第二次载入就不对了：第一次的训练拿走了状态自己的数组，并在里面继续训练。",
    ),
    # q6
    (
        "epochs-from-zero",
        "You stop one epoch too early: column e holds the loss after e + 1 epochs.",
        "你早停了一轮：第 e 列是 e + 1 轮之后的损失。",
    ),
    (
        "luckiest-seed",
        "You ask where the luckiest seed is lowest. Tomorrow's run won't have its luck: take the mean over seeds first.",
        "你问的是最走运的种子在哪里最低。明天的训练可没有这份运气：先对种子取平均。",
    ),
    (
        "largest-loss",
        "You look for the largest loss.",
        "你找的是最大的损失。",
    ),
    (
        "nan-passed-over",
        "Where a seed has diverged you take the mean of the others. An epoch at which one run in six is lost isn't a place to stop.",
        "有种子发散的地方，你取了其余种子的平均。六次里毁掉一次的那一轮，不是可以停的地方。",
    ),
    (
        "nan-picked",
        "You pick an epoch at which a seed is nan: `argmin` takes nan for the smallest, and says 0 for a row of infinities.",
        "你选中了有种子为 nan 的那一轮：`argmin` 把 nan 当成最小的；一行全是无穷大时，它返回 0。",
    ),
    (
        "spread-of-one-seed",
        "You divide by the standard deviation of one difference. How far does the mean of S differences wander?",
        "你除以的是单个差的标准差。S 个差的平均，会偏离多远？",
    ),
    (
        "divided-by-S",
        "Your standard deviation divides by S. The mean was taken from the same S differences: divide by S − 1 (`ddof=1`).",
        "你的标准差除以了 S。平均值来自同样的 S 个差：应除以 S − 1（`ddof=1`）。",
    ),
    (
        "seeds-not-paired",
        "You compare two heaps of losses. Each seed has its own level, which cancels if you take its two losses from each other first.",
        "你比较的是两堆损失。每个种子有自己的高低，先让同一个种子的两个损失相减，这种高低就抵消了。",
    ),
    (
        "epoch-off-by-one",
        "You take the wrong column: after `epoch` epochs the loss stands in column epoch − 1.",
        "你取错了一列：训练 `epoch` 轮之后的损失在第 epoch − 1 列。",
    ),
    (
        "fall-for-rise",
        "Your sign is the other one: a loss that rises should give a positive t.",
        "你的符号反了：损失上升时 t 应为正。",
    ),
    (
        "nothing-to-test",
        "Where `epoch` is the last one, all differences are 0: the docstring asks for 0.0 there.",
        "`epoch` 就是最后一轮时，所有的差都是 0：文档字符串要求这时返回 0.0。",
    ),
    (
        "shares-for-points",
        "Your price is off by a factor of 100: from 0.90 to 0.92 is two percentage points.",
        "你的价钱差了 100 倍：从 0.90 到 0.92 是两个百分点。",
    ),
    (
        "whole-price",
        "You divide the whole price. The setting before has to be paid anyway: what does this one cost more?",
        "你用全部的价钱去除。前一种设置反正要付钱：这一种比它多花多少？",
    ),
    (
        "against-the-first",
        "You compare each setting with the cheapest. The question is what the next step costs, from each setting to the one after it.",
        "你把每种设置都与最便宜的比。问题是下一步要花多少：从每种设置到它后面的那一种。",
    ),
    (
        "points-for-a-dollar",
        "These are points for a dollar. Wanted are dollars for a point.",
        "这是每美元的百分点数。要的是每个百分点的美元数。",
    ),
    (
        "loss-for-sale",
        "A setting that gains nothing has a price with you, even a negative one. No money buys points there: infinity.",
        "没有带来任何提高的设置，在你这里却有价钱，甚至是负的。在那里花多少钱也买不到百分点：应是无穷大。",
    ),
    (
        "most-accurate",
        "This width reads best, but its last points cost more than they earn.",
        "这种宽度读得最准，但它最后那点提高花的钱比挣的多。",
    ),
    (
        "cheapest",
        "This width is the cheapest. What would the next points cost, and what would they earn?",
        "这种宽度最便宜。再多几个百分点要花多少钱，又能挣多少？",
    ),
    (
        "price-of-the-step-before",
        "This is what the step to your choice has cost. It is the step beyond it that defends you.",
        "这是走到你的选择所花的价钱。为你辩护的，是再往前走一步的价钱。",
    ),
    (
        "picked-on-the-test-set",
        "This is the price after the epochs at which the test accuracy is highest. Who picks by the test set can't report it any more: pick by the validation loss.",
        "这是训练到测试准确率最高的轮数时的价钱。用测试集来选，就不能再用它来报告：请按验证损失来选。",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1")
def pixels_become_rows_between_0_and_1(answer, rng):
    """en: Each image becomes a float32 row, pixel row after pixel row, and byte p becomes p/255, in whatever batch it stands.
    zh: 每幅图像变成 float32 的一行，像素一行接一行；字节 p 变成 p/255，不管它在哪一批里。"""
    for N in (int(rng.integers(3, 7)), 1):
        h, w = 3 + rng.permutation(5)[:2]
        images = rng.integers(1, 200, size=(N, h, w), dtype=np.uint8)  # not up to 255: an own maximum shows
        images[0, 0, :2] = 0, 199
        labels = rng.integers(0, 4, size=N)
        value = _pair(_call_and_compare_inputs(answer, "prepare", images, labels, 5))[0]
        rows = images.reshape(N, h * w) / 255.0
        _diagnose_rows(value, rows, images)
        if not isinstance(value, np.ndarray) or value.dtype != np.float32:
            raise Misconception("not-float32")
    black = np.zeros((2, h, w), dtype=np.uint8)
    expect_close(_pair(answer.call("prepare", black, np.array([1, 0]), 2))[0], np.zeros((2, h * w)), what="X")


@EXERCISE.check("q1")
def labels_become_rows_with_a_single_one(answer, rng):
    """en: Each label becomes a float32 row with a single 1, as wide as there are classes, also where some don't occur.
    zh: 每个标签变成只有一个 1 的 float32 行，宽度等于类别数，即使有的类别没有出现。"""
    for missing in ("last", "middle", "all but one"):
        N, classes = int(rng.integers(9, 14)), int(rng.integers(6, 9))
        occurring = {"last": classes - 2, "middle": classes, "all but one": 1}[missing]
        labels = np.r_[rng.integers(0, occurring, size=N), 0]
        if missing == "middle":
            labels = np.r_[np.where(labels == 2, 3, labels), classes - 1]
        labels = labels.astype(rng.choice(["uint8", "int64", "int32"]))
        images = rng.integers(0, 255, size=(len(labels), 2, 3), dtype=np.uint8)
        value = _pair(_call_and_compare_inputs(answer, "prepare", images, labels, classes))[1]
        rows = np.eye(classes)[labels.astype(int)]
        if as_array(value, "Y").shape != rows.shape or not is_close(value, rows):
            _diagnose_labels(as_array(value, "Y"), rows, labels.astype(int), classes)
        expect_close(value, rows, RTOL, ATOL, "Y")
        if not isinstance(value, np.ndarray) or value.dtype != np.float32:
            raise Misconception("not-float32")


@EXERCISE.check("q1")
def validation_is_what_lies_at_the_end(answer, rng):
    """en: The classes are found that only the last part of the array holds, for each way that the cut can fall.
    zh: 找出只在数组末尾那部分出现的类别，不管切口落在哪里。"""
    for share in (0.25, 0.375, 0.75):  # exact in binary
        n = 8 * int(rng.integers(3, 6)) + 3  # n * (1 - share) isn't whole
        cut = int(n * (1 - share))
        labels = np.sort(rng.integers(0, 9, size=n))[:: rng.choice([-1, 1])]
        labels[cut - 1 : cut + 1] = 20, 21  # 20 is just trained, 21 is not
        labels[[0, -1]] = 10  # in both parts
        trained, validated = set(labels[:cut].tolist()), set(labels[cut:].tolist())
        value = answer.call("find_untrained", labels, share)
        found = as_array(value, "the classes").ravel()
        right = sorted(validated - trained)
        first, rest = set(labels[: n - cut].tolist()), set(labels[n - cut :].tolist())
        wrong = {
            "validation-from-the-front": sorted(first - rest),
            "all-that-is-validated": sorted(validated),
            "trained-never-validated": sorted(trained - validated),
            "cut-one-off": sorted(set(labels[cut + 1 :].tolist()) - set(labels[: cut + 1].tolist())),
        }
        if sorted(found) != right and sorted(found) == sorted(
            set(labels[cut - 1 :].tolist()) - set(labels[: cut - 1].tolist())
        ):
            raise Misconception("cut-one-off")
        for name, recipe in wrong.items():
            if sorted(set(found)) == recipe != right:
                raise Misconception(name)
        expect_close(found, right, what="the classes")
    expect_close(as_array(answer.call("find_untrained", np.array([2, 1, 1, 2]), 0.5)), [], what="the classes")
    expect_close(as_array(answer.call("find_untrained", np.array([2, 1, 0]), 0.75)), [0, 1, 2], what="the classes")


@EXERCISE.check("q2")
def dense_layers_have_weights_and_biases(answer, rng):
    """en: A dense layer has a weight for each pair of input and unit, and a bias for each unit.
    zh: 全连接层对每一对输入和单元有一个权重，每个单元还有一个偏置。"""
    for _ in range(2):
        h, w, *units = (rng.permutation(20)[:5] + 2).tolist()
        layers = [("flatten",), *(("dense", n) for n in units)]
        _diagnose_counts(answer, (h, w, 1), layers, ("no-biases", "a-bias-for-each-input"))


@EXERCISE.check("q2")
def a_kernel_is_the_same_everywhere(answer, rng):
    """en: A convolution counts each filter once, with a weight for each of its places in each channel and a bias, however large the map is.
    zh: 卷积里每个滤波器只数一次：它在每个通道的每个位置各有一个权重，再加一个偏置，不管特征图有多大。"""
    for _ in range(2):
        layers, shape = _draw_convolutions(rng)
        wrong = (
            "no-biases",
            "kernel-without-channels",
            "a-bias-for-each-input",
            "weights-at-each-place",
            "height-for-width",
        )
        _diagnose_counts(answer, shape, layers, wrong)


@EXERCISE.check("q2")
def the_map_shrinks_on_its_way(answer, rng):
    """en: The dense layer behind convolutions and poolings has as many inputs as the map that is left has numbers.
    zh: 卷积和池化之后的全连接层，输入个数等于剩下的特征图里数的个数。"""
    wrong = ("map-keeps-its-size", "pooling-ignored", "pooling-rounded-up", "height-for-width")
    for p in (0, 2, 3):
        counts = []
        while len(set(counts)) <= (len(wrong) if p else 0):  # until all of them tell
            layers, shape = _draw_convolutions(rng)
            layers = [layers[0], ("pool", p), layers[1], ("pool", 2)] if p else layers  # without: no rounding down
            layers = [*layers, ("flatten",), ("dense", int(rng.integers(3, 9)))]
            counts = [tuple(_count(shape, layers, mode)) for mode in ("", *wrong)]
        _diagnose_counts(answer, shape, layers, wrong)


@EXERCISE.check("q2", hidden=True)
def counting_builds_nothing(answer, rng):
    """en: Networks that no memory holds are counted too, and no layers at all give an empty list.
    zh: 内存装不下的网络也能数清；一层也没有时返回空列表。"""
    n = 100_000 + int(rng.integers(10_000))
    layers = [("conv", 700, 5, 3), ("pool", 2), ("flatten",), ("dense", n), ("dense", 2 * n)]
    value = as_array(answer.call("count_parameters", [404, 803, 3], layers), "the counts")
    if not np.array_equal(value, right := np.array(_count((404, 803, 3), layers), dtype=float)):
        expect_close(value, right, 0, 0, "the counts")
    expect_close(as_array(answer.call("count_parameters", (4, 4, 1), []), "the counts").ravel(), [], what="the counts")


@EXERCISE.check("q3")
def the_model_gives_logits(answer, rng):
    """en: With given weights the outputs are those of ReLU layers and a last layer without activation, of any depth.
    zh: 放进给定的权重后，输出就是若干 ReLU 层加一个没有激活函数的末层的输出，深浅都行。"""
    for hidden in (1, 3):
        sizes, weights, x, y, rate = _draw_network(rng, hidden)
        value, logits = _train(answer, sizes, rate, weights, [(x, y)])["outputs"], _forward(weights, x)
        linear = x
        for W, b in zip(weights[::2], weights[1::2], strict=True):
            linear = linear @ W + b
        wrong = {
            "softmax-at-the-end": _softmax(logits),
            "sigmoid-at-the-end": _sigmoid(logits),
            "relu-at-the-end": np.maximum(logits, 0),
            "nothing-between-the-layers": linear,
        }
        others = (
            np.tanh,
            _sigmoid,
            lambda z: z * _sigmoid(z),
            lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        )
        if any(_near(value, _forward(weights, x, activation)) for activation in others):
            raise Misconception("another-activation")
        _name_if_met(value, logits, wrong)
        expect_close(value, logits, 1e-3, 1e-3, "the outputs")


@EXERCISE.check("q3")
def the_loss_holds_for_extreme_logits(answer, rng):
    """en: With logits in the hundreds the loss is the mean cross-entropy of their softmax, and the accuracy is reported.
    zh: logits 大到几百时，损失仍是它们 softmax 的平均交叉熵，并且报告了准确率。"""
    sizes, weights, x, _, rate = _draw_network(rng, 1, rows=24)
    weights[-2] *= 80  # logits of some hundreds
    logits, C = _forward(weights, x), sizes[-1]
    top = logits.argmax(axis=1)
    labels = np.where(np.arange(24) < rng.integers(8, 17), top, (top + rng.integers(1, C, size=24)) % C)
    y = np.eye(C, dtype=np.float32)[labels]
    tested = _train(answer, sizes, rate, weights, [(x, y)])["tested"]
    each = -_log_softmax(logits)[y == 1]
    clipped = np.clip(logits / logits.sum(axis=1, keepdims=True), 1e-7, 1 - 1e-7)
    binary = np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))
    wrong = {
        "logits-taken-for-probabilities": -np.log(clipped[y == 1]).mean(),
        "sum-over-the-batch": each.sum(),
        "squared-error": ((logits - y) ** 2).mean(),
        "each-class-for-itself": binary.mean(),
    }
    loss = tested.pop("loss", None)
    _name_if_met(loss, each.mean(), wrong)
    expect_close(loss, each.mean(), 1e-3, 1e-3, "the loss")
    if not tested:
        raise Misconception("accuracy-not-reported")
    if not any(is_close(metric, (labels == top).mean(), 1e-4) for metric in tested.values()):
        raise Misconception("another-accuracy")


@EXERCISE.check("q3")
def the_weights_move_as_adam_says(answer, rng):
    """en: Two training steps move each weight as Adam with the given rate does, and none without a gradient.
    zh: 两步训练使每个权重按给定学习率的 Adam 移动；没有梯度的权重不动。"""
    sizes, weights, x, y, rate = _draw_network(rng, 1)
    x[:, 0] = 0  # so that the first row of the first kernel has no gradient
    batches = [(x, y), (_without_first(rng, x), y[rng.permutation(len(y))])]
    steps = _train(answer, sizes, rate, weights, [(x, y), *batches])["trained"]
    if not np.array_equal(np.asarray(steps[-1][0])[0], weights[0][0]):
        raise Misconception("weights-decay")
    right = _adam(weights, batches, rate)
    for step, other in zip(steps, right, strict=True):
        moves = [(_flat(step) - _flat(weights)) / rate, (_flat(other) - _flat(weights)) / rate]
        if _near(moves[0] * rate / 0.001, (_flat(_adam(weights, batches, 0.001)[0]) - _flat(weights)) / 0.001, 0.02):
            raise Misconception("rate-ignored")
        gradient = _flat(_gradients(weights, *batches[0]))
        if _near(moves[0], -gradient, 0.02 * np.abs(gradient).max()):
            raise Misconception("plain-gradient-descent")
        expect_close(moves[0], moves[1], 0.02, 0.02, "movement of the weights / rate")


@EXERCISE.check("q3", hidden=True)
def each_call_builds_a_new_model(answer, rng):
    """en: Two calls give two independent models, with starting values of Keras's own; two sizes give a single layer.
    zh: 两次调用得到两个互不相干的模型，初始值由 Keras 给出；只有两个尺寸时就是单独一层。"""
    sizes, _, x, y, rate = _draw_network(rng, 2)
    done = answer.call(drivers.build_keras_twice, Learner("build_model"), sizes, rate, x, y)
    if "stopped" in done:
        raise Misconception("models-share-weights")
    seen = [_flat(weights) for weights in done["seen"]]
    if len({len(weights) for weights in seen}) != 1 or not np.array_equal(seen[0], seen[1]):
        raise Misconception("models-share-weights")
    if np.array_equal(seen[1], seen[2]):
        raise Wrong(
            Text(
                "A training step doesn't change the weights of the second model.",
                "训练一步之后，第二个模型的权重没有变。",
            )
        )
    sizes, weights, x, y, rate = _draw_network(rng, 0)
    done = _train(answer, sizes, rate, weights, [(x, y)])
    expect_close(done["outputs"], _forward(weights, x), 1e-3, 1e-3, "the outputs")
    if any(np.ndim(array) == 2 and np.ptp(array) == 0 for array in done["fresh"]):
        raise Misconception("all-begin-alike")


@EXERCISE.check("q4")
def dense_kernels_have_their_outputs_first(answer, rng):
    """en: Each dense kernel is transposed, each bias as it was, under the names of their places in nn.Sequential.
    zh: 每个全连接层的核都转置，偏置不变，名称是它们在 nn.Sequential 里的位置。"""
    a, b, c = (3 + rng.permutation(6)[:3]).tolist()
    weights, positions = _draw_weights(rng, [(a, b), (b, b), (b, c)]), _draw_positions(rng, 3)
    state = _convert(answer, weights, positions)["state"]
    _diagnose_names(state, positions)
    for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
        value = state[f"{position}.weight"]
        wrong = {"kernel-as-it-was": kernel, "reshaped-not-transposed": kernel.reshape(kernel.shape[::-1])}
        _name_if_met(value, kernel.T, wrong)
        expect_close(value, kernel.T, RTOL, ATOL, f"{position}.weight")
        expect_close(state[f"{position}.bias"], bias, RTOL, ATOL, f"{position}.bias")


@EXERCISE.check("q4")
def convolution_kernels_move_their_axes(answer, rng):
    """en: A convolution kernel becomes (out, in, height, width), number by number; without a flattened map the dense layer keeps its inputs.
    zh: 卷积核变成 (out, in, 高, 宽)，每个数都到位；没有展平的特征图时，全连接层的输入次序不变。"""
    a, b, c, d, e = (2 + rng.permutation(6)[:5]).tolist()
    weights, positions = _draw_weights(rng, [(a, b, c, d), (d, d, d, d), (d, e)]), _draw_positions(rng, 3)
    state = _convert(answer, weights, positions, None)["state"]
    _diagnose_names(state, positions)
    for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
        value, right = state[f"{position}.weight"], kernel.T
        if kernel.ndim == 4:
            right = np.moveaxis(kernel, (3, 2), (0, 1))
            wrong = {
                "kernel-as-it-was": kernel,
                "reshaped-not-transposed": kernel.reshape(right.shape),
                "height-and-width-swapped": kernel.T,
                "inputs-before-outputs": np.moveaxis(kernel, (2, 3), (0, 1)),
            }
            _name_if_met(value, right, wrong)
        expect_close(value, right, RTOL, ATOL, f"{position}.weight")
        expect_close(state[f"{position}.bias"], bias, RTOL, ATOL, f"{position}.bias")


@EXERCISE.check("q4")
def a_flattened_map_changes_its_order(answer, rng):
    """en: The first dense layer behind a flattened map takes its inputs as PyTorch hands them: channel, row, column.
    zh: 展平的特征图之后，第一个全连接层按 PyTorch 递来的次序接收输入：通道、行、列。"""
    for convolutions in ([], [(2, 3, 1), (1, 2)]):
        h, w, c = (2 + rng.permutation(4)[:3]).tolist()
        n, channels = h * w * c, [2, 4, c][-len(convolutions) - 1 :]
        shapes = [(a, b, channels[i], channels[i + 1]) for i, (a, b, *_) in enumerate(convolutions)]
        weights, positions = _draw_weights(rng, [*shapes, (n, n), (n, 3)]), _draw_positions(rng, len(shapes) + 2)
        state = _convert(answer, weights, positions, (h, w, c))["state"]
        _diagnose_names(state, positions)
        first, second = weights[2 * len(shapes)], weights[2 * len(shapes) + 2]
        value, later = (state[f"{position}.weight"] for position in positions[-2:])
        order = np.arange(n).reshape(h, w, c).transpose(2, 0, 1).ravel()
        orders = [np.arange(n).reshape(h, w, c).transpose(axes).ravel() for axes in itertools.permutations(range(3))]
        orders += [np.argsort(order), np.arange(n).reshape(c, h, w).transpose(0, 2, 1).ravel()]
        if _near(value, first.T) or _near(value, first.reshape(n, n).T[order]):
            raise Misconception("map-order-ignored")
        if not _near(value, first[order].T) and any(_near(value, first[other].T) for other in orders):
            raise Misconception("map-order-mixed-up")
        expect_close(value, first[order].T, RTOL, ATOL, f"{positions[-2]}.weight")
        if _near(later, second[order].T):
            raise Misconception("later-layers-reordered")
        expect_close(later, second.T, RTOL, ATOL, f"{positions[-1]}.weight")
        for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
            if kernel.ndim == 4:
                expect_close(
                    state[f"{position}.weight"], np.moveaxis(kernel, (3, 2), (0, 1)), RTOL, ATOL, f"{position}.weight"
                )
            expect_close(state[f"{position}.bias"], bias, RTOL, ATOL, f"{position}.bias")


@EXERCISE.check("q4")
def each_array_is_a_copy_in_c_order(answer, rng):
    """en: Each array is a copy of its own in C order, also where a layer has a single input or unit.
    zh: 每个数组都是独立的副本，按 C 次序存放；只有一个输入或一个单元的层也不例外。"""
    a, b, c = (2 + rng.permutation(5)[:3]).tolist()
    networks = [
        ([(a, b, 1, c), (4 * c, 3), (3, 4)], (2, 2, c)),
        ([(1, b), (b, 1), (1, 1)], None),
        ([(1, 1, 1, 1)], None),
    ]
    for shapes, map_shape in networks:
        weights, positions = _draw_weights(rng, shapes), _draw_positions(rng, len(shapes))
        done = _convert(answer, weights, positions, map_shape)
        _diagnose_names(done["state"], positions)
        if done["changed"]:
            raise Misconception("changes-the-weights")
        if any(not np.array_equal(done["state"][name], done["later"][name]) for name in done["state"]):
            raise Misconception("views-not-copies")
        if not all(done["ordered"].values()):
            raise Misconception("memory-in-the-old-order")


@EXERCISE.check("q5")
def a_run_goes_on_from_the_end_of_an_epoch(answer, rng):
    """en: Saved at the end of an epoch and loaded into a new run, the training goes on with the same numbers to the last bit.
    zh: 在一轮结束时保存，载入一次新的训练，接下来的数一个比特也不差。"""
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, steps * int(rng.integers(2, 5)))


@EXERCISE.check("q5")
def a_run_goes_on_within_an_epoch(answer, rng):
    """en: Saved within an epoch, too, the training goes on with the same numbers to the last bit.
    zh: 在一轮中间保存，训练接下来的数同样一个比特也不差。"""
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, steps * int(rng.integers(1, 4)) + 1)
    _expect_resumed(answer, X, Y, seed, steps - 1)


@EXERCISE.check("q5")
def a_saved_state_stands_still(answer, rng):
    """en: What was saved is a dictionary of plain data that doesn't change while the run trains on, and holds no data set.
    zh: 存下的是一个只含普通数据的字典，训练继续时它不变，也不含数据集。"""
    X, Y, seed, steps = _draw_data(rng)
    saved = _save(answer, X, Y, seed, steps + 2, 5)
    if not _equal(saved["state"], saved["later"]):
        raise Misconception("state-moves-on")
    parts = list(_walk(saved["state"]))
    if any(_equal(part, data) for part in parts for data in (X, Y, X.tolist(), Y.tolist())):
        raise Misconception("data-in-the-state")
    values = [part for part in parts if not isinstance(part, (list, tuple))]
    numbers = sum(len(one) // 8 if isinstance(one, str) else np.size(one) for one in values)  # 8 characters: a number
    if numbers < 3 * X.shape[1] * Y.shape[1]:  # W, m and v
        raise Misconception("state-kept-elsewhere")


@EXERCISE.check("q5", hidden=True)
def a_state_can_be_loaded_again(answer, rng):
    """en: A state saved before the first step can be loaded too, and a second run that loads the same state gets the same numbers.
    zh: 第一步之前保存的状态也能载入；第二次训练载入同一个状态，得到同样的数。"""
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, 0)
    _expect_resumed(answer, X, Y, seed, steps + 1, load=1)


@EXERCISE.check("q6")
def the_epochs_are_picked_over_all_seeds(answer, rng):
    """en: The epochs are picked where the mean validation loss of all seeds is lowest; where one is nan, nobody stops.
    zh: 轮数选在所有种子的平均验证损失最低处；有种子为 nan 的那一轮不能停。"""
    for trial in range(6):
        R, S, E = int(rng.integers(3, 6)), int(rng.integers(3, 6)), int(rng.integers(12, 20))
        bottom, e = rng.integers(E // 2 + 1, E - 2, size=(R, 1, 1)), np.arange(E)
        losses = (e - bottom) ** 2 / 40 + rng.uniform(0, 2, (R, S, 1)) + rng.normal(scale=0.2, size=(R, S, E))
        losses[:, 0, 2] = -1  # a lucky seed, long before the bottom
        if trial > 2:
            losses[0, 1, bottom[0, 0, 0] :] = np.nan  # one seed diverges at the bottom
            losses[1, :, 0], losses[2] = np.nan, np.where(e % 2, losses[2], np.nan)
            if trial == 5:
                losses[2, 0] = np.nan  # this one never has all its seeds
        means = losses.mean(axis=1)
        filled = np.where(np.isnan(means), np.inf, means)
        right = np.where(np.isfinite(filled).any(axis=1), filled.argmin(axis=1) + 1, 0)
        value = as_array(answer.call("pick_epochs", losses), "the epochs")
        wrong = {
            "epochs-from-zero": right - 1,
            "luckiest-seed": np.where(np.isnan(losses), np.inf, losses).min(axis=1).argmin(axis=1) + 1,
            "largest-loss": means.argmax(axis=1) + 1,
        }
        if trial > 2:
            passed = np.where(np.isnan(losses), 0, losses).sum(axis=1) / np.maximum(1, (~np.isnan(losses)).sum(axis=1))
            passed = np.where(np.isnan(losses).all(axis=1), np.inf, passed)
            wrong = {"nan-passed-over": passed.argmin(axis=1) + 1, **wrong}
            picked = value.astype(int) - 1 if value.shape == (R,) else np.full(R, -1)
            if any(0 <= k < E and np.isnan(row[k]) for row, k in zip(means, picked, strict=True)) and not is_close(
                value, wrong["nan-passed-over"]
            ):
                raise Misconception("nan-picked")
        _name_if_met(value, right, wrong)
        expect_close(value, right, 0, 0, "the epochs")


@EXERCISE.check("q6")
def the_rise_is_measured_against_its_spread(answer, rng):
    """en: t is the mean rise of the seeds over its standard error, taken seed by seed, and 0 where there is nothing to compare.
    zh: t 是各种子上升的平均除以它的标准误，逐个种子相减；没有可比的时为 0。"""
    for _ in range(3):
        S, E = int(rng.integers(3, 9)), int(rng.integers(8, 15))
        losses = rng.uniform(0.5, 3, (S, 1)) + rng.normal(scale=0.2, size=(S, E)).cumsum(axis=1)
        epoch = int(rng.integers(2, E - 1))
        value = answer.call("overfitting_t", losses, epoch)
        right = _t(losses[:, -1] - losses[:, epoch - 1])
        a, b = losses[:, -1], losses[:, epoch - 1]
        wrong = {
            "spread-of-one-seed": right / S**0.5,
            "divided-by-S": right * (S / (S - 1)) ** 0.5,
            "seeds-not-paired": (a.mean() - b.mean()) / ((a.var(ddof=1) + b.var(ddof=1)) / S) ** 0.5,
            "epoch-off-by-one": _t(losses[:, -1] - losses[:, epoch]),
            "fall-for-rise": -right,
        }
        if _near(value, right * (S / (S - 1)) ** 0.5 / S**0.5, RTOL):
            raise Misconception("divided-by-S")
        _name_if_met(value, right, wrong, RTOL)
        expect_close(value, right, RTOL, ATOL, "t")
    value = as_array(answer.call("overfitting_t", losses, E), "t")
    if value.size != 1 or value != 0:
        raise Misconception("nothing-to-test")


@EXERCISE.check("q6")
def a_further_point_has_its_price(answer, rng):
    """en: The price is what a step costs more, over what it gains in percentage points; where it gains nothing, infinity.
    zh: 价钱是这一步多花的钱除以多得的百分点；什么也没多得时为无穷大。"""
    for trial in range(3):
        R = int(rng.integers(4, 7))
        accuracy, dollars = 0.8 + np.cumsum(rng.uniform(0.005, 0.03, R)), np.cumsum(rng.uniform(50, 900, R))
        if trial == 2:
            accuracy[1], accuracy[3] = accuracy[0], accuracy[2] - 0.004  # nothing gained, then something lost
        points, more = 100 * np.diff(accuracy), np.diff(dollars)
        with np.errstate(all="ignore"):
            signed = more / points
            right = np.where(points > 0, signed, np.inf)
            wrong = {
                "shares-for-points": right * 100,
                "whole-price": dollars[1:] / points,
                "against-the-first": (dollars[1:] - dollars[0]) / (100 * (accuracy[1:] - accuracy[0])),
                "points-for-a-dollar": points / more,
                "loss-for-sale": signed,
            }
        value = answer.call("price_of_points", accuracy, dollars)
        if (
            trial == 2
            and as_array(value, "the prices").shape == right.shape
            and not np.isposinf(as_array(value)[[0, 2]]).all()
        ):
            raise Misconception("loss-for-sale")
        _name_if_met(value, right, wrong, RTOL)
        expect_close(value, right, RTOL, ATOL, "the prices")


@EXERCISE.check("q6")
def the_choice_earns_most(answer, rng):
    """en: CHOICE earns most a month, and NEXT_PRICE says what a point would cost beyond it.
    zh: CHOICE 每月挣得最多，NEXT_PRICE 说出越过它之后一个百分点要花多少钱。"""
    choice, price = (_number(answer.get(name), name) for name in ("CHOICE", "NEXT_PRICE"))
    widths = np.asarray(answer.get("WIDTHS"))
    validation, test = (np.asarray(answer.get(name)) for name in ("VAL_LOSS", "TEST_ACCURACY"))
    per_epoch, value = np.asarray(answer.get("DOLLARS_PER_EPOCH")), answer.get("VALUE_OF_A_POINT")

    def weigh(epochs):
        accuracy, dollars = test.mean(axis=1)[range(len(widths)), epochs - 1], 30 * epochs * per_epoch
        return accuracy, dollars, np.diff(dollars) / (100 * np.diff(accuracy))

    accuracy, dollars, steps = weigh(validation.mean(axis=1).argmin(axis=1) + 1)
    right = int((100 * accuracy * value - dollars).argmax())
    if choice not in widths.tolist():
        known = ", ".join(map(str, widths))
        raise Wrong(Text(f"`CHOICE` is one of the widths {known}.", f"`CHOICE` 应是宽度 {known} 之一。"))
    if choice == widths[accuracy.argmax()] != widths[right]:
        raise Misconception("most-accurate")
    if choice == widths[dollars.argmin()] != widths[right]:
        raise Misconception("cheapest")
    if choice != widths[right]:
        raise Wrong(_NOT_THE_BEST)
    for name, other in {
        "price-of-the-step-before": steps[right - 1],
        "picked-on-the-test-set": weigh(test.mean(axis=1).argmax(axis=1) + 1)[2][right],
    }.items():
        if is_close(price, other, 1e-3) and not is_close(steps[right], other, 1e-3):
            raise Misconception(name)
    if not is_close(price, steps[right], 1e-3):
        raise Wrong(_NOT_THE_NEXT_PRICE)


_NOT_THE_BEST = Text(
    "Another width earns more: 100 × accuracy × VALUE_OF_A_POINT − price a month, at the epochs that the validation loss picks for each width.",
    "另一种宽度挣得更多：按验证损失为各宽度选出的轮数，计算 100 × 准确率 × VALUE_OF_A_POINT − 每月的价钱。",
)
_NOT_THE_NEXT_PRICE = Text(
    "`NEXT_PRICE` doesn't follow: it is the price of a point on the step from your choice to the next width, both at the epochs that the validation loss picks.",
    "`NEXT_PRICE` 对不上：它是从你的选择到下一种宽度这一步上，一个百分点的价钱；两者都训练到验证损失选出的轮数。",
)
_RUN_CHANGED = Text(
    "The given class Run no longer trains as it did: run the cell that defines it again, and leave it as it is.",
    "给定的 Run 类已经和原来不同：请重新运行定义它的单元格，并保持原样。",
)
_NO_PAIR = Text("`prepare` returns two things, X and Y.", "`prepare` 应返回两样东西：X 和 Y。")


def _pair(value):
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise Wrong(_NO_PAIR)
    return value


def _call_and_compare_inputs(answer, name, *args):
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)
    if not all(np.array_equal(now, before) for now, before in zip(after["inputs"], args, strict=True)):
        raise Misconception("changes-its-inputs")
    return after["result"]


def _diagnose_rows(value, rows, images):
    array, (N, h, w) = as_array(value, "X"), images.shape
    if N > 1 and array.shape == rows.shape[::-1]:
        raise Misconception("columns-for-rows")
    if array.shape in (images.shape, (*images.shape, 1)):
        raise Misconception("not-flattened")
    if array.shape == rows.shape:
        orders = [images.transpose(0, 2, 1), images.reshape(h * w, N).T]
        if any(_near(array, order.reshape(rows.shape) / 255) for order in orders) and not _near(array, rows):
            raise Misconception("pixels-in-another-order")
        of_each = images.max(axis=(1, 2)).reshape(-1, 1).astype(float)
        spread = images.reshape(rows.shape).astype(float)
        recipes = {
            "integer-division": np.floor(rows),
            "scaled-by-the-own-maximum": spread / images.max(),
            "not-scaled": spread,
        }
        ranges = [spread / 256, spread / 127.5 - 1, (spread - 127.5) / 255, spread / 128, spread / 100, spread / 254]
        if any(_near(array, one, 1e-5) for one in ranges):
            raise Misconception("another-range")
        if _near(array, spread / of_each, 1e-5):
            raise Misconception("scaled-by-the-own-maximum")
        _name_if_met(array, rows, recipes, 1e-5)
        means = [spread.mean(), spread.mean(axis=0), spread.mean(axis=1, keepdims=True)]
        if any(
            _near(array - array.ravel()[0], (rows - mean / 255) - (rows - mean / 255).ravel()[0], 1e-5)
            for mean in means
        ) and not _near(array, rows):
            raise Misconception("scaled-by-the-own-mean")
        if N > 1 and (abs(array.mean()) < 1e-3 or np.abs(array.mean(axis=0)).max() < 1e-3):
            raise Misconception("scaled-by-the-own-mean")
    expect_close(array, rows, RTOL, ATOL, "X")


def _diagnose_labels(array, rows, labels, classes):
    if array.shape in (labels.shape, (len(labels), 1)):
        raise Misconception("labels-left-as-numbers")
    if array.shape == rows.shape[::-1] != rows.shape and is_close(array.T, rows):
        raise Misconception("columns-for-rows")
    if array.ndim == 2 and array.shape[1] in (labels.max() + 1, len(np.unique(labels))) and array.shape[1] != classes:
        raise Misconception("width-of-what-occurs")
    if array.shape == rows.shape and any(is_close(array, np.roll(rows, k, axis=1)) for k in (-1, 1)):
        raise Misconception("classes-from-one")


def _count(shape, layers, mode="", where=None):
    """Parameters of each layer; `mode` names a wrong way to count. where: the layer to which the mode applies, or all."""
    counts, (h, w, c) = [], shape
    n = None
    for i, (kind, *sizes) in enumerate(layers):
        wrong = mode if where in (None, i) else ""
        if kind == "conv":
            (filters, a, b), count = sizes, 0
            rows, columns = h - a + 1, w - b + 1
            if wrong == "map-keeps-its-size":
                rows, columns = h, w
            elif wrong == "height-for-width":
                rows, columns = h - b + 1, w - a + 1
            depth = 1 if wrong == "kernel-without-channels" else c
            biases = {"no-biases": 0, "a-bias-for-each-input": c}.get(wrong, filters)
            count = a * b * depth * filters + biases
            if wrong == "weights-at-each-place":
                count *= rows * columns
            h, w, c = rows, columns, filters
        elif kind == "pool":
            (p,), count = sizes, 0
            if wrong == "pooling-rounded-up":
                h, w = -(-h // p), -(-w // p)
            elif wrong != "pooling-ignored":
                h, w = h // p, w // p
        elif kind == "flatten":
            n, count = h * w * c, 0
        else:
            biases = {"no-biases": 0, "a-bias-for-each-input": n}.get(wrong, sizes[0])
            count, n = n * sizes[0] + biases, sizes[0]
        counts.append(count)
    return counts


def _draw_convolutions(rng):
    """Two convolutions with kernels that aren't square, and the shape of the map before them."""
    channels, *filters = (2 + rng.permutation(7)[:3]).tolist()
    kernels = [(2 + rng.permutation(3)[:2]).tolist() for _ in range(2)]
    shape = (int(rng.integers(24, 30)), int(rng.integers(31, 37)), channels)
    return [("conv", n, *kernel) for n, kernel in zip(filters, kernels, strict=True)], shape


def _diagnose_counts(answer, shape, layers, wrong):
    value, right = answer.call("count_parameters", shape, layers), _count(shape, layers)
    array = as_array(value, "the counts")
    if array.size == 1 != len(right) and float(array.reshape(())) == sum(right):
        raise Misconception("one-number-for-all")
    if array.shape == (np.count_nonzero(right),) != (len(right),) and is_close(array, [n for n in right if n]):
        raise Misconception("zeros-left-out")
    recipes = {name: _count(shape, layers, name) for name in wrong}
    places = [_place_biases(shape, layers)] if "weights-at-each-place" in wrong else []
    if any(is_close(array, one) for one in places):
        raise Misconception("weights-at-each-place")
    if "pooling-rounded-up" in wrong and _halves_left(shape, layers, array):
        raise Misconception("pooling-rounded-up")
    if "height-for-width" in wrong and any(is_close(array, _square(shape, layers, keep)) for keep in (0, 1)):
        raise Misconception("height-for-width")
    _name_if_met(array, np.array(right, dtype=float), recipes, 1e-9)
    expect_close(array, right, 1e-12, 0, "the counts")


def _place_biases(shape, layers):
    """As _count, but with a bias for each place of the map that a convolution gives."""
    counts, (h, w, _) = _count(shape, layers), shape
    for i, (kind, *sizes) in enumerate(layers):
        if kind == "conv":
            h, w = h - sizes[1] + 1, w - sizes[2] + 1
            counts[i] += sizes[0] * (h * w - 1)
    return counts


def _halves_left(shape, layers, array) -> bool:
    """Whether the last count is that of maps whose sides aren't rounded after a pooling."""
    h, w, c = shape
    for kind, *sizes in layers:
        if kind == "conv":
            h, w, c = h - sizes[1] + 1, w - sizes[2] + 1, sizes[0]
        elif kind == "pool":
            h, w = h / sizes[0], w / sizes[0]
    right = _count(shape, layers)
    return (
        array.shape == (len(right),) and array[-1] != right[-1] and is_close(array[-1], (h * w * c + 1) * layers[-1][1])
    )


def _square(shape, layers, keep):
    """As _count, for someone who takes the kernels' height (keep=0) or width (keep=1) for both."""
    square = [(kind, n, *[(a, b)[keep]] * 2) for kind, n, a, b in (one for one in layers if one[0] == "conv")]
    replaced = iter(square)
    return _count(shape, [next(replaced) if one[0] == "conv" else one for one in layers])


def _draw_network(rng, hidden, rows=12):
    """sizes (all different), weights for them, inputs, one-hot labels, a learning rate."""
    sizes = [int(rng.integers(5, 9)), *(10 + rng.permutation(8)[:hidden]).tolist(), int(rng.integers(3, 5))]
    weights = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        weights += [rng.normal(size=(n, m)) * (2 / n) ** 0.5, rng.normal(size=m)]
    weights, x = [array.astype(np.float32) for array in weights], rng.normal(size=(rows, sizes[0])).astype(np.float32)
    y = np.eye(sizes[-1], dtype=np.float32)[np.r_[np.arange(sizes[-1]), rng.integers(0, sizes[-1], rows - sizes[-1])]]
    return sizes, weights, x, y, float(rng.uniform(0.005, 0.05))


def _without_first(rng, x):
    other = rng.normal(size=x.shape).astype(np.float32)
    other[:, 0] = 0
    return other


def _train(answer, sizes, rate, weights, batches):
    done = answer.call(drivers.train_keras_model, Learner("build_model"), sizes, rate, weights, batches)
    shapes = [array.shape for array in weights]
    match done.get("stopped"):
        case "type":
            raise Wrong(
                Text(
                    f"`build_model` should return a keras.Model, not {done['type']}.",
                    f"`build_model` 应返回 keras.Model，而不是 {done['type']}。",
                )
            )
        case "compiled":
            raise Misconception("not-compiled")
        case "shapes":
            came = [tuple(shape) for shape in done["shapes"]]
            if sorted(came) == sorted(shape for shape in shapes if len(shape) == 2):
                raise Misconception("layers-without-bias")
            raise Wrong(
                Text(
                    f"For sizes {tuple(sizes)} the weights have shapes {came}; they should be {shapes}.",
                    f"尺寸为 {tuple(sizes)} 时，权重的形状是 {came}，应为 {shapes}。",
                )
            )
        case "loss":
            if done["sparse"]:
                raise Misconception("labels-as-numbers-expected")
            raise Wrong(
                Text(
                    f"The model can't be tested on one-hot labels: {done['error']}",
                    f"模型无法用独热标签来测试：{done['error']}",
                )
            )
    return done


def _forward(weights, x, activation=lambda z: np.maximum(z, 0)):
    x = np.asarray(x, dtype=np.float64)
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        x = activation(x @ W + b)
    return x @ weights[-2] + weights[-1]


def _log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _softmax(z):
    return np.exp(_log_softmax(z))


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _gradients(weights, x, y):
    """Of the mean cross-entropy with respect to each weight."""
    inputs = [np.asarray(x, dtype=np.float64)]
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    d, gradients = (_softmax(inputs[-1] @ weights[-2] + weights[-1]) - y) / len(x), []
    for W, given in zip(weights[-2::-2], reversed(inputs), strict=True):
        gradients = [given.T @ d, d.sum(axis=0), *gradients]
        d = (d @ W.T) * (given > 0)
    return gradients


def _adam(weights, batches, rate, epsilon=1e-7):
    """The weights after each step, as Keras computes Adam: with epsilon beside the root of the uncorrected mean square."""
    weights, steps = [np.asarray(w, dtype=np.float64) for w in weights], []
    m, v = ([0 * w for w in weights] for _ in range(2))
    for t, batch in enumerate(batches, start=1):
        alpha = rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        for i, g in enumerate(_gradients(weights, *batch)):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
        weights = [w - alpha * m[i] / (v[i] ** 0.5 + epsilon) for i, w in enumerate(weights)]
        steps.append(weights)
    return steps


def _flat(arrays):
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])


def _draw_weights(rng, shapes):
    weights = []
    for shape in shapes:
        weights += [rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[-1]).astype(np.float32)]
    return weights


def _draw_positions(rng, layers):
    return np.cumsum(rng.integers(2, 4, size=layers)).tolist()


def _convert(answer, weights, *args):
    done = answer.call(drivers.convert_and_overwrite, Learner("to_torch_state"), weights, *args)
    if "stopped" in done:
        kind = done["stopped"]
        raise Wrong(
            Text(
                f"`to_torch_state` should return a dictionary, not {kind}.",
                f"`to_torch_state` 应返回字典，而不是 {kind}。",
            )
        )
    return done


def _diagnose_names(state, positions):
    right = {f"{position}.{kind}" for position in positions for kind in ("weight", "bias")}
    if set(state) == right:
        return
    layers = range(len(positions))
    counted = {f"{i}.{kind}" for i in layers for kind in ("weight", "bias")}
    one_by_one = {f"{2 * i}.weight" for i in layers} | {f"{2 * i + 1}.bias" for i in layers}
    if set(state) in (counted, one_by_one):
        raise Misconception("layers-counted")
    if any("kernel" in str(name) for name in state):
        raise Misconception("keras-names")
    came, should = (", ".join(sorted(map(str, names))) for names in (state, right))
    raise Wrong(Text(f"Your names are: {came}. They should be: {should}.", f"你的名称是：{came}。应为：{should}。"))


def _draw_data(rng):
    """X, one-hot Y, a seed, and the number of steps of an epoch (at least 3, the last batch smaller)."""
    n, d, classes = int(rng.integers(18, 24)), int(rng.integers(4, 7)), int(rng.integers(2, 4))
    return rng.normal(size=(n, d)), np.eye(classes)[rng.integers(0, classes, n)], int(rng.integers(1000)), -(-n // 8)


def _save(answer, X, Y, seed, before, after):
    """What save_run says, if the run in it trains as the given one does."""
    saved = answer.call(drivers.save_run, Learner("save_state"), Learner("Run"), X, Y, seed, before, after)
    if "stopped" in saved:
        raise Misconception("generator-itself-saved")
    if not is_close(saved["twin"], _replay(X, Y, seed, before + after), 1e-6, 1e-9):
        raise Wrong(_RUN_CHANGED)
    if not np.array_equal(saved["W"], saved["twin"]):
        raise Misconception("saving-changes-the-run")
    if type(saved["state"]) is not dict:
        raise Misconception("no-dictionary")
    return saved


def _expect_resumed(answer, X, Y, seed, before, load=0):
    """Save after `before` steps; the run that loads the state (load=1: as the second to do so) continues in the same way."""
    after = 2 * -(-len(X) // 8) + 1
    saved = _save(answer, X, Y, seed, before, after)
    runs = answer.call(drivers.resume_run, Learner("load_state"), Learner("Run"), X, Y, seed + 1, saved["state"], after)
    resumed = runs[load]
    if saved["losses"] == resumed["losses"] and np.array_equal(saved["W"], resumed["W"]):
        return
    if load and saved["losses"] == runs[0]["losses"]:
        raise Misconception("loading-hands-the-state-over")
    now, then = resumed["fields"], saved["fields"]
    if resumed["returned"] and not is_close(now.get("W"), then["W"]):
        raise Misconception("another-run-returned")
    differing = {name for name in then if not _equal(now.get(name), then[name])}
    if any(is_close(now.get(name), then[name], 1e-4, 1e-6) for name in differing & {"W", "m", "v"}) and before:
        raise Misconception("state-rounded")
    for name, fields in {
        "weights-not-restored": {"W"},
        "moments-forgotten": {"m", "v"},
        "step-count-forgotten": {"steps"},
        "epoch-forgotten": {"epoch"},
        "generator-forgotten": {"generator"},
        "place-in-the-epoch-forgotten": {"position", "order"},
    }.items():
        if differing & fields:
            raise Misconception(name)
    expect_close(resumed["losses"], saved["losses"], 0, 0, "the losses")


def _replay(X, Y, seed, steps):
    """The weights that the given class Run has after so many steps."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(X.shape[1], Y.shape[1]))
    m, v, epoch, batches = 0 * W, 0 * W, 0, []
    order = rng.permutation(len(X))
    for t in range(1, steps + 1):
        if t > 1 and not batches:
            epoch, order = epoch + 1, rng.permutation(len(X))
        batches = batches or [order[i : i + 8] for i in range(0, len(X), 8)]
        rows = batches.pop(0)
        x = X[rows] * (rng.random((len(rows), X.shape[1])) < 0.8) / 0.8
        g = x.T @ (_softmax(x @ W) - Y[rows]) / len(rows)
        m, v = m + 0.1 * (g - m), v + 0.001 * (g**2 - v)
        W = W - 0.1 / (1 + 0.2 * epoch) * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
    return W


def _walk(state):
    """All parts of a state at every depth: numbers, texts, arrays, and lists both as a whole and item by item."""
    if not isinstance(state, dict):
        yield state
    if isinstance(state, (dict, list, tuple)):
        for item in state.values() if isinstance(state, dict) else state:
            yield from _walk(item)


def _equal(one, other) -> bool:
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.shape(one) == np.shape(other) and np.array_equal(one, other)
    return one == other


def _t(differences):
    return differences.mean() / (differences.std(ddof=1) / len(differences) ** 0.5)


def _near(value, recipe, tolerance=1e-4) -> bool:
    return is_close(value, recipe, tolerance, tolerance)


def _name_if_met(value, right, wrong, tolerance=1e-4):
    """Raise the misconception whose recipe gives `value`, unless it can't be told from the right one."""
    for name, recipe in wrong.items():
        if _near(value, recipe, tolerance) and not _near(right, recipe, tolerance):
            raise Misconception(name)


def _number(value, what):
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
