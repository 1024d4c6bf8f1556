"""`breakseal tryout` as an operator starts it: with a client's key it serves the page, without one it does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.oversight import keyfile
from tests.support.courier import free_port
from tests.support.parts import until


def settings(folder: Path, port: int) -> Path:
    file = folder / "tryout.toml"
    file.write_text(
        'web = "http://127.0.0.1:9"\norigin = "https://try.example"\nkey = "tryout.pem"\n'
        'name = "Cedar County try-out"\n'
        f'recipient = "whoever typed your number on that page"\nport = {port}\nvisitor_header = "x-real-ip"\n'
    )
    return file


def command(file: Path) -> list[str]:
    return [sys.executable, "-m", "breakseal.cli.main", "tryout", "--settings", str(file)]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    keyfile.write_private(tmp_path / "tryout.pem", ec.generate_private_key(ec.SECP256R1()))
    port = free_port()
    process = subprocess.Popen(command(settings(tmp_path, port)), stdout=subprocess.DEVNULL)
    origin = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{origin}/try", timeout=2).is_success
        except httpx.HTTPError:
            return False

    try:
        until(answers, "the page")
        yield origin
    finally:
        process.terminate()
        process.wait(20)


def test_the_page_is_served_and_its_cookie_is_for_tls_only(page: str) -> None:
    """Nobody answers behind it, and a visitor cannot tell: a question that cannot go out reads as one that did."""
    shown = httpx.get(f"{page}/try?lang=es")
    assert "Pruébelo con su propio teléfono" in shown.text
    assert "Cedar County try-out" in shown.text
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    asked = httpx.post(
        f"{page}/try", data={"number": "541-555-0123"}, headers={"origin": "https://try.example"}
    )
    assert (asked.status_code, asked.headers["location"]) == (303, "/try/wait")
    cookie = asked.headers["set-cookie"]
    assert cookie.startswith("__Host-bs_try=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"))
    name = cookie.partition(";")[0]
    assert httpx.get(f"{page}/try/state", headers={"cookie": name}).json() == {"state": "waiting"}
    assert httpx.post(f"{page}/try", data={"number": "541-555-0123"}).status_code == 404


@pytest.mark.parametrize("mode", [None, 0o644])
def test_without_a_client_key_of_its_own_there_is_no_page(tmp_path: Path, mode: int | None) -> None:
    if mode is not None:
        keyfile.write_private(tmp_path / "tryout.pem", ec.generate_private_key(ec.SECP256R1()))
        (tmp_path / "tryout.pem").chmod(mode)
    done = subprocess.run(
        command(settings(tmp_path, free_port())), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("breakseal: ")
