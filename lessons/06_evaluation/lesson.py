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
# - write the common scores from the confusion matrix, for two classes or many, zero divisions included;
# - judge a ranking, and say why ROC and precision disagree when anger is rare;
# - choose a threshold by what mistakes cost, and mend probabilities that mislead;
# - put an interval on any score, over what is independent, and on the difference of two models;
# - say what resampling changes, and find the leak that flatters a model.
#
# **Time and needs.** Reading: 75 minutes. The notebook itself runs in ⟦run_seconds⟧ s on 2 CPU cores and takes
# ⟦peak_memory⟧ of memory. You need 00.4, 00.5 and 03.14; no graphics card, no network.

# %% [markdown] lang="zh" of="251eb714"
# # 06. 评估
#
# **本课的问题：** 这个模型到底好不好？
#
# 学完后你能够：
# - 从混淆矩阵写出各种常用指标，两类、多类都行，分母为零也不出错；
# - 评判一种排序，并说清愤怒的顾客很少时，ROC 与精确率为何各执一词；
# - 按犯错的代价选定阈值，并把名不副实的概率校正过来；
# - 给任何一个分数、两个模型之差配上区间，并且按彼此独立的单位来算；
# - 说出重采样究竟改变了什么，并找出让模型显得比实际更好的那处泄漏。
#
# **时间与所需。** 阅读约 75 分钟。整个笔记本在 2 个 CPU 核上运行 ⟦run_seconds⟧ 秒，占用内存 ⟦peak_memory⟧。
# 需要先学 00.4、00.5 和 03.14 节；不需要显卡，也不需要联网。

# %% tags=["setup"]
from course_utils import ensure

ensure("scikit-learn", "matplotlib")
from threadpoolctl import threadpool_limits
threadpool_limits(1);                       # problems this small lose more by waiting for a thread than they gain

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn import metrics

import course_data as data
from course_utils import plotting, seed_everything

plotting.use_course_style()

# %%
SEED = 0                    # the split and every draw below follow from it
SEEDS = range(10)           # recipes are compared on ten splits; at least 3
ANGRY = -2.0                # a mean rating below this, of −4…4, wants an answer; at −1.5 two checks object
FALSE_ALARM = 3.0           # dollars: six minutes of staff at 30 dollars an hour; an assumption
MISSED = 27.0               # dollars lost by an angry customer whom nobody answers, on average; an assumption
DRAWS = 1_000               # bootstrap samples; below 500 the ends of an interval wobble

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
# "Positive" means what we look for, here anger. Angry are reviews with a mean rating below −⟦-ANGRY:g⟧,
# ⟦angry.mean():.0%⟧ of the movie reviews; the rest we call fine. We learn on one part and look at the validation part;
# the test part stays closed until something has been decided.
#
# **Before you run it:** a model that never raises an alarm: what is its accuracy?

# %% [markdown] lang="zh" of="a02836f0"
# ## 06.1 四种可能
#
# 我们的公司替商家读评论。愤怒的顾客应当在当天得到真人的答复，于是由模型决定报警还是沉默：
#
# | | 报警 | 沉默 |
# |---|---|---|
# | **愤怒** | TP，真阳性 | FN，假阴性：漏掉一位顾客 |
# | **正常** | FP，假阳性：一次误报 | TN，真阴性 |
#
# “阳性”指我们要找的东西，这里就是愤怒。平均评分低于 −⟦-ANGRY:g⟧ 的评论算作愤怒，占影评的 ⟦angry.mean():.0%⟧；
# 其余的称为正常。模型在一部分数据上学习，我们只看验证部分；测试部分先封存，等做出了决定再打开。
#
# **先猜再运行：** 一个从不报警的模型，准确率是多少？

# %%
reviews = data.load_reviews("movies")
texts, angry = np.array(reviews.texts, dtype=object), (reviews.ratings < ANGRY).astype(int)         # (N,) each
train, val, test = data.split(len(reviews), (0.6, 0.2, 0.2), seed=SEED, labels=angry)
assert len(np.unique(np.r_[train, val, test])) == len(reviews), "each review stands in exactly one part"
f"{len(train):,} reviews to learn from, {len(val):,} to validate ({angry[val].sum()} angry), {len(test):,} to test"

# %% [markdown] lang="en"
# The model is TF-IDF with logistic regression (00.4). TF-IDF counts words, damps the counts by a logarithm, multiplies
# rare words up, and scales each review to length 1. The regression returns a logit $z$; $p=\sigma(z)=1/(1+e^{-z})$
# ought to be the probability of anger.
#
# All that happens is counted in the **confusion matrix**: rows the truth, columns what the model called it,
#
# $$C_{ij}=\#\{\,k:\;y_k=i,\;\hat y_k=j\,\},\qquad A=\frac{\sum_i C_{ii}}{\sum_{ij}C_{ij}} .$$
#
# $A$ is the accuracy. For two classes the matrix is $\begin{pmatrix}TN&FP\\FN&TP\end{pmatrix}$; some books transpose it.
#
# **By hand.** Ten reviews, the first three angry; alarms for the first and the fourth. So $TP=1$, $FN=2$, $FP=1$,
# $TN=6$.

# %% [markdown] lang="zh" of="0fa13f25"
# 模型是 TF-IDF 加逻辑回归（00.4 节）。TF-IDF 先数词，用对数压低词频，再放大少见的词，最后把每条评论缩放到长度 1。
# 逻辑回归给出对数几率 $z$，而 $p=\sigma(z)=1/(1+e^{-z})$ 应当是愤怒的概率。
#
# 发生过的一切都记在**混淆矩阵**里：行是真实类别，列是模型的判断，
#
# $$C_{ij}=\#\{\,k:\;y_k=i,\;\hat y_k=j\,\},\qquad A=\frac{\sum_i C_{ii}}{\sum_{ij}C_{ij}} .$$
#
# $A$ 就是准确率。两类时，矩阵是 $\begin{pmatrix}TN&FP\\FN&TP\end{pmatrix}$；有的书把它转置过来。
#
# **手算一遍。** 十条评论，前三条是愤怒的；第一条和第四条报了警。于是 $TP=1$，$FN=2$，$FP=1$，$TN=6$。

# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

def make_model(C=1.0, **settings):
    """TF-IDF of single words, then logistic regression; C is 1 / the strength of the pull to zero (lesson 04)."""
    regression = LogisticRegression(C=C, solver="newton-cg", **settings)
    return make_pipeline(TfidfVectorizer(min_df=2, sublinear_tf=True), regression)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

model = make_model().fit(texts[train], angry[train])
z_val, y_val = model.decision_function(texts[val]), angry[val]              # (n,) logits, (n,) truth
p_val = sigmoid(z_val)
assert np.allclose(p_val, model.predict_proba(texts[val])[:, 1]), "the library's probability is sigma of its logit"

# %%
def confuse(y, called, K=2):
    """C[i, j]: how many of class i were called j; y, called: (n,) integers below K -> (K, K)."""
    return np.bincount(K * y + called, minlength=K * K).reshape(K, K)

ten = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]), np.array([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])            # truth, called
assert (confuse(*ten) == [[6, 1], [2, 1]]).all(), "as by hand"
assert (confuse(*ten) == metrics.confusion_matrix(*ten)).all(), "as the library"

# %%
def accuracy(C):
    return np.trace(C) / C.sum()

C_model, C_silent = confuse(y_val, (p_val >= 0.5).astype(int)), confuse(y_val, 0 * y_val)
assert C_silent[1, 1] == 0 and abs(accuracy(C_model) - accuracy(C_silent)) < 0.05, "nobody found, nearly as accurate"
C_model, C_silent

# %% [markdown] lang="en"
# The silent model is right in ⟦accuracy(C_silent):.1%⟧ of ⟦len(val):,⟧ reviews, ours in ⟦accuracy(C_model):.1%⟧. Of
# ⟦C_model[1].sum()⟧ angry customers ours finds ⟦C_model[1, 1]⟧, the silent one none.
#
# Has ours learned nothing, then? It has, as 06.4 will show: it *ranks* well. But 0.5 is a high bar when
# ⟦angry.mean():.0%⟧ are angry, and accuracy looks at nothing but that bar. A false alarm and a missed customer count
# the same in it, and the fine reviews outvote the angry ones ⟦(1 - y_val.mean()) / y_val.mean():.1f⟧ to 1. We need
# scores that look at one class at a time.

# %% [markdown] lang="zh" of="0efa96d2"
# 在 ⟦len(val):,⟧ 条评论上，从不报警的模型答对 ⟦accuracy(C_silent):.1%⟧，我们的答对 ⟦accuracy(C_model):.1%⟧。
# ⟦C_model[1].sum()⟧ 位愤怒的顾客，我们找到 ⟦C_model[1, 1]⟧ 位，它一位也没有找到。
#
# 难道我们的模型什么也没学到？学到了，06.4 节会看到：它*排序*排得不错。但愤怒的只占 ⟦angry.mean():.0%⟧，
# 概率要到 0.5 很不容易，而准确率偏偏只看这一条线。在它眼里，误报一次与漏掉一位顾客是同样的错；
# 正常评论又以 ⟦(1 - y_val.mean()) / y_val.mean():.1f⟧ 比 1 压过愤怒的评论。所以需要一次只看一个类别的指标。

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
# Our source S1 calls it "the weighted average" of the two.
#
# **Before you run it:** an alarm for everybody has the precision ⟦y_val.mean():.2f⟧ and the recall 1, on average
# ⟦(1 + y_val.mean()) / 2:.2f⟧. And its F1?

# %% [markdown] lang="zh" of="b006a357"
# ## 06.2 两个愿望，一个数
#
# 员工希望报警都报得准，这是**精确率** $P$；顾客希望愤怒都能被发现，这是**召回率** $R$。
#
# $$P=\frac{TP}{TP+FP},\qquad R=\frac{TP}{TP+FN}.$$
#
# 单独满足哪一个都容易：只报最有把握的一条，或者条条都报。F1 要求两者兼顾，它是两者的**调和平均**，
#
# $$F_1=\frac{2}{1/P+1/R}=\frac{2PR}{P+R}=\frac{2\,TP}{2\,TP+FP+FN} .$$
#
# 资料 S1 却说它是两者的“加权平均”。
#
# **先猜再运行：** 条条都报警，精确率是 ⟦y_val.mean():.2f⟧，召回率是 1，平均 ⟦(1 + y_val.mean()) / 2:.2f⟧。F1 是多少？

# %%
def divide(a, b, empty=0.0):                                                # a / b, and `empty` where b is 0
    return np.divide(a, b, out=np.full(np.shape(b), float(empty)), where=b != 0)

def score_classes(C, empty=0.0):                                            # (K, K) -> (3, K): precision, recall, F1
    hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)          # (K,) each
    return np.array([divide(hits, called, empty), divide(hits, there, empty), divide(2 * hits, called + there, empty)])

# %%
POLICIES = {"silent": p_val > 1, "p ≥ 0.5": p_val >= 0.5, "p ≥ 0.2": p_val >= 0.2, "all": p_val >= 0}
prf = {name: score_classes(confuse(y_val, alarms.astype(int)))[:, 1] for name, alarms in POLICIES.items()}
share_of = {name: alarms.sum() / (alarms.sum() + y_val.sum()) for name, alarms in POLICIES.items()}     # weight of P
for name, (P, R, F) in prf.items():
    assert np.isclose(share_of[name] * P + (1 - share_of[name]) * R, F), "F1 is an average, with moving weights"
    print(f"{name:8} P {P:.2f}, R {R:.2f}, average {(P + R) / 2:.2f}, F1 {F:.2f}, weight of P {share_of[name]:.2f}")

