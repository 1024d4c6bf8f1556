"""A foreign client, npm `openid-client`, with nothing but our metadata: a token by CIBA or code, a location, STOP."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import msgspec

from breakseal.ambient import SystemClock
from tests.support.clientparts import serving
from tests.support.clients import NUMBER, OFTEN, installed
from tests.support.courier import free_port
from tests.support.foreign import foreign
from tests.support.visits import KEY_SCOPE, Visit, agree, resident, told_in

LIMIT = 60
BACK = "https://roadside.example/back"


def test_openid_client_gets_a_token_and_a_location_and_after_stop_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        async with (
            installed(tmp_path, clock=SystemClock(), origin=origin) as place,
            serving(place.app, port),
            foreign("client.mjs", place, tmp_path, origin, NUMBER=NUMBER, SCOPE=OFTEN) as client,
        ):
            assert "urn:openid:params:grant-type:ciba" in (await client.said("discovered"))["grants"]
            assert (await client.said("asked"))["interval"] == 2
            await place.reply(f"DAY {await place.code()}")

            token = await client.said("token")
            assert token["type"] == "dpop"
            assert token["claims"]["aud"] == place.company.client_id
            found = await client.said("location")
            assert found["status"] == 200, found
            assert found["correlator"] == "openid-client-1"
            assert found["body"]["area"]["areaType"] == "CIRCLE"
            assert (await client.said("introspected"))["active"] is True
            assert await place.looks() == 1

            await place.reply("STOP")
            client.tell("look")
            refused = await client.said("looked")
            assert (refused["status"], refused["scheme"]) == (401, "dpop")
            assert await place.looks() == 1
            client.tell("end")
            assert (await client.said("machine"))["type"] == "bearer"

    asyncio.run(asyncio.wait_for(scene(), LIMIT))


def test_openid_client_pushes_a_request_and_gets_a_token_for_the_code(tmp_path: Path) -> None:
    async def scene() -> None:
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        async with (
            installed(tmp_path, clock=SystemClock(), origin=origin) as place,
            serving(place.app, port),
            foreign("visitor.mjs", place, tmp_path, origin, CALLBACK=BACK, SCOPE=KEY_SCOPE) as client,
        ):
            sent = told_in((await client.said("pushed"))["to"])
            assert set(sent) == {"client_id", "request_uri"}
            visit = Visit(place, place.company, "", sent["request_uri"])
            found = re.search(r'id="page-data">(.*?)</script>', (await visit.page()).text)
            assert found is not None
            challenge = msgspec.json.decode(found[1])["challenge"]
            rosa = await resident(place)
            consent = await agree(place, place.company, rosa, "", challenge=challenge)
            client.tell((await visit.returned(rosa, consent)).json()["to"])

            token = await client.said("token")
            assert (token["type"], token["claims"]["nonce"]) == ("dpop", token["nonce"])
            assert token["claims"]["aud"] == place.company.client_id
            assert (await client.said("location"))["status"] == 200
            assert (await client.said("again"))["type"] == "dpop"
            assert (await client.said("location"))["status"] == 200
            assert await place.looks() == 2

            await place.reply("STOP")
            client.tell("look")
            assert (await client.said("looked"))["status"] == 401
            assert (await client.said("refused"))["error"] == "invalid_grant"
            assert await place.looks() == 2

    asyncio.run(asyncio.wait_for(scene(), LIMIT))
