"""Making a new installation: its keys, its log, its root statement, and the settings file last of all.

A folder with a settings file is complete; one without was never finished and may be thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.config import Config, KeyName, render
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.enrolments import Door, EnrolCourier, EnrolProcessor, PolicyRelease
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.policy.load import digest
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.seal.hpke import point_of
from breakseal.kernel.tlog.note import ED25519, VerifierKey
from breakseal.log.store import LogStore
from breakseal.oversight import founding, keyfile
from breakseal.oversight.founding import Founding, Stamp
from breakseal.policydesk import shipped

PROCESSORS = {"own-desk": "this office's own desk", "demo-phone": "the demo's own phone, on this computer"}
"""Who handles messages in an installation as it is made."""
OVERSEERS = ("1-alder", "2-birch", "3-cedar")
"""The folders of the three oversight keys of the embedded default."""


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made: the overseers' key files (none where public keys were given), and statements to be signed."""

    overseers: tuple[Path, ...]
    statements: tuple[Path, ...]
    log: VerifierKey


def found(
    config: Config, clock: Clock, entropy: Entropy, *, oversight: tuple[PublicKey, ...] = ()
) -> Founded:
    """Make the installation of `config` in its empty folder; without `oversight` keys three are made here.

    Raises:
        ConfigError: there is an installation already, or the disk refuses.
        RequestError: the oversight keys do not make sense.
    """
    if config.path.exists() or config.root_file.exists():
        raise ConfigError(
            f"there is an installation in `{config.path.parent}` already: choose another folder"
        )
    signers, files = ([], ()) if oversight else _make_overseers(config)
    log = _make_log(config)
    keyholder = _make_key(config, "keyholder")
    root = founding.root_statement(
        Founding(
            log=log,
            keyholder=keyholder,
            door=_door(config),
            oversight=oversight or tuple(one.key for one in signers),
            demo=config.settings.demo,
        ),
        Stamp(clock, entropy),
    )
    drafts = {config.root_file: root, **_first_statements(config, Stamp(clock, entropy), entropy)}
    for path, statement in drafts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_signed(founding.draft_bytes(statement), signers))
    config.path.write_text(render(config.settings), encoding="utf-8")
    return Founded(files, tuple(drafts), log)


def statements_folder(config: Config) -> Path:
    """Return the folder of root-signed statements that are handed in at every start until they are taken."""
    return config.folder("public") / "statements"


def _signed(draft: bytes, signers: list[Ed25519Signer]) -> bytes:
    if not signers:
        return draft
    _, signed = founding.read_draft(draft)
    for signer in signers:
        signed = founding.add_signature(signed, signer)
    return founding.envelope_bytes(signed)


def _make_overseers(config: Config) -> tuple[list[Ed25519Signer], tuple[Path, ...]]:
    folder = config.data / "oversight-keys"
    files = tuple(folder / name / "oversight.pem" for name in OVERSEERS)
    signers = []
    for file in files:
        key = ed25519.Ed25519PrivateKey.generate()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyfile.write_private(file, key)
        keyfile.write_public(file.with_name("oversight.pub.pem"), keyfile.public_of(key))
        signers.append(Ed25519Signer(key))
    return signers, files


def _make_key(config: Config, name: KeyName) -> PublicKey:
    key = ed25519.Ed25519PrivateKey.generate()
    keyfile.write_private(config.key(name), key)
    return keyfile.public_of(key)


def _make_log(config: Config) -> VerifierKey:
    """Make the log's key and its store, once."""
    key = ed25519.Ed25519PrivateKey.generate()
    keyfile.write_private(config.key("log"), key)
    origin = f"{urlsplit(config.settings.door.origin).netloc}/log"
    public = VerifierKey(origin, ED25519, key.public_key().public_bytes_raw())
    LogStore.create(config.log_store, public).close()
    config.log_store.chmod(0o600)
    return public


def _door(config: Config) -> Door:
    origin = config.settings.door.origin
    return Door(origin=origin, rp_id=urlsplit(origin).hostname or "", web_origin=config.settings.web.origin)


def _first_statements(
    config: Config, stamp: Stamp, entropy: Entropy
) -> dict[Path, PolicyRelease | EnrolCourier | EnrolProcessor]:
    """Return the policy's release, the courier's enrolment and who handles its messages: nothing works without them."""
    folder = statements_folder(config)
    point = ec.generate_private_key(ec.SECP256R1())
    keyfile.write_private(config.key("courier-seal"), point)
    keyfile.write_secret(config.key("courier-store"), entropy.token(32))
    courier = EnrolCourier(
        **stamp(),  # type: ignore[arg-type] # the stamp's members by name
        courier="courier-1",
        sign=_make_key(config, "courier"),
        seal=b64(point_of(point.public_key())),
    )
    policy = PolicyRelease(
        **stamp(),  # type: ignore[arg-type] # as above
        policy=b64(digest(shipped.text(), shipped.schema())),
        widens=False,
    )
    first: dict[Path, PolicyRelease | EnrolCourier | EnrolProcessor] = {
        folder / "10-policy.json": policy,
        folder / "20-courier.json": courier,
    }
    for name in sorted({channel.processor for _, channel in config.settings.courier.channels()}):
        first[folder / f"30-processor-{name}.json"] = EnrolProcessor(
            **stamp(),  # type: ignore[arg-type] # as above
            processor=name,
            name=PROCESSORS.get(name, name),
            does="carries codes and messages to people's phones and mailboxes",
        )
    return first
