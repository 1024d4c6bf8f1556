"""PDFs that might be a court's paper: unsigned, signed by a court, signed by somebody, and altered afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from breakseal.demo.courthouse import sheet
from breakseal.demo.courthouse.certificate import self_signed
from breakseal.papers import writing

INSURANCE = "HOMEOWNER'S INSURANCE POLICY HO-3. The insurer agrees to pay for direct physical loss."
WARRANT = "SEARCH WARRANT 26-CM-P. Dane County Circuit Court."
IN_2026 = 1_780_000_000
IN_2010 = 1_270_000_000


@dataclass(frozen=True)
class Stamp:
    """A key with a self-signed certificate (PEM) that is good for ten years."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: bytes

    @property
    def seal(self) -> writing.Seal:
        return writing.Seal(x509.load_pem_x509_certificate(self.certificate), self.key)


@cache
def stamp_of(name: str, since: int = IN_2026) -> Stamp:
    key = ec.generate_private_key(ec.SECP256R1())
    return Stamp(name, key, self_signed(key, name, since))


def page(text: str) -> bytes:
    """Return a PDF of one page that says `text`."""
    return sheet.page(text, "", (), ())


def signed_by(stamp: Stamp, data: bytes, field: str = "Signature1", order: bytes = b"") -> bytes:
    """Return `data` with one more signature, and with `order` inside."""
    # The library begins a loop of its own, and a browser test has one in this thread.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(writing.sealed, data, stamp.seal, order, field).result()


def altered(data: bytes, text: str = INSURANCE) -> bytes:
    """Return `data` with an incremental update after the signature, by which the page says something else."""
    update = IncrementalPdfFileWriter(BytesIO(data))
    pages = update.root["/Pages"]["/Kids"]
    target = pages[0].get_object()
    stream = generic.StreamObject(stream_data=f"BT /F1 12 Tf 60 720 Td ({text}) Tj ET".encode())
    target[generic.pdf_name("/Contents")] = update.add_object(stream)
    update.mark_update(pages.raw_get(0))
    made = BytesIO()
    update.write(made)
    return made.getvalue()
