"""What Alembic runs to bring a case store up to date, on a connection that is given to it."""

from __future__ import annotations

from alembic import context

from evenhand.cases.tables import SCHEMA, metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table="version",
    version_table_schema=SCHEMA if connection.dialect.name == "postgresql" else None,
)
context.run_migrations()
