"""The plots hold what they were given: as many pictures, the same numbers, the labels; wrong shapes are explained."""

import subprocess
import sys

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plotting


@pytest.fixture(autouse=True)
def clean():
    with matplotlib.rc_context():
        yield
    plt.close("all")


def test_the_module_imports_no_matplotlib():
    code = "import sys; from course_utils import plotting; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_course_style_sets_size_and_a_cycle_of_colours_and_lines():
    plotting.use_course_style()
    assert matplotlib.rcParams["figure.figsize"] == [6.0, 3.5]
    styles = [(entry["color"], entry["linestyle"]) for entry in matplotlib.rcParams["axes.prop_cycle"]]
    assert len(set(styles)) == len(styles) == 7 and "#0072B2" in dict(styles)
    assert len({str(line) for _, line in styles}) == 7, "lines differ without colour too"


def test_images_show_each_picture_with_its_title():
    images = np.random.default_rng(0).integers(0, 256, (10, 6, 5), dtype=np.uint8)
    ax = plotting.show_images(images, titles=range(10), columns=4)
    assert len(ax.images) == 10
    for shown, image in zip(ax.images, images, strict=True):
        assert np.array_equal(shown.get_array(), image) and shown.get_clim() == (images.min(), images.max())
    assert [text.get_text() for text in ax.texts] == [str(i) for i in range(10)]
    lefts = [shown.get_extent()[0] for shown in ax.images]
    tops = [shown.get_extent()[3] for shown in ax.images]
    assert lefts[:4] == sorted(set(lefts)) and lefts[4] == lefts[0], "four columns"
    assert len(set(tops)) == 3 and tops == sorted(tops), "three rows, from the top down"
    assert ax.yaxis_inverted() and not ax.axison


def test_images_do_not_overlap_and_lie_within_the_axes():
    ax = plotting.show_images(np.zeros((5, 4, 4)), titles="abcde", columns=3)
    boxes = [shown.get_extent() for shown in ax.images]  # left, right, bottom, top; y grows downwards
    for i, a in enumerate(boxes):
        assert ax.get_xlim()[0] <= a[0] < a[1] <= ax.get_xlim()[1]
        assert ax.get_ylim()[1] <= a[3] < a[2] <= ax.get_ylim()[0]
        for b in boxes[i + 1 :]:
            assert a[1] <= b[0] or b[1] <= a[0] or a[2] <= b[3] or b[2] <= a[3]


def test_images_take_the_axes_given_and_lists():
    fig, (left, right) = plt.subplots(1, 2)
    assert plotting.show_images(np.random.rand(3, 4, 4), ax=left) is left and len(left.images) == 3
    assert plotting.show_images([np.ones((2, 2)), np.zeros((2, 2))], ax=right, vmin=-1, vmax=2) is right
    assert right.images[0].get_clim() == (-1, 2) and len(plt.get_fignums()) == 1


@pytest.mark.parametrize("shape", [(4,), (4, 4), (0, 4, 4), (2, 5, 5, 3), (2, 3, 4, 4, 3)])
def test_images_of_another_shape_are_explained(shape):
    with pytest.raises(ValueError, match=r"images must be \(N, H, W\)"):
        plotting.show_images(np.zeros(shape))


def test_images_with_other_mistakes_are_explained():
    images = np.zeros((3, 2, 2))
    with pytest.raises(ValueError, match="as many titles, not 2"):
        plotting.show_images(images, titles=["a", "b"])
    for columns in (0, 2.0, True):
        with pytest.raises(ValueError, match="columns"):
            plotting.show_images(images, columns=columns)
    with pytest.raises(ValueError, match="same shape"):
        plotting.show_images([np.zeros((2, 2)), np.zeros((3, 3))])
    assert not plt.get_fignums(), "a refused call leaves no empty figure behind"


def test_a_heatmap_holds_the_matrix_its_labels_and_a_colour_bar():
    matrix = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    ax = plotting.show_heatmap(
        matrix, ["a", "b", "c"], ["x", "y"], xlabel="key", ylabel="query", title="t", unit="weight", values=".1f"
    )
    assert np.array_equal(ax.images[0].get_array(), matrix) and ax.images[0].origin == "upper"
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "b", "c"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("key", "query", "t")
    assert {(t.get_position(), t.get_text()) for t in ax.texts} == {
        ((j, i), f"{matrix[i, j]:.1f}") for i in range(2) for j in range(3)
    }
    assert [t.get_color() for t in ax.texts][0] == "white" and [t.get_color() for t in ax.texts][-1] == "black"
    bar = ax.images[0].colorbar
    assert bar.ax.get_ylabel() == "weight" and len(ax.figure.axes) == 2


