import Foundation
import Glibc
import Platform
import TestSupport

/// What a send costs that comes through the doors that speak as Twilio and as Meta, beside our own: at the door alone,
/// and from the request to the last callback.
enum DoorsBenchmark {
  private static let rounds = 7
  private static let most = 1.10

  static func run() throws {
    try atTheDoor()
    try whole()
  }

  /// As fast as 64 connections allow, in turn.
  private static func atTheDoor() throws {
    let folder = try TemporaryFolder(onDisk: true)
    let service = try Child(["serve-doors"])
    let url = service.address()
    let candidates = try Door.allCases.map { ($0, try Wrk($0.requests.script, in: folder)) }
    for (_, wrk) in candidates { _ = try wrk.run(url, connections: 16, seconds: 1) }
    var (race, costs) = (Race(), DoorCosts())
    for _ in 0..<rounds {
      for (door, wrk) in candidates {
        let before = service.processorSeconds
        let rate = try wrk.run(url, connections: 64, seconds: 2)
        race.add(door.rawValue, rate: rate.perSecond)
        costs.add(door, (service.processorSeconds - before) * 1e6 / Double(rate.requests))
      }
    }
    print("at the door alone:")
    race.report()
    costs.report()
  }

  /// At a steady rate, less what the process does while nothing is sent.
  private static func whole() throws {
    let stage = try DispatchStage(.sqlite, world: Door.world, senders: Door.senders)
    let (perSecond, seconds) = (600.0, 5.0)
    let sends = Int(perSecond * seconds)
    var costs = DoorCosts()
    for round in 0...rounds {
      let idle = try idleShare(stage)
      for door in Door.allCases {
        let (before, began) = (stage.worker.processorSeconds, bootMicroseconds())
        let accepted = stage.accepted(door.provider)
        let load = try PacedLoad(
          door.requests.map { $0.bytes(host: "127.0.0.1") }, port: stage.callPort, connections: 32)
        _ = try load.run(perSecond: perSecond, for: seconds)
        try awaitRest(stage, door, accepted + sends)
        let span = Double(bootMicroseconds() - began) / 1e6
        let spent = stage.worker.processorSeconds - before - idle * span
        // The first round fills what is kept for reuse.
        if round > 0 { costs.add(door, spent * 1e6 / Double(sends)) }
      }
    }
    print("from the request to the last callback, at \(Int(perSecond)) a second:")
    costs.report(judged: true)
  }

  private static func idleShare(_ stage: DispatchStage) throws -> Double {
    let (before, began) = (stage.worker.processorSeconds, bootMicroseconds())
    usleep(2_000_000)
    return (stage.worker.processorSeconds - before) * 1e6 / Double(bootMicroseconds() - began)
  }

  /// Until all are accepted, and nothing more comes back or is told.
  private static func awaitRest(_ stage: DispatchStage, _ door: Door, _ wanted: Int) throws {
    let limit = bootMicroseconds() + 60_000_000
    var told = -1
    while true {
      let now = stage.metric("postrider_events_published_total")
      if stage.accepted(door.provider) >= wanted, now == told { return }
      guard bootMicroseconds() < limit else {
        throw DispatchStage.Failed(
          description:
            "\(door.rawValue): only \(stage.accepted(door.provider)) of \(wanted) were accepted")
      }
      told = now
      usleep(300_000)
    }
  }

  private struct DoorCosts {
    private var all: [Door: [Double]] = [:]

    mutating func add(_ door: Door, _ microseconds: Double) {
      all[door, default: []].append(microseconds)
    }

    /// Each beside our own of the same round.
    func report(judged: Bool = false) {
      for door in Door.allCases {
        let costs = all[door, default: []]
        let sorted = costs.sorted()
        guard let (least, most) = sorted.first.flatMap({ least in sorted.last.map { (least, $0) } })
        else { continue }
        var line =
          "  \(door.rawValue): \(Int(sorted[sorted.count / 2].rounded())) us of the processor a send "
          + "(\(Int(least)) to \(Int(most)), \(sorted.count) runs)"
        if door.own != door {
          let ratios = zip(costs, all[door.own, default: []]).map { $0 / $1 }.sorted()
          let ratio = ratios[ratios.count / 2]
          line += ", \(Int((ratio * 100).rounded())) % of our own"
          if judged {
            let limit = Int((DoorsBenchmark.most * 100).rounded())
            line += ", at most \(limit) %: \(ratio <= DoorsBenchmark.most ? "holds" : "MISSED")"
          }
        }
        print(line)
      }
    }
  }
}
