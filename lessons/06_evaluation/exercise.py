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
# # 06. Exercise: is it any good?
#
# Six questions on lesson 06: count what happened, also where some reviews stand for ten; precision, recall, F and its averages; the AUC, fast; a threshold that the staff can live with; a report
# that is too good, and the scikit-learn pipeline that it needed; and whether to ship. About 100 minutes. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says
# exactly what is wanted. NumPy is enough; scikit-learn is welcome where it computes the same. Functions leave the arrays that they are given as they were.

# %% [markdown] lang="zh" of="c1211c79"
# # 06. 练习：这个模型到底好不好？
#
# 六道题，对应第 06 课：数一数发生了什么，其中有的评论一条要顶十条；精确率、召回率、F 及其平均；又快又准的 AUC；员工忙得过来的阈值；一份好得可疑的报告，以及它本该用的 scikit-learn 流水线；最后，要不要上线。
# 大约需要 100 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。用 NumPy 就够了；
# scikit-learn 里算法相同的函数也可以用。各个函数都不要改动传入的数组。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "scikit-learn")
from threadpoolctl import threadpool_limits
threadpool_limits(1)        # problems this small only wait for a second thread
from autograder import open_exercise

check, hint, score = open_exercise("06_evaluation", globals(), lang="en")

# %% tags=["given"]
import numpy as np

# %% [markdown] lang="en"
# ## q1 · Who counts, and for how many
#
# To know the truth, somebody must read the reviews. The staff read each one that raised an alarm, and of the silent ones every tenth: so a silent review that was read stands for ten. Give review $k$ the
# weight $w_k$, here 1 or 10. The confusion matrix then adds up weights instead of counting:
#
# $$C_{ij}=\sum_{k:\;y_k=i,\;\hat y_k=j}w_k,\qquad C\in\mathbb{R}^{K\times K} .$$
#
# Rows are the truth, columns what the model called it. Without weights each review counts once. The number of classes $K$ is told: a class that happens not to occur keeps its row and its column.

# %% [markdown] lang="zh" of="6b83dfaf"
# ## q1 · 谁算数，一条顶几条
#
# 要知道真相，总得有人去读评论。模型报了警的，员工每条都读；没有报警的，每十条只读一条。所以，没报警而被读到的评论，一条要顶十条。给第 $k$ 条评论一个权重 $w_k$，这里是 1 或 10。
# 混淆矩阵就不再是计数，而是把权重加起来：
#
# $$C_{ij}=\sum_{k:\;y_k=i,\;\hat y_k=j}w_k,\qquad C\in\mathbb{R}^{K\times K} .$$
#
# 行是真相，列是模型的判断。不给权重时，每条评论算一条。类别数 $K$ 是给定的：碰巧没有出现的类别，照样占一行一列。

# %% question="q1"
# q1: the confusion matrix, where a review may stand for several
def count_confusion(y, called, K, weights=None):
    """(K, K): entry [i, j] adds up the weights of the reviews of class i called j.

    y, called: (n,) integers 0 ... K-1, the truth and what the model called it; n >= 1.
    weights: (n,) numbers >= 0, or None: each review has the weight 1.

    >>> count_confusion(y=[0, 0, 2, 2], called=[0, 2, 2, 2], K=3)
    [[1, 0, 1], [0, 0, 0], [0, 0, 2]]
    >>> count_confusion(y=[0, 0, 2, 2], called=[0, 2, 2, 2], K=3,
    ...                 weights=[10.0, 1.0, 1.0, 10.0])
    [[10, 0, 1], [0, 0, 0], [0, 0, 11]]
    """
    # BEGIN SOLUTION: add each weight at its place
    C = np.zeros((K, K))
    np.add.at(C, (y, called), 1 if weights is None else weights)
    return C
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · Precision, recall, F, and three averages
#
# **(a)** From a confusion matrix as in q1. Precision $P_k$: of all that was called $k$, which share is $k$? Recall $R_k$: of all that is $k$, which share was found? An article calls F1 the "weighted average"
# of the two. It is their harmonic mean; and with a weight, recall counting $\beta^2$ times as much as precision,
#
# $$\frac{1}{F_k}=\frac{1}{1+\beta^2}\Big(\frac{1}{P_k}+\frac{\beta^2}{R_k}\Big).$$
#
# A share of nothing, $0/0$, is 0 here, and $F_k=0$ where $P_k$ or $R_k$ is 0. Then three averages of $F_k$: *macro*, in which each class counts the same; *weighted*, in which each class counts as much as it occurs
# in truth; *micro*, the $F$ of all classes' counts added up first.
#
# **(b)** A supplier's sheet tells precision and F1, and keeps silent about recall. Find it. Some sheets can't be true.

