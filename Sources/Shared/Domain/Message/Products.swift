internal import JSON

/// One product of a catalog at Meta.
package struct Product: Hashable, Sendable {
  package var catalog: String
  /// Its number with the shop.
  package var id: String

  package init(catalog: String, id: String) { (self.catalog, self.id) = (catalog, id) }

  init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["catalog_id", "product_retailer_id"], &faults)
    let catalog = reader.neededText("catalog_id", &faults)
    guard let id = reader.neededText("product_retailer_id", &faults), let catalog else {
      return nil
    }
    self.init(catalog: catalog, id: id)
  }

  func write(to writer: inout JSONWriter) {
    writer.field("catalog_id", catalog)
    writer.field("product_retailer_id", id)
  }

  func check(at place: String, _ faults: inout FieldFaults) {
    faults.check(catalog, at: "\(place)/catalog_id", length: 1...100)
    faults.check(id, at: "\(place)/product_retailer_id", length: 1...100)
  }
}

package struct ProductMessage: Hashable, Sendable {
  package var product: Product
  package var body: String?
  package var footer: String?

  package init(_ product: Product, body: String? = nil, footer: String? = nil) {
    (self.product, self.body, self.footer) = (product, body, footer)
  }

  func write(to writer: inout JSONWriter) {
    writer.interactive("product", nil, body, footer) { product.write(to: &$0) }
  }

  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    product.check(at: "/interactive/action", &faults)
  }
}

/// Up to thirty products of one catalog.
package struct ProductList: Hashable, Sendable {
  package struct Section: Hashable, Sendable {
    package var title: String?
    package var products: [String]

    package init(title: String? = nil, products: [String]) {
      (self.title, self.products) = (title, products)
    }
  }

  package var body: String
  package var header: String
  package var footer: String?
  package var catalog: String
  package var sections: [Section]

  package init(
    body: String, header: String, footer: String? = nil, catalog: String, sections: [Section]
  ) {
    (self.body, self.header, self.footer) = (body, header, footer)
    (self.catalog, self.sections) = (catalog, sections)
  }
}

extension ProductList {
  init?(
    _ action: FieldReader, _ body: String, _ header: MessageHeader?, _ footer: String?,
    _ whole: FieldReader, _ faults: inout FieldFaults
  ) {
    action.refuseFields(except: ["catalog_id", "sections"], &faults)
    var title: String?
    if case .text(let text)? = header { title = text }
    if title == nil {
      faults.add(whole.pointer("header"), "is needed above a list of products, as a text")
    }
    let sections = action.list("sections", &faults).map { section in
      section.refuseFields(except: ["title", "product_items"], &faults)
      let items = section.list("product_items", &faults)
      return Section(
        title: section.text("title", &faults),
        products: items.compactMap { item in
          item.refuseFields(except: ["product_retailer_id"], &faults)
          return item.neededText("product_retailer_id", &faults)
        })
    }
    guard let catalog = action.neededText("catalog_id", &faults), let title else { return nil }
    self.init(body: body, header: title, footer: footer, catalog: catalog, sections: sections)
  }

  func write(to writer: inout JSONWriter) {
    writer.interactive("product_list", .text(header), body, footer) { writer in
      writer.field("catalog_id", catalog)
      writer.name("sections")
      writer.array { writer in
        for section in sections {
          writer.object { writer in
            writer.field("title", section.title)
            writer.name("product_items")
            writer.array { writer in
              for product in section.products {
                writer.object { $0.field("product_retailer_id", product) }
              }
            }
          }
        }
      }
    }
  }

  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    faults.check(header, at: "/interactive/header/text", length: 1...60)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    faults.check(catalog, at: "/interactive/action/catalog_id", length: 1...100)
    let place = "/interactive/action/sections"
    if !(1...10).contains(sections.count) {
      faults.add(place, "must be one to ten sections; there are \(sections.count)")
    }
    let count = sections.reduce(0) { $0 + $1.products.count }
    if count > 30 { faults.add(place, "must have at most 30 products in all; there are \(count)") }
    for (index, section) in sections.enumerated() {
      faults.check(section.title, at: "\(place)/\(index)/title", length: 1...24)
      if section.title == nil, sections.count > 1 {
        faults.add("\(place)/\(index)/title", "is needed where there is more than one section")
      }
      if section.products.isEmpty {
        faults.add("\(place)/\(index)/product_items", "must have at least one product")
      }
      for (row, product) in section.products.enumerated() {
        faults.check(
          product, at: "\(place)/\(index)/product_items/\(row)/product_retailer_id",
          length: 1...100)
      }
    }
  }
}

/// A button that shows the whole catalog.
package struct CatalogMessage: Hashable, Sendable {
  package var body: String
  package var footer: String?
  /// The product whose picture stands above; the first one where nothing is said.
  package var thumbnail: String?

  package init(body: String, footer: String? = nil, thumbnail: String? = nil) {
    (self.body, self.footer, self.thumbnail) = (body, footer, thumbnail)
  }
}

extension CatalogMessage {
  init(
    _ action: FieldReader, _ body: String, _ footer: String?, _ faults: inout FieldFaults
  ) {
    action.refuseFields(except: ["name", "parameters"], &faults)
    action.check("name", is: "catalog_message", &faults)
    let parameters = action.object("parameters", &faults)
    parameters?.refuseFields(except: ["thumbnail_product_retailer_id"], &faults)
    self.init(
      body: body, footer: footer,
      thumbnail: parameters?.text("thumbnail_product_retailer_id", &faults))
  }

  func write(to writer: inout JSONWriter) {
    writer.interactive("catalog_message", nil, body, footer) { writer in
      writer.field("name", "catalog_message")
      guard let thumbnail else { return }
      writer.name("parameters")
      writer.object { $0.field("thumbnail_product_retailer_id", thumbnail) }
    }
  }

  func check(_ faults: inout FieldFaults) {
    faults.check(body, at: "/interactive/body/text", length: 1...1024)
    faults.check(footer, at: "/interactive/footer/text", length: 1...60)
    faults.check(
      thumbnail, at: "/interactive/action/parameters/thumbnail_product_retailer_id",
      length: 1...100)
  }
}
