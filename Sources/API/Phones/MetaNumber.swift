internal import Domain
internal import HTTP
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry

/// One of our numbers at Meta, with what it is asked by.
struct MetaNumber: Sendable {
  let sender: SenderSettings
  let own: MetaCredentials

  /// nil for a sender of another provider's.
  init?(_ sender: SenderSettings) {
    guard case .meta(let own) = sender.credentials else { return nil }
    (self.sender, self.own) = (sender, own)
  }

  var id: SenderID { sender.sender.id }
  var meta: MetaSender { own.sender }
  var app: MetaApp? { own.app }
}

extension APIContext {
  /// Those that the key may see.
  func numbers(of key: APIKey) -> [MetaNumber] {
    settings.senders.compactMap(MetaNumber.init).filter { requests.isVisible($0.id, to: key) }
  }

  /// Answers by what the body makes of Meta's answers about the number that the path names. While the store is away
  /// nothing is asked: a change of a number is noted there.
  func asking(
    _ scope: APIKey.Scope, limit: Int = KeyedRequests.bodyLimit,
    _ body: @escaping @Sendable (NumberRequest) throws -> HTTPAnswer
  ) -> Router.Door {
    requests.door(scope, limit: limit) { request, parameters, key, responder in
      let id = SenderID(parameters["sender"] ?? "")
      guard let number = numbers(of: key).first(where: { $0.id == id }) else {
        return responder.answer(.notFound)
      }
      guard door.store.opened != nil else { return responder.answer(.noStore) }
      providers.answer(responder) { asking in
        try body(NumberRequest(context: self, request: request, number: number, asking: asking))
      }
    }
  }
}

/// A request about one number.
struct NumberRequest {
  let context: APIContext
  let request: HTTPRequest
  let number: MetaNumber
  let asking: ProviderAsking

  func ask(_ question: ProviderRequest) throws(Problem) -> ProviderAnswer {
    try asking.ask(question, of: number.sender)
  }

  /// What Meta is to do; its refusal is a 502 in its own words.
  func demand(_ question: ProviderRequest) throws {
    let answer = try ask(question)
    do { try MetaAnswer.done(answer) } catch { throw ProviderAsking.refused(error) }
    noteChange()
  }

  /// What is known of the number is asked for again soon.
  func noteChange() {
    let (log, id) = (context.door.log, number.id)
    log.info("a number was changed by hand", ["sender": id.text, "path": request.path])
    do { try context.door.store.opened?.phonesChanged([id]) } catch {
      log.warning(
        "a number's change cannot be noted: it is read at its next turn",
        ["sender": id.text, "reason": "\(error)"])
    }
  }

  static func refuse(_ faults: FieldFaults) -> StoreQueries.Refused {
    StoreQueries.Refused(answer: SendAnswer.refused(faults).answer)
  }
}
