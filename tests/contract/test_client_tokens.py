"""The authorization server: CIBA by text message, tokens, introspection, revocation, metadata; all parts real."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.clients import (
    ASK,
    ASSERTION,
    CIBA,
    INTROSPECT,
    OFTEN,
    REVOKE,
    TOKEN,
    Place,
    assert_error,
    body_of,
    run,
)
from tests.support.locating import PURPOSE, Locating
from tests.support.world import software_key

WEB = "http://localhost:8911"


def test_the_metadata_says_what_there_is_and_no_more(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        answer = await place.http.get("/.well-known/openid-configuration")
        known = body_of(answer)
        again = await place.http.get("/.well-known/oauth-authorization-server")
        assert again.content == answer.content
        assert known["issuer"] == WEB
        assert known["grant_types_supported"] == [
            "authorization_code", "refresh_token", CIBA, "client_credentials",
        ]  # fmt: skip
        assert known["response_types_supported"] == ["code"]
        assert known["code_challenge_methods_supported"] == ["S256"]
        assert known["require_pushed_authorization_requests"] is True
        assert known["authorization_response_iss_parameter_supported"] is True
        assert known["authorization_endpoint"] == f"{WEB}/oauth/authorize"
        assert known["backchannel_token_delivery_modes_supported"] == ["poll"]
        assert known["dpop_signing_alg_values_supported"] == ["ES256", "EdDSA"]
        assert known["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
        for name in (
            "token", "introspection", "revocation", "backchannel_authentication", "pushed_authorization_request",
        ):  # fmt: skip
            path = known[f"{name}_endpoint"].removeprefix(WEB)
            assert_error(await place.http.post(path, data={"a": "b"}), *_without(path))
        (key,) = body_of(await place.http.get("/oauth/jwks"))["keys"]
        assert (key["alg"], key["use"], key["crv"]) == ("ES256", "sig", "P-256")
        assert "d" not in key

    run(tmp_path, scene)


def _without(path: str) -> tuple[int, str]:
    return (400, "invalid_request") if path == TOKEN else (401, "invalid_client")


def test_from_question_to_token(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        asked = await place.ask(binding_message="you agreed already", user_code="1234", consent="granted")
        assert asked.status_code == 200
        question = body_of(asked)
        assert set(question) == {"auth_req_id", "expires_in", "interval"}
        assert (question["expires_in"], question["interval"]) == (900, 2)
        assert_error(await place.poll(question["auth_req_id"]), 400, "authorization_pending")
        assert_error(await place.poll(question["auth_req_id"]), 400, "slow_down")
        place.clock.time += 2
        assert_error(await place.poll(question["auth_req_id"]), 400, "authorization_pending")
        (text,) = await place.texts()
        assert "you agreed already" not in text
        await place.reply(f"DAY {await place.code()}")
        place.clock.time += 2
        given = body_of(await place.poll(question["auth_req_id"]))
        assert set(given) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
        assert (given["token_type"], given["expires_in"]) == ("DPoP", 600)
        assert f"dpv:{PURPOSE}" in given["scope"].split()
        keys = KeySet.import_key_set(body_of(await place.http.get("/oauth/jwks")))  # type: ignore[arg-type] # as sent
        claims = jwt.decode(given["id_token"], keys, algorithms=["ES256"]).claims
        assert (claims["iss"], claims["aud"]) == (WEB, place.company.client_id)
        assert claims["exp"] == place.clock.now() + 600
        second = body_of(await place.poll(question["auth_req_id"]))
        assert second["access_token"] != given["access_token"]

    run(tmp_path, scene)


def test_two_questions_to_one_person_have_two_names(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        first, second = await place.agreed(), await place.agreed(scope=OFTEN)
        names = {_claims(held.answer["id_token"])["sub"] for held in (first, second)}
        assert len(names) == 2

    run(tmp_path, scene)


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_nobody_else_takes_the_token(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        asked = body_of(await place.ask())["auth_req_id"]
        await place.reply(f"YES {await place.code()}")
        other = await asyncio.to_thread(Locating, place.world, "cedar-towing", "Cedar Towing desk")
        form = {"grant_type": CIBA, "auth_req_id": asked, "client_assertion_type": ASSERTION}
        answer = await place.http.post(TOKEN, data=form | {"client_assertion": other.assertion().decode()})
        assert_error(answer, 400, "expired_token")
        assert (await place.poll(asked)).status_code == 200

    run(tmp_path, scene)


def test_a_proof_at_the_token_endpoint_is_by_the_clients_key_or_refused(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        asked = body_of(await place.ask())["auth_req_id"]
        await place.reply(f"DAY {await place.code()}")
        form = {"grant_type": CIBA, "auth_req_id": asked}

        def proof(**known: Any) -> dict[str, str]:
            return {"dpop": place.company.proof(b"", TOKEN, ath=None, **known).decode()}

        good = await place.http.post(TOKEN, data=place.authenticated(**form), headers=proof())
        assert good.status_code == 200, good.text
        bad = [
            proof(signer=software_key("service")), proof(htm="GET"), proof(htu=WEB + ASK), proof(iat=0),
            proof(jti=None),
            proof(header={"typ": "JWT"}), proof(header={"alg": "none"}),
            proof(header={"jwk": {"kty": "oct", "k": "AA"}}),
            {"dpop": "x"}, {"dpop": "é"}, {"dpop": "a.b.c"}, {"dpop": ""},
        ]  # fmt: skip
        for headers in bad:
            answer = await place.http.post(
                TOKEN, data=place.authenticated(**form), headers=[(b"dpop", headers["dpop"].encode())]
            )
            assert_error(answer, 400, "invalid_dpop_proof")

    run(tmp_path, scene)


def test_introspection_is_for_ones_own_tokens(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        machine = await place.machine()
        other = await asyncio.to_thread(Locating, place.world, "cedar-towing", "Cedar Towing desk")

        async def look(token: str, who: Locating = place.company) -> dict[str, Any]:
            form = place.authenticated(token=token) | {"client_assertion": who.assertion().decode()}
            return body_of(await place.http.post(INTROSPECT, data=form))

        own = await look(held.token)
        assert (own["active"], own["client_id"], own["token_type"]) == (True, place.company.client_id, "DPoP")
        assert own["exp"] == place.clock.now() + 600
        assert (await look(machine))["token_type"] == "Bearer"
        for token in (held.token, machine, "nothing", "x" * 5_000):
            assert await look(token, other) == {"active": False}
        await place.reply("STOP")
        assert await look(held.token) == {"active": False}

    run(tmp_path, scene)


def test_a_token_given_back_opens_nothing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        machine = await place.machine()
        other = await asyncio.to_thread(Locating, place.world, "cedar-towing", "Cedar Towing desk")
        foreign = place.authenticated(token=held.token) | {"client_assertion": other.assertion().decode()}
        assert (await place.http.post(REVOKE, data=foreign)).status_code == 200
        assert (await place.retrieve(held)).status_code == 200
        for token in (held.token, machine, "nothing"):
            assert (await place.http.post(REVOKE, data=place.authenticated(token=token))).status_code == 200
        assert (await place.retrieve(held)).status_code == 401
        answer = await place.http.post(
            "/location-retrieval/v0.5/retrieve", json={}, headers={"authorization": f"Bearer {machine}"}
        )
        assert answer.status_code == 401
        assert_error(await place.http.post(REVOKE, data=place.authenticated()), 400, "invalid_request")

    run(tmp_path, scene)


def test_a_part_that_is_down_is_said(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        await place.end("courier")
        assert_error(await place.ask(), 503, "temporarily_unavailable")
        await place.end("keyholder")
        assert_error(await place.poll("A" * 22), 503, "temporarily_unavailable")

    run(tmp_path, scene)


def test_a_machines_token_has_no_purpose(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        for scope in ("openid", f"dpv:{PURPOSE}", "location-retrieval:read location-retrieval:read", "x"):
            form = place.authenticated(grant_type="client_credentials", scope=scope)
            assert_error(await place.http.post(TOKEN, data=form), 400, "invalid_scope")
        forged = place.authenticated(grant_type="client_credentials")
        forged["client_assertion"] = place.company.assertion(software_key("service")).decode()
        assert_error(await place.http.post(TOKEN, data=forged), 401, "invalid_client")
        answer = body_of(
            await place.http.post(TOKEN, data=place.authenticated(grant_type="client_credentials"))
        )
        assert (answer["token_type"], answer["scope"]) == ("Bearer", "")
        place.clock.time += 301
        token = answer["access_token"]
        said = body_of(await place.http.post(INTROSPECT, data=place.authenticated(token=token)))
        assert said == {"active": False}

    run(tmp_path, scene)
