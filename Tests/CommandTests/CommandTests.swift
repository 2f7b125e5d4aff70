import Foundation
import TestSupport
import Testing

@Suite struct CommandTests {
  struct Run {
    let status: Int32
    let output: String
    let errors: String
  }

  static func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Run {
    let process = Process.postrider(arguments, environment: environment)
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Run(status: process.terminationStatus, output: text, errors: words)
  }

  @Test(
    "explains itself",
    arguments: [
      ["--help"], ["help"], ["up", "--help"], ["topics", "-h"], ["config", "check", "--help"],
      ["store", "--help"],
    ])
  func help(arguments: [String]) throws {
    let run = try Self.run(arguments)
    #expect(run.status == 0)
    #expect(run.output.contains("usage: postrider"))
    #expect(run.errors.isEmpty)
  }

  @Test("says which version it is")
  func version() throws {
    let run = try Self.run(["--version"])
    #expect(run.status == 0)
    #expect(run.output.wholeMatch(of: /postrider \d+\.\d+\.\d+(-dev)?\n/) != nil)
  }

  @Test(
    "says what it does not understand",
    arguments: [
      ([], "a command is needed"), (["fly"], "there is no command fly"),
      (["up", "now"], "up takes no arguments"),
      (["up", "--fast"], "there is no option --fast"),
      (["topics", "--partitions"], "--partitions needs a value"),
      (["topics", "--partitions=x"], "--partitions must be a number from 1 to 10000"),
      (["topics", "--retention-days", "1"], "--retention-days must be a number from 7 to 3650"),
      (["config"], "config needs check"), (["dispatch", "now"], "dispatch takes no arguments"),
      (["lane", "fly"], "lane needs list, show, pause or resume"),
      (["lane", "pause"], "lane pause needs one sender"),
      (["doubt", "sent"], "doubt sent needs the ids of sends"),
      (["doubt", "fail", "x"], "x is not the id of a send"),
      (["store"], "store needs migrate, restored or adopt-log"),
      (["store", "restored", "--from", "end"], "store restored takes no --from"),
      (["store", "adopt-log"], "store adopt-log needs --from start, end or restored"),
      (
        ["store", "adopt-log", "--from", "now"],
        "store adopt-log needs --from start, end or restored"
      ),
    ] as [([String], String)])
  func usage(arguments: [String], sentence: String) throws {
    let run = try Self.run(arguments)
    #expect(run.status == 64)
    #expect(run.errors == "postrider: \(sentence)\nSee postrider --help.\n")
  }

  @Test("faults of the settings are all told, with the exit status of settings, and nothing starts")
  func badSettings() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("bad.json5")
    try "{ listn: 1, drain: 'soon', apiKeys: ['${NO_SUCH}'] }".write(
      toFile: file, atomically: true, encoding: .utf8)
    for arguments in [["config", "check", file], ["up", "--config", file]] {
      let run = try Self.run(arguments)
      #expect(run.status == 78)
      #expect(run.output.isEmpty)
      for fault in [
        "listn: is not a setting", "drain: must be a time",
        "apiKeys[0]: needs the environment variable NO_SUCH",
      ] {
        #expect(run.errors.contains(fault))
      }
    }
    #expect(try Self.run(["config", "check", folder.file("none")]).status == 78)
    #expect(!FileManager.default.fileExists(atPath: folder.file("data")))
  }

  @Test("good settings are summed up, with warnings beside them")
  func goodSettings() throws {
    let run = try Self.run(
      ["config", "check"],
      [
        "WHATSAPP_PROVIDER": "direct", "WHATSAPP_API_TOKEN": "very-secret-token",
        "WHATSAPP_API_URL": "https://graph.facebook.com/v24.0/1065/messages",
      ])
    #expect(run.status == 0)
    #expect(run.output.contains("the environment: fine. Senders: meta;"))
    #expect(run.errors.contains("warning: meta has no appSecret"))
    #expect(!(run.output + run.errors).contains("very-secret-token"))
  }

  @Test("up gets ready, and SIGTERM lets it end with nothing half done")
  func up() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("settings.json5")
    try """
    { listen: "127.0.0.1:0", log: "embedded:new/log.db", store: "sqlite:new/store.db", spool: {path: "new/spool.db"} }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process.postrider(["up", "--config", file])
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    var log = ""
    while case let data = errors.fileHandleForReading.availableData, !data.isEmpty {
      let isReady = log.contains("\"event\":\"ready\"")
      log += String(decoding: data, as: UTF8.self)
      if !isReady, log.contains("\"event\":\"ready\"") { process.terminate() }
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(log.split(separator: "\n").last?.contains("\"event\":\"stopped\"") == true)
    #expect(FileManager.default.fileExists(atPath: folder.file("new/store.db")))
  }

  @Test("an address that is taken is told, and nothing else is started")
  func taken() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("settings.json5")
    try "{ listen: \"203.0.113.7:1\" }".write(toFile: file, atomically: true, encoding: .utf8)
    let run = try Self.run(["up", "--config", file])
    #expect(run.status == 69)
    #expect(run.errors.contains("cannot listen on 203.0.113.7:1"))
  }
}
