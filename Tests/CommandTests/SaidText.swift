import Foundation
import Platform

/// What a process prints, read on a thread of its own until the process ends. (`readabilityHandler` is no way to do it:
/// where a pipe ends, libdispatch on Linux reads memory that it has freed.)
final class SaidText: Sendable {
  private struct Room {
    var text = ""
    var isOver = false
  }

  private let room = Monitor(Room())

  /// Before the process is run.
  init(_ pipe: Pipe) {
    let (room, handle) = (room, pipe.fileHandleForReading)
    _ = WorkerThread("said") {
      // A character may be cut in two by a read: lines are whole.
      var bytes: [UInt8] = []
      while case let data = handle.availableData, !data.isEmpty {
        bytes += data
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { continue }
        let text = String(decoding: bytes[...end], as: UTF8.self)
        bytes.removeSubrange(...end)
        room.change { $0.text += text }
      }
      room.change {
        $0.text += String(decoding: bytes, as: UTF8.self)
        $0.isOver = true
      }
    }
  }

  /// All of it so far.
  var text: String { room.peek { $0.text } }

  /// All of it once this is in it, or the process has ended.
  func text(until found: String) -> String {
    while true {
      let (text, isOver) = room.peek { ($0.text, $0.isOver) }
      if isOver || text.contains(found) { return text }
      room.wait(for: .seconds(60)) { $0.isOver || $0.text.utf8.count > text.utf8.count }
    }
  }
}