# %% [markdown] lang="en"
# F1 is ⟦prf['all'][2]:.2f⟧, half of what the average claims: the smaller of the two rules.
#
# Is S1 wrong? Any number between $P$ and $R$ is *some* weighted average. From $TP=P(TP+FP)=R(TP+FN)$,
#
# $$F_1=\frac{(TP+FP)\,P+(TP+FN)\,R}{(TP+FP)+(TP+FN)}:$$
#
# the weights are the number of alarms and the number of angry reviews. They move with the model; precision's share is
# ⟦share_of['p ≥ 0.5']:.2f⟧, ⟦share_of['p ≥ 0.2']:.2f⟧ or ⟦share_of['all']:.2f⟧ above. No fixed weights give F1, and S1
# names none.
#
# The silent model shows another trap: its precision is $0/0$. We say 0; scikit-learn asks for your choice by
# `zero_division`.

# %% [markdown] lang="zh" of="20018f1f"
# F1 是 ⟦prf['all'][2]:.2f⟧，只有算术平均的一半：两者之中，小的那个说了算。
#
# S1 说错了吗？$P$ 与 $R$ 之间的任何一个数，都是*某种*加权平均。由 $TP=P(TP+FP)=R(TP+FN)$ 得
#
# $$F_1=\frac{(TP+FP)\,P+(TP+FN)\,R}{(TP+FP)+(TP+FN)}:$$
#
# 权重就是报警的条数和愤怒评论的条数。它们随模型而变，上面精确率所占的份额依次是 ⟦share_of['p ≥ 0.5']:.2f⟧、
# ⟦share_of['p ≥ 0.2']:.2f⟧、⟦share_of['all']:.2f⟧。没有哪组固定的权重能得出 F1，S1 也没有说权重是什么。
#
# 从不报警的模型还暴露出另一个陷阱：它的精确率是 $0/0$。我们规定为 0；scikit-learn 让你用 `zero_division` 自己选。

# %% [markdown] lang="en"
# ## 06.3 Three classes, three ways to average
#
# A shop wants more: negative (rating below −1), mild, positive (1 and above). Each class, held against all others, has
# its $P_k$, $R_k$ and $F_k$. With $n_k$ reviews in class $k$,
#
# $$F_{\mathrm{macro}}=\frac1K\sum_k F_k,\qquad F_{\mathrm{weighted}}=\sum_k\frac{n_k}{n}F_k,\qquad
# F_{\mathrm{micro}}=\frac{\sum_k 2\,TP_k}{\sum_k(2\,TP_k+FP_k+FN_k)} .$$
#
# Each wrong call is an $FP$ of one class and an $FN$ of another, so
# $F_{\mathrm{micro}}=2\operatorname{tr}C/(2\operatorname{tr}C+2(n-\operatorname{tr}C))=A$: the accuracy, under another
# name.
#
# **Before you run it:** the mild reviews are few and hard. Which of the three averages will say so?

# %% [markdown] lang="zh" of="f3d79f36"
# ## 06.3 三个类别，三种平均
#
# 商家还想知道更多：负面（评分低于 −1）、平淡、正面（1 及以上）。每个类别与其余各类对立起来看，都有自己的
# $P_k$、$R_k$ 和 $F_k$。设第 $k$ 类有 $n_k$ 条评论，宏平均、加权平均和微平均分别是
#
# $$F_{\mathrm{macro}}=\frac1K\sum_k F_k,\qquad F_{\mathrm{weighted}}=\sum_k\frac{n_k}{n}F_k,\qquad
# F_{\mathrm{micro}}=\frac{\sum_k 2\,TP_k}{\sum_k(2\,TP_k+FP_k+FN_k)} .$$
#
# 每判错一条，就给一个类别记一次 $FP$，给另一个类别记一次 $FN$，所以
# $F_{\mathrm{micro}}=2\operatorname{tr}C/(2\operatorname{tr}C+2(n-\operatorname{tr}C))=A$，不过是准确率换了个名字。
#
# **先猜再运行：** 平淡的评论又少又难认。三种平均里，哪一种会说出实情？

# %%
mood = np.digitize(reviews.ratings, [-1, 1])                                # 0 below −1, 1 below 1, 2 the rest
C_mood = confuse(mood[val], make_model().fit(texts[train], mood[train]).predict(texts[val]), K=3)
shares = C_mood / C_mood.sum(axis=1, keepdims=True)                         # each row sums to 1
assert (C_mood.sum(axis=1) == np.bincount(mood[val])).all(), "rows are the truth: they sum to the sizes of the classes"

# %%
def average_classes(C, empty=0.0):
    """(3, 3): rows macro, micro, weighted; columns precision, recall, F1."""
    each = score_classes(C, empty)                                          # (3, K)
    return np.array([each.mean(axis=1), np.full(3, accuracy(C)), each @ C.sum(axis=1) / C.sum()])

rng, undefined = seed_everything(SEED), 0
for _ in range(100):                                # short problems: often a class is never called, or isn't there
    K, n = rng.integers(2, 6), rng.integers(1, 30)
    y, called = rng.integers(K, size=(2, n))
    C = confuse(y, called, K)
    undefined += (C.sum(axis=0) == 0).any() or (C.sum(axis=1) == 0).any()
    for empty in (0.0, 1.0):
        settings = {"labels": range(K), "zero_division": empty}
        theirs = [metrics.precision_recall_fscore_support(y, called, average=kind, **settings)[:3]
                  for kind in ("macro", "micro", "weighted")]
        assert np.allclose(average_classes(C, empty), theirs), "ours must equal scikit-learn's, 0/0 included"

# %%
macro, micro, weighted = average_classes(C_mood)                            # (3,) each: precision, recall, F1
f1_of_means = 2 * macro[0] * macro[1] / (macro[0] + macro[1])
assert np.allclose([micro[2], weighted[1]], accuracy(C_mood)), "micro F1 and weighted recall are both the accuracy"
assert undefined > 5 and score_classes(C_mood)[2, 1] < macro[2] < weighted[2], "the macro average shows the weak class"
f"F1: macro {macro[2]:.3f}, micro {micro[2]:.3f}, weighted {weighted[2]:.3f}; {undefined} of 100 problems had a 0/0"

# %%
MOODS = ("negative", "mild", "positive")
labels = {"xlabel": "called", "ylabel": "truth", "unit": "share of row"}
plotting.show_heatmap(shares, MOODS, MOODS, values=".2f", vmin=0, vmax=1, **labels);

# %% [markdown] lang="en"
# *The picture:* the confusion matrix, each row divided by its sum. Both outer classes are bright on the diagonal; of the
# mild reviews only ⟦shares[1, 1]:.0%⟧ are called mild.
#
# That class has an F1 of ⟦score_classes(C_mood)[2, 1]:.2f⟧. The macro average falls to ⟦macro[2]:.2f⟧; micro,
# ⟦micro[2]:.2f⟧, and weighted, ⟦weighted[2]:.2f⟧, hardly notice, since only ⟦(mood[val] == 1).mean():.0%⟧ are mild.
#
# Which to take? Macro, if each class matters equally; weighted, if each review does; micro is accuracy (and so is
# weighted *recall*). And ask what "macro F1" means: the mean of the F1s is ⟦macro[2]:.3f⟧, as scikit-learn has it; the
# F1 of mean precision and mean recall is ⟦f1_of_means:.3f⟧.

# %% [markdown] lang="zh" of="207c8d6f"
# *图中所见：* 混淆矩阵，每行除以该行之和。负面、正面两类在对角线上很亮；平淡的评论只有 ⟦shares[1, 1]:.0%⟧ 被认作平淡。
#
# 这一类的 F1 是 ⟦score_classes(C_mood)[2, 1]:.2f⟧。宏平均被拉到 ⟦macro[2]:.2f⟧；微平均 ⟦micro[2]:.2f⟧、
# 加权平均 ⟦weighted[2]:.2f⟧ 几乎没有察觉，因为平淡的只占 ⟦(mood[val] == 1).mean():.0%⟧。
#
# 该用哪一种？各个类别同等重要，用宏平均；每条评论同等重要，用加权平均；微平均就是准确率（*召回率*的加权平均也是）。
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
# Why? Each angry review lifts the curve by $1/n_+$. To the right of that lift lies the share of fine reviews ranked
# below it, so its strip has the area (pairs won)$/(n_+n_-)$. With a tie the curve runs diagonally and cuts the pair in
# half.

# %% [markdown] lang="zh" of="171bb476"
# ## 06.4 先看排序，再谈阈值
#
# 模型给出的只是一个数，有了阈值才成为裁决。让阈值从上往下降，以正常评论被报警的比例 $f=FP/(FP+TN)$ 为横坐标、
# 愤怒评论被抓到的比例 $t=TP/(TP+FN)$ 为纵坐标画点，连起来就是 **ROC 曲线**。曲线下的面积 AUC 另有含义：
# 随机抽一条愤怒评论，得分 $s^+$，再抽一条正常评论，得分 $s^-$，
#
# $$\mathrm{AUC}=\Pr(s^+>s^-)+\tfrac12\Pr(s^+=s^-).$$
#
# 为什么？每条愤怒评论让曲线上升 $1/n_+$。这一段的右边，正是排在它后面的正常评论所占的比例，
# 所以它对应的横条面积是（赢的对数）$/(n_+n_-)$。遇到同分，曲线走斜线，恰好把那一对切成两半。

# %% [markdown] lang="en"
# Counting pairs takes $n_+n_-$ comparisons; sorting is enough. The rank of an angry review, from below, counts the fine
# reviews it beats and the angry ones up to itself. Over all angry reviews the latter sum to $1+2+\dots+n_+$, whatever
# the order. With the ranks $r_k$, where equals share their mean rank (so a tie counts half),
#
# $$\mathrm{AUC}=\frac{\sum_{k:\,y_k=1}r_k-\tfrac12 n_+(n_++1)}{n_+\,n_-} .$$
#
# **By hand.** Scores 3, 2, 2, 1; the first and the third are angry. Ranks 4, 2.5, 2.5, 1, so $(6.5-3)/4=0.875$. By pairs:
# 3 beats 2 and 1; 2 ties with 2 and beats 1: 3.5 of 4.

# %% [markdown] lang="zh" of="f7e8d465"
# 逐对去数要比较 $n_+n_-$ 次，其实排个序就够了。一条愤怒评论的名次（从低往高数），数的是它赢了的正常评论，
# 加上排到它为止的愤怒评论。后一部分对全体愤怒评论求和，不论次序如何，总是 $1+2+\dots+n_+$。设名次为 $r_k$，
# 同分者取平均名次（打平于是算半对），则
#
# $$\mathrm{AUC}=\frac{\sum_{k:\,y_k=1}r_k-\tfrac12 n_+(n_++1)}{n_+\,n_-} .$$
#
# **手算一遍。** 得分 3、2、2、1，第一条和第三条是愤怒的。名次为 4、2.5、2.5、1，于是 $(6.5-3)/4=0.875$。
# 逐对来数：3 胜 2 也胜 1；2 与 2 打平，又胜 1：4 对中得 3.5 对。

# %%
def find_roc(y, score):
    """(m,) shares of fine and of angry reviews at or above each distinct score, from the highest down, after (0, 0)."""
    order = np.argsort(-score)
    last = np.r_[np.flatnonzero(np.diff(score[order])), len(y) - 1]         # the last review of each run of equals
    hits = np.cumsum(y[order])[last]
    return np.r_[0, (last + 1 - hits) / (1 - y).sum()], np.r_[0, hits / y.sum()]

