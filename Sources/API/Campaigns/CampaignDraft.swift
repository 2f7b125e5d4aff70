internal import Campaigns
internal import Domain
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// A campaign as somebody asks for it, held against the senders and templates that there are.
struct CampaignDraft {
  let settings: Settings
  let templates: TemplateShelf
  let tenant: Tenant?
  let now: Timestamp

  /// A person who is in no list, for messages that have to be looked at before there is one.
  private static let somebody = "+393331234567"

  struct Checked {
    var definition: CampaignDefinition
    let senders: [SenderSettings]
    let warnings: [String]
    /// It sends a marketing template, as far as its providers have told.
    var isMarketing = false
  }

  func read(_ root: JSONValue) throws(FieldFaults) -> Checked {
    guard root.kind == .object else { throw FieldFaults("", "must be an object") }
    let unstorable = FieldFaults.unstorable(in: root)
    guard unstorable.isEmpty else { throw unstorable }
    return try check(try CampaignDefinition(root), root)
  }

  func check(
    _ definition: CampaignDefinition, _ root: JSONValue? = nil
  ) throws(FieldFaults) -> Checked {
    var definition = definition
    var faults = FieldFaults()
    let senders = senders(of: definition, &faults)
    definition.senders = senders.map(\.sender.id)
    if let expires = definition.expiresAt, Timestamp(promised: expires) <= now {
      faults.add("/expiresAt", "must be in the future")
    }
    if let start = definition.startAt, let end = definition.expiresAt, end <= start {
      faults.add("/expiresAt", "must be after startAt")
    }
    if let source = definition.source, CampaignOutcome(source.outcome) == nil {
      faults.add(
        "/source/outcome",
        "must be not-delivered, a provider's code such as 131026, or a state from sent on; what is in doubt is never sent again"
      )
    }
    let warnings = check(&definition, senders, &faults)
    guard faults.isEmpty else { throw faults }
    let category = category(definition, senders)
    definition.category = category ?? .marketing
    if definition.care.maxPrice != nil, settings.prices == nil {
      throw FieldFaults(
        "/maxPrice", "needs a rate card: name its file in the settings, as `prices: { file: … }`")
    }
    return Checked(
      definition: definition, senders: senders, warnings: warnings,
      isMarketing: category == .marketing)
  }

  /// What its messages are charged as; nil where nobody has told what its template is. Of several the dearest.
  private func category(
    _ definition: CampaignDefinition, _ senders: [SenderSettings]
  ) -> PriceCategory? {
    guard let first = senders.first else { return nil }
    switch first.sender.channel {
    case .twilioSMS: return .sms
    case .twilioRCS: return .rcs
    case .twilioSandbox, .twilioWhatsApp, .metaWhatsApp: break
    }
    let found = definition.messages.map { category(of: $0.message, first.rules, senders) }
    guard !found.isEmpty, !found.contains(nil) else { return nil }
    return [PriceCategory.marketing, .authentication, .utility, .service].first(
      where: found.contains)
  }

  private func category(
    of message: Placeholders, _ rules: SendRules, _ senders: [SenderSettings]
  ) -> PriceCategory? {
    let template: Template?
    do throws(FieldFaults) {
      template = try RowJudge.only(message.sample(to: Self.somebody), rules).message.template
    } catch {
      return nil
    }
    guard let template else { return .service }
    let told = senders.compactMap { templates.category(of: template.key, in: $0.sender.account) }
    // The dearest of what is told.
    return [PriceCategory.marketing, .authentication, .utility].first { category in
      told.contains { $0.lowercased() == category.rawValue }
    }
  }

  // MARK: Senders

  private func senders(
    of definition: CampaignDefinition, _ faults: inout FieldFaults
  ) -> [SenderSettings] {
    let choice = SenderChoice(settings.senders, default: settings.defaultSender, for: tenant)
    // The messages of a former campaign go out from the senders that they had.
    if definition.senders.isEmpty, definition.messages.isEmpty { return [] }
    let named = definition.senders.isEmpty ? [nil] : definition.senders.map { Optional($0) }
    var found: [SenderSettings] = []
    for (place, sender) in named.enumerated() {
      let asked = JSONWriter.object { $0.field("sender", sender?.text) }
      guard let root = JSONValue(whole: asked) else { continue }
      do throws(FieldFaults) { found.append(try choice.sender(for: root)) } catch {
        let pointer = named.count > 1 ? "/senders/\(place)" : "/sender"
        for fault in error.all { faults.add(pointer, fault.detail) }
      }
    }
    guard let first = found.first else { return [] }
    for (place, other) in found.enumerated() {
      if other.sender.channel != first.sender.channel {
        faults.add(
          "/senders/\(place)",
          "is of another channel than \(first.sender.id): one message must be right for all of them"
        )
      } else if other.sender.tenant != first.sender.tenant {
        faults.add("/senders/\(place)", "is another tenant's than \(first.sender.id)")
      }
    }
    return found
  }

