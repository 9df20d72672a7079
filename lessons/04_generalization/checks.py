"""Exercise 04: penalties, AdamW, dropout, label-preserving pictures, early stopping, and which strategy to ship."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Text, Wrong, as_array, drivers, expect_close

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
POINTS_ATOL = 1e-4  # of percentage points: accuracies near 90 in float32 differ by 1e-5
EXERCISE = Exercise("04_generalization")
_TRANSFORMS = {
    "half turn": lambda images: images[:, ::-1, ::-1],
    "mirror left-right": lambda images: images[:, :, ::-1],
    "mirror up-down": lambda images: images[:, ::-1, :],
}
_NET = 4572.138228  # dollars a year, of augmentation; the checks keep their own numbers, so that the given ones may be played with
_WRONG_NETS = {"net-of-the-mean": 6762.5, "net-of-one-interval": 5282.457912, "costs-forgotten": 6072.138228}
_TUPLE = Text("Your function should return {count} things: {names}.", "你的函数应返回 {count} 样东西：{names}。")
_NO_DICTIONARY = Text(
    "The second thing should be a dictionary of gradients with the names of `params`.",
    "第二样东西应是一个字典，键与 `params` 相同，值是各自的梯度。",
)
_NO_GRADIENT = Text(
    "`gradients[{name!r}]` is None: an array of the parameter's shape is wanted, zeros where nothing pulls.",
    "`gradients[{name!r}]` 是 None：应是与参数同形状的数组，不受惩罚之处为 0。",
)
_NO_LETTERS = Text(
    '`FAULTS` holds letters from "A" to "E", such as "AE".', '`FAULTS` 应由 "A" 到 "E" 的字母组成，例如 "AE"。'
)
_FAULT_MISSING = Text(
    "What you name is true, but something is missing. Compare all three columns with what should stand there.",
    "你指出的都对，但还漏了一条。把三列数都与应有的结果比一比。",
)
_NO_CHOICE = Text(
    '`CHOICE` is one of the names in `STRATEGIES`, or "baseline".',
    '`CHOICE` 应是 `STRATEGIES` 里的一个名称，或 "baseline"。',
)
_NOT_THE_NET = Text(
    "`NET` doesn't follow from your choice: lower end × dollars a point, minus the yearly cost.",
    "`NET` 与你的选择对不上：应是区间下端 × 每点的美元数，再减去每年的花费。",
)
_NO_NAMES = Text(
    "`SAFE` is a list of names from `TRANSFORMS`, spelt as there; [] if none is safe.",
    "`SAFE` 应是由 `TRANSFORMS` 里的名称组成的列表，写法与那里相同；如果都不安全，就是 []。",
)

EXERCISE.question(
    "q1",
    Text("two penalties", "两种惩罚"),
    [
        Text(
            "(a) Work the example through by hand, entry by entry. (b) Draw J for a = 0.5, h = 1, λ₁ = 1, λ₂ = 0: where does it stop falling?",
            "(a) 照着例子，逐个元素手算一遍。(b) 取 a = 0.5、h = 1、λ₁ = 1、λ₂ = 0，把 J 画出来：它到哪里不再下降？",
        ),
        Text(
            "(a) Each weight adds λ₁·(its sign) and λ₂·(itself) to its own slope. (b) For w > 0 the slope is h(w − a) + λ₁ + λ₂w: set it to 0, solve, and ask when the result is positive.",
            "(a) 每个权重给自己的斜率贡献 λ₁·（它的符号）和 λ₂·（它自己）。(b) w > 0 时，斜率是 h(w − a) + λ₁ + λ₂w：令它为 0，解出 w，再问它何时为正。",
        ),
        Text(
            '(a) np.sign is 0 at 0; a name tells with name.startswith("W"). (b) The size is max(h|a| − λ₁, 0) over h + λ₂, the sign is that of a.',
            '(a) np.sign 在 0 处为 0；用 name.startswith("W") 辨认名称。(b) 大小是 max(h|a| − λ₁, 0) 除以 h + λ₂，符号与 a 相同。',
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("Adam with decay, twice", "带衰减的 Adam，两种写法"),
    [
        Text(
            "Do the docstring's example by hand, once with each value of `decoupled`: which of g, m, v differ, and which don't?",
            "照文档字符串的例子手算，`decoupled` 的两种取值各算一遍：g、m、v 当中，哪些不同，哪些相同？",
        ),
        Text(
            "(a) Everything from the means to the step is the same in both. What differs is where λw comes in: before the means, or after the division. (b) Without a gradient a step only multiplies w by one number.",
            "(a) 从滑动平均到步子，两者完全相同；不同的只是 λw 从哪里进来：在求平均之前，还是在相除之后。(b) 没有梯度时，一步只是把 w 乘以一个数。",
        ),
        Text(
            "(a) With decay in the gradient, begin with g + lam * w; decoupled, end with w - alpha * (u + lam * w), all with the old w. (b) (1 − αλ)ⁿ ≤ ½: take logarithms, round up.",
            "(a) 衰减在梯度里时，开头用 g + lam * w；分离时，结尾用 w - alpha * (u + lam * w)；w 都是旧的。(b) (1 − αλ)ⁿ ≤ ½：取对数，向上取整。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("dropout and its penalty", "dropout 与它的惩罚"),
    [
        Text(
            "(a) What is the mean of mask · x / q over many masks? (b) Begin with one example and one input: which two values can the prediction take, and with which probability?",
            "(a) 对许多掩码取平均，mask · x / q 的均值是多少？(b) 先只看一个样本、一个输入：预测值可能取哪两个值，概率各是多少？",
        ),
        Text(
            "(a) Each output depends on its own input alone, with one slope: the same factor forwards and backwards. (b) The mean of δ/q is 1; its variance is that of a coin with probability q, divided by q².",
            "(a) 每个输出只依赖自己的输入，斜率只有一个：前向和反向是同一个因子。(b) δ/q 的均值是 1；它的方差是概率为 q 的硬币的方差，再除以 q²。",
        ),
        Text(
            "(b) The variance of δ/q is (1 − q)/q. Each term adds (1 − q)/q · (x_ij w_j)² to the squared error of example i; then the mean over the examples, and the half.",
            "(b) δ/q 的方差是 (1 − q)/q。每一项给第 i 个样本的平方误差加上 (1 − q)/q · (x_ij w_j)²；然后对样本求平均，再乘以二分之一。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("pictures that may be moved", "哪些图片可以动"),
    [
        Text(
            "(a) Number the pixels of a 3 × 4 picture and shift it by one row, by minus one column, by 5: where does each number go? (b) Turn the printed glyphs with your finger: what is the 6?",
            "(a) 给一张 3 × 4 的图片逐个像素编号，分别移动一行、负一列、5 格：每个编号去了哪里？(b) 用手指把打印出来的字形转一转：6 成了什么？",
        ),
        Text(
            "(a) Ask of each pixel of the result: from which row and column does it come, and does that lie inside? (b) Compare each changed glyph with all K glyphs. (c) Safe means: each digit is still itself, not just some digit.",
            "(a) 对结果的每个像素问：它来自哪一行、哪一列？那里在画面之内吗？(b) 把每个变换后的字形与全部 K 个字形相比。(c) “安全”是说每个数字仍是它自己，而不只是某个数字。",
        ),
        Text(
            "(a) Pixel (i, j) comes from (i − down, j − right); np.roll works if what came round is set to 0, and everything where the shift is as large as the picture. (b) (changed[:, None] == glyphs).all(axis=(2, 3)) is a (K, K) table; a row without True means -1.",
            "(a) 像素 (i, j) 来自 (i − down, j − right)；也可用 np.roll，但绕回来的要置 0，平移量不小于图片边长时全部置 0。(b) (changed[:, None] == glyphs).all(axis=(2, 3)) 是一张 (K, K) 的表；某一行没有 True，就是 -1。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("early stopping, mended", "修好早停"),
    [
        Text(
            "(a) For each of the three runs write down what should stand in its three columns at patience 2. Then go through the letters and ask what each would have done to these numbers.",
            "(a) 先写出 patience 为 2 时，三次训练在三列里各应是什么数；再逐个字母想：如果它成立，这些数会变成什么样？",
        ),
        Text(
            "(b) Which of his variables is a second name for the array that run_epoch goes on changing? And at which value of `waited` has patience run out?",
            "(b) 他的哪个变量只是另一个名字，指的还是 run_epoch 一直在改的那个数组？`waited` 数到几，耐心就用完了？",
        ),
        Text(
            "(b) best_w = w.copy(), both before the loop and at each new low; stop at waited >= patience. `nan < best_loss` is False, which is just what you need.",
            "(b) best_w = w.copy()，循环之前和每次出现新低时都要；waited >= patience 就停。`nan < best_loss` 为 False，正好合用。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("which strategy to ship", "上线哪一种策略"),
    [
        Text(
            "Look at one row of the table minus the baseline's: how much do these eight differences scatter, and how much do the accuracies themselves?",
            "把表中某一行减去基线那一行：这八个差的散布有多大？准确率本身的散布又有多大？",
        ),
        Text(
            "(a) Differences first, then everything along the seeds: mean, standard deviation with S − 1, divided by √S, times the quantile at 1 − (1 − c)/(2K). (b) The lower ends decide, and the costs come off.",
            "(a) 先求差，再沿种子的方向计算：均值，除以 S − 1 的标准差，除以 √S，乘以 1 − (1 − c)/(2K) 处的分位数。(b) 由下端来定，还要扣去花费。",
        ),
        Text(
            "(a) With differences = accuracies - baseline: error = differences.std(axis=1, ddof=1) / S**0.5; half = t_quantile(1 - (1 - confidence) / (2 * K), S - 1) * error. (b) NETS = low * DOLLARS_PER_POINT - COSTS.",
            "(a) 先令 differences = accuracies - baseline，于是 error = differences.std(axis=1, ddof=1) / S**0.5；half = t_quantile(1 - (1 - confidence) / (2 * K), S - 1) * error。(b) NETS = low * DOLLARS_PER_POINT - COSTS。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "bias-penalised",
        'Your biases pay, too. Only names that begin with "W" do: a bias doesn\'t make a function wild, it only lifts it.',
        '你让偏置也付了惩罚。只有以 "W" 开头的才付：偏置不会使函数变得剧烈，只是把它抬高或压低。',
    ),
    (
        "half-forgotten",
        "Your second term is twice as large as it should be: $\\lambda_2/2$ stands before the squares. What is the derivative of $w^2/2$?",
        "你的第二项是应有的两倍：平方前面的系数是 $\\lambda_2/2$。$w^2/2$ 的导数是什么？",
    ),
    (
        "gradient-halved",
        "Your slope from the second term is half of what it should be: the 2 that comes down from the square has to meet the ½.",
        "你的第二项斜率只有应有的一半：平方求导出来的 2，正好与 ½ 相遇。",
    ),
    (
        "root-of-the-squares",
        "You took the length of $w$, the root of the sum of squares. The penalty has the sum of squares itself.",
        "你取的是 $w$ 的长度，即平方和的平方根。惩罚里是平方和本身。",
    ),
    (
        "matrix-norm",
        "`np.linalg.norm(W, 1)` of a matrix is its largest column sum, and `norm(W, 2)` its largest singular value. Here all weights form one long vector.",
        "对矩阵而言，`np.linalg.norm(W, 1)` 是最大的列和，`norm(W, 2)` 是最大的奇异值。这里要把全部权重看作一个长向量。",
    ),
    (
        "mean-for-sum",
        "Your penalty is a mean over the weights. It should be the sum: a network with more weights pays more.",
        "你的惩罚对权重取了平均。应当求和：权重越多的网络付得越多。",
    ),
    (
        "one-layer-only",
        "Your penalty is that of one layer alone. All weights of all layers pay.",
        "你的惩罚只算了某一层。各层的全部权重都要付。",
    ),
    (
        "lambdas-swapped",
        "$\\lambda_1$ and $\\lambda_2$ have changed places: $\\lambda_1$ belongs to the absolute values.",
        "$\\lambda_1$ 和 $\\lambda_2$ 对调了：$\\lambda_1$ 属于绝对值那一项。",
    ),
    (
        "sign-lost",
        "For negative weights your first term has the wrong sign: with $w<0$, does $|w|$ grow or fall as $w$ grows?",
        "权重为负时，你的第一项符号不对：$w<0$ 时，$w$ 变大，$|w|$ 是变大还是变小？",
    ),
    (
        "slope-grows-with-the-weight",
        "Your first term pulls harder at larger weights. The slope of $|w|$ has the same size everywhere; that is what makes L1 different.",
        "你的第一项对大的权重拉得更重。$|w|$ 的斜率处处一样大；L1 与众不同，正在于此。",
    ),
    (
        "pushed-off-zero",
        "Where a weight is exactly 0, your first term still pulls, or is nan. There it should be 0.",
        "权重恰好为 0 时，你的第一项仍在拉它，或者成了 nan。那里应当是 0。",
    ),
    (
        "never-zero",
        "Your minimum is never exactly 0: the term $\\lambda_1|w|$ is missing from it. What if the bowl's own slope at 0, $ha$, is weaker than $\\lambda_1$?",
        "你的最小值永远不会恰好为 0：其中没有 $\\lambda_1|w|$ 的作用。如果碗在 0 处的坡度 $ha$ 比 $\\lambda_1$ 还弱，会怎样？",
    ),
    (
        "past-zero",
        "Where a is small, your minimum has crossed to the other side of 0. On that side the penalty pulls the other way: where does w stop?",
        "a 很小时，你的最小值越过 0，跑到了另一侧。可在那一侧，惩罚是往回拉的：w 会停在哪里？",
    ),
    (
        "negative-side-lost",
        "Your formula is right for positive a. The problem is the same in a mirror: what belongs to −a?",
        "a 为正时你的公式是对的。问题左右对称：−a 对应的结果是什么？",
    ),
    (
        "curvature-ignored",
        "Your threshold is the same for all curvatures. The bowl pulls with $h|a|$ at 0: that is what $\\lambda_1$ has to beat.",
        "你的门槛与曲率无关。碗在 0 处的拉力是 $h|a|$：$\\lambda_1$ 要胜过的是它。",
    ),
    (
        "kept-whole",
        "What survives the threshold is not left whole: it also loses $\\lambda_1/(h+\\lambda_2)$.",
        "过了门槛的并不会原样留下：它还要减去 $\\lambda_1/(h+\\lambda_2)$。",
    ),
    # q2
    (
        "decay-forgotten",
        "Your step doesn't depend on `lam`.",
        "你的步子与 `lam` 无关。",
    ),
    (
        "penalty-outside",
        "With `decoupled=False` you take AdamW's step. Here λw belongs to the gradient: it goes into both means and is divided by the root like everything else.",
        "`decoupled=False` 时，你走的却是 AdamW 的步子。这里 λw 属于梯度：它进入两个平均，与其余部分一起除以平方根。",
    ),
    (
        "penalty-in-one-mean",
        "λw went into one of the two means only. $g'$ stands in both.",
        "λw 只进入了两个平均中的一个。两个里都是 $g'$。",
    ),
    (
        "twice-the-penalty",
        "λw counts twice with you. What is the gradient of $\\frac{\\lambda}{2}\\lVert w\\rVert^2$?",
        "λw 被你算了两次。$\\frac{\\lambda}{2}\\lVert w\\rVert^2$ 的梯度是什么？",
    ),
    (
        "rate-in-the-gradient",
        "You add αλw to the gradient. The rate comes in only with the step.",
        "你加到梯度上的是 αλw。学习率到走步时才出现。",
    ),
    (
        "penalty-through-the-root",
        "With `decoupled=True` your decay still goes through the means and is divided by √v, so that weights with large gradients hardly decay: that is Adam + L2, not AdamW.",
        "`decoupled=True` 时，你的衰减仍然经过滑动平均，还除以了 √v，于是梯度大的权重几乎不衰减：这是 Adam + L2，不是 AdamW。",
    ),
    (
        "decay-without-rate",
        "Your decay is not multiplied by α: w loses λw in a step. With λ = 0.01 hardly anything would be left of it after a few hundred steps.",
        "你的衰减没有乘 α：w 每一步失去 λw。取 λ = 0.01，几百步之后它就所剩无几了。",
    ),
    (
        "decay-of-the-new-weight",
        "You let the weight decay after the step, the new w instead of the old one. Both parts of the step are taken from where w was before.",
        "你在走完一步之后才衰减，用的是新的 w。步子的两部分都要从旧的 w 出发来算。",
    ),
    (
        "decay-grows",
        "Your weights grow by αλw instead of shrinking.",
        "你的权重不是缩小，而是增大了 αλw。",
    ),
    (
        "decay-in-the-means",
        "With `decoupled=True` your w is right, but λw has got into the m and v that you return: later steps would carry it on.",
        "`decoupled=True` 时你的 w 是对的，但返回的 m 和 v 里混进了 λw：以后的步子会一直带着它。",
    ),
    (
        "hats-returned",
        "You return the corrected means. The next step needs m and v as they are; the correction is made anew each time.",
        "你返回的是修正过的平均。下一步需要的是未经修正的 m 和 v；修正每次都要重新做。",
    ),
    (
        "old-means-returned",
        "You return m and v as they came in. The next step needs those that this one has made.",
        "你把传进来的 m 和 v 原样返回了。下一步需要的是这一步更新过的。",
    ),
    (
        "no-correction",
        "The two corrections $1-\\beta^t$ are missing, or one of them.",
        "缺了两个修正因子 $1-\\beta^t$，或者缺了其中一个。",
    ),
    (
        "t-off-by-one",
        "Your corrections belong to the step before or after: t is the number of this step, 1 in the first.",
        "你的修正用的是前一步或后一步的 t：t 就是这一步的编号，第一步为 1。",
    ),
    (
        "epsilon-inside-the-root",
        "With a tiny ε you are right, with a large one not: yours stands under the root.",
        "ε 很小时你是对的，大了就不对：你把它放进了根号。",
    ),
    (
        "state-survives-the-call",
        "Called twice with the same input, your function gives two results: something it remembers outlives the call. All state comes in by the arguments and goes out by the return.",
        "用同样的输入调用两次，你的函数给出两个结果：它记住的东西在调用结束后还留着。状态都由参数传入，由返回值传出。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed. `m *= …` and `w[:] = …` write into the caller's array; `m = m * …` makes a new one.",
        "结果是对的，但调用之后，传给函数的数组被改动了。`m *= …` 和 `w[:] = …` 会写进调用者的数组；`m = m * …` 则得到一个新数组。",
    ),
    (
        "straight-decay",
        "You take the same amount off in each step. It is the same share: after each step less is left to lose.",
        "你每一步减去的量都相同。相同的是比例：每走一步，剩下可减的就更少。",
    ),
    (
        "rounded-down",
        "After that many steps the weight is still a little above the half, or already well below: n need not come out whole, so which way do you round?",
        "走这么多步之后，权重还略高于一半，或者早已低于一半：n 不一定是整数，应往哪边取整？",
    ),
    (
        "smooth-decay",
        "That is the half-life of a decay that goes on all the time, $e^{-\\alpha\\lambda n}$. Yours goes in steps: what is w multiplied by in each?",
        "这是连续衰减 $e^{-\\alpha\\lambda n}$ 的半衰期。这里的衰减是一步一步的：每一步 w 乘以什么？",
    ),
    (
        "half-life-without-rate",
        "Your answer doesn't depend on `alpha`. What does AdamW multiply the decay by?",
        "你的答案与 `alpha` 无关。AdamW 给衰减乘了什么？",
    ),
    # q3
    (
        "not-scaled",
        "What is kept is not divided by q: on average the next layer receives less in training than in evaluation.",
        "保留下来的没有除以 q：平均来说，下一层在训练时收到的比评估时少。",
    ),
    (
        "scaled-down",
        "You multiply by q what should be divided by it: the mean falls twice, by the mask and by the factor.",
        "本该除以 q，你却乘了 q：均值降了两次，一次因为掩码，一次因为系数。",
    ),
    (
        "keep-and-drop-swapped",
        "Keeping and dropping have changed places: a mask of 1 keeps, and q is the probability to keep, not to drop.",
        "保留和丢弃弄反了：掩码为 1 是保留，q 是保留的概率，不是丢弃的概率。",
    ),
    (
        "scaled-at-evaluation",
        "In evaluation you multiply or divide by q. Inverted dropout has paid for that in training; now nothing is left to do.",
        "评估时你还乘了或除了 q。inverted dropout 在训练时已经补偿过了，这时什么也不用做。",
    ),
    (
        "drops-at-evaluation",
        "In evaluation you still drop. The product would answer the same review now so, now otherwise.",
        "评估时你仍在丢弃。这样一来，产品对同一条评论的回答会忽此忽彼。",
    ),
    (
        "never-drops",
        "In training you let everything pass.",
        "训练时你让一切都原样通过了。",
    ),
    (
        "backward-without-mask",
        "A unit that was dropped receives a gradient from you. The output didn't depend on it: what is its slope?",
        "被丢弃的单元从你这里得到了梯度。输出与它无关：它的斜率是多少？",
    ),
    (
        "backward-without-scale",
        "Your gradient lacks the 1/q. Forwards each kept unit was multiplied by it; what does that make of its slope?",
        "你的梯度少了 1/q。前向时每个保留的单元都乘了它；斜率会因此怎样？",
    ),
    (
        "mean-mask-for-the-mask",
        "You pass the gradient on as on average over masks. The way back belongs to this forward pass, with its own mask.",
        "你按掩码的平均来传梯度。反向传播属于这一次前向传播，要用它自己的掩码。",
    ),
    (
        "loss-of-the-mean",
        "That is the loss of the mean prediction, without dropout. The predictions scatter, and the square sees it.",
        "这是平均预测的损失，也就是不做 dropout 时的损失。预测值是散开的，平方感觉得到。",
    ),
    (
        "variance-of-the-coin",
        "You took the variance of δ, $q(1-q)$. What is multiplied is δ/q: by how much does its variance grow?",
        "你用的是 δ 的方差 $q(1-q)$。实际相乘的是 δ/q：方差会变为多少倍？",
    ),
    (
        "penalty-not-halved",
        "The half before the loss belongs to both parts, the squared error and the variance.",
        "损失前面的二分之一同时属于两部分：平方误差和方差。",
    ),
    (
        "odds-upside-down",
        "The factor stands on its head: with q near 1 hardly anything is dropped, and the penalty must vanish.",
        "系数颠倒了：q 接近 1 时几乎什么也不丢弃，惩罚应当趋于零。",
    ),
    (
        "inputs-forgotten",
        "Your penalty knows the weights only. Dropping $x_{ij}$ costs $x_{ij}w_j$: a weight on a large input pays more.",
        "你的惩罚只看权重。丢掉 $x_{ij}$，失去的是 $x_{ij}w_j$：输入越大，其权重付得越多。",
    ),
    (
        "one-coin-an-example",
        "You squared the sum over j. That is the variance if all inputs of an example share one mask; here each has its own, and variances add up.",
        "你对 j 求和之后才平方。那是一个样本的全部输入共用一个掩码时的方差；这里各有各的掩码，应当是方差相加。",
    ),
    (
        "sum-for-mean",
        "Your result grows with the number of examples: the 1/n belongs to both parts.",
        "你的结果随样本数增大：1/n 同时属于两部分。",
    ),
    # q4
    (
        "wraps-around",
        "What leaves the frame on one side comes back in on the other: `np.roll` goes round. Zeros should come in.",
        "从一侧移出画面的，又从另一侧回来了：`np.roll` 是绕圈的。移进来的应是 0。",
    ),
    (
        "other-way",
        "Your pictures go up where they should go down, or left where they should go right.",
        "该向下的你向上移了，或者该向右的你向左移了。",
    ),
    (
        "axes-swapped",
        "`down` moves your pictures sideways. Which axis of (B, H, W) counts rows?",
        "`down` 使你的图片横着移动了。(B, H, W) 的哪个轴是行？",
    ),
    (
        "one-shift-for-all",
        "All your pictures are shifted alike. Each has a shift of its own.",
        "你的各张图片平移得一样。每张应有自己的平移量。",
    ),
    (
        "edge-drawn-out",
        "You fill in with the pixels of the edge. What comes in should be 0.",
        "你用边缘的像素来填补。移进来的应是 0。",
    ),
    (
        "size-changed",
        "Your pictures have changed their size: what leaves the frame is lost, what is free becomes 0, height and width stay.",
        "你的图片变了大小：移出画面的丢掉，空出来的补 0，高和宽保持不变。",
    ),
    (
        "labels-kept",
        "You give every glyph its old label. Compare the pictures: what has the 6 become after a half turn?",
        "你让每个字形都沿用原来的标签。把图片比一比：转半圈之后，6 变成了什么？",
    ),
    (
        "only-itself",
        "You only ask whether a glyph is still itself. It may have become another one, with another label.",
        "你只问字形是否仍是自己。它也可能变成另一个字形，换了标签。",
    ),
    (
        "nothing-becomes-zero",
        "A glyph that has become none of the others gets the label 0 from you. `argmax` of a row without a True is 0, too.",
        "有的字形变得不再是任何一个，你却给了它标签 0。一行里没有 True 时，`argmax` 也返回 0。",
    ),
    (
        "nearest-glyph",
        "You give each the glyph that it resembles most. A picture that is no digit has no label: -1.",
        "你给每个图片配上了最相像的字形。不再是数字的图片没有标签，应为 -1。",
    ),
    (
        "one-transform",
        "Your result is the same, whichever transform is named.",
        "不论给出哪种变换的名称，你的结果都一样。",
    ),
    (
        "readable-is-not-right",
        "Each of these digits is still a digit when mirrored, but not the same one: a mirrored 2 would go into the training set with the label 2, and it is a 5.",
        "这些数字镜像之后仍然都是数字，却不是原来那个：镜像的 2 会带着标签 2 进入训练集，而它已经是 5。",
    ),
    (
        "too-careful",
        "Turn the digits of the scoreboard by half: each is itself again. With them, this transform costs nothing.",
        "把记分牌上的数字转半圈：每个都还是自己。对它们来说，这种变换没有害处。",
    ),
    # q5
    (
        "not-the-training-loss",
        "A is not true: the training losses of the replay fall to the end, and still the loop stops.",
        "A 不对：重放中的训练损失一直在降，循环却停了。",
    ),
    (
        "counter-is-reset",
        'D is not true: in "two valleys" epoch 3 brought no new low, and yet there were three more after epoch 4. The counter began anew.',
        "D 不对：在 “two valleys” 里，第 3 轮没有新低，可第 4 轮之后还走了三轮。计数是重新开始的。",
    ),
    (
        "best-is-compared",
        'E is not true: in "down after a jump" epochs 3 and 4 are better than those before them, and the loop named epoch 1 all the same.',
        "E 不对：在 “down after a jump” 里，第 3、4 轮都比前一轮好，循环报出的仍是第 1 轮。",
    ),
    (
        "one-epoch-too-many",
        "Your loop pays for one epoch too many. With patience 2: which is the second epoch in a row without a new low, and what happens right after it?",
        "你的循环多走了一轮。patience 为 2 时，连续第二个没有新低的是哪一轮？它之后应当怎样？",
    ),
    (
        "one-epoch-too-few",
        "Your loop stops one epoch too early: patience 2 means that two epochs without a new low are paid for.",
        "你的循环早停了一轮：patience 为 2，意思是要走满两轮没有新低的。",
    ),
    (
        "last-weights",
        "The epoch is right, but the weights are those of the last epoch. Either you return `w`, or `best_w` is a second name for the same array, which run_epoch goes on changing.",
        "轮数对了，权重却是最后一轮的。要么你返回了 `w`，要么 `best_w` 只是同一个数组的另一个名字，而 run_epoch 一直在改这个数组。",
    ),
    (
        "training-loss-watched",
        "You watch the training loss. It goes on falling while the model learns by heart.",
        "你盯着的是训练损失。模型死记硬背的时候，它照样一直在降。",
    ),
    (
        "previous-not-best",
        "You compare with the epoch before. After one bad epoch a merely less bad one then counts as progress.",
        "你是与前一轮相比。这样，一轮很差之后，稍好一点的也算进步。",
    ),
    (
        "waits-in-total",
        "You count all epochs without a new low. Patience means: in a row. A new low starts the count anew.",
        "你数的是总共有多少轮没有新低。patience 指的是连续几轮；出现新低，就要重新数起。",
    ),
    (
        "tie-counts",
        "An epoch that only equals the best counts as a new low with you.",
        "在你这里，与最好的持平也算新低。",
    ),
    (
        "epochs-from-zero",
        "Your epochs count from 0. The first one is epoch 1; 0 means the start.",
        "你的轮数从 0 数起。第一轮是 1；0 表示起点。",
    ),
    (
        "never-stops",
        "Your loop runs to the end, whatever the validation loss does.",
        "不论验证损失怎样，你的循环都走到了底。",
    ),
    (
        "beyond-the-end",
        "Your loop goes on after max_epochs.",
        "过了 max_epochs，你的循环还在继续。",
    ),
    (
        "always-from-the-start",
        "Each epoch should go on from where the one before has led. You hand run_epoch a fresh array each time, or old weights, and its training is lost.",
        "每一轮都应从上一轮到达的地方继续。你每次交给 run_epoch 的是新的副本或旧的权重，训练的结果就丢了。",
    ),
    (
        "nan-is-the-best",
        "A diverged epoch, with the loss nan, has become your best, or reset the count. Comparisons with nan are False, both < and >=.",
        "发散的那一轮损失是 nan，却成了你的最好一轮，或者使计数重新开始。与 nan 比较，< 和 >= 都得 False。",
    ),
    # q6
    (
        "other-way-round",
        "Your differences are baseline minus strategy: a gain comes out negative.",
        "你的差是基线减策略：有提高的反而成了负数。",
    ),
    (
        "seeds-not-paired",
        "You add the variances of strategy and baseline as if they had nothing to do with each other. The seed moves both alike; in the difference its part cancels.",
        "你把策略和基线的方差相加，好像两者毫不相干。种子对两者的影响相同，相减时会抵消。",
    ),
    (
        "spread-of-the-strategy",
        "You took the scatter of the strategy's own accuracies. What is uncertain is the difference, seed by seed.",
        "你用的是策略自己的准确率的散布。不确定的是逐个种子的差。",
    ),
    (
        "spread-not-error",
        "You used the standard deviation of single differences. The mean of S of them is surer: by which factor?",
        "你用的是单个差的标准差。S 个差的平均要准得多：准多少倍？",
    ),
    (
        "divided-by-S",
        "Your standard deviation divides by S. The mean was taken from the same data: S − 1 (`ddof=1`; it is NumPy's default to divide by S).",
        "你的标准差除以了 S。均值也是从同样的数据算出的，所以要除以 S − 1（`ddof=1`；NumPy 默认除以 S）。",
    ),
    (
        "confidence-not-shared",
        "Each of your intervals holds with this confidence alone. All K together then hold with less: divide 1 − c by K.",
        "你的每个区间单独有这样的置信度，K 个合在一起就没有了：要把 1 − c 除以 K。",
    ),
    (
        "one-sided",
        "You spend the whole error on one side. The interval has two ends: half of it for each.",
        "你把允许出错的份额全用在了一侧。区间有两端，各用一半。",
    ),
    (
        "normal-for-t",
        "You took a quantile of the normal distribution. With few seeds the standard error is itself a guess: Student's t with S − 1 degrees of freedom.",
        "你用的是正态分布的分位数。种子很少时，标准误本身也只是估计：应使用自由度为 S − 1 的 t 分布。",
    ),
    (
        "degrees-of-freedom",
        "Your quantile belongs to other degrees of freedom. How many differences are there, and how many means were taken from them?",
        "你的分位数用错了自由度。共有几个差？从中求了几个均值？",
    ),
    (
        "means-or-single-intervals",
        "Dropout has the highest mean gain, and its interval would do if it were the only one. It scatters most; with five intervals at once its lower end brings less than another's.",
        "dropout 的平均提高最大，如果只有它一个区间，下端也还可以。但它散布最大；五个区间同时要成立时，按下端算，它的收益不如另一种。",
    ),
    (
        "gain-without-costs",
        "Five models voting have the highest lower end. And they cost five times the computing, every day: what is left?",
        "五个模型投票，下端最高；可是每天要花五倍的计算。扣掉花费还剩多少？",
    ),
    (
        "cheapest-or-surest",
        "This strategy is cheap, or its gain is the surest. Surer is not larger: multiply its lower end by what a point is worth.",
        "这种策略最便宜，或者它的提高最稳。稳不等于大：把它的区间下端乘以每个百分点的价值看看。",
    ),
    (
        "too-timid",
        "You stay with the baseline, but there are lower ends well above 0 that pay for their costs. Did you compare seed by seed?",
        "你选择维持基线，可是有的区间下端远高于 0，足以抵过花费。你是逐个种子比较的吗？",
    ),
    (
        "net-of-the-mean",
        "You count on the mean gain. The company counts on the lower end.",
        "你按平均提高来算。公司按区间下端来算。",
    ),
    (
        "net-of-one-interval",
        "You count on the lower end of a single interval. All five are to hold at once.",
        "你按单个区间的下端来算。要求五个区间同时成立。",
    ),
    (
        "costs-forgotten",
        "That is what the gain is worth. The yearly cost still comes off.",
        "这是提高的价值，还要减去每年的花费。",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1")
def all_weights_pay_and_no_bias(answer, rng):
    """en: The penalty adds up over the weights of all layers; biases pay nothing.
    zh: 惩罚对各层的全部权重求和；偏置不付。"""
    params, lambda1, lambda2 = _draw_params(rng)
    value, _ = _penalty_and_gradients(answer, params, lambda1, lambda2)
    weights = [p for name, p in params.items() if name.startswith("W")]

    def pay(arrays, first=lambda p: np.abs(p).sum(), second=lambda p: (p**2).sum() / 2):
        return sum(lambda1 * first(p) + lambda2 * second(p) for p in arrays)

    flat = np.concatenate([p.ravel() for p in weights])
    wrong = {
        "bias-penalised": pay(params.values()),
        "half-forgotten": pay(weights, second=lambda p: (p**2).sum()),
        "lambdas-swapped": lambda2 * np.abs(flat).sum() + lambda1 * (flat**2).sum() / 2,
    }
    named = {
        "root-of-the-squares": [
            pay(arrays, second=length)
            for arrays in ([flat], weights)
            for length in (np.linalg.norm, lambda p: np.linalg.norm(p) / 2)
        ],
        "mean-for-sum": [
            pay([flat]) / flat.size,
            pay(weights, lambda p: np.abs(p).mean(), lambda p: (p**2).mean() / 2),
            pay([flat]) / len(weights),
        ],
        "matrix-norm": [
            pay(weights, lambda p: np.linalg.norm(p, 1), second)
            for second in (
                lambda p: (p**2).sum() / 2,
                lambda p: np.linalg.norm(p, 2) ** 2 / 2,
                lambda p: np.linalg.norm(p) ** 2 / 2,
            )
        ],
        "one-layer-only": [pay([p]) for p in weights],
    }
    _name_any(value, pay(weights), named)
    _diagnose(value, pay(weights), wrong, "penalty")


@EXERCISE.check("q1")
def each_weight_pulls_at_itself(answer, rng):
    """en: The gradient has the shape of each parameter: signs and weights, 0 for biases, and 0 from the first term at 0.
    zh: 梯度与各参数形状相同：由符号和权重组成；偏置处为 0，权重为 0 处第一项为 0。"""
    params, lambda1, lambda2 = _draw_params(rng)
    _, gradients = _penalty_and_gradients(answer, params, lambda1, lambda2)
    _expect_gradients(gradients, params, lambda1, lambda2)


@EXERCISE.check("q1")
def the_minimum_is_pulled_to_zero(answer, rng):
    """en: Penalties pull the minimum towards 0, the first one exactly to it where it is stronger than the bowl.
    zh: 惩罚把最小值拉向 0；第一种惩罚强过碗的拉力时，正好拉到 0。"""
    d, lambda1, lambda2 = int(rng.integers(6, 12)), float(rng.uniform(0.8, 1.5)), float(rng.uniform(0.3, 1.5))
    h = rng.uniform(0.3, 3, d)
    a = (
        rng.choice([-1, 1], d)
        * lambda1
        / h
        * np.where(np.arange(d) % 2, rng.uniform(0.2, 0.8, d), rng.uniform(1.2, 4, d))
    )
    a[:4] = np.abs(a[:4]) * [1, 1, -1, -1]  # both signs, on both sides of the threshold
    value = answer.call("penalized_minimum", a, h, lambda1, lambda2)
    size = h * np.abs(a) - lambda1
    right = np.sign(a) * np.maximum(size, 0) / (h + lambda2)
    one_sided = np.maximum(h * a - lambda1, 0) / (h + lambda2)
    crossing = np.sign(a) * size / (h + lambda2)
    named = {
        "never-zero": [h * a / (h + lambda2), a],
        "past-zero": [crossing],
        "negative-side-lost": [one_sided, (h * a - lambda1) / (h + lambda2), np.maximum(size, 0) / (h + lambda2)],
        "curvature-ignored": [
            np.sign(a) * np.maximum(np.abs(a) - lambda1, 0) * factor
            for factor in (1, 1 / (1 + lambda2), h / (h + lambda2), 1 / (h + lambda2))
        ],
        "kept-whole": [np.where(size > 0, kept, 0) for kept in (a, h * a / (h + lambda2))],
    }
    _name_any(value, right, named)
    expect_close(value, right, RTOL, ATOL, "w")


@EXERCISE.check("q1", hidden=True)
def any_shape_and_any_penalty(answer, rng):
    """en: Weights of one and of four axes and biases of two, one penalty without the other, no weight at all; inputs stay as they were.
    zh: 一维、四维的权重，二维的偏置，只有一种惩罚，或者没有权重，都能算；传入的数组保持原样。"""
    params = {
        "b0": rng.normal(size=(1, 3)),
        "W9": rng.normal(size=4),
        "Wout": rng.normal(size=(2, 1, 3, 2)),
        "b_W9": rng.normal(size=2),
    }
    params["W9"][1] = 0
    for lambda1, lambda2 in ((0.0, float(rng.uniform(0.5, 2))), (float(rng.uniform(0.5, 2)), 0.0)):
        value, gradients = _penalty_and_gradients(answer, params, lambda1, lambda2)
        weights = np.concatenate([params["W9"], params["Wout"].ravel()])
        expect_close(value, lambda1 * np.abs(weights).sum() + lambda2 / 2 * (weights**2).sum(), RTOL, ATOL, "penalty")
        _expect_gradients(gradients, params, lambda1, lambda2)
    expect_close(
        _penalty_and_gradients(answer, {"b": params["b0"]}, 1.0, 1.0)[0], 0.0, RTOL, ATOL, "penalty of a bias alone"
    )
    after = answer.call(drivers.call_and_keep_inputs, Learner("elastic_penalty"), params, 0.5, 0.5)["inputs"][0]
    if after.keys() != params.keys() or not all(np.array_equal(after[name], params[name]) for name in params):
        raise Misconception("changes-its-inputs")
    a, h = rng.normal(size=5), rng.uniform(0.5, 2, 5)
    a[1] = 0
    _expect_inputs_unchanged(answer, h * a / (h + 1), "penalized_minimum", a, h, 0.0, 1.0)


@EXERCISE.check("q2")
def l2_goes_through_both_means(answer, rng):
    """en: Adam + L2: the penalty is part of the gradient, in both means and in the step.
    zh: Adam + L2：惩罚是梯度的一部分，进入两个平均，也进入步子。"""
    state = _draw_state(rng)
    right, recipes = _adam(**state, decoupled=False), {}
    value = _three_arrays(_call_twice(answer, "adam_step", *state.values(), False, *_BETAS), right)
    recipes["penalty-outside"] = [_adam(**state, decoupled=True)]
    recipes["decay-forgotten"] = [_adam(**state | {"lam": 0}, decoupled=False)]
    recipes["penalty-in-one-mean"] = [_adam(**state, decoupled=False, means=means) for means in ("m", "v")]
    recipes["twice-the-penalty"] = [_adam(**state | {"lam": 2 * state["lam"]}, decoupled=False)]
    recipes["rate-in-the-gradient"] = [_adam(**state | {"lam": state["alpha"] * state["lam"]}, decoupled=False)]
    _diagnose_step(value, right, recipes, state, decoupled=False)


@EXERCISE.check("q2")
def adamw_decays_beside_the_means(answer, rng):
    """en: AdamW: the means know nothing of the penalty; the old w loses αλw beside the step.
    zh: AdamW：滑动平均里没有惩罚；在步子之外，旧的 w 另失去 αλw。"""
    state = _draw_state(rng)
    w, alpha, lam = (state[name] for name in ("w", "alpha", "lam"))
    right = _adam(**state, decoupled=True)
    value = _three_arrays(_call_twice(answer, "adam_step", *state.values(), True, *_BETAS), right)
    step = w * (1 - alpha * lam) - right[0]  # α u
    recipes = {
        "penalty-through-the-root": [_adam(**state, decoupled=False)],
        "decay-without-rate": [(w * (1 - lam) - step, *right[1:])],
        "decay-of-the-new-weight": [
            ((w - step) * (1 - alpha * lam), *right[1:]),
            ((w - step) / (1 + alpha * lam), *right[1:]),
        ],
        "decay-grows": [(w * (1 + alpha * lam) - step, *right[1:])],
        "decay-forgotten": [(w - step, *right[1:])],
    }
    with_penalty = _adam(**state, decoupled=False)
    if _same(value[0], right[0]) and any(_same(a, b) for a, b in zip(value[1:], with_penalty[1:], strict=True)):
        raise Misconception("decay-in-the-means")
    _diagnose_step(value, right, recipes, state, decoupled=True)


@EXERCISE.check("q2")
def a_weight_halves_step_by_step(answer, rng):
    """en: The number of steps after which an unused weight is at most half of what it was.
    zh: 一个用不着的权重，走多少步之后至多剩下一半。"""
    seen = []
    for span in ((0.02, 0.03), (0.06, 0.09), (0.15, 0.2), (0.22, 0.28)):
        for telling in (True, False):
            alpha, product = float(rng.uniform(0.3, 0.9)), float(rng.uniform(*span))
            while telling == (np.ceil(np.log(2) / product) == np.ceil(np.log(0.5) / np.log(1 - product))):
                product = float(rng.uniform(*span))  # until a smooth decay takes another number of steps, or the same
            seen.append((_number(answer.call("steps_to_halve", alpha, product / alpha), "steps"), alpha, product))
    value, alpha, x = np.array(seen).T
    exact = np.log(0.5) / np.log(1 - x)
    right = np.ceil(exact)
    named = {
        "rounded-down": [np.floor(exact), np.round(exact), exact, right + 1],
        "smooth-decay": [np.log(2) / x, np.ceil(np.log(2) / x), np.round(np.log(2) / x)],
        "straight-decay": [0.5 / x, np.ceil(0.5 / x)],
    }
    with np.errstate(all="ignore"):
        without = np.log(0.5) / np.log(1 - x / alpha)
        named["half-life-without-rate"] = [np.ceil(without), np.ceil(np.log(2) * alpha / x)]
    _name_any(value, right, named)
    for came, should in zip(value, right, strict=True):
        expect_close(came, should, 0, 1e-3, "steps")
    few = _number(answer.call("steps_to_halve", 0.9, 0.8), "steps")  # 0.28 of it are left after one step
    expect_close(few, 1, 0, 1e-3, "steps")


@EXERCISE.check("q2", hidden=True)
def first_steps_large_epsilon_and_inputs(answer, rng):
    """en: The first step, a large ε, the default settings and a matrix of weights work too; inputs stay as they were.
    zh: 第一步、较大的 ε、默认设置和矩阵形状的权重都能算；传入的数组保持原样。"""
    for decoupled in (True, False):
        state = _draw_state(rng, shape=(3, 4))
        epsilon = float(rng.uniform(0.3, 0.9))
        right = _adam(**state, decoupled=decoupled, epsilon=epsilon)
        value = _three_arrays(answer.call("adam_step", *state.values(), decoupled, *_BETAS, epsilon), right)
        if _same(value[0], _adam(**state, decoupled=decoupled, epsilon=epsilon, inside=True)[0]):
            raise Misconception("epsilon-inside-the-root")
        _expect_step(value, right)
        state |= {"m": np.zeros((3, 4)), "v": np.zeros((3, 4)), "t": 1}
        state["w"][0, 0], state["g"][0, 0] = 0, 3e-8  # of the size of the default ε
        right = _adam(**state, decoupled=decoupled, betas=(0.9, 0.999))
        after = answer.call(drivers.call_and_keep_inputs, Learner("adam_step"), *state.values(), decoupled)
        _expect_step(_three_arrays(after["result"], right), right)
        _expect_same_inputs(after["inputs"], (*state.values(), decoupled))


@EXERCISE.check("q3")
def training_keeps_the_mean_and_evaluation_everything(answer, rng):
    """en: In training what is kept is scaled so that the mean stays; in evaluation everything passes as it is.
    zh: 训练时，保留下来的经过缩放，均值不变；评估时，一切原样通过。"""
    X, mask, q = _draw_masked(rng)
    named = {
        "not-scaled": [X * mask],
        "scaled-down": [X * mask * q],
        "keep-and-drop-swapped": [
            X * (1 - mask) / q,
            X * mask / (1 - q),
            X * (1 - mask) / (1 - q),
            X * (1 - mask),
            X * (1 - mask) * q,
        ],
        "never-drops": [X, X / q],
    }
    value = answer.call("dropout", X, mask, q, True)
    _name_any(value, X * mask / q, named)
    expect_close(value, X * mask / q, RTOL, ATOL, "output in training")
    value = answer.call("dropout", X, mask, q, False)
    dropped = [X * mask / q, X * mask, X * mask * q]
    _name_any(
        value, X, {"drops-at-evaluation": dropped, "scaled-at-evaluation": [X * q, X / q, X * (1 - q), X / (1 - q)]}
    )
    expect_close(value, X, RTOL, ATOL, "output in evaluation")


@EXERCISE.check("q3")
def the_way_back_has_the_same_slopes(answer, rng):
    """en: The gradient goes back by the mask and the scale of its own forward pass; in evaluation as it is.
    zh: 梯度按那一次前向传播的掩码和缩放往回走；评估时原样通过。"""
    G, mask, q = _draw_masked(rng)
    value = answer.call("dropout_backward", G, mask, q, True)
    named = {
        "backward-without-mask": [G / q],
        "backward-without-scale": [G * mask, G * mask * q],
        "mean-mask-for-the-mask": [G, G * q],
        "keep-and-drop-swapped": [G * (1 - mask) / q, G * mask / (1 - q), G * (1 - mask) / (1 - q), G * (1 - mask)],
    }
    _name_any(value, G * mask / q, named)
    expect_close(value, G * mask / q, RTOL, ATOL, "gradient in training")
    value = answer.call("dropout_backward", G, mask, q, False)
    named = {"drops-at-evaluation": [G * mask / q, G * mask, G * mask * q], "scaled-at-evaluation": [G * q, G / q]}
    _name_any(value, G, named)
    expect_close(value, G, RTOL, ATOL, "gradient in evaluation")


@EXERCISE.check("q3")
def dropout_is_a_penalty(answer, rng):
    """en: The mean loss over all masks is the loss without dropout and a penalty on weights, measured by their inputs.
    zh: 对所有掩码取平均的损失，等于不做 dropout 的损失加上一项对权重的惩罚，其强度由输入决定。"""
    for _ in range(2):
        n, d = int(rng.integers(3, 7)), int(rng.integers(2, 6))
        X, y, w, q = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), float(rng.uniform(0.55, 0.9))
        value = _number(answer.call("expected_loss", X, y, w, q), "loss")
        base, variance, odds = np.mean((X @ w - y) ** 2) / 2, ((X * w) ** 2).sum() / (2 * n), (1 - q) / q
        named = {
            "loss-of-the-mean": [base],
            "variance-of-the-coin": [
                base + q * (1 - q) * variance,
                base + (1 - q) * variance,
                base + odds / q * variance,
            ],
            "penalty-not-halved": [base + 2 * odds * variance, 2 * (base + odds * variance)],
            "odds-upside-down": [base + variance / odds],
            "inputs-forgotten": [base + odds * (w**2).sum() * factor for factor in (1, 0.5, 1 / n, 0.5 / n)],
            "one-coin-an-example": [base + odds * np.mean((X @ w) ** 2) / 2],
            "sum-for-mean": [n * (base + odds * variance), base + n * odds * variance, n * base + odds * variance],
        }
        _name_any(value, base + odds * variance, named)
        expect_close(value, base + odds * variance, RTOL, ATOL, "loss")


@EXERCISE.check("q3", hidden=True)
def other_shapes_and_nothing_dropped(answer, rng):
    """en: Images and single rows, q = 1 and a small q work too; inputs stay as they were.
    zh: 图像、单行，以及 q = 1 或很小的 q 都能算；传入的数组保持原样。"""
    X, q = rng.normal(size=(2, 3, 4, 2)), float(rng.uniform(0.1, 0.3))
    mask = (rng.random(X.shape) < q).astype(int)
    for name in ("dropout", "dropout_backward"):
        _expect_inputs_unchanged(answer, X * mask / q, name, X, mask, q, True)
        _expect_inputs_unchanged(answer, X, name, X, mask, q, False)
        expect_close(
            answer.call(name, X[0, 0], np.ones((4, 2), dtype=int), 1.0, True), X[0, 0], RTOL, ATOL, f"{name} with q = 1"
        )
    rows, y, w = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    right = np.mean((rows @ w - y) ** 2 + (1 - q) / q * ((rows * w) ** 2).sum(axis=1)) / 2
    _expect_inputs_unchanged(answer, right, "expected_loss", rows, y, w, q)
    expect_close(
        answer.call("expected_loss", rows, y, w, 1.0), np.mean((rows @ w - y) ** 2) / 2, RTOL, ATOL, "loss with q = 1"
    )


@EXERCISE.check("q4")
def pictures_move_and_zeros_come_in(answer, rng):
    """en: Each picture moves by its own offsets, down and to the right; zeros come in, nothing comes round.
    zh: 每张图片按自己的偏移量向下、向右移动；移进来的是 0，没有绕回来的。"""
    images = _draw_images(rng, square=True)
    B, H, W = images.shape
    down, right_by = _draw_offsets(rng, B, H), np.roll(_draw_offsets(rng, B, W), 2)
    value = answer.call("shift_images", images, down, right_by)
    right = _shift(images, down, right_by)
    if value is not None and as_array(value, "images").shape != images.shape:
        raise Misconception("size-changed")
    edge = _shift(images, down, right_by, fill="edge")
    named = {
        "wraps-around": [_shift(images, a * down, b * right_by, fill="wrap") for a in (1, -1) for b in (1, -1)],
        "axes-swapped": [_shift(images, right_by, down), _shift(images, right_by, down, fill="wrap")],
        "other-way": [_shift(images, a * down, b * right_by) for a, b in ((-1, 1), (1, -1), (-1, -1))],
        "one-shift-for-all": [_shift(images, np.full(B, down[k]), np.full(B, right_by[k])) for k in (0, -1)],
        "edge-drawn-out": [edge],
    }
    _name_any(value, right, named)
    expect_close(value, right, RTOL, ATOL, "images")


@EXERCISE.check("q4")
def labels_follow_the_pictures(answer, rng):
    """en: Each transformed glyph gets the number of the glyph that it has become, or -1.
    zh: 每个变换后的字形得到它所变成的字形的编号；什么也不是的得到 -1。"""
    for name in _TRANSFORMS:
        glyphs, right = _draw_glyphs(rng, name)
        value = answer.call("labels_after", glyphs, name)
        K = len(glyphs)
        none, itself = right < 0, right == np.arange(K)
        changed = _TRANSFORMS[name](glyphs)
        distance = (changed[:, None] != glyphs).sum(axis=(2, 3))
        named = {
            "labels-kept": [np.arange(K)],
            "only-itself": [np.where(itself, right, -1)],
            "nothing-becomes-zero": [np.where(none, 0, right)],
            "nearest-glyph": [distance.argmin(axis=1)],
            "one-transform": [_labels(glyphs, other(glyphs)) for other in _TRANSFORMS.values()],
        }
        _name_any(value, right, named)
        expect_close(value, right, 0, 1e-9, "labels")


@EXERCISE.check("q4")
def safe_is_what_keeps_each_digit(answer, rng):
    """en: SAFE holds those transforms under which each digit of the scoreboard is still itself.
    zh: SAFE 里是那些使记分牌上每个数字仍是自己的变换。"""
    names = answer.get("SAFE")
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name in _TRANSFORMS for name in names):
        raise Wrong(_NO_NAMES)
    if any(name.startswith("mirror") for name in names):
        raise Misconception("readable-is-not-right")
    if not names:
        raise Misconception("too-careful")


@EXERCISE.check("q4", hidden=True)
def far_shifts_and_narrow_pictures(answer, rng):
    """en: Shifts as large as the picture and larger leave zeros; narrow pictures, a batch of one and no shift work; inputs stay as they were.
    zh: 平移量等于或超过图片边长时全部为 0；窄图、单张图、不平移都能算；传入的数组保持原样。"""
    images = _draw_images(rng, square=False)
    B, H, W = images.shape
    for _ in range(3):
        down, right_by = rng.integers(-H - 2, H + 3, B), rng.integers(-W - 2, W + 3, B)
        down[:6], right_by[:6] = (H, -H, 0, 0, H + 1, -1), (0, 0, W, -W, 1, -W - 1)
        _expect_inputs_unchanged(answer, _shift(images, down, right_by), "shift_images", images, down, right_by)
    one = rng.uniform(1, 9, (1, 1, 4))
    for down, right_by in ((0, 0), (0, 3), (1, 0), (0, -1), (-7, 2), (0, 11)):
        down, right_by = np.array([down]), np.array([right_by])
        expect_close(
            answer.call("shift_images", one, down, right_by), _shift(one, down, right_by), RTOL, ATOL, "images"
        )
    glyphs, right = _draw_glyphs(rng, "half turn")
    _expect_inputs_unchanged(answer, right, "labels_after", glyphs, "half turn")
    _expect_inputs_unchanged(answer, [-1], "labels_after", np.array([[[1, 0, 0]]]), "mirror left-right")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    """en: The letters fit all three rows of the table, and none is missing.
    zh: 所选的字母与表中三行都相符，而且没有遗漏。"""
    letters = answer.get("FAULTS")
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    if not isinstance(letters, str):
        raise Wrong(_NO_LETTERS)
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(_NO_LETTERS)
    for letter, name in (("A", "not-the-training-loss"), ("D", "counter-is-reset"), ("E", "best-is-compared")):
        if letter in letters:
            raise Misconception(name)
    if letters != {"B", "C"}:
        raise Wrong(_FAULT_MISSING)


@EXERCISE.check("q5", points=2)
def stops_in_time_with_the_best_weights(answer, rng):
    """en: The loop stops when patience has run out, and hands over the weights and the number of the best epoch.
    zh: 耐心一用完循环就停下，交出最好那一轮的权重和编号。"""
    losses, patience, max_epochs = _draw_telling_run(rng)
    for _ in range(2):  # the second time with other weights: nothing may be left of the first
        _judge_fit(answer, rng, losses, patience, max_epochs)


@EXERCISE.check("q5", hidden=True)
def diverged_short_and_hopeless_runs(answer, rng):
    """en: nan is no new low; max_epochs ends the run; without any new low the weights of the start come back, with epoch 0.
    zh: nan 不算新低；max_epochs 使训练结束；始终没有新低时，返回起点的权重，轮数为 0。"""
    nan, best = float("nan"), float(rng.uniform(0.2, 0.3))
    _judge_fit(answer, rng, [(1.0, nan), (1.0, nan), (1.0, 0.9), (1.0, 0.8), *[(1.0, 0.95)] * 4], 2, 8)  # hopeless
    _judge_fit(answer, rng, [(1.0, 0.9), (0.9, best), (nan, nan), (nan, 0.8), (nan, nan), (nan, 0.1)], 3, 6)
    _judge_fit(answer, rng, [(1.0, nan), (0.9, best), (0.8, nan), (0.7, best / 2), (0.6, 0.5), (0.5, 0.1)], 2, 5)
    falling = [(1 / k, best / k) for k in range(1, 10)]
    _judge_fit(answer, rng, falling, 2, int(rng.integers(3, 6)))  # max_epochs first
    _judge_fit(answer, rng, falling, 4, 1)
    _judge_fit(
        answer, rng, [(train, 1e15 * loss) for train, loss in falling], 1, 4
    )  # no loss is too high to begin with
    _judge_fit(answer, rng, [(1.0, 0.9), (0.9, 0.5), (0.8, 0.5), (0.7, 0.4), (0.6, 0.3)], 1, 5)  # patience 1, a tie


@EXERCISE.check("q6")
def gains_are_compared_seed_by_seed(answer, rng):
    """en: Mean and standard error are those of the differences, seed by seed.
    zh: 均值和标准误都来自逐个种子的差。"""
    accuracies, baseline = _draw_accuracies(rng)
    rows = _three_rows(answer.call("compare_with_baseline", accuracies, baseline, 0.9), len(accuracies))
    _judge_pairing(rows, accuracies, baseline, 0.9)


@EXERCISE.check("q6")
def all_intervals_hold_at_once(answer, rng):
    """en: The intervals are as long as Student's t and Bonferroni's share make them.
    zh: 区间的长度由 t 分布和 Bonferroni 的分配决定。"""
    for confidence in (0.9, 0.99):
        accuracies, baseline = _draw_accuracies(rng)
        K, S = accuracies.shape
        rows = _three_rows(answer.call("compare_with_baseline", accuracies, baseline, confidence), K)
        _judge_pairing(rows, accuracies, baseline, confidence)  # the same sentence as above, if it is that
        gain, low, high = rows
        D, tail = accuracies - baseline, 1 - confidence
        error = D.std(axis=1, ddof=1) / S**0.5
        right = error * _t_quantile(1 - tail / (2 * K), S - 1)
        wrong = {
            "confidence-not-shared": [error * _t_quantile(1 - tail / 2, S - 1)],
            "one-sided": [error * _t_quantile(1 - tail / k, S - 1) for k in (K, 1)],
            "normal-for-t": [error * _normal_quantile(1 - tail / k) for k in (2 * K, 2, K)],
            "degrees-of-freedom": [
                error * _t_quantile(1 - tail / (2 * K), df) for df in (S, S - 2, 2 * S - 2, K - 1, K)
            ],
        }
        _name_any((high - low) / 2, right, wrong, POINTS_ATOL)
        expect_close(low, D.mean(axis=1) - right, RTOL, POINTS_ATOL, "low")
        expect_close(high, D.mean(axis=1) + right, RTOL, POINTS_ATOL, "high")
        expect_close(gain, D.mean(axis=1), RTOL, POINTS_ATOL, "gain")


@EXERCISE.check("q6")
def the_choice_brings_most_for_sure(answer, rng):
    """en: CHOICE brings most on the lower end, costs taken off, and NET is what it brings a year.
    zh: 按区间下端算并扣去花费，CHOICE 的收益最大；NET 是它每年带来的美元数。"""
    choice, net = answer.get("CHOICE"), _number(answer.get("NET"), "NET")
    choice = choice.strip().lower() if isinstance(choice, str) else choice
    wrong = {
        "dropout": "means-or-single-intervals",
        "five models voting": "gain-without-costs",
        "l2": "cheapest-or-surest",
        "early stopping": "cheapest-or-surest",
        "baseline": "too-timid",
    }
    if isinstance(choice, str) and choice in wrong:
        raise Misconception(wrong[choice])
    if choice != "augmentation":
        raise Wrong(_NO_CHOICE)
    for name, recipe in _WRONG_NETS.items():
        if abs(net - recipe) <= 1:
            raise Misconception(name)
    if not abs(net - _NET) <= 1:  # a dollar
        raise Wrong(_NOT_THE_NET)


@EXERCISE.check("q6", hidden=True)
def one_strategy_or_two_seeds(answer, rng):
    """en: A single strategy, two seeds and the default confidence work too; inputs stay as they were.
    zh: 只有一种策略、只有两个种子、默认的置信度都能算；传入的数组保持原样。"""
    for K, S in ((1, 2), (1, 9), (8, 3)):
        accuracies, baseline = (
            np.round(64 * rng.normal(90, 1, shape)) / 64 for shape in ((K, S), S)
        )  # exact in float32
        D = accuracies - baseline
        half = D.std(axis=1, ddof=1) / S**0.5 * _t_quantile(1 - 0.05 / (2 * K), S - 1)
        after = answer.call(drivers.call_and_keep_inputs, Learner("compare_with_baseline"), accuracies, baseline)
        gain, low, high = _three_rows(after["result"], K)
        for name, value, right in (("gain", gain, 0), ("low", low, -half), ("high", high, half)):
            expect_close(value, D.mean(axis=1) + right, RTOL, POINTS_ATOL, name)
        _expect_same_inputs(after["inputs"], (accuracies, baseline))


_BETAS = (0.8, 0.95)


def _draw_params(rng):
    """Three layers with biases, a zero in each matrix and both signs; and two strengths."""
    sizes, params = rng.integers(2, 5, size=4), {}
    for k, (rows, columns) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), 1):
        W = rng.uniform(0.3, 2, (rows, columns)) * rng.choice([-1, 1], (rows, columns))
        W[0, :2], W[1, 0] = (-abs(W[0, 0]), abs(W[0, 1])), 0
        params |= {f"W{k}": W, f"b{k}": rng.uniform(0.5, 1.5, columns)}
    return params, float(rng.uniform(0.5, 1)), float(rng.uniform(1.5, 3))


def _penalty_and_gradients(answer, params, lambda1, lambda2) -> tuple:
    value = answer.call("elastic_penalty", params, lambda1, lambda2)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise _not_a_tuple(value, 2, "penalty, gradients")
    if type(value[1]) is not dict or set(value[1]) != set(params):
        raise Wrong(_NO_DICTIONARY)
    return _number(value[0], "penalty"), value[1]


def _expect_gradients(gradients, params, lambda1, lambda2):
    for name, p in params.items():
        value, is_weight = gradients[name], name.startswith("W")
        if value is None:
            raise Wrong(_NO_GRADIENT.format(name=name))
        right = lambda1 * np.sign(p) + lambda2 * p if is_weight else 0 * p
        if not is_weight and not _same(value, right):
            both = lambda1 * np.sign(p), lambda2 * p
            if any(_same(value, wrong) for wrong in (*both, sum(both), lambda1 + both[1], both[0] + 2 * both[1])):
                raise Misconception("bias-penalised")
        if is_weight and lambda1 and lambda2:
            named = {
                "half-forgotten": [right + lambda2 * p],
                "gradient-halved": [right - lambda2 / 2 * p],
                "lambdas-swapped": [lambda2 * np.sign(p) + lambda1 * p],
                "slope-grows-with-the-weight": [(lambda1 + lambda2) * p, lambda1 * np.abs(p) + lambda2 * p],
                "sign-lost": [lambda1 + lambda2 * p],
            }
            _name_any(value, right, named)
        array = as_array(value, f"gradients[{name!r}]") if np.shape(value) == p.shape else None
        zero = p == 0
        if is_weight and array is not None and zero.any():
            if _same(array[~zero], right[~zero]) and not _same(array[zero], right[zero]):
                raise Misconception("pushed-off-zero")
        expect_close(value, right, RTOL, ATOL, f"gradients[{name!r}]")


def _draw_state(rng, shape=None) -> dict:
    """The arguments of a step before `decoupled`, in their order."""
    shape = shape or int(rng.integers(4, 7))
    w, g, m = (rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape) for _ in range(3))
    state = {"w": w, "g": g, "m": m, "v": rng.uniform(0.5, 3, shape), "t": int(rng.integers(3, 7))}
    return state | {"alpha": float(rng.uniform(0.05, 0.3)), "lam": float(rng.uniform(0.3, 0.8))}


def _adam(w, g, m, v, t, alpha, lam, decoupled, betas=_BETAS, epsilon=1e-8, means="mv", hats=(1, 1), inside=False):
    """(w, m, v) after a step. means: which of them see the penalty; hats: which are corrected; inside: ε under the root."""
    full = g if decoupled else g + lam * w
    m = betas[0] * m + (1 - betas[0]) * (full if "m" in means else g)
    v = betas[1] * v + (1 - betas[1]) * (full if "v" in means else g) ** 2
    first, second = (1 - beta**t if hat else 1 for beta, hat in zip(betas, hats, strict=True))
    root = np.sqrt(v / second + epsilon) if inside else np.sqrt(v / second) + epsilon
    return w - alpha * m / first / root - (alpha * lam * w if decoupled else 0), m, v


def _diagnose_step(value, right, recipes, state, decoupled):
    recipes["no-correction"] = [_adam(**state, decoupled=decoupled, hats=hats) for hats in ((0, 0), (0, 1), (1, 0))]
    recipes["t-off-by-one"] = [_adam(**state | {"t": state["t"] + k}, decoupled=decoupled) for k in (-1, 1)]
    for name, wrong in recipes.items():
        if any(_same(value[0], recipe[0]) and not _same(right[0], recipe[0]) for recipe in wrong):
            raise Misconception(name)
    hats = [mean / (1 - beta ** state["t"]) for mean, beta in zip(right[1:], _BETAS, strict=True)]
    if any(_same(came, hat) for came, hat in zip(value[1:], hats, strict=True)):
        raise Misconception("hats-returned")
    if any(_same(came, state[name]) for came, name in zip(value[1:], "mv", strict=True)):
        raise Misconception("old-means-returned")
    _expect_step(value, right)


def _expect_step(value, right):
    for name, came, should in zip("wmv", value, right, strict=True):
        expect_close(came, should, RTOL, ATOL, name)


def _three_arrays(value, right) -> list:
    if not isinstance(value, (list, tuple, np.ndarray)) or len(value) != 3:
        raise _not_a_tuple(value, 3, "w, m, v")
    for name, came, should in zip("wmv", value, right, strict=True):
        if as_array(came, name).shape != should.shape:
            expect_close(came, should, RTOL, ATOL, name)
    return list(value)


def _draw_masked(rng):
    """X, a mask with both kinds in each row, and a q that isn't near one half."""
    shape = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    mask = (rng.random(shape) < 0.6).astype(int)
    mask[:, :2] = 0, 1
    return rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape), mask, float(rng.uniform(0.6, 0.9))


