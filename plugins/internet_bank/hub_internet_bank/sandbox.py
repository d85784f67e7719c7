"""A distributor on this machine, by the hand-off that the plugin's README documents: it reads with its own parser.

An invoice is reported as received when reports are first asked for, and as delivered, or rejected, the next time.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

from hub.contracts import Received
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import LoopbackServer, Request, Response
from hub.loopback.kept_secrets import kept_secret
from hub.loopback.sandbox import LoopbackSandbox, counted_faults, http_faults

FUI = "165560000001.12345678901.ABCD.SE"
BANKGIRO = "9912346"
TEST_PERSON = "191212121212"  # Skatteverket's
REJECTED = {
    "rejected_recipient": {"cause": "recipient", "code": "410"},
    "rejected_document": {"cause": "document", "code": "705"},
    "rejected_issuer": {"cause": "issuer", "code": "801"},
}
REPORT_TWICE = "report_twice"
OWN_FAULTS = (*REJECTED, REPORT_TWICE)
OTHER_TARGETS = ("registrations", "reports")
PAGE = 100
_PARTS = (r"\d{12}", r"\w{11}", r"\w{1,4}", "[A-Z]{2}")


class DistributorSandbox(LoopbackSandbox):
    """The distributor; faults that name no target hit the next invoices."""

    name = "internet_bank"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.desk = Desk(folder / "internet_bank.jsonl")
        self.desk.register(TEST_PERSON, "FMI-1")
        queue = FaultQueue()
        self.server = LoopbackServer(self.desk, queue, port=port)
        orders = {
            **http_faults(queue, "invoices"),
            **counted_faults(self.desk.faults, OWN_FAULTS, self.desk.lock),
        }
        for target in OTHER_TARGETS:
            orders |= http_faults(queue, target, prefix=f"{target}_")
        super().__init__(orders, self.server)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs."""
        return {
            "fui": FUI,
            "issuer_orgnr": "5560000001",
            "agreement_bankgiro": BANKGIRO,
            "ctd": "SANDBOX",
            "address": self.server.address,
            "api_key": "env:SANDBOX_INTERNET_BANK_KEY",
            "registrations_every_min": 1,
            "timeout_s": 20,
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """By the name in `settings`."""
        return {"SANDBOX_INTERNET_BANK_KEY": self.desk.secret}

    @property
    def reaches(self) -> Sequence[str]:
        """The personal numbers of those who are registered."""
        return self.desk.registered()

    def received(self) -> Sequence[Received]:
        """Return what has been taken and not rejected since."""
        return self.desk.received()


class Desk:
    """What the distributor answers and keeps; the file is read again by whoever opens it."""

    def __init__(self, log: Path) -> None:
        self.secret = kept_secret(log.parent, "api_key")
        self.faults: Counter[str] = Counter()
        self._log = log
        self.lock = RLock()
        self._taken: dict[str, dict[str, Any]] = {}  # by key
        self._registrations: list[dict[str, Any]] = []
        self._reports: list[dict[str, Any]] = []
        if log.exists():
            rows = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.endswith("}")]
            self._taken = {row["key"]: row for row in rows}

    def register(self, person: str, fmi: str) -> None:
        """Let a person register."""
        self._registrations.append(self._event("registered", person, fmi))

    def end(self, person: str, fmi: str) -> None:
        """Let a person end it."""
        self._registrations.append(self._event("ended", person, fmi))

    def registered(self) -> Sequence[str]:
        """Return the persons whose registration has not ended."""
        with self.lock:
            last = {row["personal_number"]: row["fmi"] for row in self._registrations if row["event"] == "registered"}
            return [person for person, fmi in last.items() if self._is_active(fmi)]

    def received(self) -> Sequence[Received]:
        """Return what debtors get."""
        with self.lock:
            kept = [row for row in self._taken.values() if not row["rejected"]]
            return [Received(row["fmi"], row["number"], row["sha256"]) for row in kept]

    def target(self, method: str, path: str) -> str:  # noqa: ARG002 - of a Protocol
        """Name the kind of call."""
        return path.strip("/")

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        if request.headers.get("authorization") != f"Bearer {self.secret}":
            return Response(401)
        with self.lock:
            if (request.method, request.path) == ("POST", "/invoices"):
                return self._invoice(request)
            if (request.method, request.path) == ("GET", "/registrations"):
                return _page("registrations", self._registrations, request)
            if (request.method, request.path) == ("GET", "/reports"):
                self._go_on()
                return _page("reports", self._reports, request)
        return Response(404)

    def _invoice(self, request: Request) -> Response:
        key, digest = request.headers.get("idempotency-key", ""), hashlib.sha256(request.body).hexdigest()
        known = self._taken.get(key)
        if known is not None:
            status = 200 if known["message"] == digest else 409
            return _said(status, {"id": known["id"], "key": key})
        said = _object(request.body)
        cause = self._wrong_with(said) if key else "issuer"
        if cause:
            return _said(422, {"cause": cause, "code": "1"})
        number, fmi, pdf = said["invoice"]["number"], said["recipient"]["fmi"], b64decode(said["pdf"]["content"])
        row = {
            "key": key,
            "id": f"ef-{len(self._taken) + 1}",
            "message": digest,
            "delivery_id": said["delivery_id"],
            "fmi": fmi,
            "number": number,
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "rejected": next((fault for fault in REJECTED if self._falls(fault)), ""),
            "turns": 0,
        }
        self._taken[key] = row
        with self._log.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row) + "\n")
        return _said(201, {"id": row["id"], "key": key})

    def _wrong_with(self, said: Mapping[str, Any]) -> str:
        """Return whose matter it is when an invoice is wrong, blank when it is right."""
        try:
            parts = said["issuer"]["fui"].split(".")
            if len(parts) != len(_PARTS) or not all(map(re.fullmatch, _PARTS, parts)):
                return "issuer"
            if not self._is_active(said["recipient"]["fmi"]):
                return "recipient"
            pdf = b64decode(said["pdf"]["content"], validate=True)
            is_right = (
                said["format"] == "reskontra-hub/e-faktura/1"
                and hashlib.sha256(pdf).hexdigest() == said["pdf"]["sha256"]
                and said["invoice"]["currency"] == "SEK"
                and re.fullmatch(r"\d+\.\d\d", said["invoice"]["amount"])
                and said["invoice"]["amount"] != "0.00"
                and re.fullmatch(r"\d{4}-\d\d-\d\d", said["invoice"]["due_date"])
                and said["invoice"]["bankgiro"] == BANKGIRO
                and _checks(said["invoice"]["reference"])
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return "document"
        return "" if is_right else "document"

    def _is_active(self, fmi: str) -> bool:
        events = [row["event"] for row in self._registrations if row["fmi"] == fmi]
        return bool(events) and events[-1] == "registered"

    def _go_on(self) -> None:
        """Report what has come one step further."""
        for row in self._taken.values():
            if row["turns"] < 2:
                row["turns"] += 1
                self._reports += [_report(row)] * (2 if self._falls(REPORT_TWICE) else 1)

    def _falls(self, fault: str) -> bool:
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True

    def _event(self, event: str, person: str, fmi: str) -> dict[str, Any]:
        return {"no": len(self._registrations) + 1, "event": event, "personal_number": person, "fmi": fmi}


def _report(row: Mapping[str, Any]) -> dict[str, Any]:
    end = {"state": "rejected", **REJECTED[row["rejected"]]} if row["rejected"] else {"state": "delivered"}
    told = {"state": "received"} if row["turns"] == 1 else end
    return {"delivery_id": row["delivery_id"], "id": row["id"], "at": "2026-11-23T09:00:00Z", **told}


def _page(name: str, rows: Sequence[Mapping[str, Any]], request: Request) -> Response:
    """Answer with the rows behind a cursor, which is how many were told."""
    told = int(request.query.get("after", ["0"])[0] or 0)
    page = rows[told : told + PAGE]
    end = told + len(page)
    return _said(200, {name: page, "cursor": str(end), "has_more": end < len(rows)})


def _checks(reference: str) -> bool:
    """Say whether digits end in the check digit of modulus 10: every other is doubled, from the right."""
    if not re.fullmatch(r"[0-9]{2,25}", reference):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(reference))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _said(status: int, said: Any) -> Response:
    return Response(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
