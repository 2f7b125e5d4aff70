"""examples/ as somebody would run them, each in a process of its own, against postrider with the simulator behind it."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

import confluent_kafka

from simulated import PERSON, PHONE, SERVICE, SID, SMS, TOKEN, WHATSAPP
from through import ThroughTestCase

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
SECRETS = {"curl": "a-secret-of-curls", "requests": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
           "fetch": "whsec_OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg=", "pywa": "an-app-secret-of-ours"}


def has(program):
    return shutil.which(program) is not None


class ExampleTestCase(ThroughTestCase):
    """Each example is a tenant with a sender, a key and an action of its own."""

    @classmethod
    def settings(cls, port):
        cls.ports = {name: cls.free_port() for name in ["requests", "fetch", "pywa", "twilio"]}
        usual = cls.twilio(f"127.0.0.1:{cls.ports['twilio']}")
        senders = {
            "curl": usual | {"id": "curl", "from": WHATSAPP}, "requests": usual | {"id": "requests", "from": SMS},
            "fetch": usual | {"id": "fetch", "messagingServiceSid": SERVICE, "channel": "whatsapp"}, "pywa": cls.meta(),
        }
        urls = {name: f"http://127.0.0.1:{cls.ports[name]}/" for name in ["requests", "fetch", "pywa"]}
        urls["curl"] = cls.receiver + "/action"
        tenants = {name: {"app": "examples", "company": name} for name in senders}
        return super().settings(port) | {
            "apiKeys": [{"key": f"key-of-{name}", "scopes": ["send", "read"]} | tenants[name] for name in senders],
            "actions": [
                {"url": urls[name], "secret": SECRETS[name], "format": "meta" if name == "pywa" else "postrider"}
                | tenants[name] for name in senders],
            "senders": [senders[name] | tenants[name] for name in senders],
        }

    def start(self, *words, **environment):
        process = subprocess.Popen(
            words, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def example(self, name, *words, client=None, more=None):
        client = client or name
        environment = {
            "POSTRIDER": self.through, "POSTRIDER_KEY": f"key-of-{client}", "ACTION_SECRET": SECRETS.get(client, ""),
            "ACTION_PORT": str(self.ports.get(client, 0)),
        } | (more or {})
        process = self.start(*words, **environment)
        output, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, errors)
        return output.splitlines()


class ClientExampleTests(ExampleTestCase):
    def python(self, name, *words, **more):
        return self.example(name, sys.executable, EXAMPLES / f"clients/{name}_client.py", *words, more=more)

    @property
    def told(self):
        def wanted(call):
            return call if call.path == "/action" and json.loads(call.body).get("state") == "delivered" else None
        return self.callback(wanted)

    def curl(self, *words, body=b"", secret=SECRETS["curl"]):
        return subprocess.run(
            [EXAMPLES / "clients/curl.sh", "verify", *words], input=body, env=os.environ | {"ACTION_SECRET": secret},
            capture_output=True).returncode

    def test_curl(self):
        line, = self.example("curl", EXAMPLES / "clients/curl.sh", "send", PERSON, "ciao «curl»")
        self.assertRegex(line, "^[0-9a-f-]{36} (delivered|read)$")
        told = self.told
        self.assertEqual(json.loads(told.body)["id"], line.split()[0])
        head = [told.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]
        self.assertEqual(self.curl(*head, body=told.body), 0)
        self.assertEqual(self.curl(*head, body=told.body + b" "), 1)
        self.assertEqual(self.curl(*head, body=told.body, secret="another"), 1)
        self.assertEqual(self.curl(head[0], str(int(head[1]) - 400), head[2], body=told.body), 1)

    def test_requests(self):
        lines = self.python("requests", PERSON, "ciao")
        self.assertRegex("\n".join(lines), "^[0-9a-f-]{36} (delivered|read)\ntold of (delivered|read)$")

    def test_fetch(self):
        if not has("node"):
            self.skipTest("there is no node")
        lines = self.example("fetch", "node", EXAMPLES / "clients/fetch.mjs", PERSON, "ciao")
        self.assertRegex("\n".join(lines), "^[0-9a-f-]{36} (delivered|read)\ntold of (delivered|read)$")

    def test_twilio(self):
        lines = self.python(
            "twilio", WHATSAPP, f"whatsapp:{PERSON}", "ciao", TWILIO_ACCOUNT_SID=SID, TWILIO_AUTH_TOKEN=TOKEN,
            CALLBACK_PORT=str(self.ports["twilio"]))
        self.assertRegex("\n".join(lines), "^SM[0-9a-f]{32} (delivered|read)\ntold of (delivered|read)$")

    def test_pywa(self):
        lines = self.python("pywa", PERSON.removeprefix("+"), "ciao", PHONE_ID=PHONE)
        self.assertRegex("\n".join(lines), "^wamid\\.[^ ]+ (delivered|read)$")


class ConsumerExampleTests(ExampleTestCase):
    """Kafka's protocol without Kafka: librdkafka's mock brokers, in this process."""

    @classmethod
    def settings(cls, port):
        cls.kafka = confluent_kafka.Producer(
            {"bootstrap.servers": "unused", "test.mock.num.brokers": 1, "log_level": 0})
        brokers = cls.kafka.list_topics(timeout=10).brokers.values()
        cls.bootstrap = ",".join(f"{one.host}:{one.port}" for one in brokers)
        return super().settings(port) | {"log": f"kafka://{cls.bootstrap}?prefix=x."}

    def send(self, text):
        request = urllib.request.Request(
            f"{self.through}/api/whatsapp/send", json.dumps({"to": PERSON, "body": text}).encode(),
            {"Authorization": "Bearer key-of-curl", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["id"]

    def consume(self, file, wanted, group="crm"):
        """Runs the example until its database says so. A new group begins with all that there is."""
        process = self.start(
            sys.executable, EXAMPLES / "consumers/python/consumer.py", BOOTSTRAP=self.bootstrap, PREFIX="x.", GROUP=group,
            DATABASE=str(file))
        end = time.monotonic() + 60
        while True:
            self.assertIsNone(process.poll(), process.poll() and process.communicate()[1])
            states, counts = self.look(file)
            if wanted(states, counts):
                break
            self.assertLess(time.monotonic(), end, (states, counts))
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.communicate(timeout=30)[1], "")
        self.assertEqual(process.returncode, 0)
        return self.look(file)

    @staticmethod
    def look(file):
        try:
            database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
            states = dict(database.execute("SELECT send, state FROM states"))
            counts = dict(database.execute("SELECT state, count FROM changes"))
            database.close()
            return states, counts
        except sqlite3.OperationalError:
            return {}, {}

    def test_python(self):
        file = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()), "states.db")
        sends = [self.send(f"ciao {number}") for number in range(5)]
        states, counts = self.consume(file, lambda states, _: [states.get(one) for one in sends] == ["read"] * 5)
        self.assertEqual(set(states), set(sends))
        self.assertEqual(counts["read"], 5)
        # It goes on where it was.
        more = self.send("once more")
        states, later = self.consume(file, lambda states, _: states.get(more) == "read")
        self.assert_one_more(later, counts)
        # As if it had ended before it could commit: the same events once more change nothing.
        last = self.send("the last")
        states, again = self.consume(file, lambda states, _: states.get(last) == "read", group="as-if-new")
        self.assert_one_more(again, later)

    def assert_one_more(self, after, before):
        """A state may be passed over by the provider's word for a later one, but never the first and the last."""
        more = {state: after[state] - before.get(state, 0) for state in after}
        self.assertEqual((more["queued"], more["read"]), (1, 1))
        self.assertLessEqual(set(more.values()), {0, 1})

    def test_what_other_languages_have_can_be_read(self):
        for program, words in [("node", ["--check", EXAMPLES / "consumers/node/consumer.mjs"]),
                               ("gofmt", ["-e", "-l", EXAMPLES / "consumers/go/main.go"])]:
            with self.subTest(program):
                if not has(program):
                    self.skipTest(f"there is no {program}")
                read = subprocess.run([program, *words], capture_output=True, text=True)
                self.assertEqual((read.returncode, read.stdout), (0, ""), read.stderr)
