import Domain
import Events
import HTTP
import JSON
import Settings
import TestSupport
import Testing
import Time

@testable import Running

/// What other systems are told of a send's states, in their words.
@Suite struct ReportTests {
  private static let send = SendID.derived(
    tenant: Tenant(app: "a", company: "b"), idempotencyKey: "k", item: 0)

  private func state(
    _ news: SendReport.News, providerID: ProviderID? = ProviderID("SM1")
  ) -> ReportedState {
    ReportedState(
      news, of: Self.send, by: SendReport(.kannel, of: [news], .plain(Array("{}".utf8))),
      from: SenderID("gateway"), to: "+393331234567", providerID: providerID,
      at: Timestamp(seconds: 1_800_000_000), code: "30003", reason: "off & away")
  }

  private func kannel(_ address: String, mask: Int = 31) -> KannelReport {
    KannelReport(address, mask: mask, username: "crm", account: "north", billing: "b 7")
  }

  @Test(
    "the escapes of an address are filled in, percent-encoded",
    arguments: [
      ("%d", "2"), ("%A", "undelivered%3A%2030003%3A%20off%20%26%20away"), ("%F", "SM1"),
      ("%I", "\(Self.send)"), ("%p", "%2B15550100"), ("%P", "%2B393331234567"),
      ("%q", "%2B15550100"), ("%Q", "%2B393331234567"), ("%i", "gateway"), ("%n", "crm"),
      ("%o", "north"), ("%B", "b%207"), ("%t", "2027-01-15%2008%3A00"), ("%T", "1800000000"),
      ("%%d", "%d"), ("%20%k", "%20%k"), ("a%", "a%"),
    ])
  func escapes(pattern: String, filled: String) {
    let call = kannel("http://crm/\(pattern)").call(state(.undelivered), from: "+15550100")
    #expect(call?.url == "http://crm/\(filled)" && call?.method == "GET")
  }

  @Test(
    "a state has Kannel's number, and only what the mask asks for is told",
    arguments: [
      (.delivered, true, 1), (.undelivered, true, 2), (.failed, true, 2), (.failed, false, 16),
      (.sent, true, 4), (.accepted, true, 8),
    ] as [(SendReport.News, Bool, Int)])
  func types(news: SendReport.News, isKnown: Bool, type: Int) {
    let state = state(news, providerID: isKnown ? ProviderID("SM1") : nil)
    #expect(kannel("http://crm/%d").call(state, from: "1")?.url == "http://crm/\(type)")
    #expect(kannel("http://crm/%d", mask: 31 - type).call(state, from: "1") == nil)
  }

  @Test(
    "the host of an address is what stands before its path",
    arguments: [
      ("http://CRM.example.com/x?y", "crm.example.com"), ("https://a:8080?d=%d", "a:8080"),
      ("ftp://a/", nil), ("http://u@a/", nil), ("http://%61/", nil), ("http:///x", nil),
      ("http://a\\@b/", "a"), ("nothing", nil),
    ] as [(String, String?)])
  func hosts(address: String, host: String?) { #expect(kannel(address).host == host) }

  @Test(
    "a portal is told in its own words, and the token stands in no address",
    arguments: [
      (.accepted, "queued"), (.sent, "sent"), (.delivered, "delivered"),
      (.undelivered, "undelivered"), (.failed, "failed"),
    ] as [(SendReport.News, String)])
  func portal(news: SendReport.News, status: String) throws {
    let endpoint = try #require(WebAddress("https://acme.bitrix24.com/rest/"))
    let report = Bitrix24Report(
      endpoint: endpoint, accessToken: Secret("tok"), message: "7", code: "us")
    let call = report.call(news)
    #expect(
      call.url == "https://acme.bitrix24.com/rest/messageservice.message.status.update.json")
    #expect(
      String(decoding: call.body, as: UTF8.self)
        == "CODE=us&MESSAGE_ID=7&STATUS=\(status)&auth=tok")
    #expect(JSONValue(whole: report.json).flatMap { Bitrix24Report($0) } == report)
  }

  @Test("a report is read again as it was written, and one of a later version is none")
  func codec() {
    let reports = [
      SendReport(.bitrix24, of: Set(SendReport.News.allCases), .sealed([1, 2, 250])),
      SendReport(.kannel, of: [.failed], .plain(kannel("http://a/").json)),
    ]
    for report in reports {
      #expect(JSONValue(whole: report.json).flatMap { SendReport($0) } == report)
    }
    let later = Array(#"{"format":"smpp","news":[],"content":{}}"#.utf8)
    #expect(JSONValue(whole: later).flatMap { SendReport($0) } == nil)
    let state = state(.failed)
    #expect(JSONValue(whole: state.json).flatMap { ReportedState($0) } == state)
  }
}
