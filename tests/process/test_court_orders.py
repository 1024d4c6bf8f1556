"""`breakseal order`: what a court's clerk types, from the text for the judge to an order that a keyholder takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import pkcs12

from breakseal.bootstrap import ambient
from breakseal.cli import main
from breakseal.kernel.model import canonical, jws, signed
from breakseal.kernel.model.enrolments import EnrolCourtLine
from breakseal.kernel.model.orders import EndOrder, read_order
from breakseal.keyholder.statements.root import court_line
from breakseal.oversight import founding, keyfile
from breakseal.papers.verdict import certificate_name
from tests.support import courts
from tests.support import signedpapers as pdf
from tests.support.courts import COURT, Court
from tests.support.world import NUMBER, TestClock, World

INSURANCE = b"%PDF-1.7\n(Homeowner's insurance policy HO-3)\n%%EOF\n"


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


@pytest.fixture(params=["ed25519", "p256"])
def key(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = (
        ed25519.Ed25519PrivateKey.generate()
        if request.param == "ed25519"
        else ec.generate_private_key(ec.SECP256R1())
    )
    file = tmp_path / "court.pem"
    keyfile.write_private(file, made)
    keyfile.write_public(tmp_path / "court.pub", keyfile.public_of(made))
    return file


def draft(key: Path, *more: object) -> int:
    given = {
        "--court": COURT, "--agency": courts.AGENCY, "--docket": "26-CM-118", "--judge": "Hon. A. Perez",
        "--number": NUMBER, "--key": key.with_suffix(".pub"), "--out": key.with_name("draft.json"),
    }  # fmt: skip
    return run("order", "draft", *[part for pair in given.items() for part in pair], *more)


def made(key: Path, *more: object) -> bytes:
    assert draft(key, *more) == 0
    file = key.with_name("order.jws")
    assert run("order", "sign", key.with_name("draft.json"), "--key", key, "--out", file) == 0
    return file.read_bytes().strip()


def failed(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line of an error."""
    text = capsys.readouterr().err
    assert text.startswith("breakseal: ")
    assert text.count("\n") == 1
    return text


def test_an_order_of_the_command_line_is_taken(key: Path, tmp_path: Path) -> None:
    world = World(tmp_path / "kh", clock=TestClock(ambient.clock().now()))
    world.found()
    court = Court(world)
    court.enrol(COURT, "court", keyfile.read_service(key))
    order = made(key, "--looks", 2, "--defer-days", 30, "--precision", "1km")
    world.clock.time = ambient.clock().now()
    court.lodge(order)
    assert court.permit(court.look(order)).precision == "1km"


def test_show_tells_what_was_ordered_and_who_signed(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = made(key, "--defer-days", 30)
    capsys.readouterr()
    file = tmp_path / "order.jws"
    assert run("order", "show", file, "--key", key.with_suffix(".pub")) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in (NUMBER, "26-CM-118", "Hon. A. Perez", courts.AGENCY, "by this key"))
    assert run("order", "show", file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["name"], found["checked"]) == (courts.digest(order), False)
    file.write_bytes(courts.changed(order, number="+15555550118"))
    assert run("order", "show", file, "--key", key.with_suffix(".pub")) == 2
    assert "signature does not hold" in failed(capsys)


def test_the_court_ends_its_order(key: Path, tmp_path: Path) -> None:
    order = made(key)
    assert run("order", "end", tmp_path / "order.jws", "--key", key, "--out", tmp_path / "end.json") == 0
    statement = signed.read((tmp_path / "end.json").read_bytes())[1]
    assert isinstance(statement, EndOrder)
    assert statement.order == courts.digest(order)


def test_overseers_enter_a_courts_number_in_the_register(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(tmp_path / "kh", clock=TestClock(ambient.clock().now()))
    world.found()
    draft, first, second = tmp_path / "line.json", tmp_path / "one.pem", tmp_path / "two.pem"
    for signer, file in zip(world.oversight, (first, second), strict=False):
        keyfile.write_private(file, signer._private)
    assert run("org", "call-back", COURT, "608 555 0199", "--out", draft) == 2
    assert "+16085550100" in failed(capsys)
    assert run("org", "call-back", COURT, courts.LINE, "--out", draft) == 0
    for file in (first, second):
        assert run("root", "sign", draft, "--key", file) == 0
    world.submit(draft.read_bytes().rstrip(b"\n"))
    entry = court_line(world.engine.core, COURT, world.clock.time)
    assert entry is not None
    assert (entry.line, entry.certificates) == (courts.LINE, ())


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--defer-days", 91), "90 days"),
        (("--number", "5555550117"), "this is not an order"),
        (("--looks", 0), "without a look"),
        (("--looks", 1001), "this is not an order"),
        (("--days", 0), "ends in this order"),
        (("--days", 400), "ends in this order"),
        (("--judge", ""), "this is not an order"),
        (("--agency", "The Police"), "this is not an order"),
    ],
)
def test_a_draft_that_orders_nothing_is_told_in_one_line(
    key: Path, capsys: pytest.CaptureFixture[str], more: tuple[object, ...], says: str
) -> None:
    assert draft(key, *more) == 2
    assert says in failed(capsys)
    assert not key.with_name("draft.json").exists()


