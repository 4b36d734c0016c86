"""What needs Keras is loaded when it is asked for, and not before."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from companion import training

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", training.__all__)
def test_every_public_name_is_there_and_stands_where_the_type_checker_looks_for_it(name):
    tree = ast.parse(Path(training.__file__).read_text(encoding="utf-8"))
    sources = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert getattr(training, name).__module__ == sources[name]
    assert name in dir(training)


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(
        AttributeError, match=r"module 'companion\.training' has no attribute 'fit'"
    ):
        training.fit  # noqa: B018


def test_a_gan_is_trained_without_keras():
    program = """
import sys
import numpy as np
from companion import nn
from companion.training import GAN
generator = nn.Sequential([nn.Input((2,)), nn.Dense(2)])
discriminator = nn.Sequential([nn.Input((2,)), nn.Dense(1)])
GAN(generator, discriminator).fit(np.zeros((4, 2)), 1)
assert "keras" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
