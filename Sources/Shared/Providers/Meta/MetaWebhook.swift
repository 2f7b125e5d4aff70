internal import Events
internal import Domain
internal import JSON
package import Time

package enum MetaWebhook {
  /// Every item of a batch, in its order. Only a body that is no such batch at all is an error.
  package static func read(
    _ body: [UInt8], receivedAt: Timestamp
  ) throws(WebhookUnreadable) -> [WebhookItem] {
    let root: JSONValue
    do { root = try JSONDocument(body).root } catch {
      throw WebhookUnreadable(description: "\(error)")
    }
    guard let entries = root["entry"]?.items else {
      throw WebhookUnreadable(description: "no list of entries")
    }
    return entries.flatMap { entry in items(of: entry, receivedAt) }
  }

  private static func items(of entry: JSONValue, _ receivedAt: Timestamp) -> [WebhookItem] {
    guard let account = entry["id"]?.name, account.isPlainID else {
      return [malformed("an entry without id", entry)]
    }
    guard let changes = entry["changes"]?.items else {
      return [malformed("an entry without changes", entry)]
    }
    return changes.flatMap { change -> [WebhookItem] in
      guard let field = change["field"]?.string, field.isPlainID, let value = change["value"]
      else { return [malformed("a change without field or value", change)] }
      let place = MetaPlace(
        account: AccountID(account), value: value, entryTime: entry["time"]?.metaTime,
        receivedAt: receivedAt)
      let isOurs = field == "messages" && value.kind == .object
      return isOurs ? messages(place) : [place.accountEvent(field, value)]
    }
  }

  private static func messages(_ place: MetaPlace) -> [WebhookItem] {
    let value = place.value
    let parts = ["messages", "statuses", "errors"]
    guard parts.contains(where: { value[$0] != nil }) else {
      return [place.accountEvent("messages", value)]
    }
    return parts.flatMap { part -> [WebhookItem] in
      guard let list = value[part], !list.isNull else { return [] }
      guard let items = list.items else { return [malformed("\(part) is no list", list)] }
      return items.map { item in
        do throws(WebhookUnreadable) {
          switch part {
          case "messages": return .inbound(try MetaMessage(item, in: place).inbound())
          case "statuses": return .callback(try place.callback(item))
          default: return place.accountEvent("messages.errors", item)
          }
        } catch {
          return malformed(error.description, item)
        }
      }
    }
  }

  private static func malformed(_ reason: String, _ item: JSONValue) -> WebhookItem {
    .malformed(MalformedItem(provider: .meta, reason: reason, raw: item.text))
  }
}

/// The value that an item stands in, with what is said there once for all of them.
struct MetaPlace {
  let account: AccountID
  let value: JSONValue
  let entryTime: CalendarTime?
  let receivedAt: Timestamp

  var phoneNumberID: String? {
    value["metadata"]?["phone_number_id"]?.name.flatMap { $0.isPlainID ? $0 : nil }
  }

  var contacts: [JSONValue] { value["contacts"]?.items ?? [] }

  func accountEvent(_ kind: String, _ item: JSONValue) -> WebhookItem {
    // News of an account that was shared with us stand under its partner's id.
    let named = kind == "account_update" ? item["waba_info"]?["waba_id"]?.name : nil
    let account = named.flatMap { $0.isPlainID ? AccountID($0) : nil } ?? account
    return .account(
      AccountEvent(
        provider: .meta, account: account, phoneNumberID: phoneNumberID, kind: kind,
        providerAt: entryTime, receivedAt: receivedAt, raw: item.text))
  }

  func callback(_ item: JSONValue) throws(WebhookUnreadable) -> ProviderCallback {
    guard let id = item["id"]?.string, id.isPlainID else {
      throw WebhookUnreadable(description: "a status without id")
    }
    guard let status = item["status"]?.string, status.isPlainID else {
      throw WebhookUnreadable(description: "a status without its word")
    }
    var callback = ProviderCallback(
      provider: .meta, account: account, providerID: ProviderID(id), status: status,
      meaning: .ofMeta(status), receivedAt: receivedAt)
    callback.phoneNumberID = phoneNumberID
    callback.attempt = item["biz_opaque_callback_data"]?.string.flatMap { AttemptID($0) }
    let error = item["errors"]?.items?.first
    callback.code = error?["code"]?.wholeNumber
    callback.text = error?.errorText
    callback.to = item["recipient_id"]?.name ?? item["recipient_user_id"]?.string
    callback.from = value["metadata"]?["display_phone_number"]?.name
    callback.providerAt = item["timestamp"]?.metaTime
    callback.pricing = item["pricing"]?.text
    callback.conversation = item["conversation"]?.text
    callback.raw = item.text
    return callback
  }
}

extension JSONValue {
  /// Unix time as a text or a number, in seconds or in milliseconds.
  var metaTime: CalendarTime? {
    guard let number = integer ?? string.flatMap({ Int64($0) }), number > 0 else { return nil }
    // Seconds reach this number in the year 5138; milliseconds had passed it in 1973.
    let isMilliseconds = number >= 100_000_000_000
    guard number < 100_000_000_000_000 else { return nil }
    return CalendarTime(microseconds: number * (isMilliseconds ? 1000 : 1_000_000))
  }

  /// An id, whether it is written as a text or as a number.
  var name: String? { string ?? integer.map { String($0) } ?? unsigned.map { String($0) } }
}
