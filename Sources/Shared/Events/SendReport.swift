package import Domain
package import JSON
private import Crypto
package import Time

/// Where and how the states of a send are told beside events, to a system that takes us for its provider. It goes
/// with the send through the log and the store; what is secret in it is sealed.
package struct SendReport: Hashable, Sendable {
  package enum Format: String, Hashable, Sendable, CaseIterable { case bitrix24, kannel, twilio }

  /// What the others can be told. Each is told once for a send.
  package enum News: String, Hashable, Sendable, CaseIterable {
    case accepted, sent, delivered, read, undelivered, failed, canceled

    /// nil for what nobody outside cares about.
    package init?(_ state: SendState, in format: Format) {
      // Only Twilio's knows of reading and of taking back; who reads has got it.
      let isTwilio = format == .twilio
      switch state {
      case .queued, .sending, .inDoubt: return nil
      case .accepted: self = .accepted
      case .sent: self = .sent
      case .delivered: self = .delivered
      case .read: self = isTwilio ? .read : .delivered
      case .undelivered: self = .undelivered
      case .failed, .expired: self = .failed
      case .canceled: self = isTwilio ? .canceled : .failed
      }
    }
  }

  package enum Content: Hashable, Sendable {
    /// JSON.
    case plain([UInt8])
    case sealed([UInt8])
  }

  package let format: Format
  package let news: Set<News>
  package let content: Content
  /// Whose queue it stands in, where that is not the sender's own.
  package let queue: AccountID?

  package init(
    _ format: Format, of news: Set<News>, _ content: Content, queue: AccountID? = nil
  ) {
    (self.format, self.news, self.content, self.queue) = (format, news, content, queue)
  }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("format", format.rawValue)
      writer.name("news")
      writer.array { list in
        for one in News.allCases where news.contains(one) { list.value(one.rawValue) }
      }
      writer.field("queue", queue?.text)
      switch content {
      case .plain(let json): writer.field("content", json: json)
      case .sealed(let bytes): writer.field("sealed", base64(bytes))
      }
    }
  }

  /// nil where it is of a later version.
  package init?(_ value: JSONValue) {
    guard let format = value["format"]?.string.flatMap({ Format(rawValue: $0) }) else { return nil }
    self.format = format
    news = Set(
      (value["news"]?.items ?? []).compactMap { $0.string.flatMap { News(rawValue: $0) } })
    queue = value["queue"]?.string.map { AccountID($0) }
    if let sealed = value["sealed"]?.string {
      guard let bytes = bytes(fromBase64: sealed) else { return nil }
      content = .sealed(bytes)
    } else {
      guard let plain = value["content"], plain.kind == .object else { return nil }
      content = .plain(plain.text)
    }
  }
}

/// One state of a send, to be told where its report says.
package struct ReportedState: Hashable, Sendable {
  package let send: SendID
  package let news: SendReport.News
  /// nil in what an earlier version wrote.
  package var state: SendState?
  package let report: SendReport
  package let sender: SenderID
  package let to: PersonAddress
  /// As the provider calls the attempt, once it has told.
  package let providerID: ProviderID?
  package let at: Timestamp
  package let code: String?
  package let reason: String?

  package init(
    _ news: SendReport.News, of send: SendID, by report: SendReport, from sender: SenderID,
    to: PersonAddress, providerID: ProviderID?, at: Timestamp, code: String?, reason: String?
  ) {
    (self.news, self.send, self.report, self.sender) = (news, send, report, sender)
    (self.to, self.providerID, self.at, self.code) = (to, providerID, at, code)
    self.reason = reason
  }

  /// The same news of the same send is the same delivery.
  package var id: String { "report:\(send):\(news.rawValue)" }

  /// What concerns one send is told in its order.
  package var line: String { "report:\(send)" }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("send", send.description)
      writer.field("news", news.rawValue)
      writer.field("state", state?.name)
      writer.field("sender", sender.text)
      writer.field("to", to.text)
      writer.field("providerId", providerID?.text)
      writer.field("at", at.description)
      writer.field("code", code)
      writer.field("reason", reason)
      writer.field("report", json: report.json)
    }
  }

  /// nil where it is of a later version.
  package init?(_ value: JSONValue) {
    let reader = EventReader(value: value)
    guard let send = reader.text("send").flatMap({ SendID($0) }),
      let news = reader.text("news").flatMap({ SendReport.News(rawValue: $0) }),
      let report = value["report"].flatMap({ SendReport($0) }),
      let sender = reader.text("sender"), let to = reader.text("to"), let at = reader.time("at")
    else { return nil }
    self.init(
      news, of: send, by: report, from: SenderID(sender), to: PersonAddress(to),
      providerID: reader.text("providerId").map { ProviderID($0) }, at: at,
      code: reader.text("code"), reason: reader.text("reason"))
    state = reader.text("state").flatMap { SendState(name: $0) }
  }
}

extension Tenant {
  /// Whose queue the reports about one sender's sends stand in. No path of callbacks can have it, so no worker of an
  /// earlier version takes them for what a tenant's action is to be told.
  package static func reports(of sender: SenderID) -> Tenant {
    Tenant(app: "/reports", company: sender.text)
  }

  /// Whose queue the status callbacks of an account's messages stand in.
  package static func statusCallbacks(of account: AccountID) -> Tenant {
    Tenant(app: "/callbacks", company: account.text)
  }
}
