import Domain
import Foundation
import Platform
import SendStore
import Settings
import Store
import Telemetry
import TestSupport
import Testing

@testable import Running

@Suite struct AccountWatchTests {
  private let folder: TemporaryFolder
  private let store: SendStore

  init() throws {
    folder = try TemporaryFolder()
    store = try SendStore(.sqlite(path: folder.file("store.db")))
  }

  private static let (key, other) = (
    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="
  )

  private static func settings(token: String = "old", keys: [String] = [key]) throws -> Settings {
    let keys = keys.map { "\"\($0)\"" }.joined(separator: ",")
    return try Settings.read(
      text: """
        { secretsKey: [\(keys)], senders: [
            { id: "a", provider: "meta", phoneNumberId: "1", accessToken: "\(token)" },
            { id: "b", provider: "meta", phoneNumberId: "2", accessToken: "\(token)" },
            { id: "c", provider: "meta", phoneNumberId: "3", accessToken: "another" },
            { id: "t", provider: "twilio", from: "+15550001111", authToken: "twilio-old",
              accountSid: "AC00000000000000000000000000000001" } ] }
        """)
  }

  private final class World {
    let watch: AccountWatch
    let taken = Locked<[Settings]>([])
    let lines = Locked<[String]>([])

    init(_ settings: Settings, file: String? = nil) {
      let (reload, taken, lines) = (Reload(), taken, lines)
      reload.onChange { settings in taken.withLock { $0.append(settings) } }
      watch = AccountWatch(
        settings, reload: reload,
        log: Log(
          worker: "test",
          write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }),
        file: file)
    }

