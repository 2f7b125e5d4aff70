import Crypto
import HTTP
import JSON
import Platform
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct FaultTests {
  @Test(
    "a refusal before acceptance has the status, code or body that is wanted",
    arguments: [
      ("{\"kind\":\"refuse\",\"status\":429,\"code\":20429}", 429, 20429),
      ("{\"kind\":\"refuse\",\"status\":503,\"body\":\"<html>\"}", 503, nil),
      ("{\"kind\":\"refuse\"}", 500, 20500), ("{\"kind\":\"token-expired\"}", 401, 20003),
      ("{\"kind\":\"account-locked\"}", 403, 20005), ("{\"kind\":\"outage\"}", 503, nil),
    ] as [(String, Int, Int64?)])
  func refusals(fault: String, status: Int, code: Int64?) throws {
    let stand = try Stand()
    #expect(stand.call("POST", "/_sim/faults", [], Array(fault.utf8)).status == 201)
    let answer = stand.twilio(whatsAppForm)
    #expect(answer.status == status)
    #expect(answer.code == code)
    #expect(stand.ledger()?["totals"]?["accepted"]?.integer == 0)
    #expect(stand.call("DELETE", "/_sim/faults").status == 204)
    #expect(stand.twilio(whatsAppForm).status == 201)
  }

  @Test(
    "Meta's refusals have Meta's form",
    arguments: [
      (Fault.Kind.refuse, 500, 131000), (.tokenExpired, 401, 190), (.accountLocked, 403, 131031),
    ])
  func metaRefusals(kind: Fault.Kind, status: Int, code: Int64) throws {
    let stand = try Stand()
    stand.simulator.switchOn(Fault(kind))
    let answer = stand.meta(metaText())
    #expect(answer.status == status)
    #expect(answer.code == code)
    guard kind == .accountLocked else { return }
    let path = "/v24.0/\(Demo.phoneNumberID)?fields=health_status"
    let health = { stand.metaGet(path).json?["health_status"]?["can_send_message"]?.string }
    #expect(health() == "BLOCKED")
    stand.simulator.switchOff()
    var later = Fault(.accountLocked)
    later.count = 1
    stand.simulator.switchOn(later)
    #expect(stand.meta(metaText()).code == 131031)
    #expect(stand.meta(metaText()).status == 200)
    #expect(health() == "AVAILABLE")
  }

  @Test(
    "what was accepted may not be told",
    arguments: [
      (Fault.Kind.errorAfter, 502), (.garbageAfter, 201), (.cutAfter, nil), (.hangAfter, nil),
      (.closeReused, nil),
    ] as [(Fault.Kind, Int?)], [true, false])
  func accepted(row: (kind: Fault.Kind, status: Int?), isTwilio: Bool) throws {
    let stand = try Stand()
    var fault = Fault(row.kind)
    fault.provider = isTwilio ? "twilio" : "meta"
    stand.simulator.switchOn(fault)
    func send() -> Answer { isTwilio ? stand.twilio(whatsAppForm) : stand.meta(metaText()) }
    if row.kind == .hangAfter { return try hang(stand, isTwilio: isTwilio) }
    if row.kind == .closeReused { #expect([200, 201].contains(send().status ?? 0)) }
    let answer = send()
    let isGarbage = row.kind == .garbageAfter && !isTwilio
    #expect(answer.status == (isGarbage ? 200 : row.status))
    #expect(answer.code == nil && answer.sid.isEmpty)
    let accepted = stand.ledger()?["totals"]?["accepted"]?.integer
    #expect(accepted == (row.kind == .closeReused ? 2 : 1))
  }

  /// Nobody is told anything until the simulator stops.
  private func hang(_ stand: Stand, isTwilio: Bool, accepted: Int64 = 1) throws {
    let outcomes = Outcomes()
    let path =
      isTwilio
      ? "/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json"
      : "/v24.0/\(Demo.phoneNumberID)/messages"
    var call = HTTPCall(
      method: "POST", url: "http://127.0.0.1:\(stand.simulator.port)\(path)",
      headers: isTwilio
        ? [
          authorization(Demo.accountSid, Demo.authToken),
          HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ]
        : [
          HTTPHeader("Authorization", "Bearer \(Demo.accessToken)"),
          HTTPHeader("Content-Type", "application/json"),
        ], body: isTwilio ? encoded(whatsAppForm) : Array(metaText().utf8))
    call.totalTimeout = .milliseconds(300)
    stand.client.send(call) { outcomes.add($0) }
    #expect(outcomes.wait(for: 1) {} == [0])
    #expect(stand.ledger()?["totals"]?["accepted"]?.integer == accepted)
  }

  @Test("nothing is accepted when it is cut or hangs before", arguments: [true, false])
  func nothingBefore(isCut: Bool) throws {
    let stand = try Stand()
    stand.simulator.switchOn(Fault(isCut ? .cutBefore : .hangBefore))
    if isCut {
      #expect(stand.twilio(whatsAppForm).isCut)
      #expect(stand.meta(metaText()).isCut)
    } else {
      try hang(stand, isTwilio: true, accepted: 0)
      try hang(stand, isTwilio: false, accepted: 0)
    }
    #expect(stand.ledger()?["totals"]?["accepted"]?.integer == 0)
  }

  @Test("the first callback can be answered before the request is", arguments: [true, false])
  func callbackFirst(isTwilio: Bool) throws {
    let order = Monitor<[String]>([])
    let receiver = try Receiver { _ in
      order.change { $0.append("callback") }
      return 200
    }
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    stand.simulator.switchOn(Fault(.callbackFirst))
    let answer =
      isTwilio
      ? stand.twilio(whatsAppForm + [("StatusCallback", receiver.url)]) : stand.meta(metaText())
    order.change { $0.append("answer") }
    #expect([200, 201].contains(answer.status ?? 0))
    #expect(order.peek { $0.first } == "callback")
  }

  @Test("an answer does not wait for ever for a callback that is not taken")
  func callbackFirstWithoutReceiver() throws {
    let stand = try Stand()
    var fault = Fault(.callbackFirst)
    fault.delay = .zero
    stand.simulator.switchOn(fault)
    #expect(stand.twilio(whatsAppForm).status == 201)
    #expect(stand.meta(metaText()).status == 200)
  }

  @Test(
    "callbacks come twice, not at all, or beside odd ones",
    arguments: [
      (Fault.Kind.duplicateCallback, 6), (.loseCallback, 0), (.unknownID, 6), (.forgedCallback, 6),
      (.malformedCallback, 6),
    ])
  func callbacks(kind: Fault.Kind, count: Int) throws {
    let receiver = try Receiver()
    let stand = try Stand()
    stand.simulator.switchOn(Fault(kind))
    let url = receiver.url + "?send=\(tag(1))&attempt=1"
    let sid = stand.twilio(whatsAppForm + [("StatusCallback", url)]).sid
    let reached = stand.ledgerReaches(1) { _ in
      sender(stand, Demo.whatsAppAddress)?["reached"]?["read"]?.integer
    }
    #expect(reached == 1)
    let calls = receiver.wait(for: count)
    #expect(stand.simulator.finishCallbacks(within: .seconds(10)))
    #expect(receiver.all.count == count)
    let good = calls.filter { $0.headers.first("X-Twilio-Signature") == signature($0, url) }
    let ours = good.filter { field("MessageSid", $0) == sid }
    let tokens = Set(calls.compactMap { $0.headers.first("I-Twilio-Idempotency-Token") })
    switch kind {
    case .duplicateCallback:
      #expect(ours.count == 6)
      #expect(tokens.count == 3)
    case .unknownID:
      #expect(ours.count == 3)
      let strangers = calls.filter { field("MessageSid", $0) != sid }
      #expect(strangers.allSatisfy { $0.query == nil })
    case .forgedCallback: #expect(ours.count == 3)
    case .malformedCallback:
      #expect(ours.count == 3)
      #expect(good.count == 6)
    default: #expect(stand.ledger()?["callbacks"]?["twilio"]?["lost"]?.integer == 3)
    }
  }

  @Test("Meta's webhooks can be malformed or forged, beside the true one")
  func oddWebhooks() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.everyone.hasOpenWindow = false
    }
    stand.simulator.switchOn(Fault(.malformedCallback))
    stand.simulator.switchOn(Fault(.forgedCallback))
    #expect(stand.meta(metaText()).status == 200)
    let calls = receiver.wait(for: 3)
    let signed = calls.filter { call in
      let code = lowerHex(hmac(.sha256, key: Array(Demo.appSecret.utf8), call.body))
      return call.headers.first("X-Hub-Signature-256") == "sha256=\(code)"
    }
    #expect(signed.count == 2)
    #expect(calls.filter { statuses($0).isEmpty }.count == 1)
    #expect(signed.flatMap(statuses).map(\.code) == [131047])
  }

  @Test("Meta's webhooks name strangers, come twice or not at all")
  func metaCallbacks() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    var stranger = Fault(.unknownID)
    var twice = Fault(.duplicateCallback)
    var lost = Fault(.loseCallback)
    (stranger.count, twice.count, lost.count) = (1, 1, 1)
    for fault in [stranger, twice, lost] { stand.simulator.switchOn(fault) }
    let wamid = stand.meta(metaText(opaque: "\(tag(1)).1")).wamid
    // The stranger's and none for `sent`, two for `delivered`, one for `read`.
    let found = statuses(receiver, 4)
    #expect(found.filter { $0.id == wamid }.map(\.status) == ["delivered", "delivered", "read"])
    #expect(found.filter { $0.id != wamid }.map(\.opaque) == [nil])
    #expect(stand.ledger()?["callbacks"]?["meta"]?["lost"]?.integer == 1)
  }

  @Test("a template can be paused while others go on", arguments: [true, false])
  func pausedTemplate(isTwilio: Bool) throws {
    let receiver = try Receiver()
    let stand = try Stand()
    var fault = Fault(.templatePaused)
    fault.template = isTwilio ? Demo.contentSid : Demo.template
    stand.simulator.switchOn(fault)
    if isTwilio {
      let form = replacing(whatsAppForm, "Body", nil) + [("ContentSid", Demo.contentSid)]
      #expect(stand.twilio(form + [("StatusCallback", receiver.url)]).status == 201)
      #expect(receiver.wait(for: 1).first.map { field("ErrorCode", $0) } == "63041")
    } else {
      func template(_ name: String, _ language: String) -> String {
        """
        {"messaging_product":"whatsapp","to":"+393331234567","type":"template",\
        "template":{"name":"\(name)","language":{"code":"\(language)"}}}
        """
      }
      #expect(stand.meta(template(Demo.template, "en_US")).code == 132015)
      #expect(stand.meta(template("order_update", "en")).code == 132000)
    }
  }

  @Test("a callback that is held back is overtaken")
  func reordering() throws {
    let receiver = try Receiver()
    let stand = try Stand()
    var fault = Fault(.reorderCallback)
    fault.count = 1
    stand.simulator.switchOn(fault)
    #expect(stand.twilio(whatsAppForm + [("StatusCallback", receiver.url)]).status == 201)
    let early = Set(receiver.wait(for: 2).map { field("MessageStatus", $0) })
    #expect(early == ["delivered", "read"])
    stand.simulator.advance(.seconds(5))
    #expect(receiver.wait(for: 3).last.map { field("MessageStatus", $0) } == "sent")
  }

  @Test("an accepted message fails with the code that is wanted", arguments: [true, false])
  func laterFailure(isTwilio: Bool) throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    var fault = Fault(.fail)
    fault.code = isTwilio ? 30003 : 131049
    stand.simulator.switchOn(fault)
    if isTwilio {
      #expect(stand.twilio(whatsAppForm + [("StatusCallback", receiver.url)]).status == 201)
      let call = receiver.wait(for: 1).first
      #expect(call.map { field("MessageStatus", $0) } == "undelivered")
      #expect(call.map { field("ErrorCode", $0) } == "30003")
    } else {
      #expect(stand.meta(metaText()).status == 200)
      #expect(statuses(receiver, 1).first?.code == 131049)
    }
  }

  @Test("a fault strikes only whom it is meant for, and only so often")
  func matching() throws {
    let stand = try Stand()
    let body = "{\"kind\":\"refuse\",\"sender\":\"\(Demo.whatsAppAddress)\",\"count\":2}"
    #expect(stand.call("POST", "/_sim/faults", [], Array(body.utf8)).status == 201)
    #expect(stand.twilio(sandboxForm).status == 201)
    #expect((0..<4).map { _ in stand.twilio(whatsAppForm).status } == [500, 500, 201, 201])
    let entry = stand.ledger()?["faults"]?.items?.first
    #expect(entry?["strikes"]?.integer == 2)
  }

  @Test("a fault by schedule comes and goes")
  func schedule() throws {
    let stand = try Stand()
    var fault = Fault(.outage)
    fault.after = .seconds(10)
    fault.lasting = .seconds(5)
    fault.every = .seconds(20)
    stand.simulator.switchOn(fault)
    // At 0, 10, 15, 30, 35.
    let statuses = [0, 10, 5, 15, 5].map { step -> Int? in
      stand.simulator.advance(.seconds(step))
      return stand.twilio(whatsAppForm).status
    }
    #expect(statuses == [201, 503, 201, 503, 201])
  }

  @Test("an outage can refuse connections, and ends")
  func closedDoor() throws {
    let stand = try Stand()
    var fault = Fault(.outage)
    fault.mode = .refused
    fault.lasting = .seconds(5)
    stand.simulator.switchOn(fault)
    func isRefused(_ answer: Answer) -> Bool {
      if case .notSent(.connectFailed) = answer.outcome { true } else { false }
    }
    let closing = ContinuousClock.now + .seconds(60)
    var seen = false
    while !seen, ContinuousClock.now < closing { seen = isRefused(stand.twilio(whatsAppForm)) }
    #expect(seen)
    stand.simulator.advance(.seconds(5))
    // Refusals come quickly; whoever listens again needs a moment.
    let patience = ContinuousClock.now + .seconds(60)
    var back = false
    while !back, ContinuousClock.now < patience {
      back = stand.twilio(whatsAppForm).status == 201
    }
    #expect(back)
  }

  @Test("the same seed brings the same outcomes, another one others", arguments: [true, false])
  func determinism(sameSeed: Bool) throws {
    func outcomes(_ seed: UInt64) throws -> [Int?] {
      let stand = try Stand { $0.seed = seed }
      var fault = Fault(.refuse)
      fault.share = 0.5
      stand.simulator.switchOn(fault)
      return (0..<40).map { _ in stand.twilio(whatsAppForm).status }
    }
    let (first, second) = (try outcomes(7), try outcomes(sameSeed ? 7 : 8))
    #expect((first == second) == sameSeed)
    #expect(Set(first) == [201, 500])
  }

  @Test("answers take the time they are told to")
  func latency() throws {
    let stand = try Stand()
    var fault = Fault(.slow)
    fault.delay = .seconds(30)
    stand.simulator.switchOn(fault)
    let outcomes = Outcomes()
    var call = HTTPCall(
      method: "POST",
      url: "http://127.0.0.1:\(stand.simulator.port)/v24.0/\(Demo.phoneNumberID)/messages",
      headers: [
        HTTPHeader("Authorization", "Bearer \(Demo.accessToken)"),
        HTTPHeader("Content-Type", "application/json"),
      ], body: Array(metaText().utf8))
    call.totalTimeout = .seconds(10)
    stand.client.send(call) { outcomes.add($0) }
    #expect(outcomes.wait(for: 1) { stand.simulator.advance(.seconds(30)) } == [200])
    let entry = stand.ledger()?["faults"]?.items?.first
    #expect(entry?["strikes"]?.integer == 1)
  }
}
