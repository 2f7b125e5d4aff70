import EventLog
import API
import Events
import Domain
import HTTP
import Ingest
import JSON
import Platform
import Settings
import TestSupport
import Testing
import Time

/// Somebody who listens to the stream of events.
final class EventListener {
  let head: String
  /// Where it began.
  let place: String
  private let connection: RawConnection
  private var unread = ""

  init(
    _ port: UInt16, key: String = "admin-key", of topics: String? = nil, only filter: String? = nil,
    after id: String? = nil
  ) throws {
    connection = try RawConnection(port: port)
    let header = id.map { "Last-Event-ID: \($0)\r\n" } ?? ""
    let query = [topics.map { "topics=\($0)" }, filter].compactMap(\.self).joined(separator: "&")
    connection.send(
      "GET /api/events\(query.isEmpty ? "" : "?\(query)") HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n\(header)\r\n"
    )
    head = connection.receive(through: "\r\n\r\n")
    // It is told where it begins once it listens.
    let first = head.contains(" 200 ") ? Self.event(connection, &unread) : ""
    place = first.firstMatch(of: /id: ([^\n]+)\n/).map { String($0.output.1) } ?? ""
  }

  /// Its id and what it says.
  func next() throws -> (id: String, event: String?, data: JSONValue) {
    var text = ""
    repeat { text = self.text() } while text.contains(": \nid: ")
    func field(_ name: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix("\(name): ") }.map {
        String($0.dropFirst(name.count + 2))
      }
    }
    return (
      try #require(field("id")), field("event"),
      try JSONDocument(Array(try #require(field("data")).utf8)).root
    )
  }

  /// The next that arrives, whatever it is.
  func text() -> String { Self.event(connection, &unread) }

  /// Out of the chunks in which the answer comes.
  private static func event(_ connection: RawConnection, _ unread: inout String) -> String {
    while true {
      if let end = unread.firstRange(of: "\n\n") {
        defer { unread = String(unread[end.upperBound...]) }
        return String(unread[..<end.upperBound])
      }
      let size = Int(connection.receive(through: "\r\n").dropLast(), radix: 16) ?? 0
      guard size > 0 else { return "" }
      unread += String(decoding: connection.receive(count: size), as: UTF8.self)
      _ = connection.receive(count: 2)
    }
  }
}

@Suite(.timeLimit(.minutes(5))) struct EventTests {
  private func publish(
    _ stand: IngestStand, _ names: [String], company: String = "acme", padding: Int = 0,
    under key: String? = nil
  ) throws {
    try stand.log.append(
      names.map { name in
        let data = JSONWriter.object { writer in
          writer.field("id", name)
          writer.field("app", "crm")
          writer.field("company", company)
          writer.field("padding", String(repeating: "x", count: padding))
        }
        return NewRecord(
          topic: .messages, key: key ?? name,
          event: CloudEvent(
            id: "\(name).1", source: "test", type: "postrider.message.v1",
            time: Timestamp(seconds: 1_800_000_000), data: data))
      }, within: .seconds(20))
  }

  @Test(
    "who listens gets each change from then on, and goes on where it was",
    arguments: Backend.allCases)
  func resume(backend: Backend) async throws {
    try await onOwnThread {
      let stand = try IngestStand(on: backend, publicURL: nil)
      defer { stand.stop() }
      try publish(stand, ["before"])
      var listener: EventListener? = try EventListener(stand.listener.port)
      #expect(listener?.head.contains("text/event-stream") == true)
      let names = (1...20).map { "send-\($0)" }
      try publish(stand, names)
      var seen: [String] = []
      var last = ""
      for _ in 0..<12 {
        let event = try #require(try listener?.next())
        seen.append(try #require(event.data["id"]?.string))
        last = event.id
      }
      listener = nil
      try publish(stand, ["later"])
      let again = try EventListener(stand.listener.port, after: last)
      for _ in 0..<9 { seen.append(try #require(try again.next().data["id"]?.string)) }
      #expect(seen.sorted() == (names + ["later"]).sorted())
    }
  }

  @Test("who is far behind gets all of it, at the speed at which they read")
  func behind() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let place = try EventListener(stand.listener.port).place
      let names = (1...600).map { "send-\($0)" }
      try publish(stand, names, padding: 5000)
      let listener = try EventListener(stand.listener.port, after: place)
      let seen = try names.map { _ in try listener.next().data["id"]?.string }
      #expect(Set(seen) == Set(names))
    }
  }

  @Test("a tenant's key hears of its own sends only")
  func tenants() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let listener = try EventListener(stand.listener.port, key: "acme-reader")
      // Under one key they stay in their order, so theirs would come first.
      try publish(stand, ["theirs"], company: "other", under: "one")
      try publish(stand, ["ours"], under: "one")
      #expect(try listener.next().data["id"]?.string == "ours")
    }
  }

