import Foundation
import HTTP
import JSON
import SQLite
import Simulator
import TestSupport
import Testing

/// What people write and how they are answered, with the whole system and a provider.
@Suite(.timeLimit(.minutes(5))) struct ConversationTests {
  private static func write(
    _ file: String, _ simulator: Simulator, port: UInt16
  ) throws -> String {
    try """
    {
      listen: "127.0.0.1:\(port)", log: "embedded:log.db", store: "sqlite:store.db",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:\(port)", apiKeys: ["key"],
      senders: [{
        id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
        wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
        appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
        baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
      }],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  @Test("who writes has a conversation, and is answered in it")
  func answered() async throws {
    try await onOwnThread {
      let simulator = try Simulator(SimulatorSettings())
      defer { simulator.stop(within: .zero) }
      let folder = try TemporaryFolder()
      let file = folder.file("settings.json5")
      let running = try RunningPostrider(settings: try Self.write(file, simulator, port: 0))
      defer { running.end() }
      let port = try #require(running.address.split(separator: ":").last.flatMap { UInt16($0) })
      _ = try Self.write(file, simulator, port: port)
      simulator.report(
        inboundTo: nil, webhooksTo: "http://127.0.0.1:\(port)/api/whatsapp/webhook")
      let asked = simulator.says(
        "+393331234567", Saying(to: Demo.phoneNumberID, .text("Are you open?")))
      #expect(asked != nil)
      var found: JSONValue?
      waitUntil("the conversation is there") {
        found =
          running.call("GET", "/api/conversations?unread=true")?["conversations"]?.items?
          .first
        return found != nil
      }
      let conversation = try #require(found)
      #expect(conversation["preview"]?.string == "Are you open?")
      #expect(conversation["mode"]?.string == "automatic")
      let list = try CommandTests.run(["inbox", "--unread", "--config", file])
      #expect(list.status == 0 && list.output.contains("Are you open?"))
      let path = "/api/conversations/\(try #require(conversation["id"]?.string))"
      #expect(running.call("GET", path)?["windowUntil"]?.string != nil)
      let reply = try running.ask("POST", "\(path)/messages", #"{"body":"Until six."}"#)
      #expect(reply.status == 202, "\(reply.text)")
      let send = try #require(reply.json?["id"]?.string)
      waitUntil("it is delivered") {
        let state = running.call("GET", "/api/sends/\(send)")?["state"]?.string
        return state == "delivered" || state == "read"
      }
      let now = try #require(running.call("GET", path))
      #expect(now["mode"]?.string == "manual" && now["unread"]?.integer == 0)
      #expect(now["turn"]?.integer == 1)
      let messages = running.call("GET", "\(path)/messages")?["messages"]?.items ?? []
      #expect(messages.map { $0["direction"]?.string } == ["outbound", "inbound"])
      #expect(messages.first?["id"]?.string == send)
      #expect(messages.first?["author"]?.string == "agent key")
      #expect(messages.last?["text"]?.string == "Are you open?")
      let id = path.split(separator: "/").last.map(String.init) ?? ""
      let shown = try CommandTests.run(["inbox", "show", id, "--config", file])
      #expect(shown.output.contains("they: Are you open?\n"))
      #expect(shown.output.contains(": Until six."))
      let again = try CommandTests.run(["inbox", "reply", id, "And at nine.", "--config", file])
      #expect(again.status == 0)
      #expect(running.call("GET", path)?["turn"]?.integer == 2)
      let archived = try CommandTests.run(["inbox", "archive", id, "--config", file])
      #expect(archived.status == 0)
      #expect(running.call("GET", path)?["mode"]?.string == "automatic")
      let nowhere = try CommandTests.run(["inbox", "mode", id, "both", "--config", file])
      #expect(nowhere.status == 1 && nowhere.errors.contains("must be automatic or manual"))
      #expect(running.call("GET", "/api/conversations")?["conversations"]?.items?.isEmpty == true)
      let wrong = try running.ask("POST", "\(path)/messages", #"{"to":"+393337654321","body":"x"}"#)
      #expect(wrong.status == 422 && wrong.text.contains("/to"))
      try Self.forget("+393331234567", file)
      waitUntil("what it went through is told") {
        (try? Self.told(folder.file("log.db"))) ?? 0 >= 4
      }
      #expect(try running.ask("GET", path).status == 404)
    }
  }

  /// A contact from a terminal: found, handed out, and gone.
  private static func forget(_ number: String, _ file: String) throws {
    func contact(_ words: String...) throws -> (status: Int32, output: String, errors: String) {
      let run = try CommandTests.run(["contact"] + words + ["--config", file])
      return (run.status, run.output, run.errors)
    }
    #expect(try contact("list").output.contains(number))
    #expect(try contact("list", "nobody of that name").output.contains("no such contacts"))
    let shown = try contact("show", number)
    #expect(shown.status == 0 && shown.output.contains("free text until"), "\(shown)")
    let all = try contact("export", number)
    #expect(all.output.contains("Are you open?") && all.output.contains("Until six."))
    #expect(try contact("erase", number).status == 64)
    // The second answer may be under way.
    var last = ""
    waitUntil("it is forgotten") {
      guard let run = try? contact("erase", number, "--yes") else { return false }
      last = run.output + run.errors
      return run.output.contains("1 conversations")
    }
    #expect(last.contains("1 conversations"), "\(last)")
    let gone = try contact("show", number)
    #expect(gone.status == 1 && gone.errors.contains("no contact has \(number)"), "\(gone)")
  }

  /// Records of the topic.
  private static func told(_ log: String) throws -> Int64 {
    let query = try Database(reading: log).prepare(
      "SELECT sum(next) FROM partitions WHERE topic = 'conversations'")
    return try query.number() ?? 0
  }
}
