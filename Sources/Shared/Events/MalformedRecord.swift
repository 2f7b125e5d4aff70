/// Why a record is no event of ours.
package enum MalformedRecord: Error, Hashable, Sendable, CustomStringConvertible {
  case tombstone
  /// A header that must be there.
  case missing(String)
  case unknownVersion(String)
  case notUTF8(header: String)
  case badTime(String)
  case contentType(String)

  package var description: String {
    switch self {
    case .tombstone: "no value"
    case .missing(let header): "no header \(header)"
    case .unknownVersion(let version): "CloudEvents version \(version) is not 1.0"
    case .notUTF8(let header): "header \(header) is not UTF-8"
    case .badTime(let text): "ce_time \(text) is not RFC 3339"
    case .contentType(let type): "content type \(type) is not application/json"
    }
  }
}
