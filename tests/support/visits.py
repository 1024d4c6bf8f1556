"""A client sends a person here to agree by their own key, and takes a token for the code that they come back with.

visit = await Visit.begin(place)                  # pushed, over HTTP
consent = await visit.agree(rosa)                 # signed at the door; the courier tells the phone
code = await visit.back(rosa, consent)            # the browser's session asks for the code
answer = await visit.exchange(code)
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from tests.support.clientparts import http_client
from tests.support.clients import TOKEN, Held, Place
from tests.support.courier import NUMBER
from tests.support.locating import PURPOSE, Locating
from tests.support.world import Person

PAR, AUTHORIZE, AGREED = "/oauth/par", "/oauth/authorize", "/api/agreed"
CALLBACK = "https://roadside.example/back?from=breakseal"
VERIFIER = "a-secret-of-one-visit-" + "0123456789" * 3
KEY_SCOPE = f"openid dpv:{PURPOSE} location-retrieval:read precision:10km rate:9 lasting:90d"
DAY = 86_400


def challenge_of(verifier: str) -> str:
    return canonical.b64(canonical.digest(verifier.encode()))


def told_in(address: str) -> dict[str, str]:
    """Return what an address that a person is sent back to says."""
    return dict(parse_qsl(urlsplit(address).query))


@dataclass
class Visit:
    """One request of one client."""

    place: Place
    company: Locating
    verifier: str
    request_uri: str

    @classmethod
    async def begin(
        cls, place: Place, company: Locating | None = None, verifier: str = VERIFIER, **form: str
    ) -> Visit:
        who = company or place.company
        answer = await push(place, who, code_challenge=challenge_of(verifier), **form)
        assert answer.status_code == 201, answer.text
        said = answer.json()
        assert set(said) == {"request_uri", "expires_in"}
        return cls(place, who, verifier, said["request_uri"])

    async def page(self, browser: httpx.AsyncClient | None = None, **query: str) -> httpx.Response:
        known = {"client_id": self.company.client_id, "request_uri": self.request_uri} | query
        headers = {"accept": "text/html", "accept-language": "en"}
        return await (browser or self.place.http).get(AUTHORIZE, params=known, headers=headers)

    async def agree(self, person: Person, *, told: bool = True, **changed: Any) -> bytes:
        """Sign at the door, and have the phone told."""
        return await agree(self.place, self.company, person, self.verifier, told=told, **changed)

    async def returned(self, person: Person, consent: bytes) -> httpx.Response:
        """Come back from the door in a browser in which `person` is signed in."""
        async with http_client(self.place.app, self.company.origin) as browser:
            hello = self.place.world.sign(s.Hello, person.session, origin=self.company.origin)
            headers = {"origin": self.company.origin}
            body = {"signed": canonical.b64(hello)}
            assert (await browser.post("/api/hello", json=body, headers=headers)).status_code == 200
            body = {"request": self.request_uri, "consent": canonical.b64(consent)}
            return await browser.post(AGREED, json=body, headers=headers)

    async def back(self, person: Person, consent: bytes) -> str:
        answer = await self.returned(person, consent)
        assert answer.status_code == 200, answer.text
        to: str = answer.json()["to"]
        assert to.startswith(CALLBACK + "&")
        return told_in(to)["code"]

    async def code(self, person: Person) -> str:
        """Agree, and come back with the code."""
        return await self.back(person, await self.agree(person))

    async def exchange(self, code: str, company: Locating | None = None, **form: str) -> httpx.Response:
        who = company or self.company
        known = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        } | form  # fmt: skip
        return await self.place.http.post(TOKEN, data=authenticated(who, **known))

    async def held(self, person: Person) -> Held:
        """Go the whole way."""
        answer = await self.exchange(await self.code(person))
        assert answer.status_code == 200, answer.text
        return Held("", answer.json()["access_token"], answer.json())


def authenticated(company: Locating, **form: str) -> dict[str, str]:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": company.assertion().decode()} | form


async def push(place: Place, company: Locating | None = None, **form: str) -> httpx.Response:
    """Push a request; a parameter given empty is left out."""
    who = company or place.company
    known = {
        "client_id": who.client_id, "response_type": "code", "redirect_uri": CALLBACK, "scope": KEY_SCOPE,
        "state": "state-1", "nonce": "n-1", "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }  # fmt: skip
    whole = authenticated(who, **(known | form))
    return await place.http.post(PAR, data={name: value for name, value in whole.items() if value})


async def refresh(place: Place, token: str, company: Locating | None = None) -> httpx.Response:
    form = authenticated(company or place.company, grant_type="refresh_token", refresh_token=token)
    return await place.http.post(TOKEN, data=form)


async def resident(place: Place, number: str = "") -> Person:
    """Sign somebody up with this phone."""
    return await asyncio.to_thread(place.world.resident, number or NUMBER)


async def agree(
    place: Place, company: Locating, person: Person, verifier: str, *, told: bool = True, **changed: Any
) -> bytes:
    """Sign a consent for the person's first phone; return its public name."""

    def sign() -> bytes:
        before = {one.id for one in company.desk(person).consents}
        until = place.clock.now() + 90 * DAY
        known = {"precision": "10km", "rate": 9, "until": until, "challenge": challenge_of(verifier)}
        place.world.submit(company.consent(person, **(known | changed)))
        return canonical.unb64(next(one.id for one in company.desk(person).consents if one.id not in before))

    consent = await asyncio.to_thread(sign)
    if told:
        await tell(place)
    return consent


async def tell(place: Place) -> None:
    """Have the courier take what is due, send it, and say so."""
    await place.courier.poll()
    await place.courier.delivery.deliver_due()
    await place.courier.intake.tell()


async def withdraw(place: Place, person: Person, consent: bytes) -> None:
    fields = {"consent": canonical.b64(consent)}
    await place.submit(location.WithdrawConsent, person.session, **fields)
