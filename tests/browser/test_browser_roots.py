"""The root and the ingest key as a browser judges them, against what the kernel signs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Error, Page

from breakseal.ambient import SystemClock
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.signed import Signer
from breakseal.keyholder import protocol as p
from tests.support.pages import call
from tests.support.world import World, software_key

FOLLOWS = "await m.checkFollows(await m.readRoot(a[0]), await m.readRoot(a[1]))"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, clock=SystemClock())  # type: ignore[arg-type] # told by the machine here
    world.found()
    yield world
    world.close()


def root_of(world: World) -> enrolments.Root:
    root = signed.read(world.root)[1]
    assert isinstance(root, enrolments.Root)
    return root


def changed(world: World, *signers: Signer, **fields: Any) -> str:
    """Return the world's root with other members, signed by `signers`."""
    return b64(signed.write(msgspec.structs.replace(root_of(world), **fields), *signers))


def facts_of(world: World) -> dict[str, Any]:
    facts = world.ask(p.AskFacts(), p.Facts)
    return {
        "root": b64(facts.root),
        "ingest": b64(facts.ingest),
        "courier": b64(facts.courier),
        "logVkey": "other",
        "set": "other",
        "share": 9,
    }


def test_what_is_believed_comes_from_the_signed_envelopes(here: Page, world: World) -> None:
    facts = facts_of(world)
    known: Any = call(here, "roots", "return m.believed(a[0], await m.readRoot(a[0].root))", facts)
    ingest = signed.read(unb64(facts["ingest"]))[1]
    assert isinstance(ingest, enrolments.IngestKey)
    assert known["ingestKey"] == ingest.key
    assert known["keyholderKey"] == msgspec.to_builtins(world.keyholder.key)
    assert known["logVkey"] == world.log_signer.key.encode()
    assert (known["set"], known["share"], known["door"]) == ("set-1", 1, "http://localhost:8912")


def test_a_root_counts_only_with_its_threshold(here: Page, world: World) -> None:
    call(here, "roots", "await m.readRoot(a[0])", changed(world, *world.oversight[1:]))
    for envelope in (
        changed(world, world.oversight[0]),
        changed(world, world.oversight[0], software_key("service")),
        changed(world, world.oversight[0], threshold=1),
        changed(world, *world.oversight[:2], oversight=(world.oversight[0].key, world.oversight[0].key)),
    ):
        with pytest.raises(Error, match="overseers"):
            call(here, "roots", "await m.readRoot(a[0])", envelope)


def test_one_flipped_signature_spoils_the_root(here: Page, world: World) -> None:
    outer, _ = signed.read(world.root)
    broken = msgspec.structs.replace(outer.signatures[0], sig=outer.signatures[1].sig)
    envelope = msgspec.structs.replace(outer, signatures=(broken, *outer.signatures[1:]))
    with pytest.raises(Error, match="does not hold"):
        call(here, "roots", "await m.readRoot(c.b64(c.encode(a[0])))", msgspec.to_builtins(envelope))


def test_a_successor_needs_both_thresholds_and_the_next_number(here: Page, world: World) -> None:
    old, newcomers = b64(world.root), [software_key("service"), software_key("service")]
    keys = (world.oversight[0].key, *(one.key for one in newcomers))
    every = (*world.oversight[:2], *newcomers)
    call(here, "roots", FOLLOWS, old, changed(world, *every, version=2, oversight=keys))
    for envelope, says in (
        (changed(world, *every, version=3, oversight=keys), "not the next root"),
        (changed(world, *every, version=1, oversight=keys), "not the next root"),
        (changed(world, *newcomers, version=2, oversight=keys), "last root"),
        (changed(world, *world.oversight[:2], version=2, oversight=keys), "new root"),
    ):
        with pytest.raises(Error, match=says):
            call(here, "roots", FOLLOWS, old, envelope)


COURIER = "return m.readCourier(a[0], (await m.readRoot(a[1])).root)"


def test_the_courier_is_whom_the_overseers_named(here: Page, world: World) -> None:
    facts = facts_of(world)
    named = signed.read(unb64(facts["courier"]))[1]
    assert isinstance(named, enrolments.EnrolCourier)
    assert call(here, "roots", COURIER, facts["courier"], facts["root"]) == named.seal
    later = b64(
        signed.write(named, *world.oversight, software_key("service"))
    )  # more than needed, and a stranger
    assert call(here, "roots", COURIER, later, facts["root"]) == named.seal


def test_a_courier_whom_the_overseers_of_this_root_did_not_name_is_refused(here: Page, world: World) -> None:
    facts = facts_of(world)
    outer, named = signed.read(unb64(facts["courier"]))
    assert isinstance(named, enrolments.EnrolCourier)
    mine = msgspec.structs.replace(named, seal=b64(b"\x04" + bytes(64)))
    first, second = world.oversight[:2]
    swapped = msgspec.structs.replace(outer, payload=b64(canonical.encode(mine)))
    for envelope, says in (
        (b64(signed.write(mine, software_key("service"), software_key("service"))), "too few overseers"),
        (b64(signed.write(mine, first)), "too few overseers"),
        (b64(signed.write(mine, first, first)), "signed twice"),
        (b64(signed.write(mine, first, world.keyholder, world.courier)), "too few overseers"),
        (b64(canonical.encode(swapped)), "does not hold"),
        (b64(signed.write(msgspec.structs.replace(named, seal="AAAA"), first, second)), "bytes"),
        (facts["ingest"], "not a courier"),
        (facts["root"], "not a courier"),
        ("", "UTF-8|JSON|canonical|end"),
    ):
        with pytest.raises(Error, match=says):
            call(here, "roots", COURIER, envelope, facts["root"])


def test_the_overseers_before_do_not_name_the_courier_of_the_next_root(here: Page, world: World) -> None:
    facts = facts_of(world)
    newcomers = [software_key("service"), software_key("service")]
    keys = (world.oversight[0].key, *(one.key for one in newcomers))
    following = changed(world, *world.oversight[:2], *newcomers, version=2, oversight=keys)
    with pytest.raises(Error, match="too few overseers"):
        call(here, "roots", COURIER, facts["courier"], following)
    again = b64(signed.write(signed.read(unb64(facts["courier"]))[1], *newcomers))
    call(here, "roots", COURIER, again, following)


def test_an_ingest_key_of_somebody_else_or_of_another_day_is_refused(here: Page, world: World) -> None:
    facts = facts_of(world)
    ingest = signed.read(unb64(facts["ingest"]))[1]
    assert isinstance(ingest, enrolments.IngestKey)
    stale = msgspec.structs.replace(ingest, issued=ingest.issued - 864_000, expires=ingest.expires - 864_000)
    for statement, signer, says in (
        (ingest, software_key("service"), "does not name"),
        (msgspec.structs.replace(ingest, keyholder="kh-2"), world.keyholder, "does not name"),
        (stale, world.keyholder, "not of today"),
        (root_of(world), world.keyholder, "not an ingest key"),
    ):
        envelope = b64(signed.write(statement, signer))
        with pytest.raises(Error, match=says):
            call(
                here,
                "roots",
                "await m.readIngest(a[0], (await m.readRoot(a[1])).root)",
                envelope,
                facts["root"],
            )
