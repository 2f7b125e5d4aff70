import Console
import Domain
import JSON
import SendStore
import Settings
import TestSupport
import Testing
import Time

/// What waits in the lanes is looked for once a second, however many people look.
@Suite(.timeLimit(.minutes(5))) struct LaneLookTests {
  private func oldestDue(_ stand: ConsoleStand, _ answer: ConsoleStand.Answer) throws -> String? {
    try answer.json["lanes"]?.items?.first { $0["sender"]?.string == "acme" }?["oldestDueAt"]?
      .string
  }

  @Test("within a second the same is told, unless somebody changes a lane")
  func cached() async throws {
    let stand = try ConsoleStand()
    let session = try await stand.session("admin-key-long-enough")
    func look() async throws -> String? {
      try oldestDue(stand, try await stand.call("GET", "/api/lanes", session))
    }
    #expect(try await look() == nil)
    let now = try stand.store.now()
    let send = NewSend(
      id: .random(at: now), sender: SenderID("acme"), recipient: "+393331234567",
      content: Array("{}".utf8), due: now - .seconds(90), expires: now + .seconds(3600))
    _ = try stand.store.take(
      IntakeBatch(log: "log", partition: 0, from: 0, next: 1, sends: [send]))
    #expect(try await look() == nil)
    stand.clock.advance(.seconds(1))
    #expect(try await look() != nil)
    _ = try stand.store.cancel(send.id)
    let paused = try await stand.call("POST", "/api/lanes/acme/pause", session, "{}")
    #expect(try oldestDue(stand, paused) == nil)
    #expect(try await look() == nil)
  }
}