  /// What a person wrote to a sender of one tenant, and what a conversation of another's went through.
  private func publishTalk(_ stand: IngestStand) throws {
    let sender = try #require(
      stand.settings.senders.first { $0.sender.id.text == "twilio" }?.sender)
    let now = Timestamp(seconds: 1_800_000_000)
    func said(_ address: String, _ id: String) -> NewRecord {
      let message = InboundMessage(
        provider: .twilio, account: sender.account, address: address, contact: "+393331234567",
        providerID: ProviderID(id), kind: "text", receivedAt: now)
      return NewRecord(
        topic: .inbound, key: "one",
        event: CloudEvent(
          id: id, source: "test", type: InboundMessage.type, time: now,
          data: JSONWriter.object { message.write(to: &$0) }))
    }
    func changed(_ company: String) -> NewRecord {
      ConversationEvent(
        ConversationID(of: sender.id, with: "+393331234567", tenant: sender.tenant), generation: 1,
        ConversationEvent.Happening(
          version: 1, act: "read", actor: "agent \(company)", detail: "", at: now),
        from: sender.id, of: Tenant(app: "crm", company: company), with: "+393331234567",
        named: nil,
        ConversationStanding(), labels: [], preview: ""
      ).record
    }
    try stand.log.append(
      [
        said("+10000000000", "SMnobody"), said(ChannelAddress(sender.address).bare, "SMours"),
        changed("other"), changed("acme"),
      ], within: .seconds(20))
  }

  @Test("what people write and what conversations go through is heard by whoever asks for it")
  func topics() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let port = stand.listener.port
      let of = "conversations,inbound"
      let listener = try EventListener(port, key: "acme-reader", of: of)
      let all = try EventListener(port)
      try publish(stand, ["send"])
      try publishTalk(stand)
      var heard: Set<String> = []
      var last = ""
      for _ in 0..<2 {
        let event = try listener.next()
        last = event.id
        heard.insert(event.data["providerId"]?.string ?? event.data["actor"]?.string ?? "")
      }
      #expect(heard == ["SMours", "agent acme"])
      #expect(try all.next().data["id"]?.string == "send")
      try publishTalk(stand)
      let again = try EventListener(
        port, key: "acme-reader", of: "inbound,conversations", after: last)
      #expect(again.head.contains(" 200 "))
      _ = try again.next()
      #expect(try EventListener(port, after: last).head.contains(" 422 "))
      #expect(try EventListener(port, of: "inbound", after: last).head.contains(" 422 "))
      for wrong in ["", "sends", "inbound,", "inbound,nothing"] {
        #expect(try EventListener(port, of: wrong).head.contains(" 422 "), "\(wrong)")
      }
    }
  }

  @Test("a connection on which nothing happens is kept alive by comments")
  func heartbeat() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil, heartbeat: .milliseconds(10))
      defer { stand.stop() }
      let listener = try EventListener(stand.listener.port)
      #expect(listener.text().contains(": \nid: "))
      #expect(listener.text().contains(": \nid: "))
    }
  }

  @Test(
    "a place of another log, or of none, is refused",
    arguments: ["x", "00000000-0.0.0.0.0.0.0.0", "a-b-c"])
  func foreign(place: String) async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      #expect(try EventListener(stand.listener.port, after: place).head.contains(" 422 "))
    }
  }

  @Test("so many may listen, and one more is asked to come back; the end of one makes room")
  func bound() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil, heartbeat: .milliseconds(10))
      defer { stand.stop() }
      var listeners = try (0..<APIRoutes.listeners).map { _ in
        try EventListener(stand.listener.port)
      }
      #expect(try EventListener(stand.listener.port).head.contains(" 503 "))
      listeners.removeLast()
      let deadline = bootMicroseconds() + 15_000_000
      var head = ""
      while !head.contains(" 200 "), bootMicroseconds() < deadline {
        head = try EventListener(stand.listener.port).head
      }
      #expect(head.contains(" 200 "))
    }
  }

  @Test(
    "a hundred listeners cost the log one reader, and so does who comes back soon",
    arguments: [(Backend.oneMachine, 100), (.scaledOut, 10)])
  func tail(backend: Backend, count: Int) async throws {
    try await onOwnThread {
      let stand = try IngestStand(on: backend, publicURL: nil)
      defer { stand.stop() }
      let listeners = try (0..<count).map { _ in try EventListener(stand.listener.port) }
      let place = try #require(listeners.first).place
      let names = (1...50).map { "send-\($0)" }
      try publish(stand, names)
      for listener in listeners {
        let seen = try names.map { _ in try #require(try listener.next().data["id"]?.string) }
        #expect(seen.sorted() == names.sorted())
      }
      #expect(stand.faulty.readers.made == 1)
      // The ring still has all of it.
      let again = try EventListener(stand.listener.port, after: place)
      let seen = try names.map { _ in try #require(try again.next().data["id"]?.string) }
      #expect(seen.sorted() == names.sorted())
      #expect(stand.faulty.readers.made == 1)
    }
  }

  @Test("what is older than the ring is read from the log, and what follows comes from the ring")
  func older() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil, heartbeat: .milliseconds(50))
      defer { stand.stop() }
      let place = try EventListener(stand.listener.port).place
      // Nobody listens, so nothing of it is in a ring; other listeners come before the one that is behind.
      stand.faulty.readers.waitUntilClosed()
      let old = (1...50).map { "old-\($0)" }
      try publish(stand, old)
      let present = try EventListener(stand.listener.port)
      let behind = try EventListener(stand.listener.port, after: place)
      let first = try old.map { _ in try #require(try behind.next().data["id"]?.string) }
      #expect(first.sorted() == old.sorted())
      for round in 0..<3 {
        try publish(stand, ["new-\(round)"])
        for listener in [present, behind] {
          #expect(try listener.next().data["id"]?.string == "new-\(round)")
        }
      }
      // One for the tail of the first listener, one for the second's, and one to catch up.
      #expect(stand.faulty.readers.made == 3)
      stand.faulty.readers.waitUntilOpen(1)
    }
  }

  @Test("a log that cannot be read ends the streams, and listeners come back")
  func failing() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let listener = try EventListener(stand.listener.port)
      stand.faulty.readers.fail(.other("a disk that cannot be read"))
      #expect(listener.text() == "")
      stand.faulty.readers.fail(nil)
      let again = try EventListener(stand.listener.port, after: listener.place)
      try publish(stand, ["later"])
      #expect(try again.next().data["id"]?.string == "later")
    }
  }
}
