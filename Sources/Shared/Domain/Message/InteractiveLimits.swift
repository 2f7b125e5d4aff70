extension ReplyButtons {
  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    header?.check(at: "/interactive/header", &faults)
    let place = "/interactive/action/buttons"
    if !(1...3).contains(buttons.count) {
      faults.add(place, "must be one to three buttons; there are \(buttons.count)")
    }
    for (index, button) in buttons.enumerated() {
      faults.check(button.title, at: "\(place)/\(index)/reply/title", length: 1...20)
      faults.check(button.id, at: "\(place)/\(index)/reply/id", length: 1...256)
    }
    faults.checkDistinct(
      buttons.enumerated().map { ($1.title, "\(place)/\($0)/reply/title") }, "titles")
    faults.checkDistinct(buttons.enumerated().map { ($1.id, "\(place)/\($0)/reply/id") }, "ids")
  }
}

extension ListMessage {
  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...4096)
    faults.check(header, at: "/interactive/header/text", length: 1...60)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    faults.check(button, at: "/interactive/action/button", length: 1...20)
    let place = "/interactive/action/sections"
    if !(1...10).contains(sections.count) {
      faults.add(place, "must be one to ten sections; there are \(sections.count)")
    }
    let rowCount = sections.map(\.rows.count).reduce(0, +)
    if rowCount > 10 {
      faults.add(place, "must have at most ten rows in all; there are \(rowCount)")
    }
    for (index, section) in sections.enumerated() {
      section.check(at: "\(place)/\(index)", isAlone: sections.count == 1, &faults)
    }
    let ids = sections.enumerated().flatMap { section, content in
      content.rows.enumerated().map { ($1.id, "\(place)/\(section)/rows/\($0)/id") }
    }
    faults.checkDistinct(ids, "ids")
  }
}

extension ListMessage.Section {
  fileprivate func check(at pointer: String, isAlone: Bool, _ faults: inout FieldFaults) {
    faults.check(title, at: "\(pointer)/title", length: 1...24)
    if title == nil, !isAlone {
      faults.add("\(pointer)/title", "is needed where there is more than one section")
    }
    if rows.isEmpty { faults.add("\(pointer)/rows", "must have at least one row") }
    for (index, row) in rows.enumerated() {
      faults.check(row.id, at: "\(pointer)/rows/\(index)/id", length: 1...200)
      faults.check(row.title, at: "\(pointer)/rows/\(index)/title", length: 1...24)
      faults.check(row.description, at: "\(pointer)/rows/\(index)/description", length: 1...72)
    }
  }
}

extension CallToAction {
  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    header?.check(at: "/interactive/header", &faults)
    let place = "/interactive/action/parameters"
    faults.check(label, at: "\(place)/display_text", length: 1...20)
    faults.check(url: url, at: "\(place)/url")
  }
}

extension MessageHeader {
  func check(at pointer: String, isOfTemplate: Bool = false, _ faults: inout FieldFaults) {
    switch self {
    case .text(let text): faults.check(text, at: "\(pointer)/text", length: 1...60)
    case .media(let media): checkMedia(media, at: pointer, &faults)
    case .location(let location):
      if !isOfTemplate { faults.add("\(pointer)/type", "must be text, image, video or document") }
      location.check(at: "\(pointer)/location", &faults)
    }
  }

  private func checkMedia(_ media: Media, at pointer: String, _ faults: inout FieldFaults) {
    if media.kind == .audio || media.kind == .sticker {
      faults.add("\(pointer)/type", "must be text, image, video or document")
    }
    if media.caption != nil {
      faults.add("\(pointer)/\(media.kind)/caption", "cannot be given in a header")
    }
    media.checkSource(at: "\(pointer)/\(media.kind)", &faults)
    media.checkFilename(at: "\(pointer)/\(media.kind)", &faults)
  }
}

extension Media {
  func checkSource(at pointer: String, _ faults: inout FieldFaults) {
    switch source {
    case .link(let url): faults.check(url: url, at: "\(pointer)/link")
    case .id(let id): faults.check(id, at: "\(pointer)/id", length: 1...512)
    case .stored(let stored):
      faults.check(stored.bucket, at: "\(pointer)/bucket", length: 1...222)
      faults.check(stored.file, at: "\(pointer)/file", length: 1...1024)
    }
  }

  func checkFilename(at pointer: String, _ faults: inout FieldFaults) {
    guard let filename else { return }
    if kind != .document {
      faults.add("\(pointer)/filename", "can be given for a document only")
    }
    faults.check(filename, at: "\(pointer)/filename", length: 1...240)
  }
}
