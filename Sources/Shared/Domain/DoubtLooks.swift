/// When a doubt is looked into, counted from when it arose.
package struct DoubtLooks: Hashable, Sendable {
  /// Where the provider can be asked; the last one decides.
  package var looks: [Duration]
  /// Where it cannot: how long the callback that would settle it is waited for.
  package var grace: Duration

  package init(
    looks: [Duration] = [.seconds(30), .seconds(120), .seconds(600)],
    grace: Duration = .seconds(600)
  ) {
    self.looks = looks
    self.grace = grace
  }

  package static let standard = DoubtLooks()

  package var first: Duration { looks.first ?? grace }

  /// The wait from the doubt's beginning to the look after so many.
  package func look(after done: Int) -> Duration? { done < looks.count ? looks[done] : nil }
}
