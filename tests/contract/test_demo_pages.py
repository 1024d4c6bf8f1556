"""The demo's own pages act for nobody else's page, and what the telephone answers reaches the courier whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import Client as Http
from litestar.testing import TestClient

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.client.client import Client
from breakseal.courier.location.inbound.phonebox import PhoneboxInbound
from breakseal.courier.location.inbound.port import Heard
from breakseal.demo import town
from breakseal.demo.courthouse.app import create_courthouse
from breakseal.demo.courthouse.certificate import self_signed
from breakseal.demo.courthouse.chambers import Chambers
from breakseal.demo.pages import application
from breakseal.demo.roadside.app import create_roadside
from breakseal.demo.roadside.desk import Desk
from breakseal.demo.telephone import town_phones
from breakseal.demo.texts import Texts, reply_route
from breakseal.kernel.model import canonical
from breakseal.kernel.model.orders import read_order
from breakseal.papers.reading import read

NUMBER = "+15415550117"
FOREIGN = {"origin": "https://elsewhere.example"}


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "replies").mkdir()
    texts = Texts(tmp_path, tmp_path / "replies", SystemClock(), SystemEntropy())
    with TestClient(application([reply_route(texts)], {})) as client:
        yield client


@pytest.fixture
def road() -> Iterator[TestClient]:
    """The company's page, with no server behind it."""
    with Http(base_url="http://127.0.0.1:9", timeout=1.0) as nowhere:
        key = ec.generate_private_key(ec.SECP256R1())
        client = Client(key, nowhere, SystemClock(), SystemEntropy())
        desk = Desk(client, SystemClock(), SystemEntropy())
        with TestClient(create_roadside(desk, town_phones, "http://localhost:8913")) as page:
            yield page


def test_an_answer_reaches_the_courier_once(phone: TestClient, tmp_path: Path) -> None:
    assert phone.post("/api/reply", json={"number": NUMBER, "text": "YES 4821"}).status_code == 204
    heard: list[Heard] = []
    inbound = PhoneboxInbound(tmp_path / "replies", heard.append)
    inbound.round()
    inbound.round()
    assert [(one.number.reveal(), one.text.reveal()) for one in heard] == [(NUMBER, "YES 4821")]


@pytest.mark.parametrize(
    "body",
    [
        {"number": "5550117", "text": "YES"},
        {"number": NUMBER, "text": ""},
        {"number": NUMBER, "text": "x" * 481},
        {"number": NUMBER, "text": "YES", "at": 1},
    ],
)
def test_what_is_no_answer_is_not_sent(phone: TestClient, tmp_path: Path, body: dict[str, object]) -> None:
    assert phone.post("/api/reply", json=body).status_code == 400
    assert list((tmp_path / "replies").iterdir()) == []


def test_another_sites_page_neither_answers_nor_asks(
    phone: TestClient, road: TestClient, tmp_path: Path
) -> None:
    answer = phone.post("/api/reply", json={"number": NUMBER, "text": "YES 4821"}, headers=FOREIGN)
    assert (answer.status_code, answer.json()["reason"]) == (400, "foreign-origin")
    assert list((tmp_path / "replies").iterdir()) == []
    body = {"number": NUMBER, "purpose": "CustomerCare", "precision": "1km"}
    for path, sent in (("/api/ask", body), ("/api/look", {"id": "x"})):
        answer = road.post(path, json=sent, headers=FOREIGN)
        assert (answer.status_code, answer.json()["reason"]) == (400, "foreign-origin")


def test_the_companys_page_stands_without_a_server_and_says_so_when_asked(road: TestClient) -> None:
    assert "Help that the person asked for" in road.get("/").text
    body = {"number": NUMBER, "purpose": "CustomerCare", "precision": "1km"}
    assert road.post("/api/ask", json=body).json()["reason"] == "server-unavailable"
    assert road.get("/api/state/unknown").json()["reason"] == "not-known"
    assert road.post("/api/look", json={"id": "unknown"}).json()["reason"] == "not-known"


def test_a_finer_answer_than_a_text_can_agree_to_is_not_offered(road: TestClient) -> None:
    body = {"number": NUMBER, "purpose": "CustomerCare", "precision": "exact"}
    assert road.post("/api/ask", json=body).status_code == 400
    assert "exact" not in road.get("/").text.partition('id="precision"')[2].partition("</select>")[0]


@pytest.fixture
def court() -> Iterator[TestClient]:
    """The court's page, with no keyholder behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key, "Cedar County Court", SystemClock().now())
    chambers = Chambers(key, certificate, SystemClock(), SystemEntropy())
    with TestClient(create_courthouse(chambers, chambers.ended, town_phones, town.COURT_LINE)) as page:
        yield page


WANTED = {"kind": "signed", "number": NUMBER, "precision": "1km", "looks": 3}


def test_the_court_signs_an_order_for_the_towns_police(court: TestClient) -> None:
    made = court.post("/api/order", json=WANTED).json()
    _, order = read_order(canonical.unb64(made["file"]))
    assert (order.agency, order.court, order.number) == (town.POLICE, town.COURT, NUMBER)
    assert made["name"] == f"order-{order.docket}.jws"
    assert made["digits"] == NUMBER[-4:]
    assert [one["docket"] for one in court.get("/api/orders").json()] == [order.docket]
    assert court.post("/api/end", json={"docket": order.docket}).json()[0]["ended"] is True


def test_the_court_writes_a_paper_that_is_signed_with_its_certificate(court: TestClient) -> None:
    made = court.post("/api/order", json=WANTED | {"kind": "paper"}).json()
    paper = read(canonical.unb64(made["file"]))
    assert [(one.standing, one.name) for one in paper.signatures] == [("unchanged", "Cedar County Court")]


def test_the_courts_pdf_carries_the_order_that_its_key_signed(court: TestClient) -> None:
    made = court.post("/api/order", json=WANTED | {"kind": "inside"}).json()
    data = canonical.unb64(made["file"])
    paper = read(data)
    assert [(one.standing, one.name) for one in paper.signatures] == [("unchanged", "Cedar County Court")]
    _, order = read_order(paper.order.encode())
    assert (made["name"], order.docket) == (f"order-{order.docket}.pdf", made["docket"])
    for word in (order.docket, order.number, order.judge):
        assert f"({word})".encode() in data  # the page says the same
    assert f", {order.agency})".encode() in data
    assert court.post("/api/end", json={"docket": order.docket}).json()[0]["ended"] is True


@pytest.mark.parametrize("path", ["/api/order", "/api/end"])
def test_the_court_acts_for_nobody_elses_page(court: TestClient, path: str) -> None:
    body = WANTED if path == "/api/order" else {"docket": "x"}
    assert court.post(path, json=body, headers=FOREIGN).status_code == 400
    assert court.get("/api/orders").json() == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_courts_page_speaks_both_languages(court: TestClient, lang: str) -> None:
    page = court.get(f"/?lang={lang}")
    assert f'<html lang="{lang}">' in page.text
    assert town.COURT_LINE in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
