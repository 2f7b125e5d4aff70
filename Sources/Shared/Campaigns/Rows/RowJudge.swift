package import Domain
internal import JSON

/// Judges each row of an upload: whom it goes to, and what is sent, with all that is wrong told at once. What every row
/// would have wrong is told before the first one.
package struct RowJudge: Sendable {
  package let recipient: RecipientColumn

  private let rows: CampaignRows
  /// The column of each of the message's names.
  private let columns: [Int]
  private let kept: [Int?]
  /// The texts that mean nothing, or something else, where a value in them is empty.
  private let needed: [Placeholders.Text]
  /// The text that a template string would be, and whether the campaign means it as one.
  private let body: (text: Placeholders.Text, isTemplate: Bool)?
  private let read: ReadMessage?

  package init(_ rows: CampaignRows, header: UploadHeader) throws(UploadRefusal) {
    self.rows = rows
    recipient = try RecipientColumn(in: header, said: rows.recipient)
    columns = try Self.columns(of: rows.message.names, in: header)
    kept = rows.kept.map { header.place(of: $0) }
    needed = rows.message.texts.filter { !Self.isFreeText($0.pointer) }
    let body = rows.message.texts.first { $0.pointer == "/body" || $0.pointer == "/text/body" }
    self.body =
      rows.rules.templateStrings
      ? body.map { ($0, Self.beginsTemplate($0)) } : nil
    read = self.body?.isTemplate == true ? nil : ReadMessage(rows)
    try Self.check(rows)
  }

  private static func beginsTemplate(_ text: Placeholders.Text) -> Bool {
    guard case .text(let start) = text.parts.first else { return false }
    return String(decoding: start, as: UTF8.self).trimmed.hasPrefix("template-")
  }

  /// What is wrong whatever a row has: fields that nobody knows, and what no sample is without. What a filled text has
  /// wrong is told row by row, as no sample is right everywhere.
  private static func check(_ rows: CampaignRows) throws(UploadRefusal) {
    let faults = lastingFaults(of: rows)
    guard faults.isEmpty else {
      throw UploadRefusal(line: 1, faults.prefix(10).map { "the message: \($0)" })
    }
  }

  /// The same for a message that has no upload yet.
  package static func lastingFaults(of rows: CampaignRows) -> [FieldFault] {
    let known = SendRequest.fields.union(rows.rules.otherFields)
    var filled: Set<String> = []
    for text in rows.message.texts
    where known.contains(String(text.pointer.dropFirst()))
      || text.pointer.dropFirst().contains("/")
    {
      filled.insert(text.pointer)
    }
    var lasting: [FieldFault]?
    for sample in samples {
      let faults = faults(of: rows, filledWith: Array(sample.utf8)[...])
      lasting = lasting?.filter(faults.contains) ?? faults.filter { !filled.contains($0.pointer) }
      if lasting?.isEmpty ?? true { return [] }
    }
    return lasting ?? []
  }

  private static let samples = [
    "1", "https://example.com/1.jpg", "https://example.com/1.pdf", "2100-01-01T00:00:00Z", "text",
    "en", "HX0123456789abcdef0123456789abcdef",
  ]

  private static func faults(
    of rows: CampaignRows, filledWith value: ArraySlice<UInt8>
  ) -> [FieldFault] {
    do throws(FieldFaults) {
      _ = try only(rows.message.filled(to: "+393331234567") { _ in value }, rows.rules)
      return []
    } catch {
      return error.all
    }
  }

  private static func columns(
    of names: [String], in header: UploadHeader
  ) throws(UploadRefusal) -> [Int] {
    let places = names.map { header.place(of: $0) }
    let missing = zip(names, places).filter { $1 == nil }.map(\.0)
    guard missing.isEmpty else {
      throw UploadRefusal(
        line: 1,
        missing.prefix(10).map { name in
          let hint = header.nearest(to: name).map { "; did you mean {{\($0)}}?" } ?? ""
          return "the message has {{\(name)}}, but the upload has no column \"\(name)\"\(hint)"
        })
    }
    return places.compactMap(\.self)
  }

  /// A person reads these as well with a word less; anything else is a template's, or an address.
  private static func isFreeText(_ pointer: String) -> Bool {
    let ofTemplate = ["/template", "/template_name", "/parameters", "/fallbackTemplate"]
    if ofTemplate.contains(where: { pointer == $0 || pointer.hasPrefix($0 + "/") }) { return false }
    return pointer == "/body" || pointer.hasPrefix("/metadata/")
      || ["/body", "/text", "/caption", "/title", "/description"].contains(where: pointer.hasSuffix)
  }

  package func judge(_ row: UploadRow) -> Judgement {
    var faults: [RowFault] = []
    let to = recipient(of: row, &faults)
    checkValues(of: row, &faults)
    guard let to else { return .faults(faults) }
    guard faults.isEmpty, let request = request(to, row, &faults) else { return .faults(faults) }
    let kept = kept.map { place in
      place.flatMap { Self.isBlank(row[$0]) ? nil : row.text($0).trimmed }
    }
    return .send(JudgedRow(line: row.line, request: request, kept: kept))
  }

  /// Whom it goes to; nil where nobody can tell.
  func recipient(of row: UploadRow) -> Recipient? {
    var faults: [RowFault] = []
    return recipient(of: row, &faults)
  }

  private func recipient(of row: UploadRow, _ faults: inout [RowFault]) -> Recipient? {
    do throws(RecipientFault) {
      return try RecipientText.read(
        row[recipient.place], defaultPrefix: rows.rules.defaultPrefix)
    } catch {
      faults.append(
        RowFault(line: row.line, field: recipient.name, error.reason, error.detail))
      return nil
    }
  }

  private func checkValues(of row: UploadRow, _ faults: inout [RowFault]) {
    for (name, column) in zip(rows.message.names, columns) where row[column].contains(0) {
      faults.append(RowFault(line: row.line, field: name, .unstorable, FieldFaults.noZero))
    }
    if let body, body.isTemplate { checkTemplateValues(body.text, row, &faults) }
    var told: Set<Int> = []
    for text in needed {
      for case .name(let index) in text.parts
      where Self.isBlank(row[columns[index]]) && told.insert(index).inserted {
        faults.append(
          RowFault(
            line: row.line, field: rows.message.names[index], .emptyValue,
            "is empty, but the message needs it at \(text.pointer)"))
      }
    }
  }

  /// In a template's values a bar begins the next one, and `file_link:` a header.
  private func checkTemplateValues(
    _ text: Placeholders.Text, _ row: UploadRow, _ faults: inout [RowFault]
  ) {
    for case .name(let index) in text.parts {
      let value = row[columns[index]]
      guard value.contains(UInt8(ascii: "|")) || value.starts(with: "file_link:".utf8) else {
        continue
      }
      faults.append(
        RowFault(
          line: row.line, field: rows.message.names[index], .hiddenTemplate,
          "must have no | and not begin with file_link:, as it is one value of a template"))
    }
  }

  private static func isBlank(_ value: ArraySlice<UInt8>) -> Bool {
    value.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  private func request(
    _ to: Recipient, _ row: UploadRow, _ faults: inout [RowFault]
  ) -> SendRequest? {
    if let request = read?.request(to: to, { row[columns[$0]] }) { return request }
    let json = rows.message.filled(to: to.description) { row[columns[$0]] }
    do throws(FieldFaults) {
      let only = try Self.only(json, rows.rules)
      if let body, !body.isTemplate, case .template = only.message.content {
        faults.append(
          RowFault(
            line: row.line, field: body.text.pointer, .hiddenTemplate,
            "reads as a template's name with its values, which the campaign's message is not"))
        return nil
      }
      return only
    } catch {
      faults += error.all.map { self.fault($0, line: row.line) }
      return nil
    }
  }

  /// By the columns that fill the text, as it is the list that has to be mended.
  private func fault(_ fault: FieldFault, line: Int) -> RowFault {
    guard let text = rows.message.text(at: fault.pointer) else {
      return RowFault(line: line, field: fault.pointer, .message, fault.detail)
    }
    return RowFault(
      line: line, field: rows.message.names(in: text).joined(separator: ", "), .message,
      "\(fault.detail), at \(text.pointer) of the message")
  }

  package static func only(
    _ json: [UInt8], _ rules: SendRules
  ) throws(FieldFaults) -> SendRequest {
    let root: JSONValue
    do throws(NotJSON) { root = try JSONDocument(json).root } catch {
      throw FieldFaults("", "\(error)")
    }
    let requests = try SendRequest.all(in: root, as: rules)
    guard let only = requests.first, requests.count == 1 else {
      throw FieldFaults("", "must be one message; it makes \(requests.count), one a file")
    }
    return only
  }
}
