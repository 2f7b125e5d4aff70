import Running
import Settings
import Domain
import HTTP
import Ingest
import JSON
import Platform
import SendStore
import Simulator
import Store
import TestSupport
import Testing
import Time

/// A store with something of each kind in it, for the routes that ask it.
final class StockedStore: Sendable {
  let store: SendStore
  let queued: SendID
  let doubted: SendID
  let other: SendID

  init(_ stand: IngestStand) throws {
    let senders = stand.settings.senders.map(\.sender)
    store = try SendStore(.sqlite(path: stand.folder.file("store.db")))
    try store.define(senders)
    let now = try store.now()
    func send(_ sender: String, due: Timestamp) -> NewSend {
      NewSend(
        id: .random(at: now), sender: SenderID(sender), recipient: "+393331234567",
        content: Array("{\"to\":\"+393331234567\",\"body\":\"hi\"}".utf8), due: due,
        expires: now + .seconds(3600))
    }
    let sends = [
      send("meta", due: now + .seconds(600)), send("twilio", due: now),
      send("meta", due: now + .seconds(600)),
    ]
    _ = try store.take(IntakeBatch(log: "log", partition: 0, from: 0, next: 3, sends: sends))
    (queued, doubted, other) = (sends[0].id, sends[1].id, sends[2].id)
    try claimOne(of: SenderID("twilio"))
    stand.stores.fill(store)
  }

  deinit { store.close() }

  /// One that was taken back, and may be sent again.
  func canceled() throws -> SendID {
    let now = try store.now()
    let send = NewSend(
      id: .random(at: now), sender: SenderID("meta"), recipient: "+393331234568",
      content: Array("{\"to\":\"+393331234568\",\"body\":\"hi\"}".utf8),
      due: now + .seconds(600), expires: now + .seconds(3600))
    _ = try store.take(IntakeBatch(log: "log", partition: 3, from: 0, next: 1, sends: [send]))
    _ = try store.cancel(send.id)
    return send.id
  }

  private func claimOne(of sender: SenderID) throws {
    let worker = WorkerID("w")
    for lease in try store.tendLeases(worker).held {
      guard lease.group.text == "lane:\(sender)",
        case .claimed(let claim) = try store.claim(sender, lease, worker: worker, limit: 1)
      else { continue }
      let failure = Failure(code: "network", sentence: "There was no answer.")
      let reports = try claim.sends.map { send in
        AttemptReport(
          of: send, .inDoubt(failure, nextLook: try store.now()))
      }
      _ = try store.record(reports)
    }
  }
}
