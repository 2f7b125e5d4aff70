internal import Campaigns
internal import Crypto
internal import Domain
internal import JSON
internal import Platform
internal import Settings
internal import Time

/// `postrider campaign`
struct CampaignCommand: Subcommand {
  static let name = "campaign"
  static let summary = "send one message to a list of people: make, run, watch, pause, report"
  static let options: Set<String> = [
    "config", "url", "recipients", "cause", "reason", "patience", "fail-over", "part", "fault",
    "reserve",
  ]
  /// `watched` is for whoever starts a rehearsal as a process of its own.
  static let flags: Set<String> = ["csv", "yes", "anew", "anyway", "json", "watched"]
  static let help = """
    usage: postrider campaign run FILE|ID [--recipients FILE.csv] [--yes] [--fail-over N%] [OPTIONS]
           postrider campaign create FILE [--recipients FILE.csv] [OPTIONS]
           postrider campaign upload ID FILE.csv [--anew] [OPTIONS]
           postrider campaign plan ID [--reserve N] [--json] [OPTIONS]
           postrider campaign start ID [--anyway] [OPTIONS]
           postrider campaign rehearse ID [--fault WHAT@WHEN ...] [--json] [--config FILE]
           postrider campaign watch ID [--fail-over N%] [OPTIONS]
           postrider campaign pause|resume|cancel ID [--reason TEXT] [OPTIONS]
           postrider campaign winner ID VARIANT [OPTIONS]
           postrider campaign resend ID [--cause CODE] [OPTIONS]
           postrider campaign list [OPTIONS]
           postrider campaign report ID [--csv] [OPTIONS]
           postrider campaign faults ID [--cause held-out] [--csv] [OPTIONS]
           postrider campaign preview ID [OPTIONS]

    Asks the API of a running system, with a key of the settings that has the scopes send and read.

    FILE is the campaign's definition as JSON or JSON5: name, sender, message with {{columns}} of the list, and what
    else docs/campaigns.md explains. Its field `recipients`, or --recipients, names the list: a table with a line of
    column names, or .ndjson with one object a line.

    run makes the campaign, uploads its list, says what is wrong with it, starts it and looks on until it has ended.
    What a file says is one campaign: run again after it was ended in the middle, it goes on where it was, and once the
    campaign is done it sends nothing twice. A list that was changed since is uploaded anew, until the campaign starts.
    plan tells when a campaign would end, what would hold it until then and what it would cost, from the budgets that its
    senders have left now. A campaign that cannot be sent in its time is not started; start --anyway sends what can be.
    rehearse copies a loaded campaign with what its senders have spent, and sends it in virtual time to a simulated
    provider. It reads the store of the settings, changes nothing there, and nothing leaves the machine.
    winner says which of its messages those get who wait for the best one.
    resend makes a campaign of those whom a former one did not reach, or who had that cause; run ID starts it.

      --recipients FILE  the list, in place of the one that the definition names
      --yes              sends the good rows where others have faults; without it run asks, or ends where nobody can answer
      --anew             uploads the list from its beginning, whatever was uploaded before
      --anyway           starts it although its plan says that some of it will not be sent
      --json             the plan as the API gives it, or the rehearsal
      --fault WHAT@WHEN  something that goes wrong in a rehearsal, as often as wanted: token-expires@10m,
                         token-mended@12m, tier-cut@20%, tier-rise@1h, template-paused@30%, provider-down@5m..7m;
                         WHEN is a time from the start or a part of the people
      --reserve N        recipients of each day that are kept for replies and one-time codes, where the plan tells how
                         a portfolio's limit may rise
      --fail-over N%     ends with 1 where more than so many of the rows failed
      --patience N       waits at most so many seconds for a server that is away, or for somebody to start or mend
                         a campaign that stands still; 60 unless said
      --part N           uploads so many kilobytes at a time, 4096 unless said
      --reason TEXT      why it is paused or canceled, for whoever looks at it
      --cause CODE       a provider's code such as 131026, or a state from sent on; not-delivered unless said; of
                         faults: one reason alone, also held-out, which is no fault
      --csv              the whole table, for a spreadsheet
      --url URL          where the API is, unless it is where the settings listen
      --config FILE

    ends with  0   done, also with failures, unless --fail-over says otherwise
               1   canceled, or more failures than --fail-over allows, or the server would not do it
              65   the definition or the list was refused, or has faults and nobody said --yes; of plan: not all of it can
                   be sent in its time
              69   the server was away for longer than --patience
              75   paused, or standing still until a person sees to it
              78   the settings are wrong, or the server does not know their key
    """

