internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// `GET …/Messages.json`: what the account's senders have sent through us, the newest first, a page at a time. A page
/// may be short, or empty, and yet not the last.
struct TwilioList: Sendable {
  private var query: SendQuery
  private let cursor: SendCursor?
  private let page: Int
  private let size: Int
  private let sent: Range<Timestamp>?
  private let filters: [QueryItem]
  private let caller: TwilioCaller

  private static let longestPage = 200
  private static let usualPage = 50
  private static let names: Set = [
    "To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken",
  ]

  init(_ request: HTTPRequest, _ caller: TwilioCaller) throws(TwilioRefused) {
    let items = request.queryItems
    for item in items where !Self.names.contains(item.name) || item.value.utf8.contains(0) {
      throw TwilioRefused(
        20001, "The parameter \(item.name.prefix(64)) is not served for a list of messages")
    }
    func value(_ name: String) -> String? {
      items.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }
    self.caller = caller
    let senders = Self.senders(value("To"), value("From"), caller)
    query = SendQuery()
    query.senders = Set(senders.map(\.sender.id))
    if let to = value("To") { query.recipient = Self.recipient(to, senders) }
    size = min(Self.longestPage, max(1, value("PageSize").flatMap { Int($0) } ?? Self.usualPage))
    page = max(0, value("Page").flatMap { Int($0) } ?? 0)
    let token = value("PageToken")
    cursor = token.flatMap { SendCursor(String($0.dropFirst(Self.mark.count))) }
    guard token == nil || cursor != nil, page == 0 || token != nil else {
      throw TwilioRefused(20001, "Page needs the PageToken of this list")
    }
    sent = try Self.sent(value)
    filters = items.filter { !["PageSize", "Page", "PageToken"].contains($0.name) }
  }

  /// Before a token, as Twilio's begin.
  private static let mark = "PA"

  private static func senders(
    _ to: String?, _ from: String?, _ caller: TwilioCaller
  ) -> [SenderSettings] {
    caller.senders.filter { sender in
      let isMeant = from.map { ChannelAddress(sender.sender.address) == ChannelAddress($0) } ?? true
      return isMeant
        && (to.map { sender.sender.channel.isWhatsApp == ChannelAddress($0).isWhatsApp } ?? true)
    }
  }

  private static func recipient(_ text: String, _ senders: [SenderSettings]) -> PersonAddress {
    // A plus that was not escaped has become a space on its way.
    let bare = ChannelAddress(text).bare
    let given = bare.hasPrefix(" ") ? "+" + bare.dropFirst() : bare
    do throws(PhoneNumberFault) {
      let prefix = senders.first?.sender.defaultPrefix ?? .italy
      return PersonAddress(try Recipient(given, defaultPrefix: prefix).description)
    } catch { return PersonAddress(given) }
  }

  private static func sent(
    _ value: (String) -> String?
  ) throws(TwilioRefused) -> Range<Timestamp>? {
    var (start, end) = (Timestamp.distantPast, Timestamp.distantFuture)
    for name in ["DateSent", "DateSent>", "DateSent<"] {
      guard let text = value(name) else { continue }
      let isDay = text.utf8.count == 10
      guard let time = Timestamp(rfc3339: isDay ? "\(text)T00:00:00Z" : text) else {
        throw TwilioRefused(20001, "\(name) must be a day such as 2030-01-31, or a time of one")
      }
      let over = time + (isDay ? .seconds(86400) : .microseconds(1))
      if name != "DateSent<" { start = max(start, time) }
      if name != "DateSent>" { end = min(end, over) }
    }
    guard start < end else { return Timestamp.distantPast..<Timestamp.distantPast }
    return start == .distantPast && end == .distantFuture ? nil : start..<end
  }

  /// nil where the token is of another list.
  func answer(from store: SendStore) throws(StoreError) -> [UInt8]? {
    guard let found = try store.search(query, after: cursor, limit: size) else { return nil }
    let now = try store.now()
    var messages: [TwilioMessageView] = []
    for summary in found.sends {
      guard let send = try store.send(summary.id), let sender = caller.sender(send.sender) else {
        continue
      }
      let view = TwilioMessageView(send, of: sender, at: now)
      if let sent, !(view.sent.map(sent.contains) ?? false) { continue }
      messages.append(view)
    }
    return json(messages, found.next)
  }

  private func json(_ messages: [TwilioMessageView], _ next: SendCursor?) -> [UInt8] {
    JSONWriter.object(capacity: 1024 * (messages.count + 1)) { writer in
      writer.name("messages")
      writer.array { list in
        for message in messages { message.write(to: &list) }
      }
      writer.field("page", page)
      writer.field("page_size", size)
      writer.field("start", page * size)
      writer.field("end", page * size + max(0, messages.count - 1))
      writer.field("first_page_uri", uri(0, nil))
      writer.orNull("previous_page_uri", nil)
      writer.orNull("next_page_uri", next.map { uri(page + 1, $0) })
      writer.field("uri", uri(page, cursor))
    }
  }

  private func uri(_ page: Int, _ cursor: SendCursor?) -> String {
    var pairs = filters.map { (name: $0.name, value: $0.value) }
    pairs += [("PageSize", "\(size)"), ("Page", "\(page)")]
    if let cursor { pairs.append(("PageToken", Self.mark + cursor.text)) }
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return "/2010-04-01/Accounts/\(caller.account)/Messages.json?\(query)"
  }
}