def _draw_images(rng, square):
    B, H = int(rng.integers(6, 9)), int(rng.integers(4, 7))
    return rng.uniform(1, 9, (B, H, H if square else H + int(rng.integers(1, 4))))


def _draw_offsets(rng, B, size):
    """B offsets within the picture: positive, negative and 0 among them, the first and the last not alike."""
    offsets = rng.integers(1, size - 1, B) * rng.choice([-1, 1], B)
    offsets[:3] = 1, -2, 0
    offsets[-1] = 2
    return offsets


def _shift(images, down, right, fill="zero"):
    """Pixel (i, j) comes from (i − down, j − right); from outside: 0, "wrap" around, or the nearest "edge"."""
    B, H, W = images.shape
    rows, columns = np.arange(H) - np.reshape(down, (B, 1)), np.arange(W) - np.reshape(right, (B, 1))
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None]
    if fill == "edge":
        rows, columns = rows.clip(0, H - 1), columns.clip(0, W - 1)
    moved = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None]]
    return moved * inside if fill == "zero" else moved


def _draw_glyphs(rng, name):
    """Different glyphs, in random order: two that stay as they are, two pairs that change places, two that become nothing."""
    change = _TRANSFORMS[name]
    while True:
        noise = rng.integers(0, 2, (6, int(rng.integers(4, 6)), int(rng.integers(3, 6))))
        moved = change(noise)
        glyphs = np.concatenate([noise[:2] | moved[:2], noise[2:4], moved[2:4], noise[4:]])[rng.permutation(8)]
        right = _labels(glyphs, change(glyphs))
        different = len({glyph.tobytes() for glyph in glyphs}) == 8 and (right < 0).sum() == 2
        others = [_labels(glyphs, any_other(glyphs)) for key, any_other in _TRANSFORMS.items() if key != name]
        itself = np.where(right == np.arange(8), right, -1)
        nearest = (change(glyphs)[:, None] != glyphs).sum(axis=(2, 3)).argmin(axis=1)
        mistaken = any(np.array_equal(labels, other) for labels in (right, itself) for other in others)
        if different and not mistaken and nearest[right < 0].any():
            return glyphs, right


