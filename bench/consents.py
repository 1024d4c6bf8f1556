"""People who agreed by text to be located: a real courier, a simulated carrier, and one client of a company.

Everything goes the way that it goes in life: the client asks over HTTP, the phone's text holds the code, the phone
answers, the client comes for its token.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from bench.town import Town, number_of, process, running, stamp
from breakseal.ambient import SystemClock
from breakseal.config import Carrier, Channel, Courier, Inbound
from breakseal.courier.phonebox import PhoneReply, read_folder, write_reply
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.statements import Statement

ORG, RETRIEVE = "bench-roadside", "/location-retrieval/v0.5/retrieve"
SCOPE = "openid dpv:RequestedServiceProvision location-retrieval:read rate:60"
CIBA = "urn:openid:params:grant-type:ciba"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WAIT = 120
"""Seconds in which all texts must have come and all answers be taken."""
_ids = itertools.count()


@dataclass(frozen=True)
class Client:
    """The company's client: what it signs."""

    key: P256Signer
    web: str

    def assertion(self) -> str:
        now, name = SystemClock().now(), self.key.key.id
        claims = {
            "iss": name,
            "sub": name,
            "aud": self.web,
            "iat": now,
            "exp": now + 120,
            "jti": f"a{next(_ids)}",
        }
        return self._compact({"alg": "ES256"}, claims)

    def proof(self, token: str) -> str:
        """Return a DPoP proof of one look with `token`."""
        claims = {
            "htm": "POST", "htu": self.web + RETRIEVE, "iat": SystemClock().now(), "jti": f"p{next(_ids)}",
            "ath": canonical.b64(canonical.digest(token.encode())),
        }  # fmt: skip
        point = self.key._private.public_key().public_numbers()  # noqa: SLF001 # the bench's own key
        x, y = (canonical.b64(one.to_bytes(32, "big")) for one in (point.x, point.y))
        jwk = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return self._compact({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, claims)

    def form(self, **fields: str) -> bytes:
        said = {"client_assertion_type": ASSERTION, "client_assertion": self.assertion()} | fields
        return urlencode(said).encode()

    def _compact(self, header: dict[str, object], claims: dict[str, object]) -> str:
        text = ".".join(canonical.b64(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{canonical.b64(self.key.sign(text.encode()))}"


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


def agree(town: Town, client: Client, people: int) -> list[str]:
    """Have everybody asked and agree for a day; return a token each."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with httpx.Client(base_url=client.web, headers=headers, timeout=30) as http:
        asks = [_ask(http, client, number_of(at)) for at in range(people)]
        _answer_all(town.folder / "phone", people)
        return [_token(http, client, ask) for ask in asks]


def _ask(http: httpx.Client, client: Client, number: str) -> str:
    for _ in range(60):
        answer = http.post(
            "/oauth/bc-authorize", content=client.form(scope=SCOPE, login_hint=f"tel:{number}")
        )
        if answer.status_code == 200:
            return str(answer.json()["auth_req_id"])
        if answer.status_code != 503:  # the courier's socket may not be there yet
            raise SystemExit(f"the bench's question was refused: {answer.text}")
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
                    phone / "replies", PhoneReply(sender=text.to, text=f"DAY {code[1]}", at=now, id=text.to)
                )
        if len(answered) == people:
            return
        time.sleep(0.5)
    raise SystemExit(f"only {len(answered)} of {people} phones were asked")


def _token(http: httpx.Client, client: Client, ask: str) -> str:
    for _ in range(WAIT):
        answer = http.post("/oauth/token", content=client.form(grant_type=CIBA, auth_req_id=ask))
        if answer.status_code == 200:
            return str(answer.json()["access_token"])
        if answer.json().get("error") not in ("authorization_pending", "slow_down"):
            raise SystemExit(f"no token: {answer.text}")
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
