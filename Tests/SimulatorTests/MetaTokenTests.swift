import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetaTokenTests {
  private func exchange(_ stand: Stand, _ rest: String) -> Answer {
    stand.call(
      "GET",
      "/v24.0/oauth/access_token?client_id=\(Demo.appID)&client_secret=\(Demo.appSecret)&\(rest)")
  }

  private func refresh(_ stand: Stand, _ token: String) -> Answer {
    exchange(stand, "grant_type=fb_exchange_token&fb_exchange_token=\(token)")
  }

  private func inspect(_ stand: Stand, _ token: String) -> JSONValue? {
    stand.call(
      "GET",
      "/debug_token?input_token=\(token)&access_token=\(Demo.appID)%7C\(Demo.appSecret)"
    ).json?["data"]
  }

  @Test("a token ends when its time is over; a refresh gives another one that goes on")
  func life() throws {
    let stand = try Stand { $0.meta[0].tokenLife = .seconds(3600) }
    let refreshed = refresh(stand, Demo.accessToken)
    let other = refreshed.json?["access_token"]?.string ?? ""
    #expect(other != Demo.accessToken && !other.isEmpty)
    #expect(refreshed.json?["expires_in"]?.integer == 5_184_000)
    #expect(stand.meta(metaText()).status == 200)
    #expect(inspect(stand, Demo.accessToken)?["is_valid"]?.bool == true)
    stand.simulator.advance(.seconds(3600))
    let late = stand.meta(metaText())
    #expect(late.status == 401)
    #expect(late.code == 190)
    #expect(late.json?["error"]?["error_subcode"]?.integer == 463)
    #expect(inspect(stand, Demo.accessToken)?["is_valid"]?.bool == false)
    #expect(stand.meta(metaText(), token: other).status == 200)
    #expect(refresh(stand, Demo.accessToken).code == 190)
    #expect(refresh(stand, other).status == 200)
  }

  @Test("a code can be exchanged once")
  func code() throws {
    let stand = try Stand()
    let token = exchange(stand, "code=abc").json?["access_token"]?.string ?? ""
    #expect(stand.meta(metaText(), token: token).status == 200)
    #expect(exchange(stand, "code=abc").code == 100)
    #expect(exchange(stand, "code=other").status == 200)
  }

  @Test("a token's inspection tells its scopes, the accounts within its reach, and its end")
  func inspection() throws {
    let stand = try Stand {
      $0.meta[0].scopes = ["whatsapp_business_messaging"]
      $0.meta[0].accounts.append(.init(id: "9", phones: []))
      $0.meta[0].beyondReach = [Demo.wabaID]
    }
    let data = inspect(stand, Demo.accessToken)
    #expect(data?["scopes"]?.items?.map(\.string) == ["whatsapp_business_messaging"])
    let granular = data?["granular_scopes"]?.items?.first
    #expect(granular?["target_ids"]?.items?.map(\.string) == ["9"])
    #expect(data?["expires_at"]?.integer == 0)
    #expect(inspect(stand, "nobody")?["is_valid"]?.bool == false)
  }
}
