"""The courier's store fails at each write of a talk or a look: nothing half-done, nothing lost, nobody located."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from breakseal.courier.app import Courier
from breakseal.courier.config import Replies
from breakseal.courier.outbox.database import StoreError
from breakseal.courier.phonebox import PhoneReply, write_reply
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model.location import ConsentAnswered
from tests.fault.test_courier_store import forbid
from tests.support.consents import Looker, Phone, question, source_for, told
from tests.support.courier import NUMBER, Setting, make_setting, play


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path, inbound=Replies(folder=str(tmp_path / "replies")))


@pytest.mark.parametrize("table", ["asks", "messages"])
def test_a_question_that_is_not_kept_is_not_sent_and_may_be_asked_again(setting: Setting, table: str) -> None:
    async def scene(courier: Courier) -> None:
        asked = question(setting)
        allow = forbid(courier, f"INSERT ON {table}")
        with pytest.raises(StoreError):
            await courier.location.asking.start(asked)
        phone = Phone(setting, courier)
        assert await phone.sees() == []
        allow()
        await courier.location.asking.start(asked)
        assert len(await phone.sees()) == 1

    play(setting, scene)


@pytest.mark.parametrize("when", ["INSERT ON heard", "UPDATE OF state ON asks", "INSERT ON reports"])
def test_an_answer_that_is_not_kept_stays_in_the_folder(setting: Setting, when: str) -> None:
    async def scene(courier: Courier) -> None:
        await courier.location.asking.start(question(setting))
        phone = Phone(setting, courier)
        code = await phone.code()
        write_reply(
            setting.folder / "replies",
            PhoneReply(sender=NUMBER, text=f"YES {code}", at=setting.clock.time, id="one"),
        )
        allow = forbid(courier, when)
        with pytest.raises(StoreError):
            await courier.location.hear()
        assert told(setting) == []
        allow()
        await courier.location.hear()
        (answered,) = told(setting)
        assert isinstance(answered, ConsentAnswered)
        assert list((setting.folder / "replies").iterdir()) == []

    play(setting, scene)


def test_an_attestation_that_is_not_kept_is_handed_in_again_and_confirmed_once(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await courier.location.asking.start(question(setting))
        phone = Phone(setting, courier)
        phone.says(f"YES {await phone.code()}")
        allow = forbid(courier, "UPDATE OF state ON reports")
        with pytest.raises(StoreError):
            await courier.location.hear()
        assert len(setting.shown()) == 1
        allow()
        assert len(await phone.sees()) == 2
        assert len(set(setting.keyholder.attested)) == 1, (
            "the same envelope: the keyholder sees that it took it"
        )

    play(setting, scene)


def test_a_look_that_is_not_kept_locates_nobody(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        asked = [looker.ask() for _ in range(3)]
        allow = forbid(courier, "INSERT ON looks")
        answers = [courier.location.locating.answer(one) for one in asked]
        got = await asyncio.gather(*answers, return_exceptions=True)
        assert [type(one) for one in got] == [StoreError] * 3
        assert source.asked == []
        allow()
        assert (await looker.look(courier, asked[0])).answer == "found", "nothing was used up"

    play(setting, scene)


def test_an_outcome_that_is_not_kept_is_told_later(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        await Looker(setting).look(courier)
        allow = forbid(courier, "UPDATE OF state ON looks")
        with pytest.raises(StoreError):
            await courier.location.locating.tell()
        allow()
        await courier.location.locating.tell()
        assert [outcome for _, outcome in setting.keyholder.told] == ["sent"]

    play(setting, scene)


def test_an_outcome_that_the_keyholder_missed_is_told_later(setting: Setting) -> None:
    async def scene() -> None:
        courier = setting.courier()
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            source_for(courier)
            await Looker(setting).look(courier)
        with pytest.raises(UnavailableError):
            await courier.location.locating.tell()
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            for _ in range(2):
                await courier.location.locating.tell()
            await courier.close()
        assert [outcome for _, outcome in setting.keyholder.told] == ["sent"]

    asyncio.run(scene())


def test_one_bad_reply_holds_up_nobody(setting: Setting, tmp_path: Path) -> None:
    async def scene(courier: Courier) -> None:
        folder = setting.folder / "replies"
        write_reply(folder, PhoneReply(sender=NUMBER, text="HELP", at=5, id="good"))
        (folder / "1-bad.json").write_bytes(b'{"v":1}')
        (folder / "2-huge.json").write_bytes(b" " * 20_000)
        (folder / "3-link.json").symlink_to(tmp_path / "sign.pem")
        phone = Phone(setting, courier)
        assert len(await phone.sees()) == 1
        assert sorted(path.name for path in folder.iterdir()) == ["1-bad.bad", "2-huge.bad", "3-link.bad"]

    play(setting, scene)


def test_replies_are_taken_in_the_order_in_which_they_were_written(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        folder, now = setting.folder / "replies", setting.clock.time
        write_reply(folder, PhoneReply(sender=NUMBER, text="START", at=now - 5, id="a"))
        write_reply(folder, PhoneReply(sender=NUMBER, text="STOP", at=now - 9, id="b"))
        await courier.location.hear()
        with courier.database.direct() as connection:
            assert connection.execute("SELECT count(*) FROM stops").fetchone() == (0,)

    play(setting, scene)
