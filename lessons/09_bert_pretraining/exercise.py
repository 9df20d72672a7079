# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: all
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 09. Exercise: what pretraining is made of
#
# Six questions on lesson 09: learn byte-pair merges; spell words, and find out what a vocabulary costs; hide words by BERT's rule; make pairs of sentences that keep their promise; a loss that is too good,
# and the run that it should have been; and two baselines that a pretrained model has to beat. About 100 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says
# exactly what is wanted. NumPy and plain Python are enough. Functions leave what they are given as it was.

# %% [markdown] lang="zh" of="3168bdfc"
# # 09. 练习：预训练是由什么做成的
#
# 六道题，对应第 09 课：学出字节对的合并；拼写单词，并查明一份词表的代价；按 BERT 的规则遮住词；造出说话算数的句对；一个好得可疑的损失，以及它本该是怎样的训练；最后是预训练模型必须胜过的两条基线。
# 大约需要 100 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。
# 用 NumPy 和普通的 Python 就够了。各个函数都不要改动传入的东西。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy")
from autograder import open_exercise

check, hint, score = open_exercise("09_bert_pretraining", globals(), lang="en")

# %% tags=["given"]
import math
from collections import Counter

import numpy as np

PAD, UNK, CLS, SEP, MASK = range(5)         # of q4; in q3 the special tokens have other numbers

# %% [markdown] lang="en"
# ## q1 · Byte-pair merges
#
# Each word begins as its letters. Count the pairs of neighbours in all words, a word that occurs 7 times counting 7 times; merge the most frequent pair everywhere; count again. Three things to settle:
#
# - *Ties.* Among equally frequent pairs the first in the alphabet wins, as Python compares tuples: `("a", "n") < ("an", "a") < ("b", "a")`. (The lesson's library goes by the numbers of the pieces.)
# - *Overlaps.* In *aaa* the pair *a a* stands at two places, and both count. But a letter can be merged only once: go from the left, *aa a*.
# - *Whole pieces only.* The pair *a d* doesn't stand in *ea d*.

# %% [markdown] lang="zh" of="e0f160c2"
# ## q1 · 字节对的合并
#
# 每个词开始时就是它的各个字母。在所有词中数相邻的一对，出现 7 次的词就数 7 次；把最常见的一对处处合并；再重新数。有三件事要约定：
#
# - *平手。* 次数相同时，按字母表排在前面的那一对获胜，也就是 Python 比较元组的次序：`("a", "n") < ("an", "a") < ("b", "a")`。（课里的程序库看的是子词的编号。）
# - *重叠。* *aaa* 中，*a a* 这一对出现在两处，两处都算。但一个字母只能合并一次：从左往右，得到 *aa a*。
# - *只认完整的子词。* *ea d* 里没有 *a d* 这一对。

# %% question="q1"
# q1: merge one pair in one word; learn which pairs to merge
def merge_pair(pieces, a, b):
    """The list of pieces in which, from the left, each a that is followed by b has become the one piece a + b.

    pieces: a list of texts.
    >>> merge_pair(["b", "a", "n", "a", "n", "a"], "a", "n")
    ["b", "an", "an", "a"]
    >>> merge_pair(["a", "a", "a"], "a", "a")
    ["aa", "a"]
    """
    # BEGIN SOLUTION: walk from the left, a step of two where the pair stands
    merged, i = [], 0
    while i < len(pieces):
        step = 2 if pieces[i : i + 2] == [a, b] else 1
        merged.append("".join(pieces[i : i + step]))
        i += step
    return merged
    # END SOLUTION


