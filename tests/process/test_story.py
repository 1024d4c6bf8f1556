"""`breakseal demo story call` as a person types it: a process of its own, with a demo of its own."""

from __future__ import annotations

import subprocess
import sys


def test_the_story_of_a_call_holds() -> None:
    command = [sys.executable, "-P", "-m", "breakseal.cli.main", "demo", "story", "call"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stderr == ""
    for said in (
        "no other position heard of it",
        "refused: not-answered-here",
        "Sam Whitcomb (call-taker",
        "complete up to the keyholder's signed head",
        "verified with the kernel and with tools/verify",
        "nothing opens, as for a stranger",
        "Every step held. Not shown here:",
    ):
        assert said in played.stdout, said
