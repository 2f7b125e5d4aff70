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
