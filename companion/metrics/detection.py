"""How well boxes were found: overlap, average precision of one class, and its mean."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels

Floats = NDArray[np.float64]

_RECALLS = np.linspace(0, 1, 101)


class Boxes(NamedTuple):
    """The boxes of one image.

    ``corners`` has shape ``(boxes, 4)``, axes ``(box, (x0, y0, x1, y1))``; ``labels`` are class
    numbers, ``(boxes,)``. Of detections, ``scores``, ``(boxes,)``, says how sure each is.
    """

    corners: ArrayLike
    labels: ArrayLike
    scores: ArrayLike = ()


class _Matched(NamedTuple):
    """The detections of one class in all images, and how many boxes there were to find."""

    scores: Floats  # (detections,)
    right: NDArray[np.bool]  # (detections,)
    objects: int


def intersection_over_union(first: ArrayLike, second: ArrayLike) -> Floats:
    r"""Return the overlap of every box of one set with every box of another.

    .. math:: IoU(A, B) = \frac{|A \cap B|}{|A \cup B|}

    and 0 where both are empty.

    Parameters
    ----------
    first, second
        Corners (x0, y0, x1, y1) with x0 <= x1 and y0 <= y1, shapes ``(boxes, 4)``.

    Returns
    -------
    numpy.ndarray
        In [0, 1], shape ``(boxes of first, boxes of second)``.

    Raises
    ------
    ValueError
        If a shape is another, a number is not finite, or corners are in the wrong order.
    """
    a, b = _corners(first, "first")[:, None], _corners(second, "second")[None]
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    areas = [(box[..., 2:] - box[..., :2]).prod(axis=-1) for box in (a, b)]
    union = areas[0] + areas[1] - shared
    overlap: Floats = np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)
    return overlap


def detection_average_precision(
    truth: Sequence[Boxes], found: Sequence[Boxes], label: int, threshold: float = 0.5
) -> float:
    r"""Return the average precision of the detections of one class, as COCO defines it.

    In each image the detections, the surest first and at most 100, take the box not yet taken that
    they overlap most, if by the threshold or more; one that finds none is a false positive. Over
    all images by falling score this gives precision and recall, and

    .. math:: AP = \frac{1}{101} \sum_{r = 0, 0.01, \dots, 1} \; \max_{\tilde r \ge r} P(\tilde r)

    M. Everingham et al., "The Pascal visual object classes (VOC) challenge", IJCV 88 (2010),
    section 4.2, with the 101 recalls of COCO (T.-Y. Lin et al., "Microsoft COCO", ECCV 2014). Crowd
    regions and ranges of area, which COCO treats apart, are not known here.

    Parameters
    ----------
    truth
        The boxes that are there, one entry an image.
    found
        The detections, one entry an image, with scores.
    label
        The class.
    threshold
        Overlap that counts as found, above 0 and at most 1.

    Returns
    -------
    float
        In [0, 1]; not a number if no image has a box of the class.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, got {threshold}")
    if len(truth) != len(found):
        raise ValueError(
            f"truth and found must have an entry for each image, got {len(truth)} and {len(found)}"
        )
    pairs = [
        (_of_class(t, label, "truth"), _of_class(f, label, "found"))
        for t, f in zip(truth, found, strict=True)
    ]
    return _area(_match(pairs, threshold))


def detection_mean_average_precision(
    truth: Sequence[Boxes],
    found: Sequence[Boxes],
    thresholds: Sequence[float] = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95),
) -> float:
    """Return the mean of the average precision over classes and overlaps.

    Parameters
    ----------
    truth
        The boxes that are there, one entry an image.
    found
        The detections, one entry an image, with scores.
    thresholds
        Overlaps that count as found, by default COCO's; ``(0.5,)`` gives the older mAP@0.5.

    Returns
    -------
    float
        In [0, 1]; the classes are those of `truth`.

    Raises
    ------
    ValueError
        If an argument is out of place, `truth` holds no box, or there is no threshold.
    """
    labels = sorted({int(label) for boxes in truth for label in _labels(boxes, "truth")})
    if not labels:
        raise ValueError("truth must hold a box, got none")
    if len(thresholds) == 0:
        raise ValueError("thresholds must hold one or more, got none")
    return float(
        np.mean(
            [
                detection_average_precision(truth, found, label, threshold)
                for label in labels
                for threshold in thresholds
            ]
        )
    )


