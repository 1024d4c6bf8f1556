"""People who agreed by text to be located: a real courier, a simulated carrier, and one client of a company.

Everything goes the way that it goes in life: the client asks over HTTP, the phone's text holds the code, the phone
answers, the client comes for its token.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from bench.town import Town, number_of, process, running, stamp
from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.client.answers import AnswerError, Question, Wanted
from breakseal.client.client import COME_AGAIN, Client
from breakseal.config import Carrier, Channel, Courier, Inbound
from breakseal.courier.phonebox import PhoneReply, read_folder, write_reply
from breakseal.kernel.model import enrolments, signed
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.statements import Statement

ORG = "bench-roadside"
WANTED = Wanted("RequestedServiceProvision", rate=60)
WAIT = 120
"""Seconds in which all texts must have come and all answers be taken."""


def client_of(key: ec.EllipticCurvePrivateKey, http: httpx.Client) -> Client:
    """Return the company's client, the same that the demo's company and the try-out use."""
    return Client(key, http, SystemClock(), SystemEntropy())


def courier_settings(folder: Path, carrier_port: int) -> Courier:
    """Return the settings of a courier whose phones are a folder and whose carrier is simulated."""
    (folder / "phone").mkdir()
    (folder / "carrier.secret").write_text("bench")
    (folder / "carrier.secret").chmod(0o600)
    base = f"http://127.0.0.1:{carrier_port}"
    return Courier(
        sms=Channel(kind="phonebox", processor="bench-phone", folder="phone"),
        inbound=Inbound(kind="phonebox", folder="phone/replies"),
        carrier=Carrier(
            kind="camara", processor="bench-carrier", base_url=base, token_url=f"{base}/oauth/token",
            client_id="breakseal", secret_file="carrier.secret",
        ),
    )  # fmt: skip


def enrolments_of(client: P256Signer, overseers: list[Ed25519Signer]) -> list[bytes]:
    """Return the root-signed statements that let the company, its client and the processors in."""
    sponsor = P256Signer(ec.generate_private_key(ec.SECP256R1()), "demo")
    company = enrolments.EnrolOrganisation(
        **stamp(), org=ORG, name="Bench Roadside", kind="company", places=(),
        sponsors=(enrolments.NamedKey(name="sponsor", key=sponsor.key),),
        clients=(enrolments.NamedKey(name="Bench dispatch", key=client.key),),
    )  # fmt: skip
    processors = tuple(
        enrolments.EnrolProcessor(**stamp(), processor=name, name=name, does="the bench's other side")
        for name in ("bench-phone", "bench-carrier")
    )
    statements: tuple[Statement, ...] = (company, *processors)
    return [signed.write(one, *overseers[:2]) for one in statements]


@contextmanager
def everything(town: Town, carrier_port: int, people: int) -> Iterator[None]:
    """Run keyholder, web, courier and carrier, each a process of its own."""
    settings = town.folder / "carrier.toml"
    lines = [f'client = "breakseal"\nsecret_file = "carrier.secret"\nport = {carrier_port}\n']
    lines += [
        f'[[subscribers]]\nnumber = "{number_of(at)}"\nseen_by = "gps"\nradius = 40\n'
        f"track = [{{lat = {43 + at / 1000}, lon = -89.4, after = 0}}]\n"
        for at in range(people)
    ]
    settings.write_text("".join(lines))
    named = ("-m", "breakseal.cli.main")
    with (
        process(
            *named, "simulate", "carrier", "--settings", str(settings),
            ready=f"http://127.0.0.1:{carrier_port}/control/state",
        ),
        running(town),
        process(*named, "part", "courier", "--config", str(town.config.path), ready=f"{town.web}/api/facts"),
    ):  # fmt: skip
        yield


def agree(town: Town, key: ec.EllipticCurvePrivateKey, people: int) -> list[str]:
    """Have everybody asked and agree for a day; return a token each. Older texts are none of ours."""
    for old in (town.folder / "phone").glob("*.json"):
        old.unlink()
    with httpx.Client(base_url=town.web, timeout=30) as http:
        client = client_of(key, http)
        questions = [_ask(client, number_of(at)) for at in range(people)]
        _answer_all(town.folder / "phone", people)
        return [_token(client, question) for question in questions]


def _ask(client: Client, number: str) -> Question:
    for _ in range(60):
        try:
            return client.ask(number, WANTED, "en")
        except AnswerError as error:
            if error.status != 503:  # the courier's socket may not be there yet
                raise
        time.sleep(0.25)
    raise SystemExit("the courier does not answer")


def _answer_all(phone: Path, people: int) -> None:
    """Answer each text with its code, until everybody has a text that confirms."""
    answered: set[str] = set()
    for _ in range(WAIT * 2):
        for text in read_folder(phone):
            code = re.search(r"DAY (\d{4})", text.text)
            if code and text.to not in answered:
                answered.add(text.to)
                now = SystemClock().now()
                write_reply(
                    phone / "replies",
                    PhoneReply(sender=text.to, text=f"DAY {code[1]}", at=now, id=f"{text.to}-{now}"),
                )
        if len(answered) == people:
            return
        time.sleep(0.5)
    raise SystemExit(f"only {len(answered)} of {people} phones were asked")


def _token(client: Client, question: Question) -> str:
    for _ in range(WAIT):
        try:
            return client.token(question).access_token
        except AnswerError as error:
            if error.reason not in COME_AGAIN:
                raise
        time.sleep(2.1)
    raise SystemExit("the answers were not taken in time")


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """What the client of the load needs: tokens in turn, and its private key (PKCS #8)."""

    web: str
    port: int
    key: bytes
    tokens: tuple[str, ...]
    warm: int
    count: int
    paced: int
    concurrency: int
