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
# # 04. Exercise: to do well outside, too
#
# Six questions on lesson 04: two penalties and where they leave a weight; Adam with decay, twice; dropout and the penalty hidden in it; pictures that may be moved, turned or mirrored, and those that
# may not; a loop that stops too late and hands over the wrong weights; and which of five strategies to ship. About 100 minutes, with pencil and paper. No question needs another one.
#
# Replace each hole by your answer. `check("q1")` says what holds and what doesn't yet, `hint("q1")` opens three hints one after another, `score()` adds up. The docstring in an answer cell says
# exactly what is wanted. Functions leave the arrays that they are given as they were.

# %% [markdown] lang="zh" of="29cef978"
# # 04. 练习：出门也要表现好
#
# 六道题，对应第 04 课：两种惩罚，以及它们把权重留在哪里；带衰减的 Adam 的两种写法；dropout 和藏在其中的惩罚；哪些图像可以平移、旋转、镜像，哪些不可以；
# 一个停得太晚、还交出了错误权重的循环；最后，五种策略里上线哪一种。备好纸笔，大约需要 100 分钟。各题互不依赖。
#
# 把每个空缺换成你的答案。`check("q1")` 告诉你哪些已经做对、哪些还没有；`hint("q1")` 依次打开三条提示；`score()` 计算总分。答案单元格里的文档字符串写明了确切的要求。
# 函数都不要改动传进来的数组。

# %% tags=["setup"]
from course_utils import ensure

ensure("numpy", "scikit-learn")    # SciPy, for q6, comes with scikit-learn
from autograder import open_exercise

check, hint, score = open_exercise("04_generalization", globals(), lang="en")

# %% tags=["given"]
import numpy as np

# %% [markdown] lang="en"
# ## q1 · Two penalties, and where they leave a weight
#
# **(a)** A network's weights, all layers together, taken as one long vector $w$, pay
#
# $$\Omega(w)=\lambda_1\sum_i|w_i|+\frac{\lambda_2}{2}\sum_iw_i^2 .$$
#
# Its biases pay nothing. Return the penalty and its gradient by every parameter. At $w_i=0$, where $|w_i|$ has no derivative, take 0.
#
# **(b)** One weight alone, in a bowl whose bottom lies at $a$, with the curvature $h>0$:
#
# $$J(w)=\frac h2(w-a)^2+\lambda_1|w|+\frac{\lambda_2}{2}w^2 .$$
#
# Where is the minimum of $J$? Suppose it lies at a positive $w$ and set the derivative to 0: for which $a$ is that $w$ really positive? Then the negative side; what is left is 0. Your formula shows
# which of the two penalties makes weights exactly 0, and which never does.

# %% [markdown] lang="zh" of="d9b959b3"
# ## q1 · 两种惩罚，以及它们把权重留在哪里
#
# **(a)** 把网络各层的权重合在一起，看作一个长向量 $w$，它要付出的惩罚是
#
# $$\Omega(w)=\lambda_1\sum_i|w_i|+\frac{\lambda_2}{2}\sum_iw_i^2 .$$
#
# 偏置不受惩罚。返回惩罚的值，以及它对每个参数的梯度。在 $w_i=0$ 处 $|w_i|$ 没有导数，约定取 0。
#
# **(b)** 只看一个权重：它在一个碗里，碗底在 $a$，曲率为 $h>0$：
#
# $$J(w)=\frac h2(w-a)^2+\lambda_1|w|+\frac{\lambda_2}{2}w^2 .$$
#
# $J$ 的最小值在哪里？先假设它在某个正的 $w$ 处，令导数为 0：$a$ 满足什么条件时，这个 $w$ 果真为正？再看负的一侧；剩下的情形就是 0。
# 从你的公式里可以看出：两种惩罚中，哪一种会使权重恰好为 0，哪一种永远不会。

