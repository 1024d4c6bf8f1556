"""The demo's phone answers: a folder of JSON files, one a reply, taken oldest first and then removed."""

from __future__ import annotations

from pathlib import Path

import msgspec

from breakseal.courier.events import note
from breakseal.courier.location.inbound.port import Heard, Take
from breakseal.courier.phonebox import MAX_REPLY, PhoneReply
from breakseal.courier.private import Private
from breakseal.kernel.errors import RequestError, UnavailableError

AT_ONCE = 50
"""Files looked at in one round."""


class PhoneboxInbound:
    """Reads `*.json`; what cannot be read is set aside as `*.bad`."""

    def __init__(self, folder: Path, take: Take) -> None:
        self._folder = folder
        self._take = take

    def round(self) -> None:
        """Take what lies in the folder.

        Raises:
            UnavailableError: the store failed; the files stay.
        """
        found = [one for path in self._paths() if (one := _read(path)) is not None]
        for reply, path in sorted(found, key=lambda one: (one[0].at, one[1].name)):
            self._take_one(reply, path)

    def _take_one(self, reply: PhoneReply, path: Path) -> None:
        heard = Heard(
            id=f"phonebox/{reply.id}",
            event="text",
            number=Private(reply.sender),
            at=reply.at,
            text=Private(reply.text),
        )
        try:
            self._take(heard)
        except UnavailableError:
            raise
        except RequestError as error:
            note("not-heard", reason=error.reason)
            path.unlink(missing_ok=True)
        except Exception as error:  # noqa: BLE001 # one that fails must not hold up the others; its text may be personal
            note("fault", fault=type(error).__name__)
            path.rename(path.with_suffix(".bad"))
        else:
            path.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))[:AT_ONCE]


def _read(path: Path) -> tuple[PhoneReply, Path] | None:
    try:
        if path.is_symlink() or path.stat().st_size > MAX_REPLY:
            raise ValueError("no reply")
        return msgspec.json.decode(path.read_bytes(), type=PhoneReply), path
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError):
        note("not-heard", reason="reply-malformed")
        path.rename(path.with_suffix(".bad"))
        return None
