"""Checks of messages to the outside: none is forgotten by all, and none has lost its bytes."""

from __future__ import annotations

from hub.store.verifying_log import HAS_ALL_PARTS
from hub.store.verifying_parts import NO_AMOUNT, Check

_NOBODY_SENDS = f"""
    SELECT 'attempt ' || a.attempt_no,
           CASE WHEN r.run_no IS NULL THEN 'it is ' || a.state || ', and its run is not there'
                ELSE 'it is ' || a.state || ', and its run is ' || r.state END, {NO_AMOUNT}
    FROM attempt a LEFT JOIN run r ON r.tenant = a.tenant AND r.run_no = a.run_no
    WHERE a.tenant = :t AND a.state IN ('planned', 'started', 'in_doubt')
      AND (r.run_no IS NULL OR r.state NOT IN ('queued', 'running', 'failed'))
"""

_NOBODY_IS_ASKED = f"""
    SELECT 'attempt ' || a.attempt_no, 'it is ' || a.state || ', and no task asks a person about it', {NO_AMOUNT}
    FROM attempt a
    LEFT JOIN task k ON k.tenant = a.tenant AND k.state = 'open' AND k.kind = a.state || '_attempt'
                    AND k.subject = CAST(a.attempt_no AS TEXT) || ':' || CAST(a.sends AS TEXT)
    WHERE a.tenant = :t AND a.state IN ('unknown', 'given_up') AND k.task_no IS NULL
"""

_BYTES_MISSING = f"""
    SELECT 'attempt ' || a.attempt_no,
           CASE WHEN c.sha256 IS NULL THEN 'its bytes are missing' ELSE 'parts of its bytes are missing' END,
           {NO_AMOUNT}
    FROM attempt a LEFT JOIN content c ON c.tenant = a.tenant AND c.sha256 = a.sha256
    WHERE a.tenant = :t AND (c.sha256 IS NULL OR NOT {HAS_ALL_PARTS})
"""

CHECKS = (
    Check(
        "ATTEMPT_LEFT",
        "every message that is not at an end has a run that carries it",
        _NOBODY_SENDS,
        "hub attempts show NO; report it: the run should have ended its messages",
    ),
    Check(
        "ATTEMPT_WITHOUT_TASK",
        "a person is asked about every message that is unknown or given up",
        _NOBODY_IS_ASKED,
        "ask the other side, then hub attempts decide NO; report it as a defect",
    ),
    Check(
        "MESSAGE_BYTES_MISSING",
        "the bytes of every message are kept whole",
        _BYTES_MISSING,
        "restore the bytes from a backup; until then the message cannot be sent",
    ),
)