# %% [markdown] lang="zh" of="cf441bfc"
# ## q2 · 精确率、召回率、F，以及三种平均
#
# **(a)** 从 q1 那样的混淆矩阵出发。精确率 $P_k$：判为 $k$ 的当中，真是 $k$ 的占多少？召回率 $R_k$：真是 $k$ 的当中，被找出来的占多少？有篇文章把 F1 叫作两者的“加权平均”。
# 其实它是两者的调和平均；如果带上权重，让召回率的分量是精确率的 $\beta^2$ 倍，就是
#
# $$\frac{1}{F_k}=\frac{1}{1+\beta^2}\Big(\frac{1}{P_k}+\frac{\beta^2}{R_k}\Big).$$
#
# 分母为零的比例，即 $0/0$，这里规定为 0；$P_k$ 或 $R_k$ 为 0 时，$F_k=0$。然后求 $F_k$ 的三种平均：**宏平均**（macro），各类别权重相同；**加权平均**（weighted），各类别按真实出现的多少取权重；
# **微平均**（micro），先把各类别的计数加起来，再求 $F$。
#
# **(b)** 一位供应商的说明书写了精确率和 F1，对召回率却只字不提。把它求出来。有些说明书不可能是真的。

# %% question="q2"
# q2: scores of each class and their averages; and a recall that was kept back
def score_classes(C, beta=1.0):
    """A dictionary of three (K,) arrays and three numbers, as in the example.

    C: (K, K), rows the truth, columns what was called; entries >= 0, at least one > 0,
    not always whole numbers. beta: > 0. "macro", "weighted", "micro": the averages
    of "f". 0/0 is 0; a class that never occurs counts in "macro" like any other.

    >>> score_classes(C=[[1.0, 3.0], [0.0, 6.0]], beta=2.0)
    {"precision": [1.0, 0.6667], "recall": [0.25, 1.0], "f": [0.2941, 0.9091],
     "macro": 0.6016, "weighted": 0.6631, "micro": 0.7}
    """
    # BEGIN SOLUTION: hits, what was called, what is there; then shares of them
    hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)      # (K,) each

    def share(a, b):
        return np.divide(a, b, out=np.zeros(len(C)), where=b > 0)

    f = share((1 + beta**2) * hits, called + beta**2 * there)
    averages = {"macro": f.mean(), "weighted": f @ there / there.sum(),
                "micro": hits.sum() / C.sum()}
    scores = {"precision": share(hits, called), "recall": share(hits, there), "f": f}
    return {**scores, **averages}
    # END SOLUTION


def find_recall(precision, f1):
    """The recall in 0 ... 1 that gives this F1 (beta = 1) with this precision.

    0 < precision <= 1, 0 < f1 <= 1. Where there is none: float("nan").

    >>> find_recall(precision=0.5, f1=0.6)
    0.75
    >>> find_recall(precision=0.5, f1=0.7)
    nan
    """
    # BEGIN SOLUTION: solve the definition of F1 for the recall
    bottom = 2 * precision - f1
    recall = precision * f1 / bottom if bottom > 0 else np.inf
    return recall if recall <= 1 else float("nan")
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · The AUC, fast
#
# **(a)** Draw an angry review and a fine one. The AUC is the probability that the angry one has the higher score; a tie counts half:
#
# $$\mathrm{AUC}=\frac{1}{n_+n_-}\sum_{i:\,y_i=1}\;\sum_{j:\,y_j=0}\Big([s_i>s_j]+\tfrac12[s_i=s_j]\Big),$$
#
# where a bracket is 1 if what it says is true, and else 0. Scores are any numbers, not only probabilities. With 20,000 reviews there are up to a hundred million pairs: don't make them all.
#
# **(b)** A colleague hands not the scores to such a function but the alarms, 0 or 1. What does it then return? Write it from the confusion matrix alone, which is all that is left.

