/// What people write who want no more messages, or want them again.
package enum OptOutWord: String, Hashable, Sendable {
  case stop = "STOP"
  case start = "START"
  case help = "HELP"

  /// Few words on purpose: to a menu somebody may well answer END or YES.
  package init?(said text: String) {
    guard text.utf8.count <= 40 else { return nil }
    let word = text.uppercased().filter { !$0.isWhitespace && $0 != "." && $0 != "!" }
    switch word {
    case "STOP", "STOPALL", "UNSUBSCRIBE": self = .stop
    case "START", "UNSTOP": self = .start
    default: return nil
    }
  }
}
