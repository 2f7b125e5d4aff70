"""Twilio's own client against the simulator."""

import datetime
import json

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from simulated import CONTENT, PERSON, SERVICE, SID, SMS, STRANGER, TOKEN, WHATSAPP, SimulatedTestCase


class TwilioTestCase(SimulatedTestCase):
    def connect(self, token=TOKEN):
        client = Client(SID, token)
        for domain in [client.api, client.accounts, client.messaging, client.content]:
            domain.base_url = self.base
        self.addCleanup(client.http_client.session.close)
        return client


class TwilioTests(TwilioTestCase):
    def setUp(self):
        self.client = self.connect()

    def send(self, **more):
        return self.client.messages.create(**({"to": f"whatsapp:{PERSON}", "from_": WHATSAPP, "body": "ciao"} | more))

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

    def test_the_account_is_fetched(self):
        account = self.client.api.v2010.accounts(SID).fetch()
        self.assertEqual((account.sid, account.friendly_name, account.status), (SID, "Acme", "active"))
        self.assertEqual((account.type, account.owner_account_sid), ("Full", SID))
        self.assertIsInstance(account.date_created, datetime.datetime)
        self.assertEqual(self.client.api.account.fetch().sid, SID)

    def test_senders_and_contents_are_listed(self):
        senders = self.client.messaging.v2.channels_senders.list(channel="whatsapp", page_size=1)
        self.assertEqual([(sender.sender_id, sender.status) for sender in senders], [(WHATSAPP, "ONLINE")])
        self.assertEqual(self.client.messaging.v2.channels_senders(senders[0].sid).fetch().sid, senders[0].sid)
        content, = self.client.content.v2.content_and_approvals.list()
        self.assertEqual((content.sid, content.approval_requests["status"]), (CONTENT, "approved"))
        self.assertEqual(self.client.content.v1.contents(CONTENT).fetch().variables, {"1": "example 1"})
        approval = self.client.content.v1.contents(CONTENT).approval_fetch().fetch()
        self.assertEqual(approval.whatsapp["name"], "content_0001")

    def test_a_content_is_made_approved_and_deleted(self):
        made = self.client.content.v1.contents.create(ContentList.ContentCreateRequest({
            "friendly_name": "order", "language": "it", "variables": {"1": "x"},
            "types": {"twilio/text": {"body": "Ciao {{1}}!"}},
        }))
        approval = self.client.content.v1.contents(made.sid).approval_create.create(
            ApprovalCreateList.ContentApprovalRequest({"name": "order", "category": "UTILITY"}))
        self.assertEqual((approval.name, approval.status), ("order", "received"))
        content = self.client.content.v2.content_and_approvals.list()[-1]
        self.assertEqual((content.sid, content.language), (made.sid, "it"))
        self.assertEqual(content.types["twilio/text"]["body"], "Ciao {{1}}!")
        self.assertTrue(self.client.content.v1.contents(made.sid).delete())

    def test_accounts_below_are_made_listed_and_closed(self):
        made = self.client.api.v2010.accounts.create(friendly_name="Below")
        self.assertEqual((made.friendly_name, made.owner_account_sid, made.status), ("Below", SID, "active"))
        self.assertTrue(made.auth_token)
        self.assertIn(made.sid, [account.sid for account in self.client.api.v2010.accounts.list()])
        self.assertEqual(self.client.api.v2010.accounts(made.sid).update(status="suspended").status, "suspended")
        self.assertEqual(self.client.api.v2010.accounts(made.sid).update(status="closed").status, "closed")

    def test_registrations_for_the_us_are_listed(self):
        self.assertEqual(self.client.messaging.v1.brand_registrations.list(), [])
        self.assertEqual(self.client.messaging.v1.services(SERVICE).us_app_to_person.list(), [])

    def test_a_message_is_created_and_fetched(self):
        message = self.send()
        self.assertRegex(message.sid, "^SM[0-9a-f]{32}$")
        self.assertEqual((message.status, message.direction, message.body), ("queued", "outbound-api", "ciao"))
        self.assertEqual((message.to, message.from_), (f"whatsapp:{PERSON}", WHATSAPP))
        self.assertEqual((message.num_segments, message.num_media, message.api_version), ("1", "0", "2010-04-01"))
        self.assertIsNone(message.error_code)
        self.assertIsNone(message.date_sent)
        self.assertIsInstance(message.date_created, datetime.datetime)
        self.assertIn("media", message.subresource_uris)
        self.assertEqual(self.client.messages(message.sid).fetch().sid, message.sid)
        self.assertEqual(message.fetch().body, "ciao")

    def test_media_content_and_a_service_are_sent(self):
        media = self.send(media_url=["https://h.example/a.png", "https://h.example/b.png"])
        self.assertRegex(media.sid, "^MM")
        content = self.send(body=None, content_sid=CONTENT, content_variables=json.dumps({"1": "Anna"}))
        self.assertEqual(content.status, "queued")
        service = self.send(from_=None, messaging_service_sid=SERVICE)
        self.assertEqual((service.status, service.from_, service.messaging_service_sid), ("accepted", None, SERVICE))
        self.assertEqual(self.send(to=PERSON, from_=SMS).status, "queued")

    def test_every_parameter_that_the_client_knows_is_taken(self):
        message = self.send(
            validity_period=600, provide_feedback=True, attempt=1, smart_encoded=True, shorten_urls=False,
            send_as_mms=False, risk_check="enable", content_retention="retain", address_retention="retain",
            traffic_type="free", max_price=1, force_delivery=False, message_intent="reminders",
            persistent_action=["geo:1,2"])
        self.assertEqual(message.status, "queued")

    def test_messages_are_listed_by_person_and_in_pages(self):
        sids = [self.send(to="whatsapp:+393330000001").sid for _ in range(5)]
        found = self.client.messages.list(to="whatsapp:+393330000001", from_=WHATSAPP, page_size=2)
        self.assertEqual([message.sid for message in found], sids[::-1])
        first = next(self.client.messages.stream(to="whatsapp:+393330000001", limit=1))
        self.assertEqual(first.sid, sids[-1])
        page = self.client.messages.page(to="whatsapp:+393330000001", page_size=2).next_page().next_page()
        self.assertEqual([message.sid for message in page], [sids[0]])
        self.assertIsNone(page.next_page())
        today = datetime.datetime.now(datetime.timezone.utc)
        self.assertEqual(self.client.messages.list(date_sent_after=today + datetime.timedelta(days=2)), [])

    def test_a_message_is_redacted_cancelled_and_deleted(self):
        self.assertEqual(self.send().update(body="").body, "")
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        waiting = self.send(messaging_service_sid=SERVICE, schedule_type="fixed", send_at=later)
        self.assertEqual(waiting.status, "scheduled")
        self.assertEqual(waiting.update(status="canceled").status, "canceled")
        with self.refused(409, 30409):
            waiting.update(status="canceled")
        self.assertTrue(waiting.delete())
        with self.refused(404, 20404):
            waiting.fetch()

    def test_a_refusal_is_the_clients_own_exception(self):
        for more, code in [
            ({"to": "whatsapp:12"}, 21211), ({"from_": None}, 21603), ({"body": None}, 21602),
            ({"body": "a" * 1601}, 21617), ({"content_sid": "HX0"}, 21655), ({"to": f"whatsapp:{STRANGER}"}, 21610),
            ({"status_callback": "nonsense"}, 21609),
        ]:
            with self.subTest(code), self.refused(400, code):
                self.send(**more)
        with self.assertRaises(TwilioRestException) as caught:
            self.send(body="a" * 1601)
        self.assertIn("1600", caught.exception.msg)
        self.assertTrue(caught.exception.uri.endswith(f"/Accounts/{SID}/Messages.json"))

    def test_wrong_credentials_a_locked_account_and_too_many_requests_are_exceptions(self):
        with self.refused(401, 20003):
            self.connect("wrong").api.v2010.accounts(SID).fetch()
        with self.refused(404, 20404):
            self.client.api.v2010.accounts("AC" + "0" * 32).fetch()
        self.fault(kind="account-locked", provider="twilio", count=1)
        with self.refused(403, 20005):
            self.send()
        self.fault(kind="refuse", provider="twilio", status=429, code=20429, count=1)
        with self.refused(429, 20429):
            self.send()

    def test_statuses_come_signed_as_the_validator_wants(self):
        message = self.send(status_callback=f"{self.receiver}/status?send=1&attempt=2")
        seen = []
        while "read" not in seen:
            call = self.callback(lambda call: call.form.get("MessageSid") == message.sid)
            self.assertTrue(
                RequestValidator(TOKEN).validate(call.url, call.form, call.headers["X-Twilio-Signature"]))
            self.assertFalse(
                RequestValidator("wrong").validate(call.url, call.form, call.headers["X-Twilio-Signature"]))
            self.assertEqual(call.path, "/status?send=1&attempt=2")
            seen.append(call.form["MessageStatus"])
        self.assertEqual(seen, ["sent", "delivered", "read"])
        self.assertEqual(message.fetch().status, "read")
        self.assertIsInstance(message.fetch().date_sent, datetime.datetime)

    def test_a_failure_has_its_code(self):
        self.fault(kind="fail", provider="twilio", code=63024, count=1)
        message = self.send(status_callback=f"{self.receiver}/failure")
        call = self.callback(lambda call: call.form.get("ErrorCode") == "63024")
        self.assertEqual(call.form["MessageSid"], message.sid)
        self.assertEqual(message.fetch().error_code, 63024)

    def test_what_a_person_writes_comes_signed(self):
        self.control("POST", f"/people/{PERSON}/says", {"to": WHATSAPP, "text": "Perché? 😀"})
        call = self.callback(lambda call: call.path == "/inbound")
        self.assertTrue(RequestValidator(TOKEN).validate(call.url, call.form, call.headers["X-Twilio-Signature"]))
        self.assertEqual((call.form["Body"], call.form["From"]), ("Perché? 😀", f"whatsapp:{PERSON}"))


class TokenTests(TwilioTestCase):
    def signed_by(self, token):
        self.control("POST", f"/people/{PERSON}/says", {"to": SMS, "text": "x"})
        call = self.callback(lambda call: call.path == "/inbound" and call)
        return RequestValidator(token).validate(call.url, call.form, call.headers["X-Twilio-Signature"])

    def test_a_promoted_token_takes_the_place_of_the_former(self):
        client = self.connect()
        secondary = client.accounts.v1.secondary_auth_token().create().secondary_auth_token
        self.assertEqual(self.connect(secondary).api.v2010.accounts(SID).fetch().sid, SID)
        self.assertTrue(self.signed_by(TOKEN))
        self.assertEqual(client.accounts.v1.auth_token_promotion().update().auth_token, secondary)
        self.assertTrue(self.signed_by(secondary))
        with self.assertRaises(TwilioRestException) as caught:
            client.api.v2010.accounts(SID).fetch()
        self.assertEqual(caught.exception.code, 20003)
        other = self.connect(secondary)
        other.accounts.v1.secondary_auth_token().create()
        self.assertTrue(other.accounts.v1.secondary_auth_token().delete())
