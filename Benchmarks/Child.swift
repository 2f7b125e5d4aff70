import Foundation

/// This very program once more, as a process beside it: a broker or a server must not share a heap and a
/// scheduler with what is measured.
final class Child {
  let process = Process()
  private let output = Pipe()
  private let lifeline = Pipe()

  convenience init(_ arguments: [String]) throws {
    try self.init(CommandLine.arguments[0], arguments)
  }

  /// It goes when this process goes, however that ends.
  init(_ program: String, _ arguments: [String], _ environment: [String: String] = [:]) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = ["--pdeathsig", "TERM", program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    process.standardInput = lifeline
    try process.run()
  }

  /// The first line that it says: where it can be reached.
  func address() -> String {
    let data = output.fileHandleForReading.availableData
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// User and system time so far, of the processes that it started and that ended as well.
  var processorSeconds: Double {
    let stat =
      (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8))
      ?? ""
    return Self.processorSeconds(stat)
  }

  /// As a process's `stat` tells it.
  static func processorSeconds(_ stat: String) -> Double {
    let fields =
      stat.split(separator: ")").last?.split(separator: " ").compactMap { Double($0) } ?? []
    return fields.count > 11 ? (fields[10] + fields[11]) / 100 : 0
  }

  /// What it holds in memory, in MB.
  var residentMegabytes: Double { megabytes(/VmRSS:\s+([0-9]+)/) }

  /// What it held at most.
  var peakMegabytes: Double { megabytes(/VmHWM:\s+([0-9]+)/) }

  private func megabytes(_ pattern: Regex<(Substring, Substring)>) -> Double {
    let status =
      (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8))
      ?? ""
    let kilobytes = status.firstMatch(of: pattern).flatMap { Double($0.1) }
    return (kilobytes ?? 0) / 1024
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
  }

  /// Says the address, then waits until the process that started this one is gone.
  static func serve(_ address: String) {
    FileHandle.standardOutput.write(Data((address + "\n").utf8))
    _ = FileHandle.standardInput.readDataToEndOfFile()
  }
}
