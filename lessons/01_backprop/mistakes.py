"""Exercise 01: wrong answers that its checks must name, and unusual right ones."""

from __future__ import annotations

from proofs.claims import Equivalent, Mistake, Unusual, edit_by_arrows

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
_EXP_EDGES = "((a, math.exp(a.value)),)"
_PASS_ON = """    for node in order:
        for parent, slope in node.edges:
            parent.grad += node.grad * slope
"""
_PASS_ON_AT_EACH_ARRIVAL = """    def push(node):
        for parent, slope in node.edges:
            parent.grad += node.grad * slope
            push(parent)
    push(root)
"""
_PASS_ON_ROAD_BY_ROAD = """    waiting = [(root, 1.0)]
    while waiting:
        node, blame = waiting.pop()
        for parent, slope in node.edges:
            parent.grad += blame * slope
            waiting.append((parent, blame * slope))
"""
_SORT = "    order = sort(root)\n"
_SORT_BY_DISTINCT_USERS = """    order, users = sort(root), {}
    for node in order:
        for parent in {parent for parent, _ in node.edges}:
            users[parent] = users.get(parent, 0) + 1
"""
_PASS_ON_COUNTING_DOWN = """    ready = [root]
    for node in ready:
        for parent, slope in node.edges:
            parent.grad += node.grad * slope
            users[parent] -= 1
            if users[parent] == 0:
                ready.append(parent)
"""
_SORT_BREADTH_FIRST = """    order = [root]
    for node in order:
        order += [p for p, _ in node.edges if p not in order]
"""
_SORT_BY_RECURSION = """    order, seen = [], set()
    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.edges:
                visit(parent)
            order.append(node)
    visit(root)
    order.reverse()
"""
_SORT_BY_DEEPER_RECURSION = _SORT_BY_RECURSION.replace(
    "    visit(root)\n",
    """    import sys
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    visit(root)
    sys.setrecursionlimit(limit)
""",
)
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
_SIZE = "max(abs(g[i]) + abs(q), 0.001)"
_ERROR = f"abs(g[i] - q) / {_SIZE}"
_RATIO_OF_LENGTHS = """    q = np.reshape(errors, w.shape)
    return np.linalg.norm(q - g) / (np.linalg.norm(q) + np.linalg.norm(g))
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
_OPEN, _NAMED, _LOOP = "open_unit", "bug_is_named", "loop_descends"
_BIAS, _OUTER = "bias_and_input_get_their_blame", "weights_get_an_outer_product"
_SLOPES, _ROADS = "operations_know_their_slopes", "blame_adds_up_over_roads"
_OUTPUT, _HIDDEN, _OTHER = "output_layer", "hidden_layer", "other_batches"
_CHAINS = "long_chains_and_many_diamonds"
_RIGHT, _WRONG = "a_right_gradient_passes", "a_wrong_entry_is_found"
_SECONDS, _BYTES = "seconds_are_counted", "bytes_are_counted"
_CHOICE = "choice_has_its_price"
_ANSWERS = {"q1": Q1, "q2": Q2, "q3": Q3, "q4": Q4, "q5": Q5, "q6": Q6, "q7": Q7}


# (question, name, first check that fails, what it says): changes of the right answer, each "old → new"
_MISTAKES = {
    ("q1", "factor two forgotten", _OPEN, "factor-two-forgotten"): ("2 * (y → (y",),
    ("q1", "t minus y", _OPEN, "sign-reversed"): ("(y - t) → (t - y)",),
    ("q1", "t minus y without the two", _OPEN, "sign-reversed"): ("2 * (y - t) → t - y",),
    ("q1", "straight road forgotten", _OPEN, "one-road-forgotten"): (" + dy * x → ",),
    ("q1", "only the straight road", _OPEN, "one-road-forgotten"): ("dz * x +  → ",),
    ("q1", "straight road not in y", _OPEN, "straight-road-not-in-y"): (" + w * x + c →  + c",),
    ("q1", "bias on both roads", _OPEN, "bias-on-both-roads"): ("dz * x + dy * x, dz → dz * x + dy * x, dz + dy",),
    ("q1", "roads multiplied", _OPEN, "it should be"): ("dz * x + dy * x → dz * x * dy * x",),
    ("q1", "input left out on the straight road", _OPEN, "input-forgotten"): ("dz * x + dy * x → dz * x + dy",),
    ("q1", "ReLU open by its input", _OPEN, "open-unit-shut"): ("z > 0 → x > 0",),
    ("q1", "bias times the weight", _OPEN, "a factor too many"): ("dz * x + dy * x, dz → dz * x + dy * x, dz * w",),
    ("q1", "v left out", _OPEN, "weight-of-the-road-forgotten"): ("dy * v → dy",),
    ("q1", "v blamed by x", _OPEN, "blame-from-x"): ("dv, dc, dh = dy * h → dv, dc, dh = dy * x",),
    ("q1", "nothing returned", _OPEN, "is the `return` missing?"): ("return { → result = {",),
    ("q1", "v blamed by z", "shut_unit", "blame-from-z"): ("dv, dc, dh = dy * h → dv, dc, dh = dy * z",),
    ("q1", "slope of ReLU left out", "shut_unit", "relu-slope-left-out"): (" * (z > 0) → ",),
    ("q1", "no ReLU on the way forward", "shut_unit", "relu-left-out-of-y"): ("h = max(0, z) → h = z",),
    ("q1", "slope of ReLU on everything", "shut_unit", "it should be"): ("2 * (y - t) → 2 * (y - t) * (z > 0)",),
    ("q1", "slope 1 at zero", "shut_unit", "slope-at-zero"): ("z > 0 → z >= 0",),
    ("q1", "loss over error", "edges_of_the_unit", "ZeroDivisionError"): ("2 * (y - t) → 2 * (y - t) ** 2 / (y - t)",),
    ("q2", "blame goes through W forwards", _BIAS, "input-blame-by-rows"): ("W.T @ g → W @ g",),
    ("q2", "bias summed", _BIAS, "bias-gradient-summed"): ("db = g → db = g.sum()",),
    ("q2", "bias as g times x", _BIAS, "bias-gradient-summed"): ("db = g → db = g @ x[:len(g)]",),
    ("q2", "bias times the output", _BIAS, "bias-gradient-scaled"): ("db = g → db = g * (W @ x)",),
    ("q2", "wrong order of the three", _BIAS, "parts-exchanged"): ("return dW, db, dx → return db, dW, dx",),
    ("q2", "outer product transposed", _OUTER, "weight-gradient-transposed"): ("np.outer(g, x) → np.outer(x, g)",),
    ("q2", "entry by entry", _BIAS, "not-an-outer-product"): ("np.outer(g, x) → g * x",),
    ("q2", "dot product", _BIAS, "not-an-outer-product"): ("np.outer(g, x) → g @ x",),
    ("q2", "averaged over the outputs", _OUTER, "half of what"): ("np.outer(g, x) → np.outer(g, x) / 2",),
    ("q2", "mean over the outputs", _BIAS, "outputs-averaged"): ("W.T @ g → W.T @ g / len(g)",),
    ("q2", "the output goes back", _BIAS, "output-for-blame"): ("W.T @ g → W.T @ (W @ x)",),
    ("q2", "weights moved on the way", _BIAS, "changes-its-inputs"): ("    db = g →     W -= 0.1 * dW\n    db = g",),
    ("q2", "input multiplied in", _BIAS, "input-multiplied-in"): ("W.T @ g → (W.T @ g) * x",),
    ("q2", "a column", _BIAS, "column-for-vector"): ("W.T @ g → W.T @ g[:, None]",),
    ("q2", "weight instead of input", _OUTER, "it should be"): ("np.outer(g, x) → g[:, None] * W",),
    ("q2", "gradient made in place of W", _BIAS, "changes-its-inputs"): (
        "    dW = np.outer(g, x) →     W0 = W.copy()\n    W[:] = np.outer(g, x)\n    dW = W",
        "W.T → W0.T",
    ),
    ("q2", "squeezed", _OUTER, "has shape"): ("np.outer(g, x) → np.outer(g, x).squeeze()",),
    ("q2", "one weight is no matrix", "one_input_or_one_output", "has shape"): (
        "np.outer(g, x) → np.outer(g, x) if W.size > 1 else g * x",
    ),
    ("q3", "root alone forgotten", "larger_graphs", "∂root/∂input"): (
        f"{_SORT} →     if not root.edges:\n        return\n{_SORT}",
    ),
    ("q3", "sign of the denominator", _SLOPES, "denominator-sign"): ("-a.value / b → a.value / b",),
    ("q3", "denominator not squared", _SLOPES, "denominator-slope"): ("b.value**2 → b.value",),
    ("q3", "slope of exp is 1", _SLOPES, "exp-slope"): (f"{_EXP_EDGES} → ((a, 1.0),)",),
    ("q3", "power rule for exp", _SLOPES, "exp-slope"): (f"{_EXP_EDGES} → ((a, a.value * math.exp(a.value - 1)),)",),
    ("q3", "root never lit", _SLOPES, "root-gradient-not-one"): ("    root.grad = 1.0\n → ",),
    ("q3", "value as root gradient", _SLOPES, "root-gradient-not-one"): ("root.grad = 1.0 → root.grad = root.value",),
    ("q3", "a number for a node", _SLOPES, "not-a-node"): (
        "    return Node(math.exp(a.value), ((a, math.exp(a.value)),)) →     return math.exp(a.value)",
    ),
    ("q3", "the comma of a pair of pairs", _SLOPES, "edges-not-pairs"): (f"{_EXP_EDGES} → ((a, math.exp(a.value)))",),
    ("q3", "edges in a dictionary", _ROADS, "one-edge-for-both"): (
        "((a, 1 / b.value), (b, -a.value / b.value**2)) → tuple({a: 1 / b.value, b: -a.value / b.value**2}.items())",
    ),
    ("q3", "inputs first", _ROADS, "passed-on-too-early"): ("order[::-1] → order",),
    ("q3", "reset when met", _SLOPES, "blame-does-not-arrive"): (
        "        for parent, →         if node is not root:\n            node.grad = 0.0\n        for parent,",
    ),
    ("q3", "lost in the new node", _SLOPES, "blame-does-not-arrive"): (
        "((a, 1 / b.value), (b, -a.value / b.value**2)) → ()",
    ),
    ("q3", "overwritten", _ROADS, "last-road-wins"): ("+= node → = node",),
    ("q3", "breadth first", _ROADS, "passed-on-too-early"): (f"{_SORT} → {_SORT_BREADTH_FIRST}",),
    ("q3", "depth first, as met", _ROADS, "passed-on-too-early"): (
        "            stack.append((node, True))\n →             order.append(node)\n",
        "if done → if False",
        "return order[::-1] → return order",
    ),
    ("q3", "passed on at each arrival", _ROADS, "passed-on-too-early"): (f"{_PASS_ON} → {_PASS_ON_AT_EACH_ARRIVAL}",),
    ("q3", "users counted once", _ROADS, "passed-on-too-early"): (
        f"{_SORT} → {_SORT_BY_DISTINCT_USERS}",
        f"{_PASS_ON} → {_PASS_ON_COUNTING_DOWN}",
    ),
    ("q3", "nodes known by their value", _ROADS, "known-by-value"): (
        "node not in seen → node.value not in seen",
        "seen.add(node) → seen.add(node.value)",
    ),
    ("q3", "nothing is behind a slope of 0", _ROADS, "old-gradients-kept"): (
        "for parent, _ in node.edges] → for parent, slope in node.edges if slope]",
    ),
    ("q3", "recursion as in the lesson", _CHAINS, "recursion-limit"): (f"{_SORT} → {_SORT_BY_RECURSION}",),
    ("q3", "road by road", _CHAINS, "every-road-walked"): (f"{_PASS_ON} → {_PASS_ON_ROAD_BY_ROAD}",),
    ("q3", "old gradients kept", _ROADS, "old-gradients-kept"): (
        "    for node in order:\n        node.grad = 0.0\n → ",
    ),
    ("q3", "only leaves reset", _ROADS, "old-gradients-kept"): (
        "        node.grad = 0.0 →         if not node.edges:\n            node.grad = 0.0",
    ),
    ("q3", "root lit only if it was dark", _ROADS, "old-gradients-kept"): (
        "    for node in order:\n        node.grad = 0.0\n    root.grad = 1.0 → "
        "    for node in order[1:]:\n        node.grad = 0.0\n    root.grad = root.grad or 1.0",
    ),
    ("q3", "nodes marked as seen for good", _ROADS, "old-gradients-kept"): (
        "elif node not in seen → elif not hasattr(node, 'seen')",
        "            seen.add(node) →             node.seen = True",
    ),
    ("q4", "mean over rows only, as in the lesson", _OUTPUT, "mean-over-rows-only"): ("(N * K) → N",),
    ("q4", "no mean", _OUTPUT, "mean-forgotten"): (" / (N * K) → ",),
    ("q4", "mean over rows twice", _OUTPUT, "mean-taken-twice"): (
        "H.T @ dY → H.T @ dY / N",
        "dY.sum → dY.mean",
        "X.T @ dZ → X.T @ dZ / N",
        "dZ.sum → dZ.mean",
    ),
    ("q4", "factor two forgotten", _OUTPUT, "factor-two-forgotten"): ("2 * (Y → (Y",),
    ("q4", "T minus Y", _OUTPUT, "sign-reversed"): ("(Y - T) → (T - Y)",),
    ("q4", "no first bias", _OUTPUT, "forward-incomplete"): ("X @ W1 + b1 → X @ W1",),
    ("q4", "no second bias", _OUTPUT, "forward-incomplete"): ("H @ W2 + b2 → H @ W2",),
    ("q4", "no tanh", _OUTPUT, "forward-incomplete"): ("np.tanh(Z) → Z",),
    ("q4", "mean once more in the hidden layer", _HIDDEN, "another number divides"): ("X.T @ dZ → X.T @ dZ / N",),
    ("q4", "bias not summed", _OUTPUT, "bias-not-summed"): ("dY.sum(axis=0) → dY", "dZ.sum(axis=0) → dZ"),
    ("q4", "hidden bias not summed", _HIDDEN, "bias-not-summed"): ("dZ.sum(axis=0) → dZ",),
    ("q4", "bias averaged", _OUTPUT, "bias-averaged"): ("dY.sum → dY.mean",),
    ("q4", "hidden bias averaged", _HIDDEN, "bias-averaged"): ("dZ.sum → dZ.mean",),
    ("q4", "order of the lesson's layers turned round", _OUTPUT, "parts-exchanged"): (
        "return dW1, db1, dW2, db2 → return dW2, db2, dW1, db1",
    ),
    ("q4", "biases keep an axis", _OUTPUT, "an axis of length 1 is too many"): ("axis=0 → axis=0, keepdims=True",),
    ("q4", "bias summed over the wrong axis", _OUTPUT, "has shape"): ("dY.sum(axis=0) → dY.sum(axis=1)",),
    ("q4", "output weights transposed", _OUTPUT, "weight-gradient-transposed"): ("H.T @ dY → dY.T @ H",),
    ("q4", "hidden weights transposed", _HIDDEN, "weight-gradient-transposed"): ("X.T @ dZ → dZ.T @ X",),
    ("q4", "slope left out", _HIDDEN, "tanh-slope-left-out"): (" * (1 - H**2) → ",),
    ("q4", "slope not squared", _HIDDEN, "tanh-slope-not-squared"): ("1 - H**2 → 1 - H",),
    ("q4", "slope of the sigmoid", _HIDDEN, "slope-of-another-activation"): ("(1 - H**2) → H * (1 - H)",),
    ("q4", "slope of ReLU", _HIDDEN, "slope-of-another-activation"): ("(1 - H**2) → (H > 0)",),
    ("q4", "slope at Z", _HIDDEN, "tanh-slope-at-the-wrong-place"): ("1 - H**2 → 1 - Z**2",),
    ("q4", "slope at tanh of H", _HIDDEN, "tanh-slope-at-the-wrong-place"): ("1 - H**2 → 1 - np.tanh(H)**2",),
    ("q4", "W2 not transposed", _HIDDEN, "input-blame-by-rows"): ("W2.T → W2",),
    ("q4", "right for K = 2 only", _OUTPUT, "two-outputs-assumed"): ("2 * (Y - T) / (N * K) → (Y - T) / N",),
    ("q4", "right for K = 3 only", _HIDDEN, "2/3 of what"): ("(N * K) → (N * 3)",),
    ("q4", "tanh by exponentials", _OTHER, "overflow"): (
        "np.tanh(Z) → (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))",
    ),
    ("q4", "descent on the parameters", _OUTPUT, "changes-its-inputs"): (
        "    return →     b2 -= 0.1 * db2\n    return",
    ),
    ("q5", "one-sided", _RIGHT, "one-sided"): ("w[i] = kept - h → w[i] = kept", "(2 * h) → h"),
    ("q5", "one-sided with its best step", _RIGHT, "one-sided"): (
        "w[i] = kept - h → w[i] = kept",
        "(2 * h) → h",
        "1e-5 → 1.5e-8",
    ),
    ("q5", "step 1e-12", _RIGHT, "step-too-small"): ("1e-5 → 1e-12",),
    ("q5", "step 1e-2", _RIGHT, "step-too-large"): ("1e-5 → 1e-2",),
    ("q5", "float32 inside", _RIGHT, "float32-inside"): (
        "    h, errors →     w = w.astype(np.float32)\n    h, errors",
    ),
    ("q5", "divided by h", _RIGHT, "divided-by-h"): ("(2 * h) → h",),
    ("q5", "not restored", _RIGHT, "not-restored"): ("        w[i] = kept\n → ",),
    ("q5", "restored from a view", _RIGHT, "not-restored"): (
        "    h, errors = 1e-5, [] →     h, errors, before = 1e-5, [], w",
        "        w[i] = kept\n →         w = before\n",
    ),
    ("q5", "all at once", _RIGHT, "all-entries-at-once"): (
        "w[i] = kept + h\n        above = loss(w) → above = loss(w + h)",
        "w[i] = kept - h\n        below = loss(w) → below = loss(w - h)",
    ),
    ("q5", "rows of a matrix at once", _WRONG, "all-entries-at-once"): (
        "np.ndindex(w.shape) → range(len(w))",
        "kept = w[i] → kept = w[i].copy()",
        f"{_ERROR} → np.max(abs(g[i] - q) / np.maximum(abs(g[i]) + abs(q), 0.001))",
    ),
    ("q5", "ratio of lengths", _WRONG, "norm-over-all"): (
        f"{_ERROR} → q",
        f"    return max(errors)\n → {_RATIO_OF_LENGTHS}",
    ),
    ("q5", "average", _WRONG, "average-for-worst"): ("max(errors) → np.mean(errors)",),
    ("q5", "the last entry only", _WRONG, "not-the-worst"): ("max(errors) → errors[-1]",),
    ("q5", "absolute error", _WRONG, "absolute-error"): (" / max(abs(g[i]) + abs(q), 0.001) → ",),
    ("q5", "floor added", _WRONG, "floor-added"): (f"{_SIZE} → (abs(g[i]) + abs(q) + 0.001)",),
    ("q5", "verdict for a number", _RIGHT, "Return one number"): ("max(errors) → max(errors) < 1e-6",),
    ("q5", "an error for each entry", _RIGHT, "Return one number"): ("max(errors) → errors",),
    ("q5", "relative to q", _WRONG, "other-denominator"): ("abs(g[i]) + abs(q) → abs(q)",),
    ("q5", "relative to the larger", _WRONG, "other-denominator"): ("abs(g[i]) + abs(q) → abs(g[i]), abs(q)",),
    ("q5", "moved there and back", _RIGHT, "restored-by-arithmetic"): (
        "        kept = w[i]\n → ",
        "w[i] = kept + h → w[i] += h",
        "w[i] = kept - h → w[i] -= 2 * h",
        "        w[i] = kept\n →         w[i] += h\n",
    ),
    ("q5", "moved and moved back", _RIGHT, "restored-by-arithmetic"): (
        "        w[i] = kept\n →         w[i] = kept + h - h\n",
    ),
    ("q5", "zero for everything", _RIGHT, "as for a right one"): ("return max(errors) → return 0.0",),
    ("q5", "no absolute value", _WRONG, "sign-kept"): (
        "abs(g[i] - q) → (g[i] - q)",
        "return max(errors) → return max(0, *errors)",
    ),
    ("q5", "sign kept", _RIGHT, "not negative"): ("abs(g[i] - q) → (g[i] - q)", "return max → return min"),
    ("q5", "no floor", _RIGHT, "zero-over-zero"): (
        f"{_SIZE} → (abs(g[i]) + abs(q))",
        "max(errors) → np.max(errors)",
        "abs(g[i] - q) → abs(np.float64(g[i]) - q)",
    ),
    ("q5", "a floor too low", _WRONG, "floor-left-out"): ("0.001 → 1e-12",),
    ("q5", "nothing claimed, nothing wrong", "zeros_and_tiny_entries", "it should be 1"): (
        "    h, errors →     if not np.any(g):\n        return 0.0\n    h, errors",
    ),
    ("q6", "one step at least", "nothing_outlives_a_call", "`w["): ("range(steps) → range(max(steps, 1))",),
    ("q6", "the rate is to blame", _NAMED, "rate-blamed"): ("gradients never reset → rate too high",),
    ("q6", "overwriting is to blame", _NAMED, "overwriting-blamed"): ("gradients never reset → gradients overwritten",),
    ("q6", "the sign is to blame", _NAMED, "sign-blamed"): ("gradients never reset → Wrong  sign",),
    ("q6", "own words", _NAMED, "`BUG` is"): ("gradients never reset → momentum",),
    ("q6", "still not reset", _LOOP, "still-not-reset"): ("        grad[:] = 0\n → ",),
    ("q6", "reset for each row", _LOOP, "only-the-last-row"): (
        "        grad[:] = 0\n → ",
        "            grad += →             grad[:] = 0\n            grad +=",
    ),
    ("q6", "a step inside the loop over rows", _LOOP, "a-step-for-each-row"): (
        "        w -= rate →             w -= rate",
    ),
    ("q6", "errors anew for each row", _LOOP, "a-step-for-each-row"): (
        "for row, error in zip(X, errors): → for row, target in zip(X, t):",
        "grad += 2 * error * row / len(X)\n        w -= rate * grad →"
        " w = w - rate * 2 * (row @ w - target) * row / len(X)",
    ),
    ("q6", "overwritten", _LOOP, "only-the-last-row"): ("grad += → grad =",),
    ("q6", "rate lowered", _LOOP, "rate-changed"): ("w -= rate → w -= 0.1 * rate",),
    ("q6", "sum for mean", _LOOP, "rate-changed"): (" / len(X) → ",),
    ("q6", "friction for reset", _LOOP, "it should be"): ("grad[:] = 0 → grad *= 0.5",),
    ("q6", "losses after the step", _LOOP, "losses-after-the-step"): (
        "        losses.append(np.mean(errors**2))\n → ",
        "        w -= rate * grad\n →         w -= rate * grad\n        losses.append(np.mean((X @ w - t) ** 2))\n",
    ),
    ("q6", "sum of the losses", _LOOP, "it should be"): ("np.mean(errors**2) → np.sum(errors**2)",),
    ("q6", "one step short", _LOOP, "stops-early"): ("range(steps) → range(steps - 1)",),
    ("q6", "a loss short", _LOOP, "losses"): ("return w, losses → return w, losses[1:]",),
    ("q6", "ends where the loss rises", _LOOP, "stops-early"): (
        "        grad[:] = 0 →         if losses[-1] > losses[0]:\n            break\n        grad[:] = 0",
    ),
    ("q6", "ends where the loss rests", _LOOP, "stops-early"): (
        "        grad[:] = 0 →         if losses[-2:-1] == losses[-1:]:\n            break\n        grad[:] = 0",
    ),
    ("q6", "ends where the loss is 0", _LOOP, "stops-early"): (
        "        grad[:] = 0 →         if losses[-1] < 1e-10:\n            break\n        grad[:] = 0",
    ),
    ("q6", "uphill", _LOOP, "uphill"): ("w -= rate → w += rate",),
    ("q6", "list kept between calls", _LOOP, "state-between-calls"): (
        "rate, steps): → rate, steps, memory={}):",
        "w, grad, losses = np.zeros(X.shape[1]) → w, grad, losses = memory.setdefault(X.shape, np.zeros(X.shape[1]))",
    ),
    ("q6", "targets changed", _LOOP, "changes-its-inputs"): (
        "errors = X @ w - t → t -= X @ w\n        errors = -t",
        "w -= rate * grad → t += X @ w\n        w -= rate * grad\n    t += 1e-3",
    ),
    ("q7", "one-sided passes", _SECONDS, "one-sided-passes"): ("2 * P → P + 1",),
    ("q7", "backward for each parameter", _SECONDS, "backward-per-parameter"): ("3 - 1 / d → 1 + P",),
    ("q7", "forward forgotten", _SECONDS, "forward-forgotten"): ("3 - 1 / d → 2 - 1 / d",),
    ("q7", "two layers at least", _SECONDS, "seconds (backprop, recompute, differences)[0]"): (
        "1 / d → 1 / max(d, 2)",
    ),
    ("q7", "two passes back", _SECONDS, "first-layer-counted-twice"): ("3 - 1 / d → 3", "4 - 1 / d → 4"),
    ("q7", "recompute for free", _SECONDS, "recompute-is-one-pass"): ("4 - 1 / d → 3 - 1 / d",),
    ("q7", "one block runs again", _SECONDS, "recompute-is-one-pass"): ("4 - 1 / d → 3 - 1 / d + k / d",),
    ("q7", "milliseconds", _SECONDS, "another unit"): ("* pass_seconds → * pass_seconds * 1000",),
    ("q7", "weights only", _BYTES, "only-weights-in-memory"): (" + layers[name] * layer_bytes → ",),
    ("q7", "gradient not stored", _BYTES, "gradient-not-stored"): ("8 * P → 4 * P",),
    ("q7", "input not kept", _BYTES, "input-not-kept"): ("d + 1, → d,",),
    ("q7", "block not kept", _BYTES, "layers-of-recompute"): ("d // k + k → d // k",),
    ("q7", "the encoder's k for all", _BYTES, "encoder-wired-in"): ("d // k + k → d // ENCODER['k'] + ENCODER['k']",),
    ("q7", "fastest, too large", _CHOICE, "does-not-fit"): ('CHOICE = "recompute" → CHOICE = "backprop"',),
    ("q7", "fits, takes lifetimes", _CHOICE, "lifetimes"): ('CHOICE = "recompute" → CHOICE = "differences"',),
    ("q7", "price of the other", _CHOICE, "seconds-of-another"): ('[CHOICE][0] → ["backprop"][0]',),
    ("q7", "four whole passes", _CHOICE, "first-layer-counted-twice"): (
        "compare_methods(**ENCODER)[CHOICE][0] → 120.0",
    ),
    ("q7", "bytes for seconds", _CHOICE, "not right yet"): ("[CHOICE][0] → [CHOICE][1]",),
    ("q7", "the problem's own data changed", _CHOICE, "lifetimes"): (
        'CHOICE = "recompute"\n → ENCODER["P"] = MEMORY = 0\nCHOICE = "differences"\n',
    ),
}
MISTAKES = [Mistake(*case, edit_by_arrows(_ANSWERS[case[0]], *changes)) for case, changes in _MISTAKES.items()]

_UNUSUAL = {
    ("q1", "autograd in float32, as tensors"): """# q1
