internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// What Meta says of the webhooks of some numbers, of their accounts and of their apps. What it refuses to tell is told
/// beside the rest.
struct WebhookSurvey {
  private let numbers: [MetaNumber]
  private let seen: [Sighting]
  private let asking: ProviderAsking
  private let patience = Patience()
  private var standing = MetaStanding()
  /// How many are left out.
  private let left: Int

  /// Who did not answer once is not asked again: each question would be waited for.
  private final class Patience {
    private var silent: [String: Problem] = [:]

    func ask(
      _ question: ProviderRequest, of sender: SenderSettings, _ asking: ProviderAsking
    ) throws -> ProviderAnswer {
      let host = sender.baseURL.authority
      if let problem = silent[host] { throw problem }
      do throws(Problem) { return try asking.ask(question, of: sender) } catch {
        silent[host] = error
        throw error
      }
    }
  }

  /// Each is a question to Meta.
  private static let limit = 100

  init(
    _ numbers: [MetaNumber], _ ours: [String], _ seen: [Sighting], _ asking: ProviderAsking
  ) {
    self.numbers = Array(numbers.prefix(Self.limit))
    left = numbers.count - self.numbers.count
    (self.seen, self.asking) = (seen, asking)
    standing.ours = ours
  }

  func write(to writer: inout JSONWriter) {
    writer.name("apps")
    writer.array { list in
      for (id, numbers) in grouped({ $0.own.appId ?? "" }) {
        list.object { writeApp(id, numbers, to: &$0) }
      }
    }
    writer.name("accounts")
    writer.array { list in
      for (id, numbers) in grouped({ $0.own.wabaId ?? "" }) where !id.isEmpty {
        list.object { writeAccount(id, numbers, to: &$0) }
      }
    }
    writer.name("phones")
    writer.array { list in
      for number in numbers { list.object { writePhone(number, to: &$0) } }
    }
    if left > 0 { writer.field("left", left) }
  }

  private func grouped(_ id: (MetaNumber) -> String) -> [(String, [MetaNumber])] {
    Dictionary(grouping: numbers, by: id).sorted { $0.key < $1.key }
  }

  // MARK: Apps

  private func writeApp(_ id: String, _ numbers: [MetaNumber], to writer: inout JSONWriter) {
    if !id.isEmpty { writer.field("app", id) }
    WebhookView.write(numbers.map(\.id.text), "senders", to: &writer)
    guard let number = numbers.first(where: { $0.app != nil }), let app = number.app else {
      return writer.field(
        "failure", "appId and appSecret are not both set, so that Meta cannot be asked")
    }
    do {
      let answer = try patience.ask(app.subscriptions(), of: number.sender, asking)
      guard let found = try MetaSubscription.read(answer) else {
        writer.field("active", false)
        return WebhookView.write(MetaSubscription.fields, "missing", to: &writer)
      }
      writer.field("active", found.isActive)
      writer.field("url", shownURL(found.url))
      writer.field("ours", standing.isOurs(found.url))
      WebhookView.write(found.fields, "fields", to: &writer)
      WebhookView.write(found.missing, "missing", to: &writer)
    } catch { write(error, to: &writer) }
  }

  // MARK: Accounts

  private func writeAccount(
    _ id: String, _ numbers: [MetaNumber], to writer: inout JSONWriter
  ) {
    writer.field("account", id)
    WebhookView.write(numbers.map(\.id.text), "senders", to: &writer)
    writeSeen(AccountID(id), to: &writer)
    guard let number = numbers.first else { return }
    do {
      let apps = try SubscribedApp.all(
        try patience.ask(number.meta.subscribedApps(of: id), of: number.sender, asking))
      // Without its id ours cannot be told from others.
      if let own = number.own.appId {
        writer.field("subscribed", apps.contains { $0.id == own })
      }
      writer.name("apps")
      writer.array { list in
        for app in apps {
          list.object { writer in
            writer.field("app", app.id)
            writer.field("name", app.name)
            writer.field("override", app.override.map(shownURL))
            if let url = app.override { writer.field("ours", standing.isOurs(url)) }
          }
        }
      }
    } catch { write(error, to: &writer) }
  }

  /// Of the account itself, or of any of its numbers.
  private func writeSeen(_ account: AccountID, to writer: inout JSONWriter) {
    let last = seen.filter { $0.account == account }.map(\.at).max()
    writer.field("seenAt", last?.description)
  }

  // MARK: Numbers

  private func writePhone(_ number: MetaNumber, to writer: inout JSONWriter) {
    PhoneView.write(number, to: &writer)
    let last = seen.filter { $0.address == number.own.phoneNumberId }.map(\.at).max()
    writer.field("seenAt", last?.description)
    do {
      let fields = MetaFields(["id", "webhook_configuration"])
      let answer = try patience.ask(number.meta.look(for: fields), of: number.sender, asking)
      WebhookView.write(WebhookLevels(try MetaNode(answer)), standing, to: &writer)
    } catch { write(error, to: &writer) }
  }

  private func write(_ error: any Error, to writer: inout JSONWriter) {
    switch error {
    case let failed as LookupFailed:
      let said = failed.failure.providerText.map { " \($0)" } ?? ""
      writer.field("failure", "\(failed)\(said)")
    case let problem as Problem: writer.field("failure", problem.detail ?? problem.title)
    default: writer.field("failure", "\(error)")
    }
  }
}
