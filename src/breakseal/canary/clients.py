"""Attacks of an enrolled client: the canary's own, on its own phone and on numbers that are nobody's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

from breakseal.canary.scene import (
    ASK,
    CIRCLE,
    FORM,
    JSON,
    RETRIEVE,
    SCOPE,
    SHAPED,
    TOKEN,
    VERIFY,
    Attack,
    NotRunError,
    Scene,
    opened,
)
from breakseal.canary.strangers import CLAIMS, GRANTS
from breakseal.canary.variants import FORMATS, bodies, spellings
from breakseal.client.answers import Question
from breakseal.client.client import CIBA

LOOKS_AFTER_STOP = 5


def replayed_assertion(scene: Scene) -> Iterator[str]:
    """An assertion works once."""
    form = scene.keyed.authenticated({"grant_type": "client_credentials", "scope": ""})
    first, second = scene.bare_form(TOKEN, **form), scene.bare_form(TOKEN, **form)
    if first.status != 200:
        raise NotRunError(
            f"the canary's key is not taken here (status {first.status}): is it enrolled and active?"
        )
    if second.status != 401:
        yield f"an assertion sent twice was answered {second.status}, not 401"


def numbers_alike(scene: Scene) -> Iterator[str]:
    """A number that there is and one that is nobody's read alike, when asked and when polled."""
    numbers = (scene.number, scene.nobody[0]) if scene.number else scene.nobody
    answers = [scene.form(ASK, scope=SCOPE, login_hint=f"tel:{number}") for number in numbers]
    names = [answer.member("auth_req_id") for answer in answers]
    if scene.number and names[0]:
        asked = answers[0]
        scene.question = Question(auth_req_id=names[0], expires_in=int(asked.member("expires_in") or 0))
    scene.pending = names[-1]
    if not all(names):
        statuses = {answer.status for answer in answers}
        if statuses - {200, 403}:
            yield f"asking was answered with {sorted(statuses)}"
        raise NotRunError("a number was asked often enough today: this runs again tomorrow")
    if len({answer.alike for answer in answers}) != 1:
        yield "asking tells one number from another"
    polls = [scene.form(TOKEN, grant_type=CIBA, auth_req_id=name) for name in names]
    besides = polls[0].unsteady(scene.form(TOKEN, grant_type=CIBA, auth_req_id=names[0]))
    if len({poll.whole(besides) for poll in polls}) != 1:
        yield "polling tells one number from another"


def asserted_consent(scene: Scene) -> Iterator[str]:
    """No word of the client's is a consent: nothing is given before the phone itself has answered."""
    pending = scene.pending or _no_question()
    for word in ({}, CLAIMS):
        answer = scene.form(TOKEN, grant_type=CIBA, auth_req_id=pending, **word)
        if answer.member("access_token"):
            yield "a token was given for a phone that never answered"
    for words in ("consent:granted", "precision:exact", "rate:61"):
        answer = scene.form(ASK, scope=f"{SCOPE} {words}", login_hint=f"tel:{scene.nobody[-1]}")
        if answer.status != 400:
            yield f"a scope with {words} was answered {answer.status}, not 400"
    fields = urlencode([*scene.keyed.authenticated({"scope": SCOPE, "login_hint": f"tel:{scene.nobody[-1]}"}).items(),
                        ("login_hint", f"tel:{scene.nobody[0]}")])  # fmt: skip
    answer = scene.web.send("POST", ASK, [FORM], fields.encode())
    if answer.status != 400:
        yield f"two numbers in one question were answered {answer.status}, not 400"


def skipped_steps(scene: Scene) -> Iterator[str]:
    """The name of a question is no token, and no grant skips the question."""
    pending = scene.pending or _no_question()
    as_token = pending.ljust(43, "A")
    for headers in (
        [("authorization", f"DPoP {as_token}"), ("dpop", SHAPED), JSON],
        [("authorization", f"Bearer {as_token}"), JSON],
    ):  # one line
        yield from opened(scene.post(RETRIEVE, headers), "the name of a question as a token")
    for grant in GRANTS:
        if grant in (CIBA, "client_credentials"):
            continue
        answer = scene.form(TOKEN, grant_type=grant, auth_req_id=pending, username=scene.nobody[0])
        if answer.status < 400:
            yield f"the grant {grant} gave a token"


