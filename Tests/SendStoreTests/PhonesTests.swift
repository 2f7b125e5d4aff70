import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct PhonesTests {
  @Test(
    "what a number told is kept over a failure, which is told beside it and goes with the next answer",
    arguments: Backend.allCases)
  func kept(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (store, sender) = (world.store, SenderID("main"))
    try store.phoneFailed(sender, askedAt: try store.now(), because: "190: ended")
    var phone = try #require(try store.phones().first)
    #expect(phone.readAt == .distantPast && phone.failure == "190: ended")
    let asked = try store.now()
    try store.save(Array(#"{"a":1}"#.utf8), ofPhone: sender, askedAt: asked)
    phone = try #require(try store.phones().first)
    #expect(phone.failure.isEmpty && phone.askedAt == asked && phone.readAt >= asked)
    world.clock.advance(.seconds(60))
    let later = try store.now()
    try store.phoneFailed(sender, askedAt: later, because: "away")
    let failed = try #require(try store.phones().first)
    #expect(failed.facts == Array(#"{"a":1}"#.utf8) && failed.readAt == phone.readAt)
    #expect(failed.failure == "away" && failed.askedAt == later)
  }

  @Test(
    "news of a number outlives an answer that was asked for before it", arguments: Backend.allCases)
  func news(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (store, sender) = (world.store, SenderID("main"))
    let asked = try store.now()
    world.clock.advance(.seconds(1))
    try store.phonesChanged([sender, SenderID("other")])
    try store.save(Array("{}".utf8), ofPhone: sender, askedAt: asked)
    let phones = try store.phones()
    #expect(phones.map(\.sender.text) == ["main", "other"])
    #expect(phones.allSatisfy { $0.newsAt > $0.askedAt })
    world.clock.advance(.seconds(1))
    try store.save(Array("{}".utf8), ofPhone: sender, askedAt: try store.now())
    #expect(try store.phones().first.map { $0.newsAt < $0.askedAt } == true)
  }

  @Test(
    "the last webhook of an account and of a number is remembered, an older one changes nothing",
    arguments: Backend.allCases)
  func sightings(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (store, account) = (world.store, AccountID("W1"))
    let now = Timestamp(seconds: 1_800_000_000)
    try store.see([Sighting(account, nil, at: now), Sighting(account, "1065", at: now)])
    try store.see([
      Sighting(account, nil, at: now - .seconds(9)),
      Sighting(account, "1065", at: now + .seconds(9)),
    ])
    let seen = try store.sightings()
    #expect(
      seen == [Sighting(account, nil, at: now), Sighting(account, "1065", at: now + .seconds(9))])
  }
}
