"""Exercise 08: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import (
    Equivalent,
    Mistake,
    Unusual,
    define_function,
    edit_text,
    list_changes,
    list_mutants,
    swap_lines,
)


def _block(*changes: str) -> str:
    """The cell, right but for these changes, old and new by turns."""
    return edit_text(_MODULE, *changes)


def _rotation(
    turn: str = "", score: str = "return np.array([q @ rotate(k[None], int(s))[0] for s in distances])"
) -> str:
    first = define_function("rotate(x, first=0, base=10_000.0)", turn or _TURN) + "\n\n"
    return first + define_function("score_at_distances(q, k, distances)", score)


def _count(total: str = "", most: str = "") -> str:
    head = "V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False"
    first = define_function(f"count_parameters({head})", total or _TOTAL) + "\n\n"
    return first + define_function("most_blocks(budget, V, d, heads, **more)", most or _MOST)


def _loss(batches: str = "", mix: str = "return np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q)") -> str:
    first = define_function("score_batches(batches, characters)", batches or _SUMS) + "\n\n"
    return first + define_function("mix(log_p, log_q, share)", mix)


def _next(lines: str) -> str:
    return define_function("next_distribution(logits, temperature=1.0, top_k=None, top_p=None)", lines)


def _leak(lines: str = "", faults="ABC", a="1.9198", b="1.4968", choice="B", level="19.65") -> str:
    numbers = f"BITS_A = {a}\nBITS_B = {b}\nCHOICE = {choice!r}\nLEVEL = {level}\n"
    return f"FAULTS = {faults!r}\n\n" + define_function("prepare(texts, pad)", lines or _FILL) + f"\n\n{numbers}"


_MODULE = """
class Block(nn.Module):
    def __init__(self, d, heads, ratio, dropout):
        super().__init__()
        self.norm_1 = nn.LayerNorm(d)
        self.attention = nn.MultiheadAttention(d, heads, batch_first=True)
        self.norm_2 = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, ratio * d), nn.GELU(), nn.Linear(ratio * d, d))
        self.drop = nn.Dropout(dropout)

    def forward(self, x, real):
        T = x.shape[1]
        ahead = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
        n = self.norm_1(x)
        a, _ = self.attention(n, n, n, attn_mask=ahead, key_padding_mask=~real, need_weights=False)
        h = x + self.drop(a)
        return h + self.drop(self.mlp(self.norm_2(h)))


def run_block(x, real, weights, heads, dropout=0.0, training=False, depth=1):
    ratio = len(weights["mlp.0.bias"]) // x.shape[2]
    block = Block(x.shape[2], heads, ratio, dropout).train(training)
    block.load_state_dict({name: torch.tensor(w) for name, w in weights.items()})
    y = torch.tensor(x, dtype=torch.float32, requires_grad=True)
    for _ in range(depth):
        y = block(y, torch.tensor(real))
    return y.detach().numpy()
"""
_LOOK = "attn_mask=ahead, key_padding_mask=~real, need_weights=False"
_SUMS_OF_PARTS = """h = x + self.drop(a)
        return h + self.drop(self.mlp(self.norm_2(h)))"""
_TURN = """
T, half = x.shape[-2], x.shape[-1] // 2
places = np.arange(first, first + T)
speeds = base ** (-2 * np.arange(half) / (2 * half))
cos, sin = np.cos(np.outer(places, speeds)), np.sin(np.outer(places, speeds))
a, b = x[..., :half], x[..., half:]
return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)
"""
_TOTAL = """
bias = 1 if biases else 0
norm = d * (1 + bias)
tables = (V + P + S) * d
attention = 4 * (d * d + bias * d)
network = (d * ratio * d + bias * ratio * d) + (ratio * d * d + bias * d)
total = tables + L * (attention + network + 2 * norm) + norm
if pooler:
    total += d * d + bias * d
if not tied:
    total += V * d
return total
"""
_MOST = """
L = 0
while count_parameters(V, d, L + 1, heads, **more) <= budget:
    L += 1
return L
"""
_SUMS = """
total, N = 0.0, 0
for log_p, mask in batches:
    total -= log_p[mask == 1].sum()
    N += mask.sum()
nats = total / N
return {"nats": nats, "perplexity": np.exp(nats), "bits": total / characters / np.log(2)}
"""
_STEPS = """
z = logits - logits.max()
p = np.exp(z / temperature) if temperature else (z == 0) + 0.0
p /= p.sum()
order = np.argsort(-z, kind="stable")
if top_k:
    p[order[top_k:]] = 0
    p /= p.sum()
if top_p:
    n = np.searchsorted(np.cumsum(p[order]), top_p) + 1
    p[order[n:]] = 0
    p /= p.sum()
