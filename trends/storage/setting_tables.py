"""The table of what people set while processes ran. The newest version is in force; rows are never changed."""

import sqlalchemy as sa

from trends.storage.columns import json, number, text, time
from trends.storage.tables import metadata

setting_versions = sa.Table(
    "setting_versions",
    metadata,
    text("tenant"),
    number("version"),
    number("parent"),
    text("verb"),
    number("restored", nullable=True),
    json("values"),
    json("set"),
    json("unset"),
    text("author"),
    text("reason"),
    time("at"),
    sa.PrimaryKeyConstraint("tenant", "version"),
)
