"""Exercise 06: the confusion matrix and its scores, the AUC, thresholds by cost, splits without leaks, ship or wait."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Text, Wrong, as_array, drivers, expect_close

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise("06_evaluation")
_SAVING, _LOW, _ENOUGH = 503.759398, 117.187500, 96  # of the bills, the draws and the EXTRA in q6's given cell
_NO_DICTIONARY = Text(
    "Return a dictionary with the keys {keys}.",
    "请返回一个字典，键为 {keys}。",
)
_TUPLE = Text(
    "Return {count} values: `return {names}`.",
    "请返回 {count} 个值：`return {names}`。",
)
_NAN_NOT_NONE = Text(
    'Where no recall fits, return float("nan"), not None.',
    '没有合适的召回率时，请返回 float("nan")，而不是 None。',
)
_NOBODY = Text(
    "No alarm at all is the cheapest here, and the docstring writes that as t = np.inf.",
    "这里最便宜的是一个也不报警，文档字符串规定写作 t = np.inf。",
)
_NONE_FOR_NOBODY = Text(
    "`t` is None; no alarm at all is written as np.inf.",
    "`t` 是 None；一个也不报警应写作 np.inf。",
)
_NO_CANDIDATE = Text(
    "t = {t:.6g} is none of the values in p, nor np.inf. Take the value itself at which the alarms begin.",
    "t = {t:.6g} 既不是 p 中的值，也不是 np.inf。请取报警开始处的那个值本身。",
)
_NO_LETTERS = Text(
    '`FAULTS` is a text of letters out of A to E, for instance "CE".',
    '`FAULTS` 应是由 A 到 E 的字母组成的文本，例如 "CE"。',
)
_NOT_ROWS = Text(
    "`{name}` should hold row numbers, whole numbers from 0 to {last}; yours are something else.",
    "`{name}` 里应当是行号，即 0 到 {last} 的整数；你的不是。",
)
_FAULT_MISSING = Text(
    "What you name is right, but it isn't all: compare each row of the table that has a single x with the last row.",
    "你选的都对，但还不全：把表中只有一个 x 的各行，分别与最后一行比较。",
)
_UNBALANCED = ("not-balanced", "rows-lost")
_NO_CHOICE = Text(
    '`CHOICE` is "ship" or "wait".',
    '`CHOICE` 应是 "ship" 或 "wait"。',
)

_NOT_THE_NUMBER = Text(
    "`{name}` isn't what your function gives for OLD, NEW, REVIEW and DRAWS, times 1,000.",
    "`{name}` 与你的函数对 OLD、NEW、REVIEW、DRAWS 给出的结果（乘以 1,000）不符。",
)
_NOT_THE_NEED = Text(
    "With `NEEDED` reviews, SAVING minus the shrunken distance should just reach EXTRA; with yours it doesn't, or is far above.",
    "有 `NEEDED` 篇评论时，SAVING 减去缩小后的距离应当刚好达到 EXTRA；用你的数，要么达不到，要么高出许多。",
)

EXERCISE.question(
    "q1",
    Text("who counts, and for how many", "谁算数，一条顶几条"),
    [
        Text(
            "Do the docstring's second example on paper, review by review: at which entry does each one arrive, and with how much?",
            "照文档字符串的第二个例子，在纸上一条一条地做：每条评论落在哪一格，加多少？",
        ),
        Text(
            "Begin with K × K zeros and go through the reviews: the truth gives the row, what was called gives the column, and the weight is added to what is there already.",
            "从 K × K 个零开始，逐条处理：真相决定行，判断决定列，再把权重加到那一格已有的数上。",
        ),
        Text(
            "A loop does it: for i, j, w in zip(y, called, weights): C[i, j] += w. Without a loop, np.add.at(C, (y, called), weights); C[y, called] += weights forgets repeated places.",
            "用循环就行：for i, j, w in zip(y, called, weights): C[i, j] += w。不用循环可写 np.add.at(C, (y, called), weights)；而 C[y, called] += weights 会漏掉重复的位置。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("precision, recall, F, and three averages", "精确率、召回率、F，以及三种平均"),
    [
        Text(
            "(a) For one class write down three numbers: its entry on the diagonal, the sum of its column, the sum of its row. (b) Put the sheet's numbers into the definition with β = 1.",
            "(a) 先对一个类别写下三个数：它在对角线上的那一格，它那一列的和，它那一行的和。(b) 把说明书上的数代入 β = 1 时的定义。",
        ),
        Text(
            "(a) Columns hold what was called, rows what is there. Put P and R as fractions into the formula for 1/F: F becomes one fraction, whose denominator is 0 only for a class that nobody has seen. (b) Solve for R; which R can there be?",
            "(a) 列是判断，行是真相。把 P 和 R 的分式代入 1/F 的公式：F 就成了一个分式，只有谁也没见过的类别，分母才为 0。(b) 解出 R；R 可能取哪些值？",
        ),
        Text(
            "(a) F = (1 + β²)·hits / (column sum + β²·row sum), and micro is hits.sum() / C.sum(), since each wrong call is an error of two classes. (b) 1/R = 2/F − 1/P, if that is 1 or more.",
            "(a) F = (1 + β²)·命中 / (列和 + β²·行和)；微平均是 hits.sum() / C.sum()，因为每个错判同时是两个类别的错误。(b) 1/R = 2/F − 1/P，条件是它不小于 1。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("the AUC, fast", "又快又准的 AUC"),
    [
        Text(
            "(a) Sort the scores of the fine reviews alone. How many of them does one angry review beat? (b) With scores 0 and 1, how many kinds of pairs are there?",
            "(a) 只把正常评论的分数排序。一条愤怒的评论胜过其中几条？(b) 分数只有 0 和 1 时，一共有几种不同的对？",
        ),
        Text(
            "(a) Among sorted numbers a place is found by halving, without looking at all of them; equals have a first and a last place. (b) A pair is won, tied or lost; only the angry one alarmed and the fine one silent wins.",
            "(a) 在排好序的数里，用折半法就能找到位置，不必逐个去看；相等的数有第一个和最后一个位置。(b) 一对有胜、平、负三种结果；只有愤怒的报了警、正常的没报，才算胜。",
        ),
        Text(
            '(a) np.searchsorted(negatives, positives, "left") counts what is below, "right" what is not above: the mean of the two counts a tie half. (b) Half of the sum of the two rows\' shares called right.',
            '(a) np.searchsorted(negatives, positives, "left") 数出更低的，"right" 数出不更高的：两者取平均，打平就算了一半。(b) 两行各自判对的比例，相加除以 2。',
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("a threshold that the staff can live with", "员工忙得过来的阈值"),
    [
        Text(
            "Write a small function for the cost at one t, and try it on the docstring's example for t = ∞, 0.9, 0.8 and 0.1.",
            "先写一个小函数，算出某个 t 的代价；再用文档字符串的例子，对 t = ∞、0.9、0.8、0.1 各试一次。",
        ),
        Text(
            "Go through the candidates from the highest to the lowest: the alarms become more, so the limit ends the search, and only a cost that is strictly lower replaces the best so far.",
            "从最高的候选值到最低的逐个尝试：警报越来越多，所以一到上限就停；只有严格更低的代价，才取代目前最好的。",
        ),
        Text(
            "for t in [np.inf, *np.unique(p)[::-1]]: alarm = p >= t; stop if alarm.sum() > at_most; the cost is false_alarm × (alarm & (y == 0)).sum() + miss × (~alarm & (y == 1)).sum(), times 1000 / len(y).",
            "for t in [np.inf, *np.unique(p)[::-1]]: alarm = p >= t；若 alarm.sum() > at_most 就停；代价是 false_alarm × (alarm & (y == 0)).sum() + miss × (~alarm & (y == 1)).sum()，再乘 1000 / len(y)。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("too good to be true", "好得不像真的"),
    [
        Text(
            "(a) Three rows of the table have a single x. Which of them differ from the last row, and in which column? (b) Start with one class: which of its rows go to the test part?",
            "(a) 表中有三行只有一个 x。其中哪几行与最后一行不同，差在哪一列？(b) 先看一个类别：它的哪些行进测试集？",
        ),
        Text(
            "(b) For each class: shuffle its rows, cut off the test share. When all classes are cut, see which training part is the longest, and fill up the others with rows drawn from themselves.",
            "(b) 对每个类别：打乱它的行，切下测试集那一份。全部切完之后，看哪个类别的训练部分最长，再从其余各类自己的行里抽取，补到一样长。",
        ),
        Text(
            "(b) rows = rng.permutation(np.flatnonzero(y == k)), cut at round(test_share * len(rows)); later np.concatenate([rows, rng.choice(rows, most - len(rows))]). Keep all rows and add copies: drawing all anew would lose some.",
            "(b) rows = rng.permutation(np.flatnonzero(y == k))，在 round(test_share * len(rows)) 处切开；之后 np.concatenate([rows, rng.choice(rows, most - len(rows))])。原有的行全部保留，再添副本：全部重抽会丢掉一些行。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("ship it?", "上线吗？"),
    [
        Text(
            "Do the docstring's example on paper: what does each of the two reviews save, how many sentences has it, and what does the draw [1, 0] save?",
            "照文档字符串的例子在纸上做：两篇评论各节省多少，各有几个句子，抽样 [1, 0] 又节省多少？",
        ),
        Text(
            "Two numbers of each review are all you need: the sum of its savings and its number of sentences. A draw adds up both over its reviews, then divides. (c) The distance at D reviews is that of today times √(80/D).",
            "每篇评论只需要两个数：节省之和，以及句子数。每次抽样把两者分别在抽到的评论上相加，再相除。(c) 有 D 篇评论时，距离是今天的 √(80/D) 倍。",
        ),
        Text(
            "np.bincount(review, old - new) and np.bincount(review) give the two; index both with draws, sum along axis 1, divide, np.quantile. (c) D = 80·((SAVING − LOW)/(SAVING − EXTRA))², rounded up.",
            "np.bincount(review, old - new) 和 np.bincount(review) 给出这两个数；都用 draws 作下标，沿轴 1 求和，相除，再用 np.quantile。(c) D = 80·((SAVING − LOW)/(SAVING − EXTRA))²，向上取整。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "transposed",
        "Your matrix is transposed: its rows are what the model called, its columns the truth.",
        "你的矩阵转置了：行成了模型的判断，列成了真相。",
    ),
    (
        "adds-once",
        "Where several reviews belong to the same entry, yours keeps only one of them: `C[y, called] += …` writes each place once, however often it is named.",
        "有几条评论落在同一格时，你只留下了其中一条：`C[y, called] += …` 对每个位置只写一次，不管它出现几次。",
    ),
    (
        "shares-for-counts",
        "Your entries are shares: divided by a row's, a column's or the whole sum. The matrix holds the sums themselves.",
        "你的各格是比例：除以了行和、列和或总和。矩阵里应当是和本身。",
    ),
    (
        "weights-ignored",
        "You count each review once, though weights were given: one that stands for ten adds ten.",
        "给了权重，你却仍然每条评论算一条：顶十条的应当加十。",
    ),
    (
        "absent-classes-dropped",
        "Your matrix is too small: a class that happens not to occur, or is never called, keeps its row and its column. K says how many there are.",
        "你的矩阵小了：碰巧没有出现、或从未被判到的类别，照样占一行一列。一共有几类，由 K 决定。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed. `x.sort()`, `x += …` and `x[:] = …` write into the caller's array; `np.sort(x)` makes a new one.",
        "结果是对的，但调用之后，传给函数的数组被改动了。`x.sort()`、`x += …`、`x[:] = …` 会写进调用者的数组；`np.sort(x)` 则得到一个新数组。",
    ),
    # q2
    (
        "rows-for-columns",
        "Precision and recall have changed places. Of what was *called* k: is that a row or a column of C?",
        "精确率和召回率对调了。*判为* k 的当中：那是 C 的一行，还是一列？",
    ),
    (
        "average-for-harmonic",
        "Your F is an arithmetic average of P and R, as S1 has it. A model that alarms everybody has R = 1: would F really be above one half then? Solve the formula with 1/P and 1/R for F.",
        "你的 F 是 P 和 R 的算术平均，正如 S1 所说。人人都报警的模型 R = 1：这时 F 真的会超过一半吗？请从含 1/P 和 1/R 的公式里解出 F。",
    ),
    (
        "beta-ignored",
        "Your F doesn't depend on `beta`, or not on the one that was given.",
        "你的 F 与 `beta` 无关，或者用的不是传入的那个值。",
    ),
    (
        "beta-not-squared",
        "Right but for the weight: recall counts β² times as much as precision, not β times.",
        "只差权重：召回率的分量是精确率的 β² 倍，不是 β 倍。",
    ),
    (
        "beta-for-precision",
        "You have given β² to precision. In the formula it stands with 1/R; multiply out once more, and see where it arrives.",
        "你把 β² 给了精确率。公式里它是与 1/R 在一起的；再通分一次，看它落到哪里。",
    ),
    (
        "f-of-the-means",
        "Your macro average is made of the mean precision and the mean recall. It should be the mean of the F's.",
        "你的宏平均是由平均精确率和平均召回率算出来的。它应当是各个 F 的平均。",
    ),
    (
        "weighted-by-calls",
        "Your weights are how often each class was called. They should be how often it occurs in truth.",
        "你用的权重是每个类别被判到多少次。应当是它真实出现多少次。",
    ),
    (
        "averages-exchanged",
        "The numbers are right, but under other names: which average treats all classes alike, which all reviews?",
        "数是对的，名字却安错了：哪种平均对各类别一视同仁，哪种对各条评论一视同仁？",
    ),
    (
        "nan-for-nothing",
        "There is a `nan` in your answer: this matrix has a class that was never called, or doesn't occur. Such a share of nothing, 0/0, is 0 here.",
        "你的答案里有 `nan`：这个矩阵里有的类别从未被判到，或没有出现。这样的 0/0 在这里规定为 0。",
    ),
    (
        "absent-class-skipped",
        "Your macro average leaves out the classes that don't occur. Here they count like any other, with F = 0.",
        "你的宏平均漏掉了没有出现的类别。这里它们照样算，F = 0。",
    ),
    (
        "averaged-back",
        "You have solved F = (P + R)/2. That is S1's average; F1 is another one.",
        "你解的是 F = (P + R)/2。那是 S1 说的平均；F1 是另一种。",
    ),
    (
        "impossible-recall",
        "For this sheet you give a recall that is above 1, or below 0: no share is. How large can F1 be at most with this precision?",
        "对这份说明书，你给出的召回率大于 1 或小于 0：比例不可能这样。精确率为这个数时，F1 最大能是多少？",
    ),
    # q3
    (
        "upside-down",
        "Yours is 1 minus the AUC: in your pairs the fine review wins.",
        "你得到的是 1 减去 AUC：在你的对里，胜的是正常的那条。",
    ),
    (
        "all-pairs",
        "You divide by all pairs of reviews. Only the mixed ones count, one angry and one fine: how many are they?",
        "你除以了所有评论两两组成的对数。只有一条愤怒、一条正常的才算：这样的对有多少？",
    ),
    (
        "one-threshold",
        "You cut the scores at one threshold and count what is right. The AUC knows no threshold: only the order of the scores matters.",
        "你在一个阈值处切开分数，再数判对的。AUC 里没有阈值：只看分数的次序。",
    ),
    (
        "ties-lost",
        "A tie counts nothing with you. It counts half a pair won.",
        "打平的对，你没有算分。打平应当算赢了半对。",
    ),
    (
        "ties-won",
        "A tie counts as won with you. It counts half.",
        "打平的对，你算成全胜。打平只算一半。",
    ),
    (
        "order-of-arrival",
        "Among equal scores your result depends on which review happens to stand first: sorting gives equals different ranks. A tie counts half.",
        "分数相等时，你的结果取决于哪条评论碰巧排在前面：排序会给相等的数不同的名次。打平应当算一半。",
    ),
    (
        "every-pair",
        "The values are right, but you go through the pairs one by one or hold them all in memory: of 20,000 reviews there are nearly a hundred million. Sort, and count with the sorted scores.",
        "数值是对的，但你在逐对比较，或者把所有的对都放进内存：20,000 条评论有将近一亿对。请先排序，再利用排好的分数来数。",
    ),
    (
        "accuracy-for-auc",
        "That is the accuracy, in which the larger class counts more. In the AUC each angry review meets each fine one: how large the classes are cancels out.",
        "这是准确率，人多的类别分量更大。而在 AUC 里，每条愤怒的评论都与每条正常的评论相比：类别的大小会约掉。",
    ),
    (
        "one-row-only",
        "You use one row of C: the share of the angry found, or of the fine left in peace. A pair has one review of each.",
        "你只用了 C 的一行：愤怒的被找到多少，或正常的没被打扰的有多少。一对里可是各有一条。",
    ),
    # q4
    (
        "threshold-not-searched",
        "This threshold comes from a formula or a habit (a/(a + m), or 0.5). It would be right if p were calibrated, or if both mistakes cost the same; neither was promised.",
        "这个阈值来自公式或习惯（a/(a + m)，或 0.5）。p 校准过，或两种错误代价相同，它才是对的；这两点谁也没有担保。",
    ),
    (
        "costs-exchanged",
        "The two prices have changed places: with y = 0 an alarm is false, with y = 1 a silence is a miss.",
        "两个价钱对调了：y = 0 时报警是误报，y = 1 时不报是漏掉。",
    ),
    (
        "strictly-above",
        "You raise the alarm where p > t. Here it is raised at p = t already.",
        "你在 p > t 时报警。这里 p = t 就已经报警。",
    ),
    (
        "every-alarm-costs",
        "You pay for every alarm. Only the false ones cost: count those with y = 0.",
        "你为每个警报都付了钱。只有误报才花钱：数 y = 0 的那些。",
    ),
    (
        "another-goal",
        "This threshold makes the fewest mistakes, or the highest F1. A miss and a false alarm don't cost the same.",
        "这个阈值错得最少，或 F1 最高。但漏掉一位和误报一次，代价并不相同。",
    ),
    (
        "not-per-thousand",
        "The threshold is right, but the cost isn't per 1,000 reviews.",
        "阈值是对的，但代价不是按每 1,000 条评论计的。",
    ),
    (
        "nobody-not-tried",
        "Here it is cheapest to answer nobody, t = ∞. Even your highest candidate raises an alarm.",
        "这里最便宜的是谁也不回复，即 t = ∞。而你最高的候选值也会报警。",
    ),
    (
        "everybody-not-tried",
        "Here it is cheapest to answer everybody: t is the smallest value in p. Your candidates, or your comparison, leave it out.",
        "这里最便宜的是人人都回复：t 是 p 中最小的值。你的候选值或比较方式漏掉了它。",
    ),
    (
        "lowest-of-equals",
        "The cost is right, but a higher threshold costs just as little and makes less work.",
        "代价是对的，但有一个更高的阈值，代价同样低，工作量更小。",
    ),
    (
        "limit-ignored",
        "Your threshold raises more alarms than `at_most`.",
        "你的阈值报警数超过了 `at_most`。",
    ),
    (
        "limit-cuts-equals",
        "You count off `at_most` reviews from the top and take the p of the last. But others have the same p and are alarmed as well: then there are too many.",
        "你从高到低数 `at_most` 条，取最后一条的 p。可是还有别的评论 p 相同，也会报警：这就超了。",
    ),
    (
        "limit-or-nobody",
        "Where the cheapest threshold raises too many alarms, you give up. Look for the cheapest among those that the staff can manage.",
        "最便宜的阈值报警太多时，你就放弃了。应当在员工忙得过来的那些阈值里，找最便宜的。",
    ),
    (
        "limit-not-reached",
        "A threshold with exactly `at_most` alarms is still allowed.",
        "恰好有 `at_most` 个警报的阈值还是允许的。",
    ),
    (
        "limit-filled",
        "You make as many alarms as the staff can answer. The limit is not a goal: a higher threshold is cheaper here.",
        "员工能回复多少，你就报警多少。上限不是目标：这里更高的阈值更便宜。",
    ),
    # q5
    (
        "scaling-blamed",
        "C isn't it: compare the row where only C comes before the split with the last one. Mean and spread don't know the labels. (After the split is still its place: on other data it may matter.)",
        "不是 C：把只有 C 在划分之前的那一行，与最后一行比较。均值和标准差并不知道标签。（它仍应放在划分之后：换了数据也许就有影响。）",
    ),
    (
        "auc-blamed",
        "D isn't it: in the last row one in ten is angry too, and the mean AUC is what noise deserves.",
        "不是 D：最后一行里愤怒的评论同样只占十分之一，而平均 AUC 正是噪声应得的。",
    ),
    (
        "luck-blamed",
        "E isn't it: look at the lowest of his 20 seeds.",
        "不是 E：看看 20 个种子里最低的那个。",
    ),
    (
        "copies-on-both-sides",
        "Some rows stand in your training part and in your test part: that is the colleague's own fault. Divide first, repeat afterwards.",
        "有些行既在你的训练集里，又在测试集里：这正是那位同事的错误。先分开，后重复。",
    ),
    (
        "test-not-as-it-is",
        "Your test part has been resampled as well: rows stand there twice, or the classes have other shares than in y. It must look like the world.",
        "你的测试集也被重采样了：有的行出现了两次，或者各类别的比例与 y 中不同。测试集要像真实世界。",
    ),
    (
        "not-class-by-class",
        "Your test part has about the right size, but not the right share of each class: how many angry reviews it gets is left to chance.",
        "你的测试集大小差不多，但各类别的份额不对：它分到几条愤怒的评论，全凭运气。",
    ),
    (
        "shares-exchanged",
        "Train and test have changed places, or `test_share` became the share of the training part. The function returns (train, test).",
        "训练集和测试集对调了，或者把 `test_share` 当成了训练集的份额。函数返回的是 (train, test)。",
    ),
    (
        "rows-lost",
        "Some rows stand neither in your training part nor in your test part: rows were dropped, or drawn anew so that some never came.",
        "有些行既不在你的训练集里，也不在测试集里：它们被丢掉了，或者重抽时始终没有抽到。",
    ),
    (
        "not-balanced",
        "In your training part the classes don't fill equally many places: the rarer ones should be repeated until they do.",
        "在你的训练集里，各类别占的位置不一样多：少见的类别应当重复，直到一样多。",
    ),
    (
        "class-one-assumed-rare",
        "With class 1 as the rare one you are right. Here another class is rare: look at how often each one occurs.",
        "少见的是类别 1 时，你是对的。这里少见的是别的类别：看看各类出现多少次。",
    ),
    (
        "split-by-position",
        "Some rows come into the test part again and again and others never, whatever the generator: rows are taken as they lie.",
        "不管生成器怎样，有些行总是进测试集，有些行从来不进：你是按现有的次序取行的。",
    ),
    (
        "another-source-of-chance",
        "Two generators with the same seed give two different splits: some chance comes from elsewhere, np.random.… or random.…",
        "两个种子相同的生成器，给出了不同的划分：有一部分随机数来自别处，np.random.… 或 random.…",
    ),
    (
        "generator-ignored",
        "Generators with different seeds give the same split: `rng` isn't used, or replaced by one of your own.",
        "种子不同的生成器，给出了相同的划分：`rng` 没有用上，或者被换成了你自己的。",
    ),
    (
        "one-row-repeated",
        "Nearly all your copies are copies of one and the same row. Draw at random which row is repeated.",
        "你的副本几乎都是同一行的副本。重复哪一行，应当随机抽取。",
    ),
    # q6
    (
        "other-way-round",
        "Your sign is turned: a saving is old minus new.",
        "符号反了：节省是旧减新。",
    ),
    (
        "draws-as-sentences",
        "You use the drawn numbers as numbers of sentences. They are numbers of reviews; each brings along all its sentences.",
        "你把抽到的号码当成了句子的编号。它们是评论的编号；每篇评论要带上它的全部句子。",
    ),
    (
        "reviews-weigh-alike",
        "You average over the means of the reviews, so that a review of one sentence counts as much as one of thirty. Savings are asked for by sentence.",
        "你对各篇评论的平均值再求平均，于是一个句子的评论与三十个句子的分量相同。要求的是平均每个句子的节省。",
    ),
    (
        "copies-dropped",
        "A review that was drawn twice counts only once with you (`np.isin`, `set` and the like see no copies).",
        "抽到两次的评论，你只算了一次（`np.isin`、`set` 之类看不到副本）。",
    ),
    (
        "length-not-drawn",
        "You divide each draw by the number of sentences in the original data. A draw of long reviews has more: add up the lengths of those drawn.",
        "你把每次抽样都除以原来数据的句子数。抽到长评论时句子更多：应当把抽到的评论的长度加起来。",
    ),
    (
        "not-paired",
        "You make an interval for each model and subtract ends. Both models judge the same drawn sentences: take the difference first, within each draw.",
        "你给两个模型各作一个区间，再把端点相减。两个模型判断的是同样抽到的句子：应当先在每次抽样里求差。",
    ),
    (
        "middle-of-the-draws",
        "Your saving is the middle of the resamples. What was observed is the mean over the data themselves.",
        "你的节省是各次重采样的中间值。实际观察到的，是原数据本身的平均。",
    ),
    (
        "one-sided",
        "You cut off a share 1 − confidence at each end. Both ends together cut off that much.",
        "你在每一端都切掉了 1 − confidence。两端加起来才切掉这么多。",
    ),
    (
        "normal-for-percentiles",
        "Your ends are a mean plus and minus so many standard deviations. Asked for are percentiles of the resamples, which need not be symmetric.",
        "你的两端是均值加减若干个标准差。要求的是重采样的百分位数，它不一定对称。",
    ),
    (
        "confidence-fixed",
        "Your interval is the one for 95 %, whatever `confidence` says.",
        "不管 `confidence` 是多少，你的区间总是 95% 的。",
    ),
    (
        "shipped-on-the-mean",
        "On the mean it would pay, and with sentences resampled as well. The rule asks for the lower end over reviews: is it above EXTRA?",
        "按平均值看是划算的，对句子重采样也是。但规矩看的是对评论重采样的下端：它高于 EXTRA 吗？",
    ),
    (
        "per-sentence",
        "Your number is in dollars a sentence; asked for are dollars per 1,000.",
        "你的数是每个句子的美元数；要求的是每 1,000 个句子的美元数。",
    ),
    (
        "low-of-another-resampling",
        "Your LOW is the end of another interval: over sentences, over means of reviews, or one-sided.",
        "你的 LOW 是另一种区间的端点：对句子重采样的、对各评论平均值的，或单侧的。",
    ),
    (
        "shrinks-like-one-over-D",
        "You let the distance shrink like 1/D. It shrinks like 1/√D: to halve it takes four times as many reviews.",
        "你让距离按 1/D 缩小。它按 1/√D 缩小：要减半，就得有四倍的评论。",
    ),
    (
        "only-the-new-ones",
        "That is how many reviews are still missing. NEEDED includes those we have.",
        "这是还缺的篇数。NEEDED 包括已有的评论。",
    ),
    (
        "rounded-down",
        "With so many reviews the lower end is still a little below EXTRA: round up.",
        "有这么多评论时，下端还略低于 EXTRA：应当向上取整。",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1")
def rows_are_the_truth(answer, rng):
    """en: Without weights, entry [i, j] counts the reviews of class i that were called j.
    zh: 不给权重时，第 [i, j] 格是真相为 i、判为 j 的评论数。"""
    y, called, K = _draw_labels(rng)
    right = _confuse(y, called, K)
    wrong = {
        "transposed": [right.T],
        "adds-once": [right > 0],
        "shares-for-counts": [right / right.sum(axis=1, keepdims=True), right / right.sum(axis=0), right / right.sum()],
    }
    _judge(_matrix(answer.call("count_confusion", y, called, K), K), right, wrong, "C")


@EXERCISE.check("q1")
def a_review_counts_with_its_weight(answer, rng):
    """en: With weights, each review adds its weight.
    zh: 给了权重时，每条评论加上它的权重。"""
    for stands_for in ([1.0, 10.0], rng.uniform(0.5, 12, 20)):
        y, called, K = _draw_labels(rng)
        weights = rng.choice(stands_for, len(y))
        right, last = _confuse(y, called, K, weights), np.zeros((K, K))
        last[y, called] = weights
        wrong = {
            "weights-ignored": [_confuse(y, called, K)],
            "adds-once": [last],
            "shares-for-counts": [right / weights.sum(), right / weights.mean()],
            "transposed": [right.T],
        }
        _judge(_matrix(answer.call("count_confusion", y, called, K, weights), K), right, wrong, "C")


@EXERCISE.check("q1")
def absent_classes_keep_their_place(answer, rng):
    """en: A class that doesn't occur, or is never called, keeps its row and column; inputs stay as they were.
    zh: 没有出现或从未被判到的类别照样占一行一列；传入的数组保持原样。"""
    for K, n in ((6, 30), (4, 1), (2, 5)):
        y, called = (rng.choice(rng.permutation(K - 1)[: max(1, K // 2)], n) for _ in range(2))
        weights = np.round(rng.uniform(0.5, 4, n), 1)
        after = answer.call(drivers.call_and_keep_inputs, Learner("count_confusion"), y, called, K, weights)
        _judge(_matrix(after["result"], K), _confuse(y, called, K, weights), {}, "C")
        _expect_same_inputs(after["inputs"], (y, called, K, weights))


@EXERCISE.check("q2")
def each_class_has_its_scores(answer, rng):
    """en: Precision goes by columns, recall by rows, and F is their harmonic mean with weight β² on recall; β is 1 unless said.
    zh: 精确率按列，召回率按行；F 是两者的调和平均，召回率的权重是 β²；不指定时 β 为 1。"""
    for beta in (None, float(rng.uniform(1.5, 3)), float(rng.uniform(0.3, 0.7))):
        C, K = _draw_matrix(rng)
        value = _scores(answer.call("score_classes", C, *([beta] if beta else [])), K)
        b, right = (beta or 1) ** 2, _score(C, beta or 1)
        P, R = right["precision"], right["recall"]
        if _same(value["precision"], R) or _same(value["recall"], P):
            raise Misconception("rows-for-columns")
        for name in ("precision", "recall"):
            _judge(value[name], right[name], {}, name)
        wrong = {
            "average-for-harmonic": [
                (P + R) / 2,
                (P + b * R) / (1 + b),
                (b * P + R) / (1 + b),
                (P + b**0.5 * R) / (1 + b**0.5),
            ],
            "beta-ignored": [2 * P * R / (P + R)],
            "beta-not-squared": [(1 + b**0.5) * P * R / (b**0.5 * P + R)],
            "beta-for-precision": [(1 + b) * P * R / (P + b * R)],
        }
        _judge(value["f"], right["f"], wrong, "f")


@EXERCISE.check("q2")
def the_averages_are_of_f(answer, rng):
    """en: Macro treats classes alike, weighted counts each as it occurs, micro adds the counts first.
    zh: 宏平均对各类别一视同仁，加权平均按真实出现的多少，微平均先把计数相加。"""
    for beta in (1.0, float(rng.uniform(1.5, 3))):
        C, K = _draw_matrix(rng)
        value, right = _scores(answer.call("score_classes", C, beta), K), _score(C, beta)
        P, R, f, b = right["precision"], right["recall"], right["f"], beta**2
        means = P.mean(), R.mean()
        names = ("macro", "weighted", "micro")
        wrongly_named = (one for one in names if not _same(value[one], right[one]))
        if any(_same(value[one], right[other]) for one in wrongly_named for other in names):
            raise Misconception("averages-exchanged")
        made_of_means = [(1 + b) * means[0] * means[1] / (b * means[0] + means[1]), sum(means) / 2]
        _judge(value["macro"], right["macro"], {"f-of-the-means": made_of_means}, "macro")
        _judge(value["weighted"], right["weighted"], {"weighted-by-calls": [f @ C.sum(axis=0) / C.sum()]}, "weighted")
        _judge(value["micro"], right["micro"], {}, "micro")


@EXERCISE.check("q2")
def the_recall_is_found(answer, rng):
    """en: The recall gives back the sheet's F1; where no recall from 0 to 1 does, the answer is nan.
    zh: 所求的召回率能还原说明书上的 F1；0 到 1 之间没有这样的召回率时，答案是 nan。"""
    for _ in range(4):
        P, R = rng.uniform(0.2, 0.95, 2)
        F = 2 * P * R / (P + R)
        value = _recall(answer.call("find_recall", float(P), float(F)))
        _judge(value, R, {"averaged-back": [2 * F - P]}, "recall")
    _judge(_recall(answer.call("find_recall", 1.0, 1.0)), 1.0, {}, "recall")
    P = float(rng.uniform(0.3, 0.45))
    highest = 2 * P / (1 + P)  # of F1, at recall 1
    for precision, f1 in ((P, highest + 0.01), (P, (highest + 2 * P) / 2), (0.25, 0.5), (P, 2 * P + 0.05), (0.01, 1.0)):
        value = _recall(answer.call("find_recall", precision, f1))
        if not np.isnan(value):
            raise Misconception("impossible-recall")


@EXERCISE.check("q2", hidden=True)
def nothing_of_nothing_is_zero(answer, rng):
    """en: A class that is never called or doesn't occur has the scores 0, not nan; one class alone works; C stays as it was.
    zh: 从未被判到或没有出现的类别，分数是 0 而不是 nan；只有一个类别也能算；C 保持原样。"""
    C, K = _draw_matrix(rng)
    C = np.pad(C, (0, 3))  # class K + 2 occurs nowhere
    C[0, K], C[K + 1, 0] = 3, 4  # K is called and never there, K + 1 is there and never called
    for matrix in (C / C.sum(), np.array([[float(rng.integers(1, 9))]]), np.array([[0, 3], [2, 0]])):
        after = answer.call(drivers.call_and_keep_inputs, Learner("score_classes"), matrix)
        value, right = _scores(after["result"], len(matrix)), _score(matrix, 1)
        if any(np.isnan(value[name]).any() for name in right):
            raise Misconception("nan-for-nothing")
        occurring = [right["f"][matrix.sum(axis=axis) > 0].mean() for axis in (0, 1)]
        occurring.append(right["f"][(matrix.sum(axis=0) + matrix.sum(axis=1)) > 0].mean())
        for name in right:
            wrong = {"absent-class-skipped": occurring} if name == "macro" else {}
            _judge(value[name], right[name], wrong, name)
        _expect_same_inputs(after["inputs"], (matrix,))


@EXERCISE.check("q3")
def pairs_are_counted_and_ties_half(answer, rng):
    """en: The AUC is the share of mixed pairs in which the angry review scores higher; a tie counts half.
    zh: AUC 是愤怒的评论得分更高的混合对所占的比例；打平算一半。"""
    for ties, sign in ((False, 1), (True, 1), (True, -1)):  # the last one ranks worse than chance
        y, score = _draw_scores(rng, ties)
        score = sign * score
        n, positives, negatives = len(y), score[y == 1][:, None], score[y == 0]
        won, tied = (positives > negatives).sum(), (positives == negatives).sum()
        pairs = positives.size * negatives.size
        right = (won + tied / 2) / pairs
        cuts = [score >= t for t in (0, 0.5, score.mean(), np.median(score))]
        wrong = {
            "upside-down": [1 - right],
            "all-pairs": [right * pairs / count for count in (n * (n - 1) / 2, n * (n - 1), n**2, n**2 / 2)],
            "ties-lost": [won / pairs, 1 - won / pairs],
            "ties-won": [(won + tied) / pairs],
            "one-threshold": [np.mean(cut == y) for cut in cuts]
            + [(cut[y == 1].mean() + 1 - cut[y == 0].mean()) / 2 for cut in cuts],
        }
        value = _number(answer.call("compute_auc", y, score), "AUC")
        points = value * pairs
        if won < round(points) < won + tied and abs(points - round(points)) < 1e-4 and not _same(value, right):
            raise Misconception("order-of-arrival")
        _judge(value, right, wrong, "AUC")


@EXERCISE.check("q3")
def twenty_thousand_scores_are_no_trouble(answer, rng):
    """en: 20,000 scores take at most two seconds and 50 MB.
    zh: 20,000 个分数，用时不超过两秒，内存不超过 50 MB。"""
    sizes = (20, 3_000, 20_000)
    drawn = [_draw_scores(rng, ties=True, n=n, positives=0.4) for n in sizes]
    run = answer.call(drivers.measure_call, Learner("compute_auc"), *drawn)
    if "stopped" in run or run["seconds"] > 2 or run["megabytes"] > 50:
        raise Misconception("every-pair")
    _judge(_number(run["result"], "AUC"), _auc(*drawn[-1]), {}, "AUC")


@EXERCISE.check("q3")
def alarms_as_scores(answer, rng):
    """en: auc_of_alarms gives what the AUC of scores 0 and 1 is.
    zh: auc_of_alarms 给出以 0 和 1 为分数时的 AUC。"""
    for _ in range(3):
        (tn, fp), (fn, tp) = C = rng.integers(2, 60, (2, 2)) + np.array([[60, 0], [0, 9]])
        f, t = fp / (tn + fp), tp / (fn + tp)
        columns = C / C.sum(axis=0)
        wrong = {
            "accuracy-for-auc": [(tn + tp) / C.sum()],
            "one-row-only": [t, 1 - f],
            "ties-lost": [t * (1 - f)],
            "ties-won": [1 - f * (1 - t)],
            "upside-down": [(f + 1 - t) / 2],
            "rows-for-columns": [(columns[0, 0] + columns[1, 1]) / 2],
        }
        _judge(_number(answer.call("auc_of_alarms", C), "AUC"), (t + 1 - f) / 2, wrong, "AUC")


@EXERCISE.check("q3", hidden=True)
def small_and_one_sided_samples(answer, rng):
    """en: Two reviews, whole numbers, all scores equal: right too; without a pair nan; inputs stay as they were.
    zh: 只有两条评论、整数分数、分数全相等时也正确；没有可比的对时为 nan；传入的数组保持原样。"""
    low, high = np.sort(rng.normal(size=2))
    y, score = _draw_scores(rng, ties=False)
    cases = [
        (y, score / 10_000, _auc(y, score)),
        (np.array([1, 0]), np.array([1.2e-4, 1.1e-4]), 1),  # apart, however small
        (np.array([1, 0]), np.array([high, low]), 1),
        (np.array([1, 0]), np.array([low, high]), 0),
        (rng.permutation(np.repeat([0, 1], [5, 3])), np.full(8, 2), 0.5),
        (np.array([0, 1, 0, 1, 0]), 1e6 * np.array([low, high, high, low, high]), 2.5 / 6),
        (np.array([0, 1, 1]), -10 - np.array([3, 1, 4]), 0.5),
        (np.ones(4, int), rng.normal(size=4), np.nan),
        (np.zeros(3, int), rng.normal(size=3), np.nan),
    ]
    for y, score, right in cases:
        after = answer.call(drivers.call_and_keep_inputs, Learner("compute_auc"), y, score)
        value = _number(after["result"], "AUC")
        if np.isnan(right) and not np.isnan(value):
            raise Wrong(
                Text(
                    f'Without any pair the AUC is float("nan"); yours is {value:.6g}.',
                    f'一对也没有时，AUC 是 float("nan")；你的是 {value:.6g}。',
                )
            )
        if not np.isnan(right):
            _judge(value, right, {}, "AUC")
        _expect_same_inputs(after["inputs"], (y, score))


@EXERCISE.check("q4")
def the_cheapest_threshold_is_found(answer, rng):
    """en: Without a limit, t has the lowest cost of all candidates, and the cost is per 1,000 reviews.
    zh: 没有上限时，t 的代价在所有候选值中最低；代价按每 1,000 条评论计。"""
    for _ in range(2):
        p, y, a, m, recipes = _draw_bill(rng)
        right = _choose(p, y, a, m)
        t, cost = _threshold(answer.call("choose_threshold", p, y, a, m))
        for name, others in recipes.items():
            if any(_same([t, cost], other) for other in others):
                raise Misconception(name)
        habits = (a / (a + m), m / (a + m), 0.5)
        if any(np.isclose(t, habit) or np.isclose(t, _next_value(p, habit)) for habit in habits):
            raise Misconception("threshold-not-searched")
        if _same(t, right[0]) and any(_same(cost, right[1] * k) for k in (len(p) / 1000, 1 / 1000, 0.1)):
            raise Misconception("not-per-thousand")
        _judge_threshold((t, cost), right, p)


@EXERCISE.check("q4")
def nobody_everybody_and_equals(answer, rng):
    """en: To answer nobody or everybody is tried as well; of equally cheap thresholds the highest is taken.
    zh: 谁也不回复、人人都回复，这两种也在候选之列；代价同样低时取最高的阈值。"""
    p = np.round(rng.permutation(np.linspace(0.1, 0.9, 12)), 3)
    y = (np.argsort(np.argsort(-p)) % 3 == 1).astype(int)  # the highest one is fine
    t, cost = _threshold(answer.call("choose_threshold", p, y, 20.0, 3.0))
    right = (np.inf, 1000 * 3 * y.sum() / len(y))
    if t in p:
        raise Misconception("nobody-not-tried")
    if t != np.inf:
        raise Wrong(_NOBODY)
    _judge_threshold((t, cost), right, p)
    y = (np.argsort(np.argsort(p)) % 3 == 0).astype(int)  # the lowest one is angry
    t, cost = _threshold(answer.call("choose_threshold", p, y, 2.0, 50.0))
    if t > p.min():
        raise Misconception("everybody-not-tried")
    _judge_threshold((t, cost), _choose(p, y, 2.0, 50.0), p)
    for y in (
        [0, 1, 0, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0, 0],
    ):  # from the highest p down; two false alarms cost a miss
        order, y = rng.permutation(8), np.array(y)
        p = np.linspace(0.9, 0.2, 8)[order]
        value = _threshold(answer.call("choose_threshold", p, y[order], 2.0, 4.0))
        right = _choose(p, y[order], 2.0, 4.0)
        if value[0] < right[0] and _same(value[1], right[1]):
            raise Misconception("lowest-of-equals")
        _judge_threshold(value, right, p)


@EXERCISE.check("q4")
def the_staff_can_answer_them(answer, rng):
    """en: At most at_most alarms are raised, reviews with equal p alike, and within that limit the cost is the lowest.
    zh: 警报至多 at_most 个，p 相同的评论同等对待；在这个限度内代价最低。"""
    for how in ("inside a tie", "exactly", "inside a tie", "no need"):
        p, y, a, m, limit, recipes = _draw_limit(rng, how)
        right = _choose(p, y, a, m, limit)
        value = _threshold(answer.call("choose_threshold", p, y, a, m, limit))
        for name, others in recipes.items():
            if any(_same(value[0], other) for other in others):
                raise Misconception(name)
        if (p >= value[0]).sum() > limit:
            raise Misconception("limit-ignored")
        _judge_threshold(value, right, p)


@EXERCISE.check("q4", hidden=True)
def one_kind_of_review_only(answer, rng):
    """en: Nobody angry, all angry, a single review, a limit of 0: right too; inputs stay as they were.
    zh: 没有愤怒的、全是愤怒的、只有一条评论、上限为 0 时也正确；传入的数组保持原样。"""
    n, (a, m) = int(rng.integers(6, 12)), rng.integers(2, 20, 2).astype(float)
    drawn = np.round(rng.uniform(size=n), 1)
    for y, limit in ((np.zeros(n, int), None), (np.ones(n, int), None), (np.ones(1, int), 1), (np.ones(n, int), 0)):
        p = drawn[: len(y)]
        after = answer.call(drivers.call_and_keep_inputs, Learner("choose_threshold"), p, y, a, m, limit)
        _judge_threshold(_threshold(after["result"]), _choose(p, y, a, m, limit), p)
        _expect_same_inputs(after["inputs"], (p, y, a, m))


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    """en: The letters explain the AUC, row by row of the table, and none is missing.
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
    for letter, name in (("C", "scaling-blamed"), ("D", "auc-blamed"), ("E", "luck-blamed")):
        if letter in letters:
            raise Misconception(name)
    if letters != {"A", "B"}:
        raise Wrong(_FAULT_MISSING)