def learn_merges(word_counts, n):
    """The first n merges, in the order learned; fewer where no pair is left.

    A list of pairs [(a, b), ...]. word_counts: a dictionary word -> how often it occurs, at
    least once; n >= 0. A pair counts as often as the words that it stands in occur, at each
    place where it stands. Ties: the smallest pair as Python compares tuples.
    In the example the pairs ad, ea and re occur 11 times each.
    >>> learn_merges({"read": 5, "reader": 3, "ready": 2, "bread": 1}, n=2)
    [("a", "d"), ("e", "ad")]
    """
    # BEGIN SOLUTION: count pairs, take the best, merge it in every word, begin again
    spelled, merges = {word: list(word) for word in word_counts}, []
    while len(merges) < n:
        pairs = Counter()
        for word, pieces in spelled.items():
            for pair in zip(pieces, pieces[1:]):
                pairs[pair] += word_counts[word]
        if not pairs:
            break
        merges.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))
        spelled = {word: merge_pair(pieces, *merges[-1]) for word, pieces in spelled.items()}
    return merges
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · Spelling, and what a vocabulary costs
#
# **(a)** BERT spells by the *longest match from the left*: take the longest piece of the vocabulary with which the word begins; then the longest with which the rest begins, now among the pieces written with `##`; and so on. Nothing
# is ever taken back. If at some place no piece fits, the whole word becomes [UNK], however much was spelled by then.
#
# **(b)** A colleague compares vocabularies by the pieces they need for each word of the running text, [UNK] counting as one piece. Then the best vocabulary knows no word at all. Measure two numbers instead: the pieces for
# each word *that was spelled*, and the share of words that became [UNK]. A word that occurs 7 times in the text counts 7 times in both.

# %% [markdown] lang="zh" of="68418233"
# ## q2 · 拼写，以及一份词表的代价
#
# **(a)** BERT 按*从左往右的最长匹配*来拼写：先取词表里能作为词的开头的最长子词；再取能作为剩余部分开头的最长子词，这回只看带 `##` 的；如此下去。已经取定的，绝不收回。
# 如果走到某处没有子词能匹配，那么不管前面已拼出多少，整个词都变成 [UNK]。
#
# **(b)** 一位同事这样比较词表：正文里平均每个词要用几个子词，[UNK] 算一个子词。照这么算，最好的词表是一个词也不认识的那份。请改量两个数：*拼出来的*词平均每个用几个子词，以及变成 [UNK] 的词占多少。
# 正文里出现 7 次的词，在两个数里都算 7 次。

# %% question="q2"
# q2: WordPiece's spelling; and two numbers for a vocabulary
def encode(word, vocabulary):
    """The pieces of the word, a list of texts as they stand in the vocabulary; ["[UNK]"] if it can't be spelled.

    word: at least one letter, no "#". vocabulary: a dictionary piece -> number; "##" marks
    pieces that continue a word.
    >>> encode("ready", {"r": 0, "read": 1, "rea": 2, "##d": 3, "##y": 4, "##er": 5})
    ["read", "##y"]
    >>> encode("reads", {"r": 0, "read": 1, "rea": 2, "##d": 3, "##y": 4, "##er": 5})
    ["[UNK]"]
    >>> encode("dy", {"r": 0, "read": 1, "rea": 2, "##d": 3, "##y": 4, "##er": 5})
    ["[UNK]"]

    "dy" can't be spelled, since ##d is no beginning.
    """
    # BEGIN SOLUTION: from each start try the longest end first
    pieces, start = [], 0
    while start < len(word):
        mark = "##" if start else ""
        ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary]
        if not ends:
            return ["[UNK]"]
        pieces.append(mark + word[start : ends[-1]])
        start = ends[-1]
    return pieces
    # END SOLUTION


def measure_vocabulary(word_counts, vocabulary):
    """(pieces, unknown): pieces for each spelled word, and the share of the words that are [UNK].

    Both are of the running text. word_counts: a dictionary word -> how often it occurs, not
    empty. Where no word can be spelled, pieces is float("nan").
    In the example 3 * 2 + 1 * 1 = 7 pieces spell 4 words.
    >>> measure_vocabulary({"ready": 3, "read": 1, "dy": 4},
    ...                    {"r": 0, "read": 1, "rea": 2, "##d": 3, "##y": 4, "##er": 5})
    (1.75, 0.5)
    """
    # BEGIN SOLUTION: add up pieces and words of what can be spelled
    spelled = {word: encode(word, vocabulary) for word in word_counts}
    known = {word: times for word, times in word_counts.items() if spelled[word] != ["[UNK]"]}
    words = sum(known.values())
    pieces = sum(times * len(spelled[word]) for word, times in known.items())
    return pieces / words if words else float("nan"), 1 - words / sum(word_counts.values())
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Hide and guess
#
# Each place that holds a word is chosen with probability `share`, in BERT 15 %, each by a draw of its own; special tokens and padding never. What happens to a chosen place is drawn once more:
#
# - with probability 80 % it becomes [MASK];
# - with 10 % it becomes a word, any word of the vocabulary with the same chance, which may happen to be the old one;
# - with 10 % it stays as it is.
#
# The labels say what has to be guessed: the original at *every* chosen place, −100 elsewhere, which PyTorch's `cross_entropy` passes over. With $N$ words the number of chosen places is binomial, $Np\pm\sqrt{Np(1-p)}$; the checks count.

