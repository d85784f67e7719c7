"""Checks of messages to the outside: none has gone, none is forgotten by all, and each stands as the feed tells.

What is planned, and every end, is an event, in the transaction that writes it. What a person decides is one too, and
says where the message stands from then on. An attempt's exchange stands where its attempts do.
"""

from __future__ import annotations

from hub.model.exchanges import Direction
from hub.store.verifying_log import bytes_missing
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
    JOIN exchange x ON x.tenant = a.tenant AND x.exchange_no = a.exchange_no
    WHERE a.tenant = :t AND a.state IN ('unknown', 'given_up') AND k.task_no IS NULL AND x.let_go <> 1
"""

# The rule that decides it is `rules/outgoing.py`: here it is said a second time.
_EXCHANGES_DIFFER = f"""
    SELECT 'exchange ' || x.exchange_no,
           CASE WHEN s.state IS NULL THEN 'it goes out, and has no attempt'
                WHEN s.state <> x.state THEN 'it is ' || x.state || ', and by its attempts it is ' || s.state
                ELSE 'it goes out, and has no name by which it would be known again' END, {NO_AMOUNT}
    FROM exchange x
    LEFT JOIN (SELECT exchange_no,
                      CASE WHEN max(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END) = 1 THEN 'delivered'
                           WHEN max(CASE WHEN state = 'unknown' THEN 1 ELSE 0 END) = 1 THEN 'unknown'
                           WHEN max(CASE WHEN state IN ('planned', 'started', 'in_doubt') THEN 1 ELSE 0 END) = 1
                           THEN 'sending' ELSE 'undelivered' END AS state
               FROM attempt WHERE tenant = :t GROUP BY exchange_no) AS s ON s.exchange_no = x.exchange_no
    WHERE x.tenant = :t AND x.direction = 'out'
      AND NOT (s.state IS NULL AND x.state = 'delivered' AND coalesce(x.plugin, '') = '')  -- a person carries it
      AND (s.state IS NULL OR s.state <> x.state OR coalesce(x.idempotency_key, '') = '')
    UNION ALL
    SELECT 'attempt ' || a.attempt_no, 'no exchange that goes out is what it sends', {NO_AMOUNT}
    FROM attempt a
    LEFT JOIN exchange x ON x.tenant = a.tenant AND x.exchange_no = a.exchange_no AND x.direction = 'out'
    WHERE a.tenant = :t AND x.exchange_no IS NULL
"""

_ENDS = "'delivered', 'rejected', 'given_up', 'unknown', 'cancelled'"
_TELLS_AN_END = "v.kind IN ('attempt_" + _ENDS[1:].replace(", '", ", 'attempt_") + ")"
_TELLS_THE_BYTES = f"(v.kind = 'attempt_planned' OR {_TELLS_AN_END})"

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
      AND coalesce(s.state, '') <> CASE WHEN a.state IN ({_ENDS}) THEN a.state ELSE 'planned' END
    UNION ALL
    SELECT 'event ' || v.event_no,
           CASE WHEN a.attempt_no IS NULL THEN 'it tells of an attempt that is not there'
                ELSE 'it tells of another exchange or other bytes than those of its attempt' END, {NO_AMOUNT}
    FROM event v
    LEFT JOIN attempt a ON a.tenant = v.tenant AND a.attempt_no = v.attempt_no
    LEFT JOIN exchange x ON x.tenant = a.tenant AND x.exchange_no = a.exchange_no
    WHERE v.tenant = :t AND v.attempt_no IS NOT NULL
      AND (a.attempt_no IS NULL
           OR ({_TELLS_THE_BYTES} AND NOT (v.data LIKE '%"exchange_no": ' || a.exchange_no || ',%'
                                           AND v.data LIKE '%"sha256": "' || coalesce(x.sha256, '') || '"%')))
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
        "every message stands as the latest event of it tells, and has the bytes that it was planned and ended with",
        _EVENTS_DIFFER,
        NOT_BY_US,
    ),
    Check(
        "MESSAGE_DIFFERS",
        "every exchange that goes out stands where its attempts do, and every attempt is of one",
        _EXCHANGES_DIFFER,
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
        bytes_missing(Direction.OUT),
        "restore the bytes from a backup; until then the message cannot be sent",
    ),
)