return p
"""
_FILL = """
T = max(map(len, texts)) - 1
full = np.array([text + [pad] * (T + 1 - len(text)) for text in texts])
counts = np.array([[t < len(text) - 1 for t in range(T)] for text in texts])
look = np.arange(T)[:, None] >= np.arange(T)
return {"inputs": full[:, :-1], "targets": full[:, 1:], "look": look, "counts": counts}
"""

_PARTS, _HIDDEN, _DROPS, _POISON = (
    "the_parts_are_put_together",
    "padding_is_not_looked_at",
    "dropout_is_for_training_alone",
    "padding_does_not_poison",
)
_PAIR, _FIRST, _FAR, _AXES = (
    "each_pair_is_turned",
    "rows_begin_where_they_are_told",
    "the_distance_alone_counts",
    "any_heads_and_places",
)
_KNOWN, _OPTION, _FITS, _SIZES = (
    "published_counts_come_out",
    "each_option_counts",
    "the_budget_is_kept_and_used",
    "small_and_large_models",
)
_TOKEN, _BITS, _MIXED, _JUNK = (
    "every_token_counts_once",
    "bits_are_per_character",
    "probabilities_are_mixed",
    "anything_may_stand_at_the_padding",
)
_SHARP, _CUT, _ORDER, _EQUAL = (
    "temperature_sharpens_and_flattens",
    "each_cut_keeps_what_it_should",
    "the_steps_come_in_order",
    "equals_extremes_and_forbidden_tokens",
)
_NAMED, _NEXT, _BEST, _PAD = (
    "the_faults_are_named",
    "each_place_is_asked_for_the_next_token",
    "the_candidates_are_compared",
    "the_pad_number_may_be_a_token",
)

MISTAKES = [
    # q1
    Mistake("q1", "sees-ahead", _PARTS, "ahead-seen", _block("attn_mask=ahead, ", "")),
    Mistake("q1", "tril", _PARTS, "mask-not-turned", _block(
        "torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)", "torch.ones(T, T).tril().bool()"
    )),
    Mistake("q1", "own-place", _PARTS, "own-place-hidden", _block(", diagonal=1", "")),
    Mistake("q1", "after-the-sums", _PARTS, "norm-at-the-other-place", _block(
        "n = self.norm_1(x)", "n = x", "h = x + self.drop(a)", "h = self.norm_1(x + self.drop(a))",
        "return h + self.drop(self.mlp(self.norm_2(h)))", "return self.norm_2(h + self.drop(self.mlp(h)))",
    )),
    Mistake("q1", "no-path", _PARTS, "residual-missing", _block("h = x + self.drop(a)", "h = self.drop(a)")),
    Mistake("q1", "one-path", _PARTS, "residual-missing", _block("return h + self", "return self")),
    Mistake("q1", "path-of-the-norm", _PARTS, "residual-from-the-norm", _block("h = x + self", "h = n + self")),
    Mistake("q1", "x-is-the-norm", _PARTS, "residual-from-the-norm", _block("n = self", "n = x = self")),
    Mistake("q1", "one-norm", _PARTS, "one-norm-for-both", _block("self.norm_2(h)", "self.norm_1(h)")),
    Mistake("q1", "no-second-norm", _PARTS, "norm-forgotten", _block("self.mlp(self.norm_2(h))", "self.mlp(h)")),
    Mistake("q1", "no-first-norm", _PARTS, "norm-forgotten", _block("n = self.norm_1(x)", "n = x")),
    Mistake("q1", "beside", _PARTS, "parts-beside-each-other", _block("self.norm_2(h)", "self.norm_2(x)")),
    Mistake("q1", "path-of-the-input", _PARTS, "parts-beside-each-other", _block("return h + self", "return x + self")),
    Mistake("q1", "network-first", _PARTS, "network-first", _block(
        "n = self.norm_1(x)", "x = x + self.drop(self.mlp(self.norm_2(x)))\n        n = self.norm_1(x)",
        "return h + self.drop(self.mlp(self.norm_2(h)))", "return h",
    )),
    Mistake("q1", "final-norm", _PARTS, "normed-at-the-end", _block(
        "return h + self.drop(self.mlp(self.norm_2(h)))",
        "return self.norm_2(h + self.drop(self.mlp(self.norm_2(h))))",
    )),
    Mistake("q1", "relu", _PARTS, "another-activation", _block("nn.GELU()", "nn.ReLU()")),
    Mistake("q1", "gelu-of-gpt2", _PARTS, "another-activation", _block("nn.GELU()", "nn.GELU(approximate='tanh')")),
    Mistake("q1", "one-head", _PARTS, "heads-ignored", _block("(d, heads, batch", "(d, 1, batch")),
    Mistake("q1", "time-first", _PARTS, "stopped with", _block(", batch_first=True", "")),
    Mistake("q1", "own-names", _PARTS, "stopped with", _block("self.mlp", "self.network")),
    Mistake("q1", "own-sequential", _PARTS, "stopped with", _block(
        "nn.Sequential(nn.Linear", "nn.Sequential(nn.Identity(), nn.Linear"
    )),
    Mistake("q1", "made-in-forward", _PARTS, "stopped with", _block(
        "        self.norm_2 = nn.LayerNorm(d)\n", "",
        "h = x + self.drop(a)", "h = x + self.drop(a)\n        self.norm_2 = nn.LayerNorm(x.shape[-1])",
    )),
    Mistake("q1", "list-of-layers", _PARTS, "stopped with", _block(
        "nn.Sequential(nn.Linear(d, ratio * d), nn.GELU(), nn.Linear(ratio * d, d))",
        "[nn.Linear(d, ratio * d), nn.GELU(), nn.Linear(ratio * d, d)]",
        "self.mlp(self.norm_2(h))", "self.mlp[2](self.mlp[1](self.mlp[0](self.norm_2(h))))",
    )),
    Mistake("q1", "ratio-four", _PARTS, "stopped with", _block("ratio * d", "4 * d")),
    Mistake("q1", "pair", _PARTS, "stopped with", _block("a, _ = self", "a = self")),
    Mistake("q1", "in-place", _PARTS, "stopped with", _block("h = x + self", "h = x\n        h += self")),
    Mistake("q1", "no-return", _PARTS, "stopped with", _block("return h + self", "h = h + self")),
    Mistake("q1", "no-padding", _HIDDEN, "padding-seen", _block(", key_padding_mask=~real", "")),
    Mistake("q1", "zeroed-padding", _HIDDEN, "should be", _block(
        ", key_padding_mask=~real", "", "n = self.norm_1(x)", "n = self.norm_1(x * real[..., None])"
    )),
    Mistake("q1", "real-as-it-is", _PARTS, "token-sees-nothing", _block("~real", "real")),
    Mistake("q1", "real-as-it-is, weights asked for", _PARTS, "token-sees-nothing", _block(
        "~real, need_weights=False", "real"
    )),
    Mistake("q1", "padding-not-turned", _HIDDEN, "mask-not-turned", _block("~real", "real ^ real.all()")),
    Mistake("q1", "padding-alone", _PARTS, "ahead-seen", _block("attn_mask=ahead, ", "")),
    Mistake("q1", "blind-queries", _HIDDEN, "padding-seen", _block(
        _LOOK,
        "attn_mask=(ahead | ~real[:, :, None]).repeat_interleave(self.attention.num_heads, 0), need_weights=False",
    )),
    Mistake("q1", "either", _PARTS, "ahead-seen", _block(
        _LOOK, "attn_mask=(ahead & ~real[:, None]).repeat_interleave(self.attention.num_heads, 0)"
    )),
    Mistake("q1", "texts-in-turn", _HIDDEN, "should be", _block(
        _LOOK, "attn_mask=(ahead | ~real[:, None]).repeat(self.attention.num_heads, 1, 1), need_weights=False"
    )),
    Mistake("q1", "from-the-first-token", _HIDDEN, "should be", _block(
        _LOOK, "attn_mask=ahead, key_padding_mask=real.cumsum(1) == 0, need_weights=False"
    )),
    Mistake("q1", "up-to-the-last-token", _HIDDEN, "padding-seen", _block(
        _LOOK, "attn_mask=ahead, key_padding_mask=real.flip(1).cumsum(1).flip(1) == 0, need_weights=False"
    )),
    Mistake("q1", "never", _DROPS, "never-drops", _block("nn.Dropout(dropout)", "nn.Identity()")),
    Mistake("q1", "always", _DROPS, "drops-in-evaluation", _block(
        "self.drop = nn.Dropout(dropout)", "self.drop = lambda a: F.dropout(a, dropout)"
    )),
    Mistake("q1", "turned-switch", _DROPS, "drops-in-evaluation", _block(
        "self.drop = nn.Dropout(dropout)", "self.drop = lambda a: F.dropout(a, dropout, not self.training)"
    )),
    Mistake("q1", "attention-alone", _DROPS, "one-part-drops", _block("h + self.drop(self", "h + (self")),
    Mistake("q1", "network-alone", _DROPS, "one-part-drops", _block("h = x + self.drop(a)", "h = x + a")),
    Mistake("q1", "sums", _DROPS, "drops-the-sum", _block(
        _SUMS_OF_PARTS, "h = self.drop(x + a)\n        return self.drop(h + self.mlp(self.norm_2(h)))"
    )),
    Mistake("q1", "last-sum", _DROPS, "drops-the-sum", _block(
        "return h + self.drop(self.mlp(self.norm_2(h)))", "return self.drop(h + self.mlp(self.norm_2(h)))"
    )),
    Mistake("q1", "not-rescaled", _DROPS, "kept-not-rescaled", _block(
        "self.drop = nn.Dropout(dropout)",
        "self.drop = lambda a: a * (torch.rand_like(a) >= dropout * self.training)",
    )),
    Mistake("q1", "weights-too", _DROPS, "something that it should not", _block(
        "heads, batch", "heads, dropout, batch"
    )),
    Mistake("q1", "inside-the-network", _DROPS, "something that it should not", _block(
        "nn.Linear(ratio * d, d))", "nn.Linear(ratio * d, d), nn.Dropout(dropout))"
    )),
    Mistake("q1", "norms", _DROPS, "never-drops", _block(
        "self.drop(a)", "a", "self.drop(self.mlp(self.norm_2(h)))", "self.mlp(self.drop(self.norm_2(h)))",
        "n = self.norm_1(x)", "n = self.drop(self.norm_1(x))",
    )),
    Mistake("q1", "whole-tokens", _DROPS, "dropped-together", _block(
        "self.drop = nn.Dropout(dropout)",
        "self.drop = lambda a: a * F.dropout(torch.ones(*a.shape[:2], 1), dropout, self.training)",
    )),
    Mistake("q1", "channels", _DROPS, "dropped-together", _block(
        "self.drop = nn.Dropout(dropout)",
        "self.drop = lambda a: a * F.dropout(torch.ones(1, 1, a.shape[2]), dropout, self.training)",
    )),
    Mistake("q1", "share-kept", _DROPS, "something that it should not", _block(
        "nn.Dropout(dropout)", "nn.Dropout(1 - dropout)"
    )),
    Mistake("q1", "weights-asked-for", _POISON, "padding-becomes-nan", _block(", need_weights=False", "")),
    Mistake("q1", "one-mask-for-both", _POISON, "padding-becomes-nan", _block(
        _LOOK,
        "attn_mask=(ahead | ~real[:, None]).repeat_interleave(self.attention.num_heads, 0)",
    )),
    Mistake("q1", "eps", _POISON, "`y[", _block("nn.LayerNorm(d)", "nn.LayerNorm(d, eps=8e-6)")),
    Mistake("q1", "once", _POISON, "`y[", _block("range(depth)", "range(1)")),
    # q2
    Mistake("q2", "neighbours", _PAIR, "neighbours-paired",
        _rotation(edit_text(_TURN,
            "a, b = x[..., :half], x[..., half:]", "a, b = x[..., ::2], x[..., 1::2]",
            "return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)",
            "return np.stack([a * cos - b * sin, b * cos + a * sin], axis=-1).reshape(x.shape)"))),
    Mistake("q2", "half-neighbours", _PAIR, "`rotate[",
        _rotation(edit_text(_TURN, "a, b = x[..., :half], x[..., half:]", "a, b = x[..., ::2], x[..., 1::2]"))),
    Mistake("q2", "backwards", _PAIR, "turned-backwards",
        _rotation(edit_text(_TURN, "a * cos - b * sin, b * cos + a * sin", "a * cos + b * sin, b * cos - a * sin"))),
    Mistake("q2", "reflection", _PAIR, "`rotate[",
        _rotation(edit_text(_TURN, "a * cos - b * sin", "a * cos + b * sin"))),
    Mistake("q2", "from-one", _PAIR, "place-from-one",
        _rotation(edit_text(_TURN, "np.arange(first, first + T)", "np.arange(first + 1, first + T + 1)"))),
    Mistake("q2", "one-speed", _PAIR, "one-frequency",
        _rotation(edit_text(_TURN, "base ** (-2 * np.arange(half) / (2 * half))", "np.ones(half)"))),
    Mistake("q2", "half-exponent", _PAIR, "exponent-of-frequencies",
        _rotation(edit_text(_TURN, "-2 * np.arange(half) / (2 * half)", "-np.arange(half) / (2 * half)"))),
    Mistake("q2", "double-exponent", _PAIR, "exponent-of-frequencies",
        _rotation(edit_text(_TURN, "-2 * np.arange(half) / (2 * half)", "-2 * np.arange(half) / half"))),
    Mistake("q2", "rising", _PAIR, "exponent-of-frequencies",
        _rotation(edit_text(_TURN, "-2 * np.arange", "2 * np.arange"))),
    Mistake("q2", "added", _PAIR, "added-not-turned",
        _rotation(edit_text(_TURN,
            "return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)",
            "return x + np.concatenate([sin, cos], axis=-1)"))),
    Mistake("q2", "degrees", _PAIR, "`rotate[",
        _rotation(edit_text(_TURN,
            "places = np.arange(first, first + T)", "places = np.deg2rad(np.arange(first, first + T))"))),
    Mistake("q2", "no-first", _FIRST, "first-ignored",
        _rotation(edit_text(_TURN, "np.arange(first, first + T)", "np.arange(T)"))),
    Mistake("q2", "first-is-the-last", _FIRST, "first-ignored",
        _rotation(edit_text(_TURN,
            "np.arange(first, first + T)", "np.arange(max(0, first - T + 1), max(0, first - T + 1) + T)"))),
    Mistake("q2", "no-base", _FIRST, "base-ignored", _rotation(edit_text(_TURN, "= base **", "= 10_000.0 **"))),
    Mistake("q2", "other-base", _PAIR, "`rotate[", edit_text(_rotation(), "base=10_000.0", "base=1_000.0")),
    Mistake("q2", "turned-round", _FAR, "distance-turned-round",
        _rotation(score="return np.array([rotate(q[None], s)[0] @ k for s in distances])")),
    Mistake("q2", "folded", _FAR, "sign-of-distance-lost",
        _rotation(score="return np.array([q @ rotate(k[None], abs(s))[0] for s in distances])")),
    Mistake("q2", "scaled", _FAR, "score-divided",
        _rotation(score="return np.array([q @ rotate(k[None], s)[0] for s in distances]) / len(q) ** 0.5")),
    Mistake("q2", "score-of-neighbours", _FAR, "neighbours-paired", _rotation(score="""
