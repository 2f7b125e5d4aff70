import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct TwilioPlatformTests {
  @Test(
    "a promoted token opens the account and signs callbacks from then on; the former does neither")
  func tokens() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.life.isReported = false }
    stand.simulator.report(inboundTo: receiver.url, webhooksTo: nil)
    let user = Demo.accountSid
    func ask(_ method: String, _ path: String, _ token: String) -> Answer {
      stand.call(method, path, [authorization(user, token)])
    }
    func signs(_ token: String) -> Bool {
      let count = receiver.all.count
      stand.simulator.says("+393331234567", Saying(to: Demo.smsAddress, .text("x")))
      guard let call = receiver.wait(for: count + 1).last else { return false }
      return call.headers.first("X-Twilio-Signature") == signature(call, receiver.url, token: token)
    }
    #expect(ask("POST", "/v1/AuthTokens/Promote", Demo.authToken).status == 404)
    let made = ask("POST", "/v1/AuthTokens/Secondary", Demo.authToken)
    #expect(made.status == 201)
    let secondary = made.json?["secondary_auth_token"]?.string ?? ""
    #expect(stand.twilio(whatsAppForm, secret: secondary).status == 201)
    #expect(signs(Demo.authToken))
    let promoted = ask("POST", "/v1/AuthTokens/Promote", Demo.authToken)
    #expect(promoted.json?["auth_token"]?.string == secondary)
    #expect(stand.twilio(whatsAppForm, secret: secondary).status == 201)
    #expect(stand.twilio(whatsAppForm).code == 20003)
    #expect(signs(secondary))
  }

  @Test("a secondary token that is given up opens nothing")
  func givenUp() throws {
    let stand = try Stand()
    let headers = [authorization(Demo.accountSid, Demo.authToken)]
    let path = "/v1/AuthTokens/Secondary"
    let token = stand.call("POST", path, headers).json?["secondary_auth_token"]?.string ?? ""
    #expect(stand.call("DELETE", path, headers).status == 204)
    #expect(stand.twilio(whatsAppForm, secret: token).code == 20003)
    #expect(stand.call("DELETE", path, headers).code == 20404)
    #expect(stand.call("POST", path, [authorization(Demo.accountSid, "wrong")]).code == 20003)
  }

  @Test("WhatsApp senders are listed with their standing, and why one is offline")
  func senders() throws {
    let stand = try Stand()
    let path = "/v2/Channels/Senders?Channel=whatsapp&PageSize=1"
    let first = stand.twilioGet(path)
    #expect(first.json?["senders"]?.items?.first?["sender_id"]?.string == Demo.sandboxAddress)
    #expect(first.json?["meta"]?["key"]?.string == "senders")
    #expect(first.json?["meta"]?["next_page_url"]?.string?.hasSuffix("Page=1") == true)
    let body = Array(
      #"{"status": "OFFLINE", "quality": "LOW", "reasons": [{"code": 63020, "message": "Not invited"}]}"#
        .utf8)
    let place = "/_sim/senders/\(escaped(Demo.whatsAppAddress))"
    #expect(stand.call("PUT", place, [], body).status == 204)
    let second = stand.twilioGet(path + "&Page=1")
    let sender = second.json?["senders"]?.items?.first
    #expect(sender?["status"]?.string == "OFFLINE")
    #expect(sender?["properties"]?["quality_rating"]?.string == "LOW")
    #expect(sender?["offline_reasons"]?.items?.first?["code"]?.string == "63020")
    #expect(second.json?["meta"]?["next_page_url"]?.isNull == true)
    let sid = sender?["sid"]?.string ?? ""
    #expect(stand.twilioGet("/v2/Channels/Senders/\(sid)").sid == sid)
    #expect(stand.twilioGet("/v2/Channels/Senders/XE0").code == 20404)
    #expect(stand.call("PUT", "/_sim/senders/nobody", [], body).status == 404)
  }

  @Test("contents are told with their approvals")
  func contents() throws {
    let stand = try Stand {
      $0.twilio[0].contents.append(.init(sid: "HX" + String(repeating: "1", count: 32)))
      $0.twilio[0].contents[1].isPaused = true
    }
    let all = stand.twilioGet("/v2/ContentAndApprovals").json?["contents"]?.items ?? []
    #expect(
      all.map { $0["approval_requests"]?["status"]?.string } == ["approved", "paused"])
    #expect(all[0]["variables"]?.fields?.map(\.name) == ["1", "2"])
    let path = "/v1/Content/\(Demo.contentSid)"
    #expect(stand.twilioGet(path).sid == Demo.contentSid)
    let approval = stand.twilioGet(path + "/ApprovalRequests")
    #expect(approval.json?["whatsapp"]?["status"]?.string == "approved")
    #expect(stand.twilioGet("/v1/Content/HX0").code == 20404)
  }
}
