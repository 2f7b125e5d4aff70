#!/usr/bin/env python3
"""Sends a message with requests, waits until it is delivered, and takes what the tenant's action is told of it.

    POSTRIDER=http://127.0.0.1:8080 POSTRIDER_KEY=KEY ACTION_SECRET=SECRET ACTION_PORT=9000 requests_client.py NUMBER TEXT

The action of the settings is http://THIS-HOST:9000/. Needs requests."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import queue
import sys
import threading
import time
import uuid

import requests

told = queue.Queue()


def is_genuine(headers, body, secret, now=time.time):
    """Standard Webhooks: one of the codes is over id, time and body, and the time is recent."""
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    identity, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now() - int(stamp)) > 300:
        return False
    code = base64.b64encode(hmac.digest(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(one, f"v1,{code}") for one in given)


class Action(http.server.BaseHTTPRequestHandler):
    seen = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not is_genuine(self.headers, body, os.environ["ACTION_SECRET"]):
            return self.answer(401)
        # It may come again, under the same id. A real system keeps the ids of a day in its database.
        identity = self.headers["webhook-id"]
        if identity not in self.seen:
            told.put(json.loads(body))
            self.seen.add(identity)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


def main(to, text):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["ACTION_PORT"])), Action)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base, session = os.environ["POSTRIDER"], requests.Session()
    session.headers["Authorization"] = f"Bearer {os.environ['POSTRIDER_KEY']}"

    # After a time-out the same request with the same key is the same send.
    key = str(uuid.uuid4())
    for pause in (0, 1, 2, 4, 8):
        time.sleep(pause)
        try:
            answer = session.post(
                f"{base}/api/whatsapp/send", json={"to": to, "body": text}, headers={"Idempotency-Key": key}, timeout=10)
        except (requests.ConnectionError, requests.Timeout):
            continue
        if answer.status_code not in (429, 503):
            break
    answer.raise_for_status()
    send = answer.json()["id"]

    answer = session.get(f"{base}/api/sends/{send}/wait", params={"for": "delivered", "timeout": 60}, timeout=70)
    answer.raise_for_status()
    print(send, answer.json()["state"])

    while True:
        event = told.get(timeout=60)
        if event.get("id") == send and event.get("state") in ("delivered", "read"):
            print("told of", event["state"])
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
