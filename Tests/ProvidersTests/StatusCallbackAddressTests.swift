import Providers
import Testing
import Time

@Suite struct StatusCallbackAddressTests {
  @Test(
    "an address is divided into what is called and how",
    arguments: [
      ("https://h.example/cb", "https://h.example/cb", "h.example"),
      (
        "http://H.example:8080/cb?a=1#rc=5&rp=all", "http://H.example:8080/cb?a=1", "h.example:8080"
      ),
      ("https://h.example#rc=2", "https://h.example", "h.example"),
      ("https://[::1]:80/x", "https://[::1]:80/x", "[::1]:80"),
    ])
  func divided(text: String, url: String, host: String) throws {
    let address = try #require(StatusCallbackAddress(text))
    #expect(address.text == text && address.url == url && address.host == host)
  }

  @Test(
    "what cannot be called is none",
    arguments: [
      "", "h.example/cb", "ftp://h.example", "https://", "https:///cb", "https://a:b@h.example/",
      "https://under_score.example/", "https://h.example/a b", "https://h%2eexample/",
      "https://h.example/\u{0}", "https://h.example/\(String(repeating: "a", count: 2048))",
      "https://hé.example/",
    ])
  func refused(text: String) { #expect(StatusCallbackAddress(text) == nil) }

  @Test(
    "overrides are Twilio's, with its bounds",
    arguments: [
      ("", 1, 5000, 15_000), ("rc=0", 0, 5000, 15_000), ("rc=6", 1, 5000, 15_000),
      ("rc=5&ct=2000&rt=3000", 5, 2000, 5000), ("ct=50", 1, 5000, 15_000),
      ("tt=700", 1, 5000, 700), ("rc", 1, 5000, 15_000), ("e=dublin&rc=2", 2, 5000, 15_000),
      ("rc=x&ct=", 1, 5000, 15_000),
    ])
  func overrides(fragment: String, retries: Int, connect: Int, total: Int) {
    let overrides = CallbackOverrides(fragment: fragment)
    #expect(overrides.retries == retries)
    #expect(overrides.connectTimeout == .milliseconds(connect))
    #expect(overrides.totalTimeout == .milliseconds(total))
  }

  @Test(
    "a failure is repeated where the policy says so, and only so often",
    arguments: [
      ("", .connection, 0, true), ("", .connection, 1, false), ("", .broken, 0, false),
      ("rp=5xx", .broken, 0, true), ("rp=5xx", .connection, 0, false),
      ("rp=4xx,rt&rc=3", .reading, 2, true), ("rp=4xx,rt&rc=3", .reading, 3, false),
      ("rp=all&rc=2", .refused, 1, true), ("rc=0&rp=all", .connection, 0, false),
    ] as [(String, CallbackOverrides.Failure, Int, Bool)])
  func repeated(fragment: String, failure: CallbackOverrides.Failure, tries: Int, again: Bool) {
    #expect(CallbackOverrides(fragment: fragment).repeats(failure, after: tries) == again)
  }
}
