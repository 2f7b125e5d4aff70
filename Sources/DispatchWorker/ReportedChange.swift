internal import Domain
internal import Events
internal import JSON
internal import SendStore

extension OutboxEntry {
  /// For the system that took us for its SMS provider, where it asked to be told of this.
  var reported: NewDelivery? {
    guard change.code != SendStore.reusedKeyCode, let news = SendReport.News(change.state),
      let report = report.flatMap({ JSONValue(whole: $0) }).flatMap({ SendReport($0) }),
      report.news.contains(news)
    else { return nil }
    let state = ReportedState(
      news, of: id, by: report, from: sender, to: recipient, providerID: providerID,
      at: change.at, code: change.code, reason: change.detail?.value?["reason"]?.string)
    return NewDelivery(
      id: state.id, tenant: .reports(of: sender), line: state.line, body: state.json)
  }
}
