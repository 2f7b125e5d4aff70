internal import FoundationEssentials

/// Names an instance in its marks: by its host, and by a name that stands beside its spool. What was answered
/// and did not reach the log is in the spool, so who starts with it again goes on under its name, and its
/// marks say that the spool is clear. An instance with another spool is another, though host and pid may be
/// the same, as they are in containers.
enum InstanceName {
  static func kept(beside spool: String) throws -> String {
    let file = URL(fileURLWithPath: spool + ".name")
    let host = ProcessInfo.processInfo.hostName
    if let kept = FileManager.default.contents(atPath: file.path), !kept.isEmpty {
      return "\(host):\(String(decoding: kept, as: UTF8.self))"
    }
    let name = UUID().uuidString.lowercased()
    try Data(name.utf8).write(to: file, options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    return "\(host):\(name)"
  }
}
