import HTTP
import JSON
import Platform
import Simulator
import TestSupport
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

  @Test("an API key lists messages and does not see the account")
  func keys() throws {
    let stand = try Stand { $0.twilio[0].apiKeys = ["SK1": "secret"] }
    let account = "/2010-04-01/Accounts/\(Demo.accountSid)"
    let key = [authorization("SK1", "secret")]
    #expect(stand.call("GET", account + ".json", key).code == 20003)
    #expect(stand.call("GET", "/2010-04-01/Accounts.json", key).code == 20003)
    let list = stand.call("GET", account + "/Messages.json?PageSize=1", key)
    #expect(list.status == 200 && list.json?["messages"]?.items?.isEmpty == true)
    #expect(stand.twilioGet(account + ".json").json?["status"]?.string == "active")
  }

  @Test("accounts below an account are made, listed, suspended, and closed for good")
  func subaccounts() throws {
    let stand = try Stand()
    let headers = [
      authorization(Demo.accountSid, Demo.authToken),
      HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
    ]
    func post(_ path: String, _ form: String) -> Answer {
      stand.call("POST", "/2010-04-01/\(path)", headers, Array(form.utf8))
    }
    let made = post("Accounts.json", "FriendlyName=Acme")
    let sid = made.json?["sid"]?.string ?? ""
    #expect(made.status == 201 && made.json?["auth_token"]?.string?.isEmpty == false)
    let all = stand.twilioGet("/2010-04-01/Accounts.json").json?["accounts"]?.items ?? []
    #expect(all.map { $0["friendly_name"]?.string } == ["Demo", "Acme"])
    #expect(all[1]["owner_account_sid"]?.string == Demo.accountSid)
    for status in ["suspended", "active", "closed"] {
      #expect(post("Accounts/\(sid).json", "Status=\(status)").json?["status"]?.string == status)
    }
    #expect(post("Accounts/\(sid).json", "Status=active").code == 20001)
    #expect(post("Accounts/AC0.json", "Status=active").code == 20404)
  }

  @Test("a content is made, approved after a while, and deleted")
  func made() throws {
    let stand = try Stand()
    let headers = [
      authorization(Demo.accountSid, Demo.authToken),
      HTTPHeader("Content-Type", "application/json"),
    ]
    func post(_ path: String, _ json: String) -> Answer {
      stand.call("POST", "/v1/Content\(path)", headers, Array(json.utf8))
    }
    #expect(post("", "{}").code == 20001)
    let made = post(
      "",
      #"{"friendly_name":"order","language":"it","variables":{"1":"x"},"types":{"twilio/text":{"body":"Ciao {{1}}!"}}}"#
    )
    let sid = made.json?["sid"]?.string ?? ""
    #expect(made.status == 201 && sid.hasPrefix("HX"))
    let ask = post(
      "/\(sid)/ApprovalRequests/whatsapp", #"{"name":"order","category":"UTILITY"}"#)
    #expect(ask.status == 201 && ask.json?["status"]?.string == "received")
    func last() -> JSONValue? {
      stand.twilioGet("/v2/ContentAndApprovals").json?["contents"]?.items?.last
    }
    #expect(last()?["types"]?["twilio/text"]?["body"]?.string == "Ciao {{1}}!")
    #expect(last()?["approval_requests"]?["status"]?.string == "received")
    stand.simulator.advance(.seconds(3))
    let end = RunningTime.now + .seconds(60)
    func isApproved() -> Bool {
      last()?["approval_requests"]?["status"]?.string == "approved"
    }
    while !isApproved(), !end.hasPassed { pause(for: .milliseconds(5)) }
    #expect(isApproved())
    #expect(stand.call("DELETE", "/v1/Content/\(sid)", headers).status == 204)
    #expect(stand.twilioGet("/v1/Content/\(sid)").code == 20404)
  }

  @Test("an agent sends by RCS to whom it is asked to, and a service tries it before SMS")
  func rcs() throws {
    let service = "MG" + String(repeating: "1", count: 32)
    let stand = try Stand {
      $0.twilio[0].senders.append(.init("rcs:acme"))
      $0.twilio[0].services = [.init(sid: service, senders: ["rcs:acme", Demo.smsAddress])]
    }
    let to = "+393331234567"
    let direct = stand.twilio([("To", "rcs:" + to), ("From", "rcs:acme"), ("Body", "x")])
    #expect(direct.status == 201 && direct.json?["to"]?.string == "rcs:" + to)
    #expect(stand.twilio([("To", to), ("From", "rcs:acme"), ("Body", "x")]).code == 63007)
    let served = stand.twilio([
      ("To", to), ("MessagingServiceSid", service), ("FallbackFrom", Demo.smsAddress),
      ("Body", "x"),
    ])
    #expect(served.status == 201 && served.json?["to"]?.string == "rcs:" + to)
    let both = [
      ("To", to), ("From", Demo.smsAddress), ("FallbackFrom", Demo.smsAddress), ("Body", "x"),
    ]
    #expect(stand.twilio(both).code == 21664)
  }
}
