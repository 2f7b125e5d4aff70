package import JSON
internal import Time

/// `{"from": "21:00", "to": "08:00", "days": ["mon", "tue"], "notOn": ["2026-12-25"]}`: nobody is written to from 21:00 to
/// 08:00 of their local time, on days that are not named, and on the dates.
extension QuietHours {
  package static let mostDates = 366

  private static let fields: Set = ["from", "to", "days", "notOn"]

  /// nil where something is wrong with it, which is among the faults then.
  package init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: Self.fields, &faults)
    let hours = Self.hours(reader, &faults)
    let days = Self.days(reader, &faults)
    let dates = Self.dates(reader, &faults)
    guard let hours, let days, let dates, reader.names.allSatisfy(Self.fields.contains) else {
      return nil
    }
    self.init(hours, days: days, dates: dates)
  }

  private static func hours(_ reader: FieldReader, _ faults: inout FieldFaults) -> LocalHours? {
    let from = minute("from", reader, &faults)
    let to = minute("to", reader, &faults)
    guard let from, let to else { return nil }
    let hours = LocalHours(from: from, to: to)
    if hours == nil {
      faults.add(
        reader.pointer("to"),
        "must differ from `from`; days on which nobody is written to are left out of `days`")
    }
    return hours
  }

  private static func minute(
    _ name: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> LocalMinute? {
    guard let text = reader.neededText(name, &faults) else { return nil }
    let minute = LocalMinute(text)
    if minute == nil {
      faults.add(
        reader.pointer(name),
        "must be a time of day from 00:00 to 23:59, with two digits each; midnight is 00:00")
    }
    return minute
  }

  private static func days(_ reader: FieldReader, _ faults: inout FieldFaults) -> Set<Weekday>? {
    let known = Weekday.allCases.map(\.rawValue).joined(separator: ", ")
    let all = Set(Weekday.allCases)
    return set("days", 1...all.count, "must be one of \(known)", reader, &faults) {
      Weekday(rawValue: $0)
    }.map { $0.isEmpty ? all : $0 }
  }

  private static func dates(_ reader: FieldReader, _ faults: inout FieldFaults) -> Set<CivilDate>? {
    set("notOn", 0...mostDates, "must be a date such as 2026-12-25", reader, &faults) {
      CivilDate($0)
    }
  }

  /// Empty where it is not said.
  private static func set<Item>(
    _ name: String, _ size: ClosedRange<Int>, _ demand: String, _ reader: FieldReader,
    _ faults: inout FieldFaults, _ read: (String) -> Item?
  ) -> Set<Item>? {
    guard reader.has(name) else { return [] }
    guard let items = reader.value[name]?.items, size.contains(items.count) else {
      faults.add(
        reader.pointer(name), "must be a list of \(size.lowerBound) to \(size.upperBound) texts")
      return nil
    }
    var found: Set<Item> = []
    var isGood = true
    for (place, item) in items.enumerated() {
      let pointer = "\(reader.pointer(name))/\(place)"
      if let one = item.string.flatMap(read) {
        guard !found.insert(one).inserted else { continue }
        faults.add(pointer, "is there twice")
      } else {
        faults.add(pointer, demand)
      }
      isGood = false
    }
    return isGood ? found : nil
  }

  /// As somebody may ask for it again.
  package func write(to object: inout JSONWriter) {
    object.field("from", hours.from.description)
    object.field("to", hours.to.description)
    if days.count < Weekday.allCases.count {
      object.name("days")
      object.array { list in
        for day in Weekday.allCases where days.contains(day) { list.value(day.rawValue) }
      }
    }
    guard !dates.isEmpty else { return }
    object.name("notOn")
    object.array { list in
      for date in dates.sorted() { list.value(date.description) }
    }
  }
}
