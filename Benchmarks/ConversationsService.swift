import Foundation
import SendStore
import Settings
import Store
import TestSupport

/// Ingest with a store that others have filled, as `postrider ingest` would be.
enum ConversationsService {
  static let key = "a-key-that-reads-in-benchmarks"

  /// `sqlite <path>` or `postgres <url>`.
  static func serve(_ arguments: [String]) throws {
    guard arguments.count == 2 else { return }
    let folder = try TemporaryFolder(onDisk: true)
    let file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:0",
      spool: { path: "spool.db", limit: "1GB" },
      apiKeys: [{ key: "\(key)", scopes: ["read"], rate: "100000/1s" }],
      senders: [\(TalkFixture.senderSettings)],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let settings = try Settings.read(file: file, environment: [:])
    let store = try SendStore(
      arguments[0] == "sqlite" ? .sqlite(path: arguments[1]) : .postgres(url: arguments[1]))
    try store.define(settings.senders.map(\.sender))
    try ServedAPI.serve(settings, store, in: folder)
  }
}