def _labels(glyphs, changed):
    same = (changed[:, None] == glyphs).all(axis=(2, 3))
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def _stop(
    losses, patience, max_epochs, extra=0, column=1, tie=False, previous=False, reset=True, never=False, nan_low=False
):
    """(epochs run, best epoch) of early stopping, or of one of its wrong variants."""
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch in range(1, max_epochs + 1):
        loss = losses[epoch - 1][column]
        low = loss < best or (tie and loss == best) or (nan_low and not loss >= best)
        best_epoch, waited = (epoch, 0 if reset else waited) if low else (best_epoch, waited + 1)
        best = loss if low or previous else best
        if waited >= patience + extra and not never:
            break
    return epoch, best_epoch


_VARIANTS = {
    "one-epoch-too-many": {"extra": 1},
    "one-epoch-too-few": {"extra": -1},
    "training-loss-watched": {"column": 0},
    "previous-not-best": {"previous": True},
    "waits-in-total": {"reset": False},
    "tie-counts": {"tie": True},
    "never-stops": {"never": True},
}


def _draw_telling_run(rng):
    """Losses, patience, max_epochs: each wrong variant gives another pair (epochs run, best epoch)."""
    while True:
        patience, max_epochs = int(rng.integers(2, 4)), int(rng.integers(14, 18))
        validation = np.round(rng.uniform(0.2, 0.9, max_epochs + 4) + np.linspace(0.3, 0, max_epochs + 4), 1)
        training = np.sort(rng.uniform(0.01, 1, max_epochs + 4))[::-1]
        losses = list(zip(training.tolist(), validation.tolist(), strict=True))
        right = _stop(losses, patience, max_epochs)
        ends = {right, *(_stop(losses, patience, max_epochs, **how) for how in _VARIANTS.values())}
        if len(ends) == len(_VARIANTS) + 1 and right[1] > 2:
            return losses, patience, max_epochs