@EXERCISE.check("q5")
def the_test_part_is_clean(answer, rng):
    """en: No row of the test part stands in the training part or twice; each class has its share there.
    zh: 测试集的行不在训练集里，也不重复；各类别都占应有的份额。"""
    for share in (0.25, float(rng.uniform(0.15, 0.4))):
        y = _draw_classes(rng, rare=1)
        for pair in answer.call(
            drivers.call_with_generators, Learner("split_and_balance"), (y, share), _seeds(rng, 12)
        ):
            _judge_test(*_split(pair, len(y)), y, share)


@EXERCISE.check("q5")
def the_training_part_is_balanced(answer, rng):
    """en: Every other row is in the training part; each class fills as many places as the largest, which has no copies.
    zh: 其余各行都在训练集里；每个类别占的位置与最大的类别一样多，而最大的类别没有副本。"""
    for _ in range(2):
        y, share = _draw_classes(rng, rare=1), float(rng.uniform(0.2, 0.35))
        for pair in answer.call(drivers.call_with_generators, Learner("split_and_balance"), (y, share), _seeds(rng, 2)):
            _judge_train(*_split(pair, len(y)), y)


@EXERCISE.check("q5", hidden=True)
def any_class_may_be_rare_and_chance_is_the_generators(answer, rng):
    """en: Whichever class is rare, and with three of them; the same seed gives the same split, and each row gets its chance.
    zh: 不论哪个类别少见，三个类别也行；种子相同则划分相同，每一行都有机会进测试集。"""
    for y in (_draw_classes(rng, rare=0), np.repeat([4, 2, 7], [9, 30, 16])[rng.permutation(55)]):
        for pair in answer.call(drivers.call_with_generators, Learner("split_and_balance"), (y, 0.3), _seeds(rng, 2)):
            train, test = _split(pair, len(y))
            try:
                _judge_test(train, test, y, 0.3)
                _judge_train(train, test, y)
            except Misconception as error:
                raise Misconception("class-one-assumed-rare" if error.name in _UNBALANCED else error.name) from None
    y, seeds = (
        _draw_classes(rng, rare=1),
        _seeds(rng, 40),
    )  # a row's chance to miss the test part each time: 1 in a million
    pairs = answer.call(drivers.call_with_generators, Learner("split_and_balance"), (y, 0.3), [seeds[0], *seeds])
    (train, test), *others = [_split(pair, len(y)) for pair in pairs]
    if not (_same(train, others[0][0]) and _same(test, others[0][1])):
        raise Misconception("another-source-of-chance")
    if all(set(test) == set(other) for _, other in others):
        raise Misconception("generator-ignored")
    in_test = sum(np.bincount(test, minlength=len(y)) for _, test in others)
    if not (in_test.all() and (in_test < len(others)).all()):
        raise Misconception("split-by-position")
    copies = [np.sort(np.bincount(train, minlength=len(y))[y == 1]) - 1 for train, _ in others]
    if all(one[-1] >= 0.9 * one[one > 0].sum() for one in copies):
        raise Misconception("one-row-repeated")


