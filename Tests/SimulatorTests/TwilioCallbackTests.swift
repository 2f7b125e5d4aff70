import Crypto
import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct TwilioCallbackTests {
  @Test("a message is reported sent, delivered and read, in signed forms")
  func life() throws {
    let receiver = try Receiver()
    let stand = try Stand()
    let url = receiver.url + "?send=\(tag(1))&attempt=1"
    let sid = stand.twilio(whatsAppForm + [("StatusCallback", url + "#rc=2&rp=all")]).sid
    let calls = receiver.wait(for: 3)
    #expect(Set(calls.map { field("MessageStatus", $0) }) == ["sent", "delivered", "read"])
    for call in calls {
      #expect(field("MessageSid", call) == sid)
      #expect(field("SmsSid", call) == sid)
      #expect(field("From", call) == Demo.whatsAppAddress)
      #expect(field("To", call) == "whatsapp:+393331234567")
      #expect(field("ChannelToAddress", call) == "+39333123XXXX")
      #expect(call.queryValue("send") == tag(1))
      #expect(call.headers.first("X-Twilio-Signature") == signature(call, url))
    }
    let tokens = Set(calls.compactMap { $0.headers.first("I-Twilio-Idempotency-Token") })
    #expect(tokens.count == 3)
  }

  @Test("the signature that these tests compute is the documented one")
  func workedExample() {
    let text =
      "https://mycompany.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675309"
      + "Digits1234From+14158675309To+18005551212"
    let code = hmac(.sha1, key: Array("12345".utf8), Array(text.utf8))
    #expect(base64Text(code) == "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
  }

  @Test(
    "what Twilio learns later is reported with its code",
    arguments: [
      (63015, "failed", Demo.sandboxAddress), (63003, "undelivered", Demo.whatsAppAddress),
      (63016, "failed", Demo.whatsAppAddress), (63028, "failed", Demo.whatsAppAddress),
      (63041, "failed", Demo.whatsAppAddress), (63018, "failed", Demo.sandboxAddress),
    ])
  func failures(code: Int, status: String, from: String) throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.everyone.hasJoinedSandbox = code != 63015
      $0.everyone.isOnWhatsApp = code != 63003
      $0.everyone.hasOpenWindow = code != 63016
      $0.twilio[0].contents[0].isPaused = code == 63041
    }
    if code == 63018 { #expect(stand.twilio(sandboxForm).status == 201) }
    var form = replacing(whatsAppForm, "From", from) + [("StatusCallback", receiver.url)]
    if code == 63028 || code == 63041 {
      form = replacing(form, "Body", nil) + [("ContentSid", Demo.contentSid)]
      if code == 63028 { form.append(("ContentVariables", "{\"9\":\"x\"}")) }
    }
    let sid = stand.twilio(form).sid
    let call = receiver.wait(for: 1).first
    #expect(call.map { field("MessageStatus", $0) } == status)
    #expect(call.map { field("ErrorCode", $0) } == "\(code)")
    let path = "/2010-04-01/Accounts/\(Demo.accountSid)/Messages/\(sid).json"
    #expect(stand.twilioGet(path).json?["error_code"]?.integer == Int64(code))
  }

  @Test(
    "a callback is repeated as its URL says",
    arguments: [
      ("", 500, 1), ("", nil, 1), ("#rc=3&rp=5xx", 500, 4), ("#rc=2&rp=4xx", 500, 1),
      ("#rc=2&rp=all", 404, 3), ("#rc=2&rp=rt", nil, 3), ("#rc=0&rp=all", 500, 1),
    ] as [(String, Int?, Int)])
  func repetition(fragment: String, status: Int?, calls: Int) throws {
    let receiver = try Receiver { _ in status }
    let stand = try Stand { $0.life.readShare = 0 }
    let form = [
      ("To", "+393331234567"), ("From", Demo.smsAddress), ("Body", "x"),
      ("StatusCallback", receiver.url + fragment),
    ]
    #expect(stand.twilio(form).status == 201)
    // Two statuses; one more of each call than should come would show here.
    let found = receiver.wait(for: calls * 2)
    #expect(stand.simulator.finishCallbacks(within: .seconds(10)))
    #expect(found.count == calls * 2)
    #expect(receiver.all.count == calls * 2)
    let record = stand.ledger()?["callbacks"]?["twilio"]
    #expect(record?["planned"]?.integer == 2)
    #expect(record?["givenUp"]?.integer == 2)
    let tokens = Set(found.compactMap { $0.headers.first("I-Twilio-Idempotency-Token") })
    #expect(tokens.count == 2)
  }

  @Test("a person's STOP refuses the next message, and START lets it through again")
  func optOut() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.twilio[0].inboundURL = receiver.url }
    let path = "/_sim/people/+393331234567/says"
    for (number, row) in [("STOP", 21610), ("START", nil)].enumerated() {
      let body = "{\"to\":\"\(Demo.whatsAppAddress)\",\"text\":\"\(row.0)\"}"
      #expect(stand.call("POST", path, [], Array(body.utf8)).status == 202)
      let call = receiver.wait(for: number + 1).last
      #expect(call.map { field("Body", $0) } == row.0)
      #expect(call.map { field("OptOutType", $0) } == row.0)
      #expect(call.map { field("SmsStatus", $0) } == "received")
      #expect(
        call.flatMap { $0.headers.first("X-Twilio-Signature") }
          == call.map { signature($0, receiver.url) })
      #expect(stand.twilio(whatsAppForm).code == row.1.map(Int64.init))
    }
  }

  @Test("a window opens when the person writes and closes a day later")
  func window() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.everyone.hasOpenWindow = false }
    let form = whatsAppForm + [("StatusCallback", receiver.url)]
    stand.simulator.says(
      "+393331234567", Saying(to: Demo.whatsAppAddress, .text("hello")))
    stand.simulator.advance(.seconds(86399))
    #expect(stand.twilio(form).status == 201)
    let open = receiver.wait(for: 3)
    #expect(!open.contains { field("MessageStatus", $0) == "failed" })
    stand.simulator.advance(.seconds(1))
    #expect(stand.twilio(form).status == 201)
    #expect(receiver.wait(for: 4).last.map { field("ErrorCode", $0) } == "63016")
  }
}

func field(_ name: String, _ request: HTTPRequest) -> String? {
  QueryItem.all(in: request.body).first { $0.name == name }?.value
}

/// As the documentation has it: the URL, and each parameter by name.
func signature(_ request: HTTPRequest, _ url: String, token: String = Demo.authToken) -> String {
  let items = QueryItem.all(in: request.body).sorted { $0.name < $1.name }
  let text = url + items.map { $0.name + $0.value }.joined()
  return base64Text(hmac(.sha1, key: Array(token.utf8), Array(text.utf8)))
}