# %% question="q1"
# q1: the elastic penalty with its gradient, and the minimum that it leaves
def elastic_penalty(params, lambda1, lambda2):
    """(penalty, gradients) of lambda1 * sum |w| + lambda2 / 2 * sum w**2 over all weights of all layers.

    params: a dictionary of arrays of any shape. Names that begin with "W" hold weights, all others biases.
    penalty: a number. gradients: a dictionary with the same names, arrays of the same shapes; 0 for biases, and 0 from
    the first term where a weight is 0.

    >>> elastic_penalty(
    ...     params={"W1": [[1.0, -2.0], [0.0, 0.5]], "b1": [3.0, 3.0]},
    ...     lambda1=2.0, lambda2=4.0)
    (17.5, {"W1": [[6, -10], [0, 4]], "b1": [0, 0]})
    """
    # BEGIN SOLUTION: add up over the weights; signs and weights make the gradient
    penalty, gradients = 0.0, {}
    for name, p in params.items():
        gradients[name] = np.zeros(p.shape)
        if name.startswith("W"):
            penalty += lambda1 * np.abs(p).sum() + lambda2 / 2 * (p**2).sum()
            gradients[name] = lambda1 * np.sign(p) + lambda2 * p
    return penalty, gradients
    # END SOLUTION


def penalized_minimum(a, h, lambda1, lambda2):
    """The w at which h / 2 * (w - a)**2 + lambda1 * |w| + lambda2 / 2 * w**2 is smallest, for each entry of a and h.

    a: (d,), h: (d,) positive, lambda1 >= 0, lambda2 >= 0: numbers. Returns (d,).

    >>> penalized_minimum(a=[3.0, 0.5, -2.0], h=[1.0, 1.0, 2.0],
    ...                   lambda1=1.0, lambda2=1.0)
    [1, 0, -1]
    """
    # BEGIN SOLUTION: three cases in one line, or in three
    return np.sign(a) * np.maximum(h * np.abs(a) - lambda1, 0) / (h + lambda2)
    # END SOLUTION

# %%
check("q1")

# %% [markdown] lang="en"
# ## q2 · Adam with decay, twice
#
# The same state, two ways to let weights decay. The first adds the gradient of $\frac{\lambda}{2}\lVert w\rVert^2$ to the gradient of the loss; the second, AdamW (Loshchilov and Hutter, 2019), takes the decay
# out of the gradient. Step $t$, by element, from the old $w$, $m$, $v$:
#
# $$g'=\begin{cases}g+\lambda w&\text{Adam}+L_2\\g&\text{AdamW}\end{cases}\qquad m\leftarrow\beta_1m+(1-\beta_1)g',\qquad v\leftarrow\beta_2v+(1-\beta_2)g'^2,$$
#
# $$u=\frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)}+\varepsilon},\qquad w\leftarrow\begin{cases}w-\alpha u&\text{Adam}+L_2\\w-\alpha u-\alpha\lambda w&\text{AdamW}\end{cases}$$
#
# The decay carries the rate $\alpha$, as in PyTorch; in the paper only the schedule's factor multiplies it.
#
# **(a)** Write both steps. **(b)** How strong is a $\lambda$? Take a weight that the loss doesn't need: its gradient is always 0, and so are its $m$ and $v$. After how many steps of AdamW is it at most half of
# what it was? Try PyTorch's defaults, $\alpha=0.001$ and $\lambda=0.01$, and compare with the number of steps of your last training.

