/// Which agent is in charge of whom, from their first message on.
package struct Assignment: Hashable, Sendable {
  /// The first that fits counts.
  package var rules: [Rule]
  package var otherwise: Otherwise

  package init(_ rules: [Rule] = [], otherwise: Otherwise = .usual) {
    (self.rules, self.otherwise) = (rules, otherwise)
  }

  /// Where no rule fits.
  package enum Otherwise: String, CaseIterable, Hashable, Sendable {
    /// The default agent, else the one who writes, else nobody.
    case usual = "default"
    /// Those who are there take turns.
    case roundRobin
  }

  package enum Target: Hashable, Sendable {
    case agent(String)
    /// Those of it who are there take turns.
    case role(String)
  }

  /// All that it names must be so.
  package struct Rule: Hashable, Sendable {
    package let target: Target
    package let sender: SenderID?
    /// By ISO's two letters, of the person's number.
    package let country: String?
    /// Words or phrases of which the message has one.
    package let words: [String]

    package init(
      _ target: Target, sender: SenderID? = nil, country: String? = nil, words: [String] = []
    ) {
      (self.target, self.sender, self.country) = (target, sender, country)
      self.words = words.map(\.spokenWords)
    }

    func fits(_ message: FirstMessage, _ spoken: String) -> Bool {
      (sender.map { $0 == message.sender } ?? true)
        && (country.map { $0 == message.country } ?? true)
        && (words.isEmpty || words.contains { spoken.contains($0) })
    }
  }
}

/// With which somebody is met.
package struct FirstMessage: Hashable, Sendable {
  package let sender: SenderID
  package let contact: PersonAddress
  package let text: String

  package init(_ text: String, from contact: PersonAddress, to sender: SenderID) {
    (self.text, self.contact, self.sender) = (text, contact, sender)
  }

  /// Nobody says what they want later than that.
  private static let mostText = 2000

  var spokenWords: String { String(text.prefix(Self.mostText)).spokenWords }

  var country: String? {
    if Recipient.isBusinessScoped(contact.text) { return String(contact.text.prefix(2)) }
    do throws(PhoneNumberFault) { return try PhoneNumber(written: contact.text).region } catch {
      return nil
    }
  }
}

extension String {
  /// Each word between two spaces, so that a phrase is found by its whole words.
  fileprivate var spokenWords: String {
    " "
      + lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.joined(separator: " ")
      + " "
  }
}
