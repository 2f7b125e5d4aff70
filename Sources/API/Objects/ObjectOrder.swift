internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Store

/// One request about objects, and whose they are.
struct ObjectOrder {
  let request: HTTPRequest
  /// Of the path.
  let name: String?
  let tenant: Tenant
  /// Names of the tenant's senders for contents of Twilio's.
  let templates: ContentCatalog
  let store: SendStore

  // MARK: Reading

  func list() throws -> HTTPAnswer {
    let limit = try checked { () throws(FieldFaults) in
      try request.refuseOthers(than: Owner.names.union(["after", "limit"]))
      guard let text = request.queryValue("limit") else { return 50 }
      guard let limit = Int(text), (1...ObjectRoutes.pageLimit).contains(limit) else {
        throw FieldFaults("/limit", "must be a number from 1 to \(ObjectRoutes.pageLimit)")
      }
      return limit
    }
    let after = request.queryValue("after") ?? ""
    let page = try store.objects(of: tenant, after: after, limit: limit + 1)
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("objects")
        writer.array { list in
          for object in page.prefix(limit) { list.object { view(object).write(to: &$0) } }
        }
        if page.count > limit { writer.field("next", page[limit - 1].key.name.text) }
      })
  }

  func show() throws -> HTTPAnswer {
    try refuseOthers()
    guard let key, let object = try store.objects([key]).first else { return .notFound }
    return HTTPAnswer(json: view(object).json)
  }

  // MARK: Changing

  func create() throws -> HTTPAnswer {
    try refuseOthers()
    let root = try self.root()
    let object = try checked { () throws(FieldFaults) in
      try ObjectDefinition(root, templates: templates)
    }
    return try save(object, replacing: 0, status: 201)
  }

  /// Makes it where there is none. With `version` it replaces that one and no other.
  func put() throws -> HTTPAnswer {
    try refuseOthers(than: ["version"])
    guard let key else {
      return SendAnswer.refused(FieldFaults("/name", ObjectName.rule)).answer
    }
    let root = try named(try self.root(), key.name)
    let expected = try checked { () throws(FieldFaults) in try version() }
    let object = try checked { () throws(FieldFaults) in
      try ObjectDefinition(root, templates: templates)
    }
    return try save(object, replacing: expected, status: 200)
  }

  func remove() throws -> HTTPAnswer {
    try refuseOthers()
    guard let key, try store.removeObject(key) else { return .notFound }
    return HTTPAnswer(status: 204)
  }

  private func save(
    _ object: ObjectDefinition, replacing version: Int?, status: Int
  ) throws -> HTTPAnswer {
    switch try store.save(object, of: tenant, replacing: version) {
    case .saved(let stored): return HTTPAnswer(status: status, json: view(stored).json)
    case .otherVersion(0): return Self.conflict("There is no \(object.name) yet.")
    case .otherVersion(let known):
      let remedy = version == 0 ? "PUT replaces it" : "read it again before you change it"
      return Self.conflict("There is version \(known) of \(object.name): \(remedy).")
    case .full:
      return Self.conflict("A tenant has at most \(SendStore.mostObjects) objects; delete some.")
    }
  }

  private static func conflict(_ detail: String) -> HTTPAnswer {
    Problem(status: 409, title: "Conflict", detail: detail).answer
  }

  // MARK: What was asked

  private var key: ObjectKey? {
    name.flatMap { ObjectName($0) }.map { ObjectKey(tenant, $0) }
  }

  private func view(_ object: StoredObject) -> ObjectView {
    ObjectView(object: object, templates: templates)
  }

  private func refuseOthers(than more: Set<String> = []) throws {
    try checked { () throws(FieldFaults) in
      try request.refuseOthers(than: Owner.names.union(more))
    }
  }

  private func version() throws(FieldFaults) -> Int? {
    guard let text = request.queryValue("version") else { return nil }
    guard let version = Int(text), (0...Int(Int32.max)).contains(version) else {
      throw FieldFaults("/version", "must be the version that it replaces; 0: there is none yet")
    }
    return version
  }

  private func root() throws -> JSONValue {
    guard let root = try KeyedRequests.object(request) else {
      throw StoreQueries.Refused(
        answer: SendAnswer.unreadable("The body must be an object.").answer)
    }
    return root
  }

  /// The path says its name; the body may repeat it.
  private func named(_ root: JSONValue, _ name: ObjectName) throws -> JSONValue {
    if let given = root["name"], !given.isNull {
      guard given.string == name.text else {
        let fault = FieldFaults("/name", "must be \(name), as in the path")
        throw StoreQueries.Refused(answer: SendAnswer.refused(fault).answer)
      }
      return root
    }
    let json = JSONWriter.object(capacity: root.text.count + 64) { writer in
      writer.field("name", name.text)
      for (field, value) in root.fields ?? [] where field != "name" {
        writer.name(field)
        writer.raw(value.text)
      }
    }
    return JSONValue(whole: json) ?? root
  }

  private func checked<Value>(_ read: () throws(FieldFaults) -> Value) throws -> Value {
    do throws(FieldFaults) { return try read() } catch {
      throw StoreQueries.Refused(answer: SendAnswer.refused(error).answer)
    }
  }
}
