internal import Domain

/// What assistants were told in confidence, ready to be looked for: most conversations are told the same.
final class ToldMemory {
  private struct Told: Hashable {
    let confidence: String
    let known: [String]
  }

  private var made: [Told: ToldTraces] = [:]

  private static let most = 16

  func traces(_ confidence: String, _ known: [String]) -> ToldTraces {
    let told = Told(confidence: confidence, known: known)
    if let traces = made[told] { return traces }
    let traces = ToldTraces(confidence, except: known)
    if made.count == Self.most { made = [:] }
    made[told] = traces
    return traces
  }
}
