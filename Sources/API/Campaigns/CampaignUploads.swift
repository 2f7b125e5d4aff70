internal import Campaigns
internal import Domain
internal import HTTP
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// `PUT /api/campaigns/{id}/recipients`: an upload of any size, in one request or in several, which goes on where it was
/// cut. `HEAD` tells where that is.
struct CampaignUploads: Sendable {
  let context: APIContext
  /// Each upload has a thread while it comes.
  let desk: Desk

  /// At a time; more are asked to come later.
  static let most = 4
  /// Of one request.
  static let limit = 64 << 30

  private static let path = "/api/campaigns/{id}/recipients"

  func add(to router: inout Router) {
    router.at("PUT", context.prefix + Self.path) { head, parameters in
      let key: APIKey
      do throws(Admission.Refused) {
        key = try context.admission.key(of: head, for: .send)
        try context.admission.spend(1, of: key)
      } catch { return .answer(error.answer) }
      let asked: Asked
      do throws(Asked.Refused) { asked = try Asked(head) } catch { return .answer(error.answer) }
      guard let id = CampaignID(parameters["id"] ?? "") else { return .answer(.notFound) }
      return .stream(limit: Self.limit) { _, upload, responder in
        take(upload, id, asked, key, responder)
      }
    }
    router.at(
      "HEAD", context.prefix + Self.path,
      context.requests.door(.read) { _, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          guard let campaign = try Self.campaign(parameters["id"], key, store) else {
            return .notFound
          }
          let state = CampaignUploadState(campaign)
          return HTTPAnswer(
            status: 200,
            headers: CampaignUpload.headers(
              state.position.offset, isComplete: campaign.isLoaded))
        }
      })
  }

  static func campaign(
    _ id: String?, _ key: APIKey, _ store: SendStore
  ) throws -> StoredCampaign? {
    guard let id = id.flatMap({ CampaignID($0) }), let campaign = try store.campaign(id),
      key.tenant.map({ $0 == campaign.tenant }) ?? true
    else { return nil }
    return campaign
  }

  /// What the head of a request says of its part.
  private struct Asked {
    /// nil: from the beginning.
    var offset: Int?
    var isLast = true
    var form = UploadReader.Form.table

    struct Refused: Error { let answer: HTTPAnswer }

    init(_ head: HTTPRequest) throws(Refused) {
      if let text = head.headers.first("Upload-Offset") {
        guard let offset = Int(text), offset >= 0 else {
          throw Self.unreadable("Upload-Offset must be a number of bytes.")
        }
        self.offset = offset
      }
      switch head.headers.first("Upload-Complete") {
      case nil, "?1": break
      case "?0": isLast = false
      default: throw Self.unreadable("Upload-Complete must be ?1 or ?0.")
      }
      if let coding = head.headers.first("Content-Encoding"), coding.lowercased() != "identity" {
        throw Refused(
          answer: Problem(
            status: 415, title: "Unsupported Media Type",
            detail: "The Content-Encoding is \(coding); send the upload as it is."
          ).answer)
      }
      form = try Self.form(head.headers.first("Content-Type"))
    }

    private static func form(_ type: String?) throws(Refused) -> UploadReader.Form {
      let essence = type?.prefix { $0 != ";" }.lowercased().filter { $0 != " " } ?? ""
      switch essence {
      case "", "text/csv", "text/plain", "text/tab-separated-values", "application/csv",
        "application/vnd.ms-excel", "application/octet-stream",
        "application/x-www-form-urlencoded":
        return .table
      case "application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonlines", "application/jsonlines":
        return .objects
      default:
        throw Refused(
          answer: Problem(
            status: 415, title: "Unsupported Media Type",
            detail:
              "The Content-Type is \(essence); recipients are text/csv, or application/x-ndjson with one object a line."
          ).answer)
      }
    }

    private static func unreadable(_ detail: String) -> Refused {
      Refused(answer: SendAnswer.unreadable(detail).answer)
    }
  }

  private func take(
    _ upload: HTTPUpload, _ id: CampaignID, _ asked: Asked, _ key: APIKey,
    _ responder: HTTPResponder
  ) {
    guard let store = context.door.store.opened else { return responder.answer(.noStore) }
    let isTaken = desk.take {
      do {
        if let answer = try run(upload, id, asked, key, store) { responder.answer(answer) }
      } catch {
        context.door.log.warning(
          "an upload could not be taken", ["campaign": id.description, "reason": "\(error)"])
        responder.answer(.noStore)
      }
    }
    if !isTaken { responder.answer(Self.tooMany) }
  }

  private static let tooMany = Problem(
    status: 503, title: "Service Unavailable",
    detail: "As many uploads are under way as there may be; try again."
  ).answer(headers: [HTTPHeader("Retry-After", "5")])

  private func run(
    _ upload: HTTPUpload, _ id: CampaignID, _ asked: Asked, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer? {
    guard let found = try Self.campaign(id.description, key, store) else { return .notFound }
    guard let definition = CampaignDefinition(stored: found.definition), found.source == nil else {
      return Self.conflict("The recipients of this campaign are those of a former one.", found)
    }
    let known = CampaignUploadState(found)
    var campaign = found
    if let offset = asked.offset, offset > 0 || known.isComplete {
      guard offset == known.position.offset else {
        return Self.conflict(
          "The upload goes on at \(known.position.offset), not at \(offset).", found)
      }
    } else {
      guard let anew = try store.beginUpload(id) else {
        return Self.conflict(
          "The campaign is \(found.state.name): recipients come before its start.", found)
      }
      campaign = anew
    }
    let senders = definition.senders.compactMap { sender in
      context.settings.senders.first { $0.sender.id == sender }
    }
    guard senders.count == definition.senders.count, !senders.isEmpty else {
      return Self.conflict("A sender of the campaign is not there any more.", found)
    }
    let isMarketing = try store.care(of: campaign.key).terms.isMarketing
    let places = UploadPlaces(
      definition.care, zones: context.zones,
      isMarketing: isMarketing, senders[0].sender.channel)
    var part = CampaignUpload(
      campaign, definition, senders, places, try Self.shares(of: senders, store), store: store,
      log: context.door.eventLog,
      warnings: context.door.log, form: asked.form,
      isLast: asked.isLast, at: context.door.now())
    if CampaignUploadState(campaign).isComplete { return part.endAgain() }
    return part.run(upload)
  }

  /// By what their providers have told of them.
  private static func shares(
    of senders: [SenderSettings], _ store: SendStore
  ) throws -> SenderShares {
    guard senders.count > 1 else { return SenderShares([]) }
    let lanes = try store.prospects(of: senders.map(\.sender), besides: nil).lanes
    return SenderShares(
      senders.map { sender in
        let lane = lanes.first { $0.sender == sender.sender.id }
        return SenderShares.Part(
          lane?.budget ?? sender.sender.budget, in: sender.sender.laneGroup,
          isStopped: lane?.isStopped ?? false)
      })
  }

  private static func conflict(_ detail: String, _ campaign: StoredCampaign) -> HTTPAnswer {
    let state = CampaignUploadState(campaign)
    return Problem(status: 409, title: "Conflict", detail: detail).answer(
      headers: CampaignUpload.headers(state.position.offset, isComplete: campaign.isLoaded))
  }
}