half = len(q) // 2
mixed = np.arange(len(q)).reshape(half, 2).T.ravel()
return np.array([q[mixed] @ rotate(k[mixed][None], int(s))[0] for s in distances])
""")),
    Mistake("q2", "unturned", _FAR, "`score_at_distances[",
        _rotation(score="return np.array([q @ k for s in distances])")),
    Mistake("q2", "one-score", _FAR, "has shape", _rotation(score="return q @ rotate(k[None], int(distances[0]))[0]")),
    Mistake("q2", "two-axes", _AXES, "stopped with",
        _rotation(edit_text(_TURN,
            "T, half = x.shape[-2], x.shape[-1] // 2", "(T, d), half = x.shape, x.shape[-1] // 2"))),
    Mistake("q2", "in-place", _AXES, "changes-its-inputs", _rotation(
        edit_text(_TURN, "return np", "x = x.astype(float, copy=False)\nx[...] = np").rstrip() + "\nreturn x",
        "return np.array([q @ rotate(k[None].astype(float), int(s))[0] for s in distances])")),
    Mistake("q2", "whole-numbers", _AXES, "cut-to-whole-numbers",
        _rotation(edit_text(_TURN,
            "return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)",
            "y = np.empty_like(x)\ny[..., :half], y[..., half:] = a * cos - b * sin, b * cos + a * sin\nreturn y"))),
    Mistake("q2", "places-in-front", _AXES, "places-on-another-axis", _rotation("""
x = np.moveaxis(x, 0, -2)
T, half = x.shape[-2], x.shape[-1] // 2
angle = np.outer(np.arange(first, first + T), base ** (-np.arange(half) / half))
a, b = x[..., :half], x[..., half:]
turned = a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)
return np.moveaxis(np.concatenate(turned, axis=-1), -2, 0)
""")),
    Mistake("q2", "places-on-the-first-axis", _AXES, "stopped with",
        _rotation(edit_text(_TURN, "x.shape[-2], x", "len(x), x"))),
    # q3
    Mistake("q3", "no-biases", _KNOWN, "biases-forgotten",
        _count(edit_text(_TOTAL,
            "attention = 4 * (d * d + bias * d)", "attention = 4 * d * d",
            "(d * ratio * d + bias * ratio * d) + (ratio * d * d + bias * d)", "2 * ratio * d * d"))),
    Mistake("q3", "narrow-bias", _KNOWN, "`count_parameters`",
        _count(edit_text(_TOTAL, "bias * ratio * d", "bias * d"))),
    Mistake("q3", "attention-without-bias", _KNOWN, "four-d-missing",
        _count(edit_text(_TOTAL, "attention = 4 * (d * d + bias * d)", "attention = 4 * d * d"))),
    Mistake("q3", "no-norms", _KNOWN, "norms-forgotten",
        _count(edit_text(_TOTAL, "norm = d * (1 + bias)", "norm = 0"))),
    Mistake("q3", "no-norm-in-a-block", _KNOWN, "four-d-missing", _count(edit_text(_TOTAL, " + 2 * norm", ""))),
    Mistake("q3", "one-norm-a-block", _KNOWN, "norms-forgotten", _count(edit_text(_TOTAL, "2 * norm", "norm"))),
    Mistake("q3", "gamma-only", _KNOWN, "norms-forgotten", _count(edit_text(_TOTAL, "d * (1 + bias)", "d"))),
    Mistake("q3", "no-outer-norm", _KNOWN, "outer-norm-forgotten",
        _count(edit_text(_TOTAL, "2 * norm) + norm", "2 * norm)"))),
    Mistake("q3", "each-head", _KNOWN, "tables-for-each-head",
        _count(edit_text(_TOTAL,
            "attention = 4 * (d * d + bias * d)", "attention = (3 * heads + 1) * (d * d + bias * d)"))),
    Mistake("q3", "all-four-for-each-head", _KNOWN, "tables-for-each-head",
        _count(edit_text(_TOTAL, "attention = 4 *", "attention = 4 * heads *"))),
    Mistake("q3", "three-maps", _KNOWN, "output-map-forgotten",
        _count(edit_text(_TOTAL, "attention = 4 *", "attention = 3 *"))),
    Mistake("q3", "no-places", _KNOWN, "places-or-segments-forgotten",
        _count(edit_text(_TOTAL, "(V + P + S)", "(V + S)"))),
    Mistake("q3", "no-segments", _KNOWN, "places-or-segments-forgotten",
        _count(edit_text(_TOTAL, "(V + P + S)", "(V + P)"))),
    Mistake("q3", "no-pooler", _KNOWN, "pooler-miscounted", _count(edit_text(_TOTAL, "if pooler", "if False"))),
    Mistake("q3", "pooler-for-all", _KNOWN, "pooler-miscounted", _count(edit_text(_TOTAL, "if pooler", "if True"))),
    Mistake("q3", "logits-twice", _KNOWN, "tied-table-miscounted", _count(edit_text(_TOTAL, "if not tied", "if True"))),
    Mistake("q3", "upside-down-switch", _KNOWN, "tied-table-miscounted",
        _count(edit_text(_TOTAL, "if not tied", "if tied"))),
    Mistake("q3", "rounded", _KNOWN, "`count_parameters`",
        _count(edit_text(_TOTAL, "return total", "return round(total, -3)"))),
    Mistake("q3", "learned-by-heart", _OPTION, "`count_parameters`",
        _count(edit_text(_TOTAL, "return total", "return total if V > 30_000 else 12 * L * d * d + V * d"))),
    Mistake("q3", "never-untied", _OPTION, "tied-table-miscounted",
        _count(edit_text(_TOTAL, "if not tied", "if False"))),
    Mistake("q3", "untied-with-bias", _OPTION, "tied-table-miscounted",
        _count(edit_text(_TOTAL, "total += V * d", "total += V * d + V"))),
    Mistake("q3", "always-four", _OPTION, "ratio-fixed", _count(edit_text(_TOTAL, "bias =", "ratio = 4\nbias ="))),
    Mistake("q3", "always-biases", _OPTION, "biases-not-switched-off",
        _count(edit_text(_TOTAL, "1 if biases else 0", "1"))),
    Mistake("q3", "norms-keep-beta", _OPTION, "biases-not-switched-off",
        _count(edit_text(_TOTAL, "d * (1 + bias)", "2 * d"))),
    Mistake("q3", "pooler-keeps-bias", _OPTION, "biases-not-switched-off",
        _count(edit_text(_TOTAL, "total += d * d + bias * d", "total += d * d + d"))),
    Mistake("q3", "no-gammas", _OPTION, "gammas-switched-off",
        _count(edit_text(_TOTAL, "d * (1 + bias)", "2 * d * bias"))),
    Mistake("q3", "rounded-up", _FITS, "one-block-too-many", _count(most="""
