import Campaigns
import JSON
import Testing

@Suite struct UploadSummaryTests {
  private static func summary(of lines: Range<Int>) -> UploadSummary {
    var summary = UploadSummary()
    for line in lines {
      if line.isMultiple(of: 2) {
        summary.add(RowFault(line: line, field: "to", .lostZero, "begins with neither"))
      } else if line.isMultiple(of: 5) {
        summary.add(
          .faults([
            RowFault(line: line, .tooManyFields, "has 4"), RowFault(line: line, .message, "x"),
          ]))
      }
    }
    return summary
  }

  @Test("counts every fault by its reason and keeps the first hundred of each")
  func counts() {
    let summary = Self.summary(of: 0..<1_000)
    #expect(summary.bad == 600 && summary.good == 0)
    #expect(summary.counts == [.lostZero: 500, .tooManyFields: 100, .message: 100])
    #expect(summary.first[.lostZero]?.map(\.line) == (0..<100).map { $0 * 2 })
  }

  @Test("goes on where it was written down, and in parts gives the same")
  func goesOn() throws {
    let whole = Self.summary(of: 0..<900)
    var pieced = try #require(
      UploadSummary(try JSONDocument(Self.summary(of: 0..<333).json).root))
    #expect(pieced == Self.summary(of: 0..<333))
    pieced.add(Self.summary(of: 333..<900))
    #expect(pieced == whole)
    #expect(UploadSummary(try JSONDocument(#"{"good":1}"#.utf8).root) == nil)
  }
}
