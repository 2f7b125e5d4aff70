package import Domain
package import JSON

/// Who of those that a message passes through can send, as `health_status` tells it.
package struct MetaHealth: Hashable, Sendable {
  /// From best to worst.
  package enum Verdict: String, Comparable, Sendable {
    case available = "AVAILABLE"
    case limited = "LIMITED"
    case blocked = "BLOCKED"

    private var rank: Int { [.available, .limited, .blocked].firstIndex(of: self) ?? 0 }

    package static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }
  }

  package struct Entity: Hashable, Sendable {
    package let type: String
    package let id: String
    /// nil for a word that we do not know.
    package let verdict: Verdict?
    package let sip: Verdict?
    package let errors: [Trouble]
    package let notes: [String]
  }

  /// What Meta has against an entity, in its own words.
  package struct Trouble: Hashable, Sendable {
    package let code: Int?
    package let text: String?
    package let solution: String?

    package var sentence: String {
      [text, solution].compactMap(\.self).joined(separator: ": ")
    }

    /// Codes of calls are beside those of messages.
    var isOfCalls: Bool { code.map { (138_000...138_999).contains($0) } ?? false }
  }

  package let entities: [Entity]
  private let whole: Verdict?

  /// nil where there is no such object.
  package init?(_ value: JSONValue?) {
    guard let value, value.kind == .object else { return nil }
    whole = Self.verdict(value["can_send_message"])
    entities = (value["entities"]?.items ?? []).map { item in
      Entity(
        type: item["entity_type"]?.string ?? "", id: item["id"]?.name ?? "",
        verdict: Self.verdict(item["can_send_message"]),
        sip: Self.verdict(item["can_receive_call_sip"]),
        errors: (item["errors"]?.items ?? []).map { error in
          Trouble(
            code: error["error_code"]?.wholeNumber, text: error["error_description"]?.string,
            solution: error["possible_solution"]?.string)
        },
        notes: item["additional_info"]?.items?.compactMap(\.string)
          ?? [item["additional_info"]?.string].compactMap(\.self))
    }
  }

  private static func verdict(_ value: JSONValue?) -> Verdict? {
    value?.string.flatMap(Verdict.init(rawValue:))
  }

  private static let template = "MESSAGE_TEMPLATE"

  /// Of what every message passes through. The worst of the entities: what stands above them is BLOCKED also where
  /// only calls by SIP are, and counts only where no entity says anything.
  package var verdict: Verdict {
    let known = entities.filter { $0.type != Self.template }.compactMap(\.verdict)
    return known.max() ?? whole ?? .available
  }

  /// nil where no number of these takes calls.
  package var sip: Verdict? { entities.compactMap(\.sip).max() }

  /// By Meta's ids of templates.
  package var templates: [String: Verdict] {
    Dictionary(
      entities.filter { $0.type == Self.template }.compactMap { entity in
        entity.verdict.map { (entity.id, $0) }
      }
    ) { max($0, $1) }
  }

  /// Why not every message goes out, in Meta's words.
  package var reasons: [String] {
    distinct(
      entities.filter { $0.type != Self.template && $0.verdict != .available }.flatMap(\.errors)
        .filter { !$0.isOfCalls })
  }

  package var sipReasons: [String] {
    distinct(
      entities.filter { $0.sip != nil && $0.sip != .available }.flatMap(\.errors)
        .filter(\.isOfCalls))
  }

  private func distinct(_ troubles: [Trouble]) -> [String] {
    Set(troubles.map(\.sentence)).subtracting([""]).sorted()
  }

  package var sentence: String {
    "can_send_message is \(verdict.rawValue)"
      + (sip == .blocked ? ", can_receive_call_sip is BLOCKED" : "")
      + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))")
  }

  /// What stops a lane; nil where messages go out.
  package var stop: Failure? {
    guard verdict == .blocked else { return nil }
    let blocked = entities.filter { $0.verdict == .blocked && $0.type != Self.template }
    let names = blocked.map(\.type).joined(separator: ", ")
    return Failure(
      code: "BLOCKED",
      sentence: "Meta lets nothing out: \(names.isEmpty ? "the number" : names) is BLOCKED"
        + (reasons.isEmpty ? "." : ". " + reasons.joined(separator: "; ")))
  }

  package func write(to writer: inout JSONWriter) {
    writer.field("canSendMessage", verdict.rawValue)
    writer.field("canReceiveCallSip", sip?.rawValue)
    write(reasons, "reasons", to: &writer)
    write(sipReasons, "sipReasons", to: &writer)
    writer.name("entities")
    writer.array { list in
      for entity in entities { list.object { write(entity, to: &$0) } }
    }
  }

  private func write(_ texts: [String], _ name: StaticString, to writer: inout JSONWriter) {
    guard !texts.isEmpty else { return }
    writer.name(name)
    writer.array { list in for text in texts { list.value(text) } }
  }

  private func write(_ entity: Entity, to writer: inout JSONWriter) {
    writer.field("type", entity.type)
    writer.field("id", entity.id)
    writer.field("canSendMessage", entity.verdict?.rawValue)
    writer.field("canReceiveCallSip", entity.sip?.rawValue)
    write(entity.notes, "notes", to: &writer)
    guard !entity.errors.isEmpty else { return }
    writer.name("errors")
    writer.array { list in
      for error in entity.errors {
        list.object { writer in
          if let code = error.code { writer.field("code", code) }
          writer.field("text", error.text)
          writer.field("solution", error.solution)
        }
      }
    }
  }
}