def find_auc(y, score):
    """AUC from ranks; y: (n,) 0 or 1, score: (n,)."""
    _, place, ties = np.unique(score, return_inverse=True, return_counts=True)
    ranks, n_pos = (np.cumsum(ties) - (ties - 1) / 2)[place], y.sum()       # equals share their mean rank
    return (ranks[y == 1].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * (len(y) - n_pos))

def count_pairs(y, score):
    """Share of the (angry, fine) pairs that the angry one wins; a tie counts half."""
    gaps = score[y == 1][:, None] - score[y == 0]                           # (n+, n-)
    return (gaps > 0).mean() + (gaps == 0).mean() / 2

assert find_auc(np.array([1, 0, 1, 0]), np.array([3, 2, 2, 1])) == 0.875, "as by hand"
for _ in range(100):
    y = (rng.random(rng.integers(2, 60)) < rng.uniform(0.05, 0.6)).astype(int)
    y[rng.choice(len(y), 2, replace=False)] = 0, 1                          # at least one of each
    score = rng.normal(size=len(y)).round(rng.integers(3))                  # rounding makes many ties
    f, t = find_roc(y, score)
    four = [find_auc(y, score), count_pairs(y, score), np.trapezoid(t, f), metrics.roc_auc_score(y, score)]
    assert np.allclose(four, four[0]), "ranks, pairs, area and library must agree, ties included"

# %%
fpr, tpr = find_roc(y_val, z_val)                                           # (m,) each
auc_val = find_auc(y_val, z_val)
assert np.allclose([find_auc(y_val, p_val), find_auc(y_val, z_val**3)], auc_val), "only the order counts"
fig, ax = plt.subplots(figsize=(4.2, 3.6))
ax.plot(fpr, tpr, color="C5", linestyle="-", label="our model")
ax.plot([0, 1], [0, 1], color="grey", linestyle=":", label="scores by lot")
for threshold, marker in ((0.5, "o"), (0.2, "s"), (0.1, "^")):
    at = [(p_val[y_val == k] >= threshold).mean() for k in (0, 1)]
    ax.plot(*at, marker, color="C4", label=rf"$p\geq{threshold}$")
ax.set(xlabel="share of fine reviews alarmed, $f$", ylabel="share of angry reviews found, $t$")
ax.legend();

# %% [markdown] lang="en"
# *The picture:* the ROC curve bends high above the dotted diagonal. The threshold 0.5 sits in the lower left corner, 0.2
# in the bend, 0.1 at the upper right: three verdicts from one ranking.
#
# AUC is ⟦auc_val:.3f⟧: of ⟦y_val.sum() * (1 - y_val).sum():,⟧ pairs, the angry review stands higher in ⟦auc_val:.0%⟧.
# That is what accuracy didn't see. Any increasing function of the scores gives the same AUC (checked with a cube); so it
# can't say either whether 0.1 means one in ten.

# %% [markdown] lang="zh" of="63e1bdde"
# *图中所见：* ROC 曲线高高拱起，远在对角虚线之上。阈值 0.5 落在左下角，0.2 在拐弯处，0.1 在右上方：
# 同一种排序，三种裁决。
#
# AUC 是 ⟦auc_val:.3f⟧：在 ⟦y_val.sum() * (1 - y_val).sum():,⟧ 对评论中，愤怒的排在前面的占 ⟦auc_val:.0%⟧。
# 这正是准确率没有看到的。对得分施加任何递增函数，AUC 都不变（代码里用三次方核对了）；
# 也正因为如此，0.1 是不是真的表示十次里有一次，它同样说不出来。

# %% [markdown] lang="en"
# ## 06.5 When angry customers are rare
#
# Staff see only the alarms: for them precision matters. Divide $TP$ and $FP$ by $n$, with $\pi$ the share of angry
# reviews:
#
# $$P=\frac{\pi t}{\pi t+(1-\pi)f},\qquad R=t .$$
#
# $t$ and $f$ each look inside one class; $\pi$ enters precision alone. The **precision–recall curve** draws $P$ against
# $R$; **average precision** sums it up, $\mathrm{AP}=\sum_k(R_k-R_{k-1})P_k$. Scores by lot reach an AUC of 0.5, but an
# AP of only about $\pi$.
#
# **Before you run it:** another shop has reviews of the same kind, but only 2 in 100 are angry. What happens to AUC, what
# to AP?

# %% [markdown] lang="zh" of="8fd56413"
# ## 06.5 愤怒的顾客很少时
#
# 员工看到的只有报警，所以他们在乎精确率。设愤怒评论的比例为 $\pi$，把 $TP$ 和 $FP$ 都除以 $n$，得
#
# $$P=\frac{\pi t}{\pi t+(1-\pi)f},\qquad R=t .$$
#
# $t$ 和 $f$ 各自只看一个类别的内部，$\pi$ 只出现在精确率里。以 $R$ 为横轴、$P$ 为纵轴，就是**精确率–召回率曲线**；
# **平均精确率**把它概括成一个数，$\mathrm{AP}=\sum_k(R_k-R_{k-1})P_k$。随机打分，AUC 是 0.5，AP 却只有 $\pi$ 左右。
#
# **先猜再运行：** 另一家店的评论性质相同，只是 100 条里仅有 2 条愤怒。AUC 会怎样？AP 呢？

# %%
def find_precision(f, t, share):
    return divide(share * t, share * t + (1 - share) * f, empty=1.0)        # 1 at (0, 0), by convention

find_ap = lambda f, t, share: np.sum(np.diff(t) * find_precision(f, t, share)[1:])
lots = [find_ap(*find_roc(y_val, rng.random(len(val))), y_val.mean()) for _ in range(100)]
assert abs(np.mean(lots) - y_val.mean()) < 0.02, "scores by lot reach an AP of about the share of angry reviews"
assert np.isclose(find_ap(fpr, tpr, y_val.mean()), metrics.average_precision_score(y_val, z_val)), "as scikit-learn's"

# %%
RARE, pos, neg = 0.02, np.flatnonzero(y_val == 1), np.flatnonzero(y_val == 0)

def draw_shop():                                    # all the fine reviews, and so few angry ones that they are RARE
    rows = np.r_[rng.choice(pos, round(RARE / (1 - RARE) * len(neg)), replace=False), neg]
    return find_auc(y_val[rows], z_val[rows]), metrics.average_precision_score(y_val[rows], z_val[rows])

shops = np.array([draw_shop() for _ in range(400)])                         # (400, 2)
ap_val, ap_rare = (find_ap(fpr, tpr, share) for share in (y_val.mean(), RARE))
assert abs(shops[:, 0].mean() - auc_val) < 0.01, "the mean AUC stays where it was"
assert abs(shops[:, 1].mean() - ap_rare) < 0.03 < ap_val - shops[:, 1].mean(), "AP falls, about as the formula says"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3))
for share, colour, style in ((0.5, "C3", ":"), (y_val.mean(), "C5", "-"), (RARE, "C4", "--")):
    label = f"{share:.0%} angry: AP {find_ap(fpr, tpr, share):.2f}"
    axes[0].plot(fpr, tpr, color=colour, linestyle=style, label=label)
    axes[1].plot(tpr[1:], find_precision(fpr, tpr, share)[1:], color=colour, linestyle=style)
axes[0].set(xlabel="$f$", ylabel="$t$", title="ROC")
axes[1].set(xlabel="recall", ylabel="precision", title="precision–recall", ylim=(0, 1.02))
axes[0].legend(fontsize="small", loc="lower right");

# %% [markdown] lang="en"
# *The picture:* left, three ROC curves exactly on top of each other. Right, their precision–recall curves, far apart:
# with half of the reviews angry high up, with ⟦RARE:.0%⟧ near the bottom but for the left end.
#
# They don't contradict each other; they answer different questions. Over 400 draws of such a shop AUC is
# ⟦shops[:, 0].mean():.2f⟧ ± ⟦shops[:, 0].std():.2f⟧, as before; AP falls from ⟦ap_val:.2f⟧ to
# ⟦shops[:, 1].mean():.2f⟧ ± ⟦shops[:, 1].std():.2f⟧ (formula ⟦ap_rare:.2f⟧; with so few angry reviews the measured AP errs upwards). To find half of the anger, one now raises
# ⟦1 / find_precision(np.interp(0.5, tpr, fpr), 0.5, RARE):.0f⟧ alarms for each angry customer, before
# ⟦1 / find_precision(np.interp(0.5, tpr, fpr), 0.5, y_val.mean()):.1f⟧. AUC compares rankings; precision foretells the
# work.

# %% [markdown] lang="zh" of="66ce15a8"
# *图中所见：* 左图三条 ROC 曲线完全重合；右图相应的精确率–召回率曲线相距很远：愤怒评论占一半时高高在上，
# 只占 ⟦RARE:.0%⟧ 时，除最左端外几乎贴着底边。
#
# 两者并不矛盾，只是回答的问题不同。照这家店的比例抽 400 次，AUC 是 ⟦shops[:, 0].mean():.2f⟧ ± ⟦shops[:, 0].std():.2f⟧，
# 一如从前；AP 从 ⟦ap_val:.2f⟧ 降到 ⟦shops[:, 1].mean():.2f⟧ ± ⟦shops[:, 1].std():.2f⟧（公式给出 ⟦ap_rare:.2f⟧；愤怒评论太少，实测的 AP 略微偏高）。
# 要找出一半的愤怒评论，原来平均报警 ⟦1 / find_precision(np.interp(0.5, tpr, fpr), 0.5, y_val.mean()):.1f⟧ 次遇上一位愤怒的顾客，
# 现在要 ⟦1 / find_precision(np.interp(0.5, tpr, fpr), 0.5, RARE):.0f⟧ 次。比较两种排序看 AUC，估计工作量看精确率。

# %% [markdown] lang="en"
# ## 06.6 A threshold has a price
#
# A false alarm costs $c_{FP}$, ⟦FALSE_ALARM:.0f⟧ dollars of staff time; a missed customer costs $c_{FN}$,
# ⟦MISSED:.0f⟧ dollars more than an answered one. If a review is angry with probability $p$, an alarm costs
# $(1-p)\,c_{FP}$ on average, silence $p\,c_{FN}$. So raise it where
#
# $$(1-p)\,c_{FP}\le p\,c_{FN}\quad\Longleftrightarrow\quad p\ge t^*=\frac{c_{FP}}{c_{FP}+c_{FN}} .$$
#
# (03.14 charged $C$ for each call and $M$ for each customer missed. Then $c_{FP}=C$ and $c_{FN}=M-C$: the same rule,
# $t^*=C/M$.) Here $t^*=$ ⟦t_star:.2f⟧, and no data are needed, **if** $p$ can be trusted. If not: try all thresholds on
# the validation part.
#
# **Before you run it:** $p\ge0.5$, an answer to everybody, to nobody: which is cheapest?

# %% [markdown] lang="zh" of="c4f2f56b"
# ## 06.6 阈值是有价钱的
#
# 误报一次的代价是 $c_{FP}$，即 ⟦FALSE_ALARM:.0f⟧ 美元的人工；漏掉一位顾客的代价是 $c_{FN}$，
# 比答复了他多损失 ⟦MISSED:.0f⟧ 美元。若一条评论愤怒的概率为 $p$，报警平均花 $(1-p)\,c_{FP}$，沉默平均花 $p\,c_{FN}$。
# 因此应当报警，当且仅当
#
# $$(1-p)\,c_{FP}\le p\,c_{FN}\quad\Longleftrightarrow\quad p\ge t^*=\frac{c_{FP}}{c_{FP}+c_{FN}} .$$
#
# （03.14 节是每打一个电话收 $C$，每错过一位顾客收 $M$。那样 $c_{FP}=C$，$c_{FN}=M-C$，规则相同：$t^*=C/M$。）
# 这里 $t^*=$ ⟦t_star:.2f⟧，根本用不着数据，**只要** $p$ 靠得住。靠不住，就在验证部分把所有阈值都试一遍。
#
# **先猜再运行：** $p\ge0.5$、人人都答复、谁也不答复，哪个最省钱？

