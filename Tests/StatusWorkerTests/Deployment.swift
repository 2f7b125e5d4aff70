import Domain
import EventLog
import Events
import Foundation
import SendStore
import Settings
import TestSupport
import Testing
import Time

/// A store of accepted sends and a log, for `postrider status` in processes of its own.
final class Deployment: Sendable {
  private static let account = "AC0123456789abcdef0123456789abcdef"
  private static let sender = Sender(
    id: SenderID("acme"), channel: .twilioWhatsApp, account: AccountID(account),
    address: "whatsapp:+14155238886", budget: SenderSettings.unlimited)
  static let partitions = 4

  let store: SendStore
  let log: any EventLog
  /// In the order of the ids that were given.
  let sends: [ClaimedSend]
  private let place: TestLog
  private let folder: TemporaryFolder
  private let settings: String

  init(_ backend: Backend, _ ids: [SendID]) throws {
    folder = try TemporaryFolder()
    let storePlace = try TestStore(backend, in: folder)
    place = try TestLog(backend, in: folder, partitions: Self.partitions)
    store = try storePlace.open()
    log = try place.open()
    try store.define([Self.sender])
    sends = try Self.accept(ids, store)
    settings = folder.file("settings.json5")
    let (address, more) = place.settingsText
    try """
    { log: "\(address)", store: "\(storePlace.address)", \(more)
      senders: [{ id: "acme", provider: "twilio", accountSid: "\(Self.account)", authToken: "t",
        from: "whatsapp:+14155238886", sandbox: false }] }
    """.write(toFile: settings, atomically: true, encoding: .utf8)
  }

  func end() {
    log.close(within: .seconds(5))
    store.close()
  }

  private static func accept(_ ids: [SendID], _ store: SendStore) throws -> [ClaimedSend] {
    let now = try store.now()
    let new = ids.map { id in
      NewSend(
        id: id, sender: sender.id, recipient: "+393331234567", content: Array("{}".utf8), due: now,
        expires: now + .seconds(86400))
    }
    _ = try store.take(
      IntakeBatch(log: "l", partition: 0, from: 0, next: Int64(ids.count), sends: new))
    let worker = WorkerID("dispatch")
    guard let lease = try store.tendLeases(worker).held.first,
      case .claimed(let claim) = try store.claim(
        sender.id, lease, worker: worker, limit: ids.count)
    else { throw StatusStand.Unexpected(what: "nothing could be claimed") }
    let places = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    let sends = claim.sends.sorted { places[$0.id, default: 0] < places[$1.id, default: 0] }
    _ = try store.record(sends.map { AttemptReport(of: $0, .accepted($0.providerID)) })
    return sends
  }

  /// As the sender's account would get it.
  func callback(
    _ status: String, _ send: ClaimedSend, named: Bool = true, code: Int? = nil
  ) -> ProviderCallback {
    .twilio(status, send, named: named, code: code).with {
      $0.account = AccountID(Self.account)
      $0.tenant = nil
    }
  }

  func start() throws -> Process {
    let process = Process.postrider(["status", "--config", settings])
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
