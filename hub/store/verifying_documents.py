"""Checks of documents that go to debtors: none has gone, each is looked after, and its bytes are kept."""

from __future__ import annotations

from hub.store.verifying_log import HAS_ALL_PARTS, IS_ERASED
from hub.store.verifying_parts import NO_AMOUNT, NOT_BY_US, Check, gaps

_NOBODY_LOOKS_AFTER = f"""
    SELECT 'document ' || d.document_no,
           CASE d.state WHEN 'accepted' THEN 'its way is to be found, and no run does that'
                        WHEN 'held' THEN 'it is held, and no task asks a person about it'
                        WHEN 'left_over' THEN 'it is left over, and nobody is to pass its archive on'
                        ELSE 'it is ' || d.state || ', and ' || CASE
                            WHEN d.exchange_no IS NULL THEN 'has no message'
                            ELSE 'its message is ' || x.state || ', and no round tells it that' END END, {NO_AMOUNT}
    FROM document d
    LEFT JOIN exchange x ON x.tenant = d.tenant AND x.exchange_no = d.exchange_no
    LEFT JOIN task k ON k.tenant = d.tenant AND k.state = 'open' AND k.kind = 'held_document'
                    AND k.subject = CAST(d.document_no AS TEXT)
    WHERE d.tenant = :t AND (
        (d.state = 'held' AND k.task_no IS NULL)
        OR (d.state = 'accepted' AND NOT EXISTS (
            SELECT 1 FROM run r WHERE r.tenant = d.tenant AND r.kind = 'deliver'
            AND r.state IN ('queued', 'running', 'failed')))
        OR (d.state = 'left_over' AND NOT EXISTS (
            SELECT 1 FROM run r WHERE r.tenant = d.tenant AND r.kind IN ('deliver', 'archive')
            AND r.state IN ('queued', 'running', 'failed')) AND NOT EXISTS (
            SELECT 1 FROM archived_file f
            JOIN archived_file g ON g.tenant = f.tenant AND g.archive_no = f.archive_no AND g.fate = 'document'
            JOIN document o ON o.tenant = g.tenant AND o.document_no = g.document_no
            WHERE f.tenant = d.tenant AND f.document_no = d.document_no AND f.fate = 'document'
            AND o.state IN ('accepted', 'sending')))
        OR (d.state IN ('sending', 'sent', 'unknown') AND d.exchange_no IS NULL)
        OR ((x.state = 'undelivered' OR (x.state = 'unknown' AND d.state = 'sending'))
            AND d.state IN ('sending', 'unknown') AND NOT EXISTS (
                SELECT 1 FROM run r WHERE r.tenant = d.tenant AND r.kind = 'round'
                AND r.state IN ('queued', 'running'))))
"""

_STANDS_ELSEWHERE = f"""
    SELECT 'document ' || d.document_no,
           CASE WHEN x.exchange_no IS NULL THEN 'its message is not in the log'
                WHEN s.document_no IS NULL THEN 'its message is of another document or channel'
                ELSE 'it is ' || d.state || ', and its message is ' || x.state END, {NO_AMOUNT}
    FROM document d
    LEFT JOIN exchange x ON x.tenant = d.tenant AND x.exchange_no = d.exchange_no AND x.direction = 'out'
    LEFT JOIN document_step s ON s.tenant = d.tenant AND s.document_no = d.document_no AND s.channel = d.channel
                             AND s.exchange_no = d.exchange_no
    WHERE d.tenant = :t AND d.state IN ('sending', 'sent', 'delivered', 'unknown')
      AND (x.exchange_no IS NULL OR s.document_no IS NULL
           OR (d.state IN ('sent', 'delivered') AND x.state <> 'delivered'))
"""

_SENT_AFTER_ALL = f"""
    SELECT 'exchange ' || x.exchange_no, 'what it carries went another way or was closed, and it is ' || x.state,
           {NO_AMOUNT}
    FROM exchange x
    WHERE x.tenant = :t AND x.direction = 'out' AND x.let_go = 1 AND x.state <> 'undelivered' AND NOT EXISTS (
        SELECT 1 FROM attempt a JOIN event v ON v.tenant = a.tenant AND v.attempt_no = a.attempt_no
        WHERE a.tenant = x.tenant AND a.exchange_no = x.exchange_no
          AND v.kind IN ('attempt_arrived_late', 'attempt_decided'))
"""

_CONTENTS = """
    SELECT tenant, document_no, sha256 FROM document WHERE tenant = :t
    UNION ALL
    SELECT tenant, document_no, pdf_sha256 FROM document WHERE tenant = :t AND pdf_sha256 <> ''
    UNION ALL
    SELECT tenant, document_no, e_invoice_sha256 FROM document WHERE tenant = :t AND e_invoice_sha256 <> ''
"""

_BYTES_MISSING = f"""
    SELECT 'document ' || x.document_no, 'its bytes, or parts of them, are missing', {NO_AMOUNT}
    FROM ({_CONTENTS}) AS x LEFT JOIN content c ON c.tenant = x.tenant AND c.sha256 = x.sha256
    WHERE (c.sha256 IS NULL OR NOT {HAS_ALL_PARTS}) AND NOT {IS_ERASED}
"""

CHECKS = (
    Check(
        "DOCUMENT_NUMBER_GAP",
        "document numbers have no gaps: nothing that was handed over has gone",
        gaps("document", "document_no", "document"),
        NOT_BY_US,
    ),
    Check(
        "DOCUMENT_LEFT",
        "every document that has not ended has a run, a message or a person that looks after it",
        _NOBODY_LOOKS_AFTER,
        "hub documents send NO has the way of a held one found anew; report it as a defect",
    ),
    Check(
        "DOCUMENT_DIFFERS",
        "every document that has gone out stands where its message does",
        _STANDS_ELSEWHERE,
        NOT_BY_US,
    ),
    Check(
        "DOCUMENT_SENT_TWICE",
        "no message is sent whose documents went another way or were closed; one that had arrived before was told",
        _SENT_AFTER_ALL,
        "the documents of that exchange may have come twice: see to it, and report it as a defect",
    ),
    Check(
        "DOCUMENT_BYTES_MISSING",
        "the bytes of every document, and of its rendering, are kept whole",
        _BYTES_MISSING,
        "restore the bytes from a backup; until then the document cannot be sent",
    ),
)
