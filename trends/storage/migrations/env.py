"""Entry of Alembic: runs the migrations on the connection that `trends.storage.migrate` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite cannot alter most things in place: Alembic copies the table instead.
    render_as_batch=True,
)
# The caller holds the transaction and the write lock around all of it.
context.run_migrations()
