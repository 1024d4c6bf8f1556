"""An intruder, or an accident, puts an old backup back: what was taken back must not come back with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from breakseal.kernel.errors import RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from breakseal.keyholder import protocol as p
from breakseal.log.local import LocalLog
from tests.support.cast import OTHER_NUMBER
from tests.support.restoring import checkpoint, cold_copy, put_back, release, state
from tests.support.world import NUMBER, Person, World, software_key

REGISTER, LOG, EPOCHS = "keyholder.db", "log.db", "epochs"


def stays_shut(world: World, person: Person, kim: Person) -> None:
    """Nothing is answered but that it is closed, and why."""
    assert state(world).startswith("quarantine ")
    for ask in (
        lambda: world.ask(p.Disclose(request=world.request(kim)), p.Disclosed),
        lambda: world.disclose(person),
        lambda: world.trail(person),
        lambda: world.submit(world.sign(s.Unfreeze, person.own)),
    ):
        with pytest.raises(UnavailableError, match=r"nothing opens: .*(restored|put back|missing)") as caught:
            ask()
        assert caught.value.reason == "quarantine"


@pytest.fixture
def backed_up(world: World, tmp_path: Path) -> tuple[World, Person, Person, Path]:
    """A resident, an officer, a backup by the keyholder itself; then the record is erased."""
    rosa, kim = world.resident(), world.officer("7")
    target = tmp_path / "backup"
    target.mkdir()
    world.engine.backup(target)
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    for turn in range(2):
        world.disclose(kim, world.call("+15555550199", call=f"later-{turn}"))
    return world, rosa, kim, target


@pytest.mark.parametrize(
    "names", [(REGISTER,), (REGISTER, LOG), (LOG,)], ids=["keyholder-alone", "keyholder-and-log", "log-alone"]
)
def test_a_backup_put_back_on_the_same_machine(
    backed_up: tuple[World, Person, Person, Path], names: tuple[str, ...]
) -> None:
    world, rosa, kim, source = backed_up
    put_back(world, source, *names)
    stays_shut(world, rosa, kim)
    put_back(world, world.folder)
    stays_shut(world, rosa, kim)


def test_a_backup_put_back_on_an_empty_machine(backed_up: tuple[World, Person, Person, Path]) -> None:
    """Log and keyholder from one backup, and no epoch keys: the record does not open, and the keyholder says why."""
    world, rosa, kim, source = backed_up
    shutil.rmtree(world.folder / EPOCHS)
    put_back(world, source, REGISTER, LOG)
    stays_shut(world, rosa, kim)
    size, root = checkpoint(world)
    with pytest.raises(RefusedError):
        release(world, size, root)
    stays_shut(world, rosa, kim)


def test_a_backup_put_back_with_the_epoch_keys_copy(
    backed_up: tuple[World, Person, Person, Path], tmp_path: Path
) -> None:
    """The epoch keys are there, from their own copy: the backup says itself that it is one."""
    world, rosa, kim, source = backed_up
    shutil.copytree(world.folder / EPOCHS, source / EPOCHS)
    (source / EPOCHS / "anchor").unlink()
    put_back(world, source, REGISTER, LOG, EPOCHS)
    stays_shut(world, rosa, kim)


@pytest.mark.parametrize("names", [(REGISTER,), (LOG,), (REGISTER, EPOCHS), (REGISTER, LOG)], ids="-".join)
def test_files_copied_by_hand_and_put_back(world: World, tmp_path: Path, names: tuple[str, ...]) -> None:
    """A copy without our mark is known by the anchor, by the log, or by the log's length."""
    rosa, kim = world.resident(), world.officer("7")
    source = cold_copy(world, tmp_path / "copy")
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    world.engine.sweep()
    put_back(world, source, *names)
    stays_shut(world, rosa, kim)


