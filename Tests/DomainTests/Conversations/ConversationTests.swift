import Domain
import Testing
import Time

@Suite struct ConversationTests {
  private static let start = Timestamp(seconds: 1_800_000_000)

  private static func at(_ seconds: Int) -> Timestamp { start + .seconds(seconds) }

  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    var assistant: String?
    let acts: [ConversationAct]
    let mode: ConversationStanding.Mode
    var isOn = true
    var archived = false
    var unread = 0
    let turn: Int64
    let answerer: ConversationStanding.Answerer

    var testDescription: String { text }
  }

  private static let wrote = ConversationAct.received(at: at(0))
  private static let answered = ConversationAct.personWrote(at: at(10))

  static let cases = [
    Case(
      text: "who writes first is asked to wait", acts: [wrote], mode: .automatic, unread: 1,
      turn: 0, answerer: .setText),
    Case(
      text: "an assistant answers where there is one", assistant: "ann", acts: [wrote],
      mode: .automatic, unread: 1, turn: 0, answerer: .assistant("ann")),
    Case(
      text: "once for all messages of one silence", acts: [wrote, .askedToWait(at: at(1)), wrote],
      mode: .automatic, unread: 2, turn: 0, answerer: .nobody),
    Case(
      text: "a person's message makes it manual, and is a turn", assistant: "ann",
      acts: [wrote, answered], mode: .manual, turn: 1, answerer: .nobody),
    Case(
      text: "automatic again, the next one is asked to wait anew",
      acts: [wrote, .askedToWait(at: at(1)), answered, .setMode(.automatic), wrote],
      mode: .automatic, unread: 1, turn: 2, answerer: .setText),
    Case(
      text: "archiving makes it automatic and switches the assistant on", assistant: "ann",
      acts: [wrote, .handOver, .archive], mode: .automatic, archived: true, turn: 2,
      answerer: .assistant("ann")),
    Case(
      text: "archived already, nothing happens", acts: [.archive, .archive], mode: .automatic,
      archived: true, turn: 1, answerer: .setText),
    Case(
      text: "a message brings it back", acts: [.archive, wrote], mode: .automatic, unread: 1,
      turn: 1, answerer: .setText),
    Case(
      text: "who wants a person has the assistant off", assistant: "ann", acts: [wrote, .handOver],
      mode: .manual, isOn: false, unread: 1, turn: 1, answerer: .nobody),
    Case(
      text: "also in automatic mode", assistant: "ann",
      acts: [wrote, .handOver, .setMode(.automatic)], mode: .automatic, isOn: false, unread: 1,
      turn: 2, answerer: .setText),
    Case(
      text: "until somebody switches it on", assistant: "ann",
      acts: [wrote, .handOver, .setMode(.automatic), .switchAssistant(on: true)],
      mode: .automatic, unread: 1, turn: 3, answerer: .assistant("ann")),
    Case(
      text: "manual for a day, it is the assistant's again", assistant: "ann",
      acts: [wrote, answered, .rested(at: at(10 + 86_400))], mode: .automatic, turn: 2,
      answerer: .assistant("ann")),
    Case(
      text: "manual for less than a day", assistant: "ann",
      acts: [wrote, answered, .rested(at: at(9 + 86_400))], mode: .manual, turn: 1,
      answerer: .nobody),
    Case(
      text: "without an assistant it stays manual",
      acts: [wrote, answered, .rested(at: at(900_000))],
      mode: .manual, turn: 1, answerer: .nobody),
    Case(
      text: "the same mode again is no turn", acts: [.setMode(.automatic)], mode: .automatic,
      turn: 0, answerer: .setText),
    Case(
      text: "what a campaign sends changes no mode, and is no answer",
      acts: [wrote, .askedToWait(at: at(1)), .systemWrote(at: at(5))], mode: .automatic, unread: 1,
      turn: 0, answerer: .nobody),
    Case(
      text: "an assistant's answer ends the silence", assistant: "ann",
      acts: [wrote, .assistantWrote(at: at(2)), .setAssistant(nil)], mode: .automatic, unread: 1,
      turn: 1, answerer: .setText),
    Case(
      text: "whoever looks has read it", acts: [wrote, wrote, .read], mode: .automatic, turn: 0,
      answerer: .setText),
  ]

  @Test("who answers, and whose turn it is", arguments: cases)
  func acts(_ one: Case) {
    var standing = ConversationStanding()
    standing.assistant = one.assistant
    for act in one.acts { standing.apply(act) }
    #expect(standing.mode == one.mode && standing.isAssistantOn == one.isOn)
    #expect(standing.isArchived == one.archived && standing.unread == one.unread)
    #expect(standing.turn == one.turn && standing.answerer == one.answerer)
  }

  @Test("a message that comes late moves nothing back")
  func late() {
    var standing = ConversationStanding()
    for seconds in [100, 50] { standing.apply(.received(at: Self.at(seconds))) }
    #expect(standing.inbound == Self.at(100) && standing.last == Self.at(100))
    #expect(standing.unread == 2)
  }

  @Test("a turn never goes back, and whoever may not answer any more has lost it")
  func turns() {
    let acts: [ConversationAct] = [
      .received(at: Self.at(1)), .personWrote(at: Self.at(2)), .archive, .unarchive, .read,
      .setMode(.manual), .setMode(.automatic), .handOver, .switchAssistant(on: true),
      .setAssistant("ann"), .setAssistant(nil), .rested(at: Self.at(1_000_000)),
      .assistantWrote(at: Self.at(3)), .askedToWait(at: Self.at(4)), .assign(agent: "bea"),
    ]
    var standings = [ConversationStanding()]
    for _ in 0..<4 {
      var next: Set<ConversationStanding> = []
      for before in standings {
        for act in acts {
          var after = before
          #expect(after.apply(act) == (after != before))
          #expect(after.turn >= before.turn)
          if case .assistant = before.answerer, after.answerer != before.answerer {
            #expect(after.turn > before.turn, "\(act)")
          }
          next.insert(after)
        }
      }
      standings = Array(next)
    }
    #expect(standings.count > 100)
  }
}