# %%
t_star = FALSE_ALARM / (FALSE_ALARM + MISSED)

def find_cost(y, alarms, missed=MISSED):
    """Dollars per 1,000 reviews; y: (n,) 0 or 1, alarms: (n,) bool."""
    return 1_000 * np.mean(FALSE_ALARM * (alarms & (y == 0)) + missed * (~alarms & (y == 1)))

# %%
thresholds = np.unique(p_val)
val_costs = np.array([find_cost(y_val, p_val >= t) for t in thresholds])
t_best = thresholds[val_costs.argmin()]
c_half, c_all, c_none, c_star, c_best = (find_cost(y_val, p_val >= t) for t in (0.5, 0, 1, t_star, t_best))
assert c_best <= min(c_half, c_all, c_none, c_star), "on the reviews it was chosen on, no threshold is cheaper"
f"$ per 1,000: p ≥ 0.5 {c_half:,.0f}, all {c_all:,.0f}, none {c_none:,.0f}, t* {c_star:,.0f}, best {c_best:,.0f}"

# %%
def find_best(y, score):
    """The cheapest threshold on these reviews, in one pass from the highest score down."""
    order = np.argsort(-score)
    hits, raised = np.cumsum(y[order]), np.arange(1, len(y) + 1)
    return score[order][(FALSE_ALARM * (raised - hits) + MISSED * (hits[-1] - hits)).argmin()]

again = [rng.integers(len(val), size=len(val)) for _ in range(300)]         # draws with replacement: see 06.8
low_best, high_best = np.percentile([find_best(y_val[rows], p_val[rows]) for rows in again], [2.5, 97.5])
assert np.isclose(find_best(y_val, p_val), t_best), "one pass finds what the loop found"
fig, ax = plt.subplots()
ax.plot(thresholds, val_costs, color="C5", linestyle="-", label="our model")
ax.axhline(c_all, color="C3", linestyle=":", label="answer everybody")
ax.axvspan(low_best, high_best, color="C1", alpha=0.3, label="where the cheapest threshold falls, 95 %")
ax.axvline(t_star, color="C4", linestyle="--", label="$t^*$")
ax.set(xscale="log", xlim=(0.02, 1), ylim=(0, 5_500), xlabel="threshold on $p$", ylabel="dollars per 1,000 reviews")
ax.set_xticks([0.02, 0.05, 0.1, 0.2, 0.5, 1], ["0.02", "0.05", "0.1", "0.2", "0.5", "1"])
ax.legend(loc="lower right", fontsize="small");

# %% [markdown] lang="en"
# *The picture:* cost on the validation part against the threshold: on the left as high as answering everybody, then a
# valley, then a steep rise. On resamples of these reviews the cheapest threshold falls between ⟦low_best:.2f⟧ and
# ⟦high_best:.2f⟧ (shaded); the dashed $t^*$ lies left of that, on the slope.
#
# The habit of 0.5 costs ⟦c_half:,.0f⟧ dollars per 1,000 reviews, little less than answering nobody (⟦c_none:,.0f⟧), much
# more than answering everybody (⟦c_all:,.0f⟧). The best threshold, ⟦t_best:.3f⟧, costs ⟦c_best:,.0f⟧.
#
# But $t^*$ costs ⟦c_star:,.0f⟧, though its derivation holds. So its premise must be wrong: is $p$ a probability at all?

# %% [markdown] lang="zh" of="4316db7f"
# *图中所见：* 验证部分的代价随阈值的变化：左端与人人都答复一样高，往右是一道山谷，然后陡然上升。重抽这些评论，
# 最省钱的阈值落在 ⟦low_best:.2f⟧ 与 ⟦high_best:.2f⟧ 之间（阴影）；虚线 $t^*$ 在它左边的坡上。
#
# 习惯性的 0.5 每 1,000 条评论要花 ⟦c_half:,.0f⟧ 美元，比谁也不答复（⟦c_none:,.0f⟧）少不了多少，
# 却比人人都答复（⟦c_all:,.0f⟧）贵得多。最好的阈值 ⟦t_best:.3f⟧ 只要 ⟦c_best:,.0f⟧。
#
# 可是 $t^*$ 要花 ⟦c_star:,.0f⟧，而推导并没有错。那么错的只能是前提：$p$ 真的是概率吗？

# %% [markdown] lang="en"
# ## 06.7 Does 0.1 mean one in ten?
#
# A model is **calibrated** if, of the reviews to which it gives $p$, a share $p$ is angry. To see it, sort the reviews by
# $p$, cut them into $M$ bins of equal size, and hold the mean $\bar p_m$ against the share $\bar y_m$ that came true: the
# **reliability diagram**. The mean gap is the expected calibration error, $\mathrm{ECE}=\frac1M\sum_m|\bar p_m-\bar y_m|$.
#
# ECE alone can't judge: a model that says ⟦y_val.mean():.2f⟧ of everybody has no more than chance makes, and knows nothing. **Log
# loss** (00.4) and the **Brier score**, the mean of $(p-y)^2$, also reward telling reviews apart, and are lowest for the
# truth: if $q$ is true and you say $p$, expect
#
# $$q(1-p)^2+(1-q)p^2=(p-q)^2+q(1-q).$$

# %% [markdown] lang="zh" of="b068223f"
# ## 06.7 0.1 真的是十次里有一次吗？
#
# 如果在模型给出 $p$ 的那些评论里，恰有比例为 $p$ 的是愤怒的，就说模型是**校准**的。检验的办法：把评论按 $p$ 排序，
# 切成 $M$ 个一样大的箱，拿每箱的平均 $\bar p_m$ 与实际应验的比例 $\bar y_m$ 对照，画出来就是**可靠性图**。
# 差距的平均叫期望校准误差，$\mathrm{ECE}=\frac1M\sum_m|\bar p_m-\bar y_m|$。
#
# 单凭 ECE 还不能下结论：对谁都说 ⟦y_val.mean():.2f⟧ 的模型，误差不超过偶然造成的那一点，却什么也不懂。**对数损失**（00.4 节）和
# **布里尔分数**，即 $(p-y)^2$ 的平均，还会奖励把评论区分开来，而且说真话时最低：若真实概率是 $q$ 而你说 $p$，期望值是
#
# $$q(1-p)^2+(1-q)p^2=(p-q)^2+q(1-q).$$

# %%
def find_reliability(y, p, bins=10):
    """(2, bins): mean probability, and share that came true, in bins of equal size (±1) from the lowest p up."""
    groups = np.array_split(np.argsort(p), bins)
    return np.array([[values[rows].mean() for rows in groups] for values in (p, y)])

def find_ece(y, p):
    return np.abs(np.subtract(*find_reliability(y, p))).mean()

# %%
def log_loss(y, p):
    return -np.mean(np.log(np.where(y == 1, p, 1 - p)))
assert np.isclose(log_loss(y_val, p_val), metrics.log_loss(y_val, p_val)), "log loss must equal scikit-learn's"
ece_val, ece_flat = (find_ece(y_val, p) for p in (p_val, np.full(len(val), y_val.mean())))
ece_chance = [find_ece(rng.random(len(val)) < p_val, p_val) for _ in range(300)]        # answers drawn from p itself
assert ece_flat < np.percentile(ece_chance, 99) < ece_val, "ours is beyond chance, a model that knows nothing isn't"

# %% [markdown] lang="en"
# Our ECE is ⟦ece_val:.3f⟧. If $p$ were the truth, chance would make it ⟦np.mean(ece_chance):.3f⟧: the gap is real. To mend
# it, keep the order and bend the scale. **Platt scaling** fits two numbers, $p=\sigma(az+b)$;
# **temperature scaling** one, $p=\sigma(z/T)$. Not on the training part, which the model knows by heart, but on the
# validation part, by Newton's method on the log loss: with $Z=(z,1)\in\mathbb{R}^{n\times2}$, $\theta=(a,b)$ and
# $D=\operatorname{diag}(p(1-p))$,
#
# $$\theta\leftarrow\theta+(Z^\top DZ)^{-1}Z^\top(y-p).$$
#
# Then all has been decided, and we open the test part. We add a model, *loose*, with a hundredth of the pull to zero,
# whose weights grow until the training reviews are nearly all right.
#
# **Before you run it:** where loose says 0.9, is it right in more than 90 of 100, or in fewer?

# %% [markdown] lang="zh" of="164afdb1"
# 我们的 ECE 是 ⟦ece_val:.3f⟧。假如 $p$ 就是真实概率，光凭偶然只会有 ⟦np.mean(ece_chance):.3f⟧：差距是真的。
# 要校正，就保留次序，只改刻度。**普拉特缩放**拟合两个数，$p=\sigma(az+b)$；**温度缩放**只拟合一个，
# $p=\sigma(z/T)$。不能在训练部分上拟合，那里的评论模型早已背熟；要用验证部分，对对数损失做牛顿法：
# 记 $Z=(z,1)\in\mathbb{R}^{n\times2}$，$\theta=(a,b)$，$D=\operatorname{diag}(p(1-p))$，
#
# $$\theta\leftarrow\theta+(Z^\top DZ)^{-1}Z^\top(y-p).$$
#
# 到这里该定的都定了，于是打开测试部分。另外再添一个模型，叫*松*（loose）：拉向零的力只有百分之一，
# 权重一直长到训练评论几乎全部答对。
#
# **先猜再运行：** 松模型说 0.9 的时候，100 次里应验的多于 90 次，还是少于 90 次？

# %%
def fit_scale(z, y, shift=True):
    """(a, b) with the lowest log loss of sigma(a z + b), or (a,) of sigma(a z) without shift; z, y: (n,)."""
    Z, theta = np.c_[z, np.ones(len(z))][:, : 1 + shift], np.zeros(1 + shift)
    for _ in range(15):
        p = sigmoid(Z @ theta)
        theta = theta + np.linalg.solve(Z.T * (p * (1 - p)) @ Z, Z.T @ (y - p))
    return theta

a, b = fit_scale(z_val, y_val)
library = LogisticRegression(C=np.inf, tol=1e-8).fit(z_val[:, None], y_val)
assert np.allclose([a, b], [library.coef_[0, 0], library.intercept_[0]], atol=1e-3), "a and b are the library's"
assert a > 0 and np.isclose(find_auc(y_val, a * z_val + b), auc_val), "the ranking stays as it was"

# %%
loose, y_test, stages = make_model(C=100).fit(texts[train], angry[train]), angry[test], {}
for name, candidate in (("ours", model), ("loose", loose)):
    z_fit, z = candidate.decision_function(texts[val]), candidate.decision_function(texts[test])
    (inverse_T,), (slope, shift) = fit_scale(z_fit, y_val, shift=False), fit_scale(z_fit, y_val)
    stages[name] = {"raw": sigmoid(z), "temperature": sigmoid(inverse_T * z), "Platt": sigmoid(slope * z + shift)}
    for stage, p in stages[name].items():
        print(f"{name:5} {stage:11} log loss {log_loss(y_test, p):.3f}, Brier {np.mean((p - y_test) ** 2):.4f}, "
              f"ECE {find_ece(y_test, p):.3f}, cost at t* {find_cost(y_test, p >= t_star):,.0f}")