@EXERCISE.check("q6")
def whole_reviews_are_drawn(answer, rng):
    """en: Each draw brings whole reviews, as often as they were drawn. (One draw alone: low and high are what it saves.)
    zh: 每次抽样带来整篇的评论，抽到几次算几次。（只有一次抽样时，low 和 high 就是它节省的数。）"""
    for _ in range(3):
        old, new, review, D = _draw_bills(rng)
        draws = rng.integers(D, size=(1, D))
        draws[0, :2] = draws[0, 2]  # one of them at least three times
        value = _three_numbers(answer.call("bootstrap_saving", old, new, review, draws, 0.9))
        gains, lengths = np.bincount(review, old - new), np.bincount(review)
        once = np.unique(draws)
        observed, right = (old - new).mean(), gains[draws].sum() / lengths[draws].sum()
        wrong = {
            "other-way-round": [-right],
            "draws-as-sentences": [(old - new)[draws].mean()],
            "reviews-weigh-alike": [(gains / lengths)[draws].mean()],
            "copies-dropped": [gains[once].sum() / lengths[once].sum()],
            "length-not-drawn": [gains[draws].sum() / len(old)],
            "normal-for-percentiles": [observed],
        }
        _judge(value[1], right, wrong, "low")
        _judge(value[2], right, {}, "high")
        also = {
            "other-way-round": [-observed],
            "middle-of-the-draws": [right],
            "reviews-weigh-alike": [(gains / lengths).mean()],
        }
        _judge(value[0], observed, also, "saving")


