extension AssistantGate {
  /// Why something that an assistant wrote goes to nobody. It quotes no more than a host.
  package enum Block: Hashable, Sendable, CustomStringConvertible {
    case kind(AssistantMessage.Kind)
    case object(ObjectName)
    case messages(Int)
    case length(Int)
    case link(String)
    case mail(String)
    case number
    case hidden
    case secret
    case instructions
    case price

    /// For records and counts.
    package var word: String {
      switch self {
      case .kind: "kind"
      case .object: "object"
      case .messages: "messages"
      case .length: "length"
      case .link: "link"
      case .mail: "mail"
      case .number: "number"
      case .hidden: "hidden"
      case .secret: "secret"
      case .instructions: "instructions"
      case .price: "price"
      }
    }

    package var description: String {
      switch self {
      case .kind(let kind): "has a message of the kind \(kind.rawValue), which is not allowed"
      case .object(let name): "sends the object \(name), which is not allowed"
      case .messages(let count): "has \(count) messages, more than are allowed"
      case .length(let count): "has a text of \(count) characters, more than are allowed"
      case .link(let host): "has a link to \(Self.shown(host)), which is not allowed"
      case .mail(let domain):
        "has an address of mail at \(Self.shown(domain)), which is not allowed"
      case .number: "has a phone number that is neither the contact's nor one that is allowed"
      case .hidden: "has characters that nobody sees"
      case .secret: "has a secret of ours"
      case .instructions: "repeats what the assistant was told in confidence"
      case .price: "costs more than is left"
      }
    }

    private static func shown(_ host: String) -> String {
      VisibleText(host, most: 80).description
    }
  }
}
