import Events
import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct ForgeryTests {
  struct Forgery: Sendable {
    let name: String
    let isMeta: Bool
    let change: @Sendable (inout ProviderCallback) -> Void

    init(
      _ name: String, meta: Bool = false,
      _ change: @escaping @Sendable (inout ProviderCallback) -> Void
    ) {
      (self.name, isMeta, self.change) = (name, meta, change)
    }
  }

  static let forgeries = [
    Forgery("another account names our send") { $0.account = AccountID("AC2") },
    Forgery("another account names the provider's id") {
      $0.account = AccountID("AC2")
      $0.attempt = nil
      $0.tenant = nil
    },
    Forgery("another account by our path") {
      $0.account = AccountID("AC2")
      $0.attempt = nil
    },
    Forgery("our account by the path of another tenant in it") {
      $0.tenant = Tenant(app: "crm", company: "sibling")
    },
    Forgery("our account by a path of nobody") { $0.tenant = Tenant.none },
    Forgery("Meta, in the name of the same account") { $0.provider = .meta },
    Forgery("another number of the same business", meta: true) { $0.phoneNumberID = "P2" },
    Forgery("another number names the provider's id", meta: true) {
      $0.phoneNumberID = "P2"
      $0.attempt = nil
    },
    Forgery("no number at all", meta: true) { $0.phoneNumberID = nil },
    Forgery("another business with our number", meta: true) { $0.account = AccountID("W2") },
    Forgery("Twilio, in the name of the business", meta: true) {
      $0.provider = .twilio
      $0.phoneNumberID = nil
    },
  ]

  /// All in one batch and one after the other, each as a success and as failures that would do harm.
  @Test("what somebody else signed changes nothing, whatever it names", arguments: Backend.allCases)
  func forged(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let twilio = try #require(try stand.accepted().first)
      let meta = try #require(try stand.accepted(for: .meta).first)
      let forged = Self.forgeries.flatMap { forgery -> [ProviderCallback] in
        let callbacks: [ProviderCallback] =
          forgery.isMeta
          ? [
            .meta("read", meta), .meta("failed", meta, code: 131050),
            .meta("failed", meta, code: 190),
          ]
          : [
            .twilio("read", twilio), .twilio("undelivered", twilio, code: 21610),
            .twilio("failed", twilio, code: 30002),
          ]
        return callbacks.map { $0.with(forgery.change) }
      }
      try stand.tell(forged)
      for callback in forged { try stand.tell([callback]) }
      for send in [twilio, meta] {
        #expect(
          try stand.store.send(send.id)?.history.map(\.state) == [.queued, .sending, .accepted])
      }
      #expect(try stand.store.laneStatus().filter { $0.stop != nil }.isEmpty)
      #expect(try stand.store.contact(twilio.recipient, of: SenderID("acme"))?.optOut == nil)
      #expect(try stand.store.contact(meta.recipient, of: SenderID("meta"))?.optOut == nil)
      #expect(try stand.store.parkedCount() == 2 * forged.count)
      #expect(try stand.store.joinParked(after: .from(.distantPast), limit: 1000).joined == 0)
      try stand.tell([.twilio("read", twilio), .meta("read", meta)])
      #expect(try stand.state(twilio.id) == .read)
      #expect(try stand.state(meta.id) == .read)
    }
  }

  @Test(
    "a repeated failure of the first attempt does not touch the second", arguments: Backend.allCases
  )
  func repeatedFailure(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let first = try #require(try stand.accepted().first)
      let failed = ProviderCallback.twilio("failed", first, code: 63012)
      try stand.tell([failed, failed])
      #expect(try stand.state(first.id) == .queued)
      stand.clock.advance(.seconds(31))
      let second = try #require(try stand.claim().first)
      #expect(second.attempt == 2)
      try stand.tell([failed])
      try stand.record([second])
      try stand.tell([failed, .twilio("failed", first, named: false, code: 63012)])
      #expect(try stand.state(first.id) == .accepted)
      #expect(try stand.store.send(first.id)?.progress.attempt == 2)
      try stand.tell([.twilio("delivered", second)])
      #expect(try stand.state(first.id) == .delivered)
    }
  }
}
