/// A place on the map.
package struct Location: Hashable, Sendable {
  package var latitude: Double
  package var longitude: Double
  package var name: String?
  package var address: String?

  package init(
    latitude: Double, longitude: Double, name: String? = nil, address: String? = nil
  ) {
    self.latitude = Self.rounded(latitude)
    self.longitude = Self.rounded(longitude)
    self.name = name
    self.address = address
  }

  /// With at most seven digits after the point, about a centimetre, and never with an exponent: 45.4642, -9.19.
  package static func decimal(_ degrees: Double) -> String {
    guard abs(degrees) <= 360 else { return "0.0" }
    let units = Int((abs(degrees) * 1e7).rounded())
    var fraction = Substring(String(units % 10_000_000 + 10_000_000).dropFirst())
    while fraction.count > 1, fraction.last == "0" { fraction.removeLast() }
    let sign = degrees < 0 && units > 0 ? "-" : ""
    return "\(sign)\(units / 10_000_000).\(fraction)"
  }

  /// To what `decimal` writes, so that a place is the same once it was written and read.
  private static func rounded(_ degrees: Double) -> Double {
    abs(degrees) <= 360 ? (degrees * 1e7).rounded() / 1e7 + 0 : degrees
  }

  func check(at pointer: String, _ faults: inout FieldFaults) {
    // Not-a-number is in no range either.
    if !(-90...90).contains(latitude) {
      faults.add("\(pointer)/latitude", "must be between -90 and 90 degrees")
    }
    if !(-180...180).contains(longitude) {
      faults.add("\(pointer)/longitude", "must be between -180 and 180 degrees")
    }
  }
}
