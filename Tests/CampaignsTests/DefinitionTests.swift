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

  @Test("several messages are kept with their shares, and whom they leave out")
  func variants() throws {
    let text = """
      {"name":"autumn","sender":"a","variants":[{"name":"short","message":{"body":"Hi"}},
      {"name":"long","message":{"body":"Hi {{name}}"}},{"name":"none","message":{"body":"x"}}],"holdOut":5,
      "winner":{"test":20,"reads":50,"wait":"2h"}}
      """
    var definition = try Self.read(text)
    #expect(definition.variants.items.map(\.share) == [34, 33, 33])
    #expect(definition.variants.shares == VariantShares([34, 33, 33], holdOut: 5, test: 20))
    #expect(definition.variants.winner == WinnerRule(test: 20, reads: 50, wait: .seconds(7200)))
    definition.variants.items[1].template = "long_one"
    let kept = try #require(CampaignDefinition(stored: definition.json))
    #expect(kept == definition)
    #expect(kept.messages.map(\.pointer) == (0..<3).map { "/variants/\($0)/message" })
    // What is shown can be asked for again: what was found out of its templates is not in it.
    definition.variants.items[1].template = ""
    #expect(try Self.read(String(decoding: kept.asked, as: UTF8.self)) == definition)
  }

  static let faulty: [(String, [String])] = [
    ("{}", ["/name", "/message"]),
    (#"{"name":"","message":{"body":"x"}}"#, ["/name"]),
    (#"{"name":"n","message":{"to":"+39333","body":"x"}}"#, ["/message/to"]),
    (#"{"name":"n","message":"x"}"#, ["/message"]),
    (#"{"name":"n","message":{"body":"x"},"nane":1}"#, ["/nane"]),
    (#"{"name":"n","message":{"body":"x"},"holdOut":51}"#, ["/holdOut"]),
    (#"{"name":"n","message":{"body":"x"},"winner":{"test":10}}"#, ["/winner"]),
    (#"{"name":"n","variants":[{"name":"a","message":{"body":"x"}}]}"#, ["/variants"]),
    (
      #"{"name":"n","message":{"body":"x"},"variants":[{"name":"a","message":{"body":"x"}},{"name":"a","message":{"to":"1"},"template":"x"}]}"#,
      ["/variants", "/variants/1/template", "/variants/1/name", "/variants/1/message/to"]
    ),
    (
      #"{"name":"n","variants":[{"name":"a","share":60,"message":{"body":"x"}},{"name":"b","message":{"body":"y"}}]}"#,
      ["/variants"]
    ),
    (
      #"{"name":"n","holdOut":50,"variants":[{"name":"a","message":{"body":"x"}},{"name":"b","message":{"body":"y"}}],"winner":{"test":50,"wait":"1","of":2}}"#,
      ["/winner/of", "/winner/test", "/winner/wait"]
    ),
    (
      #"{"name":"n","source":{"campaign":"01890000-0000-7000-8000-000000000000","outcome":"failed"},"holdOut":5}"#,
      ["/holdOut"]
    ),
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
