"""What a person puts into a phone's app: its settings as they are named there, and a link or picture that sets them."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import msgspec
import segno

NAMES = {
    "owntracks": "OwnTracks",
    "traccar": "Traccar Client",
    "overland": "Overland",
    "gpslogger": "GPSLogger",
    "osmand": "OsmAnd",
}
"""The apps in the order in which the page offers them, by their own names."""
PATHS = {
    "owntracks": "/in/owntracks",
    "traccar": "/in/traccar",
    "overland": "/in/overland",
    "gpslogger": "/in/osmand",
    "osmand": "/in/osmand",
}
"""Where each app reports."""


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One field of an app's settings: `name` is a word of the catalogue (`ownphone.field.`)."""

    name: str
    value: str


class AppSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One app's settings; `link` sets them on the phone itself, `qr` is a picture (SVG data URI) that the app scans."""

    app: str
    title: str
    fields: tuple[Setting, ...]
    link: str = ""
    qr: str = ""


def settings_for(origin: str, device: str, key: str) -> tuple[AppSettings, ...]:
    """Return the settings of every app for this device."""
    fields = {
        "owntracks": _fields(url=_url(origin, "owntracks"), name=device, password=key),
        "traccar": _fields(url=_url(origin, "traccar"), id=f"{device}.{key}"),
        "overland": _fields(url=_url(origin, "overland"), token=f"{device}.{key}"),
        "gpslogger": _fields(
            url=_template(origin, "%LAT", "%LON", "%TIME", "%ACC"), name=device, password=key
        ),
        "osmand": _fields(url=_template(origin, "{0}", "{1}", "{2}", "") + f"&id={device}.{key}"),
    }
    links = _links(origin, device, key)
    return tuple(
        AppSettings(
            app=app, title=title, fields=fields[app], qr=_picture(links.get(app, "")),
            # SAFETY: Traccar's is an address of ours: a browser that followed it would carry the key in it.
            link="" if app == "traccar" else links.get(app, ""),
        ) for app, title in NAMES.items()
    )  # fmt: skip


def _fields(**values: str) -> tuple[Setting, ...]:
    return tuple(Setting(name=name, value=value) for name, value in values.items())


def _url(origin: str, app: str) -> str:
    return origin + PATHS[app]


def _template(origin: str, lat: str, lon: str, at: str, radius: str) -> str:
    """Return an address with the app's own names of what it fills in; it is asked for no more than these."""
    wanted = f"lat={lat}&lon={lon}&timestamp={at}" + (f"&accuracy={radius}" if radius else "")
    return f"{_url(origin, 'osmand')}?{wanted}"


def _links(origin: str, device: str, key: str) -> dict[str, str]:
    """Return what an app sets itself by; each holds the key, and is shown once like it."""
    whole = f"{device}.{key}"
    config = msgspec.json.encode({
        "_type": "configuration", "mode": 3, "auth": True, "url": _url(origin, "owntracks"), "username": device,
        "password": key, "monitoring": 1,
    })  # fmt: skip
    inline = urlencode({"inline": base64.b64encode(config).decode("ascii")})
    setup = urlencode({"url": _url(origin, "overland"), "token": whole})
    return {
        "owntracks": f"owntracks:///config?{inline}",
        "traccar": f"{_url(origin, 'traccar')}?{urlencode({'id': whole})}",
        "overland": f"overland://setup?{setup}",
    }


def _picture(link: str) -> str:
    return segno.make(link, micro=False).svg_data_uri(scale=4, border=4) if link else ""
