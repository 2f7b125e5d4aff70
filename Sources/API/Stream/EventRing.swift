internal import Events
internal import Domain

/// The last items that the tail came by, each with a number that counts them. Bounded by number and bytes: the
/// oldest make room.
struct EventRing: Sendable {
  private var items: [EventTail.Item] = []
  /// How many at the front of `items` are given up already.
  private var gone = 0
  private var bytes = 0
  /// The number of the oldest that is there.
  private(set) var first = 0
  private let layout: EventLayout
  /// By partition, the offset from which on everything that was read is there.
  private var floor: [Int64]
  private let bounds: EventTail.Bounds

  init(from places: [TopicPartition: Int64], _ bounds: EventTail.Bounds) {
    layout = EventLayout(places.keys)
    floor = layout.partitions.map { places[$0] ?? 0 }
    self.bounds = bounds
  }

  /// The number of the next one.
  var end: Int { first + items.count - gone }

  /// Whether somebody who stands at these offsets misses nothing by reading on in here.
  func reaches(_ offsets: [Int64]) -> Bool {
    offsets.count == floor.count && zip(offsets, floor).allSatisfy { $0 >= $1 }
  }

  /// nil where they have made room already.
  func items(from place: Int, max: Int) -> [EventTail.Item]? {
    guard place >= first else { return nil }
    let start = gone + place - first
    // Copied: a slice that somebody holds would have the whole ring copied with the next item.
    return Array(items[min(start, items.count)..<min(start + max, items.count)])
  }

  mutating func append(_ item: EventTail.Item) {
    items.append(item)
    bytes += item.size
    // The newest stays, whatever its size.
    while items.count - gone > 1, items.count - gone > bounds.items || bytes > bounds.bytes {
      giveUpFirst()
    }
    if gone > 1024, gone > items.count / 2 {
      items.removeFirst(gone)
      gone = 0
    }
  }

  private mutating func giveUpFirst() {
    let item = items[gone]
    bytes -= item.size
    // Its bytes go now, its place with the next clearing.
    switch item {
    case .record(let event):
      if let place = layout[event.partition] { floor[place] = event.offset + 1 }
      items[gone] = .gap(event.partition, from: event.offset, to: event.offset)
    case .gap(let partition, _, let to): if let place = layout[partition] { floor[place] = to }
    }
    gone += 1
    first += 1
  }
}

extension EventTail.Item {
  fileprivate var size: Int {
    guard case .record(let event) = self else { return 64 }
    return 64 + (event.line?.count ?? 0)
  }
}
