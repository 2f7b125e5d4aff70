internal import Settings
internal import Domain
internal import JSON

/// Which sender a request goes out from: the one it names, else the default, else the only one that the
/// key may use.
struct SenderChoice: Sendable {
  private let senders: [SenderSettings]
  private let usual: SenderID?

  init(_ senders: [SenderSettings], default usual: SenderID?, for tenant: Tenant?) {
    self.senders = tenant.map { own in senders.filter { $0.sender.tenant == own } } ?? senders
    self.usual = usual
  }

  func sender(for request: JSONValue) throws(FieldFaults) -> SenderSettings {
    let named = try field("sender", of: request) { $0.sender.id.text == $1 }
    let from = try field("from", of: request) { $0.goesBy($1) }
    switch (named, from) {
    case (nil, nil): return try unnamed()
    case (let named?, nil): return try one(named, "/sender", request["sender"])
    case (nil, let from?): return try one(from, "/from", request["from"])
    case (let named?, let from?):
      let found = try one(named, "/sender", request["sender"])
      guard from.contains(where: { $0.sender.id == found.sender.id }) else {
        throw FieldFaults("/from", "does not belong to the sender \(found.sender.id)")
      }
      return found
    }
  }

  /// nil where the request has no such field.
  private func field(
    _ name: String, of request: JSONValue, _ isMeant: (SenderSettings, String) -> Bool
  ) throws(FieldFaults) -> [SenderSettings]? {
    guard let value = request[name], !value.isNull else { return nil }
    guard let text = value.string else {
      throw FieldFaults("/\(name)", "must be a string, in quotes")
    }
    return senders.filter { isMeant($0, text) }
  }

  private func one(
    _ found: [SenderSettings], _ pointer: String, _ value: JSONValue?
  ) throws(FieldFaults) -> SenderSettings {
    guard let first = found.first else {
      throw FieldFaults(pointer, "is not a sender; the senders are \(names(senders))")
    }
    guard found.count == 1 else {
      throw FieldFaults(
        pointer, "matches several senders; choose one with `sender`: \(names(found))")
    }
    return first
  }

  private func unnamed() throws(FieldFaults) -> SenderSettings {
    if let found = senders.first(where: { $0.sender.id == usual }) { return found }
    guard senders.count == 1, let only = senders.first else {
      throw FieldFaults("/sender", "is needed; the senders are \(names(senders))")
    }
    return only
  }

  private func names(_ senders: [SenderSettings]) -> String {
    senders.isEmpty ? "none" : senders.map(\.sender.id.text).sorted().joined(separator: ", ")
  }
}

extension SenderSettings {
  /// Numbers are written in many ways, with and without the channel in front.
  fileprivate func goesBy(_ text: String) -> Bool {
    let bare = ChannelAddress(text).bare
    if sender.address == text || sender.id.text == text { return true }
    if text != bare { return sender.address == text }
    let own = ChannelAddress(sender.address).bare
    if own == bare { return true }
    do {
      let number = try PhoneNumber(bare, defaultPrefix: sender.defaultPrefix)
      return own == number.e164
    } catch { return false }
  }
}
