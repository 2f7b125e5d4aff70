import Domain
import EventLog
import Events
import Ingest
import JSON
import Settings
import TestSupport
import Testing
import Time

@testable import API

@Suite struct EventFilterTests {
  private static let sent = EventFacts(
    tenant: nil, sender: "main", campaign: "spring", state: "sent")

  private func filter(
    _ values: [String: String], of topics: String = "messages"
  ) throws(FieldFaults) -> EventFilter {
    try EventFilter(try EventTopics(topics), { values[$0] }) {
      ["main", "other"].contains($0.text)
    }
  }

  struct Case {
    let filter: [String: String]
    var event = EventFilterTests.sent
    let passes: Bool
  }

  @Test(
    "an event passes where each filter names what it has",
    arguments: [
      Case(filter: [:], passes: true),
      Case(filter: [:], event: EventFacts(), passes: true),
      Case(filter: ["sender": "main"], passes: true),
      Case(filter: ["sender": "other"], passes: false),
      Case(filter: ["sender": "other,main"], passes: true),
      Case(filter: ["sender": "main"], event: EventFacts(), passes: false),
      Case(filter: ["campaign": "spring"], passes: true),
      Case(filter: ["campaign": "summer,autumn"], passes: false),
      Case(filter: ["campaign": "spring"], event: EventFacts(sender: "main"), passes: false),
      Case(filter: ["state": "sent,read"], passes: true),
      Case(filter: ["state": "read"], passes: false),
      Case(filter: ["state": "sent"], event: EventFacts(campaign: "spring"), passes: false),
      Case(filter: ["sender": "main", "state": "read"], passes: false),
      Case(filter: ["sender": "main", "campaign": "spring", "state": "sent"], passes: true),
    ])
  func passing(one: Case) throws {
    #expect(try filter(one.filter).passes(one.event) == one.passes)
  }

  @Test(
    "a filter that names what there is not, or what no event of the topics has, is refused",
    arguments: [
      ("messages", "sender", "unknown", "must be ids of your senders"),
      ("messages", "sender", "main,", "must be ids of your senders"),
      ("messages", "campaign", "", "must be campaigns"),
      ("messages", "campaign", String(repeating: "c", count: 129), "must be campaigns"),
      ("messages", "campaign", Array(repeating: "c", count: 101).joined(separator: ","), "at most"),
      ("messages", "state", "gone", "must be some of queued, sending, in-doubt"),
      ("messages", "state", "running", "must be some of queued"),
      ("messages", "state", "", "must be some of queued"),
      ("campaigns", "state", "sent", "must be some of loading"),
      ("campaigns", "sender", "main", "is nothing that events of these topics have"),
      ("inbound", "state", "sent", "is nothing that events of these topics have"),
      ("inbound,conversations", "campaign", "spring", "is nothing that events"),
    ])
  func refused(topics: String, name: String, value: String, sentence: String) {
    do throws(FieldFaults) {
      _ = try filter([name: value], of: topics)
      Issue.record("\(name)=\(value) was taken")
    } catch {
      #expect(error.all.first?.pointer == "/\(name)")
      #expect(error.all.first?.detail.contains(sentence) == true, "\(error)")
    }
  }

  @Test("states of sends and of campaigns may stand in one filter where both are heard of")
  func bothStates() throws {
    let both = try filter(["state": "running,read"], of: "messages,campaigns")
    #expect(both.passes(EventFacts(state: "running")))
    #expect(both.passes(EventFacts(state: "read")))
    #expect(!both.passes(EventFacts(state: "done")))
  }
}

