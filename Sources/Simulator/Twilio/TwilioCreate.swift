internal import HTTP
internal import JSON
internal import Time

/// `POST …/Messages.json`: every check that Twilio makes before it says 201, and what it finds out after.
extension World {
  mutating func createTwilioMessage(
    account: Int, _ request: HTTPRequest, at now: Int64
  ) throws(TwilioRefusal) -> Int {
    let type = request.headers.first("content-type") ?? ""
    let items =
      type.hasPrefix("application/x-www-form-urlencoded") ? QueryItem.all(in: request.body) : []
    let form = try TwilioForm(items)
    let (sender, service) = try twilioSender(account, form)
    try checkContent(account, form)
    let person = people.number(of: form.address)
    var draft = Draft(sender: sender, person: person)
    draft.service = service
    draft.body = form.body
    draft.hasMedia = !form.media.isEmpty
    draft.callback = callback(account, service, form)
    draft.claim = form.statusCallback.flatMap(Claim.init(callbackURL:))
    try refuseOptedOut(sender, person)
    try passDoors(account, &draft, at: now)
    try schedule(&draft, form, at: now)
    findFailure(account, &draft, form, at: now)
    let serial = accept(draft, at: now)
    let content = settings.twilio[account].contents.first { $0.sid == form.contentSid }
    expect(serial, { Seen(form, content, id: $0) }, at: now)
    return serial
  }

  /// The sender's number and the service's place. A service keeps to one sender for each person.
  private func twilioSender(
    _ account: Int, _ form: TwilioForm
  ) throws(TwilioRefusal) -> (sender: Int, service: Int?) {
    let settings = settings.twilio[account]
    var service: Int?
    var from = form.from ?? ""
    if let sid = form.service, !sid.isEmpty {
      service = settings.services.firstIndex { $0.sid == sid }
      guard let service else {
        throw TwilioRefusal(21701, "The Messaging Service \(sid) does not exist")
      }
      let pool = pool(of: settings.services[service], form)
      guard !settings.services[service].senders.isEmpty else {
        throw TwilioRefusal(21704, "The Messaging Service contains no phone numbers")
      }
      guard !pool.isEmpty else {
        throw TwilioRefusal(21703, "The Messaging Service has no sender for this message")
      }
      let choice = form.address.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
      if from.isEmpty { from = pool[choice % pool.count] }
      guard settings.services[service].senders.contains(from) else {
        throw TwilioRefusal(21712, "The 'From' number does not belong to the Messaging Service")
      }
    }
    return (try ownSender(settings, from, form), service)
  }

  /// RCS is tried before SMS where nothing else is said.
  private func pool(of service: TwilioAccount.Service, _ form: TwilioForm) -> [String] {
    let byRCS = service.senders.filter { channelPrefix($0) == "rcs:" }
    if form.channel.isEmpty, !byRCS.isEmpty { return byRCS }
    return service.senders.filter { channelPrefix($0) == form.channel }
  }

  private func ownSender(
    _ account: TwilioAccount, _ from: String, _ form: TwilioForm
  ) throws(TwilioRefusal) -> Int {
    let isChosen = form.service?.isEmpty == false && form.channel.isEmpty
    guard channelPrefix(from) == form.channel || isChosen && channelPrefix(from) == "rcs:" else {
      throw TwilioRefusal(
        63007, "Twilio could not find a Channel with the specified From address")
    }
    guard let sender = senderNumbers["\(account.sid) \(from)"] else {
      if !form.channel.isEmpty {
        throw TwilioRefusal(
          63007, "Twilio could not find a Channel with the specified From address")
      }
      guard isE164(from) || from.count <= 11 else {
        throw TwilioRefusal(21212, "The 'From' number \(from) is not a valid phone number")
      }
      throw TwilioRefusal(
        21606, "The From phone number \(from) is not a valid, SMS-capable Twilio number")
    }
    guard from != form.to else {
      throw TwilioRefusal(21266, "'To' and 'From' number cannot be the same")
    }
    return sender
  }

  private func checkContent(_ account: Int, _ form: TwilioForm) throws(TwilioRefusal) {
    guard let sid = form.contentSid else {
      if form.contentVariables != nil {
        throw TwilioRefusal(21654, "ContentSid Required")
      }
      return
    }
    guard settings.twilio[account].contents.contains(where: { $0.sid == sid }) else {
      throw TwilioRefusal(21655, "The ContentSid is invalid: \(sid)")
    }
    guard let variables = form.contentVariables, !variables.isEmpty else { return }
    guard variableNames(variables) != nil else {
      throw TwilioRefusal(21656, "The ContentVariables Parameter is invalid")
    }
  }

