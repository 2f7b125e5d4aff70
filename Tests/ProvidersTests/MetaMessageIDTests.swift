import Crypto
import Domain
import Providers
import Testing
import Time

@Suite struct MetaMessageIDTests {
  @Test("a send has an id of Meta's form and is found by it")
  func both() {
    let now = Timestamp(seconds: 1_790_000_000)
    for id in [
      SendID.random(at: now), SendID.derived(tenant: .none, idempotencyKey: "a", item: 0),
    ] {
      #expect(id.wamid.text == "wamid." + base64(id.bytes))
      #expect(id.wamid.isWamid && id.wamid.text.utf8.count == 30)
      #expect(SendID(wamid: id.wamid) == id)
    }
  }

  private static func bytes(_ version: UInt8, _ variant: UInt8) -> [UInt8] {
    [1, 2, 3, 4, 5, 6, version << 4, 8, variant << 6, 10, 11, 12, 13, 14, 15, 16]
  }

  @Test(
    "what cannot be a send's is none",
    arguments: [
      "", "wamid.", "wamid.A", base64(bytes(7, 2)), "WAMID." + base64(bytes(7, 2)),
      // Of Meta's, of another version, of another variant.
      "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA", "wamid." + base64(bytes(4, 2)),
      "wamid." + base64(bytes(7, 3)),
      // The same bytes in another spelling: without its end, with other bits behind it, with more behind it.
      "wamid." + base64(bytes(7, 2)).dropLast(2),
      "wamid." + base64(bytes(7, 2)).dropLast(3) + "B==", "wamid." + base64(bytes(7, 2)) + "=",
      "wamid." + base64(bytes(7, 2) + [0]),
    ])
  func foreign(text: String) { #expect(SendID(wamid: ProviderID(text)) == nil) }

  @Test("only what a message of Meta's can be called is a name of one")
  func names() {
    for text in [
      "", "wamid", "wamid.", "x.A", "wamid.a\u{0}", "wamid.\(String(repeating: "A", count: 507))",
    ] {
      #expect(!ProviderID(text).isWamid, "\(text)")
    }
    #expect(ProviderID("wamid.A").isWamid)
  }
}
