"""Checks of what stands around the books: kept bytes, claims, runs."""

from __future__ import annotations

from hub.store.verifying_parts import NO_AMOUNT, Check

_RESTORE = "restore the bytes from a backup, or ask the sender for the file again; what was posted stands"

_HAS_ALL_PARTS = """
    (SELECT count(*) FROM content_part p WHERE p.tenant = c.tenant AND p.upload = c.upload) = c.parts
"""

_BYTES_MISSING = f"""
    SELECT 'exchange ' || x.exchange_no,
           CASE WHEN c.sha256 IS NULL THEN 'its bytes are missing'
                WHEN c.size <> x.size THEN 'its kept bytes are not as many as the exchange says'
                ELSE 'parts of its bytes are missing' END, {NO_AMOUNT}
    FROM exchange x LEFT JOIN content c ON c.tenant = x.tenant AND c.sha256 = x.sha256
    WHERE x.tenant = :t AND (c.sha256 IS NULL OR c.size <> x.size OR NOT {_HAS_ALL_PARTS})
"""

WHOLE_CONTENTS = f"""
    SELECT min(x.exchange_no), c.sha256, c.size
    FROM content c JOIN exchange x ON x.tenant = c.tenant AND x.sha256 = c.sha256
    WHERE c.tenant = :t AND {_HAS_ALL_PARTS}
    GROUP BY c.sha256, c.size ORDER BY 1
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
    Check("BYTES_MISSING", "the bytes of every exchange are kept whole", _BYTES_MISSING, _RESTORE),
    Check(
        "CLAIM_LEFT",
        "no run that has ended claims a payee account",
        _CLAIMS_LEFT,
        "report it: the run should have given its claim back when it ended",
    ),
    Check("STEP_WITHOUT_RUN", "every kept step belongs to a run", _STEPS_ASTRAY, "report it as a defect"),
)
