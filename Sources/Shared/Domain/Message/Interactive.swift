/// What stands above the text of a message with buttons, or at the head of a template.
package enum MessageHeader: Hashable, Sendable {
  case text(String)
  case media(Media)
  /// Templates only.
  case location(Location)
}

/// One to three buttons, of which a person presses one.
package struct ReplyButtons: Hashable, Sendable {
  package var body: String
  package var header: MessageHeader?
  package var footer: String?
  package var buttons: [Button]

  package init(
    body: String, header: MessageHeader? = nil, footer: String? = nil, buttons: [Button]
  ) {
    self.body = body
    self.header = header
    self.footer = footer
    self.buttons = buttons
  }

  package struct Button: Hashable, Sendable {
    package var id: String
    package var title: String

    package init(id: String, title: String) {
      self.id = id
      self.title = title
    }
  }
}

/// A menu of at most ten rows, of which a person picks one.
package struct ListMessage: Hashable, Sendable {
  package var body: String
  package var header: String?
  package var footer: String?
  /// What opens the menu.
  package var button: String
  package var sections: [Section]

  package init(
    body: String, header: String? = nil, footer: String? = nil, button: String,
    sections: [Section]
  ) {
    self.body = body
    self.header = header
    self.footer = footer
    self.button = button
    self.sections = sections
  }

  package struct Section: Hashable, Sendable {
    package var title: String?
    package var rows: [Row]

    package init(title: String? = nil, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  package struct Row: Hashable, Sendable {
    package var id: String
    package var title: String
    package var description: String?

    package init(id: String, title: String, description: String? = nil) {
      self.id = id
      self.title = title
      self.description = description
    }
  }
}

/// One button that opens an address.
package struct CallToAction: Hashable, Sendable {
  package var body: String
  package var header: MessageHeader?
  package var footer: String?
  package var label: String
  package var url: String

  package init(
    body: String, header: MessageHeader? = nil, footer: String? = nil, label: String, url: String
  ) {
    self.body = body
    self.header = header
    self.footer = footer
    self.label = label
    self.url = url
  }
}
