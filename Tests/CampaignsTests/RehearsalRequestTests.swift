import Campaigns
import Domain
import JSON
import Testing

/// What may be asked of a rehearsal.
@Suite struct RehearsalRequestTests {
  @Test(
    "faults are read as the command reads them",
    arguments: [
      ("{}", []), (#"{"faults":null}"#, []), (#"{"faults":[]}"#, []),
      (
        #"{"faults":["token-expires@10m","provider-down@5m..7m","tier-cut@20%"]}"#,
        ["token-expires@10m", "provider-down@5m..7m", "tier-cut@20%"]
      ),
    ])
  func read(json: String, texts: [String]) throws {
    let root = try JSONDocument(Array(json.utf8)).root
    let request = try RehearsalRequest(root)
    #expect(request.faults.map(\.text) == texts)
    #expect(request.faults == (try texts.map { text in try RehearsalFault(text) }))
  }

  @Test("nothing at all asks for one in which all goes well")
  func nothing() throws { #expect(try RehearsalRequest(nil).faults.isEmpty) }

  private static func list(_ count: Int) -> String {
    "{\"faults\":[" + Array(repeating: "\"tier-cut@1%\"", count: count).joined(separator: ",")
      + "]}"
  }

  @Test(
    "what is wrong is told with its place",
    arguments: [
      (#"{"fault":[]}"#, ["/fault: is not known here"]),
      (#"{"faults":"tier-cut@1%"}"#, ["/faults: must be a list"]),
      (#"{"faults":["tier-cut@1%",7]}"#, ["/faults/1: must be a string, in quotes"]),
      (#"{"faults":[""]}"#, ["/faults/0: must not be empty"]),
      (
        #"{"faults":["tier-cut","tier-cut@1%","provider-down@5m"]}"#,
        [
          "/faults/0: tier-cut needs a time from the start or a part of the people, such as @10m or @20%",
          "/faults/2: provider-down needs a time from and until, such as @5m..7m",
        ]
      ),
      (list(21), ["/faults: must have at most 20 items; it has 21"]),
      (
        "{\"faults\":[\"tier-cut@\(String(repeating: "1", count: 55))m\"]}",
        ["/faults/0: must have at most 64 characters; it has 65"]
      ),
    ])
  func refused(json: String, faults: [String]) throws {
    let root = try JSONDocument(Array(json.utf8)).root
    let error = #expect(throws: FieldFaults.self) { try RehearsalRequest(root) }
    #expect(error?.all.map(\.description) == faults)
  }

  @Test("so many faults are taken as are allowed")
  func most() throws {
    let root = try JSONDocument(Array(Self.list(RehearsalRequest.mostFaults).utf8)).root
    #expect(try RehearsalRequest(root).faults.count == RehearsalRequest.mostFaults)
  }
}
