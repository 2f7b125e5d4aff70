internal import Campaigns
internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// A campaign in virtual time: ordered, looked at, stopped.
struct RehearsalRoutes: Sendable {
  let context: APIContext
  let desk: RehearsalDesk

  private static let path = "/api/campaigns/{id}/rehearsal"

  func add(to router: inout Router) {
    func add(
      _ method: String, _ scope: APIKey.Scope,
      _ body: @escaping @Sendable (StoredCampaign, HTTPRequest, SendStore) throws -> HTTPAnswer
    ) {
      context.requests.add(method, Self.path, scope, context.prefix, to: &router) {
        campaign, request, _, store in try body(campaign, request, store)
      }
    }
    add("POST", .send) { campaign, request, store in try begin(campaign, request, store) }
    add("GET", .read) { campaign, _, store in try show(campaign, store) }
    add("DELETE", .send) { campaign, _, store in
      guard try store.stopRehearsal(of: campaign.key) else {
        return Self.conflict("no rehearsal of the campaign runs")
      }
      context.door.log.info("a rehearsal was stopped", ["campaign": campaign.id.description])
      return try show(campaign, store)
    }
  }

  private func begin(
    _ campaign: StoredCampaign, _ request: HTTPRequest, _ store: SendStore
  ) throws -> HTTPAnswer {
    let root = try KeyedRequests.object(request)
    let asked: RehearsalRequest
    do throws(FieldFaults) { asked = try RehearsalRequest(root) } catch {
      return SendAnswer.refused(error).answer
    }
    do { _ = try RehearsalTerms(context.settings).senders(of: campaign, in: store) } catch let
      refusal as RehearsalTerms.Refusal
    {
      return Self.conflict(refusal.sentence)
    }
    switch try desk.begin(campaign, asked, in: store) {
    case .running(let rehearsal):
      context.door.log.info("a rehearsal begins", ["campaign": campaign.id.description])
      return RehearsalView(rehearsal: rehearsal).answer(status: 202)
    case .runsAlready: return Self.conflict("a rehearsal of the campaign runs already")
    case .isBusy: return Self.busy
    case .isMissing: return Self.missing
    }
  }

  private func show(_ campaign: StoredCampaign, _ store: SendStore) throws -> HTTPAnswer {
    RehearsalView(rehearsal: try store.rehearsal(of: campaign.key)).answer()
  }

  private static func conflict(_ why: String) -> HTTPAnswer {
    Problem(
      status: 409, title: "Conflict", detail: why.prefix(1).uppercased() + why.dropFirst() + "."
    ).answer
  }

  private static let busy = Problem(
    status: 503, title: "Service Unavailable",
    detail:
      "A rehearsal runs here already, and one runs at a time; try again once it has ended."
  ).answer(headers: [HTTPHeader("Retry-After", "10")])

  private static let missing = Problem(
    status: 501, title: "Not Implemented", detail: "No campaign can be rehearsed here."
  ).answer
}

/// A campaign's latest rehearsal, as the API shows it.
struct RehearsalView {
  /// nil: there was none.
  let rehearsal: StoredRehearsal?

  func answer(status: Int = 200) -> HTTPAnswer { HTTPAnswer(status: status, json: json) }

  private var json: [UInt8] {
    JSONWriter.object { writer in
      guard let rehearsal else { return writer.field("state", "none") }
      writer.field("state", rehearsal.state.name)
      writer.name("faults")
      writer.array { list in for fault in rehearsal.faults { list.value(fault) } }
      writer.field("startedAt", rehearsal.started.description)
      writer.field("endedAt", rehearsal.ended?.description)
      if let progress = rehearsal.progress {
        writer.name("progress")
        writer.object { object in
          object.field("posted", progress.posted)
          object.field("people", progress.people)
          object.field("at", progress.at.description)
        }
      }
      if !rehearsal.reason.isEmpty { writer.field("reason", rehearsal.reason) }
      writer.field("report", json: rehearsal.report)
    }
  }
}
