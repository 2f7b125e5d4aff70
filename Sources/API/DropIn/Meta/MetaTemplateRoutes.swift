internal import Domain
internal import HTTP
internal import SendStore
internal import Settings

/// `GET /v{version}/{account}/message_templates`: what the store has of an account's templates, a page at a time, by name
/// and language.
struct MetaTemplateRoutes: Sendable {
  let context: APIContext
  let callers: MetaCallers

  func add(to router: inout Router) {
    router.at("GET", context.prefix + MetaPaths.templates) { head, parameters in
      do throws(MetaRefused) {
        let caller = try callers.caller(of: head, parameters, for: .read)
        let account = AccountID(parameters["account"] ?? "")
        guard caller.numbers.contains(where: { $0.settings.sender.account == account }) else {
          throw .unknownObject(account.text)
        }
        try callers.spend(1, of: caller)
        let asked = try MetaTemplateList(
          head, at: MetaPaths.base(head, context) + Self.own(head, context))
        return .buffer(limit: 0, from: .known) { _, responder in
          context.requests.desk.answer(responder, unavailable: MetaRefused.later.answer) { store in
            let kept = try store.templates().filter { $0.account == account }
            return HTTPAnswer(json: asked.page(of: kept))
          }
        }
      } catch { return .answer(error.answer) }
    }
  }

  /// The path behind our own prefix.
  private static func own(_ head: HTTPRequest, _ context: APIContext) -> String {
    String(head.path.dropFirst(context.prefix.count))
  }
}
