import Foundation

/// This very program once more, as a process beside it: a broker or a server must not share a heap and a
/// scheduler with what is measured.
final class Child {
  let process = Process()
  private let output = Pipe()
  private let lifeline = Pipe()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = arguments
    process.standardOutput = output
    process.standardInput = lifeline
    try process.run()
  }

  /// The first line that it says: where it can be reached.
  func address() -> String {
    let data = output.fileHandleForReading.availableData
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// User and system time so far.
  var processorSeconds: Double {
    let stat =
      (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8))
      ?? ""
    let fields =
      stat.split(separator: ")").last?.split(separator: " ").compactMap { Double($0) } ?? []
    return fields.count > 11 ? (fields[10] + fields[11]) / 100 : 0
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
