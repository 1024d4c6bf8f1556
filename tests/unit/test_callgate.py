"""The callgate from report to spool: numbers in any form, repeats, ends, the pinned ingest key, nothing in clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.ambient import SystemEntropy
from breakseal.callgate.config import load_config
from breakseal.callgate.errors import CallEndedError, IntakeError, NoIngestKeyError
from breakseal.callgate.files import read_secret, read_token
from breakseal.callgate.gate import EVENT_SECONDS, Gate, Taken
from breakseal.callgate.ingest import verify_ingest
from breakseal.callgate.intake import Intake, StateReport
from breakseal.callgate.lines import take_lines
from breakseal.callgate.numbers import UNUSABLE, betrays, to_e164
from breakseal.callgate.report import Report, read_report
from breakseal.callgate.spool import Spool
from breakseal.kernel.errors import ConfigError, VerificationError
from breakseal.kernel.model import answers, canonical, signed
from breakseal.kernel.model.enrolments import Door, IngestKey, KeyholderKeys, Root
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.model.statements import Caller, CallEvent
from breakseal.kernel.seal import hpke
from tests.support.world import TestClock

NUMBER = "+16085550117"


class Centre:
    """One gate, with the keyholder's keys at hand to look inside what it seals."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, TestClock()
        self.keyholder = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        self.client = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        self.point = ec.generate_private_key(ec.SECP256R1())
        self.spool = Spool(folder / "spool.db")
        self.gate = self.new_gate()
        self.gate.learn_ingest(self.ingest())

    def new_gate(self, **more: object) -> Gate:
        return Gate(
            org="cedar", signer=self.client, root=self.root(), spool=self.spool, clock=self.clock,
            entropy=SystemEntropy(), **more,
        )  # type: ignore[arg-type] # fmt: skip

    def root(self) -> Root:
        return Root(
            issued=0, expires=2**40, nonce="", version=1, origin="log", witnesses="", set="s", needed=1,
            keyholders=(KeyholderKeys(id="kh", share=1, sign=self.keyholder.key),),
            door=Door(origin="http://door", rp_id="door", web_origin="http://web"), oversight=(), threshold=2, demo=True,  # noqa: E501 # one value
        )  # fmt: skip

    def ingest(self, signer: Ed25519Signer | None = None, *, keyholder: str = "kh", day: int = 0) -> bytes:
        now = self.clock.now() + day * 86_400
        point = canonical.b64(hpke.point_of(self.point.public_key()))
        statement = IngestKey(
            issued=now, expires=now + 86_400, nonce=canonical.b64(bytes(16)), keyholder=keyholder, key=point
        )
        return signed.write(statement, signer or self.keyholder)

    def take(self, **fields: object) -> Taken:
        return self.gate.take(read_report(json.dumps(fields).encode()))

    def events(self) -> list[CallEvent]:
        found = [signed.read(row.envelope)[1] for row in self.spool.waiting()]
        return [event for event in found if isinstance(event, CallEvent)]

    def caller(self, event: CallEvent) -> Caller:
        plain = hpke.open_from(
            self.point, canonical.unb64(event.caller), answers.caller_info(event.org, event.call)
        )
        return canonical.decode(plain, Caller)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    yield made
    made.spool.close()


@pytest.mark.parametrize(
    "text",
    ["608 555 0117", "(608) 555-0117", "+1 608-555-0117", "1.608.555.0117", "tel:+1-608-555-0117", "011 1 608 555 0117",
     "sip:+16085550117@pbx.example;user=phone", " 6085550117 "],
)  # fmt: skip
def test_a_number_in_any_form(text: str) -> None:
    assert to_e164(text, "US") == NUMBER


@pytest.mark.parametrize(
    "text", ["", "anonymous", "withheld", "911", "sip:alice@example.org", "+" * 200, "١٢٣"]
)
def test_what_is_no_number_becomes_one_that_nobody_has(text: str) -> None:
    assert to_e164(text, "US") == UNUSABLE


def test_national_numbers_are_read_in_the_configured_region() -> None:
    assert to_e164("030 123456", "DE") == "+4930123456"


def test_a_call_id_that_spells_the_number_is_seen() -> None:
    assert betrays("leg-6085550117-1", NUMBER)
    assert not betrays("leg-17-1", NUMBER)


