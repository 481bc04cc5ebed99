"""The tables of the case store, as SQLAlchemy knows them; migrations/ makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table, Text, UniqueConstraint

# In PostgreSQL a schema of its own, so that the database can be one that others use as well; in SQLite none.
SCHEMA = "evenhand_cases"
metadata = MetaData(schema=SCHEMA)

# Every event, chained: each has the SHA-256 of the one before it. Nothing is ever changed or deleted here.
events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("by", String(200)),
    Column("logged_in", Boolean),
    Column("content", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("case_id", "version", name="one_event_per_version"),
)
# What an open case came to on the newest night; computed anew by each, and no part of the chain.
figures = Table(
    "figures",
    metadata,
    Column("case_id", String(80), primary_key=True),
    Column("night", String(10), nullable=False),
    Column("harm", Float, nullable=False),
    Column("parts", Text, nullable=False),
)
# Who was told what, of events until when: one message for each person and night.
messages = Table(
    "messages",
    metadata,
    Column("night", String(10), primary_key=True),
    Column("person", String(200), primary_key=True),
    Column("address", String(500), nullable=False),
    Column("told", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("error", Text, nullable=False),
)
