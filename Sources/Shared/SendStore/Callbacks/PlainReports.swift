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
    /// Of the lanes that signers own.
    let owned: Range<Int>
  }

  /// Those that are all that the batch says of their send.
  let alone: Chains
  /// Of each other send what is said of it, up to the first that is not plain: all after it is judged after it.
  let chains: Chains

  /// `apart`: without it there is nobody alone.
  init(_ callbacks: [CallbackReport], _ catalog: LaneCatalog, apart: Bool) {
    var signers = Signers(catalog)
    var (alone, chains) = (Chains(callbacks), Chains(callbacks))
    for places in Self.bySend(callbacks) {
      var reports: [Report] = []
      for place in places {
        guard let report = Self.report(callbacks[place], place, &signers) else { break }
        reports.append(report)
      }
      guard !reports.isEmpty else { continue }
      if apart, places.count == 1 { alone.add(reports) } else { chains.add(reports) }
    }
    (self.alone, self.chains) = (alone.with(signers.lanes), chains.with(signers.lanes))
  }

  private static func report(
    _ callback: CallbackReport, _ place: Int, _ signers: inout Signers
  ) -> Report? {
    guard case .wentOut(let reached) = callback.status, reached != .accepted,
      let attempt = callback.attempt
    else { return nil }
    let owned = signers.lanes(of: callback)
    guard !owned.isEmpty else { return nil }
    return Report(place: place, attempt: attempt, reached: reached, owned: owned)
  }

  /// The places of the callbacks that name a send, in the order of their sends, and of one send as they came.
  private static func bySend(_ callbacks: [CallbackReport]) -> [ArraySlice<Int>] {
    let named = callbacks.indices.compactMap { place in
      callbacks[place].attempt.map { (place: place, send: $0.send) }
    }
    .sorted { ($0.send, $0.place) < ($1.send, $1.place) }
    let places = named.map(\.place)
    var groups: [ArraySlice<Int>] = []
    var start = 0
    for end in 1...max(1, named.count)
    where end == named.count || (end < named.count && named[end].send != named[start].send) {
      groups.append(places[start..<end])
      start = end
    }
    return groups
  }
}

extension PlainReports {
  /// Reports by their sends.
  struct Chains {
    private(set) var reports: [Report] = []
    /// The reports of each send.
    private(set) var chains: [Range<Int>] = []
    private var lanes: [LaneKey] = []
    private let callbacks: [CallbackReport]

    fileprivate init(_ callbacks: [CallbackReport]) { self.callbacks = callbacks }

    fileprivate mutating func add(_ chain: [Report]) {
      chains.append(reports.count..<(reports.count + chain.count))
      reports += chain
    }

    fileprivate func with(_ lanes: [LaneKey]) -> Chains {
      var chains = self
      chains.lanes = lanes
      return chains
    }

    func owns(_ lane: LaneKey, _ report: Report) -> Bool { lanes[report.owned].contains(lane) }

    func change(_ report: Report, of key: SendKey, version: Int, at now: Timestamp) -> Change {
      let callback = callbacks[report.place]
      return Change(
        key: key, version: version, state: report.reached.state, attempt: report.attempt.number,
        at: now, providerAt: callback.providerAt, code: callback.code, detail: callback.detail)
    }

    /// The sends, each with the number of its chain.
    var names: Batch<Callbacks.StandingsParameter> {
      [
        .id: .bytes(chains.map { reports[$0.lowerBound].attempt.send.bytes }),
        .place: .integers(chains.indices.map(Int64.init)),
      ]
    }

    func columns(at now: Timestamp) -> Batch<Callbacks.AdvanceParameter> {
      [
        .id: .bytes(reports.map(\.attempt.send.bytes)),
        .attempt: .integers(reports.map { Int64($0.attempt.number) }),
        .state: .integers(reports.map { Int64($0.reached.state.rawValue) }),
        .firstLane: .integers(reports.map { Int64($0.owned.lowerBound + 1) }),
        .lastLane: .integers(reports.map { Int64($0.owned.upperBound) }),
        .providerAt: .optionalIntegers(
          reports.map { callbacks[$0.place].providerAt?.microseconds }),
        .code: .optionalTexts(reports.map { callbacks[$0.place].code }),
        .detail: .optionalBytes(reports.map { callbacks[$0.place].detail?.json }),
        .lanes: .keys(lanes), .now: .time(now),
      ]
    }

    /// The change without its key and version, which the statement finds.
    func packedColumns(at now: Timestamp) -> Batch<Callbacks.AdvancePackedParameter> {
      [
        .id: .bytes(reports.map(\.attempt.send.bytes)),
        .attempt: .integers(reports.map { Int64($0.attempt.number) }),
        .state: .integers(reports.map { Int64($0.reached.state.rawValue) }),
        .firstLane: .integers(reports.map { Int64($0.owned.lowerBound + 1) }),
        .lastLane: .integers(reports.map { Int64($0.owned.upperBound) }),
        .change: .bytes(
          reports.map { report in
            var bytes: [UInt8] = []
            change(report, of: SendKey(0), version: 0, at: now).packRest(into: &bytes)
            return bytes
          }),
        .lanes: .keys(lanes), .now: .time(now),
      ]
    }
  }
}

/// The lanes that the signers of a batch own, one signer's after the other's.
private struct Signers {
  private let catalog: LaneCatalog
  private var known: [Signer: Range<Int>] = [:]
  private var last: (signer: Signer, lanes: Range<Int>)?
  private(set) var lanes: [LaneKey] = []

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
