internal import Time

/// A person writes to one of our senders.
extension World {
  mutating func says(_ address: String, _ saying: Saying, at now: Int64) -> String? {
    let sender = senders.firstIndex { $0.name == saying.to }
    guard let sender else { return nil }
    return says(people.number(of: address), to: sender, saying, at: now)
  }

  mutating func says(
    _ person: Int32, to sender: Int, _ saying: Saying, at now: Int64
  ) -> String? {
    let key = Pair.key(sender, person)
    var pair = pairs[key] ?? Pair()
    if saying.opensWindow { pair.wroteAt = now }
    let keyword = keyword(of: saying)
    let isTwilio = senders[sender].provider == "twilio"
    if isTwilio, let keyword { pair.hasOptedOut = keyword == "STOP" }
    if case .text(let text) = saying.kind, text.lowercased().hasPrefix("join ") {
      people[person].hasJoinedSandbox = true
    }
    pairs[key] = pair
    inboundSerial += 1
    switch senders[sender].owner {
    case .twilio(let account, _):
      return writeToTwilio(account, sender, person, saying, keyword, at: now)
    case .meta(let app, _, let phone):
      return writeToMeta(app, phone, sender, person, saying, at: now)
    }
  }

  /// What Twilio's own handling of opt-outs looks for.
  private func keyword(of saying: Saying) -> String? {
    guard case .text(let text) = saying.kind else { return nil }
    switch text.uppercased() {
    case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT": return "STOP"
    case "START", "UNSTOP": return "START"
    default: return nil
    }
  }
}