# %% [markdown] lang="zh" of="2c833b61"
# ## q3 · 又快又准的 AUC
#
# **(a)** 随机抽一条愤怒的评论和一条正常的评论。AUC 就是愤怒的那条得分更高的概率；打平算一半：
#
# $$\mathrm{AUC}=\frac{1}{n_+n_-}\sum_{i:\,y_i=1}\;\sum_{j:\,y_j=0}\Big([s_i>s_j]+\tfrac12[s_i=s_j]\Big),$$
#
# 其中方括号里的话成立时取 1，否则取 0。分数可以是任何数，不一定是概率。有 20,000 条评论时，最多有一亿对：不要把它们全都列出来。
#
# **(b)** 一位同事交给这个函数的不是分数，而是警报，即 0 或 1。这时它返回什么？只用混淆矩阵把它写出来，因为剩下的信息全在里面了。

# %% question="q3"
# q3: the AUC of scores, and that of alarms
def compute_auc(y, score):
    """The share of pairs, one review with y = 1, one with y = 0, that the first wins.

    It wins by the higher score; a tie counts half. y: (n,) zeros and ones; score: (n,)
    numbers. Without any pair: float("nan"). 20,000 scores: in two seconds and 50 MB.

    >>> compute_auc(y=[1, 0, 1, 0], score=[3.0, 2.0, 2.0, -1.0])
    0.875

    Of four pairs three are won and one is a tie.
    """
    # BEGIN SOLUTION: sort one side, find the place of the other in it
    positives, negatives = score[y == 1], np.sort(score[y == 0])
    below = np.searchsorted(negatives, positives, side="left")     # beaten by each
    not_above = np.searchsorted(negatives, positives, side="right")    # and ties
    return (below + not_above).sum() / (2 * len(positives) * len(negatives))
    # END SOLUTION


def auc_of_alarms(C):
    """What compute_auc returns when the score is the alarm itself, 0 or 1.

    C: (2, 2) = [[TN, FP], [FN, TP]], both rows with a sum > 0.

    >>> auc_of_alarms(C=[[60, 20], [5, 15]])
    0.75
    """
    # BEGIN SOLUTION: from the share of each row that was called right
    (tn, fp), (fn, tp) = C
    return (tn / (tn + fp) + tp / (fn + tp)) / 2
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · A threshold that the staff can live with
#
# An alarm is raised where $p\ge t$. A false alarm costs $a$ dollars, a missed angry customer $m$; what is called right costs nothing. On $n$ validation reviews the threshold $t$ costs
#
# $$B(t)=\frac{1000}{n}\Big(a\,\#\{k:\,p_k\ge t,\;y_k=0\}+m\,\#\{k:\,p_k<t,\;y_k=1\}\Big)$$
#
# dollars per 1,000 reviews. Nobody promises that $p$ is calibrated: search. As candidates it is enough to take each value that occurs in $p$ (the smallest one answers everybody) and $t=\infty$ (answer nobody).
#
# And the staff have only so much time: of these $n$ reviews they can answer `at_most`, alarms false and right. Whoever has the same $p$ gets the same treatment. Among thresholds that cost equally little take the highest, since it makes the least work.

