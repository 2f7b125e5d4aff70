internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// What requests name instead of saying it, as the store had it when they came: objects, and files of ours.
struct RequestParts: Sendable {
  private let objects: [ObjectKey: StoredObject]
  private let media: [MediaKey: StoredMedia]
  /// Providers fetch files there.
  private let publicURL: WebAddress?

  init(
    objects: [StoredObject] = [], media: [StoredMedia] = [], publicURL: WebAddress? = nil
  ) {
    self.objects = Dictionary(objects.map { ($0.key, $0) }) { $1 }
    self.media = Dictionary(media.map { ($0.key, $0) }) { $1 }
    self.publicURL = publicURL
  }

  /// A request in which all that is to be sent stands as it would if it named nothing.
  struct Filled {
    enum Origin { case request, object, media }

    let request: JSONValue
    var rules: SendRules
    var origin = Origin.request
    var warnings: [String] = []

    /// Faults of what it says now, at a place of the request that came.
    func placed(_ faults: FieldFaults) -> FieldFaults {
      switch origin {
      case .request: faults
      case .object: ObjectRequest.placed(faults)
      case .media: MediaRequest.placed(faults)
      }
    }
  }

  func filled(
    _ request: JSONValue, for settings: SenderSettings, at now: Timestamp
  ) throws(FieldFaults) -> Filled {
    if let asked = try ObjectRequest(request) { return try filled(asked, settings) }
    if let asked = try MediaRequest(request) {
      return try filled(asked, request, settings, at: now)
    }
    return Filled(request: request, rules: settings.rules)
  }

  private func filled(
    _ asked: ObjectRequest, _ settings: SenderSettings
  ) throws(FieldFaults) -> Filled {
    guard let stored = objects[ObjectKey(settings.sender.tenant, asked.name)] else {
      throw FieldFaults("/object", "is no object of the sender's tenant; GET /api/objects has them")
    }
    guard let object = stored.definition else {
      throw FieldFaults("/object", "was saved by a later version, and cannot be read by this one")
    }
    var rules = settings.rules
    // A value is never read for a template's line.
    rules.templateStrings = false
    var filled = Filled(request: try asked.filled(object, rules), rules: rules, origin: .object)
    let unused = asked.unused(by: object, rules).prefix(10)
    if !unused.isEmpty {
      let names = unused.joined(separator: ", ")
      filled.warnings = ["Nothing in \(asked.name) asks for these values: \(names)."]
    }
    return filled
  }

  private func filled(
    _ asked: MediaRequest, _ request: JSONValue, _ settings: SenderSettings, at now: Timestamp
  ) throws(FieldFaults) -> Filled {
    guard let file = media[MediaKey(settings.sender.tenant, asked.id)] else {
      throw FieldFaults(
        "/media", "is no file of the sender's tenant, or is not kept any more; POST it again")
    }
    guard let publicURL else {
      throw FieldFaults(
        "/media", "cannot be sent: publicURL is not set, and providers fetch files there")
    }
    let due = request["sendAt"]?.string.flatMap { CalendarTime(rfc3339: $0) }
    if let due, Timestamp(promised: due) >= file.until {
      throw FieldFaults("/sendAt", "must be before \(file.until), until when the file is kept")
    }
    let filled = try asked.filled(
      FileForm(kind: file.kind, contentType: file.contentType), named: file.name,
      link: file.link(under: publicURL), on: settings.sender.channel)
    return Filled(request: filled, rules: settings.rules, origin: .media)
  }
}

/// What requests name is read from the store before they are. Those that name nothing need no store.
struct PartLookup: Sendable {
  let desk: StoreQueries
  let choice: SenderChoice
  let publicURL: WebAddress?

  /// Different ones, of one body.
  static let most = 100

  /// Goes on, on a thread of the store's where it was asked; where it cannot be, the request is answered.
  func find(
    for requests: [JSONValue], _ responder: HTTPResponder,
    _ proceed: @escaping @Sendable (RequestParts) -> Void
  ) {
    let (objects, media) = keys(of: requests)
    guard !objects.isEmpty || !media.isEmpty else { return proceed(RequestParts()) }
    for (name, count) in [("object", objects.count), ("media", media.count)]
    where count > Self.most {
      let fault = FieldFaults("/\(name)", "must be one of at most \(Self.most) in one request")
      return responder.answer(SendAnswer.refused(fault).answer)
    }
    let publicURL = publicURL
    desk.find(
      responder,
      { store in
        RequestParts(
          objects: try store.objects(Array(objects)), media: try store.media(Array(media)),
          publicURL: publicURL)
      }, proceed)
  }

  private func keys(of requests: [JSONValue]) -> (Set<ObjectKey>, Set<MediaKey>) {
    var (objects, media): (Set<ObjectKey>, Set<MediaKey>) = ([], [])
    for request in requests {
      let (name, id) = (ObjectRequest.name(in: request), MediaRequest.id(in: request))
      guard name != nil || id != nil else { continue }
      // A sender that cannot be chosen is told when the request is read.
      do throws(FieldFaults) {
        let tenant = try choice.sender(for: request).sender.tenant
        if let name { objects.insert(ObjectKey(tenant, name)) }
        if let id { media.insert(MediaKey(tenant, id)) }
      } catch { continue }
    }
    return (objects, media)
  }
}
