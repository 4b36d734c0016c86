import re

import numpy as np
import pytest

from companion import nn
from companion.nn.summary import summarize


def built(*layers, shape):
    rng = np.random.default_rng(0)
    inner = shape
    for layer in layers:
        layer.build(inner, rng)
        inner = layer.output_shape(inner)
    return summarize(layers, shape)


def test_rows_have_the_parameters_and_shapes_of_keras():
    keras = pytest.importorskip("keras")
    ours = [nn.Conv2D(5, 3, padding="same"), nn.MaxPooling2D(), nn.Flatten(), nn.Dense(7)]
    theirs = keras.Sequential(
        [
            keras.Input((9, 11, 2)),
            keras.layers.Conv2D(5, 3, padding="same"),
            *(keras.layers.MaxPooling2D(), keras.layers.Flatten(), keras.layers.Dense(7)),
        ]
    )
    rows = built(*ours, shape=(9, 11, 2))
    assert [r.parameters for r in rows] == [layer.count_params() for layer in theirs.layers]
    assert [r.shape for r in rows] == [layer.output.shape[1:] for layer in theirs.layers]
    assert rows.parameters == theirs.count_params()


def test_a_layer_is_called_by_its_class_and_its_place_in_it():
    dense = [nn.Dense(2) for _ in range(3)]
    rows = built(dense[0], nn.Dropout(0.1), dense[1], nn.Dropout(0.1), dense[2], shape=(3,))
    assert [row.name for row in rows] == ["dense", "dropout", "dense_1", "dropout_1", "dense_2"]
    assert [row.kind for row in rows] == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]


def test_as_text_it_is_a_table_whose_last_line_adds_up():
    text = str(built(nn.Dense(1000), nn.Dense(2), shape=(3,)))
    head, first, second, total = text.splitlines()
    assert re.split(r"  +", head) == ["layer", "kind", "output shape", "parameters", "FLOPs"]
    assert first.split() == ["dense", "Dense", "(1000,)", "4,000", "6,000"]
    assert second.split() == ["dense_1", "Dense", "(2,)", "2,002", "4,000"]
    assert total.split() == ["in", "all", "6,002", "10,000"]
    assert len({len(line) for line in (head, first, second, total)}) == 1


def test_no_layers_make_no_rows_and_cost_nothing():
    rows = summarize([], (3,))
    assert (list(rows), rows.parameters, rows.flops) == ([], 0, 0)
    assert str(rows).splitlines()[-1].split() == ["in", "all", "0", "0"]
