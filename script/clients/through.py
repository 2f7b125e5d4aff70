"""postrider as a process of its own, with a simulator behind it: who speaks to it as to Twilio or to Meta
reaches that."""

import json
import pathlib
import re
import subprocess
import tempfile

from simulated import (
    ACCESS, APP, BINARY, PHONE, SECRET, SERVICE, SID, SMS, TOKEN, VERIFY, WABA, WHATSAPP, SimulatedTestCase)

# The one of everybody's, a tenant's that may send lists without an object, and one that may not.
KEY, INLINE, TENANT = "a-key-of-ours", "a-key-with-lists", "a-tenants-key"
# Signs what its action is told.
ACTION = "an-app-secret-of-ours"


class ThroughTestCase(SimulatedTestCase):
    """`base` is the simulator's address, `through` postrider's, which sends to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        port = cls.free_port()
        file = pathlib.Path(folder.name, "settings.json")
        file.write_text(json.dumps(cls.settings(port)))
        process = subprocess.Popen(
            [BINARY, "up", "--config", file], cwd=folder.name, stderr=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop_through, process)
        lines = []
        while not any('"event":"ready"' in line for line in lines):
            line = process.stderr.readline()
            if not line:
                raise AssertionError("postrider did not start: " + "".join(lines))
            lines.append(line)
        cls.through = f"http://127.0.0.1:{port}"
        cls.drain(process)
        cls.control(cls, "PUT", "/callbacks", {"webhookURL": cls.through + "/api/whatsapp/webhook"})

    @classmethod
    def settings(cls, port):
        tenant = {"app": "crm", "company": "acme"}
        usual = cls.twilio()
        return {
            "listen": f"127.0.0.1:{port}", "publicURL": f"http://127.0.0.1:{port}",
            "log": "embedded:log.db", "store": "sqlite:store.db", "spool": {"path": "spool.db"},
            "secretsKey": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "apiKeys": [
                KEY, {"key": INLINE, "scopes": ["send", "read"], "allowInline": True} | tenant,
                {"key": TENANT, "scopes": ["send"]} | tenant,
            ],
            "actions": [{"url": cls.receiver + "/action", "secret": ACTION, "format": "meta"} | tenant],
            "senders": [
                usual | {"id": "whatsapp", "from": WHATSAPP}, usual | {"id": "sms", "from": SMS},
                usual | {"id": "service", "messagingServiceSid": SERVICE, "channel": "whatsapp"},
                cls.meta() | tenant,
            ],
        }

    @classmethod
    def twilio(cls, *hosts):
        """What its senders have in common; `hosts` may be called back too."""
        return {
            "provider": "twilio", "accountSid": SID, "authToken": TOKEN, "baseURL": cls.base,
            "statusCallbacks": {"privateHosts": [cls.receiver.removeprefix("http://"), *hosts]},
            "budget": {"rate": None, "daily": None, "pair": None},
        }

    @classmethod
    def meta(cls):
        return {
            "id": "meta", "provider": "meta", "phoneNumberId": PHONE, "wabaId": WABA, "appId": APP,
            "accessToken": ACCESS, "appSecret": SECRET, "verifyToken": VERIFY, "baseURL": cls.base + "/v24.0",
            "budget": {"rate": None, "daily": None, "pair": None},
        }

    @staticmethod
    def drain(process):
        import threading
        threading.Thread(target=lambda: [None for _ in process.stderr], daemon=True).start()

    @staticmethod
    def stop_through(process):
        process.terminate()
        process.wait(timeout=30)

    @staticmethod
    def free_port():
        import socket
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return one.getsockname()[1]


def shape(message):
    """All of a message but ids and times."""
    fields = {
        name: value for name, value in vars(message).items()
        if name not in ("_solution", "_context", "_version") and not name.startswith("date_")}
    text = json.dumps(fields, default=str, sort_keys=True)
    return re.sub(r"(SM|MM)[0-9a-f]{32}", r"\1…", text)