assert (loose.predict(texts[train]) == angry[train]).mean() > 0.95, "loose has nearly learned its reviews by heart"
said_top, true_top = find_reliability(y_test, stages["loose"]["raw"])[:, -1]
assert all(log_loss(y_test, p["Platt"]) < log_loss(y_test, p["raw"]) for p in stages.values()), "it helps on test"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.1), sharex=True, sharey=True)
for ax, stage in zip(axes, ("raw", "Platt")):
    ax.plot([0, 1], [0, 1], color="grey", linestyle=":")
    for name, colour, marker in (("ours", "C5", "o-"), ("loose", "C4", "s-")):
        ax.plot(*find_reliability(y_test, stages[name][stage]), marker, color=colour, markersize=4, label=name)
    ax.set(title=stage, xlabel="mean probability said")
axes[0].set(ylabel="share that came true")
axes[0].legend();

# %% [markdown] lang="en"
# *The picture:* reliability diagrams on the test part. Left, raw: ours is steeper than the dotted diagonal, too shy at the
# upper end; loose is flatter: in its top bin it says ⟦said_top:.2f⟧, and ⟦true_top:.2f⟧ come true. Right, after Platt, both
# run along it.
#
# The pull to zero makes ours shy ($a=$ ⟦a:.2f⟧ stretches it), memorising makes loose brash. Temperature must leave 0.5
# at 0.5, and mends only part of ours. Platt takes our log loss from ⟦log_loss(y_test, stages['ours']['raw']):.3f⟧ to
# ⟦log_loss(y_test, stages['ours']['Platt']):.3f⟧ and the cost at $t^*$ from
# ⟦find_cost(y_test, stages['ours']['raw'] >= t_star):,.0f⟧ to ⟦find_cost(y_test, stages['ours']['Platt'] >= t_star):,.0f⟧
# dollars; the threshold searched on validation costs ⟦find_cost(y_test, stages['ours']['raw'] >= t_best):,.0f⟧. Both
# repair the same fault, but only $t^*$ follows at once when a price changes.

# %% [markdown] lang="zh" of="18824a4f"
# *图中所见：* 测试部分上的可靠性图。左图未经处理：我们的模型比对角虚线陡，高处说得偏低；松模型比对角线平，
# 最高一箱说的是 ⟦said_top:.2f⟧，应验的只有 ⟦true_top:.2f⟧。右图经普拉特缩放，两条都贴着对角线走。
#
# 拉向零的力让我们的模型胆小（$a=$ ⟦a:.2f⟧ 把它拉开），死记硬背则让松模型狂妄。温度缩放只能把 0.5 留在 0.5，对我们的模型只治好了一部分。
# 普拉特缩放把我们的对数损失从 ⟦log_loss(y_test, stages['ours']['raw']):.3f⟧ 降到
# ⟦log_loss(y_test, stages['ours']['Platt']):.3f⟧，$t^*$ 处的代价从
# ⟦find_cost(y_test, stages['ours']['raw'] >= t_star):,.0f⟧ 美元降到
# ⟦find_cost(y_test, stages['ours']['Platt'] >= t_star):,.0f⟧ 美元；在验证部分搜出来的阈值，在这里要花
# ⟦find_cost(y_test, stages['ours']['raw'] >= t_best):,.0f⟧ 美元。两种办法治的是同一个毛病，但价格一变，只有 $t^*$ 能马上跟着变。

# %% [markdown] lang="en"
# ## 06.8 How sure are we?
#
# 00.5 put an interval on an accuracy by a formula. F1, AUC and dollars have none so simple. The **bootstrap** (Efron,
# 1979) asks the data: they are all we know of the world, so let them stand for it. Draw $n$ of the $n$ reviews *with
# replacement*, compute the score again, a thousand times. The middle 95 % are the **percentile interval**.
#
# For shares there is a rival. Wilson (1927) takes the error at the unknown $a$ instead of at $\hat a=k/n$, and solves
# $|\hat a-a|\le z\sqrt{a(1-a)/n}$ for $a$, with $z=1.96$:
#
# $$\frac{k+z^2/2}{n+z^2}\;\pm\;\frac{z}{n+z^2}\sqrt{\frac{k(n-k)}{n}+\frac{z^2}{4}} .$$
#
# **Before you run it:** 20 reviews, 20 right. What does the bootstrap say?

# %% [markdown] lang="zh" of="d803d987"
# ## 06.8 我们有多大把握？
#
# 00.5 节用公式给准确率配了区间。F1、AUC 和金额，就没有这么简单的公式了。**自助法**（Efron，1979）转而去问数据：
# 关于这个世界，我们知道的只有这些数据，那就让数据来代表世界。从 $n$ 条评论里*有放回地*抽 $n$ 条，重算一遍分数，
# 如此一千次，取中间的 95%，就是**百分位区间**。
#
# 对比例来说，另有一个对手。Wilson（1927）的误差不取在 $\hat a=k/n$ 处，而取在未知的 $a$ 处，
# 也就是从 $|\hat a-a|\le z\sqrt{a(1-a)/n}$ 解出 $a$，其中 $z=1.96$：
#
# $$\frac{k+z^2/2}{n+z^2}\;\pm\;\frac{z}{n+z^2}\sqrt{\frac{k(n-k)}{n}+\frac{z^2}{4}} .$$
#
# **先猜再运行：** 20 条评论，20 条全对。自助法会怎么说？

# %%
def bootstrap(statistic, n, draws=DRAWS, seed=SEED):
    """(draws, ...) values of statistic(rows), each on n rows drawn with replacement out of n."""
    source = np.random.default_rng(seed)
    return np.array([statistic(source.integers(n, size=n)) for _ in range(draws)])

def find_interval(values):
    return np.percentile(values, [2.5, 97.5], axis=0)                       # the middle 95 %

def by_normal(k, n):                                                        # 00.5
    half = 1.96 * np.sqrt(k / n * (1 - k / n) / n)
    return k / n - half, k / n + half

def wilson(k, n, z=1.96):
    middle, half = (k + z**2 / 2) / (n + z**2), z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    return middle - half, middle + half

ends = np.array(wilson(17, 20))
assert np.allclose(np.abs(17 / 20 - ends), 1.96 * np.sqrt(ends * (1 - ends) / 20)), "both ends solve the equation"

# %%
p_test, everything = stages["ours"]["Platt"], np.arange(len(test))
alarms = p_test >= t_star

def score_rows(rows):                                                       # accuracy, precision, recall, F1, AUC, cost
    C = confuse(y_test[rows], alarms[rows].astype(int))
    auc, cost = find_auc(y_test[rows], p_test[rows]), find_cost(y_test[rows], alarms[rows])
    return accuracy(C), *score_classes(C)[:, 1], auc, cost

# %%
final, final_ends = score_rows(everything), find_interval(bootstrap(score_rows, len(test)))         # (6,), (2, 6)
right_low, right_high = wilson(final[0] * len(test), len(test))
assert np.allclose(final_ends[:, 0], [right_low, right_high], atol=0.005), "for 2,000 reviews the two agree"
NAMES = ("accuracy", "precision", "recall", "F1", "AUC", "cost ($)")
{name: f"{score:,.3f} ({low:,.3f} to {high:,.3f})" for name, score, low, high in zip(NAMES, final, *final_ends)}

# %%
from scipy.stats import binom                       # k hits of n, drawn again, are binomial: no draws are needed
k = np.arange(21)
intervals = by_normal(k, 20), binom.ppf([[0.025], [0.975]], 20, k / 20) / 20, wilson(k, 20)         # (low, high) each
coverage = [binom.pmf(k, 20, 0.95)[(low <= 0.95) & (0.95 <= high)].sum() for low, high in intervals]
assert max(coverage[:2]) < 0.8 < 0.9 < coverage[2], "with 20 reviews only Wilson's interval nearly keeps its promise"
[f"20 of 20: {low[-1]:.2f} to {high[-1]:.2f}; holds 0.95 in {c:.0%}" for (low, high), c in zip(intervals, coverage)]

# %% [markdown] lang="en"
# It says "100 %, for sure": no mistake, nothing to resample. If the truth is 0.95, a "95 %" interval from 20 reviews holds
# it in ⟦coverage[0]:.0%⟧ (00.5), ⟦coverage[1]:.0%⟧ (bootstrap) or ⟦coverage[2]:.0%⟧ (Wilson) of cases, computed exactly.
# With ⟦len(test):,⟧ reviews bootstrap and Wilson agree: ⟦final_ends[0][0]:.1%⟧ to ⟦final_ends[1][0]:.1%⟧, and
# ⟦right_low:.1%⟧ to ⟦right_high:.1%⟧. So: Wilson for shares, the bootstrap for the rest, and neither for a rare class
# with a handful of reviews.
#
# And look at that accuracy: the cheapest policy is right in ⟦final[0]:.0%⟧, the silent model in
# ⟦1 - y_test.mean():.0%⟧. It finds ⟦final[2]:.0%⟧ of the anger.

# %% [markdown] lang="zh" of="5a1d6b95"
# 它说“百分之百，绝对没错”：一个错误都没有，重抽也抽不出来。若真值是 0.95，由 20 条评论做出的“95%”区间，罩住它的机会分别是
# ⟦coverage[0]:.0%⟧（00.5 节）、⟦coverage[1]:.0%⟧（自助法）和 ⟦coverage[2]:.0%⟧（Wilson），都是精确算出来的。
# 到了 ⟦len(test):,⟧ 条，自助法与 Wilson 就一致了：⟦final_ends[0][0]:.1%⟧ 至 ⟦final_ends[1][0]:.1%⟧，
# 以及 ⟦right_low:.1%⟧ 至 ⟦right_high:.1%⟧。所以比例用 Wilson，其余用自助法；稀少的那一类若只有寥寥几条，哪种都不要信。
#
# 再看这个准确率：最省钱的做法只答对 ⟦final[0]:.0%⟧，沉默的模型却答对 ⟦1 - y_test.mean():.0%⟧；可是前者找到了 ⟦final[2]:.0%⟧ 的愤怒。

# %% [markdown] lang="en"
# **Two models.** Until yesterday the company ran the same recipe without idf, that is without multiplying rare words up.
# Is the new model better? Both answer the same reviews, and find the same ones hard. For scores $A$ and $B$,
#
# $$\operatorname{Var}(A-B)=\operatorname{Var}A+\operatorname{Var}B-2\operatorname{Cov}(A,B).$$
#
# So draw *reviews*, let both models answer the same draw, and keep the difference: the **paired bootstrap**.
#
# **Before you run it:** the two AUCs' own intervals will overlap. Does that mean the difference may be chance?

# %% [markdown] lang="zh" of="8d65304d"
# **两个模型。** 直到昨天，公司用的还是同一套做法，只是没有 idf，也就是不放大少见的词。新模型更好吗？
# 两者回答的是同一批评论，觉得难的也是同样的那些。对两个分数 $A$ 和 $B$，
#
# $$\operatorname{Var}(A-B)=\operatorname{Var}A+\operatorname{Var}B-2\operatorname{Cov}(A,B).$$
#
# 所以应当重抽*评论*，让两个模型回答同一次抽出的评论，只留下差值：这就是**配对自助法**。
#
# **先猜再运行：** 两个 AUC 各自的区间会重叠。这是否意味着差别可能只是偶然？

# %%
old = make_model().set_params(tfidfvectorizer__use_idf=False).fit(texts[train], angry[train])
z_old = old.decision_function(texts[test])
both = bootstrap(lambda rows: [find_auc(y_test[rows], score[rows]) for score in (p_test, z_old)], len(test))
gains, apart = both[:, 0] - both[:, 1], 1.96 * np.hypot(*both.std(axis=0))     # apart: had each model its own reviews
(new_low, new_high), (old_low, old_high), (gain_low, gain_high) = (find_interval(v) for v in (*both.T, gains))
assert new_low < old_high, "the two intervals overlap"
assert gain_low > 0 and gain_high - gain_low < apart, "the paired one lies above zero, at less than half the width"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 2.8))
for values, colour, name in zip(both.T, ("C5", "C4"), ("new", "old, no idf")):
    axes[0].hist(values, bins=30, color=colour, alpha=0.6, label=name)
