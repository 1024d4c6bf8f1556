"""The root in force: who oversees, which log, door and keyholders."""

from __future__ import annotations

from collections.abc import Callable

from breakseal.kernel.errors import ConfigError, RefusedError, VerificationError
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.model.signed import Signed, read, verify_one
from breakseal.kernel.tlog.witnesspolicy import WitnessPolicy, parse_policy
from breakseal.keyholder.store import Store

ENROL_DELAY = 72 * 3600
"""Seconds for which an enrolment is public before it works."""
WIDEN_DELAY = 14 * 86_400
"""Seconds for which a wider policy is public before it works."""


class Roots:
    """The newest root statement, and its predecessors in the store.

    `checkpoint` returns the log's latest signed checkpoint, by which a new witness policy is tried.
    """

    def __init__(self, store: Store, checkpoint: Callable[[], bytes]) -> None:
        self._store = store
        self._checkpoint = checkpoint
        self._newest: tuple[bytes, Root] | None = None
        self._witnesses: WitnessPolicy | None = None

    def forget(self) -> None:
        """Drop the copy in memory, after a transaction that was undone."""
        self._newest = self._witnesses = None

    def _load(self) -> tuple[bytes, Root] | None:
        if self._newest is None:
            row = self._store.one(
                "SELECT envelope FROM enrolments WHERE kind = 'root' ORDER BY active_from DESC LIMIT 1"
            )
            self._newest = None if row is None else (bytes(row[0]), read_root(bytes(row[0]))[1])
        return self._newest

    @property
    def envelope(self) -> bytes:
        """The root in force as it was signed; empty if there is none yet."""
        newest = self._load()
        return b"" if newest is None else newest[0]

    @property
    def root(self) -> Root:
        """The root in force.

        Raises:
            ConfigError: there is none yet.
        """
        newest = self._load()
        if newest is None:
            raise ConfigError("the keyholder has no root statement: run `breakseal init`")
        return newest[1]

    @property
    def witnesses(self) -> WitnessPolicy:
        """The witness policy of the root in force."""
        if self._witnesses is None:
            self._witnesses = parse_policy(self.root.witnesses.encode())
        return self._witnesses

    @property
    def party(self) -> RelyingParty:
        """The door as a relying party."""
        return RelyingParty(self.root.door.rp_id, self.root.door.origin)

    @property
    def enrol_delay(self) -> int:
        """Seconds from the entry to the effect of an enrolment; none in the demo."""
        return 0 if self.root.demo else ENROL_DELAY

    @property
    def widen_delay(self) -> int:
        """Seconds from the entry to the effect of a wider policy; none in the demo."""
        return 0 if self.root.demo else WIDEN_DELAY

    def adopt(self, envelope: bytes) -> Root:
        """Take a root statement: version 1 if there is none, else the next one; inside a transaction.

        Raises:
            RefusedError: not the next version.
            VerificationError: not signed by the thresholds of the last and of the new root.
        """
        signed, new = read_root(envelope)
        newest = self._load()
        old = None if newest is None else newest[1]
        if new.version != (old.version + 1 if old else 1):
            raise RefusedError("not the next root version", reason="root-version")
        for root in (new,) if old is None else (old, new):
            check_threshold(signed, root)
        self._store.run(
            "INSERT INTO enrolments VALUES ('root', ?, ?, ?)", str(new.version), envelope, new.version
        )
        self._newest, self._witnesses = (envelope, new), None
        return new

    def check_log(self, new: Root) -> None:
        """Check that the log as it stands satisfies the witness policy of `new`: nothing would open under it else.

        Raises:
            RefusedError: it does not: another log's key, or witnesses that have not cosigned.
        """
        try:
            parse_policy(new.witnesses.encode()).check(self._checkpoint())
        except VerificationError as error:
            raise RefusedError(
                f"the log does not satisfy this root's witness policy: {error}", reason="witness-policy"
            ) from error

    def check_signed(self, signed: Signed) -> None:
        """Check that the threshold of the root in force signed.

        Raises:
            VerificationError: it did not.
        """
        check_threshold(signed, self.root)


def read_root(envelope: bytes) -> tuple[Signed, Root]:
    """Parse a root statement.

    Raises:
        FormatError: not canonical.
        ConfigError: another statement, or one that asks for fewer than two of its keys.
    """
    signed, statement = read(envelope)
    if not isinstance(statement, Root):
        raise ConfigError("not a root statement")
    keys = {key.spki for key in statement.oversight}
    if len(keys) != len(statement.oversight) or not 2 <= statement.threshold <= len(keys):
        raise ConfigError("a root needs at least two different oversight keys and a threshold of two")
    if not statement.keyholders:
        raise ConfigError("a root needs a keyholder")
    parse_policy(statement.witnesses.encode())
    return signed, statement


def check_threshold(signed: Signed, root: Root) -> None:
    """Check that at least the threshold of the oversight keys of `root` signed, and nobody falsely.

    Signatures by keys that `root` does not name are left to the other root's check.

    Raises:
        VerificationError: too few, or a false one.
    """
    named: dict[str, PublicKey] = {key.id: key for key in root.oversight}
    payload = signed.payload_bytes()
    party = RelyingParty(root.door.rp_id, root.door.origin)
    mine = [signature for signature in signed.signatures if signature.key in named]
    for signature in mine:
        verify_one(named[signature.key], payload, signature, party)
    if len(mine) < root.threshold:
        raise VerificationError("too few root keys signed", reason="threshold")
