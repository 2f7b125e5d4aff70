internal import Foundation

/// A settings file as it was written, before anything is made of it.
enum SettingsNode: Decodable {
  case object([String: SettingsNode])
  case array([SettingsNode])
  case text(String)
  case number(Double)
  case truth(Bool)
  case null

  init(json5 data: [UInt8]) throws(SettingsFault) {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    do { self = try decoder.decode(SettingsNode.self, from: Data(data)) } catch {
      throw SettingsFault("", "is not JSON5: \(Self.reason(error))")
    }
  }

  init(from decoder: any Decoder) throws {
    if let fields = try? decoder.container(keyedBy: Key.self) {
      var object: [String: SettingsNode] = [:]
      for key in fields.allKeys {
        object[key.stringValue] = try fields.decode(Self.self, forKey: key)
      }
      self = .object(object)
    } else if var items = try? decoder.unkeyedContainer() {
      var array: [SettingsNode] = []
      while !items.isAtEnd { array.append(try items.decode(Self.self)) }
      self = .array(array)
    } else {
      self = try Self.single(try decoder.singleValueContainer())
    }
  }

  private static func single(_ value: any SingleValueDecodingContainer) throws -> SettingsNode {
    if value.decodeNil() { return .null }
    if let truth = try? value.decode(Bool.self) { return .truth(truth) }
    if let number = try? value.decode(Double.self) { return .number(number) }
    return .text(try value.decode(String.self))
  }

  /// The decoder's words without the text that it could not read: it may hold secrets.
  private static func reason(_ error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context) = error,
      let underlying = context.underlyingError as? NSError,
      let words = underlying.userInfo[NSDebugDescriptionErrorKey] as? String
    else { return "its syntax cannot be read" }
    return words
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .text: "a text"
    case .number: "a number"
    case .truth: "true or false"
    case .null: "null"
    }
  }
}

extension SettingsFault: Error {}
