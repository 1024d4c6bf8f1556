"""What is found in a file that is said to be a court's paper, and what that comes to for whoever knows certificates."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from breakseal.kernel.errors import RequestError
from breakseal.kernel.model.canonical import b64, digest

Standing = Literal["unchanged", "changed", "weak", "outside-validity"]
"""Of one signature: it covers the whole file; something was altered or added since; its method can be forged; or it was
made, by its own clock, when its certificate was not valid."""
Verdict = Literal["by-the-court", "changed", "by-nobody-known", "unsound", "unsigned", "unreadable"]
VERDICTS: tuple[Verdict, ...] = (
    "by-the-court", "changed", "by-nobody-known", "unsound", "unsigned", "unreadable",
)  # fmt: skip


Inside = Literal["none", "one", "several", "unfit", "loose"]
"""Of the order in a file (`attached.NAME`): there is none; one; several files have that name; what has it is no order;
or no signature covers it, as the file is unsigned or was changed since."""


class PaperSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One signature of a file.

    `certificate` is SHA-256 (base64url) of the signer's certificate (DER), `at` Unix seconds by the signer's own clock
    (0: not said). `name` and `issuer` are what the certificate says of itself, which proves nothing.
    """

    standing: Standing
    certificate: str
    name: str
    issuer: str
    at: int


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a file is: its SHA-256 (base64url), whether it could be read as a PDF, and its signatures in order.

    `order` is the compact JWS that the file carries, if `inside` is "one". It proves nothing yet: see `carried`.
    """

    sha256: str
    readable: bool
    signatures: tuple[PaperSignature, ...] = ()
    inside: Inside = "none"
    order: str = ""


def judged(paper: Paper, known: AbstractSet[str]) -> tuple[Verdict, PaperSignature | None]:
    """Return what `paper` is to somebody who knows the certificates `known`, and by which signature.

    INVARIANT: "by-the-court" needs one signature of a known certificate that covers the whole file.
    """
    if not paper.readable or not paper.signatures:
        return ("unsigned" if paper.readable else "unreadable"), None
    ranked = [(_rank(one, known), one) for one in paper.signatures]
    rank, best = min(ranked, key=lambda pair: pair[0])
    return VERDICTS[rank], best


def _rank(one: PaperSignature, known: AbstractSet[str]) -> int:
    if one.standing == "unchanged":
        return 0 if one.certificate in known else 2
    return 1 if one.standing == "changed" else 3


def certificate_name(data: bytes) -> str:
    """Return what names a certificate (PEM or DER): its SHA-256, base64url.

    Raises:
        RequestError: not a certificate.
    """
    try:
        load = x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
        return b64(digest(load(data).public_bytes(Encoding.DER)))
    except ValueError as error:
        raise RequestError("this is no certificate: a PEM or DER file is needed") from error
