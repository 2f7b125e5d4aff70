/// Something a person does in a chat with a sender of ours.
package struct Saying: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case text(String)
    /// A template's quick reply.
    case button(text: String, payload: String)
    /// A reply button that came with a message.
    case reply(id: String, title: String)
    case listRow(id: String, title: String, description: String = "")
    case location(latitude: String, longitude: String, label: String)
    /// A file that somebody else serves.
    case media(url: String, type: String, caption: String)
    /// A file that the simulator serves, as the provider would.
    case file(SentFile)
    case contacts([SharedContact])
    /// Their own card, for a message that asked for it.
    case ownContact
    /// A form that was filled in: JSON.
    case form(String)
    /// An empty emoji takes the reaction back.
    case reaction(String, to: String)
    case edit(String, of: String)
    case revoke(of: String)
  }

  /// A Twilio address (`whatsapp:+…`) or a Meta phone number id.
  package var to: String
  package var kind: Kind
  /// Provider id of the message it answers.
  package var replyTo: String?

  package init(to: String, _ kind: Kind, replyTo: String? = nil) {
    self.to = to
    self.kind = kind
    self.replyTo = replyTo
  }

  /// Only Meta passes these on.
  var isOfMetaOnly: Bool {
    switch kind {
    case .reaction, .edit, .revoke, .form, .ownContact: true
    default: false
    }
  }

  /// What a person changes of an earlier message opens no window.
  var opensWindow: Bool {
    switch kind {
    case .edit, .revoke: false
    default: true
    }
  }
}

package struct SentFile: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case image, audio, video, document, sticker

    var usualType: String {
      switch self {
      case .image: "image/jpeg"
      case .audio: "audio/ogg; codecs=opus"
      case .video: "video/mp4"
      case .document: "application/pdf"
      case .sticker: "image/webp"
      }
    }

    var hasCaption: Bool { self != .audio && self != .sticker }
  }

  package var kind: Kind
  package var type: String
  /// In bytes.
  package var size = 2000
  package var caption = ""
  package var filename: String?
  /// Audio that was spoken into the phone.
  package var isVoice = false
  package var isAnimated = false

  package init(_ kind: Kind, type: String? = nil) {
    self.kind = kind
    self.type = type ?? kind.usualType
  }
}

package struct SharedContact: Sendable, Equatable {
  package var name: String
  package var phone: String

  package init(name: String, phone: String) {
    self.name = name
    self.phone = phone
  }
}
