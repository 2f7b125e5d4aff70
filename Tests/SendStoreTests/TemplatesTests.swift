import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct TemplatesTests {
  private static let account = AccountID("W1")

  private static func template(
    _ name: String, _ language: String = "en", status: String = "APPROVED", text: String = "[]"
  ) -> MirroredTemplate {
    MirroredTemplate(
      account: account, name: name, language: language, status: status, category: "UTILITY",
      quality: "GREEN", components: Array(text.utf8))
  }

  @Test(
    "a list is kept as a whole: what it no longer has is gone, what changed says when",
    arguments: Backend.allCases)
  func list(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    let nothing = try store.templatesStamp()
    try store.save(
      [Self.template("a"), Self.template("a", "it"), Self.template("b")], of: Self.account)
    let first = try store.templates()
    #expect(first.map { $0.name + $0.language } == ["aen", "ait", "ben"])
    #expect(try store.templatesStamp() != nothing)
    let start = world.clock.now
    world.clock.advance(.seconds(100))
    try store.save([Self.template("a"), Self.template("b", text: "[1]")], of: Self.account)
    let second = try store.templates()
    #expect(second.map(\.status) == ["APPROVED", "DELETED", "APPROVED"])
    #expect(second[0].changedAt == first[0].changedAt && second[0].changedAt <= start)
    #expect(second[1].changedAt > start && second[2].changedAt > start)
    let list = try #require(try store.templateLists().first)
    #expect(list.account == Self.account && list.failure.isEmpty && list.listedAt > start)
  }

  @Test(
    "a webhook changes the state of one that is known, a failure is kept beside the list",
    arguments: Backend.allCases)
  func told(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    try store.save([Self.template("a")], of: Self.account)
    let listedAt = try #require(try store.templateLists().first).listedAt
    let stamp = try store.templatesStamp()
    let paused = TemplateNews.status("PAUSED", rejection: "")
    let told = world.clock.now
    #expect(try store.tell(paused, ofTemplate: "a", "en", in: Self.account, at: told))
    #expect(try store.templates().map(\.status) == ["PAUSED"])
    #expect(try store.templatesStamp() != stamp)
    #expect(try store.templateLists().map(\.isWanted) == [false])
    // What nobody knows is to be looked for.
    #expect(try store.tell(paused, ofTemplate: "nobody's", "en", in: Self.account, at: told))
    #expect(try store.templateLists().map(\.isWanted) == [true])
    #expect(try store.templates().count == 1)
    try store.templatesFailed(of: Self.account, because: "190: ended")
    let list = try #require(try store.templateLists().first)
    #expect(list.failure == "190: ended" && list.listedAt == listedAt)
    try store.templatesFailed(of: AccountID("W2"), because: "x")
    #expect(try store.templateLists().map { $0.listedAt == .distantPast } == [false, true])
  }

  @Test(
    "news that comes late loses to newer news of its kind, and to a list that was read after it",
    arguments: Backend.allCases)
  func order(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    try store.save([Self.template("a")], of: Self.account)
    world.clock.advance(.seconds(1000))
    let now = world.clock.now
    func tell(_ news: TemplateNews, _ seconds: Int64) throws -> Bool {
      try store.tell(news, ofTemplate: "a", "en", in: Self.account, at: now + .seconds(seconds))
    }
    let paused = TemplateNews.status("PAUSED", rejection: "")
    #expect(try tell(paused, 0))
    #expect(try !tell(.status("APPROVED", rejection: ""), -1))
    #expect(try tell(.quality("RED"), -5), "of another kind")
    #expect(try !tell(.quality("YELLOW"), -6))
    #expect(try tell(.announced("MARKETING"), -3))
    #expect(try !tell(.category("AUTHENTICATION"), -4))
    var known = try #require(try store.templates().first)
    #expect(known.status == "PAUSED" && known.quality == "RED" && known.category == "UTILITY")
    #expect(known.announced == "MARKETING" && known.announcedAt == now - .seconds(3))
    #expect(try tell(.category("MARKETING"), -2))
    known = try #require(try store.templates().first)
    #expect(known.category == "MARKETING" && known.announced.isEmpty)
    // Read while the news came: it had begun before.
    try store.save([Self.template("a")], of: Self.account, since: now - .seconds(10))
    known = try #require(try store.templates().first)
    #expect(known.status == "PAUSED" && known.category == "MARKETING" && known.quality == "RED")
    world.clock.advance(.seconds(1000))
    try store.save([Self.template("a")], of: Self.account)
    known = try #require(try store.templates().first)
    #expect(known.status == "APPROVED" && known.category == "UTILITY")
    #expect(try !tell(paused, 500), "the list was read long after it")
    #expect(try tell(paused, 990))
  }

  @Test(
    "what we made ourselves outlives a list whose reading had begun before",
    arguments: Backend.allCases)
  func made(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    try store.save([Self.template("a")], of: Self.account)
    world.clock.advance(.seconds(10))
    let since = world.clock.now
    world.clock.advance(.seconds(10))
    var own = Self.template("b", status: "PENDING")
    (own.id, own.format, own.rejection) = ("77", "NAMED", "")
    try store.put(own)
    try store.save([Self.template("a")], of: Self.account, since: since)
    let all = try store.templates()
    #expect(all.map(\.status) == ["APPROVED", "PENDING"])
    #expect(all[1].id == "77" && all[1].format == "NAMED")
    world.clock.advance(.seconds(10))
    try store.save([Self.template("a")], of: Self.account)
    #expect(try store.templates().map(\.status) == ["APPROVED", "DELETED"])
  }

  @Test("sends that wait for a template are counted by sender", arguments: Backend.allCases)
  func waiting(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let key = TemplateKey(name: "a", language: "it")
    #expect(
      try world.store.waiting(forTemplate: key, of: [Sender.main.id]).isEmpty)
    let inEnglish = TemplateKey(name: "a", language: "en").text
    try world.queue(3) { $1.template = key.text }
    try world.queue(2) { $1.template = inEnglish }
    // One that names no language stands for each.
    try world.queue(1) { $1.template = "a" }
    #expect(
      try world.store.waiting(forTemplate: key, of: [Sender.main.id])
        == [Sender.main.id: 4])
  }

  @Test("a store's clock that stands ahead of the calendar makes no news of a template old")
  func ahead() throws {
    let machine = try ClockTests.Machine()
    let store = try machine.open()
    defer { store.close() }
    machine.pass(.seconds(600))
    machine.setCalendar(by: .seconds(-600))
    let clock = try store.clock()
    #expect(clock.ahead > .seconds(500))
    try store.save([Self.template("a")], of: Self.account)
    // Told just now, by the provider's calendar.
    let told = Timestamp(told: clock.calendar)
    #expect(
      try store.tell(
        .status("PAUSED", rejection: ""), ofTemplate: "a", "en", in: Self.account, at: told))
    #expect(try store.templates().first?.status == "PAUSED")
    machine.pass(.seconds(10))
    try store.save([Self.template("a")], of: Self.account)
    #expect(try store.templates().first?.status == "APPROVED", "the list was read after it")
  }
}
