import HTTP
import JSON
import Simulator
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct MetaPacingTests {
  private static let templates = "/v24.0/\(Demo.wabaID)/message_templates"

  private func send(_ stand: Stand, _ number: Int, _ template: String = Demo.template) -> Answer {
    stand.meta(
      marketing(template, to: "+39333000\(1000 + number)", opaque: "\(tag(number)).1"))
  }

  private func status(_ answer: Answer) -> String? {
    answer.json?["messages"]?.items?.first?["message_status"]?.string
  }

  private func id(_ stand: Stand, _ name: String = Demo.template) -> String {
    let found = stand.metaGet("\(Self.templates)?name=\(name)").json?["data"]?.items?.first
    return found?["id"]?.string ?? ""
  }

  private func put(_ stand: Stand, _ path: String, _ body: String, _ method: String = "PUT") -> Int?
  {
    stand.call(method, "/_sim/\(path)", [], Array(body.utf8)).status
  }

  private func total(_ stand: Stand, _ name: String) -> Int64? {
    stand.ledger()?["totals"]?[name]?.integer
  }

  @Test(
    "after the first of a template the next are held, and sent or dropped once it is decided",
    arguments: [Pacing.Verdict.release, .drop], [false, true])
  func template(verdict: Pacing.Verdict, byHand: Bool) throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.life.readShare = 0
      var pacing = Pacing()
      (pacing.first, pacing.decision) = (2, .seconds(600))
      pacing.verdict = byHand ? (verdict == .drop ? .release : .drop) : verdict
      $0.meta[0].accounts[0].templates[0].pacing = pacing
    }
    let held = "held_for_quality_assessment"
    #expect((1...4).map { status(send(stand, $0)) } == ["accepted", "accepted", held, held])
    #expect(status(send(stand, 5, "other")) == nil, "no such template")
    #expect(total(stand, "held") == 2)
    #expect(receiver.waitUntil { $0.reached(.sent) == 2 }.reached(.sent) == 2)
    let template = id(stand)
    if byHand {
      #expect(
        put(stand, "held", #"{"template":"\#(template)","verdict":"\#(verdict)"}"#, "POST") == 204)
    } else {
      stand.simulator.advance(.seconds(599))
      #expect(total(stand, "released") == 0)
      #expect(total(stand, "dropped") == 0)
      stand.simulator.advance(.seconds(1))
    }
    let isReleased = verdict == .release
    let reached = stand.ledgerReaches(2) {
      $0?["totals"]?[isReleased ? "released" : "dropped"]?.integer
    }
    #expect(reached == 2)
    let end = receiver.waitUntil {
      $0.reached(isReleased ? .sent : .failed) == (isReleased ? 4 : 2)
    }
    #expect(end.codes() == (isReleased ? [] : [132015, 132015]))
    #expect(total(stand, "held") == 2)
    #expect(sender(stand, Demo.phoneNumberID)?["dropped"]?.integer == (isReleased ? 0 : 2))
    // From then on nothing is held, or nothing goes.
    let next = send(stand, 6)
    #expect(isReleased ? status(next) == "accepted" : next.code == 132015)
    if !isReleased {
      let told = receiver.waitUntil { $0.templateEvents().contains("PAUSED") }
      #expect(told.templateEvents() == ["PAUSED"])
      let news = told.values("message_template_status_update").first
      #expect(news?["other_info"]?["title"]?.string == "RATE_LIMITING_PAUSE")
    }
    // The old decision comes and finds nothing.
    stand.simulator.advance(.seconds(3600))
    #expect(total(stand, isReleased ? "dropped" : "released") == 0)
  }

  @Test("a template that was dropped is watched again once it is unpaused")
  func unpaused() throws {
    let stand = try Stand {
      var pacing = Pacing()
      (pacing.first, pacing.verdict) = (1, .drop)
      $0.meta[0].accounts[0].templates[0].pacing = pacing
    }
    for number in 1...2 { _ = send(stand, number) }
    let template = id(stand)
    stand.simulator.advance(.seconds(1800))
    _ = stand.ledgerReaches(1) { $0?["totals"]?["dropped"]?.integer }
    #expect(send(stand, 3).code == 132015)
    #expect(stand.meta("", "/v24.0/\(template)/unpause").json?["success"]?.bool == true)
    #expect(status(send(stand, 4)) == "accepted")
    #expect(status(send(stand, 5)) == "held_for_quality_assessment")
  }

  @Test("a send that was dropped and comes again is a repeat after a failure for good")
  func repeated() throws {
    let stand = try Stand {
      var pacing = Pacing()
      (pacing.first, pacing.verdict) = (0, .drop)
      $0.meta[0].accounts[0].templates[0].pacing = pacing
    }
    _ = send(stand, 1)
    stand.simulator.advance(.seconds(1800))
    #expect(stand.ledgerReaches(1) { $0?["totals"]?["dropped"]?.integer } == 1)
    #expect(put(stand, "templates/\(id(stand))", #"{"status":"APPROVED"}"#) == 204)
    _ = stand.meta(marketing(Demo.template, to: "+393330001001", opaque: "\(tag(1)).2"))
    #expect(total(stand, "repeatsAfterFinalFailure") == 1)
  }

  @Test("a portfolio is held as a whole, and on a drop neither sends nor makes templates")
  func portfolio() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      var business = Business(Demo.portfolio)
      var pacing = Pacing()
      (pacing.first, pacing.verdict) = (1, .drop)
      business.pacing = pacing
      $0.businesses = [business]
    }
    #expect(status(send(stand, 1)) == "accepted")
    let other =
      #"[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#
    let second = stand.meta(
      marketing("order_update", "en", to: "+393330002000", components: other))
    #expect(status(second) == "held_for_quality_assessment", "any category, any template")
    #expect(stand.meta(metaText()).status == 200, "a reply is no template")
    stand.simulator.advance(.seconds(1800))
    #expect(stand.ledgerReaches(1) { $0?["totals"]?["dropped"]?.integer } == 1)
    let refused = send(stand, 3)
    #expect(refused.status == 403 && refused.code == 368)
    #expect(stand.meta(metaText()).status == 200)
    let template =
      #"{"name":"neu","language":"it","category":"UTILITY","components":[{"type":"BODY","text":"x"}]}"#
    #expect(stand.meta(template, Self.templates).code == 368)
    #expect(put(stand, "portfolios/\(Demo.portfolio)", #"{"underReview":false}"#) == 204)
    #expect(stand.meta(template, Self.templates).status == 200)
    #expect(send(stand, 4).status == 200)
    #expect(stand.call("GET", "/_sim/summary").text.contains("1 dropped"))
  }

  @Test(
    "what cannot be decided is told",
    arguments: [
      ("{}", 422), (#"{"template":"1","portfolio":"p"}"#, 422),
      (#"{"template":"1","verdict":"maybe"}"#, 422), (#"{"template":"1"}"#, 404),
      (#"{"portfolio":"nobody's"}"#, 404),
    ])
  func faulty(body: String, status: Int) throws {
    #expect(put(try Stand(), "held", body, "POST") == status)
  }
}

/// A template message without parameters, unless it has components.
func marketing(
  _ name: String, _ language: String = "en_US", to: String, opaque: String? = nil,
  components: String = "[]", more: String = ""
) -> String {
  let data = opaque.map { #","biz_opaque_callback_data":"\#($0)""# } ?? ""
  return
    #"{"messaging_product":"whatsapp","to":"\#(to)","type":"template","template":"#
    + #"{"name":"\#(name)","language":{"code":"\#(language)"},"components":\#(components)}\#(data)\#(more)}"#
}

enum ToldState: String { case sent, delivered, failed }

extension [HTTPRequest] {
  private var changes: [JSONValue] {
    flatMap { request in
      let entries = JSONValue(whole: request.body)?["entry"]?.items ?? []
      return entries.flatMap { $0["changes"]?.items ?? [] }
    }
  }

  private var statuses: [JSONValue] { changes.flatMap { $0["value"]?["statuses"]?.items ?? [] } }

  func reached(_ state: ToldState) -> Int {
    statuses.count { $0["status"]?.string == state.rawValue }
  }

  func codes() -> [Int64] {
    statuses.compactMap { $0["errors"]?.items?.first?["code"]?.integer }
  }

  func prices() -> Set<String> {
    Set(statuses.compactMap { $0["pricing"]?["category"]?.string })
  }

  func templateEvents() -> [String] {
    values("message_template_status_update").compactMap { $0["event"]?.string }
  }

  func values(_ field: String) -> [JSONValue] {
    changes.filter { $0["field"]?.string == field }.compactMap { $0["value"] }
  }
}