# %% [markdown] lang="zh" of="a461d389"
# ## q4 · 员工忙得过来的阈值
#
# $p\ge t$ 时报警。一次误报花费 $a$ 美元，漏掉一位愤怒的顾客损失 $m$ 美元；判对了不花钱。在 $n$ 条验证评论上，阈值 $t$ 的代价是
#
# $$B(t)=\frac{1000}{n}\Big(a\,\#\{k:\,p_k\ge t,\;y_k=0\}+m\,\#\{k:\,p_k<t,\;y_k=1\}\Big)$$
#
# 美元，按每 1,000 条评论计。没人担保 $p$ 是校准过的，所以要靠搜索。候选值只需取 $p$ 中出现过的各个值（最小的那个就是人人都回复），再加上 $t=\infty$（谁也不回复）。
#
# 还有，员工的时间有限：这 $n$ 条评论里，他们最多回复 `at_most` 条，误报和报对的都算在内。$p$ 相同，待遇就相同。如果几个阈值的代价同样最低，取最高的那个，因为它的工作量最小。

# %% question="q4"
# q4: the cheapest threshold within the staff's limit
def choose_threshold(p, y, false_alarm, miss, at_most=None):
    """(t, cost): the threshold with the lowest cost per 1,000 reviews, and that cost.

    p: (n,) probabilities, y: (n,) zeros and ones, alarm where p >= t; false_alarm,
    miss: dollars, > 0. t is one of the values in p, or np.inf (no alarm at all).
    at_most: the largest number of alarms among these n reviews, 0 or more; None:
    no limit. Of thresholds with equal cost the highest.

    >>> choose_threshold(p=[0.9, 0.8, 0.8, 0.1], y=[1, 0, 1, 0], false_alarm=2.0,
    ...                  miss=10.0)
    (0.8, 500.0)
    >>> choose_threshold(p=[0.9, 0.8, 0.8, 0.1], y=[1, 0, 1, 0], false_alarm=2.0,
    ...                  miss=10.0, at_most=2)
    (0.9, 2500.0)
    """
    # BEGIN SOLUTION: start from nobody, go down through the values of p
    best_t, best = np.inf, miss * (y == 1).sum()
    for t in np.unique(p)[::-1]:
        alarm = p >= t
        if at_most is not None and alarm.sum() > at_most:
            break
        cost = false_alarm * (alarm & (y == 0)).sum() + miss * (~alarm & (y == 1)).sum()
        if cost < best:
            best_t, best = t, cost
    return best_t, 1000 * best / len(y)
    # END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · Too good to be true
#
# A colleague reports a splendid AUC. We let his pipeline run on noise: 300 features of 600 reviews, drawn at random, and labels drawn at random, one in ten of them angry. There is nothing to learn; an honest AUC
# lies around 0.5. Three of his steps, A, B and C, come *before* the split into training and test part. In the table an x means: before the split, as he has it; a dot: after it, from the training part alone.

# %% [markdown] lang="zh" of="692d2af3"
# ## q5 · 好得不像真的
#
# 一位同事报告了一个漂亮的 AUC。我们让他的流程在噪声上跑一遍：600 条评论各有 300 个随机产生的特征，标签也随机产生，其中十分之一是愤怒的。这里没有任何规律可学，诚实的 AUC 应在 0.5 上下。
# 他有三个步骤 A、B、C，都放在划分训练集和测试集**之前**。表中的 x 表示像他那样放在划分之前；点表示放在划分之后，只用训练集。

