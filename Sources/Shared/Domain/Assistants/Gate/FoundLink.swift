/// Something in a text that leads elsewhere.
enum FoundLink: Hashable, Sendable {
  /// An address of the web, with or without its scheme.
  case host(String)
  /// One that says a name before its host, and so looks like an address of that name.
  case disguised(host: String)
  /// What a phone opens in another way: `tel`, `sms`, `mailto`.
  case scheme(String)
  case mail(domain: String)
}

extension FoundLink {
  static func all(in text: String) -> [FoundLink] {
    var found: [FoundLink] = []
    // The words before: `acme .com`, `acme . com`
    var (before, isDotAlone) = (Substring(), false)
    for chunk in chunks(of: LinkText.plain(text)) {
      found += links(in: chunk)
      let isAfterWord = before.last.map { $0.isLetter || $0.isNumber } ?? false
      if isDotAlone || isAfterWord && chunk.first == ".", isUsualEnd(chunk) {
        found.append(.host("\(before).\(chunk.drop { $0 == "." })"))
      }
      isDotAlone = isAfterWord && chunk == "."
      if !isDotAlone { before = chunk }
    }
    return found
  }

  private static func isUsualEnd(_ chunk: Substring) -> Bool {
    let end = chunk.drop { $0 == "." }.prefix { $0.isLetter }
    return ["com", "net", "org", "info", "biz", "io"].contains(end)
  }

  /// Between what can stand in no address.
  private static func chunks(of text: String) -> [Substring] {
    text.split { $0.isWhitespace || rims.contains($0) }
  }

  private static let rims = Set("<>(){}\"`«»“”‘’„‚|,;*~^、，；「」『』（）【】")

  private static func links(in chunk: Substring) -> [FoundLink] {
    var found: [FoundLink] = []
    var rest = chunk
    while let colon = rest.firstIndex(of: ":") {
      let (before, after) = (rest[..<colon], rest[rest.index(after: colon)...])
      let isPort = after.first?.isNumber ?? false
      let bare = bare(before, isFollowed: isPort)
      found += bare.links
      if let link = link(scheme(atEndOf: before), after) {
        found.append(link)
        rest = behindPath(after)
      } else {
        rest = bare.endsInHost && isPort ? behindPath(after) : after
      }
    }
    return found + bare(rest, isFollowed: false).links
  }

  /// A path has any letters and signs, but no arrow or the like.
  private static func behindPath(_ text: Substring) -> Substring {
    text.drop { $0.isASCII || $0.isLetter || $0.isNumber }
  }

  private static func link(_ scheme: String, _ rest: Substring) -> FoundLink? {
    let isWeb = scheme == "http" || scheme == "https"
    let hasSlashes = rest.prefix(2).count == 2 && rest.prefix(2).allSatisfy(isSlash)
    if hasSlashes && !scheme.isEmpty || isWeb && !rest.isEmpty { return web(scheme, rest) }
    return opensElsewhere(scheme, rest) ? .scheme(scheme) : nil
  }

  private static func scheme(atEndOf text: Substring) -> String {
    let reversed = text.reversed().prefix { character in
      character.isASCII && (character.isLetter || character.isNumber || "+-.".contains(character))
    }
    return String(reversed.reversed().drop { !$0.isLetter })
  }

  private static func isSlash(_ character: Character) -> Bool {
    character == "/" || character == "\\"
  }

  private static func authority(_ rest: Substring) -> Substring {
    rest.drop(while: isSlash).prefix { !isSlash($0) && $0 != "?" && $0 != "#" }
  }

  private static func web(_ scheme: String, _ rest: Substring) -> FoundLink {
    let authority = authority(rest)
    guard scheme == "http" || scheme == "https" else { return .scheme(scheme) }
    if let at = authority.lastIndex(of: "@") {
      return .disguised(host: host(authority[authority.index(after: at)...]))
    }
    return .host(host(authority))
  }

  /// Without its port and what ends a sentence.
  private static func host(_ authority: Substring) -> String {
    if authority.first == "[" { return String(authority) }
    var host = authority.prefix { $0 != ":" }
    while let last = host.last, ".!_'…]-".contains(last) { host.removeLast() }
    return String(host)
  }

  private static let schemes: Set<String> = [
    "tel", "callto", "sms", "smsto", "mms", "mmsto", "mailto", "whatsapp", "tg", "viber", "skype",
    "signal", "sgnl", "facetime", "facetime-audio", "javascript", "vbscript", "intent", "market",
    "itms-apps", "itms", "geo", "maps", "bitcoin", "ethereum", "lightning", "upi", "file", "blob",
    "content", "sip", "sips", "xmpp", "fb-messenger", "magnet", "view-source",
  ]

  private static func opensElsewhere(_ scheme: String, _ rest: Substring) -> Bool {
    guard !rest.isEmpty else { return false }
    if scheme == "data" {
      return ["text/", "image/", "application/", "audio/", "video/", "base64"].contains {
        rest.hasPrefix($0)
      }
    }
    return schemes.contains(scheme)
  }

  // MARK: Without a scheme

  /// Names of hosts and addresses of mail between signs; what follows a host is its path.
  private static func bare(
    _ chunk: Substring, isFollowed: Bool
  ) -> (links: [FoundLink], endsInHost: Bool) {
    var (links, endsInHost, rest) = ([FoundLink](), false, chunk)
    while true {
      rest = rest.drop { !isOfAddress($0) }
      let word = rest.prefix(while: isOfAddress)
      guard !word.isEmpty else { return (links, endsInHost) }
      rest = rest[word.endIndex...]
      let isPath = rest.first.map { "/\\?#".contains($0) }
      let link = link(in: word, isFollowed: isPath ?? isFollowed)
      if let link { links.append(link) }
      endsInHost = link != nil && rest.isEmpty
      if link != nil, isPath == true { rest = behindPath(rest) }
    }
  }

  private static func link(in word: Substring, isFollowed: Bool) -> FoundLink? {
    let name = trimmed(word)
    if let at = name.lastIndex(of: "@") {
      let domain = trimmed(name[name.index(after: at)...])
      return domain.contains(".") ? .mail(domain: String(domain)) : nil
    }
    return HostName.isLikely(name, isFollowed: isFollowed) ? .host(String(name)) : nil
  }

  private static func isOfAddress(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || ".-_@%+".contains(character)
  }

  private static func trimmed(_ word: Substring) -> Substring {
    var word = word.drop { ".-_+%@".contains($0) }
    while let last = word.last, ".-_+%@".contains(last) { word.removeLast() }
    return word
  }
}
