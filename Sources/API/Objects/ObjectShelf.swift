internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Settings

/// Objects that requests name, as the store had them when they came.
struct ObjectShelf: Sendable {
  private let known: [ObjectKey: StoredObject]

  init(_ objects: [StoredObject] = []) {
    known = Dictionary(objects.map { ($0.key, $0) }) { $1 }
  }

  /// A request in which what is to be sent stands as it would without objects.
  struct Filled {
    let request: JSONValue
    let rules: SendRules
    let isOfObject: Bool
    let warnings: [String]

    /// Faults of what it says now, at a place of the request that came.
    func placed(_ faults: FieldFaults) -> FieldFaults {
      isOfObject ? ObjectRequest.placed(faults) : faults
    }
  }

  func filled(
    _ request: JSONValue, for settings: SenderSettings
  ) throws(FieldFaults) -> Filled {
    var rules = settings.rules
    guard let asked = try ObjectRequest(request) else {
      return Filled(request: request, rules: rules, isOfObject: false, warnings: [])
    }
    // A value is never read for a template's line.
    rules.templateStrings = false
    guard let stored = known[ObjectKey(settings.sender.tenant, asked.name)] else {
      throw FieldFaults("/object", "is no object of the sender's tenant; GET /api/objects has them")
    }
    guard let object = stored.definition else {
      throw FieldFaults("/object", "was saved by a later version, and cannot be read by this one")
    }
    let unused = asked.unused(by: object, rules).prefix(10)
    let warnings =
      unused.isEmpty
      ? [] : ["Nothing in \(asked.name) asks for these values: \(unused.joined(separator: ", "))."]
    return Filled(
      request: try asked.filled(object, rules), rules: rules, isOfObject: true, warnings: warnings)
  }
}

/// What requests name is read from the store before they are. One that names nothing needs no store.
struct ObjectLookup: Sendable {
  let desk: StoreQueries
  let choice: SenderChoice

  /// Different ones, of one body.
  static let most = 100

  /// Goes on, on a thread of the store's where it was asked; where it cannot be, the request is answered.
  func find(
    for requests: [JSONValue], _ responder: HTTPResponder,
    _ proceed: @escaping @Sendable (ObjectShelf) -> Void
  ) {
    let keys = keys(of: requests)
    guard !keys.isEmpty else { return proceed(ObjectShelf()) }
    guard keys.count <= Self.most else {
      let fault = FieldFaults("/object", "must be one of at most \(Self.most) in one request")
      return responder.answer(SendAnswer.refused(fault).answer)
    }
    desk.find(responder, { store in ObjectShelf(try store.objects(Array(keys))) }, proceed)
  }

  func keys(of requests: [JSONValue]) -> Set<ObjectKey> {
    var keys: Set<ObjectKey> = []
    for request in requests {
      guard let name = ObjectRequest.name(in: request) else { continue }
      // A sender that cannot be chosen is told when the request is read.
      do throws(FieldFaults) {
        keys.insert(ObjectKey(try choice.sender(for: request).sender.tenant, name))
      } catch { continue }
    }
    return keys
  }
}
