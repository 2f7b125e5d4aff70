/// A JSON text with U+FFFD, or another escape of six bytes, wherever it escapes what no database keeps as text:
/// U+0000, and half of a surrogate pair, which is no character at all. nil where there is nothing to replace.
///
/// Only escapes are looked at: as they are, neither can stand in a JSON text.
package func replacingUnstorable(
  in json: [UInt8], by escape: StaticString = #"\ufffd"#
) -> [UInt8]? {
  let substitute = escape.description.utf8
  precondition(substitute.count == 6)
  let backslash = UInt8(ascii: "\\")
  guard var place = json.firstIndex(of: backslash) else { return nil }
  var repaired = json
  var isRepaired = false
  while place + 1 < json.count {
    guard json[place] == backslash else {
      place += 1
      continue
    }
    guard let unit = codeUnit(in: json, at: place) else {
      // Another escape, such as \\ or \n.
      place += 2
      continue
    }
    switch unit {
    case 0xD800...0xDBFF:
      if let next = codeUnit(in: json, at: place + 6), (0xDC00...0xDFFF).contains(next) {
        place += 12
        continue
      }
    case 0, 0xDC00...0xDFFF: break
    default:
      place += 6
      continue
    }
    repaired.replaceSubrange(place..<place + 6, with: substitute)
    isRepaired = true
    place += 6
  }
  return isRepaired ? repaired : nil
}

/// Of the escape `\uXXXX` that begins there.
private func codeUnit(in json: [UInt8], at place: Int) -> Int? {
  guard place + 6 <= json.count, json[place] == UInt8(ascii: "\\"),
    json[place + 1] == UInt8(ascii: "u")
  else { return nil }
  var unit = 0
  for byte in json[place + 2..<place + 6] {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"):
      unit = unit << 4 | Int(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"):
      unit = unit << 4 | Int(byte - UInt8(ascii: "A") + 10)
    default: return nil
    }
  }
  return unit
}
