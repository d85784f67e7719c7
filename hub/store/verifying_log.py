"""Checks of what stands around the books: exchanges and their kept bytes, claims, runs, numbers."""

from __future__ import annotations

from hub.model.exchanges import Direction
from hub.store.payments.made_lumps import LUMP_KEY
from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_RESTORE = "restore the bytes from a backup, or ask the sender for the file again; what was posted stands"

# Numbers are part of the key, so as many as there must be, the first and the last, are all.
HAS_ALL_PARTS = """
    (SELECT count(*) = c.parts AND coalesce(min(p.part_no), 0) = 0 AND coalesce(max(p.part_no), -1) = c.parts - 1
     FROM content_part p WHERE p.tenant = c.tenant AND p.upload = c.upload)
"""

IS_ERASED = """(c.sha256 IS NULL AND EXISTS (
    SELECT 1 FROM erased_content r WHERE r.tenant = x.tenant AND r.sha256 = x.sha256))"""


def bytes_missing(direction: Direction) -> str:
    """Return the statement that finds exchanges of a direction whose bytes are not there."""
    return f"""
    SELECT 'exchange ' || x.exchange_no,
           CASE WHEN c.sha256 IS NULL THEN 'its bytes are missing'
                WHEN c.size <> x.size THEN 'its kept bytes are not as many as the exchange says'
                ELSE 'parts of its bytes are missing, or have other numbers' END, {NO_AMOUNT}
    FROM exchange x LEFT JOIN content c ON c.tenant = x.tenant AND c.sha256 = x.sha256
    WHERE x.tenant = :t AND x.direction = '{direction}'
      AND (c.sha256 IS NULL OR c.size <> x.size OR NOT {HAS_ALL_PARTS}) AND NOT {IS_ERASED}
    """


WHOLE_CONTENTS = f"""
    SELECT 'exchange ' || x.exchange_no, c.sha256, c.size
    FROM content c
    JOIN (SELECT sha256, min(exchange_no) AS exchange_no FROM exchange WHERE tenant = :t GROUP BY sha256) AS x
      ON x.sha256 = c.sha256
    WHERE c.tenant = :t AND {HAS_ALL_PARTS}
    UNION ALL
    SELECT 'document ' || d.document_no, c.sha256, c.size
    FROM content c
    JOIN (SELECT sha256, min(document_no) AS document_no
          FROM (SELECT sha256, document_no FROM document WHERE tenant = :t
                UNION ALL SELECT pdf_sha256, document_no FROM document WHERE tenant = :t
                UNION ALL SELECT e_invoice_sha256, document_no FROM document WHERE tenant = :t) AS all_of_them
          GROUP BY sha256) AS d ON d.sha256 = c.sha256
    WHERE c.tenant = :t AND {HAS_ALL_PARTS}
    UNION ALL
    SELECT 'order to pay ' || o.order_no, c.sha256, c.size
    FROM content c
    JOIN (SELECT sha256, min(order_no) AS order_no
          FROM (SELECT application_sha256 AS sha256, order_no FROM order_to_pay WHERE tenant = :t
                UNION ALL SELECT form_sha256, order_no FROM order_to_pay WHERE tenant = :t
                UNION ALL SELECT document_sha256, order_no FROM order_to_pay_step WHERE tenant = :t
                UNION ALL SELECT paper_sha256, order_no FROM order_to_pay_step WHERE tenant = :t) AS all_of_them
          GROUP BY sha256) AS o ON o.sha256 = c.sha256
    WHERE c.tenant = :t AND {HAS_ALL_PARTS}
    ORDER BY 1
"""

# An undo leaves a bank movement standing whose payment a person has moved or refunded; the same bytes may come again.
_LEFT_STANDING = f"""
    (x.state = 'undone' OR x.attempt > 1 OR EXISTS (
        SELECT 1 FROM payment_key k
        JOIN left_out_payment o ON o.tenant = k.tenant AND o.payment_id = k.payment_id
        WHERE k.tenant = l.tenant AND k.kind = '{LUMP_KEY}' AND k.value = CAST(l.lump_no AS TEXT)))
"""
_STANDS_POSTED = "x.state IN ('posting', 'posted')"

