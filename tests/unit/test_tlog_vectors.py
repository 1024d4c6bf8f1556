"""Published vectors: RFC 6962 proofs (transparency-dev/merkle), signed-note's verifier key, tile paths."""

from __future__ import annotations

import base64
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.merkle import verify_consistency, verify_inclusion
from breakseal.kernel.tlog.note import parse_note, parse_vkey
from breakseal.kernel.tlog.signature import open_note
from breakseal.kernel.tlog.tilepath import TilePath, parse_path, tiles_at, tiles_of

SPECS = Path(os.environ.get("SPECS", "../shared/specs")) / "merkle"
needs_specs = pytest.mark.skipif(
    not SPECS.is_dir(), reason=f"the folder of published vectors `{SPECS}` is absent"
)

SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def vectors(kind: str) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((SPECS / kind).rglob("*.json"))]


def unb64(text: str) -> bytes:
    return base64.b64decode(text)


def hash_of(text: str) -> bytes:
    """Some vectors have words instead of roots; a hash of them stays equal and unequal where they are."""
    data = unb64(text)
    return sha256(data).digest() if data.startswith(b"don't care") else data


@needs_specs
def test_inclusion_vectors() -> None:
    accepted = 0
    for one in vectors("inclusion"):
        args = (
            one["leafIdx"],
            one["treeSize"],
            unb64(one["leafHash"]),
            [unb64(item) for item in one["proof"] or []],
            unb64(one["root"]),
        )
        if one["wantErr"]:
            with pytest.raises(VerificationError):
                verify_inclusion(*args)
        else:
            verify_inclusion(*args)
            accepted += 1
    assert (len(vectors("inclusion")), accepted) == (46, 3)


@needs_specs
def test_consistency_vectors() -> None:
    accepted = 0
    for one in vectors("consistency"):
        proof = [unb64(item) for item in one["proof"] or []]
        args = (one["size1"], one["size2"], proof, hash_of(one["root1"]), hash_of(one["root2"]))
        if one["wantErr"]:
            with pytest.raises(VerificationError):
                verify_consistency(*args)
        else:
            verify_consistency(*args)
            accepted += 1
    assert (len(vectors("consistency")), accepted) == (54, 3)


def test_the_note_of_the_signed_note_specification() -> None:
    key = parse_vkey(SPEC_KEY)
    assert key.encode() == SPEC_KEY
    assert key.key_id.hex() == "530d903a"
    opened = open_note(SPEC_NOTE, [key])
    assert opened.note.text == "This is an example message.\n"
    assert opened.note.encode() == SPEC_NOTE


def test_the_checkpoint_of_the_checkpoint_specification_parses() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    signed = (
        "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    )
    note = parse_note((text + signed).encode())
    point = parse_checkpoint(note.text)
    assert (point.origin, point.size, point.text()) == ("example.com/behind-the-sofa", 20852163, text)


def test_the_path_and_the_tree_of_the_tiles_specification() -> None:
    assert TilePath(0, 1234067).encode() == "tile/0/x001/x234/067"
    assert parse_path("tile/entries/x001/x234/067.p/8") == TilePath(-1, 1234067, 8)
    widths = {level: [path.width for path in tiles_at(level, 70_000)] for level in range(4)}
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1], 3: []}
    assert [path.encode() for path in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
