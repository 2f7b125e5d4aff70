/// Which zones there are, from tzdata.zi: that has a line `Z Europe/Rome …` for each, and `L Asia/Kolkata Asia/Calcutta` for
/// each other name of one.
struct ZoneNames {
  private(set) var zones: [String] = []
  private var targets: [String: String] = [:]

  init(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
        .map { String(decoding: $0, as: UTF8.self) }
      switch words.first {
      case "Z" where words.count > 1: zones.append(words[1])
      case "L" where words.count > 2: targets[words[2]] = words[1]
      default: continue
      }
    }
  }

  var links: some Collection<String> { targets.keys }

  /// A link may lead to another; none leads far.
  func target(of link: String) -> String {
    var name = link
    for _ in 0..<8 {
      guard let next = targets[name] else { break }
      name = next
    }
    return name
  }
}
