"""The adapters against real counterparts: an HTTP gateway behind Apprise, and a mail host with TLS."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from breakseal.courier.config import Smtp
from breakseal.courier.mail import MailMessenger
from breakseal.courier.port import DeliveryError, DeliveryRefusedError, Message
from breakseal.courier.private import Private
from breakseal.courier.sms import AppriseMessenger
from breakseal.courier.voice import VoiceMessenger
from breakseal.kernel.errors import ConfigError
from tests.support.courier import NOON, NUMBER, free_port

# Apprise imports a module that Python is going to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def message(to: str = NUMBER, text: str = "Su código: 012345") -> Message:
    return Message(
        reference="ABCDEFGHIJKLMNOP",
        about=bytes(32),
        kind="notice",
        to=Private(to),
        subject="Algo nuevo en su registro",
        text=Private(text),
        language="es",
        made=NOON,
        expires=NOON + 600,
    )


class Gateway(ThreadingHTTPServer):
    """An HTTP gateway that answers `status` and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.status = 200
        self.got: list[tuple[str, dict[str, object]]] = []


class Taking(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:  # the library's name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url_file(folder: Path, url: str, mode: int = 0o600) -> str:
    path = folder / "gateway.url"
    path.write_text(url + "\n", "utf-8")
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("kind", [AppriseMessenger, VoiceMessenger])
@pytest.mark.parametrize(("place", "path"), [("{digits}", "/12025550143"), ("{number}", "/%2B12025550143")])
def test_the_gateway_gets_number_and_words(
    tmp_path: Path, gateway: Gateway, kind: type[AppriseMessenger], place: str, path: str
) -> None:
    file = url_file(tmp_path, f"json://127.0.0.1:{gateway.server_port}/{place}")
    asyncio.run(kind("carrier", file).send(message()))
    ((asked, body),) = gateway.got
    assert asked.replace("+", "%2B") == path
    assert body["message"] == "Su código: 012345"


def test_a_gateway_that_fails_says_so_without_the_number(
    tmp_path: Path, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    adapter = AppriseMessenger(
        "carrier", url_file(tmp_path, f"json://127.0.0.1:{gateway.server_port}/{{digits}}")
    )
    gateway.status = 500
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(adapter.send(message()))
    assert caught.value.reason == "gateway-failed"
    assert NUMBER[1:] not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"


def test_a_gateway_that_is_not_there(tmp_path: Path, gateway: Gateway) -> None:
    gateway.server_close()
    adapter = AppriseMessenger(
        "carrier", url_file(tmp_path, f"json://127.0.0.1:{gateway.server_port}/{{digits}}")
    )
    with pytest.raises(DeliveryError):
        asyncio.run(adapter.send(message()))


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("json://127.0.0.1/{digits}", 0o644),
        ("json://127.0.0.1/", 0o600),
        ("nothing://x/{digits}", 0o600),
        ("", 0o600),
    ],
)
def test_a_url_that_does_not_serve_stops_the_start(tmp_path: Path, url: str, mode: int) -> None:
    with pytest.raises(ConfigError) as caught:
        AppriseMessenger("carrier", url_file(tmp_path, url, mode))
    assert "127.0.0.1" not in str(caught.value)


def test_apprise_knows_the_voice_service_that_the_documents_name(tmp_path: Path) -> None:
    url = f"twilio://AC{'0' * 32}:{'0' * 32}@12025550100/{{digits}}?method=call"
    VoiceMessenger("carrier", url_file(tmp_path, url))


class Host:
    """A mail host that keeps what it gets, or refuses as told."""

    def __init__(self) -> None:
        self.refusal = ""
        self.got: list[tuple[list[str], bytes, bool]] = []

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refusal or "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 # likewise
        content = envelope.content
        assert isinstance(content, bytes)
        self.got.append((envelope.rcpt_tos, content, session.ssl is not None))
        return "250 taken"


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"courier", b"open sesame"))


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return the files of a certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "host.pem", folder / "host.key"
    files[0].write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files[1].write_bytes(private)
    return files


class Secure:
    """A mail host with STARTTLS that wants a password."""

    def __init__(self, folder: Path) -> None:
        self.host = Host()
        self.ca_file, key = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, key)
        self.controller = Controller(
            self.host,
            hostname="localhost",
            port=free_port(),
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=authenticate,
        )
        self.password = folder / "password"
        self.password.write_text("open sesame\n", "utf-8")
        self.password.chmod(0o600)

    def config(self, tls: Literal["starttls", "none"] = "starttls", ca_file: str | None = None) -> Smtp:
        return Smtp(
            processor="mail-host",
            host="localhost",
            port=self.controller.port,
            tls=tls,
            sender="no-reply@records.example",
            account="courier",
            password_file=str(self.password),
            ca_file=str(self.ca_file) if ca_file is None else ca_file,
        )


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    one = Secure(tmp_path)
    one.controller.start()
    yield one
    one.controller.stop()


def test_mail_goes_over_starttls_with_a_password(secure: Secure) -> None:
    asyncio.run(MailMessenger(secure.config()).send(message("ana@example.org", "Hay algo nuevo: señal")))
    ((recipients, content, encrypted),) = secure.host.got
    mail = message_from_bytes(content, policy=policy.default)
    assert (recipients, encrypted) == (["ana@example.org"], True)
    assert mail["Subject"] == "Algo nuevo en su registro"
    assert mail["Message-ID"] == "<abcdefghijklmnop@records.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == "Hay algo nuevo: señal"


def test_a_host_with_a_certificate_of_nobody_gets_nothing(secure: Secure) -> None:
    with pytest.raises(DeliveryError):
        asyncio.run(MailMessenger(secure.config(ca_file="")).send(message("ana@example.org")))
    assert secure.host.got == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 no ana@example.org", DeliveryRefusedError),
        ("451 later", DeliveryError),
        ("554 no", DeliveryError),
    ],
)
def test_a_refused_recipient(secure: Secure, answer: str, error: type[Exception]) -> None:
    secure.host.refusal = answer
    with pytest.raises(error) as caught:
        asyncio.run(MailMessenger(secure.config()).send(message("ana@example.org")))
    assert "ana" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert secure.host.got == []


@pytest.mark.parametrize(
    "to", ["ana", "ana@", "a@b\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>"]
)
def test_what_is_no_address_reaches_no_host(secure: Secure, to: str) -> None:
    with pytest.raises(DeliveryRefusedError):
        asyncio.run(MailMessenger(secure.config()).send(message(to)))
    assert secure.host.got == []
