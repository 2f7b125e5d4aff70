"""What is sent to a collector of spans, by the published schema of OpenTelemetry."""

import base64
import json

from common import DEPLOY, Failed, Missing

# In OTLP's JSON these are hexadecimal; protobuf's own JSON has base64 for bytes.
IDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}


def spans():
    """The body that a test of ours holds the program to."""
    try:
        from google.protobuf import json_format
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
    except ImportError:
        raise Missing("opentelemetry-proto") from None
    body = json.loads((DEPLOY / "check/spans.json").read_text())
    for group in body["resourceSpans"]:
        for scope in group["scopeSpans"]:
            for span in scope["spans"]:
                for name in IDS.keys() & span.keys():
                    number = bytes.fromhex(span[name])
                    if len(number) != IDS[name] or span[name] != span[name].lower():
                        raise Failed(f"{name} is {span[name]}")
                    span[name] = base64.b64encode(number).decode()
    try:
        request = json_format.ParseDict(body, ExportTraceServiceRequest(), ignore_unknown_fields=False)
    except json_format.ParseError as fault:
        raise Failed(str(fault)) from None
    group = request.resource_spans[0]
    first, second = group.scope_spans[0].spans
    held = {
        "the service": group.resource.attributes[0].value.string_value == "postrider",
        "the kind": first.kind == Span.SPAN_KIND_CLIENT,
        "the parent": second.parent_span_id == first.span_id and second.trace_id == first.trace_id,
        "the time": first.end_time_unix_nano - first.start_time_unix_nano == 250_001_000,
        "a number": second.attributes[1].value.int_value == 1,
        "the failure": second.status.code == Status.STATUS_CODE_ERROR and not first.HasField("status"),
    }
    if wrong := [name for name, holds in held.items() if not holds]:
        raise Failed(f"read otherwise than it was meant: {', '.join(wrong)}")
    return f"{len(group.scope_spans[0].spans)} spans"
