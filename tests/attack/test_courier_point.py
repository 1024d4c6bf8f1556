"""The web tier names a point of its own as the courier's, to read numbers and addresses. Programs that seal refuse it.

What the browser does with it: `tests/browser/test_browser_roots.py` and `test_resident_trust.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.oversight import founding
from tests.support.world import World, software_key


def stranger() -> Ed25519Signer:
    return Ed25519Signer(ed25519.Ed25519PrivateKey.generate())


def new_point() -> str:
    return canonical.b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))


def root_of(envelope: bytes) -> enrolments.Root:
    root = signed.read(envelope)[1]
    assert isinstance(root, enrolments.Root)
    return root


def swapped(world: World, *signers: signed.Signer) -> bytes:
    return world.sign(
        enrolments.EnrolCourier, *signers, courier="courier", sign=world.courier.key, seal=new_point()
    )


def enrolled(world: World) -> bytes:
    return world.ask(p.AskFacts(), p.Facts).courier


def test_the_facts_give_the_enrolment_that_the_overseers_signed(world: World) -> None:
    point = founding.courier_point(enrolled(world), root_of(world.root))
    assert canonical.unb64(point) == hpke.point_of(world.courier_opener.public_key())


def resealed(world: World) -> bytes:
    """The enrolment with another point, under the signatures of the true one."""
    outer, statement = signed.read(enrolled(world))
    payload = canonical.b64(canonical.encode(msgspec.structs.replace(statement, seal=new_point())))
    return canonical.encode(msgspec.structs.replace(outer, payload=payload))


@pytest.mark.parametrize(
    "forge",
    [
        lambda w: swapped(w, stranger(), stranger()),
        lambda w: swapped(w, w.oversight[0]),
        lambda w: swapped(w, w.oversight[0], w.keyholder),
        lambda w: swapped(w, w.courier, w.sponsor),
        resealed,
    ],
    ids=["strangers", "one-overseer", "overseer-and-keyholder", "courier-and-sponsor", "resealed"],
)
def test_a_point_that_the_overseers_did_not_sign_is_refused(
    world: World, forge: Callable[[World], bytes]
) -> None:
    with pytest.raises(VerificationError):
        founding.courier_point(forge(world), root_of(world.root))


def test_no_other_statement_stands_for_an_enrolment(world: World) -> None:
    for envelope in (world.root, world.ask(p.AskFacts(), p.Facts).ingest, b"", b"{}"):
        with pytest.raises(FormatError):
            founding.courier_point(envelope, root_of(world.root))


def test_the_overseers_before_do_not_name_the_courier_of_the_next_root(tmp_path: Path) -> None:
    """Until the new ones sign the same courier, which works at once because nothing else is new."""
    world = World(tmp_path / "kh", demo=False)
    world.found()
    world.clock.time += 73 * 3600
    newcomers = [software_key("service"), software_key("service")]
    keys = (world.oversight[0].key, *(one.key for one in newcomers))
    following = msgspec.structs.replace(root_of(world.root), version=2, oversight=keys, **world.stamp(86_400))
    world.submit(signed.write(following, *world.oversight[:2], *newcomers))
    with pytest.raises(VerificationError):
        founding.courier_point(enrolled(world), following)
    _, old = signed.read(enrolled(world))
    assert isinstance(old, enrolments.EnrolCourier)
    again = msgspec.structs.replace(old, **world.stamp())
    world.submit(signed.write(again, *newcomers))
    assert founding.courier_point(enrolled(world), following) == old.seal


def test_another_point_under_the_same_name_waits_like_any_other(tmp_path: Path) -> None:
    world = World(tmp_path / "kh", demo=False)
    world.found()
    world.clock.time += 73 * 3600
    world.submit(swapped(world, *world.oversight[:2]))
    assert enrolled(world) == b""
    world.clock.time += 73 * 3600
    assert founding.courier_point(enrolled(world), root_of(world.root))
