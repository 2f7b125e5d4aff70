import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct LedgerTests {
  private func send(_ stand: Stand, _ number: Int, _ attempt: Int, to: String = "+393331234567") {
    _ = stand.meta(metaText(to, opaque: "\(tag(number)).\(attempt)"))
  }

  private func total(_ stand: Stand, _ name: String) -> Int64? {
    stand.ledger()?["totals"]?[name]?.integer
  }

  @Test("the same send accepted twice is a duplicate, whatever the attempt", arguments: [1, 2])
  func duplicates(attempt: Int) throws {
    let stand = try Stand()
    send(stand, 1, 1)
    send(stand, 1, attempt)
    send(stand, 2, 1)
    #expect(total(stand, "accepted") == 3)
    #expect(total(stand, "sends") == 2)
    #expect(total(stand, "duplicates") == 1)
    #expect(stand.ledger()?["duplicates"]?.items?.count == 1)
    #expect(sender(stand, Demo.phoneNumberID)?["duplicates"]?.integer == 1)
  }

  @Test("Twilio's sends are known by the query of their callback")
  func twilioTags() throws {
    let stand = try Stand()
    let url = "http://127.0.0.1:1/x?a=b&send=\(tag(1))&attempt=1#rc=0"
    for _ in 0..<2 { #expect(stand.twilio(whatsAppForm + [("StatusCallback", url)]).status == 201) }
    _ = stand.twilio(whatsAppForm)
    #expect(total(stand, "duplicates") == 1)
    #expect(total(stand, "withoutSendID") == 1)
  }

  @Test(
    "a later attempt after a failure of ours is no duplicate",
    arguments: [
      (131000, 2, 0, 1, 0), (131047, 2, 0, 1, 0), (131026, 2, 0, 0, 1), (131000, 1, 1, 0, 0),
    ])
  func repeats(
    code: Int, attempt: Int, duplicates: Int64, repeats: Int64, afterFinal: Int64
  ) throws {
    let stand = try Stand()
    var fault = Fault(.fail)
    fault.code = code
    fault.count = 1
    stand.simulator.switchOn(fault)
    send(stand, 1, 1)
    let failed = stand.ledgerReaches(1) { _ in
      sender(stand, Demo.phoneNumberID)?["failed"]?["\(code)"]?.integer
    }
    #expect(failed == 1)
    send(stand, 1, attempt)
    #expect(total(stand, "duplicates") == duplicates)
    #expect(total(stand, "repeats") == repeats)
    #expect(total(stand, "repeatsAfterFinalFailure") == afterFinal)
  }

  @Test("what was cancelled reaches nobody, so sending it again is no duplicate")
  func cancelled() throws {
    let sid = "MG00000000000000000000000000000001"
    let stand = try Stand {
      $0.twilio[0].services = [.init(sid: sid, senders: [Demo.whatsAppAddress])]
    }
    func form(_ attempt: Int) -> [(String, String)] {
      let url = "http://127.0.0.1:1/x?send=\(tag(1))&attempt=\(attempt)#rc=0"
      return whatsAppForm + [
        ("MessagingServiceSid", sid), ("ScheduleType", "fixed"),
        ("SendAt", "2027-01-15T09:00:00Z"), ("StatusCallback", url),
      ]
    }
    let created = stand.twilio(form(1)).sid
    let path = "/2010-04-01/Accounts/\(Demo.accountSid)/Messages/\(created).json"
    let headers = [authorization(Demo.accountSid, Demo.authToken)]
    #expect(stand.call("POST", path, headers, encoded([("Status", "canceled")])).status == 200)
    #expect(stand.twilio(form(2)).status == 201)
    #expect(total(stand, "duplicates") == 0)
    #expect(total(stand, "repeatsAfterFinalFailure") == 1)
  }

  @Test("a refusal is no acceptance, so what follows it is no duplicate")
  func refused() throws {
    let stand = try Stand()
    var fault = Fault(.refuse)
    fault.count = 1
    stand.simulator.switchOn(fault)
    send(stand, 1, 1)
    send(stand, 1, 2)
    #expect(total(stand, "accepted") == 1)
    #expect(total(stand, "duplicates") == 0)
  }

  @Test("an acceptance that was not told counts: the next one is a duplicate")
  func untold() throws {
    let stand = try Stand()
    var fault = Fault(.cutAfter)
    fault.count = 1
    stand.simulator.switchOn(fault)
    send(stand, 1, 1)
    send(stand, 1, 2)
    #expect(total(stand, "accepted") == 2)
    #expect(total(stand, "duplicates") == 1)
  }

  @Test("each sender's recipients are listed with their counts and times")
  func recipients() throws {
    let stand = try Stand()
    send(stand, 1, 1)
    stand.simulator.advance(.seconds(60))
    send(stand, 2, 1)
    send(stand, 3, 1, to: "+393330000000")
    let found = sender(stand, Demo.phoneNumberID)
    #expect(found?["recipientCount"]?.integer == 2)
    let first = found?["recipients"]?.items?.first
    #expect(first?["to"]?.string == "+393331234567")
    #expect(first?["accepted"]?.integer == 2)
    #expect(first?["firstAt"]?.string == "2027-01-15T08:00:00.000Z")
    #expect(first?["lastAt"]?.string == "2027-01-15T08:01:00.000Z")
    let one = stand.ledger("?send=\(tag(2))&recipients=0")
    #expect(one?["messages"]?.items?.count == 1)
    #expect(one?["messages"]?.items?.first?["attempt"]?.integer == 1)
    #expect(stand.ledger("?recipient=%2B393331234567")?["messages"]?.items?.count == 2)
  }

  @Test("the summary says in words what the ledger says in numbers")
  func summary() throws {
    let stand = try Stand()
    send(stand, 1, 1)
    send(stand, 1, 1)
    let text = stand.simulator.summary()
    #expect(text.contains("2 requests, 2 accepted, 1 duplicates"))
    #expect(text.contains(Demo.phoneNumberID))
    #expect(!text.contains(Demo.accessToken) && !text.contains(Demo.appSecret))
  }

  @Test("old messages are forgotten, their counts are not")
  func memory() throws {
    let stand = try Stand {
      $0.keptMessages = 100
      $0.life.isReported = false
      $0.meta[0].accounts[0].phones[0].rate = Rate(100_000, per: .seconds(1))
      $0.meta[0].accounts[0].phones[0].pair = nil
    }
    for number in 0..<200 { send(stand, number, 1) }
    send(stand, 0, 2)
    let ledger = stand.ledger("?recipient=%2B393331234567")
    #expect(ledger?["totals"]?["accepted"]?.integer == 201)
    #expect(ledger?["totals"]?["duplicates"]?.integer == 1)
    #expect((100...125).contains(ledger?["messages"]?.items?.count ?? 0))
  }
}
