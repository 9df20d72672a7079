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
# # 06. Evaluation
#
# **The question of this lesson:** is it any good?
#
# You will be able to:
# - write the common scores from the confusion matrix, zero divisions included;
# - judge a ranking, and say why ROC and precision disagree when anger is rare;
# - choose a threshold by what mistakes cost, and mend probabilities that mislead;
# - put an interval on any score, and on the difference of two models;
# - find the leak that flatters a model.
#
# **Time and needs.** Reading: ⟦core_minutes⟧ minutes, with what is marked Deeper ⟦whole_minutes⟧. The notebook itself
# runs in ⟦run_seconds⟧ s on 2 CPU cores and takes ⟦peak_memory⟧ of memory. You need 00.4, 00.5 and 03.14; no graphics
# card, no network.

# %% [markdown] lang="zh" of="2d2b5f6f"
# # 06. 评估
#
# **本课的问题：** 这个模型到底好不好？
#
# 学完后你能够：
# - 从混淆矩阵写出各种常用指标，分母为零也不出错；
# - 评判一种排序，并说清愤怒的顾客很少时，ROC 与精确率为何各执一词；
# - 按犯错的代价选定阈值，并把名不副实的概率校正过来；
# - 给任何一个分数、两个模型之差配上区间；
# - 找出让模型显得比实际更好的那处泄漏。
#
# **时间与所需。** 阅读约 ⟦core_minutes⟧ 分钟，连同标有“选读”的部分约 ⟦whole_minutes⟧ 分钟。整个笔记本在 2 个 CPU 核上运行
# ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。需要先学 00.4、00.5 和 03.14 节；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("scikit-learn", "matplotlib", "ipywidgets")
from threadpoolctl import threadpool_limits

threadpool_limits(1);       # problems this small only wait for a second thread

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn import metrics

import course_data as data
from course_utils import plotting, seed_everything

# %%
plotting.use_course_style()
SEED = 0                    # the split and every draw below follow from it
SEEDS = range(10)           # recipes are compared on ten splits; at least 3
ANGRY = -2.0                # a mean rating below this, of −4…4, wants an answer
FALSE_ALARM = 3.0           # dollars: six minutes of staff; an assumption
MISSED = 27.0               # dollars lost by an angry customer unanswered; assumed
RARE = 0.02                 # the share of anger in another shop (06.5)
DRAWS = 1_000               # bootstrap samples; below 500 an interval's ends wobble
rng = seed_everything(SEED)

# %% [markdown] lang="en"
# ## 06.1 Four things can happen
#
# Our company reads reviews for shops. An angry customer should hear from a human being the same day, so a model raises
# an alarm or stays silent:
#
# | | alarm | silence |
# |---|---|---|
# | **angry** | TP, true positive | FN, false negative: a customer missed |
# | **fine** | FP, false positive: a false alarm | TN, true negative |
#
# "Positive" means what we look for, here anger: a mean rating below −⟦-ANGRY:g⟧, ⟦angry.mean():.0%⟧ of the movie
# reviews. We learn on the training set and look at the validation set; the test set stays closed until something has
# been decided.
#
# **Before you run it:** a model that never raises an alarm: what is its accuracy?

# %% [markdown] lang="zh" of="54d1db43"
# ## 06.1 四种可能
#
# 我们的公司替商家读评论。愤怒的顾客应当在当天得到真人的答复，于是由模型决定报警还是沉默：
#
# | | 报警 | 沉默 |
# |---|---|---|
# | **愤怒** | TP，真阳性 | FN，假阴性：漏掉一位顾客 |
# | **正常** | FP，假阳性：一次误报 | TN，真阴性 |
#
# “阳性”指我们要找的东西，这里就是愤怒：平均评分低于 −⟦-ANGRY:g⟧，占影评的 ⟦angry.mean():.0%⟧。模型在训练集上学习，
# 我们只看验证集；测试集先封存，等做出了决定再打开。
#
# **先猜再运行：** 一个从不报警的模型，准确率是多少？

# %%
reviews = data.load_reviews("movies")
texts = np.array(reviews.texts, dtype=object)                   # (N,)
angry = (reviews.ratings < ANGRY).astype(int)                   # (N,)
train, val, test = data.split(len(texts), (0.6, 0.2, 0.2), seed=SEED, labels=angry)
assert len(np.unique(np.r_[train, val, test])) == len(texts), "each in one part"
f"{len(train):,} reviews to learn from, {len(val):,} to validate, {len(test):,} to test"

# %% [markdown] lang="en"
# The model is TF-IDF with logistic regression (00.4). TF-IDF counts words, damps the counts by a logarithm, multiplies
# rare words up, and scales each review to length 1. The regression returns a logit $z$; $p=\sigma(z)=1/(1+e^{-z})$
# ought to be the probability of anger. Before any score, we read: what does it call angry, where is it wrong?

# %% [markdown] lang="zh" of="be52c53d"
# 模型是 TF-IDF 加逻辑回归（00.4 节）。TF-IDF 先数词，用对数压低词频，再放大少见的词，最后把每条评论缩放到长度 1。
# 逻辑回归给出对数几率（logit）$z$，而 $p=\sigma(z)=1/(1+e^{-z})$ 应当是愤怒的概率。先不谈分数，读一读：它把什么叫作愤怒，又错在哪里？

# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

# %%
def make_model(C=1.0, **settings):
    """TF-IDF of single words, logistic regression; C: 1 / strength of L2 (04.5)."""
    regression = LogisticRegression(C=C, solver="newton-cg", **settings)
    return make_pipeline(TfidfVectorizer(min_df=2, sublinear_tf=True), regression)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

# %%
model = make_model().fit(texts[train], angry[train])
z_val, y_val = model.decision_function(texts[val]), angry[val]  # (n,) logits, truth
p_val = sigmoid(z_val)
assert np.allclose(p_val, model.predict_proba(texts[val])[:, 1]), "the library's"

# %%
from_top = val[np.argsort(-p_val)]                              # rows, surest first
p_of = dict(zip(val, p_val))

def show_reviews(title, rows):
    print(title)
    for k in rows:
        print(f"  p {p_of[k]:.2f}, rated {reviews.ratings[k]:+.1f}: {texts[k][:66]}")

# %%
show_reviews("angry, and called so:", from_top[angry[from_top] == 1][:3])
show_reviews("false alarms:", from_top[angry[from_top] == 0][:4])
show_reviews("missed:", from_top[angry[from_top] == 1][:-5:-1])

# %% [markdown] lang="en"
# Some "mistakes" lie just above our border of −⟦-ANGRY:g⟧: the label is as blunt as the model. Others show what counting
# words can't do: "not really as bad" sounds angry to it, and "a bomb" doesn't.
#
# All that happens is counted in the **confusion matrix**: rows the truth, columns what the model called it,
#
# $$C_{ij}=\#\{\,k:\;y_k=i,\;\hat y_k=j\,\},\qquad A=\frac{\sum_i C_{ii}}{\sum_{ij}C_{ij}} .$$
#
# $A$ is the accuracy. For two classes the matrix is $\begin{pmatrix}TN&FP\\FN&TP\end{pmatrix}$; some books transpose it.

# %% [markdown] lang="zh" of="74de32b4"
# 有些“错误”只比我们划的界线 −⟦-ANGRY:g⟧ 高一点点：标签本身与模型一样粗。另一些则显出只数词的局限：
# “not really as bad”（其实没那么糟）在它听来是愤怒，“a bomb”（彻底搞砸）反而不是。
#
# 发生过的一切都记在**混淆矩阵**（confusion matrix）里：行是真实类别，列是模型的判断，
#
# $$C_{ij}=\#\{\,k:\;y_k=i,\;\hat y_k=j\,\},\qquad A=\frac{\sum_i C_{ii}}{\sum_{ij}C_{ij}} .$$
#
# $A$ 就是准确率（accuracy）。两类时，矩阵是 $\begin{pmatrix}TN&FP\\FN&TP\end{pmatrix}$；有的书把它转置过来。

# %%
def confuse(y, called, K=2):
    """(K, K), [i, j]: how many of class i were called j; y, called: (n,) below K."""
    return np.bincount(K * y + called, minlength=K * K).reshape(K, K)

C_model = confuse(y_val, (p_val >= 0.5).astype(int))
assert (C_model == metrics.confusion_matrix(y_val, p_val >= 0.5)).all(), "library's"

# %%
def accuracy(C):
    return np.trace(C) / C.sum()

C_silent = confuse(y_val, 0 * y_val)
assert abs(accuracy(C_model) - accuracy(C_silent)) < 0.05, "nearly as accurate"
C_model, C_silent

# %% [markdown] lang="en"
# The silent model is right in ⟦accuracy(C_silent):.1%⟧ of ⟦len(val):,⟧ reviews, ours in ⟦accuracy(C_model):.1%⟧. Of
# ⟦C_model[1].sum()⟧ angry customers ours finds ⟦C_model[1, 1]⟧, the silent one none.
#
# Has ours learned nothing? It **ranks** well, as 06.4 will show. But 0.5 is a high bar when ⟦angry.mean():.0%⟧ are
# angry, and accuracy looks at nothing else: the fine reviews outvote the angry ones
# ⟦(1 - y_val.mean()) / y_val.mean():.1f⟧ to 1. We need scores that look at one class at a time.

# %% [markdown] lang="zh" of="cc22a8b3"
# 在 ⟦len(val):,⟧ 条评论上，从不报警的模型答对 ⟦accuracy(C_silent):.1%⟧，我们的答对 ⟦accuracy(C_model):.1%⟧。
# ⟦C_model[1].sum()⟧ 位愤怒的顾客，我们找到 ⟦C_model[1, 1]⟧ 位，它一位也没有找到。
#
# 难道我们的模型什么也没学到？06.4 节会看到，它**排序**排得不错。但愤怒的只占 ⟦angry.mean():.0%⟧，
# 概率要到 0.5 很不容易，而准确率偏偏只看这一条线：正常评论以 ⟦(1 - y_val.mean()) / y_val.mean():.1f⟧ 比 1 压过愤怒的评论。
# 所以需要一次只看一个类别的指标。

# %% [markdown] lang="en"
# ## 06.2 Two wishes, and one number for both
#
# Staff wish that an alarm be right: **precision** $P$. Customers wish that anger be found: **recall** $R$.
#
# $$P=\frac{TP}{TP+FP},\qquad R=\frac{TP}{TP+FN}.$$
#
# Each is easy to satisfy alone: one sure alarm, or an alarm for everybody. F1 wants both; it is their **harmonic mean**,
#
# $$F_1=\frac{2}{1/P+1/R}=\frac{2PR}{P+R}=\frac{2\,TP}{2\,TP+FP+FN} .$$
#
# An alarm for everybody has the precision ⟦y_val.mean():.2f⟧ and the recall 1, on average
# ⟦(1 + y_val.mean()) / 2:.2f⟧. One of the articles behind this course calls F1 "the weighted average" of the two. Is it?

# %% [markdown] lang="zh" of="16a2a78a"
# ## 06.2 两个愿望，一个数
#
# 员工希望报警都报得准，这是**精确率**（precision）$P$；顾客希望愤怒都能被发现，这是**召回率**（recall）$R$。
#
# $$P=\frac{TP}{TP+FP},\qquad R=\frac{TP}{TP+FN}.$$
#
# 单独满足哪一个都容易：只报最有把握的一条，或者条条都报。F1 要求两者兼顾，它是两者的**调和平均**（harmonic mean），
#
# $$F_1=\frac{2}{1/P+1/R}=\frac{2PR}{P+R}=\frac{2\,TP}{2\,TP+FP+FN} .$$
#
# 条条都报警，精确率是 ⟦y_val.mean():.2f⟧，召回率是 1，平均 ⟦(1 + y_val.mean()) / 2:.2f⟧。本课程所依据的文章里，有一篇说 F1
# 是两者的“加权平均”。是这样吗？

# %%
def divide(a, b, empty=0.0):
    """a / b, and `empty` where b is 0."""
    return np.divide(a, b, out=np.full(np.shape(b), float(empty)), where=b != 0)

# %%
def score_classes(C, empty=0.0):
    """(K, K) -> (3, K): precision, recall, F1 of each class."""
    hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)      # (K,) each
    shares = (hits, called), (hits, there), (2 * hits, called + there)
    return np.array([divide(part, whole, empty) for part, whole in shares])

# %%
prf = {}
for threshold in (2, 0.5, 0.2, 0):                              # 2: silent; 0: all
    called = (p_val >= threshold).astype(int)
    P, R, F = score_classes(confuse(y_val, called))[:, 1]       # of anger
    w = called.sum() / (called.sum() + y_val.sum())
    assert np.isclose(w * P + (1 - w) * R, F), "F1 is an average, with moving weights"
    prf[threshold] = F, w
    print(f"p ≥ {threshold:3}: P {P:.2f}, R {R:.2f}, F1 {F:.2f}, weight of P {w:.2f}")

# %%
(tn, fp), (fn, tp) = confuse(y_val, (p_val >= 0.2).astype(int))
line = {"arrowstyle": "-", "color": "grey"}
plotting.draw_diagram(
    {"alarm": (2, 2.75, "alarm", "text"), "silence": (3.6, 2.75, "silence", "text"),
     "angry": (0.7, 2.15, "angry", "text"), "fine": (0.7, 1.35, "fine", "text"),
     "tp": (2, 2.15, f"TP {tp}", "weights"), "fn": (3.6, 2.15, f"FN {fn}", "data"),
     "fp": (2, 1.35, f"FP {fp}", "data"), "tn": (3.6, 1.35, f"TN {tn:,}", "data"),
     "R": (5.6, 2.15, f"recall $R = t$\nTP / row: {tp / (tp + fn):.2f}"),
     "f": (5.6, 1.35, f"false alarms $f$\nFP / row: {fp / (fp + tn):.2f}"),
     "P": (2, 0.4, f"precision $P$\nTP / column: {tp / (tp + fp):.2f}")},
    [("tp", "fn", "", line), ("fp", "tn", "", line), ("tp", "fp", "", line),
     ("fn", "R"), ("tn", "f"), ("fp", "P")], size=(6.8, 3));

