r"""The loss of skip-gram and of continuous bag of words with negative sampling.

A word w and a word c near it cost

.. math:: -\log \sigma(u_c \cdot v_w) - k \, \mathbb{E}_{n \sim P} \log \sigma(-u_n \cdot v_w)

where v are input vectors, u output vectors, k is the number of negatives and P the noise
distribution: T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean, "Distributed representations
of words and phrases and their compositionality", NIPS 26 (2013), equation 4. In continuous bag of
words the mean of the vectors v around a word stands for :math:`v_w`, and the word for c.

The sum over many pairs depends only on how often each row w meets each column c as a neighbour,
:math:`P_{wc}`, and as a negative, :math:`N_{wc}`. With :math:`S = V U^T` it is

.. math:: \sum_{wc} -P_{wc} \log \sigma(S_{wc}) - N_{wc} \log \sigma(-S_{wc})

(O. Levy, Y. Goldberg, "Neural word embedding as implicit matrix factorization", NIPS 27 (2014),
section 3.1), and both the loss and its gradient are products of matrices.
"""

import numpy as np

from companion.embeddings.rows import Floats


def sigmoid(x: Floats) -> Floats:
    """Return σ(x) = 1 / (1 + exp(−x)) = (1 + tanh(x / 2)) / 2, which cannot overflow."""
    half = x.dtype.type(0.5)
    return half * np.tanh(half * x) + half


def negative_sampling_loss(v: Floats, u: Floats, positive: Floats, negative: Floats) -> float:
    """Return the loss of the words of a batch, in nats.

    Parameters
    ----------
    v
        Input vectors, shape ``(rows, size)``.
    u
        Output vectors, shape ``(columns, size)``.
    positive, negative
        P and N: how often, or with what weight, each row meets each column as a neighbour and as a
        negative, shape ``(rows, columns)``.

    Returns
    -------
    float
        The sum over all meetings.
    """
    s = v @ u.T  # (rows, columns)
    return float((positive * np.logaddexp(0, -s) + negative * np.logaddexp(0, s)).sum())


def negative_sampling_gradients(
    v: Floats, u: Floats, positive: Floats, negative: Floats
) -> tuple[Floats, Floats]:
    """Return the gradients of `negative_sampling_loss` with respect to `v` and `u`.

    The derivative of −log σ(s) is σ(s) − 1, that of −log σ(−s) is σ(s). With
    G = (P + N) σ(S) − P they are G U and Gᵀ V.

    Parameters
    ----------
    v, u, positive, negative
        As in `negative_sampling_loss`.

    Returns
    -------
    dv, du : tuple of ndarray
        Of the shapes of `v` and `u`.
    """
    g = (positive + negative) * sigmoid(v @ u.T) - positive  # (rows, columns)
    return g @ u, g.T @ v
