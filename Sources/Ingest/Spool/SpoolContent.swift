internal import Platform

/// Whether the spool holds anything, as far as can be told for sure: it is clear once the drain has found
/// nothing in it after the last write had ended.
final class SpoolContent: Sendable {
  private struct Writes {
    var begun = 0
    var ended = 0
    /// As many had ended when the drain last began to look and found nothing. A process before this one may
    /// have left something, so at first nobody knows.
    var cleared: Int?

    var isClear: Bool { cleared == begun }
  }

  private let writes = Monitor(Writes())

  /// Before anything of it can be on the disk.
  func begin() { writes.peek { $0.begun += 1 } }

  /// Durable or failed, and not answered yet.
  func end() { writes.peek { $0.ended += 1 } }

  /// What the drain's next look will cover.
  var ended: Int { writes.peek { $0.ended } }

  /// Nothing was there when everything was looked at, after so many writes had ended.
  func foundNothing(after ended: Int) { writes.change { $0.cleared = ended } }

  var isClear: Bool { writes.peek { $0.isClear } }

  func waitUntilClear(within limit: Duration) { writes.wait(for: limit) { $0.isClear } }
}
