/// How long and how much of an account's webhooks is kept as they came.
package struct KeptEvents: Hashable, Sendable {
  package let age: Duration
  /// Bytes.
  package let room: Int

  package static let usual = KeptEvents(age: .seconds(7 * 86400), room: 256 << 20)
  /// Of those that nobody's account can be told for: anybody can send such.
  package static let strangers = KeptEvents(age: .seconds(86400), room: 16 << 20)
}

extension SettingsReader {
  /// Of apps and of Twilio's accounts, by their ids.
  func keptEvents() -> [String: KeptEvents] {
    var kept: [String: KeptEvents] = [:]
    for (list, name) in [("apps", "appId"), ("twilioAccounts", "accountSid")] {
      for (place, node) in nodes(list) {
        let own = reader(node.only(["keepEvents"]), at: place)
        guard let found = own.keptEvents("keepEvents") else { continue }
        own.finish()
        guard let id = silentReader(node, at: place).text(name) else {
          own.fault("keepEvents", "needs \(name), by which events are found")
          continue
        }
        kept[id] = found
      }
    }
    return kept
  }

  private func keptEvents(_ name: String) -> KeptEvents? {
    guard has(name) else { return nil }
    guard isObject(name), let reader = object(name) else {
      return truth(name) == true ? .usual : nil
    }
    let age = reader.value("for", "a time such as 7d", Units.duration) ?? KeptEvents.usual.age
    let room = reader.value("size", "a size such as 256MB", Units.size) ?? KeptEvents.usual.room
    reader.finish()
    return KeptEvents(age: age, room: room)
  }
}