@Suite(.timeLimit(.minutes(5))) struct FilteredStreamTests {
  private struct Change {
    var sender = "sms"
    var state = "sent"
    var campaign: String?
    var company = "acme"
  }

  /// Under one key, so that they stay in their order.
  private func publish(_ stand: IngestStand, _ changes: [(id: String, Change)]) throws {
    try stand.log.append(
      changes.map { id, change in
        let data = JSONWriter.object { writer in
          writer.field("id", id)
          writer.field("state", change.state)
          writer.field("sender", change.sender)
          writer.field("app", "crm")
          writer.field("company", change.company)
          writer.field("campaign", change.campaign)
        }
        return NewRecord(
          topic: .messages, key: "one",
          event: CloudEvent(
            id: "\(id).1", source: "test", type: "postrider.message.v1",
            time: Timestamp(seconds: 1_800_000_000), data: data))
      }, within: .seconds(20))
  }

  @Test("who asks for some hears those, of its tenant, also where it comes back with other filters")
  func filtered() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let port = stand.listener.port
      let own = try EventListener(port, key: "acme-reader", only: "sender=twilio&state=read,failed")
      let all = try EventListener(port, only: "campaign=spring")
      let changes: [(String, Change)] = [
        ("a", Change(sender: "twilio")), ("b", Change(sender: "sms", state: "read")),
        ("c", Change(sender: "twilio", state: "read", company: "other")),
        ("d", Change(campaign: "summer")), ("e", Change(sender: "twilio", state: "failed")),
        ("f", Change(campaign: "spring")),
      ]
      try publish(stand, changes)
      let heard = try own.next()
      #expect(heard.data["id"]?.string == "e")
      #expect(try all.next().data["id"]?.string == "f")
      try publish(stand, [("g", Change(sender: "twilio")), ("h", Change(sender: "sms"))])
      let again = try EventListener(port, only: "sender=sms", after: heard.id)
      #expect(try again.next().data["id"]?.string == "f")
      #expect(try again.next().data["id"]?.string == "h")
      let unfiltered = try EventListener(port, after: heard.id)
      #expect(try unfiltered.next().data["id"]?.string == "f")
      #expect(try unfiltered.next().data["id"]?.string == "g")
    }
  }

  @Test("messages of people are their sender's, and campaigns are named by their ids")
  func otherTopics() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let now = Timestamp(seconds: 1_800_000_000)
      let senders = stand.settings.senders.map(\.sender)
      let twilio = try #require(senders.first { $0.id.text == "twilio" })
      let sms = try #require(senders.first { $0.id.text == "sms" })
      func said(to sender: Sender, _ id: String) -> NewRecord {
        let message = InboundMessage(
          provider: .twilio, account: sender.account,
          address: ChannelAddress(sender.address).bare, contact: "+393331234567",
          providerID: ProviderID(id), kind: "text", receivedAt: now)
        return NewRecord(
          topic: .inbound, key: "one", event: message.event(source: "test"))
      }
      let (spring, autumn) = (CampaignID.random(at: now), CampaignID.random(at: now))
      func changed(_ id: CampaignID, _ state: CampaignState) -> NewRecord {
        CampaignEvent(
          id, generation: 1, version: 1, name: "name", of: twilio.tenant, state, because: nil,
          at: now, rows: 0, duplicates: 0, tally: CampaignTally([])
        ).record
      }
      let port = stand.listener.port
      let inbound = try EventListener(port, of: "inbound,campaigns", only: "sender=twilio")
      let campaign = try EventListener(
        port, of: "campaigns", only: "campaign=\(autumn)&state=paused,done")
      try stand.log.append(
        [
          changed(spring, .paused), changed(autumn, .running), said(to: sms, "SM1"),
          said(to: twilio, "SM2"), changed(autumn, .done),
        ], within: .seconds(20))
      #expect(try inbound.next().data["providerId"]?.string == "SM2")
      let heard = try campaign.next().data
      #expect(heard["id"]?.string == autumn.description && heard["state"]?.string == "done")
    }
  }

  @Test("who hears nothing of much is told how far the stream has gone")
  func passedOver() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let listener = try EventListener(stand.listener.port, only: "state=read")
      try publish(stand, (1...6000).map { ("\($0)", Change()) })
      // Long before a heartbeat would be due.
      let mark = listener.text()
      #expect(mark.contains(": \nid: "))
      let place = try #require(mark.firstMatch(of: /id: ([^\n]+)\n/)).output.1
      #expect(place != listener.place)
      try publish(stand, [("read", Change(state: "read"))])
      #expect(try listener.next().data["id"]?.string == "read")
      let again = try EventListener(stand.listener.port, after: String(place))
      let next = try #require(try again.next().data["id"]?.string.flatMap { Int($0) })
      #expect(next > 5000)
    }
  }

  @Test(
    "a sender of another tenant is as unknown as one that is not there, and so is a parameter",
    arguments: ["sender=sms", "sender=nobody", "senders=twilio", "state=gone"])
  func refused(query: String) async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      defer { stand.stop() }
      let listener = try EventListener(stand.listener.port, key: "acme-reader", only: query)
      #expect(listener.head.contains(" 422 "))
    }
  }
}
