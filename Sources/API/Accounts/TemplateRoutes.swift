internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// Templates as their providers have them.
struct TemplateRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "GET", prefix + "/api/templates",
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(store, request, key) }
      })
    router.at(
      "GET", prefix + "/api/templates/{account}/{name}",
      context.requests.door(.read) { _, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          let account = AccountID(parameters["account"] ?? "")
          let found = try store.templates().filter {
            $0.account == account && $0.name == parameters["name"]
          }
          guard !senders(of: account, visibleTo: key).isEmpty, !found.isEmpty else {
            return .notFound
          }
          return Self.answer(found)
        }
      })
    TemplateChanges(context: context).add(to: &router)
  }

  /// In each language.
  static func answer(_ templates: [MirroredTemplate], note: String? = nil) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object(capacity: 4096) { writer in
        writer.name("templates")
        writer.array { array in
          for template in templates { array.object { template.write(to: &$0) } }
        }
        writer.field("note", note)
      })
  }

  private func senders(of account: AccountID, visibleTo key: APIKey) -> [SenderSettings] {
    context.settings.senders.filter {
      $0.sender.account == account && context.requests.isVisible($0.sender.id, to: key)
    }
  }

  private func list(
    _ store: SendStore, _ request: HTTPRequest, _ key: APIKey
  ) throws -> HTTPAnswer {
    let senders = Dictionary(
      grouping: context.settings.senders.filter {
        context.requests.isVisible($0.sender.id, to: key)
      }, by: \.sender.account)
    let (status, name) = (request.queryValue("status"), request.queryValue("name"))
    let lists = try store.templateLists().filter { senders[$0.account] != nil }
    let templates = try store.templates().filter { template in
      senders[template.account] != nil && (status == nil || template.status == status)
        && (name == nil || template.name == name)
    }
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("accounts")
        writer.array { array in
          for list in lists { array.object { Self.write(list, senders, to: &$0) } }
        }
        writer.name("templates")
        writer.array { array in
          for template in templates { array.object { template.write(to: &$0) } }
        }
      })
  }

  private static func write(
    _ list: TemplateList, _ senders: [AccountID: [SenderSettings]], to writer: inout JSONWriter
  ) {
    writer.field("account", list.account.text)
    writer.name("senders")
    writer.array { array in
      for sender in senders[list.account] ?? [] { array.value(sender.sender.id.text) }
    }
    if list.listedAt > .distantPast { writer.field("listedAt", list.listedAt.description) }
    if !list.failure.isEmpty { writer.field("failure", list.failure) }
  }
}
