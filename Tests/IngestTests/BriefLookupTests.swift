import Platform
import Telemetry
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(5))) struct BriefLookupTests {
  private typealias Lookup = BriefLookup<Int, String>

  /// A store that is at its first question until it is told to go on, and then knows even numbers.
  private final class World: Sendable {
    let goOn = Gate()
    let asked = Monitor<[[Int]]>([])
    let metrics = Metrics()
    let answers = Monitor<[Int: [Int: String]?]>([:])

    func lookup(patience: Duration) -> Lookup {
      let (goOn, asked) = (goOn, asked)
      return Lookup("brief", counting: metrics.counter("unchecked", "x"), patience: patience) {
        ids in
        asked.change { $0.append(ids) }
        guard goOn.wait(for: .seconds(60)), !ids.contains(13) else { return nil }
        return Dictionary(
          uniqueKeysWithValues: Set(ids).filter { $0 % 2 == 0 }.map { ($0, "\($0)") })
      }
    }

    func find(_ ids: [Int], by lookup: Lookup) {
      lookup.find(ids) { found in self.answers.change { $0[ids.first ?? 0] = .some(found) } }
    }

    func answers(_ count: Int) -> [Int: [Int: String]?] {
      answers.wait(for: .seconds(60)) { $0.count >= count }
      return answers.peek { $0 }
    }
  }

  @Test("those that wait while the store is asked are one question, and each hears its own")
  func together() async throws {
    try await onOwnThread {
      let world = World()
      let lookup = world.lookup(patience: .seconds(60))
      world.find([1], by: lookup)
      world.asked.wait(for: .seconds(60)) { !$0.isEmpty }
      for first in [2, 4, 7] { world.find([first, first + 1], by: lookup) }
      // An ask of many is one of its own.
      world.find(Array(100..<1200), by: lookup)
      world.goOn.open()
      let answers = world.answers(5)
      #expect(answers[1] == [:])
      #expect(answers[2] == [2: "2"] && answers[4] == [4: "4"] && answers[7] == [8: "8"])
      #expect(answers[100]??.count == 550)
      #expect(world.asked.peek { $0.map(\.count) } == [1, 6, 1100])
    }
  }

  @Test("what the store cannot tell is counted, and the next is asked about again")
  func failing() async throws {
    try await onOwnThread {
      let world = World()
      world.goOn.open()
      let lookup = world.lookup(patience: .seconds(60))
      for number in 0..<200 { world.find([number == 100 ? 13 : 2 * number + 1000], by: lookup) }
      let answers = world.answers(200)
      #expect(answers[13] == .some(nil))
      world.find([2], by: lookup)
      #expect(world.answers(201)[2] == [2: "2"])
    }
  }

  @Test("one that is waited for in vain keeps others from waiting, until the store has answered")
  func late() async throws {
    try await onOwnThread {
      let world = World()
      let lookup = world.lookup(patience: .milliseconds(30))
      world.find([2], by: lookup)
      #expect(world.answers(1)[2] == .some(nil))
      world.find([4], by: lookup)
      #expect(world.answers(2)[4] == .some(nil))
      #expect(world.asked.peek { $0 } == [[2]])
      world.goOn.open()
      var number = 6
      repeat {
        world.find([number], by: lookup)
        if world.answers((number - 2) / 2 + 1)[number] == [number: "\(number)"] { break }
        number += 2
        pause(for: .milliseconds(5))
      } while number < 10_000
      #expect(world.answers(1)[number] == [number: "\(number)"])
    }
  }
}