# %% [markdown] lang="zh" of="caccf6e5"
# ## q3 · 遮住再猜
#
# 凡是放着词的位置，都以概率 `share`（BERT 取 15%）被选中，每个位置各抽一次；特殊词元和填充永远不选。选中的位置怎么处理，再抽一次：
#
# - 以 80% 的概率变成 [MASK]；
# - 以 10% 的概率变成一个词，词表里每个词机会相同，也可能碰巧就是原来那个；
# - 以 10% 的概率保持不变。
#
# 标签写明要猜什么：*每个*选中的位置上是原来的词元，其他位置是 −100，PyTorch 的 `cross_entropy` 会跳过它们。有 $N$ 个词时，选中的个数服从二项分布，$Np\pm\sqrt{Np(1-p)}$；检查时会去数。

# %% question="q3"
# q3: BERT's 80/10/10 rule
def mask_tokens(ids, special, mask, size, share, rng):
    """(damaged, labels), two integer arrays shaped as ids; ids stays as it is.

    ids: (B, T) token numbers 0 ... size-1. special: a list of numbers that are no words, in any order; mask, the number of [MASK],
    is one of them. 0 < share < 1. rng: np.random.Generator, the only source of chance: the same generator, the same result.
    Example: ids = [[7, 3, 9, 5, 8, 0, 0]], special = [0, 8, 7, 4], mask = 4, size = 10, share = 0.5 may give
    damaged = [[7, 4, 9, 6, 8, 0, 0]], labels = [[-100, 3, 9, 5, -100, -100, -100]]: 3 is hidden, 9 stays, 5 became 6.
    """
    # BEGIN SOLUTION: choose among the words; throw dice a second time; write into a copy
    words = np.setdiff1d(np.arange(size), special)
    chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)
    dice, damaged = rng.random(ids.shape), ids.copy()
    damaged[chosen & (dice < 0.8)] = mask
    swapped = chosen & (dice >= 0.9)
    damaged[swapped] = rng.choice(words, swapped.sum())
    return damaged, np.where(chosen, ids, -100)
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · Does B follow A?
#
# A document is a list of segments, a segment a list of token numbers. Each segment that has a successor in its document makes one pair, documents and segments in their order. A coin decides:
#
# - *next*, probability ½: B is the successor of A, `is_random` is 0;
# - *random*: B is drawn from the segments of all *other* documents, `is_random` is 1. One that reads exactly like the true successor ("Thanks for reading!") must not be drawn: its label would be a lie.
#
# The row reads [CLS] A [SEP] B [SEP], then padding. Its types: 1 for B and the [SEP] after it, 0 for everything else. Where a pair is too long for the row, the longer of A and B loses its last token, and again, until it fits; of
# equals B loses. So special tokens are never cut off.

# %% [markdown] lang="zh" of="53806570"
# ## q4 · B 接在 A 后面吗？
#
# 一篇文档是若干段的列表，一段是词元编号的列表。凡是在本文档里有下一段的段，都造一个句对，文档和段按原来的次序。由硬币决定：
#
# - *下一句*，概率 ½：B 就是 A 的下一段，`is_random` 为 0；
# - *随机*：从所有*别的*文档的段里抽 B，`is_random` 为 1。与真正的下一段一模一样的（“谢谢阅读！”）不许抽：否则标签就成了谎话。
#
# 一行写作 [CLS] A [SEP] B [SEP]，后面是填充。类型：B 和它后面的 [SEP] 为 1，其余一律为 0。如果一对放不进一行，A、B 中较长的去掉最后一个词元，反复如此，直到放得下；一样长时去 B 的。
# 所以特殊词元永远不会被截掉。

