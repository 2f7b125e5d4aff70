internal import HTTP
internal import Settings

/// Where Meta's graph stands, under any of its versions.
enum MetaPaths {
  static let messages = "/v{version}/{phone}/messages"
  static let media = "/v{version}/{phone}/media"
  static let templates = "/v{version}/{account}/message_templates"
  /// A number, or a file.
  static let node = "/v{version}/{node}"
  /// Ours: where a file is fetched, in place of Meta's own address.
  static let file = "/v{version}/{media}/file"
  static let edge = "/v{version}/{node}/{edge}"

  /// `24.0`, behind the letter.
  static func isVersion(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count)
          && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }

  /// Of numbers, accounts and files.
  static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Where the caller reaches us: what the settings say, else what it called.
  static func base(_ request: HTTPRequest, _ context: APIContext) -> String {
    if let own = context.settings.publicURL { return own.description }
    return "http://\(request.headers.first("Host") ?? "localhost")\(context.prefix)"
  }
}
