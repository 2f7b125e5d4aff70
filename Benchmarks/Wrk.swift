import Foundation
import TestSupport

/// wrk on one thread: as fast as the connections allow.
struct Wrk {
  let script: String

  struct Rate {
    let perSecond: Double
    let requests: Int
  }

  struct Unmeasured: Error { let said: String }

  /// `script` is Lua.
  init(_ script: String, in folder: TemporaryFolder) throws {
    self.script = folder.file("\(UUID().uuidString).lua")
    try script.write(toFile: self.script, atomically: true, encoding: .utf8)
  }

  /// Throws where anything but success was answered.
  func run(_ url: String, connections: Int, seconds: Int = 3) throws -> Rate {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["wrk", "-t1", "-c\(connections)", "-d\(seconds)s", "-s", script, url]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let rate = text.firstMatch(of: /Requests\/sec: +([0-9.]+)/).flatMap { Double($0.1) }
    let requests = text.firstMatch(of: /([0-9]+) requests in/).flatMap { Int($0.1) }
    guard let rate, let requests, !text.contains("Non-2xx") else { throw Unmeasured(said: text) }
    return Rate(perSecond: rate, requests: requests)
  }
}