def _judge_fit(answer, rng, losses, patience, max_epochs):
    """Let the learner's `fit` replay these losses on weights of the check's own; raises what is wrong with the outcome."""
    weights = rng.normal(size=(len(losses) + 1, int(rng.integers(2, 5))))  # row k: after k epochs
    arguments = weights[0], weights[1:], losses, patience, max_epochs
    run = answer.call(drivers.replay_training, Learner("fit"), *arguments)
    if "stopped" in run:
        raise Misconception("beyond-the-end")
    result, starts = run["result"], np.array(run["starts"]).reshape(-1, weights.shape[1])
    epochs = len(starts)
    if not isinstance(result, (list, tuple)) or len(result) != 2:
        raise _not_a_tuple(result, 2, "best_w, best_epoch")
    best_w, best_epoch = as_array(result[0], "best_w"), _number(result[1], "best_epoch")
    if not _same(starts, weights[:epochs]):
        raise Misconception("always-from-the-start")
    right = _stop(losses, patience, max_epochs)
    if epochs > max_epochs:
        raise Misconception("beyond-the-end")
    for name, how in {**_VARIANTS, "nan-is-the-best": {"nan_low": True}}.items():
        wrong = _stop(losses, patience, max_epochs, **how)
        if wrong != right and (epochs, best_epoch) == wrong:
            raise Misconception(name)
    if (epochs, best_epoch + 1) == right:
        raise Misconception("epochs-from-zero")
    if epochs != right[0]:
        text = (
            "{came} epochs were run; after {should} it should have stopped.",
            "共走了 {came} 轮；应当在第 {should} 轮之后停下。",
        )
        raise Wrong(Text(*text).format(came=epochs, should=right[0]))
    expect_close(best_epoch, right[1], 0, 1e-9, "best_epoch")
    if right[1] != epochs and _same(best_w, weights[epochs]):
        raise Misconception("last-weights")
    expect_close(best_w, weights[right[1]], RTOL, ATOL, "best_w")