@EXERCISE.check("q6")
def the_interval_has_its_confidence(answer, rng):
    """en: Both ends together cut off the share 1 − confidence of the draws, half of it below, half above.
    zh: 两端一共切掉 1 − confidence 的抽样，上下各一半。"""
    for confidence in (0.9, 0.8):
        old, new, review, D = _draw_bills(rng)
        draws = rng.integers(
            D, size=(401, D)
        )  # so that each end is one of the draws, whatever the definition of quantiles
        value = _three_numbers(answer.call("bootstrap_saving", old, new, review, draws, confidence))
        _judge_interval(value, old, new, review, draws, confidence)


@EXERCISE.check("q6")
def the_choice_follows_from_the_lower_end(answer, rng):
    """en: SAVING and LOW are those of the reviews, CHOICE follows the house rule, and NEEDED reviews would settle it.
    zh: SAVING 和 LOW 来自对评论的重采样，CHOICE 符合公司的规矩，有 NEEDED 篇评论才足以定夺。"""
    choice = answer.get("CHOICE")
    saving, low, needed = (_number(answer.get(name), name) for name in ("SAVING", "LOW", "NEEDED"))
    choice = choice.strip().strip(".").lower() if isinstance(choice, str) else choice
    if not isinstance(choice, str) or choice not in ("ship", "wait"):
        raise Wrong(_NO_CHOICE)
    if any(abs(1000 * came - should) <= 0.5 for came, should in ((saving, _SAVING), (low, _LOW))):
        raise Misconception("per-sentence")
    if not abs(saving - _SAVING) <= 0.5:  # half a dollar
        raise Wrong(_NOT_THE_NUMBER.format(name="SAVING"))
    if any(abs(low - other) <= 2 for other in (178.3, 192, 211.9)):
        raise Misconception("low-of-another-resampling")
    if not abs(low - _LOW) <= 0.5:
        raise Wrong(_NOT_THE_NUMBER.format(name="LOW"))
    if choice == "ship":
        raise Misconception("shipped-on-the-mean")
    ratio = (_SAVING - _LOW) / (_SAVING - 150)
    if needed in (np.ceil(80 * ratio), np.floor(80 * ratio), round(80 * ratio, 2)):
        raise Misconception("shrinks-like-one-over-D")
    if needed in (_ENOUGH - 80, _ENOUGH - 81):
        raise Misconception("only-the-new-ones")
    if _ENOUGH - 1 <= needed < _ENOUGH:
        raise Misconception("rounded-down")
    if needed != _ENOUGH:
        raise Wrong(_NOT_THE_NEED)


