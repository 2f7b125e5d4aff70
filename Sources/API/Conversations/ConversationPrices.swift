internal import Domain
internal import JSON
internal import SendStore
internal import Settings
internal import Time

/// What the next message to a person costs by the rate card of the settings, so that whoever writes it knows before.
struct ConversationPrices {
  private let card: RateCard
  private let region: String?
  private let now: Timestamp

  /// nil where nobody knows what messages cost, or the person's country.
  init?(_ settings: Settings, of conversation: StoredConversation, at now: Timestamp) {
    guard let card = settings.prices?.card else { return nil }
    do throws(PhoneNumberFault) {
      region = try Recipient(written: conversation.address.text).region
    } catch { return nil }
    (self.card, self.now) = (card, now)
  }

  func write(to writer: inout JSONWriter) {
    writer.field("currency", card.currency)
    writer.name("categories")
    writer.array { list in
      for category in PriceCategory.allCases {
        guard let range = card.price(region: region, category: category, at: now) else { continue }
        list.object { item in
          item.field("category", category.rawValue)
          item.field("least", Millionths.text(range.least.millionths))
          item.field("most", Millionths.text(range.most.millionths))
        }
      }
    }
  }
}
