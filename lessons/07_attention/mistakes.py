"""Exercise 07: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_text, list_changes, swap_lines


def _attend(lines: str) -> str:
    return define_function("attention(Q, K, V, mask=None)", lines)


def _masks(first: str = "", second: str = "") -> str:
    own = define_function("make_mask(lengths, T, causal)", first or _WORDS)
    return f"{own}\n\n" + define_function("look(module, x, mask)", second or _TURN) + _RUN


def _heads(lines: str) -> str:
    return define_function("multi_head(x, W, b, W_out, b_out, heads)", lines)


def _pencil(variance: str = "", cost: str = "", even: str = "1536") -> str:
    first = define_function("score_variance(mean_q, std_q, mean_k, std_k, scaled)", variance or _SPREAD)
    second = define_function("count_cost(B, T, d, heads, bytes_each=4)", cost or _COST)
    return f"{first}\n\n{second}\n\nEVEN_AT = {even}\n"


def _cross(lines: str = "", faults: str = "ABDE") -> str:
    cross = define_function("cross_attention(target, source, real, W_Q, W_K, W_V)", lines or _LOOK)
    return f"FAULTS = {faults!r}\n{cross}"


def _links(links: str = "", error: str = "", head="42", rate="0.1146", choice="hide") -> str:
    first = define_function("find_links(weights, source_real, target_real)", links or _READ)
    second = define_function("alignment_error(links, sure, possible)", error or _COUNT)
    return f"{first}\n\n{second}\n\nHEAD = {head}\nERROR = {rate}\nCHOICE = {choice!r}\n"


_ROWS = """
s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
if mask is not None:
    s = np.where(mask, s, -np.inf)
top = s.max(axis=-1, keepdims=True)
e = np.exp(s - np.where(np.isfinite(top), top, 0))
total = e.sum(axis=-1, keepdims=True)
w = e / np.where(total > 0, total, 1)
return w @ V, w
"""
_PLAIN = """
s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
if mask is not None:
    s = np.where(mask, s, -1e9)
e = np.exp(s - s.max(axis=-1, keepdims=True))
w = e / e.sum(axis=-1, keepdims=True)
return w @ V, w
"""
_LATE = """
s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
e = np.exp(s - s.max(axis=-1, keepdims=True))
if mask is not None:
    e = e * mask
w = e / np.maximum(e.sum(axis=-1, keepdims=True), 1e-300)
return w @ V, w
"""
_WORDS = """
i, j = np.arange(T)[:, None], np.arange(T)
allowed = np.ones((len(lengths), T, T), dtype=bool)
for b, n in enumerate(lengths):
    allowed[b] = j < n
    if causal:
        allowed[b] &= j <= i
return allowed
"""
_TURN = """
open_rows = mask.any(axis=-1, keepdims=True)
hidden = np.repeat(np.where(open_rows, ~mask, False), module.num_heads, axis=0)
return module(x, x, x, attn_mask=torch.from_numpy(hidden), average_attn_weights=False)
"""
_RUN = """

def run_module(x, mask, W, b, W_out, b_out, heads):
    settings = {"batch_first": True, "dtype": torch.float64}
    module = torch.nn.MultiheadAttention(x.shape[2], heads, **settings)
    names = "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"
    module.load_state_dict(dict(zip(names, map(torch.tensor, (W, b, W_out, b_out)))))
    output, weights = look(module, torch.tensor(x), mask)
    return output.detach().numpy(), weights.detach().numpy()
