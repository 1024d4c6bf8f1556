"""Photos: small, without metadata, and never a way in."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib

import pytest
from PIL import Image

from breakseal.programmes.emergency import photo
from breakseal.programmes.emergency.photo import (
    MAX_BYTES,
    MAX_JPEG,
    SIDE,
    PhotoError,
    reencode,
    reencode_apart,
)


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 1200), **more: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG whose header promises this size, and whose data is a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_comes_back_small(kind: str) -> None:
    with Image.open(io.BytesIO(reencode(picture(kind)))) as image:
        assert image.format == "JPEG"
        assert max(image.size) == SIDE
        assert image.size == (1024, 768)


def test_place_time_and_comments_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    exif.get_ifd(0x8825)[2] = (44.0, 3.0, 0.0)
    out = reencode(picture(exif=exif, comment=b"secret words", icc_profile=b"x" * 200))
    assert b"at home" not in out
    assert b"secret words" not in out
    with Image.open(io.BytesIO(out)) as image:
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_turned_photo_is_turned_before_its_metadata_go() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(reencode(picture(exif=exif)))) as image:
        assert image.size == (768, 1024)


def test_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(reencode(out.getvalue()))) as image:
        assert image.getpixel((20, 20)) == (255, 255, 255)


def test_a_noisy_photo_still_fits() -> None:
    out = io.BytesIO()
    Image.effect_noise((1400, 1400), 100).save(out, "JPEG", quality=95)
    assert len(reencode(out.getvalue())) <= MAX_JPEG


def test_an_animation_is_one_picture() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(reencode(out.getvalue()))) as image:
        assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"no photo", b"<svg xmlns='x'/>", b"%PDF-1.4", b"GIF89a" + bytes(200), picture()[:3000],
     b"\xff\xd8\xff" + bytes(500),
     picture("BMP"), picture("TIFF")],
)  # fmt: skip
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(PhotoError) as caught:
        reencode(data)
    assert caught.value.reason == "not-a-photo"


@pytest.mark.parametrize("size", [(50_000, 50_000), (40_000, 1_001), (2_147_483_647, 1)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoError):
        reencode(png_of(*size))


def test_more_bytes_than_allowed_are_refused_unread() -> None:
    with pytest.raises(PhotoError) as caught:
        asyncio.run(reencode_apart(bytes(MAX_BYTES + 1)))
    assert caught.value.reason == "too-large"


def test_the_work_is_done_by_another_process() -> None:
    assert asyncio.run(reencode_apart(picture())) == reencode(picture())
    with pytest.raises(PhotoError) as caught:
        asyncio.run(reencode_apart(b"no photo"))
    assert caught.value.reason == "not-a-photo"
    with pytest.raises(PhotoError) as caught:
        asyncio.run(reencode_apart(png_of(50_000, 50_000)))
    assert caught.value.reason == "too-large"


def test_a_worker_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo, "_WALL_SECONDS", 0.01)
    with pytest.raises(PhotoError, match="too long"):
        asyncio.run(photo._ask_worker(picture()))