# %% [markdown] lang="zh" of="25be4d4f"
# ## q2 · 带衰减的 Adam，两种写法
#
# 同样的状态，让权重衰减的办法有两种。第一种把 $\frac{\lambda}{2}\lVert w\rVert^2$ 的梯度加到损失的梯度上；第二种是 AdamW（Loshchilov 和 Hutter，2019），
# 把衰减从梯度里拿出来。第 $t$ 步从旧的 $w$、$m$、$v$ 出发，逐元素地计算：
#
# $$g'=\begin{cases}g+\lambda w&\text{Adam}+L_2\\g&\text{AdamW}\end{cases}\qquad m\leftarrow\beta_1m+(1-\beta_1)g',\qquad v\leftarrow\beta_2v+(1-\beta_2)g'^2,$$
#
# $$u=\frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)}+\varepsilon},\qquad w\leftarrow\begin{cases}w-\alpha u&\text{Adam}+L_2\\w-\alpha u-\alpha\lambda w&\text{AdamW}\end{cases}$$
#
# 这里的衰减带着学习率 $\alpha$，与 PyTorch 相同；论文里只乘调度的系数。
#
# **(a)** 写出这两种步子。**(b)** 一个 $\lambda$ 到底有多强？设想一个损失用不着的权重：它的梯度始终为 0，$m$ 和 $v$ 也是 0。用 AdamW 走多少步之后，它至多剩下原来的一半？
# 代入 PyTorch 的默认值 $\alpha=0.001$、$\lambda=0.01$ 试试，再与你上一次训练的步数比一比。

# %% question="q2"
# q2: one step of Adam with an L2 penalty or of AdamW, and the half-life of a weight
def adam_step(w, g, m, v, t, alpha, lam, decoupled, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """(w, m, v) after step t: of AdamW if `decoupled` is True, of Adam with the penalty in the gradient if it is False.

    w, g, m, v: arrays of one shape, any; g is the gradient of the loss alone, m and v are as the step before left them.
    t: 1 in the first step. The returned m and v are those to carry on with, without bias correction.

    >>> adam_step(w=[1.0], g=[2.0], m=[0.0], v=[0.0], t=1, alpha=0.1, lam=0.5,
    ...           decoupled=False, beta1=0.5, beta2=0.5, epsilon=0.0)
    ([0.9], [1.25], [3.125])
    >>> adam_step(w=[1.0], g=[2.0], m=[0.0], v=[0.0], t=1, alpha=0.1, lam=0.5,
    ...           decoupled=True, beta1=0.5, beta2=0.5, epsilon=0.0)
    ([0.85], [1], [2])
    """
    # BEGIN SOLUTION: what enters the means, the means, the step
    if not decoupled:
        g = g + lam * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    u = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    if decoupled:
        u = u + lam * w
    return w - alpha * u, m, v
    # END SOLUTION


def steps_to_halve(alpha, lam):
    """The smallest whole number of AdamW steps after which a weight with gradient 0 is at most half of what it was.

    0 < alpha * lam < 1.

    >>> steps_to_halve(alpha=0.1, lam=2.0)
    4
    >>> steps_to_halve(alpha=0.001, lam=0.01)
    69315
    """
    # BEGIN SOLUTION: each step multiplies by the same factor
    return int(np.ceil(np.log(0.5) / np.log(1 - alpha * lam)))
    # END SOLUTION

# %%
check("q2")

# %% [markdown] lang="en"
# ## q3 · Dropout, and the penalty hidden in it
#
# *Inverted* dropout, as PyTorch and Keras have it: in training a unit is kept with probability $q$, and what is kept is divided by $q$; in evaluation nothing happens. The mask of zeros and ones has been
# drawn already. (PyTorch's argument `p` is the probability to drop, $1-q$.)
#
# **(a)** Write the forward pass, and the backward pass: from the gradient by the output to the gradient by the input.
#
# **(b)** A linear model with dropout on its inputs, each entry of $X\in\mathbb{R}^{n\times d}$ with a mask $\delta_{ij}$ of its own, which is 1 with probability $q$ and else 0. What loss does it see on average over all masks,
#
# $$\mathbb{E}_\delta\Bigg[\frac{1}{2n}\sum_{i=1}^n\Big(\sum_{j=1}^d\frac{\delta_{ij}x_{ij}}{q}w_j-y_i\Big)^2\Bigg]\;?$$
#
# Derive a formula without masks: the mean of a square is the square of the mean plus the variance, and variances of independent terms add up. You will find the loss without dropout, and beside it a
# penalty that you have met in q1.

# %% [markdown] lang="zh" of="1c7aec4f"
# ## q3 · dropout，以及藏在其中的惩罚
#
# 这里用 PyTorch 和 Keras 的写法，即**倒置 dropout**（inverted dropout）：训练时，每个单元以概率 $q$ 保留，保留下来的要除以 $q$；评估时什么也不做。由 0 和 1 组成的掩码已经抽好了。
# （PyTorch 的参数 `p` 是丢弃的概率，即 $1-q$。）
#
# **(a)** 写出前向传播和反向传播（backward pass）：后者由对输出的梯度求对输入的梯度。
#
# **(b)** 一个线性模型，对输入做 dropout：$X\in\mathbb{R}^{n\times d}$ 的每个元素各有一个掩码 $\delta_{ij}$，以概率 $q$ 取 1，否则取 0。对所有掩码取平均，它看到的损失是多少：
#
# $$\mathbb{E}_\delta\Bigg[\frac{1}{2n}\sum_{i=1}^n\Big(\sum_{j=1}^d\frac{\delta_{ij}x_{ij}}{q}w_j-y_i\Big)^2\Bigg]\;?$$
#
# 请推导一个不含掩码的公式：平方的期望等于期望的平方加方差，独立各项的方差可以相加。你会得到不做 dropout 时的损失，旁边还有一项惩罚，你在 q1 里见过它。

# %% question="q3"
# q3: inverted dropout there and back, and the loss that it means
def dropout(X, mask, q, training):
    """The output of inverted dropout. X: array of any shape; mask: 0 or 1, the same shape, 1 keeps; 0 < q <= 1: the
    probability to keep, with which the mask was drawn; training: True or False.

    >>> dropout(X=[[1.0, 2.0]], mask=[[1, 0]], q=0.5, training=True)
    [[2, 0]]
    >>> dropout(X=[[1.0, 2.0]], mask=[[1, 0]], q=0.5, training=False)
    [[1, 2]]
    """
    # BEGIN SOLUTION: keep and scale, in training
    return X * mask / q if training else X
    # END SOLUTION


def dropout_backward(G, mask, q, training):
    """The gradient of the loss by X, from G, its gradient by dropout(X, mask, q, training). All shapes are those of X."""
    # BEGIN SOLUTION: the slope of each output by its own input
    return G * mask / q if training else G
    # END SOLUTION


def expected_loss(X, y, w, q):
    """The mean over all masks of 1 / (2 n) * sum over i of (sum over j of mask_ij * x_ij / q * w_j - y_i)**2.

    X: (n, d), y: (n,), w: (d,); the entries of the mask are independent, 1 with probability q, else 0. Returns a number.
    Of the 4.5 here 2 is the loss without dropout:

    >>> expected_loss(X=[[1.0, 2.0]], y=[1.0], w=[1.0, 1.0], q=0.5)
    4.5
    """
    # BEGIN SOLUTION: the squared mean error and the variance, example by example
    errors = X @ w - y                                          # (n,)
    variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1)        # (n,)
    return np.mean(errors**2 + variances) / 2
    # END SOLUTION