# %% [markdown] lang="en"
# *The picture:* the confusion matrix for alarms at $p\ge0.2$, and its rates. Along the rows: the share of the angry found,
# $R$ (from 06.4 on also $t$), and the share of the fine alarmed, $f$. Down the column of alarms: $P$.
#
# F1 of an alarm for everybody is ⟦prf[0][0]:.2f⟧, half of what the average claims: the smaller of the two rules.
# It is **some** weighted average, $F_1=wP+(1-w)R$, with $w$ the alarms' share of alarms plus angry reviews; but $w$ moves
# with the model, from ⟦prf[0.5][1]:.2f⟧ to ⟦prf[0][1]:.2f⟧ above. And the silent model's precision is $0/0$: we say 0;
# scikit-learn asks by `zero_division`.

# %% [markdown] lang="zh" of="6b7a5830"
# *图中所见：* $p\ge0.2$ 就报警时的混淆矩阵，以及由它得出的比例。沿着行看：愤怒的找到多少，即 $R$（从 06.4 节起也记作 $t$）；
# 正常的被报警多少，即 $f$。顺着报警那一列看：$P$。
#
# 条条都报警，F1 是 ⟦prf[0][0]:.2f⟧，只有算术平均的一半：两者之中，小的那个说了算。
# 它确实是**某种**加权平均，$F_1=wP+(1-w)R$，其中 $w$ 是报警数在“报警数加愤怒评论数”里所占的比例；可是 $w$ 随模型而变，
# 上面从 ⟦prf[0.5][1]:.2f⟧ 变到 ⟦prf[0][1]:.2f⟧。另外，从不报警的模型，精确率是 $0/0$：我们规定为 0，scikit-learn 让你用 `zero_division` 自己选。

# %% [markdown] lang="en"
# ## 06.3 Deeper: three classes, three ways to average
#
# A shop wants more: negative (rating below −1), mild, positive (1 and above). Each class, held against all others, has
# its $F_k$. With $n_k$ reviews in class $k$,
#
# $$F_{\mathrm{macro}}=\frac1K\sum_k F_k,\qquad F_{\mathrm{weighted}}=\sum_k\frac{n_k}{n}F_k,\qquad
# F_{\mathrm{micro}}=\frac{\sum_k 2\,TP_k}{\sum_k(2\,TP_k+FP_k+FN_k)} .$$
#
# Each wrong call is an $FP$ of one class and an $FN$ of another, so
# $F_{\mathrm{micro}}=2\operatorname{tr}C/(2\operatorname{tr}C+2(n-\operatorname{tr}C))=A$: the accuracy, under another
# name.

# %% [markdown] lang="zh" of="a512f228"
# ## 06.3 选读：三个类别，三种平均
#
# 商家还想知道更多：负面（评分低于 −1）、平淡、正面（1 及以上）。每个类别与其余各类对立起来看，都有自己的 $F_k$。
# 设第 $k$ 类有 $n_k$ 条评论，宏平均（macro）、加权平均（weighted）和微平均（micro）分别是
#
# $$F_{\mathrm{macro}}=\frac1K\sum_k F_k,\qquad F_{\mathrm{weighted}}=\sum_k\frac{n_k}{n}F_k,\qquad
# F_{\mathrm{micro}}=\frac{\sum_k 2\,TP_k}{\sum_k(2\,TP_k+FP_k+FN_k)} .$$
#
# 每判错一条，就给一个类别记一次 $FP$，给另一个类别记一次 $FN$，所以
# $F_{\mathrm{micro}}=2\operatorname{tr}C/(2\operatorname{tr}C+2(n-\operatorname{tr}C))=A$，不过是准确率换了个名字。

# %%
mood = np.digitize(reviews.ratings, [-1, 1])            # 0 below −1, 1 below 1, else 2
called = make_model().fit(texts[train], mood[train]).predict(texts[val])
C_mood = confuse(mood[val], called, K=3)
assert (C_mood.sum(axis=1) == np.bincount(mood[val])).all(), "rows sum to the classes"
C_mood

# %%
def average_classes(C, empty=0.0):
    """(3, 3): rows macro, micro, weighted; columns precision, recall, F1."""
    each = score_classes(C, empty)                              # (3, K)
    by_size = each @ C.sum(axis=1) / C.sum()
    return np.array([each.mean(axis=1), np.full(3, accuracy(C)), by_size])

# %%
for kind, ours in zip(("macro", "micro", "weighted"), average_classes(C_mood)):
    theirs = metrics.precision_recall_fscore_support(mood[val], called, average=kind)
    assert np.allclose(ours, theirs[:3]), "ours must equal scikit-learn's"

# %%
macro, micro, weighted = average_classes(C_mood)                # (3,) each
f1_of_means = 2 * macro[0] * macro[1] / (macro[0] + macro[1])
assert np.allclose([micro[2], weighted[1]], accuracy(C_mood)), "both are the accuracy"
assert score_classes(C_mood)[2, 1] < macro[2] < weighted[2], "macro sees the weak class"
f"F1: macro {macro[2]:.3f}, micro {micro[2]:.3f}, weighted {weighted[2]:.3f}"

# %% [markdown] lang="en"
# Of the mild reviews (middle row) only ⟦C_mood[1, 1] / C_mood[1].sum():.0%⟧ are called mild: an F1 of
# ⟦score_classes(C_mood)[2, 1]:.2f⟧. The macro average falls to ⟦macro[2]:.2f⟧; micro,
# ⟦micro[2]:.2f⟧, and weighted, ⟦weighted[2]:.2f⟧, hardly notice, since only ⟦(mood[val] == 1).mean():.0%⟧ are mild.
#
# Which to take? Macro, if each class matters equally; weighted, if each review does; micro is accuracy (and so is
# weighted recall). And ask what "macro F1" means: the mean of the F1s is ⟦macro[2]:.3f⟧, as scikit-learn has it; the F1
# of mean precision and mean recall is ⟦f1_of_means:.3f⟧.

# %% [markdown] lang="zh" of="54ecf5cf"
# 平淡的评论（中间一行）只有 ⟦C_mood[1, 1] / C_mood[1].sum():.0%⟧ 被认作平淡，F1 是 ⟦score_classes(C_mood)[2, 1]:.2f⟧。宏平均被拉到 ⟦macro[2]:.2f⟧；微平均 ⟦micro[2]:.2f⟧、
# 加权平均 ⟦weighted[2]:.2f⟧ 几乎没有察觉，因为平淡的只占 ⟦(mood[val] == 1).mean():.0%⟧。
#
# 该用哪一种？各个类别同等重要，用宏平均；每条评论同等重要，用加权平均；微平均就是准确率（召回率的加权平均也是）。
# 见到“宏 F1”还要问清怎么算：各类 F1 的平均是 ⟦macro[2]:.3f⟧，scikit-learn 用的就是它；
# 先平均精确率和召回率、再求 F1，则是 ⟦f1_of_means:.3f⟧。

# %% [markdown] lang="en"
# ## 06.4 A ranking, before any threshold
#
# The model gives a number; only a threshold makes it a verdict. Let the threshold sink from above, and draw the share of
# angry reviews caught, $t=TP/(TP+FN)$, against the share of fine reviews alarmed, $f=FP/(FP+TN)$: the **ROC curve**. The
# area under it, AUC, has a meaning of its own. Draw an angry review, score $s^+$, and a fine one, $s^-$:
#
# $$\mathrm{AUC}=\Pr(s^+>s^-)+\tfrac12\Pr(s^+=s^-).$$
#
# Why? Take three angry reviews and four fine ones, ranked $+-+--+-$, and look at one strip.

# %% [markdown] lang="zh" of="fbd60e6d"
# ## 06.4 先看排序，再谈阈值
#
# 模型给出的只是一个数，有了阈值才成为裁决。让阈值从上往下降，以正常评论被报警的比例 $f=FP/(FP+TN)$ 为横坐标、
# 愤怒评论被抓到的比例 $t=TP/(TP+FN)$ 为纵坐标画点，连起来就是 **ROC 曲线**（ROC curve）。曲线下的面积 AUC 另有含义：
# 随机抽一条愤怒评论，得分 $s^+$，再抽一条正常评论，得分 $s^-$，
#
# $$\mathrm{AUC}=\Pr(s^+>s^-)+\tfrac12\Pr(s^+=s^-).$$
#
# 为什么？取三条愤怒的和四条正常的评论，次序是 $+-+--+-$，看其中的一条横带。

# %%
def find_auc(y, score):
    """AUC by the definition: fine reviews below each angry one, a tie counting half."""
    angry_ones, fine_ones = score[y == 1], np.sort(score[y == 0])
    below = [np.searchsorted(fine_ones, angry_ones, side) for side in ("left", "right")]
    return np.mean(below) / len(fine_ones)

# %%
def find_roc(y, score):
    """(m,) f and t at each distinct score, from the highest down, after (0, 0)."""
    return metrics.roc_curve(y, score, drop_intermediate=False)[:2]

# %%
few = np.array([1, 0, 1, 0, 0, 1, 0]), -np.arange(7)            # truth; scores, sinking
fpr, tpr = find_roc(y_val, z_val)                               # (m,) each
auc_few, auc_val = find_auc(*few), find_auc(y_val, z_val)
for y, z in (few, (y_val, z_val), (y_val, z_val.round(1))):     # rounding makes ties
    area, library = np.trapezoid(*find_roc(y, z)[::-1]), metrics.roc_auc_score(y, z)
    assert np.allclose(find_auc(y, z), [area, library]), "pairs, area, library agree"
assert np.isclose(find_auc(y_val, z_val**3), auc_val), "only the order counts"
f"AUC: the seven reviews {auc_few:.3f}, our model {auc_val:.3f}"

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.6, 3), sharey=True)
axes[0].plot(*find_roc(*few), "C5o-")
axes[0].fill_betweenx([1 / 3, 2 / 3], 0.25, 1, color="C1", alpha=0.5)
axes[0].text(0.62, 0.5, "second angry:\n3 of 4 fine lower", ha="center", va="center")
axes[1].plot(fpr, tpr, "C5-")
for threshold, marker in ((0.5, "o"), (0.2, "s"), (0.1, "^")):
    at = [(p_val[y_val == k] >= threshold).mean() for k in (0, 1)]
    axes[1].plot(*at, marker, color="C4", label=rf"$p\geq{threshold}$")
for ax, title in zip(axes, ("seven reviews", "our model")):
    ax.plot([0, 1], [0, 1], color="grey", linestyle=":")
    ax.set(xlabel="share of fine alarmed, $f$", title=title)
axes[0].set(ylabel="share of angry found, $t$")
axes[1].legend();

# %% [markdown] lang="en"
# *The picture:* left, a staircase: each angry review lifts it by $1/n_+=\tfrac13$, each fine one moves it right by
# $1/n_-=\tfrac14$. To the right of the lift of the second angry review lie the three fine ones ranked below it: its
# strip has the area $\tfrac13\cdot\tfrac34$, the pairs it wins over $n_+n_-$. The strips add up to $(4+3+1)/12=\tfrac23$,
# the share of pairs won. (A tie runs diagonally: half a pair.) Right, our model: the threshold 0.5 in the lower left
# corner, 0.1 upper right: three verdicts from one ranking.
#
# Of ⟦y_val.sum() * (1 - y_val).sum():,⟧ pairs the angry review stands higher in ⟦auc_val:.0%⟧. That is what accuracy
# didn't see. But any increasing function of the scores gives the same AUC: it can't say whether 0.1 means one in ten.

# %% [markdown] lang="zh" of="d42c5e58"
# *图中所见：* 左图是一道阶梯：每条愤怒评论让它上升 $1/n_+=\tfrac13$，每条正常评论让它右移 $1/n_-=\tfrac14$。
# 第二条愤怒评论抬高曲线之处，右边是排在它下面的三条正常评论：这条横带的面积是 $\tfrac13\cdot\tfrac34$，即它赢下的对数除以 $n_+n_-$。
# 各条横带相加得 $(4+3+1)/12=\tfrac23$，既是面积，也是赢的对所占的比例。（遇到同分，曲线走斜线，恰好把那一对切成两半。）
# 右图是我们的模型：阈值 0.5 落在左下角，0.1 在右上方：同一种排序，三种裁决。
#
# 在 ⟦y_val.sum() * (1 - y_val).sum():,⟧ 对评论中，愤怒的排在前面的占 ⟦auc_val:.0%⟧。这正是准确率没有看到的。
# 不过，对得分施加任何递增函数，AUC 都不变：0.1 是不是真的表示十次里有一次，它说不出来。

# %% [markdown] lang="en"
# ## 06.5 When angry customers are rare
#
# Staff see only the alarms: for them precision matters. Divide $TP$ and $FP$ by $n$, with $\pi$ the share of angry
# reviews:
#
# $$P=\frac{\pi t}{\pi t+(1-\pi)f},\qquad R=t .$$
#
# $t$ and $f$ each look inside one class; $\pi$ enters precision alone. The **precision–recall curve** draws $P$ against
# $R$; **average precision** sums it up, $\mathrm{AP}=\sum_k(R_k-R_{k-1})P_k$. Scores by lot ($f=t$, so $P=\pi$) reach an
# AUC of 0.5, but an AP of only about $\pi$.
#
# **Before you run it:** another shop has reviews of the same kind, but only ⟦100 * RARE:g⟧ in 100 are angry. What happens
# to AUC, what to AP?

# %% [markdown] lang="zh" of="e27a6826"
# ## 06.5 愤怒的顾客很少时
#
# 员工看到的只有报警，所以他们在乎精确率。设愤怒评论的比例为 $\pi$，把 $TP$ 和 $FP$ 都除以 $n$，得
#
# $$P=\frac{\pi t}{\pi t+(1-\pi)f},\qquad R=t .$$
#
# $t$ 和 $f$ 各自只看一个类别的内部，$\pi$ 只出现在精确率里。以 $R$ 为横轴、$P$ 为纵轴，就是**精确率–召回率曲线**（precision–recall curve）；
# **平均精度**（average precision，AP）把它概括成一个数，$\mathrm{AP}=\sum_k(R_k-R_{k-1})P_k$。随机打分时 $f=t$，于是 $P=\pi$：
# AUC 是 0.5，AP 却只有 $\pi$ 左右。
#
# **先猜再运行：** 另一家店的评论性质相同，只是 100 条里仅有 ⟦100 * RARE:g⟧ 条愤怒。AUC 会怎样？AP 呢？

# %%
def find_precision(f, t, share):
    return divide(share * t, share * t + (1 - share) * f, empty=1.0)    # 1 at (0, 0)

def find_ap(f, t, share):
    return np.sum(np.diff(t) * find_precision(f, t, share)[1:])

