"""Somebody has a code that is another's, or makes one request's consent serve another's: no token."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from breakseal.kernel.model import canonical
from breakseal.web.location import visits
from tests.support.clients import INTROSPECT, Held, Place, assert_error, body_of, run
from tests.support.locating import Locating
from tests.support.visits import CALLBACK, VERIFIER, Visit, push, refresh, resident, withdraw

OTHER = "+12025550187"
ANOTHER = "another-secret-of-another-visit-" + "9876543210" * 2
UNPROVED: tuple[dict[str, str], ...] = (
    {"client_assertion": ""}, {"client_assertion_type": ""}, {"client_assertion": "a.b.c"}, {"client_secret": "x"},
    {"client_id": canonical.b64(bytes(32))},
)  # fmt: skip
NOWHERE = (
    "", "http://roadside.example/back", "https://roadside.example/back#x", "javascript:alert(1)", "//evil.example",
    "https://good.example@evil.example/", "https:///nowhere", "https://[::1", "https://a.example/ b", "/back",
    "https://a.example/\\evil", "data:text/html,x", "https://" + "a" * 1_100, "http://localhost.evil.example/",
    "https://a.example:99999/",
)  # fmt: skip


async def rival(place: Place) -> Locating:
    """Enrol another company with a client of its own."""
    other = Locating(place.world, org="pine-towing", recipient="Pine Towing", enrol=False)
    other.origin = place.company.origin
    await asyncio.to_thread(other.enrol)
    return other


async def active(place: Place, token: str) -> bool:
    answer = await place.http.post(INTROSPECT, data=place.authenticated(token=token))
    return bool(body_of(answer)["active"])


async def opens(place: Place, answer: httpx.Response) -> int:
    """Return the status of one look with what was answered."""
    return (await place.retrieve(Held("", answer.json()["access_token"], {}))).status_code


def test_a_code_is_used_twice(tmp_path: Path) -> None:
    """The second time nothing is given, and what the first gave is taken back (RFC 6749 section 4.1.2)."""

    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        code = await visit.code(await resident(place))
        first = await visit.exchange(code)
        assert await opens(place, first) == 200
        assert_error(await visit.exchange(code), 400, "invalid_grant")
        assert await opens(place, first) == 401
        assert not await active(place, first.json()["access_token"])

    run(tmp_path, scene)


def test_a_code_of_another_client(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        code, thief = await visit.code(await resident(place)), await rival(place)
        assert_error(await visit.exchange(code, thief), 400, "invalid_grant")
        assert_error(
            await visit.exchange(code, thief, client_id=place.company.client_id), 401, "invalid_client"
        )
        first = await visit.exchange(code)
        assert await opens(place, first) == 200, "the thief did not spend it"
        assert_error(await visit.exchange(code, thief), 400, "invalid_grant")
        assert await opens(place, first) == 200, "nor takes back what it gave"

    run(tmp_path, scene)


def test_a_code_with_the_clients_name_and_anothers_signature(tmp_path: Path) -> None:
    """Whoever says that it is the client without its key neither gets a token nor spends the code."""

    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        code, thief = await visit.code(await resident(place)), await rival(place)
        forged = place.company.assertion(signer=thief.client).decode()
        assert_error(await visit.exchange(code, client_assertion=forged), 401, "invalid_client")
        assert (await visit.exchange(code)).status_code == 200

    run(tmp_path, scene)


def test_a_code_with_another_secret(tmp_path: Path) -> None:
    """The keyholder compares it with what the person signed; the client's own mistake costs it the code."""

    async def scene(place: Place) -> None:
        rosa = await resident(place)
        for verifier in (ANOTHER, VERIFIER + "x", VERIFIER.upper()):
            visit = await Visit.begin(place)
            code = await visit.code(rosa)
            assert_error(await visit.exchange(code, code_verifier=verifier), 400, "invalid_grant")
            assert_error(await visit.exchange(code), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_code_with_another_redirect_uri(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        code = await visit.code(await resident(place))
        for address in (
            "",
            CALLBACK + "/",
            CALLBACK.split("?")[0],
            "https://evil.example/",
            CALLBACK.upper(),
        ):
            assert_error(await visit.exchange(code, redirect_uri=address), 400, "invalid_grant")
        assert (await visit.exchange(code)).status_code == 200

    run(tmp_path, scene)


def test_a_person_comes_back_who_is_not_the_one_who_agreed(tmp_path: Path) -> None:
    """Ana's session brings Rosa's consent back: the client would take Rosa's phone for Ana's."""

    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        rosa, ana = await resident(place), await resident(place, OTHER)
        code = await visit.back(ana, await visit.agree(rosa))
        assert_error(await visit.exchange(code), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_consent_is_swapped_between_two_requests(tmp_path: Path) -> None:
    """Of one client, one person: what was signed in one visit serves no other, whoever carries it."""

    async def scene(place: Place) -> None:
        mine, other = await Visit.begin(place), await Visit.begin(place, verifier=ANOTHER)
        rosa = await resident(place)
        consent = await mine.agree(rosa)
        code = await other.back(rosa, consent)
        assert_error(await other.exchange(code), 400, "invalid_grant")
        assert (await mine.exchange(await mine.back(rosa, consent))).status_code == 200

    run(tmp_path, scene)


def test_a_hostile_web_tier_gives_one_persons_consent_to_anothers_visit(places: Locating) -> None:
    """It carries names and secrets as it likes: the keyholder gives a token for the secret that was signed only."""
    rosa, ana = places.world.resident(), places.world.resident("+15555550118")
    secrets = {"rosa": VERIFIER.encode(), "ana": ANOTHER.encode()}
    for name, person in (("rosa", rosa), ("ana", ana)):
        challenge = canonical.b64(canonical.digest(secrets[name]))
        places.world.submit(places.consent(person, challenge=challenge))
    places.tell()
    hers, anas = (canonical.unb64(places.desk(one).consents[0].id) for one in (rosa, ana))
    for secret in (secrets["ana"], b"", canonical.digest(secrets["rosa"]), hers):
        places.refused(places.taking(hers, secret), "wrong-verifier")
    places.refused(places.taking(anas, secrets["rosa"]), "wrong-verifier")
    assert places.take(hers, verifier=secrets["rosa"]).handle == rosa.handle
    assert places.take(anas, verifier=secrets["ana"]).handle == ana.handle


def test_the_consent_for_another_client(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        thief = await rival(place)
        mine, theirs = await Visit.begin(place), await Visit.begin(place, thief)
        rosa = await resident(place)
        code = await theirs.back(rosa, await mine.agree(rosa))
        assert_error(await theirs.exchange(code), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_code_before_the_phone_was_told(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        rosa = await resident(place)
        code = await visit.back(rosa, await visit.agree(rosa, told=False))
        assert_error(await visit.exchange(code), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_consent_older_than_the_request(tmp_path: Path) -> None:
    """What the person agreed to last month is no answer to what they are asked now."""

    async def scene(place: Place) -> None:
        rosa = await resident(place)
        old = await (await Visit.begin(place, verifier=ANOTHER)).agree(rosa)
        visit = await Visit.begin(place)
        assert_error(await visit.exchange(await visit.back(rosa, old)), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_request_is_answered_once(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        rosa = await resident(place)
        consent = await visit.agree(rosa)
        await visit.back(rosa, consent)
        again = await visit.returned(rosa, consent)
        assert (again.status_code, again.json()["reason"]) == (403, "request-over")

    run(tmp_path, scene)


def test_a_code_that_is_late_or_made_up(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        code = await visit.code(await resident(place))
        for made_up in ("", canonical.b64(bytes(32)), visit.request_uri, code[:-1], "x" * 5_000):
            assert_error(await visit.exchange(made_up), 400, "invalid_grant")
        place.clock.time += 60
        assert_error(await visit.exchange(code), 400, "invalid_grant")

    run(tmp_path, scene)


def test_after_stop_neither_code_nor_refresh_gives_anything(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        rosa = await resident(place)
        visit, later = await Visit.begin(place), await Visit.begin(place, verifier=ANOTHER)
        held = await visit.held(rosa)
        code = await later.back(rosa, await later.agree(rosa, purpose="CustomerCare"))
        await place.reply("STOP")
        assert (await place.retrieve(held)).status_code == 401
        assert_error(await later.exchange(code), 400, "invalid_grant")
        assert_error(await refresh(place, held.answer["refresh_token"]), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_refresh_token_in_other_hands_or_made_up(tmp_path: Path) -> None:
    """It holds no secret of ours: without the client's key, or with another visit's secret, it gives nothing."""

    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        token = (await visit.held(rosa)).answer["refresh_token"]
        consent, _, verifier = token.partition(".")
        thief = await rival(place)
        assert_error(await refresh(place, token, thief), 400, "invalid_grant")
        for false in (
            consent,
            f"{consent}.",
            f"{consent}.{ANOTHER}",
            f".{verifier}",
            f"AAAA.{verifier}",
            verifier,
        ):
            assert_error(await refresh(place, false), 400, "invalid_grant")
        form = place.authenticated(grant_type="urn:openid:params:grant-type:ciba", auth_req_id=consent)
        assert_error(await place.http.post("/oauth/token", data=form), 400, "invalid_grant")
        assert (await refresh(place, token)).status_code == 200
        await withdraw(place, rosa, canonical.unb64(consent))
        assert_error(await refresh(place, token), 400, "invalid_grant")

    run(tmp_path, scene)


def test_nobody_else_pushes_a_request(tmp_path: Path) -> None:
    """Who could push for another could have people sent to an address of their own, in a known company's name."""

    async def scene(place: Place) -> None:
        for form in UNPROVED:
            assert_error(await push(place, **form), 401, "invalid_client")

    run(tmp_path, scene)


def test_a_pushed_request_with_anothers_key_or_a_used_assertion(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        thief = await rival(place)
        forged = place.company.assertion(signer=thief.client).decode()
        assert_error(await push(place, client_assertion=forged), 401, "invalid_client")
        used = place.company.assertion().decode()
        assert (await push(place, client_assertion=used)).status_code == 201
        assert_error(await push(place, client_assertion=used), 401, "invalid_client")

    run(tmp_path, scene)


def test_people_are_sent_to_no_such_address(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        for address in NOWHERE:
            assert_error(await push(place, redirect_uri=address), 400, "invalid_request")

    run(tmp_path, scene)


def test_the_page_takes_nothing_from_the_address_but_the_two_names(tmp_path: Path) -> None:
    """Scope, state, where to go: what stands in the address is anybody's, what was pushed is the client's."""

    async def scene(place: Place) -> None:
        visit, thief = await Visit.begin(place), await rival(place)
        wider = {
            "scope": "openid dpv:CustomerCare location-retrieval:read precision:exact lasting:365d rate:60"
        }
        page = await visit.page(redirect_uri="https://evil.example/", state="theirs", **wider)
        assert page.status_code == 200
        shown = page.text.split('id="page-messages"')[0]
        for word in ("evil.example", "theirs", "CustomerCare", "365"):
            assert word not in shown
        other = await visit.page(client_id=thief.client_id)
        assert other.status_code == 400
        assert "This request is over" in other.text
        twice = f"/oauth/authorize?client_id={place.company.client_id}&request_uri={visit.request_uri}"
        answer = await place.http.get(f"{twice}&request_uri={visit.request_uri}")
        assert answer.status_code == 400

    run(tmp_path, scene)


def test_one_clients_crowd_drives_out_nobody_elses_request(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, crowd = await Visit.begin(place), await rival(place)
        statuses = {(await push(place, crowd)).status_code for _ in range(visits.PER_CLIENT)}
        assert statuses == {201}
        assert_error(await push(place, crowd), 429, "slow_down")
        assert (await visit.page()).status_code == 200
        place.clock.time += visits.PUSHED_SECONDS
        assert (await push(place, crowd)).status_code == 201

    run(tmp_path, scene)


def test_no_code_without_a_session_or_from_another_site(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        consent = canonical.b64(await visit.agree(rosa))
        body = {"request": visit.request_uri, "consent": consent}
        for headers, status in (({}, 401), ({"origin": "https://evil.example"}, 403)):
            assert (await place.http.post("/api/agreed", json=body, headers=headers)).status_code == status

    run(tmp_path, scene)
