import Testing
import Time

@testable import EventLog

@Suite struct LookPaceTests {
  @Test("a reader looks again soon, and each 100 ms while nothing comes")
  func pace() {
    var pace = LookPace()
    let rests = (0..<6).map { _ in pace.next() }
    #expect(rests == [10, 20, 40, 80, 100, 100].map { Duration.milliseconds($0) })
    pace.found()
    #expect(pace.next() == .milliseconds(10))
  }
}
