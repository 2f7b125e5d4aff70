"""pywa against postrider, which has the simulator for its Meta; the same script against the simulator gives the same."""

import dataclasses
import json
import logging
import re
import time

import httpx
from pywa import WhatsApp, errors, filters, types
from pywa.types import templates

from simulated import ACCESS, APP, NUMBER, PERSON, PHONE, VERIFY, WABA
from through import ACTION, INLINE, TENANT, ThroughTestCase

TO = PERSON.removeprefix("+")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
# Gets many, within the limit of one person.
OTHER = "393330000101"
LINK = "https://h.example/file"


class To(httpx.HTTPTransport):
    """Whatever host a request is for, this one gets it."""

    def __init__(self, base):
        super().__init__()
        self.base = httpx.URL(base)

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host=self.base.host, port=self.base.port)
        return super().handle_request(request)


def shape(update):
    """All of an answer but ids."""
    text = json.dumps(dataclasses.asdict(update), default=str, sort_keys=True) if dataclasses.is_dataclass(
        update) else str(update)
    return re.sub(r"wamid\.[A-Za-z0-9+/=]+", "wamid…", re.sub(r"WhatsApp\([^)]*\)", "", text))


class MetaDropInTests(ThroughTestCase):
    told = set()

    def setUp(self):
        logging.getLogger("pywa").setLevel(logging.CRITICAL)
        self.wait_for_templates()
        self.client = self.connect(self.through, INLINE)
        self.direct = self.connect(self.base, ACCESS)

    def connect(self, base, token, **more):
        session = httpx.Client(transport=To(base))
        self.addCleanup(session.close)
        return WhatsApp(
            phone_id=PHONE, token=token, session=session, waba_id=WABA, app_id=APP, app_secret=ACTION,
            verify_token=VERIFY, server=None, **more)

    def wait_for_templates(self):
        """It has read the list when it knows what is not in it."""
        client, end = self.connect(self.through, INLINE), time.monotonic() + 60
        while True:
            try:
                client.send_template(TO, "nobody", templates.TemplateLanguage.ITALIAN)
            except errors.TemplateNotExists:
                return
            self.assertLess(time.monotonic(), end)
            time.sleep(0.5)

    def fields(self, sent):
        self.assertRegex(sent.id, r"^wamid\.")
        return type(sent), sent.chat.id, sent.chat.type, sent.from_phone_id, sent.input, getattr(sent, "status", None)

    # Sending

    def kinds(self, client, before):
        yield lambda: client.send_message(OTHER, "ciao", preview_url=True, tracker="order-1")
        yield lambda: client.send_message(f"+{OTHER}", "ciao", reply_to_message_id=before)
        yield lambda: client.send_message(
            OTHER, "Which?", header="A", footer="B", buttons=[types.Button("Yes", "y"), types.Button("No", "n")])
        yield lambda: client.send_message(OTHER, "Look", buttons=types.URLButton(title="Open", url="https://h.example"))
        yield lambda: client.send_message(OTHER, "Choose", buttons=types.SectionList("Open", [
            types.Section("One", [types.SectionRow("A", "a", description="first"), types.SectionRow("B", "b")])]))
        yield lambda: client.send_image(OTHER, f"{LINK}.png", caption="an image")
        yield lambda: client.send_video(OTHER, f"{LINK}.mp4")
        yield lambda: client.send_document(OTHER, f"{LINK}.pdf", filename="a.pdf", caption="a document")
        yield lambda: client.send_audio(OTHER, f"{LINK}.mp3")
        yield lambda: client.send_sticker(OTHER, f"{LINK}.webp")
        yield lambda: client.send_location(
            OTHER, latitude=45.07, longitude=7.69, name="Torino", address="Piazza Castello")
        yield lambda: client.request_location(OTHER, "Where are you?")
        yield lambda: client.send_contact(OTHER, types.Contact(
            types.Contact.Name("Anna Rossi", first_name="Anna"), phones=[types.Contact.Phone(phone="+39333")]))
        yield lambda: client.send_reaction(OTHER, "👍", before)
        yield lambda: client.remove_reaction(OTHER, before)
        body, header, url = templates.BodyText, templates.HeaderText, templates.URLButton
        for name, language, params in [
            ("hello_world", "en_US", []),
            ("order_update", "en", [body.params("12", "today")]),
            ("named", "it", [header.params(title="x"), body.params(first="Anna")]),
            ("rich", "it", [
                templates.HeaderImage.params(image="https://h.example/a.png"), body.params("x"),
                url.params(url_variable="x", index=0),
                templates.QuickReplyButton.params(callback_data="stop", index=1)]),
        ]:
            yield lambda name=name, language=language, params=params: client.send_template(
                OTHER, name, templates.TemplateLanguage(language), params)

    def test_the_same_messages_are_the_same_objects(self):
        theirs = self.kinds(self.direct, self.direct.send_message(OTHER, "before").id)
        ours = self.kinds(self.client, self.client.send_message(OTHER, "before").id)
        ids = []
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            with self.subTest(place):
                sent = one()
                ids.append(sent.id)
                self.assertEqual(self.fields(sent), self.fields(other()))
        for sent in ids:
            self.settled(sent)

    def settled(self, wamid, wanted="sent"):
        """Waits until the action has been told of it; fails where the message did."""
        while (wamid, wanted) not in self.told:
            self.assertNotIn((wamid, "failed"), self.told)
            self.tell()

    def tell(self):
        """The next that the action is told."""
        call = self.callback(lambda call: call.path == "/action" and call)
        value = json.loads(call.body)["entry"][0]["changes"][0]["value"]
        self.told.update((status["id"], status["status"]) for status in value.get("statuses", []))
        return call

    def test_the_same_faults_are_the_same_errors(self):
        for attempt in [
            lambda client: client.send_message(TO, "x" * 4097), lambda client: client.send_message("12", "x"),
            lambda client: client.send_message(TO, "x", tracker="x" * 513),
            lambda client: client.send_image(TO, f"{LINK}.png", caption="x" * 1025),
            lambda client: client.send_template(TO, "nobody", templates.TemplateLanguage.ITALIAN),
            lambda client: client.send_template(TO, "order_update", templates.TemplateLanguage.ENGLISH),
            lambda client: client.get_media_url("1"), lambda client: client.delete_media("1"),
        ]:
            caught = []
            for client in (self.client, self.direct):
                with self.assertRaises(errors.WhatsAppError) as error:
                    attempt(client)
                caught.append((type(error.exception), error.exception.code, error.exception.status_code))
                self.assertEqual(error.exception.type, "OAuthException")
                self.assertIsNotNone(error.exception.fbtrace_id)
            with self.subTest(caught[0]):
                self.assertEqual(*caught)
        with self.assertRaises(errors.ExpiredAccessToken):
            self.connect(self.through, "wrong").send_message(TO, "x")
        with self.assertRaises(errors.ExpiredAccessToken):
            self.connect(self.through, ACCESS).send_message(TO, "x")
        with self.assertRaises(errors.PermissionDenied):
            self.connect(self.through, TENANT).send_message(TO, "?", buttons=[types.Button("Yes", "y")])
        with self.assertRaises(errors.WhatsAppError):
            self.client.get_business_account()

    # Files, number, templates

    def test_a_file_is_uploaded_sent_looked_up_fetched_and_deleted(self):
        media = self.client.upload_media(PICTURE, mime_type="image/png", filename="a.png")
        self.settled(self.client.send_image(TO, media.id).id)
        found, theirs = self.client.get_media_url(media.id), self.direct.get_media_url(media.id)
        self.assertEqual((found.mime_type, found.file_size, found.sha256), (
            theirs.mime_type, theirs.file_size, theirs.sha256))
        self.assertTrue(found.url.startswith(self.through))
        self.assertEqual(self.client.get_media_bytes(found.url), PICTURE)
        self.assertTrue(self.client.delete_media(media.id))
        with self.assertRaises(errors.WhatsAppError):
            self.client.get_media_url(media.id)

    def test_the_number_is_the_same(self):
        ours, theirs = (client.get_business_phone_number() for client in (self.client, self.direct))
        for name in ["id", "display_phone_number", "verified_name", "quality_rating", "status", "throughput"]:
            self.assertEqual(getattr(ours, name), getattr(theirs, name), name)
        self.assertEqual(ours.display_phone_number, NUMBER)
        self.assertIsNone(ours.webhook_configuration)

    def test_templates_are_the_same(self):
        def listed(client):
            found = client.get_templates(pagination=types.Pagination(limit=2))
            names = {(one.name, one.language, one.status, shape(one.components)) for one in found}
            while found.has_next:
                found = client.get_templates(pagination=types.Pagination(limit=2, after=found.after))
                names |= {(one.name, one.language, one.status, shape(one.components)) for one in found}
            return names
        self.assertEqual(listed(self.client), listed(self.direct))
        self.assertEqual(
            [one.name for one in self.client.get_templates(statuses=[templates.TemplateStatus.PAUSED])], ["paused"])

    # Webhooks

    def hand_over(self, client, is_done):
        """Gives the client what the action is told, until it has seen what is wanted."""
        while not is_done():
            call = self.tell()
            self.assertIsNone(client.webhook_update_validator(call.body, call.headers["X-Hub-Signature-256"]))
            self.assertIsNotNone(client.webhook_update_validator(call.body, "sha256=" + "0" * 64))
            self.assertEqual(client.webhook_update_handler(call.body)[1], 200)

    def test_statuses_and_messages_are_read_by_the_client(self):
        client, seen = self.connect(self.through, INLINE), []
        client.on_message_status(lambda _, status: seen.append((status.id, status.status.value, status.tracker)))
        client.on_message(filters.text)(lambda _, message: seen.append(message))
        sent = client.send_message(TO, "x", tracker="order-7")
        wanted = [(sent.id, state, "order-7") for state in ["sent", "delivered", "read"]]
        self.hand_over(client, lambda: set(wanted) <= {one for one in seen if isinstance(one, tuple)})
        self.assertEqual([one for one in seen if isinstance(one, tuple) and one[0] == sent.id], wanted)
        self.control("POST", f"/people/{PERSON}/says", {"to": PHONE, "text": "Perché? 😀"})
        self.hand_over(client, lambda: any(getattr(one, "text", None) == "Perché? 😀" for one in seen))
        said = next(one for one in seen if getattr(one, "text", None) == "Perché? 😀")
        self.assertEqual((said.from_user.wa_id, said.metadata.phone_number_id), (TO, PHONE))
        self.assertTrue(client.mark_message_as_read(said.id))
        self.assertTrue(client.indicate_typing(said.id))
        self.settled(client.send_message(TO, "yes", reply_to_message_id=said.id).id)

    def test_a_failure_is_read_with_its_error(self):
        client, seen = self.connect(self.through, INLINE), []
        client.on_message_status(filters.failed)(lambda _, status: seen.append(status))
        self.fault(kind="fail", provider="meta", code=131026, count=1)
        sent = client.send_message("393330000009", "x")
        self.hand_over(client, lambda: any(status.id == sent.id for status in seen))
        failed, = [status for status in seen if status.id == sent.id]
        self.assertIsInstance(failed.error, errors.MessageUndeliverable)
