#!/usr/bin/env python3
"""Sends a message with Twilio's own client, waits until it is delivered, and takes its StatusCallbacks. Of software that speaks
with Twilio one line changes.

    POSTRIDER=http://127.0.0.1:8080 TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… CALLBACK_PORT=9000 twilio_client.py FROM TO TEXT

Needs twilio. An address such as 127.0.0.1:9000 has to stand in the sender's `statusCallbacks.privateHosts`."""

import http.server
import os
import queue
import sys
import threading
import time
import urllib.parse

from twilio.request_validator import RequestValidator
from twilio.rest import Client

told = queue.Queue()
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])


class Callback(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        url = f"http://{self.headers['Host']}{self.path}"
        is_genuine = validator.validate(url, form, self.headers.get("X-Twilio-Signature", ""))
        if is_genuine:
            told.put(form)
        self.send_response(204 if is_genuine else 403)
        self.end_headers()

    def log_message(self, *_):
        pass


def main(sender, to, text):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["CALLBACK_PORT"])), Callback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
    client.api.base_url = os.environ["POSTRIDER"]  # The line.

    message = client.messages.create(
        from_=sender, to=to, body=text, status_callback=f"http://127.0.0.1:{server.server_port}/status#rc=3&rp=all")
    deadline = time.monotonic() + 60
    while (found := message.fetch()).status not in ("delivered", "read"):
        if found.status in ("failed", "undelivered", "canceled") or time.monotonic() > deadline:
            raise SystemExit(f"{message.sid} is {found.status}: {found.error_code}")
        time.sleep(0.2)
    print(message.sid, found.status)

    while True:
        form = told.get(timeout=60)
        if form["MessageSid"] == message.sid and form["MessageStatus"] in ("delivered", "read"):
            print("told of", form["MessageStatus"])
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
