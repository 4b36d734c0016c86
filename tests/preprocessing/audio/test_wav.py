import io
import struct
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from companion.preprocessing.audio import WavError, decode_wav, encode_wav, read_wav, write_wav

ENCODINGS = ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]
GUID = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name, content, order="<"):
    return name + struct.pack(f"{order}I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks, magic=b"RIFF"):
    body = b"WAVE" + b"".join(chunks)
    return magic + struct.pack(">I" if magic == b"RIFX" else "<I", len(body)) + body


def fmt(code=1, channels=1, rate=8000, bits=16, order="<", extra=b""):
    block = channels * ((bits + 7) // 8)
    return chunk(
        b"fmt ",
        struct.pack(f"{order}HHIIHH", code, channels, rate, rate * block, block, bits) + extra,
        order,
    )


def written_by_soundfile(soundfile, samples, rate, encoding, form="WAV", endian="FILE"):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, subtype=encoding, format=form, endian=endian)
    return file.getvalue()


@pytest.mark.parametrize("form", ["WAV", "WAVEX", "RF64"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_reading_equals_soundfile(soundfile, encoding, form, rng):
    shape = (int(rng.integers(1, 300)), int(rng.integers(1, 5)))
    samples = rng.uniform(-1, 1, shape)
    data = written_by_soundfile(soundfile, samples, 22050, encoding, form)
    expected, rate = soundfile.read(io.BytesIO(data), dtype="float64")
    wav = decode_wav(data, "float64")
    assert wav.rate == rate
    assert wav.samples.dtype == np.float64
    np.testing.assert_array_equal(wav.samples, expected)
    single = decode_wav(data)
    assert single.samples.dtype == np.float32
    np.testing.assert_array_equal(single.samples, expected.astype(np.float32))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_big_endian_files_equal_soundfile(soundfile, encoding, rng):
    samples = rng.uniform(-1, 1, 101)
    data = written_by_soundfile(soundfile, samples, 8000, encoding, endian="BIG")
    assert data[:4] == b"RIFX"
    np.testing.assert_array_equal(
        decode_wav(data, "float64").samples, soundfile.read(io.BytesIO(data))[0]
    )


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize(
    ("kind", "scale"), [("u1", 2**7), ("i2", 2**15), ("i4", 2**31), ("f4", 1), ("f8", 1)]
)
def test_reading_equals_scipy(kind, scale, channels, rng):
    if kind[0] == "f":
        raw = rng.standard_normal((77, channels)).astype(kind)
    else:
        info = np.iinfo(kind)
        raw = rng.integers(info.min, info.max, (77, channels), dtype=kind, endpoint=True)
    file = io.BytesIO()
    wavfile.write(file, 16000, raw[:, 0] if channels == 1 else raw)
    wav = decode_wav(file.getvalue(), "float64")
    expected = (raw.astype(float) - (128 if kind == "u1" else 0)) / scale
    assert wav.rate == 16000
    np.testing.assert_array_equal(wav.samples.reshape(raw.shape), expected)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_scipy_and_soundfile_read_what_is_written(soundfile, encoding, rng):
    samples = rng.uniform(-1, 0.99, (int(rng.integers(1, 99)), int(rng.integers(1, 4))))
    data = encode_wav(samples, 11025, encoding)
    ours = decode_wav(data, "float64").samples.reshape(samples.shape)
    theirs, rate = soundfile.read(io.BytesIO(data), dtype="float64", always_2d=True)
    assert rate == 11025
    np.testing.assert_array_equal(ours, theirs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # scipy warns of chunks that it does not understand
        rate, raw = wavfile.read(io.BytesIO(data))
    assert rate == 11025
    assert raw.reshape(len(raw), -1).shape == samples.shape
    bits = {"PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}.get(encoding, 25)
    assert np.abs(ours - samples).max() <= 2.0**-bits


@given(
    st.sampled_from(["PCM_U8", "PCM_16", "PCM_24", "PCM_32"]),
    st.lists(st.integers(-(2**31), 2**31 - 1), max_size=30),
    st.integers(1, 4),
)
def test_pcm_survives_reading_and_writing_bit_for_bit(encoding, numbers, channels):
    bits = int(encoding[-2:].strip("U") or 8) if encoding != "PCM_U8" else 8
    numbers = numbers[: len(numbers) // channels * channels]
    samples = np.array([n >> (32 - bits) for n in numbers], float) / 2.0 ** (bits - 1)
    samples = samples.reshape(-1, channels) if channels > 1 else samples
    data = encode_wav(samples, 8000, encoding)
    again = decode_wav(data, "float64")
    np.testing.assert_array_equal(again.samples, samples)
    assert encode_wav(again.samples, 8000, encoding) == data
    assert len(data) % 2 == 0


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=20),
    st.sampled_from(["FLOAT", "DOUBLE"]),
)
def test_floating_point_survives_bit_for_bit_beyond_one_too(values, encoding):
    samples = np.array(values, np.float32)
    again = decode_wav(encode_wav(samples, 44100, encoding)).samples
    np.testing.assert_array_equal(again, samples)


def test_nan_and_infinity_are_taken_as_they_stand_in_the_file():
    values = np.array([np.nan, np.inf, -1e300, 0.5])
    data = riff(fmt(3, bits=64), chunk(b"data", values.astype("<f8").tobytes()))
    np.testing.assert_array_equal(decode_wav(data, "float64").samples, values)
    np.testing.assert_array_equal(
        decode_wav(data).samples, np.float32([np.nan, np.inf, -np.inf, 0.5])
    )


@pytest.mark.parametrize(("bits", "width"), [(12, 2), (20, 3), (24, 4)])
def test_samples_narrower_than_their_container_equal_scipys(bits, width, rng):
    file = rng.bytes(width * 60)
    header = struct.pack("<HHIIHH", 1, 2, 8000, 8000 * 2 * width, 2 * width, bits)
    data = riff(chunk(b"fmt ", header), chunk(b"data", file))
    _, raw = wavfile.read(io.BytesIO(data))
    scale = 2.0 ** (8 * raw.dtype.itemsize - 1)
    np.testing.assert_array_equal(decode_wav(data, "float64").samples, raw / scale)


def test_pcm_clips_what_is_too_loud():
    samples = decode_wav(encode_wav(np.array([-7.0, -1, 1, 3]), 8000)).samples
    np.testing.assert_allclose(samples, [-1, -1, 1 - 2**-15, 1 - 2**-15], rtol=0)


def test_other_chunks_are_passed_over_padding_included(rng):
    sound = rng.integers(-99, 99, 5).astype("<i2")
    data = riff(
        chunk(b"JUNK", b"odd"),
        chunk(b"LIST", b"INFOISFT" + struct.pack("<I", 3) + b"abc\0"),
        fmt(extra=b"\0\0"),
        chunk(b"fact", struct.pack("<I", 5)),
        chunk(b"data", sound.tobytes()),
        chunk(b"LIST", b"at the end"),
        b"rubbish",
    )
    np.testing.assert_array_equal(decode_wav(data).samples, sound.astype(np.float32) / 2**15)


def test_an_odd_data_chunk_may_lack_its_padding():
    data = riff(fmt(bits=8), b"data" + struct.pack("<I", 3) + bytes([0, 128, 255]))
    np.testing.assert_array_equal(decode_wav(data).samples, np.float32([-1, 0, 127 / 128]))


def test_a_stream_of_unknown_length_gives_all_that_came():
    sound = np.arange(7, dtype="<i2")
    data = riff(fmt(), b"data" + struct.pack("<I", 0xFFFFFFFF) + sound.tobytes() + b"\1")
    np.testing.assert_array_equal(decode_wav(data).samples * 2**15, sound)


def test_a_file_may_hold_no_samples():
    for channels, shape in ((1, (0,)), (2, (0, 2))):
        data = riff(fmt(channels=channels), chunk(b"data", b""))
        assert decode_wav(data).samples.shape == shape
        assert encode_wav(decode_wav(data).samples, 8000) == data


def test_an_extensible_header_with_twenty_of_twenty_four_bits_is_read():
    extra = struct.pack("<HHI", 22, 20, 4) + struct.pack("<H", 1) + GUID
    data = riff(fmt(0xFFFE, 1, 8000, 24, extra=extra), chunk(b"data", b"\x00\x00\x40"))
    assert decode_wav(data).samples.tolist() == [0.5]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_truncated_file_is_an_error_or_read_in_part(cut):
    samples = np.linspace(-1, 0.9, 10).reshape(5, 2)
    data = encode_wav(samples, 8000)
    whole = decode_wav(data).samples
    with pytest.raises(WavError, match=rf"20 bytes .* blocks of 4, and {20 - cut} are there"):
        decode_wav(data[:-cut])
    part = decode_wav(data[:-cut], partial=True).samples
    np.testing.assert_array_equal(part, whole[: (20 - cut) // 4])


def test_every_beginning_of_a_file_is_an_error_and_never_another():
    data = encode_wav(np.zeros(4), 8000, "FLOAT")
    for length in range(len(data)):
        with pytest.raises(WavError):
            decode_wav(data[:length])


@given(st.binary(max_size=60), st.integers(12, 60))
def test_damaged_bytes_are_read_or_refused_but_nothing_else(noise, place):
    data = bytearray(encode_wav(np.zeros(9), 8000, "PCM_24"))
    data[place : place + len(noise)] = noise
    try:
        wav = decode_wav(bytes(data), partial=True)
    except WavError:
        return
    assert wav.samples.dtype == np.float32
    assert wav.rate > 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no WAV file: it begins with b''"),
        (b"ID3\x04" + bytes(20), "no WAV file: it begins with b'ID3"),
        (riff(chunk(b"data", b"")), "before the chunk 'fmt '"),
        (riff(fmt()), "without a chunk 'data'"),
        (riff(chunk(b"fmt ", b"\1\0")), "at least 16 bytes, got 2"),
        (riff(fmt(code=6, bits=8), chunk(b"data", b"")), "got format 6"),
        (riff(fmt(code=0xFFFE), chunk(b"data", b"")), "names no format"),
        (riff(fmt(channels=0), chunk(b"data", b"")), "0 channels of 8000 Hz"),
        (riff(fmt(rate=0), chunk(b"data", b"")), "1 channels of 0 Hz"),
        (riff(fmt(bits=0)[:20] + bytes([2, 0, 0, 0]), chunk(b"data", b"")), "0 bits .* 2 bytes"),
        (riff(fmt()[:22] + bytes([17, 0]), chunk(b"data", b"")), "17 bits cannot lie in 2 bytes"),
        (riff(fmt(3, bits=32)[:22] + bytes([24, 0]), chunk(b"data", b"")), "24 bits .* 4 bytes"),
        (riff(fmt(bits=64), chunk(b"data", b"")), "PCM of 64 bits"),
        (riff(fmt(code=3, bits=16), chunk(b"data", b"")), "floating point of 16 bits"),
        (riff(fmt(), chunk(b"data", b"abc")), "3 bytes .* in blocks of 2"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(data, message):
    with pytest.raises(WavError, match=message):
        decode_wav(data)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.array([np.nan]), 8000), "samples must be finite, got nan"),
        ((np.array([1, 2]), 8000), "floating type, got dtype int"),
        ((np.zeros((2, 2, 2)), 8000), r"got \(2, 2, 2\)"),
        ((np.zeros((2, 0)), 8000), r"got \(2, 0\)"),
        ((np.zeros(2), 0), "rate must be a whole number of at least 1, got 0"),
        ((np.zeros(2), 2**32), "rate must be below"),
        ((np.zeros(2), 8000, "MP3"), "encoding must be one of PCM_U8.*got 'MP3'"),
        ((np.array([1e300]), 8000, "FLOAT"), "samples must fit into FLOAT, got 1e[+]300"),
    ],
)
def test_what_cannot_be_written_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        encode_wav(*arguments)


def test_a_dtype_other_than_the_two_is_refused():
    with pytest.raises(ValueError, match="dtype must be 'float32' or 'float64', got 'int16'"):
        decode_wav(encode_wav(np.zeros(2), 8000), "int16")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "word.wav"
    write_wav(path, np.zeros(5), 8000)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="finite"):
        write_wav(path, np.array([np.inf]), 8000)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):  # noqa: PT011
        write_wav(tmp_path / "folder", np.zeros(5), 8000)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "word.wav"]


def test_reading_a_file_equals_decoding_it_and_errors_name_it(tmp_path):
    path = tmp_path / "word.wav"
    write_wav(path, np.array([0.5, -0.5]), 8000, "DOUBLE")
    assert read_wav(path, "float64").samples.tolist() == [0.5, -0.5]
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(WavError, match=r"word\.wav: 16 bytes"):
        read_wav(str(path))
    assert read_wav(path, partial=True).samples.tolist() == [0.5]