# %%
check("q3")

# %% [markdown] lang="en"
# ## q4 · Pictures that may be moved
#
# The article 《大模型：AI技术的商业化路径》 recommends to rotate, flip and crop for data augmentation, and doesn't say what.
#
# **(a)** Shift each picture of a batch by whole pixels of its own: `down` rows down and `right` columns to the right; negative numbers go up and to the left. What leaves the frame is lost, what comes in is
# 0. Nothing comes back in at the other side, however far the shift goes.
#
# **(b)** A display shows the ten glyphs below. Which digit does each become under a transform? Not which it resembles: which it is, pixel by pixel.
#
# **(c)** A scoreboard shows only the digits in `SCOREBOARD`. Which of the transforms may add pictures to its training set, each with the label of the picture it was made from? Set `SAFE` to the list of their names.

# %% [markdown] lang="zh" of="063c5ad0"
# ## q4 · 哪些图像可以动
#
# 谈到数据增强，文章《大模型：AI技术的商业化路径》建议把图像旋转、翻转、裁剪，却没有说是什么样的图像。
#
# **(a)** 把一批图像各自平移若干整像素：向下 `down` 行，向右 `right` 列；负数则向上、向左。移出画面的就丢掉，移进来的补 0。不论移多远，都不会从另一侧绕回来。
#
# **(b)** 某个显示屏用下面十个字形。在一种变换之下，每个数字会变成哪个数字？不是看像哪个，而是逐个像素都相同才算。
#
# **(c)** 一块记分牌只显示 `SCOREBOARD` 里的数字。哪些变换可以用来给它的训练集（training set）添加图像，而新图像沿用原图的标签？把这些变换的名称列表赋给 `SAFE`。

