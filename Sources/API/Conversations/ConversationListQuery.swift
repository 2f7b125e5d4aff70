internal import Domain
internal import HTTP
internal import SendStore
internal import Time

/// Which conversations somebody asks for.
struct ConversationListQuery {
  var query: ConversationQuery
  var place: ConversationPlace?
  var limit = 50
  /// What somebody looks for.
  var search: String?
  /// Of a search.
  var after: Int64?

  private static let names: Set = [
    "archived", "mode", "agent", "unread", "label", "sender", "after", "limit", "q",
  ]

  init(_ request: HTTPRequest, of tenant: Tenant?) throws(FieldFaults) {
    try request.refuseOthers(than: Self.names)
    query = ConversationQuery(of: tenant)
    query.isArchived = try Self.truth("archived", request) ?? false
    query.isUnread = try Self.truth("unread", request)
    query.agent = request.queryValue("agent")
    query.label = request.queryValue("label")
    query.sender = request.queryValue("sender").map { SenderID($0) }
    if let text = request.queryValue("mode") {
      guard let mode = ConversationStanding.Mode(name: text) else {
        throw FieldFaults("/mode", "must be automatic or manual")
      }
      query.mode = mode
    }
    limit = try Self.limit(request)
    search = request.queryValue("q").flatMap { $0.isEmpty ? nil : $0 }
    guard let text = request.queryValue("after") else { return }
    guard search == nil else {
      after = Int64(text)
      guard after == nil else { return }
      throw FieldFaults("/after", "is not a cursor of this query")
    }
    let parts = text.split(separator: ".").map { Int64($0) }
    guard parts.count == 2, let last = parts[0], let key = parts[1] else {
      throw FieldFaults("/after", "is not a cursor of this query")
    }
    place = ConversationPlace(last: Timestamp(microseconds: last), key: ConversationKey(key))
  }

  static func limit(_ request: HTTPRequest) throws(FieldFaults) -> Int {
    guard let text = request.queryValue("limit") else { return 50 }
    guard let limit = Int(text), (1...ConversationRoutes.pageLimit).contains(limit) else {
      throw FieldFaults("/limit", "must be a number from 1 to \(ConversationRoutes.pageLimit)")
    }
    return limit
  }

  static func truth(
    _ name: String, _ request: HTTPRequest
  ) throws(FieldFaults) -> Bool? {
    switch request.queryValue(name) {
    case nil: return nil
    case "true": return true
    case "false": return false
    default: throw FieldFaults("/\(name)", "must be true or false")
    }
  }
}

extension TimelinePlace {
  init(_ text: String?) throws(FieldFaults) {
    self = .end
    guard let text else { return }
    let parts = text.split(separator: ".").map { Int64($0) }
    guard parts.count == 3, let at = parts[0], let inbound = parts[1], let send = parts[2] else {
      throw FieldFaults("/before", "is not a cursor of this query")
    }
    self.init(at: Timestamp(microseconds: at), inbound: inbound, send: SendKey(send))
  }

  var text: String { "\(at.microseconds).\(inbound).\(send.value)" }
}
