import HTTP
import JSON
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5))) struct LimitTests {
  @Test("a sandbox that is asked twice in three seconds fails the second", arguments: [2999, 3000])
  func sandbox(milliseconds: Int) throws {
    let stand = try Stand { $0.twilio[0].senders[0].excess = .refuse }
    #expect(stand.twilio(sandboxForm).status == 201)
    stand.simulator.advance(.milliseconds(milliseconds))
    let second = stand.twilio(sandboxForm)
    let isInTime = milliseconds >= 3000
    #expect(second.status == (isInTime ? 201 : 429))
    #expect(second.code == (isInTime ? nil : 63018))
    let refused = sender(stand, Demo.sandboxAddress)?["refused"]?["63018"]?.integer
    #expect(refused == (isInTime ? nil : 1))
    let limit = sender(stand, Demo.sandboxAddress)?["limits"]?["rate"]
    #expect(limit?["worst"]?.integer == (isInTime ? 1 : 2))
    #expect(limit?["violations"]?.integer == (isInTime ? 0 : 1))
    #expect(limit?["arrivals"]?.integer == 2)
  }

  @Test("the worst window is the fullest there was, also between whole spans")
  func worstWindow() throws {
    let stand = try Stand {
      $0.twilio[0].senders[1].rate = Rate(3, per: .seconds(1))
      $0.life.isReported = false
    }
    // Times 0, 900, 950, 1000, 1800, 1899: the last five are within one second.
    for step in [0, 900, 50, 50, 800, 99] {
      stand.simulator.advance(.milliseconds(step))
      #expect(stand.twilio(whatsAppForm).status == 201)
    }
    let limit = sender(stand, Demo.whatsAppAddress)?["limits"]?["rate"]
    #expect(limit?["worst"]?.integer == 5)
    #expect(limit?["arrivals"]?.integer == 6)
  }

  @Test("a sender that queues sends at its rate, and refuses when ten hours are full")
  func queue() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.twilio[0].senders[2].rate = Rate(1, per: .seconds(3600 * 6)) }
    let form = [
      ("To", "+393331234567"), ("From", Demo.smsAddress), ("Body", "x"),
      ("StatusCallback", receiver.url),
    ]
    #expect(stand.twilio(form).status == 201)
    #expect(receiver.wait(for: 2).count == 2)
    #expect(stand.twilio(form).status == 201)
    let third = stand.twilio(form)
    #expect(third.status == 429)
    #expect(third.code == 21611)
    #expect(receiver.all.count == 2)
    stand.simulator.advance(.seconds(3600 * 6))
    #expect(receiver.wait(for: 4).count == 4)
  }

  @Test("the daily cap is a 429 that is not about seconds", arguments: [true, false])
  func daily(ofAccount: Bool) throws {
    let stand = try Stand {
      if ofAccount { $0.twilio[0].daily = 2 } else { $0.twilio[0].senders[1].daily = 2 }
    }
    for _ in 0..<2 { #expect(stand.twilio(whatsAppForm).status == 201) }
    let third = stand.twilio(whatsAppForm)
    #expect(third.status == 429)
    #expect(third.code == 63038)
    #expect(third.json?["message"]?.string?.contains("exceeded the 2 daily messages limit") == true)
    stand.simulator.advance(.seconds(86400))
    #expect(stand.twilio(whatsAppForm).status == 201)
  }

  @Test("who is written to again counts from the last time on, not from the first")
  func countedAgain() {
    var door = RecipientDoor(limit: 2)
    let hour: Int64 = 3_600_000_000
    let (first, second, third): (Int32, Int32, Int32) = (1, 2, 3)
    let all = [
      (door.arrive(first, at: 0), true), (door.arrive(first, at: 20 * hour), true),
      (door.arrive(second, at: 21 * hour), true),
      // The first time of the first person has lapsed, the second has not.
      (door.arrive(third, at: 25 * hour), false), (door.arrive(first, at: 26 * hour), true),
      (door.arrive(third, at: 45 * hour + 1), true),
    ]
    for (passes, expected) in all { #expect(passes == expected) }
  }

  @Test("more requests at once than the account may have are refused unprocessed")
  func concurrency() throws {
    let stand = try Stand {
      $0.twilio[0].concurrency = 1
      $0.latency = Delay(.seconds(60))
    }
    var first = HTTPCall(
      method: "POST",
      url:
        "http://127.0.0.1:\(stand.simulator.port)/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
      headers: [
        authorization(Demo.accountSid, Demo.authToken),
        HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
      ], body: encoded(whatsAppForm))
    first.totalTimeout = .seconds(20)
    let answers = Outcomes()
    stand.client.send(first) { answers.add($0) }
    stand.client.send(first) { answers.add($0) }
    let requests = stand.ledgerReaches(2) { $0?["totals"]?["requests"]?.integer }
    #expect(requests == 2)
    stand.simulator.advance(.seconds(60))
    let statuses = answers.wait(for: 2) { stand.simulator.advance(.seconds(60)) }
    #expect(statuses.sorted() == [201, 429])
    let account = stand.ledger()?["accounts"]?.items?.first
    #expect(account?["worstConcurrency"]?.integer == 2)
    #expect(account?["concurrencyViolations"]?.integer == 1)
    #expect(stand.ledger()?["totals"]?["violations"]?.integer == 1)
  }

  @Test("a number's throughput is 130429")
  func throughput() throws {
    let stand = try Stand { $0.meta[0].accounts[0].phones[0].rate = Rate(2, per: .seconds(1)) }
    let people = (0..<4).map { "+39333000000\($0)" }
    #expect(people.map { stand.meta(metaText($0)).code } == [nil, nil, 130429, 130429])
    stand.simulator.advance(.seconds(1))
    #expect(stand.meta(metaText(people[3])).status == 200)
    #expect(sender(stand, Demo.phoneNumberID)?["limits"]?["rate"]?["violations"]?.integer == 2)
  }

  @Test("one person may be sent 45 at once, and then one in six seconds")
  func pair() throws {
    let stand = try Stand()
    for number in 0..<45 { #expect(stand.meta(metaText()).status == 200, "\(number)") }
    #expect(stand.meta(metaText()).code == 131056)
    #expect(stand.meta(metaText("+393330000000")).status == 200)
    stand.simulator.advance(.seconds(6))
    #expect(stand.meta(metaText()).status == 200)
    #expect(stand.meta(metaText()).code == 131056)
    let limit = sender(stand, Demo.phoneNumberID)?["limits"]?["pair"]
    #expect(limit?["worst"]?.integer == 46)
    #expect(limit?["violations"]?.integer == 2)
  }

  @Test("a portfolio reaches so many people outside their windows in a day")
  func recipients() throws {
    let stand = try Stand {
      $0.portfolios = [Demo.portfolio: 2]
      $0.everyone.hasOpenWindow = false
    }
    func send(_ number: Int) -> Int64? { stand.meta(metaText("+39333000000\(number)")).code }
    #expect([send(0), send(1), send(0), send(2)] == [nil, nil, nil, 80007])
    // A reply is free.
    stand.simulator.says("+393330000002", Saying(to: Demo.phoneNumberID, .text("hi")))
    #expect(send(2) == nil)
    stand.simulator.advance(.seconds(86400))
    #expect(send(3) == nil)
    let portfolio = stand.ledger()?["portfolios"]?.items?.first?["limit"]
    #expect(portfolio?["worst"]?.integer == 3)
    #expect(portfolio?["violations"]?.integer == 1)
  }

  @Test("an account can be asked so often in an hour, its messages apart")
  func accountCalls() throws {
    let stand = try Stand { $0.meta[0].accounts[0].hourlyCalls = 2 }
    let path = "/v24.0/\(Demo.wabaID)"
    #expect(stand.metaGet("\(path)/message_templates").status == 200)
    #expect(stand.metaGet("\(path)?fields=health_status").status == 200)
    let refused = stand.metaGet("\(path)/phone_numbers")
    #expect(refused.code == 80007)
    let usage = refused.headers.first(named: "X-Business-Use-Case-Usage") ?? ""
    let estimate = try JSONDocument(Array(usage.utf8)).root[Demo.wabaID]?.items?.first
    #expect(estimate?["estimated_time_to_regain_access"]?.integer == 60)
    #expect(stand.meta(metaText()).status == 200)
    let calls = stand.ledger()?["wabas"]?.items?.first?["calls"]
    #expect(calls?["worst"]?.integer == 3)
    #expect(calls?["violations"]?.integer == 1)
    stand.simulator.advance(.seconds(3600))
    #expect(stand.metaGet("\(path)/phone_numbers").status == 200)
  }

  @Test("a test number reaches only whom it may")
  func allowList() throws {
    let stand = try Stand { $0.meta[0].accounts[0].phones[0].allowed = ["+393331234567"] }
    #expect(stand.meta(metaText()).status == 200)
    #expect(stand.meta(metaText("+393330000000")).code == 131030)
  }
}

func sender(_ stand: Stand, _ name: String) -> JSONValue? {
  stand.ledger()?["senders"]?.items?.first { $0["sender"]?.string == name }
}
