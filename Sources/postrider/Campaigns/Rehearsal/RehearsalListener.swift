internal import Running

/// To whom a rehearsal tells what comes of it.
enum RehearsalListener {
  case person
  /// Who reads the report alone.
  case program
  /// Who has started it as a process of its own, and reads lines.
  case parent

  /// A process that has started another shares with it what memory both may have.
  var mostMemory: UInt64 { self == .parent ? 128 << 20 : .max }

  func show(_ report: RehearsalReport) {
    switch self {
    case .person: Terminal.show(report.lines.joined(separator: "\n"))
    case .program: Terminal.show(String(decoding: report.json, as: UTF8.self))
    case .parent: tell(.report(report.json))
    }
  }

  func refuse(_ why: String) {
    Terminal.error("postrider: \(why)")
    if self == .parent { tell(.refused(why)) }
  }

  func tell(_ line: RehearsalLine) { Terminal.show(String(decoding: line.text, as: UTF8.self)) }
}
