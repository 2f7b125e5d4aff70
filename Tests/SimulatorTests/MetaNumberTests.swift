import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetaNumberTests {
  private static let phone = "/v24.0/\(Demo.phoneNumberID)"
  private static let app = "\(Demo.appID)|\(Demo.appSecret)"

  private func put(_ stand: Stand, _ path: String, _ body: String) -> Answer {
    stand.call("PUT", "/_sim/\(path)", [], Array(body.utf8))
  }

  @Test("a number is verified by the code that was sent to it, and by no other")
  func verification() throws {
    let stand = try Stand()
    let unverified = #"{"codeVerificationStatus":"NOT_VERIFIED"}"#
    #expect(put(stand, "numbers/\(Demo.phoneNumberID)", unverified).status == 204)
    func status() -> String? {
      stand.metaGet("\(Self.phone)?fields=code_verification_status")
        .json?["code_verification_status"]?.string
    }
    #expect(stand.meta("", "\(Self.phone)/verify_code?code=123830").code == 136025)
    #expect(stand.meta("", "\(Self.phone)/request_code?code_method=FAX").code == 100)
    let ask = "\(Self.phone)/request_code?code_method=SMS&language=en_US"
    #expect(stand.meta("", ask).json?["success"]?.bool == true)
    #expect(stand.meta("", "\(Self.phone)/verify_code?code=000000").code == 136025)
    #expect(status() == "NOT_VERIFIED")
    #expect(stand.meta("", "\(Self.phone)/verify_code?code=123830").status == 200)
    #expect(status() == "VERIFIED")
  }

  @Test("health is told as it was set, with what the account was found to be")
  func standing() throws {
    let stand = try Stand()
    let body =
      #"{"nameStatus":"DECLINED","status":"FLAGGED","health":[{"entity":"WABA","code":141006,"text":"No payment","solution":"Add one"},{"entity":"MESSAGE_TEMPLATE","id":"7"}]}"#
    #expect(put(stand, "numbers/\(Demo.phoneNumberID)", body).status == 204)
    let found = stand.metaGet("\(Self.phone)?fields=name_status,status,health_status").json
    #expect(found?["name_status"]?.string == "DECLINED" && found?["status"]?.string == "FLAGGED")
    let entities = found?["health_status"]?["entities"]?.items ?? []
    #expect(
      entities.filter { $0["can_send_message"]?.string == "BLOCKED" }.map {
        $0["entity_type"]?.string
      } == ["WABA", "MESSAGE_TEMPLATE"])
    #expect(entities[1]["errors"]?.items?.first?["error_code"]?.integer == 141006)
    #expect(put(stand, "numbers/\(Demo.phoneNumberID)", #"{"health":[]}"#).status == 204)
    let health = stand.metaGet("\(Self.phone)?fields=health_status").json?["health_status"]
    #expect(health?["can_send_message"]?.string == "AVAILABLE")
    #expect(
      put(stand, "accounts/\(Demo.wabaID)", #"{"businessVerification":"pending"}"#).status == 204)
    let account = stand.metaGet("/v24.0/\(Demo.wabaID)?fields=business_verification_status").json
    #expect(account?["business_verification_status"]?.string == "pending")
    #expect(put(stand, "numbers/9", "{}").status == 404)
    #expect(put(stand, "numbers/\(Demo.phoneNumberID)", #"{"x":1}"#).status == 422)
  }

  @Test("an app's subscription is read, set and taken away with the app's own token alone")
  func subscriptions() throws {
    let stand = try Stand()
    let path = "/v24.0/\(Demo.appID)/subscriptions"
    func get() -> Answer {
      stand.call("GET", path, [HTTPHeader("Authorization", "Bearer \(Self.app)")])
    }
    #expect(stand.metaGet(path).code == 15)
    #expect(get().json?["data"]?.items?.isEmpty == true)
    func set(_ fields: String) -> Answer {
      stand.meta(
        #"{"object":"whatsapp_business_account","callback_url":"http://127.0.0.1:1/x","verify_token":"v","fields":"\#(fields)"}"#,
        path, token: Self.app)
    }
    #expect(set("messages,nonsense").code == 100)
    #expect(set("messages,account_update").status == 200)
    let found = get().json?["data"]?.items?.first
    #expect(found?["callback_url"]?.string == "http://127.0.0.1:1/x")
    #expect(
      found?["fields"]?.items?.map { $0["name"]?.string } == ["messages", "account_update"])
    let wrong = [HTTPHeader("Authorization", "Bearer \(Demo.appID)|wrong")]
    #expect(stand.call("GET", path, wrong).code == 190)
  }

  @Test("a file goes up piece by piece, each from where the one before ended")
  func upload() throws {
    let stand = try Stand()
    let begin = "/v24.0/\(Demo.appID)/uploads?file_name=a.png&file_length=6&file_type=image%2Fpng"
    let id = try #require(stand.meta("", begin).json?["id"]?.string)
    func send(_ bytes: [UInt8], from offset: Int, _ word: String = "OAuth") -> Answer {
      stand.call(
        "POST", "/v24.0/\(id)",
        [
          HTTPHeader("Authorization", "\(word) \(Demo.accessToken)"),
          HTTPHeader("file_offset", "\(offset)"),
        ], bytes)
    }
    #expect(send([1], from: 0, "Basic").code == 190)
    #expect(send([1, 2], from: 1).code == 100)
    #expect(send([1, 2], from: 0).code == 100)
    let where_ = stand.call(
      "GET", "/v24.0/\(id)", [HTTPHeader("Authorization", "OAuth \(Demo.accessToken)")])
    #expect(where_.json?["file_offset"]?.integer == 2)
    #expect(send([3, 4, 5, 6], from: 2).json?["h"]?.string?.hasPrefix("4::") == true)
    #expect(stand.meta("", begin.replacing("image%2Fpng", with: "text%2Fplain")).code == 100)
  }

  @Test("a name, prompts and people who are kept away stay as they were set")
  func rest() throws {
    let stand = try Stand()
    let name = "\(Self.phone)/username"
    #expect(stand.meta(#"{"username":"acme"}"#, name).status == 200)
    #expect(stand.metaGet(name).json?["username"]?.string == "acme")
    let bearer = [HTTPHeader("Authorization", "Bearer \(Demo.accessToken)")]
    #expect(stand.call("DELETE", name, bearer).status == 200)
    #expect(stand.metaGet(name).json?["username"] == nil)
    let automation = "\(Self.phone)/conversational_automation"
    #expect(stand.meta(#"{"enable_welcome_message":true}"#, automation).code == 100)
    #expect(stand.meta(#"{"prompts":["Hours?"]}"#, automation).status == 200)
    let told = stand.metaGet("\(Self.phone)?fields=conversational_automation").json
    #expect(told?["conversational_automation"]?["prompts"]?.items?.count == 1)
    let edge = "\(Self.phone)/block_users"
    let block = #"{"messaging_product":"whatsapp","block_users":[{"user":"+393331234567"}]}"#
    #expect(stand.meta(block, edge).code == 139100)
    let says = Array(#"{"to":"\#(Demo.phoneNumberID)","text":"hi"}"#.utf8)
    #expect(stand.call("POST", "/_sim/people/+393331234567/says", [], says).status == 202)
    #expect(stand.meta(block, edge).json?["block_users"]?["added_users"]?.items?.count == 1)
    #expect(
      stand.metaGet(edge).json?["data"]?.items?.map { $0["wa_id"]?.string } == ["393331234567"])
    #expect(stand.call("DELETE", edge, bearer + [json], Array(block.utf8)).status == 200)
    #expect(stand.metaGet(edge).json?["data"]?.items?.isEmpty == true)
  }

  private let json = HTTPHeader("Content-Type", "application/json")
}
