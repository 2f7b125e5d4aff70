/// Chance without a memory: the same seed, purpose and ordinal always fall the same way, whatever else
/// was thrown in between.
struct Dice: Sendable {
  let seed: UInt64

  enum Purpose: UInt64 {
    case latency = 1, sent, delivered, read, readShare, fault, marketing, wait, assistant
  }

  /// From 0 up to, not including, 1.
  func draw(_ purpose: Purpose, _ ordinal: Int, _ salt: Int = 0) -> Double {
    let place = mixed(UInt64(bitPattern: Int64(salt)) << 8 | purpose.rawValue)
    let word = mixed(seed ^ mixed(place ^ mixed(UInt64(bitPattern: Int64(ordinal)))))
    return Double(word >> 11) * 0x1p-53
  }
}

/// The finalizer of SplitMix64: each bit of the input moves half of the output's.
func mixed(_ word: UInt64) -> UInt64 {
  var word = word &+ 0x9E37_79B9_7F4A_7C15
  word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
  word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
  return word ^ word >> 31
}
