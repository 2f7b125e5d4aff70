internal import Foundation

/// A folder that is gone when the test is done with it.
package final class TemporaryFolder: Sendable {
  package let path: String

  /// `onDisk`: for what is measured.
  package init(onDisk: Bool = false) throws {
    path = (onDisk ? NSTemporaryDirectory() : Self.root) + "postrider-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func file(_ name: String) -> String { path + "/" + name }

  /// Memory where there is room, since no test asks what is left when the machine loses its power: processes are
  /// killed, and what they wrote stays. `TMPDIR` says otherwise.
  static let root: String = {
    let (memory, room) = ("/dev/shm/", 3_000_000_000)
    let files = FileManager.default
    let isTold = ProcessInfo.processInfo.environment["TMPDIR"] != nil
    guard !isTold, files.isWritableFile(atPath: memory),
      let free = try? files.attributesOfFileSystem(forPath: memory)[.systemFreeSize] as? Int,
      free > room
    else { return NSTemporaryDirectory() }
    return memory
  }()
}
