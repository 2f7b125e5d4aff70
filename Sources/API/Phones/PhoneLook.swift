internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// All that Meta tells of one number when it is asked now.
struct PhoneLook {
  private let number: MetaNumber
  private(set) var standing = MetaStanding()
  private(set) var facts = PhoneFacts()
  private var node: MetaNode?
  private var profile: MetaNode?
  private var settings: MetaNode?
  private var username: MetaNode?
  private var suggestions: [String] = []

  /// Where Meta refuses to tell of the number at all, its refusal is thrown with what it means; what else it refuses is
  /// left out.
  init(_ request: NumberRequest) throws {
    number = request.number
    let meta = number.meta
    standing = try NumberInquiry(number.own, ours: request.context.settings.metaWebhooks)
      .standing(request.ask)
    guard let answer = standing.phone else { return }
    do { node = try MetaNode(answer) } catch {
      var problem = ProviderAsking.refused(error)
      problem.members.append(("troubles", Self.json(MetaTrouble.all(in: standing))))
      throw problem
    }
    facts = PhoneFacts(node)
    profile = Self.told { try MetaNode(first: try request.ask(meta.profile())) }
    settings = Self.told { try MetaNode(try request.ask(meta.settings())) }
    username = Self.told { try MetaNode(try request.ask(meta.username())) }
    if username?.text("username") == nil {
      do {
        suggestions = try MetaPhone.suggestions(try request.ask(meta.usernameSuggestions()))
      } catch { suggestions = [] }
    }
  }

  private static func told(_ body: () throws -> MetaNode) -> MetaNode? {
    do { return try body() } catch { return nil }
  }

  func write(to writer: inout JSONWriter) {
    PhoneView.write(number, to: &writer)
    PhoneView.write(facts, to: &writer)
    writer.field("readAt", CalendarTime.now.description)
    writer.field("profile", json: profile?.json)
    writer.field("settings", json: settings.flatMap(\.root).map(PhoneView.withoutPasswords))
    writer.field("username", username?.text("username"))
    writer.field("usernameStatus", username?.text("status"))
    if !suggestions.isEmpty { WebhookView.write(suggestions, "usernameSuggestions", to: &writer) }
    writeAccount(to: &writer)
    writer.name("webhooks")
    writer.object { writer in
      let levels = node.map(WebhookLevels.init) ?? WebhookLevels()
      WebhookView.write(levels, standing, to: &writer)
    }
    writer.field("troubles", json: Self.json(MetaTrouble.all(in: standing)))
  }

  private func writeAccount(to writer: inout JSONWriter) {
    guard let answer = standing.account, answer.status == 200,
      let account = JSONValue(whole: answer.body)
    else { return }
    writer.name("accountFacts")
    writer.object { writer in
      for (name, value) in account.fields ?? [] where name != "health_status" {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }

  var json: [UInt8] { JSONWriter.object(capacity: 4096) { write(to: &$0) } }

  static func json(_ troubles: [MetaTrouble]) -> [UInt8] {
    var writer = JSONWriter()
    writer.array { list in
      for trouble in troubles {
        list.object { writer in
          writer.field("code", trouble.code.rawValue)
          writer.field("sentence", trouble.sentence)
          writer.field("remedy", trouble.remedy)
          writer.field("blocking", trouble.isBlocking)
        }
      }
    }
    return writer.bytes
  }
}
