internal import Domain
internal import Glibc
internal import Platform
internal import Time

/// From a file to the last answer. Each step looks at what the server has, so that it may be ended and begun again anywhere.
struct CampaignRun {
  typealias Failed = APICaller.Failed

  let caller: CampaignCaller
  let partSize: Int
  /// Whether rows that cannot be sent are no reason to stop.
  let goesOnWithFaults: Bool
  /// Whether it starts although its plan says that not all of it can be sent.
  let startsAnyway: Bool

  func make(_ file: CampaignFile) throws(Failed) -> CampaignLook {
    let look = try caller.create(file.definition, key: file.key)
    Terminal.show(look.id.description)
    for warning in look.warnings { Terminal.error("warning: \(warning)") }
    return look
  }

  static func open(_ path: String?) throws(Failed) -> RecipientsFile? {
    guard let path else { return nil }
    return try RecipientsFile(path)
  }

  /// Uploads what is not there yet.
  func load(_ look: CampaignLook, _ file: RecipientsFile?) throws(Failed) -> UploadLook? {
    guard let upload = look.upload else { return nil }
    let isNewer = file.map { $0.isNewer(than: look) } ?? false
    switch look.state {
    case .planned where !isNewer: return upload
    case .loading, .planned:
      guard let file else {
        guard !upload.isComplete else { return upload }
        throw Failed(
          "its recipients are not all uploaded: name their file with --recipients", .refused)
      }
      let start = isNewer || upload.offset == 0 ? nil : upload.offset
      if let start { Terminal.error("The upload goes on at byte \(start).") }
      return try CampaignUploader(file, to: look.id, inPartsOf: partSize, caller).run(from: start)
    default: return nil
    }
  }

  /// Says what is wrong with an upload; false where somebody does not want to go on with the rest of it.
  func isAgreed(_ upload: UploadLook, of id: CampaignID) throws(Failed) -> Bool {
    guard upload.bad > 0 else { return true }
    CampaignReading.tell(upload)
    guard upload.good > 0 else {
      throw Failed("no row of the upload can be sent; mend the file and run it again", .refused)
    }
    if goesOnWithFaults { return true }
    guard isatty(STDIN_FILENO) == 1 else {
      throw Failed(
        "the campaign was not started, since \(upload.bad) rows cannot be sent. Mend the file and run it again, or send the other \(upload.good) with --yes. `postrider campaign faults \(id)` lists them.",
        .refused)
    }
    Terminal.error("Send the other \(upload.good)? [y/N]")
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }

  func start(_ look: CampaignLook) throws(Failed) {
    switch look.state {
    case .loading, .planned: _ = try caller.give(.start, to: look.id, anyway: startsAnyway)
    case .running, .finishing: Terminal.error("The campaign runs already.")
    case .paused: break
    case .done, .canceled:
      Terminal.error(
        "The campaign is \(look.state.name). A file is one campaign: change its name to send it again."
      )
    }
  }
}
