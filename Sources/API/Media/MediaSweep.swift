internal import Platform
internal import Running
internal import SendStore
internal import Store
internal import Telemetry
internal import Time

/// Forgets files whose time is over, on a thread of its own. The file goes before its row: what is cut in between is done
/// again.
final class MediaSweep: Sendable {
  private let isClosed = Monitor(false)
  private static let pause = Duration.seconds(600)
  private static let batch = 100

  init(_ folder: MediaFolder, _ slot: StoreSlot, log: Log) {
    let isClosed = isClosed
    _ = WorkerThread("media-sweep") {
      while true {
        isClosed.wait(for: Self.pause) { $0 }
        if isClosed.peek({ $0 }) { return }
        do {
          if let store = slot.opened { _ = try Self.round(folder, store) }
        } catch {
          log.warning("files cannot be forgotten, trying again", ["reason": "\(error)"])
        }
      }
    }
  }

  deinit { isClosed.change { $0 = true } }

  /// How many were forgotten. Where a file cannot be removed its row stays, and the round ends.
  static func round(_ folder: MediaFolder, _ store: SendStore) throws(StoreError) -> Int {
    var count = 0
    while true {
      let ended = try store.endedMedia(limit: batch)
      let removed = ended.filter { folder.remove($0) }
      try store.forget(removed)
      count += removed.count
      if removed.count < batch { return count }
    }
  }
}
