/// Why a whole upload is refused: nothing of it can be read, or every row of it would go wrong.
package struct UploadRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  package let line: Int
  package let details: [String]

  package init(line: Int, _ details: [String]) { (self.line, self.details) = (line, details) }
  package init(line: Int, _ detail: String) { self.init(line: line, [detail]) }

  package var description: String { "line \(line): \(details.joined(separator: "; "))" }
}
