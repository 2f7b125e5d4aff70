internal import HTTP

/// Twilio's API for messages, so that software which speaks to Twilio speaks to us where its base URL is changed.
struct TwilioRoutes: Sendable {
  private let create: TwilioMessageRoutes
  private let resource: TwilioMessageQueries

  init(
    _ context: APIContext, _ known: KeyLookup, _ optOuts: OptOutLookup, _ waiting: SendWaits
  ) {
    let callers = TwilioCallers(context.settings, context.admission)
    create = TwilioMessageRoutes(context, callers, known, optOuts)
    resource = TwilioMessageQueries(context, callers, waiting)
  }

  func add(to router: inout Router) {
    create.add(to: &router)
    resource.add(to: &router)
  }
}
