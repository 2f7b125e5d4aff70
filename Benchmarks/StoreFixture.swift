import Events
import Domain
import Platform
import SendStore
import Store
import TestSupport
import Time

/// A store with so many old sends, and the newest hundred thousand to work on.
final class StoreFixture {
  let store: SendStore
  let bare: any BareSQL
  private let folder: TemporaryFolder
  private let worker = WorkerID("bench")
  private let sender: Sender
  private var offset: Int64 = 0
  private var accepted: [ClaimedSend] = []
  private var random = SystemRandomNumberGenerator()

  init(_ kind: String, stored: Int) throws {
    folder = try TemporaryFolder(onDisk: true)
    sender = Sender(
      id: SenderID("bench"), channel: .twilioWhatsApp, account: AccountID("AC1"), address: "+1",
      budget: Budget(rate: nil, daily: nil, pair: nil, inFlight: 1_000_000))
    if kind == "sqlite" {
      let path = folder.file("store.db")
      store = try SendStore(.sqlite(path: path))
      bare = try BareSQLite(path)
    } else {
      let url = try PostgresServer.durable().database()
      store = try SendStore(.postgres(url: url))
      bare = try BarePostgres(url)
    }
    try store.define([sender])
    try bare.fill(stored)
  }

  func queue(_ count: Int) throws {
    for _ in 0..<(count / StoreBenchmark.batch) {
      let now = Timestamp(microseconds: wallMicroseconds())
      let sends = (0..<StoreBenchmark.batch).map { index in
        NewSend(
          id: .random(at: now), sender: sender.id,
          recipient: PersonAddress("+39333\(1_000_000 + index)"),
          content: Array(repeating: 0x61, count: 300), due: now, expires: now + .seconds(86400))
      }
      let next = offset + Int64(sends.count)
      _ = try store.take(
        IntakeBatch(log: "bench", partition: 0, from: offset, next: next, sends: sends))
      offset = next
    }
  }

  func claimAndRecord(_ count: Int) throws {
    var left = count
    var lease = try store.tendLeases(worker).held.first
    var tended = bootMicroseconds()
    accepted = []
    while left > 0 {
      // As a worker does: once a second, not once a claim.
      if bootMicroseconds() - tended > 1_000_000 {
        lease = try store.tendLeases(worker).held.first
        tended = bootMicroseconds()
      }
      guard let lease,
        case .claimed(let claim) = try store.claim(
          sender.id, lease, worker: worker, limit: StoreBenchmark.batch)
      else { return }
      let now = claim.now
      _ = try store.record(
        claim.sends.map { send in
          AttemptReport(
            of: send,
            .accepted(ProviderID("SM" + send.id.description.filter { $0 != "-" })),
            postedAt: now, answer: Self.answer)
        })
      accepted += claim.sends
      left -= claim.sends.count
    }
  }

  /// Sent and delivered for half of the newest, in an order of chance.
  func callbackBatches() -> [[CallbackReport]] {
    batches(of: accepted.indices.filter { $0 % 2 == 0 }) { send, reached in
      CallbackReport(
        attempt: AttemptID(send.id, 1), providerID: ProviderID("SM1"), provider: .twilio,
        account: AccountID("AC1"), address: nil, status: .wentOut(reached))
    }
  }

  /// The same as events of the log.
  func callbacks() -> [ProviderCallback] {
    batches(of: accepted.indices.filter { $0 % 2 == 0 }) { send, reached in
      .twilio(
        ProviderID("SM" + send.id.description.filter { $0 != "-" }), AttemptID(send.id, 1), reached)
    }
    .flatMap(\.self)
  }

  /// The same for the other half, whose rows have the same past.
  func bareBatches(of size: Int = StoreBenchmark.batch) -> [[BareCallback]] {
    batches(of: accepted.indices.filter { $0 % 2 == 1 }, size) { send, reached in
      BareCallback(
        id: send.id.bytes, key: send.key.value, state: Int64(reached.state.rawValue),
        version: reached == .sent ? 4 : 5)
    }
    .map { batch in batch.sorted { $0.key < $1.key } }
  }

  private func batches<Callback>(
    of places: [Int], _ size: Int = StoreBenchmark.batch,
    _ make: (ClaimedSend, SendNews.Reached) -> Callback
  ) -> [[Callback]] {
    [SendNews.Reached.sent, .delivered].flatMap { reached in
      let shuffled = places.shuffled(using: &random)
      return stride(from: 0, to: shuffled.count, by: size).map { start in
        shuffled[start..<min(start + size, shuffled.count)].map {
          make(accepted[$0], reached)
        }
      }
    }
  }

  /// The size of a Twilio answer.
  private static let answer = Array(repeating: UInt8(ascii: "a"), count: 700)
}
