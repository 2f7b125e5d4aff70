internal import Campaigns
internal import Domain
internal import Places

/// Where the person of a row lives, by its number and by the column that says the time zone.
struct UploadPlaces: Sendable {
  struct Place {
    var region = ""
    var zone = ""
  }

  private let care: CareDefinition
  private let zones: ZoneBook?
  /// Marketing templates do not go everywhere.
  private let isMarketing: Bool
  private let channel: Sender.Channel

  init(_ care: CareDefinition, zones: ZoneBook?, isMarketing: Bool, _ channel: Sender.Channel) {
    (self.care, self.zones) = (care, zones)
    (self.isMarketing, self.channel) = (isMarketing, channel)
  }

  func place(of row: JudgedRow) throws(RowFault) -> Place {
    var place = Place()
    place.region = row.recipient.region ?? ""
    if isMarketing,
      MarketingReach.isRefused(region: place.region, category: .marketing, channel: channel)
    {
      throw RowFault(
        line: row.line, .noMarketing,
        "is a number of the United States, where WhatsApp delivers no marketing templates")
    }
    guard care.quietHours != nil else { return place }
    guard let zones else {
      throw RowFault(
        line: row.line, .noZone,
        "cannot be written to in quiet hours' time: this machine has no time zones; install tzdata")
    }
    if let column = care.zone, let name = row.kept.first.flatMap(\.self) {
      do throws(ZoneNameFault) { _ = try zones.zone(named: name) } catch {
        throw RowFault(line: row.line, field: column, .noZone, "\(error)")
      }
      place.zone = name
    } else if zones.zones(ofRegion: place.region).isEmpty {
      let said = care.zone.map { ", and \"\($0)\" is empty" } ?? ""
      throw RowFault(
        line: row.line, .noZone,
        "has no country whose time zone is known\(said): the campaign keeps quiet hours, so a column of the upload has to say the zone, such as Europe/Rome"
      )
    }
    return place
  }
}
