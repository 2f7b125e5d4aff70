/// Where somebody wants to be told of a message as Twilio tells it: an address, and behind its `#` how it is called.
package struct StatusCallbackAddress: Hashable, Sendable {
  /// As it was given.
  package let text: String
  /// Without what stands behind the `#`, which is neither sent nor signed.
  package let url: String
  /// Host and port as they stand, in lower case.
  package let host: String
  package let overrides: CallbackOverrides

  private static let longest = 2048

  /// nil where it is no http or https address that can be called, such as one with credentials in it or an underscore in
  /// its host.
  package init?(_ text: String) {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let url = String(parts[0])
    guard let mark = url.firstRange(of: "://"),
      ["http", "https"].contains(url[..<mark.lowerBound].lowercased()),
      text.utf8.count <= Self.longest, text.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7F })
    else { return nil }
    let authority = url[mark.upperBound...].prefix { !"/?\\".contains($0) }
    // Neither credentials nor an escape, which could bring in another host.
    guard !authority.isEmpty, !authority.contains(where: { "@%_".contains($0) }) else { return nil }
    (self.text, self.url, host) = (text, url, authority.lowercased())
    overrides =
      parts.count == 2 ? CallbackOverrides(fragment: String(parts[1])) : CallbackOverrides()
  }
}

/// How often and how patiently a callback is called: `rc=5&rp=all&ct=2000&rt=3000&tt=15000`, by Twilio's names, bounds
/// and defaults.
package struct CallbackOverrides: Hashable, Sendable {
  package private(set) var retries = 1
  package private(set) var policy: Set<String> = ["ct"]
  package private(set) var connectTimeout = Duration.milliseconds(5000)
  private var readTimeout = Duration.milliseconds(15000)
  private var longest = Duration.milliseconds(15000)

  package init() {}

  /// What is no override, or out of bounds, is passed over.
  package init(fragment: String) {
    for pair in fragment.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let number = Int(parts[1])
      switch parts[0] {
      case "rc": if let number, (0...5).contains(number) { retries = number }
      case "ct": Self.set(&connectTimeout, number, 100...10_000)
      case "rt": Self.set(&readTimeout, number, 100...15_000)
      case "tt": Self.set(&longest, number, 100...15_000)
      case "rp": policy = Set(parts[1].split(separator: ",").map(String.init))
      default: continue
      }
    }
  }

  private static func set(_ time: inout Duration, _ number: Int?, _ range: ClosedRange<Int>) {
    if let number, range.contains(number) { time = .milliseconds(number) }
  }

  /// Of one call.
  package var totalTimeout: Duration { min(longest, connectTimeout + readTimeout) }

  package enum Failure: String, Hashable, Sendable, CaseIterable {
    case connection = "ct"
    case reading = "rt"
    case refused = "4xx"
    case broken = "5xx"
  }

  package func repeats(_ failure: Failure, after tries: Int) -> Bool {
    tries < retries && (policy.contains("all") || policy.contains(failure.rawValue))
  }
}
