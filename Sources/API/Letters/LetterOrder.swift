internal import Domain
internal import Events
internal import JSON

/// What somebody decides about dead letters, and about which of them.
struct LetterOrder {
  enum Decision: String { case replay, drop }

  let decision: Decision
  /// nil: wherever they come from, whatever the reason.
  private let subject: String?
  private let reason: String?

  /// `isForMany` takes subject and reason as well.
  init(_ root: JSONValue?, isForMany: Bool) throws(FieldFaults) {
    var faults = FieldFaults()
    let known: Set = isForMany ? ["decision", "subject", "reason"] : ["decision"]
    for (name, _) in root?.fields ?? [] where !known.contains(name) {
      faults.add("/\(name)", "is not known here")
    }
    func text(_ name: String) -> String? {
      guard let value = root?[name], !value.isNull else { return nil }
      if value.string == nil { faults.add("/\(name)", "must be a text") }
      return value.string
    }
    let decision = root?["decision"]?.string.flatMap(Decision.init(rawValue:))
    if decision == nil { faults.add("/decision", "must be replay or drop") }
    (subject, reason) = (text("subject"), text("reason"))
    guard faults.isEmpty, let decision else { throw faults }
    self.decision = decision
  }

  func isAbout(_ letter: Letter) -> Bool {
    (subject.map { $0 == letter.subject } ?? true) && (reason.map { $0 == letter.reason } ?? true)
  }
}
