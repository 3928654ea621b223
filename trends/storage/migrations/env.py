"""Entry of Alembic: runs the migrations on the connection that `trends.storage.migrate` hands over."""

from alembic import context

from trends.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most things in place: Alembic copies the table instead.
    render_as_batch=True,
    compare_type=True,
)
# The caller holds the transaction and the write lock around all of it.
context.run_migrations()
