/// When one of a campaign's messages is the best, by how many of those who got it have read it.
package struct WinnerRule: Hashable, Sendable {
  /// In hundredths of all people: those who get one of the messages first.
  package var test: Int
  /// Fewer reads of a message than that say nothing for it.
  package var reads: Int
  /// Once the last of the test went: by then somebody decides, or the one that leads is taken.
  package var wait: Duration

  package init(test: Int, reads: Int = 100, wait: Duration = .seconds(86_400)) {
    (self.test, self.reads, self.wait) = (test, reads, wait)
  }

  /// What is known of one message of the test.
  package struct Found: Hashable, Sendable {
    package var arrived: Int
    package var read: Int

    package init(arrived: Int, read: Int) { (self.arrived, self.read) = (arrived, read) }

    fileprivate var share: Double { arrived == 0 ? 0 : Double(read) / Double(arrived) }
  }

  package enum Verdict: Hashable, Sendable {
    case wait
    /// The place among the messages.
    case best(Int, String)
    /// Somebody has to say.
    case open(String)
  }

  /// `out`: for how long all of the test have gone; nil: some have not.
  package func verdict(on found: [Found], out: Duration?) -> Verdict {
    guard let out, found.count > 1 else { return .wait }
    let order = found.indices.sorted {
      (found[$0].share, found[$0].read) > (found[$1].share, found[$1].read)
    }
    let (first, second) = (found[order[0]], found[order[1]])
    let told =
      "\(first.read) of \(first.arrived) read it, of the next best \(second.read) of \(second.arrived)"
    if first.read >= reads, isMoreThanChance(first, second) { return .best(order[0], told) }
    guard out >= wait else { return .wait }
    guard first.read >= reads else {
      return .open(
        "only \(first.read) have read the one that leads, and \(reads) are needed to tell")
    }
    return .best(order[0], "\(told), which may be chance")
  }

  /// At 95 %, by the difference of two shares.
  private func isMoreThanChance(_ first: Found, _ second: Found) -> Bool {
    guard first.arrived > 0, second.arrived > 0 else { return false }
    let both = Double(first.read + second.read) / Double(first.arrived + second.arrived)
    let spread =
      both * (1 - both) * (1 / Double(first.arrived) + 1 / Double(second.arrived))
    guard spread > 0 else { return false }
    return (first.share - second.share) / spread.squareRoot() >= 1.96
  }
}
