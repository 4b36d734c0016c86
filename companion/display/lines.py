"""Figures of numbers that change: over time, or from one variant to the next."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from companion.display.svg import drawing
from companion.display.theme import BLUE, COLORS, INK, LINES, MARKERS, PAPER


def curves(
    x: ArrayLike,
    panels: Mapping[str, Mapping[str, ArrayLike]],
    *,
    x_label: str,
    alt: str,
    caption: str | None = None,
) -> None:
    """Draw series over the same steps, one panel above the other.

    A series has the same colour, line and marker in every panel.

    Parameters
    ----------
    x
        Steps such as epochs, shape ``(steps,)``.
    panels
        Series by name, by the name of the quantity: ``{"loss": {"training": ..., ...}, ...}``. A
        series has shape ``(steps,)``, or ``(runs, steps)``: then each run is drawn thin and
        their mean strong.
    x_label
        What the steps are.
    alt, caption
        As in `companion.display.show`.

    Raises
    ------
    ValueError
        If a series does not fit `x` or there are more than six names of series.
    """
    steps = np.asarray(x)
    names = list(dict.fromkeys(name for panel in panels.values() for name in panel))
    if not 1 <= len(names) <= len(COLORS):
        raise ValueError(f"panels must name 1 to {len(COLORS)} series, got {len(names)}")
    height = 60 + 180 * len(panels)
    with drawing(alt=alt, caption=caption, width=480, height=height) as figure:
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        handles = {}
        for ax, (quantity, panel) in zip(axes, panels.items(), strict=True):
            ax.set_ylabel(quantity)
            for name, series in panel.items():
                runs = np.atleast_2d(np.asarray(series, dtype=float))  # (runs, steps)
                if runs.ndim != 2 or runs.shape[1:] != steps.shape:
                    raise ValueError(
                        f"{quantity} of {name} must have {steps.size} steps, "
                        f"got shape {np.shape(series)}"
                    )
                place = names.index(name)
                if len(runs) > 1:
                    ax.plot(steps, runs.T, color=COLORS[place], linewidth=0.75, alpha=0.4)
                (handles[name],) = ax.plot(
                    steps,
                    runs.mean(axis=0),
                    color=COLORS[place],
                    linestyle=LINES[place],
                    marker=MARKERS[place] if steps.size <= 20 else None,
                )
        axes[-1].set_xlabel(x_label)
        axes[-1].xaxis.set_major_locator(MaxNLocator(integer=steps.dtype.kind in "iu"))
        figure.legend(handles.values(), handles, loc="outside upper left", ncols=3)
        figure.align_ylabels()


def intervals(
    names: Sequence[str],
    estimates: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    x_label: str,
    alt: str,
    caption: str | None = None,
    points: Sequence[Sequence[float]] | None = None,
    reference: tuple[str, float] | None = None,
    spec: str = ".4g",
) -> None:
    """Draw an estimate and its interval on a line for each variant, from the top.

    Parameters
    ----------
    names, estimates, low, high
        One each a variant.
    x_label
        The quantity, with its unit.
    alt, caption
        As in `companion.display.show`.
    points
        Single measurements of each variant, such as one a seed, drawn as small rings.
    reference
        Name and value of what to compare with, drawn as a dashed line.
    spec
        Format specification of the estimates written at the right, such as ``".2%"``.

    Raises
    ------
    ValueError
        If the sequences differ in length or are empty, or an estimate lies outside its interval.
    """
    n = len(names)
    lengths = [n, len(estimates), len(low), len(high), n if points is None else len(points)]
    if n == 0 or len(set(lengths)) > 1:
        raise ValueError(f"names, estimates, low, high, points must be equally long, got {lengths}")
    middle = np.asarray(estimates, dtype=float)
    start, end = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not ((start <= middle) & (middle <= end)).all():
        raise ValueError("estimates must lie between low and high, got one outside")
    rows = np.arange(n)
    with drawing(alt=alt, caption=caption, width=520, height=80 + 34 * n) as figure:
        ax = figure.subplots()
        if reference is not None:
            name, value = reference
            ax.axvline(value, color=INK, linestyle="--", linewidth=0.75, alpha=0.7)
            ax.annotate(
                name,
                (value, 1),
                xytext=(0, 3),
                xycoords=ax.get_xaxis_transform(),
                textcoords="offset points",
                ha="center",
            )
        ax.hlines(rows, start, end, color=BLUE, linewidth=1.5)
        for row, values in zip(rows, () if points is None else points, strict=False):
            ax.plot(
                values,
                np.full(len(values), row + 0.24),
                marker="o",
                linestyle="none",
                markersize=3.2,
                markerfacecolor="none",
                markeredgecolor=INK,
                alpha=0.6,
            )
        ax.plot(middle, rows, marker="o", linestyle="none", color=BLUE, markeredgecolor=PAPER)
        ax.set(xlabel=x_label, ylim=(n - 0.5, -0.5))
        ax.set_yticks(rows, names)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="y", visible=False)
        if "%" in spec:
            ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
        for place, estimate in enumerate(estimates):
            ax.text(
                1.02, place, f"{estimate:{spec}}", transform=ax.get_yaxis_transform(), va="center"
            )
