import Foundation
import Platform
import Testing

@Suite struct WaitingTests {
  @Test("a signal raised between the look and the wait is not missed")
  func signal() {
    let signal = Signal()
    let seen = signal.raised
    signal.raise()
    signal.wait(past: seen, for: .seconds(60))
    #expect(signal.raised == seen + 1)
    signal.wait(past: seen + 1, for: .milliseconds(1))
  }

  @Test("a monitor wakes its waiter when what it waits for holds")
  func monitor() {
    let monitor = Monitor(0)
    let thread = WorkerThread("waiter") { monitor.wait(for: .seconds(60)) { $0 == 2 } }
    monitor.change { $0 = 1 }
    #expect(!thread.join(within: .milliseconds(10)))
    monitor.change { $0 = 2 }
    #expect(thread.join(within: .seconds(30)))
  }

  /// How a wait whose event never comes is begun.
  enum Wait: String, CaseIterable, CustomTestStringConvertible {
    case condition, gate, signal, monitor

    var testDescription: String { rawValue }

    func run(for limit: Duration) {
      switch self {
      case .condition:
        let condition = Condition()
        let deadline = Condition.Deadline(in: limit)
        condition.withLock { while condition.wait(until: deadline) {} }
      case .gate: #expect(!Gate().wait(for: limit))
      case .signal: Signal().wait(past: 0, for: limit)
      case .monitor: Monitor(0).wait(for: limit) { $0 > 0 }
      }
    }
  }

  /// The deadline is a moment of the monotonic clock, given to pthread as it is: counted on the calendar it
  /// would lie decades back and every wait would end at once.
  @Test("a timed wait is measured by the clock that nobody can set", arguments: Wait.allCases)
  func monotonic(wait: Wait) {
    let begin = monotonicMicroseconds()
    wait.run(for: .milliseconds(40))
    let lasted = Duration.microseconds(monotonicMicroseconds() - begin)
    #expect(lasted >= .milliseconds(40))
    #expect(monotonicMicroseconds() < wallMicroseconds())
  }

  /// Of the futex call in which a thread sleeps until a moment; nil where it does not.
  private func timedWaitOperation(of thread: String) -> Int? {
    // It may have ended.
    let call = try? String(contentsOfFile: "/proc/\(thread)/syscall", encoding: .utf8)
    let words = call?.split(separator: " ") ?? []
    guard words.count > 2, words[0] == Self.futex,
      let operation = Int(words[2].dropFirst(2), radix: 16), operation & 0x7F == Self.waitUntil
    else { return nil }
    return operation
  }

  #if arch(x86_64)
    private static let futex = "202"
  #else
    private static let futex = "98"
  #endif

  /// FUTEX_WAIT_BITSET and FUTEX_CLOCK_REALTIME of linux/futex.h.
  private static let waitUntil = 9
  private static let onCalendar = 256

  @Test("the kernel sees a timed wait on the monotonic clock, not on the calendar")
  func clock() {
    for wait in Wait.allCases {
      let waiting = Locked("")
      let thread = WorkerThread("wait") {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        waiting.withLock { $0 = own ?? "" }
        wait.run(for: .milliseconds(500))
      }
      var operation: Int?
      while operation == nil, !thread.join(within: .milliseconds(1)) {
        operation = timedWaitOperation(of: waiting.withLock { $0 })
      }
      #expect(operation.map { $0 & Self.onCalendar } == 0, "\(wait)")
      #expect(thread.join(within: .seconds(30)))
    }
  }

  @Test("a wait without an end, or for less than no time, is taken as it is meant")
  func extremes() {
    let gate = Gate()
    #expect(!gate.wait(for: .seconds(-1)))
    let thread = WorkerThread("waiter") { #expect(gate.wait(for: .seconds(Int64.max))) }
    #expect(!thread.join(within: .milliseconds(10)))
    gate.open()
    #expect(thread.join(within: .seconds(30)))
  }

  @Test("a file lock has one holder at a time, among handles as among processes")
  func fileLock() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("postrider-\(UUID().uuidString)").path
    defer {
      for end in ["", "-queue"] { unlink(path + end) }
    }
    let inside = Monitor(0)
    let threads = try (0..<4).map { _ in
      let lock = try FileLock(path: path)
      return WorkerThread("holder") {
        for _ in 0..<200 {
          lock.hold {
            let holders = inside.change { count in
              count += 1
              return count
            }
            #expect(holders == 1)
            inside.change { $0 -= 1 }
          }
        }
      }
    }
    for thread in threads { #expect(thread.join(within: .seconds(30))) }
    #expect(throws: FileLockError.self) { try FileLock(path: "/nowhere/at/all") }
  }

  @Test("the boot has a name") func boot() {
    #expect(bootIdentity().count == 36)
    #expect(bootIdentity() == bootIdentity())
  }
}
