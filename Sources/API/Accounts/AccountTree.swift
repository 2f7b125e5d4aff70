internal import Domain
internal import JSON
internal import Settings

/// Apps with their WABAs and numbers, and accounts of Twilio's with their senders, wherever they were made.
struct AccountTree: Sendable {
  private let senders: [SenderSettings]
  private let apps: [AppSettings]
  private let callbackURL: String?

  init(_ context: APIContext, _ key: APIKey) {
    senders = context.settings.senders.filter {
      context.requests.isVisible($0.sender.id, to: key)
    }
    apps = context.settings.apps.filter { key.tenant == nil || $0.tenant == key.tenant }
    callbackURL = context.callbackURL
  }

  private struct Group: Hashable {
    let account: AccountName?
    let id: String?
  }

  func write(to writer: inout JSONWriter) {
    writer.field("callbackURL", callbackURL)
    let (apps, phones) = metaGroups
    writer.name("apps")
    writer.array { list in
      for group in apps {
        list.object { writer in
          writer.field("appId", group.id)
          Self.write(group.account, to: &writer)
          writer.name("wabas")
          writer.array { wabas in
            Self.write(wabas: phones[group] ?? [], to: &wabas)
          }
        }
      }
    }
    let twilio = Dictionary(
      grouping: senders.filter { $0.sender.channel.provider == .twilio },
      by: { Group(account: $0.account, id: $0.sender.account.text) })
    writer.name("twilio")
    writer.array { list in
      for group in twilio.keys.sorted(by: Self.precedes) {
        list.object { writer in
          writer.field("accountSid", group.id)
          Self.write(group.account, to: &writer)
          writer.name("senders")
          writer.array { senders in
            for sender in twilio[group] ?? [] { senders.object { Self.write(sender, to: &$0) } }
          }
        }
      }
    }
  }

  private var metaGroups: (apps: [Group], phones: [Group: [SenderSettings]]) {
    var phones: [Group: [SenderSettings]] = [:]
    for sender in senders {
      guard case .meta(let own) = sender.credentials else { continue }
      phones[Group(account: sender.account, id: own.appId), default: []].append(sender)
    }
    let all = Set(phones.keys).union(apps.map { Group(account: $0.account, id: $0.id) })
    return (all.sorted(by: Self.precedes), phones)
  }

  private static func precedes(_ left: Group, _ right: Group) -> Bool {
    (left.id ?? "", left.account?.text ?? "") < (right.id ?? "", right.account?.text ?? "")
  }

  private static func write(_ account: AccountName?, to writer: inout JSONWriter) {
    writer.field("source", account == nil ? "settings" : "runtime")
    writer.field("name", account?.text)
  }

  private static func write(wabas senders: [SenderSettings], to writer: inout JSONWriter) {
    let wabas = Dictionary(grouping: senders) { sender -> String? in
      if case .meta(let own) = sender.credentials { own.wabaId } else { nil }
    }
    for (waba, senders) in wabas.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
      writer.object { writer in
        writer.field("wabaId", waba)
        writer.name("phones")
        writer.array { list in
          for sender in senders { list.object { write(sender, to: &$0) } }
        }
      }
    }
  }

  private static func write(_ sender: SenderSettings, to writer: inout JSONWriter) {
    writer.field("sender", sender.sender.id.text)
    writer.field(
      sender.sender.channel.provider == .meta ? "phoneNumberId" : "from", sender.sender.address)
    if sender.sender.tenant != .none {
      writer.field("app", sender.sender.tenant.app)
      writer.field("company", sender.sender.tenant.company)
    }
  }
}
