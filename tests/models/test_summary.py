"""The summary of a network against Keras's own counts."""

import keras
import pytest
from keras import layers

from companion.models.mnist_cnn import accurate_network, article_network, fast_network
from companion.models.summary import LayerSummary, summarize


def test_the_article_s_network_layer_by_layer():
    rows = summarize(article_network())
    assert [row.shape for row in rows] == [
        (26, 26, 32),
        (13, 13, 32),
        (11, 11, 64),
        (5, 5, 64),
        (3, 3, 64),
        (576,),
        (64,),
        (10,),
    ]
    assert [row.multiply_adds for row in rows] == [
        26 * 26 * 32 * 9,
        0,
        11 * 11 * 64 * 9 * 32,
        0,
        3 * 3 * 64 * 9 * 64,
        0,
        576 * 64,
        640,
    ]


@pytest.mark.parametrize("network", [article_network, fast_network, accurate_network])
def test_the_parameters_add_up_to_the_model_s(network):
    model = network()
    assert sum(row.parameters for row in summarize(model)) == model.count_params()


def test_the_fast_network_takes_a_quarter_of_the_multiplications():
    ours, article = (
        sum(row.multiply_adds for row in summarize(network()))
        for network in (fast_network, article_network)
    )
    assert ours < article / 4


def test_a_row_names_its_layer():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="last")])
    assert summarize(model) == [LayerSummary("last", "Dense", (2,), 8, 6)]


def test_a_model_without_shapes_is_refused():
    with pytest.raises(ValueError, match=r"model must be built: give it a keras.Input"):
        summarize(keras.Sequential([layers.Dense(2)]))
