import Domain
import Providers
import Testing

/// What a message names is asked only where it is the provider's own.
@Suite struct MediaPlaceTests {
  @Test(
    "only the provider's hosts and the address of its API are asked",
    arguments: [
      ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", Provider.meta, true),
      ("https://LOOKASIDE.FBSBX.COM/x", .meta, true), ("http://127.0.0.1:9/_media/1", .meta, true),
      ("http://lookaside.fbsbx.com/x", .meta, false),
      ("https://fbsbx.com.evil.example/x", .meta, false),
      ("https://evilfbsbx.com/x", .meta, false), ("https://fbsbx.com@evil.example/x", .meta, false),
      ("https://evil.example/fbsbx.com", .meta, false),
      ("https://evil.example#.fbsbx.com", .meta, false),
      ("https://evil.example\\.fbsbx.com", .meta, false), ("file:///etc/passwd", .meta, false),
      ("https://127.0.0.1:9/_media/1", .meta, false), ("http://127.0.0.1:90/x", .meta, false),
      ("http://169.254.169.254/latest", .meta, false), ("", .meta, false),
      ("https://media.twiliocdn.com/AC/x", .twilio, true),
      ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/x", .twilio, true),
      ("https://lookaside.fbsbx.com/x", .twilio, false),
    ])
  func hosts(url: String, provider: Provider, isOurs: Bool) {
    let base = (scheme: "http", authority: "127.0.0.1:9")
    #expect(MediaPlace.isOurs(url, of: provider, base: base) == isOurs)
  }

  private static let sid = "AC" + String(repeating: "1", count: 32)

  @Test(
    "of what a message of Twilio's names only the path within the account is asked",
    arguments: [
      ("https://api.twilio.com/2010-04-01/Accounts/\(sid)/Messages/MM1/Media/ME1", true),
      ("https://evil.example/2010-04-01/Accounts/\(sid)/Messages/MM1/Media/ME1", true),
      ("https://api.twilio.com/2010-04-01/Accounts/AC2/Messages/MM1/Media/ME1", false),
      ("https://api.twilio.com/2010-04-01/Accounts/\(sid)/Messages/MM1/Media/../../x", false),
      ("https://api.twilio.com/2010-04-01/Accounts/\(sid)/Messages/MM1/Media/ME1?x=1", false),
      ("https://api.twilio.com/2010-04-01/Accounts/\(sid)/Calls/MM1/Media/ME1", false),
      ("https://api.twilio.com/2010-04-01/Accounts/\(sid)/Messages.json", false),
      ("", false),
    ])
  func twilio(url: String, isAsked: Bool) {
    let account = TwilioAccount(sid: AccountID(Self.sid), authToken: Secret("t"))
    let path = "/2010-04-01/Accounts/\(Self.sid)/Messages/MM1/Media/ME1"
    #expect(TwilioMedia.fetch(url, of: account)?.path == (isAsked ? path : nil))
  }
}
