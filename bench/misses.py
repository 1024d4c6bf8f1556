"""Misses over HTTP: calls of people who are not enrolled, each with its durable leaf like a hit."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.figures import Figures
from bench.fsync import beside, scratch
from bench.openings import job, leaves, load, sign_in
from bench.steps import steps
from bench.town import build, running

PEOPLE = 50
NOBODY = 900_000


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        town = build(Path(name), PEOPLE)
        floor = beside(Path(name))
        with running(town):
            cookie, before = sign_in(town), leaves(town)
            missed = load(town, job(town, cookie, first=NOBODY, people=5000, paced=2000))
            logged = leaves(town) - before
        assert logged >= missed["sent"], f"{logged} leaves for {missed['sent']} misses"
        timed = steps(town, first=NOBODY)
    values = {"misses_per_s": missed["per_s"], "p50_ms": missed["p50_ms"], "p99_ms": missed["p99_ms"]}
    return Figures("misses", values, {"leaves": logged, "sent": missed["sent"], **timed, **floor})
