package import Domain
package import JSON
package import Time

/// What a campaign is: what it sends, by whom, and how fast. It is kept as it was asked for.
package struct CampaignDefinition: Hashable, Sendable {
  package struct Source: Hashable, Sendable {
    package let campaign: CampaignID
    package let outcome: String

    package init(campaign: CampaignID, outcome: String) {
      (self.campaign, self.outcome) = (campaign, outcome)
    }
  }

  package var name: String
  /// As they were named; the first is the only one in most campaigns.
  package var senders: [SenderID]
  /// A send request without its recipient: JSON. nil where it has variants, or sends the messages of a former campaign again.
  package var message: Placeholders?
  package var variants: VariantsDefinition
  /// The column of the upload that has the recipient, where it is none of the usual ones.
  package var recipient: String?
  /// Whether a person is written to once, whatever the number of rows.
  package var isByRecipient: Bool
  package var startAt: CalendarTime?
  package var expiresAt: CalendarTime?
  /// How long after its start it may take.
  package var expiry: Duration?
  package var priority: Int
  package var pace: Rate?
  /// In hundredths.
  package var share: Int?
  package var source: Source?
  package var care: CareDefinition
  /// The name of the message's template, or nothing.
  package var template = ""
  /// What its messages are charged as; where nobody knows, as the dearest.
  package var category = PriceCategory.marketing

  private var messageJSON: [UInt8]?

  static let fields = Set([
    "name", "sender", "senders", "message", "recipient", "unique", "startAt", "expiresAt",
    "expiry", "priority", "pace", "share", "source",
  ]).union(CareDefinition.fields).union(VariantsDefinition.fields)

  package static let nameLength = 1...200
  package static let mostSenders = 100

  /// As somebody asks for it; all faults are told at once.
  package init(_ root: JSONValue) throws(FieldFaults) {
    var faults = FieldFaults()
    self.init(FieldReader(root), &faults)
    guard faults.isEmpty else { throw faults }
  }

  /// As `json` gave it.
  package init?(stored json: [UInt8]) {
    guard let root = JSONValue(whole: json) else { return nil }
    var faults = FieldFaults()
    self.init(FieldReader(root), &faults, isStored: true)
    template = root["template"]?.string ?? ""
    category = root["category"]?.string.flatMap { PriceCategory(rawValue: $0) } ?? .marketing
  }

  private init(_ reader: FieldReader, _ faults: inout FieldFaults, isStored: Bool = false) {
    if !isStored { reader.refuseFields(except: Self.fields, &faults) }
    name = reader.neededText("name", &faults) ?? ""
    if reader.has("name") { faults.check(name, at: "/name", length: Self.nameLength) }
    senders = Self.senders(reader, &faults)
    recipient = reader.text("recipient", &faults)
    isByRecipient = Self.isByRecipient(reader, &faults)
    startAt = Self.time("startAt", reader, &faults)
    expiresAt = Self.time("expiresAt", reader, &faults)
    expiry = Self.expiry(reader, &faults)
    priority = reader.whole("priority", in: 0...9, &faults) ?? 0
    pace = Self.pace(reader, &faults)
    share = reader.whole("share", in: 1...100, &faults)
    source = Self.source(reader, &faults)
    care = CareDefinition(reader, &faults)
    variants = VariantsDefinition(reader, isStored: isStored, &faults)
    readMessage(reader, &faults)
    if source != nil {
      for field in VariantsDefinition.fields.sorted() where reader.has(field) {
        faults.add("/\(field)", "means nothing for the messages of a former campaign")
      }
    }
    if expiry != nil, expiresAt != nil {
      faults.add("/expiry", "cannot be said beside expiresAt")
    }
  }

  private mutating func readMessage(_ reader: FieldReader, _ faults: inout FieldFaults) {
    let isNeeded = !reader.has("source") && !reader.has("variants")
    guard let message = reader.object("message", isNeeded: isNeeded, &faults) else { return }
    messageJSON = message.value.text
    do throws(FieldFaults) { self.message = try Placeholders(message.value.text) } catch {
      for fault in error.all { faults.add("/message\(fault.pointer)", fault.detail) }
    }
    guard source != nil, let column = self.message?.names.first else { return }
    faults.add(
      "/message",
      "has {{\(column)}}, but the recipients of a former campaign have no columns: leave the placeholder out, or upload a file"
    )
  }

  private static func senders(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [SenderID] {
    let one = reader.text("sender", &faults)
    guard reader.has("senders") else { return one.map { [SenderID($0)] } ?? [] }
    if one != nil { faults.add("/senders", "cannot be said beside sender") }
    guard let items = reader.value["senders"]?.items, !items.isEmpty, items.count <= mostSenders
    else {
      faults.add("/senders", "must be a list of 1 to \(mostSenders) senders")
      return []
    }
    var senders: [SenderID] = []
    for (place, item) in items.enumerated() {
      guard let text = item.string else {
        faults.add("/senders/\(place)", "must be a string, in quotes")
        continue
      }
      if senders.contains(SenderID(text)) { faults.add("/senders/\(place)", "is there twice") }
      senders.append(SenderID(text))
    }
    return senders
  }

  private static func isByRecipient(_ reader: FieldReader, _ faults: inout FieldFaults) -> Bool {
    switch reader.text("unique", &faults) {
    case nil, "recipient": return true
    case "row": return false
    default:
      faults.add(
        "/unique",
        "must be recipient, so that each person is written to once, or row, where each row is a message"
      )
      return true
    }
  }

  private static func time(
    _ name: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> CalendarTime? {
    guard let text = reader.text(name, &faults) else { return nil }
    let time = CalendarTime(rfc3339: text)
    if time == nil {
      faults.add("/\(name)", "must be a time with its offset, such as 2026-01-31T09:00:00+01:00")
    }
    return time
  }

  private static func expiry(_ reader: FieldReader, _ faults: inout FieldFaults) -> Duration? {
    guard let text = reader.text("expiry", &faults) else { return nil }
    guard let span = Duration(written: text), span >= .seconds(60), span <= .seconds(90 * 86400)
    else {
      faults.add("/expiry", "must be a time such as 12h or 3d, from 1m to 90d")
      return nil
    }
    return span
  }

  private static func pace(_ reader: FieldReader, _ faults: inout FieldFaults) -> Rate? {
    guard let text = reader.text("pace", &faults) else { return nil }
    guard let rate = Rate(text) else {
      faults.add("/pace", "must be so many per time, such as 500/h or 20/s")
      return nil
    }
    return rate
  }

  private static func source(_ reader: FieldReader, _ faults: inout FieldFaults) -> Source? {
    guard let source = reader.object("source", &faults) else { return nil }
    source.refuseFields(except: ["campaign", "outcome"], &faults)
    let campaign = source.neededText("campaign", &faults).flatMap { CampaignID($0) }
    if source.has("campaign"), campaign == nil {
      faults.add("/source/campaign", "must be the id of a campaign")
    }
    let outcome = source.neededText("outcome", &faults)
    guard let campaign, let outcome else { return nil }
    return Source(campaign: campaign, outcome: outcome)
  }

  // MARK: What follows

  /// The messages of the former campaign are sent as they were.
  package mutating func forgetMessage() {
    (message, messageJSON, recipient) = (nil, nil, nil)
    variants = VariantsDefinition()
  }

  /// Without placeholders, to one person.
  package func request(to person: String) -> [UInt8]? {
    message.map { $0.filled(to: person) { _ in [] } }
  }

  /// All that it sends, each with its place in the definition.
  package var messages: [(pointer: String, message: Placeholders)] {
    if let message { return [("/message", message)] }
    return variants.items.enumerated().map { ("/variants/\($0)/message", $1.message) }
  }

  private func write(to writer: inout JSONWriter, isStored: Bool = false) {
    writer.field("name", name)
    writer.name("senders")
    writer.array { list in
      for sender in senders { list.value(sender.text) }
    }
    writer.field("message", json: messageJSON)
    variants.write(to: &writer, isStored: isStored)
    writer.field("recipient", recipient)
    writer.field("unique", isByRecipient ? "recipient" : "row")
    writer.field("startAt", startAt?.description)
    writer.field("expiresAt", expiresAt?.description)
    writer.field("expiry", expiry.map { "\($0.components.seconds)s" })
    writer.field("priority", priority)
    writer.field("pace", pace?.description)
    if let share { writer.field("share", share) }
    care.write(to: &writer)
    if let source {
      writer.name("source")
      writer.object { object in
        object.field("campaign", source.campaign.description)
        object.field("outcome", source.outcome)
      }
    }
  }

  /// As somebody may ask for it again.
  package var asked: [UInt8] { JSONWriter.object { write(to: &$0) } }

  /// As it is kept.
  package var json: [UInt8] {
    JSONWriter.object { writer in
      write(to: &writer, isStored: true)
      if !template.isEmpty { writer.field("template", template) }
      writer.field("category", category.rawValue)
    }
  }
}
