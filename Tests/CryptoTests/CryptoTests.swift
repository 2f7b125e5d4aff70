import Crypto
import Testing

@Suite struct CryptoTests {
  @Test("agrees with the published vectors of RFC 2202, RFC 4231 and FIPS 180")
  func vectors() {
    let key = Array("Jefe".utf8)
    let message = Array("what do ya want for nothing?".utf8)
    #expect(lowerHex(hmac(.sha1, key: key, message)) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    #expect(
      lowerHex(hmac(.sha256, key: key, message))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      lowerHex(sha256(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      lowerHex(hmac(.sha256, key: [], []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test(
    "takes a key longer than a block by its hash, and a key for many codes gives each one right")
  func longKeys() {
    let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
    let short = HMACKey(.sha1, key: Array(repeating: 0xAA, count: 80))
    let long = HMACKey(.sha256, key: Array(repeating: 0xAA, count: 131))
    for _ in 0..<2 {
      #expect(lowerHex(short.code(of: message)) == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
      #expect(
        lowerHex(long.code(of: message))
          == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }
  }

  @Test("compares whole values")
  func comparison() {
    #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
    #expect(!equalInConstantTime([1, 2, 3], [1, 2, 4]))
    #expect(!equalInConstantTime([1, 2, 3], [1, 2]))
    #expect(equalInConstantTime([], []))
    #expect(equalInConstantTime("", ""))
    #expect(equalInConstantTime("ä", "ä"))
    #expect(!equalInConstantTime("abc", "abd"))
    #expect(!equalInConstantTime("abc", "ab"))
  }

  @Test("reads hexadecimal digits of either case and refuses the rest")
  func hex() {
    #expect(bytes(fromHex: "00fFa1") == [0, 255, 161])
    #expect(bytes(fromHex: "0") == nil)
    #expect(bytes(fromHex: "0g") == nil)
  }

  @Test(
    "refuses what is not an RSA private key",
    arguments: ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
  func badKeys(pem: String) {
    #expect(throws: KeyUnreadable.self) { try SigningKey(pem: pem) }
  }

  @Test(
    "agrees with the base64 vectors of RFC 4648",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func base64Vectors(plain: String, encoded: String) {
    #expect(base64(Array(plain.utf8)) == encoded)
    #expect(bytes(fromBase64: encoded) == Array(plain.utf8))
  }

  @Test("refuses what is not base64", arguments: ["Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9-"])
  func notBase64(text: String) {
    #expect(bytes(fromBase64: text) == nil)
  }
}
