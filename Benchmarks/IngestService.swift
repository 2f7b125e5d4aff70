import Running
import Settings
import Telemetry
import EventLog
import Foundation
import Ingest
import TestSupport

/// Ingest in a process of its own, as `postrider ingest` would be with one sender.
enum IngestService {
  /// `kafka <bootstrap>` or `embedded`.
  static func serve(_ arguments: [String]) throws {
    let folder = try TemporaryFolder(onDisk: true)
    let file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:0",
      publicURL: "\(SignedCallbacks.base)",
      spool: { path: "spool.db", limit: "1GB" },
      senders: [
        { id: "bench", provider: "twilio", from: "whatsapp:+14155550100",
          accountSid: "\(SignedCallbacks.account)", authToken: "\(SignedCallbacks.token)",
          app: "crm", company: "acme" },
      ],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let metrics = Metrics()
    let slot = LogSlot()
    slot.fill(try log(arguments, folder))
    let listener = try IngestListener(
      try Settings.read(file: file, environment: [:]),
      DoorContext(slot, StoreSlot(), log: Log(worker: "ingest"), metrics: metrics),
      AdminRoutes(Health(), metrics))
    Child.serve("http://127.0.0.1:\(listener.port)")
  }

  private static func log(
    _ arguments: [String], _ folder: TemporaryFolder
  ) throws -> any EventLog {
    if arguments.first == "kafka", arguments.count == 2 {
      return try KafkaLog(KafkaLogSettings(bootstrap: arguments[1]))
    }
    return try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
  }
}