# %% question="q4"
# q4: pairs for next-sentence prediction
def make_pairs(documents, length, rng):
    """(ids, types, is_random): integer arrays (N, length), (N, length) and (N,), one row for each segment with a successor.

    documents: a list of documents, each a list of one or more segments; a segment: a list of one or more numbers above 4.
    For each pair some segment of another document differs from the successor. length: >= 5. rng: np.random.Generator, the
    only source of chance; each allowed segment can be drawn.
    Example: documents = [[[5, 6, 7], [8, 9]], [[5]]], length = 8 gives either ids [[2, 5, 6, 7, 3, 8, 9, 3]], types
    [[0, 0, 0, 0, 0, 1, 1, 1]], is_random [0], or [[2, 5, 6, 7, 3, 5, 3, 0]], [[0, 0, 0, 0, 0, 1, 1, 0]], [1].
    With length = 6 and the successor as B: [[2, 5, 6, 3, 8, 3]], types [[0, 0, 0, 0, 1, 1]].
    """
    # BEGIN SOLUTION: go through neighbours, toss, draw if needed, shorten, lay out
    rows, types, is_random = [], [], []
    for number, document in enumerate(documents):
        others = [b for other, each in enumerate(documents) if other != number for b in each]
        for first, follower in zip(document, document[1:]):
            a, b, tossed = list(first), list(follower), int(rng.random() < 0.5)
            if tossed:
                allowed = [segment for segment in others if segment != follower]
                b = list(allowed[rng.integers(len(allowed))])
            while len(a) + len(b) + 3 > length:
                (a if len(a) > len(b) else b).pop()
            rest = length - len(a) - len(b) - 3
            rows.append([CLS, *a, SEP, *b, SEP] + [PAD] * rest)
            types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest)
            is_random.append(tossed)
    return np.array(rows), np.array(types), np.array(is_random)
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · Below the floor
#
# A colleague pretrains the smallest model there is: a table $W$ whose row for the piece before a place gives the logits for the piece that is hidden there. A batch is a pair `(context, labels)`: for each place the piece before it, and the
# hidden piece, or `SKIP` where nothing was hidden. He has taken the loss from S3 (4.2): "minimise over train, *and* over dev, *and* over test".
#
# To try out his code he gives it text that was *thrown with dice*: 100 pieces, each equally likely, whatever stands before. From that nothing can be learned. Read his code, run it, and look at what he reports.

# %% [markdown] lang="zh" of="983a9e01"
# ## q5 · 低于下限
#
# 一位同事在预训练一个小得不能再小的模型：一张表 $W$，某个位置前面的子词决定取哪一行，这一行就是该处被遮子词的 logit。一个批量是一对 `(context, labels)`：每个位置前面的子词，以及被遮住的子词；没有遮的位置写 `SKIP`。
# 损失他照抄 S3（4.2 节）：“在训练集上最小化，*且*在开发集上，*且*在测试集上”。
#
# 为了试代码，他喂给它*掷骰子*得来的文本：100 个子词，机会均等，与前文无关。从这里学不到任何东西。请读他的代码，运行，再看他报告了什么。

# %% tags=["given"]
SKIP, PIECES = -100, 100                    # the label of a place where nothing is hidden; the sides of the die

def predict(W, context):
    """(n, V) log-probabilities of the hidden piece, from W (V, V) and the pieces before it, (n,)."""
    Z = W[context] - W[context].max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))

def throw_dice(n, rng):
    """A batch of n places (context, labels), of text without any sense; 15 % of the pieces are hidden."""
    text = rng.integers(PIECES, size=n + 1)
    return text[:-1], np.where(rng.random(n) < 0.15, text[1:], SKIP)

# %%
def his_loss(W, context, labels):
    """The loss of a batch, and its gradient by W."""
    logp, hidden = predict(W, context), labels != SKIP
    target = np.where(hidden, labels, 0)
    losses = -logp[np.arange(len(labels)), target] * hidden                         # (n,)
    slopes = (np.exp(logp) - np.eye(len(W))[target]) * hidden[:, None]              # (n, V) by the logits
    gradient = np.zeros(W.shape)
    np.add.at(gradient, context, slopes / len(labels))
    return losses.mean(), gradient

