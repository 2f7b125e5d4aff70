import Domain
import Foundation
import Glibc
import JSON
import Platform
import SendStore
import Simulator
import Store
import TestSupport
import Time

/// People write, texts that ask them to wait go out by themselves, and at some moment within the next second somebody of ours
/// takes over. Meanwhile workers that send are killed one after the other. What the provider gets after the answer to the
/// taking over passed the gate too late, or was on its way for so long.
enum TakeoverBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let kinds = arguments.compactMap { DispatchStage.Kind(rawValue: $0) }
    let count = arguments.compactMap { Int($0) }.first ?? 10_000
    let isAssistant = arguments.contains("assistant")
    for kind in kinds.isEmpty ? DispatchStage.Kind.allCases : kinds {
      try measure(kind, count, isAssistant: isAssistant)
    }
  }

  private static let senders = (0..<4).map { "meta\($0)" }
  private static func phone(_ number: Int) -> String { "30000000000000\(number + 1)" }

  /// Answers at once, so that it and a person meet at the gate.
  private static func assistant(_ port: UInt16) -> String {
    """
    texts: {}, defaultAssistant: "ada",
    assistants: [{ name: "ada", url: "http://127.0.0.1:\(port)/v1/chat/completions", model: "m",
      apiKey: "\(Demo.assistantKey)", instructions: "You are kind.", debounce: "300ms" }],
    """
  }

  private static func measure(
    _ kind: DispatchStage.Kind, _ count: Int, isAssistant: Bool
  ) throws {
    let phones = senders.indices.map {
      #"{"id": "\#(phone($0))", "number": "+1555010000\#($0)", "rate": "1000/s", "pair": "1000/s"}"#
    }
    let world = """
      {"meta": [{"id": "\(Demo.appID)", "secret": "\(Demo.appSecret)", "token": "\(Demo.accessToken)",
         "verifyToken": "v", "wabas": [{"id": "\(Demo.wabaID)", "portfolio": "p",
         "phones": [\(phones.joined(separator: ","))]}]}],
       "portfolios": {"p": 100000000}, "assistant": {}, "latency": {"least": "5ms", "mean": "20ms"},
       "life": {"sent": "20ms", "delivered": "20ms", "readShare": 0}}
      """
    let stage = try DispatchStage(
      kind, world: world, more: isAssistant ? assistant : { _ in "texts: {}," }
    ) {
      port in
      senders.enumerated().map { number, name in
        DispatchStage.meta(
          port, id: name, phone: phone(number),
          "rate: null, daily: null, pair: null, inFlight: 256")
      }.joined()
    }
    let store = try SendStore(
      kind == .sqlite ? .sqlite(path: stage.store) : .postgres(url: stage.store))
    defer { store.close() }
    try store.define([])
    let crowd = Crowd(
      stage, store, count, perSecond: kind == .postgres ? 50 : 150,
      assistant: isAssistant ? "ada" : nil)
    let killer = Killer(try [stage.dispatcher(), stage.dispatcher()]) { try stage.dispatcher() }
    try crowd.play()
    try killer.end()
    sleep(5)
    try report(kind, stage, crowd, killer)
  }

  private static func report(
    _ kind: DispatchStage.Kind, _ stage: DispatchStage, _ crowd: Crowd, _ killer: Killer
  ) throws {
    var (before, withheld, late, doubles, worst) = (0, 0, 0, 0, Int64(0))
    for (person, answered) in crowd.answers {
      let ledger = try stage.ledger(
        "?recipient=%2B\(crowd.number(person).dropFirst())&recipients=0")
      let times = (ledger["messages"]?.items ?? []).compactMap {
        $0["at"]?.string.flatMap { Timestamp(rfc3339: $0) }
      }
      doubles += max(0, times.count - 1)
      guard let arrived = times.max() else {
        withheld += 1
        continue
      }
      if arrived.microseconds <= answered {
        before += 1
      } else {
        late += 1
        worst = max(worst, arrived.microseconds - answered)
      }
    }
    print(
      "\(kind.rawValue), \(crowd.assistant ?? "set texts"): \(crowd.answers.count) taken over (\(crowd.waits.0) ms, 99 of 100 within \(crowd.waits.1)),",
      "refused: \(crowd.failed), \(killer.kills) workers killed:",
      "\(before) texts had gone, \(withheld) went no more,",
      "\(late) after the answer (\(worst / 1000) ms at most), \(doubles) twice:",
      late == 0 && doubles == 0 ? "holds" : "MISSED")
  }
}

