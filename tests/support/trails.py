"""A person's trail and its log, built with the kernel's own functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import NO_LINK, Body, Entry, Head, Party, Trail, sign_head
from breakseal.kernel.model.leaf import Leaf, commit, seal_leaf, trail_tag
from breakseal.kernel.model.receipt import Receipt
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.model.words import NoticeTiming
from breakseal.kernel.tlog import merkle
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.proof import encode_proof
from breakseal.kernel.tlog.signature import Ed25519Signer as LogSigner
from breakseal.kernel.tlog.signature import sign_note

ORIGIN = "log.example/town"
ASKED = {
    "v": 1,
    "type": "read-trail",
    "issued": 1_800_000_000,
    "expires": 1_800_000_300,
    "nonce": canonical.b64(bytes(16)),
    "recipient": canonical.b64(bytes(65)),
}


@dataclass(frozen=True, slots=True)
class Town:
    """A keyholder and a log, each with a key of its own."""

    keyholder: Ed25519Signer
    log: LogSigner

    @classmethod
    def fresh(cls) -> Town:
        """Return a town with new keys."""
        keyholder = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        return cls(keyholder, LogSigner(ORIGIN, ed25519.Ed25519PrivateKey.generate()))

    def facts(self) -> dict[str, object]:
        """Return what `verifyTrail` takes as its second argument."""
        key = msgspec.to_builtins(self.keyholder.key)
        return {"keyholderKey": key, "logVkey": self.log.key.encode(), "origin": ORIGIN, "statement": ASKED}

    def trail(self, bodies: Sequence[Body], trail_key: bytes = bytes(range(32))) -> Trail:
        """Return the trail of `bodies`, whose leaves stand among other people's in the log."""
        link, parts = NO_LINK, []
        for n, body in enumerate(bodies, start=1):
            raw = canonical.encode(msgspec.structs.replace(body, n=n, link=link))
            salt = bytes([n]) * 32
            leaf = seal_leaf(_leaf(body, trail_tag(trail_key, n), commit(salt, raw)), self.keyholder)
            link = canonical.b64(canonical.digest(leaf))
            parts.append((leaf, raw, salt))
        head = Head(
            trail=canonical.b64(trail_tag(trail_key, 0)),
            n=len(parts),
            link=link,
            deferred=sum(bool(body.joined) for body in bodies),
            at=1_800_000_000,
            request=canonical.b64(canonical.digest(canonical.encode(ASKED))),
            by="",
        )
        entries = tuple(
            Entry(leaf=_b64(leaf), body=_b64(raw), salt=_b64(salt), proof=proof.decode())
            for (leaf, raw, salt), proof in zip(
                parts, self.proofs([leaf for leaf, _, _ in parts]), strict=True
            )
        )
        return Trail(key=_b64(trail_key), head=sign_head(head, self.keyholder), entries=entries)

    def told_late(self, body: Body, notice: NoticeTiming = "deferred") -> Body:
        """Return the notice that joins `body`, whose leaf says `notice`, to a list."""
        raw, salt = canonical.encode(msgspec.structs.replace(body, n=1, link=NO_LINK)), bytes([7]) * 32
        bare = msgspec.structs.replace(_leaf(body, bytes([8]) * 32, commit(salt, raw)), notice=notice)
        leaf = seal_leaf(bare, self.keyholder)
        joined = Entry(
            leaf=_b64(leaf), body=_b64(raw), salt=_b64(salt), proof=self.proofs([leaf])[0].decode()
        )
        return Body(
            type="notice", n=0, link="", at=body.at + 1, party=body.party, result="told-late", joined=joined
        )

    def proofs(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Return a tlog-proof for each leaf, in a log where each is followed by a stranger's leaf."""
        if not leaves:
            return []
        log = [entry for leaf in leaves for entry in (leaf, b"stranger" + leaf[:8])]
        hashes = [merkle.leaf_hash(entry) for entry in log]
        read = _reader(hashes)
        point = Checkpoint(ORIGIN, len(log), merkle.range_hash(0, len(log), read))
        note = sign_note(point.text(), [self.log]).encode()
        return [
            encode_proof(2 * at, merkle.inclusion_proof(2 * at, len(log), read), note)
            for at in range(len(leaves))
        ]


def receipt_of(entry: Entry) -> bytes:
    """Return the canonical receipt of one entry."""
    return canonical.encode(Receipt(leaf=entry.leaf, proof=entry.proof, body=entry.body, salt=entry.salt))


def some_bodies(count: int) -> list[Body]:
    """Return `count` bodies of openings under calls."""
    party = Party(org="county-911", org_name="Contea 911 — añil", name="A. Díaz", role="call-taker", key="k")
    return [
        Body(
            type="disclose", n=0, link="", at=1_800_000_000 + at, party=party, purpose="emergency-response",
            call=f"call-{at}", categories=("emergency.medical",), result="opened", until=1_800_003_600,
        )
        for at in range(count)
    ]  # fmt: skip


def _leaf(body: Body, tag: bytes, commitment: bytes) -> Leaf:
    return Leaf(
        type=body.type, day="2027-01-15", org=body.party.org, purpose="emergency-response", basis="emergency-call",
        notice="after-call", set="set-1", tag=_b64(tag), ref=_b64(bytes(32)), commitment=_b64(commitment), by="",
    )  # fmt: skip


def _reader(hashes: Sequence[bytes]) -> merkle.NodeReader:
    def read(height: int, index: int) -> bytes:
        if height == 0:
            return hashes[index]
        return merkle.node_hash(read(height - 1, 2 * index), read(height - 1, 2 * index + 1))

    return read


_b64 = canonical.b64