# %%
def run_pipeline(seed, A=True, B=True, C=True, keep=60):
    """The AUC on the test set; a step that is False comes after the split."""
    rng, rows = np.random.default_rng(seed), np.arange(600)
    X = rng.normal(size=(600, 300)) * rng.uniform(0.5, 2, 300)
    y = (rng.random(600) < 0.1).astype(int)

    def balance(rows):              # A: repeat angry reviews until classes are equal
        angry = rows[y[rows] == 1]
        return np.concatenate([rows, rng.choice(angry, len(rows) - 2 * len(angry))])

    def choose(X, y):               # B: keep what goes with the labels most
        together = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())) / X.std(axis=0)
        return np.argsort(-together)[:keep]

    X = X[:, choose(X, y)] if B else X
    X = (X - X.mean(axis=0)) / X.std(axis=0) if C else X    # C: mean 0, spread 1
    test, train = np.split(rng.permutation(balance(rows) if A else rows), [150])
    X = X if B else X[:, choose(X[train], y[train])]
    X = X if C else (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    train = train if A else balance(train)
    gram = X[train].T @ X[train] + np.eye(keep)
    w = np.linalg.solve(gram, X[train].T @ (y[train] - 0.5))    # a linear model
    return np.mean((X[test] @ w)[y[test] == 1][:, None] > (X[test] @ w)[y[test] == 0])

# %%
print("A B C     mean   lowest  highest   AUC of 20 seeds")
for steps in ((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)):
    aucs = [run_pipeline(seed, *steps) for seed in range(20)]
    print(*(".x"[step] for step in steps),
          f"{np.mean(aucs):8.2f}{min(aucs):9.2f}{max(aucs):9.2f}")

# %% [markdown] lang="en"
# **(a)** Which of these explain his splendid AUC? Put their letters into `FAULTS`, for instance `"CE"`.
#
# - **A.** Copies of one review stand on both sides of the split: the test asks for what was learned by heart.
# - **B.** The labels of the test reviews had a say in which features are kept.
# - **C.** The test reviews had a say in the mean and spread of each feature.
# - **D.** With only one angry review in ten, AUC can't be trusted.
# - **E.** He was lucky with his seed.
#
# **(b)** Write what he needed, as it is done at work, for texts: a scikit-learn `Pipeline` inside cross-validation. Whatever learns from data stands in the pipeline, so that in each fold it learns anew from the other folds alone: which words
# there are and how rare (TF-IDF), which of them are kept, the model. Class weights take the place of copies. And the sentences of one review stay together.

# %% [markdown] lang="zh" of="b2e36fab"
# **(a)** 下面哪几条能解释他那漂亮的 AUC？把字母写进 `FAULTS`，例如 `"CE"`。
#
# - **A.** 同一条评论的副本分在划分的两边：测试考的是背下来的东西。
# - **B.** 保留哪些特征，测试评论的标签也参与了决定。
# - **C.** 各特征的均值和标准差，测试评论也参与了计算。
# - **D.** 愤怒的评论只占十分之一，这时 AUC 不可信。
# - **E.** 他的种子碰上了好运气。
#
# **(b)** 写出他真正需要的东西，按工作中的做法，对文本来做：把 scikit-learn 的 `Pipeline`（流水线）放进交叉验证。凡是从数据里学习的步骤都放进流水线，于是每一折都只从其余各折重新学起：有哪些词、各有多少见（TF-IDF），
# 保留哪些词，以及模型本身。副本由类别权重代替。同一篇评论的句子不拆开。

# %% question="q5"
# q5: name what inflates the AUC, and build what doesn't leak
# BEGIN SOLUTION: the letters of all that are true, in quotation marks
FAULTS = "AB"
# END SOLUTION


def judge_apart(texts, y, review, keep=10, folds=5):
    """(n,) probabilities that y = 1, each from a pipeline that hasn't seen this review.

    texts: a list of n sentences; y: (n,) zeros and ones; review: (n,) whole numbers,
    sentences with the same number are of one review. Cross-validated: GroupKFold(folds)
    by review, not shuffled. In each fold, fitted on the other folds alone:
    TfidfVectorizer(); SelectKBest: the `keep` words that go with y most, by chi2;
    LogisticRegression(class_weight="balanced"). All else as scikit-learn has it.

    >>> judge_apart(texts=["bad film", "good film", "bad plot", "good plot",
    ...                    "a bad plot", "good"],
    ...             y=[1, 0, 1, 0, 1, 0], review=[0, 0, 1, 1, 2, 2], keep=2, folds=3)
    [0.66, 0.36, 0.61, 0.43, 0.60, 0.36]
    """
    # BEGIN SOLUTION: three steps in a pipeline, and folds of whole reviews
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.feature_selection import SelectKBest, chi2
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    model = LogisticRegression(class_weight="balanced")
    pipeline = make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=keep), model)
    cv = GroupKFold(folds)
    both = cross_val_predict(
        pipeline, texts, y, groups=review, cv=cv, method="predict_proba")   # (n, 2)
    return both[:, 1]
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · Ship it?
#
# Two models have judged the same sentences: `OLD[k]` and `NEW[k]` are the dollars that sentence $k$ costs with each (0 called right, 3 a false alarm, 27 a customer missed). `REVIEW[k]` is the number of the review that sentence $k$
# comes from; there are $D$ reviews of very different lengths. (The next cell makes the numbers up.) The new model needs a larger machine, which costs `EXTRA` dollars more per 1,000 sentences. The house rule: ship it if the
# *lower end* of the 95 % interval of what it saves lies above that.
#
# A colleague has resampled sentences, and wants to ship.

