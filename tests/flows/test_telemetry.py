"""Traces and metrics: what they hold, what they never hold, where they go, and that nothing needs the package."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from engine_home import make_home
from hub_processes import Process
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from hub.demo.folder import BGMAX, DemoFolder
from hub.errors import DataError
from hub.runtime import telemetry
from hub.runtime.carrying import Body, Carrier
from hub.runtime.facade import Hub
from hub.services.ports import JsonObject, Work
from hub.testing.killing.nursery import Nursery

PERSON = "19121212-1212"
IDS = {"hub.run_kind", "hub.tenant", "hub.run_id", "hub.node", "hub.exchange_no", "hub.step", "hub.ending"}


@pytest.fixture
def demo(opened_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    database = shutil.copy(opened_database, tmp_path / "hub.sqlite")
    return make_home(tmp_path / "home", f"sqlite:///{database}", monkeypatch)


@pytest.fixture
def hub(demo: DemoFolder) -> Iterator[Hub]:
    with Hub.open(demo.home) as opened:
        yield opened


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is traced."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("test"))
    return exporter


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> InMemoryMetricReader:
    """What is counted and measured."""
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader], shutdown_on_exit=False).get_meter("test")
    monkeypatch.setattr(telemetry, "_ended", meter.create_counter("ended"))
    monkeypatch.setattr(telemetry, "_step_time", meter.create_histogram("step"))
    return reader


def points(reader: InMemoryMetricReader, name: str) -> list[Any]:
    data = reader.get_metrics_data()
    assert data is not None
    found = [one for part in data.resource_metrics for scope in part.scope_metrics for one in scope.metrics]
    return [point for one in found if one.name == name for point in one.data.data_points]


def failing(hub: Hub, error: Exception) -> Body:
    """Return the body of a run, queued here, whose step fails."""
    with hub._work.store.write() as work:
        work.runs.enqueue("odd:1", "odd", {})

    def fail(*_: object) -> JsonObject:
        raise error

    def body(work: Work, _input: JsonObject) -> JsonObject:
        return work.step("read:1", fail, {})

    return body


def test_steps_stand_below_their_run_and_hold_ids_alone(
    demo: DemoFolder, hub: Hub, spans: InMemorySpanExporter, metrics: InMemoryMetricReader
) -> None:
    receipt = hub.receive(demo.file(BGMAX))

    by_name: dict[str, ReadableSpan] = {span.name: span for span in spans.get_finished_spans()}
    run = by_name["run ingest"]
    assert run.attributes == {
        "hub.run_kind": "ingest",
        "hub.tenant": "nordvik",
        "hub.run_id": receipt.run_id,
        "hub.node": "home",
        "hub.exchange_no": receipt.exchange.number,
        "hub.ending": "done",
    }
    below = [span.name for span in by_name.values() if span.parent and span.parent.span_id == run.context.span_id]
    assert below == ["step judge", "step post", "step finish"]
    assert {name for span in by_name.values() for name in span.attributes or {}} <= IDS
    assert by_name["run round"].parent is None
    endings = {(p.attributes["hub.run_kind"], p.attributes["hub.ending"]): p.value for p in points(metrics, "ended")}
    assert endings == {("ingest", "done"): 1, ("round", "done"): 1}
    steps = {p.attributes["hub.step"] for p in points(metrics, "step")}
    in_rounds = {
        "known_accounts",
        "known_statements",
        "look_after",
        "follow_documents",
        "follow_cases",
        "follow_refunds",
    }
    assert steps == {"judge", "post", "finish"} | in_rounds


@pytest.mark.parametrize(
    ("error", "code"), [(DataError(f"no such person: {PERSON}"), "DATA"), (KeyError(PERSON), "LEDGER")]
)
def test_an_error_is_told_by_its_code_and_never_by_its_text(
    hub: Hub, spans: InMemorySpanExporter, metrics: InMemoryMetricReader, error: Exception, code: str
) -> None:
    Carrier(hub._work.store, {"odd": failing(hub, error)}).carry_out("odd:1")

    step, run = spans.get_finished_spans()
    assert (step.name, run.name) == ("step read", "run odd")
    for span in (step, run):
        assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, code)
        assert span.attributes is not None
        assert span.attributes["error.type"] == code
        assert span.events == ()
        assert PERSON[:8] not in span.to_json()  # its end alone may stand in a time
    assert [point.attributes["hub.ending"] for point in points(metrics, "ended")] == ["failed"]


def test_nothing_breaks_without_the_package(demo: DemoFolder) -> None:
    program = (
        "import gc, sys",
        "gc.disable()",  # as the command does while it imports
        "sys.modules['opentelemetry'] = None",
        "from pathlib import Path",
        "from hub.runtime.facade import Hub",
        "from hub.runtime.logs import log_to_stderr",
        "from hub.runtime.telemetry import exported",
        "log_to_stderr(as_json=True)",
        "with exported(), Hub.open(Path(sys.argv[1])) as hub:",
        "    print(hub.receive(Path(sys.argv[2])).run_state)",
    )
    found = subprocess.run(
        [sys.executable, "-c", "\n".join(program), demo.home, demo.file(BGMAX)],
        env={**os.environ, telemetry.ENDPOINT: "http://127.0.0.1:9"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert found.stdout == "done\n"
    assert "install reskontra-hub[telemetry]" in found.stderr


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Take in what is sent by OTLP over HTTP; yield the address, and a list of (path, body)."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_serve_exports_where_the_variables_say(
    demo: DemoFolder, hub: Hub, monkeypatch: pytest.MonkeyPatch, nursery: Nursery
) -> None:
    with collector() as (address, received):
        monkeypatch.setenv(telemetry.ENDPOINT, address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        process = Process(nursery, ("serve", "--home", demo.home))
        process.wait_for("node works")
        hub.receive(demo.file(BGMAX))
        process.send_signal(signal.SIGTERM)
        assert process.ends(within_s=30) == 0

    traces = [ExportTraceServiceRequest.FromString(body) for path, body in received if path == "/v1/traces"]
    parts = [part for sent in traces for part in sent.resource_spans]
    services = {
        one.value.string_value for part in parts for one in part.resource.attributes if one.key == "service.name"
    }
    assert services == {telemetry.SERVICE}
    names = {span.name for part in parts for scope in part.scope_spans for span in scope.spans}
    assert {"run ingest", "step judge"} <= names
    measured = [ExportMetricsServiceRequest.FromString(body) for path, body in received if path == "/v1/metrics"]
    scopes = [scope for sent in measured for part in sent.resource_metrics for scope in part.scope_metrics]
    assert {one.name for scope in scopes for one in scope.metrics} >= {"hub.runs.ended", "hub.step.duration"}
