"""Exercise 02: SGD, momentum, Adam, schedules, the edge of stability, and the price of a run."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Text, Wrong, as_array, drivers, expect_close

RTOL, ATOL = (
    1e-5,
    1e-6,
)  # loose enough for float32 (1e-7 is not, in 1 run of 100), far tighter than any wrong recipe below
EXERCISE = Exercise("02_sgd")
_THREE_ZEROS = Text(
    "Where an eigenvalue is negative or 0, the docstring asks for (0.0, 0.0, 0.0).",
    "有特征值为负或为零时，文档字符串要求返回 (0.0, 0.0, 0.0)。",
)
_NOT_THE_SAVING = Text(
    "`SAVING` doesn't follow from the prices: take that of the batch size with the fewest passes, minus the price of your choice.",
    "`SAVING` 与价钱对不上：应是所需轮数最少的那个批量大小的价钱，减去你所选的价钱。",
)
_NEVER_THERE = Text(
    "With this batch size not all seeds ever stand at or below the target: it costs infinitely much.",
    "用这个批量大小，各种子永远不会同时不高于目标：价钱是无穷大。",
)

EXERCISE.question(
    "q1",
    Text("one pass of SGD", "SGD 走完一轮"),
    [
        Text(
            "Take the example of the docstring and do both steps on paper: which examples, which errors, which gradient?",
            "拿文档字符串里的例子，在纸上把两步都走一遍：用到哪些样本，误差是多少，梯度是多少？",
        ),
        Text(
            "Two parts: cut `order` into pieces of B (the last may be shorter), and for each piece one update of w with the gradient at the w of that moment.",
            "分两部分：把 `order` 切成每段 B 个（最后一段可以短一些）；每一段都用那一刻的 w 求梯度，更新一次 w。",
        ),
        Text(
            "For the indices `rows` of one batch the errors are X[rows] @ w - y[rows]; the gradient sums errors times inputs and divides by len(rows).",
            "设 `rows` 是一个批量的下标，误差就是 X[rows] @ w - y[rows]；梯度是误差乘输入再求和，除以 len(rows)。",
        ),
    ],
)
EXERCISE.question(
    "q2",
    Text("momentum", "动量法"),
    [
        Text(
            "Follow the docstring's example by hand, one line a step with the columns g, v, α and w.",
            "照文档字符串里的例子手算，每步写一行，列出 g、v、α 和 w。",
        ),
        Text(
            "Two things live from step to step, v and w. The velocity knows nothing of learning rates; the rate of the moment only scales the step.",
            "从一步活到下一步的有两样东西：v 和 w。速度里不含学习率；当步的学习率只用来缩放这一步。",
        ),
        Text(
            "Inside a loop over (g, α): first v becomes beta * v + g, then w becomes a new array w - α * v, then append it.",
            "在对 (g, α) 的循环里：先令 v 为 beta * v + g，再令 w 为新数组 w - α * v，然后把它加进列表。",
        ),
    ],
)
EXERCISE.question(
    "q3",
    Text("Adam", "Adam 算法"),
    [
        Text(
            "Check your first row alone: with a tiny ε each weight moves by almost exactly α. Then do the second row of the docstring's example on paper.",
            "先只看第一行：ε 很小时，每个权重几乎正好移动 α。再在纸上算文档字符串例子的第二行。",
        ),
        Text(
            "What lives from step to step are m and v without hats, and the count t, which is 1 in the first step. The hats are made anew each time, for the step alone.",
            "从一步活到下一步的是不戴帽子的 m 和 v，以及计数 t（第一步为 1）。帽子每次都重新做，只供当步使用。",
        ),
        Text(
            "With t from enumerate(gradients, start=1): m_hat = m / (1 - beta1**t), v_hat = v / (1 - beta2**t), and ε is added to the finished root np.sqrt(v_hat).",
            "用 enumerate(gradients, start=1) 得到 t：m_hat = m / (1 - beta1**t)，v_hat = v / (1 - beta2**t)，ε 加在开完方的 np.sqrt(v_hat) 上。",
        ),
    ],
)
EXERCISE.question(
    "q4",
    Text("schedules", "学习率调度"),
    [
        Text(
            "(a) Put in t = 0, T_w - 1, T_w and T and compare with the example. (b) Write the two decays side by side at t = T.",
            "(a) 代入 t = 0、T_w - 1、T_w 和 T，与例子比较。(b) 把两种衰减在 t = T 处的式子并排写出来。",
        ),
        Text(
            "(a) The cosine needs a share of the way that is 0 at T_w and 1 at T, and no more after that. (b) α₀ cancels; an exponential is undone by a logarithm.",
            "(a) 余弦需要一个进度，在 T_w 处为 0，在 T 处为 1，之后不再增加。(b) α₀ 会约掉；指数要用对数来解开。",
        ),
        Text(
            "(a) progress = min((t - T_w) / (T - T_w), 1), and np.cos takes radians. (b) exp(c T) = 1 + β T: take the natural logarithm of both sides.",
            "(a) progress = min((t - T_w) / (T - T_w), 1)，np.cos 用弧度。(b) exp(c T) = 1 + β T：两边取自然对数。",
        ),
    ],
)
EXERCISE.question(
    "q5",
    Text("a “safe” rate explodes", "“安全”的学习率爆炸了"),
    [
        Text(
            "(a) The three bowls have the same eigenvalues. What differs between the rows? (b) Look up the formulas at the pictures of 02.5 and 02.7.",
            "(a) 三个碗的特征值相同，那么各行之间有什么不同？(b) 到 02.5 节和 02.7 节的图旁边去查公式。",
        ),
        Text(
            "(a) A true explanation must leave the first bowl in peace. (b) Only the smallest and the largest eigenvalue enter; for a symmetric matrix NumPy has a function that sorts them.",
            "(a) 正确的解释不能牵连第一个碗。(b) 只用到最小和最大的特征值；对于对称矩阵，NumPy 有一个会排好序的函数。",
        ),
        Text(
            "(b) np.linalg.eigvalsh(H) is ascending. The edge is 2 / largest, the best rate has the sum of both below the line, momentum multiplies the edge by 1 + beta.",
            "(b) np.linalg.eigvalsh(H) 按升序排列。界限是 2 / 最大值；最优学习率的分母是两者之和；动量使界限变为 1 + beta 倍。",
        ),
    ],
)
EXERCISE.question(
    "q6",
    Text("which run to pay for", "该为哪一种训练付钱"),
    [
        Text(
            "Go from inside out: at which passes is one seed there, at which are all seeds there, which is the first of these?",
            "由里到外：一个种子在哪几轮到达，所有种子在哪几轮都到达，其中最早的是哪一轮？",
        ),
        Text(
            "`heights <= target` is a table of True and False, and nan gives False. `all` over the seeds; the first True is at argmax, which also says 0 where there is no True at all.",
            "`heights <= target` 是一张真假表，nan 得到 False。对种子取 `all`；第一个 True 的位置由 argmax 给出，但一个 True 也没有时它也返回 0。",
        ),
        Text(
            "passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf); then passes × seconds / 3600 × dollars. SAVING is one price minus another.",
            "passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)；然后是轮数 × 秒数 / 3600 × 单价。SAVING 是两个价钱之差。",
        ),
    ],
)

for _name, _en, _zh in [
    # q1
    (
        "gradient-of-the-sum",
        "Your step is longer by the number of examples in the batch. $J_b$ is a mean: does its gradient still know how many examples there are?",
        "你的步子长了，倍数正好是批量中的样本数。$J_b$ 是平均值：它的梯度里，样本数体现在哪里？",
    ),
    (
        "factor-two",
        "Your step is twice as long as it should be. Differentiate once more: what does the ½ do to the 2 that comes from the square?",
        "你的步子是应有的两倍。再求一次导：平方求导出来的 2，遇到前面的 ½ 会怎样？",
    ),
    (
        "uphill",
        "Your step has the right length and the opposite direction: it climbs. Which way does the gradient point, and which way do you want to go?",
        "步长对了，方向反了：你在上山。梯度指向哪边，你想往哪边走？",
    ),
    (
        "batch-size-ignored",
        "You take a step for every single example. With B examples in a batch there is one step a batch, along the mean of their gradients.",
        "你每看一个样本就走一步。一个批量有 B 个样本时，每批只走一步，沿着它们梯度的平均。",
    ),
    (
        "one-step-a-pass",
        "The gradients of your batches are all taken at the weights of the beginning, and the weights move only in the end. When should the second batch see what the first has changed?",
        "你的各批梯度都是在最初的权重处算的，权重到最后才移动。第一批带来的改变，第二批应该什么时候看到？",
    ),
    (
        "whole-data-each-step",
        "Each of your steps uses all n examples. Which rows of X and y belong to the batch of this step?",
        "你的每一步都用了全部 n 个样本。属于这一步的批量的，是 X 和 y 的哪些行？",
    ),
    (
        "order-ignored",
        "You go through rows 0, 1, 2, … as they lie in X. The batches are to be cut from `order`.",
        "你按 X 里现有的次序 0、1、2……取样本。批量应当从 `order` 里切出来。",
    ),
    (
        "divided-by-n",
        "You divide each batch's sum by the number of all examples. Over how many examples does the mean of a batch go?",
        "你用全部样本的个数去除每个批量的和。一个批量的平均，是对多少个样本求的？",
    ),
    (
        "last-batch-dropped",
        "The examples left over at the end are never used. How many are there when B doesn't divide n, and who sees them?",
        "最后剩下的样本从未用到。B 不能整除 n 时会剩下几个？谁来用它们？",
    ),
    (
        "last-batch-divided-by-B",
        "Only the last batch is off: you divide its sum by B, though it holds fewer examples.",
        "只有最后一批不对：它的样本不足 B 个，你却仍然除以 B。",
    ),
    (
        "batches-evened-out",
        "You spread the examples evenly over the batches. All but the last have exactly B.",
        "你把样本平均分给了各批。除最后一批外，每批应当正好 B 个。",
    ),
    (
        "changes-its-inputs",
        "The result is right, but afterwards the arrays that were handed to your function are changed. `w -= …` and `w[:] = …` write into the caller's array; `w = w - …` makes a new one.",
        "结果是对的，但调用之后，传给函数的数组被改动了。`w -= …` 和 `w[:] = …` 会写进调用者的数组；`w = w - …` 则得到一个新数组。",
    ),
    # q2 and q3
    (
        "one-array-many-times",
        "All your rows are equal to the last one: you collected the same array T times and went on changing it. `w = w - …` makes a new array, `w -= …` doesn't.",
        "你的各行都等于最后一行：你把同一个数组收集了 T 次，又一直在改它。`w = w - …` 会得到新数组，`w -= …` 不会。",
    ),
    (
        "start-among-the-rows",
        "You return one row too many. The first row should already hold the weights after the first step.",
        "你多返回了一行。第一行就应该是走完第一步之后的权重。",
    ),
    (
        "state-survives-the-call",
        "Called twice with the same input, your function gives two results: something it remembers outlives the call. A default argument or a global variable is made once, not once a call.",
        "用同样的输入调用两次，你的函数给出两个结果：它记住的东西在调用结束后还留着。默认参数和全局变量只建立一次，而不是每次调用建立一次。",
    ),
    (
        "no-memory",
        "These are steps of plain gradient descent: from one step to the next your velocity is forgotten.",
        "这是普通梯度下降的步子：从一步到下一步，你的速度被忘掉了。",
    ),
    (
        "averaged-gradients",
        "Your velocity is a weighted mean of gradients, with (1 − β) before the new one, as in Adam. The velocity of this convention is a sum; with a constant g, how large does each of the two become?",
        "你的速度是梯度的加权平均，新梯度前乘了 (1 − β)，这是 Adam 的写法。这里约定的速度是求和；g 不变时，两者各会增长到多大？",
    ),
    (
        "nesterov-step",
        "You step along g + βv: that is Nesterov's variant. Here the step is along v itself.",
        "你沿 g + βv 走，那是 Nesterov 的变体。这里直接沿 v 走。",
    ),
    (
        "old-velocity",
        "Your weights move with the velocity of the step before. Which comes first, the new velocity or the step?",
        "你的权重用的是上一步的速度。先有新的速度，还是先走这一步？",
    ),
    (
        "not-the-weights",
        "You return the velocities, or the steps. The rows should be the weights that these steps lead to.",
        "你返回的是速度或步子。各行应当是这些步子走到的权重。",
    ),
    (
        "rate-inside-the-velocity",
        "As long as the rate is constant you are right; when it changes, old steps keep their old rates. You gather α·g in the velocity. What exactly does $v_t$ gather?",
        "学习率不变时你是对的；学习率一变，旧的步子还带着旧的学习率。你在速度里累积的是 α·g。$v_t$ 累积的究竟是什么？",
    ),
    (
        "first-rate-only",
        "You use the first learning rate for all steps. `alphas` has one for each.",
        "你在所有步里都用第一个学习率。`alphas` 为每一步各给了一个。",
    ),
    (
        "no-correction",
        "Your first step isn't α long: m and v begin at zero and are still far too small. That is what the two hats repair.",
        "你的第一步长度不是 α：m 和 v 从零开始，还小得多。两顶“帽子”就是用来修正这一点的。",
    ),
    (
        "half-corrected",
        "One of the two means wears its hat, the other doesn't. Both begin at zero.",
        "两个平均里只有一个戴了“帽子”。两个都是从零开始的。",
    ),
    (
        "t-from-zero",
        "Your first row is `nan` or infinite: you divide by 1 − β⁰ = 0. What is t in the first step?",
        "你的第一行是 `nan` 或无穷大：你除以了 1 − β⁰ = 0。第一步的 t 是多少？",
    ),
    (
        "not-squared",
        "Your v is a mean of gradients, not of their squares: its root has the wrong unit, and where g is negative there is none.",
        "你的 v 是梯度的平均，不是梯度平方的平均：开方之后单位不对，g 为负时更是开不了方。",
    ),
    (
        "no-root",
        "You divide by the mean square itself. Compare units: how does α·m̂/v̂ change when the loss is multiplied by 1,000?",
        "你除以的是均方本身。比较一下单位：损失乘以 1,000 时，α·m̂/v̂ 会怎样变化？",
    ),
    (
        "one-length-for-all",
        "All your weights share one v. The square in Adam is by element: each weight has its own.",
        "你的所有权重共用一个 v。Adam 里的平方是逐元素的：每个权重都有自己的 v。",
    ),
    (
        "betas-swapped",
        "β₁ and β₂ have changed places. Which one belongs to the mean of g, which one to the mean of g²?",
        "β₁ 和 β₂ 对调了。哪个属于 g 的平均，哪个属于 g² 的平均？",
    ),
    (
        "no-first-mean",
        "Your step uses the gradient of the moment. Above the line stands its running mean, m.",
        "你的步子用的是当步的梯度。分子上应是它的滑动平均 m。",
    ),
    (
        "betas-fixed",
        "Your result doesn't depend on the arguments `beta1` and `beta2`.",
        "你的结果与参数 `beta1`、`beta2` 无关。",
    ),
    (
        "correction-frozen",
        "The first row is right, but you divide by 1 − β in all later steps too. The correction fades: which t stands in the exponent?",
        "第一行是对的，但后面各步你仍然除以 1 − β。修正应当逐渐消退：指数上的 t 是多少？",
    ),
    (
        "hats-put-back",
        "The first row is right. Then the corrected means are carried on as if they were m and v themselves, and are corrected again and again.",
        "第一行是对的。之后你把修正过的平均当成 m 和 v 本身继续用，于是一次又一次地被修正。",
    ),
    (
        "epsilon-inside-the-root",
        "With a tiny ε you are right, with a large one not: yours stands under the root. Which comes first, root or ε?",
        "ε 很小时你是对的，大了就不对：你把它放进了根号。先开方，还是先加 ε？",
    ),
    (
        "epsilon-before-the-correction",
        "With a tiny ε you are right, with a large one not: you add it to the root of the uncorrected v. Algorithm 1 adds it to the root of $\\hat v_t$.",
        "ε 很小时你是对的，大了就不对：你把它加在未经修正的 v 的平方根上。算法 1 是加在 $\\hat v_t$ 的平方根上。",
    ),
    (
        "epsilon-fixed",
        "Your result doesn't depend on the argument `epsilon`.",
        "你的结果与参数 `epsilon` 无关。",
    ),
    # q4
    (
        "warm-up-from-zero",
        "Your step 0 has the rate 0: a step that doesn't learn. How many equal stairs lead to α₀, and on which one does step 0 stand?",
        "你的第 0 步学习率为 0，这一步白走了。走到 α₀ 共有几级相等的台阶？第 0 步站在第几级上？",
    ),
    (
        "warm-up-too-low",
        "Your warm-up ends below α₀. What is the rate of its last step, t = T_w − 1?",
        "你的预热没有升到 α₀。它的最后一步 t = T_w − 1 的学习率应是多少？",
    ),
    (
        "warm-up-too-long",
        "Your step T_w still belongs to the warm-up and goes above α₀. On which side of t < T_w does it lie?",
        "你的第 T_w 步仍算在预热里，学习率超过了 α₀。它满足 t < T_w 吗？",
    ),
    (
        "degrees",
        "Your cosine hardly falls, or falls at the wrong places: `cos` takes radians.",
        "你的余弦几乎不下降，或者在错误的位置下降：`cos` 用的是弧度。",
    ),
    (
        "cosine-from-step-zero",
        "Your cosine has already gone part of its way when the warm-up ends. From which step does it count?",
        "预热结束时，你的余弦已经走掉了一段。它应该从哪一步数起？",
    ),
    (
        "end-off-by-one",
        "Your cosine arrives one step early or late. At which t is the fraction under the cosine exactly 1?",
        "你的余弦早到或晚到了一步。余弦里的那个分数，在哪个 t 恰好等于 1？",
    ),
    (
        "end-ignored",
        "Your cosine runs down to 0. It should stop at `alpha_end`.",
        "你的余弦一直降到 0。它应该停在 `alpha_end`。",
    ),
    (
        "end-added-on-top",
        "Your whole curve is too high by `alpha_end`: at T_w it begins above α₀. How large is the way from top to bottom?",
        "你的整条曲线高出了 `alpha_end`：在 T_w 处就超过了 α₀。从最高到最低，这段落差有多大？",
    ),
    (
        "rises-again",
        "After step T your rate rises again: a cosine comes back up. What should happen after T?",
        "第 T 步之后你的学习率又升上来了：余弦会回头。T 之后应该怎样？",
    ),
    (
        "only-at-first",
        "Your c makes the two decays agree at t = 0, where both begin to fall equally fast. Later the exponential is far below. They are to meet at T.",
        "你的 c 使两种衰减在 t = 0 附近一致，那里它们下降得一样快；往后指数衰减会低得多。题目要求它们在 T 处相等。",
    ),
    (
        "other-logarithm",
        "Right but for the base of the logarithm: which one undoes e to the power of …?",
        "只差对数的底：哪种对数才能解开 e 的幂？",
    ),
    (
        "one-forgotten",
        "You took the logarithm of βT. What stands in the denominator of the first decay at t = T?",
        "你取的是 βT 的对数。第一种衰减在 t = T 处的分母是什么？",
    ),
    (
        "not-per-step",
        "This is the product cT. One division is missing.",
        "这是乘积 cT，还差一次除法。",
    ),
    # q5
    (
        "too-few-steps",
        "A doesn't fit: compare the columns for 20 and 40 steps. Does the distance of the second bowl settle?",
        "A 与数据不符：比较 20 步和 40 步那两列。第二个碗的距离稳定下来了吗？",
    ),
    (
        "wrong-numerator",
        "B doesn't fit: the first bowl converges at 0.9 times his edge, and the second diverges even at 0.45.",
        "B 与数据不符：第一个碗在 0.9 倍处收敛了，第二个碗连 0.45 倍都发散。",
    ),
    (
        "condition-number",
        "D doesn't fit: all three bowls have the same condition number, and the first converges.",
        "D 与数据不符：三个碗的条件数相同，而第一个收敛了。",
    ),
    (
        "last-eigenvalue",
        "That is the colleague's own fault: the last eigenvalue of `eig` need not be the largest.",
        "这正是那位同事的错误：`eig` 给出的最后一个特征值未必最大。",
    ),
    (
        "edge-halved",
        "Half of it is right: at $1/\\lambda_{\\max}$ the steepest coordinate becomes exactly 0 in one step. How far beyond may one go, while $|1-\\alpha\\lambda|<1$?",
        "只有一半：取 $1/\\lambda_{\\max}$ 时，最陡的坐标一步就正好到 0。在 $|1-\\alpha\\lambda|<1$ 的前提下，还能再大多少？",
    ),
    (
        "sum-of-eigenvalues",
        "You divide by the trace (the sum of all eigenvalues) or by a norm made of all of them. The coordinates live alone: which one sets the limit?",
        "你除以的是迹（全部特征值之和），或由全部特征值算出的范数。各坐标互不相干：界限由哪一个决定？",
    ),
    (
        "entries-for-eigenvalues",
        "You read the curvature off the entries of H. That works for a diagonal H only; in general a valley runs slantwise.",
        "你直接从 H 的元素里读出曲率。这只对对角矩阵成立；一般说来，山谷是斜着走的。",
    ),
    (
        "flattest-direction",
        "You took the flattest direction. Which one is the first to explode?",
        "你取的是最平的方向。哪个方向最先爆炸？",
    ),
    (
        "best-for-the-steepest",
        "Your best rate serves the steepest direction alone; the flattest still crawls. The best one makes both shrink by the same factor.",
        "你的最优学习率只照顾了最陡的方向，最平的方向还在爬。最优的那个使两者缩小的倍数相同。",
    ),
    (
        "momentum-by-step-length",
        "You have moved momentum's edge by the factor $1-\\beta$, or its inverse, by which steps grow longer. They do so where gradients agree; at the edge they alternate. See 02.7.",
        "你按 $1-\\beta$（或它的倒数）移动了动量法的界限，因为步子会按这个倍数变长。那是梯度方向一致时的事；在界限处，梯度是来回交替的。见 02.7 节。",
    ),
    (
        "momentum-ignored",
        "Your momentum edge doesn't depend on `beta`. Does momentum move the edge?",
        "你的动量界限与 `beta` 无关。动量会不会移动界限？",
    ),
    (
        "negative-curvature-overlooked",
        "This H has a negative eigenvalue: there $|1-\\alpha\\lambda|>1$ for each α > 0, and no rate converges. A norm or an absolute value doesn't see the sign.",
        "这个 H 有负的特征值：在那个方向上，任何 α > 0 都使 $|1-\\alpha\\lambda|>1$，没有学习率能收敛。范数和绝对值看不见符号。",
    ),
    (
        "flat-direction-overlooked",
        "This H has the eigenvalue 0: along that direction nothing ever moves. Does the run converge from every start?",
        "这个 H 有特征值 0：沿那个方向永远不动。这样还能从一切起点收敛吗？",
    ),
    # q6
    (
        "passes-from-zero",
        "You pay for one pass too few: column p holds the height after p + 1 passes.",
        "你少付了一轮的钱：第 p 列是 p + 1 轮之后的高度。",
    ),
    (
        "seconds-as-hours",
        "Your prices differ by a constant factor, the one between seconds and hours.",
        "你的价钱差了一个固定的倍数，就是秒与小时之间的那个。",
    ),
    (
        "not-dollars",
        "These are passes, seconds or hours. What does the company pay for them?",
        "这是轮数、秒数或小时数。公司要为此付多少钱？",
    ),
    (
        "average-seed",
        "You ask when the mean of the seeds arrives. The product needs every seed to be there.",
        "你问的是各种子的平均何时到达。产品要求每个种子都到达。",
    ),
    (
        "luckiest-seed",
        "You stop as soon as the first seed is there. The product must not depend on luck: wait for all of them.",
        "第一个种子一到你就停了。产品不能靠运气：要等所有种子都到。",
    ),
    (
        "seeds-at-different-times",
        "Each seed has been there once, but not yet all at the same time: one has risen above the target again.",
        "每个种子都到过，但还没有同时到：其中一个又升到目标之上了。",
    ),
    (
        "never-is-cheap",
        "A setting that never reaches the target has a finite price with you. `argmax` of a row without a True is 0, too.",
        "永远到不了目标的设置，在你这里却有一个有限的价钱。一行里没有 True 时，`argmax` 也返回 0。",
    ),
    (
        "nan-counts-as-arrived",
        "A seed that is `nan` counts as arrived with you. Comparisons with nan are False, both `<=` and `>`; and nanmax, nanmin pass over it.",
        "在你这里，值为 `nan` 的种子也算到达。与 nan 比较，`<=` 和 `>` 都得 False；nanmax、nanmin 则会跳过它。",
    ),
    (
        "fewest-passes",
        "This batch size needs the fewest passes, but you don't pay for passes, you pay for hours.",
        "这个批量大小所需的轮数最少；但你付的不是轮数的钱，而是时间的钱。",
    ),
    (
        "cheapest-pass",
        "This batch size has the shortest passes and ends lowest, but it needs many of them. What does the whole run cost until the target?",
        "这个批量大小每轮最快，最后也降得最低，但需要很多轮。走到目标为止，整次训练要花多少钱？",
    ),
]:
    EXERCISE.misconception(_name, _en, _zh)


@EXERCISE.check("q1")
def one_batch_of_all_is_one_step(answer, rng):
    """en: With B = n the pass is one step along the gradient of the mean loss.
    zh: B = n 时，一轮就是沿平均损失的梯度走一步。"""
    X, y, w, alpha, n, order = _draw_regression(rng)
    value = answer.call("sgd_epoch", X, y, w, alpha, n, order)
    step = _sgd(X, y, w, alpha, [order]) - w
    wrong = {
        "gradient-of-the-sum": w + n * step,
        "factor-two": w + 2 * step,
        "uphill": w - step,
        "batch-size-ignored": _sgd(X, y, w, alpha, [[row] for row in order]),
    }
    _diagnose(value, w + step, wrong, "w")


@EXERCISE.check("q1")
def each_batch_moves_the_weights(answer, rng):
    """en: Each batch of `order` makes a step of its own, from where the batch before has led.
    zh: `order` 的每个批量各走一步，从前一批到达的地方出发。"""
    X, y, w, alpha, n, order = _draw_regression(rng)
    B = n // 4  # n is a multiple of 4
    value, batches = answer.call("sgd_epoch", X, y, w, alpha, B, order), order.reshape(4, B)
    wrong = {
        "one-step-a-pass": w + sum(_sgd(X, y, w, alpha, [rows]) - w for rows in batches),
        "whole-data-each-step": _sgd(X, y, w, alpha, [order] * 4),
        "order-ignored": _sgd(X, y, w, alpha, np.arange(n).reshape(4, B)),
        "divided-by-n": _sgd(X, y, w, alpha, batches, size=n),
        "batch-size-ignored": _sgd(X, y, w, alpha, [[row] for row in order]),
    }
    _diagnose(value, _sgd(X, y, w, alpha, batches), wrong, "w")


@EXERCISE.check("q1")
def the_last_batch_counts(answer, rng):
    """en: The last batch may be smaller; it makes its step too, with the mean over its own examples.
    zh: 最后一批可以小一些；它同样走一步，按自己的样本数求平均。"""
    X, y, w, alpha, n, order = _draw_regression(rng)
    for B in (n // 2 - 1, n // 4 + 1, n + 3):  # 2 left over; 3 batches and some; one batch smaller than B
        batches = [order[start : start + B] for start in range(0, n, B)]
        wrong = {
            "last-batch-dropped": _sgd(X, y, w, alpha, [rows for rows in batches if len(rows) == B]),
            "last-batch-divided-by-B": _sgd(X, y, w, alpha, batches, size=B),
            "batches-evened-out": _sgd(X, y, w, alpha, np.array_split(order, len(batches))),
        }
        _diagnose(answer.call("sgd_epoch", X, y, w, alpha, B, order), _sgd(X, y, w, alpha, batches), wrong, "w")


@EXERCISE.check("q1", hidden=True)
def a_pass_leaves_its_inputs_alone(answer, rng):
    """en: A pass of single examples gives the right weights and leaves the arrays that were handed over as they were.
    zh: 每批一个样本时结果也对，而且传入的数组保持原样。"""
    X, y, w, alpha, n, order = _draw_regression(rng)
    right = _sgd(X, y, w, alpha, order.reshape(n, 1))
    _expect_inputs_unchanged(answer, right, "sgd_epoch", X, y, w, alpha, 1, order)


@EXERCISE.check("q2")
def the_velocity_gathers_gradients(answer, rng):
    """en: At a constant rate each step follows the velocity βv + g, from rest, in every call.
    zh: 学习率不变时，每一步都沿速度 βv + g 走；每次调用都从静止开始。"""
    gradients, w, alpha, beta = _draw_gradients(rng)
    alphas = np.full(len(gradients), alpha)
    value = _call_twice(answer, "momentum_path", gradients, w, alphas, beta)
    v = _velocities(gradients, beta)
    wrong = {
        "no-memory": _walk(w, alpha * gradients),
        "averaged-gradients": _walk(w, alpha * (1 - beta) * v),
        "nesterov-step": _walk(w, alpha * (gradients + beta * v)),
        "old-velocity": _walk(w, alpha * np.vstack([0 * w, v[:-1]])),
        "not-the-weights": v,
    }
    damped = _walk(w, alpha * _velocities(np.vstack([gradients[:1], (1 - beta) * gradients[1:]]), beta))
    if _same(value, damped):  # torch's dampening: the first gradient enters whole
        raise Misconception("averaged-gradients")
    if _same(value, -alpha * v) or _same(value, alpha * v):
        raise Misconception("not-the-weights")
    _diagnose_path(value, _walk(w, alpha * v), wrong, w)


@EXERCISE.check("q2")
def the_rate_may_change(answer, rng):
    """en: Each step has its own rate, and the velocity knows nothing of it.
    zh: 每一步用各自的学习率，速度与学习率无关。"""
    gradients, w, alpha, beta = _draw_gradients(rng)
    alphas = alpha * rng.uniform(0.3, 3, size=len(gradients))
    value = answer.call("momentum_path", gradients, w, alphas, beta)
    v = _velocities(gradients, beta)
    wrong = {
        "rate-inside-the-velocity": _walk(w, _velocities(alphas[:, None] * gradients, beta)),
        "first-rate-only": _walk(w, alphas[0] * v),
        "averaged-gradients": _walk(w, alphas[:, None] * (1 - beta) * v),
    }
    _diagnose_path(value, _walk(w, alphas[:, None] * v), wrong, w)


@EXERCISE.check("q2", hidden=True)
def momentum_leaves_its_inputs_alone(answer, rng):
    """en: The path is right, and the arrays that were handed over are as they were.
    zh: 路径正确，而且传入的数组保持原样。"""
    gradients, w, alpha, beta = _draw_gradients(rng)
    right = _walk(w, alpha * _velocities(gradients, beta))
    _expect_inputs_unchanged(answer, right, "momentum_path", gradients, w, np.full(len(gradients), alpha), beta)


@EXERCISE.check("q3")
def the_first_step_is_alpha_long(answer, rng):
    """en: In the first step each weight moves by α, whatever the size of its gradient.
    zh: 第一步，每个权重都移动 α，不论它的梯度多大。"""
    gradients, w, alpha, beta1, beta2 = _draw_adam(rng)
    value, g = _call_twice(answer, "adam_path", gradients, w, alpha, beta1, beta2, 1e-12), gradients[0]
    right = _adam(gradients, w, alpha, beta1, beta2, 1e-12)
    _expect_rows(value, right, w)
    a, b = 1 - beta1, 1 - beta2
    with np.errstate(all="ignore"):
        wrong = {
            "no-correction": w - alpha * a * g / np.sqrt(b * g**2),
            "half-corrected": w - alpha * g / np.sqrt(b * g**2),
            "uphill": 2 * w - right[0],
            "not-squared": w - alpha * g / np.sqrt(g),
            "no-root": w - alpha / g,
            "one-length-for-all": w - alpha * g / np.linalg.norm(g),
        }
    first = as_array(value)[0]
    if not np.isfinite(first).any():
        raise Misconception("t-from-zero")
    if _same(first, w - alpha * a * g / np.abs(g)):
        raise Misconception("half-corrected")
    if _same(first, w - alpha * g / np.sqrt((g**2).mean())):
        raise Misconception("one-length-for-all")
    _diagnose(first, right[0], wrong, "path[0]")


@EXERCISE.check("q3")
def later_steps_follow_algorithm_1(answer, rng):
    """en: The running means and their fading corrections agree with Algorithm 1 at every step.
    zh: 每一步的滑动平均和逐渐消退的修正都与算法 1 一致。"""
    gradients, w, alpha, beta1, beta2 = _draw_adam(rng)
    value = answer.call("adam_path", gradients, w, alpha, beta1, beta2, 1e-12)
    wrong = {
        "betas-swapped": _adam(gradients, w, alpha, beta2, beta1, 1e-12),
        "correction-frozen": _adam(gradients, w, alpha, beta1, beta2, 1e-12, count=lambda t: 1),
        "hats-put-back": _adam(gradients, w, alpha, beta1, beta2, 1e-12, put_back=True),
        "no-first-mean": _adam(gradients, w, alpha, 0, beta2, 1e-12),
        "betas-fixed": _adam(gradients, w, alpha, 0.9, 0.999, 1e-12),
    }
    _diagnose_path(value, _adam(gradients, w, alpha, beta1, beta2, 1e-12), wrong, w)


@EXERCISE.check("q3")
def epsilon_stands_outside_the_root(answer, rng):
    """en: ε is added to the root of the corrected mean square.
    zh: ε 加在修正后的均方的平方根上。"""
    gradients, w, alpha, beta1, beta2 = _draw_adam(rng)
    epsilon = rng.uniform(0.3, 0.9)
    value = answer.call("adam_path", gradients, w, alpha, beta1, beta2, epsilon)
    wrong = {
        "epsilon-inside-the-root": _adam(
            gradients, w, alpha, beta1, beta2, epsilon, root=lambda v, c, e: (v / c + e) ** 0.5
        ),
        "epsilon-before-the-correction": _adam(
            gradients, w, alpha, beta1, beta2, epsilon, root=lambda v, c, e: (v**0.5 + e) / c**0.5
        ),
        "epsilon-fixed": _adam(gradients, w, alpha, beta1, beta2, 1e-8),
    }
    _diagnose_path(value, _adam(gradients, w, alpha, beta1, beta2, epsilon), wrong, w)


@EXERCISE.check("q3", hidden=True)
def adam_leaves_its_inputs_alone(answer, rng):
    """en: A weight whose gradients are all 0 stands still, and the arrays that were handed over are the same afterwards.
    zh: 梯度始终为 0 的权重不动；调用之后，传入的数组保持原样。"""
    gradients, w, alpha, *_ = _draw_adam(rng)
    gradients[:, 0], gradients[:, 1] = 0, gradients[:, 1] * 1e-8  # the second: of the size of the default epsilon
    _expect_inputs_unchanged(answer, _adam(gradients, w, alpha, 0.9, 0.999, 1e-8), "adam_path", gradients, w, alpha)


@EXERCISE.check("q4")
def the_warm_up_rises_in_equal_stairs(answer, rng):
    """en: The warm-up takes T_w equal stairs, and its last step has the rate α₀.
    zh: 预热走 T_w 级相等的台阶，最后一步的学习率就是 α₀。"""
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    t = np.arange(T_w)
    value = [_number(answer.call("warmup_cosine", int(k), alpha0, alpha_end, T_w, T)) for k in t]
    wrong = {"warm-up-from-zero": alpha0 * t / T_w, "warm-up-too-low": alpha0 * (t + 1) / (T_w + 1)}
    _diagnose(value, alpha0 * (t + 1) / T_w, wrong, "rate")


@EXERCISE.check("q4")
def the_cosine_leads_exactly_to_the_end(answer, rng):
    """en: The cosine leads from α₀ at step T_w to alpha_end at step T.
    zh: 余弦从第 T_w 步的 α₀ 降到第 T 步的 alpha_end。"""
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    t, height = np.arange(T_w, T + 1), (alpha0 - alpha_end) / 2

    def cosine(share):
        return alpha_end + height * (1 + np.cos(np.pi * share))

    value = [_number(answer.call("warmup_cosine", int(k), alpha0, alpha_end, T_w, T)) for k in t]
    right = cosine((t - T_w) / (T - T_w))
    if any(_same(value[:-2], cosine((t - T_w) / (T - T_w + k))[:-2]) for k in (-1, 1)):
        raise Misconception("end-off-by-one")
    wrong = {
        "warm-up-too-long": np.r_[alpha0 * (T_w + 1) / T_w, right[1:]],
        "degrees": alpha_end + height * (1 + np.cos(np.radians(np.pi * (t - T_w) / (T - T_w)))),
        "cosine-from-step-zero": cosine(t / T),
        "end-ignored": alpha0 / (2 * height) * (right - alpha_end),
        "end-added-on-top": alpha_end + alpha0 / (2 * height) * (right - alpha_end),
    }
    padded = np.r_[np.zeros(T_w), value], np.r_[np.zeros(T_w), right]  # so that rate[t] in the message is step t
    _diagnose(padded[0], padded[1], {name: np.r_[np.zeros(T_w), recipe] for name, recipe in wrong.items()}, "rate")


@EXERCISE.check("q4")
def the_two_decays_meet(answer, rng):
    """en: With this c both decays have the same rate at step T.
    zh: 用这个 c，两种衰减在第 T 步的学习率相同。"""
    for _ in range(3):
        beta, T = float(rng.uniform(0.05, 0.5)), int(rng.integers(60, 900))
        wrong = {
            "only-at-first": beta,
            "one-forgotten": np.log(beta * T) / T,
            "not-per-step": np.log(1 + beta * T),
            "other-logarithm": np.log10(1 + beta * T) / T,
        }
        value = _number(answer.call("matching_c", beta, T), "c")
        if _same(value, np.log2(1 + beta * T) / T):
            raise Misconception("other-logarithm")
        _diagnose(value, np.log(1 + beta * T) / T, wrong, "c")


@EXERCISE.check("q4", hidden=True)
def after_the_end_and_without_warm_up(answer, rng):
    """en: After step T the rate stays at alpha_end; with T_w = 0 the cosine begins at once.
    zh: 第 T 步之后学习率停在 alpha_end；T_w = 0 时余弦立即开始。"""
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    right = alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * np.arange(T + 1) / T))
    value = [_number(answer.call("warmup_cosine", t, alpha0, alpha_end, 0, T)) for t in range(T + 1)]
    expect_close(value, right, RTOL, ATOL, "rate")
    after = [_number(answer.call("warmup_cosine", T + k, alpha0, alpha_end, T_w, T)) for k in (1, 2, T)]
    again = [alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * (T + k - T_w) / (T - T_w))) for k in (1, 2, T)]
    _diagnose(after, np.full(3, alpha_end), {"rises-again": again}, "rate after T")


@EXERCISE.check("q5")
def the_fault_is_named(answer, rng):
    """en: The explanation fits all three rows of the table.
    zh: 所选的解释与表中三行都相符。"""
    letter = answer.get("FAULT")
    letter = letter.strip().strip(".").upper() if isinstance(letter, str) else letter
    wrong = {"A": "too-few-steps", "B": "wrong-numerator", "D": "condition-number"}
    if isinstance(letter, str) and letter in wrong:
        raise Misconception(wrong[letter])
    if letter != "C":
        raise Wrong(
            Text('`FAULT` is one of the letters "A", "B", "C", "D".', '`FAULT` 应是字母 "A"、"B"、"C"、"D" 之一。')
        )


@EXERCISE.check("q5")
def the_steepest_direction_sets_the_edge(answer, rng):
    """en: Gradient descent converges below the first of the three rates and diverges above it.
    zh: 学习率低于三个数中的第一个时梯度下降收敛，高于它时发散。"""
    for _ in range(3):
        H, eigenvalues = _draw_hessian(rng)
        value = _three_rates(answer.call("stable_rates", H, float(rng.uniform(0.2, 0.9))))[0]
        largest = eigenvalues[-1]
        for other in (np.trace(H), np.linalg.norm(H), np.trace(H) / len(H)):
            if _same(value, 2 / other):
                raise Misconception("sum-of-eigenvalues")
        if any(_same(value, 2 / entry) for entry in (np.diag(H).max(), np.abs(H).max(), H[-1, -1])):
            raise Misconception("entries-for-eigenvalues")
        wrong = {
            "last-eigenvalue": 2 / np.linalg.eig(H)[0][-1],
            "flattest-direction": 2 / eigenvalues[0],
            "edge-halved": 1 / largest,
        }
        _diagnose(value, 2 / largest, wrong, "edge")


@EXERCISE.check("q5")
def the_best_rate_and_momentums_edge(answer, rng):
    """en: The best rate balances the flattest and the steepest direction; momentum moves the edge.
    zh: 最优学习率在最平与最陡的方向之间取得平衡；动量会移动界限。"""
    for _ in range(3):
        (H, eigenvalues), beta = _draw_hessian(rng), float(rng.uniform(0.2, 0.9))
        smallest, largest = eigenvalues[0], eigenvalues[-1]
        _, best, edge = _three_rates(answer.call("stable_rates", H, beta))
        _diagnose(best, 2 / (smallest + largest), {"best-for-the-steepest": 1 / largest}, "best")
        if any(_same(edge, 2 * factor / largest) for factor in (1 - beta, 1 / (1 - beta))):
            raise Misconception("momentum-by-step-length")
        _diagnose(edge, 2 * (1 + beta) / largest, {"momentum-ignored": 2 / largest}, "momentum_edge")


@EXERCISE.check("q5", hidden=True)
def negative_curvature_has_no_rate(answer, rng):
    """en: Where H has an eigenvalue that is negative or 0, all three rates are 0; a bowl of one dimension works too.
    zh: H 有负的或为零的特征值时，三个学习率都是 0；一维的碗也能算。"""
    for sign in (1, -1):
        H, _ = _draw_hessian(rng, negative=sign)
        value = answer.call("stable_rates", H, 0.5)
        if value is None or (np.ndim(value) == 0 and value == 0):
            raise Wrong(_THREE_ZEROS)
        if not _same(_three_rates(value), np.zeros(3)):
            raise Misconception("negative-curvature-overlooked")
    if not _same(
        _three_rates(answer.call("stable_rates", np.diag(rng.permutation([0.0, 1.0, 3.0])), 0.5)), np.zeros(3)
    ):
        raise Misconception("flat-direction-overlooked")
    curvature = float(rng.uniform(0.5, 5))
    value = _three_rates(answer.call("stable_rates", np.array([[curvature]]), 0.5))
    expect_close(value, np.array([2, 1, 3]) / curvature, RTOL, ATOL, "rates")


@EXERCISE.check("q6")
def every_seed_must_be_there(answer, rng):
    """en: The price is that of all passes until every seed has reached the target.
    zh: 价钱是所有种子都到达目标为止全部各轮的价钱。"""
    R, S, P = (int(rng.integers(low, high)) for low, high in ((5, 9), (3, 6), (25, 40)))
    heights = rng.uniform(1, 5, (R, S, 1)) * np.exp(-rng.uniform(0.2, 0.8, (R, S, 1)) * np.arange(1, P + 1))  # falling
    target, seconds, dollars = (
        float(heights[:, :, -1].max() * 1.5),
        rng.uniform(50, 5_000, R),
        float(rng.uniform(2, 30)),
    )
    value = answer.call("price_runs", heights, seconds, dollars, target)

    def price(curves):
        return ((curves <= target).argmax(axis=1) + 1) * seconds / 3600 * dollars

    right = price(heights.max(axis=1))
    wrong = {
        "passes-from-zero": right - seconds / 3600 * dollars,
        "average-seed": price(heights.mean(axis=1)),
        "luckiest-seed": price(heights.min(axis=1)),
        "seconds-as-hours": right * 3600,
    }
    if any(_same(value, right / factor) for factor in (dollars, seconds / 3600 * dollars, dollars / 3600)):
        raise Misconception("not-dollars")
    if _same(value, right * 60):
        raise Misconception("seconds-as-hours")
    if _same(value, price(np.median(heights, axis=1))):
        raise Misconception("average-seed")
    _diagnose(value, right, wrong, "price")


@EXERCISE.check("q6")
def who_never_arrives_costs_infinity(answer, rng):
    """en: A setting that never brings all seeds to the target at once, or has diverged, costs infinitely much.
    zh: 永远不能使所有种子同时到达目标的设置，或已经发散的设置，价钱是无穷大。"""
    P, target = int(rng.integers(12, 20)), float(rng.uniform(0.5, 2))
    never, lost, twice = (np.full((3, P), 2 * target) for _ in range(3))
    never[:2, 4:] = target / 2  # one seed stays above
    lost[:2, 3:], lost[2, 2:] = target / 2, np.nan
    twice[0, 3:], twice[1, 2:5], twice[2, 6:], twice[1, 8:] = (target,) * 4  # all three at column 8, not before
    twice[0, 10] = 2 * target  # and not at column 10
    seconds, dollars = rng.uniform(50, 5_000, 3), float(rng.uniform(2, 30))
    value = answer.call("price_runs", np.array([never, lost, twice]), seconds, dollars, target)
    right = np.array([np.inf, np.inf, 9 * seconds[2] / 3600 * dollars])
    if as_array(value, "price").shape != (3,):
        expect_close(value, right, RTOL, ATOL, "price")
    value = as_array(value)
    if value[0] != np.inf:
        raise Misconception("never-is-cheap")
    if value[1] != np.inf:
        raise Misconception("nan-counts-as-arrived")
    if _same(value[2], right[2] * 7 / 9):
        raise Misconception("seeds-at-different-times")
    expect_close(value[2], right[2], RTOL, ATOL, "price of a setting whose seeds rise and fall")


@EXERCISE.check("q6")
def the_choice_is_the_cheapest(answer, rng):
    """en: CHOICE reaches the target for the least money, and SAVING is what it saves a night.
    zh: CHOICE 用最少的钱到达目标，SAVING 是它每晚省下的钱。"""
    choice, saving = (_number(answer.get(name), name) for name in ("CHOICE", "SAVING"))
    sizes, heights, seconds = (np.asarray(answer.get(name)) for name in ("BATCH_SIZES", "HEIGHTS", "SECONDS_PER_PASS"))
    there = (heights <= answer.get("TARGET")).all(axis=1)
    passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)
    prices = passes * seconds / 3600 * answer.get("DOLLARS_PER_HOUR")
    right, quick = sizes[prices.argmin()], sizes[passes.argmin()]
    if choice not in sizes.tolist():
        known = ", ".join(map(str, sizes))
        raise Wrong(Text(f"`CHOICE` is one of the batch sizes {known}.", f"`CHOICE` 应是批量大小 {known} 之一。"))
    if choice == quick != right:
        raise Misconception("fewest-passes")
    if choice == sizes[seconds.argmin()] != right:
        raise Misconception("cheapest-pass")
    if choice != right:
        raise Wrong(_NEVER_THERE)
    if not abs(saving - (prices[passes.argmin()] - prices.min())) <= 0.01:  # a cent
        raise Wrong(_NOT_THE_SAVING)


def _draw_regression(rng):
    """X, y, w, alpha, n (a multiple of 4) and a random order of the n rows."""
    n, d = 4 * int(rng.integers(3, 7)), int(rng.integers(2, 6))
    X, y, w = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
    return X, y, w, float(rng.uniform(0.02, 0.1)), n, rng.permutation(n)


def _sgd(X, y, w, alpha, batches, size=None):
    for rows in batches:
        w = w - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / (size or len(rows))
    return w


def _draw_gradients(rng):
    T, d = int(rng.integers(6, 12)), int(rng.integers(2, 6))
    return rng.normal(size=(T, d)), rng.normal(size=d), float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.5, 0.95))


def _velocities(gradients, beta):
    v = np.zeros_like(gradients)
    for t, g in enumerate(gradients):
        v[t] = beta * v[t - 1] + g if t else g
    return v


def _walk(w, steps):
    return w - np.cumsum(steps, axis=0)


def _draw_adam(rng):
    """Gradients from about 0.01 to 100, so that a shared or missing scale shows."""
    T, d = int(rng.integers(6, 12)), int(rng.integers(3, 6))
    gradients = rng.uniform(0.5, 2, (T, d)) * rng.choice([-1, 1], (T, d)) * 10 ** rng.uniform(-1, 1, d)
    gradients[0, :2] = np.abs(gradients[0, :2]) * [1, -1]  # both signs in the first step
    return gradients, rng.normal(size=d), *(float(rng.uniform(*r)) for r in ((0.05, 0.3), (0.5, 0.8), (0.9, 0.99)))


def _adam(gradients, w, alpha, beta1, beta2, epsilon, count=lambda t: t, put_back=False, root=None):
    root = root or (lambda v, correction, e: (v / correction) ** 0.5 + e)
    m, v, path = 0 * w, 0 * w, []
    for t, g in enumerate(gradients, start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        first, second = 1 - beta1 ** count(t), 1 - beta2 ** count(t)
        w = w - alpha * (m / first) / root(v, second, epsilon)
        m, v = (m / first, v / second) if put_back else (m, v)
        path.append(w)
    return np.array(path)


def _draw_schedule(rng):
    alpha0 = float(rng.uniform(0.2, 2))
    T_w = int(rng.integers(3, 8))
    return alpha0, alpha0 * float(rng.uniform(0.1, 0.4)), T_w, T_w + int(rng.integers(9, 20))


def _draw_hessian(rng, negative=0):
    """A symmetric matrix and its ascending eigenvalues, the last of np.linalg.eig not the largest.

    negative = 1: one small eigenvalue below 0; negative = -1: one that is the largest in size.
    """
    while True:
        d = int(rng.integers(3, 7))
        eigenvalues = np.sort(rng.uniform(0.5, 10, size=d)) * 10 ** rng.uniform(-2, 1)
        if negative:
            eigenvalues[0] = -eigenvalues[1] / 2 if negative > 0 else -2 * eigenvalues[-1]
        basis = np.linalg.qr(rng.normal(size=(d, d)))[0]
        H = (basis * eigenvalues) @ basis.T
        H = (H + H.T) / 2
        if negative or not _same(np.linalg.eig(H)[0][-1], eigenvalues[-1]):
            return H, eigenvalues


def _call_twice(answer, name, *args):
    """The value of a call, if a second call with the same input gives it again."""
    first, second = (answer.call(name, *args) for _ in range(2))
    if as_array(first).shape == as_array(second).shape and not np.array_equal(first, second, equal_nan=True):
        raise Misconception("state-survives-the-call")
    return first


def _expect_inputs_unchanged(answer, right, name, *args):
    """The right result, and the inputs afterwards as before."""
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)
    expect_close(after["result"], right, RTOL, ATOL, "the result")
    if not all(np.array_equal(now, before) for now, before in zip(after["inputs"], args, strict=True)):
        raise Misconception("changes-its-inputs")


def _diagnose_path(value, right, wrong, w):
    _expect_rows(value, right, w)
    _diagnose(value, right, {"uphill": 2 * w - right, **wrong}, "path")


def _expect_rows(value, right, w):
    if _same(value, np.vstack([w, right])) or as_array(value, "path").shape == (len(right) + 1, len(w)):
        raise Misconception("start-among-the-rows")
    if _same(value, np.tile(right[-1], (len(right), 1))):
        raise Misconception("one-array-many-times")
    if as_array(value, "path").shape != right.shape:
        expect_close(value, right, RTOL, ATOL, "path")


def _diagnose(value, right, wrong, what):
    """Name the wrong recipe that gives `value`, unless it can't be told from the right one; else compare."""
    for name, recipe in wrong.items():
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


def _number(value, what: str = "rate") -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))


def _three_rates(value) -> np.ndarray:
    if isinstance(value, (list, tuple)) and len(value) == 3:
        return np.array([_number(item) for item in value])
    array = as_array(value, "rates")
    if array.size != 3:
        expect_close(array, np.zeros(3), what="rates")
    return array.reshape(3)