@pytest.mark.parametrize("paper", [INSURANCE, b"", b"{}", b"[1]", b'{"type":"order"}', b"\xff\xfe"])
def test_another_paper_is_neither_signed_nor_shown(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], paper: bytes
) -> None:
    (tmp_path / "paper").write_bytes(paper)
    assert run("order", "sign", tmp_path / "paper", "--key", key, "--out", tmp_path / "order.jws") == 2
    failed(capsys)
    assert run("order", "show", tmp_path / "paper") == 2
    failed(capsys)
    assert not (tmp_path / "order.jws").exists()


def test_an_order_is_signed_by_the_key_that_it_names_only(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draft(key) == 0
    assert run("key", "new", tmp_path / "other.pem") == 0
    capsys.readouterr()
    wrong = ("--key", tmp_path / "other.pem", "--out", tmp_path / "order.jws")
    assert run("order", "sign", tmp_path / "draft.json", *wrong) == 2
    assert "another key" in failed(capsys)


def test_every_member_of_a_draft_is_written_out(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No default fills in what the judge did not read."""
    assert draft(key) == 0
    whole = json.loads((tmp_path / "draft.json").read_text())
    for name in whole:
        (tmp_path / "draft.json").write_text(json.dumps({k: v for k, v in whole.items() if k != name}))
        capsys.readouterr()
        assert run("order", "sign", tmp_path / "draft.json", "--key", key, "--out", tmp_path / "o.jws") == 2
        failed(capsys)
    (tmp_path / "draft.json").write_text(json.dumps(whole | {"area": [1, 2, 3]}))
    assert run("order", "sign", tmp_path / "draft.json", "--key", key, "--out", tmp_path / "o.jws") == 2


def test_an_order_reads_back_as_it_was_drafted(key: Path, tmp_path: Path) -> None:
    order = made(key)
    read, found = read_order(order)
    assert json.loads((tmp_path / "draft.json").read_text()) == json.loads(canonical.encode(found))
    jws.verify(read, keyfile.read_described(key.with_suffix(".pub")))


COURT_STAMP = pdf.stamp_of("Dane County Circuit Court")


def checked(file: Path, *more: object) -> int:
    return run("order", "check", file, *more)


@pytest.mark.parametrize(
    ("kind", "says", "code"),
    [
        ("whole", "signed by a certificate that you named, unchanged since", 0),
        ("altered", "signed, but changed afterwards", 1),
        ("another's", "signed by nobody we know", 1),
        ("unsigned", "not signed", 1),
        ("no pdf", "not a PDF that can be read", 1),
    ],
)
def test_check_says_of_a_pdf_who_signed_and_whether_it_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, says: str, code: int
) -> None:
    whole = pdf.signed_by(COURT_STAMP, pdf.page(pdf.WARRANT))
    files = {
        "whole": whole, "altered": pdf.altered(whole), "unsigned": pdf.page(pdf.INSURANCE), "no pdf": INSURANCE,
        "another's": pdf.signed_by(pdf.stamp_of("Acme Insurance"), pdf.page(pdf.INSURANCE)),
    }  # fmt: skip
    (tmp_path / "paper.pdf").write_bytes(files[kind])
    (tmp_path / "court.pem").write_bytes(COURT_STAMP.certificate)
    named = ("--certificate", tmp_path / "court.pem")
    assert checked(tmp_path / "paper.pdf", *named) == code
    told = capsys.readouterr().out
    assert says in told
    assert "it opens nothing by itself" in told
    assert checked(tmp_path / "paper.pdf", *named, "--json") == code
    found = json.loads(capsys.readouterr().out)
    assert found["paper"]["readable"] is (kind != "no pdf")
    assert (found["verdict"] == "by-the-court") is (code == 0)


def sealing(folder: Path, kind: str) -> tuple[object, ...]:
    """Write what the court signs PDFs with, and the page; return the options."""
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = COURT_STAMP.key.private_bytes(serialization.Encoding.PEM, form, plain)
    locked = serialization.BestAvailableEncryption(b"stone")
    archive = pkcs12.serialize_key_and_certificates(
        b"court", COURT_STAMP.key, COURT_STAMP.seal.certificate, None, locked
    )
    (folder / "court-pdf.pem").write_bytes(COURT_STAMP.certificate)
    (folder / "page.pdf").write_bytes(pdf.page(pdf.WARRANT))
    for name, data in (("court-pdf.key", pem), ("court.p12", archive), ("phrase", b"stone\n")):
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    page = ("--paper", folder / "page.pdf")
    if kind == "pkcs12":
        return *page, "--pkcs12", folder / "court.p12", "--passphrase-file", folder / "phrase"
    return *page, "--certificate", folder / "court-pdf.pem", "--certificate-key", folder / "court-pdf.key"


def sealed(key: Path, folder: Path, kind: str = "pem") -> Path:
    assert draft(key, "--looks", 2) == 0
    options, out = sealing(folder, kind), folder / "order.pdf"
    assert run("order", "sign", folder / "draft.json", "--key", key, *options, "--out", out) == 0
    return out


@pytest.mark.parametrize("kind", ["pem", "pkcs12"])
def test_a_court_signs_a_pdf_with_the_order_inside_and_the_agency_takes_it_out(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    world = World(tmp_path / "kh", clock=TestClock(ambient.clock().now()))
    world.found()
    court = Court(world)
    court.enrol(COURT, "court", keyfile.read_service(key))
    file, out = sealed(key, tmp_path, kind), tmp_path / "out.jws"
    capsys.readouterr()
    named = ("--certificate", tmp_path / "court-pdf.pem", "--key", key.with_suffix(".pub"))
    assert checked(file, *named, "--out", out) == 0
    told = capsys.readouterr().out
    for words in (NUMBER, "26-CM-118", "Hon. A. Perez", "the same signed the PDF and", "handed in, it opens"):
        assert words in told
    world.clock.time = ambient.clock().now()
    order = out.read_bytes().strip()
    court.lodge(order)
    assert court.number_in(court.permit(court.look(order))) == NUMBER


def test_check_says_of_an_order_inside_whose_it_is(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = sealed(key, tmp_path), tmp_path / "out.jws"
    (tmp_path / "insurer.pem").write_bytes(pdf.stamp_of("Acme Insurance").certificate)
    assert run("key", "new", tmp_path / "other.pem") == 0
    capsys.readouterr()
    certificate, public = ("--certificate", tmp_path / "court-pdf.pem"), ("--key", key.with_suffix(".pub"))
    assert checked(file, *certificate) == 0
    told = capsys.readouterr().out
    assert "not checked: name the court's public key" in told
    assert "it opens nothing by itself" in told
    for named, says in (
        ((*certificate, "--key", tmp_path / "other.pem.pub"), "no key of the court"),
        (("--certificate", tmp_path / "insurer.pem", *public), "not signed with a certificate of the court"),
        (certificate, "no key of the court"),
    ):
        assert checked(file, *named, "--out", out) == 1
        assert says in capsys.readouterr().out
        assert not out.exists()
    assert checked(file, *certificate, *public, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["by_one_court"], found["problem"], found["paper"]["inside"]) == (True, "", "one")
    (tmp_path / "plain.pdf").write_bytes(pdf.signed_by(COURT_STAMP, pdf.page(pdf.WARRANT)))
    assert checked(tmp_path / "plain.pdf", *certificate, *public) == 1
    assert "no order is inside" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--certificate", "court-pdf.pem"), "name the page with --paper"),
        (("--paper", "page.pdf"), "name what signs the PDF"),
        (("--paper", "page.pdf", "--certificate", "court-pdf.pem"), "not this key's"),
        (
            ("--paper", "page.pdf", "--certificate", "page.pdf", "--certificate-key", "court-pdf.key"),
            "certificate and its key",
        ),
        (("--paper", "page.pdf", "--pkcs12", "court.p12"), "passphrase"),
        (("--paper", "page.pdf", "--pkcs12", "court-pdf.pem"), "others may read"),
        (("--paper", "draft.json", "--pkcs12", "court.p12", "--passphrase-file", "phrase"), "no PDF"),
    ],
)  # fmt: skip
def test_what_cannot_be_sealed_is_told_in_one_line(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    assert draft(key) == 0
    sealing(tmp_path, "pem")
    (tmp_path / "court-pdf.pem").chmod(0o644)
    capsys.readouterr()
    given = [one if one.startswith("--") else tmp_path / one for one in options]
    out = tmp_path / "order.pdf"
    assert run("order", "sign", tmp_path / "draft.json", "--key", key, *given, "--out", out) == 2
    assert says in failed(capsys)
    assert not out.exists()


def test_check_without_a_certificate_knows_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "paper.pdf").write_bytes(pdf.signed_by(COURT_STAMP, pdf.page(pdf.WARRANT)))
    assert checked(tmp_path / "paper.pdf") == 1
    assert "nobody we know" in capsys.readouterr().out
    assert checked(tmp_path / "paper.pdf", "--certificate", tmp_path / "paper.pdf") == 2
    assert "no certificate" in failed(capsys)


def test_overseers_enter_a_courts_certificates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "court.pem").write_bytes(COURT_STAMP.certificate)
    more = ("--certificate", tmp_path / "court.pem", "--out", tmp_path / "line.json")
    assert run("org", "call-back", COURT, courts.LINE, *more) == 0
    statement, _ = founding.read_draft((tmp_path / "line.json").read_bytes())
    assert isinstance(statement, EnrolCourtLine)
    assert statement.certificates == (certificate_name(COURT_STAMP.certificate),)
    capsys.readouterr()
