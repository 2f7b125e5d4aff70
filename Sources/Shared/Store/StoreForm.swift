internal import Platform

/// How rows are written. A new version brings a new form and reads both; it writes the old one while workers are alive
/// that know no other, so that both can run side by side, and the new one from then on, for good.
package enum StoreForm: Int64, Comparable, Sendable {
  /// A row for each change of a send, and one more for each that is to be published.
  case rows = 0
  /// The changes of a send packed beside it, and those of a transaction that are to be published in one row.
  case packed = 1
  /// Sends of campaigns, which wait in queues until their campaign runs.
  case campaigns = 2
  /// Parts of campaigns that wait for their hours, for money, or since too many failed.
  case care = 3
  /// Rows of campaigns whose message is chosen once it is known which is the best.
  case variants = 4
  /// Sends that go only while nobody else has acted in their conversation.
  case turns = 5

  package static let newest = StoreForm.turns

  package static func < (left: StoreForm, right: StoreForm) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What a process knows of its store's form. It only ever rises, and whoever still believes in a lower one writes what
/// everybody can read.
final class KnownForm: Sendable {
  private let known = Locked(StoreForm.rows)

  var now: StoreForm { known.withLock { $0 } }

  func rise(to form: StoreForm) { known.withLock { $0 = max($0, form) } }
}

extension Transaction {
  /// Once all workers that are alive know the newest form it is the store's. Asked each second by those who say that
  /// they live.
  func settleForm() throws(StoreError) {
    guard form < .newest else { return }
    try run(Workers.settleForm, [.form: .integer(StoreForm.newest.rawValue)])
    try lookAtForm()
  }

  /// Also for those who say nothing of themselves, while they need a newer one.
  package func lookAtForm() throws(StoreError) {
    guard let number = try fact("form"), let found = StoreForm(rawValue: number) else { return }
    rise(to: found)
  }
}
