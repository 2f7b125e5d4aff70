internal import Domain
package import JSON

/// What is kept of a number between two questions about it.
package struct PhoneFacts: Hashable, Sendable {
  /// As Meta told it; nil before that.
  package var node: MetaNode?
  /// Templates that its health holds: what flows know them by, by Meta's ids.
  package var held: [String: String]
  /// What its account may do with marketing templates; nil before that was told.
  package var marketing: MarketingStanding?

  package init(_ node: MetaNode? = nil, held: [String: String] = [:]) {
    (self.node, self.held) = (node, held)
  }

  package init(json: [UInt8]) {
    let root = JSONValue(whole: json)
    node = root?["node"].flatMap { MetaNode(kept: $0.text) }
    let held = (root?["held"]?.fields ?? []).compactMap { name, value in
      value.string.map { (name, $0) }
    }
    self.held = Dictionary(held) { $1 }
    marketing = root?["marketing"].flatMap { MarketingStanding($0) }
  }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("node", json: node?.kept)
      if let marketing {
        writer.name("marketing")
        writer.object { marketing.write(to: &$0) }
      }
      guard !held.isEmpty else { return }
      writer.name("held")
      writer.object { writer in
        for (id, key) in held.sorted(by: { $0.key < $1.key }) {
          writer.name(id)
          writer.value(key)
        }
      }
    }
  }

  package var health: MetaHealth? { MetaHealth(node?.root?["health_status"]) }

  /// How many people the portfolio may write to in a day; nil where that was not told.
  package var limit: RecipientLimit? {
    node?.text("whatsapp_business_manager_messaging_limit").flatMap { RecipientLimit(tier: $0) }
  }

  /// Messages a second; nil where that was not told.
  package var rate: Int? {
    let root = node?.root
    if root?["is_on_biz_app"]?.bool == true { return 20 }
    return switch root?["throughput"]?["level"]?.string {
    case "HIGH": 1000
    case "STANDARD": 80
    default: nil
    }
  }
}

/// Whether an account has agreed to Meta's own way for marketing templates, and whether there is another one for them.
package struct MarketingStanding: Hashable, Sendable {
  package let isOnboarded: Bool
  /// They are switched off for `/messages`.
  package let isRequired: Bool

  package init(isOnboarded: Bool, isRequired: Bool = false) {
    (self.isOnboarded, self.isRequired) = (isOnboarded, isRequired)
  }

  package static let fields = MetaFields([status, isSwitchedOff])

  private static let status = "marketing_messages_lite_api_status"
  private static let isSwitchedOff = "disable_marketing_messages_on_cloud_api"

  /// Of the account's node, or as it was kept.
  package init?(_ value: JSONValue?) {
    guard let word = value?[Self.status]?.string else { return nil }
    self.init(
      isOnboarded: word == "ONBOARDED", isRequired: value?[Self.isSwitchedOff]?.bool ?? false)
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("marketing_messages_lite_api_status", isOnboarded ? "ONBOARDED" : "NOT_ONBOARDED")
    writer.field("disable_marketing_messages_on_cloud_api", isRequired)
  }
}

extension MetaNode {
  /// Addresses of webhooks may have a key in them: they are shown from a fresh answer alone, without it.
  fileprivate var kept: [UInt8] {
    JSONWriter.object(capacity: json.count) { writer in
      for (name, value) in root?.fields ?? [] where name != "webhook_configuration" {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }
}
