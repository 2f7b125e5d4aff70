import Domain
import Running
import SendStore
import Testing
import Time

/// What holds of rehearsals wherever they run.
@Suite struct RehearsalTests {
  @Test(
    "a campaign is rehearsed once it is loaded, until all of it was begun",
    arguments: [
      (CampaignState.planned, true, StoredCare.Wave.none, nil), (.planned, false, .none, "planned"),
      (.loading, false, .none, "the campaign is loading"), (.running, true, .passed, nil),
      (.paused, true, .none, nil), (.running, true, .out, "first wave is out"),
      (.finishing, true, .none, "the campaign is finishing"), (.done, true, .none, "is done"),
      (.canceled, true, .none, "is canceled"),
    ] as [(CampaignState, Bool, StoredCare.Wave, String?)])
  func refusal(
    state: CampaignState, isLoaded: Bool, wave: StoredCare.Wave, sentence: String?
  ) throws {
    let why = RehearsalTerms.refusal(in: state, isLoaded: isLoaded, wave: wave)
    if let sentence {
      #expect(try #require(why).contains(sentence))
    } else {
      #expect(why == nil)
    }
  }

  @Test(
    "a line is read as it was written",
    arguments: [
      RehearsalLine.progress(
        RehearsalProgress(
          posted: 3, people: 200, at: Timestamp(microseconds: 1_800_000_000_250_000))),
      .report(Array(#"{"people":200,"events":[]}"#.utf8)), .refused("the campaign is done: é"),
    ])
  func line(line: RehearsalLine) { #expect(RehearsalLine(line.text) == line) }

  @Test("a sentence stays one line")
  func sentence() {
    #expect(RehearsalLine(RehearsalLine.refused("one\ntwo").text) == .refused("one two"))
  }

  @Test(
    "what is no line of ours is nothing",
    arguments: [
      "", " ", "report", "report ", "report [1]", "report {\"a\":1", "progress {}", "Progress {}",
      #"progress {"posted":-1,"people":2,"at":"2026-01-01T00:00:00Z"}"#,
      #"progress {"posted":1,"people":2,"at":"soon"}"#, "hello world",
    ])
  func noLine(text: String) { #expect(RehearsalLine(Array(text.utf8)) == nil) }
}