def test_a_report_becomes_a_signed_event_whose_caller_only_the_keyholder_reads(centre: Centre) -> None:
    location = {"lat": 43.0731, "lon": -89.4012, "radius": 24.2, "at": 1_789_999_990}
    taken = centre.take(call="a", event="answered", number="(608) 555-0117", position="1", location=location)
    assert (taken.seq, taken.outcome, taken.number) == (1, "new", "usable")
    (event,) = centre.events()
    assert (event.org, event.call, event.seq, event.event, event.position) == (
        "cedar",
        "a",
        1,
        "answered",
        "1",
    )
    assert centre.caller(event) == Caller(
        number=NUMBER, lat=43_073_100, lon=-89_401_200, radius=25, at=1_789_999_990
    )
    outer = signed.read(centre.spool.waiting()[0].envelope)[0]
    assert outer.signatures[0].key == centre.client.key.id


def test_no_file_of_the_spool_holds_the_number(centre: Centre) -> None:
    centre.take(call="a", event="answered", number=NUMBER, position="1")
    written = b"".join(path.read_bytes() for path in centre.folder.iterdir())
    assert b"6085550117" not in written
    assert b"5550117" not in written


def test_the_life_of_a_call_is_numbered_in_order(centre: Centre) -> None:
    centre.take(call="a", event="answered", number=NUMBER, position="1", officer="kim")
    centre.take(call="a", event="transferred", position="2")
    centre.take(call="a", event="ended")
    events = centre.events()
    assert [(e.seq, e.event, e.position, e.officer) for e in events] == [
        (1, "answered", "1", "kim"), (2, "transferred", "2", ""), (3, "ended", "2", ""),
    ]  # fmt: skip
    assert {centre.caller(event).number for event in events} == {NUMBER}


def test_repeats_and_a_second_end_change_nothing(centre: Centre) -> None:
    for _ in range(2):
        centre.take(call="a", event="answered", number=NUMBER, position="1")
    first, second = (centre.take(call="a", event="ended") for _ in range(2))
    assert (first.outcome, second.outcome) == ("new", "repeated")
    assert [event.event for event in centre.events()] == ["answered", "ended"]


def test_an_ended_call_takes_nothing_more_and_an_unknown_end_is_harmless(centre: Centre) -> None:
    assert centre.take(call="never", event="ended").outcome == "unknown-call"
    centre.take(call="a", event="answered", number=NUMBER, position="1")
    centre.take(call="a", event="ended")
    with pytest.raises(CallEndedError):
        centre.take(call="a", event="transferred", position="2")
    assert len(centre.events()) == 2


def test_a_better_location_is_a_new_event(centre: Centre) -> None:
    centre.take(call="a", event="answered", number=NUMBER, position="1")
    place = {"lat": 43.0, "lon": -89.0, "radius": 10, "at": 1_789_999_999}
    assert centre.take(call="a", event="answered", number=NUMBER, position="1", location=place).seq == 2


def test_a_withheld_number_is_an_event_all_the_same(centre: Centre) -> None:
    assert centre.take(call="a", event="answered", number="anonymous", position="1").number == "unusable"
    assert centre.caller(centre.events()[0]).number == UNUSABLE


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"call":"a"}', b'{"call":"a","event":"rang","position":"1"}',
     b'{"call":"a","event":"answered","position":"1","note":"x"}', b'{"call":"a","event":"answered"}',
     b'{"call":"a b","event":"ended"}', b'{"call":"a","event":"ended","number":1}', b'"' + b"9" * 9000 + b'"',
     b'{"call":"a","event":"answered","position":"1","location":{"lat":91,"lon":0,"radius":1,"at":1}}', b"\xff\xfe"],
)  # fmt: skip
def test_bad_reports_are_refused_without_quoting_them(body: bytes) -> None:
    with pytest.raises(IntakeError) as refused:
        read_report(body)
    assert "999" not in str(refused.value)


def test_an_unknown_position_and_a_telling_call_id_are_refused(centre: Centre) -> None:
    with pytest.raises(IntakeError):
        centre.new_gate(positions=("1",)).take(
            Report(call="a", event="answered", number=NUMBER, position="7")
        )
    with pytest.raises(IntakeError) as refused:
        centre.take(call="x6085550117", event="answered", number=NUMBER, position="1")
    assert "555" not in str(refused.value)
    assert centre.events() == []


def test_an_ingest_key_is_believed_only_from_the_keyholder_of_the_pinned_root(centre: Centre) -> None:
    root, now = centre.root(), centre.clock.now()
    assert verify_ingest(centre.ingest(), root, now).point == hpke.point_of(centre.point.public_key())
    for false in (centre.ingest(centre.client), centre.ingest(keyholder="other")):
        with pytest.raises(VerificationError):
            verify_ingest(false, root, now)
    for day in (-2, 2):
        with pytest.raises(NoIngestKeyError):
            verify_ingest(centre.ingest(day=day), root, now)


