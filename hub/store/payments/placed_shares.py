"""What payments that state parts have paid of receivables, with the references that mean those."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from hub.model.payments import PlacedShare
from hub.store.statements import text
from hub.store.verifying_payments import IS_MONEY

# References that are closed or contested now count too: the money went by them.
_PLACED = text(f"""
    SELECT e.payment_id, f.reference, e.receivable_id, CAST(-sum(e.amount_ore) AS BIGINT)
    FROM wanted_payment w
    CROSS JOIN payment p
    CROSS JOIN entry e
    CROSS JOIN reference f
    WHERE p.tenant = :t AND p.payment_id = w.payment_id AND p.parts <> ''
      AND e.tenant = :t AND e.payment_id = p.payment_id AND {IS_MONEY}
      AND f.tenant = :t AND f.target_id = e.receivable_id AND f.target_kind = 'receivable'
      AND f.account_no = p.account_no
    GROUP BY e.payment_id, f.reference, e.receivable_id HAVING sum(e.amount_ore) <> 0
    ORDER BY e.payment_id, e.receivable_id, f.reference
""")


def placed_shares(connection: Connection, tenant: int) -> dict[int, tuple[PlacedShare, ...]]:
    """Return what stands on receivables of the payments laid out in `wanted_payment`, by payment."""
    found: dict[int, list[PlacedShare]] = defaultdict(list)
    for payment_id, *share in connection.execute(_PLACED, {"t": tenant}):
        found[payment_id].append(PlacedShare._make(share))
    return {payment_id: tuple(shares) for payment_id, shares in found.items()}
