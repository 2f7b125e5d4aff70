import Domain
import Testing

/// What is told of the house wants somebody, and nothing else is told.
@Suite struct HouseStandingTests {
  private static func house(_ change: (inout HouseStanding) -> Void) -> [String] {
    var house = HouseStanding()
    (house.spoolLimit, house.parkedLimit, house.isClockKept) = (1000, 100, true)
    change(&house)
    return house.alerts
  }

  @Test("a house in which all is well says nothing")
  func well() {
    #expect(Self.house { _ in }.isEmpty)
    #expect(
      Self.house {
        ($0.spoolBytes, $0.spoolRecords, $0.parked) = (99, 5, 9)
        $0.isClockKept = nil
      }.isEmpty)
    // A file that was full once keeps its size.
    #expect(Self.house { ($0.spoolBytes, $0.spoolRecords) = (1000, 0) }.isEmpty)
    #expect(HouseStanding().alerts.isEmpty)
  }

  @Test("each thing that wants somebody is a sentence")
  func alerts() {
    #expect(Self.house { $0.isLogAway = true }.first?.contains("log cannot be reached") == true)
    #expect(
      Self.house { ($0.spoolBytes, $0.spoolRecords) = (250, 1) }.first?.contains("25 % full")
        == true)
    #expect(
      Self.house { ($0.spoolBytes, $0.spoolRecords) = (3000, 1) }.first?.contains("100 % full")
        == true)
    #expect(Self.house { $0.parked = 10 }.first?.hasPrefix("10 callbacks") == true)
    #expect(Self.house { $0.isClockKept = false }.first?.contains("clock") == true)
    #expect(
      Self.house {
        ($0.isLogAway, $0.isClockKept, $0.parked) = (true, false, 100)
        ($0.spoolBytes, $0.spoolRecords) = (100, 1)
      }.count == 4)
  }
}
