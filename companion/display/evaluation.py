"""Figures of how a classifier errs: its confusions, and whether its confidence is earned."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from companion.display.svg import drawing
from companion.display.theme import COLORS, INK, MARKERS, VERMILLION
from companion.metrics.calibration import ReliabilityCurve
from companion.metrics.classification import wilson_interval

# Up to here the page's text on the colour has a contrast of 4.5:1, in light and in dark pages.
DARKEST = 0.6


def confusion(
    matrix: ArrayLike, labels: Sequence[str], *, alt: str, caption: str | None = None
) -> None:
    """Draw a confusion matrix: the errors in colour, what was right muted.

    Parameters
    ----------
    matrix
        Counts, shape ``(true class, predicted class)``.
    labels
        Names of the classes.
    alt, caption
        As in `companion.display.show`.

    Raises
    ------
    ValueError
        If the matrix is not square, holds anything but counts, or does not fit the labels.
    """
    counts = np.asarray(matrix)
    n = len(labels)
    if counts.shape != (n, n) or n == 0:
        raise ValueError(f"matrix must have shape ({n}, {n}) as labels has, got {counts.shape}")
    if counts.dtype.kind not in "iu" or counts.min() < 0:
        raise ValueError(f"matrix must hold counts, got {counts.dtype} from {counts.min()}")
    errors = counts - np.diag(np.diag(counts))
    cell = max(30.0, 380 / n)
    with drawing(alt=alt, caption=caption, width=cell * n + 100, height=cell * n + 56) as figure:
        ax = figure.subplots()
        ax.set(xlim=(0, n), ylim=(n, 0), xlabel="predicted", ylabel="true")
        ax.set_aspect("equal")
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0, labeltop=True, labelbottom=False)
        ax.xaxis.set_label_position("top")
        ax.set_xticks(np.arange(n) + 0.5, labels)
        ax.set_yticks(np.arange(n) + 0.5, labels)
        for (row, column), count in np.ndenumerate(counts):
            right = row == column
            share = errors[row, column] / max(errors.max(), 1)
            ax.add_patch(
                Rectangle(
                    (column + 0.03, row + 0.03),
                    0.94,
                    0.94,
                    color=INK if right or count == 0 else VERMILLION,
                    alpha=0.1 if right else 0.03 if count == 0 else 0.1 + (DARKEST - 0.1) * share,
                    linewidth=0,
                )
            )
            if count:
                ax.text(
                    column + 0.5,
                    row + 0.5,
                    f"{count:d}",
                    ha="center",
                    va="center",
                    alpha=0.75 if right else 1,
                    weight="normal" if right else "bold",
                )
        for row, total in enumerate(counts.sum(axis=1)):
            share_right = f"{counts[row, row] / total:.1%}" if total else "–"
            ax.text(n + 0.15, row + 0.5, share_right, va="center")
        ax.text(n + 0.15, -0.17, "right", va="bottom")


def reliability(
    curves: Mapping[str, ReliabilityCurve], *, alt: str, caption: str | None = None
) -> None:
    """Draw accuracy against confidence, with 95 % Wilson intervals, above the number of examples.

    On the diagonal confidence is earned; below it the classifier is too sure of itself.

    Parameters
    ----------
    curves
        What `companion.metrics.reliability_curve` returns, by name; at most six.
    alt, caption
        As in `companion.display.show`.

    Raises
    ------
    ValueError
        If there is no curve or there are more than six.
    """
    if not 1 <= len(curves) <= len(COLORS):
        raise ValueError(f"curves must hold 1 to {len(COLORS)} curves, got {len(curves)}")
    with drawing(alt=alt, caption=caption, width=440, height=480) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        upper.plot((0, 1), (0, 1), color=INK, linestyle=":", alpha=0.6)
        for place, (name, curve) in enumerate(curves.items()):
            bins = len(curve.counts)
            color, marker = COLORS[place], MARKERS[place]
            # Side by side where curves share a bin.
            shift = (place - (len(curves) - 1) / 2) * 0.012
            filled = curve.counts > 0
            x, y = curve.confidence[filled] + shift, curve.accuracy[filled]
            ends = np.array(
                [
                    wilson_interval(round(share * count), int(count))[1:]
                    for share, count in zip(y, curve.counts[filled], strict=True)
                ]
            )
            upper.vlines(x, ends[:, 0], ends[:, 1], color=color, linewidth=1.2, alpha=0.7)
            upper.plot(x, y, color=color, marker=marker, linestyle="none", label=name)
            width = 0.8 / bins / len(curves)
            left = (np.arange(bins) + 0.1) / bins + place * width
            lower.bar(left, curve.counts, width, align="edge", color=color)
        upper.set(xlim=(0, 1.02), ylim=(0, 1.02), ylabel="share that was right")
        upper.legend(loc="upper left")
        lower.set(yscale="log", xlabel="confidence", ylabel="examples")
        lower.set_ylim(bottom=0.7)
        lower.grid(axis="x", visible=False)
