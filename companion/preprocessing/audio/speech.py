"""Words spoken by eSpeak NG, a formant synthesiser, through its C library.

The library comes with the package espeakng-loader (the extra ``speech``), which is installed like
any other dependency. Unlike a data set, it is a program, and it is run.
"""

import _ctypes
import ctypes
import difflib
import sys
import threading
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from companion.preprocessing.audio.wav import Wav

_SYNCHRONOUS = 2  # samples go to a callback before the call returns; nothing is played
_NO_EXIT = 0x8000  # errors are returned, not answered by exit()
_RATE, _PITCH = 1, 3  # numbers of the parameters
_UTF8 = 1
_SEED = 1  # of the breath in some voices
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_lock = threading.Lock()  # the library has one state for all threads


class SpeechUnavailableError(RuntimeError):
    """eSpeak NG is not installed or does not work here; the message says what to do."""


def variants() -> list[str]:
    """Return the names of the voices that `synthesize` knows besides the plain one, in order.

    Returns
    -------
    list of str
        Such as ``"f2"`` and ``"Annie"``.

    Raises
    ------
    SpeechUnavailableError
        If eSpeak NG is not installed.
    """
    return sorted(path.name for path in (_files()[1] / "voices" / "!v").iterdir())


def synthesize(
    text: str,
    *,
    language: str = "en",
    variant: str | None = None,
    words_per_minute: int = 175,
    pitch: int = 50,
) -> Wav:
    """Return a text as spoken by a synthetic voice.

    The same arguments give the same samples. The C library would not: it lets the voice waver from
    where the last word ended. Therefore it is loaded afresh for each text, which takes some
    milliseconds, and its random numbers get a fixed seed.

    Parameters
    ----------
    text
        What to say.
    language
        Code such as ``"en"``, ``"en-us"`` or ``"cmn"``.
    variant
        Who says it: one of `variants`, such as ``"f2"``; None for the plain voice.
    words_per_minute
        From 80 to 450.
    pitch
        From 0, low, to 99.

    Returns
    -------
    Wav
        Samples ``(samples,)`` in float32, 22,050 a second.

    Raises
    ------
    ValueError
        If there is nothing to say, no such language or variant, or a number is out of range.
    SpeechUnavailableError
        If eSpeak NG is not installed or does not work here.
    """
    if not text.strip() or "\0" in text:
        raise ValueError(f"text must hold something to say and no zero byte, got {text!r}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"text must be Unicode without halves of characters, got {text!r}")
    if "\0" in language:
        raise ValueError(f"language must have no zero byte, got {language!r}")
    if not 80 <= words_per_minute <= 450:
        raise ValueError(f"words_per_minute must be from 80 to 450, got {words_per_minute}")
    if not 0 <= pitch <= 99:
        raise ValueError(f"pitch must be from 0 to 99, got {pitch}")
    if variant is not None and variant not in (known := variants()):
        nearest = difflib.get_close_matches(variant, known, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"variant must be one of variants(), got {variant!r}{hint}")
    voice = language if variant is None else f"{language}+{variant}"
    with _lock:
        samples, rate = _speak(text, voice, words_per_minute, pitch)
    if not samples.size:
        raise ValueError(f"text must hold something to say, got {text!r}")
    return Wav(samples.astype(np.float32) / 2**15, rate)


def _speak(
    text: str, voice: str, words_per_minute: int, pitch: int
) -> tuple[np.ndarray[Any, np.dtype[np.int16]], int]:
    """Load the library, let it speak, unload it."""
    library, data = _files()
    pieces = []

    def keep(samples: Any, count: int, _: Any) -> int:
        if samples and count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0  # go on

    callback = _CALLBACK(keep)  # kept alive as long as the library may call it
    try:
        espeak = ctypes.CDLL(str(library))
    except OSError as error:
        raise SpeechUnavailableError(f"eSpeak NG cannot be loaded here: {error}") from error
    try:
        rate = espeak.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _NO_EXIT)
        if rate <= 0:
            raise SpeechUnavailableError(f"eSpeak NG does not start with the data in {data}")
        espeak.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        espeak.espeak_SetSynthCallback(callback)
        if espeak.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"language must be one that eSpeak NG speaks, got {voice!r}")
        espeak.espeak_SetParameter(_RATE, int(words_per_minute), 0)
        espeak.espeak_SetParameter(_PITCH, int(pitch), 0)
        said = text.encode() + b"\0"
        size = ctypes.c_size_t(len(said))
        if espeak.espeak_Synth(said, size, 0, 1, 0, _UTF8, None, None):
            raise SpeechUnavailableError(f"eSpeak NG does not speak {text!r}")
    finally:
        espeak.espeak_Terminate()
        _unload(espeak)
    return np.concatenate(pieces) if pieces else np.empty(0, np.int16), rate


def _unload(library: ctypes.CDLL) -> None:
    if sys.platform == "win32":
        _ctypes.FreeLibrary(library._handle)
    else:
        _ctypes.dlclose(library._handle)


@cache
def _files() -> tuple[Path, Path]:
    """Return the paths of the library and of its data."""
    try:
        loader = import_module("espeakng_loader")
        library, data = Path(loader.get_library_path()), Path(loader.get_data_path())
    except (ImportError, RuntimeError) as error:
        raise SpeechUnavailableError(
            "eSpeak NG is not installed: pip install 'large-models-companion[speech]'"
        ) from error
    if not library.is_file():
        raise SpeechUnavailableError(f"espeakng-loader has no library for {sys.platform}")
    return library, data
