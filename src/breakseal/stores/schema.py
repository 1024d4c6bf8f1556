"""Bringing a main store to this release's schema, and refusing one of a later release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from breakseal.kernel.errors import ConfigError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the store at the SQLAlchemy `url` up to `revision`.

    Raises:
        ConfigError: a later release wrote it.
    """
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take the store at `url` back to `revision` ("base": empty)."""
    _run(url, lambda config: command.downgrade(config, revision))


def head() -> str:
    """Return the newest revision of this release."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """Return the revision of the store behind `connection`; None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def _run(url: str, step: Callable[[Config], None]) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            _refuse_unknown(connection)
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            step(config)
    finally:
        engine.dispose()


def _refuse_unknown(connection: Connection) -> None:
    revision = current(connection)
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigError(f"the main store is of a later release (`{revision}`); start that release instead")
