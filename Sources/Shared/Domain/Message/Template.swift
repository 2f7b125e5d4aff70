/// A message whose words the provider has approved beforehand.
package struct Template: Hashable, Sendable {
  /// Meta's name of it; on Twilio an `HX…` or a name that the sender's settings know.
  package var name: String
  package var language: String
  package var header: MessageHeader?
  /// Of the header's value, where the template's values have names.
  package var headerName: String?
  package var parameters: [Parameter]
  package var buttons: [Button]

  package init(
    name: String, language: String, header: MessageHeader? = nil, parameters: [Parameter] = [],
    buttons: [Button] = []
  ) {
    self.name = name
    self.language = language
    self.header = header
    self.parameters = parameters
    self.buttons = buttons
  }

  /// A value for the body: its name is a number from 1, or a word.
  package struct Parameter: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }

    package var position: Int? { Int(name).flatMap { $0 > 0 && String($0) == name ? $0 : nil } }
  }

  package struct Button: Hashable, Sendable {
    package var index: Int
    package var action: Action

    package init(index: Int, _ action: Action) {
      self.index = index
      self.action = action
    }

    package enum Action: Hashable, Sendable {
      /// What is put behind the address that was approved.
      case url(suffix: String)
      case quickReply(payload: String)
      case copyCode(String)
      /// A form, with what comes back with its answer and, as JSON, the data of its first screen.
      case flow(token: String?, data: [UInt8]?)
    }
  }

  /// Values in the order of the places they go to.
  package static func positional(_ values: [String]) -> [Parameter] {
    values.enumerated().map { Parameter(String($0 + 1), $1) }
  }

  package var isPositional: Bool { parameters.allSatisfy { $0.position != nil } }

  package var isContentSid: Bool { Self.isContentSid(name) }

  /// `HX` and 32 hexadecimal digits.
  package static func isContentSid(_ text: String) -> Bool {
    text.utf8.count == 34 && text.hasPrefix("HX")
      && text.utf8.dropFirst(2).allSatisfy {
        Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80
      }
  }
}

/// Which `HX…` a name means, by language: a sender's `templates` on Twilio.
package struct ContentCatalog: Hashable, Sendable {
  private let names: [String: [String: String]]

  package init(_ names: [String: [String: String]] = [:]) { self.names = names }

  package func sid(of template: Template) -> String? {
    template.isContentSid ? template.name : names[template.name]?[template.language]
  }

  package func languages(of name: String) -> [String] { names[name]?.keys.sorted() ?? [] }
}
