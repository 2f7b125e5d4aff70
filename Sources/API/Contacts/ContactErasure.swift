internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import SendStore
internal import Store
internal import Time

/// A person is to be forgotten.
struct ContactErasure {
  private static let patience = Duration.seconds(3)
  private static let step = Duration.milliseconds(100)

  func make(
    _ request: HTTPRequest, of person: StoredPerson, _ store: SendStore
  ) throws -> HTTPAnswer {
    let keepsOptOuts: Bool
    do throws(FieldFaults) {
      try request.refuseOthers(than: ["keepOptOuts"])
      keepsOptOuts = try ConversationListQuery.truth("keepOptOuts", request) ?? false
    } catch { return SendAnswer.refused(error).answer }
    let deadline = RunningTime.now + Self.patience
    while true {
      switch try store.erase(person.key, keepsOptOuts: keepsOptOuts) {
      case .missing: return .notFound
      case .done(let report):
        return HTTPAnswer(
          json: JSONWriter.object { writer in
            writer.field("sends", report.sends)
            writer.field("conversations", report.conversations)
            writer.field("keptOptOuts", report.keptOptOuts)
          })
      case .busy(let sends):
        guard !deadline.hasPassed else { return Self.busy(sends) }
        pause(for: Self.step)
      }
    }
  }

  private static func busy(_ sends: Int) -> HTTPAnswer {
    Problem(
      status: 409, title: "Conflict",
      detail:
        "Of \(sends) messages to this contact it is not known or not told yet what became: try again in a while."
    ).answer
  }
}
