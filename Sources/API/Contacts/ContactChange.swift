internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store

/// What people of ours know of a contact, and do for it.
struct ContactChange {
  let key: APIKey
  let settings: Settings

  private static let fields = ["name", "language", "optOut", "sender"]

  private struct Wanted {
    var name: String?
    var language: String??
    var optOut: OptOutChange?
    /// nil: of all senders.
    var sender: SenderID?
  }

  func make(
    _ request: HTTPRequest, to person: StoredPerson, _ store: SendStore
  ) throws -> HTTPAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return SendAnswer.unreadable("The body must be an object.").answer
    }
    let wanted: Wanted
    do throws(FieldFaults) { wanted = try read(FieldReader(root), person) } catch {
      return SendAnswer.refused(error).answer
    }
    try store.describe(person.key, name: wanted.name, language: wanted.language)
    if let change = wanted.optOut { try save(change, of: person, wanted.sender, store) }
    return try ContactView.answer(try store.person(person.key) ?? person, store)
  }

  private func save(
    _ change: OptOutChange, of person: StoredPerson, _ sender: SenderID?, _ store: SendStore
  ) throws {
    let own = settings.senders.map(\.sender).filter { $0.tenant == person.tenant }
    for one in own where sender.map({ $0 == one.id }) ?? true {
      for address in person.addresses {
        try store.optOut(
          address, of: one.id, change, from: ConversationActor.agent(key.actor).text)
      }
    }
  }

  private func read(
    _ reader: FieldReader, _ person: StoredPerson
  ) throws(FieldFaults) -> Wanted {
    var (faults, wanted) = (FieldFaults(), Wanted())
    reader.refuseFields(except: Self.fields, &faults)
    wanted.name = reader.text("name", &faults)
    if let name = wanted.name, !(1...200).contains(name.count) {
      faults.add("/name", "must have 1 to 200 characters")
    }
    if reader.value["language"] != nil {
      let language = reader.text("language", &faults)
      if let language, !(2...35).contains(language.utf8.count) {
        faults.add("/language", "must be a language tag, such as it or pt-BR; null forgets it")
      }
      wanted.language = .some(language)
    }
    wanted.optOut = optOut(reader, &faults)
    wanted.sender = reader.text("sender", &faults).map { SenderID($0) }
    if let sender = wanted.sender {
      if wanted.optOut == nil { faults.add("/sender", "says of whom optOut is: add it") }
      let own = settings.senders.map(\.sender).filter { $0.tenant == person.tenant }
      if !own.contains(where: { $0.id == sender }) {
        faults.add("/sender", "is not a sender of the contact's tenant")
      }
    }
    if faults.isEmpty, wanted.name == nil, wanted.language == nil, wanted.optOut == nil {
      faults.add("", "must change something: \(Self.fields.dropLast().joined(separator: ", "))")
    }
    guard faults.isEmpty else { throw faults }
    return wanted
  }

  private func optOut(_ reader: FieldReader, _ faults: inout FieldFaults) -> OptOutChange? {
    guard let value = reader.value["optOut"] else { return nil }
    if value.isNull { return .backIn }
    guard let optOut = value.string.flatMap(OptOut.init(rawValue:)) else {
      faults.add("/optOut", "must be everything or marketing; null takes it back")
      return nil
    }
    return .out(optOut)
  }

  // MARK: One contact of two

  func merge(
    _ request: HTTPRequest, into person: StoredPerson, _ store: SendStore
  ) throws -> HTTPAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return SendAnswer.unreadable("The body must be an object.").answer
    }
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: ["contact"], &faults)
    let text = reader.neededText("contact", &faults)
    let other = text.flatMap { Int64($0) }
    if text != nil, other == nil { faults.add("/contact", "must be the id of a contact") }
    guard faults.isEmpty, let other else { return SendAnswer.refused(faults).answer }
    let outcome = try store.merge(
      PersonKey(other), into: person.key, by: ConversationActor.agent(key.actor).text)
    guard outcome != .missing else {
      return SendAnswer.refused(FieldFaults("/contact", "is not a contact of this tenant")).answer
    }
    return try Self.answer(outcome, store)
  }

  static func refused(_ sentence: String) -> HTTPAnswer {
    Problem(status: 409, title: "Conflict", detail: sentence).answer
  }

  static func answer(_ outcome: MergeOutcome, _ store: SendStore) throws -> HTTPAnswer {
    switch outcome {
    case .missing: return .notFound
    case .refused(let sentence): return refused(sentence)
    case .done(let key):
      guard let person = try store.person(key) else { return .notFound }
      return try ContactView.answer(person, store)
    }
  }
}
