import API
import EventLog
import Ingest
import Running
import SendStore
import Settings
import Telemetry
import TestSupport

/// Everything that takes requests, on a store that stands and a log of its own, until who started this process is gone.
enum ServedAPI {
  static func serve(_ settings: Settings, _ store: SendStore, in folder: TemporaryFolder) throws {
    let (logs, stores, metrics) = (LogSlot(), StoreSlot(), Metrics())
    logs.fill(try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db"))))
    stores.fill(store)
    let door = DoorContext(logs, stores, log: Log(worker: "ingest"), metrics: metrics)
    let listener = try IngestListener(
      settings, door, AdminRoutes(Health(), metrics), with: [APIRoutes(door)])
    Child.serve("http://127.0.0.1:\(listener.port)")
  }
}
