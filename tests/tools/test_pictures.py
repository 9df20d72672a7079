"""Stored pictures: lighter, and the same to the eye."""

import base64
import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from tools.pictures import shrink_png


def _draw() -> str:
    figure = Figure(figsize=(6, 3.5))
    axes = figure.subplots()
    for k in range(6):
        axes.plot(np.sin(np.linspace(k, 9, 200)), label=f"line {k}")
    axes.imshow(np.random.default_rng(0).normal(size=(20, 20)), extent=(120, 200, -1, 1), aspect="auto")
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode()


def _pixels(encoded: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB"), dtype=float)


def test_a_plot_becomes_lighter_and_looks_the_same():
    before = _draw()
    after = shrink_png(before)
    assert len(after) < 0.6 * len(before)
    assert _pixels(after).shape == _pixels(before).shape
    assert np.abs(_pixels(after) - _pixels(before)).mean() < 2


def test_what_cannot_be_made_lighter_stays():
    light = shrink_png(shrink_png(_draw()))
    assert shrink_png(light) == light
