package import Domain
internal import JSON
internal import Time

/// What a campaign takes care of while it runs, as it was asked for.
package struct CareDefinition: Hashable, Sendable {
  /// When nobody is written to, by each person's own clocks.
  package var quietHours: QuietHours?
  /// The column of the upload that has a person's time zone.
  package var zone: String?
  package var firstWave: FirstWave?
  package var errorBudget: ErrorBudget?
  package var cap: FrequencyCap?
  /// In millionths of the rate card's currency.
  package var maxPrice: Int64?

  static let fields: Set = [
    "quietHours", "zone", "firstWave", "errorBudget", "frequencyCap", "maxPrice",
  ]

  init(_ reader: FieldReader, _ faults: inout FieldFaults) {
    quietHours = reader.object("quietHours", &faults).flatMap { QuietHours($0, &faults) }
    zone = reader.text("zone", &faults)
    if zone != nil, !reader.has("quietHours") {
      faults.add("/zone", "means nothing without quietHours")
    }
    firstWave = Self.firstWave(reader, &faults)
    errorBudget = Self.errorBudget(reader, &faults)
    cap = Self.cap(reader, &faults)
    maxPrice = Self.maxPrice(reader, &faults)
  }

  private static func firstWave(_ reader: FieldReader, _ faults: inout FieldFaults) -> FirstWave? {
    guard let object = reader.object("firstWave", &faults) else { return nil }
    object.refuseFields(except: ["size", "wait", "delivered", "failed", "optedOut"], &faults)
    if !object.has("size") {
      faults.add(object.pointer("size"), "is needed: how many are written to first")
    }
    var wave = FirstWave(size: object.whole("size", in: 1...1_000_000, &faults) ?? 1)
    wave.wait = object.span("wait", &faults) ?? wave.wait
    wave.delivered = object.whole("delivered", in: 0...100, &faults) ?? wave.delivered
    wave.failed = object.whole("failed", in: 0...100, &faults) ?? wave.failed
    wave.optedOut = object.whole("optedOut", in: 0...100, &faults) ?? wave.optedOut
    return wave
  }

  private static func errorBudget(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> ErrorBudget? {
    guard let object = reader.object("errorBudget", &faults) else { return nil }
    object.refuseFields(except: ["share", "after", "rest"], &faults)
    var budget = ErrorBudget()
    budget.share = object.whole("share", in: 1...100, &faults) ?? budget.share
    budget.after = object.whole("after", in: 1...1000, &faults) ?? budget.after
    budget.rest = object.span("rest", &faults)
    return budget
  }

  private static func cap(_ reader: FieldReader, _ faults: inout FieldFaults) -> FrequencyCap? {
    guard let object = reader.object("frequencyCap", &faults) else { return nil }
    object.refuseFields(except: ["messages", "per"], &faults)
    if !object.has("messages") { faults.add(object.pointer("messages"), "is needed") }
    if !object.has("per") { faults.add(object.pointer("per"), "is needed, such as 7d") }
    let messages = object.whole("messages", in: 1...1000, &faults)
    guard let per = object.span("per", &faults), let messages else { return nil }
    guard per <= FrequencyCap.longest else {
      faults.add(object.pointer("per"), "must be 31d at most")
      return nil
    }
    return FrequencyCap(messages, in: per)
  }

  private static func maxPrice(_ reader: FieldReader, _ faults: inout FieldFaults) -> Int64? {
    guard let text = reader.text("maxPrice", &faults) else { return nil }
    guard let amount = Millionths.read(text), amount > 0 else {
      faults.add("/maxPrice", "must be an amount of the rate card's currency such as 120.50")
      return nil
    }
    return amount
  }

  func write(to writer: inout JSONWriter) {
    if let quietHours {
      writer.name("quietHours")
      writer.object { quietHours.write(to: &$0) }
    }
    writer.field("zone", zone)
    if let firstWave {
      writer.name("firstWave")
      writer.object { object in
        object.field("size", firstWave.size)
        object.field("wait", "\(firstWave.wait.components.seconds)s")
        object.field("delivered", firstWave.delivered)
        object.field("failed", firstWave.failed)
        object.field("optedOut", firstWave.optedOut)
      }
    }
    if let errorBudget {
      writer.name("errorBudget")
      writer.object { object in
        object.field("share", errorBudget.share)
        object.field("after", errorBudget.after)
        object.field("rest", errorBudget.rest.map { "\($0.components.seconds)s" })
      }
    }
    if let cap {
      writer.name("frequencyCap")
      writer.object { object in
        object.field("messages", cap.messages)
        object.field("per", "\(cap.span.components.seconds)s")
      }
    }
    writer.field("maxPrice", maxPrice.map { Millionths.text($0) })
  }
}
