"""Checks of messages to the outside: none has gone, none is forgotten by all, and each stands as the feed tells.

Every end is an event, in the transaction that writes it. What a person decides is one too, and says where the message
stands from then on. Only a run that goes on after it was cancelled plans its messages again without one.
"""

from __future__ import annotations

from hub.store.verifying_log import HAS_ALL_PARTS
from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

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

_ENDS = "'delivered', 'rejected', 'given_up', 'unknown', 'cancelled'"
_TELLS_AN_END = "v.kind IN ('attempt_" + _ENDS[1:].replace(", '", ", 'attempt_") + ")"

_EVENTS_DIFFER = f"""
    SELECT 'attempt ' || a.attempt_no,
           'it is ' || a.state || CASE WHEN s.kind IS NULL THEN ', and no event tells of it'
                                       ELSE ', and the latest event that tells of it is ' || s.kind END, {NO_AMOUNT}
    FROM attempt a
    LEFT JOIN (
        SELECT v.attempt_no, v.kind,
               CASE WHEN {_TELLS_AN_END} THEN substr(v.kind, length('attempt_') + 1)
                    WHEN v.kind = 'attempt_arrived_late' OR v.data LIKE '%"state": "delivered"%' THEN 'delivered'
                    WHEN v.data LIKE '%"state": "rejected"%' THEN 'rejected' ELSE 'planned' END AS state
        FROM event v
        JOIN (SELECT max(event_no) AS event_no FROM event WHERE tenant = :t AND attempt_no IS NOT NULL
              GROUP BY attempt_no) AS latest ON latest.event_no = v.event_no
        WHERE v.tenant = :t
    ) AS s ON s.attempt_no = a.attempt_no
    WHERE a.tenant = :t
      AND NOT CASE WHEN a.state IN ({_ENDS}) THEN coalesce(s.state, '') = a.state
                   ELSE coalesce(s.state, 'planned') IN ('planned', 'cancelled') END
    UNION ALL
    SELECT 'event ' || v.event_no,
           CASE WHEN a.attempt_no IS NULL THEN 'it tells of an attempt that is not there'
                ELSE 'it tells of other bytes than those of its attempt' END, {NO_AMOUNT}
    FROM event v LEFT JOIN attempt a ON a.tenant = v.tenant AND a.attempt_no = v.attempt_no
    WHERE v.tenant = :t AND v.attempt_no IS NOT NULL
      AND (a.attempt_no IS NULL OR ({_TELLS_AN_END} AND v.data NOT LIKE '%"sha256": "' || a.sha256 || '"%'))
"""

CHECKS = (
    Check(
        "ATTEMPT_NUMBER_GAP",
        "attempt numbers have no gaps: no message has gone",
        gaps("attempt", "attempt_no", "attempt"),
        NOT_BY_US,
    ),
    Check(
        "ATTEMPT_DIFFERS",
        "every message stands as the latest event of it tells, and had the bytes that the event of its end names",
        _EVENTS_DIFFER,
        NOT_BY_US,
    ),
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
