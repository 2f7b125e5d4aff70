"""postrider and the simulator, with something of each kind in them."""

import hashlib
import hmac
import json
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PROGRAM = ".build/debug/postrider"


def use(program):
    global PROGRAM
    PROGRAM = program


KEY, READER = "a-key-for-the-check-of-the-console", "a-key-that-reads-only"
APP_SECRET, PHONE, WABA = "demo-meta-app-secret-00000000000", "300000000000001", "200000000000001"
FAST = "300000000000002"
# Of these nobody hears whether they went out.
DOUBTED = ["+393990000001", "+393990000002"]

# What strangers write in the hope that somebody's page takes it for markup or for a script.
ATTACKS = [
    "<script>window.struck=1</script>", "<img src=x onerror=window.struck=1>", "\"><svg onload=window.struck=1>",
    "'><iframe srcdoc='<script>parent.struck=1</script>'>", "javascript:window.struck=1//", "{{constructor.constructor('window.struck=1')()}}",
    "${window.struck=1}", "</title><script>window.struck=1</script>", "<a href=javascript:window.struck=1>here</a>",
    "<style>*{display:none}</style>", "<base href=//evil.example/>", "<form action=//evil.example><input name=key></form>",
    "<math><mtext><table><mglyph><style><img src onerror=window.struck=1>", "\u202eltr\u2066<b>", "<meta http-equiv=refresh content=0;url=//evil.example>",
    "data:text/html,<script>window.struck=1</script>", "<details open ontoggle=window.struck=1>", "&lt;script&gt;", "\\u003cscript\\u003e",
]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class World:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.folder.name)
        self.api, self.console, self.providers = free_port(), free_port(), free_port()
        hooks = f"http://127.0.0.1:{self.api}/api/whatsapp/webhook"
        settings = path / "settings.json5"
        (path / "prices.csv").write_text("from,market,category,currency,price\n2026-01-01,IT,service,EUR,0.005\n2026-01-01,IT,marketing,EUR,0.0691\n2026-01-01,IT,utility,EUR,0.03\n")
        self.settings = settings
        settings.write_text(f"""{{
          listen: "127.0.0.1:{self.api}", publicURL: "http://127.0.0.1:{self.api}", console: "127.0.0.1:{self.console}",
          log: "embedded:log.db", store: "sqlite:store.db", spool: {{ path: "spool.db" }}, answerTimeout: "2s",
          secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
          apiKeys: ["{KEY}", {{ key: "{READER}", scopes: ["read"] }}],
          assistants: [{{ name: "helper", url: "http://127.0.0.1:{self.providers}/v1/chat/completions", model: "m", apiKey: "demo-assistant-key",
            instructions: "You help." }}],
          defaultSender: "main", prices: {{ file: "prices.csv" }}, agents: [{{ name: "carla" }}, {{ name: "dino" }}],
          senders: [
            {{ id: "main", provider: "meta", phoneNumberId: "{PHONE}", wabaId: "{WABA}", portfolio: "400000000000001",
              accessToken: "demo-meta-access-token", appSecret: "{APP_SECRET}", verifyToken: "demo-meta-verify-token",
              baseURL: "http://127.0.0.1:{self.providers}/v24.0" }},
            {{ id: "fast", provider: "meta", phoneNumberId: "{FAST}", wabaId: "{WABA}", portfolio: "400000000000001",
              accessToken: "demo-meta-access-token", appSecret: "{APP_SECRET}", verifyToken: "demo-meta-verify-token",
              baseURL: "http://127.0.0.1:{self.providers}/v24.0", budget: {{ rate: "1000/s", daily: null, inFlight: 500, pair: null }} }},
            {{ id: "sms", provider: "twilio", from: "+15005550006", accountSid: "AC00000000000000000000000000000de0",
              authToken: "demo-twilio-auth-token-0000000000", baseURL: "http://127.0.0.1:{self.providers}" }},
          ],
        }}""")
        (path / "world.json").write_text(json.dumps({
            "port": self.providers, "assistant": {"key": "demo-assistant-key"}, "portfolios": {"400000000000001": 1000000},
            "meta": [{"id": "100000000000001", "secret": APP_SECRET, "token": "demo-meta-access-token", "verifyToken": "demo-meta-verify-token",
                      "wabas": [{"id": WABA, "portfolio": "400000000000001", "phones": [
                          {"id": PHONE, "number": "+15550100001"}, {"id": FAST, "number": "+15550100002", "rate": "2000/s"}],
                          "templates": [{"name": "hello_world", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "body": "Hello World"},
                                        {"name": "order_sent", "language": "it", "status": "APPROVED", "category": "UTILITY", "parameters": ["1", "2"],
                                         "body": "Ciao {{1}}, il tuo ordine {{2}} è partito."}]}]}],
            "twilio": [{"sid": "AC00000000000000000000000000000de0", "authToken": "demo-twilio-auth-token-0000000000",
                        "senders": [{"address": "+15005550006"}]}],
        }))
        self.log = path / "log"
        self.running = [
            subprocess.Popen([PROGRAM, "simulate", "--settings", str(path / "world.json")],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
            subprocess.Popen([PROGRAM, "up", "--config", str(settings)], stdout=self.log.open("w"), stderr=subprocess.STDOUT),
        ]
        self.wait("postrider", lambda: self.ask("GET", f"http://127.0.0.1:{self.api}/readyz"))
        self.simulate("PUT", "/_sim/callbacks", {"inboundURL": hooks, "webhookURL": hooks})
        for number in DOUBTED:
            for kind in ("cut-after", "lose-callback"):
                self.simulate("POST", "/_sim/faults", {"kind": kind, "recipient": number})

    @property
    def address(self):
        return f"http://127.0.0.1:{self.console}"

    def close(self):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            process.wait(30)
        self.folder.cleanup()

    @staticmethod
    def wait(what, look, seconds=30):
        end = time.monotonic() + seconds
        while True:
            try:
                found = look()
                if found:
                    return found
            except (urllib.error.URLError, ConnectionError):
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come")
            time.sleep(0.1)

    @staticmethod
    def ask(method, url, body=None, headers=None):
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers or {}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text[:1] in (b"{", b"[") else text or b"ok"

    def call(self, method, path, body=None, headers=None):
        return self.ask(method, f"http://127.0.0.1:{self.api}{path}", body, {"Authorization": f"Bearer {KEY}", **(headers or {})})

    def simulate(self, method, path, body):
        return self.ask(method, f"http://127.0.0.1:{self.providers}{path}", body)

    def receive(self, number, name, text, kind="text"):
        """As Meta tells of a message, signed."""
        message = {"from": number, "id": f"wamid.{hashlib.sha1((number + text).encode()).hexdigest()}",
                   "timestamp": str(int(time.time())), "type": kind, "text": {"body": text}}
        if kind == "document":
            del message["text"]
            message["document"] = {"id": "1", "filename": text, "caption": text, "mime_type": "application/pdf", "sha256": "x"}
        self.webhook({"contacts": [{"profile": {"name": name}, "wa_id": number}], "messages": [message]})

    def webhook(self, value):
        body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [{"field": "messages", "value": {
            "messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550100001", "phone_number_id": PHONE}, **value}}]}]}).encode()
        code = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.ask("POST", f"http://127.0.0.1:{self.api}/api/whatsapp/webhook", body,
                 {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={code}"})

    def stock(self):
        """People who write, sends in every state that the rooms show, a doubt, a campaign, and the attacks wherever strangers write."""
        self.receive("393331110001", "Ada Rossi", "Buongiorno, è arrivato il mio ordine?")
        self.receive("393331110002", "Bruno Verdi", "Grazie!")
        for place, attack in enumerate(ATTACKS):
            self.receive(f"39333222{place:04}", attack, attack)
            self.receive(f"39333222{place:04}", attack, f"file {attack}", "document")
        for place, attack in enumerate(ATTACKS):
            self.call("POST", "/api/whatsapp/send", {"to": f"+39333222{place:04}", "body": attack, "campaign": attack[:60],
                                                     "metadata": {"note": attack}})
        # Nobody can read it, so it becomes a dead letter.
        self.webhook({"statuses": [{"status": ATTACKS[0], "note": ATTACKS[1]}]})
        self.call("POST", "/api/whatsapp/send", {"to": DOUBTED[0], "body": "Did it go?"})
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        self.queued = self.call("POST", "/api/whatsapp/send", {"to": "+393331110003", "body": "Later", "sendAt": later})["id"]
        campaign = self.call("POST", "/api/campaigns", {"name": ATTACKS[1], "sender": "main", "pace": "20/s",
                                                         "message": {"type": "text", "body": "Hello {{name}}"}})
        rows = "to,name\n" + "".join(f"+3933344{place:05},Name {place}\n" for place in range(200))
        self.call("PUT", f"/api/campaigns/{campaign['id']}/recipients", rows.encode(), {"Content-Type": "text/csv"})
        self.campaign = campaign["id"]
        self.wait("the conversations", lambda: len(self.call("GET", "/api/conversations?limit=100")["conversations"]) >= 2 + len(ATTACKS))
        for place in range(3):
            body = {"to": f"+3933366{place:05}", "body": "This one fails", "campaign": "falling"}
            self.simulate("POST", "/_sim/faults", {"kind": "refuse", "status": 400, "code": 131026, "recipient": body["to"]})
            self.call("POST", "/api/whatsapp/send", body)
        self.wait("a doubt", lambda: self.call("GET", "/api/doubts")["doubts"])
        self.wait("a dead letter", lambda: self.call("GET", "/api/dead-letters")["letters"])
        self.wait("the list", lambda: self.call("GET", f"/api/campaigns/{self.campaign}")["state"] == "planned")
