internal import Domain
internal import JSON

/// What is to become of webhooks, as a request asks for it.
struct WebhookDemand {
  enum Action: String, CaseIterable {
    /// The app tells us, of all that we have a use for; the account is subscribed.
    case set
    case subscribe
    case override
    case removeOverride = "remove-override"
    /// Our own address is asked as Meta does.
    case test

    fileprivate var hasLevel: Bool { self == .override || self == .removeOverride }
  }

  enum Level: String, CaseIterable { case account, phone }

  let action: Action
  /// nil for a test.
  let number: MetaNumber?
  let level: Level?

  init(_ root: JSONValue, among numbers: [MetaNumber]) throws(FieldFaults) {
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: ["action", "sender", "level"], &faults)
    let action = reader.neededText("action", &faults).flatMap {
      Self.choice($0, at: "/action", &faults) as Action?
    }
    level = reader.text("level", &faults).flatMap { Self.choice($0, at: "/level", &faults) }
    if action?.hasLevel == true, level == nil, !reader.has("level") {
      faults.add("/level", "is needed: account or phone")
    }
    var number: MetaNumber?
    if action == .test { _ = reader.text("sender", &faults) }
    if action != .test, let name = reader.neededText("sender", &faults) {
      number = numbers.first { $0.id.text == name }
      if number == nil { faults.add("/sender", "is no sender at Meta that the key may see") }
    }
    guard let action, faults.isEmpty else { throw faults }
    (self.action, self.number) = (action, number)
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ word: String, at pointer: String, _ faults: inout FieldFaults
  ) -> Choice? where Choice.RawValue == String {
    if let found = Choice(rawValue: word) { return found }
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    faults.add(pointer, "must be one of \(names)")
    return nil
  }
}
