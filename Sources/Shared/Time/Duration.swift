extension Duration {
  package var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  package var microseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }

  /// Rounded up, so that a wait of less than a millisecond does not become none.
  package var millisecondsRoundedUp: Int64 { (microseconds + 999) / 1000 }
}
