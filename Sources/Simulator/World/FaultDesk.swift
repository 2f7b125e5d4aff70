internal import Time

/// The faults that are on, and how often each has struck.
struct FaultDesk: Sendable {
  struct Entry: Sendable {
    let id: Int
    let fault: Fault
    let since: Int64
    var matches = 0
    var strikes = 0
  }

  struct Scene {
    let provider: String
    var sender: String?
    var recipient: String?
    var template: String?
  }

  private(set) var entries: [Entry] = []
  private var lastID = 0
  private let dice: Dice

  init(_ dice: Dice) { self.dice = dice }

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(_ fault: Fault, at time: Int64) -> Int {
    lastID += 1
    entries.append(Entry(id: lastID, fault: fault, since: time))
    return lastID
  }

  mutating func remove(_ id: Int?) { entries.removeAll { id == nil || $0.id == id } }

  /// The first fault among those kinds that strikes here. `ordinal` tells the occasion: the same one falls
  /// the same way whenever it is asked.
  mutating func strike(
    _ kinds: [Fault.Kind], _ scene: Scene, at time: Int64, ordinal: Int
  ) -> Fault? {
    for index in entries.indices {
      let entry = entries[index]
      guard kinds.contains(entry.fault.kind), entry.isActive(at: time), entry.fault.matches(scene)
      else { continue }
      entries[index].matches += 1
      let isHit =
        entry.fault.share >= 1 || dice.draw(.fault, ordinal, entry.id) < entry.fault.share
      guard isHit else { continue }
      entries[index].strikes += 1
      return entry.fault
    }
    return nil
  }
}

extension FaultDesk.Entry {
  func isActive(at time: Int64) -> Bool {
    if let count = fault.count, strikes >= count { return false }
    var elapsed = time - since - fault.after.microseconds
    guard elapsed >= 0 else { return false }
    guard let lasting = fault.lasting else { return true }
    if let every = fault.every { elapsed %= every.microseconds }
    return elapsed < lasting.microseconds
  }
}

extension Fault {
  /// `+33*` names all whose number begins so.
  private static func names(_ wanted: String?, _ recipient: String?) -> Bool {
    guard let wanted, wanted.hasSuffix("*") else { return wanted == recipient }
    return recipient?.hasPrefix(wanted.dropLast()) ?? false
  }

  fileprivate func matches(_ scene: FaultDesk.Scene) -> Bool {
    (provider == nil || provider == scene.provider) && (sender == nil || sender == scene.sender)
      && (recipient == nil || Self.names(recipient, scene.recipient))
      && (template == nil || scene.template == nil || template == scene.template)
  }
}
