/// What stands between the fields of a table. Spreadsheets write commas or semicolons by the country of their user.
package enum Separator: String, Hashable, Sendable, CaseIterable {
  case comma = ","
  case semicolon = ";"
  case tab = "\t"
  /// The table has one column.
  case none = ""

  /// Where there is none, a byte that no text has.
  var byte: UInt8 { rawValue.utf8.first ?? TextEncoding.noText }

  /// The one that the header has, and has as often as the first rows; of several the one that makes more columns.
  static func told(by sample: [UInt8], isWhole: Bool) -> Separator {
    var best: (separator: Separator, agreeing: Int, columns: Int)?
    for separator in [Separator.semicolon, .tab, .comma] {
      let counts = fieldCounts(sample, separator, isWhole)
      guard let columns = counts.first, columns > 1 else { continue }
      let agreeing = counts.count { $0 == columns } * 100 / counts.count
      if best.map({ (agreeing, columns) > ($0.agreeing, $0.columns) }) ?? true {
        best = (separator, agreeing, columns)
      }
    }
    return best?.separator ?? .none
  }

  /// Of the first rows.
  private static func fieldCounts(
    _ sample: [UInt8], _ separator: Separator, _ isWhole: Bool
  ) -> [Int] {
    var counts: [Int] = []
    var start = 0
    while counts.count < 20 {
      var scan = RowScan(
        at: start, columns: UploadLimits.columns * 20, separator: separator.byte)
      switch scan.run(sample, from: start, isLast: true) {
      case .row(let end):
        // What the sample cuts off may be half a row.
        if end == sample.count, !isWhole, !counts.isEmpty { return counts }
        if !scan.bytes.isEmpty { counts.append(scan.ends.count) }
        start = end
      case .fault(_, let end):
        if end == sample.count, !isWhole { return counts }
        start = end
      case .more, .nothing: return counts
      }
    }
    return counts
  }

  /// Excel reads and writes a first line `sep=;`.
  static func said(by sample: [UInt8]) -> (separator: Separator, end: Int)? {
    guard sample.starts(with: "sep=".utf8) || sample.starts(with: "SEP=".utf8), sample.count > 5,
      let separator = allCases.first(where: { $0 != .none && $0.byte == sample[4] })
    else { return nil }
    switch sample[5] {
    case UInt8(ascii: "\n"): return (separator, 6)
    case UInt8(ascii: "\r"):
      return (separator, sample.count > 6 && sample[6] == UInt8(ascii: "\n") ? 7 : 6)
    default: return nil
    }
  }
}
