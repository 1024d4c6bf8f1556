"""`breakseal demo story location` as a person types it: a process of its own, with a demo of its own."""

from __future__ import annotations

import subprocess
import sys


def test_the_story_of_a_located_phone_holds() -> None:
    command = [sys.executable, "-P", "-m", "breakseal.cli.main", "demo", "story", "location"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stderr == ""
    for said in (
        "it says all that is agreed to",
        "refused: authorization_pending",
        "never finer than 1 km",
        "Cedar Roadside Assistance (demo) asked where the phone is, for Cedar Roadside dispatch",
        "one entry for one look; complete up to the signed head, each entry proved in the log",
        "refused, and nobody looked",
        "its sink hears that the phone is there",
        "0 of 5 looks served",
        "nothing was told since",
        "no text comes",
        "complete; nobody may look any more",
        "verified with the kernel and with tools/verify",
        "what ended stays ended",
        "Every step held. Not shown here:",
    ):
        assert said in played.stdout, said
