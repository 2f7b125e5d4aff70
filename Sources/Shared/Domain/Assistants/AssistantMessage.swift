internal import JSON

/// One message that an assistant wants to be sent. It says nothing of whom it goes to: that is never the assistant's choice.
package struct AssistantMessage: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    case message(Message)
    /// An object of ours, with values for its placeholders.
    case object(ObjectName, values: [String: String])
    /// A file that was handed to us.
    case file(MediaID, caption: String?)
  }

  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case text, image, document, audio, video, sticker, location, contacts, interactive
    case object
    /// A file that was handed to us, by its id.
    case media
  }

  package let content: Content
  /// As a send has it, but for its recipient and its sender.
  package let json: [UInt8]

  package var kind: Kind {
    switch content {
    case .message(let message): Kind(rawValue: message.type) ?? .text
    case .object: .object
    case .file: .media
    }
  }

  /// All that people may read of it.
  package var texts: [String] {
    JSONValue(whole: json).map { Self.texts(in: $0) } ?? []
  }

  /// Where a place is stands in numbers that nobody dials.
  private static func texts(in value: JSONValue) -> [String] {
    switch value.kind {
    case .string: value.string.map { [$0] } ?? []
    case .array: (value.items ?? []).flatMap { texts(in: $0) }
    case .object:
      (value.fields ?? []).filter { !["type", "latitude", "longitude"].contains($0.name) }
        .flatMap { texts(in: $0.value) }
    case .null, .bool, .integer, .double: []
    }
  }

  /// A text alone.
  package init(text: String, on channel: Sender.Channel) throws(UnusableReply) {
    let json = JSONWriter.object { $0.field("body", text) }
    guard let value = JSONValue(whole: json) else { throw UnusableReply("has no readable text") }
    try self.init(value, on: channel)
  }
}

/// Why nothing can be made of what an assistant answered. It never quotes more than a few words of it.
package struct UnusableReply: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = VisibleText(description, most: Self.most).description
  }

  private static let most = 200
}
