package import Events
package import HTTP
internal import Domain
internal import Forms
package import JSON
internal import Time

/// Kannel's delivery report: an address of the caller's with escapes in it, fetched for the states that a mask names.
package struct KannelReport: Hashable, Sendable {
  package let address: String
  package let mask: Int
  package let username: String
  package let account: String?
  package let billing: String?

  package init(
    _ address: String, mask: Int, username: String, account: String?, billing: String?
  ) {
    (self.address, self.mask, self.username) = (address, mask, username)
    (self.account, self.billing) = (account, billing)
  }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("url", address)
      writer.field("mask", mask)
      writer.field("username", username)
      writer.field("account", account)
      writer.field("billing", billing)
    }
  }

  package init?(_ value: JSONValue) {
    guard let address = value["url"]?.string, let username = value["username"]?.string,
      let mask = value["mask"]?.integer.flatMap({ Int(exactly: $0) })
    else { return nil }
    self.init(
      address, mask: mask, username: username, account: value["account"]?.string,
      billing: value["billing"]?.string)
  }

  /// Host and port as they stand, in lower case; nil where it is no http or https address.
  package var host: String? {
    guard let mark = address.firstRange(of: "://"),
      ["http", "https"].contains(address[..<mark.lowerBound].lowercased())
    else { return nil }
    let authority = address[mark.upperBound...].prefix { !"/?#\\".contains($0) }
    // Neither credentials nor an escape, which could bring in another host.
    guard !authority.isEmpty, !authority.contains("@"), !authority.contains("%") else { return nil }
    return authority.lowercased()
  }

  /// What the mask asks for at all.
  package var news: Set<SendReport.News> {
    var news: Set<SendReport.News> = []
    if mask & Self.delivered != 0 { news.insert(.delivered) }
    if mask & Self.notDelivered != 0 { news.formUnion([.undelivered, .failed]) }
    if mask & Self.onItsWay != 0 { news.insert(.sent) }
    if mask & Self.taken != 0 { news.insert(.accepted) }
    if mask & Self.refused != 0 { news.insert(.failed) }
    return news
  }

  /// Kannel's numbers: at the phone, not at the phone, on its way, taken by the provider, refused by it.
  private static let (delivered, notDelivered, onItsWay, taken, refused) = (1, 2, 4, 8, 16)

  /// A failure is the provider's refusal where the provider has never named the message.
  private static func type(_ state: ReportedState) -> Int {
    switch state.news {
    case .accepted: taken
    case .sent: onItsWay
    case .delivered, .read: delivered
    case .undelivered: notDelivered
    case .failed, .canceled: state.providerID == nil ? refused : notDelivered
    }
  }

  /// nil where the mask does not ask for this one.
  package func call(_ state: ReportedState, from number: String) -> HTTPCall? {
    let type = Self.type(state)
    guard mask & type != 0 else { return nil }
    return HTTPCall(method: "GET", url: filled { value($0, of: state, type, from: number) })
  }

  /// What an escape stands for; nil for a letter that is none.
  private func value(
    _ letter: UInt8, of state: ReportedState, _ type: Int, from number: String
  ) -> String? {
    switch letter {
    case UInt8(ascii: "d"): "\(type)"
    case UInt8(ascii: "A"), UInt8(ascii: "a"): Self.reason(state)
    case UInt8(ascii: "F"): state.providerID?.text ?? ""
    case UInt8(ascii: "I"): state.send.description
    case UInt8(ascii: "p"): number
    case UInt8(ascii: "q"): Self.withPlus(number)
    case UInt8(ascii: "P"): state.to.text
    case UInt8(ascii: "Q"): Self.withPlus(state.to.text)
    case UInt8(ascii: "i"): state.sender.text
    case UInt8(ascii: "n"): username
    case UInt8(ascii: "o"): account ?? ""
    case UInt8(ascii: "B"): billing ?? ""
    case UInt8(ascii: "t"): Self.minute(state.at)
    case UInt8(ascii: "T"): "\(state.at.microseconds / 1_000_000)"
    default: nil
    }
  }

  private static func reason(_ state: ReportedState) -> String {
    let words = [state.news.rawValue, state.code, state.reason].compactMap(\.self)
    return words.joined(separator: ": ")
  }

  private static func withPlus(_ number: String) -> String {
    number.hasPrefix("00") ? "+" + number.dropFirst(2) : number
  }

  /// `2026-01-31 09:05`.
  private static func minute(_ time: Timestamp) -> String {
    let text = time.description
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
  }

  /// Values go in percent-encoded. What is no escape of a report stays as it stands, so that `%20` is a space still.
  private func filled(_ value: (UInt8) -> String?) -> String {
    let pattern = Array(address.utf8)
    var text: [UInt8] = []
    var place = 0
    while place < pattern.count {
      guard pattern[place] == UInt8(ascii: "%"), place + 1 < pattern.count else {
        text.append(pattern[place])
        place += 1
        continue
      }
      let letter = pattern[place + 1]
      if letter == UInt8(ascii: "%") {
        text += [UInt8(ascii: "%")]
      } else if let value = value(letter) {
        text += percentEncoded(value)
      } else {
        text += [UInt8(ascii: "%"), letter]
      }
      place += 2
    }
    return String(decoding: text, as: UTF8.self)
  }
}
