"""Layers: functions with parameters, from which networks are put together."""

from companion.nn.layers.attention import (
    MultiHeadAttention,
    attention_weights,
    causal_mask,
    scaled_dot_product_attention,
)
from companion.nn.layers.convolution import Conv2D
from companion.nn.layers.dense import Dense
from companion.nn.layers.dropout import Dropout
from companion.nn.layers.embedding import Embedding
from companion.nn.layers.layer import Layer, Shape
from companion.nn.layers.normalization import BatchNormalization, LayerNormalization
from companion.nn.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from companion.nn.layers.recurrent import GRU, LSTM, SimpleRNN
from companion.nn.layers.residual import ResidualBlock
from companion.nn.layers.shaping import Activation, Flatten, Reshape

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "LayerNormalization",
    "MaxPooling2D",
    "MultiHeadAttention",
    "Reshape",
    "ResidualBlock",
    "Shape",
    "SimpleRNN",
    "attention_weights",
    "causal_mask",
    "scaled_dot_product_attention",
]
