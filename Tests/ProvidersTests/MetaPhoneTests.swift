import Domain
import JSON
import Providers
import Testing

@Suite struct MetaPhoneTests {
  static let sender = MetaSender(phoneNumberID: "1065", token: Secret("token"))

  private static func answer(_ body: String, status: Int = 200) -> ProviderAnswer {
    ProviderAnswer(status: status, body: Array(body.utf8))
  }

  private static func changes(_ body: String) throws -> [PhoneChange] {
    try PhoneChanges(try JSONDocument(Array(body.utf8)).root).all
  }

  @Test(
    "each change is one request of Meta's",
    arguments: [
      (
        #"{"profile":{"about":"Open","websites":["https://a.example"]}}"#,
        "POST /1065/whatsapp_business_profile",
        #"{"messaging_product":"whatsapp","about":"Open","websites":["https://a.example"]}"#
      ),
      (
        #"{"displayName":"Acme"}"#, "POST /1065",
        #"{"messaging_product":"whatsapp","new_display_name":"Acme"}"#
      ),
      (#"{"pin":"123456"}"#, "POST /1065", #"{"pin":"123456"}"#),
      (#"{"username":"acme"}"#, "POST /1065/username", #"{"username":"acme"}"#),
      (#"{"username":null}"#, "DELETE /1065/username", ""),
      (
        #"{"automation":{"prompts":["Hours?"],"commands":[{"name":"menu","description":"d"}]}}"#,
        "POST /1065/conversational_automation",
        #"{"prompts":["Hours?"],"commands":[{"command_name":"menu","command_description":"d"}]}"#
      ),
      (
        #"{"calling":{"status":"ENABLED"}}"#, "POST /1065/settings",
        #"{"calling":{"status":"ENABLED"}}"#
      ),
      (
        #"{"sip":{"status":"ENABLED","hostname":"sip.example.com"}}"#, "POST /1065/settings",
        #"{"calling":{"sip":{"status":"ENABLED","servers":[{"hostname":"sip.example.com","port":5061}]}}}"#
      ),
      (
        #"{"sip":{"status":"DISABLED"}}"#, "POST /1065/settings",
        #"{"calling":{"sip":{"status":"DISABLED"}}}"#
      ),
    ])
  func change(body: String, line: String, sent: String) throws {
    let changes = try Self.changes(body)
    let request = try #require(changes.first).request(of: Self.sender)
    #expect(changes.count == 1)
    #expect("\(request.method) \(request.path)" == line)
    #expect(text(request.body) == sent)
    #expect(request.headers.first == ProviderHeader("Authorization", "Bearer token"))
    #expect(!"\(changes)".contains("123456"))
  }

  @Test("calling and SIP are asked for one after the other: Meta takes one feature at a time")
  func features() throws {
    let changes = try Self.changes(
      #"{"sip":{"status":"DISABLED"},"calling":{"status":"ENABLED"},"pin":"123456"}"#)
    #expect(changes.map(\.field) == ["pin", "calling", "sip"])
  }

  @Test(
    "what Meta would refuse for its form is told by its pointer",
    arguments: [
      ("{}", [""]), (#"{"pim":"1"}"#, ["/pim"]), (#"{"pin":"12345"}"#, ["/pin"]),
      (#"{"pin":123456}"#, ["/pin"]), (#"{"displayName":"A"}"#, ["/displayName"]),
      (#"{"profile":{}}"#, ["/profile"]), (#"{"profile":{"about":""}}"#, ["/profile/about"]),
      (
        #"{"profile":{"about":"\#(String(repeating: "a", count: 140))","email":1}}"#,
        ["/profile/about", "/profile/email"]
      ),
      (
        #"{"profile":{"vertical":"SPACE","websites":["x"]}}"#,
        ["/profile/vertical", "/profile/websites/0"]
      ),
      (#"{"profile":{"websites":["a","b","c"]}}"#, ["/profile/websites"]),
      (
        #"{"profile":{"profile_picture_handle":"4::x"}}"#, ["/profile/profile_picture_handle"]
      ),
      (#"{"sip":{"status":"ENABLED"}}"#, ["/sip/hostname"]),
      (
        #"{"sip":{"status":"on","hostname":"https://x","port":70000}}"#,
        ["/sip/status", "/sip/hostname", "/sip/port"]
      ),
      (#"{"calling":{"status":"YES"}}"#, ["/calling/status"]),
      (
        #"{"calling":{"sip":{"status":"ENABLED"}}}"#, ["/calling/sip"]
      ),
      (
        #"{"calling":{"call_hours":{"weekly_operating_hours":[{"day_of_week":"MONDAY","open_time":"0900","close_time":"0800"}]}}}"#,
        ["/calling/call_hours/weekly_operating_hours/0/close_time"]
      ),
      (
        #"{"automation":{"prompts":["a","b","c","d","e"]}}"#, ["/automation/prompts"]
      ),
      (
        #"{"automation":{"commands":[{"name":"a"}]}}"#, ["/automation/commands/0/description"]
      ),
      (#"{"username":""}"#, ["/username"]),
    ])
  func faults(body: String, pointers: [String]) throws {
    let root = try JSONDocument(Array(body.utf8)).root
    let faults = #expect(throws: FieldFaults.self) { try PhoneChanges(root) }
    #expect(faults?.all.map(\.pointer) == pointers)
  }

  @Test("a field that Meta's version does not have is left out, whatever else it refuses is not")
  func fields() throws {
    let refused = Self.answer(
      #"{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (search_visibility) on node type (X)"}}"#,
      status: 400)
    let left = try #require(MetaPhone.fields.without(refusedBy: refused))
    #expect(left.names.count == MetaPhone.fields.names.count - 1)
    #expect(!left.names.contains("search_visibility"))
    #expect(left.without(refusedBy: refused) == nil)
    let other = Self.answer(#"{"error":{"code":190,"message":"x"}}"#, status: 401)
    #expect(MetaPhone.fields.without(refusedBy: other) == nil)
    #expect(Self.sender.look(for: MetaFields(["id", "status"])).path == "/1065?fields=id%2Cstatus")
  }

  @Test("what a number tells is kept as it came, also values that nobody has heard of")
  func node() throws {
    let node = try MetaNode(
      Self.answer(#"{"id":"1065","status":"SOMETHING_NEW","throughput":{"level":9}}"#))
    #expect(node.text("status") == "SOMETHING_NEW" && node.text("id") == "1065")
    #expect(node.root?["throughput"]?["level"]?.integer == 9)
    #expect(throws: LookupFailed.self) { try MetaNode(Self.answer("[]")) }
    #expect(throws: LookupFailed.self) { try MetaNode(Self.answer("{}", status: 500)) }
    for nested in [
      #"{"data":[{"about":"x"}]}"#, #"{"data":[{"business_profile":{"about":"x"}}]}"#,
    ] {
      #expect(try MetaNode(first: Self.answer(nested)).text("about") == "x")
    }
  }

  @Test("a picture goes up in an upload that goes on from where it is")
  func upload() throws {
    let begin = PictureUpload.begin(
      "p.png", type: "image/png", length: 6, app: "77", by: Self.sender)
    #expect(begin.path == "/77/uploads?file_name=p.png&file_length=6&file_type=image%2Fpng")
    let upload = try PictureUpload(Self.answer(#"{"id":"upload:abc?sig=x"}"#))
    let rest = upload.send([1, 2, 3][1...], from: 4, by: Self.sender)
    #expect(rest.path == "/upload:abc?sig=x" && rest.body == [2, 3])
    #expect(rest.headers[0] == ProviderHeader("Authorization", "OAuth token"))
    #expect(rest.headers[1] == ProviderHeader("file_offset", "4"))
    #expect(try PictureUpload.offset(Self.answer(#"{"id":"u","file_offset":4}"#), of: 6) == 4)
    #expect(try PictureUpload.handle(Self.answer(#"{"h":"4::x\n5::y"}"#)) == "4::x\n5::y")
    #expect(throws: LookupFailed.self) {
      try PictureUpload.offset(Self.answer(#"{"file_offset":7}"#), of: 6)
    }
    #expect(throws: LookupFailed.self) { try PictureUpload(Self.answer(#"{"id":"../x"}"#)) }
    #expect(PictureUpload.type(of: [0xFF, 0xD8, 0xFF, 0]) == "image/jpeg")
    #expect(PictureUpload.type(of: Array("<svg>".utf8)) == nil)
  }

  @Test(
    "people who are kept away are read in every form that is seen",
    arguments: [
      #"{"data":[{"messaging_product":"whatsapp","wa_id":"39333"}]}"#,
      #"{"data":[{"block_users":[{"wa_id":"39333"}]}],"paging":{"cursors":{"after":"x"}}}"#,
    ])
  func blocked(body: String) throws {
    let list = try BlockedPeople(Self.answer(body))
    #expect(list.people == ["39333"] && list.after == nil)
    let request = BlockedPeople.change(["+39333", "IT.8a"], isBlocking: false, of: Self.sender)
    #expect(request.method == "DELETE")
    #expect(
      text(request.body)
        == #"{"messaging_product":"whatsapp","block_users":[{"user":"+39333"},{"user_id":"IT.8a"}]}"#
    )
    let changed = try BlockedPeople.Changed(
      Self.answer(
        #"{"error":{"code":139100},"block_users":{"failed_users":[{"input":"+39333","errors":[{"code":139101,"message":"not in a day"}]}]}}"#,
        status: 400))
    #expect(changed.done.isEmpty && changed.failed.map(\.person) == ["+39333"])
    #expect(changed.failed.first?.reason == "not in a day")
    #expect(throws: LookupFailed.self) {
      try BlockedPeople.Changed(Self.answer(#"{"error":{"code":139102}}"#, status: 400))
    }
  }

  @Test("the number's own address for webhooks comes first, its account's next, the app's last")
  func levels() throws {
    var levels = WebhookLevels(app: "https://app")
    #expect(levels.inForce?.url == "https://app")
    levels.account = "https://waba"
    #expect(levels.inForce?.level == .account)
    levels.phone = "https://phone"
    #expect(levels.inForce?.level == .phone)
    let node = try MetaNode(
      Self.answer(
        #"{"webhook_configuration":{"phone_number":"","whatsapp_business_account":"https://w","application":"https://a"}}"#
      ))
    #expect(WebhookLevels(node) == WebhookLevels(account: "https://w", app: "https://a"))
  }

  @Test(
    "an address is shown without what may be a key",
    arguments: [
      ("https://a.example/x", "https://a.example/x"),
      ("https://a.example/x?api-key=secret", "https://a.example/x?…"),
      ("https://user:secret@a.example/x", "https://…@a.example/x"),
      ("https://a.example/@secret", "https://a.example/@secret"), ("", ""),
    ])
  func shown(url: String, shown: String) { #expect(shownURL(url) == shown) }

  @Test("subscriptions of an app and of an account are read, and what is missing is named")
  func subscriptions() throws {
    let found = try #require(
      try MetaSubscription.read(
        Self.answer(
          #"{"data":[{"object":"page"},{"object":"whatsapp_business_account","callback_url":"https://a","active":true,"fields":[{"name":"messages","version":"v24.0"}]}]}"#
        )))
    #expect(found.url == "https://a" && found.missing.count == MetaSubscription.fields.count - 1)
    #expect(try MetaSubscription.read(Self.answer(#"{"data":[]}"#)) == nil)
    let apps = try SubscribedApp.all(
      Self.answer(
        #"{"data":[{"whatsapp_business_api_data":{"id":"77","name":"n"},"override_callback_uri":"https://o"}]}"#
      ))
    #expect(apps.map(\.id) == ["77"] && apps.map(\.override) == ["https://o"])
    let app = MetaApp(id: "77", secret: Secret("s3cret"))
    let request = app.subscribe(to: "https://a", verifyToken: Secret("v"))
    #expect(request.path == "/77/subscriptions")
    #expect(text(request.body).hasPrefix("object=whatsapp_business_account&callback_url="))
    #expect(!"\(request.headers)".contains("s3cret"))
    #expect(text(Self.sender.override(nil).body).contains(#""override_callback_uri":"""#))
    #expect(text(Self.sender.subscribe(to: "9", nil).body) == "{}")
  }
}
