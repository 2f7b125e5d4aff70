internal import Domain
internal import EventLog
internal import Events
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// What could not be processed, and what somebody decides about it. It may be of any tenant: for keys of all of them alone.
struct LetterRoutes: Sendable {
  let context: APIContext
  let desk: LetterDesk

  private static let path = "/api/dead-letters"
  private static let one = path + "/{partition}/{offset}"
  /// As many are looked at; what is behind them is seen once these are decided about.
  private static let most = 10_000
  /// As many are listed one by one; groups count all of them.
  private static let listed = 500

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at("GET", prefix + Self.path, door { _, _, letters in try list(letters) })
    router.at(
      "GET", prefix + Self.one,
      door { _, parameters, letters in
        guard let letter = try find(parameters, letters) else { return .notFound }
        return HTTPAnswer(json: JSONWriter.object { write(letter, isWhole: true, to: &$0) })
      })
    router.at(
      "POST", prefix + Self.one,
      door { request, parameters, letters in
        let order = try Self.order(request, isForMany: false)
        guard let letter = try find(parameters, letters) else { return .notFound }
        return try decide([letter], order, letters)
      })
    router.at(
      "POST", prefix + Self.path,
      door { request, _, letters in
        let order = try Self.order(request, isForMany: true)
        let pending = try letters.pending(most: Self.most)
        return try decide(pending.letters.filter(order.isAbout), order, letters)
      })
  }

  private func door(
    _ body: @escaping @Sendable (HTTPRequest, RouteParameters, DeadLetters) throws -> HTTPAnswer
  ) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      guard key.tenant == nil else {
        return responder.answer(
          Problem(
            status: 403, title: "Forbidden",
            detail: "Dead letters are for keys of all tenants: one may tell of several."
          ).answer)
      }
      desk.answer(responder) { letters in try body(request, parameters, letters) }
    }
  }

  private static func order(
    _ request: HTTPRequest, isForMany: Bool
  ) throws(StoreQueries.Refused) -> LetterOrder {
    let root = try KeyedRequests.object(request)
    do throws(FieldFaults) { return try LetterOrder(root, isForMany: isForMany) } catch {
      throw StoreQueries.Refused(answer: SendAnswer.refused(error).answer)
    }
  }

  private func find(
    _ parameters: RouteParameters, _ letters: DeadLetters
  ) throws(LogError) -> Letter? {
    let text = "\(parameters["partition"] ?? "")/\(parameters["offset"] ?? "")"
    guard let number = LetterNumber(text) else { return nil }
    return try letters.pending(most: Self.most).letters.first { $0.number == number }
  }

  // MARK: Deciding

  /// One that cannot be put back stays as it is, and says why.
  private func decide(
    _ chosen: [Letter], _ order: LetterOrder, _ letters: DeadLetters
  ) throws -> HTTPAnswer {
    var done = 0
    var failed: [(Letter, String)] = []
    for letter in chosen {
      do {
        switch order.decision {
        case .drop: try letters.decide(letter, .dropped)
        case .replay: try replay(letter, letters)
        }
        done += 1
      } catch let error as LogError {
        guard case .other(let reason) = error else { throw error }
        failed.append((letter, reason))
      }
    }
    context.door.log.info(
      "dead letters were decided about by hand",
      ["decision": order.decision.rawValue, "done": done, "failed": failed.count])
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("done", done)
        writer.name("failed")
        writer.array { list in
          for (letter, reason) in failed.prefix(Self.listed) {
            list.object { writer in
              writer.field("id", letter.number.description)
              writer.field("reason", reason)
            }
          }
        }
      })
  }

  private func replay(_ letter: Letter, _ letters: DeadLetters) throws {
    guard let delivery = NewDelivery(letter) else { return try letters.replay(letter) }
    guard let store = context.door.store.opened else {
      throw StoreQueries.Refused(answer: .noStore)
    }
    try store.add([delivery])
    try letters.decide(letter, .replayed)
  }

  // MARK: Shown

  private struct Group: Hashable {
    let subject: String
    let reason: String
  }

  private func list(_ letters: DeadLetters) throws(LogError) -> HTTPAnswer {
    let pending = try letters.pending(most: Self.most)
    let groups = Dictionary(grouping: pending.letters) {
      Group(subject: $0.subject, reason: $0.reason)
    }.sorted { ($1.value.count, $0.key.reason) < ($0.value.count, $1.key.reason) }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("count", pending.letters.count)
        writer.field("more", pending.isCut)
        writer.name("groups")
        writer.array { list in
          for (group, letters) in groups {
            list.object { writer in
              writer.field("subject", group.subject)
              writer.field("reason", group.reason)
              writer.field("count", letters.count)
            }
          }
        }
        writer.name("letters")
        writer.array { list in
          for letter in pending.letters.prefix(Self.listed) {
            list.object { write(letter, isWhole: false, to: &$0) }
          }
        }
      })
  }

  private func write(_ letter: Letter, isWhole: Bool, to writer: inout JSONWriter) {
    writer.field("id", letter.number.description)
    writer.field("at", CalendarTime(microseconds: letter.at.microseconds).description)
    writer.field("subject", letter.subject)
    writer.field("reason", letter.reason)
    writer.field("key", letter.key)
    if isWhole { writer.field("record", json: letter.data) }
  }
}