  // MARK: The message

  /// Fields of a request that a campaign has for all of its sends.
  private static let ofCampaign = ["priority", "campaign", "sendAt", "expiresAt"]

  private func check(
    _ definition: inout CampaignDefinition, _ senders: [SenderSettings],
    _ faults: inout FieldFaults
  ) -> [String] {
    var warnings: [String] = []
    for (place, (pointer, message)) in definition.messages.enumerated() {
      let (template, found) = check(
        message, at: pointer, definition.recipient, senders, &faults)
      warnings += found.filter { !warnings.contains($0) }
      if definition.variants.items.isEmpty {
        definition.template = template
      } else {
        definition.variants.items[place].template = template
      }
    }
    return warnings
  }

  /// With the name of its template, or nothing.
  private func check(
    _ message: Placeholders, at pointer: String, _ recipient: String?,
    _ senders: [SenderSettings], _ faults: inout FieldFaults
  ) -> (template: String, warnings: [String]) {
    guard let first = senders.first else { return ("", []) }
    let before = faults.all.count
    var rules = first.rules
    rules.otherFields = []
    let rows = CampaignRows(message: message, rules: rules, recipient: recipient)
    for fault in RowJudge.lastingFaults(of: rows) {
      faults.add("\(pointer)\(fault.pointer)", fault.detail)
    }
    let sample = message.sample(to: Self.somebody)
    for field in Self.ofCampaign where JSONValue(whole: sample)?[field] != nil {
      faults.add("\(pointer)/\(field)", "is the campaign's own: say it beside the message")
    }
    guard faults.all.count == before else { return ("", []) }
    do throws(FieldFaults) {
      let request = try RowJudge.only(sample, rules)
      return (
        request.message.templateName ?? "", check(request, at: pointer, senders, &faults)
      )
    } catch {
      // What a column fills is judged row by row.
      return ("", [])
    }
  }

  private func check(
    _ request: SendRequest, at pointer: String, _ senders: [SenderSettings],
    _ faults: inout FieldFaults
  ) -> [String] {
    var warnings: [String] = []
    for sender in senders {
      for template in [request.message.template, request.fallbackTemplate] {
        guard let template, !template.name.contains("{{") else { continue }
        let word = word(on: template, of: sender)
        if let refusal = word.refusal { faults.add(pointer, refusal) }
        for (place, detail) in word.needs?.faults(of: template) ?? [] {
          faults.add("\(pointer)/\(place)", detail)
        }
        if let warning = word.warning, !warnings.contains(warning) { warnings.append(warning) }
      }
    }
    return warnings
  }

  private func word(on template: Template, of sender: SenderSettings) -> TemplateWord {
    let isTwilio = sender.sender.channel.provider == .twilio
    return templates.word(
      on: template, in: sender.sender.account,
      contentSid: isTwilio ? ContentCatalog(sender.templates).sid(of: template) : nil)
  }

  /// Why its template keeps it from starting; nil where nothing is known against it.
  func templateFault(of definition: CampaignDefinition) -> String? {
    for (_, message) in definition.messages {
      if let fault = templateFault(of: message, definition.senders) { return fault }
    }
    return nil
  }

  private func templateFault(of message: Placeholders, _ senders: [SenderID]) -> String? {
    let sample = message.sample(to: Self.somebody)
    for sender in settings.senders where senders.contains(sender.sender.id) {
      do throws(FieldFaults) {
        guard let template = try RowJudge.only(sample, sender.rules).message.template,
          let status = word(on: template, of: sender).status
        else { continue }
        if !["APPROVED", "UNSUBMITTED"].contains(status) {
          return
            "the template \(template.key.description) is \(status.lowercased()) at its provider; start the campaign once it is approved"
        }
      } catch { return nil }
    }
    return nil
  }
}
