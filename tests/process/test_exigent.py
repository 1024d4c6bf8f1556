"""A danger to life with keyholder, courier and a simulated carrier as processes of their own, from asking to review."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest

from breakseal.bootstrap import ambient
from breakseal.config import Carrier, Channel, Config, Inbound, load, render
from breakseal.courier.location.messages import AskSource, SourceAnswered
from breakseal.courier.location.sphere import distance
from breakseal.courier.phonebox import PhoneReply, write_reply
from breakseal.demo import instance
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import body as bodies
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import EnrolProcessor
from breakseal.kernel.model.location import Fix, Found, found_info
from breakseal.kernel.seal import hpke
from breakseal.kernel.tlog import proof as tlog_proof
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.keyholder.location.messages import Located
from breakseal.oversight import keyfile
from tests.process.test_deferred_alone import PROGRAM, ask, installed, list_of
from tests.support import parts
from tests.support.courier import NUMBER, asking
from tests.support.courts import DAY
from tests.support.dangers import Danger
from tests.support.searching import Search
from tests.support.world import Person, TestClock, World

OTHER = "+15415550118"
HOME, SHARP = (44.0572, -123.0869), 30
PHONES = f"""
client = "county:9"
secret_file = "secret"
port = {{port}}
[[subscribers]]
number = "{NUMBER}"
seen_by = "gps"
radius = {SHARP}
every = 1
track = [{{{{ lat = {HOME[0]}, lon = {HOME[1]}, after = 0 }}}}]
"""


class Town:
    """The processes, the world whose keys they have, and a clock whose hands the test moves for all of them."""

    def __init__(self, folder: Path) -> None:
        self.world = world = World(folder / "kh", clock=TestClock(ambient.clock().now()))
        world.found()
        for processor in ("the-carrier", "own-phone", "own-desk"):
            world.submit(
                world.sign(
                    EnrolProcessor, *world.oversight[:2], processor=processor, name=processor, does="tells"
                )
            )
        self.rosa, self.danger = world.resident(NUMBER), Danger(world)
        self.search = Search(world, self.danger.court, self.danger.supervisor)
        world.close()
        self.folder, self.hands = folder, folder / "hands"
        self.turn(0)
        self.config = self._installed()

    def _installed(self) -> Config:
        world, port = self.world, instance.free_ports()[0]
        (self.folder / "secret").write_text("a secret/9")
        (self.folder / "secret").chmod(0o600)
        (self.folder / "phones.toml").write_text(PHONES.format(port=port))
        config = installed(world, self.folder / "one")
        for part, key in (("courier", world.courier._private), ("courier-seal", world.courier_opener)):
            config.key(part).unlink()  # type: ignore[arg-type]
            keyfile.write_private(config.key(part), key)  # type: ignore[arg-type]
        url = f"http://127.0.0.1:{port}"
        carrier = Carrier(
            kind="camara", processor="the-carrier", base_url=url, token_url=f"{url}/oauth/token",
            client_id="county:9", secret_file=str(self.folder / "secret"),
        )  # fmt: skip
        courier = msgspec.structs.replace(
            config.settings.courier,
            sms=Channel(kind="phonebox", processor="own-phone", folder="courier/sms"),
            inbound=Inbound(kind="phonebox", folder="courier/replies"),
            carrier=carrier,
        )
        config.path.write_text(render(msgspec.structs.replace(config.settings, courier=courier)))
        return load(config.path)

    def turn(self, seconds: int) -> None:
        """Let time pass, for every process at once."""
        self.world.clock.time += seconds
        self.hands.with_suffix(".new").write_text(str(self.world.clock.time))
        self.hands.with_suffix(".new").replace(self.hands)

    @contextmanager
    def running(self) -> Iterator[None]:
        config = self.config
        with ExitStack() as stack:
            stack.enter_context(
                self._process("simulate", "carrier", "--settings", self.folder / "phones.toml")
            )
            stack.enter_context(self._process("part", "keyholder", "--config", config.path))
            parts.until(lambda: config.socket("web").is_socket(), "the keyholder")
            stack.enter_context(self._process("part", "courier", "--config", config.path))
            parts.until(lambda: config.socket("courier-web").is_socket(), "the courier")
            self.world.ask = lambda question, answer: ask(config, "web", question, answer)  # type: ignore[method-assign,assignment]
            yield

    @contextmanager
    def _process(self, *words: object) -> Iterator[None]:
        with (self.folder / f"{words[1]}.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, str(self.hands), *map(str, words)],
                stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def text(self, text: str) -> str:
        """Text from Rosa's phone and return the answer."""
        shown = self.config.folder("courier") / "sms"
        replies = self.config.folder("courier") / "replies"
        write_reply(
            replies, PhoneReply(sender=NUMBER, text=text, at=self.world.clock.time, id=f"reply-{text}")
        )
        parts.until(lambda: shown.is_dir() and any(shown.iterdir()), "the phone's answer")
        return next(shown.iterdir()).read_text()

    def look(self, name: str) -> Found:
        """Have the officer look, the courier ask the carrier, and open the answer with the officer's key."""
        return self.asked(self.world.ask(self.danger.looking(name, NUMBER), Located))

    def asked(self, located: Located) -> Found:
        sealed = asyncio.run(self._ask(AskSource(permit=located.permit))).sealed
        info = found_info(canonical.b64(located.leaf))
        return canonical.decode(hpke.open_from(self.danger.officer.opener, sealed, info), Found)

    async def _ask(self, question: AskSource) -> SourceAnswered:
        async with asking(str(self.config.socket("courier-web"))) as client:
            return await client.ask(question, SourceAnswered)

    def refused(self, question: object) -> str:
        with pytest.raises(RefusedError) as caught:
            self.world.ask(question, Located)  # type: ignore[arg-type] # a message
        return caught.value.reason

    def listed(self, person: Person) -> list[str]:
        """Return what the list says, each entry proved in the log."""
        trail = list_of(self.config, self.world, person)
        witnesses = parse_policy(f"log {self.world.log_signer.key.encode()}\nquorum none\n".encode())
        for entry in trail.entries:
            tlog_proof.verify(entry.proof.encode(), canonical.unb64(entry.leaf), witnesses)
        return [canonical.decode(canonical.unb64(one.body), bodies.Body).result for one in trail.entries]


