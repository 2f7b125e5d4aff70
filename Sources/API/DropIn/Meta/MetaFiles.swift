internal import HTTP
internal import Platform
internal import Running

/// Threads for files that go to Meta and come from there: no more of them are in memory than there are threads.
final class MetaFiles: Sendable {
  private let uploads = Desk("meta-uploads", threads: 2, limit: 2)
  private let downloads = Desk("meta-downloads", threads: 2, limit: 32)
  private let asking = ProviderAsking()
  private let client = Locked<HTTPClient?>(nil)

  /// Of an upload, with what stands around its file.
  static let limit = ReceivedMedia.limit + (64 << 10)

  func close() {
    uploads.close()
    downloads.close()
    asking.close()
    client.withLock { $0 }?.close()
  }

  /// Answers by what the body makes of a whole upload.
  func take(
    _ upload: HTTPUpload, _ responder: HTTPResponder,
    _ body: @escaping @Sendable ([UInt8], ProviderAsking) throws(MetaRefused) -> HTTPAnswer
  ) {
    let asking = asking
    let isTaken = uploads.take {
      do throws(MetaRefused) {
        guard let bytes = try Self.whole(upload) else { return responder.cut() }
        responder.answer(try body(bytes, asking))
      } catch { responder.answer(error.answer) }
    }
    if !isTaken { responder.answer(MetaRefused.busy.answer) }
  }

  /// nil where the rest will never come.
  private static func whole(_ upload: HTTPUpload) throws(MetaRefused) -> [UInt8]? {
    let deadline = RunningTime.now + patience
    var bytes: [UInt8] = []
    while !deadline.hasPassed {
      switch upload.next(within: deadline.left) {
      case .bytes(let more): bytes += more
      case .end: return bytes
      case .cut: return nil
      case .nothing: break
      }
    }
    throw MetaRefused(131053, status: 408, "Media upload error", "The file came too slowly.")
  }

  private static let patience = Duration.seconds(120)

  func fetch(
    _ responder: HTTPResponder,
    _ body: @escaping @Sendable (HTTPClient) throws(MetaRefused) -> HTTPAnswer
  ) {
    let isTaken = downloads.take { [self] in
      do throws(MetaRefused) { responder.answer(try body(try opened())) } catch {
        responder.answer(error.answer)
      }
    }
    if !isTaken { responder.answer(MetaRefused.busy.answer) }
  }

  /// It starts with the first question.
  private func opened() throws(MetaRefused) -> HTTPClient {
    do {
      return try client.withLock { client in
        if let client { return client }
        var configuration = HTTPClient.Configuration()
        configuration.maximumAnswerSize = ReceivedMedia.limit
        let new = try HTTPClient(configuration)
        client = new
        return new
      }
    } catch { throw .later }
  }
}
