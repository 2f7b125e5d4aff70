/// Something that a text tells an AI to do, wherever in it that stands.
enum ChatOrder: Sendable, Equatable {
  case write(to: String, text: String)
  /// A tool that is asked about somebody; its name where one was said.
  case tool(String?, about: String)
  case instructions(Disguise)
  case key(Disguise)
  case link(String?)
  case object(String)
  case handOver
  case silence
  case language(String)
  case say(String)
  case count(to: Int, messages: Int)

  /// How what must not be told is told.
  enum Disguise: Sendable, Equatable, CaseIterable {
    case plain, reversed, base64, pieces, spaced
  }

  /// As it is counted.
  var name: String {
    switch self {
    case .write: "write"
    case .tool: "tool"
    case .instructions: "instructions"
    case .key: "key"
    case .link: "link"
    case .object: "object"
    case .handOver: "handOver"
    case .silence: "silence"
    case .language: "language"
    case .say: "say"
    case .count: "count"
    }
  }
}
