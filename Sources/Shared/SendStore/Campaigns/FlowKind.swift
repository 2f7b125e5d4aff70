internal import Domain

/// What tells the flows of one lane, priority, campaign and template apart, as one number:
///
///     bit 0        holds what waits for a slot of a new recipient
///     bits 1–10    the calling code of the recipients' country, in flows of a campaign
///     from bit 11  the load of the campaign; 0 is a label that a plain send has
struct FlowKind: Hashable {
  var holdsNewRecipients = false
  var segment = 0
  var load = 0

  static let plain = FlowKind()

  init(segment: Int = 0, load: Int = 0) { (self.segment, self.load) = (segment, load) }

  init(number: Int64) {
    holdsNewRecipients = number & 1 == 1
    segment = Int(number >> 1 & 1023)
    load = Int(number >> 11)
  }

  var number: Int64 {
    Int64(load) << 11 | Int64(segment & 1023) << 1 | (holdsNewRecipients ? 1 : 0)
  }
}
