import Foundation
import Glibc
import JSON
import Platform
import SendStore
import Store
import Simulator
import TestSupport
import Time
import Domain

/// From the answer 202 to the recorded acceptance, with everything in between and callbacks coming back.
enum DispatchBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let kinds = arguments.compactMap { DispatchStage.Kind(rawValue: $0) }
    let seconds = arguments.compactMap { Double($0) }.first ?? 60
    let wanted = Set(
      arguments.filter { DispatchStage.Kind(rawValue: $0) == nil && Double($0) == nil })
    func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    for kind in kinds.isEmpty ? DispatchStage.Kind.allCases : kinds {
      if isWanted("rate") { try throughput(kind, seconds) }
      if isWanted("latency") { try latency(kind) }
      if isWanted("handover") { try handOver(kind) }
      if isWanted("budgets") { try budgets(kind) }
    }
    if wanted.contains("steady") {
      for kind in kinds.isEmpty ? DispatchStage.Kind.allCases : kinds { try steady(kind, seconds) }
    }
    if wanted.contains("kannel") { try besideKannel(seconds) }
    if isWanted("backlog"), kinds != [.postgres] { try backlog() }
  }

  private static let phone = Demo.phoneNumberID
  private static let unlimited = "rate: null, daily: null, pair: null, inFlight: 256"

  /// Everything is reported at once: sent, delivered and read.
  private static func world(
    _ phones: String =
      #"{"id": "300000000000001", "number": "+15550100001", "rate": "100000/s", "pair": "100000/s"}"#,
    reported: Bool = true
  ) -> String {
    """
    {"meta": [{"id": "\(Demo.appID)", "secret": "\(Demo.appSecret)", "token": "\(Demo.accessToken)",
       "verifyToken": "v", "wabas": [{"id": "\(Demo.wabaID)", "portfolio": "p", "phones": [\(phones)]}]}],
     "portfolios": {"p": 100000000},
     "life": {"sent": "20ms", "delivered": "20ms", "read": "20ms", "readShare": 1, "reported": \(reported)}}
    """
  }

  // MARK: Rate

  private static func throughput(_ kind: DispatchStage.Kind, _ seconds: Double) throws {
    let stage = try rateStage(kind)
    let load = Load()
    try load.warmUp(stage)
    let found = try measure(stage, load, seconds)
    let goal = kind == .sqlite ? 2500.0 : 1500.0
    print(
      "\(kind.rawValue): \(Int(found.rate)) sends/s accepted and recorded over \(Int(seconds)) s,")
    print(
      "  with \(Int(found.applied)) callbacks/s applied; at least \(Int(goal)): "
        + (found.rate >= goal && found.applied >= 2.5 * found.rate ? "holds" : "MISSED"))
    print(
      "  \(Int(found.work)) us of the processor a send"
        + (kind == .postgres ? ", and \(Int(found.server)) of PostgreSQL's server" : ""))
    // What is sent and not told would be sent at the cost of the minutes to come.
    print(
      "  \(tenths(found.told)) changes a send published, at least 5.9: "
        + (found.told >= 5.9 ? "holds" : "MISSED"))
    print(
      "  the oldest unpublished change: \(found.age.after) s, \(found.age.before) s at the start: "
        + (found.age.after <= found.age.before + 1 ? "holds" : "MISSED"))
    try clean(stage)
  }

  private static func rateStage(_ kind: DispatchStage.Kind) throws -> DispatchStage {
    try DispatchStage(kind, world: world()) { port in
      DispatchStage.meta(port, phone: phone, unlimited)
    }
  }

  /// As much as is sent, and a little more: a backlog small enough for the mock broker's retention.
  private final class Load {
    private var posted = 0

    func feed(_ stage: DispatchStage) throws {
      while posted - stage.accepted("meta") < 4000 {
        try stage.post(1000, from: posted, sender: "meta")
        posted += 1000
      }
    }

    /// As many as are due by now, in hundreds.
    func feed(_ stage: DispatchStage, upTo due: Int) throws {
      while posted + 100 <= due {
        try stage.post(100, from: posted, sender: "meta")
        posted += 100
      }
    }

    func warmUp(_ stage: DispatchStage) throws {
      while stage.accepted("meta") < 5000 { try feed(stage) }
    }
  }

  private struct Found {
    /// A second.
    var (rate, applied) = (0.0, 0.0)
    /// Changes a send.
    var told = 0.0
    /// Microseconds of the processor a send.
    var (work, server) = (0.0, 0.0)
    var age = (before: 0, after: 0)
  }

  private static func measure(
    _ stage: DispatchStage, _ load: Load, _ seconds: Double
  ) throws -> Found {
    let (start, before) = (bootMicroseconds(), stage.accepted("meta"))
    let (callbacksBefore, publishedBefore) = (callbacks(stage), published(stage))
    let ageBefore = outboxAge(stage)
    let (workBefore, serverBefore) = (stage.worker.processorSeconds, stage.serverSeconds)
    while Double(bootMicroseconds() - start) / 1e6 < seconds {
      try load.feed(stage)
      usleep(20_000)
    }
    let span = Double(bootMicroseconds() - start) / 1e6
    let sent = Double(stage.accepted("meta") - before)
    return Found(
      rate: sent / span, applied: Double(callbacks(stage) - callbacksBefore) / span,
      told: Double(published(stage) - publishedBefore) / sent,
      work: (stage.worker.processorSeconds - workBefore) * 1e6 / sent,
      server: (stage.serverSeconds - serverBefore) * 1e6 / sent,
      age: (ageBefore, outboxAge(stage)))
  }

  // MARK: For long

  /// At four fifths of what it can do, for as long as is asked: nothing may grow.
  private static func steady(_ kind: DispatchStage.Kind, _ seconds: Double) throws {
    let stage = try rateStage(kind)
    let load = Load()
    try load.warmUp(stage)
    let full = try measure(stage, load, 20).rate
    let rate = full * 0.8
    while outboxAge(stage) > 0 { usleep(100_000) }
    print("\(kind.rawValue): \(Int(rate)) sends/s, of \(Int(full)), for \(Int(seconds)) s")
    let (start, before) = (bootMicroseconds(), stage.accepted("meta"))
    var samples: [Sample] = []
    var nextSample = 10.0
    while true {
      let span = Double(bootMicroseconds() - start) / 1e6
      let due = before + Int(rate * span)
      try load.feed(stage, upTo: due)
      if span >= nextSample {
        samples.append(Sample(stage, behind: due - stage.accepted("meta")))
        nextSample += max(10, seconds / 20)
      }
      if span >= seconds { break }
      usleep(20_000)
    }
    for sample in samples { print("  \(sample)") }
    tell(samples)
    try clean(stage)
  }

  private struct Sample: CustomStringConvertible {
    let memory: Double
    let age: Int
    let behind: Int
    /// Megabytes of files that are written ahead.
    let ahead: Double

    init(_ stage: DispatchStage, behind: Int) {
      memory = stage.worker.residentMegabytes
      age = DispatchBenchmark.outboxAge(stage)
      self.behind = behind
      ahead = stage.megabytes(of: ["store.db-wal", "log.db-wal"])
    }

    var description: String {
      "\(DispatchBenchmark.tenths(memory)) MB in memory, \(DispatchBenchmark.tenths(ahead)) MB written ahead, "
        + "\(behind) sends behind, the oldest unpublished change \(age) s"
    }
  }

  /// The last third beside the first, which has warmed up.
  private static func tell(_ samples: [Sample]) {
    guard samples.count >= 6 else { return }
    let (first, last) = (samples.prefix(samples.count / 3), samples.suffix(samples.count / 3))
    func most(_ samples: ArraySlice<Sample>, _ value: (Sample) -> Double) -> Double {
      samples.map(value).max() ?? 0
    }
    for (name, value, slack) in [
      ("memory, MB", { $0.memory }, 10), ("written ahead, MB", { $0.ahead }, 10),
      ("sends behind", { Double($0.behind) }, 2000), ("oldest change, s", { Double($0.age) }, 1),
    ] as [(String, (Sample) -> Double, Double)] {
      let (before, after) = (most(first, value), most(last, value))
      print(
        "  \(name): \(tenths(before)) in the first third, \(tenths(after)) in the last: "
          + (after <= before * 1.1 + slack ? "holds" : "MISSED"))
    }
  }

  // MARK: Beside Kannel

  private static let rounds = 7

  /// Both with queue and receipts on disk, a provider that answers at once, and a caller that is told. Kannel has one
  /// report a message to work on, postrider three.
  private static func besideKannel(_ seconds: Double) throws {
    guard KannelStage.isInstalled else {
      return print("Kannel is not installed (apt-get install kannel): left out")
    }
    var race = Race()
    for _ in 0..<rounds {
      let (before, after) = try kannel(seconds)
      race.add("Kannel", rate: Double(after.told - before.told) / seconds)
      let reported = after.reported - before.reported
      print(
        "  Kannel sent \(after.sent - before.sent), refused \(after.refused - before.refused) of "
          + "\(reported) reports, told its caller of \(after.told - before.told)")
      let stage = try rateStage(.sqlite)
      let load = Load()
      try load.warmUp(stage)
      race.add("postrider", rate: try measure(stage, load, seconds).rate)
    }
    race.report()
    race.compare("postrider", with: "Kannel", atLeast: 3.5)
  }

  private static func kannel(
    _ seconds: Double
  ) throws -> (before: KannelStage.Counts, after: KannelStage.Counts) {
    let stage = try KannelStage()
    let limit = bootMicroseconds() + 60_000_000
    while try stage.counts().told < 2000 {
      try stage.feed()
      guard bootMicroseconds() < limit else {
        throw DispatchStage.Failed(description: "Kannel sends nothing")
      }
      usleep(20_000)
    }
    let (start, before) = (bootMicroseconds(), try stage.counts())
    while Double(bootMicroseconds() - start) / 1e6 < seconds {
      try stage.feed()
      usleep(20_000)
    }
    return (before, try stage.counts())
  }

  private static func published(_ stage: DispatchStage) -> Int {
    stage.metric("postrider_events_published_total")
  }

  private static func outboxAge(_ stage: DispatchStage) -> Int {
    stage.metric("postrider_outbox_age_seconds")
  }

  private static func callbacks(_ stage: DispatchStage) -> Int {
    stage.metric("postrider_records_processed_total", "group=\"postrider-status\"")
  }

  private static func clean(_ stage: DispatchStage) throws {
    let totals = try stage.ledger("?recipients=0")["totals"]
    func number(_ name: String) -> Int64 { totals?[name]?.integer ?? -1 }
    for sender in try stage.ledger("?recipients=0")["senders"]?.items ?? [] {
      guard let rate = sender["limits"]?["rate"], rate["violations"]?.integer ?? 0 > 0 else {
        continue
      }
      print(
        "  \(sender["sender"]?.string ?? ""): at worst \(rate["worst"]?.integer ?? 0) of "
          + "\(rate["limit"]?.integer ?? 0)")
    }
    let isClean = number("duplicates") == 0 && number("violations") == 0
    print(
      "  the ledger: \(number("accepted")) accepted, \(number("duplicates")) duplicates, "
        + "\(number("violations")) violations: \(isClean ? "holds" : "MISSED")")
  }

  // MARK: Latency

  private static func latency(_ kind: DispatchStage.Kind) throws {
    let stage = try DispatchStage(kind, world: world()) { port in
      DispatchStage.meta(port, phone: phone, unlimited)
    }
    // A group's first join takes a while.
    try stage.post(10, from: 1000, sender: "meta")
    while stage.accepted("meta") < 10 { usleep(10_000) }
    var answered: [(id: String, at: Int64)] = []
    for number in 0..<300 {
      let id = try stage.postOne(number, sender: "meta")
      answered.append((id, wallMicroseconds()))
      usleep(UInt32.random(in: 20_000...60_000))
    }
    let times = try answered.map { id, at -> Double in
      let message = try stage.ledger("?send=\(id)&recipients=0")["messages"]?.items?.first
      let arrived = message?["at"]?.string.flatMap { Timestamp(rfc3339: $0) }
      guard let arrived else { throw DispatchStage.Failed(description: "\(id) never arrived") }
      return Double(arrived.microseconds - at) / 1000
    }.sorted()
    let (middle, tail) = (times[times.count / 2], times[times.count * 99 / 100])
    let verdict = middle < 15 && tail < 50 ? "holds" : "MISSED"
    print(
      "\(kind.rawValue): a lone send, from 202 to the provider: p50 \(tenths(middle)) ms, p99 "
        + "\(tenths(tail)) ms; under 15 and 50: \(verdict)")
  }

  // MARK: Budgets

  /// Judged at the provider's door: what of each budget was used, and whether any window was passed.
  private static func budgets(_ kind: DispatchStage.Kind) throws {
    let phones = """
      {"id": "\(phone)", "number": "+15550100001", "rate": "80/s", "pair": "100000/s"},
      {"id": "300000000000002", "number": "+15550100002", "rate": "1000/s", "pair": "100000/s"}
      """
    let stage = try DispatchStage(kind, world: world(phones, reported: false)) { port in
      DispatchStage.sandbox(port)
        + DispatchStage.meta(
          port, phone: phone, "rate: \"80/s\", daily: null, pair: null, inFlight: 256")
        + DispatchStage.meta(
          port, id: "fast", phone: "300000000000002",
          "rate: \"1000/s\", daily: null, pair: null, inFlight: 1000")
    }
    for (sender, seconds, perSecond, share) in [
      ("fast", 20, 1000.0, 0.92), ("meta", 60, 80, 0.94), ("sandbox", 60, 1.0 / 3, 0.97),
    ] {
      var posted: Int64 = 0
      // A backlog small enough for the mock broker's retention.
      func feed() throws {
        guard posted - (try accepted(stage, sender)) < 2000 else { return }
        try stage.post(1000, from: Int(posted), sender: sender)
        posted += 1000
      }
      for _ in 0..<3 { try feed() }
      let (before, began) = try nextAcceptance(stage, sender)
      while bootMicroseconds() - began < Int64(seconds) * 1_000_000 {
        try feed()
        usleep(100_000)
      }
      let (after, ended) = try nextAcceptance(stage, sender)
      let used = Double(after - before) / (Double(ended - began) / 1e6) / perSecond
      let verdict = used >= share ? "holds" : "MISSED"
      print(
        "\(kind.rawValue): \(sender): \(tenths(used * 100)) % of its rate used over \(seconds) s, "
          + "at least \(Int(share * 100)) %: \(verdict)")
      // Told at once: the whole takes minutes.
      fflush(nil)
    }
    try clean(stage)
  }

  /// From one to another, so that slow rates are not counted in whole sends.
  private static func nextAcceptance(
    _ stage: DispatchStage, _ sender: String
  ) throws -> (count: Int64, at: Int64) {
    let start = try accepted(stage, sender)
    while true {
      let count = try accepted(stage, sender)
      if count > start { return (count, bootMicroseconds()) }
      usleep(1000)
    }
  }

  private static func accepted(_ stage: DispatchStage, _ sender: String) throws -> Int64 {
    let names = ["fast": "300000000000002", "meta": phone, "sandbox": Demo.sandboxAddress]
    let senders = try stage.ledger("?recipients=0")["senders"]?.items ?? []
    return senders.first { $0["sender"]?.string == names[sender] }?["accepted"]?.integer ?? 0
  }

  // MARK: Handing over

  /// How long nothing goes when the worker that sends is stopped, or killed, and another takes over.
  private static func handOver(_ kind: DispatchStage.Kind) throws {
    let stage = try DispatchStage(kind, world: world(reported: false)) { port in
      DispatchStage.meta(
        port, phone: phone, "rate: \"200/s burst 20\", daily: null, pair: null, inFlight: 64")
    }
    for first in stride(from: 0, to: 6000, by: 1000) {
      try stage.post(1000, from: first, sender: "meta")
    }
    var sender = stage.worker
    while try accepted(stage, "meta") < 50 { usleep(5000) }
    for (signal, word, limit) in [(SIGTERM, "stopped", 2.0), (SIGKILL, "killed", 5.0)] {
      let next = try stage.dispatcher()
      sleep(3)
      kill(sender.process.processIdentifier, signal)
      let pause = try longestPause(stage)
      print(
        "\(kind.rawValue): a worker that is \(word): nothing goes for \(tenths(pause)) s, at most "
          + "\(Int(limit)): \(pause <= limit ? "holds" : "MISSED")")
      sender = next
    }
    try clean(stage)
  }

  /// Within the eight seconds that follow.
  private static func longestPause(_ stage: DispatchStage) throws -> Double {
    let end = bootMicroseconds() + 8_000_000
    var (last, lastAt, longest) = (try accepted(stage, "meta"), bootMicroseconds(), Int64(0))
    while bootMicroseconds() < end {
      usleep(10_000)
      let count = try accepted(stage, "meta")
      guard count > last else { continue }
      longest = max(longest, bootMicroseconds() - lastAt)
      (last, lastAt) = (count, bootMicroseconds())
    }
    return Double(max(longest, bootMicroseconds() - lastAt)) / 1e6
  }

  // MARK: Backlog

  private static func backlog() throws {
    let stage = try DispatchStage(.sqlite, world: world(reported: false)) { port in
      DispatchStage.meta(port, phone: phone, unlimited)
    }
    let alone = try rate(stage, campaign: "before", 20_000)
    let million = 1_000_000
    stage.pause("meta", true)
    for start in stride(from: 0, to: million, by: 10_000) {
      try stage.post(10_000, from: start, sender: "meta", ",\"campaign\":\"held\"")
    }
    while try stage.waiting("meta") < million { usleep(200_000) }
    let store = try SendStore(.sqlite(path: stage.folder.file("store.db")))
    try store.define([])
    let later = try store.now() + .seconds(86400)
    try store.hold(campaign: "held", of: SenderID("meta"), until: later, because: "measuring")
    stage.pause("meta", false)
    let behind = try rate(stage, campaign: "behind", 20_000)
    let share = behind / alone
    print(
      "  behind a held million: \(Int(behind))/s, without it \(Int(alone))/s, \(Int(share * 100)) %; "
        + "at least 80 %: \(share >= 0.8 ? "holds" : "MISSED")")
    try store.hold(
      campaign: "held", of: SenderID("meta"), until: .distantPast, because: "")
    try drain(stage, million)
    store.close()
    let memory = stage.worker.peakMegabytes
    print("  \(tenths(memory)) MB at most, under 200: \(memory < 200 ? "holds" : "MISSED")")
  }

  /// The first and the last of a million that wait.
  private static func drain(_ stage: DispatchStage, _ million: Int) throws {
    let start = stage.accepted("meta")
    func time(of count: Int) -> Double {
      let (began, before) = (bootMicroseconds(), stage.accepted("meta"))
      while stage.accepted("meta") < before + count { usleep(20_000) }
      return Double(stage.accepted("meta") - before) / (Double(bootMicroseconds() - began) / 1e6)
    }
    let first = time(of: 20_000)
    while stage.accepted("meta") < start + million - 25_000 { usleep(100_000) }
    let last = time(of: 20_000)
    print(
      "  of a million that wait the first go at \(Int(first))/s, the last at \(Int(last))/s: "
        + (last >= 0.8 * first ? "holds" : "MISSED"))
  }

  private static func rate(
    _ stage: DispatchStage, campaign: String, _ count: Int
  ) throws -> Double {
    let (start, before) = (bootMicroseconds(), stage.accepted("meta"))
    for first in stride(from: 0, to: count, by: 5000) {
      try stage.post(5000, from: first, sender: "meta", ",\"campaign\":\"\(campaign)\"")
    }
    while stage.accepted("meta") < before + count { usleep(10_000) }
    return Double(count) / (Double(bootMicroseconds() - start) / 1e6)
  }

  private static func tenths(_ number: Double) -> String { String(format: "%.1f", number) }
}
