package import Domain
internal import JSON

/// What one code of a provider means to us.
package struct ErrorRow: Hashable, Sendable {
  package enum Class: String, Hashable, Sendable, CaseIterable {
    case retry = "RETRY"
    case later = "LATER"
    case recipient = "RECIPIENT"
    case message = "MESSAGE"
    case stop = "STOP"
    case doubt = "DOUBT"
    case ok = "OK"
  }

  package let code: String
  package let errorClass: Class
  /// Ours, for people.
  package let sentence: String
  package let wait: WaitRule?
  package let holding: Outcome.Holding
  /// A code that says nothing of whether the message was taken.
  package let isDoubtIn5xx: Bool
  package let advice: [Failure.Advice]

  func failure(_ providerText: String?) -> Failure {
    Failure(code: code, sentence: sentence, providerText: providerText, advice: advice)
  }

  func failure(_ providerText: String?, code: String) -> Failure {
    Failure(code: code, sentence: sentence, providerText: providerText, advice: advice)
  }
}

extension ErrorRow {
  init?(_ value: JSONValue) {
    guard let code = value["code"]?.string, let sentence = value["sentence"]?.string,
      let errorClass = value["class"]?.string.flatMap(Class.init(rawValue:))
    else { return nil }
    self.code = code
    self.sentence = sentence
    self.errorClass = errorClass
    wait = value["wait"].flatMap(WaitRule.init)
    holding = value["holds"]?.string.flatMap(Outcome.Holding.init(rawValue:)) ?? .send
    isDoubtIn5xx = value["doubtIn5xx"]?.bool ?? false
    advice = (value["advice"]?.items ?? []).compactMap(Failure.Advice.init)
    let isTriedAgain = errorClass == .retry || errorClass == .later
    guard isTriedAgain == (wait != nil), advice.count == value["advice"]?.items?.count ?? 0 else {
      return nil
    }
  }
}

extension Failure.Advice {
  fileprivate init?(_ value: JSONValue) {
    if let seconds = value["probe"]?.integer {
      self = .probe(after: .seconds(seconds))
    } else if let seconds = value["rest"]?.integer {
      self = .rest(.seconds(seconds))
    } else {
      switch value.string {
      case "optOut": self = .optOut(.everything)
      case "optOutMarketing": self = .optOut(.marketing)
      case "pauseTemplate": self = .pauseTemplate
      case "lowerRate": self = .lowerRate
      case "alert": self = .alert
      case "useTemplate": self = .useTemplate
      case "restFromMarketing": self = .restFromMarketing
      default: return nil
      }
    }
  }
}