axes[1].hist(gains, bins=30, color="C3", alpha=0.8)
axes[1].axvline(0, color="black", linestyle="--")
axes[0].set(xlabel="AUC", ylabel=f"of {DRAWS:,} draws")
axes[1].set(xlabel="AUC new − old, same reviews", xlim=(-0.01, 0.05))
axes[0].legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* left, histograms of the two AUCs over ⟦DRAWS:,⟧ draws, which overlap. Right, their difference on the
# same draws: narrow, and wholly to the right of the dashed zero.
#
# New: ⟦new_low:.3f⟧ to ⟦new_high:.3f⟧; old: ⟦old_low:.3f⟧ to ⟦old_high:.3f⟧. Yet the gain is ⟦gain_low:.3f⟧ to
# ⟦gain_high:.3f⟧: the scores rise and fall together (correlation ⟦np.corrcoef(both.T)[0, 1]:.2f⟧), and in the difference
# the common luck cancels. With separate reviews it would be ± ⟦apart:.3f⟧. Overlapping intervals prove nothing; we keep
# idf.
#
# What the interval leaves out: another training set, another split. It speaks of these two trained models, on new reviews
# of this kind. Section 06.10 repeats the training.

# %% [markdown] lang="zh" of="8ff5dd8b"
# *图中所见：* 左图是 ⟦DRAWS:,⟧ 次抽取得到的两个 AUC 的直方图，有一部分重叠；右图是同样这些抽取下两者之差，
# 很窄，整个落在虚线零点的右边。
#
# 新模型是 ⟦new_low:.3f⟧ 至 ⟦new_high:.3f⟧，旧模型是 ⟦old_low:.3f⟧ 至 ⟦old_high:.3f⟧。可是差值在 ⟦gain_low:.3f⟧ 至
# ⟦gain_high:.3f⟧ 之间：两个分数同涨同落（相关系数 ⟦np.corrcoef(both.T)[0, 1]:.2f⟧），一相减，共同的运气就抵消了。
# 若两者各用各的评论，误差会是 ± ⟦apart:.3f⟧。区间重叠什么也证明不了；idf 留下。
#
# 这个区间没有包括的是：换一份训练集，换一次划分。它说的是这两个训练好的模型面对同类新评论的情形。06.10 节会重复训练。

# %% [markdown] lang="en"
# ## 06.9 Do we have ⟦len(sentences):,⟧ sentences, or ⟦len(size)⟧ reviews?
#
# The product reviews come in sentences, up to ⟦size.max()⟧ from one review. They share a writer, a product and a mood:
# the second sentence tells less than the first. A formula with $n$ sentences ignores that.
#
# So draw what is independent: whole reviews, each with all its sentences. The same holds for cross-validation:
# `GroupKFold` lets no review stand on both sides. And to see which interval is right, let these ⟦len(size)⟧ reviews be the whole
# world: then the truth is known. Draw 100 of them, make both intervals, look; 500 times.
#
# (The movies' file doesn't say which snippets come from one review. If some do, the intervals above are too narrow.)

# %% [markdown] lang="zh" of="f753c1be"
# ## 06.9 该算 ⟦len(sentences):,⟧ 句，还是 ⟦len(size)⟧ 篇？
#
# 商品评论是按句给出的，一篇评论最多有 ⟦size.max()⟧ 句。它们出自同一个人、说的是同一件商品、带着同一种心情：
# 第二句带来的新消息没有第一句多。把 $n$ 个句子代入公式，就忽略了这一点。
#
# 所以要抽彼此独立的东西：整篇评论，连同它的全部句子。交叉验证也一样：`GroupKFold` 不让同一篇评论跨在两边。
# 哪种区间才对？就把这 ⟦len(size)⟧ 篇评论当作整个世界，于是真值已知；从中抽 100 篇，两种区间各做一个，看罩住真值没有；做 500 次。
#
# （影评的文件没有注明哪些片段出自同一篇。如果有，前面的区间就嫌窄了。）

# %%
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict

products = data.load_reviews("products")
sentences, cross = np.array(products.texts, dtype=object), (products.ratings < ANGRY).astype(int)
_, document = np.unique(products.groups, return_inverse=True)               # (N,) the number of the review
size, members = np.bincount(document), [np.flatnonzero(document == d) for d in range(document.max() + 1)]

def predict_apart(seed, groups=None):
    """(N,) logits, each by a model that hasn't learned from its fold; given groups, whole reviews stay together."""
    folds = (KFold if groups is None else GroupKFold)(5, shuffle=True, random_state=seed)
    return cross_val_predict(make_model(), sentences, cross, groups=groups, cv=folds, method="decision_function")

fold_aucs = np.array([[find_auc(cross, predict_apart(s, groups)) for groups in (document, None)] for s in range(5)])
called = sigmoid(predict_apart(SEED, document)) >= t_star

def score_sentences(rows):                                                  # share angry, accuracy, cost
    return cross[rows].mean(), (called[rows] == cross[rows]).mean(), find_cost(cross[rows], called[rows])

by_sentence = bootstrap(score_sentences, len(cross)).std(axis=0)
by_review = bootstrap(lambda drawn: score_sentences(np.concatenate([members[d] for d in drawn])), len(size)).std(axis=0)
wider = by_review / by_sentence                                             # (3,)
assert (wider > 1.1).all(), "drawn as whole reviews, every score is less certain"

# %%
def try_intervals(hits, n=100, draws=300):
    """Does the interval over sentences, and that over reviews, hold the truth this time? hits: (300,) a review."""
    drawn, truth = rng.integers(len(size), size=n), hits.sum() / size.sum()
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws)               # (draws, n): how often each is drawn again
    ends = by_normal(hits[drawn].sum(), size[drawn].sum()), find_interval(times @ hits[drawn] / (times @ size[drawn]))
    return [low < truth < high for low, high in ends]

held = {name: np.mean([try_intervals(np.bincount(document, each)) for _ in range(500)], axis=0)
        for name, each in (("share angry", cross), ("accuracy", called == cross))}
assert all(naive + 0.02 < grouped > 0.85 for naive, grouped in held.values()), "reviews must do better"
held

# %% [markdown] lang="en"
# A "95 %" interval over sentences holds the share of anger in ⟦held['share angry'][0]:.0%⟧ of the worlds and the accuracy
# in ⟦held['accuracy'][0]:.0%⟧; over reviews it is ⟦held['share angry'][1]:.0%⟧ and ⟦held['accuracy'][1]:.0%⟧. On the real
# data the honest one is ⟦wider[0]:.2f⟧ times as wide for the share, ⟦wider[1]:.2f⟧ for the accuracy, ⟦wider[2]:.2f⟧ for the
# cost. Squared, that is the **design effect**, by which $n$ must be divided: for the share, ⟦len(sentences):,⟧ sentences are worth
# ⟦len(sentences) / wider[0]**2:,.0f⟧.
#
# Folds that tear reviews apart flatter, too: AUC ⟦fold_aucs[:, 1].mean():.3f⟧ instead of ⟦fold_aucs[:, 0].mean():.3f⟧, higher in
# ⟦int((np.diff(fold_aucs) > 0).sum())⟧ of 5 shuffles. A small leak; 06.11 has a large one.

# %% [markdown] lang="zh" of="b6d0642f"
# 号称 95% 的区间，若按句子算，罩住愤怒比例的只有 ⟦held['share angry'][0]:.0%⟧，罩住准确率的只有 ⟦held['accuracy'][0]:.0%⟧；
# 按评论算，则是 ⟦held['share angry'][1]:.0%⟧ 和 ⟦held['accuracy'][1]:.0%⟧。在真实数据上，按评论算的区间更宽：
# 比例是 ⟦wider[0]:.2f⟧ 倍，准确率是 ⟦wider[1]:.2f⟧ 倍，代价是 ⟦wider[2]:.2f⟧ 倍。这个倍数的平方称为**设计效应**，$n$ 要除以它：
# 就愤怒的比例而言，⟦len(sentences):,⟧ 个句子只抵得上 ⟦len(sentences) / wider[0]**2:,.0f⟧ 个。
#
# 把评论拆散来分折，分数也会偏高：AUC 是 ⟦fold_aucs[:, 1].mean():.3f⟧，而不是 ⟦fold_aucs[:, 0].mean():.3f⟧，5 次打乱中有
# ⟦int((np.diff(fold_aucs) > 0).sum())⟧ 次如此。这只是一处小泄漏，大的在 06.11 节。

# %% [markdown] lang="en"
# ## 06.10 What resampling changes, and what it doesn't
#
# Source S3 advises over- or undersampling for unbalanced data, to lift performance. **Oversampling** repeats angry
# training reviews until the classes are equal, **undersampling** drops fine ones, **class weights** multiply the angry
# ones' loss by $r=n_-/n_+$. What does that do? Where the true probability is $q$, the weighted loss
# $-rq\ln p-(1-q)\ln(1-p)$ has the derivative $-rq/p+(1-q)/(1-p)$, which is zero at
#
# $$\frac{p}{1-p}=r\,\frac{q}{1-q}\quad\Longleftrightarrow\quad z=\ln\frac{q}{1-q}+\ln r .$$
#
# Every logit moves up by the same $\ln r$, as if the threshold sank from $\tfrac12$ to $1/(1+r)$.
#
# **Before you run it:** which will gain: F1, AUC, log loss?

# %% [markdown] lang="zh" of="8266d90e"
# ## 06.10 重采样改变了什么，没有改变什么
#
# 资料 S3 建议，数据不平衡时用过采样或欠采样来提升性能。**过采样**把愤怒的训练评论重复抽取，直到两类一样多；
# **欠采样**丢掉一部分正常的；**类别权重**把愤怒评论的损失乘以 $r=n_-/n_+$。这究竟做了什么？在真实概率为 $q$ 的地方，
# 加权后的损失 $-rq\ln p-(1-q)\ln(1-p)$ 的导数是 $-rq/p+(1-q)/(1-p)$，令它为零，得
#
# $$\frac{p}{1-p}=r\,\frac{q}{1-q}\quad\Longleftrightarrow\quad z=\ln\frac{q}{1-q}+\ln r .$$
#
# 每个对数几率都抬高同样的 $\ln r$，等于把阈值从 $\tfrac12$ 降到 $1/(1+r)$。
#
# **先猜再运行：** F1、AUC 和对数损失，哪个会变好？

# %%
def resample(rows, how, source):
    """Training rows with as many angry as fine ones, by repeating the angry or dropping the fine; else as they are."""
    angry_rows, fine_rows = rows[angry[rows] == 1], rows[angry[rows] == 0]
    if how == "oversampled":
        return np.r_[fine_rows, angry_rows, source.choice(angry_rows, len(fine_rows) - len(angry_rows))]
    if how == "undersampled":
        return np.r_[angry_rows, source.choice(fine_rows, len(angry_rows), replace=False)]
    return rows

def find_f1(y, called):
    return score_classes(confuse(y, called.astype(int)))[2, 1]

def best_f1_logit(y, z):
    order = np.argsort(-z)                                                  # the logit from which on F1 is highest
    return z[order][(2 * np.cumsum(y[order]) / (np.arange(len(y)) + 1 + y.sum())).argmax()]

