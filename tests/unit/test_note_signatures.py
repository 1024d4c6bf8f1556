"""Opening notes: unknown keys, known keys that fail, cosignatures of both kinds, many signatures."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.cosignature import join_blob, message
from breakseal.kernel.tlog.note import (
    COSIGNATURE_V1,
    ED25519,
    MLDSA44,
    Note,
    Signature,
    VerifierKey,
    parse_vkey,
)
from breakseal.kernel.tlog.signature import open_note, sign_note, sign_text
from tests.support.logs import START, signer

TEXT = Checkpoint("log.example/a", 7, bytes(range(32))).text()
LOG = signer("log.example/a")
WITNESS = signer("w.example", COSIGNATURE_V1)


class MldsaSigner:
    """A post-quantum cosigner, as a witness may have one."""

    def __init__(self, name: str) -> None:
        self.private = MLDSA44PrivateKey.generate()
        self.key = VerifierKey(name, MLDSA44, self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def with_line(note: Note, line: Signature) -> bytes:
    return Note(note.text, (*note.signatures, line)).encode()


def test_signatures_of_unknown_keys_are_ignored_even_if_they_are_rubbish() -> None:
    note = sign_note(TEXT, [LOG])
    rubbish = Signature(LOG.key.name, b"\1\2\3\4", bytes(64))
    assert open_note(with_line(note, rubbish), [LOG.key]).verified[0].key == LOG.key


def test_a_known_key_whose_signature_fails_refuses_the_whole_note() -> None:
    note = sign_note(TEXT, [LOG])
    forged = Signature(WITNESS.key.name, WITNESS.key.key_id, join_blob(START, bytes(64)))
    assert open_note(with_line(note, forged), [LOG.key])
    with pytest.raises(VerificationError) as caught:
        open_note(with_line(note, forged), [LOG.key, WITNESS.key])
    assert caught.value.reason == "bad-signature"


def test_a_second_signature_of_one_key_must_hold_too() -> None:
    note = sign_note(TEXT, [LOG])
    with pytest.raises(VerificationError):
        open_note(with_line(note, Signature(LOG.key.name, LOG.key.key_id, bytes(64))), [LOG.key])


def test_a_note_without_a_known_signer_is_refused() -> None:
    with pytest.raises(VerificationError) as caught:
        open_note(sign_note(TEXT, [LOG]).encode(), [WITNESS.key])
    assert caught.value.reason == "unknown-signer"


def test_a_note_of_thirty_two_signatures_opens() -> None:
    signers = [signer(f"s{number}.example") for number in range(32)]
    opened = open_note(sign_note(TEXT, signers).encode(), [one.key for one in signers])
    assert len(opened.verified) == 32


def test_cosignatures_carry_their_time_and_bind_it() -> None:
    line = sign_text(TEXT, WITNESS, START)
    note = with_line(sign_note(TEXT, [LOG]), line)
    opened = open_note(note, [LOG.key, WITNESS.key])
    assert (opened.time_of(WITNESS.key), opened.time_of(LOG.key)) == (START, None)
    moved = Signature(line.name, line.key_id, join_blob(START + 1, line.blob[8:]))
    with pytest.raises(VerificationError):
        open_note(with_line(sign_note(TEXT, [LOG]), moved), [LOG.key, WITNESS.key])


def test_the_cosigned_message_is_the_specifications() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    expected = b"cosignature/v1\ntime 1679315147\n" + text.encode()
    assert message(WITNESS.key, 1679315147, text) == expected


def test_a_signature_of_one_type_never_passes_for_the_other() -> None:
    log = VerifierKey("same.example", ED25519, signer("same.example").key.public)
    witness = VerifierKey("same.example", COSIGNATURE_V1, log.public)
    line = sign_text(TEXT, signer("same.example"))
    assert log.key_id != witness.key_id
    renamed = Signature(line.name, witness.key_id, line.blob)
    with pytest.raises(VerificationError):
        open_note(Note(TEXT, (renamed,)).encode(), [witness])


def test_post_quantum_cosignatures_verify() -> None:
    cosigner = MldsaSigner("pq.example")
    note = with_line(sign_note(TEXT, [LOG]), sign_text(TEXT, cosigner, START))
    assert open_note(note, [cosigner.key]).time_of(cosigner.key) == START
    assert parse_vkey(cosigner.key.encode()) == cosigner.key
    other = Checkpoint("log.example/a", 8, bytes(range(32))).text()
    with pytest.raises(VerificationError):
        open_note(Note(other, (sign_text(TEXT, cosigner, START),)).encode(), [cosigner.key])


def test_a_cosigner_signs_checkpoints_only_and_says_when() -> None:
    with pytest.raises(FormatError):
        sign_text("not a checkpoint\n", WITNESS, START)
    with pytest.raises(FormatError):
        sign_text(TEXT, WITNESS)
    with pytest.raises(FormatError):
        sign_text(TEXT, WITNESS, -1)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "x" * 256])
def test_no_key_with_such_a_name(name: str) -> None:
    with pytest.raises(FormatError):
        VerifierKey(name, ED25519, bytes(32))


@pytest.mark.parametrize(
    "change", ["", "a", "a+b", "a+00000000+", "a+00000000+AAAA", "log.example/a+00000000+x"]
)
def test_malformed_vkeys_are_refused(change: str) -> None:
    with pytest.raises(FormatError):
        parse_vkey(change)
    right = LOG.key.encode()
    with pytest.raises(FormatError):
        parse_vkey(right.replace(LOG.key.key_id.hex(), "00000000"))
    with pytest.raises(FormatError):
        parse_vkey(right.replace(LOG.key.key_id.hex(), LOG.key.key_id.hex().upper() + " "))
