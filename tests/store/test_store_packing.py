"""The bytes of a mail: kept as they came, whoever made them small."""

from __future__ import annotations

import zlib

import pytest
from stored import a_mail

from mailsupport.store import Store, mails
from mailsupport.store.packing import have_packed

RAW = b"Subject: x\r\n\r\nIt does not print.\r\n"


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(zlib.compress(RAW, 9), id="of this mail"),
        pytest.param(zlib.compress(b"another mail"), id="of another mail"),
        pytest.param(zlib.compress(RAW)[:-2], id="cut off"),
        pytest.param(b"", id="none"),
    ],
)
def test_a_mail_comes_back_whatever_its_reader_made_of_it(store: Store, stream: bytes) -> None:
    """P1: a stream whose sum is not the mail's is not kept."""
    with store.write() as tx:
        have_packed(tx, [(RAW, stream)])
        number = a_mail(tx, data=RAW)

        assert mails.raw_of(tx, number) == RAW


def test_what_was_packed_is_kept_as_it_is(store: Store) -> None:
    """The work is not done twice."""
    stream = zlib.compress(RAW, 9)
    with store.write() as tx:
        have_packed(tx, [(RAW, stream)])
        number = a_mail(tx, data=RAW)
        mails.raw_of(tx, number)
        kept = tx.exec_driver_sql("SELECT data FROM raw").scalar()

    assert bytes(kept) == stream
