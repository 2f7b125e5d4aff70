/// The lanes that share a limit of recipients, as a forecast sees them.
package struct ForecastGroup: Hashable, Sendable {
  package var id: LaneGroupID
  package var recipients: RecipientBudget
  /// How many of its slots the campaign leaves to replies and one-time codes.
  package var reserve: Int

  package init(_ id: LaneGroupID, _ recipients: RecipientBudget, reserve: Int = 0) {
    (self.id, self.recipients, self.reserve) = (id, recipients, max(0, reserve))
  }
}