@EXERCISE.check("q6", hidden=True)
def reviews_of_one_sentence(answer, rng):
    """en: With one sentence a review, and with the default confidence, the interval is right; inputs stay as they were.
    zh: 每篇评论只有一个句子、用默认的置信度时，区间也正确；传入的数组保持原样。"""
    old, new, review, D = _draw_bills(rng)
    for numbers in (review, rng.permutation(len(old))):
        draws = rng.integers(numbers.max() + 1, size=(401, numbers.max() + 1))
        after = answer.call(drivers.call_and_keep_inputs, Learner("bootstrap_saving"), old, new, numbers, draws)
        _judge_interval(_three_numbers(after["result"]), old, new, numbers, draws, 0.95)
        _expect_same_inputs(after["inputs"], (old, new, numbers, draws))


def _draw_labels(rng):
    """y, called, K: all classes on both sides, some entry with several reviews, a matrix that isn't symmetric."""
    while True:
        K, n = int(rng.integers(3, 6)), int(rng.integers(40, 70))
        y = rng.choice(K, n, p=rng.dirichlet(np.full(K, 5)))
        called = np.where(rng.random(n) < 0.5, y, rng.integers(K, size=n))
        C = _confuse(y, called, K)
        if C.sum(axis=0).all() and C.sum(axis=1).all() and not np.array_equal(C, C.T) and np.diag(C).max() > 2:
            return y, called, K


