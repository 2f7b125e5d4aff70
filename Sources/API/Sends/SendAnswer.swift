internal import Events
internal import Domain
internal import HTTP
internal import JSON

/// What a caller gets to read about the sends that it asked for.
enum SendAnswer {
  static func queued(_ taken: SendIntake.Taken) -> [UInt8] {
    JSONWriter.object { writer in
      write(queued: taken.events, to: &writer)
      write(warnings: taken.warnings, to: &writer)
    }
  }

  static func write(warnings: [String], to writer: inout JSONWriter) {
    guard !warnings.isEmpty else { return }
    writer.name("warnings")
    writer.array { list in
      for warning in warnings { list.value(warning) }
    }
  }

  static func write(queued events: [SendEvent], to writer: inout JSONWriter) {
    writer.field("id", events.first?.id.description)
    if events.count > 1 {
      writer.name("ids")
      writer.array { list in
        for event in events { list.value(event.id.description) }
      }
    }
    writer.field("state", "queued")
  }

  /// What makes a request that is repeated the same one; nil where it has none.
  static func idempotencyKey(
    of request: HTTPRequest
  ) throws(StoreQueries.Refused) -> String? {
    let given = request.headers.first("Idempotency-Key")
    if let given, !(1...255).contains(given.utf8.count) {
      throw StoreQueries.Refused(
        answer: unreadable("Idempotency-Key must have 1 to 255 bytes.").answer)
    }
    return given
  }

  static func refused(_ faults: FieldFaults) -> Problem {
    Problem(
      status: 422, title: "Unprocessable Content",
      detail: "The request has \(faults.all.count == 1 ? "a fault" : "faults"); see errors.",
      errors: faults.all.map { Problem.Fault(pointer: $0.pointer, detail: $0.detail) })
  }

  static func unreadable(_ reason: String) -> Problem {
    Problem(status: 400, title: "Bad Request", detail: reason)
  }
}

extension FieldFaults {
  static let keyReused = FieldFaults(
    "/Idempotency-Key", "was used for another request before; a new request needs a new key")
}
