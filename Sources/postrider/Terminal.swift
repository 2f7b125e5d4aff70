internal import Glibc
internal import Platform

/// What a person reads: results on standard output, everything else on standard error.
enum Terminal {
  /// Where that cannot be written, the exit code still tells.
  static func error(_ text: String) { _ = errors.write(Array((text + "\n").utf8)) }

  /// At once, also where the output is a pipe that somebody waits on.
  static func show(_ text: String) { _ = results.write(Array((text + "\n").utf8)) }

  /// As it is, without the end of a line.
  static func draw(_ text: String) { _ = results.write(Array(text.utf8)) }

  /// Whether a person looks at the results as they come.
  static var isWatched: Bool { isatty(STDOUT_FILENO) == 1 }

  private static let errors = LineWriter()
  /// Whoever reads page by page takes time.
  private static let results = LineWriter(
    descriptor: STDOUT_FILENO, patience: .seconds(3600))

  /// Columns as wide as their widest cell.
  static func table(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    .joined(separator: "\n")
  }
}
