package import Domain

/// A collector of spans, by OTLP over HTTP.
package struct OTLPSettings: Hashable, Sendable {
  /// Before `/v1/traces`.
  package let url: WebAddress
  /// The share of traces that are begun here and recorded, from 0 to 1.
  package let sample: Double
  package let headers: [Header]

  package static let defaultSample = 0.01

  package struct Header: Hashable, Sendable {
    package let name: String
    package let value: Secret
  }

  package init(url: WebAddress, sample: Double = defaultSample, headers: [Header] = []) {
    self.url = url
    self.sample = sample
    self.headers = headers
  }
}

extension SettingsReader {
  /// An address, or an object with one.
  var otlp: OTLPSettings? {
    let expected = "an http or https address"
    guard isObject("otlp") else {
      return value("otlp", expected, WebAddress.init).map { OTLPSettings(url: $0) }
    }
    guard let own = object("otlp") else { return nil }
    let url = own.value("url", expected, WebAddress.init)
    if !own.has("url") { own.fault("url", "is missing: where the collector is") }
    let sample = own.share("sample") ?? OTLPSettings.defaultSample
    let headers = own.object("headers").map { headers in
      headers.names.compactMap { name -> OTLPSettings.Header? in
        if !name.isHeaderName { headers.fault(name, "is no name of a header") }
        return headers.sendable(headers.text(name), name, spaces: true).map {
          OTLPSettings.Header(name: name, value: Secret($0))
        }
      }
    }
    own.finish()
    return url.map { OTLPSettings(url: $0, sample: sample, headers: headers ?? []) }
  }
}

extension String {
  fileprivate var isHeaderName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
