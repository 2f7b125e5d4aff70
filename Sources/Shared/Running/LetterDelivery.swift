internal import Domain
package import Events
internal import JSON
package import SendStore

extension NewDelivery {
  /// nil for a letter that is about something else. The id is another one: the first is done with.
  package init?(_ letter: Letter) {
    guard let root = JSONValue(whole: letter.data), let id = root["delivery"]?.string,
      let app = root["app"]?.string, let company = root["company"]?.string,
      let value = root["value"]?.string
    else { return nil }
    self.init(
      id: "\(id)_\(letter.number.partition)_\(letter.number.offset)",
      tenant: Tenant(app: app, company: company), line: letter.key, body: Array(value.utf8))
  }
}
