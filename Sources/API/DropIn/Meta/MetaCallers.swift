internal import Domain
internal import HTTP
internal import Providers
internal import Running
internal import Settings
internal import Time

/// Who speaks to us as to Meta: a key of ours, with the numbers that it may use.
struct MetaCaller: Sendable {
  let key: APIKey
  let numbers: [MetaCallerNumber]

  func number(_ id: String) -> MetaCallerNumber? { numbers.first { $0.own.phoneNumberID == id } }
}

/// A number with what Meta is asked with.
struct MetaCallerNumber: Sendable {
  let settings: SenderSettings
  let own: MetaSender

  init?(_ settings: SenderSettings) {
    guard case .meta(let credentials) = settings.credentials else { return nil }
    (self.settings, own) = (settings, credentials.sender)
  }
}

struct MetaCallers: Sendable {
  private let admission: Admission
  private let numbers: [MetaCallerNumber]

  init(_ settings: Settings, _ admission: Admission) {
    self.admission = admission
    numbers = settings.senders.compactMap { MetaCallerNumber($0) }
  }

  /// At the head of a request: its version is one of Meta's, and its key may do this.
  func caller(
    of request: HTTPRequest, _ parameters: RouteParameters, for scope: APIKey.Scope
  ) throws(MetaRefused) -> MetaCaller {
    guard MetaPaths.isVersion(parameters["version"] ?? "") else { throw .unknownPath }
    let key: APIKey
    do throws(Admission.Refused) { key = try admission.key(of: request, for: scope) } catch {
      guard case .scope(let lacked) = error else { throw .stranger }
      throw .lacks("The key lacks the scope `\(lacked.rawValue)`.")
    }
    return MetaCaller(
      key: key,
      numbers: numbers.filter { key.tenant == nil || $0.settings.sender.tenant == key.tenant })
  }

  /// A key has its rate here as everywhere.
  func spend(_ count: Int, of caller: MetaCaller) throws(MetaRefused) {
    do throws(Admission.Refused) { try admission.spend(count, of: caller.key) } catch {
      guard case .rate(let wait) = error else { throw .stranger }
      throw .waiting(
        130429, status: 429, "The key has reached its rate limit.",
        for: max(1, Int(wait.seconds.rounded(.up))))
    }
  }
}
