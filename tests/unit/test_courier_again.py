"""`breakseal courier again`: the courier's enrolment as it was, for the overseers of a next root to sign."""

from __future__ import annotations

from pathlib import Path

from breakseal.cli import main
from breakseal.kernel.model.enrolments import EnrolCourier
from breakseal.oversight import founding
from tests.support.world import World


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


def test_the_enrolment_is_the_same_but_for_its_date(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    fields = {"courier": "courier-1", "sign": world.courier.key, "seal": "AAAA"}
    file, out = tmp_path / "old.json", tmp_path / "new.json"
    file.write_bytes(world.sign(EnrolCourier, *world.oversight[:2], **fields))
    assert run("courier", "again", file, "--out", out) == 0
    old, new = founding.read_draft(file.read_bytes())[0], founding.read_draft(out.read_bytes())
    assert isinstance(old, EnrolCourier)
    assert isinstance(new[0], EnrolCourier)
    assert (new[0].courier, new[0].sign, new[0].seal) == (old.courier, old.sign, old.seal)
    assert new[0].nonce != old.nonce
    assert new[1].signatures == ()


def test_no_other_statement_is_taken_for_it(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    file = tmp_path / "root.json"
    file.write_bytes(world.root)
    assert run("courier", "again", file, "--out", tmp_path / "new.json") == 2
    assert not (tmp_path / "new.json").exists()
