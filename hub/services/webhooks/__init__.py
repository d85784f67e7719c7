"""Notices that other sides post to us: kept at once, and read later by a run."""

from hub.services.webhooks.interpreting import OfPlugin, WebhookRun, read_again
from hub.services.webhooks.keeping import KIND, RUN_KIND, Notice, keep_notice

__all__ = ["KIND", "RUN_KIND", "Notice", "OfPlugin", "WebhookRun", "keep_notice", "read_again"]