ap_val, ap_rare = (find_ap(fpr, tpr, share) for share in (y_val.mean(), RARE))
assert np.isclose(ap_val, metrics.average_precision_score(y_val, z_val)), "library's"

# %%
pos, neg = np.flatnonzero(y_val == 1), np.flatnonzero(y_val == 0)

def open_shop(share):
    """Rows of a shop with this share of anger: too many of one class are left out."""
    n = min(len(pos) / share, len(neg) / (1 - share))
    n_pos, n_neg = round(n * share), round(n * (1 - share))
    return np.r_[rng.choice(pos, n_pos, False), rng.choice(neg, n_neg, False)]

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
for share, look in ((0.5, "C3:"), (y_val.mean(), "C5-"), (RARE, "C4--")):
    rows = open_shop(share)
    f, t = find_roc(y_val[rows], z_val[rows])
    axes[0].plot(f, t, look, label=f"{share:.0%} angry")
    axes[1].plot(t[1:], find_precision(f, t, y_val[rows].mean())[1:], look)
axes[0].set(xlabel="$f$", ylabel="$t$", title="ROC")
axes[1].set(xlabel="recall", ylabel="precision", title="precision–recall")
axes[0].legend(fontsize="small");

# %%
def score_shop():
    rows = open_shop(RARE)
    y, z = y_val[rows], z_val[rows]
    return find_auc(y, z), metrics.average_precision_score(y, z)

# %%
shops = np.array([score_shop() for _ in range(300)])            # (300, 2)
assert abs(shops[:, 0].mean() - auc_val) < 0.01, "the mean AUC stays where it was"
assert abs(shops[:, 1].mean() - ap_rare) < 0.03, "AP is about the formula's"
at_half = np.interp(0.5, tpr, fpr)                              # f where t = 1/2
before, now = (1 / find_precision(at_half, 0.5, s) for s in (y_val.mean(), RARE))
f"alarms for each angry customer, to find half: {before:.1f}, now {now:.0f}"

# %% [markdown] lang="en"
# *The picture:* three shops, drawn out of our validation set so that 50 %, ⟦y_val.mean():.0%⟧ and ⟦RARE:.0%⟧ are angry.
# Left, their ROC curves lie close together (the third, of few angry reviews, is a coarse staircase). Right, their
# precision–recall curves lie far apart.
#
# Over 300 draws of the third shop AUC is
# ⟦shops[:, 0].mean():.2f⟧ ± ⟦shops[:, 0].std():.2f⟧, as before (⟦auc_val:.2f⟧); AP falls from ⟦ap_val:.2f⟧ to
# ⟦shops[:, 1].mean():.2f⟧ ± ⟦shops[:, 1].std():.2f⟧ (formula ⟦ap_rare:.2f⟧; so few angry reviews push it up). To find
# half of the anger, one now raises ⟦now:.0f⟧ alarms for each angry customer, before
# ⟦before:.1f⟧. AUC compares rankings; precision foretells the work.

# %% [markdown] lang="zh" of="49d715c7"
# *图中所见：* 从验证集里抽出三家店，愤怒的分别占 50%、⟦y_val.mean():.0%⟧ 和 ⟦RARE:.0%⟧。左图，三条 ROC 曲线挨得很近（第三条的愤怒评论少，所以是粗粗的阶梯）；
# 右图，相应的精确率–召回率曲线相距很远。
#
# 两者回答的问题不同。第三家店抽 300 次，AUC 是 ⟦shops[:, 0].mean():.2f⟧ ± ⟦shops[:, 0].std():.2f⟧，一如从前（⟦auc_val:.2f⟧）；
# AP 从 ⟦ap_val:.2f⟧ 降到 ⟦shops[:, 1].mean():.2f⟧ ± ⟦shops[:, 1].std():.2f⟧（公式给出 ⟦ap_rare:.2f⟧；愤怒评论太少，会把它抬高一些）。
# 要找出一半的愤怒评论，原来平均报警 ⟦before:.1f⟧ 次遇上一位愤怒的顾客，现在要 ⟦now:.0f⟧ 次。
# 比较两种排序看 AUC，估计工作量看精确率。

# %% [markdown] lang="en"
# ## 06.6 A threshold has a price
#
# A false alarm costs $c_{FP}$, ⟦FALSE_ALARM:.0f⟧ dollars of staff time; a missed customer costs $c_{FN}$,
# ⟦MISSED:.0f⟧ dollars more than an answered one. If a review is angry with probability $p$, an alarm costs
# $(1-p)\,c_{FP}$ on average, silence $p\,c_{FN}$. So raise it where
#
# $$(1-p)\,c_{FP}\le p\,c_{FN}\quad\Longleftrightarrow\quad p\ge t^*=\frac{c_{FP}}{c_{FP}+c_{FN}} .$$
#
# (03.14 is the same rule: $c_{FP}=C$, $c_{FN}=M-C$.) Here $t^*=$ ⟦t_star:.2f⟧, and no data are needed, **if** $p$ can be
# trusted. If not: try all thresholds on the validation set.

# %% [markdown] lang="zh" of="f0502359"
# ## 06.6 阈值是有价钱的
#
# 误报（false alarm）一次的代价是 $c_{FP}$，即 ⟦FALSE_ALARM:.0f⟧ 美元（约 ¥ 元）的人工；漏掉一位顾客的代价是 $c_{FN}$，
# 比答复了他多损失 ⟦MISSED:.0f⟧ 美元（约 ¥ 元）。若一条评论愤怒的概率为 $p$，报警平均花 $(1-p)\,c_{FP}$，沉默平均花 $p\,c_{FN}$。
# 因此应当报警，当且仅当
#
# $$(1-p)\,c_{FP}\le p\,c_{FN}\quad\Longleftrightarrow\quad p\ge t^*=\frac{c_{FP}}{c_{FP}+c_{FN}} .$$
#
# （03.14 节是同一条规则，只是 $c_{FP}=C$，$c_{FN}=M-C$。）这里 $t^*=$ ⟦t_star:.2f⟧，根本用不着数据，**只要** $p$ 靠得住。靠不住，就在验证集上把所有阈值（threshold）都试一遍。

# %%
t_star = FALSE_ALARM / (FALSE_ALARM + MISSED)

def find_cost(y, alarms, missed=MISSED):
    """Dollars per 1,000 reviews; y: (n,) 0 or 1, alarms: (n,) bool."""
    wrong = FALSE_ALARM * (alarms & (y == 0)) + missed * (~alarms & (y == 1))
    return 1_000 * wrong.mean()

# %%
T_GRID = np.geomspace(0.02, 0.9, 200)
t_best = T_GRID[np.argmin([find_cost(y_val, p_val >= t) for t in T_GRID])]
asked = {"p ≥ 0.5": 0.5, "everybody": 0, "t*": t_star, "best": t_best}
bills = {name: find_cost(y_val, p_val >= t) for name, t in asked.items()}
assert min(bills.values()) == bills["best"], "where it was chosen none is cheaper"
{name: round(float(bill)) for name, bill in bills.items()}      # $ per 1,000 reviews

# %%
def draw_threshold(t, missed=MISSED, ax=None):
    """The price of every threshold, and what happens at t."""
    ax = ax or plt.subplots(figsize=(5, 3))[1]
    (tn, fp), (fn, tp) = confuse(y_val, (p_val >= t).astype(int))
    ax.plot(T_GRID, [find_cost(y_val, p_val >= each, missed) for each in T_GRID], "C5-")
    ax.plot(t, cost := find_cost(y_val, p_val >= t, missed), "o", color="C4")
    ax.axvline(FALSE_ALARM / (FALSE_ALARM + missed), color="grey", linestyle="--")
    ax.set(xlabel="threshold on $p$ (dashed: $t^*$)", xscale="log")
    title = f"TP {tp}, FN {fn}, FP {fp}, TN {tn}\ncost {cost:,.0f}"
    ax.set_title(title, fontsize="small")

from ipywidgets import FloatSlider, fixed, interact

interact(draw_threshold, t=FloatSlider(0.5, min=0.02, max=0.9, step=0.01),
         missed=FloatSlider(MISSED, min=3, max=90, step=3), ax=fixed(None));

# %%
fig, axes = plt.subplots(1, 2, figsize=(6.6, 2.9), sharey=True)
for ax, t in zip(axes, (0.5, t_best)):
    draw_threshold(t, ax=ax)
axes[0].set(ylabel="dollars per 1,000 reviews");

# %% [markdown] lang="en"
# *The picture:* twice the cost on the validation set against the threshold, a valley. The dot stands at 0.5 on the left,
# at the cheapest threshold on the right; above, what happens there. The dashed $t^*$ lies left of the
# valley's bottom at ⟦t_best:.2f⟧. (Move the sliders: where does the bottom go when a miss costs 90 dollars?)
#
# The habit of 0.5 costs ⟦bills["p ≥ 0.5"]:,.0f⟧ dollars, more than answering everybody
# (⟦bills["everybody"]:,.0f⟧). The best costs ⟦bills["best"]:,.0f⟧, $t^*$ ⟦bills["t*"]:,.0f⟧. Yet its derivation holds.
# So its premise must fail: is $p$ a probability at all?

# %% [markdown] lang="zh" of="0e512c16"
# *图中所见：* 两幅都是验证集上的代价随阈值的变化，形如山谷。左图的圆点在 0.5 处，右图的在最省钱的阈值处，上方写着那里发生了什么。
# 谷底在 ⟦t_best:.2f⟧，虚线 $t^*$ 在它左边。（拖动滑块看看：漏掉一位的代价涨到 90 美元时，谷底移到哪里？）
#
# 习惯性的 0.5 每 1,000 条评论要花 ⟦bills["p ≥ 0.5"]:,.0f⟧ 美元，比人人都答复（⟦bills["everybody"]:,.0f⟧）还贵。最好的阈值只要 ⟦bills["best"]:,.0f⟧，$t^*$ 要 ⟦bills["t*"]:,.0f⟧。
# 可是推导并没有错。那么错的只能是前提：$p$ 真的是概率吗？

# %% [markdown] lang="en"
# ## 06.7 Does 0.1 mean one in ten?
#
# A model is **calibrated** if, of the reviews to which it gives $p$, a share $p$ is angry. To see it, sort the reviews by
# $p$, cut them into $M$ bins of equal size, and hold the mean $\bar p_m$ against the share $\bar y_m$ that came true: the
# **reliability diagram**. The mean gap is the expected calibration error, $\mathrm{ECE}=\frac1M\sum_m|\bar p_m-\bar y_m|$.
#
# ECE alone can't judge: a model that says ⟦y_val.mean():.2f⟧ of everybody has next to none, and knows nothing. **Log
# loss** (00.4) and the **Brier score**, the mean of $(p-y)^2$, also reward telling reviews apart, and both are lowest, in
# expectation, for the true probability.

# %% [markdown] lang="zh" of="56198b5c"
# ## 06.7 0.1 真的是十次里有一次吗？
#
# 如果在模型给出 $p$ 的那些评论里，恰有比例为 $p$ 的是愤怒的，就说模型是**校准**的（calibrated）。检验的办法：把评论按 $p$ 排序，
# 切成 $M$ 个一样大的箱，拿每箱的平均 $\bar p_m$ 与实际应验的比例 $\bar y_m$ 对照，画出来就是**可靠性图**（reliability diagram）。
# 差距的平均叫期望校准误差（expected calibration error），$\mathrm{ECE}=\frac1M\sum_m|\bar p_m-\bar y_m|$。
#
# 单凭 ECE 还不能下结论：对谁都说 ⟦y_val.mean():.2f⟧ 的模型，误差几乎为零，却什么也不懂。**对数损失**（log loss，00.4 节）和
# **Brier 分数**（Brier score），即 $(p-y)^2$ 的平均，还会奖励把评论区分开来，而且说出真实概率时，期望值最低。

# %%
def find_reliability(y, p, bins=10):
    """(2, bins): mean probability, share that came true; bins of equal size (±1)."""
    groups = np.array_split(np.argsort(p), bins)
    return np.array([[values[rows].mean() for rows in groups] for values in (p, y)])

def find_ece(y, p):
    return np.abs(np.subtract(*find_reliability(y, p))).mean()

# %%
ece_val = find_ece(y_val, p_val)
ece_chance = [find_ece(rng.random(len(val)) < p_val, p_val) for _ in range(300)]
assert np.percentile(ece_chance, 99) < ece_val, "ours is beyond chance"
f"ECE {ece_val:.3f}; were p the truth, chance would make it {np.mean(ece_chance):.3f}"

# %% [markdown] lang="en"
# The gap is real: were $p$ the truth, chance alone would make an ECE of ⟦np.mean(ece_chance):.3f⟧, not
# ⟦ece_val:.3f⟧. To mend it, keep the order and bend the scale. **Platt scaling** fits two numbers,
#
# $$p=\sigma(az+b),$$
#
# which is logistic regression on a single column, the logit. Not on the training set, which the model knows by heart, but
# on the validation set. Then all has been decided, and we open the test set.

# %% [markdown] lang="zh" of="9e41daa9"
# 差距是真的：假如 $p$ 就是真实概率，光凭偶然，ECE 只会有 ⟦np.mean(ece_chance):.3f⟧，而不是 ⟦ece_val:.3f⟧。
# 要校正（calibration），就保留次序，只改刻度。**Platt 缩放**（Platt scaling）拟合两个数，
#
# $$p=\sigma(az+b),$$
#
# 也就是只有一列（对数几率）的逻辑回归。不能在训练集上拟合，那里的评论模型早已背熟；要用验证集。到这里该定的都定了，于是打开测试集。

# %%
def fit_platt(z, y):
    """(a, b) with the lowest log loss of sigma(a z + b); z, y: (n,)."""
    line = LogisticRegression(C=np.inf, tol=1e-8).fit(z[:, None], y)    # no penalty
    return line.coef_[0, 0], line.intercept_[0]

# %%
a, b = fit_platt(z_val, y_val)
z_test, y_test = model.decision_function(texts[test]), angry[test]
p_raw, p_test = sigmoid(z_test), sigmoid(a * z_test + b)
assert a > 0 and np.isclose(find_auc(y_test, p_test), find_auc(y_test, z_test)), "order"

# %%
for name, p in (("raw", p_raw), ("Platt", p_test)):
    print(f"{name:5}: log loss {metrics.log_loss(y_test, p):.3f}, Brier "
          f"{np.mean((p - y_test) ** 2):.3f}, ECE {find_ece(y_test, p):.3f}")
