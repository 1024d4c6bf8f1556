"""The order inside a PDF: where it is looked for, how much of it is read, and that writer and reader agree."""

from __future__ import annotations

import zlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from breakseal.kernel.errors import RequestError
from breakseal.papers import writing
from breakseal.papers.apart import read_apart
from breakseal.papers.reading import read
from breakseal.papers.verdict import Inside
from tests.support import orderpapers as made
from tests.support import signedpapers as pdf
from tests.support.courts import some_order

COURT = pdf.stamp_of("Dane County Circuit Court")
PAGE = pdf.page(pdf.WARRANT)
ORDER = some_order()


def found(data: bytes) -> tuple[Inside, str]:
    paper = read(data)
    return paper.inside, paper.order


def signed(data: bytes) -> bytes:
    return pdf.signed_by(COURT, data)


def test_the_order_that_a_court_put_inside_is_found() -> None:
    data = made.sealed(COURT, ORDER)
    assert found(data) == ("one", ORDER.decode())
    assert ORDER in data  # in plain sight, for any program
    assert read_apart(data) == read(data)


@pytest.mark.parametrize("compress", [True, False])
def test_a_file_that_another_program_attached_is_found_too(compress: bool) -> None:
    data = signed(made.attached(PAGE, (made.NAME, ORDER + b"\n"), compress=compress))
    assert found(data) == ("one", ORDER.decode())


def test_it_is_found_among_other_attachments_by_its_name_alone() -> None:
    files = (("scan.png", b"\x89PNG"), ("ORDER.JWS", ORDER), ("order.jws.txt", b"read me"))
    assert found(signed(made.attached(PAGE, *files)))[0] == "one"
    assert found(signed(made.attached(PAGE, ("other.jws", ORDER)))) == ("none", "")


def test_it_is_found_in_a_leaf_of_a_tree_of_names() -> None:
    assert found(signed(made.in_kids(PAGE, ORDER))) == ("one", ORDER.decode())


@pytest.mark.parametrize(
    "data",
    [
        made.attached(PAGE, (made.NAME, ORDER), (made.NAME, ORDER)),
        made.attached(PAGE, (made.NAME, ORDER), ("Order.jws", b"x")),
        made.in_kids(PAGE, ORDER, ORDER),
    ],
    ids=["twice", "another spelling", "two leaves"],
)
def test_two_of_the_name_are_none(data: bytes) -> None:
    assert found(signed(data)) == ("several", "")


@pytest.mark.parametrize(
    "data",
    [
        made.attached(PAGE, (made.NAME, b"no order")),
        made.attached(PAGE, (made.NAME, b"")),
        made.attached(PAGE, (made.NAME, b"\xff" * 100)),
        made.attached(PAGE, (made.NAME, b"a" * 4097)),
        made.attached(PAGE, (made.NAME, ORDER + b" " * 8192)),
        made.two_contents(PAGE, ORDER, ORDER[:-1] + b"A"),
        made.endless(PAGE),
        made.in_kids(PAGE, *[ORDER] * 300),
        made.stored(PAGE, ORDER, "/FlateDecode"),
        made.stored(PAGE, zlib.compress(zlib.compress(ORDER)), "/FlateDecode", "/FlateDecode"),
        made.stored(PAGE, ORDER.hex().encode() + b">", "/ASCIIHexDecode"),
        made.stored(PAGE, zlib.compress(ORDER)[:-6], "/FlateDecode"),
        made.bomb(PAGE, 8),
        made.bomb(PAGE, 64),
    ],
    ids=[
        "text", "empty", "bytes", "long", "padded", "two contents", "endless", "a crowd", "false filter",
        "pressed twice", "another filter", "cut off", "bomb", "large bomb",
    ],
)  # fmt: skip
def test_what_is_no_order_is_unfit_and_the_rest_of_the_file_is_still_read(data: bytes) -> None:
    paper = read(signed(data))
    assert (paper.inside, paper.order) == ("unfit", "")
    assert [one.standing for one in paper.signatures] == ["unchanged"]


def test_what_no_signature_covers_is_not_taken_out() -> None:
    unsigned = made.attached(PAGE, (made.NAME, ORDER))
    late = made.attached(signed(PAGE), (made.NAME, ORDER))
    for data in (unsigned, late):
        assert found(data) == ("loose", "")


def seals() -> dict[str, writing.Seal]:
    """Return the court's seal from a PKCS#12 file and from PEM."""
    form = serialization.PrivateFormat.PKCS8
    pem = COURT.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    archive = pkcs12.serialize_key_and_certificates(
        b"court", COURT.key, COURT.seal.certificate, None, serialization.BestAvailableEncryption(b"stone")
    )
    return {"pkcs12": writing.seal_in(archive, "stone"), "pem": writing.seal_of(COURT.certificate, pem)}


@pytest.mark.parametrize("kind", ["pkcs12", "pem"])
def test_a_court_signs_with_what_it_has(kind: str) -> None:
    data = writing.sealed(PAGE, seals()[kind], ORDER)
    paper = read(data)
    assert (paper.inside, paper.signatures[0].standing) == ("one", "unchanged")
    assert paper.signatures[0].name == COURT.name


def test_what_does_not_belong_together_seals_nothing() -> None:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    for key in (ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)):
        pem = key.private_bytes(serialization.Encoding.PEM, form, plain)
        with pytest.raises(RequestError, match="not this key's"):
            writing.seal_of(COURT.certificate, pem)
    for certificate, secret in ((b"", b""), (COURT.certificate, COURT.certificate)):
        with pytest.raises(RequestError):
            writing.seal_of(certificate, secret)
    with pytest.raises(RequestError, match="PKCS#12"):
        writing.seal_in(b"\x30\x00", "")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"", "no PDF"),
        (b"%PDF-1.7\n%%EOF", "no PDF"),
        (made.attached(PAGE, (made.NAME, ORDER)), "already"),
        (made.encrypted(PAGE), "encryption"),
    ],
)
def test_a_page_that_cannot_carry_an_order_is_refused(page: bytes, says: str) -> None:
    with pytest.raises(RequestError, match=says):
        writing.sealed(page, COURT.seal, ORDER)
