import Campaigns
import JSON

/// What an upload gives, in a form that tests compare: fields by `|`, faults by line and reason.
struct Readings: Equatable, CustomStringConvertible {
  var lines: [String] = []
  var ends: [Int] = []
  var names: [String] = []
  var refusal: String?
  var mostHeld = 0

  var description: String { "\(names) \(lines) \(ends) \(refusal ?? "")" }

  static func == (left: Readings, right: Readings) -> Bool {
    left.description == right.description
  }

  /// Fed in parts of those lengths, the last of them again and again.
  static func of(
    _ upload: [UInt8], _ form: UploadReader.Form = .table, parts: [Int] = [.max]
  ) -> Readings {
    var (readings, reader) = (Readings(), UploadReader(form))
    readings.read(&reader, Parts(upload[...], parts))
    return readings
  }

  static func of(_ text: String, _ form: UploadReader.Form = .table, parts: [Int] = [.max]) -> Self
  {
    of(Array(text.utf8), form, parts: parts)
  }

  /// In parts from the end of the first row on: until the beginning of an upload is there nothing of it is read, so that
  /// parts of a short one would come to the same.
  static func goingOn(_ upload: [UInt8], _ form: UploadReader.Form = .table, parts: [Int]) -> Self {
    var (readings, reader) = (Readings(), UploadReader(form))
    do throws(UploadRefusal) {
      reader.feed(upload)
      reader.finish()
      if let reading = try reader.next() { readings.add(reading) }
    } catch {
      readings.refusal = error.description
      return readings
    }
    let position = reader.position
    var rest = UploadReader(form, from: position)
    readings.names = reader.header?.names ?? []
    readings.read(&rest, Parts(upload.dropFirst(position.offset), parts))
    return readings
  }

  /// Cut at each of those places; each time a new reader goes on from the kept position.
  static func of(_ upload: [UInt8], _ form: UploadReader.Form = .table, cutAt cuts: [Int]) throws
    -> Readings
  {
    var readings = Readings()
    var position = UploadPosition.beginning
    for cut in cuts.sorted() + [upload.count] {
      var reader = UploadReader(form, from: position)
      guard cut >= position.offset else { continue }
      let isLast = cut == upload.count
      readings.read(&reader, Parts(upload[position.offset..<cut], [.max]), isLast: isLast)
      let kept = try JSONDocument(reader.position.json).root
      guard let restored = UploadPosition(kept), restored == reader.position else {
        readings.refusal = "the position was not restored"
        return readings
      }
      position = restored
    }
    return readings
  }

  private mutating func read(_ reader: inout UploadReader, _ parts: Parts, isLast: Bool = true) {
    do throws(UploadRefusal) {
      for part in parts.all {
        reader.feed(part)
        try drain(&reader)
      }
      if isLast {
        reader.finish()
        try drain(&reader)
      }
    } catch {
      refusal = error.description
    }
    names = reader.header?.names ?? names
  }

  private mutating func drain(_ reader: inout UploadReader) throws(UploadRefusal) {
    while let reading = try reader.next() { add(reading) }
    mostHeld = max(mostHeld, reader.heldBytes)
  }

  private mutating func add(_ reading: UploadReading) {
    ends.append(reading.end)
    switch reading {
    case .row(let row):
      let fields = (0..<row.fieldCount).map { row.text($0) }
      lines.append("\(row.line): \(fields.joined(separator: "|"))")
    case .fault(let fault, _):
      let field = fault.field.map { " \($0)" } ?? ""
      lines.append("\(fault.line):\(field) !\(fault.reason.rawValue)")
    }
  }
}

/// An upload in parts.
struct Parts {
  private(set) var all: [[UInt8]] = []

  init(_ upload: ArraySlice<UInt8>, _ lengths: [Int]) {
    var rest = upload
    var lengths = lengths[...]
    while !rest.isEmpty {
      let length = lengths.count > 1 ? lengths.removeFirst() : lengths.first ?? .max
      all.append(Array(rest.prefix(max(1, length))))
      rest = rest.dropFirst(max(1, length))
    }
  }
}

/// The same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
