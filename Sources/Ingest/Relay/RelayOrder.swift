internal import Crypto
internal import Domain

/// What a person asks for by SMS: `<number> | <message>`, after the PIN where there is one. Only the first
/// bar divides; later ones belong to the message.
struct RelayOrder: Equatable {
  let to: String
  let body: String

  enum Fault: Error, Equatable {
    case pin
    case shape

    func sentence(withPIN: Bool) -> String {
      switch self {
      case .pin: "Not sent: the PIN is missing or wrong. Write <PIN> <number> | <message>."
      case .shape: "Not sent: write \(withPIN ? "<PIN> " : "")<number> | <message>."
      }
    }
  }

  init(_ text: String, pin: Secret?) throws(Fault) {
    var rest = Self.trimmed(text[...])
    if let pin, !pin.isEmpty {
      let given = rest.prefix { !$0.isWhitespace }
      guard equalInConstantTime(Array(given.utf8), pin.bytes) else { throw .pin }
      rest = rest[given.endIndex...]
    }
    guard let bar = rest.firstIndex(of: "|") else { throw .shape }
    to = String(Self.trimmed(rest[..<bar]))
    body = String(Self.trimmed(rest[rest.index(after: bar)...]))
    guard !to.isEmpty, !body.isEmpty else { throw .shape }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
