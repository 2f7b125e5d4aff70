package import Domain
internal import Platform

/// The time zones of the world, as the system's package tzdata has them. All are read at once, so that asking touches no
/// file; a newer package counts from the next start on.
package struct ZoneBook: Sendable {
  package static let systemFolder = "/usr/share/zoneinfo"

  private let zones: [String: ZoneRules]
  private let namesOfRegion: [String: [String]]

  package init(folder: String = systemFolder) throws(ZoneBookFault) {
    let names = ZoneNames(try Self.content(of: "tzdata.zi", in: folder))
    let table = ZoneTable(try Self.content(of: "zone.tab", in: folder))
    var zones: [String: ZoneRules] = [:]
    for name in names.zones {
      // Debian keeps names that are out of use in a package of their own, tzdata-legacy.
      guard let bytes = Platform.content(ofFile: "\(folder)/\(name)") else { continue }
      do throws(ZoneFault) { zones[name] = try ZoneRules(tzif: bytes) } catch {
        throw ZoneBookFault("\(folder)/\(name) \(error)")
      }
    }
    for link in names.links { zones[link] = zones[link] ?? zones[names.target(of: link)] }
    for name in table.namesOfRegion.values.joined() where zones[name] == nil {
      throw ZoneBookFault("\(folder)/\(name) cannot be read")
    }
    self.zones = zones
    namesOfRegion = table.namesOfRegion
  }

  /// Of links too, as Asia/Calcutta.
  package var names: some Collection<String> { zones.keys }

  /// By a name that a person gave, in the letters that IANA writes it with.
  package func zone(named name: String) throws(ZoneNameFault) -> ZoneRules {
    if let zone = zones[name] { return zone }
    let known = zones.keys.first { $0.lowercased() == name.lowercased() }
    throw known.map { .written($0) } ?? .unknown
  }

  /// By ISO's two letters. Empty where no such region is known, or none in which people live.
  package func zones(ofRegion region: String) -> [ZoneRules] {
    names(ofRegion: region).compactMap { zones[$0] }
  }

  package func names(ofRegion region: String) -> [String] {
    namesOfRegion[Self.neighbours[region] ?? region] ?? []
  }

  /// Regions that phone numbers have and IANA's table lacks, and those whose clocks they keep: Ascension and Tristan da
  /// Cunha, and Kosovo.
  private static let neighbours = ["AC": "SH", "TA": "SH", "XK": "RS"]

  private static func content(
    of file: String, in folder: String
  ) throws(ZoneBookFault) -> [UInt8] {
    guard let content = Platform.content(ofFile: "\(folder)/\(file)") else {
      throw ZoneBookFault("\(folder)/\(file) cannot be read")
    }
    return content
  }
}
