internal import Events
internal import Domain
internal import HTTP
internal import JSON

/// Many requests in one body: a JSON array, or one object a line. It is answered in the form it came in.
struct SendBatch {
  static let limit = 10_000

  private enum Item {
    case value(JSONValue)
    case notJSON(String)
  }

  enum Outcome {
    case queued(SendIntake.Taken)
    case refused(Problem)

    var events: [SendEvent] {
      if case .queued(let taken) = self { taken.events } else { [] }
    }
  }

  enum Unreadable: Error {
    case notJSON(String)
    case empty
    case tooMany
    case otherType(String)

    var problem: Problem {
      switch self {
      case .notJSON(let reason): SendAnswer.unreadable("The body is \(reason).")
      case .empty: SendAnswer.unreadable("The body has no sends in it.")
      case .otherType(let type):
        Problem(
          status: 415, title: "Unsupported Media Type",
          detail:
            "The Content-Type is \(type); a batch is application/json, or application/x-ndjson with one object a line."
        )
      case .tooMany:
        Problem(
          status: 413, title: "Content Too Large",
          detail: "A batch has at most \(SendBatch.limit) sends.")
      }
    }
  }

  private let items: [Item]
  private let isLines: Bool

  /// A type that says nothing, such as what curl gives by itself, leaves the body to tell.
  private enum Kind {
    case lines
    case either

    init(_ type: String?) throws(Unreadable) {
      let essence = type?.prefix { $0 != ";" }.lowercased().filter { $0 != " " } ?? ""
      switch essence {
      case "application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonlines", "application/jsonlines":
        self = .lines
      case "", "application/json", "text/json", "text/plain", "application/octet-stream",
        "application/x-www-form-urlencoded":
        self = .either
      default:
        guard essence.hasPrefix("application/"), essence.hasSuffix("+json") else {
          throw .otherType(essence)
        }
        self = .either
      }
    }
  }

  init(_ body: [UInt8], type: String? = nil) throws(Unreadable) {
    let kind = try Kind(type)
    let first = body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    isLines = kind == .lines || first != UInt8(ascii: "[")
    items = isLines ? try Self.objects(body, kind) : try Self.array(body)
    guard !items.isEmpty else { throw .empty }
    guard items.count <= Self.limit else { throw .tooMany }
  }

  /// Those that are JSON.
  var values: [JSONValue] {
    items.compactMap { item in if case .value(let value) = item { value } else { nil } }
  }

  func read(by intake: SendIntake) -> [Outcome] {
    items.enumerated().map { place, item in
      switch item {
      case .notJSON(let reason): return .refused(SendAnswer.unreadable("The line is \(reason)."))
      case .value(let value):
        do throws(FieldFaults) { return .queued(try intake.events(value, item: place)) } catch {
          return .refused(SendAnswer.refused(error))
        }
      }
    }
  }

  /// 202 where at least one was queued.
  func answer(_ outcomes: [Outcome]) -> HTTPAnswer {
    let status = outcomes.contains { !$0.events.isEmpty } ? 202 : 422
    let parts = outcomes.map { outcome in
      switch outcome {
      case .queued(let taken): SendAnswer.queued(taken)
      case .refused(let problem): problem.json
      }
    }
    if isLines {
      let type = HTTPHeader("Content-Type", "application/x-ndjson")
      let newline = [UInt8(ascii: "\n")]
      return HTTPAnswer(status: status, headers: [type], body: parts.flatMap { $0 + newline })
    }
    var writer = JSONWriter(capacity: parts.reduce(2) { $0 + $1.count + 1 })
    writer.array { list in
      for part in parts { list.raw(part) }
    }
    return HTTPAnswer(status: status, json: writer.bytes)
  }

  private static func array(_ body: [UInt8]) throws(Unreadable) -> [Item] {
    do throws(NotJSON) {
      return (try JSONDocument.ofCaller(body).root.items ?? []).map { .value($0) }
    } catch { throw .notJSON(error.description) }
  }

  /// One object may be spread over lines, unless these are what divides.
  private static func objects(_ body: [UInt8], _ kind: Kind) throws(Unreadable) -> [Item] {
    let lines = lines(body)
    guard kind == .either, case .notJSON? = lines.first else { return lines }
    do throws(NotJSON) { return [.value(try JSONDocument.ofCaller(body).root)] } catch {
      return lines
    }
  }

  /// One line too many is enough to see that there are too many.
  private static func lines(_ body: [UInt8]) -> [Item] {
    let lines = body.split(separator: UInt8(ascii: "\n"), maxSplits: limit + 1)
    return lines.filter { line in !line.allSatisfy { $0 <= 0x20 } }.map { line in
      do throws(NotJSON) { return .value(try JSONDocument.ofCaller(line).root) } catch {
        return .notJSON(error.description)
      }
    }
  }
}
