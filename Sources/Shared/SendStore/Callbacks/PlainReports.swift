internal import Domain
internal import Store
internal import Time

/// The callbacks of a batch that name their attempt, and tell that it went on, as one statement takes them:
/// in the order of their sends, each with the lanes that its signer owns.
struct PlainReports {
  struct Report {
    /// Among all callbacks of the batch.
    let place: Int
    let attempt: AttemptID
    let reached: SendNews.Reached
    /// Of `lanes`.
    let owned: Range<Int>
  }

  private(set) var reports: [Report] = []
  private var lanes: [Int64] = []
  private let callbacks: [CallbackReport]

  init(_ callbacks: [CallbackReport], _ catalog: LaneCatalog) {
    self.callbacks = callbacks
    var signers = Signers(catalog)
    for (place, attempt) in Self.alone(callbacks) {
      guard case .wentOut(let reached) = callbacks[place].status, reached != .accepted else {
        continue
      }
      let owned = signers.lanes(of: callbacks[place])
      guard !owned.isEmpty else { continue }
      reports.append(
        Report(place: place, attempt: attempt, reached: reached, owned: owned))
    }
    lanes = signers.lanes
  }

  /// Two about one send must be judged one after the other, so neither is plain.
  private static func alone(_ callbacks: [CallbackReport]) -> [(place: Int, attempt: AttemptID)] {
    let named = callbacks.indices.compactMap { place in
      callbacks[place].attempt.map { (place: place, attempt: $0) }
    }
    .sorted { $0.attempt.send < $1.attempt.send }
    return named.indices.filter { index in
      let send = named[index].attempt.send
      return (index == 0 || named[index - 1].attempt.send != send)
        && (index + 1 == named.count || named[index + 1].attempt.send != send)
    }
    .map { named[$0] }
  }

  func callback(_ report: Report) -> CallbackReport { callbacks[report.place] }

  func owns(_ lane: Int64, _ report: Report) -> Bool { lanes[report.owned].contains(lane) }

  /// The sends, each with the number of its report.
  var names: Batch<Callbacks.StandingsParameter> {
    [
      .id: .bytes(reports.map(\.attempt.send.bytes)),
      .place: .integers(reports.indices.map(Int64.init)),
    ]
  }

  func columns(at now: Timestamp) -> Batch<Callbacks.AdvanceParameter> {
    [
      .id: .bytes(reports.map(\.attempt.send.bytes)),
      .attempt: .integers(reports.map { Int64($0.attempt.number) }),
      .state: .integers(reports.map { Int64($0.reached.state.rawValue) }),
      .firstLane: .integers(reports.map { Int64($0.owned.lowerBound + 1) }),
      .lastLane: .integers(reports.map { Int64($0.owned.upperBound) }),
      .providerAt: .optionalIntegers(reports.map { callbacks[$0.place].providerAt?.microseconds }),
      .code: .optionalTexts(reports.map { callbacks[$0.place].code }),
      .detail: .optionalBytes(reports.map { callbacks[$0.place].detail }),
      .lanes: .integers(lanes), .now: .time(now),
    ]
  }
}

/// The lanes that the signers of a batch own, one signer's after the other's.
private struct Signers {
  private let catalog: LaneCatalog
  private var known: [Signer: Range<Int>] = [:]
  private var last: (signer: Signer, lanes: Range<Int>)?
  private(set) var lanes: [Int64] = []

  private struct Signer: Hashable {
    let provider: Provider
    let account: AccountID
    let address: String?
    let tenant: Tenant?
  }

  init(_ catalog: LaneCatalog) { self.catalog = catalog }

  mutating func lanes(of callback: CallbackReport) -> Range<Int> {
    let signer = Signer(
      provider: callback.provider, account: callback.account, address: callback.address,
      tenant: callback.tenant)
    if let last, last.signer == signer { return last.lanes }
    let found = known[signer] ?? add(callback)
    known[signer] = found
    last = (signer, found)
    return found
  }

  private mutating func add(_ callback: CallbackReport) -> Range<Int> {
    let start = lanes.count
    for lane in catalog.byAccount[callback.account] ?? []
    where callback.isSigned(byOwnerOf: lane) {
      lanes.append(lane.key)
    }
    return start..<lanes.count
  }
}
