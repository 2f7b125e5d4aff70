"""A client of Meta's Cloud API that others wrote, pywa, against the simulator."""

import logging

import httpx
from pywa import WhatsApp, errors, filters, types
from pywa.types import templates
from pywa.types.calls import CallingSettings, CallingSettingsStatus

from simulated import (
    ACCESS, APP, NUMBER, PERSON, PHONE, SECRET, STRANGER, VERIFY, WABA, SimulatedTestCase)

TO = PERSON.removeprefix("+")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


class ToSimulator(httpx.HTTPTransport):
    """Whatever host a request is for, the simulator gets it."""

    def __init__(self, base):
        super().__init__()
        self.base = httpx.URL(base)

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host=self.base.host, port=self.base.port)
        return super().handle_request(request)


class PywaTests(SimulatedTestCase):
    def setUp(self):
        logging.getLogger("pywa").setLevel(logging.CRITICAL)
        self.client = self.connect()

    def connect(self, token=ACCESS, **more):
        session = httpx.Client(transport=ToSimulator(self.base))
        self.addCleanup(session.close)
        return WhatsApp(
            phone_id=PHONE, token=token, session=session, waba_id=WABA, app_id=APP, app_secret=SECRET,
            verify_token=VERIFY, server=None, **more)

    def accepted(self, sent):
        self.assertRegex(sent.id, r"^wamid\.")
        self.assertEqual((sent.chat.id, sent.from_phone_id), (TO, PHONE))

    # Sending

    def test_every_kind_of_message_is_accepted(self):
        client, link = self.client, "https://h.example/file"
        sent = client.send_message(TO, "ciao", preview_url=True, tracker="0190a0b0.1")
        self.accepted(sent)
        for one in [
            client.send_message(TO, "ciao", reply_to_message_id=sent.id),
            client.send_message(
                TO, "Which?", header="A", footer="B", buttons=[types.Button("Yes", "y"), types.Button("No", "n")]),
            client.send_message(TO, "Look", buttons=types.URLButton(title="Open", url="https://h.example")),
            client.send_message(TO, "Choose", buttons=types.SectionList("Open", [
                types.Section("One", [types.SectionRow("A", "a", description="first"), types.SectionRow("B", "b")])])),
            client.send_image(TO, f"{link}.png", caption="an image"),
            client.send_video(TO, f"{link}.mp4"),
            client.send_document(TO, f"{link}.pdf", filename="a.pdf", caption="a document"),
            client.send_audio(TO, f"{link}.mp3"),
            client.send_sticker(TO, f"{link}.webp"),
            client.send_location(TO, latitude=45.07, longitude=7.69, name="Torino", address="Piazza Castello"),
            client.request_location(TO, "Where are you?"),
            client.send_contact(TO, types.Contact(
                types.Contact.Name("Anna Rossi", first_name="Anna"), phones=[types.Contact.Phone(phone="+39333")])),
            client.send_reaction(TO, "👍", sent.id),
            client.remove_reaction(TO, sent.id),
        ]:
            self.accepted(one)
        self.assertTrue(client.mark_message_as_read(sent.id))
        self.assertTrue(client.indicate_typing(sent.id))

    def test_templates_are_sent_as_they_were_listed(self):
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
            with self.subTest(name):
                self.accepted(self.client.send_template(TO, name, templates.TemplateLanguage(language), params))

    def test_a_file_is_uploaded_sent_looked_up_fetched_and_deleted(self):
        media = self.client.upload_media(PICTURE, mime_type="image/png", filename="a.png")
        self.accepted(self.client.send_image(TO, media.id))
        found = self.client.get_media_url(media.id)
        self.assertEqual((found.mime_type, found.file_size), ("image/png", len(PICTURE)))
        self.assertEqual(self.client.get_media_bytes(found.url), PICTURE)
        self.assertTrue(self.client.delete_media(media.id))
        with self.assertRaises(errors.WhatsAppError):
            self.client.get_media_url(media.id)

    # Errors

    def test_a_refusal_is_the_clients_own_exception(self):
        template, language = self.client.send_template, templates.TemplateLanguage
        for expected, attempt in [
            (errors.ExpiredAccessToken, lambda: self.connect("wrong").send_message(TO, "x")),
            (errors.TemplateNotExists, lambda: template(TO, "nobody", language.ITALIAN)),
            (errors.TemplatePaused, lambda: template(TO, "paused", language.ITALIAN)),
            (errors.TemplateParamCountMismatch, lambda: template(TO, "order_update", language.ENGLISH)),
            (errors.InvalidParameter, lambda: self.client.send_message(TO, "x" * 4097)),
        ]:
            with self.subTest(expected.__name__), self.assertRaises(expected) as caught:
                attempt()
            self.assertIsNotNone(caught.exception.fbtrace_id)
            self.assertEqual(caught.exception.type, "OAuthException")

    def test_limits_and_locks_are_the_clients_own_exceptions(self):
        for expected, code, status in [
            (errors.RateLimitHit, 130429, 429), (errors.TooManyMessages, 131056, 400),
            (errors.RateLimitIssues, 80007, 400), (errors.AccountLocked, 131031, 403), (errors.ToManyAPICalls, 4, 400),
        ]:
            self.fault(kind="refuse", provider="meta", status=status, code=code, count=1)
            with self.subTest(code), self.assertRaises(expected) as caught:
                self.client.send_message(TO, "x")
            self.assertEqual(caught.exception.status_code, status)
        self.fault(kind="token-expired", provider="meta", count=1)
        with self.assertRaises(errors.ExpiredAccessToken) as caught:
            self.client.get_business_account()
        self.assertEqual(caught.exception.subcode, 463)

    # Account, number, profile, settings

    def test_the_account_is_read(self):
        account = self.client.get_business_account()
        self.assertEqual((account.id, account.timezone_id, account.currency), (WABA, "1", "EUR"))
        self.assertEqual(account.account_review_status, "APPROVED")
        self.assertEqual(account.business_verification_status, types.others.BusinessVerificationStatus.VERIFIED)
        self.assertEqual(account.owner_business_info.id, "p")
        self.assertEqual([app.id for app in account.subscribed_apps], [APP])
        self.assertEqual(account.health_status["can_send_message"], "AVAILABLE")

    def test_the_number_is_read(self):
        phone = self.client.get_business_phone_number()
        self.assertEqual((phone.id, phone.display_phone_number, phone.quality_rating), (PHONE, NUMBER, "GREEN"))
        self.assertEqual((phone.status, phone.platform_type, phone.account_mode), ("CONNECTED", "CLOUD_API", "LIVE"))
        self.assertEqual(phone.whatsapp_business_manager_messaging_limit, "TIER_10K")
        self.assertEqual(phone.throughput, {"level": "STANDARD"})
        entities = [entity["entity_type"] for entity in phone.health_status["entities"]]
        self.assertEqual(entities, ["PHONE_NUMBER", "WABA", "BUSINESS", "APP"])
        self.assertEqual([one.id for one in self.client.get_business_phone_numbers()], [PHONE])

    def test_the_profile_is_changed_and_read(self):
        self.assertTrue(self.client.update_business_profile(
            about="Open", address="Torino", email="a@h.example", industry=types.Industry.RETAIL,
            websites=["https://h.example"]))
        profile = self.client.get_business_profile()
        self.assertEqual((profile.about, profile.address, profile.email), ("Open", "Torino", "a@h.example"))
        self.assertEqual((profile.industry, profile.websites), (types.Industry.RETAIL, ("https://h.example",)))
        with self.assertRaises(errors.WhatsAppError) as caught:
            self.client.update_business_profile(about="a" * 140)
        self.assertEqual(caught.exception.code, 100)

    def test_settings_are_changed_and_read(self):
        self.assertTrue(self.client.update_business_phone_number_settings(
            calling=CallingSettings(status=CallingSettingsStatus.ENABLED)))
        settings = self.client.get_business_phone_number_settings()
        self.assertEqual(settings.calling.status, CallingSettingsStatus.ENABLED)
        self.assertEqual(settings.storage_configuration.status, types.others.StorageStatus.DEFAULT)
        self.assertFalse(settings.user_identity_change.enable_identity_key_check)

    def test_the_number_is_registered_and_its_name_asked_for(self):
        self.assertTrue(self.client.register_phone_number(pin="123456"))
        with self.assertRaises(errors.WhatsAppError) as caught:
            self.client.register_phone_number(pin="654321")
        self.assertEqual(caught.exception.code, 133005)
        self.assertTrue(self.client.update_display_name("Acme"))
        self.assertEqual(self.client.get_business_phone_number().new_name_status, "PENDING_REVIEW")

    def test_the_number_is_proved_and_named(self):
        self.assertTrue(self.client.request_verification_code(code_method="SMS", language_code="en_US"))
        self.assertTrue(self.client.verify_phone_number(code="123830"))
        self.assertEqual(self.client.get_reserved_usernames(), ("demo.business",))
        self.assertEqual(self.client.set_username("acme").status, "approved")
        self.assertEqual(self.client.get_current_username().username, "acme")
        self.assertTrue(self.client.delete_username())

    def test_people_are_kept_away_and_let_in(self):
        with self.assertRaises(errors.WhatsAppError) as caught:
            self.client.block_users([STRANGER])
        self.assertEqual(caught.exception.code, 139100)
        self.control("POST", f"/people/{PERSON}/says", {"to": PHONE, "text": "hi"})
        self.assertEqual(len(self.client.block_users([PERSON]).added_users), 1)
        # Its own list wants a field that Meta does not document.
        self.assertEqual([one["wa_id"] for one in self.client.api.get_blocked_users(PHONE)["data"]], [TO])
        self.assertEqual(len(self.client.unblock_users([PERSON]).removed_users), 1)

    def test_a_picture_is_taken_up(self):
        self.assertTrue(self.client.update_business_profile(profile_picture=PICTURE))
        self.assertTrue(self.client.get_business_profile().profile_picture_url)

    def test_webhooks_are_sent_elsewhere_and_back(self):
        other = self.receiver + "/other"
        self.assertTrue(self.client.override_waba_callback_url(other, VERIFY))
        self.assertTrue(self.client.override_phone_callback_url(other, VERIFY))
        configured = self.client.get_business_phone_number().webhook_configuration
        self.assertEqual(configured["phone_number"], other)
        self.assertTrue(self.client.delete_phone_callback_url())
        self.assertTrue(self.client.delete_waba_callback_url())
        configured = self.client.get_business_phone_number().webhook_configuration
        self.assertEqual(set(configured), {"application"})
        token = self.client.get_app_access_token(APP, SECRET)
        self.assertEqual(token, f"{APP}|{SECRET}")
        self.assertTrue(self.client.set_app_callback_url(APP, token, self.receiver + "/webhook", VERIFY, ["messages"]))

    # Templates

    def test_templates_are_listed_in_pages_with_a_summary(self):
        found = self.client.get_templates(
            statuses=[templates.TemplateStatus.APPROVED], pagination=types.Pagination(limit=2))
        self.assertEqual(found.message_template_limit, 250)
        self.assertGreaterEqual(found.message_template_count, 5)
        self.assertTrue(found.are_translations_complete)
        names = [template.name for template in found]
        while found.has_next:
            # Its own `next` does not work for templates.
            found = self.client.get_templates(
                statuses=[templates.TemplateStatus.APPROVED], pagination=types.Pagination(limit=2, after=found.after))
            names += [template.name for template in found]
        self.assertEqual(names[:4], ["hello_world", "order_update", "named", "rich"])
        self.assertTrue(found.has_previous)

    def test_a_template_is_read_with_the_examples_of_its_variables(self):
        named, = self.client.get_templates(name="named")
        header, body = named.components
        self.assertEqual((header.param_names, body.param_names), (("title",), ("first",)))
        rich, = self.client.get_templates(name="rich", languages=[templates.TemplateLanguage.ITALIAN])
        header, body, buttons = rich.components
        self.assertIsInstance(header, templates.HeaderImage)
        self.assertEqual(body.example, ("example 1",))
        self.assertIsInstance(buttons.buttons[0], templates.URLButton)
        self.assertEqual(rich.rejected_reason, templates.TemplateRejectionReason.NONE)
        self.assertEqual(self.client.get_template(rich.id).name, "rich")

    def test_a_template_is_made_reviewed_edited_and_deleted(self):
        made = self.client.create_template(templates.Template(
            name="made", language=templates.TemplateLanguage.ITALIAN, category=templates.TemplateCategory.UTILITY,
            components=[templates.BodyText("Ciao {{1}}, tutto bene?", "Anna"), templates.FooterText(text="Acme")]))
        self.assertEqual(made.status, templates.TemplateStatus.PENDING)
        call = self.callback(lambda call: b"message_template_status_update" in call.body and call)
        self.assertIsNone(self.client.webhook_update_validator(call.body, call.headers["X-Hub-Signature-256"]))
        self.assertEqual(self.client.get_template(made.id).status, templates.TemplateStatus.APPROVED)
        self.accepted(self.client.send_template(
            TO, "made", templates.TemplateLanguage.ITALIAN, [templates.BodyText.params("Bea")]))
        edited = self.client.update_template(made.id, new_components=[templates.BodyText("Salve!")])
        self.assertTrue(edited.success)
        self.assertTrue(self.client.delete_template("made"))
        self.assertEqual(len(self.client.get_templates(name="made")), 0)
        unpaused, = self.client.get_templates(name="paused")
        self.assertTrue(self.client.unpause_template(unpaused.id))
        self.control("PUT", f"/templates/{unpaused.id}", {"status": "PAUSED"})

    # Webhooks

    def test_statuses_and_messages_are_read_by_the_client(self):
        client, seen = self.connect(), []
        client.on_message_status(lambda _, status: seen.append((status.id, status.status.value, status.tracker)))
        client.on_message(filters.text)(lambda _, message: seen.append((message.from_user.wa_id, message.text, None)))
        sent = client.send_message(TO, "x", tracker="0190a0b0.7")
        wanted = [(sent.id, state, "0190a0b0.7") for state in ["sent", "delivered", "read"]]
        self.hand_over(client, lambda: set(wanted) <= set(seen))
        self.assertEqual([one for one in seen if one[0] == sent.id], wanted)
        self.control("POST", f"/people/{PERSON}/says", {"to": PHONE, "text": "Perché? 😀"})
        self.hand_over(client, lambda: (TO, "Perché? 😀", None) in seen)

    def test_a_failure_is_read_with_its_error(self):
        client, seen = self.connect(), []
        client.on_message_status(filters.failed)(lambda _, status: seen.append(status))
        # Their window is closed from the start.
        sent = client.send_message(STRANGER.removeprefix("+"), "x")
        self.hand_over(client, lambda: any(status.id == sent.id for status in seen))
        failed, = [status for status in seen if status.id == sent.id]
        self.assertIsInstance(failed.error, errors.ReEngagementMessage)

    def hand_over(self, client, is_done):
        """Gives the client the webhooks that come, until it has seen what is wanted."""
        while not is_done():
            call = self.callback(lambda call: call.path == "/webhook" and call)
            self.assertIsNone(client.webhook_update_validator(call.body, call.headers["X-Hub-Signature-256"]))
            self.assertIsNotNone(client.webhook_update_validator(call.body, "sha256=" + "0" * 64))
            self.assertEqual(client.webhook_update_handler(call.body)[1], 200)
