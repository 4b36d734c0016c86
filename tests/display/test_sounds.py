import base64
import re

import numpy as np
import pytest

from companion.display import sounds
from companion.preprocessing.audio import decode_wav


def heard(html):
    parts = re.findall(r"data:audio/wav;base64,([^\"]+)", html)
    return [decode_wav(base64.b64decode(part)) for part in parts]


def test_each_clip_has_a_player_with_its_name_and_its_samples(shown):
    tone = 0.5 * np.sin(np.arange(800))
    sounds({"a <tone>": tone, "silence": np.zeros(400)}, 8000, caption="Two & more")
    (output,) = shown
    assert output.mime == "text/html"
    assert output.content.count("<audio controls") == 2
    assert 'aria-label="a &lt;tone&gt;"' in output.content
    assert "<figcaption>Two &amp; more</figcaption>" in output.content
    assert output.plain == "a <tone>: 0.10 s of sound\nsilence: 0.05 s of sound"
    first, second = heard(output.content)
    assert first.rate == 8000
    np.testing.assert_allclose(first.samples, tone, atol=2**-15)
    assert second.samples.shape == (400,)


def test_clips_that_are_too_loud_are_made_softer_alike(shown):
    sounds({"loud": np.array([0.0, -4.0]), "soft": np.array([0.0, 1.0])}, 8000)
    loud, soft = heard(shown[0].content)
    assert loud.samples.tolist() == [0, -1]
    assert soft.samples.tolist() == [0, 0.25]


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        ({}, "clips must not be empty"),
        ({"none": np.zeros(0)}, r"and not be empty, got float64 \(0,\) for 'none'"),
        ({"bad": np.array([np.nan])}, "clips must be finite, got 'bad' with a sample"),
        ({"two": np.zeros((9, 2))}, r"shape \(samples,\).* got float64 \(9, 2\) for 'two'"),
        ({"whole": np.arange(9)}, "floating-point samples.* got int64"),
    ],
)
def test_what_cannot_be_heard_is_refused(clips, message):
    with pytest.raises(ValueError, match=message):
        sounds(clips, 8000)
