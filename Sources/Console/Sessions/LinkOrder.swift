internal import Domain
internal import JSON
internal import Settings

/// What a link is to give, and for how long.
struct LinkOrder: Hashable {
  let grant: Grant
  /// How long it may be followed.
  let link: Duration
  /// How long the session lasts that comes of it.
  let session: Duration

  private static let fields: Set = [
    "scopes", "app", "company", "linkMinutes", "sessionMinutes",
  ]
  /// Changing accounts and keys takes a key.
  private static let scopes: Set<APIKey.Scope> = [.read, .send]

  init(_ body: [UInt8], by key: APIKey) throws(FieldFaults) {
    guard let root = JSONValue(whole: body), root.kind == .object else {
      throw FieldFaults("", "must be an object")
    }
    var faults = FieldFaults()
    for (name, _) in root.fields ?? [] where !Self.fields.contains(name) {
      faults.add("/\(name)", "is not known here")
    }
    let scopes = Self.scopes(root["scopes"], of: key, &faults)
    let tenant = Self.tenant(root, of: key, &faults)
    link = .seconds(60 * Self.minutes("linkMinutes", root, 15, upTo: 7 * 1440, &faults))
    session = .seconds(60 * Self.minutes("sessionMinutes", root, 720, upTo: 720, &faults))
    guard faults.isEmpty, let tenant else { throw faults }
    grant = Grant(scopes: scopes, tenant: tenant)
  }

  private static func scopes(
    _ given: JSONValue?, of key: APIKey, _ faults: inout FieldFaults
  ) -> Set<APIKey.Scope> {
    guard let given else { return [.read] }
    let words = given.items?.map(\.string) ?? [nil]
    let known = words.compactMap { $0.flatMap(APIKey.Scope.init(rawValue:)) }
    if known.count != words.count || !Set(known).isSubset(of: scopes) || !known.contains(.read) {
      faults.add("/scopes", "must be [\"read\"] or [\"read\", \"send\"]")
    } else if !Set(known).isSubset(of: key.scopes) {
      faults.add("/scopes", "has what the key itself lacks")
    }
    return Set(known)
  }

  private static func tenant(
    _ root: JSONValue, of key: APIKey, _ faults: inout FieldFaults
  ) -> Tenant? {
    let (app, company) = (root["app"]?.string, root["company"]?.string)
    guard let app, let company, !app.isEmpty, !company.isEmpty else {
      if root["app"] == nil, root["company"] == nil, let own = key.tenant { return own }
      faults.add("/app", "is needed with company: a link is for one tenant")
      return nil
    }
    let tenant = Tenant(app: app, company: company)
    if let own = key.tenant, own != tenant { faults.add("/app", "must be that of the key, \(own)") }
    return tenant
  }

  private static func minutes(
    _ name: String, _ root: JSONValue, _ usual: Int64, upTo most: Int64,
    _ faults: inout FieldFaults
  ) -> Int64 {
    guard let given = root[name] else { return usual }
    guard let count = given.integer, (1...most).contains(count) else {
      faults.add("/\(name)", "must be a whole number of minutes from 1 to \(most)")
      return usual
    }
    return count
  }
}