raw_loss, platt_loss = (metrics.log_loss(y_test, p) for p in (p_raw, p_test))
assert platt_loss < raw_loss, "it helps on the test set"
fig, ax = plt.subplots(figsize=(4.2, 3.2))
ax.plot([0, 1], [0, 1], color="grey", linestyle=":")
for name, p, look in (("raw", p_raw, "C5o-"), ("Platt", p_test, "C4s--")):
    ax.plot(*find_reliability(y_test, p), look, markersize=4, label=name)
ax.set(xlabel="mean probability said", ylabel="share that came true")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* the reliability diagram on the test set. Raw, the curve is steeper than the dotted diagonal: below it where
# little is said, above it where much is said. The model is too shy. After Platt it runs along the diagonal.
#
# The pull of L2 to zero keeps its weights small; $a=$ ⟦a:.2f⟧ stretches them. Log loss falls from
# ⟦raw_loss:.3f⟧ to ⟦platt_loss:.3f⟧, the cost at $t^*$ from
# ⟦find_cost(y_test, p_raw >= t_star):,.0f⟧ to ⟦find_cost(y_test, p_test >= t_star):,.0f⟧ dollars; the threshold searched
# on validation costs ⟦find_cost(y_test, p_raw >= t_best):,.0f⟧. But only $t^*$ follows when a price changes.

# %% [markdown] lang="zh" of="52201460"
# *图中所见：* 测试集上的可靠性图。未经处理的曲线比对角虚线陡：说得低的地方在线下，说得高的地方在线上，可见模型太保守。
# 经 Platt 缩放后，它贴着对角线走。
#
# L2 正则化把权重压得很小，$a=$ ⟦a:.2f⟧ 又把对数几率拉开。对数损失从 ⟦raw_loss:.3f⟧ 降到
# ⟦platt_loss:.3f⟧，$t^*$ 处的代价从 ⟦find_cost(y_test, p_raw >= t_star):,.0f⟧ 美元降到
# ⟦find_cost(y_test, p_test >= t_star):,.0f⟧ 美元；在验证集上搜出来的阈值，在这里要花
# ⟦find_cost(y_test, p_raw >= t_best):,.0f⟧ 美元。但价格一变，只有 $t^*$ 能马上跟着变。

# %% [markdown] lang="en"
# ## 06.8 How sure are we?
#
# 00.5 put an interval on an accuracy by a formula. F1, AUC and dollars have none so simple. The **bootstrap** (Efron,
# 1979) asks the data: they are all we know of the world, so let them stand for it. Draw $n$ of the $n$ reviews **with
# replacement**, compute the score again, a thousand times. The middle 95 % are the **percentile interval**.

# %% [markdown] lang="zh" of="007c12a3"
# ## 06.8 我们有多大把握？
#
# 00.5 节用公式给准确率配了区间。F1、AUC 和金额，就没有这么简单的公式了。**自助法**（bootstrap，Efron，1979）转而去问数据：
# 关于这个世界，我们知道的只有这些数据，那就让数据来代表世界。从 $n$ 条评论里**有放回地**抽 $n$ 条，重算一遍分数，
# 如此一千次，取中间的 95%，就是**百分位数区间**（percentile interval）。

# %%
def bootstrap(statistic, n, draws=DRAWS, seed=SEED):
    """(draws, ...) values of statistic(rows), n rows drawn of n with replacement."""
    source = np.random.default_rng(seed)
    return np.array([statistic(source.integers(n, size=n)) for _ in range(draws)])

def find_interval(values):
    return np.percentile(values, [2.5, 97.5], axis=0)           # the middle 95 %

# %%
alarms, everything = p_test >= t_star, np.arange(len(test))

def score_rows(rows):
    """Accuracy, precision, recall, F1, AUC, cost."""
    C = confuse(y_test[rows], alarms[rows].astype(int))
    auc = find_auc(y_test[rows], p_test[rows])
    cost = find_cost(y_test[rows], alarms[rows])
    return accuracy(C), *score_classes(C)[:, 1], auc, cost

final = score_rows(everything)                                  # (6,)
final_ends = find_interval(bootstrap(score_rows, len(test)))    # (2, 6)
names = "accuracy precision recall F1 AUC cost".split()
for name, score, low, high in zip(names, final, *final_ends):
    print(f"{name:9} {score:8,.3f} ({low:,.3f} to {high:,.3f})")

# %% [markdown] lang="en"
# (Alarms chosen by cost are right in only ⟦final[0]:.0%⟧, but they find ⟦final[2]:.0%⟧ of the anger.) For shares, $k$ of $n$,
# there is a rival. **Wilson's interval** (1927) takes the error at the unknown $a$ instead of at $\hat a=k/n$, and solves
# $|\hat a-a|\le z\sqrt{a(1-a)/n}$ for $a$, with $z=1.96$:
#
# $$\frac{k+z^2/2}{n+z^2}\;\pm\;\frac{z}{n+z^2}\sqrt{\frac{k(n-k)}{n}+\frac{z^2}{4}} .$$

# %% [markdown] lang="zh" of="22db48c8"
# （按代价来报警，只答对 ⟦final[0]:.0%⟧，却找到了 ⟦final[2]:.0%⟧ 的愤怒。）对 $n$ 中有 $k$ 这样的比例，自助法有一个对手。
# **Wilson 区间**（Wilson's interval，1927）的误差不取在 $\hat a=k/n$ 处，而取在未知的 $a$ 处，也就是从
# $|\hat a-a|\le z\sqrt{a(1-a)/n}$ 解出 $a$，其中 $z=1.96$：
#
# $$\frac{k+z^2/2}{n+z^2}\;\pm\;\frac{z}{n+z^2}\sqrt{\frac{k(n-k)}{n}+\frac{z^2}{4}} .$$

# %%
def wilson(k, n, z=1.96):
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    return middle - half, middle + half

ends = np.array(wilson(20, 20))
solved = 1.96 * np.sqrt(ends * (1 - ends) / 20)
assert np.allclose(1 - ends, solved), "both ends solve the equation"
f"20 right of 20: {ends[0]:.2f} to {ends[1]:.2f}; the bootstrap says 1 to 1, for sure"

# %% [markdown] lang="en"
# **Two models.** Until yesterday the company ran the same recipe without idf, that is without multiplying rare words up.
# Is the new model better? Both answer the same reviews, and find the same ones hard. For scores $A$ and $B$,
#
# $$\operatorname{Var}(A-B)=\operatorname{Var}A+\operatorname{Var}B-2\operatorname{Cov}(A,B).$$
#
# So draw **reviews**, let both models answer the same draw, and keep the difference: the **paired bootstrap**.
#
# The two AUCs' own intervals will overlap. Does that mean the difference may be chance?

# %% [markdown] lang="zh" of="62b53e9b"
# **两个模型。** 直到昨天，公司用的还是同一套做法，只是没有 idf，也就是不放大少见的词。新模型更好吗？
# 两者回答的是同一批评论，觉得难的也是同样的那些。对两个分数 $A$ 和 $B$，
#
# $$\operatorname{Var}(A-B)=\operatorname{Var}A+\operatorname{Var}B-2\operatorname{Cov}(A,B).$$
#
# 所以应当重抽**评论**，让两个模型回答同一次抽出的评论，只留下差值：这就是**配对自助法**（paired bootstrap）。
#
# 两个 AUC 各自的区间会重叠。这是否意味着差别可能只是偶然？

# %%
old = make_model().set_params(tfidfvectorizer__use_idf=False)
z_old = old.fit(texts[train], angry[train]).decision_function(texts[test])

def score_both(rows):
    return [find_auc(y_test[rows], score[rows]) for score in (z_test, z_old)]

both = bootstrap(score_both, len(test))                         # (draws, 2)
gains = both[:, 0] - both[:, 1]
(new_low, old_low), (new_high, old_high) = find_interval(both)
gain_low, gain_high = find_interval(gains)
assert new_low < old_high, "the two intervals overlap"
assert gain_low > 0, "the paired one lies above zero"
print(f"new {new_low:.3f} to {new_high:.3f}, old {old_low:.3f} to {old_high:.3f}")
f"new − old, on the same draws: {gain_low:.3f} to {gain_high:.3f}"

# %% [markdown] lang="en"
# New: ⟦new_low:.3f⟧ to ⟦new_high:.3f⟧; old: ⟦old_low:.3f⟧ to ⟦old_high:.3f⟧. Yet the gain is ⟦gain_low:.3f⟧ to
# ⟦gain_high:.3f⟧: the scores rise and fall together (correlation ⟦np.corrcoef(both.T)[0, 1]:.2f⟧), and in the difference
# the common luck cancels. Overlapping intervals prove nothing; we keep idf. (The interval speaks of these two trained
# models on new reviews of this kind, not of another training set.)

# %% [markdown] lang="zh" of="3aadb239"
# 新模型是 ⟦new_low:.3f⟧ 至 ⟦new_high:.3f⟧，旧模型是 ⟦old_low:.3f⟧ 至 ⟦old_high:.3f⟧。可是差值在 ⟦gain_low:.3f⟧ 至
# ⟦gain_high:.3f⟧ 之间：两个分数同涨同落（相关系数 ⟦np.corrcoef(both.T)[0, 1]:.2f⟧），一相减，共同的运气就抵消了。
# 区间重叠什么也证明不了；idf 留下。（这个区间说的是这两个训练好的模型面对同类新评论的情形，不包括换一份训练集。）

# %% [markdown] lang="en"
# ## 06.9 Deeper: do we have ⟦len(sentences):,⟧ sentences, or ⟦len(size)⟧ reviews?
#
# The product reviews come in sentences, up to ⟦size.max()⟧ from one review. They share a writer, a product and a mood:
# the second sentence tells less than the first. A formula with $n$ sentences ignores that.
#
# So draw what is independent: whole reviews, each with all its sentences. To see which interval is right, let these
# ⟦len(size)⟧ reviews be the whole world: then the truth is known. Draw 100 of them, make both intervals, look; 500 times.
#
# (The movies' file doesn't say which snippets come from one review. If some do, the intervals above are too narrow.)

# %% [markdown] lang="zh" of="d5cda770"
# ## 06.9 选读：该算 ⟦len(sentences):,⟧ 句，还是 ⟦len(size)⟧ 篇？
#
# 商品评论是按句给出的，一篇评论最多有 ⟦size.max()⟧ 句。它们出自同一个人、说的是同一件商品、带着同一种心情：
# 第二句带来的新消息没有第一句多。把 $n$ 个句子代入公式，就忽略了这一点。
#
# 所以要抽彼此独立的东西：整篇评论，连同它的全部句子。哪种区间才对？就把这 ⟦len(size)⟧ 篇评论当作整个世界，
# 于是真值已知；从中抽 100 篇，两种区间各做一个，看罩住真值没有；做 500 次。
#
# （影评的文件没有注明哪些片段出自同一篇。如果有，前面的区间就嫌窄了。）

# %%
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict

products = data.load_reviews("products")
sentences = np.array(products.texts, dtype=object)
cross = (products.ratings < ANGRY).astype(int)
_, document = np.unique(products.groups, return_inverse=True)   # (N,) review's number
size = np.bincount(document)

def predict_apart(seed, groups=None):
    """(N,) logits of models that haven't seen the fold; groups: reviews stay whole."""
    kind = KFold if groups is None else GroupKFold
    folds = kind(5, shuffle=True, random_state=seed)
    return cross_val_predict(make_model(), sentences, cross, groups=groups, cv=folds,
                             method="decision_function")

fold_aucs = np.array([[find_auc(cross, predict_apart(SEED + k, groups))
                       for groups in (document, None)] for k in range(5)])
called = sigmoid(predict_apart(SEED, document)) >= t_star

# %%
def by_normal(k, n):                                            # 00.5
    half = 1.96 * np.sqrt(k / n * (1 - k / n) / n)
    return k / n - half, k / n + half

def draw_reviews(hits, drawn, draws=300):
    """Means over sentences, of resamples of the drawn reviews; hits: a review."""
    n = len(drawn)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws)   # how often each
    return times @ hits[drawn] / (times @ size[drawn])

def try_intervals(hits):
    """Do the intervals over sentences and over reviews hold the truth this time?"""
    drawn, truth = rng.integers(len(size), size=100), hits.sum() / size.sum()
    naive = by_normal(hits[drawn].sum(), size[drawn].sum())
    ends = naive, find_interval(draw_reviews(hits, drawn))
    return [low < truth < high for low, high in ends]

held, wider = {}, {}
for name, each in (("share angry", cross), ("accuracy", called == cross)):
    hits, share = np.bincount(document, each), each.mean()
    held[name] = np.mean([try_intervals(hits) for _ in range(500)], axis=0)
    wider[name] = draw_reviews(hits, np.arange(len(size)), 5_000).std() \
        / np.sqrt(share * (1 - share) / len(cross))
assert all(a + 0.02 < b > 0.85 for a, b in held.values()), "reviews must do better"
held, wider

# %% [markdown] lang="en"
# A "95 %" interval over sentences holds the share of anger in ⟦held['share angry'][0]:.0%⟧ of the worlds and the accuracy
# in ⟦held['accuracy'][0]:.0%⟧; over reviews it is ⟦held['share angry'][1]:.0%⟧ and ⟦held['accuracy'][1]:.0%⟧. On the real
# data the honest one is ⟦wider['share angry']:.1f⟧ times as wide for the share, ⟦wider['accuracy']:.1f⟧ for the accuracy.
# Squared, that is the **design effect**, by which $n$ must be divided: for the share, ⟦len(sentences):,⟧ sentences are
# worth about ⟦len(sentences) / wider['share angry']**2:,.0f⟧.
#
# Folds that tear reviews apart flatter, too: AUC ⟦fold_aucs[:, 1].mean():.3f⟧ instead of ⟦fold_aucs[:, 0].mean():.3f⟧,
# higher in ⟦int((np.diff(fold_aucs) > 0).sum())⟧ of 5 shuffles. `GroupKFold` lets no review stand on both sides.

