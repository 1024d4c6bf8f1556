"""Somebody uses a client's token, proof or assertion for what it was not signed for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.kernel.model import canonical
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.keyholder.location import messages as m
from tests.support.locating import RETRIEVE, VERIFY, Locating, compact, jwk_of, wire_hash
from tests.support.world import software_key

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _claims(places: Locating) -> dict[str, Any]:
    now = places.world.clock.now()
    return {
        "iss": places.client_id,
        "sub": places.client_id,
        "aud": places.origin,
        "exp": now + 60,
        "jti": "j1",
    }


def respelled(token: bytes) -> bytes:
    """Return the same token with the signature's other spelling: (r, n - s) for (r, s)."""
    text, _, last = token.rpartition(b".")
    raw = canonical.unb64(last.decode())
    flipped = ORDER - int.from_bytes(raw[32:], "big")
    return text + b"." + canonical.b64(raw[:32] + flipped.to_bytes(32, "big")).encode()


def test_a_token_is_used_without_a_proof(places: Locating) -> None:
    """As a bearer token; with the client's assertion for a proof; with a proof by a key of one's own."""
    given = places.agree()
    stranger = software_key("service")
    for proof in (
        b"x",
        b"..",
        places.assertion(),
        places.proof(given.token, signer=stranger),
        places.proof(given.token, header={"jwk": jwk_of(stranger.key)}),
        places.proof(given.token, header={"typ": "JWT"}),
        compact(places.client, {"typ": "dpop+jwt", "alg": "ES256"}, {"htm": "POST"}),
    ):
        places.refused(places.looking(given, proof=proof), "no-token")
    assert places.locate(given).permit


@pytest.mark.parametrize(
    "changed",
    [
        {"htu": "http://localhost:8911/oauth/token"},
        {"htu": "http://localhost:8911" + VERIFY},
        {"htu": "http://localhost:8911" + RETRIEVE + "?x=1"},
        {"htu": "http://localhost:8911" + RETRIEVE + "/"},
        {"htu": "http://localhost:8911" + RETRIEVE.upper()},
        {"htu": RETRIEVE},
    ],
)
def test_a_proof_of_a_request_to_another_path_is_used(places: Locating, changed: dict[str, str]) -> None:
    given = places.agree()
    places.refused(places.looking(given, proof=places.proof(given.token, **changed)), "no-token")


def test_a_proof_of_a_look_for_yes_or_no_is_used_to_learn_where(places: Locating) -> None:
    given = places.agree()
    places.refused(places.looking(given, proof=places.proof(given.token, VERIFY)), "no-token")
    asked = places.looking(given, VERIFY, proof=places.proof(given.token, VERIFY))
    places.refused(msgspec.structs.replace(asked, area=None), "path")


@pytest.mark.parametrize(
    "origin", ["http://localhost:8912", "http://evil.example", "https://localhost:8911", ""]
)
def test_a_proof_of_a_request_to_another_host_is_used(places: Locating, origin: str) -> None:
    given = places.agree()
    proof = places.proof(given.token, htu=origin + RETRIEVE)
    places.refused(places.looking(given, proof=proof), "no-token")


@pytest.mark.parametrize("htm", ["GET", "post", "PUT", ""])
def test_a_proof_of_another_method_is_used(places: Locating, htm: str) -> None:
    given = places.agree()
    places.refused(places.looking(given, proof=places.proof(given.token, htm=htm)), "no-token")


def test_a_proof_for_another_token_is_used(places: Locating) -> None:
    """The client's own other token: an operator who carries both must not exchange them."""
    first, second = places.agree(), places.agree("+15555550118")
    places.refused(places.looking(first, proof=places.proof(second.token)), "no-token")
    for ath in (canonical.b64(bytes(32)), "", "AAAA", canonical.b64(first.token), None):
        places.refused(places.looking(first, proof=places.proof(first.token, ath=ath)), "no-token")


def test_a_proof_is_replayed(places: Locating) -> None:
    given = places.agree()
    question = places.looking(given)
    places.world.ask(question, m.Located)
    places.refused(question, "no-token")
    places.refused(msgspec.structs.replace(question, max_age=60), "no-token")
    places.refused(msgspec.structs.replace(question, proof=respelled(question.proof)), "no-token")


def test_two_looks_with_one_proof_come_in_one_batch(places: Locating) -> None:
    question = places.looking(places.agree())
    answers = places.world.engine.answer([question, question])
    assert sorted(type(one).__name__ for one in answers) == ["Located", "Problem"]


