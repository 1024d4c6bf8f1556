"""Somebody keeps an old copy of the keyholder's rows and later gets the running keyholder's keys as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import aead, hpke
from breakseal.keyholder.register.subjects import Record
from tests.support.world import Person, World

MEDICAL = "emergency.medical"


def old_row(world: World, rosa: Person, category: str = MEDICAL) -> Record:
    row = world.engine.core.subjects.record(rosa.handle, category)
    assert row is not None
    assert len(world.engine.core.subjects.data_key(rosa.handle, row)) == 32
    return row


def test_an_overwritten_version_does_not_unwrap_from_an_old_copy(world: World) -> None:
    rosa = world.resident()
    row = old_row(world, rosa)
    world.write(rosa, MEDICAL, b'{"fields":{}}')
    with pytest.raises(VerificationError):
        world.engine.core.subjects.data_key(rosa.handle, row)
    assert world.opened(rosa, world.disclose(rosa)).keys[-1].version == 2


def test_an_erased_category_does_not_unwrap_from_an_old_copy(world: World) -> None:
    rosa = world.resident()
    row = old_row(world, rosa)
    world.submit(world.sign(s.Erase, rosa.own, categories=(MEDICAL,)))
    with pytest.raises(VerificationError):
        world.engine.core.subjects.data_key(rosa.handle, row)
    keys = world.opened(rosa, world.disclose(rosa)).keys
    assert [key.category for key in keys] == ["emergency.home"]


def test_a_removed_phone_does_not_unseal_from_an_old_copy(world: World) -> None:
    rosa = world.resident()
    core = world.engine.core
    (number,) = core.numbers.of(rosa.handle)
    (sealed,) = core.store.one("SELECT sealed FROM numbers WHERE id = ?", number.id) or (b"",)
    world.submit(world.sign(s.WithdrawNumber, rosa.session, number=number.id))
    key = core.vault.get(f"subject/{rosa.handle}")
    with pytest.raises(VerificationError):
        aead.open_sealed(key, sealed, aead.context("number", rosa.handle, number.id))


def test_the_erasure_names_the_day_from_which_no_backup_helps(world: World) -> None:
    rosa = world.resident()
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    entry = verify_trail(world.trail(rosa, rosa.own), world.keyholder.key)[-1]
    assert entry.result == "erased"
    assert entry.until == (entry.at // 86_400 + 36) * 86_400


def test_a_notice_address_is_not_kept_in_the_list(world: World) -> None:
    """Even sealed to the courier it must not outlive an erasure."""
    rosa = world.resident()
    address = "c2VhbGVkLXRvLXRoZS1jb3VyaWVy"
    world.submit(
        world.sign(
            s.Channels, rosa.session, address=address, timing="after-call", words="neutral", language="en"
        )
    )
    entry = verify_trail(world.trail(rosa), world.keyholder.key)[-1]
    assert entry.result == "channels-changed"
    assert not entry.signed


def test_another_courier_can_be_enrolled_before_the_last_is_given_up(tmp_path: Path) -> None:
    """Outside the demo the new one waits 72 hours; until then the old one must go on working."""
    world = World(tmp_path / "kh", demo=False)
    world.found()
    world.clock.time += 73 * 3600
    first = world.courier.key.id
    world.submit(
        world.sign(
            enrolments.EnrolCourier,
            *world.oversight[:2],
            courier="courier-2",
            sign=Ed25519Signer(ed25519.Ed25519PrivateKey.generate()).key,
            seal=canonical.b64(hpke.point_of(world.courier_opener.public_key())),
        )
    )
    assert world.engine.core.holders.find(first, world.clock.now()).kind == "courier"
