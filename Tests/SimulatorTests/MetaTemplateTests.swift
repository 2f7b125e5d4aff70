import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetaTemplateTests {
  private static let edge = "/v24.0/\(Demo.wabaID)/message_templates"

  private func names(_ answer: Answer) -> [String?] {
    answer.json?["data"]?.items?.map { $0["name"]?.string } ?? []
  }

  /// What is due once time has moved happens on a thread of its own.
  private func becomes(_ id: String, _ status: String, _ stand: Stand) -> Bool {
    let patience = ContinuousClock.now + .seconds(60)
    var found: String?
    repeat {
      found = stand.metaGet("/v24.0/\(id)?fields=status").json?["status"]?.string
    } while found != status && ContinuousClock.now < patience
    return found == status
  }

  private func use(_ name: String, _ values: [String]) -> String {
    let parameters = values.map { #"{"type":"text","text":"\#($0)"}"# }.joined(separator: ",")
    return
      #"{"messaging_product":"whatsapp","to":"+393331234567","type":"template","template":"#
      + #"{"name":"\#(name)","language":{"code":"it"},"components":[{"type":"body","#
      + #""parameters":[\#(parameters)]}]}}"#
  }

  @Test("a summary is told to who asks for it, and counts beyond the page")
  func summary() throws {
    let stand = try Stand()
    let asked =
      "total_count,message_template_count,message_template_limit,are_translations_complete"
    let answer = stand.metaGet("\(Self.edge)?limit=1&status=APPROVED,PAUSED&summary=\(asked)")
    let summary = answer.json?["summary"]
    #expect(summary?["total_count"]?.integer == 2)
    #expect(summary?["message_template_count"]?.integer == 2)
    #expect(summary?["message_template_limit"]?.integer == 250)
    #expect(summary?["are_translations_complete"]?.bool == true)
    #expect(stand.metaGet(Self.edge).json?["summary"] == nil)
  }

  @Test(
    "a list is filtered by parts and by sets",
    arguments: [
      ("name=order", ["order_update"]), ("content=Hell", ["hello_world", "order_update"]),
      ("language=en,it", ["order_update"]), ("status=PAUSED", []),
      ("name_or_content=world", ["hello_world"]),
      ("category=MARKETING,UTILITY&limit=1", ["hello_world"]),
    ])
  func filters(query: String, found: [String]) throws {
    #expect(names(try Stand().metaGet("\(Self.edge)?\(query)")) == found)
  }

  @Test("pages lead on and back")
  func pages() throws {
    let stand = try Stand()
    func page(_ url: String?) -> Answer {
      stand.metaGet(
        url.flatMap { $0.firstRange(of: "/v24.0") }.map { String(url![$0.lowerBound...]) } ?? "/")
    }
    let first = stand.metaGet("\(Self.edge)?limit=1")
    #expect(first.json?["paging"]?["previous"] == nil)
    let second = page(first.json?["paging"]?["next"]?.string)
    #expect(names(second) == ["order_update"])
    #expect(names(page(second.json?["paging"]?["previous"]?.string)) == ["hello_world"])
  }

  @Test("every variable of a template has its example, as Meta lists them")
  func examples() throws {
    let stand = try Stand {
      var named = MetaApp.Template("named", "en", parameters: ["first"])
      named.isNamed = true
      var rich = MetaApp.Template("rich", "en", parameters: ["1", "2"])
      rich.header = "IMAGE"
      rich.buttons = [0: "url"]
      $0.meta[0].accounts[0].templates = [named, rich]
    }
    func components(_ name: String) -> [JSONValue] {
      let found = stand.metaGet("\(Self.edge)?name=\(name)").json?["data"]?.items?.first
      return found?["components"]?.items ?? []
    }
    let named = components("named").first?["example"]?["body_text_named_params"]?.items
    #expect(named?.first?["param_name"]?.string == "first")
    let rich = components("rich")
    #expect(rich[0]["example"]?["header_handle"]?.items?.count == 1)
    #expect(rich[1]["example"]?["body_text"]?.items?.first?.items?.count == 2)
    #expect(rich[2]["buttons"]?.items?.first?["example"]?.items?.count == 1)
  }

  @Test("a template that is made waits for its review, of which a webhook tells")
  func created() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let made = stand.meta(
      newTemplate("ordine", "Ciao {{1}}!", example: #","example":{"body_text":[["Anna"]]}"#),
      Self.edge)
    #expect(made.json?["status"]?.string == "PENDING")
    #expect(stand.meta(use("ordine", ["Bea"])).code == 132001)
    let id = made.json?["id"]?.string ?? ""
    stand.simulator.advance(.seconds(2))
    let change = try JSONDocument(receiver.wait(for: 1).first?.body ?? []).root["entry"]?.items?
      .first?["changes"]?.items?.first
    #expect(change?["field"]?.string == "message_template_status_update")
    #expect(change?["value"]?["event"]?.string == "APPROVED")
    #expect(change?["value"]?["message_template_id"]?.integer == Int64(id))
    #expect(stand.meta(use("ordine", ["Bea"])).status == 200)
    #expect(stand.meta(use("ordine", [])).code == 132000)
    let found = stand.metaGet("/v24.0/\(id)").json
    #expect(found?["name"]?.string == "ordine")
    #expect(found?["status"]?.string == "APPROVED")
  }

  @Test("the list alone tells of a review whose webhook was lost")
  func lostWebhook() throws {
    let stand = try Stand {
      $0.meta[0].webhookURL = "http://127.0.0.1:1/x"
      $0.faults = [Fault(.loseCallback)]
    }
    _ = stand.meta(newTemplate("ordine", "Ciao!"), Self.edge)
    stand.simulator.advance(.seconds(2))
    #expect(stand.ledgerReaches(1) { $0?["callbacks"]?["meta"]?["lost"]?.integer } == 1)
    #expect(names(stand.metaGet("\(Self.edge)?status=APPROVED")).contains("ordine"))
    let meta = stand.ledger()?["callbacks"]?["meta"]
    #expect(meta?["sent"]?.integer == 0)
  }

  @Test(
    "what Meta would refuse to make is refused",
    arguments: [
      newTemplate("Ordine", "Ciao!"), newTemplate("ordine", ""),
      newTemplate("ordine", "Ciao {{1}}!"),
      newTemplate("ordine", String(repeating: "a", count: 1025)), "{}", "[",
      newTemplate("ordine", "Ciao!").replacing("UTILITY", with: "FUN"),
      newTemplate("ordine", "Ciao!").replacing("BODY", with: "FOOTER"),
      newTemplate("hello_world", "Ciao!").replacing(#""it""#, with: #""en_US""#),
    ])
  func refused(body: String) throws {
    let stand = try Stand()
    let answer = stand.meta(body, Self.edge)
    #expect(answer.status == 400)
    #expect(answer.code == 100)
    #expect(names(stand.metaGet(Self.edge)).count == 2)
  }

  @Test(
    "a template is edited and cannot be sent meanwhile, and is deleted in every language or one")
  func changed() throws {
    let stand = try Stand {
      let all = ["it", "en", "fr"].map { MetaApp.Template("ordine", $0) }
      $0.meta[0].accounts[0].templates = all
    }
    let ids = stand.metaGet(Self.edge).json?["data"]?.items?.compactMap { $0["id"]?.string } ?? []
    let path = "/v24.0/\(ids[0])"
    #expect(stand.meta(#"{"category":"MARKETING"}"#, path).code == 100)
    let edited = stand.meta(#"{"components":[{"type":"BODY","text":"Salve"}]}"#, path)
    #expect(edited.json?["success"]?.bool == true)
    #expect(stand.meta(use("ordine", [])).code == 132001)
    #expect(stand.meta(#"{"components":[{"type":"BODY","text":"Salve"}]}"#, path).code == 100)
    stand.simulator.advance(.seconds(2))
    #expect(becomes(ids[0], "APPROVED", stand))
    #expect(stand.meta(use("ordine", [])).status == 200)
    let bearer = HTTPHeader("Authorization", "Bearer \(Demo.accessToken)")
    func delete(_ query: String) -> Answer {
      stand.call("DELETE", "\(Self.edge)?\(query)", [bearer])
    }
    #expect(delete("name=ordine&hsm_id=\(ids[1])").json?["success"]?.bool == true)
    #expect(names(stand.metaGet(Self.edge)).count == 2)
    #expect(delete("name=ordine").status == 200)
    #expect(names(stand.metaGet(Self.edge)).isEmpty)
    #expect(delete("name=ordine").code == 100)
  }

  @Test("a pause that lasts for a time ends by itself, unless the template has changed")
  func pauseForATime() throws {
    let stand = try Stand()
    let items = stand.metaGet(Self.edge).json?["data"]?.items ?? []
    let ids = items.compactMap { $0["id"]?.string }
    for id in ids {
      let body = Array(#"{"status": "PAUSED", "for": "3h"}"#.utf8)
      #expect(stand.call("PUT", "/_sim/templates/\(id)", [], body).status == 204)
    }
    let disabled = Array(#"{"status": "DISABLED"}"#.utf8)
    #expect(stand.call("PUT", "/_sim/templates/\(ids[1])", [], disabled).status == 204)
    func states() -> [String?] {
      ids.map { stand.metaGet("/v24.0/\($0)?fields=status").json?["status"]?.string }
    }
    stand.simulator.advance(.seconds(3 * 3600 - 1))
    #expect(states() == ["PAUSED", "DISABLED"])
    stand.simulator.advance(.seconds(1))
    #expect(becomes(ids[0], "APPROVED", stand))
    #expect(states() == ["APPROVED", "DISABLED"])
  }

  @Test("what Meta decides by itself is told by webhook, and a pause is undone on demand")
  func decided() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let first = stand.metaGet(Self.edge).json?["data"]?.items?.first
    let id = first?["id"]?.string ?? ""
    func decide(_ body: String) -> Int? {
      stand.call("PUT", "/_sim/templates/\(id)", [], Array(body.utf8)).status
    }
    func last(_ count: Int) throws -> JSONValue? {
      try JSONDocument(receiver.wait(for: count).last?.body ?? []).root["entry"]?.items?
        .first?["changes"]?.items?.first
    }
    #expect(decide(#"{"status":"PAUSED"}"#) == 204)
    #expect(try last(1)?["value"]?["event"]?.string == "PAUSED")
    #expect(stand.meta("", "/v24.0/\(id)/unpause").json?["success"]?.bool == true)
    #expect(try last(2)?["value"]?["event"]?.string == "APPROVED")
    #expect(stand.meta("", "/v24.0/\(id)/unpause").json?["success"]?.bool == false)
    #expect(decide(#"{"correctCategory":"MARKETING"}"#) == 204)
    #expect(try last(3)?["value"]?["correct_category"]?.string == "MARKETING")
    #expect(decide(#"{"category":"MARKETING"}"#) == 204)
    #expect(try last(4)?["field"]?.string == "template_category_update")
    #expect(try last(4)?["value"]?["previous_category"]?.string == "UTILITY")
    #expect(decide(#"{"status":"DISABLED","reported":false}"#) == 204)
    #expect(stand.metaGet("/v24.0/\(id)").json?["status"]?.string == "DISABLED")
    #expect(receiver.all.count == 4)
    #expect(decide(#"{"colour":"red"}"#) == 422)
    #expect(stand.call("PUT", "/_sim/templates/1", [], Array("{}".utf8)).status == 404)
  }
}

/// As one posts it.
private func newTemplate(_ name: String, _ body: String, example: String = "") -> String {
  #"{"name":"\#(name)","language":"it","category":"UTILITY","components":["#
    + #"{"type":"BODY","text":"\#(body)"\#(example)}]}"#
}
