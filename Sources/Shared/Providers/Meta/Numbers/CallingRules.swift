internal import Domain
internal import JSON

/// What calls to a number are set by. Meta judges whether a number may have them; here only the form is.
enum CallingRules {
  private static let words: KeyValuePairs = [
    "status": ["ENABLED", "DISABLED"], "call_icon_visibility": ["DEFAULT", "DISABLE_ALL"],
    "callback_permission_status": ["ENABLED", "DISABLED"],
    "srtp_key_exchange_protocol": ["DTLS", "SDES"],
  ]
  private static let objects = ["call_icons", "call_hours", "voicemail", "video", "audio"]

  static func check(_ reader: FieldReader, _ faults: inout FieldFaults) {
    if reader.has("sip") {
      faults.add(reader.pointer("sip"), "stands beside calling, as a field of its own")
    }
    reader.refuseFields(except: words.map(\.key) + objects + ["sip"], &faults)
    for (name, known) in words {
      guard let word = reader.text(name, &faults), !known.contains(word) else { continue }
      faults.add(reader.pointer(name), "must be \(known.joined(separator: " or "))")
    }
    for name in objects where name != "call_hours" { _ = reader.object(name, &faults) }
    if let hours = reader.object("call_hours", &faults) { check(hours: hours, &faults) }
    if (reader.value.fields ?? []).isEmpty { faults.add(reader.pointer, "has no field to set") }
  }

  private static let days = [
    "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY",
  ]

  private static func check(hours reader: FieldReader, _ faults: inout FieldFaults) {
    var spans: [String: [Range<Int>]] = [:]
    for item in reader.list("weekly_operating_hours", &faults) {
      let day = item.neededText("day_of_week", &faults) ?? ""
      if !day.isEmpty, !days.contains(day) {
        faults.add(item.pointer("day_of_week"), "must be a day such as MONDAY")
      }
      guard let open = time("open_time", item, &faults), let end = time("close_time", item, &faults)
      else { continue }
      guard open < end else {
        faults.add(item.pointer("close_time"), "must be later than open_time")
        continue
      }
      let others = spans[day, default: []]
      if others.count == 2 { faults.add(item.pointer, "is the third of that day; Meta takes 2") }
      if others.contains(where: { $0.overlaps(open..<end) }) {
        faults.add(item.pointer, "overlaps another of that day")
      }
      spans[day] = others + [open..<end]
    }
    if reader.list("holiday_schedule", &faults).count > 20 {
      faults.add(reader.pointer("holiday_schedule"), "must be a list of at most 20 days")
    }
  }

  /// Minutes of the day.
  private static func time(
    _ name: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> Int? {
    guard let text = reader.neededText(name, &faults) else { return nil }
    let digits = Array(text.utf8)
    if digits.count == 4, digits.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
      number / 100 < 24, number % 100 < 60
    {
      return number / 100 * 60 + number % 100
    }
    faults.add(reader.pointer(name), "must be a time such as \"0900\"")
    return nil
  }

  static func server(_ reader: FieldReader, _ faults: inout FieldFaults) -> SIPServer? {
    reader.refuseFields(except: ["status", "hostname", "port"], &faults)
    let status = reader.neededText("status", &faults)
    if let status, status != "ENABLED", status != "DISABLED" {
      faults.add(reader.pointer("status"), "must be ENABLED or DISABLED")
    }
    let hostname = reader.text("hostname", &faults)
    if let hostname, !isHostname(hostname) {
      faults.add(
        reader.pointer("hostname"), "must be the name of a host alone, such as sip.example.com")
    } else if status == "ENABLED", hostname == nil {
      faults.add(reader.pointer("hostname"), "is needed")
    }
    let port = reader.whole("port", in: 1...65535, &faults)
    return SIPServer(
      isEnabled: status == "ENABLED", hostname: hostname, port: port ?? SIPServer.port)
  }

  private static func isHostname(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        !label.isEmpty && label.utf8.count <= 63
          && label.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == UInt8(ascii: "-")
          }
      }
  }
}
