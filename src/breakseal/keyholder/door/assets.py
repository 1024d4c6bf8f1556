"""The door's files: its own scripts and styles, the modules that both origins share, and third-party ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

from breakseal.kernel.errors import RequestError
from breakseal.keyholder.door.web import Answer

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "browser"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
CACHING = "no-cache"


class Assets:
    """Serves exactly the files that were there at the start: no path of a request reaches the file system."""

    def __init__(self, static: Path = HERE / "static", shared: Path = SHARED) -> None:
        """`static` holds `vendor/`, `js/` and the door's style sheet; `shared` the modules of both origins."""
        self._files = {
            **_listed(shared, "/browser"),
            **_listed(static / "vendor", "/vendor"),
            **_listed(static, "/door", below=False),
            **_listed(static / "js", "/door/js"),
        }
        self._answers: dict[str, Answer] = {}

    def answer(self, path: str, known: str) -> Answer:
        """Return the file at `path`; without its body if the client has the version `known` (an entity tag).

        Raises:
            RequestError: there is no such file.
        """
        if path not in self._files:
            raise RequestError("no such page", reason="not-found")
        answer = self._answers.get(path)
        if answer is None:
            answer = self._answers[path] = _read(self._files[path])
        if known and (b"etag", known.encode("latin-1")) in answer.headers:
            return Answer(304, answer.content_type, b"", CACHING, answer.headers)
        return answer


def _listed(folder: Path, prefix: str, *, below: bool = True) -> dict[str, Path]:
    found = folder.rglob("*") if below else folder.glob("*")
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path for path in found if path.suffix in TYPES}


def _read(path: Path) -> Answer:
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
    return Answer(200, TYPES[path.suffix], body, CACHING, ((b"etag", tag),))
