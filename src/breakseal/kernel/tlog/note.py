"""Signed notes and verifier keys (C2SP signed-note): parsing and writing, one spelling each.

The text of a note says nothing until `signature.open_note` has verified a signature of a known key.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.base64text import from_base64, to_base64

ED25519 = 0x01
"""An Ed25519 signature over the note text."""
COSIGNATURE_V1 = 0x04
"""A timestamped Ed25519 cosignature (C2SP tlog-cosignature)."""
MLDSA44 = 0x06
"""A timestamped ML-DSA-44 cosignature (C2SP tlog-cosignature)."""

KEY_SIZES = {ED25519: 32, COSIGNATURE_V1: 32, MLDSA44: 1312}
"""Bytes of the public key, by signature type: the types that are understood."""

MAX_NOTE = 256 * 1024
"""Bytes; room for 32 post-quantum signatures of about 5 kB."""
MAX_SIGNATURES = 64
MAX_NAME = 255
"""Bytes of a key name; an ML-DSA cosignature has one byte for its length."""
_MARK = "\N{EM DASH} "


def check_name(name: str) -> str:
    """Return `name` if it may be a key name: not empty, no Unicode space, no plus, no control character.

    Raises:
        FormatError: it may not, or is longer than 255 bytes.
    """
    if (
        not name
        or "+" in name
        or any(one.isspace() or unicodedata.category(one) in ("Cc", "Cs") for one in name)
    ):
        raise FormatError("not a key name", reason="bad-key-name")
    if len(name.encode()) > MAX_NAME:
        raise FormatError("key name too long", reason="bad-key-name")
    return name


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and signature type: what identifies a log or a witness."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a key that no vkey can spell."""
        check_name(self.name)
        if KEY_SIZES.get(self.kind) != len(self.public):
            raise FormatError("not a verifier key of a known type", reason="bad-vkey")

    @property
    def key_id(self) -> bytes:
        """The key ID, 4 bytes."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def encode(self) -> str:
        """Return the vkey: `name+keyid+base64(type || public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Return the verifier key that the vkey `text` spells.

    Raises:
        FormatError: malformed, of a type that is not understood, or with another key ID than its own.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[2]:
        raise FormatError("not a vkey", reason="bad-vkey")
    material = from_base64(parts[2])
    key = VerifierKey(parts[0], material[0], material[1:])
    if key.encode() != text:
        raise FormatError("the vkey's key ID is not that of its key", reason="bad-vkey")
    return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose it says it is, and the signature bytes after the key ID."""

    name: str
    key_id: bytes
    blob: bytes

    def encode(self) -> str:
        """Return the line with its newline."""
        return f"{_MARK}{self.name} {to_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (with its last newline) and at least one signature, none of them verified."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Return the note's bytes."""
        return (self.text + "\n" + "".join(one.encode() for one in self.signatures)).encode()


def check_text(text: str) -> str:
    """Return `text` if it may be a note's: it ends in a newline and has no other control character.

    Raises:
        FormatError: it may not.
    """
    if not text.endswith("\n") or any(one < " " and one != "\n" for one in text):
        raise FormatError("not a note text", reason="bad-note")
    return text


def parse_signature(line: str) -> Signature:
    """Return the signature of one line, without its newline.

    Raises:
        FormatError: not a signature line.
    """
    mark, name, blob = line[:2], *_two_words(line[2:])
    if mark != _MARK:
        raise FormatError("not a signature line", reason="bad-note")
    data = from_base64(blob)
    if len(data) < 5:
        raise FormatError("not a signature line", reason="bad-note")
    return Signature(check_name(name), data[:4], data[4:])


def _two_words(text: str) -> tuple[str, str]:
    words = text.split(" ")
    if len(words) != 2:
        raise FormatError("not a signature line", reason="bad-note")
    return words[0], words[1]


def parse_note(data: bytes) -> Note:
    """Return the text and signatures of a note; the text ends at the last empty line.

    Raises:
        FormatError: malformed, longer than `MAX_NOTE` or with more than `MAX_SIGNATURES` lines.
    """
    if len(data) > MAX_NOTE:
        raise FormatError(f"a note has at most {MAX_NOTE} bytes", reason="too-large")
    try:
        whole = check_text(data.decode())
    except UnicodeDecodeError as error:
        raise FormatError("a note is UTF-8", reason="bad-note") from error
    split = whole.rfind("\n\n")
    if split < 0:
        raise FormatError("a note has an empty line before its signatures", reason="bad-note")
    lines = whole[split + 2 :].split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise FormatError(f"a note has 1 to {MAX_SIGNATURES} signatures", reason="bad-note")
    return Note(whole[: split + 1], tuple(parse_signature(line) for line in lines))
