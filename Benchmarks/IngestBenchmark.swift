import Foundation
import TestSupport

/// Signed status callbacks on 256 connections, answered once they are in the log. What is asked of Ingest is
/// said as shares of nginx, which answers nothing as fast as anybody can under the same generator.
enum IngestBenchmark {
  private static let connections = 256
  private static let rounds = 5

  private struct Candidate {
    let name: String
    let url: String
    let processorSeconds: () -> Double
  }

  static func run(_ arguments: ArraySlice<String>) throws {
    let folder = try TemporaryFolder(onDisk: true)
    let callbacks = SignedCallbacks()
    let wrk = try Wrk(callbacks.all.script, in: folder)
    let broker = try Child(["broker"])
    let bootstrap = broker.address()
    let nginx = try Nginx(folder)
    let kafka = try Child(["serve-ingest", "kafka", bootstrap])
    let embedded = try Child(["serve-ingest", "embedded"])
    let ours = [("KafkaLog", kafka), ("EmbeddedLog", embedded)].map { name, child in
      Ours(name: name, url: child.address(), child: child)
    }
    let fastAPI = try FastAPI(bootstrap: bootstrap, workers: 1, port: 18_205)
    let twoWorkers = try FastAPI(bootstrap: bootstrap, workers: 2, port: 18_206)
    var candidates = [Candidate(name: "nginx", url: nginx.url) { nginx.processorSeconds }]
    candidates += ours.map { one in
      Candidate(name: one.name, url: one.url) { one.child.processorSeconds }
    }
    for (name, peer) in [("FastAPI", fastAPI), ("FastAPI, two workers", twoWorkers)] {
      guard let peer else { continue }
      candidates.append(Candidate(name: name, url: peer.url) { peer.processorSeconds })
    }
    if fastAPI == nil {
      print("FastAPI is not installed (script/bootstrap bench gets it): left out")
    }
    let race = try rates(candidates, wrk)
    for one in ours {
      race.compare(one.name, with: "nginx", atLeast: 0.35)
      guard fastAPI != nil else { continue }
      race.compare(one.name, with: "FastAPI", atLeast: 10)
      let percent = race.median(one.name) / race.median("FastAPI, two workers") * 100
      print("  \(one.name) / FastAPI, two workers = \(Int(percent)) %")
    }
    for one in ours { try latency(one, callbacks, at: race.median(one.name) / 2) }
    let requests = arguments.compactMap { Int($0) }.first ?? 1_000_000
    for one in ours { try memory(one, wrk, requests) }
  }

  private struct Ours {
    let name: String
    let url: String
    let child: Child
    var port: UInt16 { url.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }
  }

  private static func rates(_ candidates: [Candidate], _ wrk: Wrk) throws -> Race {
    var (race, costs) = (Race(), Costs())
    for candidate in candidates { _ = try wrk.run(candidate.url, connections: 16, seconds: 1) }
    for _ in 0..<rounds {
      for candidate in candidates {
        let before = candidate.processorSeconds()
        let rate = try wrk.run(candidate.url, connections: connections)
        race.add(candidate.name, rate: rate.perSecond)
        let spent = candidate.processorSeconds() - before
        costs.add(candidate.name, spent / Double(rate.requests) * 1e6)
      }
    }
    race.report()
    for candidate in candidates {
      costs.report(candidate.name, atMost: candidate.name.hasSuffix("Log") ? 25 : .infinity)
    }
    return race
  }

  private static func latency(
    _ one: Ours, _ callbacks: SignedCallbacks, at rate: Double
  ) throws {
    var tails: [Double] = []
    for _ in 0..<3 {
      let load = try PacedLoad(callbacks, port: one.port, connections: connections)
      let times = try load.run(perSecond: rate, for: 5)
      tails.append(Double(times[times.count * 99 / 100]) / 1000)
    }
    let median = tails.sorted()[1]
    let verdict = median < 10 ? "holds" : "MISSED"
    print("  \(one.name): p99 \(tenths(median)) ms at \(Int(rate))/s, under 10 ms: \(verdict)")
  }

  /// After a tenth of the requests everything that is kept for reuse is there.
  private static func memory(_ one: Ours, _ wrk: Wrk, _ requests: Int) throws {
    var (done, early) = (0, 0.0)
    while done < requests {
      done += try wrk.run(one.url, connections: connections, seconds: 2).requests
      if early == 0, done >= requests / 10 { early = one.child.residentMegabytes }
    }
    let late = one.child.residentMegabytes
    let verdict = late < early * 1.1 + 8 ? "holds" : "MISSED"
    let span = "\(tenths(early)) MB, \(tenths(late)) MB after \(done) more requests"
    print("  \(one.name): \(span), flat: \(verdict)")
  }

  private struct Costs {
    private var all: [String: [Double]] = [:]

    mutating func add(_ name: String, _ microseconds: Double) {
      all[name, default: []].append(microseconds)
    }

    func report(_ name: String, atMost limit: Double) {
      let sorted = all[name, default: []].sorted()
      let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
      let verdict = median <= limit ? "holds" : "MISSED"
      let goal = limit.isFinite ? ", at most \(tenths(limit)): \(verdict)" : ""
      print("  \(name): \(tenths(median)) us of processor each\(goal)")
    }
  }

  private static func tenths(_ number: Double) -> String {
    String(format: "%.1f", number)
  }
}
