extension JSONSchema {
  /// Of an answer with messages of the kinds and the objects that are allowed.
  static func answer(_ bounds: AnswerBounds, _ objects: [AssistantObject]) -> JSONSchema {
    var messages = AssistantMessage.Kind.allCases.filter { bounds.kinds.contains($0) }
      .compactMap(message)
    if bounds.kinds.contains(.object) { messages += objects.map(message) }
    return .object([
      ("messages", .list(messages.count == 1 ? messages[0] : .anyOf(messages))),
      ("action", .words(AssistantReply.Action.allCases.map(\.rawValue))),
      ("reason", .orNull(.text)), ("language", .orNull(.text)),
    ])
  }

  private static func message(_ kind: AssistantMessage.Kind) -> JSONSchema? {
    let type: Field = ("type", .words([kind.rawValue]))
    switch kind {
    case .text: return .object([type, ("body", .text)])
    case .image, .video, .document:
      return .object([
        type, (kind.rawValue, .object([("link", .text), ("caption", .orNull(.text))])),
      ])
    case .audio, .sticker: return .object([type, (kind.rawValue, .object([("link", .text)]))])
    case .location:
      return .object([
        type,
        (
          "location",
          .object([
            ("latitude", .number), ("longitude", .number), ("name", .orNull(.text)),
            ("address", .orNull(.text)),
          ])
        ),
      ])
    case .contacts: return .object([type, ("contacts", .list(card))])
    case .interactive: return .object([type, ("interactive", callToAction)])
    case .media: return .object([("media", .text), ("body", .orNull(.text))])
    case .object: return nil
    }
  }

  private static let card = JSONSchema.object([
    ("name", .object([("formatted_name", .text), ("first_name", .orNull(.text))])),
    ("phones", .list(.object([("phone", .text)]))),
  ])

  private static let callToAction = JSONSchema.object([
    ("type", .words(["cta_url"])), ("body", .object([("text", .text)])),
    (
      "action",
      .object([
        ("name", .words(["cta_url"])),
        ("parameters", .object([("display_text", .text), ("url", .text)])),
      ])
    ),
  ])

  private static func message(_ object: AssistantObject) -> JSONSchema {
    .object([
      ("object", .words([object.name.text])),
      ("values", .object(object.placeholders.map { ($0, .text) })),
    ])
  }
}
