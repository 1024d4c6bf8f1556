"""The sources against a server: CAMARA's exchanges as published, MLP's, and everything that a carrier may do wrong."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breakseal.courier.location.sources import camara
from breakseal.courier.location.sources.camara import PATH, CamaraSource
from breakseal.courier.location.sources.mlp import MlpSource, read_answer
from breakseal.courier.location.sources.port import MICRO, NotLocatedError, Source
from breakseal.courier.location.sphere import distance
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model.location import Fix
from tests.process.test_courier_gateways import certificate
from tests.support import published
from tests.support.carriers import CIRCLE, TOKEN, Carrier, running, secret_file
from tests.support.courier import NOON, NUMBER, SetClock

FILE, RETRIEVE = "location-retrieval.yaml", "/retrieve"


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with running(Carrier()) as one:
        yield one


def asking(source: Source, *ages: int) -> list[Fix | str]:
    """Ask `source` once for each age; a refusal is its reason."""

    async def ask() -> list[Fix | str]:
        found: list[Fix | str] = []
        for age in ages or (-1,):
            try:
                found.append(await source.ask(Private(NUMBER), age))
            except NotLocatedError as error:
                found.append("the number" if NUMBER[2:] in str(error) else error.reason)
        await source.close()
        return found

    return asyncio.run(ask())


def test_a_circle_is_a_fix_and_nothing_else_passes(carrier: Carrier, tmp_path: Path) -> None:
    carrier.says(
        CIRCLE
        | {
            "device": {"phoneNumber": NUMBER},
            "speed": 41,
            "heading": 7,
            "altitude": 130,
            "wifi": ["cedar"],
            "ip": "::1",
        }
    )
    (fix,) = asking(CamaraSource(carrier.camara(tmp_path), SetClock()))
    assert fix == Fix(lat=44_057_200, lon=-123_086_900, radius=800, at=NOON)


def test_a_polygon_is_the_circle_about_its_middle_that_holds_its_corners(
    carrier: Carrier, tmp_path: Path
) -> None:
    corners = [(0.01, 179.99), (0.01, -179.99), (-0.01, -179.99), (-0.01, 179.99)]
    boundary = [{"latitude": lat, "longitude": lon} for lat, lon in corners]
    carrier.says(CIRCLE | {"area": {"areaType": "POLYGON", "boundary": boundary}})
    (fix,) = asking(CamaraSource(carrier.camara(tmp_path), SetClock()))
    assert isinstance(fix, Fix)
    assert abs(fix.lat) < 10
    assert abs(abs(fix.lon) - 180 * MICRO) < 10
    middle = (fix.lat / MICRO, fix.lon / MICRO)
    assert all(distance(middle, corner) <= fix.radius for corner in corners)
    assert fix.radius < 1600


@published.needed
@pytest.mark.parametrize("age", [-1, 0, 60])
def test_requests_and_examples_are_those_of_the_published_file(
    carrier: Carrier, tmp_path: Path, age: int
) -> None:
    source = CamaraSource(carrier.camara(tmp_path), SetClock())
    examples = published.read(FILE)["components"]["examples"]
    fixes = []
    for example in examples.values():
        carrier.says(example["value"])
        fixes += asking(CamaraSource(carrier.camara(tmp_path), SetClock()), age)
    assert all(isinstance(fix, Fix) for fix in fixes)
    assert len(fixes) == 3
    asking(source, age)
    for request in carrier.asked(PATH):
        body = json.loads(request.body)
        published.check(FILE, "/components/schemas/RetrievalLocationRequest", body)
        assert body.get("maxAge", -1) == age
        assert body["device"] == {"phoneNumber": NUMBER}
        assert request.headers["authorization"] == "Bearer first"
        assert request.headers["content-type"] == "application/json"


@published.needed
def test_every_error_of_the_published_file_has_a_reason(carrier: Carrier, tmp_path: Path) -> None:
    codes = published.codes(FILE, RETRIEVE)
    assert frozenset(code for names in codes.values() for code in names) == camara._CODES
    for status, names in codes.items():
        for code in names:
            carrier.says({"status": status, "code": code, "message": f"about {NUMBER}"}, status)
            (reason,) = asking(CamaraSource(carrier.camara(tmp_path), SetClock()))
            assert reason == "carrier-" + code.rpartition(".")[2].lower().replace("_", "-")


@pytest.mark.parametrize(
    ("status", "value", "reason"),
    [
        (200, b"", "carrier-malformed"),
        (200, b"\xff\xfe", "carrier-malformed"),
        (200, b"<location/>", "carrier-malformed"),
        (200, {}, "carrier-malformed"),
        (200, CIRCLE | {"lastLocationTime": "2027-01-15T08:00:00"}, "carrier-malformed"),
        (200, CIRCLE | {"area": {"areaType": "ELLIPSE"}}, "carrier-malformed"),
        (200, CIRCLE | {"area": CIRCLE["area"] | {"radius": -1}}, "carrier-malformed"),
        (200, CIRCLE | {"area": CIRCLE["area"] | {"radius": 1e9}}, "source-malformed"),
        (
            200,
            CIRCLE | {"area": CIRCLE["area"] | {"center": {"latitude": 91, "longitude": 0}}},
            "carrier-malformed",
        ),
        (200, CIRCLE | {"area": {"areaType": "POLYGON", "boundary": []}}, "carrier-malformed"),
        (200, b'{"a": "' + b"x" * 70_000 + b'"}', "carrier-too-large"),
        (302, CIRCLE, "carrier-redirected"),
        (404, b"not json", "carrier-status-404"),
        (418, {"code": "TEAPOT-" + NUMBER}, "carrier-status-418"),
        (429, {"code": 7}, "carrier-status-429"),
        (500, {}, "carrier-status-500"),
        (503, b"", "carrier-status-503"),
    ],
)
def test_whatever_else_a_carrier_says_is_unknown_with_a_reason(
    carrier: Carrier, tmp_path: Path, status: int, value: object, reason: str
) -> None:
    carrier.says(value, status)
    carrier.headers["Location"] = f"{carrier.url}/elsewhere"
    assert asking(CamaraSource(carrier.camara(tmp_path), SetClock())) == [reason]
    assert carrier.asked("/elsewhere") == []


def test_a_packed_answer_is_neither_asked_for_nor_unpacked(carrier: Carrier, tmp_path: Path) -> None:
    carrier.says(gzip.compress(b" " * 50_000_000))
    carrier.headers["Content-Encoding"] = "gzip"
    assert asking(CamaraSource(carrier.camara(tmp_path), SetClock())) == ["carrier-malformed"]
    assert {one.headers.get("accept-encoding") for one in carrier.got} == {"identity"}


def test_a_token_is_kept_until_thirty_seconds_before_its_end(carrier: Carrier, tmp_path: Path) -> None:
    carrier.says(CIRCLE)
    clock = SetClock()

    async def scene() -> None:
        source = CamaraSource(carrier.camara(tmp_path), clock)
        await asyncio.gather(*(source.ask(Private(NUMBER), -1) for _ in range(5)))
        clock.time += 269
        await source.ask(Private(NUMBER), -1)
        assert len(carrier.asked("/token")) == 1
        clock.time += 1
        await source.ask(Private(NUMBER), -1)
        assert len(carrier.asked("/token")) == 2
        await source.close()

    asyncio.run(scene())
    request = carrier.asked("/token")[0]
    assert request.body == b"grant_type=client_credentials&scope=location-retrieval%3Aread"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic "))
    assert basic == b"county%3A9:a%20secret%2F9"


def test_a_token_that_the_carrier_ended_is_renewed_once(carrier: Carrier, tmp_path: Path) -> None:
    refused = json.dumps({"status": 401, "code": "UNAUTHENTICATED", "message": ""}).encode()
    carrier.answers = [(401, refused), (200, json.dumps(CIRCLE).encode())]
    source = CamaraSource(carrier.camara(tmp_path), SetClock())
    assert isinstance(asking(source)[0], Fix)
    assert len(carrier.asked("/token")) == 2
    carrier.answers = [(401, refused)]
    assert asking(CamaraSource(carrier.camara(tmp_path), SetClock())) == ["carrier-unauthenticated"]


@pytest.mark.parametrize(
    "token",
    [
        (401, {"error": "invalid_client"}),
        (200, {}),
        (200, TOKEN | {"token_type": "DPoP"}),
        (200, TOKEN | {"access_token": "a\r\nX-Other: b"}),
        (200, "text"),
        (302, TOKEN),
    ],
)
def test_without_a_token_no_number_is_sent(carrier: Carrier, tmp_path: Path, token: tuple[int, Any]) -> None:
    carrier.says(CIRCLE)
    carrier.token = token
    assert asking(CamaraSource(carrier.camara(tmp_path), SetClock())) == ["carrier-token-refused"]
    assert carrier.asked(PATH) == []


def test_a_carrier_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    with running(Carrier()) as carrier:
        config = carrier.camara(tmp_path)
    assert asking(CamaraSource(config, SetClock())) == ["carrier-unreachable"]


def test_a_certificate_of_nobody_is_not_trusted(tmp_path: Path) -> None:
    ca_file, key = certificate(tmp_path)
    carrier = Carrier()
    carrier.encrypt(ca_file, key)
    carrier.says(CIRCLE)
    with running(carrier):
        base = f"https://localhost:{carrier.server_address[1]}"
        own = carrier.camara(tmp_path, base_url=base, token_url=f"{base}/token", ca_file=str(ca_file))
        strange = carrier.camara(tmp_path, base_url=base, token_url=f"{base}/token")
        assert isinstance(asking(CamaraSource(own, SetClock()))[0], Fix)
        before = len(carrier.got)
        assert asking(CamaraSource(strange, SetClock())) == ["carrier-unreachable"]
        assert len(carrier.got) == before


@pytest.mark.parametrize(
    "url",
    ["http://carrier.example", "ftp://x", "https://", "https://a:b@x", "https://x/?q=1", "carrier.example"],
)
def test_only_https_addresses_serve(carrier: Carrier, tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError):
        CamaraSource(carrier.camara(tmp_path, base_url=url), SetClock())
    with pytest.raises(ConfigError):
        CamaraSource(carrier.camara(tmp_path, token_url=url), SetClock())
    with pytest.raises(ConfigError):
        MlpSource(carrier.mlp(tmp_path, url=url))


def test_a_secret_that_others_may_read_stops_the_start(carrier: Carrier, tmp_path: Path) -> None:
    config = carrier.camara(tmp_path)
    secret_file(tmp_path).chmod(0o644)
    with pytest.raises(ConfigError):
        CamaraSource(config, SetClock())


# -- MLP ---------------------------------------------------------------------------------------------


def slia(shape: str, time: str = '<time utc_off="+0100">20270115090000</time>') -> bytes:
    return (
        '<?xml version="1.0"?><svc_result ver="3.1.0"><slia ver="3.1.0"><pos><msid type="MSISDN">12025550143</msid>'
        f"<pd>{time}<shape>{shape}</shape><alt>130</alt><speed>41</speed><direction>7</direction></pd></pos></slia></svc_result>"
    ).encode()


ROUND = (
    '<CircularArea srsName="www.epsg.org#4326"><coord><X>44 03 25.92N</X><Y>123 05 12.84W</Y></coord>'
    "<radius>800</radius></CircularArea>"
)


def test_mlp_asks_and_reads_a_circle(carrier: Carrier, tmp_path: Path) -> None:
    carrier.says(slia(ROUND))
    (fix,) = asking(MlpSource(carrier.mlp(tmp_path)))
    assert fix == Fix(lat=44_057_200, lon=-123_086_900, radius=800, at=NOON)
    (request,) = carrier.got
    assert b"<id>a&lt;b</id><pwd>a secret/9</pwd>" in request.body
    assert b'<msid type="MSISDN">12025550143</msid>' in request.body


@pytest.mark.parametrize(
    ("shape", "lat", "lon"),
    [
        (ROUND, 44_057_200, -123_086_900),
        (
            ROUND.replace("44 03 25.92N", "44.0572").replace("123 05 12.84W", "-123.0869"),
            44_057_200,
            -123_086_900,
        ),
        (
            ROUND.replace("44 03 25.92N", "123.0869W").replace("123 05 12.84W", "44.0572N"),
            44_057_200,
            -123_086_900,
        ),
        (
            ROUND.replace("44 03 25.92N", "10 30S").replace("123 05 12.84W", "020 30E"),
            -10_500_000,
            20_500_000,
        ),
        (
            ROUND.replace("CircularArea", "EllipticalArea").replace(
                "<radius>800</radius>", "<angle>10</angle><semiMajor>800</semiMajor><semiMinor>20</semiMinor>"
            ),
            44_057_200,
            -123_086_900,
        ),
    ],
)
def test_mlp_places_and_shapes(shape: str, lat: int, lon: int) -> None:
    assert read_answer(slia(shape)) == Fix(lat=lat, lon=lon, radius=800, at=NOON)


def test_mlp_polygon() -> None:
    corners = "".join(
        f"<coord><X>{x}</X><Y>{y}</Y></coord>"
        for x, y in ((44.0, -123.0), (44.0, -123.1), (44.1, -123.1), (44.1, -123.0))
    )
    fix = read_answer(
        slia(f"<Polygon><outerBoundaryIs><LinearRing>{corners}</LinearRing></outerBoundaryIs></Polygon>")
    )
    middle = (fix.lat / MICRO, fix.lon / MICRO)
    assert all(distance(middle, corner) <= fix.radius for corner in ((44.0, -123.0), (44.1, -123.1)))
    assert fix.radius < 7000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "carrier-malformed"),
        (b"<svc_result>", "carrier-malformed"),
        (b"\x00\xff", "carrier-malformed"),
        (slia("<Point><coord><X>1</X><Y>2</Y></coord></Point>"), "carrier-malformed"),
        (slia(ROUND, ""), "carrier-malformed"),
        (slia(ROUND, "<time>20271315090000</time>"), "carrier-malformed"),
        (slia(ROUND.replace("800", "many")), "carrier-malformed"),
        (slia(ROUND.replace("44 03 25.92N", "nowhere")), "carrier-malformed"),
        (slia(ROUND.replace("44 03 25.92N", "94 03 25.92N")), "source-malformed"),
        (slia(ROUND + ROUND), "carrier-malformed"),
        (slia(ROUND).replace(b"</slia>", b"<pos></pos></slia>"), "carrier-malformed"),
        (slia(ROUND).replace(b"?>", b"?><!DOCTYPE svc_result>", 1), "carrier-malformed"),
        (
            slia(ROUND.replace("800", "&far;")).replace(b"?>", b'?><!DOCTYPE a [<!ENTITY far "800">]>', 1),
            "carrier-malformed",
        ),
        (slia(ROUND.replace("800", "&far;")), "carrier-malformed"),
        (b"<a>" * 40, "carrier-malformed"),
        (slia(ROUND.replace("800", "8" * 300)), "carrier-malformed"),
        (
            b'<svc_result><slia><result resid="4">UNKNOWN SUBSCRIBER</result></slia></svc_result>',
            "carrier-result-4",
        ),
        (
            b'<svc_result><slia><pos><poserr><result resid="5">A</result></poserr></pos></slia></svc_result>',
            "carrier-result-5",
        ),
        (
            b'<svc_result><slia><result resid="12025550143">x</result></slia></svc_result>',
            "carrier-result-unknown",
        ),
    ],
)
def test_whatever_else_mlp_says_is_unknown_with_a_reason(
    carrier: Carrier, tmp_path: Path, body: bytes, reason: str
) -> None:
    carrier.says(body)
    assert asking(MlpSource(carrier.mlp(tmp_path)), 60) == [reason]
    assert b"<max_loc_age>60</max_loc_age>" in carrier.got[0].body


def test_mlp_answers_with_another_status_say_nothing(carrier: Carrier, tmp_path: Path) -> None:
    carrier.says(slia(ROUND), 403)
    assert asking(MlpSource(carrier.mlp(tmp_path)), 0) == ["carrier-status-403"]
    assert b'<loc_type type="CURRENT"/>' in carrier.got[0].body
