"""Where a courier speaks to a client's sink: addresses of the open internet, however they are spelt."""

from __future__ import annotations

import asyncio
import threading

import pytest

from breakseal.courier.location.sinks import LOOKUPS_OF_ONE, Names, Sinks, parse
from breakseal.kernel.errors import BreaksealError
from breakseal.programmes.location.errors import SinkError
from breakseal.programmes.location.fences import check_sink

BAD = [
    "http://sink.example/", "http://localhost/", "ftp://sink.example/", "https://", "https:///x", "//sink.example/",
    "https://u@sink.example/", "https://u:p@sink.example/", "https://sink.example/#f", "https://sink.example:0/",
    "https://sink.example:99999/", "https://sink.example/a b", "https://sink.example/\r\nx: y", "javascript:alert(1)",
    "https://[::1/", "file:///etc/passwd", "https://sink.example/" + "a" * 2_100, "https://sïnk.example/", "",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(BreaksealError) as caught:
        parse(url, local=False)
    assert caught.value.reason == "sink-refused"
    with pytest.raises(SinkError):
        check_sink(url, demo=False)


INNER = [
    "127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "0.0.0.0", "10.0.0.5", "172.16.3.4",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.7", "198.18.0.1",
    "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[2001:0:4136:e378::1]", "[2001:db8::1]", "localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", INNER)
def test_inner_addresses_are_not_spoken_to(host: str) -> None:
    """However they are spelt: what counts is the address that the connection would go to."""

    async def scene() -> None:
        address = parse(f"https://{host}/", local=False)
        with pytest.raises(BreaksealError) as caught:
            await Names().resolve(address, local=False)
        assert caught.value.reason in ("sink-refused", "sink-unknown")

    asyncio.run(scene())
    with pytest.raises(SinkError):
        check_sink(f"https://{host}/", demo=False)


@pytest.mark.parametrize("host", ["93.184.216.34", "[2606:2800:220:1::1]"])
def test_addresses_of_the_open_internet_are(host: str) -> None:
    async def scene() -> None:
        address = parse(f"https://{host}:8443/x?y=z", local=False)
        assert await Names().resolve(address, local=False) == host.strip("[]")

    asyncio.run(scene())


def test_of_a_name_with_an_inner_address_too_nothing_is_used() -> None:
    """And the connection goes to the address that was looked at: the name is asked for once."""

    async def scene() -> None:
        asked = []

        def found(host: str, port: int, **_known: object) -> list[tuple[object, ...]]:
            asked.append(host)
            return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("10.0.0.1", port))]

        with pytest.raises(BreaksealError) as caught:
            await Names(found).resolve(parse("https://sink.example/", local=False), local=False)
        assert (caught.value.reason, asked) == ("sink-refused", ["sink.example"])

    asyncio.run(scene())


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means another address a moment later gains nothing; the certificate must be the name's."""

    async def scene() -> None:
        asked: list[str] = []
        opened: list[tuple[object, ...]] = []

        def found(host: str, port: int, **_known: object) -> list[tuple[object, ...]]:
            asked.append(host)
            return [(2, 1, 6, "", ("93.184.216.34", port))]

        async def connected(host: str, port: int, **known: object) -> object:
            opened.append((host, port, known["server_hostname"], known["ssl"]))
            raise ConnectionRefusedError

        monkeypatch.setattr(asyncio, "open_connection", connected)
        sinks = Sinks(local=False, look=found)
        with pytest.raises(BreaksealError) as caught:
            async with sinks.open("https://sink.example:8443/x"):
                pass
        assert caught.value.reason == "sink-unreachable"
        assert asked == ["sink.example"]
        assert opened == [("93.184.216.34", 8443, "sink.example", sinks._context)]

    asyncio.run(scene())


def test_a_name_server_that_never_answers_holds_up_no_other_domain_and_no_carrier() -> None:
    """A lookup cannot be ended: what a client's own domain keeps waiting is that domain, and nothing of the loop's."""
    answer, asked = threading.Event(), []

    def look(host: str, port: int, **_known: object) -> list[tuple[object, ...]]:
        asked.append(host)
        if host.endswith(".slow.example"):
            answer.wait(20)
        return [(2, 1, 6, "", ("93.184.216.34", port))]

    async def scene() -> None:
        names = Names(look)
        slow = [parse(f"https://n{n}.slow.example/", local=False) for n in range(12)]
        given_up = await asyncio.gather(
            *(asyncio.wait_for(names.resolve(one, local=False), 0.2) for one in slow), return_exceptions=True
        )
        assert all(isinstance(one, TimeoutError) for one in given_up)
        assert len(asked) == LOOKUPS_OF_ONE
        other = parse("https://sink.other.example.org/", local=False)
        assert await asyncio.wait_for(names.resolve(other, local=False), 5) == "93.184.216.34"
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 5) == "free"
        answer.set()
        again = await asyncio.gather(*(names.resolve(one, local=False) for one in slow))
        assert again == ["93.184.216.34"] * 12
        assert names._lanes == {}

    try:
        asyncio.run(scene())
    finally:
        answer.set()
