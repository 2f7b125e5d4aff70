internal import JSON

/// What was looked at, how it is, and what to do where it is not as it should be.
struct Finding {
  enum Verdict: String {
    case good = "ok"
    /// It works, and should be known.
    case warning
    case bad = "wrong"
    /// Nobody could look.
    case unknown

    var mark: String {
      switch self {
      case .good: "ok      "
      case .warning: "warning "
      case .bad: "WRONG   "
      case .unknown: "unknown "
      }
    }
  }

  let about: String
  let verdict: Verdict
  let sentence: String
  /// What to do.
  var remedy: String?
  /// For scripts, where such a fault has a name.
  var code: String?

  static func good(_ about: String, _ sentence: String) -> Finding {
    Finding(about: about, verdict: .good, sentence: sentence)
  }

  static func warning(_ about: String, _ sentence: String, _ remedy: String? = nil) -> Finding {
    Finding(about: about, verdict: .warning, sentence: sentence, remedy: remedy)
  }

  static func bad(_ about: String, _ sentence: String, _ remedy: String? = nil) -> Finding {
    Finding(about: about, verdict: .bad, sentence: sentence, remedy: remedy)
  }

  static func unknown(_ about: String, _ sentence: String) -> Finding {
    Finding(about: about, verdict: .unknown, sentence: sentence)
  }

  /// As a person reads it.
  var text: String {
    let first = "\(verdict.mark)\(about): \(sentence)"
    return remedy.map { "\(first)\n        → \($0)" } ?? first
  }

  func write(to writer: inout JSONWriter) {
    writer.field("about", about)
    writer.field("verdict", verdict.rawValue)
    writer.field("code", code)
    writer.field("sentence", sentence)
    writer.field("remedy", remedy)
  }
}
