internal import Platform

/// Fills `${NAME}` from the environment, `${file:PATH}` from a file, and `${credential:NAME}` from what systemd's
/// `LoadCredential` gives, into texts of the settings.
struct Substitution {
  let environment: [String: String]
  /// Relative paths are relative to the settings file.
  let folder: String
  /// For what does not come from the operator: it reads no file and no variable.
  var isLiteral = false

  static let literal = Substitution(environment: [:], folder: "", isLiteral: true)

  func fill(_ text: String) throws(SettingsFault) -> String {
    if isLiteral { return text }
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
    if name.hasPrefix("credential:") { return try credential(String(name.dropFirst(11))) }
    guard let value = environment[name] else {
      throw SettingsFault("", "needs the environment variable \(name), which is not set")
    }
    guard !value.isEmpty else {
      throw SettingsFault("", "needs the environment variable \(name), which is empty")
    }
    return value
  }

  private func credential(_ name: String) throws(SettingsFault) -> String {
    guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
      throw SettingsFault(
        "",
        "needs the credential \(name), but CREDENTIALS_DIRECTORY is not set: systemd sets it for LoadCredential"
      )
    }
    guard !name.isEmpty, !name.contains("/") else {
      throw SettingsFault("", "has a credential without a name, or with a / in it")
    }
    return try content(of: "\(folder)/\(name)")
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
