/// What stands behind a command: `--name value`, `--name=value`, `--flag`, and words of their own.
struct Options {
  private(set) var words: [String] = []
  private var values: [String: String] = [:]
  private var given: Set<String> = []

  /// `known` are the options that the command takes, each with a value; `flags` stand alone.
  init(
    _ arguments: ArraySlice<String>, _ known: Set<String>, flags: Set<String> = []
  ) throws(UsageFault) {
    var rest = arguments
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        words.append(argument)
        continue
      }
      if flags.contains(String(argument.dropFirst(2))) {
        given.insert(String(argument.dropFirst(2)))
        continue
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = parts.first, known.contains(name) else {
        throw UsageFault("there is no option \(argument)")
      }
      guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
        throw UsageFault("--\(name) wants a value")
      }
      values[name] = value
    }
  }

  subscript(name: String) -> String? { values[name] }

  func has(_ flag: String) -> Bool { given.contains(flag) }

  func count(_ name: String, in range: ClosedRange<Int>, default usual: Int) throws(UsageFault)
    -> Int
  {
    guard let text = values[name] else { return usual }
    guard let count = Int(text), range.contains(count) else {
      throw UsageFault("--\(name) wants a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return count
  }
}
