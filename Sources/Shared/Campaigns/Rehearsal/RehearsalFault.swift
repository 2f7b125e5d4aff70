internal import Time

/// Something that goes wrong in a rehearsal: what, and when.
package struct RehearsalFault: Hashable, Sendable {
  package enum What: String, CaseIterable, Sendable {
    case tokenExpires = "token-expires"
    case tokenMended = "token-mended"
    case tierCut = "tier-cut"
    case tierRise = "tier-rise"
    case templatePaused = "template-paused"
    case providerDown = "provider-down"
  }

  package enum When: Hashable, Sendable {
    /// From the start.
    case after(Duration)
    /// Once so many hundredths of the people were sent to.
    case share(Double)
  }

  /// Why a text is no fault.
  package struct Unreadable: Error, Hashable, Sendable {
    package let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
  }

  package let what: What
  package let when: When
  /// For how long; nil: until something ends it.
  package let lasting: Duration?
  /// As it was asked for.
  package let text: String

  private static let list = What.allCases.map(\.rawValue).joined(separator: ", ")

  /// `tier-cut@20%`, `token-expires@10m`, `provider-down@5m..7m`.
  package init(_ text: String) throws(Unreadable) {
    let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
    guard let what = parts.first.flatMap({ What(rawValue: $0) }) else {
      throw Unreadable(
        "there is no fault \(text); there are \(Self.list), each with @ and a time")
    }
    (self.what, self.text) = (what, text)
    let when = parts.count == 2 ? parts[1] : ""
    if what == .providerDown {
      guard let dots = when.firstRange(of: ".."),
        let from = Duration(written: when[..<dots.lowerBound]),
        let until = Duration(written: when[dots.upperBound...]), until > from
      else {
        throw Unreadable("\(what.rawValue) needs a time from and until, such as @5m..7m")
      }
      (self.when, lasting) = (.after(from), until - from)
      return
    }
    lasting = nil
    if when.hasSuffix("%"), let share = Double(when.dropLast()), (0...100).contains(share) {
      self.when = .share(share)
    } else if let span = Duration(written: when), span >= .zero {
      self.when = .after(span)
    } else {
      throw Unreadable(
        "\(what.rawValue) needs a time from the start or a part of the people, such as @10m or @20%"
      )
    }
  }
}
