import Domain
import JSON
import Testing

@Suite struct NamedMessageTests {
  private static let (one, other) = (ProviderID("a"), ProviderID("b"))

  @Test("a message names the one that it answers or reacts to")
  func named() {
    let text = Message(.text(TextMessage("x")))
    #expect(text.named == nil && text.naming(Self.other) == text)
    let reply = Message(.text(TextMessage("x")), replyTo: Self.one)
    #expect(reply.named == Self.one && reply.naming(Self.other).replyTo == Self.other)
    let reaction = Message(.reaction(Reaction(to: Self.one, emoji: "👍")))
    #expect(reaction.named == Self.one)
    #expect(
      reaction.naming(Self.other) == Message(.reaction(Reaction(to: Self.other, emoji: "👍"))))
  }

  @Test("the name of a header's value is kept")
  func headers() throws {
    let json =
      #"{"to":"+393331234567","template":{"name":"n","language":{"code":"it"},"components":[{"type":"header","parameters":[{"type":"text","parameter_name":"title","text":"x"}]}]}}"#
    let rules = SendRules(channel: .metaWhatsApp)
    let request = try #require(
      try SendRequest.all(in: try JSONDocument(Array(json.utf8)).root, as: rules).first)
    #expect(request.message.template?.headerName == "title")
    let again = try SendRequest.all(in: try JSONDocument(request.json).root, as: rules)
    #expect(again == [request])
    #expect(String(decoding: request.json, as: UTF8.self).contains(#""parameter_name":"title""#))
  }
}
