/// A file that a person sent, as Twilio has it.
package enum TwilioMedia {
  /// Only the path of what the message names, and only within the account: whom it asks is for the settings to say. nil
  /// for any other address.
  package static func fetch(_ url: String, of account: TwilioAccount) -> ProviderRequest? {
    guard let start = url.firstRange(of: "\(account.path)/") else { return nil }
    let path = url[start.lowerBound...]
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(4)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { isLetterOrDigit($0) }
    }
    guard isPlain, parts.count == 4, parts.first == "Messages" else { return nil }
    return ProviderRequest(
      method: "GET", path: String(path), headers: [account.authorization], body: [])
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