def test_after_the_release_nothing_that_was_taken_back_comes_back(world: World, tmp_path: Path) -> None:
    """Erased, withdrawn, revoked, frozen, moved away: all of it again after the root keys released the restore."""
    erased, partly, withdrawn = (world.resident(f"+1555555030{n}") for n in range(3))
    frozen, _moved, keyless, unphoned = (world.resident(f"+1555555031{n}") for n in range(4))
    second = software_key()
    world.submit(world.sign(s.AddKey, keyless.own, second, key=second.key, label="two"))
    kim, lee = world.officer("7"), world.officer("8")
    source = tmp_path / "backup"
    source.mkdir()
    world.engine.backup(source)

    world.submit(world.sign(s.Erase, erased.own, categories=()))
    world.submit(world.sign(s.Erase, partly.own, categories=("emergency.medical",)))
    world.submit(world.sign(s.WithdrawGrant, withdrawn.session, purpose="emergency-response"))
    world.submit(world.sign(s.Freeze, frozen.session, leaf=""))
    world.bind(Person(handle=(thief := world.resident("")).handle, session=thief.session), "+15555550311")
    world.submit(world.sign(s.RevokeKey, second, key=keyless.own.key.id))
    number = world.desk(unphoned).numbers[0].id  # type: ignore[attr-defined]
    world.submit(world.sign(s.WithdrawNumber, unphoned.session, number=number))
    world.submit(world.sign(enrolments.RevokeOfficer, world.sponsor, org="cedar", officer=lee.handle))
    size, root = checkpoint(world)

    put_back(world, source, REGISTER)
    stays_shut(world, erased, kim)
    release(world, size, root)
    world.clock.time += 61
    assert state(world) == "open"
    for number in ("+15555550300", "+15555550302"):
        assert world.disclose(kim, world.call(number, call=number)).handle == ""
    for n in range(4):
        if n != 2:
            assert world.disclose(kim, world.call(f"+1555555031{n}", call=f"s{n}")).handle == ""
    opened = world.opened(kim, world.disclose(kim, world.call("+15555550301", call="p")))
    assert {key.category for key in opened.keys} == {"emergency.home"}
    with pytest.raises(VerificationError):
        world.disclose(lee, world.call("+15555550301", call="l", position="8"))
    with pytest.raises(VerificationError):
        world.submit(world.sign(s.Unfreeze, keyless.own))
    bodies = verify_trail(world.trail(erased, erased.own), world.keyholder.key)
    assert bodies[-1].result == "lost"
    assert bodies[-1].type == "erase"


def test_a_statement_from_before_the_restore_does_not_work_twice(world: World, tmp_path: Path) -> None:
    """A grant that was used after the backup and withdrawn: the restored keyholder does not know that it was used."""
    rosa, kim = world.resident(granted=False), world.officer("7")
    source = tmp_path / "backup"
    source.mkdir()
    world.engine.backup(source)
    grant = world.sign(
        s.Grant,
        rosa.own,
        purpose="emergency-response",
        categories=("emergency.medical",),
        anywhere=True,
        places=(),
    )
    world.submit(grant)
    world.submit(world.sign(s.WithdrawGrant, rosa.session, purpose="emergency-response"))
    size, root = checkpoint(world)
    put_back(world, source, REGISTER)
    release(world, size, root)
    world.clock.time += 61
    with pytest.raises(RefusedError, match="before"):
        world.submit(grant)
    assert world.disclose(kim, world.call()).handle == ""
    world.turn_on(rosa)
    assert world.disclose(kim, world.call(call="c2")).handle == rosa.handle


def test_the_release_applies_two_changes_of_one_organisation(world: World, tmp_path: Path) -> None:
    world.officer("7")
    source = tmp_path / "backup"
    source.mkdir()
    world.engine.backup(source)
    for place in ("55001", "55003"):
        world.clock.time += 1
        world.organisation("cedar", (place,))
    size, root = checkpoint(world)
    put_back(world, source, REGISTER)
    release(world, size, root)
    assert world.engine.core.organisations.get("cedar").places == {"55003"}


def test_release_needs_two_root_keys_and_the_right_log(backed_up: tuple[World, Person, Person, Path]) -> None:
    """One root key, a size that the log does not reach, another root hash, size nought: it stays shut."""
    world, rosa, kim, source = backed_up
    size, root = checkpoint(world)
    put_back(world, source, REGISTER, LOG)
    with pytest.raises(RefusedError, match="shorter"):
        release(world, size, root)
    short, short_root = checkpoint(world)
    for attempt in (
        lambda: release(world, short, short_root, 0),
        lambda: release(world, short, bytes(32)),
        lambda: release(world, 0, short_root),
    ):
        with pytest.raises((VerificationError, RefusedError)):
            attempt()
    stays_shut(world, rosa, kim)


