import Foundation
import Glibc
import JSON
import Platform
import SendStore
import Simulator
import TestSupport
import Time

/// People hold conversations with an assistant that takes two seconds for an answer: ten messages each, in bursts of one to
/// four. Each burst is to be answered once, and in order; what is measured is all but the assistant's own time and the pause
/// that is left for a person to go on writing.
enum AssistantsBenchmark {
  private static let debounce = Int64(300_000)
  private static let thinking = Int64(2_000_000)
  private static let bursts = [1, 2, 3, 4]
  /// Between two messages of a burst: less than the pause.
  private static let gap = Int64(100_000)

  static func run(_ arguments: ArraySlice<String>) throws {
    let kinds = arguments.compactMap { DispatchStage.Kind(rawValue: $0) }
    let count = arguments.compactMap { Int($0) }.first ?? 1000
    let reading = arguments.lazy.compactMap { span($0) }.first ?? 0
    for kind in kinds.isEmpty ? DispatchStage.Kind.allCases : kinds {
      try measure(kind, count, reading: reading)
    }
  }

  /// `reading=4s`: for so long people read what they got before they write on. Not given: they do so at once.
  private static func span(_ argument: String) -> Int? {
    let parts = argument.split(separator: "=")
    guard parts.count == 2, parts[0] == "reading", parts[1].hasSuffix("s") else { return nil }
    return Int(parts[1].dropLast())
  }

  private static func settings(_ port: UInt16) -> String {
    """
    texts: {}, defaultAssistant: "ada",
    assistants: [{ name: "ada", url: "http://127.0.0.1:\(port)/v1/chat/completions", model: "m",
      apiKey: "\(Demo.assistantKey)", instructions: "You are kind.", debounce: "\(debounce / 1000)ms" }],
    """
  }

  private static var world: String {
    """
    {"meta": [{"id": "\(Demo.appID)", "secret": "\(Demo.appSecret)", "token": "\(Demo.accessToken)",
       "verifyToken": "v", "wabas": [{"id": "\(Demo.wabaID)", "portfolio": "p",
       "phones": [{"id": "\(Demo.phoneNumberID)", "number": "+15550100001", "rate": "1000/s", "pair": "1000/s"}]}]}],
     "portfolios": {"p": 100000000}, "latency": {"least": "1ms", "mean": "1ms"},
     "assistant": {"delay": {"least": "2s", "mean": "2s"}},
     "life": {"sent": "1ms", "delivered": "1ms", "readShare": 0, "batchDelay": "1ms"}}
    """
  }

  private static func measure(
    _ kind: DispatchStage.Kind, _ count: Int, reading: Int
  ) throws {
    let stage = try DispatchStage(kind, world: world, more: settings) { port in
      DispatchStage.meta(
        port, phone: Demo.phoneNumberID, "rate: null, daily: null, pair: null, inFlight: 256")
    }
    let steps = bursts.flatMap { Self.steps(of: $0, reading: reading) }
    let id = try stage.talk(
      """
      {"to":"\(Demo.phoneNumberID)","from":"+393330000001","count":\(count),"over":"10s",
       "steps":[\(steps.joined(separator: ","))]}
      """)
    let end = bootMicroseconds() + 240_000_000
    while try stage.talking(id) > 0, bootMicroseconds() < end { usleep(200_000) }
    // Whatever comes twice has come by then.
    sleep(3)
    report(kind, count, try stage.people(of: id, count))
  }

  private static func steps(of length: Int, reading: Int) -> [String] {
    var steps = length > 1 && reading > 0 ? [#"{"wait":"\#(reading)s"}"#] : []
    for place in 0..<length {
      if place > 0 { steps.append(#"{"wait":"\#(gap / 1000)ms"}"#) }
      steps.append(#"{"text":"message {{m}} of {{n}}"}"#)
    }
    return steps + [#"{"waitForMessage":"60s"}"#]
  }

  private static func report(_ kind: DispatchStage.Kind, _ count: Int, _ people: [JSONValue]) {
    var (spans, wrong) = ([Int64](), 0)
    for person in people {
      let wrote = times(person["deeds"]?.items ?? [])
      let seen = times(person["seen"]?.items ?? [])
      guard wrote.count == bursts.reduce(0, +), seen.count == bursts.count else {
        wrong += 1
        continue
      }
      var written = 0
      for (place, length) in bursts.enumerated() {
        written += length
        // After its burst, and before the next one.
        let isInOrder = written == wrote.count || seen[place] <= wrote[written]
        if seen[place] < wrote[written - 1] || !isInOrder { wrong += 1 }
        spans.append(seen[place] - wrote[written - 1] - debounce - thinking)
      }
    }
    spans.sort()
    func share(_ of: Double) -> String {
      spans.isEmpty
        ? "-"
        : String(
          format: "%.0f ms",
          Double(spans[min(spans.count - 1, Int(Double(spans.count) * of))]) / 1000)
    }
    print(
      "\(kind.rawValue): \(count) conversations, \(spans.count) bursts, \(wrong) not answered once and in order;",
      "from the last message to the answer without the assistant: median \(share(0.5)), 99 of 100 within \(share(0.99)), most \(share(1))"
    )
  }

  private static func times(_ items: [JSONValue]) -> [Int64] {
    items.compactMap { $0["at"]?.string.flatMap { Timestamp(rfc3339: $0)?.microseconds } }
  }
}

extension DispatchStage {
  /// Begins conversations of the simulator's people; their number.
  func talk(_ conversation: String) throws -> Int64 {
    try simulated("POST", "conversations", conversation)["id"]?.integer ?? 0
  }

  func talking(_ id: Int64) throws -> Int64 {
    try simulated("GET", "conversations/\(id)")["underWay"]?.integer ?? 0
  }

  func people(of id: Int64, _ count: Int) throws -> [JSONValue] {
    try stride(from: 0, to: count, by: 100).flatMap { after in
      try simulated("GET", "conversations/\(id)/people?after=\(after)&limit=100")["people"]?.items
        ?? []
    }
  }
}
