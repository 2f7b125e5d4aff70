internal import HTTP

/// Meta's API for messages, so that software which speaks to Meta speaks to us where its base URL is changed.
struct MetaRoutes: Sendable {
  private let messages: MetaMessageRoutes
  private let media: MetaMediaRoutes
  private let templates: MetaTemplateRoutes
  private let nodes: MetaNodeRoutes

  init(
    _ context: APIContext, _ known: KeyLookup, _ optOuts: OptOutLookup, _ files: MetaFiles
  ) {
    let callers = MetaCallers(context.settings, context.admission)
    messages = MetaMessageRoutes(context, callers, known, optOuts)
    media = MetaMediaRoutes(context, callers, files)
    templates = MetaTemplateRoutes(context: context, callers: callers)
    nodes = MetaNodeRoutes(context, callers, media)
  }

  func add(to router: inout Router) {
    messages.add(to: &router)
    media.add(to: &router)
    templates.add(to: &router)
    // Last, as it takes any name in the others' places.
    nodes.add(to: &router)
  }
}
