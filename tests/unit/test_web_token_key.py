"""The key by which the web tier signs ID tokens: made once, its owner's alone, and refused if others may read it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from breakseal import config
from breakseal.bootstrap.web import token_key
from breakseal.config import Config, Settings
from breakseal.kernel.errors import ConfigError


@pytest.fixture
def one(tmp_path: Path) -> Config:
    return Config(path=tmp_path / "breakseal.toml", settings=Settings(data_dir="data"))


def test_it_is_made_at_the_first_start_and_kept(one: Config) -> None:
    path = one.key("web-tokens")
    assert path.is_relative_to(one.folder("web"))
    assert list(one.secrets("web")) == []
    first = token_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token_key(path).private_numbers() == first.private_numbers()
    assert list(one.secrets("web")) == [path]


def test_one_that_others_may_read_stops_the_start(one: Config) -> None:
    path = one.key("web-tokens")
    token_key(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read"):
        token_key(path)
    with pytest.raises(ConfigError, match="others may read"):
        config.check_secret(path)
