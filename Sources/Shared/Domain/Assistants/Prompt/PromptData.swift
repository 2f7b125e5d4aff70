internal import JSON

/// Words of others as data in a prompt: one line of JSON, out of which no text can break, and in which no model finds the
/// marks of its own roles, such as `<|system|>` or `[INST]`.
enum PromptData {
  static func line(_ fields: [(name: String, words: String)]) -> String {
    let json = JSONWriter.object { writer in
      for (name, words) in fields {
        writer.name(name)
        writer.value(words)
      }
    }
    var line: [UInt8] = []
    for byte in json {
      if let escape = escapes[byte] { line += escape } else { line.append(byte) }
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// No sign of JSON's own is among them, so each stands within a text.
  private static let escapes: [UInt8: [UInt8]] = {
    var escapes: [UInt8: [UInt8]] = [:]
    for (sign, code) in [("<", "3c"), (">", "3e"), ("[", "5b"), ("]", "5d"), ("|", "7c")] {
      for byte in sign.utf8 { escapes[byte] = Array("\\u00\(code)".utf8) }
    }
    return escapes
  }()
}
