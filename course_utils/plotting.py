"""Pictures that lessons draw more than once: they take an Axes or make one, and return it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .seeds import check_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito, "Color universal design" (2008): told apart by colour-blind readers. Black first, yellow left out (too
# pale for a line on white). Each colour has a line style besides, for print and for those who see no colour at all.
COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
_KINDS = {"data": ("white", "#666666"), "weights": ("#D6EAF8", "#0072B2"), "step": ("#FDF2E0", "#E69F00")}


def use_course_style() -> None:
    """Set the size, the colours and the line styles of all figures that follow in this process."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update({"figure.figsize": (6.0, 3.5), "figure.constrained_layout.use": True, "image.cmap": "viridis"})
    mpl.rcParams.update({"axes.prop_cycle": cycler(color=COLOURS, linestyle=LINE_STYLES), "axes.grid": True})
    mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.3})


def show_images(
    images: Any, titles: Sequence[Any] | None = None, columns: int = 8, ax: "Axes | None" = None, **scale: Any
) -> "Axes":
    """Show grey images (N, H, W) in rows of `columns`, each with its title above, on one Axes; else ValueError.

    scale: cmap, vmin and vmax; without them all images share one scale, from their smallest value to their largest.
    """
    stack = _to_array(images)
    hint = "a single image: image[None]" if stack.ndim == 2 else "each is a matrix of greys"
    _require(stack.ndim == 3 and len(stack) > 0, f"images must be (N, H, W) with N > 0, not {stack.shape}; {hint}")
    n, height, width = stack.shape
    texts = [""] * n if titles is None else titles
    _require(len(texts) == n, f"{n} images need as many titles, not {len(texts)}")
    columns = min(check_whole("columns", columns, 1), n)
    rows = -(-n // columns)
    inches, step_x = min(6.0, 1.5 * columns), width * 1.08
    title_height = 0 if titles is None else 0.18 * columns * step_x / inches  # 0.18 inches in the images' pixels
    step_y = height * 1.08 + title_height
    ax = _make_axes((inches, inches * rows * step_y / (columns * step_x))) if ax is None else ax
    scale = {"cmap": "gray", "vmin": stack.min(), "vmax": stack.max()} | scale
    for i, (image, title) in enumerate(zip(stack, texts, strict=True)):
        left, top = (i % columns) * step_x, (i // columns) * step_y + title_height
        ax.imshow(image, extent=(left, left + width, top + height, top), interpolation="nearest", **scale)
        ax.text(left + width / 2, top - 0.1 * title_height, title, fontsize="small", ha="center", va="bottom")
    ax.set(xlim=(0, columns * step_x - 0.08 * width), ylim=(rows * step_y - 0.08 * height, 0), aspect="equal")
    ax.set_axis_off()
    return ax


def show_heatmap(
    matrix: Any, xlabels: Sequence[Any] | None = None, ylabels: Sequence[Any] | None = None, ax: "Axes | None" = None,
    *, unit: str = "", values: str | None = None, vmin: float | None = None, vmax: float | None = None, **labels: str,
) -> "Axes":  # fmt: skip
    """Show a matrix (rows, columns) as colours, row 0 on top, with a colour bar; ValueError where sizes disagree.

    xlabels, ylabels: one a column, a row. unit: of the colour bar. values: a format such as ".2f", which writes each
    number into its cell. labels: xlabel, ylabel, title, or what else `Axes.set` takes.
    """
    array = _to_array(matrix)
    fine = array.ndim == 2 and array.size > 0 and array.dtype.kind in "biuf"
    _require(fine, f"matrix must be (rows, columns) of numbers, not {array.shape} of {array.dtype}")
    for name, names, n in (("ylabels", ylabels, len(array)), ("xlabels", xlabels, array.shape[1])):
        _require(names is None or len(names) == n, f"{name} must have {n} entries for a matrix {array.shape}")
    ax = _make_axes() if ax is None else ax
    image = ax.imshow(array, vmin=vmin, vmax=vmax, cmap="viridis", aspect="auto", interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label=unit)
    ax.grid(False)
    if xlabels is not None:
        ax.set_xticks(range(array.shape[1]), [str(label) for label in xlabels], rotation=45, ha="right")
    if ylabels is not None:
        ax.set_yticks(range(array.shape[0]), [str(label) for label in ylabels])
    for (i, j), value in np.ndenumerate(array) if values is not None else ():
        dark = np.dot((0.299, 0.587, 0.114, 0), image.cmap(image.norm(value))) < 0.5  # brightness as the eye weighs it
        ax.text(j, i, format(value, values), ha="center", va="center", color="white" if dark else "black")
    ax.set(**labels)
    return ax


def show_curves(
    curves: Mapping[str, Any], x: Any = None, ax: "Axes | None" = None,
    *, logx: bool = False, logy: bool = False, marker: str = "", **labels: str,
) -> "Axes":  # fmt: skip
    """Draw curves (label -> (n,) numbers), each in its own colour and line style; ValueError for other shapes.

    x: (n,) shared positions; without it 1, 2, 3, …, and the curves may differ in length. labels: as of `show_heatmap`.
    """
    _require(isinstance(curves, Mapping) and curves, 'curves must be a dict like {"train": losses}: labels and values')
    positions = None if x is None else _to_array(x)
    arrays = {str(label): _to_array(values) for label, values in curves.items()}
    for label, array in arrays.items():
        _require(array.ndim == 1 and array.size, f"curve {label!r} must be (n,) numbers with n > 0, not {array.shape}")
        fits = x is None or positions.shape == array.shape
        _require(fits, f"curve {label!r} has {len(array)} values, but x has shape {getattr(positions, 'shape', ())}")
    ax = _make_axes() if ax is None else ax
    for i, (label, array) in enumerate(arrays.items(), start=len(ax.lines)):  # a second call takes the next colour
        looks = {"color": COLOURS[i % len(COLOURS)], "linestyle": LINE_STYLES[i % len(LINE_STYLES)], "marker": marker}
        ax.plot(np.arange(1, len(array) + 1) if positions is None else positions, array, label=label, **looks)
    ax.set(**labels)
    if logx:
        ax.set_xscale("log")
    elif positions is None and ax.get_xscale() == "linear":
        ax.locator_params(axis="x", integer=True)  # there is no epoch 2.5
    if logy:
        ax.set_yscale("log")
    ax.legend()
    return ax


def draw_diagram(
    boxes: Mapping[str, tuple], arrows: Sequence[tuple] = (), size: tuple = (6.0, 3.0), ax: "Axes | None" = None
) -> "Axes":
    """Draw boxes and the arrows between them; ValueError names boxes that overlap, leave the picture or don't exist.

    boxes: name -> (x, y, text) or (x, y, text, kind): the centre in inches from the lower left; kind: "data" (what
    flows), "weights" (learned), "step" (computed, the default), "sum" (a circle), "text" (no frame). arrows:
    (from, to), (from, to, label) or (from, to, label, options) with options for FancyArrowPatch (linewidth, color …).
    """
    ax, drawn = _make_axes(size) if ax is None else ax, {}
    ax.set(xlim=(0, size[0]), ylim=(0, size[1]), aspect="equal")
    ax.set_axis_off()
    for name, (x, y, text, *kind) in boxes.items():
        kind = kind[0] if kind else "step"
        face, edge = _KINDS.get(kind, ("white", "none" if kind == "text" else "black"))
        shape = "circle,pad=0.2" if kind == "sum" else "round,pad=0.35"
        look = {"boxstyle": shape, "facecolor": face, "edgecolor": edge, "linewidth": 1.2}
        drawn[name] = ax.text(x, y, text, ha="center", va="center", fontsize=9, bbox=look, in_layout=False)
    for start, end, *rest in arrows:
        _require({start, end} <= drawn.keys(), f"the arrow {start!r} → {end!r} needs boxes; there are {sorted(drawn)}")
        label, options = (*rest, "", {})[0], rest[1] if len(rest) > 1 else {}
        style = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.1, "shrinkA": 1, "shrinkB": 1, **options}
        style |= {"patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}
        ax.annotate("", boxes[end][:2], boxes[start][:2], arrowprops=style, zorder=4)  # drawn when boxes have sizes
        if label:
            middle = np.mean([boxes[start][:2], boxes[end][:2]], axis=0)
            around = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            ax.text(*middle, label, fontsize=8, color="#444444", ha="center", va="center", zorder=5, bbox=around)
    _require_room(ax, drawn)
    return ax


def _require_room(ax: "Axes", drawn: Mapping[str, Any]) -> None:
    ax.figure.canvas.draw()
    spans = {name: text.get_bbox_patch().get_window_extent() for name, text in drawn.items()}
    frame = ax.figure.bbox.padded(1)
    for i, (name, span) in enumerate(spans.items()):
        _require(frame.contains(*span.min) and frame.contains(*span.max), f"the box {name!r} leaves the picture")
        for other in list(spans)[:i]:
            _require(not span.overlaps(spans[other]), f"the boxes {other!r} and {name!r} overlap: move one of them")


def _make_axes(size: tuple[float, float] | None = None) -> "Axes":
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def _require(holds: Any, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _to_array(values: Any) -> np.ndarray:
    try:  # a PyTorch tensor may lie on a GPU and have a gradient
        return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    except ValueError as error:  # rows or images of different sizes
        raise ValueError(f"all entries must have the same shape ({error})") from None
