/// As Meta writes JSON: `\uXXXX` in lower case for what is not ASCII, and `\/`. Both stand only in strings.
func escapedAsMeta(_ json: [UInt8]) -> [UInt8] {
  guard json.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "/") }) else { return json }
  var escaped: [UInt8] = []
  escaped.reserveCapacity(json.count + 64)
  for unit in String(decoding: json, as: UTF8.self).utf16 {
    if unit == 0x2F {
      escaped += [0x5C, 0x2F]
    } else if unit < 0x80 {
      escaped.append(UInt8(unit))
    } else {
      escaped += Array("\\u".utf8) + Array(hexDigits(UInt64(unit)).utf8.suffix(4))
    }
  }
  return escaped
}