"""
_SPLIT = """
B, T, d = x.shape
Q, K, V = np.split(x @ W.T + b, 3, axis=2)
cut = lambda y: y.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)
s = cut(Q) @ cut(K).transpose(0, 1, 3, 2) / np.sqrt(d // heads)
e = np.exp(s)
H = e / e.sum(axis=-1, keepdims=True) @ cut(V)
return H.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_out.T + b_out
"""
_SPREAD = """
terms = std_q**2 * std_k**2 + mean_q**2 * std_k**2 + mean_k**2 * std_q**2
total = terms.sum()
return total / len(terms) if scaled else total
"""
_COST = """
projections = 4 * T * d * d
squares = 2 * T * T * d
scores = heads * T * T
return B * (projections + squares), B * scores * bytes_each
"""
_LOOK = """
Q, K, V = target @ W_Q, source @ W_K, source @ W_V
s = Q @ K.swapaxes(1, 2) / np.sqrt(Q.shape[-1])
s = np.where(real[:, None, :], s, -np.inf)
e = np.exp(s - s.max(axis=-1, keepdims=True))
w = e / e.sum(axis=-1, keepdims=True)
return w @ V, w
"""
_LOOK_LATE = """
Q, K, V = target @ W_Q, source @ W_K, source @ W_V
s = Q @ K.swapaxes(1, 2) / np.sqrt(Q.shape[-1])
e = np.exp(s - s.max(axis=-1, keepdims=True))
w = e / e.sum(axis=-1, keepdims=True)
w = w * real[:, None, :]
return w @ V, w
"""
_COLLEAGUE = """
Q, K, V = source @ W_Q, target @ W_K, target @ W_V
s = Q @ K.swapaxes(1, 2) / K.shape[2]
s = s - s.max(axis=2, keepdims=True)
e = np.exp(s)
w = e / e.sum(axis=1, keepdims=True)
w = np.where(real[:, :, None], w, 0)
return w @ V, w
"""
_READ = """
best = np.where(source_real[:, None, :], weights, -np.inf).argmax(axis=-1)
best[~target_real] = -1
return best
"""
_COUNT = """
found = np.zeros(sure.shape, dtype=bool)
for b, t in zip(*np.nonzero(links >= 0)):
    found[b, t, links[b, t]] = True
agree = (found & sure).sum() + (found & possible).sum()
return 1 - agree / (found.sum() + sure.sum())
"""

_SHARE, _HIDDEN, _FRONT, _NOBODY, _LARGE = (
    "rows_share_out_the_values",
    "hidden_keys_have_no_part",
    "any_dimensions_may_stand_in_front",
    "who_may_look_nowhere_gets_zeros",
    "large_scores_do_no_harm",
)
_COLUMNS, _CAUSAL, _MODULE, _SIZES = (
    "padding_hides_its_columns",
    "causal_hides_the_future",
    "the_module_obeys_the_mask",
    "masks_of_any_size",
)
_ONE, _SEVERAL, _LAYERS = "one_head_is_projected_and_joined", "heads_are_split_and_merged", "layers_of_any_size"
_PURE, _MEANS, _BILL, _EVEN, _EXACT = (
    "without_means_products_of_variances",
    "means_add_to_the_spread",
    "multiplications_and_bytes_are_counted",
    "the_square_catches_up",
    "counts_are_exact_and_edges_hold",
)
_NAMED, _ASKS, _REAL, _ODD = (
    "the_faults_are_named",
    "each_target_word_asks_for_itself",
    "real_words_share_the_weight",
    "large_scores_and_odd_batches",
)
_WORD, _RATE, _CHOICE, _STRANGE = (
    "links_go_from_word_to_word",
    "the_error_rate_counts_all_links",
    "the_choice_is_judged_elsewhere",
    "odd_maps_and_missing_links",
)

MISTAKES = [
    # q1
    Mistake("q1", "undivided", _SHARE, "not-scaled", _attend(edit_text(_ROWS, " / np.sqrt(Q.shape[-1])", ""))),
    Mistake("q1", "by-d", _SHARE, "scaled-too-much", _attend(edit_text(_ROWS, "np.sqrt(Q.shape[-1])", "Q.shape[-1]"))),
    Mistake("q1", "values-width", _SHARE, "root-of-another-size",
        _attend(edit_text(_ROWS, "np.sqrt(Q.shape[-1])", "np.sqrt(V.shape[-1])"))),
    Mistake("q1", "keys-count", _SHARE, "root-of-another-size",
        _attend(edit_text(_ROWS, "np.sqrt(Q.shape[-1])", "np.sqrt(K.shape[-2])"))),
    Mistake("q1", "times-root", _SHARE, "`weights[",
        _attend(edit_text(_ROWS, "/ np.sqrt(Q.shape[-1])", "* np.sqrt(Q.shape[-1])"))),
    Mistake("q1", "columns", _SHARE, "shared-among-queries", _attend(edit_text(_ROWS, "axis=-1", "axis=-2"))),
    Mistake("q1", "all", _SHARE, "shared-among-all",
        _attend(edit_text(_ROWS,
            "e.sum(axis=-1, keepdims=True)", "e.sum()",
            "s.max(axis=-1, keepdims=True)", "s.max()"))),
    Mistake("q1", "linear", _SHARE, "no-softmax", _attend("""
w = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
return w @ V, w
""")),
    Mistake("q1", "exchanged", _SHARE, "changed places",
        _attend(edit_text(_ROWS, "return w @ V, w", "return w, w @ V"))),
    Mistake("q1", "output-only", _SHARE, "2 values", _attend(edit_text(_ROWS, "return w @ V, w", "return w @ V"))),
    Mistake("q1", "no-return", _SHARE, "returns None", _attend(edit_text(_ROWS, "return w @ V, w", ""))),
    Mistake("q1", "keys-for-values", _SHARE, "has shape", _attend(edit_text(_ROWS, "return w @ V", "return w @ K"))),
    Mistake("q1", "divided-late", _SHARE, "scaled-after-softmax", _attend(edit_text(_ROWS,
        " / np.sqrt(Q.shape[-1])", "", "return w @ V", "w = w / np.sqrt(Q.shape[-1])\nreturn w @ V"))),
    Mistake("q1", "raw-weights", _SHARE, "`output[", _attend(edit_text(_ROWS, "return w @ V", "return e @ V"))),
    Mistake("q1", "raw-scores", _SHARE, "`weights[", _attend(edit_text(_ROWS, "return w @ V, w", "return w @ V, e"))),
    Mistake("q1", "ignored", _HIDDEN, "mask-ignored", _attend(edit_text(_PLAIN, "mask is not None", "False"))),
    Mistake("q1", "inverted", _HIDDEN, "mask-inverted",
        _attend(edit_text(_PLAIN, "np.where(mask, s, -1e9)", "np.where(mask, -1e9, s)"))),
    Mistake("q1", "after", _HIDDEN, "mask-after-softmax",
        _attend(edit_text(_PLAIN,
            "return", "w = w if mask is None else w * mask\nreturn",
            "if mask is not None:\n    s = np.where(mask, s, -1e9)\n", ""))),
    Mistake("q1", "zero", _HIDDEN, "hidden-scores-set-to-zero",
        _attend(edit_text(_PLAIN, "np.where(mask, s, -1e9)", "s * mask"))),
    Mistake("q1", "added", _HIDDEN, "mask-added-as-a-number",
        _attend(edit_text(_PLAIN, "np.where(mask, s, -1e9)", "s + mask"))),
    Mistake("q1", "values-hidden", _HIDDEN, "mask-ignored", _attend("""
s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
e = np.exp(s - s.max(axis=-1, keepdims=True))
w = e / e.sum(axis=-1, keepdims=True)
return (w if mask is None else w * mask) @ V, w
""")),
    Mistake("q1", "minus-five", _HIDDEN, "`weights[", _attend(edit_text(_PLAIN, "-1e9", "-5"))),
    Mistake("q1", "turned-mask", _HIDDEN, "mask-transposed", _attend(edit_text(_ROWS,
        "if mask is not None:",
        "if mask is not None:\n    mask = np.swapaxes(mask, -1, -2) if s.shape[-1] == s.shape[-2] else mask"))),
    Mistake("q1", "clipped-at-50", _LARGE, "scores-clipped",
        _attend(edit_text(_ROWS, "if mask is not None:", "s = np.clip(s, -50, 50)\nif mask is not None:"))),
    Mistake("q1", "all-turned", _FRONT, "all-axes-turned", _attend(edit_text(_PLAIN, "np.swapaxes(K, -1, -2)", "K.T"))),
    Mistake("q1", "third-axis", _FRONT, "shared-among-queries",
        _attend(edit_text(_ROWS, "axis=-1", "axis=min(2, Q.ndim - 1)"))),
    Mistake("q1", "second-size", _FRONT, "axis-counted-from-the-front",
        _attend(edit_text(_ROWS, "Q.shape[-1]", "Q.shape[1]"))),
    Mistake("q1", "axis-one", _FRONT, "shared-among-queries", _attend(edit_text(_ROWS, "axis=-1", "axis=1"))),
    Mistake("q1", "mask-of-sentences", _FRONT, "has shape", _attend(edit_text(_ROWS,
        "if mask is not None:", "if mask is not None:\n    mask = mask[:, None] if mask.ndim == 3 else mask"))),
    Mistake("q1", "full-mask-only", _FRONT, "`weights[",
        _attend(edit_text(_ROWS, "    s = np.where(mask, s, -np.inf)", "    s[~mask] = -np.inf"))),
    Mistake("q1", "nan", _NOBODY, "nan-for-nobody", _attend(edit_text(_PLAIN, "-1e9", "-np.inf"))),
    Mistake("q1", "even", _NOBODY, "everybody-for-nobody", _attend(_PLAIN)),
    Mistake("q1", "see-all", _NOBODY, "everybody-for-nobody",
        _attend(edit_text(_PLAIN,
            "np.where(mask, s, -1e9)", "np.where(mask | ~np.any(mask, axis=-1, keepdims=True), s, -1e9)"))),
    Mistake("q1", "first-row-only", _NOBODY, "nan-for-nobody",
        _attend(edit_text(_PLAIN,
            "-1e9", "-np.inf",
            "return w @ V, w",
            "if mask is not None and not np.any(mask):\n    w = np.zeros(s.shape)\nreturn w @ V, w"))),
    Mistake("q1", "naive", _LARGE, "overflow",
        _attend(edit_text(_ROWS, "np.exp(s - np.where(np.isfinite(top), top, 0))", "np.exp(s)"))),
    Mistake("q1", "clipped", _LARGE, "overflow",
        _attend(edit_text(_ROWS, "np.exp(s - np.where(np.isfinite(top), top, 0))",
            "np.exp(np.clip(s, -np.inf, 500))"))),
    Mistake("q1", "highest-of-the-table", _LARGE, "overflow",
        _attend(edit_text(_ROWS, "s.max(axis=-1, keepdims=True)", "s.max()"))),
    Mistake("q1", "late-mask", _LARGE, "hidden-key-sets-the-scale", _attend(_LATE)),
    Mistake("q1", "minus-ten-thousand", _LARGE, "penalty-too-small",
        _attend(edit_text(_PLAIN,
            "-1e9", "-1e4",
            "return w @ V, w",
            "if mask is not None:\n    w = w * np.any(mask, axis=-1, keepdims=True)\nreturn w @ V, w"))),
    Mistake("q1", "added-penalty", _LARGE, "penalty-too-small",
        _attend(edit_text(_PLAIN,
            "np.where(mask, s, -1e9)", "s + np.where(mask, 0, -1e4)",
            "return w @ V, w",
            "if mask is not None:\n    w = w * np.any(mask, axis=-1, keepdims=True)\nreturn w @ V, w"))),
    Mistake("q1", "in-place", _LARGE, "changes-its-inputs",
        _attend("Q /= np.sqrt(Q.shape[-1])" + edit_text(_ROWS, " / np.sqrt(Q.shape[-1])", "").rstrip())),
    # q2
    Mistake("q2", "rows", _COLUMNS, "rows-for-columns", _masks(edit_text(_WORDS, "j < n", "i < n"))),
    Mistake("q2", "both", _COLUMNS, "padded-queries-blinded", _masks(edit_text(_WORDS, "j < n", "(j < n) & (i < n)"))),
    Mistake("q2", "up-to", _COLUMNS, "one-place-off", _masks(edit_text(_WORDS, "j < n", "j <= n"))),
    Mistake("q2", "one-less", _COLUMNS, "one-place-off", _masks(edit_text(_WORDS, "j < n", "j < n - 1"))),
    Mistake("q2", "front", _COLUMNS, "padding-in-front", _masks(edit_text(_WORDS, "j < n", "j >= T - n"))),
    Mistake("q2", "hides", _COLUMNS, "mask-inverted", _masks(edit_text(_WORDS, "return allowed", "return ~allowed"))),
    Mistake("q2", "always", _COLUMNS, "always-causal", _masks(edit_text(_WORDS, "if causal", "if True"))),
    Mistake("q2", "numbers", _COLUMNS, "booleans", _masks(edit_text(_WORDS, "return allowed", "return allowed * 1.0"))),
    Mistake("q2", "flat", _COLUMNS, "has shape", _masks("return np.arange(T) < np.array(lengths)[:, None]")),
    Mistake("q2", "never", _CAUSAL, "causal-ignored", _masks(edit_text(_WORDS, "if causal", "if False"))),
    Mistake("q2", "upper", _CAUSAL, "future-seen", _masks(edit_text(_WORDS, "j <= i", "j >= i"))),
    Mistake("q2", "strict", _CAUSAL, "blind-to-itself", _masks(edit_text(_WORDS, "j <= i", "j < i"))),
    Mistake("q2", "or", _CAUSAL, "or-for-and", _masks(edit_text(_WORDS, "&= j <= i", "|= j <= i"))),
    Mistake("q2", "only-past", _CAUSAL, "`mask[",
        _masks(edit_text(_WORDS, "allowed[b] &= j <= i", "allowed[b] = j <= i"))),
    Mistake("q2", "one-ahead", _CAUSAL, "`mask[", _masks(edit_text(_WORDS, "j <= i", "j <= i + 1"))),
    Mistake("q2", "not-turned", _MODULE, "true-not-turned",
        _masks(second=edit_text(_TURN, "np.where(open_rows, ~mask, False)", "np.where(open_rows, mask, True)"))),
    Mistake("q2", "as-it-is", _MODULE, "true-not-turned",
        _masks(second=edit_text(_TURN, "np.where(open_rows, ~mask, False)", "mask"))),
    Mistake("q2", "tiled", _MODULE, "sentences-in-turn",
        _masks(second=edit_text(_TURN,
            "np.repeat(", "np.tile(", "module.num_heads, axis=0", "(module.num_heads, 1, 1)"))),
    Mistake("q2", "blind", _MODULE, "nobody-left",
        _masks(second=edit_text(_TURN, "np.where(open_rows, ~mask, False)", "~mask"))),
    Mistake("q2", "own-place", _MODULE, "opened-for-itself-only", _masks(second=edit_text(_TURN,
        "np.where(open_rows, ~mask, False)", "~(mask | np.eye(mask.shape[1], dtype=bool) & ~open_rows)"))),
    Mistake("q2", "empty-sentences", _MODULE, "nobody-left",
        _masks(second=edit_text(_TURN, "mask.any(axis=-1, keepdims=True)", "mask.any(axis=(1, 2), keepdims=True)"))),
    Mistake("q2", "one-mask-a-sentence", _MODULE, "stopped with",
        _masks(second=edit_text(_TURN, "module.num_heads, axis=0", "1, axis=0"))),
    Mistake("q2", "no-mask", _MODULE, "mask-ignored",
        _masks(second=edit_text(_TURN, "attn_mask=torch.from_numpy(hidden), ", ""))),
    Mistake("q2", "averaged", _MODULE, "heads-averaged",
        _masks(second=edit_text(_TURN, ", average_attn_weights=False", ""))),
    Mistake("q2", "not-asked", _MODULE, "stopped with",
        _masks(second=edit_text(_TURN, "average_attn_weights=False", "need_weights=False"))),
    Mistake("q2", "added-numbers", _MODULE, "`weights[",
        _masks(second=edit_text(_TURN, "from_numpy(hidden)", "from_numpy(hidden * 1.0)"))),
    Mistake("q2", "empty-sentence-opened", _SIZES, "`mask[", _masks(edit_text(_WORDS, "j < n", "j < max(n, 1)"))),
    Mistake("q2", "in-place", _MODULE, "changes-its-inputs", _masks(second="""
mask |= ~mask.any(axis=-1, keepdims=True)
hidden = torch.tensor(np.repeat(~mask, module.num_heads, axis=0))
return module(x, x, x, attn_mask=hidden, average_attn_weights=False)
""")),
    Mistake("q2", "lengths-in-place", _SIZES, "changes-its-inputs", _masks("""
lengths -= 1
j = np.arange(T)
real = (j <= lengths[:, None, None]) & (j[:, None] >= 0)
return real & (j <= j[:, None]) if causal else real
""")),
    # q3
    Mistake("q3", "keys-first", _ONE, "parts-exchanged", _heads(edit_text(_SPLIT, "Q, K, V = np", "K, Q, V = np"))),
    Mistake("q3", "values-first", _ONE, "parts-exchanged", _heads(edit_text(_SPLIT, "Q, K, V = np", "V, K, Q = np"))),
    Mistake("q3", "not-turned", _ONE, "matrix-not-turned",
        _heads(edit_text(_SPLIT,
            "np.split(x @ W.T + b, 3, axis=2)", "(x @ one + c for one, c in zip(np.split(W, 3), np.split(b, 3)))"))),
    Mistake("q3", "sideways", _ONE, "matrix-not-turned", _heads(edit_text(_SPLIT, "W.T", "W.reshape(d, 3 * d)"))),
    Mistake("q3", "last-not-turned", _ONE, "matrix-not-turned", _heads(edit_text(_SPLIT, "W_out.T", "W_out"))),
    Mistake("q3", "no-b", _ONE, "bias-forgotten", _heads(edit_text(_SPLIT, "x @ W.T + b", "x @ W.T"))),
    Mistake("q3", "no-last-b", _ONE, "bias-forgotten", _heads(edit_text(_SPLIT, " + b_out", ""))),
    Mistake("q3", "not-scaled", _ONE, "not-scaled", _heads(edit_text(_SPLIT, " / np.sqrt(d // heads)", ""))),
    Mistake("q3", "by-d", _ONE, "scaled-too-much", _heads(edit_text(_SPLIT, "np.sqrt(d // heads)", "(d // heads)"))),
    Mistake("q3", "columns", _ONE, "shared-among-queries", _heads(edit_text(_SPLIT, "axis=-1", "axis=-2"))),
    Mistake("q3", "heads-share", _ONE, "shared-among-others", _heads(edit_text(_SPLIT, "axis=-1", "axis=1"))),
    Mistake("q3", "no-last", _ONE, "`y[", _heads(edit_text(_SPLIT, " @ W_out.T + b_out", ""))),
    Mistake("q3", "no-softmax", _ONE, "`y[", _heads(edit_text(_SPLIT, "e / e.sum(axis=-1, keepdims=True)", "s"))),
    Mistake("q3", "residual", _ONE, "`y[", _heads(edit_text(_SPLIT, "return ", "return x + "))),
    Mistake("q3", "one-head", _SEVERAL, "one-head-only",
        _heads(edit_text(_SPLIT, "B, T, d = x.shape", "B, T, d = x.shape\nheads = 1"))),
    Mistake("q3", "full-width", _SEVERAL, "scaled-by-full-width",
        _heads(edit_text(_SPLIT, "np.sqrt(d // heads)", "np.sqrt(d)"))),
    Mistake("q3", "heads-root", _SEVERAL, "root-of-another-size",
        _heads(edit_text(_SPLIT, "np.sqrt(d // heads)", "(np.sqrt(heads) if heads > 1 else np.sqrt(d))"))),
    Mistake("q3", "interleaved", _SEVERAL, "heads-interleaved",
        _heads(edit_text(_SPLIT,
            "y.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)",
            "y.reshape(B, T, d // heads, heads).transpose(0, 3, 1, 2)"))),
    Mistake("q3", "strided", _SEVERAL, "heads-interleaved",
        _heads(edit_text(_SPLIT,
            "y.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)",
            "np.stack([y[:, :, h::heads] for h in range(heads)], axis=1)",
            "H.transpose(0, 2, 1, 3)", "H.transpose(0, 2, 3, 1)"))),
    Mistake("q3", "reshaped", _SEVERAL, "reshape-for-swap",
        _heads(edit_text(_SPLIT,
            "y.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)", "y.reshape(B, heads, T, d // heads)"))),
    Mistake("q3", "reshaped-back", _SEVERAL, "reshape-for-swap",
        _heads(edit_text(_SPLIT, "H.transpose(0, 2, 1, 3).reshape", "H.reshape"))),
    Mistake("q3", "reshaped-twice", _SEVERAL, "reshape-for-swap",
        _heads(edit_text(_SPLIT,
            "y.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)", "y.reshape(B, heads, T, d // heads)",
            "H.transpose(0, 2, 1, 3).reshape", "H.reshape"))),
    Mistake("q3", "heads-first-layout", _SEVERAL, "parts-exchanged", _heads("""
B, T, d = x.shape
Q, K, V = (x @ W.T + b).reshape(B, T, heads, 3, d // heads).transpose(3, 0, 2, 1, 4)
e = np.exp(Q @ K.swapaxes(2, 3) / np.sqrt(d // heads))
H = e / e.sum(axis=-1, keepdims=True) @ V
return H.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_out.T + b_out
""")),
    Mistake("q3", "mean-of-heads", _SEVERAL, "stopped with",
        _heads(edit_text(_SPLIT, "H.transpose(0, 2, 1, 3).reshape(B, T, d)", "H.mean(axis=1)"))),
    Mistake("q3", "heads-backwards", _SEVERAL, "`y[",
        _heads(edit_text(_SPLIT, "H.transpose(0, 2, 1, 3)", "H[:, ::-1].transpose(0, 2, 1, 3)"))),
    Mistake("q3", "in-place", _LAYERS, "changes-its-inputs",
        _heads(edit_text(_SPLIT,
            "B, T, d = x.shape", "B, T, d = x.shape\nW /= 2\nb /= 2",
            "x @ W.T + b", "2 * (x @ W.T + b)"))),
    # q4
    Mistake("q4", "root", _PURE, "spread-for-variance",
        _pencil(edit_text(_SPREAD, "total = terms.sum()", "total = np.sqrt(terms.sum())"))),
    Mistake("q4", "root-later", _PURE, "spread-for-variance",
        _pencil(edit_text(_SPREAD,
            "return total / len(terms) if scaled else total",
            "return np.sqrt(total / len(terms) if scaled else total)"))),
    Mistake("q4", "always-scaled", _PURE, "scaling-ignored", _pencil(edit_text(_SPREAD, "if scaled", "if True"))),
    Mistake("q4", "never-scaled", _PURE, "scaling-ignored", _pencil(edit_text(_SPREAD, "if scaled", "if False"))),
    Mistake("q4", "by-root", _PURE, "divided-by-the-root",
        _pencil(edit_text(_SPREAD, "/ len(terms)", "/ np.sqrt(len(terms))"))),
    Mistake("q4", "unsquared", _PURE, "squares-and-sums-exchanged", _pencil("""
total = (std_q * std_k).sum()
return total / len(std_q) if scaled else total
""")),
    Mistake("q4", "one-direction", _PURE, "squares-and-sums-exchanged", _pencil("""
total = (std_q * std_k).sum() ** 2
return total / len(std_q) if scaled else total
""")),
    Mistake("q4", "product-of-sums", _PURE, "squares-and-sums-exchanged", _pencil("""
total = (std_q**2).sum() * (std_k**2).sum()
return total / len(std_q) if scaled else total
""")),
    Mistake("q4", "lesson", _PURE, "`variance`", _pencil("return 1 if scaled else len(std_q)")),
    Mistake("q4", "simulated", _PURE, "`variance`", _pencil("""
rng = np.random.default_rng(0)
q = mean_q + std_q * rng.normal(size=(20_000, len(std_q)))
k = mean_k + std_k * rng.normal(size=(20_000, len(std_k)))
total = (q * k).sum(axis=1).var()
return total / len(std_q) if scaled else total
""")),
    Mistake("q4", "no-means", _MEANS, "means-forgotten",
        _pencil(edit_text(_SPREAD, " + mean_q**2 * std_k**2 + mean_k**2 * std_q**2", ""))),
    Mistake("q4", "second-moment", _MEANS, "not-centred",
        _pencil(edit_text(_SPREAD,
            "std_q**2 * std_k**2 + mean_q**2 * std_k**2 + mean_k**2 * std_q**2",
            "(mean_q**2 + std_q**2) * (mean_k**2 + std_k**2)"))),
    Mistake("q4", "total-mean-kept", _MEANS, "not-centred",
        _pencil(edit_text(_SPREAD, "total = terms.sum()", "total = terms.sum() + (mean_q @ mean_k) ** 2"))),
    Mistake("q4", "wrong-centre", _MEANS, "not-centred", _pencil("""
total = ((mean_q**2 + std_q**2) * (mean_k**2 + std_k**2)).sum() - (mean_q @ mean_k) ** 2
return total / len(std_q) if scaled else total
""")),
    Mistake("q4", "one-mean", _MEANS, "one-mean-only", _pencil(edit_text(_SPREAD, " + mean_k**2 * std_q**2", ""))),
    Mistake("q4", "crossed", _MEANS, "`variance`",
        _pencil(edit_text(_SPREAD,
            "mean_q**2 * std_k**2 + mean_k**2 * std_q**2", "mean_q**2 * std_q**2 + mean_k**2 * std_k**2"))),
    Mistake("q4", "three-projections", _BILL, "projection-forgotten",
        _pencil(cost=edit_text(_COST, "4 * T * d * d", "3 * T * d * d"))),
    Mistake("q4", "no-projections", _BILL, "projection-forgotten",
        _pencil(cost=edit_text(_COST, "4 * T * d * d", "0"))),
    Mistake("q4", "scores-only", _BILL, "one-square-only",
        _pencil(cost=edit_text(_COST, "2 * T * T * d", "T * T * d"))),
    Mistake("q4", "full-heads", _BILL, "heads-add-width",
        _pencil(cost=edit_text(_COST, "2 * T * T * d", "2 * T * T * d * heads"))),
    Mistake("q4", "single-head", _BILL, "one-head-of-many",
        _pencil(cost=edit_text(_COST, "2 * T * T * d", "2 * T * T * d // heads"))),
    Mistake("q4", "single-map", _BILL, "one-head-of-many",
        _pencil(cost=edit_text(_COST, "scores = heads * T * T", "scores = T * T"))),
    Mistake("q4", "one-text", _BILL, "batch-forgotten",
        _pencil(cost=edit_text(_COST, "B * (projections + squares)", "projections + squares"))),
    Mistake("q4", "one-text-bytes", _BILL, "batch-forgotten", _pencil(cost=edit_text(_COST, "B * scores", "scores"))),
    Mistake("q4", "flops", _BILL, "additions-counted",
        _pencil(cost=edit_text(_COST, "B * (projections", "2 * B * (projections"))),
    Mistake("q4", "four-bytes", _BILL, "bytes-fixed", _pencil(cost=edit_text(_COST, "bytes_each", "4"))),
    Mistake("q4", "one-number", _BILL, "2 values", _pencil(cost=edit_text(_COST, ", B * scores * bytes_each", ""))),
    Mistake("q4", "exchanged", _BILL, "`multiplications`",
        _pencil(cost=edit_text(_COST,
            "return B * (projections + squares), B * scores * bytes_each",
            "return B * scores * bytes_each, B * (projections + squares)"))),
    Mistake("q4", "half-triangle", _BILL, "`multiplications`",
        _pencil(cost=edit_text(_COST, "2 * T * T * d", "T * (T + 1) * d"))),
    Mistake("q4", "even-one-square", _EVEN, "one-square-only", _pencil(even="3072")),
    Mistake("q4", "even-three", _EVEN, "projection-forgotten", _pencil(even="1152")),
    Mistake("q4", "even-d", _EVEN, "projection-forgotten", _pencil(even="768")),
    Mistake("q4", "even-head", _EVEN, "heads-add-width", _pencil(even="128")),
    Mistake("q4", "even-layer", _EVEN, "layer-of-lesson-08", _pencil(even="4608")),
    Mistake("q4", "lengths-squared", _BILL, "width-for-length",
        _pencil(cost=edit_text(_COST, "4 * T * d * d", "4 * T * T * d"))),
    Mistake("q4", "even-text", _EVEN, "EVEN_AT", _pencil(even="'2 * d'")),
    Mistake("q4", "floats", _EXACT, "counted-in-floats", _pencil(cost=edit_text(_COST, "4 * T", "4.0 * T"))),
    Mistake("q4", "rounded", _EXACT, "`multiplications`",
        _pencil(cost=edit_text(_COST, "B * (projections + squares)",
            "float(np.float32(B * (projections + squares)))"))),
    Mistake("q4", "no-spread-no-variance", _EXACT, "`variance`",
        _pencil(edit_text(_SPREAD, "total = terms.sum()", "total = terms.sum() if std_q.any() else 0.0"))),
    # q5
    Mistake("q5", "not-all", _NAMED, "isn't all", _cross(faults="AB")),
    Mistake("q5", "s4", _NAMED, "isn't all", _cross(faults="BDE")),
    Mistake("q5", "maximum", _NAMED, "maximum-blamed", _cross(faults="ABCDE")),
    Mistake("q5", "apart", _NAMED, "same-words-blamed", _cross(faults="ABDEF")),
    Mistake("q5", "no-letter", _NAMED, "letters out of A to F", _cross(faults="1, 2")),
    Mistake("q5", "colleague", _ASKS, "source-asks", _cross(_COLLEAGUE)),
    Mistake("q5", "source-asks", _ASKS, "source-asks",
        _cross(edit_text(_LOOK,
            "target @ W_Q, source @ W_K, source @ W_V", "source @ W_Q, target @ W_K, target @ W_V",
            "real[:, None, :]", "real[:, :, None] | True"))),
    Mistake("q5", "source-only", _ASKS, "source-asks", _cross(edit_text(_LOOK, "target @ W_Q", "source @ W_Q"))),
    Mistake("q5", "target-only", _ASKS, "looks-at-itself",
        _cross(edit_text(_LOOK, "source @ W_K, source @ W_V", "target @ W_K, target @ W_V"))),
    Mistake("q5", "apart-values", _ASKS, "keys-and-values-apart",
        _cross(edit_text(_LOOK, "source @ W_V", "target @ W_V"))),
    Mistake("q5", "apart-keys", _ASKS, "keys-and-values-apart",
        _cross(edit_text(_LOOK, "source @ W_K", "target @ W_K"))),
    Mistake("q5", "roles-only", _ASKS, "shared-among-queries",
        _cross(edit_text(_COLLEAGUE,
            "source @ W_Q, target @ W_K, target @ W_V", "target @ W_Q, source @ W_K, source @ W_V",
            "real[:, :, None]", "real[:, None]"))),
    Mistake("q5", "deaf", _ASKS, "its own row", _cross("""
w = real / real.sum(axis=1, keepdims=True)
w = np.repeat(w[:, None], target.shape[1], axis=1)
return w @ (source @ W_V), w
""")),
    Mistake("q5", "one-value", _ASKS, "2 values", _cross(edit_text(_LOOK, "return w @ V, w", "return w @ V"))),
    Mistake("q5", "by-d", _REAL, "scaled-too-much", _cross(edit_text(_LOOK, "np.sqrt(Q.shape[-1])", "Q.shape[-1]"))),
    Mistake("q5", "not-scaled", _REAL, "not-scaled", _cross(edit_text(_LOOK, " / np.sqrt(Q.shape[-1])", ""))),
    Mistake("q5", "values-width", _REAL, "root-of-another-size",
        _cross(edit_text(_LOOK, "np.sqrt(Q.shape[-1])", "np.sqrt(V.shape[-1])"))),
    Mistake("q5", "words-counted", _REAL, "padding-assumed-last",
        _cross("real = np.arange(real.shape[1]) < real.sum(axis=1)[:, None]" + _LOOK.rstrip())),
    Mistake("q5", "words-root", _REAL, "root-of-another-size",
        _cross(edit_text(_LOOK, "np.sqrt(Q.shape[-1])", "np.sqrt(K.shape[1])"))),
    Mistake("q5", "word-width", _REAL, "root-of-another-size",
        _cross(edit_text(_LOOK, "np.sqrt(Q.shape[-1])", "np.sqrt(target.shape[-1])"))),
    Mistake("q5", "nulled-after", _REAL, "mask-after-softmax",
        _cross("source = source * real[:, :, None]" + _LOOK_LATE.rstrip())),
    Mistake("q5", "after", _REAL, "mask-after-softmax", _cross(_LOOK_LATE)),
    Mistake("q5", "after-and-by-d", _REAL, "mask-after-softmax",
        _cross(edit_text(_LOOK_LATE, "np.sqrt(Q.shape[-1])", "Q.shape[-1]"))),
    Mistake("q5", "no-mask", _REAL, "mask-ignored",
        _cross(edit_text(_LOOK, "np.where(real[:, None, :], s, -np.inf)", "s"))),
    Mistake("q5", "zeroed", _REAL, "hidden-scores-set-to-zero",
        _cross(edit_text(_LOOK, "np.where(real[:, None, :], s, -np.inf)", "s * real[:, None, :]"))),
    Mistake("q5", "words-zeroed", _REAL, "hidden-scores-set-to-zero",
        _cross("source = source * real[:, :, None]"
            + edit_text(_LOOK, "np.where(real[:, None, :], s, -np.inf)", "s").rstrip())),
    Mistake("q5", "inverted", _REAL, "mask-inverted",
        _cross(edit_text(_LOOK, "np.where(real[:, None, :], s, -np.inf)", "np.where(real[:, None, :], -np.inf, s)"))),
    Mistake("q5", "added", _REAL, "mask-added-as-a-number",
        _cross(edit_text(_LOOK, "np.where(real[:, None, :], s, -np.inf)", "s + real[:, None, :]"))),
    Mistake("q5", "values-only", _REAL, "mask-ignored",
        _cross(edit_text(_LOOK_LATE, "w = w * real[:, None, :]\nreturn w @ V", "return (w * real[:, None, :]) @ V"))),
    Mistake("q5", "raw-weights", _REAL, "`output[", _cross(edit_text(_LOOK, "return w @ V", "return e @ V"))),
    Mistake("q5", "naive", _ODD, "overflow",
        _cross(edit_text(_LOOK, "np.exp(s - s.max(axis=-1, keepdims=True))", "np.exp(s)"))),
    Mistake("q5", "highest-of-all", _ODD, "overflow",
        _cross(edit_text(_LOOK, "s.max(axis=-1, keepdims=True)", "s.max()"))),
    Mistake("q5", "minus-ten-thousand", _ODD, "penalty-too-small", _cross(edit_text(_LOOK, "-np.inf", "-1e4"))),
    Mistake("q5", "late-mask", _ODD, "hidden-key-sets-the-scale",
        _cross(edit_text(_LOOK,
            "s = np.where(real[:, None, :], s, -np.inf)\n", "",
            "w = e", "e = e * real[:, None, :]\nw = e"))),
    Mistake("q5", "in-place", _ODD, "changes-its-inputs",
        _cross("W_Q /= 2" + edit_text(_LOOK, "target @ W_Q", "2 * target @ W_Q").rstrip())),
    # q6
    Mistake("q6", "unmasked", _WORD, "links-to-padding",
        _links("return np.where(target_real, weights.argmax(axis=-1), -1)")),
    Mistake("q6", "all-linked", _WORD, "padding-is-linked", _links(edit_text(_READ, "best[~target_real] = -1\n", ""))),
    Mistake("q6", "lost-words", _WORD, "word-lost-to-padding", _links("""
best = weights.argmax(axis=-1)
there = np.take_along_axis(source_real, best, axis=1) & target_real
return np.where(there, best, -1)
""")),
    Mistake("q6", "other-axis", _WORD, "source-links", _links("""
best = np.where(target_real[:, :, None], weights, -1).argmax(axis=1)
return np.where(source_real, best, -1)
""")),
    Mistake("q6", "smallest", _WORD, "`links` is",
        _links(edit_text(_READ, "weights, -np.inf).argmax", "weights, np.inf).argmin"))),
    Mistake("q6", "from-one", _WORD, "`links` is",
        _links(edit_text(_READ, "return best", "return np.where((best > 0), best - 1, best)"))),
    Mistake("q6", "weights-given", _WORD, "whole numbers", _links("""
best = np.where(source_real[:, None, :], weights, 0).max(axis=-1)
return np.where(target_real, best, -1)
""")),
    Mistake("q6", "left-out", _WORD, "`links` is", _links("""
best = np.where(source_real[:, None, :], weights, -1)
return np.where(target_real & (best.max(axis=-1) > 0.2), best.argmax(axis=-1), -1)
""")),
    Mistake("q6", "agreement", _RATE, "agreement-for-error", _links(error=edit_text(_COUNT, "1 - agree", "agree"))),
    Mistake("q6", "each-sentence", _RATE, "mean-of-sentences", _links(error="""
found = np.arange(sure.shape[2]) == links[:, :, None]
all_of = lambda x: x.sum(axis=(1, 2))
return np.mean(1 - (all_of(found & sure) + all_of(found & possible)) / (all_of(found) + all_of(sure)))
""")),
    Mistake("q6", "minus-one", _RATE, "minus-one-as-last", _links(error="""
found = np.eye(sure.shape[2], dtype=bool)[links]
return 1 - ((found & sure).sum() + (found & possible).sum()) / (found.sum() + sure.sum())
""")),
    Mistake("q6", "all-places", _RATE, "minus-one-as-last",
        _links(error=edit_text(_COUNT, "found.sum() + sure", "links.size + sure"))),
    Mistake("q6", "sure-only", _RATE, "possible-ignored",
        _links(error=edit_text(_COUNT, "(found & possible)", "(found & sure)"))),
    Mistake("q6", "shared-of-all", _RATE, "another-measure", _links(error=edit_text(_COUNT,
        "1 - agree / (found.sum() + sure.sum())", "1 - (found & sure).sum() / (found | sure).sum()"))),
    Mistake("q6", "possible-only", _RATE, "sure-ignored",
        _links(error=edit_text(_COUNT,
            "(found & sure).sum() + (found & possible).sum()", "(found & possible).sum()",
            "(found.sum() + sure.sum())", "found.sum()"))),
    Mistake("q6", "possible-below", _RATE, "possible-below",
        _links(error=edit_text(_COUNT, "found.sum() + sure.sum()", "found.sum() + possible.sum()"))),
    Mistake("q6", "each-link-once", _RATE, "possible-without-sure",
        _links(error=edit_text(_COUNT, "(found & sure).sum() + ", ""))),
    Mistake("q6", "doubled", _RATE, "`error`",
        _links(error=edit_text(_COUNT, "(found & sure).sum() + ", "2 * (found & sure).sum() + "))),
    Mistake("q6", "chosen-on-all", _CHOICE, "chosen-with-test", _links(head="13", rate="0.0903", choice="show")),
    Mistake("q6", "chosen-on-test", _CHOICE, "chosen-with-test", _links(head="13", rate="0.0804", choice="show")),
    Mistake("q6", "another-head", _CHOICE, "isn't the head", _links(head="0")),
    Mistake("q6", "worst-head", _CHOICE, "worst-for-best", _links(head="3")),
    Mistake("q6", "next-number", _CHOICE, "heads-from-one", _links(head="43")),
    Mistake("q6", "dev-error", _CHOICE, "judged-where-chosen", _links(rate="0.0515", choice="show")),
    Mistake("q6", "error-of-all", _CHOICE, "judged-where-chosen", _links(rate="0.1040")),
    Mistake("q6", "per-cent", _CHOICE, "`ERROR` isn't", _links(rate="11.46")),
    Mistake("q6", "shown", _CHOICE, "shown-against-the-rule", _links(choice="show")),
    Mistake("q6", "maybe", _CHOICE, '`CHOICE` is "hide" or', _links(choice="perhaps")),
    Mistake("q6", "compressed", _STRANGE, "place-among-the-real", _links("""
links = np.full(target_real.shape, -1)
for b, t in zip(*np.nonzero(target_real)):
    links[b, t] = weights[b, t, source_real[b]].argmax()
return links
""")),
    Mistake("q6", "last-equal", _STRANGE, "last-of-equals",
        _links(edit_text(_READ,
            "best = np.where(source_real[:, None, :], weights, -np.inf).argmax(axis=-1)",
            "S = weights.shape[2]\n"
            "best = S - 1 - np.where(source_real[:, None, :], weights, -np.inf)[:, :, ::-1].argmax(axis=-1)"))),
    Mistake("q6", "times-mask", _STRANGE, "links-to-padding",
        _links("return np.where(target_real, (weights * source_real[:, None]).argmax(axis=2), -1)")),
    Mistake("q6", "cut-at-length", _STRANGE, "links-to-padding", _links("""
n = source_real.sum(axis=1)[:, None, None]
best = np.where(np.arange(weights.shape[2]) < n, weights, -1).argmax(axis=2)
return np.where(target_real, best, -1)
""")),
    Mistake("q6", "in-place", _STRANGE, "changes-its-inputs", _links("""
weights[np.broadcast_to(~source_real[:, None], weights.shape)] = -1
return np.where(target_real, weights.argmax(axis=2), -1)
""")),
    Mistake("q6", "links-in-place", _STRANGE, "changes-its-inputs", _links(error="""
S = sure.shape[2]
links[links < 0] = S
found = np.eye(S + 1, dtype=bool)[links][:, :, :S]
return 1 - ((found & sure).sum() + (found & possible).sum()) / (found.sum() + sure.sum())
""")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "torch", """
import torch
def attention(Q, K, V, mask=None):
    Q, K, V = (torch.tensor(one) for one in (Q, K, V))
    s = (Q @ K.transpose(-1, -2)) / Q.shape[-1] ** 0.5
    if mask is not None:
        s = s.masked_fill(~torch.tensor(mask), -torch.inf)
    w = torch.softmax(s, dim=-1).nan_to_num(0.0)
    return w @ V, w
"""),
    Unusual("q1", "library", """
import torch
from torch.nn import functional as F
def attention(Q, K, V, mask=None):
    Q, K, V = (torch.tensor(one, dtype=torch.float64) for one in (Q, K, V))
    m, n = Q.shape[-2], K.shape[-2]
    mask = torch.ones(m, n, dtype=torch.bool) if mask is None else torch.tensor(mask).expand(*Q.shape[:-2], m, n)
    eye = torch.eye(n, dtype=torch.float64).expand(*Q.shape[:-2], n, n)
    attend = F.scaled_dot_product_attention
    return attend(Q, K, V, attn_mask=mask), attend(Q, K, eye, attn_mask=mask)
"""),
    Unusual("q1", "einsum", _attend("""
s = np.einsum("...id,...jd->...ij", Q, K) * Q.shape[-1] ** -0.5
A = np.ones(s.shape, dtype=bool) if mask is None else np.broadcast_to(mask, s.shape)
top = np.max(s, axis=-1, keepdims=True, where=A, initial=-1e5)
e = np.where(A, np.exp(np.minimum(s - top, 0)), 0)
total = e.sum(-1, keepdims=True)
w = np.divide(e, total, out=np.zeros_like(e), where=total > 0)
return np.einsum("...ij,...jd->...id", w, V), w
""")),
    Unusual("q1", "penalty", _attend("""
s = np.matmul(Q, np.moveaxis(K, -1, -2)) / np.sqrt(K.shape[-1])
if mask is None:
    mask = np.ones(s.shape[-1], dtype=bool)
s = s + np.where(mask, 0, -1e9)
e = np.exp(s - s.max(axis=-1, keepdims=True))
w = e / e.sum(axis=-1, keepdims=True) * np.any(mask, axis=-1, keepdims=True)
return [w @ V, w]
""")),
    Unusual("q1", "loops", _attend("""
lead, m, n = Q.shape[:-2], Q.shape[-2], K.shape[-2]
allowed = np.broadcast_to(True if mask is None else mask, (*lead, m, n))
w, out = np.zeros((*lead, m, n)), np.zeros((*lead, m, V.shape[-1]))
for at in np.ndindex(*lead, m):
    places = [j for j in range(n) if allowed[at][j]]
    if places:
        scores = [float(Q[at] @ K[at[:-1]][j]) / Q.shape[-1] ** 0.5 for j in places]
        parts = [np.exp(one - max(scores)) for one in scores]
        for j, part in zip(places, parts):
            w[at][j] = part / sum(parts)
            out[at] += w[at][j] * V[at[:-1]][j]
return out, w
""")),
    Unusual("q2", "tril", _masks("""
real = np.broadcast_to(np.arange(T)[None, None, :] < lengths.reshape(-1, 1, 1), (len(lengths), T, T))
return np.tril(real) if causal else real.copy()
""", """
B, T, _ = mask.shape
hidden = np.logical_not(mask)
hidden[hidden.all(axis=2)] = False
every = np.broadcast_to(hidden[:, None], (B, module.num_heads, T, T)).reshape(-1, T, T)
penalty = torch.tensor(np.where(every, -np.inf, 0.0))
return module(x, x, x, attn_mask=penalty, need_weights=True, average_attn_weights=False)
""")),
    Unusual("q2", "lists", _masks("""
return [[[bool(j < n and (j <= i or not causal)) for j in range(T)] for i in range(T)] for n in lengths]
""", """
turn = lambda sentence: [[not bool(one) and any(row) for one in row] for row in sentence]
hidden = [turn(sentence) for sentence in mask.tolist() for _ in range(module.num_heads)]
return list(module(x, x, x, None, True, torch.tensor(hidden), False))
""")),
    Unusual("q2", "torch", "import torch\n" + _masks("""
place = torch.arange(T)
real = (place < torch.tensor(lengths)[:, None])[:, None].expand(-1, T, -1)
return real & torch.ones(T, T, dtype=torch.bool).tril() if causal else real
""", """
outputs, weights = [], []
for row, one in zip(x, torch.tensor(mask)):
    hidden = ~one & one.any(-1, keepdim=True)
    output, weight = module(row, row, row, attn_mask=hidden, average_attn_weights=False)
    outputs.append(output), weights.append(weight)
return torch.stack(outputs), torch.stack(weights)
""")),
    Unusual("q2", "a penalty for numbers", _masks(second="""
penalty = torch.tensor(np.repeat(np.where(mask, 0, -1e9), module.num_heads, axis=0))
return module(x, x, x, attn_mask=penalty, average_attn_weights=False)
""")),
    Unusual("q3", "nn-module", """
import torch
from torch import nn
def multi_head(x, W, b, W_out, b_out, heads):
    W, b, W_out, b_out, x = (torch.tensor(one, dtype=torch.float64) for one in (W, b, W_out, b_out, x))
    layer = nn.MultiheadAttention(x.shape[2], heads, batch_first=True, dtype=torch.float64)
    layer.load_state_dict({"in_proj_weight": W, "in_proj_bias": b, "out_proj.weight": W_out, "out_proj.bias": b_out})
    return layer(x, x, x)[0]
"""),
    Unusual("q3", "head-by-head", _heads("""
d = x.shape[2]
k, y = d // heads, np.zeros(x.shape) + b_out
for h in range(heads):
    rows = slice(h * k, (h + 1) * k)
    Q, K, V = (x @ W[i * d : (i + 1) * d][rows].T + b[i * d : (i + 1) * d][rows] for i in range(3))
    s = Q @ K.transpose(0, 2, 1) / k**0.5
    e = np.exp(s - s.max(axis=2, keepdims=True))
    y += e / e.sum(axis=2, keepdims=True) @ V @ W_out[:, rows].T
return y
""")),
    Unusual("q3", "einsum", _heads("""
B, T, d = x.shape
W, b = W.reshape(3, heads, -1, d), b.reshape(3, heads, -1)
Q, K, V = np.einsum("btd,phkd->pbhtk", x, W) + b[:, None, :, None]
s = np.einsum("bhik,bhjk->bhij", Q, K) / np.sqrt(Q.shape[-1])
e = np.exp(s)
H = np.einsum("bhij,bhjk->bihk", e / e.sum(-1, keepdims=True), V)
return np.einsum("bihk,ohk->bio", H, W_out.reshape(d, heads, -1)) + b_out
""")),
    Unusual("q4", "moments", """
def score_variance(mean_q, std_q, mean_k, std_k, scaled):
    total = 0.0
    for m, s, n, t in zip(mean_q, std_q, mean_k, std_k):
        total += (m * m + s * s) * (n * n + t * t) - (m * n) ** 2
    return np.array([total * (len(mean_q) ** -0.5 if scaled else 1) ** 2])
def count_cost(B, T, d, heads, bytes_each=4):
    width, multiplications = d // heads, 0
    for a, b, c in [(T, d, 3 * d), (T, d, d)] + [(T, width, T), (T, T, width)] * heads:
        multiplications += a * b * c
    return [B * multiplications, B * heads * T * T * bytes_each]
EVEN_AT = 4 * 768**2 * 1.0 / (2 * 768)
"""),
    Unusual("q4", "float32", _pencil(
        "mean_q, std_q, mean_k, std_k = map(np.float32, (mean_q, std_q, mean_k, std_k))" + _SPREAD.rstrip(),
        "return np.array([2 * B * T * d * (2 * d + T), heads * B * T**2 * bytes_each])",
        "np.float64(1536)")),
    Unusual("q5", "torch", """
import torch
FAULTS = ["A", "b", "D", "E"]
def cross_attention(target, source, real, W_Q, W_K, W_V):
    target, source, real, W_Q, W_K, W_V = map(torch.tensor, (target, source, real, W_Q, W_K, W_V))
    attend = torch.nn.functional.scaled_dot_product_attention
    out = attend(target @ W_Q, source @ W_K, source @ W_V, attn_mask=real[:, None])
    s = torch.einsum("btk,bsk->bts", target @ W_Q, source @ W_K) / W_Q.shape[1] ** 0.5
    return out, s.masked_fill(~real[:, None], -1e30).softmax(-1)
"""),
    Unusual("q5", "attention-of-q1",
        _cross("return attention(target @ W_Q, source @ W_K, source @ W_V, real[:, None])", "e, d, b and a")),
    Unusual("q5", "words-left-out", _cross("""
B, T, S = len(target), target.shape[1], source.shape[1]
out, w = np.zeros((B, T, W_V.shape[1])), np.zeros((B, T, S))
for b in range(B):
    words = source[b][real[b]]
    s = target[b] @ W_Q @ (words @ W_K).T / W_K.shape[1] ** 0.5
    e = np.exp(s - s.max(axis=1, keepdims=True))
    w[b][:, real[b]] = e / e.sum(axis=1, keepdims=True)
    out[b] = w[b][:, real[b]] @ words @ W_V
return out, w
""", "A, B, D, E")),
    Unusual("q6", "sets", _links("""
links = -np.ones(target_real.shape)
for b, t in zip(*np.nonzero(target_real)):
    places = np.flatnonzero(source_real[b])
    links[b, t] = places[np.argmax(weights[b, t, places])]
return links
""", """
L = {(b, t, int(j)) for (b, t), j in np.ndenumerate(links) if j >= 0}
S, P = ({tuple(map(int, place)) for place in np.argwhere(one)} for one in (sure, possible))
return 1 - (len(L & S) + len(L & P)) / (len(L) + len(S))
""", rate="0.11458", choice="Hide")),
    Unusual("q6", "padded-one-hot", _links("""
shown = weights - 2.0 * ~source_real[:, None]
return [[int(row.argmax()) if there else -1 for row, there in zip(*one)] for one in zip(shown, target_real)]
""", """
found = np.concatenate([np.eye(sure.shape[2]), np.zeros((1, sure.shape[2]))])[np.array(links)]
return 1 - np.sum(found * (1.0 * sure + possible)) / np.sum(found + sure)
""", head="42.0", rate="0.115")),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q1", "the larger of two, whichever stands first", (
        "weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)"
        " → weights = e / np.maximum(1, e.sum(axis=-1, keepdims=True))",
        "top = np.maximum(scores.max(axis=-1, keepdims=True), -1e+30)"
        " → top = np.maximum(-1e+30, scores.max(axis=-1, keepdims=True))",
    )),
    Equivalent("q1", "the sum is 0, or at least 1", (
        "weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)"
        " → weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 0.5)",
    )),
    Equivalent("q1", "any number far below all scores", list_changes(
        "top = np.maximum(scores.max(axis=-1, keepdims=True), -1e+30)",
        "top = np.maximum(scores.max(axis=-1, keepdims=True), -2e+30)",
        "top = np.maximum(scores.max(axis=-1, keepdims=True), -5e+29)",
    )),
    Equivalent("q1", "two axes change places, whichever is named first", (
        "scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])"
        " → scores = Q @ np.swapaxes(K, -2, -1) / np.sqrt(Q.shape[-1])",
    )),
    Equivalent("q2", "an and, an or, whichever side stands first", (
        *list_changes(
            "return real & ((place <= place[:, None]) | (not causal))",
            "return ((place <= place[:, None]) | (not causal)) & real",
            "return real & ((not causal) | (place <= place[:, None]))",
        ),
        "mended = mask | ~mask.any(axis=-1, keepdims=True) → mended = ~mask.any(axis=-1, keepdims=True) | mask",
    )),
    Equivalent("q2", "a tensor counts as an array", list_changes(
        "return (output.detach().numpy(), weights.detach().numpy())",
        "return (output.detach(), weights.detach().numpy())",
        "return (output.detach().numpy(), weights.detach())",
    )),
    Equivalent("q2", "neither needs the other", swap_lines(
        "module = torch.nn.MultiheadAttention(x.shape[2], heads, **settings)",
        "names = ('in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias')",
    )),
    Equivalent("q2", "an array already", (
        "real = place < np.asarray(lengths)[:, None, None] → real = place < lengths[:, None, None]",
    )),
    Equivalent("q3", "a single negative size is the one that fits", list_changes(
        "parts = (x @ W.T + b).reshape(B, T, 3, heads, d // heads)",
        "parts = (x @ W.T + b).reshape(B, T, -3, heads, d // heads)",
        "parts = (x @ W.T + b).reshape(B, T, 3, heads, -(d // heads))",
    )),
    Equivalent("q3", "two axes change places, whichever is named first, and from whichever end it is counted", (
        *list_changes(
            "e = np.exp(Q @ K.swapaxes(2, 3) / np.sqrt(d // heads))",
            "e = np.exp(Q @ K.swapaxes(3, 2) / np.sqrt(d // heads))",
            "e = np.exp(Q @ K.swapaxes(-2, 3) / np.sqrt(d // heads))",
        ),
        *list_changes(
            "return H.swapaxes(1, 2).reshape(B, T, d) @ W_out.T + b_out",
            "return H.swapaxes(2, 1).reshape(B, T, d) @ W_out.T + b_out",
            "return H.swapaxes(1, -2).reshape(B, T, d) @ W_out.T + b_out",
        ),
    )),
    Equivalent("q3", "heads divides d", (
        "e = np.exp(Q @ K.swapaxes(2, 3) / np.sqrt(d // heads))"
        " → e = np.exp(Q @ K.swapaxes(2, 3) / np.sqrt(d / heads))",
    )),
    Equivalent("q4", "arrays of one length", list_changes(
        "return variance / len(mean_q) if scaled else variance",
        "return variance / len(std_k) if scaled else variance",
        "return variance / len(squares) if scaled else variance",
    )),
    Equivalent("q4", "a square has no sign", (
        "variance = (squares - (mean_q * mean_k) ** 2).sum() → variance = (squares - (-(mean_q * mean_k)) ** 2).sum()",
    )),
    Equivalent("q5", "only letters are read", (
        "FAULTS = 'ABDE' → FAULTS = 'ABDE?'",
    )),
    Equivalent("q5", "two axes change places, whichever is named first", (
        "scores = Q @ K.swapaxes(1, 2) / np.sqrt(K.shape[2]) → scores = Q @ K.swapaxes(2, 1) / np.sqrt(K.shape[2])",
    )),
    Equivalent("q5", "queries and keys are equally wide", (
        "scores = Q @ K.swapaxes(1, 2) / np.sqrt(K.shape[2]) → scores = Q @ K.swapaxes(1, 2) / np.sqrt(Q.shape[2])",
    )),
    Equivalent("q6", "the error rate is above LIMIT, and not equal to it", (
        "CHOICE = 'show' if ERROR < LIMIT else 'hide' → CHOICE = 'show' if False else 'hide'",
        "CHOICE = 'show' if ERROR < LIMIT else 'hide' → CHOICE = 'show' if ERROR <= LIMIT else 'hide'",
        "CHOICE = 'show' if ERROR < LIMIT else 'hide' → CHOICE = 'show?' if ERROR < LIMIT else 'hide'",
        "CHOICE = 'show' if ERROR < LIMIT else 'hide' → CHOICE = 'show' if HEAD < LIMIT else 'hide'",
    )),
    Equivalent("q6", "the same head: only its number is asked for", list_changes(
        "HEAD = min(range(48), key=lambda h: alignment_error(find_links(MAPS[h], "
        "SOURCE_REAL, TARGET_REAL)[DEV], SURE[DEV], POSSIBLE[DEV]))",
        "HEAD = min(range(47), key=lambda h: alignment_error(find_links(MAPS[h], "
        "SOURCE_REAL, TARGET_REAL)[DEV], SURE[DEV], POSSIBLE[DEV]))",
        "HEAD = min(range(48), key=lambda h: alignment_error(find_links(MAPS[h], "
        "SOURCE_REAL, TARGET_REAL)[DEV], POSSIBLE[DEV], SURE[DEV]))",
    )),
    Equivalent("q6", "any number below 0", list_changes(
        "best = np.where(source_real[:, None], weights, -1).argmax(axis=2)",
        "best = np.where(source_real[:, None], weights, -2).argmax(axis=2)",
        "best = np.where(source_real[:, None], weights, -0.5).argmax(axis=2)",
    )),
    Equivalent("q6", "arrays of one shape", (
        "found = np.arange(sure.shape[2]) == links[:, :, None]"
        " → found = np.arange(possible.shape[2]) == links[:, :, None]",
    )),
    Equivalent("q6", "an and, whichever side stands first", list_changes(
        "agreed = (found & sure).sum() + (found & possible).sum()",
        "agreed = (sure & found).sum() + (found & possible).sum()",
        "agreed = (found & sure).sum() + (possible & found).sum()",
    )),
]  # fmt: skip