empty = count_parameters(V, d, 0, heads, **more)
return -((empty - budget) // (count_parameters(V, d, 1, heads, **more) - empty))
""")),
    Mistake("q3", "from-one", _FITS, "one-block-too-many", _count(most=edit_text(_MOST, "return L", "return L + 1"))),
    Mistake("q3", "strict", _FITS, "a-block-still-fits", _count(most=edit_text(_MOST, "<= budget", "< budget"))),
    Mistake("q3", "whole-budget", _FITS, "budget-for-blocks-alone", _count(most="""
empty = count_parameters(V, d, 0, heads, **more)
return budget // (count_parameters(V, d, 1, heads, **more) - empty)
""")),
    Mistake("q3", "plain-model", _FITS, "switches-not-passed-on", _count(most=edit_text(_MOST, ", **more", ""))),
    Mistake("q3", "approximate", _FITS, "`most_blocks`", _count(most="return (budget - V * d) // (7 * d * d)")),
    Mistake("q3", "not-whole", _FITS, "is no whole number", _count(most="""
empty = count_parameters(V, d, 0, heads, **more)
return (budget - empty) / (count_parameters(V, d, 1, heads, **more) - empty)
""")),
    Mistake("q3", "at-least-one", _SIZES, "`most_blocks`",
        _count(most=edit_text(_MOST, "return L", "return max(L, 1)"))),
    Mistake("q3", "float32", _SIZES, "`count_parameters`",
        _count(edit_text(_TOTAL, "return total", "return total if total < 2e8 else np.float32(total)"))),
    # q4
    Mistake("q4", "padding", _TOKEN, "padding-counted",
        _loss(edit_text(_SUMS, "[mask == 1]", "", "mask.sum()", "mask.size"))),
    Mistake("q4", "all-places", _TOKEN, "padding-counted", _loss(edit_text(_SUMS, "mask.sum()", "mask.size"))),
    Mistake("q4", "multiplied-mean", _TOKEN, "padding-counted", _loss("""
means = [(log_p * mask).mean() for log_p, mask in batches]
nats = -np.mean(means)
return {'nats': nats, 'perplexity': np.exp(nats), 'bits': 0.0}
""")),
    Mistake("q4", "from-the-front", _TOKEN, "padding-assumed-last", _loss(edit_text(_SUMS,
        "log_p[mask == 1].sum()", "sum(row[: m.sum()].sum() for row, m in zip(log_p, mask))"))),
    Mistake("q4", "mean-of-batches", _TOKEN, "batches-weigh-alike",
        _loss(edit_text(_SUMS,
            "nats = total / N", "nats = -np.mean([log_p[mask == 1].mean() for log_p, mask in batches])"))),
    Mistake("q4", "mean-of-texts", _TOKEN, "texts-weigh-alike",
        _loss(edit_text(_SUMS,
            "nats = total / N",
            "nats = -np.mean([row[m == 1].mean() for log_p, mask in batches for row, m in zip(log_p, mask)])"))),
    Mistake("q4", "mean-of-perplexities", _TOKEN, "mean-of-perplexities",
        _loss(edit_text(_SUMS,
            "np.exp(nats)", "np.mean([np.exp(-log_p[mask == 1].mean()) for log_p, mask in batches])"))),
    Mistake("q4", "mean-of-inverse-probabilities", _TOKEN, "mean-of-perplexities",
        _loss(edit_text(_SUMS, "np.exp(nats)", "np.exp(-np.concatenate([a[m == 1] for a, m in batches])).mean()"))),
    Mistake("q4", "sign", _TOKEN, "sign-forgotten", _loss(edit_text(_SUMS, "total -=", "total +="))),
    Mistake("q4", "perplexity-sign", _TOKEN, "sign-forgotten",
        _loss(edit_text(_SUMS, "np.exp(nats)", "np.exp(-nats)"))),
    Mistake("q4", "power-of-two", _TOKEN, "perplexity-of-base-two",
        _loss(edit_text(_SUMS, "np.exp(nats)", "2 ** nats"))),
    Mistake("q4", "last-batch", _TOKEN, "`nats`",
        _loss(edit_text(_SUMS, "    total -=", "    total, N = 0.0, 0\n    total -="))),
    Mistake("q4", "three-numbers", _TOKEN, "dictionary with the keys",
        _loss(edit_text(_SUMS,
            'return {"nats": nats, "perplexity": np.exp(nats), "bits": total / characters / np.log(2)}',
            "return nats, np.exp(nats), total / characters / np.log(2)"))),
    Mistake("q4", "per-token", _BITS, "bits-per-token",
        _loss(edit_text(_SUMS, "total / characters / np.log(2)", "nats / np.log(2)"))),
    Mistake("q4", "nats-a-character", _BITS, "nats-for-bits",
        _loss(edit_text(_SUMS, "total / characters / np.log(2)", "total / characters"))),
    Mistake("q4", "times-ln-2", _BITS, "nats-for-bits",
        _loss(edit_text(_SUMS, "characters / np.log(2)", "characters * np.log(2)"))),
    Mistake("q4", "upside-down", _BITS, "tokens-and-characters-exchanged",
        _loss(edit_text(_SUMS, "total / characters / np.log(2)", "nats * characters / N / np.log(2)"))),
    Mistake("q4", "padded-places", _BITS, "padding-counted",
        _loss(edit_text(_SUMS,
            "total / characters / np.log(2)", "nats * sum(m.size for _, m in batches) / characters / np.log(2)"))),
    Mistake("q4", "log10", _BITS, "`bits`", _loss(edit_text(_SUMS, "np.log(2)", "np.log10(2)"))),
    Mistake("q4", "mixed-logs", _MIXED, "logarithms-mixed", _loss(mix="return share * log_p + (1 - share) * log_q")),
    Mistake("q4", "other-share", _MIXED, "shares-exchanged",
        _loss(mix="return np.logaddexp(np.log(1 - share) + log_p, np.log(share) + log_q)")),
    Mistake("q4", "half", _MIXED, "share-ignored", _loss(mix="return np.logaddexp(log_p, log_q) - np.log(2)")),
    Mistake("q4", "sum", _MIXED, "share-ignored", _loss(mix="return np.logaddexp(log_p, log_q)")),
    Mistake("q4", "plain", _MIXED, "underflow", _loss(mix="""
with np.errstate(divide='ignore'):
    return np.log(share * np.exp(log_p) + (1 - share) * np.exp(log_q))
""")),
    Mistake("q4", "clipped", _MIXED, "underflow",
        _loss(mix="return np.log(share * np.exp(log_p) + (1 - share) * np.exp(log_q) + 1e-300)")),
    Mistake("q4", "least-logarithm", _MIXED, "`mix[", _loss(
        mix="p, q = np.maximum(log_p, -5e3), np.maximum(log_q, -5e3)\n"
        "return np.logaddexp(np.log(share) + p, np.log(1 - share) + q)")),
    Mistake("q4", "shifted-by-p", _MIXED, "underflow", _loss(
        mix="with np.errstate(all='ignore'):\n"
        "    return log_p + np.log(share + (1 - share) * np.exp(log_q - log_p))")),
    Mistake("q4", "probabilities", _MIXED, "`mix[",
        _loss(mix="return share * np.exp(log_p) + (1 - share) * np.exp(log_q)")),
    Mistake("q4", "multiplied", _JUNK, "padding-poisons",
        _loss(edit_text(_SUMS, "log_p[mask == 1].sum()", "(log_p * mask).sum()"))),
    Mistake("q4", "shifted-by-hand", _JUNK, "impossible-becomes-nan", _loss(mix="""
top = np.maximum(log_p, log_q)
with np.errstate(all='ignore'):
    return top + np.log(share * np.exp(log_p - top) + (1 - share) * np.exp(log_q - top))
""")),
    Mistake("q4", "weighted-means", _JUNK, "`nats`", _loss("""
means, counts = [], []
for log_p, mask in batches:
    if mask.all(axis=1).any():
        means.append(log_p[mask == 1].mean())
        counts.append(mask.sum() + (mask.sum(axis=1) == 0).sum())
nats = -np.average(means, weights=counts)
return {'nats': nats, 'perplexity': np.exp(nats), 'bits': nats * sum(counts) / characters / np.log(2)}
""")),
    Mistake("q4", "in-place", _JUNK, "changes-its-inputs",
        _loss(edit_text(_SUMS,
            "    total -= log_p[mask == 1].sum()", "    log_p[mask == 0] = 0\n    total -= log_p.sum()"))),
    # q5
    Mistake("q5", "multiplied", _SHARP, "temperature-upside-down",
        _next(edit_text(_STEPS, "z / temperature", "z * temperature"))),
    Mistake("q5", "no-temperature", _SHARP, "temperature-ignored", _next(edit_text(_STEPS, "z / temperature", "z"))),
    Mistake("q5", "divided-too-late", _SHARP, "temperature-ignored",
        _next(edit_text(_STEPS, "np.exp(z / temperature)", "np.exp(z) / temperature"))),
    Mistake("q5", "powers", _SHARP, "not-rescaled", _next("""
p = np.exp(logits - logits.max())
p = p / p.sum()
return p ** (1 / temperature)
""")),
    Mistake("q5", "no-sum", _SHARP, "not-rescaled", _next("return np.exp((logits - logits.max()) / temperature)")),
    Mistake("q5", "no-zero", _SHARP, "divided-by-zero",
        _next(edit_text(_STEPS,
            "p = np.exp(z / temperature) if temperature else (z == 0) + 0.0",
            "with np.errstate(all='ignore'):\n    p = np.exp(z / np.float64(temperature))"))),
    Mistake("q5", "zero-is-one", _SHARP, "temperature-ignored",
        _next(edit_text(_STEPS,
            "np.exp(z / temperature) if temperature else (z == 0) + 0.0", "np.exp(z / (temperature or 1))"))),
    Mistake("q5", "logits", _SHARP, "p[", _next(edit_text(_STEPS, "return p", "return np.log(p + 1e-30)"))),
    Mistake("q5", "k-not-rescaled", _CUT, "not-rescaled",
        _next(edit_text(_STEPS, "    p[order[top_k:]] = 0\n    p /= p.sum()", "    p[order[top_k:]] = 0"))),
    Mistake("q5", "p-not-rescaled", _CUT, "not-rescaled",
        _next(edit_text(_STEPS, "    p[order[n:]] = 0\n    p /= p.sum()", "    p[order[n:]] = 0"))),
    Mistake("q5", "softmax-again", _CUT, "softmax-for-rescaling",
        _next(edit_text(_STEPS,
            "    p[order[top_k:]] = 0\n    p /= p.sum()",
            "    p[order[top_k:]] = -np.inf\n    p = np.exp(p) / np.exp(p).sum()"))),
    Mistake("q5", "softmax-of-zeros", _CUT, "softmax-for-rescaling",
        _next(edit_text(_STEPS,
            "    p[order[n:]] = 0\n    p /= p.sum()", "    p[order[n:]] = 0\n    p = np.exp(p) / np.exp(p).sum()"))),
    Mistake("q5", "rising", _CUT, "least-probable-kept", _next(edit_text(_STEPS, "np.argsort(-z, ", "np.argsort(z, "))),
    Mistake("q5", "k-plus-one", _CUT, "p[", _next(edit_text(_STEPS, "order[top_k:]", "order[top_k + 1:]"))),
    Mistake("q5", "dropped", _CUT, "crossing-token-dropped",
        _next(edit_text(_STEPS,
            "np.searchsorted(np.cumsum(p[order]), top_p) + 1",
            "max(1, np.searchsorted(np.cumsum(p[order]), top_p))"))),
    Mistake("q5", "one-more", _CUT, "one-token-too-many", _next(edit_text(_STEPS, "top_p) + 1", "top_p) + 2"))),
    Mistake("q5", "each-token", _CUT, "threshold-for-each-token",
        _next(edit_text(_STEPS,
            "    n = np.searchsorted(np.cumsum(p[order]), top_p) + 1\n    p[order[n:]] = 0",
            "    p[p < 1 - top_p] = 0"))),
    Mistake("q5", "min-p", _CUT, "threshold-for-each-token",
        _next(edit_text(_STEPS,
            "    n = np.searchsorted(np.cumsum(p[order]), top_p) + 1\n    p[order[n:]] = 0",
            "    p[p < top_p * p.max()] = 0"))),
    Mistake("q5", "from-below", _CUT, "least-probable-kept",
        _next(edit_text(_STEPS, "    n = np", "    order = order[::-1]\n    n = np"))),
    Mistake("q5", "sorted-out", _CUT, "p[",
        _next(edit_text(_STEPS, "return p", "return p if top_p is None and top_k is None else p[order]"))),
    Mistake("q5", "early", _ORDER, "cut-before-temperature",
        _next(edit_text(_STEPS,
            "    n = np.searchsorted(np.cumsum(p[order]), top_p) + 1",
            "    q = np.exp(z) * (p > 0)\n    n = np.searchsorted(np.cumsum(q[order]) / q.sum(), top_p) + 1"))),
    Mistake("q5", "of-everything", _ORDER, "top-p-of-everything",
        _next(edit_text(_STEPS,
            "if top_k:", "whole = p.copy()\nif top_k:",
            "np.cumsum(p[order])", "np.cumsum(whole[order])"))),
    Mistake("q5", "p-first", _ORDER, "top-p-of-everything",
        _next(edit_text(_STEPS,
            "if top_k:\n    p[order[top_k:]] = 0\n    p /= p.sum()\n", "",
            "return p", "if top_k:\n    p[order[top_k:]] = 0\n    p /= p.sum()\nreturn p"))),
    Mistake("q5", "rescaled-at-the-end", _ORDER, "top-p-of-everything",
        _next(edit_text(_STEPS,
            "    p[order[top_k:]] = 0\n    p /= p.sum()", "    p[order[top_k:]] = 0",
            "return p", "return p / p.sum()"))),
    Mistake("q5", "either-or", _ORDER, "one-cut-ignored", _next(edit_text(_STEPS, "if top_p:", "elif top_p:"))),
    Mistake("q5", "dropped-after-k", _ORDER, "crossing-token-dropped",
        _next(edit_text(_STEPS, "top_p) + 1", "top_p) + (top_k is None)"))),
    Mistake("q5", "equals-stay", _EQUAL, "equals-kept",
        _next(edit_text(_STEPS, "p[order[top_k:]] = 0", "p[z < np.sort(z)[::-1][min(top_k, len(z)) - 1]] = 0"))),
    Mistake("q5", "higher", _EQUAL, "higher-of-equals",
        _next(edit_text(_STEPS, 'np.argsort(-z, kind="stable")', 'np.argsort(z, kind="stable")[::-1]'))),
    Mistake("q5", "argmax-at-zero", _EQUAL, "zero-takes-one",
        _next(edit_text(_STEPS, "(z == 0) + 0.0", "np.eye(len(z))[z.argmax()]"))),
    Mistake("q5", "nearly-zero", _EQUAL, "`p[", _next("temperature = max(temperature, 1e-3)" + _STEPS.rstrip())),
    Mistake("q5", "forbidden-is-low", _EQUAL, "`p[", _next("logits = np.maximum(logits, -100)" + _STEPS.rstrip())),
    Mistake("q5", "powers-of-large", _EQUAL, "overflow",
        _next(edit_text(_STEPS,
            "logits - logits.max()", "logits",
            "(z == 0) + 0.0", "(z == z.max()) + 0.0",
            "p = np.exp", "with np.errstate(all='ignore'):\n    p = np.exp",
            "p /= p.sum()\norder", "with np.errstate(all='ignore'):\n    p /= p.sum()\norder"))),
    Mistake("q5", "k-of-all", _EQUAL, "stopped with",
        _next(edit_text(_STEPS,
            "    p[order[top_k:]] = 0", "    last = order[top_k]\n    p[order[list(order).index(last):]] = 0"))),
    Mistake("q5", "strictly-more", _EQUAL, "one-token-too-many",
        _next(edit_text(_STEPS,
            "np.searchsorted(np.cumsum(p[order]), top_p) + 1",
            "np.searchsorted(np.cumsum(p[order]), top_p, side='right') + 1"))),
    Mistake("q5", "in-place", _EQUAL, "changes-its-inputs",
        _next(edit_text(_STEPS, "z = logits - logits.max()", "z = logits\nz -= z.max()"))),
    # q6
    Mistake("q6", "padded-keys", _NAMED, "padded-keys-blamed", _leak(faults="ABCD")),
    Mistake("q6", "by-heart", _NAMED, "memory-blamed", _leak(faults="ABE")),
    Mistake("q6", "two-faults", _NAMED, "it isn't all", _leak(faults="AB")),
    Mistake("q6", "words", _NAMED, "text of letters", _leak(faults="targets")),
    Mistake("q6", "copy", _NEXT, "targets-are-inputs", _leak(edit_text(_FILL, "full[:, 1:]", "full[:, :-1]"))),
    Mistake("q6", "backwards", _NEXT, "previous-token-asked",
        _leak(edit_text(_FILL, '"targets": full[:, 1:]', '"targets": np.c_[full[:, :1], full[:, :-2]]'))),
    Mistake("q6", "all-see-all", _NEXT, "future-visible",
        _leak(edit_text(_FILL, "np.arange(T)[:, None] >= np.arange(T)", "np.ones((T, T), dtype=bool)"))),
    Mistake("q6", "transposed", _NEXT, "future-visible", _leak(edit_text(_FILL, "[:, None] >= ", "[:, None] <= "))),
    Mistake("q6", "strictly-earlier", _NEXT, "own-token-hidden",
        _leak(edit_text(_FILL, "[:, None] >= ", "[:, None] > "))),
    Mistake("q6", "ignore", _NEXT, "look-means-ignore", _leak(edit_text(_FILL, "[:, None] >= ", "[:, None] < "))),
    Mistake("q6", "one-each", _NEXT, "look-is-no-square",
        _leak(edit_text(_FILL, '"look": look', '"look": look & counts[:, None]'))),
    Mistake("q6", "count-all", _NEXT, "padding-to-be-said", _leak(edit_text(_FILL, "t < len(text) - 1", "True"))),
    Mistake("q6", "count-the-end", _NEXT, "end-counts", _leak(edit_text(_FILL, "t < len(text) - 1", "t < len(text)"))),
    Mistake("q6", "unshifted-width", _NEXT, "has shape", _leak(edit_text(_FILL, "full[:, :-1]", "full"))),
    Mistake("q6", "sorted-by-length", _NEXT, "`inputs[",
        _leak(edit_text(_FILL, "T = max", "texts = sorted(texts, key=len)\nT = max"))),
    Mistake("q6", "padding-left", _NEXT, "padded-in-front",
        _leak(edit_text(_FILL, "text + [pad] * (T + 1 - len(text))", "[pad] * (T + 1 - len(text)) + text"))),
    Mistake("q6", "tuple", _NEXT, "dictionary with the keys",
        _leak(edit_text(_FILL,
            'return {"inputs": full[:, :-1], "targets": full[:, 1:], "look": look, "counts": counts}',
            "return full[:, :-1], full[:, 1:], look, counts"))),
    Mistake("q6", "per-token", _BEST, "bits-per-token", _leak(a="LOSS['A'].mean() / np.log(2)")),
    Mistake("q6", "nats", _BEST, "nats-for-bits", _leak(a="LOSS['A'].mean() * TOKENS['A'] / CHARACTERS")),
    Mistake("q6", "upside-down", _BEST, "tokens-and-characters-exchanged",
        _leak(b="LOSS['B'].mean() * CHARACTERS / TOKENS['B'] / np.log(2)")),
    Mistake("q6", "last-place", _BEST, "isn't the text's whole loss",
        _leak(a="LOSS['A'][-1] * TOKENS['A'] / CHARACTERS / np.log(2)")),
    Mistake("q6", "exchanged", _BEST, "isn't the text's whole loss", _leak(a="1.4968", b="1.9198")),
    Mistake("q6", "leak", _BEST, "leak-chosen", _leak(choice="C")),
    Mistake("q6", "lower-perplexity", _BEST, "perplexities-compared", _leak(choice="A")),
    Mistake("q6", "name", _BEST, '`CHOICE` is "A"', _leak(choice="the second")),
    Mistake("q6", "same-perplexity", _BEST, "level-is-the-better-perplexity", _leak(level="np.exp(LOSS['B'].mean())")),
    Mistake("q6", "other-one", _BEST, "level-for-the-wrong-one",
        _leak(level="np.exp(LOSS['A'].mean() * TOKENS['A'] / TOKENS['B'])")),
    Mistake("q6", "level-nats", _BEST, "level-in-nats", _leak(level="LOSS['B'].mean() * TOKENS['B'] / TOKENS['A']")),
    Mistake("q6", "ratio-of-perplexities", _BEST, "still have other bits",
        _leak(level="np.exp(LOSS['B'].mean()) * TOKENS['B'] / TOKENS['A']")),
    Mistake("q6", "bytes", _NEXT, "`inputs[", _leak(edit_text(_FILL,
        "full[:, :-1]", "full[:, :-1].astype(np.uint8)"))),
    Mistake("q6", "not-the-pad", _PAD, "pad-number-in-a-text",
        _leak(edit_text(_FILL,
            "counts = np.array([[t < len(text) - 1 for t in range(T)] for text in texts])",
            "counts = full[:, 1:] != pad"))),
    Mistake("q6", "grown-texts", _PAD, "changes-its-inputs", _leak("""
T = max(map(len, texts)) - 1
counts = np.array([[t < len(text) - 1 for t in range(T)] for text in texts])
for text in texts:
    text += [pad] * (T + 1 - len(text))
full = np.array(texts)
return {'inputs': full[:, :-1], 'targets': full[:, 1:], 'look': np.tri(T), 'counts': counts}
""")),
    Mistake("q6", "pad-zero", _PAD, "`inputs[",
        _leak(edit_text(_FILL, "T = max",
            "texts = [[0 if x == pad else x for x in text] for text in texts]\nT = max"))),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "both masks, and no weights asked for", _MODULE),
    Unusual("q1", "nan turned to 0", _block(
        ", need_weights=False", "", "self.drop(a)", "self.drop(a.nan_to_num())"
    )),
    Unusual("q1", "a penalty for a mask", _block(
        "a, _ = self",
        (
            "penalty = -1e9 * (ahead | ~real[:, None]).float()\n"
            "        penalty = penalty.repeat_interleave(self.attention.num_heads, 0)\n        a, _ = self"
        ),
        _LOOK, "attn_mask=penalty",
    )),
    Unusual("q1", "empty rows opened", _block(
        "a, _ = self",
        (
            "hidden = ahead | ~real[:, None]\n        hidden = hidden & ~hidden.all(2, keepdim=True)\n"
            "        hidden = hidden[:, None].expand(-1, self.attention.num_heads, -1, -1).flatten(0, 1)\n"
            "        a, _ = self"
        ),
        _LOOK, "attn_mask=hidden, average_attn_weights=False",
    )),
    Unusual("q1", "attention by the function", _block(
        "a, _ = self.attention(n, n, n, attn_mask=ahead, key_padding_mask=~real, need_weights=False)",
        (
            "part = self.attention\n"
            "        qkv = F.linear(n, part.in_proj_weight, part.in_proj_bias)\n"
            "        q, k, v = qkv.unflatten(2, (3, part.num_heads, -1)).permute(2, 0, 3, 1, 4)\n"
            "        seen = ~ahead & real[:, None, None] | torch.eye(T, dtype=torch.bool)\n"
            "        a = F.scaled_dot_product_attention(q, k, v, seen)\n"
            "        a = part.out_proj(a.transpose(1, 2).flatten(2))"
        ),
    )),
    Unusual("q1", "text by text, tokens alone", _block(
        "a, _ = self.attention(n, n, n, attn_mask=ahead, key_padding_mask=~real, need_weights=False)",
        (
            "a = torch.zeros_like(x)\n"
            "        for b, at in enumerate(real):\n"
            "            k = n[b, at]\n"
            "            if len(k):\n"
            "                a[b, at] = self.attention(k, k, k, attn_mask=ahead[:len(k), :len(k)])[0]"
        ),
    )),
    Unusual("q1", "two dropouts, other orders", _block(
        "self.drop = nn.Dropout(dropout)", "self.drops = nn.ModuleList([nn.Dropout(dropout) for _ in range(2)])",
        "self.drop(a)", "self.drops[0](a)", "return h + self.drop(self.mlp(self.norm_2(h)))",
        "return self.drops[1](self.mlp(self.norm_2(h))) + h",
        "        self.norm_1 = nn.LayerNorm(d)\n", "", "super().__init__()\n",
        "super().__init__()\n        self.add_module('norm_1', nn.LayerNorm(d))\n",
    )),
    Unusual("q1", "named layers, dropout as a function", _block(
        "nn.Sequential(nn.Linear(d, ratio * d), nn.GELU(), nn.Linear(ratio * d, d))",
        "nn.Sequential()",
        "self.drop = nn.Dropout(dropout)",
        (
            "for name, layer in (('0', nn.Linear(d, ratio * d)), ('1', nn.GELU()), ('2', nn.Linear(ratio * d, d))):\n"
            "            self.mlp.add_module(name, layer)\n"
            "        self.drop = lambda a: F.dropout(a, dropout, self.training)"
        ),
    )),
    Unusual("q2", "complex-numbers", """
def rotate(x, first=0, base=10_000.0):
    half = x.shape[-1] // 2
    speeds = np.exp(-np.log(base) * np.linspace(0, 1, half, endpoint=False))
    turn = np.exp(1j * np.multiply.outer(np.arange(x.shape[-2]) + first, speeds))
    z = (x[..., :half] + 1j * x[..., half:]) * turn
    return np.concatenate([z.real, z.imag], axis=-1)
def score_at_distances(q, k, distances):
    half = len(q) // 2
    z = np.conj(q[:half] + 1j * q[half:]) * (k[:half] + 1j * k[half:])
    speeds = 10_000.0 ** (-np.arange(half) / half)
    return [float((z * np.exp(1j * s * speeds)).sum().real) for s in distances]
"""),
    Unusual("q2", "torch-float32", """
import torch
def rotate(x, first=0, base=10_000.0):
    x = torch.as_tensor(x, dtype=torch.float32)
    T, d = x.shape[-2:]
    angle = (first + torch.arange(T))[:, None] * base ** (-torch.arange(0, d, 2) / d)
    angle = torch.cat([angle, angle], -1)
    turned = torch.cat([-x[..., d // 2 :], x[..., : d // 2]], -1)
    return x * angle.cos() + turned * angle.sin()
def score_at_distances(q, k, distances):
    q, far = torch.as_tensor(q, dtype=torch.float32), 100
    return torch.stack([rotate(q[None], far)[0] @ rotate(k[None], far + int(s))[0] for s in distances])
"""),
    Unusual("q2", "matrices", """
def rotate(x, first=0, base=10_000.0):
    d = x.shape[-1]
    y = np.zeros(x.shape)
    for t in range(x.shape[-2]):
        R = np.eye(d)
        for i in range(d // 2):
            angle = (first + t) / base ** (2 * i / d)
            R[i, i] = R[i + d // 2, i + d // 2] = np.cos(angle)
            R[i, i + d // 2], R[i + d // 2, i] = -np.sin(angle), np.sin(angle)
        y[..., t, :] = x[..., t, :] @ R.T
    return y
def score_at_distances(q, k, distances):
    least = min(distances)
    keys = rotate(np.tile(k, (max(distances) - least + 1, 1)), least)
    return keys[np.array(distances) - least] @ q
"""),
    Unusual("q3", "names-and-shapes", """
def count_parameters(V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False):
    linear = lambda m, n: [(m, n), (n,)] if biases else [(m, n)]
    norm = [(d,), (d,)] if biases else [(d,)]
    block = 4 * heads * [(d, d // heads)] + 4 * bool(biases) * [(d,)] + 2 * norm
    block += linear(d, ratio * d) + linear(ratio * d, d)
    shapes = [(V, d), (P, d), (S, d), *norm] + (linear(d, d) if pooler else []) + ([] if tied else [(V, d)])
    size = lambda shapes: sum(int(np.prod(shape)) for shape in shapes)
    return size(shapes) + L * size(block)
def most_blocks(budget, V, d, heads, **more):
    low, high = 0, 10**6
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count_parameters(V, d, middle, heads, **more) <= budget else (low, middle)
    return low
"""),
    Unusual("q3", "in-floats", _count(edit_text(_TOTAL, "return total", "return float(total)"), """
a, b = (count_parameters(V, d, L, heads, **more) for L in (0, 1))
return np.floor((budget - a) / (b - a))
""")),
    Unusual("q4", "torch", """
import torch
def score_batches(batches, characters):
    total = sum(torch.where(torch.as_tensor(m) == 1, -torch.as_tensor(a), 0.0).sum().item() for a, m in batches)
    N = sum(int(m.sum()) for _, m in batches)
    nats, bits = torch.tensor(total / N), total / characters / np.log(2)
    return {"bits": bits, "nats": nats, "perplexity": 2 ** (total / N / np.log(2)), "tokens": N}
def mix(log_p, log_q, share):
    both = torch.stack([torch.as_tensor(log_p) + np.log(share), torch.as_tensor(log_q) + np.log1p(-share)])
    return both.logsumexp(0)
"""),
    Unusual("q4", "weighted-means", """
def score_batches(batches, characters):
    kept = [(a[m.astype(bool)].mean(), m.sum()) for a, m in batches if m.any()]
    means, counts = np.array(kept).T
    nats = -np.average(means, weights=counts)
    perplexity = np.prod([np.exp(-a * n / counts.sum()) for a, n in kept])
    return dict(nats=nats, perplexity=perplexity, bits=nats * counts.sum() / characters / np.log(2))
def mix(log_p, log_q, share):
    result = []
    for a, b in zip(log_p.tolist(), log_q.tolist()):
        top = max(a, b)
        result.append(top if top == -np.inf else top + np.log(share * np.exp(a - top) + (1 - share) * np.exp(b - top)))
    return result
"""),
    Unusual("q4", "nan-sum",
        _loss(edit_text(_SUMS,
            "    total -= log_p[mask == 1].sum()",
            "    with np.errstate(invalid='ignore'):\n        total -= np.nansum(log_p * mask)"))),
    Unusual("q5", "logits-to-minus-infinity", """
import torch
def next_distribution(logits, temperature=1.0, top_k=None, top_p=None):
    z = torch.as_tensor(logits).double()
    z = torch.where(z == z.max(), 0.0, -torch.inf) if temperature == 0 else z / temperature
    order = torch.argsort(-torch.as_tensor(logits), stable=True)
    if top_k is not None:
        z[order[top_k:]] = -torch.inf
    if top_p is not None:
        p = z.softmax(-1)[order]
        z[order[p.cumsum(-1) - p >= top_p]] = -torch.inf
    return z.softmax(-1)
"""),
    Unusual("q5", "one-by-one", """
def next_distribution(logits, temperature=1.0, top_k=None, top_p=None):
    V, top = len(logits), max(logits)
    powers = [float(z == top) if temperature == 0 else float(np.exp((z - top) / temperature)) for z in logits]
    ranked = sorted(range(V), key=lambda i: (-logits[i], i))[: top_k or V]
    total, kept, held = sum(powers[i] for i in ranked), [], 0.0
    for i in ranked:
        if top_p is not None and held >= top_p * total:
            break
        kept.append(i)
        held += powers[i]
    return [powers[i] / held if i in kept else 0 for i in range(V)]
"""),
    Unusual("q6", "row-by-row", _leak("""
T = max(len(text) for text in texts) - 1
rows = {"inputs": [], "targets": [], "counts": []}
for text in texts:
    missing = T + 1 - len(text)
    rows["inputs"].append([*text[:-1], *[-1] * missing])
    rows["targets"].append([*text[1:], *[-100] * missing])
    rows["counts"].append([1] * (len(text) - 1) + [0] * missing)
return {**rows, "look": [[s <= t for s in range(T)] for t in range(T)]}
""", faults=["c", "b", "a"], choice="b", level="19.6")),
    Unusual("q6", "torch", "import torch\nfrom torch.nn.utils.rnn import pad_sequence\n" + _leak("""
full = pad_sequence([torch.tensor(text) for text in texts], batch_first=True, padding_value=pad)
lengths = torch.tensor([len(text) for text in texts])
T = full.shape[1] - 1
counts = torch.arange(T) < (lengths - 1)[:, None]
return {"inputs": full[:, :T], "targets": full[:, 1:], "look": torch.ones(T, T).tril().bool(), "counts": counts}
""", faults="A, B and C", a="1.92", b="1.497", level="np.float32(19.648)")),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q1", "a tensor counts as an array", (
        "return y.detach().numpy() → return y.detach()",
    )),
    Equivalent("q1", "nothing is learned here; it only stops whoever writes into x", (
        *list_changes(
            "y = torch.tensor(x, dtype=torch.float32, requires_grad=True)",
            "y = torch.tensor(x, dtype=torch.float32)",
            "y = torch.tensor(x, dtype=torch.float32, requires_grad=False)",
        ),
    )),
    Equivalent("q1", "outside training nothing is dropped", (
        "def run_block(x, real, weights, heads, dropout=0.0, training=False, depth=1):"
        " → def run_block(x, real, weights, heads, dropout=1.0, training=False, depth=1):",
    )),
    Equivalent("q1", "so many times, or so many weights, in any order", (
        "for _ in range(depth): → for _ in list(range(depth))[::-1]:",
        *list_mutants(
            "block.load_state_dict({name: torch.tensor(w) for name, w in weights.items()})",
            "weights.items() → list(weights.items())[::-1]",
        ),
    )),
    Equivalent("q1", "an and, an or, whichever side stands first", (
        "seen = torch.ones(T, T).tril().bool() & real[:, None] → seen = real[:, None] & torch.ones(T, T).tril().bool()",
        *list_mutants(
            "hidden = ~(seen | torch.eye(T).bool()).repeat_interleave(heads, dim=0)",
            "seen | torch.eye(T).bool() → torch.eye(T).bool() | seen",
        ),
    )),
    Equivalent("q1", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "block.load_state_dict({name: torch.tensor(w) for name, w in weights.items()})",
            "y = torch.tensor(x, dtype=torch.float32, requires_grad=True)",
        ),
        *swap_lines(
            "self.norm_1, self.norm_2 = (nn.LayerNorm(d), nn.LayerNorm(d))",
            "self.attention = nn.MultiheadAttention(d, heads, batch_first=True)",
        ),
        *swap_lines(
            "self.attention = nn.MultiheadAttention(d, heads, batch_first=True)",
            "layers = (nn.Linear(d, ratio * d), nn.GELU(), nn.Linear(ratio * d, d))",
        ),
        *swap_lines(
            "hidden = ~(seen | torch.eye(T).bool()).repeat_interleave(heads, dim=0)", "h = self.norm_1(x)"
        ),
    )),
    Equivalent("q2", "a list is as good as an array", (
        "return np.array([rotate(k[None], distance)[0] @ q for distance in distances])"
        " → return [rotate(k[None], distance)[0] @ q for distance in distances]",
    )),
    Equivalent("q2", "a product of two vectors, whichever stands first", (
        "return np.array([rotate(k[None], distance)[0] @ q for distance in distances])"
        " → return np.array([q @ rotate(k[None], distance)[0] for distance in distances])",
    )),
    Equivalent("q2", "one row is the first and the last", (
        "return np.array([rotate(k[None], distance)[0] @ q for distance in distances])"
        " → return np.array([rotate(k[None], distance)[-1] @ q for distance in distances])",
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        "linear, norm = (d * d + biases * d, d + biases * d) / network = 2 * ratio * d * d + biases * (ratio * d + d)"
        " → network = 2 * ratio * d * d + biases * (ratio * d + d) / "
        "linear, norm = (d * d + biases * d, d + biases * d)",
        "network = 2 * ratio * d * d + biases * (ratio * d + d) / outside = (V + "
        "P + S) * d + norm + pooler * linear + (not tied) * V * d"
        " → outside = (V + P + S) * d + norm + pooler * linear + (not tied) * V * "
        "d / network = 2 * ratio * d * d + biases * (ratio * d + d)",
    )),
    Equivalent("q3", "the number of heads doesn't change the number of parameters", (
        "empty = count_parameters(V, d, 0, heads, **more) → empty = count_parameters(V, d, 0, more, **more)",
        "empty = count_parameters(V, d, 0, heads, **more) → empty = count_parameters(V, d, 0, V, **more)",
        "empty = count_parameters(V, d, 0, heads, **more) → empty = count_parameters(V, d, 0, budget, **more)",
        *list_changes(
            "each = count_parameters(V, d, 1, heads, **more) - empty",
            "each = count_parameters(V, d, 1, more, **more) - empty",
            "each = count_parameters(V, d, 1, V, **more) - empty",
            "each = count_parameters(V, d, 1, budget, **more) - empty",
        ),
    )),
    Equivalent("q4", "a sum, in any order", (
        "return np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q)"
        " → return np.logaddexp(np.log(1 - share) + log_q, np.log(share) + log_p)",
        "log_p = np.concatenate([values[mask == 1] for values, mask in batches])"
        " → log_p = np.concatenate([values[mask == 1] for values, mask in list(batches)[::-1]])",
    )),
    Equivalent("q5", "p is no input", (
        "p = p / p.sum() → p /= p.sum()",
    )),
    Equivalent("q5", "equal parts of any size are rescaled to the sum 1", list_changes(
        "p = np.exp(z / temperature) if temperature > 0 else np.where(z == 0, 1.0, 0.0)",
        "p = np.exp(z / temperature) if temperature > 0 else z == 0",
        "p = np.exp(z / temperature) if temperature > 0 else np.where(1.0, z == 0, 0.0)",
        "p = np.exp(z / temperature) if temperature > 0 else np.where(z == 0, 2.0, 0.0)",
        "p = np.exp(z / temperature) if temperature > 0 else np.where(z == 0, -1.0, 0.0)",
        "p = np.exp(z / temperature) if temperature > 0 else np.where(z == 0, 0.5, 0.0)",
    )),
    Equivalent("q5", "the same order, but for tokens of probability 0", list_changes(
        "p, order = (p / p.sum(), np.argsort(-z, kind='stable'))",
        "p, order = (p / p.sum(), np.argsort(-logits, kind='stable'))",
        "p, order = (p / p.sum(), np.argsort(-p, kind='stable'))",
    )),
    Equivalent("q5", "NumPy reads the first letter of the kind", (
        "p, order = (p / p.sum(), np.argsort(-z, kind='stable'))"
        " → p, order = (p / p.sum(), np.argsort(-z, kind='stable?'))",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        "BITS_A = LOSS['A'].mean() * TOKENS['A'] / (CHARACTERS * np.log(2)) / BITS_B "
        "= LOSS['B'].mean() * TOKENS['B'] / (CHARACTERS * np.log(2))"
        " → BITS_B = LOSS['B'].mean() * TOKENS['B'] / (CHARACTERS * np.log(2)) / "
        "BITS_A = LOSS['A'].mean() * TOKENS['A'] / (CHARACTERS * np.log(2))",
        "CHOICE = 'A' if BITS_A < BITS_B else 'B' / LEVEL = np.exp(LOSS['B'].mean() * TOKENS['B'] / TOKENS['A'])"
        " → LEVEL = np.exp(LOSS['B'].mean() * TOKENS['B'] / TOKENS['A']) / CHOICE = 'A' if BITS_A < BITS_B else 'B'",
        "inputs, targets = np.full((2, len(texts), T), pad) / counts = np.zeros((len(texts), T), dtype=bool)"
        " → counts = np.zeros((len(texts), T), dtype=bool) / inputs, targets = np.full((2, len(texts), T), pad)",
    )),
    Equivalent("q6", "only letters are read", (
        "FAULTS = 'ABC' → FAULTS = 'ABC?'",
    )),
    Equivalent("q6", "texts in any order, each in its own row", (
        "for b, text in enumerate(texts): → for b, text in list(enumerate(texts))[::-1]:",
        "T = max((len(text) for text in texts)) - 1 → T = max((len(text) for text in list(texts)[::-1])) - 1",
    )),
    Equivalent("q6", "B is the better one, and no draw", (
        "CHOICE = 'A' if BITS_A < BITS_B else 'B' → CHOICE = 'A' if False else 'B'",
        "CHOICE = 'A' if BITS_A < BITS_B else 'B' → CHOICE = 'A' if BITS_A <= BITS_B else 'B'",
        "CHOICE = 'A' if BITS_A < BITS_B else 'B' → CHOICE = 'A?' if BITS_A < BITS_B else 'B'",
        "CHOICE = 'A' if BITS_A < BITS_B else 'B' → CHOICE = 'A' if BITS_B < BITS_B else 'B'",
    )),
    Equivalent("q6", "0 and 1 for False and True", (
        "counts = np.zeros((len(texts), T), dtype=bool) → counts = np.zeros((len(texts), T))",
        "look = np.tri(T, dtype=bool) → look = np.tri(T)",
    )),
    Equivalent("q6", "arrays of one length", (
        "counts = np.zeros((len(texts), T), dtype=bool) → counts = np.zeros((len(inputs), T), dtype=bool)",
    )),
]  # fmt: skip
