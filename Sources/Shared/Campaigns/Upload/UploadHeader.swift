/// The names of an upload's columns. Case and the space around a name make no difference.
package struct UploadHeader: Hashable, Sendable {
  /// As they were written, trimmed. A column without a name has an empty one, and nobody can ask for it.
  package let names: [String]
  private let places: [String: Int]

  package init(_ names: [String], line: Int = 1) throws(UploadRefusal) {
    guard names.count <= UploadLimits.columns else {
      throw UploadRefusal(
        line: line,
        "the upload has \(names.count) columns; at most \(UploadLimits.columns) can be read")
    }
    var places: [String: Int] = [:]
    var faults: [String] = []
    for (place, name) in names.enumerated() where !name.isEmpty {
      if name.utf8.count > UploadLimits.nameLength {
        faults.append(
          "the name of column \(place + 1) is longer than \(UploadLimits.nameLength) bytes")
      } else if name.utf8.contains(0) {
        faults.append("the name of column \(place + 1) has the character U+0000")
      } else if let first = places.updateValue(place, forKey: Self.folded(name)) {
        faults.append(
          "columns \(first + 1) and \(place + 1) are both named \"\(name)\"; rename one of them")
      }
    }
    guard faults.isEmpty else {
      throw UploadRefusal(line: line, Array(faults.prefix(10)))
    }
    (self.names, self.places) = (names, places)
  }

  package func place(of name: String) -> Int? { places[Self.folded(name)] }

  static func folded(_ name: String) -> String { name.trimmed.lowercased() }

  /// The name that was probably meant by one that is not there.
  package func nearest(to name: String) -> String? {
    let wanted = Self.plain(name)
    guard !wanted.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in names where !candidate.isEmpty && candidate.utf8.count <= 64 {
      let distance = editDistance(wanted, Self.plain(candidate))
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
    return best.name
  }

  /// `First-Name`, `first_name` and `firstname` are the same slip apart.
  private static func plain(_ name: String) -> [Character] {
    folded(name).prefix(64).filter { $0.isLetter || $0.isNumber }
  }
}

/// How many letters to put in, take out, replace or swap with the next make one word of the other.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    for column in 0..<right.count {
      let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
      var least = min(replaced, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        least = min(least, beforeLast[column - 1] + 1)
      }
      current.append(least)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}

extension String {
  var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