def _confuse(y, called, K, weights=None):
    C = np.zeros((K, K))
    np.add.at(C, (y, called), 1 if weights is None else weights)
    return C


def _matrix(value, K) -> np.ndarray:
    array = as_array(value, "C")
    if array.ndim == 2 and array.shape != (K, K) and max(array.shape) < K:
        raise Misconception("absent-classes-dropped")
    if array.shape != (K, K):
        expect_close(array, np.zeros((K, K)), what="C")
    return array


def _draw_matrix(rng):
    """C, K with row sums, column sums and all averages well apart."""
    while True:
        K = int(rng.integers(3, 6))
        C = rng.integers(1, 25, (K, K)) + np.diag(rng.integers(5, 60, K))
        right = _score(C, 1)
        averages = np.array([right["macro"], right["weighted"], right["micro"]])
        if np.abs(np.diff(averages[[0, 1, 2, 0]])).min() > 1e-3 and (C.sum(axis=0) != C.sum(axis=1)).all():
            return C, K


def _score(C, beta) -> dict:
    hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)
    with np.errstate(all="ignore"):
        P, R, f = (np.nan_to_num(a / b) for a, b in (
            (hits, called), (hits, there), ((1 + beta**2) * hits, called + beta**2 * there),
        ))  # fmt: skip
    averages = {"macro": f.mean(), "weighted": f @ there / there.sum(), "micro": hits.sum() / C.sum()}
    return {"precision": P, "recall": R, "f": f, **averages}


