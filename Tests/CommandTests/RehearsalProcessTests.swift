import Domain
import Foundation
import JSON
import SendStore
import Simulator
import TestSupport
import Testing
import Time

@testable import Platform
@testable import postrider

/// Rehearsals over the API of the real program, which runs each as a process of its own.
@Suite(.timeLimit(.minutes(5))) struct RehearsalProcessTests {
  /// Only listens, so that nothing else happens to the campaigns.
  private final class World {
    let stand: RehearsalStand
    let id: CampaignID
    let running: RunningPostrider

    init(people: Int) throws {
      stand = try RehearsalStand()
      id = try stand.campaign(people)
      running = try RunningPostrider("ingest", settings: stand.settings)
      // Its store is opened beside it.
      waitUntil("the store is open") { shown?["state"]?.string == "none" }
    }

    deinit { running.end() }

    private var path: String { "/api/campaigns/\(id)/rehearsal" }

    var shown: JSONValue? { running.call("GET", path) }

    func call(_ method: String, _ body: String = "") throws -> RunningPostrider.Answer {
      try running.ask(method, path, body)
    }

    /// Once it has ended.
    func state() -> String {
      waitUntil("the rehearsal has ended") { (shown?["state"]?.string ?? "running") != "running" }
      return shown?["state"]?.string ?? ""
    }

    /// The process that rehearses, held where it is, with the folder that it works in.
    func heldChild() throws -> (id: Int32, folder: String) {
      var found: (Int32, String)?
      waitUntil("it rehearses") {
        for id in RehearsalProcessTests.children(of: running.process.processIdentifier) {
          guard let folder = RehearsalProcessTests.stageFolder(of: id) else { continue }
          kill(id, SIGSTOP)
          found = (id, folder)
        }
        return found != nil
      }
      return try #require(found)
    }
  }

  fileprivate static func children(of parent: Int32) -> [Int32] {
    processes().filter { $0.parent == parent }.map(\.id)
  }

  private static func processes() -> [(id: Int32, parent: Int32)] {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: "/proc") } catch { return [] }
    return names.compactMap { name in
      guard let id = Int32(name), let stat = content(ofFile: "/proc/\(id)/stat"),
        let end = stat.lastIndex(of: UInt8(ascii: ")"))
      else { return nil }
      let fields = String(decoding: stat[(end + 1)...], as: UTF8.self).split(separator: " ")
      return fields.count > 1 ? Int32(fields[1]).map { (id, $0) } : nil
    }
  }

  /// Of what it has open.
  fileprivate static func stageFolder(of process: Int32) -> String? {
    let links = "/proc/\(process)/fd"
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: links) } catch { return nil }
    for name in names {
      do {
        let file = try FileManager.default.destinationOfSymbolicLink(atPath: "\(links)/\(name)")
        if file.hasSuffix("/held") { return folder(ofFile: file) }
      } catch { continue }
    }
    return nil
  }

  /// Also one that has ended and that nobody has asked about yet.
  private static func isGone(_ process: Int32) -> Bool {
    guard let stat = content(ofFile: "/proc/\(process)/stat") else { return true }
    return String(decoding: stat, as: UTF8.self).contains(") Z ")
  }

  @Test("the report over the API is what the command tells")
  func same() async throws {
    try await onOwnThread {
      let world = try World(people: 300)
      let before = try world.stand.contents()
      #expect(try world.call("POST", #"{"faults":["tier-cut@20%"]}"#).status == 202)
      #expect(world.state() == "done", "\(world.running.log)")
      let shown = try #require(world.shown)
      let report = try #require(shown["report"])
      let told = try world.stand.rehearse(world.id, "tier-cut@20%").json
      #expect(report.fields?.map(\.name) == told.fields?.map(\.name))
      for name in ["people", "attempts", "waiting", "violations", "duplicates"] {
        #expect(report[name]?.integer == told[name]?.integer, "\(name)")
      }
      #expect(report["state"]?.string == told["state"]?.string)
      for name in ["price", "notCopied"] { #expect(report[name]?.text == told[name]?.text) }
      #expect(report["people"]?.integer == 300 && report["counts"]?.items?.isEmpty == false)
      #expect(shown["endedAt"]?.string != nil)
      // The clock's facts are the listener's.
      let changed = try world.stand.contents().filter { $0.value != before[$0.key] }
      #expect(Set(changed.keys).subtracting(["facts"]) == ["rehearsals"])
      let log = world.running.log
      #expect(!log.contains(Demo.accessToken) && !log.contains(Demo.appSecret))
    }
  }

  @Test(
    "one that does not listen is killed when it is stopped, and the next one clears up after it")
  func stopped() async throws {
    try await onOwnThread {
      let world = try World(people: 1500)
      #expect(try world.call("POST").status == 202)
      let child = try world.heldChild()
      #expect(world.shown?["state"]?.string == "running")
      let stopped = try world.call("DELETE")
      #expect(stopped.status == 200 && stopped.json?["reason"]?.string == "it was stopped")
      waitUntil("it is gone") { Self.isGone(child.id) }
      #expect(isFolder(child.folder))
      try waitUntil("another one begins") { try world.call("POST").status == 202 }
      #expect(world.state() == "done", "\(world.running.log)")
      #expect(!isFolder(child.folder))
      let progress = world.shown?["progress"]
      #expect(progress?["people"]?.integer == 1500, "\(String(describing: progress))")
    }
  }

  @Test("one that is killed tells so, and its listener goes on")
  func killed() async throws {
    try await onOwnThread {
      let world = try World(people: 1500)
      #expect(try world.call("POST").status == 202)
      let child = try world.heldChild()
      kill(child.id, SIGKILL)
      #expect(world.state() == "failed")
      #expect(world.shown?["reason"]?.string?.contains("was killed") == true)
      #expect(try world.call("POST").status == 202)
      #expect(try world.call("DELETE").status == 200)
    }
  }

  @Test("it ends with the process that has started it, and leaves nothing behind")
  func orphaned() async throws {
    try await onOwnThread {
      let world = try World(people: 1500)
      #expect(try world.call("POST").status == 202)
      let child = try world.heldChild()
      world.running.end(by: SIGKILL)
      kill(child.id, SIGCONT)
      waitUntil("it is gone") { Self.isGone(child.id) }
      waitUntil("its folder is gone") { !isFolder(child.folder) }
    }
  }

  @Test(
    "the first place with room is taken, else the one with the most",
    arguments: [
      ([("memory", 100), ("disk", 900)], 100, "memory"),
      ([("memory", 99), ("disk", 900)], 100, "disk"),
      ([("memory", 99), ("disk", 50)], 100, "memory"),
      ([("memory", 9), ("tmp", 20), ("disk", 50)], 100, "disk"),
      ([], 1, nil),
    ] as [([(String, UInt64)], UInt64, String?)])
  func place(places: [(String, UInt64)], bytes: UInt64, path: String?) {
    let places = places.map { StagePlace(path: $0.0, room: $0.1) }
    #expect(StagePlace.choose(from: places, for: bytes)?.path == path)
  }

  private static let report = #"report {"people":1}"#

  @Test(
    "a report counts only of one that ended well, and everything else has a sentence",
    arguments: [
      ([report], ChildEnding.Exit.code(0), ChildEnding.Cause.itself, nil),
      (["progress {}", "noise", report], .code(0), .itself, nil),
      ([], .code(0), .itself, "the log of the server"), ([report], .code(1), .itself, "the log of"),
      (["refused there is no plan"], .code(65), .itself, "there is no plan"),
      ([], .signal(9), .itself, "was killed"), ([report], .signal(9), .stopped, "it was stopped"),
      ([report], .code(0), .stopped, "it was stopped"), ([], .code(1), .overTime, "15 minutes"),
      ([], .signal(9), .overOutput, "larger than"),
    ] as [([String], ChildEnding.Exit, ChildEnding.Cause, String?)])
  func told(
    lines: [String], exit: ChildEnding.Exit, cause: ChildEnding.Cause, sentence: String?
  ) throws {
    var told = RehearsalTold()
    for line in lines { told.take(Array(line.utf8)) }
    let result = told.result(of: ChildEnding(exit: exit, cause: cause, errors: []))
    guard let sentence else {
      #expect(result == .done(Array(#"{"people":1}"#.utf8)))
      return
    }
    guard case .failed(let why) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(why.contains(sentence), "\(why)")
  }
}
