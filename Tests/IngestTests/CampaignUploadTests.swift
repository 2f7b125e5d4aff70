import Domain
import Events
import HTTP
import JSON
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct CampaignUploadTests {
  private final class World {
    let stand: IngestStand
    let store: StockedStore
    let id: String

    init(_ message: String = #"{"body":"Hi {{name}}"}"#) async throws {
      stand = try IngestStand(publicURL: nil)
      store = try StockedStore(stand)
      let made = try await stand.call(
        "POST", "/api/campaigns", [HTTPHeader("Authorization", "Bearer admin-key")],
        Array(#"{"name":"autumn","sender":"twilio","message":\#(message)}"#.utf8))
      #expect(made.status == 201, "\(made.text)")
      id = try #require(try made.json["id"]?.string)
    }

    func put(_ body: String, offset: Int? = nil, isLast: Bool = true) async throws
      -> IngestStand.Answer
    {
      var headers = [
        HTTPHeader("Authorization", "Bearer admin-key"), HTTPHeader("Content-Type", "text/csv"),
      ]
      if let offset { headers.append(HTTPHeader("Upload-Offset", "\(offset)")) }
      if !isLast { headers.append(HTTPHeader("Upload-Complete", "?0")) }
      return try await stand.call(
        "PUT", "/api/campaigns/\(id)/recipients", headers, Array(body.utf8))
    }

    func get(_ name: String = "") async throws -> JSONValue {
      try await stand.call(
        "GET", "/api/campaigns/\(id)\(name)", [HTTPHeader("Authorization", "Bearer admin-key")]
      ).json
    }

    /// The lines of all rows in the log, and how many records say that there are no more.
    func appended() throws -> (lines: [Int], ends: Int) {
      let events = try stand.records(.bulk).map { try BulkRows(data: $0.event().data) }
      return (events.flatMap { $0.rows.map(\.line) }, events.count(where: \.isEnd))
    }
  }

  @Test("an upload is appended with its lines, and what is wrong is told line by line")
  func uploaded() async throws {
    let world = try await World()
    let answer = try await world.put(
      "Phone;Name\n+393331234567;Anna\n3,93E+11;Bea\n+393331234568;Carla\n;Dora\n")
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.headers.first(named: "Upload-Complete") == "?1")
    let appended = try world.appended()
    #expect(appended.lines == [2, 4] && appended.ends == 1)
    let faults = try await world.get("/faults")["faults"]?.items
    #expect(faults?.compactMap { $0["line"]?.integer } == [3, 5])
    let upload = try await world.get()["upload"]
    #expect(upload?["good"]?.integer == 2 && upload?["bad"]?.integer == 2)
  }

  @Test("an upload in parts goes on at each offset, and its rows come once")
  func parts() async throws {
    let world = try await World()
    let rows = (0..<9_000).map { "+39333\(1_000_000 + $0),Anna \($0)\n" }
    let bytes = Array(("to,name\n" + rows.joined()).utf8)
    var offset = 0
    var parts = 0
    while offset < bytes.count {
      let end = min(bytes.count, offset + 90_000)
      let part = String(decoding: bytes[offset..<end], as: UTF8.self)
      let answer = try await world.put(
        part, offset: parts == 0 ? nil : offset, isLast: end == bytes.count)
      #expect(answer.status == 200, "\(answer.text)")
      offset = try #require(answer.headers.first(named: "Upload-Offset").flatMap { Int($0) })
      parts += 1
      // The same part once more is told where it goes on.
      if end < bytes.count {
        let again = try await world.put(part, offset: offset + 1, isLast: false)
        #expect(again.status == 409)
        #expect(again.headers.first(named: "Upload-Offset") == "\(offset)")
      }
    }
    #expect(parts > 1)
    let appended = try world.appended()
    #expect(appended.lines == Array(2...9_001) && appended.ends == 1)
  }

  static let refused: [(String, String, String)] = [
    ("nothing", "", "no row"),
    ("no column of the placeholder", "to,nome\n+393331234567,Anna\n", "{{name}}"),
    ("a doubled column", "to,name,Name\n+393331234567,a,b\n", "both named"),
    ("no recipient", "who,name\n+393331234567,Anna\n", "recipient"),
    (
      "ten thousand columns",
      "to,name," + (0..<10_000).map { "c\($0)" }.joined(separator: ",") + "\n", "columns"
    ),
    ("an end inside quotes", "to,name\n+393331234567,Anna\n+393331234568,\"Be\n", "quote"),
    ("an image", "\u{89}PNG\r\n\u{1A}\n\0\0\0\rIHDR", ""),
  ]

  @Test(
    "an upload that cannot be read is refused with the line, leaves nothing, and is loaded once it is mended",
    arguments: refused)
  func refusals(name: String, body: String, word: String) async throws {
    let world = try await World()
    let answer = try await world.put(body)
    #expect(answer.status == 422, "\(name): \(answer.text)")
    #expect(answer.text.contains(word), "\(name): \(answer.text)")
    let campaign = try await world.get()
    #expect(campaign["state"]?.string == "loading")
    #expect(campaign["upload"]?["offset"]?.integer == 0)
    #expect(campaign["upload"]?["refusal"]?.items?.isEmpty == false)
    #expect(try world.appended().ends == 0)
    let mended = try await world.put("to,name\n+393331234567,Anna\n")
    #expect(mended.status == 200, "\(mended.text)")
    let events = try world.stand.records(.bulk).map { try BulkRows(data: $0.event().data) }
    let last = try #require(events.last)
    #expect(last.isEnd && last.load == 2)
  }

  @Test("a row that is too long is a fault of its line, and the others are taken")
  func longRow() async throws {
    let world = try await World()
    let long = String(repeating: "x", count: 3_000_000)
    let answer = try await world.put(
      "to,name\n+393331234567,Anna\n+393331234568,\(long)\n+393331234569,Carla\n")
    #expect(answer.status == 200, "\(answer.text)")
    #expect(try world.appended().lines == [2, 4])
    let faults = try await world.get("/faults")["faults"]?.items
    #expect(faults?.compactMap { $0["line"]?.integer } == [3])
  }

  static let unmade: [(String, String)] = [
    (#"{"name":"n","sender":"nobody","message":{"body":"x"}}"#, "/sender"),
    (#"{"name":"n","sender":"twilio","message":{"body":"x","priority":3}}"#, "/message/priority"),
    (#"{"name":"n","sender":"twilio","message":{"bdy":"x"}}"#, "/message"),
    (#"{"name":"n","senders":["twilio","meta"],"message":{"body":"x"}}"#, "/senders/1"),
    (
      #"{"name":"n","sender":"twilio","message":{"body":"x"},"expiresAt":"2020-01-01T00:00:00Z"}"#,
      "/expiresAt"
    ),
    (
      #"{"name":"n","source":{"campaign":"01890000-0000-7000-8000-000000000000","outcome":"queued"}}"#,
      "/source/outcome"
    ),
  ]

  @Test("a campaign that could never be sent is not made", arguments: unmade)
  func notMade(body: String, pointer: String) async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    defer { withExtendedLifetime(store) {} }
    let answer = try await stand.call(
      "POST", "/api/campaigns", [HTTPHeader("Authorization", "Bearer admin-key")],
      Array(body.utf8))
    #expect(answer.status == 422, "\(answer.text)")
    #expect(answer.text.contains(pointer), "\(answer.text)")
  }

  @Test("a campaign of one tenant is not there for another")
  func tenants() async throws {
    let world = try await World()
    let other = try await world.stand.call(
      "GET", "/api/campaigns/\(world.id)", [HTTPHeader("Authorization", "Bearer beta-reader")])
    let mine = try await world.stand.call(
      "GET", "/api/campaigns/\(world.id)", [HTTPHeader("Authorization", "Bearer acme-reader")])
    #expect(mine.status == 200)
    #expect(other.status == 404)
  }
}
