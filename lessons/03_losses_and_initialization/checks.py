"""Exercise 03: stable cross-entropies, their gradient, the start of deep networks, dead ReLUs, the best constant."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Text,
    Wrong,
    as_array,
    drivers,
    expect_close,
    expect_shape,
)

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
FAR = 2e-3  # absolute: float32 numbers near 1e4 lie 1e-3 apart
SPREAD = 0.05  # relative, of a variance over 39,000 weights or more: seven standard errors for a normal distribution
FIRST_DEAD, FAULT = (4, 3), "C"  # of the colleague's run on 128 reviews
ORDER, SAVING, MEAN, MEDIAN, LOWER = 42.0, 1712.0, 33.6, 27.5, 20.0  # of REPLIES
SAVING_ROUNDED, SAVING_ON_MEDIAN, COST_OF_ORDER = 1560.0, 4290.0, 14800.0
EXERCISE = Exercise("03_losses_and_initialization")
_TWO_LISTS = Text(
    "Return two lists, one entry a layer: see the docstring.",
    "应返回两个列表，每层一项，见文档字符串。",
)
_THREE_NUMBERS = Text(
    "Return three numbers: one constant for each of the three expressions.",
    "应返回三个数：三个式子各对应一个常数。",
)
_A_LETTER = Text('`FAULT` is one of the letters "A", "B", "C", "D".', '`FAULT` 应是字母 "A"、"B"、"C"、"D" 之一。')
_A_PAIR = Text("`FIRST_DEAD` is a pair (steps, layer).", "`FIRST_DEAD` 应是数对（步数，层号）。")
_NOT_FIRST = Text(
    "That is not the first death: after each step look at the shares of all hidden layers, and wait for the first 1.0.",
    "这不是第一次死亡：每走一步，都看一遍各隐藏层的比例，等第一个 1.0 出现。",
)
_OTHER_ORDER = Text(
    "On these 50 days another order costs less. Your `best_constants` knows it: which of its three numbers is measured in dollars?",
    "就这 50 天而言，另一个订量的代价更低。你的 `best_constants` 知道是哪一个：三个数里，哪个是按美元算出来的？",
)
_OTHER_SAVING = Text(
    "`SAVING` doesn't follow from the costs: (mean cost of the colleague's order − mean cost of yours) × DAYS.",
    "`SAVING` 与代价对不上：应是（同事订量的平均代价 − 你的订量的平均代价）× DAYS。",
)

EXERCISE.question(
    "q1",
    Text("cross-entropy from logits", "从 logit 计算交叉熵"),
    [
        Text(
            "See 03.6. What happens to a row's probabilities when the same number is subtracted from all its logits? Try it on paper.",
            "参见 03.6 节。把一行 logit 都减去同一个数，这一行的概率会怎样？请在纸上试一试。",
        ),
        Text(
            "Two dangers: e**z becomes infinite, and p becomes 0 before its logarithm is taken. Subtract each row's largest logit against the first; against the second, write log p as a difference and never compute p.",
            "有两处危险：e**z 变成无穷大；p 还没取对数就成了 0。对付前者，每行减去该行最大的 logit；对付后者，把 log p 写成一个差，根本不去算 p。",
        ),
        Text(
            "With s = z - (largest of its row): log p = s - log(sum of exp(s) over the row). From row i take column y[i]: log_p[np.arange(B), y]. Then minus the mean.",
            "令 s = z -（该行最大值），则 log p = s - log（该行 exp(s) 之和）。从第 i 行取第 y[i] 列：log_p[np.arange(B), y]。最后取平均，再加负号。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("the gradient of a vote", "一次投票的梯度"),
    [
        Text(
            "See 03.7. Take one row and write log p_k = z_k − log Σ_j e^(z_j). Which of the z does each of the two parts depend on?",
            "参见 03.7 节。取一行，写出 log p_k = z_k − log Σ_j e^(z_j)。这两部分各依赖于哪些 z？",
        ),
        Text(
            "The derivative of the logarithm of the sum by z_k is p_k. It stands in the loss once for each vote of the row: how often in all?",
            "求和的对数对 z_k 的导数是 p_k。在损失里，这一行有几票，它就出现几次：一共几次？",
        ),
        Text(
            "For row i: (votes of the row) · p − Y, over B. In NumPy Y.sum(axis=1, keepdims=True) has the shape (B, 1). Compute p from z minus the row's largest logit.",
            "第 i 行：（该行总票数）· p − Y，再除以 B。NumPy 里 Y.sum(axis=1, keepdims=True) 的形状是 (B, 1)。计算 p 之前，先让 z 减去该行最大的 logit。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("complaint or not", "是不是投诉"),
    [
        Text(
            "See 03.3 and 03.6. (a) Take the logarithm of the product: two terms, and each label uses both to its share. (b) The derivative of the loss by a logit z_i is simple: (p_i − y_i)/B.",
            "参见 03.3 节和 03.6 节。(a) 对乘积取对数，得到两项，每个标签按各自的份额两项都用。(b) 损失对 logit z_i 的导数很简单：(p_i − y_i)/B。",
        ),
        Text(
            "(a) −log p = log(1 + e^(−z)) and −log(1 − p) = log(1 + e^(z)); they differ by z. (b) All p are equal, and the sum of p − y_i is to be 0: p is …? Then go back from p to the logit.",
            "(a) −log p = log(1 + e^(−z))，−log(1 − p) = log(1 + e^(z))，两者相差 z。(b) 所有的 p 都相等，而 p − y_i 之和要为 0：p 是多少？再由 p 回到 logit。",
        ),
        Text(
            "(a) The mean of log(1 + e^z) − y·z, where log(1 + e^z) is np.logaddexp(0, z), or max(z, 0) + log1p(exp(−|z|)). (b) log(m / (1 − m)), m the mean label.",
            "(a) log(1 + e^z) − y·z 的平均，其中 log(1 + e^z) 就是 np.logaddexp(0, z)，或写成 max(z, 0) + log1p(exp(−|z|))。(b) log(m / (1 − m))，m 是标签的平均。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("where to start", "从哪里出发"),
    [
        Text(
            "See 03.10. Each output of xW is a sum of n_in products. What is the variance of such a sum, if the weights are independent, have mean 0 and the variance σ²?",
            "参见 03.10 节。xW 的每个输出都是 n_in 个乘积之和。如果权重相互独立，均值为 0，方差为 σ²，这个和的方差是多少？",
        ),
        Text(
            "relu: n_in σ² / 2 = 1. tanh: (n_in + n_out) σ² / 2 = 1. What NumPy wants is not the variance: normal takes the standard deviation, uniform the two limits.",
            "relu：n_in σ² / 2 = 1。tanh：(n_in + n_out) σ² / 2 = 1。NumPy 要的不是方差：normal 要标准差，uniform 要两个端点。",
        ),
        Text(
            "For each pair in zip(sizes, sizes[1:]): rng.normal(0, np.sqrt(variance), (n_in, n_out)). With rng.uniform(-a, a) the variance is a²/3.",
            "对 zip(sizes, sizes[1:]) 的每一对：rng.normal(0, np.sqrt(variance), (n_in, n_out))。若用 rng.uniform(-a, a)，方差是 a²/3。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("dying of 128 reviews", "学“死”了的网络"),
    [
        Text(
            "(a) `forward` hands you the outputs of the hidden layers. (b) Print both lists for steps 0 to 5. (c) Multiply B by two in your head: which line of the step doubles?",
            "(a) `forward` 会把各隐藏层的输出交给你。(b) 打印第 0 到 5 步的两个列表。(c) 设想 B 加倍：一步里的哪一行会跟着加倍？",
        ),
        Text(
            "(a) Dead means: zero in all rows of a column. (b) Is anything wrong at step 0? Can a layer that is dead to every review get a gradient? (c) h.T @ g adds over the reviews; what does g.mean(axis=0) do?",
            "(a) 死亡的意思是：一列在所有行上都是 0。(b) 第 0 步有什么不正常吗？对每条评论都死掉的一层，还能得到梯度吗？(c) h.T @ g 对各条评论求和；g.mean(axis=0) 呢？",
        ),
        Text(
            "(a) (h == 0).all(axis=0) is True for dead units. (b) The first 1.0 in the second list; start=0 steps, layers from 1. (c) Divide g by len(X) once, at the top, and let both lines add.",
            "(a) (h == 0).all(axis=0) 对死亡的单元为 True。(b) 找第二个列表里的第一个 1.0；步数从 0 数，层号从 1 数。(c) 一开始就让 g 除以 len(X)，只除一次，然后两行都求和。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("one number for every day", "一个数管每一天"),
    [
        Text(
            "See 03.1. (a) Work out the docstring's example: which price does each of the two days pay? (b) Draw the cost of c for the days 1, 2 and 10.",
            "参见 03.1 节。(a) 手算文档字符串里的例子：两天各付哪一种价钱？(b) 为 1、2、10 这三天画出 c 的代价曲线。",
        ),
        Text(
            "(b) The derivative tells: squared errors balance their sizes, absolute errors balance their number on both sides, and the third balances numbers times prices. A curve of straight pieces is lowest at a corner, and corners lie only at the r.",
            "(b) 看导数：平方误差让两边误差的大小相抵，绝对误差让两边的天数相抵，第三个让天数乘价钱相抵。由直线段拼成的曲线在拐角处最低，而拐角只出现在各个 r 处。",
        ),
        Text(
            "(b) The mean, the median, and the one of the r with the least mean_cost: try them all. (c) SAVING = DAYS × (mean_cost of the mean − mean_cost of ORDER).",
            "(b) 平均数、中位数，以及各个 r 中 mean_cost 最小的那个：全部试一遍。(c) SAVING = DAYS ×（平均数的 mean_cost − ORDER 的 mean_cost）。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1 to q3
    (
        "sum-for-mean",
        "You return a sum over the rows. A mean doesn't grow when there is more of the same: where does their number go?",
        "你返回的是各行之和。同样的数据多来一份，平均数并不会变大：行数应该放到哪里？",
    ),
    (
        "not-averaged",
        "You return one number a row. The loss is a single number, their mean.",
        "你为每一行各返回了一个数。损失是一个数，即它们的平均。",
    ),
    (
        "mean-over-entries",
        "You divide by the number of entries, B·K. The mean goes over the rows: how many are there?",
        "你除以了元素的个数 B·K。平均是对各行取的：一共有几行？",
    ),
    (
        "softmax-over-the-batch",
        "Your probabilities sum to 1 down the columns, over the reviews. Whose probabilities should sum to 1, and which axis is that?",
        "你的概率是沿着列、在各条评论之间加起来等于 1。应当是谁的概率之和为 1？那是哪个轴？",
    ),
    (
        "labels-as-columns",
        "log_p[:, y] takes for every row the columns of all labels, B × B numbers. From row i you want column y[i] alone.",
        "log_p[:, y] 会对每一行取出所有标签对应的列，共 B × B 个数。第 i 行只要第 y[i] 列。",
    ),
    (
        "predicted-class",
        "You take the most probable class of each row. The loss asks about the right one, y[i].",
        "你取的是每行概率最大的类别。损失要看的是正确的类别 y[i]。",
    ),
    (
        "wrong-sign",
        "The right size, the wrong sign: a logarithm of a probability is never positive, a loss never negative.",
        "大小对了，符号反了：概率的对数不会是正数，损失不会是负数。",
    ),
    (
        "log-of-the-mean",
        "You average the probabilities and then take the logarithm. The logarithm comes first, for each row, and the mean last.",
        "你先把概率平均，再取对数。应当每行先取对数，最后才取平均。",
    ),
    (
        "other-logarithm",
        "Right but for the base of the logarithm: yours has another one than e.",
        "只差对数的底：你用的不是以 e 为底的对数。",
    ),
    (
        "overflow",
        "At logits near 10,000 your result is infinite or nan: somewhere e**z with a large z is computed, and that is infinite (or, for large negative z, everything is 0). Can you arrange that no exponent is above 0?",
        "logit 接近 10,000 时，你的结果成了无穷大或 nan：某处算了 z 很大的 e**z，那是无穷大（z 是很大的负数时，则全成了 0）。能不能让指数都不大于 0？",
    ),
    (
        "one-maximum-for-all",
        "Fine while all rows lie at one height, wrong when one row lies far below another: you subtract a single number from the whole matrix. Each row needs its own.",
        "各行高低差不多时是对的，某一行远低于另一行时就错了：你让整个矩阵都减去了同一个数。每一行应当减去自己的那个。",
    ),
    (
        "log-of-zero",
        "Infinite or nan: a probability has become exactly 0 on the machine, and then you take its logarithm. The logarithm exists all the same: write it as a difference, without the probability in between.",
        "结果是无穷大或 nan：某个概率在机器上已经成了 0，你却还要取它的对数。这个对数本身是存在的：把它写成一个差，中间不经过概率。",
    ),
    (
        "clipped",
        "You clip the logits or the probabilities (or add a small ε). It stops the inf, and it lies: the loss of a confident mistake comes out far too small, and its gradient 0.",
        "你截断了 logit 或概率（或者加了一个小 ε）。inf 是没有了，结果却是假的：自信的错误，损失算得太小，梯度为 0。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed. `z -= …` and `W -= …` write into the caller's array; `z = z - …` makes a new one.",
        "结果是对的，但调用之后，传给函数的数组被改动了。`z -= …` 和 `W -= …` 会写进调用者的数组；`z = z - …` 则得到一个新数组。",
    ),
    # q2
    (
        "uphill",
        "The right size, the opposite direction. Does the loss grow or fall when the logit of the voted class rises?",
        "大小对了，方向反了。得票类别的 logit 升高时，损失是升还是降？",
    ),
    (
        "gradient-by-p",
        "This is the gradient by p, −Y/(B·p). The way from p back to z is missing: each p depends on all logits of its row.",
        "这是对 p 的梯度 −Y/(B·p)。还缺从 p 回到 z 的一段：每个 p 都依赖于该行所有的 logit。",
    ),
    (
        "own-logit-only",
        "You let each log p depend on its own logit alone. The sum below the line holds all logits of the row, so that classes without votes get a gradient too.",
        "你让每个 log p 只依赖于自己的 logit。分母的求和里含有该行所有的 logit，所以没有得票的类别也有梯度。",
    ),
    (
        "squared-error-habit",
        "There is a factor p(1 − p) too many. It belongs to the squared error behind a sigmoid; in the cross-entropy the logarithm cancels it.",
        "多了一个因子 p(1 − p)。那是 sigmoid 之后用平方误差时才有的；在交叉熵里，对数恰好把它约掉。",
    ),
    (
        "rows-taken-for-one",
        "Right where a row's votes sum to 1, wrong elsewhere: p − Y was derived for such rows. How often does log Σ e^z stand in the loss of a review with five votes?",
        "一行的票数之和为 1 时是对的，否则就错：p − Y 只是为那种行推导的。一条得了五票的评论，log Σ e^z 在它的损失里出现几次？",
    ),
    (
        "votes-made-shares",
        "You divide each row's votes by their sum. The loss doesn't: a review with ten votes pulls twice as hard as one with five.",
        "你把每行的票数除以了该行的总和。损失里没有这一步：得十票的评论，拉力是得五票的两倍。",
    ),
    (
        "divided-by-all-votes",
        "You divide by the number of all votes. The loss divides by B, the number of reviews.",
        "你除以了全部票数。损失除以的是评论条数 B。",
    ),
    (
        "no-votes-is-nan",
        "A review without votes makes your result nan: somewhere you divide by its 0 votes. What does it add to the loss, and so to the gradient?",
        "一条没有得票的评论使你的结果成了 nan：某处除以了它的 0 票。它给损失贡献了多少？给梯度呢？",
    ),
    # q3
    (
        "one-sided",
        "One of the two terms is missing. Take a review that is no complaint, y = 0, with p = 0.99: −y·log p charges nothing for it. S1 4.1 prints the formula so; what does the factor (1 − p)^(1 − y) add?",
        "两项里少了一项。设一条评论不是投诉，y = 0，而 p = 0.99：−y·log p 对此分文不取。S1 4.1 的公式就是这样印的；因子 (1 − p)^(1 − y) 会带来什么？",
    ),
    (
        "labels-rounded",
        "Right for labels 0 and 1, wrong for fractions: you choose one of the two terms. A label of 0.75 uses both, three quarters of the one and one quarter of the other.",
        "标签是 0 和 1 时是对的，分数就不对：你在两项里只选了一项。标签 0.75 两项都要用，一项占四分之三，另一项占四分之一。",
    ),
    (
        "logits-for-probabilities",
        "You take the logarithm of z itself, as if z were a probability. z is a logit, any number; p = 1/(1 + e^(−z)) comes in between.",
        "你直接对 z 取了对数，好像 z 就是概率。z 是 logit，可以是任何数；中间还有 p = 1/(1 + e^(−z))。",
    ),
    (
        "logit-upside-down",
        'You have the two classes upside down: a large logit should mean "probably a complaint".',
        "你把两个类别弄反了：logit 越大，越可能是投诉。",
    ),
    (
        "share-for-logit",
        "This is the best probability, the mean label. The bias is added before the sigmoid: which logit leads to this probability?",
        "这是最好的概率，也就是标签的平均。而偏置是加在 sigmoid 之前的：哪个 logit 对应这个概率？",
    ),
    (
        "odds-without-log",
        "These are the odds, m/(1 − m). The sigmoid contains an exponential; one step is missing to undo it.",
        "这是几率 m/(1 − m)。sigmoid 里有指数，还差一步才能把它解开。",
    ),
    (
        "log-of-the-share",
        "This is the logarithm of the share. In p = 1/(1 + e^(−c)) there is a 1 in the denominator: solve for c once more.",
        "这是比例的对数。p = 1/(1 + e^(−c)) 的分母里还有一个 1：请再解一次 c。",
    ),
    # q4
    (
        "transposed",
        "Your weights have the shape (n_out, n_in), which PyTorch's Linear uses. Here a layer computes x @ W: which side meets the inputs?",
        "你的权重形状是 (n_out, n_in)，那是 PyTorch 的 Linear 的写法。这里每层算的是 x @ W：哪一边与输入相接？",
    ),
    (
        "biases-not-zero",
        "Your biases aren't 0. The argument about variances counts on it.",
        "你的偏置不是 0。关于方差的推导是以偏置为 0 为前提的。",
    ),
    (
        "all-alike",
        "All weights of a layer are equal (perhaps 0). Then all its units compute the same and get the same gradient, and remain one unit for ever.",
        "同一层的权重全都相等（也许都是 0）。这样，该层所有单元算的是同一个东西，得到同样的梯度，永远只相当于一个单元。",
    ),
    (
        "not-centred",
        "The mean of your weights isn't 0. In uniform, both limits matter: from where to where?",
        "你的权重均值不是 0。用 uniform 时，两个端点都要紧：从哪里到哪里？",
    ),
    (
        "fan-out",
        "You divide by the number of outputs. Each output is a sum over the inputs: how many terms has it? (torch.nn.init expects matrices of shape (n_out, n_in).)",
        "你除以的是输出的个数。每个输出都是对输入的求和：它有几项？（torch.nn.init 要的矩阵形状是 (n_out, n_in)。）",
    ),
    (
        "relu-half-forgotten",
        "Your variance is half of what it should be, 1/n_in: right for a layer without activation. ReLU wipes out half of the mean square, in each layer anew; after 20 layers a millionth is left.",
        "你的方差只有应有的一半，即 1/n_in：没有激活函数的层才是这样。ReLU 每层都抹去一半的均方，20 层之后只剩百万分之一。",
    ),
    (
        "same-rule-for-both",
        "Your layers start by the other activation's rule. What do you do with the argument `activation`?",
        "你的各层用的是另一种激活函数的规则。参数 `activation` 用到了哪里？",
    ),
    (
        "limit-for-spread",
        "Your variance is off by a factor of 3. The limit a of a uniform distribution is not its standard deviation: the variance of uniform(−a, a) is a²/3.",
        "你的方差差了 3 倍。均匀分布的端点 a 不是它的标准差：uniform(−a, a) 的方差是 a²/3。",
    ),
    (
        "variance-for-spread",
        "Your weights are far too small: you gave the variance to a function that wants a standard deviation.",
        "你的权重小得多：你把方差交给了一个要标准差的函数。",
    ),
    (
        "first-width-for-all",
        "Your first layer is right; the others use its width instead of their own.",
        "你的第一层是对的；其余各层用的却是第一层的宽度，而不是自己的。",
    ),
    (
        "one-way-only",
        "Your variance is 1/n_in or 1/n_out, which serves one of the two ways only. Xavier takes the middle of both wishes.",
        "你的方差是 1/n_in 或 1/n_out，只照顾了一个方向。Xavier 取两个愿望的折中。",
    ),
    (
        "sum-of-both-ways",
        "Your variance is 1/(n_in + n_out): you set the sum of both left-hand sides to 1, not their mean.",
        "你的方差是 1/(n_in + n_out)：你让两个等式左边之和等于 1，而不是它们的平均。",
    ),
    (
        "chance-from-elsewhere",
        "Two equal generators gave different weights: some of your chance comes from elsewhere, np.random perhaps. Then nobody can repeat a run.",
        "两个相同的生成器给出了不同的权重：有些随机数另有来处，比如 np.random。这样，谁也无法重现一次训练。",
    ),
    (
        "generator-ignored",
        "Two different generators gave the same weights: you make your own from a fixed seed. Draw from the one that was handed over.",
        "两个不同的生成器给出了相同的权重：你自己用固定的种子另建了一个。请从传进来的那个里抽取。",
    ),
    (
        "layers-alike",
        "Two layers of the same shape have the same weights. Each draws anew.",
        "形状相同的两层，权重也一模一样。每一层都要重新抽取。",
    ),
    (
        "values-repeat",
        "Within a layer the same values come again and again. Each weight is drawn by itself.",
        "同一层里，相同的数值反复出现。每个权重都要单独抽取。",
    ),
    # q5
    (
        "before-the-relu",
        "You measure before the ReLU. The next layer sees what comes after it.",
        "你是在 ReLU 之前测的。下一层看到的是 ReLU 之后的值。",
    ),
    (
        "root-mean-square",
        "This is the root of the mean square. A standard deviation takes the mean out first, and behind a ReLU the mean isn't 0.",
        "这是均方的平方根。标准差要先减去平均值，而 ReLU 之后的平均值不是 0。",
    ),
    (
        "variance-not-root",
        "This is the variance; the standard deviation is its root.",
        "这是方差；标准差是它的平方根。",
    ),
    (
        "spread-by-unit",
        "You average standard deviations of single units or single reviews. One standard deviation over all entries of the layer is wanted.",
        "你把单个单元（或单条评论）的标准差平均了。要的是整层所有元素的一个标准差。",
    ),
    (
        "output-layer-counted",
        "You have an entry too many: the input and the output layer are not hidden layers.",
        "你多了一项：输入和输出层都不是隐藏层。",
    ),
    (
        "zeros-not-units",
        "You count single zeros. Half of them are healthy: a ReLU is off for some reviews. A unit is dead when it is off for all of them.",
        "你数的是单个的 0。其中一半是健康的：ReLU 对某些评论本来就是关着的。对所有评论都关着，单元才算死亡。",
    ),
    (
        "off-for-one",
        "You count units that are off for at least one review. Dead is a unit that is off for all.",
        "你数的是至少对一条评论关着的单元。对所有评论都关着，才是死亡。",
    ),
    (
        "reviews-for-units",
        "You count reviews for which the whole layer is off. Which axis are the units, and over which does `all` run?",
        "你数的是让整层都关着的评论。单元在哪个轴上？`all` 又该沿哪个轴？",
    ),
    (
        "number-for-share",
        "You return the number of dead units. The share is asked for, from 0 to 1.",
        "你返回的是死亡单元的个数。要的是比例，从 0 到 1。",
    ),
    (
        "alive-for-dead",
        "You return the share of the living.",
        "你返回的是活着的比例。",
    ),
    (
        "layers-from-zero",
        "Right, but for the count: hidden layers count from 1 here.",
        "只差数法：这里的隐藏层从 1 数起。",
    ),
    (
        "steps-counted-otherwise",
        "The layer is right; the number of steps is off by one. run_colleague(128, 0) is the start, before any step.",
        "层号对了，步数差一。run_colleague(128, 0) 是起点，一步还没走。",
    ),
    (
        "pair-turned-round",
        "The pair is the wrong way round: first the steps, then the layer.",
        "数对的次序反了：先步数，后层号。",
    ),
    (
        "the-start-is-sound",
        "A doesn't fit: all four rows of the table begin at the same weights. What are the spreads of the three layers at step 0?",
        "A 与事实不符：表中四行的起点是同样的权重。第 0 步时，三层的标准差各是多少？",
    ),
    (
        "nobody-was-born-dead",
        "B doesn't fit: look at the shares of dead units at step 0.",
        "B 与事实不符：看看第 0 步时死亡单元的比例。",
    ),
    (
        "the-dead-do-not-wake",
        "D doesn't fit: when one whole layer answers 0 to every review, which gradient reaches the weights before it? Waiting doesn't wake them.",
        "D 与事实不符：当整整一层对每条评论都回答 0，它前面的权重还能得到什么梯度？再等也等不醒。",
    ),
    (
        "still-the-sum",
        "The weights still move along the gradient of the sum: their step grows with the number of reviews.",
        "权重仍沿着求和的梯度移动：步长还是随评论条数增大。",
    ),
    (
        "sum-everywhere",
        "Now weights and biases agree, but on the sum: both steps grow with the number of reviews. The loss is a mean.",
        "现在权重和偏置一致了，却都成了求和：两者的步长都随评论条数增大。损失是平均。",
    ),
    (
        "biases-divided-twice",
        "The weights are right. The biases now move B times too slowly: their line took a mean already.",
        "权重对了。偏置现在慢了 B 倍：它那一行本来就取了平均。",
    ),
    (
        "biases-summed",
        "The weights are right. The biases now move by a sum over the reviews.",
        "权重对了。偏置现在却按各条评论之和移动。",
    ),
    (
        "mask-missing",
        "Your gradient passes through units that were off. Where the ReLU gave 0, nothing comes back.",
        "你的梯度穿过了关着的单元。ReLU 输出 0 的地方，什么也传不回去。",
    ),
    (
        "new-weights-sent-back",
        "You send the gradient back through the new weights. It belongs to the old ones, with which the forward pass was made.",
        "你让梯度经过新的权重往回传。它属于旧的权重，前向传播用的正是那一组。",
    ),
    # q6
    (
        "prices-swapped",
        "You have `late` and `idle` the wrong way round: which one is paid when c is too small?",
        "你把 `late` 和 `idle` 弄反了：c 太小时付的是哪一个？",
    ),
    (
        "one-price-only",
        "You charge one side only. A reply too many costs something too, and so does one too few.",
        "你只算了一边。多订一个要花钱，少订一个也要花钱。",
    ),
    (
        "price-of-the-mean-day",
        "You average the days first and then take the price of the mean day. There too many and too few cancel; in the till they don't.",
        "你先把各天平均，再算“平均的一天”的价钱。那里多和少互相抵消；账上可不会抵消。",
    ),
    (
        "mean-and-median-swapped",
        "Mean and median have changed places. Which one does a single day of 1,000 complaints pull along: the one that squares errors, or the one that doesn't?",
        "平均数和中位数对调了。如果有一天来了 1,000 条投诉，谁会被拉走：把误差平方的，还是不平方的？",
    ),
    (
        "share-upside-down",
        "You took the quantile for the other price: yours is too small on most days. When being late is dearer than being idle, on which side of the median do you want to be?",
        "你取了另一种价钱对应的分位数：大多数日子都不够。迟复比闲置更贵时，你想待在中位数的哪一边？",
    ),
    (
        "interpolated-quantile",
        "You are close: np.quantile puts its value between two of the r, where the cost isn't lowest. The corners of the curve lie at the r themselves; see its argument `method`, or try all r.",
        "已经很接近了：np.quantile 给出的值落在两个 r 之间，那里的代价不是最低。曲线的拐角就在各个 r 上；请看它的参数 `method`，或者把所有的 r 都试一遍。",
    ),
    (
        "prices-ignored",
        "Your third constant is the mean or the median: the prices don't move it. If being late cost a thousand times as much, would you still order this?",
        "你的第三个常数就是平均数或中位数：价钱对它毫无影响。如果迟复的代价贵一千倍，你还会这样订吗？",
    ),
    (
        "ordered-the-mean",
        "You order the mean. It minimises the squared error, in replies squared, and the company pays in dollars.",
        "你订的是平均数。它最小化的是平方误差，单位是“条的平方”，而公司付的是美元。",
    ),
    (
        "ordered-the-median",
        "You order the median: it is too small on half of the days, and being late is the dear side.",
        "你订的是中位数：有一半的日子不够，而迟复的那一边更贵。",
    ),
    (
        "saving-of-one-day",
        "This is the saving of a single day.",
        "这是一天省下的钱。",
    ),
    (
        "cost-for-saving",
        "This is what your order costs in DAYS days, not what it saves.",
        "这是你的订量在 DAYS 天里的代价，不是省下的钱。",
    ),
    (
        "saving-on-the-median",
        "You compare with the median. What does a model predict that was trained on the squared error?",
        "你是在与中位数比较。用平方误差训练的模型，预测的是什么？",
    ),
    (
        "saving-on-a-rounded-order",
        "You rounded the colleague's order. Take it as his model gives it.",
        "你把同事的订量取整了。请按他的模型给出的数来算。",
    ),
]:
    EXERCISE.misconception(_name, en=_en, zh=_zh)


@EXERCISE.check("q1")
def the_mean_surprise_at_the_right_class(answer, rng):
    """en: The loss is the mean over the rows of minus the logarithm of the right class's probability.
    zh: 损失是各行正确类别的概率取负对数之后的平均。"""
    for _ in range(3):
        z, y = _draw_logits(rng)
        (B, K), right = z.shape, _cross_entropy(z, y)
        columns, p = _log_softmax(z.T).T, np.exp(_log_softmax(z))
        wrong = {
            "sum-for-mean": right * B,
            "mean-over-entries": right / K,
            "softmax-over-the-batch": -columns[np.arange(B), y].mean(),
            "labels-as-columns": -_log_softmax(z)[:, y].mean(),
            "predicted-class": -np.log(p.max(axis=1)).mean(),
            "wrong-sign": -right,
            "log-of-the-mean": -np.log(p[np.arange(B), y].mean()),
        }
        value = _loss(answer.call("cross_entropy", z, y), B)
        if any(_same(value, right / np.log(base)) for base in (2, 10)):
            raise Misconception("other-logarithm")
        _diagnose(value, right, wrong, "loss")


@EXERCISE.check("q1")
def large_logits_keep_their_loss(answer, rng):
    """en: Logits up to ±10,000, in rows at different heights, in float32 and float64, give the right finite loss.
    zh: logit 大到 ±10,000、各行高低不同、float32 或 float64，都给出正确的有限损失。"""
    z, y = _draw_logits(rng)
    z = np.round(z * 64) / 64  # exact in float32 even near 10,000
    B, right = len(z), _cross_entropy(z, y)
    for height in (9_900.0, -9_900.0):
        value = _loss(answer.call("cross_entropy", z + height, y), B)
        if not np.isfinite(value):
            raise Misconception("overflow")
        if _same(value, np.log(z.shape[1])):
            raise Misconception("clipped")
        expect_close(value, right, FAR, FAR, "loss")
    heights = np.where(rng.permutation(B) % 2, 9_900.0, -9_900.0)[:, None]
    value = _loss(answer.call("cross_entropy", z + heights, y), B)
    if not np.isfinite(value) or abs(value - right) > 0.1 * right + FAR:
        raise Misconception("one-maximum-for-all")
    expect_close(value, right, FAR, FAR, "loss")
    z = np.round(z)
    z[np.arange(B), (y + rng.integers(0, 2, B) * (np.arange(B) > 0)) % z.shape[1]] += 5_000.0
    z[0, y[0]] = -9_000.0  # one mistake in full confidence at least
    z[0, (y[0] + 1) % z.shape[1]] = 9_000.0
    right = _cross_entropy(z, y)
    for kind in (np.float64, np.float32):
        value = _loss(answer.call("cross_entropy", z.astype(kind), y), B)
        if not np.isfinite(value):
            raise Misconception("log-of-zero")
        if value < right / 2:
            raise Misconception("clipped")
        expect_close(value, right, RTOL, ATOL, "loss")


@EXERCISE.check("q1", hidden=True)
def one_row_one_class_and_inputs_kept(answer, rng):
    """en: One row, a single class, as many rows as classes: right too, and the inputs stay as they were.
    zh: 只有一行、只有一个类别、行数等于类别数时也正确，传入的数组保持原样。"""
    for B, K in ((1, 5), (4, 1), (1, 1), (6, 6), (3, 40)):
        z, y = rng.normal(0, 2, (B, K)), rng.integers(0, K, B)
        right = _cross_entropy(z, y)
        expect_close(_loss(answer.call("cross_entropy", z, y), B), right, RTOL, ATOL, "loss")
        expect_close(_loss(answer.call("cross_entropy", z.astype(np.float32), y), B), right, RTOL, ATOL, "loss")
        _expect_inputs_unchanged(answer, "cross_entropy", z, y)


@EXERCISE.check("q2")
def one_vote_in_all_gives_p_minus_y(answer, rng):
    """en: Where the votes of each row sum to 1, the gradient is (p − Y)/B.
    zh: 每行票数之和为 1 时，梯度是 (p − Y)/B。"""
    for _ in range(3):
        z, _ = _draw_logits(rng)
        Y = rng.dirichlet(np.ones(z.shape[1]), len(z))
        (B, K), p = z.shape, np.exp(_log_softmax(z))
        right = (p - Y) / B
        wrong = {
            "sum-for-mean": right * B,
            "mean-over-entries": right / K,
            "uphill": -right,
            "gradient-by-p": -Y / p / B,
            "own-logit-only": -Y * (1 - p) / B,
            "squared-error-habit": right * p * (1 - p),
            "softmax-over-the-batch": (np.exp(_log_softmax(z.T).T) - Y) / B,
        }
        _diagnose(answer.call("cross_entropy_gradient", z, Y), right, wrong, "gradient")


@EXERCISE.check("q2")
def more_votes_pull_harder(answer, rng):
    """en: The gradient is right for rows of any sum: a review with more votes pulls harder.
    zh: 各行之和为任何数时梯度都正确：票多的评论拉力更大。"""
    for _ in range(2):
        z, _ = _draw_logits(rng)
        Y = rng.integers(0, 6, z.shape) + rng.choice([0.0, 0.5], z.shape)
        Y[:, 0] += 0.25  # no row is empty
        B, votes, p = len(z), Y.sum(axis=1, keepdims=True), np.exp(_log_softmax(z))
        wrong = {
            "rows-taken-for-one": (p - Y) / B,
            "votes-made-shares": (p - Y / votes) / B,
            "divided-by-all-votes": (votes * p - Y) / votes.sum(),
        }
        _diagnose(answer.call("cross_entropy_gradient", z, Y), (votes * p - Y) / B, wrong, "gradient")


@EXERCISE.check("q2", hidden=True)
def no_votes_large_logits_and_inputs_kept(answer, rng):
    """en: A review without votes gets the gradient 0; logits up to ±10,000 and a single row work; the inputs stay.
    zh: 没有得票的评论梯度为 0；logit 大到 ±10,000、只有一行时也能算；传入的数组保持原样。"""
    z, _ = _draw_logits(rng)
    Y = rng.integers(0, 4, z.shape).astype(float)
    Y[rng.integers(len(z))] = 0
    value = expect_shape(answer.call("cross_entropy_gradient", z, Y), z.shape, "gradient")
    if np.isnan(value).any():
        raise Misconception("no-votes-is-nan")
    expect_close(value, _gradient(z, Y), RTOL, ATOL, "gradient")
    z = np.round(z * 64) / 64
    columns = np.where(np.arange(z.shape[1]) % 2, 9_900.0, -9_900.0)
    for height in (9_900.0, -9_900.0, columns):
        value = expect_shape(answer.call("cross_entropy_gradient", z + height, Y), z.shape, "gradient")
        if not np.isfinite(value).all():
            raise Misconception("overflow")
        expect_close(value, _gradient(z + height, Y), RTOL, ATOL, "gradient")
    heights = np.where(rng.permutation(len(z)) % 2, 9_900.0, -9_900.0)[:, None]
    value = expect_shape(answer.call("cross_entropy_gradient", z + heights, Y), z.shape, "gradient")
    if not np.isfinite(value).all():
        raise Misconception("one-maximum-for-all")
    expect_close(value, _gradient(z, Y), RTOL, ATOL, "gradient")
    for rows in (z[:1], z.T[:1], z):
        Y = rng.integers(1, 4, rows.shape).astype(float)
        expect_close(answer.call("cross_entropy_gradient", rows, Y), _gradient(rows, Y), RTOL, ATOL, "gradient")
        _expect_inputs_unchanged(answer, "cross_entropy_gradient", rows, Y)


@EXERCISE.check("q3")
def both_terms_and_their_mean(answer, rng):
    """en: The loss charges both sides, each to the share that the label gives it, and is a mean.
    zh: 损失对两边都计，各按标签给出的份额，并取平均。"""
    for share in (0.0, 0.5, 0.5):
        B = int(rng.integers(8, 20))
        z, y = rng.normal(0, 2, B), rng.integers(0, 2, B).astype(float)
        y[:2] = 0, 1
        y = np.where(rng.random(B) < share, rng.uniform(0.1, 0.9, B), y)
        yes, no = np.logaddexp(0, -z), np.logaddexp(0, z)  # -log p, -log(1 - p)
        right = np.mean(y * yes + (1 - y) * no)
        value = _loss(answer.call("binary_cross_entropy", z, y), B)
        if any(_same(value, np.mean(half)) for half in (y * yes, (1 - y) * no)):
            raise Misconception("one-sided")
        if any(_same(value, np.sum(half)) for half in (y * yes, (1 - y) * no)):
            raise Misconception("one-sided")
        if any(_same(value, right / np.log(base)) for base in (2, 10)):
            raise Misconception("other-logarithm")
        for chosen in (y == 1, y > 0.5, y > 0, np.round(y) == 1):
            if _same(value, np.mean(np.where(chosen, yes, no))) and not _same(value, right):
                raise Misconception("labels-rounded")
        if np.isnan(value):
            raise Misconception("logits-for-probabilities")
        wrong = {
            "sum-for-mean": right * B,
            "wrong-sign": -right,
            "logit-upside-down": np.mean(y * no + (1 - y) * yes),
            "log-of-the-mean": -np.log(np.mean(np.exp(-y * yes - (1 - y) * no))),
        }
        _diagnose(value, right, wrong, "loss")


@EXERCISE.check("q3")
def both_sides_bear_large_logits(answer, rng):
    """en: Logits up to ±10,000 on both sides, in float32 and float64, give the right finite loss; inputs stay.
    zh: 两边的 logit 大到 ±10,000，float32 或 float64，都给出正确的有限损失；传入的数组保持原样。"""
    B = 4 * int(rng.integers(2, 5))
    size, y = np.round(rng.uniform(8_000, 10_000, B)), np.arange(B) % 4 % 3 / 2.0  # 0, 0.5, 1, 0, 0, 0.5, ...
    y = rng.permutation(y)
    for kind in (np.float64, np.float32):
        sides = [
            _loss(answer.call("binary_cross_entropy", (s * size).astype(kind), y.astype(kind)), B) for s in (1, -1)
        ]
        finite = np.isfinite(sides)
        if not finite.any():
            raise Misconception("log-of-zero")
        if not finite.all():
            raise Misconception("overflow")
        rights = np.array([np.mean((1 - y) * size), np.mean(y * size)])
        if (sides < rights / 2).any():
            raise Misconception("clipped")
        expect_close(sides, rights, RTOL, ATOL, "losses")
    z, y = np.array([rng.uniform(30, 60)]), np.array([float(rng.integers(0, 2))])  # one review; p rounds to 1
    for s in (1, -1):
        right = np.mean(np.logaddexp(0, s * z) - y * s * z)
        expect_close(_loss(answer.call("binary_cross_entropy", s * z, y), 1), right, RTOL, ATOL, "loss")
    _expect_inputs_unchanged(answer, "binary_cross_entropy", rng.normal(size=B), rng.random(B))


@EXERCISE.check("q3")
def the_best_logit_for_those_who_know_nothing(answer, rng):
    """en: No other single logit for all reviews has a smaller loss.
    zh: 对所有评论用同一个 logit 时，没有别的 logit 损失更小。"""
    for high in (False, True, False):
        B = int(rng.integers(9, 40))
        y = np.where(rng.random(B) < 0.3, rng.uniform(0, 0.5, B), rng.random(B) < 0.15)
        y[:2] = 0, 1
        y = 1 - y if high else y
        share = y.mean()
        right = np.log(share / (1 - share))
        value = _number(answer.call("starting_logit", y), "logit")
        wrong = {
            "share-for-logit": share,
            "odds-without-log": share / (1 - share),
            "log-of-the-share": np.log(share),
            "logit-upside-down": -right,
        }
        if any(_same(value, right / np.log(base)) for base in (2, 10)):
            raise Misconception("other-logarithm")
        if not abs(value - right) <= 1e-4:  # a numerical search is welcome
            _diagnose(value, right, wrong, "logit")


@EXERCISE.check("q4")
def shapes_fit_and_biases_are_zero(answer, rng):
    """en: Each layer has weights of shape (n_in, n_out) and n_out biases that are 0.
    zh: 每层的权重形状为 (n_in, n_out)，另有 n_out 个为 0 的偏置。"""
    for widths in (4, 2, 3):
        sizes = (rng.permutation(9)[:widths] + 1).tolist()
        for activation in ("relu", "tanh"):
            (network,) = answer.call(drivers.call_with_generators, Learner("start_network"), [sizes, activation], [1])
            weights, biases = _two_lists(network, len(sizes) - 1)
            for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
                if as_array(weights[layer], "weights").shape == (n_out, n_in):
                    raise Misconception("transposed")
                W = expect_shape(weights[layer], (n_in, n_out), f"weights[{layer}]")
                b = expect_shape(biases[layer], (n_out,), f"biases[{layer}]")
                if (b != 0).any():
                    raise Misconception("biases-not-zero")
                if (W == 0).all():
                    raise Misconception("all-alike")


@EXERCISE.check("q4")
def relu_layers_keep_the_mean_square(answer, rng):
    """en: For "relu" the weights have mean 0 and the variance that keeps the mean square from layer to layer.
    zh: 对 "relu"，权重均值为 0，方差使均方逐层保持不变。"""
    _expect_start(
        answer,
        rng,
        "relu",
        lambda n_in, n_out, first: 2 / n_in,
        {
            "fan-out": lambda n_in, n_out, first: 2 / n_out,
            "relu-half-forgotten": lambda n_in, n_out, first: 1 / n_in,
            "same-rule-for-both": lambda n_in, n_out, first: 2 / (n_in + n_out),
            "first-width-for-all": lambda n_in, n_out, first: 2 / first,
        },
    )


@EXERCISE.check("q4")
def tanh_layers_take_the_middle(answer, rng):
    """en: For "tanh" the weights have mean 0 and the variance that stands between the way forward and the way back.
    zh: 对 "tanh"，权重均值为 0，方差是前向与反向的折中。"""
    _expect_start(
        answer,
        rng,
        "tanh",
        lambda n_in, n_out, first: 2 / (n_in + n_out),
        {
            "same-rule-for-both": lambda n_in, n_out, first: 2 / n_in,
            "one-way-only": lambda n_in, n_out, first: 1 / n_in,
            "sum-of-both-ways": lambda n_in, n_out, first: 1 / (n_in + n_out),
        },
    )


@EXERCISE.check("q4")
def all_chance_comes_from_the_generator(answer, rng):
    """en: Equal generators give equal weights, others give others; no layer is a copy of another.
    zh: 相同的生成器给出相同的权重，不同的给出不同的；任何一层都不是另一层的复制。"""
    width, seed = int(rng.integers(30, 50)), int(rng.integers(1, 1_000_000))
    for activation in ("relu", "tanh"):
        networks = answer.call(
            drivers.call_with_generators,
            Learner("start_network"),
            [[width] * 4, activation],
            [seed, seed, seed + 1],
        )
        first, again, other = (_two_lists(network, 3)[0] for network in networks)
        layers = [expect_shape(W, (width, width), "weights[0]") for W in first]
        if any(W.min() == W.max() for W in layers):
            raise Misconception("all-alike")
        if not all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)):
            raise Misconception("chance-from-elsewhere")
        if any(np.array_equal(a, b) for a, b in zip(first, other, strict=True)):
            raise Misconception("generator-ignored")
        if np.array_equal(layers[0], layers[1]) or np.array_equal(layers[1], layers[2]):
            raise Misconception("layers-alike")


@EXERCISE.check("q5")
def the_instrument_shows_each_hidden_layer(answer, rng):
    """en: For each hidden layer: the standard deviation of its outputs, and the share of its units that are dead.
    zh: 对每个隐藏层：输出的标准差，以及死亡单元的比例。"""
    for hidden in (3, 2):
        X, _, weights, biases = _draw_network(rng, hidden)
        value = _two_lists(answer.call("look_inside", X, weights, biases), None)
        hs, _ = _forward(X, weights, biases)
        before = [h @ W + b for h, W, b in zip(hs, weights, biases, strict=True)]
        spreads, dead = (as_array(one, name) for one, name in zip(value, ("spreads", "dead"), strict=True))
        if spreads.shape == (hidden + 1,) or dead.shape == (hidden + 1,):
            raise Misconception("output-layer-counted")
        outputs = hs[1:]
        right = [h.std() for h in outputs]
        wrong = {
            "before-the-relu": [z.std() for z in before[:-1]],
            "root-mean-square": [(h**2).mean() ** 0.5 for h in outputs],
            "variance-not-root": [h.var() for h in outputs],
            "spread-by-unit": [h.std(axis=0).mean() for h in outputs],
        }
        if _same(spreads, [h.std(axis=1).mean() for h in outputs]):
            raise Misconception("spread-by-unit")
        if not (spreads.shape == (hidden,) and np.allclose(spreads, right, rtol=1e-3)):  # over N or over N - 1 entries
            _diagnose(spreads, right, wrong, "spreads")
        off = [h == 0 for h in outputs]
        right = [o.all(axis=0).mean() for o in off]
        wrong = {
            "zeros-not-units": [o.mean() for o in off],
            "off-for-one": [o.any(axis=0).mean() for o in off],
            "reviews-for-units": [o.all(axis=1).mean() for o in off],
            "number-for-share": [o.all(axis=0).sum() for o in off],
            "alive-for-dead": [1 - o.all(axis=0).mean() for o in off],
        }
        _diagnose(dead, right, wrong, "dead")


@EXERCISE.check("q5")
def the_first_death_and_its_cause(answer, rng):
    """en: FIRST_DEAD is where a whole layer first dies, and FAULT fits the table and the measurements.
    zh: FIRST_DEAD 是第一次有整层死亡的位置，FAULT 与表格和测量都相符。"""
    pair, letter = answer.get("FIRST_DEAD"), answer.get("FAULT")
    letter = letter.strip().strip(".").upper() if isinstance(letter, str) else letter
    pair = as_array(pair, "FIRST_DEAD")
    if pair.shape != (2,):
        raise Wrong(_A_PAIR)
    steps, layer = FIRST_DEAD
    named = {
        (steps, layer - 1): "layers-from-zero",
        (steps + 1, layer): "steps-counted-otherwise",
        (steps - 1, layer): "steps-counted-otherwise",
        (layer, steps): "pair-turned-round",
    }
    if tuple(pair) in named:
        raise Misconception(named[tuple(pair)])
    if tuple(pair) != FIRST_DEAD:
        raise Wrong(_NOT_FIRST)
    wrong = {"A": "the-start-is-sound", "B": "nobody-was-born-dead", "D": "the-dead-do-not-wake"}
    if isinstance(letter, str) and letter in wrong:
        raise Misconception(wrong[letter])
    if letter != FAULT:
        raise Wrong(_A_LETTER)


@EXERCISE.check("q5")
def the_step_follows_the_mean(answer, rng):
    """en: The mended step goes along the gradient of the mean, for the weights and for the biases.
    zh: 改正后的一步沿平均损失的梯度走，权重和偏置都是。"""
    for hidden in (2, 3):
        X, y, weights, biases = _draw_network(rng, hidden)
        alpha, B = float(rng.uniform(0.2, 0.6)), len(X)
        value = _two_lists(answer.call("descend", X, y, weights, biases, alpha), hidden + 1)
        by_weights, by_biases = _gradients(X, y, weights, biases)
        scales = {
            "still-the-sum": (B, 1),
            "sum-everywhere": (B, B),
            "biases-divided-twice": (1, 1 / B),
            "biases-summed": (1, B),
            "uphill": (-1, -1),
        }
        wrong = {
            name: _move(weights, biases, by_weights, by_biases, alpha * w, alpha * b) for name, (w, b) in scales.items()
        }
        wrong["mask-missing"] = _move(weights, biases, *_gradients(X, y, weights, biases, mask=False), alpha, alpha)
        sent = _gradients(X, y, weights, biases, alpha=alpha)
        wrong["new-weights-sent-back"] = _move(weights, biases, *sent, alpha, alpha)
        _expect_network(value, _move(weights, biases, by_weights, by_biases, alpha, alpha), wrong)


@EXERCISE.check("q5", hidden=True)
def small_networks_work_and_inputs_stay(answer, rng):
    """en: One review, one hidden layer or none: right too, and the network that was handed over stays as it was.
    zh: 只有一条评论、只有一个隐藏层或没有隐藏层时也正确，传入的网络保持原样。"""
    for hidden, B in ((1, None), (0, None), (2, 1)):
        X, y, weights, biases = _draw_network(rng, hidden, B)
        alpha = float(rng.uniform(0.2, 0.6))
        moved = _move(weights, biases, *_gradients(X, y, weights, biases), alpha, alpha)
        value = _two_lists(answer.call("descend", X, y, weights, biases, alpha), hidden + 1)
        _expect_network(value, moved, {})
        _expect_inputs_unchanged(answer, "descend", X, y, weights, biases, alpha)
        _expect_inputs_unchanged(answer, "look_inside", X, weights, biases)
        if hidden:
            outputs = _forward(X, weights, biases)[0][1:]
            dead = _two_lists(answer.call("look_inside", X, weights, biases), None)[1]
            expect_close(dead, [(h == 0).all(axis=0).mean() for h in outputs], RTOL, ATOL, "dead")


@EXERCISE.check("q6")
def too_few_and_too_many_cost_their_price(answer, rng):
    """en: Each day pays `late` for every reply too few and `idle` for every one too many; the cost is the mean.
    zh: 每天少一个付 `late`，多一个付 `idle`；代价是各天的平均。"""
    r, late, idle = _draw_days(rng)
    inside = float(np.mean(r) + rng.uniform(-0.2, 0.2) * np.std(r))
    for c in (inside, float(r.min() - rng.uniform(1, 5)), float(r.max() + rng.uniform(1, 5)), float(r[0])):
        right = _mean_cost(r, c, late, idle)
        wrong = {
            "sum-for-mean": right * len(r),
            "prices-swapped": _mean_cost(r, c, idle, late),
            "price-of-the-mean-day": _mean_cost(r.mean(), c, late, idle),
            "wrong-sign": -right,
        }
        value = _number(answer.call("mean_cost", r, c, late, idle), "cost")
        if not _same(value, right) and any(_same(value, _mean_cost(r, c, *p)) for p in ((late, 0), (0, idle))):
            raise Misconception("one-price-only")
        _diagnose(value, right, wrong, "cost")


@EXERCISE.check("q6")
def no_other_constant_is_better(answer, rng):
    """en: Each of the three constants makes its expression as small as it can be.
    zh: 三个常数各自使对应的式子达到最小。"""
    for ties in (False, True, False):
        r, late, idle = _draw_days(rng, ties)
        value = answer.call("best_constants", r, late, idle)
        numbers = as_array(value, "constants").ravel()
        if numbers.size != 3:
            raise Wrong(_THREE_NUMBERS)
        squared, absolute, cheap = map(float, numbers)
        mean, median, best = r.mean(), np.median(r), min(_mean_cost(r, c, late, idle) for c in r)
        if _same(squared, median) and _same(absolute, mean):
            raise Misconception("mean-and-median-swapped")
        if not abs(squared - mean) <= 1e-3 * np.std(r):  # a numerical search is welcome
            expect_close(squared, mean, RTOL, ATOL, "constants[0]")
        least = np.abs(r - median).mean()
        _expect_cheapest(absolute, np.abs(r - absolute).mean(), least, "constants[1]")
        if _mean_cost(r, cheap, late, idle) > best * 1.0001:
            share = late / (late + idle)
            if any(_same(cheap, np.quantile(r, 1 - share, method=m)) for m in ("linear", "inverted_cdf", "higher")):
                raise Misconception("share-upside-down")
            if _same(cheap, np.quantile(r, share)):
                raise Misconception("interpolated-quantile")
            if _same(cheap, mean) or _same(cheap, median):
                raise Misconception("prices-ignored")
        _expect_cheapest(cheap, _mean_cost(r, cheap, late, idle), best, "constants[2]")


@EXERCISE.check("q6")
def the_order_and_what_it_saves(answer, rng):
    """en: ORDER costs least on the 50 days, and SAVING is what it saves in a year.
    zh: ORDER 在这 50 天里代价最低，SAVING 是它一年省下的钱。"""
    order, saving = (_number(answer.get(name), name) for name in ("ORDER", "SAVING"))
    if abs(order - MEAN) < 1:
        raise Misconception("ordered-the-mean")
    if abs(order - MEDIAN) < 1:
        raise Misconception("ordered-the-median")
    if order == LOWER:
        raise Misconception("share-upside-down")
    if not abs(order - ORDER) <= 1e-3:
        raise Wrong(_OTHER_ORDER)
    named = {
        SAVING / 250: "saving-of-one-day",
        COST_OF_ORDER: "cost-for-saving",
        SAVING_ON_MEDIAN: "saving-on-the-median",
        SAVING_ROUNDED: "saving-on-a-rounded-order",
    }
    for amount, name in named.items():
        if abs(saving - amount) <= 0.01:
            raise Misconception(name)
    if not abs(saving - SAVING) <= 1:  # a dollar
        raise Wrong(_OTHER_SAVING)


def _draw_logits(rng):
    """z (B, K) with B != K, and y (B,) that is not always the largest logit nor all one class."""
    K = int(rng.integers(3, 7))
    B = K + int(rng.integers(2, 6))
    return rng.normal(0, 2, (B, K)), np.r_[0, 1, rng.integers(0, K, B - 2)]


def _log_softmax(z):
    z = np.asarray(z, dtype=np.float64)
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _cross_entropy(z, y):
    return -_log_softmax(z)[np.arange(len(y)), y].mean()


def _gradient(z, Y):
    return (Y.sum(axis=1, keepdims=True) * np.exp(_log_softmax(z)) - Y) / len(Y)


def _draw_start(rng):
    """Four widths, large and small in turn: each layer has 39,000 weights or more, and sides that differ clearly."""
    small, large = rng.integers(130, 170, 2), rng.integers(300, 420, 2)
    pairs = [(small, large), (large, small)][int(rng.integers(2))]
    return np.ravel(pairs, order="F").tolist()


def _expect_start(answer, rng, activation, rule, wrong):
    """Mean 0 and the variance of the rule in every layer; rule(n_in, n_out, first width) -> variance."""
    sizes = _draw_start(rng)
    arguments = [[sizes, activation], [int(rng.integers(1, 1_000_000))]]
    (network,) = answer.call(drivers.call_with_generators, Learner("start_network"), *arguments)
    shapes = list(zip(sizes, sizes[1:], strict=False))
    weights = _two_lists(network, len(shapes))[0]
    weights = [expect_shape(W, s, f"weights[{i}]") for i, (W, s) in enumerate(zip(weights, shapes, strict=True))]
    if any(W.min() == W.max() for W in weights):
        raise Misconception("all-alike")
    if any(len(np.unique(W)) < 0.9 * W.size for W in weights):
        raise Misconception("values-repeat")
    spreads = np.array([W.std() for W in weights])
    if any(abs(W.mean()) > 6 * W.std() / W.size**0.5 for W in weights):
        raise Misconception("not-centred")

    def apply(recipe):
        return np.array([recipe(n_in, n_out, sizes[0]) for n_in, n_out in shapes])

    def fits(variances):
        return np.allclose(spreads**2, variances, rtol=SPREAD, atol=0)

    right = apply(rule)
    if fits(right):
        return
    for name, recipe in wrong.items():
        if fits(apply(recipe)) or (name == "one-way-only" and fits([1 / n_out for _, n_out in shapes])):
            raise Misconception(name)
    if fits(right / 3) or fits(right * 3):
        raise Misconception("limit-for-spread")
    if fits(right**2):
        raise Misconception("variance-for-spread")
    layer = int(np.argmax(np.abs(spreads**2 / right - 1)))
    came, should = spreads[layer], right[layer] ** 0.5
    raise Wrong(
        Text(
            f"The weights of layer {layer}, of shape {shapes[layer]}, have the standard deviation {came:.4f}; "
            f"for {activation} it should be about {should:.4f}.",
            f"第 {layer} 层的权重（形状 {shapes[layer]}）标准差是 {came:.4f}；用 {activation} 时应约为 {should:.4f}。",
        )
    )


def _draw_network(rng, hidden, B=None):
    """X, y, weights, biases of a ReLU network, some units of each hidden layer dead, others off for some reviews."""
    B = B or int(rng.integers(100, 140))
    d, K = int(rng.integers(5, 9)), int(rng.integers(3, 6))
    sizes = [d, *(rng.permutation(10)[:hidden] + 20).tolist(), K]
    weights = [rng.normal(0, (2 / n_in) ** 0.5, (n_in, n_out)) for n_in, n_out in zip(sizes, sizes[1:], strict=False)]
    biases = [rng.normal(0, 0.3, n_out) for n_out in sizes[1:]]
    for b in biases[:-1]:
        b[rng.permutation(len(b))[: int(rng.integers(3, 8))]] = -1_000.0
    return rng.normal(size=(B, d)), rng.integers(0, K, B), weights, biases


def _forward(X, weights, biases):
    hs = [X]
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        hs.append(np.maximum(hs[-1] @ W + b, 0))
    return hs, np.exp(_log_softmax(hs[-1] @ weights[-1] + biases[-1]))


def _gradients(X, y, weights, biases, mask=True, alpha=0.0):
    """Gradients of the mean cross-entropy; alpha > 0 sends the blame back through the weights after the step."""
    hs, p = _forward(X, weights, biases)
    g = (p - np.eye(p.shape[1])[y]) / len(X)
    by_weights, by_biases = [], []
    for h, W in zip(hs[::-1], weights[::-1], strict=True):
        by_weights.insert(0, h.T @ g)
        by_biases.insert(0, g.sum(axis=0))
        g = g @ (W - alpha * by_weights[0]).T
        g = g * (h > 0) if mask else g
    return by_weights, by_biases


def _move(weights, biases, by_weights, by_biases, alpha, alpha_biases):
    return [
        [W - alpha * g for W, g in zip(weights, by_weights, strict=True)],
        [b - alpha_biases * g for b, g in zip(biases, by_biases, strict=True)],
    ]


def _expect_network(value, right, wrong):
    """value, right: (weights, biases). Names the wrong recipe, else compares array by array."""
    for arrays, expected, name in zip(value, right, ("weights", "biases"), strict=True):
        for layer, (array, target) in enumerate(zip(arrays, expected, strict=True)):
            expect_shape(array, target.shape, f"{name}[{layer}]")

    def join(network):
        return np.concatenate([np.ravel(array) for arrays in network for array in arrays])

    for name, recipe in wrong.items():
        if _same(join(value), join(recipe)) and not _same(join(right), join(recipe)):
            raise Misconception(name)
    for arrays, expected, name in zip(value, right, ("weights", "biases"), strict=True):
        for layer, (array, target) in enumerate(zip(arrays, expected, strict=True)):
            expect_close(array, target, RTOL, ATOL, f"{name}[{layer}]")


def _draw_days(rng, ties=False):
    """Skewed needs r, and two prices; ties: such that a whole stretch of orders is equally cheap."""
    n = int(rng.integers(10, 25))
    late, idle = float(rng.uniform(3, 9)), float(rng.uniform(0.5, 2))
    if ties:
        n, late = 4 * (n // 4), 3 * idle
    return rng.gamma(1.5, 20, n), late, idle


def _mean_cost(r, c, late, idle):
    return float(np.mean(np.where(r > c, late * (r - c), idle * (c - r))))


def _expect_cheapest(constant, cost, least, what):
    if not cost <= least * 1.0001:  # a numerical search is welcome
        raise Wrong(
            Text(
                f"`{what}` is {constant:.6g}, where its expression is {cost:.6g}; elsewhere it is only {least:.6g}.",
                f"`{what}` 是 {constant:.6g}，在那里对应的式子等于 {cost:.6g}；别处只有 {least:.6g}。",
            )
        )


def _two_lists(value, layers):
    """The pair of lists, with so many entries each (None: any number)."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(_TWO_LISTS)
    for one in value:
        if not isinstance(one, (list, tuple)) and not (isinstance(one, np.ndarray) and one.ndim):
            raise Wrong(_TWO_LISTS)
        if layers is not None and len(one) != layers:
            raise Wrong(
                Text(
                    f"One of your lists has {len(one)} entries; the network has {layers} layers.",
                    f"你的一个列表有 {len(one)} 项，而网络有 {layers} 层。",
                )
            )
    return value


def _expect_inputs_unchanged(answer, name, *args):
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)["inputs"]
    flat = [[*now] if isinstance(now, (list, tuple)) else [now] for now in (*after, *args)]
    pairs = zip(flat[: len(args)], flat[len(args) :], strict=True)
    for now, before in pairs:
        if len(now) != len(before) or not all(np.array_equal(a, b) for a, b in zip(now, before, strict=True)):
            raise Misconception("changes-its-inputs")


def _diagnose(value, right, wrong, what):
    """Name the wrong recipe that gives `value`, unless it can't be told from the right one; else compare."""
    for name, recipe in wrong.items():
        if _same(value, recipe) and not _same(right, recipe):
            raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    """Close, of one shape."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL)


def _loss(value, B) -> float:
    if np.ndim(value) and as_array(value, "loss").shape in ((B,), (B, 1)) and B > 1:
        raise Misconception("not-averaged")
    return _number(value, "loss")


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
