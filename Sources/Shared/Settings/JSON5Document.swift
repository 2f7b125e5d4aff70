internal import JSON

/// A file of somebody's in JSON5, as the JSON that it stands for. The fields of an object are in the order of their names,
/// and a number that JSON has no word for is null.
package enum JSON5Document {
  package static func json(_ text: [UInt8]) throws(SettingsFault) -> [UInt8] {
    var writer = JSONWriter(capacity: text.count)
    try JSON5Reader.read(text).write(to: &writer)
    return writer.bytes
  }
}

extension SettingsNode {
  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .object(let fields):
      writer.object { object in
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
          object.name(name)
          value.write(to: &object)
        }
      }
    case .array(let items):
      writer.array { list in
        for item in items { item.write(to: &list) }
      }
    case .text(let text): writer.value(text)
    case .number(let number):
      if let whole = Int64(exactly: number) { writer.value(whole) } else { writer.value(number) }
    case .truth(let truth): writer.value(truth)
    case .null: writer.null()
    }
  }
}
