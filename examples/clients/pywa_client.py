#!/usr/bin/env python3
"""Sends a message with pywa, a client of Meta's Cloud API, and takes the statuses that an action of `format: "meta"` is told.

    POSTRIDER=http://127.0.0.1:8080 POSTRIDER_KEY=KEY PHONE_ID=… ACTION_SECRET=SECRET ACTION_PORT=9000 pywa_client.py NUMBER TEXT

The action of the settings is http://THIS-HOST:9000/. Needs pywa."""

import http.server
import os
import queue
import sys
import threading

import httpx
from pywa import WhatsApp

told = queue.Queue()


class ToPostrider(httpx.HTTPTransport):
    """pywa knows one host; its requests go to ours. Behind https this is an entry of the name in your resolver, or this."""

    base = httpx.URL(os.environ["POSTRIDER"])

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme=self.base.scheme, host=self.base.host, port=self.base.port)
        return super().handle_request(request)


client = WhatsApp(
    phone_id=os.environ["PHONE_ID"], token=os.environ["POSTRIDER_KEY"], session=httpx.Client(transport=ToPostrider()),
    app_secret=os.environ["ACTION_SECRET"], verify_token="unused", server=None)


@client.on_message_status
def on_status(_, status):
    told.put((status.id, status.status.value))


class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = client.webhook_update_validator(body, self.headers.get("X-Hub-Signature-256"))
        if fault is None:
            client.webhook_update_handler(body)
        self.send_response(200 if fault is None else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


def main(to, text):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["ACTION_PORT"])), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sent = client.send_message(to, text, tracker="order-7")
    while True:
        message, state = told.get(timeout=60)
        if message == sent.id and state in ("delivered", "read"):
            print(message, state)
            return
        if message == sent.id and state == "failed":
            raise SystemExit(f"{message} failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
