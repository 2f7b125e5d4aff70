import Domain
import HTTP
import Platform
import Providers
import Simulator
import TestSupport
import Testing
import Time

/// The simulator judges by itself what Meta takes.
@Suite struct MessageKindTests {
  static let cards = [
    Carousel.Card(header: Media(.image, .id("1")), body: "a", .link(label: "l", url: "https://h")),
    Carousel.Card(header: Media(.image, .id("2")), .link(label: "l", url: "https://h")),
  ]
  static let replies = [
    Carousel.Card(header: Media(.video, .id("1")), .replies([.init(id: "1", title: "t")])),
    Carousel.Card(header: Media(.video, .id("2")), .replies([.init(id: "2", title: "t")])),
  ]
  static let products = [Product(catalog: "c", id: "p"), Product(catalog: "c", id: "q")]

  static let kinds: [Message.Content] = [
    .text(TextMessage("x")), .media(Media(.image, .link("https://h/a.png"))),
    .location(Location(latitude: 1, longitude: 2)), .locationRequest(body: "b"),
    .contactRequest(body: "b"),
    .buttons(ReplyButtons(body: "b", header: .text("h"), buttons: [.init(id: "1", title: "t")])),
    .list(
      ListMessage(
        body: "b", button: "o", sections: [.init(rows: [.init(id: "1", title: "t")])])),
    .callToAction(CallToAction(body: "b", label: "l", url: "https://h")),
    .flow(
      FlowMessage(body: "b", header: .text("h"), flow: .id("1"), label: "Fill", token: "t")),
    .product(ProductMessage(products[0])), .product(ProductMessage(products[0], body: "b")),
    .products(
      ProductList(body: "b", header: "h", catalog: "c", sections: [.init(products: ["p"])])),
    .catalog(CatalogMessage(body: "b", thumbnail: "p")),
    .carousel(Carousel(body: "b", .media(cards))),
    .carousel(Carousel(body: "b", .media(replies))),
    .carousel(Carousel(body: "b", .products(products))),
    .template(Template(name: Demo.template, language: "en_US")),
  ]

  @Test("what we write of each kind is taken by one who knows Meta's rules")
  func taken() async throws { try await onOwnThread { try Self.sendAll() } }

  private static func sendAll() throws {
    var settings = SimulatorSettings()
    settings.life.isReported = false
    let simulator = try Simulator(settings)
    defer { simulator.stop(within: .zero) }
    let client = try HTTPClient()
    defer { client.close() }
    let sender = MetaSender(phoneNumberID: Demo.phoneNumberID, token: Secret(Demo.accessToken))
    for (number, content) in kinds.enumerated() {
      #expect(Message(content).faults(for: .metaWhatsApp).isEmpty)
      let request = try MetaRequest.send(
        Message(content), to: Recipient("+39333123456\(number % 10)"), from: sender,
        attempt: AttemptID(.random(at: Timestamp(seconds: 0)), 1))
      let answer = Locked<HTTPOutcome?>(nil)
      let done = Gate()
      client.send(
        HTTPCall(
          method: request.method, url: "http://127.0.0.1:\(simulator.port)/v24.0\(request.path)",
          headers: request.headers.map { HTTPHeader($0.name, $0.value) }, body: request.body)
      ) { outcome in
        answer.withLock { $0 = outcome }
        done.open()
      }
      #expect(done.wait(for: .seconds(60)))
      guard case .answered(let received)? = answer.withLock({ $0 }) else {
        Issue.record("no answer to \(content)")
        continue
      }
      #expect(received.status == 200, "\(String(decoding: received.body, as: UTF8.self))")
    }
  }
}
