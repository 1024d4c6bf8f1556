"""PDFs that carry an order, or something that is to pass for one. Made with the library that reads them."""

from __future__ import annotations

import zlib
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter, copy_into_new_writer

from tests.support import signedpapers as pdf

NAME = "order.jws"


def attached(data: bytes, *files: tuple[str, bytes], compress: bool = True) -> bytes:
    """Return `data` with files attached by an incremental update."""
    update = IncrementalPdfFileWriter(BytesIO(data))
    for name, content in files:
        attach(update, name, content, compress=compress)
    return _written(update)


def attach(
    writer: BasePdfFileWriter, name: str, content: bytes, *, compress: bool = True, key: str = ""
) -> EmbeddedFileObject:
    """Attach one file; `key` is its name in the tree, if another than its own."""
    stream = EmbeddedFileObject.from_file_data(writer, content, compress=compress)
    embed_file(writer, FileSpec(file_spec_string=key or name, file_name=name, embedded_data=stream))
    return stream


def two_contents(data: bytes, one: bytes, other: bytes) -> bytes:
    """Return `data` with one attachment that names a stream for old readers and another for new ones."""
    update = IncrementalPdfFileWriter(BytesIO(data))
    attach(update, NAME, one)
    second = EmbeddedFileObject.from_file_data(update, other)
    spec = update.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    spec["/EF"][generic.pdf_name("/UF")] = second.ef_stream_ref
    return _written(update)


def in_kids(data: bytes, *orders: bytes) -> bytes:
    """Return `data` with each order in a leaf of its own of the name tree, all under one name."""
    update = IncrementalPdfFileWriter(BytesIO(data))
    kids = []
    for order in orders:
        stream = EmbeddedFileObject.from_file_data(update, order)
        spec = FileSpec(file_spec_string=NAME, file_name=NAME, embedded_data=stream).as_pdf_object()
        names = generic.ArrayObject([generic.pdf_string(NAME), update.add_object(spec)])
        kids.append(update.add_object(generic.DictionaryObject({generic.pdf_name("/Names"): names})))
    tree = generic.DictionaryObject({generic.pdf_name("/Kids"): generic.ArrayObject(kids)})
    hold(update, tree)
    return _written(update)


def endless(data: bytes) -> bytes:
    """Return `data` with a name tree that contains itself."""
    update = IncrementalPdfFileWriter(BytesIO(data))
    tree = generic.DictionaryObject()
    ref = update.add_object(tree)
    tree[generic.pdf_name("/Kids")] = generic.ArrayObject([ref, ref])
    hold(update, ref)
    return _written(update)


def hold(update: BasePdfFileWriter, tree: generic.PdfObject) -> None:
    names = generic.DictionaryObject({generic.pdf_name("/EmbeddedFiles"): tree})
    update.root[generic.pdf_name("/Names")] = update.add_object(names)
    update.update_root()


def stored(data: bytes, encoded: bytes, *filters: str) -> bytes:
    """Return `data` with the attachment stored as these very bytes, under these filters."""
    update = IncrementalPdfFileWriter(BytesIO(data))
    stream = EmbeddedFileObject(
        update,
        dict_data={generic.pdf_name("/Filter"): generic.ArrayObject(map(generic.pdf_name, filters))},
        encoded_data=encoded,
    )
    embed_file(update, FileSpec(file_spec_string=NAME, file_name=NAME, embedded_data=stream))
    return _written(update)


def bomb(data: bytes, mebibytes: int) -> bytes:
    """Return `data` with an attachment that unfolds to so many MiB."""
    press = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = b"".join([*(press.compress(block) for _ in range(mebibytes)), press.flush()])
    return stored(data, packed, "/FlateDecode")


def encrypted(data: bytes) -> bytes:
    """Return `data` behind a password."""
    whole = copy_into_new_writer(PdfFileReader(BytesIO(data)))
    whole.encrypt("owner", "reader")
    return _written(whole)


def sealed(stamp: pdf.Stamp, order: bytes, page: bytes = b"") -> bytes:
    """Return a court's PDF as `breakseal order sign` makes it."""
    return pdf.signed_by(stamp, page or pdf.page(pdf.WARRANT), order=order)


def _written(writer: BasePdfFileWriter) -> bytes:
    made = BytesIO()
    writer.write(made)
    return made.getvalue()
