internal import JSON
package import SendStore
internal import Time

/// A line of what a rehearsal in a process of its own tells the one that has started it: a word, a blank, and the rest.
package enum RehearsalLine: Hashable, Sendable {
  case progress(RehearsalProgress)
  /// JSON, the last line of one that is done.
  case report([UInt8])
  /// Why there is none.
  case refused(String)

  private static let blank = UInt8(ascii: " ")

  /// nil for anything else.
  package init?(_ line: [UInt8]) {
    guard let end = line.firstIndex(of: Self.blank) else { return nil }
    let rest = Array(line[(end + 1)...])
    switch String(decoding: line[..<end], as: UTF8.self) {
    case "progress":
      guard let object = JSONValue(whole: rest), let progress = Self.progress(object) else {
        return nil
      }
      self = .progress(progress)
    case "report":
      guard JSONValue(whole: rest)?.kind == .object else { return nil }
      self = .report(rest)
    case "refused": self = .refused(String(decoding: rest, as: UTF8.self))
    default: return nil
    }
  }

  package var text: [UInt8] {
    switch self {
    case .progress(let progress):
      Array("progress ".utf8)
        + JSONWriter.object { writer in
          writer.field("posted", progress.posted)
          writer.field("people", progress.people)
          writer.field("at", progress.at.description)
        }
    case .report(let json): Array("report ".utf8) + json
    case .refused(let why): Array("refused \(why.replacing("\n", with: " "))".utf8)
    }
  }

  private static func progress(_ object: JSONValue) -> RehearsalProgress? {
    guard let posted = object["posted"]?.integer, let people = object["people"]?.integer,
      posted >= 0, people >= 0,
      let at = object["at"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    return RehearsalProgress(posted: Int(posted), people: Int(people), at: at)
  }
}