def metres(fix: Fix | None) -> float:
    assert fix is not None
    return distance(HOME, (fix.lat / 1e6, fix.lon / 1e6))


@pytest.mark.timeout(240)
def test_alone_roughly_called_back_exactly_and_judged_before_the_next(tmp_path: Path) -> None:
    town = Town(tmp_path)
    danger = town.danger
    with town.running():
        assert "A court's order or a danger to life still can" in town.text("STOP")
        name = danger.ask(NUMBER)
        rough = town.look(name)
        assert (rough.answer, rough.source) == ("found", "carrier")
        assert rough.fix is not None
        assert rough.fix.radius >= 1000
        assert metres(rough.fix) <= rough.fix.radius + SHARP
        assert town.refused(danger.looking(name, NUMBER)) == "exigent-used-up"
        danger.confirm(name, digits=NUMBER[-4:])
        exact = town.look(name)
        assert exact.fix is not None
        assert exact.fix.radius == SHARP
        assert metres(exact.fix) <= SHARP
        assert town.listed(town.rosa)[-5:] == [
            "exigent-asked", "exigent-seconded", "located-in-danger", "exigent-confirmed", "located-in-danger",
        ]  # fmt: skip
        town.turn(2 * DAY)
        assert town.refused(danger.asking(OTHER)) == "exigent-unreviewed"
        assert town.refused(danger.looking(name, NUMBER)) == "exigent-over"
        danger.review(name)
        danger.ask(OTHER)
        assert town.listed(town.rosa)[-1] == "exigent-upheld"
