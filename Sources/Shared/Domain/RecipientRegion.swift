private import PhoneLibrary

extension PhoneNumber {
  /// ISO's two letters, as libphonenumber's data have it: +1 212 is US, +1 416 is CA. nil where a number belongs to no
  /// single region, or to none that the data know.
  package var region: String? { numberRegion(e164) }
}

extension Recipient {
  /// Meta's ids say it by their first two letters.
  package var region: String? {
    switch self {
    case .phone(let number): number.region
    case .businessScoped(let id): String(id.prefix(2))
    }
  }
}
