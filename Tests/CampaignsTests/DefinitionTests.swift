import Domain
import JSON
import Testing

@testable import Campaigns

@Suite struct DefinitionTests {
  private static func read(_ json: String) throws -> CampaignDefinition {
    try CampaignDefinition(try #require(JSONValue(whole: Array(json.utf8))))
  }

  @Test("a definition is kept as it was asked for")
  func kept() throws {
    let text = """
      {"name":"autumn","senders":["a","b"],"message":{"body":"Hi {{ Name }}"},"recipient":"tel","unique":"row",
      "startAt":"2026-12-01T09:00:00Z","expiry":"2d","priority":3,"pace":"500/h","share":40}
      """
    let definition = try Self.read(text)
    let kept = try #require(CampaignDefinition(stored: definition.json))
    #expect(kept == definition)
    #expect(kept.senders.map(\.text) == ["a", "b"])
    #expect(!kept.isByRecipient && kept.share == 40 && kept.expiry == .seconds(2 * 86400))
    #expect(kept.message?.names == ["Name"])
    // What is shown can be asked for again.
    #expect(try Self.read(String(decoding: kept.asked, as: UTF8.self)) == definition)
  }

  static let faulty: [(String, [String])] = [
    ("{}", ["/name", "/message"]),
    (#"{"name":"","message":{"body":"x"}}"#, ["/name"]),
    (#"{"name":"n","message":{"to":"+39333","body":"x"}}"#, ["/message/to"]),
    (#"{"name":"n","message":"x"}"#, ["/message"]),
    (#"{"name":"n","message":{"body":"x"},"nane":1}"#, ["/nane"]),
    (#"{"name":"n","message":{"body":"x"},"sender":"a","senders":["b"]}"#, ["/senders"]),
    (#"{"name":"n","message":{"body":"x"},"senders":[]}"#, ["/senders"]),
    (#"{"name":"n","message":{"body":"x"},"senders":["a","a"]}"#, ["/senders/1"]),
    (#"{"name":"n","message":{"body":"x"},"unique":"both"}"#, ["/unique"]),
    (
      #"{"name":"n","message":{"body":"x"},"pace":"fast","share":0,"priority":10}"#,
      ["/priority", "/pace", "/share"]
    ),
    (#"{"name":"n","message":{"body":"x"},"startAt":"tomorrow"}"#, ["/startAt"]),
    (#"{"name":"n","message":{"body":"x"},"expiry":"1s"}"#, ["/expiry"]),
    (
      #"{"name":"n","message":{"body":"x"},"expiry":"2d","expiresAt":"2030-01-01T00:00:00Z"}"#,
      ["/expiry"]
    ),
    (#"{"name":"n","source":{"campaign":"x","outcome":"not-delivered"}}"#, ["/source/campaign"]),
    (
      #"{"name":"n","message":{"body":"{{a}}"},"source":{"campaign":"01890000-0000-7000-8000-000000000000","outcome":"failed"}}"#,
      ["/message"]
    ),
  ]

  @Test("every fault is told at its place", arguments: faulty)
  func faults(json: String, pointers: [String]) throws {
    do {
      _ = try Self.read(json)
      Issue.record("it was taken: \(json)")
    } catch let error as FieldFaults {
      #expect(error.all.map(\.pointer) == pointers)
    }
  }
}