# %% tags=["given"]
_ROWS = """
    ### .#. ### ### #.# ### ### ### ### ###
    #.# .#. ..# ..# #.# #.. #.. ..# #.# #.#
    #.# .#. ### ### ### ### ### ..# ### ###
    #.# .#. #.. ..# ..# ..# #.# ..# #.# ..#
    ### .#. ### ### ..# ### ### ..# ### ###
"""
GLYPHS = np.array([[[c == "#" for c in glyph] for glyph in row.split()] for row in _ROWS.split("\n")[1:-1]])
GLYPHS = GLYPHS.transpose(1, 0, 2).astype(int)                  # (10 digits, 5 rows, 3 columns), 1 is lit
TRANSFORMS = {
    "half turn": lambda images: images[:, ::-1, ::-1],          # by 180 degrees
    "mirror left-right": lambda images: images[:, :, ::-1],
    "mirror up-down": lambda images: images[:, ::-1, :],
}
SCOREBOARD = (0, 1, 2, 5, 8)

# %%
def draw(images):
    """Print images of zeros and ones side by side."""
    for row in images.transpose(1, 0, 2):
        print("   ".join("".join(".#"[lit] for lit in glyph) for glyph in row))

draw(GLYPHS)
for name in TRANSFORMS:
    print(f"\n{name}")
    draw(TRANSFORMS[name](GLYPHS))

# %% question="q4"
# q4: shift a batch, say what a transform makes of each digit, and which transforms are safe
def shift_images(images, down, right):
    """Each image shifted by down[b] rows (positive: downwards) and right[b] columns (positive: to the right).

    images: (B, H, W), down: (B,), right: (B,) integers of either sign, perhaps larger than the image. 0 comes in.
    Returns (B, H, W).

    >>> shift_images(images=[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]],
    ...              down=[1, 0], right=[0, -1])
    [[[0, 0], [1, 2]], [[2, 0], [4, 0]]]
    """
    # BEGIN SOLUTION: find out from where each pixel comes, and whether that lies inside
    B, H, W = images.shape
    rows = np.arange(H) - down[:, None]                         # (B, H)
    columns = np.arange(W) - right[:, None]                     # (B, W)
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :]
    wrapped = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None, :]]
    return wrapped * inside                                     # (B, H, W)
    # END SOLUTION


def labels_after(glyphs, name):
    """For each glyph the label that TRANSFORMS[name] makes right: the number of the glyph that it has become, or -1.

    glyphs: (K, H, W), all different; glyph k has the label k; name: one of the names in TRANSFORMS, which takes (K, H, W)
    to (K, H, W). Returns (K,) integers. K need not be 10.

    >>> labels_after(glyphs=[[[1, 0]], [[0, 1]], [[0, 0]]], name="mirror left-right")
    [1, 0, 2]
    """
    # BEGIN SOLUTION: compare each transformed glyph with all glyphs
    changed = TRANSFORMS[name](glyphs)
    same = (changed[:, None] == glyphs).all(axis=(2, 3))        # (K, K)
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)
    # END SOLUTION


# BEGIN SOLUTION: a list of names from TRANSFORMS, for the digits in SCOREBOARD
SAFE = [name for name in TRANSFORMS if all(labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD)]
# END SOLUTION

# %%
check("q4")

