"""Spoken digits: the words zero to nine in many synthetic voices, each in a second of sound.

They are no files: nothing is fetched. `load` has them spoken by eSpeak NG, the installed dependency
that `companion.preprocessing.audio.speech` drives, and the same arguments give the same samples.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.preprocessing.audio import resample, synthesize

RATE = 16_000
"""Samples a second, and thus samples a clip."""

ONSET = 3_200
"""The first sample of the word: a fifth of a second of silence comes before it."""

VOICES = (
    "en+m1", "en-us+f1", "en-gb-scotland+m3", "en-gb-x-rp+f2",
    "en-gb-x-gbcwmd+m7", "en-gb-x-gbclan+f4", "en-029+Alicia", "en-us-nyc+Andy",
    "en+Annie", "en-us+belinda", "en-gb-scotland+grandpa", "en-gb-x-rp+linda",
    "en-gb-x-gbcwmd+michel", "en-gb-x-gbclan+pablo", "en-029+m5", "en-us-nyc+f3",
)  # fmt: skip
"""Sixteen speakers: each one of eight English accents, a plus sign, and a variant of its own."""

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class SpokenDigits(NamedTuple):
    """Clips ``(clips, 16000)`` in float32, and for each its digit and the name of its voice."""

    clips: NDArray[np.float32]
    digits: NDArray[np.int64]
    voices: NDArray[np.str_]


def load(
    voices: Sequence[str] = VOICES,
    speeds: Sequence[int] = (170,),
    pitches: Sequence[int] = (30, 50, 70),
) -> SpokenDigits:
    """Have every digit spoken by every voice at every speed and pitch.

    It takes some milliseconds a clip.

    Parameters
    ----------
    voices
        Each a language of eSpeak NG, a plus sign and a variant, as in `VOICES`.
    speeds
        Words a minute, each from 130 to 450, so that a word fits behind `ONSET`.
    pitches
        Each from 0 to 99.

    Returns
    -------
    SpokenDigits
        In the order of the voices, within it of the speeds, the pitches and the digits. The
        largest sample of each clip has the magnitude 0.5.

    Raises
    ------
    ValueError
        If a list is empty, a voice is unknown, a number is out of range or a word does not fit.
    SpeechUnavailableError
        If eSpeak NG is not installed or does not work here.
    """
    for name, values in (("voices", voices), ("speeds", speeds), ("pitches", pitches)):
        if not len(values):
            raise ValueError(f"{name} must not be empty, got {values!r}")
    settings = list(product(voices, speeds, pitches, range(10)))
    clips = np.zeros((len(settings), RATE), np.float32)
    for clip, (voice, speed, pitch, digit) in zip(clips, settings, strict=True):
        language, _, variant = voice.partition("+")
        spoken = synthesize(
            WORDS[digit],
            language=language,
            variant=variant or None,
            words_per_minute=speed,
            pitch=pitch,
        )
        word = resample(spoken.samples, spoken.rate, RATE)
        if ONSET + len(word) > RATE:
            raise ValueError(f"speeds must let a word fit into 0.8 s, got {speed} for {voice}")
        clip[ONSET : ONSET + len(word)] = word * (0.5 / np.abs(word).max())
    digits = np.array([digit for *_, digit in settings])
    return SpokenDigits(clips, digits, np.array([voice for voice, *_ in settings]))
