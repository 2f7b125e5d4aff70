/// What the assistant was asked and what it said: counts that only go up, and the newest questions.
struct ChatBook: Sendable {
  struct Entry: Sendable {
    let number: Int
    let conversation: String?
    let at: Int64
    var model = ""
    /// JSON; nil where they were too many to be kept.
    var messages: [UInt8]?
    var tools: [String] = []
    var orders: [String] = []
    var answeredAt: Int64 = 0
    /// nil where the connection was cut or nothing was ever said.
    var status: Int?
    var fault: String?
    var content: String?
    var calls: [ChatReply.Call] = []
    var promptTokens = 0
    var completionTokens = 0
  }

  /// How the calls of one conversation followed each other.
  struct Talk: Sendable {
    var calls = 0
    var underWay = 0
    var mostUnderWay = 0
    /// What the newest questions were known by, in the order in which they came.
    var tokens: [String] = []
  }

  private(set) var calls = 0
  private(set) var answered = 0
  private(set) var unauthorized = 0
  private(set) var malformed = 0
  private(set) var refused: [String: Int] = [:]
  private(set) var orders: [String: Int] = [:]
  private(set) var promptTokens = 0
  private(set) var completionTokens = 0
  private(set) var underWay = 0
  private(set) var mostUnderWay = 0
  private var entries: [Entry] = []
  private var head = 0
  private var keptBytes = 0
  private let limit: Int
  private var talks: [String: Talk] = [:]
  private var talkOrder: [String] = []
  private var talkHead = 0

  static let mostBytes = 64 << 20
  static let mostBytesEach = 256 << 10
  static let mostTalks = 20_000
  static let keptTokens = 100

  init(keeping limit: Int) { self.limit = limit }

  var conversationCount: Int { talks.count }

  /// Conversations that were asked about once more before the former answer was there.
  var overlapping: Int { talks.values.count { $0.mostUnderWay > 1 } }

  /// Returns the call's number.
  mutating func begin() -> Int {
    calls += 1
    return calls
  }

  mutating func refuse(_ why: String) { refused[why, default: 0] += 1 }

  mutating func noteUnauthorized() { unauthorized += 1 }

  mutating func noteMalformed() { malformed += 1 }

  /// A question that can be read is on its way to its answer.
  mutating func ask(_ conversation: String?, _ token: String) {
    underWay += 1
    mostUnderWay = max(mostUnderWay, underWay)
    guard let conversation else { return }
    if talks[conversation] == nil { makeRoom(for: conversation) }
    talks[conversation]?.ask(token)
  }

  /// Its answer leaves.
  mutating func leave(_ conversation: String?) {
    underWay -= 1
    if let conversation { talks[conversation]?.underWay -= 1 }
  }

  mutating func keep(_ entry: Entry) {
    if entry.status == 200 { answered += 1 }
    promptTokens += entry.promptTokens
    completionTokens += entry.completionTokens
    for order in entry.orders { orders[order, default: 0] += 1 }
    entries.append(entry)
    keptBytes += entry.size
    while entries.count - head > limit || keptBytes > Self.mostBytes, head < entries.count - 1 {
      keptBytes -= entries[head].size
      entries[head] = Entry(number: entries[head].number, conversation: nil, at: 0)
      head += 1
    }
    guard head > limit else { return }
    entries.removeFirst(head)
    head = 0
  }

  private mutating func makeRoom(for conversation: String) {
    talks[conversation] = Talk()
    talkOrder.append(conversation)
    guard talkOrder.count - talkHead > Self.mostTalks else { return }
    talks[talkOrder[talkHead]] = nil
    talkHead += 1
    guard talkHead > Self.mostTalks else { return }
    talkOrder.removeFirst(talkHead)
    talkHead = 0
  }

  /// The oldest first, of those after that number.
  func entries(of conversation: String?, after number: Int, limit: Int) -> [Entry] {
    let wanted = entries[head...].lazy.filter { entry in
      entry.number > number && (conversation == nil || entry.conversation == conversation)
    }
    return Array(wanted.prefix(limit))
  }

  /// The newest, in their order.
  func newest(of conversation: String?, limit: Int) -> [Entry] {
    let wanted = entries[head...].reversed().lazy.filter { entry in
      conversation == nil || entry.conversation == conversation
    }
    return Array(wanted.prefix(limit)).reversed()
  }

  /// In the order in which they were first asked about.
  func conversations(after place: Int, limit: Int) -> [(id: String, talk: Talk)] {
    talkOrder[talkHead...].dropFirst(place).prefix(limit).compactMap { id in
      talks[id].map { (id, $0) }
    }
  }
}

extension ChatBook.Entry {
  fileprivate var size: Int { 500 + (messages?.count ?? 0) + (content?.utf8.count ?? 0) }
}

extension ChatBook.Talk {
  fileprivate mutating func ask(_ token: String) {
    calls += 1
    underWay += 1
    mostUnderWay = max(mostUnderWay, underWay)
    if tokens.count >= ChatBook.keptTokens { tokens.removeFirst() }
    tokens.append(token)
  }
}
