import Domain
import EngageWorker
import Platform
import Running
import Testing

@Suite struct AgendaTests {
  @Test("the first of what is to come is next, and what has passed is forgotten")
  func next() {
    var agenda = Agenda()
    #expect(agenda.next == nil)
    for span in [3600, 60, 7200] { agenda.add(in: .seconds(span)) }
    #expect(agenda.next.map { $0 > .seconds(50) && $0 < .seconds(61) } == true)
    agenda.add(in: .seconds(-1))
    #expect(agenda.next == .zero)
    agenda.forgetPast()
    #expect(agenda.next.map { $0 > .seconds(50) } == true)
  }

  @Test("it keeps no more than it needs")
  func bound() {
    var agenda = Agenda()
    for _ in 0..<1000 { agenda.add(in: .seconds(3600)) }
    agenda.add(in: .seconds(1))
    #expect(agenda.next.map { $0 > .seconds(3000) } == true)
  }

  @Test("who has queued tells everybody beside them, and nobody of nothing")
  func news() {
    let (news, heard) = (QueuedNews(), Locked<[Set<SenderID>]>([]))
    for _ in 0..<2 { news.onNews { senders in heard.withLock { $0.append(senders) } } }
    news.tell([])
    news.tell([SenderID("main")])
    #expect(heard.withLock { $0 } == [[SenderID("main")], [SenderID("main")]])
  }
}