# %% [markdown] lang="en"
# ## q5 · What is wrong here?
#
# Early stopping, as a colleague wrote it: train on while the validation loss finds new lows, stop after `patience` epochs in a row without one, hand over the weights of the best epoch. `run_epoch(w)`
# trains the array `w` for one epoch, *in place*, and returns (training loss, validation loss). To see what his loop does we let it replay recorded losses; the replay writes the number of the epoch into
# the weights.

# %% [markdown] lang="zh" of="c7b67d61"
# ## q5 · 毛病出在哪里？
#
# 下面是一位同事写的早停（early stopping）：只要验证损失还在创新低就继续训练，连续 `patience` 轮没有新低就停下，交出最好那一轮的权重。`run_epoch(w)` *就地*把数组 `w` 训练一轮，
# 返回（训练损失，验证损失）。为了看清这个循环的行为，我们让它重放记录下来的损失；重放时，会把当前是第几轮写进权重里。

# %% tags=["given"]
def fit_colleague(w, run_epoch, patience, max_epochs):
    """Early stopping as the colleague wrote it: the best weights, and their epoch."""
    best_loss, best_w, best_epoch, waited = float("inf"), w, 0, 0
    for epoch in range(1, max_epochs + 1):
        training_loss, validation_loss = run_epoch(w)
        if validation_loss < best_loss:
            best_loss, best_w, best_epoch, waited = validation_loss, w, epoch, 0
        else:
            waited += 1
        if waited > patience:
            break
    return best_w, best_epoch

def replay(validation_losses, log):
    """A run_epoch that replays these losses, falling training losses beside them; it notes each epoch in `log`."""
    def run_epoch(w):
        log.append(len(log) + 1)
        w[:] = log[-1]
        return 0.5 / log[-1], validation_losses[log[-1] - 1]
    return run_epoch

# %%
RUNS = {
    "one valley": [0.90, 0.70, 0.60, 0.65, 0.70, 0.80, 0.90, 1.00],
    "two valleys": [0.90, 0.80, 0.85, 0.70, 0.75, 0.72, 0.90, 1.00],
    "down after a jump": [0.60, 0.90, 0.80, 0.70, 0.65, 0.62, 0.61, 0.61],
}
print("patience 2            epochs run    epoch named best    weights are of epoch")
for name, losses in RUNS.items():
    w, best_epoch = fit_colleague(np.zeros(1), replay(losses, log := []), patience=2, max_epochs=8)
    print(f"{name:18}{len(log):14}{best_epoch:20}{w[0]:24.0f}")

# %% [markdown] lang="en"
# **(a)** Which of these are true of his loop? Put their letters into `FAULTS`, for instance `"AE"`.
#
# - **A.** It watches the training loss.
# - **B.** It runs one epoch more than `patience` allows.
# - **C.** It hands over the weights of the last epoch, not of the best.
# - **D.** After a new low it goes on counting where it was.
# - **E.** It compares with the epoch before, not with the best so far.
#
# **(b)** Write the loop as it should be. A diverged epoch has the loss `nan`; that is no new low.

# %% [markdown] lang="zh" of="b9f88d24"
# **(a)** 下面哪几条说中了他的循环？把字母写进 `FAULTS`，例如 `"AE"`。
#
# - **A.** 它盯着的是训练损失。
# - **B.** 它比 `patience` 允许的多走了一轮。
# - **C.** 它交出的是最后一轮的权重，而不是最好那一轮的。
# - **D.** 出现新低之后，它接着原来的计数往下数。
# - **E.** 它与前一轮相比，而不是与迄今最好的相比。
#
# **(b)** 写出正确的循环。发散的那一轮，损失为 `nan`，这不算新低。

# %% question="q5"
# q5: name the faults, and write the loop without them
# BEGIN SOLUTION: the letters of all that are true, in quotation marks
FAULTS = "BC"
# END SOLUTION


