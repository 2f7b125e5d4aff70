/// The first of a campaign's people, and what must be heard of them before the others are written to.
package struct FirstWave: Hashable, Sendable {
  package var size: Int
  /// How long after the last of them went the rest waits at most for what becomes of them.
  package var wait: Duration
  /// In hundredths of those that were sent: at least so many arrived, and at most so many failed or opted out.
  package var delivered: Int
  package var failed: Int
  package var optedOut: Int

  package init(
    size: Int, wait: Duration = .seconds(1800), delivered: Int = 50, failed: Int = 10,
    optedOut: Int = 5
  ) {
    (self.size, self.wait) = (size, wait)
    (self.delivered, self.failed, self.optedOut) = (delivered, failed, optedOut)
  }

  package struct Found: Hashable, Sendable {
    /// Claimed at least once.
    package var begun: Int
    package var arrived: Int
    package var failed: Int
    package var optedOut: Int
    /// Of which the last word is still out.
    package var open: Int

    package init(begun: Int, arrived: Int, failed: Int, optedOut: Int, open: Int) {
      (self.begun, self.arrived, self.failed) = (begun, arrived, failed)
      (self.optedOut, self.open) = (optedOut, open)
    }
  }

  package enum Verdict: Hashable, Sendable {
    case wait
    case pass
    case fail(String)
  }

  /// `size` may be more than there are. `quiet`: for how long nothing of it has changed.
  package func verdict(on found: Found, of rows: Int, quiet: Duration) -> Verdict {
    let whole = min(size, rows)
    func share(_ count: Int) -> Int { whole == 0 ? 0 : count * 100 / whole }
    // What is too much already gets no better.
    if found.failed * 100 > failed * whole {
      return .fail(
        "\(share(found.failed)) % of the first \(whole) failed, and at most \(failed) % may")
    }
    if found.optedOut * 100 > optedOut * whole {
      return .fail(
        "\(share(found.optedOut)) % of the first \(whole) opted out, and at most \(optedOut) % may")
    }
    guard found.begun >= whole else { return .wait }
    if found.open > 0, quiet < wait { return .wait }
    if found.arrived * 100 < delivered * whole {
      return .fail(
        "\(share(found.arrived)) % of the first \(whole) arrived, and at least \(delivered) % must")
    }
    return .pass
  }
}
