"""An intruder with the web process's memory and socket hands in forged, swapped, old and foreign statements.

They have every statement that ever passed through the web tier, and may ask the keyholder what they like.
Of each kind of statement that exists, only the right one works, once.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.signed import Signature, Signed
from breakseal.keyholder import protocol as p
from tests.support.cast import KINDS, Cast, Kind
from tests.support.world import software_key

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED_ORDER = 2**252 + 27742317777372353535851937790883648493

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def refused(cast: Cast, kind: Kind, envelope: bytes, *reasons: str) -> p.Problem:
    """Hand it in; it must be refused for one of `reasons`, and change nothing."""
    before = cast.state()
    answer = cast.hand_in(kind, envelope)
    assert isinstance(answer, p.Problem), "it was taken"
    assert not reasons or answer.reason in reasons, answer
    assert answer.reason != "internal"
    assert cast.state() == before
    return answer


def envelope_of(payload: bytes, *signatures: Signature) -> bytes:
    return canonical.encode(Signed(payload=canonical.b64(payload), signatures=signatures))


def parts(envelope: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    one = signed.read(envelope)[0]
    return one.payload_bytes(), one.signatures


def resigned(cast: Cast, kind: Kind, payload: bytes) -> bytes:
    """Sign any bytes with the right keys."""
    signers = [cast.keys[name] for name in kind.signers]
    made = (
        Signature(key=k.key.id, sig=canonical.b64(k.sign(b"breakseal/statement/v1\n" + payload)))
        for k in signers
    )
    return envelope_of(payload, *made)


def test_every_kind_of_statement_that_exists_is_attacked_here() -> None:
    known = {one.__struct_config__.tag for one in s.Statement.__args__}  # type: ignore[attr-defined]
    # It comes in inside what the second officer signs only: tests/attack/test_missing.py
    elsewhere = {"restore-release", "ingest-key", "missing-case"}
    assert {kind.type.__struct_config__.tag for kind in KINDS} | elsewhere == known


@every_kind
def test_the_right_statement_works_so_that_the_attacks_mean_something(cast: Cast, kind: Kind) -> None:
    answer = cast.hand_in(kind, cast.make(kind))
    assert not isinstance(answer, p.Problem), answer


@every_kind
def test_forge_with_no_signature(standing: Cast, kind: Kind) -> None:
    payload, _ = parts(standing.make(kind))
    refused(standing, kind, envelope_of(payload), "bad-format")


@every_kind
def test_forge_with_the_key_of_anybody_who_may_not(standing: Cast, kind: Kind) -> None:
    for name, key in standing.keys.items():
        if name not in kind.may or (len(kind.signers) > 1):
            refused(standing, kind, standing.make(kind, key))


@every_kind
def test_forge_with_a_strangers_signature_under_the_right_keys_name(standing: Cast, kind: Kind) -> None:
    payload, signatures = parts(standing.make(kind))
    false = standing.stranger.sign(b"breakseal/statement/v1\n" + payload)
    refused(
        standing,
        kind,
        envelope_of(payload, *(Signature(key=one.key, sig=canonical.b64(false)) for one in signatures)),
    )


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.by_root], ids=lambda kind: kind.name)
def test_forge_by_adding_a_signature_of_ones_own(standing: Cast, kind: Kind) -> None:
    signers = [standing.keys[name] for name in kind.signers]
    refused(standing, kind, standing.make(kind, *signers, standing.other.own))


@every_kind
def test_move_the_signature_of_another_statement_of_the_same_key(standing: Cast, kind: Kind) -> None:
    _, signatures = parts(standing.make(kind))
    payload, _ = parts(standing.make(kind))
    refused(standing, kind, envelope_of(payload, *signatures), "not-verified")


@every_kind
def test_swap_any_member_after_it_was_signed(standing: Cast, kind: Kind) -> None:
    payload, signatures = parts(standing.make(kind))
    members = json.loads(payload)
    for name in members:
        changed = members | {name: _other(members[name])}
        data = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        refused(standing, kind, envelope_of(data, *signatures))


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("B" if value[-1:] == "A" else "A")
    if isinstance(value, list):
        return value[:-1] if value else ["55079"]
    return {} if value is None else None


@every_kind
def test_replay_the_same_bytes(cast: Cast, kind: Kind) -> None:
    envelope = cast.make(kind)
    first = cast.hand_in(kind, envelope)
    assert not isinstance(first, p.Problem)
    if kind.idempotent:
        _same_again(cast, kind, envelope, first)
        return
    refused(cast, kind, envelope, "replayed", "unknown-key", "root-version", "key-known")


@every_kind
def test_replay_with_the_other_half_of_the_signature(cast: Cast, kind: Kind) -> None:
    """Whoever sees (r, s) can write (r, n - s): another envelope, but no other statement."""
    envelope = cast.make(kind)
    first = cast.hand_in(kind, envelope)
    assert not isinstance(first, p.Problem)
    payload, signatures = parts(envelope)
    twisted = envelope_of(payload, *(_malleated(cast, one) for one in signatures))
    assert twisted != envelope
    if kind.idempotent and kind.signers != ("callgate",):
        _same_again(cast, kind, twisted, first)
        return
    refused(cast, kind, twisted, "replayed", "unknown-key", "not-verified", "root-version", "key-known")


def _malleated(cast: Cast, one: Signature) -> Signature:
    raw = canonical.unb64(one.sig)
    alg = next(key.key.alg for key in cast.keys.values() if key.key.id == one.key)
    if alg == "p256":
        half = (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    else:
        half = (int.from_bytes(raw[32:], "little") + ED_ORDER).to_bytes(32, "little")
    return Signature(key=one.key, sig=canonical.b64(raw[:32] + half))


def _same_again(cast: Cast, kind: Kind, envelope: bytes, first: p.Message) -> None:
    """A retry gets the answer that it had, and leaves no second mark."""
    before = cast.state()
    again = cast.hand_in(kind, envelope)
    assert type(again) is type(first)
    if isinstance(first, p.Disclosed) and isinstance(again, p.Disclosed):
        assert (again.leaf, again.handle, again.until) == (first.leaf, first.handle, first.until)
    assert cast.state() == before


@every_kind
def test_outlive_its_time(standing: Cast, kind: Kind) -> None:
    now = standing.world.clock.time
    envelope = standing.make(kind, issued=now - 400, expires=now - 60)
    refused(standing, kind, envelope, "expired")


@every_kind
def test_keep_it_for_the_future(standing: Cast, kind: Kind) -> None:
    now = standing.world.clock.time
    envelope = standing.make(kind, issued=now + 61, expires=now + 200)
    refused(standing, kind, envelope, "clock-skew")


@every_kind
def test_make_it_live_too_long(standing: Cast, kind: Kind) -> None:
    now = standing.world.clock.time
    longest = 30 * 86_400 if kind.by_root else 15 * 60
    refused(standing, kind, standing.make(kind, issued=now, expires=now + longest + 1), "lifetime")
    refused(standing, kind, standing.make(kind, issued=now, expires=now - 1), "lifetime")


@every_kind
@pytest.mark.parametrize("nonce", ["", "AAAA", "A" * 23, "not base64url!!"])
def test_sign_it_with_a_nonce_that_is_none(standing: Cast, kind: Kind, nonce: str) -> None:
    refused(standing, kind, standing.make(kind, nonce=nonce), "bad-format")


@every_kind
def test_spell_it_another_way(standing: Cast, kind: Kind) -> None:
    payload, signatures = parts(standing.make(kind))
    members = json.loads(payload)
    reverse = dict(reversed(list(members.items())))
    spellings = (
        json.dumps(members, sort_keys=True).encode(),
        payload.replace(b'"v":1', b'"v":1.0'),
        payload[:-1] + b',"v":1}',
        payload[:-1] + b',"zz":1}',
        payload.replace(b'"v":1', b'"v":2'),
        json.dumps(reverse, separators=(",", ":")).encode(),
        payload + b" ",
        b"\xef\xbb\xbf" + payload,
        payload.replace(b'"nonce"', b'"\\u006eonce"'),
    )
    for spelling in spellings:
        assert spelling != payload
        refused(standing, kind, resigned(standing, kind, spelling), "bad-format")
    envelope = envelope_of(payload, *signatures)
    for other in (
        envelope + b"\n",
        envelope.replace(b":", b": ", 1),
        envelope[:-1],
        b"",
        b"{}",
        b"[]",
        b"\x00",
    ):
        refused(standing, kind, other, "bad-format")
    padded = envelope.replace(canonical.b64(payload).encode(), base64.urlsafe_b64encode(payload + b""))
    if padded != envelope:
        refused(standing, kind, padded, "bad-format")


@every_kind
def test_send_it_oversized(standing: Cast, kind: Kind) -> None:
    envelope = standing.make(kind)
    refused(standing, kind, envelope[:-1] + b" " * 70_000 + b"}", "too-large")


@every_kind
def test_hand_it_in_at_every_other_door(standing: Cast, kind: Kind) -> None:
    envelope = standing.make(kind)
    doors = (
        p.Submit(statements=(envelope,)),
        p.Disclose(request=envelope),
        p.Disclose(request=envelope, basis=envelope),
        p.Read(statement=envelope),
        p.Identify(statement=envelope),
    )
    own = type(kind.ask(standing, envelope))
    for door in doors:
        if type(door) is own:
            continue
        before = standing.state()
        answer = standing.world.engine.answer([door])[0]
        assert isinstance(answer, p.Problem)
        assert answer.reason != "internal"
        assert standing.state() == before


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.signers != ("new",)], ids=lambda kind: kind.name
)
def test_sign_with_a_key_that_was_ended(cast: Cast, kind: Kind) -> None:
    envelope = cast.make(kind)
    _end(cast, kind.signers[0])
    refused(cast, kind, envelope, "unknown-key", "not-verified", "threshold", "root-version")


def _end(cast: Cast, name: str) -> None:
    world = cast.world
    if name.startswith("rosa"):
        world.submit(world.sign(s.RevokeKey, cast.second, key=cast.rosa.own.key.id))
    elif name.startswith("kim"):
        world.submit(
            world.sign(enrolments.RevokeOfficer, world.sponsor, org="cedar", officer=cast.kim.handle)
        )
    elif name in ("court", "investigator", "reviewer"):
        world.clock.time += 1
        cast.court.end(name, cast.reviewer)
    elif name == "police-supervisor":
        cast.danger.end(cast.danger.supervisor, cast.court.agency)
    elif name in ("duty", "judge"):
        cast.danger.end(cast.danger.duty if name == "duty" else cast.danger.overseer)
    elif name in ("sponsor", "callgate"):
        world.clock.time += 1
        world.organisation("cedar", sponsor=cast.stranger.key, client=_fresh())
    elif name == "courier":
        world.clock.time += 1
        kind = next(one for one in KINDS if one.type is enrolments.EnrolCourier)
        world.submit(cast.make(kind, courier="courier"))
    else:
        kind = next(one for one in KINDS if one.type is enrolments.Root)
        successor = software_key("service")
        fresh = (world.oversight[2].key, successor.key, _fresh())
        world.submit(cast.make(kind, *world.oversight, successor, oversight=fresh))


def _fresh() -> PublicKey:
    return software_key("service").key
