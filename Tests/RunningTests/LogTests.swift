@testable import Telemetry
import Domain
import Foundation
import JSON
import Platform
import Testing
import Time

@Suite struct LogTests {
  final class Lines: Sendable {
    private let bytes = Locked<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
  }

  @Test("a line is one JSON object, and holds no secret")
  func redaction() throws {
    let lines = Lines()
    let log = Log(
      worker: "test", secrets: [Secret("token-12345"), Secret("token-1234567")],
      now: { CalendarTime(seconds: 0) }, write: { lines.add($0) })
    log.keepOut([Secret("late-secret"), Secret("a")])
    log.info(
      "refused token-12345",
      ["url": "https://x?k=late-secret&t=token-1234567", "count": 3, "ok": true])
    log.debug("not shown")
    let root = try JSONDocument(Array(lines.text.utf8)).root
    #expect(root["at"]?.string == "1970-01-01T00:00:00.000Z")
    #expect(root["level"]?.string == "info")
    #expect(root["event"]?.string == "refused •••")
    #expect(root["url"]?.string == "https://x?k=•••&t=•••")
    #expect(root["count"]?.integer == 3)
    #expect(lines.text.filter { $0 == "\n" }.count == 1)
  }

  @Test(
    "a secret is taken out wherever it stands, the longer one first",
    arguments: [
      ("token-1", "•••"), ("a token-1", "a •••"), ("token-12token-1", "••••••"),
      ("xtoken-123x", "x•••3x"), ("token-", "token-"), ("token-2", "token-2"), ("", ""),
      ("è token-1 è", "è ••• è"), ("tokentoken-1", "token•••"), ("sécret", "•••"),
      ("token-1tok", "•••tok"),
    ])
  func secrets(text: String, cleaned: String) {
    var secrets = SecretTexts()
    secrets.add(["token-1", "token-12", "short", "sécret", "token-1"])
    #expect(secrets.clean(text) == cleaned)
  }

  @Test("lines that cannot be written are counted, and told once writing works again")
  func lost() throws {
    let lines = Lines()
    let isBroken = Locked(false)
    let log = Log(
      worker: "test",
      trying: { line in
        guard !isBroken.withLock({ $0 }) else { return false }
        lines.add(line)
        return true
      })
    isBroken.withLock { $0 = true }
    for _ in 0..<3 { log.info("unheard") }
    let metrics = Metrics()
    log.countLost(in: metrics)
    log.info("unheard")
    #expect(metrics.text().contains("\npostrider_log_lines_lost_total 4\n"))
    isBroken.withLock { $0 = false }
    log.info("heard")
    log.info("heard too")
    let events = try lines.text.split(separator: "\n").map { line in
      try JSONDocument(Array(line.utf8)).root
    }
    #expect(
      events.map { $0["event"]?.string } == ["heard", "lines of the log were lost", "heard too"])
    #expect(events[1]["lines"]?.integer == 4)
    #expect(metrics.text().contains("\npostrider_log_lines_lost_total 4\n"))
  }

  @Test("metrics are written as Prometheus reads them")
  func metrics() {
    let metrics = Metrics()
    metrics.counter("a_total", "Things.", ["sender": "m\"ain"]).add(2)
    metrics.counter("a_total", "Things.", ["sender": "m\"ain"]).add()
    metrics.gauge("b", "Level.").set(1.5)
    metrics.gauge("b", "Level.", ["of": "no limit"]).set(.infinity)
    metrics.gauge("b", "Level.", ["of": "nothing"]).set(.nan)
    let looked = metrics.gauge("d", "Looked up.")
    metrics.beforeEachText { looked.set(looked.value + 1) }
    let histogram = metrics.histogram("c_seconds", "Time.", bounds: [0.1, 1])
    histogram.observe(0.05)
    histogram.observe([0.1, 0.5, 7])
    #expect(
      metrics.text() == """
        # HELP a_total Things.
        # TYPE a_total counter
        a_total{sender="m\\"ain"} 3
        # HELP b Level.
        # TYPE b gauge
        b 1.5
        b{of="no limit"} +Inf
        b{of="nothing"} NaN
        # HELP c_seconds Time.
        # TYPE c_seconds histogram
        c_seconds_bucket{le="0.1"} 2
        c_seconds_bucket{le="1.0"} 3
        c_seconds_bucket{le="+Inf"} 4
        c_seconds_sum 7.65
        c_seconds_count 4
        # HELP d Looked up.
        # TYPE d gauge
        d 1.0

        """)
  }

  @Test(
    "a part that is silent too long is stuck, one that says so is not ready, one that ended is neither"
  )
  func health() {
    let now = Locked<Int64>(0)
    let time: @Sendable () -> Int64 = { now.withLock { $0 } }
    let health = Health(now: time)
    let part = health.part("loop", patience: .seconds(10))
    #expect(health.troubles == ["loop": "starting"])
    #expect(health.stuck.isEmpty)
    part.ready()
    #expect(health.troubles.isEmpty)
    part.notReady("no broker")
    #expect(health.troubles == ["loop": "no broker"])
    now.withLock { $0 = 11_000_000 }
    #expect(health.stuck == ["loop": "no sign for 11 s"])
    part.ready()
    #expect(health.stuck.isEmpty && health.troubles.isEmpty)
    now.withLock { $0 = 30_000_000 }
    part.ended()
    #expect(health.troubles.isEmpty)
  }
}