/// Those who write, and those who take over.
private final class Crowd: Sendable {
  private let caller: DispatchStage.Caller
  private let store: SendStore
  private let count: Int
  private let found = Locked<[Int: Int64]>([:])
  private let next = Locked(0)
  private let wrote = Locked<[Int64]>([])
  private let unanswered = Locked<[Int: Int]>([:])
  private let spans = Locked<[Int64]>([])

  /// Every act on PostgreSQL waits for its commit to be on the disk.
  private let perSecond: Int

  let assistant: String?

  init(
    _ stage: DispatchStage, _ store: SendStore, _ count: Int, perSecond: Int, assistant: String?
  ) {
    self.perSecond = perSecond
    (caller, self.store, self.count) = (stage.caller, store, count)
    self.assistant = assistant
  }

  /// When each taking over was answered, in microseconds since 1970.
  var answers: [Int: Int64] { found.withLock { $0 } }
  var failed: String {
    let counts = unanswered.withLock { $0 }.sorted { $0.key < $1.key }
    return counts.isEmpty ? "none" : counts.map { "\($1) with \($0)" }.joined(separator: ", ")
  }
  /// The median and the 99th of a hundred, in milliseconds.
  var waits: (Int64, Int64) {
    let sorted = spans.withLock { $0 }.sorted()
    guard !sorted.isEmpty else { return (0, 0) }
    return (sorted[sorted.count / 2] / 1000, sorted[sorted.count * 99 / 100] / 1000)
  }

  func number(_ person: Int) -> String { "+39333\(1_000_000 + person)" }

  func play() throws {
    let start = bootMicroseconds() + 1_000_000
    let threads = (0..<256).map { _ in WorkerThread("people") { self.take() } }
    for person in stride(from: 0, to: count, by: 15) {
      let due = start + Int64(person) * 1_000_000 / Int64(perSecond)
      while bootMicroseconds() < due { usleep(1000) }
      try write(person..<min(person + 15, count))
    }
    for thread in threads { thread.join() }
  }

  private func sender(_ person: Int) -> String { "meta\(person % 4)" }

  private func write(_ people: Range<Int>) throws {
    let now = try store.now()
    _ = try store.receive(
      people.map { person in
        var report = InboundReport(
          account: AccountID(Demo.wabaID), sender: SenderID(sender(person)),
          contact: PersonAddress(number(person)), providerID: ProviderID("wamid.in\(person)"),
          at: now)
        report.words = InboundWords(
          kind: "text", words: "hello", content: Array("{\"text\":\"hello\"}".utf8), received: now)
        report.words?.charge = Charge(assistant: assistant)
        return report
      })
    let written = bootMicroseconds()
    wrote.withLock { $0 += Array(repeating: written, count: people.count) }
  }

  /// When that was stored, which the store may be behind with.
  private func written(_ person: Int) -> Int64 {
    while true {
      if let time = wrote.withLock({ $0.count > person ? $0[person] : nil }) { return time }
      usleep(1000)
    }
  }

  /// Each at a moment of its own within 1.2 s after it was written.
  private func take() {
    while true {
      let person = next.withLock { place in
        defer { place += 1 }
        return place
      }
      guard person < count else { return }
      let due = written(person) + Int64(person &* 7919 % 1200) * 1000
      while bootMicroseconds() < due { usleep(1000) }
      let id = ConversationID(
        of: SenderID(sender(person)), with: PersonAddress(number(person)), tenant: .none)
      let asked = bootMicroseconds()
      let status = caller.ask("PATCH", "/api/conversations/\(id)", #"{"mode":"manual"}"#)
      let now = wallMicroseconds()
      if status == 200 {
        found.withLock { $0[person] = now }
        spans.withLock { $0.append(bootMicroseconds() - asked) }
      } else {
        unanswered.withLock { $0[status, default: 0] += 1 }
      }
    }
  }
}

/// Kills one worker after the other, and starts another in its place.
private final class Killer: @unchecked Sendable {
  // Touched by its thread alone until it has ended.
  private var workers: [Child]
  private(set) var kills = 0
  private let stop = Locked(false)
  private let make: () throws -> Child
  private var thread: WorkerThread?

  init(_ workers: [Child], _ make: @escaping () throws -> Child) {
    (self.workers, self.make) = (workers, make)
    thread = WorkerThread("killer") { [self] in run() }
  }

  private func run() {
    while !stop.withLock({ $0 }) {
      usleep(2_500_000)
      let victim = workers.removeFirst()
      kill(victim.process.processIdentifier, SIGKILL)
      kills += 1
      if let next = try? make() { workers.append(next) }
    }
  }

  func end() throws {
    stop.withLock { $0 = true }
    thread?.join()
  }
}
