internal import CSimdJSON

/// Where a text stops being JSON: `not valid JSON, near byte 17`. It never quotes the text.
package struct NotJSON: Error, CustomStringConvertible {
  package let description: String

  init(_ text: [UInt8]) {
    guard !text.isEmpty else {
      description = "not valid JSON: it is empty"
      return
    }
    let place = JSONSyntax.fault(in: text).map { ", near byte \($0)" }
    description = "not valid JSON" + (place ?? ": too deep, or with a number that is too large")
  }
}

/// A parsed text. Its values are read in place and copied out as Swift values.
package final class JSONDocument: @unchecked Sendable {
  // The document is written by the parser before it is handed out, and only read after that.
  private let handle: OpaquePointer

  package init(_ text: some Collection<UInt8>) throws(NotJSON) {
    var reason: UnsafePointer<CChar>?
    let parsed =
      text.withContiguousStorageIfAvailable { bytes in Self.parse(bytes, &reason) }
      ?? Array(text).withUnsafeBufferPointer { bytes in Self.parse(bytes, &reason) }
    guard let parsed else { throw NotJSON(Array(text)) }
    handle = parsed
  }

  deinit { postrider_json_free(handle) }

  package var root: JSONValue { JSONValue(postrider_json_root(handle), in: self) }

  private static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reason: inout UnsafePointer<CChar>?
  ) -> OpaquePointer? {
    // An empty text has no address; the parser wants one all the same.
    var nothing: UInt8 = 0
    guard let start = bytes.baseAddress else { return postrider_json_parse(&nothing, 0, &reason) }
    return postrider_json_parse(start, bytes.count, &reason)
  }
}

/// One value of a document. Reading it as what it is not gives nil.
package struct JSONValue: @unchecked Sendable {
  package enum Kind: Sendable { case null, bool, integer, double, string, array, object }

  // Points into `document`, which is immutable and kept alive here.
  private let value: postrider_json_value
  private let document: JSONDocument

  fileprivate init(_ value: postrider_json_value, in document: JSONDocument) {
    self.value = value
    self.document = document
  }

  package var kind: Kind {
    switch UInt32(postrider_json_kind_of(value)) {
    case POSTRIDER_JSON_BOOL.rawValue: .bool
    case POSTRIDER_JSON_INTEGER.rawValue, POSTRIDER_JSON_UNSIGNED.rawValue: .integer
    case POSTRIDER_JSON_DOUBLE.rawValue: .double
    case POSTRIDER_JSON_STRING.rawValue: .string
    case POSTRIDER_JSON_ARRAY.rawValue: .array
    case POSTRIDER_JSON_OBJECT.rawValue: .object
    default: .null
    }
  }

  package var isNull: Bool { kind == .null }

  package var string: String? {
    var bytes: UnsafePointer<CChar>?
    var length = 0
    guard postrider_json_string(value, &bytes, &length), let bytes else { return nil }
    return bytes.withMemoryRebound(to: UInt8.self, capacity: length) { start in
      String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    }
  }

  package var integer: Int64? {
    var integer: Int64 = 0
    return postrider_json_integer(value, &integer) ? integer : nil
  }

  /// For identifiers that pass the signed range.
  package var unsigned: UInt64? {
    var integer: UInt64 = 0
    return postrider_json_unsigned(value, &integer) ? integer : nil
  }

  package var double: Double? {
    var number = 0.0
    return postrider_json_double(value, &number) ? number : nil
  }

  package var bool: Bool? {
    var truth = false
    return postrider_json_bool(value, &truth) ? truth : nil
  }

  /// The first field of that name.
  package subscript(name: String) -> JSONValue? {
    var name = name
    var found = postrider_json_value()
    let isThere = name.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else {
          return postrider_json_field(value, "", 0, &found)
        }
        return postrider_json_field(value, start, characters.count, &found)
      }
    }
    return isThere ? JSONValue(found, in: document) : nil
  }

  package var items: [JSONValue]? {
    guard kind == .array else { return nil }
    return walk().map(\.value)
  }

  package var fields: [(name: String, value: JSONValue)]? {
    guard kind == .object else { return nil }
    return walk()
  }

  /// The value as text again, without white space.
  package var text: [UInt8] {
    var bytes: UnsafeMutablePointer<CChar>?
    var length = 0
    guard postrider_json_minified(value, &bytes, &length), let bytes else { return [] }
    defer { postrider_json_release(bytes) }
    return bytes.withMemoryRebound(to: UInt8.self, capacity: length) { start in
      Array(UnsafeBufferPointer(start: start, count: length))
    }
  }

  private func walk() -> [(name: String, value: JSONValue)] {
    var cursor = postrider_json_cursor()
    guard postrider_json_start(value, &cursor) else { return [] }
    var found: [(name: String, value: JSONValue)] = []
    var item = postrider_json_value()
    var name: UnsafePointer<CChar>?
    var length = 0
    while postrider_json_next(&cursor, &item, &name, &length) {
      let text =
        name?.withMemoryRebound(to: UInt8.self, capacity: length) { start in
          String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
        } ?? ""
      found.append((text, JSONValue(item, in: document)))
    }
    return found
  }
}

extension JSONValue {
  /// For bytes that may be anything: nil where they are no JSON.
  package init?(whole text: some Collection<UInt8>) {
    do { self = try JSONDocument(text).root } catch { return nil }
  }
}
