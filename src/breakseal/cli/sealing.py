"""The PDF that `breakseal order sign` writes: the court's page with the order inside, signed with its certificate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from breakseal.cli.output import read_input
from breakseal.config import check_secret
from breakseal.kernel.errors import RequestError
from breakseal.papers.apart import MOST_BYTES

_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = (
    click.option("--paper", type=_FILE, help="The order as people read it (PDF): the signed order goes inside."),
    click.option("--certificate", type=_FILE, help="The certificate (PEM or DER) with which the court signs PDFs."),
    click.option(
        "--certificate-key", type=_FILE, help="Its private key (PEM, no passphrase); the court's --key if not given."
    ),
    click.option("--pkcs12", type=_FILE, help="Certificate and key in one file (.p12, .pfx), instead of the two."),
    click.option("--passphrase-file", type=_FILE, help="Where the passphrase of that file stands, on the first line."),
)  # fmt: skip


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say."""

    paper: Path | None
    certificate: Path | None
    certificate_key: Path | None
    pkcs12: Path | None
    passphrase_file: Path | None

    def around(self, order: bytes, key_file: Path) -> bytes:
        """Return the signed order as it is, or inside the signed PDF if one is named.

        Raises:
            ConfigError: others may read a secret.
            RequestError: options that do not belong together, or files that are not what they should be.
        """
        named = (self.certificate, self.certificate_key, self.pkcs12, self.passphrase_file)
        if self.paper is None:
            if any(named):
                raise RequestError("a certificate signs a PDF: name the page with --paper")
            return order + b"\n"
        from breakseal.papers import writing  # noqa: PLC0415 # the library is large, and few commands need it

        if self.pkcs12 is not None and self.certificate is None:
            seal = writing.seal_in(_secret(self.pkcs12), self._passphrase())
        elif self.certificate is not None and self.pkcs12 is None:
            seal = writing.seal_of(read_input(self.certificate), _secret(self.certificate_key or key_file))
        else:
            raise RequestError("name what signs the PDF: --certificate with its key, or --pkcs12")
        return writing.sealed(read_input(self.paper, MOST_BYTES), seal, order)

    def _passphrase(self) -> str:
        if self.passphrase_file is None:
            return ""
        lines = _secret(self.passphrase_file).decode("utf-8", "replace").splitlines()
        return lines[0] if lines else ""


def _secret(path: Path) -> bytes:
    data = read_input(path)
    check_secret(path)
    return data


def sealing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give `command` the options; it gets them as keywords of these names."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
