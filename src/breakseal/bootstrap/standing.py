"""What this installation does not guarantee, each with its reason: for `doctor` and for the start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from breakseal.bootstrap import rootfiles
from breakseal.bootstrap.installation import OVERSEERS
from breakseal.config import Config, Courier
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.tlog.witnesspolicy import parse_policy


@dataclass(frozen=True, slots=True)
class Missing:
    """A guarantee that is missing: a name for machines, what follows from it, and what would bring it."""

    id: str
    means: str
    mend: str


def missing(config: Config, shared: str) -> tuple[Missing, ...]:
    """Return every guarantee that the installation lacks; `shared` says why the parts share an account, if so."""
    try:
        root = rootfiles.current(config).root
    except BreaksealError:
        found = [
            Missing(
                "root", "there is no valid root statement: nothing can start", "have two overseers sign it"
            )
        ]
        return tuple(found + _of_machine(config, shared))
    return tuple(
        _of_root(root) + _of_names(config, root) + _of_machine(config, shared) + _of_settings(config)
    )


def _of_root(root: Root) -> list[Missing]:
    policy = parse_policy(root.witnesses.encode())
    found = []
    if len(root.keyholders) < 2:
        found.append(
            Missing(
                "one-keyholder",
                "one operator holds all keys: who owns this machine can open every record, or stop all openings",
                "keyholders of other organisations (docs/operate/install.md)",
            )
        )
    if policy.quorum is None:
        found.append(
            Missing(
                "no-witness",
                "no outside witness: the operator could show different people different logs",
                "name witnesses of other bodies in the root's witness policy",
            )
        )
    if root.demo:
        found.append(
            Missing(
                "demo",
                "demo keys are taken and nothing waits 72 hours: no real person's data belongs here",
                "make an installation with `breakseal init`",
            )
        )
    return found


def _of_names(config: Config, root: Root) -> list[Missing]:
    settings = config.settings
    if (root.door.origin, root.door.web_origin) == (settings.door.origin, settings.web.origin):
        return []
    return [
        Missing(
            "other-names",
            "the settings name another door or web than the root in force: signing in fails",
            f"write {root.door.origin} and {root.door.web_origin} into the settings and start again",
        )
    ]


def _of_machine(config: Config, shared: str) -> list[Missing]:
    found = []
    if shared:
        found.append(
            Missing(
                "shared-account",
                f"all parts run in one account ({shared}): an intruder in the web tier can read the keyholder's keys",
                "start as root from a folder that other accounts can read, such as /opt; see docs/operate/install.md",
            )
        )
    if _same_disk(config.epochs, config.register):
        found.append(
            Missing(
                "epoch-keys-beside-store",
                "the epoch keys are on the store's disk: one stolen disk or machine snapshot holds both",
                "put the folder of the epoch keys on an encrypted volume or device of its own",
            )
        )
    left = [name for name in OVERSEERS if (config.data / "oversight-keys" / name / "oversight.pem").exists()]
    if left:
        found.append(
            Missing(
                "oversight-keys-here",
                f"{len(left)} oversight keys are still on this machine: its owner is the whole oversight",
                f"give them to three people and remove {config.data / 'oversight-keys'}",
            )
        )
    return found


def _of_settings(config: Config) -> list[Missing]:
    web, door = urlsplit(config.settings.web.origin), urlsplit(config.settings.door.origin)
    found = []
    if web.hostname == door.hostname:
        found.append(
            Missing(
                "shared-host-name",
                "door and web share a host name: browsers keep their pages apart, but not passkeys and cookies",
                "give the door a host name of its own, on another machine",
            )
        )
    if "http" in (web.scheme, door.scheme):
        found.append(
            Missing(
                "no-tls", "pages travel in clear: only for this one computer", "give --tls-cert and --tls-key"
            )
        )
    if not config.settings.outside_test:
        found.append(
            Missing(
                "no-outside-test",
                "nobody outside has tested this installation's security",
                "have it tested and name the report's address as `outside_test`",
            )
        )
    if not config.settings.security_contact:
        found.append(
            Missing(
                "no-contact", "nobody can report a weakness to you", "name an address as `security_contact`"
            )
        )
    return found + _of_courier(config.settings.courier)


def _of_courier(courier: Courier) -> list[Missing]:
    found = []
    if not {name for name, _ in courier.channels()} & {"sms", "voice"}:
        found.append(
            Missing("no-messages", "codes go to nobody's phone", "set up a channel, docs/operate/install.md")
        )
    if courier.carrier is not None and courier.inbound is None:
        found.append(
            Missing(
                "no-inbound",
                "phones are located, but nobody can agree or say STOP by text",
                "name how answers come in as [courier.inbound], docs/operate/courier.md",
            )
        )
    return found


def _same_disk(first: Path, second: Path) -> bool:
    try:
        return os.stat(_there(first)).st_dev == os.stat(_there(second)).st_dev  # noqa: PTH116 # two paths, one line
    except OSError:
        return True


def _there(path: Path) -> Path:
    return path if path.exists() else path.parent