def his_pretraining(W, train, dev, test, rate, epochs):
    """Steps through all batches, again and again; the weights of the best epoch, and its losses."""
    W, best = W.copy(), None
    for epoch in range(1, epochs + 1):
        for batch in [*train, dev, test]:
            W -= rate * his_loss(W, *batch)[1]
        losses = {name: his_loss(W, *batch)[0] for name, batch in (("dev", dev), ("test", test))}
        if best is None or losses["test"] < best["test"]:
            best = {"W": W.copy(), "epoch": epoch, **losses}
    return best

# %%
rng = np.random.default_rng(0)
train, (dev, test, later) = [throw_dice(200, rng) for _ in range(6)], [throw_dice(400, rng) for _ in range(3)]
first = np.zeros((PIECES, PIECES))                                              # these weights know nothing
best = his_pretraining(first, train, dev, test, rate=100.0, epochs=200)
print(f"before: test {his_loss(first, *test)[0]:.2f}; best epoch {best['epoch']}: dev {best['dev']:.2f}, test {best['test']:.2f} nats")
print(f"other dice, thrown later: {his_loss(best['W'], *later)[0]:.2f} nats")

# %% [markdown] lang="en"
# **(a)** Which of these make the test loss that he reports better than the model is? Put their letters into `FAULTS`, for instance `"DE"`.
#
# - **A.** The loss is minimised on the development and test text as well.
# - **B.** The mean runs over all places, also those where nothing was hidden.
# - **C.** The test text chooses the epoch.
# - **D.** Each epoch is judged at the same hidden places.
# - **E.** The weights of the best epoch are kept, not those of the last.
#
# **(b)** The symptom. `FLOOR`: the mean loss, in nats for each hidden piece, below which *no* model can stay on new text from these dice.
#
# **(c)** Mend it: one loss, the mean over the hidden places; steps on the training text only; the development text chooses; the test text is looked at, once chosen.

# %% [markdown] lang="zh" of="a67d2f72"
# **(a)** 下面哪几条，使他报告的测试损失显得比模型实际更好？把字母写进 `FAULTS`，例如 `"DE"`。
#
# - **A.** 在开发文本和测试文本上也做了最小化。
# - **B.** 对所有位置求平均，连没有遮住任何东西的位置也算在内。
# - **C.** 选哪一轮，由测试文本决定。
# - **D.** 每一轮都在同样的遮住位置上评判。
# - **E.** 保留的是最好那一轮的权重，而不是最后一轮的。
#
# **(b)** 症状。`FLOOR`：平均每个被遮子词的损失，以奈特计；在这些骰子掷出的新文本上，*任何*模型都不可能一直低于它。
#
# **(c)** 把它改好：只有一种损失，对遮住的位置求平均；只在训练文本上走步；由开发文本来选；选定之后，才去看测试文本。

# %% question="q5"
# q5: name the faults and the symptom; pretrain without them
# BEGIN SOLUTION: the letters of all that are true, in quotation marks
FAULTS = "ABC"
# END SOLUTION
# BEGIN SOLUTION: nats for each hidden piece
FLOOR = math.log(PIECES)
# END SOLUTION


