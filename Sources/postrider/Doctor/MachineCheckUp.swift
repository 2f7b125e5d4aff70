internal import EventLog
internal import Platform
internal import Settings
internal import Time

/// The clock, and the disk where files of ours lie.
struct MachineCheckUp {
  private let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  var findings: [Finding] { [clock] + folders.flatMap(disk) }

  private var clock: Finding {
    switch isClockKept {
    case true?: .good("clock", "it is kept right")
    case false?:
      .warning(
        "clock", "nothing keeps this machine's clock right: rates and windows are counted by it",
        "install and start chrony or systemd-timesyncd")
    case nil: .unknown("clock", "the kernel does not tell whether the clock is kept right")
    }
  }

  private var files: [(name: String, path: String)] {
    var files = [("spool", settings.spool.path)]
    if case .embedded(let own) = settings.log { files.append(("log", own.path)) }
    if case .sqlite(let path) = settings.store { files.append(("store", path)) }
    return files
  }

  /// Each once, with what is in it.
  private var folders: [(folder: String, names: String)] {
    let named = Dictionary(grouping: files) { file in
      let place = folder(ofFile: file.path)
      return place.isEmpty ? "." : place
    }
    return named.map { ($0, $1.map(\.name).joined(separator: ", ")) }.sorted { $0.0 < $1.0 }
  }

  private func disk(_ folder: String, _ names: String) -> [Finding] {
    let about = "disk of \(names)"
    guard isFolder(folder) else {
      return [.good(about, "\(folder) is made at the first start")]
    }
    guard let system = FileSystem(at: folder), let time = FileSystem.syncTime(in: folder) else {
      return [
        .bad(
          about, "nothing can be written in \(folder)", "give it to the user that runs postrider")
      ]
    }
    var findings: [Finding] = []
    if system.isRemote {
      findings.append(
        .warning(
          about,
          "\(folder) is on a file system of another machine: a crash there may lose what was synced",
          "use a local disk, or PostgreSQL and Kafka"))
    }
    let free = Int(clamping: system.freeBytes)
    if free < settings.spool.limit, names.contains("spool") {
      findings.append(
        .warning(
          about,
          "\(folder) has \(free >> 20) MB free, and the spool may grow to \(settings.spool.limit >> 20) MB",
          "make room, or set spool.limit"))
    }
    let milliseconds = time.microseconds / 1000
    if milliseconds >= 10 {
      findings.append(
        .warning(
          about,
          "a write takes \(milliseconds) ms until it is on the disk: each answer waits for it",
          "use a faster disk"))
    }
    return findings.isEmpty
      ? [
        .good(
          about,
          "\(folder) has \(free >> 20) MB free; a write is on the disk in \(time.microseconds) µs")
      ] : findings
  }
}
