/// A message with the places of the request from which its parts were read, so that its faults are told
/// where they stand.
struct PlacedMessage {
  var message: Message
  private var places: [String: String] = [:]
  /// Where the whole of it stands, if that is one text.
  private var onlyPlace: String?

  init(_ message: Message, _ places: [String: String] = [:]) {
    self.message = message
    self.places = places
  }

  init(_ message: Message, allAt pointer: String) {
    self.message = message
    onlyPlace = pointer
  }

  /// What may stand under `type`; each but `text` and `template` brings an object of its name.
  static let types: Set<String> = [
    "text", "image", "document", "audio", "video", "sticker", "location", "contacts",
    "interactive", "reaction", "template",
  ]

  func faults(_ rules: SendRules) -> [FieldFault] {
    message.faults(for: rules.channel, templates: rules.templates).all.map { fault in
      var fault = fault
      if let onlyPlace {
        fault.pointer = onlyPlace
        return fault
      }
      let known = places.keys.filter {
        fault.pointer == $0 || fault.pointer.hasPrefix($0 + "/")
      }
      if let longest = known.max(by: { $0.utf8.count < $1.utf8.count }), let place = places[longest]
      {
        fault.pointer = place + fault.pointer.dropFirst(longest.count)
      }
      return fault
    }
  }
}
