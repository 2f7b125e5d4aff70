internal import Domain
internal import Running

extension MetaRefused {
  /// The first fault of a message says the code, all of them are told.
  init(_ faults: FieldFaults) {
    guard let first = faults.all.first else {
      self = .invalid("The request is wrong")
      return
    }
    let told = faults.all.prefix(Self.mostTold).map(\.metaSentence).joined(separator: "; ")
    if first.detail == SendIntake.onlyForObjects {
      self = .lacks(told)
    } else if first.pointer == "/type" {
      self.init(131051, "Unsupported message type", told)
    } else if first.detail.hasPrefix(FieldFault.missing) {
      self.init(131008, "Required parameter is missing", told)
    } else if FieldFault.outOfPlace.contains(where: first.detail.hasPrefix) {
      self = .parameter(told)
    } else if first.detail == Template.notOneLine {
      self.init(
        132018, "There's an issue with the parameters in your template", told)
    } else if first.detail.hasPrefix(Template.tooLong) {
      self.init(132005, "Translated text too long", told)
    } else {
      self = .invalid(told)
    }
  }

  private static let mostTold = 10

  /// What a template lacks, as far as it is known; nil where its provider may take it.
  init?(_ word: TemplateWord, of template: Template) {
    if let refusal = word.refusal {
      if word.status == "DISABLED" {
        self.init(132016, "Template is disabled", "template: \(refusal)")
      } else {
        self.init(
          132001, status: 404, "Template name does not exist in the translation",
          "template: \(refusal)")
      }
      return
    }
    guard let lack = word.needs?.faults(of: template).first else { return nil }
    let told = "\(lack.place) \(lack.detail)"
    switch lack.place {
    case "header":
      self.init(
        132012, "Parameter format does not match format in the created template", told)
    case "buttons": self.init(131008, "Required parameter is missing", told)
    default:
      self.init(
        132000, "Number of parameters does not match the expected number of params", told)
    }
  }
}

extension FieldFault {
  fileprivate static let missing = "is needed"
  /// Of what may not stand where it stands.
  fileprivate static let outOfPlace = [
    "is not known here", "does not go with", "cannot be given", "must have exactly one of link",
  ]

  /// With the place as Meta's body has it.
  fileprivate var metaSentence: String {
    let place = pointer == "/replyTo" ? "/context/message_id" : pointer
    let name = place.dropFirst().split(separator: "/").joined(separator: ".")
    return name.isEmpty ? "The message \(detail)" : "\(name) \(detail)"
  }
}
