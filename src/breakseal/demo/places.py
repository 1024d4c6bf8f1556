"""Where the demo's own programs are, and how its installation is made."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.bootstrap import installation
from breakseal.bootstrap.installation import statements_folder
from breakseal.callgate.config import CallgateConfig
from breakseal.config import Config
from breakseal.demo import town
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.ports import Clock, Entropy
from breakseal.oversight import founding, keyfile
from breakseal.oversight.founding import Stamp

PARTS = ("callgate", "phone")
POSITIONS = ("Position 1", "Position 2", "Position 3")


def phone_port(config: Config) -> int:
    """Return the port of the telephone page: the one after the door's."""
    return max(config.settings.web.port, config.settings.door.port) + 1


def callgate_port(config: Config) -> int:
    """Return the port of the callgate's intake, on this machine only."""
    return phone_port(config) + 1


def phone_origin(config: Config) -> str:
    """Return the telephone page's origin."""
    scheme, _, rest = config.settings.web.origin.partition("://")
    return f"{scheme}://{rest.rpartition(':')[0]}:{phone_port(config)}"


def callgate_origin(config: Config) -> str:
    """Return where the callgate takes reports."""
    return f"http://127.0.0.1:{callgate_port(config)}"


def token_file(config: Config) -> Path:
    """Return the file of what the phone system must show to the callgate."""
    return config.folder("demo") / "callgate" / "token"


def phone_folder(config: Config) -> Path:
    """Return the folder of the demo phone's messages, which the courier fills."""
    return config.folder("demo") / "phone"


def callgate_settings(config: Config) -> CallgateConfig:
    """Return the settings of the demo centre's callgate."""
    folder = config.folder("demo") / "callgate"
    return CallgateConfig(
        org=town.CENTRE,
        web=config.settings.web.origin,
        key=town.callgate_key(config),
        root=config.root_file,
        token=token_file(config),
        spool=folder / "spool.sqlite",
        port=callgate_port(config),
        positions=POSITIONS,
    )


def found(config: Config, clock: Clock, entropy: Entropy) -> None:
    """Make the demo's installation, its people's keys, and the signed statements that let its organisations in."""
    folder = config.folder("demo")
    folder.mkdir(mode=0o711, exist_ok=True)
    for private in (folder / "callgate", phone_folder(config)):
        private.mkdir(mode=0o700, exist_ok=True)
    town.make_people(config)
    if not town.callgate_key(config).exists():
        keyfile.write_private(town.callgate_key(config), ed25519.Ed25519PrivateKey.generate())
        keyfile.write_secret(token_file(config), b64(entropy.token(32)).encode())
    made = installation.found(config, clock, entropy)
    overseers = [keyfile.read_signer(path) for path in made.overseers]
    people = town.read_people(config)
    for org in town.ORGANISATIONS:
        statement = town.organisation_statement(org, people, config, Stamp(clock, entropy))
        _, signed = founding.read_draft(founding.draft_bytes(statement))
        for overseer in overseers:
            signed = founding.add_signature(signed, overseer)
        path = statements_folder(config) / f"40-org-{org.id}.json"
        path.write_bytes(founding.envelope_bytes(signed))


def give(config: Config, uid: int) -> None:
    """Give the demo programs' folders to the account `uid`."""
    for folder in (config.folder("demo") / "callgate", phone_folder(config)):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid, follow_symlinks=False)
