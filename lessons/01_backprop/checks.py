"""Checks of exercise 01: questions with hints, the mistakes that they can name, then the checks."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    CouldNotRun,
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
    is_close,
)

EXERCISE = Exercise("01_backprop")
RTOL, ATOL = 1e-5, 1e-6  # wide enough for float32, far narrower than any mistake

EXERCISE.question(
    "q1",
    Text("Two roads for one weight", "一个权重，两条路"),
    [
        Text("Lesson 01.2, “By hand”: seven derivatives, each using the one above it.",
             "看课文 01.2 的“手算”：七个导数，每一行都用到上一行。"),
        Text("Draw the graph. From `w` two roads lead to `y`, one through `z` and `h`, one straight. Blame adds up over roads.",
             "画出计算图：从 `w` 到 `y` 有两条路，一条经过 `z` 和 `h`，一条直达。各条路上的责任要相加。"),
        Text("With `dy = 2 * (y - t)` and `dz = dy * v * (z > 0)`: `c` gets `dy`, `b` gets `dz`, `v` gets `dy` times its input, "
             "and `w` gets `x` times (the blame of `z` plus the blame of `y`).",
             "令 `dy = 2 * (y - t)`，`dz = dy * v * (z > 0)`：`c` 得 `dy`，`b` 得 `dz`，`v` 得 `dy` 乘以它的输入，"
             "`w` 得 `x` 乘以（`z` 的责任加上 `y` 的责任）。"),
    ],
)  # fmt: skip
EXERCISE.question(
    "q2",
    Text("A layer passes its blame on", "一层怎样把责任传下去"),
    [
        Text("Lesson 01.3, “Derivation”: one formula each for `W`, `b` and `x`.", "看课文 01.3 的“推导”：`W`、`b`、`x` 各有一个公式。"),
        Text("Write out one entry of each: which outputs does `W[i, j]` move, and how does `x[j]` reach the loss?",
             "各写出一个分量：`W[i, j]` 牵动哪些输出？`x[j]` 又经过哪些输出影响损失？"),
        Text("`dW[i, j] = g[i] * x[j]`, `db[i] = g[i]`, `dx[j]` = the sum over `i` of `W[i, j] * g[i]`.",
             "`dW[i, j] = g[i] * x[j]`，`db[i] = g[i]`，`dx[j]` 等于 `W[i, j] * g[i]` 对 `i` 求和。"),
    ],
)  # fmt: skip
EXERCISE.question(
    "q3",
    Text("An engine without the dislike", "弥补引擎的缺憾"),
    [
        Text("Lesson 01.4: how the operations put slopes on edges, and why the order of the nodes matters.",
             "看课文 01.4：各种运算怎样把斜率写在边上，节点的次序又为什么要紧。"),
        Text("A node may pass its blame on when the last of its users has paid in. Count the users of each node first, then count down.",
             "一个节点要等最后一个用到它的节点交来责任，才能往下传。先数清每个节点被用了几次，再倒着数。"),
        Text("First walk: collect the nodes in a list, set `grad` to 0, count how many edges lead to each. Second walk: start from `[root]` with "
             "gradient 1; take a node, add `node.grad * slope` to each parent, lower the parent's count, and append the parent when its count is 0.",
             "第一遍：把节点收进列表，`grad` 置 0，数出通到每个节点的边数。第二遍：从梯度为 1 的 `[root]` 开始，每取出一个节点，"
             "就把 `node.grad * slope` 加到各个 parent 上，并把它的计数减 1，减到 0 就把它放进列表。"),
    ],
)  # fmt: skip
EXERCISE.question(
    "q4",
    Text("A whole batch, and another mean", "一整批，另一种平均"),
    [
        Text("Lesson 01.7, “Derivation”; then compare the loss there with the loss here.", "看课文 01.7 的“推导”，再比较那里的损失与这里的损失。"),
        Text("Only `dY` knows about the loss; what follows is the same for every loss. A bias is used once in every row, so its gradient is a sum over rows.",
             "只有 `dY` 与损失的写法有关，后面的几步对任何损失都一样。偏置在每一行里都用了一次，所以它的梯度要对各行求和。"),
        Text("`dY = 2 * (Y - T) / (N * K)`, `dW2 = H.T @ dY`, `dZ = (dY @ W2.T) * (1 - H**2)`, `dW1 = X.T @ dZ`; each bias: `.sum(axis=0)`.",
             "`dY = 2 * (Y - T) / (N * K)`，`dW2 = H.T @ dY`，`dZ = (dY @ W2.T) * (1 - H**2)`，`dW1 = X.T @ dZ`；偏置都是 `.sum(axis=0)`。"),
    ],
)  # fmt: skip
EXERCISE.question(
    "q5",
    Text("A detector for wrong gradients", "错误梯度的探测器"),
    [
        Text("Lesson 01.8: `approximate_gradient`, and the picture of the error against the step.", "看课文 01.8：`approximate_gradient`，以及误差随步长变化的那张图。"),
        Text("One entry at a time: a copy of `w` with that entry a little larger, another with it a little smaller, two losses. "
             "`np.ndindex(w.shape)` visits the entries of any shape.",
             "一次只动一个分量：一份 `w` 的副本把它加大一点，另一份减小一点，得到两个损失。`np.ndindex(w.shape)` 能遍历任意形状的全部分量。"),
        Text("With `h = 1e-5`: `q = (loss(above) - loss(below)) / (2 * h)`, then `abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)`; keep the largest.",
             "取 `h = 1e-5`：`q = (loss(above) - loss(below)) / (2 * h)`，再算 `abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)`，留下最大的一个。"),
    ],
)  # fmt: skip
EXERCISE.question(
    "q6",
    Text("What is wrong here?", "毛病出在哪里？"),
    [
        Text("Compare the three curves: what would a rate that is too high look like at a hundredth of it? Lesson 01.6 shows two other symptoms.",
             "比较三条曲线：假如真是学习率太大，减到百分之一时该是什么样子？另外两种症状见课文 01.6。"),
        Text("Follow `grad` through two steps: what is in it when the second step begins?", "跟着 `grad` 走两步：第二步开始时，它里面装着什么？"),
        Text("`grad` must be all zeros again before the loop over the rows begins: once a step, not once a row.",
             "在对各行循环之前，`grad` 必须重新全部为零：每一步清一次，而不是每一行清一次。"),
    ],
)  # fmt: skip
EXERCISE.question(
    "q7",
    Text("Decide, and say what it costs", "做决定，并标明代价"),
    [
        Text("Lesson 01.11: how many passes the way back counts for, and what has to wait in memory for it.", "看课文 01.11：反向相当于几次前向传播，又有什么要留在内存里等它。"),
        Text("Count passes, then arrays. Passes: one forward, the way back $2-1/d$; recompute adds one; central differences need two for each parameter.",
             "先数次数，再数数组。次数：前向一次，反向 $2-1/d$ 次；重算再加一次；中心差商对每个参数要两次。"),
        Text("Bytes: `8 * P` for all three; on top `(d + 1)`, `(d // k + k)` and `2` times `layer_bytes`. Then take the fastest of those that fit into `MEMORY`.",
             "字节：三种都要 `8 * P`，再分别加上 `layer_bytes` 的 `(d + 1)`、`(d // k + k)`、`2` 倍。然后在放得进 `MEMORY` 的里面挑最快的。"),
    ],
)  # fmt: skip

for name, en, zh in [
    # q1 and q4
    ("factor-two-forgotten", "Everything is half of what it should be: the derivative of a square brings a factor 2 down.",
     "结果都只有应有的一半：对平方求导会带下来一个因子 2。"),
    ("sign-reversed", "The signs are reversed: $L=(y-t)^2$ grows when $y$ moves away above $t$, so $dL/dy$ has the sign of $y-t$.",
     "符号全反了：$y$ 高出 $t$ 越多，$L=(y-t)^2$ 越大，所以 $dL/dy$ 与 $y-t$ 同号。"),
    # q1
    ("relu-slope-left-out", "Blame passed through a shut ReLU: at $z<0$ the output does not notice $b$ at all. Multiply by the slope of ReLU on the way back.",
     "责任穿过了关闭的 ReLU：$z<0$ 时，输出根本察觉不到 $b$。往回走的时候要乘上 ReLU 的斜率。"),
    ("slope-at-zero", "At exactly $z=0$ the slope of ReLU is 0 here: the question says so, and $[z>0]$ does too. Look at how you compare.",
     "约定 $z=0$ 时 ReLU 的斜率为 0，题目和 $[z>0]$ 都是这么说的。看看你比较大小时用的是哪个符号。"),
    ("weight-of-the-road-forgotten", "The blame of $b$ lacks a factor: between $h$ and $y$ stands the weight $v$, and rates along a chain multiply.",
     "$b$ 的责任少了一个因子：$h$ 与 $y$ 之间隔着权重 $v$，沿着一条链，变化率是相乘的。"),
    ("blame-from-z", "You gave $v$ the blame of $z$. What $v$ is multiplied with is $h$, after ReLU: a silent input gets its weight no blame.",
     "你用 $z$ 算了 $v$ 的责任。与 $v$ 相乘的是经过 ReLU 之后的 $h$：输入为零，它的权重就没有责任。"),
    ("blame-from-x", "You multiplied the blame of $v$ by $x$. Each weight is blamed by *its own* input; the one of $v$ is $h$.",
     "你用 $x$ 去乘 $v$ 的责任。每个权重的责任都由*它自己的*输入决定，$v$ 的输入是 $h$。"),
    ("one-road-forgotten", "$w$ reaches the output by two roads, through $h$ and straight. You counted one of them; their blames add up.",
     "$w$ 有两条路通到输出，一条经过 $h$，一条直达。你只算了其中一条；两条路上的责任要相加。"),
    ("straight-road-not-in-y", "Your $y$ lacks a term: besides $vh+c$ it has $wx$, straight from the input.",
     "你的 $y$ 少了一项：除了 $vh+c$，还有从输入直达的 $wx$。"),
    ("bias-on-both-roads", "You gave $b$ the blame of both roads. It stands on one of them only, inside $z$.",
     "你把两条路的责任都算给了 $b$。它只在其中一条路上，就在 $z$ 里面。"),
    # q2 and q4
    ("weight-gradient-transposed", "A weight gradient is transposed; with a square matrix the shape does not show it. Which index of the weight belongs to the output, which to the input?",
     "权重的梯度转置了；方阵的形状看不出这一点。想一想：权重的哪个下标属于输出，哪个属于输入？"),
    ("input-blame-by-rows", "The blame passed back went through the matrix the same way as the input did. It must go the other way: each input collects from all outputs it moves, with the transposed matrix.",
     "传回去的责任走的还是前向时乘矩阵的方向。它该反着走：每个输入从自己牵动的所有输出那里收集责任，用的是转置矩阵。"),
    # q2
    ("not-an-outer-product", "Your `dW` is no matrix. Each of the $m\\cdot n$ weights has a gradient of its own, made of one entry of $g$ and one of $x$.",
     "你的 `dW` 不是矩阵。$m\\cdot n$ 个权重各有自己的梯度，由 $g$ 的一个分量和 $x$ 的一个分量相乘而得。"),
    ("bias-gradient-summed", "Your `db` is a single number. Each entry of `b` moves its own output only, so `db` has one entry for each output: nothing is summed for a single input.",
     "你的 `db` 只是一个数。`b` 的每个分量只牵动自己那个输出，所以 `db` 对每个输出各有一个分量；只有一个输入时，没有什么可求和的。"),
    ("bias-gradient-scaled", "Your `db` contains the input or the output. $y_i$ grows by exactly as much as $b_i$ does: the derivative is 1.",
     "你的 `db` 里混进了输入或输出。$b_i$ 增加多少，$y_i$ 就恰好增加多少：导数是 1。"),
    ("inputs-changed", "An input array was changed. `*=` and `+=` on an argument change the caller's array; make a new one, or a copy.",
     "传入的数组被改动了。对参数用 `*=` 或 `+=`，改的就是调用者的数组；请新建一个数组，或先复制。"),
    # q3
    ("denominator-sign", "The blame of the denominator has the wrong sign: when $b$ grows, $a/b$ (both positive) shrinks.",
     "分母的责任符号错了：$a$、$b$ 都为正时，$b$ 变大，$a/b$ 变小。"),
    ("denominator-slope", "The derivative of $a/b$ by the denominator is not right. Write it as $a\\,b^{-1}$ and use the power rule.",
     "$a/b$ 对分母的导数不对。把它写成 $a\\,b^{-1}$，再用幂函数的求导法则。"),
    ("exp-slope", "The derivative of $e^a$ by $a$ is not right. Which function is its own derivative?",
     "$e^a$ 对 $a$ 的导数不对。哪个函数的导数等于它自己？"),
    ("not-a-node", "`divide` or `exp` returned something that is no `Node`: wrap the value, and give it edges.",
     "`divide` 或 `exp` 返回的不是 `Node`：要把值包进节点，并给它边。"),
    ("edges-not-pairs", "The edges of a node are a sequence of pairs (input node, slope), also where there is only one: `((a, slope),)`, with the comma.",
     "节点的 edges 是由（输入节点，斜率）对组成的序列，只有一对时也一样：`((a, slope),)`，别漏了逗号。"),
    ("root-gradient-not-one", "The gradient of the root is not 1. Blame starts from $\\partial L/\\partial L=1$: set it before the walk begins, and leave it.",
     "根节点的梯度不是 1。责任从 $\\partial L/\\partial L=1$ 开始往下分：出发之前设好，之后不要再动。"),
    ("blame-does-not-arrive", "The root has its 1, but nothing reaches the inputs. Do the new nodes have edges to them? Do you write into `.grad`, and never reset it after it was filled?",
     "根节点有了 1，输入却什么也没收到。新节点有没有连到它们的边？结果是不是写进了 `.grad`，写好之后又被清零了？"),
    ("last-road-wins", "A node that is used twice kept the blame of one road only: `=` overwrites what `+=` would add up.",
     "被用了两次的节点只留下一条路上的责任：`=` 会覆盖，`+=` 才会累加。"),
    ("passed-on-too-early", "A node passed its blame on before all of it had arrived (or passed the same blame on twice). It must come after *all* nodes that use it, also "
     "where one road is longer than the other: neither breadth first nor “as soon as I meet it” will do.",
     "有的节点在责任还没收齐时就往下传了（或者同一份责任传了两遍）。它必须排在*所有*用到它的节点之后，哪怕两条路长短不一：按层遍历不行，一碰到就处理也不行。"),
    ("recursion-limit", "On a chain of 4,000 nodes Python's recursion ended. Keep the nodes that wait in a list of your own and loop over it.",
     "在 4000 个节点的长链上，Python 的递归到头了。请自己用一个列表存放等待处理的节点，再对它循环。"),
    ("every-road-walked", "Your walk follows every road from the root on its own: thirty diamonds in a row have $2^{30}$ of them. Collect all blame of a node first, then walk each of its edges once.",
     "你的走法把从根出发的每条路都单独走了一遍：三十个菱形连成一串就有 $2^{30}$ 条路。先收齐一个节点的全部责任，再把它的每条边各走一次。"),
    ("old-gradients-kept", "Called a second time on the same graph, the gradients differ: what the first call left was added in. Set the gradients to 0 before the walk.",
     "在同一张图上第二次调用，梯度就变了：第一次留下的也被加了进去。出发之前要先把梯度清零。"),
    # q4
    ("mean-over-rows-only", "Everything is too large by the number of outputs $K$. This loss averages over all $N\\cdot K$ entries; the one of the lesson averaged over $N$ rows.",
     "结果都大了 $K$ 倍，$K$ 是输出的个数。这里的损失对全部 $N\\cdot K$ 项取平均，课文里的只对 $N$ 行取平均。"),
    ("mean-forgotten", "Everything is too large by $N\\cdot K$: that is the gradient of the sum of squares, and the loss is their mean.",
     "结果都大了 $N\\cdot K$ 倍：这是平方和的梯度，而损失是平均值。"),
    ("mean-taken-twice", "A mean was taken twice: `dY` already holds the factor $1/(NK)$, and after that only sums follow.",
     "平均取了两次：`dY` 里已经有因子 $1/(NK)$，后面就只有求和了。"),
    ("bias-not-summed", "A bias gradient has one row for each input. The bias is used once in every row, so its gradient is the sum over the rows.",
     "偏置的梯度还是每个输入一行。偏置在每一行里都用了一次，所以要对各行求和。"),
    ("bias-averaged", "A bias gradient is too small by $N$: sum over the rows, the mean is already in `dY`.",
     "偏置的梯度小了 $N$ 倍：应对各行求和，平均已经包含在 `dY` 里。"),
    ("tanh-slope-left-out", "The blame passed through tanh unchanged. On the way from $dH$ to $dZ$ it is multiplied by the slope of tanh.",
     "责任原封不动地穿过了 tanh。从 $dH$ 到 $dZ$，要乘上 tanh 的斜率。"),
    ("tanh-slope-not-squared", "You used $1-\\tanh z$ as the slope of tanh: at $z=0$ both are 1, but at large negative $z$ yours is 2. Something is to be squared.",
     "你把 $1-\\tanh z$ 当成了 tanh 的斜率：在 $z=0$ 处两者都是 1，可 $z$ 为很大的负数时，你的斜率是 2。有一项应当平方。"),
    ("tanh-slope-at-the-wrong-place", "The slope of tanh is right as a formula, but you put the wrong array in: it is $1-\\tanh^2 z$, and $H$ already is $\\tanh Z$.",
     "tanh 斜率的公式没错，代进去的数组却不对：斜率是 $1-\\tanh^2 z$，而 $H$ 已经就是 $\\tanh Z$。"),
    ("forward-incomplete", "The forward pass is not the one of the question: something is missing in $H$ or $Y$. Look for the two biases and tanh.",
     "前向传播与题目不符：$H$ 或 $Y$ 里少了东西。看看两个偏置和 tanh 是否都在。"),
    ("overflow", "With large inputs your answer is no longer a number: `exp` overflows. `np.tanh` does not.",
     "输入很大时，你的结果不再是数：`exp` 溢出了。`np.tanh` 则不会。"),
    # q5
    ("one-sided", "Your losses lie on one side of `w` only. The central quotient goes $h$ up and $h$ down; the one-sided error shrinks like $h$ instead of $h^2$.",
     "你只在 `w` 的一侧求了损失。中心差商要加 $h$，也要减 $h$；单侧差商的误差按 $h$ 减小，而不是按 $h^2$。"),
    ("step-too-small", "A right gradient can look wrong: your step is so small that rounding takes over. Look at the left side of the picture in 01.8.",
     "正确的梯度会被判成错的：步长太小，舍入误差占了上风。看看 01.8 那张图的左半边。"),
    ("step-too-large", "A right gradient can look wrong: your step is so large that the truncation error shows, $h^2L'''/6$. Look at the right side of the picture in 01.8.",
     "正确的梯度会被判成错的：步长太大，截断误差 $h^2L'''/6$ 显露了出来。看看 01.8 那张图的右半边。"),
    ("float32-inside", "Somewhere `w` becomes float32, which has 7 digits: the difference of two losses loses most of them. Stay in float64.",
     "某处把 `w` 变成了 float32，它只有 7 位有效数字，两个损失一相减就丢掉了大半。请一直用 float64。"),
    ("not-restored", "After the call `w` is no longer what it was, and each entry is tested beside the moved ones. Put every entry back, or move a copy.",
     "调用之后 `w` 变了，而且后面的分量是在前面的已被移动的情况下检验的。每动一个分量都要放回去，或者只动副本。"),
    ("all-entries-at-once", "Your losses move several entries of `w` at once. Each entry has its own quotient: move one, of whatever shape `w` is, and leave the others.",
     "你一次移动了 `w` 的好几个分量。每个分量各有自己的差商：不管 `w` 是什么形状，一次只动一个，其余不动。"),
    ("norm-over-all", "That is the ratio of lengths from 01.8: one small wrong entry among large ones disappears in it. Compare entry by entry, take the worst.",
     "这是 01.8 里两个长度之比：大分量中间有一个小分量错了，在它里面就看不见了。请逐个分量比较，取最差的。"),
    ("average-for-worst", "You averaged (or added) over the entries. One wrong derivative is a bug, however many right ones surround it: take the worst.",
     "你对各个分量取了平均（或求了和）。只要有一个导数错了就是错，周围有多少个对的都不算数：请取最差的。"),
    ("absolute-error", "That is the absolute error. Divide by the size of what is compared, else small derivatives may be as wrong as they like.",
     "这是绝对误差。要除以被比较的数的大小，否则小的导数错得再离谱也看不出来。"),
    ("other-denominator", "The difference is right, the denominator is not: the formula divides by $|g|+|q|$, both together.",
     "差值对了，分母不对：公式里除以的是 $|g|+|q|$，两者之和。"),
    ("zero-over-zero", "Where both derivatives are 0, your answer is 0 divided by 0. The formula has a floor of 0.001 in the denominator.",
     "两个导数都是 0 时，你算的是 0 除以 0。公式的分母里有一个下限 0.001。"),
    ("floor-left-out", "Tiny derivatives are judged by the floor: the denominator is never below 0.001. Yours is.",
     "很小的导数要靠下限来评判：分母不能小于 0.001，你的却小于它。"),
    ("floor-added", "You added the floor to the denominator. The formula takes the larger of the two, so that the floor changes nothing where the derivatives are not tiny.",
     "你把下限加到了分母里。公式取的是两者中较大的一个，这样只要导数不是很小，下限就不起作用。"),
    # q6
    ("rate-blamed", "Were the rate too high, a hundredth of it would settle. The picture shows the same swing at every rate, only slower: whatever swings has a memory.",
     "如果是学习率太大，减到百分之一就该平静下来。图中每种学习率都照样摆动，只是慢些：会这样摆的东西，一定带着记忆。"),
    ("overwriting-blamed", "Overwritten gradients come to rest, only in the wrong place (lesson 01.6). These curves never rest.",
     "梯度被覆盖时，损失会停下来，只是停错了地方（课文 01.6）。这几条曲线却从不停下。"),
    ("sign-blamed", "Steps uphill would raise the loss from the first step on, without end. These curves fall first.",
     "要是往上坡走，损失从第一步起就会一直升高。这几条曲线却是先降下来的。"),
    ("still-not-reset", "The loop still behaves like the broken one: at the second step, `grad` holds the first step's gradient too.",
     "循环还是老样子：走第二步时，`grad` 里还装着第一步的梯度。"),
    ("only-the-last-row", "Now each step hears the last row only. Reset the gradient once a step, before the loop over the rows, not inside it.",
     "现在每一步只听得见最后一行。梯度应当每一步清零一次，在对各行循环之前，而不是在循环里面。"),
    ("rate-changed", "The first step has the right direction and the wrong length: use the `rate` as it is given, the mean over the rows, and the 2 of the square.",
     "第一步方向对，长度不对：请原样使用给定的 `rate`，对各行取平均，也别忘了平方求导带来的 2。"),
    ("losses-after-the-step", "Your losses are taken after each step. The first of them belongs to $w=0$.", "你的损失是走完一步之后才记的。第一个损失应当对应 $w=0$。"),
    ("state-between-calls", "The second call gives something else than the first: something outlives the call, such as a list or array in a default argument.",
     "第二次调用的结果与第一次不同：有东西在两次调用之间留了下来，比如默认参数里的列表或数组。"),
    # q7
    ("one-sided-passes", "For differences you counted $P+1$ passes: that is the one-sided quotient. The central one needs two for each parameter.",
     "差商那一项，你数的是 $P+1$ 次，那是单侧差商。中心差商对每个参数要两次。"),
    ("backward-per-parameter", "You counted the way back once for each parameter. That is what backpropagation saves: one walk serves all $P$ of them.",
     "你对每个参数都算了一次反向。反向传播省下的正是这个：走一趟，$P$ 个参数就都有了。"),
    ("forward-forgotten", "The forward pass is missing: without it there are no activations for the way back.", "漏了前向传播：没有它，反向就没有激活可用。"),
    ("first-layer-counted-twice", "You counted the way back as two passes. By 01.11 it is $2-1/d$: the first layer needs no gradient by its input.",
     "你把反向算成了两次。按 01.11，它是 $2-1/d$ 次：第一层不需要对输入的梯度。"),
    ("only-weights-in-memory", "You counted the parameters (and their gradient) and no layers. The way back needs what the forward pass computed, and that waits in memory.",
     "你只算了参数（和它们的梯度），没有算各层的输出。反向要用到前向算出的东西，它们都留在内存里等着。"),
    ("gradient-not-stored", "The gradient itself needs room: as many numbers as there are parameters, 4 bytes each.", "梯度本身也占地方：有多少个参数就有多少个数，每个 4 字节。"),
    ("input-not-kept", "One array is missing: besides the outputs of all $d$ layers the input is kept, because $dW$ of the first layer needs it.",
     "少了一个数组：除了 $d$ 层的输出，输入也要留住，第一层的 $dW$ 要用到它。"),
    ("does-not-fit", "Backpropagation is the fastest, but it does not fit: compare its bytes with `MEMORY`.", "反向传播最快，可是放不下：把它的字节数与 `MEMORY` 比一比。"),
    ("lifetimes", "Differences fit, but look at the seconds: divide them by the $3.2\\cdot10^7$ of a year.", "差商放得下，可是看看要多少秒：除以一年的 $3.2\\cdot10^7$ 秒试试。"),
]:  # fmt: skip
    EXERCISE.misconception(name, en, zh)


# ---------------------------------------------------------------- q1
@EXERCISE.check("q1")
def open_unit(answer, rng):
    """en: With ReLU open (z > 0), all four gradients are right, and $w$ is blamed by both its roads.
    zh: ReLU 打开（z > 0）时，四个梯度都正确，$w$ 的责任算上了两条路。"""
    for _ in range(3):
        _compare_blame(answer, _draw_unit(rng, 1))


@EXERCISE.check("q1")
def shut_unit(answer, rng):
    """en: With ReLU shut (z < 0), no blame passes through it, and $v$ gets none.
    zh: ReLU 关闭（z < 0）时，责任传不过去，$v$ 也没有责任。"""
    for _ in range(3):
        _compare_blame(answer, _draw_unit(rng, -1))


@EXERCISE.check("q1", hidden=True)
def edges_of_the_unit(answer, rng):
    """en: Also at z = 0 exactly, without any error, and with whole numbers.
    zh: 恰好 z = 0 时、毫无误差时、输入为整数时，也都正确。"""
    w, x, v, c = (int(number) for number in rng.integers(2, 6, 4))
    got = _call_unit(answer, {"w": w, "b": -w * x, "v": v, "c": c, "x": x, "t": -1})
    if is_close(got["b"], 2 * (w * x + c + 1) * v):
        raise Misconception("slope-at-zero")
    _compare_blame(answer, {"w": w, "b": -w * x, "v": v, "c": c, "x": x, "t": -1})
    _compare_blame(answer, {"w": w, "b": 1, "v": v, "c": c, "x": x, "t": v * (w * x + 1) + w * x + c})


# ---------------------------------------------------------------- q2
@EXERCISE.check("q2")
def bias_and_input_get_their_blame(answer, rng):
    """en: `db` is g, and `dx` collects from all outputs, for square and other matrices.
    zh: `db` 就是 g；`dx` 从所有输出收集责任，方阵与非方阵都一样。"""
    for g, W, x, parts in _try_layers(answer, rng):
        _judge_bias_and_input(g, W, x, *parts)


@EXERCISE.check("q2")
def weights_get_an_outer_product(answer, rng):
    """en: `dW` has the shape of W and pairs each output's blame with each input, for square and other matrices.
    zh: `dW` 的形状与 W 相同，每个分量由一个输出的责任与一个输入相乘而得，方阵与非方阵都一样。"""
    for g, W, x, parts in _try_layers(answer, rng):
        _judge_weights(g, W, x, *parts)


@EXERCISE.check("q2", hidden=True)
def inputs_stay(answer, rng):
    """en: The inputs stay as they are; one input or one output alone works too.
    zh: 传入的数组保持原样；只有一个输入或一个输出时也行。"""
    for m, n in ((3, 4), (1, 4), (3, 1), (1, 1)):
        inputs = rng.normal(size=m), rng.normal(size=(m, n)), rng.normal(size=n)
        parts = _call_keeping(answer, "layer_backward", inputs, _LAYER)
        g, W, x = inputs
        for part, right, name in zip(parts, (np.outer(g, x), g, W.T @ g), _LAYER, strict=True):
            expect_close(part, right, RTOL, ATOL, name)


# ---------------------------------------------------------------- q3
@EXERCISE.check("q3")
def operations_know_their_slopes(answer, rng):
    """en: `divide` and `exp` have the right values and the right slopes.
    zh: `divide` 与 `exp` 的值和斜率都正确。"""
    for _ in range(3):
        a, b = rng.uniform(0.5, 1.2), rng.uniform(1.5, 2.5)
        run = _differentiate(answer, [a, b], [("divide", 0, 1)])
        expect_close(run["value"], a / b, RTOL, ATOL, "divide(a, b).value")
        by_a, by_b = run["grads"][:2]
        _compare_root(run)
        expect_close(by_a, 1 / b, RTOL, ATOL, "∂(a/b)/∂a")
        if is_close(by_b, a / b**2):
            raise Misconception("denominator-sign")
        if not is_close(by_b, -a / b**2, RTOL, ATOL):
            raise Misconception("denominator-slope")
        run = _differentiate(answer, [a - 1], [("exp", 0, 0)])
        expect_close(run["value"], np.exp(a - 1), RTOL, ATOL, "exp(a).value")
        if not is_close(run["grads"][0], np.exp(a - 1), RTOL, ATOL):
            raise Misconception("exp-slope")


@EXERCISE.check("q3")
def blame_adds_up_over_roads(answer, rng):
    """en: Where roads part and meet again, short or long, the blame of all of them adds up.
    zh: 路分开又会合时，不论长短，各条路上的责任都加在一起。"""
    for long_first in (False, True):
        a, p, q, r = rng.uniform(1.1, 1.9, 4)
        # m = a·a; short road m·p, long road ((m·q)·r)/p; root = their sum
        roads = [("*", 4, 1), ("*", 4, 2), ("*", 6, 3), ("divide", 7, 1)]
        program = [("*", 0, 0), *roads, ("+", 8, 5) if long_first else ("+", 5, 8)]
        run = _differentiate(answer, [a, p, q, r], program)
        by_m = run["grads"][4]
        short, long = p, q * r / p
        if is_close(by_m, 0) and not is_close(run["grads"][8], 0):
            raise Misconception("passed-on-too-early")
        _compare_root(run)
        if is_close(by_m, short) or is_close(by_m, long) or is_close(run["grads"][0], (short + long) * a):
            raise Misconception("last-road-wins")
        if is_close(by_m, short + long) and not is_close(run["grads"][0], 2 * a * (short + long), RTOL, ATOL):
            raise Misconception("passed-on-too-early")
        _compare_grads(run, [a, p, q, r], program)
    for _ in range(5):
        inputs, program = _draw_program(rng)
        _compare_grads(_differentiate(answer, inputs, program), inputs, program)


@EXERCISE.check("q3")
def long_chains_and_many_diamonds(answer, rng):
    """en: A chain of 4,000 nodes works, and sixty diamonds in a row take no longer than their edges.
    zh: 4000 个节点的长链也能算；六十个菱形连成一串，所花的时间也只与边数相当。"""
    a = rng.uniform(0.5, 0.9)
    diamonds = [("+", i, i) for i in range(60)]  # each number is used twice by the next: 2**60 roads
    run = _differentiate(answer, [a], diamonds, most_walks=100_000)
    _compare_grads(run, [a], diamonds)
    chain = [("+", i + 1, 0) for i in range(4_000)]
    run = _differentiate(answer, [a, 0.1], chain)
    _compare_grads(run, [a, 0.1], chain)


@EXERCISE.check("q3", hidden=True)
def a_second_call_gives_the_same(answer, rng):
    """en: A second call on the same graph gives the same gradients.
    zh: 在同一张图上再调用一次，梯度不变。"""
    inputs, program = _draw_program(rng)
    once = _differentiate(answer, inputs, program)
    _compare_grads(once, inputs, program)
    twice = _differentiate(answer, inputs, program, calls=2)
    if not is_close(twice["grads"], as_array(once["grads"])):
        raise Misconception("old-gradients-kept")


# ---------------------------------------------------------------- q4
@EXERCISE.check("q4")
def output_layer(answer, rng):
    """en: `dW2` and `db2` are those of the mean over all entries.
    zh: `dW2` 与 `db2` 是对全部各项取平均的损失的梯度。"""
    inputs = _draw_batch(rng, 7, 4, 3, 3)  # K = M: a forgotten transpose still runs, and is named in the next check
    _, _, dW2, db2 = _call_parts(answer, "network_gradients", _PARTS, *inputs)
    (X, T, W1, b1, W2, b2), (_, _, right_dW2, right_db2) = inputs, _gradients(*inputs)
    N, K = T.shape
    if as_array(db2, "db2").shape == (N, K):
        raise Misconception("bias-not-summed")
    for factor, name in (
        (K, "mean-over-rows-only"), (N * K, "mean-forgotten"), (1 / N, "mean-taken-twice"), (1 / (N * K), "mean-taken-twice"),
        (1 / K, "mean-taken-twice"), (0.5, "factor-two-forgotten"), (-1, "sign-reversed"),
    ):  # fmt: skip
        if is_close(dW2, factor * right_dW2, RTOL):
            raise Misconception(name)
    if any(is_close(dW2, H.T @ (2 * (H @ W2 + bias - T) / T.size), RTOL) for H, bias in (
        (np.tanh(X @ W1), b2), (np.tanh(X @ W1 + b1), 0 * b2), (np.tanh(X @ W1), 0 * b2), (X @ W1 + b1, b2),
    )):  # fmt: skip
        raise Misconception("forward-incomplete")
    if is_close(dW2, right_dW2.T, RTOL):
        raise Misconception("weight-gradient-transposed")
    _expect(dW2, right_dW2, "dW2")
    if is_close(db2, right_db2 / N, RTOL):
        raise Misconception("bias-averaged")
    _expect(db2, right_db2, "db2")


@EXERCISE.check("q4")
def hidden_layer(answer, rng):
    """en: `dW1` and `db1`: the blame went back through $W_2$ and the slope of tanh.
    zh: `dW1` 与 `db1`：责任往回经过了 $W_2$ 和 tanh 的斜率。"""
    for sizes in ((6, 4, 3, 3), (7, 2, 5, 3)):
        inputs = _draw_batch(rng, *sizes)
        dW1, db1, _, _ = _call_parts(answer, "network_gradients", _PARTS, *inputs)
        (X, T, W1, b1, W2, b2), (right_dW1, right_db1, _, _) = inputs, _gradients(*inputs)
        if as_array(db1, "db1").shape == (len(X), len(b1)):
            raise Misconception("bias-not-summed")
        Z = X @ W1 + b1
        H = np.tanh(Z)
        dY = 2 * (H @ W2 + b2 - T) / T.size
        dH = dY @ W2.T
        for dZ, name in (
            (dH, "tanh-slope-left-out"), (dH * (1 - H), "tanh-slope-not-squared"),
            (dH * (1 - Z**2), "tanh-slope-at-the-wrong-place"), (dH * (1 - np.tanh(H) ** 2), "tanh-slope-at-the-wrong-place"),
        ):  # fmt: skip
            if is_close(db1, dZ.sum(axis=0), RTOL) or is_close(dW1, X.T @ dZ, RTOL):
                raise Misconception(name)
        if W2.shape[0] == W2.shape[1] and is_close(db1, ((dY @ W2) * (1 - H**2)).sum(axis=0), RTOL):
            raise Misconception("input-blame-by-rows")
        if is_close(dW1, right_dW1.T, RTOL):
            raise Misconception("weight-gradient-transposed")
        _expect(dW1, right_dW1, "dW1")
        if is_close(db1, right_db1 / len(X), RTOL):
            raise Misconception("bias-averaged")
        _expect(db1, right_db1, "db1")


@EXERCISE.check("q4", hidden=True)
def other_batches(answer, rng):
    """en: Also for one row, one hidden unit or output, equal sizes, very large inputs; the inputs stay as they are.
    zh: 只有一行、一个隐藏单元或一个输出、各维相等、输入极大时也正确；传入的数组保持原样。"""
    for sizes in ((1, 3, 4, 2), (5, 2, 1, 1), (1, 1, 1, 1), (4, 4, 4, 4)):
        inputs = _draw_batch(rng, *sizes)
        parts = _call_keeping(answer, "network_gradients", inputs, _PARTS)
        for part, right, name in zip(parts, _gradients(*inputs), _PARTS, strict=True):
            expect_close(part, right, RTOL, ATOL, name)
    X, *others = _draw_batch(rng, 4, 3, 3, 2)
    X[::2] *= 1e4
    parts = _call_parts(answer, "network_gradients", _PARTS, X, *others)
    for part, right, name in zip(parts, _gradients(X, *others), _PARTS, strict=True):
        if not np.all(np.isfinite(as_array(part, name))):
            raise Misconception("overflow")
        expect_close(part, right, 1e-3, 1e-4, name)


# ---------------------------------------------------------------- q5
@EXERCISE.check("q5")
def a_right_gradient_passes(answer, rng):
    """en: For a right gradient the result is below $10^{-6}$, and `w` is the same afterwards.
    zh: 梯度正确时，结果小于 $10^{-6}$，调用之后 `w` 不变。"""
    for size in (3, 6):
        X, t, w = _draw_loss(rng, size)
        _judge_right(answer, X, t, w, _slope(X, t, w))


@EXERCISE.check("q5")
def a_wrong_entry_is_found(answer, rng):
    """en: One wrong entry, even a small one, sets the result, for `w` of any shape.
    zh: 只要有一个分量错了，哪怕很小，结果就由它决定；`w` 可以是任意形状。"""
    for shape in ((6,), (2, 3), (3, 1, 2)):
        X, t, w = _draw_loss(rng, 6)
        q = _slope(X, t, w)
        for position, factor in ((0, 1.5), (int(np.argmin(abs(q))), 0.5), (5, -1), (2, 0)):
            g = q.copy()
            g[position] *= factor
            value = _run_check(answer, X, t, w.reshape(shape), g.reshape(shape))
            _name_wrong_error(value, g, q)
            expect_close(value, max(_errors(g, q)), 1e-4, 1e-7, "check_gradient")


@EXERCISE.check("q5", hidden=True)
def zeros_and_tiny_entries(answer, rng):
    """en: Entries that are 0 or tiny are judged by the floor in the denominator.
    zh: 为 0 或很小的分量，由分母里的下限来评判。"""
    X, t, w = _draw_loss(rng, 4)
    X[:, 1] = 0  # the loss does not depend on w[1]
    q = _slope(X, t, w)
    value = _judge_right(answer, X, t, w, q)
    g = q + [0, rng.uniform(1e-4, 8e-4), 0, 0]
    value = _run_check(answer, X, t, w, g)
    if is_close(value, 1, 1e-3):
        raise Misconception("floor-left-out")
    expect_close(value, max(_errors(g, q)), 1e-3, 1e-7, "check_gradient")
    expect_close(_run_check(answer, X, t, w, 0 * q), 1, 1e-4, 0, "check_gradient")


# ---------------------------------------------------------------- q6
@EXERCISE.check("q6")
def bug_is_named(answer, rng):
    """en: `BUG` names what all three curves have in common.
    zh: `BUG` 说出了三条曲线共同的毛病。"""
    bug = answer.get("BUG")
    bug = " ".join(bug.lower().split()) if isinstance(bug, str) else bug
    wrong = {"rate too high": "rate-blamed", "gradients overwritten": "overwriting-blamed", "wrong sign": "sign-blamed"}
    if isinstance(bug, str) and bug in wrong:
        raise Misconception(wrong[bug])
    expect_equal(bug, "gradients never reset", "BUG")


@EXERCISE.check("q6")
def loop_descends(answer, rng):
    """en: `train` takes exactly the steps of gradient descent, at any rate, and notes the loss before each.
    zh: `train` 走的正是梯度下降的每一步，学习率任意，每一步之前记下损失。"""
    for N, D, steps in ((6, 3, 1), (5, 4, 2), (7, 3, 25)):
        X, t, rate = rng.normal(size=(N, D)), rng.normal(size=N) + 2, rng.uniform(0.01, 0.1)
        w, losses = _call_parts(answer, "train", ("w", "losses"), X, t, rate, steps)
        right_w, right_losses = _descend(X, t, rate, steps)
        if steps > 1 and is_close(w, _descend(X, t, rate, steps, keep=1.0)[0], RTOL):
            raise Misconception("still-not-reset")
        if is_close(w, _descend(X, t, rate, steps, last_row=True)[0], RTOL):
            raise Misconception("only-the-last-row")
        if steps == 1 and as_array(w, "w").shape == (D,) and not is_close(w, right_w, RTOL, ATOL):
            ratio = as_array(w) / right_w
            if is_close(ratio, np.full(D, ratio[0])) and ratio[0] > 0:
                raise Misconception("rate-changed")
        _expect(w, right_w, "w")
        expect_shape(losses, (steps,), "losses")
        if is_close(losses, _descend(X, t, rate, steps + 1)[1][1:], RTOL):
            raise Misconception("losses-after-the-step")
        _expect(losses, right_losses, "losses")


@EXERCISE.check("q6", hidden=True)
def nothing_outlives_a_call(answer, rng):
    """en: Called again, or with no steps at all, `train` starts afresh; its inputs stay as they are.
    zh: 再次调用，或者一步也不走，`train` 都从头开始；传入的数组保持原样。"""
    X, t, rate = rng.normal(size=(5, 3)), rng.normal(size=5), 0.05
    right_w, right_losses = _descend(X, t, rate, 9)
    calls = [_call_keeping(answer, "train", (X, t, rate, 9), ("w", "losses")) for _ in range(2)]
    (first, _), (w, losses) = calls
    if not is_close(w, as_array(first, "w"), RTOL, ATOL):
        raise Misconception("state-between-calls")
    _expect(w, right_w, "w")
    _expect(losses, right_losses, "losses")
    w, losses = _call_parts(answer, "train", ("w", "losses"), X, t, rate, 0)
    expect_close(w, np.zeros(3), what="w")
    expect_shape(losses, (0,), "losses")


# ---------------------------------------------------------------- q7
@EXERCISE.check("q7")
def seconds_are_counted(answer, rng):
    """en: The seconds of all three methods.
    zh: 三种办法各要多少秒。"""
    for _ in range(3):
        P, d, k, tau, A = _draw_network(rng)
        seconds, _ = _call_costs(answer, P, d, tau, A, k)
        backprop, _, differences = seconds
        if is_close(differences, (P + 1) * tau):
            raise Misconception("one-sided-passes")
        if is_close(backprop, (1 + P) * tau) or is_close(backprop, P * tau) or is_close(backprop, 2 * P * tau):
            raise Misconception("backward-per-parameter")
        if is_close(backprop, (2 - 1 / d) * tau) or is_close(backprop, 2 * tau):
            raise Misconception("forward-forgotten")
        if is_close(backprop, 3 * tau):
            raise Misconception("first-layer-counted-twice")
        right = np.array([3 - 1 / d, 4 - 1 / d, 2 * P]) * tau
        _expect(seconds, right, "seconds (backprop, recompute, differences)")


@EXERCISE.check("q7")
def bytes_are_counted(answer, rng):
    """en: The bytes of all three methods.
    zh: 三种办法各要多少字节。"""
    for _ in range(3):
        P, d, k, tau, A = _draw_network(rng)
        _, sizes = _call_costs(answer, P, d, tau, A, k)
        if is_close(sizes[0], 8 * P) or is_close(sizes[0], 4 * P):
            raise Misconception("only-weights-in-memory")
        layers = np.array([d + 1, d // k + k, 2]) * A
        if is_close(sizes, 4 * P + layers) or is_close(sizes[0], 4 * P + layers[0]):
            raise Misconception("gradient-not-stored")
        if is_close(sizes[0], 8 * P + d * A):
            raise Misconception("input-not-kept")
        _expect(sizes, 8 * P + layers, "bytes (backprop, recompute, differences)")


@EXERCISE.check("q7")
def choice_has_its_price(answer, rng):
    """en: `CHOICE` is the fastest method that fits, and `SECONDS` what it takes.
    zh: `CHOICE` 是放得下的办法中最快的一个，`SECONDS` 是它要用的秒数。"""
    choice, seconds = answer.get("CHOICE"), answer.get("SECONDS")
    costs = _costs(**answer.get("ENCODER"))
    fitting = {name: cost for name, cost in costs.items() if cost[1] <= answer.get("MEMORY")}
    choice = choice.strip().lower() if isinstance(choice, str) else choice
    best = min(fitting, key=lambda name: fitting[name][0])
    if isinstance(choice, str) and choice != best and choice in costs:
        raise Misconception("lifetimes" if choice in fitting else "does-not-fit")
    expect_equal(choice, best, "CHOICE")
    expect_close(seconds, costs[best][0], RTOL, ATOL, "SECONDS")


# ---------------------------------------------------------------- reference answers and inputs
_PARTS = ("dW1", "db1", "dW2", "db2")
_LAYER = ("dW", "db", "dx")
_METHODS = ("backprop", "recompute", "differences")


def _call_parts(answer, function, names, *inputs):
    return _split(answer.call(function, *inputs), names)


def _call_keeping(answer, function, inputs, names):
    """The parts of the result; Misconception where an input is not the same afterwards."""
    answer.call(function, *inputs)  # an error is reported in the learner's own name
    run = answer.call(drivers.call_and_keep_inputs, Learner(function), *inputs)
    if not all(is_close(after, before, 0, 0) for after, before in zip(run["inputs"], inputs, strict=True)):
        raise Misconception("inputs-changed")
    return _split(run["result"], names)


def _expect(value, right, what):
    """expect_close, but a factor common to all entries is named as such."""
    right = np.asarray(right, dtype=np.float64)
    array = expect_shape(value, right.shape, what)
    largest = np.unravel_index(int(np.argmax(abs(right))), right.shape)
    factor = array[largest] / right[largest] if right[largest] else 1.0
    if (
        right.size > 1
        and np.isfinite(factor)
        and abs(factor - 1) > 1e-3
        and factor
        and is_close(array, factor * right, RTOL)
    ):
        raise Wrong(Text(f"`{what}` is {factor:.4g} times what it should be, in every entry: look for that factor.",
                         f"`{what}` 的每个分量都是应有值的 {factor:.4g} 倍：找一找这个因子从何而来。"))  # fmt: skip
    expect_close(array, right, RTOL, ATOL, what)


def _split(value, names):
    """A tuple, list or dictionary with those names, in their order."""
    if type(value) is dict and set(value) >= set(names):
        return [value[name] for name in names]
    if isinstance(value, np.ndarray) and value.ndim and len(value) == len(names):
        return list(value)
    if not isinstance(value, (list, tuple)) or len(value) != len(names):
        if value is None:
            as_array(value)
        wanted, what = (
            ", ".join(names),
            f"{type(value).__name__}" + (f" of {len(value)}" if isinstance(value, (list, tuple, dict)) else ""),
        )
        raise Wrong(Text(f"Return the {len(names)} parts ({wanted}); this is one {what}.",
                         f"应返回 {len(names)} 个部分（{wanted}）；你返回的是一个 {what}。"))  # fmt: skip
    return list(value)


def _number(value, what):
    """A number; arrays of one entry count as one."""
    array = as_array(value, what)
    return float(array.reshape(())) if array.size == 1 else float(expect_shape(array, (), what))


# q1
def _draw_unit(rng, sign):
    while True:
        w, x, v, c, t, z = map(float, (rng.uniform(0.5, 2, 6) * rng.choice([-1, 1], 6)).round(1))
        b = round(sign * abs(z) - w * x, 2)
        z = w * x + b
        h, dy = max(0.0, z), 2 * (v * max(0.0, z) + w * x + c - t)
        if min(abs(dy), abs(v + 1), abs(v - 1), abs(h - x), abs(x - 1), abs(z - x)) > 0.3:
            return {"w": w, "b": b, "v": v, "c": c, "x": x, "t": t}


def _call_unit(answer, unit):
    value = answer.call("gradients_by_hand", *unit.values())
    if type(value) is dict:
        value = {str(key).removeprefix("dL/").removeprefix("d"): item for key, item in value.items()}
    parts = _split(value, ("w", "b", "v", "c"))
    return {name: _number(part, f"∂L/∂{name}") for name, part in zip("wbvc", parts, strict=True)}


def _compare_blame(answer, unit):
    got = _call_unit(answer, unit)
    w, b, v, c, x, t = unit.values()
    z = w * x + b
    h = max(0.0, z)
    dy = 2 * (v * h + w * x + c - t)
    dz = dy * v * (z > 0)
    at = " for " + ", ".join(f"{name} = {number:g}" for name, number in unit.items())
    named = [("c", factor * dy, name, True) for factor, name in
             ((0.5, "factor-two-forgotten"), (-1, "sign-reversed"), (-0.5, "sign-reversed"))]  # fmt: skip
    named += [
        ("c", dy - 2 * w * x, "straight-road-not-in-y", True),
        ("v", dy * x, "blame-from-x", True),
        ("v", dy * z, "blame-from-z", z < 0),
        ("b", dy * v, "relu-slope-left-out", z < 0),
        ("b", dy, "weight-of-the-road-forgotten", z > 0),
        ("b", dz + dy, "bias-on-both-roads", True),
        ("w", dy * x, "one-road-forgotten", z > 0),
        ("w", dz * x, "one-road-forgotten", True),
    ]
    for part, right in {"c": dy, "v": dy * h, "b": dz, "w": dz * x + dy * x}.items():
        for of, wrong, name, possible in named:
            if of == part and possible and abs(dy) > 0.1 and is_close(got[part], wrong, RTOL):
                raise Misconception(name)
        expect_close(got[part], right, RTOL, ATOL, f"∂L/∂{part}{at}")


# q2
def _draw_layer(rng, square):
    m = int(rng.integers(3, 6))
    n = m if square else m + int(rng.integers(1, 4))
    return rng.normal(size=m), rng.normal(size=(m, n)), rng.normal(size=n)


def _try_layers(answer, rng):
    """(g, W, x, the learner's parts) for a square layer, then another; if that one stops, what the square one says."""
    square = _draw_layer(rng, True)
    parts = _call_parts(answer, "layer_backward", _LAYER, *square)
    yield *square, parts
    other = _draw_layer(rng, False)
    try:
        other_parts = _call_parts(answer, "layer_backward", _LAYER, *other)
    except CouldNotRun:
        _judge_weights(*square, *parts)
        _judge_bias_and_input(*square, *parts)
        raise
    yield *other, other_parts


def _judge_weights(g, W, x, dW, db, dx):
    if as_array(dW, "dW").ndim != 2:
        raise Misconception("not-an-outer-product")
    if is_close(dW, np.outer(x, g)):
        raise Misconception("weight-gradient-transposed")
    _expect(dW, np.outer(g, x), "dW")


def _judge_bias_and_input(g, W, x, dW, db, dx):
    if as_array(db, "db").size == 1:
        raise Misconception("bias-gradient-summed")
    square = len(g) == len(x)
    if any(is_close(db, wrong) for wrong in (g * (W @ x), g + W @ x, *([g * x, g + x, x] if square else []))):
        raise Misconception("bias-gradient-scaled")
    _expect(db, g, "db")
    if square and is_close(dx, W @ g):
        raise Misconception("input-blame-by-rows")
    _expect(dx, W.T @ g, "dx")


# q3
_STOPPED = {
    "recursion": "recursion-limit",
    "walks": "every-road-walked",
    "node": "not-a-node",
    "edges": "edges-not-pairs",
}


def _differentiate(answer, inputs, program, **options):
    names = (Learner(name) for name in ("backpropagate", "divide", "exp", "Node"))
    inputs = [float(value) for value in inputs]
    run = answer.call(drivers.differentiate_program, *names, inputs, program, **options)
    if "stopped" in run:
        raise Misconception(_STOPPED[run["stopped"]])
    return run


def _draw_program(rng):
    """A random graph in which every number is used, most of them more than once."""
    inputs = list(rng.uniform(0.6, 1.4, 3))
    program = []
    for position in range(3, 12):
        operation = ("*", "divide", "+", "-", "exp", "*", "divide", "+", "+")[position - 3]
        i, j = position - 1, int(rng.integers(0, position))
        if operation == "exp":  # of a difference, to keep it small
            program.append(("exp", 0, 0))
        else:
            program.append((operation, i, 0 if operation == "divide" else j))
    return inputs, program


def _compare_root(run):
    if not is_close(run["grads"][-1], 1):
        raise Misconception("root-gradient-not-one")
    if is_close(run["grads"][:-1], np.zeros(len(run["grads"]) - 1)):
        raise Misconception("blame-does-not-arrive")


def _compare_grads(run, inputs, program):
    values, slopes = list(inputs), []
    for operation, i, j in program:
        a, b = values[i], values[j]
        value, by_a, by_b = {
            "+": (a + b, 1, 1), "-": (a - b, 1, -1), "*": (a * b, b, a),
            "divide": (a / b if b else 0, 1 / b if b else 0, -a / b**2 if b else 0), "exp": (np.exp(min(a, 50)), np.exp(min(a, 50)), 0),
        }[operation]  # fmt: skip
        values.append(value)
        slopes.append((by_a, by_b))
    grads = np.zeros(len(values))
    grads[-1] = 1
    for position in range(len(values) - 1, len(inputs) - 1, -1):
        _, i, j = program[position - len(inputs)]
        by_a, by_b = slopes[position - len(inputs)]
        grads[i] += grads[position] * by_a
        grads[j] += grads[position] * by_b
    expect_close(run["value"], values[-1], RTOL, ATOL, "root.value")
    expect_close(run["grads"][: len(inputs)], grads[: len(inputs)], RTOL, ATOL, "∂root/∂input")
    expect_close(run["grads"], grads, RTOL, ATOL, "∂root/∂node")


# q4
def _draw_batch(rng, N, D, M, K):
    return (rng.normal(size=(N, D)), rng.normal(size=(N, K)), rng.normal(size=(D, M)), rng.normal(size=M),
            rng.normal(size=(M, K)), rng.normal(size=K))  # fmt: skip


def _gradients(X, T, W1, b1, W2, b2):
    H = np.tanh(X @ W1 + b1)
    dY = 2 * (H @ W2 + b2 - T) / T.size
    dZ = (dY @ W2.T) * (1 - H**2)
    return X.T @ dZ, dZ.sum(axis=0), H.T @ dY, dY.sum(axis=0)


# q5
def _draw_loss(rng, size):
    """X, t, w of the loss mean((tanh(X w) − t)²), its derivatives of different sizes and none close to the floor."""
    while True:
        X = rng.normal(size=(9, size)) * np.linspace(1.5, 0.4, size)
        t, w = rng.normal(size=9) * 2, rng.normal(size=size) * 0.5
        q = _slope(X, t, w)
        if min(abs(q)) > 0.04 and max(abs(q)) > 10 * min(abs(q)):
            return X, t, w


def _slope(X, t, w):
    y = np.tanh(X @ w)
    return X.T @ (2 * (y - t) * (1 - y**2)) / len(t)


def _errors(g, q):
    return abs(g - q) / np.maximum(abs(g) + abs(q), 0.001)


def _run_check(answer, X, t, w, g):
    """The learner's result, after a look at where the losses were asked for."""
    run = answer.call(drivers.run_gradient_check, Learner("check_gradient"), X, t, w, g)
    moves = run["points"] - w.ravel() if len(run["points"]) else np.zeros((0, w.size))
    run["step"] = float(np.max(np.abs(moves), initial=0))
    if "float32" in run["types"] or "float16" in run["types"]:
        raise Misconception("float32-inside")
    if not is_close(run["w"], w, 0, 1e-9):
        raise Misconception("not-restored")
    if np.any(np.count_nonzero(np.abs(moves) > run["step"] / 100, axis=1) > 1):
        raise Misconception("all-entries-at-once")
    if len(moves) and (not np.any(moves < -1e-14) or not np.any(moves > 1e-14)):
        raise Misconception("one-sided")
    if isinstance(run["value"], bool) or (w.size > 1 and as_array(run["value"], "check_gradient").size == w.size):
        raise Wrong(Text("Return one number, the worst error: not a verdict, and not one error for each entry.",
                         "应返回一个数，即最差的误差：不是真假判断，也不是每个分量一个误差。"))  # fmt: skip
    value = _number(run["value"], "check_gradient")
    if np.isnan(value):
        raise Misconception("zero-over-zero")
    is_right = is_close(g.ravel(), _slope(X, t, w.ravel()), 1e-9, 0)
    if is_right and run["step"] and (len(moves) == 2 * w.size or not value < 1e-6):
        if run["step"] < 5e-8:
            raise Misconception("step-too-small")
        if run["step"] > 2e-4:
            raise Misconception("step-too-large")
    return value


def _judge_right(answer, X, t, w, q):
    value = _run_check(answer, X, t, w, q)
    if not 0 <= value < 1e-6:
        raise Wrong(Text(f"For a right gradient the result is {value:.2g}; it should be below 1e-6, and not negative.",
                         f"梯度正确时结果是 {value:.2g}，应小于 1e-6 且不为负。"))  # fmt: skip


def _name_wrong_error(value, g, q):
    if is_close(value, np.linalg.norm(g - q) / (np.linalg.norm(g) + np.linalg.norm(q)), 1e-4):
        raise Misconception("norm-over-all")
    errors, gap = _errors(g, q), max(abs(g - q))
    if is_close(value, errors.mean(), 1e-4) and errors.size > 1:
        raise Misconception("average-for-worst")
    if is_close(value, max(abs(g - q) / (abs(g) + abs(q) + 0.001)), 1e-6, 0) and not is_close(
        value, max(errors), 1e-6, 0
    ):
        raise Misconception("floor-added")
    if is_close(value, gap, 1e-4):
        raise Misconception("absolute-error")
    worst = int(np.argmax(errors))
    sizes = abs(g[worst]), abs(q[worst])
    others = [*sizes, max(sizes), sum(sizes) / 2, max(abs(q)), max(abs(g)), np.linalg.norm(q), np.linalg.norm(g)]
    if any(other and is_close(value, abs(g - q)[worst] / other, 1e-3) for other in others) and not is_close(
        value, errors[worst], 1e-3
    ):
        raise Misconception("other-denominator")


# q6
def _descend(X, t, rate, steps, keep=0.0, last_row=False):
    w, grad, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for _ in range(steps):
        errors = X @ w - t
        losses.append(np.mean(errors**2))
        new = 2 * errors[-1] * X[-1] / len(X) if last_row else 2 * X.T @ errors / len(X)
        grad = keep * grad + new
        w = w - rate * grad
    return w, losses


# q7
def _draw_network(rng):
    P, k, blocks = int(rng.integers(1_000, 100_000)), int(rng.integers(2, 5)), int(rng.integers(2, 6))
    return P, k * blocks, k, float(rng.uniform(0.5, 2)), int(rng.integers(10_000, 1_000_000))


def _costs(P, d, pass_seconds, layer_bytes, k):
    return {
        "backprop": ((3 - 1 / d) * pass_seconds, 8 * P + (d + 1) * layer_bytes),
        "recompute": ((4 - 1 / d) * pass_seconds, 8 * P + (d // k + k) * layer_bytes),
        "differences": (2 * P * pass_seconds, 8 * P + 2 * layer_bytes),
    }


def _call_costs(answer, P, d, tau, A, k):
    """(seconds, bytes), each of the three methods in order."""
    value = answer.call("compare_methods", P, d, tau, A, k)
    pairs = [_split(pair, ("seconds", "bytes")) for pair in _split(value, _METHODS)]
    return [[_number(pair[part], f"{name}: {what}") for name, pair in zip(_METHODS, pairs, strict=True)]
            for part, what in enumerate(("seconds", "bytes"))]  # fmt: skip