    var last: Settings? { taken.withLock { $0.last } }
  }

  private static func tokens(_ settings: Settings?) -> [String] {
    (settings?.senders ?? []).map { sender in
      switch sender.credentials {
      case .meta(let own): own.accessToken.exposed
      case .twilio(let own): own.authTokens.map(\.exposed).joined(separator: ",")
      }
    }
  }

  private func put(_ token: String, for sender: Int, _ settings: Settings) throws {
    let change = TokenChange(
      settings.senders[sender], token: Secret(token), seal: SecretSeal(settings))
    try #require(change).write(to: store)
  }

  @Test("a token that is put in is taken up by all senders that had the same one, and by no other")
  func takenUp() throws {
    let settings = try Self.settings()
    let world = World(settings)
    #expect(try !world.watch.look(at: store))
    try put("new", for: 0, settings)
    #expect(try world.watch.look(at: store))
    #expect(Self.tokens(world.last) == ["new", "new", "another", "twilio-old"])
    #expect(world.last?.senders.map(\.credentialsID) == settings.senders.map(\.credentialsID))
    #expect(try !world.watch.look(at: store))
    // Twilio signs with either for a while.
    try put("twilio-new", for: 3, settings)
    #expect(try world.watch.look(at: store))
    #expect(Self.tokens(world.last) == ["new", "new", "another", "twilio-new,twilio-old"])
    #expect(try #require(world.last).secrets.contains(Secret("new")))
  }

  @Test("once the settings have another token it is theirs that counts")
  func settingsWin() throws {
    let settings = try Self.settings()
    let world = World(settings)
    try put("new", for: 0, settings)
    _ = try world.watch.look(at: store)
    try world.watch.apply(try Self.settings(token: "newer"))
    #expect(Self.tokens(world.last) == ["newer", "newer", "another", "twilio-old"])
    try world.watch.apply(settings)
    #expect(Self.tokens(world.last) == ["new", "new", "another", "twilio-old"])
  }

  @Test(
    "a start without the store goes on with what was known, and no secret lies there to be read")
  func snapshot() throws {
    let (settings, file) = (try Self.settings(), folder.file("spool.db.accounts"))
    let world = World(settings, file: file)
    try put("new-secret-token", for: 0, settings)
    _ = try world.watch.look(at: store)
    let kept = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(!String(decoding: kept, as: UTF8.self).contains("new-secret-token"))
    #expect(Self.tokens(World(settings, file: file).watch.settings)[0] == "new-secret-token")
    // Of another key, cut or of something else it says nothing.
    let strange = World(try Self.settings(keys: [Self.other]), file: file).watch.settings
    #expect(Self.tokens(strange)[0] == "old")
    try kept.prefix(40).write(to: URL(fileURLWithPath: file))
    #expect(Self.tokens(World(settings, file: file).watch.settings)[0] == "old")
    let stored = try #require(try store.credentials().first)
    #expect(!String(decoding: stored.sealed ?? [], as: UTF8.self).contains("new-secret-token"))
  }

  @Test("what no key opens is told and stops nothing; with the key beside it is in use")
  func rotation() throws {
    let settings = try Self.settings()
    try put("new", for: 0, settings)
    let blind = World(try Self.settings(keys: [Self.other]))
    #expect(try !blind.watch.look(at: store))
    #expect(blind.lines.withLock { $0 }.contains { $0.contains("cannot be decrypted") })
    try blind.watch.apply(try Self.settings(keys: [Self.other, Self.key]))
    #expect(try blind.watch.look(at: store))
    #expect(Self.tokens(blind.last)[0] == "new")
  }

  @Test("without a key nothing can be put in")
  func noKey() throws {
    let settings = try Self.settings(keys: [])
    #expect(
      TokenChange(settings.senders[0], token: Secret("new"), seal: SecretSeal(settings)) == nil)
  }

  private static let app = """
    { "provider": "meta", "appId": "77", "appSecret": "app-secret", "accessToken": "app-token", "app": "crm",
      "company": "acme", "wabas": [ { "wabaId": "8", "phones": [ { "id": "made", "phoneNumberId": "81" } ] } ] }
    """

  private func put(_ json: String, as name: String, _ settings: Settings) throws -> AccountDocument
  {
    try AccountBook(settings).put(Array(json.utf8), as: try #require(AccountName(name)), store)
  }

  @Test("an account that is made at run time is taken up, wins over the settings, and goes again")
  func account() throws {
    let settings = try Self.settings()
    let file = folder.file("spool.db.accounts")
    let world = World(settings, file: file)
    _ = try world.watch.look(at: store)
    let made = try put(Self.app, as: "acme", settings)
    #expect(try world.watch.look(at: store))
    let sender = try #require(world.last?.senders.last)
    #expect(sender.sender.id == SenderID("made") && sender.sender.account == AccountID("8"))
    #expect(sender.account == made.name)
    #expect(world.last?.apps.map(\.id) == ["77"])
    // A token that is refreshed is in the place of the account's own as of the settings'.
    let change = TokenChange(sender, token: Secret("fresh"), seal: SecretSeal(settings))
    try #require(change).write(to: store)
    #expect(try world.watch.look(at: store))
    #expect(Self.tokens(world.last).last == "fresh")
    // A start without the store knows all of it, and whoever reads the file nothing.
    let kept = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(!String(decoding: kept, as: UTF8.self).contains("app-secret"))
    #expect(Self.tokens(World(settings, file: file).watch.settings).last == "fresh")
    _ = try put(
      Self.app.replacing("\"made\"", with: "\"a\"").replacing("app-token", with: "other-token"),
      as: "acme", settings)
    #expect(try world.watch.look(at: store))
    #expect(Self.tokens(world.last) == ["other-token", "old", "another", "twilio-old"])
    try AccountBook(settings).remove(made.name, store)
    #expect(try world.watch.look(at: store))
    #expect(Self.tokens(world.last) == ["old", "old", "another", "twilio-old"])
    // And is made again under the same name.
    _ = try put(Self.app, as: "acme", settings)
    #expect(try world.watch.look(at: store))
    #expect(Self.tokens(world.last).last == "fresh")
    #expect(
      !(try store.accounts()).contains {
        String(decoding: $0.sealed ?? [], as: UTF8.self).contains("app-secret")
      })
  }

  @Test(
    "what is secret and missing in a change stays; parts are put in and taken out by their names")
  func parts() throws {
    let settings = try Self.settings()
    let book = AccountBook(settings)
    let first = try put(Self.app, as: "acme", settings)
    let verifyToken = try #require(first.text("verifyToken"))
    #expect(verifyToken.count == 32)
    #expect(!String(decoding: first.shown, as: UTF8.self).contains("app-"))
    // What is shown may be sent back.
    let second = try book.put(first.shown, as: first.name, store)
    #expect(second == first)
    let more = try book.put(
      Array("{ \"phoneNumberId\": \"82\" }".utf8), at: .phone("more", of: "8"), of: first.name,
      store)
    let read = settings.with([more]).settings
    #expect(read.senders.suffix(2).map(\.sender.address) == ["81", "82"])
    #expect(read.senders.last?.credentials.secrets.contains(Secret("app-token")) == true)
    #expect(throws: AccountBook.Refused.self) {
      try book.put(Array("{}".utf8), at: .phone("x", of: "nowhere"), of: first.name, store)
    }
    #expect(throws: AccountBook.Refused.self) {
      try book.put(
        Array("{ \"id\": \"y\", \"phoneNumberId\": \"83\" }".utf8), at: .phone("x", of: "8"),
        of: first.name, store)
    }
    let less = try book.remove(.phone("made", of: "8"), of: first.name, store)
    #expect(settings.with([less]).settings.senders.last?.sender.id == SenderID("more"))
    #expect(throws: AccountBook.Refused.self) {
      try book.remove(.phone("made", of: "8"), of: first.name, store)
    }
  }

  @Test(
    "an account that cannot be right is refused by its fields",
    arguments: [
      ("{}", "provider"), ("{ \"provider\": \"meta\" }", "appId"),
      (app.replacing("\"81\"", with: "\"+39\""), "wabas[0].phones[0].phoneNumberId"),
      (app.replacing("wabaId", with: "waba"), "wabas[0].phones[0].waba"),
      (
        "{ \"provider\": \"twilio\", \"accountSid\": \"AC1\", \"senders\": [ { \"id\": \"x\", \"from\": \"+1\" } ] }",
        "senders[0].accountSid"
      ),
      (
        app.replacing("app-token", with: "${file:/etc/hostname} x"),
        "wabas[0].phones[0].accessToken"
      ),
      ("[]", ""),
    ])
  func refused(json: String, path: String) throws {
    do {
      _ = try put(json, as: "wrong", try Self.settings())
      Issue.record("taken: \(json)")
    } catch AccountBook.Refused.faults(let faults) {
      #expect(faults.contains { $0.path == path }, "\(faults)")
    }
    #expect(try store.accounts().isEmpty)
  }

  @Test(
    "two accounts cannot have one sender, and nothing of an account is read as an operator's word")
  func doubled() throws {
    let settings = try Self.settings()
    _ = try put(Self.app, as: "acme", settings)
    #expect(throws: AccountBook.Refused.self) { try put(Self.app, as: "other", settings) }
    // Where two were written at the same moment, the first by its name has it, and the other is told.
    let both = try ["other", "acme"].map { name in
      try AccountDocument(try #require(AccountName(name)), json: Array(Self.app.utf8))
    }
    let (merged, faults) = settings.with(both)
    #expect(
      merged.senders.filter { $0.sender.id == SenderID("made") }.map(\.account?.text) == ["acme"])
    #expect(faults.keys.map(\.text) == ["other"])
    let literal = try put(
      Self.app.replacing("app-token", with: "${HOME}").replacing("made", with: "literal"),
      as: "literal", settings)
    #expect(Self.tokens(settings.with([literal]).settings).last == "${HOME}")
  }

  @Test("a tenant's key makes accounts of its own alone, and calls nobody but the providers")
  func tenants() throws {
    let settings = try Self.settings()
    let (acme, beta) = (
      Tenant(app: "crm", company: "acme"), Tenant(app: "crm", company: "beta")
    )
    let name = try #require(AccountName("acme"))
    let own = Self.app.replacing("\"app\": \"crm\",", with: "").replacing(
      "\"company\": \"acme\",", with: "")
    let made = try AccountBook(settings, for: acme).put(Array(own.utf8), as: name, store)
    #expect(made.tenant == acme)
    let theirs = AccountBook(settings, for: beta)
    #expect(try theirs.documents(store).isEmpty)
    #expect(throws: AccountBook.Refused.self) { try theirs.remove(name, store) }
    #expect(throws: AccountBook.Refused.self) {
      try theirs.put(Array(own.utf8), as: name, store)
    }
    for wrong in [
      Self.app.replacing("made", with: "b2"), own.replacing("\"made\"", with: "\"a\""),
      own.replacing("made", with: "b1").replacing(
        "\"appId\"", with: "\"baseURL\": \"http://127.0.0.1/v24.0\", \"appId\""),
    ] {
      #expect(throws: AccountBook.Refused.self) {
        try theirs.put(Array(wrong.utf8), as: try #require(AccountName("beta")), store)
      }
    }
  }

  @Test("for ten seconds after a change what is not known may be about to be")
  func recency() throws {
    let settings = try Self.settings()
    let world = World(settings)
    let recency = world.watch.recency
    #expect(!recency.isUnsettled())
    _ = try world.watch.look(at: store)
    #expect(!recency.isUnsettled())
    _ = try put(Self.app, as: "acme", settings)
    _ = try world.watch.look(at: store)
    #expect(recency.isUnsettled())
    recency.looked(at: .now + .seconds(10))
    #expect(!recency.isUnsettled(at: .now + .seconds(11)))
    // The store is away.
    #expect(recency.isUnsettled(at: .now + .seconds(16)))
  }

  @Test("what other systems prove themselves with is not shown, and stays where it is not given")
  func providerSecrets() throws {
    let name = try #require(AccountName("acme"))
    let json = """
      {"appId":"1","wabas":[{"wabaId":"2","phones":[{"id":"a","smsProvider":{
        "bitrix24":{"applicationToken":["app-one"],"portal":"https://a.bitrix24.com"},
        "kannel":{"username":"crm","password":"kannel-one"}}}]}]}
      """
    let document = try AccountDocument(name, json: Array(json.utf8))
    let shown = String(decoding: document.shown, as: UTF8.self)
    #expect(!shown.contains("app-one") && !shown.contains("kannel-one") && shown.contains("crm"))
    let again = try AccountDocument(name, json: document.shown)
    #expect(again.keepingSecrets(of: document) == document)
  }
}
