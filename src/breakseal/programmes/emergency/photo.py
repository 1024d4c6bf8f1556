"""Photos: taken in, drawn again as a small JPEG, and nothing else of them kept.

Drawing again drops every piece of metadata (where, when, with what), and whatever hid in the file. The
work is done by a process of its own with little memory and time (`reencode_apart`), since image
decoders are where files attack. The photo passes through that process in clear; it is not stored.
"""

from __future__ import annotations

import asyncio
import io
import resource
import sys
import warnings

from PIL import Image, ImageOps

from breakseal.kernel.errors import RequestError, UnavailableError

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
SIDE = 1024
MAX_JPEG = 220_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
SIDES = (SIDE, 768, 512)
QUALITIES = (85, 70, 50)

_MEMORY = 1024 * 1024 * 1024
_CPU_SECONDS = 10
_WALL_SECONDS = 20.0
_at_once = asyncio.Semaphore(2)


class PhotoError(RequestError):
    """The bytes are no photo that we take."""

    reason = "not-a-photo"


def reencode(data: bytes) -> bytes:
    """Return the photo in `data` as a JPEG of at most `SIDE` pixels a side and `MAX_JPEG` bytes, without metadata.

    Raises:
        PhotoError: too long, of a kind that is not taken, too many pixels, or broken.
    """
    if len(data) > MAX_BYTES:
        raise PhotoError(f"larger than {MAX_BYTES // 1024 // 1024} megabytes", reason="too-large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _jpeg(_drawn(data))
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(f"more than {MAX_PIXELS // 1_000_000} million pixels", reason="too-large") from error
    except Exception as error:  # decoders raise what they like on hostile files
        raise PhotoError("send a whole JPEG, PNG or WebP file") from error


def _drawn(data: bytes) -> Image.Image:
    known = tuple(name for name in FORMATS if name in Image.registered_extensions().values())
    with Image.open(io.BytesIO(data), formats=known) as source:
        width, height = source.size
        if width * height > MAX_PIXELS:  # said by the header, before anything is decoded
            raise PhotoError(f"more than {MAX_PIXELS // 1_000_000} million pixels", reason="too-large")
        source.draft("RGB", (SIDE * 2, SIDE * 2))
        image = ImageOps.exif_transpose(source)
        image.thumbnail((SIDE, SIDE))
        return _flat(image)


def _flat(image: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they were transparent."""
    clear = image.convert("RGBA")
    flat = Image.new("RGB", clear.size, "white")
    flat.paste(clear, mask=clear.getchannel("A"))
    return flat


def _jpeg(image: Image.Image) -> bytes:
    for side in SIDES:
        image.thumbnail((side, side))
        for quality in QUALITIES:
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= MAX_JPEG:
                return out.getvalue()
    raise PhotoError("too much detail; send a smaller photo", reason="too-large")


async def reencode_apart(data: bytes) -> bytes:
    """Return `reencode(data)`, done by a process with little memory and time.

    Raises:
        PhotoError: as `reencode`, or the file needed more than the process may use.
        UnavailableError: too many photos at once.
    """
    if len(data) > MAX_BYTES:
        raise PhotoError(f"larger than {MAX_BYTES // 1024 // 1024} megabytes", reason="too-large")
    try:
        async with asyncio.timeout(_WALL_SECONDS * 2), _at_once:
            return await _ask_worker(data)
    except TimeoutError as error:
        raise UnavailableError("too many photos at once; try again", reason="unavailable") from error


async def _ask_worker(data: bytes) -> bytes:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={},
    )  # fmt: skip
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            out, _ = await worker.communicate(data)
    except TimeoutError as error:
        worker.kill()
        await worker.wait()
        raise PhotoError("the photo takes too long to read") from error
    if worker.returncode == 3:
        raise PhotoError("larger than we take; send a smaller photo", reason="too-large")
    if worker.returncode != 0 or not out:
        raise PhotoError("send a whole JPEG, PNG or WebP file")
    return out


def main() -> int:
    """Re-encode standard input to standard output under the limits; 2: no photo, 3: too large."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    try:
        sys.stdout.buffer.write(reencode(sys.stdin.buffer.read(MAX_BYTES + 1)))
    except PhotoError as error:
        return 3 if error.reason == "too-large" else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
