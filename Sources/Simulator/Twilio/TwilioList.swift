internal import Forms
internal import HTTP
internal import JSON
internal import Time

/// `GET …/Messages.json`: newest first, in pages.
struct TwilioList {
  private var to: String?
  private var from: String?
  private var days: ClosedRange<Int64>?
  private let size: Int
  private let page: Int
  private let before: Int?
  private let filters: [QueryItem]

  init(_ items: [QueryItem], _ mint: IDMint) throws(TwilioRefusal) {
    func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
    to = value("To")
    from = value("From")
    size = min(1000, max(1, value("PageSize").flatMap { Int($0) } ?? 50))
    page = value("Page").flatMap { Int($0) } ?? 0
    before = value("PageToken").flatMap { mint.serial(fromHex: $0.dropFirst(4)) }
    guard page == 0 || before != nil else {
      throw TwilioRefusal(20001, "Page needs its PageToken")
    }
    filters = items.filter { !["Page", "PageToken", "PageSize"].contains($0.name) }
    for item in filters { try read(item) }
  }

  private mutating func read(_ item: QueryItem) throws(TwilioRefusal) {
    switch item.name {
    case "To", "From": break
    case "DateSent": days = try day(item)...day(item)
    case "DateSent<": days = (days?.lowerBound ?? 0)...(try day(item))
    case "DateSent>": days = (try day(item))...(days?.upperBound ?? Int64.max)
    default: throw TwilioRefusal(20001, "Unknown parameter \(item.name)")
    }
  }

  private func day(_ item: QueryItem) throws(TwilioRefusal) -> Int64 {
    guard let time = Timestamp(rfc3339: item.value.prefix(10) + "T00:00:00Z") else {
      throw TwilioRefusal(20001, "\(item.name) is no date")
    }
    return time.microseconds / World.day
  }

  func answer(_ world: World, account: Int) -> [UInt8] {
    let (found, hasMore) = search(world, account)
    let path = "/2010-04-01/Accounts/\(world.settings.twilio[account].sid)/Messages.json"
    return JSONWriter.object { writer in
      writer.name("messages")
      writer.array { writer in
        for (serial, message) in found {
          world.writeTwilioMessage(serial, message, to: &writer)
        }
      }
      writer.field("page", page)
      writer.field("page_size", size)
      writer.field("start", page * size)
      writer.field("end", page * size + max(0, found.count - 1))
      writer.field("first_page_uri", path + query(page: 0, nil))
      writer.orNull("previous_page_uri", nil)
      let next = found.last.map { path + query(page: page + 1, "PASM" + world.mint.hex($0.0)) }
      writer.orNull("next_page_uri", hasMore ? next : nil)
      writer.field("uri", path + query(page: page, nil))
    }
  }

  private func query(page: Int, _ token: String?) -> String {
    var pairs =
      filters.map { (name: $0.name, value: $0.value) }
      + [("PageSize", "\(size)"), ("Page", "\(page)")]
    if let token { pairs.append(("PageToken", token)) }
    return "?" + String(decoding: FormPair.encoded(pairs), as: UTF8.self)
  }

  /// With a recipient only that person's messages are looked at, however many there are.
  private func search(
    _ world: World, _ account: Int
  ) -> (found: [(Int, Message)], hasMore: Bool) {
    var found: [(Int, Message)] = []
    for serial in candidates(world, account) {
      guard let message = world.messages[serial], matches(world, account, message) else { continue }
      if found.count == size { return (found, true) }
      found.append((serial, message))
    }
    return (found, false)
  }

  private func candidates(_ world: World, _ account: Int) -> AnySequence<Int> {
    let end = before ?? world.messages.next
    guard let to else {
      return AnySequence((world.messages.oldest..<max(end, world.messages.oldest)).reversed())
    }
    let address = to.hasPrefix("whatsapp:") ? String(to.dropFirst(9)) : to
    guard let person = world.people.known(address) else { return AnySequence([]) }
    let chains = world.senders.indices.map { world.chain(Pair.key($0, person)) }
    return AnySequence(chains.joined().filter { $0 < end }.sorted(by: >))
  }

  private func matches(_ world: World, _ account: Int, _ message: Message) -> Bool {
    guard world.account(of: message) == account else { return false }
    if let to, world.twilioAddress(message) != to { return false }
    if let from, world.senders[message.sender].name != from { return false }
    guard let days else { return true }
    return message.sentAt.map { days.contains($0 / World.day) } ?? false
  }
}

extension World {
  /// All messages of a pair, newest first.
  func chain(_ key: UInt64) -> [Int] {
    var serials: [Int] = []
    var next = pairs[key]?.lastSerial
    while let serial = next, let message = messages[serial] {
      serials.append(serial)
      next = message.previousOfPair
    }
    return serials
  }
}
