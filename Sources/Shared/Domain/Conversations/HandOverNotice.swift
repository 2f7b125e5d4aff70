internal import JSON

/// A template that tells an agent, on a phone of their own, of a conversation that an assistant has handed over.
package struct HandOverNotice: Hashable, Sendable {
  /// nil: the one that the conversation is with.
  package var sender: SenderID?
  package var template: String
  package var language: String?
  /// `{name}`, `{number}`, `{reason}` and `{text}` in one stand for the contact, why it was handed over, and their last words.
  package var parameters: [String]

  package init(
    _ template: String, in language: String? = nil, parameters: [String] = [],
    from sender: SenderID? = nil
  ) {
    (self.template, self.language) = (template, language)
    (self.parameters, self.sender) = (parameters, sender)
  }

  package struct Words: Hashable, Sendable {
    package var name: String?
    package var number: String
    package var reason: String
    package var text: String

    package init(name: String?, number: String, reason: String, text: String) {
      (self.name, self.number) = (name, number)
      (self.reason, self.text) = (reason, text)
    }
  }

  /// What is asked of whoever sends it: JSON.
  package func request(to phone: PhoneNumber, _ words: Words) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("to", phone.e164)
      writer.field("template_name", template)
      writer.field("language_code", language)
      guard !parameters.isEmpty else { return }
      writer.name("parameters")
      writer.array { list in
        for parameter in parameters { list.value(words.filled(into: parameter)) }
      }
    }
  }
}

extension HandOverNotice.Words {
  private static let longest = 300

  /// In one pass: what a contact writes is never taken for a placeholder.
  func filled(into parameter: String) -> String {
    let values = [
      "{name}": name ?? number, "{number}": number, "{reason}": reason, "{text}": text,
    ]
    var result = ""
    var rest = parameter[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      if let (mark, value) = values.first(where: { rest.hasPrefix($0.key) }) {
        result += Self.plain(value)
        rest = rest.dropFirst(mark.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }

  /// A parameter of a template has neither lines nor more than one space in a row, and is never empty.
  private static func plain(_ text: String) -> String {
    let plain = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return plain.isEmpty ? "-" : String(plain.prefix(longest))
  }
}
