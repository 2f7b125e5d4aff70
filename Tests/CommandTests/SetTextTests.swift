import Foundation
import HTTP
import JSON
import Platform
import SQLite
import SendStore
import Simulator
import Store
import TestSupport
import Testing

/// People who write are asked to wait, with the whole system and a provider.
@Suite(.timeLimit(.minutes(5))) struct SetTextTests {
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
      texts: { waiting: { en: "Please wait." } },
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  /// A system that people write to, on the same address however often it is started.
  private final class World {
    let simulator: Simulator
    let file: String
    let store: String
    private(set) var running: RunningPostrider
    private let folder: TemporaryFolder

    init() throws {
      var settings = SimulatorSettings()
      (settings.life.sent, settings.life.delivered) = (.none, .none)
      settings.life.readShare = 0
      simulator = try Simulator(settings)
      folder = try TemporaryFolder()
      (file, store) = (folder.file("settings.json5"), folder.file("store.db"))
      running = try RunningPostrider(settings: try SetTextTests.write(file, simulator, port: 0))
      let port = try #require(running.address.split(separator: ":").last.flatMap { UInt16($0) })
      _ = try SetTextTests.write(file, simulator, port: port)
      simulator.report(
        inboundTo: nil, webhooksTo: "http://127.0.0.1:\(port)/api/whatsapp/webhook")
    }

    func end() {
      running.end()
      simulator.stop(within: .zero)
    }

    func kill(_ body: () throws -> Void = {}) throws {
      running.end(by: SIGKILL)
      try body()
      running = try RunningPostrider(settings: file)
    }

    func says(_ text: String, _ number: Int = 0) {
      _ = simulator.says(
        "+39333\(1_234_000 + number)", Saying(to: Demo.phoneNumberID, .text(text)))
    }

    var conversations: [JSONValue] {
      running.call("GET", "/api/conversations?limit=200")?["conversations"]?.items ?? []
    }

    /// What was said in it by itself.
    func texts(_ conversation: JSONValue) throws -> [JSONValue] {
      let id = try #require(conversation["id"]?.string)
      let page = running.call("GET", "/api/conversations/\(id)/messages")
      return (page?["messages"]?.items ?? []).filter { $0["author"]?.string == "set text" }
    }
  }

  @Test(
    "who writes is asked to wait once; an answer is manual, and a day later its assistant has it")
  func once() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      world.says("Are you open?")
      waitUntil("they are asked to wait") {
        world.conversations.first.flatMap { try? world.texts($0).first?["state"]?.string }
          .map { $0 != "queued" && $0 != "sending" } ?? false
      }
      world.says("Hello?")
      waitUntil("both are there") { world.conversations.first?["unread"]?.integer == 2 }
      let id = try #require(world.conversations.first?["id"]?.string)
      let path = "/api/conversations/\(id)"
      let answer = try world.running.ask("POST", "\(path)/messages", #"{"body":"Until six."}"#)
      #expect(answer.status == 202)
      #expect(
        try world.running.ask("PATCH", path, #"{"assistant":"helper"}"#).status == 200)
      world.says("Thank you")
      waitUntil("it is there") { world.conversations.first?["unread"]?.integer == 1 }
      #expect(try world.texts(try #require(world.conversations.first)).count == 1)
      #expect(world.conversations.first?["mode"]?.string == "manual")
      // A day later.
      try world.kill {
        try Database(path: world.store).execute(
          "UPDATE conversations SET last = last - 90000000000, inbound = inbound - 90000000000")
      }
      waitUntil("it is automatic") {
        world.running.call("GET", path)?["mode"]?.string == "automatic"
      }
      waitUntil("its task has told of it") {
        let tasks = world.running.call("GET", "/api/tasks")?["tasks"]?.items ?? []
        let task = tasks.first { $0["name"]?.string == "WhatsAppActivateInactiveConversations" }
        return task?["done"]?.integer == 1 && task?["ranAt"]?.string != nil
      }
      let listed = try CommandTests.run(["tasks", "--config", world.file])
      #expect(listed.output.contains("AnswerWaitingContacts"))
      #expect(try world.texts(try #require(world.conversations.first)).count == 1)
    }
  }

  @Test("however often the system is killed, each is asked to wait once")
  func killed() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let people = 60
      for round in 0..<4 {
        for number in (round * 15)..<(round * 15 + 15) { world.says("Hello", number) }
        waitUntil("some were seen") { world.conversations.count > round * 15 }
        pause(for: .milliseconds(40 * (round + 1)))
        try world.kill()
      }
      waitUntil("all are there and answered") {
        let all = world.conversations
        return all.count == people
          && all.allSatisfy { one in
            let texts = try? world.texts(one)
            return texts?.first?["state"]?.string.map { $0 != "queued" && $0 != "sending" } ?? false
          }
      }
      for one in world.conversations { #expect(try world.texts(one).count == 1) }
      let totals = JSONValue(whole: world.simulator.ledger)?["totals"]
      #expect(totals?["accepted"]?.integer ?? 0 <= people)
      #expect(totals?["duplicates"]?.integer == 0)
      #expect(totals?["violations"]?.integer == 0)
    }
  }
}
