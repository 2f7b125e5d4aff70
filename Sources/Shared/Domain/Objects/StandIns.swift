/// What stands for a placeholder while an object is checked: as short as a value can be, different from that of every
/// other placeholder, and of the form that its field wants.
struct StandIns {
  private let places: [String: Int]
  private let examples: [String: String]

  init(names: [String], examples: [String: String]) {
    places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    self.examples = examples
  }

  func shortest(_ text: MessagePattern.Text) -> String {
    if isOfExtension(text), let likely = exampleOnly(text) { return likely }
    return text.filled { value($0, in: text) }
  }

  func likely(_ text: MessagePattern.Text) -> String {
    text.filled { examples[$0] ?? value($0, in: text) }
  }

  private func value(_ name: String, in text: MessagePattern.Text) -> String {
    let place = places[name] ?? 0
    let isFirst = text.parts.first == .name(name)
    switch text.pointer.split(separator: "/").last {
    case "link", "url": return isFirst ? "http://a/\(place)" : "\(place)"
    case "latitude", "longitude": return isFirst ? "1" : ""
    case "language_code", "code": return "en"
    case "birthday": return "2000-01-01"
    case "emoji": return "👍"
    default: return Self.letter(place)
    }
  }

  /// What a file is, is known by the end of its address, which nobody can guess.
  private func isOfExtension(_ text: MessagePattern.Text) -> Bool {
    text.pointer.hasPrefix("/media_url") || text.pointer == "/file"
  }

  private func exampleOnly(_ text: MessagePattern.Text) -> String? {
    text.names.allSatisfy { examples[$0] != nil } ? likely(text) : nil
  }

  /// One character that is neither a space nor a digit.
  private static func letter(_ place: Int) -> String {
    let scalar = Unicode.Scalar(0x4E00 + UInt32(place % 10_000)) ?? "x"
    return String(Character(scalar))
  }
}
