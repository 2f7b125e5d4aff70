import Domain
import Testing

@Suite struct FlowAnswerTests {
  @Test(
    "reads what was filled into a form, by the names of its fields",
    arguments: [
      (
        #"{"flow_token":"t","name":"Mario","age":7,"wants":["a","b"]}"#, "t",
        ["Mario", "7", #"["a","b"]"#]
      ),
      (#"{"flow_token":"unused","name":"x"}"#, nil, ["x"]), ("{}", nil, []),
    ] as [(String, String?, [String])])
  func answers(response: String, token: String?, texts: [String]) throws {
    let answer = try #require(FlowAnswer(response))
    #expect(answer.token == token)
    #expect(answer.values.map(\.text) == texts)
    #expect(answer["name"] == texts.first)
  }

  @Test("what is no object is no answer", arguments: ["", "Sent", "[1]", #""x""#])
  func none(response: String) {
    #expect(FlowAnswer(response) == nil)
  }

  @Test("of a form with very many fields no more are shown than anybody reads")
  func bound() {
    let fields = (0..<5000).map { #""f\#($0)":1"# }.joined(separator: ",")
    #expect(FlowAnswer("{\(fields)}")?.values.count == FlowAnswer.mostValues)
  }
}