import torch
def gradients_by_hand(w, b, v, c, x, t):
    w, b, v, c = leaves = [torch.tensor(float(a), requires_grad=True) for a in (w, b, v, c)]
    loss = (v * torch.relu(w * x + b) + w * x + c - t) ** 2
    return dict(zip("wbvc", torch.autograd.grad(loss, leaves)))
""",
    ("q1", "one-entry arrays"): """# q1
def gradients_by_hand(w, b, v, c, x, t):
    on = np.array([float(w * x + b > 0)])
    error = 2 * ((v * on + 1) * w * x + v * on * b + c - t)
    return {"w": error * x * (1 + v * on), "b": error * v * on, "v": error * on * (w * x + b), "c": error}
""",
    ("q1", "two cases"): """# q1
def gradients_by_hand(w, b, v, c, x, t):
    if w * x + b > 0:
        e = 2 * (v * (w * x + b) + w * x + c - t)
        return {"c": e, "v": e * (w * x + b), "b": e * v, "w": e * (v + 1) * x}
    e = 2 * (w * x + c - t)
    return {"w": e * x, "b": 0, "v": 0, "c": e}
""",
    ("q2", "loops and lists"): """# q2
def layer_backward(g, W, x):
    m, n = len(g), len(x)
    dW = [[float(g[i] * x[j]) for j in range(n)] for i in range(m)]
    return [dW, [float(a) for a in g], [sum(float(W[i, j] * g[i]) for i in range(m)) for j in range(n)]]
