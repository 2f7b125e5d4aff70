internal import FoundationEssentials
internal import Platform

/// Where the store of a rehearsal lies, gone with the object. What a process has left behind that was killed is removed
/// by the next one.
final class StageFolder {
  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  let path: String
  private let hold: FolderHold

  private static let name = "postrider-rehearsal-"

  /// `people` are to be copied, of memory so much may be taken, `beside` is a folder on a disk of ours.
  init(for people: Int, mostMemory: UInt64, beside: String) throws {
    let place = StagePlace.choose(
      from: Self.places(beside: beside, mostMemory), for: StagePlace.bytes(for: people))
    guard let place else { throw Failed(description: "there is no folder for the rehearsal") }
    Self.sweep(place.path)
    path = "\(place.path)/\(Self.name)\(UUID().uuidString)"
    guard makeFolder(path), let hold = FolderHold(of: path) else {
      throw Failed(description: "\(path) cannot be made")
    }
    self.hold = hold
  }

  deinit { Self.remove(path) }

  private static func places(beside: String, _ mostMemory: UInt64) -> [StagePlace] {
    let disks = [FileManager.default.temporaryDirectory.path, beside.isEmpty ? "." : beside]
    return ([(memory, mostMemory)] + disks.map { ($0, .max) }).compactMap { path, most in
      guard FileManager.default.isWritableFile(atPath: path), let system = FileSystem(at: path)
      else { return nil }
      return StagePlace(path: path, room: min(system.freeBytes, most))
    }
  }

  private static let memory = "/dev/shm"

  private static func sweep(_ place: String) {
    let names: [String]
    // What cannot be listed is nothing that this process could remove.
    do { names = try FileManager.default.contentsOfDirectory(atPath: place) } catch { return }
    for name in names where name.hasPrefix(Self.name) {
      let path = "\(place)/\(name)"
      guard let hold = FolderHold(leftBehind: path) else { continue }
      remove(path)
      withExtendedLifetime(hold) {}
    }
  }

  private static func remove(_ path: String) {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      Terminal.error("postrider: \(path) can be deleted: \(error)")
    }
  }
}

/// A folder that the store of a rehearsal may lie in.
struct StagePlace: Hashable {
  let path: String
  /// In bytes.
  let room: UInt64

  /// Of the log and the store with nobody in it, and of each person with what becomes of them.
  static func bytes(for people: Int) -> UInt64 { 16 << 20 + UInt64(max(0, people)) * (6 << 10) }

  /// The first with room, in memory before a disk, as nothing of it has to outlive a fall of power; else the one with the
  /// most.
  static func choose(from places: [StagePlace], for bytes: UInt64) -> StagePlace? {
    places.first { $0.room >= bytes } ?? places.max { $0.room < $1.room }
  }
}
