import Domain
import Places
import Platform
import TestSupport
import Testing
import Time

@Suite struct ZoneBookTests {
  static let book = Result { try ZoneBook() }

  @Test(
    "a region has the zones of IANA's table",
    arguments: [
      ("IT", ["Europe/Rome"]), ("NP", ["Asia/Kathmandu"]), ("XK", ["Europe/Belgrade"]),
      ("NZ", ["Pacific/Auckland", "Pacific/Chatham"]), ("AC", ["Atlantic/St_Helena"]),
      ("it", []), ("ZZ", []), ("", []), ("../", []),
    ])
  func region(region: String, names: [String]) throws {
    let book = try Self.book.get()
    #expect(book.names(ofRegion: region) == names)
    #expect(try book.zones(ofRegion: region) == names.map { try book.zone(named: $0) })
  }

  @Test(
    "a wide country has as many offsets as it should",
    arguments: [("US", 7), ("RU", 11), ("BR", 4), ("AU", 5), ("KI", 3), ("CN", 2), ("CA", 6)])
  func wide(region: String, count: Int) throws {
    let july = Timestamp(seconds: 1_782_864_000)
    let offsets = Set(
      try Self.book.get().zones(ofRegion: region).map { $0.offset(at: july) })
    #expect(offsets.count == count)
  }

  /// All that libphonenumber knows.
  static let regions = """
    AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF
    CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG
    GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW
    KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF
    NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
    SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK
    YE YT ZA ZM ZW
    """.split { $0 == " " || $0 == "\n" }.map(String.init)

  @Test("every region that a number can have has a zone")
  func everyRegion() throws {
    let book = try Self.book.get()
    #expect(Self.regions.filter { book.zones(ofRegion: $0).isEmpty } == [])
  }

  @Test(
    "other names of a zone are accepted",
    arguments: [("Asia/Calcutta", "Asia/Kolkata"), ("US/Pacific", "America/Los_Angeles")])
  func links(link: String, zone: String) throws {
    let book = try Self.book.get()
    #expect(try book.zone(named: link) == book.zone(named: zone))
  }

  @Test(
    "a name that IANA does not have is refused",
    arguments: [
      ("europe/rome", ZoneNameFault.written("Europe/Rome")),
      ("utc", .written("UTC")), ("Europe/Atlantis", .unknown), ("", .unknown),
      ("../zoneinfo/Europe/Rome", .unknown), ("/usr/share/zoneinfo/Europe/Rome", .unknown),
      ("posix/Europe/Rome", .unknown), ("right/Europe/Rome", .unknown), ("zone.tab", .unknown),
      ("Europe", .unknown), ("Europe/Rome\0", .unknown), ("Europe//Rome", .unknown),
    ])
  func unknown(name: String, fault: ZoneNameFault) throws {
    let book = try Self.book.get()
    #expect(throws: fault) { try book.zone(named: name) }
  }

  @Test("without the system's data, what to install is said")
  func missing() throws {
    #expect {
      try ZoneBook(folder: "/nowhere")
    } throws: {
      "\($0)"
        == "no time zones: /nowhere/tzdata.zi cannot be read; install the package tzdata, or install it anew"
    }
  }

  /// Files of a folder, the book's names in it, or what is said against it.
  static let folders: [([(String, String)], Set<String>, String?)] = [
    (
      [
        (
          "tzdata.zi",
          "# version x\nR a 1 2\nZ A 0 - X\n0:10 - Y\nL A B\nL B C\nZ Gone 0 - X\nL Gone D\n"
        ),
        ("zone.tab", "#\nIT\t+1+1\tB\tnote\n"), ("A", zone),
      ], ["A", "B", "C"], nil
    ),
    (
      [("tzdata.zi", "Z A 0 - X\n"), ("zone.tab", "IT\t+1+1\tGone\n"), ("A", zone)], [],
      "Gone cannot be read"
    ),
    ([("tzdata.zi", "Z A 0 - X\n"), ("zone.tab", ""), ("A", "TZif")], [], "A ends too early"),
    ([("tzdata.zi", "Z A 0 - X\n"), ("A", zone)], [], "zone.tab cannot be read"),
  ]

  /// UTC, in the first version.
  static let zone =
    "TZif" + String(repeating: "\0", count: 31) + "\0\0\0\0\u{1}\0\0\0\u{1}" + "\0\0\0\0\0\0" + "\0"

  @Test("a folder that is not whole is told by the file that is not", arguments: folders)
  func folder(files: [(String, String)], names: Set<String>, fault: String?) throws {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      #expect(replaceFile(folder.file(name), by: Array(text.utf8)))
    }
    guard let fault else {
      #expect(try Set(ZoneBook(folder: folder.path).names) == names)
      return
    }
    #expect {
      try ZoneBook(folder: folder.path)
    } throws: {
      "\($0)".contains("\(folder.path)/\(fault);")
    }
  }
}