# %% [markdown] lang="zh" of="cd9be1c2"
# 号称 95% 的区间，若按句子算，罩住愤怒比例的只有 ⟦held['share angry'][0]:.0%⟧，罩住准确率的只有 ⟦held['accuracy'][0]:.0%⟧；
# 按评论算，则是 ⟦held['share angry'][1]:.0%⟧ 和 ⟦held['accuracy'][1]:.0%⟧。在真实数据上，按评论算的区间更宽：
# 比例是 ⟦wider['share angry']:.1f⟧ 倍，准确率是 ⟦wider['accuracy']:.1f⟧ 倍。这个倍数的平方称为**设计效应**（design effect），$n$ 要除以它：
# 就愤怒的比例而言，⟦len(sentences):,⟧ 个句子大约只抵得上 ⟦len(sentences) / wider['share angry']**2:,.0f⟧ 个。
#
# 把评论拆散来分折，分数也会偏高：AUC 是 ⟦fold_aucs[:, 1].mean():.3f⟧，而不是 ⟦fold_aucs[:, 0].mean():.3f⟧，5 次打乱中有
# ⟦int((np.diff(fold_aucs) > 0).sum())⟧ 次如此。`GroupKFold` 不让同一篇评论跨在两边。

# %% [markdown] lang="en"
# ## 06.10 Deeper: what resampling changes, and what it doesn't
#
# An article on talent in AI companies (see Sources) advises over- or undersampling for unbalanced data, to lift
# performance. **Oversampling** repeats angry training reviews until the classes are equal, **undersampling** drops fine
# ones, **class weights** multiply the angry ones' loss by $r=n_-/n_+$. What does that do? Where the true probability is
# $q$, the weighted loss $-rq\ln p-(1-q)\ln(1-p)$ has the derivative $-rq/p+(1-q)/(1-p)$, which is zero at
#
# $$\frac{p}{1-p}=r\,\frac{q}{1-q}\quad\Longleftrightarrow\quad z=\ln\frac{q}{1-q}+\ln r .$$
#
# A model that can say any $p$ for each review moves every logit up by the same $\ln r$. Ours can't: its weights are
# shared and pulled to zero. So measure.

# %% [markdown] lang="zh" of="4c2e6feb"
# ## 06.10 选读：重采样改变了什么，没有改变什么
#
# 一篇谈 AI 公司人才的文章（见“来源”）建议，数据不平衡时用过采样或欠采样来提升性能。**过采样**（oversampling）把愤怒的训练评论重复抽取，直到两类一样多；
# **欠采样**（undersampling）丢掉一部分正常的；**类别权重**（class weights）把愤怒评论的损失乘以 $r=n_-/n_+$。这究竟做了什么？在真实概率为 $q$ 的地方，
# 加权后的损失 $-rq\ln p-(1-q)\ln(1-p)$ 的导数是 $-rq/p+(1-q)/(1-p)$，令它为零，得
#
# $$\frac{p}{1-p}=r\,\frac{q}{1-q}\quad\Longleftrightarrow\quad z=\ln\frac{q}{1-q}+\ln r .$$
#
# 一个对每条评论都能任意取 $p$ 的模型，会把每个对数几率都抬高同样的 $\ln r$。我们的模型做不到：权重是共用的，还受到正则化。所以要实测。

# %%
heavy = make_model(class_weight="balanced").fit(texts[train], angry[train])
z_heavy = heavy.decision_function(texts[test])
ln_r = np.log((1 - angry[train]).sum() / angry[train].sum())
moves, steep = z_heavy - z_test, np.polyfit(z_test, z_heavy, 1)[0]
assert 0 < moves.mean() < ln_r and steep > 1.05, "up, by less than ln r; and stretched"
order = [z.argsort().argsort() for z in (z_test, z_heavy)]      # ranks
assert np.corrcoef(*order)[0, 1] > 0.95, "the order hardly changes"
f"up {moves.mean():.2f} ({moves.min():.2f} to {moves.max():.2f}), slope {steep:.2f}"

# %% [markdown] lang="en"
# With $\ln r=$ ⟦ln_r:.2f⟧, the logits of the test reviews move up by ⟦moves.mean():.2f⟧ on average, by ⟦moves.min():.2f⟧
# to ⟦moves.max():.2f⟧ review by review, and are stretched (slope ⟦steep:.2f⟧): the formula's direction, not its size. The
# order hardly changes.

# %% [markdown] lang="zh" of="aaff5b2b"
# $\ln r=$ ⟦ln_r:.2f⟧，而测试评论的对数几率平均抬高 ⟦moves.mean():.2f⟧，逐条来看从 ⟦moves.min():.2f⟧ 到 ⟦moves.max():.2f⟧ 不等，
# 而且被拉开了（斜率 ⟦steep:.2f⟧）：方向与公式一致，大小不然。次序几乎不变。

# %%
def resample(rows, how, source):
    """Rows with as many angry as fine ones: repeat the angry or drop fine ones."""
    angry_rows, fine_rows = rows[angry[rows] == 1], rows[angry[rows] == 0]
    if how == "oversampled":
        more = source.choice(angry_rows, len(fine_rows) - len(angry_rows))
        return np.r_[rows, more]
    if how == "undersampled":
        return np.r_[angry_rows, source.choice(fine_rows, len(angry_rows), False)]
    return rows

def best_f1_logit(y, z):
    order = np.argsort(-z)
    f1 = 2 * np.cumsum(y[order]) / (np.arange(len(y)) + 1 + y.sum())
    return z[order][f1.argmax()]

def find_f1(y, called):
    return score_classes(confuse(y, called.astype(int)))[2, 1]

# %%
def try_recipe(how, seed):
    """Scores on the test set of one split; what is tuned is tuned on validation."""
    thirds = data.split(len(texts), (0.6, 0.2, 0.2), seed=seed, labels=angry)
    learn, check, held_out = thirds
    rows = resample(learn, how, np.random.default_rng([1, seed]))
    weights = "balanced" if how == "weighted" else None
    one = make_model(class_weight=weights).fit(texts[rows], angry[rows])
    z_check, z = (one.decision_function(texts[part]) for part in (check, held_out))
    y, y_check = angry[held_out], angry[check]
    slope, shift = fit_platt(z_check, y_check)
    tuned = z >= best_f1_logit(y_check, z_check)
    p, back, scaled = sigmoid(z), sigmoid(z - ln_r), sigmoid(slope * z + shift)
    losses = [metrics.log_loss(y, each) for each in (p, back, scaled)]
    bills = [find_cost(y, each >= t_star) for each in (p, scaled)]
    return [find_auc(y, z), find_f1(y, z >= 0), find_f1(y, tuned), *losses, *bills]

RECIPES = ("as it is", "oversampled", "undersampled", "weighted")       # add your own
table = {how: np.array([try_recipe(how, SEED + k) for k in SEEDS]) for how in RECIPES}
plain, weighty = table["as it is"], table["weighted"]
assert (weighty[:, 1] > 2 * plain[:, 1]).all(), "F1 at 1/2 jumps"
same = abs((weighty - plain).mean(axis=0))
assert same[0] < 0.01 and same[2] < 0.03, "AUC and tuned F1 stay"
HEADS = "AUC;F1 at ½;F1 tuned;log loss;… − ln r;… Platt;$ raw;$ Platt"
print(" " * 12, *(f"{head:>8}" for head in HEADS.split(";")))
for how, scores in table.items():
    print(f"{how:12}", *(f"{m:8,.{0 if m > 9 else 3}f}" for m in scores.mean(axis=0)))

# %% [markdown] lang="en"
# F1 at $\tfrac12$ jumps from ⟦plain[:, 1].mean():.2f⟧ to ⟦weighty[:, 1].mean():.2f⟧ (⟦len(SEEDS)⟧ splits): the article's
# lift. With thresholds tuned on validation nothing is left of it: ⟦plain[:, 2].mean():.3f⟧ and
# ⟦weighty[:, 2].mean():.3f⟧; AUC ⟦plain[:, 0].mean():.3f⟧ and ⟦weighty[:, 0].mean():.3f⟧. Undersampling throws reviews
# away, and loses: ⟦table['undersampled'][:, 0].mean():.3f⟧.
#
# The price is calibration: log loss ⟦weighty[:, 3].mean():.2f⟧ instead of ⟦plain[:, 3].mean():.2f⟧,
# ⟦weighty[:, 6].mean():,.0f⟧ dollars at $t^*$. Taking $\ln r$ back mends most: ⟦weighty[:, 4].mean():.2f⟧. After Platt plain
# costs ⟦plain[:, 7].mean():,.0f⟧, weighted ⟦weighty[:, 7].mean():,.0f⟧. Keep the data, then, and move the threshold.

# %% [markdown] lang="zh" of="47a1c8de"
# 阈值为 $\tfrac12$ 时，F1 从 ⟦plain[:, 1].mean():.2f⟧ 跳到 ⟦weighty[:, 1].mean():.2f⟧（⟦len(SEEDS)⟧ 次划分），这就是文章所说的提升。
# 但让各自在验证集上调好阈值，提升就没有了：原样是 ⟦plain[:, 2].mean():.3f⟧，加权是 ⟦weighty[:, 2].mean():.3f⟧；
# AUC 也一样，⟦plain[:, 0].mean():.3f⟧ 对 ⟦weighty[:, 0].mean():.3f⟧。欠采样扔掉了评论，反而变差，只有 ⟦table['undersampled'][:, 0].mean():.3f⟧。
#
# 代价是校准变坏：对数损失从 ⟦plain[:, 3].mean():.2f⟧ 升到 ⟦weighty[:, 3].mean():.2f⟧，在 $t^*$ 处要花 ⟦weighty[:, 6].mean():,.0f⟧ 美元。
# 把 $\ln r$ 减回去，能补救大半，回到 ⟦weighty[:, 4].mean():.2f⟧。经 Platt 缩放后，原样花 ⟦plain[:, 7].mean():,.0f⟧ 美元，
# 加权花 ⟦weighty[:, 7].mean():,.0f⟧ 美元。所以数据不必动，去移动阈值。

# %% [markdown] lang="en"
# ## 06.11 A failure on purpose
#
# A colleague **oversamples**: angry reviews are repeated until both classes are equal. He balances first and splits
# afterwards; the code even looks tidier. We compare both orders on ten splits, and keep a fifth of the reviews out of
# everything: what does each **promise** on its own test set, what does it **deliver** on the fresh reviews?

# %% [markdown] lang="zh" of="422bf6f5"
# ## 06.11 故意失败一次
#
# 有位同事做**过采样**：重复愤怒的评论，直到两类一样多。他先配平，然后再划分，代码看上去还更整洁。
# 我们比较两种次序，各做十次划分，并且始终留出五分之一的评论不碰：每种做法在自己的测试集上**许诺**多少，在这些新评论上又**兑现**多少？

# %%
def repeat_angry(rows, source):
    """The rows, and angry ones again until both classes are equal."""
    few = rows[angry[rows] == 1]
    return np.r_[rows, source.choice(few, len(rows) - 2 * len(few))]

def learn_and_test(split_first, seed):
    """Rows to learn from, rows to test on, and fresh ones, untouched."""
    work, fresh = data.split(len(texts), (0.8, 0.2), seed=seed, labels=angry)
    source = np.random.default_rng([2, seed])
    rows = source.permutation(work if split_first else repeat_angry(work, source))
    learn, own_test = np.split(rows, [int(0.75 * len(rows))])
    return repeat_angry(learn, source) if split_first else learn, own_test, fresh

# %%
def promise_and_deliver(split_first, seed):
    """AUC promised, AUC delivered, and the share of angry test reviews known before."""
    learn, own, fresh = learn_and_test(split_first, seed)
    one = make_model().fit(texts[learn], angry[learn])
    aucs = [find_auc(angry[rows], one.decision_function(texts[rows]))
            for rows in (own, fresh)]
    return *aucs, np.isin(own[angry[own] == 1], learn).mean()

leak, fair = (np.array([promise_and_deliver(first, SEED + k) for k in SEEDS])
              for first in (False, True))                       # (seeds, 3) each
assert (leak[:, 0] - leak[:, 1]).min() > 0.05, "the leak flatters, with every seed"
assert abs(fair[:, 0] - fair[:, 1]).mean() < 0.03, "the honest order doesn't"
for name, runs in (("oversample, split", leak), ("split, oversample", fair)):
    a_p, a_d, known = runs.mean(axis=0)
    print(f"{name}: promised {a_p:.3f}, delivered {a_d:.3f}, known {known:.0%}")

# %% [markdown] lang="en"
# The leak promises an AUC of ⟦leak[:, 0].mean():.3f⟧ (⟦leak[:, 0].min():.2f⟧ to ⟦leak[:, 0].max():.2f⟧ over the
# splits) and delivers ⟦leak[:, 1].mean():.3f⟧; the honest order promises ⟦fair[:, 0].mean():.3f⟧ and delivers ⟦fair[:, 1].mean():.3f⟧. Of the angry "test" reviews ⟦leak[:, 2].mean():.0%⟧ were in
# training, word for word. And half of that test set is angry: by 06.5 this alone would lift precision.
#
# **The symptom:** no error, only a number too good. **The guard:** whatever learns from data or alters it comes after the
# split, on the training set. A scikit-learn `Pipeline` inside cross-validation (06.15) keeps that order for you.

# %% [markdown] lang="zh" of="ba4543ab"
# 泄漏的做法许诺 AUC 为 ⟦leak[:, 0].mean():.3f⟧（各次划分在 ⟦leak[:, 0].min():.2f⟧ 与 ⟦leak[:, 0].max():.2f⟧ 之间），
# 兑现 ⟦leak[:, 1].mean():.3f⟧；规矩的次序许诺 ⟦fair[:, 0].mean():.3f⟧，
# 兑现 ⟦fair[:, 1].mean():.3f⟧。前者愤怒的“测试”评论里，有 ⟦leak[:, 2].mean():.0%⟧ 一字不差地在训练里出现过。
# 而且那个测试集有一半是愤怒的：由 06.5 节，单是这一点就会抬高精确率。
#
# **症状：** 什么也没有报错，只是分数好得过头。**防护：** 凡是从数据里学习或改动数据的步骤，都放在划分之后，只对训练集做。
# 把 scikit-learn 的 `Pipeline` 放进交叉验证（06.15 节），次序就由它替你守住。

# %% [markdown] lang="en"
# **Quiz.** A supplier reports an AUC of 0.95 on some 2,600 test reviews. What do you ask first?
#
# - [ ] how it varies over seeds :: In 06.11 ten splits with the leak agreed closely. Seeds show luck; a leak isn't luck,
#   it comes with every seed.
# - [ ] for a confidence interval :: It will be narrow, and sit around the wrong number. An interval says how far chance
#   reaches, never whether the question was the right one.
# - [x] which test reviews also stand in training :: One line answers it (`np.isin`), and in 06.11 it finds nearly all
#   angry ones. Then ask how many of the test reviews are angry, and whether that is as in life.

