import Domain
import Platform
import Testing
import Time

/// The rules as the system has them in its package tzdata.
func systemZone(_ name: String) throws -> ZoneRules {
  try ZoneRules(tzif: systemZoneFile(name))
}

func systemZoneFile(_ name: String) throws -> [UInt8] {
  try #require(
    content(ofFile: "/usr/share/zoneinfo/\(name)"), "the package tzdata is not installed")
}

func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

/// One or more of every country.
func systemZoneNames() throws -> [String] {
  let lines = String(decoding: try systemZoneFile("zone.tab"), as: UTF8.self).split(separator: "\n")
  return lines.filter { !$0.hasPrefix("#") }.map { String($0.split(separator: "\t")[2]) }
}
