"""Exercise 07: attention and its masks, several heads, variances and costs, a translator mended, a head chosen."""

from __future__ import annotations

import itertools

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
    expect_shape,
)

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise("07_attention")
_PAIR = Text(
    "Return two values: `return output, weights`.",
    "请返回两个值：`return output, weights`。",
)
_ORDER = Text(
    "Your two values have changed places: first the output, then the weights.",
    "两个返回值的次序反了：先输出，后权重。",
)
_NOT_BOOLEANS = Text(
    "`{name}` should hold booleans, True or False; yours holds numbers. `~mask` of the numbers 0 and 1 is −1 and −2.",
    "`{name}` 里应当是布尔值 True 或 False；你的是数。对数 0 和 1 写 `~mask`，得到的是 −1 和 −2。",
)
_NO_LETTERS = Text(
    '`FAULTS` is a text of letters out of A to F, for instance "CF".',
    '`FAULTS` 应是由 A 到 F 的字母组成的文本，例如 "CF"。',
)
_FAULT_MISSING = Text(
    "What you name is right, but it isn't all. Go through his lines one by one, and explain each line of the printed symptoms.",
    "你选的都对，但还不全。把他的代码一行一行过一遍，再逐条解释打印出来的症状。",
)
_DEAF_ROW = Text(
    "When a target word changes, its own row of the output should change; yours doesn't.",
    "改动一个目标词时，输出中它自己那一行应当改变；你的没有变。",
)
_NOT_PLACES = Text(
    "`links` should hold whole numbers, places of the source from 0 to {last}, or −1; yours holds something else.",
    "`links` 里应当是整数：源句的位置 0 到 {last}，或 −1；你的不是。",
)
_NO_CHOICE = Text(
    '`CHOICE` is "show" or "hide".',
    '`CHOICE` 应是 "show" 或 "hide"。',
)
_NOT_THE_HEAD = Text(
    "`HEAD` isn't the head with the lowest error rate on DEV: compute alignment_error for all 48 on MAPS[h][DEV], and take the lowest.",
    "`HEAD` 不是 DEV 上错误率最低的头：请对全部 48 个头在 MAPS[h][DEV] 上计算 alignment_error，取最低的。",
)
_NOT_THE_ERROR = Text(
    "`ERROR` isn't the error rate of head HEAD on the sentences that had no say in the choice.",
    "`ERROR` 不是头 HEAD 在未参与挑选的句子上的错误率。",
)