def test_a_heatmap_takes_axes_tensors_and_limits():
    import torch

    _, ax = plt.subplots()
    weights = torch.eye(3, requires_grad=True)
    assert plotting.show_heatmap(weights, ax=ax, vmin=0, vmax=2) is ax
    assert ax.images[0].get_clim() == (0, 2) and np.array_equal(ax.images[0].get_array(), np.eye(3))


@pytest.mark.parametrize("matrix", [np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 3)), [["a"]], [[1], [2, 3]]])
def test_a_heatmap_of_another_shape_is_explained(matrix):
    with pytest.raises(ValueError, match="matrix must be|same shape"):
        plotting.show_heatmap(matrix)


@pytest.mark.parametrize("labels", [{"xlabels": ["a", "b"]}, {"ylabels": ["a", "b", "c"]}])
def test_a_wrong_number_of_labels_is_explained(labels):
    with pytest.raises(ValueError, match=f"{next(iter(labels))} must have"):
        plotting.show_heatmap(np.zeros((2, 3)), **labels)


def test_curves_hold_the_numbers_the_labels_and_different_looks():
    curves = {"train": [3.0, 2.0, 1.0], "validation": np.array([3.0, 2.5, 2.4])}
    ax = plotting.show_curves(curves, x=[10, 20, 30], xlabel="step", ylabel="loss", title="t", logy=True)
    for line, (label, ys) in zip(ax.lines, curves.items(), strict=True):
        assert line.get_label() == label and np.array_equal(line.get_ydata(), ys)
        assert np.array_equal(line.get_xdata(), [10, 20, 30])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["train", "validation"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("step", "loss", "t")
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
    assert len({line.get_color() for line in ax.lines}) == len({line.get_linestyle() for line in ax.lines}) == 2


def test_curves_without_x_count_from_one_and_may_differ_in_length():
    _, ax = plt.subplots()
    assert plotting.show_curves({"a": [5, 4], "b": [3, 2, 1]}, ax=ax, logx=True) is ax
    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 2], [1, 2, 3]] and ax.get_xscale() == "log"
    plotting.show_curves({"c": [1]}, ax=ax)  # on an axis that is logarithmic already
    assert len({line.get_color() for line in ax.lines}) == 3, "a second call goes on with the next colour"


def test_counted_steps_have_whole_ticks():
    ax = plotting.show_curves({"loss": [3, 2, 1]})
    assert all(tick == int(tick) for tick in ax.get_xticks())


@pytest.mark.parametrize(
    "curves, x, message",
    [
        ({}, None, "dict"),
        ([1, 2], None, "dict"),
        ({"a": [[1, 2]]}, None, "'a' must be"),
        ({"a": []}, None, "'a' must be"),
        ({"a": 3}, None, "'a' must be"),
        ({"a": [1, 2]}, [1, 2, 3], "2 values, but x"),
    ],
)
def test_curves_that_cannot_be_drawn_are_explained(curves, x, message):
    with pytest.raises(ValueError, match=message):
        plotting.show_curves(curves, x)
    assert not plt.get_fignums()


def test_every_plot_can_be_drawn_in_the_course_style(tmp_path):
    plotting.use_course_style()
    _, axes = plt.subplots(1, 3)
    plotting.show_images(np.random.rand(6, 8, 8), titles=range(6), columns=3, ax=axes[0])
    plotting.show_heatmap(np.random.rand(3, 3), ax=axes[1], values=".2f")
    plotting.show_curves({"a": [1, 2]}, ax=axes[2])
    axes[0].figure.savefig(tmp_path / "all.png")
    assert (tmp_path / "all.png").stat().st_size > 1_000


BOXES = {"x": (1, 0.5, "$x$ (T, d)", "data"), "W": (3, 0.5, "W", "weights"), "p": (3, 2, "+", "sum"), "n": (5, 2, "h")}


def test_a_diagram_draws_each_box_and_arrow():
    ax = plotting.draw_diagram(BOXES, [("x", "W", "", {"linewidth": 4}), ("W", "p", "adds")])
    assert [text.get_text() for text in ax.texts] == ["$x$ (T, d)", "W", "+", "h", "", "", "adds"]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [arrow.get_linewidth() for arrow in arrows] == [4, 1.1]
    assert ax.figure.get_size_inches().tolist() == [6, 3] and not ax.axison


@pytest.mark.parametrize(
    ("more", "arrows", "says"),
    [
        ({"y": (1.2, 0.5, "y")}, [], "'x' and 'y' overlap"),
        ({"y": (5.9, 1, "too far")}, [], "'y' leaves the picture"),
        ({}, [("x", "z")], "'x' → 'z' needs boxes; there are"),
    ],
)
def test_a_diagram_that_cannot_be_read_is_refused(more, arrows, says):
    with pytest.raises(ValueError, match=says):
        plotting.draw_diagram(BOXES | more, arrows)