def judge(how, seed):
    """One split, one recipe: ten scores on its test part; what is tuned is tuned on its validation part."""
    learn, check, judged = data.split(len(reviews), (0.6, 0.2, 0.2), seed=seed, labels=angry)
    rows = resample(learn, how, np.random.default_rng([1, seed]))
    trained = make_model(class_weight="balanced" if how == "weighted" else None).fit(texts[rows], angry[rows])
    z_check, z, y = trained.decision_function(texts[check]), trained.decision_function(texts[judged]), angry[judged]
    slope, shift = fit_scale(z_check, angry[check])
    moved = 0 if how == "as it is" else np.log((1 - angry[learn]).sum() / angry[learn].sum())               # ln r
    raw, back, scaled = sigmoid(z), sigmoid(z - moved), sigmoid(slope * z + shift)
    return [find_auc(y, z), find_f1(y, z >= 0), find_f1(y, z >= best_f1_logit(angry[check], z_check)), raw.mean(),
            *(log_loss(y, p) for p in (raw, back, scaled)), *(find_cost(y, p >= t_star) for p in (raw, scaled)),
            find_cost(y, z >= find_best(angry[check], z_check))]

# %%
RECIPES = ("as it is", "oversampled", "undersampled", "weighted")           # add your own to `judge`
table = {how: np.array([judge(how, seed) for seed in SEEDS]) for how in RECIPES}            # (seeds, 10)
plain, heavy = table["as it is"], table["weighted"]
assert (heavy[:, 1] > 2 * plain[:, 1]).all(), "F1 at 1/2 jumps"
assert (abs(heavy - plain).mean(axis=0)[[0, 2]] < [0.01, 0.03]).all(), "AUC and tuned F1 stay"
assert (heavy[:, 4] > plain[:, 4] + 0.05).all() and (heavy[:, 5] < heavy[:, 4] - 0.05).all(), "ln r explains the damage"
HEADS = ("AUC", "F1 at ½", "F1 tuned", "mean p", "log loss", "minus ln r", "Platt", "$ raw", "$ Platt", "$ searched")
print(" " * 12, *(f"{head:>12}" for head in HEADS))
for how, scores in table.items():
    pairs = zip(scores.mean(axis=0), scores.std(axis=0, ddof=1))
    print(f"{how:12}", *(f"{m:7.0f} ± {s:2.0f}" if m > 9 else f"{m:6.3f}±{s:.3f}" for m, s in pairs))
weighted_model = make_model(class_weight="balanced").fit(texts[train], angry[train])
z_plain, z_heavy = (each.decision_function(texts[test]) for each in (model, weighted_model))
ln_r = np.log((1 - angry[train]).sum() / angry[train].sum())
fig, ax = plt.subplots(figsize=(4.4, 3.2))
ax.plot(z_plain, z_heavy, ".", color="C5", markersize=2, label="a test review")
ax.plot([-4, 1], [-4, 1], color="grey", linestyle=":", label="equal")
ax.plot([-4, 1], [-4 + ln_r, 1 + ln_r], color="C4", linestyle="--", label=r"moved by $\ln r$")
assert np.corrcoef(*(z.argsort().argsort() for z in (z_plain, z_heavy)))[0, 1] > 0.95, "the order is nearly the same"
ax.set(xlabel="logit, as it is", ylabel="logit, class weights")
ax.legend(fontsize="small");

# %% [markdown] lang="en"
# *The picture:* logits of the test reviews with class weights against those without: a thin, rising cloud, far above the
# dotted equality; it meets the dashed line, moved by $\ln r=$ ⟦ln_r:.2f⟧, at the upper end.
#
# F1 at $\tfrac12$ jumps from ⟦plain[:, 1].mean():.2f⟧ to ⟦heavy[:, 1].mean():.2f⟧ (⟦len(SEEDS)⟧ splits): S3's lift. With
# thresholds tuned on validation nothing is left of it: ⟦plain[:, 2].mean():.3f⟧ and ⟦heavy[:, 2].mean():.3f⟧; AUC
# ⟦plain[:, 0].mean():.3f⟧ and ⟦heavy[:, 0].mean():.3f⟧. Undersampling throws reviews away, and loses:
# ⟦table['undersampled'][:, 0].mean():.3f⟧.
#
# The price is calibration: ⟦heavy[:, 3].mean():.0%⟧ anger expected, log loss ⟦heavy[:, 4].mean():.2f⟧ instead of
# ⟦plain[:, 4].mean():.2f⟧, ⟦heavy[:, 7].mean():,.0f⟧ dollars at $t^*$. Minus $\ln r$: ⟦heavy[:, 5].mean():.2f⟧. After Platt
# plain costs ⟦plain[:, 8].mean():,.0f⟧ (with a searched threshold ⟦plain[:, 9].mean():,.0f⟧), weighted ⟦heavy[:, 8].mean():,.0f⟧.
# Keep the data, then, and move the threshold; drop data only to save time.

# %% [markdown] lang="zh" of="16a8d6cc"
# *图中所见：* 测试评论的对数几率，横轴是原样训练的，纵轴是用了类别权重的：细细一条上升的点云，远高于表示相等的点线，
# 在上端与平移了 $\ln r=$ ⟦ln_r:.2f⟧ 的虚线相接。
#
# 阈值为 $\tfrac12$ 时，F1 从 ⟦plain[:, 1].mean():.2f⟧ 跳到 ⟦heavy[:, 1].mean():.2f⟧（⟦len(SEEDS)⟧ 次划分），这就是 S3 说的提升。
# 但让各自在验证部分调好阈值，提升就没有了：⟦plain[:, 2].mean():.3f⟧ 和 ⟦heavy[:, 2].mean():.3f⟧；
# AUC 是 ⟦plain[:, 0].mean():.3f⟧ 和 ⟦heavy[:, 0].mean():.3f⟧。欠采样扔掉了评论，反而变差：⟦table['undersampled'][:, 0].mean():.3f⟧。
#
# 代价是校准：以为有 ⟦heavy[:, 3].mean():.0%⟧ 的评论愤怒，对数损失是 ⟦heavy[:, 4].mean():.2f⟧，而不是 ⟦plain[:, 4].mean():.2f⟧，
# 在 $t^*$ 处要花 ⟦heavy[:, 7].mean():,.0f⟧ 美元。减去 $\ln r$，回到 ⟦heavy[:, 5].mean():.2f⟧。经普拉特缩放后，
# 原样花 ⟦plain[:, 8].mean():,.0f⟧（改用搜出来的阈值是 ⟦plain[:, 9].mean():,.0f⟧），加权花 ⟦heavy[:, 8].mean():,.0f⟧。
# 所以数据不必动，去移动阈值；只有为了省时间，才值得丢数据。

# %% [markdown] lang="en"
# ## 06.11 A failure on purpose
#
# A colleague balances the data first and splits afterwards; the code even looks tidier. We compare three orders on ten
# splits, and keep a fifth of the reviews out of everything: what does each *promise* on its own test part, and what does
# it *deliver* on the fresh reviews?

# %% [markdown] lang="zh" of="7cbf7be2"
# ## 06.11 故意失败一次
#
# 有位同事先把数据配平，然后再划分，代码看上去还更整洁。我们比较三种次序，各做十次划分，并且始终留出五分之一的评论不碰：
# 每种做法在自己的测试部分上*许诺*多少，在这些新评论上又*兑现*多少？

# %%
def promise_and_deliver(split_first, how, seed):
    """[AUC, precision at 1/2] promised, the same delivered; and the share of the angry test reviews learned from."""
    work, fresh = data.split(len(reviews), (0.8, 0.2), seed=seed, labels=angry)
    source = np.random.default_rng([2, seed])
    rows = source.permutation(work if split_first else resample(work, how, source))
    learn, own_test = np.split(rows, [int(0.75 * len(rows))])
    trained_on = resample(learn, how, source) if split_first else learn
    trained = make_model().fit(texts[trained_on], angry[trained_on])
    scores = []
    for part in (own_test, fresh):
        z = trained.decision_function(texts[part])
        scores.append([find_auc(angry[part], z), score_classes(confuse(angry[part], (z >= 0).astype(int)))[0, 1]])
    return scores, np.isin(own_test[angry[own_test] == 1], trained_on).mean()

ORDERS = {"oversample, split": (False, "oversampled"), "split, oversample": (True, "oversampled"),
          "undersample, split": (False, "undersampled")}
outcomes = {name: [promise_and_deliver(*order, seed) for seed in SEEDS] for name, order in ORDERS.items()}

# %%
pledged = {name: np.array([scores for scores, _ in each]) for name, each in outcomes.items()}   # (seeds, 2, 2)
(leak_auc, leak_p), (true_auc, true_p) = pledged["oversample, split"].mean(axis=0)
copied = np.mean([share for _, share in outcomes["oversample, split"]])
gaps = {name: each[:, 0] - each[:, 1] for name, each in pledged.items()}    # (seeds, 2) promised minus delivered
assert gaps["oversample, split"][:, 0].min() > 0.05, "copies on both sides of the split inflate AUC, with every seed"
assert abs(gaps["split, oversample"].mean(axis=0)).max() < 0.03, "the honest order delivers what it promises"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3), sharey=True)
for ax, column, label in zip(axes, (0, 1), ("AUC", "precision at ½")):
    for row, (promised, delivered) in enumerate(each[:, :, column].T for each in pledged.values()):
        ax.plot([promised, delivered], [row, row + 0.3], color="0.7", linewidth=0.8, linestyle="-")
        ax.plot(promised, np.full(len(promised), row), "o", color="C4", markersize=4)
        ax.plot(delivered, np.full(len(delivered), row + 0.3), "s", color="C5", markersize=4)
    ax.set(xlabel=label, yticks=[0.15, 1.15, 2.15], yticklabels=list(pledged), xlim=(0.3, 1))
axes[0].invert_yaxis()
axes[0].legend(axes[0].lines[-2:], ["promised", "delivered"], fontsize="small", loc="lower left");

# %% [markdown] lang="en"
# *The picture:* dots for promises, squares for what came of them, one pair a split. Oversampling before the split: dots far
# right of the squares. Splitting first: together. Undersampling before the split: together in AUC, far apart in precision.
#
# The leak promises an AUC of ⟦leak_auc:.3f⟧ and delivers ⟦true_auc:.3f⟧; precision ⟦leak_p:.2f⟧ and ⟦true_p:.2f⟧. Of the angry
# "test" reviews ⟦copied:.0%⟧ were in training, word for word. Undersampling makes no copies, but a test part half of
# it angry: precision ⟦pledged['undersample, split'][:, 0, 1].mean():.2f⟧, then
# ⟦pledged['undersample, split'][:, 1, 1].mean():.2f⟧, by 06.5.
#
# **The symptom:** no error, only a number too good. **The guard:** whatever learns from data or alters it comes after the
# split, on the training part.

# %% [markdown] lang="zh" of="db9b5ae8"
# *图中所见：* 圆点是许诺，方块是兑现，每次划分一对。先过采样再划分：圆点远在方块右边。先划分再过采样：两者挨在一起。
# 先欠采样再划分：AUC 挨在一起，精确率相距很远。
#
# 泄漏的做法许诺 AUC 为 ⟦leak_auc:.3f⟧，兑现 ⟦true_auc:.3f⟧；精确率 ⟦leak_p:.2f⟧，兑现 ⟦true_p:.2f⟧。愤怒的“测试”评论里有
# ⟦copied:.0%⟧ 一字不差地在训练里出现过。欠采样不产生副本，却造出一个一半都愤怒的测试部分：
# 精确率先是 ⟦pledged['undersample, split'][:, 0, 1].mean():.2f⟧，后来只有 ⟦pledged['undersample, split'][:, 1, 1].mean():.2f⟧，
# 原因见 06.5 节。
#
# **症状：** 什么也没有报错，只是分数好得过头。**防护：** 凡是从数据里学习或改动数据的步骤，都放在划分之后，只对训练部分做。

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
# ## 06.12 A test set wears out
#
# Each look at the test part that is followed by a choice makes it a little more of a training part. Of $K$ models with
# independent errors of spread $\sigma$, all equally good, the luckiest looks better by up to about
# $\sigma\sqrt{2\ln K}$. Below, 200 variants of our model each forget a random fifth of the words; the one best on 200
# test reviews is judged on the others; twenty times.
#
# The champion shows an AUC of ⟦champion:.3f⟧, and is worth ⟦later:.3f⟧; the variants' mean is ⟦usual:.3f⟧. So ⟦champion - later:.3f⟧
# was luck, though nobody cheated. Choose on validation, open the test part once for each decision, and collect another when it is used up.