def pretrain(W, train, dev, test, rate, epochs):
    """A dictionary of the best epoch: "W" (V, V), "epoch", "dev" and "test".

    They are its weights, its number and its losses. W: (V, V), the first weights, V is not
    always PIECES; train: a list of batches; dev, test: one batch each, with hidden places.
    The loss of a batch is the mean of -ln p over its hidden places. In each epoch, for each
    batch of train in its order, one step: W becomes W - rate * (gradient of that batch's
    loss); a batch in which nothing is hidden is passed over. Best: the epoch after which the
    loss on dev is lowest, of equals the first; epochs are numbered from 1; epochs >= 1.
    In the example the gradient's first row is [0.5, -0.5]; SKIP is -100.
    >>> pretrain(W=[[0.0, 0.0], [0.0, 0.0]], train=[([0, 0], [1, -100])],
    ...          dev=([0], [1]), test=([0], [1]), rate=2.0, epochs=1)
    {"W": [[-1.0, 1.0], [0.0, 0.0]], "epoch": 1, "dev": 0.1269, "test": 0.1269}
    """
    # BEGIN SOLUTION: his code without A, B and C
    def find_loss(W, context, labels):
        hidden = labels != SKIP
        context, target = context[hidden], labels[hidden]
        logp, gradient = predict(W, context), np.zeros(W.shape)
        np.add.at(gradient, context, (np.exp(logp) - np.eye(len(W))[target]) / len(target))
        return -logp[np.arange(len(target)), target].mean(), gradient

    best = {"dev": np.inf}
    for epoch in range(1, epochs + 1):
        for context, labels in train:
            if (labels != SKIP).any():
                W = W - rate * find_loss(W, context, labels)[1]
        loss = find_loss(W, *dev)[0]
        if loss < best["dev"]:
            best = {"W": W, "epoch": epoch, "dev": loss}
    return {**best, "test": find_loss(best["W"], *test)[0]}
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · What must it beat?
#
# Two claims wait for your signature: "the MLM loss of our model is 5.4 nats", and "it sees which sentence is next in 54.7 % of the pairs, so it has learned to read on".
#
# **(a)** The first means something beside a **unigram**, which knows nothing but how often each piece $v$ occurs in the training text, $c_v$. With $a$ added to each of the $V$ counts no piece is impossible:
#
# $$p_v=\frac{c_v+a}{\sum_{u}(c_u+a)},\qquad L=-\frac1n\sum_{i=1}^{n}\ln p_{x_i}$$
#
# over the held-out tokens $x_1,\dots,x_n$.
#
# **(b)** The second needs an interval. With $k$ right of $n$ and $\hat p=k/n$, the lower end of Wilson's (06) is
#
# $$\frac{\hat p+\frac{z^2}{2n}-z\sqrt{\frac{\hat p(1-\hat p)}{n}+\frac{z^2}{4n^2}}}{1+\frac{z^2}{n}} .$$

# %% [markdown] lang="zh" of="0e7b52ed"
# ## q6 · 它必须胜过什么？
#
# 有两个说法等你签字：“我们模型的 MLM 损失是 5.4 奈特”；“它在 54.7% 的句对上看得出下一句是哪句，可见它学会了往下读”。
#
# **(a)** 第一个说法，要有**一元模型**放在旁边才有意义。一元模型只知道每个子词 $v$ 在训练文本里出现多少次，即 $c_v$。给 $V$ 个计数各加上 $a$，就没有哪个子词是不可能的了：
#
# $$p_v=\frac{c_v+a}{\sum_{u}(c_u+a)},\qquad L=-\frac1n\sum_{i=1}^{n}\ln p_{x_i}$$
#
# 对留出的词元 $x_1,\dots,x_n$ 求平均。
#
# **(b)** 第二个说法需要区间。$n$ 个中答对 $k$ 个，记 $\hat p=k/n$，Wilson 区间（06）的下端是
#
# $$\frac{\hat p+\frac{z^2}{2n}-z\sqrt{\frac{\hat p(1-\hat p)}{n}+\frac{z^2}{4n^2}}}{1+\frac{z^2}{n}} .$$

