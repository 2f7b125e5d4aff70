/// A name that somebody else gave or that stands in the settings. Each kind is a type of its own, since
/// telling ids apart is the whole job.
package protocol Name: Hashable, Comparable, Sendable, CustomStringConvertible {
  var text: String { get }
  init(_ text: String)
}

extension Name {
  package var description: String { text }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The provider's name for a message: a MessageSid or a wamid.
package struct ProviderID: Name {
  package let text: String
  package init(_ text: String) { self.text = text }
}

/// An identity we send from, as the settings call it. Its lane has the same name.
package struct SenderID: Name {
  package let text: String
  package init(_ text: String) { self.text = text }
}

/// Lanes that share a limit: a portfolio, or one lane alone.
package struct LaneGroupID: Name {
  package let text: String
  package init(_ text: String) { self.text = text }

  /// The group of a lane that shares its limits with no other.
  package static func own(of sender: SenderID) -> LaneGroupID { LaneGroupID("lane:\(sender)") }
}

/// Who signed: a Twilio AccountSid, or the id of the Meta account that owns the numbers.
package struct AccountID: Name {
  package let text: String
  package init(_ text: String) { self.text = text }
}

/// One running process of ours.
package struct WorkerID: Name {
  package let text: String
  package init(_ text: String) { self.text = text }
}

/// The pair in a tenant's callback path.
package struct Tenant: Hashable, Sendable, CustomStringConvertible {
  package let app: String
  package let company: String

  package init(app: String, company: String) {
    self.app = app
    self.company = company
  }

  /// What a sender without a tenant belongs to.
  package static let none = Tenant(app: "NODEFINED", company: "NODEFINED")

  package var description: String { "\(app)/\(company)" }
}
