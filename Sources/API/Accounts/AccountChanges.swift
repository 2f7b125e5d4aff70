internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry

/// Accounts that are made, changed and removed while workers run. What is secret in one is never shown.
struct AccountChanges: Sendable {
  let context: APIContext

  /// An account may have thousands of senders.
  private static let bodyLimit = 1 << 20

  private enum Part: CaseIterable, Sendable {
    case whole, waba, phone, sender

    var pattern: String {
      switch self {
      case .whole: ""
      case .waba: "/wabas/{waba}"
      case .phone: "/wabas/{waba}/phones/{sender}"
      case .sender: "/senders/{sender}"
      }
    }

    func path(_ parameters: RouteParameters) -> AccountPath? {
      let (waba, sender) = (parameters["waba"] ?? "", parameters["sender"] ?? "")
      return switch self {
      case .whole: nil
      case .waba: .waba(waba)
      case .phone: .phone(sender, of: waba)
      case .sender: .sender(sender)
      }
    }
  }

  func add(to router: inout Router) {
    let base = context.prefix + "/api/accounts/{name}"
    router.at(
      "GET", base,
      context.requests.door(.read) { _, parameters, key, responder in
        answer(responder, parameters, key) { book, name, store in
          guard let document = try book.documents(store).first(where: { $0.name == name }) else {
            throw AccountBook.Refused.notThere
          }
          return document
        }
      })
    for part in Part.allCases {
      router.at(
        "PUT", base + part.pattern,
        context.requests.door(.admin, limit: Self.bodyLimit) {
          request, parameters, key, responder in
          answer(responder, parameters, key, isChange: true) { book, name, store in
            _ = try KeyedRequests.object(request)
            let path = part.path(parameters)
            return if let path {
              try book.put(request.body, at: path, of: name, store)
            } else {
              try book.put(request.body, as: name, store)
            }
          }
        })
      router.at(
        "DELETE", base + part.pattern,
        context.requests.door(.admin) { _, parameters, key, responder in
          answer(responder, parameters, key, isChange: true) { book, name, store in
            guard let path = part.path(parameters) else {
              try book.remove(name, store)
              return nil
            }
            return try book.remove(path, of: name, store)
          }
        })
    }
  }

  /// nil where there is nothing left to show.
  private func answer(
    _ responder: HTTPResponder, _ parameters: RouteParameters, _ key: APIKey,
    isChange: Bool = false,
    _ body: @escaping @Sendable (AccountBook, AccountName, SendStore) throws -> AccountDocument?
  ) {
    let name = parameters["name"].flatMap { AccountName($0) }
    context.requests.desk.answer(responder) { store in
      guard let name else {
        return SendAnswer.refused(
          FieldFaults(
            "/name", "must be up to 64 letters, digits and the signs - _ . in the address"
          )
        ).answer
      }
      do {
        let document = try body(AccountBook(context.settings, for: key.tenant), name, store)
        if isChange {
          context.door.log.info("an account was changed", ["account": name.text])
          // The answer is given once it is in use here.
          try context.door.lookAtAccounts?(store)
        }
        guard let document else { return HTTPAnswer(status: 204) }
        return HTTPAnswer(json: write(document, key))
      } catch let refused as AccountBook.Refused {
        return Self.refusal(refused)
      }
    }
  }

  private static func refusal(_ refused: AccountBook.Refused) -> HTTPAnswer {
    switch refused {
    case .notThere: .notFound
    case .noKey:
      SendAnswer.refused(
        FieldFaults("", "cannot be kept: secretsKey is not set in the settings")
      ).answer
    case .faults(let faults):
      SendAnswer.refused(
        faults.reduce(into: FieldFaults()) { $0.add($1.pointer, $1.sentence) }
      ).answer
    }
  }

  private func write(_ document: AccountDocument, _ key: APIKey) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("name", document.name.text)
      if document.text("provider") == Provider.meta.rawValue {
        writer.field("callbackURL", context.callbackURL)
        // To be pasted beside the address; it opens nothing but that.
        if key.scopes.contains(.admin) {
          writer.field("verifyToken", document.text("verifyToken"))
        }
      }
      writer.field("account", json: document.shown)
    }
  }
}

extension APIContext {
  /// Where Meta's webhooks go; nil where nobody knows how we are reached.
  var callbackURL: String? { settings.publicURL.map { "\($0)/api/whatsapp/webhook" } }
}

extension SettingsFault {
  /// As a JSON pointer: `wabas[0].phones[1].id` is `/wabas/0/phones/1/id`.
  fileprivate var pointer: String {
    path.isEmpty
      ? ""
      : "/"
        + path.replacing("[", with: "/").replacing("]", with: "").replacing(".", with: "/")
  }
}
