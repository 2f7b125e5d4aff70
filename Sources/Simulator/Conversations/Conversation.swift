internal import Time

/// People who write to one of our senders, each going through the same steps.
package struct Conversation: Sendable {
  package enum Step: Sendable, Equatable {
    /// `{{n}}` stands for the person's number among those of the conversation, `{{m}}` for that of its message.
    case write(String, isQuoting: Bool = false)
    /// The n-th button or row of the last message that was received, from 1. `answers`, JSON, fill in a form.
    case press(Int, answers: String? = nil)
    case wait(Delay)
    /// For a message that comes after the person last did something.
    case waitForMessage(atMost: Duration)
    case askForHuman(String)
    case send(SentFile)
    case location(latitude: String, longitude: String, label: String)
    case contacts([SharedContact])
    /// Of the person's own last message.
    case edit(String)
    case revoke
    /// To the last message that was received; empty: the reaction is taken back.
    case react(String)
    /// nil: the one that lies behind those of all people of the conversation.
    case changeNumber(String?)
    case stop
    case resume
    /// Somebody of ours, on the business app of the number, to this person.
    case agentWrites(String)
    case repeated(Int, [Step])
  }

  /// A Twilio address (`whatsapp:+…`) or a Meta phone number id.
  package var to: String
  /// The first person; the numbers of the others follow.
  package var from: String
  package var count = 1
  package var after: Duration = .zero
  /// They begin one after the other within that time.
  package var over: Duration = .zero
  package var steps: [Step]

  package init(to: String, from: String, _ steps: [Step]) {
    self.to = to
    self.from = from
    self.steps = steps
  }

  static let mostPeople = 100_000
  static let mostSteps = 1000

  static let callsForHuman = [
    "de": "Ich möchte mit einem Menschen sprechen", "en": "I want to talk to a person",
    "es": "Quiero hablar con una persona", "fr": "Je veux parler à une personne",
    "it": "Voglio parlare con una persona", "nl": "Ik wil met een mens praten",
    "pl": "Chcę rozmawiać z człowiekiem", "pt": "Quero falar com uma pessoa",
  ]

  /// The n-th of them; the whole of `from` where it is no number.
  func address(_ number: Int) -> String {
    guard let first = Int(from.dropFirst()) else { return from }
    return "+\(first + number - 1)"
  }
}

/// Steps in a row, so that a person needs only a place among them.
struct Course: Sendable {
  enum Act: Sendable {
    case step(Conversation.Step)
    case begin(rounds: Int)
    /// Back to the act there while rounds are left.
    case again(Int)
  }

  private(set) var acts: [Act] = []

  init(_ steps: [Conversation.Step]) { add(steps) }

  private mutating func add(_ steps: [Conversation.Step]) {
    for step in steps {
      guard case .repeated(let rounds, let inner) = step else {
        acts.append(.step(step))
        continue
      }
      acts.append(.begin(rounds: rounds))
      let start = acts.count
      add(inner)
      acts.append(.again(start))
    }
  }
}
