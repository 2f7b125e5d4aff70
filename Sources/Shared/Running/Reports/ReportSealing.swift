package import Domain
package import Events
internal import JSON

extension SecretSeal {
  private static func owner(_ send: SendID) -> String { "report:\(send)" }

  /// Sealed where the settings have a key. What must not be readable without one is nil then.
  package func content(
    _ plain: [UInt8], of send: SendID, isSecret: Bool
  ) -> SendReport.Content? {
    if let sealed = seal(plain, for: Self.owner(send)) { return .sealed(sealed) }
    return isSecret ? nil : .plain(plain)
  }

  /// nil where no key of the settings opens it.
  package func open(_ content: SendReport.Content, of send: SendID) -> [UInt8]? {
    switch content {
    case .plain(let json): json
    case .sealed(let bytes): open(bytes, for: Self.owner(send))
    }
  }
}
