package import Domain

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
  package let restrictions: [String]
  package let banState: String?
  package let violation: String?
  /// Why an account was taken from us, and by whom: `CHANGE_NUMBER`, `COMPANION_INACTIVITY`; `USER` or `SYSTEM`.
  package let disconnection: String?

  /// Nothing that we begin would get through.
  package var stopsLanes: Bool {
    ["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"].contains(event) || isTakenAway
      || banState == "DISABLE"
      || restrictions.contains("RESTRICTED_BIZ_INITIATED_MESSAGING")
  }

  /// Its owner does not share it with us any more.
  package var isTakenAway: Bool { ["PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"].contains(event) }

  /// Its owner shares it with us.
  package var isGiven: Bool { ["PARTNER_ADDED", "PARTNER_APP_INSTALLED"].contains(event) }

  package var resumesLanes: Bool {
    event == "ACCOUNT_RECONNECTED" || banState == "REINSTATE" || isGiven
  }

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
