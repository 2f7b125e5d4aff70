import Events
import Domain
import Testing
import Time

@Suite struct IdentifierTests {
  let acme = Tenant(app: "crm", company: "acme")

  @Test("a fresh id carries its time, its version and its variant, and is never the same")
  func random() throws {
    let time = try #require(Timestamp(rfc3339: "2026-01-31T12:00:00.123Z"))
    let ids = (0..<1000).map { _ in SendID.random(at: time) }
    #expect(Set(ids).count == 1000)
    for id in ids {
      let text = id.description
      #expect(text.hasPrefix("019c13ec-9e7b-7"))
      #expect("89ab".contains(text[text.index(text.startIndex, offsetBy: 19)]))
      #expect(SendID(text) == id)
      #expect(SendID(bytes: id.bytes) == id)
    }
  }

  @Test("later ids sort after earlier ones")
  func order() {
    let early = SendID.random(at: Timestamp(seconds: 1_000))
    let late = SendID.random(at: Timestamp(seconds: 1_001))
    #expect(early < late)
  }

  @Test("the same request gives the same id, and any other another")
  func derived() {
    let id = SendID.derived(tenant: acme, idempotencyKey: "order-7", item: 0)
    #expect(id == SendID.derived(tenant: acme, idempotencyKey: "order-7", item: 0))
    #expect(id.description.split(separator: "-")[2].hasPrefix("8"))
    let others = [
      SendID.derived(tenant: acme, idempotencyKey: "order-7", item: 1),
      SendID.derived(tenant: acme, idempotencyKey: "order-70", item: 0),
      SendID.derived(
        tenant: Tenant(app: "crm", company: "acm"), idempotencyKey: "eorder-7", item: 0),
      SendID.derived(
        tenant: Tenant(app: "crma", company: "cme"), idempotencyKey: "order-7", item: 0),
    ]
    #expect(!others.contains(id))
  }

  @Test("the derived form never changes, since callers hold it")
  func derivedVector() {
    let id = SendID.derived(tenant: acme, idempotencyKey: "order-7", item: 0)
    #expect(id.description == "dfab4e33-2b7a-8afd-a505-c06de2d11d8c")
  }

  @Test(
    "refuses what is no id",
    arguments: [
      "", "0190a8f8-0000-7000-8000-00000000000", "0190a8f800007000800000000000000g",
      "0190a8f8-0000-7000-8000-00000000000g", "0190a8f8-00007-000-8000-000000000000",
    ])
  func refusals(text: String) { #expect(SendID(text) == nil) }

  @Test("an attempt comes back from both forms in which it travels")
  func attempts() throws {
    let attempt = AttemptID(.derived(tenant: acme, idempotencyKey: "k", item: 0), 12)
    #expect(AttemptID(attempt.description) == attempt)
    #expect(attempt.query == "send=\(attempt.send)&attempt=12")
    #expect(AttemptID(send: "\(attempt.send)", attempt: "12") == attempt)
    for number in ["0", "-1", "63", "+1", "", "1.0", "99999999999999999999"] {
      #expect(AttemptID(send: "\(attempt.send)", attempt: number) == nil)
      #expect(AttemptID("\(attempt.send).\(number)") == nil)
    }
  }

  @Test(
    "a trace header is kept only if the standard calls it valid",
    arguments: [
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
      ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
      ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
      ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false), ("", false),
    ])
  func traceparent(text: String, isValid: Bool) {
    #expect(Traceparent(text)?.description == (isValid ? text : nil))
  }

  @Test("a child keeps the trace and has a span of its own")
  func traceChild() throws {
    let parent = Traceparent.random()
    let child = parent.child()
    #expect(child.description.prefix(35) == parent.description.prefix(35))
    #expect(child != parent)
    #expect(Traceparent(child.description) == child)
  }
}
