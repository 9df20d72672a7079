"""Exercise 11: what a Trainer logs, plans and keeps; one reader for three sources; accumulated steps; a claim judged."""

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

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise("11_trainer")
_CLAIM, _LOW, _NEEDED = 0.85, 0.815554, 1225  # of the answers in q6's given cell
_NO_DICTIONARY = Text("Return a dictionary with the keys {keys}.", "请返回一个字典，键为 {keys}。")
_TUPLE = Text("Return {count} values: `return {names}`.", "请返回 {count} 个值：`return {names}`。")
_NOT_A_LIST = Text(
    "`{name}` should be a list of whole numbers.",
    "`{name}` 应是由整数组成的列表。",
)
_NO_LETTERS = Text(
    '`FROM_THE_FIRST` is a text of letters out of A to E, for instance "BE".',
    '`FROM_THE_FIRST` 应是由 A 到 E 的字母组成的文本，例如 "BE"。',
)
_LETTER_MISSING = Text(
    "What you name is right, but there is one more thing that decides what the first batch holds, or what the model makes of it.",
    "你选的是对的，但还有一样东西会决定第一批里有什么，或者模型怎样看它。",
)
_NO_VERDICT = Text(
    'The verdict is one of "shown", "refuted" and "open".',
    '裁决应是 "shown"、"refuted"、"open" 之一。',
)
_SILENT = Text(
    "Without a column for the {what} your function goes on. It should stop at once with `raise ValueError(…)`.",
    "没有{zh}的列时，你的函数还在往下走。它应当马上用 `raise ValueError(…)` 停下。",
)
_OTHER_ERROR = Text(
    "Without a column for the {what} yours stops with {error}, which says nothing to whoever reads it. Look for the column first, and `raise ValueError(…)` if it isn't there.",
    "没有{zh}的列时，你的函数以 {error} 停下，读到的人不知所云。请先找列，没有就 `raise ValueError(…)`。",
)
_NAMES_MISSING = Text(
    "The message should name the columns that there are; `{name}` isn't in it.",
    "消息里应当写明有哪些列；其中没有 `{name}`。",
)