  private let options: Options
  private let action: Action
  private let patience: Duration
  private let partSize: Int
  private let mostFailures: Double?
  private let faults: [RehearsalFault]
  private let reserve: Int

  private enum Action {
    case run(String)
    case create(String)
    case upload(CampaignID, String)
    case plan(CampaignID)
    case rehearse(CampaignID)
    case watch(CampaignID)
    case order(CampaignOrder, CampaignID)
    case winner(CampaignID, String)
    case resend(CampaignID)
    case list
    case report(CampaignID)
    case faults(CampaignID)
    case preview(CampaignID)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    patience = .seconds(try options.count("patience", in: 0...86_400, default: 60))
    partSize = try options.count("part", in: 128...65_536, default: 4096) << 10
    reserve = try options.count("reserve", in: 0...1_000_000, default: 0)
    mostFailures = try Self.share(options["fail-over"])
    faults = try options.all("fault").map(Self.fault)
    action = try Self.action(options.words)
  }

  private static func action(_ words: [String]) throws(UsageFault) -> Action {
    func id() throws(UsageFault) -> CampaignID {
      guard let id = CampaignID(words[1]) else {
        throw UsageFault("\(words[1]) is not the id of a campaign")
      }
      return id
    }
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): return .list
    case ("run", 2): return .run(words[1])
    case ("create", 2): return .create(words[1])
    case ("upload", 3): return .upload(try id(), words[2])
    case ("plan", 2): return .plan(try id())
    case ("rehearse", 2): return .rehearse(try id())
    case ("start", 2): return .order(.start, try id())
    case ("watch", 2): return .watch(try id())
    case ("pause", 2): return .order(.pause, try id())
    case ("resume", 2): return .order(.resume, try id())
    case ("cancel", 2): return .order(.cancel, try id())
    case ("winner", 3): return .winner(try id(), words[2])
    case ("resend", 2): return .resend(try id())
    case ("report", 2): return .report(try id())
    case ("faults", 2): return .faults(try id())
    case ("preview", 2): return .preview(try id())
    case ("run", _), ("create", _): throw UsageFault("campaign \(words[0]) needs a file")
    case ("upload", _): throw UsageFault("campaign upload needs the id of a campaign and a file")
    case ("winner", _):
      throw UsageFault("campaign winner needs the id of a campaign and the name of its message")
    case ("plan", _), ("rehearse", _), ("start", _), ("watch", _), ("pause", _), ("resume", _),
      ("cancel", _),
      ("resend", _),
      ("report", _), ("faults", _), ("preview", _):
      throw UsageFault("campaign \(words[0]) needs the id of one campaign")
    default:
      throw UsageFault(
        "campaign needs run, create, upload, plan, start, rehearse, watch, pause, resume, cancel, winner, resend, list, report, faults or preview"
      )
    }
  }

  private static func fault(_ text: String) throws(UsageFault) -> RehearsalFault {
    do throws(RehearsalFault.Unreadable) { return try RehearsalFault(text) } catch {
      throw UsageFault(error.sentence)
    }
  }

  /// Such as 5% or 0.5.
  private static func share(_ text: String?) throws(UsageFault) -> Double? {
    guard let text else { return nil }
    guard let share = Double(text.hasSuffix("%") ? String(text.dropLast()) : text),
      (0...100).contains(share)
    else { throw UsageFault("--fail-over must be a share of the rows, such as 5%") }
    return share
  }

  func run() -> Exit {
    if case .rehearse(let id) = action {
      if options.has("watched") { return WatchedRehearsal(id: id, faults: faults).run(options) }
      let rehearsal = CampaignRehearsal(
        id: id, faults: faults, listener: options.has("json") ? .program : .person)
      return StoreAccess.with(options) { try rehearsal.run($0) }
    }
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      Terminal.error(error.description)
      return .settings
    }
    do throws(APICaller.Failed) {
      let api = try APICaller(loaded, url: options["url"])
      defer { api.close() }
      return try act(CampaignCaller(api: api, patience: patience))
    } catch {
      Terminal.error("postrider: \(error.description)")
      return error.exit
    }
  }

  private func act(_ caller: CampaignCaller) throws(APICaller.Failed) -> Exit {
    let reading = CampaignReading(caller: caller)
    switch action {
    case .run(let word): return try run(word, caller)
    case .create(let path): try create(path, caller)
    case .upload(let id, let path): try upload(path, to: id, caller)
    case .plan(let id):
      return try CampaignPlanReading(caller: caller)
        .show(id, reserve: reserve, asJSON: options.has("json"))
    case .rehearse: break
    case .watch(let id): return try CampaignWatch(caller, mostFailures: mostFailures).run(id)
    case .order(let order, let id):
      tell(
        try caller.give(order, to: id, because: options["reason"], anyway: options.has("anyway")))
    case .winner(let id, let variant): tell(try caller.choose(variant, of: id))
    case .resend(let id):
      let key = "resend-" + lowerHex(randomBytes(16))
      Terminal.show(try caller.resend(id, cause: options["cause"], key: key).id.description)
    case .list: try reading.list()
    case .report(let id): try reading.report(id, asTable: options.has("csv"))
    case .faults(let id): try reading.faults(id, of: options["cause"], asTable: options.has("csv"))
    case .preview(let id): try reading.preview(id)
    }
    return .done
  }

  private func steps(_ caller: CampaignCaller) -> CampaignRun {
    CampaignRun(
      caller: caller, partSize: partSize, goesOnWithFaults: options.has("yes"),
      startsAnyway: options.has("anyway"))
  }

  private func run(_ word: String, _ caller: CampaignCaller) throws(APICaller.Failed) -> Exit {
    let steps = steps(caller)
    let look: CampaignLook
    let list: RecipientsFile?
    if let id = CampaignID(word) {
      list = try CampaignRun.open(options["recipients"])
      look = try caller.campaign(id)
    } else {
      let file = try CampaignFile(word)
      // Before anything reaches the server.
      list = try CampaignRun.open(options["recipients"] ?? file.recipients)
      guard list != nil || file.hasSource else {
        throw APICaller.Failed(
          "a campaign needs recipients: --recipients FILE.csv, or the field `recipients` of \(word)",
          .refused)
      }
      look = try steps.make(file)
    }
    if let upload = try steps.load(look, list) {
      guard try steps.isAgreed(upload, of: look.id) else {
        Terminal.error("Nothing was started; `postrider campaign run \(look.id) --yes` does.")
        return .refused
      }
    }
    try steps.start(look)
    return try CampaignWatch(caller, mostFailures: mostFailures).run(look.id)
  }

  private func create(_ path: String, _ caller: CampaignCaller) throws(APICaller.Failed) {
    let steps = steps(caller)
    let file = try CampaignFile(path)
    let list = try CampaignRun.open(options["recipients"] ?? file.recipients)
    let look = try steps.make(file)
    guard list != nil, let upload = try steps.load(look, list), upload.bad > 0 else { return }
    CampaignReading.tell(upload)
  }

  private func upload(
    _ path: String, to id: CampaignID, _ caller: CampaignCaller
  ) throws(APICaller.Failed) {
    let file = try RecipientsFile(path)
    let known = try caller.campaign(id).upload
    let offset = options.has("anew") || known?.isComplete != false ? nil : known?.offset
    let upload = try CampaignUploader(file, to: id, inPartsOf: partSize, caller)
      .run(from: offset == 0 ? nil : offset)
    if upload.bad > 0 { CampaignReading.tell(upload) }
  }

  private func tell(_ look: CampaignLook) {
    let flight = look.underWay.map { $0 > 0 ? "; \($0) under way" : "" } ?? ""
    Terminal.show("\(look.name) is \(look.state.name)\(flight)")
  }
}
