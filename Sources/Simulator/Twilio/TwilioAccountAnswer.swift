internal import JSON

/// An account as Twilio writes it.
extension World {
  func twilioAccount(_ account: Int) -> [UInt8] {
    let settings = settings.twilio[account]
    let path = "/2010-04-01/Accounts/\(settings.sid)"
    let created = rfc2822(start)
    return JSONWriter.object(capacity: 1024) { writer in
      writer.field("sid", settings.sid)
      writer.field("auth_token", settings.authToken)
      writer.field("friendly_name", settings.name)
      writer.field("owner_account_sid", settings.sid)
      writer.field("status", "active")
      writer.field("type", settings.isTrial ? "Trial" : "Full")
      writer.field("date_created", created)
      writer.field("date_updated", created)
      writer.name("subresource_uris")
      writer.object { $0.field("messages", "\(path)/Messages.json") }
      writer.field("uri", "\(path).json")
    }
  }
}
