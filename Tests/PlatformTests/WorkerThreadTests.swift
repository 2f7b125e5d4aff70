import Platform
import Synchronization
import Testing

@Suite struct WorkerThreadTests {
  @Test("join returns after the body did")
  func join() {
    let done = Atomic(false)
    let thread = WorkerThread("test") { done.store(true, ordering: .releasing) }
    thread.join()
    let isDone = done.load(ordering: .acquiring)
    #expect(isDone)
  }

  @Test("join with a limit tells that the body still runs")
  func joinWithLimit() {
    let gate = Gate()
    let thread = WorkerThread("test") { gate.wait() }
    #expect(!thread.join(within: .milliseconds(10)))
    gate.open()
    #expect(thread.join(within: .seconds(10)))
  }
}
