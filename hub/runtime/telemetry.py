"""Traces and metrics by OpenTelemetry, where it is installed (extra `telemetry`) and configured; else nothing.

A span for each execution of a run and for each step in it; a counter of ended executions and a histogram of step times.
What they carry are ids, kinds, endings and codes of errors; never an error's text, which may quote what it is about.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from hub.errors import HubError, LedgerError
from hub.runtime.logs import logger
from hub.services.ports import NotOursError

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

SERVICE = "reskontra-hub"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
METRICS_ENDPOINT = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"

_log = logger("telemetry")

try:
    from opentelemetry import metrics, trace
except ImportError:  # the extra is not installed
    _tracer: Any = None
    _ended: Any = None
    _step_time: Any = None
    _webhooks: Any = None
else:
    _tracer = trace.get_tracer(SERVICE)
    _meter = metrics.get_meter(SERVICE)
    _ended = _meter.create_counter("hub.runs.ended", unit="{run}", description="Executions of runs, by ending.")
    _step_time = _meter.create_histogram("hub.step.duration", unit="s", description="Time of each step of a run.")
    _webhooks = _meter.create_counter("hub.webhooks", unit="{notice}", description="Notices posted to us, by outcome.")


@contextmanager
def run_span(kind: str, ids: Mapping[str, Any]) -> Iterator[None]:
    """Trace one execution of a run; `ids` become its attributes."""
    with _span(f"run {kind}", {"hub.run_kind": kind, **{f"hub.{name}": value for name, value in ids.items()}}):
        yield


@contextmanager
def step_span(kind: str, name: str) -> Iterator[None]:
    """Trace one step and measure it; steps of a kind share their name up to a colon."""
    step = name.partition(":")[0]
    began = time.perf_counter()
    with _span(f"step {step}", {"hub.step": name}):
        try:
            yield
        except NotOursError:  # handed on, which is no error
            raise
        except Exception as error:
            _note_error(error.code if isinstance(error, HubError) else LedgerError.code)
            raise
    if _step_time is not None:
        _step_time.record(time.perf_counter() - began, {"hub.run_kind": kind, "hub.step": step})


def run_ended(kind: str, ending: str, code: str = "") -> None:
    """Count one execution that ended, within its span; `code` is that of the error that stopped it."""
    if _tracer is None:
        return
    trace.get_current_span().set_attribute("hub.ending", ending)
    if code:
        _note_error(code)
    _ended.add(1, {"hub.run_kind": kind, "hub.ending": ending})


def webhook_answered(outcome: str) -> None:
    """Count a notice that another side has posted."""
    if _webhooks is not None:
        _webhooks.add(1, {"hub.outcome": outcome})


@contextmanager
def exported() -> Iterator[None]:
    """Send what the block traces and counts where the variables of OpenTelemetry say; nowhere when they say nothing."""
    wants_traces, wants_metrics = (
        bool(os.environ.get(ENDPOINT) or os.environ.get(name)) for name in (TRACES_ENDPOINT, METRICS_ENDPOINT)
    )
    with ExitStack() as stack:
        if wants_traces or wants_metrics:
            try:
                _export(stack, wants_traces=wants_traces, wants_metrics=wants_metrics)
            except ImportError:
                _log.warning("telemetry is not exported", why="install reskontra-hub[telemetry]")
        yield


@contextmanager
def _span(name: str, attributes: Mapping[str, Any]) -> Iterator[None]:
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ):
        yield


def _note_error(code: str) -> None:
    if _tracer is not None:
        span = trace.get_current_span()
        span.set_status(trace.Status(trace.StatusCode.ERROR, code))
        span.set_attribute("error.type", code)


def _export(stack: ExitStack, *, wants_traces: bool, wants_metrics: bool) -> None:
    """Start exporters, which read OTEL_* themselves; what they still hold is sent when the stack ends."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    resource = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
    if wants_traces:
        _export_traces(stack, resource)
    if wants_metrics:
        _export_metrics(stack, resource)


def _export_traces(stack: ExitStack, resource: Resource) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    stack.callback(provider.shutdown)


def _export_metrics(stack: ExitStack, resource: Resource) -> None:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    provider = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource)
    metrics.set_meter_provider(provider)
    stack.callback(provider.shutdown)
