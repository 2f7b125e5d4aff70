internal import Domain
internal import JSON

/// A campaign's message of which only the body, or values of a template, differ from row to row. It is read once, and
/// each row's texts are put where they were found in it, which spares the reading of a whole request for each row.
///
/// What it gives is what reading the filled request gives. Where that would not be sure, or something is wrong with the
/// row, it gives nothing and the request is read, which tells a fault at its place.
struct ReadMessage: Sendable {
  private enum Place: Hashable {
    case body
    case parameter(Int)
  }

  private let request: SendRequest
  private let texts: [(text: Placeholders.Text, place: Place)]
  private let rules: SendRules

  /// nil where a text goes anywhere else.
  init?(_ rows: CampaignRows) {
    rules = rows.rules
    let all = rows.message.texts
    func marker(_ index: Int) -> String { "marker-\(index)-of-a-text" }
    let marked = rows.message.filled(
      to: "+393331234567",
      content: { text in Array(marker(all.firstIndex(of: text) ?? 0).utf8) })
    do throws(FieldFaults) {
      request = try RowJudge.only(marked, rows.rules)
    } catch {
      return nil
    }
    var found: [(Placeholders.Text, Place)] = []
    for (index, text) in all.enumerated() {
      guard let place = Self.place(of: marker(index), in: request.message.content) else {
        return nil
      }
      found.append((text, place))
    }
    texts = found
  }

  private static func place(of marker: String, in content: Message.Content) -> Place? {
    switch content {
    case .text(let text): text.body == marker ? .body : nil
    case .template(let template):
      template.parameters.firstIndex { $0.value == marker }.map { .parameter($0) }
    case .media, .location, .locationRequest, .contacts, .buttons, .list, .callToAction, .flow,
      .contactRequest, .product, .products, .catalog, .carousel, .reaction:
      nil
    }
  }

  func request(to: Recipient, _ value: (Int) -> ArraySlice<UInt8>) -> SendRequest? {
    if case .businessScoped = to, !rules.channel.isWhatsApp { return nil }
    var request = request
    request.to = to
    for (text, place) in texts {
      let filled = String(decoding: Placeholders.filled(text, value), as: UTF8.self)
      switch (request.message.content, place) {
      case (.text(var text), .body):
        // A text of that form may be a template.
        if rules.templateStrings, filled.contains("template-") { return nil }
        text.body = filled
        request.message.content = .text(text)
      case (.template(var template), .parameter(let index)):
        template.parameters[index].value = filled
        request.message.content = .template(template)
      default: return nil
      }
    }
    let faults = request.message.faults(for: rules.channel, templates: rules.templates)
    return faults.isEmpty ? request : nil
  }
}
