"""Twilio's own client against postrider, which has the simulator for its Twilio; the same script against the simulator
gives the same."""

import datetime
import json
import time

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulated import CONTENT, PERSON, SERVICE, SID, SMS, TOKEN, WHATSAPP
from through import KEY, ThroughTestCase, shape


class DropInTests(ThroughTestCase):
    def connect(self, base, user=SID, password=TOKEN):
        client = Client(user, password, SID)
        client.api.base_url = base
        self.addCleanup(client.http_client.session.close)
        return client

    def setUp(self):
        self.client = self.connect(self.through)

    def send(self, client=None, **more):
        return (client or self.client).messages.create(
            **({"to": f"whatsapp:{PERSON}", "from_": WHATSAPP, "body": "ciao"} | more))

    def refused(self, status, code):
        test = self

        class Refused:
            def __enter__(self):
                return self

            def __exit__(self, kind, error, _):
                test.assertIs(kind, TwilioRestException)
                test.assertEqual((error.status, error.code), (status, code))
                return True

        return Refused()

    def settled(self, message, statuses=("delivered", "read")):
        end = time.monotonic() + 30
        while (found := message.fetch()).status not in statuses:
            self.assertLess(time.monotonic(), end, found.status)
            time.sleep(0.05)
        return found

    def test_the_same_messages_are_the_same_objects(self):
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        for more in [
            {}, {"media_url": ["https://h.example/a.png"]}, {"media_url": ["https://h.example/file"], "body": None},
            {"body": None, "content_sid": CONTENT, "content_variables": json.dumps({"1": "Anna"})},
            {"from_": None, "messaging_service_sid": SERVICE},
            {"from_": None, "messaging_service_sid": SERVICE, "schedule_type": "fixed", "send_at": later},
            {"to": PERSON, "from_": SMS, "body": "è€" * 100}, {"to": PERSON, "from_": SMS, "body": "я" * 71},
            {"validity_period": 600, "provide_feedback": True, "attempt": 1, "smart_encoded": True,
             "shorten_urls": False, "send_as_mms": False, "content_retention": "retain", "risk_check": "enable"},
        ]:
            with self.subTest(str(more)):
                one, other = (self.send(self.connect(base), **more) for base in (self.through, self.base))
                self.assertEqual(shape(one), shape(other))
                self.assertIsInstance(one.date_created, datetime.datetime)

    def test_the_same_faults_are_the_same_errors(self):
        for more in [
            {"to": "whatsapp:12"}, {"from_": None}, {"body": None}, {"body": ""}, {"body": "a" * 1601},
            {"content_sid": CONTENT, "content_variables": "[]"}, {"content_variables": "{}"},
            {"status_callback": "nonsense"}, {"media_url": ["nonsense"]}, {"validity_period": 0},
            {"from_": "whatsapp:+15005550009"}, {"to": PERSON, "from_": "+15005550009"},
            {"from_": None, "messaging_service_sid": "MG" + "9" * 32},
        ]:
            with self.subTest(str(more)):
                errors = []
                for base in (self.through, self.base):
                    with self.assertRaises(TwilioRestException) as caught:
                        self.send(self.connect(base), **more)
                    errors.append((caught.exception.status, caught.exception.code))
                self.assertEqual(*errors)
        with self.refused(401, 20003):
            self.send(self.connect(self.through, password="wrong"))
        with self.refused(400, 20001):
            self.send(persistent_action=["geo:1,2"])

    def test_a_message_goes_out_and_is_fetched(self):
        message = self.send()
        self.assertRegex(message.sid, "^SM[0-9a-f]{32}$")
        self.assertEqual(message.fetch().sid, message.sid)
        done = self.settled(message)
        self.assertIsInstance(done.date_sent, datetime.datetime)
        self.assertEqual((done.body, done.error_code), ("ciao", None))
        self.assertEqual(self.send(self.connect(self.through, "any", KEY)).status, "queued")

    def test_messages_are_listed_and_streamed(self):
        person = "whatsapp:+393330000007"
        sids = [self.send(to=person).sid for _ in range(5)]
        for sid in sids:
            self.client.messages(sid).fetch()
        found = self.client.messages.list(to=person, from_=WHATSAPP, page_size=2)
        self.assertEqual([message.sid for message in found], sids[::-1])
        self.assertEqual(next(self.client.messages.stream(to=person, limit=1)).sid, sids[-1])
        today = datetime.datetime.now(datetime.timezone.utc)
        after = today + datetime.timedelta(days=2)
        self.assertEqual(self.client.messages.list(to=person, date_sent_after=after), [])

    def test_a_message_is_cancelled_redacted_and_deleted(self):
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        waiting = self.send(messaging_service_sid=SERVICE, from_=None, schedule_type="fixed", send_at=later)
        self.assertEqual(waiting.status, "scheduled")
        self.assertEqual(waiting.update(status="canceled").status, "canceled")
        with self.refused(409, 30409):
            waiting.update(status="canceled")
        message = self.send()
        self.settled(message)
        self.assertEqual(message.update(body="").body, "")
        end = time.monotonic() + 30
        while True:
            try:
                self.assertTrue(message.delete())
                break
            except TwilioRestException as error:
                self.assertEqual(error.code, 20009)
                self.assertLess(time.monotonic(), end)
                time.sleep(0.1)
        with self.refused(404, 20404):
            message.fetch()

    def test_what_is_twilios_alone_is_passed_on(self):
        theirs = self.send(self.connect(self.base), body="beside us")
        self.assertEqual(self.client.messages(theirs.sid).fetch().body, "beside us")
        self.assertEqual(self.client.messages(theirs.sid).update(body="").body, "")
        self.assertTrue(self.client.messages(theirs.sid).delete())

    def test_statuses_come_signed_as_the_validator_wants(self):
        message = self.send(status_callback=f"{self.receiver}/status?send=1#rc=3&rp=all")
        seen = []
        while "read" not in seen:
            call = self.callback(lambda call: call.form.get("MessageSid") == message.sid)
            self.assertTrue(
                RequestValidator(TOKEN).validate(call.url, call.form, call.headers["X-Twilio-Signature"]))
            self.assertFalse(
                RequestValidator("wrong").validate(call.url, call.form, call.headers["X-Twilio-Signature"]))
            self.assertEqual(call.path, "/status?send=1")
            seen.append(call.form["MessageStatus"])
        self.assertEqual(seen, ["sent", "delivered", "read"])
        self.assertEqual(message.fetch().status, "read")

    def test_a_failure_has_its_code(self):
        self.fault(kind="fail", provider="twilio", code=63024, count=1)
        message = self.send(status_callback=f"{self.receiver}/failure")
        call = self.callback(lambda call: call.form.get("ErrorCode") == "63024" and call.path == "/failure")
        self.assertEqual(call.form["MessageSid"], message.sid)
        self.assertEqual(message.fetch().error_code, 63024)
