internal import Domain
internal import JSON
internal import Time

extension Waits {
  func write(to writer: inout JSONWriter) {
    writer.field("code", code.rawValue)
    writer.field("until", until?.description)
    writer.field("sentence", sentence)
  }
}
