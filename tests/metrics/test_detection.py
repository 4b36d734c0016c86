"""Overlap and average precision against pycocotools on random boxes."""

import contextlib
import io
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.metrics import (
    Boxes,
    detection_average_precision,
    detection_mean_average_precision,
    intersection_over_union,
)


def boxes(rng, n):
    low = rng.uniform(0, 60, (n, 2))
    return np.concatenate([low, low + rng.uniform(1, 40, (n, 2))], axis=1)


def draw(seed):
    """Return the boxes of some images, and detections: moved boxes, false ones, equal scores."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(rng.integers(1, 6)):
        n, extra = rng.integers(0, 6), rng.integers(0, 4)
        there = boxes(rng, n)
        labels = rng.integers(0, 3, n)
        kept = rng.random(n) < 0.8
        moved = there[kept] + rng.normal(0, 1.5, (kept.sum(), 1))
        corners = np.concatenate([moved, boxes(rng, extra)])
        classes = np.concatenate([labels[kept], rng.integers(0, 3, extra)])
        scores = rng.integers(1, 8, len(corners)) / 8
        truth.append(Boxes(there, labels))
        found.append(Boxes(corners, classes, scores))
    return truth, found


def coco(truth, found):
    """Return the average precision of pycocotools, axes (threshold, class)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval

    def entries(images, scored):
        return [
            {
                "id": 0,
                "image_id": i,
                "category_id": int(label) + 1,
                "bbox": [*corner[:2], *(corner[2:] - corner[:2])],
                "area": float(np.prod(corner[2:] - corner[:2])),
                "iscrowd": 0,
                **({"score": float(image.scores[j])} if scored else {}),
            }
            for i, image in enumerate(images)
            for j, (corner, label) in enumerate(zip(image.corners, image.labels, strict=True))
        ]

    annotations = entries(truth, scored=False)
    for number, annotation in enumerate(annotations, start=1):
        annotation["id"] = number
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = COCO()
        dataset.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(len(truth))],
            "annotations": annotations,
            "categories": [{"id": c + 1} for c in range(3)],
        }
        dataset.createIndex()
        results = COCO()
        results.dataset = dataset.dataset | {
            "annotations": [a | {"id": i + 1} for i, a in enumerate(entries(found, scored=True))]
        }
        results.createIndex()
        evaluation = COCOeval(dataset, results, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation.eval["precision"][:, :, :, 0, 2].mean(axis=1)


@pytest.mark.parametrize("seed", range(30))
def test_average_precision_equals_pycocotools(seed):
    truth, found = draw(seed)
    expected = coco(truth, found)
    for label in range(3):
        for row, threshold in ((0, 0.5), (5, 0.75)):
            area = detection_average_precision(truth, found, label, threshold)
            theirs = expected[row, label]
            assert area == pytest.approx(theirs) if theirs >= 0 else np.isnan(area)
    if (expected >= 0).any():
        mean = expected[expected > -1].mean()
        assert detection_mean_average_precision(truth, found) == pytest.approx(mean)


@pytest.mark.parametrize("seed", range(10))
def test_more_than_a_hundred_detections_and_equal_overlaps_are_as_in_pycocotools(seed):
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for n in rng.integers(0, 8, 2):
        corners = [rng.integers(0, 8, (size, 2)) for size in (n, 140)]
        corners = [np.hstack([low, low + rng.integers(1, 5, low.shape)]) for low in corners]
        truth.append(Boxes(corners[0], np.zeros(n, int)))
        found.append(Boxes(corners[1], np.zeros(140, int), rng.integers(1, 5, 140) / 4))
    expected = coco(truth, found)[:, 0]
    for threshold, area in zip(np.arange(10, 20) / 20, expected, strict=True):
        ours = detection_average_precision(truth, found, 0, threshold)
        assert ours == pytest.approx(area) if area >= 0 else np.isnan(ours)


@pytest.mark.parametrize("seed", range(5))
def test_overlap_is_the_share_of_the_pixels(seed):
    rng = np.random.default_rng(seed)
    sets = [np.sort(rng.integers(0, 12, (4, 2, 2)), axis=1).reshape(4, 4) for _ in range(2)]
    masks = []
    for corners in sets:
        masks.append(np.zeros((4, 12, 12), dtype=bool))
        for mask, (x0, y0, x1, y1) in zip(masks[-1], corners, strict=True):
            mask[y0:y1, x0:x1] = True
    a, b = masks[0][:, None], masks[1][None]
    union = (a | b).sum(axis=(2, 3))
    expected = (a & b).sum(axis=(2, 3)) / np.maximum(union, 1)
    np.testing.assert_allclose(intersection_over_union(*sets), expected)


@given(st.integers(0, 2**32 - 1))
def test_overlap_is_symmetric_and_one_with_itself(seed):
    rng = np.random.default_rng(seed)
    a, b = boxes(rng, 3), boxes(rng, 2)
    np.testing.assert_array_equal(intersection_over_union(a, b), intersection_over_union(b, a).T)
    np.testing.assert_allclose(np.diag(intersection_over_union(a, a)), 1)


def test_no_boxes():
    assert intersection_over_union([], [[0, 0, 1, 1]]).shape == (0, 1)
    one = Boxes([[0, 0, 1, 1]], [0])
    nothing = Boxes([], [], [])
    assert detection_average_precision([one], [nothing], 0) == 0
    assert np.isnan(detection_average_precision([nothing], [nothing], 0))
    with pytest.raises(ValueError, match="truth must hold a box, got none"):
        detection_mean_average_precision([nothing], [nothing])


def test_bad_input_is_named():
    one, sure = Boxes([[0, 0, 1, 1]], [0]), Boxes([[0, 0, 1, 1]], [0], [0.5])
    with pytest.raises(ValueError, match=r"first must have boxes of shape \(boxes, 4\)"):
        intersection_over_union([1, 2, 3], [])
    with pytest.raises(ValueError, match="second must have finite corners, got nan"):
        intersection_over_union([], [[0, 0, np.nan, 1]])
    with pytest.raises(ValueError, match="first must have x0 <= x1 and y0 <= y1 in each box"):
        intersection_over_union([[2, 0, 1, 1]], [])
    with pytest.raises(ValueError, match="an entry for each image, got 1 and 2"):
        detection_average_precision([one], [sure, sure], 0)
    with pytest.raises(ValueError, match="threshold must be above 0 and at most 1, got 0"):
        detection_average_precision([one], [sure], 0, 0)
    with pytest.raises(ValueError, match="found must have a score for each box"):
        detection_average_precision([one], [one], 0)
    with pytest.raises(ValueError, match="scores must be finite, got nan"):
        detection_average_precision([one], [sure._replace(scores=[np.nan])], 0)
    with pytest.raises(ValueError, match="truth must have a label for each box"):
        detection_average_precision([one._replace(labels=[])], [sure], 0)


def test_labels_are_class_numbers_and_there_is_a_threshold():
    one = Boxes([[0, 0, 1, 1]], [0])
    with pytest.raises(ValueError, match="labels of truth must hold whole numbers, got dtype <U3"):
        detection_mean_average_precision([one._replace(labels=["cat"])], [one])
    with pytest.raises(ValueError, match=r"labels of found must hold whole numbers, got 0\.5"):
        detection_average_precision([one], [one._replace(labels=[0.5], scores=[1])], 0)
    with pytest.raises(ValueError, match="thresholds must hold one or more, got none"):
        detection_mean_average_precision([one], [one._replace(scores=[1])], ())