# %% [markdown] lang="zh" of="712c4275"
# **小测验。** 一家供应商报告：在约 2,600 条测试评论上，AUC 为 0.95。你首先问什么？
#
# - [ ] 换个种子会差多少 :: 06.11 节里，带着泄漏的十次划分结果十分接近。种子反映的是运气；泄漏不是运气，换哪个种子都在。
# - [ ] 要一个置信区间 :: 它会很窄，而且围着一个错误的数。区间只说偶然能造成多大偏差，从不说问题问得对不对。
# - [x] 哪些测试评论在训练里也有 :: 一行 `np.isin` 就能回答；在 06.11 节，它会查出愤怒的几乎全都有。接着再问：测试评论里愤怒的占多少，与现实一样吗？

# %% [markdown] lang="en"
# ## 06.12 Deeper: a test set wears out
#
# Each look at the test set that is followed by a choice makes it a little more of a training set. Of $K$ models with
# independent normal errors of standard deviation $\sigma$, all equally good, the luckiest looks better, on average,
# by less than $\sigma\sqrt{2\ln K}$. Below, 200 variants of our model each forget a random fifth of the words; the one best on 200
# test reviews is judged on the others; twenty times.

# %% [markdown] lang="zh" of="ec17c37d"
# ## 06.12 选读：测试集会用旧
#
# 每看一次测试集、再据此作一次选择，它就离训练集近了一步。设 $K$ 个模型同样好，误差相互独立、服从正态分布、标准差为 $\sigma$，
# 最走运的那个看上去平均好出不到 $\sigma\sqrt{2\ln K}$。下面把我们的模型改成 200 个变体，各自随机忘掉五分之一的词；
# 在 200 条测试评论上挑出最好的，再到其余评论上评判；重复二十次。

# %%
X_test, w = model[0].transform(texts[test]), model[1].coef_.ravel()     # (n, d), (d,)

def choose_and_judge(seed, K=200, n=200):
    """Mean, spread, best AUC of K variants on n reviews; the best's on the others."""
    source = np.random.default_rng([3, seed])
    scores = X_test @ (w[:, None] * (source.random((len(w), K)) < 0.8))  # (n_test, K)
    shown, hidden = np.split(source.permutation(len(test)), [n])
    seen = [find_auc(y_test[shown], z) for z in scores[shown].T]
    again = find_auc(y_test[hidden], scores[hidden, np.argmax(seen)])
    return np.mean(seen), np.std(seen), np.max(seen), again

rounds = [choose_and_judge(SEED + k) for k in range(20)]
usual, spread, champion, later = np.mean(rounds, axis=0)
bound = spread * np.sqrt(2 * np.log(200))
assert champion - usual > 3 * abs(later - usual), "the lead doesn't survive"
assert champion - usual < bound, "below the bound"
f"AUC: mean {usual:.3f}, best of 200 {champion:.3f}, on other reviews {later:.3f}"

# %% [markdown] lang="en"
# The champion shows an AUC of ⟦champion:.3f⟧, and is worth ⟦later:.3f⟧; the variants' mean is ⟦usual:.3f⟧. Its lead of
# ⟦champion - usual:.3f⟧ was luck, though nobody cheated. The bound, with $\sigma=$ ⟦spread:.3f⟧, is ⟦bound:.3f⟧; 200
# independent normal numbers would lead by $2.75\,\sigma=$ ⟦2.746 * spread:.3f⟧.
#
# Choose on validation, open the test set once for each decision, and collect another when it is used up.

# %% [markdown] lang="zh" of="5e13cdb6"
# 冠军亮相时 AUC 是 ⟦champion:.3f⟧，实际只值 ⟦later:.3f⟧；全体变体的平均是 ⟦usual:.3f⟧。它领先的 ⟦champion - usual:.3f⟧ 是运气，
# 虽然谁也没有作弊。取 $\sigma=$ ⟦spread:.3f⟧，上界是 ⟦bound:.3f⟧；200 个独立的正态数会领先 $2.75\,\sigma=$ ⟦2.746 * spread:.3f⟧。
#
# 选择要在验证集上做，测试集为每个决定只打开一次，用旧了就另收集一份。

# %% [markdown] lang="en"
# ## 06.13 Deeper: McNemar's test
#
# Two models answer the same reviews; which makes fewer mistakes? Where both are right, or both wrong, nothing is decided.
# Only the **disputed** reviews count: $b$ that only the new model gets right, $c$ that only the old one does. If both were
# equally good, each disputed review would be a coin toss (McNemar, 1947), so twice the chance of so lopsided a result is
# the p-value:
#
# $$p=\min\Bigl(1,\;2\sum_{k=\max(b,c)}^{b+c}\binom{b+c}{k}\,2^{-(b+c)}\Bigr).$$
#
# **By hand:** $7:1$. Of $2^8=256$ equally likely outcomes $8+1$ have seven or more on one side: $p=18/256=0.07$. Eight
# disputes can hardly convince.

# %% [markdown] lang="zh" of="8fd380cb"
# ## 06.13 选读：McNemar 检验
#
# 两个模型回答同一批评论，谁的错误少？两者都对或都错的评论，分不出高下。只有**有争议的**才算数：只有新模型答对的有 $b$ 条，
# 只有旧模型答对的有 $c$ 条。如果两者一样好，每条有争议的评论就像抛一次硬币（McNemar，1947），于是 p 值就是出现这样悬殊结果的概率的两倍：
#
# $$p=\min\Bigl(1,\;2\sum_{k=\max(b,c)}^{b+c}\binom{b+c}{k}\,2^{-(b+c)}\Bigr).$$
#
# **手算一遍：** $7:1$。在 $2^8=256$ 种等可能的结果里，某一边不少于七条的有 $8+1$ 种，两边共 18 种，$p=18/256=0.07$。
# 八条争议，很难让人信服。

# %%
from scipy.stats import binom

def mcnemar(b, c):
    """Exact two-sided p-value of b : c disputes."""
    return min(1, 2 * binom.sf(max(b, c) - 1, b + c, 0.5))

assert np.isclose(mcnemar(7, 1), 18 / 256), "as by hand"
as_many = z_old >= np.sort(z_old)[-alarms.sum()]        # old model, as many alarms
right_new, right_old = alarms == y_test, as_many == y_test
only_new = np.flatnonzero(right_new & ~right_old)
only_old = np.flatnonzero(~right_new & right_old)
p_value = mcnemar(len(only_new), len(only_old))
for title, rows in (("only the new is right:", only_new), ("only the old:", only_old)):
    print(title, *(f"\n  {'angry' if y_test[k] else 'fine'}: {texts[test][k][:70]}"
                   for k in rows[:3]))
f"{len(only_new)} : {len(only_old)}, p = {p_value:.2g}"

# %% [markdown] lang="en"
# Is the test honest? Let both models be equally good, and add up exactly how often $p\le0.05$. And is it sharp? Let the
# new model win 60 % of its disputes. Do four other splits agree?

# %% [markdown] lang="zh" of="f78b0620"
# 这个检验诚实吗？设两个模型一样好，精确地算出 $p\le0.05$ 出现的概率。它灵敏吗？再设新模型赢下 60% 的争议。
# 另外四种划分，结论也一样吗？

# %%
def compare_models(seed):
    """p-value of the disputes, gain in AUC on one split; as many alarms from both."""
    thirds = data.split(len(texts), (0.6, 0.2, 0.2), seed=seed, labels=angry)
    learn, held_out, aucs, right = thirds[0], thirds[2], [], []
    for idf in (True, False):
        one = make_model().set_params(tfidfvectorizer__use_idf=idf)
        z = one.fit(texts[learn], angry[learn]).decision_function(texts[held_out])
        aucs.append(find_auc(angry[held_out], z))
        right.append((z >= np.sort(z)[-alarms.sum()]) == angry[held_out])
    new, same = right[0], right[0] == right[1]
    return mcnemar((new & ~same).sum(), (~new & ~same).sum()), aucs[0] - aucs[1]

others = np.array([compare_models(SEED + k) for k in range(1, 5)])      # four splits
assert others[:, 1].min() > 0, "by AUC the new model leads on every split"
print("p on four other splits:", *(f"{p:.1g}" for p in others[:, 0]))
DISPUTES = np.array([8, 20, 50, 100, 200])
rejected = {}
for win in (0.5, 0.6):
    for n in DISPUTES:
        k = np.arange(n + 1)
        found = np.array([mcnemar(b, n - b) <= 0.05 for b in k])
        rejected[win, n] = binom.pmf(k, n, win)[found].sum()
assert max(rejected[0.5, n] for n in DISPUTES) <= 0.05, "one false find in twenty"
gain = right_new.mean() - right_old.mean()
gain_ends = find_interval(bootstrap(
    lambda rows: right_new[rows].mean() - right_old[rows].mean(), len(test)))
{f"{n} disputes": f"equal {rejected[0.5, n]:.1%}, 60:40 {rejected[0.6, n]:.0%}"
 for n in DISPUTES}

# %% [markdown] lang="en"
# With as many alarms from both, the disputes stand ⟦len(only_new)⟧ : ⟦len(only_old)⟧, $p=$ ⟦p_value:.1g⟧; the paired
# bootstrap gives ⟦100 * gain:+.1f⟧ points (⟦100 * gain_ends[0]:.2f⟧ to ⟦100 * gain_ends[1]:.2f⟧): both near their border.
# The test says whether, the interval how much. In four other splits $p$ runs from ⟦others[:, 0].min():.1g⟧ to
# ⟦others[:, 0].max():.1g⟧: at one threshold accuracy doesn't settle what AUC, by all pairs, shows in each of them (gains
# of ⟦others[:, 1].min():.3f⟧ to ⟦others[:, 1].max():.3f⟧).
#
# Equal models are told apart in at most 5 %, as promised. An edge of 60 : 40 is found in ⟦rejected[0.6, 50]:.0%⟧ of cases
# with 50 disputes, in ⟦rejected[0.6, 200]:.0%⟧ with 200: a test that finds nothing may just have had little to see. Nor
# does it know how the models would fare if trained again.

# %% [markdown] lang="zh" of="417e3058"
# 让两者报警一样多，争议的结果是 ⟦len(only_new)⟧ : ⟦len(only_old)⟧，$p=$ ⟦p_value:.1g⟧；配对自助法给出的准确率之差是 ⟦100 * gain:+.1f⟧ 个百分点
# （⟦100 * gain_ends[0]:.2f⟧ 至 ⟦100 * gain_ends[1]:.2f⟧）：两者都在界线附近。检验说的是有没有差别，区间说的是差多少。换四种划分，
# $p$ 在 ⟦others[:, 0].min():.1g⟧ 与 ⟦others[:, 0].max():.1g⟧ 之间：只看一个阈值，准确率定不了的事，看全部对的 AUC 每次都能显出来
# （高出 ⟦others[:, 1].min():.3f⟧ 至 ⟦others[:, 1].max():.3f⟧）。
#
# 一样好的模型，被判为不同的至多 5%，说到做到。60 : 40 的优势，有 50 条争议时能发现 ⟦rejected[0.6, 50]:.0%⟧，有 200 条时能发现
# ⟦rejected[0.6, 200]:.0%⟧：检验什么也没发现，也许只是可看的太少。至于重新训练一遍两者会怎样，它同样不知道。

# %% [markdown] lang="en"
# ## 06.14 Deeper: which bins?
#
# ECE depends on its bins: bins of **equal count** (06.7), or of **equal width**, $[0,0.1)$, $[0.1,0.2)$ …, each weighted
# by its reviews. And how many, $M$? We try both on the raw probabilities; and on the mended ones with answers
# drawn from $p$ itself, where the true error is zero.

# %% [markdown] lang="zh" of="e5f55273"
# ## 06.14 选读：怎样分箱？
#
# ECE 取决于怎样分箱：可以让各箱**等量**（equal count，06.7 节），也可以**等宽**（equal width），即 $[0,0.1)$、$[0.1,0.2)$……，
# 再按箱里的评论数加权。箱数 $M$ 又取多少？我们对校正前的概率试这两种分法；
# 再对校正后的概率，用按 $p$ 本身抽出来的答案来试，那里真正的误差为零。

# %%
def bin_width(p, M):
    return np.minimum((p * M).astype(int), M - 1)

def bin_count(p, M):
    return (np.argsort(np.argsort(p)) * M) // len(p)

def find_gap(y, p, bins):
    """Weighted mean gap: sum over bins of |sum of p - sum of y|, over n."""
    return abs(np.bincount(bins, p - y)).sum() / len(y)

even = find_gap(y_test, p_raw, bin_count(p_raw, 10))
assert np.isclose(even, find_ece(y_test, p_raw), atol=0.003), "as in 06.7"
MS = (2, 5, 10, 20, 50, 100)
perfect = [(rng.random(len(test)) < p_test).astype(int) for _ in range(50)]
eces = {}
for name, cut in (("equal count", bin_count), ("equal width", bin_width)):
    eces[name] = [find_gap(y_test, p_raw, cut(p_raw, M)) for M in MS]
    eces[name + ", perfect"] = [np.mean([find_gap(y, p_test, cut(p_test, M))
                                         for y in perfect]) for M in MS]
fig, ax = plt.subplots(figsize=(5, 3))
for (name, line), look in zip(eces.items(), ("C5o-", "C5o:", "C4s-", "C4s:")):
    ax.plot(MS, line, look, label=name)
ax.set(xscale="log", xlabel="bins $M$", ylabel="ECE", ylim=(0, 0.12))
ax.legend(fontsize="small", ncols=2, loc="upper left")
times = np.divide(eces["equal count"], eces["equal count, perfect"])    # (6,)
assert eces["equal count, perfect"][-1] > 3 * eces["equal count, perfect"][0], "rises"
np.bincount(bin_width(p_raw, 10), minlength=10)                 # reviews in each tenth

# %% [markdown] lang="en"
# *The picture:* ECE against the number of bins. The dotted lines, of answers drawn from $p$, climb from near zero to some
# ⟦eces["equal count, perfect"][-1]:.2f⟧ at 100 bins: chance alone. The solid lines, our raw model, with bins of equal count
# lie ⟦times[2]:.1f⟧ times as high at 10 bins, ⟦times[-1]:.1f⟧ times at 100. With two bins of equal width ours looks
# perfect.
#
# Too few bins hide, too many invent. With equal width the upper tenths hold hardly a review (the counts stand above). So:
# bins of equal count, 10 or so, and always beside what chance would make of it.

