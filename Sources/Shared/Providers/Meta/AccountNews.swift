package import Domain
package import Events
package import Time

/// What an account event says, for those kinds that we act on.
package enum AccountNews: Hashable, Sendable {
  case templateStatus(TemplateStatus)
  case templateComponents(TemplateComponents)
  case templateQuality(TemplateQuality)
  case templateCategory(TemplateCategory)
  case account(AccountUpdate)
  case quality(NumberQuality)
  case capability(BusinessCapability)
  case preferences([MarketingPreference])
  /// What people of the business wrote on its app: as messages whose contact is who got them.
  case echoes([InboundMessage])
  /// A trouble of the app or the account, not of a message.
  case error(code: Int, text: String?)
  /// Kept, and passed on.
  case other
}

package struct TemplateStatus: Hashable, Sendable {
  package let event: String
  package let id: String?
  package let name: String
  package let language: String
  package let reason: String?
  /// What Meta advises against it, if it was rejected.
  package let advice: String?
  /// `FIRST_PAUSE`, `SECOND_PAUSE`, `RATE_LIMITING_PAUSE`, `UNPAUSE`, `DISABLED`
  package let title: String?
  package let category: String?

  package var pauses: Bool {
    [
      "PAUSED", "DISABLED", "REJECTED", "DELETED", "PENDING_DELETION", "ARCHIVED", "LOCKED",
      "PENDING",
    ].contains(event)
  }

  package var resumes: Bool {
    ["APPROVED", "REINSTATED", "UNARCHIVED"].contains(event) || title == "UNPAUSE"
  }
}

package struct TemplateComponents: Hashable, Sendable {
  package let id: String?
  package let name: String
  package let language: String
  package let body: String?
  package let title: String?
  package let footer: String?
}

package struct TemplateQuality: Hashable, Sendable {
  package let name: String
  package let language: String
  package let quality: String
}

package struct TemplateCategory: Hashable, Sendable {
  package let name: String
  package let language: String
  package let category: String
  /// It is announced a day before it is done.
  package let isDone: Bool
}

package struct AccountUpdate: Hashable, Sendable {
  package let event: String
  package let restrictions: [Restriction]
  package let banState: String?
  package let violation: String?
  /// Why an account was taken from us, and by whom: `CHANGE_NUMBER`, `COMPANION_INACTIVITY`; `USER` or `SYSTEM`.
  package let disconnection: String?

  /// Something that the account may not do for a time.
  package struct Restriction: Hashable, Sendable {
    package let type: String
    /// nil where it has no end of its own.
    package let until: CalendarTime?

    /// What has to wait for its end; nil where it is about something else than sending.
    package var kind: Kind? { Kind(rawValue: type) }

    package enum Kind: String, Hashable, Sendable {
      /// What we begin, which is templates.
      case templates = "RESTRICTED_BIZ_INITIATED_MESSAGING"
      /// What answers a person.
      case replies = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
    }
  }

  /// Nothing that we begin would get through, and nobody says until when.
  package var stopsLanes: Bool {
    ["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"].contains(event) || isTakenAway
      || banState == "DISABLE"
      || restrictions.contains { $0.kind == .templates && $0.until == nil }
  }

  /// Its owner does not share it with us any more.
  package var isTakenAway: Bool { ["PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"].contains(event) }

  /// Its owner shares it with us.
  package var isGiven: Bool { ["PARTNER_ADDED", "PARTNER_APP_INSTALLED"].contains(event) }

  package var resumesLanes: Bool {
    event == "ACCOUNT_RECONNECTED" || isReinstated || isGiven
  }

  /// It may do again what it might not.
  package var isReinstated: Bool { banState == "REINSTATE" }

  /// Why lanes stop.
  package var sentence: String {
    isTakenAway
      ? "The account's owner has taken it from us (\([event, disconnection].compactMap(\.self).joined(separator: ", ")))."
      : "Meta has restricted or disabled the account (\(event))."
  }
}

/// About a number that is named only as it is shown to people, which is no key.
package struct NumberQuality: Hashable, Sendable {
  package let event: String
  package let displayNumber: String?
  package let limit: RecipientLimit?
}

package struct BusinessCapability: Hashable, Sendable {
  package let limit: RecipientLimit?
  package let phoneNumbers: Int?
}

package struct MarketingPreference: Hashable, Sendable {
  package let contact: PersonAddress
  package let isStopped: Bool

  package init(contact: PersonAddress, isStopped: Bool) {
    self.contact = contact
    self.isStopped = isStopped
  }
}

/// How many people may be written to in 24 hours.
package enum RecipientLimit: Hashable, Sendable {
  case people(Int)
  case unlimited

  /// `TIER_250`, `TIER_2K`, `TIER_UNLIMITED`; nil for `TIER_NOT_SET` and the like.
  package init?(tier text: String) {
    let word = text.hasPrefix("TIER_") ? text.dropFirst("TIER_".count) : text[...]
    if word == "UNLIMITED" {
      self = .unlimited
      return
    }
    let digits = word.hasSuffix("K") ? word.dropLast() : word
    guard digits.utf8.count <= 6, let number = Int(digits), number > 0 else { return nil }
    self = .people(word.hasSuffix("K") ? number * 1000 : number)
  }
}
