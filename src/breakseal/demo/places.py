"""Where the demo's own programs are, and how its installation is made."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.bootstrap import installation
from breakseal.bootstrap.installation import statements_folder
from breakseal.callgate.config import CallgateConfig
from breakseal.config import Config
from breakseal.demo import town
from breakseal.demo.courthouse.certificate import self_signed
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.enrolments import EnrolCourtLine, EnrolOrganisation, EnrolProcessor
from breakseal.kernel.ports import Clock, Entropy
from breakseal.oversight import founding, keyfile
from breakseal.oversight.founding import Stamp
from breakseal.papers.verdict import certificate_name
from breakseal.tryout.config import TryoutConfig

PARTS = ("callgate", "phone", "carrier", "roadside", "courthouse", "tryout")
PORTS = 8
"""Neighbouring ports that a demo takes: web, door, and one for each of its own programs."""
CARRIER_NAME = "demo-carrier"
"""The carrier as a processor: who is asked where a phone is."""
CARRIER_CLIENT = "breakseal-demo"
"""The courier's name at the carrier."""
POSITIONS = ("Position 1", "Position 2", "Position 3")


def phone_port(config: Config) -> int:
    """Return the port of the telephone page: the one after the door's."""
    return last_port(config) + 1


def callgate_port(config: Config) -> int:
    """Return the port of the callgate's intake, on this machine only."""
    return last_port(config) + 2


def roadside_port(config: Config) -> int:
    """Return the port of the page of the company that asks where a phone is."""
    return last_port(config) + 3


def carrier_port(last: int) -> int:
    """Return the port of the simulated carrier, on this machine only; `last` is the higher of web's and door's."""
    return last + 4


def courthouse_port(config: Config) -> int:
    """Return the port of the page of the court that orders where a phone may be looked for."""
    return last_port(config) + 5


def carrier_origin(last: int) -> str:
    """Return where the simulated carrier answers."""
    return f"http://127.0.0.1:{carrier_port(last)}"


def tryout_port(last: int) -> int:
    """Return the port of the page on which one has one's own phone asked; `last` as above."""
    return last + 6


def last_port(config: Config) -> int:
    """Return the higher of the web's and the door's port; the demo's own programs take those after it."""
    return max(config.settings.web.port, config.settings.door.port)


def phone_origin(config: Config) -> str:
    """Return the telephone page's origin."""
    return _beside(config, phone_port(config))


def roadside_origin(config: Config) -> str:
    """Return the origin of the company's page."""
    return _beside(config, roadside_port(config))


def courthouse_origin(config: Config) -> str:
    """Return the origin of the court's page."""
    return _beside(config, courthouse_port(config))


def court_certificate(config: Config) -> Path:
    """Return the file of the certificate with which the court signs papers."""
    return town.key_of(config, town.COURT).with_name("certificate.pem")


def tryout_origin(config: Config) -> str:
    """Return the origin of the try-out's page."""
    return _beside(config, tryout_port(last_port(config)))


def _beside(config: Config, port: int) -> str:
    scheme, _, rest = config.settings.web.origin.partition("://")
    return f"{scheme}://{rest.rpartition(':')[0]}:{port}"


def callgate_origin(config: Config) -> str:
    """Return where the callgate takes reports."""
    return f"http://127.0.0.1:{callgate_port(config)}"


def token_file(config: Config) -> Path:
    """Return the file of what the phone system must show to the callgate."""
    return config.folder("demo") / "callgate" / "token"


def phone_folder(config: Config) -> Path:
    """Return the folder of the demo phone's messages, which the courier fills."""
    return config.folder("demo") / "phone"


def replies_folder(config: Config) -> Path:
    """Return the folder of what the demo phone answers, which the courier empties."""
    return phone_folder(config) / "replies"


def carrier_secret(config: Config) -> Path:
    """Return the file of what the courier must show to the carrier."""
    return config.folder("demo") / "carrier" / "secret"


def callgate_settings(config: Config) -> CallgateConfig:
    """Return the settings of the demo centre's callgate."""
    folder = config.folder("demo") / "callgate"
    return CallgateConfig(
        org=town.CENTRE,
        web=config.settings.web.origin,
        key=town.key_of(config, town.CENTRE),
        root=config.root_file,
        token=token_file(config),
        spool=folder / "spool.sqlite",
        port=callgate_port(config),
        positions=POSITIONS,
    )


