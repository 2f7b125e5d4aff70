import Campaigns
import Domain
import JSON
import Testing

@Suite struct VariantJudgeTests {
  private static let draws = [
    "+393330000001": 0, "+393330000002": 500, "+393330000003": 2000, "+393330000004": 9000,
  ]

  private func judge(
    _ shares: VariantShares, _ bodies: [String] = ["Hi {{name}}", "Dear {{name}}"],
    _ names: [String] = ["Anna", "Bea", "Carla", "Dora"]
  ) throws -> [Judgement] {
    let rows = try bodies.map { body in
      CampaignRows(
        message: try Placeholders(Array(#"{"body":"\#(body)"}"#.utf8)),
        rules: SendRules(channel: .metaWhatsApp))
    }
    let people = zip(Self.draws.keys.sorted(), names).map { [$0, $1] }
    let (header, read) = try Lists.read(Lists.table(["to", "name"], people))
    let judge = try VariantJudge(rows, shares, header: header) { person in
      Self.draws[person.description] ?? -1
    }
    return read.map { judge.judge($0) }
  }

  private func told(_ judgements: [Judgement]) -> [String] {
    func body(_ json: [UInt8]) -> String { JSONValue(whole: json)?["body"]?.string ?? "?" }
    return judgements.map { judgement in
      switch judgement {
      case .send(let row):
        "\(row.part.number): " + ([row.json] + row.others).map(body).joined(separator: " or ")
      case .heldOut: "out"
      case .faults(let faults): faults.map(\.description).joined()
      }
    }
  }

  @Test("each person gets the message that they have drawn, or none")
  func parts() throws {
    #expect(
      told(try judge(VariantShares([50, 50], holdOut: 5))) == [
        "out", "1: Hi Bea", "1: Hi Carla", "2: Dear Dora",
      ])
  }

  @Test("who waits for the best message has all of them")
  func rest() throws {
    #expect(
      told(try judge(VariantShares([50, 50], test: 10))) == [
        "1: Hi Anna", "2: Dear Bea", "128: Hi Carla or Dear Carla", "128: Hi Dora or Dear Dora",
      ])
  }

  @Test("a row is judged by its own message, and by all where it may get any")
  func faults() throws {
    let long = String(repeating: "x", count: 4_090)
    let names = ["", "abcdefghij", "abcdefghij", "abcdefghij"]
    // The second message is too long with a name of ten letters.
    let judged = try judge(
      VariantShares([50, 50], test: 10), ["Hi {{name}}", long + "{{name}}"], names)
    guard case .send = judged[0], case .faults(let second) = judged[1],
      case .faults(let third) = judged[2]
    else {
      Issue.record("\(told(judged))")
      return
    }
    #expect(second.map(\.line) == [3] && third.map(\.line) == [4])
  }

  @Test("one message with nobody left out is judged as before")
  func alone() throws {
    #expect(told(try judge(VariantShares(), ["Hi {{name}}"])).allSatisfy { $0.hasPrefix("0: ") })
  }
}
