"""The same work as Ingest's for one kind of webhook, as one would write it with FastAPI and aiokafka."""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response
from urllib.parse import parse_qsl

TOKEN = os.environ["TOKEN"].encode()
BASE = os.environ["BASE"]
ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.producer = AIOKafkaProducer(
        bootstrap_servers=os.environ["BOOTSTRAP"], acks="all", enable_idempotence=True, linger_ms=1)
    await app.state.producer.start()
    yield
    await app.state.producer.stop()


app = FastAPI(lifespan=lifespan)


@app.post("/whatsapp/callback/{tenant}/{company}")
async def callback(tenant: str, company: str, request: Request) -> Response:
    fields = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    url = f"{BASE}{request.url.path}?{request.url.query}"
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    code = base64.b64encode(hmac.new(TOKEN, signed.encode(), hashlib.sha1).digest())
    if not hmac.compare_digest(code, request.headers.get("x-twilio-signature", "").encode()):
        return Response(status_code=403)
    sid = fields["MessageSid"]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {
        "provider": "twilio", "account": fields["AccountSid"],
        "tenant": {"app": tenant, "company": company},
        "send": request.query_params.get("send"),
        "attempt": int(request.query_params.get("attempt", 0)), "providerId": sid,
        "status": fields["MessageStatus"], "to": fields["To"], "from": fields["From"],
        "receivedAt": now, "raw": fields,
    }
    token = request.headers.get("i-twilio-idempotency-token", "")
    trace = f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01".encode()
    headers = [
        ("ce_specversion", b"1.0"), ("ce_id", f"{fields['AccountSid']}:{token}".encode()),
        ("ce_source", b"postrider/ingest"), ("ce_type", b"postrider.callback.v1"),
        ("ce_time", now.encode()), ("ce_subject", sid.encode()),
        ("content-type", b"application/json"), ("traceparent", trace), ("ce_traceparent", trace),
    ]
    await app.state.producer.send_and_wait(
        "callbacks", json.dumps(event).encode(), key=sid.encode(), headers=headers)
    return Response(ANSWER, media_type="text/xml")
