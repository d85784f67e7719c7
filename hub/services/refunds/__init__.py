"""Refunds (*återbetalningar*): asked for or planned, approved, ordered by file, and true when a statement says so."""

from hub.services.refunds.answering import AnswerRun
from hub.services.refunds.commands import REFUND_HANDLERS
from hub.services.refunds.following import follow_refunds
from hub.services.refunds.ordering import RUN_KIND as ORDERING
from hub.services.refunds.ordering import OrderRun
from hub.services.refunds.planning import RUN_KIND as PLANNING
from hub.services.refunds.planning import PlanRun
from hub.services.refunds.writers import OrderWriters

__all__ = [
    "ORDERING",
    "PLANNING",
    "REFUND_HANDLERS",
    "AnswerRun",
    "OrderRun",
    "OrderWriters",
    "PlanRun",
    "follow_refunds",
]