# %% [markdown] lang="zh" of="329cf93b"
# *图中所见：* ECE 随箱数的变化。点线是按 $p$ 抽出的答案，从接近零一路升到 100 箱时的 ⟦eces["equal count, perfect"][-1]:.2f⟧ 左右，全是偶然。
# 实线是我们未经校正的模型；等量分箱时，10 箱处是点线的 ⟦times[2]:.1f⟧ 倍，100 箱处只有 ⟦times[-1]:.1f⟧ 倍。等宽只分两箱，我们的模型看上去完美无缺。
#
# 箱太少，会掩盖；箱太多，会无中生有。等宽分箱时，高处的几个十分之一里几乎没有评论（各箱的条数见上）。所以用等量的箱，十个左右，
# 而且总要与偶然造成的大小并排看。

# %% [markdown] lang="en"
# ## 06.15 Deeper: cross-validation proper
#
# With few labelled reviews a test set of a fifth is too small. **Cross-validation** cuts them into $K$ folds; each is
# tested once by a model that learned from the $K-1$ others. That is $K$ scores $s_k$, their mean, and a tempting standard
# error, $\operatorname{sd}(s)/\sqrt K$, as if the folds were independent. They aren't: any two models share most of their
# training reviews.
#
# We know more reviews than a small shop has, so test it: ⟦N_SHOPS⟧ shops of ⟦SMALL⟧ reviews each. How far do their
# cross-validated AUCs really spread, and what do their folds say? The pipeline is fitted anew in each fold, TF-IDF
# included: nothing leaks.

# %% [markdown] lang="zh" of="f265d35b"
# ## 06.15 选读：正规的交叉验证
#
# 标注的评论少，只留五分之一做测试集就太小了。**交叉验证**（cross-validation）把它们分成 $K$ 折；每一折由在其余 $K-1$ 折上学习的模型测试一次。
# 于是有 $K$ 个分数 $s_k$、它们的平均，还有一个诱人的标准误 $\operatorname{sd}(s)/\sqrt K$，仿佛各折相互独立。其实并不独立：
# 任意两个模型的训练评论大部分是共有的。
#
# 我们手里的评论比一家小店多，正好拿来检验：⟦N_SHOPS⟧ 家店，各 ⟦SMALL⟧ 条评论。它们交叉验证的 AUC 真正的标准差有多大？各折说的又是多大？
# 每一折都重新拟合整条流水线，TF-IDF 也不例外，所以没有泄漏。

# %%
from sklearn.model_selection import StratifiedKFold, cross_val_score

N_SHOPS, SMALL, K_FOLDS = 50, 400, 5

def cross_validate(rows, seed):
    """(K,) AUC of each fold; the whole pipeline learns from the other folds only."""
    folds = StratifiedKFold(K_FOLDS, shuffle=True, random_state=seed)
    return cross_val_score(make_model(), texts[rows], angry[rows], cv=folds,
                           scoring="roc_auc")

seeds = [1_000 * (SEED + 1) + k for k in range(N_SHOPS)]
shops_rows = [np.random.default_rng(s).permutation(len(texts))[:SMALL] for s in seeds]
fold_scores = np.array([cross_validate(rows, s) for rows, s in zip(shops_rows, seeds)])

def find_spreads(rows):
    """Standard error of these shops' means: as it is, and as their folds say."""
    within = fold_scores[rows].var(axis=1, ddof=1).mean()
    return fold_scores[rows].mean(axis=1).std(ddof=1), np.sqrt(within / K_FOLDS)

true_spread, folds_say = find_spreads(np.arange(N_SHOPS))
again = bootstrap(find_spreads, N_SHOPS)                        # (draws, 2)
ratio_ends = find_interval(again[:, 0] / again[:, 1])
shuffles = [cross_validate(shops_rows[0], s).mean() for s in range(10)]
assert true_spread > folds_say, "the folds promise too much"
f"true spread {true_spread:.3f}, by the folds {folds_say:.3f}"

# %% [markdown] lang="en"
# One shop's folds, on average, claim a standard error of ⟦folds_say:.3f⟧; shop by shop the estimate really spreads by
# ⟦true_spread:.3f⟧, ⟦true_spread / folds_say:.1f⟧ times as much (95 % interval over shops: ⟦ratio_ends[0]:.1f⟧ to
# ⟦ratio_ends[1]:.1f⟧). No formula from the folds alone is unbiased (Bengio and Grandvalet, 2004): use
# them to compare recipes on the same folds, not as an interval.
#
# Even the shuffle matters: ten of them put one shop's mean between ⟦min(shuffles):.2f⟧ and ⟦max(shuffles):.2f⟧.

# %% [markdown] lang="zh" of="ab629f70"
# 一家店的各折，平均给出的标准误是 ⟦folds_say:.3f⟧；店与店之间，这个估计真正的标准差是 ⟦true_spread:.3f⟧，是前者的
# ⟦true_spread / folds_say:.1f⟧ 倍（对店重抽，95% 区间是 ⟦ratio_ends[0]:.1f⟧ 至 ⟦ratio_ends[1]:.1f⟧）。
# 单凭各折，没有哪个公式是无偏的（Bengio 和 Grandvalet，2004）：可以用它在同样的折上比较不同做法，但不能当作区间。
#
# 连打乱的方式也有影响：打乱十次，同一家店的平均在 ⟦min(shuffles):.2f⟧ 与 ⟦max(shuffles):.2f⟧ 之间。

# %% [markdown] lang="en"
# ## 06.16 Deeper: a shop with another share of anger
#
# A new shop's reviews are of the same kind, but the share of anger is $\pi'$ instead of $\pi$. What becomes of $p$? By
# Bayes, for a review $x$,
#
# $$\frac{p}{1-p}=\frac{\Pr(x\mid\text{angry})}{\Pr(x\mid\text{fine})}\cdot\frac{\pi}{1-\pi}.$$
#
# "Of the same kind" means that the first factor stays. So the odds are multiplied by the new prior odds over the old:
#
# $$z'=z+\ln\frac{\pi'}{1-\pi'}-\ln\frac{\pi}{1-\pi}.$$
#
# All logits move by one constant, known without a single label. (06.10 moved them by $\ln r$: class weights pretend that
# $\pi'=\tfrac12$.) First a check on shops where the premise holds: drawn from our test set with ⟦RARE:.0%⟧ angry.

# %% [markdown] lang="zh" of="d3342845"
# ## 06.16 选读：愤怒比例不同的店
#
# 一家新店的评论性质相同，只是愤怒的比例是 $\pi'$ 而不是 $\pi$。$p$ 会变成什么？由贝叶斯公式，对一条评论 $x$，
#
# $$\frac{p}{1-p}=\frac{\Pr(x\mid\text{angry})}{\Pr(x\mid\text{fine})}\cdot\frac{\pi}{1-\pi}.$$
#
# “性质相同”的意思是第一个因子不变。于是几率乘以新旧先验几率之比：
#
# $$z'=z+\ln\frac{\pi'}{1-\pi'}-\ln\frac{\pi}{1-\pi}.$$
#
# 所有的对数几率平移同一个常数，不用任何标签就能知道。（06.10 节平移的是 $\ln r$：类别权重等于假装 $\pi'=\tfrac12$。）
# 先在前提成立的店里核对：从测试集抽出愤怒占 ⟦RARE:.0%⟧ 的店。

# %%
def log_odds(share):
    return np.log(share / (1 - share))

def shift_prior(p, share, base=angry[train].mean()):
    """Probabilities for a shop with another share of anger, the same reviews else."""
    return sigmoid(log_odds(p) + log_odds(share) - log_odds(base))

fine, few = np.flatnonzero(y_test == 0), np.flatnonzero(y_test == 1)
n_few = round(RARE / (1 - RARE) * len(fine))
shop = [np.r_[fine, rng.choice(few, n_few, replace=False)] for _ in range(200)]
stay, move = ([(p[rows].mean(), metrics.log_loss(y_test[rows], p[rows]),
                find_cost(y_test[rows], p[rows] >= t_star)) for rows in shop]
              for p in (p_test, shift_prior(p_test, RARE)))
stay, move = np.mean(stay, axis=0), np.mean(move, axis=0)
assert abs(move[0] - RARE) < 0.01 < stay[0] - RARE, "mean p is the share of anger"
assert (move < stay).all(), "log loss and cost fall, too"
{"as it was": stay.round(3), "moved": move.round(3)}            # mean p, log loss, $

# %% [markdown] lang="en"
# On shops with ⟦RARE:.0%⟧ angry, our probabilities as they were expect ⟦stay[0]:.0%⟧; moved, ⟦move[0]:.1%⟧. Log loss
# falls from ⟦stay[1]:.2f⟧ to ⟦move[1]:.2f⟧, the bill from ⟦stay[2]:,.0f⟧ to ⟦move[2]:,.0f⟧ dollars.
#
# Now a real shop: product sentences, ⟦cross.mean():.0%⟧ of them angry. Will the bill come true that $t$ and $f$
# foretell?

# %% [markdown] lang="zh" of="b0e073cc"
# 在愤怒占 ⟦RARE:.0%⟧ 的店里，原来的概率以为有 ⟦stay[0]:.0%⟧，平移之后是 ⟦move[0]:.1%⟧。对数损失从 ⟦stay[1]:.2f⟧ 降到 ⟦move[1]:.2f⟧，
# 账单从 ⟦stay[2]:,.0f⟧ 美元降到 ⟦move[2]:,.0f⟧ 美元。
#
# 再来一家真实的店：商品评论的句子，愤怒的占 ⟦cross.mean():.0%⟧。由 $t$ 和 $f$ 预告的账单，会应验吗？

# %%
share = cross.mean()
called_shop = shift_prior(p_test, share) >= t_star
f_shop, t_shop = (called_shop[y_test == k].mean() for k in (0, 1))
expected = 1_000 * ((1 - share) * FALSE_ALARM * f_shop + share * MISSED * (1 - t_shop))
z_cross = model.decision_function(sentences)                    # it reads products now
p_cross = shift_prior(sigmoid(a * z_cross + b), share)
real, nobody, own = (find_cost(cross, each)
                     for each in (p_cross >= t_star, cross > 1, called))    # own: 06.9
auc_cross = find_auc(cross, z_cross)
assert expected < nobody and expected < real, "the bill doesn't come true"
assert auc_cross < find_auc(y_test, z_test) - 0.05, "the ranking doesn't travel"
f"$: expected {expected:,.0f}, real {real:,.0f}, nobody {nobody:,.0f}, own {own:,.0f}"

# %% [markdown] lang="en"
# It doesn't: expected ⟦expected:,.0f⟧ dollars, real ⟦real:,.0f⟧, nobody answered ⟦nobody:,.0f⟧. The premise fails: words
# of anger are others among products, and AUC falls to ⟦auc_cross:.2f⟧. A model of the shop's own, with its own words, has
# ⟦fold_aucs[:, 0].mean():.2f⟧ and costs ⟦own:,.0f⟧. No
# interval warned: all speak of reviews **of the same kind**. Label some of the new shop's reviews first.

# %% [markdown] lang="zh" of="f4f80819"
# 没有应验：预计 ⟦expected:,.0f⟧ 美元，实际 ⟦real:,.0f⟧，谁也不答复是 ⟦nobody:,.0f⟧。前提不成立：说商品时，表达愤怒用的是另一些词，
# AUC 降到 ⟦auc_cross:.2f⟧。用这家店自己的评论训练一个模型，用上它自己的词，
# AUC 是 ⟦fold_aucs[:, 0].mean():.2f⟧，只要 ⟦own:,.0f⟧ 美元。没有哪个区间发出过警告：它们说的都是**同一类**评论。
# 所以要先标注一些新店的评论。

# %% [markdown] lang="en"
# ## 06.17 Deeper: how often does "95 %" hold?
#
# Three intervals for a share: the formula of 00.5, the bootstrap, Wilson's (06.8). How often does each hold the truth?
# $k$ is binomial, so no draws are needed: for each true share $a$, add up
# the probabilities of those $k$ whose interval holds $a$. (The bootstrap of a share is binomial, too.)

# %% [markdown] lang="zh" of="7da4698a"
# ## 06.17 选读：“95%”有多少次算数？
#
# 比例有三种区间：00.5 节的公式、自助法、Wilson 区间（06.8 节）。它们各有多少次罩住真值？$k$ 服从二项分布，所以用不着抽样：对每个真实比例 $a$，
# 把区间含有 $a$ 的那些 $k$ 的概率加起来就行。（比例的自助法同样是二项分布。）

# %%
def by_bootstrap(k, n):
    return binom.ppf([[0.025], [0.975]], n, k / n) / n

# %%
A_GRID = np.linspace(0.005, 0.995, 199)[:, None]                # (199, 1) true shares

def find_coverage(how, n):
    """(199,) how often the interval from n reviews holds each true share; exact."""
    k = np.arange(n + 1)
    low, high = how(k, n)
    return (binom.pmf(k, n, A_GRID) * ((low <= A_GRID) & (A_GRID <= high))).sum(axis=1)

HOWS = {"normal": by_normal, "bootstrap": by_bootstrap, "Wilson": wilson}
covered = {(name, n): find_coverage(how, n)
           for name, how in HOWS.items() for n in (5, 20)}
for key, share in covered.items():
    print(*key, f"reviews: mean {share.mean():.1%}, worst {share.min():.0%}")
assert covered["Wilson", 5].mean() > 0.94, "Wilson's holds with five, on average"
fig, ax = plt.subplots(figsize=(5, 2.8))
for name, look in (("normal", "C3:"), ("bootstrap", "C4--"), ("Wilson", "C5-")):
    ax.plot(A_GRID, covered[name, 20], look, label=f"{name}, n = 20")
ax.axhline(0.95, color="grey", linewidth=0.8)
ax.set(xlabel="true share $a$", ylabel="share of intervals that hold it", ylim=(0.4, 1))
ax.legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* how often an interval from 20 reviews holds the true share. Wilson's saw-tooth stays near the thin line at
# 95 % except at the very ends; the bootstrap and the formula of 00.5 fall off on both sides.
#
# After 20 right answers of 20 the bootstrap says "100 %, for sure": no mistake, nothing to resample. On average over
# $a$ Wilson's interval holds in ⟦covered["Wilson", 20].mean():.1%⟧ with 20 reviews and in
# ⟦covered["Wilson", 5].mean():.1%⟧ with five (at worst ⟦covered["Wilson", 5].min():.0%⟧, near 0 and 1); the bootstrap in
# ⟦covered["bootstrap", 5].mean():.0%⟧ with five. So: Wilson for shares, with a handful of reviews too, where it is
# honest and wide; the bootstrap for the rest, but not with a handful.

