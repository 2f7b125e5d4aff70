internal import Domain
internal import HTTP
internal import JSON
internal import Providers

/// `PATCH /api/phones/{sender}`: each thing by a request of its own, then all of it is read back.
struct PhoneChanging {
  private let request: NumberRequest
  private let changes: [PhoneChange]

  private enum Result {
    case done
    case refused(LookupFailed)
    case unknown(Problem)
    case skipped
  }

  init(_ request: NumberRequest) throws {
    self.request = request
    guard let root = try KeyedRequests.object(request.request) else {
      throw NumberRequest.refuse(.init("", "is needed"))
    }
    do { changes = try PhoneChanges(root).all } catch { throw NumberRequest.refuse(error) }
  }

  func answer() throws -> HTTPAnswer {
    var results: [(PhoneChange, Result)] = []
    for change in changes { results.append((change, hasEnded(results) ? .skipped : apply(change))) }
    let members = [
      (name: "changes" as StaticString, json: Self.json(results)),
      (name: "phone" as StaticString, json: request.present ?? Array("null".utf8)),
    ]
    if let problem = Self.problem(results) {
      var problem = problem
      problem.members += members
      return problem.answer
    }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        for member in members { writer.field(member.name, json: member.json) }
      })
  }

  /// Where Meta does not answer, asking on would only take time.
  private func hasEnded(_ results: [(PhoneChange, Result)]) -> Bool {
    if case .unknown? = results.last?.1 { return true }
    if case .skipped? = results.last?.1 { return true }
    return false
  }

  /// What is refused keeps nothing else from being done.
  private func apply(_ change: PhoneChange) -> Result {
    do throws(Problem) {
      let answer = try request.ask(change.request(of: request.number.meta))
      do throws(LookupFailed) { try MetaAnswer.done(answer) } catch { return .refused(error) }
      request.noteChange()
      return .done
    } catch { return .unknown(error) }
  }

  private static func problem(_ results: [(PhoneChange, Result)]) -> Problem? {
    for (_, result) in results {
      if case .refused(let failed) = result { return ProviderAsking.refused(failed) }
    }
    for (_, result) in results {
      if case .unknown(let problem) = result { return problem }
    }
    return nil
  }

  private static func json(_ results: [(PhoneChange, Result)]) -> [UInt8] {
    var writer = JSONWriter()
    writer.array { list in
      for (change, result) in results {
        list.object { write(change, result, to: &$0) }
      }
    }
    return writer.bytes
  }

  private static func write(
    _ change: PhoneChange, _ result: Result, to writer: inout JSONWriter
  ) {
    writer.field("field", change.field)
    switch result {
    case .done:
      writer.field("state", "done")
      writer.field("note", change.note)
    case .refused(let failed):
      writer.field("state", "refused")
      writer.name("error")
      writer.object { writer in
        writer.field("status", failed.status)
        writer.field("code", failed.failure.code)
        writer.field("text", failed.failure.providerText)
      }
    case .unknown(let problem):
      writer.field("state", "unknown")
      writer.field("note", problem.detail)
    case .skipped: writer.field("state", "skipped")
    }
  }
}
