internal import Settings
internal import Domain
internal import HTTP
internal import JSON

/// What every request with a key goes through before the store is asked.
struct KeyedRequests: Sendable {
  let admission: Admission
  let desk: StoreQueries
  private let senders: SenderIndex

  init(_ admission: Admission, _ desk: StoreQueries, _ senders: SenderIndex) {
    self.admission = admission
    self.desk = desk
    self.senders = senders
  }

  typealias Handler = @Sendable (HTTPRequest, RouteParameters, APIKey, HTTPResponder) -> Void

  /// Room for a decision or a reason.
  static let bodyLimit = 64 << 10

  /// The door of a route that needs a key: without one that may do this, no body is read.
  func door(
    _ scope: APIKey.Scope, limit: Int = bodyLimit, _ handler: @escaping Handler
  ) -> Router.Door {
    { head, parameters in
      do throws(Admission.Refused) {
        let key = try admission.key(of: head, for: scope)
        try admission.spend(1, of: key)
        if let item = head.queryItems.first(where: { $0.value.utf8.contains(0) }) {
          let fault = FieldFaults("/\(item.name)", FieldFaults.noZero)
          return .answer(SendAnswer.refused(fault).answer)
        }
        return .buffer(limit: limit, from: .known) { request, responder in
          handler(request, parameters, key, responder)
        }
      } catch { return .answer(error.answer) }
    }
  }

  /// What belongs to another tenant is not there.
  func isVisible(_ sender: SenderID, to key: APIKey) -> Bool {
    key.tenant == nil || senders[sender]?.sender.tenant == key.tenant
  }

  /// An object, or nothing at all.
  static func object(_ request: HTTPRequest) throws(StoreQueries.Refused) -> JSONValue? {
    guard !request.body.isEmpty else { return nil }
    let root: JSONValue
    do { root = try JSONDocument.ofCaller(request.body).root } catch {
      throw StoreQueries.Refused(
        answer: SendAnswer.unreadable("The body is \(error).").answer)
    }
    guard root.kind == .object else {
      throw StoreQueries.Refused(
        answer: SendAnswer.unreadable("The body must be an object.").answer)
    }
    let unstorable = FieldFaults.unstorable(in: root)
    guard unstorable.isEmpty else {
      throw StoreQueries.Refused(answer: SendAnswer.refused(unstorable).answer)
    }
    return root
  }
}
