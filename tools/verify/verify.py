"""Checks a Breakseal receipt or a whole served log: one file, Python's standard library, nothing else.

    python verify.py receipt FILE --vkey VKEY [--witness VKEY ...]
    python verify.py log DIR_OR_URL --vkey VKEY [--witness VKEY ...]

It is written from the published specifications (RFC 8032, RFC 6962, C2SP signed-note, tlog-checkpoint,
tlog-cosignature, tlog-tiles, tlog-proof and docs/spec/log.md) and shares no code with Breakseal, so that
one mistake does not hide in both. Exit: 0 holds, 1 does not hold, 2 wrong usage or unreadable.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 32 * 1024 * 1024
TILE = 256


class NotValidError(Exception):
    """What was checked does not hold; the message says what."""


def require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 # reads as a sentence
    """Raise unless `holds`."""
    if not holds:
        raise NotValidError(otherwise)


# --- Ed25519 (RFC 8032 section 5.1), in extended homogeneous coordinates: X, Y, Z, T = XY/Z ---------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(first: Point, second: Point) -> Point:
    """Return the sum of two points of the curve."""
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * first[3] * second[3] * D % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    """Return `scalar` times `point`."""
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def decode_point(data: bytes) -> Point:
    """Return the point that 32 bytes encode (section 5.1.3)."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    require(len(data) == 32 and y < P, "not a point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    require(x * x % P == square and not (x == 0 and sign), "not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def encode_point(point: Point) -> bytes:
    """Return the 32 bytes of a point (section 5.1.2)."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature (section 5.1.7, without the cofactor)."""
    require(len(signature) == 64, "an Ed25519 signature has 64 bytes")
    require((s := int.from_bytes(signature[32:], "little")) < L, "the signature's scalar is out of range")
    key = decode_point(public)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    expected = encode_point(add(multiply(s, BASE), multiply(k, minus_key)))
    require(expected == signature[:32], "the signature does not hold")


# --- Merkle tree (RFC 6962 section 2.1) --------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Return a leaf's hash."""
    return hashlib.sha256(b"\x00" + entry).digest()


def join(left: bytes, right: bytes) -> bytes:
    """Return an inner node's hash."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(row: list[bytes]) -> bytes:
    """Return the root over leaf hashes, row by row: a node without a partner rises as it is."""
    if not row:
        return hashlib.sha256(b"").digest()
    while len(row) > 1:
        pairs = [join(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(pairs) * 2 :]
    return row[0]


def path_root(index: int, size: int, node: bytes, path: list[bytes]) -> bytes:
    """Return the root that an audit path leads to, by the tree's definition: split at the largest power of two."""
    if size == 1:
        require(not path, "the inclusion proof is too long")
        return node
    require(bool(path), "the inclusion proof is too short")
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return join(path_root(index, split, node, path[:-1]), path[-1])
    return join(path[-1], path_root(index - split, size - split, node, path[:-1]))


# --- Notes, checkpoints, cosignatures (C2SP) ---------------------------------------------------------------


def strict_base64(text: str) -> bytes:
    """Return the bytes of standard base64 with its one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotValidError("not base64") from error
    require(base64.b64encode(data).decode() == text, "base64 with another spelling")
    return data


def decimal(text: str) -> int:
    """Return a number written without leading zeros."""
    require(text.isascii() and text.isdigit() and str(int(text[:20])) == text, "not a number")
    return int(text)


@dataclass(frozen=True)
class Key:
    """A verifier key."""

    name: str
    kind: int
    public: bytes
    key_id: bytes


def read_vkey(text: str) -> Key:
    """Return the key that a vkey spells."""
    parts = text.split("+", 2)
    require(len(parts) == 3, "not a vkey")
    material = strict_base64(parts[2])
    require(len(material) == 33 and material[0] in (1, 4), "not an Ed25519 vkey")
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + material).digest()[:4]
    require(key_id.hex() == parts[1], "the vkey's key ID is not its key's")
    return Key(parts[0], material[0], material[1:], key_id)


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint."""

    origin: str
    size: int
    root: bytes


def open_checkpoint(note: bytes, log: Key, witnesses: list[Key]) -> Checkpoint:
    """Return the checkpoint in `note`, signed by `log` and cosigned by every one of `witnesses`."""
    text, gap, signatures = note.decode("utf-8").rpartition("\n\n")
    require(bool(gap) and signatures.endswith("\n"), "not a signed note")
    text += "\n"
    for key in (log, *witnesses):
        mark = f"\N{EM DASH} {key.name} "
        lines = [line.removeprefix(mark) for line in signatures.split("\n") if line.startswith(mark)]
        blobs = [blob[4:] for blob in map(strict_base64, lines) if blob[:4] == key.key_id]
        require(bool(blobs), f"no signature of `{key.name}`")
        for blob in blobs:
            verify_line(key, text, blob)
    lines = text.split("\n")[:-1]
    require(len(lines) >= 3 and all(lines), "not a checkpoint")
    require(lines[0] == log.name, "the checkpoint is of another log")
    point = Checkpoint(lines[0], decimal(lines[1]), strict_base64(lines[2]))
    require(len(point.root) == 32, "not a checkpoint")
    return point


def verify_line(key: Key, text: str, blob: bytes) -> None:
    """Check one signature over a note's text: a plain one, or a timestamped cosignature."""
    head = f"cosignature/v1\ntime {int.from_bytes(blob[:8], 'big')}\n" if key.kind == 4 else ""
    verify_ed25519(key.public, (head + text).encode(), blob[8:] if head else blob)


# --- Receipts (docs/spec/log.md, C2SP tlog-proof) ----------------------------------------------------------


def verify_receipt(data: bytes, log: Key, witnesses: list[Key]) -> str:
    """Check a receipt; return what it shows, in words."""
    receipt = canonical_object(data)
    require(set(receipt) == {"v", "type", "leaf", "proof", "body", "salt"}, "not a receipt")
    require((receipt["v"], receipt["type"]) == (1, "receipt"), "not a receipt of version 1")
    leaf, body, salt = (unpadded(receipt[name]) for name in ("leaf", "body", "salt"))
    require(len(salt) == 32, "the salt has not 32 bytes")
    index, point = verify_proof(str(receipt["proof"]).encode(), leaf, log, witnesses)
    commitment = hashlib.sha256(b"breakseal/body/v1\n" + salt + body).digest()
    stated = unpadded(canonical_object(leaf).get("commitment", ""))
    require(stated == commitment, "the body is not the one that the leaf commits to")
    return f"the receipt holds: entry {index} of `{point.origin}`, in the signed tree of {point.size} entries"


def verify_proof(proof: bytes, entry: bytes, log: Key, witnesses: list[Key]) -> tuple[int, Checkpoint]:
    """Check a tlog-proof for `entry`; return its index and the checkpoint."""
    head, _, note = proof.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1" and bool(lines), "not a tlog-proof")
    if lines[0].startswith("extra "):
        lines.pop(0)
    require(bool(lines) and lines[0].startswith("index "), "not a tlog-proof")
    index = decimal(lines[0].removeprefix("index "))
    path = [strict_base64(line) for line in lines[1:]]
    point = open_checkpoint(note, log, witnesses)
    require(index < point.size and all(len(one) == 32 for one in path), "not a proof for this tree")
    root = path_root(index, point.size, leaf_hash(entry), path)
    require(root == point.root, "the entry is not in the signed tree")
    return index, point


def canonical_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in its one canonical spelling (RFC 8785, no fractions)."""
    found = json.loads(data.decode("utf-8"))
    again = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    require(isinstance(found, dict) and again == data, "not canonical JSON")
    return dict(found)


def unpadded(text: object) -> bytes:
    """Return the bytes of unpadded base64url with its one spelling."""
    require(isinstance(text, str), "not base64url")
    try:
        data = base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except (binascii.Error, ValueError) as error:
        raise NotValidError("not base64url") from error
    require(base64.urlsafe_b64encode(data).decode().rstrip("=") == text, "base64url with another spelling")
    return data


# --- Whole logs (C2SP tlog-tiles) --------------------------------------------------------------------------

Fetch = Callable[[str], bytes]


def verify_log(fetch: Fetch, log: Key, witnesses: list[Key]) -> str:
    """Read every entry and tile of a served log and check them; return what was checked, in words."""
    point = open_checkpoint(fetch("checkpoint"), log, witnesses)
    row: list[bytes] = []
    level = tiles = 0
    for name, width in tile_names("entries", point.size):
        row += [leaf_hash(entry) for entry in split_bundle(fetch(name), width)]
        tiles += 1
    require(tree_root(row) == point.root, "the entries do not hash to the signed root")
    while row:
        for at, (name, width) in enumerate(tile_names(str(level), len(row))):
            require(fetch(name) == b"".join(row[at * TILE : at * TILE + width]), f"`{name}` is wrong")
            tiles += 1
        row = [tree_root(row[at : at + TILE]) for at in range(0, len(row) - TILE + 1, TILE)]
        level += 1
    return f"the log holds: `{point.origin}`, {point.size} entries and {tiles} tiles under the signed root"


def tile_names(level: str, count: int) -> list[tuple[str, int]]:
    """Return path and width of each tile of a level that has `count` hashes."""
    names = []
    for number in range((count + TILE - 1) // TILE):
        width = min(TILE, count - number * TILE)
        groups = f"{number:0{(len(str(number)) + 2) // 3 * 3}d}"
        parts = [groups[at : at + 3] for at in range(0, len(groups), 3)]
        path = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
        names.append((f"tile/{level}/{path}" + (f".p/{width}" if width < TILE else ""), width))
    return names


def split_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle."""
    entries, at = [], 0
    for _ in range(width):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        require(at + 2 <= len(data) >= end, "an entry bundle is cut short")
        entries.append(data[at + 2 : end])
        at = end
    require(at == len(data), "an entry bundle is too long")
    return entries


def fetcher(place: str) -> Fetch:
    """Return what reads a path under a folder or an http(s) address."""
    if not place.startswith(("http://", "https://")):
        return lambda path: (Path(place) / path).read_bytes()

    def over_http(path: str) -> bytes:
        with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 # checked above
            data: bytes = answer.read(MAX_BYTES)
        return data

    return over_http


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description="Check a Breakseal receipt or log.")
    parser.add_argument("what", choices=["receipt", "log"])
    parser.add_argument("place", help="the receipt's file, or the log's folder or address")
    parser.add_argument("--vkey", required=True, help="the log's verifier key")
    parser.add_argument("--witness", action="append", default=[], help="a witness that must have cosigned")
    options = parser.parse_args(arguments)
    try:
        log, witnesses = read_vkey(options.vkey), [read_vkey(one) for one in options.witness]
        if options.what == "log":
            print(verify_log(fetcher(options.place), log, witnesses))
        else:
            print(verify_receipt(Path(options.place).read_bytes(), log, witnesses))
    except OSError as error:
        print(f"cannot read: {error}", file=sys.stderr)
        return 2
    except (NotValidError, ValueError, RecursionError) as error:
        print(f"does not hold: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