def tryout_settings(config: Config) -> TryoutConfig:
    """Return the settings of the demo's try-out page; all of its visitors come from one machine."""
    org = town.organisation(town.TRYOUT)
    return TryoutConfig(
        web=config.settings.web.origin,
        origin=tryout_origin(config),
        key=town.key_of(config, town.TRYOUT),
        name=org.name,
        recipient=org.client.name if org.client else "",
        per_visitor=100,
    )


def found(config: Config, clock: Clock, entropy: Entropy) -> None:
    """Make the demo's installation, its people's keys, and the signed statements that let its organisations in."""
    config.folder("demo").mkdir(mode=0o711, exist_ok=True)
    for private in _private_folders(config):
        private.mkdir(mode=0o700, exist_ok=True)
    town.make_people(config)
    _make_keys(config, clock, entropy)
    made = installation.found(config, clock, entropy)
    overseers = [keyfile.read_signer(path) for path in made.overseers]
    for name, statement in _statements(config, Stamp(clock, entropy)).items():
        _, signed = founding.read_draft(founding.draft_bytes(statement))
        for overseer in overseers:
            signed = founding.add_signature(signed, overseer)
        (statements_folder(config) / name).write_bytes(founding.envelope_bytes(signed))


def _statements(
    config: Config, stamp: Stamp
) -> dict[str, EnrolOrganisation | EnrolProcessor | EnrolCourtLine]:
    """Return what lets the town's organisations in, and the carrier that is asked where a phone is."""
    people = town.read_people(config)
    carrier = EnrolProcessor(
        **stamp(),  # type: ignore[arg-type] # the stamp's members by name
        processor=CARRIER_NAME,
        name="the demo's own carrier, on this computer",
        does="tells where a phone is, when its owner agreed",
    )
    named = {
        f"40-org-{org.id}.json": town.organisation_statement(org, people, config, stamp)
        for org in town.ORGANISATIONS
    }
    line = EnrolCourtLine(
        **stamp(),  # type: ignore[arg-type] # the stamp's members by name
        court=town.COURT,
        line=town.COURT_LINE,
        certificates=(certificate_name(court_certificate(config).read_bytes()),),
    )
    room = EnrolCourtLine(
        **stamp(),  # type: ignore[arg-type] # the stamp's members by name
        court=town.POLICE,
        line=town.POLICE_LINE,
    )
    lines = {"50-court-line.json": line, "51-police-line.json": room}
    return {f"30-processor-{CARRIER_NAME}.json": carrier, **named, **lines}


def check_whole(config: Config) -> None:
    """Check that the demo has all that its programs need.

    Raises:
        ConfigError: an older version made it.
    """
    keys = tuple(town.key_of(config, org) for org in (town.ROADSIDE, town.COURT, town.TRYOUT))
    needed = (token_file(config), carrier_secret(config), *keys)
    if not all(one.exists() for one in needed):
        folder = config.path.parent
        raise ConfigError(f"an older version made this demo: remove `{folder}`, or name another --config")


def _private_folders(config: Config) -> tuple[Path, ...]:
    demo = config.folder("demo")
    own = tuple(demo / name for name in ("callgate", "carrier", "roadside", "courthouse", "tryout"))
    return (*own, phone_folder(config), replies_folder(config))


def _make_keys(config: Config, clock: Clock, entropy: Entropy) -> None:
    if token_file(config).exists():
        return
    kinds: dict[str, keyfile.PrivateKey] = {
        town.CENTRE: ed25519.Ed25519PrivateKey.generate(),
        town.ROADSIDE: ec.generate_private_key(ec.SECP256R1()),
        town.COURT: (court := ec.generate_private_key(ec.SECP256R1())),
        town.TRYOUT: ec.generate_private_key(ec.SECP256R1()),
    }
    for org, key in kinds.items():
        path = town.key_of(config, org)
        keyfile.write_private(path, key)
        keyfile.write_public(town.public_key(path), keyfile.public_of(key))
    name = next(one.name for one in town.ORGANISATIONS if one.id == town.COURT)
    court_certificate(config).write_bytes(self_signed(court, name, clock.now()))
    for path in (carrier_secret(config), token_file(config)):
        keyfile.write_secret(path, b64(entropy.token(32)).encode())


def give(config: Config, uid: int) -> None:
    """Give the demo programs' folders to the account `uid`."""
    for folder in _private_folders(config):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid, follow_symlinks=False)
