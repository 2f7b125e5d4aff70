internal import Platform

/// Fills `${NAME}` from the environment and `${file:PATH}` from a file into texts of the settings.
struct Substitution {
  let environment: [String: String]
  /// Relative paths are relative to the settings file.
  let folder: String

  func fill(_ text: String) throws(SettingsFault) -> String {
    var filled = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${") {
      filled += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw SettingsFault("", "has a ${ without its }")
      }
      filled += try value(of: String(rest[start.upperBound..<end]))
      rest = rest[rest.index(after: end)...]
    }
    return filled + rest
  }

  private func value(of name: String) throws(SettingsFault) -> String {
    if name.hasPrefix("file:") { return try content(of: String(name.dropFirst(5))) }
    guard let value = environment[name] else {
      throw SettingsFault("", "needs the environment variable \(name), which is not set")
    }
    guard !value.isEmpty else {
      throw SettingsFault("", "needs the environment variable \(name), which is empty")
    }
    return value
  }

  private func content(of path: String) throws(SettingsFault) -> String {
    guard let data = Platform.content(ofFile: absolute(path)) else {
      throw SettingsFault("", "needs the file \(path), which cannot be read")
    }
    let lines = String(decoding: data, as: UTF8.self).drop(while: \.isNewline)
    return lines.lastIndex { !$0.isNewline }.map { String(lines[...$0]) } ?? ""
  }

  func absolute(_ path: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
  }
}
