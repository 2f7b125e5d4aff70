internal import Domain
internal import Providers

/// Where those who send through us as through Twilio are told of their messages, as the account itself would say it.
package struct StatusCallbackSettings: Hashable, Sendable {
  /// Of messages that name none; with `#rc=…` behind it, as Twilio takes it.
  package var address: String?
  /// Hosts that may be called though they are no place of the public Internet, with their ports.
  package var privateHosts: Set<String> = []
}

extension SettingsReader {
  func statusCallbacks() -> StatusCallbackSettings {
    var settings = StatusCallbackSettings()
    guard has("statusCallbacks"), let reader = object("statusCallbacks") else { return settings }
    settings.address = reader.value("url", "an http or https address that Twilio could call") {
      StatusCallbackAddress($0).map(\.text)
    }
    let hosts = reader.texts("privateHosts")
    for host in hosts where WebAddress("http://\(host)")?.authority != host {
      reader.fault(
        "privateHosts", "must have hosts such as crm.internal or 10.0.0.7:8080, not \(host)")
    }
    settings.privateHosts = Set(hosts.map { $0.lowercased() })
    reader.finish()
    return settings
  }
}
