/// One person in a conversation: where they are in its steps, and what they have seen and done.
struct Part: Sendable {
  struct Deed: Sendable {
    let at: Int64
    /// As the step is called.
    let step: String
    var id: String?
    var text = ""
    /// The message that it answers, changes or reacts to.
    var about: String?
  }

  let conversation: Int
  let number: Int
  let sender: Int
  var person: Int32
  /// Among the acts of the course, and the rounds that are left of each repetition around it.
  var place = 0
  var rounds: [Int] = []
  /// What was set for an earlier turn does nothing any more.
  var turn = 0
  var isWaiting = false
  /// What it waits for has come, and it goes on at once.
  var isWoken = false
  var isDone = false
  private(set) var seen: [Seen] = []
  private(set) var seenCount = 0
  private(set) var deeds: [Deed] = []
  private(set) var deedCount = 0
  /// How many there were when the person last did something.
  private var seenBefore = 0
  private(set) var lastOwn: String?
  var messages = 0
  /// Messages that did not come in time, and steps that could not be done.
  var waitedInVain = 0
  var skipped = 0

  init(_ conversation: Int, _ number: Int, sender: Int, person: Int32) {
    self.conversation = conversation
    self.number = number
    self.sender = sender
    self.person = person
  }

  var hasNews: Bool { seenCount > seenBefore }

  var last: Seen? { seen.last }

  mutating func see(_ message: Seen, keeping kept: Int) {
    if seen.count >= kept { seen.removeFirst() }
    seen.append(message)
    seenCount += 1
  }

  mutating func note(_ deed: Deed, keeping kept: Int) {
    if deeds.count >= kept { deeds.removeFirst() }
    deeds.append(deed)
    deedCount += 1
    read()
  }

  mutating func wrote(_ id: String) { lastOwn = id }

  /// Whatever has come by now was read.
  mutating func read() { seenBefore = seenCount }
}

/// A conversation that was begun.
struct Begun: Sendable {
  let conversation: Conversation
  let course: Course
  let sender: Int
  /// Numbers of its parts.
  let parts: Range<Int>
  var underWay: Int

  /// Of each person, so that all of them stay within memory.
  var kept: Int { min(100, max(5, 200_000 / conversation.count)) }
}