EXERCISE.question(
    "q1",
    Text("attention that survives", "经得起考验的注意力"),
    [
        Text(
            "Do the docstring's example on paper: which two scores are left after the mask, and what does each of the steps softmax consists of do to them?",
            "照文档字符串的例子在纸上做：掩码之后剩下哪两个分数？softmax 的每一步对它们做了什么？",
        ),
        Text(
            "Hide before softmax, with minus infinity: such a place gets the weight 0 and is missing from the sum. Then take off, row by row, the highest score that is left. A row without any needs its own treatment: what are its highest score and its sum?",
            "在 softmax 之前用负无穷遮住：这样的位置权重为 0，也不进求和。然后逐行减去剩下的最高分。一个也不剩的行要另行处理：它的最高分和总和各是多少？",
        ),
        Text(
            "np.swapaxes(K, -1, -2) turns only the last two axes; np.where(mask, scores, -np.inf); scores.max(axis=-1, keepdims=True), raised to −1e30 where it is −∞; divide by the sum, or by 1 where the sum is 0.",
            "np.swapaxes(K, -1, -2) 只转置最后两轴；np.where(mask, scores, -np.inf)；scores.max(axis=-1, keepdims=True)，若是 −∞ 就改成 −1e30；再除以总和，总和为 0 时除以 1。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("two masks", "两种掩码"),
    [
        Text(
            "(a) Draw the 3 × 3 table of the docstring's example, rows the queries, columns the keys: which condition strikes columns, which one a triangle? (b) Do the three changes one after another.",
            "(a) 把文档字符串例子里的 3 × 3 表格画出来，行是查询，列是键：哪个条件划掉整列，哪个划掉一个三角？(b) 三处改动一处一处地做。",
        ),
        Text(
            "(a) With place = np.arange(T), one condition compares place with the lengths and knows nothing of i, the other compares place with place and knows nothing of b; broadcasting joins them. (b) First open the empty rows, then turn, then repeat.",
            "(a) 令 place = np.arange(T)：一个条件拿 place 与长度比，与 i 无关；另一个拿 place 与 place 比，与 b 无关；靠广播合起来。(b) 先打开空行，再取反，再重复。",
        ),
        Text(
            "(a) place < lengths[:, None, None] has shape (B, 1, T), place <= place[:, None] has (T, T). (b) mask.any(axis=-1, keepdims=True) finds the empty rows; np.repeat(…, heads, axis=0) repeats each sentence in place, np.tile all of them in turn.",
            "(a) place < lengths[:, None, None] 的形状是 (B, 1, T)，place <= place[:, None] 是 (T, T)。(b) mask.any(axis=-1, keepdims=True) 找出空行；np.repeat(…, heads, axis=0) 就地重复每个句子，np.tile 则是整批轮流重复。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("several heads, PyTorch's way", "多个头，照 PyTorch 的规矩"),
    [
        Text(
            "Begin with heads = 1: then it is three projections, one attention, one projection. Only when that check is green, split.",
            "先做 heads = 1：那就是三个投影、一次注意力、再一个投影。这个检查通过之后，再来分头。",
        ),
        Text(
            "x @ W.T + b has the shape (B, T, 3d): Q, K and V side by side. Cut the d components of each into heads pieces of d / heads neighbours: that gives the axes B, T, heads, d / heads. The heads must stand before T when you multiply, and behind T again when you merge.",
            "x @ W.T + b 的形状是 (B, T, 3d)：Q、K、V 并排。把各自的 d 个分量切成 heads 段，每段 d / heads 个相邻的：得到 B、T、heads、d / heads 四个轴。做乘法时头要排在 T 前面，合并时再回到 T 后面。",
        ),
        Text(
            "Q = (…)[..., :d].reshape(B, T, heads, d // heads).swapaxes(1, 2), K and V likewise; scores divided by np.sqrt(d // heads); H.swapaxes(1, 2).reshape(B, T, d) @ W_out.T + b_out. A reshape alone can't exchange axes.",
            "Q = (…)[..., :d].reshape(B, T, heads, d // heads).swapaxes(1, 2)，K 和 V 同理；分数除以 np.sqrt(d // heads)；H.swapaxes(1, 2).reshape(B, T, d) @ W_out.T + b_out。只用 reshape 是换不了轴的。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("with a pencil", "用笔算"),
    [
        Text(
            "(a) One component first: what is E[(qk)²] for independent q and k, and what E[qk]? (b) Write the shapes of both factors of each matrix product. (c) Set the two parts equal.",
            "(a) 先看一个分量：q 与 k 独立时，E[(qk)²] 是多少，E[qk] 又是多少？(b) 写出每个矩阵乘法两个因子的形状。(c) 令两部分相等。",
        ),
        Text(
            "(a) E[q²] = μ² + σ², and the variance is E[(qk)²] − E[qk]². Variances of independent terms add up; dividing a number by c divides its variance by c². (b) An (a, b) by (b, c) product needs a·b·c multiplications; heads share the width.",
            "(a) E[q²] = μ² + σ²，方差是 E[(qk)²] − E[qk]²。独立项的方差相加；一个数除以 c，方差除以 c²。(b) (a, b) 乘 (b, c) 需要 a·b·c 次乘法；各头分享宽度。",
        ),
        Text(
            "(a) The sum over c of (μ² + σ²)(ν² + τ²) − μ²ν², divided by d_k if scaled. (b) 4Td² for four projections, T²d for the scores of all heads together, T²d for the weighted sums; T² scores a head. (c) 4Td² = 2T²d.",
            "(a) 对 c 求和：(μ² + σ²)(ν² + τ²) − μ²ν²，若缩放再除以 d_k。(b) 四个投影 4Td²，全部头的分数合计 T²d，加权求和 T²d；每个头 T² 个分数。(c) 4Td² = 2T²d。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("the translator that looks the wrong way", "看反了方向的翻译模型"),
    [
        Text(
            "(a) How many rows should the output have, what should add up to 1, and which rows may know of the last target word? Section 07.8 answers the first. (b) Write the shape of Q, K, V and of the scores beside each line.",
            "(a) 输出应当有几行？什么加起来应当等于 1？哪些行可以知道最后一个目标词？第一个问题见 07.8 节。(b) 在每一行旁边写下 Q、K、V 和分数的形状。",
        ),
        Text(
            "(a) Statements C and F are about his lines with the maximum and with K, V: does a softmax change if all its scores fall by the same amount? To which key does value j belong? (b) Whoever is looked at gives keys and values; padding must be out before anything is summed.",
            "(a) C 和 F 说的是他取最大值的那一行和 K、V 的来历：所有分数同减一个数，softmax 会变吗？值 j 属于哪个键？(b) 被看的一方给出键和值；求和之前，填充就必须出局。",
        ),
        Text(
            "(b) Q = target @ W_Q, K and V from source; divide by np.sqrt(K.shape[2]); np.where(real[:, None], scores, -np.inf) first, then take off the maximum along axis 2, then divide by the sum along axis 2.",
            "(b) Q = target @ W_Q，K 和 V 来自 source；除以 np.sqrt(K.shape[2])；先 np.where(real[:, None], scores, -np.inf)，再沿轴 2 减去最大值，再除以沿轴 2 的和。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("which head may readers see?", "哪个头可以给读者看？"),
    [
        Text(
            "(a) What must a padding place weigh so that it never wins, even against 0? (b) Do the docstring's example on paper: which four numbers does the formula need? (c) Which sentences have had a say in the choice?",
            "(a) 填充位置的权重要设成多少，才连 0 也赢不了？(b) 照文档字符串的例子在纸上做：公式需要哪四个数？(c) 哪些句子参与了挑选？",
        ),
        Text(
            "(b) Turn the links into booleans of the shape of `sure`: True at place j of row t if links say j; a row with −1 has none. Then L ∩ S is an and, and |…| a sum over all sentences. (c) Two slices: one chooses, the other judges.",
            "(b) 把连线变成与 `sure` 同形的布尔数组：连线为 j 时，第 t 行第 j 个位置为 True；−1 的行一个也没有。于是 L ∩ S 就是“与”，|…| 就是对全部句子求和。(c) 两个切片：一个用来挑，另一个用来评。",
        ),
        Text(
            "(a) np.where(source_real[:, None], weights, -1).argmax(axis=2). (b) found = np.arange(S) == links[:, :, None]; 1 − ((found & sure).sum() + (found & possible).sum()) / (found.sum() + sure.sum()). (c) argmin over the heads with [DEV], then the same head with [TEST].",
            "(a) np.where(source_real[:, None], weights, -1).argmax(axis=2)。(b) found = np.arange(S) == links[:, :, None]；1 − ((found & sure).sum() + (found & possible).sum()) / (found.sum() + sure.sum())。(c) 用 [DEV] 对各头取 argmin，再用 [TEST] 评同一个头。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1, and some of q5
    (
        "not-scaled",
        "Your scores aren't divided by √d_k.",
        "你的分数没有除以 √d_k。",
    ),
    (
        "scaled-too-much",
        "Your scores are divided by d_k; by its root they should be. The standard deviation of a sum of d_k terms grows like √d_k.",
        "你的分数除以了 d_k；应当除以它的平方根。d_k 项之和的标准差按 √d_k 增长。",
    ),
    (
        "root-of-another-size",
        "You divide by the root of another size: of the number of queries or keys, or of the width of the values. How many terms has a dot product of a query and a key?",
        "你除以的是另一个大小的平方根：查询或键的个数，或者值的宽度。查询与键的点积有几项？",
    ),
    (
        "shared-among-queries",
        "Your weights add up to 1 over the queries. Each query shares out its own attention: the sum runs over the keys, the last axis.",
        "你的权重是对各个查询加起来等于 1。应当由每个查询分配自己的注意力：求和沿各个键，即最后一个轴。",
    ),
    (
        "shared-among-all",
        "Your weights add up to 1 over the whole table. Each query, each row, should add up to 1.",
        "你的权重是整张表加起来等于 1。应当每个查询、即每一行加起来等于 1。",
    ),
    (
        "no-softmax",
        "Your weights are the scores themselves: softmax is missing.",
        "你的权重就是分数本身：少了 softmax。",
    ),
    (
        "mask-ignored",
        "Your weights don't depend on the mask.",
        "你的权重与掩码无关。",
    ),
    (
        "mask-inverted",
        "Your mask works the other way round: True means that the query may look there.",
        "你的掩码弄反了：True 表示查询可以看那里。",
    ),
    (
        "mask-after-softmax",
        "You strike out hidden places after softmax: they have had their part in the sum already, and the rest no longer adds up to 1.",
        "你在 softmax 之后才删掉被遮的位置：它们已经在总和里占了一份，剩下的加起来不再是 1。",
    ),
    (
        "hidden-scores-set-to-zero",
        "You set hidden scores to 0. But e⁰ is 1: a score of 0 is one like any other. What must a score be for its exponential to be 0?",
        "你把被遮的分数设成了 0。可是 e⁰ 是 1：0 分也是个平常的分数。分数要是多少，它的指数才是 0？",
    ),
    (
        "mask-added-as-a-number",
        "You add the mask itself to the scores: True adds 1, False adds 0. Hidden places are still there.",
        "你把掩码本身加到了分数上：True 加 1，False 加 0。被遮的位置还在。",
    ),
    (
        "all-axes-turned",
        "`K.T` turns round all axes, also those of sentences and heads. Exchange the last two only.",
        "`K.T` 把所有的轴都颠倒了，连句子和头的轴也不例外。只应交换最后两个。",
    ),
    (
        "axis-counted-from-the-front",
        "With two dimensions your weights are right, with more they aren't: an axis or a size is counted from the front. Count it from the end: −1, −2.",
        "两个维度时你的权重是对的，多了就不对：有个轴或大小是从前面数的。请从后面数：−1、−2。",
    ),
    (
        "nan-for-nobody",
        "A query that may look nowhere gets `nan` with you. Its weights and its output should be 0.",
        "哪里都不能看的查询，在你这里得到 `nan`。它的权重和输出应当是 0。",
    ),
    (
        "everybody-for-nobody",
        "A query that may look nowhere looks at hidden places with you: if all scores are equally low, softmax shares out evenly. Its weights and its output should be 0.",
        "哪里都不能看的查询，在你这里去看了被遮的位置：分数如果一样低，softmax 就平均分配。它的权重和输出应当是 0。",
    ),
    (
        "overflow",
        "With scores of ±10000 your answer has `nan`, infinities or rows of zeros: exp(1000) is infinite, exp(−1000) is 0. Take the highest score off each row first; that changes nothing else.",
        "分数为 ±10000 时，你的答案里有 `nan`、无穷大或全零的行：exp(1000) 是无穷大，exp(−1000) 是 0。请先从每行减去最高的分数；别的什么也不会变。",
    ),
    (
        "hidden-key-sets-the-scale",
        "Here the highest score of a row belongs to a hidden key. You take it off, and of the visible ones nothing remains, exp(−20000) = 0. The highest *visible* score is what should be taken off.",
        "这里一行的最高分属于一个被遮的键。你减掉它之后，看得见的就什么都不剩了：exp(−20000) = 0。应当减去*看得见的*最高分。",
    ),
    (
        "penalty-too-small",
        "Hidden keys still get weight here: the low score that you give them isn't low enough, or is added to a high one. Visible scores may be −10000 themselves.",
        "被遮的键在这里仍有权重：你给它们的低分还不够低，或者是加在高分上的。看得见的分数本身就可能是 −10000。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed: `x += …`, `x /= …` and `x[…] = …` write into the caller's array.",
        "结果是对的，但调用之后，传给函数的数组被改动了：`x += …`、`x /= …`、`x[…] = …` 会写进调用者的数组。",
    ),
    # q2
    (
        "rows-for-columns",
        "You hide the rows of padding. Nobody should look *at* padding: that hides its columns.",
        "你遮的是填充的行。不许任何词*去看*填充：那遮的是它的列。",
    ),
    (
        "padded-queries-blinded",
        "You hide the padding's rows as well as its columns. Padded queries follow the same rule as the others here.",
        "填充的列和行你都遮了。这里填充位置的查询与其他查询守同样的规则。",
    ),
    (
        "one-place-off",
        "You are off by one: places count from 0, so a sentence of 2 words has the places 0 and 1.",
        "差了一位：位置从 0 数起，2 个词的句子占位置 0 和 1。",
    ),
    (
        "padding-in-front",
        "You hide the first places. The words come first here, and padding stands behind them.",
        "你遮的是前面的位置。这里词在前面，填充在后面。",
    ),
    (
        "future-seen",
        "Your triangle is the wrong one: a query sees what comes later and not what came before.",
        "你的三角弄反了：查询看得见后面的，看不见前面的。",
    ),
    (
        "blind-to-itself",
        "With you a query doesn't see its own place. j ≤ i: it may.",
        "在你这里，查询看不到自己的位置。条件是 j ≤ i：可以看。",
    ),
    (
        "always-causal",
        "Your mask is causal though `causal` is False.",
        "`causal` 为 False，你的掩码却仍是因果的。",
    ),
    (
        "causal-ignored",
        "With causal = True a query still sees the future with you.",
        "causal = True 时，你的查询仍看得见未来。",
    ),
    (
        "or-for-and",
        "You let a query look where one of the two conditions holds. Both must.",
        "两个条件有一个成立，你就放行了。两个都要成立才行。",
    ),
    (
        "true-not-turned",
        "In your mask True still means may look. For nn.MultiheadAttention it means must not.",
        "在你的掩码里，True 仍是可以看的意思。对 nn.MultiheadAttention 来说，True 是不许看。",
    ),
    (
        "sentences-in-turn",
        "You repeat the whole batch, sentence 0, sentence 1, sentence 0, … PyTorch wants all heads of sentence 0 first.",
        "你把整批轮流重复：句子 0、句子 1、句子 0……PyTorch 要的是先排句子 0 的所有头。",
    ),
    (
        "nobody-left",
        "A query that may look nowhere is still blind in your mask: the module will answer `nan`.",
        "哪里都不能看的查询，在你的掩码里仍然什么也看不到：那个模块会给出 `nan`。",
    ),
    # q3
    (
        "parts-exchanged",
        "Queries, keys and values have changed places: W holds W_Q on top, then W_K, then W_V, each of d rows.",
        "查询、键、值弄混了：W 的最上面是 W_Q，其次 W_K，再次 W_V，各占 d 行。",
    ),
    (
        "matrix-not-turned",
        "A matrix isn't turned: PyTorch's linear layers compute x @ W.T.",
        "有个矩阵没有转置：PyTorch 的线性层算的是 x @ W.T。",
    ),
    (
        "bias-forgotten",
        "A bias is missing: `b` belongs to Q, K and V, `b_out` to the result.",
        "少了偏置：`b` 属于 Q、K、V，`b_out` 属于结果。",
    ),
    (
        "one-head-only",
        "Your result doesn't depend on `heads`: it is that of one head of full width.",
        "你的结果与 `heads` 无关：它是一个全宽度的头的结果。",
    ),
    (
        "scaled-by-full-width",
        "You divide by √d. A head's dot product has d / heads terms.",
        "你除以的是 √d。每个头的点积只有 d / heads 项。",
    ),
    (
        "heads-interleaved",
        "You deal the components out in turn, one to each head. The first head should have the first d / heads of them, side by side.",
        "你把分量轮流发给各个头。第一个头应当拿最前面相邻的 d / heads 个。",
    ),
    (
        "reshape-for-swap",
        "The shapes fit, but words are mixed up: `reshape` to (B, heads, T, …), or from there to (B, T, d), without exchanging the axes of heads and words.",
        "形状对，词却混在一起了：直接 `reshape` 成 (B, heads, T, …)，或从它直接变成 (B, T, d)，而没有交换头与词的轴。",
    ),
    # q4
    (
        "spread-for-variance",
        "That is the standard deviation; its square was asked for.",
        "这是标准差；要的是它的平方。",
    ),
    (
        "scaling-ignored",
        "Your number doesn't depend on `scaled`, or the two cases have changed places.",
        "你的数与 `scaled` 无关，或者两种情形对调了。",
    ),
    (
        "divided-by-the-root",
        "You divide the variance by √d_k. The score is divided by √d_k; what does that do to its variance?",
        "你把方差除以了 √d_k。除以 √d_k 的是分数；方差会因此变成多少？",
    ),
    (
        "means-forgotten",
        "Your number leaves out the means. If q has a mean, then the spread of k is multiplied by it as well.",
        "你的数没有用到均值。q 的均值若不为零，k 的离散程度也会乘上它。",
    ),
    (
        "not-centred",
        "You have the mean of the square. The variance is that minus the square of the mean, component by component.",
        "你算的是平方的均值。方差要再减去均值的平方，每个分量各减各的。",
    ),
    (
        "squares-and-sums-exchanged",
        "You sum before you square or multiply. Variances of independent terms add up: first each component's own, then the sum.",
        "你先求和，后平方或相乘。独立项的方差才可以相加：先算每个分量自己的，再求和。",
    ),
    (
        "batch-forgotten",
        "Your count is that of a single text: B isn't in it.",
        "你算的是一篇文本的：没有用到 B。",
    ),
    (
        "projection-forgotten",
        "A projection is missing: Q, K, V and the one by W_out make four.",
        "少了一个投影：Q、K、V，加上 W_out 那个，一共四个。",
    ),
    (
        "one-square-only",
        "Only one of the products that grow like T² is counted: the scores are one, the weighted sums of values the other.",
        "像 T² 那样增长的乘法，你只算了一个：一个是分数，另一个是对值加权求和。",
    ),
    (
        "heads-add-width",
        "You let each head work in the full width d. Heads share it: d / heads each, so their number cancels out.",
        "你让每个头都用了全宽度 d。各头分享宽度，每个 d / heads，所以头数会约掉。",
    ),
    (
        "one-head-of-many",
        "That is the count of a single head: all of them work.",
        "这是一个头的数目：所有的头都在工作。",
    ),
    (
        "additions-counted",
        "You have twice the number: additions weren't asked for.",
        "你的数是两倍：加法不用算。",
    ),
    (
        "layer-of-lesson-08",
        "That is 6d, where the square catches up with lesson 08's whole layer. Here only the four projections of attention count.",
        "这是 6d，即平方部分赶上第 08 课整个层的长度。这里只算注意力的四个投影。",
    ),
    # q5
    (
        "maximum-blamed",
        "C isn't it: if all scores of a row fall by the same amount, a softmax over that row stays what it is.",
        "不是 C：一行的分数同减一个数，沿这一行的 softmax 不变。",
    ),
    (
        "same-words-blamed",
        "F isn't it: weight j comes from key j and multiplies value j, so both must belong to the same word.",
        "不是 F：权重 j 来自键 j，乘的是值 j，所以两者必须属于同一个词。",
    ),
    (
        "source-asks",
        "The source asks with you: there is an answer for each source word, or one made from a source word's query. The target is what is being written; it needs an answer for each of its words.",
        "在你这里，提问的是源语言：每个源词得到一个回答，或者查询来自源词。正在写的是目标语言，它的每个词都需要一个回答。",
    ),
    (
        "looks-at-itself",
        "Keys and values come from the target with you: that is self-attention, and the source is never looked at.",
        "在你这里，键和值都来自目标语言：那是自注意力，源句根本没有看。",
    ),
    (
        "keys-and-values-apart",
        "Keys come from one language and values from the other with you. Weight j says how well key j fits, and then multiplies value j: both belong to the same word.",
        "在你这里，键来自一种语言，值来自另一种。权重 j 说的是键 j 有多契合，然后去乘值 j：两者属于同一个词。",
    ),
    # q6
    (
        "links-to-padding",
        "Some of your links go to padding of the source. It took weight, but there is no word.",
        "你有些连线连到了源句的填充上。它占了权重，可是那里没有词。",
    ),
    (
        "padding-is-linked",
        "Padding of the target has links with you: it should have −1.",
        "在你这里，目标句的填充也有连线：应当是 −1。",
    ),
    (
        "place-among-the-real",
        "Your number counts the real words only. When padding stands in front, that isn't the place in the source.",
        "你的编号只数了有词的位置。填充在前面时，这就不是源句里的位置了。",
    ),
    (
        "last-of-equals",
        "Of several equally large weights you take a later one; the first counts.",
        "几个权重同样最大时，你取了后面的；应当取第一个。",
    ),
    (
        "source-links",
        "You look for the best target word of each source word, along the wrong axis. Each target word has one link.",
        "你沿错误的轴，为每个源词找最好的目标词。应当每个目标词有一条连线。",
    ),
    (
        "mean-of-sentences",
        "You average the error rates of the sentences. Count all links of all sentences first, then divide once.",
        "你对各句的错误率求了平均。应当先数完全部句子的全部连线，再除一次。",
    ),
    (
        "possible-ignored",
        "You count the sure links twice and the possible ones not at all: a link that is only possible is no error.",
        "你把确定的连线数了两遍，可能的却一次没数：仅仅是可能的连线不算错。",
    ),
    (
        "sure-ignored",
        "You only look whether links are possible. The sure ones that were not found are errors too.",
        "你只看连线是否可能。确定的连线若没有找到，也是错误。",
    ),
    (
        "minus-one-as-last",
        "You count −1 as a link: as an index it means the last place. It is no link.",
        "你把 −1 也当成了连线：作下标时，它指的是最后一个位置。它不是连线。",
    ),
    (
        "agreement-for-error",
        "That is the share that agrees; the error rate is 1 minus it.",
        "这是一致的比例；错误率是 1 减去它。",
    ),
    (
        "chosen-with-test",
        "This head is best when the sentences of TEST have a say. Choose on DEV alone.",
        "让 TEST 的句子参与挑选，最好的才是这个头。只能在 DEV 上挑选。",
    ),
    (
        "judged-where-chosen",
        "That is the error on sentences that chose the head. The best of 48 looks better there than it is; the house rule asks for TEST.",
        "这个错误率来自参与挑选的句子。48 个里最好的那个，在那里显得比实际更好；规矩要看的是 TEST。",
    ),
    (
        "shown-against-the-rule",
        "On DEV it would pass. Compare ERROR, on TEST, with LIMIT.",
        "在 DEV 上它会通过。请把 TEST 上的 ERROR 与 LIMIT 比较。",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1", points=2)
def rows_share_out_the_values(answer, rng):
    """en: Without a mask, weights are the softmax of each query's scaled scores, and the output averages the values by them.
    zh: 不带掩码时，权重是每个查询缩放后的分数的 softmax，输出是按权重对值的平均。"""
    for _ in range(2):
        m, n, d_k, d_v = _draw_sizes(rng, 4)
        Q, K, V = rng.normal(size=(m, d_k)), rng.normal(size=(n, d_k)), rng.normal(size=(n, d_v))
        out, weights = _pair(answer.call("attention", Q, K, V), (m, d_v), (m, n))
        _judge_attention(out, weights, Q, K, V)


@EXERCISE.check("q1", points=2)
def hidden_keys_have_no_part(answer, rng):
    """en: Where the mask is False the weight is 0; the others of the row still add up to 1.
    zh: 掩码为 False 处权重为 0；该行其余的权重加起来仍是 1。"""
    for kind in ("anything", "padding"):
        m, n, d_k, d_v = _draw_sizes(rng, 4)
        Q, K, V = rng.normal(size=(m, d_k)), rng.normal(size=(n, d_k)), rng.normal(size=(n, d_v))
        allowed = np.tile(np.arange(n) < n - 2, (m, 1)) if kind == "padding" else _draw_mask(rng, (m, n))
        out, weights = _pair(answer.call("attention", Q, K, V, allowed), (m, d_v), (m, n))
        _judge_attention(out, weights, Q, K, V, allowed)


@EXERCISE.check("q1")
def any_dimensions_may_stand_in_front(answer, rng):
    """en: Sentences and heads in front, or none; a mask of any shape that broadcasts.
    zh: 前面可以有句子和头的维度，也可以没有；掩码可以是能广播的任何形状。"""
    k = int(rng.integers(3, 6))
    for lead, m, n, d_k, d_v in (
        ((k,), k + 1, k, k, 2),
        ((1,), 4, 5, 6, 3),
        ((2, 3), 4, 6, 5, 7),
        ((3, 1, 2), 1, 3, 2, 4),
    ):
        Q, K, V = (rng.normal(size=(*lead, *shape)) for shape in ((m, d_k), (n, d_k), (n, d_v)))
        first = (lead[0], *[1] * len(lead), n)
        shapes = [None, (n,), (m, n), first, (*lead, m, n)]
        for shape in shapes:
            mask = None if shape is None else _draw_mask(rng, shape)
            value = answer.call("attention", Q, K, V, *([] if mask is None else [mask]))
            out, weights = _pair(value, (*lead, m, d_v), (*lead, m, n))
            _judge_attention(out, weights, Q, K, V, mask)


@EXERCISE.check("q1")
def who_may_look_nowhere_gets_zeros(answer, rng):
    """en: A query that may look nowhere has the weights 0 and the output 0; all others are as usual.
    zh: 哪里都不能看的查询，权重为 0，输出为 0；其余的照常。"""
    for lead in ((), (3,)):
        m, n, d_k, d_v = _draw_sizes(rng, 4)
        Q, K, V = (rng.normal(size=(*lead, *shape)) for shape in ((m, d_k), (n, d_k), (n, d_v)))
        mask = _draw_mask(rng, (*lead, m, n))
        mask[..., rng.integers(m), :] = False
        if lead:
            mask[1:] = False
        out, weights = _pair(answer.call("attention", Q, K, V, mask), (*lead, m, d_v), (*lead, m, n))
        blind = ~mask.any(axis=-1)
        if not (np.isfinite(out[blind]).all() and np.isfinite(weights[blind]).all()):
            raise Misconception("nan-for-nobody")
        if (weights[blind] > 1e-3).any() or (np.abs(out[blind]) > 1e-3).any():
            raise Misconception("everybody-for-nobody")
        _judge_attention(out, weights, Q, K, V, mask)


@EXERCISE.check("q1", hidden=True)
def large_scores_do_no_harm(answer, rng):
    """en: Scores of ±10000, visible and hidden, float64 and float32, give ordinary weights; inputs stay as they were.
    zh: 分数为 ±10000 时，无论看得见还是被遮住、float64 还是 float32，权重都正常；传入的数组保持原样。"""
    for visible, hidden in ((990, 990), (-990, -990), (-999.5, 990), (-999.5, -999.5), (0, 990)):
        for kind in (np.float64, np.float32):
            m, n, d_v = _draw_sizes(rng, 3)
            Q, K = rng.integers(-1, 2, (m, 16)).astype(kind), rng.integers(-1, 2, (n, 16)).astype(kind)  # exact scores
            V, mask = rng.normal(size=(n, d_v)).astype(kind), _draw_mask(rng, (n,))
            if visible == hidden == -990:
                mask[:] = True
            Q[:, 0], K[:, 0] = 40, np.where(mask, visible, hidden)
            Q[-1, 0] = -40  # rows at different heights
            given = (Q, K, V, None if mask.all() else mask)
            after = answer.call(drivers.call_and_keep_inputs, Learner("attention"), *given)
            out, weights = _pair(after["result"], (m, d_v), (m, n))
            right = _soft(_scores(Q, K), mask)
            bad = (
                ~np.isfinite(weights).all(axis=1)
                | ~np.isfinite(out).all(axis=1)
                | (weights[:, mask] < 1e-30).all(axis=1)
            )
            if (np.nan_to_num(weights)[:, ~mask] > 1e-9).any():
                raise Misconception("penalty-too-small")
            if bad.any():
                raise Misconception("overflow" if visible == hidden else "hidden-key-sets-the-scale")
            expect_close(weights, right, RTOL, ATOL, "weights")
            expect_close(out, right @ V, RTOL, ATOL, "output")
            _expect_same_inputs(after["inputs"], given)


@EXERCISE.check("q2")
def padding_hides_its_columns(answer, rng):
    """en: Every query sees the words of its sentence, and no padding.
    zh: 每个查询看得见本句的词，看不见填充。"""
    B, T = _draw_sizes(rng, 2, low=4)
    lengths = rng.permutation(np.r_[1, T - 1, rng.integers(1, T, B - 2)])
    value = _booleans(answer.call("make_mask", lengths, T, False), (B, T, T), "mask")
    _judge_mask(value, lengths, T, False)


@EXERCISE.check("q2")
def causal_hides_the_future(answer, rng):
    """en: With causal = True a query sees only itself and what came before, and still no padding.
    zh: causal = True 时，查询只看得见自己和前面的，填充照样看不见。"""
    B, T = _draw_sizes(rng, 2, low=4)
    lengths = rng.permutation(np.r_[1, T - 1, rng.integers(1, T, B - 2)])
    value = _booleans(answer.call("make_mask", lengths, T, True), (B, T, T), "mask")
    _judge_mask(value, lengths, T, True)


@EXERCISE.check("q2", points=2)
def the_module_gets_its_own_mask(answer, rng):
    """en: For the module True hides, all heads of a sentence stand together, and no query is left without anything.
    zh: 给模块的掩码里，True 是遮住；同一句子的各个头排在一起；没有哪个查询一个也看不到。"""
    for empty in (False, True):
        B, T = _draw_sizes(rng, 2)
        heads = int(rng.integers(2, 5))
        mask = _draw_mask(rng, (B, T, T))
        if empty:
            one, other = rng.choice(B, 2, replace=False)
            mask[one, rng.integers(T)] = mask[other] = False
        value = _booleans(answer.call("mask_for_torch", mask, heads), (B * heads, T, T), "mask")
        mended = mask | ~mask.any(axis=-1, keepdims=True)
        right = np.repeat(~mended, heads, axis=0)
        wrong = {
            "true-not-turned": [order(one, heads) for order in (_repeat, _tile) for one in (mask, mended)],
            "sentences-in-turn": [_tile(one, heads) for one in (~mask, ~mended)],
            "nobody-left": [_repeat(~mask, heads)],
        }
        _judge(value, right, wrong, "mask")


@EXERCISE.check("q2", hidden=True)
def masks_of_any_size(answer, rng):
    """en: Empty and full sentences, one sentence, one place, one head; inputs stay as they were.
    zh: 空句和满句、只有一个句子、一个位置、一个头；传入的数组保持原样。"""
    for lengths, T in (([0, 4, 2], 4), ([3], 3), ([0], 1), ([1, 1], 1), (rng.integers(0, 8, 6), 7)):
        for causal in (False, True):
            given = np.array(lengths), T, causal
            after = answer.call(drivers.call_and_keep_inputs, Learner("make_mask"), *given)
            value = _booleans(after["result"], (len(given[0]), T, T), "mask")
            _judge_mask(value, given[0], T, causal)
            _expect_same_inputs(after["inputs"], given)
    for shape, heads in (((1, 3, 3), 1), ((3, 1, 1), 4), ((2, 5, 5), 1)):
        mask = rng.random(shape) < 0.5
        after = answer.call(drivers.call_and_keep_inputs, Learner("mask_for_torch"), mask, heads)
        value = _booleans(after["result"], (shape[0] * heads, *shape[1:]), "mask")
        _judge(
            value,
            _repeat(~(mask | ~mask.any(axis=-1, keepdims=True)), heads),
            {"nobody-left": [_repeat(~mask, heads)]},
            "mask",
        )
        _expect_same_inputs(after["inputs"], (mask, heads))


@EXERCISE.check("q3", points=2)
def one_head_is_projected_and_joined(answer, rng):
    """en: With one head: PyTorch's projections and biases, attention, the last projection.
    zh: 一个头时：PyTorch 的各个投影和偏置、注意力、最后的投影。"""
    B, T, d = _draw_sizes(rng, 3)
    given = _draw_layer(rng, B, T, d)
    value = expect_shape(answer.call("multi_head", *given, 1), (B, T, d), "y")
    orders = [order for order in itertools.permutations(range(3)) if order != (0, 1, 2)]
    biases = [(False, True), (True, False), (False, False)]
    wrong = {
        "parts-exchanged": [_multi(*given, 1, order=order) for order in orders],
        "matrix-not-turned": [_multi(*given, 1, turned=turned, biased=biased)
                              for turned in ("stacked", "last", "both", "sideways") for biased in [(True, True), *biases]],
        "bias-forgotten": [_multi(*given, 1, biased=biased) for biased in biases],
        "not-scaled": [_multi(*given, 1, scale=1)],
        "scaled-too-much": [_multi(*given, 1, scale=d)],
        "shared-among-queries": [_multi(*given, 1, axis=2)],
    }  # fmt: skip
    _judge(value, _multi(*given, 1), wrong, "y")


@EXERCISE.check("q3", points=2)
def heads_are_split_and_merged(answer, rng):
    """en: Each head has its own neighbouring components, attends on its own, and goes back to its place.
    zh: 每个头拿自己那段相邻的分量，各做各的注意力，再放回原处。"""
    for _ in range(2):
        B, T, heads, width = _draw_sizes(rng, 4, low=2)
        d = heads * width
        given = _draw_layer(rng, B, T, d)
        value = expect_shape(answer.call("multi_head", *given, heads), (B, T, d), "y")
        ways = list(
            itertools.product(("right", "interleaved", "reshaped"), ("right", "interleaved", "reshaped"), (width, d, 1))
        )
        wrong = {
            "one-head-only": [_multi(*given, 1, scale=scale) for scale in (d**0.5, width**0.5)],
            "reshape-for-swap": [_multi(*given, heads, split=s, merge=g, scale=c**0.5) for s, g, c in ways if "reshaped" in (s, g)],
            "heads-interleaved": [_multi(*given, heads, split=s, merge=g, scale=c**0.5)
                                  for s, g, c in ways if "interleaved" in (s, g) and "reshaped" not in (s, g)],
            "scaled-by-full-width": [_multi(*given, heads, scale=d**0.5)],
            "not-scaled": [_multi(*given, heads, scale=1)],
            "scaled-too-much": [_multi(*given, heads, scale=width)],
            "root-of-another-size": [_multi(*given, heads, scale=heads**0.5)],
            "parts-exchanged": [_multi(*given, heads, split="heads first")],
            "shared-among-queries": [_multi(*given, heads, axis=2)],
        }  # fmt: skip
        _judge(value, _multi(*given, heads), wrong, "y")


@EXERCISE.check("q3", hidden=True)
def layers_of_any_size(answer, rng):
    """en: One sentence, one word, heads of width 1, float32; inputs stay as they were.
    zh: 一个句子、一个词、宽度为 1 的头、float32；传入的数组保持原样。"""
    for B, T, d, heads in ((1, 5, 6, 2), (3, 1, 4, 2), (2, 4, 3, 3), (2, 2, 8, 2), (4, 4, 16, 4), (1, 1, 1, 1)):
        for kind in (np.float64, np.float32):
            given = tuple(one.astype(kind) for one in _draw_layer(rng, B, T, d))
            after = answer.call(drivers.call_and_keep_inputs, Learner("multi_head"), *given, heads)
            right = _multi(*(one.astype(np.float64) for one in given), heads)
            expect_close(after["result"], right, 1e-4, 1e-5, "y")
            _expect_same_inputs(after["inputs"], given)


@EXERCISE.check("q4")
def without_means_products_of_variances(answer, rng):
    """en: With means of 0, the variance of a score from its components' standard deviations, scaled and not.
    zh: 均值为 0 时，由各分量的标准差得出分数的方差，缩放的和不缩放的。"""
    for scaled in (False, True):
        d = int(rng.integers(5, 12))
        s, t = rng.uniform(0.3, 3, (2, d))
        value = _number(answer.call("score_variance", np.zeros(d), s, np.zeros(d), t, scaled), "variance")
        _judge_variance(value, np.zeros(d), s, np.zeros(d), t, scaled)


@EXERCISE.check("q4")
def means_add_to_the_spread(answer, rng):
    """en: With means other than 0 the variance is still exact.
    zh: 均值不为 0 时，方差仍然精确。"""
    for scaled in (True, False):
        d = int(rng.integers(5, 12))
        (s, t), (m, n) = rng.uniform(0.3, 3, (2, d)), rng.uniform(0.5, 3, (2, d)) * rng.choice([-1, 1], (2, d))
        value = _number(answer.call("score_variance", m, s, n, t, scaled), "variance")
        _judge_variance(value, m, s, n, t, scaled)


@EXERCISE.check("q4", points=2)
def multiplications_and_bytes_are_counted(answer, rng):
    """en: Multiplications of all matrix products, and the bytes of all scores.
    zh: 全部矩阵乘法的乘法次数，以及全部分数的字节数。"""
    for bytes_each in (None, 2):
        B, T, width, heads = _draw_sizes(rng, 4)
        d = heads * width + heads
        value = _costs(answer.call("count_cost", B, T, d, heads, *([bytes_each] if bytes_each else [])))
        P, S, size = T * d * d, T * T * d, bytes_each or 4
        products = {
            "additions-counted": [2 * B * (4 * P + 2 * S)],
            "batch-forgotten": [4 * P + 2 * S],
            "projection-forgotten": [B * (k * P + 2 * S) for k in (0, 1, 2, 3)],
            "one-square-only": [B * (k * P + S) for k in (3, 4)],
            "heads-add-width": [B * (k * P + 2 * S * heads) for k in (4, 4 * heads)],
            "one-head-of-many": [B * (k * P + 2 * S // heads) for k in (4, 3)] + [B * (4 * P + 2 * S) // heads],
        }
        _judge(value[0], B * (4 * P + 2 * S), products, "multiplications")
        room = {
            "batch-forgotten": [heads * T * T * size],
            "one-head-of-many": [B * T * T * size],
        }
        _judge(value[1], B * heads * T * T * size, room, "score_bytes")


@EXERCISE.check("q4")
def the_square_catches_up(answer, rng):
    """en: EVEN_AT is the length at which both parts need as many multiplications.
    zh: EVEN_AT 是两部分乘法次数相等时的长度。"""
    wrong = {
        "one-square-only": [4 * 768],
        "projection-forgotten": [1.5 * 768, 768, 768 / 2],
        "heads-add-width": [2 * 64],
        "layer-of-lesson-08": [6 * 768],
    }
    _judge(_number(answer.get("EVEN_AT"), "EVEN_AT"), 1536, wrong, "EVEN_AT")


@EXERCISE.check("q4", hidden=True)
def counts_are_exact_and_edges_hold(answer, rng):
    """en: Counts of seventeen digits are exact; one component, and components without any spread, are no exception.
    zh: 十七位数的计数也精确；只有一个分量、或分量毫无离散，都不例外。"""
    B, T, heads = (int(rng.integers(*ends)) for ends in ((500, 1_000), (100_000, 200_000), (30, 60)))
    d = heads * int(rng.integers(100, 200))
    value, names = answer.call("count_cost", B, T, d, heads, 8), ("multiplications", "score_bytes")
    _costs(value)
    for one, name, right in zip(value, names, (B * (4 * T * d**2 + 2 * T**2 * d), 8 * B * heads * T**2), strict=True):
        expect_equal(int(one) if one == int(one) else one, right, name)
    smallest = _costs(answer.call("count_cost", 1, 1, 1, 1))
    expect_equal(smallest, [6, 4], "(multiplications, score_bytes)")
    for d in (1, 3):
        m, n, t = rng.uniform(0.5, 2, (3, d))
        for scaled in (False, True):
            value = _number(answer.call("score_variance", m, np.zeros(d), n, t, scaled), "variance")
            expect_close(value, _variance(m, np.zeros(d), n, t) / (d if scaled else 1), RTOL, ATOL, "variance")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    """en: FAULTS holds the letters of all faults, and no other.
    zh: FAULTS 包含全部毛病的字母，不多不少。"""
    letters = answer.get("FAULTS")
    if isinstance(letters, (list, tuple)) and all(isinstance(one, str) for one in letters):
        letters = "".join(letters)
    letters = letters.upper().replace(" AND ", " ") if isinstance(letters, str) else ""
    named = {one for one in letters if one.isalpha()}
    if not named or not named <= set("ABCDEF"):
        raise Wrong(_NO_LETTERS)
    for letter, name in (("C", "maximum-blamed"), ("F", "same-words-blamed")):
        if letter in named:
            raise Misconception(name)
    if named != set("ABDE"):
        raise Wrong(_FAULT_MISSING)


@EXERCISE.check("q5")
def each_target_word_asks_for_itself(answer, rng):
    """en: There is a row for each target word; it depends on that word and on the source, and on no other target word.
    zh: 每个目标词占一行；这一行取决于该词和源句，与其他目标词无关。"""
    B, T, d = _draw_sizes(rng, 3)
    given = _draw_translation(rng, B, T, T, d, d, d, d)  # all sizes alike, so that wrong roles run as well
    out, weights = _pair(answer.call("cross_attention", *given), (B, T, d), (B, T, T))
    for roles in itertools.product("ts", repeat=3):
        if roles == ("t", "s", "s"):
            continue
        for scale, axis, hide in itertools.product((1, d**0.5, d), (1, 2), _HIDINGS):
            if _same(out, _cross(*given, roles=roles, scale=scale, axis=axis, hide=hide)[0]):
                name = (
                    "source-asks"
                    if roles[0] == "s"
                    else "looks-at-itself"
                    if roles[1:] == ("t", "t")
                    else "keys-and-values-apart"
                )
                raise Misconception(name)
    B, T, S, d, width, other = _draw_sizes(rng, 6)
    given = _draw_translation(rng, B, T, S, d, d, width, other)
    value = answer.call("cross_attention", *given)
    if isinstance(value, (list, tuple)) and len(value) == 2 and np.shape(value[0]) == (B, S, other):
        raise Misconception("source-asks")
    out, weights = _pair(value, (B, T, other), (B, T, S))
    t, changed = int(rng.integers(T)), given[0].copy()
    changed[:, t] = rng.normal(size=(B, d))
    again, _ = _pair(answer.call("cross_attention", changed, *given[1:]), (B, T, other), (B, T, S))
    moved = ~np.isclose(again, out, RTOL, ATOL).all(axis=(0, 2))
    if np.delete(moved, t).any():
        raise Misconception("shared-among-queries")
    if not moved[t]:
        raise Wrong(_DEAF_ROW)


@EXERCISE.check("q5", points=2)
def real_words_share_the_weight(answer, rng):
    """en: The weights are the softmax over the real source words, with the right scale; the output is their average of values.
    zh: 权重是对有词的源位置、按正确的比例缩放后的 softmax；输出是按它对值的平均。"""
    for _ in range(2):
        B, T, S, target, source, width, other = _draw_sizes(rng, 7, low=4)
        given = _draw_translation(rng, B, T, S, target, source, width, other)
        value = answer.call("cross_attention", *given)
        out, weights = _pair(value, (B, T, other), (B, T, S))
        right = _cross(*given)
        for scale, hide in itertools.product((width**0.5, width, 1, other**0.5), _HIDINGS):
            recipe = _cross(*given, scale=scale, hide=hide)
            if _same(recipe[1], right[1]):
                continue
            if hide != "before" and _same(weights, recipe[1]):
                raise Misconception(_HIDINGS[hide])
            if scale != width**0.5 and _same(weights, recipe[1]):
                raise Misconception({width: "scaled-too-much", 1: "not-scaled"}.get(scale, "root-of-another-size"))
        expect_close(weights, right[1], RTOL, ATOL, "weights")
        expect_close(out, right[0], RTOL, ATOL, "output")


@EXERCISE.check("q5", hidden=True)
def large_scores_and_odd_batches(answer, rng):
    """en: Scores of ±10000, nonsense in the padding, padding in front, a single word or sentence; inputs stay as they were.
    zh: 分数为 ±10000、填充里是胡话、填充在前、只有一个词或一个句子；传入的数组保持原样。"""
    for B, T, S, high in ((1, 3, 4, 990), (2, 1, 5, -990), (3, 2, 1, 990), (2, 4, 6, -990)):
        target, source = rng.integers(-1, 2, (B, T, 16)).astype(float), rng.integers(-1, 2, (B, S, 16)).astype(float)
        real = _draw_mask(rng, (B, S))
        target[:, :, 0], source[:, :, 0] = 40, np.where(real, high, 990)
        target[0, -1, 0] = -40
        given = target, source, real, np.eye(16), np.eye(16), rng.normal(size=(16, 3)) / 100
        after = answer.call(drivers.call_and_keep_inputs, Learner("cross_attention"), *given)
        out, weights = _pair(after["result"], (B, T, 3), (B, T, S))
        right = _cross(*given)
        seen = np.nan_to_num(weights) * real[:, None]
        if not (np.isfinite(weights).all() and np.isfinite(out).all()) or (seen.sum(axis=2) < 1e-30).any():
            raise Misconception("hidden-key-sets-the-scale" if high < 0 and not real.all() else "overflow")
        expect_close(weights, right[1], RTOL, ATOL, "weights")
        expect_close(out, right[0], RTOL, ATOL, "output")
        _expect_same_inputs(after["inputs"], given)


@EXERCISE.check("q6")
def links_go_from_word_to_word(answer, rng):
    """en: Each target word is linked to the real source word with the largest weight; padding has −1.
    zh: 每个目标词连到权重最大的、有词的源位置；填充为 −1。"""
    for _ in range(2):
        weights, source_real, target_real = _draw_map(rng)
        value = answer.call("find_links", weights, source_real, target_real)
        _judge_links(value, weights, source_real, target_real)


@EXERCISE.check("q6", points=2)
def the_error_rate_counts_all_links(answer, rng):
    """en: The alignment error rate, from the links of all sentences together.
    zh: 由全部句子的连线合在一起算出的对齐错误率。"""
    for _ in range(2):
        links, sure, possible = _draw_links(rng)
        value = _number(answer.call("alignment_error", links, sure, possible), "error")
        right, found = _error(links, sure, possible), _found(links, sure)
        with_last = np.eye(sure.shape[2], dtype=bool)[links]
        hits, maybe, n, s = ((found & sure).sum(), (found & possible).sum(), found.sum(), sure.sum())
        with np.errstate(all="ignore"):
            each = [_error(*(one[b : b + 1] for one in (links, sure, possible))) for b in range(len(links))]
        wrong = {
            "agreement-for-error": [1 - right],
            "mean-of-sentences": [np.mean(each)],
            "minus-one-as-last": [
                1 - ((with_last & sure).sum() + (with_last & possible).sum()) / (with_last.sum() + s),
                1 - (hits + maybe) / (links.size + s),
            ],
            "possible-ignored": [1 - 2 * hits / (n + s), 1 - hits / n, 1 - hits / s],
            "sure-ignored": [1 - maybe / n, 1 - 2 * maybe / (n + possible.sum()), 1 - maybe / possible.sum()],
        }
        _judge(value, right, wrong, "error")


@EXERCISE.check("q6", points=2)
def the_choice_is_judged_elsewhere(answer, rng):
    """en: HEAD is the best on DEV, ERROR its error rate on TEST, and CHOICE follows the house rule.
    zh: HEAD 是 DEV 上最好的头，ERROR 是它在 TEST 上的错误率，CHOICE 遵照规矩。"""
    head = _number(answer.get("HEAD"), "HEAD")
    if head == _HEAD_WITH_TEST:
        raise Misconception("chosen-with-test")
    if head != _HEAD:
        raise Wrong(_NOT_THE_HEAD)
    error = _number(answer.get("ERROR"), "ERROR")
    if min(abs(error - one) for one in (_ERROR_ON_DEV, _ERROR_ON_ALL)) < 5e-4:
        raise Misconception("judged-where-chosen")
    if not abs(error - _ERROR) < 5e-4:
        raise Wrong(_NOT_THE_ERROR)
    choice = answer.get("CHOICE")
    choice = choice.strip().lower() if isinstance(choice, str) else choice
    if choice == "show":
        raise Misconception("shown-against-the-rule")
    if choice != "hide":
        raise Wrong(_NO_CHOICE)


@EXERCISE.check("q6", hidden=True)
def odd_maps_and_missing_links(answer, rng):
    """en: Padding in front, weights of 0, equal weights, one sentence, no sure link; inputs stay as they were.
    zh: 填充在前、权重为 0、权重相等、只有一个句子、没有确定的连线；传入的数组保持原样。"""
    for B in (1, 3):
        for values in ((0.0, 1.0), (0.0,), (0.1, 0.2, 0.3)):
            weights, source_real, target_real = _draw_map(rng, B)
            given = rng.choice(values, weights.shape), source_real[:, ::-1].copy(), target_real[:, ::-1].copy()
            after = answer.call(drivers.call_and_keep_inputs, Learner("find_links"), *given)
            _judge_links(after["result"], *given)
            _expect_same_inputs(after["inputs"], given)
    for case in ("no sure link", "one sentence", "nothing right", "all right"):
        links, sure, possible = _draw_links(rng)
        if case == "no sure link":
            sure = np.zeros_like(sure)
        if case == "one sentence":
            links, sure, possible = (one[:1] for one in (links, sure, possible))
        if case in ("nothing right", "all right"):
            found = _found(links, sure)
            sure, possible = (found, found) if case == "all right" else (sure & ~found, possible & ~found)
        given = links, sure, possible
        after = answer.call(drivers.call_and_keep_inputs, Learner("alignment_error"), *given)
        expect_close(_number(after["result"], "error"), _error(*given), RTOL, ATOL, "error")
        _expect_same_inputs(after["inputs"], given)


_HEAD, _HEAD_WITH_TEST = 42, 13  # of q6's given cell: lowest on DEV; lowest on TEST, and on all sentences
_ERROR, _ERROR_ON_DEV, _ERROR_ON_ALL = 0.114583, 0.051471, 0.103960  # of that head
_HIDINGS = {
    "before": "", "never": "mask-ignored", "after": "mask-after-softmax", "zero": "hidden-scores-set-to-zero",
    "inverted": "mask-inverted", "added": "mask-added-as-a-number",
}  # fmt: skip


def _draw_sizes(rng, count, low=3) -> list[int]:
    """Different sizes, from `low` on."""
    return [int(size) for size in rng.permutation(np.arange(low, low + count + 1))[:count]]


def _draw_mask(rng, shape) -> np.ndarray:
    """Booleans; of each row at least one True and, where there is room, one False."""
    mask = rng.random(shape) < 0.6
    place = rng.integers(shape[-1], size=shape[:-1])[..., None]
    np.put_along_axis(mask, place, True, axis=-1)
    if shape[-1] > 1:
        np.put_along_axis(mask, (place + 1) % shape[-1], False, axis=-1)
    return mask


def _pair(value, first, second) -> tuple[np.ndarray, np.ndarray]:
    """(output, weights) as arrays of these shapes."""
    if value is None:
        as_array(value)  # says that the return is missing
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(_PAIR)
    out, weights = as_array(value[0], "output"), as_array(value[1], "weights")
    if out.shape == second != first and weights.shape == first:
        raise Wrong(_ORDER)
    return expect_shape(out, first, "output"), expect_shape(weights, second, "weights")


def _scores(Q, K, scale=None) -> np.ndarray:
    Q, K = Q.astype(np.float64), K.astype(np.float64)
    return Q @ np.swapaxes(K, -1, -2) / (np.sqrt(Q.shape[-1]) if scale is None else scale)


def _soft(scores, allowed=True, axis=-1) -> np.ndarray:
    """Softmax over what is allowed; zeros where nothing is."""
    scores = np.where(allowed, scores, -np.inf)
    e = np.exp(scores - np.maximum(scores.max(axis=axis, keepdims=True), -1e30))
    return e / np.maximum(e.sum(axis=axis, keepdims=True), 1)


def _judge_attention(out, weights, Q, K, V, mask=None):
    allowed = True if mask is None else mask
    raw, right = _scores(Q, K, 1), _soft(_scores(Q, K), allowed)
    d_k, axes = Q.shape[-1], Q.ndim
    scales = {1: "not-scaled", d_k**0.5: "", d_k: "scaled-too-much"}
    for size in (*Q.shape[:-1], K.shape[-2], V.shape[-1]):
        scales.setdefault(size**0.5, "root-of-another-size")
    wrong = {
        name: []
        for name in (
            "all-axes-turned",
            "shared-among-queries",
            "axis-counted-from-the-front",
            *_HIDINGS.values(),
            "shared-among-all",
            "no-softmax",
            *scales.values(),
        )
    }
    for scale, name in scales.items():
        scores = raw / scale
        if name:
            wrong[name].append(_soft(scores, allowed))
        wrong["shared-among-queries"].append(_soft(scores, allowed, -2))
        wrong["shared-among-all"].append(np.exp(scores) / np.exp(scores).sum())
        wrong["no-softmax"] += [scores, np.where(allowed, scores, 0)]
        if axes > 3:
            wrong["axis-counted-from-the-front"] += [_soft(scores, allowed, axis) for axis in range(axes - 2)]
        if mask is not None:
            for hide in set(_HIDINGS) - {"before"}:
                wrong[_HIDINGS[hide]].append(_hide(scores, mask, hide))
    if axes > 2 and len(set(K.shape)) == 1:
        wrong["all-axes-turned"] = [_soft(Q @ K.T / scale, allowed) for scale in scales]
    if axes > 2:
        wrong["axis-counted-from-the-front"] += wrong.pop("root-of-another-size", [])
    _judge(weights, right, wrong, "weights")
    expect_close(out, right @ V, RTOL, ATOL, "output")


def _hide(scores, mask, how, axis=-1) -> np.ndarray:
    """Weights with the mask applied in one of the ways of _HIDINGS."""
    match how:
        case "before":
            return _soft(scores, mask, axis)
        case "never":
            return _soft(scores, True, axis)
        case "after":
            return _soft(scores, True, axis) * mask
        case "zero":
            return _soft(scores * mask, True, axis)
        case "inverted":
            return _soft(scores, ~mask, axis)
        case "added":
            return _soft(scores + mask, True, axis)


def _booleans(value, shape, name) -> np.ndarray:
    array = expect_shape(value, shape, name)
    if np.asarray(value).dtype != bool:
        raise Wrong(_NOT_BOOLEANS.format(name=name))
    return array.astype(bool)


def _judge_mask(value, lengths, T, causal):
    i, j, n = np.arange(T)[:, None], np.arange(T), np.asarray(lengths)[:, None, None]
    real, everywhere = (j < n) & (i >= 0), np.ones((len(n), T, T), dtype=bool)
    past, right = j <= i, real & (j <= i) if causal else real
    also = past if causal else everywhere
    wrong = {
        "mask-inverted": [~right],
        "rows-for-columns": [(i < n) & also],
        "padded-queries-blinded": [right & (i < n)],
        "one-place-off": [(j <= n) & also, (j < n - 1) & also],
        "padding-in-front": [(j >= T - n) & also],
        "always-causal": [] if causal else [real & past, real & (j < i)],
        "causal-ignored": [real] if causal else [],
        "future-seen": [real & (j >= i), real & (j > i)] if causal else [],
        "blind-to-itself": [real & (j < i)] if causal else [],
        "or-for-and": [real | past],
    }
    _judge(value, right, wrong, "mask")


def _repeat(mask, heads):
    return np.repeat(mask, heads, axis=0)


def _tile(mask, heads):
    return np.tile(mask, (heads, 1, 1))


def _draw_layer(rng, B, T, d):
    """x, W, b, W_out, b_out: scores of about 1, biases that matter."""
    x, W, W_out = rng.normal(size=(B, T, d)), rng.normal(size=(3 * d, d)) / d**0.5, rng.normal(size=(d, d)) / d**0.5
    return x, W, rng.normal(size=3 * d), W_out, rng.normal(size=d)


def _multi(
    x,
    W,
    b,
    W_out,
    b_out,
    heads,
    order=(0, 1, 2),
    split="right",
    merge="right",
    turned="",
    biased=(True, True),
    scale=None,
    axis=3,
):
    """nn.MultiheadAttention's self-attention, or one of the wrong recipes."""
    B, T, d = x.shape
    width = d // heads
    matrix = {"stacked": np.concatenate([one.T for one in W.reshape(3, d, d)]), "sideways": W.reshape(d, 3 * d).T}
    matrix["both"] = matrix["stacked"]
    projected = x @ matrix.get(turned, W).T + b * biased[0]  # (B, T, 3d)

    def cut(part):
        match split:
            case "right":
                return part.reshape(B, T, heads, width).swapaxes(1, 2)
            case "interleaved":
                return part.reshape(B, T, width, heads).transpose(0, 3, 1, 2)
            case "reshaped":
                return part.reshape(B, heads, T, width)

    if split == "heads first":
        parts = list(projected.reshape(B, T, heads, 3, width).transpose(3, 0, 2, 1, 4))
    else:
        parts = [cut(projected[..., i * d : (i + 1) * d]) for i in range(3)]
    Q, K, V = (parts[i] for i in order)
    H = _soft(Q @ K.swapaxes(2, 3) / (width**0.5 if scale is None else scale), True, axis) @ V
    match merge:
        case "right":
            H = H.swapaxes(1, 2)
        case "interleaved":
            H = H.transpose(0, 2, 3, 1)
    return H.reshape(B, T, d) @ (W_out if turned in ("last", "both") else W_out.T) + b_out * biased[1]


def _variance(m, s, n, t) -> float:
    return float(((m**2 + s**2) * (n**2 + t**2) - m**2 * n**2).sum())


def _judge_variance(value, m, s, n, t, scaled):
    d, right = len(m), _variance(m, s, n, t)
    means = m.any()
    pure, squares = (s**2 * t**2).sum(), ((m**2 + s**2) * (n**2 + t**2)).sum()
    forms = {
        "means-forgotten": [pure] if means else [],
        "not-centred": [squares, right + (m @ n) ** 2, squares - (m @ n) ** 2] if means else [],
        "squares-and-sums-exchanged": [(s @ t) ** 2, (s**2).sum() * (t**2).sum(), s.sum() ** 2 * t.sum() ** 2, s @ t],
    }
    by = d if scaled else 1
    wrong = {
        "spread-for-variance": [np.sqrt(right / by), np.sqrt(right), np.sqrt(right) / by],
        "scaling-ignored": [right if scaled else right / d],
        "divided-by-the-root": [right / d**0.5] if scaled else [],
    }
    for name, numbers in forms.items():
        wrong[name] = [number / k for number in numbers for k in {1, d, d**0.5}]
    _judge(value, right / by, wrong, "variance")


def _costs(value) -> list[float]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) != 1 or len(value) != 2:
        raise Wrong(
            Text(
                "Return two numbers: `return multiplications, score_bytes`.",
                "请返回两个数：`return multiplications, score_bytes`。",
            )
        )
    return [_number(one, name) for one, name in zip(value, ("multiplications", "score_bytes"), strict=True)]


def _draw_translation(rng, B, T, S, target, source, width, other):
    """target, source, real, W_Q, W_K, W_V: scores that matter, one place of padding or more in each sentence."""
    matrices = [
        rng.normal(size=(rows, columns)) / rows**0.5 * 1.5
        for rows, columns in ((target, width), (source, width), (source, other))
    ]
    return rng.normal(size=(B, T, target)), rng.normal(size=(B, S, source)), _draw_mask(rng, (B, S)), *matrices


def _cross(target, source, real, W_Q, W_K, W_V, roles=("t", "s", "s"), scale=None, axis=2, hide="before"):
    """(output, weights) of cross-attention, or of one of the wrong recipes; the mask goes with the source."""
    words = {"t": target, "s": source}
    Q, K, V = (words[role] @ W for role, W in zip(roles, (W_Q, W_K, W_V), strict=True))
    scores = _scores(Q, K, scale)
    mask = real[:, :, None] if roles[0] == "s" and roles[1] == "t" else real[:, None]
    weights = _hide(scores, mask, hide, axis)
    return weights @ V, weights


def _draw_map(rng, B=None):
    """weights, source_real, target_real: padding often has the largest weight, behind the words."""
    B = B or int(rng.integers(3, 6))
    T, S = _draw_sizes(rng, 2, low=5)
    source_real = np.arange(S) < rng.permutation(np.r_[S - 2, rng.integers(2, S, B - 1)])[:, None]
    target_real = np.arange(T) < rng.permutation(np.r_[T - 2, rng.integers(2, T, B - 1)])[:, None]
    weights = rng.random((B, T, S)) + 0.5 * ~source_real[:, None]
    return weights / weights.sum(axis=2, keepdims=True), source_real, target_real


def _judge_links(value, weights, source_real, target_real):
    B, T, S = weights.shape
    array = as_array(value, "links")
    if array.shape == (B, S) and S != T:
        raise Misconception("source-links")
    expect_shape(array, (B, T), "links")
    if (array != np.round(array)).any() or array.min() < -1 or array.max() >= S:
        raise Wrong(_NOT_PLACES.format(last=S - 1))
    shown = np.where(source_real[:, None], weights, -1)
    best = shown.argmax(axis=2)
    place = np.take_along_axis(np.cumsum(source_real, axis=1) - 1, best, axis=1)
    right = np.where(target_real, best, -1)
    if (array[~target_real] != -1).any():
        raise Misconception("padding-is-linked")
    if (array[target_real] == -1).any():
        expect_equal(array.astype(int).tolist(), right.tolist(), "links")
    words = np.nonzero(target_real)[0]
    if weights.any() and not np.array_equal(place, best) and np.array_equal(array, np.where(target_real, place, -1)):
        raise Misconception("place-among-the-real")
    if not source_real[words, array[target_real].astype(int)].all():
        raise Misconception("links-to-padding")
    chosen = np.take_along_axis(shown, np.maximum(array, 0).astype(int)[:, :, None], axis=2)[:, :, 0]
    if (array != right).any() and (chosen == shown.max(axis=2))[target_real].all():
        raise Misconception("last-of-equals")
    expect_equal(array.astype(int).tolist(), right.tolist(), "links")


def _draw_links(rng):
    """links, sure, possible: sentences of different lengths and quality, some links only possible, some wrong."""
    while True:
        B = int(rng.integers(3, 6))
        T, S = _draw_sizes(rng, 2, low=5)
        possible = rng.random((B, T, S)) < 0.35
        sure = possible & (rng.random((B, T, S)) < 0.6)
        real = np.arange(T) < rng.permutation(np.r_[2, T - 1, rng.integers(2, T, B - 2)])[:, None]
        possible, sure = possible & real[:, :, None], sure & real[:, :, None]
        good = np.where(possible.any(axis=2), possible.argmax(axis=2), rng.integers(S, size=(B, T)))
        links = np.where(real, np.where(rng.random((B, T)) < 0.7, good, rng.integers(S, size=(B, T))), -1)
        padded = links.size + sure.sum() == (links >= 0).sum() + possible.sum()  # two wrong recipes would be one
        if (
            not padded
            and sure.any(axis=(1, 2)).all()
            and 0.1 < _error(links, sure, possible) < 0.9
            and (sure != possible).any()
        ):
            return links, sure, possible


def _found(links, sure) -> np.ndarray:
    return np.arange(sure.shape[2]) == links[:, :, None]


def _error(links, sure, possible) -> float:
    found = _found(links, sure)
    return float(1 - ((found & sure).sum() + (found & possible).sum()) / (found.sum() + sure.sum()))


def _expect_same_inputs(after, before):
    for now, then in zip(after, before, strict=False):
        if isinstance(then, np.ndarray) and not np.array_equal(now, then):
            raise Misconception("changes-its-inputs")


def _judge(value, right, named, what):
    """Raises the first misconception one of whose recipes gives `value` and not `right`; else compares."""
    for name, recipes in named.items():
        for recipe in recipes:
            if _same(value, recipe) and not _same(right, recipe):
                raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    """Close, and of one shape."""
    array, recipe = np.asarray(value, dtype=np.float64), np.asarray(recipe, dtype=np.float64)
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL)


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
