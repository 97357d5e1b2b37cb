"""The only SQL: what is remembered, and every question that is asked of it.

`open_store` gives a `Store`; its `write()` and `read()` give a transaction, and every question is one function of a module here
that takes it as `tx`. Beyond this package nobody names a table.
"""

from sqlalchemy import Connection as Tx

from mailsupport.store.behind import gather
from mailsupport.store.engine import Store, free_bytes, open_store
from mailsupport.store.transaction import savepoint

__all__ = ["Store", "Tx", "free_bytes", "gather", "open_store", "savepoint"]
