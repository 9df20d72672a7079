"""Exercise 10: a batch and its mask, honest means, schedule and clip, resuming, a loop to mend, room for customers."""

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

RTOL, ATOL = 1e-4, 1e-5  # loose enough for float32 over an epoch, far tighter than any wrong recipe below
EXERCISE = Exercise("10_bert_fine_tuning")
_LAYER = {"attention": 4 * (384**2 + 384), "network": 8 * 384**2 + 5 * 384, "norms": 4 * 384}
_SIZES = {"embeddings.words": 30_522 * 384, "embeddings.places": 514 * 384, "embeddings.norm": 2 * 384}
_SIZES |= {
    f"layer {k}.{name}": size for k in range(1, 7) for name, size in _LAYER.items()
}  # as q6's given cell has them
_HEAD = 770
_NO_DICTIONARY = Text("Return a dictionary with the keys {keys}.", "请返回一个字典，键为 {keys}。")
_TUPLE = Text("Return {count} values: `return {names}`.", "请返回 {count} 个值：`return {names}`。")
_NO_TABLE = Text(
    "`{name}` should be one table with a row for each review; rows of different lengths are no table.",
    "`{name}` 应是一张表，每条评论一行；长短不一的各行拼不成表。",
)
_NO_LIST = Text("Return a list with one array for each {what}.", "请返回一个列表，每{zh}一个数组。")
_NO_LETTERS = Text(
    '`NEEDED` is a text of letters out of A to G, for instance "AG".',
    '`NEEDED` 应是由 A 到 G 的字母组成的文本，例如 "AG"。',
)
_LETTER_MISSING = Text(
    "What you name is needed, but it isn't all. For each letter that you left out ask: if it began anew after the power cut, would the next step be another?",
    "你选的都需要，但还不全。对每个没选的字母问一问：断电之后如果它从头开始，下一步会不会不同？",
)
_NO_CHOICE = Text('`CHOICE` is "all" or "last".', '`CHOICE` 应是 "all" 或 "last"。')

