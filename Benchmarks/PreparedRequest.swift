/// A POST that is written once and sent again and again.
struct PreparedRequest {
  let target: String
  let headers: [(name: String, value: String)]
  let body: String

  func bytes(host: String) -> [UInt8] {
    let fields = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Array(
      """
      POST \(target) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(body.utf8.count)\r\n\
      \(fields)\r\n\(body)
      """.utf8)
  }
}

extension [PreparedRequest] {
  /// wrk writes each request once, before it starts, and then sends them in turn.
  var script: String {
    let requests = map { request in
      let headers = request.headers.map { "['\($0.name)']='\($0.value)'" }.joined(separator: ",")
      return "add('\(request.target)', {\(headers)}, '\(request.body)')"
    }
    return """
      local requests, next = {}, 0
      local function add(path, headers, body)
        requests[#requests + 1] = {path, headers, body}
      end
      \(requests.joined(separator: "\n"))
      function init()
        for place, it in ipairs(requests) do
          requests[place] = wrk.format('POST', it[1], it[2], it[3])
        end
      end
      function request()
        next = next % #requests + 1
        return requests[next]
      end
      """
  }
}
