"""The court's side of a PDF that carries its order: the order goes in as an attachment, the court's seal over all."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from breakseal.kernel.errors import RequestError
from breakseal.papers import attached

SealKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Seal:
    """The certificate with which a court signs PDFs, its key, and what else a reader wants to see of its issuers."""

    certificate: x509.Certificate
    key: SealKey
    issuers: tuple[x509.Certificate, ...] = ()


def seal_of(certificate: bytes, key: bytes) -> Seal:
    """Return the seal of a certificate (PEM or DER) and its private key (PEM, without passphrase).

    Raises:
        RequestError: they are not that, or do not belong together.
    """
    try:
        load = (
            x509.load_pem_x509_certificate if b"-----BEGIN" in certificate else x509.load_der_x509_certificate
        )
        return _matching(load(certificate), serialization.load_pem_private_key(key, password=None))
    except (ValueError, TypeError) as error:
        raise RequestError("a certificate and its key in PEM, without passphrase, are needed") from error


def seal_in(archive: bytes, passphrase: str) -> Seal:
    """Return the seal in a PKCS#12 file.

    Raises:
        RequestError: another file or passphrase, or no key with its certificate in it.
    """
    try:
        key, certificate, issuers = pkcs12.load_key_and_certificates(archive, passphrase.encode() or None)
    except ValueError as error:
        raise RequestError("this is no PKCS#12 file, or its passphrase is another") from error
    if certificate is None:
        raise RequestError("there is no certificate in the PKCS#12 file")
    return _matching(certificate, key, tuple(issuers))


def _matching(certificate: x509.Certificate, key: object, issuers: tuple[x509.Certificate, ...] = ()) -> Seal:
    if not isinstance(key, SealKey):
        raise RequestError("the key that signs PDFs is RSA, an elliptic curve's or Ed25519")
    if certificate.public_key() != key.public_key():
        raise RequestError("the certificate is not this key's")
    return Seal(certificate, key, issuers)


def sealed(page: bytes, seal: Seal, order: bytes = b"", field: str = "Court") -> bytes:
    """Return the PDF `page` with `order` (a compact JWS, none if empty) inside, and one signature over all.

    Not in a thread that runs an event loop.

    Raises:
        RequestError: not a PDF that can be added to, or one that carries an order already.
    """
    try:
        writer = IncrementalPdfFileWriter(BytesIO(page))
        if writer.prev.encrypted:
            raise RequestError("an encrypted PDF carries no order: take the encryption off")
        if order:
            _attach(writer, order)
        meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
        return bytes(signers.sign_pdf(writer, meta, signer=_signer(seal)).getvalue())
    except (PdfError, NotImplementedError, ValueError, KeyError) as error:
        raise RequestError("this is no PDF that an order can be put in") from error


def _attach(writer: IncrementalPdfFileWriter, order: bytes) -> None:
    if attached.specs(writer):
        raise RequestError(f"this PDF has an attachment `{attached.NAME}` already: use the page without one")
    # Not compressed, so that whoever has the file finds the order in it with any program.
    content = EmbeddedFileObject.from_file_data(
        writer, order, compress=False, mime_type="application/jose", params=EmbeddedFileParams(embed_checksum=False)
    )  # fmt: skip
    embed_file(
        writer,
        FileSpec(
            file_spec_string=attached.NAME, file_name=attached.NAME, embedded_data=content,
            description="The order for machines, signed by the court", af_relationship=generic.pdf_name("/Data"),
        ),
    )  # fmt: skip


def _signer(seal: Seal) -> signers.SimpleSigner:
    own, *others = (
        asn1.Certificate.load(one.public_bytes(serialization.Encoding.DER))
        for one in (seal.certificate, *seal.issuers)
    )
    form = serialization.PrivateFormat.PKCS8
    plain = seal.key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=own,
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore.from_certs([own, *others]),
    )