def fit(w, run_epoch, patience, max_epochs):
    """(best_w, best_epoch): the weights after the epoch with the lowest validation loss, and its number.

    w: array of weights at the start. run_epoch(w) trains the array that it is given for one epoch, in place, and returns
    (training loss, validation loss). Each epoch goes on from where the one before has led. Epochs count from 1.
    A new low is a validation loss below all before it: an equal one is none, nan is none. Stops after `patience` epochs
    in a row without a new low, at the latest after max_epochs; patience >= 1, max_epochs >= 1. Without any new low:
    the weights of the start, and 0.
    Example: validation losses 0.9, 0.7, 0.8, 0.7, 0.6 and patience 2 stop after epoch 4 with the weights of epoch 2.
    """
    # BEGIN SOLUTION: the colleague's loop without its faults
    best_loss, best_w, best_epoch = float("inf"), w.copy(), 0
    for epoch in range(1, max_epochs + 1):
        _, loss = run_epoch(w)
        if loss < best_loss:
            best_loss, best_w, best_epoch = loss, w.copy(), epoch
        elif epoch - best_epoch == patience:
            break
    return best_w, best_epoch
    # END SOLUTION

# %%
check("q5")

# %% [markdown] lang="en"
# ## q6 · Which strategy would you ship?
#
# Five strategies were tried against a baseline, each with the same eight seeds: column $s$ of all rows shares its split and its initial weights, so that what a seed does to one it does to all. (The
# accuracies are made up by the next cell, not measured; lesson 04 has measured ones.) Compare seed by seed. With $D_{ks}$ for the accuracy of strategy $k$ with seed $s$ minus that of the baseline with
# the same seed, $K$ strategies and $S$ seeds,
#
# $$\bar D_k=\frac1S\sum_sD_{ks},\qquad \mathrm{SE}_k=\sqrt{\frac{1}{S(S-1)}\sum_s(D_{ks}-\bar D_k)^2},\qquad \bar D_k\pm t_{\,1-\frac{1-c}{2K},\,S-1}\,\mathrm{SE}_k .$$
#
# The share of errors $1-c$ is divided among the $K$ intervals (Bonferroni), so that *all* of them hold at once with confidence $c$: whoever picks the best of five has looked five times. `t_quantile(p, df)`
# gives $t_{p,\mathrm{df}}$.
#
# **(a)** Write the intervals. **(b)** A percentage point of accuracy is worth `DOLLARS_PER_POINT` a year, and strategy $k$ costs `COSTS[k]` a year (negative: it saves). The company counts on the lower end
# of each interval at $c=0.95$, not on the mean. `CHOICE`: the strategy that then brings most, or `"baseline"` if none brings anything. `NET`: the dollars a year that it brings. (`NETS` is for you to look at.)

# %% [markdown] lang="zh" of="27ca8f56"
# ## q6 · 上线哪一种策略？
#
# 五种策略与一个基线作比较，各用同样的八个种子：各行的第 $s$ 列用同样的数据划分和同样的初始权重，所以一个种子对一种策略的影响，对其余的也一样。
# （这些准确率是下一个单元格编造的，不是测出来的；测得的数据见第 04 课。）要按种子逐个相比。设 $D_{ks}$ 是策略 $k$ 用种子 $s$ 的准确率减去基线用同一种子的准确率，共 $K$ 种策略、$S$ 个种子，
#
# $$\bar D_k=\frac1S\sum_sD_{ks},\qquad \mathrm{SE}_k=\sqrt{\frac{1}{S(S-1)}\sum_s(D_{ks}-\bar D_k)^2},\qquad \bar D_k\pm t_{\,1-\frac{1-c}{2K},\,S-1}\,\mathrm{SE}_k .$$
#
# 允许出错的份额 $1-c$ 由 $K$ 个区间平分（Bonferroni），这样**全部**区间同时成立的置信度才是 $c$：从五个里挑最好的，等于看了五次。`t_quantile(p, df)` 给出 $t_{p,\mathrm{df}}$。
#
# **(a)** 写出这些区间。**(b)** 准确率每提高一个百分点，每年值 `DOLLARS_PER_POINT` 美元；策略 $k$ 每年花费 `COSTS[k]` 美元（负数表示节省）。公司按 $c=0.95$ 时各区间的下端来算，而不是按平均。
# `CHOICE`：这样算收益最大的策略；如果都没有收益，就写 `"baseline"`。`NET`：它每年带来多少美元。（`NETS` 只供你自己查看。）

