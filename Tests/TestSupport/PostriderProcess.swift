package import Foundation

extension Process {
  /// `postrider` as it was built with these tests, in a process of its own that has only this environment.
  package static func postrider(
    _ words: [String], environment: [String: String] = [:]
  ) -> Process {
    let process = Process()
    process.executableURL = postrider
    process.arguments = words
    process.environment = environment
    return process
  }

  /// The same as the first process of a container, where every process has the number 1.
  package static func postriderInContainer(_ words: [String]) -> Process {
    let process = postrider(words)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-pf", "--kill-child=KILL", postrider?.path ?? ""] + words
    return process
  }

  private static let postrider = Bundle.main.executableURL?.deletingLastPathComponent()
    .appendingPathComponent("postrider")

  /// Sends `kill -9`, or a gentler signal, and returns when it has ended.
  package func end(by signal: Int32 = SIGKILL) {
    guard isRunning else { return }
    kill(processIdentifier, signal)
    waitUntilExit()
  }
}