EXERCISE.question(
    "q1",
    Text("the function that scores", "打分的函数"),
    [
        Text(
            "Do the docstring's example on paper: which rows count, which are right, which answer is the most frequent among the labels that count?",
            "照文档字符串的例子在纸上做：哪几行算数，哪几行答对了，算数的标签里最常见的是哪个？",
        ),
        Text(
            "Make a mask of the visible rows first and use nothing else afterwards: logits[seen], labels[seen]. The case without any must be dealt with before you divide.",
            "先造一个可见行的掩码，之后只用它：logits[seen]、labels[seen]。一个可见的也没有时，要在做除法之前处理。",
        ),
        Text(
            "Count where seen = labels >= 0: accuracy = (logits[seen].argmax(axis=1) == labels[seen]).mean(); majority = np.bincount(labels[seen]).max() / seen.sum(); hidden = (~seen).sum().",
            "只数 seen = labels >= 0 的行：accuracy = (logits[seen].argmax(axis=1) == labels[seen]).mean()；majority = np.bincount(labels[seen]).max() / seen.sum()；hidden = (~seen).sum()。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("how many steps?", "一共多少步？"),
    [
        Text(
            "Take n = 100, B = 16, A = 2 and write down the batches of one epoch: 16, 16, …, 4. Then put brackets around each step.",
            "取 n = 100、B = 16、A = 2，写下一轮的各批：16、16、……、4。再用括号把每一步括起来。",
        ),
        Text(
            "Two roundings, both up: batches of an epoch, then steps of an epoch. Only then times the epochs, since a new epoch begins with a new step. What the full steps of an epoch have not read is left for the last.",
            "两次取整，都向上：先是一轮的批数，再是一轮的步数。然后才乘以轮数，因为新的一轮从新的一步开始。一轮里前面各个满步没读的，留给最后一步。",
        ),
        Text(
            "-(-n // B) rounds up; each = -(-batches // A); steps = each * epochs; last = n - (each - 1) * A * B; range(every, steps + 1, every).",
            "-(-n // B) 就是向上取整；each = -(-batches // A)；steps = each * epochs；last = n - (each - 1) * A * B；range(every, steps + 1, every)。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("when to stop, what to keep", "什么时候停，留下哪一个"),
    [
        Text(
            "Go through the example with a pencil: for each evaluation note the lowest loss before it, whether it is an improvement, and how many in a row were none.",
            "用铅笔走一遍例子：每次评估都记下此前最低的损失、它算不算改进、连续几次没有改进。",
        ),
        Text(
            "Two things are remembered: which evaluation is the lowest so far (however little), and how many in a row were no improvement (by more than `least`). An improvement sets the second back to 0.",
            "要记住两样：到目前为止哪一次最低（不论低多少），以及连续几次没有改进（低出的数超过 `least` 才算改进）。一有改进，后者归零。",
        ),
        Text(
            "Compare with the lowest before you replace it: idle = 0 if loss < lowest - least else idle + 1; then best = k if loss < lowest; then return if idle == patience.",
            "先与最低的比较，再替换它：loss < lowest - least 时 idle = 0，否则 idle + 1；然后 loss < lowest 时 best = k；idle == patience 就返回。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("one reader for three sources", "一个读取函数，三种来源"),
    [
        Text(
            "What do all rows have in common? Their columns. So everything about columns can be settled with rows[0], before the loop.",
            "所有行有什么共同之处？列。所以关于列的一切，都可以在循环之前凭 rows[0] 定下来。",
        ),
        Text(
            'First: which of ("sentence", "text") is there, which of ("label", "stars")? If neither, raise. Then for each row: clean the text, turn stars into 0, 1 or −1, and keep what is not empty and not negative.',
            '首先：("sentence", "text") 里有哪个，("label", "stars") 里有哪个？都没有就报错。然后逐行：清理文本，把星数变成 0、1 或 −1，留下不空且不为负的。',
        ),
        Text(
            '" ".join(text.replace("<br />", " ").split()) cleans; next((name for name in ("sentence", "text") if name in rows[0]), None) finds; raise ValueError(f"no column for the text; there are: {", ".join(rows[0])}").',
            '" ".join(text.replace("<br />", " ").split()) 用来清理；next((name for name in ("sentence", "text") if name in rows[0]), None) 用来找列；raise ValueError(f"no column for the text; there are: {", ".join(rows[0])}")。',
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("four for one, and two that differ", "以四代一，以及不同的两次"),
    [
        Text(
            "(a) Two parts, of 1 and 2 reviews: by what must each review's gradient be divided in the end, and what does his code divide it by? (b) What has been computed before the first loss, and what hasn't?",
            "(a) 两部分，分别有 1 条和 2 条评论：每条评论的梯度最终应除以几，他的代码除以了几？(b) 算出第一个损失之前，已经算过什么，还没算过什么？",
        ),
        Text(
            "(a) Add up losses and gradients of all reviews without dividing, count the reviews, divide once at the end. (b) Rates, clipping and the optimiser act in the step; the first loss is of before it.",
            "(a) 把全部评论的损失和梯度不除就加起来，数出评论数，最后除一次。(b) 学习率、裁剪和优化器在走步时起作用；第一个损失在那之前。",
        ),
        Text(
            "(a) loss -= np.sum(…); gradient = gradient + X.T @ (p - y); n += len(y); return loss / n, gradient / n. (b) Only what decides which reviews stand in the first batch, and which units are dropped in it.",
            "(a) loss -= np.sum(…)；gradient = gradient + X.T @ (p - y)；n += len(y)；return loss / n, gradient / n。(b) 只有决定第一批里是哪些评论、其中丢掉哪些单元的东西。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("has it been shown?", "证明了吗？"),
    [
        Text(
            "How many reviews count, and how many of them are right? With these two numbers, do the formula by hand once, for the docstring's example.",
            "算数的评论有多少条，其中答对多少？用这两个数，照公式手算一遍文档字符串的例子。",
        ),
        Text(
            "Put each piece of the formula into a variable: the middle, the half, the denominator. (c) Wilson's lower end reaches c exactly where p − c = z·√(c(1 − c)/n): the spread is that of the claim, not of p.",
            "把公式的各段分别存进变量：中间项、半宽、分母。(c) 威尔逊区间的下端恰好到达 c，当且仅当 p − c = z·√(c(1 − c)/n)：这里的方差是按声称的 c 算的，不是按 p。",
        ),
        Text(
            "p = right[~seen].mean(); shown if low >= claim, refuted if high < claim. (c) n = z²·c(1 − c)/(p − c)², rounded up; or try n = 1, 2, 3, … with the formula.",
            "p = right[~seen].mean()；low >= claim 为 shown，high < claim 为 refuted。(c) n = z²·c(1 − c)/(p − c)²，向上取整；也可以用公式从 n = 1、2、3……逐个去试。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "hidden-counted-as-wrong",
        "You compare with hidden labels, too: no answer equals −1, so each of them counts as wrong.",
        "你把隐去的标签也拿来比了：没有哪个答案等于 −1，所以它们全被算错。",
    ),
    (
        "divided-by-all",
        "You leave the hidden ones out when you count what is right, but divide by all.",
        "数答对的时候你略过了隐去的，除的时候却除以了全部。",
    ),
    (
        "hidden-as-a-class",
        "Hidden labels have a say in your majority: −1 is no answer that anybody could give.",
        "隐去的标签参与了你的 majority：−1 不是谁能给出的答案。",
    ),
    (
        "majority-of-the-answers",
        "Your majority is that of the model's answers. It should be that of the labels.",
        "你的 majority 数的是模型的答案。应当数标签。",
    ),
    (
        "two-classes-only",
        "Your majority holds for two classes at most, or for class 1. Take the most frequent of all.",
        "你的 majority 只适用于两个类别，或者只看类别 1。应取所有类别中最常见的。",
    ),
    (
        "visible-for-hidden",
        "You count the labels that are visible; `hidden` is how many are not.",
        "你数的是可见的标签；`hidden` 是看不见的有多少。",
    ),
    (
        "percent-for-share",
        "That is in percent; the docstring wants a share, 0 to 1.",
        "这是百分数；文档字符串要的是 0 到 1 的比例。",
    ),
    (
        "all-hidden",
        'Where all labels are hidden nothing is known: accuracy and majority are float("nan"), not 0 or 1.',
        '全部标签都隐去时，什么也无从知道：accuracy 和 majority 是 float("nan")，而不是 0 或 1。',
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards what was handed to your function is changed.",
        "结果是对的，但调用之后，传给函数的东西被改动了。",
    ),
    # q2
    (
        "accumulation-ignored",
        "You count batches as steps. `A` batches make one step.",
        "你把批当成了步。`A` 批才走一步。",
    ),
    (
        "rest-dropped",
        "You drop a smaller batch, or a smaller step: its reviews would never be read. Round up.",
        "你丢掉了较小的那一批，或较小的那一步：其中的评论就永远读不到。要向上取整。",
    ),
    (
        "epochs-run-together",
        "You let one epoch's last step take batches from the next. Here each epoch begins with a new step: round up within the epoch, then multiply.",
        "你让一轮的最后一步去取下一轮的批。这里每一轮从新的一步开始：先在轮内向上取整，再相乘。",
    ),
    (
        "one-epoch-only",
        "That is the number of steps of one epoch.",
        "这是一轮的步数。",
    ),
    (
        "share-for-steps",
        "A warm-up of 1 or more is a number of steps already; yours multiplies it by the steps.",
        "预热为 1 或更大时，它本身就是步数；你又乘了一遍总步数。",
    ),
    (
        "warm-up-rounded-down",
        "Your warm-up is rounded down, or to the nearest. The Trainer rounds up.",
        "你的预热步数是向下取整或四舍五入的。Trainer 是向上取整。",
    ),
    (
        "warm-up-of-an-epoch",
        "Your warm-up is a share of one epoch. It is a share of all steps.",
        "你的预热是一轮步数的比例。应是全部步数的比例。",
    ),
    (
        "last-batch-for-step",
        "That is the size of the last batch. The last *step* may hold several.",
        "这是最后一批的大小。最后一*步*里可能有好几批。",
    ),
    (
        "zero-in-the-last",
        "Where everything divides evenly the last step is a full one; yours has 0 reviews.",
        "恰好整除时，最后一步是满的；你的却是 0 条评论。",
    ),
    (
        "evaluation-at-the-end",
        "Your list ends with the last step, although it is no multiple of `every`. The Trainer doesn't add it.",
        "你的列表以最后一步结尾，可它并不是 `every` 的倍数。Trainer 不会自己加上它。",
    ),
    (
        "last-evaluation-missing",
        "The last step is a multiple of `every` here, and your list stops before it.",
        "这里最后一步正是 `every` 的倍数，你的列表却停在它前面。",
    ),
    (
        "evaluation-at-zero",
        "Your list begins with 0. The first evaluation comes after `every` steps.",
        "你的列表从 0 开始。第一次评估在 `every` 步之后。",
    ),
    # q3
    (
        "patience-never-reset",
        "You count all evaluations that were no improvement. Only those *in a row* count: an improvement sets the count back to 0.",
        "你把所有没有改进的评估都算上了。只有*连续的*才算：一有改进就归零。",
    ),
    (
        "against-the-one-before",
        "You compare with the evaluation just before. An improvement must beat the lowest of all before it.",
        "你是与前一次比较的。改进要胜过此前所有评估中最低的。",
    ),
    (
        "one-too-patient",
        "You wait one evaluation too long: with patience 2 the second one in a row ends it.",
        "你多等了一次：耐心为 2 时，连续第二次没有改进就结束。",
    ),
    (
        "one-too-hasty",
        "You stop one evaluation too early: with patience 2 the second one in a row ends it, not the first.",
        "你早停了一次：耐心为 2 时，结束的是连续第二次，不是第一次。",
    ),
    (
        "least-ignored",
        "Your stop doesn't depend on `least`: an evaluation that is lower by less than that is no improvement.",
        "你的停止与 `least` 无关：低出的数不到它，就不算改进。",
    ),
    (
        "keeps-improvements-only",
        "You keep the last *improvement*. What is kept is the lowest loss, by however little.",
        "你留下的是最后一次*改进*。应留下损失最低的，哪怕只低一点点。",
    ),
    (
        "keeps-the-last",
        "You keep the evaluation at which training ended: the very one that was no improvement.",
        "你留下的是训练结束时的那一次：它恰恰没有改进。",
    ),
    (
        "looks-ahead",
        "You keep an evaluation that comes after the stop. It never took place.",
        "你留下的那次评估在停止之后。它根本没有发生。",
    ),
    (
        "counted-from-zero",
        "You count from 0. The first evaluation is number 1.",
        "你从 0 数起。第一次评估是 1 号。",
    ),
    (
        "later-of-equals",
        "Of equally low losses you keep the later one. The earlier one is kept.",
        "一样低的，你留了较晚的。应留较早的。",
    ),
    (
        "higher-is-better",
        "You take a higher loss for better.",
        "你把损失越高当成越好了。",
    ),
    # q4
    (
        "breaks-left-in",
        "`<br />` is still in a text, or was dropped without leaving a blank, so that two words grow together.",
        "文本里还有 `<br />`，或者去掉时没有留下空格，两个词粘在了一起。",
    ),
    (
        "blanks-left-in",
        "Runs of blanks, tabs or line ends are left in a text, or blanks at its ends.",
        "文本里还留着连续的空格、制表符或换行，或者首尾有空格。",
    ),
    (
        "hidden-rows-kept",
        "A row whose label is hidden (−1) is in your result.",
        "标签隐去（−1）的行出现在你的结果里。",
    ),
    (
        "unclear-rows-kept",
        "A row with 5 or 6 stars is in your result: it says nothing clear.",
        "5 星或 6 星的行出现在你的结果里：它的态度不明。",
    ),
    (
        "clear-rows-lost",
        "A row with 4 or 7 stars is missing: up to 4 is bad, from 7 on is good.",
        "缺了 4 星或 7 星的行：4 以下（含）是差评，7 以上（含）是好评。",
    ),
    (
        "empty-rows-kept",
        "A text that is empty, or empty after cleaning, is in your result.",
        "空文本，或清理之后为空的文本，出现在你的结果里。",
    ),
    (
        "stars-for-labels",
        "Your labels are the numbers of stars. Make 0 and 1 of them.",
        "你的标签还是星数。要变成 0 和 1。",
    ),
    (
        "order-lost",
        "The rows are the right ones, but in another order.",
        "行是对的，次序变了。",
    ),
    # q5
    (
        "mean-of-means",
        "You average the parts' means: a review in a small part then counts more than one in a large part.",
        "你把各部分的平均值再取平均：这样，小部分里的一条评论比大部分里的一条分量更大。",
    ),
    (
        "always-four",
        "You divide by 4, however many parts there are.",
        "不论有几个部分，你都除以 4。",
    ),
    (
        "means-added",
        "You add up the parts' means and don't divide by the number of reviews: the step is as many times too long as there are parts.",
        "你把各部分的平均值加了起来，却没有按评论数来除：有几个部分，步子就长了几倍。",
    ),
    (
        "sums-for-means",
        "That is the sum over all reviews; the loss is their mean.",
        "这是对全部评论的总和；损失是平均值。",
    ),
    (
        "last-part-only",
        "Yours is that of the last part alone.",
        "你的只是最后一部分的。",
    ),
    (
        "loss-of-the-last",
        "The gradient is right, but the loss is that of the last part alone.",
        "梯度是对的，损失却只是最后一部分的。",
    ),
    (
        "downhill-already",
        "Your gradient has the other sign. It points uphill; the step subtracts it.",
        "你的梯度差了一个负号。它指向上坡，走步时才减去它。",
    ),
    (
        "acts-in-the-step",
        "B, C and E act when the step is made. The first loss is logged before; so they can't explain it.",
        "B、C、E 都在走步时才起作用。最早的损失在那之前就记下了，所以它们解释不了。",
    ),
    # q6
    (
        "seen-counted",
        "Reviews that stood in the training data count in yours: she may have learned them by heart.",
        "你把训练数据里见过的评论也算上了：模型可能只是背了下来。",
    ),
    (
        "seen-for-unseen",
        "You judge by the very reviews that were seen in training.",
        "你用来评判的，恰恰是训练时见过的评论。",
    ),
    (
        "wald-for-wilson",
        "That is p ± z·√(p(1−p)/n). Wilson's interval is another; near 1 and with few reviews the difference matters.",
        "这是 p ± z·√(p(1−p)/n)。威尔逊区间不是它；p 接近 1、评论又少时，差别不小。",
    ),
    (
        "not-divided",
        "Middle and half are right, but the denominator 1 + z²/n is missing.",
        "中间项和半宽都对，但少了分母 1 + z²/n。",
    ),
    (
        "one-sided",
        "Your z is 1.645. The interval here is two-sided: 1.96.",
        "你的 z 是 1.645。这里的区间是双侧的：1.96。",
    ),
    (
        "best-guess-decides",
        "You compare the share itself with the claim. The interval decides: as long as the claim lies inside, nothing is shown and nothing refuted.",
        "你拿比例本身与声称的数比。该由区间来定：只要声称的数落在区间里，就既没有证明，也没有推翻。",
    ),
    (
        "verdicts-exchanged",
        '"shown" and "refuted" have changed places: if all of the interval lies above the claim, it is shown.',
        '"shown" 与 "refuted" 对调了：整个区间都在声称的数之上，才是得到证明。',
    ),
    (
        "spread-of-the-share",
        "You used p(1 − p) for the spread, as if the interval were p ± z·√(p(1−p)/n). Where Wilson's lower end reaches c, the spread is c(1 − c).",
        "你用 p(1 − p) 来算方差，好像区间是 p ± z·√(p(1−p)/n)。威尔逊区间的下端到达 c 时，方差应取 c(1 − c)。",
    ),
    (
        "not-a-whole-number",
        "`NEEDED` is a whole number, rounded up: one review fewer doesn't do.",
        "`NEEDED` 是整数，向上取整：少一条都不行。",
    ),
]:
    EXERCISE.misconception(_name, en=_en, zh=_zh)


@EXERCISE.check("q1")
def hidden_labels_are_left_out(answer, rng):
    """en: Accuracy and majority are shares of the visible labels; hidden says how many are not.
    zh: 准确率和 majority 都是占可见标签的比例；hidden 是看不见的个数。"""
    for classes, hidden in ((2, 0), (2, 7), (4, 5), (3, 20)):
        logits, labels = _draw_answers(rng, classes, hidden)
        seen, called = labels >= 0, logits.argmax(axis=1)
        n, right = len(labels), (called == labels).sum()
        counts, answers = np.bincount(labels[seen], minlength=classes), np.bincount(called, minlength=classes)
        value = _report(answer.call("report", logits, labels))
        whole, share = seen.sum(), counts.max() / seen.sum()
        wrong = (
            {"hidden-counted-as-wrong": [right / n], "percent-for-share": [100 * right / whole]}
            if hidden
            else {"percent-for-share": [100 * right / n]}
        )
        _judge(value["accuracy"], right / whole, wrong, "accuracy")
        wrong = {
            "divided-by-all": [counts.max() / n],
            "majority-of-the-answers": [answers.max() / n, np.bincount(called[seen]).max() / whole],
            "two-classes-only": [
                max(counts[1], counts[0]) / whole,
                counts[1] / whole,
                max(counts[1] / whole, 1 - counts[1] / whole),
                labels[seen].mean(),
                max(labels[seen].mean(), 1 - labels[seen].mean()),
            ],
            "hidden-as-a-class": [
                max(hidden, counts.max()) / n,
                hidden / n,
                hidden / whole,
                max(hidden, counts.max()) / whole,
            ],
            "percent-for-share": [100 * share],
        }
        _judge(value["majority"], share, wrong, "majority")
        _judge(value["hidden"], hidden, {"visible-for-hidden": [whole]}, "hidden")


@EXERCISE.check("q1", hidden=True)
def all_hidden_or_a_single_row(answer, rng):
    """en: With all labels hidden accuracy and majority are nan; a single row works; inputs stay as they were.
    zh: 标签全部隐去时，准确率和 majority 为 nan；只有一行时也行；传入的数组保持原样。"""
    logits, labels = _draw_answers(rng, 3, 4)
    for some, marks, right in (
        (logits, np.full(len(logits), -1), (np.nan, np.nan, len(logits))),
        (logits[:1], logits[:1].argmax(axis=1), (1, 1, 0)),
        (logits[:1], (logits[:1].argmax(axis=1) + 1) % 3, (0, 1, 0)),
        (logits, labels, None),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("report"), some, marks)
        value = _report(after["result"])
        if right:
            if np.isnan(right[0]) and not (np.isnan(value["accuracy"]) and np.isnan(value["majority"])):
                raise Misconception("all-hidden")
            for name, number in zip(("accuracy", "majority", "hidden"), right, strict=True):
                if not np.isnan(number):
                    expect_close(value[name], number, RTOL, ATOL, name)
        _expect_same_inputs(after["inputs"], (some, marks))


@EXERCISE.check("q2")
def steps_are_counted(answer, rng):
    """en: An epoch's batches and steps are rounded up, each epoch begins with a new step, and the last step holds what is left.
    zh: 一轮的批数和步数都向上取整，每一轮从新的一步开始，最后一步是余下的评论。"""
    for A in (1, int(rng.integers(2, 5)), int(rng.integers(3, 6))):
        n, B, A, epochs = _draw_plan(rng, A)
        value = _plan(answer.call("plan_run", n, B, A, epochs, 0, 10_000))
        batches = -(-n // B)
        each = -(-batches // A)
        wrong = {
            "accumulation-ignored": [batches * epochs] if A > 1 else [],
            "rest-dropped": [
                n // B // A * epochs,
                -(-(n // B) // A) * epochs,
                batches // A * epochs,
                (n // B) * epochs,
                n // (A * B) * epochs,
            ],
            "epochs-run-together": [
                -(-batches * epochs // A),
                -(-n * epochs // (A * B)),
                batches * epochs // A,
                n * epochs // (A * B),
            ],
            "one-epoch-only": [each],
        }
        _judge(value["steps"], each * epochs, wrong, "steps")
        right = n - (each - 1) * A * B
        _judge(value["last"], right, {"last-batch-for-step": [n - (batches - 1) * B]}, "last")


@EXERCISE.check("q2")
def warm_up_is_a_share_or_a_number(answer, rng):
    """en: Below 1 the warm-up is a share of all steps, rounded up; from 1 on it is a number of steps.
    zh: 预热小于 1 时是占全部步数的比例，向上取整；1 以上就是步数。"""
    for kind in ("share", "share", "steps", "one", "none"):
        n, B, A, epochs = _draw_plan(rng, 2)
        each = _up(_up(n, B), A)
        steps = each * epochs
        exact = int(rng.integers(2, steps // 3)) + float(rng.uniform(0.1, 0.4))
        warm_up = {"share": exact / steps, "steps": int(rng.integers(2, 9)), "one": 1, "none": 0}[kind]
        value = _plan(answer.call("plan_run", n, B, A, epochs, warm_up, 10_000))
        if kind == "share":
            wrong = {
                "warm-up-rounded-down": [np.floor(exact), np.round(exact), exact],
                "warm-up-of-an-epoch": [np.ceil(warm_up * each), np.floor(warm_up * each)],
            }
            _judge(value["warm_up"], np.ceil(exact), wrong, "warm_up")
        else:
            _judge(value["warm_up"], warm_up, {"share-for-steps": [warm_up * steps, warm_up * each]}, "warm_up")


@EXERCISE.check("q2")
def evaluations_are_multiples(answer, rng):
    """en: It evaluates after each multiple of every, up to the last step and no farther.
    zh: 每逢 every 的倍数评估一次，直到最后一步为止。"""
    for even in (False, True):
        n, B, A, epochs = _draw_plan(rng, 2)
        steps = _up(_up(n, B), A) * epochs
        every = next(k for k in range(3, steps) if steps % k) if not even else epochs
        value = _plan(answer.call("plan_run", n, B, A, epochs, 0.1, every))["evaluations"]
        right = list(range(every, steps + 1, every))
        for name, wrong in (
            ("evaluation-at-zero", [0, *right]),
            ("evaluation-at-zero", [0, *right[:-1]]),
            ("last-evaluation-missing", right[:-1]),
            ("evaluation-at-the-end", [*right, steps]),
        ):
            if value == wrong and wrong != right:
                raise Misconception(name)
        expect_equal(value, right, "evaluations")


@EXERCISE.check("q2", hidden=True)
def even_and_small_runs(answer, rng):
    """en: Where everything divides evenly the last step is full; one review, large batches and large A work.
    zh: 恰好整除时最后一步是满的；只有一条评论、批量很大、A 很大时也行。"""
    b, a = int(rng.integers(3, 9)), int(rng.integers(2, 5))
    for n, B, A, epochs, every in (
        (b * a * 3, b, a, 2, 1),
        (b * 5, b, 1, 3, 4),
        (1, 16, 4, 3, 1),
        (7, 100, 1, 1, 2),
        (9, 2, 50, 4, 3),
        (b * a + 1, b, a, 1, 2),
    ):
        value = _plan(answer.call("plan_run", n, B, A, epochs, 0.5, every))
        each = _up(_up(n, B), A)
        steps, last = each * epochs, n - (each - 1) * A * B
        if value["last"] == 0:
            raise Misconception("zero-in-the-last")
        right = {
            "steps": steps,
            "warm_up": -(-steps // 2),
            "last": last,
            "evaluations": list(range(every, steps + 1, every)),
        }
        for name, number in right.items():
            expect_equal(value[name], number, name)


@EXERCISE.check("q3")
def patience_ends_it(answer, rng):
    """en: Training ends with the evaluation that uses the patience up; an improvement sets the count back.
    zh: 耐心用尽的那次评估之后，训练结束；一有改进就重新计数。"""
    for patience in (2, 3, int(rng.integers(2, 5))):
        losses = _draw_losses(rng, patience)
        _judge_watch(_watched(answer.call("watch", losses, patience)), losses, patience, 0.0)
    falling = np.sort(rng.uniform(0.2, 0.9, 6))[::-1].tolist()
    _judge_watch(_watched(answer.call("watch", falling, 1)), falling, 1, 0.0)


@EXERCISE.check("q3")
def small_gains_are_kept_but_do_not_count(answer, rng):
    """en: A gain of at most least is no improvement; yet the lowest loss seen is what is kept.
    zh: 低出的数不超过 least 就不算改进；但留下的仍是所见过的最低的。"""
    for _ in range(3):
        patience, least = int(rng.integers(2, 4)), float(rng.uniform(0.05, 0.1))
        losses = [0.9, 0.9 - 2 * least]
        for _ in range(patience - 1):
            losses.append(losses[-1] - least * float(rng.uniform(0.2, 0.8)))  # lower each time, never by enough
        losses += [min(losses) + 0.03, min(losses) - 3 * least, min(losses) - 4 * least]
        _judge_watch(_watched(answer.call("watch", losses, patience, least)), losses, patience, least)
        _judge_watch(_watched(answer.call("watch", losses, patience)), losses, patience, 0.0)


@EXERCISE.check("q3", hidden=True)
def equals_nan_and_single_evaluations(answer, rng):
    """en: Of equal losses the earlier is kept; nan is no improvement; one evaluation, patience 1; the list stays as it was.
    zh: 一样低时留较早的；nan 不算改进；只有一次评估、耐心为 1 时也行；列表保持原样。"""
    a, b = sorted(float(x) for x in rng.uniform(0.2, 0.9, 2))
    cases = [
        ([b, a, a, b, a], 9, 0.0), ([b, a, a, b], 2, 0.0), ([a], 1, 0.0), ([a, b], 1, 0.0), ([b, float("nan"), a, float("nan"), float("nan"), a / 2], 2, 0.0),
        ([b, float("nan"), a], 1, 0.0), ([1.0, 0.5, 0.25], 1, 0.5), ([1.0, 0.75, 0.5], 2, 0.25), ([2.0, 1.75, 1.25, 1.0], 2, 0.5),
    ]  # fmt: skip
    for losses, patience, least in cases:
        after = answer.call(drivers.call_and_keep_inputs, Learner("watch"), losses, patience, least)
        value, right = _watched(after["result"]), _watch(losses, patience, least)
        if (
            value[0] == right[0]
            and value[1] != right[1]
            and losses[right[1] - 1] == losses[min(value[1], len(losses)) - 1]
        ):
            raise Misconception("later-of-equals")
        _judge_watch(value, losses, patience, least, named=False)
        if str(list(after["inputs"][0])) != str(losses):
            raise Misconception("changes-its-inputs")


@EXERCISE.check("q4")
def three_sources_are_read(answer, rng):
    """en: Texts from "sentence" or "text", labels from "label" or "stars"; hidden and unclear rows are left out.
    zh: 文本取自 "sentence" 或 "text"，标签取自 "label" 或 "stars"；略去隐去的和态度不明的行。"""
    for text_column, label_column in (
        ("sentence", "label"),
        ("text", "stars"),
        ("text", "label"),
        ("sentence", "stars"),
    ):
        rows = _draw_rows(rng, text_column, label_column)
        _judge_rows(answer.call("read_rows", rows), rows)


@EXERCISE.check("q4")
def texts_are_clean(answer, rng):
    """en: Line breaks and runs of blanks become one blank; nothing else is touched; empty texts are left out.
    zh: 换行标记和连续空白变成一个空格；别的一概不动；空文本略去。"""
    words = [f"{word}{rng.integers(99)}" for word in ("Fine", "film", "(really)", "é<b>", "don't")]
    texts = [
        "<br />".join(words), "<br /><br />".join(words), f"  {words[0]}   {words[1]} ", f"{words[2]}\t\n{words[3]}\n", "<br />" + words[4] + " <br /> " + words[0],
        " ", "<br />", "", words[1], "a<br>b",
    ]  # fmt: skip
    rows = [{"idx": k, "text": text, "label": int(rng.integers(2))} for k, text in enumerate(texts)]
    _judge_rows(answer.call("read_rows", rows), rows)


@EXERCISE.check("q4")
def missing_columns_are_named(answer, rng):
    """en: Without a column for the text or the label it raises ValueError at once and names the columns that there are.
    zh: 没有文本列或标签列时，马上以 ValueError 停下，并写明有哪些列。"""
    other = f"column{rng.integers(99)}"
    for row, what, zh in (
        ({other: "fine", "label": 1, "idx": 3}, "text", "文本"),
        ({"sentence": "fine", other: 1}, "label", "标签"),
        ({other: 4, "id": 2}, "text", "文本"),
    ):
        found = answer.call(drivers.call_and_catch, Learner("read_rows"), [row, dict(row)])
        if "error" not in found:
            raise Wrong(_SILENT.format(what=what, zh=zh))
        if found["error"] != "ValueError":
            raise Wrong(_OTHER_ERROR.format(what=what, zh=zh, error=found["error"]))
        for name in row:
            if name not in found["message"]:
                raise Wrong(_NAMES_MISSING.format(name=name))


@EXERCISE.check("q4", hidden=True)
def borders_and_inputs(answer, rng):
    """en: 4 stars are bad, 7 are good, 5 and 6 unclear; nothing left gives two empty lists; the rows stay as they were.
    zh: 4 星为差，7 星为好，5、6 星不明；一条不剩时返回两个空列表；各行保持原样。"""
    rows = [{"stars": stars, "text": f"<br />{stars} stars "} for stars in rng.permutation(np.arange(1, 11)).tolist()]
    none = [{"sentence": "who knows", "label": -1, "idx": 4}]
    for some in (rows, none, [{"text": "one", "label": 0}]):
        after = answer.call(drivers.call_and_keep_inputs, Learner("read_rows"), some)
        _judge_rows(after["result"], some)
        if [dict(row) for row in after["inputs"][0]] != some:
            raise Misconception("changes-its-inputs")


@EXERCISE.check("q5")
def the_large_batch_is_met(answer, rng):
    """en: Loss and gradient are those of one batch with all reviews, whatever the parts' sizes and number.
    zh: 损失和梯度与一个装下全部评论的批量相同，不论各部分大小、有几部分。"""
    for count in (int(rng.integers(2, 4)), 4, int(rng.integers(5, 8))):
        w, parts = _draw_parts(rng, count)
        loss, gradient = _pair(answer.call("accumulate", w, parts), w)
        right, each = _logistic(w, parts), [_logistic(w, [part]) for part in parts]
        sizes = np.array([len(y) for _, y in parts])
        n = sizes.sum()
        for k, (name, value) in enumerate((("gradient", gradient), ("loss", loss))):
            one = [pair[1 - k] for pair in each]
            wrong = {
                "mean-of-means": [np.mean(one, axis=0)],
                "always-four": [np.sum(one, axis=0) / 4, right[1 - k] * n / 4],
                "means-added": [np.sum(one, axis=0)],
                "sums-for-means": [right[1 - k] * n],
                "last-part-only" if k == 0 else "loss-of-the-last": [one[-1]],
                "downhill-already": [-right[1 - k]] if k == 0 else [],
            }
            _judge(value, right[1 - k], wrong, name)


@EXERCISE.check("q5")
def the_letters_explain_the_first_loss(answer, rng):
    """en: The letters name what acts before the first step, all of it and nothing else.
    zh: 所选的字母正是第一步之前起作用的那些，不多不少。"""
    letters = answer.get("FROM_THE_FIRST")
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    if not isinstance(letters, str):
        raise Wrong(_NO_LETTERS)
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(_NO_LETTERS)
    if letters & set("BCE"):
        raise Misconception("acts-in-the-step")
    if letters != {"A", "D"}:
        raise Wrong(_LETTER_MISSING)


@EXERCISE.check("q5", hidden=True)
def one_part_and_inputs(answer, rng):
    """en: One part alone, parts of one review, a second call: right too; inputs stay as they were.
    zh: 只有一个部分、每部分一条评论、再调用一次，都正确；传入的数组保持原样。"""
    w, parts = _draw_parts(rng, 5)
    X, y = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    for some in (parts[:1], [(X[k : k + 1], y[k : k + 1]) for k in range(6)], parts, parts):
        after = answer.call(drivers.call_and_keep_inputs, Learner("accumulate"), w, some)
        loss, gradient = _pair(after["result"], w)
        right = _logistic(w, some)
        expect_close(loss, right[0], RTOL, ATOL, "loss")
        expect_close(gradient, right[1], RTOL, ATOL, "gradient")
        _expect_same_inputs(after["inputs"][:1], (w,))
        for now, then in zip(after["inputs"][1], some, strict=True):
            _expect_same_inputs(now, then)


@EXERCISE.check("q6")
def only_unseen_reviews_count(answer, rng):
    """en: The interval is Wilson's, of the reviews that were not seen.
    zh: 区间是未见过的评论的威尔逊区间。"""
    for n in (int(rng.integers(15, 30)), int(rng.integers(200, 400))):
        right, seen = _draw_right(rng, n)
        low, high, _ = _claim(answer.call("judge_claim", right, seen, 0.6))
        wrong = {
            "seen-counted": [_wilson(right)[:2]],
            "seen-for-unseen": [_wilson(right[seen])[:2]],
            "wald-for-wilson": [_wald(right[~seen]), np.clip(_wald(right[~seen]), 0, 1)],
            "not-divided": [np.array(_wilson(right[~seen])[:2]) * (1 + 1.96**2 / (~seen).sum())],
            "one-sided": [_wilson(right[~seen], 1.645)[:2], _wilson(right[~seen], 1.6448536)[:2]],
        }
        _judge(np.array([low, high]), _wilson(right[~seen])[:2], wrong, "(low, high)")


@EXERCISE.check("q6")
def the_interval_decides(answer, rng):
    """en: Shown if all of the interval reaches the claim, refuted if all of it lies below, else open.
    zh: 整个区间都达到声称的数为 shown，全在其下为 refuted，否则为 open。"""
    right, seen = _draw_right(rng, int(rng.integers(150, 300)))
    low, high, p = _wilson(right[~seen])
    cases = (
        (low - 0.01, "shown"),
        (low + 0.005, "open"),
        (p - 0.003, "open"),
        (p + 0.003, "open"),
        (high - 0.005, "open"),
        (high + 0.01, "refuted"),
    )
    for claim, verdict in cases:
        value = _claim(answer.call("judge_claim", right, seen, float(claim)))[2]
        if value == verdict:
            continue
        if {value, verdict} == {"shown", "refuted"}:
            raise Misconception("verdicts-exchanged")
        if verdict == "open" and value == ("shown" if p >= claim else "refuted"):
            raise Misconception("best-guess-decides")
        expect_equal(value, verdict, "verdict")


@EXERCISE.check("q6")
def the_numbers_of_the_claim(answer, rng):
    """en: LOW and VERDICT are those of the given answers; NEEDED is the smallest number that shows the claim.
    zh: LOW 和 VERDICT 对应给定的答案；NEEDED 是足以证明那个说法的最小条数。"""
    low, verdict = _number(answer.get("LOW"), "LOW"), answer.get("VERDICT")
    if abs(low - _LOW) > 6e-4 and any(
        abs(low - wrong) < 6e-4 for wrong in (_wilson_of(0.888, 1_000)[0], _wilson_of(0.99, 300)[0])
    ):
        raise Misconception("seen-counted")
    if abs(low - _LOW) > 6e-4:
        expect_close(low, _LOW, 0, 6e-4, "LOW")
    if not isinstance(verdict, str) or verdict.strip().lower() not in ("shown", "refuted", "open"):
        raise Wrong(_NO_VERDICT)
    if verdict.strip().lower() != "open":
        raise Misconception("seen-counted" if verdict.strip().lower() == "shown" else "best-guess-decides")
    needed = _number(answer.get("NEEDED"), "NEEDED")
    if needed == _NEEDED:
        return
    exact = 1.96**2 * 0.85 * 0.15 / 0.02**2
    if abs(needed - 1.96**2 * 0.87 * 0.13 / 0.02**2) <= 1.5:
        raise Misconception("spread-of-the-share")
    if abs(needed - exact) < 1:
        raise Misconception("not-a-whole-number")
    raise Wrong(Text(
        "With `NEEDED` reviews and 87 % right, Wilson's lower end should just reach 0.85; with yours it doesn't, or it did long before.",
        "有 `NEEDED` 条评论、答对 87% 时，威尔逊区间的下端应当刚好到 0.85；用你的数，要么不到，要么早就到了。",
    ))  # fmt: skip


@EXERCISE.check("q6", hidden=True)
def all_right_all_wrong_and_one(answer, rng):
    """en: All right, all wrong, a single review that counts: right too, within 0 and 1; inputs stay as they were.
    zh: 全对、全错、只有一条算数，都正确，且在 0 与 1 之间；传入的数组保持原样。"""
    n = int(rng.integers(8, 20))
    seen = np.arange(n) % 3 == 0
    one = np.arange(n) > 0
    for right, hide in (
        (np.ones(n, bool), seen),
        (~seen & False, seen),
        (np.ones(n, bool), one),
        (~one, one),
        (seen, np.zeros(n, bool)),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("judge_claim"), right, hide, 0.5)
        low, high, verdict = _claim(after["result"])
        wanted = _wilson(right[~hide])
        expect_close(low, wanted[0], RTOL, ATOL, "low")
        expect_close(high, wanted[1], RTOL, ATOL, "high")
        expect_equal(verdict, "shown" if wanted[0] >= 0.5 else "refuted" if wanted[1] < 0.5 else "open", "verdict")
        for claim, right_verdict in ((low, "shown"), (high, "open")):  # the border itself, as their own formula has it
            if 0 < claim < 1:
                expect_equal(_claim(answer.call("judge_claim", right, hide, claim))[2], right_verdict, "verdict")
        _expect_same_inputs(after["inputs"], (right, hide))


def _draw_answers(rng, classes, hidden):
    """logits, labels: shares well apart from each other and from 0 and 1."""
    while True:
        n = int(rng.integers(25, 45))
        labels = rng.choice(classes, n, p=rng.dirichlet(np.full(classes, 3)))
        logits = rng.normal(size=(n, classes)) + 1.2 * np.eye(classes)[labels]
        labels[rng.permutation(n)[:hidden]] = -1
        seen, called = labels >= 0, logits.argmax(axis=1)
        counts, answers = np.bincount(labels[seen], minlength=classes), np.bincount(called, minlength=classes)
        shares = [
            (called == labels)[seen].mean(),
            counts.max() / seen.sum(),
            counts[1] / seen.sum(),
            answers.max() / n,
            np.bincount(called[seen]).max() / seen.sum(),
        ]
        top = classes == 2 and counts[0] > counts[1] or classes > 2 and counts[2:].max() > counts[:2].max()
        if (
            top
            and len(np.unique(np.round(shares, 3))) == (5 if hidden else 4)
            and (hidden < counts.max()) == (hidden < 10)
            and seen.sum() > counts.max() + 2
        ):
            return logits, labels


def _report(value) -> dict:
    keys = ("accuracy", "majority", "hidden")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    return {key: _number(value[key], key) for key in keys}


def _draw_plan(rng, A):
    """n, B, A, epochs: nothing divides, and each wrong way of counting gives another number."""
    while True:
        n, B, epochs = int(rng.integers(150, 400)), int(rng.integers(5, 12)), int(rng.integers(3, 6))
        batches = -(-n // B)
        each = -(-batches // A)
        others = [
            batches // A,
            -(-(n // B) // A),
            n // (A * B),
            -(-batches * epochs // A) / epochs,
            -(-n * epochs // (A * B)) / epochs,
        ]
        if (
            n % B
            and (A == 1 or batches % A > (A > 2))
            and (A == 1 or min(abs(each - other) for other in others[3:]) > 0.1)
        ):
            return n, B, A, epochs


def _up(a, b) -> int:
    return -(-a // b)


def _plan(value) -> dict:
    keys = ("steps", "warm_up", "last", "evaluations")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    steps = value["evaluations"]
    array = as_array(steps, "evaluations") if isinstance(steps, (list, tuple, np.ndarray)) else np.zeros((1, 1))
    if array.ndim != 1 or (array != np.round(array)).any():
        raise Wrong(_NOT_A_LIST.format(name="evaluations"))
    return {key: _number(value[key], key) for key in keys[:3]} | {"evaluations": [int(step) for step in array]}


def _draw_losses(rng, patience) -> list[float]:
    """Losses with idle evaluations that an improvement interrupts, a stop, and a lower loss after it that never comes."""
    low, losses = 0.9, [0.9]
    for idle in (patience - 1, 1, patience + 1):
        low -= float(rng.uniform(0.05, 0.1))
        losses.append(low)
        up = low + np.sort(rng.uniform(0.02, 0.2, idle))[::-1]  # falls from one to the next, but not below the lowest
        losses += up.tolist()
    return [*losses, low - 0.1, low - 0.15]


def _watch(
    losses, patience, least, count_from=1, reset=True, previous=False, ignore=False, keep="lowest"
) -> tuple[int, int]:
    lowest, best, kept, idle = losses[0], 1, 1, 0
    for k, loss in enumerate(losses[1:], start=2):
        reference = losses[k - 2] if previous else lowest
        improved = loss < reference - (0 if ignore else least)
        idle = (0 if reset else idle) if improved else idle + 1
        kept = k if improved else kept
        if loss < lowest:
            lowest, best = loss, k
        if idle == patience:
            return k, kept if keep == "improvement" else best
    return len(losses), kept if keep == "improvement" else best


def _watched(value) -> tuple[int, int]:
    stop, best = _some_numbers(value, ("stop", "best"))
    return (int(stop), int(best)) if stop == int(stop) and best == int(best) else (stop, best)


def _judge_watch(value, losses, patience, least, named=True):
    right = _watch(losses, patience, least)
    if value == right:
        return
    stop, best = right
    if not named:
        expect_equal(list(value), list(right), "(stop, best)")
    if (np.array(value) == np.array(right) - 1).all():
        raise Misconception("counted-from-zero")
    upside_down = _watch([-loss for loss in losses], patience, least)
    if value == upside_down:
        raise Misconception("higher-is-better")
    stops = {
        "least-ignored": [_watch(losses, patience, 0.0)[0]] if least else [],
        "one-too-patient": [_watch(losses, patience + 1, least)[0]],
        "one-too-hasty": [_watch(losses, patience - 1, least)[0]] if patience > 1 else [],
        "patience-never-reset": [_watch(losses, patience, least, reset=False)[0]],
        "against-the-one-before": [_watch(losses, patience, least, previous=True)[0]],
    }
    for name, wrong in stops.items():
        if value[0] != stop and value[0] in wrong:
            raise Misconception(name)
    if value[0] == stop:
        if value[1] == int(np.nanargmin(losses)) + 1 > stop:
            raise Misconception("looks-ahead")
        if value[1] == _watch(losses, patience, least, keep="improvement")[1]:
            raise Misconception("keeps-improvements-only")
        if value[1] == stop:
            raise Misconception("keeps-the-last")
    expect_equal(value[0], stop, "stop")
    expect_equal(value[1], best, "best")


def _draw_rows(rng, text_column, label_column) -> list[dict]:
    """Rows with every label, in random order, the text's column not always first."""
    labels = [-1, 0, 1, 0, 1, -1, 1] if label_column == "label" else [*range(1, 11), 5, 8]
    rows = []
    for k, label in enumerate(rng.permutation(labels).tolist()):
        row = {"idx": k, text_column: f"review {rng.integers(10**6)} of {k}", label_column: label}
        rows.append(dict(sorted(row.items(), reverse=bool(k % 2 == 0 and rng.random() < 0.5))) if k else row)
    return rows


def _read(rows) -> tuple[list, list]:
    text_column = "sentence" if "sentence" in rows[0] else "text"
    texts, labels = [], []
    for row in rows:
        text = " ".join(row[text_column].replace("<br />", " ").split())
        label = row["label"] if "label" in row else 0 if row["stars"] <= 4 else 1 if row["stars"] >= 7 else -1
        if text and label >= 0:
            texts.append(text), labels.append(label)
    return texts, labels


def _judge_rows(value, rows):
    if value is None:
        as_array(value)
    if (
        not isinstance(value, (list, tuple))
        or len(value) != 2
        or not all(isinstance(part, (list, tuple, np.ndarray)) for part in value)
    ):
        raise Wrong(_TUPLE.format(count=2, names="texts, labels"))
    texts, labels = [str(text) for text in value[0]], as_array(list(value[1]), "labels").ravel().tolist()
    right, marks = _read(rows)
    if any("<br />" in text for text in texts):
        raise Misconception("breaks-left-in")
    clean = [" ".join(text.split()) for text in texts]
    if clean != texts:
        raise Misconception("blanks-left-in")
    if "" in texts:
        raise Misconception("empty-rows-kept")
    source = next(name for name in ("sentence", "text") if name in rows[0])
    label_of = {" ".join(row[source].replace("<br />", " ").split()): row for row in rows}
    glued = {" ".join(row[source].replace("<br />", "").split()) for row in rows}
    extra, missing = [text for text in texts if text not in right], [text for text in right if text not in texts]
    for text in extra:
        row = label_of.get(text)
        if row is None:
            raise (
                Misconception("breaks-left-in")
                if text in glued
                else Wrong(
                    Text(f"`{text[:60]}` is none of the cleaned texts.", f"`{text[:60]}` 不是清理后的任何一条文本。")
                )
            )
        raise Misconception("hidden-rows-kept" if row.get("label") == -1 else "unclear-rows-kept")
    if any(label_of[text].get("stars") in (4, 7) for text in missing):
        raise Misconception("clear-rows-lost")
    if sorted(texts) == sorted(right) and texts != right:
        raise Misconception("order-lost")
    expect_equal(texts, right, "texts")
    if set(labels) - {0, 1} and "stars" in rows[0]:
        raise Misconception("stars-for-labels")
    expect_equal([int(label) for label in labels], marks, "labels")


def _draw_parts(rng, count):
    """w, parts: sizes that differ, and losses and gradients that differ from part to part."""
    d = int(rng.integers(2, 6))
    w = rng.normal(size=d)
    sizes = rng.permutation(np.arange(1, 12))[:count]
    parts = [(rng.normal(size=(n, d)) + 0.5 * k, (rng.random(n) < 0.5).astype(float)) for k, n in enumerate(sizes)]
    return w, parts


def _logistic(w, parts):
    X, y = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    p = 1 / (1 + np.exp(-X @ w))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), X.T @ (p - y) / len(y)


def _pair(value, w):
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(_TUPLE.format(count=2, names="loss, gradient"))
    gradient = as_array(value[1], "gradient")
    if gradient.shape != w.shape:
        expect_close(gradient, w, what="gradient")
    return _number(value[0], "loss"), gradient


def _draw_right(rng, n):
    """right, seen: about a third seen, and those nearly all right."""
    seen = rng.permutation(n) < n // 3
    right = rng.random(n) < np.where(seen, 0.95, 0.7)
    unseen = np.flatnonzero(~seen)
    right[unseen[:2]] = True, False
    right[np.flatnonzero(seen)[0]] = False
    return right, seen


def _wilson(right, z=1.96):
    return _wilson_of(right.mean(), len(right), z)


def _wilson_of(p, n, z=1.96) -> tuple[float, float, float]:
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n), float(p)


def _wald(right):
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
    return np.array([right.mean() - half, right.mean() + half])


def _claim(value) -> tuple[float, float, str]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        raise Wrong(_TUPLE.format(count=3, names="low, high, verdict"))
    if value[2] not in ("shown", "refuted", "open"):
        raise Wrong(_NO_VERDICT)
    return _number(value[0], "low"), _number(value[1], "high"), value[2]


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
