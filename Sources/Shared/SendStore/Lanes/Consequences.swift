internal import Domain
internal import Store
internal import Time

/// A consequence with the send that brought it about.
struct DueConsequence {
  let consequence: Consequence
  let code: String
  let send: SendRow
  /// The template that went out, where it is known: another one than the send's own for a fallback.
  var template: String?

  /// What it changes: of many sends of a batch that fail alike, one is enough.
  fileprivate struct Change: Hashable {
    let consequence: Consequence
    let code: String
    let lane: LaneKey
    /// The person, or the template or the flow that has it; nothing where it is about the lane.
    var person: PersonAddress?
    var template: String?
    var flow: FlowKey?
  }

  fileprivate var change: Change {
    var change = Change(consequence: consequence, code: code, lane: send.lane)
    switch consequence {
    case .stopLane, .hold(.lane, _, _): break
    case .hold(.template, _, _):
      (change.template, change.flow) = (template, template == nil ? send.flow : nil)
    case .hold(.recipient, _, _), .optOut, .closeWindow, .restFromMarketing:
      change.person = send.recipient
    }
    return change
  }
}

extension Transaction {
  func bringAbout(_ due: [DueConsequence], at now: Timestamp) throws(StoreError) {
    let templates = try templates(of: due)
    var done: Set<DueConsequence.Change> = []
    for item in due where done.insert(item.change).inserted {
      let lane = Column.key(item.send.lane)
      switch item.consequence {
      case .stopLane(let reason):
        _ = try rows(
          Lanes.halt,
          [.lane: lane, .at: .time(now), .code: .text(item.code), .reason: .text(reason)]
        ) { $0.text(.name) }
      case .hold(.lane, let span, let reason):
        try run(Lanes.hold, [.lane: lane, .until: .time(now + span), .reason: .text(reason)])
      case .hold(.template, let span, let reason):
        try hold(
          item.template ?? templates[item.send.flow], item.send.lane, until: now + span,
          because: reason)
      case .hold(.recipient, let span, _):
        try run(
          People.rest,
          [.lane: lane, .address: .text(item.send.recipient.text), .at: .time(now + span)])
      case .restFromMarketing:
        try run(
          Care.restFromMarketing,
          [.lane: lane, .address: .text(item.send.recipient.text), .at: .time(now)])
      case .closeWindow:
        try run(
          People.closeWindows,
          [.lane: lane, .address: .text(item.send.recipient.text), .at: .time(now)])
      case .optOut(let optOut):
        try save(
          .out(optOut), of: item.send.recipient, lane: item.send.lane, at: now, from: "provider")
      }
    }
  }

  private func templates(of due: [DueConsequence]) throws(StoreError) -> [FlowKey: String] {
    let flows = Set(due.filter { $0.consequence.holdsTemplate }.map(\.send.flow)).sorted()
    let rows = try rows(Flows.templates, [.flow: .keys(flows)]) {
      ($0.key(.key) as FlowKey, $0.text(.template))
    }
    return Dictionary(rows) { $1 }
  }

  /// Sends without a template have no such flow to hold.
  private func hold(
    _ template: String?, _ lane: LaneKey, until: Timestamp, because reason: String
  ) throws(StoreError) {
    guard let template, !template.isEmpty else { return }
    try hold(template: template, lane, until: until, because: reason)
  }

  /// Both the flows that there are and those that come to be meanwhile.
  func hold(
    template: String, _ lane: LaneKey, until: Timestamp, because reason: String
  ) throws(StoreError) {
    let hold: Batch<Flows.HoldTemplateParameter> = [
      .lane: .key(lane), .template: .text(template), .until: .time(until),
      .reason: .text(reason),
    ]
    try run(Flows.saveTemplateHold, hold)
    try run(Flows.holdTemplate, hold)
    try run(Lanes.wake, [.lane: .key(lane)])
  }
}

extension Flows {
  enum HoldTemplateParameter: Int, Columns { case lane, template, until, reason }
  static let saveTemplateHold = Command<HoldTemplateParameter>("saveTemplateHold")
  static let holdTemplate = Command<HoldTemplateParameter>("holdTemplate")

  enum TemplatesParameter: Int, Columns { case flow }
  enum TemplatesColumn: Int, Columns { case key, template }
  static let templates = Query<TemplatesParameter, TemplatesColumn>("templates")
}
