"""Exercise 01: wrong answers and what must be said of each; unusual right answers."""

from __future__ import annotations

from proofs.claims import Equivalent, Mistake, Unusual

Q1 = """# q1: the blame of four numbers
def gradients_by_hand(w, b, v, c, x, t):
    z = w * x + b
    h = max(0, z)
    y = v * h + w * x + c
    dy = 2 * (y - t)
    dv, dc, dh = dy * h, dy, dy * v
    dz = dh * (z > 0)
    dw, db = dz * x + dy * x, dz
    return {"w": dw, "b": db, "v": dv, "c": dc}
"""
Q2 = """# q2: the way back through one layer
def layer_backward(g, W, x):
    dW = np.outer(g, x)
    db = g
    dx = W.T @ g
    return dW, db, dx
"""
Q3 = """# q3: two operations and the way back
def divide(a, b):
    return Node(a.value / b.value, ((a, 1 / b.value), (b, -a.value / b.value**2)))

def exp(a):
    return Node(math.exp(a.value), ((a, math.exp(a.value)),))

def sort(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(parent, False) for parent, _ in node.edges]
    return order[::-1]

def backpropagate(root):
    order = sort(root)
    for node in order:
        node.grad = 0.0
    root.grad = 1.0
    for node in order:
        for parent, slope in node.edges:
            parent.grad += node.grad * slope
"""
Q4 = """# q4: the gradients of a batch
def network_gradients(X, T, W1, b1, W2, b2):
    N, K = T.shape
    Z = X @ W1 + b1
    H = np.tanh(Z)
    Y = H @ W2 + b2
    dY = 2 * (Y - T) / (N * K)
    dW2 = H.T @ dY
    db2 = dY.sum(axis=0)
    dH = dY @ W2.T
    dZ = dH * (1 - H**2)
    dW1 = X.T @ dZ
    db1 = dZ.sum(axis=0)
    return dW1, db1, dW2, db2
"""
Q5 = """# q5: the worst relative error of a gradient
def check_gradient(loss, w, g):
    h, errors = 1e-5, []
    for i in np.ndindex(w.shape):
        kept = w[i]
        w[i] = kept + h
        above = loss(w)
        w[i] = kept - h
        below = loss(w)
        w[i] = kept
        q = (above - below) / (2 * h)
        errors.append(abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001))
    return max(errors)
"""
Q6 = """# q6: name the bug and mend the loop
BUG = "gradients never reset"

def train(X, t, rate, steps):
    w, grad, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for _ in range(steps):
        errors = X @ w - t
        losses.append(np.mean(errors**2))
        grad[:] = 0
        for row, error in zip(X, errors):
            grad += 2 * error * row / len(X)
        w -= rate * grad
    return w, losses
"""
Q7 = """# q7: three methods, their price, one choice
def compare_methods(P, d, pass_seconds, layer_bytes, k):
    passes = {"backprop": 3 - 1 / d, "recompute": 4 - 1 / d, "differences": 2 * P}
    layers = {"backprop": d + 1, "recompute": d // k + k, "differences": 2}
    return {name: (passes[name] * pass_seconds, 8 * P + layers[name] * layer_bytes) for name in passes}

CHOICE = "recompute"
SECONDS = compare_methods(**ENCODER)[CHOICE][0]
"""


