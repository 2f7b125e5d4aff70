internal import JSON

/// An event whose numbers of people are shown in part, as the console shows them. What came from a provider as it was
/// has them anywhere, and is left out.
enum MaskedEvent {
  private static let names: Set = ["to", "contact", "waId", "number", "from", "changedTo"]
  private static let leftOut = "raw"

  /// nil for what is no JSON.
  static func line(_ line: [UInt8]) -> [UInt8]? {
    guard let root = JSONValue(whole: line) else { return nil }
    var writer = JSONWriter(capacity: line.count)
    write(root, to: &writer)
    return writer.bytes
  }

  private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
    if let fields = value.fields {
      writer.object { writer in
        for (name, value) in fields where name != leftOut {
          writer.name(name)
          guard names.contains(name), let text = value.string else {
            write(value, to: &writer)
            continue
          }
          writer.value(number(text))
        }
      }
    } else if let items = value.items {
      writer.array { writer in
        for item in items { write(item, to: &writer) }
      }
    } else {
      writer.raw(value.text)
    }
  }

  /// What is no number of a person, such as a message's id, stays.
  static func number(_ text: String) -> String {
    let channel = text.hasPrefix("whatsapp:") ? "whatsapp:" : ""
    let number = text.dropFirst(channel.count)
    let digits = number.drop { $0 == "+" }
    guard !digits.isEmpty, digits.allSatisfy({ "0"..."9" ~= $0 }) else { return text }
    guard number.count >= 7 else { return channel + "•••" }
    let hidden = String(repeating: "•", count: min(8, number.count - 6))
    return channel + number.prefix(4) + hidden + number.suffix(2)
  }
}
