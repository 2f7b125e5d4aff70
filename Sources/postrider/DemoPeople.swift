internal import Simulator

/// Who writes to the demo by themselves. Their names say that nobody is there.
enum DemoPeople {
  private static let names = ["Ada", "Bruno", "Carla", "Dario", "Elena", "Fabio"]

  /// What each says first, and goes on with while the demo runs.
  private static let words = [
    "Good morning, has my order left?", "Can I change the delivery to Friday?",
    "Thank you, it has arrived!", "Do you have the blue one as well?", "When do you open tomorrow?",
    "I would like to talk to a person",
  ]
  private static let more = ["And in the afternoon?", "Great, thanks!", "Is there any news?"]

  static func number(_ place: Int) -> String { "+39333555\(1000 + place)" }

  static var settings: SimulatorSettings {
    var settings = SimulatorSettings()
    settings.people = names.enumerated().map { place, name in
      var person = Person(address: number(place))
      person.name = "\(name) (demo)"
      return person
    }
    settings.script = names.indices.map { line(after: 3 + 2 * $0, place: $0, words[$0]) }
    // For an afternoon; a demo that runs longer has been seen.
    settings.script += (1...180).map { minute in
      let place = minute % names.count
      return line(after: 60 * minute, place: place, more[minute % more.count])
    }
    return settings
  }

  private static func line(after seconds: Int, place: Int, _ text: String) -> ScriptLine {
    ScriptLine(
      after: .seconds(seconds), from: number(place),
      saying: Saying(to: Demo.phoneNumberID, .text(text)))
  }
}
