import Foundation
import Platform
import TestSupport

/// The inbox of a busy house: how long the list, a timeline and a search take over the API, each answered by a process of its
/// own, at a fixed rate. Every tenth message of a contact has a word that no other has; some words are in most messages.
enum ConversationsBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let kinds = ["sqlite", "postgres"].filter {
      !arguments.contains("sqlite") && !arguments.contains("postgres") || arguments.contains($0)
    }
    let count = arguments.compactMap { Int($0) }.first ?? 100_000
    for kind in kinds { try measure(kind, TalkSize(conversations: count)) }
  }

  private static func measure(_ kind: String, _ size: TalkSize) throws {
    let folder = try TemporaryFolder(onDisk: true)
    let place =
      kind == "sqlite" ? folder.file("store.db") : try PostgresServer.durable().database()
    let start = bootMicroseconds()
    try TalkFixture(kind, place).fill(size)
    print(
      "\(kind): \(size.conversations) conversations with \(size.messages) messages, filled in",
      "\((bootMicroseconds() - start) / 1_000_000) s")
    let service = try Child(["serve-conversations", kind, place])
    let port = service.address().split(separator: ":").last.flatMap { UInt16($0) } ?? 0
    for ask in asks(size) {
      var tails: [(half: Double, most: Double)] = []
      for _ in 0..<ask.rounds {
        let load = try PacedLoad(
          ask.paths.map { request($0, port) }, port: port, connections: 32)
        let times = try load.run(perSecond: ask.rate, for: ask.seconds)
        tails.append(
          (
            half: Double(times[times.count / 2]) / 1000,
            most: Double(times[times.count * 99 / 100]) / 1000
          ))
      }
      let worst = tails.map(\.most).sorted()[ask.rounds / 2]
      let half = tails.map(\.half).sorted()[ask.rounds / 2]
      print(
        String(
          format: "  %@ at %.0f/s: median %.1f ms, p99 %.1f ms (%.1f to %.1f), under %.0f ms: %@",
          ask.name, ask.rate, half, worst, tails.map(\.most).min() ?? 0,
          tails.map(\.most).max() ?? 0, ask.limit, worst < ask.limit ? "holds" : "MISSED"))
    }
    print(String(format: "  the process holds %.0f MB at most", service.peakMegabytes))
  }

  private struct Ask {
    let name: String
    let paths: [String]
    let rate: Double
    let limit: Double
    var seconds = 3.0
    var rounds = 7
  }

  private static func asks(_ size: TalkSize) -> [Ask] {
    let some = (0..<997).map { $0 * 7919 % size.conversations }
    let lists = [
      "", "&unread=true", "&mode=manual", "&label=vip", "&agent=guest", "&archived=true",
    ]
    return [
      Ask(name: "the list", paths: ["/api/conversations?limit=50"], rate: 200, limit: 50),
      Ask(
        name: "lists by each of their filters",
        paths: lists.map { "/api/conversations?limit=50\($0)" }, rate: 200, limit: 50),
      Ask(
        name: "timelines",
        paths: some.map { "/api/conversations/\(TalkFixture.id($0))/messages?limit=50" },
        rate: 200, limit: 50),
      Ask(
        name: "lists and timelines in turn",
        paths: some.flatMap {
          [
            "/api/conversations?limit=50",
            "/api/conversations/\(TalkFixture.id($0))/messages?limit=50",
          ]
        }, rate: 200, limit: 50),
      search("a number", some.map { String(TalkFixture.number($0).dropFirst()) }),
      search("a word of one message", some.map { "order\($0 * 10)" }),
      search("a word of one message in a thousand", ["mango", "quince", "medlar"]),
      search("a word of one message in ten", ["parcel"]),
      search("a word of every other message", ["please"]),
      search("two common words", ["please%20parcel"]),
      search("a word that nobody wrote", ["zeppelin"]),
    ]
  }

  private static func search(_ name: String, _ texts: [String]) -> Ask {
    Ask(
      name: "search for \(name)", paths: texts.map { "/api/conversations?q=\($0)&limit=50" },
      rate: 10, limit: 200, seconds: 2)
  }

  private static func request(_ path: String, _ port: UInt16) -> [UInt8] {
    Array(
      """
      GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(ConversationsService.key)\r\n\r\n
      """.utf8)
  }
}

/// How much was said.
struct TalkSize {
  let conversations: Int
  /// Of each side, in each conversation.
  let turns = 10
  var messages: Int { conversations * turns * 2 }
}
