/// What stands behind a command: `--name value`, `--name=value`, `--flag`, and words of their own; after `--`
/// only words.
struct Options {
  private(set) var words: [String] = []
  private var values: [String: String] = [:]
  private var every: [String: [String]] = [:]
  private var given: Set<String> = []

  /// `known` are the options that the command takes, each with a value; `flags` stand alone.
  init(
    _ arguments: ArraySlice<String>, _ known: Set<String>, flags: Set<String> = []
  ) throws(UsageFault) {
    var rest = arguments
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        return
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        words.append(argument)
        continue
      }
      guard argument.hasPrefix("--") else {
        throw UsageFault("there is no option \(argument); options begin with --")
      }
      if flags.contains(String(argument.dropFirst(2))) {
        given.insert(String(argument.dropFirst(2)))
        continue
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = parts.first, known.contains(name) else {
        let flag = parts.first.flatMap { flags.contains($0) ? "--\($0) takes no value" : nil }
        throw UsageFault(flag ?? "there is no option \(argument)")
      }
      guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
        throw UsageFault("--\(name) needs a value")
      }
      values[name] = value
      every[name, default: []].append(value)
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// Of one that may be said several times.
  func all(_ name: String) -> [String] { every[name] ?? [] }

  func has(_ flag: String) -> Bool { given.contains(flag) }

  func count(_ name: String, in range: ClosedRange<Int>, default usual: Int) throws(UsageFault)
    -> Int
  {
    guard let text = values[name] else { return usual }
    guard let count = Int(text), range.contains(count) else {
      throw UsageFault("--\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return count
  }
}
