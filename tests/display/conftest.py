"""What `companion.display` shows, kept instead of shown."""

import pytest

from companion.display import output


@pytest.fixture
def shown(monkeypatch):
    """The list that every output is appended to."""
    outputs: list[output.Output] = []
    monkeypatch.setattr(output, "display", outputs.append)
    return outputs
