"""What a keyholder says where something is not there: roots, stores, keys, trails, and after a restore."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.errors import (
    ConfigError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from breakseal.kernel.model import desk, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.body import verify_trail
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder import vault
from breakseal.keyholder.disclosure.opening import open_
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.register import holders
from breakseal.keyholder.roots import Roots, read_root
from breakseal.keyholder.store import SCHEMA_VERSION, Store
from breakseal.keyholder.trails import NewEntry
from tests.support.restoring import checkpoint, cold_copy, put_back, release, state
from tests.support.world import Person, World, refused, software_key

# -- roots and stores -------------------------------------------------------------------------------------


def test_a_store_without_a_root(tmp_path: Path) -> None:
    roots = Roots(Store(tmp_path / "new.db"), lambda: b"")
    assert roots.envelope == b""
    with pytest.raises(ConfigError, match="no root statement"):
        _ = roots.root


def test_roots_that_are_none(world: World) -> None:
    other = world.sign(enrolments.PolicyRelease, *world.oversight, policy=b64(bytes(32)), widens=False)
    with pytest.raises(ConfigError, match="not a root"):
        read_root(other)
    root = signed.read(world.root)[1]
    assert isinstance(root, enrolments.Root)
    alone = signed.write(msgspec.structs.replace(root, keyholders=()), *world.oversight)
    with pytest.raises(ConfigError, match="needs a keyholder"):
        read_root(alone)


def test_a_start_with_another_key_than_the_root_names(world: World) -> None:
    world.close()
    world.keyholder = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(ConfigError, match="not the one that the root names"):
        world.open()


def test_a_store_of_a_newer_version(tmp_path: Path) -> None:
    Store(tmp_path / "a.db").close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(ConfigError, match="newer version"):
        Store(tmp_path / "a.db")


def test_a_store_that_cannot_be_asked(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    store.set_meta("name", b"value")
    with pytest.raises(sqlite3.IntegrityError):
        store.run("INSERT INTO meta VALUES (?, ?)", "name", b"again")
    with pytest.raises(UnavailableError, match="cannot be read or written"):
        store.run("INSERT INTO nowhere VALUES (1)")
    with pytest.raises(UnavailableError, match="cannot be written there"):
        store.backup(tmp_path / "no" / "copy.db", "name", b"value")
    with pytest.raises(UnavailableError, match="could not be written"), store.savepoint():
        pytest.fail("outside a transaction nothing can be undone")
    with pytest.raises(UnavailableError, match="failed earlier"):
        store.meta("name")


def test_memory_is_dropped_before_it_grows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_MAX_CACHED", 1)
    monkeypatch.setattr(holders, "_MAX_CACHED", 1)
    world.engine.core.forget()
    rosa, ida = world.resident(), world.resident("+15555550118")
    for one in (rosa, ida, rosa):
        assert world.opened(one, world.disclose(one)).subject == one.handle
    assert len(world.engine.core.vault._open) == 1


def test_trails_and_entries_that_are_not_there(world: World) -> None:
    trails, now = world.engine.core.trails, world.clock.now()
    refused("no-trail", lambda: trails.of("subject", "nobody"))
    refused("no-trail", lambda: trails.head(999, now, ""))
    refused("no-entry", lambda: trails.body(bytes(32)))
    refused("no-record", lambda: world.engine.core.subjects.get("nobody"))


def test_the_proof_of_another_entry_opens_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever mixes up two entries of one batch opens neither."""
    rosa = world.resident()
    wrong = Recorded(NewEntry(bytes(32), b"", 0), 0)
    monkeypatch.setattr(
        "breakseal.keyholder.engine.open_", lambda core, prepared, _done: open_(core, prepared, wrong)
    )
    with pytest.raises(VerificationError, match="another entry"):
        world.disclose(rosa)


