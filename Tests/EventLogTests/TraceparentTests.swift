import Events
import Domain
import Testing

@Suite struct TraceparentTests {
  static let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test("a valid one comes back as it was; a child keeps trace and flags")
  func valid() throws {
    let parent = try #require(Traceparent(Self.valid))
    #expect(parent.description == Self.valid)
    let child = parent.child().description
    #expect(child != Self.valid)
    #expect(child.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
    #expect(child.hasSuffix("-01"))
    #expect(Traceparent(child) != nil)
    #expect(Traceparent(Traceparent.random().description) != nil)
  }

  @Test(
    "what the standard calls invalid is not taken",
    arguments: [
      "", "00", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
      "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
    ])
  func invalid(_ text: String) { #expect(Traceparent(text) == nil) }
}
