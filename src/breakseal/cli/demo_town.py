"""`breakseal serve --demo`: making the demo's installation, settling its town, and saying what to open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from breakseal import config as settings
from breakseal.bootstrap import ambient
from breakseal.cli import accounts
from breakseal.cli.part import bind
from breakseal.cli.supervisor import Part
from breakseal.config import Carrier, Channel, Config, Courier, Inbound, Listen, Log, Settings
from breakseal.demo import places, settling
from breakseal.kernel.errors import ConfigError, RefusedError

Tell = Callable[[str], None]
LOCAL = "localhost"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo is to be reached: a host name other than localhost needs a certificate."""

    host: str
    tls_cert: str
    tls_key: str
    web_port: int
    door_port: int


def prepare(config_path: Path, place: Place) -> Config:
    """Return the demo's installation at `config_path`, made at the first start.

    Raises:
        ConfigError: what lies there is no demo, or was made for another place.
    """
    wanted = _settings(place)
    if config_path.exists():
        config = settings.load(config_path)
        _check_same(config, wanted)
        places.check_whole(config)
        # Ports, certificates and names may change from start to start; the root's origins may not.
        return Config(path=config.path, settings=wanted)
    config = Config(path=config_path.resolve(), settings=settings.parse(settings.render(wanted).encode()))
    accounts.lay_out(config, apart=False)
    places.found(config, ambient.clock(), ambient.entropy())
    return config


def _settings(place: Place) -> Settings:
    host, tls = place.host or LOCAL, bool(place.tls_cert and place.tls_key)
    if bool(place.tls_cert) != bool(place.tls_key):
        raise ConfigError("--tls-cert and --tls-key belong together")
    if host != LOCAL and not tls:
        raise ConfigError("another host needs --tls-cert and --tls-key: browsers make keys on https only")
    scheme, listen = ("https" if tls else "http"), (LOCAL if host == LOCAL else "0.0.0.0")  # noqa: S104 # asked for
    certificate = {
        "tls_cert": str(Path(place.tls_cert).resolve()),
        "tls_key": str(Path(place.tls_key).resolve()),
    }

    def surface(port: int) -> Listen:
        return Listen(
            port=port, origin=f"{scheme}://{host}:{port}", host=listen, **(certificate if tls else {})
        )

    last = max(place.web_port, place.door_port)
    return Settings(
        demo=True,
        operator="Cedar Lake demo",
        web=surface(place.web_port),
        door=surface(place.door_port),
        log=Log(publish_seconds=0),
        courier=_courier(places.carrier_origin(last)),
        try_page=f"{scheme}://{host}:{places.tryout_port(last)}/try",
    )


def _courier(carrier: str) -> Courier:
    """Return the courier's table: the demo's phone both ways, and the simulated carrier at `carrier`."""
    phone = Channel(kind="phonebox", processor="demo-phone", folder="demo/phone")
    return Courier(
        name="Breakseal demo",
        sms=phone,
        voice=phone,
        mail=phone,
        inbound=Inbound(kind="phonebox", folder="demo/phone/replies"),
        carrier=Carrier(
            kind="camara",
            processor=places.CARRIER_NAME,
            base_url=carrier,
            token_url=f"{carrier}/oauth/token",
            client_id=places.CARRIER_CLIENT,
            secret_file="demo/carrier/secret",  # noqa: S106 # a path
        ),
    )


def _check_same(config: Config, wanted: Settings) -> None:
    if not config.settings.demo:
        raise ConfigError(
            f"`{config.path}` is a real installation: start it without --demo, or name another --config"
        )
    if (config.settings.web.origin, config.settings.door.origin) != (wanted.web.origin, wanted.door.origin):
        raise ConfigError(
            f"this demo was made for {config.settings.web.origin} and {config.settings.door.origin}: "
            f"start it there, or remove `{config.path.parent}` or name another --config"
        )


def parts(config: Config, *, apart: bool) -> tuple[Part, ...]:
    """Return the demo's own processes: callgate, phone page, carrier, and the pages of companies and court."""
    account = accounts.accounts(config)["courier"] if apart else None
    if account is not None:
        places.give(config, account.uid)
    shown, local = config.settings.web.host, "127.0.0.1"
    listens = {
        "callgate": (local, places.callgate_port(config)),
        "phone": (shown, places.phone_port(config)),
        "carrier": (local, places.carrier_port(places.last_port(config))),
        "roadside": (shown, places.roadside_port(config)),
        "courthouse": (shown, places.courthouse_port(config)),
        "tryout": (shown, places.tryout_port(places.last_port(config))),
    }
    return tuple(
        Part(
            name,
            ("-m", "breakseal.cli.main", "part", name, "--config", str(config.path)),
            (bind(*listens[name]),),
            account,
        )
        for name in places.PARTS
    )


def settle(config: Config, tell: Tell) -> None:
    """Let the town's people in and fill Rosa's profile; what was done before stays. Not while nothing opens."""
    town = settling.Settling(config, ambient.clock(), ambient.entropy())
    closed = town.closed()
    if closed:
        tell(f"the keyholder opens nothing now ({closed}); see docs/operate/backup-and-restore.md")
        return
    tell("settling the demo's town ...")
    try:
        town.settle()
    except RefusedError as error:
        if error.reason != "before-restore":
            raise
        tell("a restore was just released: what is signed counts again in a minute")


def greet(config: Config, tell: Tell) -> None:
    """Say, in a few lines, what to open first; and what to do from another machine."""
    web, door = config.settings.web.origin, config.settings.door.origin
    tell("")
    tell(f"1. Open {web} in a browser on this machine. Nothing here is real; do not enter real data.")
    tell("   Where the page asks for a ZIP code: 97401 works in this demo.")
    tell(
        f"2. Be somebody: open {door}/demo and pick Rosa (resident) or Sam (call-taker); or sign up with a passkey."
    )
    tell(f"3. As Sam, open {web}/board and sign in at `Position 1`.")
    tell(
        f"4. Dial: open {places.phone_origin(config)} in another window, choose Rosa's phone and press Call 911."
    )
    tell("5. See the profile open on Sam's board and on no other; then look at Rosa's list and check it.")
    road = places.roadside_origin(config)
    tell(f"6. Where is a phone? Open {road}, ask Rosa's phone, and answer the text that comes to it (4.):")
    tell("   YES or DAY with its code shows a circle on a map, STOP ends it; Rosa's list shows each look.")
    court = places.courthouse_origin(config)
    tell(f"7. A court's order: open {court}, sign one and save it; be Vera (investigator) and hand it in at")
    tell(
        f"   {web}/orders, then look. A paper opens only after Ada and Ben (reviewers) called: {web}/reviews"
    )
    tell(
        f"8. A danger to life, without a court: Vera asks at {web}/danger, Mona (her supervisor) signs too there;"
    )
    tell(
        f"   Kai (duty reviewer) calls back and Ada judges at {web}/reviews. You are the control room: digits 0117."
    )
    tell(
        f"9. Try it as anybody would: {places.tryout_origin(config)}/try asks the phone whose number you type, once."
    )
    tell("10. Stop with Ctrl-C. Start over: remove the folder " + str(config.path.parent))
    if web.startswith("http://"):
        tell("")
        tell("From another machine browsers need https. Start with a certificate for this machine's name:")
        tell(
            "  breakseal serve --demo --host NAME --tls-cert cert.pem --tls-key key.pem --config other/breakseal.toml"
        )
        ports = (8911, 8912, 8913, 8915, 8917, 8918)
        tell("or forward the ports: ssh " + " ".join(f"-L {one}:localhost:{one}" for one in ports) + " HOST")
