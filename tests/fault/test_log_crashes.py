"""The log under kill -9 and under a system that refuses writes: real processes, one oracle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.logoracle import check_log
from tests.support.logs import Log, entry

ROOT = Path(__file__).resolve().parents[2]


def start(path: Path, first: int, batch: int, limit: int = 0) -> subprocess.Popen[str]:
    arguments = [
        sys.executable,
        "-m",
        "tests.support.logwriter",
        str(path),
        str(first),
        str(batch),
        str(limit),
    ]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def take(line: str, acknowledged: dict[bytes, int]) -> None:
    """Note an acknowledgement; the last line of a killed process may be cut."""
    words = line.split()
    if line.endswith("\n") and len(words) == 2 and words[0] != "failed":
        acknowledged[entry(int(words[1]), 700)] = int(words[0])


@pytest.mark.parametrize("batch", [1, 37, 300])
def test_kill_9_under_load_keeps_every_acknowledged_entry(tmp_path: Path, batch: int) -> None:
    log = Log(tmp_path / "log.db")
    acknowledged: dict[bytes, int] = {}
    for lines in (3, 150, 301):
        with start(log.path, len(acknowledged) * 10, batch) as process:
            assert process.stdout is not None
            for _ in range(lines):
                take(process.stdout.readline(), acknowledged)
            process.kill()
            for line in process.stdout:
                take(line, acknowledged)
        size = check_log(log.path, log.signer.key, acknowledged)
        assert size >= len(acknowledged) >= lines
    sequencer = log.open()
    again = list(acknowledged)[:300]
    assert [one.index for one in sequencer.append(again)] == [acknowledged[one] for one in again]
    new = sequencer.append([b"after the crashes"])
    assert check_log(log.path, log.signer.key, {b"after the crashes": new[0].index}) == size + 1


def test_a_system_that_refuses_writes_stops_the_log_and_loses_nothing(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db")
    acknowledged: dict[bytes, int] = {}
    with start(log.path, 0, 50, 400_000) as process:
        assert process.stdout is not None
        *lines, last = process.stdout.readlines()
    for line in lines:
        take(line, acknowledged)
    assert last in ("failed store-poisoned\n", "failed disk-full\n")
    assert len(acknowledged) >= 50
    check_log(log.path, log.signer.key, acknowledged)
    sequencer = log.open()
    new = sequencer.append([b"after the refusal"])
    check_log(log.path, log.signer.key, acknowledged | {b"after the refusal": new[0].index})
