package import Time

/// So many messages of campaigns to one person in any span of that length, whatever campaigns they are of.
package struct FrequencyCap: Hashable, Sendable {
  package let messages: Int
  package let span: Duration

  package init(_ messages: Int, in span: Duration) { (self.messages, self.span) = (messages, span) }

  package static let longest = Duration.seconds(31 * 86400)

  /// When one more may go; `times` are those of the messages before, in any order.
  package func nextRoom(after times: [Timestamp], at now: Timestamp) -> Timestamp {
    let counting = times.filter { $0 + span > now }.sorted()
    guard counting.count >= messages else { return now }
    return counting[counting.count - messages] + span
  }
}
