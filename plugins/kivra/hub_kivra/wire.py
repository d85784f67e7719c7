"""Reading what Kivra answers: objects of JSON, error codes, and the id to quote when its support is asked."""

from __future__ import annotations

import json
import re
from typing import Any

from hub.transports.https import Answer

_CODE = re.compile(r"[1-5][0-9]{4}")
_CORRELATION = re.compile(r"[0-9A-Za-z._-]{1,64}")


def json_object(content: bytes) -> dict[str, Any]:
    """Return an object of JSON; empty when the content is none."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def own_code(answer: Answer) -> int | None:
    """Return the code that Kivra gives, None when the answer is not Kivra's: a gateway's, or another server's."""
    for said in (json_object(answer.content).get("code"), answer.headers.get("x-error-code")):
        if _CODE.fullmatch(str(said)):
            return int(str(said))
    return None


def code_of(answer: Answer) -> int:
    """Return the code of a refusal: Kivra's where its first digits are the status, else the status with 00 behind."""
    code = own_code(answer)
    return code if code is not None and code // 100 == answer.status else answer.status * 100


def told(answer: Answer) -> str:
    """Say what was answered, for people: Kivra's texts are left out, since they may repeat what we had sent."""
    correlation = answer.headers.get("x-correlation-id", "")
    behind = f" (correlation id {correlation})" if _CORRELATION.fullmatch(correlation) else ""
    return f"Kivra answered {code_of(answer)}{behind}"
