/// What an incoming message is answered with.
package enum TwiML {
  package static let type = "text/xml"
  package static let empty = document("")

  package static func message(_ text: String) -> [UInt8] {
    document("<Message>\(escaped(text))</Message>")
  }

  private static func document(_ content: String) -> [UInt8] {
    let root = content.isEmpty ? "<Response/>" : "<Response>\(content)</Response>"
    return Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\(root)".utf8)
  }

  /// XML has no way at all to write most control characters; they are left out.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\t", "\n", "\r", "\u{20}"..."\u{FFFD}", "\u{10000}"...:
        escaped.unicodeScalars.append(scalar)
      default: break
      }
    }
    return escaped
  }
}
