/// What an upload may hold, so that reading one of any size takes little memory.
package enum UploadLimits {
  package static let columns = 1_000
  package static let nameLength = 256
  package static let fieldLength = 64 * 1_024
  package static let rowLength = 1_024 * 1_024
  /// From this much of the beginning the encoding and the separator are told.
  package static let sampleLength = 64 * 1_024
}
