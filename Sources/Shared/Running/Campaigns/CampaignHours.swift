package import Domain
package import Places
package import SendStore
package import Time

/// When people of a campaign's places may be written to.
package struct CampaignHours: Sendable {
  private let hours: QuietHours
  private let zones: [Int: [ZoneRules]]

  package init(_ hours: QuietHours, zones: ZoneBook?, places: [CampaignPlace]) {
    self.hours = hours
    self.zones = Dictionary(
      uniqueKeysWithValues: places.compactMap { place in
        zones.flatMap { Self.rules(of: place, in: $0) }.map { (place.number, $0) }
      })
  }

  /// Of the zone that a row says, else of the country: all of its zones must allow. nil where nobody knows.
  package static func rules(of place: CampaignPlace, in book: ZoneBook) -> [ZoneRules]? {
    if !place.zone.isEmpty {
      do throws(ZoneNameFault) { return [try book.zone(named: place.zone)] } catch { return nil }
    }
    let rules = book.zones(ofRegion: place.region)
    return rules.isEmpty ? nil : rules
  }

  package func knows(_ place: CampaignPlace?) -> Bool {
    place.map { zones[$0.number] != nil } ?? false
  }

  /// The first that ends after a moment; nil where there is none.
  package func opening(of place: CampaignPlace, from time: Timestamp) -> Range<Timestamp>? {
    zones[place.number].flatMap { hours.opening(in: $0, from: time) }.flatMap { opening in
      opening.from < opening.until ? opening.from..<opening.until : nil
    }
  }

  func openings(of place: CampaignPlace?) -> ForecastCrowd.Openings {
    guard let place else { return .during([]) }
    return .from { opening(of: place, from: $0) }
  }
}
