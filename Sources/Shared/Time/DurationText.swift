extension Duration {
  /// As settings spell it: `500ms`, `30s`, `1.5m`, `12h`, `7d`; up to three thousand years.
  package init?(written text: some StringProtocol) {
    let digits = text.prefix { "0"..."9" ~= $0 || $0 == "." }
    let unit: Double? =
      switch text.dropFirst(digits.count) {
      case "ms": 0.001
      case "s": 1
      case "m": 60
      case "h": 3600
      case "d": 86400
      default: nil
      }
    guard let unit, let number = Double(digits), number * unit < 1e11 else { return nil }
    self = .microseconds(Int64((number * unit * 1e6).rounded()))
  }
}
