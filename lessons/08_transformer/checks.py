"""Exercise 08: a block with its norm, rotary positions, parameters, perplexity, the next token's distribution, leaks."""

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

RTOL, ATOL = 1e-5, 1e-5  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise("08_transformer")
_BITS_A, _BITS_B, _LEVEL = 1.919812, 1.496775, 19.647853  # of the losses in q6's given cell
_HELD = ((3.819638, 69_120), (4.346224, 47_360))  # of A and B: nats a token, tokens
_PUBLISHED = {
    124_439_808: ((50_257, 768, 12, 12), {"P": 1_024}),  # GPT-2
    66_362_880: ((30_522, 768, 6, 12), {"P": 512}),  # DistilBERT
    109_482_240: ((30_522, 768, 12, 12), {"P": 512, "S": 2, "pooler": True}),  # BERT-base
}
_NO_DICTIONARY = Text(
    "Return a dictionary with the keys {keys}.",
    "请返回一个字典，键为 {keys}。",
)
_NO_LETTERS = Text(
    '`FAULTS` is a text of letters out of A to E, for instance "CE".',
    '`FAULTS` 应是由 A 到 E 的字母组成的文本，例如 "CE"。',
)
_FAULT_MISSING = Text(
    "What you name is right, but it isn't all: in which rows of the table does the report fall below the source?",
    "你选的都对，但还不全：表中还有哪些行，报告的数低于源头的数？",
)
_NO_CHOICE = Text(
    '`CHOICE` is "A", "B" or "C".',
    '`CHOICE` 应是 "A"、"B" 或 "C"。',
)
_NOT_THE_NUMBER = Text(
    "`{name}` is {value:.6g}: that isn't the text's whole loss in bits, divided by its characters.",
    "`{name}` 是 {value:.6g}：它不等于整段文本以比特计的总损失除以字符数。",
)
_NOT_WHOLE = Text(
    "`most_blocks` is {value:.6g}, which is no whole number: a part of a block is of no use.",
    "`most_blocks` 是 {value:.6g}，不是整数：半个块没有用处。",
)
_NOT_LEVEL = Text(
    "At perplexity {value:.6g} the worse candidate would still have other bits per character than your choice should have.",
    "困惑度为 {value:.6g} 时，较差的那个候选模型的每字符比特数，仍与应选的模型不同。",
)
EXERCISE.question(
    "q1",
    Text("a block", "一个块"),
    [
        Text(
            "Do the docstring's example on paper, token by token: mean, distances from it, their mean square. Then draw the two kinds of block, and see which arrow goes around what.",
            "照文档字符串的例子，在纸上逐个词元地算：均值、与均值之差、差的平方的平均。再画出两种块，看哪条箭头绕过了什么。",
        ),
        Text(
            "Statistics go over the last axis, with keepdims=True, so that each token keeps its own. In pre-norm what goes around is the raw x; the second part starts from the first one's sum.",
            "统计量沿最后一个轴计算，加上 keepdims=True，让每个词元保留自己的那一份。前置归一化时，绕过去的是未经归一化的 x；第二个部件从第一次求和的结果出发。",
        ),
        Text(
            "gamma * (x - mean) / np.sqrt(variance + eps) + beta. Pre-norm: x = x + attention(norm_1(x), p), then the same with network and norm_2; post-norm: x = norm_1(x + attention(x, p)), and so on.",
            "gamma * (x - mean) / np.sqrt(variance + eps) + beta。前置：x = x + attention(norm_1(x), p)，network 和 norm_2 照样再来一次；后置：x = norm_1(x + attention(x, p))，依此类推。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("positions by rotation", "用旋转表示位置"),
    [
        Text(
            "(a) With d = 2 there is one pair and ω = 1. Write down the angles of the rows, then one row of cosines. (b) Which place may the query have, so that nothing must be turned?",
            "(a) d = 2 时只有一对，ω = 1。先写下各行的角度，再写出一行余弦。(b) 查询放在哪个位置，就用不着转？",
        ),
        Text(
            "(a) The angles are a table, places down and pairs across: (first + t)·ω_i. Split x into two halves; each half becomes a mixture of both. (b) Only n − m counts, so let m be 0.",
            "(a) 角度是一张表，竖着是位置，横着是对：(first + t)·ω_i。把 x 分成两半，每一半都变成两半的混合。(b) 只有 n − m 起作用，所以令 m 为 0。",
        ),
        Text(
            "(a) angle = (first + np.arange(T))[:, None] * base ** (-np.arange(half) / half); then concatenate a·cos − b·sin and a·sin + b·cos. (b) q @ rotate(k[None], distance)[0] for each distance.",
            "(a) angle = (first + np.arange(T))[:, None] * base ** (-np.arange(half) / half)；再把 a·cos − b·sin 与 a·sin + b·cos 拼起来。(b) 对每个距离算 q @ rotate(k[None], distance)[0]。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("how many parameters?", "有多少参数？"),
    [
        Text(
            "The docstring's example is split into parts: 40 + (80 + 148 + 16) + 8. Find each of them on paper with d = 4.",
            "文档字符串的例子拆成了几部分：40 + (80 + 148 + 16) + 8。取 d = 4，在纸上把每一个都算出来。",
        ),
        Text(
            "(a) A linear map from m to n numbers has mn + n parameters; attention has four of them, the network two, each norm 2d, and one norm stands outside. (b) Each block adds the same number.",
            "(a) 从 m 个数到 n 个数的线性映射有 mn + n 个参数；注意力有四个，网络有两个，每次归一化有 2d，另有一次归一化在块外。(b) 每个块增加的数目相同。",
        ),
        Text(
            "(a) (V + P + S)·d + L·(4(d² + d) + 2rd² + rd + d + 4d) + 2d, then the switches. (b) (budget − count with L = 0) // (count with L = 1 − count with L = 0).",
            "(a) (V + P + S)·d + L·(4(d² + d) + 2rd² + rd + d + 4d) + 2d，再加各个开关的影响。(b) (budget − L = 0 时的个数) // (L = 1 时的个数 − L = 0 时的个数)。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("a loss that padding can't touch", "不受填充影响的损失"),
    [
        Text(
            "(a) In the docstring's example, which four numbers count? (b) What is exp(−2000) on a computer, and what is its logarithm?",
            "(a) 文档字符串的例子里，算数的是哪四个数？(b) 在计算机上 exp(−2000) 是多少，它的对数又是多少？",
        ),
        Text(
            "(a) Add up over all batches, divide once at the end; take the tokens out by the mask instead of multiplying, since nan · 0 is nan. (b) Take the larger logarithm out of the sum, as for softmax.",
            "(a) 在所有批上累加，最后只除一次；用掩码把词元取出来，不要相乘，因为 nan · 0 还是 nan。(b) 像算 softmax 那样，把较大的对数从和里提出来。",
        ),
        Text(
            "(a) log_p[mask == 1] of each batch, concatenated: its mean is −ℓ, its length N; bits = nats · N / (C · ln 2). (b) np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q).",
            "(a) 把每批的 log_p[mask == 1] 拼起来：均值是 −ℓ，长度是 N；bits = nats · N / (C · ln 2)。(b) np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q)。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("where the next token is drawn from", "下一个词元从哪里抽"),
    [
        Text(
            "Do the docstring's last example step by step on paper: at τ = 0.5 the logits become 6, 2, 4, 4; which three stay, and what do they hold after rescaling?",
            "照文档字符串的最后一个例子，在纸上一步步做：τ = 0.5 时 logit 变成 6、2、4、4；留下哪三个，重新归一后各占多少？",
        ),
        Text(
            "Sort once, the largest first, in a way that keeps equals in their order. Top-k is a place in that order. For top-p ask of each token what the ones before it hold: is that still below p?",
            "只排一次序，从大到小，而且让相等的保持原来的先后。top-k 就是这个次序里的一个位置。对 top-p，问每个词元：排在它前面的合计多少？还不到 p 吗？",
        ),
        Text(
            "order = np.argsort(-z, kind='stable'); p[order[top_k:]] = 0; p /= p.sum(); before = np.cumsum(p[order]) - p[order]; p[order[before >= top_p]] = 0; p /= p.sum(). Subtract the largest logit first; for τ = 0 use z == z.max().",
            "order = np.argsort(-z, kind='stable')；p[order[top_k:]] = 0；p /= p.sum()；before = np.cumsum(p[order]) - p[order]；p[order[before >= top_p]] = 0；p /= p.sum()。先减去最大的 logit；τ = 0 时用 z == z.max()。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("a loss that cannot be true", "不可能是真的损失"),
    [
        Text(
            "(a) Which rows with a single x report less than the source pays? (c) What does place 63 have that the others don't: is the next token inside the window?",
            "(a) 只有一个 x 的各行中，哪几行报告的比源头付的还少？(c) 位置 63 与别的位置有何不同：下一个词元在窗口里面吗？",
        ),
        Text(
            "(b) A text of n tokens gives n − 1 questions: what is read is the text without its last token, what must be said is the text without its first. The lengths tell what counts, not the pad number. (c) The whole loss, ℓN nats, is for the same C characters.",
            "(b) n 个词元的文本有 n − 1 个问题：读的是去掉最后一个词元的文本，说的是去掉第一个词元的文本。哪些算数要看长度，不看填充的编号。(c) 总损失 ℓN（nat）对应的是同样的 C 个字符。",
        ),
        Text(
            "(b) inputs[b, :n] = text[:-1]; targets[b, :n] = text[1:]; counts[b, :n] = True; look = np.tri(T, dtype=bool). (c) LOSS[name].mean() * TOKENS[name] / (CHARACTERS * ln 2); LEVEL solves ln(LEVEL) · N of the worse = ℓN of the better.",
            "(b) inputs[b, :n] = text[:-1]；targets[b, :n] = text[1:]；counts[b, :n] = True；look = np.tri(T, dtype=bool)。(c) LOSS[name].mean() * TOKENS[name] / (CHARACTERS * ln 2)；LEVEL 由 ln(LEVEL) · 较差者的 N = 较好者的 ℓN 解出。",
        ),
    ],
)

for _name, _en, _zh in [
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed. `x += …` and `x[…] = …` write into the caller's array; `x = x + …` makes a new one.",
        "结果是对的，但调用之后，传给函数的数组被改动了。`x += …`、`x[…] = …` 会写进调用者的数组；`x = x + …` 则得到一个新数组。",
    ),
    # q1
    (
        "variance-of-a-sample",
        "Your variance divides by d − 1. Layer norm describes these d numbers and estimates nothing: divide by d.",
        "你的方差除以了 d − 1。层归一化描述的就是这 d 个数，不是在估计什么：应除以 d。",
    ),
    (
        "eps-outside-the-root",
        "Your eps stands outside the root, or is squared. It is added to the variance, before the root is taken.",
        "你把 eps 放到了根号外面，或者平方了。它应加在方差上，然后再开方。",
    ),
    (
        "eps-ignored",
        "Your result doesn't depend on the `eps` that was given, or there is none in it.",
        "你的结果与传入的 `eps` 无关，或者里面根本没有 eps。",
    ),
    (
        "norm-over-other-tokens",
        "Your mean and variance mix tokens: they run over the tokens' axis, or over the whole array. Each token has its own, over its d numbers.",
        "你的均值和方差把不同的词元混在了一起：沿的是词元那个轴，或者整个数组。每个词元各有自己的，只对它的 d 个数求。",
    ),
    (
        "mean-kept",
        "You divide by the spread, but the mean is still there: subtract it first.",
        "你除以了标准差，但均值还在：要先减去它。",
    ),
    (
        "variance-for-deviation",
        "You divide by the variance; divide by its root.",
        "你除以的是方差；应除以它的平方根。",
    ),
    (
        "scale-or-shift-missing",
        "gamma or beta is missing, or the two have changed places: scale by gamma, then add beta.",
        "漏掉了 gamma 或 beta，或者两者对调了：先乘 gamma，再加 beta。",
    ),
    (
        "norm-at-the-other-place",
        "That is the other kind: with pre_norm = True the norms stand before attention and network, with False after the sums.",
        "这是另一种块：pre_norm = True 时，归一化在注意力和网络之前；False 时，在求和之后。",
    ),
    (
        "residual-missing",
        "A residual path is missing: what came in must be added to what attention makes of it, and again to what the network makes.",
        "少了残差通路：进来的要加到注意力的结果上，再加到网络的结果上。",
    ),
    (
        "residual-from-the-norm",
        "Your residual path carries the normalised x. In pre-norm it goes around the norm as well: from input to output there is nothing but sums.",
        "你的残差通路上走的是归一化之后的 x。前置归一化时，它连归一化也要绕过：从输入到输出，一路上只有加法。",
    ),
    (
        "sum-outside-the-norm",
        "In post-norm the norm takes the whole sum; yours takes only what attention or the network made.",
        "后置归一化时，要归一化的是整个和；你只归一化了注意力或网络的结果。",
    ),
    (
        "norms-exchanged",
        "Your two norms have changed places, or one serves twice: gamma_1 and beta_1 belong to the attention, gamma_2 and beta_2 to the network.",
        "两次归一化的参数对调了，或者同一组用了两次：gamma_1、beta_1 属于注意力，gamma_2、beta_2 属于网络。",
    ),
    (
        "parts-beside-each-other",
        "Your network, or its residual path, starts from the block's input x. It starts from x', where attention has already been added.",
        "你的网络或它的残差通路，是从块的输入 x 出发的。它应从 x' 出发，那里已经加上了注意力的结果。",
    ),
    (
        "network-first",
        "You run the network before the attention.",
        "你先跑了网络，后跑注意力。",
    ),
    # q2
    (
        "neighbours-paired",
        "You pair neighbours, x_0 with x_1. Here the halves form the pairs: x_i with the number d/2 places on.",
        "你把相邻的数配成了对，x_0 配 x_1。这里是两半之间配对：x_i 配它后面第 d/2 个数。",
    ),
    (
        "turned-backwards",
        "You turn the other way round: in the upper row of the matrix the sine has the minus.",
        "你转反了方向：矩阵里带负号的，是上面一行的正弦。",
    ),
    (
        "place-from-one",
        "Your rows stand one place too far: with first = 0 the first row isn't turned at all.",
        "你的各行都多走了一个位置：first = 0 时，第一行根本不转。",
    ),
    (
        "one-frequency",
        "All your pairs turn at the same speed. ω_i falls with i, from 1 downwards.",
        "你的各对转得一样快。ω_i 随 i 变小，从 1 往下。",
    ),
    (
        "exponent-of-frequencies",
        "Your speeds ω_i are not those of the formula: the exponent is −2i/d with i = 0 … d/2 − 1, so it runs from 0 to nearly −1.",
        "你的转速 ω_i 与公式不符：指数是 −2i/d，i = 0 … d/2 − 1，所以从 0 走到接近 −1。",
    ),
    (
        "added-not-turned",
        "You add sines and cosines to x. Rotary positions add nothing, they turn: lengths stay.",
        "你把正弦和余弦加到了 x 上。旋转位置什么也不加，只是转：长度不变。",
    ),
    (
        "first-ignored",
        "Row t stands at place first + t; your result doesn't depend on `first`, or not rightly.",
        "第 t 行在位置 first + t；你的结果与 `first` 无关，或者用得不对。",
    ),
    (
        "base-ignored",
        "With base = 10,000 you are right; another base, if it is given, must be used.",
        "base = 10,000 时你是对的；传入别的底数时，要用传入的。",
    ),
    (
        "distance-turned-round",
        "The sign of your distances is turned: distance = n − m, the key's place minus the query's.",
        "你的距离符号反了：distance = n − m，是键的位置减去查询的位置。",
    ),
    (
        "sign-of-distance-lost",
        "At negative distances you give what belongs to the positive ones: a key before the query isn't a key after it.",
        "距离为负时，你给出的是正距离的分数：键在查询之前，与在查询之后不是一回事。",
    ),
    (
        "score-divided",
        "You divide the score by √d. Here the product itself is asked for.",
        "你把分数除以了 √d。这里要的就是内积本身。",
    ),
    # q3
    (
        "biases-forgotten",
        "The biases of the linear maps are missing: one number for each output.",
        "漏了线性映射的偏置：每个输出一个数。",
    ),
    (
        "norms-forgotten",
        "Norms are missing: each block has two, one more stands outside, and each has γ and β.",
        "漏了归一化：每个块有两次，块外还有一次，每次都有 γ 和 β。",
    ),
    (
        "four-d-missing",
        "In each block 4d are missing: either the biases of attention's four maps, or its two norms, each with γ and β.",
        "每个块少了 4d：要么是注意力四个映射的偏置，要么是两次归一化，每次都有 γ 和 β。",
    ),
    (
        "outer-norm-forgotten",
        "All is there but the one norm outside the blocks: 2d.",
        "别的都有，只差块外的那次归一化：2d。",
    ),
    (
        "tables-for-each-head",
        "You count the tables of attention for each head. The heads share them out among themselves: d/h columns each, so their number cancels out.",
        "你给每个头都数了一遍注意力的表。各个头是分着用的：每个头 d/h 列，所以头数约掉了。",
    ),
    (
        "output-map-forgotten",
        "Your attention has three maps; the fourth, for the output, is missing.",
        "你的注意力只有三个映射，漏了第四个，即输出。",
    ),
    (
        "places-or-segments-forgotten",
        "The tables of places or of segments are missing: (V + P + S)·d.",
        "漏了位置表或片段表：应是 (V + P + S)·d。",
    ),
    (
        "pooler-miscounted",
        "The pooler is missing, or stands where there is none, or lacks its bias.",
        "漏了 pooler，或者没有 pooler 却数了，或者漏了它的偏置。",
    ),
    (
        "tied-table-miscounted",
        "Tied: the table of tokens is counted once, for embedding and logits together. Untied: twice.",
        "共享时，词元表只数一次，嵌入和 logit 合用；不共享时数两次。",
    ),
    (
        "ratio-fixed",
        "Your network is always four times as wide inside; `ratio` says how many times.",
        "你的网络内层总是四倍宽；几倍由 `ratio` 决定。",
    ),
    (
        "biases-not-switched-off",
        "With biases = False some are still there: neither a linear map has a bias then, nor a norm a β, in the blocks, outside, or in the pooler.",
        "biases = False 时，还留着一些：这时线性映射没有偏置，归一化没有 β，块内、块外、pooler 都一样。",
    ),
    (
        "gammas-switched-off",
        "With biases = False a norm still has its γ: d numbers.",
        "biases = False 时，归一化还有 γ：d 个数。",
    ),
    (
        "one-block-too-many",
        "Your model doesn't fit: it has one block too many, or more. Round down.",
        "你的模型放不下：至少多了一个块。应当向下取整。",
    ),
    (
        "a-block-still-fits",
        "One block more would still fit, also where it fills the budget exactly.",
        "再加一个块还放得下；恰好用完预算也算放得下。",
    ),
    (
        "budget-for-blocks-alone",
        "You divide the whole budget by the size of a block. The embeddings and what else stands outside take their part first.",
        "你用整个预算去除以一个块的大小。嵌入等块外的部分要先占去一份。",
    ),
    (
        "switches-not-passed-on",
        "Your number is right for a model without further options; those in `more` change the size of a block, or of what stands outside.",
        "没有别的选项时你是对的；`more` 里的选项会改变块的大小，或块外部分的大小。",
    ),
    # q4
    (
        "padding-counted",
        "Padding gets into your mean: as loss, or as number of places. Only where the mask is 1 is there a token.",
        "填充混进了你的平均：算进了损失，或者算进了个数。只有掩码为 1 的地方才有词元。",
    ),
    (
        "batches-weigh-alike",
        "You average the batches' means, so that a token in a small batch counts more. Add up all tokens, divide once.",
        "你对各批的平均再求平均，于是小批里的词元分量更重。应当把所有词元加起来，只除一次。",
    ),
    (
        "texts-weigh-alike",
        "You average over the texts' means, so that a token of a short text counts more. Add up all tokens, divide once.",
        "你对各段文本的平均再求平均，于是短文本里的词元分量更重。应当把所有词元加起来，只除一次。",
    ),
    (
        "mean-of-perplexities",
        "You average perplexities. Average losses, then take e to that: the mean of powers is not the power of the mean.",
        "你平均的是困惑度。应当先平均损失，再取 e 的幂：幂的平均不等于平均的幂。",
    ),
    (
        "sign-forgotten",
        "Your sign is turned: logarithms of probabilities are negative, a loss is positive.",
        "符号反了：概率的对数是负的，损失是正的。",
    ),
    (
        "perplexity-of-base-two",
        "Your perplexity takes 2 to the power of nats. Nats belong to e: $e^{\\ell}$, or 2 to the power of bits a token.",
        "你的困惑度是 2 的 nat 次幂。nat 对应的是 e：$e^{\\ell}$；以 2 为底，就要用每词元的比特数。",
    ),
    (
        "bits-per-token",
        "Your bits are per token; asked for are bits per character: times N, divided by C.",
        "你的比特数是每词元的；要求的是每字符的：乘以 N，再除以 C。",
    ),
    (
        "nats-for-bits",
        "That is nats per character: a bit is ln 2 = 0.693 nats, so divide by ln 2.",
        "这是每字符的 nat 数：一个比特等于 ln 2 = 0.693 nat，所以要除以 ln 2。",
    ),
    (
        "tokens-and-characters-exchanged",
        "You have divided by tokens a character upside down: the whole loss ℓN is shared out among C characters.",
        "词元数与字符数颠倒了：要把总损失 ℓN 分摊到 C 个字符上。",
    ),
    (
        "padding-poisons",
        "Your result is nan: the padding holds nan here, and nan · 0 is nan again. Take out what the mask allows instead of multiplying.",
        "你的结果是 nan：这里的填充里有 nan，而 nan · 0 还是 nan。不要相乘，按掩码取出来。",
    ),
    (
        "logarithms-mixed",
        "You mix the logarithms. The probabilities are mixed: then the mixture is never worse than a model by more than ln(1/share), with that model's share.",
        "你混合的是对数。要混合的是概率：这样混合之后，比其中任何一个模型最多差 ln(1/份额)，份额是那个模型的。",
    ),
    (
        "shares-exchanged",
        "`share` belongs to p, 1 − share to q.",
        "`share` 属于 p，1 − share 属于 q。",
    ),
    (
        "share-ignored",
        "Your mixture doesn't depend on `share`, or its weights don't have the sum 1.",
        "你的混合与 `share` 无关，或者权重之和不是 1。",
    ),
    (
        "underflow",
        "Small probabilities became 0 on the way: exp(−2000) is 0 on a computer. Take the larger logarithm out of the sum (np.logaddexp does).",
        "很小的概率半路上变成了 0：在计算机上 exp(−2000) 等于 0。要把较大的对数从和里提出来（np.logaddexp 就是这样做的）。",
    ),
    (
        "impossible-becomes-nan",
        "Your answer holds nan where a logarithm is −∞: −∞ minus −∞ is nan. A token that one model rules out, the other may still allow; what both rule out has −∞.",
        "对数为 −∞ 时，你的答案里出现了 nan：−∞ 减 −∞ 是 nan。一个模型认定不可能的词元，另一个也许还允许；两个都认定不可能的，结果是 −∞。",
    ),
    # q5
    (
        "temperature-upside-down",
        "You multiply the logits by the temperature. Divide: a low temperature sharpens.",
        "你把 logit 乘以了温度。应当相除：温度低，分布才更尖。",
    ),
    (
        "temperature-ignored",
        "The temperature has no effect in your answer: it must go into the exponent. Dividing probabilities by it and rescaling changes nothing.",
        "温度在你的答案里不起作用：它要进入指数。把概率除以温度再归一，什么也不会变。",
    ),
    (
        "zero-takes-one",
        "At temperature 0 equal largest logits share everything in equal parts; yours gives all to one of them.",
        "温度为 0 时，几个同样大的最大 logit 应当平分；你把全部都给了其中一个。",
    ),
    (
        "not-rescaled",
        "What was cut off is gone, but what is left doesn't have the sum 1: divide by its sum.",
        "该去掉的去掉了，但剩下的之和不是 1：要除以它们的和。",
    ),
    (
        "softmax-for-rescaling",
        "You take a softmax of probabilities. To rescale, divide by the sum.",
        "你对概率又做了一次 softmax。要重新归一，只需除以总和。",
    ),
    (
        "least-probable-kept",
        "You keep the least probable tokens: sort the largest first.",
        "你留下的是概率最小的词元：应当从大到小排序。",
    ),
    (
        "crossing-token-dropped",
        "Your top-p stops one token too early: what it keeps holds less than p. The token that crosses the threshold stays.",
        "你的 top-p 早停了一个词元：留下的合计不到 p。跨过门槛的那个词元要留下。",
    ),
    (
        "one-token-too-many",
        "Your top-p keeps one token too many: the ones before it already hold p.",
        "你的 top-p 多留了一个词元：排在它前面的合计已经达到 p。",
    ),
    (
        "threshold-for-each-token",
        "You compare single probabilities with p (or with 1 − p). Top-p is about what the most probable tokens hold together.",
        "你拿单个词元的概率与 p（或 1 − p）比较。top-p 看的是最可能的几个词元合计多少。",
    ),
    (
        "cut-before-temperature",
        "You choose the tokens of top-p before the temperature has acted. First temperature, then the cuts.",
        "温度还没有起作用，你就选好了 top-p 的词元。先温度，后截断。",
    ),
    (
        "top-p-of-everything",
        "Your top-p looks at the probabilities from before top-k, or comes before it. It works on what top-k has left, rescaled to 1.",
        "你的 top-p 看的是 top-k 之前的概率，或者排在 top-k 前面。它应在 top-k 留下、并重新归一的分布上进行。",
    ),
    (
        "one-cut-ignored",
        "With both cuts given, one of them has no effect in your answer.",
        "两种截断都给了，其中一种在你的答案里不起作用。",
    ),
    (
        "equals-kept",
        "You keep all tokens that equal the last one. Exactly as many stay as the cut says; of equals those with the lower numbers.",
        "凡与最后一个相等的，你都留下了。留下几个由截断决定；相等的当中，留编号小的。",
    ),
    (
        "higher-of-equals",
        "Of equal logits you keep those with the higher numbers, or any. The lower numbers stay: sort with kind='stable', the largest first.",
        "相等的 logit，你留下了编号大的，或者随便哪个。应当留编号小的：从大到小排序，并用 kind='stable'。",
    ),
    (
        "overflow",
        "With large logits your answer holds nan or inf: subtract the largest logit before you take powers.",
        "logit 很大时，你的答案里出现了 nan 或 inf：先减去最大的 logit，再取幂。",
    ),
    # q6
    (
        "padded-keys-blamed",
        "D isn't it: compare the row where only D has an x with the last one. The padding stands on the right, and the causal mask hides it from every place that counts.",
        "不是 D：把只有 D 是 x 的那一行与最后一行比较。填充都在右边，凡是算数的位置，因果掩码已经把它遮住了。",
    ),
    (
        "memory-blamed",
        "E isn't it: the report is of texts that were held out, and in the last row the model has as many parameters.",
        "不是 E：报告的是留出的文本，而且最后一行的模型参数同样多。",
    ),
    (
        "targets-are-inputs",
        "Your targets are what is read: the model would only have to copy. What must be said is the token after it.",
        "你的目标就是读到的词元：模型只要照抄就行。该说的是它后面的那个词元。",
    ),
    (
        "previous-token-asked",
        "Your targets are shifted the wrong way: the model reads a token and must say the one before it.",
        "目标移错了方向：模型读一个词元，却要说它前面的那个。",
    ),
    (
        "future-visible",
        "In your `look` places may look at later ones: there stands the answer.",
        "在你的 `look` 里，位置可以看后面：答案就在那里。",
    ),
    (
        "own-token-hidden",
        "In your `look` a place may not look at itself. The token that it has read is no secret, and the first place would have nothing to look at.",
        "在你的 `look` 里，位置看不见自己。它读到的词元不是秘密；而且第一个位置会什么也看不到。",
    ),
    (
        "look-means-ignore",
        "Your `look` is True where a place must not look, as in PyTorch's layers. Here True means: may look.",
        "你的 `look` 在不许看的地方为 True，像 PyTorch 的层那样。这里 True 表示可以看。",
    ),
    (
        "look-is-no-square",
        "`look` should be (T, T): one table for all texts.",
        "`look` 应是 (T, T)：所有文本共用一张表。",
    ),
    (
        "padding-to-be-said",
        "In your `counts` padding counts as something to be said.",
        "在你的 `counts` 里，填充也算成了要说的。",
    ),
    (
        "end-counts",
        "After a text's last token nothing must be said: a text of n tokens has n − 1 places that count.",
        "文本的最后一个词元之后，没有什么要说的：n 个词元的文本，有 n − 1 个位置算数。",
    ),
    (
        "pad-number-in-a-text",
        "The number of the padding stands inside a text here, as a token. Which places count is told by the lengths.",
        "填充的编号在这里出现在文本里面，是一个词元。哪些位置算数，要由长度来定。",
    ),
    (
        "leak-chosen",
        "C cannot be true: 0.06 nats at 63 places, and far too many at the one place whose next token stands outside the window. It copies.",
        "C 不可能是真的：63 个位置上都是 0.06 nat，唯独下一个词元在窗口之外的那个位置高得离谱。它在照抄。",
    ),
    (
        "perplexities-compared",
        "You compare perplexities per token, but the tokens aren't the same: A needs many more of them for the same text. Compare bits a character.",
        "你比较的是每词元的困惑度，可是两边的词元并不相同：同一段文本，A 用的词元多得多。要比每字符的比特数。",
    ),
    (
        "level-is-the-better-perplexity",
        "That is the perplexity of the better candidate. On tokens that are shorter the same text must cost less per token.",
        "这是较好者的困惑度。词元更短，同样的总损失分到每个词元上就更少。",
    ),
    (
        "level-for-the-wrong-one",
        "You ask at which perplexity your choice would draw level with the worse one. It is the other way round.",
        "你求的是：你选的模型困惑度到多少，才与较差的打平。应当反过来。",
    ),
    (
        "level-in-nats",
        "That is the loss in nats per token. The perplexity is e to that power.",
        "这是每词元的 nat 数。困惑度是 e 的这个次幂。",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1")
def each_token_is_normalised_by_itself(answer, rng):
    """en: Each token gets mean 0 and variance 1, with eps inside the root, then its scale and shift.
    zh: 每个词元的均值变为 0、方差变为 1，eps 在根号里面，然后缩放、平移。"""
    for shape in ((2, 5, 6), (7, 4)):
        T, d, eps = shape[-2] + int(rng.integers(3)), shape[-1] + int(rng.integers(3)), float(rng.uniform(0.3, 0.9))
        x = rng.normal(size=(*shape[:-2], T, d)) * rng.uniform(0.7, 2, (T, 1)) + rng.normal(size=(T, 1))
        gamma, beta = rng.uniform(0.5, 2, d) * rng.choice([-1, 1], d), rng.normal(size=d)
        value = answer.call("layer_norm", x, gamma, beta, eps)
        away, var = x - x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
        deviation = np.sqrt(var + eps)
        tokens = tuple(range(x.ndim - 1))
        wrong = {
            "variance-of-a-sample": [gamma * away / np.sqrt(var * d / (d - 1) + eps) + beta],
            "eps-outside-the-root": [gamma * away / (np.sqrt(var) + e) + beta for e in (eps, eps**0.5)]
            + [gamma * away / np.sqrt(var + eps**2) + beta],
            "eps-ignored": [gamma * away / np.sqrt(var + e) + beta for e in (0, 1e-5, 1e-6, 1e-8, 1e-12)],
            "norm-over-other-tokens": [
                gamma * (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps) + beta
                for axes in (None, 0, -2, tokens, (-2, -1))
            ],
            "mean-kept": [gamma * x / np.sqrt(v + eps) + beta for v in (var, (x**2).mean(axis=-1, keepdims=True))],
            "variance-for-deviation": [gamma * away / (var + eps) + beta],
            "scale-or-shift-missing": [
                away / deviation, gamma * away / deviation, away / deviation + beta,
                beta * away / deviation + gamma, gamma * (away / deviation + beta),
            ],
        }  # fmt: skip
        _judge(value, gamma * away / deviation + beta, wrong, "layer_norm")


@EXERCISE.check("q1")
def before_each_part(answer, rng):
    """en: With pre_norm the norms stand before attention and network, and the residual paths go around them.
    zh: pre_norm 为 True 时，归一化在注意力和网络之前，残差通路从旁边绕过。"""
    _judge_block(answer, rng, True)


@EXERCISE.check("q1")
def after_each_sum(answer, rng):
    """en: Without pre_norm the norms take the sums.
    zh: pre_norm 为 False 时，对每次求和的结果做归一化。"""
    _judge_block(answer, rng, False)


@EXERCISE.check("q1", hidden=True)
def any_number_of_tokens(answer, rng):
    """en: Batches, single tokens and tokens of equal numbers work, eps is 1e-5 and pre-norm the rule; inputs stay.
    zh: 成批的、单个的、各数相等的词元都能算；eps 默认 1e-5，默认前置归一化；传入的数组保持原样。"""
    d = int(rng.integers(3, 7))
    gamma, beta = rng.uniform(0.5, 2, d), rng.normal(size=d)
    small, flat = rng.normal(size=(4, d)) * 3e-3, np.full((1, 1, d), 2.0)
    for x in (small, flat, rng.normal(size=(2, 3, 2, d)), rng.normal(size=d) + 3):
        after = answer.call(drivers.call_and_keep_inputs, Learner("layer_norm"), x, gamma, beta)
        _judge(after["result"], _norm(x, gamma, beta), {}, "layer_norm")
        _expect_same_inputs(after["inputs"], (x, gamma, beta))
    for shape in ((1,), (2, 3), (2, 2, 4), (5,)):
        p = _draw_weights(rng, d)
        x = rng.normal(size=(*shape, d)) * 2
        after = answer.call(drivers.call_and_keep_inputs, Learner("block"), x, p)
        _judge(after["result"], _run_block(x, p, True), {}, "block")
        _expect_same_inputs((after["inputs"][0], *after["inputs"][1].values()), (x, *p.values()))
        _judge(answer.call("block", x, p, False), _run_block(x, p, False), {}, "block")


@EXERCISE.check("q2")
def each_pair_is_turned(answer, rng):
    """en: Pair i of row t is turned by t·ω_i; row 0 stays as it is.
    zh: 第 t 行的第 i 对转过 t·ω_i；第 0 行不变。"""
    for d in (2, 2 * int(rng.integers(3, 9))):
        T = int(rng.integers(4, 9))
        x = rng.normal(size=(T, d))
        _judge_rotation(answer.call("rotate", x), x, 0, 10_000.0)


@EXERCISE.check("q2")
def rows_begin_where_they_are_told(answer, rng):
    """en: Row t stands at place first + t, so rows turned one by one equal the rows turned together; another base counts.
    zh: 第 t 行在位置 first + t，所以一行一行地转，与一起转结果相同；换了底数也要用上。"""
    d, first = 2 * int(rng.integers(2, 6)), int(rng.integers(2, 90))
    x = rng.normal(size=(int(rng.integers(3, 6)), d))
    _judge_rotation(answer.call("rotate", x, first), x, first, 10_000.0)
    for t, row in enumerate(x):
        _judge_rotation(answer.call("rotate", row[None], first + t), row[None], first + t, 10_000.0)
    base = float(rng.uniform(50, 2_000))
    value = answer.call("rotate", x, first, base)
    _judge(value, _turn(x, first, base), {"base-ignored": [_turn(x, first, 10_000.0)]}, "rotate", 2e-4)


@EXERCISE.check("q2")
def the_distance_alone_counts(answer, rng):
    """en: The score at a distance equals that of any two places so far apart, behind and ahead.
    zh: 某一距离上的分数，等于任何相隔这么远的两个位置的分数；在前、在后都对。"""
    for d in (2, 2 * int(rng.integers(2, 8))):
        q, k = rng.normal(size=(2, d))
        distances = rng.permutation(np.r_[0, -1, 3, rng.integers(-60, 60, 5)])
        m = 60 + int(rng.integers(40))
        right = np.array([_turn(q[None], m)[0] @ _turn(k[None], m + int(s))[0] for s in distances])
        back = np.array([q @ _turn(k[None], -int(s))[0] for s in distances])
        folded = np.array([q @ _turn(k[None], abs(int(s)))[0] for s in distances])
        wrong = {
            "distance-turned-round": [back],
            "sign-of-distance-lost": [folded],
            "score-divided": [right / d**0.5],
            "neighbours-paired": [[q @ _turn_neighbours(k[None], int(s))[0] for s in distances]],
        }
        _judge(answer.call("score_at_distances", q, k, distances), right, wrong, "score_at_distances", 2e-4)


@EXERCISE.check("q2", hidden=True)
def any_heads_and_places(answer, rng):
    """en: Any axes before the places, one place, whole numbers in x, far places; inputs stay as they were.
    zh: 位置之前可以有任意多个轴；只有一个位置、x 为整数、位置很远，都能算；传入的数组保持原样。"""
    whole = rng.integers(-5, 6, size=(3, 4))
    for x in (rng.normal(size=(2, 3, 5, 8)), rng.normal(size=(4, 1, 2)), whole, rng.normal(size=(1, 6))):
        first, base = int(rng.integers(200, 400)), float(rng.uniform(100, 20_000))
        after = answer.call(drivers.call_and_keep_inputs, Learner("rotate"), x, first, base)
        _judge(after["result"], _turn(x, first, base), {}, "rotate", 3e-4)
        _expect_same_inputs(after["inputs"], (x, first, base))
    q, k, distances = whole[0], whole[1], np.array([5])
    after = answer.call(drivers.call_and_keep_inputs, Learner("score_at_distances"), q, k, distances)
    _judge(after["result"], [q @ _turn(k[None], 5)[0]], {}, "score_at_distances", 2e-4)
    _expect_same_inputs(after["inputs"], (q, k, distances))


@EXERCISE.check("q3")
def published_counts_come_out(answer, rng):
    """en: BERT-base, DistilBERT and GPT-2 have as many parameters as published.
    zh: BERT-base、DistilBERT 和 GPT-2 的参数个数与公布的一致。"""
    for sizes, more in _PUBLISHED.values():
        _judge_count(answer.call("count_parameters", *sizes, **more), *sizes, **more)


@EXERCISE.check("q3")
def each_option_counts(answer, rng):
    """en: Untied logits, another ratio, no biases, a pooler: each changes the count as it should.
    zh: 不共享的 logit、别的倍数、不带偏置、pooler：每个选项都使个数发生应有的变化。"""
    options = [{}, {"tied": False}, {"ratio": int(rng.integers(2, 4))}, {"biases": False}, {"pooler": True}]
    options += [{"biases": False, "pooler": True, "S": 3}, {"ratio": 5, "tied": False, "biases": False, "P": 40}]
    for more in options:
        sizes = _draw_sizes(rng)
        _judge_count(answer.call("count_parameters", *sizes, **more), *sizes, **more)


@EXERCISE.check("q3")
def the_budget_is_kept_and_used(answer, rng):
    """en: The model with that many blocks fits into the budget, and with one block more it doesn't.
    zh: 有这么多块的模型放得进预算，再多一个块就放不下。"""
    for more in ({}, {"P": 30, "tied": False}, {"ratio": 2, "biases": False, "pooler": True}):
        _, d, _, heads = _draw_sizes(rng)
        V = d * int(rng.integers(40, 80))  # so that the embeddings are worth several blocks
        empty = _count(V, d, 0, heads, **more)
        each = _count(V, d, 1, heads, **more) - empty
        L = int(rng.integers(7, 20))
        for budget in (empty + L * each, empty + L * each + each - 1, empty + L * each + int(rng.integers(1, each))):
            value = _number(answer.call("most_blocks", budget, V, d, heads, **more), "most_blocks")
            if value != round(value):
                raise Wrong(_NOT_WHOLE.format(value=value))
            plain = _count(V, d, 0, heads)
            _judge(
                value,
                L,
                {
                    "budget-for-blocks-alone": [budget // each],
                    "switches-not-passed-on": [(budget - plain) // (_count(V, d, 1, heads) - plain)],
                    "one-block-too-many": [L + 1],
                    "a-block-still-fits": [L - 1],
                },
                "most_blocks",
            )


@EXERCISE.check("q3", hidden=True)
def small_and_large_models(answer, rng):
    """en: Models without blocks, of width 1, with one head, of billions of parameters; a budget for the empty model only.
    zh: 没有块的、宽度为 1 的、单头的、上百亿参数的模型；以及只够空模型的预算。"""
    for sizes in ((7, 3, 0, 1), (5, 1, 2, 1), (3, 6, 1, 6), (128_000, 12_288, 96, 96)):
        for more in ({}, {"tied": False, "biases": False, "pooler": True, "ratio": 3, "P": 2, "S": 1}):
            value = _number(answer.call("count_parameters", *sizes, **more), "count_parameters")
            expect_close(value, _count(*sizes, **more), 1e-12, 0, "count_parameters")
    V, d, _, heads = _draw_sizes(rng)
    empty = _count(V, d, 0, heads, S=2)
    for budget in (empty, empty + 4 * d * d):
        expect_close(
            _number(answer.call("most_blocks", budget, V, d, heads, S=2), "most_blocks"), 0, what="most_blocks"
        )


@EXERCISE.check("q4")
def every_token_counts_once(answer, rng):
    """en: The loss is the mean over all tokens of all batches, none of them padding, and perplexity is e to that.
    zh: 损失是所有批的全部词元的平均，填充不算；困惑度是 e 的这个次幂。"""
    for count in (1, 3):
        batches, characters = _draw_batches(rng, count)
        value = _scores(answer.call("score_batches", batches, characters))
        tokens = np.concatenate([log_p[mask == 1] for log_p, mask in batches])
        places = np.concatenate([log_p.ravel() for log_p, _ in batches])
        means = [log_p[mask == 1].mean() for log_p, mask in batches]
        rows = [row[m == 1].mean() for log_p, mask in batches for row, m in zip(log_p, mask, strict=True)]
        nats, each = -tokens.mean(), np.array([log_p[mask == 1].mean() for log_p, mask in batches])
        padded = [(log_p * mask).mean() for log_p, mask in batches]
        wrong = {
            "sign-forgotten": [-nats],
            "padding-counted": [
                -places.mean(),
                -tokens.sum() / len(places),
                -places.sum() / len(tokens),
                -np.mean(padded),
            ]
            + [-np.mean([log_p.mean() for log_p, _ in batches])],
            "batches-weigh-alike": [-np.mean(means)],
            "texts-weigh-alike": [-np.mean(rows)],
        }
        _judge(value["nats"], nats, wrong, "nats")
        wrong = {
            "mean-of-perplexities": [np.exp(-each).mean(), np.exp(-tokens).mean(), np.exp(-np.array(rows)).mean()],
            "perplexity-of-base-two": [2**nats],
            "sign-forgotten": [np.exp(-nats)],
        }
        _judge(value["perplexity"], np.exp(nats), wrong, "perplexity")


@EXERCISE.check("q4")
def bits_are_per_character(answer, rng):
    """en: The whole loss in bits is divided by the characters, however the text was cut.
    zh: 以比特计的总损失除以字符数，与文本怎么切无关。"""
    for _ in range(2):
        batches, characters = _draw_batches(rng, int(rng.integers(2, 4)))
        value = _scores(answer.call("score_batches", batches, characters))
        tokens = np.concatenate([log_p[mask == 1] for log_p, mask in batches])
        nats, N, places = -tokens.mean(), len(tokens), sum(mask.size for _, mask in batches)
        right = nats * N / characters / np.log(2)
        wrong = {
            "bits-per-token": [nats / np.log(2), nats],
            "nats-for-bits": [nats * N / characters, nats * N / characters * np.log(2)],
            "tokens-and-characters-exchanged": [nats * characters / N / np.log(2)],
            "padding-counted": [nats * places / characters / np.log(2)],
        }
        _judge(value["bits"], right, wrong, "bits")


@EXERCISE.check("q4")
def probabilities_are_mixed(answer, rng):
    """en: The mixture's logarithm is that of the mixed probabilities, also where these are far too small to write down.
    zh: 混合的对数是混合之后的概率的对数；概率小到写不出来时也是如此。"""
    n, share = int(rng.integers(5, 9)), float(rng.uniform(0.15, 0.4))
    log_p, log_q = -rng.uniform(0.1, 6, (2, n))
    p, q = np.exp(log_p), np.exp(log_q)
    wrong = {
        "logarithms-mixed": [share * log_p + (1 - share) * log_q, (log_p + log_q) / 2],
        "shares-exchanged": [np.log((1 - share) * p + share * q)],
        "share-ignored": [np.log((p + q) / 2), np.log(p + q), np.log(share * p + q), np.log(np.maximum(p, q))],
    }
    value = answer.call("mix", log_p, log_q, share)
    _judge(value, np.log(share * p + (1 - share) * q), wrong, "mix")
    log_p, log_q = -rng.uniform(900, 3_000, (2, n))
    log_q[:2] = log_p[:2] + rng.uniform(-1, 1, 2)
    value = expect_shape(answer.call("mix", log_p, log_q, share), (n,), "mix")
    if not np.isfinite(value).all() or (value > -700).any():
        raise Misconception("underflow")
    _judge(value, np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q), {}, "mix")


@EXERCISE.check("q4", hidden=True)
def anything_may_stand_at_the_padding(answer, rng):
    """en: nan and ∞ at the padding, rows and batches of padding alone, impossible tokens in a mixture; inputs stay.
    zh: 填充处是 nan 或 ∞、整行整批都是填充、混合里有不可能的词元，都能算；传入的数组保持原样。"""
    batches, characters = _draw_batches(rng, 3)
    rows, width = batches[1][0].shape
    batches[1][1][0] = 0  # a row of padding
    batches.insert(1, (np.full((rows, width), -np.inf), np.zeros((rows, width), dtype=int)))
    for junk in (np.nan, -np.inf, 1e30):
        for log_p, mask in batches:
            log_p[mask == 0] = junk
        after = answer.call(drivers.call_and_keep_inputs, Learner("score_batches"), batches, characters)
        value = _scores(after["result"])
        tokens = np.concatenate([log_p[mask == 1] for log_p, mask in batches])
        if not all(map(np.isfinite, value.values())):
            raise Misconception("padding-poisons")
        expect_close(value["nats"], -tokens.mean(), RTOL, ATOL, "nats")
        expect_close(value["perplexity"], np.exp(-tokens.mean()), RTOL, ATOL, "perplexity")
        expect_close(value["bits"], -tokens.sum() / characters / np.log(2), RTOL, ATOL, "bits")
        flat = [array for pair in after["inputs"][0] for array in pair]
        _expect_same_inputs(flat, [array for pair in batches for array in pair])
    inf, share = np.inf, float(rng.uniform(0.2, 0.8))
    log_p, log_q = np.array([-inf, -3.0, -inf, 0.0]), np.array([-2.0, -inf, -inf, 0.0])
    after = answer.call(drivers.call_and_keep_inputs, Learner("mix"), log_p, log_q, share)
    value = expect_shape(after["result"], (4,), "mix")
    if np.isnan(value).any():
        raise Misconception("impossible-becomes-nan")
    if value[2] != -inf:
        expect_close(value[2], -inf, what="mix[2]")
    right = [np.log(1 - share) - 2, np.log(share) - 3, 0.0]
    expect_close(value[[0, 1, 3]], right, RTOL, ATOL, "mix")
    _expect_same_inputs(after["inputs"], (log_p, log_q, share))


@EXERCISE.check("q5")
def temperature_sharpens_and_flattens(answer, rng):
    """en: The logits are divided by the temperature; at 0 the largest take everything.
    zh: logit 除以温度；温度为 0 时，全部归最大的。"""
    for temperature in (None, float(rng.uniform(0.3, 0.7)), float(rng.uniform(1.5, 3))):
        z = _draw_logits(rng)
        value = answer.call("next_distribution", z, *([temperature] if temperature else []))
        tau = temperature or 1
        wrong = {
            "temperature-upside-down": [_softmax(z * tau)],
            "temperature-ignored": [_softmax(z)],
            "not-rescaled": [np.exp(z / tau), np.exp((z - z.max()) / tau), _softmax(z) ** (1 / tau), _softmax(z) / tau],
        }
        _judge(value, _softmax(z / tau), wrong, "p")
    z = _draw_logits(rng)
    _judge(
        answer.call("next_distribution", z, temperature=0),
        _softmax(z * 1e9),
        {"temperature-ignored": [_softmax(z)]},
        "p",
    )


@EXERCISE.check("q5")
def each_cut_keeps_what_it_should(answer, rng):
    """en: Top-k keeps the k most probable, top-p the fewest that hold p; what is left has the sum 1.
    zh: top-k 留下概率最大的 k 个，top-p 留下合计不小于 p 的最少几个；剩下的之和为 1。"""
    for _ in range(2):
        z = _draw_logits(rng)
        p, order, k = _softmax(z), np.argsort(-z), int(rng.integers(2, len(z) - 2))
        value = answer.call("next_distribution", z, top_k=k)
        _judge_cut(value, p, order, k, {"least-probable-kept": [_keep(p, order[::-1][:k])]})
    for _ in range(3):
        z, mass = _draw_mass(rng)
        p, order, n = _softmax(z), np.argsort(-z), _places(_softmax(z), mass)
        wrong = {
            "crossing-token-dropped": [_keep(p, order[: n - 1])] if n > 1 else [],
            "one-token-too-many": [_keep(p, order[: n + 1])],
            "threshold-for-each-token": [_keep(p, np.flatnonzero(p >= t)) for t in (mass, 1 - mass, mass * p.max())],
            "least-probable-kept": [_keep(p, order[::-1][: _places(p, mass, order[::-1])])],
        }
        _judge_cut(answer.call("next_distribution", z, top_p=mass), p, order, n, wrong)


@EXERCISE.check("q5")
def the_steps_come_in_order(answer, rng):
    """en: First temperature, then top-k, then top-p, each on what the step before has left, rescaled.
    zh: 先温度，再 top-k，再 top-p；每一步都在上一步留下并重新归一的分布上进行。"""
    for _ in range(3):
        z, tau, mass, k, early, whole = _draw_steps(rng)
        p, order = _softmax(z / tau), np.argsort(-z)
        n = _places(_keep(p, order[:k]), mass)
        value = answer.call("next_distribution", z, tau, k, mass)
        wrong = {
            "cut-before-temperature": [_keep(p, order[:early])],
            "top-p-of-everything": [_keep(p, order[: min(whole, k)])],
            "one-cut-ignored": [_keep(p, order[:k])],
            "crossing-token-dropped": [_keep(p, order[: n - 1])],
        }
        _judge_cut(value, p, order, n, wrong, _keep(p, order[:k]))


@EXERCISE.check("q5", hidden=True)
def equals_extremes_and_forbidden_tokens(answer, rng):
    """en: Equal logits, cuts that keep one token or all, huge and forbidden logits; the logits stay as they were.
    zh: 相等的 logit、只留一个或全部留下的截断、很大的和被禁用的 logit，都能算；logit 保持原样。"""
    V = 4 * int(rng.integers(6, 10))
    level, ties = np.zeros(V), rng.permutation(np.repeat([3.0, 1.0, 2.0, 0.0], V // 4))
    by_rank, quarter = np.argsort(-ties, kind="stable"), np.full(V, 1 / V)
    forbidden, huge = np.where(rng.random(V) < 0.4, -np.inf, rng.normal(size=V)), rng.permutation(V) + 1_000.0
    forbidden[[0, 1]] = 1.0, -np.inf
    plain, k = rng.normal(size=V), V // 4 + 2
    most = (ties == 3) / (ties == 3).sum()
    cases = [
        (level, {"top_k": 5}, _keep(quarter, np.arange(5))),
        (np.zeros(16), {"top_p": 0.5}, _keep(np.full(16, 1 / 16), np.arange(8))),
        (ties, {"top_k": k}, _keep(_softmax(ties), by_rank[:k])),
        (ties, {"temperature": 0}, most),
        (ties, {"temperature": 0.0, "top_k": 1}, np.eye(V)[by_rank[0]]),
        (ties, {"temperature": 0.0, "top_p": 1e-3}, np.eye(V)[by_rank[0]]),
        (plain, {"top_k": 1}, np.eye(V)[plain.argmax()]),
        (plain, {"top_k": V + 3}, _softmax(plain)),
        (plain, {"top_k": V, "top_p": 1.0}, _softmax(plain)),
        (plain, {"top_p": 1e-6}, np.eye(V)[plain.argmax()]),
        (forbidden, {}, _softmax(forbidden)),
        (forbidden, {"temperature": 0}, _softmax(np.where(forbidden == forbidden.max(), 0, -np.inf))),
        (forbidden, {"top_k": V - 1, "top_p": 0.999_999}, _softmax(forbidden)),
        (huge, {}, _softmax(huge)),
        (huge, {"temperature": 0.01}, _softmax(huge / 0.01)),
        (-huge, {"top_p": 1.0}, _softmax(-huge)),
        (np.array([float(rng.normal())]), {"top_k": 1, "top_p": 0.5}, np.ones(1)),
    ]
    for z, more, right in cases:
        value = as_array(answer.call("next_distribution", z, **more), "p")
        if not np.isfinite(value).all() and np.abs(z).min() > 500:
            raise Misconception("overflow")
        wrong = {}
        if np.isfinite(z).all() and len(set(z)) < len(z):
            p = most if more.get("temperature") == 0 else _softmax(z)
            wrong["equals-kept"] = [_keep(p, np.flatnonzero(z >= z[right > 0].min()))]
            wrong["zero-takes-one"] = [one for one in np.eye(V) if more == {"temperature": 0} and one @ most > 0]
            wrong["higher-of-equals"] = [value] if _same(np.sort(value, axis=None), np.sort(right)) else []
        _judge(value, right, wrong, "p")
    after = answer.call(drivers.call_and_keep_inputs, Learner("next_distribution"), plain, 0.7, 5, 0.6)
    _expect_same_inputs(after["inputs"], (plain,))


@EXERCISE.check("q6")
def the_faults_are_named(answer, rng):
    """en: The letters explain the loss, row by row of the table, and none is missing.
    zh: 所选的字母与表中各行相符，而且没有遗漏。"""
    letters = answer.get("FAULTS")
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    if not isinstance(letters, str):
        raise Wrong(_NO_LETTERS)
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(_NO_LETTERS)
    for letter, name in (("D", "padded-keys-blamed"), ("E", "memory-blamed")):
        if letter in letters:
            raise Misconception(name)
    if letters != set("ABC"):
        raise Wrong(_FAULT_MISSING)


@EXERCISE.check("q6")
def each_place_is_asked_for_the_next_token(answer, rng):
    """en: What must be said is the token after the one that is read; no place sees it, and only tokens count.
    zh: 要说的是读到的词元后面的那一个；任何位置都看不见它；只有词元才算数。"""
    for B in (1, int(rng.integers(3, 6))):
        texts = _draw_texts(rng, B, 0)
        _judge_preparation(answer.call("prepare", texts, 0), texts, 0)


@EXERCISE.check("q6")
def the_candidates_are_compared(answer, rng):
    """en: BITS_A and BITS_B are per character, CHOICE is the better one that can be true, and LEVEL draws level with it.
    zh: BITS_A 和 BITS_B 按每字符计；CHOICE 是可能为真的里面较好的一个；LEVEL 正好与它打平。"""
    choice = answer.get("CHOICE")
    bits = [_number(answer.get(name), name) for name in ("BITS_A", "BITS_B")]
    level = _number(answer.get("LEVEL"), "LEVEL")
    choice = choice.strip().strip(".").upper() if isinstance(choice, str) else choice
    if not isinstance(choice, str) or choice not in ("A", "B", "C"):
        raise Wrong(_NO_CHOICE)
    for name, value, right, (nats, tokens) in zip(("BITS_A", "BITS_B"), bits, (_BITS_A, _BITS_B), _HELD, strict=True):
        characters = tokens * nats / np.log(2) / right
        if _near(value, nats / np.log(2), 0.005):
            raise Misconception("bits-per-token")
        if _near(value, right * np.log(2), 0.005):
            raise Misconception("nats-for-bits")
        if _near(value, nats / np.log(2) * characters / tokens, 0.01):
            raise Misconception("tokens-and-characters-exchanged")
        if not _near(value, right, 0.005):
            raise Wrong(_NOT_THE_NUMBER.format(name=name, value=value))
    if choice == "C":
        raise Misconception("leak-chosen")
    if choice == "A":
        raise Misconception("perplexities-compared")
    (nats_a, tokens_a), (nats_b, tokens_b) = _HELD
    if _near(level, np.exp(nats_b), 0.5):
        raise Misconception("level-is-the-better-perplexity")
    if _near(level, np.exp(nats_a * tokens_a / tokens_b), 1):
        raise Misconception("level-for-the-wrong-one")
    if _near(level, np.log(_LEVEL), 0.01):
        raise Misconception("level-in-nats")
    if not _near(level, _LEVEL, 0.06):
        raise Wrong(_NOT_LEVEL.format(value=level))


@EXERCISE.check("q6", hidden=True)
def the_pad_number_may_be_a_token(answer, rng):
    """en: Texts of two tokens, of equal lengths, and with the number of the padding inside; the texts stay as they were.
    zh: 只有两个词元的、长度相等的、里面有填充编号的文本，都能算；文本保持原样。"""
    pad = int(rng.integers(5, 20))
    inside = _draw_texts(rng, 4, pad)
    for text in inside:
        text[int(rng.integers(len(text)))] = pad
    inside[0][-1] = pad
    for texts in (inside, [[3, 8]], [[pad, pad, pad], [4, 4, 4]], [[1, 2], [3, 4], [9, 7]], inside[::-1]):
        after = answer.call(drivers.call_and_keep_inputs, Learner("prepare"), texts, pad)
        _judge_preparation(after["result"], texts, pad)
        if after["inputs"] != [texts, pad]:
            raise Misconception("changes-its-inputs")


def _norm(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + beta


def _attend(x, p):
    q, k, v = np.split(x @ p["qkv"], 3, axis=-1)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True)) * np.tri(scores.shape[-1])
    return weights / weights.sum(axis=-1, keepdims=True) @ v @ p["out"]


def _think(x, p):
    return np.maximum(x @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]


def _draw_weights(rng, d) -> dict:
    shapes = {"qkv": (d, 3 * d), "out": (d, d), "W1": (d, 4 * d), "b1": (4 * d,), "W2": (4 * d, d), "b2": (d,)}
    p = {name: rng.normal(size=shape) / d**0.5 for name, shape in shapes.items()}
    for part in "12":
        p |= {f"gamma_{part}": rng.uniform(0.5, 2, d), f"beta_{part}": rng.normal(size=d) / 2}
    return p


def _norms(p, first="1", second="2"):
    return [lambda x, i=i: _norm(x, p[f"gamma_{i}"], p[f"beta_{i}"]) for i in (first, second)]


def _run_block(x, p, pre, first="1", second="2"):
    N, K = _norms(p, first, second)
    if pre:
        x = x + _attend(N(x), p)
        return x + _think(K(x), p)
    x = N(x + _attend(x, p))
    return K(x + _think(x, p))


def _judge_block(answer, rng, pre):
    for shape in ((4,), (2, 3)):
        d = int(rng.integers(4, 8))
        p, x = _draw_weights(rng, d), rng.normal(size=(*shape, d)) * 1.5 + 0.5
        N, K = _norms(p)

        def A(x, p=p):
            return _attend(x, p)

        def M(x, p=p):
            return _think(x, p)

        if pre:
            one, n = x + A(N(x)), N(x)
            other, turned = x + M(K(x)), x + M(N(x))
            wrong = {
                "residual-missing": [M(K(A(n))), one * 0 + M(K(one)), A(n) + M(K(A(n)))],
                "residual-from-the-norm": [
                    K(n + A(n)) + M(K(n + A(n))), n + A(n) + M(K(n + A(n))), K(one) + M(K(one)),
                ],
                "parts-beside-each-other": [one + M(K(x)), x + M(K(one)), one + M(N(x))],
                "network-first": [other + A(N(other)), turned + A(K(turned))],
            }  # fmt: skip
        else:
            one, alone = N(x + A(x)), x + N(A(x))
            other, turned = K(x + M(x)), N(x + M(x))
            wrong = {
                "residual-missing": [K(M(N(A(x)))), K(M(one)), K(N(A(x)) + M(N(A(x))))],
                "sum-outside-the-norm": [alone + K(M(alone)), one + K(M(one)), K(alone + M(alone))],
                "parts-beside-each-other": [K(x + M(one)), K(one + M(x)), K(x + A(x) + M(x)), N(x + A(x) + M(x))],
                "network-first": [N(other + A(other)), K(turned + A(turned))],
            }
        wrong["norm-at-the-other-place"] = [_run_block(x, p, not pre)]
        wrong["norms-exchanged"] = [_run_block(x, p, pre, *pair) for pair in ("21", "11", "22")]
        _judge(answer.call("block", x, p, pre), _run_block(x, p, pre), wrong, "block")


def _turn(x, first, base=10_000.0, sign=1, exponents=None):
    T, half = x.shape[-2], x.shape[-1] // 2
    speeds = base ** (-np.arange(half) / half if exponents is None else exponents)
    angle = sign * (first + np.arange(T))[:, None] * speeds
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)], axis=-1)


def _turn_neighbours(x, first, base=10_000.0):
    turned = _turn(np.concatenate([x[..., ::2], x[..., 1::2]], axis=-1), first, base)
    return np.stack(np.split(turned, 2, axis=-1), axis=-1).reshape(x.shape)


def _judge_rotation(value, x, first, base):
    half = x.shape[-1] // 2
    i, T = np.arange(half), x.shape[-2]
    angle = (first + np.arange(T))[:, None] * base ** (-i / half)
    exponents = [-i / (2 * half), -2 * i / half, i / half, -(i + 1) / half, -i / max(half - 1, 1)]
    wrong = {
        "neighbours-paired": [_turn_neighbours(x, first, base)],
        "turned-backwards": [_turn(x, first, base, -1)],
        "place-from-one": [_turn(x, first + 1, base)],
        "one-frequency": [_turn(x, first, 1.0)],
        "exponent-of-frequencies": [_turn(x, first, base, exponents=one) for one in exponents],
        "added-not-turned": [
            x + np.concatenate([np.sin(angle), np.cos(angle)], axis=-1),
            x + np.concatenate([np.cos(angle), np.sin(angle)], axis=-1),
            x + np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, 2 * half),
        ],
        "first-ignored": [_turn(x, start, base) for start in (0, 1 - T, first - T + 1)],
    }
    _judge(value, _turn(x, first, base), wrong, "rotate", 2e-4)


def _draw_sizes(rng) -> tuple:
    heads = int(rng.integers(2, 5))
    return int(rng.integers(20, 90)), heads * int(rng.integers(2, 7)), int(rng.integers(2, 7)), heads


def _count(V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False) -> int:
    linear, norm = d * d + biases * d, d + biases * d
    network = 2 * ratio * d * d + biases * (ratio + 1) * d
    outside = (V + P + S + (0 if tied else V)) * d + norm + pooler * linear
    return outside + L * (4 * linear + network + 2 * norm)


def _judge_count(value, V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False):
    right = _count(V, d, L, heads, P, S, ratio, tied, biases, pooler)
    linear, norm = d * d + biases * d, d + biases * d
    inside, norms = biases * (4 + ratio + 1) * d, 2 * L + 1
    wrong = {
        "places-or-segments-forgotten": [right - P * d, right - S * d, right - (P + S) * d],
        "outer-norm-forgotten": [right - norm],
        "four-d-missing": [right - 4 * L * d] if biases else [],
        "norms-forgotten": [right - norms * norm, right - L * norm, right - (L + 1) * norm],
        "tables-for-each-head": [right + L * (heads - 1) * many * linear for many in (3, 4)],
        "output-map-forgotten": [right - L * linear],
        "pooler-miscounted": [right - linear, right - d] if pooler else [right + linear],
        "tied-table-miscounted": [right + V * d] if tied else [right - V * d, right + V],
        "ratio-fixed": [_count(V, d, L, heads, P, S, 4, tied, biases, pooler)],
    }
    if biases:
        wrong["biases-forgotten"] = [right - L * inside - pooler * d, right - L * inside]
        wrong["biases-forgotten"] += [right - L * (ratio + 1) * d, right - L * inside - pooler * d - norms * d]
        wrong["norms-forgotten"] += [right - norms * d]
    else:
        rest = [
            L * (5 + ratio) * d,
            L * (5 + ratio) * d + pooler * d,
            norms * d,
            pooler * d,
            d,
            4 * L * d,
            L * (1 + ratio) * d,
        ]
        wrong["biases-not-switched-off"] = [
            _count(V, d, L, heads, P, S, ratio, tied, True, pooler),
            *(right + r for r in rest),
        ]
        wrong = {"gammas-switched-off": [right - norms * d]} | wrong
    _judge(_number(value, "count_parameters"), right, wrong, "count_parameters", 1e-3, 1e-12)


def _draw_batches(rng, count):
    """count pairs (log_p, mask) with at least two texts each, some padding, different means; and a number of characters."""
    while True:
        batches = []
        for k in range(count):
            B, T = int(rng.integers(2, 5)) + k, int(rng.integers(4, 9)) - k
            lengths = np.r_[T, rng.integers(1, T, B - 1)]
            mask = (np.arange(T) < rng.permutation(lengths)[:, None]).astype(int)
            batches.append((-rng.uniform(0.2, 2 + 2 * k, (B, T)) - (1 - mask) * rng.uniform(0, 3), mask))
        means = [log_p[mask == 1].mean() for log_p, mask in batches]
        N = sum(mask.sum() for _, mask in batches)
        apart = np.mean(means) - np.concatenate([log_p[mask == 1] for log_p, mask in batches]).mean()
        if count == 1 or abs(apart) > 0.02:
            return batches, int(N * rng.uniform(2.5, 4.5))


def _scores(value) -> dict:
    keys = ("nats", "perplexity", "bits")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    return {key: _number(value[key], key) for key in keys}


def _softmax(z):
    p = np.exp(z - z.max())
    return p / p.sum()


def _keep(p, tokens):
    """p, but for these tokens 0, rescaled."""
    kept = np.zeros(len(p))
    kept[tokens] = p[tokens]
    return kept / max(kept.sum(), 1e-300)


def _places(p, mass, order=None) -> int:
    """How many of the most probable hold at least the mass."""
    order = np.argsort(-p) if order is None else order
    return int(min(np.searchsorted(np.cumsum(p[order]), mass) + 1, len(p)))


def _draw_logits(rng):
    """Logits that all differ by at least 0.15, in no order."""
    V = int(rng.integers(8, 15))
    return rng.permutation(np.cumsum(rng.uniform(0.15, 0.7, V))) - rng.uniform(0, 4)


def _draw_mass(rng):
    """z, mass: the mass falls well inside the n-th token, n not the first nor near the last."""
    while True:
        z = _draw_logits(rng)
        held = np.cumsum(np.sort(_softmax(z))[::-1])
        n = int(rng.integers(1, len(z) - 3))
        mass = held[n - 1] + rng.uniform(0.3, 0.7) * (held[n] - held[n - 1])
        if 0.3 < mass < 0.95:
            return z, float(mass)


def _draw_steps(rng):
    """z, temperature, mass, k, and how many tokens stay for those who cut too early or forget that top-k came before."""
    while True:
        z, tau = _draw_logits(rng), float(rng.choice([rng.uniform(0.4, 0.7), rng.uniform(1.4, 2.2)]))
        k, mass, order = int(rng.integers(4, len(z) - 1)), float(rng.uniform(0.5, 0.9)), np.argsort(-z)
        p, plain = _softmax(z / tau), _softmax(z)
        left = _keep(p, order[:k])
        n, early, whole = _places(left, mass), _places(_keep(plain, order[:k]), mass), _places(p, mass)
        clear = np.abs(np.cumsum(np.sort(left)[::-1]) - mass).min() > 0.01
        if clear and 1 < n < whole < k and len({n - 1, n, early, whole, k}) == 5:
            return z, tau, mass, k, early, whole


def _judge_cut(value, p, order, n, wrong, before=None):
    """before: what the step before has left, rescaled."""
    right, mask = _keep(p, order[:n]), np.isin(np.arange(len(p)), order[:n])
    value = expect_shape(value, p.shape, "p")
    unscaled = [p * mask] if before is None else [p * mask, before * mask]
    wrong = {
        "not-rescaled": unscaled,
        "softmax-for-rescaling": [_softmax(np.where(mask, p, -np.inf)), _softmax(p * mask)],
        **wrong,
    }
    _judge(value, right, wrong, "p")


def _draw_texts(rng, B, pad) -> list[list[int]]:
    """B texts of different lengths, the longest not the first; no token is the pad number, neighbours differ."""
    lengths = rng.permutation(np.arange(3, 3 + B)) + int(rng.integers(3))
    return [[int(x) for x in rng.permutation(np.r_[1:pad, pad + 1 : 60])[:n]] for n in lengths]


def _judge_preparation(value, texts, pad):
    B, T = len(texts), max(map(len, texts)) - 1
    keys = ("inputs", "targets", "look", "counts")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    if np.ndim(value["look"]) > 2:
        raise Misconception("look-is-no-square")
    came = {key: expect_shape(value[key], (T, T) if key == "look" else (B, T), key) for key in keys}
    lengths = np.array([len(text) for text in texts])[:, None]
    full = np.array([[*text, *[pad] * (T + 1 - len(text))] for text in texts])
    inputs, targets, counts = full[:, :-1], full[:, 1:], np.arange(T) < lengths - 1
    where = {key: np.where(counts, came[key], -1) for key in ("inputs", "targets")}
    _judge(where["inputs"], np.where(counts, inputs, -1), {}, "inputs")
    later, earlier = counts[:, 1:] & (T > 1), inputs[:, :-1]
    right = np.where(counts, targets, -1)
    if T > 1 and not _same(where["targets"], right) and (came["targets"][:, 1:] == earlier)[later].all():
        raise Misconception("previous-token-asked")
    _judge(where["targets"], right, {"targets-are-inputs": [np.where(counts, inputs, -1)]}, "targets")
    tri = np.tri(T)
    wrong = {
        "future-visible": [np.ones((T, T)), tri.T] if T > 1 else [],
        "own-token-hidden": [np.tri(T, k=-1)],
        "look-means-ignore": [1 - tri],
    }
    _judge(came["look"], tri, wrong, "look")
    wrong = {
        "end-counts": [np.arange(T) < lengths],
        "padding-to-be-said": [np.ones((B, T))],
        "pad-number-in-a-text": [targets != pad, inputs != pad, (targets != pad) & (inputs != pad)],
    }
    _judge(came["counts"], counts, wrong, "counts")


def _expect_same_inputs(after, before):
    if not all(np.array_equal(now, then, equal_nan=True) for now, then in zip(after, before, strict=False)):
        raise Misconception("changes-its-inputs")


def _judge(value, right, named, what, atol=ATOL, rtol=RTOL):
    """Raises the first misconception one of whose recipes gives `value` and not `right`; else compares."""
    for name, recipes in named.items():
        for recipe in recipes:
            if _same(value, recipe, atol, rtol) and not _same(right, recipe, atol, rtol):
                raise Misconception(name)
    expect_close(value, right, rtol, atol, what)


def _same(value, recipe, atol=ATOL, rtol=RTOL) -> bool:
    """Close, where nan equals nan."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, rtol, atol, equal_nan=True)


def _near(value, other, gap) -> bool:
    return abs(value - other) <= gap


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