# %% [markdown] lang="zh" of="b3d7c8c7"
# *图中所见：* 由 20 条评论做出的区间，有多大机会罩住真实比例。Wilson 的锯齿线除了最两端，都在 95% 的细线附近；自助法和 00.5 节的公式，
# 往两边都掉了下去。
#
# 20 条全对时，自助法说“百分之百，绝对没错”：一个错误都没有，重抽也抽不出来。对 $a$ 平均，Wilson 区间罩住真值的机会，20 条时是
# ⟦covered["Wilson", 20].mean():.1%⟧，5 条时是 ⟦covered["Wilson", 5].mean():.1%⟧（最差 ⟦covered["Wilson", 5].min():.0%⟧，在 0 和 1 附近）；
# 自助法在 5 条时只有 ⟦covered["bootstrap", 5].mean():.0%⟧。所以比例用 Wilson，只有几条评论时也行，那时它诚实地宽；其余用自助法，但不能只有几条。

# %% [markdown] lang="en"
# ## 06.18 Deeper: what the library does inside, and a brash model
#
# Platt's two numbers are found by Newton's method. In steps: with $Z=(z,1)\in\mathbb{R}^{n\times2}$ and $\theta=(a,b)$,
#
# 1. the log loss (summed) has the gradient $g=-Z^\top(y-p)$ (03.4);
# 2. since $\partial p/\partial z=p(1-p)$, its second derivatives are $H=Z^\top DZ$, $D=\operatorname{diag}(p(1-p))$;
# 3. near $\theta$ the loss is about $g^\top\delta+\tfrac12\delta^\top H\delta$, lowest where $H\delta=-g$;
# 4. so take $\theta\leftarrow\theta+H^{-1}Z^\top(y-p)$, and repeat.
#
# **Temperature scaling** fits one number, $p=\sigma(z/T)$: drop the column of ones. And we add a model, **loose**, with a
# hundredth of the pull to zero, whose weights grow until the training reviews are nearly all right.

# %% [markdown] lang="zh" of="ad8d3fe4"
# ## 06.18 选读：库的内部在做什么，以及一个狂妄的模型
#
# Platt 缩放的两个数，是用牛顿法求出来的。分步来看，记 $Z=(z,1)\in\mathbb{R}^{n\times2}$，$\theta=(a,b)$：
#
# 1. 对数损失（求和）的梯度是 $g=-Z^\top(y-p)$（03.4 节）；
# 2. 因为 $\partial p/\partial z=p(1-p)$，二阶导数构成 $H=Z^\top DZ$，其中 $D=\operatorname{diag}(p(1-p))$；
# 3. 在 $\theta$ 附近，损失约为 $g^\top\delta+\tfrac12\delta^\top H\delta$，在 $H\delta=-g$ 处最低；
# 4. 于是令 $\theta\leftarrow\theta+H^{-1}Z^\top(y-p)$，如此反复。
#
# **温度缩放**（temperature scaling）只拟合一个数，$p=\sigma(z/T)$：去掉全是 1 的那一列。另外再添一个模型，叫**松**（loose）：
# 正则化的强度只有百分之一，权重一直长到训练评论几乎全部答对。

# %%
def fit_scale(z, y, shift=True):
    """(a, b) of sigma(a z + b), or (a,) without shift, by Newton; z, y: (n,)."""
    Z = np.c_[z, np.ones(len(z))][:, : 1 + shift]               # (n, 2)
    theta = np.zeros(1 + shift)
    for _ in range(15):
        p = sigmoid(Z @ theta)
        H = Z.T * (p * (1 - p)) @ Z
        theta = theta + np.linalg.solve(H, Z.T @ (y - p))
    return theta

assert np.allclose(fit_scale(z_val, y_val), [a, b], atol=1e-3), "the library's a and b"

# %%
loose, said = make_model(C=100).fit(texts[train], angry[train]), {}
assert loose.score(texts[train], angry[train]) > 0.95, "it knows its reviews by heart"
for name, one in (("ours", model), ("loose", loose)):
    z_fit, z = (one.decision_function(texts[rows]) for rows in (val, test))
    (inverse_T,) = fit_scale(z_fit, y_val, shift=False)
    slope, shift = fit_scale(z_fit, y_val)
    scaled = {"raw": z, "temperature": inverse_T * z, "Platt": slope * z + shift}
    said[name] = {stage: sigmoid(each) for stage, each in scaled.items()}
losses = {name: {stage: round(metrics.log_loss(y_test, p), 3)
                 for stage, p in each.items()} for name, each in said.items()}
top_said, top_true = find_reliability(y_test, said["loose"]["raw"])[:, -1]
assert top_true < top_said, "loose is brash"
losses

# %% [markdown] lang="en"
# In its top bin loose says ⟦top_said:.2f⟧, and ⟦top_true:.2f⟧ come true: memorising makes brash what the pull to zero
# makes shy. Platt helps it most: ⟦losses['loose']['raw']:.2f⟧ to ⟦losses['loose']['Platt']:.3f⟧. Temperature must leave 0.5
# at 0.5, and mends only a part of ours: ⟦losses['ours']['raw']:.3f⟧, ⟦losses['ours']['temperature']:.3f⟧, with Platt
# ⟦losses['ours']['Platt']:.3f⟧.

# %% [markdown] lang="zh" of="bf5c5664"
# 在最高的一箱里，松模型说的是 ⟦top_said:.2f⟧，应验的只有 ⟦top_true:.2f⟧：正则化使人保守，死记硬背使人狂妄。Platt 缩放对它帮助最大，
# 对数损失从 ⟦losses['loose']['raw']:.2f⟧ 降到 ⟦losses['loose']['Platt']:.3f⟧。温度缩放只能把 0.5 留在 0.5，对我们的模型只治好了一部分：
# 原来是 ⟦losses['ours']['raw']:.3f⟧，温度缩放后是 ⟦losses['ours']['temperature']:.3f⟧，Platt 缩放后是 ⟦losses['ours']['Platt']:.3f⟧。

# %% [markdown] lang="en"
# ## 06.19 In the company
#
# Four founders ask for one number. The engineer has nine, and each flatters somebody. Give the one that gets decided with:
# dollars per 1,000 reviews, saved against what would be done without a model; its interval; and the assumption it hangs
# on, the price of a missed customer. Nobody measured that price. So they get it for three prices.

# %% [markdown] lang="zh" of="15c4a734"
# ## 06.19 在公司里
#
# 四位创始人要一个数。工程师手里有九个，每个都替某一方说好话。该给的是用来做决定的那一个：每 1,000 条评论，
# 与没有模型时的做法相比，省下多少美元；再附上区间，写明它系于哪条假设。这条假设就是漏掉一位顾客的代价：它没有测量过，
# 得有人为它负责。所以三种代价各给一个数。

# %%
def find_saving(rows, missed):
    """Dollars per 1,000 saved against the cheaper of everybody and nobody."""
    y, raised = y_test[rows], p_test[rows] >= FALSE_ALARM / (FALSE_ALARM + missed)
    without = min(find_cost(y, y >= 0, missed), find_cost(y, y < 0, missed))
    return without - find_cost(y, raised, missed)

savings = {}
for missed in (MISSED / 3, MISSED, 3 * MISSED):
    draws = bootstrap(lambda rows: find_saving(rows, missed), len(test))
    savings[missed] = find_saving(everything, missed), *find_interval(draws)
    saved, low, high = savings[missed]
    print(f"a miss costs ${missed:.0f}: ${saved:,.0f} saved, {low:,.0f} to {high:,.0f}")
assert savings[MISSED][1] > 0, "it saves, beyond chance"

# %% [markdown] lang="en"
# For the founders: **per 1,000 movie reviews the model saves ⟦savings[MISSED][0]:,.0f⟧ dollars (95 % interval
# ⟦savings[MISSED][1]:,.0f⟧ to ⟦savings[MISSED][2]:,.0f⟧, n = ⟦len(test):,⟧) against answering everybody, if a missed
# customer costs ⟦MISSED:.0f⟧; staff answer ⟦alarms.mean():.0%⟧ of the reviews and reach ⟦final[2]:.0%⟧ of the angry.** At
# three times the price ⟦savings[3 * MISSED][0]:,.0f⟧ are left.
#
# The founders decide the price of a miss, and whether to label a new customer's reviews first (06.16: the movies' model
# doesn't travel); the engineer, the threshold that follows.

# %% [markdown] lang="zh" of="779c1caf"
# 给创始人的话：**在影评上，若漏掉一位顾客损失 ⟦MISSED:.0f⟧ 美元，与人人都答复相比，模型每 1,000 条省下 ⟦savings[MISSED][0]:,.0f⟧ 美元（约 ¥ 元；
# 95% 区间 ⟦savings[MISSED][1]:,.0f⟧ 至 ⟦savings[MISSED][2]:,.0f⟧，n = ⟦len(test):,⟧）；员工答复 ⟦alarms.mean():.0%⟧ 的评论，
# 顾及 ⟦final[2]:.0%⟧ 的愤怒顾客。** 代价若是三倍，就只省 ⟦savings[3 * MISSED][0]:,.0f⟧ 美元。
#
# 漏掉一位顾客算多少钱，新客户的评论要不要先标注（06.16 节：影评的模型换了地方就不灵），由创始人定；随之而来的阈值，由工程师定。

# %% [markdown] lang="en"
# ## Sources
#
# - J. Davis, M. Goadrich, [The relationship between precision-recall and ROC curves](https://doi.org/10.1145/1143844.1143874) (2006).
# - C. Elkan, [The foundations of cost-sensitive learning](https://dl.acm.org/doi/10.5555/1642194.1642224) (2001).
# - C. Guo and others, [On calibration of modern neural networks](https://arxiv.org/abs/1706.04599) (2017).
# - Y. Bengio, Y. Grandvalet, [No unbiased estimator of the variance of K-fold cross-validation](https://www.jmlr.org/papers/v5/grandvalet04a.html) (2004).
# - B. Efron, [Bootstrap methods: another look at the jackknife](https://doi.org/10.1214/aos/1176344552) (1979); E. B. Wilson, [Probable inference …](https://doi.org/10.1080/01621459.1927.10502953) (1927); Q. McNemar, [Note on the sampling error …](https://doi.org/10.1007/BF02295996) (1947).
# - The articles 《大模型：AI技术的商业化路径》 and 《AI 大模型创业：如何利用人才优势？》.

# %% [markdown] lang="zh" of="15795732"
# ## 来源
#
# - J. Davis、M. Goadrich，[The relationship between precision-recall and ROC curves](https://doi.org/10.1145/1143844.1143874)（2006），第 3 节：精确率–召回率曲线与 ROC 曲线的关系。
# - C. Elkan，[The foundations of cost-sensitive learning](https://dl.acm.org/doi/10.5555/1642194.1642224)（2001），第 1.3、3 节：阈值，以及先验比例改变时的修正。
# - C. Guo 等，[On calibration of modern neural networks](https://arxiv.org/abs/1706.04599)（2017），第 4 节：现代神经网络的校准。
# - Y. Bengio、Y. Grandvalet，[No unbiased estimator of the variance of K-fold cross-validation](https://www.jmlr.org/papers/v5/grandvalet04a.html)（2004）：K 折交叉验证的方差没有无偏估计。
# - B. Efron，[Bootstrap methods: another look at the jackknife](https://doi.org/10.1214/aos/1176344552)（1979）；E. B. Wilson，[Probable inference …](https://doi.org/10.1080/01621459.1927.10502953)（1927）；Q. McNemar，[Note on the sampling error …](https://doi.org/10.1007/BF02295996)（1947）：自助法、概率推理（比例的区间）、成对比例之差的检验。
# - 文章《大模型：AI技术的商业化路径》和《AI 大模型创业：如何利用人才优势？》。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You wrote the scores: an alarm for everybody has an F1 of ⟦prf[0][0]:.2f⟧, a silent model the accuracy ⟦accuracy(C_silent):.2f⟧.
# - You judged a ranking, AUC ⟦auc_val:.2f⟧; with ⟦RARE:.0%⟧ angry, AP fell from ⟦ap_val:.2f⟧ to ⟦shops[:, 1].mean():.2f⟧.
# - You chose $t^*=$ ⟦t_star:.2f⟧ by cost; Platt scaling took its bill from
#   ⟦find_cost(y_test, p_raw >= t_star):,.0f⟧ to ⟦final[5]:,.0f⟧ dollars.
# - You put intervals: AUC ⟦new_low:.3f⟧ to ⟦new_high:.3f⟧, a paired gain of ⟦gain_low:.3f⟧ to ⟦gain_high:.3f⟧.
# - You found a leak: promised ⟦leak[:, 0].mean():.2f⟧, delivered ⟦leak[:, 1].mean():.2f⟧.
#
# **Next:** exercise 06; lesson 07, attention.

# %% [markdown] lang="zh" of="c3343f80"
# ## 现在你能做到
#
# - 写出了各种指标：条条都报警，F1 是 ⟦prf[0][0]:.2f⟧；从不报警，准确率是 ⟦accuracy(C_silent):.2f⟧。
# - 评判了一种排序，AUC 为 ⟦auc_val:.2f⟧；愤怒的只占 ⟦RARE:.0%⟧ 时，AP 从 ⟦ap_val:.2f⟧ 降到 ⟦shops[:, 1].mean():.2f⟧。
# - 按代价选出了 $t^*=$ ⟦t_star:.2f⟧；Platt 缩放把它的账单从
#   ⟦find_cost(y_test, p_raw >= t_star):,.0f⟧ 美元降到 ⟦final[5]:,.0f⟧ 美元。
# - 配上了区间：AUC 在 ⟦new_low:.3f⟧ 至 ⟦new_high:.3f⟧ 之间，配对的差值在 ⟦gain_low:.3f⟧ 至 ⟦gain_high:.3f⟧ 之间。
# - 找出了一处泄漏：许诺 ⟦leak[:, 0].mean():.2f⟧，兑现 ⟦leak[:, 1].mean():.2f⟧。
#
# **接下来：** 练习 06；然后是第 07 课，注意力。
