internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import Settings

/// The settings that are in force, as they were written: to be looked at, and never with a secret. For keys of all tenants
/// alone, as they tell of all.
struct SettingsRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    router.at(
      "GET", context.prefix + "/api/settings",
      context.requests.door(.admin) { _, _, key, responder in
        guard key.tenant == nil else { return responder.answer(Self.forAll) }
        // The file may lie on a slow disk.
        context.requests.desk.answer(responder) { _ in HTTPAnswer(json: json) }
      })
  }

  private static let forAll = Problem(
    status: 403, title: "Forbidden",
    detail: "The settings are for keys of all tenants: they tell of each."
  ).answer

  private var json: [UInt8] {
    let settings = context.settings
    return JSONWriter.object(capacity: 8192) { writer in
      writer.field("file", settings.source?.file)
      writer.field("settings", json: settings.shown())
      let change = settings.source?.change ?? .none
      writer.field("fileReadable", change != .unreadable)
      writer.name("changedInFile")
      writer.array { list in
        if case .changed(let paths) = change { for path in paths { list.value(path) } }
      }
      // What stands in no file: made by the API or the command line.
      writer.name("madeAtRunTime")
      writer.array { list in
        for sender in settings.senders where sender.account != nil {
          list.value(sender.sender.id.text)
        }
      }
      writer.name("warnings")
      writer.array { list in
        for warning in settings.warnings { list.value(warning) }
      }
    }
  }
}
