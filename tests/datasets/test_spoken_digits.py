import numpy as np
import pytest

from companion.datasets import spoken_digits
from companion.preprocessing.audio import variants

pytest.importorskip("espeakng_loader")


@pytest.fixture(scope="module")
def digits():
    return spoken_digits.load(voices=["en+m1", "en-us+f2"], speeds=(150, 200), pitches=[40])


def test_every_voice_says_every_digit_at_every_speed_and_pitch(digits):
    assert digits.clips.shape == (2 * 2 * 1 * 10, 16000)
    assert digits.clips.dtype == np.float32
    assert digits.digits.tolist() == list(range(10)) * 4
    assert digits.voices.tolist() == ["en+m1"] * 20 + ["en-us+f2"] * 20


def test_words_begin_after_the_silence_and_are_equally_loud(digits):
    assert not digits.clips[:, : spoken_digits.ONSET].any()
    heard = np.abs(digits.clips[:, spoken_digits.ONSET : spoken_digits.ONSET + 3200])
    assert heard.max(axis=1).min() > 0.05
    np.testing.assert_allclose(np.abs(digits.clips).max(axis=1), 0.5, rtol=1e-6)


def test_no_two_clips_are_equal_and_loading_again_gives_the_same(digits):
    assert len({clip.tobytes() for clip in digits.clips}) == len(digits.clips)
    again = spoken_digits.load(voices=["en-us+f2"], speeds=[200], pitches=[40])
    np.testing.assert_array_equal(again.clips, digits.clips[30:])


def test_every_voice_has_a_variant_of_its_own_and_can_be_heard():
    names = [voice.partition("+")[2] for voice in spoken_digits.VOICES]
    assert set(names) <= set(variants())
    assert len(set(names)) == len(names) == 16
    clips = spoken_digits.load(pitches=[50]).clips  # none is too slow for its second
    assert len({clip.tobytes() for clip in clips}) == 160


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"voices": []}, r"voices must not be empty, got \[\]"),
        ({"speeds": ()}, r"speeds must not be empty, got \(\)"),
        ({"voices": ["en+nobody"]}, "variant must be one of"),
        ({"voices": ["nobody"]}, "language must be one"),
        ({"voices": ["en+m4"], "speeds": [80]}, "speeds must let a word fit .* got 80 for en[+]m4"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        spoken_digits.load(**settings)
