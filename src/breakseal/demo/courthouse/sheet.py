"""The demo court's PDF: one page of text, signed with the court's own certificate."""

from __future__ import annotations

from io import BytesIO

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

_PAGE = (0, 0, 612, 792)


def written(lines: tuple[str, ...]) -> bytes:
    """Return a PDF of one page with these lines."""
    out = writer.PdfFileWriter()
    font = generic.DictionaryObject({
        generic.pdf_name("/Type"): generic.pdf_name("/Font"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/Type1"),
        generic.pdf_name("/BaseFont"): generic.pdf_name("/Helvetica"),
    })  # fmt: skip
    fonts = generic.DictionaryObject({generic.pdf_name("/F1"): out.add_object(font)})
    content = out.add_object(generic.StreamObject(stream_data=_text(lines)))
    resources = generic.DictionaryObject({generic.pdf_name("/Font"): fonts})
    out.insert_page(writer.PageObject(contents=content, media_box=_PAGE, resources=resources))
    made = BytesIO()
    out.write(made)
    return made.getvalue()


def _text(lines: tuple[str, ...]) -> bytes:
    shown = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    body = " ".join(f"({line}) Tj T*" for line in shown)
    return f"BT /F1 12 Tf 18 TL 60 720 Td {body} ET".encode("latin-1", "replace")


def signed(data: bytes, key: ec.EllipticCurvePrivateKey, pem: bytes, field: str = "Court") -> bytes:
    """Return the PDF `data` with one more signature; not in a thread that runs an event loop."""
    der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    own = asn1.Certificate.load(der)
    form = serialization.PrivateFormat.PKCS8
    plain = key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=own,
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore.from_certs([own]),
    )
    meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
    out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(data)), meta, signer=signer)
    return bytes(out.getvalue())
