import Foundation
import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SimulateTests {
  @Test("simulate says what it does not understand, and explains itself")
  func usage() throws {
    let help = try CommandTests.run(["simulate", "--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("usage: postrider simulate"))
    for (arguments, sentence) in [
      (["now"], "simulate takes no arguments"), (["--listen", "8090"], "--listen needs HOST:PORT"),
      (["--seed", "x"], "--seed must be a number from 0 to \(Int.max)"),
      (["--assistant-delay", "soon"], "--assistant-delay needs a duration such as 2s"),
    ] {
      let run = try CommandTests.run(["simulate"] + arguments)
      #expect(run.status == 64)
      #expect(run.errors.contains(sentence))
    }
  }

  @Test("every fault of its settings is told, with the exit status of settings")
  func badSettings() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("world.json")
    try #"{"prot": 1, "latency": "soon", "faults": [{"kind": "quake"}]}"#.write(
      toFile: file, atomically: true, encoding: .utf8)
    let run = try CommandTests.run(["simulate", "--settings", file])
    #expect(run.status == 78)
    #expect(run.output.isEmpty)
    for place in ["/prot: is not known here", "/latency: must be", "/faults/0/kind: must be"] {
      #expect(run.errors.contains(place))
    }
    let missing = try CommandTests.run(["simulate", "--settings", folder.file("none")])
    #expect(missing.status == 78)
  }

  @Test("an address that cannot be had is told")
  func taken() throws {
    let run = try CommandTests.run(["simulate", "--listen", "203.0.113.7:1"])
    #expect(run.status == 69)
    #expect(run.errors.contains("cannot listen on 203.0.113.7:1"))
  }

  @Test(
    "it takes a message with what it has printed, and sums up what it saw when it is stopped",
    arguments: [SIGTERM, SIGINT])
  func serves(signal: Int32) throws {
    let running = try Running(["--listen", "127.0.0.1:0", "--seed", "7"])
    let greeting = try running.greeting()
    let answer = try #require(try Self.send(greeting))
    #expect(answer.status == 200)
    #expect(greeting["seed"] == "7")
    let rest = running.end(by: signal)
    #expect(rest.status == 0)
    #expect(rest.output.contains("1 requests, 1 accepted, 0 duplicates"))
  }

  @Test("a file says what is simulated, and its secrets stay in it")
  func settingsFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("world.json")
    try #"""
    {"port": 0, "seed": 9, "twilio": [], "meta": [{"id": "1", "secret": "hidden-secret",
     "token": "hidden-token", "wabas": [{"id": "2", "phones": [{"id": "3", "number": "+15550001113"}]}]}]}
    """#.write(toFile: file, atomically: true, encoding: .utf8)
    let running = try Running(["--settings", file])
    let greeting = try running.greeting()
    #expect(greeting["Meta phoneNumberId"] == "3 of wabaId 2")
    #expect(greeting["Meta accessToken"] == "as in \(file)")
    #expect(greeting["seed"] == "9")
    #expect(running.end(by: SIGTERM).status == 0)
  }

  @Test(
    "with --assistant it says where a model would be asked, and answers there",
    arguments: [true, false])
  func assistant(isAsked: Bool) throws {
    let running = try Running(
      ["--listen", "127.0.0.1:0"] + (isAsked ? ["--assistant", "--assistant-delay", "50ms"] : []))
    let greeting = try running.greeting()
    #expect((greeting["assistant url"] != nil) == isAsked)
    if isAsked {
      let body = #"{"model":"m","messages":[{"role":"user","content":"Say: hi"}]}"#
      let start = ContinuousClock.now
      let answer = try Self.ask(
        greeting["assistant url"] ?? "", greeting["assistant apiKey"] ?? "", body)
      #expect(answer?.status == 200)
      #expect(ContinuousClock.now - start >= .milliseconds(50))
    }
    let rest = running.end(by: SIGTERM)
    #expect(rest.output.contains("assistant: 1 calls, 1 answered") == isAsked)
  }

  private static func send(_ greeting: [String: String]) throws -> HTTPAnswerReceived? {
    let phone = greeting["Meta phoneNumberId"]?.split(separator: " ").first ?? ""
    return try ask(
      "\(greeting["Meta baseURL"] ?? "")/\(phone)/messages", greeting["Meta accessToken"] ?? "",
      #"{"messaging_product":"whatsapp","to":"+393331234567","type":"text","text":{"body":"x"}}"#)
  }

  private static func ask(
    _ url: String, _ key: String, _ body: String
  ) throws -> HTTPAnswerReceived? {
    var call = HTTPCall(
      method: "POST", url: url,
      headers: [
        HTTPHeader("Authorization", "Bearer \(key)"),
        HTTPHeader("Content-Type", "application/json"),
      ], body: Array(body.utf8))
    call.totalTimeout = .seconds(10)
    let client = try HTTPClient()
    defer { client.close() }
    guard case .answered(let answer) = client.ask(call) else { return nil }
    return answer
  }
}

/// `postrider simulate` on its way, and what it prints.
private final class Running {
  private let process: Process
  private let output = Pipe()

  init(_ arguments: [String]) throws {
    process = .postrider(["simulate"] + arguments)
    process.standardOutput = output
    try process.run()
  }

  deinit { if process.isRunning { process.terminate() } }

  /// By the first column; it ends with an empty line after the table.
  func greeting() throws -> [String: String] {
    var text = ""
    while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
      if text.contains("\nseed "), text.hasSuffix("\n\n") { break }
    }
    var rows: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let gap = line.firstRange(of: "  ") else { continue }
      rows[String(line[..<gap.lowerBound])] = line[gap.upperBound...].trimmingCharacters(
        in: .whitespaces)
    }
    return rows
  }

  func end(by signal: Int32) -> (status: Int32, output: String) {
    kill(process.processIdentifier, signal)
    let rest = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, rest)
  }
}
