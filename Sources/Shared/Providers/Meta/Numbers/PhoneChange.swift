package import Domain
internal import JSON

/// One thing about a number that is set by one request of its own.
package enum PhoneChange: Hashable, Sendable {
  /// The fields as Meta takes them, with its own names: JSON of an object.
  case profile([UInt8])
  case displayName(String)
  case pin(Secret)
  /// nil gives it up.
  case username(String?)
  case automation([UInt8])
  case calling([UInt8])
  case sip(SIPServer)

  /// The field of a request that asks for it.
  package var field: String {
    switch self {
    case .profile: "profile"
    case .displayName: "displayName"
    case .pin: "pin"
    case .username: "username"
    case .automation: "automation"
    case .calling: "calling"
    case .sip: "sip"
    }
  }

  /// What is left to do where it was done.
  package var note: String? {
    switch self {
    case .displayName:
      "Meta reviews the name; once it is approved, register the number again with its pin, so that people see it."
    case .calling, .sip: "WhatsApp's own apps may take up to 7 days to follow."
    case .profile, .pin, .username, .automation: nil
    }
  }

  package func request(of sender: MetaSender) -> ProviderRequest {
    switch self {
    case .profile(let json): sender.post(sender.path("/whatsapp_business_profile"), merging: json)
    case .displayName(let name):
      sender.post(sender.path("")) { writer in
        writer.field("messaging_product", "whatsapp")
        writer.field("new_display_name", name)
      }
    case .pin(let pin): sender.post(sender.path("")) { $0.field("pin", pin.exposed) }
    case .username(let name?):
      sender.post(sender.path("/username")) { $0.field("username", name) }
    case .username(nil): sender.query(sender.path("/username"), method: "DELETE", [])
    case .automation(let json):
      sender.post(sender.path("/conversational_automation"), raw: json)
    case .calling(let json):
      sender.post(sender.path("/settings")) { $0.field("calling", json: json) }
    case .sip(let server):
      sender.post(sender.path("/settings")) { writer in
        writer.name("calling")
        writer.object { writer in
          writer.name("sip")
          writer.object { server.write(to: &$0) }
        }
      }
    }
  }
}

/// Where calls of a number go; Meta keeps one for each app, and speaks TLS alone.
package struct SIPServer: Hashable, Sendable {
  package static let port = 5061

  package let isEnabled: Bool
  /// nil leaves the one that there is.
  package let hostname: String?
  package let port: Int

  package init(isEnabled: Bool, hostname: String? = nil, port: Int = Self.port) {
    (self.isEnabled, self.hostname, self.port) = (isEnabled, hostname, port)
  }

  func write(to writer: inout JSONWriter) {
    writer.field("status", isEnabled ? "ENABLED" : "DISABLED")
    guard let hostname else { return }
    writer.name("servers")
    writer.array { list in
      list.object { writer in
        writer.field("hostname", hostname)
        writer.field("port", port)
      }
    }
  }
}

extension MetaSender {
  fileprivate func post(_ path: String, raw json: [UInt8]) -> ProviderRequest {
    ProviderRequest(
      method: "POST", path: path,
      headers: [authorization, ProviderHeader("Content-Type", "application/json")], body: json)
  }

  fileprivate func post(_ path: String, merging json: [UInt8]) -> ProviderRequest {
    post(path) { writer in
      writer.field("messaging_product", "whatsapp")
      for (name, value) in JSONValue(whole: json)?.fields ?? [] {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }
}
