"""Reading and writing WAV files: chunks of bytes that say what they hold and how long they are."""

import os
import struct
import tempfile
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.audio._checks import Samples, at_least

Encoding: TypeAlias = Literal["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# The rest of an extensible format's identifier, after the number of the format itself.
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_UNKNOWN = 0xFFFFFFFF  # the length that a stream writes which cannot go back to its start
_BYTES = {"PCM_U8": 1, "PCM_16": 2, "PCM_24": 3, "PCM_32": 4, "FLOAT": 4, "DOUBLE": 8}


class WavError(ValueError):
    """The bytes are no WAV file that can be read; the message says why."""


class Wav(NamedTuple):
    """Samples, ``(samples,)`` or ``(samples, channels)``, and how many a second, in hertz."""

    samples: Samples
    rate: int


class _Format(NamedTuple):
    code: int  # of the format: integers or floating point
    channels: int
    rate: int
    width: int  # bytes a sample


def read_wav(
    path: str | os.PathLike[str],
    dtype: Literal["float32", "float64"] = "float32",
    *,
    partial: bool = False,
) -> Wav:
    """Read a WAV file; see `decode_wav`.

    Parameters
    ----------
    path
        Of the file.
    dtype
        Of the samples.
    partial
        Whether to take what there is of a file that ends too early.

    Returns
    -------
    Wav
        The samples and their rate.

    Raises
    ------
    OSError
        If the file cannot be read.
    WavError
        If its content is not as it should be; the message begins with the path.
    """
    try:
        return decode_wav(Path(path).read_bytes(), dtype, partial=partial)
    except WavError as error:
        raise WavError(f"{os.fspath(path)}: {error}") from None


def write_wav(
    path: str | os.PathLike[str], samples: ArrayLike, rate: int, encoding: Encoding = "PCM_16"
) -> None:
    """Write a WAV file; see `encode_wav`.

    The file appears whole or not at all: it is written beside its place and then renamed.

    Parameters
    ----------
    path
        Of the file; one that exists is replaced.
    samples
        Floating-point samples, ``(samples,)`` or ``(samples, channels)``.
    rate
        Samples a second, in hertz.
    encoding
        Of each sample.

    Raises
    ------
    OSError
        If the file cannot be written; an older one is then left as it was.
    ValueError
        As `encode_wav` does.
    """
    data = encode_wav(samples, rate, encoding)
    target = Path(path)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        written.chmod(0o666 & ~umask)  # as any other new file; a temporary one is private
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def decode_wav(
    data: bytes, dtype: Literal["float32", "float64"] = "float32", *, partial: bool = False
) -> Wav:
    r"""Return the samples that the bytes of a WAV file hold.

    Integers of b bits are divided by :math:`2^{b-1}`, so that they lie in [-1, 1); floating-point
    samples are taken as they are, NaN and infinity too. Read are RIFF, its big-endian twin RIFX and
    its long form RF64; PCM of 8 (unsigned), 16, 24 and 32 bits and floating point of 32 and 64
    bits, in a plain or an extensible header. Other chunks are passed over. IBM and Microsoft,
    "Multimedia programming interface and data specifications 1.0" (1991), chapter 3; Microsoft,
    "Multiple channel audio data and WAVE files" (2007).

    Parameters
    ----------
    data
        The whole file.
    dtype
        Of the samples. float32 holds 24 bits: of PCM_32 and DOUBLE it rounds the rest away,
        and what exceeds it becomes infinite.
    partial
        Whether to take what there is of a file that ends too early; an incomplete last sample is
        dropped.

    Returns
    -------
    Wav
        Samples ``(samples,)``, or ``(samples, channels)`` if there are two channels or more, and
        their rate in hertz.

    Raises
    ------
    WavError
        If the bytes are no WAV file, its encoding is another, its header contradicts itself, or
        the file ends too early.
    ValueError
        If `dtype` is another.
    """
    if dtype not in ("float32", "float64"):
        raise ValueError(f"dtype must be 'float32' or 'float64', got {dtype!r}")
    magic = data[:4]
    if len(data) < 12 or magic not in (b"RIFF", b"RIFX", b"RF64") or data[8:12] != b"WAVE":
        raise WavError(f"no WAV file: it begins with {data[:12]!r}")
    order: Literal[">", "<"] = ">" if magic == b"RIFX" else "<"
    layout, long_size, place = None, _UNKNOWN, 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from(f"{order}4sI", data, place)
        place += 8
        if name == b"data":
            if layout is None:
                raise WavError("the samples come before the chunk 'fmt ' that describes them")
            size = long_size if size == _UNKNOWN else size
            sound = _sound(memoryview(data)[place:], size, layout.channels * layout.width, partial)
            with np.errstate(over="ignore"):
                samples = _decode(sound, layout, order).astype(dtype, copy=False)
            shape = (-1, layout.channels) if layout.channels > 1 else (-1,)
            return Wav(samples.reshape(shape), layout.rate)
        chunk = data[place : place + size]
        if name == b"fmt ":
            layout = _format(chunk, order)
        elif name == b"ds64" and len(chunk) >= 16:
            long_size = struct.unpack_from("<Q", chunk, 8)[0]
        place += size + size % 2  # chunks begin at even places
    raise WavError(f"the file ends after {len(data)} bytes without a chunk 'data'")


def encode_wav(samples: ArrayLike, rate: int, encoding: Encoding = "PCM_16") -> bytes:
    r"""Return the bytes of a WAV file.

    For PCM of b bits each sample is multiplied by :math:`2^{b-1}`, rounded and clipped, the inverse
    of `decode_wav`: what was read from PCM is written back bit for bit.

    Parameters
    ----------
    samples
        Floating-point samples, ``(samples,)`` or ``(samples, channels)``; PCM clips them to
        [-1, 1).
    rate
        Samples a second, in hertz.
    encoding
        ``"PCM_U8"``, ``"PCM_16"``, ``"PCM_24"``, ``"PCM_32"``, ``"FLOAT"`` (32 bits) or
        ``"DOUBLE"`` (64 bits).

    Returns
    -------
    bytes
        The whole file.

    Raises
    ------
    ValueError
        If the samples are not finite, not of a floating type or have another shape, the rate or
        the encoding is none, or the file would have 4 GiB.
    """
    values = np.asarray(samples)
    if encoding not in _BYTES:
        raise ValueError(f"encoding must be one of {', '.join(_BYTES)}, got {encoding!r}")
    if values.dtype.kind != "f":
        raise ValueError(f"samples must be of a floating type, got dtype {values.dtype}")
    channels = values.shape[1] if values.ndim == 2 else 1
    if values.ndim not in (1, 2) or not 1 <= channels < 2**16:
        raise ValueError(
            f"samples must have shape (samples,) or (samples, channels), got {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"samples must be finite, got {values[~np.isfinite(values)][0]}")
    if at_least(rate, 1, "rate") >= 2**32:
        raise ValueError(f"rate must be below 2**32, got {rate}")
    sound = _encode(values, encoding)
    width = _BYTES[encoding]
    real = encoding in ("FLOAT", "DOUBLE")
    block = channels * width
    header = struct.pack(
        "<HHIIHH", _FLOAT if real else _PCM, channels, int(rate),
        min(int(rate) * block, 2**32 - 1), block, 8 * width,
    )  # fmt: skip
    chunks = [(b"fmt ", header + (b"\0\0" if real else b""))]
    if real:  # the number of samples, which any format but PCM must give
        chunks.append((b"fact", struct.pack("<I", min(len(values), 2**32 - 1))))
    chunks.append((b"data", sound))
    if sum(9 + len(chunk) for _, chunk in chunks) + 4 >= _UNKNOWN:
        raise ValueError(f"samples must fit into a file below 4 GiB, got {len(sound)} bytes")
    body = b"".join(
        name + struct.pack("<I", len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
        for name, chunk in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def _format(chunk: bytes, order: Literal[">", "<"]) -> _Format:
    """Read the chunk ``fmt``."""
    if len(chunk) < 16:
        raise WavError(f"the chunk 'fmt ' must have at least 16 bytes, got {len(chunk)}")
    code, channels, rate, _, block, bits = struct.unpack_from(f"{order}HHIIHH", chunk)
    if code == _EXTENSIBLE:
        if len(chunk) < 40 or chunk[26:40] != _GUID_TAIL:
            raise WavError("the extensible format names no format that is known")
        code = struct.unpack_from(f"{order}H", chunk, 24)[0]
    if code not in (_PCM, _FLOAT):
        raise WavError(f"the samples must be PCM (1) or floating point (3), got format {code}")
    if channels == 0 or rate == 0 or block % channels:
        raise WavError(f"{channels} channels of {rate} Hz cannot lie in blocks of {block} bytes")
    width = block // channels
    if width not in ((1, 2, 3, 4) if code == _PCM else (4, 8)):
        kind = "PCM" if code == _PCM else "floating point"
        raise WavError(f"{kind} of {8 * width} bits a sample is not among those that can be read")
    if not 0 < bits <= 8 * width or (code == _FLOAT and bits != 8 * width):
        raise WavError(f"samples of {bits} bits cannot lie in {width} bytes each")
    return _Format(code, channels, rate, width)


def _sound(rest: memoryview, size: int, block: int, partial: bool) -> memoryview:
    """Return the whole blocks of the chunk ``data``."""
    if size == _UNKNOWN:  # a stream: all that came
        size = len(rest)
        partial = True
    if not partial and (len(rest) < size or size % block):
        raise WavError(
            f"{size} bytes of samples are announced, in blocks of {block}, and {len(rest)} are "
            "there; partial=True takes what there is"
        )
    whole = min(size, len(rest)) // block * block
    return rest[:whole]


def _decode(
    sound: memoryview, layout: _Format, order: Literal[">", "<"]
) -> NDArray[np.floating[Any]]:
    """Turn bytes into floating-point samples, of all channels in turn."""
    if layout.code == _FLOAT:
        values = np.frombuffer(sound, f"{order}f{layout.width}")
        return values.astype(values.dtype.newbyteorder("="))
    if layout.width == 1:
        return (np.frombuffer(sound, np.uint8).astype(np.float32) - 128) / 128
    if layout.width == 2:
        return np.frombuffer(sound, f"{order}i2").astype(np.float32) / 2**15
    # 24 bits become the upper ones of 32.
    wide = np.zeros((len(sound) // layout.width, 4), np.uint8)
    upper = slice(0, layout.width) if order == ">" else slice(4 - layout.width, 4)
    wide[:, upper] = np.frombuffer(sound, np.uint8).reshape(-1, layout.width)
    return wide.view(f"{order}i4")[:, 0].astype(np.float64) / 2**31


def _encode(values: Samples, encoding: Encoding) -> bytes:
    """Turn floating-point samples into little-endian bytes."""
    width = _BYTES[encoding]
    if encoding in ("FLOAT", "DOUBLE"):
        with np.errstate(over="ignore"):
            real = values.astype(f"<f{width}")
        if not np.isfinite(real).all():
            raise ValueError(f"samples must fit into {encoding}, got {np.abs(values).max():g}")
        return real.tobytes()
    scale = 2.0 ** (8 * width - 1)
    whole = np.clip(np.rint(values.astype(np.float64) * scale), -scale, scale - 1)
    if width == 1:
        return (whole + 128).astype(np.uint8).tobytes()
    if width == 3:
        return whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return whole.astype(f"<i{width}").tobytes()
