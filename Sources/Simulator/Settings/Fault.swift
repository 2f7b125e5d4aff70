internal import Time

/// Something that goes wrong on purpose.
package struct Fault: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Not accepted: answered with `status`, and `code` or `body`.
    case refuse
    /// Not accepted: the connection is cut, or nothing is ever answered.
    case cutBefore = "cut-before"
    case hangBefore = "hang-before"
    /// Accepted, then answered with an error, never, by a cut, by a cut if the connection had served before,
    /// or by something that is no JSON.
    case errorAfter = "error-after"
    case hangAfter = "hang-after"
    case cutAfter = "cut-after"
    case closeReused = "close-reused"
    case garbageAfter = "garbage-after"
    /// Adds `latency`, or else `delay`, before the answer.
    case slow
    /// Accepted, and failed later by a callback with `code`.
    case fail
    /// The first callback goes out, and is answered, before the answer does.
    case callbackFirst = "callback-first"
    case duplicateCallback = "duplicate-callback"
    /// Held back by `delay`, so that later ones overtake it.
    case reorderCallback = "reorder-callback"
    case loseCallback = "lose-callback"
    /// What a person did is told once more after `delay`, or only then, so that later news overtake it.
    case duplicateInbound = "duplicate-inbound"
    case reorderInbound = "reorder-inbound"
    /// Names a message that nobody knows, and nothing of ours; the true one follows.
    case unknownID = "unknown-id"
    /// One whose body is broken but rightly signed goes before it.
    case malformedCallback = "malformed-callback"
    /// One with a wrong signature goes before it.
    case forgedCallback = "forged-callback"
    case tokenExpired = "token-expired"
    case accountLocked = "account-locked"
    /// No templates until its end, of which a webhook tells; `sender` names a WABA, all of them without one.
    case accountRestricted = "account-restricted"
    /// The one named `template`; all without a name.
    case templatePaused = "template-paused"
    /// Nobody is reached: 503, cut, or refused connections, as `mode` says.
    case outage
    /// Of the assistant: its answer is JSON of another form, no JSON, one more call of a tool, very long, in
    /// another language, without any choice, or cut in the middle.
    case wrongSchema = "wrong-schema"
    case notJSON = "not-json"
    case endlessTools = "endless-tools"
    case tooLong = "too-long"
    case otherLanguage = "other-language"
    case noChoices = "no-choices"
    case cutShort = "cut-short"
  }

  package enum Mode: String, Sendable, CaseIterable { case unavailable, cut, refused }

  package var kind: Kind
  /// Of those that match.
  package var share = 1.0
  /// How often at most.
  package var count: Int?
  package var provider: String?
  package var sender: String?
  package var recipient: String?
  package var status: Int?
  package var code: Int?
  package var body: String?
  package var template: String?
  package var delay: Duration = .seconds(5)
  package var latency: Delay?
  package var mode = Mode.unavailable
  /// From when it was set on, for how long, and again after how long.
  package var after: Duration = .zero
  package var lasting: Duration?
  package var every: Duration?

  package init(_ kind: Kind) { self.kind = kind }
}