  /// nil where it is no object of strings.
  private func variableNames(_ text: String) -> Set<String>? {
    let document: JSONDocument
    do { document = try JSONDocument(Array(text.utf8)) } catch { return nil }
    guard let fields = document.root.fields, fields.allSatisfy({ $0.value.string != nil }) else {
      return nil
    }
    return Set(fields.map(\.name))
  }

  private func callback(_ account: Int, _ service: Int?, _ form: TwilioForm) -> String? {
    form.statusCallback ?? service.flatMap { settings.twilio[account].services[$0].statusCallback }
  }

  private func refuseOptedOut(_ sender: Int, _ person: Int32) throws(TwilioRefusal) {
    guard hasOptedOut(pairs[Pair.key(sender, person)], person) else { return }
    throw TwilioRefusal(21610, "Attempt to send to unsubscribed recipient")
  }

  private mutating func passDoors(
    _ account: Int, _ draft: inout Draft, at now: Int64
  ) throws(TwilioRefusal) {
    let sender = draft.sender
    guard case .twilio(_, let settings) = senders[sender].owner else { return }
    let isInTime = senders[sender].rate?.arrive(at: now) ?? true
    let ofSender = senders[sender].daily?.arrive(at: now) ?? true
    let ofAccount = accounts[account].daily?.arrive(at: now) ?? true
    guard ofSender, ofAccount else {
      let limit = (ofSender ? accounts[account].daily : senders[sender].daily)?.limit ?? 0
      throw TwilioRefusal(
        63038, status: 429,
        "Account \(self.settings.twilio[account].sid) exceeded the \(limit) daily messages limit")
    }
    switch settings.excess {
    case .fail where !isInTime: draft.code = 63018
    case .refuse where !isInTime:
      throw TwilioRefusal(63018, status: 429, "Rate limit exceeded for Channel")
    case .queue: try queue(&draft, at: now)
    default: break
    }
  }

  /// Twilio holds ten hours of SMS and four of WhatsApp.
  private mutating func queue(_ draft: inout Draft, at now: Int64) throws(TwilioRefusal) {
    guard case .twilio(_, let settings) = senders[draft.sender].owner, let rate = settings.rate
    else { return }
    let start = max(senders[draft.sender].queueEnds, now)
    guard start - now <= (settings.isWhatsApp ? 4 : 10) * 3_600_000_000 else {
      throw TwilioRefusal(21611, status: 429, "This 'From' number has exceeded the maximum queue")
    }
    draft.startsAt = start
    senders[draft.sender].queueEnds = start + rate.span.microseconds / Int64(rate.count)
  }

  private func schedule(
    _ draft: inout Draft, _ form: TwilioForm, at now: Int64
  ) throws(TwilioRefusal) {
    if draft.service != nil { draft.state = .accepted }
    guard let text = form.sendAt else { return }
    guard let time = Timestamp(rfc3339: text), time.microseconds > now else {
      throw TwilioRefusal(20422, status: 422, "SendAt is no time to come: \(text)")
    }
    draft.state = .scheduled
    draft.startsAt = time.microseconds
  }

  /// What Twilio learns from the channel after its 201.
  private mutating func findFailure(
    _ account: Int, _ draft: inout Draft, _ form: TwilioForm, at now: Int64
  ) {
    guard draft.code == nil, form.isWhatsApp,
      case .twilio(_, let sender) = senders[draft.sender].owner
    else { return }
    let person = people[draft.person]
    let pair = pairs[Pair.key(draft.sender, draft.person)]
    if sender.isSandbox, !person.hasJoinedSandbox {
      draft.code = 63015
    } else if !person.isOnWhatsApp {
      draft.code = 63003
    } else if let sid = form.contentSid {
      draft.code = contentFailure(account, sid, form, at: now)
    } else if !hasOpenWindow(pair, draft.person, at: now) {
      draft.code = 63016
    }
  }

  private mutating func contentFailure(
    _ account: Int, _ sid: String, _ form: TwilioForm, at now: Int64
  ) -> Int? {
    guard let content = settings.twilio[account].contents.first(where: { $0.sid == sid }) else {
      return nil
    }
    let scene = FaultDesk.Scene(
      provider: "twilio", sender: form.from, recipient: form.address, template: sid)
    if content.isPaused
      || desk.strike([.templatePaused], scene, at: now, ordinal: requests) != nil
    {
      return 63041
    }
    let given = variableNames(form.contentVariables ?? "{}") ?? []
    return given.isSubset(of: content.variables) ? nil : 63028
  }
}