def test_a_release_signed_for_the_last_restore_does_not_open_this_one(
    backed_up: tuple[World, Person, Person, Path], tmp_path: Path
) -> None:
    world, _rosa, _kim, source = backed_up
    size, root = checkpoint(world)
    put_back(world, source, REGISTER)
    envelope = world.sign(
        enrolments.RestoreRelease, *world.oversight[:2], size=size, root=canonical.b64(root)
    )
    world.submit(envelope)
    with pytest.raises(RefusedError):
        world.submit(envelope)
    again = tmp_path / "again"
    again.mkdir()
    world.engine.backup(again)
    put_back(world, again, REGISTER)
    with pytest.raises(RefusedError, match="used before"):
        world.submit(envelope)


def test_a_log_that_was_shortened_is_refused(world: World, tmp_path: Path) -> None:
    """The log loses its last entries while the keyholder stops: the keyholder saw it longer."""
    rosa, kim = world.resident(), world.officer("7")
    source = cold_copy(world, tmp_path / "copy")
    world.disclose(kim, world.call())
    world.disclose(rosa)
    put_back(world, source, LOG)
    stays_shut(world, rosa, kim)


def test_a_log_that_was_forked_is_refused(world: World, tmp_path: Path) -> None:
    """The same length and another content, signed by the log's own key: consistency cannot be shown."""
    rosa, kim = world.resident(), world.officer("7")
    source = cold_copy(world, tmp_path / "copy")
    for turn in range(3):
        world.disclose(kim, world.call(call=f"a{turn}"))
    world.disclose(rosa)
    log = LocalLog(source / LOG, world.log_signer, world.clock, admit=lambda _leaf: None, period=0)
    log.append([b"another entry %d" % n for n in range(9)])
    log.close()
    with pytest.raises(VerificationError, match="consistency"):
        put_back(world, source, LOG)


def test_a_log_that_forks_under_the_running_keyholder_is_refused(world: World) -> None:
    """From the first proof that contradicts what was seen nothing is answered that needs the log."""
    rosa, kim = world.resident(), world.officer("7")
    seen = world.engine.eyes.seen
    world.engine.eyes._seen = (seen[0], bytes(32))
    with pytest.raises(VerificationError):
        world.disclose(kim, world.call())
    world.engine.eyes._seen = (seen[0] + 100, seen[1])
    with pytest.raises(VerificationError, match="shorter"):
        world.disclose(kim, world.call(call="c2"))
    world.engine.eyes._seen = seen
    assert world.disclose(kim, world.call(call="c3")).handle == rosa.handle


def test_the_copy_of_the_whole_machine_is_the_limit_that_we_name(world: World, tmp_path: Path) -> None:
    """Epoch keys, anchor, log and store all together cannot be told from the machine: only a witness could.

    What the copy brings back is dead after the epoch's days: its keys cannot be unwrapped any more.
    """
    rosa, kim = world.resident(), world.officer("7")
    source = cold_copy(world, tmp_path / "copy")
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    put_back(world, source, REGISTER, LOG, EPOCHS)
    assert state(world) == "open"
    assert world.disclose(kim, world.call()).handle == rosa.handle


def test_after_the_epochs_days_a_copied_row_opens_nothing(world: World, tmp_path: Path) -> None:
    """The backup's wrapped key, put into today's store by hand, finds no epoch key that opens it."""
    rosa = world.resident()
    core = world.engine.core
    row = core.store.one("SELECT name, epoch, wrapped FROM vault WHERE name = ?", f"subject/{rosa.handle}")
    assert row is not None
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    for _ in range(37):
        world.clock.time += 86_400
        world.engine.sweep()
    with core.store.transaction():
        core.store.run("INSERT INTO vault VALUES (?, ?, ?)", *row)
    with pytest.raises(RefusedError, match="destroyed"):
        core.vault.get(row[0])


@pytest.mark.parametrize("number", [NUMBER, OTHER_NUMBER])
def test_a_new_start_without_any_restore_raises_no_alarm(world: World, number: str) -> None:
    rosa, kim = world.resident(number), world.officer("7")
    for _ in range(3):
        put_back(world, world.folder)
        assert state(world) == "open"
    assert world.disclose(kim, world.call(number)).handle == rosa.handle
    world.ask(p.AskFacts(), p.Facts)


def test_a_stop_right_after_the_sweep_raises_no_alarm(world: World) -> None:
    """The anchor is never ahead of what the store has written down."""
    rosa, kim = world.resident(), world.officer("7")
    world.disclose(kim, world.call())
    world.engine.sweep()
    for _ in range(3):
        put_back(world, world.folder)
        assert state(world) == "open"
    assert world.disclose(kim, world.call(call="c2")).handle == rosa.handle
