internal import Domain
internal import JSON

/// When a campaign ends and what it costs, as it is foretold, for a person.
struct CampaignPlanReading {
  typealias Failed = APICaller.Failed

  let caller: CampaignCaller

  /// Refused where it could not be started as it is.
  func show(_ id: CampaignID, reserve: Int, asJSON: Bool) throws(Failed) -> Exit {
    let query = reserve > 0 ? "?reserve=\(reserve)" : ""
    let answer = try caller.ask("GET", CampaignCaller.path(id, "plan") + query)
    guard let plan = answer.json else {
      throw Failed("the server answered with something that is no plan; is it of this version?")
    }
    let refusal = plan["refusal"]?.string
    if asJSON {
      Terminal.show(String(decoding: answer.body, as: UTF8.self))
    } else {
      Terminal.show(Self.lines(plan).joined(separator: "\n"))
      if let refusal {
        Terminal.error(
          "postrider: not all of it can be sent: \(refusal). `postrider campaign start \(id) --anyway` sends what can be."
        )
      }
    }
    return refusal == nil ? .done : .refused
  }

  static func lines(_ plan: JSONValue) -> [String] {
    let people = [
      ("still to be written to", "waiting"), ("opted out", "optedOut"),
      ("spared from marketing by their provider", "restingFromMarketing"),
      ("wrote within a day", "inWindow"), ("live where the hours are not known", "withoutHours"),
    ].compactMap { text, name -> [String]? in
      let count = plan["people"]?[name].text ?? ""
      return name == "waiting" || !["", "0"].contains(count) ? ["  \(text)", count] : nil
    }
    let left = (plan["left"]?.fields ?? []).map { field in
      ["  \(ForecastLoss(rawValue: field.name)?.text ?? field.name)", Optional(field.value).text]
    }
    return [plan["sentence"].text]
      + part("people", people)
      + part("not sent", left)
      + part("stretches", rows(plan["stretches"], ["from", "until", "limitedBy", "sent"]))
      + part("days (UTC)", rows(plan["days"], ["day", "sent"]))
      + part("senders", rows(plan["lanes"], ["sender", "sent", "finish"]))
      + price(plan["price"])
      + part("assumptions", (plan["assumptions"]?.items ?? []).map { ["  \(Optional($0).text)"] })
      + (plan["tiers"]?.items ?? []).flatMap { tiers($0) }
  }

  /// How the limit of a portfolio may rise.
  private static func tiers(_ tiers: JSONValue) -> [String] {
    let senders = (tiers["senders"]?.items ?? []).compactMap(\.string).joined(separator: ", ")
    var lines = [
      "recipients' limit of \(senders): \(tiers["limit"].text) in 24 hours, \(tiers["usedInSevenDays"].text) used in seven days"
    ]
    let rises = (tiers["rises"]?.items ?? []).map { rise in
      ["  \(rise["at"].text)", rise["limit"]?.integer.map { "\($0)" } ?? "no limit"]
    }
    guard !rises.isEmpty else { return lines }
    lines += part("  could rise, at the earliest", rises)
    lines += part(
      "  if as much as may be is sent on each day (UTC)", rows(tiers["days"], ["day", "sent"]))
    lines.append(
      "  it would end at \(tiers["finish"].text), without a rise at \(tiers["finishWithoutRise"].text)"
    )
    return lines
      + part(
        "  taken for granted",
        (tiers["assumptions"]?.items ?? []).map { ["  \(Optional($0).text)"] })
  }

  private static func part(_ name: String, _ rows: [[String]]) -> [String] {
    rows.isEmpty ? [] : ["\(name):", Terminal.table(rows)]
  }

  /// With a line of the columns' names; nothing where there are no rows.
  private static func rows(_ list: JSONValue?, _ columns: [String]) -> [[String]] {
    let items = list?.items ?? []
    guard !items.isEmpty else { return [] }
    return
      ([columns.map { $0 == "limitedBy" ? "held by" : $0 }]
      + items.map { item in columns.map { item[$0].text } }).map { row in
        ["  \(row[0])"] + row.dropFirst()
      }
  }

  private static func price(_ price: JSONValue?) -> [String] {
    guard let price else { return [] }
    guard price["currency"]?.string != nil else {
      return ["price: not known, as the settings have no rate card"]
    }
    let (least, most) = (price["least"].text, price["most"].text)
    let unpriced = price["unpriced"]?.integer ?? 0
    return [
      "price: \(least == most ? least : "\(least) to \(most)") \(price["currency"].text)"
        + (unpriced > 0 ? ", and \(unpriced) messages whose price is not known" : "")
    ]
  }
}
