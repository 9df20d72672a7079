"""Exercise 12: LoRA, its price, two forms of λ, adapters and their starts, honest few-shot draws, forgetting and a choice."""

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
    expect_equal,
)

RTOL, ATOL = 1e-4, 1e-5  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise("12_transfer")
_CHOICE, _COST = "LoRA", 5005.994583  # of the table in q6's given cell
_T95 = {
    2: 12.706,
    3: 4.303,
    4: 3.182,
    5: 2.776,
    6: 2.571,
    7: 2.447,
    8: 2.365,
    9: 2.306,
    10: 2.262,
    15: 2.145,
    20: 2.093,
    30: 2.045,
}
_TUPLE = Text("Return {count} values: `return {names}`.", "请返回 {count} 个值：`return {names}`。")
_NO_LETTERS = Text(
    '`{name}` is a text of letters out of A to {last}, for instance "AE".',
    '`{name}` 应是由 A 到 {last} 的字母组成的文本，例如 "AE"。',
)
_LETTER_MISSING = Text(
    "What you name is right, but it isn't all.",
    "你选的都对，但还不全。",
)
_NOT_ROWS = Text(
    "`draw_shots` should return whole row numbers from 0 to {last}, in one list or array.",
    "`draw_shots` 应返回 0 到 {last} 的整数行号，放在一个列表或数组里。",
)
_TOO_FEW = Text(
    "Of {k} rows a class there are too few outside the test part, and yours goes on. The docstring wants a ValueError.",
    "每类要 {k} 行，测试部分之外已经不够，你的函数却还在往下走。文档字符串要求抛出 ValueError。",
)
_OTHER_ERROR = Text(
    "Where a class has too few rows left yours stops with {error}. Look first, and raise a ValueError that says which class.",
    "某个类别剩下的行不够时，你的函数以 {error} 停下。请先看够不够，不够就抛出 ValueError 并说明是哪个类别。",
)
_NO_NAME = Text(
    "`CHOICE` is one of the names in WAYS, as a text.",
    "`CHOICE` 应是 WAYS 中的一个名称，写成文本。",
)

