internal import Events
internal import Running
internal import Settings
internal import Domain
internal import HTTP
internal import JSON

/// What other systems call that take us for their SMS provider. Each interface answers in its own words; what it is
/// asked to send goes the way of every send.
struct SMSProviderRoutes: Sendable {
  private let bitrix24: Bitrix24Door
  private let kannel: KannelDoor
  private let prefix: String

  init(_ context: APIContext, _ known: KeyLookup) {
    let desk = SendDesk(context.door, known)
    bitrix24 = Bitrix24Door(context, desk)
    kannel = KannelDoor(context, desk)
    prefix = context.prefix
  }

  func add(to router: inout Router) {
    router.at("POST", prefix + "/bitrix24/{sender}") { [bitrix24] head, parameters in
      bitrix24.plan(head, parameters)
    }
    for path in ["/cgi-bin/sendsms", "/sendsms"] {
      for method in ["GET", "POST"] {
        router.at(method, prefix + path) { [kannel] head, _ in kannel.plan(head) }
      }
    }
  }

  /// Of a form with one message.
  static let bodyLimit = 64 << 10

  /// Of parameters and fields, with whatever else a system sends along.
  static let fieldLimit = 1000
}

extension HTTPRequest {
  /// Without its parameters; nil where none is said.
  var mediaType: String? {
    headers.first("Content-Type").map { $0.prefix { $0 != ";" }.lowercased().filter { $0 != " " } }
  }
}

extension FieldFaults {
  /// Faults of a request of ours, by what the fields are called where it came from.
  func named(_ names: [String: String]) -> FieldFaults {
    var faults = FieldFaults()
    for fault in all { faults.add(names[fault.pointer] ?? fault.pointer, fault.detail) }
    return faults
  }
}
