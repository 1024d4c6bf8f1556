"""No registry or download host anywhere, and lock files with hashes and without addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tools.check.source import ROOT, named, tracked

# In parts, so that this file passes its own check.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npm", "pkg", "github", "com"),
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("static", "crates", "io"),
        ("index", "crates", "io"),
        ("repo1", "maven", "org"),
        ("registry-1", "docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("cdn", "jsdelivr", "net"),
        ("unpkg", "com"),
        ("cdnjs", "cloudflare", "com"),
        ("fonts", "googleapis", "com"),
        ("fonts", "gstatic", "com"),
        ("playwright", "azureedge", "net"),
    )
)
_HOST = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}(?![\w-])" for host in HOSTS))
_PIN = re.compile(r"^[A-Za-z0-9][\w.\-\[\]]*==")


def hosts_in(name: str, text: str) -> list[str]:
    """Return a finding for each line of `text` that names a registry or download host."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{name}:{number}: names a download host" for number, line in lines if _HOST.search(line)]


def requirements(name: str, text: str) -> list[str]:
    """Return the findings for a locked requirements file."""
    found = [f"{name}: holds an address" for part in ("://", "--index", "--find-links") if part in text]
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        if _PIN.match(entry) and "--hash=sha256:" not in entry:
            found.append(f"{name}: `{entry.split()[0]}` has no hash")
        elif entry.strip() and not _PIN.match(entry) and not entry.lstrip().startswith("#"):
            found.append(f"{name}: `{entry.split()[0]}` is not pinned")
    return found


def npm_lock(name: str, text: str) -> list[str]:
    """Return the findings for a package-lock.json."""
    packages: dict[str, dict[str, object]] = json.loads(text)["packages"]
    found = [f"{name}: `{key}` has an address" for key, entry in packages.items() if "resolved" in entry]
    return found + [
        f"{name}: `{key}` has no hash" for key, entry in packages.items() if key and "integrity" not in entry
    ]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def check() -> list[str]:
    """Return the findings for the whole repository and its lock files."""
    found = [line for path in tracked() for line in hosts_in(named(path), _text(path))]
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        found += requirements(named(path), _text(path))
    return found + npm_lock("package-lock.json", _text(ROOT / "package-lock.json"))
