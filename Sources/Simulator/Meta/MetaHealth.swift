internal import JSON

/// `health_status`: who of those that a message passes through can send.
extension World {
  enum HealthOf {
    case phone(PhonePlace)
    case account(app: Int, account: Int)
    case template(id: String, app: Int, account: Int)
  }

  private struct Entity {
    let type: String
    let id: String
    var isBlocked: Bool
    /// nil where calls are no matter of its.
    var takesCalls: Bool?
    /// What was said of it on purpose.
    var told: PhoneStanding.Entity?

    var verdict: String { told?.verdict ?? (isBlocked ? "BLOCKED" : "AVAILABLE") }
  }

  func health(of whom: HealthOf, at now: Int64) -> [UInt8] {
    let entities = entities(of: whom, isLocked: isLocked(at: now))
    // A number that no call can reach makes the whole BLOCKED, though every message goes out.
    let words = entities.map { $0.takesCalls == false ? "BLOCKED" : $0.verdict }
    return JSONWriter.object { writer in
      writer.field(
        "can_send_message",
        ["BLOCKED", "LIMITED"].first(where: words.contains) ?? "AVAILABLE")
      writer.list("entities", entities) { writer, entity in
        writer.field("entity_type", entity.type)
        writer.field("id", entity.id)
        writer.field("can_send_message", entity.verdict)
        if let takesCalls = entity.takesCalls {
          writer.field("can_receive_call_sip", takesCalls ? "AVAILABLE" : "BLOCKED")
        }
        writeErrors(of: entity, to: &writer)
      }
    }
  }

  private func writeErrors(of entity: Entity, to writer: inout JSONWriter) {
    var errors: [(code: Int, text: String, remedy: String)] = []
    if let told = entity.told, told.verdict != "AVAILABLE" {
      errors.append((told.code, told.text, told.solution))
    } else if entity.isBlocked {
      errors.append((131031, "The account is locked", "Contact support"))
    }
    if entity.takesCalls == false {
      errors.append((138025, "SIP is enabled without a server", "Set a SIP server"))
    }
    guard !errors.isEmpty else { return }
    writer.list("errors", errors) { writer, error in
      writer.field("error_code", error.code)
      writer.field("error_description", error.text)
      writer.field("possible_solution", error.remedy)
    }
  }

  private func isLocked(at now: Int64) -> Bool {
    desk.entries.contains {
      $0.fault.kind == .accountLocked && $0.fault.provider != "twilio" && $0.isActive(at: now)
    }
  }

  private func entities(of whom: HealthOf, isLocked: Bool) -> [Entity] {
    func upwards(_ app: Int, _ account: Int) -> [Entity] {
      let waba = settings.meta[app].accounts[account]
      return [
        Entity(type: "WABA", id: waba.id, isBlocked: isLocked),
        Entity(type: "BUSINESS", id: waba.portfolio ?? "0", isBlocked: isLocked),
        Entity(type: "APP", id: settings.meta[app].id, isBlocked: false),
      ]
    }
    switch whom {
    case .account(let app, let account): return upwards(app, account)
    case .template(let id, let app, let account):
      return [Entity(type: "MESSAGE_TEMPLATE", id: id, isBlocked: isLocked)]
        + upwards(app, account)
    case .phone(let place):
      let id = settings.meta[place.app].accounts[place.account].phones[place.phone].id
      let number = Entity(
        type: "PHONE_NUMBER", id: id, isBlocked: isLocked, takesCalls: takesCallsBySIP(place))
      return told([number] + upwards(place.app, place.account), phoneState(place).standing)
    }
  }

  /// What was said of those that there are, and of others, such as a template.
  private func told(_ entities: [Entity], _ standing: PhoneStanding) -> [Entity] {
    var entities = entities
    for entry in standing.health {
      if let place = entities.firstIndex(where: { $0.type == entry.type }) {
        entities[place].told = entry
      } else {
        entities.append(
          Entity(type: entry.type, id: entry.id ?? "0", isBlocked: false, told: entry))
      }
    }
    return entities
  }
}
