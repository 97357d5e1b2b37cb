"""Which contract counts for a ticket? The one it was opened under, as it was then; editing the settings touches no open ticket.

Comes in: a ticket, an open transaction. Goes out: its contract. What a contract said when its first ticket came is kept by the
digest of its content; today's settings are used where the digest is the same, or where nothing was kept. Who answers is always of
today: people come and go, and what was agreed with the customer does not name them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from mailsupport.app.service import Service
from mailsupport.core.desk import Contract, Desk
from mailsupport.core.model import Ticket
from mailsupport.core.timing import agreements
from mailsupport.store import Tx
from mailsupport.store import agreements as rows

_log = structlog.get_logger("agreements")


def keep(service: Service, tx: Tx, contract: Contract, now: datetime) -> None:
    """Keep what the contract says, once: a ticket is about to name this version of it."""
    if contract.version not in service.learned.kept and not rows.is_kept(tx, contract.version):
        rows.keep(tx, contract.version, contract.name, agreements.content(contract), now)


def recall(service: Service, tx: Tx) -> None:
    """Note which versions are kept for good; to be asked in a transaction before it writes anything."""
    if any(contract.version not in service.learned.kept for contract in service.desk.contracts.values()):
        service.learned.kept |= rows.versions(tx)


def contract_of(service: Service, tx: Tx, ticket: Ticket) -> Contract:
    """Return the contract that counts for the ticket."""
    return counting(tx, ticket, service.desk, service.learned.agreed)


def counting(tx: Tx, ticket: Ticket, desk: Desk, known: dict[str, Contract]) -> Contract:
    """Return the same without a service; `known` is filled with the versions that were looked up."""
    today = desk.contracts.get(ticket.contract)
    if today is not None and today.version == ticket.contract_version:
        return today
    kept = _kept(tx, ticket.contract_version, known)
    if kept is None:
        return today or desk.contracts[desk.default_contract]
    return replace(kept, staff=today.staff) if today is not None else kept


def _kept(tx: Tx, version: str, known: dict[str, Contract]) -> Contract | None:
    """What was agreed in that version; the same value each time, for its calendar is counted by blocks that are kept by it."""
    found = known.get(version)
    if found is None and (plain := rows.content_of(tx, version)) is not None:
        try:
            found = known[version] = agreements.contract_of(plain)
        except (LookupError, TypeError, ValueError) as error:
            _log.error("agreement_not_understood", version=version, error=str(error))
    return found