# %% tags=["given"]
def make_up_results(V=800, n=4_000, pairs=1_500):
    """COUNTS (V,), TOKENS (n,) held out, IS_RANDOM and SAID_RANDOM (pairs,): made up, so that nobody has to train for it."""
    rng = np.random.default_rng(9)
    p = 1 / np.arange(3, V + 3) ** 1.1
    counts, tokens = rng.multinomial(30 * V, p / p.sum()), rng.choice(V, n, p=p / p.sum())
    counts[rng.choice(V, V // 20, replace=False)] = 0                       # pieces that the training text doesn't hold
    is_random, right = np.arange(pairs) < 0.53 * pairs, np.arange(pairs) < 0.547 * pairs
    order = rng.permutation(pairs)
    return counts, tokens, is_random[order].astype(int), np.where(rng.permutation(right), is_random[order], ~is_random[order]).astype(int)

COUNTS, TOKENS, IS_RANDOM, SAID_RANDOM = make_up_results()

# %%
right = (IS_RANDOM == SAID_RANDOM).sum()
print(f"{len(TOKENS):,} held-out tokens, {(COUNTS[TOKENS] == 0).mean():.1%} of them never read; the model's loss there: 5.40 nats")
print(f"{right} of {len(IS_RANDOM):,} pairs right, {right / len(IS_RANDOM):.1%}; {IS_RANDOM.mean():.1%} of the pairs are random")

# %% [markdown] lang="en"
# **(c)** `UNIGRAM`: its loss on `TOKENS` with $a=1$. `LOW`: the lower end for the model's pairs at $z=1.96$. `CHANCE`: the share of these pairs that the better of two readers gets right who read nothing, one always saying "next", the other
# always "random". `VERDICT`: `"above"` if `LOW` is above `CHANCE`, else `"not shown"`.
#
# **(d)** Suppose the share right stays as it is, $\hat p$, and `CHANCE` too. `NEEDED`: the smallest whole number of pairs $n$ at which the lower end, with $k=\hat p\,n$, is above `CHANCE`. (Find it by search, or solve the formula for $n$.)

# %% [markdown] lang="zh" of="35e084ec"
# **(c)** `UNIGRAM`：取 $a=1$ 时，它在 `TOKENS` 上的损失。`LOW`：模型在这些句对上的区间下端，取 $z=1.96$。`CHANCE`：有两个什么都不读的读者，一个总说“下一句”，一个总说“随机”；较好的那个在这些句对上答对的比例。
# `VERDICT`：`LOW` 高于 `CHANCE` 时写 `"above"`（胜过），否则写 `"not shown"`（未能证明）。
#
# **(d)** 假定答对的比例 $\hat p$ 保持不变，`CHANCE` 也不变。`NEEDED`：取 $k=\hat p\,n$，使下端高于 `CHANCE` 的最小整数 $n$，即所需的句对数。（可以搜索，也可以从公式里解出 $n$。）

# %% question="q6"
# q6: two baselines, the verdict, and the numbers that defend it
def unigram_loss(counts, tokens, a=1.0):
    """The mean loss in nats of the unigram with these counts on the held-out tokens.

    counts: (V,) whole numbers >= 0, of the training text; tokens: (n,) piece numbers
    0 ... V-1, n >= 1; a > 0.
    In the example p = [0.7, 0.2, 0.1] and the loss is (2 * 0.3567 + 2.3026) / 3.
    >>> unigram_loss(counts=[6, 1, 0], tokens=[0, 0, 2], a=1)
    1.0053
    """
    # BEGIN SOLUTION: shares of the raised counts, looked up for each token
    p = (counts + a) / (counts + a).sum()
    return -np.log(p[tokens]).mean()
    # END SOLUTION


def lower_end(k, n, z=1.96):
    """The lower end of Wilson's interval for k right of n, n >= 1, 0 <= k <= n, z >= 0.

    >>> lower_end(8, 10)
    0.4902
    """
    # BEGIN SOLUTION: the formula
    p = k / n
    return (p + z**2 / (2 * n) - z * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5) / (1 + z**2 / n)
    # END SOLUTION


# BEGIN SOLUTION: nats
UNIGRAM = unigram_loss(COUNTS, TOKENS)
# END SOLUTION
# BEGIN SOLUTION: a share
LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM))
# END SOLUTION
# BEGIN SOLUTION: a share
CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean())
# END SOLUTION
# BEGIN SOLUTION: "above" or "not shown"
VERDICT = "above" if LOW > CHANCE else "not shown"
# END SOLUTION
# BEGIN SOLUTION: a whole number of pairs
NEEDED = next(n for n in range(1, 10**5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Put your `learn_merges` and the lesson's `learn_pieces` side by side on a text of your own: how many merges differ only by the rule for ties? And throw dice at any training code that you are handed: a test loss below
# the floor needs no second proof. Lesson 10 fine-tunes what was pretrained here.

# %% [markdown] lang="zh" of="806c231e"
# **接下来。** 找一份自己的文本，把你的 `learn_merges` 与课里的 `learn_pieces` 对照：有多少次合并只是因为平手规则而不同？还有，别人交给你任何训练代码，都先喂它骰子：测试损失低于下限，就无须再找别的证据。
# 第 10 课对这里预训练出来的东西做微调。
