internal import Time

/// A sender's limits and what the ledger knows about it.
struct Sender: Sendable {
  enum Owner: Sendable {
    case twilio(account: Int, TwilioAccount.Sender)
    case meta(app: Int, account: Int, MetaApp.Phone)
  }

  let name: String
  let owner: Owner
  var rate: Door?
  var daily: Door?
  var pair: BurstDoor?
  var worstPair = 0
  var pairViolations = 0
  var pairArrivals = 0
  /// When the queue of a sender that queues is empty again.
  var queueEnds: Int64 = 0
  var record = SenderRecord()
  var standing = SenderStanding()

  init(_ settings: TwilioAccount.Sender, account: Int) {
    name = settings.address
    owner = .twilio(account: account, settings)
    rate = settings.rate.map(Door.init)
    daily = settings.daily.map { Door(name: "daily", limit: $0, span: World.day) }
  }

  init(_ phone: MetaApp.Phone, app: Int, account: Int) {
    name = phone.id
    owner = .meta(app: app, account: account, phone)
    rate = Door(phone.rate)
    pair = phone.pair.map(BurstDoor.init)
  }

  var provider: String {
    if case .twilio = owner { "twilio" } else { "meta" }
  }
}

extension Door {
  init(_ rate: Rate) {
    self.init(name: "rate", limit: rate.burst ?? rate.count, span: rate.span.microseconds)
  }
}

/// Counts of one sender, which only go up.
struct SenderRecord: Sendable {
  var accepted = 0
  var duplicates = 0
  var firstAt: Int64 = 0
  var lastAt: Int64 = 0
  var recipients = 0
  var refused: [Int: Int] = [:]
  var failed: [Int: Int] = [:]
  /// Taken and not sent until it was decided, and of those the ones that never were.
  var held = 0
  var dropped = 0
  var reached: [String: Int] = [:]
}

/// Counts of the whole, which only go up.
struct Totals: Sendable {
  var requests = 0
  var accepted = 0
  var untagged = 0
  var duplicates = 0
  /// A later attempt of a send whose earlier ones had all failed in a way that may be tried again.
  var repeats = 0
  /// A later attempt after a failure that is for good.
  var repeatsAfterFinalFailure = 0
  var refused: [String: Int] = [:]
  /// Messages that were taken and held, and what became of them.
  var held = 0
  var released = 0
  var dropped = 0
  /// Taken, and refused later with 131049.
  var marketingRefused = 0
  var malformed = 0
  var unauthorized = 0
  var malformedSamples: [Sample] = []
  var duplicateSamples: [Sample] = []
  var twilio = CallbackRecord()
  var meta = CallbackRecord()

  struct Sample: Sendable {
    let at: Int64
    let text: String
  }

  static let samplesKept = 50

  static func keep(_ text: String, at time: Int64, in samples: inout [Sample]) {
    if samples.count < samplesKept { samples.append(Sample(at: time, text: text)) }
  }
}

/// What became of the callbacks to one side. `planned` counts updates, the rest requests.
struct CallbackRecord: Sendable {
  var planned = 0
  var lost = 0
  var sent = 0
  var answered = 0
  /// Updates inside the requests that were answered.
  var updatesAnswered = 0
  var refused: [Int: Int] = [:]
  var notReached = 0
  var unanswered = 0
  var retried = 0
  var givenUp = 0
  var inbound = 0
  var lastAnswers: [Totals.Sample] = []
}
