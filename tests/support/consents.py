"""Consents by text for courier tests: permits to ask and to locate, a phone that answers, and a source on a string."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.courier.app import Courier
from breakseal.courier.location.inbound.port import Heard
from breakseal.courier.location.messages import AskSource, StartConsent
from breakseal.courier.location.sources.port import NotLocatedError, Source
from breakseal.courier.private import Private
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import canonical, location, signed
from breakseal.kernel.model.location import Area, Fix, Found, LocationPrecision, Terms
from breakseal.kernel.seal import hpke
from tests.support.courier import ENTROPY, NOON, NUMBER, Setting, nonce

CLIENT = canonical.b64(bytes(range(32)))
HOME = Fix(lat=44_057_200, lon=-123_086_900, radius=120, at=NOON - 30)


def terms(**changes: object) -> Terms:
    plain = Terms(
        client=CLIENT,
        requester="Cedar Roadside Assistance",
        recipient="Cedar Roadside dispatch",
        purpose="RequestedServiceProvision",
        precision="1km",
        rate=4,
        lasting="day",
    )
    return msgspec.structs.replace(plain, **changes)


def question(
    setting: Setting, number: str = NUMBER, said: Terms | None = None, **fields: object
) -> StartConsent:
    """Return a permit's question to `number`."""
    what = said or terms()
    sealed = hpke.seal_to(setting.keyholder.point, number.encode(), location.ask_info(what.client))
    language = fields.pop("language", "en")
    values = {
        "kind": "consent", "to": canonical.b64(sealed), "about": nonce(), "terms": what,
        "expires": setting.clock.time + 900, **fields,
    }  # fmt: skip
    return StartConsent(permit=setting.keyholder.permit(**values), language=language)  # type: ignore[arg-type] # one of the two


async def start(courier: Courier, asked: StartConsent) -> str:
    """Have a question put, and return the answer's state or why it was refused."""
    try:
        return (await courier.location.asking.start(asked)).state
    except BreaksealError as error:
        return error.reason


@dataclass
class Looker:
    """Who looks: the key to which answers are sealed."""

    setting: Setting
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def ask(
        self,
        number: str = NUMBER,
        precision: LocationPrecision = "1km",
        area: Area | None = None,
        **fields: object,
    ) -> AskSource:
        """Return a permit to locate `number`."""
        name, leaf = nonce(), canonical.b64(ENTROPY.token(32))
        sealed = hpke.seal_to(self.setting.keyholder.point, number.encode(), location.locate_info(name))
        values = {
            "id": name, "kind": "locate", "to": canonical.b64(sealed), "about": leaf, "precision": precision,
            "recipient": canonical.b64(hpke.point_of(self.key.public_key())), "area": area,
            "expires": self.setting.clock.time + 15, "ground": "consent", **fields,
        }  # fmt: skip
        return AskSource(permit=self.setting.keyholder.permit(**values))

    def open(self, asked: AskSource, sealed: bytes) -> Found:
        leaf = msgspec.json.decode(asked.permit)["about"]
        found = canonical.decode(hpke.open_from(self.key, sealed, location.found_info(leaf)), Found)
        assert found.leaf == leaf
        return found

    async def look(self, courier: Courier, asked: AskSource | None = None) -> Found:
        what = asked or self.ask()
        answer = await courier.location.locating.answer(what)
        return self.open(what, answer.sealed)


class SetSource(Source):
    """Answers what the test sets; `during` runs while it is asked."""

    def __init__(self, fix: Fix | str = HOME) -> None:
        self.processor = "demo-phone"
        self.name: location.SourceName = "carrier"
        self.fix = fix
        self.asked: list[tuple[str, int]] = []
        self.during: Callable[[], None] = lambda: None

    async def ask(self, number: Private, max_age: int) -> Fix:
        self.asked.append((number.reveal(), max_age))
        self.during()
        if isinstance(self.fix, str):
            raise NotLocatedError("not now", reason=self.fix)
        return self.fix

    async def close(self) -> None:
        pass


def source_for(courier: Courier, source: Source | None = None) -> SetSource:
    """Have the courier ask `source`, as if it were its carrier."""
    one = source or SetSource()
    courier.location.locating._source = one
    assert isinstance(one, SetSource)
    return one


@dataclass
class Phone:
    """A phone that texts back to a courier, and what the keyholder was told of it."""

    setting: Setting
    courier: Courier
    number: str = NUMBER
    count: int = 0

    def says(self, text: str, *, at: int | None = None, name: str = "") -> None:
        self.count += 1
        self.setting.clock.time += 1  # the phonebox shows texts of different seconds in their order
        when = self.setting.clock.time if at is None else at
        heard = Heard(
            id=name or f"{self.number}-{self.count}",
            event="text",
            number=Private(self.number),
            at=when,
            text=Private(text),
        )
        self.courier.location.hearing.hear(heard)

    async def sees(self) -> list[str]:
        """Let everything go its way, and return what the phone was texted, oldest first."""
        await self.courier.location.hear()
        await self.courier.delivery.deliver_due()
        shown = [one for one in self.setting.shown() if one.to == self.number]
        return [one.text for one in shown]

    async def code(self) -> str:
        found = re.search(r"\b(?:YES|SI) (\d{4})\b", (await self.sees())[-1])
        assert found is not None
        return found[1]


def told(setting: Setting) -> list[location.ConsentAnswered | location.ConsentStopped]:
    """Return what the courier attested so far."""
    said = [signed.read(one)[1] for one in setting.keyholder.attested]
    return [one for one in said if isinstance(one, location.ConsentAnswered | location.ConsentStopped)]


def number_in(setting: Setting, statement: location.ConsentAnswered | location.ConsentStopped) -> str:
    """Return the number that an attestation names, as the keyholder reads it."""
    answered = isinstance(statement, location.ConsentAnswered)
    info = location.answered_info(statement.ask) if answered else location.STOP_INFO  # type: ignore[union-attr] # checked
    return hpke.open_from(setting.keyholder.ingest, canonical.unb64(statement.number), info).decode()
