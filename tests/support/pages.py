"""An origin that serves the shared browser modules as both tiers do: /browser/ and /vendor/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from tests.support.static import serving

PACKAGE = Path(__file__).parents[2] / "src/breakseal"


@contextmanager
def module_origin() -> Iterator[str]:
    """Yield an origin with the modules and an empty page `/blank.html`."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "browser").symlink_to(PACKAGE / "browser")
        (root / "vendor").symlink_to(PACKAGE / "keyholder/door/static/vendor")
        (root / "blank.html").write_text("<!doctype html><html lang=en><title>blank</title>", "utf-8")
        with serving(root) as origin:
            yield origin


def call(page: Page, module: str, code: str, *arguments: object) -> object:
    """Run `code` (the body of an async function of `m`, the module, `c`, canonical.js, and `a`, the arguments)."""
    script = f"""async (a) => {{
      const m = await import(`${{location.origin}}/browser/{module}.js`);
      const c = await import(`${{location.origin}}/browser/canonical.js`);
      {code}
    }}"""
    return page.evaluate(script, list(arguments))
