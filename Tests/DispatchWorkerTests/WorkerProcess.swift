import Domain
import Foundation
import Platform
import SendStore
import TestSupport

/// `postrider dispatch` on the log and the store of a stand.
final class WorkerProcess {
  private let process: Process

  /// In a container each process is the first one of its own.
  init(_ stand: DispatchStand, inContainer: Bool = false) throws {
    let file = stand.folder.file("worker-\(UUID().uuidString).json5")
    try stand.text.write(toFile: file, atomically: true, encoding: .utf8)
    let words = ["dispatch", "--config", file]
    process = inContainer ? .postriderInContainer(words) : .postrider(words)
    process.standardError = try FileHandle(forWritingTo: Self.logFile(file))
    try process.run()
  }

  private static func logFile(_ file: String) throws -> URL {
    let path = file + ".log"
    try Data().write(to: URL(fileURLWithPath: path))
    return URL(fileURLWithPath: path)
  }

  deinit { kill() }

  func kill() { process.end() }

  /// On SQLite and the embedded log a process that is frozen inside a write stops the others, as the
  /// guarantees say.
  func freeze(outsideWritesOf stand: DispatchStand) throws {
    while true {
      try freeze()
      let written = Gate()
      let writer = WorkerThread("write") {
        do {
          _ = try stand.store.takeDuty("test", WorkerID("test"))
          try stand.writeToLog()
          written.open()
        } catch {}
      }
      if written.wait(for: .seconds(1)) { return }
      thaw()
      writer.join()
    }
  }

  /// A thread that was on its way to a lock gets it before it stops: what is asked of the locks before all
  /// have stopped says nothing.
  private func freeze() throws {
    Foundation.kill(process.processIdentifier, SIGSTOP)
    while try !hasStopped { _ = Gate().wait(for: .milliseconds(2)) }
  }

  private var hasStopped: Bool {
    get throws {
      let tasks = "/proc/\(process.processIdentifier)/task"
      return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
        // The state stands after the name in brackets, which may hold anything. A thread may end meanwhile.
        let line = try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
        return line?.split(separator: ")").last?.dropFirst().first == "T"
      }
    }
  }

  func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }
  func end() { process.end(by: SIGTERM) }
}
