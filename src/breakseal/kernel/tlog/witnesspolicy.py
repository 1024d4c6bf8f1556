"""Witness policies: which logs are accepted and which witnesses must have cosigned (C2SP tlog-policy).

Names are opaque octets (kept as text with surrogate escapes); lines are split at space and tab only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.note import (
    COSIGNATURE_V1,
    ED25519,
    MLDSA44,
    Note,
    VerifierKey,
    parse_note,
    parse_vkey,
)
from breakseal.kernel.tlog.signature import OpenedNote, open_note

MAX_POLICY = 512 * 1024
"""Bytes."""
MAX_NAMES = 256
"""Logs, witnesses and groups together; the specification asks for at least 32 of each."""
_ALLOWED = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Group:
    """At least `threshold` of `members` (names of witnesses and groups)."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that a log signed and a policy's witnesses cosigned.

    `cosigned` maps the policy's names of the witnesses to the time of their cosignature (Unix seconds).
    """

    checkpoint: Checkpoint
    note: Note
    log: VerifierKey
    cosigned: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """The logs, witnesses, groups and quorum of a policy file; `quorum` is none where none is asked."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str | None
    urls: Mapping[VerifierKey, str] = field(default_factory=dict)

    def check(self, data: bytes) -> VerifiedCheckpoint:
        """Return the checkpoint of the note `data`, verified: log signature and quorum of witnesses.

        The age of the cosignatures is the caller's to judge.

        Raises:
            FormatError: not a signed checkpoint.
            VerificationError: not of a log named here, a bad signature, or the quorum is missed.
        """
        point = parse_checkpoint(parse_note(data).text)
        logs = [key for key in self.logs if key.name == point.origin]
        opened = open_note(data, [*logs, *self.witnesses.values()])
        log = next((one.key for one in opened.verified if one.key in logs), None)
        if log is None:
            raise VerificationError("not signed by a log that the policy names", reason="unknown-log")
        cosigned = self._cosigned(opened)
        if self.quorum is not None and not self._witnessed(self.quorum, cosigned):
            raise VerificationError("too few witnesses have cosigned the checkpoint", reason="no-quorum")
        return VerifiedCheckpoint(point, opened.note, log, cosigned)

    def _cosigned(self, opened: OpenedNote) -> dict[str, int]:
        times = {name: opened.time_of(key) for name, key in self.witnesses.items()}
        return {name: time for name, time in times.items() if time is not None}

    def _witnessed(self, name: str, cosigned: Mapping[str, int]) -> bool:
        # INVARIANT: a group names only what was defined before it, so this ends.
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.threshold


def single_log(key: VerifierKey) -> WitnessPolicy:
    """Return the policy that accepts the one log `key` and asks for no witness."""
    return WitnessPolicy((key,), {}, {}, None)


class _Draft:
    """A policy file being read, line by line."""

    def __init__(self) -> None:
        self.logs: dict[bytes, VerifierKey] = {}
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[VerifierKey, str] = {}
        self.listed: set[str] = set()
        self.quorum: list[str] = []

    def line(self, words: list[str]) -> None:
        """Take up one line that is neither empty nor a comment."""
        keyword, *rest = words
        if keyword == "log" and 1 <= len(rest) <= 2:
            self._log(parse_vkey(rest[0]), rest[1:])
        elif keyword == "witness" and 2 <= len(rest) <= 3:
            self._witness(rest[0], parse_vkey(rest[1]), rest[2:])
        elif keyword == "group" and len(rest) >= 3:
            self._group(rest[0], rest[1], rest[2:])
        elif keyword == "quorum" and len(rest) == 1:
            self._quorum(rest[0])
        else:
            raise FormatError("not a line of a witness policy")
        if len(self.logs) + len(self.witnesses) + len(self.groups) > MAX_NAMES:
            raise FormatError(f"a witness policy has at most {MAX_NAMES} names")

    def _log(self, key: VerifierKey, url: list[str]) -> None:
        if key.kind not in (ED25519, MLDSA44):
            raise FormatError("not a log's kind of key")
        if key.public in self.logs:
            raise FormatError("two logs with one key")
        self.logs[key.public] = key
        if url:
            self.urls[key] = url[0]

    def _witness(self, name: str, key: VerifierKey, url: list[str]) -> None:
        if key.kind not in (COSIGNATURE_V1, MLDSA44):
            raise FormatError("not a witness's kind of key")
        if any(key.public == other.public for other in self.witnesses.values()):
            raise FormatError("two witnesses with one key")
        self.witnesses[self._new(name)] = key
        if url:
            self.urls[key] = url[0]

    def _group(self, name: str, rule: str, members: list[str]) -> None:
        for member in members:
            if not self._defined(member) or member in self.listed:
                raise FormatError("a group member is not defined before it, or is in two groups")
            self.listed.add(member)
        word = {"any": "1", "all": str(len(members))}.get(rule, rule)
        if _NUMBER.fullmatch(word) is None or int(word) > len(members):
            raise FormatError("a group's threshold is `all`, `any` or a number of its members")
        self.groups[self._new(name)] = Group(int(word), tuple(members))

    def _quorum(self, name: str) -> None:
        if name != "none" and not self._defined(name):
            raise FormatError("the quorum is not defined before it")
        self.quorum.append(name)

    def _new(self, name: str) -> str:
        if name == "none" or self._defined(name):
            raise FormatError("a name is defined twice, or is `none`")
        return name

    def _defined(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups


def parse_policy(data: bytes) -> WitnessPolicy:
    """Return the policy that the file `data` writes.

    Raises:
        FormatError: not a policy file, or larger than is supported; the message names the line.
    """
    if len(data) > MAX_POLICY or _ALLOWED.fullmatch(data) is None:
        raise FormatError("not a witness policy", reason="bad-witness-policy")
    draft = _Draft()
    for number, line in enumerate(data.split(b"\n"), start=1):
        words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[\t ]+", line.strip(b"\t "))]
        if words[0] and not words[0].startswith("#"):
            try:
                draft.line(words)
            except FormatError as error:
                raise FormatError(
                    f"witness policy line {number}: {error}", reason="bad-witness-policy"
                ) from error
    if len(draft.quorum) != 1:
        raise FormatError("a witness policy has exactly one quorum line", reason="bad-witness-policy")
    quorum = None if draft.quorum[0] == "none" else draft.quorum[0]
    return WitnessPolicy(tuple(draft.logs.values()), draft.witnesses, draft.groups, quorum, draft.urls)
