package import Domain
package import Events

/// What a listener wants to hear of. Each selection is a stream of its own, with its own places.
package struct EventTopics: Hashable, Sendable {
  /// In their own order, whatever order they were asked for in.
  package let topics: [Topic]

  package static let messages = EventTopics([.messages])
  private static let offered: [Topic] = [.messages, .inbound, .conversations, .campaigns]

  private init(_ topics: Set<Topic>) { self.topics = Self.offered.filter(topics.contains) }

  /// As a query or a cursor has them.
  package init(_ text: String) throws(FieldFaults) {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let topics = names.compactMap(Topic.init(rawValue:)).filter(Self.offered.contains)
    guard topics.count == names.count else {
      let all = Self.offered.map(\.rawValue).joined(separator: ", ")
      throw FieldFaults("/topics", "must be some of \(all), with commas between them")
    }
    self.init(Set(topics))
  }

  package var text: String { topics.map(\.rawValue).joined(separator: ",") }
}

/// The partitions of a stream in the order in which cursors name them.
struct EventLayout: Hashable, Sendable {
  let partitions: [TopicPartition]
  private let places: [TopicPartition: Int]

  init(_ partitions: some Sequence<TopicPartition>) {
    self.partitions = partitions.sorted {
      ($0.topic.rawValue, $0.number) < ($1.topic.rawValue, $1.number)
    }
    places = Dictionary(
      self.partitions.enumerated().map { ($0.element, $0.offset) }
    ) { first, _ in first }
  }

  /// nil for one of another stream.
  subscript(partition: TopicPartition) -> Int? { places[partition] }
}
