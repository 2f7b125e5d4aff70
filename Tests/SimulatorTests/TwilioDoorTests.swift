import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct TwilioDoorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let value: String?
    let status: Int
    let code: Int64

    init(_ name: String, _ value: String?, _ code: Int64, status: Int = 400) {
      (self.name, self.value, self.status, self.code) = (name, value, status, code)
    }

    var testDescription: String { "\(name)=\(value?.prefix(30) ?? "nothing"): \(code)" }
  }

  @Test(
    "a request that Twilio would refuse gets Twilio's code",
    arguments: [
      Case("To", nil, 21604), Case("To", "whatsapp:12", 21211),
      Case("To", "whatsapp:+0123456789", 21211),
      Case("From", nil, 21603), Case("From", "whatsapp:+15550000000", 63007),
      Case("From", Demo.smsAddress, 63007), Case("From", "whatsapp:+393331234567", 63007),
      Case("Body", nil, 21602), Case("Body", "", 21619),
      Case("Body", String(repeating: "è", count: 1601), 21617),
      Case("MediaUrl", "ftp://h/x", 21620), Case("MediaUrl", "http:///x", 21620),
      Case("ContentSid", "HX0", 21655), Case("ContentVariables", "{}", 21654),
      Case("StatusCallback", "nonsense", 21609), Case("StatusCallback", "http://a_b/c", 21609),
      Case("ValidityPeriod", "0", 21624), Case("ValidityPeriod", "x", 21624),
      Case("MessagingServiceSid", "MG00000000000000000000000000000000", 21701),
      Case("Nonsense", "1", 20001),
    ])
  func refusals(row: Case) throws {
    let stand = try Stand()
    let answer = stand.twilio(replacing(whatsAppForm, row.name, row.value))
    #expect(answer.status == row.status)
    #expect(answer.code == row.code)
    #expect(answer.json?["status"]?.integer == Int64(row.status))
    #expect(stand.ledger()?["totals"]?["malformed"]?.integer == 1)
    #expect(stand.ledger()?["totals"]?["accepted"]?.integer == 0)
  }

  @Test("an SMS from a number that is not the account's is refused")
  func foreignNumber() throws {
    let stand = try Stand()
    let form = [("To", "+393331234567"), ("From", "+15551112222"), ("Body", "x")]
    #expect(stand.twilio(form).code == 21606)
    #expect(stand.twilio(replacing(form, "From", Demo.smsAddress)).status == 201)
  }

  @Test(
    "variables of a content template must be an object of strings",
    arguments: [("[1]", 21656), ("{\"1\":2}", 21656), ("{", 21656), ("{\"1\":\"x\"}", nil)])
  func contentVariables(text: String, code: Int64?) throws {
    let stand = try Stand()
    let form =
      replacing(whatsAppForm, "Body", nil) + [
        ("ContentSid", Demo.contentSid), ("ContentVariables", text),
      ]
    let answer = stand.twilio(form)
    #expect(answer.code == code)
    #expect((answer.status == 201) == (code == nil))
  }

  @Test(
    "credentials are checked as Twilio does",
    arguments: [
      (Demo.accountSid, Demo.authToken, Demo.accountSid, 201, nil),
      ("SK1", "key-secret", Demo.accountSid, 201, nil),
      (Demo.accountSid, "wrong", Demo.accountSid, 401, 20003),
      ("SK1", "wrong", Demo.accountSid, 401, 20003),
      (Demo.accountSid, Demo.authToken, "AC00000000000000000000000000000000", 404, 20404),
    ] as [(String, String, String, Int, Int64?)])
  func credentials(
    user: String, secret: String, account: String, status: Int, code: Int64?
  ) throws {
    let stand = try Stand { $0.twilio[0].apiKeys = ["SK1": "key-secret"] }
    let answer = stand.twilio(whatsAppForm, user: user, secret: secret, account: account)
    #expect(answer.status == status)
    #expect(answer.code == code)
  }

  @Test("an account says who it is, and that it is active")
  func account() throws {
    let stand = try Stand {
      $0.twilio[0].name = "Acme"
      $0.twilio[0].isTrial = true
    }
    let answer = stand.twilioGet("/2010-04-01/Accounts/\(Demo.accountSid).json")
    #expect(answer.status == 200)
    #expect(answer.sid == Demo.accountSid)
    #expect(answer.json?["status"]?.string == "active")
    #expect(answer.json?["friendly_name"]?.string == "Acme")
    #expect(answer.json?["type"]?.string == "Trial")
    #expect(answer.json?["date_created"]?.string == "Fri, 15 Jan 2027 08:00:00 +0000")
    #expect(answer.headers.first(named: "Twilio-Concurrent-Requests") == "1")
  }

  @Test(
    "an account is refused to whom it is not, and while it is locked",
    arguments: [
      ("AC00000000000000000000000000000000.json", Demo.authToken, nil, 404, 20404),
      (Demo.accountSid, Demo.authToken, nil, 404, 20404),
      ("\(Demo.accountSid).json", "wrong", nil, 401, 20003),
      ("\(Demo.accountSid).json", Demo.authToken, .tokenExpired, 401, 20003),
      ("\(Demo.accountSid).json", Demo.authToken, .accountLocked, 403, 20005),
    ] as [(String, String, Fault.Kind?, Int, Int64)])
  func accountRefused(
    name: String, token: String, fault: Fault.Kind?, status: Int, code: Int64
  ) throws {
    let stand = try Stand { $0.faults = fault.map { [Fault($0)] } ?? [] }
    let answer = stand.call(
      "GET", "/2010-04-01/Accounts/\(name)", [authorization(Demo.accountSid, token)])
    #expect(answer.status == status)
    #expect(answer.code == code)
  }

  @Test("a message is queued, with all that Twilio says about it")
  func created() throws {
    let stand = try Stand { $0.life.isReported = false }
    let answer = stand.twilio(whatsAppForm)
    #expect(answer.status == 201)
    #expect(answer.sid.hasPrefix("SM") && answer.sid.utf8.count == 34)
    #expect(answer.json?["status"]?.string == "queued")
    #expect(answer.json?["body"]?.string == "ciao")
    #expect(answer.json?["num_segments"]?.string == "1")
    #expect(answer.json?["error_code"]?.isNull == true)
    #expect(answer.json?["date_sent"]?.isNull == true)
    #expect(answer.json?["date_created"]?.string == "Fri, 15 Jan 2027 08:00:00 +0000")
    #expect(answer.headers.first(named: "Twilio-Concurrent-Requests") == "1")
    let media = stand.twilio(whatsAppForm + [("MediaUrl", "https://h/x.png")])
    #expect(media.sid.hasPrefix("MM"))
    #expect(media.json?["num_media"]?.string == "1")
  }

  @Test("a service accepts without saying who sends, and sends by its own sender")
  func service() throws {
    let sid = "MG00000000000000000000000000000001"
    let stand = try Stand {
      $0.twilio[0].services = [.init(sid: sid, senders: [Demo.whatsAppAddress])]
      $0.life.isReported = false
    }
    let form = replacing(whatsAppForm, "From", nil) + [("MessagingServiceSid", sid)]
    let answer = stand.twilio(form)
    #expect(answer.json?["status"]?.string == "accepted")
    #expect(answer.json?["from"]?.isNull == true)
    #expect(answer.json?["messaging_service_sid"]?.string == sid)
  }

  @Test("a message can be fetched, redacted, cancelled while it waits, and deleted")
  func oneMessage() throws {
    let sid = "MG00000000000000000000000000000001"
    let stand = try Stand {
      $0.life.sent = Delay(.seconds(60))
      $0.twilio[0].services = [.init(sid: sid, senders: [Demo.whatsAppAddress])]
    }
    let form =
      whatsAppForm + [
        ("MessagingServiceSid", sid), ("ScheduleType", "fixed"),
        ("SendAt", "2027-01-15T09:00:00Z"),
      ]
    let created = stand.twilio(form)
    #expect(created.json?["status"]?.string == "scheduled")
    let path = "/2010-04-01/Accounts/\(Demo.accountSid)/Messages/\(created.sid).json"
    #expect(stand.twilioGet(path).sid == created.sid)
    let headers = [authorization(Demo.accountSid, Demo.authToken)]
    let redacted = stand.call("POST", path, headers, encoded([("Body", "")]))
    #expect(redacted.json?["body"]?.string == "")
    let canceled = stand.call("POST", path, headers, encoded([("Status", "canceled")]))
    #expect(canceled.json?["status"]?.string == "canceled")
    let queued = stand.twilio(whatsAppForm).sid
    let place = "/2010-04-01/Accounts/\(Demo.accountSid)/Messages/\(queued).json"
    #expect(stand.call("POST", place, headers, encoded([("Status", "canceled")])).status == 409)
    #expect(stand.call("POST", path, headers, encoded([("Status", "canceled")])).status == 409)
    #expect(stand.call("DELETE", path, headers).status == 204)
    #expect(stand.twilioGet(path).code == 20404)
  }

  @Test("the list is newest first, filtered, and comes in pages to its end")
  func list() throws {
    let stand = try Stand { $0.life.isReported = false }
    let numbers = (0..<7).map { "whatsapp:+39333000000\($0 % 2)" }
    let sids = numbers.map { stand.twilio(replacing(whatsAppForm, "To", $0)).sid }
    var path: String? =
      "/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json?To=whatsapp%3A%2B393330000000"
      + "&From=\(escaped(Demo.whatsAppAddress))&PageSize=3"
    var found: [String] = []
    var pages = 0
    while let next = path, pages < 5 {
      let page = stand.twilioGet(next)
      found += page.json?["messages"]?.items?.compactMap { $0["sid"]?.string } ?? []
      path = page.json?["next_page_uri"]?.string
      pages += 1
    }
    #expect(found == [sids[6], sids[4], sids[2], sids[0]])
    #expect(pages == 2)
    let all = stand.twilioGet("/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json")
    #expect(all.json?["messages"]?.items?.count == 7)
    // What is not sent yet has no date to find it by.
    let day = stand.twilioGet(
      "/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json?DateSent%3E=2027-01-01")
    #expect(day.json?["messages"]?.items?.isEmpty == true)
  }
}