def _draw_accuracies(rng):
    """(K, S) and (S,): a seed moves all together by about 2, a strategy alone by about 0.3; K, S, K + 1, S ± 1 differ."""
    K, S = int(rng.integers(3, 5)), int(rng.choice([7, 8, 10]))
    seeds = rng.normal(90, 2, S)
    return seeds + rng.uniform(0.5, 2, (K, 1)) + rng.uniform(0.2, 0.5, (K, 1)) * rng.normal(size=(K, S)), seeds


def _judge_pairing(rows, accuracies, baseline, confidence):
    """Whether gain and standard error come from the differences, whatever quantile the error was multiplied by."""
    (gain, low, high), (K, S) = rows, accuracies.shape
    D, tail = accuracies - baseline, 1 - confidence
    if _same(gain, -D.mean(axis=1), POINTS_ATOL):
        raise Misconception("other-way-round")
    expect_close(gain, D.mean(axis=1), RTOL, POINTS_ATOL, "gain")
    half, error = (high - low) / 2, D.std(axis=1, ddof=1) / S**0.5
    apart = np.sqrt((accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1)) / S)
    quantiles = [_t_quantile(1 - tail / k, S - 1) for k in (1, 2, K, 2 * K)]
    named = {
        "seeds-not-paired": [apart * q for q in (*quantiles, _t_quantile(1 - tail / (2 * K), 2 * S - 2))],
        "spread-of-the-strategy": [accuracies.std(axis=1, ddof=1) / S**0.5 * q for q in quantiles],
        "spread-not-error": [error * S**0.5 * q for q in quantiles],
        "divided-by-S": [D.std(axis=1) / S**0.5 * q for q in quantiles],
    }
    right = error * quantiles[-1]
    _name_any(half, right, named, POINTS_ATOL)
    if not _same((low + high) / 2, gain, POINTS_ATOL):
        expect_close(low, gain - right, RTOL, POINTS_ATOL, "low")
    if not np.allclose(half * error[0], half[0] * error, 1e-4):
        expect_close(half, right, RTOL, POINTS_ATOL, "half of the interval's length")


