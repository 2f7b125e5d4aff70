"""A simulator as a process of its own, and an address that its callbacks go to."""

import http.server
import json
import pathlib
import queue
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

BINARY = pathlib.Path(__file__).resolve().parents[2] / ".build/debug/postrider"

SID, TOKEN = "AC" + "0" * 31 + "1", "twilio-token"
WHATSAPP, SMS, SERVICE = "whatsapp:+15005550006", "+15005550006", "MG" + "0" * 31 + "1"
CONTENT = "HX" + "0" * 31 + "1"
APP, SECRET, ACCESS, VERIFY = "100000000000001", "app-secret", "access-token", "verify-token"
WABA, PHONE, NUMBER = "200000000000001", "300000000000001", "+15550100001"
PERSON, STRANGER = "+393331234567", "+393339999999"

WORLD = {
    "twilio": [{
        "sid": SID, "authToken": TOKEN, "name": "Acme",
        "senders": [{"address": WHATSAPP, "rate": "80/s"}, {"address": SMS, "rate": "100/s", "excess": "queue"}],
        "services": [{"sid": SERVICE, "senders": [WHATSAPP]}],
        "contents": [{"sid": CONTENT, "variables": ["1"]}],
    }],
    "meta": [{
        "id": APP, "secret": SECRET, "token": ACCESS, "verifyToken": VERIFY,
        "wabas": [{
            "id": WABA, "portfolio": "p", "phones": [{"id": PHONE, "number": NUMBER}],
            "templates": [
                {"name": "hello_world", "language": "en_US"},
                {"name": "order_update", "language": "en", "parameters": ["1", "2"]},
                {"name": "named", "language": "it", "parameters": ["first"], "named": True, "header": "TEXT"},
                {"name": "rich", "language": "it", "parameters": ["1"], "header": "IMAGE",
                 "buttons": {"0": "url", "1": "quick_reply"}},
                {"name": "paused", "language": "it", "status": "PAUSED"},
            ],
        }],
    }],
    "portfolios": {"p": 10000},
    "people": [{"address": STRANGER, "windowOpen": False, "optedOut": True}],
    # One update in a webhook: pywa reads no more.
    "life": {"sent": "10ms", "delivered": "10ms", "read": "10ms", "readShare": 1, "batchSize": 1, "review": "10ms"},
}


class Callback:
    def __init__(self, handler, body):
        self.path, self.headers, self.body = handler.path, handler.headers, body
        self.url = f"http://{handler.headers['Host']}{handler.path}"

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


class SimulatedTestCase(unittest.TestCase):
    """One simulator for all tests of a class; `callbacks` has what it called, in that order."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        file = pathlib.Path(folder.name, "world.json")
        cls.callbacks = queue.Queue()
        cls.receiver = cls.receive()
        world = json.loads(json.dumps(WORLD))
        world["meta"][0]["webhookURL"] = cls.receiver + "/webhook"
        world["twilio"][0]["inboundURL"] = cls.receiver + "/inbound"
        file.write_text(json.dumps(world))
        process = subprocess.Popen(
            [BINARY, "simulate", "--listen", "127.0.0.1:0", "--settings", file], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop, process)
        cls.base = process.stdout.readline().split()[-1]

    @staticmethod
    def stop(process):
        process.terminate()
        process.communicate(timeout=10)

    @classmethod
    def receive(cls):
        calls = cls.callbacks

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                calls.put(Callback(self, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def callback(self, wanted):
        """The first that is wanted; the others are of other tests."""
        while True:
            call = self.callbacks.get(timeout=10)
            if found := wanted(call):
                return call if found is True else found

    def control(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + "/_sim" + path, method=method, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def ledger(self):
        return self.control("GET", "/ledger")

    def fault(self, **fault):
        for one in self.control("POST", "/faults", fault)["ids"]:
            self.addCleanup(self.control, "DELETE", f"/faults/{one}")
