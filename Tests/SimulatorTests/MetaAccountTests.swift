import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetaAccountTests {
  @Test(
    "an object tells the fields that it is asked for, else the usual ones",
    arguments: [
      (
        Demo.wabaID, nil,
        ["currency", "id", "message_template_namespace", "name", "timezone_id"]
      ),
      (
        Demo.wabaID, "id,account_review_status,owner_business_info{id,name},subscribed_apps",
        ["account_review_status", "id", "owner_business_info", "subscribed_apps"]
      ),
      (Demo.wabaID, "health_status", ["health_status", "id"]),
      (
        Demo.phoneNumberID, nil,
        [
          "code_verification_status", "display_phone_number", "id", "platform_type",
          "quality_rating", "throughput", "verified_name",
        ]
      ),
      (
        Demo.phoneNumberID,
        "status,name_status,account_mode,is_pin_enabled,whatsapp_business_manager_messaging_limit",
        [
          "account_mode", "id", "is_pin_enabled", "name_status", "status",
          "whatsapp_business_manager_messaging_limit",
        ]
      ),
    ] as [(String, String?, [String])])
  func fields(id: String, asked: String?, told: [String]) throws {
    let stand = try Stand()
    let answer = stand.metaGet("/v24.0/\(id)" + (asked.map { "?fields=\($0)" } ?? ""))
    #expect(answer.json?.fields?.map(\.name).sorted() == told)
    #expect(answer.json?["id"]?.string == id)
  }

  @Test(
    "a field that no such object has is refused",
    arguments: [
      Demo.wabaID, Demo.phoneNumberID, "\(Demo.wabaID)/phone_numbers",
      "\(Demo.wabaID)/message_templates", "\(Demo.phoneNumberID)/whatsapp_business_profile",
      "\(Demo.phoneNumberID)/settings",
    ])
  func strangeField(path: String) throws {
    let answer = try Stand().metaGet("/v24.0/\(path)?fields=id,messaging_limit_tier")
    #expect(answer.status == 400)
    #expect(answer.code == 100)
    #expect(answer.text.contains("nonexisting field (messaging_limit_tier)"))
  }

  @Test("a business profile is told as it was set, and refuses what is too long or unknown")
  func profile() throws {
    let stand = try Stand()
    let path = "/v24.0/\(Demo.phoneNumberID)/whatsapp_business_profile"
    let set = stand.meta(
      #"{"messaging_product":"whatsapp","about":"Open","email":"a@b.c","vertical":"RETAIL","#
        + #""websites":["https://a.example"]}"#, path)
    #expect(set.json?["success"]?.bool == true)
    let found = stand.metaGet("\(path)?fields=about,address,email,vertical,websites")
    let profile = found.json?["data"]?.items?.first
    #expect(profile?["about"]?.string == "Open")
    #expect(profile?["email"]?.string == "a@b.c")
    #expect(profile?["vertical"]?.string == "RETAIL")
    #expect(profile?["websites"]?.items?.map(\.string) == ["https://a.example"])
    #expect(profile?["address"] == nil)
    for wrong in [
      #""about":"""#, #""about":"\#(String(repeating: "a", count: 140))""#,
      #""websites":["a","b","c"]"#, #""vertical":"SPACE""#,
    ] {
      #expect(stand.meta("{\"messaging_product\":\"whatsapp\",\(wrong)}", path).code == 100)
    }
    #expect(stand.meta(#"{"about":"x"}"#, path).code == 100)
  }

  @Test(
    "settings are changed one feature at a time",
    arguments: [
      (#"{"storage_configuration":{"status":"NO_STORAGE_ENABLED","retention_minutes":60}}"#, nil),
      (#"{"user_identity_change":{"enable_identity_key_check":true}}"#, nil),
      (#"{"calling":{"status":"ENABLED"},"user_identity_change":{}}"#, 100), ("{}", 100),
      (#"{"calling":1}"#, 100), (#"{"calling":{"sip":{"status":"ENABLED"}}}"#, 138015),
    ] as [(String, Int64?)])
  func settings(body: String, code: Int64?) throws {
    let stand = try Stand()
    let path = "/v24.0/\(Demo.phoneNumberID)/settings"
    #expect(stand.meta(body, path).code == code)
    let found = stand.metaGet(path).json
    #expect(found?["calling"]?["status"]?.string == "DISABLED")
    if code == nil, let feature = try JSONDocument(Array(body.utf8)).root.fields?.first {
      #expect(found?[feature.name]?.text == feature.value.text)
    }
  }

  @Test("SIP without a server makes the whole BLOCKED, while every entity can send")
  func health() throws {
    let stand = try Stand { $0.portfolios = [:] }
    let path = "/v24.0/\(Demo.phoneNumberID)"
    func health() -> JSONValue? {
      stand.metaGet("\(path)?fields=health_status").json?["health_status"]
    }
    #expect(health()?["can_send_message"]?.string == "AVAILABLE")
    let types = health()?["entities"]?.items?.map { $0["entity_type"]?.string }
    #expect(types == ["PHONE_NUMBER", "WABA", "BUSINESS", "APP"])
    let calling = #"{"calling":{"status":"ENABLED","sip":{"status":"ENABLED"}}}"#
    #expect(stand.meta(calling, "\(path)/settings").status == 200)
    let blocked = health()
    #expect(blocked?["can_send_message"]?.string == "BLOCKED")
    let entities = blocked?["entities"]?.items ?? []
    #expect(entities.allSatisfy { $0["can_send_message"]?.string == "AVAILABLE" })
    #expect(entities.first?["can_receive_call_sip"]?.string == "BLOCKED")
    #expect(entities.first?["errors"]?.items?.first?["error_code"]?.integer == 138025)
    #expect(stand.meta(metaText()).status == 200)
  }

  @Test("a number is registered by its pin, ten times in three days, and sends nothing without it")
  func registration() throws {
    let stand = try Stand()
    let phone = "/v24.0/\(Demo.phoneNumberID)"
    func register(_ pin: String) -> Answer {
      stand.meta(#"{"messaging_product":"whatsapp","pin":"\#(pin)"}"#, "\(phone)/register")
    }
    #expect(stand.meta("", "\(phone)/deregister").json?["success"]?.bool == true)
    #expect(stand.meta("", "\(phone)/deregister").code == 100)
    #expect(stand.meta(metaText()).code == 133010)
    #expect(stand.metaGet(phone).json?["platform_type"]?.string == "NOT_APPLICABLE")
    #expect(register("12345").code == 100)
    #expect(register("123456").json?["success"]?.bool == true)
    #expect(register("654321").code == 133005)
    #expect(stand.meta(metaText()).status == 200)
    #expect(stand.meta(#"{"pin":"654321"}"#, phone).json?["success"]?.bool == true)
    for _ in 0..<8 { #expect(register("654321").status == 200) }
    #expect(register("654321").code == 133016)
    stand.simulator.advance(.seconds(3 * 86400))
    #expect(register("654321").status == 200)
  }

  @Test("webhooks go to the number's own address, else the account's, else the app's")
  func overrides() throws {
    let (app, waba, phone) = (try Receiver(), try Receiver(), try Receiver())
    let stand = try Stand { $0.meta[0].webhookURL = app.url }
    let edge = "/v24.0/\(Demo.wabaID)/subscribed_apps"
    func override(_ url: String) -> String {
      #"{"override_callback_uri":"\#(url)","verify_token":"v"}"#
    }
    func says(to receiver: Receiver) -> Bool {
      let before = receiver.all.count
      stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("x")))
      return receiver.wait(for: before + 1).count == before + 1
    }
    #expect(says(to: app))
    #expect(stand.meta(override(waba.url), edge).json?["success"]?.bool == true)
    let told = stand.metaGet(edge).json?["data"]?.items?.first
    #expect(told?["whatsapp_business_api_data"]?["id"]?.string == Demo.appID)
    #expect(told?["override_callback_uri"]?.string == waba.url)
    #expect(says(to: waba))
    let path = "/v24.0/\(Demo.phoneNumberID)"
    let set = #"{"webhook_configuration":\#(override(phone.url))}"#
    #expect(stand.meta(set, path).json?["success"]?.bool == true)
    let configuration = stand.metaGet("\(path)?fields=webhook_configuration")
      .json?["webhook_configuration"]
    #expect(configuration?["phone_number"]?.string == phone.url)
    #expect(configuration?["whatsapp_business_account"]?.string == waba.url)
    #expect(configuration?["application"]?.string == app.url)
    #expect(says(to: phone))
    let unset = #"{"webhook_configuration":{"override_callback_uri":""}}"#
    #expect(stand.meta(unset, path).status == 200)
    #expect(says(to: waba))
    #expect(stand.meta("", edge).status == 200)
    #expect(says(to: app))
    #expect(stand.meta(override("nowhere"), edge).code == 100)
  }

  @Test("an account whose webhooks nobody wants tells nobody")
  func unsubscribed() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let edge = "/v24.0/\(Demo.wabaID)/subscribed_apps"
    let bearer = HTTPHeader("Authorization", "Bearer \(Demo.accessToken)")
    #expect(stand.call("DELETE", edge, [bearer]).json?["success"]?.bool == true)
    #expect(stand.metaGet(edge).json?["data"]?.items?.isEmpty == true)
    _ = stand.meta(metaText())
    #expect(stand.ledger()?["callbacks"]?["meta"]?["planned"]?.integer == 0)
    #expect(stand.meta("", edge).status == 200)
    stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("x")))
    #expect(receiver.wait(for: 1).count == 1)
  }

  @Test("an app's own token, and no other, sets where its webhooks go")
  func subscriptions() throws {
    let receiver = try Receiver()
    let stand = try Stand()
    let query =
      "object=whatsapp_business_account&callback_url=\(escaped(receiver.url))&verify_token=v"
    let path = "/v24.0/\(Demo.appID)/subscriptions?\(query)"
    #expect(stand.meta("", path).code == 15)
    let own = stand.metaGet(
      "/v24.0/oauth/access_token?grant_type=client_credentials&client_id=\(Demo.appID)"
        + "&client_secret=\(Demo.appSecret)")
    let token = own.json?["access_token"]?.string ?? ""
    #expect(stand.meta("", path, token: token).json?["success"]?.bool == true)
    #expect(stand.meta(metaText(), token: token).code == 190)
    stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("x")))
    #expect(receiver.wait(for: 1).count == 1)
  }

  @Test("a portfolio that may reach more people says so, and does")
  func capability() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.portfolios = [Demo.portfolio: 1]
      $0.everyone.hasOpenWindow = false
      $0.life.isReported = false
    }
    func send(to number: Int) -> Answer {
      stand.meta(
        metaText("+39333000000\(number)").replacing(
          #""type":"text","text":{"body":"ciao"}"#,
          with: #""type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}"#
        ))
    }
    #expect(send(to: 1).status == 200)
    #expect(send(to: 2).code == 80007)
    let path = "/_sim/portfolios/\(Demo.portfolio)"
    #expect(stand.call("PUT", path, [], Array(#"{"limit": 2000}"#.utf8)).status == 204)
    #expect(send(to: 2).status == 200)
    let change = try JSONDocument(receiver.wait(for: 1).first?.body ?? []).root["entry"]?.items?
      .first?["changes"]?.items?.first
    #expect(change?["field"]?.string == "business_capability_update")
    #expect(change?["value"]?["max_daily_conversations_per_business"]?.string == "TIER_2K")
    #expect(stand.call("PUT", path, [], Array(#"{"limit": 0}"#.utf8)).status == 422)
    let none = Array(#"{"limit": 9}"#.utf8)
    #expect(stand.call("PUT", "/_sim/portfolios/none", [], none).status == 404)
  }
}