EXERCISE.question(
    "q1",
    Text("a batch and its mask", "一个批量和它的掩码"),
    [
        Text(
            "Do the docstring's example on paper, with longest = 3 and then with 48. Which numbers decide the width?",
            "照文档字符串的例子在纸上做，先取 longest = 3，再取 48。宽度由哪些数决定？",
        ),
        Text(
            "First cut each list, then look for the longest; make a table full of pad and a table of zeros, and write each row from the left. The mask follows from the lengths, not from the numbers.",
            "先截短每个列表，再找最长的；造一张全是 pad 的表和一张全零的表，逐行从左边写入。掩码由长度得出，而不是由编号得出。",
        ),
        Text(
            "ids[:longest - 1] + ids[-1:] for a list that is too long; T = max of the lengths; np.full((B, T), pad); input_ids[k, :len(ids)] = ids and mask[k, :len(ids)] = 1.",
            "太长的列表取 ids[:longest - 1] + ids[-1:]；T 是长度的最大值；np.full((B, T), pad)；input_ids[k, :len(ids)] = ids，mask[k, :len(ids)] = 1。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("one vector for a review, one loss for all", "一条评论一个向量，全部评论一个损失"),
    [
        Text(
            "(a) Take a review with two tokens and one padded place: what is added up, and by what is it divided? (b) Losses 0.2, 0.2, 0.2 in one batch and 1.4 in the next: the mean of four is 0.5.",
            "(a) 取一条有两个词元、一个填充位置的评论：把什么加起来，除以几？(b) 一批的损失是 0.2、0.2、0.2，下一批是 1.4：四个数的平均是 0.5。",
        ),
        Text(
            "(a) Multiply by the mask, with one axis more, and divide by its sum along the places. (b) Add up losses and right answers over all reviews and divide at the very end. Subtract each row's largest logit before exp: the softmax doesn't notice.",
            "(a) 给掩码添一个轴再相乘，除以掩码沿位置的和。(b) 先把全部评论的损失和答对的个数加起来，最后才除。求 exp 之前减去每行最大的 logit：softmax 不会察觉。",
        ),
        Text(
            '(a) (h * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True). (b) After z = z - z.max(axis=1, keepdims=True) a review\'s loss is log(exp(z).sum()) − z[label]; scipy.special.logsumexp or F.cross_entropy(…, reduction="sum") do it too.',
            '(a) (h * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)。(b) 令 z = z - z.max(axis=1, keepdims=True)，一条评论的损失就是 log(exp(z).sum()) − z[label]；用 scipy.special.logsumexp 或 F.cross_entropy(…, reduction="sum") 也行。',
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("rise, fall, clip", "升、降、裁剪"),
    [
        Text(
            "(a) Draw both lines for S = 10, u = 4: where do they begin, where do they meet? (b) How long is the vector (3, 0, 4)?",
            "(a) 取 S = 10、u = 4，把两条直线画出来：各从哪里开始，在哪里相接？(b) 向量 (3, 0, 4) 有多长？",
        ),
        Text(
            "(a) Which of the two holds is decided by t < u, and with u = 0 the first never does. (b) All arrays together have one length: the root of the sum of all squares, whatever the shapes.",
            "(a) 用哪一条由 t < u 决定；u = 0 时第一条永远不成立。(b) 所有数组合起来只有一个长度：全部平方之和的平方根，与形状无关。",
        ),
        Text(
            "(a) peak * t / u if t < u else peak * (S - t) / (S - u). (b) The factor is min(1, c / length), or c / max(length, c), which also survives a length of 0.",
            "(a) t < u 时 peak * t / u，否则 peak * (S - t) / (S - u)。(b) 因子是 min(1, c / length)，或者 c / max(length, c)，后者遇到长度 0 也不出错。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("where was I?", "我跑到哪儿了？"),
    [
        Text(
            "(a) If epoch 3 always has the same order, what remains of it after 17 batches? (b) Imagine the code of 10.6 starting again from a checkpoint that lacks the thing: which line would get another number?",
            "(a) 如果第 3 轮的次序总是同一个，跑完 17 批之后还剩什么？(b) 设想 10.6 节的代码从一个缺了这样东西的检查点重新开始：哪一行得到的数会不同？",
        ),
        Text(
            "(a) Make a generator inside the function, from seed and epoch both; draw the whole order; cut it into batches; leave out the first `done`. (b) zero_grad clears the gradient before each backward, and nothing reads the log.",
            "(a) 在函数里由 seed 和 epoch 两者造一个生成器；抽出整轮的次序；切成批；去掉前 `done` 批。(b) 每次 backward 之前 zero_grad 都清掉梯度；损失记录也没有谁去读。",
        ),
        Text(
            "(a) order = np.random.default_rng([seed, epoch]).permutation(n); a sum seed + epoch would give seed 0, epoch 1 the order of seed 1, epoch 0. Batches begin at done·batch_size, and every batch_size from there.",
            "(a) order = np.random.default_rng([seed, epoch]).permutation(n)；若用 seed + epoch，种子 0 的第 1 轮就与种子 1 的第 0 轮同序。各批从 done·batch_size 开始，每隔 batch_size 一批。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("mend this loop", "修好这个循环"),
    [
        Text(
            "Go through the six lines that compute: which use the mask? What do dW and total hold at the start of the second batch? What are the last line's two divisions, in units?",
            "逐行看那几行计算：哪些用到了掩码？第二批开始时，dW 和 total 里是什么？最后一行的两个除法，单位各是什么？",
        ),
        Text(
            "Padding is averaged in; gradients of earlier batches are never cleared; batch means are divided by the number of reviews; accuracy knows the last batch alone; and `W -= …` writes into the array that the caller handed in.",
            "填充也被平均进去；前面各批的梯度从未清零；各批的平均损失却除以评论数；准确率只看最后一批；还有 `W -= …` 会写进调用者传入的数组。",
        ),
        Text(
            "x = (h * mask[..., None]).sum(1) / mask.sum(1, keepdims=True); W = W - rate * g.T @ x, without dW; add up losses and hits of all reviews, and divide both by their number at the end.",
            "x = (h * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)；W = W - rate * g.T @ x，不要 dW；把全部评论的损失和答对数加起来，最后都除以评论数。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("one machine, many customers", "一台机器，许多客户"),
    [
        Text(
            '(a) Which part does "layer 1.b" belong to? Do the docstring\'s example: √(0 + 1) over √(9 + 16). (b) How many numbers does a customer of LAST need, beside the encoder that all share?',
            "(a) “layer 1.b” 属于哪个部分？照文档字符串的例子算：√(0 + 1) 除以 √(9 + 16)。(b) 除了大家共用的编码器，LAST 的一位客户还要存多少个数？",
        ),
        Text(
            "(a) Two dictionaries with sums of squares, one for the change and one for the old values; the root comes last. (b) Numbers that fit = MEMORY / 4, minus the encoder once; divide by what a customer adds: the parts that moved, and the head.",
            "(a) 两个字典，分别累加变动的平方和与旧值的平方和；最后才开方。(b) 能放的数 = MEMORY / 4，减去一份编码器；再除以每位客户增加的：变动过的部分，加上分类头。",
        ),
        Text(
            '(a) part = name.split(".")[0]; np.sqrt(change[part] / length[part]). (b) (MEMORY // 4 - sum(SIZES.values())) // (HEAD + the sizes of the moved parts); then compare with WANTED before you look at ACCURACY.',
            '(a) part = name.split(".")[0]；np.sqrt(change[part] / length[part])。(b) (MEMORY // 4 - sum(SIZES.values())) // (HEAD + 变动部分的大小)；先与 WANTED 比较，再看 ACCURACY。',
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "padded-to-the-limit",
        "Your table is as wide as `longest`, though no review of this batch is: padding costs time like any token. The longest row decides.",
        "你的表宽达 `longest`，可本批没有哪条评论这么长：填充与词元一样费时间。宽度由最长的一行决定。",
    ),
    (
        "width-before-the-cut",
        "Your width is that of the longest review before it was cut.",
        "你的宽度取自截短之前最长的评论。",
    ),
    (
        "mask-from-the-number",
        "Your mask hides a real token: somebody's text contains the number of [PAD]. What is padding follows from the lengths, not from the numbers.",
        "你的掩码遮住了一个真正的词元：有条文本里含有 [PAD] 的编号。哪里是填充，要看长度，而不是看编号。",
    ),
    (
        "mask-upside-down",
        "Your mask is 1 where there is padding. For BERT 1 means: a token, look at it.",
        "你的掩码在填充处为 1。对 BERT 来说，1 表示：这是词元，要看。",
    ),
    (
        "padded-on-the-left",
        "Your padding stands on the left. BERT's places are counted from the left: the review would begin at another place in each batch.",
        "你把填充放在左边。BERT 的位置从左数起：这样一来，同一条评论在不同的批里会从不同的位置开始。",
    ),
    (
        "end-cut-off",
        "A review that is too long loses its last token with you: that is [SEP], and BERT expects it at the end.",
        "太长的评论，你把它最后一个词元截掉了：那是 [SEP]，BERT 指望它在末尾。",
    ),
    (
        "beginning-cut-off",
        "Of a review that is too long you keep the end. The beginning stays, and of the end only the last token.",
        "太长的评论，你留下的是结尾。应当保留开头，结尾只留最后一个词元。",
    ),
    (
        "not-cut",
        "A review of more than `longest` tokens stays as long as it is with you.",
        "超过 `longest` 个词元的评论，你没有截短。",
    ),
    (
        "zero-for-pad",
        "You fill up with 0. Here [PAD] has another number: `pad`.",
        "你用 0 来补齐。这里 [PAD] 的编号是另一个数：`pad`。",
    ),
    (
        "rows-in-another-order",
        "The rows are right, but in another order than the items, so that whoever counts answers gives them to the wrong reviews.",
        "各行都对，次序却与 items 不同：谁要是按次序对答案，就会对错评论。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards what was handed to your function is changed. `+=`, `append` and writing into an array reach the caller's own.",
        "结果是对的，但调用之后，传给函数的东西被改动了。`+=`、`append` 和往数组里写，都会改到调用者手里的那一份。",
    ),
    # q2
    (
        "padding-averaged",
        "Your mean takes the padded places in. In another batch the same review would have another vector.",
        "你的平均把填充处也算了进去。同一条评论换到另一批里，向量就不一样了。",
    ),
    (
        "divided-by-the-width",
        "You add up the tokens only, but divide by the width of the table: a short review gets a short vector.",
        "你只加了词元，却除以整张表的宽度：评论越短，向量就越短。",
    ),
    (
        "sum-for-mean",
        "That is the sum over the tokens. Divide it by how many there are.",
        "这是各词元之和。还要除以词元的个数。",
    ),
    (
        "one-token-only",
        "That is the vector of one place, the first or the last. The formula takes the mean over all tokens.",
        "这是某一个位置的向量，第一个或最后一个。公式要的是全部词元的平均。",
    ),
    (
        "left-tokens-only",
        "You count the ones of the mask and take so many places from the left. Here the tokens don't always stand on the left.",
        "你数了掩码里的 1，再从左边取这么多个位置。这里词元并不总在左边。",
    ),
    (
        "mean-of-means",
        "You average the means of the batches. A review in a small batch then counts more than one in a large batch.",
        "你把各批的平均值再取平均。这样，小批里的一条评论比大批里的一条分量更大。",
    ),
    (
        "means-over-reviews",
        "You add up the batches' means and divide by the number of reviews: far too small. Means and reviews are different units.",
        "你把各批的平均值相加，再除以评论数：小得太多。平均值和评论数不是同一种单位。",
    ),
    (
        "total-for-mean",
        "That is the total over all reviews. Divide it by their number.",
        "这是全部评论的总和。还要除以评论数。",
    ),
    (
        "another-logarithm",
        "Your loss is in bits, or in powers of ten: the formula has the natural logarithm.",
        "你的损失以比特计，或以 10 为底：公式里是自然对数。",
    ),
    (
        "loss-of-the-winner",
        "You take the logarithm of the largest probability. The formula takes that of the true class, also where the model is wrong.",
        "你取的是最大概率的对数。公式取的是真实类别的，模型答错时也一样。",
    ),
    (
        "overflow",
        "For logits of 1,000 yours is `nan` or `inf`: exp(1000) is. Subtract each row's largest logit first; the softmax stays the same.",
        "logit 为 1,000 时，你得到 `nan` 或 `inf`：exp(1000) 就是如此。先减去每行最大的 logit，softmax 不变。",
    ),
    (
        "clamped",
        "For a logit that is 1,000 too low the loss is 1,000; yours stops earlier. A small number added inside the logarithm, or a clip, hides how wrong the model is.",
        "logit 低了 1,000，损失就是 1,000；你的却早早停住。在对数里加一个小数或做截断，会掩盖模型错得有多离谱。",
    ),
    (
        "percent-for-share",
        "Your accuracy is in percent. The docstring wants a share, 0 to 1.",
        "你的准确率是百分数。文档字符串要的是 0 到 1 的比例。",
    ),
    # q3
    (
        "first-step-moves",
        "Your first rate is above zero: you rise by (t + 1)/u. Step 0 has t/u.",
        "你的第一个学习率大于零：你按 (t + 1)/u 上升。第 0 步应是 t/u。",
    ),
    (
        "falls-from-the-start",
        "Your fall begins at t = 0, as if there had been no warm-up: at t = u it is below the peak.",
        "你的下降是从 t = 0 算起的，好像没有预热：到 t = u 时已低于峰值。",
    ),
    (
        "never-falls",
        "Yours rises and stays at the peak. After the warm-up it falls in a straight line.",
        "你的学习率升上去就停在峰值。预热之后它应沿直线下降。",
    ),
    (
        "zero-too-early",
        "Yours is zero at the last step, t = S − 1. The line reaches zero only at t = S, where no step is made any more.",
        "你在最后一步 t = S − 1 就到零了。直线到 t = S 才为零，那时已经没有步子要走。",
    ),
    (
        "another-curve",
        "That is a cosine. Here it is a straight line.",
        "这是余弦曲线。这里要的是直线。",
    ),
    (
        "each-on-its-own",
        "You clip each array by its own length. Then the direction changes: the whole gradient has one length, and one factor.",
        "你按每个数组自己的长度分别裁剪。这样方向就变了：整个梯度只有一个长度，一个因子。",
    ),
    (
        "value-by-value",
        "You clip each number. That bends the gradient; the formula shortens it and keeps its direction.",
        "你逐个数截断。那会把梯度掰弯；公式只缩短它，方向不变。",
    ),
    (
        "always-scaled",
        "You bring the gradient to length c even where it is shorter. A short one stays as it is.",
        "梯度本来较短，你也把它拉到了长度 c。短的应当保持原样。",
    ),
    (
        "length-without-root",
        "Your length is the sum of the squares. Its root is the length.",
        "你的长度是平方和。开平方才是长度。",
    ),
    (
        "length-afterwards",
        "You return the length after clipping. Before is what tells whether something went wrong.",
        "你返回的是裁剪之后的长度。裁剪之前的才看得出有没有出问题。",
    ),
    (
        "nan-for-nothing",
        "A gradient of zeros has become `nan`: 0/0. It is shorter than c, so nothing is to be done.",
        "零梯度变成了 `nan`：0/0。它比 c 短，什么也不用做。",
    ),
    # q4
    (
        "not-repeatable",
        "The same call has given two different orders. After a power cut the rest would be another: make a generator inside the function, from its arguments.",
        "同样的调用给出了两种次序。断电之后，剩下的就不是原来的了：请在函数里，由它的参数造一个生成器。",
    ),
    (
        "rest-in-another-order",
        "What you return for done > 0 is not the tail of what you return for done = 0. Some rows would be read twice and others never.",
        "done > 0 时你返回的，并不是 done = 0 时那一列的尾巴。有的行会被读两遍，有的一遍也读不到。",
    ),
    (
        "each-epoch-the-same",
        "Two epochs of one seed have the same order.",
        "同一个种子的两轮，次序相同。",
    ),
    (
        "each-seed-the-same",
        "Two seeds have the same order.",
        "两个种子的次序相同。",
    ),
    (
        "seed-plus-epoch",
        "Seed 0 in epoch 1 and seed 1 in epoch 0 have the same order: a sum, or a product, of the two forgets which was which.",
        "种子 0 的第 1 轮与种子 1 的第 0 轮次序相同：把两者相加或相乘，就分不清谁是谁了。",
    ),
    (
        "not-shuffled",
        "Your epoch isn't in random order: each row should have the same chance to stand in the first batch.",
        "你这一轮的次序不是随机的：每一行出现在第一批里的机会应当相同。",
    ),
    (
        "small-batch-dropped",
        "The last, smaller batch is missing: its rows would never be read in this epoch.",
        "少了最后那个较小的批：这一轮里，它的各行永远读不到。",
    ),
    (
        "done-counts-rows",
        "You leave out `done` rows. It counts batches.",
        "你去掉的是 `done` 行。它数的是批。",
    ),
    (
        "done-for-what-is-left",
        "You return what is finished. Wanted is what is still to come.",
        "你返回的是已经跑完的。要的是还没跑的。",
    ),
    (
        "gradients-kept",
        "F isn't needed: `zero_grad` clears the gradient before the next `backward` makes a new one.",
        "不需要 F：下一次 `backward` 求新梯度之前，`zero_grad` 已经把旧的清掉了。",
    ),
    (
        "log-kept",
        "G is pleasant to have, but no line of the loop reads it: the parameters end the same without it.",
        "G 留着当然好，但循环里没有哪一行读它：没有它，参数结束时也是一样的。",
    ),
    (
        "moments-forgotten",
        "Without B the first step after the cut has another size and direction: Adam's moments are its memory, and its count of steps corrects them.",
        "缺了 B，断电后的第一步大小和方向都会不同：两个矩就是 Adam 的记忆，步数用来校正它们。",
    ),
    (
        "dropout-forgotten",
        "Without E other units are dropped in the next step. Only without dropout could it be left out; lesson 10 trains with it.",
        "缺了 E，下一步丢掉的就是别的单元。只有不用 dropout 时才可以不存；第 10 课是用了的。",
    ),
    # q5
    (
        "gradients-add-up",
        "Your step still holds the gradients of earlier batches: something is added to from batch to batch and never cleared.",
        "你的这一步里还含有前面各批的梯度：有个量一批批地加上去，从未清零。",
    ),
    (
        "gradient-of-the-sum",
        "Your step is that of the batch's total loss: too long by the number of reviews in the batch.",
        "你这一步用的是整批损失之和的梯度：长了 B 倍，B 是这批的评论数。",
    ),
    (
        "uphill",
        "You go uphill: the gradient is subtracted.",
        "你在往上走：梯度应当减去。",
    ),
    (
        "bias-forgotten",
        "W is right and b isn't: it has a gradient, too, the sum of g over the reviews.",
        "W 对了，b 不对：它也有梯度，就是 g 对各条评论之和。",
    ),
    (
        "one-step-for-all",
        "You make one step for the whole epoch. Each batch has a step of its own, from the W and b that the one before has left.",
        "你整轮只走了一步。每批都要走一步，从上一批留下的 W 和 b 出发。",
    ),
    (
        "judged-afterwards",
        "Your report judges the reviews with W and b of after the step. Each is judged before its own batch's step.",
        "你的报告用走完这一步之后的 W 和 b 来评判。每条评论都应在它自己那一批走步之前评判。",
    ),
    (
        "last-batch-only",
        "Your report knows the last batch alone.",
        "你的报告只看了最后一批。",
    ),
    # q6
    (
        "mean-of-ratios",
        "You average the ratios of the arrays. A part's arrays count together: one length above, one below.",
        "你把各数组的比值取了平均。一个部分的全部数组要合在一起：上面一个长度，下面一个长度。",
    ),
    (
        "lengths-added",
        "You add up the arrays' lengths. The length of all together is the root of the sum of squares.",
        "你把各数组的长度直接相加。合在一起的长度，是平方和的平方根。",
    ),
    (
        "not-relative",
        "That is the length of the change itself. Divide it by the length of what was there.",
        "这是变动本身的长度。还要除以原来的长度。",
    ),
    (
        "over-the-new",
        "You divide by the length of the new values. Below stands what was there before.",
        "你除以了新值的长度。分母应是原来的。",
    ),
    (
        "difference-of-lengths",
        "You subtract lengths. Something can turn without getting longer: take the length of the difference.",
        "你把两个长度相减。参数可以转向而不变长：应取差的长度。",
    ),
    (
        "ratio-without-root",
        "Your ratio is that of the squares: its root is missing.",
        "你的比值是平方之比：少了开方。",
    ),
    (
        "arrays-for-parts",
        "Your keys are not the parts. A part is the name up to its first dot.",
        "你的键不是各部分的名称。部分名是第一个点之前的字样。",
    ),
    (
        "new-parts-included",
        "A part that is only in `after` has no move: it wasn't there before. Leave it out.",
        "只在 `after` 里有的部分谈不上变动：它以前并不存在。请略去。",
    ),
    (
        "everything-for-everybody",
        "You store a whole reader for each customer. What has not moved is kept once, for all.",
        "你为每位客户存了整个阅读器。没有变动的部分，大家共用一份。",
    ),
    (
        "encoder-not-counted",
        "You forget the encoder itself, which must be there once, for all that customers don't change.",
        "你忘了编码器本身：它要存一份，供客户没有变动的部分使用。",
    ),
    (
        "bytes-for-numbers",
        "Bytes and numbers are mixed up: each number takes 4 bytes.",
        "字节数和参数个数弄混了：每个数占 4 字节。",
    ),
    (
        "part-by-part",
        "You store single arrays. If anything in a part has moved, the customer keeps the whole part.",
        "你存的是单个数组。一个部分里只要有一处变动，就要为这位客户存下整个部分。",
    ),
    (
        "rounded-up",
        "Your last customer doesn't fit: round down.",
        "你的最后一位客户装不下：要向下取整。",
    ),
    (
        "accuracy-alone",
        "You took the way with the higher accuracy, but so many customers don't fit into the machine with it.",
        "你选了准确率较高的办法，可是用它时机器装不下这么多客户。",
    ),
]:
    EXERCISE.misconception(_name, en=_en, zh=_zh)


@EXERCISE.check("q1")
def rows_are_padded_on_the_right(answer, rng):
    """en: Each review stands in its row, from the left; the rest is pad; the table is as wide as its longest row.
    zh: 每条评论占一行，从左写起，其余为 pad；表的宽度等于最长的一行。"""
    for pad in (0, int(rng.integers(3, 50))):
        items = _draw_items(rng, pad)
        longest = max(len(ids) for ids, _ in items) + int(rng.integers(2, 9))
        _judge_batch(answer.call("collate", items, pad, longest), items, pad, longest)


@EXERCISE.check("q1")
def long_reviews_keep_their_end(answer, rng):
    """en: A review that is too long keeps its first longest − 1 tokens and its last one.
    zh: 太长的评论保留前 longest − 1 个词元和最后一个。"""
    for _ in range(2):
        items = _draw_items(rng, 0)
        longest = int(np.sort([len(ids) for ids, _ in items])[1]) + 1
        _judge_batch(answer.call("collate", items, 0, longest), items, 0, longest)


@EXERCISE.check("q1")
def the_mask_marks_tokens(answer, rng):
    """en: The mask is 1 for each token, also for one that has the number of [PAD], and 0 for padding.
    zh: 每个词元处掩码为 1，编号与 [PAD] 相同的词元也是；填充处为 0。"""
    for pad in (0, int(rng.integers(3, 50))):
        items = [(list(ids), label) for ids, label in _draw_items(rng, pad)]
        for ids, _ in items[::2]:
            ids[int(rng.integers(1, len(ids)))] = pad
        items[0][0][-1] = pad
        _judge_batch(answer.call("collate", items, pad, 99), items, pad, 99)


@EXERCISE.check("q1", hidden=True)
def one_review_and_equal_lengths(answer, rng):
    """en: One review alone, reviews of equal length, longest = 2: right too; the items stay as they were.
    zh: 只有一条评论、长度全相等、longest = 2 时也正确；items 保持原样。"""
    drawn = _draw_items(rng, 7)
    same = [(ids[:1] + ids[-1:], label) for ids, label in drawn]
    for items, longest in ((drawn[:1], 99), (same, 5), (drawn, 2)):
        after = answer.call(drivers.call_and_keep_inputs, Learner("collate"), items, 7, longest)
        _judge_batch(after["result"], items, 7, longest)
        if [(list(ids), int(label)) for ids, label in after["inputs"][0]] != items:
            raise Misconception("changes-its-inputs")


@EXERCISE.check("q2")
def padding_does_not_count(answer, rng):
    """en: A review's vector is the mean of its tokens, whatever stands at the padded places, and wherever they are.
    zh: 评论的向量是其各词元的平均，填充处是什么、在哪里，都没有影响。"""
    for on_the_left in (True, False):
        h, mask = _draw_states(rng, on_the_left)
        m, count = mask[..., None], mask.sum(axis=1, keepdims=True)
        right = (h * m).sum(axis=1) / count
        first = np.array([row[: int(n)].mean(axis=0) for row, n in zip(h, count[:, 0], strict=True)])
        wrong = {
            "padding-averaged": [h.mean(axis=1), h.sum(axis=1) / count],
            "divided-by-the-width": [
                (h * m).mean(axis=1),
                (h * m).sum(axis=1) / mask.sum(),
                (h * m).sum(axis=1) / len(h),
            ],
            "sum-for-mean": [(h * m).sum(axis=1)],
            "one-token-only": [h[:, 0], h[:, -1], h[np.arange(len(h)), count[:, 0] - 1]],
            "left-tokens-only": [first],
        }
        _judge(answer.call("average_tokens", h, mask), right, wrong, "mean")


@EXERCISE.check("q2")
def each_review_counts_once(answer, rng):
    """en: Loss and accuracy are means over all reviews, however they were cut into batches.
    zh: 损失和准确率是对全部评论的平均，与怎样分批无关。"""
    for classes in (2, int(rng.integers(3, 6))):
        batches = _draw_logits(rng, classes)
        value = _some_numbers(answer.call("evaluate", batches), ("loss", "accuracy"))
        right, wrong = _report(batches)
        for k, name in enumerate(("loss", "accuracy")):
            _judge(value[k], right[k], {key: [each[k] for each in recipes] for key, recipes in wrong.items()}, name)


@EXERCISE.check("q2")
def large_logits_are_no_trouble(answer, rng):
    """en: Logits of 1,000 and more give the loss that they should, neither inf nor nan.
    zh: logit 达到 1,000 以上时，损失仍是该有的数，不是 inf 或 nan。"""
    batches = _draw_logits(rng, 3)
    for shift in (1_000.0, -2_000.0):
        moved = [(z + shift, y) for z, y in batches]
        loss, _ = _some_numbers(answer.call("evaluate", moved), ("loss", "accuracy"))
        if not np.isfinite(loss):
            raise Misconception("overflow")
        expect_close(loss, _report(moved)[0][0], RTOL, ATOL, "loss")
    gap = float(rng.uniform(900, 1_500))
    sure = [(np.array([[0.0, gap]]), np.array([0])), (np.array([[gap, 0.0], [0.0, 1.0]]), np.array([0, 1]))]
    loss, _ = _some_numbers(answer.call("evaluate", sure), ("loss", "accuracy"))
    right = _report(sure)[0][0]
    if not np.isfinite(loss):
        raise Misconception("overflow")
    if loss < right - 1:
        raise Misconception("clamped")
    expect_close(loss, right, RTOL, ATOL, "loss")


@EXERCISE.check("q2", hidden=True)
def small_cases_and_inputs(answer, rng):
    """en: One review, one token, many classes, whole numbers: right too; what was handed in stays as it was.
    zh: 一条评论、一个词元、多个类别、整数时也正确；传入的东西保持原样。"""
    h, mask = _draw_states(rng, on_the_left=False)
    one = np.zeros_like(mask)
    one[np.arange(len(mask)), rng.integers(mask.shape[1], size=len(mask))] = 1
    for states, each in ((h, one), (h[:1], mask[:1]), (rng.integers(-5, 6, (3, 4, 2)), mask[:3, :4] | 1)):
        after = answer.call(drivers.call_and_keep_inputs, Learner("average_tokens"), states, each)
        m = each[..., None]
        expect_close(after["result"], (states * m).sum(axis=1) / m.sum(axis=1), RTOL, ATOL, "mean")
        _expect_same_inputs(after["inputs"], (states, each))
    z = rng.permutation(9)[None].astype(float)
    for batches in ([(z, np.array([int(rng.integers(9))]))], _draw_logits(rng, 2)[:2]):
        after = answer.call(drivers.call_and_keep_inputs, Learner("evaluate"), batches)
        value, (right, _) = _some_numbers(after["result"], ("loss", "accuracy")), _report(batches)
        expect_close(value[0], right[0], RTOL, ATOL, "loss")
        expect_close(value[1], right[1], RTOL, ATOL, "accuracy")
        for now, then in zip(after["inputs"][0], batches, strict=True):
            _expect_same_inputs(now, then)


@EXERCISE.check("q3")
def the_rate_rises_and_falls(answer, rng):
    """en: From 0 in a straight line to the peak at t = u, and in a straight line towards 0 at t = S.
    zh: 从 0 沿直线升到 t = u 时的峰值，再沿直线降向 t = S 时的 0。"""
    for _ in range(2):
        S, u, peak = int(rng.integers(30, 60)), int(rng.integers(5, 12)), float(rng.uniform(0.5, 3))
        t = np.arange(S)
        value = np.array([_number(answer.call("find_rate", int(k), S, u, peak), "rate") for k in t])
        up, down = t / u, (S - t) / (S - u)
        wrong = {
            "first-step-moves": [
                np.where(t < u, (t + 1) / u, down),
                np.minimum((t + 1) / u, down),
                np.where(t < u, (t + 1) / (u + 1), down),
            ],
            "falls-from-the-start": [np.where(t < u, up, (S - t) / S), np.where(t < u, up, 1 - t / S)],
            "never-falls": [np.minimum(up, 1)],
            "zero-too-early": [np.where(t < u, up, (S - 1 - t) / (S - 1 - u))],
            "another-curve": [np.where(t < u, up, 0.5 + 0.5 * np.cos(np.pi * (t - u) / (S - u)))],
        }
        _judge(
            value,
            peak * np.where(t < u, up, down),
            {name: [peak * np.array(each) for each in some] for name, some in wrong.items()},
            "rate",
        )


@EXERCISE.check("q3")
def the_whole_gradient_is_shortened(answer, rng):
    """en: A gradient that is longer than c keeps its direction and gets the length c; its length before is returned.
    zh: 比 c 长的梯度方向不变，长度变为 c；返回裁剪之前的长度。"""
    for _ in range(2):
        gradients = _draw_gradients(rng)
        length = _length(gradients)
        c = float(rng.uniform(0.2, 0.6)) * length
        clipped, told = _clipped(answer.call("clip", gradients, c), gradients)
        own = [g * min(1, c / _length([g])) for g in gradients]
        wrong = {
            "each-on-its-own": [own],
            "value-by-value": [[np.clip(g, -c, c) for g in gradients]],
            "length-without-root": [
                [g * c / length**2 for g in gradients],
                [g * min(1, c / length**2) for g in gradients],
            ],
        }
        flat = np.concatenate([g.ravel() for g in clipped])
        flatten = {name: [np.concatenate([g.ravel() for g in each]) for each in some] for name, some in wrong.items()}
        _judge(flat, np.concatenate([g.ravel() for g in gradients]) * c / length, flatten, "clipped")
        others = {"length-afterwards": [c], "length-without-root": [length**2]}
        _judge(told, length, others, "length")


@EXERCISE.check("q3")
def a_short_gradient_stays(answer, rng):
    """en: A gradient that isn't longer than c, zeros among them, stays as it is.
    zh: 不比 c 长的梯度保持原样，零梯度也一样。"""
    gradients = _draw_gradients(rng)
    length = _length(gradients)
    for some, c in ((gradients, 2.5 * length), ([0 * g for g in gradients], 1.0)):
        clipped, told = _clipped(answer.call("clip", some, c), some)
        flat, right = np.concatenate([g.ravel() for g in clipped]), np.concatenate([g.ravel() for g in some])
        if np.isnan(flat).any():
            raise Misconception("nan-for-nothing")
        _judge(flat, right, {"always-scaled": [right * 2.5]}, "clipped")
        expect_close(told, _length(some), RTOL, ATOL, "length")


@EXERCISE.check("q3", hidden=True)
def no_warm_up_and_odd_shapes(answer, rng):
    """en: Without warm-up the first rate is the peak; single numbers and tables in one gradient work; inputs stay as they were.
    zh: 没有预热时第一个学习率就是峰值；单个数和表混在一个梯度里也行；传入的数组保持原样。"""
    for S, u in ((1, 0), (5, 0), (6, 5), (int(rng.integers(8, 20)), 1)):
        for t in range(S):
            right = 0.5 * (t / u if t < u else (S - t) / (S - u))
            expect_close(_number(answer.call("find_rate", t, S, u, 0.5), "rate"), right, RTOL, ATOL, "rate")
    gradients = [np.array(float(rng.normal()) + 3), rng.normal(size=(2, 3, 2)), rng.integers(-4, 5, 3)]
    for some in (gradients, [rng.normal(size=4)], [0.05 * g for g in _draw_gradients(rng)]):
        c = 0.5 * _length(some)
        after = answer.call(drivers.call_and_keep_inputs, Learner("clip"), some, c)
        clipped, told = _clipped(after["result"], some)
        for one, g in zip(clipped, some, strict=True):
            expect_close(one, 0.5 * g, RTOL, 1e-9, "clipped")
        expect_close(told, _length(some), RTOL, 1e-9, "length")
        _expect_same_inputs(after["inputs"][0], some)


@EXERCISE.check("q4")
def an_epoch_reads_each_row_once(answer, rng):
    """en: From done = 0 on, the batches hold each row once, batch_size of them a batch, only the last one smaller.
    zh: 从 done = 0 起，各批恰好把每行读一遍，每批 batch_size 行，只有最后一批可以小些。"""
    for _ in range(3):
        size = int(rng.integers(4, 8))
        n = size * int(rng.integers(4, 8)) + int(rng.integers(1, size))
        batches = _batches(_rest(answer, n, size, int(rng.integers(99)), int(rng.integers(9)), 0), n)
        rows = np.concatenate(batches) if batches else np.empty(0)
        if len(rows) == n - n % size and len(np.unique(rows)) == len(rows):
            raise Misconception("small-batch-dropped")
        expect_equal(sorted(int(row) for row in rows), list(range(n)), "all rows")
        expect_equal([len(rows) for rows in batches], [size] * (n // size) + [n % size], "sizes of the batches")


@EXERCISE.check("q4")
def the_rest_is_the_tail(answer, rng):
    """en: With done > 0 comes the tail of the same epoch, in the same order, whatever was drawn in between.
    zh: done > 0 时得到同一轮的尾巴，次序相同，无论其间抽过什么数。"""
    for _ in range(2):
        size, seed, epoch = int(rng.integers(3, 6)), int(rng.integers(99)), int(rng.integers(9))
        n = size * int(rng.integers(6, 9)) + 1
        whole = _batches(_rest(answer, n, size, seed, epoch, 0), n)
        if not _equal(_batches(_rest(answer, n, size, seed, epoch, 0), n), whole):
            raise Misconception("not-repeatable")
        for done in (1, int(rng.integers(2, 5)), len(whole) - 1, len(whole)):
            rest = _batches(_rest(answer, n, size, seed, epoch, done), n)
            if _equal(rest, whole[done:]):
                continue
            flat, tail = np.concatenate([*rest, []]), np.concatenate([*whole, []])
            if _equal(rest, whole[:done]):
                raise Misconception("done-for-what-is-left")
            if np.array_equal(flat, tail[done:]):
                raise Misconception("done-counts-rows")
            raise Misconception("rest-in-another-order")


@EXERCISE.check("q4")
def orders_differ(answer, rng):
    """en: Each pair of seed and epoch has a random order of its own.
    zh: 种子和轮次的每一种组合都有自己的随机次序。"""
    first = int(rng.integers(2, 50))
    numbers = [0, 1, 2, 3, first + 3, first + 4]
    orders = {
        (s, e): tuple(np.concatenate(_batches(_rest(answer, 40, 7, s, e, 0), 40))) for s in numbers for e in numbers
    }
    if any(orders[s, 0] == orders[s, e] for s in numbers for e in numbers[1:]):
        raise Misconception("each-epoch-the-same")
    if any(orders[0, e] == orders[s, e] for s in numbers[1:] for e in numbers):
        raise Misconception("each-seed-the-same")
    if len(set(orders.values())) < len(orders):
        raise Misconception("seed-plus-epoch")


@EXERCISE.check("q4")
def the_letters_are_all(answer, rng):
    """en: The letters name all that decides the next step, and nothing else.
    zh: 所选的字母包括决定下一步的全部东西，没有多余的。"""
    letters = answer.get("NEEDED")
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    if not isinstance(letters, str):
        raise Wrong(_NO_LETTERS)
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set("ABCDEFG"):
        raise Wrong(_NO_LETTERS)
    for letter, name, wanted in (
        ("F", "gradients-kept", False),
        ("G", "log-kept", False),
        ("B", "moments-forgotten", True),
        ("E", "dropout-forgotten", True),
    ):
        if (letter in letters) != wanted:
            raise Misconception(name)
    if letters != set("ABCDE"):
        raise Wrong(_LETTER_MISSING)


@EXERCISE.check("q4", hidden=True)
def chance_is_fair(answer, rng):
    """en: Each row has the same chance to stand in the first batch and behind any other; one row alone and large batches work.
    zh: 每一行出现在第一批里的机会相同，前后次序也机会均等；只有一行、批量很大时也行。"""
    n, size, runs = 12, 4, 300
    start = int(rng.integers(10**6))
    orders = np.array([np.concatenate(_batches(_rest(answer, n, size, start + k, k % 3, 0), n)) for k in range(runs)])
    often = np.array([[(orders[:, place] == row).mean() for place in range(n)] for row in range(n)])
    if np.abs(often - 1 / n).max() > 5.5 * np.sqrt((1 / n) * (1 - 1 / n) / runs):
        raise Misconception("not-shuffled")
    begins = np.array([(orders[:, :size] == row).any(axis=1).mean() for row in range(n)])
    if np.abs(begins - size / n).max() > 5.5 * np.sqrt(size / n * (1 - size / n) / runs):
        raise Misconception("not-shuffled")
    follows = [np.mean((order[1:] - order[:-1]) % n == 1) for order in orders]
    if np.mean(follows) > 0.2:
        raise Misconception("not-shuffled")
    for n, size in ((1, 1), (1, 5), (4, 9), (6, 3)):
        batches = _batches(_rest(answer, n, size, 5, 2, 0), n)
        expect_equal(
            [len(rows) for rows in batches], [min(size, n - k) for k in range(0, n, size)], "sizes of the batches"
        )
        expect_equal(sorted(int(row) for rows in batches for row in rows), list(range(n)), "all rows")
        expect_equal(len(_batches(_rest(answer, n, size, 5, 2, len(batches)), n)), 0, "number of batches left")


@EXERCISE.check("q5", points=2)
def each_batch_makes_its_own_step(answer, rng):
    """en: W and b after the epoch are those of one step a batch: masked mean, the gradient of the batch's mean loss, nothing left over.
    zh: 一轮之后的 W 和 b，是每批走一步的结果：掩码平均，整批平均损失的梯度，没有残留。"""
    for classes in (2, int(rng.integers(3, 5))):
        W, b, batches, rate = _draw_task(rng, classes)
        value = _epoch_values(answer.call("train_epoch", W, b, batches, rate))
        right = _train(W, b, batches, rate)
        faults = {
            "padding-averaged": {"masked": False},
            "gradients-add-up": {"cleared": False},
            "gradient-of-the-sum": {"mean": False},
            "uphill": {"sign": -1},
            "one-step-for-all": {"whole": True},
        }
        for name, fault in faults.items():
            if _same(value[0], _train(W, b, batches, rate, **fault)[0]):
                raise Misconception(name)
        if _same(value[1], b):
            raise Misconception("bias-forgotten")
        expect_close(value[0], right[0], RTOL, ATOL, "W")
        expect_close(value[1], right[1], RTOL, ATOL, "b")


@EXERCISE.check("q5")
def the_report_is_true(answer, rng):
    """en: Loss and accuracy are means over all reviews, each judged before its own batch's step.
    zh: 损失和准确率是对全部评论的平均，每条都在自己那一批走步之前评判。"""
    for classes in (3, 2):
        W, b, batches, rate = _draw_task(rng, classes)
        value, right = _epoch_values(answer.call("train_epoch", W, b, batches, rate)), _train(W, b, batches, rate)
        seen = right[4]  # logits and labels of each batch, before its step
        (loss, accuracy), wrong = _report(seen)
        after = [
            _report(right[5])[0],
            _report([(_vectors(h, mask) @ right[0].T + right[1], y) for h, mask, y in batches])[0],
        ]
        wrong |= {"judged-afterwards": after, "last-batch-only": [_report(seen[-1:])[0]]}
        z, y = seen[-1]
        wrong["last-batch-only"].append((np.nan, (z.argmax(axis=1) == y).sum() / sum(len(each) for _, each in seen)))
        for k, (name, number) in enumerate((("loss", loss), ("accuracy", accuracy)), start=2):
            _judge(value[k], number, {key: [each[k - 2] for each in some] for key, some in wrong.items()}, name)


@EXERCISE.check("q5", hidden=True)
def what_was_handed_in_stays(answer, rng):
    """en: W, b and the batches stay as they were; one batch of one review and a second epoch work.
    zh: W、b 和各批保持原样；只有一批、一条评论时也行，再跑一轮也行。"""
    W, b, batches, rate = _draw_task(rng, 2)
    for some in (batches, [tuple(part[:1] for part in batches[0])]):
        after = answer.call(drivers.call_and_keep_inputs, Learner("train_epoch"), W, b, some, rate)
        value, right = _epoch_values(after["result"]), _train(W, b, some, rate)
        for k, name in enumerate(("W", "b", "loss", "accuracy")):
            expect_close(value[k], right[k], RTOL, ATOL, name)
        _expect_same_inputs(after["inputs"][:2], (W, b))
        for now, then in zip(after["inputs"][2], some, strict=True):
            _expect_same_inputs(now, then)
    first = _train(W, b, batches, rate)
    value = _epoch_values(answer.call("train_epoch", first[0], first[1], batches, rate))
    expect_close(value[0], _train(first[0], first[1], batches, rate)[0], RTOL, ATOL, "W")


@EXERCISE.check("q6")
def parts_are_measured(answer, rng):
    """en: For each part the length of the change over the length of what was there, all its arrays together; new parts are left out.
    zh: 每个部分：变动的长度除以原来的长度，全部数组合在一起；新添的部分略去。"""
    for _ in range(2):
        before, after = _draw_parameters(rng)
        moves = _moves(answer.call("find_moves", before, after), before, after)
        parts = sorted({name.split(".")[0] for name in before})
        own = {part: [name for name in before if name.split(".")[0] == part] for part in parts}
        old = {name: _length([before[name]]) for name in before}
        change = {name: _length([after[name] - before[name]]) for name in before}
        above = np.array([_length([after[name] - before[name] for name in own[part]]) for part in parts])
        below = np.array([_length([before[name] for name in own[part]]) for part in parts])
        new = np.array([_length([after[name] for name in own[part]]) for part in parts])
        sums = [[sum(lengths[name] for name in own[part]) for part in parts] for lengths in (change, old)]
        wrong = {
            "mean-of-ratios": [[np.mean([change[name] / old[name] for name in own[part]]) for part in parts]],
            "lengths-added": [np.divide(*sums)],
            "not-relative": [above, sums[0]],
            "over-the-new": [above / new],
            "difference-of-lengths": [np.abs(new - below) / below, (new - below) / below],
            "ratio-without-root": [(above / below) ** 2, above**2 / below],
        }
        _judge(np.array([moves[part] for part in parts]), above / below, wrong, "r")


@EXERCISE.check("q6")
def customers_are_counted(answer, rng):
    """en: The encoder is stored once, then for each customer the head and every part of which anything has moved.
    zh: 编码器存一份，再为每位客户存分类头，以及凡有变动的整个部分。"""
    names, frozen = list(_SIZES), ["embeddings", "layer 1", "layer 2", "layer 3"]
    parts = list(dict.fromkeys(name.split(".")[0] for name in names))
    records = [("FIT_LAST", [part for part in parts if part not in frozen]), ("FIT_ALL", parts)]
    drawn = [[], [parts[-1]], [parts[0]]] + [
        rng.permutation(parts)[: int(rng.integers(2, 6))].tolist() for _ in range(4)
    ]
    for what, moved in [("count_customers", some) for some in drawn] + records:
        some = rng.random() if len(moved) > 1 else 0.0
        moves = {
            name: float(rng.uniform(0.01, 1)) if name.split(".")[0] in moved and rng.random() < some else 0.0
            for name in names
        }
        own = {part: [name for name in names if name.split(".")[0] == part] for part in moved}
        one = {
            part: own[part][0 if part == parts[0] else -1] if len(moved) == 1 else str(rng.choice(own[part]))
            for part in moved
        }
        moves |= {name: 0.003 for name in one.values()}
        value = answer.call("count_customers", moves) if what == "count_customers" else answer.get(what)
        each = _HEAD + sum(size for name, size in _SIZES.items() if name.split(".")[0] in moved)
        arrays = _HEAD + sum(size for name, size in _SIZES.items() if moves[name] > 0)
        encoder, room, value = sum(_SIZES.values()), 500_000_000, _number(value, what)
        exact = (room - encoder) / each
        wrong = {
            "everything-for-everybody": [
                f(free / (encoder + _HEAD)) for f in (np.floor, np.ceil) for free in (room, room - encoder)
            ],
            "encoder-not-counted": [np.floor(room / each)],
            "bytes-for-numbers": [np.floor((4 * room - encoder) / each), np.floor((room / 2 - encoder) / each)],
            "part-by-part": [np.floor((room - encoder) / arrays)] if what == "count_customers" else [],
            "rounded-up": [np.ceil(exact), exact, np.round(exact, 1), np.round(exact, 2)],
        }
        if value == np.floor(exact):
            continue
        for misconception, recipes in wrong.items():
            if any(abs(value - recipe) < 0.006 for recipe in recipes):
                raise Misconception(misconception)
        expect_equal(value, int(exact), what)


@EXERCISE.check("q6")
def the_choice_fits(answer, rng):
    """en: The choice is the more accurate of the ways that hold all customers.
    zh: 在容得下全部客户的办法里，选准确率较高的。"""
    choice = answer.get("CHOICE")
    if not isinstance(choice, str) or choice.strip().lower() not in ("all", "last"):
        raise Wrong(_NO_CHOICE)
    if choice.strip().lower() == "all":
        raise Misconception("accuracy-alone")


@EXERCISE.check("q6", hidden=True)
def other_moves_and_names(answer, rng):
    """en: Names without a dot, parts that did not move, lists for arrays, another order: right too; inputs stay as they were.
    zh: 没有点的名称、没有变动的部分、列表代替数组、换一种次序，都正确；传入的东西保持原样。"""
    before, after = _draw_parameters(rng)
    before |= {"scale": np.array(2.0), "still.a": rng.normal(size=3)}
    after = {
        "scale": np.array(2.5),
        "still.a": before["still.a"],
        **dict(reversed(after.items())),
        "added.x": rng.normal(size=2),
    }
    for turn in (np.asarray, np.ndarray.tolist):
        old, new = ({name: turn(array) for name, array in each.items()} for each in (before, after))
        kept = answer.call(drivers.call_and_keep_inputs, Learner("find_moves"), old, new)
        moves = _moves(kept["result"], before, after)
        for part in {name.split(".")[0] for name in before}:
            own = [name for name in before if name.split(".")[0] == part]
            right = _length([after[name] - before[name] for name in own]) / _length([before[name] for name in own])
            expect_close(moves[part], right, RTOL, ATOL, f"r of {part}")
        if any(not np.array_equal(kept["inputs"][0][name], old[name]) for name in old):
            raise Misconception("changes-its-inputs")


def _draw_items(rng, pad) -> list:
    """Reviews of different lengths, no token equal to pad or 0, each label once or more; the first isn't the longest."""
    lengths = rng.permutation(np.arange(4, 11))[: int(rng.integers(5, 7))]
    lengths = np.roll(np.sort(lengths), int(rng.integers(2, len(lengths))))
    return [(rng.integers(60, 999, size=n).tolist(), k % 2 if k else 1) for k, n in enumerate(lengths)]


def _make_batch(items, pad, longest, cut=None) -> tuple[np.ndarray, np.ndarray]:
    cut = cut or (lambda ids: ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]])
    rows = [cut(ids) for ids, _ in items]
    T = max(map(len, rows))
    ids = np.array([[*row, *[pad] * (T - len(row))] for row in rows])
    return ids, np.array([[1] * len(row) + [0] * (T - len(row)) for row in rows])


def _judge_batch(value, items, pad, longest):
    keys = ("input_ids", "attention_mask", "labels")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    try:
        ids, mask, labels = (as_array(value[key], key) for key in keys)
    except Wrong:
        for key in keys[:2]:
            if isinstance(value[key], (list, tuple)) and all(
                isinstance(row, (list, tuple, np.ndarray)) for row in value[key]
            ):
                if len({len(row) for row in value[key]}) > 1:
                    raise Wrong(_NO_TABLE.format(name=key)) from None
        raise
    right, marks = _make_batch(items, pad, longest)
    wanted = np.array([label for _, label in items])
    T = right.shape[1]
    before = max(len(row) for row, _ in items)
    if ids.ndim == 2 and ids.shape[1] != T:
        if ids.shape[1] == longest:
            raise Misconception("padded-to-the-limit")
        if ids.shape[1] == before > longest:
            raise Misconception("width-before-the-cut" if (ids[:, longest:] == pad).all() else "not-cut")
    cuts = {"end-cut-off": lambda row: row[:longest], "beginning-cut-off": lambda row: row[-longest:]}
    for name, cut in cuts.items():
        wrong = _make_batch(items, pad, longest, cut)[0]
        if _same(ids, wrong) and not _same(right, wrong):
            raise Misconception(name)
    lefts = [
        np.array([np.roll(row, T - n) for row, n in zip(table, marks.sum(axis=1), strict=True)])
        for table in (right, marks)
    ]
    if _same(ids, lefts[0]) and not _same(right, lefts[0]):
        raise Misconception("padded-on-the-left")
    if pad and _same(ids, np.where(marks > 0, right, 0)) and not marks.all():
        raise Misconception("zero-for-pad")
    if (
        ids.shape == right.shape
        and not _same(ids, right)
        and sorted(map(tuple, ids)) == sorted(map(tuple, right.astype(float)))
    ):
        raise Misconception("rows-in-another-order")
    expect_close(ids, right, 0, 0, "input_ids")
    if _same(mask, 1 - marks) and not _same(marks, 1 - marks):
        raise Misconception("mask-upside-down")
    if _same(mask, right != pad) and not _same(marks, right != pad):
        raise Misconception("mask-from-the-number")
    expect_close(mask, marks, 0, 0, "attention_mask")
    expect_close(labels, wanted, 0, 0, "labels")


def _draw_states(rng, on_the_left):
    """h (B, T, d) with rubbish at padded places, mask (B, T)."""
    B, T, d = (int(rng.integers(low, high)) for low, high in ((4, 7), (5, 9), (2, 5)))
    lengths = rng.permutation(np.r_[1, 2, rng.integers(2, T, B - 2)])
    mask = (np.arange(T) < lengths[:, None]).astype(int)
    if not on_the_left:
        mask = rng.permuted(mask, axis=1)
        mask[0] = np.roll(np.arange(T) < 2, 2)
    h = rng.normal(size=(B, T, d))
    return np.where(mask[..., None] > 0, h, 5 + 3 * h), mask


def _draw_logits(rng, classes) -> list:
    """Batches of different sizes and qualities, so that means of means are others."""
    while True:
        batches = []
        for size, skill in zip(rng.permutation([2, 5, 11]), (0.3, 2.0, 3.0), strict=True):
            y = rng.integers(classes, size=size)
            batches.append((rng.normal(size=(size, classes)) * 1.5 + skill * np.eye(classes)[y], y))
        right, wrong = _report(batches)
        if all(abs(each[k] - right[k]) > 1e-2 for k in (0, 1) for each in wrong["mean-of-means"]) and 0 < right[1] < 1:
            return batches


def _report(batches) -> tuple:
    """(loss, accuracy), and what wrong recipes report."""
    losses = [_losses(z, y) for z, y in batches]
    hits = [(np.asarray(z).argmax(axis=1) == y).astype(float) for z, y in batches]
    means = np.array([(a.mean(), b.mean()) for a, b in zip(losses, hits, strict=True)])
    total = np.array([sum(a.sum() for a in losses), sum(b.sum() for b in hits)])
    n = sum(map(len, losses))
    winners = np.concatenate([_losses(z, np.asarray(z).argmax(axis=1)) for z, _ in batches])
    right = tuple(total / n)
    wrong = {
        "mean-of-means": [tuple(means.mean(axis=0))],
        "means-over-reviews": [tuple(means.sum(axis=0) / n)],
        "total-for-mean": [tuple(total), tuple(means.sum(axis=0)), tuple(total / len(losses))],
        "another-logarithm": [(right[0] / np.log(2), np.nan), (right[0] / np.log(10), np.nan)],
        "loss-of-the-winner": [(winners.mean(), np.nan)],
        "percent-for-share": [(np.nan, 100 * right[1])],
    }
    return right, wrong


def _losses(z, y) -> np.ndarray:
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]


def _draw_gradients(rng) -> list:
    shapes = rng.permutation(3)
    return [
        rng.normal(size=shape) * scale
        for shape, scale in zip([((3,), (2, 4), (5, 1))[k] for k in shapes], (0.4, 1.5, 4.0), strict=True)
    ]


def _length(arrays) -> float:
    return float(np.sqrt(sum((np.asarray(array, dtype=float) ** 2).sum() for array in arrays)))


def _clipped(value, gradients) -> tuple:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(_TUPLE.format(count=2, names="clipped, length"))
    arrays, length = value
    if not isinstance(arrays, (list, tuple)) or len(arrays) != len(gradients):
        raise Wrong(_NO_LIST.format(what="array of the gradient", zh="个梯度数组"))
    arrays = [as_array(array, "clipped") for array in arrays]
    for array, g in zip(arrays, gradients, strict=True):
        if array.shape != np.shape(g):
            expect_close(array, g, what="clipped")
    return arrays, _number(length, "length")


def _rest(answer, n, size, seed, epoch, done):
    return answer.call("rest_of_epoch", n, size, seed, epoch, done)


def _batches(value, n) -> list[np.ndarray]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise Wrong(_NO_LIST.format(what="batch", zh="批"))
    batches = [as_array(rows, "a batch") for rows in value]
    for rows in batches:
        if rows.ndim != 1 or (rows != np.round(rows)).any() or rows.min(initial=0) < 0 or rows.max(initial=0) >= n:
            raise Wrong(
                Text(f"Each batch should hold row numbers from 0 to {n - 1}.", f"每批里应是 0 到 {n - 1} 的行号。")
            )
    return [rows for rows in batches if len(rows)]


def _equal(batches, others) -> bool:
    return len(batches) == len(others) and all(map(np.array_equal, batches, others))


def _draw_task(rng, classes):
    """W, b, batches, rate: unequal batches, padded places full of rubbish."""
    d, T = int(rng.integers(2, 5)), int(rng.integers(4, 7))
    W, b, batches = 0.5 * rng.normal(size=(classes, d)), 0.5 * rng.normal(size=classes), []
    for B in rng.permutation([2, 4, 7, 5]):
        y = rng.permutation(np.r_[rng.permutation(classes)[:2], rng.integers(classes, size=B - 2)])
        mask = (np.arange(T) < rng.integers(1, T, B)[:, None]).astype(int)
        h = rng.normal(size=(B, T, d)) + 0.7 * (y[:, None, None] - 1)
        batches.append((np.where(mask[..., None] > 0, h, 3 + 2 * h), mask, y))
    return W, b, batches, float(rng.uniform(0.3, 0.8))


def _vectors(h, mask, masked=True):
    m = mask if masked else np.ones_like(mask)
    return (h * m[..., None]).sum(axis=1) / m.sum(axis=1, keepdims=True)


def _train(W, b, batches, rate, masked=True, cleared=True, mean=True, sign=1, whole=False):
    """W, b, loss, accuracy, what each batch was judged by before its step, and after it; one fault at will."""
    dW, db, before, after = np.zeros_like(W), np.zeros_like(b), [], []
    start = W, b
    for h, mask, y in batches:
        x = _vectors(h, mask, masked)
        z = x @ (start[0] if whole else W).T + (start[1] if whole else b)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        g = (p / p.sum(axis=1, keepdims=True) - np.eye(len(b))[y]) / (len(y) if mean else 1)
        dW, db = g.T @ x + (0 if cleared else dW), g.sum(axis=0) + (0 if cleared else db)
        W, b = W - sign * rate * dW, b - sign * rate * db
        before.append((z, y)), after.append((x @ W.T + b, y))
    if whole:
        h, mask, y = (np.concatenate([batch[k] for batch in batches]) for k in range(3))
        W, b = _train(*start, [(h, mask, y)], rate)[:2]
    (loss, accuracy), _ = _report(before)
    return W, b, loss, accuracy, before, after


def _epoch_values(value) -> tuple:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise Wrong(_TUPLE.format(count=4, names="W, b, loss, accuracy"))
    return as_array(value[0], "W"), as_array(value[1], "b"), _number(value[2], "loss"), _number(value[3], "accuracy")


def _draw_parameters(rng) -> tuple[dict, dict]:
    """before, after: three parts of two or three arrays, one array each alone would mislead; a new part in after."""
    before, after = {}, {}
    for part in ("embeddings", "layer 1", "layer 2"):
        for k, name in enumerate(("attention.w", "attention.b", "network.w")[: int(rng.integers(2, 4))]):
            shape = tuple(rng.integers(2, 5, size=int(rng.integers(1, 3))))
            before[f"{part}.{name}"] = rng.normal(size=shape) * (0.5, 3.0, 1.0)[k]
            after[f"{part}.{name}"] = before[f"{part}.{name}"] + rng.normal(size=shape) * (0.4, 0.2, 0.7)[k]
    return before, after | {"head.w": rng.normal(size=3)}


def _moves(value, before, after) -> dict:
    if value is None:
        as_array(value)
    parts = {name.split(".")[0] for name in before}
    if type(value) is not dict:
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{part}"' for part in sorted(parts))))
    if set(value) - parts and set(value) - parts <= {name.split(".")[0] for name in after}:
        raise Misconception("new-parts-included")
    if set(value) != parts:
        raise Misconception("arrays-for-parts")
    return {part: _number(value[part], f"r of {part}") for part in parts}


def _some_numbers(value, names) -> tuple[float, ...]:
    if value is None:
        as_array(value)  # says that the return is missing
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) == 0 or len(value) != len(names):
        raise Wrong(_TUPLE.format(count=len(names), names=", ".join(names)))
    return tuple(_number(item, name) for item, name in zip(value, names, strict=True))


def _expect_same_inputs(after, before):
    if not all(np.array_equal(now, then) for now, then in zip(after, before, strict=False)):
        raise Misconception("changes-its-inputs")


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
