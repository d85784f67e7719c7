"""Whether a PDF is one that a reader can begin to read: what stands at its two ends, and what its end points at."""

from __future__ import annotations

import re

WITHIN = 1024  # bytes; ISO 32000-2, 7.5.2 and 7.5.5: readers look for begin and end in the first and the last of them
_BEGINS, _ENDS = b"%PDF-", b"%%EOF"
_POINTER = re.compile(rb"startxref[\0\t\n\f\r ]+([0-9]{1,10})[\0\t\n\f\r ]")
_REFERENCES = re.compile(rb"[\0\t\n\f\r ]{0,9}(?:xref|[0-9]{1,10}[\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}obj)")
_ROOT = re.compile(rb"/Root[\0\t\n\f\r ]{0,9}[0-9]{1,10}[\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}R")


def is_whole_pdf(content: bytes) -> bool:
    """Say whether a PDF has its begin, its end, and where that points cross-references with a root (7.5.4 to 7.5.8).

    The last pointer counts: updates write one each. Places are counted from the file's first byte, or from `%PDF-`
    where something stands before it. What is drawn on the pages is not looked at.
    """
    begin = content.find(_BEGINS, 0, WITHIN)
    end = content[-WITHIN:]
    pointers = _POINTER.findall(end)
    if begin < 0 or _ENDS not in end or not pointers:
        return False
    return any(_has_root(content, int(pointers[-1]) + before) for before in {0, begin})


def _has_root(content: bytes, at: int) -> bool:
    return _REFERENCES.match(content, at) is not None and _ROOT.search(content, at) is not None