def test_without_a_good_ingest_key_the_report_is_asked_for_again_and_a_restart_keeps_it(
    centre: Centre,
) -> None:
    assert centre.new_gate().ingest is not None  # kept in the spool
    centre.clock.time += 3 * 86_400
    with pytest.raises(NoIngestKeyError):
        centre.take(call="a", event="answered", number=NUMBER, position="1")
    assert centre.new_gate().ingest is None
    assert centre.events() == []


def test_an_event_that_waited_is_signed_anew_and_one_past_its_call_is_given_up(centre: Centre) -> None:
    centre.take(call="a", event="answered", number=NUMBER, position="1")
    (waiting,) = centre.spool.waiting()
    assert centre.gate.renew(waiting) == waiting
    centre.clock.time += EVENT_SECONDS
    renewed = centre.gate.renew(waiting)
    assert renewed is not None
    before, after = signed.read(waiting.envelope)[1], signed.read(renewed.envelope)[1]
    assert isinstance(before, CallEvent)
    assert isinstance(after, CallEvent)
    assert (after.seq, after.caller, after.issued) == (before.seq, before.caller, centre.clock.now())
    assert centre.spool.waiting()[0].envelope == renewed.envelope
    centre.clock.time += 5 * 3600
    assert centre.gate.renew(renewed) is None


def test_lines_go_on_after_a_bad_one(centre: Centre) -> None:
    taken: list[Taken] = []
    refused: list[tuple[int, str]] = []
    lines = [b'{"call":"a","event":"answered","number":"6085550117","position":"1"}\n', b"junk\n", b"\n",
             b'{"call":"a","event":"ended"}\n']  # fmt: skip
    take_lines(centre.gate, lines, taken.append, lambda line, why: refused.append((line, why)))
    assert [one.seq for one in taken] == [1, 2]
    assert [line for line, _ in refused] == [2]


async def _ask(centre: Centre, method: str, path: str, **more: object) -> httpx.Response:
    state = StateReport(org="cedar", web="http://web", web_answers=True, ingest_until=0, events={})
    intake = Intake(centre.gate, b"t" * 40, taken=lambda _taken: None, state=lambda: state)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(intake), base_url="http://gate") as client:  # type: ignore[arg-type] # an ASGI application  # one value
        return await client.request(method, path, **more)  # type: ignore[arg-type] # httpx's own names


BODY = {"call": "a", "event": "answered", "number": "6085550117", "position": "1"}
SHOWN = {"authorization": "Bearer " + "t" * 40}


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/v1/events", {"json": BODY, "headers": SHOWN}, 202),
        ("/v1/events", {"json": BODY}, 401),
        ("/v1/events", {"json": BODY, "headers": {"authorization": "Bearer " + "u" * 40}}, 401),
        ("/v1/events", {"content": b"x=1", "headers": SHOWN}, 415),
        ("/v1/events", {"json": {**BODY, "x": 1}, "headers": SHOWN}, 422),
        ("/v1/events", {"json": {**BODY, "officer": "x" * 20_000}, "headers": SHOWN}, 413),
        ("/v1/elsewhere", {"json": BODY, "headers": SHOWN}, 404),
    ],
)
def test_the_intake_answers_plainly(centre: Centre, path: str, more: dict[str, object], status: int) -> None:
    import asyncio  # noqa: PLC0415 # only this test runs a loop

    answer = asyncio.run(_ask(centre, "POST", path, **more))
    assert answer.status_code == status
    assert "5550117" not in answer.text
    if status != 202:
        assert answer.headers["content-type"] == "application/problem+json"
        assert msgspec.json.decode(answer.content)["status"] == status


def test_settings_refuse_the_unknown_and_an_intake_for_others(tmp_path: Path) -> None:
    path = tmp_path / "callgate.toml"
    good = 'org="c"\nweb="http://w"\nkey="k"\nroot="r"\ntoken="t"\nspool="s"\n'
    path.write_text(good)
    assert load_config(path).spool == tmp_path / "s"
    for more in ('host="0.0.0.0"\n', "surprise=1\n", 'region="usa"\n', "call_hours=9\n"):
        path.write_text(good + more)
        with pytest.raises(ConfigError):
            load_config(path)


def test_a_secret_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("x" * 40)
    path.chmod(0o644)
    with pytest.raises(ConfigError):
        read_secret(path)
    path.chmod(0o600)
    assert read_token(path) == b"x" * 40
    path.write_text("short")
    with pytest.raises(ConfigError):
        read_token(path)
