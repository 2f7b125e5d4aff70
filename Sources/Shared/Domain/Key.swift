/// The integer by which the store knows a thing, of a type for each kind: where a flow is wanted a lane is a compile
/// error, and nobody counts with a key by mistake. Outside of the store things go by their names.
///
///     send 4711, waits in flow 12 of lane 3, which shares its limits with lane group 2
package struct Key<Kind>: Hashable, Comparable, Sendable {
  package let value: Int64

  @inlinable package init(_ value: Int64) { self.value = value }

  @inlinable package static func == (left: Key, right: Key) -> Bool { left.value == right.value }
  @inlinable package static func < (left: Key, right: Key) -> Bool { left.value < right.value }
  @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

package typealias SendKey = Key<Keyed.Send>
package typealias LaneKey = Key<Keyed.Lane>
package typealias GroupKey = Key<Keyed.Group>
package typealias FlowKey = Key<Keyed.Flow>
package typealias CampaignKey = Key<Keyed.Campaign>
package typealias PersonKey = Key<Keyed.Person>
package typealias ConversationKey = Key<Keyed.Conversation>
package typealias ResendKey = Key<Keyed.Resend>

/// What has a key.
package enum Keyed {
  package enum Send {}
  package enum Lane {}
  /// Lanes that share a limit.
  package enum Group {}
  /// A queue within a lane.
  package enum Flow {}
  package enum Campaign {}
  package enum Person {}
  package enum Conversation {}
  /// An order to send again what did not arrive.
  package enum Resend {}
}
