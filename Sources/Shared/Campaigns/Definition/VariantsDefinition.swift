package import Domain
internal import JSON
internal import Time

/// The messages that a campaign tries against each other, and whom it leaves out, as it was asked for.
package struct VariantsDefinition: Hashable, Sendable {
  package struct Variant: Hashable, Sendable {
    package let name: String
    /// In hundredths.
    package var share: Int
    package let message: Placeholders
    /// The name of its template, or nothing.
    package var template = ""

    fileprivate let json: [UInt8]
  }

  /// Two at least, or none where the campaign has one message.
  package var items: [Variant] = []
  /// In hundredths of all people.
  package var holdOut = 0
  package var winner: WinnerRule?

  static let fields: Set = ["variants", "holdOut", "winner"]

  package static let most = 10
  /// Of all people: what is left out of a campaign by mistake is noticed too late.
  package static let mostHeldOut: Int64 = 50

  package init() {}

  init(_ reader: FieldReader, isStored: Bool, _ faults: inout FieldFaults) {
    holdOut = reader.whole("holdOut", in: 1...Self.mostHeldOut, &faults) ?? 0
    if reader.has("variants") {
      if reader.has("message") {
        faults.add("/variants", "cannot be said beside message: each variant has its own")
      }
      items = Self.items(reader, isStored: isStored, &faults)
    }
    winner = Self.winner(reader, holdOut: holdOut, &faults)
  }

  /// How people are shared out among the messages.
  package var shares: VariantShares {
    VariantShares(
      items.isEmpty ? [100] : items.map(\.share), holdOut: holdOut, test: winner?.test)
  }

  package func number(of name: String) -> Int? {
    items.firstIndex { $0.name == name }.map { $0 + 1 }
  }

  /// What is known of each of them, of those who tried it.
  package func found(in tally: CampaignTally) -> [WinnerRule.Found] {
    items.indices.map { place in
      var found = WinnerRule.Found(arrived: 0, read: 0)
      for item in tally.items where item.variant == place + 1 {
        if [.delivered, .read].contains(item.state) { found.arrived += item.count }
        if item.state == .read { found.read += item.count }
      }
      return found
    }
  }

  // MARK: Reading

  private static func items(
    _ reader: FieldReader, isStored: Bool, _ faults: inout FieldFaults
  ) -> [Variant] {
    let readers = reader.list("variants", &faults)
    guard reader.value["variants"]?.items.map({ (2...most).contains($0.count) }) ?? false else {
      faults.add("/variants", "must be a list of 2 to \(most) messages with a name each")
      return []
    }
    var items: [Variant] = []
    for item in readers {
      if !isStored { item.refuseFields(except: ["name", "share", "message"], &faults) }
      let name = item.neededText("name", &faults) ?? ""
      if item.has("name") { faults.check(name, at: item.pointer("name"), length: 1...60) }
      if items.contains(where: { $0.name == name }) {
        faults.add(item.pointer("name"), "is there twice")
      }
      let share = item.whole("share", in: 1...99, &faults) ?? 0
      guard let message = item.object("message", isNeeded: true, &faults) else { continue }
      do throws(FieldFaults) {
        var variant = Variant(
          name: name, share: share, message: try Placeholders(message.value.text),
          json: message.value.text)
        variant.template = item.value["template"]?.string ?? ""
        items.append(variant)
      } catch {
        for fault in error.all {
          faults.add("\(item.pointer("message"))\(fault.pointer)", fault.detail)
        }
      }
    }
    if items.count == readers.count {
      share(&items, said: readers.count { $0.has("share") }, &faults)
    }
    return items
  }

  /// Those of whom nothing is said have the same.
  private static func share(
    _ items: inout [Variant], said: Int, _ faults: inout FieldFaults
  ) {
    guard said > 0 else {
      for place in items.indices {
        items[place].share = 100 / items.count + (place < 100 % items.count ? 1 : 0)
      }
      return
    }
    let sum = items.reduce(0) { $0 + $1.share }
    guard said == items.count, sum == 100 else {
      faults.add(
        "/variants",
        "must have a share for each message, together 100, or none for any; they have \(sum)")
      return
    }
  }

  private static func winner(
    _ reader: FieldReader, holdOut: Int, _ faults: inout FieldFaults
  ) -> WinnerRule? {
    guard let object = reader.object("winner", &faults) else { return nil }
    object.refuseFields(except: ["test", "reads", "wait"], &faults)
    if !reader.has("variants") { faults.add("/winner", "means nothing without variants") }
    if !object.has("test") {
      faults.add(object.pointer("test"), "is needed: how many in a hundred get one of them first")
    }
    var rule = WinnerRule(test: object.whole("test", in: 1...99, &faults) ?? 1)
    if rule.test + holdOut >= 100 {
      faults.add(object.pointer("test"), "leaves nobody for the best message, with holdOut")
    }
    rule.reads = object.whole("reads", in: 1...1_000_000, &faults) ?? rule.reads
    rule.wait = object.span("wait", &faults) ?? rule.wait
    return rule
  }

  func write(to writer: inout JSONWriter, isStored: Bool) {
    if !items.isEmpty {
      writer.name("variants")
      writer.array { list in
        for item in items {
          list.object { object in
            object.field("name", item.name)
            object.field("share", item.share)
            object.field("message", json: item.json)
            if isStored, !item.template.isEmpty { object.field("template", item.template) }
          }
        }
      }
    }
    if holdOut > 0 { writer.field("holdOut", holdOut) }
    if let winner {
      writer.name("winner")
      writer.object { object in
        object.field("test", winner.test)
        object.field("reads", winner.reads)
        object.field("wait", "\(winner.wait.components.seconds)s")
      }
    }
  }
}

extension FieldReader {
  /// A time such as `30m`, of a second to ninety days.
  func span(_ name: String, _ faults: inout FieldFaults) -> Duration? {
    guard let text = text(name, &faults) else { return nil }
    guard let span = Duration(written: text), span >= .seconds(1), span <= .seconds(90 * 86400)
    else {
      faults.add(pointer(name), "must be a time such as 30m or 7d, 90d at most")
      return nil
    }
    return span
  }
}
