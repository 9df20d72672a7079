"""Exercise 09: byte-pair merges, WordPiece, the 80/10/10 rule, sentence pairs, an honest pretraining run, two baselines."""

from __future__ import annotations

import itertools
import math
from collections import Counter

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
MOST = 4.5  # standard deviations that a share may be off: once in 150,000 draws by chance
EXERCISE = Exercise("09_bert_pretraining")
PAD, CLS, SEP, SKIP = 0, 2, 3, -100
_UNIGRAM, _LOW, _CHANCE, _NEEDED = 5.444688, 0.522054, 0.53, 3186  # of what q6's given cell makes up
_FLOOR, _PIECES = math.log(100), 100
_TUPLE = Text("Return {count} values: `return {names}`.", "请返回 {count} 个值：`return {names}`。")
_NOT_PAIRS = Text(
    'Return a list of pairs of texts, for instance [("a", "d"), ("e", "ad")].',
    '请返回由文本对组成的列表，例如 [("a", "d"), ("e", "ad")]。',
)
_NOT_TEXTS = Text(
    'Return a list of texts, for instance ["read", "##y"].',
    '请返回由文本组成的列表，例如 ["read", "##y"]。',
)
_TOO_MANY_PLACES = Text(
    "`{name}` should hold whole numbers; yours are something else.",
    "`{name}` 里应当是整数；你的不是。",
)
_NONE_CHOSEN = Text(
    "No place at all was chosen: the labels are −100 everywhere.", "一个位置也没有选中：标签处处是 −100。"
)
_SHARE_OFF = Text(
    "With share = {share:.2f}, {k} of {n} words were chosen. A draw of its own for each word gives {low} to {high}.",
    "share = {share:.2f} 时，{n} 个词中选中了 {k} 个。每个词各抽一次，应当是 {low} 到 {high} 个。",
)
_KIND_OFF = Text(
    "Of {n} chosen places {k} {what}; the rule gives {low} to {high}.",
    "选中的 {n} 个位置里，{k} 个{what}；按规则应为 {low} 到 {high} 个。",
)
_KINDS = {
    "mask": ("became [MASK]", "变成了 [MASK]"),
    "other": ("became another word", "变成了别的词"),
    "same": ("look as before", "看上去没变"),
}
_NEIGHBOURS_ALIKE = Text(
    "Places in one row, or in one column, share their fate more, or less, than draws of their own would let them.",
    "同一行或同一列的位置，命运过于一致，或过于均匀，不像是各抽各的。",
)
_NO_SUCH_A = Text(
    "Row {row}: its A is {a}; the {row}-th segment with a successor (from 0) is {right}.",
    "第 {row} 行的 A 是 {a}；（从 0 数）第 {row} 个有下一段的段是 {right}。",
)
_NO_SUCH_B = Text(
    "Row {row} is called random, but its B, {b}, is no segment of another document.",
    "第 {row} 行标为随机，但它的 B，{b}，不是别的文档里的段。",
)
_NOT_NEXT = Text(
    "Some rows are called next (0), but their B is not the successor of A.",
    "有的行标为下一句（0），但它的 B 并不是 A 的下一段。",
)
_NOT_ZERO_ONE = Text("`is_random` should hold 0 and 1 only.", "`is_random` 里只应有 0 和 1。")
_NEVER_DRAWN = Text(
    "In {n} pairs some segments of other documents were never drawn as B. Each of them must be possible.",
    "{n} 个句对里，别的文档中有些段从未被抽作 B。每一段都应当有可能。",
)
_NO_LETTERS = Text(
    '`FAULTS` is a text of letters out of A to E, for instance "DE".',
    '`FAULTS` 应是由 A 到 E 的字母组成的文本，例如 "DE"。',
)
_FAULT_MISSING = Text(
    "What you name is right, but it isn't all. Follow the number that he prints back through his code: which texts had a say in it, and what was it divided by?",
    "你选的都对，但还不全。从他打印的那个数出发，沿代码倒着看：哪些文本影响了它？它除以了什么？",
)
_NO_DICTIONARY = Text("Return a dictionary with the keys {keys}.", "请返回一个字典，键为 {keys}。")
_NO_VERDICT = Text('`VERDICT` is "above" or "not shown".', '`VERDICT` 应是 "above" 或 "not shown"。')
_ROUNDED_SHARE = Text(
    "`NEEDED` isn't the smallest number at which the lower end is above CHANCE. Take the share right as it is, right / n, not rounded.",
    "`NEEDED` 不是使下端高于 CHANCE 的最小整数。答对的比例请用 right / n 的原值，不要先四舍五入。",
)