def _three_rows(value, K) -> np.ndarray:
    if not isinstance(value, (list, tuple, np.ndarray)) or len(value) != 3:
        raise _not_a_tuple(value, 3, "gain, low, high")
    for name, row in zip(("gain", "low", "high"), value, strict=True):
        if as_array(row, name).shape != (K,):
            expect_close(row, np.zeros(K), what=name)
    return np.array([as_array(row) for row in value])


def _t_quantile(p, df):
    from scipy.special import stdtrit  # here: nobody who only reads the table of exercises needs SciPy

    return stdtrit(df, p)


def _normal_quantile(p):
    from scipy.special import ndtri

    return ndtri(p)


def _call_twice(answer, name, *args):
    """The value of a call, if a second call with the same input gives it again."""
    first, second = (answer.call(name, *args) for _ in range(2))
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        if not all(
            one is other is None or _same(one, as_array(other)) for one, other in zip(first, second, strict=False)
        ):
            raise Misconception("state-survives-the-call")
    return first


def _expect_inputs_unchanged(answer, right, name, *args):
    """The right result, and the inputs afterwards as before."""
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)
    expect_close(after["result"], right, RTOL, ATOL, "the result")
    _expect_same_inputs(after["inputs"], args)


def _expect_same_inputs(after, before):
    if not all(np.array_equal(now, then) for now, then in zip(after, before, strict=True)):
        raise Misconception("changes-its-inputs")


def _diagnose(value, right, wrong, what):
    """Name the wrong recipe that gives `value`, unless it can't be told from the right one; else compare."""
    _name_any(value, right, {name: [recipe] for name, recipe in wrong.items()})
    expect_close(value, right, RTOL, ATOL, what)


def _name_any(value, right, named, atol=ATOL):
    """Raises the first misconception one of whose recipes gives `value` and not `right`."""
    for name, recipes in named.items():
        for recipe in recipes:
            if _same(value, recipe, atol) and not _same(right, recipe, atol):
                raise Misconception(name)


def _same(value, recipe, atol=ATOL) -> bool:
    """Close, where nan equals nan."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, atol, equal_nan=True)


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))


def _not_a_tuple(value, count, names) -> Wrong:
    if value is None:
        as_array(value)  # says that the return is missing
    return Wrong(_TUPLE.format(count=count, names=names))
