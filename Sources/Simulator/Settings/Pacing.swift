internal import JSON
internal import Time

/// Meta lets the first messages of a template, or of a portfolio, go, and holds the next until it knows how people take
/// them.
package struct Pacing: Sendable, Equatable {
  package enum Verdict: String, Sendable, CaseIterable {
    /// What was held is sent.
    case release
    /// It fails with 132015, and what it was held for cannot send any more.
    case drop
  }

  /// So many go before one is held.
  package var first = 10
  /// How long after the first that is held it is decided.
  package var decision: Duration = .seconds(1800)
  package var verdict = Verdict.release

  package init() {}

  init(_ fields: FieldReader) { read(fields) }

  mutating func read(_ fields: FieldReader) {
    fields.integer("first", into: &first, 0...Int.max)
    fields.duration("decision", into: &decision)
    fields.choice("verdict", into: &verdict)
  }
}

/// What Meta makes of all numbers that belong together.
package struct Business: Sendable {
  package var portfolio: String
  /// nil: nothing is held.
  package var pacing: Pacing?
  /// The limit of recipients rises once half of it was used within this time; nil: never.
  package var riseWithin: Duration?
  /// How long after that it does.
  package var riseAfter: Duration = .seconds(6 * 3600)

  package init(_ portfolio: String) { self.portfolio = portfolio }

  init(_ fields: FieldReader) {
    self.init(fields.string("portfolio"))
    fields.object("pacing") { pacing = Pacing($0) }
    fields.duration("riseWithin", into: &riseWithin)
    fields.duration("riseAfter", into: &riseAfter)
  }
}

/// What people get of marketing templates, whoever sends them.
package struct MarketingRules: Sendable {
  /// One person gets so many in any 24 hours; nil: any number.
  package var perPerson: Int?
  /// Of those to a country, by its two letters, so many are refused besides: `{"IN": 0.84}`.
  package var shares: [String: Double] = [:]
  /// People with a number of the United States get none.
  package var refusesUS = true

  package init() {}

  mutating func read(_ fields: FieldReader) {
    fields.integer("perPerson", into: &perPerson, 0...1_000_000)
    shares =
      fields.pairs("shares", "a number from 0 to 1") { value in
        value.double.flatMap { (0...1).contains($0) ? $0 : nil }
      } ?? shares
    fields.bool("refusesUS", into: &refusesUS)
  }
}
