import Foundation
import SendStore
import Settings
import Store
import TestSupport

/// All that takes sends, as `postrider ingest` would be with a sender of each provider, and nobody who sends them.
enum DoorsService {
  static func serve() throws {
    let folder = try TemporaryFolder(onDisk: true)
    let file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:0", spool: { path: "spool.db", limit: "1GB" }, apiKeys: ["key"],
      senders: [\(Door.senders(1))],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let settings = try Settings.read(file: file, environment: [:])
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define(settings.senders.map(\.sender))
    try ServedAPI.serve(settings, store, in: folder)
  }
}
