import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@testable import DispatchWorker

@Suite struct RepeatsTests {
  let store: SendStore
  let worker = WorkerID("w")
  let lease: Lease
  let sender = SenderID("main")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define([
      Sender(id: sender, channel: .metaWhatsApp, account: AccountID("a"), address: "1")
    ])
    lease = try #require(try store.tendLeases(worker).held.first)
    let now = try store.now()
    let send = NewSend(
      id: .random(at: now), sender: sender, recipient: "+393331234567", content: [1], due: now,
      expires: now + .seconds(600))
    _ = try store.take(IntakeBatch(log: "l", partition: 0, from: 0, next: 1, sends: [send]))
  }

  private func claim() throws -> ClaimedSend {
    guard case .claimed(let claim) = try store.claim(sender, lease, worker: worker, limit: 1),
      let send = claim.sends.first
    else { throw Nothing() }
    return send
  }

  private struct Nothing: Error {}

  /// The second attempt, claimed; the first went unanswered and was taken for not sent.
  private func second() throws -> ClaimedSend {
    let first = try claim()
    let now = try store.now()
    let cut = Failure(code: "network", sentence: "Cut.")
    for result in [
      AttemptResult.inDoubt(cut, nextLook: now), .notSent(due: now, because: "not listed"),
    ] {
      _ = try store.record([AttemptReport(of: first, result)])
    }
    return try claim()
  }

  private func prove(_ send: ClaimedSend) throws {
    _ = try store.apply([
      CallbackReport(
        attempt: AttemptID(send.id, 1), providerID: ProviderID("wamid.1"), provider: .meta,
        account: AccountID("a"), address: "1", status: .wentOut(.delivered))
    ])
  }

  @Test("a repeat that still waits is stopped by proof that the first one went out")
  func withdrawn() throws {
    let repeats = Repeats()
    let send = try second()
    repeats.add(send)
    try prove(send)
    _ = Gate().wait(for: .milliseconds(60))
    try repeats.withdraw(in: store)
    #expect(!repeats.pass(send))
  }

  @Test("a repeat without such proof goes, once")
  func goes() throws {
    let repeats = Repeats()
    let send = try second()
    repeats.add(send)
    _ = Gate().wait(for: .milliseconds(60))
    try repeats.withdraw(in: store)
    #expect(repeats.pass(send))
  }

  @Test("a first attempt is never asked about")
  func first() throws {
    let repeats = Repeats()
    let send = try claim()
    repeats.add(send)
    #expect(repeats.pass(send))
  }
}
