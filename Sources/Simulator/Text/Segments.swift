/// In how many parts Twilio sends a text by SMS.
func smsSegments(_ text: String) -> Int {
  var septets = 0
  var (parts, inPart) = (1, 0)
  for scalar in text.unicodeScalars {
    let width = gsm.contains(scalar) ? 1 : escaped.contains(scalar) ? 2 : 0
    guard width > 0 else { return wideSegments(text) }
    septets += width
    inPart += width
    if inPart > 153 { (parts, inPart) = (parts + 1, width) }
  }
  return septets > 160 ? parts : 1
}

private func wideSegments(_ text: String) -> Int {
  let units = Array(text.utf16)
  guard units.count > 70 else { return 1 }
  var (parts, start) = (0, 0)
  while start < units.count {
    var end = min(start + 67, units.count)
    if end < units.count, UTF16.isTrailSurrogate(units[end]) { end -= 1 }
    (parts, start) = (parts + 1, end)
  }
  return parts
}

private let gsm = Set(
  "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    .unicodeScalars
).union("£¥§¿¡¤èéùìòàäöñüÇØøÅåÆæßÉÄÖÑÜΔΦΓΛΩΠΨΣΘΞ".unicodeScalars)
private let escaped = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
