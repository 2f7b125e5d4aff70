internal import Time

/// Reads a rate card's text: a line with the columns' names, then a line for each price. Empty lines and those that begin
/// with `#` are passed over. All faults are told at once.
struct RateCardReader {
  private(set) var rows: [RateRow] = []
  private(set) var faults = RateCardFaults()
  private var columns: [RateCardColumn: Int] = [:]
  private var first: [RateRow.Key: [RateRow]] = [:]

  static let mostRows = 50_000

  init(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      faults.add(1, "the rate card must be text in UTF-8")
      return
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let line = index == 0 && line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line
      guard !line.hasPrefix("#"), line.contains(where: { !$0.isWhitespace && $0 != "," }) else {
        continue
      }
      if columns.isEmpty {
        guard readHeader(Self.fields(of: line), index + 1) else { return }
      } else if rows.count < Self.mostRows {
        read(Self.fields(of: line), index + 1)
      } else {
        faults.add(index + 1, "a rate card has at most \(Self.mostRows) prices")
        return
      }
    }
    if rows.isEmpty, faults.isEmpty { faults.add(lines.count, "the rate card has no price") }
  }

  private mutating func readHeader(_ names: [String], _ line: Int) -> Bool {
    for (place, name) in names.enumerated() {
      guard let column = RateCardColumn(rawValue: name) else {
        let known = RateCardColumn.allCases.map(\.rawValue).joined(separator: ",")
        faults.add(line, "\"\(name)\" is no column of a rate card; its first line is \(known)")
        continue
      }
      if columns.updateValue(place, forKey: column) != nil {
        faults.add(line, "the column \(name) is there twice")
      }
    }
    for column in RateCardColumn.needed where columns[column] == nil {
      faults.add(line, "the column \(column.rawValue) is missing")
    }
    return faults.isEmpty
  }

  // MARK: A line

  private mutating func read(_ fields: [String], _ line: Int) {
    if fields.count > columns.count {
      faults.add(
        line,
        "has \(fields.count) fields, but there are \(columns.count) columns; prices have a point")
      return
    }
    func field(_ column: RateCardColumn) -> String {
      columns[column].flatMap { fields.indices.contains($0) ? fields[$0] : nil } ?? ""
    }
    let from = checked(CivilDate(field(.from)), line, "from must be a date such as 2026-10-01")
    let currency = checked(
      Self.currency(field(.currency)), line, "currency must be three capitals, such as EUR")
    let market = checked(
      Market(field(.market)), line,
      "market must be a country's two letters, a calling code such as +39, or a group of Meta's such as Rest of Africa"
    )
    let categories = PriceCategory.allCases.map(\.rawValue).joined(separator: ", ")
    let category = checked(
      PriceCategory(rawValue: field(.category)), line, "category must be one of \(categories)")
    let price = checked(
      Price(field(.price)), line,
      "price must be a number such as 0.0455, with at most six digits after the point")
    let tier = checked(
      Self.tier(field(.tierFrom), field(.tierTo)), line,
      "tier_from and tier_to must be whole numbers, the first not above the second; without tier_to the tier has no end"
    )
    guard let from, let currency, let market, let category, let price, let tier else { return }
    add(
      RateRow(
        line: line, from: from, currency: currency, market: market, category: category,
        price: price, tier: tier))
  }

  private mutating func checked<Value>(_ value: Value?, _ line: Int, _ demand: String) -> Value? {
    if value == nil { faults.add(line, demand) }
    return value
  }

  private mutating func add(_ row: RateRow) {
    if let other = rows.first, other.currency != row.currency {
      faults.add(
        row.line,
        "currency is \(row.currency), but line \(other.line) has \(other.currency): a rate card has one"
      )
    }
    if let other = first[row.key]?.first(where: { $0.tier.overlaps(row.tier) }) {
      faults.add(row.line, "is for the same messages as line \(other.line)")
    }
    first[row.key, default: []].append(row)
    rows.append(row)
  }

  // MARK: A field

  private static func currency(_ text: String) -> String? {
    text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) } ? text : nil
  }

  private static func tier(_ from: String, _ to: String) -> ClosedRange<Int64>? {
    guard let first = count(from) ?? (from.isEmpty ? 1 : nil),
      let last = count(to) ?? (to.isEmpty ? .max : nil), first <= last
    else { return nil }
    return first...last
  }

  private static func count(_ text: String) -> Int64? {
    guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(text)
  }

  /// Between commas, without the space around them; one that has a comma stands in quotes.
  private static func fields(of line: some StringProtocol) -> [String] {
    var (fields, field, isQuoted) = ([String](), "", false)
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(trimmed(field))
        field = ""
      default: field.append(character)
      }
    }
    fields.append(trimmed(field))
    while fields.last == "" { fields.removeLast() }
    return fields
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