def without_a_person(scene: Scene) -> Iterator[str]:
    """A token without a person opens nothing, whichever phone the body names."""
    given = scene.form(
        TOKEN, grant_type="client_credentials", scope="location-retrieval:read location-verification:verify"
    )
    machine = given.member("access_token")
    device = {"device": {"phoneNumber": scene.number or scene.nobody[0]}}
    for path, body in ((RETRIEVE, device), (VERIFY, device | {"area": CIRCLE})):
        for scheme in ("Bearer", "DPoP", "bearer", "BEARER"):
            headers = [("authorization", f"{scheme} {machine}"), ("dpop", SHAPED), JSON]
            yield from opened(
                scene.post(path, headers, json.dumps(body).encode()), f"{scheme} without a person"
            )


def addresses_with_consent(scene: Scene) -> Iterator[str]:
    """Even with a consent only the one address opens."""
    for address in spellings(RETRIEVE):
        yield from opened(scene.post(address, scene.bearing()), f"{address} with a consent")


def formats_with_consent(scene: Scene) -> Iterator[str]:
    """With a consent every format and override gets what the plain request gets, and nothing finer."""
    plain = scene.post(RETRIEVE, scene.bearing())
    if plain.status != 200:
        raise NotRunError(f"the canary's phone cannot be located now (status {plain.status})")
    for extra in FORMATS:
        answer = scene.post(RETRIEVE, [*scene.bearing(), *extra])
        if answer.status != plain.status or _circle(answer.body) != _circle(plain.body):
            yield f"{extra[0][0]}: {extra[0][1]} changed the answer (status {answer.status})"


def _circle(body: bytes) -> object:
    """Return how exactly it was told: the phone may have moved meanwhile, the members and the radius' size may not."""
    try:
        tree = json.loads(body)
        return sorted(tree), tree["area"]["areaType"], tree["area"]["radius"] >= 1_000
    except (ValueError, KeyError, TypeError):
        return None


def bodies_with_consent(scene: Scene) -> Iterator[str]:
    """With a consent no other body is taken, and none names another phone."""
    for kind, body in bodies(scene.number, scene.nobody[0]):
        headers = [*scene.bearing()[:2], ("content-type", kind)]
        yield from opened(
            scene.post(RETRIEVE, headers, body), f"a body of {kind or 'no type'} with a consent"
        )


def stolen_token(scene: Scene) -> Iterator[str]:
    """A token is worthless without a fresh proof by its own key: replayed, of another request, by another key, none."""
    token = scene.token
    proof = scene.keyed.proof(token, RETRIEVE)
    scene.post(RETRIEVE, scene.bearing(proof=proof))
    cases = {
        "a proof sent twice": scene.bearing(proof=proof),
        "a proof of another request": scene.bearing(proof=scene.keyed.proof(token, VERIFY)),
        "a proof by another key": [*scene.stranger.bearing(token, RETRIEVE).items(), JSON],
        "no proof": [("authorization", f"DPoP {token.access_token}"), JSON],
        "the token as a bearer's": [("authorization", f"Bearer {token.access_token}"), JSON],
    }
    for what, headers in cases.items():
        yield from opened(scene.post(RETRIEVE, headers), what)


def after_stop(scene: Scene) -> Iterator[str]:
    """From the acknowledgement of STOP nothing is served, with a live token and with proofs made before."""
    phone = scene.phone
    if phone is None or scene.question is None:
        raise NotRunError("no phone of the canary's own is given (--phone-url)")
    ready = [scene.bearing() for _ in range(LOOKS_AFTER_STOP)]
    before = len(phone.texts())
    phone.says("STOP")
    phone.await_text(before)
    for headers in [*ready, scene.bearing()]:
        yield from opened(scene.post(RETRIEVE, headers), "a look after STOP")
    again = scene.form(TOKEN, grant_type=CIBA, auth_req_id=scene.question.auth_req_id)
    if again.member("access_token"):
        yield "a token was given after STOP"


def _no_question() -> str:
    raise NotRunError("a number was asked often enough today: this runs again tomorrow")


ATTACKS = (
    Attack("assertion-replayed", "key", replayed_assertion),
    Attack("numbers-read-alike", "key", numbers_alike),
    Attack("client-asserts-consent", "key", asserted_consent),
    Attack("steps-skipped", "key", skipped_steps),
    Attack("token-without-a-person", "key", without_a_person),
)
AGREED = (
    Attack("addresses-with-consent", "consent", addresses_with_consent),
    Attack("formats-with-consent", "consent", formats_with_consent),
    Attack("bodies-with-consent", "consent", bodies_with_consent),
    Attack("stolen-token", "consent", stolen_token),
    Attack("after-stop", "consent", after_stop),
)
