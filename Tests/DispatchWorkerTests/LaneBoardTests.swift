import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@testable import DispatchWorker

@Suite struct LaneBoardTests {
  let board = LaneBoard()
  let store: SendStore
  let lease: Lease
  let sender = SenderID("main")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define([
      Sender(
        id: sender, channel: .metaWhatsApp, account: AccountID("a"), address: "1")
    ])
    lease = try #require(try store.tendLeases(WorkerID("w")).held.first)
    hold()
  }

  private func hold(surplus: Set<LaneGroupID> = []) {
    board.hold([lease.group: lease], surplus: surplus, [sender: lease.group])
  }

  @Test("a lane that was just taken up is due, and one that was claimed from waits")
  func due() throws {
    let (name, lane) = try #require(board.next(within: .zero))
    #expect(name == sender)
    board.claimed(name, 1, wakeAt: .now + .seconds(60), since: lane)
    #expect(board.next(within: .milliseconds(10)) == nil)
  }

  @Test("a call that comes while a lane is being claimed from is not lost")
  func wokenMeanwhile() throws {
    let (_, lane) = try #require(board.next(within: .zero))
    board.wake([sender])
    board.claimed(sender, 0, wakeAt: .now + .seconds(60), since: lane)
    #expect(board.next(within: .seconds(5)) != nil)
  }

  @Test("a record wakes its lane")
  func recorded() throws {
    let (_, lane) = try #require(board.next(within: .zero))
    board.claimed(sender, 1, wakeAt: .distantFuture, since: lane)
    #expect(!board.isIdle(lease.group))
    board.recorded([sender: 1], passed: [])
    #expect(board.isIdle(lease.group))
    #expect(board.next(within: .seconds(5)) != nil)
  }

  @Test("a lane on trial waits for the answer of its only send")
  func trial() throws {
    board.setTrial(sender)
    let (_, lane) = try #require(board.next(within: .zero))
    #expect(lane.isOnTrial)
    board.claimed(sender, 1, wakeAt: .distantPast, since: lane)
    #expect(board.next(within: .milliseconds(20)) == nil)
    board.recorded([sender: 1], passed: [sender])
    #expect(board.next(within: .seconds(5))?.lane.isOnTrial == false)
  }

  @Test("a surplus lane is not claimed from, nor is any once all is to end")
  func leaving() {
    hold(surplus: [lease.group])
    #expect(board.next(within: .milliseconds(10)) == nil)
    hold()
    board.stop()
    #expect(board.next(within: .milliseconds(10)) == nil)
  }

  @Test(
    "another worker would help where a lane is claimed late and its owner has another group to claim for",
    arguments: [
      ("both late", [true, true], [1, 1], false, Set(["main", "other"])),
      ("one late, the other on time", [true, false], [1, 1], false, ["main"]),
      ("the other has nothing to send", [true, true], [1, 0], false, []),
      ("none has anything to send, however late", [true, true], [0, 0], true, []),
      ("all on time", [false, false], [1, 1], false, []),
      ("all on time, and records wait", [false, false], [1, 1], true, ["main", "other"]),
    ] as [(String, [Bool], [Int], Bool, Set<String>)])
  func help(
    what: String, late: [Bool], found: [Int], isRecordingLate: Bool, wanting: Set<String>
  ) throws {
    let second = SenderID("other")
    try store.define(
      [sender, second].enumerated().map { place, id in
        Sender(id: id, channel: .metaWhatsApp, account: AccountID("a"), address: "\(place)")
      })
    let leases = try store.tendLeases(WorkerID("w")).held
    #expect(leases.count == 2)
    board.hold(
      Dictionary(uniqueKeysWithValues: leases.map { ($0.group, $0) }), surplus: [],
      Dictionary(uniqueKeysWithValues: zip([sender, second], leases.map(\.group))))
    for (place, name) in [sender, second].enumerated() {
      // One that has just been taken up is not late yet.
      let first = try #require(board.lane(name))
      board.claimed(name, 0, wakeAt: .now, since: first)
      let lane = try #require(board.lane(name))
      board.claimed(
        name, found[place], wakeAt: .distantFuture, since: lane,
        begun: lane.wakeAt + (late[place] ? .seconds(1) : .zero))
    }
    #expect(
      Set(board.wantingHelp(isRecordingLate: isRecordingLate).map(\.text)) == wanting)
  }

  @Test("a lane that was just taken up is not late, nor one that is woken after a long rest")
  func notLate() throws {
    let (_, lane) = try #require(board.next(within: .zero))
    board.claimed(sender, 1, wakeAt: .distantFuture, since: lane)
    #expect(board.wantingHelp(isRecordingLate: false).isEmpty)
    board.wake([sender])
    let (_, woken) = try #require(board.next(within: .seconds(5)))
    #expect(RunningTime.now - woken.wakeAt < LanePace.patience)
  }

  @Test("a change of the pulse makes a lane due")
  func pulse() throws {
    board.note(pulses: [sender: 1])
    let (_, lane) = try #require(board.next(within: .zero))
    board.claimed(sender, 0, wakeAt: .distantFuture, since: lane)
    board.note(pulses: [sender: 1])
    #expect(board.next(within: .milliseconds(20)) == nil)
    board.note(pulses: [sender: 2])
    #expect(board.next(within: .seconds(5)) != nil)
  }
}
