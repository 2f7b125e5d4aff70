internal import Domain
internal import Events
internal import JSON
internal import SendStore

extension OutboxEntry {
  /// For the system that took us for its provider, where it asked to be told of this.
  var reported: NewDelivery? {
    guard change.code != SendStore.reusedKeyCode,
      let report = report.flatMap({ JSONValue(whole: $0) }).flatMap({ SendReport($0) }),
      let news = SendReport.News(change.state, in: report.format), report.news.contains(news)
    else { return nil }
    var state = ReportedState(
      news, of: id, by: report, from: sender, to: recipient, providerID: providerID,
      at: change.at, code: change.code, reason: change.detail?.value?["reason"]?.string)
    state.state = change.state
    let queue = report.queue.map { Tenant.statusCallbacks(of: $0) } ?? .reports(of: sender)
    return NewDelivery(id: state.id, tenant: queue, line: state.line, body: state.json)
  }
}
