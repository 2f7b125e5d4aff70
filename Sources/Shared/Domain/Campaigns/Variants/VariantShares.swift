/// How the people of a campaign are shared out among its messages. Whoever has drawn a number keeps it, so the same person
/// gets the same message whatever else an upload has.
package struct VariantShares: Hashable, Sendable {
  /// Of each message, in hundredths of those that get one without waiting; one alone has all.
  package var shares: [Int]
  /// In hundredths of all: nobody writes to them, so that what the others do can be held against what they do.
  package var holdOut: Int
  /// In hundredths of all: how many get one of the messages while the others wait for the best one; nil: nobody waits.
  package var test: Int?

  package init(_ shares: [Int] = [100], holdOut: Int = 0, test: Int? = nil) {
    (self.shares, self.holdOut, self.test) = (shares, holdOut, test)
  }

  /// What a person draws is below.
  package static let draws = 10_000

  package enum Part: Hashable, Sendable {
    case heldOut
    /// The number of the message, from 1 on; 0 where there is one alone.
    case variant(Int)
    /// Waits for the best one.
    case rest

    /// As rows, flows and counts keep it.
    package var number: Int {
      switch self {
      case .heldOut: 0
      case .variant(let number): number
      case .rest: VariantShares.rest
      }
    }
  }

  /// The number of those who wait for the best one; with that one's own number added once they get it.
  package static let rest = 128

  package func part(of draw: Int) -> Part {
    guard draw >= holdOut * 100 else { return .heldOut }
    guard shares.count > 1 else { return .variant(0) }
    let behind = draw - holdOut * 100
    let tested = test.map { $0 * 100 } ?? Self.draws - holdOut * 100
    guard behind < tested else { return .rest }
    var end = 0
    for (place, share) in shares.enumerated() {
      end += share
      if behind * 100 < end * tested { return .variant(place + 1) }
    }
    return .variant(shares.count)
  }
}
