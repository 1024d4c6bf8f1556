"""What the demo's story checks of lists and receipts: with the kernel, and with the second verifier where it is."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from breakseal.config import Config
from breakseal.demo.visitor import Visitor
from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Body, Entry, Trail, verify_trail
from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.leaf import read_leaf, verify_leaf
from breakseal.kernel.model.receipt import Receipt, read_receipt
from breakseal.kernel.tlog import proof
from breakseal.kernel.tlog.witnesspolicy import WitnessPolicy, parse_policy
from breakseal.oversight import founding

VERIFIER = Path(__file__).resolve().parents[3] / "tools" / "verify" / "verify.py"
"""The second verifier, which shares no code with the kernel; only a source tree has it."""


class _Proved(msgspec.Struct, frozen=True, kw_only=True):
    leaf: str
    proof: str


def root_of(config: Config) -> Root:
    """Return the root that the demo's people got by a trusted way: its own file, signatures checked."""
    return founding.read_root(config.root_file.read_bytes())


def check_list(trail: Trail, root: Root) -> tuple[Body, ...]:
    """Return the entries of a list that is proved complete, each proved to be in the log.

    Raises:
        VerificationError: an entry is missing, changed, foreign or not logged.
    """
    key = root.keyholders[0].sign
    bodies = verify_trail(trail, key)
    policy = parse_policy(root.witnesses.encode())
    for entry in trail.entries:
        _check_entry(entry, key, policy)
    for body in bodies:
        if isinstance(body.joined, Entry):  # an order had deferred it; it is in the log since its own day
            _check_entry(body.joined, key, policy)
    return bodies


def check_logged(visitor: Visitor, leaf: str, root: Root) -> None:
    """Check that the entry with hash `leaf` (base64url) is proved in the log, and that the keyholder signed it.

    Raises:
        VerificationError: it is not.
    """
    proved = visitor.get(f"/api/proofs/{leaf}", _Proved)
    data = unb64(proved.leaf)
    if b64(digest(data)) != leaf:
        raise VerificationError("another entry was proved")
    verify_leaf(read_leaf(data), root.keyholders[0].sign)
    proof.verify(proved.proof.encode(), data, parse_policy(root.witnesses.encode()))


def receipt_of(entry: Entry) -> bytes:
    """Return the receipt file of one entry of a list."""
    return canonical.encode(Receipt(leaf=entry.leaf, proof=entry.proof, body=entry.body, salt=entry.salt))


def second_opinion(receipts: list[bytes], log_vkey: str) -> bool:
    """Have the second verifier check receipts; return False where there is no second verifier.

    Raises:
        VerificationError: it refuses one.
    """
    if not VERIFIER.is_file():
        return False
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(receipts):
            file = Path(folder) / f"{number}.json"
            file.write_bytes(data)
            verdict = subprocess.run(  # noqa: S603 # the repository's own program on files made here
                [sys.executable, str(VERIFIER), "receipt", str(file), "--vkey", log_vkey],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            if verdict.returncode != 0:
                raise VerificationError(
                    "the second verifier refuses a receipt: " + verdict.stderr.strip()[-200:]
                )
    return True


def _check_entry(entry: Entry, key: PublicKey, policy: WitnessPolicy) -> None:
    """Check the parts of one entry; an entry without body came back from the log after a restore."""
    if entry.body:
        read_receipt(receipt_of(entry))
    data = unb64(entry.leaf)
    verify_leaf(read_leaf(data), key)
    proof.verify(entry.proof.encode(), data, policy)
