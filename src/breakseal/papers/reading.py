"""Reading a PDF's signatures with pyHanko: ISO 32000-2 section 12.8, ETSI EN 319 142-1. No network, no trust list.

Who the signer is, the certificate's hash says to whoever knows the court's; there is no chain to follow, and no
revocation: a certificate that is no longer good leaves the register of courts.
"""

from __future__ import annotations

from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from breakseal.kernel.model.canonical import b64, digest
from breakseal.papers import attached
from breakseal.papers.verdict import Inside, Paper, PaperSignature, Standing

MOST_SIGNATURES = 32
_STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "shake256"})
_WHOLE = frozenset({"unchanged", "outside-validity"})
_SHOWN = 200


def read(data: bytes) -> Paper:
    """Return what `data` is; a file that cannot be read, is encrypted or is no PDF is `readable` no."""
    name = b64(digest(data))
    try:
        reader = PdfFileReader(BytesIO(data))
        if reader.encrypted:
            return Paper(sha256=name, readable=False)
        signatures = tuple(_signature(one) for one in reader.embedded_regular_signatures[:MOST_SIGNATURES])
        inside, order = _inside(reader, signatures)
    except Exception:  # noqa: BLE001 # a hostile file makes the library fail in any way
        return Paper(sha256=name, readable=False)
    return Paper(sha256=name, readable=True, signatures=signatures, inside=inside, order=order)


def _inside(reader: PdfFileReader, signatures: tuple[PaperSignature, ...]) -> tuple[Inside, str]:
    inside, order = attached.order_in(reader)
    # SAFETY: an attachment that came after the signature is nobody's, so nothing reads it.
    if inside != "none" and not any(one.standing in _WHOLE for one in signatures):
        return "loose", ""
    return inside, order


def _signature(one: EmbeddedPdfSignature) -> PaperSignature:
    certificate = one.signer_cert
    at = one.self_reported_timestamp
    return PaperSignature(
        standing=_standing(one, certificate),
        certificate=b64(digest(certificate.dump())),
        name=_called(certificate.subject),
        issuer=_called(certificate.issuer),
        at=int(at.timestamp()) if at else 0,
    )


def _called(name: x509.Name) -> str:
    return str(name.native.get("common_name") or name.human_friendly)[:_SHOWN]


def _standing(one: EmbeddedPdfSignature, certificate: x509.Certificate) -> Standing:
    info = one.signer_info
    if info["digest_algorithm"]["algorithm"].native not in _STRONG:
        return "weak"
    actual = one.compute_digest()
    intact, valid = validate_sig_integrity(
        info, certificate, expected_content_type="data", actual_digest=actual
    )
    # SAFETY: whatever was added to the file after the signature could change what a reader sees, so nothing may be.
    whole = one.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    if not (intact and valid and whole):
        return "changed"
    at = one.self_reported_timestamp
    validity = certificate["tbs_certificate"]["validity"]
    if at and not validity["not_before"].native <= at <= validity["not_after"].native:
        return "outside-validity"
    return "unchanged"
