import Domain
import JSON
import Testing
import Time

@Suite struct QuietHoursTests {
  static func read(_ json: String) throws -> (QuietHours?, [FieldFault]) {
    let root = try #require(JSONValue(whole: Array(json.utf8)))
    var faults = FieldFaults()
    let hours = QuietHours(FieldReader(root, at: "/quiet"), &faults)
    return (hours, faults.all)
  }

  @Test(
    "what is read is written the same way",
    arguments: [
      #"{"from":"21:00","to":"08:00"}"#, #"{"from":"00:00","to":"23:59"}"#,
      #"{"from":"21:30","to":"00:00","days":["mon","fri","sun"]}"#,
      #"{"from":"21:00","to":"08:00","days":["sat"],"notOn":["2026-12-25","2028-02-29"]}"#,
    ])
  func written(json: String) throws {
    let (hours, faults) = try Self.read(json)
    #expect(faults.isEmpty)
    let written = JSONWriter.object { hours?.write(to: &$0) }
    #expect(String(decoding: written, as: UTF8.self) == json)
  }

  @Test("all days are the same as none said, and order does not count")
  func days() throws {
    let all = #"["sun","mon","tue","wed","thu","fri","sat"]"#
    let said = try Self.read(#"{"from":"21:00","to":"08:00","days":\#(all)}"#).0
    #expect(try said == Self.read(#"{"to":"08:00","from":"21:00","notOn":[]}"#).0)
  }

  static let noTime =
    "must be a time of day from 00:00 to 23:59, with two digits each; midnight is 00:00"
  static let faulty: [(String, [String])] = [
    ("{}", ["/quiet/from: is needed", "/quiet/to: is needed"]),
    (#"{"from":"21:00"}"#, ["/quiet/to: is needed"]),
    (#"{"from":21,"to":"08:00"}"#, ["/quiet/from: must be a string, in quotes"]),
    (#"{"from":"9:00","to":"24:00"}"#, ["/quiet/from: \(noTime)", "/quiet/to: \(noTime)"]),
    (#"{"from":"21:60","to":"+8:00"}"#, ["/quiet/from: \(noTime)", "/quiet/to: \(noTime)"]),
    (
      #"{"from":"21:00","to":"21:00"}"#,
      [
        "/quiet/to: must differ from `from`; days on which nobody is written to are left out of `days`"
      ]
    ),
    (
      #"{"from":"21:00","to":"08:00","days":[]}"#, ["/quiet/days: must be a list of 1 to 7 texts"]
    ),
    (
      #"{"from":"21:00","to":"08:00","days":["mon","Tue","mon",3]}"#,
      [
        "/quiet/days/1: must be one of mon, tue, wed, thu, fri, sat, sun",
        "/quiet/days/2: is there twice",
        "/quiet/days/3: must be one of mon, tue, wed, thu, fri, sat, sun",
      ]
    ),
    (
      #"{"from":"21:00","to":"08:00","notOn":["2026-02-29","2026-1-1","2026-12-25"]}"#,
      [
        "/quiet/notOn/0: must be a date such as 2026-12-25",
        "/quiet/notOn/1: must be a date such as 2026-12-25",
      ]
    ),
    (
      #"{"from":"21:00","to":"08:00","notOn":"2026-12-25"}"#,
      ["/quiet/notOn: must be a list of 0 to 366 texts"]
    ),
    (#"{"from":"21:00","to":"08:00","zone":"x"}"#, ["/quiet/zone: is not known here"]),
  ]

  @Test("what is wrong is told all at once, with its place", arguments: faulty)
  func faults(json: String, says: [String]) throws {
    let (hours, faults) = try Self.read(json)
    #expect(hours == nil)
    #expect(faults.map(\.description) == says)
  }

  static let minutes: [(String, String, Bool)] = [
    ("Europe/Rome", "2026-11-25T20:59:59+01:00", false),
    ("Europe/Rome", "2026-11-25T21:00:00+01:00", true),
    ("Europe/Rome", "2026-11-26T00:00:00+01:00", true),
    ("Europe/Rome", "2026-11-26T07:59:59.999999+01:00", true),
    ("Europe/Rome", "2026-11-26T08:00:00+01:00", false),
    ("Asia/Kathmandu", "2026-11-26T02:14:59Z", true),
    ("Asia/Kathmandu", "2026-11-26T02:15:00Z", false),
    // A Sunday there, not yet here.
    ("Pacific/Kiritimati", "2026-11-28T09:59:59Z", true),
    ("Pacific/Kiritimati", "2026-11-28T19:00:00Z", true),
    ("Europe/Rome", "2026-11-28T19:00:00+01:00", false),
    // Christmas begins there first and ends last in Samoa's neighbour.
    ("Pacific/Kiritimati", "2026-12-24T19:00:00Z", true),
    ("Pacific/Pago_Pago", "2026-12-24T19:30:00Z", false),
    ("Pacific/Pago_Pago", "2026-12-26T06:00:00Z", true),
    ("Pacific/Kiritimati", "2026-12-25T19:00:00Z", false),
  ]

  @Test("a minute is quiet by the clocks of its zone", arguments: minutes)
  func minute(zone: String, at: String, isQuiet: Bool) throws {
    let quiet = try #require(
      try Self.read(
        #"""
        {"from":"21:00","to":"08:00","days":["mon","tue","wed","thu","fri","sat"],"notOn":["2026-12-25"]}
        """#
      ).0)
    #expect(quiet.isQuiet(in: try systemZone(zone), at: try time(at)) == isQuiet)
  }
}
