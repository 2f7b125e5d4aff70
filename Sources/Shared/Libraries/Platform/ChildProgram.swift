/// A program that is started as a process of its own, and what it may take.
package struct ChildProgram: Sendable {
  package var path: String
  /// Everybody on the machine can read them: nothing secret belongs here.
  package var arguments: [String]
  /// Written to its standard input, which stays open then: where that ends, it has to end.
  package var input: [UInt8] = []
  /// How far it gives way to others, from 0 to 19.
  package var niceness: Int32 = 10
  /// It is stopped where it takes longer.
  package var limit: Duration
  /// It is killed where it has not ended so long after its input did.
  package var grace = Duration.seconds(5)
  /// It is killed where a line of its output is longer.
  package var longestLine = 1 << 20
  /// So much is kept of the end of its errors.
  package var keptErrors = 4 << 10

  package init(_ path: String, _ arguments: [String], limit: Duration) {
    (self.path, self.arguments, self.limit) = (path, arguments, limit)
  }

  /// This program itself, also where another version has taken its place meanwhile.
  package static let itself = "/proc/self/exe"
}

/// How a child process has ended.
package struct ChildEnding: Hashable, Sendable {
  package enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  package enum Cause: Hashable, Sendable {
    /// By itself, or as somebody else killed it.
    case itself
    /// Nobody wanted more of it.
    case stopped
    case overTime
    /// A line of its output was too long.
    case overOutput
  }

  package let exit: Exit
  package let cause: Cause
  /// The end of what it wrote to its standard error.
  package let errors: [UInt8]
}
