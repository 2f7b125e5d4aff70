internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Time

/// An object as the API shows it, with what each kind of sender makes of it.
struct ObjectView {
  let object: StoredObject
  /// Names of the tenant's senders for contents of Twilio's.
  let templates: ContentCatalog

  var json: [UInt8] { JSONWriter.object(capacity: 2048) { write(to: &$0) } }

  func write(to writer: inout JSONWriter) {
    writer.field("name", object.key.name.text)
    writer.field("app", object.key.tenant.app)
    writer.field("company", object.key.tenant.company)
    writer.field("version", object.version)
    writer.field("createdAt", object.created.description)
    writer.field("changedAt", object.changed.description)
    writer.field("definition", json: object.json)
    guard let definition = object.definition else { return }
    let verdicts = definition.verdicts(templates)
    writer.name("placeholders")
    writer.array { list in
      var seen: Set<String> = []
      for name in verdicts.flatMap({ definition.names(on: $0.channel) })
      where seen.insert(name).inserted { list.value(name) }
    }
    writer.name("verdicts")
    writer.array { list in
      for verdict in verdicts { list.object { Self.write(verdict, definition, to: &$0) } }
    }
  }

  private static func write(
    _ verdict: ObjectVerdict, _ definition: ObjectDefinition, to writer: inout JSONWriter
  ) {
    writer.field("channel", verdict.channel.rawValue)
    writer.field("taken", verdict.isTaken)
    writer.field("sentence", verdict.sentence)
    writer.name("placeholders")
    writer.array { list in
      for name in definition.names(on: verdict.channel) { list.value(name) }
    }
    guard !verdict.isTaken else { return }
    writer.name("errors")
    writer.array { list in
      for fault in verdict.faults.all {
        list.object { one in
          one.field("pointer", fault.pointer)
          one.field("detail", fault.detail)
        }
      }
    }
  }
}