def test_one_s_own_record_opens_only_so_often(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rosa = world.resident()
    monkeypatch.setattr("breakseal.keyholder.disclosure.prepare.OWN_VIEWS_AN_HOUR", 1)
    world.disclose(rosa)
    refused("too-many", lambda: world.disclose(rosa))


# -- after a restore --------------------------------------------------------------------------------------


def test_in_quarantine_nothing_is_done_but_told(world: World, tmp_path: Path) -> None:
    rosa = world.resident()
    copy = cold_copy(world, tmp_path / "copy")
    size, root = checkpoint(world)
    world.submit(world.sign(s.Freeze, rosa.session, leaf=""))
    put_back(world, copy, "keyholder.db")
    assert state(world).startswith("quarantine")
    before = world.log.size()
    world.engine.sweep()
    world.engine.gate.anchor()
    assert world.log.size() == before
    (tmp_path / "again").mkdir()
    refused("quarantine", lambda: world.engine.backup(tmp_path / "again"))
    refused("quarantine", lambda: world.disclose(rosa))
    refused("quarantine", lambda: world.submit(b"", b""))
    other = world.sign(enrolments.PolicyRelease, *world.oversight[:2], policy=b64(bytes(32)), widens=False)
    refused("quarantine", lambda: world.submit(other))
    assert world.ask(p.AskFacts(), p.Facts).state == "quarantine"
    size, root = checkpoint(world)
    with pytest.raises(VerificationError, match="size and root"):
        release(world, 0, root)
    release(world, size, root)
    assert state(world) == "open"


def test_a_release_that_nothing_waits_for(world: World) -> None:
    size, root = checkpoint(world)
    with pytest.raises(RefusedError):
        release(world, size, root)
    with pytest.raises(RefusedError, match="nothing waits"):
        world.engine.gate.release(
            world.sign(enrolments.RestoreRelease, *world.oversight[:2], size=size, root=b64(root)),
            world.clock.now(),
        )


def test_the_log_s_newest_checkpoint_is_the_one_named(world: World) -> None:
    size = world.log.size()
    assert len(world.engine.eyes.check_size(size)) == 32
    refused("log-moved", lambda: world.engine.eyes.check_size(size + 1))


def test_without_epoch_keys_the_facts_say_so(world: World, tmp_path: Path) -> None:
    world.close()
    shutil.rmtree(world.folder / "epochs")
    world.engine = world.open()
    world.clock.time += 3 * 86_400
    facts = world.ask(p.AskFacts(), p.Facts)
    assert facts.state == "quarantine"
    assert "epoch keys are missing" in facts.reason


def test_a_release_applies_roots_couriers_channels_and_officers(world: World, tmp_path: Path) -> None:
    """What the overseers, a sponsor and a person did after the copy was made is done again, from the log."""
    rosa, kim = world.resident(), world.officer("7")
    lee = world.officer("8")
    channel = {"address": b64(b"sealed"), "timing": "at-once", "words": "neutral", "language": "en"}
    world.submit(world.sign(s.Channels, rosa.session, **channel))
    copy = cold_copy(world, tmp_path / "copy")

    world.submit(world.sign(s.Channels, rosa.session, **(channel | {"language": "es"})))
    world.submit(world.sign(enrolments.RevokeOfficer, world.sponsor, org="cedar", officer=kim.handle))
    new = [software_key("service") for _ in range(3)]
    last = world.engine.core.roots.root
    made = msgspec.structs.replace(last, **world.stamp(), version=2, oversight=tuple(one.key for one in new))
    world.submit(signed.write(made, *world.oversight[:2], *new[:2]))
    old, world.oversight = world.oversight, new  # type: ignore[assignment] # they sign like the others
    world.submit(
        world.sign(enrolments.EnrolProcessor, *new[:2], processor="texts", name="Texts", does="texts")
    )
    size, root = checkpoint(world)

    put_back(world, copy, "keyholder.db")
    core = world.engine.core
    assert core.roots.root.version == 1
    # The copy knows only the root of its time, so that one's overseers release it.
    named = {"size": size, "root": b64(root)}
    world.submit(world.sign(enrolments.RestoreRelease, *old[:2], **named))
    assert core.roots.root.version == 2
    assert core.subjects.channels(rosa.handle) is None
    refused("officer-unknown", lambda: core.organisations.officer(kim.handle))
    assert core.organisations.officer(lee.handle).name == "Kim Doe"
    processors = [one.processor for one in world.ask(p.AskFacts(), p.Facts).processors]
    assert processors == ["texts"]
    world.clock.time += 2 * SKEW + 1
    world.organisation("birch", sponsor=software_key().key, client=software_key("service").key)


# -- what oversight and sponsors read ---------------------------------------------------------------------


def overseer(world: World) -> Person:
    """An officer of an oversight body, in the role that reads cases."""
    sponsor = software_key()
    world.organisation(
        "board", kind="oversight-body", sponsor=sponsor.key, client=software_key("service").key
    )
    cedar, world.sponsor = world.sponsor, sponsor
    judge = world.officer("1", role="oversight", org="board")
    world.sponsor = cedar
    return judge


def test_a_complaint_is_read_once_on_the_record(world: World) -> None:
    rosa, kim, judge = world.resident(), world.officer("7"), overseer(world)
    looked = world.disclose(kim, world.call())
    world.submit(world.sign(s.Freeze, rosa.session, leaf=b64(looked.leaf)))
    for _ in range(2):
        found = world.desk(judge, "oversight-cases")
        assert isinstance(found, desk.CasesDesk)
        assert [one.leaf for one in found.cases] == [b64(looked.leaf)]
    results = [body.result for body in verify_trail(world.trail(rosa), world.keyholder.key)]
    assert results.count("case-read") == 1


def test_desks_of_others(world: World) -> None:
    rosa, kim, judge = world.resident(), world.officer("7"), overseer(world)
    refused("not-oversight", lambda: world.desk(kim, "oversight-cases"))
    refused("not-oversight", lambda: world.desk(rosa, "oversight-cases"))
    refused("not-oversight", lambda: world.desk(judge, "oversight-cases", signer=judge.session))
    refused("not-sponsor", lambda: world.desk(kim, "organisation-trail"))
    refused("not-sponsor", lambda: world.desk(rosa, "pending-officers"))


def test_a_sponsor_s_desks(world: World) -> None:
    kim, lee = world.officer("7"), software_key()
    offered = world.sign(enrolments.OfferKey, lee, org="cedar", name="Lee", key=lee.key)
    world.submit(offered)
    reader = Person(own=world.sponsor)
    people = world.desk(reader, "pending-officers")
    assert isinstance(people, desk.OfficersDesk)
    assert [one.officer for one in people.officers] == [kim.handle]
    assert [(one.name, one.key) for one in people.offered] == [("Lee", lee.key)]
    house = world.desk(reader, "organisation-trail")
    assert isinstance(house, desk.OrganisationDesk)
    assert house.total == len(house.entries) > 0


def test_a_courier_enrolled_later_is_the_one_to_seal_to(world: World) -> None:
    first = world.ask(p.AskFacts(), p.Facts).courier
    world.clock.time += 1
    point = b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))
    second = {"courier": "second", "sign": software_key("service").key, "seal": point}
    world.submit(world.sign(enrolments.EnrolCourier, *world.oversight[:2], **second))
    assert world.ask(p.AskFacts(), p.Facts).courier != first