def _vary(base: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        if old not in base:
            raise ValueError(f"{old!r} does not stand in the answer")
        base = base.replace(old, new)
    return base


def _mistakes(question: str, base: str, rows) -> list[Mistake]:
    return [Mistake(question, name, check, says, _vary(base, *changes)) for name, check, says, *changes in rows]


MISTAKES = [
    *_mistakes("q1", Q1, [
        ("factor two forgotten", "open_unit", "factor-two-forgotten", ("2 * (y", "(y")),
        ("t minus y", "open_unit", "sign-reversed", ("(y - t)", "(t - y)")),
        ("t minus y without the two", "open_unit", "sign-reversed", ("2 * (y - t)", "t - y")),
        ("straight road forgotten", "open_unit", "one-road-forgotten", (" + dy * x", "")),
        ("only the straight road", "open_unit", "one-road-forgotten", ("dz * x + ", "")),
        ("straight road not in y", "open_unit", "straight-road-not-in-y", (" + w * x + c", " + c")),
        ("bias on both roads", "open_unit", "bias-on-both-roads", ("dz * x + dy * x, dz", "dz * x + dy * x, dz + dy")),
        ("roads multiplied", "open_unit", "it should be", ("dz * x + dy * x", "dz * x * dy * x")),
        ("v left out", "open_unit", "weight-of-the-road-forgotten", ("dy * v", "dy")),
        ("v blamed by x", "open_unit", "blame-from-x", ("dv, dc, dh = dy * h", "dv, dc, dh = dy * x")),
        ("nothing returned", "open_unit", "is the `return` missing?", ("return {", "result = {")),
        ("v blamed by z", "shut_unit", "blame-from-z", ("dv, dc, dh = dy * h", "dv, dc, dh = dy * z")),
        ("slope of ReLU left out", "shut_unit", "relu-slope-left-out", (" * (z > 0)", "")),
        ("slope of ReLU on everything", "shut_unit", "it should be", ("2 * (y - t)", "2 * (y - t) * (z > 0)")),
        ("slope 1 at zero", "edges_of_the_unit", "slope-at-zero", ("z > 0", "z >= 0")),
    ]),
    *_mistakes("q2", Q2, [
        ("blame goes through W forwards", "bias_and_input_get_their_blame", "input-blame-by-rows", ("W.T @ g", "W @ g")),
        ("bias summed", "bias_and_input_get_their_blame", "bias-gradient-summed", ("db = g", "db = g.sum()")),
        ("bias as g times x", "bias_and_input_get_their_blame", "bias-gradient-summed", ("db = g", "db = g @ x[:len(g)]")),
        ("bias times the output", "bias_and_input_get_their_blame", "bias-gradient-scaled", ("db = g", "db = g * (W @ x)")),
        ("wrong order of the three", "bias_and_input_get_their_blame", "it should be", ("return dW, db, dx", "return db, dW, dx")),
        ("outer product transposed", "weights_get_an_outer_product", "weight-gradient-transposed", ("np.outer(g, x)", "np.outer(x, g)")),
        ("entry by entry", "bias_and_input_get_their_blame", "not-an-outer-product", ("np.outer(g, x)", "g * x")),
        ("dot product", "bias_and_input_get_their_blame", "not-an-outer-product", ("np.outer(g, x)", "g @ x")),
        ("averaged over the outputs", "weights_get_an_outer_product", "look for that factor", ("np.outer(g, x)", "np.outer(g, x) / 2")),
        ("weight instead of input", "weights_get_an_outer_product", "it should be", ("np.outer(g, x)", "g[:, None] * W")),
        ("gradient made in place of W", "inputs_stay", "inputs-changed", ("    dW = np.outer(g, x)", "    W0 = W.copy()\n    W[:] = np.outer(g, x)\n    dW = W"), ("W.T", "W0.T")),
        ("squeezed", "inputs_stay", "has shape", ("np.outer(g, x)", "np.outer(g, x).squeeze()")),
    ]),
    *_mistakes("q3", Q3, [
        ("sign of the denominator", "operations_know_their_slopes", "denominator-sign", ("-a.value / b", "a.value / b")),
        ("denominator not squared", "operations_know_their_slopes", "denominator-slope", ("b.value**2", "b.value")),
        ("slope of exp is 1", "operations_know_their_slopes", "exp-slope", ("((a, math.exp(a.value)),)", "((a, 1.0),)")),
        ("power rule for exp", "operations_know_their_slopes", "exp-slope", ("((a, math.exp(a.value)),)", "((a, a.value * math.exp(a.value - 1)),)")),
        ("root never lit", "operations_know_their_slopes", "root-gradient-not-one", ("    root.grad = 1.0\n", "")),
        ("value as root gradient", "operations_know_their_slopes", "root-gradient-not-one", ("root.grad = 1.0", "root.grad = root.value")),
        ("a number for a node", "operations_know_their_slopes", "not-a-node", ("    return Node(math.exp(a.value), ((a, math.exp(a.value)),))", "    return math.exp(a.value)")),
        ("the comma of a pair of pairs", "operations_know_their_slopes", "edges-not-pairs", ("((a, math.exp(a.value)),)", "((a, math.exp(a.value)))")),
        ("inputs first", "blame_adds_up_over_roads", "passed-on-too-early", ("order[::-1]", "order")),
        ("reset when met", "operations_know_their_slopes", "blame-does-not-arrive",
         ("    for node in order:\n        for", "    for node in order:\n        if node is not root:\n            node.grad = 0.0\n        for")),
        ("lost in the new node", "operations_know_their_slopes", "blame-does-not-arrive", ("((a, 1 / b.value), (b, -a.value / b.value**2))", "()")),
        ("overwritten", "blame_adds_up_over_roads", "last-road-wins", ("+= node", "= node")),
        ("breadth first", "blame_adds_up_over_roads", "passed-on-too-early",
         ("order = sort(root)", "order = [root]\n    for node in order:\n        order += [p for p, _ in node.edges if p not in order]")),
        ("depth first, as met", "blame_adds_up_over_roads", "passed-on-too-early",
         ("            stack.append((node, True))\n", "            order.append(node)\n"), ("if done", "if False"), ("return order[::-1]", "return order")),
        ("passed on at each arrival", "blame_adds_up_over_roads", "passed-on-too-early",
         ("    for node in order:\n        for parent, slope in node.edges:\n            parent.grad += node.grad * slope\n",
          "    def push(node):\n        for parent, slope in node.edges:\n            parent.grad += node.grad * slope\n            push(parent)\n    push(root)\n")),
        ("recursion as in the lesson", "long_chains_and_many_diamonds", "recursion-limit",
         ("    order = sort(root)\n", "    order, seen = [], set()\n    def visit(node):\n        if node not in seen:\n            seen.add(node)\n"
          "            for parent, _ in node.edges:\n                visit(parent)\n            order.append(node)\n    visit(root)\n    order.reverse()\n")),
        ("road by road", "long_chains_and_many_diamonds", "every-road-walked",
         ("    for node in order:\n        for parent, slope in node.edges:\n            parent.grad += node.grad * slope\n",
          "    waiting = [(root, 1.0)]\n    while waiting:\n        node, blame = waiting.pop()\n        for parent, slope in node.edges:\n"
          "            parent.grad += blame * slope\n            waiting.append((parent, blame * slope))\n")),
        ("old gradients kept", "a_second_call_gives_the_same", "old-gradients-kept", ("    for node in order:\n        node.grad = 0.0\n", "")),
        ("only leaves reset", "a_second_call_gives_the_same", "old-gradients-kept", ("        node.grad = 0.0", "        if not node.edges:\n            node.grad = 0.0")),
    ]),
    *_mistakes("q4", Q4, [
        ("mean over rows only, as in the lesson", "output_layer", "mean-over-rows-only", ("(N * K)", "N")),
        ("no mean", "output_layer", "mean-forgotten", (" / (N * K)", "")),
        ("mean over rows twice", "output_layer", "mean-taken-twice", ("H.T @ dY", "H.T @ dY / N"), ("dY.sum", "dY.mean"), ("X.T @ dZ", "X.T @ dZ / N"), ("dZ.sum", "dZ.mean")),
        ("factor two forgotten", "output_layer", "factor-two-forgotten", ("2 * (Y", "(Y")),
        ("T minus Y", "output_layer", "sign-reversed", ("(Y - T)", "(T - Y)")),
        ("no first bias", "output_layer", "forward-incomplete", ("X @ W1 + b1", "X @ W1")),
        ("no second bias", "output_layer", "forward-incomplete", ("H @ W2 + b2", "H @ W2")),
        ("no tanh", "output_layer", "forward-incomplete", ("np.tanh(Z)", "Z")),
        ("mean once more in the hidden layer", "hidden_layer", "look for that factor", ("X.T @ dZ", "X.T @ dZ / N")),
        ("bias not summed", "output_layer", "bias-not-summed", ("dY.sum(axis=0)", "dY"), ("dZ.sum(axis=0)", "dZ")),
        ("hidden bias not summed", "hidden_layer", "bias-not-summed", ("dZ.sum(axis=0)", "dZ")),
        ("bias averaged", "output_layer", "bias-averaged", ("dY.sum", "dY.mean")),
        ("hidden bias averaged", "hidden_layer", "bias-averaged", ("dZ.sum", "dZ.mean")),
        ("bias summed over the wrong axis", "output_layer", "has shape", ("dY.sum(axis=0)", "dY.sum(axis=1)")),
        ("output weights transposed", "output_layer", "weight-gradient-transposed", ("H.T @ dY", "dY.T @ H")),
        ("hidden weights transposed", "hidden_layer", "weight-gradient-transposed", ("X.T @ dZ", "dZ.T @ X")),
        ("slope left out", "hidden_layer", "tanh-slope-left-out", (" * (1 - H**2)", "")),
        ("slope not squared", "hidden_layer", "tanh-slope-not-squared", ("1 - H**2", "1 - H")),
        ("slope at Z", "hidden_layer", "tanh-slope-at-the-wrong-place", ("1 - H**2", "1 - Z**2")),
        ("slope at tanh of H", "hidden_layer", "tanh-slope-at-the-wrong-place", ("1 - H**2", "1 - np.tanh(H)**2")),
        ("W2 not transposed", "hidden_layer", "input-blame-by-rows", ("W2.T", "W2")),
        ("right for K = 3 only", "other_batches", "it should be", ("(N * K)", "(N * 3)")),
        ("tanh by exponentials", "other_batches", "overflow", ("np.tanh(Z)", "(np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))")),
        ("descent on the parameters", "other_batches", "inputs-changed", ("    return", "    b2 -= 0.1 * db2\n    return")),
    ]),
    *_mistakes("q5", Q5, [
        ("one-sided", "a_right_gradient_passes", "one-sided", ("w[i] = kept - h", "w[i] = kept"), ("(2 * h)", "h")),
        ("one-sided with its best step", "a_right_gradient_passes", "one-sided", ("w[i] = kept - h", "w[i] = kept"), ("(2 * h)", "h"), ("1e-5", "1.5e-8")),
        ("step 1e-12", "a_right_gradient_passes", "step-too-small", ("1e-5", "1e-12")),
        ("step 1e-2", "a_right_gradient_passes", "step-too-large", ("1e-5", "1e-2")),
        ("float32 inside", "a_right_gradient_passes", "float32-inside", ("    h, errors", "    w = w.astype(np.float32)\n    h, errors")),
        ("divided by h", "a_right_gradient_passes", "it should be below", ("(2 * h)", "h")),
        ("not restored", "a_right_gradient_passes", "not-restored", ("        w[i] = kept\n", "")),
        ("restored from a view", "a_right_gradient_passes", "not-restored", ("    h, errors = 1e-5, []", "    h, errors, before = 1e-5, [], w"), ("        w[i] = kept\n", "        w = before\n")),
        ("all at once", "a_right_gradient_passes", "all-entries-at-once",
         ("w[i] = kept + h\n        above = loss(w)", "above = loss(w + h)"), ("w[i] = kept - h\n        below = loss(w)", "below = loss(w - h)")),
        ("rows of a matrix at once", "a_wrong_entry_is_found", "all-entries-at-once", ("np.ndindex(w.shape)", "range(len(w))"), ("kept = w[i]", "kept = w[i].copy()"),
         ("abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)", "np.max(abs(g[i] - q) / np.maximum(abs(g[i]) + abs(q), 0.001))")),
        ("ratio of lengths", "a_wrong_entry_is_found", "norm-over-all", ("errors.append(abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001))", "errors.append(q)"),
         ("return max(errors)", "errors = np.reshape(errors, w.shape)\n    return np.linalg.norm(errors - g) / (np.linalg.norm(errors) + np.linalg.norm(g))")),
        ("average", "a_wrong_entry_is_found", "average-for-worst", ("max(errors)", "np.mean(errors)")),
        ("the last entry only", "a_wrong_entry_is_found", "it should be", ("max(errors)", "errors[-1]")),
        ("absolute error", "a_wrong_entry_is_found", "absolute-error", (" / max(abs(g[i]) + abs(q), 0.001)", "")),
        ("floor added", "a_wrong_entry_is_found", "floor-added", ("max(abs(g[i]) + abs(q), 0.001)", "(abs(g[i]) + abs(q) + 0.001)")),
        ("verdict for a number", "a_right_gradient_passes", "Return one number", ("max(errors)", "max(errors) < 1e-6")),
        ("an error for each entry", "a_right_gradient_passes", "Return one number", ("max(errors)", "errors")),
        ("relative to q", "a_wrong_entry_is_found", "other-denominator", ("abs(g[i]) + abs(q)", "abs(q)")),
        ("relative to the larger", "a_wrong_entry_is_found", "other-denominator", ("abs(g[i]) + abs(q)", "abs(g[i]), abs(q)")),
        ("sign kept", "a_right_gradient_passes", "not negative", ("abs(g[i] - q)", "(g[i] - q)"), ("return max(errors)", "return min(errors)")),
        ("no floor", "zeros_and_tiny_entries", "zero-over-zero", ("max(abs(g[i]) + abs(q), 0.001)", "(abs(g[i]) + abs(q))"), ("max(errors)", "np.max(errors)"), ("abs(g[i] - q)", "abs(np.float64(g[i]) - q)")),
        ("a floor too low", "zeros_and_tiny_entries", "floor-left-out", ("0.001", "1e-12")),
    ]),
    *_mistakes("q6", Q6, [
        ("the rate is to blame", "bug_is_named", "rate-blamed", ("gradients never reset", "rate too high")),
        ("overwriting is to blame", "bug_is_named", "overwriting-blamed", ("gradients never reset", "gradients overwritten")),
        ("the sign is to blame", "bug_is_named", "sign-blamed", ("gradients never reset", "Wrong  sign")),
        ("own words", "bug_is_named", "it should be", ("gradients never reset", "momentum")),
        ("still not reset", "loop_descends", "still-not-reset", ("        grad[:] = 0\n", "")),
        ("reset for each row", "loop_descends", "only-the-last-row", ("        grad[:] = 0\n", ""), ("            grad +=", "            grad[:] = 0\n            grad +=")),
        ("overwritten", "loop_descends", "only-the-last-row", ("grad +=", "grad =")),
        ("rate lowered", "loop_descends", "rate-changed", ("w -= rate", "w -= 0.1 * rate")),
        ("sum for mean", "loop_descends", "rate-changed", (" / len(X)", "")),
        ("friction for reset", "loop_descends", "it should be", ("grad[:] = 0", "grad *= 0.5")),
        ("losses after the step", "loop_descends", "losses-after-the-step", ("        losses.append(np.mean(errors**2))\n", ""), ("        w -= rate * grad\n", "        w -= rate * grad\n        losses.append(np.mean((X @ w - t) ** 2))\n")),
        ("sum of the losses", "loop_descends", "it should be", ("np.mean(errors**2)", "np.sum(errors**2)")),
        ("uphill", "loop_descends", "it should be", ("w -= rate", "w += rate")),
        ("list kept between calls", "nothing_outlives_a_call", "state-between-calls", ("rate, steps):", "rate, steps, memory={}):"), ("    w, grad, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []", "    w = memory.setdefault(X.shape, np.zeros(X.shape[1]))\n    grad, losses = np.zeros(X.shape[1]), []")),
        ("targets changed", "nothing_outlives_a_call", "inputs-changed", ("errors = X @ w - t", "t -= X @ w\n        errors = -t"), ("w -= rate * grad", "t += X @ w\n        w -= rate * grad\n    t += 1e-3")),
    ]),
    *_mistakes("q7", Q7, [
        ("one-sided passes", "seconds_are_counted", "one-sided-passes", ("2 * P", "P + 1")),
        ("backward for each parameter", "seconds_are_counted", "backward-per-parameter", ("3 - 1 / d", "1 + P")),
        ("forward forgotten", "seconds_are_counted", "forward-forgotten", ("3 - 1 / d", "2 - 1 / d")),
        ("two passes back", "seconds_are_counted", "first-layer-counted-twice", ("3 - 1 / d", "3"), ("4 - 1 / d", "4")),
        ("recompute for free", "seconds_are_counted", "seconds (backprop, recompute, differences)[1]", ("4 - 1 / d", "3 - 1 / d")),
        ("milliseconds", "seconds_are_counted", "look for that factor", ("* pass_seconds", "* pass_seconds * 1000")),
        ("weights only", "bytes_are_counted", "only-weights-in-memory", (" + layers[name] * layer_bytes", "")),
        ("gradient not stored", "bytes_are_counted", "gradient-not-stored", ("8 * P", "4 * P")),
        ("input not kept", "bytes_are_counted", "input-not-kept", ("d + 1,", "d,")),
        ("block not kept", "bytes_are_counted", "bytes (backprop, recompute, differences)[1]", ("d // k + k", "d // k")),
        ("fastest, too large", "choice_has_its_price", "does-not-fit", ('CHOICE = "recompute"', 'CHOICE = "backprop"')),
        ("fits, takes lifetimes", "choice_has_its_price", "lifetimes", ('CHOICE = "recompute"', 'CHOICE = "differences"')),
        ("price of the other", "choice_has_its_price", "SECONDS", ("[CHOICE][0]", '["backprop"][0]')),
        ("bytes for seconds", "choice_has_its_price", "SECONDS", ("[CHOICE][0]", "[CHOICE][1]")),
    ]),
]  # fmt: skip

UNUSUAL = [
    Unusual(
        "q1",
        "autograd in float32, as tensors",
        """# q1
import torch

def gradients_by_hand(w, b, v, c, x, t):
    w, b, v, c = leaves = [torch.tensor(float(a), requires_grad=True) for a in (w, b, v, c)]
    loss = (v * torch.relu(w * x + b) + w * x + c - t) ** 2
    return dict(zip("wbvc", torch.autograd.grad(loss, leaves)))
""",
    ),
    Unusual(
        "q1",
        "a tuple of one-entry arrays",
        """# q1
def gradients_by_hand(w, b, v, c, x, t):
    on = np.array([float(w * x + b > 0)])
    error = 2 * ((v * on + 1) * w * x + v * on * b + c - t)
    return error * x * (1 + v * on), error * v * on, error * on * (w * x + b), error
""",
    ),
    Unusual(
        "q1",
        "other names",
        """# q1
def gradients_by_hand(w1, b1, w2, b2, x0, target):
    if w1 * x0 + b1 > 0:
        e = 2 * (w2 * (w1 * x0 + b1) + w1 * x0 + b2 - target)
        return {"dw": e * (w2 + 1) * x0, "db": e * w2, "dv": e * (w1 * x0 + b1), "dc": e}
    e = 2 * (w1 * x0 + b2 - target)
    return {"dw": e * x0, "db": 0, "dv": 0, "dc": e}
""",
    ),
    Unusual(
        "q2",
        "loops and lists",
        """# q2
def layer_backward(g, W, x):
    m, n = len(g), len(x)
    dW = [[float(g[i] * x[j]) for j in range(n)] for i in range(m)]
    return [dW, [float(a) for a in g], [sum(float(W[i, j] * g[i]) for i in range(m)) for j in range(n)]]
""",
    ),
    Unusual(
        "q2",
        "einsum and the third-order tensor",
        """# q2
def layer_backward(g, W, x):
    tensor = np.einsum("ki,j->kij", np.eye(len(g)), x)
    return {"dx": g @ W, "db": 1.0 * g, "dW": np.einsum("k,kij->ij", g, tensor)}
""",
    ),
    Unusual(
        "q2",
        "autograd",
        """# q2
import torch

def layer_backward(g, W, x):
    W, x = (torch.tensor(a, requires_grad=True) for a in (W, x))
    b = torch.zeros(len(g), dtype=torch.float64, requires_grad=True)
    (W @ x + b).backward(torch.tensor(g))
    return W.grad, b.grad, x.grad
""",
    ),
    Unusual("q3", "sorted list, depth first with a stack", Q3),
    Unusual(
        "q3",
        "quotient as a power, users kept in lists, gradients collected aside",
        """# q3
def divide(a, b):
    return a * Node(b.value**-1, [(b, -(b.value**-2))])

def exp(a):
    e = Node(np.exp(a.value))
    e.edges = ((a, e.value),)
    return e

def backpropagate(root):
    users, queue, k = {id(root): []}, [root], 0
    while k < len(queue):
        for parent, slope in queue[k].edges:
            if id(parent) not in users:
                users[id(parent)] = []
                queue.append(parent)
            users[id(parent)].append((queue[k], slope))
        k += 1
    depth = {id(root): 0}
    waiting = [root]
    left = {key: len(value) for key, value in users.items()}
    gradient = {id(root): 1.0}
    while waiting:
        node = waiting.pop(0)
        node.grad = gradient[id(node)]
        for parent, _ in node.edges:
            left[id(parent)] -= 1
            if left[id(parent)] == 0:
                gradient[id(parent)] = sum(gradient[id(user)] * slope for user, slope in users[id(parent)])
                waiting.append(parent)
""",
    ),
    Unusual(
        "q3",
        "recursion with a higher limit",
        _vary(
            Q3,
            (
                "    order = sort(root)\n",
                """    import sys
    limit, order, seen = sys.getrecursionlimit(), [], set()
    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.edges:
                visit(parent)
            order.append(node)
    sys.setrecursionlimit(20_000)
    visit(root)
    sys.setrecursionlimit(limit)
    order.reverse()
""",
            ),
        ),
    ),
    Unusual(
        "q4",
        "autograd and mse_loss in float32",
        """# q4
import torch

def network_gradients(X, T, W1, b1, W2, b2):
    X, T = (torch.tensor(a, dtype=torch.float32) for a in (X, T))
    leaves = [torch.tensor(a, dtype=torch.float32, requires_grad=True) for a in (W1, b1, W2, b2)]
    loss = torch.nn.functional.mse_loss(torch.tanh(X @ leaves[0] + leaves[1]) @ leaves[2] + leaves[3], T)
    return torch.autograd.grad(loss, leaves)
""",
    ),
    Unusual(
        "q4",
        "row by row",
        """# q4
def network_gradients(X, T, W1, b1, W2, b2):
    total = {"dW1": 0 * W1, "db1": 0 * b1, "dW2": 0 * W2, "db2": 0 * b2}
    for x, t in zip(X, T):
        h = np.tanh(x @ W1 + b1)
        dy = (h @ W2 + b2 - t) * 2 / len(t)
        dz = (W2 @ dy) / np.cosh(np.clip(x @ W1 + b1, -300, 300)) ** 2
        for name, part in zip(total, (np.outer(x, dz), dz, np.outer(h, dy), dy)):
            total[name] = total[name] + part / len(X)
    return total
""",
    ),
    Unusual(
        "q4",
        "bias as one more weight, einsum",
        """# q4
def network_gradients(X, T, W1, b1, W2, b2):
    one = np.ones((len(X), 1))
    X1, V1, V2 = np.hstack([X, one]), np.vstack([W1, b1]), np.vstack([W2, b2])
    H1 = np.hstack([np.tanh(X1 @ V1), one])
    D = 2 * (H1 @ V2 - T) / len(T) / len(T[0])
    dV2 = np.einsum("nm,nk->mk", H1, D)
    dV1 = np.einsum("nd,nk,mk,nm->dm", X1, D, W2, 1 - H1[:, :-1] ** 2)
    return [dV1[:-1], dV1[-1], dV2[:-1], dV2[-1]]
""",
    ),
    Unusual("q5", "in place and restored", Q5),
    Unusual(
        "q5",
        "unit vectors, all at the end",
        """# q5
def check_gradient(loss, w, g, h=6e-6):
    steps = h * np.eye(w.size).reshape(w.size, *w.shape)
    q = np.array([loss(w + e) - loss(w - e) for e in steps]) / (2 * h)
    g = np.ravel(g)
    return np.array([np.max(np.abs(g - q) / np.clip(np.abs(g) + np.abs(q), 0.001, None))])
""",
    ),
    Unusual(
        "q5",
        "five points",
        _vary(
            Q5,
            ("1e-5", "1e-3"),
            (
                "        w[i] = kept\n",
                """        w[i] = kept + 2 * h
        far = loss(w)
        w[i] = kept - 2 * h
        far -= loss(w)
        w[i] = kept
""",
            ),
            ("(above - below) / (2 * h)", "(8 * (above - below) - far) / (12 * h)"),
        ),
    ),
    Unusual(
        "q6",
        "reset after the step",
        _vary(
            Q6,
            ("        grad[:] = 0\n", ""),
            ("        w -= rate * grad\n", "        w = w - rate * grad\n        grad = grad * 0\n"),
        ),
    ),
    Unusual(
        "q6",
        "lists and autograd",
        """# q6
import torch

BUG = "Gradients never reset"

def train(X, t, rate, steps):
    X, t = torch.tensor(X), torch.tensor(t)
    w, losses = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True), []
    for _ in range(steps):
        loss = ((X @ w - t) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return {"w": w.detach(), "losses": np.array(losses)}
""",
    ),
    Unusual(
        "q7",
        "lists, operations counted layer by layer",
        """# q7
def compare_methods(P, d, pass_seconds, layer_bytes, k):
    forward = sum(pass_seconds / d for _ in range(d))
    back = sum(pass_seconds / d * (2 if layer else 1) for layer in range(d))
    kept = [4 * P + 4 * P + layer_bytes * n for n in (d + 1, d / k + k, 2)]
    times = np.array([forward + back, forward + back + forward, P * 2 * forward])
    return dict(zip(("backprop", "recompute", "differences"), ([s, n] for s, n in zip(times, kept))))

CHOICE = " Recompute"
SECONDS = np.array([compare_methods(**ENCODER)["recompute"][0]])[0]
""",
    ),
]

EQUIVALENT = [
    Equivalent("q1", "the larger of two numbers, whichever stands first", (
        "h = max(0.0, z) → h = max(z, 0.0)",
    )),
    Equivalent("q2", "the gradient itself in the place of its copy: the same numbers, and nothing of the inputs is changed", (
        "return (np.outer(g, x), g.copy(), W.T @ g) → return (np.outer(g, x), g, W.T @ g)",
    )),
    Equivalent("q3", "the order of the edges of a node does not matter: their blame is added up", (
        "for parent, _ in node.edges: → for parent, _ in list(node.edges)[::-1]:",
        "for parent, slope in node.edges: → for parent, slope in list(node.edges)[::-1]:",
        "return Node(a.value / b.value, ((a, 1 / b.value), (b, -a.value / b.value ** 2))) → return Node(a.value / b.value, ((b, -a.value / b.value ** 2), (a, 1 / b.value)))",
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        "parent.grad += node.grad * slope / users[parent] -= 1 → users[parent] -= 1 / parent.grad += node.grad * slope",
        "users[parent] = 0 / found.append(parent) → found.append(parent) / users[parent] = 0",
    )),
    Equivalent("q3", "the root is nobody's input, so that its count is never read", (
        "users, found = ({root: 0}, [root]) → users, found = ({root: 1}, [root])",
        "users, found = ({root: 0}, [root]) → users, found = ({root: -1}, [root])",
    )),
    Equivalent("q3", "found and users hold the same nodes", (
        "if parent not in users: → if parent not in found:",
    )),
    Equivalent("q5", "the order of the entries does not matter to a maximum", (
        "for i in np.ndindex(w.shape): → for i in list(np.ndindex(w.shape))[::-1]:",
    )),
    Equivalent("q5", "two neighbouring lines that do not touch each other", (
        "above[i] += h / below[i] -= h → below[i] -= h / above[i] += h",
    )),
    Equivalent("q5", "you choose h: twice, half or minus the solution's is as good", (
        "h, worst = (1e-05, 0.0) → h, worst = (2e-05, 0.0)",
        "h, worst = (1e-05, 0.0) → h, worst = (-1e-05, 0.0)",
        "h, worst = (1e-05, 0.0) → h, worst = (5e-06, 0.0)",
    )),
    Equivalent("q5", "no error is below 0", (
        "h, worst = (1e-05, 0.0) → h, worst = (1e-05, -1.0)",
    )),
    Equivalent("q5", "the larger of two numbers, whichever stands first", (
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) → worst = max(abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001), worst)",
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) → worst = max(worst, abs(g[i] - q) / max(0.001, abs(g[i]) + abs(q)))",
    )),
    Equivalent("q5", "g has the shape of w", (
        "for i in np.ndindex(w.shape): → for i in np.ndindex(g.shape):",
    )),
    Equivalent("q5", "an absolute value has no sign", (
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) → worst = max(worst, abs(q - g[i]) / max(abs(g[i]) + abs(q), 0.001))",
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) → worst = max(worst, abs(-(g[i] - q)) / max(abs(g[i]) + abs(q), 0.001))",
    )),
    Equivalent("q6", "the number of the step is not used", (
        "for _ in range(steps): → for _ in list(range(steps))[::-1]:",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other: the errors were taken before", (
        "losses.append(np.mean(errors ** 2)) / w = w - rate * 2 * X.T @ errors / len(X) → w = w - rate * 2 * X.T @ errors / len(X) / losses.append(np.mean(errors ** 2))",
    )),
    Equivalent("q6", "in place, on an array that the function made itself", (
        "w = w - rate * 2 * X.T @ errors / len(X) → w -= rate * 2 * X.T @ errors / len(X)",
    )),
    Equivalent("q6", "the last of two axes", (
        "w, losses = (np.zeros(X.shape[1]), []) → w, losses = (np.zeros(X.shape[-1]), [])",
    )),
    Equivalent("q6", "errors has an entry for each row of X", (
        "w = w - rate * 2 * X.T @ errors / len(X) → w = w - rate * 2 * X.T @ errors / len(errors)",
    )),
    Equivalent("q7", "d is a multiple of k", (
        "return {'backprop': ((1 + back) * pass_seconds, numbers + (d + 1) * layer_bytes), 'recompute': ((2 + back) * pass_seconds, numbers + (d // k + k) * layer_bytes), 'differences': (2 * P * pass_seconds, numbers + 2 * layer_bytes)} → return {'backprop': ((1 + back) * pass_seconds, numbers + (d + 1) * layer_bytes), 'recompute': ((2 + back) * pass_seconds, numbers + (d / k + k) * layer_bytes), 'differences': (2 * P * pass_seconds, numbers + 2 * layer_bytes)}",
    )),
]  # fmt: skip
