"""Image files of every kind become red, green and blue bytes, or an error that names the file."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from companion.datasets.image_files import read_image

rng = np.random.default_rng(0)
RGB = rng.integers(0, 256, (7, 9, 3), np.uint8)
GREY = rng.integers(0, 256, (7, 9), np.uint8)


@pytest.mark.parametrize("ending", ["png", "bmp", "ppm", "tiff", "webp"])
def test_lossless_files_are_read_byte_for_byte(tmp_path, ending):
    path = tmp_path / f"bild ä.{ending}"
    Image.fromarray(RGB).save(path, **({"lossless": True} if ending == "webp" else {}))
    np.testing.assert_array_equal(read_image(path), RGB, strict=True)
    np.testing.assert_array_equal(read_image(str(path)), RGB, strict=True)


def test_jpeg_equals_what_pillow_decodes(tmp_path):
    Image.fromarray(RGB).save(tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as image:
        np.testing.assert_array_equal(read_image(tmp_path / "a.jpg"), np.asarray(image))


def test_grey_becomes_three_equal_channels(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.stack([GREY] * 3, -1))


def test_black_and_white_becomes_0_and_255(tmp_path):
    Image.fromarray(GREY > 128).save(tmp_path / "a.png")
    expected = np.where(GREY > 128, 255, 0)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png")[..., 1], expected)


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_16_bits_become_the_nearest_of_256_levels(tmp_path, ending):
    deep = rng.integers(0, 2**16, (40, 50)).astype(np.uint16)
    deep[0, :4] = 0, 65535, 128, 129  # 257 / 2 = 128.5 is where the level 1 begins
    Image.fromarray(deep).save(tmp_path / f"a.{ending}")
    read = read_image(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(read[..., 0], np.rint(deep / 257))
    np.testing.assert_array_equal(read[0, :4, 2], [0, 255, 0, 1])


def test_cmyk_is_converted_as_by_pillow(tmp_path):
    cmyk = Image.fromarray(rng.integers(0, 256, (7, 9, 4), np.uint8), "CMYK")
    cmyk.save(tmp_path / "a.tiff")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tiff"), np.asarray(cmyk.convert("RGB")))
    cmyk.save(tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.mode == "CMYK"
        np.testing.assert_array_equal(read_image(tmp_path / "a.jpg"), image.convert("RGB"))


def test_transparent_pixels_show_white(tmp_path):
    alpha = rng.integers(0, 256, (7, 9, 1), np.uint8)
    alpha[0] = 0
    Image.fromarray(np.concatenate([RGB, alpha], axis=2)).save(tmp_path / "a.png")
    share = alpha / 255
    expected = share * RGB + (1 - share) * 255
    read = read_image(tmp_path / "a.png")
    assert np.abs(read - expected).max() <= 1
    assert (read[0] == 255).all()


def test_palettes_are_looked_up(tmp_path):
    palette = Image.fromarray(RGB).quantize(16)
    palette.save(tmp_path / "a.png")
    read = read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(read, np.asarray(palette.convert("RGB")))
    palette.info["transparency"] = 0
    palette.save(tmp_path / "b.png", transparency=0)
    hidden = np.asarray(palette) == 0
    assert (read_image(tmp_path / "b.png")[hidden] == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_photographs_are_turned_back(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(RGB).save(tmp_path / "a.png", exif=exif)
    turns = {
        1: RGB,
        2: RGB[:, ::-1],
        3: RGB[::-1, ::-1],
        4: RGB[::-1],
        5: RGB.transpose(1, 0, 2),
        6: np.rot90(RGB, -1),
        7: np.rot90(RGB, -1)[:, ::-1][::-1, ::-1].transpose(0, 1, 2),
        8: np.rot90(RGB, 1),
    }
    read = read_image(tmp_path / "a.png")
    if orientation != 7:
        np.testing.assert_array_equal(read, turns[orientation])
    with Image.open(tmp_path / "a.png") as image:
        np.testing.assert_array_equal(read, np.asarray(ImageOps.exif_transpose(image)))


def test_the_first_of_several_images_is_read(tmp_path):
    frames = [Image.fromarray(RGB), Image.fromarray(255 - RGB)]
    frames[0].save(tmp_path / "a.tiff", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(read_image(tmp_path / "a.tiff"), RGB)


def test_one_pixel_is_an_image(tmp_path):
    Image.new("RGB", (1, 1), (1, 2, 3)).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").tolist() == [[[1, 2, 3]]]


@pytest.mark.parametrize(
    ("ending", "spoil"),
    [
        ("jpg", lambda data: data[: len(data) // 2]),
        ("png", lambda data: data[: len(data) // 2]),
        ("png", lambda data: data[:60] + bytes(8) + data[68:]),
        ("tiff", lambda data: data[:20]),
        ("webp", lambda data: data[:30]),
        ("bmp", lambda data: data[:20]),
        ("png", lambda data: b""),
        ("jpg", lambda data: b"GIF89a"),
        ("jpg", lambda data: b"<html>not found</html>"),
    ],
)
def test_a_broken_file_is_named(tmp_path, ending, spoil):
    path = tmp_path / f"broken.{ending}"
    large = rng.integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(large).save(path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"broken\.{ending} cannot be read as an image: .+"):
        read_image(path)


def test_pixels_of_32_bits_are_refused(tmp_path):
    for name, dtype in (("int.tiff", np.int32), ("float.tiff", np.float32)):
        Image.fromarray(np.zeros((3, 3), dtype)).save(tmp_path / name)
        with pytest.raises(ValueError, match=f"{name} cannot be read .* have 32 bits"):
            read_image(tmp_path / name)


def test_a_missing_file_is_a_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_image(tmp_path / "nowhere.png")
    with pytest.raises(OSError, match=r"."):
        read_image(tmp_path)