def _scores(value, K) -> dict:
    keys = ("precision", "recall", "f", "macro", "weighted", "micro")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    arrays = {}
    for key in keys[:3]:
        arrays[key] = as_array(value[key], key)
        if arrays[key].shape != (K,):
            expect_close(arrays[key], np.zeros(K), what=key)
    return arrays | {key: _number(value[key], key) for key in keys[3:]}


def _recall(value) -> float:
    if value is None:
        raise Wrong(_NAN_NOT_NONE)
    return _number(value, "recall")


def _draw_scores(rng, ties, n=None, positives=0.3):
    """y, score: more zeros than ones, an AUC between 0.6 and 0.9, no recipe by chance near another."""
    n = n or int(rng.integers(25, 40))
    while True:
        y = (rng.random(n) < positives).astype(int)
        score = rng.normal(size=n) * 2 + 2 * y - rng.uniform(0, 4)
        score = np.round(score) if ties else score
        if 2 < y.sum() < n / 2 and 0.6 < _auc(y, score) < 0.9:
            if not ties or _auc(y, score) - _auc(y, score - 1e-6 * y) > 0.02:  # what half a point for ties is worth
                return y, score


def _auc(y, score) -> float:
    negatives, positives = np.sort(score[y == 0]), score[y == 1]
    return float(np.mean([np.searchsorted(negatives, positives, side) for side in ("left", "right")]) / len(negatives))


def _bill(p, y, a, m, t, strict=False, every=False) -> float:
    alarm = p > t if strict else p >= t
    wrong = alarm if every else alarm & (y == 0)
    return 1000 * (a * wrong.sum() + m * (~alarm & (y == 1)).sum()) / len(p)


def _choose(p, y, a, m, limit=None, candidates=None, **how) -> tuple:
    """(t, cost): the cheapest candidate within the limit, of equals the first; candidates from the highest down."""
    candidates = [np.inf, *np.unique(p)[::-1]] if candidates is None else candidates
    allowed = [t for t in candidates if limit is None or (p >= t).sum() <= limit]
    costs = [_bill(p, y, a, m, t, **how) for t in allowed]
    best = int(np.argmin(costs))
    return float(allowed[best]), float(costs[best])


def _is_alone(p, y, a, m, right) -> bool:
    """No other threshold costs as little, so that rounding can't decide."""
    return sum(_same(_bill(p, y, a, m, t), right[1]) for t in [np.inf, *np.unique(p)]) == 1


def _next_value(p, t) -> float:
    """The lowest value in p that isn't below t: the same alarms."""
    return float(p[p >= t].min()) if (p >= t).any() else np.inf


