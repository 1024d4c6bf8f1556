"""Signed PDFs: who signed, whether the file is unchanged since, and that no file harms whoever reads it."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from breakseal.kernel.errors import RequestError
from breakseal.papers import apart
from breakseal.papers.reading import read
from breakseal.papers.verdict import certificate_name, judged
from tests.support import signedpapers as pdf

COURT, CLERK, INSURER = (
    pdf.stamp_of(one) for one in ("Dane County Circuit Court", "The Clerk", "Acme Insurance")
)
KNOWN = frozenset({certificate_name(COURT.certificate)})


def verdict(data: bytes) -> str:
    return judged(read(data), KNOWN)[0]


def test_a_paper_of_the_court_is_by_the_court() -> None:
    found, by = judged(read(pdf.signed_by(COURT, pdf.page(pdf.WARRANT))), KNOWN)
    assert found == "by-the-court"
    assert by is not None
    assert by.name == "Dane County Circuit Court"
    assert by.at > 0


def test_an_unsigned_file_is_unsigned() -> None:
    assert verdict(pdf.page(pdf.INSURANCE)) == "unsigned"


def test_a_validly_signed_file_of_somebody_else_is_by_nobody_known() -> None:
    assert verdict(pdf.signed_by(INSURER, pdf.page(pdf.INSURANCE))) == "by-nobody-known"


def test_a_certificate_that_only_bears_the_courts_name_is_nobodys() -> None:
    pdf.stamp_of.cache_clear()
    same_name = pdf.stamp_of("Dane County Circuit Court")
    assert verdict(pdf.signed_by(same_name, pdf.page(pdf.WARRANT))) == "by-nobody-known"


def test_an_incremental_update_after_the_signature_is_a_change() -> None:
    whole = pdf.signed_by(COURT, pdf.page(pdf.WARRANT))
    late = pdf.altered(whole)
    assert late.startswith(whole)
    assert verdict(late) == "changed"


def test_a_second_signature_by_a_stranger_is_a_change_to_the_courts_paper() -> None:
    whole = pdf.signed_by(COURT, pdf.page(pdf.WARRANT))
    assert verdict(pdf.signed_by(INSURER, whole, "Signature2")) == "changed"


def test_the_court_may_sign_last() -> None:
    first = pdf.signed_by(CLERK, pdf.page(pdf.WARRANT))
    assert verdict(pdf.signed_by(COURT, first, "Signature2")) == "by-the-court"


def test_one_byte_changed_within_is_a_change() -> None:
    whole = pdf.signed_by(COURT, pdf.page(pdf.WARRANT))
    at = whole.index(b"SEARCH")
    assert verdict(whole[:at] + b"X" + whole[at + 1 :]) == "changed"


def test_bytes_after_the_end_are_a_change() -> None:
    whole = pdf.signed_by(COURT, pdf.page(pdf.WARRANT))
    assert verdict(whole + b"\n% more\n") in ("changed", "unreadable")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n" + b"\xff" * 4096, b"\x00" * 100_000]
)
def test_what_is_no_pdf_is_unreadable(data: bytes) -> None:
    assert verdict(data) == "unreadable"


def test_a_signature_of_another_time_than_its_certificates_is_unsound() -> None:
    expired = pdf.stamp_of("Dane County Circuit Court", pdf.IN_2010)
    paper = read(pdf.signed_by(expired, pdf.page(pdf.WARRANT)))
    assert judged(paper, frozenset({certificate_name(expired.certificate)}))[0] == "unsound"


def test_a_process_of_its_own_says_the_same() -> None:
    data = pdf.signed_by(COURT, pdf.page(pdf.WARRANT))
    assert apart.read_apart(data) == read(data)
    assert not apart.read_apart(b"%PDF-").readable


def test_a_reading_that_dies_reads_as_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (("-c", "import os; os.abort()"), ("-c", "print('{}')"), ("-c", "pass")):
        monkeypatch.setattr(apart, "COMMAND", command)
        assert not apart.read_apart(b"%PDF-").readable
    monkeypatch.setattr(apart, "TIMEOUT", 0.2)
    monkeypatch.setattr(apart, "COMMAND", ("-c", "import time; time.sleep(5)"))
    assert not apart.read_apart(b"%PDF-").readable


def test_a_file_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MOST_BYTES", 10)
    with pytest.raises(RequestError):
        apart.read_apart(b"x" * 11)


def test_a_certificate_is_named_by_its_hash_in_both_spellings() -> None:
    der = x509.load_pem_x509_certificate(COURT.certificate).public_bytes(Encoding.DER)
    assert certificate_name(der) == certificate_name(COURT.certificate)
    for data in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x30\x00"):
        with pytest.raises(RequestError):
            certificate_name(data)
