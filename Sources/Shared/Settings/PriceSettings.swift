package import Domain
internal import Platform

/// What messages cost, and how much of it all campaigns of one tenant may spend in a day.
package struct PriceSettings: Sendable {
  package let card: RateCard
  /// In millionths of the card's currency, by days of UTC.
  package let perDay: Int64?
}

extension SettingsReader {
  var prices: PriceSettings? {
    guard let own = object("prices") else { return nil }
    defer { own.finish() }
    let perDay = own.text("perDay").flatMap { text -> Int64? in
      let amount = Millionths.read(text)
      if amount == nil || amount == 0 {
        own.fault("perDay", "must be an amount of the rate card's currency such as 500.00")
      }
      return amount
    }
    guard let path = own.path("file") else {
      own.fault("file", "is needed: the CSV file with what messages cost")
      return nil
    }
    guard let content = content(ofFile: path) else {
      own.fault("file", "cannot be read: \(path)")
      return nil
    }
    do throws(RateCardFaults) {
      return PriceSettings(card: try RateCard(csv: content), perDay: perDay)
    } catch {
      for fault in error.all.prefix(20) { own.fault("file", fault.description) }
      return nil
    }
  }
}
