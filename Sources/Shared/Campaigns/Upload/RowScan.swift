/// Reads one row of a table, from wherever it was left when the text ran out.
///
/// Quotes are those of RFC 4180: a field that begins with one ends with one, and two of them inside stand for one. A quote
/// inside a field that does not begin with one is a character like others. Space behind the closing quote is dropped.
struct RowScan {
  enum Step: Equatable {
    /// The text ended before the row did.
    case more
    /// The row ends there, before the next one.
    case row(end: Int)
    /// The row cannot be read, and the next one begins there.
    case fault(RowFault.Reason, end: Int)
    /// Nothing is left of the upload.
    case nothing
  }

  private enum State { case fieldStart, bare, quoted, closed, closedWithSpace, skipping }

  /// The fields one after the other, without quotes, and where each of them ends.
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []
  /// How many lines end inside of the row.
  private(set) var innerBreaks = 0
  /// Of a row that cannot be read: how many lines end in it before the one from whose end reading goes on.
  private(set) var breaksBeforeFault = 0
  /// The first field that is too long, counted from 0.
  private(set) var longField: Int?
  /// How many fields there are, up to the last that is not empty.
  private(set) var fieldCount = 0

  private var state = State.fieldStart
  private var place: Int
  private var fieldIndex = 0
  private var fieldStart = 0
  /// Where the line ends on which the last quote opened, if its field goes on behind it.
  private var openingLineEnd: Int?
  /// The inner breaks before that quote.
  private var breaksBeforeQuote = 0
  private var problem: RowFault.Reason?
  private let columns: Int
  private let separator: UInt8

  /// A row of no more than so many fields is kept; of others it is only known how many they have.
  init(at start: Int, columns: Int, separator: UInt8, likelyLength: Int = 0) {
    (place, self.columns, self.separator) = (start, columns, separator)
    bytes.reserveCapacity(likelyLength)
    ends.reserveCapacity(min(columns, 16))
  }

  /// Nothing of a row that cannot be read is looked at again, so its text need not be kept.
  var readUpTo: Int? { state == .skipping ? place : nil }

  /// The text has lost so many bytes at its front.
  mutating func move(by count: Int) {
    place -= count
    if let end = openingLineEnd { openingLineEnd = end - count }
  }

  mutating func run(_ text: [UInt8], from start: Int, isLast: Bool) -> Step {
    while true {
      if state == .skipping { return skip(text, isLast) }
      let bound = min(text.count, start + UploadLimits.rowLength)
      guard place < bound else {
        if place < text.count || place - start >= UploadLimits.rowLength {
          if let step = giveUp(isOpen ? .openQuote : .rowTooLong) { return step }
          continue
        }
        return isLast ? finish(text, from: start) : .more
      }
      switch state {
      case .fieldStart:
        if text[place] == quote {
          state = .quoted
          place += 1
          (openingLineEnd, breaksBeforeQuote) = (nil, innerBreaks)
        } else {
          state = .bare
        }
      case .bare:
        let end = Self.endOfBare(text, place, bound, separator)
        keep(text, place..<end)
        place = end
        guard end < bound else { continue }
        if let step = endField(text, isLast) { return step }
      case .quoted:
        guard readQuoted(text, bound, isLast) else { return .more }
      case .closed, .closedWithSpace:
        let byte = text[place]
        if byte == quote, state == .closed {
          keep(text, place..<place + 1)
          place += 1
          state = .quoted
        } else if byte == separator || byte == lineFeed || byte == carriageReturn {
          if let step = endField(text, isLast) { return step }
        } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
          state = .closedWithSpace
          place += 1
        } else if let step = giveUp(.textAfterQuote) {
          return step
        }
      case .skipping: break
      }
    }
  }

  /// A quoted field that is longer than any may be was probably never closed.
  private var isOpen: Bool { state == .quoted && longField == fieldIndex }

  private static func endOfBare(
    _ text: [UInt8], _ start: Int, _ bound: Int, _ separator: UInt8
  ) -> Int {
    var place = start
    while place < bound {
      let byte = text[place]
      if byte == separator || byte == lineFeed || byte == carriageReturn { break }
      place += 1
    }
    return place
  }

  /// Up to the quote that may close the field. False where the next byte is needed first.
  private mutating func readQuoted(_ text: [UInt8], _ bound: Int, _ isLast: Bool) -> Bool {
    var end = place
    while end < bound, text[end] != quote {
      guard text[end] == lineFeed || text[end] == carriageReturn else {
        end += 1
        continue
      }
      guard let next = Self.endOfBreak(text, at: end, isLast) else {
        keep(text, place..<end)
        place = end
        return false
      }
      innerBreaks += 1
      if openingLineEnd == nil { openingLineEnd = next }
      end = next
    }
    keep(text, place..<end)
    place = end
    if end < bound {
      state = .closed
      place += 1
    }
    return true
  }

  /// Behind the line break that begins there; nil where the text ends in the middle of one.
  private static func endOfBreak(_ text: [UInt8], at place: Int, _ isLast: Bool) -> Int? {
    if text[place] == lineFeed { return place + 1 }
    guard place + 1 < text.count else { return isLast ? place + 1 : nil }
    return text[place + 1] == lineFeed ? place + 2 : place + 1
  }

  private mutating func keep(_ text: [UInt8], _ range: Range<Int>) {
    guard fieldIndex < columns, longField != fieldIndex else {
      if !range.isEmpty { fieldCount = fieldIndex + 1 }
      return
    }
    if bytes.count - fieldStart + range.count > UploadLimits.fieldLength {
      if longField == nil { longField = fieldIndex }
      bytes.removeSubrange(fieldStart...)
      return
    }
    bytes.append(contentsOf: text[range])
  }

  /// At a separator, or at the end of the line.
  private mutating func endField(_ text: [UInt8], _ isLast: Bool) -> Step? {
    if text[place] == separator {
      closeField()
      place += 1
      state = .fieldStart
      return nil
    }
    guard let end = Self.endOfBreak(text, at: place, isLast) else { return .more }
    closeField()
    return .row(end: end)
  }

  private mutating func closeField() {
    if fieldIndex < columns {
      ends.append(bytes.count)
      if bytes.count > fieldStart || longField == fieldIndex { fieldCount = fieldIndex + 1 }
    }
    fieldIndex += 1
    fieldStart = bytes.count
  }

  /// The next row begins on the line after the quote that was not closed: one too many costs one row, not all up to the
  /// next quote. No quote in between can have been left open, so nothing is read more than twice.
  private mutating func giveUp(_ reason: RowFault.Reason) -> Step? {
    if state != .bare, state != .fieldStart, let openingLineEnd {
      breaksBeforeFault = breaksBeforeQuote
      return .fault(reason, end: openingLineEnd)
    }
    breaksBeforeFault = innerBreaks
    problem = reason
    state = .skipping
    return nil
  }

  private mutating func skip(_ text: [UInt8], _ isLast: Bool) -> Step {
    while place < text.count {
      if text[place] == lineFeed || text[place] == carriageReturn {
        guard let end = Self.endOfBreak(text, at: place, isLast) else { return .more }
        return .fault(problem ?? .rowTooLong, end: end)
      }
      place += 1
    }
    return isLast ? .fault(problem ?? .rowTooLong, end: place) : .more
  }

  private mutating func finish(_ text: [UInt8], from start: Int) -> Step {
    if state == .fieldStart, fieldIndex == 0 { return .nothing }
    if state == .quoted {
      return giveUp(.openQuote) ?? skip(text, true)
    }
    closeField()
    return .row(end: place)
  }
}

private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
