"""What alembic runs: the revisions, on the connection and inside the transaction that `store.upgrade` opened."""

from alembic import context

from mailsupport.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
