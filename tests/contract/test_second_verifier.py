"""The second verifier agrees with the kernel: RFC 8032's vectors, our receipts and our served log."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breakseal.cli import main
from breakseal.kernel.tlog.note import COSIGNATURE_V1
from breakseal.kernel.tlog.signature import sign_text
from breakseal.kernel.tlog.tilepath import tiles_of
from breakseal.log.sequencer import Sequencer
from tests.support.logs import START, Log, entry, signer
from tools.verify import verify

PROGRAM = Path(verify.__file__)

# RFC 8032 section 7.1: private key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
            "595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
            "b4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
            "716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c"
            "138ac17ad9bef1177331a704"
        ),
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=["1", "2", "3", "sha-abc"])
def test_rfc_8032_vectors(vector: tuple[str, str, str, str]) -> None:
    private, public, message, signature = map(bytes.fromhex, vector)
    assert Ed25519PrivateKey.from_private_bytes(private).sign(message) == signature
    verify.verify_ed25519(public, message, signature)
    for at in range(0, 512, 7):
        wrong = bytearray(signature)
        wrong[at // 8] ^= 1 << at % 8
        with pytest.raises(verify.NotValidError):
            verify.verify_ed25519(public, message, bytes(wrong))
    with pytest.raises(verify.NotValidError):
        verify.verify_ed25519(public, message + b"x", signature)


def test_a_signature_with_the_scalar_plus_the_group_order_is_refused() -> None:
    public, signature = (bytes.fromhex(VECTORS[0][at]) for at in (1, 3))
    more = int.from_bytes(signature[32:], "little") + verify.L
    with pytest.raises(verify.NotValidError):
        verify.verify_ed25519(public, b"", signature[:32] + more.to_bytes(32, "little"))


def test_it_imports_the_standard_library_only() -> None:
    tree = ast.parse(PROGRAM.read_text())
    roots = {
        name.name.split(".")[0] for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names
    }
    roots |= {(one.module or "").split(".")[0] for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    assert roots <= sys.stdlib_module_names


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture
def sequencer(tmp_path: Path) -> Sequencer:
    return Log(tmp_path / "log.db").create()


def receipt(sequencer: Sequencer, count: int) -> dict[str, object]:
    """A receipt as docs/spec/log.md has it, for the last of `count` entries."""
    body, salt = b'{"who":"a call-taker"}', bytes(range(32))
    commitment = b64(sha256(b"breakseal/body/v1\n" + salt + body).digest())
    leaf = json.dumps({"commitment": commitment, "type": "disclose", "v": 1}, separators=(",", ":")).encode()
    placed = sequencer.append([*(entry(number) for number in range(count - 1)), leaf])[-1]
    proof = placed.proof().decode()
    return {
        "v": 1,
        "type": "receipt",
        "leaf": b64(leaf),
        "proof": proof,
        "body": b64(body),
        "salt": b64(salt),
    }


def canonical(value: dict[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("count", [1, 2, 5, 256, 300, 513])
def test_it_accepts_our_receipts(sequencer: Sequencer, count: int) -> None:
    key = verify.read_vkey(sequencer.key.encode())
    said = verify.verify_receipt(canonical(receipt(sequencer, count)), key, [])
    assert f"entry {count - 1} of" in said
    assert f"tree of {count} entries" in said


def test_it_refuses_changed_receipts(sequencer: Sequencer) -> None:
    key = verify.read_vkey(sequencer.key.encode())
    right = receipt(sequencer, 300)
    proof = str(right["proof"])
    changes: list[dict[str, object]] = [
        {"body": b64(b'{"who":"nobody"}')},
        {"salt": b64(bytes(32))},
        {"salt": b64(b"short")},
        {"leaf": b64(b'{"commitment":"","type":"disclose","v":1}')},
        {"proof": proof.replace("index 299", "index 298")},
        {"proof": proof.replace("\n300\n", "\n301\n")},
        {"proof": proof.replace(proof.split("\n")[2], proof.split("\n")[3])},
        {"proof": proof.split("\n\n", maxsplit=1)[0]},
        {"v": 2},
        {"type": "other"},
        {"more": 1},
    ]
    for change in changes:
        with pytest.raises((verify.NotValidError, ValueError)):
            verify.verify_receipt(canonical(right | change), key, [])
    with pytest.raises(verify.NotValidError):
        verify.verify_receipt(json.dumps(right).encode(), key, [])
    with pytest.raises(verify.NotValidError):
        verify.verify_receipt(canonical(right), verify.read_vkey(signer("other.example").key.encode()), [])


def test_it_asks_for_each_named_witness(sequencer: Sequencer) -> None:
    right = receipt(sequencer, 3)
    witness = signer("w.example", COSIGNATURE_V1)
    log, key = verify.read_vkey(sequencer.key.encode()), verify.read_vkey(witness.key.encode())
    with pytest.raises(verify.NotValidError):
        verify.verify_receipt(canonical(right), log, [key])
    note = sequencer.last.note.decode()
    line = sign_text(note.rpartition("\n\n")[0] + "\n", witness, START).encode()
    cosigned = right | {"proof": str(right["proof"]) + line}
    assert "holds" in verify.verify_receipt(canonical(cosigned), log, [key])


def serve(sequencer: Sequencer, folder: Path) -> None:
    """Write the log as the static files that a web server would serve."""
    (folder / "checkpoint").write_bytes(sequencer.reader.checkpoint())
    for path in tiles_of(sequencer.last.size):
        target = folder / path.encode()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(sequencer.reader.tile(path))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("count", [0, 1, 255, 256, 600])
def test_it_accepts_our_log_and_refuses_a_flip_in_any_file(
    tmp_path: Path, sequencer: Sequencer, count: int
) -> None:
    sequencer.append([entry(number) for number in range(count)])
    folder = tmp_path / "served"
    folder.mkdir()
    serve(sequencer, folder)
    said = verify.verify_log(verify.fetcher(str(folder)), verify.read_vkey(sequencer.key.encode()), [])
    assert f"{count} entries" in said
    for file in [one for one in folder.rglob("*") if one.is_file()]:
        right = file.read_bytes()
        for at in range(0, len(right), 1 + len(right) // 4):
            file.write_bytes(right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :])
            with pytest.raises((verify.NotValidError, ValueError)):
                verify.verify_log(verify.fetcher(str(folder)), verify.read_vkey(sequencer.key.encode()), [])
        file.write_bytes(right)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 600])
def test_both_verifiers_count_the_same(
    tmp_path: Path, sequencer: Sequencer, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """`breakseal log audit` and the second verifier say how many entries and tiles they read."""
    sequencer.append([entry(number) for number in range(count)])
    folder = tmp_path / "served"
    folder.mkdir()
    serve(sequencer, folder)
    vkey = sequencer.key.encode()
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "checkpoint"]
    other = re.search(r"(\d+) entries and (\d+) tiles", run("log", str(folder), "--vkey", vkey).stdout)
    for where in (folder, tmp_path / "log.db"):
        assert main.run(["log", "audit", str(where), "--vkey", vkey]) == 0
        ours = re.search(r"(\d+) entries, (\d+) tiles", capsys.readouterr().out)
        assert ours is not None
        assert other is not None
        assert ours.groups() == other.groups() == (str(count), str(len(files)))


def test_the_program_says_what_holds_and_what_does_not(tmp_path: Path, sequencer: Sequencer) -> None:
    file = tmp_path / "a.receipt"
    file.write_bytes(canonical(receipt(sequencer, 20)))
    vkey = sequencer.key.encode()
    right = run("receipt", str(file), "--vkey", vkey)
    assert (right.returncode, right.stderr) == (0, "")
    assert right.stdout.startswith("the receipt holds: entry 19 of `log.breakseal.example/test`")
    other = run("receipt", str(file), "--vkey", signer("x").key.encode())
    assert (other.returncode, other.stdout) == (1, "")
    assert other.stderr.startswith("does not hold: no signature of `x`")
    assert run("receipt", str(tmp_path / "none"), "--vkey", vkey).returncode == 2
    assert run("receipt", str(file), "--vkey", "rubbish").returncode == 1
    folder = tmp_path / "served"
    folder.mkdir()
    serve(sequencer, folder)
    assert run("log", str(folder), "--vkey", vkey).returncode == 0
