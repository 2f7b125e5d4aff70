internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// Who answers in a conversation, changed by a person.
struct ConversationChange {
  let key: APIKey
  /// Of the conversation's tenant.
  let inbox: Inbox

  private static let fields = ["mode", "archived", "agent", "assistant", "assistantOn", "labels"]

  func make(
    _ request: HTTPRequest, to conversation: StoredConversation, _ store: SendStore
  ) throws -> TurnAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return .now(SendAnswer.unreadable("The body must be an object.").answer)
    }
    let acts: [ConversationAct]
    let labels: [String]?
    do throws(FieldFaults) {
      labels = try Self.labels(FieldReader(root))
      acts = try self.acts(FieldReader(root))
    } catch {
      return .now(SendAnswer.refused(error).answer)
    }
    var canceled: [SendID] = []
    var underWay: [TurnTaken.UnderWay] = []
    var last: TurnTaken?
    for act in acts {
      guard let taken = try store.act(act, in: conversation.id, by: .agent(key.actor)) else {
        return .now(.notFound)
      }
      canceled += taken.canceled
      underWay += taken.underWay
      last = taken
    }
    let labelled = try labels.flatMap {
      try store.label(conversation.id, $0, by: .agent(key.actor))
    }
    guard var last else {
      return .now(
        HTTPAnswer(json: try ConversationView(labelled ?? conversation, in: store).json))
    }
    if let labelled { last = TurnTaken(labelled, after: last) }
    last.canceled = canceled
    last.underWay = underWay
    let taken = last
    return .after(underWay) { try ConversationRoutes.answer(taken, in: $0) }
  }

  private func acts(_ reader: FieldReader) throws(FieldFaults) -> [ConversationAct] {
    var faults = FieldFaults()
    reader.refuseFields(except: Self.fields, &faults)
    var acts: [ConversationAct] = []
    if let name = reader.text("mode", &faults) {
      if let mode = ConversationStanding.Mode(name: name) {
        acts.append(.setMode(mode))
      } else {
        faults.add("/mode", "must be automatic or manual")
      }
    }
    if reader.value["agent"] != nil { acts.append(.assign(agent: agent(reader, &faults))) }
    if reader.value["assistant"] != nil {
      acts.append(.setAssistant(reader.text("assistant", &faults)))
    }
    if let isOn = reader.flag("assistantOn", &faults) { acts.append(.switchAssistant(on: isOn)) }
    // Last, as it makes the conversation automatic whatever else was said.
    if let isArchived = reader.flag("archived", &faults) {
      acts.append(isArchived ? .archive : .unarchive)
    }
    if acts.isEmpty, !reader.has("labels"), faults.isEmpty {
      faults.add("", "must change something: \(Self.fields.joined(separator: ", "))")
    }
    guard faults.isEmpty else { throw faults }
    return acts
  }

  private static let mostLabels = 20

  /// nil: as they are.
  private static func labels(_ reader: FieldReader) throws(FieldFaults) -> [String]? {
    guard reader.has("labels") else { return nil }
    let rule = "must be a list of at most \(mostLabels) texts of 1 to 50 characters"
    guard let items = reader.value["labels"]?.items, items.count <= mostLabels else {
      throw FieldFaults("/labels", rule)
    }
    let labels = items.compactMap(\.string).filter { (1...50).contains($0.count) }
    guard labels.count == items.count else { throw FieldFaults("/labels", rule) }
    return labels.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// nil for nobody, and where it is a fault. Without agents in the settings any name is taken.
  private func agent(_ reader: FieldReader, _ faults: inout FieldFaults) -> String? {
    let name = reader.text("agent", &faults)
    guard let name, name != Agent.guest else { return nil }
    if !inbox.agents.isEmpty, inbox.agent(name) == nil {
      let names = inbox.agents.map(\.name).sorted().joined(separator: ", ")
      faults.add("/agent", "must be one of the agents: \(names); null leaves it to nobody")
    }
    return name
  }
}