def _match(pairs: list[tuple[Boxes, Boxes]], threshold: float) -> _Matched:
    """Give each detection, the surest first, the free box that it overlaps most."""
    scores: list[Floats] = []
    right: list[NDArray[np.bool]] = []
    for truth, found in pairs:
        surest = np.argsort(-np.asarray(found.scores), kind="stable")[:100]
        overlap = intersection_over_union(np.asarray(found.corners)[surest], truth.corners)
        free = np.ones(overlap.shape[1], dtype=bool)
        hit = np.zeros(len(surest), dtype=bool)
        for i, row in enumerate(overlap):
            candidates = np.flatnonzero(free & (row >= min(threshold, 1 - 1e-10)))
            if candidates.size:
                # The last of equals, as in COCO's program.
                best = candidates[::-1][row[candidates[::-1]].argmax()]
                free[best], hit[i] = False, True
        scores.append(np.asarray(found.scores)[surest])
        right.append(hit)
    objects = sum(len(np.asarray(truth.labels)) for truth, _ in pairs)
    return _Matched(
        np.concatenate([np.zeros(0), *scores]),
        np.concatenate([np.zeros(0, dtype=bool), *right]),
        objects,
    )


def _area(matched: _Matched) -> float:
    if matched.objects == 0:
        return float("nan")
    right = matched.right[np.argsort(-matched.scores, kind="stable")]
    found = np.cumsum(right)
    precision = found / np.arange(1, len(right) + 1)
    ceiling = np.maximum.accumulate(precision[::-1])[::-1]  # the best at this recall or above
    places = np.searchsorted(found / matched.objects, _RECALLS, "left")
    return float(np.append(ceiling, 0.0)[np.minimum(places, len(right))].mean())


def _of_class(boxes: Boxes, label: int, name: str) -> Boxes:
    """Return the boxes of one class, checked."""
    corners, labels = _corners(boxes.corners, name), _labels(boxes, name)
    scores = np.asarray(boxes.scores, dtype=np.float64)
    if labels.shape != (len(corners),):
        raise ValueError(f"{name} must have a label for each box, got {labels.shape}")
    own = labels == label
    if name == "truth":
        return Boxes(corners[own], labels[own])
    if scores.shape != labels.shape:
        raise ValueError(f"{name} must have a score for each box, got {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError(f"scores must be finite, got {scores[~np.isfinite(scores)][0]}")
    return Boxes(corners[own], labels[own], scores[own])


def _labels(boxes: Boxes, name: str) -> NDArray[np.int64]:
    if np.size(boxes.labels) == 0:
        return np.zeros(0, dtype=np.int64)
    return as_labels(boxes.labels, f"labels of {name}")


def _corners(values: ArrayLike, name: str) -> Floats:
    corners = np.asarray(values, dtype=np.float64)
    if corners.size == 0:
        return np.zeros((0, 4))
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise ValueError(f"{name} must have boxes of shape (boxes, 4), got {corners.shape}")
    if not np.isfinite(corners).all():
        raise ValueError(
            f"{name} must have finite corners, got {corners[~np.isfinite(corners)][0]}"
        )
    if (corners[:, :2] > corners[:, 2:]).any():
        wrong = corners[(corners[:, :2] > corners[:, 2:]).any(axis=1)][0]
        raise ValueError(
            f"{name} must have x0 <= x1 and y0 <= y1 in each box, got {wrong.tolist()}"
        )
    return corners