EXERCISE.question(
    "q1",
    Text("byte-pair merges", "字节对的合并"),
    [
        Text(
            "Write the docstring's four words on paper, letters apart, each with its count in front. Add up the counts for one pair, say e a; then merge it and see which pairs have vanished and which are new.",
            "把文档字符串里的四个词写在纸上，字母分开，前面写上次数。先把某一对，比如 e a，的次数加起来；再合并它，看哪些对消失了，哪些是新的。",
        ),
        Text(
            "merge_pair: walk through the list with an index; where the two pieces match, append their union and move on by two, else append one piece and move on by one. learn_merges: a loop of n rounds, and in each the pairs are counted anew.",
            "merge_pair：用一个下标走过列表；两个子词都对得上时，添上合并后的，前进两步，否则添上一个，前进一步。learn_merges：循环 n 轮，每一轮都重新数各对。",
        ),
        Text(
            "Keep a dictionary word -> its list of pieces. For pair in zip(pieces, pieces[1:]): counts[pair] += word_counts[word]. The best: min(counts, key=lambda pair: (-counts[pair], pair)). Stop when counts is empty.",
            "维护一个字典：词 -> 它的子词列表。for pair in zip(pieces, pieces[1:])：counts[pair] += word_counts[word]。最好的一对：min(counts, key=lambda pair: (-counts[pair], pair))。counts 为空时停止。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("spelling, and what a vocabulary costs", "拼写，以及一份词表的代价"),
    [
        Text(
            '(a) Spell "ready" and "reads" by hand with the docstring\'s pieces, one finger on the place that you have reached. (b) Fill in a table: word, count, pieces, known or not.',
            "(a) 用文档字符串里的子词，手工拼一拼 “ready” 和 “reads”，手指按住已经走到的地方。(b) 列一张表：词、次数、子词数、是否认识。",
        ),
        Text(
            '(a) From the place `start` try the ends from the last letter downwards, with "##" in front unless start is 0; the first that is in the vocabulary is taken, and its end is the new start. None: the answer is ["[UNK]"] at once. (b) Four sums over the words, each weighted by the count.',
            '(a) 从位置 start 出发，终点由最后一个字母往回试，start 不为 0 时前面加 "##"；第一个在词表里的就取它，它的终点成为新的 start。一个也没有：答案立刻就是 ["[UNK]"]。(b) 对各词求几个和，都用次数加权。',
        ),
        Text(
            '(a) for end in range(len(word), start, -1): if mark + word[start:end] in vocabulary: … break; with for … else: return ["[UNK]"]. (b) pieces = sum of count · len(encode(word)) over the known words, divided by the sum of their counts; unknown = 1 − that sum / all counts.',
            '(a) for end in range(len(word), start, -1): if mark + word[start:end] in vocabulary: … break；配上 for … else: return ["[UNK]"]。(b) pieces = 对认识的词求 次数 · len(encode(word)) 之和，除以这些词的次数之和；unknown = 1 − 该次数之和 / 全部次数。',
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("hide and guess", "遮住再猜"),
    [
        Text(
            "How many draws does one place need? Write down for a single word, in a table, what can happen to it, with which probability, and what its label is.",
            "一个位置要抽几次？只看一个词，列一张表：它可能遇到什么，概率各是多少，标签是什么。",
        ),
        Text(
            'First an array of True and False: it is a word, and its own draw says "chosen". Then a second array of dice, thrown anew, that splits the chosen at 0.8 and 0.9. Write into a copy; the labels know only the first array.',
            "先要一个真假数组：它是词，并且它自己那次抽签说“选中”。再要一个重新掷的骰子数组，在 0.8 和 0.9 处把选中的分开。写到副本里；标签只看第一个数组。",
        ),
        Text(
            "words = the numbers below size that aren't special; chosen = np.isin(ids, words) & (rng.random(ids.shape) < share); dice = rng.random(ids.shape); below 0.8 mask, from 0.9 on rng.choice(words, how many); labels = np.where(chosen, ids, -100).",
            "words = 小于 size 且不特殊的编号；chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)；dice = rng.random(ids.shape)；小于 0.8 的变成 mask，0.9 以上的用 rng.choice(words, 个数)；labels = np.where(chosen, ids, -100)。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("does B follow A?", "B 接在 A 后面吗？"),
    [
        Text(
            "Take two short documents and write all pairs (A, successor) on paper. For one of them: which segments may come as a random B? Cross out what must not.",
            "拿两篇短文档，在纸上写出所有的（A，下一段）。任选一对：哪些段可以作随机的 B？把不许用的划掉。",
        ),
        Text(
            "For each pair toss with rng.random(). For a random B first make the list of all that is allowed: segments of the other documents, without those equal to the successor; then draw one index. Shorten copies of A and B before you lay them out.",
            "每一对用 rng.random() 抛一次。要随机的 B 时，先列出所有允许的：别的文档的段，去掉与下一段相同的；再抽一个下标。先把 A、B 的副本截短，然后再排成一行。",
        ),
        Text(
            "while len(a) + len(b) + 3 > length: (a if len(a) > len(b) else b).pop(), with a = list(first). Then [CLS, *a, SEP, *b, SEP] and padding; types: len(a) + 2 zeros, len(b) + 1 ones, zeros.",
            "while len(a) + len(b) + 3 > length: (a if len(a) > len(b) else b).pop()，其中 a = list(first)。然后是 [CLS, *a, SEP, *b, SEP] 加填充；types：len(a) + 2 个 0，len(b) + 1 个 1，再是 0。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("below the floor", "低于下限"),
    [
        Text(
            "(a) Even before the first step he reports far too little: why? And afterwards, why do other dice know better? (b) What does a model lose that gives each side of a fair die the same probability?",
            "(a) 一步还没走，他报告的数就小得离谱：为什么？训练之后，另掷的骰子为什么就不买账？(b) 一个模型给公平骰子的每一面相同的概率，它的损失是多少？",
        ),
        Text(
            "(c) Copy both of his functions, and change three lines: what the sum is divided by (in the loss and in the gradient), which batches make a step, which loss decides. Then think of a batch in which nothing is hidden: 0/0.",
            "(c) 把他的两个函数抄下来，改三行：和除以什么（损失和梯度里都要改），哪些批量走步，由哪个损失来定。再想想一个什么都没遮的批量：0/0。",
        ),
        Text(
            "(c) Divide by hidden.sum() twice; for batch in train, if (batch[1] != SKIP).any(); keep a copy W.copy() of the weights when dev's loss is strictly lower than the best so far; the test loss of the kept weights after the last epoch. (b) −ln(1/PIECES).",
            "(c) 两处都除以 hidden.sum()；for batch in train，且 (batch[1] != SKIP).any()；dev 损失严格低于目前最好时，保留权重的副本 W.copy()；最后一轮之后，用保留的权重算一次 test 损失。(b) −ln(1/PIECES)。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("what must it beat?", "它必须胜过什么？"),
    [
        Text(
            "(a) Do the docstring's example by hand: what do the three probabilities add up to? (b) Which of the two constant readers is the better one here, and how often is it right?",
            "(a) 手算文档字符串里的例子：三个概率加起来是多少？(b) 两个一成不变的读者，这里哪个更好？答对多少？",
        ),
        Text(
            "(a) Raise every count by a first, then divide by the sum of the raised ones; look up the probability of each held-out token, and average the logarithms over tokens. (c) The verdict compares the lower end, not the share, with CHANCE. (d) At NEEDED pairs both are just equal.",
            "(a) 先给每个计数加 a，再除以加过之后的和；查出每个留出词元的概率，对词元求对数的平均。(c) 下结论时，与 CHANCE 比的是下端，不是比例。(d) 句对数为 NEEDED 时，两者刚好相等。",
        ),
        Text(
            "(a) p = (counts + a) / (counts + a).sum(); −np.log(p[tokens]).mean(). (c) CHANCE = max(m, 1 − m) with m = IS_RANDOM.mean(). (d) The lower end is at c where n = z²·c(1 − c)/(p̂ − c)²; round up. Or try n = 1, 2, 3, … with lower_end(p̂·n, n).",
            "(a) p = (counts + a) / (counts + a).sum()；−np.log(p[tokens]).mean()。(c) CHANCE = max(m, 1 − m)，其中 m = IS_RANDOM.mean()。(d) 下端恰为 c 时，n = z²·c(1 − c)/(p̂ − c)²；向上取整。或者用 lower_end(p̂·n, n) 逐个试 n = 1, 2, 3, …。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "overlaps-merged-twice",
        "In a a a both places are merged, and the letter in the middle is used twice. After a merge go on behind it.",
        "a a a 里两处都合并了，中间的字母被用了两次。合并之后，应当从它后面接着走。",
    ),
    (
        "merged-from-the-right",
        "Where places overlap you merge the last one first. Go from the left: a a a becomes aa a.",
        "重叠的地方，你先合并了最后一处。应当从左往右：a a a 变成 aa a。",
    ),
    (
        "pieces-cut-open",
        'You merge across the borders of pieces: in `ea d` stands no pair a d. Text replacement (`"ea d".replace("a d", "ad")`) can\'t see where a piece begins.',
        '你跨过子词的边界做了合并：`ea d` 里没有 a d 这一对。文本替换（`"ea d".replace("a d", "ad")`）看不出子词从哪里开始。',
    ),
    (
        "first-place-only",
        "Only the first place in a word is merged. The pair is merged wherever it stands.",
        "一个词里只合并了第一处。这一对出现在哪里，就在哪里合并。",
    ),
    (
        "each-word-once",
        "You count each word once, however often it occurs in the text. A word that occurs 7 times counts 7 times.",
        "不管在正文里出现多少次，你每个词都只数一次。出现 7 次的词要数 7 次。",
    ),
    (
        "once-a-word",
        "You count a pair once in a word, even where it stands there twice, like a n in banana.",
        "一对在一个词里出现两次时，你只数了一次，比如 banana 里的 a n。",
    ),
    (
        "overlaps-counted-once",
        "In a a a you count the pair a a once. For the counting it stands at two places; only the merging goes one by one.",
        "a a a 里，你把 a a 数了一次。计数时它出现在两处；只有合并时才一处一处来。",
    ),
    (
        "counts-not-renewed",
        "All your merges come from the first count, of single letters. After each merge the words look different: count again.",
        "你的合并都出自第一次计数，即单个字母的计数。每合并一次，各个词就变了样：要重新数。",
    ),
    (
        "ties-by-arrival",
        "Among equally frequent pairs you take the one that you met first: max and most_common do so. Here the first in the alphabet wins, whatever the order of the words.",
        "次数相同时，你取了最先遇到的一对：max 和 most_common 就是这样。这里是字母表上在前的获胜，与词的次序无关。",
    ),
    (
        "ties-to-the-larger",
        "Among equally frequent pairs you take the last in the alphabet: max over (count, pair) does so. The first one wins.",
        "次数相同时，你取了字母表上最后的一对：对 (次数, 对) 取 max 就是这样。应当是最前的获胜。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards what was handed to your function is changed. Write into a copy: `x.copy()`, `list(x)`, `np.array(x)`.",
        "结果是对的，但调用之后，传给函数的东西被改动了。请写到副本里：`x.copy()`、`list(x)`、`np.array(x)`。",
    ),
    # q2
    (
        "shortest-first",
        "You take the shortest piece that fits. Try the longest one first.",
        "你取的是能匹配的最短子词。应当先试最长的。",
    ),
    (
        "mark-ignored",
        'Inside a word you look pieces up without "##". `read` and `##read` are two different pieces.',
        "到了词的中间，你查词表时没有带 “##”。`read` 和 `##read` 是两个不同的子词。",
    ),
    (
        "mark-dropped",
        'The cuts are right, but the pieces should be returned as they stand in the vocabulary, with "##".',
        "切得对，但返回的子词应与词表里的写法一致，带上 “##”。",
    ),
    (
        "from-the-right",
        "You take the longest piece at the end of the word first. BERT goes from the left.",
        "你先取了词尾的最长子词。BERT 是从左往右的。",
    ),
    (
        "partly-unknown",
        'Where a part can\'t be spelled, you keep the rest. The whole word becomes ["[UNK]"].',
        '有一部分拼不出来时，你保留了其余的。应当整个词变成 ["[UNK]"]。',
    ),
    (
        "looks-for-another-way",
        "Where the longest match leads nowhere, you go back and try a shorter one. BERT takes nothing back: the word is [UNK], though it could have been spelled.",
        "最长匹配走不下去时，你回头去试较短的。BERT 绝不收回：这个词就是 [UNK]，尽管它本来拼得出来。",
    ),
    (
        "begins-with-a-continuation",
        'You let a word begin with a piece that is written with "##". Those only continue a word.',
        "你让带 “##” 的子词出现在词的开头。它们只能接在后面。",
    ),
    (
        "unknown-counts-as-a-piece",
        "[UNK] counts as a piece with you: that is the colleague's measure, by which a vocabulary that knows nothing wins. Leave unknown words out of both sums.",
        "你把 [UNK] 也算作一个子词：这正是那位同事的量法，什么都不认识的词表反而获胜。两个和里都不要算不认识的词。",
    ),
    (
        "divided-by-all-words",
        "You divide the pieces of the spelled words by all words. Divide by the words that were spelled.",
        "你用全部的词数去除拼出来的词的子词数。应当除以拼出来的词数。",
    ),
    # q3
    (
        "other-filler",
        "Where nothing has to be guessed, your labels hold something other than −100. A 0, say, would be a token to be learned.",
        "不需要猜的地方，你的标签不是 −100。比如 0，就成了要学的词元。",
    ),
    (
        "labels-everywhere",
        "Your labels hold the original at every place. Only the chosen ones are to be guessed; elsewhere −100.",
        "你的标签在每个位置都是原来的词元。只有选中的才要猜；其他位置是 −100。",
    ),
    (
        "labels-of-the-damaged",
        "Your labels hold what stands there now, [MASK] for instance. They should hold what stood there before.",
        "你的标签是那里现在的内容，比如 [MASK]。应当是那里原来的内容。",
    ),
    (
        "labels-turned",
        "The labels are turned round: −100 at the chosen places, the original at all others.",
        "标签弄反了：选中的位置是 −100，其他位置反而是原来的词元。",
    ),
    (
        "special-chosen",
        "Special tokens or padding were chosen. Only words are.",
        "特殊词元或填充被选中了。只有词才可以选。",
    ),
    (
        "special-as-word",
        "Some chosen places became a special token other than [MASK]. Draw from the words alone.",
        "有的选中位置变成了 [MASK] 以外的特殊词元。应当只从词里抽。",
    ),
    (
        "kept-without-label",
        "Places that were chosen but stay as they are, or become another word, have no label with you. They count as chosen like the others: that is why there are fewer labels than `share` says.",
        "选中却保持不变（或变成别的词）的位置，你没有给标签。它们同样算选中：所以你的标签比 `share` 规定的少。",
    ),
    (
        "all-masked",
        "All chosen places became [MASK]. The rule keeps 20 % visible. (If you did write 0.8 and 0.9: whoever was chosen had a draw below `share`. A second draw is needed.)",
        "所有选中的位置都变成了 [MASK]。按规则有 20% 仍看得见。（如果你确实写了 0.8 和 0.9：被选中的，抽到的数本来就小于 `share`。需要另抽一次。）",
    ),
    (
        "never-kept",
        "No chosen place stays as it is, but by chance: 80 % become [MASK], 20 % a word. It should be 80, 10, 10.",
        "除了碰巧，没有一个选中的位置保持不变：80% 变成 [MASK]，20% 变成词。应当是 80、10、10。",
    ),
    (
        "ten-of-the-rest",
        "80 % become [MASK], but then only 10 % *of the rest* become a word, 2 % in all. All three shares are of the chosen places.",
        "80% 变成了 [MASK]，但之后只有*剩下的* 10% 变成词，总共 2%。三个比例都是对选中的位置而言的。",
    ),
    (
        "old-word-excluded",
        "A place that becomes a word never becomes its old one with you. Each word has the same chance, the old one too.",
        "变成词的位置，你从不让它变回原来那个。每个词机会相同，原来那个也一样。",
    ),
    (
        "words-not-alike",
        "Of the words that are put in, some come too rarely, or never. Each word from 0 to size − 1 that isn't special has the same chance.",
        "放进去的词里，有些出现得太少，或从不出现。0 到 size − 1 中不特殊的每个词，机会都相同。",
    ),
    (
        "one-word-for-all",
        "All places that became a word became the same one. Draw one for each place.",
        "所有变成词的位置，都变成了同一个词。应当每个位置各抽一个。",
    ),
    (
        "one-pattern-for-all",
        "All rows, or all columns, are chosen at the same places: the draws have the shape of one row. Draw one number for each place.",
        "各行（或各列）选中的位置完全相同：你抽的数只有一行的形状。应当每个位置各抽一个。",
    ),
    (
        "shares-made-exact",
        "Draw after draw, you get the same share to the last place. Each place has a draw of its own, so the numbers vary from time to time.",
        "一次又一次，你得到的比例一个不差。每个位置各抽各的，所以个数每次应有出入。",
    ),
    (
        "another-source-of-chance",
        "Two generators with the same seed give different results: some chance comes from elsewhere, np.random.… or random.…",
        "两个种子相同的生成器，给出了不同的结果：有一部分随机数来自别处，np.random.… 或 random.…",
    ),
    (
        "generator-ignored",
        "Generators with different seeds give the same result: `rng` isn't used, or replaced by one of your own.",
        "种子不同的生成器，给出了相同的结果：`rng` 没有用上，或者被换成了你自己的。",
    ),
    # q4
    (
        "across-documents",
        "You also pair the last segment of a document with the first of the next one. That isn't a successor.",
        "你把一篇文档的最后一段与下一篇的第一段也配成了对。那不是下一段。",
    ),
    (
        "special-tokens-missing",
        "A row should begin with [CLS] and hold [SEP] twice, after A and after B.",
        "一行应以 [CLS] 开头，含两个 [SEP]：A 后面一个，B 后面一个。",
    ),
    (
        "random-labels-turned",
        "Your labels are turned round: 1 means that B is random, 0 that it follows.",
        "标签弄反了：1 表示 B 是随机的，0 表示它是下一段。",
    ),
    (
        "same-document",
        "Some of your random B's come from A's own document. Draw from the others only; even the true successor could come otherwise.",
        "有的随机 B 来自 A 自己的文档。只能从别的文档里抽；否则连真正的下一段也可能抽到。",
    ),
    (
        "twin-called-random",
        "A pair is called random whose B reads exactly like the true successor: another document holds the same segment. Leave those out before you draw.",
        "有一对标为随机，可它的 B 与真正的下一段一模一样：另一篇文档里有同样的段。抽之前要先把它们去掉。",
    ),
    (
        "types-off-by-one",
        "The types change one place too early or too late. The first [SEP] belongs to A (0), the last one to B (1).",
        "类型切换得早了或晚了一位。第一个 [SEP] 归 A（0），最后一个归 B（1）。",
    ),
    (
        "padding-typed",
        "The padding after B has type 1. It should be 0.",
        "B 后面的填充，类型成了 1。应为 0。",
    ),
    (
        "cut-off-the-end",
        "A pair that is too long loses its end, [SEP] included, or B gives all. Shorten A and B before you lay them out: always the longer of the two.",
        "太长的一对被切掉了末尾，连 [SEP] 也没了，或者全由 B 来让。应当先截短 A 和 B 再排成一行：每次截两者中较长的。",
    ),
    (
        "half-for-each",
        "You give A and B half of the row each. A short segment then leaves its half empty while the other is cut. Only the longer one loses a token, again and again.",
        "你让 A、B 各占半行。于是短的那段空着一截，另一段却被截。应当反复地只让较长的去掉一个词元。",
    ),
    (
        "a-loses-of-equals",
        "Where A and B are equally long, A loses its token with you. B should.",
        "A 和 B 一样长时，你去掉了 A 的词元。应当去 B 的。",
    ),
    (
        "no-fair-coin",
        "About half of the pairs should be random, each by a toss of its own. Yours aren't, or they alternate.",
        "应有大约一半的句对是随机的，每一对各抛一次。你的不是这样，或者是轮流的。",
    ),
    # q5
    (
        "same-places-blamed",
        "D isn't it: that each epoch is judged at the same places makes the epochs comparable, and none of them better than it is.",
        "不是 D：每一轮都在同样的位置上评判，各轮才可比；它并不会使哪一轮显得更好。",
    ),
    (
        "best-epoch-blamed",
        "E isn't it: keeping the best weights is sound. The question is which text says what is best.",
        "不是 E：保留最好的权重没有错。问题在于由哪份文本来说什么是最好。",
    ),
    (
        "floor-in-bits",
        "That is the floor in bits, log₂. In nats the logarithm is the natural one.",
        "这是以比特计的下限，用的是 log₂。以奈特计要用自然对数。",
    ),
    (
        "floor-as-perplexity",
        "That is a number of pieces, a perplexity or a probability. The loss is the logarithm of it.",
        "这是子词的个数（困惑度）或概率。损失是它的对数。",
    ),
    (
        "averaged-over-all-places",
        "B is still in it: a sum over the hidden places is divided by the number of all places, in the loss or in the gradient.",
        "B 还在：对遮住的位置求和，却除以了全部位置的个数，在损失里，或在梯度里。",
    ),
    (
        "trains-on-all",
        "A is still in it: steps are taken on the development or the test text as well.",
        "A 还在：在开发文本或测试文本上也走了步。",
    ),
    (
        "chosen-on-test",
        "C is still in it: the test text chooses the epoch.",
        "C 还在：选哪一轮，由测试文本决定。",
    ),
    (
        "last-epoch",
        "Your weights, or their test loss, are those after the last epoch, or of the least training loss, which is nearly always the last. The development text should choose; and keep a copy, since an array that is changed in place (W -= …) changes wherever it is kept.",
        "你的权重（或它的测试损失）是最后一轮之后的，或者是训练损失最小那一轮的，而那几乎总是最后一轮。应当由开发文本来选；还要保留副本，因为就地改动的数组（W -= …）不管存在哪里都会跟着变。",
    ),
    (
        "summed-not-averaged",
        "Your loss, or its gradient, is a sum over the hidden places. It should be their mean.",
        "你的损失（或梯度）是对遮住的位置求和。应当是平均。",
    ),
    (
        "epochs-from-zero",
        "Right but for the number: epochs are counted from 1.",
        "只差编号：轮数从 1 数起。",
    ),
    (
        "empty-batch",
        "There is a `nan` in your answer: in one training batch nothing is hidden, and 0/0 spoils the weights. Pass it over.",
        "你的答案里有 `nan`：有一个训练批量什么也没遮，0/0 毁了权重。请跳过它。",
    ),
    # q6
    (
        "not-normalised",
        "Your probabilities don't add up to 1: if a is added to each of the V counts, the sum grows by a·V.",
        "你的概率加起来不等于 1：给 V 个计数各加 a，总和就增加 a·V。",
    ),
    (
        "bits-for-nats",
        "That is in bits. Nats need the natural logarithm.",
        "这是以比特计的。奈特要用自然对数。",
    ),
    (
        "own-counts",
        "Your probabilities come from the held-out tokens themselves: they would know what they are asked. Take the training counts.",
        "你的概率来自留出的词元本身：那就等于知道了答案。要用训练文本的计数。",
    ),
    (
        "entropy-of-training",
        "You average over the training text, or over all pieces alike. The loss is a mean over the held-out tokens, each as often as it occurs.",
        "你是对训练文本，或对所有子词一视同仁地求平均。损失应对留出的词元求平均，出现几次就算几次。",
    ),
    (
        "unseen-skipped",
        "You leave out tokens that the training text doesn't hold. They are the dearest, and `a` is there so that they can be counted.",
        "训练文本里没有的词元，你跳过了。它们代价最高，`a` 正是为了能把它们算进去。",
    ),
    (
        "a-ignored",
        "Your result doesn't depend on `a`, or not on the one that was given.",
        "你的结果与 `a` 无关，或者用的不是传入的那个值。",
    ),
    (
        "wald-for-wilson",
        "That is p̂ − z·√(p̂(1 − p̂)/n), the simpler interval. Wilson's stands in the question.",
        "这是较简单的区间 p̂ − z·√(p̂(1 − p̂)/n)。题目里给的是 Wilson 区间。",
    ),
    (
        "upper-end",
        "That is the upper end.",
        "这是上端。",
    ),
    (
        "one-half-for-chance",
        'One half is chance only where both kinds are equally frequent. Whoever says "random" each time: how often is he right here?',
        "两类一样多时，碰运气才是一半。如果每次都说“随机”，在这里能答对多少？",
    ),
    (
        "verdict-on-the-share",
        "The share is above CHANCE, but it was measured on 1,500 pairs. The verdict compares the lower end.",
        "比例确实高于 CHANCE，但它只是在 1,500 对上测的。下结论要用下端来比。",
    ),
    (
        "needed-by-wald",
        "That is what the simpler interval, p̂ − z·√(p̂(1 − p̂)/n), would need. Use Wilson's lower end.",
        "这是按较简单的区间 p̂ − z·√(p̂(1 − p̂)/n) 算的。请用 Wilson 的下端。",
    ),
    (
        "only-the-new-ones",
        "That is how many pairs are still missing. NEEDED includes those we have.",
        "这是还缺的对数。NEEDED 包括已有的。",
    ),
    (
        "rounded-down",
        "With so many pairs the lower end is still a little below CHANCE: round up.",
        "有这么多对时，下端还略低于 CHANCE：应当向上取整。",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1")
def one_pair_is_merged_from_the_left(answer, rng):
    """en: Each place where the pair stands is merged, from the left, and only whole pieces are.
    zh: 这一对出现的每一处都合并，从左往右，而且只认完整的子词。"""
    cases = _draw_spellings(rng)
    values = [_texts(answer.call("merge_pair", *case)) for case in cases]
    wrong = {name: [[rule(*case) for case in cases]] for name, rule in _WRONG_MERGES.items()}
    _judge_lists(values, [_merge(*case) for case in cases], wrong, [f"merge_pair{case}" for case in map(_show, cases)])


@EXERCISE.check("q1")
def the_most_frequent_pair_comes_first(answer, rng):
    """en: In each round the pair that is most frequent in the running text is merged; then all is counted again.
    zh: 每一轮合并正文里最常见的一对，然后全部重新计数。"""
    words, n = _draw_words(rng, ties=False)
    recipes = {name: [_learn(words, n, **how)] for name, how in _WRONG_COUNTS.items()}
    recipes |= {name: [_learn(words, n, merge=rule)] for name, rule in _WRONG_MERGES.items()}
    _judge_lists(_pairs(answer.call("learn_merges", words, n)), _learn(words, n), recipes, "learn_merges(…)")


@EXERCISE.check("q1")
def ties_go_by_the_alphabet(answer, rng):
    """en: Among equally frequent pairs the smallest one comes first, in whatever order the words stand.
    zh: 次数相同时，最小的一对在前，与词的排列次序无关。"""
    for _ in range(2):
        words, n = _draw_words(rng, ties=True)
        recipes = {
            "ties-by-arrival": [_learn(words, n, tie="first")],
            "ties-to-the-larger": [_learn(words, n, tie="last")],
        }
        _judge_lists(_pairs(answer.call("learn_merges", words, n)), _learn(words, n), recipes, "learn_merges(…)")


@EXERCISE.check("q1", hidden=True)
def it_ends_and_takes_any_letter(answer, rng):
    """en: Any letters will do, n = 0 too, and where no pair is left the list ends; nothing handed over is changed.
    zh: 任何字符都行，n = 0 也行；没有可合并的对时列表结束；传入的东西保持原样。"""
    strange = "".join(rng.permutation(list(".+\\#*( é词")))
    words = {strange: 3, strange[2:6] * 2: int(rng.integers(2, 9)), strange[0]: 5, "aaaa": 2}
    for counts, n in ((words, 20), ({"x": 4}, 3), (words, 0), ({"ab": 1, "ba": 1, "b": 9}, 1), ({}, 2)):
        after = answer.call(drivers.call_and_keep_inputs, Learner("learn_merges"), counts, n)
        _judge_lists(_pairs(after["result"]), _learn(counts, n), {}, "learn_merges(…)")
        _expect_same_inputs(after["inputs"], [counts, n])
    for pieces, a, b in (
        ([], "a", "b"),
        (["a"], "a", "a"),
        (["b", "a"], "a", "b"),
        (["a", "", "a", "b"], "a", "b"),
        (list("abab."), "a", "b"),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("merge_pair"), pieces, a, b)
        _judge_lists([_texts(after["result"])], [_merge(pieces, a, b)], {}, [f"merge_pair{_show((pieces, a, b))}"])
        _expect_same_inputs(after["inputs"], [pieces, a, b])


@EXERCISE.check("q2")
def the_longest_piece_comes_first(answer, rng):
    """en: A word is cut into the longest pieces from the left, those after the first with ##.
    zh: 从左往右把词切成最长的子词，第一个之后的都带 ##。"""
    words, vocabulary, recipes = _draw_vocabulary(rng, spelled=True)
    values = [_texts(answer.call("encode", word, vocabulary)) for word in words]
    _judge_lists(
        values, [_encode(word, vocabulary) for word in words], recipes, [f'encode("{word}", …)' for word in words]
    )


@EXERCISE.check("q2")
def what_cannot_be_spelled_is_unknown(answer, rng):
    """en: Where the longest match leads nowhere, the whole word is [UNK].
    zh: 最长匹配走不下去时，整个词就是 [UNK]。"""
    words, vocabulary, recipes = _draw_vocabulary(rng, spelled=False)
    values = [_texts(answer.call("encode", word, vocabulary)) for word in words]
    _judge_lists(values, [["[UNK]"]] * len(words), recipes, [f'encode("{word}", …)' for word in words])


@EXERCISE.check("q2")
def a_vocabulary_has_two_numbers(answer, rng):
    """en: Pieces are counted for each spelled word of the running text; unknown words only by their share.
    zh: 子词数按正文里拼得出来的词计；不认识的词只计所占比例。"""
    words, vocabulary, _ = _draw_vocabulary(rng, spelled=True)
    unknown, *_ = _draw_vocabulary(rng, spelled=False, vocabulary=vocabulary)
    words = rng.permutation([*words, *unknown]).tolist()
    counts = dict(zip(words, rng.integers(1, 20, len(words)).tolist(), strict=True))
    value = _some_numbers(answer.call("measure_vocabulary", counts, vocabulary), ("pieces", "unknown"))
    right = _measure(counts, vocabulary)
    known = right[0] * (1 - right[1])
    once = _measure(dict.fromkeys(counts, 1), vocabulary)
    wrong = {
        "each-word-once": [once, (once[0], right[1]), (right[0], once[1])],
        "unknown-counts-as-a-piece": [
            (known + right[1], right[1]),
            (known / (1 - right[1]) + right[1] / (1 - right[1]), right[1]),
        ],
        "divided-by-all-words": [(known, right[1])],
    }
    _judge(value, right, wrong, "(pieces, unknown)")


@EXERCISE.check("q2", hidden=True)
def extreme_words_and_vocabularies(answer, rng):
    """en: One letter, a hundred, a vocabulary that knows nothing or everything: all go through, and nothing is changed.
    zh: 一个字母、一百个字母、什么都不认识或全都认识的词表：都没有问题，而且什么也没有改动。"""
    long = "".join(rng.choice(list("ab"), 120))
    vocabulary = {"a": 3, "b": 9, "##a": 0, "##ba": 7, "##b": 1, "é词": 2, "##词": 5, long[:50]: 4}
    words = ["a", "b", long, long[:50], long[:51], "é词词", "c", "bc", "词"]
    for word in words:
        after = answer.call(drivers.call_and_keep_inputs, Learner("encode"), word, vocabulary)
        _judge_lists([_texts(after["result"])], [_encode(word, vocabulary)], {}, [f'encode("{word[:9]}", …)'])
        _expect_same_inputs(after["inputs"], [word, vocabulary])
    for counts, known in (
        (dict.fromkeys(words, 2), vocabulary),
        ({"c": 3, "bc": 1}, vocabulary),
        ({"a": 7}, vocabulary),
        ({"a": 2}, {}),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("measure_vocabulary"), counts, known)
        value = _some_numbers(after["result"], ("pieces", "unknown"))
        _judge_with_nan(value, _measure(counts, known), ("pieces", "unknown"))
        _expect_same_inputs(after["inputs"], [counts, known])


@EXERCISE.check("q3")
def only_words_are_chosen(answer, rng):
    """en: Only words are chosen; the labels hold what stood there, −100 elsewhere; no other place is touched.
    zh: 只选词；标签是那里原来的内容，其余是 −100；别的位置都不动。"""
    for _ in range(3):
        ids, special, mask, size = _draw_ids(
            rng, int(rng.integers(8, 14)), int(rng.integers(20, 40)), int(rng.integers(8, 30))
        )
        share, seed = float(rng.uniform(0.2, 0.6)), int(rng.integers(10**6))
        first, again = _call_masking(answer, ids, special, mask, size, share, [seed, seed])
        _judge_places(*first, ids, special, mask)
        if not all(map(np.array_equal, first, again)):
            labelled = again[1] != SKIP
            changed = (again[1] != ids)[labelled].any() or ((again[0] != ids) & ~labelled).any()
            raise Misconception("changes-its-inputs" if changed else "another-source-of-chance")


@EXERCISE.check("q3")
def eighty_ten_ten(answer, rng):
    """en: The share is chosen, and of the chosen 80 % become [MASK], 10 % a word, 10 % stay: counted, within the binomial's spread.
    zh: 选中的占规定的比例，其中 80% 变成 [MASK]，10% 变成词，10% 不变：数出来的，容许二项分布的波动。"""
    for share in (0.15, float(rng.uniform(0.35, 0.45))):
        ids, special, mask, size = _draw_ids(rng, 1_200, 50, 10, specials=5)
        ((damaged, labels),) = _call_masking(answer, ids, special, mask, size, share, _seeds(rng, 1))
        _judge_places(damaged, labels, ids, special, mask)
        _judge_shares(damaged, labels, ids, special, mask, size, share)


@EXERCISE.check("q3")
def each_place_has_draws_of_its_own(answer, rng):
    """en: What happens at one place says nothing about another; each word can be put in; numbers vary from draw to draw.
    zh: 一个位置的遭遇与别的位置无关；每个词都可能被放进去；每次抽的个数有出入。"""
    ids, special, mask, size = _draw_ids(rng, 60, 300, int(rng.integers(20, 30)), specials=3, filled=True)
    ((damaged, labels),) = _call_masking(answer, ids, special, mask, size, 0.3, _seeds(rng, 1))
    _judge_places(damaged, labels, ids, special, mask)
    chosen, masked = labels != SKIP, damaged == mask
    other = chosen & ~masked & (damaged != ids)
    words = np.setdiff1d(np.arange(size), special)
    _judge_words(damaged, ids, chosen, other, words)
    small = _call_masking(answer, ids[:12, :25], special, mask, size, 0.3, _seeds(rng, 12))
    numbers = np.array([[(one != SKIP).sum(), (seen == mask).sum()] for seen, one in small])
    if (np.abs(numbers[:, 0] - 0.3 * 300) < 1).all() or (np.abs(numbers[:, 1] - 0.8 * numbers[:, 0]) < 1).all():
        raise Misconception("shares-made-exact")
    for what, of, p in ((chosen, np.ones_like(chosen), 0.3), (masked, chosen, 0.8), (other, chosen & ~masked, None)):
        p = p or other.sum() / max(1, (chosen & ~masked).sum())
        for axis in (0, 1):
            k, n = what.sum(axis=axis), of.sum(axis=axis)
            chi = ((k - n * p) ** 2 / np.maximum(n * p * (1 - p), 1e-9))[n > 0]
            if abs(chi.sum() - len(chi)) > 7 * (2 * len(chi)) ** 0.5:
                raise Wrong(_NEIGHBOURS_ALIKE)


@EXERCISE.check("q3", hidden=True)
def chance_is_the_generators(answer, rng):
    """en: Another seed gives other places; one token, no word at all and any order of `special` go through.
    zh: 换一个种子，位置就不同；只有一个词元、一个词也没有、`special` 次序任意，都没有问题。"""
    ids, special, mask, size = _draw_ids(rng, 6, 40, 12)
    results = _call_masking(answer, ids, special, mask, size, 0.5, _seeds(rng, 4))
    for damaged, labels in results:
        _judge_places(damaged, labels, ids, special, mask)
    if all(np.array_equal(results[0][1], labels) for _, labels in results):
        raise Misconception("generator-ignored")
    blank = np.full((2, 5), special[0])
    for damaged, labels in _call_masking(answer, blank, special, mask, size, 0.9, _seeds(rng, 2)):
        expect_equal(damaged, blank.tolist(), "damaged")
        expect_equal(labels, [[SKIP] * 5] * 2, "labels")
    one = np.array([[int(np.setdiff1d(np.arange(size), special)[0])]])
    for damaged, labels in _call_masking(answer, one, special, mask, size, 0.5, _seeds(rng, 20)):
        if labels[0, 0] != SKIP:
            _judge_places(damaged, labels, one, special, mask)
        else:
            expect_equal(damaged, one.tolist(), "damaged")


@EXERCISE.check("q4")
def the_label_tells_the_truth(answer, rng):
    """en: Each segment with a successor is an A; B is that successor, or a segment of another document, as the label says.
    zh: 凡有下一段的段各作一次 A；B 是那个下一段，或者是别的文档的段，与标签一致。"""
    documents, length = _draw_documents(rng), 40
    for rows in _rows(answer, documents, length, _seeds(rng, 16)):
        _judge_rows(rows, documents, length)


@EXERCISE.check("q4")
def random_is_never_next_by_accident(answer, rng):
    """en: A segment that reads like the true successor is never called random; the coin is fair, and each other segment comes.
    zh: 与真正的下一段一模一样的段，绝不标为随机；硬币是公平的，别的段都会抽到。"""
    documents, twin = _draw_documents(rng, few=True), [int(n) for n in rng.integers(5, 90, 3)]
    for document in documents:
        document[-1] = list(twin)
    length, tosses, seen = 40, [], {}
    runs = _rows(answer, documents, length, _seeds(rng, 160))
    for rows in runs:
        _judge_rows(rows, documents, length)
        tosses.append(rows[2])
        for (number, *_), row, is_random in zip(_list_neighbours(documents), rows[0], rows[2], strict=True):
            if is_random:
                seen.setdefault(number, set()).add(tuple(_parts(row)[1]))
    tosses = np.array(tosses)  # (160, N)
    if len({ids.tobytes() for ids, *_ in runs}) == 1:
        raise Misconception("generator-ignored")
    z = (tosses.mean(axis=0) - 0.5) * 2 * len(tosses) ** 0.5
    steady = abs(tosses.sum(axis=1) - tosses.shape[1] / 2).max() < 1
    if np.abs(z).max() > 4.8 or abs(z.sum()) > MOST * len(z) ** 0.5 or steady:
        raise Misconception("no-fair-coin")
    for number, found in seen.items():
        others = {tuple(b) for other, each in enumerate(documents) if other != number for b in each} - {tuple(twin)}
        if not others <= found:
            raise Wrong(_NEVER_DRAWN.format(n=tosses.size))


@EXERCISE.check("q4")
def the_longer_segment_is_shortened(answer, rng):
    """en: A pair that is too long loses tokens from the longer segment until it fits; the special tokens stay.
    zh: 太长的一对，由较长的一段去掉词元，直到放得下；特殊词元都保留。"""
    a, b, c, d = ([int(n) for n in rng.permutation(np.arange(5, 90))[:k]] for k in (3, 9, 1, 3))
    documents, seed = [[a, b, c], [d]], int(rng.integers(10**6))  # b is shortened beside a, and less beside c
    runs = _rows(answer, documents, 12, [seed] * 12 + _seeds(rng, 8))
    for rows in runs:
        _judge_rows(rows, documents, 12)
    if any(not all(map(np.array_equal, runs[0], run)) for run in runs[1:12]):
        raise Misconception("another-source-of-chance")
    for length in (5, 6, int(rng.integers(7, 9)), int(rng.integers(9, 12)), int(rng.integers(12, 16))):
        documents = _draw_documents(rng)
        _judge_rows(_rows(answer, documents, length, _seeds(rng, 1))[0], documents, length)


@EXERCISE.check("q4", hidden=True)
def small_collections_and_the_same_seed(answer, rng):
    """en: Documents of one segment make no pair; the same seed gives the same pairs, another seed others.
    zh: 只有一段的文档不产生句对；种子相同则句对相同，种子不同则不同。"""
    alone = [[int(n)] for n in rng.integers(5, 90, 3)]
    documents = [[alone[0]], [[7], [8, 9], [7]], [alone[1]], [[10] * 9, [11] * 30]]
    seed = int(rng.integers(10**6))
    first, again, *others = _rows(answer, documents, 20, [seed, seed, *_seeds(rng, 12)])
    for rows in (first, again, *others):
        _judge_rows(rows, documents, 20)
    if not all(map(np.array_equal, first, again)):
        raise Misconception("another-source-of-chance")
    if all(np.array_equal(first[0], rows[0]) for rows in others):
        raise Misconception("generator-ignored")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    """en: FAULTS holds the letters of all that flatter the reported loss, and no others.
    zh: FAULTS 恰好含有使所报损失显得更好的各条的字母。"""
    value = answer.get("FAULTS")
    if not isinstance(value, str):
        raise Wrong(_NO_LETTERS)
    letters = {letter for letter in value.upper() if letter not in " ,;."}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(_NO_LETTERS)
    for letter, name in (("D", "same-places-blamed"), ("E", "best-epoch-blamed")):
        if letter in letters:
            raise Misconception(name)
    if letters != set("ABC"):
        raise Wrong(_FAULT_MISSING)


@EXERCISE.check("q5")
def the_floor_is_named(answer, rng):
    """en: FLOOR is the loss of a model that knows the dice, and nothing more can be known.
    zh: FLOOR 是一个知道骰子规律的模型的损失，再多也无从知道。"""
    wrong = {
        "floor-in-bits": [math.log2(_PIECES)],
        "floor-as-perplexity": [_PIECES, 1 / _PIECES],
        "averaged-over-all-places": [0.15 * _FLOOR],
    }
    value = _number(answer.get("FLOOR"), "FLOOR")
    for name, recipes in wrong.items():
        if any(abs(value - recipe) < 0.01 * recipe for recipe in recipes):
            raise Misconception(name)
    expect_close(value, _FLOOR, 2e-3, 0, "FLOOR")


@EXERCISE.check("q5", points=2)
def the_run_is_mended(answer, rng):
    """en: Steps on the training text alone, losses averaged over the hidden places, the epoch chosen by the development text.
    zh: 只在训练文本上走步，损失对遮住的位置求平均，由开发文本选定轮次。"""
    for _ in range(2):
        run = _draw_run(rng)
        value = _outcome(answer.call("pretrain", *run), run[0].shape)
        _judge_outcome(value, run)


@EXERCISE.check("q5", hidden=True)
def odd_batches_and_equal_epochs(answer, rng):
    """en: A batch in which nothing is hidden is passed over, of equal epochs the first counts, and nothing handed over is changed.
    zh: 什么也没遮的批量要跳过；各轮一样好时取第一轮；传入的东西保持原样。"""
    W, train, dev, test, rate, epochs = _draw_run(rng)
    blank, full = (
        (rng.integers(len(W), size=6), np.full(6, SKIP)),
        (rng.integers(len(W), size=6), rng.integers(len(W), size=6)),
    )
    best = _pretrain(W, train, dev, test, rate, epochs)[
        "epoch"
    ]  # an inner one: once it is the last, once it comes too late
    runs = (
        ([blank, train[0], train[1]], 3),
        ([train[0], blank], epochs),
        ([*train, full], 2),
        (train, best),
        (train, best - 1),
    )
    for batches, many in (*runs, ([blank], 3)):  # of the last, every epoch is as good as the first
        after = answer.call(drivers.call_and_keep_inputs, Learner("pretrain"), W, batches, dev, test, rate, many)
        value = _outcome(after["result"], W.shape)
        if batches == [blank]:
            expect_close(value["epoch"], 1, RTOL, ATOL, "epoch")
        _judge_outcome(value, (W, batches, dev, test, rate, many))
        _expect_same_inputs(after["inputs"], (W, batches, dev, test))


@EXERCISE.check("q6")
def the_unigram_pays_for_each_token(answer, rng):
    """en: The unigram's loss is the mean of −ln p over the held-out tokens, with a added to each count.
    zh: 一元模型的损失是 −ln p 对留出词元的平均，每个计数都加了 a。"""
    for a in (None, float(rng.uniform(0.1, 0.8)), float(rng.uniform(2, 5))):
        counts, tokens = _draw_tokens(rng)
        value = _number(answer.call("unigram_loss", counts, tokens, *([a] if a else [])), "loss")
        _judge_unigram(value, counts, tokens, a or 1.0)


@EXERCISE.check("q6")
def the_lower_end_is_wilsons(answer, rng):
    """en: The lower end follows the formula, for any k, n and z.
    zh: 下端符合公式，k、n、z 任意。"""
    for z in (None, float(rng.uniform(1, 1.8)), float(rng.uniform(2.2, 3.3))):
        n = int(rng.integers(20, 200))
        k = int(rng.integers(n // 4, n - n // 8))
        p, s = k / n, z or 1.96
        value = _number(answer.call("lower_end", k, n, *([z] if z else [])), "lower end")
        wald = s * (p * (1 - p) / n) ** 0.5
        wrong = {"wald-for-wilson": [p - wald], "upper-end": [p + wald, _lower(k, n, -s)]}
        _judge(value, _lower(k, n, s), wrong, "lower end")


@EXERCISE.check("q6", points=2)
def the_verdict_follows_from_the_numbers(answer, rng):
    """en: Both baselines are right, the verdict compares the lower end with CHANCE, and NEEDED pairs would decide.
    zh: 两条基线都正确；结论由下端与 CHANCE 相比得出；有 NEEDED 个句对就能见分晓。"""
    unigram = _number(answer.get("UNIGRAM"), "UNIGRAM")
    _judge(unigram, _UNIGRAM, {"bits-for-nats": [_UNIGRAM / math.log(2)]}, "UNIGRAM")
    chance = _number(answer.get("CHANCE"), "CHANCE")
    _judge(chance, _CHANCE, {"one-half-for-chance": [0.5, 1 - _CHANCE]}, "CHANCE")
    p, n = 821 / 1500, 1500
    wald = 1.96 * (p * (1 - p) / n) ** 0.5
    wrong = {"wald-for-wilson": [p - wald], "upper-end": [_lower(821, n, -1.96), p + wald], "verdict-on-the-share": [p]}
    _judge(_number(answer.get("LOW"), "LOW"), _LOW, wrong, "LOW")
    verdict = answer.get("VERDICT")
    if not isinstance(verdict, str) or verdict.strip().lower() not in ("above", "not shown"):
        raise Wrong(_NO_VERDICT)
    if verdict.strip().lower() == "above":
        raise Misconception("verdict-on-the-share")
    needed = _number(answer.get("NEEDED"), "NEEDED")
    by_wald = math.ceil(1.96**2 * p * (1 - p) / (p - _CHANCE) ** 2)
    for name, numbers in (
        ("rounded-down", (_NEEDED - 1, _NEEDED - 1 + 0.06)),
        ("needed-by-wald", (by_wald - 1, by_wald)),
        ("only-the-new-ones", (_NEEDED - n, _NEEDED - n - 1)),
        ("one-half-for-chance", (math.ceil(1.96**2 * 0.25 / (p - 0.5) ** 2),)),
    ):
        if any(abs(needed - number) < 0.05 for number in numbers):
            raise Misconception(name)
    if needed != _NEEDED:
        raise Wrong(_ROUNDED_SHARE)


@EXERCISE.check("q6", hidden=True)
def the_edges_hold(answer, rng):
    """en: All right, all wrong, a single pair; a single token never read; nothing handed over is changed.
    zh: 全对、全错、只有一对；只有一个从未读过的词元；传入的东西保持原样。"""
    for k, n in ((0, 1), (1, 1), (0, 40), (40, 40), (3, 7)):
        value = _number(answer.call("lower_end", k, n), "lower end")
        expect_close(value, _lower(k, n, 1.96), RTOL, ATOL, "lower end")
    expect_close(_number(answer.call("lower_end", 3, 7, 0.0), "lower end"), 3 / 7, RTOL, ATOL, "lower end")
    counts = np.r_[rng.integers(1, 50, 6), 0, 0]
    for tokens in ([7], [7, 6, 6, 0], [0], rng.integers(8, size=30).tolist()):
        tokens = np.array(tokens)
        after = answer.call(drivers.call_and_keep_inputs, Learner("unigram_loss"), counts, tokens, 0.5)
        _judge_unigram(_number(after["result"], "loss"), counts, tokens, 0.5)
        _expect_same_inputs(after["inputs"], (counts, tokens))


def _merge(pieces, a, b):
    merged, i = [], 0
    while i < len(pieces):
        step = 2 if list(pieces[i : i + 2]) == [a, b] else 1
        merged.append("".join(pieces[i : i + step]))
        i += step
    return merged


def _merge_twice(pieces, a, b):
    merged, used = [], -1
    for i, piece in enumerate(pieces):
        if i + 1 < len(pieces) and (piece, pieces[i + 1]) == (a, b):
            merged.append(a + b)
            used = i + 1
        elif i != used:
            merged.append(piece)
    return merged


def _merge_from_the_right(pieces, a, b):
    merged, i = [], len(pieces)
    while i > 0:
        step = 2 if list(pieces[max(0, i - 2) : i]) == [a, b] else 1
        merged.insert(0, "".join(pieces[i - step : i]))
        i -= step
    return merged


def _merge_text(pieces, a, b):
    return " ".join(pieces).replace(f"{a} {b}", a + b).split(" ")


def _merge_once(pieces, a, b):
    at = next((i for i in range(len(pieces) - 1) if (pieces[i], pieces[i + 1]) == (a, b)), None)
    return list(pieces) if at is None else [*pieces[:at], a + b, *pieces[at + 2 :]]


_WRONG_MERGES = {
    "overlaps-merged-twice": _merge_twice,
    "merged-from-the-right": _merge_from_the_right,
    "pieces-cut-open": _merge_text,
    "first-place-only": _merge_once,
}
_WRONG_COUNTS = {
    "each-word-once": {"weighted": False},
    "once-a-word": {"places": "once"},
    "overlaps-counted-once": {"places": "apart"},
    "counts-not-renewed": {"renewed": False},
}


def _count_pairs(spelled, words, weighted, places):
    pairs = Counter()
    for word, pieces in spelled.items():
        found, last = list(zip(pieces, pieces[1:], strict=False)), None
        if places == "once":
            found = sorted(set(found))
        for pair in found:
            last = None if places == "apart" and pair == last else pair
            pairs[pair] += (words[word] if weighted else 1) * (last is not None)
    return pairs


def _learn(words, n, merge=_merge, weighted=True, places="all", renewed=True, tie="smallest"):
    spelled, merges = {word: list(word) for word in words}, []
    if not renewed:
        pairs = _count_pairs(spelled, words, weighted, places)
        return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:n]
    while len(merges) < n:
        pairs = _count_pairs(spelled, words, weighted, places)
        if not pairs:
            break
        most = [pair for pair in pairs if pairs[pair] == max(pairs.values())]
        merges.append({"smallest": min, "last": max, "first": next}[tie](iter(most)))
        spelled = {word: merge(pieces, *merges[-1]) for word, pieces in spelled.items()}
    return merges


def _draw_spellings(rng):
    """(pieces, a, b), so that each wrong way of merging goes wrong somewhere, in words without blanks."""
    while True:
        cases = []
        for _ in range(12):
            a, b = rng.choice(["a", "b", "ab", "c", "n"], 2).tolist()
            pieces = rng.choice([a, b, a, b, a + b, "c" + a, b + "a"], rng.integers(5, 11)).tolist()
            cases.append((pieces, a, b))
        results = [[rule(*case) for case in cases] for rule in (_merge, *_WRONG_MERGES.values())]
        if all(one != two for one, two in itertools.combinations(results, 2)):
            return cases


def _draw_words(rng, ties):
    """word -> count and n: each wrong recipe differs; ties are decisive, or never are."""
    while True:
        letters, n = "aabn" + "".join(rng.choice(list("cdeikrst"), 2)), int(rng.integers(7, 11))
        many = int(rng.integers(7, 10))
        words = {"".join(rng.choice(list(letters), rng.integers(2, 10))) for _ in range(many)}
        words |= {"".join(rng.choice(list("aab"), rng.integers(4, 9))) for _ in range(3)}
        times = rng.integers(1, 3 if ties else 60, len(words)).tolist()
        words = dict(zip(rng.permutation(sorted(words)).tolist(), times, strict=True))
        right, others = _learn(words, n), [_learn(words, n, tie=tie) for tie in ("first", "last")]
        if ties and right not in others and others[0] != others[1]:
            return words, n
        if not ties and len(right) == n and all(other == right for other in others):
            wrong = [_learn(words, n, **how) for how in _WRONG_COUNTS.values()]
            wrong += [_learn(words, n, merge=rule) for rule in (_merge_text, _merge_once)]
            if right not in wrong:
                return words, n


def _encode(word, vocabulary, longest=True, mark="##", drop=False):
    pieces, start = [], 0
    while start < len(word):
        prefix = mark if start else ""
        ends = [end for end in range(start + 1, len(word) + 1) if prefix + word[start:end] in vocabulary]
        if not ends:
            return ["[UNK]"]
        end = ends[-1] if longest else ends[0]
        pieces.append(("" if drop else prefix) + word[start:end])
        start = end
    return pieces


def _encode_unmarked(word, vocabulary):
    """Looks up without ##, returns with ##."""
    pieces = _encode(word, vocabulary, mark="")
    return pieces if pieces == ["[UNK]"] else [("##" if i else "") + piece for i, piece in enumerate(pieces)]


def _encode_from_the_right(word, vocabulary):
    pieces, end = [], len(word)
    while end:
        starts = [start for start in range(end) if ("##" if start else "") + word[start:end] in vocabulary]
        if not starts:
            return ["[UNK]"]
        pieces.insert(0, ("##" if starts[0] else "") + word[starts[0] : end])
        end = starts[0]
    return pieces


def _encode_anyhow(word, vocabulary, start=0):
    """The first spelling that is found when shorter pieces are tried after longer ones; None if there is none."""
    if start == len(word):
        return []
    for end in range(len(word), start, -1):
        piece = ("##" if start else "") + word[start:end]
        if piece in vocabulary and (rest := _encode_anyhow(word, vocabulary, end)) is not None:
            return [piece, *rest]
    return None


def _encode_partly(word, vocabulary, skip):
    """Keeps what is spelled; [UNK] for the rest (skip: 0), or for as many letters, and goes on."""
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = [end for end in range(start + 1, len(word) + 1) if prefix + word[start:end] in vocabulary]
        pieces.append(prefix + word[start : ends[-1]] if ends else "[UNK]")
        start = ends[-1] if ends else start + skip if skip else len(word)
    return pieces


def _encode_bare_beginning(word, vocabulary):
    """A word may begin with a piece that is written with ##."""
    both = [(end, mark) for end in range(len(word), 0, -1) for mark in ("", "##") if mark + word[:end] in vocabulary]
    for end, mark in both[:1]:
        pieces, start = [mark + word[:end]], end
        while start < len(word):
            ends = [end for end in range(start + 1, len(word) + 1) if "##" + word[start:end] in vocabulary]
            if not ends:
                return ["[UNK]"]
            pieces.append("##" + word[start : ends[-1]])
            start = ends[-1]
        return pieces
    return ["[UNK]"]


def _draw_vocabulary(rng, spelled, vocabulary=None):
    """words, vocabulary, recipes: words that can (or can't) be spelled; each wrong recipe differs somewhere."""
    while True:
        pieces = {"".join(rng.choice(list("abc"), rng.integers(1, 5))) for _ in range(9)}
        marked = {"##" + "".join(rng.choice(list("abc"), rng.integers(1, 4))) for _ in range(9)}
        own = vocabulary or dict(zip(sorted(pieces | marked), rng.permutation(40).tolist(), strict=False))
        words = ["".join(rng.choice(list("abc"), rng.integers(2, 8))) for _ in range(60)]
        words = [word for word in dict.fromkeys(words) if (_encode(word, own) != ["[UNK]"]) == spelled][:16]
        right = [_encode(word, own) for word in words]
        if spelled:
            recipes = {
                "shortest-first": [[_encode(word, own, longest=False) for word in words]],
                "mark-ignored": [
                    [_encode(word, own, mark="") for word in words],
                    [_encode_unmarked(word, own) for word in words],
                ],
                "mark-dropped": [[_encode(word, own, drop=True) for word in words]],
                "from-the-right": [[_encode_from_the_right(word, own) for word in words]],
                "begins-with-a-continuation": [[_encode_bare_beginning(word, own) for word in words]],
            }
        else:
            recipes = {
                "partly-unknown": [[_encode_partly(word, own, skip) for word in words] for skip in (0, 1)],
                "looks-for-another-way": [[_encode_anyhow(word, own) or ["[UNK]"] for word in words]],
                "begins-with-a-continuation": [[_encode_bare_beginning(word, own) for word in words]],
            }
        if vocabulary and len(words) > 3:
            return words, own, recipes
        if len(words) > 8 and all(right != one for ones in recipes.values() for one in ones):
            return words, own, recipes


def _measure(counts, vocabulary):
    spelled = {word: _encode(word, vocabulary) for word in counts}
    known = {word: n for word, n in counts.items() if spelled[word] != ["[UNK]"]}
    words = sum(known.values())
    pieces = sum(n * len(spelled[word]) for word, n in known.items())
    return pieces / words if words else math.nan, 1 - words / sum(counts.values())


def _draw_ids(rng, B, T, size, specials=None, filled=False):
    """ids, special, mask, size: rows with special tokens inside and padding at the end, unless filled with words alone."""
    special = rng.permutation(size)[: specials or int(rng.integers(2, max(3, size // 3)))]
    words = np.setdiff1d(np.arange(size), special)
    ids = rng.choice(words, (B, T), p=rng.dirichlet(np.full(len(words), 2)))
    if not filled:
        ids = np.where(rng.random((B, T)) < 0.1, rng.choice(special, (B, T)), ids)
        ids = np.where(np.arange(T) > rng.integers(T // 2, T, B)[:, None], special[0], ids)
    return ids, special.tolist(), int(special[1]), size


def _call_masking(answer, ids, special, mask, size, share, seeds):
    results = answer.call(
        drivers.call_with_generators, Learner("mask_tokens"), [ids, special, mask, size, share], seeds
    )
    return [_whole_arrays(result, ("damaged", "labels"), (ids.shape,) * 2) for result in results]


def _whole_arrays(value, names, shapes):
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != len(names):
        raise Wrong(_TUPLE.format(count=len(names), names=", ".join(names)))
    arrays = []
    for one, name, shape in zip(value, names, shapes, strict=True):
        array = expect_shape(one, shape, name)
        if not np.isfinite(array).all() or (array != np.round(array)).any():
            raise Wrong(_TOO_MANY_PLACES.format(name=name))
        arrays.append(array.astype(int))
    return arrays


def _judge_places(damaged, labels, ids, special, mask):
    """What must hold in every draw; for a share at which some word is all but certain to be chosen."""
    is_word = ~np.isin(ids, special)
    if not (labels == SKIP).any() and ids.size > 30:
        if (labels == ids).all():
            raise Misconception("labels-everywhere")
        raise Misconception("labels-of-the-damaged" if (labels == damaged).all() else "other-filler")
    chosen = labels != SKIP
    if not chosen.any():
        raise Wrong(_NONE_CHOSEN)
    touched = damaged != ids
    if touched.any() and not chosen[touched].any() and (labels == ids)[chosen].all():
        raise Misconception("labels-turned")
    if (chosen & ~is_word).any() or (touched & ~is_word).any():
        if (labels == ids)[is_word].all():
            raise Misconception("labels-everywhere")
        raise Misconception("special-chosen")
    if (labels == ids)[is_word].all() and is_word.sum() > 30:
        raise Misconception("labels-everywhere")
    if (labels != ids)[chosen].any():
        same = (labels == damaged)[chosen].all()
        raise Misconception("labels-of-the-damaged" if same else "other-filler")
    if np.isin(damaged, [one for one in special if one != mask])[chosen].any():
        raise Misconception("special-as-word")
    if (touched & ~chosen).any():
        raise Misconception("kept-without-label")


def _judge_shares(damaged, labels, ids, special, mask, size, share):
    is_word, chosen = ~np.isin(ids, special), labels != SKIP
    words, n, N = size - len(special), int(chosen.sum()), int(is_word.sum())
    masked = chosen & (damaged == mask)
    kinds = {"mask": masked, "other": chosen & ~masked & (damaged != ids), "same": chosen & (damaged == ids)}
    k = {name: int(places.sum()) for name, places in kinds.items()}
    for axis in (0, 1):
        some, of = chosen.sum(axis=axis), is_word.sum(axis=axis)
        if ((some == 0) | (some == of)).all():
            raise Misconception("one-pattern-for-all")

    def fits(found, n, p):
        return abs(found - n * p) <= MOST * (n * p * (1 - p)) ** 0.5 + 1e-9

    if not fits(n, N, share):
        if k["same"] == 0 and any(fits(n, N, share * p) for p in (0.8, 0.9, 0.9 - 0.1 / words)):
            raise Misconception("kept-without-label")
        low, high = _range(N, share)
        raise Wrong(_SHARE_OFF.format(share=share, k=n, n=N, low=low, high=high))
    if k["mask"] == n:
        raise Misconception("all-masked")
    patterns = {
        "never-kept": {"mask": 0.8, "same": 0.2 / words},
        "ten-of-the-rest": {"mask": 0.8, "other": 0.02 * (1 - 1 / words)},
        "old-word-excluded": {"mask": 0.8, "same": 0.1},
    }
    right = {"mask": 0.8, "other": 0.1 * (1 - 1 / words), "same": 0.1 * (1 + 1 / words)}
    off = [name for name, p in right.items() if not fits(k[name], n, p)]
    if off:
        if k["same"] == 0 and fits(k["mask"], n, 0.8):
            raise Misconception("never-kept")
        for name, pattern in patterns.items():
            if all(fits(k[kind], n, p) for kind, p in pattern.items()):
                raise Misconception(name)
        low, high = _range(n, right[off[0]])
        en, zh = _KINDS[off[0]]
        raise Wrong(Text(
            _KIND_OFF.en.format(n=n, k=k[off[0]], what=en, low=low, high=high),
            _KIND_OFF.zh.format(n=n, k=k[off[0]], what=zh, low=low, high=high),
        ))  # fmt: skip
    _judge_words(damaged, ids, chosen, kinds["other"], np.setdiff1d(np.arange(size), special))


def _judge_words(damaged, ids, chosen, other, words):
    """The words that were put in: not all the same, and each as often as the others, where it wasn't there before."""
    found = damaged[other]
    if len(found) > 20 and len(set(found.tolist())) == 1:
        raise Misconception("one-word-for-all")
    for word in words:
        n = int((chosen & (ids != word)).sum())
        p = 0.1 / len(words)
        if abs((found == word).sum() - n * p) > 5 * (n * p * (1 - p)) ** 0.5:
            raise Misconception("words-not-alike")


def _range(n, p):
    half = MOST * (n * p * (1 - p)) ** 0.5
    return math.ceil(n * p - half), math.floor(n * p + half)


def _draw_documents(rng, few=False):
    """Lists of segments, all different, of lengths from 1 to 9; each token stands in one segment at most twice."""
    many = [3, 2, 3] if few else rng.permutation([1, 2, *rng.integers(2, 6, 4)]).tolist()
    tokens = iter(rng.permutation(np.arange(5, 600)).tolist())
    return [[[next(tokens) for _ in range(int(rng.integers(1, 10)))] for _ in range(k)] for k in many]


def _list_neighbours(documents):
    """(number of the document, A, successor) of each pair."""
    return [(number, a, b) for number, each in enumerate(documents) for a, b in zip(each, each[1:], strict=False)]


def _rows(answer, documents, length, seeds):
    """For each seed ids, types, is_random as arrays of whole numbers."""
    N, names = len(_list_neighbours(documents)), ("ids", "types", "is_random")
    results = answer.call(drivers.call_with_generators, Learner("make_pairs"), [documents, length], seeds)
    across = sum(map(len, documents)) - 1
    arrays = []
    for value in results:
        if isinstance(value, (list, tuple)) and len(value) == 3 and across > N and np.shape(value[2]) == (across,):
            raise Misconception("across-documents")
        arrays.append(_whole_arrays(value, names, ((N, length), (N, length), (N,))))
        if not np.isin(arrays[-1][2], (0, 1)).all():
            raise Wrong(_NOT_ZERO_ONE)
    return arrays


def _shorten(a, b, length, equals="b"):
    a, b = list(a), list(b)
    while len(a) + len(b) + 3 > length:
        longer = a if len(a) > len(b) or (len(a) == len(b) and equals == "a") else b
        longer.pop()
    return a, b


def _lay_out(a, b, length):
    """One row: ids and types, as lists."""
    rest = length - len(a) - len(b) - 3
    return [CLS, *a, SEP, *b, SEP] + [PAD] * rest, [0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest


def _wrong_cuts(a, b, length):
    """name -> rows that a wrong way of shortening gives."""
    whole, room = [CLS, *a, SEP, *b, SEP], length - 3
    if len(whole) <= length:
        return {}
    half = room // 2
    halves = [(a[:half], b[: room - half]), (a[:half], b[:half]), (a[: room - half], b[:half])]
    b_gives = [(a, b[: max(0, room - len(a))])] if len(a) <= room else []
    turned = _shorten(a, b, length, equals="a")
    return {
        "cut-off-the-end": [
            whole[:length],
            [*whole[: length - 1], SEP],
            *(_lay_out(*pair, length)[0] for pair in b_gives),
        ],
        "half-for-each": [_lay_out(*pair, length)[0] for pair in halves],
        "a-loses-of-equals": [_lay_out(*turned, length)[0]],
    }


def _parts(row):
    """A and B of a row as lists."""
    tokens = np.trim_zeros(np.asarray(row), "b").tolist()
    ends = [i for i, token in enumerate(tokens) if token == SEP]
    if not tokens or tokens[0] != CLS or len(ends) != 2 or ends[1] != len(tokens) - 1 or CLS in tokens[1:]:
        raise Misconception("special-tokens-missing")
    return tokens[1 : ends[0]], tokens[ends[0] + 1 : -1]


def _judge_rows(rows, documents, length):
    """Each row holds its A and the B that its label promises, shortened and laid out as it should be."""
    ids, types, is_random = rows
    wrong, cuts = Counter(), []
    for row, (number, a, follower) in enumerate(_list_neighbours(documents)):
        others = [b for other, each in enumerate(documents) if other != number for b in each]
        allowed = [b for b in others if b != follower]
        line, promised = ids[row].tolist(), allowed if is_random[row] else [follower]

        def reads(candidates, a=a, line=line):
            return any(_lay_out(*_shorten(a, b, length), length)[0] == line for b in candidates)

        if reads(promised):
            continue
        if names := {name for b in promised for name, lines in _wrong_cuts(a, b, length).items() if line in lines}:
            cuts.append(names)
            continue
        found_a, found_b = _parts(line)
        full = len(found_a) + len(found_b) + 3 >= length - 1
        if not full and _begins(a, found_a) and any(_begins(b, found_b) for b in promised):
            raise Misconception("changes-its-inputs")
        if found_a != a and len(a) + len(found_b) + 3 <= length:
            raise Wrong(_NO_SUCH_A.format(row=row, a=found_a, right=a))
        if is_random[row] and follower in others and reads([follower]):
            raise Misconception("twin-called-random")
        if is_random[row] and not reads(documents[number]):
            raise Wrong(_NO_SUCH_B.format(row=row, b=found_b))
        wrong["another for next" if not is_random[row] else "own"] += 1
    if cuts:
        names = set.intersection(*cuts) or cuts[0]
        raise Misconception(
            next(name for name in ("cut-off-the-end", "a-loses-of-equals", "half-for-each") if name in names)
        )
    if wrong["another for next"] and wrong["own"] == is_random.sum() > 0:
        raise Misconception("random-labels-turned")
    if wrong["own"]:
        raise Misconception("same-document")
    if wrong["another for next"]:
        raise Wrong(_NOT_NEXT)
    for row, line in enumerate(ids):
        a, b = _parts(line)
        _judge_types(types[row], np.array(_lay_out(a, b, length)[1]), line, row)


def _begins(segment, tokens):
    return len(tokens) > 0 and segment[: len(tokens)] == tokens


def _judge_types(value, right, ids, row):
    if np.array_equal(value, right):
        return
    if np.array_equal(value, np.where(ids == PAD, 1, right)):
        raise Misconception("padding-typed")
    (first, last), place = np.flatnonzero(ids == SEP), np.arange(len(ids))
    spans = [(place >= first + i) & (place <= last + j) for i in (0, 1, 2) for j in (-1, 0, 1)]
    if any(np.array_equal(value, span) for span in spans):
        raise Misconception("types-off-by-one")
    expect_equal(value, right.tolist(), f"types[{row}]")


def _find_loss(W, batch, over="hidden"):
    context, labels = batch
    hidden = labels != SKIP
    context, target = context[hidden], labels[hidden]
    n = {"hidden": len(target), "all": len(labels), "sum": 1}[over]
    with np.errstate(all="ignore"):
        Z = W[context] - W[context].max(axis=1, keepdims=True)
        logp = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        gradient = np.zeros(W.shape)
        np.add.at(gradient, context, (np.exp(logp) - np.eye(len(W))[target]) / n)
        return float(-logp[np.arange(len(target)), target].sum() / n) if n else math.nan, gradient


def _pretrain(
    W, train, dev, test, rate, epochs, steps="train", over="hidden", reported=None, choose="dev", tested="best"
):
    """The run, or a wrong one: steps on more texts, other divisors (in the steps; as reported), another choice."""
    reported, best = reported or over, None
    data = {"train": train, "dev": [*train, dev], "all": [*train, dev, test]}[steps]
    for epoch in range(1, epochs + 1):
        for batch in data:
            if (batch[1] != SKIP).any():
                W = W - rate * _find_loss(W, batch, over)[1]
        losses = {name: _find_loss(W, batch, reported)[0] for name, batch in (("dev", dev), ("test", test))}
        losses["train"] = np.mean(
            [_find_loss(W, batch, reported)[0] for batch in train if (batch[1] != SKIP).any()] or [0]
        )
        if best is None or (choose == "last" or losses[choose] < best["by"]):
            best = {"W": W, "epoch": epoch, "dev": losses["dev"], "test": losses["test"], "by": losses.get(choose)}
    if tested == "last":
        best["test"] = losses["test"]
    if tested == "overwritten":
        best["W"] = W
    if tested == "overwritten and tested":
        best["W"], best["test"] = W, losses["test"]
    return best


def _wrong_runs(run):
    """name -> outcomes. Every mixture of the faults A, B and C is named after the first that is left."""
    wrong = {name: [] for name in ("trains-on-all", "averaged-over-all-places", "chosen-on-test")}
    divisors = [("hidden", "hidden"), ("all", "all"), ("all", "hidden"), ("hidden", "all")]
    for steps, (over, reported), choose in itertools.product(("all", "dev", "train"), divisors, ("test", "dev")):
        outcome = _pretrain(*run, steps=steps, over=over, reported=reported, choose=choose)
        if steps != "train":
            wrong["trains-on-all"].append(outcome)
        elif (over, reported) != divisors[0]:
            wrong["averaged-over-all-places"].append(outcome)
        elif choose == "test":
            wrong["chosen-on-test"].append(outcome)
    ways = "last", "overwritten", "overwritten and tested"
    wrong["last-epoch"] = [
        _pretrain(*run, choose="last"),
        _pretrain(*run, choose="train"),
        *(_pretrain(*run, tested=way) for way in ways),
    ]
    sums = [("sum", "sum"), ("sum", "hidden"), ("hidden", "sum")]
    wrong["summed-not-averaged"] = [_pretrain(*run, over=over, reported=reported) for over, reported in sums]
    right = _pretrain(*run)
    wrong["epochs-from-zero"] = [right | {"epoch": right["epoch"] - 1}]
    return wrong


def _draw_run(rng):
    """W, train, dev, test, rate, epochs: the best epoch is an inner one, and others would choose another."""
    while True:
        V, epochs = int(rng.integers(4, 8)), int(rng.integers(5, 9))
        P = rng.dirichlet(np.full(V, 0.4), V)

        def batch(n, P=P, V=V):
            context = rng.integers(V, size=n)
            target = np.array([rng.choice(V, p=P[v]) for v in context])
            hidden = rng.random(n) < 0.5
            hidden[0] = True
            return context, np.where(hidden, target, SKIP)

        train, (dev, test) = (
            [batch(int(rng.integers(6, 12))) for _ in range(3)],
            (batch(int(rng.integers(12, 20))) for _ in range(2)),
        )
        run = rng.normal(size=(V, V)), train, dev, test, float(rng.uniform(1.5, 4)), epochs
        chosen = {choose: _pretrain(*run, choose=choose) for choose in ("dev", "test", "train")}
        number = {choose: outcome["epoch"] for choose, outcome in chosen.items()}
        if 1 < number["dev"] < epochs and number["dev"] not in (number["test"], number["train"]):
            return run


def _outcome(value, shape):
    keys = "W", "epoch", "dev", "test"
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(_NO_DICTIONARY.format(keys=", ".join(f'"{key}"' for key in keys)))
    return {"W": expect_shape(value["W"], shape, "W")} | {key: _number(value[key], key) for key in keys[1:]}


def _judge_outcome(value, run):
    right, keys = _pretrain(*run), ("W", "epoch", "dev", "test")
    if all(_same(value[key], right[key]) for key in keys):
        return
    blank = any((batch[1] == SKIP).all() for batch in run[1])
    if blank and not all(np.isfinite(value[key]).all() for key in keys):
        raise Misconception("empty-batch")
    for name, outcomes in _wrong_runs(run).items():
        for wrong in outcomes:
            if all(_same(value[key], wrong[key]) for key in keys) and not all(
                _same(wrong[key], right[key]) for key in keys
            ):
                raise Misconception(name)
    for key in ("epoch", "dev", "test", "W"):
        expect_close(value[key], right[key], RTOL, ATOL, key)


def _draw_tokens(rng):
    """counts (V,) and held-out tokens (n,): some tokens were never read, none is missing altogether."""
    V = int(rng.integers(6, 12))
    counts = rng.integers(1, 40, V)
    counts[rng.permutation(V)[:2]] = 0
    return counts, rng.permutation(
        np.r_[np.arange(V), rng.choice(V, int(rng.integers(20, 40)), p=rng.dirichlet(np.ones(V)))]
    )


def _judge_unigram(value, counts, tokens, a):
    with np.errstate(all="ignore"):
        right, own = _unigram(counts, tokens, a), np.bincount(tokens, minlength=len(counts))
        share = (counts + a) / (counts + a).sum()
        one = np.log((counts + 1) / (counts + 1).sum())
        bare = np.log(counts / counts.sum())[tokens]
        seen = counts[tokens] > 0
        wrong = {
            "bits-for-nats": [right / math.log(2)],
            "not-normalised": [-np.log((counts + a) / counts.sum())[tokens].mean(), -np.log((counts + a) / (counts.sum() + a))[tokens].mean(),
                               -np.log(counts / counts.sum() + a)[tokens].mean()],
            "own-counts": [_unigram(own, tokens, a), -np.log(own / own.sum())[tokens].mean()],
            "entropy-of-training": [-(share * np.log(share)).sum(), -np.log(share).mean(), -(counts / counts.sum() * np.log(share)).sum(),
                                    -np.log(share[np.unique(tokens)]).mean()],
            "unseen-skipped": [-np.log(share)[tokens][seen].mean(), -bare[seen].mean(), -bare[seen].sum() / len(tokens),
                               -np.log(share)[tokens][seen].sum() / len(tokens)] if seen.any() else [],
            "a-ignored": [-one[tokens].mean()],
        }  # fmt: skip
    _judge(value, right, wrong, "loss")


def _unigram(counts, tokens, a):
    return float(-np.log((counts + a) / (counts + a).sum())[tokens].mean())


def _lower(k, n, z):
    p = k / n
    root = math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (p + z**2 / (2 * n) - z * root) / (1 + z**2 / n)


def _texts(value) -> list[str]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or not all(type(one) is str for one in value):
        raise Wrong(_NOT_TEXTS)
    return list(value)


def _pairs(value) -> list[tuple[str, str]]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or not all(
        isinstance(one, (list, tuple)) and len(one) == 2 and all(type(text) is str for text in one) for one in value
    ):
        raise Wrong(_NOT_PAIRS)
    return [tuple(pair) for pair in value]


def _judge_lists(values, right, named, what):
    """Raises the first misconception that gives the same list and not the right one; else names the first that is off."""
    if values == right:
        return
    for name, recipes in named.items():
        if any(values == recipe for recipe in recipes):
            raise Misconception(name)
    if isinstance(what, str):
        expect_equal(values, right, what)
    for value, wanted, name in zip(values, right, what, strict=True):
        expect_equal(value, wanted, name)


def _show(case) -> str:
    return "(" + ", ".join(map(repr, case)) + ")"


def _judge_with_nan(value, right, names):
    for one, wanted, name in zip(value, right, names, strict=True):
        if math.isnan(wanted) and not math.isnan(one):
            raise Wrong(Text(f"`{name}` is {one:.6g}; it should be nan.", f"`{name}` 是 {one:.6g}，应为 nan。"))
        if not math.isnan(wanted):
            expect_close(one, wanted, RTOL, ATOL, name)


def _expect_same_inputs(after, before):
    for now, then in zip(after, before, strict=False):
        if not _alike(now, then):
            raise Misconception("changes-its-inputs")


def _alike(now, then) -> bool:
    if isinstance(then, (list, tuple)):
        return isinstance(now, (list, tuple)) and len(now) == len(then) and all(map(_alike, now, then))
    return np.array_equal(now, then) if isinstance(then, np.ndarray) else now == then


def _judge(value, right, named, what):
    """Raises the first misconception one of whose recipes gives `value` and not `right`; else compares."""
    if not _same(value, right):
        for name, recipes in named.items():
            if any(_same(value, recipe) and not _same(right, recipe) for recipe in recipes):
                raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL, equal_nan=True)


def _seeds(rng, count) -> list[int]:
    return rng.choice(10**6, count, replace=False).tolist()


def _some_numbers(value, names) -> tuple[float, ...]:
    if value is None:
        as_array(value)  # says that the return is missing
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) == 0 or len(value) != len(names):
        raise Wrong(_TUPLE.format(count=len(names), names=", ".join(names)))
    return tuple(_number(item, name) for item, name in zip(value, names, strict=True))


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
