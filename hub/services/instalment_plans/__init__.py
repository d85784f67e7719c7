"""Instalment plans (*amorteringsplaner*): made, followed up against what is paid, and ended."""

from hub.services.instalment_plans.commands import plan_handlers

__all__ = ["plan_handlers"]
