import Domain
import Testing
import Time

@Suite struct ServiceWindowTests {
  static let start = Timestamp(seconds: 1_800_000_000)
  static let day = 86400

  @Test(
    "the window is open for a day after a message, and known closed for a day after a refusal",
    arguments: [
      (inbound: nil, refusal: nil, at: 0, isOpen: false, isClosed: false),
      (inbound: 0, refusal: nil, at: 0, isOpen: true, isClosed: false),
      (inbound: 0, refusal: nil, at: day - 1, isOpen: true, isClosed: false),
      (inbound: 0, refusal: nil, at: day, isOpen: false, isClosed: false),
      (inbound: nil, refusal: 0, at: 0, isOpen: false, isClosed: true),
      (inbound: nil, refusal: 0, at: day - 1, isOpen: false, isClosed: true),
      (inbound: nil, refusal: 0, at: day, isOpen: false, isClosed: false),
      // Somebody wrote after the refusal: the window is open again.
      (inbound: 10, refusal: 0, at: 20, isOpen: true, isClosed: false),
      (inbound: 1, refusal: 0, at: 1, isOpen: true, isClosed: false),
      // The refusal came after the message: it knows better.
      (inbound: 0, refusal: 10, at: 20, isOpen: true, isClosed: true),
      (inbound: 0, refusal: 0, at: 1, isOpen: true, isClosed: true),
    ] as [(inbound: Int?, refusal: Int?, at: Int, isOpen: Bool, isClosed: Bool)])
  func states(inbound: Int?, refusal: Int?, at: Int, isOpen: Bool, isClosed: Bool) {
    func time(_ seconds: Int) -> Timestamp { Self.start + .seconds(seconds) }
    let window = ServiceWindow(
      lastInbound: inbound.map(time), lastRefusal: refusal.map(time))
    #expect(window.isOpen(at: time(at)) == isOpen)
    #expect(window.isKnownClosed(at: time(at)) == isClosed)
  }
}
