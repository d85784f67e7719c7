"""Checks of what went to general ledgers: each voucher once, and every file holds what it held when it was made."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check

_ASTRAY = f"""
    SELECT 'voucher ' || x.voucher_no,
           CASE WHEN v.voucher_no IS NULL THEN 'it went to the ledger, and is not there'
                WHEN v.company <> x.company THEN 'it went to the ledger of another company'
                ELSE 'no file that goes out is the one it went in' END, {NO_AMOUNT}
    FROM voucher_export x
    LEFT JOIN voucher v ON v.tenant = x.tenant AND v.voucher_no = x.voucher_no
    LEFT JOIN exchange e ON e.tenant = x.tenant AND e.exchange_no = x.exchange_no AND e.direction = 'out'
                        AND e.kind = 'bookkeeping_file'
    WHERE x.tenant = :t AND (v.voucher_no IS NULL OR v.company <> x.company OR e.exchange_no IS NULL)
"""

# A voucher whose row is gone would go again.
_FILE_DIFFERS = f"""
    SELECT 'exchange ' || e.exchange_no, 'it held another number of vouchers when it was made', {NO_AMOUNT}
    FROM exchange e
    LEFT JOIN (SELECT exchange_no, count(*) AS vouchers FROM voucher_export WHERE tenant = :t GROUP BY exchange_no) AS x
      ON x.exchange_no = e.exchange_no
    WHERE e.tenant = :t AND e.direction = 'out' AND e.kind = 'bookkeeping_file'
      AND coalesce(e.summary, '') NOT LIKE '%"vouchers": ' || coalesce(x.vouchers, 0) || '}}'
"""

CHECKS = (
    Check(
        "EXPORT_ASTRAY", "every voucher that went to the ledger is there, and the file it went in", _ASTRAY, NOT_BY_US
    ),
    Check(
        "EXPORT_DIFFERS",
        "every file for the ledger holds as many vouchers as when it was made, so that none goes again",
        _FILE_DIFFERS,
        "export nothing before it is known why: vouchers would go again; restore a backup, or report it as a defect",
    ),
)
