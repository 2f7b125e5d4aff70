internal import JSON

/// Two to ten cards beside each other, all of one kind.
package struct Carousel: Hashable, Sendable {
  package struct Card: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
      case link(label: String, url: String)
      case replies([ReplyButtons.Button])
    }

    /// An image or a video.
    package var header: Media
    package var body: String?
    package var action: Action

    package init(header: Media, body: String? = nil, _ action: Action) {
      (self.header, self.body, self.action) = (header, body, action)
    }

    /// Cards differ in nothing of this.
    fileprivate var kind: String {
      switch action {
      case .link: "\(header.kind) with a link"
      case .replies(let buttons): "\(header.kind) with \(buttons.count) buttons"
      }
    }
  }

  package enum Cards: Hashable, Sendable {
    case media([Card])
    case products([Product])

    package var count: Int {
      switch self {
      case .media(let cards): cards.count
      case .products(let products): products.count
      }
    }
  }

  package var body: String
  package var cards: Cards

  package init(body: String, _ cards: Cards) { (self.body, self.cards) = (body, cards) }
}

extension Carousel {
  init?(_ action: FieldReader, _ body: String, _ faults: inout FieldFaults) {
    action.refuseFields(except: ["cards"], &faults)
    let readers = action.list("cards", &faults)
    for (place, reader) in readers.enumerated() {
      if let index = reader.whole("card_index", in: 0...9, &faults), index != place {
        faults.add(reader.pointer("card_index"), "must be \(place): cards count from 0 in order")
      }
    }
    let types = readers.map { $0.text("type", &faults) ?? "cta_url" }
    for (reader, type) in zip(readers, types) where type != "cta_url" && type != "product" {
      faults.add(reader.pointer("type"), "must be cta_url, also with reply buttons, or product")
    }
    guard Set(types).count <= 1 else {
      faults.add(action.pointer("cards"), "must be all of one type")
      return nil
    }
    if types.first == "product" {
      let products = readers.compactMap { reader -> Product? in
        reader.refuseFields(except: ["card_index", "type", "action"], &faults)
        return reader.object("action", isNeeded: true, &faults).flatMap { Product($0, &faults) }
      }
      guard products.count == readers.count else { return nil }
      self.init(body: body, .products(products))
    } else {
      let cards = readers.compactMap { Card($0, &faults) }
      guard cards.count == readers.count else { return nil }
      self.init(body: body, .media(cards))
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.interactive("carousel", nil, body, nil) { writer in
      writer.name("cards")
      writer.array { writer in
        switch cards {
        case .media(let cards):
          for (place, card) in cards.enumerated() { card.write(place, to: &writer) }
        case .products(let products):
          for (place, product) in products.enumerated() {
            writer.object { writer in
              writer.field("card_index", place)
              writer.field("type", "product")
              writer.name("action")
              writer.object { product.write(to: &$0) }
            }
          }
        }
      }
    }
  }

  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    let place = "/interactive/action/cards"
    if !(2...10).contains(cards.count) {
      faults.add(place, "must be two to ten cards; there are \(cards.count)")
    }
    switch cards {
    case .products(let products):
      for (index, product) in products.enumerated() {
        product.check(at: "\(place)/\(index)/action", &faults)
      }
      if Set(products.map(\.catalog)).count > 1 {
        faults.add(place, "must all be of one catalog")
      }
    case .media(let cards):
      for (index, card) in cards.enumerated() { card.check(at: "\(place)/\(index)", &faults) }
      for (index, card) in cards.enumerated() where card.kind != cards.first?.kind {
        faults.add(
          "\(place)/\(index)",
          "must be as the first one, \(cards.first?.kind ?? ""); it is \(card.kind)")
      }
    }
  }
}

extension Carousel.Card {
  fileprivate init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["card_index", "type", "header", "body", "action"], &faults)
    let header = reader.object("header", isNeeded: true, &faults)
      .flatMap { MessageHeader($0, &faults) }
    let body = reader.object("body", &faults)?.neededText("text", &faults)
    let action = reader.object("action", isNeeded: true, &faults)
      .flatMap { Action($0, &faults) }
    guard let header, let action else { return nil }
    guard case .media(let media) = header else {
      faults.add(reader.pointer("header") + "/type", "must be image or video on a card")
      return nil
    }
    self.init(header: media, body: body, action)
  }

  fileprivate func write(_ place: Int, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("card_index", place)
      writer.field("type", "cta_url")
      writer.name("header")
      MessageHeader.media(header).write(to: &writer)
      if let body { writer.text("body", body) }
      writer.name("action")
      writer.object { action.write(to: &$0) }
    }
  }

  fileprivate func check(at place: String, _ faults: inout FieldFaults) {
    if header.kind != .image, header.kind != .video {
      faults.add("\(place)/header/type", "must be image or video on a card")
    } else {
      MessageHeader.media(header).check(at: "\(place)/header", &faults)
    }
    faults.check(body, at: "\(place)/body/text", length: 1...160)
    if let body, body.filter(\.isNewline).count > 2 {
      faults.add("\(place)/body/text", "must have at most two line breaks")
    }
    switch action {
    case .link(let label, let url):
      faults.check(label, at: "\(place)/action/parameters/display_text", length: 1...20)
      faults.check(url: url, at: "\(place)/action/parameters/url")
    case .replies(let buttons):
      if buttons.isEmpty { faults.add("\(place)/action/buttons", "must be at least one button") }
      for (index, button) in buttons.enumerated() {
        let reply = "\(place)/action/buttons/\(index)/quick_reply"
        faults.check(button.title, at: "\(reply)/title", length: 1...20)
        faults.check(button.id, at: "\(reply)/id", length: 1...256)
      }
    }
  }
}

extension Carousel.Card.Action {
  fileprivate init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["name", "parameters", "buttons"], &faults)
    reader.check("name", is: "cta_url", &faults)
    guard reader.has("buttons") else {
      let parameters = reader.object("parameters", isNeeded: true, &faults)
      let label = parameters?.neededText("display_text", &faults)
      guard let url = parameters?.neededText("url", &faults), let label else { return nil }
      self = .link(label: label, url: url)
      return
    }
    if reader.has("parameters") {
      faults.add(reader.pointer("parameters"), "cannot be given beside buttons")
    }
    let readers = reader.list("buttons", &faults)
    let buttons = readers.compactMap { item -> ReplyButtons.Button? in
      item.check("type", is: "quick_reply", &faults)
      let reply = item.object("quick_reply", isNeeded: true, &faults)
      let id = reply?.neededText("id", &faults)
      guard let title = reply?.neededText("title", &faults), let id else { return nil }
      return ReplyButtons.Button(id: id, title: title)
    }
    guard buttons.count == readers.count else { return nil }
    self = .replies(buttons)
  }

  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .link(let label, let url):
      writer.field("name", "cta_url")
      writer.name("parameters")
      writer.object { writer in
        writer.field("display_text", label)
        writer.field("url", url)
      }
    case .replies(let buttons):
      writer.name("buttons")
      writer.array { writer in
        for button in buttons {
          writer.object { writer in
            writer.field("type", "quick_reply")
            writer.name("quick_reply")
            writer.object { writer in
              writer.field("id", button.id)
              writer.field("title", button.title)
            }
          }
        }
      }
    }
  }
}
