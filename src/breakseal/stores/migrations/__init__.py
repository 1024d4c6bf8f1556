"""The main store's revisions, run by Alembic; never edit one that was released."""
