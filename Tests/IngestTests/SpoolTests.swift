import Events
import EventLog
import Domain
import HTTP
import Platform
import Telemetry
import TestSupport
import Testing

@Suite struct SpoolTests {
  static let path = "/in/api/whatsapp/webhook"

  static func post(_ stand: IngestStand, _ number: Int) async throws -> Int {
    let body = MetaWebhookTests.statuses([MetaWebhookTests.status(number)])
    return try await stand.meta(path, body).status
  }

  @Test(
    "webhooks are answered from the spool while the log is away, and reach it when it is back",
    arguments: [.silent, .failing(.unreachable("gone")), .failing(.full(.queue))]
      as [FaultyLog.Mood])
  func outage(mood: FaultyLog.Mood) async throws {
    let stand = try IngestStand(patience: .milliseconds(200))
    #expect(try await Self.post(stand, 0) == 200)
    stand.faulty.turn(mood)
    for number in 1...20 { #expect(try await Self.post(stand, number) == 200) }
    #expect(stand.count("postrider_spooled_records_total") >= 20)
    #expect(try stand.records(.callbacks).allSatisfy { $0.key == "wamid.0" })
    stand.faulty.turn(.well)
    let keys = try stand.keys(of: .callbacks, atLeast: 21)
    #expect(keys == Set((0...20).map { "wamid.\($0)" }))
  }

  @Test("after the first that waited too long the rest wait no more")
  func straight() async throws {
    let stand = try IngestStand(patience: .milliseconds(200))
    stand.faulty.turn(.silent)
    for number in 1...10 { #expect(try await Self.post(stand, number) == 200) }
    let lines = stand.lines.withLock { $0 }.filter { $0.contains("they go to the spool") }
    #expect(lines.count == 1)
    // One waited; besides it only the drain has tried.
    let webhooks = stand.count("postrider_spooled_records_total")
    #expect(webhooks == 10)
    #expect(stand.faulty.appends.peek { $0 } < 10)
  }

  @Test("whatever the log does while many call at once, what was answered with success is there")
  func flapping() async throws {
    let stand = try IngestStand(patience: .milliseconds(200))
    let moods: [FaultyLog.Mood] = [.silent, .well, .failing(.closed), .well]
    let answered = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for number in 0..<200 {
        group.addTask { (number, try await Self.post(stand, number)) }
        if number.isMultiple(of: 25) { stand.faulty.turn(moods[number / 25 % moods.count]) }
      }
      return try await group.reduce(into: [Int]()) { if $1.1 == 200 { $0.append($1.0) } }
    }
    #expect(answered.count == 200)
    stand.faulty.turn(.well)
    #expect(try stand.keys(of: .callbacks, atLeast: 200).count == 200)
  }

  @Test("webhooks that come before the log is open are kept until it is")
  func early() async throws {
    let stand = try IngestStand(isOpen: false)
    for number in 1...3 { #expect(try await Self.post(stand, number) == 200) }
    stand.open()
    #expect(try stand.keys(of: .callbacks, atLeast: 3).count == 3)
  }

  @Test("how full the spool is is told, and that it was drained")
  func fill() async throws {
    let stand = try IngestStand(isOpen: false)
    for number in 1...3 { #expect(try await Self.post(stand, number) == 200) }
    let metrics = stand.metrics
    func wait(for line: String) async throws {
      try await onOwnThread {
        let end = ContinuousClock.now + .seconds(60)
        // It is looked up once a second.
        while !metrics.text().contains("\n\(line)\n"), ContinuousClock.now < end {
          _ = Gate().wait(for: .milliseconds(20))
        }
        #expect(metrics.text().contains("\n\(line)\n"))
      }
    }
    try await wait(for: "postrider_spool_records 3.0")
    #expect(metrics.text().contains("\npostrider_spool_limit_bytes 104857600.0\n"))
    #expect(!metrics.text().contains("\npostrider_spool_bytes 0.0\n"))
    stand.open()
    try await wait(for: "postrider_spool_records 0.0")
  }

  @Test("what a stopped process left in its spool is moved by the next")
  func restart() async throws {
    let stand = try IngestStand(isOpen: false)
    for number in 1...3 { #expect(try await Self.post(stand, number) == 200) }
    stand.stop()
    let next = try IngestStand(folder: stand.folder)
    #expect(try next.keys(of: .callbacks, atLeast: 3).count == 3)
  }

  @Test(
    "with the spool full as well the answer is 503 with Retry-After, and nothing answered is lost")
  func full() async throws {
    let stand = try IngestStand("", spoolLimit: "1MB", isOpen: false)
    var kept = 0
    var refusal: IngestStand.Answer?
    while refusal == nil, kept < 200 {
      // Nothing that packing would make shorter.
      let padding = String(
        (0..<50_000).map { _ in "abcdefghijklmnopqrstuvwxyz012345".randomElement()! })
      let item = "{\"id\":\"wamid.\(kept)\",\"status\":\"sent\",\"more\":\"\(padding)\"}"
      let answer = try await stand.meta(Self.path, MetaWebhookTests.statuses([item]))
      if answer.status == 200 { kept += 1 } else { refusal = answer }
    }
    #expect(refusal?.status == 503)
    #expect(refusal?.headers.first(named: "Retry-After") != nil)
    stand.open()
    let keys = try stand.keys(of: .callbacks, atLeast: kept)
    #expect(keys == Set((0..<kept).map { "wamid.\($0)" }))
  }

  @Test("a send is never spooled")
  func sends() async throws {
    let stand = try IngestStand()
    stand.faulty.turn(.failing(.unreachable("gone")))
    #expect(try await SendTests.send(stand, SendTests.text).status == 503)
    #expect(stand.count("postrider_spooled_records_total") == 0)
  }
}
