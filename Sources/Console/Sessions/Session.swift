internal import Crypto
internal import Domain
internal import JSON
internal import Settings
internal import Time

/// Somebody who logged in: what their cookie says, which only this program can read or write.
struct Session: Hashable, Sendable {
  let id: String
  /// The key that it stands for, by its hash.
  let keyName: String
  let ends: Timestamp
  /// What a link gave in place of all that the key may; nil: all of it.
  var grant: Grant?

  static let length = Duration.seconds(12 * 3600)

  init(of key: APIKey, until ends: Timestamp, grant: Grant? = nil) {
    id = lowerHex(randomBytes(12))
    keyName = Self.name(of: key)
    self.ends = ends
    self.grant = grant
  }

  /// Says which key it is, and nothing of it.
  static func name(of key: APIKey) -> String {
    lowerHex(sha256(Array("postrider console ".utf8) + key.key.bytes))
  }

  /// Never more than the key itself may by now.
  func narrowed(_ key: APIKey) -> APIKey? {
    guard let grant else { return key }
    guard key.tenant == nil || key.tenant == grant.tenant else { return nil }
    return key.narrowed(to: grant.scopes, of: grant.tenant)
  }
}

/// What a link gives: some of what the key may that made it, for one tenant.
struct Grant: Hashable, Sendable {
  let scopes: Set<APIKey.Scope>
  let tenant: Tenant
}

extension Session {
  var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("id", id)
      writer.field("key", keyName)
      writer.field("ends", ends.microseconds)
      guard let grant else { return }
      writer.name("grant")
      writer.object { writer in
        writer.field("app", grant.tenant.app)
        writer.field("company", grant.tenant.company)
        writer.name("scopes")
        writer.array { list in
          for scope in grant.scopes.map(\.rawValue).sorted() { list.value(scope) }
        }
      }
    }
  }

  init?(json: [UInt8]) {
    guard let root = JSONValue(whole: json), let id = root["id"]?.string,
      let keyName = root["key"]?.string, let ends = root["ends"]?.integer
    else { return nil }
    (self.id, self.keyName) = (id, keyName)
    self.ends = Timestamp(microseconds: ends)
    guard let given = root["grant"] else { return }
    guard let app = given["app"]?.string, let company = given["company"]?.string,
      let scopes = given["scopes"]?.items
    else { return nil }
    grant = Grant(
      scopes: Set(scopes.compactMap { $0.string.flatMap(APIKey.Scope.init(rawValue:)) }),
      tenant: Tenant(app: app, company: company))
  }
}

extension Timestamp {
  /// As the API writes times.
  var written: String { CalendarTime(microseconds: microseconds).description }
}
