internal import Domain
internal import Platform
internal import Time

/// A list of recipients on disk, which is read in parts however long it is.
struct RecipientsFile {
  let path: String
  private let file: OpenFile

  var size: Int { file.size }

  init(_ path: String) throws(APICaller.Failed) {
    self.path = path
    do throws(OpenFile.Failed) { file = try OpenFile(path) } catch {
      throw APICaller.Failed(error.description, .refused)
    }
    guard file.size > 0 else {
      throw APICaller.Failed(
        "\(path) is empty: it needs a line with the names of its columns, and a line for each recipient",
        .refused)
    }
  }

  /// One object a line, or a table.
  var type: String {
    [".ndjson", ".jsonl"].contains { path.lowercased().hasSuffix($0) }
      ? "application/x-ndjson" : "text/csv"
  }

  /// Whether somebody wrote to it after the campaign was made; an upload that was begun then begins anew.
  func isNewer(than campaign: CampaignLook) -> Bool {
    guard let created = campaign.createdAt else { return true }
    return file.modifiedAt > created.microseconds / 1_000_000
  }

  func part(from offset: Int, atMost count: Int) throws(APICaller.Failed) -> [UInt8] {
    let wanted = max(0, min(count, size - offset))
    guard let bytes = file.bytes(from: offset, count: wanted) else {
      throw APICaller.Failed("\(path) cannot be read at byte \(offset)", .refused)
    }
    guard bytes.count == wanted else {
      throw APICaller.Failed(
        "\(path) has become shorter while it was uploaded; upload it again as it is now", .refused)
    }
    return bytes
  }
}
