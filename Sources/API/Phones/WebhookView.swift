internal import JSON
internal import Providers
internal import SendStore
internal import Settings

/// Where webhooks go, without what may be a key in their addresses.
enum WebhookView {
  static func write(
    _ levels: WebhookLevels, _ standing: MetaStanding, to writer: inout JSONWriter
  ) {
    if let inForce = levels.inForce {
      writer.field("url", shownURL(inForce.url))
      writer.field("level", inForce.level.rawValue)
      writer.field("ours", standing.isOurs(inForce.url))
    }
    writer.name("set")
    writer.object { writer in
      writer.field("phone", levels.phone.map(shownURL))
      writer.field("account", levels.account.map(shownURL))
      writer.field("app", levels.app.map(shownURL))
    }
  }

  static func write(_ names: [String], _ name: StaticString, to writer: inout JSONWriter) {
    writer.name(name)
    writer.array { list in for name in names { list.value(name) } }
  }
}