# %% [markdown] lang="zh" of="377243c6"
# ## q6 · 上线吗？
#
# 两个模型判断了同样的句子：`OLD[k]` 和 `NEW[k]` 分别是用旧模型和新模型时，第 $k$ 个句子的代价，单位是美元（判对 0，误报 3，漏掉一位顾客 27）。`REVIEW[k]` 是第 $k$ 个句子所属评论的编号；一共有 $D$ 篇评论，
# 长短悬殊。（这些数是下一个单元格编造的。）新模型要用更大的机器，每 1,000 个句子要多花 `EXTRA` 美元。公司的规矩：新模型所省的钱，其 95% 置信区间的**下端**高于这个数，才上线。
#
# 一位同事对句子做了重采样，想要上线。

# %% tags=["given"]
EXTRA = 150.0               # dollars per 1,000 sentences, assumed

def make_up_bills(reviews=80):
    """OLD, NEW, REVIEW, (n,) each: the sentences of one review share their mood."""
    rng = np.random.default_rng(1)
    lengths = rng.geometric(1 / 9, reviews)
    review = rng.permutation(np.repeat(np.arange(reviews), lengths))
    angry = rng.random(len(review)) < rng.beta(1, 4, reviews)[review]
    z = np.where(angry, 0.5, -2.5) + 0.8 * rng.normal(size=reviews)[review]
    z += 1.5 * rng.normal(size=len(review))
    gift = (1 + 2 * rng.normal(size=reviews))[review] * np.where(angry, 0.6, -0.6)
    bills = []
    for shift in (0, gift):
        alarm = z + shift + 0.5 * rng.normal(size=len(z)) > -1
        bills.append(np.where(alarm, 3 * ~angry, 27 * angry))
    return *map(np.float64, bills), review

OLD, NEW, REVIEW = make_up_bills()
DRAWS = np.random.default_rng(2).integers(80, size=(2_001, 80))     # (R, D) reviews

# %%
rng, n = np.random.default_rng(3), len(REVIEW)
print(f"{n} sentences of {len(set(REVIEW))} reviews; dollars per 1,000:",
      f"old {1000 * OLD.mean():.0f}, new {1000 * NEW.mean():.0f}")
savings = [1000 * (OLD - NEW)[rng.integers(n, size=n)].mean() for _ in range(2_000)]
low, high = np.quantile(savings, [0.025, 0.975])
print(f"the colleague: 95 % of resamples of {n} sentences save {low:.0f} to {high:.0f}")

# %% [markdown] lang="en"
# **(a)** Resample *reviews*, each with all its sentences. Row $r$ of `draws` says which: $d_{r1},\dots,d_{rD}$, and a review that was drawn twice counts twice. With $G_k=\mathrm{old}_k-\mathrm{new}_k$, and $S_d$ for the sentences of
# review $d$, the draw saves, for each of its sentences,
#
# $$g_r=\frac{\sum_{c=1}^{D}\sum_{k\in S_{d_{rc}}}G_k}{\sum_{c=1}^{D}|S_{d_{rc}}|} .$$
#
# The interval cuts off as many of the $g_r$ below as above.
#
# **(b)** `SAVING`: what the new model saves as observed, and `LOW`: the lower end at 95 % with `DRAWS`, both in dollars per 1,000 sentences. `CHOICE`: `"ship"` or `"wait"`. **(c)** Suppose the saving stays as it is, and its distance
# to the lower end shrinks like $1/\sqrt D$. `NEEDED`: the smallest whole number of reviews, those we have included, at which the lower end reaches `EXTRA`.

