internal import HTTP
internal import Providers

/// What may be asked of a number. Where its webhooks go may have secrets in it and is left away, as is what is not known.
struct MetaNumberFields: Sendable {
  let names: [String]

  /// As Meta tells where nothing is asked for.
  private static let usual = [
    "id", "display_phone_number", "verified_name", "quality_rating", "code_verification_status",
    "platform_type", "throughput", "last_onboarded_time",
  ]
  private static let hidden = "webhook_configuration"
  private static let mostTries = 4

  init(_ asked: String?) {
    let wanted = asked.map { $0.split(separator: ",").map(String.init) } ?? Self.usual
    let known = MetaPhone.fields.names.filter { $0 != Self.hidden && wanted.contains($0) }
    names = known.isEmpty ? ["id"] : known
  }

  /// A field that Meta's version does not have is left away as well.
  func look(
    at number: MetaCallerNumber, by asking: ProviderAsking
  ) throws(MetaRefused) -> HTTPAnswer {
    var fields = MetaFields(names)
    var answer = try MetaPassing.ask(number.own.look(for: fields), of: number, by: asking)
    for _ in 1..<Self.mostTries {
      guard let fewer = fields.without(refusedBy: answer) else { break }
      fields = fewer
      answer = try MetaPassing.ask(number.own.look(for: fields), of: number, by: asking)
    }
    return MetaPassing.relayed(answer)
  }
}
