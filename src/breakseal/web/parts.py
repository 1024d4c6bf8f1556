"""The parts that the composition root hands to the web tier."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.ports import Clock, Entropy
from breakseal.web.ports import Asks, MainStore

SECONDS_OF_FACTS = 5
"""How long the web tier may go on showing the keyholder's last public facts."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the pages need to know of this installation.

    `web_origin` and `door_origin` are origins ("https://host[:port]", no slash). `areas_dir` holds
    GeoJSON files of the organisations' own areas (`<org>.geojson`), or None. `operator` is the
    operator's name as shown to the public, `security_contact` a URL or mail address for
    security.txt (empty: there is no such file), `outside_test` the URL of the last outside
    security test's report (empty: "none yet"), `try_page` the address of the try-out's page (empty: none).
    """

    web_origin: str
    door_origin: str
    demo: bool
    operator: str = ""
    areas_dir: Path | None = None
    security_contact: str = ""
    outside_test: str = ""
    try_page: str = ""

    @property
    def secure_cookie(self) -> bool:
        """Whether the cookie is for TLS only: always, but on the demo's plain localhost."""
        return not (self.demo and self.web_origin.startswith("http://"))


@dataclass(frozen=True, slots=True)
class WebParts:
    """Everything that the pages and interfaces work with. `board` is the call board's hub, or None.

    `token_key` signs ID tokens (`web.location.idtoken`); one that nobody keeps will do where no client stays.
    """

    keyholder: Asks
    courier: Asks
    store: MainStore
    clock: Clock
    entropy: Entropy
    settings: WebSettings
    board: Any = field(default=None)
    token_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )
