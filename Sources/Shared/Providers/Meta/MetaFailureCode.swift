internal import Domain

/// Why a message did not arrive, in Meta's numbers.
enum MetaFailureCode {
  /// Meta's own, or the one that says what ours does.
  static func of(_ code: String?, state: String?) -> Int {
    if let number = code.flatMap({ Int($0) }) { return number }
    switch code ?? state {
    case "opted-out": return 131050
    case "window-closed": return 131047
    case "expired": return 131026
    default: return 131000
    }
  }

  static func title(_ code: Int) -> String {
    titles[code] ?? ErrorTable.shared.row(.meta, code)?.sentence ?? "Message failed"
  }

  /// In Meta's words, which software may look for.
  private static let titles = [
    131000: "Something went wrong", 131026: "Message undeliverable",
    131047: "Re-engagement message", 131050: "User has stopped marketing messages",
  ]
}