# %% tags=["given"]
def t_quantile(p, df):
    """The number below which Student's t with df degrees of freedom lies with probability p."""
    from scipy.special import stdtrit
    return stdtrit(df, p)

STRATEGIES = ("early stopping", "L2", "dropout", "augmentation", "five models voting")
COSTS = np.array([-500.0, 0.0, 200.0, 1_500.0, 6_000.0])        # dollars a year, assumed
DOLLARS_PER_POINT = 10_000.0                                    # a year, assumed

def make_up_accuracies(seeds=8):
    """(5, seeds) and (seeds,) accuracies in per cent: a seed moves all together, and each strategy a little alone."""
    rng = np.random.default_rng(9)
    baseline = rng.normal(90, 0.8, seeds)
    gains, spreads = np.array([0.1, 0.35, 1.5, 0.9, 1.15]), np.array([0.25, 0.08, 1.0, 0.2, 0.15])
    accuracies = baseline + gains[:, None] + spreads[:, None] * rng.normal(size=(len(gains), seeds))
    return np.round(accuracies, 2), np.round(baseline, 2)

ACCURACIES, BASELINE = make_up_accuracies()                     # (5 strategies, 8 seeds), (8 seeds,)

# %%
print(f"{'seed':20}", *(f"{seed:6}" for seed in range(1, 9)), "    mean")
for name, row in zip(("baseline", *STRATEGIES), (BASELINE, *ACCURACIES)):
    print(f"{name:20}", *(f"{accuracy:6.2f}" for accuracy in row), f"{row.mean():8.2f}")

# %% question="q6"
# q6: simultaneous intervals, your choice, and the number that defends it
def compare_with_baseline(accuracies, baseline, confidence=0.95):
    """(gain, low, high): the mean paired difference from the baseline and its interval, for each strategy.

    accuracies: (K, S), baseline: (S,), S >= 2, column s of both with the same seed. All K intervals hold at once with
    this confidence (Bonferroni). Returns three arrays (K,), in the unit of the accuracies.

    >>> compare_with_baseline(accuracies=[[91.0, 93.0, 92.0], [90.0, 91.0, 92.0]],
    ...                       baseline=[90.0, 91.0, 91.0], confidence=0.95)
    ([1.3333, 0.3333], [-0.7351, -1.7351], [3.4018, 2.4018])
    """
    # BEGIN SOLUTION: differences seed by seed, their mean, its standard error, the quantile
    differences = accuracies - baseline                         # (K, S)
    K, S = differences.shape
    gain = differences.mean(axis=1)
    error = differences.std(axis=1, ddof=1) / np.sqrt(S)
    half = t_quantile(1 - (1 - confidence) / (2 * K), S - 1) * error
    return gain, gain - half, gain + half
    # END SOLUTION


# BEGIN SOLUTION: what each strategy brings a year, counted on the lower end
NETS = compare_with_baseline(ACCURACIES, BASELINE)[1] * DOLLARS_PER_POINT - COSTS
# END SOLUTION
# BEGIN SOLUTION: a name from STRATEGIES, or "baseline"
CHOICE = STRATEGIES[NETS.argmax()]
# END SOLUTION
# BEGIN SOLUTION: dollars a year
NET = NETS.max()
# END SOLUTION

# %%
check("q6")

# %% tags=["nbval-check-output"]
score()

# %% [markdown] lang="en"
# **Where next.** Run your `adam_step` of q2 a few hundred times on a weight with the gradient 0, with `decoupled=False`, for λ = 1 and for λ = 0.001: how much does λ matter? Then lesson 05, where a framework does all of this for you.

# %% [markdown] lang="zh" of="02e9ea50"
# **接下来。** 取一个梯度为 0 的权重，用 q2 中你的 `adam_step`，令 `decoupled=False`，分别以 λ = 1 和 λ = 0.001 走几百步：λ 起了多大作用？然后去读第 05 课，看框架怎样替你做完这一切。