EXERCISE.question(
    "q1",
    Text("LoRA, and where it went", "LoRA，以及它去了哪里"),
    [
        Text(
            "Do the docstring's example on paper. First what W alone gives, then x·Aᵀ (one number), then what B makes of it.",
            "照文档字符串的例子在纸上做：先求 W 单独给出什么，再求 x·Aᵀ（一个数），再看 B 把它变成什么。",
        ),
        Text(
            "r is the number of rows of A. From right to left: x @ A.T has r numbers, times B.T it has o. For the merged table: xAᵀBᵀ = x(BA)ᵀ.",
            "r 是 A 的行数。从右往左：x @ A.T 有 r 个数，再乘 B.T 就有 o 个。合并时用 xAᵀBᵀ = x(BA)ᵀ。",
        ),
        Text(
            "x @ W.T + b + alpha / len(A) * (x @ A.T) @ B.T; and W + alpha / len(A) * B @ A.",
            "x @ W.T + b + alpha / len(A) * (x @ A.T) @ B.T；以及 W + alpha / len(A) * B @ A。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("what it costs", "代价是多少"),
    [
        Text(
            "Write the shapes of all tables beside one (3, 2) map with r = 2, and count their numbers. Then the same for one adapter with d = 4, m = 2.",
            "写出一个 (3, 2) 映射旁边、r = 2 时各张表的形状，数出有多少个数。再对 d = 4、m = 2 的一个适配器同样做一遍。",
        ),
        Text(
            "(a) A has r·i numbers, B has o·r. An adapter has two tables, d·m and m·d, and biases of m and d; there are 2L of them. (b) Fewer means r(o + i) < oi, strictly.",
            "(a) A 有 r·i 个数，B 有 o·r 个。一个适配器有两张表，d·m 和 m·d，以及长为 m 和 d 的偏置；一共 2L 个适配器。(b) 更少，就是 r(o + i) < oi，严格小于。",
        ),
        Text(
            "(a) sum(r * (o + i) for o, i in shapes); 2 * L * (2 * d * m + m + d). (b) The largest whole r with r(o + i) ≤ oi − 1.",
            "(a) sum(r * (o + i) for o, i in shapes)；2 * L * (2 * d * m + m + d)。(b) 满足 r(o + i) ≤ oi − 1 的最大整数 r。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("two ways to write λ", "λ 的两种写法"),
    [
        Text(
            "Write down, for both forms, by what each of the two losses is multiplied. When are two pairs of factors the same but for a common factor?",
            "对两种写法，分别写下两个损失各乘以什么。什么时候两对系数只差一个公共因子？",
        ),
        Text(
            "(a) sλ = 1 and s(1 − λ) = μ; add both. (b) The quotient of the factors of ℓ₂ and ℓ₁. (c) Put in 0 and 1, and think of ℓ₁ = ℓ₂ for E.",
            "(a) sλ = 1，s(1 − λ) = μ；两式相加。(b) ℓ₂ 与 ℓ₁ 的系数之比。(c) 代入 0 和 1；对 E，设想 ℓ₁ = ℓ₂。",
        ),
        Text(
            "(a) s = 1 + μ, λ = 1/(1 + μ). (b) μ = (1 − λ)/λ, and infinity for λ = 0. (c) At 0 the first form trains for task 2 alone; at 1 for task 1 alone.",
            "(a) s = 1 + μ，λ = 1/(1 + μ)。(b) μ = (1 − λ)/λ，λ = 0 时为无穷大。(c) 第一种写法取 0 时只为任务 2 训练，取 1 时只为任务 1。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("an adapter, and starts that can't learn", "适配器，以及学不动的起点"),
    [
        Text(
            "(a) Do the example on paper: Dh + p, cut off below 0, times U, plus q, plus h. (b) For each start: is the correction 0? If so: which table's gradient isn't 0?",
            "(a) 照例子在纸上算：Dh + p，小于 0 的截成 0，乘 U，加 q，再加 h。(b) 对每个起点：修正是不是 0？如果是，哪张表的梯度不是 0？",
        ),
        Text(
            "(b) The gradient of B contains xAᵀ, that of A contains B. If one of them is 0 the other still moves; if both are, nothing ever does. The same with U and g(Dh + p).",
            "(b) B 的梯度里有 xAᵀ，A 的梯度里有 B。其中一个是 0，另一个还能动；两个都是 0，就永远不动。U 与 g(Dh + p) 也一样。",
        ),
        Text(
            "(a) h + np.maximum(h @ D.T + p, 0) @ U.T + q. (b) Leave out the start that disturbs the outputs, and the two at which every gradient is 0.",
            "(a) h + np.maximum(h @ D.T + p, 0) @ U.T + q。(b) 去掉会打扰输出的那个，以及两个处处梯度为 0 的。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("a curve that is too good", "一条好得过分的曲线"),
    [
        Text(
            "Read her code with three questions: on which rows does she test? Can a row be drawn twice? Which of the ten results does she report?",
            "带着三个问题读她的代码：她在哪些行上测试？同一行会不会抽到两次？十个结果里她报告了哪一个？",
        ),
        Text(
            "(a) Class by class: all rows of the class, less the test rows; enough? Then draw k of them without putting back. (b) s divides by n − 1, and t belongs to the number of draws.",
            "(a) 逐个类别：该类全部的行，去掉测试行；够不够？再从中不放回地抽 k 行。(b) s 除以 n − 1，t 由抽样次数决定。",
        ),
        Text(
            "(a) rows = np.setdiff1d(np.flatnonzero(y == c), test); rng.choice(rows, k, replace=False). (b) T95[n] * np.std(scores, ddof=1) / np.sqrt(n).",
            "(a) rows = np.setdiff1d(np.flatnonzero(y == c), test)；rng.choice(rows, k, replace=False)。(b) 区间的半宽是 T95[n] * np.std(scores, ddof=1) / np.sqrt(n)。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("what was forgotten, and what to sell", "忘掉了什么，卖哪一种"),
    [
        Text(
            "(a) Take the example: which entries of the first column are looked at, which of the second? (b) Write the bill of one way on paper: what is paid for each customer, what once?",
            "(a) 拿例子来看：第一列里看哪几格，第二列里看哪几格？(b) 在纸上写出一种办法的账单：哪些按客户付，哪些只付一次？",
        ),
        Text(
            "(a) Column j from row j down, without the last row: its largest, less the last row's. The last column isn't asked. (b) First drop what misses the demand, then compare bills.",
            "(a) 第 j 列从第 j 行往下，不含最后一行：取最大，减去最后一行的。最后一列不问。(b) 先去掉达不到要求的，再比账单。",
        ),
        Text(
            "(a) R[j : T - 1, j].max() - R[T - 1, j] for j in range(T - 1), and the mean. (b) customers·labels·label + (customers·each + once)/10⁹·gigabyte.",
            "(a) 对 j in range(T - 1) 取 R[j : T - 1, j].max() - R[T - 1, j]，再平均。(b) 客户数·标签数·单价 +（客户数·每户字节 + 共用字节）/10⁹·每 GB 价。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "scale-missing",
        "The thin way is added as it is: the factor α/r is missing, or is only α.",
        "细长的那条路直接加了上去：少了因子 α/r，或者只乘了 α。",
    ),
    (
        "scale-by-the-width",
        "You divide α by another number than the rank. r is the number of rows of A.",
        "你用来除 α 的不是秩。r 是 A 的行数。",
    ),
    (
        "scale-by-the-root",
        "You divide by √r. The formula divides by r (√r is another method, rsLoRA).",
        "你除以了 √r。公式除以的是 r（√r 是另一种方法，rsLoRA）。",
    ),
    (
        "lora-scaled-all",
        "The scale belongs to the thin way alone; yours changes what the pretrained map gives.",
        "缩放只属于细长的那条路；你的改动了预训练映射本身的输出。",
    ),
    (
        "bias-forgotten",
        "The bias b is missing.",
        "少了偏置 b。",
    ),
    (
        "pretrained-forgotten",
        "What the pretrained map gives is missing: LoRA stands beside it, not in its place.",
        "少了预训练映射给出的部分：LoRA 是在它旁边，不是取代它。",
    ),
    (
        "table-built",
        "The values are right, but on the way you build a table of the size of W, or larger: go from right to left, x times Aᵀ first.",
        "数值是对的，但途中造出了与 W 一样大（或更大）的表：请从右往左算，先让 x 乘 Aᵀ。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards what was handed to your function is changed: `+=` writes into the caller's array.",
        "结果是对的，但调用之后，传给函数的东西被改动了：`+=` 会写进调用者的数组。",
    ),
    # q2
    (
        "one-table-only",
        "You count one of the two tables.",
        "两张表你只数了一张。",
    ),
    (
        "full-tables-too",
        "You count the frozen tables, too. Only what learns is asked for.",
        "你把冻结的表也数了进去。只问学习的数。",
    ),
    (
        "adapter-biases-forgotten",
        "The adapters' biases are missing: m below, d above.",
        "少了适配器的偏置：下面 m 个，上面 d 个。",
    ),
    (
        "one-adapter-a-layer",
        "Each layer has two adapters.",
        "每层有两个适配器。",
    ),
    (
        "no-fewer",
        "At that rank LoRA trains exactly as many numbers as the table has, or more. Fewer are wanted.",
        "秩取这个数时，LoRA 训练的数与整张表一样多，或更多。要的是更少。",
    ),
    (
        "square-only",
        "Your rank is half of one side: that holds for square maps only.",
        "你的秩是边长的一半：只对方的映射成立。",
    ),
    (
        "not-the-largest",
        "That rank does train fewer numbers, but a larger one does so, too.",
        "这个秩训练的数确实更少，但还有更大的秩也做得到。",
    ),
    # q3
    (
        "tasks-exchanged",
        "The two tasks have changed places: which loss does λ stand with in the first form, and μ in the second?",
        "两个任务对调了：第一种写法里 λ 与哪个损失在一起，第二种里 μ 又与哪个？",
    ),
    (
        "same-letter-same-number",
        "You take μ for 1 − λ (or for λ), as the same letter suggests. The factor of ℓ₁ is another one in the second form.",
        "你把 μ 当成了 1 − λ（或 λ），同一个字母很容易让人这么想。可是在第二种写法里，ℓ₁ 的系数不一样。",
    ),
    (
        "factor-upside-down",
        "Your s is upside down: which of the two losses is the longer one?",
        "你的 s 颠倒了：两个损失里，哪个更长？",
    ),
    (
        "no-infinity",
        'At λ = 0 no finite μ does: float("inf").',
        'λ = 0 时，没有有限的 μ：应为 float("inf")。',
    ),
    (
        "one-means-equal",
        "B isn't true: at λ = 1 the factor of ℓ₂ is 0.",
        "B 不对：λ = 1 时，ℓ₂ 的系数是 0。",
    ),
    (
        "zero-means-first",
        "C isn't true: at λ = 0 the first form has only ℓ₂ left. That is the trap of the common letter.",
        "C 不对：λ = 0 时，第一种写法只剩 ℓ₂。这正是共用一个字母的陷阱。",
    ),
    # q4
    (
        "residual-forgotten",
        "h itself is missing: an adapter corrects the state, it doesn't replace it.",
        "少了 h 本身：适配器是修正状态，不是取代它。",
    ),
    (
        "no-cut",
        "Negative numbers pass your waist: g is missing. Without it down and up are one linear map of rank m.",
        "负数从你的细腰里通过了：少了 g。没有它，一下一上就是一个秩为 m 的线性映射。",
    ),
    (
        "cut-at-the-end",
        "You cut off below zero at another place than the waist.",
        "你截断负数的地方不在细腰处。",
    ),
    (
        "adapter-bias-forgotten",
        "p or q is missing.",
        "少了 p 或 q。",
    ),
    (
        "stuck-start",
        "B and F never move: each table's gradient contains the other table, and both are 0.",
        "B 和 F 永远不动：每张表的梯度里都有另一张表，而两张都是 0。",
    ),
    (
        "disturbing-start",
        "C disturbs: with both tables random the outputs are others from the start.",
        "C 会打扰：两张表都随机，一开始输出就变了。",
    ),
    # q5
    (
        "test-rows-drawn",
        "There are test rows among your examples: the model would be asked for what it was shown.",
        "你的样本里有测试行：模型会被问到给它看过的东西。",
    ),
    (
        "drawn-twice",
        "A row stands in your draw twice: then there are fewer than k examples.",
        "你抽到了重复的行：这样样本就不足 k 个。",
    ),
    (
        "not-k-of-each",
        "Your draw doesn't hold k rows of each class.",
        "你抽出的并不是每类 k 行。",
    ),
    (
        "not-at-random",
        "Your draw isn't at random: each row that is left should have the same chance, with each seed anew.",
        "你的抽样不是随机的：剩下的每一行机会都应相同，换一个种子就重新抽。",
    ),
    (
        "other-chance",
        "The same seed gives two different draws: make a generator from it inside the function, and use no other chance.",
        "同样的种子给出了两种抽样：请在函数里由它造一个生成器，不用别的随机性。",
    ),
    (
        "best-draw",
        "You report the best draw. The mean is wanted.",
        "你报告的是最好的一次。应当是平均。",
    ),
    (
        "normal-for-few",
        "You used 1.96. With few draws s itself is uncertain, and t is larger: look it up in T95.",
        "你用了 1.96。抽样次数少时，s 本身就不准，t 要更大：请查 T95。",
    ),
    (
        "t-of-another-n",
        "Your t belongs to another number of draws.",
        "你的 t 对应的是另一个抽样次数。",
    ),
    (
        "divided-by-n",
        "Your s divides by n. Here it divides by n − 1.",
        "你的 s 除以了 n。这里除以 n − 1。",
    ),
    (
        "spread-for-error",
        "You forgot √n: that is the spread of a single draw, not the uncertainty of the mean.",
        "你忘了 √n：那是单次抽样的散布，不是平均值的不确定度。",
    ),
    # q6
    (
        "best-ever",
        "You take the best of the whole column, also from before the task was learned.",
        "你取了整列的最大值，连学会这个任务之前的也算了。",
    ),
    (
        "right-after-learning",
        "You take the accuracy right after learning. It may still have risen later; the best before the end counts.",
        "你取的是刚学完时的准确率。后来也许还升过；要取结束之前最好的。",
    ),
    (
        "last-task-too",
        "You average over all tasks. The last one has had no time to be forgotten: divide by T − 1.",
        "你对全部任务取了平均。最后一个任务还来不及忘：除以 T − 1。",
    ),
    (
        "gain-for-loss",
        "The sign is turned: what is lost counts positive.",
        "符号反了：失去的应为正。",
    ),
    (
        "never-negative",
        "With you no task can have improved: the last row is among those whose best you take, or you cut off below 0. A term may be negative.",
        "照你的算法，没有哪个任务能变好：你把最后一行也放进去取最大，或者把负数截成了 0。某一项可以是负的。",
    ),
    (
        "rows-for-columns",
        "You go along the rows. A task's fate stands in its column.",
        "你沿着行走。一个任务的命运写在它那一列里。",
    ),
    (
        "once-for-each",
        "You pay the shared bytes for each customer. They are there once.",
        "共用的字节你按客户付了。它只存一份。",
    ),
    (
        "one-customer",
        "You pay for one customer only.",
        "你只付了一位客户的。",
    ),
    (
        "labels-or-bytes-forgotten",
        "Your bill leaves out the labels, or the bytes.",
        "你的账单漏了标签费，或者漏了字节费。",
    ),
    (
        "demand-ignored",
        "This way is cheap, but it misses the demand.",
        "这种办法便宜，但达不到要求。",
    ),
    (
        "best-for-cheapest",
        "That is the most accurate way, or a dearer one. The cheapest that meets the demand is wanted.",
        "这是最准的，或更贵的办法。要的是满足要求的里面最便宜的。",
    ),
    (
        "just-enough",
        "A way that meets the demand exactly meets it.",
        "恰好达到要求，就是达到。",
    ),
]:
    EXERCISE.misconception(_name, en=_en, zh=_zh)


@EXERCISE.check("q1")
def the_thin_way_is_added(answer, rng):
    """en: y is what the pretrained map gives, plus α/r times what the two thin tables give.
    zh: y 等于预训练映射的输出，加上两张细长的表的输出的 α/r 倍。"""
    for axes in ((), (2,)):
        x, W, b, A, B, alpha = _draw_lora(rng, axes)
        r, o, i = len(A), *W.shape
        plain, thin = x @ W.T, x @ A.T @ B.T
        wrong = {
            "scale-missing": [plain + b + thin, plain + b + alpha * thin, plain + b + thin / r],
            "scale-by-the-width": [plain + b + alpha / n * thin for n in (o, i, o * i, o + i)],
            "scale-by-the-root": [plain + b + alpha / r**0.5 * thin],
            "lora-scaled-all": [alpha / r * (plain + thin) + b, alpha / r * (plain + b + thin)],
            "bias-forgotten": [plain + alpha / r * thin],
            "pretrained-forgotten": [alpha / r * thin, b + alpha / r * thin],
        }
        _judge(answer.call("apply_lora", x, W, b, A, B, alpha), plain + b + alpha / r * thin, wrong, "y")


@EXERCISE.check("q1")
def the_merged_table_does_the_same(answer, rng):
    """en: The merged table gives, for every input, what the two ways together give.
    zh: 合并后的表对每个输入给出的，与两条路合起来相同。"""
    for _ in range(2):
        x, W, b, A, B, alpha = _draw_lora(rng, ())
        r, (o, i) = len(A), W.shape
        wrong = {
            "scale-missing": [W + B @ A, W + alpha * B @ A, W + B @ A / r],
            "scale-by-the-width": [W + alpha / n * B @ A for n in (o, i)],
            "scale-by-the-root": [W + alpha / r**0.5 * B @ A],
            "lora-scaled-all": [alpha / r * (W + B @ A)],
            "pretrained-forgotten": [alpha / r * B @ A],
        }
        _judge(answer.call("merge_lora", W, A, B, alpha), W + alpha / r * B @ A, wrong, "W'")


@EXERCISE.check("q1", hidden=True)
def no_large_table_is_built(answer, rng):
    """en: A wide map takes no more memory than its output needs; rank 1, single vectors; inputs stay as they were.
    zh: 很宽的映射所占内存不超过输出所需；秩为 1、单个向量时也行；传入的数组保持原样。"""
    small = _draw_lora(rng, ())
    W = np.zeros((700, 600))
    W[0, 0] = 1.0
    wide = (np.ones((1, 600)), W, np.zeros(700), np.full((2, 600), 5e-3), np.ones((700, 2)), 4.0)
    run = answer.call(drivers.measure_call, Learner("apply_lora"), small, small, wide)
    if "stopped" in run or run["megabytes"] > 2:
        raise Misconception("table-built")
    expect_close(run["result"], wide[0] @ W.T + 2.0 * 6.0, RTOL, ATOL, "y")
    for r in (1, 3):
        x, W, b, A, B, alpha = _draw_lora(rng, (), r)
        after = answer.call(drivers.call_and_keep_inputs, Learner("apply_lora"), x[0], W, b, A, B, -alpha)
        expect_close(after["result"], x[0] @ W.T + b - alpha / r * x[0] @ A.T @ B.T, RTOL, ATOL, "y")
        _expect_same_inputs(after["inputs"], (x[0], W, b, A, B))
        after = answer.call(drivers.call_and_keep_inputs, Learner("merge_lora"), W, A, B, alpha)
        expect_close(after["result"], W + alpha / r * B @ A, RTOL, ATOL, "W'")
        _expect_same_inputs(after["inputs"], (W, A, B))


@EXERCISE.check("q2")
def lora_is_counted(answer, rng):
    """en: Both thin tables of every map count, and nothing else.
    zh: 每个映射旁的两张细长的表都算，别的不算。"""
    for _ in range(3):
        shapes = [tuple(rng.integers(3, 40, 2).tolist()) for _ in range(int(rng.integers(1, 5)))]
        r = int(rng.integers(1, 6))
        right = sum(r * (o + i) for o, i in shapes)
        wrong = {
            "one-table-only": [
                r * sum(o for o, _ in shapes),
                r * sum(i for _, i in shapes),
                r * sum(shapes[0]) if len(shapes) > 1 else -1,
            ],
            "full-tables-too": [right + sum(o * i for o, i in shapes)],
        }
        _judge(_number(answer.call("count_lora", shapes, r), "numbers"), right, wrong, "numbers")


@EXERCISE.check("q2")
def adapters_are_counted(answer, rng):
    """en: Two adapters a layer, each with two tables and two biases.
    zh: 每层两个适配器，每个有两张表和两个偏置。"""
    for _ in range(3):
        d, m, L = int(rng.integers(20, 90)), int(rng.integers(3, 19)), int(rng.integers(2, 9))
        right = 2 * L * (2 * d * m + m + d)
        wrong = {
            "adapter-biases-forgotten": [4 * L * d * m, 2 * L * (2 * d * m + m), 2 * L * (2 * d * m + d)],
            "one-adapter-a-layer": [right / 2, 2 * d * m + m + d, right / L],
            "one-table-only": [2 * L * (d * m + m + d), 2 * L * d * m],
        }
        _judge(_number(answer.call("count_adapters", d, m, L), "numbers"), right, wrong, "numbers")


@EXERCISE.check("q2")
def the_largest_rank_is_found(answer, rng):
    """en: At this rank LoRA trains fewer numbers than the table has; at the next one it doesn't.
    zh: 取这个秩时 LoRA 训练的数比整张表少；再大一就不少了。"""
    cases = [tuple(rng.integers(5, 90, 2).tolist()) for _ in range(4)] + [
        (6, 6),
        (12, 4),
        (4, 12),
        (1, 7),
        (9, 1),
        (1, 1),
        (768, 768),
        (3, 6),
    ]
    for o, i in cases:
        value, right = _number(answer.call("largest_rank", o, i), "rank"), (o * i - 1) // (o + i)
        if value == right:
            continue
        if value == right + 1 or abs(value - o * i / (o + i)) < 1e-6:
            raise Misconception("no-fewer")
        if value in (o // 2, i // 2, min(o, i) // 2, o // 2 - 1, i // 2 - 1, min(o, i) // 2 - 1):
            raise Misconception("square-only")
        if 0 <= value < right:
            raise Misconception("not-the-largest")
        expect_equal(value, right, "rank")


@EXERCISE.check("q3")
def the_first_form_is_found(answer, rng):
    """en: s times the first form is the second, for every pair of losses.
    zh: 对任何一对损失，第一种写法乘以 s 就是第二种。"""
    for mu in (*rng.uniform(0.1, 0.8, 2), *rng.uniform(1.5, 9, 2), 0.0, 1.0):
        lam, s = _some_numbers(answer.call("to_first", float(mu)), ("lam", "s"))
        right = 1 / (1 + mu)
        wrong = {"tasks-exchanged": [mu / (1 + mu)], "same-letter-same-number": [1 - mu, mu]}
        _judge(lam, right, wrong, "lam")
        _judge(s, 1 + mu, {"factor-upside-down": [right]}, "s")


@EXERCISE.check("q3")
def the_second_form_is_found(answer, rng):
    """en: From λ comes the μ that weighs the tasks alike; at λ = 0 it is infinite.
    zh: 由 λ 得到分量相同的 μ；λ = 0 时为无穷大。"""
    for lam in (1.0, 0.5, *rng.uniform(0.05, 0.45, 2), *rng.uniform(0.55, 0.95, 2)):
        value = _number(answer.call("to_second", float(lam)), "mu")
        right = (1 - lam) / lam
        wrong = {"tasks-exchanged": [lam / (1 - lam) if lam < 1 else np.inf], "same-letter-same-number": [1 - lam, lam]}
        _judge(value, right, wrong, "mu")
    found = answer.call(drivers.call_and_catch, Learner("to_second"), 0.0)
    if "error" in found or not np.isposinf(_number(found["result"], "mu")):
        raise Misconception("no-infinity")


@EXERCISE.check("q3")
def the_sentences_are_true(answer, rng):
    """en: The letters name all true sentences, and no other.
    zh: 所选的字母正是全部正确的句子。"""
    letters = _letters(answer, "TRUE", "ABCDE")
    if "B" in letters:
        raise Misconception("one-means-equal")
    if "C" in letters:
        raise Misconception("zero-means-first")
    if letters != set("ADE"):
        raise Wrong(_LETTER_MISSING)


@EXERCISE.check("q4")
def the_state_is_corrected(answer, rng):
    """en: The state comes back with the correction added: down, cut off below zero, up.
    zh: 返回的是加上修正的状态：压下去，小于零的截断，再升上来。"""
    for axes in ((), (3,)):
        h, D, p, U, q = _draw_adapter(rng, axes)
        z = h @ D.T + p
        up = np.maximum(z, 0) @ U.T
        right = h + up + q
        wrong = {
            "residual-forgotten": [up + q],
            "no-cut": [h + z @ U.T + q],
            "cut-at-the-end": [
                np.maximum(right, 0),
                h + np.maximum(z @ U.T + q, 0),
                np.maximum(h + z @ U.T + q, 0),
                h + (np.maximum(h @ D.T, 0) + p) @ U.T + q,
            ],
            "adapter-bias-forgotten": [h + up, h + np.maximum(h @ D.T, 0) @ U.T + q, h + np.maximum(h @ D.T, 0) @ U.T],
        }
        _judge(answer.call("adapt", h, D, p, U, q), right, wrong, "y")


@EXERCISE.check("q4")
def the_starts_are_good(answer, rng):
    """en: The letters name the starts that disturb nothing and can learn, all of them.
    zh: 所选的字母正是既不打扰、又学得动的全部起点。"""
    letters = _letters(answer, "GOOD", "ABCDEF")
    if letters & set("BF"):
        raise Misconception("stuck-start")
    if "C" in letters:
        raise Misconception("disturbing-start")
    if letters != set("ADE"):
        raise Wrong(_LETTER_MISSING)


@EXERCISE.check("q4", hidden=True)
def small_waists_and_inputs(answer, rng):
    """en: A waist of 1, a single state, d = 1: right too; inputs stay as they were.
    zh: 细腰为 1、单个状态、d = 1 时也正确；传入的数组保持原样。"""
    for d, m in ((4, 1), (1, 3), (3, 3)):
        h, D, p, U, q = _draw_adapter(rng, (), d, m)
        for states in (h, h[0]):
            after = answer.call(drivers.call_and_keep_inputs, Learner("adapt"), states, D, p, U, q)
            expect_close(after["result"], states + np.maximum(states @ D.T + p, 0) @ U.T + q, RTOL, ATOL, "y")
            _expect_same_inputs(after["inputs"], (states, D, p, U, q))


@EXERCISE.check("q5")
def shots_are_clean(answer, rng):
    """en: k different rows of each class, none of them a test row.
    zh: 每类 k 个不同的行，没有一个是测试行。"""
    for classes in (2, 3, 4):
        y, test = _draw_labels(rng, classes)
        left = np.array([np.sum((y == c) & ~np.isin(np.arange(len(y)), test)) for c in np.unique(y)])
        for k in (1, int(left.min()) - 1, int(left.min())):
            _judge_shots(_rows(_draw(answer, y, test, k, int(rng.integers(10**6))), len(y)), y, test, k)


@EXERCISE.check("q5")
def chance_is_the_seeds(answer, rng):
    """en: Each row that is left has the same chance; the seed alone decides.
    zh: 剩下的每一行机会相同；只由种子决定。"""
    y, test = _draw_labels(rng, 2)
    left = np.setdiff1d(np.arange(len(y)), test)
    start, k = int(rng.integers(10**6)), 3
    one, again = (_rows(_draw(answer, y, test, k, start), len(y)) for _ in range(2))
    if not np.array_equal(np.sort(one), np.sort(again)):
        raise Misconception("other-chance")
    draws = [_rows(_draw(answer, y, test, k, seed), len(y)) for seed in range(start, start + 300)]
    for rows in draws:
        _judge_shots(rows, y, test, k)
    for c in np.unique(y):
        own = left[y[left] == c]
        share, p = np.array([np.mean([row in rows for rows in draws]) for row in own]), k / len(own)
        if np.abs(share - p).max() > 5.5 * np.sqrt(p * (1 - p) / len(draws)):
            raise Misconception("not-at-random")


@EXERCISE.check("q5")
def the_report_is_honest(answer, rng):
    """en: The mean of the draws, and t times the standard error on both sides, with the t of that number of draws.
    zh: 各次抽样的平均，两侧各 t 倍标准误，t 取自相应的抽样次数。"""
    for n in (3, int(rng.choice([5, 8, 10])), 20):
        scores = rng.uniform(0.5, 0.9, n)
        mean, low, high = _some_numbers(answer.call("report_draws", scores), ("mean", "low", "high"))
        s, t = scores.std(ddof=1), _T95[n]
        _judge(mean, scores.mean(), {"best-draw": [scores.max()]}, "mean")
        halves = {
            "normal-for-few": [1.96 * s / n**0.5, 1.96 * scores.std() / n**0.5],
            "divided-by-n": [t * scores.std() / n**0.5],
            "spread-for-error": [t * s, 1.96 * s, s],
            "t-of-another-n": [other * s / n**0.5 for other in _T95.values() if other != t],
        }
        for end, sign, what in ((low, -1, "low"), (high, 1, "high")):
            _judge(
                end,
                scores.mean() + sign * t * s / n**0.5,
                {name: [scores.mean() + sign * half for half in some] for name, some in halves.items()},
                what,
            )


@EXERCISE.check("q5", hidden=True)
def too_few_rows_and_inputs(answer, rng):
    """en: Too few rows left of a class: ValueError; labels of any numbers, no test rows; inputs stay as they were.
    zh: 某类剩下的行不够时抛出 ValueError；类别编号任意、没有测试行时也行；传入的东西保持原样。"""
    y, test = _draw_labels(rng, 3)
    left = min(np.sum((y == c) & ~np.isin(np.arange(len(y)), test)) for c in np.unique(y))
    for k in (int(left) + 1, len(y)):
        found = answer.call(drivers.call_and_catch, Learner("draw_shots"), y, test, k, 5)
        if "error" not in found:
            raise Wrong(_TOO_FEW.format(k=k))
        if found["error"] != "ValueError":
            raise Wrong(_OTHER_ERROR.format(error=found["error"]))
    y = 7 - 3 * y
    _judge_shots(_rows(_draw(answer, y, np.zeros(0, dtype=int), 2, 5), len(y)), y, np.zeros(0, dtype=int), 2)
    scores = rng.uniform(size=4)
    after = answer.call(drivers.call_and_keep_inputs, Learner("report_draws"), scores)
    expect_close(
        _some_numbers(after["result"], ("mean", "low", "high")),
        scores.mean() + np.array([0, -1, 1]) * _T95[4] * scores.std(ddof=1) / 2,
        RTOL,
        ATOL,
        "(mean, low, high)",
    )
    _expect_same_inputs(after["inputs"], (scores,))


@EXERCISE.check("q6")
def forgetting_is_measured(answer, rng):
    """en: For each task but the last, the best from its learning until before the end, less what is left; the mean.
    zh: 对最后一个以外的每个任务：从学会到结束之前最好的，减去剩下的；再平均。"""
    for _ in range(3):
        R = _draw_record(rng)
        T = len(R)
        terms = np.array([R[j : T - 1, j].max() - R[-1, j] for j in range(T - 1)])
        ever = np.array([R[:, j].max() - R[-1, j] for j in range(T)])
        early = np.array([R[: T - 1, j].max() - R[-1, j] for j in range(T)])
        late = np.array([R[j:, j].max() - R[-1, j] for j in range(T)])
        after = np.array([R[j, j] - R[-1, j] for j in range(T)])
        across = np.array([R[j, j : T - 1].max() - R[j, -1] for j in range(T - 1)])
        wrong = {
            "best-ever": [each[: T - 1].mean() for each in (ever, early)] + [ever.mean()],
            "right-after-learning": [after[:-1].mean(), after.mean()],
            "last-task-too": [terms.sum() / T, early.mean()],
            "gain-for-loss": [-terms.mean()],
            "never-negative": [np.maximum(terms, 0).mean(), late.mean()],
            "rows-for-columns": [across.mean(), np.mean([R.T[j : T - 1, j].max() - R.T[-1, j] for j in range(T - 1)])],
        }
        _judge(_number(answer.call("find_forgetting", R), "F"), terms.mean(), wrong, "F")


@EXERCISE.check("q6")
def the_cheapest_way_is_found(answer, rng):
    """en: Of the ways that meet the demand the one with the lowest bill; what is shared is paid once.
    zh: 在满足要求的办法里账单最低的那个；共用的只付一次。"""
    for _ in range(3):
        ways, prices, right, wrong = _draw_offer(rng)
        _judge_offer(answer.call("find_cheapest", ways, *prices), right, wrong)


@EXERCISE.check("q6")
def the_company_has_chosen(answer, rng):
    """en: CHOICE and COST are those of the company's own table.
    zh: CHOICE 和 COST 对应公司自己的表。"""
    choice, cost = answer.get("CHOICE"), answer.get("COST")
    names = ("zero-shot", "prompts", "frozen + head", "LoRA", "adapters", "fine-tuning", "LoRA, many labels")
    if choice not in names:
        raise Wrong(_NO_NAME)
    if choice in names[:3]:
        raise Misconception("demand-ignored")
    if choice != _CHOICE:
        raise Misconception("best-for-cheapest")
    cost = _number(cost, "COST")
    for name, recipes in {
        "once-for-each": [5_000 + 200 * (298_000 + 90_264_584) / 1e9 * 40],
        "one-customer": [25 + (298_000 + 90_264_584) / 1e9 * 40, 25 + 298_000 / 1e9 * 40],
        "labels-or-bytes-forgotten": [
            5_000.0,
            5_000 + 200 * 298_000 / 1e9 * 40,
            200 * 298_000 / 1e9 * 40 + 90_264_584 / 1e9 * 40,
        ],
    }.items():
        if any(abs(cost - recipe) < 0.006 for recipe in recipes):
            raise Misconception(name)
    expect_close(cost, _COST, 0, 0.006, "COST")


@EXERCISE.check("q6", hidden=True)
def none_exact_and_equal(answer, rng):
    """en: None that will do, one that will do exactly, equal bills, two tasks only: right too; inputs stay as they were.
    zh: 没有合适的、恰好达到的、账单相同的、只有两个任务时，都正确；传入的东西保持原样。"""
    a, b = (float(np.round(x, 3)) for x in np.sort(rng.uniform(0.5, 0.9, 2)))
    ways = {"z": (a / 2, 1, 0, 0), "x": (a, 10, 0, 0), "y": (b, 10, 0, 0)}
    for demand, right in ((0.99, (None, np.inf)), (b, ("y", 30.0)), (a, ("y", 30.0)), (0.0, ("z", 3.0))):
        after = answer.call(drivers.call_and_keep_inputs, Learner("find_cheapest"), ways, 3, 1.0, 5.0, demand)
        value = after["result"]
        if isinstance(value, (list, tuple)) and len(value) == 2 and demand == b and value[0] != "y":
            raise Misconception("just-enough")
        _judge_offer(value, right, {})
        if {name: tuple(way) for name, way in after["inputs"][0].items()} != ways:
            raise Misconception("changes-its-inputs")
    R = rng.uniform(0.4, 0.9, (2, 2))
    after = answer.call(drivers.call_and_keep_inputs, Learner("find_forgetting"), R)
    expect_close(_number(after["result"], "F"), R[0, 0] - R[1, 0], RTOL, ATOL, "F")
    _expect_same_inputs(after["inputs"], (R,))


def _draw_lora(rng, axes, r=None) -> tuple:
    """x, W, b, A, B, alpha: all sides different, alpha neither 1 nor r."""
    r, i, o = r or int(rng.integers(2, 4)), int(rng.integers(4, 7)), int(rng.integers(8, 11))
    x, W, b = rng.normal(size=(*axes, int(rng.integers(2, 4)), i)), rng.normal(size=(o, i)), rng.normal(size=o)
    return x, W, b, rng.normal(size=(r, i)), rng.normal(size=(o, r)), float(rng.uniform(4, 9)) * r


def _draw_adapter(rng, axes, d=None, m=None) -> tuple:
    d, m = d or int(rng.integers(4, 7)), m or int(rng.integers(2, 4))
    h = rng.normal(size=(*axes, int(rng.integers(3, 6)), d))
    return h, rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=(d, m)), rng.normal(size=d)


def _letters(answer, name, allowed) -> set:
    letters = answer.get(name)
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    problem = Wrong(_NO_LETTERS.format(name=name, last=allowed[-1]))
    if not isinstance(letters, str):
        raise problem
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set(allowed):
        raise problem
    return letters


def _draw_labels(rng, classes) -> tuple[np.ndarray, np.ndarray]:
    """y, test: classes of different sizes in random order; a third of the rows are test rows."""
    y = rng.permutation(np.repeat(np.arange(classes), rng.permutation(np.arange(12, 12 + 4 * classes, 4))))
    return y, rng.permutation(len(y))[: len(y) // 3]


def _draw(answer, y, test, k, seed):
    return answer.call("draw_shots", y, test, k, seed)


def _rows(value, n) -> np.ndarray:
    if value is None:
        as_array(value)
    problem = Wrong(_NOT_ROWS.format(last=n - 1))
    if isinstance(value, (list, tuple)) and any(isinstance(part, (list, tuple, np.ndarray)) for part in value):
        raise problem
    rows = as_array(value, "rows")
    if (
        rows.ndim != 1
        or np.asarray(value).dtype == bool
        or (rows != np.round(rows)).any()
        or (rows < 0).any()
        or (rows >= n).any()
    ):
        raise problem
    return rows.astype(int)


def _judge_shots(rows, y, test, k):
    if np.isin(rows, test).any():
        raise Misconception("test-rows-drawn")
    if len(np.unique(rows)) < len(rows):
        raise Misconception("drawn-twice")
    if any(np.sum(y[rows] == c) != k for c in np.unique(y)):
        raise Misconception("not-k-of-each")


def _draw_record(rng) -> np.ndarray:
    """R: a task's best comes after it was learned and not in the last row; before it was learned it was once better still."""
    T = int(rng.integers(4, 6))
    R = rng.uniform(0.55, 0.7, (T, T))
    for j in range(T):
        R[j, j] = rng.uniform(0.75, 0.8)
        if j < T - 2:
            R[j + 1, j] = rng.uniform(0.81, 0.86)
        if j:
            R[0, j] = rng.uniform(0.87, 0.9)
    R[-1, T - 2] = R[T - 2, T - 2] + rng.uniform(0.02, 0.04)  # the last but one improved in the end
    return R


def _draw_offer(rng):
    """ways, prices, (name, dollars) and what wrong recipes choose."""
    while True:
        names = rng.permutation(["A", "B", "C", "D", "E", "F"]).tolist()
        ways = {}
        for name in names:
            accuracy, labels = float(np.round(rng.uniform(0.6, 0.95), 3)), int(rng.integers(0, 400))
            ways[name] = (accuracy, labels, int(rng.integers(10**5, 10**9)), int(rng.integers(10**8, 10**11)))
        customers, label, gigabyte, demand = (
            int(rng.integers(3, 40)),
            float(rng.uniform(0.01, 0.1)),
            float(rng.uniform(1, 5)),
            float(rng.uniform(0.7, 0.85)),
        )
        prices = label, gigabyte
        right, careless = (_choose_way(ways, demanded, customers, customers, 1, *prices) for demanded in (demand, 0.0))
        best = max(ways, key=lambda name: ways[name][0])
        if right[0] is None or right[0] == best or careless[0] == right[0]:
            continue
        wrong = {
            "once-for-each": [_choose_way(ways, demand, customers, customers, customers, *prices)],
            "one-customer": [_choose_way(ways, demand, 1, 1, 1, *prices)],
            "labels-or-bytes-forgotten": [
                _choose_way(ways, demand, *each, *prices)
                for each in ((0, customers, 1), (customers, 0, 0), (customers, customers, 0), (customers, 0, 1))
            ],
            "demand-ignored": [careless],
            "best-for-cheapest": [(best, _bill(ways[best], customers, customers, 1, *prices))],
        }
        return ways, (customers, label, gigabyte, demand), right, wrong


def _bill(way, label_times, byte_times, once_times, label, gigabyte) -> float:
    return label_times * way[1] * label + (byte_times * way[2] + once_times * way[3]) / 1e9 * gigabyte


def _choose_way(ways, demand, *times_and_prices) -> tuple:
    bills = [(_bill(way, *times_and_prices), name) for name, way in ways.items() if way[0] >= demand]
    return min(bills)[::-1] if bills else (None, np.inf)


def _judge_offer(value, right, wrong):
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(_TUPLE.format(count=2, names="name, dollars"))
    name, dollars = value[0], _number(value[1], "dollars")
    for misconception, recipes in wrong.items():
        for other in recipes:
            if (
                name == other[0]
                and _same(dollars, other[1])
                and not (other[0] == right[0] and _same(other[1], right[1]))
            ):
                raise Misconception(misconception)
    expect_equal(name, right[0], "name")
    if np.isposinf(right[1]) and np.isposinf(dollars):
        return
    expect_close(dollars, right[1], RTOL, ATOL, "dollars")


def _expect_same_inputs(after, before):
    if not all(np.array_equal(now, then) for now, then in zip(after, before, strict=False)):
        raise Misconception("changes-its-inputs")


def _some_numbers(value, names) -> tuple[float, ...]:
    if value is None:
        as_array(value)  # says that the return is missing
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) == 0 or len(value) != len(names):
        raise Wrong(_TUPLE.format(count=len(names), names=", ".join(names)))
    return tuple(_number(item, name) for item, name in zip(value, names, strict=True))


def _judge(value, right, named, what):
    """Raises the first misconception one of whose recipes gives `value` and not `right`; else compares."""
    for name, recipes in named.items():
        for recipe in recipes:
            if _same(value, recipe) and not _same(right, recipe):
                raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL)


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
