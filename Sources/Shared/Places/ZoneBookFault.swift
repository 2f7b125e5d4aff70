package struct ZoneBookFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ what: String) {
    description = "no time zones: \(what); install the package tzdata, or install it anew"
  }
}

/// What is wrong with a zone's name that a person gave.
package enum ZoneNameFault: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown
  /// With other capitals.
  case written(String)

  package var description: String {
    switch self {
    case .unknown: "must be a time zone's name from IANA's list, such as Europe/Rome"
    case .written(let name): "must be written \(name)"
    }
  }
}