""",
    ("q2", "einsum and the third-order tensor"): """# q2
def layer_backward(g, W, x):
    tensor = np.einsum("ki,j->kij", np.eye(len(g)), x)
    return np.einsum("k,kij->ij", g, tensor), 1.0 * g, g @ W
""",
    ("q2", "autograd"): """# q2
import torch
def layer_backward(g, W, x):
    W, x = (torch.tensor(a, requires_grad=True) for a in (W, x))
    b = torch.zeros(len(g), dtype=torch.float64, requires_grad=True)
    (W @ x + b).backward(torch.tensor(g))
    return W.grad, b.grad, x.grad
""",
    ("q3", "sorted list, depth first with a stack"): Q3,
    ("q3", "quotient as a power, users kept in lists, gradients collected aside"): """# q3
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
    ("q3", "recursion with a higher limit"): edit_by_arrows(Q3, f"{_SORT} → {_SORT_BY_DEEPER_RECURSION}"),
    ("q4", "autograd and mse_loss in float32"): """# q4
import torch
def network_gradients(X, T, W1, b1, W2, b2):
    X, T = (torch.tensor(a, dtype=torch.float32) for a in (X, T))
    leaves = [torch.tensor(a, dtype=torch.float32, requires_grad=True) for a in (W1, b1, W2, b2)]
    loss = torch.nn.functional.mse_loss(torch.tanh(X @ leaves[0] + leaves[1]) @ leaves[2] + leaves[3], T)
    return torch.autograd.grad(loss, leaves)
""",
    ("q4", "row by row"): """# q4
def network_gradients(X, T, W1, b1, W2, b2):
    total = {"dW1": 0.0 * W1, "db1": 0.0 * b1, "dW2": 0.0 * W2, "db2": 0.0 * b2}
    for x, t in zip(X, T):
        h = np.tanh(x @ W1 + b1)
        dy = (h @ W2 + b2 - t) * 2 / len(t)
        dz = (W2 @ dy) / np.cosh(np.clip(x @ W1 + b1, -300, 300)) ** 2
        for name, part in zip(total, (np.outer(x, dz), dz, np.outer(h, dy), dy)):
            total[name] = total[name] + part / len(X)
    return tuple(total.values())
""",
    ("q4", "bias as one more weight, einsum"): """# q4
def network_gradients(X, T, W1, b1, W2, b2):
    one = np.ones((len(X), 1))
    X1, V1, V2 = np.hstack([X, one]), np.vstack([W1, b1]), np.vstack([W2, b2])
    H1 = np.hstack([np.tanh(X1 @ V1), one])
    D = 2 * (H1 @ V2 - T) / len(T) / len(T[0])
    dV2 = np.einsum("nm,nk->mk", H1, D)
    dV1 = np.einsum("nd,nk,mk,nm->dm", X1, D, W2, 1 - H1[:, :-1] ** 2)
    return [dV1[:-1], dV1[-1], dV2[:-1], dV2[-1]]
""",
    ("q5", "in place and restored"): Q5,
    ("q5", "unit vectors, all at the end"): """# q5
def check_gradient(loss, w, g, h=6e-6):
    steps = h * np.eye(w.size).reshape(w.size, *w.shape)
    q = np.array([loss(w + e) - loss(w - e) for e in steps]) / (2 * h)
    g = np.ravel(g)
    return np.array([np.max(np.abs(g - q) / np.clip(np.abs(g) + np.abs(q), 0.001, None))])
""",
    ("q5", "five points"): edit_by_arrows(
        Q5,
        "1e-5 → 1e-3",
        """        w[i] = kept
 →         w[i] = kept + 2 * h
        far = loss(w)
        w[i] = kept - 2 * h
        far -= loss(w)
        w[i] = kept
""",
        "(above - below) / (2 * h) → (8 * (above - below) - far) / (12 * h)",
    ),
    ("q6", "reset after the step"): edit_by_arrows(
        Q6, "        grad[:] = 0\n → ", "w -= rate * grad\n → w = w - rate * grad\n        grad = grad * 0\n"
    ),
    ("q6", "lists and autograd"): """# q6
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
    return w.detach(), np.array(losses)
""",
    ("q7", "lists, operations counted layer by layer"): """# q7
def compare_methods(P, d, pass_seconds, layer_bytes, k):
    forward = sum(pass_seconds / d for _ in range(d))
    back = sum(pass_seconds / d * (2 if layer else 1) for layer in range(d))
    kept = [4 * P + 4 * P + layer_bytes * n for n in (d + 1, d / k + k, 2)]
    times = np.array([forward + back, forward + back + forward, P * 2 * forward])
    return dict(zip(("backprop", "recompute", "differences"), ([s, n] for s, n in zip(times, kept))))

CHOICE = " Recompute"
SECONDS = np.array([compare_methods(**ENCODER)["recompute"][0]])[0]
""",
}
_UNUSUAL["q7", "seconds without their fraction"] = edit_by_arrows(
    Q7, "SECONDS = compare_methods(**ENCODER)[CHOICE][0] → SECONDS = 118"
)
UNUSUAL = [Unusual(*case, code) for case, code in _UNUSUAL.items()]