_EXCHANGES_ASTRAY = f"""
    SELECT 'exchange ' || l.exchange_no, 'bank movements of it stand, and it is not posted',
           CAST(sum(l.amount_ore) AS BIGINT), l.currency
    FROM lump l LEFT JOIN exchange x ON x.tenant = l.tenant AND x.exchange_no = l.exchange_no
    WHERE l.tenant = :t AND l.state <> 'undone'
      AND (x.exchange_no IS NULL OR NOT ({_STANDS_POSTED} OR {_LEFT_STANDING}))
    GROUP BY l.exchange_no, l.currency
    UNION ALL
    SELECT DISTINCT 'exchange ' || r.exchange_no, 'reversals of it stand, and it is not posted', {NO_AMOUNT}
    FROM reversal r LEFT JOIN exchange x ON x.tenant = r.tenant AND x.exchange_no = r.exchange_no
    WHERE r.tenant = :t AND r.state IN ('done', 'coded') AND (x.exchange_no IS NULL OR NOT {_STANDS_POSTED})
    UNION ALL
    SELECT DISTINCT 'exchange ' || x.exchange_no, 'it is posted, and a chunk of it is not', {NO_AMOUNT}
    FROM exchange x JOIN chunk c ON c.tenant = x.tenant AND c.exchange_no = x.exchange_no
    WHERE x.tenant = :t AND x.state = 'posted' AND c.state <> 'posted'
    UNION ALL
    SELECT 'exchange ' || x.exchange_no, 'it is posted, and nothing would know its content again', {NO_AMOUNT}
    FROM exchange x
    WHERE x.tenant = :t AND x.kind = 'payment_file' AND {_STANDS_POSTED} AND x.content_key = ''
"""

_KEYS_MISSING = f"""
    SELECT 'payment ' || p.payment_id || ' of exchange ' || p.exchange_no, 'it is not found by a key that it has',
           {NO_AMOUNT}
    FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    LEFT JOIN payment_key k ON k.tenant = p.tenant AND k.value = p.key_value AND k.kind = p.key_kind
                           AND k.payment_id = p.payment_id
    WHERE c.tenant = :t AND p.key_kind <> '' AND k.payment_id IS NULL
    UNION ALL
    SELECT 'payment ' || e.payment_id, 'it is not found by a key that it has', {NO_AMOUNT}
    FROM payment_extra_key e
    LEFT JOIN payment_key k ON k.tenant = e.tenant AND k.value = e.value AND k.kind = e.kind
                           AND k.payment_id = e.payment_id
    WHERE e.tenant = :t AND k.payment_id IS NULL
"""

_NUMBERED = (
    ("receivable", "receivable_id", "receivable"),
    ("payment", "payment_id", "payment"),
    ("lump", "lump_no", "lump"),
    ("run", "run_no", "run"),
    ("task", "task_no", "task"),
    ("attempt", "attempt_no", "attempt"),
    ("document", "document_no", "document"),
    ("payee_account", "account_no", "payee_account"),
    ("posting_group", "group_no", "posting_group"),
)


def _given_again(table: str, column: str, series: str) -> str:
    return f"""
    SELECT '{series} ' || n.latest, 'its number would be given again', {NO_AMOUNT}
    FROM (SELECT max({column}) AS latest FROM {table} WHERE tenant = :t) AS n
    LEFT JOIN counter c ON c.tenant = :t AND c.series = '{series}'
    WHERE n.latest >= coalesce(c.next_value, 0)
    """


_CLAIMS_LEFT = f"""
    SELECT 'payee account ' || a.account_no || ', run ' || a.run_no,
           'the claim of a run that has ended keeps other files waiting', {NO_AMOUNT}
    FROM account_claim a
    LEFT JOIN run r ON r.tenant = a.tenant AND r.run_no = a.run_no AND r.state IN ('queued', 'running')
    WHERE a.tenant = :t AND r.run_no IS NULL
"""

_STEPS_ASTRAY = f"""
    SELECT DISTINCT 'run ' || s.run_no, 'there is none, though steps of it are kept', {NO_AMOUNT}
    FROM run_step s LEFT JOIN run r ON r.tenant = s.tenant AND r.run_no = s.run_no
    WHERE s.tenant = :t AND r.run_no IS NULL
"""

CHECKS = (
    Check(
        "EXCHANGE_DIFFERS",
        "what stands of a payment file is of one that is posted, whole, and would be known again",
        _EXCHANGES_ASTRAY,
        "hub exchanges show NO tells where it stands; restore a backup, or report it as a defect",
    ),
    Check(
        "EXCHANGE_NUMBER_GAP",
        "exchange numbers have no gaps: no file and no message has gone from the log",
        gaps("exchange", "exchange_no", "exchange"),
        NOT_BY_US,
    ),
    Check(
        "KEY_MISSING",
        "every key of a payment finds it, so that the same money is known again",
        _KEYS_MISSING,
        NOT_BY_US,
    ),
    Check(
        "NUMBER_GIVEN_AGAIN",
        "no number will be given a second time",
        " UNION ALL ".join(_given_again(*numbered) for numbered in _NUMBERED),
        NOT_BY_US,
    ),
    Check("BYTES_MISSING", "the bytes of what came in are kept whole", bytes_missing(Direction.IN), _RESTORE),
    Check(
        "CLAIM_LEFT",
        "no run that has ended claims a payee account",
        _CLAIMS_LEFT,
        "report it: the run should have given its claim back when it ended",
    ),
    Check("STEP_WITHOUT_RUN", "every kept step belongs to a run", _STEPS_ASTRAY, "report it as a defect"),
)
