import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from companion.preprocessing.audio import SpeechUnavailableError, speech, synthesize, variants

pytest.importorskip("espeakng_loader")


def test_a_word_is_spoken_loud_and_short_enough():
    samples, rate = synthesize("seven", variant="f2")
    assert rate == 22050
    assert samples.dtype == np.float32
    assert 0.2 < len(samples) / rate < 1
    assert 0.1 < np.abs(samples).max() <= 1


@pytest.mark.parametrize("variant", [None, "f2", "klatt2", "whisper", "Annie"])
def test_the_same_words_give_the_same_samples_whatever_was_said_between(variant):
    first = synthesize("three", variant=variant).samples
    synthesize("something else", variant="m3", pitch=80)
    np.testing.assert_array_equal(synthesize("three", variant=variant).samples, first)


def test_threads_do_not_disturb_each_other():
    jobs = [(str(digit), variant) for digit in range(5) for variant in ("m1", "f3")]
    alone = [synthesize(text, variant=variant).samples for text, variant in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: synthesize(job[0], variant=job[1]).samples, jobs))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_pace_pitch_voice_and_language_change_what_is_heard():
    plain = synthesize("seven").samples
    assert len(synthesize("seven", words_per_minute=350).samples) < 0.75 * len(plain)
    others = [
        synthesize("seven", pitch=99),
        synthesize("seven", variant="m4"),
        synthesize("seven", language="en-us"),
    ]
    for other in others:
        assert not np.array_equal(other.samples, plain)
    assert synthesize("七", language="cmn").samples.size > 1000


def test_a_higher_pitch_is_a_higher_fundamental():
    def fundamental(pitch):
        x, rate = synthesize("aaaa", pitch=pitch)
        middle = x[len(x) // 3 : len(x) // 3 + 2048]
        correlation = np.correlate(middle, middle, "full")[2047:]
        lags = slice(rate // 400, rate // 60)
        return rate / (correlation[lags].argmax() + lags.start)

    assert fundamental(90) > 1.3 * fundamental(20)


def test_variants_are_those_that_can_speak():
    names = variants()
    assert {"f2", "m1", "Annie"} <= set(names)
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": " "}, "text must hold something to say"),
        ({"text": "a\0b"}, "text must hold something to say and no zero byte"),
        ({"text": "a\ud800"}, "text must be Unicode without halves of characters"),
        ({"text": "a", "language": "en\0x"}, "language must have no zero byte"),
        ({"text": "a", "pitch": 100}, "pitch must be from 0 to 99, got 100"),
        ({"text": "a", "words_per_minute": 10}, "words_per_minute must be from 80 to 450, got 10"),
        ({"text": "a", "variant": "anne"}, "got 'anne'; did you mean 'Annie'"),
        ({"text": "a", "variant": "../x"}, r"variant must be one of variants\(\), got '../x'"),
        ({"text": "a", "language": "klingonese"}, "language must be one .* got 'klingonese'"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        synthesize(**arguments)


@pytest.fixture
def no_files():
    speech._files.cache_clear()
    yield
    speech._files.cache_clear()


@pytest.mark.usefixtures("no_files")
def test_a_missing_synthesiser_is_said_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    for call in (variants, lambda: synthesize("a")):
        with pytest.raises(
            SpeechUnavailableError, match=r"not installed: pip install .*\[speech\]"
        ):
            call()


@pytest.mark.usefixtures("no_files")
def test_a_platform_without_the_library_is_said(monkeypatch, tmp_path):
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(tmp_path / "none.so"))
    with pytest.raises(SpeechUnavailableError, match="has no library for"):
        synthesize("a")


@pytest.mark.usefixtures("no_files")
def test_a_library_that_does_not_load_is_said(monkeypatch, tmp_path):
    import espeakng_loader

    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library")
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(broken))
    with pytest.raises(SpeechUnavailableError, match="cannot be loaded here"):
        synthesize("a")


@pytest.mark.usefixtures("no_files")
def test_data_that_are_missing_are_said(monkeypatch, tmp_path):
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(Path(tmp_path, "none")))
    with pytest.raises(SpeechUnavailableError, match="does not start with the data in"):
        synthesize("a")
