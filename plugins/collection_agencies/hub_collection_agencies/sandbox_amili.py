"""What Amili answers on this machine: its resources as its documentation has them. Nothing of the adapter.

Its books are those of any agency here; what is asked for is shown in Amili's words.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_collection_agencies.sandbox_books import AgencyBooks, AgencyCase

POST, ASK = "post", "ask"
OWN_FAULTS = ("unknown_status", "crediting_error", "odd_category")
_RESOURCES = ("case--registrations", "creditor--payments", "creditor--creditings", "creditor--cancellations")
_LISTS = (*_RESOURCES, "cases", "finance--payout-specifications")
_STAGES = {
    "transferred": ("initializing", "initialized"),
    "reminder_sent": ("reminder", "reminder"),
    "krav_sent": ("debt_collection", "debt_collection_active"),
}
Values = dict[str, Any]


class Refused(Exception):
    """A request that is refused, with the field that is wrong."""

    def __init__(self, status: int, field: str = "") -> None:
        self.status, self.field = status, field
        super().__init__(field)


class AmiliService:
    """The interface of one account."""

    def __init__(self, folder: Path, key: str, account: str, creditors: set[str]) -> None:
        self.books = AgencyBooks(folder / "amili.jsonl")
        self.taken: dict[str, list[Values]] = {name: [] for name in _RESOURCES}
        self.key, self.account, self.creditors = key, account, creditors
        self.faults: Counter[str] = Counter()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._file = folder / "amili_taken.jsonl"
        self._updated: dict[str, tuple[int, str]] = {}
        self._by_invoice: dict[str, list[Values]] = {}
        for line in self._file.read_text("utf-8").splitlines() if self._file.exists() else ():
            item = json.loads(line)
            self._keep(item.pop("resource"), item)

    def target(self, method: str, path: str) -> str:
        """Return what faults are ordered under."""
        name = path.strip("/").partition("/")[0]
        return "" if name not in _LISTS else POST if method == "POST" else ASK

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - it has none of its own
        """Answer a request."""
        try:
            with self.books.lock:
                return self._answered(request)
        except Refused as refused:
            said = {"_status": "ERR", "_issues": {refused.field: "invalid"}, "_error": {"code": refused.status}}
            return Response(refused.status, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def end_of_day(self, day: str) -> None:
        """End what is done."""
        with self.books.lock:
            for case, code in self.books.done():
                self.books.close(case.number, code, day)

    def _answered(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != self.key:
            raise Refused(HTTPStatus.UNAUTHORIZED, "X-API-Key")
        name, _, id_ = request.path.strip("/").partition("/")
        if name not in _LISTS:
            raise Refused(HTTPStatus.NOT_FOUND)
        if request.method == "POST" and name in _RESOURCES:
            return _said(HTTPStatus.CREATED, self._post(name, request.body))
        if request.method != "GET":
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
        query = {name: values[-1] for name, values in request.query.items()}
        items = list(self._listed(name, json.loads(query.get("where", "{}"))))
        if id_:
            found = next((item for item in items if item["_id"] == id_), None)
            if found is None:
                raise Refused(HTTPStatus.NOT_FOUND)
            return _said(HTTPStatus.OK, found)
        return _said(HTTPStatus.OK, _page(items, query))

    def _post(self, name: str, body: bytes) -> Values:
        said = _object(body)
        if said.get("creditor") not in self.creditors:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "creditor")
        made = {"registrations": self._register, "payments": self._payment, "creditings": self._crediting}
        added = made.get(name.rpartition("--")[2], self._cancellation)(said)
        stamp = self._stamp()
        id_ = hashlib.sha256(f"{name} {len(self.taken[name])}".encode()).hexdigest()[:24]
        item = {"_id": id_, "_created": stamp, "_updated": stamp, "_etag": id_, "_status": "OK", **said, **added}
        item["sha256"] = hashlib.sha256(body).hexdigest()
        self._keep(name, item)
        with self._file.open("a", encoding="utf-8") as kept:
            kept.write(f"{json.dumps({'resource': name, **item}, default=str)}\n")
        return item

    def _keep(self, name: str, item: Values) -> None:
        self.taken[name].append(item)
        for debt in item.get("debts", ()):
            self._by_invoice.setdefault(str(debt["invoice_number"]), []).append(item)

    def _register(self, said: Values) -> Values:
        if said.get("account") != self.account or said.get("currency") != "SEK":
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "account")
        step = {"reminder": "remind", "debt_collection": "collect"}.get(str(said.get("first_action")))
        customer, debts = said.get("customer"), said.get("debts")
        if step is None or not isinstance(debts, list) or not debts or not isinstance(customer, dict):
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "first_action")
        if not str(customer.get("id_number", "")).isdigit() or not customer.get("name"):
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "customer")
        cases = [self._case(said, debt, step, customer) for debt in debts]
        references = [f"9{case.number[1:]}" for case in cases]
        return {
            "_cases": [case.number for case in cases],
            "_ocr_numbers": references,
            "_ocr_numbers_ocr": references,
        }

    def _case(self, said: Values, debt: Values, step: str, customer: Values) -> AgencyCase:
        _day(debt.get("invoice_date"))
        charged = debt.get("fees_already_claimed", {}).get("reminder", {})
        return self.books.register(
            claim_id="",
            invoice_no=str(debt["invoice_number"]),
            order_key="",
            creditor=said["creditor"],
            debtor=customer["id_number"],
            step=step,
            day=self.now().date().isoformat(),
            capital=_ore(debt.get("capital_to_claim")),
            interest=0,
            fee=_ore(charged.get("amount", Decimal(0))),
        )

    def _payment(self, said: Values) -> Values:
        case, amount_ore = self._found(said), _ore(said.get("amount"))
        _day(said.get("bank_transaction_date"))
        parts: dict[str, int] = {}
        left_ore = amount_ore
        for bucket in ("interest", "fee"):
            parts[bucket] = min(left_ore, max(case.left[bucket], 0))
            left_ore -= parts[bucket]
        self.books.direct_payment(
            case.number, said.get("creditor_payment_reference", ""), {**parts, "capital": left_ore}
        )
        return {"_payment_status": "completed"}

    def _crediting(self, said: Values) -> Values:
        case, amount_ore = self._found(said), _ore(said.get("amount"))
        if self._falls("crediting_error"):
            return {"status": "error", "settled_amount": 0, "status_reason_locale": "cannot be credited"}
        self.books.credit(case.number, said.get("creditor_reference", ""), amount_ore)
        return {"status": "completed", "settled_amount": str(said["amount"])}

    def _cancellation(self, said: Values) -> Values:
        case = self._found(said)
        warning = bool(case.closed) or case.is_recalled
        if not warning:
            self.books.recall(case.number, "")
        return {"_cancellation_status": "warning" if warning else "completed"}

    def _found(self, said: Values) -> AgencyCase:
        if ("case" in said) == ("invoice_number" in said) or said.get("origin") != "creditor_system":
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "case")
        case = self.books.find(number=said.get("case", ""), invoice_no=said.get("invoice_number", ""))
        if case is None or case.creditor != said["creditor"]:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "case")
        return case

    def _listed(self, name: str, where: Values) -> Iterator[Values]:
        """Yield what may be asked for; a registration is found by its invoice without looking at all."""
        if name in _RESOURCES:
            invoice = where.get("debts.invoice_number")
            items = self.taken[name] if invoice is None else self._by_invoice.get(invoice, [])
            yield from ({k: v for k, v in item.items() if k != "sha256"} for item in items)
        elif name == "cases":
            yield from (self._shown(case) for case in self.books.cases.values())
        else:
            yield from self._specifications()

    def _shown(self, case: AgencyCase) -> Values:
        state, status = (
            ("closed", "closed") if case.closed else _STAGES.get(case.stage, ("debt_collection", case.stage))
        )
        if case.is_open and self._falls("unknown_status"):
            state, status = "never_heard_of", "never_heard_of"
        changed, stamp = self._updated.get(case.number, (0, ""))
        if changed != case.changed:
            stamp = self._stamp()
            self._updated[case.number] = (case.changed, stamp)
        return {
            "_id": case.number,
            "_etag": f"{case.number}-{case.changed}",
            "_updated": stamp,
            "debt": {"invoice_number": case.invoice_no, "initial_capital": _kronor(case.handed["capital"])},
            "customer_id_number": case.debtor,
            "state": state,
            "status": status,
            "latest_state_date": stamp,
            "closed": bool(case.closed),
            "total_remaining_capital_amount": _kronor(max(case.left["capital"], 0)),
        }

    def _specifications(self) -> Iterator[Values]:
        for payout in self.books.payouts:
            day = format_datetime(datetime.fromisoformat(f"{payout['day']}T12:00:00+00:00"), usegmt=True)
            for place, row in enumerate(payout["rows"]):
                parts = {"capital": row["capital"], "interest": row["interest"], "reminder_fee": row["fee"]}
                kept = {"commission": -row["commission"]}
                for category, amount_ore in {**parts, **kept}.items():
                    if amount_ore:
                        vat_ore = -row["vat"] if category == "commission" else 0
                        word = "never_heard_of" if self._falls("odd_category") else category
                        yield {
                            "_id": f"{payout['reference']}-{place}-{category}",
                            "_created": day,
                            "_updated": day,
                            "booking_date": day,
                            "article": category,
                            "state": "paid",
                            "amount": _kronor(amount_ore),
                            "vat_amount": _kronor(vat_ore),
                            "total_amount": _kronor(amount_ore + vat_ore),
                            "finance_category": word,
                            "payout_reference": payout["reference"],
                            "invoice_number": row["invoice_no"],
                        }

    def _stamp(self) -> str:
        return format_datetime(self.now(), usegmt=True)

    def _falls(self, fault: str) -> bool:
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True


def _page(items: list[Values], query: dict[str, str]) -> Values:
    where = json.loads(query.get("where", "{}"))
    found = [item for item in items if all(_holds(item, name.split("."), wanted) for name, wanted in where.items())]
    sort = query.get("sort", "_created")
    name = sort.removeprefix("-")
    found.sort(key=lambda item: parsedate_to_datetime(item.get(name) or item["_updated"]), reverse=sort.startswith("-"))
    page, most = int(query.get("page", "1")), int(query.get("max_results", "25"))
    return {
        "_items": found[(page - 1) * most : page * most],
        "_meta": {"page": page, "max_results": most, "total": len(found)},
    }


def _holds(value: Any, path: list[str], wanted: Any) -> bool:
    if isinstance(value, list):
        return any(_holds(one, path, wanted) for one in value)
    if path:
        return isinstance(value, dict) and _holds(value.get(path[0]), path[1:], wanted)
    if isinstance(wanted, dict):
        return parsedate_to_datetime(value) >= parsedate_to_datetime(wanted["$gte"])
    return bool(value == wanted)


def _object(body: bytes) -> Values:
    try:
        said = json.loads(body, parse_float=Decimal)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None
    if not isinstance(said, dict):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return said


def _ore(amount: Any) -> int:
    """Return an amount in öre; it must be a number of kronor, above zero or zero, with at most two decimals."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount < 0 or (amount * 100) % 1:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "amount")
    return int(amount * 100)


def _kronor(amount_ore: int) -> Decimal:
    return Decimal(amount_ore) / 100


def _day(said: Any) -> None:
    try:
        parsedate_to_datetime(str(said))
    except (TypeError, ValueError):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "date") from None


def _said(status: int, said: Values) -> Response:
    return Response(status, _dumped(said).encode(), {"Content-Type": "application/json"})


def _dumped(value: Any) -> str:
    """Return JSON in which amounts are numbers."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_dumped(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dumped, value)) + "]"
    return json.dumps(value)