def _draw_bill(rng):
    """p, y, a, m and what each wrong recipe gives: (t, cost), all different from the right one."""
    while True:
        n = int(rng.integers(60, 90))
        p = np.round(np.round(rng.uniform(size=n) ** 2, 2) ** 1.3, 5)  # some are equal, and none lies on a grid
        y = (rng.random(n) < 0.9 * p**0.5).astype(int)
        a, m = float(rng.integers(3, 7)), float(rng.integers(8, 16))
        right = _choose(p, y, a, m)
        values = np.unique(p)[::-1]
        f1 = [(2 * y[p >= t].sum()) / ((p >= t).sum() + y.sum()) for t in values]
        errors = [_bill(p, y, 1, 1, t) for t in values]
        goals = [values[int(np.argmax(f1))], values[int(np.argmin(errors))]]
        habits = [k for t in (a / (a + m), m / (a + m), 0.5) for k in (t, _next_value(p, t))]
        recipes = {
            "costs-exchanged": [_choose(p, y, m, a), (_choose(p, y, m, a)[0], right[1])],
            "strictly-above": [
                _choose(p, y, a, m, strict=True),
                _choose(p, y, a, m, candidates=[*values, 0.0], strict=True),
            ],
            "every-alarm-costs": [_choose(p, y, a, m, every=True)],
            "threshold-not-searched": [(t, _bill(p, y, a, m, t)) for t in habits],
            "another-goal": [(t, _bill(p, y, a, m, t)) for t in goals],
        }
        thresholds = [t for others in recipes.values() for t, _ in others]
        apart = not any(np.isclose(t, habits).any() for t in goals)
        if (
            _is_alone(p, y, a, m, right)
            and apart
            and values[-2] < right[0] < values[2]
            and all(abs(t - right[0]) > 1e-3 for t in thresholds)
        ):
            return p, y, a, m, recipes


def _draw_limit(rng, how):
    """p, y, a, m, limit and what wrong recipes give as t; the limit falls inside a tie, exactly on it, or isn't needed."""
    while True:
        n = int(rng.integers(30, 50))
        p = np.round(rng.uniform(0.05, 0.95, n), 1)
        y = (rng.random(n) < p).astype(int)
        a, m = float(rng.integers(2, 5)), float(rng.integers(10, 30))
        free, values = _choose(p, y, a, m), np.unique(p)[::-1]
        counts = np.array([(p >= t).sum() for t in values])
        place = int(rng.integers(1, len(values) - 2))
        if how == "no need":
            a, m = m / 4, m / 3
            free = _choose(p, y, a, m)
            limit = int(counts[min(place + 3, len(values) - 1)])
            if (filled := float(values[counts <= limit][-1])) < free[0] < np.inf and _is_alone(p, y, a, m, free):
                return p, y, a, m, limit, {"limit-filled": [filled]}
            continue
        limit = int(counts[place]) + (0 if how == "exactly" else 1)
        right = _choose(p, y, a, m, limit)
        cut = float(np.sort(p)[::-1][limit - 1])
        below = _choose(p, y, a, m, limit - 1)[0]
        if counts[place + 1] - counts[place] < 3 or free[0] >= right[0] or right[0] == np.inf:
            continue
        if not _is_alone(p, y, a, m, right):
            continue
        recipes = {"limit-or-nobody": [np.inf], "limit-ignored": [free[0]]}
        if (filled := float(values[counts <= limit][-1])) < right[0]:
            recipes["limit-filled"] = [filled]
        if how == "exactly" and below > right[0]:
            return p, y, a, m, limit, {"limit-not-reached": [below]} | recipes
        if how == "inside a tie" and cut not in (right[0], free[0]):
            return p, y, a, m, limit, {"limit-cuts-equals": [cut]} | recipes


def _threshold(value) -> tuple[float, float]:
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] is None:
        raise Wrong(_NONE_FOR_NOBODY)
    return _some_numbers(value, ("t", "cost"))


def _judge_threshold(value, right, p):
    t, cost = value
    if right[0] == np.inf and t != np.inf and t > p.max():
        raise Wrong(_NOBODY)
    if t != np.inf and not np.isclose(p, t, rtol=1e-6, atol=0).any() and _same((p >= t).sum(), (p >= right[0]).sum()):
        raise Wrong(_NO_CANDIDATE.format(t=t))
    if t == np.inf != right[0] or not _same(t, right[0]):
        text = f"`t` is {t:.6g}; it should be {right[0]:.6g}.", f"`t` 是 {t:.6g}，应为 {right[0]:.6g}。"
        raise Wrong(Text(*text))
    expect_close(cost, right[1], RTOL, ATOL, "cost")


def _draw_classes(rng, rare):
    """Two classes, about one in five the rare one, in random order."""
    return rng.permutation(np.repeat([rare, 1 - rare], [int(rng.integers(10, 15)), int(rng.integers(45, 65))]))


def _seeds(rng, count) -> list[int]:
    return rng.choice(10**6, count, replace=False).tolist()


def _split(pair, n) -> list[np.ndarray]:
    """train and test as arrays of row numbers."""
    if pair is None:
        as_array(pair)
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise Wrong(_TUPLE.format(count=2, names="train, test"))
    parts = []
    for name, part in zip(("train", "test"), pair, strict=True):
        array = as_array(part, name)
        masked = np.asarray(part).dtype == bool
        if (
            array.ndim != 1
            or masked
            or not array.size
            or (array != np.round(array)).any()
            or array.min() < 0
            or array.max() >= n
        ):
            raise Wrong(_NOT_ROWS.format(name=name, last=n - 1))
        parts.append(array.astype(int))
    return parts


def _judge_test(train, test, y, share):
    classes = np.unique(y)
    many, there = (np.array([(labels == k).sum() for k in classes]) for labels in (y[test], y))
    wanted = share * there
    exchanged = np.array([(y[train] == k).sum() for k in classes])
    off = np.abs(many - wanted) > 1.4  # scikit-learn rounds the whole up first, then divides it among the classes
    turned = any((np.abs(one) < 1.5).all() for one in (exchanged - wanted, many - (1 - share) * there))
    if off.any() and turned and not np.isin(test, train).any():
        raise Misconception("shares-exchanged")
    if len(np.unique(test)) < len(test) and not np.isin(test, train).any():
        raise Misconception("test-not-as-it-is")
    if np.isin(test, train).any():
        raise Misconception("copies-on-both-sides")
    if off.any():
        by_chance = abs(len(test) - share * len(y)) < len(classes) + 1 and np.ptp(many) > 2
        raise Misconception("not-class-by-class" if by_chance else "test-not-as-it-is")


def _judge_train(train, test, y):
    if np.isin(test, train).any():
        raise Misconception("copies-on-both-sides")
    if len(np.union1d(train, test)) < len(y):
        raise Misconception("rows-lost")
    classes = np.unique(y)
    places = np.array([(y[train] == k).sum() for k in classes])
    rows = np.array([len(np.unique(train[y[train] == k])) for k in classes])
    if (places != rows.max()).any():
        raise Misconception("not-balanced")


def _draw_bills(rng):
    """old, new, review, D: lengths from 1 to 9, reviews that differ, sentences in no order, whole dollars."""
    D = int(rng.integers(8, 14))
    length = rng.permutation(np.r_[1, 9, rng.integers(1, 10, D - 2)])
    review = rng.permutation(np.repeat(np.arange(D), length))
    old = rng.choice([0.0, 3.0, 27.0], len(review))
    new = np.clip(old + rng.integers(-12, 9, D)[review] + rng.integers(-3, 4, len(review)), 0, 40)
    return old, new, review, D


def _judge_interval(value, old, new, review, draws, confidence):
    D = review.max() + 1
    lengths = np.bincount(review)
    sums = [np.bincount(review, bill, D)[draws].sum(axis=1) / lengths[draws].sum(axis=1) for bill in (old, new)]
    means, observed, tail = sums[0] - sums[1], (old - new).mean(), (1 - confidence) / 2
    spread = means.std() * _normal_quantile(1 - tail)
    apart = [np.quantile(one, [tail, 1 - tail]) for one in sums]
    right = np.quantile(means, [tail, 1 - tail])
    wrong = {
        "not-paired": [(apart[0][0] - apart[1][1], apart[0][1] - apart[1][0]), tuple(apart[0] - apart[1])],
        "one-sided": [np.quantile(means, [2 * tail, 1 - 2 * tail])],
        "normal-for-percentiles": [(middle - spread, middle + spread) for middle in (observed, means.mean())],
        "confidence-fixed": [np.quantile(means, [0.025, 0.975])],
    }
    _judge(value[1:], right, wrong, "(low, high)")
    if not _same(value[0], observed) and any(_same(value[0], middle) for middle in (means.mean(), np.median(means))):
        raise Misconception("middle-of-the-draws")
    expect_close(value[0], observed, RTOL, ATOL, "saving")


def _normal_quantile(p):
    from scipy.special import ndtri  # here: nobody who only reads the table of exercises needs SciPy

    return ndtri(p)


def _three_numbers(value) -> tuple[float, ...]:
    return _some_numbers(value, ("saving", "low", "high"))


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
    """Close, where nan equals nan."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL, equal_nan=True)


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