@pytest.mark.parametrize("shift", [-61, 61, -3600, 3600, -(10**12)])
def test_an_old_or_early_proof_is_used(places: Locating, shift: int) -> None:
    given = places.agree()
    proof = places.proof(given.token, iat=places.world.clock.now() + shift)
    places.refused(places.looking(given, proof=proof), "no-token")


@pytest.mark.parametrize("shift", [-60, 60])
def test_a_proof_within_the_skew_is_good_so_that_the_others_mean_something(
    places: Locating, shift: int
) -> None:
    given = places.agree()
    proof = places.proof(given.token, iat=places.world.clock.now() + shift)
    assert places.locate(given, proof=proof).permit


def test_a_proof_without_a_name_of_its_own_is_used(places: Locating) -> None:
    given = places.agree()
    for jti in (None, "", "x" * 257):
        places.refused(places.looking(given, proof=places.proof(given.token, jti=jti)), "no-token")


def test_an_assertion_is_replayed(places: Locating) -> None:
    question = places.asking()
    asked = places.world.ask(question, m.ConsentAsked)
    places.refused(question, "invalid-client")
    places.refused(
        msgspec.structs.replace(question, assertion=respelled(question.assertion)), "invalid-client"
    )
    places.attest(places.answered(asked.ask))
    for other in (
        m.TakeToken(ask=asked.ask, assertion=question.assertion),
        m.AskToken(token=bytes(32), assertion=question.assertion),
        m.DropToken(token=bytes(32), assertion=question.assertion),
    ):
        places.refused(other, "invalid-client")


@pytest.mark.parametrize(
    "aud",
    [
        "http://localhost:8912",
        "http://localhost:8911/oauth/token",
        "http://localhost:8911/",
        "",
        [],
        ["http://localhost:8911", "http://evil.example"],
        ["http://evil.example"],
    ],
)
def test_an_assertion_of_another_audience_is_used(places: Locating, aud: Any) -> None:
    """An assertion that also names another server was made for that one, too, which could hand it in here."""
    places.refused(places.asking(assertion=places.assertion(aud=aud)), "invalid-client")


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 0},
        {"exp": -60},
        {"exp": 361},
        {"exp": 10**6},
        {"iat": 61},
        {"nbf": 61},
    ],
)
def test_an_assertion_out_of_its_time_is_used(places: Locating, changed: dict[str, int]) -> None:
    now = places.world.clock.now()
    moved = {name: now + shift for name, shift in changed.items()}
    if changed == {"exp": 0}:
        moved = {"exp": now - 61}
    places.refused(places.asking(assertion=places.assertion(**moved)), "invalid-client")


@pytest.mark.parametrize(
    "make",
    [
        lambda places, rival: places.assertion(rival.client),
        lambda places, rival: places.assertion(sub=rival.client_id),
        lambda places, rival: places.assertion(rival.client, sub=rival.client_id),
        lambda places, _rival: places.assertion(
            iss=places.world.sponsor.key.id, sub=places.world.sponsor.key.id
        ),
        lambda places, _rival: places.assertion(jti=""),
        lambda places, _rival: places.assertion(jti=None),
        lambda places, _rival: places.assertion(exp=None),
        lambda places, _rival: places.proof(bytes(32)),
        lambda places, _rival: compact(places.client, {"alg": "ES256", "typ": "dpop+jwt"}, _claims(places)),
        lambda places, _rival: compact(places.client, {"alg": "EdDSA"}, _claims(places)),
        lambda places, _rival: compact(places.client, {"alg": "none"}, _claims(places)),
        lambda _places, _rival: b"",
    ],
)
def test_an_assertion_of_somebody_else_is_used(
    places: Locating, rival: Locating, make: Callable[[Locating, Locating], bytes]
) -> None:
    places.refused(places.asking(assertion=make(places, rival)), "invalid-client")


def test_a_hash_that_the_web_knows_is_no_token(places: Locating) -> None:
    """The web tier sees hashes and tokens: without the client's key neither locates anybody."""
    given = places.agree()
    own = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
    proof = compact(
        own, {"typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk_of(own.key)},
        {"htm": "POST", "htu": places.origin + RETRIEVE, "iat": places.world.clock.now(), "jti": "w1",
         "ath": canonical.b64(wire_hash(given.token))},
    )  # fmt: skip
    places.refused(places.looking(given, proof=proof), "no-token")
