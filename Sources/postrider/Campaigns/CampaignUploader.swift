internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Time

/// Brings a list of recipients to the server in parts. A part that fails is asked after, and the upload goes on from
/// where the server has got to, also in another process than the one that began it.
struct CampaignUploader {
  typealias Failed = APICaller.Failed

  let caller: CampaignCaller
  let campaign: CampaignID
  let file: RecipientsFile
  /// In bytes.
  let partSize: Int
  private var display = ProgressDisplay()
  private var rate = RecentRate()
  private var conflicts = 0

  /// So many answers in a row may say that it goes on elsewhere.
  private static let mostConflicts = 20

  init(
    _ file: RecipientsFile, to campaign: CampaignID, inPartsOf partSize: Int,
    _ caller: CampaignCaller
  ) {
    (self.file, self.campaign, self.partSize, self.caller) = (file, campaign, partSize, caller)
  }

  /// nil: from its beginning, whatever was uploaded before.
  func run(from offset: Int?) throws(Failed) -> UploadLook {
    var upload = self
    return try upload.send(from: offset)
  }

  private mutating func send(from start: Int?) throws(Failed) -> UploadLook {
    var offset = start
    if start == nil { rate.note(0) }
    var absence = ServerAbsence(caller.patience)
    while true {
      switch try part(from: offset, &absence) {
      case .done(let upload):
        show(upload, isLast: true)
        return upload
      case .goesOn(let next, let upload):
        absence = ServerAbsence(caller.patience)
        guard next > offset ?? 0 else {
          throw Failed(
            "the server read nothing of a part from byte \(offset ?? 0); try it with a larger --part"
          )
        }
        (offset, conflicts) = (next, 0)
        if let upload { show(upload) }
      case .isElsewhere(let next): offset = next
      case .begin: offset = nil
      }
    }
  }

  private enum Outcome {
    case done(UploadLook)
    case goesOn(Int, UploadLook?)
    /// The server has got to another place than was thought.
    case isElsewhere(Int)
    case begin
  }

  private mutating func part(
    from offset: Int?, _ absence: inout ServerAbsence
  ) throws(Failed) -> Outcome {
    let from = offset ?? 0
    guard from <= file.size else {
      throw Failed(
        "\(file.path) has \(file.size) bytes, but \(from) were uploaded to the campaign before: it is another file. Upload it with `postrider campaign upload \(campaign) \(file.path) --anew`.",
        .refused)
    }
    let bytes = try file.part(from: from, atMost: partSize)
    let isLast = from + bytes.count >= file.size
    do throws(Failed) {
      let answer = try put(bytes, at: offset, isLast: isLast)
      guard !ServerAbsence.isAway(answer) else { throw CampaignCaller.failure(answer) }
      return try outcome(answer, from: offset, isLast: isLast)
    } catch {
      try absence.note(error)
      return offset == nil ? .begin : .isElsewhere(try standing())
    }
  }

  private func put(
    _ bytes: [UInt8], at offset: Int?, isLast: Bool
  ) throws(Failed) -> APICaller.Answer {
    let place = offset.map { [HTTPHeader("Upload-Offset", "\($0)")] } ?? []
    return try caller.api.call(
      "PUT", path, bytes, type: file.type,
      headers: place + [HTTPHeader("Upload-Complete", isLast ? "?1" : "?0")])
  }

  private var path: String { CampaignCaller.path(campaign, "recipients") }

  private mutating func outcome(
    _ answer: APICaller.Answer, from offset: Int?, isLast: Bool
  ) throws(Failed) -> Outcome {
    let told = answer.headers.first(named: "Upload-Offset").flatMap { Int($0) }
    if answer.isDone {
      let upload = answer.json?["upload"].map { UploadLook($0) }
      if isLast, let upload { return .done(upload) }
      guard let told else { throw Failed("the server does not tell how far the upload has come") }
      return .goesOn(told, upload)
    }
    // The beginning of an upload has no place to be at another one.
    guard answer.status == 409, offset != nil else { throw CampaignCaller.failure(answer) }
    conflicts += 1
    guard conflicts <= Self.mostConflicts else { throw CampaignCaller.failure(answer) }
    if let told, told != offset { return .isElsewhere(told) }
    // A part of this upload that was cut is perhaps still being read.
    let now = try caller.campaign(campaign)
    guard now.state == .loading else { throw CampaignCaller.failure(answer) }
    pause(for: .milliseconds(500))
    return .isElsewhere(try standing())
  }

  private func standing() throws(Failed) -> Int {
    let answer = try caller.call("HEAD", path)
    guard answer.isDone,
      let offset = answer.headers.first(named: "Upload-Offset").flatMap({ Int($0) })
    else { throw CampaignCaller.failure(answer) }
    return offset
  }

  private mutating func show(_ upload: UploadLook, isLast: Bool = false) {
    rate.note(upload.good + upload.bad)
    let offset = isLast ? file.size : upload.offset
    let size = "\(ProgressDisplay.size(offset)) of \(ProgressDisplay.size(file.size))"
    let rows = "\(upload.good + upload.bad) rows, \(ProgressDisplay.tenths(rate.perSecond))/s"
    let words = "\(size), \(rows), \(upload.bad) with faults"
    display.show(
      [ProgressDisplay.bar(offset, of: file.size), words], line: "uploaded \(words)",
      isNews: isLast)
  }
}