# %% [markdown] lang="zh" of="8d822ce9"
# **(a)** 对**评论**重采样，每篇评论带上它的全部句子。`draws` 的第 $r$ 行写明抽到哪些：$d_{r1},\dots,d_{rD}$，抽到两次的评论算两次。记 $G_k=\mathrm{old}_k-\mathrm{new}_k$，$S_d$ 为评论 $d$ 的全部句子，
# 这次抽样平均每个句子节省
#
# $$g_r=\frac{\sum_{c=1}^{D}\sum_{k\in S_{d_{rc}}}G_k}{\sum_{c=1}^{D}|S_{d_{rc}}|} .$$
#
# 区间在上下两端切掉同样多的 $g_r$。
#
# **(b)** `SAVING`：新模型实际节省的钱；`LOW`：用 `DRAWS` 求得的 95% 区间的下端；两者都以每 1,000 个句子的美元数计。`CHOICE`：`"ship"`（上线）或 `"wait"`（再等等）。**(c)** 假定节省的数额保持不变，它到下端的距离按 $1/\sqrt D$ 缩小。
# `NEEDED`：下端达到 `EXTRA` 所需的最少评论篇数（整数，包括现有的）。

# %% question="q6"
# q6: the paired interval over reviews, your choice, and the numbers that defend it
def bootstrap_saving(old, new, review, draws, confidence=0.95):
    """(saving, low, high), dollars a sentence: the mean of old - new, and its interval.

    old, new: (n,) dollars of each sentence; review: (n,) numbers 0 ... D-1, in any
    order, each at least once. draws: (R, D) review numbers, each row one resample.
    low, high: what a share (1 - confidence) / 2 of the R resamples lies below, and
    above, as np.quantile has it.

    >>> bootstrap_saving(old=[3.0, 0.0, 27.0], new=[0.0, 0.0, 24.0], review=[0, 0, 1],
    ...                  draws=[[0, 0], [1, 0], [1, 1]], confidence=0.5)
    (2.0, 1.75, 2.5)

    Here the draws save 1.5, 2 and 3 a sentence.
    """
    # BEGIN SOLUTION: what each review saves, how long it is; then sums over the draws
    saved, length = np.bincount(review, old - new), np.bincount(review)     # (D,)
    means = saved[draws].sum(axis=1) / length[draws].sum(axis=1)    # (R,)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return (old - new).mean(), low, high
    # END SOLUTION


# BEGIN SOLUTION: dollars per 1,000 sentences, as observed
SAVING = 1000 * bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[0]
# END SOLUTION
# BEGIN SOLUTION: dollars per 1,000 sentences, the lower end at 95 %
LOW = 1000 * bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[1]
# END SOLUTION
# BEGIN SOLUTION: "ship" or "wait"
CHOICE = "ship" if LOW > EXTRA else "wait"
# END SOLUTION
# BEGIN SOLUTION: a whole number of reviews
NEEDED = int(np.ceil(80 * ((SAVING - LOW) / (SAVING - EXTRA)) ** 2))
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Compare your `score_classes` and `compute_auc` with scikit-learn's `precision_recall_fscore_support` and `roc_auc_score` on labels of your own. And q6 in the open: at which `EXTRA` would you have shipped? Lesson 07
# builds the model that reads these sentences: attention.

# %% [markdown] lang="zh" of="2172f4b3"
# **接下来。** 自己造一些标签，把你的 `score_classes` 和 `compute_auc` 与 scikit-learn 的 `precision_recall_fscore_support` 和 `roc_auc_score` 对照一下。再想想 q6：`EXTRA` 是多少时，你会选择上线？第 07 课要造出读这些句子的模型：注意力。
