"""Alembic's environment: runs the revisions on the connection that `schema.py` hands in."""

from __future__ import annotations

from alembic import context

from breakseal.stores.tables import metadata


def run() -> None:
    """Run the revisions inside one transaction."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run()
