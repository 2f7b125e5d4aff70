import Glibc
import Testing

@testable import HTTP

@Suite struct AddressRangeTests {
  private static func peer(_ text: String) -> PeerAddress {
    var short = sockaddr_in()
    short.sin_family = sa_family_t(AF_INET)
    if inet_pton(AF_INET, text, &short.sin_addr) == 1 { return address(&short) }
    var long = sockaddr_in6()
    long.sin6_family = sa_family_t(AF_INET6)
    inet_pton(AF_INET6, text, &long.sin6_addr)
    return address(&long)
  }

  private static func address<Address>(_ address: inout Address) -> PeerAddress {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { PeerAddress($0) }
    }
  }

  @Test(
    "an address is in the range that shares its first bits",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
      ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false),
      ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("127.0.0.0/8", "::1", false),
      ("::1", "::1", true), ("::1", "::2", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
      ("2001:db8::/33", "2001:db8:8000::1", false), ("::/0", "192.0.2.1", true),
      ("0.0.0.0/0", "192.0.2.1", true), ("0.0.0.0/0", "2001:db8::1", false),
      ("10.9.9.9/8", "10.0.0.1", true),
    ])
  func contains(range: String, address: String, isInside: Bool) throws {
    #expect(try #require(AddressRange(range)).contains(Self.peer(address)) == isInside)
  }

  @Test(
    "an address that leads to no place of the public Internet is private",
    arguments: [
      ("127.0.0.1", true), ("10.1.2.3", true), ("172.16.0.1", true), ("172.15.0.1", false),
      ("172.32.0.1", false), ("192.168.1.1", true), ("169.254.169.254", true), ("0.0.0.0", true),
      ("100.64.0.1", true), ("100.128.0.1", false), ("224.0.0.1", true), ("255.255.255.255", true),
      ("8.8.8.8", false), ("::1", true), ("::", true), ("fe80::1%eth0", true), ("fd00::1", true),
      ("::ffff:10.0.0.1", true), ("::ffff:8.8.8.8", false), ("::10.0.0.1", true),
      ("64:ff9b::a00:1", true), ("2002:a00:1::", true), ("2a00:1450::1", false),
      ("localhost", false), ("", false), ("10.0.0.0/8", false),
    ])
  func privacy(address: String, isPrivate: Bool) {
    #expect(PrivateAddress.contains(address) == isPrivate)
  }

  @Test(
    "what is no range is none",
    arguments: ["", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129", "host", "10.0.0/8"])
  func refused(text: String) { #expect(AddressRange(text) == nil) }
}
