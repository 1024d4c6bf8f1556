"""A new root counts at once: its witness policy too; and what a running keyholder cannot change is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.errors import BreaksealError, RefusedError, VerificationError
from breakseal.kernel.model import enrolments, signed
from breakseal.kernel.tlog.note import COSIGNATURE_V1
from breakseal.kernel.tlog.proof import TlogProof
from breakseal.kernel.tlog.signature import sign_text
from breakseal.log.local import LocalLog
from tests.support.logs import signer
from tests.support.world import START, World, software_key


class Witnessed(LocalLog):
    """A log whose checkpoints a witness cosigns, as long as it answers."""

    witness = signer("w.example", COSIGNATURE_V1)
    answers = True

    def checkpoint(self) -> bytes:
        return self._cosigned(super().checkpoint())

    def append(self, leaves: Sequence[bytes]) -> list[TlogProof]:
        proofs = super().append(leaves)
        return [_under(one, self._cosigned(one.checkpoint)) for one in proofs]

    def _cosigned(self, note: bytes) -> bytes:
        if not self.answers:
            return note
        text = note.decode().rpartition("\n\n")[0] + "\n"
        return (note.decode() + sign_text(text, self.witness, START).encode()).encode()


def _under(proof: TlogProof, checkpoint: bytes) -> TlogProof:
    """Return the same proof under another note."""
    return TlogProof(index=proof.index, hashes=proof.hashes, checkpoint=checkpoint, extra=proof.extra)


@pytest.fixture
def witnessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("tests.support.world.LocalLog", Witnessed)
    world = World(tmp_path / "witnessed")
    world.found()
    yield world
    world.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "one")
    world.found()
    yield world
    world.close()


def next_root(world: World, *signers: signed.Signer, **changes: object) -> bytes:
    last = world.engine.core.roots.root
    made = msgspec.structs.replace(last, **(world.stamp() | {"version": last.version + 1} | changes))
    return signed.write(made, *(signers or world.oversight[:2]))


def quorum(world: World) -> str:
    log = world.engine.core.roots.root.witnesses.splitlines()[0]
    return f"{log}\nwitness w {Witnessed.witness.key.encode()}\nquorum w\n"


def test_new_overseers_count_at_once(world: World) -> None:
    new = [software_key("service") for _ in range(3)]
    keys = {"sponsor": software_key().key, "client": software_key("service").key}
    world.submit(next_root(world, *world.oversight[:2], *new[:2], oversight=tuple(one.key for one in new)))
    with pytest.raises(VerificationError, match="too few"):
        world.organisation("birch", **keys)
    world.oversight = new  # type: ignore[assignment] # they sign like the others
    world.organisation("birch", **keys)
    assert world.engine.core.organisations.known("birch")


def test_a_witness_policy_counts_at_once(witnessed: World) -> None:
    world, rosa = witnessed, witnessed.resident()
    world.submit(next_root(world, witnesses=quorum(world)))
    assert world.disclose(rosa).sealed
    world.log.answers = False  # type: ignore[attr-defined] # a witness now
    with pytest.raises(VerificationError) as silent:
        world.disclose(rosa)
    assert silent.value.reason == "no-quorum"
    world.log.answers = True  # type: ignore[attr-defined] # as above
    assert world.disclose(rosa).sealed


def test_a_witness_policy_that_the_log_does_not_meet_is_refused(world: World) -> None:
    """Else nothing would open any more, not even for the statement that takes it back."""
    stranger = f"log {signer(world.engine.core.roots.root.origin).key.encode()}\nquorum none\n"
    for policy in (quorum(world), stranger):
        with pytest.raises(RefusedError) as refused:
            world.submit(next_root(world, witnesses=policy))
        assert refused.value.reason == "witness-policy"
    assert world.engine.core.roots.root.version == 1
    assert world.disclose(world.resident()).sealed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"origin": "other.example/log"}, "root-fixed"),
        ({"set": "set-2"}, "root-fixed"),
        ({"needed": 2}, "root-fixed"),
        ({"demo": False}, "root-fixed"),
        ({"keyholders": ()}, "keyholder"),
        ({"version": 3}, "root-version"),
        ({"version": 1}, "root-version"),
        ({"threshold": 4}, "bad-config"),
    ],
)
def test_what_a_running_keyholder_cannot_change(world: World, change: dict[str, object], reason: str) -> None:
    with pytest.raises(BreaksealError) as refused:
        world.submit(next_root(world, **change))
    assert refused.value.reason == reason
    assert world.engine.core.roots.root.version == 1


def test_this_keyholder_stays_the_first_with_its_name(world: World) -> None:
    """Named second it would take the root and never start again."""
    (own,) = world.engine.core.roots.root.keyholders
    other = enrolments.KeyholderKeys(id="kh-2", share=2, sign=software_key("service").key)
    renamed = msgspec.structs.replace(own, id="kh-9")
    for named in ((other,), (other, own), (renamed,)):
        with pytest.raises(RefusedError) as refused:
            world.submit(next_root(world, keyholders=named))
        assert refused.value.reason == "keyholder"
    world.submit(next_root(world, keyholders=(own, other)))
    world.close()
    world.engine = world.open()
    assert world.engine.core.roots.root.version == 2


def test_a_refused_root_leaves_the_old_policy_in_force(world: World) -> None:
    with pytest.raises(RefusedError):
        world.submit(next_root(world, witnesses=quorum(world)))
    assert world.engine.core.roots.witnesses.quorum is None
