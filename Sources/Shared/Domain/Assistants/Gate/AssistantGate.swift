/// Judges all that an assistant wants to say, before anybody reads it. It lets the whole of it pass or none of it, and
/// changes nothing.
package struct AssistantGate: Sendable {
  package enum Verdict: Hashable, Sendable {
    case pass
    case blocked(Block)
  }

  private let bounds: AnswerBounds
  private let objects: Set<ObjectName>
  private let told: ToldTraces
  private let secrets: SecretTraces
  private let numbers: [String]

  /// `secrets` are ours, all of them. `known` is what the assistant may say again: what the tenant's own data gave of this
  /// contact; numbers in it are allowed. `traces` makes them of what the assistant was told, or knows them.
  package init(
    _ assistant: Assistant, _ prompt: AssistantPrompt, contact: PersonAddress,
    secrets: SecretTraces, known: [String] = [],
    traces: (String, [String]) -> ToldTraces = { ToldTraces($0, except: $1) }
  ) {
    let known = known + [assistant.facts].compactMap(\.self)
    (bounds, self.secrets) = (assistant.bounds, secrets)
    objects = Set(assistant.tools.objects)
    told = traces(prompt.confidence, known)
    numbers =
      Self.numbers(of: contact) + bounds.numbers.map { String($0.digits) }
      + known.flatMap(FoundNumber.all).map(\.digits)
  }

  /// As the contact's own can be written; none where it is hidden from us.
  private static func numbers(of contact: PersonAddress) -> [String] {
    do throws(PhoneNumberFault) {
      let number = try PhoneNumber(written: contact.text)
      return ([number] + number.variants).map { String($0.digits) }
    } catch { return [] }
  }

  /// `cost` is what sending it comes to, of which `left` may still be spent.
  package func verdict(on reply: AssistantReply, cost: Int64 = 0, left: Int64? = nil) -> Verdict {
    if let left, cost > left { return .blocked(.price) }
    if reply.messages.count > bounds.messages { return .blocked(.messages(reply.messages.count)) }
    // All of it together: nothing is hidden by being split over messages.
    let texts = reply.messages.flatMap(\.texts)
    if secrets.areFound(in: texts) { return .blocked(.secret) }
    if told.areFound(in: texts) { return .blocked(.instructions) }
    for message in reply.messages {
      if let block = block(message) { return .blocked(block) }
    }
    return .pass
  }

  private func block(_ message: AssistantMessage) -> Block? {
    guard bounds.kinds.contains(message.kind) else { return .kind(message.kind) }
    if case .object(let name, _) = message.content, !objects.contains(name) {
      return .object(name)
    }
    for text in message.texts {
      if text.unicodeScalars.count > bounds.length { return .length(text.unicodeScalars.count) }
      if HiddenCharacters.isFound(in: text) { return .hidden }
      if let block = FoundLink.all(in: text).lazy.compactMap(block).first { return block }
      if FoundNumber.all(in: text).contains(where: isOfAnother) { return .number }
    }
    return nil
  }

  private func block(_ link: FoundLink) -> Block? {
    switch link {
    case .host(let host): isBelow(host, bounds.linkDomains) ? nil : .link(host)
    case .disguised(let host): .link(host)
    case .scheme(let scheme): .link(scheme)
    case .mail(let domain):
      isBelow(domain, bounds.mailDomains + bounds.linkDomains) ? nil : .mail(domain)
    }
  }

  private func isBelow(_ host: String, _ domains: [String]) -> Bool {
    domains.contains { host == $0 || host.hasSuffix("." + $0) }
  }

  private func isOfAnother(_ number: FoundNumber) -> Bool {
    number.canBeDialled && !numbers.contains(where: number.isSame)
  }
}
