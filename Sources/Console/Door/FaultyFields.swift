internal import Domain
internal import HTTP

extension Problem {
  static func ofFields(_ faults: FieldFaults) -> Problem {
    Problem(
      status: 422, title: "Unprocessable Content",
      detail: "The request has \(faults.all.count == 1 ? "a fault" : "faults"); see errors.",
      errors: faults.all.map { Problem.Fault(pointer: $0.pointer, detail: $0.detail) })
  }
}
