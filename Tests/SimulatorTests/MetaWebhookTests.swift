import Crypto
import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetaWebhookTests {
  @Test("statuses come signed over their very bytes, with what the message carried")
  func signedStatuses() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let wamid = stand.meta(metaText(opaque: "\(tag(1)).1")).wamid
    let found = statuses(receiver, 3)
    #expect(found.map(\.status) == ["sent", "delivered", "read"])
    #expect(found.allSatisfy { $0.id == wamid && $0.opaque == "\(tag(1)).1" })
    for call in receiver.all {
      let code = lowerHex(hmac(.sha256, key: Array(Demo.appSecret.utf8), call.body))
      #expect(call.headers.first("X-Hub-Signature-256") == "sha256=\(code)")
    }
  }

  @Test("statuses come with the people that they are of, each once")
  func contacts() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.life.batchDelay = .seconds(1)
    }
    for number in [1, 2, 1] { _ = stand.meta(metaText("+39333000000\(number)")) }
    #expect(stand.ledgerReaches(9) { $0?["callbacks"]?["meta"]?["planned"]?.integer } == 9)
    stand.simulator.advance(.seconds(1))
    let value = try JSONDocument(receiver.wait(for: 1).first?.body ?? []).root["entry"]?.items?
      .first?["changes"]?.items?.first?["value"]
    #expect(value?["statuses"]?.items?.count == 9)
    let people = value?["contacts"]?.items?.compactMap { $0["wa_id"]?.string }
    #expect(people?.sorted() == ["393330000001", "393330000002"])
    let ids = value?["contacts"]?.items?.compactMap { $0["user_id"]?.string } ?? []
    #expect(Set(ids).count == 2 && ids.allSatisfy { $0.hasPrefix("US.") })
  }

  @Test("what is not ASCII is escaped in lower case, and so are slashes")
  func escaping() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    stand.simulator.says(
      "+393331234567", Saying(to: Demo.phoneNumberID, .text("Perché 😀 a/b \"q\"")))
    let body = receiver.wait(for: 1).first?.body ?? []
    let text = String(decoding: body, as: UTF8.self)
    #expect(text.contains(#"Perch\u00e9 \ud83d\ude00 a\/b \"q\""#))
    #expect(try JSONDocument(body).root["entry"]?.items?.first?["id"]?.string == Demo.wabaID)
  }

  @Test("updates of one moment share a webhook")
  func batches() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.life.batchDelay = .seconds(1)
      $0.life.readShare = 0
    }
    for number in 0..<5 { _ = stand.meta(metaText("+39333000000\(number)")) }
    // The messages reach their ends at this time; their batch is due a second later.
    let planned = stand.ledgerReaches(10) { $0?["callbacks"]?["meta"]?["planned"]?.integer }
    #expect(planned == 10)
    #expect(receiver.all.isEmpty)
    stand.simulator.advance(.seconds(1))
    #expect(statuses(receiver, 10).count == 10)
    #expect(receiver.all.count == 1)
  }

  @Test(
    "a webhook that is not answered 200 comes again, later and later", arguments: [500, 204, nil])
  func repetition(status: Int?) throws {
    let receiver = try Receiver { $0 < 3 ? status : 200 }
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.life.webhookRetries = [.seconds(1), .seconds(10)]
    }
    stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("x")))
    let first = receiver.wait(for: 1)
    for (step, count) in [(1, 2), (10, 3)] {
      #expect(stand.simulator.finishCallbacks(within: .seconds(10)))
      stand.simulator.advance(.seconds(step) - .microseconds(1))
      #expect(receiver.all.count == count - 1)
      stand.simulator.advance(.microseconds(1))
      #expect(receiver.wait(for: count).count == count)
    }
    #expect(receiver.all.allSatisfy { $0.body == first.first?.body })
    #expect(stand.simulator.finishCallbacks(within: .seconds(10)))
    let record = stand.ledger()?["callbacks"]?["meta"]
    #expect(record?["retried"]?.integer == 2)
    #expect(record?["answered"]?.integer == 1)
  }

  @Test(
    "a webhook that is never taken is given up after its time, or when too many wait",
    arguments: [true, false])
  func expiry(byTime: Bool) throws {
    let receiver = try Receiver { _ in 500 }
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.life.webhookRetries = [.seconds(1)]
      if byTime { $0.life.webhookExpiry = .zero } else { $0.life.webhookBacklog = 0 }
    }
    stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("x")))
    _ = receiver.wait(for: 1)
    #expect(stand.simulator.finishCallbacks(within: .seconds(10)))
    #expect(stand.ledger()?["callbacks"]?["meta"]?["givenUp"]?.integer == 1)
  }

  @Test("free text outside the window fails by webhook", arguments: [true, false])
  func window(open: Bool) throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.everyone.hasOpenWindow = open
    }
    #expect(stand.meta(metaText()).status == 200)
    let first = statuses(receiver, 1).first
    #expect(first?.status == (open ? "sent" : "failed"))
    #expect(first?.code == (open ? nil : 131047))
  }

  @Test("a person's button, list row, place and picture arrive as Meta writes them")
  func inbound() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let kinds: [(Saying.Kind, String)] = [
      (.button(text: "Yes", payload: "p"), "button"),
      (.listRow(id: "1", title: "t"), "interactive"),
      (.location(latitude: "45.1", longitude: "9.2", label: "here"), "location"),
      (.media(url: "https://h/x", type: "image/png", caption: "c"), "image"),
    ]
    for (number, row) in kinds.enumerated() {
      stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, row.0))
      let call = receiver.wait(for: number + 1).last
      let root = try JSONDocument(call?.body ?? []).root
      let value = root["entry"]?.items?.first?["changes"]?.items?.first?["value"]
      #expect(value?["metadata"]?["phone_number_id"]?.string == Demo.phoneNumberID)
      #expect(value?["contacts"]?.items?.first?["wa_id"]?.string == "393331234567")
      let message = value?["messages"]?.items?.first
      #expect(message?["type"]?.string == row.1)
      #expect(message?[row.1]?.kind == .object)
    }
  }

  @Test("of a reaction one hears only that it was sent")
  func reaction() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let message = stand.meta(
      """
      {"messaging_product":"whatsapp","to":"+393331234567","type":"reaction",\
      "reaction":{"message_id":"wamid.x","emoji":"😀"}}
      """)
    #expect(message.status == 200)
    #expect(statuses(receiver, 1).map(\.status) == ["sent"])
    stand.simulator.advance(.seconds(60))
    // Whatever was still to come about the reaction would come before this.
    _ = stand.meta(metaText())
    _ = statuses(receiver, 4)
    #expect(stand.simulator.finishCallbacks(within: .seconds(10)))
    let last = statuses(receiver, 4)
    #expect(last.count == 4)
    #expect(last.filter { $0.id == message.wamid }.count == 1)
  }

  @Test("news of an account arrive signed, as they were given to the control API")
  func news() throws {
    let receiver = try Receiver()
    let stand = try Stand()
    let body = Array(#"{"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}"#.utf8)
    let path = "/_sim/news/\(Demo.wabaID)"
    #expect(stand.call("POST", path, [], body).status == 404)
    let target = Array(#"{"webhookURL": "\#(receiver.url)"}"#.utf8)
    #expect(stand.call("PUT", "/_sim/callbacks", [], target).status == 204)
    #expect(stand.call("POST", path, [], body).status == 202)
    let call = try #require(receiver.wait(for: 1).first)
    let code = lowerHex(hmac(.sha256, key: Array(Demo.appSecret.utf8), call.body))
    #expect(call.headers.first("X-Hub-Signature-256") == "sha256=\(code)")
    let entry = try JSONDocument(call.body).root["entry"]?.items?.first
    #expect(entry?["id"]?.string == Demo.wabaID)
    let change = entry?["changes"]?.items?.first
    #expect(change?["field"]?.string == "account_update")
    #expect(change?["value"]?["event"]?.string == "ACCOUNT_DELETED")
    #expect(stand.call("POST", "/_sim/news/1", [], body).status == 404)
    #expect(stand.call("POST", path, [], Array(#"{"field": "x", "value": 1}"#.utf8)).status == 422)
  }

  @Test("the webhook is asked to prove that it is ours")
  func verification() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url + "?api-key=k" }
    #expect(stand.call("POST", "/_sim/verify/\(Demo.appID)").status == 202)
    let call = receiver.wait(for: 1).first
    #expect(call?.method == "GET")
    #expect(call?.queryValue("api-key") == "k")
    #expect(call?.queryValue("hub.mode") == "subscribe")
    #expect(call?.queryValue("hub.verify_token") == Demo.verifyToken)
    #expect(stand.call("POST", "/_sim/verify/none").status == 404)
  }
}

struct Status {
  let id: String?
  let status: String?
  let opaque: String?
  let code: Int64?
}

/// In the order they came, once there are that many.
func statuses(_ receiver: Receiver, _ count: Int) -> [Status] {
  var found: [Status] = []
  var calls = 1
  while calls < 100 {
    let received = receiver.wait(for: calls)
    found = received.flatMap(statuses)
    guard found.count < count, received.count >= calls else { break }
    calls = received.count + 1
  }
  return found.sorted { rank($0.status) < rank($1.status) }
}

private func rank(_ status: String?) -> Int {
  ["sent", "delivered", "read"].firstIndex(of: status ?? "") ?? 3
}

func statuses(_ call: HTTPRequest) -> [Status] {
  let root: JSONValue
  do { root = try JSONDocument(call.body).root } catch { return [] }
  let changes = root["entry"]?.items?.flatMap { $0["changes"]?.items ?? [] } ?? []
  return changes.flatMap { $0["value"]?["statuses"]?.items ?? [] }.map { status in
    Status(
      id: status["id"]?.string, status: status["status"]?.string,
      opaque: status["biz_opaque_callback_data"]?.string,
      code: status["errors"]?.items?.first?["code"]?.integer)
  }
}
