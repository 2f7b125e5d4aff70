import Campaigns
import Domain

/// How many rows of an upload one core reads in a second, and how many it judges as well.
enum RowsBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let count = arguments.first.flatMap(Int.init) ?? 1_000_000
    let (table, objects) = (parts(count, row), parts(count, object))
    let size = table.reduce(0) { $0 + $1.count }
    print("an upload of \(count) rows, \(size / 1_048_576) MB, in parts of 64 KB")
    var race = Race()
    var mostHeld = 0
    for _ in 0..<3 {
      try race.run("rows read", operations: count) {
        mostHeld = max(mostHeld, try read(table, .table, count) { _, _ in })
      }
      try race.run("objects read", operations: count) {
        mostHeld = max(mostHeld, try read(objects, .objects, count) { _, _ in })
      }
      for (name, message) in messages {
        try race.run("rows judged, \(name)", operations: count) {
          try judge(table, message, count)
        }
      }
      race.run("numbers read", operations: count) { numbers(count) }
    }
    race.report()
    race.expect("rows read", atLeast: 300_000)
    print("  held at most \(mostHeld / 1_024) KB of the upload")
  }

  private static let messages = [
    ("a text", #"{"body":"Hi {{name}}, your code is {{code}}."}"#),
    (
      "a template",
      #"{"template_name":"promo","language_code":"it","parameters":["{{name}}","{{city}}"]}"#
    ),
  ]

  private static func number(_ index: Int) -> String {
    "+39333\(1_000_000 + index * 7 % 9_000_000)"
  }

  private static func row(_ index: Int) -> String {
    "\(number(index)),Name \(index),\"Reggio nell'Emilia, RE\",\(index * 31 % 999_983)\n"
  }

  private static func object(_ index: Int) -> String {
    #"{"to":"\#(number(index))","name":"Name \#(index)","city":"Reggio","code":\#(index)}"# + "\n"
  }

  private static func parts(_ count: Int, _ row: (Int) -> String) -> [[UInt8]] {
    var parts = [Array("to,name,city,code\n".utf8)]
    if row(0).hasPrefix("{") { parts = [[]] }
    for index in 0..<count {
      if parts[parts.count - 1].count >= 65_536 { parts.append([]) }
      parts[parts.count - 1] += Array(row(index).utf8)
    }
    return parts
  }

  private static func read(
    _ parts: [[UInt8]], _ form: UploadReader.Form, _ count: Int,
    _ each: (UploadRow, UploadHeader) throws -> Void
  ) throws -> Int {
    var reader = UploadReader(form)
    var (rows, mostHeld) = (0, 0)
    func drain() throws {
      while let reading = try reader.next() {
        guard case .row(let row) = reading, let header = reader.header else {
          throw Unexpected(what: "\(reading)")
        }
        rows += 1
        try each(row, header)
      }
    }
    for part in parts {
      reader.feed(part)
      try drain()
      mostHeld = max(mostHeld, reader.heldBytes)
    }
    reader.finish()
    try drain()
    guard rows == count else { throw Unexpected(what: "\(rows) rows") }
    return mostHeld
  }

  private static func judge(_ parts: [[UInt8]], _ message: String, _ count: Int) throws {
    let rows = CampaignRows(
      message: try Placeholders(Array(message.utf8)), rules: SendRules(channel: .metaWhatsApp))
    var judge: RowJudge?
    var summary = UploadSummary()
    _ = try read(parts, .table, count) { row, header in
      if judge == nil { judge = try RowJudge(rows, header: header) }
      if let judge { summary.add(judge.judge(row)) }
    }
    guard summary.good == count else { throw Unexpected(what: "\(summary.counts)") }
  }

  private static func numbers(_ count: Int) {
    for index in 0..<count {
      do {
        _ = try RecipientText.read(Array(number(index).utf8)[...], defaultPrefix: .italy)
      } catch { preconditionFailure("\(error)") }
    }
  }

  private struct Unexpected: Error { let what: String }
}
