"""Payments that an undo left booked, since a person had moved them: met again when their file comes again."""

from __future__ import annotations

from hub.store.payments.duplicate_parts import FILE, JUDGED, NOT_CLOSED, NOT_HELD
from hub.store.payments.made_lumps import LUMP_PAYMENT

LEFT_OUT = "left_out_of_undo"

_DAY = "coalesce({p}.booked_date, {s}.booked_date)"
_NTH = f"""
    row_number() OVER (PARTITION BY {{p}}.account_no, {_DAY}, {{p}}.amount_ore, {{p}}.currency, {{p}}.reference
                       ORDER BY {{p}}.payment_id) AS nth
"""
_AS_TOLD = (
    f"{{p}}.payment_id, {{p}}.account_no, {_DAY} AS day, {{p}}.amount_ore, {{p}}.currency, {{p}}.reference, {_NTH}"
)

# The earlier attempts of this exchange, files of the same content, and files that this one corrects.
_UNDONE_BEFORE = """
    SELECT x.exchange_no FROM exchange x
    JOIN exchange y ON y.tenant = x.tenant AND y.exchange_no = :x AND y.content_key = x.content_key
    WHERE x.tenant = :t AND x.content_key <> '' AND (x.state = 'undone' OR x.exchange_no = :x)
    UNION
    SELECT so.exchange_no FROM section sn
    JOIN section so ON so.tenant = sn.tenant AND so.account_no = sn.account_no AND so.family = sn.family
                   AND ((sn.serial <> '' AND so.serial = sn.serial)
                        OR (sn.identity <> '' AND so.identity = sn.identity))
    JOIN exchange x ON x.tenant = so.tenant AND x.exchange_no = so.exchange_no AND x.state = 'undone'
    WHERE sn.tenant = :t AND sn.exchange_no = :x
"""

_MET = f"""
    SELECT 1 FROM duplicate_payment d
    JOIN payment m ON m.tenant = d.tenant AND m.payment_id = d.payment_id
    JOIN chunk c ON c.tenant = m.tenant AND m.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE d.tenant = q.tenant AND d.twin_payment = q.payment_id AND d.proof = '{LEFT_OUT}' AND c.exchange_no = :x
"""

CLOSE_LEFT_OUT = f"""
    INSERT INTO duplicate_payment (tenant, payment_id, twin_payment, proof)
    SELECT :t, told.payment_id, booked.payment_id, '{LEFT_OUT}'
    FROM (SELECT {_AS_TOLD.format(p="n", s="sn")} {FILE} {JUDGED} {NOT_CLOSED} {NOT_HELD}) AS told
    JOIN (SELECT {_AS_TOLD.format(p="q", s="s")}
          FROM left_out_payment l
          JOIN payment q ON q.tenant = l.tenant AND q.payment_id = l.payment_id
          LEFT JOIN section s ON s.tenant = q.tenant AND s.exchange_no = q.exchange_no AND s.section_no = q.section_no
          WHERE l.tenant = :t AND q.kind <> '{LUMP_PAYMENT}' AND q.exchange_no IN ({_UNDONE_BEFORE})
            AND NOT EXISTS ({_MET})) AS booked
      ON booked.account_no = told.account_no AND booked.day = told.day AND booked.amount_ore = told.amount_ore
     AND booked.currency = told.currency AND booked.reference = told.reference AND booked.nth = told.nth
"""