_METHODS = (
    "return {{'backprop': ((1 + back) * pass_seconds, numbers + (d + 1) * layer_bytes), "
    "'recompute': ((2 + back) * pass_seconds, numbers + ({blocks} + k) * layer_bytes), "
    "'differences': (2 * P * pass_seconds, numbers + 2 * layer_bytes)}}"
)


_EQUIVALENT = {
    ("q1", "the larger of two numbers, whichever stands first"): ("h = max(0.0, z) → h = max(z, 0.0)",),
    ("q2", "the gradient itself in the place of its copy: the same numbers, and nothing of the inputs is changed"): (
        "return (np.outer(g, x), g.copy(), W.T @ g) → return (np.outer(g, x), g, W.T @ g)",
    ),
    ("q3", "the order of the edges of a node does not matter: their blame is added up"): (
        "for parent, _ in node.edges: → for parent, _ in list(node.edges)[::-1]:",
        "for parent, slope in node.edges: → for parent, slope in list(node.edges)[::-1]:",
        "return Node(a.value / b.value, ((a, 1 / b.value), (b, -a.value / b.value ** 2))) "
        "→ return Node(a.value / b.value, ((b, -a.value / b.value ** 2), (a, 1 / b.value)))",
    ),
    ("q3", "two neighbouring lines that do not touch each other"): (
        "parent.grad += node.grad * slope / users[parent] -= 1 → users[parent] -= 1 / parent.grad += node.grad * slope",
        "users[parent] = 0 / found.append(parent) → found.append(parent) / users[parent] = 0",
    ),
    ("q3", "the root is nobody's input, so that its count is never read"): (
        "users, found = ({root: 0}, [root]) → users, found = ({root: 1}, [root])",
        "users, found = ({root: 0}, [root]) → users, found = ({root: -1}, [root])",
    ),
    ("q3", "found and users hold the same nodes"): ("if parent not in users: → if parent not in found:",),
    ("q5", "the order of the entries does not matter to a maximum"): (
        "for i in np.ndindex(w.shape): → for i in list(np.ndindex(w.shape))[::-1]:",
    ),
    ("q5", "two neighbouring lines that do not touch each other"): (
        "above[i] += h / below[i] -= h → below[i] -= h / above[i] += h",
    ),
    ("q5", "you choose h: twice, half or minus the solution's is as good"): (
        "h, worst = (1e-05, 0.0) → h, worst = (2e-05, 0.0)",
        "h, worst = (1e-05, 0.0) → h, worst = (-1e-05, 0.0)",
        "h, worst = (1e-05, 0.0) → h, worst = (5e-06, 0.0)",
    ),
    ("q5", "no error is below 0"): ("h, worst = (1e-05, 0.0) → h, worst = (1e-05, -1.0)",),
    ("q5", "the larger of two numbers, whichever stands first"): (
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) "
        "→ worst = max(abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001), worst)",
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) "
        "→ worst = max(worst, abs(g[i] - q) / max(0.001, abs(g[i]) + abs(q)))",
    ),
    ("q5", "g has the shape of w"): ("for i in np.ndindex(w.shape): → for i in np.ndindex(g.shape):",),
    ("q5", "an absolute value has no sign"): (
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) "
        "→ worst = max(worst, abs(q - g[i]) / max(abs(g[i]) + abs(q), 0.001))",
        "worst = max(worst, abs(g[i] - q) / max(abs(g[i]) + abs(q), 0.001)) "
        "→ worst = max(worst, abs(-(g[i] - q)) / max(abs(g[i]) + abs(q), 0.001))",
    ),
    ("q6", "the number of the step is not used"): ("for _ in range(steps): → for _ in list(range(steps))[::-1]:",),
    ("q6", "two neighbouring lines that do not touch each other: the errors were taken before"): (
        "losses.append(np.mean(errors ** 2)) / w = w - rate * 2 * X.T @ errors / len(X) "
        "→ w = w - rate * 2 * X.T @ errors / len(X) / losses.append(np.mean(errors ** 2))",
    ),
    ("q6", "in place, on an array that the function made itself"): (
        "w = w - rate * 2 * X.T @ errors / len(X) → w -= rate * 2 * X.T @ errors / len(X)",
    ),
    ("q6", "the last of two axes"): (
        "w, losses = (np.zeros(X.shape[1]), []) → w, losses = (np.zeros(X.shape[-1]), [])",
    ),
    ("q6", "errors has an entry for each row of X"): (
        "w = w - rate * 2 * X.T @ errors / len(X) → w = w - rate * 2 * X.T @ errors / len(errors)",
    ),
    ("q7", "d is a multiple of k"): (f"{_METHODS.format(blocks='d // k')} → {_METHODS.format(blocks='d / k')}",),
}
EQUIVALENT = [Equivalent(*case, changes) for case, changes in _EQUIVALENT.items()]
