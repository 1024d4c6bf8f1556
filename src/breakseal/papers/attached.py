"""The order that a PDF carries as an embedded file: ISO 32000-2 sections 7.7.4, 7.9.6, 7.11.4. Bounded at every step.

Looked for where readers list a document's attachments, in the name tree `EmbeddedFiles`, and nowhere else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    PdfObject,
    StreamObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from breakseal.kernel.model.orders import MAX_ORDER, read_order
from breakseal.papers.verdict import Inside

NAME = "order.jws"
MOST_NODES = 256
"""Nodes of the name tree, and files in it."""
MOST_STORED = 16 * 1024
"""Bytes of the attachment as it is stored, compressed or not."""


def order_in(reader: PdfFileReader) -> tuple[Inside, str]:
    """Return what the file carries under `NAME`, and the JWS if it is one order; checks no signature."""
    try:
        found = specs(reader)
        if len(found) != 1:
            return ("several" if found else "none"), ""
        text = _content(reader, found[0]).strip()
        read_order(text)
    except Exception:  # noqa: BLE001 # a hostile file makes the library fail in any way
        return "unfit", ""
    return "one", text.decode("ascii")


def specs(handler: PdfHandler) -> list[DictionaryObject]:
    """Return the file specifications that go by `NAME`, each as often as it is listed.

    Raises:
        ValueError: no tree, or too large a one.
    """
    tree = _member(_member(handler.root, "/Names"), "/EmbeddedFiles")
    return [spec for key, spec in _listed(tree) if NAME in _names(key, spec)] if tree is not None else []


def _member(value: object, name: str) -> PdfObject | None:
    """Return what stands under `name` in a dictionary, followed to where it is."""
    return value[name] if isinstance(value, DictionaryObject) and name in value else None


def _listed(tree: PdfObject) -> Iterator[tuple[PdfObject, DictionaryObject]]:
    waiting, left = [tree], MOST_NODES
    while waiting:
        node = waiting.pop()
        pairs, kids = _array(node, "/Names"), _array(node, "/Kids")
        left -= 1 + len(pairs) // 2 + len(kids)
        if left < 0 or len(pairs) % 2 or not isinstance(node, DictionaryObject):
            raise ValueError("no name tree that is read here")
        waiting.extend(kids)
        for key, spec in zip(pairs[::2], pairs[1::2], strict=True):
            if isinstance(spec, DictionaryObject):
                yield key, spec


def _array(value: PdfObject, name: str) -> list[PdfObject]:
    array = _member(value, name)
    if not isinstance(array, ArrayObject):
        return []
    if len(array) > 2 * MOST_NODES:
        raise ValueError("more than is read here")
    return [array[at] for at in range(len(array))]


def _names(key: PdfObject, spec: DictionaryObject) -> set[str]:
    return {_text(one) for one in (key, _member(spec, "/F"), _member(spec, "/UF"))}


def _text(value: PdfObject | None) -> str:
    raw = value.decode("latin-1") if isinstance(value, ByteStringObject) else str(value)
    return raw.strip().lower()


def _content(reader: PdfFileReader, spec: DictionaryObject) -> bytes:
    """Return the bytes of the one stream of `spec`, stored as they are or compressed once.

    Raises:
        ValueError: another number of streams, another filter, or too long.
    """
    files = spec["/EF"]
    # SAFETY: a specification may name one stream for each system; two could be two orders.
    names = {files.raw_get(name).reference for name in files}
    if len(names) != 1:
        raise ValueError("an attachment of several contents")
    stream = reader.get_object(names.pop())
    if not isinstance(stream, StreamObject) or "/F" in stream or "/DecodeParms" in stream:
        raise ValueError("no stream that is read here")
    stored = bytes(stream.encoded_data)
    if len(stored) > MOST_STORED:
        raise ValueError("too long")
    named = _member(stream, "/Filter")
    steps = [str(one) for one in _array(stream, "/Filter") or ([] if named is None else [named])]
    if steps not in ([], ["/FlateDecode"]):
        raise ValueError("a filter that is not read here")
    return _inflated(stored) if steps else stored


def _inflated(stored: bytes) -> bytes:
    inflater = zlib.decompressobj()
    plain = inflater.decompress(stored, MAX_ORDER + 64)
    if not inflater.eof:
        raise ValueError("too long, or cut off")
    return plain
