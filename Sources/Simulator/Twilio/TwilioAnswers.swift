internal import HTTP
internal import JSON
internal import Time

/// Messages as Twilio writes them.
extension World {
  func twilioSid(_ serial: Int, _ message: Message) -> String {
    (message.hasMedia ? "MM" : "SM") + mint.hex(serial)
  }

  func twilioSerial(_ sid: some StringProtocol, account: Int) -> Int? {
    guard sid.hasPrefix("SM") || sid.hasPrefix("MM"),
      let serial = mint.serial(fromHex: sid.dropFirst(2)), let message = messages[serial],
      twilioSid(serial, message) == sid, self.account(of: message) == account
    else { return nil }
    return serial
  }

  func account(of message: Message) -> Int? {
    guard case .twilio(let account, _) = senders[message.sender].owner else { return nil }
    return account
  }

  func twilioAddress(_ message: Message) -> String {
    let address = people.address(message.person)
    let channel = ["whatsapp:", "rcs:"].first { senders[message.sender].name.hasPrefix($0) }
    return (channel ?? "") + address
  }

  func writeTwilioMessage(_ serial: Int, _ message: Message, to writer: inout JSONWriter) {
    guard let account = account(of: message) else { return }
    let accountSid = settings.twilio[account].sid
    let sid = twilioSid(serial, message)
    let uri = "/2010-04-01/Accounts/\(accountSid)/Messages/\(sid)"
    // A service says who sends only when it sends.
    let isChosen = message.service == nil || ![.accepted, .scheduled].contains(message.state)
    writer.object { writer in
      writer.field("sid", sid)
      writer.field("account_sid", accountSid)
      writer.field("api_version", "2010-04-01")
      writer.field("body", message.body)
      let created = rfc2822(message.acceptedAt)
      let isFresh = message.updatedAt == message.acceptedAt
      writer.field("date_created", created)
      writer.orNull("date_sent", message.sentAt.map(rfc2822))
      writer.field("date_updated", isFresh ? created : rfc2822(message.updatedAt))
      writer.field("direction", "outbound-api")
      writer.name("error_code")
      if message.state.isFinal, let code = message.code {
        writer.value(code)
      } else {
        writer.null()
      }
      let isFailed = message.state.isFinal && message.code != nil
      writer.orNull("error_message", isFailed ? "Message failed" : nil)
      writer.orNull("from", isChosen ? senders[message.sender].name : nil)
      let service = message.service.map { settings.twilio[account].services[$0].sid }
      writer.orNull("messaging_service_sid", service)
      writer.field("num_media", message.hasMedia ? "1" : "0")
      let isText = channelPrefix(senders[message.sender].name).isEmpty && !message.hasMedia
      let segments = isChosen ? isText ? smsSegments(message.body) : 1 : 0
      writer.field("num_segments", "\(segments)")
      writer.orNull("price", nil)
      writer.orNull("price_unit", nil)
      writer.field("status", message.state.rawValue)
      writer.name("subresource_uris")
      writer.object { $0.field("media", "\(uri)/Media.json") }
      writer.field("to", twilioAddress(message))
      writer.field("uri", "\(uri).json")
    }
  }

  func twilioMessage(_ serial: Int, _ message: Message) -> [UInt8] {
    var writer = JSONWriter(capacity: 1024)
    writeTwilioMessage(serial, message, to: &writer)
    return writer.bytes
  }
}

extension JSONWriter {
  mutating func orNull(_ name: StaticString, _ text: String?) {
    self.name(name)
    if let text { value(text) } else { null() }
  }
}

/// `Fri, 20 Nov 2026 17:03:42 +0000`.
func rfc2822(_ microseconds: Int64) -> String {
  let seconds = max(0, microseconds / 1_000_000)
  let day = seconds / 86400
  let date = CivilDate(daysSince1970: day)
  let hour = twoDigits(seconds / 3600 % 24)
  return
    "\(days[Int(day % 7)]), \(twoDigits(date.day)) \(months[Int(date.month) - 1]) \(date.year) "
    + "\(hour):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60)) +0000"
}

func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

private let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
private let months = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]
