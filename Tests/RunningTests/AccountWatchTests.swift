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
}
