"""Agreeing in the browser, as a client sees it: a pushed request, the page, a code, tokens while the consent lasts."""

from __future__ import annotations

import re
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model.location import CONSENT_PURPOSES, PRECISIONS
from tests.support.clients import Held, Place, assert_error, body_of, run
from tests.support.locating import PURPOSE, RECIPIENT, REQUESTER
from tests.support.visits import CALLBACK, KEY_SCOPE, Visit, push, refresh, resident, tell, told_in

WEB = "http://localhost:8911"
BASE = f"openid dpv:{PURPOSE} location-retrieval:read"


def test_from_the_pushed_request_to_the_location(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        consent = await visit.agree(rosa)
        came = await visit.returned(rosa, consent)
        told = told_in(came.json()["to"])
        assert set(told) == {"from", "code", "state", "iss"}
        assert (told["from"], told["state"], told["iss"]) == ("breakseal", "state-1", WEB)

        answer = await visit.exchange(told["code"])
        given = body_of(answer)
        assert set(given) == {
            "access_token",
            "token_type",
            "expires_in",
            "scope",
            "id_token",
            "refresh_token",
        }
        assert (given["token_type"], given["expires_in"]) == ("DPoP", 600)
        assert f"dpv:{PURPOSE}" in given["scope"].split()
        keys = KeySet.import_key_set(body_of(await place.http.get("/oauth/jwks")))  # type: ignore[arg-type] # as sent
        claims = jwt.decode(given["id_token"], keys, algorithms=["ES256"]).claims
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (WEB, place.company.client_id, "n-1")
        found = await place.retrieve(Held("", given["access_token"], given))
        assert found.status_code == 200
        assert body_of(found)["area"]["radius"] > 8_000, "10 km was agreed to"
        (text,) = [one for one in await place.texts() if one.startswith("Agreed online")]
        assert f"{RECIPIENT} ({REQUESTER})" in text

    run(tmp_path, scene)


def test_a_token_is_taken_again_while_the_consent_lasts(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        held = await visit.held(rosa)
        place.clock.time += 600
        assert (await place.retrieve(held)).status_code == 401
        again = body_of(await refresh(place, held.answer["refresh_token"]))
        assert "refresh_token" not in again
        assert (await place.retrieve(Held("", again["access_token"], again))).status_code == 200
        place.clock.time += 90 * 86_400
        assert_error(await refresh(place, held.answer["refresh_token"]), 400, "invalid_grant")

    run(tmp_path, scene)


def test_a_consent_whose_text_goes_out_later_begins_then(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        consent = await visit.agree(rosa, told=False)
        await tell(place)
        assert (await visit.exchange(await visit.back(rosa, consent))).status_code == 200

    run(tmp_path, scene)


def test_the_phone_hears_of_it_again_next_day_and_every_month_and_ends_it_by_stop(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        held = await visit.held(rosa)
        for days, begins in ((1, "Agreed online: "), (29, "Reminder. "), (30, "Reminder. ")):
            before = len(await place.texts())
            place.clock.time += days * 86_400
            await tell(place)
            (new,) = (await place.texts())[before:]
            assert new.startswith(begins)
            assert f"{RECIPIENT} ({REQUESTER})" in new
        await place.reply("Please stop this")
        assert_error(await refresh(place, held.answer["refresh_token"]), 400, "invalid_grant")
        before = len(await place.texts())
        place.clock.time += 30 * 86_400
        await tell(place)
        assert len(await place.texts()) == before

    run(tmp_path, scene)


def test_what_cannot_be_pushed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        for form, error in (
            ({"response_type": ""}, "unsupported_response_type"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_mode": "fragment"}, "unsupported_response_type"),
            ({"client_id": ""}, "invalid_request"),
            ({"request_uri": "urn:x"}, "invalid_request"),
            ({"request": "e30.e30."}, "invalid_request"),
            ({"prompt": "none"}, "invalid_request"),
            ({"state": "two words"}, "invalid_request"),
            ({"nonce": "n" * 513}, "invalid_request"),
            ({"code_challenge": ""}, "invalid_request"),
            ({"code_challenge": "AAAA"}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": ""}, "invalid_request"),
            ({"scope": ""}, "invalid_scope"),
            ({"scope": f"{BASE} lasting:366d"}, "invalid_scope"),
            ({"scope": f"{BASE} lasting:0d"}, "invalid_scope"),
            ({"scope": f"{BASE} lasting:day"}, "invalid_scope"),
            ({"scope": f"{BASE} precision:1m"}, "invalid_scope"),
            ({"scope": f"{BASE} precision:yes-or-no"}, "invalid_scope"),
            ({"scope": f"{BASE} rate:61"}, "invalid_scope"),
            ({"scope": f"{BASE} dpv:CustomerCare"}, "invalid_scope"),
            ({"scope": BASE.replace("openid ", "")}, "invalid_scope"),
        ):
            assert_error(await push(place, **form), 400, error)

    run(tmp_path, scene)


def test_the_page_says_all_that_can_be_asked_in_both_languages(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        for number, purpose in enumerate(CONSENT_PURPOSES):
            precision = PRECISIONS[number]
            kind = "location-verification:verify" if precision == "yes-or-no" else "location-retrieval:read"
            scope = (
                f"openid dpv:{purpose} {kind} precision:{precision} rate:{number + 2} lasting:{number + 3}d"
            )
            visit = await Visit.begin(place, scope=scope)
            for lang, words in (("en", f"for {number + 3} days"), ("es", f"durante {number + 3} días")):
                page = await visit.page(lang=lang)
                assert page.status_code == 200
                shown = page.text.split('id="page-messages"')[0]
                for said in (REQUESTER, RECIPIENT, words, str(number + 2)):
                    assert said in shown
                assert ("very place" in shown or "lugar exacto" in shown) is (precision == "exact")
                assert "js.place" not in shown

    run(tmp_path, scene)


def test_no_leads_straight_back_and_says_who_answers(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        found = re.search(r'id="no" href="([^"]+)"', (await visit.page()).text)
        assert found is not None
        to = found[1].replace("&amp;", "&")
        assert to.startswith(CALLBACK)
        assert told_in(to) == {"from": "breakseal", "error": "access_denied", "state": "state-1", "iss": WEB}

    run(tmp_path, scene)


def test_a_request_lapses_after_ten_minutes(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit, rosa = await Visit.begin(place), await resident(place)
        consent = await visit.agree(rosa)
        place.clock.time += 600
        page = await visit.page()
        assert (page.status_code, "This request is over" in page.text) == (400, True)
        answer = await visit.returned(rosa, consent)
        assert (answer.status_code, answer.json()["reason"]) == (403, "request-over")

    run(tmp_path, scene)


def test_a_page_s_answers_are_pages_and_a_program_s_are_json(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        assert (await visit.page()).headers["cache-control"] == "no-store"
        answer = await place.http.post("/oauth/authorize", headers={"accept": "text/html"})
        assert answer.status_code == 405
        assert_error(await place.http.get("/oauth/par"), 405, "invalid_request")
        await place.end("keyholder")
        place.app.state.facts._facts = None
        page = await visit.page()
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert_error(await push(place), 503, "temporarily_unavailable")

    run(tmp_path, scene)


class Silent:
    """A keyholder that does not answer."""

    async def ask(self, _question: object, _answer: object) -> object:
        raise UnavailableError("the keyholder does not answer", reason="keyholder-unavailable")


def test_a_code_outlives_a_keyholder_that_was_silent_for_a_moment(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place)
        code = await visit.code(await resident(place))
        desk = place.app.state.location
        keyholder, desk.keyholder = desk.keyholder, Silent()
        assert_error(await visit.exchange(code), 503, "temporarily_unavailable")
        desk.keyholder = keyholder
        assert (await visit.exchange(code)).status_code == 200

    run(tmp_path, scene)


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        visit = await Visit.begin(place, scope=BASE, state="", nonce="")
        page = (await visit.page()).text
        assert "for 30 days" in page
        assert "up to 4 times an hour" in page
        assert KEY_SCOPE not in page

    run(tmp_path, scene)
