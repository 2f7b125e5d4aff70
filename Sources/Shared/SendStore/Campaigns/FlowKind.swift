internal import Domain

/// What tells the flows of one lane, priority, campaign and template apart, as one number:
///
///     bit 0        holds what waits for a slot of a new recipient
///     bits 1–10    the calling code of the recipients' country, in flows of a campaign
///     bits 11–30   the load of the campaign; 0 is a label that a plain send has
///     bits 31–40   the number of the place where its people live, among the campaign's places
///     bits 41–48   the variant of the message: see `VariantShares.rest`
struct FlowKind: Hashable {
  var holdsNewRecipients = false
  var segment = 0
  var load = 0
  var place = 0
  var variant = 0

  static let plain = FlowKind()

  init(segment: Int = 0, load: Int = 0, place: Int = 0, variant: Int = 0) {
    (self.segment, self.load, self.place, self.variant) = (segment, load, place, variant)
  }

  init(number: Int64) {
    holdsNewRecipients = number & 1 == 1
    segment = Int(number >> 1 & 1023)
    load = Int(number >> 11 & 0xfffff)
    place = Int(number >> 31 & 1023)
    variant = Int(number >> 41 & 255)
  }

  /// What is sent is not known yet, so nothing of it is.
  var isUndecided: Bool { variant == VariantShares.rest }

  /// Once it is.
  func decided(_ winner: Int) -> FlowKind {
    var kind = self
    kind.variant = VariantShares.rest + winner
    return kind
  }

  var number: Int64 {
    Int64(variant & 255) << 41 | Int64(place & 1023) << 31 | Int64(load & 0xfffff) << 11
      | Int64(segment & 1023) << 1 | (holdsNewRecipients ? 1 : 0)
  }

  /// As counts keep it, and as they kept it before there were places and variants.
  var spot: Int { variant << 20 | place << 10 | segment }

  init(spot: Int) {
    self.init(segment: spot & 1023, place: spot >> 10 & 1023, variant: spot >> 20)
  }
}
