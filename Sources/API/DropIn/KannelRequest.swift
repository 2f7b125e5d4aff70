internal import Events
internal import Running
internal import Settings
internal import Domain
internal import Forms
internal import JSON
internal import Time

/// What Kannel's smsbox would be asked at `/cgi-bin/sendsms`.
struct KannelRequest {
  let from: String?
  let to: [String]
  let text: String
  private let validity: Int?
  private let deferred: Int?
  private let priority: Int?
  private let mask: Int
  private let reportAddress: String?
  private let account: String?
  private let billing: String?

  /// In Kannel's words where it has some.
  struct Fault: Error, Equatable {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }

    static func misformed(_ name: String, _ more: String) -> Fault {
      Fault("\(name) field misformed, rejected: \(more)")
    }
  }

  init(_ parameters: KannelParameters) throws(Fault) {
    from = parameters.text("from").flatMap { $0.isEmpty ? nil : $0 }
    guard let numbers = parameters.text("to") else {
      throw Fault("Missing receiver number, rejected")
    }
    var to = numbers.split(whereSeparator: \.isWhitespace).map(String.init)
    guard !to.isEmpty else { throw Fault("Empty receiver number not allowed, rejected") }
    guard to.count <= Self.receiverLimit else {
      throw .misformed("To", "it may have at most \(Self.receiverLimit) numbers")
    }
    if parameters.hasBareNumber {
      // Only of the first is it known that its + was read as a space.
      guard to.count == 1 else { throw .misformed("To", "write the + of a number as %2B") }
      to[0] = "+" + to[0]
    }
    self.to = to
    try Self.refuseWhatCannotBeSent(parameters)
    text = try Self.text(parameters)
    validity = try parameters.number("validity", "Validity", in: 1...Self.minuteLimit)
    deferred = try parameters.number("deferred", "Deferred", in: 0...Self.minuteLimit)
    priority = try parameters.number("priority", "Priority", in: 0...3)
    mask = try parameters.number("dlr-mask", or: "dlrmask", "DLR-Mask", in: 0...0xFF) ?? 0
    reportAddress = parameters.text("dlr-url") ?? parameters.text("dlrurl")
    account = parameters.text("account")
    billing = parameters.text("binfo")
    if let account, account.utf8.count > Self.noteLimit {
      throw Fault("Account field misformed or too long, rejected")
    }
    if let billing, billing.utf8.count > Self.noteLimit {
      throw .misformed("Binfo", "it must have at most \(Self.noteLimit) bytes")
    }
  }

  static let receiverLimit = 500
  private static let noteLimit = 255
  /// A year.
  private static let minuteLimit = 525_600

  /// Neither provider takes bytes, or messages for anything but a person's eyes.
  private static func refuseWhatCannotBeSent(_ parameters: KannelParameters) throws(Fault) {
    if let udh = parameters.text("udh"), !udh.isEmpty {
      throw .misformed("UDH", "messages with a header of their own cannot be sent")
    }
    let flash = try parameters.number("mclass", "MClass", in: 0...3)
    if let flash, flash != 1 {
      throw .misformed("MClass", "only 1, an ordinary message, can be sent")
    }
    if try parameters.number("mwi", "MWI", in: 0...7) != nil {
      throw .misformed("MWI", "the signs of a waiting message cannot be switched")
    }
  }

  private static func text(_ parameters: KannelParameters) throws(Fault) -> String {
    let coding = try parameters.number("coding", "Coding", in: 0...2) ?? 0
    guard coding != 1 else { throw .misformed("Coding", "1, which is bytes, cannot be sent") }
    let charset = parameters.text("charset").flatMap { $0.isEmpty ? nil : $0 }
    let bytes = parameters.bytes("text") ?? []
    guard let text = KannelText.read(bytes, charset: charset, isWide: coding == 2) else {
      throw Fault("Charset or body misformed, rejected")
    }
    return text
  }

  /// As a request of our own to one of them.
  func request(to number: String, from sender: String?) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("from", sender)
      writer.field("to", number)
      writer.field("body", text)
      if let priority { writer.field("priority", priority) }
      guard account != nil || billing != nil else { return }
      writer.name("metadata")
      writer.object { metadata in
        metadata.name("kannel")
        metadata.object { own in
          own.field("account", account)
          own.field("binfo", billing)
        }
      }
    }
  }

  /// Not part of the request: counted from now, they would make another one of it each time that it comes.
  func setTimes(of event: inout SendEvent) {
    var expiry = event.expires - event.due
    if let deferred { event.due = event.due + .seconds(60 * deferred) }
    // From when it may go out, as an SMS centre counts.
    if let validity { expiry = .seconds(60 * validity) }
    event.expires = event.due + expiry
  }

  var isDeferred: Bool { deferred ?? 0 > 0 }

  /// nil where none is asked for. Only hosts that the settings name are called.
  func report(_ own: SMSProviderSettings.Kannel) throws(Fault) -> KannelReport? {
    guard mask > 0, let reportAddress, !reportAddress.isEmpty else { return nil }
    let isPlain = reportAddress.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    let report = KannelReport(
      reportAddress, mask: mask, username: own.username, account: account, billing: billing)
    guard isPlain, reportAddress.utf8.count <= Self.addressLimit, let host = report.host else {
      throw .misformed("DLR-URL", "it must be an http or https address")
    }
    guard own.reportHosts.contains(host) else {
      throw .misformed("DLR-URL", "\(host) is not in reportHosts of this sender's settings")
    }
    return report.news.isEmpty ? nil : report
  }

  private static let addressLimit = 4096
}

/// Of the query and the form together, as bytes: the text is in a character set that another parameter names.
struct KannelParameters {
  private var values: [[UInt8]: [UInt8]] = [:]
  /// Whether the receiver begins with a + as it stands, which is a space in a form: many callers forget to escape it.
  private(set) var hasBareNumber = false

  init(query: ArraySlice<UInt8>?, form: [UInt8]) {
    for part in [form[...], query ?? []] {
      if part.split(separator: UInt8(ascii: "&")).contains(where: { $0.starts(with: "to=+".utf8) })
      {
        hasBareNumber = true
      }
      let decoded = DecodedForm(part, atMost: SMSProviderRoutes.fieldLimit)
      for pair in decoded.pairs {
        let name = Array(decoded.bytes[pair.name])
        if values[name] == nil { values[name] = Array(decoded.bytes[pair.value]) }
      }
    }
  }

  func bytes(_ name: String) -> [UInt8]? { values[Array(name.utf8)] }

  func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

  var username: String? { text("username") ?? text("user") }
  var password: Secret? { (text("password") ?? text("pass")).map(Secret.init) }

  /// nil where it is not there, empty, or Kannel's -1, which says the same.
  func number(
    _ name: String, or other: String? = nil, _ title: String, in range: ClosedRange<Int>
  ) throws(KannelRequest.Fault) -> Int? {
    guard let text = text(name) ?? other.flatMap({ self.text($0) }), !text.isEmpty, text != "-1"
    else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .misformed(title, "it must be \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
