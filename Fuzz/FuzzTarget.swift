import Campaigns
import Events
import Domain
import Forms
import Foundation
import HTTP
import JSON
import Providers
import Time

/// One for every parser that reads what strangers write. A target fails by a crash, or by a promise that
/// does not hold: what was read and written again reads the same.
enum FuzzTarget: String, CaseIterable {
  case twilioWebhook, metaWebhook, sendRequest, templateString, phoneNumber, answers, serviceAccount
  case requestHead, chunkedBody, upload, campaignRow, multipartForm, fileSignature
  case assistantAnswer, assistantGate, twiml

  static let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["POSTRIDER_FUZZ"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      fatalError("POSTRIDER_FUZZ must be one of \(allCases.map(\.rawValue))")
    }
    return target
  }()

  func run(_ input: [UInt8]) {
    switch self {
    case .twilioWebhook: twilioWebhook(input)
    case .metaWebhook: metaWebhook(input)
    case .sendRequest: sendRequest(input)
    case .templateString:
      _ = try? TemplateString.read(String(decoding: input, as: UTF8.self), defaultLanguage: "en")
    case .phoneNumber:
      let text = String(decoding: input, as: UTF8.self)
      if let number = try? PhoneNumber(text) {
        precondition((try? PhoneNumber(number.e164)) == number)
        _ = number.variants
      }
      _ = try? Recipient(text)
    case .answers: answers(input)
    case .requestHead: requestHead(input)
    case .chunkedBody: chunkedBody(input)
    case .upload: upload(input)
    case .campaignRow: campaignRow(input)
    case .assistantAnswer: AssistantFuzz.answer(input)
    case .assistantGate: AssistantFuzz.gate(input)
    case .twiml: twiml(input)
    case .multipartForm: multipartForm(input)
    case .fileSignature: fileSignature(input)
    case .serviceAccount:
      _ = try? ServiceAccount(json: Secret(String(decoding: input, as: UTF8.self)))
    }
  }

  /// What comes in parts, or was cut and goes on, is read as what comes at once. The first byte says what it is.
  private func upload(_ input: [UInt8]) {
    let form = UploadReader.Form.allCases[Int(input.first ?? 0) & 1]
    let content = Array(input.dropFirst())
    let whole = Self.readings(content, form, inPartsOf: content.count + 1)
    for size in [1, 3, 100] {
      let pieced = Self.readings(content, form, inPartsOf: size)
      precondition(pieced?.rows == whole?.rows && pieced?.names == whole?.names)
    }
    guard let readings = whole?.rows else { return }
    precondition(readings.last.map { $0.end <= content.count } ?? true)
    for (one, next) in zip(readings, readings.dropFirst()) {
      precondition(one.end < next.end && one.line < next.line)
    }
    goOn(content, form, readings)
  }

  /// Each reading's place is one from which the rest reads the same.
  private func goOn(_ content: [UInt8], _ form: UploadReader.Form, _ readings: [UploadReading]) {
    var reader = UploadReader(form)
    reader.feed(content)
    reader.finish()
    for count in 1...max(1, min(3, readings.count)) where count <= readings.count {
      guard (try? reader.next()) == readings[count - 1],
        let kept = try? JSONDocument(reader.position.json).root,
        let position = UploadPosition(kept)
      else { preconditionFailure("the position is not read as it was written") }
      let rest = Array(content.dropFirst(position.offset))
      for size in [1, 3, rest.count + 1] {
        let other = Self.readings(rest, form, from: position, inPartsOf: size)
        precondition(other?.rows == Array(readings.dropFirst(count)))
      }
    }
  }

  /// nil where the upload is refused.
  private static func readings(
    _ content: [UInt8], _ form: UploadReader.Form, from position: UploadPosition = .beginning,
    inPartsOf size: Int
  ) -> (rows: [UploadReading], names: [String])? {
    var reader = UploadReader(form, from: position)
    var rows: [UploadReading] = []
    do {
      for start in stride(from: 0, to: content.count, by: size) {
        reader.feed(Array(content[start..<min(content.count, start + size)]))
        while let reading = try reader.next() { rows.append(reading) }
        precondition(reader.heldBytes <= 2 * UploadLimits.rowLength + size)
      }
      reader.finish()
      while let reading = try reader.next() { rows.append(reading) }
    } catch { return nil }
    return (rows, reader.header?.names ?? [])
  }

  /// A message behind the first line, its values and its recipient before it.
  private func campaignRow(_ input: [UInt8]) {
    guard let end = input.firstIndex(of: 0x0A) else { return }
    let message = Array(input[(end + 1)...])
    guard let placeholders = try? Placeholders(message) else { return }
    var reader = UploadReader(.table)
    reader.feed(Array("to,a,b\n".utf8) + input[...end])
    reader.finish()
    guard case .row(let row)? = try? reader.next(), let header = reader.header else { return }
    for channel in Sender.Channel.allCases {
      let rules = SendRules(channel: channel)
      let rows = CampaignRows(message: placeholders, rules: rules, kept: ["b", "c"])
      guard let judge = try? RowJudge(rows, header: header),
        case .send(let send) = judge.judge(row)
      else { continue }
      let written = try? JSONDocument(send.json).root
      precondition(written.flatMap { try? SendRequest.all(in: $0, as: rules) } == [send.request])
      let recipient = try? RecipientText.read(row[0], defaultPrefix: .italy)
      precondition(recipient == send.recipient)
    }
  }

  /// What comes in parts is read as what comes at once.
  private func requestHead(_ input: [UInt8]) {
    let limit = 4096
    guard let head = try? RequestHead.read(input.span, limit: limit) else { return }
    precondition((1...min(limit, input.count)).contains(head.end))
    let block = HeaderBlock(bytes: input, places: head.fields)
    precondition(block.fields.count == head.fields.count)
    for end in [head.end - 1, head.end / 2, head.target.upperBound] {
      do {
        let early = try RequestHead.read(input.span.extracting(0..<end), limit: limit)
        precondition(early == nil)
      } catch { preconditionFailure("refused before its end: \(error)") }
    }
    let exact = try? RequestHead.read(input.span.extracting(0..<head.end), limit: limit)
    precondition(exact?.end == head.end && exact?.contentLength == head.contentLength)
  }

  private func chunkedBody(_ input: [UInt8]) {
    let limit = 1000
    let whole = Self.read(input, inPartsOf: input.count + 1, limit)
    for size in [1, 3] { precondition(Self.read(input, inPartsOf: size, limit) == whole) }
  }

  /// nil where it is refused.
  private static func read(_ input: [UInt8], inPartsOf size: Int, _ limit: Int) -> [UInt8]? {
    var chunks = ChunkedBody()
    var body: [UInt8] = []
    var place = 0
    while place < input.count, !chunks.isDone {
      let part = input.span.extracting(place..<min(input.count, place + size))
      guard let count = try? chunks.take(part, into: &body, limit: limit) else { return nil }
      place += count
    }
    precondition(body.count <= limit)
    return body
  }

  /// A type before the first line's end, a body behind it. What was read stands in the body, in its order, and a form
  /// that is written with the same parts has them.
  private func multipartForm(_ input: [UInt8]) {
    let end = input.firstIndex(of: 0x0A) ?? input.count
    let body = Array(input[min(input.count, end + 1)...])
    let type = String(decoding: input[..<end], as: UTF8.self)
    guard let form = MultipartForm(body, type: type) else { return }
    precondition(form.parts.count <= 64)
    for (one, next) in zip(form.parts, form.parts.dropFirst()) {
      precondition(one.body.endIndex < next.body.startIndex)
    }
    for part in form.parts { precondition(Array(body[part.body.indices]) == Array(part.body)) }
    let mark = "postrider-\(String(repeating: "x", count: 40))"
    guard !String(decoding: body, as: UTF8.self).contains(mark) else { return }
    let bodies = form.parts.map { Array($0.body) }
    precondition(Self.written(bodies, mark)?.parts.map { Array($0.body) } == bodies)
  }

  private static func written(_ bodies: [[UInt8]], _ mark: String) -> MultipartForm? {
    var body: [UInt8] = []
    for part in bodies {
      body += "--\(mark)\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8
      body += part
      body += "\r\n".utf8
    }
    body += "--\(mark)--\r\n".utf8
    return MultipartForm(body, type: "multipart/form-data; boundary=\(mark)")
  }

  /// A name before the first line's end, a file behind it. No browser is told to run anything, and a file that is taken
  /// is what its bytes say.
  private func fileSignature(_ input: [UInt8]) {
    let end = input.firstIndex(of: 0x0A) ?? input.count
    let name = String(decoding: input[..<end], as: UTF8.self)
    let file = Array(input[min(input.count, end + 1)...])
    let signature = FileSignature.of(file)
    let told = signature.contentType(said: name)
    let known = signature.contentTypes + ["application/octet-stream"]
    precondition(known.contains(told))
    precondition(!["text/html", "image/svg+xml", "text/javascript"].contains(told))
    if let safe = FileForm.name(name) { precondition(FileForm.name(safe) == safe) }
    guard let form = try? FileForm(name, file) else { return }
    // A phone calls its MP4 a 3GP.
    let others = signature == .mp4 ? FileSignature.threeGP.contentTypes : []
    precondition((signature.contentTypes + others).contains(form.contentType))
  }

  private func twilioWebhook(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    guard let fields = try? FormFields(input) else { return }
    let keys = TwilioSignature.Keys(tokens: [Secret("k")], sharedKeys: ["k": Secret("k")])
    let signature = TwilioSignature(url: text, payload: .form(fields), header: text, settings: text)
    precondition(!signature.matches(keys))
    let body = TwilioSignature(url: text, payload: .body(input), header: text)
    precondition(!body.matches(keys))
    let item = try? TwilioWebhook.read(
      fields, query: fields, token: text, receivedAt: Timestamp(seconds: 1))
    if let item { check(item) }
  }

  /// What was understood is read as it is written again, and is not more than is sent.
  private func twiml(_ input: [UInt8]) {
    guard let answer = try? TwiMLAnswer(input) else { return }
    precondition(answer.messages.count <= TwiMLAnswer.most)
    precondition(answer.messages.allSatisfy { $0.contains { !$0.isWhitespace } })
    let written = answer.messages.map { text in
      let characters = text.unicodeScalars.map { "&#\($0.value);" }.joined()
      return "<Message><Body>\(characters)</Body></Message>"
    }
    let whole = Array("<Response>\(written.joined())</Response>".utf8)
    guard whole.count <= TwiMLAnswer.longest else { return }
    precondition((try? TwiMLAnswer(whole)) == answer)
  }

  private func metaWebhook(_ input: [UInt8]) {
    let items = try? MetaWebhook.read(input, receivedAt: Timestamp(seconds: 1))
    for item in items ?? [] { check(item) }
  }

  private func check(_ item: WebhookItem) {
    switch item {
    case .callback(let callback):
      precondition((try? ProviderCallback(data: callback.data)) == callback)
    case .inbound(let message):
      precondition((try? InboundMessage(data: message.data)) == message)
      _ = message.optOut
    case .account(let event):
      precondition((try? AccountEvent(data: event.data)) == event)
      _ = event.news
    case .malformed(let item): precondition((try? JSONDocument(item.raw)) != nil)
    }
  }

  private func sendRequest(_ input: [UInt8]) {
    guard let value = try? JSONDocument(input).root else { return }
    for channel in Sender.Channel.allCases {
      let rules = SendRules(channel: channel)
      for request in (try? SendRequest.all(in: value, as: rules)) ?? [] {
        let written = try? JSONDocument(request.json).root
        precondition(written.flatMap { try? SendRequest.all(in: $0, as: rules) } == [request])
      }
    }
  }

  private func answers(_ input: [UInt8]) {
    let header = ProviderHeader("X-App-Usage", String(decoding: input, as: UTF8.self))
    for status in [200, 400, 500] {
      let answer = ProviderAnswer(status: status, headers: [header], body: input)
      _ = TwilioAnswer.read(answer, attempt: 1)
      _ = MetaAnswer.read(answer, attempt: 1)
      _ = try? TwilioPage.read(answer)
      _ = try? TwilioMessage.fetched(answer)
    }
  }
}
