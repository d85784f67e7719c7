"""What services need from the outside: one transaction with its repositories, the store, the engine.

`hub.store` implements these by shape. A unit of work is one transaction; a step never commits and opens none itself.
"""

from hub.services.ports.bank_connections import BankFiles
from hub.services.ports.bookkeeping import Comparing, Exporting, LedgerFiles
from hub.services.ports.delivery import Archives, Documents, Handed, Letters, Recipients
from hub.services.ports.dunning import CarriedCharges, Dunning, InterestCharges, Plans
from hub.services.ports.instalment_plans import InstalmentPlans
from hub.services.ports.ledger import Accounts, Books, Commands, Events, Exchanges, JsonObject, Receivables
from hub.services.ports.mandates import MandateRegisters, Mandates, PaymentRequests, SchemeOrders
from hub.services.ports.payments import BankRules, BankStatements, Duplicates, Loading, Lumps, Matching, Queue, Undoing
from hub.services.ports.refunds import Refunds
from hub.services.ports.reports import Purges, Reports
from hub.services.ports.work import (
    Attempts,
    Contents,
    Deliver,
    KeptContent,
    NotOursError,
    PluginValues,
    Runs,
    Schedules,
    Step,
    Store,
    Tell,
    UnitOfWork,
    Work,
)

__all__ = [
    "Accounts",
    "Archives",
    "Attempts",
    "BankFiles",
    "BankRules",
    "BankStatements",
    "Books",
    "CarriedCharges",
    "Commands",
    "Comparing",
    "Contents",
    "Deliver",
    "Documents",
    "Dunning",
    "Duplicates",
    "Events",
    "Exchanges",
    "Exporting",
    "Handed",
    "InstalmentPlans",
    "InterestCharges",
    "JsonObject",
    "KeptContent",
    "LedgerFiles",
    "Letters",
    "Loading",
    "Lumps",
    "MandateRegisters",
    "Mandates",
    "Matching",
    "NotOursError",
    "PaymentRequests",
    "Plans",
    "PluginValues",
    "Purges",
    "Queue",
    "Receivables",
    "Recipients",
    "Refunds",
    "Reports",
    "Runs",
    "Schedules",
    "SchemeOrders",
    "Step",
    "Store",
    "Tell",
    "Undoing",
    "UnitOfWork",
    "Work",
]