# %% [markdown] lang="zh" of="94953bfe"
# ## 06.12 测试集会用旧
#
# 每看一次测试部分、再据此作一次选择，它就离训练部分近了一步。设 $K$ 个模型同样好，误差相互独立、离散程度为 $\sigma$，
# 最走运的那个看上去至多好出 $\sigma\sqrt{2\ln K}$ 左右。下面把我们的模型改成 200 个变体，各自随机忘掉五分之一的词；
# 在 200 条测试评论上挑出最好的，再到其余评论上评判；重复二十次。
#
# 冠军亮相时 AUC 是 ⟦champion:.3f⟧，实际只值 ⟦later:.3f⟧；全体变体的平均是 ⟦usual:.3f⟧。可见 ⟦champion - later:.3f⟧ 是运气，
# 虽然谁也没有作弊。选择要在验证部分上做，测试部分为每个决定只打开一次，用旧了就另收集一份。

# %%
X_test, w = model[0].transform(texts[test]), model[1].coef_.ravel()         # (n, d), (d,)

def choose_and_judge(seed, K=200, n=200):
    """Mean AUC of K variants on n test reviews, that of the best of them, and what the best reaches on the others."""
    source = np.random.default_rng([3, seed])
    scores = X_test @ (w[:, None] * (source.random((len(w), K)) < 0.8))     # (n_test, K)
    shown, hidden = np.split(source.permutation(len(test)), [n])
    seen = [find_auc(y_test[shown], z) for z in scores[shown].T]
    return np.mean(seen), np.max(seen), find_auc(y_test[hidden], scores[hidden, np.argmax(seen)])

usual, champion, later = np.mean([choose_and_judge(seed) for seed in range(20)], axis=0)
assert champion - usual > 3 * abs(later - usual), "the champion's lead must not survive other reviews"
f"AUC: mean variant {usual:.3f}, best of 200 {champion:.3f}, the same one on other reviews {later:.3f}"

# %% [markdown] lang="en"
# ## 06.13 In the company
#
# Four founders ask for one number. The engineer has nine, and each flatters somebody. The one to give is what gets decided
# with: dollars per 1,000 reviews, saved against what would be done without a model; its interval; the assumption it hangs
# on. That is the price of a missed customer: it wasn't measured, somebody has to answer for it. So they get it for three
# prices.
#
# And a new customer sells products; ⟦cross.mean():.0%⟧ of the sentences are angry. By 06.10 all logits move by the change of
# the log odds; by 06.5 $t$ and $f$ give the bill.
#
# **Before you run it:** will the bill come true? The film critics' model will read product reviews.

# %% [markdown] lang="zh" of="d48e4cfb"
# ## 06.13 在公司里
#
# 四位创始人要一个数。工程师手里有九个，每个都替某一方说好话。该给的是用来做决定的那一个：每 1,000 条评论，
# 与没有模型时的做法相比，省下多少美元；再附上区间，写明它系于哪条假设。这条假设就是漏掉一位顾客的代价：它没有测量过，
# 得有人为它负责。所以三种代价各给一个数。
#
# 又来了一家卖商品的客户，愤怒的句子占 ⟦cross.mean():.0%⟧。由 06.10 节，所有对数几率一律平移，
# 平移量是两处愤怒比例的对数几率之差；由 06.5 节，从 $t$ 和 $f$ 就能算出账单。
#
# **先猜再运行：** 账单会应验吗？读商品评论的，将是那个读影评长大的模型。

# %%
def find_saving(rows, missed):
    """Dollars per 1,000 of these test rows, saved against the cheaper of answering everybody and nobody."""
    y, called = y_test[rows], p_test[rows] >= FALSE_ALARM / (FALSE_ALARM + missed)
    return min(find_cost(y, y >= 0, missed), find_cost(y, y < 0, missed)) - find_cost(y, called, missed)

savings = {}
for missed in (MISSED / 3, MISSED, 3 * MISSED):
    called_now = p_test >= FALSE_ALARM / (FALSE_ALARM + missed)
    low, high = find_interval(bootstrap(lambda rows: find_saving(rows, missed), len(test)))
    savings[missed] = find_saving(everything, missed), low, high, called_now.mean(), called_now[y_test == 1].mean()
    print(f"a miss costs ${missed:.0f}: saved ${savings[missed][0]:,.0f} (95 % {low:,.0f} to {high:,.0f}), "
          f"alarms {savings[missed][3]:.0%}, angry found {savings[missed][4]:.0%}")
assert savings[MISSED][1] > 0, "at the assumed price the model saves money, beyond chance"

log_odds = lambda share: np.log(share / (1 - share))
change = log_odds(cross.mean()) - log_odds(y_val.mean())
called_shop = sigmoid(log_odds(p_test) + change) >= t_star
f_shop, t_shop = called_shop[y_test == 0].mean(), called_shop[y_test == 1].mean()
expected = 1_000 * ((1 - cross.mean()) * FALSE_ALARM * f_shop + cross.mean() * MISSED * (1 - t_shop))
z_cross = a * model.decision_function(sentences) + b + change               # the movies' model reads product sentences
real, nobody, own = (find_cost(cross, each) for each in (sigmoid(z_cross) >= t_star, cross > 1, called))     # see 06.9
assert expected < nobody and find_auc(cross, z_cross) < auc_val - 0.05, "the bill would pay; the ranking doesn't travel"
f"$ per 1,000: expected {expected:,.0f}, real {real:,.0f}, nobody answered {nobody:,.0f}, a model of its own {own:,.0f}"

# %% [markdown] lang="en"
# For the founders: *per 1,000 movie reviews the model saves ⟦savings[MISSED][0]:,.0f⟧ dollars (95 % interval
# ⟦savings[MISSED][1]:,.0f⟧ to ⟦savings[MISSED][2]:,.0f⟧, n = ⟦len(test):,⟧) against answering everybody, if a missed customer costs
# ⟦MISSED:.0f⟧; staff answer ⟦savings[MISSED][3]:.0%⟧ of the reviews and reach ⟦savings[MISSED][4]:.0%⟧ of the angry.* At three times
# the price ⟦savings[3 * MISSED][0]:,.0f⟧ are left.
#
# The shop's bill doesn't come true: expected ⟦expected:,.0f⟧, real ⟦real:,.0f⟧, nobody answered ⟦nobody:,.0f⟧; AUC falls to
# ⟦find_auc(cross, z_cross):.2f⟧. A model of its own costs ⟦own:,.0f⟧. No interval warned: all speak of reviews *of the same kind*.
#
# The founders decide the price of a miss and whether to label a new customer's reviews first; the engineer, the threshold that follows.

# %% [markdown] lang="zh" of="47a84c9f"
# 给创始人的话：*在影评上，若漏掉一位顾客损失 ⟦MISSED:.0f⟧ 美元，与人人都答复相比，模型每 1,000 条省下 ⟦savings[MISSED][0]:,.0f⟧ 美元
# （95% 区间 ⟦savings[MISSED][1]:,.0f⟧ 至 ⟦savings[MISSED][2]:,.0f⟧，n = ⟦len(test):,⟧）；员工答复 ⟦savings[MISSED][3]:.0%⟧ 的评论，
# 顾及 ⟦savings[MISSED][4]:.0%⟧ 的愤怒顾客。* 代价若是三倍，就只省 ⟦savings[3 * MISSED][0]:,.0f⟧ 美元。
#
# 商店的账单没有应验：预计 ⟦expected:,.0f⟧，实际 ⟦real:,.0f⟧，谁也不答复是 ⟦nobody:,.0f⟧；AUC 降到 ⟦find_auc(cross, z_cross):.2f⟧。
# 用商品评论自己训练一个模型，只要 ⟦own:,.0f⟧。没有哪个区间发出过警告：它们说的都是*同一类*评论。
#
# 漏掉一位顾客算多少钱、新客户的评论要不要先标注，由创始人定；随之而来的阈值，由工程师定。

# %% [markdown] lang="en"
# ## What you can do now
#
# - You wrote the scores, equal to scikit-learn's on 100 problems, ⟦undefined⟧ with a 0/0.
# - You judged a ranking, AUC ⟦auc_val:.2f⟧; with ⟦RARE:.0%⟧ angry, AP fell from ⟦ap_val:.2f⟧ to ⟦shops[:, 1].mean():.2f⟧.
# - You chose $t^*=$ ⟦t_star:.2f⟧ by cost; Platt scaling took its bill from
#   ⟦find_cost(y_test, stages['ours']['raw'] >= t_star):,.0f⟧ to ⟦final[5]:,.0f⟧ dollars.
# - You put intervals: a paired gain ⟦gain_low:.3f⟧ to ⟦gain_high:.3f⟧; over reviews, ⟦wider[0]:.1f⟧ times as wide.
# - You found a leak: promised ⟦leak_auc:.2f⟧, delivered ⟦true_auc:.2f⟧.
#
# **Next:** exercise 06; lesson 07, attention. **Papers:** Davis and Goadrich, 2006, "The relationship between
# precision-recall and ROC curves", section 3; Elkan, 2001, "The foundations of cost-sensitive learning", sections 1.3 and 2; Guo
# et al., 2017, "On calibration of modern neural networks", section 4 (arXiv:1706.04599).

# %% [markdown] lang="zh" of="8158fcfd"
# ## 现在你能做到
#
# - 从混淆矩阵写出了各种指标，在 100 道题上与 scikit-learn 相等，其中 ⟦undefined⟧ 道含 0/0。
# - 评判了一种排序，AUC 为 ⟦auc_val:.2f⟧；愤怒的只占 ⟦RARE:.0%⟧ 时，AP 从 ⟦ap_val:.2f⟧ 降到 ⟦shops[:, 1].mean():.2f⟧。
# - 按代价选出了 $t^*=$ ⟦t_star:.2f⟧；普拉特缩放把它的账单从
#   ⟦find_cost(y_test, stages['ours']['raw'] >= t_star):,.0f⟧ 美元降到 ⟦final[5]:,.0f⟧ 美元。
# - 配上了区间：配对之后，差值在 ⟦gain_low:.3f⟧ 至 ⟦gain_high:.3f⟧ 之间；按整篇评论算，宽度是 ⟦wider[0]:.1f⟧ 倍。
# - 找出了一处泄漏：许诺 ⟦leak_auc:.2f⟧，兑现 ⟦true_auc:.2f⟧。
#
# **接下来：** 练习 06；然后是第 07 课，注意力。**论文：** Davis 和 Goadrich，2006，
# “The relationship between precision-recall and ROC curves”（精确率–召回率曲线与 ROC 曲线的关系），第 3 节；
# Elkan，2001，“The foundations of cost-sensitive learning”（代价敏感学习的基础），第 1.3、2 节；
# Guo 等，2017，“On calibration of modern neural networks”（现代神经网络的校准），第 4 节（arXiv:1706.04599）。
