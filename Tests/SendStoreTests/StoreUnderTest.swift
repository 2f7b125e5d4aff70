import Domain
import Postgres
import SQLite
import SendStore
import Store
import TestSupport
import Testing
import Time

/// A store with a clock that the test moves, and the few steps that most tests share.
final class StoreUnderTest {
  let clock = ManualClock()
  let location: StoreLocation
  let store: SendStore
  let worker = WorkerID("worker-1")
  /// Where the database itself is: a file or a connection string.
  let url: String
  private let backend: Backend
  private let folder: TemporaryFolder
  private var offset: Int64 = 0

  /// `options` are those of a PostgreSQL session. `besideOld`: a worker of an earlier version is alive.
  init(
    _ backend: Backend, senders: [Sender] = [.main], options: String = "", besideOld: Bool = false
  ) throws {
    folder = try TemporaryFolder()
    self.backend = backend
    let place = try TestStore(backend, in: folder)
    let escaped = options.replacing(" ", with: "%20").replacing("=", with: "%3D")
    let more = options.isEmpty ? "" : "&options=\(escaped)"
    url = place.url + more
    location = place.location(clock, more: more)
    if besideOld {
      try SendStore(location).close()
      try Self.execute(
        """
        INSERT INTO workers (name, seen_until, kind) VALUES ('old', 9000000000000000000, 'dispatch');
        UPDATE facts SET value = 0 WHERE name = 'form'
        """, backend, url)
    }
    store = try SendStore(location)
    try store.define(senders)
  }

  deinit { store.close() }

  /// SQL beside the store's own.
  func execute(_ sql: String) throws { try Self.execute(sql, backend, url) }

  private static func execute(_ sql: String, _ backend: Backend, _ url: String) throws {
    switch backend {
    case .oneMachine: try Database(path: url).execute(sql)
    case .scaledOut: try Connection(url).execute(sql)
    }
  }

  /// The worker of an earlier version that was there from the beginning.
  func endOld() throws { try execute("DELETE FROM workers WHERE name = 'old'") }

  func count(_ rows: String) throws -> Int64 {
    switch backend {
    case .oneMachine:
      let statement = try Database(path: url).prepare("SELECT count(*) FROM \(rows)")
      _ = try statement.step()
      return statement.integer(0)
    case .scaledOut: return try connection().rows("SELECT count(*) FROM \(rows)").integer(0, 0)
    }
  }

  func connection() throws -> Connection { try Connection(url) }

  /// A second process on the same store.
  func another(senders: [Sender] = [.main]) throws -> SendStore {
    let store = try SendStore(location)
    try store.define(senders)
    return store
  }

  @discardableResult
  func queue(_ count: Int = 1, _ change: (Int, inout NewSend) -> Void = { _, _ in }) throws
    -> [SendID]
  {
    let sends = (0..<count).map { index in
      var send = NewSend(
        id: .random(at: clock.now), sender: Sender.main.id, recipient: "+3933300\(10000 + index)",
        content: Array("hello \(index)".utf8), due: clock.now, expires: clock.now + .seconds(86400))
      change(index, &send)
      return send
    }
    let from = offset
    offset += Int64(count)
    let result = try store.take(
      IntakeBatch(log: "log-1", partition: 0, from: from, next: offset, sends: sends))
    guard result == .taken(folded: []) else {
      throw Unexpected(what: "\(result)")
    }
    return sends.map(\.id)
  }

  func lease(_ sender: Sender = .main) throws -> Lease {
    guard
      let lease = try store.tendLeases(worker).held.first(where: { $0.group == sender.laneGroup })
    else { throw Unexpected(what: "no lease of \(sender.laneGroup)") }
    return lease
  }

  /// Claims on a lease that is tended just before.
  func claim(_ sender: Sender = .main, limit: Int = 100) throws -> Claim {
    let result = try store.claim(sender.id, try lease(sender), worker: worker, limit: limit)
    guard case .claimed(let claim) = result else { throw Unexpected(what: "\(result)") }
    return claim
  }

  /// One send that was claimed, posted and accepted.
  func accepted(_ providerID: String = "SM1") throws -> ClaimedSend {
    try queue()
    let send = try #require(try claim().sends.first)
    _ = try store.record([.accepted(send, providerID)])
    return send
  }

  func state(_ id: SendID) throws -> SendState? { try store.send(id)?.progress.state }

  struct Unexpected: Error { let what: String }
}

extension Sender {
  static let unlimited = Budget(rate: nil, daily: nil, pair: nil, inFlight: 1_000_000)

  static let main = Sender(
    id: SenderID("main"), channel: .twilioWhatsApp, account: AccountID("AC1"),
    address: "whatsapp:+14155238886", tenant: Tenant(app: "crm", company: "acme"), budget: unlimited
  )

  func with(_ budget: Budget) -> Sender {
    var sender = self
    sender.budget = budget
    return sender
  }
}

extension AttemptReport {
  static func accepted(_ send: ClaimedSend, _ id: String, postedAt: Timestamp? = nil) -> Self {
    AttemptReport(
      of: send, .accepted(ProviderID(id)), postedAt: postedAt,
      answer: Array(#"{"sid":"\#(id)"}"#.utf8))
  }

  static func of(_ send: ClaimedSend, _ result: AttemptResult) -> Self {
    AttemptReport(of: send, result)
  }
}

extension CallbackReport {
  /// About an attempt, as the owner of `main` would sign it.
  static func about(
    _ id: SendID, attempt: Int = 1, providerID: String = "SM1", account: String = "AC1",
    _ status: Status
  ) -> Self {
    CallbackReport(
      attempt: AttemptID(id, attempt), providerID: ProviderID(providerID), provider: .twilio,
      account: AccountID(account), address: nil, status: status)
  }

  /// One that carries nothing of ours.
  static func unnamed(_ providerID: String, account: String = "AC1", _ status: Status) -> Self {
    CallbackReport(
      attempt: nil, providerID: ProviderID(providerID), provider: .twilio,
      account: AccountID(account), address: nil, status: status)
  }
}

extension Connection {
  /// The rows of a statement beside the store's own.
  func rows(_ sql: String) throws -> Rows {
    // Without a name, so that the next takes its place.
    _ = try prepare("", sql)
    return try run("", [])
  }
}
