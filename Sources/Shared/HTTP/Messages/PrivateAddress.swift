/// Addresses that lead to no place of the public Internet: what strangers may have us call must not be there.
package enum PrivateAddress {
  private static let ranges = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
    // The last 96 bits of some are an address of IPv4.
    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2002::/16", "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8",
  ].compactMap { AddressRange($0) }

  /// False for what is no number of an address, such as a name. A zone behind it does not count.
  package static func contains(_ text: String) -> Bool {
    let number = String(text.prefix { $0 != "%" })
    guard !number.contains("/"), let address = AddressRange(number) else { return false }
    return ranges.contains { $0.contains(address) }
  }
}
